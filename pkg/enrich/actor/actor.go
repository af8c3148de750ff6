// Package actor tells who acts in a story and where: it finds the names of
// persons, organisations, states, armed groups and places, folds those that
// mean one actor, links them to the knowledge base by name, title, country
// and date, and resolves places to coordinates.
//
// A text.Doc goes in; its Mentions and its Enrichment.Actors and .Places are
// filled, in the order of first mention, headline first. Nothing blocks, and
// nothing is kept between two documents: an Annotator is safe for concurrent
// use on different documents.
//
// An actor that the knowledge base does not know stays as itself, under an id
// that begins with "x/", with the country and the role that the story's words
// give and no others; a country is never guessed from the sound of a name. A
// name that fits several entries with nothing to decide between them stays
// unlinked and lists them as candidates.
package actor

import (
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Model finds names in a text, in text order and none over another.
type Model interface {
	Mentions(t *text.Text) []text.Mention
}

// Knowledge gives the knowledge base in force.
type Knowledge interface {
	KB() *kb.KB
}

// Annotator finds and links actors and places.
type Annotator struct {
	base   Knowledge
	places *place.Resolver
	model  Model
}

type fixed struct{ base *kb.KB }

func (f fixed) KB() *kb.KB { return f.base }

// New returns an Annotator over a knowledge base that stays as it is.
func New(base *kb.KB, places *place.Resolver, model Model) (*Annotator, error) {
	return Over(fixed{base}, places, model), nil
}

// Over returns an Annotator over a knowledge base that may be replaced while
// it works; each document sees one.
func Over(base Knowledge, places *place.Resolver, model Model) *Annotator {
	return &Annotator{base: base, places: places, model: model}
}

// Annotate fills d.Mentions, d.Enrichment.Actors and d.Enrichment.Places.
func (a *Annotator) Annotate(d *text.Doc) {
	s := &story{a: a, base: a.base.KB(), d: d, day: kb.DayOf(d.Date), ids: map[string]*cluster{}}
	for _, t := range []*text.Text{d.Headline, d.Body} {
		if t == nil {
			continue
		}
		s.texts = append(s.texts, newSide(t))
	}
	s.whole = len(d.Body.Sentences) >= 3 || d.Headline != nil && d.Headline.S != ""
	if s.phrase() {
		return
	}
	for _, x := range s.texts {
		s.find(x)
	}
	s.places()
	s.settle()
	if s.alone {
		s.all(func(m *mention) {
			if s.stateEntry(m) != nil && m.class == land && len(s.texts[len(s.texts)-1].mentions) == 1 {
				m.class = state // a capital alone is its state, and a place
			}
		})
	}
	s.link()
	if s.alone {
		s.keepHead()
	}
	s.emit()
}
