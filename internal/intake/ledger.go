// Package intake takes deliveries in: it watches folders, decides when a file
// is whole, and hands each delivery on exactly once for every content it had.
// A delivery is written down before it is handed on and ticked off after, so
// that a crash in between repeats it with the same time of receipt.
package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver of the ledger
)

// Ledger is what has been taken in, in DIR/ingest.db. It is safe for use by
// several goroutines of one process; a second process is kept out by the lock
// on the directory.
type Ledger struct{ db *sql.DB }

// OpenLedger opens or makes the ledger in dir.
func OpenLedger(ctx context.Context, dir string) (*Ledger, error) {
	path := filepath.Join(dir, "ingest.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	const schema = `CREATE TABLE IF NOT EXISTS deliveries(
		feed TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
		received TEXT NOT NULL, captured INTEGER NOT NULL DEFAULT 0,
		PRIMARY KEY(feed, name, size, sha256)) WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS cursors(
		feed TEXT NOT NULL, url TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, PRIMARY KEY(feed, url)) WITHOUT ROWID`
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, joinClose(err, db))
	}
	return &Ledger{db}, nil
}

func joinClose(err error, db *sql.DB) error {
	if cerr := db.Close(); cerr != nil {
		return fmt.Errorf("%w (and closing: %w)", err, cerr)
	}
	return err
}

// Begin notes a delivery down unless it is there. It returns the time of
// receipt that counts, which is that of the first attempt, and whether the
// delivery has been captured already.
func (l *Ledger) Begin(ctx context.Context, d *Delivery) (captured bool, err error) {
	_, err = l.db.ExecContext(ctx, `INSERT INTO deliveries(feed, name, size, sha256, received) VALUES(?,?,?,?,?) ON CONFLICT DO NOTHING`,
		d.Feed, d.Name, d.Size, d.SHA256, d.Received.UTC().Format(time.RFC3339Nano))
	if err != nil {
		return false, fmt.Errorf("note %s/%s down: %w", d.Feed, d.Name, err)
	}
	var received string
	err = l.db.QueryRowContext(ctx, `SELECT received, captured FROM deliveries WHERE feed=? AND name=? AND size=? AND sha256=?`,
		d.Feed, d.Name, d.Size, d.SHA256).Scan(&received, &captured)
	if err != nil {
		return false, fmt.Errorf("look %s/%s up: %w", d.Feed, d.Name, err)
	}
	if d.Received, err = time.Parse(time.RFC3339Nano, received); err != nil {
		return false, fmt.Errorf("look %s/%s up: %w", d.Feed, d.Name, err)
	}
	return captured, nil
}

// Done ticks a delivery off.
func (l *Ledger) Done(ctx context.Context, d *Delivery) error {
	_, err := l.db.ExecContext(ctx, `UPDATE deliveries SET captured=1 WHERE feed=? AND name=? AND size=? AND sha256=?`, d.Feed, d.Name, d.Size, d.SHA256)
	if err != nil {
		return fmt.Errorf("tick %s/%s off: %w", d.Feed, d.Name, err)
	}
	return nil
}

func (l *Ledger) cursor(ctx context.Context, s Source) (c Cursor, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT etag, modified FROM cursors WHERE feed=? AND url=?`, s.Feed, s.URL).Scan(&c.ETag, &c.Modified)
	if errors.Is(err, sql.ErrNoRows) {
		return Cursor{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("look the cursor of %s up: %w", s.Feed, err)
	}
	return c, nil
}

func (l *Ledger) setCursor(ctx context.Context, s Source, c Cursor) error {
	_, err := l.db.ExecContext(ctx, `INSERT INTO cursors(feed, url, etag, modified) VALUES(?,?,?,?)
		ON CONFLICT(feed, url) DO UPDATE SET etag=excluded.etag, modified=excluded.modified`, s.Feed, s.URL, c.ETag, c.Modified)
	if err != nil {
		return fmt.Errorf("keep the cursor of %s: %w", s.Feed, err)
	}
	return nil
}

// Empty tells whether nothing was ever taken in.
func (l *Ledger) Empty(ctx context.Context) (bool, error) {
	var n int
	if err := l.db.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM deliveries LIMIT 1)`).Scan(&n); err != nil {
		return false, fmt.Errorf("count deliveries: %w", err)
	}
	return n == 0, nil
}

// FeedActivity is what came of one feed.
type FeedActivity struct {
	Feed     string    `json:"feed"`
	Last     time.Time `json:"last"`
	LastHour int64     `json:"lastHour"`
	LastDay  int64     `json:"lastDay"`
	Total    int64     `json:"total"`
}

// Feeds tells what came of every feed up to now, by name.
func (l *Ledger) Feeds(ctx context.Context, now time.Time) ([]FeedActivity, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT feed, max(received), sum(received > ?), sum(received > ?), count(*) FROM deliveries WHERE captured GROUP BY feed ORDER BY feed`,
		now.Add(-time.Hour).UTC().Format(time.RFC3339Nano), now.Add(-24*time.Hour).UTC().Format(time.RFC3339Nano))
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	defer rows.Close()
	var out []FeedActivity
	for rows.Next() {
		var f FeedActivity
		var last string
		if err := rows.Scan(&f.Feed, &last, &f.LastHour, &f.LastDay, &f.Total); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		if f.Last, err = time.Parse(time.RFC3339Nano, last); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		out = append(out, f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	return out, nil
}

// Close closes the ledger.
func (l *Ledger) Close() error { return l.db.Close() }
