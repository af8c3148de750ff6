package intake

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

type taken struct{ feed, name, text string }

type bench struct {
	dir    string
	ledger *Ledger
	got    chan taken
	mu     sync.Mutex
	fail   error
}

func (b *bench) capture(_ context.Context, d *Delivery) error {
	b.mu.Lock()
	err := b.fail
	b.fail = nil
	b.mu.Unlock()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.NewSectionReader(d.Data, 0, d.Size))
	if err != nil {
		return err
	}
	b.got <- taken{d.Feed, d.Name, string(text)}
	return nil
}

func (b *bench) next(t *testing.T) taken {
	t.Helper()
	select {
	case x := <-b.got:
		return x
	case <-time.After(30 * time.Second):
		t.Fatal("no file was taken")
		return taken{}
	}
}

// start runs a watcher over dir; the returned function stops it.
func start(t *testing.T, dir string, log io.Writer, configured ...Place) (*bench, func()) {
	t.Helper()
	ledger, err := OpenLedger(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{dir: dir, ledger: ledger, got: make(chan taken, 100)}
	f, err := NewFolders(FolderConfig{
		Inbox: filepath.Join(dir, "inbox"), Configured: configured, Stable: 100 * time.Millisecond, Rescan: 100 * time.Millisecond, MaxBytes: 1000,
		ValidFeed: regexp.MustCompile(`^[a-z-]+$`).MatchString, Ledger: ledger, Capture: b.capture, Log: zerolog.New(log), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	return b, sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := ledger.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	tmp := filepath.Join(filepath.Dir(path), ".put")
	if err := os.WriteFile(tmp, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tmp, path); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreTakenOncePerContent(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "inbox")
	put(t, filepath.Join(in, "early.txt"), "there at the start")
	b, stop := start(t, dir, io.Discard)
	defer stop()
	if got, want := b.next(t), (taken{"inbox", "early.txt", "there at the start"}); got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
	put(t, filepath.Join(in, "yonhap", "a.txt"), "one")
	if got, want := b.next(t), (taken{"yonhap", "a.txt", "one"}); got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
	put(t, filepath.Join(in, "yonhap", "a.txt"), "two")
	if got, want := b.next(t), (taken{"yonhap", "a.txt", "two"}); got != want {
		t.Fatalf("new bytes under an old name: got %v, want %v", got, want)
	}
	stop()
	b, stop = start(t, dir, io.Discard)
	defer stop()
	put(t, filepath.Join(in, "last.txt"), "after the restart")
	if got, want := b.next(t), (taken{"inbox", "last.txt", "after the restart"}); got != want {
		t.Fatalf("after a restart: got %v, want %v (and nothing taken twice)", got, want)
	}
}

func TestNamesUnderWayAndLinksAreLeft(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "inbox")
	for _, name := range []string{".hidden", "a.tmp", "b.part", "sub dir/c.txt"} {
		put(t, filepath.Join(in, name), "x")
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(in, "link.txt")); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(in, "z.txt"), "y")
	b, stop := start(t, dir, io.Discard)
	defer stop()
	if got := b.next(t); got.name != "z.txt" {
		t.Errorf("took %v", got)
	}
	stop()
	if len(b.got) > 0 {
		t.Errorf("took %v as well", <-b.got)
	}
}

func TestAFileThatGrowsWaitsUntilItLiesStill(t *testing.T) {
	dir := t.TempDir()
	ledger, err := OpenLedger(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	b := &bench{dir: dir, ledger: ledger, got: make(chan taken, 10)}
	now := time.Now()
	f, err := NewFolders(FolderConfig{Inbox: filepath.Join(dir, "inbox"), Stable: time.Hour, Rescan: time.Second, MaxBytes: 1000,
		ValidFeed: func(string) bool { return true }, Ledger: ledger, Capture: b.capture, Log: zerolog.Nop(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	look := func() {
		var g errgroup.Group
		f.scan(nil, map[string]bool{})
		f.ripe(t.Context(), &g, semaphore.NewWeighted(1))
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "inbox", "slow.txt")
	for _, text := range []string{"o", "on", "one"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		look()
		now = now.Add(59 * time.Minute)
		if len(b.got) > 0 {
			t.Fatalf("%v was taken while it grew", <-b.got)
		}
	}
	look()
	now = now.Add(2 * time.Minute)
	look()
	if got := b.next(t); got.text != "one" {
		t.Errorf("took %q", got.text)
	}
}

func TestAFailedCaptureIsRepeatedWithItsTimeOfReceipt(t *testing.T) {
	dir := t.TempDir()
	ledger, err := OpenLedger(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	first := Delivery{Feed: "f", Name: "n", Size: 1, SHA256: "aa", Received: time.Date(2025, 1, 2, 3, 4, 5, 6, time.UTC)}
	if captured, err := ledger.Begin(t.Context(), &first); err != nil || captured {
		t.Fatalf("captured %v, err %v", captured, err)
	}
	again := first
	again.Received = first.Received.Add(time.Hour)
	if captured, err := ledger.Begin(t.Context(), &again); err != nil || captured || !again.Received.Equal(first.Received) {
		t.Errorf("the second attempt: captured %v, err %v, received %v", captured, err, again.Received)
	}
	if err := ledger.Done(t.Context(), &first); err != nil {
		t.Fatal(err)
	}
	if captured, err := ledger.Begin(t.Context(), &again); err != nil || !captured {
		t.Errorf("after it was ticked off: captured %v, err %v", captured, err)
	}
	if err := ledger.Close(); err != nil {
		t.Fatal(err)
	}

	b, stop := start(t, dir, io.Discard)
	defer stop()
	b.mu.Lock()
	b.fail = errors.New("broker is away")
	b.mu.Unlock()
	put(t, filepath.Join(dir, "inbox", "x.txt"), "x")
	if got := b.next(t); got.name != "x.txt" {
		t.Errorf("took %v", got)
	}
}

func TestTooLargeIsToldAndLeft(t *testing.T) {
	dir := t.TempDir()
	var log syncBuffer
	put(t, filepath.Join(dir, "inbox", "big.txt"), strings.Repeat("x", 2000))
	put(t, filepath.Join(dir, "inbox", "small.txt"), "x")
	b, stop := start(t, dir, &log)
	if got := b.next(t); got.name != "small.txt" {
		t.Errorf("took %v", got)
	}
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(log.String(), "big.txt") && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	stop()
	if s := log.String(); strings.Count(s, "big.txt") > 1 || !strings.Contains(s, "2000 bytes are more than ingest.max_bytes (1000)") {
		t.Errorf("log is %s", s)
	}
}

func TestAfterMoveAndDelete(t *testing.T) {
	dir := t.TempDir()
	moved, deleted := filepath.Join(dir, "moved"), filepath.Join(dir, "deleted")
	put(t, filepath.Join(moved, "m.txt"), "m")
	put(t, filepath.Join(deleted, "d.txt"), "d")
	b, stop := start(t, dir, io.Discard, Place{"m", moved, "move"}, Place{"d", deleted, "delete"})
	b.next(t)
	b.next(t)
	stop()
	if _, err := os.Stat(filepath.Join(moved, ".done", "m.txt")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(deleted, "d.txt")); !os.IsNotExist(err) {
		t.Errorf("deleted file: %v", err)
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
