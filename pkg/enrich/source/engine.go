package source

import (
	"slices"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Parser fills the tags, heads and relations of one sentence of a text.
type Parser interface {
	Parse(t *text.Text, sentence int)
}

// engine is what never changes while documents pass: lexicon, tag tables and
// the learned model. It is shared by all documents.
type engine struct {
	lex    *lexicon
	syntax Parser
	words  *cluster.Table // may be nil
	model  *Model
	pos    [256]pos
	rel    [256]rel
}

func newEngine(p Parser, w *cluster.Table, m *Model) *engine {
	e := &engine{lex: newLexicon(), syntax: p, words: w, model: m}
	for i := range 256 {
		e.pos[i] = posOf(text.Tag(i).String())
		e.rel[i] = relOf(text.Rel(i).String())
	}
	return e
}

// view reads the surface of a text: hashes, word classes, cue priors and
// quotations. Nothing is tagged or parsed yet.
func (e *engine) view(t *text.Text, mentions []text.Mention) *view {
	v := &view{t: t, n: make([]node, len(t.Tokens)), ready: make([]bool, len(t.Sentences))}
	for i := range t.Tokens {
		n := &v.n[i]
		s := t.Surface(i)
		n.low = hashLower(s)
		n.stem = stemHash(s)
		n.flags = e.lex.of(n.stem)
		if e.model != nil {
			n.prior = e.model.priors.of(n.low)
		}
		n.shape = shapeOf(s)
		n.head, n.kid, n.sib = -1, -1, -1
		n.lo, n.hi = int32(i), int32(i+1)
		n.quote = -1
	}
	for _, m := range mentions {
		if m.Text == t && m.First >= 0 && m.First < m.Last && m.Last <= len(v.n) {
			v.ments = append(v.ments, m)
		}
	}
	slices.SortStableFunc(v.ments, func(a, b text.Mention) int { return a.First - b.First })
	for k, m := range v.ments {
		for i := m.First; i < m.Last; i++ {
			v.n[i].mention, v.n[i].ment = int8(m.Type)+1, int32(k)+1
		}
	}
	v.findQuotes()
	return v
}

// parse makes sure that the sentence is tagged, parsed and linked. It returns
// false for one that is too long to be.
func (e *engine) parse(v *view, s int) bool {
	sent := &v.t.Sentences[s]
	if sent.Last-sent.First > maxSentence {
		return false
	}
	if v.ready[s] {
		return true
	}
	if !sent.Parsed && e.syntax != nil {
		e.syntax.Parse(v.t, s)
	}
	for i := sent.First; i < sent.Last; i++ {
		tok := &v.t.Tokens[i]
		n := &v.n[i]
		n.tag = uint8(tok.Tag)
		n.pos = e.pos[uint8(tok.Tag)]
		if n.pos == posNone || n.named() && n.pos != posNoun && n.pos != posMark && n.pos != posPrep {
			// A tagger that does not know a name gives it any tag.
			if n.shape == shapeTitle || n.shape == shapeUpper {
				n.pos, n.tag = posName, uint8(text.TagNNP)
			}
		}
		n.rel = e.rel[uint8(tok.Rel)]
		n.head = int32(tok.Head)
		if n.head < int32(sent.First) || n.head >= int32(sent.Last) || n.head == int32(i) {
			n.head = -1
		}
	}
	v.link(s)
	return true
}

// named tells whether the token stands in the name of a person, a body or a
// place.
func (n *node) named() bool {
	switch text.MentionType(n.mention - 1) {
	case text.Person, text.Organisation, text.Location:
		return n.mention > 0
	}
	return false
}

// leafOf is the finest word cluster of token i plus one, 0 for none. It is
// looked up once.
func (e *engine) leafOf(v *view, i int) uint32 {
	n := &v.n[i]
	if n.clustered {
		return uint32(n.cluster)
	}
	n.clustered = true
	if e.words == nil {
		return 0
	}
	var buf [48]byte
	s := v.t.Surface(i)
	if len(s) > len(buf) {
		return 0
	}
	for k := 0; k < len(s); k++ {
		c := s[k]
		if c >= utf8.RuneSelf {
			return 0
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[k] = c
	}
	if id, ok := e.words.Lookup(string(buf[:len(s)])); ok {
		n.cluster = id + 1
	}
	return uint32(n.cluster)
}

// clusterOf is the cluster of token i one level above the finest, plus one, 0
// for none.
func (e *engine) clusterOf(v *view, i int) uint32 {
	leaf := e.leafOf(v, i)
	if leaf == 0 {
		return 0
	}
	return uint32(e.words.Level(1, uint16(leaf-1))) + 1
}

// features collects hashed features.
type features struct{ f []uint32 }

func (b *features) reset()               { b.f = b.f[:0] }
func (b *features) a(t, x uint32)        { b.f = append(b.f, mix(t*0x01000193+77, x)) }
func (b *features) a2(t, x, y uint32)    { b.f = append(b.f, mix(mix(t*0x01000193+77, x), y)) }
func (b *features) a3(t, x, y, z uint32) { b.f = append(b.f, mix(mix(mix(t*0x01000193+77, x), y), z)) }

func bit(c bool) uint32 {
	if c {
		return 1
	}
	return 0
}

// bucket makes distances comparable: 0 to 4 as they are, then coarser.
func bucket(n int) uint32 {
	switch {
	case n < 0:
		return 15
	case n < 5:
		return uint32(n)
	case n < 8:
		return 5
	case n < 13:
		return 6
	case n < 21:
		return 7
	case n < 41:
		return 8
	}
	return 9
}
