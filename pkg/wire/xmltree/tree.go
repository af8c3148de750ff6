// Package xmltree reads XML as agencies send it into trees. XML in UTF-8 goes
// in, elements with their local names come out: namespaces and prefixes are
// passed over, because each agency has its own and the formats' names are
// distinct without them.
//
// It is not a validating parser and loads nothing: entities of a document type
// are left as they stand, with a warning, external ones too; depth, number of
// nodes and size are bounded. Unclosed elements inside of closed ones are
// repaired with a warning; text that ends inside of an element is an error.
// Trees are plain data, safe to share once read.
package xmltree

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/wire"
)

// Limits of one tree.
const (
	MaxDepth = 256
	maxNodes = 2_000_000
	maxAttrs = 256
)

// Node is an element, or a piece of text when Name is empty.
type Node struct {
	Name  string // local name
	Space string // prefix as written, for the few that need it
	Text  string // of a piece of text
	Attrs []Attr
	Kids  []*Node
}

// Attr is an attribute by its local name ("lang" of xml:lang).
type Attr struct{ Name, Value string }

// Parse reads the first element of s.
func Parse(s string) (*Node, []string, error) { return parse(s, false) }

// ParseOpen reads what there is of a document that stops before its end, such
// as the head of a message before its items.
func ParseOpen(s string) (*Node, []string, error) { return parse(s, true) }

type parser struct {
	s     string
	pos   int
	warns []string
	arena []Node
	nodes int
}

func (p *parser) warn(format string, args ...any) {
	if len(p.warns) < 10 {
		w := fmt.Sprintf(format, args...)
		if slices.Contains(p.warns, w) {
			return
		}
		p.warns = append(p.warns, w)
	}
}

func (p *parser) node() (*Node, error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, fmt.Errorf("more than %d elements and texts", maxNodes)
	}
	if len(p.arena) == 0 {
		p.arena = make([]Node, 64)
	}
	n := &p.arena[0]
	p.arena = p.arena[1:]
	return n, nil
}

func (p *parser) line() int { return 1 + strings.Count(p.s[:min(p.pos, len(p.s))], "\n") }

func parse(s string, open bool) (*Node, []string, error) {
	p := &parser{s: s}
	root, err := p.tree(open)
	return root, p.warns, err
}

func (p *parser) tree(open bool) (*Node, error) {
	s := p.s
	var root *Node
	var stack []*Node
	text := func(t string) error {
		if len(stack) == 0 || t == "" {
			return nil
		}
		top := stack[len(stack)-1]
		n, err := p.node()
		if err != nil {
			return err
		}
		n.Text = t
		top.Kids = append(top.Kids, n)
		return nil
	}
	for p.pos < len(s) {
		i := strings.IndexByte(s[p.pos:], '<')
		if i < 0 {
			i = len(s) - p.pos
		}
		if i > 0 {
			if len(stack) > 0 {
				if err := text(p.unescape(s[p.pos : p.pos+i])); err != nil {
					return root, err
				}
			}
			p.pos += i
			continue
		}
		rest := s[p.pos:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			p.skip("-->")
		case strings.HasPrefix(rest, "<![CDATA["):
			k := strings.Index(rest, "]]>")
			if k < 0 {
				if err := text(rest[9:]); err != nil {
					return root, err
				}
				p.pos = len(s)
				continue
			}
			if err := text(rest[9:k]); err != nil {
				return root, err
			}
			p.pos += k + 3
		case strings.HasPrefix(rest, "<?"):
			p.skip("?>")
		case strings.HasPrefix(rest, "<!"):
			p.decl()
		case strings.HasPrefix(rest, "</"):
			k := strings.IndexByte(rest, '>')
			if k < 0 {
				p.pos = len(s)
				continue
			}
			name := local(strings.TrimSpace(rest[2:k]))
			p.pos += k + 1
			at := -1
			for j, n := range slices.Backward(stack) {
				if n.Name == name {
					at = j
					break
				}
			}
			if at < 0 {
				p.warn("xml-repaired: end tag </%.40s> without a start", name)
				continue
			}
			for j := len(stack) - 1; j > at; j-- {
				if !void(stack[j].Name) {
					p.warn("xml-repaired: <%.40s> not closed", stack[j].Name)
				}
			}
			stack = stack[:at]
			if at == 0 {
				return root, nil
			}
		default:
			if len(rest) < 2 || !nameStart(rest[1]) {
				if err := text("<"); err != nil {
					return root, err
				}
				p.pos++
				continue
			}
			n, empty, err := p.element()
			if err != nil {
				return root, err
			}
			if n == nil { // no ">" any more
				p.pos = len(s)
				continue
			}
			if root == nil {
				root = n
			} else if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.Kids = append(top.Kids, n)
			}
			if empty {
				if len(stack) == 0 {
					return root, nil
				}
				continue
			}
			if len(stack) >= MaxDepth {
				return root, fmt.Errorf("line %d: nested more than %d levels deep", p.line(), MaxDepth)
			}
			stack = append(stack, n)
		}
	}
	switch {
	case root == nil && !open:
		return nil, fmt.Errorf("no element")
	case len(stack) > 0 && !open:
		return root, fmt.Errorf("cut off: <%.40s> is not closed", stack[len(stack)-1].Name)
	}
	return root, nil
}

