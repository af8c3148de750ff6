package sqlite

import (
	"bytes"
	"database/sql"
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
	t.Cleanup(func() { _ = outside.Close() })
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
