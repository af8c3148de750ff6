// Package entity finds the names in a text: persons, organisations, places,
// nationalities and other names, each the name without title or article.
//
// A text goes in as tokens; mentions come out in text order, never
// overlapping, with Actor and Place at -1. Sentences without a capital are
// passed over. The model is a linear-chain conditional random field over the
// capitalised units of a sentence and the small words between them; its
// features are the words, their shapes, beginnings and ends, word clusters,
// lists of names, and how the rest of the text writes and introduces a word,
// so that headlines and copy in capitals are read by the rest of the story.
// `go run ./internal/train entity` trains it.
package entity

import (
	_ "embed"
	"fmt"
	"sync"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

//go:embed model.bin
var modelData []byte

//go:embed names.bin
var namesData []byte

var noTime time.Time

// Labels are the labels of the model, outside first: the beginning, inside,
// end and whole of each type.
var labels = []string{
	"O",
	"B-person", "I-person", "E-person", "S-person",
	"B-organisation", "I-organisation", "E-organisation", "S-organisation",
	"B-location", "I-location", "E-location", "S-location",
	"B-other", "I-other", "E-other", "S-other",
}

// Model finds names. It is immutable and safe to share.
type Model struct {
	crf    *crf.Model
	shared *shared
	pool   sync.Pool // *worker
}

type worker struct {
	x       extractor
	lattice crf.Lattice
	feats   []uint64
}

var load = sync.OnceValues(func() (*Model, error) {
	m, err := crf.Decode(modelData)
	if err != nil {
		return nil, fmt.Errorf("entity model: %w", err)
	}
	sh, err := loadShared(namesData)
	if err != nil {
		return nil, err
	}
	return newModel(m, sh)
})

func loadShared(lists []byte) (*shared, error) {
	c, err := cluster.Load()
	if err != nil {
		return nil, fmt.Errorf("entity model: %w", err)
	}
	n, err := decodeNames(lists)
	if err != nil {
		return nil, err
	}
	return newShared(c, n), nil
}

// Load returns the model that is compiled in; it is decoded once.
func Load() (*Model, error) { return load() }

func newModel(m *crf.Model, sh *shared) (*Model, error) {
	if len(m.Labels()) != len(labels) {
		return nil, fmt.Errorf("entity model: %d labels, want %d", len(m.Labels()), len(labels))
	}
	for i, l := range m.Labels() {
		if l != labels[i] {
			return nil, fmt.Errorf("entity model: label %d is %q, want %q", i, l, labels[i])
		}
	}
	return &Model{crf: m, shared: sh}, nil
}

// Mentions returns the names in t, in text order.
func (m *Model) Mentions(t *text.Text) []text.Mention {
	w, _ := m.pool.Get().(*worker)
	if w == nil {
		w = &worker{x: extractor{sh: m.shared}}
	}
	defer m.pool.Put(w)
	x := &w.x
	x.load(t, false)
	var out []text.Mention
	x.segments(func(s, from, to int) {
		w.lattice.Reset(m.crf, to-from)
		for i := from; i < to; i++ {
			w.feats = x.features(s, i, w.feats[:0])
			for _, f := range w.feats {
				w.lattice.Add(i-from, f)
			}
		}
		path := w.lattice.Viterbi()
		for i := 0; i < len(path); {
			if path[i] == 0 {
				i++
				continue
			}
			j := i
			for j+1 < len(path) && position(path[j]) < 2 {
				j++
			}
			a, b := &x.units[from+i], &x.units[from+j]
			out = append(out, text.Mention{
				Text: t, First: a.first, Last: b.last, Start: a.start, End: b.end,
				Type: x.typeOf(path[i], from+i, from+j+1), Actor: -1, Place: -1,
				Confidence: w.lattice.Probability(i, j+1),
			})
			i = j + 1
		}
	})
	x.t = nil
	return out
}

// position is 0 for a beginning, 1 inside, 2 the end, 3 the whole.
func position(label uint8) uint8 { return (label - 1) % 4 }

// typeOf is the type of the units [i, j) with the label of a name.
func (x *extractor) typeOf(label uint8, i, j int) text.MentionType {
	switch (label - 1) / 4 {
	case 0:
		return text.Person
	case 1:
		return text.Organisation
	case 2:
		return text.Location
	}
	if j == i+1 && x.units[i].kinds&NationalityWord != 0 {
		return text.Nationality
	}
	return text.Other
}

// segments calls f for each stretch of candidates with a capital: the units
// [from, to) of sentence s.
func (x *extractor) segments(f func(s, from, to int)) {
	for s := range x.casing {
		end := x.sentence[s+1]
		for i := x.sentence[s]; i < end; {
			if !x.units[i].candidate {
				i++
				continue
			}
			j := i
			for j < end && x.units[j].candidate {
				j++
			}
			f(s, i, j)
			i = j
		}
	}
}
