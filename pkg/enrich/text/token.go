package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The tokens follow the English Web Treebank, so that the parser reads what
// it was trained on:
//
//   - marks are tokens of their own; runs of one mark ("...", "--", "!!") are one;
//   - clitics are split: Kim | 's, do | n't, they | 're, can | not;
//   - a hyphen inside a compound is a token: Kim | - | Shoigu,
//     28,500 | - | strong, Jong | - | un, 10,000 | - | 12,000; bound prefixes
//     (anti-, co-, ex-, mid-, non-, pre-, pro-, re- ...) stay with their word,
//     and so do ISO dates and telephone numbers;
//   - numbers keep their inner marks (5,000  3.5  3:30  9/11  20th  1990s);
//     currency and percent signs are split off;
//   - abbreviations and initials keep their stop (U.S., Gen., Feb., p.m., J.),
//     also where it ends the sentence;
//   - addresses (URLs, mail) are one token.

// maxTokenBytes bounds a token; longer runs without a break are cut.
const maxTokenBytes = 200

// class of a byte or rune as the tokeniser sees it.
type class uint8

const (
	clsMark class = iota // any symbol or punctuation
	clsSpace
	clsLetter
	clsDigit
)

func byteClass(c byte) class {
	switch {
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return clsLetter
	case c >= '0' && c <= '9':
		return clsDigit
	case c <= ' ' || c == 0x7f:
		return clsSpace
	}
	return clsMark
}

// classAt classifies the rune at s[i:] and returns its length in bytes.
func classAt(s string, i int) (class, int) {
	c := s[i]
	if c < utf8.RuneSelf {
		return byteClass(c), 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return clsLetter, n
	case unicode.IsDigit(r):
		return clsDigit, n
	case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		return clsSpace, n
	}
	return clsMark, n
}

// classBefore classifies the rune that ends at s[:i].
func classBefore(s string, i int) class {
	if i <= 0 {
		return clsSpace
	}
	if c := s[i-1]; c < utf8.RuneSelf {
		return byteClass(c)
	}
	_, n := utf8.DecodeLastRuneInString(s[:i])
	k, _ := classAt(s, i-n)
	return k
}

// tokenizer cuts one text; out grows by the tokens of each call.
type tokenizer struct {
	s   string
	out []Token
}

// add appends the token [i, j), in pieces when it is too long.
func (z *tokenizer) add(i, j int) {
	for j-i > maxTokenBytes {
		k := i + maxTokenBytes
		for !utf8.RuneStart(z.s[k]) {
			k--
		}
		z.out = append(z.out, Token{Start: i, End: k, Head: -1})
		i = k
	}
	if i < j {
		z.out = append(z.out, Token{Start: i, End: j, Head: -1})
	}
}

// run tokenises the bytes [i, end) of the text, in one pass.
func (z *tokenizer) run(i, end int) {
	for i < end {
		k, n := classAt(z.s, i)
		if k == clsSpace {
			i += n
			continue
		}
		// A chunk runs to the next space.
		j := i + n
		at, dots, colons := false, false, false
		for j < end {
			c := z.s[j]
			if c < utf8.RuneSelf {
				if byteClass(c) == clsSpace {
					break
				}
				switch c {
				case '@':
					at = true
				case '.':
					dots = true
				case '/':
					colons = colons || z.s[j-1] == '/'
				}
				j++
				continue
			}
			k, n := classAt(z.s, j)
			if k == clsSpace {
				break
			}
			j += n
		}
		if (at && dots || colons || dots && hasPrefixFold(z.s[i:j], "www.")) && z.address(i, j) {
			i = j
			continue
		}
		z.chunk(i, j)
		i = j
	}
}

// address takes the chunk [i, j) as a URL or mail address, less the marks
// around it, and reports whether it was one.
func (z *tokenizer) address(i, j int) bool {
	a, b := i, j
	for a < b && strings.IndexByte("<([{\"'", z.s[a]) >= 0 {
		a++
	}
	for a < b && strings.IndexByte(".,;:!?)]}>\"'", z.s[b-1]) >= 0 {
		b--
	}
	w := z.s[a:b]
	url := hasPrefixFold(w, "www.") || isScheme(w)
	if !url {
		k := strings.IndexByte(w, '@')
		url = k > 0 && strings.IndexByte(w[k+1:], '.') > 0 && classBefore(w, k) != clsMark && strings.IndexByte(w[k+1:], '@') < 0
		for x := 0; url && x < len(w); x++ {
			c := w[x]
			url = c >= utf8.RuneSelf || byteClass(c) != clsMark || strings.IndexByte(".@_-+%", c) >= 0
		}
	}
	if !url {
		return false
	}
	z.marks(i, a)
	z.add(a, b)
	z.marks(b, j)
	return true
}

