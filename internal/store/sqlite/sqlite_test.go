package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/storetest"
	"github.com/dateline-wire/dateline/pkg/model"
)

func open1(t testing.TB, path string) *DB {
	t.Helper()
	d, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func backend(t *testing.T) storetest.Backend {
	path := filepath.Join(t.TempDir(), "odd name?#%20.db")
	d := open1(t, path)
	outside, err := sql.Open("sqlite", "file:"+strings.NewReplacer("?", "%3f", "#", "%23", "%", "%25").Replace(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := outside.ExecContext(context.Background(), `INSERT INTO story_words (story_words, rank) VALUES ('integrity-check', 1)`); err != nil {
			t.Errorf("the full-text index is not what the stories say: %v", err)
		}
		if err := outside.Close(); err != nil {
			t.Error(err)
		}
	})
	return storetest.Backend{Store: d, SQL: outside, Reopen: func() store.Store {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		return open1(t, path)
	}}
}

func TestStore(t *testing.T) { storetest.Run(t, backend) }

func TestKilledTextIsGoneFromEveryFile(t *testing.T) {
	dir := t.TempDir()
	d := open1(t, filepath.Join(dir, "dateline.db"))
	const secret = "Zyxwvutsrq"
	text := strings.Repeat(secret+" ", 3000) // more than one page
	storetest.Apply(t, d, storetest.Noon(),
		storetest.Plain(storetest.Version{URI: "urn:other", Revision: 1, Text: "other"}),
		storetest.Tagged(storetest.Version{Revision: 1, Text: secret}, "1"),
		storetest.Tagged(storetest.Version{Revision: 2, Text: text}, "1"))
	if !contains(t, dir, secret) {
		t.Fatal("the text is in no file before the kill")
	}
	storetest.Apply(t, d, storetest.Noon(), storetest.Plain(storetest.Version{Revision: 3, Change: model.ChangeKill, Status: model.Canceled, Text: secret}))
	if _, _, err := d.Due(t.Context(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	if contains(t, dir, secret) {
		t.Error("the killed text is still in a file")
	}
	storetest.Apply(t, d, storetest.Noon(), storetest.Tagged(storetest.Version{Revision: 1, Text: secret}, "2"))
	if contains(t, dir, secret) {
		t.Error("a late copy of the killed text is in a file")
	}
}

func TestFilesThatAreNoStore(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name string
		make func(path string) error
		want string
	}{
		{"another program's file", func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("no database ", 500)), 0o600) }, "not a database"},
		{"a directory", func(path string) error { return os.Mkdir(path, 0o755) }, "unable to open"},
		{"a newer program's store", func(path string) error {
			d, err := Open(t.Context(), path)
			if err != nil {
				return err
			}
			err = d.session.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
			return errors.Join(err, d.Close())
		}, "newer program"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, fmt.Sprint(i))
			if err := tt.make(path); err != nil {
				t.Fatal(err)
			}
			d, err := Open(t.Context(), path)
			if err == nil {
				_ = d.Close()
			}
			var down *store.UnavailableError
			if !errors.As(err, &down) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want one line with %q and the path", err, tt.want)
			}
		})
	}
}

// A reader that holds its view open must not keep records out; the log is
// emptied once it has gone.
func TestAReaderInTheWay(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "dateline.db")
	d := open1(t, path)
	storetest.Apply(t, d, storetest.Noon(), storetest.Plain(storetest.Version{Revision: 1, Text: "Secretword"}))
	outside, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	tx, err := outside.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), `SELECT count(*) FROM v_stories`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	storetest.Apply(t, d, storetest.Noon(), storetest.Plain(storetest.Version{Revision: 2, Change: model.ChangeKill, Status: model.Canceled}))
	if _, _, err := d.Due(t.Context(), storetest.Noon()); err != nil {
		t.Errorf("with a reader in the way: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Due(t.Context(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	if contains(t, dir, "Secretword") {
		t.Error("the killed text is still in a file")
	}
}

// Another process that holds the write lock makes the store unavailable, and
// the same batch is stored when it lets go.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	d := open1(t, path)
	if err := d.session.exec(`PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	outside, err := sql.Open("sqlite", path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	tx, err := outside.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	items := []store.Item{storetest.Plain(storetest.Version{Revision: 1, Text: "one"})}
	_, err = d.Apply(t.Context(), items, storetest.Noon())
	var down *store.UnavailableError
	if !errors.As(err, &down) || !strings.Contains(err.Error(), "locked") {
		t.Errorf("beside another writer: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	storetest.Apply(t, d, storetest.Noon(), items...)
}

// contains looks for a word in every file of a directory, whatever its case:
// the full-text index folds it.
func contains(t *testing.T, dir, word string) bool {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(word))) {
			return true
		}
	}
	return false
}
