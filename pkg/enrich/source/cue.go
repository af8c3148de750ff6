package source

// candidate tells whether token i may be the head of a cue: its form has been
// one, or its stem is a word of saying or thinking.
func (v *view) candidate(i int) bool {
	n := &v.n[i]
	return n.prior > 0 || n.flags&(flagSay|flagThink) != 0
}

// verbal tells whether token i of a parsed sentence may be the head of a cue
// that no annotated text had: a verb with a clause or an object of its own.
func (v *view) verbal(i int) bool {
	n := &v.n[i]
	if n.pos != posVerb || n.rel == relAux || n.rel == relAuxPass || n.rel == relCop {
		return false
	}
	return v.child(i, relComp) >= 0 || v.child(i, relXcomp) >= 0 || v.child(i, relObj) >= 0 || v.child(i, relObl) >= 0
}

// worth tells whether sentence s needs a parse: a cue that is likely enough,
// or a quotation.
func (v *view) worth(s int) bool {
	sent := v.t.Sentences[s]
	for i := sent.First; i < sent.Last; i++ {
		if v.candidate(i) {
			return true
		}
	}
	return false
}

// child returns the first child of i with relation r, -1 for none.
func (v *view) child(i int, r rel) int {
	for k := v.n[i].kid; k >= 0; k = v.n[k].sib {
		if v.n[k].rel == r {
			return int(k)
		}
	}
	return -1
}

// subject finds who does what i says: its own subject, or that of the verb it
// depends on or is coordinated with. Own tells whether it is its own.
func (v *view) subject(i int) (subj int, own bool) {
	at := i
	for steps := 0; steps < 6 && at >= 0; steps++ {
		if k := v.child(at, relSubj); k >= 0 && k != i {
			return k, at == i
		}
		if k := v.child(at, relSubjPass); k >= 0 && k != i {
			return k, at == i
		}
		n := &v.n[at]
		switch n.rel {
		case relConj, relXcomp, relAdvcl, relComp, relPara, relCop, relAux, relDep:
			at = int(n.head)
		case relACL, relRelcl:
			return int(n.head), false
		default:
			return -1, false
		}
	}
	return -1, false
}

// caseOf is the stem of the preposition before the noun i, 0 for none.
func (v *view) caseOf(i int) uint32 {
	if k := v.child(i, relCase); k >= 0 {
		return v.n[k].stem
	}
	return 0
}

// Classes of noun phrases.
const (
	npNone uint32 = iota
	npName
	npFirst // I, we
	npSecond
	npHe
	npIt
	npThey
	npWho
	npPerson
	npMedia
	npDocument
	npOrg
	npGroup
	npSayNoun
	npOther
	npNumber
	npMeasure
	npVerb
	npDemonstrative
)

// npClass sorts the phrase headed by i.
func (v *view) npClass(i int) uint32 {
	if i < 0 {
		return npNone
	}
	n := &v.n[i]
	switch n.pos {
	case posPron, posPoss:
		return v.pronoun(i)
	case posWh:
		return npWho
	case posDet:
		return npDemonstrative
	case posNum:
		return npNumber
	case posVerb, posModal:
		return npVerb
	}
	switch {
	case n.pos == posName && n.flags&flagAbout == 0:
		return npName
	case n.flags&flagPerson != 0:
		return npPerson
	case n.flags&flagMedia != 0:
		return npMedia
	case n.flags&flagGroup != 0:
		return npGroup
	case n.flags&flagDocument != 0:
		return npDocument
	case n.flags&flagOrg != 0:
		return npOrg
	case n.flags&flagAbout != 0:
		return npMeasure
	case n.flags&flagSayNoun != 0:
		return npSayNoun
	}
	return npOther
}

func (v *view) pronoun(i int) uint32 {
	switch s := v.t.Surface(i); lowerShort(s) {
	case "i", "we", "my", "our", "me", "us":
		return npFirst
	case "you", "your":
		return npSecond
	case "he", "she", "his", "her", "him":
		return npHe
	case "it", "its":
		return npIt
	case "they", "their", "them":
		return npThey
	}
	return npOther
}

// lowerShort is s in lower case when it is a short ASCII word, s otherwise.
func lowerShort(s string) string {
	if len(s) > 8 {
		return s
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			var b [8]byte
			copy(b[:], s)
			for k := range b[:len(s)] {
				if b[k] >= 'A' && b[k] <= 'Z' {
					b[k] += 'a' - 'A'
				}
			}
			return string(b[:len(s)])
		}
	}
	return s
}

