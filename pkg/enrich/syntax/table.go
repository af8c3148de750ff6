package syntax

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// Features are 32-bit hashes. With some 10^5 of them in a table, a feature
// that training never saw is taken for a known one about once in 10^4 times.

// table holds a few small weights for each feature: a hash table by linear
// probing whose entries point into a list of (class, weight) pairs, so that a
// feature costs one or two cache lines however many classes it has.
type table struct {
	shift uint
	slots []slot
	pairs []pair
}

type slot struct {
	key   uint32
	first uint32 // index of its pairs, shifted left by 8, and their number
}

type pair struct {
	class  uint8
	weight int8
}

const empty = ^uint32(0) // first of an empty slot

// score adds the weights of the features to the classes of scores.
func (t *table) score(features []uint32, scores *[64]int32) {
	mask := uint32(len(t.slots) - 1)
	for _, f := range features {
		for i := f >> t.shift; ; i = (i + 1) & mask {
			s := &t.slots[i]
			if s.first == empty {
				break
			}
			if s.key == f {
				for _, p := range t.pairs[s.first>>8 : s.first>>8+s.first&0xff] {
					scores[p.class&63] += int32(p.weight)
				}
				break
			}
		}
	}
}

// rows is a table of exactly four classes a feature.
type rows struct {
	shift uint
	slots []row
}

type row struct {
	key     uint32
	weights [4]int8
}

// score adds the weights of the features. A slot whose weights are all zero
// is empty.
func (t *rows) score(features []uint32) (scores [4]int32) {
	mask := uint32(len(t.slots) - 1)
	var a, b, c, d int32
	for _, f := range features {
		for i := f >> t.shift; ; i = (i + 1) & mask {
			s := &t.slots[i]
			if s.key == f {
				a += int32(s.weights[0])
				b += int32(s.weights[1])
				c += int32(s.weights[2])
				d += int32(s.weights[3])
				break
			}
			if s.weights == [4]int8{} {
				break
			}
		}
	}
	return [4]int32{a, b, c, d}
}

// entry is a feature with its weights, as models are stored: in rising order
// of key.
type entry struct {
	key   uint32
	pairs []pair
}

var errModel = errors.New("syntax: the model data is damaged")

// appendEntries writes the entries: their number, then for each the distance
// of its key from the one before, the number of pairs, and the pairs.
func appendEntries(b []byte, es []entry) []byte {
	b = binary.AppendUvarint(b, uint64(len(es)))
	last := uint32(0)
	for _, e := range es {
		b = binary.AppendUvarint(b, uint64(e.key-last))
		last = e.key
		b = append(b, byte(len(e.pairs)))
		for _, p := range e.pairs {
			b = append(b, p.class, byte(p.weight))
		}
	}
	return b
}

// capacity is the number of slots for n entries, a power of two of at least
// 16 that leaves a third of them empty.
func capacity(n int) (slots int, shift uint) {
	k := bits.Len(uint(n + n/2))
	k = max(k, 4)
	return 1 << k, uint(32 - k)
}

// decodeEntries calls add for each entry in b and returns what follows them.
// The pairs are b's own bytes.
func decodeEntries(b []byte, start func(n int), add func(key uint32, pairs []byte)) ([]byte, error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)) {
		return nil, errModel
	}
	b = b[k:]
	start(int(n))
	key := uint32(0)
	for range n {
		d, k := binary.Uvarint(b)
		if k <= 0 || k >= len(b) {
			return nil, errModel
		}
		key += uint32(d)
		size := 2 * int(b[k])
		b = b[k+1:]
		if size > len(b) {
			return nil, errModel
		}
		add(key, b[:size])
		b = b[size:]
	}
	return b, nil
}

func (t *table) decode(b []byte) ([]byte, error) {
	return decodeEntries(b, func(n int) {
		size, shift := capacity(n)
		t.shift = shift
		t.slots = make([]slot, size)
		for i := range t.slots {
			t.slots[i].first = empty
		}
		t.pairs = make([]pair, 0, 3*n)
	}, func(key uint32, pairs []byte) {
		i := key >> t.shift
		for t.slots[i].first != empty {
			i = (i + 1) & uint32(len(t.slots)-1)
		}
		t.slots[i] = slot{key, uint32(len(t.pairs))<<8 | uint32(len(pairs)/2)}
		for j := 0; j < len(pairs); j += 2 {
			t.pairs = append(t.pairs, pair{pairs[j] & 63, int8(pairs[j+1])})
		}
	})
}

func (t *rows) decode(b []byte) ([]byte, error) {
	return decodeEntries(b, func(n int) {
		size, shift := capacity(n)
		t.shift = shift
		t.slots = make([]row, size)
	}, func(key uint32, pairs []byte) {
		var w [4]int8
		for j := 0; j < len(pairs); j += 2 {
			w[pairs[j]&3] = int8(pairs[j+1])
		}
		if w == [4]int8{} {
			return
		}
		i := key >> t.shift
		for t.slots[i].weights != [4]int8{} {
			i = (i + 1) & uint32(len(t.slots)-1)
		}
		t.slots[i] = row{key, w}
	})
}
