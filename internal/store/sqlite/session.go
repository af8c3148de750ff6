package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// session is the writing connection with its statements. Its users take turns.
//
// Statements run without the caller's context: they are short, the wait for a
// lock is bounded by busyTimeout, and the driver starts a goroutine for every
// statement whose context can end. The context is looked at between them.
type session struct {
	conn  *sql.Conn
	pack  *store.Packer
	stmts map[string]*sql.Stmt
	open  bool
	hid   bool // text was hidden since the write-ahead log was emptied
	ids   int64
}

func newSession(ctx context.Context, db *sql.DB, pack *store.Packer) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	// What an earlier run left in the log may hold text hidden since.
	s := &session{conn: conn, pack: pack, stmts: map[string]*sql.Stmt{}, hid: true}
	if err := s.row("SELECT coalesce(max(id), 0) FROM versions").Scan(&s.ids); err != nil {
		return nil, errors.Join(fmt.Errorf("read the last version: %w", err), s.close())
	}
	return s, nil
}

func (s *session) close() error {
	var errs []error
	for _, st := range s.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}

// stmt prepares each statement once.
func (s *session) stmt(q string) (*sql.Stmt, error) {
	if st, ok := s.stmts[q]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", q, err)
	}
	s.stmts[q] = st
	return st, nil
}

func (s *session) exec(q string, args ...any) error {
	_, err := s.insert(q, args...)
	return err
}

// insert runs a statement and returns the row it made.
func (s *session) insert(q string, args ...any) (int64, error) {
	st, err := s.stmt(q)
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", firstWords(q), err)
	}
	return r.LastInsertId()
}

type row struct {
	*sql.Row
	err error
}

// Scan tells what kept the statement from being prepared, too.
func (r row) Scan(to ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.Row.Scan(to...)
}

func (s *session) row(q string, args ...any) row {
	st, err := s.stmt(q)
	if err != nil {
		return row{err: err}
	}
	return row{Row: st.QueryRowContext(context.Background(), args...)}
}

// each calls f for every row; f scans.
func (s *session) each(f func(*sql.Rows) error, q string, args ...any) (err error) {
	st, err := s.stmt(q)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return fmt.Errorf("%s: %w", firstWords(q), err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func firstWords(q string) string {
	f := strings.Fields(q)
	return strings.Join(f[:min(3, len(f))], " ")
}

// Begin implements store.Session.
func (s *session) Begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	s.open = true
	return nil
}

// Commit implements store.Session.
func (s *session) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.exec("COMMIT"); err != nil {
		return err
	}
	s.open = false
	return nil
}

// Rollback implements store.Session. SQLite may have rolled back by itself
// when it failed; that this then fails says nothing new.
func (s *session) Rollback() {
	if s.open {
		s.open = false
		_ = s.exec("ROLLBACK")
	}
}

// Mark implements store.Session.
func (s *session) Mark(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.exec("SAVEPOINT item")
}

// Back implements store.Session.
func (s *session) Back(context.Context) error { return s.exec("ROLLBACK TO item") }

// Done implements store.Session.
func (s *session) Done(context.Context) error { return s.exec("RELEASE item") }

// OwnFault implements store.Session.
func (s *session) OwnFault(err error) bool { return ownFault(err) }

// IDs implements store.Tx.
func (s *session) IDs(_ context.Context, n int) ([]int64, error) {
	ids := make([]int64, n)
	for i := range ids {
		s.ids++
		ids[i] = s.ids
	}
	return ids, nil
}

const versionColumns = `id, revision, asks, release, until, sha256, item, feed, change, priority, provider, language,
	version_created, received_at, digest, appended, engine, tags_hash, shown, complete`

const newestFirst = `ORDER BY revision DESC, asks DESC, sha256 DESC, item DESC, feed DESC LIMIT 1`

