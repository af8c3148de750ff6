package source

import "github.com/dateline-wire/dateline/pkg/enrich/text"

// Kinds of content piece, for features.
const (
	pieceNone = iota
	pieceBefore
	pieceAfter
	pieceKid
	pieceClause
	pieceQuote
	pieceUp
	pieceNext
	pieceKids
	pieceHead
)

// piece is a stretch of tokens that may be (a part of) a content.
type piece struct {
	span
	kind uint8
	rel  rel
}

// contentCand is a candidate for the content of a cue: a part before it and a
// part after it, either of which may be missing, in text order.
type contentCand struct {
	a, b piece
	ext  uint8 // 1: runs on into quoted sentences after its own, 2: taken from the next paragraph
}

func (c *contentCand) spans() (out [2]span, n int) {
	if !c.a.empty() {
		out[n] = c.a.span
		n++
	}
	if !c.b.empty() {
		out[n] = c.b.span
		n++
	}
	return out, n
}

const maxContents = 72

// contentGen gathers candidates without doubles.
type contentGen struct {
	v     *view
	src   span // what no content may touch
	out   []contentCand
	left  []piece
	right []piece
}

func (g *contentGen) add(a, b piece, ext uint8) {
	if a.empty() && b.empty() || len(g.out) >= maxContents {
		return
	}
	if !g.src.empty() && (a.meets(g.src) || b.meets(g.src)) {
		return
	}
	if a.empty() {
		a = piece{}
	}
	if b.empty() {
		b = piece{}
	}
	for i := range g.out {
		if g.out[i].a.span == a.span && g.out[i].b.span == b.span {
			return
		}
	}
	g.out = append(g.out, contentCand{a, b, ext})
}

func (v *view) lead(i int) bool {
	n := &v.n[i]
	if n.low == hashThat && i+1 < len(v.n) {
		switch v.n[i+1].pos {
		case posNoun, posName, posPron, posDet, posPoss, posAdj, posNum:
			return n.rel == relMark || n.pos == posPrep || v.n[i+1].pos != posNoun && v.n[i+1].pos != posAdj
		}
		return n.rel == relMark
	}
	return v.loose(i) || n.rel == relCC
}

// clip makes a piece of a content: without marks around it, without a leading
// "that", and with the closing mark of a quotation that opens in it.
func (v *view) clip(s span) span {
	for s.lo < s.hi && v.lead(s.lo) {
		s.lo++
	}
	s = v.trim(s)
	if s.empty() {
		return s
	}
	// A closing mark right behind belongs to it when its opening mark does.
	if s.hi < len(v.n) && v.n[s.hi].shape == shapeClose && v.n[s.hi].quote >= 0 && v.quotes[v.n[s.hi].quote].first >= s.lo {
		s.hi++
	} else if s.hi+1 < len(v.n) && v.n[s.hi+1].shape == shapeClose && v.n[s.hi+1].quote >= 0 && v.quotes[v.n[s.hi+1].quote].first >= s.lo {
		s.hi += 2 // ,"
	}
	// A full stop at the end of a sentence is none of it unless it is quoted.
	if v.t.Surface(s.hi-1) == "." && v.n[s.hi-1].quote < 0 {
		s.hi--
	}
	return s
}

// quoteRun follows a quotation into the paragraphs that go on with it.
func (v *view) quoteRun(q int) span {
	s := span{v.quotes[q].first, v.quotes[q].last}
	for i := 0; i < 50 && v.quotes[q].next >= 0; i++ {
		q = v.quotes[q].next
		s.hi = v.quotes[q].last
	}
	return s
}

