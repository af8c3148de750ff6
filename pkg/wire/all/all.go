// Package all knows every format of package wire. A transmission goes in, the
// format is told from its bytes unless the feed fixes it, and the results of
// the one reader that fits come out.
//
// What is none of the formats ends as one fault of the class undecodable with
// its reason. Reading does not block beyond its input, keeps nothing and is
// safe for concurrent use.
package all

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/anpa1312"
	"github.com/dateline-wire/dateline/pkg/wire/ap"
	"github.com/dateline-wire/dateline/pkg/wire/dpa"
	"github.com/dateline-wire/dateline/pkg/wire/email"
	"github.com/dateline-wire/dateline/pkg/wire/iptc7901"
	"github.com/dateline-wire/dateline/pkg/wire/newsml1"
	"github.com/dateline-wire/dateline/pkg/wire/newsmlg2"
	"github.com/dateline-wire/dateline/pkg/wire/ninjs"
	"github.com/dateline-wire/dateline/pkg/wire/nitf"
	"github.com/dateline-wire/dateline/pkg/wire/page"
	"github.com/dateline-wire/dateline/pkg/wire/plain"
	"github.com/dateline-wire/dateline/pkg/wire/syndication"
)

// format is one line of the list: a name that Detect gives and a feed may fix,
// and its reader.
type format struct {
	name  string
	parse func(context.Context, *wire.Transmission, wire.Yield) error
}

// formats is the list of all formats.
func formats() []format {
	return []format{
		{"ninjs", ninjs.Parse},
		{anpa1312.Format, anpa1312.Parse},
		{ap.Format, ap.Parse},
		{dpa.Format, dpa.Parse},
		{newsmlg2.Format, newsmlg2.Parse},
		{iptc7901.Format, iptc7901.Parse},
		{newsml1.Format, newsml1.Parse},
		{nitf.Format, nitf.Parse},
		{syndication.RSS, syndication.Parse},
		{syndication.JSONFeed, syndication.ParseJSON},
		{email.Format, parseMail},
		{page.Format, page.Parse},
		{"zip", parseZip},
		{"gzip", parseGzip},
		{plain.Format, plain.Parse},
	}
}

// names maps the names that articles carry to those of the list.
var names = map[string]string{"ninjs1": "ninjs", "ninjs2": "ninjs", "ninjs3": "ninjs", "atom": "rss", "rdf": "rss"}

// headSize is how much of a transmission Detect is shown.
const headSize = 64 << 10

// Parse reads a transmission. An error is a failure to read it or one that
// yield returned; everything about its content is a result.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	if t.Size == 0 {
		return yield(wire.Fault(plain.Format, 0, wire.Undecodable, "empty file"))
	}
	name := t.Format
	if name == "" || archived(t) {
		head := make([]byte, min(t.Size, headSize))
		n, err := t.Source.ReadAt(head, 0)
		if err != nil && err != io.EOF {
			return fmt.Errorf("read %s: %w", t.Name, err)
		}
		name = Detect(head[:n])
	}
	if n := names[name]; n != "" {
		name = n
	}
	for _, f := range formats() {
		if f.name == name {
			return f.parse(ctx, t, yield)
		}
	}
	return yield(wire.Fault(name, 0, wire.Undecodable, "%s", unknown(name)))
}

// archived tells a transmission that is packed: a feed's format is that of
// what is inside.
func archived(t *wire.Transmission) bool {
	head, err := t.Head(4)
	return err == nil && (bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\x1f\x8b")))
}

// parseMail reads a mail and what it carries: anything but another archive.
func parseMail(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	return email.Parse(ctx, t, yield, func(ctx context.Context, sub *wire.Transmission, y wire.Yield) error {
		head, err := sub.Head(headSize)
		if err != nil {
			return err
		}
		switch name := Detect(head); name {
		case "zip", "gzip", email.Format:
			return y(wire.Fault(email.Format, 0, wire.Skipped, "mail: attachment %.100q: a %s inside of a mail is not opened", sub.Name, name))
		}
		return Parse(ctx, sub, y)
	})
}

func unknown(name string) string {
	switch {
	case name == "json":
		return "JSON of no known format"
	case strings.HasPrefix(name, "xml:"):
		return fmt.Sprintf("XML of no known format: root element %.60q", name[4:])
	}
	return fmt.Sprintf("format %.60q is not read", name)
}

// Detect names the format of bytes that begin so: a name of the list, "json"
// or "xml:<root>" for what is well known to be of no format, "text" for the rest.
func Detect(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return "zip"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "gzip"
	}
	b, _ := wire.ToUTF8(head, "", "")
	s := strings.TrimLeft(string(b), " \t\r\n\ufeff\x00")
	switch {
	case s == "":
		return plain.Format
	case s[0] == '{', s[0] == '[' && looksJSON(s):
		return detectJSON(s)
	case s[0] == '<':
		return detectXML(s)
	}
	if name := detectBytes(head); name != "" {
		return name
	}
	return plain.Format
}

func looksJSON(s string) bool {
	s = strings.TrimLeft(s[1:], " \t\r\n")
	return s != "" && (s[0] == '{' || s[0] == ']')
}

