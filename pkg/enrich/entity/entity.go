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
	names   []name
	story   story
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
	w := m.worker()
	defer m.release(w)
	w.story.reset()
	w.x.load(t, fresh)
	return w.read(m.crf)
}

// Document returns the names in the headline and in the body, each in text
// order. The headline is read with what the body tells of its words.
func (m *Model) Document(d *text.Doc) (headline, body []text.Mention) {
	w := m.worker()
	defer m.release(w)
	w.story.reset()
	w.x.load(d.Body, fresh)
	body = w.read(m.crf)
	if len(d.Headline.Tokens) == 0 {
		return nil, body
	}
	w.x.load(d.Headline, onward)
	return w.read(m.crf), body
}

func (m *Model) worker() *worker {
	if w, _ := m.pool.Get().(*worker); w != nil {
		return w
	}
	return &worker{x: extractor{sh: m.shared}}
}

func (m *Model) release(w *worker) {
	w.x.t = nil // the text is the caller's
	m.pool.Put(w)
}

// read finds the names of the text that was loaded and settles them by the
// rest of the story.
func (w *worker) read(m *crf.Model) []text.Mention {
	w.find(m)
	w.story.take(&w.x, w.names)
	w.names = w.story.settle(&w.x, w.names)
	return w.x.mentions(w.names)
}

// name is a name found: the units [first, last) of the text being read.
type name struct {
	first, last int
	kind        text.MentionType
	sure        float64
	key         uint64 // of its units
}

// find decodes the segments of the text that was loaded.
func (w *worker) find(m *crf.Model) {
	x := &w.x
	w.names = w.names[:0]
	x.segments(func(s, from, to int) {
		w.lattice.Reset(m, to-from)
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
			j := i + 1
			for j < len(path) && position(path[j-1]) < 2 {
				j++
			}
			n := name{first: from + i, last: from + j, sure: w.lattice.Probability(i, j)}
			for k := n.first; k < n.last; k++ {
				n.key = chain(n.key, x.units[k].hash)
			}
			n.kind = x.kindOf(path[i], &n)
			w.names = append(w.names, n)
			i = j
		}
	})
}

func (x *extractor) mentions(names []name) []text.Mention {
	if len(names) == 0 {
		return nil
	}
	out := make([]text.Mention, len(names))
	for i, n := range names {
		a, b := &x.units[n.first], &x.units[n.last-1]
		out[i] = text.Mention{
			Text: x.t, First: a.first, Last: b.last, Start: a.start, End: b.end,
			Type: n.kind, Actor: -1, Place: -1, Confidence: n.sure,
		}
	}
	return out
}

// position is 0 for a beginning, 1 inside, 2 the end, 3 the whole.
func position(label uint8) uint8 { return (label - 1) % 4 }

// kindOf is the type of a name with this label.
func (x *extractor) kindOf(label uint8, n *name) text.MentionType {
	switch (label - 1) / 4 {
	case 0:
		return text.Person
	case 1:
		return text.Organisation
	case 2:
		return text.Location
	}
	if x.sh.names.get(n.key)&NationalityWord != 0 {
		return text.Nationality
	}
	return text.Other
}

// maxSegment bounds what is decoded at once, in units: text in capitals
// without an end may be one sentence.
const maxSegment = 256

// segments calls f for each stretch of candidates: the units [from, to) of
// sentence s.
func (x *extractor) segments(f func(s, from, to int)) {
	for s := range x.casing {
		end := x.sentence[s+1]
		for i := x.sentence[s]; i < end; {
			if !x.units[i].candidate {
				i++
				continue
			}
			j := i
			for j < end && j < i+maxSegment && x.units[j].candidate {
				j++
			}
			f(s, i, j)
			i = j
		}
	}
}
