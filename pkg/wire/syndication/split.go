package syndication

import (
	"errors"
	"html"
	"regexp"
	"strings"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/jsonv"
	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// ErrNoFeed says that a document is no feed that Split can take apart.
var ErrNoFeed = errors.New("not a feed of items")

var rootTag = regexp.MustCompile(`(?is)<(?:rss|feed|rdf:RDF|RDF|[a-z]+:feed)\b[^>]*>`)

// Split takes a feed apart into feeds of one item each, in UTF-8, which Parse
// and ParseJSON read like the whole. Of the feed around an item they keep what
// readers need (title, link, language, rights) and not what changes at every
// fetch, so that the same item gives the same bytes. A list of JSON objects
// (a feed of ninjs items) gives its elements. Broken items stay as they are:
// whoever reads them tells.
func Split(t *wire.Transmission) ([][]byte, error) {
	raw, err := t.Bytes()
	if err != nil {
		return nil, err
	}
	if trimmed := strings.TrimLeft(string(raw[:min(len(raw), 512)]), "\ufeff \t\r\n"); trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') {
		return splitJSON(raw, t.Charset)
	}
	r, _, err := t.TextReader(wire.XMLEncoding(raw[:min(len(raw), 400)]))
	if err != nil {
		return nil, err
	}
	var out [][]byte
	open, end := "", ""
	err = xmltree.Split(r, []string{"item", "entry"}, false, func(header, item string, _ error) error {
		if open == "" {
			if open, end = envelope(header); open == "" {
				return ErrNoFeed
			}
		}
		out = append(out, []byte(open+item+end))
		return nil
	})
	if err == nil && len(out) == 0 {
		err = ErrNoFeed
	}
	return out, err
}

// envelope is what stands before and after one item.
func envelope(header string) (open, end string) {
	root := rootTag.FindString(header)
	if root == "" || strings.HasSuffix(root, "/>") {
		return "", ""
	}
	var ch channel
	ch.read(header)
	name := strings.TrimPrefix(strings.FieldsFunc(root, func(r rune) bool { return r == ' ' || r == '>' || r == '\n' || r == '\t' || r == '\r' })[0], "<")
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + root)
	end = "</" + name + ">"
	rights := "copyright"
	if ch.atom {
		rights = "rights"
	} else {
		b.WriteString("<channel>")
		end = "</channel>" + end
	}
	add := func(name, value string) {
		if value != "" {
			b.WriteString("<" + name + ">" + html.EscapeString(value) + "</" + name + ">")
		}
	}
	add("title", ch.title)
	if ch.atom && ch.link != "" {
		b.WriteString(`<link rel="alternate" href="` + html.EscapeString(ch.link) + `"/>`)
	} else {
		add("link", ch.link)
	}
	add("language", ch.language)
	add(rights, ch.copyright)
	return b.String(), end
}

func splitJSON(raw []byte, charset string) ([][]byte, error) {
	if len(raw) > jsonv.MaxValue {
		return nil, ErrNoFeed
	}
	b, _ := wire.ToUTF8(raw, charset, "")
	v, err := jsonv.Parse(b)
	if err != nil {
		return nil, err
	}
	if v.Kind == '[' {
		var out [][]byte
		for _, e := range v.Elems {
			out = append(out, e.Append(nil))
		}
		return out, nil
	}
	items := v.Get("items")
	if items.Kind != '[' {
		return nil, ErrNoFeed
	}
	var out [][]byte
	for _, e := range items.Elems {
		one := jsonv.Value{Kind: '{'}
		for _, m := range v.Members {
			switch m.Name {
			case "version", "title", "home_page_url", "language", "author", "authors":
				one.Members = append(one.Members, m)
			}
		}
		one.Members = append(one.Members, jsonv.Member{Name: "items", Value: jsonv.Array(e)})
		out = append(out, one.Append(nil))
	}
	return out, nil
}