// Load implements store.Tx.
func (s *session) Load(ctx context.Context, wants []store.Want) ([]*store.Chain, error) {
	chains := make([]*store.Chain, len(wants))
	for i, w := range wants {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := &store.Chain{URI: w.URI, ToldRevision: -1}
		chains[i] = c
		var due sql.NullInt64
		var status, told string
		err := s.row(`SELECT id, status, version, due, told, told_revision FROM chains WHERE uri = ?`, w.URI).
			Scan(&c.ID, &status, &c.Decides, &due, &told, &c.ToldRevision)
		if errors.Is(err, sql.ErrNoRows) {
			c.New = true
			continue
		}
		if err != nil {
			return nil, err
		}
		c.Status, c.Told = story.Status(status), store.Told(told)
		if due.Valid {
			c.Due = time.UnixMilli(due.Int64).UTC()
		}
		if err := s.load(c, `SELECT `+versionColumns+` FROM versions WHERE id IN (
			SELECT * FROM (SELECT id FROM versions WHERE chain = ?1 `+newestFirst+`)
			UNION SELECT * FROM (SELECT id FROM versions WHERE chain = ?1 AND asks = 4 `+newestFirst+`)
			UNION SELECT * FROM (SELECT id FROM versions WHERE chain = ?1 AND release = 1 `+newestFirst+`)
			UNION SELECT ?2)`, c.ID, c.Decides); err != nil {
			return nil, err
		}
		for _, v := range w.Same {
			if err := s.load(c, `SELECT `+versionColumns+` FROM versions
				WHERE chain = ? AND revision = ? AND asks IN (1, 2, 3, 4) AND sha256 = ? AND item = ? AND feed = ?`,
				c.ID, v.Revision, v.SHA256, v.Item, v.Feed); err != nil {
				return nil, err
			}
		}
	}
	return chains, nil
}

// All implements store.Tx.
func (s *session) All(_ context.Context, c *store.Chain) error {
	if c.New {
		return nil
	}
	return s.load(c, `SELECT `+versionColumns+` FROM versions WHERE chain = ?`, c.ID)
}

// load adds the versions of a query that the chain does not hold yet.
func (s *session) load(c *store.Chain, q string, args ...any) error {
	return s.each(func(rows *sql.Rows) error {
		v, err := scanVersion(rows)
		if err != nil {
			return err
		}
		for _, have := range c.Versions {
			if have.ID == v.ID {
				return nil
			}
		}
		c.Versions = append(c.Versions, v)
		return nil
	}, q, args...)
}

func scanVersion(rows *sql.Rows) (*store.Version, error) {
	var v store.Version
	var asks int
	var appended int64
	var until, change, priority, provider, language, created, received, engine sql.NullString
	if err := rows.Scan(&v.ID, &v.Revision, &asks, &v.Release, &until, &v.SHA256, &v.Item, &v.Feed, &change, &priority, &provider, &language,
		&created, &received, &v.Digest, &appended, &engine, &v.TagsHash, &v.Shown, &v.Complete); err != nil {
		return nil, fmt.Errorf("read a version: %w", err)
	}
	v.Asks, v.Change, v.Priority = story.OfRank(asks), model.Change(change.String), priority.String
	v.Provider, v.Language, v.Engine = provider.String, language.String, engine.String
	v.Appended = time.UnixMicro(appended).UTC()
	for _, t := range []struct {
		to   *time.Time
		from string
	}{{&v.Until, until.String}, {&v.VersionCreated, created.String}, {&v.ReceivedAt, received.String}} {
		var err error
		if *t.to, err = store.ParseStamp(t.from); err != nil {
			return nil, err
		}
	}
	return &v, nil
}

// Doc implements store.Tx.
func (s *session) Doc(_ context.Context, version int64) ([]byte, error) {
	var packed []byte
	if err := s.row(`SELECT doc FROM versions WHERE id = ?`, version).Scan(&packed); err != nil {
		return nil, err
	}
	return s.pack.Unpack(packed)
}

