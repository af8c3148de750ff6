package ndjson

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/sqlite"
	"github.com/dateline-wire/dateline/internal/store/storetest"
	"github.com/dateline-wire/dateline/pkg/model"
)

// log is a source in memory: every second change has a line, its number.
type log struct {
	n    int64
	fail error
}

func (l *log) Changes(_ context.Context, after int64, limit int) ([]store.Change, error) {
	var out []store.Change
	for seq := after + 1; seq <= l.n && len(out) < limit; seq++ {
		out = append(out, store.Change{Seq: seq, URI: "urn:" + strconv.FormatInt(seq, 10), At: time.Unix(seq, 0).UTC()})
	}
	return out, l.fail
}

func (l *log) Line(_ context.Context, c store.Change) ([]byte, error) {
	if c.Seq%2 == 1 {
		return nil, nil
	}
	return []byte(strconv.FormatInt(c.Seq, 10)), nil
}

func open1(t *testing.T, path string, s Source) *File {
	t.Helper()
	f, err := Open(t.Context(), path, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func advance(t *testing.T, f *File) {
	t.Helper()
	if err := f.Advance(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRestarts(t *testing.T) {
	tests := []struct {
		name string
		harm func(t *testing.T, path string)
		want string
	}{
		{"nothing happened", func(*testing.T, string) {}, "2\n4\n6\n8\n"},
		{"a line was half written", func(t *testing.T, path string) { appendTo(t, path, "6") }, "2\n4\n6\n8\n"},
		{"lines were written and not recorded", func(t *testing.T, path string) { appendTo(t, path, "6\n8\n") }, "2\n4\n6\n8\n"},
		{"the file was emptied", func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) }, "6\n8\n"},
		{"the file was cut in a line", func(t *testing.T, path string) { must(t, os.Truncate(path, 3)) }, "2\n4\n6\n8\n"},
		{"the file was deleted", func(t *testing.T, path string) { must(t, os.Remove(path)) }, "6\n8\n"},
		{"the progress was deleted", func(t *testing.T, path string) { must(t, os.Remove(path+".progress")) }, "2\n4\n6\n8\n"},
		{"the progress is broken", func(t *testing.T, path string) { must(t, os.WriteFile(path+".progress", []byte("{"), 0o600)) }, "2\n4\n6\n8\n"},
		{"the folder was deleted", func(t *testing.T, path string) { must(t, os.RemoveAll(filepath.Dir(path))) }, "2\n4\n6\n8\n"},
		{"the store is another", func(t *testing.T, path string) {
			s := strings.Replace(read(t, path+".progress"), "urn:", "urn:other:", 1)
			must(t, os.WriteFile(path+".progress", []byte(s), 0o600))
		}, "2\n4\n2\n4\n6\n8\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out", "enriched.ndjson")
			l := &log{n: 5}
			f := open1(t, path, l)
			advance(t, f)
			advance(t, f)
			must(t, f.Close())
			tt.harm(t, path)
			l.n = 8
			advance(t, open1(t, path, l))
			if got := read(t, path); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func appendTo(t *testing.T, path, s string) {
	must(t, os.WriteFile(path, []byte(read(t, path)+s), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhileItRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "enriched.ndjson")
	l := &log{n: 2}
	f := open1(t, path, l)
	advance(t, f)
	must(t, os.Rename(path, path+".rotated"))
	l.n = 4
	advance(t, f)
	if got := read(t, path); got != "4\n" {
		t.Errorf("after the file was moved away: %q", got)
	}
	l.n, l.fail = 6, errors.New("down")
	if err := f.Advance(t.Context()); !errors.Is(err, l.fail) {
		t.Errorf("a failing log: %v", err)
	}
	l.fail = nil
	advance(t, f)
	if got := read(t, path); got != "4\n6\n" {
		t.Errorf("after the log was back: %q", got)
	}
	l.n = 3000
	advance(t, f)
	if got := strings.Count(read(t, path), "\n"); got != 1499 {
		t.Errorf("%d lines, want 1499", got)
	}
}

// However often the process ends between the two writes, the file has every
// line once and in order.
func TestCrashes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "f") // a new folder at every call
		l := &log{}
		for range rapid.IntRange(1, 8).Draw(rt, "runs") {
			f, err := Open(t.Context(), path, l)
			must(t, err)
			for range rapid.IntRange(0, 3).Draw(rt, "advances") {
				l.n += int64(rapid.IntRange(0, 5).Draw(rt, "more"))
				must(t, f.Advance(t.Context()))
			}
			must(t, f.Close())
			if _, err := os.Stat(path); err == nil && rapid.Bool().Draw(rt, "crash") {
				b, err := os.ReadFile(path)
				must(t, err)
				tail := rapid.SampledFrom([]string{"1", "12345\n", "\x00\x00\x00", "9\n9\n"}).Draw(rt, "tail")
				must(t, os.WriteFile(path, append(b, tail...), 0o600))
			}
		}
		f, err := Open(t.Context(), path, l)
		must(t, err)
		defer f.Close()
		must(t, f.Advance(t.Context()))
		want := ""
		for seq := int64(2); seq <= l.n; seq += 2 {
			want += strconv.FormatInt(seq, 10) + "\n"
		}
		if got := read(t, path); got != want {
			rt.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestLines(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "db"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	path := filepath.Join(dir, "out")
	f := open1(t, path, db)
	v := func(revision int64, text string) storetest.Version {
		return storetest.Version{Revision: revision, Text: text}
	}
	kill := storetest.Version{Revision: 9, Change: model.ChangeKill, Status: model.Canceled, Text: "KILL"}
	embargoed := storetest.Version{URI: "urn:t:2", Revision: 1, Text: "waits", Status: model.Withheld, Until: storetest.Noon().Add(time.Hour)}
	storetest.Apply(t, db, storetest.Noon(), storetest.Plain(v(1, "one")))
	advance(t, f)
	if got := read(t, path); got != "" {
		t.Errorf("a plain article gives %q", got)
	}
	one, two, waits := storetest.Tagged(v(1, "one"), "1"), storetest.Tagged(v(2, "two"), "1"), storetest.Tagged(embargoed, "1")
	storetest.Apply(t, db, storetest.Noon(), one)
	advance(t, f)
	storetest.Apply(t, db, storetest.Noon(), storetest.Replayed(storetest.Tagged(v(1, "one"), "2"), "r"), two, waits)
	advance(t, f)
	storetest.Apply(t, db, storetest.Noon(), storetest.Tagged(v(3, "never out"), "1"), storetest.Plain(kill), storetest.Replayed(storetest.Tagged(v(2, "two"), "3"), "r"))
	advance(t, f)
	if _, _, err := db.Due(t.Context(), storetest.Noon().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	advance(t, f)
	lines := strings.Split(strings.TrimSpace(read(t, path)), "\n")
	want := []string{string(one.Raw), string(two.Raw), "", strings.Replace(string(waits.Raw), `"pubStatus":"withheld"`, `"pubStatus":"usable"`, 1)}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), strings.Join(lines, "\n"))
	}
	notice, err := model.DecodeArticle([]byte(lines[2]))
	must(t, err)
	if notice.PubStatus != model.Canceled || notice.Wire.Revision != 9 || notice.Wire.Change != model.ChangeKill || notice.URI != "urn:t:1" ||
		notice.BodyText() != "" || notice.Headline() != "" || strings.Contains(lines[2], "KILL") {
		t.Errorf("the kill's line: %s", lines[2])
	}
	lines[2] = ""
	if !slices.Equal(lines, want) {
		t.Errorf("lines\n got %s\nwant %s", strings.Join(lines, "\n     "), strings.Join(want, "\n     "))
	}
}
