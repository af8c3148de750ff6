// Package store keeps the chains of the wire: records go in by the batch, in
// any order and any number of times; what shows of each chain, its tags and
// the log of changes come out. What shows is decided by package story, inside
// the transaction that stores the record, with the chain's row locked.
//
// The package holds what all stores share: the records' way into a chain
// ([Apply]), the log of changes and its laws, what append-only outputs write.
// The backends are packages of their own below it (sqlite, postgres) and run
// the suite in storetest.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Store is what a backend offers. Apply and Due may be called from several
// goroutines; they take turns. All else may run beside them and sees whole
// transactions only.
type Store interface {
	// Apply stores a batch in one transaction. An error means that nothing of
	// it was stored: an *UnavailableError when another try may succeed.
	Apply(ctx context.Context, items []Item, now time.Time) (Result, error)
	// Due makes what the clock alone changes: embargoes that have ended. It
	// returns the time at which it next has something to do, zero when never.
	// It is also the backend's turn for maintenance: call it every second or so.
	Due(ctx context.Context, now time.Time) (changes []Change, next time.Time, err error)
	// Changes returns up to limit changes after a sequence number, in order.
	// A number that is not returned by a later call was never used.
	Changes(ctx context.Context, after int64, limit int) ([]Change, error)
	// LastChange is the highest sequence number, 0 when there is none.
	LastChange(ctx context.Context) (int64, error)
	// Line returns what an append-only output writes for a change, one line of
	// JSON without its end: the record, the notice that a chain is hidden, or
	// nil when there is nothing to write, or no more because it was hidden since.
	Line(ctx context.Context, c Change) ([]byte, error)
	// Story returns a chain, ErrNotFound when it has no row.
	Story(ctx context.Context, uri string) (*Story, error)
	// Stories returns the chains a query asks for, newest version time first.
	Stories(ctx context.Context, q Query) ([]Story, error)
	// Offsets returns, for every partition read, the highest offset stored.
	Offsets(ctx context.Context) ([]Offset, error)
	// Close waits for what is running and lets go of the store.
	Close() error
}

// ErrNotFound says that a chain has no row: nothing came of it, or only tests.
var ErrNotFound = errors.New("no such story")

// UnavailableError says that the store itself failed, not the record: it is
// down, full, locked, read-only or slow. Nothing was stored; try again.
type UnavailableError struct{ Err error }

// Error says what failed.
func (e *UnavailableError) Error() string { return "store unavailable: " + e.Err.Error() }

// Unwrap gives the backend's own error.
func (e *UnavailableError) Unwrap() error { return e.Err }

// Item is one record of wire.articles or wire.enriched.
type Item struct {
	// Topic, Partition and Offset are where the record was read. Without a
	// topic nothing is noted as consumed.
	Topic     string
	Partition int
	Offset    int64
	// Appended is when the broker took the record. Of two readings of the same
	// bytes (a parser was mended) the one appended later counts.
	Appended time.Time
	// Replay is the id of the replay that made the record, empty for live ones.
	Replay string
	// Article is the version, Enrichment its tags or nil.
	Article    *model.Article
	Enrichment *model.Enrichment
	// Raw is the record as it stands on the topic. It is not changed, and not
	// kept after Apply returns.
	Raw []byte
}

// Result tells what a batch did.
type Result struct {
	// Changes are those appended, in order.
	Changes []Change
	// Faults are the items that cannot be stored, by their own fault. All
	// others are.
	Faults []Fault
}

// Fault is an item that cannot be stored, whatever is tried.
type Fault struct {
	Index int // in the batch
	Err   error
}

// Kind is what happened to a chain.
type Kind string

// The kinds of change.
const (
	Shown    Kind = "shown"    // the chain shows for the first time
	Updated  Kind = "updated"  // another version shows
	Enriched Kind = "enriched" // a version that shows, or showed, has got tags or new ones
	Hidden   Kind = "hidden"   // nothing of the chain shows: killed, withheld or embargoed
	Released Kind = "released" // a hidden chain shows, by a version or by the clock
)

// Line is what an append-only output writes for a change. A version is a
// record once in its life: when it shows with its tags for the first time, and
// never by a replay. A notice says without text that a chain is hidden: for
// every kill, and for a withholding or an embargo of what was a record before.
type Line string

// The lines of append-only outputs.
const (
	NoLine Line = ""
	Record Line = "record"
	Notice Line = "notice"
)

// Change is one entry of the log that every output follows.
type Change struct {
	Seq      int64
	URI      string
	Revision int64 // of the version meant
	Kind     Kind
	Replay   string
	Line     Line
	Version  int64 // the store's own number of the version
	At       time.Time
}

// Offset is how far a partition has been stored: Offset is the highest one.
type Offset struct {
	Topic     string
	Partition int
	Offset    int64
}

// Story is what shows of a chain.
type Story struct {
	URI            string
	Revision       int64
	Status         story.Status
	Priority       string
	Feed           string
	Provider       string
	Language       string
	Headline       string // empty unless Status is Usable
	VersionCreated time.Time
	ReceivedAt     time.Time
	EmbargoedUntil time.Time
	Engine         string // version of the enrichment, empty until it has come
	// Doc is the record as it came, nil unless Status is Usable, and in lists.
	Doc []byte
	// Versions are all that came of the chain, in order; nil in lists.
	Versions []VersionInfo
}

// VersionInfo is what is kept of every version, hidden ones too.
type VersionInfo struct {
	ID             int64
	Revision       int64
	Change         model.Change
	Asks           story.Status
	Feed           string
	VersionCreated time.Time
	ReceivedAt     time.Time
	Engine         string
	// Text is whether the version's record is still there: see Doc.
	Text bool
}

// Query selects chains. Zero members select all.
type Query struct {
	// Words must all stand in the headline or the body.
	Words  string
	Feed   string
	Status story.Status
	// Since and Before bound the version time: Since <= t < Before.
	Since, Before time.Time
	// Limit is 100 when zero, 1000 at most; Offset rows are passed over first.
	Limit, Offset int
}

// Bounds clips Limit and Offset to what a backend takes.
func (q Query) Bounds() (limit, offset int) {
	limit = q.Limit
	if limit <= 0 {
		limit = 100
	}
	return min(limit, 1000), max(q.Offset, 0)
}

// limits of what a row can hold; the indexes of PostgreSQL take 2,700 bytes.
const (
	maxURI  = 2000
	maxName = 200
)

// check tells why an item cannot be stored, nil when it can.
func check(it *Item) error {
	if it.Article == nil {
		return errors.New("the record holds no article")
	}
	a := it.Article
	for _, c := range []struct {
		name, value string
		limit       int
	}{
		{"uri", a.URI, maxURI}, {"wire.feed", a.Wire.Feed, maxName}, {"wire.raw.sha256", a.Wire.Raw.SHA256, maxName},
		{"the replay's id", it.Replay, maxName}, {"the topic", it.Topic, maxName},
	} {
		if len(c.value) > c.limit {
			return fmt.Errorf("%s is %d bytes long, %d are allowed", c.name, len(c.value), c.limit)
		}
		for i := range len(c.value) {
			if c.value[i] == 0 {
				return fmt.Errorf("%s holds a NUL", c.name)
			}
		}
	}
	if a.URI == "" {
		return errors.New("uri is missing")
	}
	return nil
}
