package syntax

import (
	"math/bits"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// dictionary tells which tags a word may bear. Words that training saw often
// have an entry; of others only the kind is known.
type dictionary struct {
	slots []dictSlot
	shift uint
	open  [3]uint64 // by kind: letters, digits, marks
}

type dictSlot struct {
	key  uint32
	mask uint64
}

// A word is listed under the characters as written and under its form, for
// where a capital tells nothing.
func exactKey(w *word) uint32 { return uint32((w.exact ^ k2) * k5 >> 32) }
func formKey(w *word) uint32  { return uint32((w.form ^ k3) * k5 >> 32) }

func (d *dictionary) find(key uint32) uint64 {
	mask := uint32(len(d.slots) - 1)
	for i := key >> d.shift; ; i = (i + 1) & mask {
		s := &d.slots[i]
		if s.key == key || s.mask == 0 {
			return s.mask
		}
	}
}

func kindOf(w *word) int {
	switch {
	case w.shape&shapeDigit != 0:
		return 1
	case w.shape&shapeLetter != 0:
		return 0
	}
	return 2
}

// allow sets the tags that the words of a sentence may bear.
func (d *dictionary) allow(ws []word, kind int) {
	for i := range ws {
		w := &ws[i]
		var m uint64
		switch {
		case kind != plainCase:
			m = d.find(formKey(w))
		case i == 0 || kindOf(&ws[i-1]) == 2 && w.shape&shapeUpper != 0:
			m = d.find(formKey(w)) | d.find(exactKey(w))
		default:
			m = d.find(exactKey(w))
		}
		w.class = spread(m)
		if m == 0 {
			m = d.open[kindOf(w)]
			w.class = uint64(kindOf(w)) * k2
		}
		w.allowed = m
	}
}

func shapeOf(w *word, mode int) uint64 { return spread(uint64(w.shape) | uint64(mode)<<8) }

// tagFeatures appends the features for the tag of position i of ws, whose
// words before i are tagged. mode is the case of the sentence.
func tagFeatures(f []uint32, ws []word, i, mode int) []uint32 {
	w, p, n := &ws[i], &ws[i-1], &ws[i+1]
	pp, nn := &ws[max(i-2, 0)], &ws[0]
	if i+2 < len(ws) {
		nn = &ws[i+2]
	}
	shape := shapeOf(w, mode)
	first := uint64(0)
	if i == 1 {
		first = 1
	}
	f = append(f,
		hash1(1, w.form),
		hash2(8, w.suffix[2], shape),
		hash2(11, p.t, w.form),
		hash1(14, n.form),
		hash2(21, p.t, n.class),
		hash3(22, p.t, w.class, n.class),
		hash2(25, w.form, n.class),
		hash2(29, w.class, p.t),
		hash1(2, w.suffix[2]),
		hash1(3, w.suffix[1]),
		hash1(4, w.suffix[3]),
		hash1(5, w.prefix[2]),
		hash1(6, w.prefix[0]),
		hash2(7, shape, first),
		hash1(9, p.t),
		hash2(10, p.t, pp.t),
		hash2(12, p.t, w.suffix[2]),
		hash1(13, p.form),
		hash1(15, pp.form),
		hash1(16, nn.form),
		hash2(17, w.form, n.form),
		hash2(18, w.form, p.form),
		hash1(19, n.suffix[2]),
		hash1(20, n.class),
		hash2(23, n.class, nn.class),
		hash2(24, w.class, n.class),
		hash2(26, shape, spread(uint64(n.shape))),
		hash2(27, shape, spread(uint64(p.shape)<<1|first)),
		hash2(28, p.t, shape),
		hash3(30, w.class, p.t, pp.t),
		hash1(31, w.suffix[0]),
	)
	if w.cluster != 0 {
		f = append(f, hash1(34, w.cluster), hash1(35, w.coarse), hash2(36, w.cluster, p.t), hash2(39, w.cluster, shape))
	}
	if n.cluster != 0 {
		f = append(f, hash1(37, n.cluster), hash2(40, n.coarse, w.class))
	}
	if p.cluster != 0 {
		f = append(f, hash1(38, p.cluster))
	}
	return f
}

// tag sets the tags of the words 1 to n of s.
func (m *Model) tag(s *sentence) {
	ws := s.words
	for i := 1; i <= s.n; i++ {
		w := &ws[i]
		if w.allowed&(w.allowed-1) == 0 {
			w.setTag(text.Tag(bits.TrailingZeros64(w.allowed)))
			continue
		}
		s.features = tagFeatures(s.features[:0], ws, i, s.mode)
		s.scores = [64]int32{}
		m.tags.score(s.features, &s.scores)
		w.setTag(text.Tag(best(&s.scores, w.allowed)))
	}
}

// best is the class of the highest score among those allowed, the first of
// equals. allowed is not 0.
func best(scores *[64]int32, allowed uint64) int {
	b := bits.TrailingZeros64(allowed)
	for a := allowed & (allowed - 1); a != 0; a &= a - 1 {
		if c := bits.TrailingZeros64(a); scores[c] > scores[b] {
			b = c
		}
	}
	return b
}
