// Package quantity finds numbers, ranges and vague amounts in English text
// and turns each into a closed interval of whole numbers.
//
// What comes in is any string; what comes out are the amounts in text order
// with byte offsets, never overlapping. The conventions are those of the
// deployment guidelines: "about 1,500" is 1500 to 1500 and approximate, "up
// to 3,000" has no lower end, "more than 2,000" no upper one, "dozens" begin
// at 20 with an open end. Digit groups may be Western (1,200,000), Indian
// (12,00,000), Continental (1.200.000) or spaced. A number beyond 18 digits,
// or one that is not whole, gives no Quantity. All functions are pure, safe
// for concurrent use and linear in the length of the input.
package quantity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quantity is one amount. At least one of HasMin and HasMax is true, Min and
// Max are not negative, and Min <= Max where both are set.
type Quantity struct {
	Start, End     int // bytes of the whole expression, bounds words included
	NumStart       int // byte where the figure itself begins
	Min, Max       int64
	HasMin, HasMax bool
	Approx         bool
	// Increment: "another 500", "500 more": what is added to what is there.
	Increment bool
	// Total: "6,000 in all", "a total of 6,000".
	Total bool
	// Strong: "a 700-strong battalion", "a 1,100-man group".
	Strong bool
	// FromTo: told as a change, "from 6,000 to 10,000".
	FromTo bool
	// Falling: FromTo with the greater number first: "from 4,500 to 3,000".
	Falling bool
	// Vague: an amount without a figure, "dozens", "several hundred".
	Vague bool
	// Other: money, a percentage, a clock time, a measure or a number with a
	// currency or unit: a figure that counts no bodies.
	Other bool
	// Year: four digits between 1500 and 2100 without grouping or bound.
	Year bool
}

type kind byte

const (
	word kind = iota
	digits
	mark
)

type lexeme struct {
	start, end int
	kind       kind
	lower      string
	v          int64 // of digits
	whole      bool  // false for a decimal fraction that is not scaled
	frac       int64 // decimal digits behind the point, as a whole number
	fracLen    int
	grouped    bool
	bad        bool // too long to hold
}

// lex cuts s into words, figures with their grouping, and marks.
func lex(s string) []lexeme {
	out := make([]lexeme, 0, len(s)/5+4)
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			l := figure(s, i)
			out = append(out, l)
			i = l.end
		case c < utf8.RuneSelf && !letter(c):
			if c > ' ' {
				out = append(out, lexeme{start: i, end: i + 1, kind: mark, lower: s[i : i+1]})
			}
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if unicode.IsSpace(r) {
				i += n
				continue
			}
			if !unicode.IsLetter(r) {
				out = append(out, lexeme{start: i, end: i + n, kind: mark, lower: s[i : i+n]})
				i += n
				continue
			}
			j := i
			for j < len(s) {
				if letter(s[j]) {
					j++
					continue
				}
				if s[j] < utf8.RuneSelf {
					break
				}
				r, n := utf8.DecodeRuneInString(s[j:])
				if !unicode.IsLetter(r) {
					break
				}
				j += n
			}
			out = append(out, lexeme{start: i, end: j, kind: word, lower: strings.ToLower(s[i:j])})
			i = j
		}
	}
	return out
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// run counts the digits at s[i:].
func run(s string, i int) int {
	n := 0
	for i+n < len(s) && digit(s[i+n]) {
		n++
	}
	return n
}

// groupSep tells the length of a group separator at s[i:], 0 for none.
func groupSep(s string, i int) int {
	if i >= len(s) {
		return 0
	}
	switch s[i] {
	case ',', '.', ' ', '\'':
		return 1
	}
	for _, p := range []string{"\u00a0", "\u202f", "\u2009", "’"} {
		if strings.HasPrefix(s[i:], p) {
			return len(p)
		}
	}
	return 0
}

// figure reads digits with one kind of grouping and an optional decimal part.
func figure(s string, i int) lexeme {
	l := lexeme{start: i, kind: digits, whole: true}
	n := run(s, i)
	var b []byte
	b = append(b, s[i:i+min(n, 19)]...)
	l.bad = n > 18
	j := i + n
	if n <= 3 && s[i] != '0' || n <= 2 {
		sep, twos := "", 0
		for {
			g := groupSep(s, j)
			if g == 0 || sep != "" && s[j:j+g] != sep {
				break
			}
			m := run(s, j+g)
			if m == 2 && s[j] == ',' && groupSep(s, j+g+2) == 1 && s[j+g+2] == ',' {
				twos++ // Indian grouping: 12,34,567
			} else if m != 3 || s[j] == ' ' && n > 0 && i > 0 && s[i-1] == '.' {
				break
			}
			sep = s[j : j+g]
			b = append(b, s[j+g:j+g+m]...)
			j += g + m
			l.grouped = true
			if len(b) > 18 {
				l.bad = true
				b = b[:18]
			}
			if m == 3 && twos > 0 {
				break
			}
		}
	}
	if len(b) > 18 {
		b = b[:18]
	}
	for _, c := range b {
		l.v = l.v*10 + int64(c-'0')
	}
	if j+1 < len(s) && s[j] == '.' && digit(s[j+1]) {
		m := run(s, j+1)
		if m <= 6 {
			for _, c := range []byte(s[j+1 : j+1+m]) {
				l.frac = l.frac*10 + int64(c-'0')
			}
			l.fracLen = m
			l.whole = l.frac == 0
		} else {
			l.whole = false
			l.bad = true
		}
		j += 1 + m
	}
	l.end = j
	l.lower = s[i:j]
	return l
}

