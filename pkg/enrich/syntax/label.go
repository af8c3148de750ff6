package syntax

import (
	"math/bits"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// The labeller names each arc of a finished tree, from left to right, among
// the relations that training saw between the two tags.

// tree is what the labeller looks at, for positions as in state.
type tree struct {
	nodes []branch
}

// branch is a word's place in the tree.
type branch struct {
	head              int32
	left, right       int32 // nearest dependents
	farLeft, farRight int32 // outermost ones
	lefts, rights     uint8
	be                uint8 // word.auxiliary of the nearest dependent before it that is one
	rel               text.Rel
	seen              uint64 // relations given to its dependents so far
}

// grow builds the tree of the heads of st.
func (t *tree) grow(ws []word, st *state) {
	n := st.n
	if cap(t.nodes) < n+2 {
		t.nodes = make([]branch, n+2+n/2)
	}
	t.nodes = t.nodes[:n+2]
	clear(t.nodes)
	for i := 1; i <= n; i++ {
		h := st.nodes[i].head
		t.nodes[i].head = h
		b := &t.nodes[h]
		if int(h) > i {
			if b.farLeft == 0 {
				b.farLeft = int32(i)
			}
			b.left = int32(i)
			if b.lefts < 255 {
				b.lefts++
			}
			if w := &ws[i]; w.auxiliary != 0 && w.tag.Verb() {
				b.be = w.auxiliary
			}
		} else {
			if b.right == 0 {
				b.right = int32(i)
			}
			b.farRight = int32(i)
			if b.rights < 255 {
				b.rights++
			}
		}
	}
}

// relations lists which relations training saw from a tag to a tag.
type relations [text.NumTags][text.NumTags]uint64

// allowed is the set of relations for the arc to position i; it is not 0.
func (r *relations) allowed(ws []word, t *tree, i int) uint64 {
	h := ws[t.nodes[i].head].tag
	d := ws[i].tag
	if m := r[h][d]; m != 0 {
		return m
	}
	var m uint64
	for k := range r {
		m |= r[k][d]
	}
	if m == 0 {
		m = 1 << text.RelDep
	}
	return m
}

// labelFeatures appends the features for the relation of position i.
func labelFeatures(f []uint32, ws []word, t *tree, i int) []uint32 {
	b := &t.nodes[i]
	hi := int(b.head)
	g := &t.nodes[hi]
	d, h := &ws[i], &ws[hi]
	hh := &ws[g.head]
	p, n := &ws[i-1], &ws[i+1]
	l, r := &ws[b.farLeft], &ws[b.farRight]
	in := &ws[b.left]
	side := uint64(0)
	if hi > i {
		side = 1
	}
	dist := spread(distance(max(hi-i, i-hi)) | side<<8)
	pair := d.t*k3 ^ h.t + side
	be := uint64(g.be)
	rank := uint64(0) // outermost or innermost of its side
	switch int32(i) {
	case g.farLeft, g.farRight:
		rank |= 1
	}
	switch int32(i) {
	case g.left, g.right:
		rank |= 2
	}
	seen := spread(g.seen)
	f = append(f,
		hash1(1, d.form), hash2(2, d.form, side), hash2(3, h.form, side), hash1(4, pair),
		hash2(5, d.ft, h.t), hash2(6, h.ft, d.t), hash3(7, d.form, h.form, side),
		hash2(8, pair, dist), hash2(9, d.form, dist),
		hash2(10, pair, l.t), hash2(11, pair, l.form), hash2(12, pair, r.t), hash2(13, pair, in.form),
		hash2(14, h.form, l.form), hash2(15, d.form, l.form), hash3(16, h.form, l.form, d.t),
		hash3(17, pair, seen, rank), hash2(18, d.ft, seen), hash2(19, h.ft, seen), hash3(20, pair, seen, l.form),
		hash3(21, pair, be, rank), hash3(22, d.form, h.t, be), hash3(23, pair, be, l.form),
		hash2(24, pair, hh.t), hash3(25, d.form, h.t, hh.t), hash2(26, pair, n.t), hash2(27, pair, p.t),
		hash3(28, pair, n.form, 1), hash3(29, pair, p.form, 1), hash3(30, pair, p.t, n.t),
		hash3(31, pair, rank, uint64(min(g.lefts, 3))|uint64(min(g.rights, 4))<<4),
		hash3(32, pair, uint64(min(b.lefts, 3)), uint64(min(b.rights, 3))),
		hash3(33, d.t, h.form, dist), hash2(34, d.suffix[2], h.t), hash2(35, h.suffix[2], d.t),
		hash3(36, pair, spread(uint64(g.rel)), side), hash2(37, d.form, spread(uint64(g.rel)|64)),
		hash3(38, h.form, d.t, n.t), hash3(39, pair, ws[g.right].t, rank), hash3(40, pair, ws[g.left].form, be),
		hash3(41, d.form, l.form, h.form), hash3(42, pair, uint64(d.shape), uint64(h.shape)),
		hash3(43, pair, ws[g.farLeft].form, rank), hash3(44, pair, ws[g.farRight].t, rank),
	)
	if d.cluster != 0 {
		f = append(f, hash2(50, d.cluster, side), hash2(51, d.cluster, h.t), hash3(52, d.cluster, l.form, h.t))
		if h.cluster != 0 {
			f = append(f, hash3(53, d.coarse, h.coarse, pair), hash3(57, d.coarse, h.coarse, l.form))
		}
	}
	if h.cluster != 0 {
		f = append(f, hash2(54, h.cluster, side), hash2(55, h.cluster, d.t), hash3(56, h.cluster, l.form, d.t))
	}
	return f
}

// label sets the relations of s.tree.
func (m *Model) label(s *sentence) {
	t := &s.tree
	t.grow(s.words, &s.state)
	for i := 1; i <= s.n; i++ {
		b := &t.nodes[i]
		if int(b.head) == s.n+1 {
			b.rel = text.RelRoot
			continue
		}
		allowed := m.relations.allowed(s.words, t, i)
		r := bits.TrailingZeros64(allowed)
		if allowed&(allowed-1) != 0 {
			s.features = labelFeatures(s.features[:0], s.words, t, i)
			s.scores = [64]int32{}
			m.labels.score(s.features, &s.scores)
			r = best(&s.scores, allowed)
		}
		t.give(i, text.Rel(r))
	}
}

// give names the arc to position i.
func (t *tree) give(i int, r text.Rel) {
	b := &t.nodes[i]
	b.rel = r
	t.nodes[b.head].seen |= memory[r]
}

// memory is the relations of a word's earlier dependents that the labeller
// remembers; others leave no trace.
var memory = [64]uint64{
	text.RelNsubj: 1, text.RelNsubjPass: 2, text.RelCsubj: 1, text.RelObj: 4, text.RelIobj: 8, text.RelCop: 16,
	text.RelAuxPass: 32, text.RelAux: 64, text.RelMark: 128, text.RelExpl: 256, text.RelCC: 512, text.RelCcomp: 1024, text.RelXcomp: 1024,
	text.RelCompoundPrt: 2048, text.RelDet: 4096, text.RelConj: 8192, text.RelNmodPoss: 4096,
}
