package source

import "github.com/dateline-wire/dateline/pkg/enrich/text"

// span is the tokens [lo, hi).
type span struct{ lo, hi int }

func (s span) empty() bool       { return s.hi <= s.lo }
func (s span) has(i int) bool    { return i >= s.lo && i < s.hi }
func (s span) meets(o span) bool { return s.lo < o.hi && o.lo < s.hi }

// sourceCand is one candidate for the source of a cue: the phrase headed by
// head, or nobody when head is -1.
type sourceCand struct {
	head int
	span span
	back int // sentences before the cue's
}

const (
	maxSources     = 48
	maxBackSources = 6
)

// nominal tells whether token i can head the phrase of a source.
func (v *view) nominal(i int) bool {
	n := &v.n[i]
	if n.pos == posName && n.named() && (n.head < 0 || v.n[n.head].mention == 0 || n.rel == relSubj) {
		return true
	}
	if n.rel == relSubj && n.pos != posVerb && n.pos != posMark {
		return true
	}
	switch n.rel {
	case relFlat, relFixed, relCase, relPunct, relCC, relMark, relAux, relAuxPass, relNum, relAmod:
		return false
	case relDet:
		return false
	case relCompound:
		return false
	}
	switch n.pos {
	case posNoun, posName, posPron, posPoss:
		return true
	case posNum, posDet, posWh, posAdj:
		return n.rel == relSubj || n.rel == relSubjPass || n.rel == relObl || n.rel == relObj || n.rel == relNmod || n.rel == relRoot && n.pos != posAdj
	}
	return false
}

// phrase is the span of the noun phrase headed by i as a source of cue c: its
// yield on its side of the cue, without case markers, commas around it, and
// possessive endings.
func (v *view) phrase(i, c int) span {
	n := &v.n[i]
	lo, hi := int(n.lo), int(n.hi)
	// Leave out what is no part of the phrase: clauses that hold the cue,
	// coordinated verbs, parataxis, cases.
	for k := n.kid; k >= 0; k = v.n[k].sib {
		c2 := &v.n[k]
		j := int(k)
		switch {
		case c2.rel == relCase && j < i, c2.rel == relCC && j < i, c2.rel == relMark, c2.rel == relPunct && j < i:
			lo = max(lo, int(c2.hi))
		case c2.rel == relCase && j > i:
			hi = min(hi, int(c2.lo))
		case (c2.rel == relNmod || c2.rel == relObl) && j > i && v.dayWord(j):
			hi = min(hi, int(c2.lo))
		case c >= 0 && c >= int(c2.lo) && c < int(c2.hi):
			if j > i {
				hi = min(hi, int(c2.lo))
			} else {
				lo = max(lo, int(c2.hi))
			}
		case c2.rel == relPara || c2.rel == relCop || c2.rel == relAux || c2.rel == relSubj || c2.rel == relAdvcl:
			if j > i {
				hi = min(hi, int(c2.lo))
			} else {
				lo = max(lo, int(c2.hi))
			}
		}
	}
	if c >= 0 {
		if c < i && c >= lo {
			lo = c + 1
		}
		if c > i && c < hi {
			hi = c
		}
	}
	s := span{min(lo, i), max(hi, i+1)}
	// "In Belgrade, Gen. Vojnovic": the place is no part of it.
	if v.n[s.lo].pos == posPrep && s.lo < i {
		for k := i - 1; k > s.lo; k-- {
			if v.t.Surface(k) == "," {
				s.lo = k + 1
				break
			}
		}
	}
	s = v.trim(s)
	if s.empty() {
		return s
	}
	return v.widen(s, i, c)
}

