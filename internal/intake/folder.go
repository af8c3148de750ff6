package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// Delivery is one transmission on its way in. Received is in UTC.
type Delivery struct {
	Feed, Name string
	Received   time.Time
	Size       int64
	SHA256     string // of the bytes, in hexadecimal
	Data       io.ReaderAt
}

// Capture makes a delivery durable. It returns nil only once the bytes are
// safe; the delivery is tried again after any error.
type Capture func(ctx context.Context, d *Delivery) error

// Place is a folder and the feed whose files lie in it.
type Place struct {
	Feed, Dir string
	// After is what becomes of a file once it is captured: keep, move or delete; empty is keep.
	After string
}

// FolderConfig is what a Folders needs. All fields are required, except After
// in places and Configured.
type FolderConfig struct {
	// Inbox is made if it is missing. Files in it are of the feed "inbox",
	// files in a subfolder of the feed of that name.
	Inbox string
	// Configured are feeds with settings of their own; their folders may lie anywhere.
	Configured []Place
	// ValidFeed tells whether a subfolder's name can be a feed's.
	ValidFeed func(string) bool
	// Stable is how long a file must lie unchanged to be whole; Rescan is how
	// often folders are read even when no event told of a file.
	Stable, Rescan time.Duration
	// MaxBytes is the size beyond which a file is refused.
	MaxBytes int64
	Ledger   *Ledger
	Capture  Capture
	Log      zerolog.Logger
	Now      func() time.Time
}

// Folders watches folders for files.
type Folders struct {
	cfg     FolderConfig
	waiting map[string]*candidate
	dirs    map[string]Place // as of the last scan, by folder
	known   map[string]stamp // files dealt with, by path
	told    map[string]string
	mu      sync.Mutex // guards known, told and busy, which captures touch
	busy    map[string]bool
}

type stamp struct {
	size  int64
	mtime time.Time
}

type candidate struct {
	place   Place
	seen    stamp
	changed time.Time
}

// NewFolders makes the inbox and returns a watcher for it.
func NewFolders(cfg FolderConfig) (*Folders, error) {
	if err := os.MkdirAll(cfg.Inbox, 0o755); err != nil {
		return nil, fmt.Errorf("make the inbox: %w", err)
	}
	for _, p := range cfg.Configured {
		if err := os.MkdirAll(p.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("make the folder of feed %s: %w", p.Feed, err)
		}
	}
	return &Folders{cfg: cfg, waiting: map[string]*candidate{}, dirs: map[string]Place{}, known: map[string]stamp{}, told: map[string]string{}, busy: map[string]bool{}}, nil
}

const (
	pollEvery = 50 * time.Millisecond
	atOnce    = 64 // captures in flight
)

// Run watches until ctx ends and returns after the captures under way have
// ended. What fails (a file, a folder, the ledger on a full disk) is told once
// and tried again at every rescan.
func (f *Folders) Run(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		f.cfg.Log.Warn().Err(err).Msg("no file events, folders are read every " + f.cfg.Rescan.String())
	} else {
		defer watcher.Close()
	}
	g, gctx := errgroup.WithContext(ctx)
	sem := semaphore.NewWeighted(atOnce)
	rescan := time.NewTicker(f.cfg.Rescan)
	defer rescan.Stop()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()

	watched := map[string]bool{}
	f.scan(watcher, watched)
	f.ripe(gctx, g, sem)
	for {
		var events chan fsnotify.Event
		var errs chan error
		if watcher != nil {
			events, errs = watcher.Events, watcher.Errors
		}
		select {
		case <-gctx.Done():
			return g.Wait()
		case e, ok := <-events:
			if ok && (e.Has(fsnotify.Create) || e.Has(fsnotify.Write) || e.Has(fsnotify.Chmod)) {
				f.noticed(e.Name, watcher, watched)
				f.offer(gctx, g, sem, e.Name)
			}
		case err := <-errs:
			f.cfg.Log.Debug().Err(err).Msg("file events")
			f.scan(watcher, watched)
		case <-rescan.C:
			f.scan(watcher, watched)
			f.ripe(gctx, g, sem)
		case <-poll.C:
			if len(f.waiting) > 0 {
				f.ripe(gctx, g, sem)
			}
		}
	}
}

// places lists every folder to watch: the inbox, its subfolders, the configured ones.
func (f *Folders) places() []Place {
	out := []Place{{Feed: "inbox", Dir: f.cfg.Inbox}}
	entries, err := os.ReadDir(f.cfg.Inbox)
	f.tell(f.cfg.Inbox, err, "read the inbox")
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		dir := filepath.Join(f.cfg.Inbox, e.Name())
		if slices.ContainsFunc(f.cfg.Configured, func(p Place) bool { return p.Dir == dir }) {
			continue
		}
		if !f.cfg.ValidFeed(e.Name()) {
			f.tell(dir, fmt.Errorf("%q cannot be a feed's name", e.Name()), "folder passed over")
			continue
		}
		out = append(out, Place{Feed: e.Name(), Dir: dir})
	}
	for _, p := range f.cfg.Configured {
		if p.Feed == "inbox" && p.Dir == f.cfg.Inbox {
			out[0] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

func (f *Folders) scan(w *fsnotify.Watcher, watched map[string]bool) {
	clear(f.dirs)
	for _, p := range f.places() {
		f.dirs[p.Dir] = p
		if w != nil && !watched[p.Dir] {
			err := w.Add(p.Dir)
			f.tell(p.Dir+"#watch", err, "folder is read every "+f.cfg.Rescan.String()+" instead of watched")
			watched[p.Dir] = err == nil
		}
		entries, err := os.ReadDir(p.Dir)
		f.tell(p.Dir, err, "read the folder")
		for _, e := range entries {
			f.consider(p, filepath.Join(p.Dir, e.Name()))
		}
	}
}

// noticed takes an event's path: a file of a watched folder, or a new
// subfolder of the inbox.
func (f *Folders) noticed(path string, w *fsnotify.Watcher, watched map[string]bool) {
	dir := filepath.Dir(path)
	if dir == filepath.Clean(f.cfg.Inbox) {
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			f.scan(w, watched)
			return
		}
	}
	if p, ok := f.dirs[dir]; ok {
		f.consider(p, path)
	}
}

// ignored names are nobody's yet: dot files and files under way.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".tmp") || strings.HasSuffix(name, ".part")
}