func isScheme(w string) bool {
	k := strings.Index(w, "://")
	if k < 2 || k > 10 {
		return false
	}
	for i := range k {
		if byteClass(w[i]) != clsLetter {
			return false
		}
	}
	return true
}

// marks adds the marks of [i, j).
func (z *tokenizer) marks(i, j int) {
	for i < j {
		n := z.mark(i, j)
		z.add(i, i+n)
		i += n
	}
}

// mark returns the length of the mark at i: one symbol or a run of one that
// is written in runs.
func (z *tokenizer) mark(i, j int) int {
	c := z.s[i]
	if c >= utf8.RuneSelf {
		_, n := utf8.DecodeRuneInString(z.s[i:j])
		return n
	}
	switch c {
	case '.', '-', '*', '=', '_', '~', '#', '`', '\'', '<', '>', '+':
		most := j - i
		if c == '\'' || c == '`' {
			most = min(most, 2)
		}
		n := 1
		for n < most && z.s[i+n] == c {
			n++
		}
		return n
	case '!', '?':
		n := 1
		for i+n < j && (z.s[i+n] == '!' || z.s[i+n] == '?') {
			n++
		}
		return n
	}
	return 1
}

// chunk tokenises [i, j), which holds no space.
func (z *tokenizer) chunk(i, j int) {
	s := z.s
	for i < j {
		k, _ := classAt(s, i)
		if k == clsMark {
			if n := z.clitic(i, j); n > 0 {
				z.add(i, i+n)
				i += n
				continue
			}
			if (s[i] == '#' || s[i] == '@') && i+1 < j && byteClass(s[i+1]) == clsLetter && classBefore(s, i) == clsSpace {
				e := z.word(i+1, j)
				z.add(i, e)
				i = e
				continue
			}
			n := z.mark(i, j)
			z.add(i, i+n)
			i += n
			continue
		}
		if k == clsSpace { // a space rune inside a cut: cannot happen, but must not loop
			i++
			continue
		}
		e := z.word(i, j)
		z.split(i, e)
		i = e
	}
}

// apostrophe returns the length of the apostrophe at i, 0 if there is none.
func apostrophe(s string, i, j int) int {
	if i < j && s[i] == '\'' {
		return 1
	}
	if i+2 < j && s[i] == 0xe2 && s[i+1] == 0x80 && s[i+2] == 0x99 {
		return 3
	}
	return 0
}

// clitic returns the length of the clitic that begins at i ("'s", "’re"), 0
// if there is none. It must follow a word and end at the word's end.
func (z *tokenizer) clitic(i, j int) int {
	a := apostrophe(z.s, i, j)
	if a == 0 {
		return 0
	}
	before := classBefore(z.s, i)
	if before != clsLetter && before != clsDigit && !(i > 0 && z.s[i-1] == '.') {
		// '90s
		if e := i + a + 3; before == clsSpace && (e == j || e < j && byteClass(z.s[e]) == clsMark) {
			if d := z.s[i+a : i+a+3]; byteClass(d[0]) == clsDigit && d[1] == '0' && d[2] == 's' {
				return a + 3
			}
		}
		return 0
	}
	rest := z.s[i+a : j]
	n := 0
	switch {
	case len(rest) == 0:
		return 0
	case strings.IndexByte("sSmMdD", rest[0]) >= 0:
		n = 1
	case len(rest) >= 2:
		switch strings.ToLower(rest[:2]) {
		case "re", "ve", "ll":
			n = 2
		}
	}
	if n == 0 {
		return 0
	}
	if n < len(rest) {
		if k, _ := classAt(rest, n); k == clsLetter || k == clsDigit {
			return 0
		}
	}
	return a + n
}

