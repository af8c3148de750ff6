package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// session is the transaction that is open. Its users take turns.
type session struct {
	pool *pgxpool.Pool
	pack *store.Packer
	tx   pgx.Tx
}

// Begin implements store.Session.
func (s *session) Begin(ctx context.Context) (err error) {
	s.tx, err = s.pool.Begin(ctx)
	return err
}

// Commit implements store.Session.
func (s *session) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.tx.Commit(ctx)
	s.tx = nil
	return err
}

// Rollback implements store.Session. A rollback that fails breaks the
// connection, and with it the transaction.
func (s *session) Rollback() {
	if s.tx == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = s.tx.Rollback(ctx)
	s.tx = nil
}

func (s *session) exec(ctx context.Context, q string, args ...any) error {
	_, err := s.tx.Exec(ctx, q, args...)
	return err
}

// Mark implements store.Session.
func (s *session) Mark(ctx context.Context) error { return s.exec(ctx, `SAVEPOINT item`) }

// Back implements store.Session.
func (s *session) Back(ctx context.Context) error { return s.exec(ctx, `ROLLBACK TO SAVEPOINT item`) }

// Done implements store.Session.
func (s *session) Done(ctx context.Context) error { return s.exec(ctx, `RELEASE SAVEPOINT item`) }

// OwnFault implements store.Session.
func (s *session) OwnFault(err error) bool { return ownFault(err) }

// IDs implements store.Tx.
func (s *session) IDs(ctx context.Context, n int) ([]int64, error) {
	return s.numbers(ctx, "version_ids", n)
}

func (s *session) numbers(ctx context.Context, sequence string, n int) ([]int64, error) {
	rows, err := s.tx.Query(ctx, `SELECT nextval($1::regclass) FROM generate_series(1, $2)`, sequence, n)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	slices.Sort(ids)
	return ids, err
}

