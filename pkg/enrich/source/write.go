package source

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/enrich/when"
	"github.com/dateline-wire/dateline/pkg/model"
)

// write resolves the sources of what was found and puts all of it into the
// document's enrichment.
func (e *engine) write(d *text.Doc, views []*view, all []found) {
	owners, nobody := e.fold(d, views, all)
	out := make([]model.Attribution, 0, len(all))
	sources := []model.Source{}
	var order []*entity
	for i := range all {
		f := &all[i]
		a := model.Attribution{ID: attributionID(i), Type: f.mode(), Rule: f.rule, Confidence: confidence(f)}
		a.Source.Spans = []model.Span{}
		if f.src.head >= 0 {
			a.Source.Spans = f.v.spans(f.who, f.src.span)
		}
		a.Cue.Spans = f.v.spans(f.cueSpan...)
		a.Content.Spans = f.v.spans(f.contents...)
		if f.via >= 0 {
			id := attributionID(f.via)
			a.Via = &id
		}
		a.Date = e.dayOf(d, all, i)
		if x := owners[i]; x != nil {
			if x.id == "" {
				x.id = "s" + strconv.Itoa(len(order)+1)
				order = append(order, x)
			}
			x.cited++
			x.spans = append(x.spans, a.Source.Spans...)
			id := x.id
			a.Source.Ref = &id
		}
		out = append(out, a)
	}
	for _, x := range order {
		s := model.Source{ID: x.id, Name: x.label(), Kind: x.kind, Mentions: dedupe(x.spans), Cited: x.cited}
		if x == nobody || s.Name == "" {
			s.Name = "unnamed"
		}
		if x.actor >= 0 && x.actor < len(d.Enrichment.Actors) {
			s.Actor = d.Enrichment.Actors[x.actor].ID
		}
		sources = append(sources, s)
	}
	d.Enrichment.Attributions = out
	d.Enrichment.Sources = sources
}

func attributionID(i int) string { return "a" + strconv.Itoa(i+1) }

// confidence is the probability of the cue and of its links, to two places.
func confidence(f *found) float64 {
	c := f.score * (0.5 + 0.5*f.sure)
	return float64(int(c*100+0.5)) / 100
}

