package source

import (
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/enrich/when"
)

// Coarse parts of speech.
type pos uint8

const (
	posNone pos = iota
	posNoun
	posName
	posPron
	posPoss // possessive pronoun
	posVerb
	posModal
	posAdj
	posAdv
	posDet
	posPrep
	posTo
	posConj
	posNum
	posMark
	posWh
	posOther
)

func posOf(tag string) pos {
	switch tag {
	case "NN", "NNS":
		return posNoun
	case "NNP", "NNPS", "ADD":
		return posName
	case "PRP":
		return posPron
	case "PRP$":
		return posPoss
	case "VB", "VBD", "VBG", "VBN", "VBP", "VBZ":
		return posVerb
	case "MD":
		return posModal
	case "JJ", "JJR", "JJS":
		return posAdj
	case "RB", "RBR", "RBS":
		return posAdv
	case "DT", "PDT":
		return posDet
	case "IN":
		return posPrep
	case "TO":
		return posTo
	case "CC":
		return posConj
	case "CD":
		return posNum
	case "WP", "WP$", "WDT", "WRB":
		return posWh
	case ",", ".", ":", "``", "''", "-LRB-", "-RRB-", "HYPH", "NFP", "SYM", "$", "#":
		return posMark
	case "", "-":
		return posNone
	}
	return posOther
}

// Relations that rules and candidates name. All others are relOther.
type rel uint8

const (
	relNone rel = iota
	relRoot
	relSubj
	relSubjPass
	relObj
	relIobj
	relObl
	relComp
	relXcomp
	relAdvcl
	relACL
	relRelcl
	relPara
	relConj
	relCC
	relMark
	relAux
	relAuxPass
	relCop
	relPunct
	relNmod
	relPoss
	relAppos
	relCompound
	relPrt
	relFlat
	relDet
	relCase
	relAmod
	relAdvmod
	relNum
	relFixed
	relExpl
	relCsubj
	relDep
	relOther
)

func relOf(s string) rel {
	switch s {
	case "", "-":
		return relNone
	case "root", "ROOT":
		return relRoot
	case "nsubj", "nsubj:outer":
		return relSubj
	case "nsubj:pass":
		return relSubjPass
	case "obj":
		return relObj
	case "iobj":
		return relIobj
	case "obl", "obl:agent", "obl:arg", "obl:npmod", "obl:tmod", "obl:unmarked":
		return relObl
	case "ccomp":
		return relComp
	case "xcomp":
		return relXcomp
	case "advcl", "advcl:relcl":
		return relAdvcl
	case "acl":
		return relACL
	case "acl:relcl":
		return relRelcl
	case "parataxis":
		return relPara
	case "conj":
		return relConj
	case "cc", "cc:preconj":
		return relCC
	case "mark":
		return relMark
	case "aux":
		return relAux
	case "aux:pass":
		return relAuxPass
	case "cop":
		return relCop
	case "punct":
		return relPunct
	case "nmod", "nmod:npmod", "nmod:tmod", "nmod:unmarked", "nmod:desc":
		return relNmod
	case "nmod:poss":
		return relPoss
	case "appos":
		return relAppos
	case "compound":
		return relCompound
	case "compound:prt":
		return relPrt
	case "flat", "flat:foreign", "flat:name":
		return relFlat
	case "det", "det:predet":
		return relDet
	case "case":
		return relCase
	case "amod":
		return relAmod
	case "advmod":
		return relAdvmod
	case "nummod":
		return relNum
	case "fixed":
		return relFixed
	case "expl":
		return relExpl
	case "csubj", "csubj:pass", "csubj:outer":
		return relCsubj
	case "dep", "discourse", "vocative", "dislocated", "list", "orphan", "goeswith", "reparandum":
		return relDep
	}
	return relOther
}

// node is a token as the models see it.
type node struct {
	low, stem uint32
	flags     flag
	prior     uint8 // how often the form is a cue, 0 to 255; 0 is never
	shape     shape
	pos       pos
	tag       uint8 // the fine tag
	rel       rel
	head      int32  // -1 for none
	kid, sib  int32  // first child and next sibling in text order, -1 for none
	lo, hi    int32  // the yield [lo, hi)
	quote     int16  // index into view.quotes, -1 for none
	mention   int8   // text.MentionType+1 of the mention that covers it, 0 for none
	ment      int32  // one more than its index in view.ments, 0 for none
	cluster   uint16 // of the word clusters, plus one
	clustered bool
}

type shape uint8

const (
	shapeLower shape = iota
	shapeTitle
	shapeUpper
	shapeDigit
	shapeMark
	shapeOpen  // opens a quotation
	shapeClose // closes one
	shapeOther
)

// view is a text with what the models need. Sentences are parsed on demand.
type view struct {
	t      *text.Text
	n      []node
	quotes []quote
	ments  []text.Mention // of this text, in text order
	ready  []bool         // sentences whose trees are linked

	timesOf map[int][]when.Expr
}

// quote is the tokens [first, last) between and including its marks. It ends
// with its paragraph at the latest; next is the quote of the following
// paragraph that goes on with it, -1 for none.
type quote struct {
	first, last int
	closed      bool
	single      bool
	next, prev  int
}

const maxSentence = 400 // tokens; longer ones are not parsed

func shapeOf(s string) shape {
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsUpper(r):
		if len(s) > 1 {
			for _, c := range s {
				if unicode.IsLower(c) {
					return shapeTitle
				}
			}
			return shapeUpper
		}
		return shapeTitle
	case unicode.IsLower(r):
		return shapeLower
	case unicode.IsDigit(r):
		return shapeDigit
	case unicode.IsLetter(r):
		return shapeOther
	}
	return shapeMark
}