// Write implements store.Tx.
func (s *session) Write(ctx context.Context, w *store.Writes) error {
	for _, c := range w.Chains {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.writeChain(c); err != nil {
			return fmt.Errorf("write %s: %w", c.URI, err)
		}
	}
	for i := range w.Changes {
		c := &w.Changes[i]
		seq, err := s.insert(`INSERT INTO changes (uri, revision, kind, replay, line, version, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.URI, c.Revision, string(c.Kind), null(c.Replay), null(string(c.Line)), c.Version, store.Stamp(c.At))
		if err != nil {
			return err
		}
		c.Seq = seq
	}
	for _, o := range w.Offsets {
		if err := s.exec(`INSERT INTO offsets (topic, partition, "offset") VALUES (?, ?, ?)
			ON CONFLICT (topic, partition) DO UPDATE SET "offset" = max("offset", excluded."offset")`, o.Topic, o.Partition, o.Offset); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) writeChain(c *store.Chain) error {
	var due any
	if !c.Due.IsZero() {
		due = c.Due.UnixMilli()
	}
	switch {
	case c.New:
		id, err := s.insert(`INSERT INTO chains (uri, status, version, due, time, told, told_revision) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.URI, string(c.Status), c.Decides, due, store.Stamp(c.Time), string(c.Told), c.ToldRevision)
		if err != nil {
			return err
		}
		c.ID = id
	case c.Changed:
		if err := s.exec(`UPDATE chains SET status = ?, version = ?, due = ?, time = ?, told = ?, told_revision = ? WHERE id = ?`,
			string(c.Status), c.Decides, due, store.Stamp(c.Time), string(c.Told), c.ToldRevision, c.ID); err != nil {
			return err
		}
	}
	for _, v := range c.Versions {
		if err := s.writeVersion(c, v); err != nil {
			return err
		}
	}
	if c.Purge >= 0 {
		s.hid = true
		if err := s.exec(`UPDATE versions SET doc = NULL WHERE chain = ? AND revision <= ? AND asks <> 4 AND doc IS NOT NULL`, c.ID, c.Purge); err != nil {
			return err
		}
	}
	if c.Face == nil {
		return nil
	}
	return s.writeFace(c)
}

