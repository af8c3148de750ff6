package entity

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Kind is a set of name lists.
type Kind uint32

// The lists of names.
const (
	FirstName Kind = 1 << iota
	Surname
	City
	Region
	Country
	NationalityWord
	Title
	Body     // international bodies and other organisations by name
	Notable  // persons by full name
	OrgWord  // words that organisations are called by (Bank, Ministry)
	Military // words that units and forces are called by
	Calendar // months, days, holidays
	Party    // words that parties are called by
	Group    // armed groups
	GeoWord  // words that places are called by (River, Mount)
	// What a model saw names of in much news.
	SeenPerson
	SeenOrganisation
	SeenPlace
	SeenOther
	SeenFirst
	SeenLast
	prefix // the beginning of a longer entry

	listed = SeenPerson - 1 // the lists that were not mined
)

// maxPhrase is the greatest number of units of an entry.
const maxPhrase = 6

// names maps phrases, as hashes of their lower-case units, to lists.
type names struct {
	slots []uint64 // 40 bits of key, 24 bits of Kind; 0 is empty
	shift uint
}

func chain(h, next uint64) uint64 { return crf.Mix(h^0x5851F42D4C957F2D, next) }

func (n *names) get(h uint64) Kind {
	k := h & (1<<40 - 1)
	for i := int((k * 0x9E3779B97F4A7C15) >> n.shift); ; i++ {
		if i == len(n.slots) {
			i = 0
		}
		switch s := n.slots[i]; {
		case s == 0:
			return 0
		case s>>24 == k:
			return Kind(s & (1<<24 - 1))
		}
	}
}

// Entry is a name or word and the lists it stands in.
type Entry struct {
	Phrase string
	Kind   Kind
}

// EncodeNames compiles lists to the form of the embedded ones.
func EncodeNames(entries []Entry) ([]byte, error) {
	table := map[uint64]Kind{}
	var s scan
	for _, e := range entries {
		d := text.New("", "", e.Phrase, noTime)
		s.cut(d.Body)
		if len(s.units) == 0 || len(s.units) > maxPhrase {
			continue
		}
		h := uint64(0)
		for i := range s.units {
			h = chain(h, s.units[i].hash)
			k := prefix
			if i == len(s.units)-1 {
				k = e.Kind
			}
			table[h&(1<<40-1)] |= k
		}
	}
	delete(table, 0)
	keys := make([]uint64, 0, len(table))
	for k := range table {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b []byte
	b = binary.AppendUvarint(b, uint64(len(keys)))
	last := uint64(0)
	for _, k := range keys {
		b = binary.AppendUvarint(b, k-last)
		last = k
	}
	for _, k := range keys {
		b = binary.AppendUvarint(b, uint64(table[k]))
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("compress names: %w", err)
	}
	return enc.EncodeAll(b, nil), nil
}

var errNames = errors.New("entity: lists of names are damaged")

func decodeNames(data []byte) (*names, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, fmt.Errorf("entity: %w", err)
	}
	defer dec.Close()
	b, err := dec.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("entity: names: %w", err)
	}
	next := func() (uint64, bool) {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return 0, false
		}
		b = b[n:]
		return v, true
	}
	count, ok := next()
	if !ok || count > uint64(len(b)) {
		return nil, errNames
	}
	bits := uint(1)
	for 1<<bits < 3*count/2+2 {
		bits++
	}
	n := &names{slots: make([]uint64, 1<<bits), shift: 64 - bits}
	keys := make([]uint64, count)
	last := uint64(0)
	for i := range keys {
		d, ok := next()
		last += d
		if !ok || d == 0 || last >= 1<<40 {
			return nil, errNames
		}
		keys[i] = last
	}
	for _, k := range keys {
		v, ok := next()
		if !ok || v == 0 || v >= 1<<24 {
			return nil, errNames
		}
		at := int((k * 0x9E3779B97F4A7C15) >> n.shift)
		for n.slots[at] != 0 {
			if at++; at == len(n.slots) {
				at = 0
			}
		}
		n.slots[at] = k<<24 | v
	}
	if len(b) != 0 {
		return nil, errNames
	}
	return n, nil
}
