package syntax

import (
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// word is what the models know of a token. Position 0 of a sentence is the
// word that is not there, 1 to n are its tokens, n+1 is the root.
type word struct {
	form  uint64 // of the lower-cased characters, numbers folded
	exact uint64 // of the characters as written
	tag   text.Tag
	shape uint8
	t     uint64 // of the tag
	ft    uint64 // of form and tag
	// suffixes and prefixes of the lower-cased characters, in bytes
	suffix [4]uint64
	prefix [3]uint64
	// cluster is of the word's cluster, coarse of a part of its path.
	cluster, coarse uint64
	class           uint64 // of the tags the dictionary allows
	allowed         uint64 // a bit a tag

	auxiliary uint8 // 1 for a form of "be", 2 for one of "get"
}

// cases of a sentence.
const (
	plainCase    = iota
	capitalsCase // all in capitals
	headlineCase // most words capitalised
)

// bits of word.shape.
const (
	shapeUpper  = 1 << iota // begins with a capital
	shapeAll                // has capitals and no small letters
	shapeDigit              // has a digit
	shapeLetter             // has a letter
	shapeDot                // has a stop among letters
	shapeMark               // has another mark
	shapeInner              // has a capital behind a small letter
)

const (
	k1 = 0x9e3779b97f4a7c15
	k2 = 0xc2b2ae3d27d4eb4f
	k3 = 0x165667b19e3779f9
	k4 = 0xd6e8feb86659fd93
	k5 = 0xff51afd7ed558ccd
)

// spread turns a small number into a well-mixed one.
func spread(n uint64) uint64 {
	n = (n + 1) * k1
	n ^= n >> 31
	n *= k5
	return n ^ n>>29
}

// hash1, hash2 and hash3 make features of template t.
func hash1(t, a uint64) uint32 { return uint32((a*k1 + t*k4) * k5 >> 32) }

func hash2(t, a, b uint64) uint32 {
	h := a*k1 + t*k4
	h ^= h >> 32
	return uint32((h*k5 + b*k2) * k3 >> 32)
}

func hash3(t, a, b, c uint64) uint32 {
	h := a*k1 + t*k4
	h ^= h >> 32
	h = h*k5 + b*k2
	h ^= h >> 32
	return uint32((h*k3 + c*k4) * k5 >> 32)
}

// describe sets the fields of w that the characters of s alone decide.
func (w *word) describe(s string, clusters *cluster.Table) {
	*w = word{}
	if len(s) > 64 {
		s = s[:64]
	}
	var low [64]byte
	var h, x uint64 = 7, 11
	digits, letters := 0, 0
	var shape uint8
	small, smallBefore := false, false
	for i := range len(s) {
		c := s[i]
		x = (x ^ uint64(c)) * k3
		x ^= x >> 32
		switch {
		case c >= 'A' && c <= 'Z':
			if i == 0 {
				shape |= shapeUpper
			} else if smallBefore {
				shape |= shapeInner
			}
			shape |= shapeAll
			c += 'a' - 'A'
			letters++
			smallBefore = false
		case c >= 'a' && c <= 'z':
			letters++
			small, smallBefore = true, true
		case c >= '0' && c <= '9':
			digits++
		case c >= utf8.RuneSelf:
			letters++
			smallBefore = true
			if i == 0 {
				if r, _ := utf8.DecodeRuneInString(s); unicode.IsUpper(r) {
					shape |= shapeUpper | shapeAll
				} else if unicode.IsLetter(r) {
					small = true
				} else {
					letters--
				}
			}
		case c == '.':
			shape |= shapeDot
		default:
			shape |= shapeMark
		}
		low[i] = c
		h = (h ^ uint64(c)) * k1
		h ^= h >> 32
	}
	if small {
		shape &^= shapeAll
	}
	if digits > 0 {
		shape |= shapeDigit
	}
	if letters > 0 {
		shape |= shapeLetter
	}
	w.shape = shape
	w.exact = x
	switch {
	case s == "’s" || s == "’S":
		h = formOf("'s")
	case s == "n’t" || s == "N’T":
		h = formOf("n't")
	case s == "“" || s == "``":
		h = formOf("\"")
	case s == "”" || s == "''":
		h = formOf("\"")
	case s == "’" || s == "‘" || s == "`":
		h = formOf("'")
	case s == "—" || s == "–" || s == "―" || s == "---":
		h = formOf("--")
	case s == "…":
		h = formOf("...")
	case len(s) > 3 && s[:3] == "\u2019":
		h = formOf("'" + string(low[3:len(s)]))
	case digits > 0 && letters == 0:
		// Numbers are alike but for their length and years.
		h = spread(uint64(1000 + min(digits, 5)))
		if digits == 4 && len(s) == 4 && (s[0] == '1' && s[1] == '9' || s[0] == '2' && s[1] == '0') {
			h = spread(1999)
		}
		if shape&(shapeDot|shapeMark) != 0 {
			h += k2
		}
	case digits > 0:
		h = 7
		for _, c := range low[:len(s)] {
			if c >= '0' && c <= '9' {
				c = '0'
			}
			h = (h ^ uint64(c)) * k1
			h ^= h >> 32
		}
	}
	w.form = h
	if letters > 0 && digits == 0 && clusters != nil {
		if id, ok := clusters.LookupHash(cluster.Hash(string(low[:len(s)]))); ok {
			w.cluster = spread(uint64(id) | 1<<32)
			w.coarse = spread(uint64(clusters.Level(2, id)) | 1<<33)
		}
	}
	if len(s) <= 7 {
		switch string(low[:len(s)]) {
		case "be", "is", "was", "were", "are", "been", "being", "am", "'s", "'re", "'m", "’s", "’re", "’m":
			w.auxiliary = 1
		case "get", "got", "gets", "getting", "gotten":
			w.auxiliary = 2
		}
	}
	g := uint64(3)
	for i := range 4 {
		if i >= len(s) {
			w.suffix[i] = w.suffix[max(i-1, 0)]
			continue
		}
		c := low[len(s)-1-i]
		if c >= '0' && c <= '9' {
			c = '0'
		}
		g = (g ^ uint64(c)) * k2
		g ^= g >> 32
		w.suffix[i] = g
	}
	g = 5
	for i := range 3 {
		if i < len(s) {
			g = (g ^ uint64(low[i])) * k2
			g ^= g >> 32
		}
		w.prefix[i] = g
	}
}

// formOf is the form of a lower-cased string without digits.
func formOf(s string) uint64 {
	h := uint64(7)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * k1
		h ^= h >> 32
	}
	return h
}

// setTag sets the tag and what follows from it.
func (w *word) setTag(t text.Tag) {
	w.tag = t
	w.t = spread(uint64(t))
	w.ft = w.form*k4 ^ w.t
}

// caseOf tells how a sentence is capitalised.
func caseOf(ws []word) int {
	words, all, upper := 0, 0, 0
	for i := range ws {
		s := ws[i].shape
		if s&shapeLetter == 0 || s&(shapeDigit|shapeDot) != 0 {
			continue
		}
		words++
		if s&shapeAll != 0 {
			all++
		}
		if s&shapeUpper != 0 {
			upper++
		}
	}
	switch {
	case words >= 3 && all*10 >= words*8:
		return capitalsCase
	case words >= 5 && upper*10 >= words*7:
		return headlineCase
	}
	return plainCase
}
