// Package gazetteer finds the phrases of a list in a text: a trie over hashed
// lower-case words, walked once along the text's words, longest match first.
//
// Phrases and texts are cut into words by one rule, so that a phrase matches
// however the text's tokens are cut: a word is a run of letters and digits
// without its diacritics and case; hyphens, apostrophes and full stops inside
// a token part words and are no words ("Kim Jong-un", "Kim Jong Un"); "&" is
// the word "and"; any other mark stops every phrase, so that none runs over a
// comma or from one sentence into the next. Words are compared by 64-bit
// hashes: two lists of a million words differ in a word's meaning with a
// chance of about one in ten million.
//
// A Gazetteer that nobody adds to any more is safe to share. Scanning is linear in
// the text times the longest phrase's length, which Add bounds at MaxWords.
package gazetteer

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// MaxWords is the length of the longest phrase that Add accepts.
const MaxWords = 16

// Word is one word of a text: its hash, the token it lies in and its bytes.
type Word struct {
	Hash       uint64
	Token      int
	Start, End int
	// Opens says that no other word of the token stands before this one,
	// Closes that none stands after it.
	Opens, Closes bool
	// Barrier is a mark that no phrase crosses; it has no hash.
	Barrier bool
}

const (
	offset64 = 14695981039346656037
	prime64  = 1099511628211
	wordAnd  = "and"
)

// Hash hashes one word as texts' words are hashed: in lower case, without
// diacritics. Characters that are neither letters nor digits do not count.
func Hash(word string) uint64 {
	h := uint64(offset64)
	for i := 0; i < len(word); {
		c := word[i]
		if c < utf8.RuneSelf {
			if l := lowerASCII[c]; l != 0 {
				h = (h ^ uint64(l)) * prime64
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(word[i:])
		h = hashRune(h, r)
		i += n
	}
	return h
}

var lowerASCII = func() (t [utf8.RuneSelf]byte) {
	for c := byte('a'); c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = c, c
	}
	for c := byte('0'); c <= '9'; c++ {
		t[c] = c
	}
	return t
}()

func hashRune(h uint64, r rune) uint64 {
	if !wordRune(r) {
		return h
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	d := norm.NFKD.Properties(buf[:n]).Decomposition()
	if d == nil {
		d = buf[:n]
	}
	for len(d) > 0 {
		r, n := utf8.DecodeRune(d)
		d = d[n:]
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		r = unicode.ToLower(r)
		switch r {
		case 'ł':
			r = 'l'
		case 'ø':
			r = 'o'
		case 'đ', 'ð':
			r = 'd'
		case 'ı':
			r = 'i'
		case 'ß':
			h = (h ^ 's') * prime64
			r = 's'
		case 'æ':
			h = (h ^ 'a') * prime64
			r = 'e'
		}
		h = (h ^ uint64(uint32(r))) * prime64
	}
	return h
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// AppendWords appends the words of s, whose first byte is at offset and which
// is token number token. Marks other than hyphens, apostrophes and full stops
// are a Barrier, a run of them one.
func AppendWords(dst []Word, s string, token, offset int) []Word {
	first, last := len(dst), -1
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if !isWord(r) {
			if r == '&' {
				dst = append(dst, Word{Hash: hashAnd, Token: token, Start: offset + i, End: offset + i + 1})
				last = len(dst) - 1
			} else if !softMark(r) {
				if last < 0 || !dst[last].Barrier {
					last = len(dst)
					dst = append(dst, Word{Token: token, Start: offset + i, Barrier: true})
				}
				dst[last].End = offset + i + n
			}
			i += n
			continue
		}
		start := i
		h := uint64(offset64)
		for i < len(s) {
			if c := s[i]; c < utf8.RuneSelf {
				l := lowerASCII[c]
				if l == 0 {
					if c == '.' && dotInside(s, start, i) {
						i++
						continue
					}
					break
				}
				h = (h ^ uint64(l)) * prime64
				i++
				continue
			}
			r, n := utf8.DecodeRuneInString(s[i:])
			if !wordRune(r) {
				break
			}
			h = hashRune(h, r)
			i += n
		}
		dst = append(dst, Word{Hash: h, Token: token, Start: offset + start, End: offset + i})
		last = len(dst) - 1
	}
	if len(dst) > first {
		dst[first].Opens, dst[len(dst)-1].Closes = true, true
	}
	return dst
}

var hashAnd = Hash(wordAnd)

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return lowerASCII[r] != 0
	}
	return wordRune(r)
}

func softMark(r rune) bool {
	switch r {
	case '-', '.', '\'', '’', '‐', '‑', ' ', '\t', '\n', '\r', '\u00a0':
		return true
	}
	return false
}

// dotInside reports whether the full stop s[i] lies between single letters, as
// in U.S. and D.C., which are one word.
func dotInside(s string, start, i int) bool {
	single := i-1 == start || s[i-2] == '.'
	return single && i+1 < len(s) && letterASCII(s[i-1]) && letterASCII(s[i+1]) && (i+2 == len(s) || s[i+2] < utf8.RuneSelf && lowerASCII[s[i+2]] == 0)
}

