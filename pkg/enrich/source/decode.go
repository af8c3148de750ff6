package source

import (
	"math"
)

// found is an attribution on tokens, before sources are resolved.
type found struct {
	who      span // what a relative pronoun as source stands for, else empty
	v        *view
	cue      int // head
	cueSpan  []span
	src      sourceCand
	contents []span
	score    float64 // probability of the cue
	sure     float64 // of source and content
	logit    float32 // log-odds of the cue alone
	final    float32 // log-odds of the whole
	srcP     float64 // share of the source among its candidates
	conP     float64 // share of the content among its candidates
	shape    uint32  // how the content lies
	via      int     // index of the carrying attribution, -1 for none
	ref      int     // index of its source, -1 for none
	rule     string
}

// scratch is the memory that one document reuses between cues.
type scratch struct {
	f     features
	cands []sourceCand
	gen   contentGen
	p     []float64
	maybe []found
}

// find decodes the attributions of one text. Every word that may be a cue gets
// its best source and content; then the whole is judged, with what the other
// candidates of the sentence say.
func (e *engine) find(v *view, z *scratch) []found {
	var out []found
	for s := range v.t.Sentences {
		if !v.worth(s) || !e.parse(v, s) {
			continue
		}
		z.maybe = e.propose(v, s, e.model.threshold-checkMargin, z, z.maybe[:0])
		for i := range z.maybe {
			e.checkFeatures(v, z.maybe, i, &z.f)
			z.maybe[i].final = e.model.tables[tableCheck].score(z.f.f)
		}
		last := -1
		for i := range z.maybe {
			if z.maybe[i].final >= e.model.threshold {
				if last >= 0 {
					goesOn(v, &z.maybe[last], &z.maybe[i])
				}
				last = i
			}
		}
		for i := range z.maybe {
			f := z.maybe[i]
			if f.final < e.model.threshold {
				if f.logit < e.model.threshold-nestedBonus || f.src.head < 0 || f.src.back > 0 || !v.reports(f.cue) || !v.nested(z.maybe, i, e.model.threshold) {
					continue
				}
				f.rule = "nested"
			}
			f.score = 1 / (1 + math.Exp(-float64(f.final)))
			out = append(out, f)
		}
	}
	return out
}

// propose completes the words of sentence s whose log-odds of being a cue are
// least or more, in text order.
func (e *engine) propose(v *view, s int, least float32, z *scratch, out []found) []found {
	sent := v.t.Sentences[s]
	for i := sent.First; i < sent.Last; i++ {
		if !v.candidate(i) && !v.verbal(i) {
			continue
		}
		e.cueFeatures(v, i, &z.f)
		score := e.model.tables[tableCue].score(z.f.f)
		if score < least && (score < least+checkMargin-nestedBonus || !v.reports(i)) {
			continue
		}
		if f, ok := e.complete(v, i, z); ok {
			f.logit = score
			out = append(out, f)
		}
	}
	return out
}

const (
	// checkMargin is how far below the threshold a cue alone may be to be
	// looked at with its source and content.
	checkMargin = 1.5
	// nestedBonus is how much less likely, in log-odds, an attribution may be
	// when it stands in what somebody says.
	nestedBonus = 3.4
)

// nested tells whether candidate i stands in the content of another candidate
// that is kept and whose source is an outlet, a document or a body: these
// pass on what others said.
func (v *view) nested(fs []found, i int, threshold float32) bool {
	for k := range fs {
		h := &fs[k]
		if k == i || h.final < threshold || !holds(h, fs[i].cue) || holds(&fs[i], h.cue) || h.src.head < 0 {
			continue
		}
		if fs[i].logit >= threshold-nestedBonus/2 {
			if c := v.npClass(fs[i].src.head); c == npName || c == npOrg || c == npMedia || c == npGroup || c == npPerson {
				return true
			}
		}
		switch n := &v.n[h.src.head]; v.npClass(h.src.head) {
		case npMedia, npDocument, npOrg:
			return true
		case npName:
			if n.flags&(flagMedia|flagOrg) != 0 || v.outlet(h.src.span) {
				return true
			}
		}
	}
	return false
}

func step(x float64, n int) uint32 { return uint32(max(0, min(float64(n), x*float64(n)))) }