func void(name string) bool {
	switch name {
	case "br", "hr", "img", "meta", "link", "col", "input":
		return true
	}
	return false
}

func (p *parser) skip(end string) {
	k := strings.Index(p.s[p.pos:], end)
	if k < 0 {
		p.pos = len(p.s)
		return
	}
	p.pos += k + len(end)
}

// decl passes over a document type, internal subset included.
func (p *parser) decl() {
	brackets := 0
	for i := p.pos + 2; i < len(p.s); i++ {
		switch p.s[i] {
		case '[':
			brackets++
		case ']':
			brackets--
		case '>':
			if brackets <= 0 {
				p.pos = i + 1
				return
			}
		}
	}
	p.pos = len(p.s)
}

func nameStart(c byte) bool {
	return c == '_' || c == ':' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func local(s string) string {
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		return s[i+1:]
	}
	return s
}

// element reads a start tag.
func (p *parser) element() (*Node, bool, error) {
	s := p.s
	i := p.pos + 1
	j := i
	for j < len(s) && !strings.ContainsRune(" \t\r\n/>", rune(s[j])) {
		j++
	}
	if j >= len(s) {
		return nil, false, nil
	}
	n, err := p.node()
	if err != nil {
		return nil, false, err
	}
	n.Name = s[i:j]
	if k := strings.LastIndexByte(n.Name, ':'); k >= 0 {
		n.Space, n.Name = n.Name[:k], n.Name[k+1:]
	}
	i = j
	for {
		for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
			i++
		}
		if i >= len(s) {
			return nil, false, nil
		}
		switch {
		case s[i] == '>':
			p.pos = i + 1
			return n, false, nil
		case s[i] == '/':
			if i+1 < len(s) && s[i+1] == '>' {
				p.pos = i + 2
				return n, true, nil
			}
			i++
			continue
		}
		j = i
		for j < len(s) && s[j] != '=' && s[j] != '>' && s[j] != ' ' && s[j] != '\t' && s[j] != '\r' && s[j] != '\n' && s[j] != '/' {
			j++
		}
		name := s[i:j]
		if j == i { // a stray "="
			i++
			continue
		}
		for j < len(s) && (s[j] == ' ' || s[j] == '\t' || s[j] == '\r' || s[j] == '\n') {
			j++
		}
		if j >= len(s) || s[j] != '=' {
			i = j
			continue
		}
		j++
		for j < len(s) && (s[j] == ' ' || s[j] == '\t' || s[j] == '\r' || s[j] == '\n') {
			j++
		}
		if j >= len(s) {
			return nil, false, nil
		}
		var val string
		if q := s[j]; q == '"' || q == '\'' {
			k := strings.IndexByte(s[j+1:], q)
			if k < 0 {
				return nil, false, nil
			}
			val = s[j+1 : j+1+k]
			i = j + k + 2
		} else {
			k := j
			for k < len(s) && s[k] != ' ' && s[k] != '>' && s[k] != '\n' && s[k] != '\t' && s[k] != '\r' {
				k++
			}
			val = s[j:k]
			i = k
		}
		if name == "xmlns" || strings.HasPrefix(name, "xmlns:") {
			continue
		}
		if len(n.Attrs) < maxAttrs {
			n.Attrs = append(n.Attrs, Attr{local(name), p.unescape(val)})
		}
	}
}

// unescape resolves character references and the entities of XML and HTML.
func (p *parser) unescape(s string) string {
	amp := strings.IndexByte(s, '&')
	if amp < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		b.WriteString(s[:amp])
		s = s[amp:]
		end := strings.IndexByte(s[:min(len(s), 40)], ';')
		if end < 0 {
			b.WriteByte('&')
			s = s[1:]
		} else if r, ok := entity(s[1:end]); ok {
			b.WriteString(r)
			s = s[end+1:]
		} else {
			if name := s[1:end]; name != "" && strings.IndexByte(name, ' ') < 0 {
				p.warn("entity-unresolved: &%.32s;", name)
			}
			b.WriteByte('&')
			s = s[1:]
		}
		if amp = strings.IndexByte(s, '&'); amp < 0 {
			b.WriteString(s)
			return b.String()
		}
	}
}

