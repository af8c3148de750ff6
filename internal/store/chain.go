package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Chain is what a transaction holds of one chain: its row, and of its versions
// those that matter to what is being stored. Backends fill and write it;
// package store alone decides what it becomes.
type Chain struct {
	ID     int64
	URI    string
	Status story.Status
	// Decides is the number of the version that decides, 0 for none.
	Decides int64
	// Due is when the state changes by itself, zero for never.
	Due time.Time
	// Time is that of the version that decides, of its receipt where it has
	// none: by it lists are ordered. It is set when the chain is written.
	Time time.Time
	// Told is what append-only outputs were last given of the chain, and
	// ToldRevision the revision of the last record among it, -1 for none.
	Told         Told
	ToldRevision int64
	Versions     []*Version

	// New is set by a backend whose row is not written yet.
	New bool
	// Changed is whether the row differs from what is stored.
	Changed bool
	// Purge is the revision up to which versions lose their records, -1 for none.
	Purge int64
	// Face is what shows, nil when that did not change.
	Face *Face
}

// Told is what append-only outputs know of a chain.
type Told string

// What append-only outputs can have been told.
const (
	ToldNothing Told = ""
	ToldRecord  Told = "record"
	ToldHidden  Told = "hidden"
	ToldKilled  Told = "killed"
)

// Version is one version as it is stored.
type Version struct {
	story.Version
	ID             int64
	Change         model.Change
	Priority       string
	Provider       string
	Language       string
	VersionCreated time.Time
	ReceivedAt     time.Time
	// Digest tells readings of the same bytes apart; Appended is when the
	// broker took the record that gave this one.
	Digest   int64
	Appended time.Time
	// Engine is the version of the enrichment, empty for none; TagsHash is that
	// of the record it came in.
	Engine   string
	TagsHash int64
	// Shown is whether the version ever showed; Complete whether outputs were
	// given its record.
	Shown, Complete bool

	// New, Changed, Reread and Removed say what a backend has to do: insert all,
	// update Engine, TagsHash, Shown and Complete, update all, delete. Doc is
	// the record to store when DocChanged; a nil one is dropped.
	New, Changed, Reread, Removed bool
	DocChanged                    bool
	Doc                           []byte

	article    *model.Article
	enrichment *model.Enrichment
}

// Face is what shows of a chain: its text and its tags.
type Face struct {
	// Visible is whether anything shows. All else is empty otherwise.
	Visible bool
	// TextChanged is whether headline and body differ from what is stored.
	TextChanged    bool
	Headline, Body string
	Deployments    []DeploymentRow
	Attributions   []AttributionRow
	Actors         []ActorRow
}

// identity finds the version that an item is, nil for a new one.
func (c *Chain) identity(v story.Version) *Version {
	for _, have := range c.Versions {
		if !have.Removed && story.Same(have.Version, v) {
			return have
		}
	}
	return nil
}

func (c *Chain) version(id int64) *Version {
	for _, v := range c.Versions {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (c *Chain) lastKill() int64 {
	kill := int64(-1)
	for _, v := range c.Versions {
		if !v.Removed && v.Asks == story.Killed {
			kill = max(kill, v.Revision)
		}
	}
	return kill
}

// digest sums up what of an article decides and shows, so that two readings of
// the same bytes can be told apart. The enrichment's additions are not in it.
func digest(a *model.Article) int64 {
	h := xxh3.New()
	for _, s := range []string{
		a.PubStatus, string(a.Wire.Change), a.Headline(), a.BodyText(), string(a.Wire.Priority),
		a.EmbargoedUntil.UTC().Format(time.RFC3339Nano), a.VersionCreated.UTC().Format(time.RFC3339Nano),
	} {
		_, _ = h.WriteString(strconv.Itoa(len(s)))
		_, _ = h.WriteString(":")
		_, _ = h.WriteString(s)
	}
	return int64(h.Sum64())
}

// Stamp writes a time as the stores keep and show it: UTC text ending in Z,
// empty for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// ParseStamp reads what Stamp wrote.
func ParseStamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("read a stored time: %w", err)
	}
	return t.UTC(), nil
}

// column makes text fit a column: a NUL, which PostgreSQL refuses and SQLite's
// shell ends at, becomes U+FFFD. Code points keep their places.
func column(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }
