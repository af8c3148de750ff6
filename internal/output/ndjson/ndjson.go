// Package ndjson appends what a store shows to a file, one JSON object a line:
// every version that showed, once, when it was first enriched; for every kill,
// and for a withholding of what was there, a line with its pubStatus and no
// text. Replays add nothing. What a line is is said by the store's log of
// changes; this package follows it with a cursor of its own.
//
// No crash loses or doubles a line: beside the file lies <file>.progress with
// the cursor and the length that belong together, written after the lines are
// on the disk. What stands in the file beyond that length at the start was
// being written when the process ended: it is cut off and written again.
package ndjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/dateline-wire/dateline/internal/store"
)

// Source is the log that the file follows.
type Source interface {
	Changes(ctx context.Context, after int64, limit int) ([]store.Change, error)
	Line(ctx context.Context, c store.Change) ([]byte, error)
}

// File is an output. It is not safe for several goroutines.
type File struct {
	path   string
	source Source
	file   *os.File // nil until the first Advance, and after a failure
	done   progress
}

// progress is what belongs together: how far the log is written, and how long
// the file is with that.
type progress struct {
	Seq    int64 `json:"seq"`
	Length int64 `json:"length"`
	// URI and At are those of the change Seq. A store that has another change
	// there is not the one the file was written from.
	URI string    `json:"uri,omitempty"`
	At  time.Time `json:"at,omitzero"`
}

// Open makes the file's directory and takes up where the file was left. A file
// without a progress file is moved aside, to <file>.<n>.old: it cannot be told
// what it holds.
func Open(ctx context.Context, path string, source Source) (*File, error) {
	f := &File{path: path, source: source}
	if err := f.open(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// Name names the output in logs and metrics.
func (f *File) Name() string { return "ndjson" }

// Close closes the file. Lines are on the disk whenever Advance has returned.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	if err != nil {
		return fmt.Errorf("close %s: %w", f.path, err)
	}
	return nil
}

func (f *File) progressPath() string { return f.path + ".progress" }

func (f *File) open(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return fmt.Errorf("make the output's directory: %w", err)
	}
	known, err := f.readProgress()
	if err != nil {
		return err
	}
	if !known {
		if err := f.setAside(); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("open the output: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open the output: %w", err)
	}
	switch {
	case info.Size() > f.done.Length:
		if err := file.Truncate(f.done.Length); err != nil {
			return fmt.Errorf("cut the unrecorded end of %s: %w", f.path, err)
		}
	case info.Size() < f.done.Length:
		// Somebody took lines away, or the file. It goes on from what is left.
		if f.done.Length, err = endLine(file, info.Size()); err != nil {
			return fmt.Errorf("end the last line of %s: %w", f.path, err)
		}
	}
	if err := f.sameStore(ctx); err != nil {
		return err
	}
	f.file = file
	return nil
}

// endLine makes what is left of a file end with a whole line end.
func endLine(file *os.File, size int64) (int64, error) {
	if size == 0 {
		return 0, nil
	}
	last := make([]byte, 1)
	if _, err := file.ReadAt(last, size-1); err != nil {
		return 0, err
	}
	if last[0] == '\n' {
		return size, nil
	}
	_, err := file.WriteAt([]byte{'\n'}, size)
	return size + 1, err
}

// sameStore starts the log over when the store is not the one of the progress.
func (f *File) sameStore(ctx context.Context) error {
	if f.done.Seq == 0 {
		return nil
	}
	at, err := f.source.Changes(ctx, f.done.Seq-1, 1)
	if err != nil {
		return fmt.Errorf("find the output's place in the log: %w", err)
	}
	if len(at) == 0 || at[0].Seq != f.done.Seq || at[0].URI != f.done.URI || !at[0].At.Equal(f.done.At) {
		f.done = progress{Length: f.done.Length}
	}
	return nil
}

func (f *File) readProgress() (known bool, err error) {
	f.done = progress{}
	b, err := os.ReadFile(f.progressPath())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read the output's progress: %w", err)
	}
	known = json.Unmarshal(b, &f.done) == nil && f.done.Seq >= 0 && f.done.Length >= 0
	if !known {
		f.done = progress{} // a broken one is as none
	}
	return known, nil
}

func (f *File) setAside() error {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the output: %w", err)
	}
	for n := 1; ; n++ {
		old := fmt.Sprintf("%s.%d.old", f.path, n)
		if _, err := os.Lstat(old); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Rename(f.path, old); err != nil {
			return fmt.Errorf("move an output of unknown origin aside: %w", err)
		}
		return nil
	}
}

// atOnce is how many changes are taken between two notes of progress, and
// flushAt after how many bytes of lines they are written.
const (
	atOnce  = 500
	flushAt = 1 << 20
)

// Advance writes all lines that are due and returns when it has reached the
// end of the log. After an error the next call goes on from what is recorded.
// A file that was moved away or deleted is begun anew, with the lines that follow.
func (f *File) Advance(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", f.path, err), f.Close())
		}
	}()
	if f.file != nil && f.moved() {
		if err := f.Close(); err != nil {
			return err
		}
	}
	if f.file == nil {
		if err := f.open(ctx); err != nil {
			return err
		}
	}
	for {
		changes, err := f.source.Changes(ctx, f.done.Seq, atOnce)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			return nil
		}
		var lines []byte
		next := f.done
		for _, c := range changes {
			line, err := f.source.Line(ctx, c)
			if err != nil {
				return err
			}
			if len(line) > 0 {
				lines = append(append(lines, line...), '\n')
			}
			next.Seq, next.URI, next.At = c.Seq, c.URI, c.At
			if len(lines) >= flushAt {
				if err := f.flush(next, lines); err != nil {
					return err
				}
				lines, next = lines[:0], f.done
			}
		}
		if err := f.flush(next, lines); err != nil {
			return err
		}
	}
}

// moved tells whether the path names another file by now, or none.
func (f *File) moved() bool {
	at, err := os.Stat(f.path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	have, err := f.file.Stat()
	return err == nil && !os.SameFile(at, have)
}

// flush puts lines on the disk, and then the progress they belong to. Progress
// without lines is noted with the next ones: reading the log again is cheap.
func (f *File) flush(next progress, lines []byte) error {
	if len(lines) == 0 {
		f.done = next
		return nil
	}
	if _, err := f.file.WriteAt(lines, f.done.Length); err != nil {
		return err
	}
	if err := f.file.Sync(); err != nil {
		return err
	}
	next.Length = f.done.Length + int64(len(lines))
	b, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := replace(f.progressPath(), append(b, '\n')); err != nil {
		return fmt.Errorf("note the progress: %w", err)
	}
	f.done = next
	return nil
}

// replace writes a small file whole or not at all.
func replace(path string, b []byte) error {
	tmp := path + ".tmp"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
