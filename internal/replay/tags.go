package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Delta counts tags that the newer engine made and the older one had not,
// those it no longer makes, and those it makes with another content.
type Delta struct {
	Added   int64 `json:"added"`
	Lost    int64 `json:"lost"`
	Altered int64 `json:"altered"`
	Same    int64 `json:"same"`
}

// Tags are the deltas by kind of tag.
type Tags struct {
	Actors       Delta `json:"actors"`
	Sources      Delta `json:"sources"`
	Places       Delta `json:"places"`
	Attributions Delta `json:"attributions"`
	Deployments  Delta `json:"deployments"`
}

func (d *Delta) add(e Delta) {
	d.Added += e.Added
	d.Lost += e.Lost
	d.Altered += e.Altered
	d.Same += e.Same
}

func (t *Tags) add(u Tags) {
	t.Actors.add(u.Actors)
	t.Sources.add(u.Sources)
	t.Places.add(u.Places)
	t.Attributions.add(u.Attributions)
	t.Deployments.add(u.Deployments)
}

// compare holds a new record against what the store shows of the same
// revision; false when it shows another one, or none, or without tags.
func (r *run) compare(ctx context.Context, value []byte) (Tags, bool) {
	if r.cfg.Store == nil {
		return Tags{}, false
	}
	var fresh model.Enriched
	if json.Unmarshal(value, &fresh) != nil || fresh.Enrichment == nil {
		return Tags{}, false
	}
	st, err := r.cfg.Store.Story(ctx, fresh.URI)
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
			r.cfg.Log.Warn().Err(err).Str("uri", fresh.URI).Msg("not compared")
		}
		return Tags{}, false
	}
	var old model.Enriched
	if st.Revision != fresh.Wire.Revision || st.Doc == nil || json.Unmarshal(st.Doc, &old) != nil || old.Enrichment == nil {
		return Tags{}, false
	}
	return Compare(old.Enrichment, fresh.Enrichment), true
}

// Compare tells what became of the tags of one article between two engines.
// A tag is the same tag by what it tags: an actor or source by its name, an
// attribution by its cue and source, a deployment by its unit's place.
func Compare(before, after *model.Enrichment) Tags {
	at := func(s model.Span) string { return fmt.Sprintf("%s/%d/%d", s.Field, s.Start, s.End) }
	first := func(ss []model.Span) string {
		if len(ss) == 0 {
			return ""
		}
		return at(ss[0])
	}
	return Tags{
		Actors: delta(before.Actors, after.Actors, func(a *model.Actor) string { return a.Type + "/" + a.Name }, func(a *model.Actor) { a.Confidence = 0 }),
		Sources: delta(before.Sources, after.Sources, func(s *model.Source) string { return s.Name },
			func(s *model.Source) { s.ID = "" }),
		Places: delta(before.Places, after.Places, func(p *model.Place) string { return p.Name + "/" + p.Country }, func(p *model.Place) { p.Confidence = 0 }),
		Attributions: delta(before.Attributions, after.Attributions, func(a *model.Attribution) string { return first(a.Cue.Spans) + "/" + first(a.Source.Spans) },
			func(a *model.Attribution) { a.ID, a.Source.Ref, a.Via, a.Confidence = "", nil, nil, 0 }),
		Deployments: delta(before.Deployments, after.Deployments, func(d *model.Deployment) string { return at(d.Unit) },
			func(d *model.Deployment) {
				d.ID, d.Claim, d.PartOf, d.Confidence, d.Rule = "", "", nil, 0, ""
				if d.Source != nil {
					s := *d.Source
					s.Attribution, s.Chain = nil, nil
					d.Source = &s
				}
			}),
	}
}

// delta compares two lists. bare takes out of a copy what two runs may name
// differently without meaning anything else: numbers of records, confidences.
func delta[T any](before, after []T, key func(*T) string, bare func(*T)) Delta {
	content := func(x T) string {
		bare(&x)
		b, err := json.Marshal(x)
		if err != nil {
			return ""
		}
		return string(b)
	}
	old := map[string]string{}
	for i := range before {
		old[key(&before[i])] = content(before[i])
	}
	var d Delta
	for i := range after {
		k := key(&after[i])
		was, ok := old[k]
		switch {
		case !ok:
			d.Added++
		case was == content(after[i]):
			d.Same++
		default:
			d.Altered++
		}
		delete(old, k)
	}
	d.Lost = int64(len(old))
	return d
}