// cueFeatures describes token i as the head of a cue.
func (e *engine) cueFeatures(v *view, i int, b *features) {
	b.reset()
	n := &v.n[i]
	sent := v.t.Sentences[v.t.Tokens[i].Sentence]
	at := func(k int) *node {
		if k < sent.First || k >= sent.Last {
			return nil
		}
		return &v.n[k]
	}
	low := func(k int) uint32 {
		if x := at(k); x != nil {
			return x.low
		}
		return 1
	}
	tag := func(k int) uint32 {
		if x := at(k); x != nil {
			return uint32(x.tag)
		}
		return 255
	}
	clus := func(k int) uint32 {
		if k < sent.First || k >= sent.Last {
			return 0
		}
		return e.clusterOf(v, k)
	}
	st, tg, cl := n.stem, uint32(n.tag), clus(i)
	b.a(1, 0)
	b.a(2, n.low)
	b.a(3, st)
	b.a(4, tg)
	b.a2(5, st, tg)
	b.a(6, uint32(n.prior>>3))
	b.a2(7, uint32(n.prior>>4), tg)
	b.a(8, uint32(n.flags))
	b.a2(9, uint32(n.flags), tg)
	b.a(10, cl)
	b.a2(11, cl, tg)
	b.a(29, e.leafOf(v, i))
	b.a2(12, low(i-1), 0)
	b.a2(13, low(i+1), 0)
	b.a2(14, st, low(i-1))
	b.a2(15, st, low(i+1))
	b.a2(16, st, low(i+2))
	b.a3(17, st, low(i+1), low(i+2))
	b.a3(18, st, low(i-1), low(i-2))
	b.a2(19, tag(i-1), tg)
	b.a2(20, tg, tag(i+1))
	b.a3(21, tag(i-1), tg, tag(i+1))
	b.a3(22, tg, tag(i+1), tag(i+2))
	b.a2(23, clus(i-1), cl)
	b.a2(24, cl, clus(i+1))
	b.a2(25, cl, low(i+1))
	b.a(26, low(i-2))
	b.a(27, low(i+2))
	b.a2(28, low(i+1), low(i+2))

	// The tree around it.
	r := uint32(n.rel)
	b.a(30, r)
	b.a2(31, r, st)
	b.a2(32, r, tg)
	if n.head >= 0 {
		h := &v.n[n.head]
		b.a2(33, r, h.stem)
		b.a3(34, r, h.stem, st)
		b.a3(35, r, uint32(h.tag), tg)
		b.a2(36, r, uint32(h.prior>>4))
		b.a3(37, r, uint32(h.flags&(flagSay|flagThink|flagSayNoun)), uint32(n.flags&(flagSay|flagThink|flagSayNoun)))
	}
	var kids, sig uint32
	neg, modal := false, uint32(0)
	for k := n.kid; k >= 0; k = v.n[k].sib {
		c := &v.n[k]
		side := bit(int(k) > i)
		cr := uint32(c.rel)*2 + side
		kids++
		switch c.rel {
		case relSubj, relSubjPass, relObj, relIobj, relComp, relXcomp, relPara, relExpl, relCop, relAuxPass, relMark, relAdvcl, relACL, relPoss, relPrt:
			sig |= 1 << (uint32(c.rel) & 31)
		case relAux:
			modal = mix(modal, c.stem)
		case relAdvmod:
			if s := v.t.Surface(int(k)); s == "not" || s == "n't" || s == "n’t" || s == "never" {
				neg = true
			}
		}
		b.a(40, cr)
		b.a2(41, cr, st)
		b.a2(42, cr, tg)
		b.a2(43, cr, cl)
		switch c.rel {
		case relObl, relNmod, relObj, relComp, relXcomp, relAdvcl, relACL:
			cs := v.caseOf(int(k))
			mk := uint32(0)
			if m := v.child(int(k), relMark); m >= 0 {
				mk = v.n[m].low
			}
			cls := v.npClass(int(k))
			b.a3(44, cr, cs, st)
			b.a3(45, cr, mk, st)
			b.a3(46, cr, cs, mk)
			b.a3(47, cr, cls, st)
			b.a3(48, cr, cls, tg)
			b.a2(49, cr, c.low)
			b.a3(50, cr, uint32(c.flags), uint32(n.flags))
			b.a2(51, cr, e.clusterOf(v, int(k)))
			b.a3(52, cr, c.stem, st)
		case relPoss, relAmod, relDet, relAux, relAuxPass, relMark, relCase, relPrt, relAdvmod, relCompound:
			b.a3(53, cr, c.low, st)
			b.a3(54, cr, c.low, tg)
			b.a2(55, cr, v.npClass(int(k)))
		}
	}
	b.a(56, sig)
	b.a2(57, sig, st)
	b.a2(58, sig, tg)
	b.a2(59, bit(neg), st)
	b.a2(60, modal, st)
	b.a2(61, modal, bit(neg))
	b.a(62, min(kids, 6))

	subj, own := v.subject(i)
	sc := v.npClass(subj)
	o := bit(own)
	b.a2(63, sc, o)
	b.a3(64, sc, o, st)
	b.a3(65, sc, o, tg)
	if subj >= 0 {
		s := &v.n[subj]
		b.a2(66, s.low, o)
		b.a2(67, s.stem, st)
		b.a2(68, e.clusterOf(v, subj), o)
		b.a2(69, e.clusterOf(v, subj), cl)
		b.a3(70, uint32(s.flags), o, uint32(n.flags&(flagSay|flagThink|flagSayNoun)))
		b.a2(73, bit(subj > i), st)
		b.a2(74, bucket(abs(i-subj)), o)
	}

	// Quotations.
	q := uint32(0)
	if n.quote >= 0 {
		q = 1
		if v.quotes[n.quote].single {
			q = 2
		}
		qt := v.quotes[n.quote]
		b.a2(80, bucket(qt.last-qt.first), tg)
	}
	b.a(81, q)
	b.a2(82, q, st)
	b.a2(83, q, tg)
	near := v.quoteNear(i, sent.First, sent.Last)
	b.a(84, near)
	b.a2(85, near, st)
	b.a2(86, near, tg)
	b.a2(87, near, cl)

	// Where it stands.
	b.a(90, bit(i == sent.First))
	b.a2(91, bit(i == sent.First), st)
	b.a2(92, bucket(sent.Last-i), tg)
	first := bit(sent.Paragraph == 0 && v.t.Tokens[i].Sentence == 0)
	b.a2(93, first, tg)
	b.a2(94, bucket(sent.Last-sent.First), first)
	b.a2(95, bit(v.capsSentence(sent.First, sent.Last)), tg)
	// Another cue above it in the tree, and what lies below.
	up, depth := n.head, 0
	for up >= 0 && depth < 12 {
		if v.n[up].prior > 60 {
			b.a3(96, tg, uint32(min(depth, 3)), 1)
			b.a2(97, st, v.n[up].stem)
			b.a2(98, tg, r)
			break
		}
		up, depth = v.n[up].head, depth+1
	}
	strong := 0
	for k := sent.First; k < sent.Last; k++ {
		if k != i && v.n[k].prior > 100 {
			strong++
		}
	}
	b.a2(99, uint32(min(strong, 3)), tg)
	b.a2(100, uint32(min(strong, 3)), uint32(n.prior>>4))
}

