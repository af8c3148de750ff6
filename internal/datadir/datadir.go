// Package datadir keeps a data directory to one process a role. A lock ends
// with its process, however that ends: nothing is to be cleaned up after a
// crash.
package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The roles that only one process can have in a directory. Whoever does the
// work of both takes both locks.
const (
	Ingest = "ingest"
	Sink   = "sink"
)

// ErrHeld says that another process has the role. Its error text names the
// directory, the role and the process.
var ErrHeld = errors.New("in use by another process")

// Lock is a role that this process has. It is not safe for several goroutines.
type Lock struct{ file *os.File }

// Make makes a data directory, with all above it, and tells at once and in one
// line when it cannot be written.
func Make(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	f, err := os.CreateTemp(dir, ".write-check-*")
	if err != nil {
		return fmt.Errorf("the data directory %s cannot be written: %w", dir, err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("the data directory %s cannot be written: %w", dir, err)
	}
	return nil
}

// Take takes a role in a directory that exists; the file is <role>.lock. The
// error is an ErrHeld when another process, or another Lock of this one, has it.
func Take(dir, role string) (*Lock, error) {
	path := filepath.Join(dir, role+".lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	switch held, err := lock(f); {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	case held:
		who := ""
		if b, err := os.ReadFile(path); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
				who = fmt.Sprintf(" (process %d)", pid)
			}
		}
		_ = f.Close()
		return nil, fmt.Errorf("data directory %s: the role %s is %w%s", dir, role, ErrHeld, who)
	}
	if err := note(f); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
	}
	return &Lock{file: f}, nil
}

// note leaves the process's number for whoever is refused.
func note(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// Release gives the role up. The file stays, so that no two processes lock
// files of one name.
func (l *Lock) Release() error {
	if l == nil || l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return errors.Join(f.Truncate(0), f.Close())
}
