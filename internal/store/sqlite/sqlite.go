// Package sqlite keeps a store in one SQLite file, readable by any number of
// other processes while it is written. One process at a time may have it open:
// lock the data directory first. Every commit is on the disk when Apply
// returns. Text that a kill reaches is overwritten, in the file, in its
// write-ahead log and in the full-text index.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	modernc "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/sqlread"
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is a store in a file. It is safe for several goroutines.
type DB struct {
	*sqlread.Reader
	write *sql.DB // one connection

	mu      sync.Mutex // a transaction, or maintenance
	session *session
}

var _ store.Store = (*DB)(nil)

// busyTimeout is how long a statement waits for another process's lock.
const busyTimeout = 5 * time.Second

// Open opens the file, makes it when it is not there, and brings its schema up
// to date. A file that a newer program has written is refused.
func Open(ctx context.Context, path string) (*DB, error) {
	db, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	return db, nil
}

func open(ctx context.Context, path string) (_ *DB, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := "file:" + (&url.URL{Path: abs}).EscapedPath()
	d := &DB{}
	pack, err := store.NewPacker()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err == nil {
			return
		}
		if d.Reader == nil {
			pack.Close()
		}
		err = unavailable(errors.Join(err, d.Close()))
	}()
	pragmas := url.Values{"_pragma": {
		waits(), "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "temp_store(MEMORY)",
		"cache_size(-32768)", "journal_size_limit(67108864)",
	}}
	if d.write, err = sql.Open("sqlite", name+"?"+pragmas.Encode()); err != nil {
		return nil, err
	}
	d.write.SetMaxOpenConns(1)
	if err := migrate(ctx, d.write); err != nil {
		return nil, err
	}
	if d.Reader, err = openRead(name, pack); err != nil {
		return nil, err
	}
	if d.session, err = newSession(ctx, d.write, pack); err != nil {
		return nil, err
	}
	return d, nil
}

// openRead opens connections that can only read a file that is there.
func openRead(name string, pack *store.Packer) (*sqlread.Reader, error) {
	db, err := sql.Open("sqlite", name+"?"+url.Values{"mode": {"rw"}, "_pragma": {waits(), "query_only(ON)"}}.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	return sqlread.New(db, pack, sqlread.Dialect{Words: search, Unavailable: unavailable}), nil
}

func waits() string { return fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()) }

func migrate(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, know, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if have > know {
		return fmt.Errorf("its schema has version %d, this program knows up to %d: a newer program wrote it", have, know)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", err)
	}
	return nil
}

// Apply implements store.Store.
func (d *DB) Apply(ctx context.Context, items []store.Item, now time.Time) (store.Result, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, err := store.Run(ctx, d.session, items, now)
	return r, unavailable(err)
}

// Due implements store.Store. Where text was hidden since the last call it
// also empties the write-ahead log, so that the text is gone from there too.
func (d *DB) Due(ctx context.Context, now time.Time) ([]store.Change, time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	changes, err := store.RunDue(ctx, d.session, d.session.due, now)
	if err != nil {
		return changes, time.Time{}, unavailable(err)
	}
	if err := d.session.scrub(ctx); err != nil {
		return changes, time.Time{}, unavailable(err)
	}
	next, err := d.session.next(ctx)
	return changes, next, unavailable(err)
}

// Close implements store.Store.
func (d *DB) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	if d.session != nil {
		errs = append(errs, d.session.scrub(context.Background()), d.session.close())
		d.session = nil
	}
	if d.Reader != nil {
		errs = append(errs, d.Reader.Close())
	}
	if d.write != nil {
		errs = append(errs, d.write.Close())
	}
	return errors.Join(errs...)
}

// ownFault tells whether SQLite refused what was written, rather than failing.
func ownFault(err error) bool {
	var e *modernc.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case codes.SQLITE_TOOBIG, codes.SQLITE_CONSTRAINT, codes.SQLITE_MISMATCH, codes.SQLITE_RANGE:
		return true
	}
	return false
}

// unavailable marks what another try may mend.
func unavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || ownFault(err) {
		return err
	}
	return &store.UnavailableError{Err: err}
}
