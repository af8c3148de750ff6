package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanText makes plain text of what a format holds: line ends become \n,
// control characters, byte order marks, soft hyphens and zero width spaces go,
// no-break spaces become spaces, spaces at the ends of lines go, and more than
// one empty line becomes one. What the text says is not touched; leading
// spaces of a line stay, for tables.
func CleanText(s string) string {
	if isClean(s) {
		return s
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	s = strings.Map(printable, strings.ToValidUTF8(s, "\uFFFD"))
	var b strings.Builder
	b.Grow(len(s))
	empty := 0
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" {
			empty++
			continue
		}
		if b.Len() == 0 {
			line = strings.TrimLeftFunc(line, unicode.IsSpace)
		} else {
			b.WriteString("\n\n"[:1+min(empty, 1)])
		}
		empty = 0
		b.WriteString(line)
	}
	return b.String()
}

// printable maps a code point of copy to what a plain text holds of it.
func printable(r rune) rune {
	switch r {
	case '\n', '\t':
		return r
	case '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return '\n'
	case '\u00a0', '\u202f', '\u2007':
		return ' '
	case '\u00ad', '\u200b', '\u2060', '\ufeff', '\ufffe', '\uffff':
		return -1
	}
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return -1
	}
	return r
}

// isClean is the quick look: printable ASCII or letters, single line ends.
func isClean(s string) bool {
	if s == "" {
		return true
	}
	if s[0] <= ' ' || s[len(s)-1] <= ' ' || s[len(s)-1] >= utf8.RuneSelf {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return false
		case c < ' ' && c != '\n', c == 0x7f:
			return false
		case c == '\n':
			if s[i-1] == ' ' || i+2 < len(s) && s[i+1] == '\n' && s[i+2] == '\n' {
				return false
			}
		}
	}
	return true
}

// CleanLine is CleanText for what stands on one line: every run of white space
// becomes one space.
func CleanLine(s string) string {
	simple := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == 0x7f || c == ' ' && (i == 0 || i == len(s)-1 || s[i+1] == ' ') {
			simple = false
			break
		}
	}
	if simple {
		return s
	}
	return strings.Join(strings.Fields(CleanText(s)), " ")
}

// wrapWidth is the least length of a line that was broken for its width.
const wrapWidth = 40

// Unwrap joins the lines of paragraphs that were broken to a width, as
// teleprinter formats do. Paragraphs are told by empty lines or an indent;
// rows of tables and items of lists keep lines of their own.
func Unwrap(s string) string {
	var b strings.Builder
	prev, inItem := "", false
	for i, l := range strings.Split(s, "\n") {
		t := strings.TrimSpace(l)
		switch {
		case i == 0:
			b.WriteString(l)
		case t == "":
			b.WriteByte('\n')
		case row(l):
			b.WriteByte('\n')
			b.WriteString(strings.TrimRight(l, " "))
		case joins(prev, l, inItem):
			b.WriteByte(' ')
			b.WriteString(t)
			prev = l
			continue
		case indented(l) && !bullet(t) && prev != "" && !row(prev):
			b.WriteString("\n\n")
			b.WriteString(t)
		default:
			b.WriteByte('\n')
			b.WriteString(t)
		}
		prev, inItem = l, bullet(t)
		if t == "" {
			prev = ""
		}
	}
	return CleanText(b.String())
}

// joins tells whether a line goes on with the one before.
func joins(prev, l string, inItem bool) bool {
	p, t := strings.TrimSpace(prev), strings.TrimSpace(l)
	if p == "" || row(prev) || utf8.RuneCountInString(p) < wrapWidth {
		return false
	}
	if bullet(t) {
		// A dash in the middle of a sentence, not an item.
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(t, "-–—*+• "))
		return !inItem && (unicode.IsLower(r) || unicode.IsDigit(r)) && !strings.HasSuffix(p, ":") && !strings.HasSuffix(p, ".") && t[0] != '#'
	}
	return inItem || !indented(l)
}

func indented(l string) bool { return strings.HasPrefix(l, "  ") || strings.HasPrefix(l, "\t") }

// bullet tells items of lists and headings by their first character.
func bullet(t string) bool {
	if t == "" {
		return false
	}
	switch t[0] {
	case '#', '*', '+':
		return true
	case '-':
		return strings.HasPrefix(t, "- ")
	}
	return strings.HasPrefix(t, "• ") || strings.HasPrefix(t, "– ") || strings.HasPrefix(t, "— ")
}

// row tells lines with columns, and rules.
func row(l string) bool {
	t := strings.TrimSpace(l)
	if t == "" {
		return false
	}
	return t[0] == '|' || strings.HasPrefix(t, "---") || strings.HasPrefix(t, "===") || strings.HasPrefix(t, "___") || strings.HasPrefix(t, "* *") ||
		strings.Count(t, "  ") >= 2 || strings.Contains(t, "\t") || strings.Contains(t, "....")
}