func letterASCII(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// Words returns the words of a text in order, reusing dst.
func Words(t *text.Text, dst []Word) []Word {
	dst = dst[:0]
	for i := range t.Tokens {
		tok := &t.Tokens[i]
		dst = AppendWords(dst, t.S[tok.Start:tok.End], i, tok.Start)
	}
	return dst
}

// Gazetteer is a set of phrases with their values. The zero value is empty and
// ready to be added to; adding is not safe beside any other use.
type Gazetteer struct {
	// An open-addressing table of the trie's edges: a state and a word's hash,
	// mixed, lead to a state. State 0 is the root, and no edge leads to it.
	keys   []uint64
	states []uint32
	edges  int

	// Values of a state: a list of cells from heads[state], 0 ending it.
	heads  []uint32
	values []uint32
	nexts  []uint32

	words []Word
}

// New returns an empty Gazetteer with room for so many words of phrases.
func New(words int) *Gazetteer {
	g := &Gazetteer{}
	size := 64
	for size < words+words/2 {
		size *= 2
	}
	g.resize(size)
	return g
}

func (g *Gazetteer) resize(size int) {
	keys, states := g.keys, g.states
	g.keys, g.states = make([]uint64, size), make([]uint32, size)
	for i, s := range states {
		if s != 0 {
			*g.slot(keys[i]) = s
		}
	}
}

func mix(state uint32, hash uint64) uint64 {
	x := hash ^ uint64(state)*0x9e3779b97f4a7c15
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return x ^ x>>32
}

// slot finds the place of a key, which it enters when it is new.
func (g *Gazetteer) slot(key uint64) *uint32 {
	mask := uint64(len(g.keys) - 1)
	i := key & mask
	for g.states[i] != 0 && g.keys[i] != key {
		i = (i + 1) & mask
	}
	g.keys[i] = key
	return &g.states[i]
}

func (g *Gazetteer) step(state uint32, hash uint64) uint32 {
	if len(g.keys) == 0 {
		return 0
	}
	key := mix(state, hash)
	mask := uint64(len(g.keys) - 1)
	for i := key & mask; g.states[i] != 0; i = (i + 1) & mask {
		if g.keys[i] == key {
			return g.states[i]
		}
	}
	return 0
}

// Add adds a phrase with a value, and reports whether it could: a phrase has 1
// to MaxWords words and no mark that stops phrases. A phrase may have any
// number of values; each is kept once, in the order of adding.
func (g *Gazetteer) Add(phrase string, value uint32) bool {
	g.words = AppendWords(g.words[:0], phrase, 0, 0)
	if len(g.words) == 0 || len(g.words) > MaxWords {
		return false
	}
	for _, w := range g.words {
		if w.Barrier {
			return false
		}
	}
	if len(g.heads) == 0 {
		g.heads = append(g.heads, 0)
		g.values, g.nexts = append(g.values, 0), append(g.nexts, 0)
	}
	state := uint32(0)
	for _, w := range g.words {
		if (g.edges+1)*3 > len(g.keys)*2 {
			g.resize(max(64, len(g.keys)*2))
		}
		next := g.slot(mix(state, w.Hash))
		if *next == 0 {
			g.edges++
			*next = uint32(len(g.heads))
			g.heads = append(g.heads, 0)
		}
		state = *next
	}
	cell := &g.heads[state]
	for *cell != 0 {
		if g.values[*cell] == value {
			return true
		}
		cell = &g.nexts[*cell]
	}
	*cell = uint32(len(g.values))
	g.values, g.nexts = append(g.values, value), append(g.nexts, 0)
	return true
}

// Longest finds the longest phrase that begins at words[i] and returns the
// number of its words and its leaf for Values; 0, 0 when there is none.
func (g *Gazetteer) Longest(words []Word, i int) (n int, leaf uint32) {
	state := uint32(0)
	for j := i; j < len(words) && j < i+MaxWords && !words[j].Barrier; j++ {
		state = g.step(state, words[j].Hash)
		if state == 0 {
			break
		}
		if h := g.heads[state]; h != 0 {
			n, leaf = j-i+1, h
		}
	}
	return n, leaf
}

// Lookup finds the phrase that is exactly s.
func (g *Gazetteer) Lookup(s string) (leaf uint32, ok bool) {
	var buf [MaxWords + 1]Word
	words := AppendWords(buf[:0], s, 0, 0)
	return g.Exact(words)
}

// Exact finds the phrase that is exactly these words.
func (g *Gazetteer) Exact(words []Word) (leaf uint32, ok bool) {
	if len(words) == 0 || len(words) > MaxWords {
		return 0, false
	}
	state := uint32(0)
	for _, w := range words {
		if w.Barrier {
			return 0, false
		}
		if state = g.step(state, w.Hash); state == 0 {
			return 0, false
		}
	}
	leaf = g.heads[state]
	return leaf, leaf != 0
}

// Values appends the values of a leaf to dst in the order in which they were added.
func (g *Gazetteer) Values(dst []uint32, leaf uint32) []uint32 {
	for ; leaf != 0; leaf = g.nexts[leaf] {
		dst = append(dst, g.values[leaf])
	}
	return dst
}

// Match is a phrase found in a text: the words and tokens [First, Last), the
// bytes, and the leaf for Values.
type Match struct {
	FirstWord, LastWord int
	First, Last         int
	Start, End          int
	Leaf                uint32
	// Whole says that the match begins and ends with tokens; a match inside a
	// token is one of its hyphenated parts ("NATO" of "NATO-led").
	Whole bool
}

// Scan appends the phrases found in a text's words, from left to right, the
// longest at each place, none overlapping another.
func (g *Gazetteer) Scan(dst []Match, words []Word) []Match {
	for i := 0; i < len(words); {
		n, leaf := g.Longest(words, i)
		if n == 0 {
			i++
			continue
		}
		a, z := &words[i], &words[i+n-1]
		dst = append(dst, Match{
			FirstWord: i, LastWord: i + n, First: a.Token, Last: z.Token + 1,
			Start: a.Start, End: z.End, Leaf: leaf, Whole: a.Opens && z.Closes,
		})
		i += n
	}
	return dst
}