// checkFeatures describes candidate i of its sentence as a whole.
func (e *engine) checkFeatures(v *view, fs []found, i int, b *features) {
	b.reset()
	f := &fs[i]
	n := &v.n[f.cue]
	st, tg := n.stem, uint32(n.tag)
	l := uint32(max(0, min(40, (f.logit+6)*3)))
	// The log-odds of the cue, as steps that add up.
	for k := uint32(0); k <= l; k++ {
		b.a(301, k)
	}
	sp, cp := step(f.srcP, 8), step(f.conP, 8)
	cls := npNone
	where := uint32(0)
	if f.src.head >= 0 {
		cls = v.npClass(f.src.head)
		where = 1 + bit(f.src.head > f.cue)
		if f.src.back > 0 {
			where = 3
		}
	}
	b.a(302, sp)
	b.a(303, cp)
	b.a2(304, sp, cp)
	b.a2(305, sp, l/4)
	b.a2(306, cp, l/4)
	b.a(307, cls)
	b.a2(308, cls, where)
	b.a2(309, cls, tg)
	b.a2(310, cls, st)
	b.a2(311, cls, l/4)
	b.a(312, f.shape)
	b.a2(313, f.shape, tg)
	b.a2(314, f.shape, st)
	b.a3(315, f.shape, where, cls)
	b.a2(316, f.shape, l/4)
	words, quoted := 0, 0
	for _, c := range f.contents {
		words += c.hi - c.lo
		for k := c.lo; k < c.hi; k++ {
			if v.n[k].quote >= 0 && v.n[k].quote != n.quote {
				quoted++
			}
		}
	}
	qs := bit(quoted > 0) + bit(quoted*3 > words*2)
	b.a2(317, bucket(words), tg)
	b.a2(318, bucket(words), st)
	b.a2(319, qs, tg)
	b.a3(320, qs, tg, cls)
	b.a2(321, qs, l/4)
	b.a2(322, qs, st)
	if f.src.head >= 0 {
		b.a2(323, v.n[f.src.head].low, 0)
		b.a2(324, e.clusterOf(v, f.src.head), tg)
		b.a2(325, uint32(v.n[f.src.head].flags), tg)
	}
	for _, c := range f.contents {
		b.a2(326, v.n[c.lo].low, tg)
		b.a2(327, uint32(v.n[c.lo].tag), tg)
	}
	// The others: inside of one, around one, sharing a source or a content.
	var inside, around, twin, same int
	for k := range fs {
		g := &fs[k]
		if k == i || g.logit < -0.5 {
			continue
		}
		in, out := holds(g, f.cue), holds(f, g.cue)
		switch {
		case in && out:
			twin++
		case in:
			inside++
			b.a2(328, v.n[g.cue].stem, tg)
			b.a2(329, st, bit(g.src.head >= 0 && g.src.head == f.src.head))
		case out:
			around++
		}
		if len(f.contents) > 0 && len(g.contents) > 0 && f.contents[0].meets(g.contents[0]) && !in && !out {
			same++
			b.a2(330, bit(g.logit > f.logit), l/4)
			b.a2(331, bit(g.logit > f.logit), tg)
		}
	}
	b.a2(332, uint32(min(inside, 2)), tg)
	b.a2(333, uint32(min(inside, 2)), l/4)
	b.a2(334, uint32(min(around, 2)), tg)
	b.a2(335, uint32(min(around, 2)), st)
	b.a2(336, uint32(min(twin, 2)), tg)
	b.a2(337, uint32(min(same, 2)), tg)
	b.a3(338, uint32(min(inside, 2)), cls, tg)
	b.a3(339, uint32(min(inside, 2)), uint32(n.flags&(flagSay|flagThink)), bit(n.quote >= 0))
	b.a2(340, l/4, tg)
	b.a2(341, l/4, st)
	b.a2(342, bit(n.quote >= 0), tg)
}

// reports tells whether token i is a finite verb of saying, thinking or
// deciding with a subject of its own that is a name, a body or people.
func (v *view) reports(i int) bool {
	n := &v.n[i]
	if n.flags&(flagSay|flagThink) == 0 || n.pos != posVerb {
		return false
	}
	subj, own := v.subject(i)
	if subj < 0 || !own {
		return false
	}
	switch v.npClass(subj) {
	case npName, npPerson, npMedia, npOrg, npGroup, npHe, npThey, npDocument, npFirst:
		return v.child(i, relComp) >= 0 || v.child(i, relXcomp) >= 0 || v.child(i, relObj) >= 0
	}
	return false
}

// complete finds source and content of the cue at c.
func (e *engine) complete(v *view, c int, z *scratch) (found, bool) {
	z.cands = e.sourceCands(v, c, z.cands)
	z.p = z.p[:0]
	best := 0
	for k := range z.cands {
		e.sourceFeatures(v, c, z.cands, k, &z.f)
		z.p = append(z.p, float64(e.model.tables[tableSource].score(z.f.f)))
		if z.p[k] > z.p[best] {
			best = k
		}
	}
	src := z.cands[best]
	soften(z.p)
	sure := z.p[best]
	f, ok := e.withSource(v, c, src, z)
	f.srcP = sure
	f.sure = sure * f.conP
	return f, ok
}

// withSource finds the content of the cue at c when src is its source.
func (e *engine) withSource(v *view, c int, src sourceCand, z *scratch) (found, bool) {
	best := 0
	e.contentCands(v, c, sourceSpan(src), &z.gen)
	z.gen.postposed(v, c, src)
	if len(z.gen.out) == 0 {
		return found{}, false
	}
	z.p = z.p[:0]
	best = 0
	for k := range z.gen.out {
		e.contentFeatures(v, c, src, &z.gen.out[k], &z.f)
		z.p = append(z.p, float64(e.model.tables[tableContent].score(z.f.f)))
		if z.p[k] > z.p[best] {
			best = k
		}
	}
	soften(z.p)
	sp, n := z.gen.out[best].spans()
	x := &z.gen.out[best]
	f := found{v: v, cue: c, src: src, conP: z.p[best], via: -1, ref: -1}
	f.shape = uint32(x.a.kind)<<16 | uint32(x.b.kind)<<8 | uint32(x.a.rel+x.b.rel)<<20 | uint32(x.ext)
	f.contents = append(f.contents, sp[:n]...)
	f.cueSpan = v.cueSpan(c)
	if src.head >= 0 && v.n[src.head].pos == posWh {
		if a := v.antecedent(src.head); a >= 0 && a != c {
			if p := v.phrase(a, src.head); p.hi <= src.head {
				f.who = p
			}
		}
	}
	return f, true
}

// cueSpan is the cue with what belongs to it: negation and its auxiliary,
// a particle, the "to" of "according to", the "as" of "as saying".
func (v *view) cueSpan(c int) []span {
	return []span{{c, v.fixedEnd(c)}}
}
