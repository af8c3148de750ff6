package kb

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Store holds the knowledge base in force: the embedded one with the overlay
// of a file on top. Reload follows the file; a file with a fault changes
// nothing. A Store is safe for concurrent use and has no goroutine of its own.
type Store struct {
	path    string
	base    *KB
	current atomic.Pointer[KB]

	mu   sync.Mutex // guards what follows
	seen stamp
}

type stamp struct {
	modified time.Time
	size     int64
}

// OpenStore loads the embedded base and the overlay at path; with path "" there
// is no overlay. A fault of the overlay is an error: see LoadOverlay.
func OpenStore(path string) (*Store, error) {
	base, err := Load()
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, base: base}
	s.current.Store(base)
	if _, err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// KB is the knowledge base in force.
func (s *Store) KB() *KB { return s.current.Load() }

// Reload reads the overlay again when its file's time or size has changed, and
// reports whether another knowledge base is in force now. After an error the
// old one stays, and the same file is not read again until it changes.
func (s *Store) Reload() (changed bool, err error) {
	if s.path == "" {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.path)
	if err != nil {
		return false, fmt.Errorf("knowledge base overlay: %w", err)
	}
	now := stamp{info.ModTime(), info.Size()}
	if now == s.seen {
		return false, nil
	}
	o, err := LoadOverlay(s.path, s.base)
	s.seen = now
	if err != nil {
		return false, err
	}
	s.current.Store(s.base.With(o))
	return true, nil
}