// contentCands lists what the cue at c, said by src (empty when by nobody),
// may have as its content.
func (e *engine) contentCands(v *view, c int, src span, g *contentGen) {
	g.v, g.src = v, src
	g.out, g.left, g.right = g.out[:0], g.left[:0], g.right[:0]
	s := v.t.Tokens[c].Sentence
	sent := v.t.Sentences[s]
	lo, hi := c, c+1
	if k := v.fixedEnd(c); k > hi {
		hi = k
	}
	if !src.empty() && src.lo >= sent.First && src.hi <= sent.Last {
		// Between cue and source may stand adverbs, auxiliaries and marks.
		if src.hi <= c && c-src.hi <= 6 {
			lo = src.lo
		}
		if src.lo > c && src.lo-hi <= 3 {
			hi = max(hi, src.hi)
		}
	}
	n := &v.n[c]
	hi = v.skipTime(hi, sent.Last)
	outside := func(p span) span { // the part of p on its side of cue and source
		if p.lo >= hi {
			return p
		}
		if p.hi <= lo {
			return p
		}
		return span{}
	}
	addLeft := func(p span, kind uint8, r rel) {
		p = v.clip(p)
		if !p.empty() {
			g.left = append(g.left, piece{p, kind, r})
		}
	}
	addRight := func(p span, kind uint8, r rel) {
		p = v.clip(p)
		if !p.empty() {
			g.right = append(g.right, piece{p, kind, r})
		}
	}
	// Before and after.
	addLeft(span{sent.First, lo}, pieceBefore, relNone)
	addRight(span{hi, sent.Last}, pieceAfter, relNone)
	// The dependents of the cue.
	kidLo, kidHi := -1, -1
	for k := n.kid; k >= 0; k = v.n[k].sib {
		d := &v.n[k]
		switch d.rel {
		case relPunct, relAux, relAuxPass, relCop, relCC, relDet, relMark, relPrt, relFixed:
			continue
		}
		p := span{int(d.lo), int(d.hi)}
		if !src.empty() && p.meets(src) {
			if p.lo < src.lo {
				continue
			}
			continue
		}
		if p = outside(p); p.empty() {
			continue
		}
		if int(k) < c {
			addLeft(p, pieceKid, d.rel)
		} else {
			addRight(p, pieceKid, d.rel)
			if kidLo < 0 {
				kidLo = p.lo
			} else if d.rel != relConj {
				addRight(span{kidLo, p.hi}, pieceKids, d.rel)
			}
			kidHi = p.hi
			// Without the conjuncts and adverbial clauses at its end.
			for j := d.kid; j >= 0; j = v.n[j].sib {
				if x := &v.n[j]; int(j) > int(k) && (x.rel == relConj || x.rel == relAdvcl || x.rel == relPara || x.rel == relACL || x.rel == relRelcl) {
					addRight(span{p.lo, int(x.lo)}, pieceClause, d.rel)
				}
			}
		}
	}
	_ = kidHi
	if int(n.hi) > hi {
		addRight(span{hi, int(n.hi)}, pieceClause, n.rel)
	}
	if int(n.lo) < lo {
		addLeft(span{int(n.lo), lo}, pieceClause, n.rel)
	}
	// The clauses around it.
	at := c
	for steps := 0; steps < 4 && v.n[at].head >= 0; steps++ {
		r := v.n[at].rel
		at = int(v.n[at].head)
		p := &v.n[at]
		if int(p.lo) < lo {
			addLeft(span{int(p.lo), lo}, pieceUp, r)
		}
		if int(p.hi) > hi {
			addRight(span{hi, int(p.hi)}, pieceUp, r)
		}
		// The governor's own other dependents: "such plans, which he backs".
		if steps < 2 && at < lo {
			addLeft(span{v.leftEdge(at), at + 1}, pieceHead, r)
		}
		if steps < 2 {
			for k := p.kid; k >= 0; k = v.n[k].sib {
				d := &v.n[k]
				if c >= int(d.lo) && c < int(d.hi) {
					continue
				}
				switch d.rel {
				case relComp, relXcomp, relObj, relSubj, relSubjPass, relObl, relPara, relACL, relAdvcl, relNmod:
					q := outside(span{int(d.lo), int(d.hi)})
					if q.empty() || !src.empty() && q.meets(src) {
						continue
					}
					if q.lo < c {
						addLeft(q, pieceHead, d.rel)
					} else {
						addRight(q, pieceHead, d.rel)
					}
				}
			}
		}
	}
	// Quotations that touch the sentence.
	firstQ, lastQ := -1, -1
	prev := int16(-1)
	for i := sent.First; i < sent.Last; i++ {
		q := v.n[i].quote
		if q < 0 || q == prev || q == n.quote {
			continue
		}
		prev = q
		qs := v.quotes[q]
		p := span{qs.first, qs.last}
		if p.hi <= lo {
			g.left = append(g.left, piece{p, pieceQuote, relNone})
			if firstQ < 0 {
				firstQ = int(q)
			}
		} else if p.lo >= hi {
			run := v.quoteRun(int(q))
			g.right = append(g.right, piece{p, pieceQuote, relNone})
			if run != p {
				g.right = append(g.right, piece{run, pieceQuote, relPara})
			}
			lastQ = int(q)
		}
	}
	// Singles.
	for _, p := range g.left {
		g.add(p, piece{}, 0)
	}
	for _, p := range g.right {
		g.add(piece{}, p, 0)
	}
	// Both sides: all of the sentence, a clause around the cue, or two quotations.
	for _, l := range g.left {
		if l.kind != pieceBefore && l.kind != pieceUp && l.kind != pieceQuote && l.kind != pieceClause {
			continue
		}
		for _, r := range g.right {
			switch {
			case l.kind == pieceQuote && (r.kind == pieceQuote || r.kind == pieceAfter),
				l.kind == pieceBefore && (r.kind == pieceAfter || r.kind == pieceUp || r.kind == pieceKid || r.kind == pieceQuote || r.kind == pieceClause),
				l.kind == pieceUp && (r.kind == pieceUp || r.kind == pieceAfter),
				l.kind == pieceClause && r.kind == pieceClause:
				g.add(l, r, 0)
			}
		}
	}
	// A quotation that goes on in the sentences after, or that stands there.
	if sent.Last < len(v.n) {
		nq := v.n[sent.Last].quote
		if nq >= 0 && int(nq) != lastQ && n.quote != nq {
			run := v.quoteRun(int(nq))
			next := piece{run, pieceNext, relNone}
			one := piece{span{v.quotes[nq].first, v.quotes[nq].last}, pieceNext, relNone}
			same := v.t.Sentences[min(s+1, len(v.t.Sentences)-1)].Paragraph == sent.Paragraph
			ext := uint8(2)
			if same {
				ext = 1
			}
			g.add(piece{}, next, ext)
			g.add(piece{}, one, ext)
			for i := range g.left {
				if l := g.left[i]; l.kind == pieceQuote || l.kind == pieceBefore || l.kind == pieceUp {
					g.add(l, next, ext)
					g.add(l, one, ext)
				}
			}
			for i := range g.right {
				if r := g.right[i]; r.kind == pieceAfter || r.kind == pieceQuote {
					g.add(piece{}, piece{span{r.lo, run.hi}, pieceNext, relNone}, ext)
				}
			}
		}
	}
	// A quotation that ended just before: "…," in the sentence before.
	if sent.First > 0 && firstQ < 0 {
		if pq := v.n[sent.First-1].quote; pq >= 0 && pq != n.quote {
			qs := v.quotes[pq]
			for i := 0; i < 50 && qs.prev >= 0; i++ {
				qs.first, qs.prev = v.quotes[qs.prev].first, v.quotes[qs.prev].prev
			}
			g.add(piece{span{qs.first, v.quotes[pq].last}, pieceQuote, relPara}, piece{}, 0)
		}
	}
}

