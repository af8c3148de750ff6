// Package deployment finds bodies of people that are sent, to be sent, refused,
// withdrawn or kept somewhere: troops, police, peacekeepers, advisers,
// engineers, medics, rescuers, workers, with their number, sender, origin,
// destination, time, status and who says so.
//
// What comes in is a document whose attributions, actors and places may have
// been found already; what comes out is Enrichment.Deployments, each record
// with the characters that show it, the rule that made it and a confidence. A
// layer before it that found nothing takes nothing away: the package then goes
// by the words alone. A document without a noun for people and a word of
// moving costs one look at its tokens. The work is linear in the text: every
// search from a word is bounded. An Annotator is safe for concurrent use on
// different documents.
package deployment

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Tagger gives the tokens of one sentence their parts of speech, in place.
type Tagger interface {
	Tag(t *text.Text, sentence int)
}

// Annotator is the deployment layer.
type Annotator struct {
	x      *lexicon
	tagger Tagger
	places Places
}

// New makes an annotator. tagger may be nil: parts of speech are then guessed
// from the words alone. places may be nil: arguments then have no place.
func New(tagger Tagger, places Places) (*Annotator, error) {
	x, err := loadLexicon()
	if err != nil {
		return nil, err
	}
	return &Annotator{x: x, tagger: tagger, places: places}, nil
}

// Veto is a body that was passed over, and why.
type Veto struct {
	Unit   model.Span
	Reason string
}

// Annotate fills d.Enrichment.Deployments.
func (a *Annotator) Annotate(d *text.Doc) { _ = a.annotate(d) }

// Explain does what Annotate does and returns the bodies it passed over.
func (a *Annotator) Explain(d *text.Doc) []Veto { return a.annotate(d) }

// Vetoes returns the bodies that the layer passed over in an article that was
// enriched before; e is not changed.
func (a *Annotator) Vetoes(e *model.Enriched) []Veto {
	d := text.FromArticle(&e.Article)
	if e.Enrichment != nil {
		d.Enrichment = *e.Enrichment
	}
	return a.annotate(d)
}

func (a *Annotator) annotate(d *text.Doc) []Veto {
	d.Enrichment.Deployments = []model.Deployment{}
	if !a.candidate(d.Body) {
		return nil
	}
	st := &story{a: a, d: d, v: newView(d.Body, a.x, d.Date, a.tagger)}
	v := st.v
	for s := range d.Body.Sentences {
		if !a.hit(v, s) {
			continue
		}
		v.open(s)
		st.build(s)
	}
	st.refer()
	st.link()
	st.fold()
	return st.emit()
}

// candidate tells whether a text has a noun for people and a word of moving.
func (a *Annotator) candidate(t *text.Text) bool {
	people, moving := false, false
	for i := range t.Tokens {
		s := t.Surface(i)
		if len(s) < 3 {
			continue
		}
		w := strings.ToLower(s)
		if !people {
			if p, ok := a.x.people[w]; ok && p.class != noClass {
				people = true
			}
		}
		if !moving {
			if _, ok := a.x.verbs[w]; ok {
				moving = true
			} else if a.x.nominals[w] != "" {
				moving = true
			}
		}
		if people && moving {
			return true
		}
	}
	return false
}

// hit tells whether a sentence is worth opening.
func (a *Annotator) hit(v *view, s int) bool {
	sn := v.t.Sentences[s]
	for i := sn.First; i < sn.Last; i++ {
		if p, ok := a.x.people[v.low[i]]; ok && p.class != noClass {
			return true
		}
		if c := v.low[i][0]; c >= '0' && c <= '9' {
			return true
		}
		switch v.low[i] {
		case "hundred", "hundreds", "thousand", "thousands", "dozen", "dozens", "scores", "tens":
			return true
		}
	}
	return false
}