// word returns the end of the word or number that begins at i.
func (z *tokenizer) word(i, j int) int {
	s := z.s
	q := i
	segment := i // start of the part after the last stop
	digits := true
	for q < j {
		k, n := classAt(s, q)
		if k == clsLetter || k == clsDigit {
			digits = digits && k == clsDigit
			q += n
			continue
		}
		if k == clsSpace {
			return q
		}
		next, prev := clsSpace, classBefore(s, q)
		if q+n < j {
			next, _ = classAt(s, q+n)
		}
		switch s[q] {
		case '.':
			switch {
			case prev == clsDigit && next == clsDigit:
				q++
				segment = q
				continue
			case q-segment == 1 && prev == clsLetter && (segment > i || next != clsLetter || q+2 < j && s[q+2] == '.') && !z.endsI(i, q, j):
				// U.S., p.m., J.
				q++
				segment = q
				if next == clsLetter || next == clsDigit {
					continue
				}
				return q
			case prev == clsLetter && next == clsLetter && s[q+1] >= 'a' && s[q+1] <= 'z' && q-segment > 1:
				// example.com, but not "end.The"
				q++
				segment = q
				continue
			case prev == clsLetter && segment == i && next != clsLetter && isAbbreviation(s[i:q]) && (q+1 >= j || s[q+1] != '.'):
				return q + 1
			case q-i == 2 && segment == i && numbersAhead(s, i, q):
				return q + 1
			}
			return q
		case ',':
			if prev == clsDigit && next == clsDigit && digits {
				q++
				continue
			}
			return q
		case ':', '/':
			if prev == clsDigit && next == clsDigit {
				q++
				continue
			}
			return q
		case '&':
			if q > i && upperAt(s, q-1) && q+1 < j && upperAt(s, q+1) {
				q++
				continue
			}
			return q
		case '_':
			q++
			continue
		case '$':
			if q-i <= 3 && next == clsDigit && allUpper(s[i:q]) {
				return q + 1
			}
			return q
		case '-':
			if q == i || prev == clsMark || next == clsMark || next == clsSpace {
				return q
			}
			if isPrefix(s[i:q]) && next == clsLetter {
				q++
				segment = q
				continue
			}
			if digits && segment == i {
				if e := hyphenDigits(s, i, j); e > 0 {
					return e
				}
			}
			return q
		}
		if a := apostrophe(s, q, j); a > 0 && prev == clsLetter {
			if q+a < j {
				if nk, _ := classAt(s, q+a); nk == clsLetter && z.clitic(q, j) == 0 {
					q += a
					continue
				}
			}
		}
		return q
	}
	return q
}

// numbersAhead reports whether s[i:q] is "No" and its stop at q stands before
// a number.
func numbersAhead(s string, i, q int) bool {
	if s[i] != 'N' && s[i] != 'n' || s[i+1] != 'o' && s[i+1] != 'O' {
		return false
	}
	q++
	if q < len(s) && s[q] == ' ' {
		q++
	}
	return q < len(s) && byteClass(s[q]) == clsDigit
}

// endsI reports whether the one letter [i, q) with a stop at q is the word
// "I" or "a" that ends a sentence rather than an initial.
func (z *tokenizer) endsI(i, q, j int) bool {
	return q-i == 1 && q+1 >= j && z.s[i] != ' ' && (z.s[i] == 'I' || z.s[i] == 'a')
}

// maxDigits is the length of the longest date or telephone number.
const maxDigits = 24

// hyphenDigits returns the end of a run of digit groups joined by at least
// two hyphens (2025-06-18, 713-853-3989), 0 if there is none at i.
func hyphenDigits(s string, i, j int) int {
	hyphens, q := 0, i
	for q < j && q-i <= maxDigits {
		c := s[q]
		if c == '-' && q+1 < j && byteClass(s[q+1]) == clsDigit {
			hyphens++
		} else if byteClass(c) != clsDigit {
			break
		}
		q++
	}
	if hyphens < 2 || q-i > maxDigits {
		return 0
	}
	return q
}

// split adds the word [i, e), with the negation split off.
func (z *tokenizer) split(i, e int) {
	w := z.s[i:e]
	n := len(w)
	switch {
	case n > 3 && (w[n-1] == 't' || w[n-1] == 'T') && w[n-2] == '\'' && (w[n-3] == 'n' || w[n-3] == 'N'):
		z.add(i, e-3)
		z.add(e-3, e)
		return
	case n > 5 && (w[n-1] == 't' || w[n-1] == 'T') && w[n-4:n-1] == "’" && (w[n-5] == 'n' || w[n-5] == 'N'):
		z.add(i, e-5)
		z.add(e-5, e)
		return
	case n == 6 && equalFold(w, "cannot"), n == 5 && (equalFold(w, "gonna") || equalFold(w, "gotta") || equalFold(w, "wanna")):
		z.add(i, i+3)
		z.add(i+3, e)
		return
	}
	z.add(i, e)
}

func upperAt(s string, i int) bool { return s[i] >= 'A' && s[i] <= 'Z' }

func allUpper(s string) bool {
	for i := range len(s) {
		if !upperAt(s, i) {
			return false
		}
	}
	return len(s) > 0
}

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

func hasPrefixFold(s, p string) bool { return len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) }
