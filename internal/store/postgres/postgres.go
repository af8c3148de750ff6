// Package postgres keeps a store in PostgreSQL 15 or later. Several sinks may
// write to one store at a time: a chain's row is locked while a record of it is
// taken in, and changes become visible in the order of their numbers. Text that
// a kill reaches is deleted; when its bytes are gone from the disk is for
// autovacuum, and for whoever keeps write-ahead logs and backups.
package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/sqlread"
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is a store in PostgreSQL. It is safe for several goroutines. A connection
// that breaks is replaced at the next call.
type DB struct {
	*sqlread.Reader
	pool *pgxpool.Pool

	mu      sync.Mutex // a transaction
	session *session
}

var _ store.Store = (*DB)(nil)

// Open connects, by a URL or a keyword string as libpq takes it, and brings
// the schema up to date: one program at a time does, others wait for it. A
// schema that a newer program has made is refused. Errors never show the
// password.
func Open(ctx context.Context, dsn string) (_ *DB, err error) {
	pool, pack, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	d := &DB{pool: pool, session: &session{pool: pool, pack: pack}}
	d.Reader = sqlread.New(stdlib.OpenDBFromPool(pool), pack, dialect())
	if err := migrate(ctx, pool); err != nil {
		return nil, errors.Join(fmt.Errorf("open the PostgreSQL store: %w", unavailable(err)), d.Close())
	}
	return d, nil
}

// Reader is a store opened for reading alone.
type Reader struct {
	*sqlread.Reader
	pool *pgxpool.Pool
}

// Close lets go of the store.
func (r *Reader) Close() error {
	err := r.Reader.Close()
	r.pool.Close()
	return err
}

// OpenReader connects to a store that is there.
func OpenReader(ctx context.Context, dsn string) (*Reader, error) {
	pool, pack, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	r := &Reader{sqlread.New(stdlib.OpenDBFromPool(pool), pack, dialect()), pool}
	if _, err := r.LastChange(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the PostgreSQL store: %w", err), r.Close())
	}
	return r, nil
}

func connect(ctx context.Context, dsn string) (*pgxpool.Pool, *store.Packer, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("read the address of the PostgreSQL store: %w", err)
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	params := cfg.ConnConfig.RuntimeParams
	for name, value := range map[string]string{
		"application_name": "dateline", "lock_timeout": "10s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s",
	} {
		if _, set := params[name]; !set {
			params[name] = value
		}
	}
	pack, err := store.NewPacker()
	if err != nil {
		return nil, nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		pack.Close()
		return nil, nil, fmt.Errorf("connect to the PostgreSQL store: %w", unavailable(err))
	}
	return pool, pack, nil
}

func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	p, err := goose.NewProvider(goose.DialectPostgres, db, dir, goose.WithSessionLocker(locker))
	if err != nil {
		return errors.Join(fmt.Errorf("read the migrations: %w", err), db.Close())
	}
	have, know, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		err = fmt.Errorf("read the schema's version: %w", err)
	case have > know:
		err = fmt.Errorf("its schema has version %d, this program knows up to %d: a newer program made it", have, know)
	case have < know:
		if _, err = p.Up(ctx); err != nil {
			err = fmt.Errorf("bring the schema up to date: %w", err)
		}
	}
	return errors.Join(err, db.Close())
}

func dialect() sqlread.Dialect {
	return sqlread.Dialect{
		Numbered: true, Unavailable: unavailable,
		Words: func(words []string) (string, any) {
			return `c.id IN (SELECT id FROM stories
				WHERE to_tsvector('simple', fold(left(coalesce(headline, '') || ' ' || coalesce(body, ''), 200000))) @@ plainto_tsquery('simple', fold(?)))`,
				strings.ReplaceAll(strings.Join(words, " "), "\x00", " ")
		},
	}
}

// Apply implements store.Store.
func (d *DB) Apply(ctx context.Context, items []store.Item, now time.Time) (store.Result, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, err := store.Run(ctx, d.session, items, now)
	return r, unavailable(err)
}

// Due implements store.Store.
func (d *DB) Due(ctx context.Context, now time.Time) ([]store.Change, time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	changes, err := store.RunDue(ctx, d.session, d.session.due, now)
	if err != nil {
		return changes, time.Time{}, unavailable(err)
	}
	next, err := d.session.next(ctx)
	return changes, next, unavailable(err)
}

// Close implements store.Store.
func (d *DB) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.Reader.Close()
	d.pool.Close()
	return err
}

// ownFault tells whether PostgreSQL refused what was written, rather than
// failing: classes 22 (data exception), 23 (integrity constraint) and 54
// (program limit) of its appendix A.
func ownFault(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && len(e.Code) == 5 && (e.Code[:2] == "22" || e.Code[:2] == "23" || e.Code[:2] == "54")
}

// unavailable marks what another try may mend.
func unavailable(err error) error {
	var already *store.UnavailableError
	if err == nil || errors.Is(err, context.Canceled) || errors.As(err, &already) || ownFault(err) {
		return err
	}
	return &store.UnavailableError{Err: err}
}
