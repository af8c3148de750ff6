// Package cluster tells which words are used alike: it maps about 130,000
// lower-case English words to the leaves of a tree of clusters, made from
// word vectors by `go run ./internal/train cluster`. Linear models take the
// leaf and its coarser ancestors as features.
//
// Words are kept as 40-bit hashes: an unknown word is taken for a known one
// about once in ten million look-ups.
package cluster

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/crf"
)

//go:embed clusters.bin
var embedded []byte

// Levels is how many granularities there are: Level(0, id) is the leaf
// itself, one of about 2,048 clusters, then 512, 128 and 32.
const Levels = 4

// None stands for a word without a cluster.
const None = 0xFFFF

// Table maps words to clusters. It is immutable and safe to share.
type Table struct {
	slots  []uint64 // 48 bits of key, 16 bits of leaf; 0 is empty
	shift  uint
	words  int
	levels [Levels][]uint16
}

var load = sync.OnceValues(func() (*Table, error) { return Decode(embedded) })

// Load returns the table that is compiled in; it is decoded once.
func Load() (*Table, error) { return load() }

// Words returns how many words have a cluster.
func (t *Table) Words() int { return t.words }

// Hash is what LookupHash wants for a word in lower case.
func Hash(lower string) uint64 { return crf.Hash(0, lower) }

// Lookup returns the leaf of a word in lower case; words beyond the
// commonest have none.
func (t *Table) Lookup(lower string) (id uint16, ok bool) { return t.LookupHash(Hash(lower)) }

// LookupHash is Lookup for a caller who has the hash.
func (t *Table) LookupHash(h uint64) (id uint16, ok bool) {
	k := key(h)
	for i := t.slot(k); ; i++ {
		if i == len(t.slots) {
			i = 0
		}
		switch s := t.slots[i]; {
		case s == 0:
			return None, false
		case s>>16 == k:
			return uint16(s), true
		}
	}
}

// Level returns the ancestor of a leaf at a granularity from 0, the leaf, to
// Levels-1, the coarsest; None stays None.
func (t *Table) Level(level int, id uint16) uint16 {
	if int(id) >= len(t.levels[level]) {
		return None
	}
	return t.levels[level][id]
}

func key(h uint64) uint64 {
	if k := h & (1<<40 - 1); k != 0 {
		return k
	}
	return 1
}

func (t *Table) slot(k uint64) int { return int((k * 0x9E3779B97F4A7C15) >> t.shift) }

var errData = errors.New("cluster: data is damaged")

// Decode reads a table in the form of the embedded one: a zstd frame with the
// number of leaves, for each level but the first the ancestor of each leaf,
// the number of words, their keys in ascending order as differences, and
// their leaves; all numbers are varints but the leaves of the words, which
// are two bytes, little end first.
func Decode(data []byte) (*Table, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	defer dec.Close()
	b, err := dec.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	bad := false
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			bad, b = true, nil
			return 0
		}
		b = b[n:]
		return v
	}
	leaves := next()
	if leaves >= None {
		return nil, errData
	}
	t := &Table{}
	for l := range t.levels {
		t.levels[l] = make([]uint16, leaves)
		for i := range t.levels[l] {
			t.levels[l][i] = uint16(i)
			if l > 0 {
				v := next()
				if v >= leaves {
					return nil, errData
				}
				t.levels[l][i] = uint16(v)
			}
		}
	}
	n := next()
	if n > uint64(len(b)) {
		return nil, errData
	}
	keys := make([]uint64, n)
	last := uint64(0)
	for i := range keys {
		d := next()
		last += d
		if d == 0 || last >= 1<<40 {
			return nil, errData
		}
		keys[i] = last
	}
	if bad || uint64(len(b)) != 2*n {
		return nil, errData
	}
	bits := uint(1)
	for 1<<bits < 3*n/2+2 {
		bits++
	}
	t.shift, t.words, t.slots = 64-bits, int(n), make([]uint64, 1<<bits)
	for i, k := range keys {
		id := binary.LittleEndian.Uint16(b[2*i:])
		if uint64(id) >= leaves {
			return nil, errData
		}
		at := t.slot(k)
		for t.slots[at] != 0 {
			if at++; at == len(t.slots) {
				at = 0
			}
		}
		t.slots[at] = k<<16 | uint64(id)
	}
	return t, nil
}