func (f *Folders) consider(p Place, path string) {
	if ignored(filepath.Base(path)) {
		return
	}
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		delete(f.waiting, path)
		return
	}
	s := stamp{info.Size(), info.ModTime()}
	f.mu.Lock()
	done := f.busy[path] || f.known[path] == s
	f.mu.Unlock()
	if done {
		return
	}
	now := f.cfg.Now()
	c, ok := f.waiting[path]
	if !ok {
		c = &candidate{place: p, seen: s, changed: now}
		if lies(info, now) >= f.cfg.Stable || renamed(info) {
			c.changed = time.Time{}
		}
		f.waiting[path] = c
		return
	}
	if c.seen != s {
		c.seen, c.changed = s, now
	}
}

// lies is how long ago a file was last written, 0 for a time ahead.
func lies(info fs.FileInfo, now time.Time) time.Duration {
	return max(now.Sub(info.ModTime()), 0)
}

// ripe hands on every file that is whole by now, as many as may be in flight.
func (f *Folders) ripe(ctx context.Context, g *errgroup.Group, sem *semaphore.Weighted) {
	paths := make([]string, 0, len(f.waiting))
	for path := range f.waiting {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		f.consider(f.waiting[path].place, path) // sees changes that no event told
		if !f.offer(ctx, g, sem, path) {
			return
		}
	}
}

// offer hands a file on if it is whole by now; false says that no more can be
// taken at present.
func (f *Folders) offer(ctx context.Context, g *errgroup.Group, sem *semaphore.Weighted, path string) bool {
	c, ok := f.waiting[path]
	if !ok || f.cfg.Now().Sub(c.changed) < f.cfg.Stable {
		return true
	}
	if !sem.TryAcquire(1) {
		return false
	}
	delete(f.waiting, path)
	f.mu.Lock()
	f.busy[path] = true
	f.mu.Unlock()
	g.Go(func() error {
		defer sem.Release(1)
		err := f.take(ctx, c.place, path)
		f.mu.Lock()
		delete(f.busy, path)
		f.mu.Unlock()
		if ctx.Err() == nil {
			f.tell(path, err, "file not taken yet; tried again at every rescan")
		}
		return nil
	})
	return true
}

func (f *Folders) take(ctx context.Context, p Place, path string) error {
	file, err := open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	s := stamp{info.Size(), info.ModTime()}
	if s.size > f.cfg.MaxBytes {
		f.settle(path, s)
		return fmt.Errorf("%d bytes are more than ingest.max_bytes (%d)", s.size, f.cfg.MaxBytes)
	}
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if again, err := file.Stat(); err != nil || n != s.size || (stamp{again.Size(), again.ModTime()}) != s {
		return nil // written to meanwhile; the next scan finds it
	}
	d := &Delivery{Feed: p.Feed, Name: filepath.Base(path), Received: f.cfg.Now().UTC(), Size: n, SHA256: hex.EncodeToString(h.Sum(nil)), Data: file}
	captured, err := f.cfg.Ledger.Begin(ctx, d)
	if err != nil {
		return err
	}
	if !captured {
		if err := f.cfg.Capture(ctx, d); err != nil {
			return fmt.Errorf("capture: %w", err)
		}
		// The bytes are safe: tick it off even when asked to stop.
		if err := f.cfg.Ledger.Done(context.WithoutCancel(ctx), d); err != nil {
			return err
		}
	}
	f.settle(path, s)
	return f.after(p, path)
}

func (f *Folders) settle(path string, s stamp) {
	f.mu.Lock()
	f.known[path] = s
	f.mu.Unlock()
}

func (f *Folders) after(p Place, path string) error {
	switch p.After {
	case "delete":
		if err := os.Remove(path); err != nil {
			return err
		}
	case "move":
		done := filepath.Join(p.Dir, ".done")
		if err := os.MkdirAll(done, 0o755); err != nil {
			return err
		}
		if err := os.Rename(path, filepath.Join(done, filepath.Base(path))); err != nil {
			return err
		}
	default:
		return nil
	}
	f.mu.Lock()
	delete(f.known, path)
	f.mu.Unlock()
	return nil
}

// tell logs a fault once for a path and not again until it changes.
func (f *Folders) tell(path string, err error, what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		delete(f.told, path)
		return
	}
	if f.told[path] == err.Error() {
		return
	}
	f.told[path] = err.Error()
	f.cfg.Log.Error().Err(err).Str("path", strings.TrimSuffix(path, "#watch")).Msg(what)
}