// member is a name at the top of a JSON object with the text of its value.
type member struct {
	kind  byte
	value string
}

// topMembers reads the members at the top of the first object, as far as s goes.
func topMembers(s string) map[string]member {
	dec := jsontext.NewDecoder(strings.NewReader(s), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	out := map[string]member{}
	if dec.PeekKind() == '[' {
		if _, err := dec.ReadToken(); err != nil {
			return out
		}
	}
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return out
	}
	for len(out) < 500 {
		tok, err := dec.ReadToken()
		if err != nil || tok.Kind() != '"' {
			return out
		}
		name := tok.String()
		m := member{kind: byte(dec.PeekKind())}
		if m.kind == '"' {
			v, err := dec.ReadToken()
			if err != nil {
				out[name] = m
				return out
			}
			m.value = v.String()
		} else {
			at := dec.InputOffset()
			if err := dec.SkipValue(); err != nil {
				if int(at) < len(s) {
					m.value = s[at:]
				}
				out[name] = m
				return out
			}
			m.value = s[at:dec.InputOffset()]
		}
		if _, dup := out[name]; !dup {
			out[name] = m
		}
	}
	return out
}

func detectJSON(s string) string {
	ms := topMembers(s)
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := ms[n]; !ok {
				return false
			}
		}
		return true
	}
	switch {
	case strings.HasPrefix(ms["format"].value, "digitalwires"), has("urn", "article_html"), has("entry_id", "urn"):
		return "dpa"
	case strings.Contains(ms["version"].value, "jsonfeed.org"), has("items", "title") && (has("home_page_url") || has("feed_url")):
		return "jsonfeed"
	case has("altids") && (has("editorialtypes") || has("editorialpriority") || has("bylines") || has("datelinelocation") || has("signals") || ms["version"].kind == '0'):
		return "ap"
	case has("uri"):
		return "ninjs"
	case has("data") && strings.Contains(ms["data"].value, `"item`), has("item") && ms["item"].kind == '{', has("altids", "type"), has("itemid"):
		return "ap"
	case has("versionCreated"), has("versioncreated"), has("bodies"), has("headlines"), has("body_text"), has("standard"), has("$standard"):
		return "ninjs"
	case len(ms) == 0 && s[0] == '{':
		return "ninjs"
	}
	return "json"
}

// detectXML names the format by the root element, whatever its prefix.
func detectXML(s string) string {
	root := ""
	for i := 0; i < len(s) && root == ""; {
		j := strings.IndexByte(s[i:], '<')
		if j < 0 {
			break
		}
		i += j
		rest := s[i:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			k := strings.Index(rest, "-->")
			if k < 0 {
				return "xml:"
			}
			i += k + 3
		case strings.HasPrefix(rest, "<?"):
			k := strings.Index(rest, "?>")
			if k < 0 {
				return "xml:"
			}
			i += k + 2
		case strings.HasPrefix(rest, "<!"):
			depth := 0
			k := 0
			for ; k < len(rest); k++ {
				if rest[k] == '[' {
					depth++
				} else if rest[k] == ']' {
					depth--
				} else if rest[k] == '>' && depth <= 0 {
					break
				}
			}
			i += k + 1
		default:
			root = rest[1:]
			if k := strings.IndexAny(root, " \t\r\n/>"); k >= 0 {
				root = root[:k]
			}
			if k := strings.LastIndexByte(root, ':'); k >= 0 {
				root = root[k+1:]
			}
			if root == "" {
				return plain.Format
			}
		}
	}
	switch root {
	case "newsMessage", "newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem":
		return "newsml-g2"
	case "NewsML", "NewsItem", "NewsEnvelope", "newsml", "NewsComponent":
		return "newsml1"
	case "nitf", "NITF":
		return "nitf"
	case "rss", "RSS", "RDF", "feed", "channel":
		return "rss"
	case "html", "HTML", "body", "BODY", "p", "P", "div", "article", "head", "h1":
		return "html"
	}
	if r := strings.ToLower(root); r == "html" || r == "!doctype" {
		return "html"
	}
	// Copy in an envelope of another kind (SOAP, a delivery's own).
	if m := wrapped.FindStringSubmatch(s); m != nil {
		switch m[1] {
		case "newsItem", "packageItem":
			return "newsml-g2"
		case "NewsItem":
			return "newsml1"
		default:
			return "nitf"
		}
	}
	return "xml:" + root
}

var wrapped = regexp.MustCompile(`<(?:[\w.-]+:)?(newsItem|packageItem|NewsItem|nitf)[\s>]`)

// detectBytes tells the formats that begin with control characters or headers.
func detectBytes(b []byte) string {
	switch {
	case email.Detect(b):
		return email.Format
	case iptc7901.Detect(b):
		return iptc7901.Format
	case anpa1312.Detect(b):
		return anpa1312.Format
	case bytes.IndexByte(b[:min(len(b), 32)], 0x01) >= 0 && bytes.IndexByte(b, 0x02) > 0:
		return iptc7901.Format
	}
	return ""
}