func dedupe(s []model.Span) []model.Span {
	out := []model.Span{}
	for _, x := range s {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func (x *entity) label() string {
	if x.name != "" {
		return x.name
	}
	return x.noun
}

func (v *view) spans(ss ...span) []model.Span {
	out := make([]model.Span, 0, len(ss))
	for _, s := range ss {
		if !s.empty() {
			out = append(out, v.t.Span(v.t.Tokens[s.lo].Start, v.t.Tokens[s.hi-1].End))
		}
	}
	return out
}

// mode tells direct, indirect and mixed speech apart by how much of the
// content stands in quotation marks.
func (f *found) mode() string {
	in, all := 0, 0
	outer := f.v.n[f.cue].quote
	for _, s := range f.contents {
		for i := s.lo; i < s.hi; i++ {
			if f.v.n[i].shape >= shapeMark && f.v.n[i].shape != shapeOther {
				continue
			}
			all++
			if q := f.v.n[i].quote; q >= 0 && q != outer {
				in++
			}
		}
	}
	switch {
	case in == 0:
		return model.Indirect
	case in == all:
		return model.Direct
	}
	return model.Mixed
}

// dayOf is the day on which attribution i was said: the expression of time
// next to its cue, outside of source and content; a participle that goes on
// ("said Wednesday, adding that") has the day of the verb it hangs on.
func (e *engine) dayOf(d *text.Doc, all []found, i int) *model.DateRange {
	f := &all[i]
	v := f.v
	s := v.t.Tokens[f.cue].Sentence
	for _, x := range v.times(s, d) {
		span := v.tokens(x.Start, x.End)
		if x.Dateline || holds(f, span.lo) || f.src.head >= 0 && f.src.span.has(span.lo) {
			continue
		}
		gap := span.lo - f.cue
		if f.cue > span.lo {
			gap = f.cue - span.hi
		}
		if f.src.head > f.cue && span.lo >= f.src.span.hi {
			gap = span.lo - f.src.span.hi
		}
		own := false
		for k := span.lo; k < span.hi; k++ {
			own = own || int(v.n[k].head) == f.cue
		}
		if gap <= 1 || own && gap <= 12 {
			r := x.Range(v.t.S[v.t.Tokens[span.lo].Start:v.t.Tokens[max(span.hi-1, span.lo)].End])
			return &r
		}
	}
	if h := int(v.n[f.cue].head); v.n[f.cue].rel == relAdvcl && h >= 0 && v.endsIn(f.cue, "ing") {
		for j := max(0, i-window); j < min(len(all), i+window); j++ {
			if all[j].v == v && all[j].cue == h && j != i {
				return e.dayOf(d, all[j:j+1], 0)
			}
		}
	}
	return nil
}

// times is the expressions of time of sentence s, found once.
func (v *view) times(s int, d *text.Doc) []when.Expr {
	if v.timesOf == nil {
		v.timesOf = map[int][]when.Expr{}
	}
	x, ok := v.timesOf[s]
	if !ok {
		x = when.Find(v.t, s, d.Date)
		v.timesOf[s] = x
	}
	return x
}

// fold gives every attribution the entity that is its source, nil for none,
// and decides the kind of each. nobody is the entity of empty sources.
func (e *engine) fold(d *text.Doc, views []*view, all []found) (owners []*entity, nobody *entity) {
	r := &resolver{e: e, d: d}
	owners = make([]*entity, len(all))
	nobody = &entity{actor: -1, kind: model.SourceAnonymous}
	unnamedMedia := &entity{actor: -1, kind: model.SourceMedia}
	next := 0
	for vi, v := range views {
		first := next
		for next < len(all) && all[next].v == v {
			next++
		}
		r.stream(v, all, owners, first, next)
		r.base += len(v.t.Sentences) + 3
		_ = vi
	}
	for i := range all {
		f := &all[i]
		if f.src.head < 0 {
			owners[i] = nobody
			if f.v.newsNoun(f.cue) {
				owners[i] = unnamedMedia
			}
		} else if owners[i] != nil && f.via < 0 && r.sentenceVeil(f) {
			owners[i].veiled = owners[i].veiled || owners[i].name == ""
		}
	}
	for i := range all {
		if x := owners[i]; x != nil && x.kind == "" {
			x.kind = e.kindOf(d, x)
		}
	}
	return owners, nobody
}

// newsNoun tells whether the cue is "news reports", "press reports" and the
// like, whose source is the press though nobody is named.
func (v *view) newsNoun(c int) bool {
	if c == 0 || v.n[c].pos != posNoun {
		return false
	}
	return v.n[c-1].flags&flagMedia != 0
}

// stream walks the sentences of v that were parsed and the attributions
// [first, last) in text order, so that every pronoun and description meets
// what stands before it.
func (r *resolver) stream(v *view, all []found, owners []*entity, first, last int) {
	type event struct {
		at    int
		span  span
		head  int
		index int // of the attribution, -1 for a mention in passing
	}
	var events []event
	for i := first; i < last; i++ {
		if f := &all[i]; f.src.head >= 0 {
			events = append(events, event{f.src.head, f.src.span, f.src.head, i})
		}
	}
	for _, m := range v.ments {
		if m.Type != text.Person && m.Type != text.Organisation && m.Type != text.Location {
			continue
		}
		h := m.Last - 1
		for k := m.First; k < m.Last; k++ {
			if g := v.n[k].head; g >= 0 && (int(g) < m.First || int(g) >= m.Last) {
				h = k
			}
		}
		p := span{m.First, m.Last}
		if v.ready[v.t.Tokens[h].Sentence] {
			// With its title and apposition, which tell who it is.
			if q := v.phrase(h, -1); q.lo <= p.lo && q.hi >= p.hi {
				p = q
			}
		}
		events = append(events, event{h, p, h, -1})
	}
	for s := range v.t.Sentences {
		if !v.ready[s] {
			continue
		}
		for i := v.t.Sentences[s].First; i < v.t.Sentences[s].Last; i++ {
			n := &v.n[i]
			if (n.rel == relSubj || n.rel == relSubjPass || n.rel == relRoot) && (n.pos == posName || n.pos == posNoun && n.flags&(flagPerson|flagOrg|flagMedia) != 0) {
				events = append(events, event{i, v.phrase(i, -1), i, -1})
			}
		}
	}
	slices.SortStableFunc(events, func(a, b event) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return b.index - a.index // the attribution before the mention in passing
	})
	var prev *entity
	prevAt := -1
	for _, ev := range events {
		if ev.index < 0 && ev.at == prevAt && prev != nil {
			continue
		}
		var speaker *entity
		if ev.index >= 0 {
			speaker = r.speakerOf(v, all, owners, ev.index)
		}
		x := r.resolve(v, ev.span, ev.head, speaker)
		if x == nil {
			continue
		}
		prev, prevAt = x, ev.at
		sub := 0.3
		if n := &v.n[ev.head]; n.rel == relSubj || n.rel == relSubjPass {
			sub = 1
		}
		if ev.index >= 0 {
			sub = 2
			owners[ev.index] = x
			x.said++
		}
		s := r.base + v.t.Tokens[ev.head].Sentence
		if x.sent != s || sub > x.lastSub {
			x.lastSub = sub
		}
		x.last, x.sent = r.base*maxSentence+ev.at, s
	}
}

// speakerOf is who says "I" or "we" in attribution i: whoever is quoted.
func (r *resolver) speakerOf(v *view, all []found, owners []*entity, i int) *entity {
	if via := all[i].via; via >= 0 && owners[via] != nil {
		return owners[via]
	}
	q := v.n[all[i].cue].quote
	if q < 0 {
		return nil
	}
	for j := max(0, i-window); j < min(len(all), i+window); j++ {
		if all[j].v == v && j != i && owners[j] != nil && holds(&all[j], all[i].cue) {
			return owners[j]
		}
	}
	return nil
}

// kindOf decides the kind of a source from what was told of it.
func (e *engine) kindOf(d *text.Doc, x *entity) string {
	actor, role := "", ""
	if x.actor >= 0 && x.actor < len(d.Enrichment.Actors) {
		actor, role = d.Enrichment.Actors[x.actor].Type, d.Enrichment.Actors[x.actor].Role
	}
	fl := x.flags
	named := len(x.names) > 0
	switch {
	case x.veiled && !named:
		return model.SourceAnonymous
	case fl&flagAnon != 0 && !named:
		return model.SourceAnonymous
	case role == "MED":
		return model.SourceMedia
	}
	head := e.headFlags(x)
	if len(x.nouns) > 0 && x.nouns[len(x.nouns)-1] == stemAgency && !x.news {
		head &^= flagMedia
		fl &^= flagMedia
	}
	switch {
	case !x.human && head&flagMedia != 0, fl&flagMedia != 0 && !x.human && head&(flagDocument|flagOrg) == 0:
		return model.SourceMedia
	case head&flagMedia != 0 && head&flagPerson != 0:
		return model.SourceMedia
	case head&flagDocument != 0 && !x.human && !named:
		return model.SourceDocument
	}
	if x.human || actor == model.ActorPerson {
		switch {
		case role == "GOV" || role == "MIL" || role == "IGO" || role == "COP" || role == "JUD" || role == "LEG":
			return model.SourceOfficial
		case e.holdsOffice(x):
			return model.SourceOfficial
		case x.plural && !named:
			return model.SourceGroup
		case !named && !x.plural && fl&flagVeil != 0 && head&flagPerson != 0 && x.noun != "" && strings.Contains(x.noun, "diplomat"):
			return model.SourceAnonymous
		}
		return model.SourcePerson
	}
	switch {
	case x.body || actor != "":
		if x.plural && !named && head&flagOrg != 0 && head&flagGroup != 0 {
			return model.SourceGroup
		}
		return model.SourceOrganisation
	case head&flagOrg != 0:
		return model.SourceOrganisation
	case x.plural && !named:
		return model.SourceGroup
	case named && len(x.names) >= 2:
		return model.SourcePerson
	case named:
		return model.SourcePerson
	case fl&flagDocument != 0:
		return model.SourceDocument
	}
	return model.SourceOrganisation
}

// headFlags is the word classes of the noun that heads the description.
func (e *engine) headFlags(x *entity) flag {
	if len(x.nouns) == 0 {
		return 0
	}
	return e.lex.of(x.nouns[len(x.nouns)-1])
}

// holdsOffice tells whether a person holds office in a state, a body of
// states, a ruling party or the like: by a title that only they have, or by
// one that others have too when words of the state stand beside it.
func (e *engine) holdsOffice(x *entity) bool {
	for _, n := range x.nouns {
		f := e.lex.of(n)
		if f&flagOfficial != 0 && !x.firm {
			return true
		}
		if f&(flagPerson|flagSpoke|flagTitle) == 0 || x.firm || !e.lead(n) {
			continue
		}
		if x.office || x.titled || x.national && e.heads(n) {
			return true
		}
	}
	return false
}

// heads tells whether a noun is that of who leads or speaks for a state when
// a state stands beside it: "the North Korean leader", "Israel's president".
func (e *engine) heads(n uint32) bool {
	switch n {
	case stemLeader, stemPresident, stemSecretary, stemCommander:
		return true
	}
	return e.lex.of(n)&flagTitle != 0
}

// lead tells whether a noun is that of a leader or speaker, which is an
// office when its body is.
func (e *engine) lead(n uint32) bool {
	if e.lex.of(n)&flagSpoke != 0 {
		return true
	}
	switch n {
	case stemHead, stemChief, stemLeader, stemDirector, stemChair, stemChairwoman, stemCommander, stemOfficer, stemCoordinator, stemSecretary, stemPresident, stemAide, stemAdviser, stemAdvisor, stemMember:
		return true
	}
	return false
}