// postposed leaves, of the candidates for a cue that stands behind what is
// said ("S, X said Tuesday, as …"), those that begin before it with a clause
// or a quotation; when there is none, all stay.
func (g *contentGen) postposed(v *view, c int, src sourceCand) {
	sent := v.t.Sentences[v.t.Tokens[c].Sentence]
	if v.n[c].flags&flagSay == 0 || src.head < 0 || src.back > 0 {
		return
	}
	ctx := v.cueContext(c, src, sent.First, sent.Last)
	if before, after := ctx>>4, ctx&15; before != 2<<1|1 || after != 4 && after != 6 && after != 7 {
		return
	}
	keep := func(x *contentCand) bool {
		for i := x.a.lo; i < x.a.hi; i++ {
			if p := v.n[i].pos; p == posVerb || p == posModal || v.n[i].shape == shapeOpen {
				return true
			}
		}
		return false
	}
	n := 0
	for i := range g.out {
		if keep(&g.out[i]) {
			n++
		}
	}
	if n == 0 {
		return
	}
	k := 0
	for i := range g.out {
		if keep(&g.out[i]) {
			g.out[k] = g.out[i]
			k++
		}
	}
	g.out = g.out[:k]
}

// skipTime passes a day told right after a cue, "on Wednesday", "late
// yesterday", "last week": it belongs to the saying and not to what is said.
func (v *view) skipTime(i, end int) int {
	k := i
	// "said on condition of anonymity", "on condition that …": how it was told.
	if k+2 < end && lowerShort(v.t.Surface(k)) == "on" && (v.n[k+1].stem == stemCondition || v.n[k+2].stem == stemCondition) {
		for k += 2; k < end && v.t.Surface(k) != ","; k++ {
		}
		return k
	}
	for steps := 0; steps < 2 && k < end; steps++ {
		switch lowerShort(v.t.Surface(k)) {
		case "on", "late", "early", "earlier", "last", "this", "in":
			k++
		}
	}
	if k+2 < end && lowerShort(v.t.Surface(k)) == "the" && (v.dayWord(k+2) || lowerShort(v.t.Surface(k+2)) == "day") {
		switch v.n[k+1].low {
		case hashPrevious, hashSame, hashNext, hashFollowing:
			return k + 3
		}
	}
	if k >= end || !v.dayWord(k) {
		return i
	}
	k++
	for steps := 0; steps < 3 && k < end; steps++ {
		if !v.dayWord(k) && v.n[k].shape != shapeDigit {
			break
		}
		k++
	}
	return k
}

