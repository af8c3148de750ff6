package text

import (
	"sort"
	"unicode/utf8"
)

// runeIndex converts between bytes and code points. It keeps one checkpoint
// every 256 bytes of a text that is not ASCII, so that a look-up costs at
// most that much and building is one pass. The zero value is an ASCII text.
type runeIndex struct{ marks []int }

const runeStep = 256

func newRuneIndex(s string) runeIndex {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return runeIndex{}
	}
	var x runeIndex
	n := 0
	for i := 0; i < len(s); i++ {
		if i%runeStep == 0 {
			x.marks = append(x.marks, n)
		}
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	x.marks = append(x.marks, n)
	return x
}

// runeAt counts the code points that begin before byte b.
func (x runeIndex) runeAt(s string, b int) int {
	if x.marks == nil {
		return b
	}
	m := b / runeStep
	n := x.marks[min(m, len(x.marks)-1)]
	for i := m * runeStep; i < b; i++ {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// byteAt is the byte at which code point r begins.
func (x runeIndex) byteAt(s string, r int) int {
	if x.marks == nil {
		return r
	}
	m := max(sort.Search(len(x.marks), func(i int) bool { return x.marks[i] > r })-1, 0)
	n := x.marks[m]
	for i := m * runeStep; i < len(s); i++ {
		if utf8.RuneStart(s[i]) {
			if n == r {
				return i
			}
			n++
		}
	}
	return len(s)
}