var units = map[string]int64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
	"seventeen": 17, "eighteen": 18, "nineteen": 19,
}

var tens = map[string]int64{
	"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}

var scales = map[string]int64{
	"hundred": 100, "thousand": 1e3, "k": 1e3, "million": 1e6, "mln": 1e6, "mn": 1e6, "m": 1e6,
	"billion": 1e9, "bn": 1e9, "lakh": 1e5, "lac": 1e5, "crore": 1e7, "dozen": 12, "score": 20,
}

var ordinals = map[string]int64{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
	"tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
	"seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}

// plural amounts: what they begin at.
var plurals = map[string]int64{
	"tens": 10, "dozens": 20, "scores": 40, "hundreds": 100, "thousands": 1000, "millions": 1e6, "lakhs": 1e5, "crores": 1e7,
}

var fractions = map[string]bool{
	"half": true, "halves": true, "quarter": true, "quarters": true, "third": true, "thirds": true, "fourth": true,
	"fifth": true, "fifths": true, "tenth": true, "tenths": true, "fourths": true, "percent": true,
}

const limit = int64(1e17)

// number is a figure read at some place.
type number struct {
	min, max       int64
	hasMin, hasMax bool
	approx, vague  bool
	whole          bool
	ordinal        bool
	next           int
}

type parser struct {
	s string
	l []lexeme
}

func (p *parser) w(i int) string {
	if i < 0 || i >= len(p.l) || p.l[i].kind != word {
		return ""
	}
	return p.l[i].lower
}

func (p *parser) m(i int) string {
	if i < 0 || i >= len(p.l) || p.l[i].kind != mark {
		return ""
	}
	return p.l[i].lower
}

func (p *parser) adjacent(i int) bool { return i > 0 && p.l[i-1].end == p.l[i].start }

func point(v int64, next int) (number, bool) {
	return number{min: v, max: v, hasMin: true, hasMax: true, whole: true, next: next}, v <= limit
}

// read reads one figure, in digits or words, at lexeme i.
func (p *parser) read(i int) (number, bool) {
	if i >= len(p.l) {
		return number{}, false
	}
	l := p.l[i]
	switch l.kind {
	case digits:
		return p.readDigits(i)
	case mark:
		return number{}, false
	case word:
	}
	switch l.lower {
	case "several", "few", "many", "couple", "some", "half":
		return p.readVague(i)
	case "a", "an":
		switch p.w(i + 1) {
		case "few", "couple", "half":
			return p.readVague(i + 1)
		case "dozen", "hundred", "thousand", "million", "billion", "lakh", "crore", "score":
			return p.readWords(i + 1)
		}
		if p.w(i+1) == "good" {
			return p.read(i + 2)
		}
		return number{}, false
	}
	if _, ok := plurals[l.lower]; ok {
		return p.readVague(i)
	}
	return p.readWords(i)
}

func (p *parser) readDigits(i int) (number, bool) {
	l := p.l[i]
	if l.bad {
		return number{}, false
	}
	v, next, whole := l.v, i+1, l.whole
	// An ordinal suffix, a unit stuck on ("180ml"), a letter: no count.
	if w := p.w(next); w != "" && p.adjacent(next) {
		switch w {
		case "st", "nd", "rd", "th":
			return number{min: v, max: v, hasMin: true, hasMax: true, whole: whole, ordinal: true, next: next + 1}, true
		case "k", "m", "bn", "mn", "mln":
		default:
			return number{}, false
		}
	}
	scaled := false
	for range 3 {
		f, ok := scales[p.w(next)]
		if !ok || p.w(next) == "score" || (p.w(next) == "m" || p.w(next) == "k") && !p.adjacent(next) {
			break
		}
		if l.frac != 0 && !scaled {
			den := int64(1)
			for range l.fracLen {
				den *= 10
			}
			if v > limit/f {
				return number{}, false
			}
			whole = l.frac*f%den == 0
			v = v*f + l.frac*f/den
		} else {
			if v > limit/f {
				return number{}, false
			}
			v *= f
		}
		scaled = true
		next++
	}
	if m := p.m(next); m == "/" && next+1 < len(p.l) && p.l[next+1].kind == digits {
		return number{whole: false, next: next + 2}, true
	}
	n, ok := point(v, next)
	n.whole = whole
	return n, ok
}

// readWords reads "two thousand five hundred and six", "forty-five", "a dozen" (behind its article).
func (p *parser) readWords(i int) (number, bool) {
	var total, cur int64
	seen, small := false, false
	j := i
	for steps := 0; j < len(p.l) && steps < 24; steps++ {
		w := p.w(j)
		if w == "" {
			if p.m(j) == "-" && seen && p.adjacent(j) && j+1 < len(p.l) && p.adjacent(j+1) && numeral(p.w(j+1)) {
				j++
				continue
			}
			break
		}
		if v, ok := units[w]; ok {
			if small && (cur%10 != 0 || cur%100 == 10) || small && v > 9 {
				break
			}
			cur += v
			seen, small = true, true
			j++
			continue
		}
		if v, ok := tens[w]; ok {
			if small {
				break
			}
			cur += v
			seen, small = true, true
			j++
			continue
		}
		if f, ok := scales[w]; ok && len(w) > 2 && (w != "score" || seen) {
			if cur == 0 {
				cur = 1
			}
			if f == 100 || f == 12 || f == 20 {
				cur *= f
			} else {
				if cur > limit/f {
					return number{}, false
				}
				total += cur * f
				cur = 0
			}
			seen, small = true, false
			j++
			continue
		}
		if w == "and" && seen && !small {
			if _, ok := units[p.w(j+1)]; ok {
				j++
				continue
			}
			if _, ok := tens[p.w(j+1)]; ok {
				j++
				continue
			}
			// "a thousand and five hundred"
		}
		if w == "and" && seen && p.w(j+1) == "a" && p.w(j+2) == "half" {
			if f, ok := scales[p.w(j+3)]; ok && total == 0 {
				return point(cur*f+f/2, j+4)
			}
			break
		}
		break
	}
	if !seen || total > limit {
		return number{}, false
	}
	// "one third of", "two thirds", "one-fourth": a share, no count.
	k := j
	if p.m(k) == "-" && p.adjacent(k) {
		k++
	}
	if fractions[p.w(k)] && p.w(k) != "percent" && (cur <= 9 && total == 0) && p.w(k) != "second" {
		if p.w(k) == "half" || p.w(k+1) == "of" || strings.HasSuffix(p.w(k), "s") || k == j+1 {
			return number{next: k + 1}, true
		}
	}
	return point(total+cur, j)
}

func numeral(w string) bool {
	_, a := units[w]
	_, b := tens[w]
	f, c := scales[w]
	return a || b || c && f >= 100
}

// readVague reads amounts without a figure.
func (p *parser) readVague(i int) (number, bool) {
	open := func(v int64, next int) (number, bool) {
		return number{min: v, hasMin: true, approx: true, vague: true, whole: true, next: next}, true
	}
	w := p.w(i)
	switch w {
	case "several", "few", "many":
		f, ok := scales[p.w(i+1)]
		if ok && len(p.w(i+1)) > 2 {
			next := i + 2
			if p.w(next) == "thousand" && f == 100 {
				f *= 1000
				next++
			}
			return open(2*f, next)
		}
		if _, ok := plurals[p.w(i+1)]; ok {
			return p.readVague(i + 1)
		}
		return number{}, false
	case "some":
		if _, ok := plurals[p.w(i+1)]; ok {
			return p.readVague(i + 1)
		}
		return number{}, false
	case "couple":
		next := i + 1
		if p.w(next) == "of" {
			next++
		}
		v := int64(2)
		if f, ok := scales[p.w(next)]; ok && len(p.w(next)) > 2 {
			v *= f
			next++
		} else {
			next = i + 1
		}
		n, ok := point(v, next)
		n.approx = true
		return n, ok
	case "half":
		j := i + 1
		if p.w(j) == "a" {
			j++
		}
		if m := p.m(j); m == "-" {
			j++
		}
		if f, ok := scales[p.w(j)]; ok && len(p.w(j)) > 2 {
			return point(f/2, j+1)
		}
		return number{next: i + 1}, true
	}
	v := plurals[w]
	next := i + 1
	if p.w(next) == "of" {
		if u, ok := plurals[p.w(next+1)]; ok && u > v {
			if w == "dozens" || w == "scores" {
				v = plurals[w]
			}
			return open(v*u, next+2)
		}
		if p.w(next+1) == "thousand" {
			return open(v*1000, next+2)
		}
	}
	return open(v, next)
}