func (v *view) dayWord(i int) bool {
	switch v.n[i].low {
	case hashMonday, hashTuesday, hashWednesday, hashThursday, hashFriday, hashSaturday, hashSunday,
		hashYesterday, hashToday, hashMorning, hashAfternoon, hashEvening, hashNight, hashWeek, hashMonth:
		return true
	}
	return false
}

// cueContext says how the cue and its source stand in the sentence: after a
// clause that a comma or a closing mark ends, and before what.
func (v *view) cueContext(c int, src sourceCand, first, last int) uint32 {
	lo, hi := c, v.fixedEnd(c)
	if src.head >= 0 && src.back == 0 {
		if src.span.hi <= c && c-src.span.hi <= 6 {
			lo = src.span.lo
		}
		if src.span.lo > c && src.span.lo-hi <= 3 {
			hi = max(hi, src.span.hi)
		}
	}
	hi = v.skipTime(hi, last)
	var before, after uint32
	if lo > first {
		verb := false
		for i := first; i < lo && !verb; i++ {
			verb = v.n[i].pos == posVerb || v.n[i].pos == posModal
		}
		switch {
		case v.n[lo-1].shape == shapeClose:
			before = 1
		case v.t.Surface(lo-1) == ",":
			before = 2
		case v.loose(lo - 1):
			before = 3
		case v.n[lo-1].pos == posConj:
			before = 4
		default:
			before = 5
		}
		before = before<<1 | bit(verb)
	}
	if hi < last {
		switch n := &v.n[hi]; {
		case n.low == hashThat:
			after = 1
		case n.shape == shapeOpen:
			after = 2
		case v.t.Surface(hi) == ":":
			after = 3
		case v.t.Surface(hi) == ",":
			after = 4
			if hi+1 < last && v.n[hi+1].shape == shapeOpen {
				after = 5
			} else if hi+1 < last && v.n[hi+1].tag == uint8(text.TagVBG) {
				after = 6
			}
		case hi >= last-2 && n.pos == posMark:
			after = 7
		case n.pos == posTo || n.low == hashTo:
			after = 8
		case n.pos == posPrep:
			after = 9
		default:
			after = 10
		}
	}
	return before<<4 | after
}

// leftEdge is where the noun phrase that ends at its head i begins.
func (v *view) leftEdge(i int) int {
	lo := i
	for k := v.n[i].kid; k >= 0 && int(k) < i; k = v.n[k].sib {
		switch v.n[k].rel {
		case relCase, relPunct, relCC, relMark, relSubj, relCop, relAux:
			lo = i
		default:
			lo = min(lo, int(v.n[k].lo))
		}
	}
	return lo
}