func entity(name string) (string, bool) {
	switch name {
	case "amp":
		return "&", true
	case "lt":
		return "<", true
	case "gt":
		return ">", true
	case "quot":
		return `"`, true
	case "apos":
		return "'", true
	case "":
		return "", false
	}
	if name[0] == '#' {
		num, base := name[1:], 10
		if len(num) > 0 && (num[0] == 'x' || num[0] == 'X') {
			num, base = num[1:], 16
		}
		n, err := strconv.ParseUint(num, base, 32)
		if err != nil {
			return "", false
		}
		if n >= 0x80 && n < 0xa0 { // windows-1252 numbers, as HTML reads them
			return html.UnescapeString("&#" + strconv.FormatUint(n, 10) + ";"), true
		}
		if n == 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
			return "\uFFFD", true
		}
		return string(rune(n)), true
	}
	whole := "&" + name + ";"
	if u := html.UnescapeString(whole); u != whole && !strings.HasSuffix(u, ";") {
		return u, true
	}
	return "", false
}

// Attr returns the attribute of that local name, empty when there is none.
func (n *Node) Attr(name string) string {
	if n == nil {
		return ""
	}
	for i := range n.Attrs {
		if n.Attrs[i].Name == name {
			return n.Attrs[i].Value
		}
	}
	return ""
}

// HasAttr tells whether there is such an attribute.
func (n *Node) HasAttr(name string) bool {
	if n == nil {
		return false
	}
	for i := range n.Attrs {
		if n.Attrs[i].Name == name {
			return true
		}
	}
	return false
}

// Kid returns the first child element of that name, nil when there is none.
func (n *Node) Kid(name string) *Node {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// At follows child elements inwards.
func (n *Node) At(names ...string) *Node {
	for _, name := range names {
		n = n.Kid(name)
	}
	return n
}

// All returns the child elements of one of the names, in order.
func (n *Node) All(names ...string) []*Node {
	if n == nil {
		return nil
	}
	var out []*Node
	for _, k := range n.Kids {
		if k.Name == "" {
			continue
		}
		if slices.Contains(names, k.Name) {
			out = append(out, k)
		}
	}
	return out
}

// Find returns the first element of that name in the tree below n, in order
// of the document, n itself included; nil when there is none.
func (n *Node) Find(name string) *Node {
	if n == nil || n.Name == name {
		return n
	}
	for _, k := range n.Kids {
		if k.Name != "" {
			if f := k.Find(name); f != nil {
				return f
			}
		}
	}
	return nil
}

// Each calls f for every element below n in order; f says whether to go
// inside of it.
func (n *Node) Each(f func(*Node) bool) {
	if n == nil {
		return
	}
	for _, k := range n.Kids {
		if k.Name != "" && f(k) {
			k.Each(f)
		}
	}
}

// Value is the text of n on one line, elements in it included.
func (n *Node) Value() string {
	if n == nil {
		return ""
	}
	if len(n.Kids) == 1 && n.Kids[0].Name == "" {
		return wire.CleanLine(n.Kids[0].Text)
	}
	var b strings.Builder
	n.raw(&b)
	return wire.CleanLine(b.String())
}

// Raw is the text of n as it stands.
func (n *Node) Raw() string {
	if n == nil {
		return ""
	}
	if len(n.Kids) == 1 && n.Kids[0].Name == "" {
		return n.Kids[0].Text
	}
	var b strings.Builder
	n.raw(&b)
	return b.String()
}

func (n *Node) raw(b *strings.Builder) {
	for _, k := range n.Kids {
		if k.Name == "" {
			b.WriteString(k.Text)
			continue
		}
		if k.Name == "br" || k.Name == "p" || k.Name == "li" {
			b.WriteByte(' ')
		}
		k.raw(b)
	}
}

// HasElements tells whether n has child elements.
func (n *Node) HasElements() bool {
	if n == nil {
		return false
	}
	for _, k := range n.Kids {
		if k.Name != "" {
			return true
		}
	}
	return false
}

// Flow writes what is below n as text; skip leaves elements out.
func (n *Node) Flow(f *wire.TextFlow, skip func(*Node) bool) {
	if n == nil {
		return
	}
	for _, k := range n.Kids {
		if k.Name == "" {
			f.Words(k.Text)
			continue
		}
		if skip != nil && skip(k) {
			continue
		}
		name := k.Name
		f.Open(name)
		k.Flow(f, skip)
		f.Close(name)
	}
}

// Text is the text of n with its paragraphs.
func Text(n *Node, skip func(*Node) bool) string {
	if n == nil {
		return ""
	}
	var f wire.TextFlow
	n.Flow(&f, skip)
	return f.String()
}
