package store

import (
	"context"
	"fmt"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/dateline-wire/dateline/internal/story"
)

// Want asks a transaction for a chain and for those of its versions that are
// the same as one of Same.
type Want struct {
	URI  string
	Same []story.Version
}

// Tx is one transaction of a backend, as Apply drives it.
type Tx interface {
	// Load returns the chains wanted, in the same order, locked until the
	// transaction ends; what does not exist comes with no versions. Each has
	// the versions that decide (see story.Reduce), the one its row names and
	// those asked for.
	Load(ctx context.Context, wants []Want) ([]*Chain, error)
	// All loads the versions of a chain that Load left out.
	All(ctx context.Context, c *Chain) error
	// Doc returns the stored record of a version, nil when it has none.
	Doc(ctx context.Context, version int64) ([]byte, error)
	// IDs returns n numbers that no version has or had.
	IDs(ctx context.Context, n int) ([]int64, error)
	// Write stores what changed and numbers the changes.
	Write(ctx context.Context, w *Writes) error
}

// Writes is what a transaction has to store.
type Writes struct {
	Chains  []*Chain
	Changes []Change
	Offsets []Offset
}

// Apply takes items into their chains and writes the outcome. Items that check
// refuses must not be among them.
func Apply(ctx context.Context, tx Tx, items []*Item, now time.Time) ([]Change, error) {
	var wants []Want
	index := make(map[string]int, len(items))
	asked := make([]story.Version, len(items))
	for i, it := range items {
		asked[i] = story.Of(it.Article)
		k, ok := index[it.Article.URI]
		if !ok {
			k = len(wants)
			index[it.Article.URI] = k
			wants = append(wants, Want{URI: it.Article.URI})
		}
		wants[k].Same = append(wants[k].Same, asked[i])
	}
	chains, err := tx.Load(ctx, wants)
	if err != nil {
		return nil, fmt.Errorf("load %d chains: %w", len(wants), err)
	}
	ids, err := tx.IDs(ctx, len(items))
	if err != nil {
		return nil, fmt.Errorf("number the versions: %w", err)
	}
	b := batch{tx: tx, now: now, ids: ids}
	for _, c := range chains {
		b.clock(c)
	}
	for i, it := range items {
		if err := b.take(ctx, chains[index[it.Article.URI]], it, asked[i]); err != nil {
			return nil, err
		}
		b.consumed(it)
	}
	return b.finish(ctx, chains)
}

// Expire lets the clock change chains that are due; see Store.Due.
func Expire(ctx context.Context, tx Tx, uris []string, now time.Time) ([]Change, error) {
	wants := make([]Want, len(uris))
	for i, u := range uris {
		wants[i].URI = u
	}
	chains, err := tx.Load(ctx, wants)
	if err != nil {
		return nil, fmt.Errorf("load %d chains that are due: %w", len(uris), err)
	}
	b := batch{tx: tx, now: now}
	for _, c := range chains {
		b.clock(c)
	}
	return b.finish(ctx, chains)
}

// batch is the work of one transaction.
type batch struct {
	tx      Tx
	now     time.Time
	ids     []int64
	changes []Change
	offsets []Offset
}

// clock makes what time alone has changed since the chain was last touched.
func (b *batch) clock(c *Chain) {
	c.Purge = -1
	if !c.Due.IsZero() && !b.now.Before(c.Due) {
		b.settle(c, "")
	}
}

// take brings one item into its chain.
func (b *batch) take(ctx context.Context, c *Chain, it *Item, asked story.Version) error {
	sum := digest(it.Article)
	v := c.identity(asked)
	switch {
	case v == nil && asked.Asks == story.None:
		return nil // a test, which decides nothing and leaves nothing
	case v == nil:
		v = &Version{Version: asked, ID: b.ids[0], New: true}
		b.ids = b.ids[1:]
		c.Versions = append(c.Versions, v)
		b.read(c, v, it, sum)
		b.settle(c, it.Replay)
	case v.Digest != sum:
		if it.Appended.Before(v.Appended) {
			return nil // an older reading of the same bytes
		}
		if err := b.reread(ctx, c, v, it, asked, sum); err != nil {
			return err
		}
		if v.Removed {
			return nil
		}
	}
	b.enrich(c, v, it)
	b.owe(c, it.Replay)
	return nil
}