// fixedEnd is where a cue of several words that begins at c ends: "according
// to", "based on".
func (v *view) fixedEnd(c int) int {
	if c+1 >= len(v.n) {
		return c + 1
	}
	if lowerShort(v.t.Surface(c+1)) == "to" && v.n[c].stem == stemAccord {
		return c + 2
	}
	return c + 1
}

// contentFeatures describes candidate x as the content of the cue at c with
// the source src.
func (e *engine) contentFeatures(v *view, c int, src sourceCand, x *contentCand, b *features) {
	b.reset()
	n := &v.n[c]
	sent := v.t.Sentences[v.t.Tokens[c].Sentence]
	st, tg, r := n.stem, uint32(n.tag), uint32(n.rel)
	where := uint32(0) // where the source stands
	if src.head >= 0 && src.back == 0 {
		where = 1 + bit(src.head > c)
		if abs(src.head-c) > 8 {
			where += 2
		}
	}
	ka := uint32(x.a.kind)<<8 | uint32(x.a.rel)
	kb := uint32(x.b.kind)<<8 | uint32(x.b.rel)
	kind := ka<<16 | kb
	b.a(1, kind)
	b.a2(2, kind, st)
	b.a2(3, kind, tg)
	b.a2(4, kind, where)
	b.a3(5, kind, where, tg)
	b.a3(6, kind, where, st)
	b.a2(7, kind, r)
	b.a3(8, kind, r, tg)
	b.a2(9, kind, e.clusterOf(v, c))
	b.a3(10, kind, uint32(n.flags), tg)
	b.a2(11, kind, uint32(x.ext))
	near := v.quoteNear(c, sent.First, sent.Last)
	b.a2(12, kind, near)
	b.a3(13, kind, near, where)
	b.a2(14, kind, v.npClass(src.head))
	ctx := v.cueContext(c, src, sent.First, sent.Last)
	b.a2(95, ctx, kind)
	sides := bit(!x.a.empty()) | bit(!x.b.empty())<<1
	b.a2(15, sides, st)
	b.a2(16, sides, tg)
	b.a2(17, sides, near)
	b.a3(18, sides, where, tg)
	b.a3(19, sides, where, st)
	b.a3(20, sides, where, r)
	b.a3(21, sides, near, where)
	b.a2(96, ctx, sides)
	b.a3(97, ctx, sides, tg)
	b.a3(98, ctx, sides, where)
	b.a3(99, ctx, sides, st)
	b.a2(22, uint32(x.ext), near)
	b.a2(23, uint32(x.ext), st)
	b.a3(24, uint32(x.ext), near, sides)
	sp, m := x.spans()
	total, words, verbs := 0, 0, 0
	for j := range m {
		p := sp[j]
		side := bit(p.lo > c)
		total += p.hi - p.lo
		f, l := &v.n[p.lo], &v.n[p.hi-1]
		b.a2(30, side, f.low)
		b.a3(31, side, f.low, st)
		b.a3(32, side, uint32(f.tag), tg)
		b.a2(33, side, uint32(f.rel))
		b.a2(34, side, l.low)
		b.a3(35, side, uint32(l.tag), tg)
		pre, post := uint32(1), uint32(1)
		if p.lo > 0 {
			pre = v.n[p.lo-1].low
		}
		if p.hi < len(v.n) {
			post = v.n[p.hi].low
		}
		b.a2(36, side, pre)
		b.a3(37, side, pre, st)
		b.a2(38, side, post)
		b.a3(39, side, pre, f.low)
		b.a3(40, side, l.low, post)
		b.a3(41, side, bit(pre == hashThat), bit(p.lo == sent.First))
		b.a3(42, side, bit(p.hi >= sent.Last-1), bit(p.lo == sent.First))
		b.a3(43, side, uint32(f.shape), uint32(l.shape))
		// Quotations: whole, cut, or none.
		qf, ql := f.quote, l.quote
		whole := uint32(0)
		if qf >= 0 || ql >= 0 {
			whole = 1
			if qf >= 0 && v.quotes[qf].first == p.lo {
				whole |= 2
			}
			if ql >= 0 && v.quotes[ql].last == p.hi {
				whole |= 4
			}
			if qf >= 0 && v.quotes[qf].first < p.lo {
				whole |= 8
			}
			if ql >= 0 && v.quotes[ql].last > p.hi {
				whole |= 16
			}
			if qf == ql {
				whole |= 32
			}
		}
		b.a2(44, side, whole)
		b.a3(45, side, whole, tg)
		b.a3(46, side, whole, near)
		b.a3(47, side, whole, bit(n.quote >= 0))
		b.a3(48, side, whole, kind)
		// The head of the piece: how it hangs on the cue.
		head := -1
		for i := p.lo; i < min(p.hi, p.lo+maxSentence); i++ {
			if h := int(v.n[i].head); (h < p.lo || h >= p.hi) && v.n[i].rel != relPunct && (head < 0 || h < 0 || h == c) {
				head = i
				if h == c || h < 0 {
					break
				}
			}
		}
		if head >= 0 {
			h := &v.n[head]
			how := uint32(0)
			switch {
			case int(h.head) == c:
				how = 1
			case h.head < 0:
				how = 2
			case int(n.head) == head:
				how = 3
			case n.head >= 0 && n.head == h.head:
				how = 4
			}
			hs := bit(v.child(head, relSubj) >= 0 || v.child(head, relSubjPass) >= 0)
			b.a3(80, side, uint32(h.pos), uint32(h.rel))
			b.a3(81, side, how, uint32(h.rel))
			b.a3(82, side, how, tg)
			b.a3(83, side, how, st)
			b.a3(84, side, hs, uint32(h.pos))
			b.a3(85, side, hs<<4|uint32(h.pos), st)
			b.a3(86, side, hs<<4|uint32(h.pos), tg)
			b.a3(87, side, uint32(h.flags), tg)
			b.a3(88, side, uint32(h.flags), st)
			b.a3(89, side, uint32(h.rel), st)
			b.a2(90, side, e.clusterOf(v, head))
			b.a3(91, side, v.caseOf(head), st)
			b.a3(92, side, v.caseOf(head), tg)
			b.a3(93, side, how<<1|hs, r)
			b.a3(94, side, how<<8|uint32(h.rel), sides)
		}
		for i := p.lo; i < min(p.hi, p.lo+maxSentence); i++ {
			switch v.n[i].pos {
			case posVerb, posModal:
				verbs++
			case posMark, posNone:
			default:
				words++
			}
		}
		dist := p.lo - c
		if p.lo < c {
			dist = c - p.hi
		}
		b.a3(49, side, bucket(max(dist, 0)), where)
		b.a3(50, side, bucket(max(dist, 0)), tg)
		b.a3(51, side, bucket(max(dist, 0)), st)
	}
	b.a2(60, bucket(total), tg)
	b.a2(61, bucket(total), sides)
	b.a2(62, bucket(total), st)
	b.a2(63, uint32(min(verbs, 2)), tg)
	b.a2(64, uint32(min(verbs, 2)), st)
	b.a3(65, uint32(min(verbs, 2)), sides, where)
	share := uint32(0)
	if k := sent.Last - sent.First; k > 0 {
		share = uint32(min(total*5/k, 6))
	}
	b.a2(66, share, tg)
	b.a3(100, share, ctx, sides)
	b.a3(101, ctx, uint32(min(verbs, 2)), sides)
	b.a2(67, share, st)
	b.a3(68, share, sides, where)
	// What is left out of the sentence: words, quoted words, whole clauses.
	left, quoted := 0, 0
	first, last := sent.First, sent.Last
	for i := first; i < last; i++ {
		if x.a.has(i) || x.b.has(i) || src.head >= 0 && src.span.has(i) || i == c || v.n[i].pos == posMark {
			continue
		}
		left++
		if v.n[i].quote >= 0 && v.n[i].quote != n.quote {
			quoted++
		}
	}
	b.a2(70, bucket(left), sides)
	b.a2(71, bucket(left), tg)
	b.a2(72, bucket(quoted), tg)
	b.a3(73, bucket(quoted), sides, near)
	b.a2(74, bit(src.head >= 0 && (x.a.meets(src.span) || x.b.meets(src.span))), tg)
	b.a2(75, bit(x.a.has(c) || x.b.has(c)), tg)
}
