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

// relations lists which relations training saw from a tag to a tag: first to
// the right, then to the left.
type relations [2][text.NumTags][text.NumTags]uint64

// allowed is the set of relations for the arc to position i; it is not 0.
func (r *relations) allowed(ws []word, t *tree, i int) uint64 {
	side := 0
	if int(t.nodes[i].head) > i {
		side = 1
	}
	h := ws[t.nodes[i].head].tag
	d := ws[i].tag
	if m := r[side][h][d]; m != 0 {
		return m
	}
	var m uint64
	for k := range r[side] {
		m |= r[side][k][d]
	}
	if m == 0 {
		m = 1 << text.RelDep
	}
	return m
}

// arc is what the features of a relation look at.
type arc struct {
	d, h, hh, p, n, l, r, in         *word
	side, dist, pair, be, rank, seen uint64
	up                               uint64 // of the relation of the governor
	right, left, farLeft, farRight   *word  // dependents of the governor
	hLefts, hRights, dLefts, dRights uint64
}

func (a *arc) look(ws []word, t *tree, i int) {
	b := &t.nodes[i]
	hi := int(b.head)
	g := &t.nodes[hi]
	a.d, a.h, a.hh = &ws[i], &ws[hi], &ws[g.head]
	a.p, a.n = &ws[i-1], &ws[i+1]
	a.l, a.r, a.in = &ws[b.farLeft], &ws[b.farRight], &ws[b.left]
	a.right, a.left, a.farLeft, a.farRight = &ws[g.right], &ws[g.left], &ws[g.farLeft], &ws[g.farRight]
	a.side = 0
	if hi > i {
		a.side = 1
	}
	a.dist = spread(distance(max(hi-i, i-hi)) | a.side<<8)
	a.pair = a.d.t*k3 ^ a.h.t + a.side
	a.be = uint64(g.be)
	a.rank = 0 // 1 for the outermost of its side, 2 for the innermost
	if int32(i) == g.farLeft || int32(i) == g.farRight {
		a.rank = 1
	}
	if int32(i) == g.left || int32(i) == g.right {
		a.rank |= 2
	}
	a.seen = spread(g.seen)
	a.up = spread(uint64(g.rel))
	a.hLefts, a.hRights = uint64(min(g.lefts, 3)), uint64(min(g.rights, 4))
	a.dLefts, a.dRights = uint64(min(b.lefts, 3)), uint64(min(b.rights, 3))
}

// simple appends the features of tags, and of the dependent's word and its
// marker.
func (a *arc) simple(f []uint32) []uint32 {
	pair := a.pair
	return append(f,
		hash1(4, pair), hash2(8, pair, a.dist), hash2(10, pair, a.l.t), hash2(11, pair, a.l.form),
		hash2(5, a.d.ft, a.h.t), hash3(17, pair, a.seen, a.rank), hash3(21, pair, a.be, a.rank),
		hash2(24, pair, a.hh.t), hash2(26, pair, a.n.t), hash2(27, pair, a.p.t),
		hash3(31, pair, a.rank, a.hLefts|a.hRights<<4), hash3(32, pair, a.dLefts, a.dRights),
		hash3(36, pair, a.up, a.side), hash2(12, pair, a.r.t),
	)
}

// more appends the other features.
func (a *arc) more(f []uint32) []uint32 {
	d, h, l, n, p, pair := a.d, a.h, a.l, a.n, a.p, a.pair
	f = append(f,
		hash2(2, d.form, a.side), hash2(3, h.form, a.side),
		hash2(6, h.ft, d.t), hash3(7, d.form, h.form, a.side),
		hash2(9, d.form, a.dist),
		hash2(13, pair, a.in.form),
		hash2(14, h.form, l.form), hash2(15, d.form, l.form), hash3(16, h.form, l.form, d.t),
		hash2(18, d.ft, a.seen), hash2(19, h.ft, a.seen), hash3(20, pair, a.seen, l.form),
		hash3(22, d.form, h.t, a.be), hash3(23, pair, a.be, l.form),
		hash3(28, pair, n.form, 1), hash3(29, pair, p.form, 1), hash3(30, pair, p.t, n.t),
		hash3(33, d.t, h.form, a.dist), hash2(34, d.suffix[2], h.t), hash2(35, h.suffix[2], d.t),
		hash2(37, d.form, a.up),
		hash3(38, h.form, d.t, n.t), hash3(39, pair, a.right.t, a.rank), hash3(40, pair, a.left.form, a.be),
		hash3(42, pair, uint64(d.shape), uint64(h.shape)),
		hash3(43, pair, a.farLeft.form, a.rank), hash3(44, pair, a.farRight.t, a.rank),
	)
	if d.cluster != 0 {
		f = append(f, hash2(50, d.cluster, a.side), hash2(51, d.cluster, h.t), hash3(52, d.cluster, l.form, h.t))
		if h.cluster != 0 {
			f = append(f, hash3(53, d.coarse, h.coarse, pair), hash3(57, d.coarse, h.coarse, l.form))
		}
	}
	if h.cluster != 0 {
		f = append(f, hash2(54, h.cluster, a.side), hash2(55, h.cluster, d.t), hash3(56, h.cluster, l.form, d.t))
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
			s.arc.look(s.words, t, i)
			s.features = s.arc.more(s.arc.simple(s.features[:0]))
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