// read fills a version from the record that brings it.
func (b *batch) read(c *Chain, v *Version, it *Item, sum int64) {
	a := it.Article
	v.Change, v.Priority = a.Wire.Change, string(a.Wire.Priority)
	v.Provider, v.Language = column(a.Provider()), column(a.Language)
	v.VersionCreated, v.ReceivedAt = a.VersionCreated, a.Wire.ReceivedAt
	v.Digest, v.Appended = sum, it.Appended
	v.article, v.enrichment = a, nil
	v.Changed = true
	if v.Asks == story.Killed {
		c.Purge = max(c.Purge, v.Revision)
	}
	b.keep(c, v, it.Raw)
}

// keep sets the record of a version. Of a kill only what a notice says is
// kept, and nothing of a version that a kill has reached, since no release can
// bring that back.
func (b *batch) keep(c *Chain, v *Version, raw []byte) {
	v.Changed, v.DocChanged = true, true
	switch {
	case v.Asks == story.Killed:
		v.Doc = notice(v.article, story.Killed)
	case v.Revision <= c.lastKill():
		v.Doc = nil
	default:
		v.Doc = raw
	}
}

// reread replaces a version by a later reading of the same bytes.
func (b *batch) reread(ctx context.Context, c *Chain, v *Version, it *Item, asked story.Version, sum int64) error {
	// What this version no longer is may have hidden others from the few that
	// decide.
	if err := b.tx.All(ctx, c); err != nil {
		return fmt.Errorf("load all versions of %s: %w", c.URI, err)
	}
	decided := c.Decides == v.ID && c.Status == story.Usable
	before := len(b.changes)
	v.Version, v.Engine, v.TagsHash, c.Changed = asked, "", 0, true
	if asked.Asks == story.None {
		v.Removed, v.Changed = true, true
	} else {
		v.Reread = true
		b.read(c, v, it, sum)
	}
	b.settle(c, it.Replay)
	if decided && len(b.changes) == before && c.Status == story.Usable && !v.Removed {
		b.append(c, v, Updated, it.Replay)
		c.face(true)
	}
	return nil
}

// enrich gives a version its tags, unless it has better ones.
func (b *batch) enrich(c *Chain, v *Version, it *Item) {
	if it.Enrichment == nil {
		return
	}
	order := story.CompareEngines(it.Enrichment.Version, v.Engine)
	if v.Engine != "" && order < 0 {
		return
	}
	sum := int64(xxh3.Hash(it.Raw))
	fresh := v.Engine != it.Enrichment.Version || v.TagsHash != sum
	if fresh {
		v.Engine, v.TagsHash = column(it.Enrichment.Version), sum
		v.article, v.enrichment = it.Article, it.Enrichment
		b.keep(c, v, it.Raw)
	}
	live := it.Replay == ""
	switch {
	case c.Status == story.Usable && c.Decides == v.ID:
		if fresh {
			c.face(false)
		}
		if fresh || live && !v.Complete {
			b.append(c, v, Enriched, it.Replay)
		}
	case c.Status == story.Usable && v.Shown && !v.Complete && live &&
		v.Revision > c.lastKill() && v.Revision > c.ToldRevision:
		// It showed before its tags came and another version shows by now.
		b.append(c, v, Enriched, it.Replay)
	}
}

// settle decides what shows, and appends a change when that is another.
func (b *batch) settle(c *Chain, replay string) {
	versions := make([]story.Version, 0, len(c.Versions))
	at := make([]*Version, 0, len(c.Versions))
	for _, v := range c.Versions {
		if !v.Removed {
			versions, at = append(versions, v.Version), append(at, v)
		}
	}
	state := story.Decide(versions, b.now)
	was, wasDecides := c.Status, c.Decides
	var v *Version
	if state.Decides >= 0 {
		v = at[state.Decides]
	}
	c.Status, c.Decides = state.Status, 0
	if v != nil {
		c.Decides = v.ID
	}
	if due := wholeMilli(state.Next); !c.Due.Equal(due) {
		c.Due, c.Changed = due, true
	}
	if c.Status == was && c.Decides == wasDecides {
		return
	}
	c.Changed = true
	switch {
	case v == nil:
		c.face(true)
		b.append(c, c.version(wasDecides), Hidden, replay)
	case c.Status != story.Usable:
		if was == story.Usable {
			c.face(true)
		}
		b.append(c, v, Hidden, replay)
	default:
		c.face(true)
		if !v.Shown {
			v.Shown, v.Changed = true, true
		}
		switch was {
		case story.None:
			b.append(c, v, Shown, replay)
		case story.Usable:
			b.append(c, v, Updated, replay)
		default:
			b.append(c, v, Released, replay)
		}
	}
}