// capsSentence tells whether most words of [first, last) are written with
// capitals, as in headlines.
func (v *view) capsSentence(first, last int) bool {
	up, words := 0, 0
	for i := first; i < last; i++ {
		switch v.n[i].shape {
		case shapeTitle, shapeUpper:
			up++
			words++
		case shapeLower:
			words++
		}
	}
	return words > 2 && 3*up > 2*words
}

// quoteNear says how token i stands to quotations in its sentence: bits for
// one that ends close before it, one that opens close after it, one anywhere
// before and after.
func (v *view) quoteNear(i, first, last int) uint32 {
	var m uint32
	for k := i - 1; k >= first; k-- {
		if v.n[k].shape == shapeClose || v.n[k].quote >= 0 {
			m |= 1
			if i-k <= 6 {
				m |= 2
			}
			break
		}
	}
	for k := i + 1; k < last; k++ {
		if v.n[k].shape == shapeOpen || v.n[k].quote >= 0 {
			m |= 4
			if k-i <= 4 {
				m |= 8
			}
			if k-i == 1 {
				m |= 32
			}
			break
		}
	}
	if last < len(v.n) && v.n[last].quote >= 0 {
		m |= 16
	}
	if first > 0 && v.n[first-1].quote >= 0 {
		m |= 64
	}
	return m
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}