// widen takes the whole of a name into the phrase s headed by i, with the
// nouns right before it that say what it is, and the person's name that
// follows a description without a comma. It does not pass the cue c.
func (v *view) widen(s span, i, c int) span {
	first := v.t.Sentences[v.t.Tokens[i].Sentence].First
	last := v.t.Sentences[v.t.Tokens[i].Sentence].Last
	keep := func(n span) bool { return (c < 0 || !n.has(c)) && n.lo >= first && n.hi <= last }
	if k := v.n[i].ment; k > 0 {
		m := v.ments[k-1]
		if n := (span{min(s.lo, m.First), max(s.hi, m.Last)}); keep(n) {
			s = n
		}
	}
	if s.hi < last && v.n[s.hi].mention == int8(text.Person)+1 && v.n[s.hi-1].pos != posConj && v.n[s.hi-1].pos != posPrep && v.n[i].mention != int8(text.Person)+1 {
		if m := v.ments[v.n[s.hi].ment-1]; m.First == s.hi && v.n[i].flags&(flagPerson|flagSpoke|flagTitle) != 0 {
			if n := (span{s.lo, m.Last}); keep(n) {
				s = n
			}
		}
	}
	const what = flagPerson | flagOfficial | flagMedia | flagOrg | flagSpoke | flagTitle
	if s.lo > first && v.n[s.lo].ment > 0 && v.n[s.lo-1].flags&what != 0 && v.n[s.lo-1].pos != posVerb && v.n[s.lo-1].quote == v.n[s.lo].quote {
		lo := s.lo - 1
		for lo > first && s.lo-lo < 8 {
			n := &v.n[lo-1]
			switch n.pos {
			case posNoun, posAdj, posDet, posPoss, posName, posNum:
			default:
				if !(v.t.Surface(lo-1) == "-" && lo-2 >= first && v.n[lo-2].shape != shapeMark) && !v.possessive(lo-1) {
					goto done
				}
			}
			lo--
		}
	done:
		for lo < s.lo && (v.loose(lo) || v.possessive(lo)) {
			lo++
		}
		if n := (span{lo, s.hi}); keep(n) {
			s = n
		}
	}
	return s
}

// trim cuts commas, brackets and dashes from both ends, and stops.
func (v *view) trim(s span) span {
	for s.lo < s.hi && v.loose(s.lo) {
		s.lo++
	}
	for s.hi > s.lo && v.loose(s.hi-1) {
		s.hi--
	}
	return s
}

func (v *view) loose(i int) bool {
	switch v.t.Surface(i) {
	case ",", ";", ":", "-", "--", "—", "–", "(", "...", "…":
		return true
	}
	return false
}

// sourceCands lists who may be the source of the cue at c, in text order, and
// nobody last.
func (e *engine) sourceCands(v *view, c int, out []sourceCand) []sourceCand {
	out = out[:0]
	s := v.t.Tokens[c].Sentence
	sent := v.t.Sentences[s]
	for back := 1; back <= 2; back++ {
		p := s - back
		if p < 0 || v.t.Sentences[p].Paragraph != sent.Paragraph || !e.parse(v, p) {
			break
		}
		ps := v.t.Sentences[p]
		found := 0
		for i := ps.First; i < ps.Last && found < maxBackSources; i++ {
			n := &v.n[i]
			if (n.rel == relSubj || n.rel == relSubjPass) && v.nominal(i) {
				out = append(out, sourceCand{i, v.phrase(i, -1), back})
				found++
			}
		}
	}
	if k := v.fixedEnd(c); k == c+2 {
		// "according to": whoever follows.
		for i := k; i < min(sent.Last, k+24); i++ {
			if p := v.phrase(i, c); v.nominal(i) && p.lo <= k+1 {
				return append(out[:0], sourceCand{head: i, span: p})
			}
		}
	}
	first := sent.First
	if sent.Last-first > 2*maxSources {
		first = max(first, c-maxSources)
	}
	for i := first; i < sent.Last && len(out) < maxSources; i++ {
		if i == c {
			continue
		}
		n := &v.n[i]
		if n.pos == posWh && !v.clauseHas(i, c) || v.quotedAway(i, c) {
			continue
		}
		if v.nominal(i) || int(n.head) == c && n.rel == relCompound && n.pos == posName {
			out = append(out, sourceCand{head: i, span: v.phrase(i, c)})
		}
	}
	return append(out, sourceCand{head: -1})
}

// quotedAway tells whether i stands in a quotation of some length in which c
// does not: who is quoted there is not who quotes.
func (v *view) quotedAway(i, c int) bool {
	q := v.n[i].quote
	if q < 0 || q == v.n[c].quote {
		return false
	}
	x := v.quotes[q]
	return x.closed && x.last-x.first > 6
}

// clauseHas tells whether the relative clause of the pronoun i holds c.
func (v *view) clauseHas(i, c int) bool {
	at := i
	for steps := 0; steps < 6 && at >= 0; steps++ {
		n := &v.n[at]
		if n.rel == relRelcl || n.rel == relACL || n.rel == relAdvcl || n.head < 0 {
			return c >= int(n.lo) && c < int(n.hi)
		}
		at = int(n.head)
	}
	return true
}

