package wire

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTMLTokens bounds the work on one text; what is beyond it is left out
// with a warning by the caller, who sees ok=false.
const maxHTMLTokens = 2_000_000

// TextFlow gathers marked-up text as plain text: blocks become paragraphs with
// an empty line between, lines of lists and tables follow one another, cells
// are set apart by " | ". The zero value is ready for use.
type TextFlow struct {
	b     strings.Builder
	space bool // white space is owed before the next word
	gap   int  // line ends owed before the next word
	pre   int
	lists []int // counters of open lists, -1 for unordered
	cell  bool  // a cell of this row has been opened
	row   int   // length of the text where the row began
}

// Words appends running text; white space in it collapses.
func (f *TextFlow) Words(s string) {
	if f.pre > 0 {
		f.verbatim(s)
		return
	}
	i := 0
	for i < len(s) {
		switch s[i] {
		case ' ', '\t', '\n', '\r', '\f':
			f.space = true
			i++
			continue
		}
		j := i
		for j < len(s) {
			c := s[j]
			if c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' {
				break
			}
			j++
		}
		f.flush()
		f.b.WriteString(s[i:j])
		i = j
	}
}

func (f *TextFlow) verbatim(s string) {
	if s == "" {
		return
	}
	if f.gap > 0 {
		s = strings.TrimLeft(s, "\r\n")
		if s == "" {
			return
		}
	}
	f.space = false
	f.flush()
	f.b.WriteString(s)
}

func (f *TextFlow) flush() {
	switch {
	case f.b.Len() == 0:
	case f.gap > 0:
		for range min(f.gap, 2) {
			f.b.WriteByte('\n')
		}
	case f.space:
		f.b.WriteByte(' ')
	}
	f.gap, f.space = 0, false
}

// Break ends the line; with n of 2 it ends the paragraph.
func (f *TextFlow) Break(n int) {
	if f.gap < n {
		f.gap = n
	}
	f.space = false
}

// Open begins an element of HTML, XHTML or NITF body markup.
func (f *TextFlow) Open(name string) {
	switch name {
	case "p", "div", "section", "article", "aside", "header", "footer", "main", "blockquote", "bq", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
		"hl1", "hl2", "table", "nitf-table", "address", "form", "fieldset", "dl", "block", "hedline", "tagline", "hr", "center":
		if f.cell && name != "table" && name != "nitf-table" {
			f.space = true // a paragraph inside of a cell
			return
		}
		f.Break(2)
		f.cell = false
	case "pre":
		f.Break(2)
		f.pre++
	case "ul":
		f.listBreak()
		f.lists = append(f.lists, -1)
	case "ol":
		f.listBreak()
		f.lists = append(f.lists, 0)
	case "li":
		f.Break(1)
		f.item()
	case "tr", "nitf-table-row", "dt", "dd", "caption", "figcaption", "credit":
		f.Break(1)
		f.row, f.cell = f.b.Len(), false
	case "td", "th":
		if f.cell {
			f.cellMark()
		}
		f.cell = true
	case "br":
		f.gap = min(f.gap+1, 2)
		f.space = false
	}
}

func (f *TextFlow) listBreak() {
	if len(f.lists) > 0 {
		f.Break(1)
	} else {
		f.Break(2)
	}
}

func (f *TextFlow) cellMark() {
	if f.b.Len() == f.row { // the cells before were empty
		f.flush()
		f.b.WriteString("|")
	} else {
		f.b.WriteString(" |")
	}
	f.space, f.gap = true, 0
}

func (f *TextFlow) item() {
	if len(f.lists) == 0 {
		return
	}
	n := &f.lists[len(f.lists)-1]
	f.flush()
	if *n < 0 {
		f.b.WriteString("-")
	} else {
		*n++
		f.b.WriteString(strconv.Itoa(*n) + ".")
	}
	f.space = true
}

// Close ends an element.
func (f *TextFlow) Close(name string) {
	switch name {
	case "p", "blockquote", "bq":
		switch {
		case f.cell:
			f.space = true
		case len(f.lists) > 0:
			f.Break(1)
		default:
			f.Break(2)
		}
	case "div", "section", "article", "aside", "header", "footer", "main", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
		"hl1", "hl2", "table", "nitf-table", "address", "form", "fieldset", "dl", "block", "hedline", "tagline", "center":
		if f.cell && name != "table" && name != "nitf-table" {
			f.space = true
			return
		}
		f.Break(2)
		f.cell = false
	case "pre":
		f.Break(2)
		f.pre = max(f.pre-1, 0)
	case "ul", "ol":
		if n := len(f.lists); n > 0 {
			f.lists = f.lists[:n-1]
		}
		f.listBreak()
	case "li":
		f.Break(1)
	case "tr", "nitf-table-row", "dt", "dd", "caption", "figcaption", "credit":
		f.Break(1)
		f.cell = false
	}
}

// String is the text so far, clean.
func (f *TextFlow) String() string { return CleanText(f.b.String()) }

// HTMLText makes plain text of HTML or XHTML: whole documents or fragments,
// well-formed or not. Scripts, styles, forms' contents and the head go. Alt
// texts and addresses of links are left out.
func HTMLText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		var f TextFlow
		f.Words(s)
		return f.String()
	}
	var f TextFlow
	z := html.NewTokenizer(strings.NewReader(s))
	skip := ""
	for range maxHTMLTokens {
		switch z.Next() {
		case html.ErrorToken:
			return f.String()
		case html.TextToken:
			if skip == "" {
				f.Words(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			n, _ := z.TagName()
			a := atom.Lookup(n)
			if skip == "" {
				switch a {
				case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Svg, atom.Select, atom.Textarea, atom.Button:
					if tok := z.Raw(); len(tok) < 2 || tok[len(tok)-2] != '/' {
						skip = string(n)
					}
				default:
					f.Open(string(n))
				}
			}
		case html.EndTagToken:
			n, _ := z.TagName()
			if skip != "" {
				if skip == string(n) || skip == "head" && string(n) == "body" {
					skip = ""
				}
				continue
			}
			f.Close(string(n))
		}
	}
	return f.String()
}

// LooksHTML tells whether a text that should be plain holds markup.
func LooksHTML(s string) bool {
	if !strings.Contains(s, "<") {
		return false
	}
	l := strings.ToLower(s)
	for _, t := range []string{"</p>", "<br", "<p>", "<p ", "</div>", "</li>", "</a>", "<html", "</b>", "</i>", "</em>", "</strong>", "</span>", "<img ", "</h2>", "</table>"} {
		if strings.Contains(l, t) {
			return true
		}
	}
	return false
}
