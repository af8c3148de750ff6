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
// lines of tables and lists keep to themselves.
func Unwrap(s string) string {
	lines := strings.Split(s, "\n")
	var b strings.Builder
	prev := ""
	for i, l := range lines {
		t := strings.TrimSpace(l)
		if i == 0 {
			b.WriteString(l)
			prev = l
			continue
		}
		join := t != "" && strings.TrimSpace(prev) != "" && !tabular(l) && !tabular(prev) && !indented(l) &&
			utf8.RuneCountInString(strings.TrimSpace(prev)) >= wrapWidth
		switch {
		case join:
			b.WriteByte(' ')
			b.WriteString(t)
		case t != "" && indented(l) && !tabular(l) && strings.TrimSpace(prev) != "" && !tabular(prev):
			b.WriteString("\n\n")
			b.WriteString(t)
		default:
			b.WriteByte('\n')
			if tabular(l) {
				b.WriteString(strings.TrimRight(l, " "))
			} else {
				b.WriteString(t)
			}
		}
		prev = l
	}
	return CleanText(b.String())
}

func indented(l string) bool { return strings.HasPrefix(l, "  ") || strings.HasPrefix(l, "\t") }

// tabular tells lines that must not be joined: columns, rules, list items.
func tabular(l string) bool {
	t := strings.TrimLeft(l, " \t")
	if t == "" {
		return false
	}
	switch t[0] {
	case '|', '#', '*', '+':
		return true
	case '-':
		return len(t) > 1 && (t[1] == ' ' || t[1] == '-') && (len(t) < 3 || t[1] != '-' || t[2] == '-')
	}
	if strings.HasPrefix(t, "•") || strings.HasPrefix(t, "===") || strings.HasPrefix(t, "___") {
		return true
	}
	return strings.Count(t, "  ") >= 2 || strings.Contains(t, "\t") || strings.Contains(t, "....")
}
