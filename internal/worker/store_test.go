package worker

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/postgres/pgtest"
	"github.com/dateline-wire/dateline/internal/store/storetest"
)

// keeps takes a record in, and finds it by the interface's own calls and by SQL.
func keeps(t *testing.T, db Store) {
	t.Helper()
	storetest.Apply(t, db, storetest.Noon(), storetest.Plain(storetest.Version{Revision: 1, Text: "one"}))
	s, err := db.Story(t.Context(), "urn:t:1")
	if err != nil || s.Revision != 1 {
		t.Fatalf("the story: %+v, %v", s, err)
	}
	rows, err := db.Select(t.Context(), `SELECT status FROM v_stories WHERE uri = ?`, "urn:t:1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var status string
	if !rows.Next() || rows.Scan(&status) != nil || status != "usable" {
		t.Errorf("v_stories says %q, %v", status, rows.Err())
	}
}

func TestOpenStoreSQLite(t *testing.T) {
	cfg := config.Default()
	cfg.Data = t.TempDir()
	if _, err := FindStore(t.Context(), &cfg); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a directory without a store: %v", err)
	}
	db, err := OpenStore(t.Context(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	keeps(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := FindStore(t.Context(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	if n, err := found.LastChange(t.Context()); err != nil || n == 0 {
		t.Errorf("the store found has %d changes, %v", n, err)
	}
}

func TestOpenStorePostgres(t *testing.T) {
	server, err := pgtest.Start(context.WithoutCancel(t.Context()))
	if errors.Is(err, pgtest.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	cfg := config.Default()
	cfg.Data = t.TempDir()
	cfg.Sink.Postgres = config.Secret(server.DSN("postgres"))
	db, err := FindStore(t.Context(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	keeps(t, db)
	if _, err := os.Stat(StorePath(cfg.Data)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made beside PostgreSQL: %v", err)
	}

	cfg.Sink.Postgres = config.Secret(server.DSN("nosuchdatabase"))
	if _, err := awaitStore(t.Context(), &cfg, zerolog.Nop()); err == nil || serverAway(err) {
		t.Errorf("a database that is missing is waited for: %v", err)
	}
}

// A server that is not there is waited for until the context ends, and the
// password shows neither in the log nor in the error.
func TestStoreWaits(t *testing.T) {
	cfg := config.Default()
	cfg.Data = t.TempDir()
	cfg.Sink.Postgres = "postgres://user:hunter2@127.0.0.1:1/none?connect_timeout=5"
	_, err := OpenStore(t.Context(), &cfg)
	var down *store.UnavailableError
	if !errors.As(err, &down) || !serverAway(err) || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("a server that is not there: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var told strings.Builder
	log := zerolog.New(&told).Hook(zerolog.HookFunc(func(*zerolog.Event, zerolog.Level, string) { cancel() }))
	if _, err := awaitStore(ctx, &cfg, log); !errors.Is(err, context.Canceled) {
		t.Errorf("the wait ended with %v", err)
	}
	if !strings.Contains(told.String(), `"event":"waiting"`) || strings.Contains(told.String(), "hunter2") {
		t.Errorf("the log says %s", told.String())
	}
}