// treePath hashes the relations from c up to the common ancestor and down to
// h; far is set when it is longer than the models look.
func (v *view) treePath(c, h int) (path uint32, length int) {
	const most = 7
	var up [most]int
	n := 0
	for a := c; a >= 0 && n < most; a = int(v.n[a].head) {
		up[n] = a
		n++
	}
	var down [most]int
	m := 0
	for a := h; a >= 0 && m < most; a = int(v.n[a].head) {
		for k := range n {
			if up[k] == a {
				path = 17
				for j := range k {
					path = mix(path, uint32(v.n[up[j]].rel))
				}
				path = mix(path, 99)
				for j := m - 1; j >= 0; j-- {
					path = mix(path, uint32(v.n[down[j]].rel)+100)
				}
				return path, k + m
			}
		}
		down[m] = a
		m++
	}
	return 3, most * 2
}

// sourceFeatures describes candidate x, the k-th of cands, as the source of
// the cue at c.
func (e *engine) sourceFeatures(v *view, c int, cands []sourceCand, k int, b *features) {
	b.reset()
	x := &cands[k]
	cn := &v.n[c]
	st, tg := cn.stem, uint32(cn.tag)
	r := uint32(cn.rel)
	verbal := bit(cn.pos == posVerb)
	subj, own := v.subject(c)
	inQuote := bit(cn.quote >= 0)
	if x.head < 0 {
		sc := v.npClass(subj)
		b.a(201, 0)
		b.a(202, st)
		b.a(203, tg)
		b.a2(204, tg, r)
		b.a2(205, st, r)
		b.a2(206, st, tg)
		b.a2(207, tg, sc)
		b.a2(208, st, sc)
		b.a3(209, tg, bit(own), sc)
		b.a2(210, bit(v.child(c, relAuxPass) >= 0), bit(own))
		b.a2(211, bit(v.child(c, relSubjPass) >= 0), st)
		b.a2(212, inQuote, tg)
		b.a2(213, cn.low, bit(own))
		b.a2(214, bit(v.child(c, relPoss) >= 0), tg)
		b.a2(215, uint32(min(len(cands), 6)), tg)
		b.a2(216, e.clusterOf(v, c), tg)
		b.a2(217, uint32(cn.flags), sc)
		return
	}
	n := &v.n[x.head]
	cls := v.npClass(x.head)
	hr := uint32(n.rel)
	side := bit(x.head > c)
	b.a(1, cls)
	b.a2(2, cls, tg)
	b.a2(3, cls, st)
	b.a(4, uint32(n.tag))
	b.a(5, n.low)
	b.a(6, e.clusterOf(v, x.head))
	b.a2(7, uint32(n.flags), tg)
	b.a(8, e.leafOf(v, x.head))
	b.a2(10, n.low, st)
	if x.back > 0 {
		b.a(100, uint32(x.back))
		b.a2(101, uint32(x.back), cls)
		b.a2(102, uint32(x.back), tg)
		b.a3(103, uint32(x.back), st, bit(own))
		b.a3(104, uint32(x.back), v.npClass(subj), cls)
		b.a3(105, uint32(x.back), bit(n.head < 0 || v.n[n.head].rel == relRoot), cls)
		b.a2(106, inQuote, bit(n.quote >= 0))
		b.a2(107, bit(v.n[max(int(n.head), 0)].prior > 60), cls)
		return
	}
	path, plen := v.treePath(c, x.head)
	cs := v.caseOf(x.head)
	b.a(20, path)
	b.a2(21, path, st)
	b.a2(22, path, tg)
	b.a2(23, path, cls)
	b.a3(24, path, cls, tg)
	b.a3(25, path, cs, tg)
	b.a3(26, path, cs, st)
	b.a2(27, uint32(min(plen, 8)), side)
	b.a3(28, hr, side, tg)
	b.a3(29, hr, side, cls)
	b.a3(30, hr, cs, verbal)
	b.a3(31, hr, cs, st)
	if int(n.head) == c {
		b.a3(32, hr, side, st)
		b.a3(33, hr, cls, tg)
		b.a3(34, hr, cs, tg)
		b.a3(35, hr, cs, bit(v.child(c, relAuxPass) >= 0))
		b.a3(36, hr, cls, uint32(cn.flags))
	}
	if x.head == subj {
		b.a2(38, bit(own), tg)
		b.a2(39, bit(own), cls)
		b.a2(40, bit(own), st)
		b.a3(41, bit(own), hr, bit(v.child(c, relAuxPass) >= 0))
	} else {
		b.a3(42, bit(subj >= 0), bit(own), tg)
		b.a3(43, v.npClass(subj), cls, bit(own))
	}
	// Distance and what lies between.
	lo, hi := x.span.hi, c
	if x.head > c {
		lo, hi = c+1, x.span.lo
	}
	gap := hi - lo
	b.a2(50, bucket(max(gap, 0)), side)
	b.a3(51, bucket(max(gap, 0)), side, tg)
	b.a3(52, bucket(max(gap, 0)), side, cls)
	b.a3(53, bucket(max(gap, 0)), side, st)
	commas, quotes, verbs := 0, 0, 0
	var only uint32
	for i := lo; i < hi; i++ {
		switch {
		case v.n[i].shape == shapeOpen || v.n[i].shape == shapeClose:
			quotes++
		case v.loose(i):
			commas++
		case v.n[i].pos == posVerb:
			verbs++
		}
		if gap <= 3 {
			only = mix(only, v.n[i].low)
		}
	}
	b.a3(54, uint32(min(commas, 3)), uint32(min(quotes, 2)), side)
	b.a3(55, uint32(min(verbs, 3)), side, tg)
	b.a3(56, uint32(min(verbs, 3)), uint32(min(commas, 2)), cls)
	if gap <= 3 {
		b.a3(57, only, side, uint32(gap+9))
		b.a3(58, only, side, st)
	}
	order := 0
	for j := range cands {
		if cands[j].head < 0 || cands[j].back > 0 || j == k {
			continue
		}
		if side == 0 && cands[j].head > x.head && cands[j].head < c || side == 1 && cands[j].head > c && cands[j].head < x.head {
			order++
		}
	}
	b.a3(60, uint32(min(order, 5)), side, tg)
	b.a3(61, uint32(min(order, 5)), side, cls)
	b.a2(62, uint32(min(order, 5)), hr)
	pre, post := uint32(1), uint32(1)
	if x.span.lo > 0 {
		pre = v.n[x.span.lo-1].low
	}
	if x.span.hi < len(v.n) {
		post = v.n[x.span.hi].low
	}
	sent := v.t.Sentences[v.t.Tokens[c].Sentence]
	prev, next := uint32(1), uint32(1)
	if c > sent.First {
		prev = v.n[c-1].low
	}
	if c+1 < sent.Last {
		next = v.n[c+1].low
	}
	o := uint32(min(order, 3))
	b.a3(76, prev, side, o)
	b.a3(77, prev, side, cls)
	b.a3(78, next, side, o)
	b.a3(79, next, side, cls)
	b.a3(80, mix(prev, st), side, o)
	// A finite verb right behind the phrase makes it the subject of another clause.
	verbAfter := false
	for i := x.span.hi; i < min(sent.Last, x.span.hi+3); i++ {
		if m := &v.n[i]; m.pos == posModal || m.tag == uint8(text.TagVBD) || m.tag == uint8(text.TagVBZ) || m.tag == uint8(text.TagVBP) {
			verbAfter = i != c
			break
		}
	}
	near1 := bit(gap <= 1)
	b.a3(83, prev, mix(post, side), near1)
	b.a3(84, prev, bit(verbAfter), mix(side, near1))
	b.a3(85, bit(verbAfter), mix(side, near1), cls)
	b.a3(86, bit(verbAfter), mix(side, near1), st)
	inVerb := false
	for i := x.span.lo; i < x.span.hi; i++ {
		if v.n[i].pos == posVerb && v.n[i].rel != relAmod {
			inVerb = true
		}
	}
	b.a3(81, bit(inVerb), side, cls)
	b.a3(82, bit(inVerb), side, prev)
	// Quotations: a sayer stands outside of what is said.
	qs := bit(n.quote >= 0)
	same := bit(n.quote == cn.quote)
	b.a3(63, inQuote, qs, same)
	b.a3(64, inQuote, qs, cls)
	near := v.quoteNear(x.head, v.t.Sentences[v.t.Tokens[c].Sentence].First, v.t.Sentences[v.t.Tokens[c].Sentence].Last)
	b.a2(65, near, side)
	// Around the phrase.
	b.a2(66, pre, side)
	b.a2(67, post, side)
	b.a2(68, bit(x.span.lo == v.t.Sentences[v.t.Tokens[c].Sentence].First), side)
	b.a2(69, bucket(x.span.hi-x.span.lo), side)
	if n.head >= 0 {
		h := &v.n[n.head]
		b.a3(70, hr, h.stem, bit(int(n.head) == c))
		b.a3(71, hr, uint32(h.prior>>5), bit(int(n.head) == c))
		b.a3(72, hr, uint32(h.tag), tg)
	}
	b.a2(73, r, path)
	b.a2(74, e.clusterOf(v, c), path)
	b.a2(75, e.clusterOf(v, x.head), hr)
}