// wholeMilli rounds a time up to what a row keeps of it.
func wholeMilli(t time.Time) time.Time {
	if down := t.Truncate(time.Millisecond); !down.Equal(t) {
		return down.Add(time.Millisecond)
	}
	return t
}

// append adds a change, with what append-only outputs have to write for it.
func (b *batch) append(c *Chain, v *Version, kind Kind, replay string) {
	change := Change{URI: c.URI, Revision: v.Revision, Version: v.ID, Kind: kind, Replay: replay, At: b.now}
	switch {
	case replay != "":
	case kind == Hidden:
		if b.owes(c) {
			change.Line = Notice
			c.told(b.hiddenAs(c), c.ToldRevision)
		}
	case v.Engine != "" && !v.Complete:
		change.Line = Record
		v.Complete, v.Changed = true, true
		c.told(ToldRecord, max(c.ToldRevision, v.Revision))
	}
	b.changes = append(b.changes, change)
}

func (c *Chain) told(what Told, revision int64) {
	c.Told, c.ToldRevision, c.Changed = what, revision, true
}

func (b *batch) hiddenAs(c *Chain) Told {
	if c.Status == story.Killed {
		return ToldKilled
	}
	return ToldHidden
}

// owes tells whether append-only outputs have to be told that a chain is hidden.
func (b *batch) owes(c *Chain) bool {
	switch c.Status {
	case story.Killed:
		return c.Told != ToldKilled
	case story.Usable:
		return false
	default:
		return c.Told == ToldRecord
	}
}

// owe makes good, by a live record, what outputs were not told because a
// replay was there first.
func (b *batch) owe(c *Chain, replay string) {
	if v := c.version(c.Decides); replay == "" && v != nil && b.owes(c) {
		b.append(c, v, Hidden, "")
	}
}

// face notes that what shows is to be written again.
func (c *Chain) face(text bool) {
	if c.Face == nil {
		c.Face = &Face{}
	}
	c.Face.TextChanged = c.Face.TextChanged || text
}

func (b *batch) consumed(it *Item) {
	if it.Topic == "" {
		return
	}
	for i := range b.offsets {
		if o := &b.offsets[i]; o.Topic == it.Topic && o.Partition == it.Partition {
			o.Offset = max(o.Offset, it.Offset)
			return
		}
	}
	b.offsets = append(b.offsets, Offset{it.Topic, it.Partition, it.Offset})
}

// finish fills in what shows and writes everything.
func (b *batch) finish(ctx context.Context, chains []*Chain) ([]Change, error) {
	w := &Writes{Changes: b.changes, Offsets: b.offsets}
	for _, c := range chains {
		dirty := c.Changed || c.Face != nil || c.Purge >= 0
		for _, v := range c.Versions {
			dirty = dirty || v.Changed
			if c.Purge >= 0 && v.DocChanged && v.Asks != story.Killed && v.Revision <= c.Purge {
				v.Doc = nil // the kill came later in the same batch
			}
		}
		if !dirty {
			continue
		}
		if v := c.version(c.Decides); v != nil {
			if c.Time = v.VersionCreated; c.Time.IsZero() {
				c.Time = v.ReceivedAt
			}
		}
		if c.Face != nil {
			if err := b.fill(ctx, c); err != nil {
				return nil, err
			}
		}
		w.Chains = append(w.Chains, c)
	}
	if len(w.Chains) == 0 && len(w.Offsets) == 0 {
		return nil, nil
	}
	if err := b.tx.Write(ctx, w); err != nil {
		return nil, fmt.Errorf("write %d chains: %w", len(w.Chains), err)
	}
	return w.Changes, nil
}

// fill writes what shows into the face of a chain, from the record at hand or
// from the stored one.
func (b *batch) fill(ctx context.Context, c *Chain) error {
	f := c.Face
	if c.Status != story.Usable {
		f.TextChanged = true
		return nil
	}
	v := c.version(c.Decides)
	if v.article == nil {
		doc, err := b.tx.Doc(ctx, v.ID)
		if err != nil {
			return fmt.Errorf("load the record of %s: %w", c.URI, err)
		}
		e, err := readDoc(doc)
		if err != nil {
			return fmt.Errorf("read the stored record of %s: %w", c.URI, err)
		}
		v.article, v.enrichment = &e.Article, e.Enrichment
	}
	f.Visible = true
	f.Headline, f.Body = column(v.article.Headline()), column(v.article.BodyText())
	f.tags(v.enrichment)
	return nil
}
