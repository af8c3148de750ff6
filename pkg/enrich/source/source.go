// Package source finds who says what in a story: attributions with their
// source, cue and content after PolNeAR (Newell, Margolin and Ruths 2018), the
// chains in which one source reports another, and the list of sources with
// the kind of each.
//
// A document goes in with its sentences and tokens, and with entity mentions
// and actors where an earlier annotator found some; attributions and sources
// come out in Doc.Enrichment. Sentences that hold neither a word that can be
// a cue nor a quotation are never parsed. Nothing blocks, nothing is dropped
// but attributions whose probability is below the model's threshold.
package source

import (
	_ "embed"
	"fmt"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

//go:embed model.bin
var modelBytes []byte

// Annotator finds attributions. It is safe for concurrent use on different
// documents.
type Annotator struct{ e *engine }

// New returns an annotator with the embedded model. The parser tags and
// parses the sentences that may hold an attribution.
func New(p Parser) (*Annotator, error) {
	w, err := cluster.Load()
	if err != nil {
		return nil, fmt.Errorf("load the model of sources: %w", err)
	}
	m, err := DecodeModel(modelBytes)
	if err != nil {
		return nil, fmt.Errorf("load the model of sources: %w", err)
	}
	return NewWith(p, w, m), nil
}

// NewWith is New with another model.
func NewWith(p Parser, w *cluster.Table, m *Model) *Annotator {
	return &Annotator{newEngine(p, w, m)}
}

// Annotate fills d.Enrichment.Attributions and d.Enrichment.Sources, replacing
// what is there. Attributions are in the order of their cues, those of the
// headline first; ids are a1, a2 … and s1, s2 ….
func (a *Annotator) Annotate(d *text.Doc) {
	var z scratch
	var all []found
	var views []*view
	for _, t := range []*text.Text{d.Headline, d.Body} {
		if t == nil || len(t.Tokens) == 0 {
			continue
		}
		v := a.e.view(t, d.Mentions)
		part := a.e.relay(v, a.e.find(v, &z), &z)
		carriers(part)
		for i := range part {
			if part[i].via >= 0 {
				part[i].via += len(all)
			}
		}
		all = append(all, part...)
		views = append(views, v)
	}
	a.e.write(d, views, all)
}
