package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/postgres/pgtest"
	"github.com/dateline-wire/dateline/internal/store/storetest"
)

// cluster is the server of the tests, started by the first that needs it and
// stopped by TestMain.
type cluster struct {
	once   sync.Once
	server *pgtest.Server
	err    error
	n      atomic.Int64
}

var shared cluster

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// schema makes a namespace of its own in the cluster and returns its address.
func schema(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = pgtest.Start(context.Background()) })
	if errors.Is(shared.err, pgtest.ErrNone) {
		t.Skip(shared.err)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprintf("t%d", shared.n.Add(1))
	dsn := shared.server.DSN("postgres")
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `CREATE SCHEMA `+name); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dsn + " pool_max_conns=4 search_path=" + name
}

func open1(t testing.TB, dsn string) *DB {
	t.Helper()
	d, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // some tests close it themselves
	return d
}

func backend(t *testing.T) storetest.Backend {
	dsn := schema(t)
	d := open1(t, dsn)
	outside, err := sql.Open("pgx", strings.Replace(dsn, "pool_max_conns=4 ", "", 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = outside.Close() })
	return storetest.Backend{Store: d, SQL: outside, Reopen: func() store.Store {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		return open1(t, dsn)
	}}
}

func TestStore(t *testing.T) { storetest.Run(t, backend) }

// Two sinks take the same records at once, each in its own order: every
// change is there once, and a follower of the log sees all of them.
func TestTwoSinks(t *testing.T) {
	dsn := schema(t)
	var items []store.Item
	for i := range 60 {
		uri := fmt.Sprintf("urn:two:%02d", i%20)
		v := storetest.Version{URI: uri, Revision: int64(i / 20), Text: fmt.Sprintf("v%d", i/20)}
		items = append(items, storetest.Plain(v), storetest.Tagged(v, "1"))
	}
	backwards := slices.Clone(items)
	slices.Reverse(backwards)
	reader := open1(t, dsn)
	var wg sync.WaitGroup
	for _, order := range [][]store.Item{items, backwards} {
		d := open1(t, dsn)
		wg.Go(func() {
			for batch := range slices.Chunk(order, 7) {
				for try := 0; ; try++ {
					_, err := d.Apply(t.Context(), batch, storetest.Noon())
					if err == nil {
						break
					}
					var down *store.UnavailableError
					if !errors.As(err, &down) || try > 20 {
						t.Errorf("apply: %v", err)
						return
					}
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	var seen []int64
	for last, ended := int64(0), false; ; {
		changes, err := reader.Changes(t.Context(), last, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			seen, last = append(seen, c.Seq), c.Seq
		}
		if len(changes) > 0 {
			continue
		}
		if ended {
			break
		}
		select {
		case <-done:
			ended = true
		default:
		}
	}
	all, err := reader.Changes(t.Context(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(seen) {
		t.Errorf("the follower saw %d changes of %d", len(seen), len(all))
	}
	stories, err := reader.Stories(t.Context(), store.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stories {
		if s.Revision != 2 || s.Engine != "1" {
			t.Errorf("%+v", s)
		}
	}
	lines := map[string]int{}
	for _, c := range all {
		if c.Line == store.Record {
			lines[fmt.Sprint(c.URI, c.Revision)]++
		}
	}
	for k, n := range lines {
		if n > 1 {
			t.Errorf("%s is a record %d times", k, n)
		}
	}
	if len(stories) != 20 {
		t.Errorf("%d stories", len(stories))
	}
}

func TestNotThere(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := Open(ctx, "postgres://user:hunter2@127.0.0.1:1/none?connect_timeout=2")
	var down *store.UnavailableError
	if !errors.As(err, &down) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a server that is not there: %v", err)
	}
	if _, err := Open(ctx, "postgres://user:hunter2@host:notaport/"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("an address that is none: %v", err)
	}
}

// A connection that the server ends is replaced: the batch fails as
// unavailable at most once and is stored at the next try.
func TestConnectionsThatBreak(t *testing.T) {
	dsn := schema(t)
	d := open1(t, dsn)
	storetest.Apply(t, d, storetest.Noon(), storetest.Plain(storetest.Version{Revision: 1, Text: "one"}))
	conn, err := pgx.Connect(t.Context(), shared.server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dateline'`); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	items := []store.Item{storetest.Plain(storetest.Version{Revision: 2, Text: "two"})}
	for try := 0; ; try++ {
		_, err := d.Apply(t.Context(), items, storetest.Noon())
		if err == nil {
			break
		}
		var down *store.UnavailableError
		if !errors.As(err, &down) || try > 10 {
			t.Fatalf("try %d: %v", try, err)
		}
	}
	s, err := d.Story(t.Context(), "urn:t:1")
	if err != nil || s.Revision != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestNewerSchema(t *testing.T) {
	dsn := schema(t)
	d := open1(t, dsn)
	if _, err := d.pool.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dsn); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("got %v", err)
	}
}
