package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	modernc "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/sqlread"
)

// OpenReader opens the store of a file that is there, for reading alone.
func OpenReader(ctx context.Context, path string) (*sqlread.Reader, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	pack, err := store.NewPacker()
	if err != nil {
		return nil, err
	}
	r, err := openRead("file:"+(&url.URL{Path: abs}).EscapedPath(), pack)
	if err != nil {
		pack.Close()
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	if _, err := r.LastChange(ctx); err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, errors.Join(err, r.Close()))
	}
	return r, nil
}

func isBusy(err error) bool {
	var e *modernc.Error
	return errors.As(err, &e) && (e.Code()&0xff == codes.SQLITE_BUSY || e.Code()&0xff == codes.SQLITE_LOCKED)
}

// search is the condition on chains whose text holds all words.
func search(words []string) (string, any) {
	return `c.id IN (SELECT rowid FROM story_words WHERE story_words MATCH ?)`, match(words)
}

// match writes words as a query of FTS5: each a string, so that nothing in
// them is an operator; all must stand in the row.
func match(words []string) string {
	const most = 32 // words of a query
	quoted := make([]string, 0, len(words))
	for _, w := range words[:min(len(words), most)] {
		quoted = append(quoted, `"`+strings.ReplaceAll(strings.ReplaceAll(w, "\x00", ""), `"`, `""`)+`"`)
	}
	return strings.Join(quoted, " ")
}