// Load implements store.Tx. Rows are made and locked in the order of their
// URIs, so that two sinks never wait for each other.
func (s *session) Load(ctx context.Context, wants []store.Want) ([]*store.Chain, error) {
	uris := make([]string, len(wants))
	at := make(map[string]*store.Chain, len(wants))
	chains := make([]*store.Chain, len(wants))
	for i, w := range wants {
		uris[i] = w.URI
		chains[i] = &store.Chain{URI: w.URI, ToldRevision: -1}
		at[w.URI] = chains[i]
	}
	slices.Sort(uris)
	if err := s.exec(ctx, `INSERT INTO chains (uri, status, version, time, told, told_revision)
		SELECT uri, '', 0, '', '', -1 FROM unnest($1::text[]) AS uri ORDER BY uri COLLATE "C" ON CONFLICT (uri) DO NOTHING`, uris); err != nil {
		return nil, err
	}
	rows, err := s.tx.Query(ctx, `SELECT id, uri, status, version, due, told, told_revision FROM chains WHERE uri = ANY($1) ORDER BY uri FOR UPDATE`, uris)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*store.Chain, len(wants))
	var id, version, toldRevision int64
	var due *int64
	var uri, status, told string
	_, err = pgx.ForEachRow(rows, []any{&id, &uri, &status, &version, &due, &told, &toldRevision}, func() error {
		c := at[uri]
		c.ID, c.Decides, c.ToldRevision = id, version, toldRevision
		c.Status, c.Told = story.Status(status), store.Told(told)
		if due != nil {
			c.Due = time.UnixMilli(*due).UTC()
		}
		byID[id] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	return chains, s.loadVersions(ctx, wants, chains, byID)
}

const versionColumns = `id, revision, asks, release, until, sha256, item, feed, change, priority, provider, language,
	version_created, received_at, digest, appended, engine, tags_hash, shown, complete`

const newestFirst = `ORDER BY revision DESC, asks DESC, sha256 DESC, item DESC, feed DESC LIMIT 1`

func (s *session) loadVersions(ctx context.Context, wants []store.Want, chains []*store.Chain, byID map[int64]*store.Chain) error {
	var ids, sameChain, revision []int64
	var sha, feed []string
	var item []int64
	for i, c := range chains {
		ids = append(ids, c.ID)
		for _, v := range wants[i].Same {
			sameChain, revision, sha = append(sameChain, c.ID), append(revision, v.Revision), append(sha, v.SHA256)
			item, feed = append(item, int64(v.Item)), append(feed, v.Feed)
		}
	}
	rows, err := s.tx.Query(ctx, `SELECT chain, `+versionColumns+` FROM versions WHERE id IN (
		SELECT x.id FROM unnest($1::bigint[]) AS c (id) CROSS JOIN LATERAL
			(SELECT v.id FROM versions v WHERE v.chain = c.id `+newestFirst+`) x
		UNION SELECT x.id FROM unnest($1::bigint[]) AS c (id) CROSS JOIN LATERAL
			(SELECT v.id FROM versions v WHERE v.chain = c.id AND asks = 4 `+newestFirst+`) x
		UNION SELECT x.id FROM unnest($1::bigint[]) AS c (id) CROSS JOIN LATERAL
			(SELECT v.id FROM versions v WHERE v.chain = c.id AND release `+newestFirst+`) x
		UNION SELECT version FROM chains WHERE id = ANY($1)
		UNION SELECT v.id FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[]) AS w (chain, revision, sha256, item, feed)
			JOIN versions v ON v.chain = w.chain AND v.revision = w.revision AND v.asks IN (1, 2, 3, 4)
				AND v.sha256 = w.sha256 AND v.item = w.item AND v.feed = w.feed
		) ORDER BY id`, ids, sameChain, revision, sha, item, feed)
	if err != nil {
		return err
	}
	return collect(rows, byID)
}

// All implements store.Tx.
func (s *session) All(ctx context.Context, c *store.Chain) error {
	rows, err := s.tx.Query(ctx, `SELECT chain, `+versionColumns+` FROM versions WHERE chain = $1 ORDER BY id`, c.ID)
	if err != nil {
		return err
	}
	return collect(rows, map[int64]*store.Chain{c.ID: c})
}

// collect adds the versions that their chains do not hold yet.
func collect(rows pgx.Rows, byID map[int64]*store.Chain) error {
	var chain, appended int64
	var v store.Version
	var asks int
	var until, change, priority, provider, language, created, received, engine *string
	_, err := pgx.ForEachRow(rows, []any{
		&chain, &v.ID, &v.Revision, &asks, &v.Release, &until, &v.SHA256, &v.Item, &v.Feed, &change, &priority, &provider, &language,
		&created, &received, &v.Digest, &appended, &engine, &v.TagsHash, &v.Shown, &v.Complete,
	}, func() error {
		c := byID[chain]
		if c == nil || slices.ContainsFunc(c.Versions, func(have *store.Version) bool { return have.ID == v.ID }) {
			return nil
		}
		one := v
		one.Asks, one.Change, one.Priority = story.OfRank(asks), model.Change(text(change)), text(priority)
		one.Provider, one.Language, one.Engine = text(provider), text(language), text(engine)
		one.Appended = time.UnixMicro(appended).UTC()
		var errs [3]error
		one.Until, errs[0] = store.ParseStamp(text(until))
		one.VersionCreated, errs[1] = store.ParseStamp(text(created))
		one.ReceivedAt, errs[2] = store.ParseStamp(text(received))
		c.Versions = append(c.Versions, &one)
		return errors.Join(errs[:]...)
	})
	return err
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Doc implements store.Tx.
func (s *session) Doc(ctx context.Context, version int64) ([]byte, error) {
	var packed []byte
	if err := s.tx.QueryRow(ctx, `SELECT doc FROM versions WHERE id = $1`, version).Scan(&packed); err != nil {
		return nil, err
	}
	return s.pack.Unpack(packed)
}

// due lists chains whose time has come.
func (s *session) due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	rows, err := s.tx.Query(ctx, `SELECT uri FROM chains WHERE due <= $1 ORDER BY due, id LIMIT $2`, now.UnixMilli(), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// next is when the first chain is due.
func (s *session) next(ctx context.Context) (time.Time, error) {
	var due *int64
	if err := s.pool.QueryRow(ctx, `SELECT min(due) FROM chains WHERE due IS NOT NULL`).Scan(&due); err != nil || due == nil {
		return time.Time{}, err
	}
	return time.UnixMilli(*due).UTC(), nil
}

// changesLock is held from the numbering of changes to the commit, so that
// whoever follows the log never sees a number before a lower one.
const changesLock = 0x6461_7465_6c69_6e65 // "dateline"

// Write implements store.Tx: a few statements for the whole batch, whatever
// its size, and COPY for new rows.
func (s *session) Write(ctx context.Context, w *store.Writes) error {
	for _, step := range []func(context.Context, *store.Writes) error{s.writeChains, s.writeVersions, s.writeFaces, s.writeOffsets, s.writeChanges} {
		if err := step(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) writeChains(ctx context.Context, w *store.Writes) error {
	var id, version, told []int64
	var due []*int64
	var status, stamp, toldWhat []string
	for _, c := range w.Chains {
		if !c.Changed {
			continue
		}
		var at *int64
		if !c.Due.IsZero() {
			ms := c.Due.UnixMilli()
			at = &ms
		}
		id, version, told, due = append(id, c.ID), append(version, c.Decides), append(told, c.ToldRevision), append(due, at)
		status, stamp, toldWhat = append(status, string(c.Status)), append(stamp, store.Stamp(c.Time)), append(toldWhat, string(c.Told))
	}
	if len(id) == 0 {
		return nil
	}
	return s.exec(ctx, `UPDATE chains c SET status = u.status, version = u.version, due = u.due, time = u.time, told = u.told, told_revision = u.told_revision
		FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[])
			AS u (id, status, version, due, time, told, told_revision) WHERE c.id = u.id`,
		id, status, version, due, stamp, toldWhat, told)
}

func (s *session) writeVersions(ctx context.Context, w *store.Writes) error {
	var fresh [][]any
	var removed []int64
	var id, hash []int64
	var engine []*string
	var shown, complete, changed []bool
	var docs [][]byte
	var purgeChain, purgeTo []int64
	for _, c := range w.Chains {
		if c.Purge >= 0 {
			purgeChain, purgeTo = append(purgeChain, c.ID), append(purgeTo, c.Purge)
		}
		for _, v := range c.Versions {
			switch {
			case v.Removed:
				removed = append(removed, v.ID)
			case v.Reread && !v.New:
				removed = append(removed, v.ID)
				doc := s.pack.Pack(v.Doc)
				fresh = append(fresh, append(values(v), c.ID, doc))
			case v.New:
				fresh = append(fresh, append(values(v), c.ID, s.pack.Pack(v.Doc)))
			case v.Changed || v.DocChanged:
				id, hash, engine = append(id, v.ID), append(hash, v.TagsHash), append(engine, null(v.Engine))
				shown, complete, changed = append(shown, v.Shown), append(complete, v.Complete), append(changed, v.DocChanged)
				docs = append(docs, s.pack.Pack(v.Doc))
			}
		}
	}
	if len(removed) > 0 {
		if err := s.exec(ctx, `DELETE FROM versions WHERE id = ANY($1)`, removed); err != nil {
			return err
		}
	}
	if len(id) > 0 {
		if err := s.exec(ctx, `UPDATE versions v SET engine = u.engine, tags_hash = u.hash, shown = u.shown, complete = u.complete,
			doc = CASE WHEN u.changed THEN u.doc ELSE v.doc END
			FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::boolean[], $5::boolean[], $6::boolean[], $7::bytea[])
				AS u (id, engine, hash, shown, complete, changed, doc) WHERE v.id = u.id`, id, engine, hash, shown, complete, changed, docs); err != nil {
			return err
		}
	}
	if err := s.copyRows(ctx, "versions", []string{
		"id", "revision", "asks", "release", "until", "sha256", "item", "feed", "change", "priority", "provider", "language",
		"version_created", "received_at", "digest", "appended", "engine", "tags_hash", "shown", "complete", "chain", "doc",
	}, fresh); err != nil {
		return err
	}
	if len(purgeChain) == 0 {
		return nil
	}
	return s.exec(ctx, `UPDATE versions v SET doc = NULL FROM unnest($1::bigint[], $2::bigint[]) AS u (chain, upto)
		WHERE v.chain = u.chain AND v.revision <= u.upto AND v.asks <> 4 AND v.doc IS NOT NULL`, purgeChain, purgeTo)
}

func values(v *store.Version) []any {
	return []any{
		v.ID, v.Revision, v.Asks.Rank(), v.Release, null(store.Stamp(v.Until)), v.SHA256, v.Item, v.Feed,
		null(string(v.Change)), null(v.Priority), null(v.Provider), null(v.Language),
		null(store.Stamp(v.VersionCreated)), null(store.Stamp(v.ReceivedAt)), v.Digest, v.Appended.UnixMicro(),
		null(v.Engine), v.TagsHash, v.Shown, v.Complete,
	}
}

func (s *session) writeFaces(ctx context.Context, w *store.Writes) error {
	var tags, texts []int64
	var stories, deployments, attributions, actors [][]any
	for _, c := range w.Chains {
		f := c.Face
		if f == nil {
			continue
		}
		tags = append(tags, c.ID)
		if f.TextChanged {
			texts = append(texts, c.ID)
			if f.Visible {
				stories = append(stories, []any{c.ID, null(f.Headline), null(f.Body)})
			}
		}
		for i, r := range f.Deployments {
			approx := 0
			if r.Approx {
				approx = 1
			}
			deployments = append(deployments, []any{
				c.ID, i, r.ID, r.Unit, r.UnitField, r.UnitStart, r.CountMin, r.CountMax, approx, r.Kind, r.Action, r.Status,
				r.Sender, r.Origin, r.Destination, r.Source, r.Confidence, r.Purpose, r.Beneficiary, r.Date, r.DateStart, r.DateEnd, r.SenderActor,
				r.DestinationPlace, r.DestinationCountry, r.DestinationLat, r.DestinationLon, r.PartOf, r.Claim, r.Rule,
			})
		}
		for i, r := range f.Attributions {
			attributions = append(attributions, []any{c.ID, i, r.ID, r.Source, r.SourceKind, r.Cue, r.Content, r.Type, r.Via, r.SourceName, r.Confidence})
		}
		for i, r := range f.Actors {
			actors = append(actors, []any{c.ID, i, r.Actor, r.Name, r.Type, r.Country, r.Mentions, r.Role, r.Confidence})
		}
	}
	if len(tags) == 0 {
		return nil
	}
	old := &pgx.Batch{}
	old.Queue(`DELETE FROM deployments WHERE chain = ANY($1)`, tags)
	old.Queue(`DELETE FROM attributions WHERE chain = ANY($1)`, tags)
	old.Queue(`DELETE FROM actors WHERE chain = ANY($1)`, tags)
	old.Queue(`DELETE FROM stories WHERE id = ANY($1)`, texts)
	if err := s.tx.SendBatch(ctx, old).Close(); err != nil {
		return err
	}
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"stories", []string{"id", "headline", "body"}, stories},
		{"deployments", []string{
			"chain", "ord", "id", "unit", "unit_field", "unit_start", "count_min", "count_max", "approx", "kind", "action", "status",
			"sender", "origin", "destination", "source", "confidence", "purpose", "beneficiary", "date", "date_start", "date_end", "sender_actor",
			"destination_place", "destination_country", "destination_lat", "destination_lon", "part_of", "claim", "rule",
		}, deployments},
		{"attributions", []string{"chain", "ord", "id", "source", "source_kind", "cue", "content", "type", "via", "source_name", "confidence"}, attributions},
		{"actors", []string{"chain", "ord", "actor", "name", "type", "country", "mentions", "role", "confidence"}, actors},
	} {
		if err := s.copyRows(ctx, t.name, t.columns, t.rows); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) copyRows(ctx context.Context, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if _, err := s.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("write %s: %w", table, err)
	}
	return nil
}

func (s *session) writeOffsets(ctx context.Context, w *store.Writes) error {
	offsets := slices.Clone(w.Offsets)
	slices.SortFunc(offsets, func(a, b store.Offset) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	for _, o := range offsets {
		if err := s.exec(ctx, `INSERT INTO offsets AS o (topic, partition, "offset") VALUES ($1, $2, $3)
			ON CONFLICT (topic, partition) DO UPDATE SET "offset" = greatest(o."offset", excluded."offset")`, o.Topic, o.Partition, o.Offset); err != nil {
			return err
		}
	}
	return nil
}

// writeChanges comes last: the lock it takes is held to the commit.
func (s *session) writeChanges(ctx context.Context, w *store.Writes) error {
	if len(w.Changes) == 0 {
		return nil
	}
	if err := s.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(changesLock)); err != nil {
		return err
	}
	seqs, err := s.numbers(ctx, "change_seqs", len(w.Changes))
	if err != nil {
		return err
	}
	rows := make([][]any, len(w.Changes))
	for i := range w.Changes {
		c := &w.Changes[i]
		c.Seq = seqs[i]
		rows[i] = []any{c.Seq, c.URI, c.Revision, string(c.Kind), null(c.Replay), null(string(c.Line)), c.Version, store.Stamp(c.At)}
	}
	return s.copyRows(ctx, "changes", []string{"seq", "uri", "revision", "kind", "replay", "line", "version", "at"}, rows)
}

// null is how a column has what is absent.
func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
