package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSentence is the greatest number of tokens of a sentence; longer ones are
// cut, at a semicolon, colon or dash of their last quarter if there is one.
const maxSentence = 400

// split fills the tokens, sentences and paragraphs of t. It is linear in the
// length of the text.
func (t *Text) split() {
	t.runes = newRuneIndex(t.S)
	z := tokenizer{s: t.S, out: make([]Token, 0, len(t.S)/5+4)}
	caps := mostlyCapitals(t.S)
	ps := paragraphs(t.S)
	for k, p := range ps {
		first := len(z.out)
		z.run(p.start, p.end)
		if len(z.out) == first {
			continue
		}
		dateline := 0
		if t.Field != "" && k < 4 {
			dateline = datelineEnd(t.S, z.out[first:])
		}
		t.sentences(z.out, first, dateline, caps)
	}
	t.Tokens = z.out
}

// sentences cuts the paragraph of the tokens [first, len(toks)), whose first
// dateline tokens are its dateline.
func (t *Text) sentences(toks []Token, first, dateline int, caps bool) {
	para := len(t.Paragraphs)
	p := Paragraph{First: len(t.Sentences), Start: toks[first].Start, End: toks[len(toks)-1].End}
	c := cutter{s: t.S, toks: toks, caps: caps}
	for i := first; i < len(toks); {
		j := i + dateline
		if dateline == 0 {
			j = c.next(i)
		}
		dateline = 0
		n := len(t.Sentences)
		t.Sentences = append(t.Sentences, Sentence{First: i, Last: j, Start: toks[i].Start, End: toks[j-1].End, Paragraph: para})
		for ; i < j; i++ {
			toks[i].Sentence = n
		}
	}
	p.Last = len(t.Sentences)
	t.Paragraphs = append(t.Paragraphs, p)
}

// cutter finds sentence ends among the tokens of one paragraph, which run to
// the end of toks.
type cutter struct {
	s    string
	toks []Token
	caps bool // the text is in capitals: case tells nothing
}

func (c *cutter) str(i int) string { return c.s[c.toks[i].Start:c.toks[i].End] }

// glued reports whether no space stands between token i-1 and token i.
func (c *cutter) glued(i int) bool { return c.toks[i-1].End == c.toks[i].Start }

// next returns the end of the sentence that begins with token i.
func (c *cutter) next(i int) int {
	soft := 0
	for j := i; j < len(c.toks); j++ {
		if j-i == maxSentence {
			if soft > 0 {
				return soft
			}
			return j
		}
		w := c.str(j)
		last := w[len(w)-1]
		if last < utf8.RuneSelf && byteClass(last) != clsMark {
			continue
		}
		switch w {
		case ";", ":", "--", "—", "–", "-":
			if j-i >= maxSentence*3/4 {
				soft = j + 1
			}
			continue
		}
		if e := c.end(i, j, w); e > 0 {
			return e
		}
	}
	return len(c.toks)
}