func (s *session) writeVersion(c *store.Chain, v *store.Version) error {
	switch {
	case v.Removed:
		return s.exec(`DELETE FROM versions WHERE id = ?`, v.ID)
	case v.New:
		return s.exec(`INSERT INTO versions (`+versionColumns+`, chain, doc)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			append(s.versionValues(v), c.ID, s.pack.Pack(v.Doc))...)
	case v.Reread:
		return s.exec(`UPDATE versions SET (`+versionColumns+`, chain, doc) =
			(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) WHERE id = ?1`,
			append(s.versionValues(v), c.ID, s.pack.Pack(v.Doc))...)
	case v.DocChanged:
		return s.exec(`UPDATE versions SET engine = ?, tags_hash = ?, shown = ?, complete = ?, doc = ? WHERE id = ?`,
			null(v.Engine), v.TagsHash, v.Shown, v.Complete, s.pack.Pack(v.Doc), v.ID)
	case v.Changed:
		return s.exec(`UPDATE versions SET engine = ?, tags_hash = ?, shown = ?, complete = ? WHERE id = ?`,
			null(v.Engine), v.TagsHash, v.Shown, v.Complete, v.ID)
	}
	return nil
}

func (s *session) versionValues(v *store.Version) []any {
	return []any{
		v.ID, v.Revision, v.Asks.Rank(), v.Release, null(store.Stamp(v.Until)), v.SHA256, v.Item, v.Feed,
		null(string(v.Change)), null(v.Priority), null(v.Provider), null(v.Language),
		null(store.Stamp(v.VersionCreated)), null(store.Stamp(v.ReceivedAt)), v.Digest, v.Appended.UnixMicro(),
		null(v.Engine), v.TagsHash, v.Shown, v.Complete,
	}
}

func (s *session) writeFace(c *store.Chain) error {
	f := c.Face
	if !c.New {
		for _, q := range []string{
			`DELETE FROM deployments WHERE chain = ?`, `DELETE FROM attributions WHERE chain = ?`, `DELETE FROM actors WHERE chain = ?`,
		} {
			if err := s.exec(q, c.ID); err != nil {
				return err
			}
		}
	}
	if f.TextChanged {
		if err := s.writeText(c, f); err != nil {
			return err
		}
	}
	for i, r := range f.Deployments {
		if err := s.exec(`INSERT INTO deployments (chain, ord, id, unit, unit_field, unit_start, count_min, count_max, approx, kind, action, status,
			sender, origin, destination, source, confidence, purpose, beneficiary, date, date_start, date_end, sender_actor,
			destination_place, destination_country, destination_lat, destination_lon, part_of, claim, rule)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, i, r.ID, r.Unit, r.UnitField, r.UnitStart, r.CountMin, r.CountMax, r.Approx, r.Kind, r.Action, r.Status,
			r.Sender, r.Origin, r.Destination, r.Source, r.Confidence, r.Purpose, r.Beneficiary, r.Date, r.DateStart, r.DateEnd, r.SenderActor,
			r.DestinationPlace, r.DestinationCountry, r.DestinationLat, r.DestinationLon, r.PartOf, r.Claim, r.Rule); err != nil {
			return err
		}
	}
	for i, r := range f.Attributions {
		if err := s.exec(`INSERT INTO attributions (chain, ord, id, source, source_kind, cue, content, type, via, source_name, confidence)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, i, r.ID, r.Source, r.SourceKind, r.Cue, r.Content, r.Type, r.Via, r.SourceName, r.Confidence); err != nil {
			return err
		}
	}
	for i, r := range f.Actors {
		if err := s.exec(`INSERT INTO actors (chain, ord, actor, name, type, country, mentions, role, confidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, i, r.Actor, r.Name, r.Type, r.Country, r.Mentions, r.Role, r.Confidence); err != nil {
			return err
		}
	}
	return nil
}

// writeText keeps the row of a text and its words in step. No statement here
// or in a transaction's common path may need a savepoint of its own (triggers,
// upserts): the full-text index would be flushed to disk at each.
func (s *session) writeText(c *store.Chain, f *store.Face) error {
	if !c.New {
		var headline, body sql.NullString
		switch err := s.row(`SELECT headline, body FROM stories WHERE id = ?`, c.ID).Scan(&headline, &body); {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		default:
			if err := s.exec(`INSERT INTO story_words (story_words, rowid, headline, body) VALUES ('delete', ?, ?, ?)`, c.ID, headline, body); err != nil {
				return err
			}
			if err := s.exec(`DELETE FROM stories WHERE id = ?`, c.ID); err != nil {
				return err
			}
			s.hid = s.hid || !f.Visible
		}
	}
	if !f.Visible {
		return nil
	}
	if err := s.exec(`INSERT INTO stories (id, headline, body) VALUES (?, ?, ?)`, c.ID, null(f.Headline), null(f.Body)); err != nil {
		return err
	}
	return s.exec(`INSERT INTO story_words (rowid, headline, body) VALUES (?, ?, ?)`, c.ID, null(f.Headline), null(f.Body))
}

// due lists chains whose time has come.
func (s *session) due(_ context.Context, now time.Time, limit int) ([]string, error) {
	var uris []string
	err := s.each(func(rows *sql.Rows) error {
		var uri string
		if err := rows.Scan(&uri); err != nil {
			return err
		}
		uris = append(uris, uri)
		return nil
	}, `SELECT uri FROM chains WHERE due <= ? ORDER BY due, id LIMIT ?`, now.UnixMilli(), limit)
	return uris, err
}

// next is when the first chain is due.
func (s *session) next(context.Context) (time.Time, error) {
	var due sql.NullInt64
	if err := s.row(`SELECT min(due) FROM chains WHERE due IS NOT NULL`).Scan(&due); err != nil || !due.Valid {
		return time.Time{}, err
	}
	return time.UnixMilli(due.Int64).UTC(), nil
}

// scrub empties the write-ahead log when it may hold text hidden since. A
// reader can keep it from doing so; the next call tries again.
func (s *session) scrub(context.Context) error {
	if !s.hid {
		return nil
	}
	// The reader that is in the way is not waited for: writers would wait too.
	if err := s.exec(`PRAGMA busy_timeout = 0`); err != nil {
		return err
	}
	var busy, frames, moved int
	err := s.row(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved)
	s.hid = err != nil || busy != 0
	if back := s.exec(fmt.Sprintf(`PRAGMA busy_timeout = %d`, busyTimeout.Milliseconds())); back != nil {
		return back
	}
	if err != nil && !isBusy(err) {
		return fmt.Errorf("empty the write-ahead log: %w", err)
	}
	return nil
}

// null is how a column has what is absent.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
