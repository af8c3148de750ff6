// Package syntax gives the tokens of a text their part of speech and their
// place in a dependency tree. The tags are those of the Penn Treebank, the
// relations those of Universal Dependencies v2, as in the English Web
// Treebank, on which the model is trained (doc/models/syntax.md).
//
// Three linear models run one after the other: a tagger, an arc-eager parser
// and a labeller. Nothing blocks; nothing is dropped: every token of a
// sentence that is asked for gets a tag, a head and a relation.
package syntax

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

//go:embed model.bin
var modelData []byte

// Model tags and parses. It is safe for concurrent use; a Text belongs to one
// goroutine.
type Model struct {
	dictionary dictionary
	relations  relations
	tags       table
	actions    rows
	labels     table

	clusters *cluster.Table
	scratch  sync.Pool // of *sentence
}

// sentence is the room to work on one sentence.
type sentence struct {
	n        int
	mode     int
	words    []word
	features []uint32
	scores   [64]int32
	state    state
	view     view
	arc      arc
	tree     tree
}

// magic begins the model data; its last byte is the version of the form. A
// zstd frame follows, of at most maxModel bytes when unpacked.
const (
	magic    = "dateline syntax\x02"
	maxModel = 64 << 20
)

// Load reads the model that comes with the program. Each call gives a new
// one: share it.
func Load() (*Model, error) { return Decode(modelData) }

// Decode reads a model in the form that Train returns.
func Decode(b []byte) (*Model, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: it does not begin as one", errModel)
	}
	m := &Model{}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxModel))
	if err != nil {
		return nil, fmt.Errorf("syntax: %w", err)
	}
	defer unpack.Close()
	if b, err = unpack.DecodeAll(b[len(magic):], nil); err != nil {
		return nil, fmt.Errorf("%w: %w", errModel, err)
	}
	for _, part := range []struct {
		name   string
		decode func([]byte) ([]byte, error)
	}{
		{"dictionary", m.dictionary.decode},
		{"relations", m.relations.decode},
		{"tags", m.tags.decode},
		{"actions", m.actions.decode},
		{"labels", m.labels.decode},
	} {
		if b, err = part.decode(b); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if len(b) != 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", errModel, len(b))
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	return m, nil
}

// ready gives m what does not come from its data.
func (m *Model) ready() (err error) {
	if m.clusters, err = cluster.Load(); err != nil {
		return fmt.Errorf("syntax: %w", err)
	}
	m.scratch.New = func() any { return &sentence{features: make([]uint32, 0, 128)} }
	return nil
}

// dictEntry is a word of the dictionary as models are stored.
type dictEntry struct {
	key  uint32
	mask uint64
}

// appendTo writes the dictionary with the entries es, which rise by key.
func (d *dictionary) appendTo(b []byte, es []dictEntry) []byte {
	for _, m := range d.open {
		b = binary.AppendUvarint(b, m)
	}
	b = binary.AppendUvarint(b, uint64(len(es)))
	last := uint32(0)
	for _, e := range es {
		b = binary.AppendUvarint(b, uint64(e.key-last))
		b = binary.AppendUvarint(b, e.mask)
		last = e.key
	}
	return b
}

func (d *dictionary) decode(b []byte) ([]byte, error) {
	next := func() uint64 {
		v, k := binary.Uvarint(b)
		if k <= 0 {
			b = nil
			return 0
		}
		b = b[k:]
		return v
	}
	for i := range d.open {
		if d.open[i] = next(); d.open[i] == 0 {
			return nil, errModel
		}
	}
	n := next()
	if n > uint64(len(b)) {
		return nil, errModel
	}
	size, shift := capacity(int(n))
	d.shift = shift
	d.slots = make([]dictSlot, size)
	key := uint32(0)
	for range n {
		key += uint32(next())
		mask := next()
		if mask == 0 {
			return nil, errModel
		}
		i := key >> d.shift
		for d.slots[i].mask != 0 {
			i = (i + 1) & uint32(len(d.slots)-1)
		}
		d.slots[i] = dictSlot{key, mask}
	}
	if b == nil {
		return nil, errModel
	}
	return b, nil
}

func (r *relations) appendTo(b []byte) []byte {
	for side := range r {
		for i := range r[side] {
			for _, m := range r[side][i] {
				b = binary.AppendUvarint(b, m)
			}
		}
	}
	return b
}

func (r *relations) decode(b []byte) ([]byte, error) {
	for side := range r {
		for i := range r[side] {
			for j := range r[side][i] {
				v, k := binary.Uvarint(b)
				if k <= 0 {
					return nil, errModel
				}
				r[side][i][j] = v
				b = b[k:]
			}
		}
	}
	return b, nil
}

// fill makes s of n words; surface gives their characters.
func (m *Model) fill(s *sentence, n int, surface func(int) string) {
	s.n = n
	if cap(s.words) < n+2 {
		s.words = make([]word, n+2+n/2)
	}
	s.words = s.words[:n+2]
	s.words[0] = word{form: spread(1 << 20)}
	s.words[0].setTag(text.TagNone)
	for i := 1; i <= n; i++ {
		s.words[i].describe(surface(i-1), m.clusters)
	}
	root := &s.words[n+1]
	*root = word{form: spread(1 << 21)}
	root.setTag(text.TagNone)
	root.t = spread(63)
	s.mode = caseOf(s.words[1 : n+1])
	m.dictionary.allow(s.words[1:n+1], s.mode)
}

// Tag tags the tokens of a sentence of t, once.
func (m *Model) Tag(t *text.Text, sentence int) {
	if t.Sentences[sentence].Tagged {
		return
	}
	s := m.take()
	m.tagText(s, t, sentence)
	m.scratch.Put(s)
}

// Parse tags and parses the tokens of a sentence of t, once. Every token gets
// a head in the sentence and a relation, but for one, whose head is -1 and
// relation root.
func (m *Model) Parse(t *text.Text, sentence int) {
	if t.Sentences[sentence].Parsed {
		return
	}
	s := m.take()
	m.tagText(s, t, sentence)
	m.parse(s)
	m.label(s)
	x := &t.Sentences[sentence]
	for i := x.First; i < x.Last; i++ {
		k := &t.Tokens[i]
		b := &s.tree.nodes[i-x.First+1]
		k.Rel = b.rel
		k.Head = x.First + int(b.head) - 1
		if k.Head == x.Last {
			k.Head = -1
		}
	}
	x.Parsed = true
	m.scratch.Put(s)
}

func (m *Model) take() *sentence { return m.scratch.Get().(*sentence) }

// tagText fills s from the sentence and tags it, or takes the tags it has.
func (m *Model) tagText(s *sentence, t *text.Text, sentence int) {
	x := &t.Sentences[sentence]
	m.fill(s, x.Last-x.First, func(i int) string { return t.Surface(x.First + i) })
	if x.Tagged {
		for i := x.First; i < x.Last; i++ {
			s.words[i-x.First+1].setTag(t.Tokens[i].Tag)
		}
		return
	}
	m.tag(s)
	for i := x.First; i < x.Last; i++ {
		t.Tokens[i].Tag = s.words[i-x.First+1].tag
	}
	x.Tagged = true
}