// fuller finds the name of a sayer told before for "he", "the same diplomat",
// "the weekly".
func (st *story) fuller(w span) span {
	v := st.v
	s := v.t.Tokens[w.first].Sentence
	pron := w.last-w.first == 1 && v.pos[w.first] == pPron
	head := v.low[w.last-1]
	if !pron {
		if v.named(w) && v.low[w.last-1] != "official" || v.w(w.first-1) != "the" && v.w(w.first) != "the" && v.w(w.first-1) != "same" && v.w(w.first) != "same" {
			return span{}
		}
		// "the ministry": a phrase with that noun and a name
		for k := w.first - 2; k >= v.body && k > w.first-600; k-- {
			if v.low[k] != head {
				continue
			}
			sx := v.t.Tokens[k].Sentence
			v.open(sx)
			n := v.nounLeft(k, st.floor(sx))
			e := v.right(k, v.t.Sentences[sx].Last)
			if n > k || e <= k {
				continue
			}
			p := v.ofChain(span{n, e}, v.t.Sentences[sx].Last)
			if v.named(p) && !(v.w(n-1) == "same") {
				return p
			}
		}
		return span{}
	}
	if head == "we" || head == "i" {
		return span{}
	}
	it := head == "it" || head == "they"
	for sx := s; sx >= 0 && sx >= s-4; sx-- {
		v.open(sx)
		fl := st.floor(sx)
		for k := v.t.Sentences[sx].Last - 1; k >= fl; k-- {
			if sx == s && k >= w.first {
				continue
			}
			if v.x.speech[v.low[k]]&sSay == 0 || v.pos[k] != pVerb && v.pos[k] != pPast {
				continue
			}
			who, ok := v.subject(v.groupAround(k, fl, k+1).start, fl)
			if !ok && (v.low[k] == "said" || v.low[k] == "says") {
				if e := v.right(k+1, v.t.Sentences[sx].Last); e > k+1 {
					who, ok = span{k + 1, e}, true
				}
			}
			if !ok || v.pos[who.first] == pPron && who.last-who.first == 1 {
				continue
			}
			person := v.titled(who)
			if it == person {
				continue
			}
			return who
		}
	}
	return span{}
}

// named finds the name of the source that the attribution layer resolved a
// pronoun or a description to, among its mentions in the text.
func (st *story) named(d *draft, w span) span {
	v := st.v
	if d.ref == nil || !(w.last-w.first == 1 && v.pos[w.first] == pPron) && !anaphors[v.low[w.last-1]] && v.low[w.last-1] != "statement" && v.w(w.first) != "same" && v.w(w.first+1) != "same" {
		return span{}
	}
	for i := range st.d.Enrichment.Sources {
		s := &st.d.Enrichment.Sources[i]
		if s.ID != *d.ref {
			continue
		}
		var best span
		for _, m := range s.Mentions {
			if m.Field != v.t.Field {
				continue
			}
			f, l := v.range2(v.t.Bytes(m))
			if f >= l {
				continue
			}
			v.open(v.t.Tokens[f].Sentence)
			p := span{f, l}
			if v.pos[f] == pPron || !v.named(p) || v.low[l-1] == v.low[w.last-1] && p.first >= w.first {
				continue
			}
			if !best.ok() || len(m.Exact) < 80 && anaphors[v.low[best.last-1]] && !anaphors[v.low[l-1]] {
				best = p
			}
		}
		return best
	}
	return span{}
}

// titled tells a phrase of a person: a title, an office or a bare name.
func (v *view) titled(s span) bool {
	for k := s.first; k < s.last; k++ {
		w := v.low[k]
		if personTitles[w] || w == "official" || w == "officer" || w == "diplomat" || w == "lawmaker" || w == "analyst" || w == "resident" || w == "president" {
			return true
		}
	}
	return v.personLike(s)
}

// sayText is the wording of who is cited.
func (st *story) sayText(d *draft) span {
	v := st.v
	w := d.say.who
	if !w.ok() {
		return span{}
	}
	if r := st.named(d, w); r.ok() {
		return v.actorText(r, false)
	}
	if r := st.fuller(w); r.ok() {
		return v.actorText(r, false)
	}
	if w.last-w.first == 1 && v.pos[w.first] == pPron || v.anaphor(w) {
		r := st.antecedent(w, d)
		if r.ok() && (v.hasAnyState(r) || v.orgLike(r) || v.pos[w.first] == pPron) {
			return v.actorText(r, false)
		}
		if v.pos[w.first] == pPron {
			return span{}
		}
	}
	return v.actorText(w, false)
}

func (v *view) spanOf(s span) model.Span {
	return v.t.Span(v.t.Tokens[s.first].Start, v.t.Tokens[s.last-1].End)
}

func (v *view) arg(s span) *model.Arg {
	if !s.ok() {
		return nil
	}
	return &model.Arg{Span: v.spanOf(s)}
}

// count is the number of persons.
func (v *view) count(d *draft) *model.Count {
	n := d.u.num
	if n == nil {
		return nil
	}
	c := &model.Count{Approx: n.Approx}
	if n.HasMin {
		m := n.Min
		c.Min = &m
	}
	if n.HasMax {
		m := n.Max
		c.Max = &m
	}
	if n.FromTo && n.HasMin && n.HasMax {
		m := n.Max
		if n.Falling {
			m = n.Min
		}
		c.Min, c.Max = &m, &m
	}
	return c
}
