// Package sqlread reads a store through database/sql: what the backends, which
// have the same tables, have in common. Nothing here writes.
package sqlread

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Dialect is what the backends have not in common.
type Dialect struct {
	// Numbered is whether arguments are written $1, $2 and not ?.
	Numbered bool
	// Words is a condition on c.id, with its argument, that all words stand in
	// the text of the chain.
	Words func(words []string) (condition string, arg any)
	// Unavailable marks the backend's own failures; nil stays nil.
	Unavailable func(error) error
}

// mark writes the arguments of a query, each a ?, as the backend has them.
func (d *Dialect) mark(q string) string {
	if !d.Numbered {
		return q
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(q, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		q = after
	}
}

// Reader reads a store, beside the process that writes it or without one. It is
// safe for several goroutines.
type Reader struct {
	db      *sql.DB
	pack    *store.Packer
	dialect Dialect
}

// New makes a reader, which then owns db and pack.
func New(db *sql.DB, pack *store.Packer, dialect Dialect) *Reader {
	return &Reader{db: db, pack: pack, dialect: dialect}
}

// Close lets go of the store.
func (r *Reader) Close() error {
	r.pack.Close()
	return r.db.Close()
}

// Select runs a query of one's own, with ? for each argument and for nothing
// else. The caller closes the rows.
func (r *Reader) Select(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.db.QueryContext(ctx, r.dialect.mark(query), args...)
	return rows, r.dialect.Unavailable(err)
}

func (r *Reader) row(ctx context.Context, q string, args ...any) *sql.Row {
	return r.db.QueryRowContext(ctx, r.dialect.mark(q), args...)
}

// query runs a query; f scans each row.
func (r *Reader) query(ctx context.Context, f func(*sql.Rows) error, q string, args ...any) (err error) {
	rows, err := r.db.QueryContext(ctx, r.dialect.mark(q), args...)
	if err != nil {
		return r.dialect.Unavailable(err)
	}
	defer func() { err = r.dialect.Unavailable(errors.Join(err, rows.Close())) }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Changes implements store.Store.
func (r *Reader) Changes(ctx context.Context, after int64, limit int) ([]store.Change, error) {
	var out []store.Change
	err := r.query(ctx, func(rows *sql.Rows) error {
		var c store.Change
		var kind, at string
		var replay, line sql.NullString
		if err := rows.Scan(&c.Seq, &c.URI, &c.Revision, &kind, &replay, &line, &c.Version, &at); err != nil {
			return err
		}
		c.Kind, c.Replay, c.Line = store.Kind(kind), replay.String, store.Line(line.String)
		var err error
		c.At, err = store.ParseStamp(at)
		out = append(out, c)
		return err
	}, `SELECT seq, uri, revision, kind, replay, line, version, at FROM changes WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the changes after %d: %w", after, err)
	}
	return out, nil
}

// LastChange implements store.Store.
func (r *Reader) LastChange(ctx context.Context) (int64, error) {
	var last int64
	if err := r.row(ctx, `SELECT coalesce(max(seq), 0) FROM changes`).Scan(&last); err != nil {
		return 0, fmt.Errorf("read the last change: %w", r.dialect.Unavailable(err))
	}
	return last, nil
}

// Line implements store.Store.
func (r *Reader) Line(ctx context.Context, c store.Change) ([]byte, error) {
	if c.Line == store.NoLine {
		return nil, nil
	}
	var asks int
	var status, feed string
	var packed []byte
	err := r.row(ctx, `SELECT c.status, v.asks, v.feed, v.doc FROM versions v JOIN chains c ON c.id = v.chain WHERE v.id = ?`, c.Version).
		Scan(&status, &asks, &feed, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // a later parser reads it as a test
	}
	if err != nil {
		return nil, fmt.Errorf("read the record of %s: %w", c.URI, r.dialect.Unavailable(err))
	}
	doc, err := r.pack.Unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("read the record of %s: %w", c.URI, err)
	}
	return store.LineFor(c, story.Status(status), story.OfRank(asks), feed, doc)
}

// Offsets implements store.Store.
func (r *Reader) Offsets(ctx context.Context) ([]store.Offset, error) {
	var out []store.Offset
	err := r.query(ctx, func(rows *sql.Rows) error {
		var o store.Offset
		err := rows.Scan(&o.Topic, &o.Partition, &o.Offset)
		out = append(out, o)
		return err
	}, `SELECT topic, partition, "offset" FROM offsets ORDER BY topic, partition`)
	if err != nil {
		return nil, fmt.Errorf("read the offsets: %w", err)
	}
	return out, nil
}

const storyColumns = `c.uri, v.revision, c.status, v.priority, v.feed, v.provider, v.language, s.headline, v.version_created, v.received_at, v.until, v.engine`

const storyTables = ` FROM chains c JOIN versions v ON v.id = c.version LEFT JOIN stories s ON s.id = c.id `

func scanStory(scan func(...any) error, more ...any) (store.Story, error) {
	var s store.Story
	var status string
	var priority, provider, language, headline, created, received, until, engine sql.NullString
	if err := scan(append([]any{&s.URI, &s.Revision, &status, &priority, &s.Feed, &provider, &language, &headline,
		&created, &received, &until, &engine}, more...)...); err != nil {
		return s, err
	}
	s.Status, s.Priority, s.Provider, s.Language = story.Status(status), priority.String, provider.String, language.String
	s.Headline, s.Engine = headline.String, engine.String
	for _, t := range []struct {
		to   *time.Time
		from string
	}{{&s.VersionCreated, created.String}, {&s.ReceivedAt, received.String}, {&s.EmbargoedUntil, until.String}} {
		var err error
		if *t.to, err = store.ParseStamp(t.from); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Story implements store.Store.
func (r *Reader) Story(ctx context.Context, uri string) (_ *store.Story, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read the story %s: %w", uri, err)
		}
	}()
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, r.dialect.Unavailable(err)
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	var packed []byte
	var chain int64
	s, err := scanStory(tx.QueryRowContext(ctx, r.dialect.mark(`SELECT `+storyColumns+`, c.id, v.doc `+storyTables+`WHERE c.uri = ? AND c.status <> ''`), uri).Scan, &chain, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, r.dialect.Unavailable(err)
	}
	if s.Status == story.Usable {
		if s.Doc, err = r.pack.Unpack(packed); err != nil {
			return nil, err
		}
	}
	rows, err := tx.QueryContext(ctx, r.dialect.mark(`SELECT id, revision, change, asks, feed, version_created, received_at, engine, doc IS NOT NULL AND asks <> 4
		FROM versions WHERE chain = ? ORDER BY revision, asks, sha256, item, feed`), chain)
	if err != nil {
		return nil, r.dialect.Unavailable(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v store.VersionInfo
		var asks int
		var change, created, received, engine sql.NullString
		if err := rows.Scan(&v.ID, &v.Revision, &change, &asks, &v.Feed, &created, &received, &engine, &v.Text); err != nil {
			return nil, err
		}
		v.Change, v.Asks, v.Engine = model.Change(change.String), story.OfRank(asks), engine.String
		if v.VersionCreated, err = store.ParseStamp(created.String); err != nil {
			return nil, err
		}
		if v.ReceivedAt, err = store.ParseStamp(received.String); err != nil {
			return nil, err
		}
		s.Versions = append(s.Versions, v)
	}
	return &s, r.dialect.Unavailable(rows.Err())
}

// Stories implements store.Store.
func (r *Reader) Stories(ctx context.Context, q store.Query) ([]store.Story, error) {
	where := []string{`c.status <> ''`}
	var args []any
	add := func(cond string, arg any) { where, args = append(where, cond), append(args, arg) }
	if words := strings.Fields(q.Words); len(words) > 0 {
		add(r.dialect.Words(words))
	}
	if q.Feed != "" {
		add(`v.feed = ?`, q.Feed)
	}
	if q.Status != "" {
		add(`c.status = ?`, string(q.Status))
	}
	if !q.Since.IsZero() {
		add(`c.time >= ?`, store.Stamp(q.Since))
	}
	if !q.Before.IsZero() {
		add(`c.time < ?`, store.Stamp(q.Before))
	}
	limit, offset := q.Bounds()
	var out []store.Story
	err := r.query(ctx, func(rows *sql.Rows) error {
		s, err := scanStory(rows.Scan)
		out = append(out, s)
		return err
	}, `SELECT `+storyColumns+storyTables+`WHERE `+strings.Join(where, ` AND `)+
		` ORDER BY c.time DESC, c.id DESC LIMIT ? OFFSET ?`, append(args, limit, offset)...)
	if err != nil {
		return nil, fmt.Errorf("search the stories: %w", err)
	}
	return out, nil
}
