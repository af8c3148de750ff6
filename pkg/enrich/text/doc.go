// Package text is the layer every annotator stands on: an article's headline
// and body cut into paragraphs, sentences and tokens with exact offsets, and
// the document that annotators add their findings to.
//
// Offsets inside the engine are bytes into Text.S; model.Span has code
// points, and Text.Span and Text.Bytes convert. A Doc belongs to one
// goroutine.
package text

import (
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Doc is one article on its way through the annotators.
type Doc struct {
	URI string
	// Date is the version time in its written zone, else the dateline's day,
	// else zero: what relative dates are resolved against.
	Date     time.Time
	Language string // declared or detected, BCP 47, empty when unknown
	Provider string // the agency that sent it, empty when unknown
	Located  string // dateline place, empty when unknown
	Headline *Text  // never nil; S may be empty
	Body     *Text  // never nil

	// Mentions are the entity mentions found, in text order, headline first.
	Mentions []Mention
	// Enrichment collects the results in the form of the contract.
	Enrichment model.Enrichment
}

// Text is one of the two texts of an article.
type Text struct {
	Field string // model.FieldHeadline or model.FieldBody
	S     string // valid UTF-8

	Tokens     []Token
	Sentences  []Sentence
	Paragraphs []Paragraph

	runes runeIndex
}

// Token is a word, number or mark. The tag and parse fields are filled by
// package syntax, for sentences somebody asked for.
type Token struct {
	Start, End int // bytes
	Sentence   int // index into Text.Sentences
	Tag        Tag // Penn Treebank part of speech; 0 when not tagged
	Head       int // index into Text.Tokens of the governor; -1 for a root or when not parsed
	Rel        Rel // Universal Dependencies relation to Head; 0 when not parsed
}

// Sentence is the tokens [First, Last) and the bytes [Start, End).
type Sentence struct {
	First, Last int
	Start, End  int
	Paragraph   int
	Tagged      bool
	Parsed      bool
}

// Paragraph is the sentences [First, Last) and the bytes [Start, End).
type Paragraph struct {
	First, Last int
	Start, End  int
}

// Tag is a Penn Treebank part of speech; Tag.String gives its name.
type Tag uint8

// Rel is a Universal Dependencies v2 relation; Rel.String gives its name.
type Rel uint8

// Mention is a name (or a noun that stands for one) in the text.
type Mention struct {
	Text        *Text
	First, Last int // tokens [First, Last)
	Start, End  int // bytes
	Type        MentionType
	// Actor and Place index Doc.Enrichment.Actors and .Places; -1 for none.
	Actor, Place int
	Confidence   float64
}

// MentionType is what kind of name a mention is.
type MentionType uint8

// The kinds of name.
const (
	Other MentionType = iota
	Person
	Organisation
	Location
	Nationality
)

// Surface returns the token's characters.
func (t *Text) Surface(i int) string { return t.S[t.Tokens[i].Start:t.Tokens[i].End] }

// Slice returns the characters from the first byte of token i to the last of token j-1.
func (t *Text) Slice(i, j int) string { return t.S[t.Tokens[i].Start:t.Tokens[j-1].End] }

// Span makes the contract's span of the bytes [start, end).
func (t *Text) Span(start, end int) model.Span {
	return model.Span{Field: t.Field, Start: t.runes.runeAt(t.S, start), End: t.runes.runeAt(t.S, end), Exact: t.S[start:end]}
}

// Bytes returns the byte range of a span of this text.
func (t *Text) Bytes(s model.Span) (start, end int) {
	return t.runes.byteAt(t.S, s.Start), t.runes.byteAt(t.S, s.End)
}
