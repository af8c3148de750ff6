package text

import (
	"strings"
	"unicode/utf8"
)

type piece struct{ start, end int }

// maxWrap is the longest line a hard-wrapped transmission has, in bytes.
const maxWrap = 100

// paragraphs cuts a text into its non-blank pieces. A blank line separates
// paragraphs. A single line break does where the text is not wrapped by hand:
// behind a line longer than any wire wraps, before an indented line or a list
// item, and behind a line that leaves room for the next line's first word.
// Neither does where the sentence goes on: behind a line that no mark closes,
// before a lower-case word.
// U+2029 separates paragraphs, U+2028, form feeds and vertical tabs end lines.
func paragraphs(s string) []piece {
	width := wrapWidth(s)
	var out []piece
	start, end := -1, 0 // the open paragraph
	blank := false      // whether a blank line came after it
	length := 0         // of the open paragraph's last line
	tail := byte(0)     // its last byte
	flush := func() {
		if start >= 0 {
			out = append(out, piece{start, end})
		}
		start = -1
	}
	for i := 0; i < len(s); {
		line, next, para := lineAt(s, i)
		a, b := trimLine(s, i, line)
		if a == b {
			blank = true
			i = next
			continue
		}
		if start >= 0 {
			word := firstWord(s[a:b])
			room := length + 1 + word + 3
			if closes(tail) {
				room -= 3
			}
			wraps := startsLower(s[a:b]) && !closes(tail)
			if !wraps && (blank || length > maxWrap || room <= width) || indent(s, i, a) >= 2 || listItem(s[a:b]) {
				flush()
			}
		}
		blank = false
		if start < 0 {
			start = a
		}
		end, length, tail = b, utf8.RuneCountInString(s[a:b])+a-i, s[b-1]
		if para {
			flush()
		}
		i = next
	}
	flush()
	return out
}

// lineAt returns the end of the line that begins at i, the start of the next
// one, and whether a paragraph separator ended it.
func lineAt(s string, i int) (end, next int, para bool) {
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '\n', '\v', '\f':
			return j, j + 1, s[j] == '\f'
		case '\r':
			if j+1 < len(s) && s[j+1] == '\n' {
				return j, j + 2, false
			}
			return j, j + 1, false
		case 0xe2:
			if strings.HasPrefix(s[j:], "\u2029") {
				return j, j + 3, true
			}
			if strings.HasPrefix(s[j:], "\u2028") {
				return j, j + 3, false
			}
		}
	}
	return len(s), len(s), false
}

// trimLine returns [i, j) without the spaces around it.
func trimLine(s string, i, j int) (int, int) {
	for i < j {
		k, n := classAt(s, i)
		if k != clsSpace {
			break
		}
		i += n
	}
	for i < j && classBefore(s[:j], j) == clsSpace {
		_, n := utf8.DecodeLastRuneInString(s[:j])
		j -= n
	}
	return i, j
}

// indent is the depth of the space [i, a), a tab counting eight.
func indent(s string, i, a int) int {
	n := 0
	for ; i < a; i++ {
		switch {
		case s[i] == '\t':
			n += 8
		case utf8.RuneStart(s[i]):
			n++
		}
	}
	return n
}

// wrapWidth is the width at which the text is wrapped: the length of the
// longest line of at most maxWrap that another line follows; 0 when none does.
func wrapWidth(s string) int {
	width, last := 0, 0
	for i := 0; i < len(s); {
		end, next, _ := lineAt(s, i)
		a, b := trimLine(s, i, end)
		if a < b && last > width && last <= maxWrap {
			width = last
		}
		last = 0
		if a < b {
			last = utf8.RuneCountInString(s[a:b]) + a - i
		}
		i = next
	}
	return width
}

func firstWord(s string) int {
	for i := range len(s) {
		if s[i] <= ' ' {
			return utf8.RuneCountInString(s[:i])
		}
		if i > maxWrap {
			return i
		}
	}
	return utf8.RuneCountInString(s)
}

func closes(c byte) bool { return strings.IndexByte(".?!:\"')]", c) >= 0 }

// listItem reports whether a line begins with a bullet or a number and a mark.
func listItem(s string) bool {
	for _, p := range []string{"- ", "* ", "• ", "– ", "— ", "-- ", "■ ", "► ", "● ", "· "} {
		if strings.HasPrefix(s, p) {
			// "-- " also continues a sentence: only before a capital.
			rest := s[len(p):]
			return rest != "" && !startsLower(rest)
		}
	}
	n := 0
	for n < len(s) && n < 3 && byteClass(s[n]) == clsDigit {
		n++
	}
	return n > 0 && n < 3 && n+1 < len(s) && (s[n] == '.' || s[n] == ')') && s[n+1] == ' '
}
