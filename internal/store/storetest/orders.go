package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// orders takes chains of up to five versions, each as an article, enriched and
// replayed, through many orders of arrival, in batches of many sizes, with
// duplicates, and holds the store against story.Decide.
func orders(t *testing.T, b Backend) {
	rng := rand.New(rand.NewPCG(1, 2))
	const chains, ordersEach = 12, 6
	type expectation struct{ state, tags string }
	wants := map[string]expectation{}
	killed := map[string]bool{}
	later := Noon().Add(2 * time.Hour)
	var all []store.Item
	for c := range chains {
		var versions []Version
		for i := range 1 + rng.IntN(5) {
			v := Version{Revision: int64(rng.IntN(6)), Text: fmt.Sprintf("c%dv%d", c, i)}
			switch rng.IntN(8) {
			case 0, 1:
				v.Change, v.Status = model.ChangeKill, model.Canceled
			case 2:
				v.Change = model.ChangeRelease
			case 3:
				v.Status = model.Withheld
			case 4:
				v.Status, v.Until = model.Withheld, Noon().Add(time.Duration(1+rng.IntN(3))*time.Hour)
			case 5:
				v.Change = model.ChangeTest
			}
			versions = append(versions, v)
		}
		for o := range ordersEach {
			uri := fmt.Sprintf("urn:c%d:%d", c, o)
			var items []store.Item
			var of []story.Version
			for _, v := range versions {
				v.URI, v.SHA = uri, v.Text
				items = append(items, Plain(v), Tagged(v, "1"), Tagged(v, "1"), Replayed(Tagged(v, "1.1"), "r"))
				of = append(of, story.Of(v.Article()))
				killed[uri] = killed[uri] || v.Change == model.ChangeKill
			}
			rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
			all = append(all, items...)
			state := story.Decide(of, later)
			if state.Decides < 0 {
				continue
			}
			v := versions[state.Decides]
			w := expectation{state: fmt.Sprintf("%s|%d|%s|-|1.1", uri, v.Revision, state.Status)}
			if state.Status == story.Usable {
				w = expectation{fmt.Sprintf("%s|%d|usable|About %s|1.1", uri, v.Revision, v.Text), uri + "|" + v.Text}
			}
			wants[uri] = w
		}
	}
	// Chains mixed, each in its own order; some of the time passes between.
	perm := rng.Perm(len(all))
	slices.Sort(perm[:len(perm)/2])
	for i := 0; i < len(perm); {
		n := min(1+rng.IntN(40), len(perm)-i)
		batch := make([]store.Item, n)
		for k := range batch {
			batch[k] = all[perm[i+k]]
		}
		i += n
		now := Noon().Add(time.Duration(i) * 2 * time.Hour / time.Duration(len(perm)))
		r, err := b.Apply(t.Context(), batch, now)
		if err != nil || len(r.Faults) > 0 {
			t.Fatal(err, r.Faults)
		}
	}
	if _, _, err := b.Due(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	var states, tags []string
	for _, w := range wants {
		states = append(states, w.state)
		if w.tags != "" {
			tags = append(tags, w.tags)
		}
	}
	slices.Sort(states)
	slices.Sort(tags)
	got := Rows(t, b.SQL, statuses)
	slices.Sort(got)
	want(t, "states", got, states)
	got = Rows(t, b.SQL, `SELECT uri, unit FROM v_deployments`)
	slices.Sort(got)
	want(t, "tags", got, tags)
	lines(t, b, killed)
}

// lines holds what append-only outputs are given against its laws.
func lines(t *testing.T, b Backend, killed map[string]bool) {
	changes, err := b.Changes(t.Context(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]int{}
	kills := map[string]bool{}
	for _, c := range changes {
		line, err := b.Line(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.Replay != "" && c.Line != store.NoLine:
			t.Errorf("a replay gives a line: %+v", c)
		case c.Line == store.Record:
			key := fmt.Sprintf("%s %d", c.URI, c.Version)
			if records[key]++; records[key] > 1 {
				t.Errorf("%s is a record twice", key)
			}
		case c.Line == store.Notice:
			if len(line) == 0 || strings.Contains(string(line), "SEOUL") || strings.Contains(string(line), "About") {
				t.Errorf("a notice: %s", line)
			}
			kills[c.URI] = kills[c.URI] || strings.Contains(string(line), `"canceled"`)
		}
		s, err := b.Story(t.Context(), c.URI)
		if err != nil {
			t.Fatal(err)
		}
		if c.Line == store.Record && s.Status != story.Usable && line != nil {
			t.Errorf("text of a chain that is %s: %s", s.Status, line)
		}
	}
	for uri := range killed {
		if s, err := b.Story(t.Context(), uri); err == nil && s.Status == story.Killed && !kills[uri] {
			t.Errorf("%s is killed, and outputs were not told", uri)
		}
	}
}