func gapBefore(s string, at int) bool {
	if at == 0 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(s[:at])
	return unicode.IsSpace(r) || r == '(' || r == '[' || r == '—' || r == '–' || r == '-'
}

func gapAfter(s string, at int) bool {
	if at >= len(s) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s[at:])
	return unicode.IsSpace(r)
}

type markKind uint8

const (
	noMark markKind = iota
	openDouble
	closeDouble
	anyDouble
	openSingle
	closeSingle
	anySingle
)

func markOf(s string) markKind {
	switch s {
	case `"`, "''", "＂":
		return anyDouble
	case "“", "``", "„", "«", "‟":
		return openDouble
	case "”", "»":
		return closeDouble
	case "‘", "`", "‹", "‚":
		return openSingle
	case "’", "›":
		return closeSingle
	case "'":
		return anySingle
	}
	return noMark
}

// findQuotes marks the quotations of the text, one pass over its tokens.
// Double marks open and close by their form, and straight ones by what stands
// around them; single marks count only where a closing one follows within the
// paragraph. Only the outermost quotation is kept, and none leaves its
// paragraph; one left open is taken up by a paragraph that opens with a mark.
func (v *view) findQuotes() {
	t := v.t
	carried := -1
	for _, p := range t.Paragraphs {
		if p.First >= p.Last {
			continue
		}
		first, last := t.Sentences[p.First].First, t.Sentences[p.Last-1].Last
		open, depth, single := -1, 0, false
		singleEnd := v.lastSingleClose(first, last)
		end := func(i int, closed bool) {
			q := quote{first: open, last: i, closed: closed, single: single, next: -1, prev: -1}
			if open == first && carried >= 0 && !single {
				q.prev = carried
				v.quotes[carried].next = len(v.quotes)
			}
			if len(v.quotes) < 1<<15-1 {
				for k := open; k < i; k++ {
					v.n[k].quote = int16(len(v.quotes))
				}
				v.quotes = append(v.quotes, q)
			}
			open, depth = -1, 0
		}
		for i := first; i < last; i++ {
			m := markOf(t.Surface(i))
			if m == noMark {
				continue
			}
			tok := t.Tokens[i]
			before, after := gapBefore(t.S, tok.Start), gapAfter(t.S, tok.End)
			switch {
			case m == anyDouble && before && !after:
				m = openDouble
			case m == anyDouble && !before && after:
				m = closeDouble
			case m == anyDouble && open < 0:
				m = openDouble
			case m == anyDouble:
				m = closeDouble
			case m == anySingle && before && !after:
				m = openSingle
			case m == anySingle:
				m = closeSingle
			}
			switch m {
			case openDouble:
				if open < 0 {
					open, depth, single = i, 1, false
				} else if t.Surface(i) == "“" && !single {
					depth++
				} else if single {
					open, depth, single = i, 1, false
				} else if i > open+1 {
					end(i, false)
					open, depth, single = i, 1, false
				}
				v.n[i].shape = shapeOpen
			case closeDouble:
				v.n[i].shape = shapeClose
				if open >= 0 && !single {
					if depth--; depth <= 0 {
						end(i+1, true)
					}
				}
			case openSingle:
				if open < 0 && i < singleEnd {
					open, depth, single = i, 1, true
					v.n[i].shape = shapeOpen
				}
			case closeSingle:
				if open >= 0 && single && i > open+1 && (after || gapIsMark(t.S, tok.End)) {
					v.n[i].shape = shapeClose
					end(i+1, true)
				}
			}
		}
		carried = -1
		if open >= 0 && !single {
			end(last, false)
			carried = len(v.quotes) - 1
		}
	}
}

// gapIsMark tells whether a sentence mark follows, so that a single mark
// there can close a quotation.
func gapIsMark(s string, at int) bool {
	r, _ := utf8.DecodeRuneInString(s[at:])
	return unicode.IsPunct(r)
}

// lastSingleClose finds the last token of [first, last) at which a single
// quotation can close.
func (v *view) lastSingleClose(first, last int) int {
	for i := last - 1; i >= first; i-- {
		s := v.t.Surface(i)
		if (s == "’" || s == "'" || s == "›") && !gapBefore(v.t.S, v.t.Tokens[i].Start) {
			return i
		}
	}
	return -1
}

// link builds the children and yields of a parsed sentence.
func (v *view) link(s int) {
	if v.ready[s] {
		return
	}
	v.ready[s] = true
	sent := v.t.Sentences[s]
	for i := sent.First; i < sent.Last; i++ {
		n := &v.n[i]
		n.kid, n.sib = -1, -1
		n.lo, n.hi = int32(i), int32(i+1)
	}
	for i := sent.Last - 1; i >= sent.First; i-- {
		if h := v.n[i].head; h >= 0 {
			v.n[i].sib = v.n[h].kid
			v.n[h].kid = int32(i)
		}
	}
	// Yields: every token widens its ancestors. A tree over at most
	// maxSentence tokens keeps this small; a step bound guards against cycles.
	for i := sent.First; i < sent.Last; i++ {
		h := v.n[i].head
		for steps := 0; h >= 0 && steps < sent.Last-sent.First; steps++ {
			p := &v.n[h]
			if int32(i) >= p.lo && int32(i) < p.hi {
				// The ancestors above were widened when this one was.
				if int32(i) != h {
					break
				}
			}
			p.lo = min(p.lo, int32(i))
			p.hi = max(p.hi, int32(i)+1)
			h = p.head
		}
	}
}
