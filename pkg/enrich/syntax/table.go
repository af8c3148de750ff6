package syntax

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// Features are 32-bit hashes. With some 10^5 of them in a table, a feature
// that training never saw is taken for a known one about once in 10^4 times.

// table holds a few small weights for each feature. A feature has its place
// in one of the two slots of its bucket or none; where more fall into one
// bucket the lighter ones are left out when the table is built. Slots point
// into a list of (class, weight) pairs.
//
// Both kinds of table are read in passes without branches on what was found,
// so that the processor waits for many cache lines at once.
type table struct {
	shift uint
	slots []slot
	pairs []pair
}

type slot struct {
	key  uint32
	span uint32 // index of its pairs, shifted left by 8, and their number; 0 when empty
}

type pair struct {
	class  uint8
	weight int8
}

// maxFeatures bounds the features of one decision.
const maxFeatures = 128

// score adds the weights of at most maxFeatures features to the classes.
func (t *table) score(features []uint32, scores *[64]int32) {
	var spans [maxFeatures]uint32
	n := 0
	for _, f := range features {
		i := f >> t.shift << 1
		two := t.slots[i : i+2 : i+2]
		x, y := differ(two[0].key, f), differ(two[1].key, f)
		spans[n&(maxFeatures-1)] = two[0].span&^x | two[1].span&^y
		n++
	}
	for _, s := range spans[:min(n, maxFeatures)] {
		for _, p := range t.pairs[s>>8 : s>>8+s&0xff] {
			scores[p.class&63] += int32(p.weight)
		}
	}
}

// differ is all ones when a and b differ, else 0.
func differ(a, b uint32) uint32 {
	x := a ^ b
	return uint32(int32(x|-x) >> 31)
}

// rows is a table of exactly four classes, its weights in the slots. They are
// stored with 128 added; as that raises the score of all classes alike, it
// stays in.
type rows struct {
	shift uint
	slots []row
}

type row struct {
	key     uint32
	weights uint32 // four bytes; 0 in an empty slot
}

// score adds the weights of at most 256 features.
func (t *rows) score(features []uint32) [4]int32 {
	var even, odd uint32 // 16 bits a class
	for _, f := range features {
		i := f >> t.shift << 1
		pair := t.slots[i : i+2 : i+2]
		x, y := differ(pair[0].key, f), differ(pair[1].key, f)
		w := pair[0].weights&^x | pair[1].weights&^y
		even += w & 0xff00ff
		odd += w >> 8 & 0xff00ff
	}
	return [4]int32{int32(even & 0xffff), int32(odd & 0xffff), int32(even >> 16), int32(odd >> 16)}
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
// 16 that leaves a fifth of them empty.
func capacity(n int) (slots int, shift uint) {
	k := bits.Len(uint(n + n/4))
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
	weight := func(s slot) (sum int) {
		for _, p := range t.pairs[s.span>>8 : s.span>>8+s.span&0xff] {
			sum += max(int(p.weight), -int(p.weight))
		}
		return sum
	}
	return decodeEntries(b, func(n int) {
		size, shift := capacity(n)
		t.shift = shift + 1
		t.slots = make([]slot, size)
		t.pairs = make([]pair, 0, 4*n)
	}, func(key uint32, pairs []byte) {
		s := slot{key, uint32(len(t.pairs))<<8 | uint32(len(pairs)/2)}
		for j := 0; j < len(pairs); j += 2 {
			t.pairs = append(t.pairs, pair{pairs[j] & 63, int8(pairs[j+1])})
		}
		bucket := t.slots[key>>t.shift<<1:][:2]
		for i := range bucket {
			if bucket[i].span&0xff == 0 || weight(bucket[i]) < weight(s) {
				bucket[i], s = s, bucket[i]
			}
		}
	})
}

func (t *rows) decode(b []byte) ([]byte, error) {
	return decodeEntries(b, func(n int) {
		size, shift := capacity(n)
		t.shift = shift + 1
		t.slots = make([]row, size)
	}, func(key uint32, pairs []byte) {
		r := row{key, 0x80808080}
		for j := 0; j < len(pairs); j += 2 {
			r.weights ^= uint32(pairs[j+1]) << (8 * (pairs[j] & 3))
		}
		bucket := t.slots[key>>t.shift<<1:][:2]
		for i := range bucket {
			if bucket[i].weights == 0 || bucket[i].weight() < r.weight() {
				bucket[i], r = r, bucket[i]
			}
		}
	})
}

// weight is how much a row moves the scores apart.
func (r row) weight() int {
	low, high := 255, 0
	for w, k := r.weights, 0; k < 4; w, k = w>>8, k+1 {
		low, high = min(low, int(w&0xff)), max(high, int(w&0xff))
	}
	return high - low
}