// end returns the end of the sentence [i, ...) if it ends with the mark or
// abbreviation w at token j, closing quotes and brackets included; else 0.
func (c *cutter) end(i, j int, w string) int {
	var stop, ellipsis, strong, abbreviated bool
	switch {
	case w == ".":
		stop = true
	case w == "…" || strings.HasPrefix(w, ".."):
		ellipsis = true
	case w[0] == '?' || w[0] == '!' || w == "。" || w == "！" || w == "？" || w == "؟" || w == "।":
		strong = true
	case w[len(w)-1] == '.':
		abbreviated = true
	default:
		return 0
	}
	n := j + 1
	for n < len(c.toks) && n-j <= 4 && c.glued(n) && isCloser(c.str(n)) {
		n++
	}
	closed := n > j+1
	if n >= len(c.toks) {
		return n
	}
	if j == i+1 && stop && c.enumerator(i) {
		return 0
	}
	spaced := !c.glued(n)
	k := n
	opened := false
	for k < len(c.toks) && k-n <= 2 && isOpener(c.str(k)) {
		opened = true
		k++
	}
	if k >= len(c.toks) {
		return 0
	}
	word := c.str(k)
	upper := startsUpper(word)
	lower := startsLower(word)
	switch {
	case stop:
		if lower && !nameParticle(word) || !spaced && !closed && !upper {
			return 0
		}
		if !lower && !upper && !opened && !startsDigit(word) && !isBullet(word) {
			return 0
		}
		return n
	case strong:
		if lower || !spaced && !closed && !upper {
			return 0
		}
		if !upper && !opened && !startsDigit(word) && !isBullet(word) && word[0] < utf8.RuneSelf {
			return 0
		}
		if closed && c.saidBy(k) {
			return 0
		}
		return n
	case ellipsis:
		if c.caps || !spaced || !upper {
			return 0
		}
		return n
	case abbreviated:
		if !spaced {
			return 0
		}
		kind := abbreviationOf(w[:len(w)-1])
		if kind == abbrTitle {
			return 0
		}
		if closed || opened && upper {
			return n
		}
		if isBullet(word) || upper && isStarter(word) {
			return n
		}
		// "U.S. A" of an initial: "George W. A" is no sentence end, but an
		// initial before a starter is rare enough to leave it at that.
		return 0
	}
	return 0
}

// saidBy reports whether a verb of saying follows within six tokens from k,
// before any mark: "Why?" Kim Jong-un asked.
func (c *cutter) saidBy(k int) bool {
	for n := 0; n < 6 && k+n < len(c.toks); n++ {
		switch c.str(k + n) {
		case "said", "says", "asked", "asks", "told", "added", "wrote", "replied", "shouted", "tweeted", "answered", "cried", "declared":
			return true
		case ",", ".", "\"", "“", "?", "!", "--", "—":
			return false
		}
	}
	return false
}

// enumerator reports whether token i is a number or letter that numbers a
// list item.
func (c *cutter) enumerator(i int) bool {
	w := c.str(i)
	if len(w) > 3 {
		return false
	}
	if len(w) == 1 && byteClass(w[0]) == clsLetter {
		return true
	}
	for k := range len(w) {
		if byteClass(w[k]) != clsDigit {
			return false
		}
	}
	return true
}

func isCloser(w string) bool {
	switch w {
	case "\"", "'", "''", "”", "’", "’’", ")", "]", "}", "»", "›":
		return true
	}
	return false
}

func isOpener(w string) bool {
	switch w {
	case "\"", "'", "``", "`", "“", "‘", "«", "‹", "„", "(", "[", "''":
		return true
	}
	return false
}

func isBullet(w string) bool {
	switch w {
	case "•", "*", "–", "—", "--", "-", "■", "►", "●", "***", "**":
		return true
	}
	return false
}

func startsUpper(w string) bool {
	if w[0] < utf8.RuneSelf {
		return upperAt(w, 0)
	}
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsUpper(r) || unicode.IsLetter(r) && !unicode.IsLower(r)
}

func startsLower(w string) bool {
	if w[0] < utf8.RuneSelf {
		return w[0] >= 'a' && w[0] <= 'z'
	}
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsLower(r)
}

func startsDigit(w string) bool {
	return byteClass(w[0]) == clsDigit || w == "$" || w == "€" || w == "£"
}

// nameParticle reports whether a sentence may begin with the lower-case word
// w because a name does.
func nameParticle(w string) bool {
	switch w {
	case "al", "el", "iPhone", "iPad", "eBay", "de", "van", "von", "bin":
		return true
	}
	return false
}

// mostlyCapitals reports whether the text's letters are capitals, judged by
// its first 4,000 bytes.
func mostlyCapitals(s string) bool {
	if len(s) > 4000 {
		s = s[:4000]
	}
	up, low := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			up++
		case c >= 'a' && c <= 'z':
			low++
		}
	}
	return up > 4*low
}
