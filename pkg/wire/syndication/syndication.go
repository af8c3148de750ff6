// Package syndication reads RSS 0.9 to 2.0, RDF, Atom 0.3 and 1.0, and JSON
// Feed. A feed goes in, an article an item comes out; a broken item costs
// itself alone.
//
// It stands on package xmltree rather than on a feed library, because such a
// library gives up a feed for one bad entry and does not tell which bytes an
// item came from.
//
// The chain is guid or id, else the link. Feeds number no versions: the time
// of the last change orders. An item with a summary alone is partial, with the
// summary as its body. Reading does not block and is safe for concurrent use.
package syndication

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/jsonv"
	"github.com/dateline-wire/dateline/pkg/wire/nitf"
	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// The names of the formats on articles.
const (
	RSS      = "rss"
	Atom     = "atom"
	JSONFeed = "jsonfeed"
)

// Parse reads a transmission of RSS or Atom.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	head, err := t.Head(400)
	if err != nil {
		return err
	}
	r, warnings, err := t.TextReader(wire.XMLEncoding(head))
	if err != nil {
		return err
	}
	n := 0
	var ch channel
	format := RSS
	err = xmltree.Split(r, []string{"item", "entry"}, false, func(header, raw string, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n == 0 {
			ch.read(header)
			if ch.atom {
				format = Atom
			}
		}
		item := n
		n++
		return yield(read(t, &ch, format, item, raw, err, warnings))
	})
	if err == nil && n == 0 {
		return yield(wire.Fault(format, 0, wire.Skipped, "feed without items"))
	}
	return err
}

type channel struct {
	title, language, copyright, link string
	atom                             bool
}

func (c *channel) read(header string) {
	root, _, err := xmltree.ParseOpen(header)
	if err != nil || root == nil {
		return
	}
	c.atom = root.Name == "feed"
	ch := root
	if k := root.Kid("channel"); k != nil {
		ch = k
	}
	c.title = text(ch, "title", "")
	c.language = first(text(ch, "language", ""), root.Attr("lang"))
	c.copyright = first(text(ch, "copyright", ""), text(ch, "rights", ""))
	c.link = link(ch)
}

func first(vs ...string) string {
	for _, v := range vs {
		if v != "" {
			return v
		}
	}
	return ""
}

// text is the value of the first child of that name, one without a prefix
// before one with.
func text(n *xmltree.Node, name, space string) string {
	k := kid(n, name, space)
	if k == nil {
		return ""
	}
	return wire.CleanLine(wire.HTMLText(k.Raw()))
}

func kid(n *xmltree.Node, name, space string) *xmltree.Node {
	var found *xmltree.Node
	for _, k := range n.All(name) {
		if k.Space == space {
			return k
		}
		if found == nil && k.Space != "media" && k.Space != "itunes" {
			found = k
		}
	}
	return found
}

// link is the address of the page.
func link(n *xmltree.Node) string {
	best := ""
	for _, k := range n.All("link") {
		v := strings.TrimSpace(k.Value())
		if v == "" && (k.Attr("rel") == "" || k.Attr("rel") == "alternate") {
			v = strings.TrimSpace(k.Attr("href"))
		}
		if v != "" && best == "" {
			best = v
		}
	}
	return best
}

func read(t *wire.Transmission, ch *channel, format string, item int, raw string, err error, warnings []string) wire.Result {
	if err != nil {
		return wire.Fault(format, item, wire.Undecodable, "feed: %w", err)
	}
	n, warns, err := xmltree.Parse(raw)
	if err != nil {
		return wire.Fault(format, item, wire.Undecodable, "feed: %w", err)
	}
	d := t.NewDraft(format, item)
	for _, w := range append(slices.Clip(warnings), warns...) {
		d.Warn("%s", w)
	}
	page := link(n)
	d.ID = first(kid(n, "guid", "").Value(), kid(n, "id", "").Value(), page, n.Attr("about"))
	if page != "" && page != d.ID {
		d.AddAltID("link", page)
	}
	d.ByTime = true
	published := first(text(n, "pubDate", ""), text(n, "published", ""), text(n, "issued", ""), text(n, "created", ""), text(n, "date", "dc"))
	updated := first(text(n, "updated", ""), text(n, "modified", ""), text(n, "lastBuildDate", ""))
	d.VersionCreated = d.Time("updated", first(updated, published), true)
	if updated != "" && published != "" {
		d.FirstCreated = d.Time("published", published, true)
		if !d.FirstCreated.IsZero() && d.VersionCreated.After(d.FirstCreated) {
			d.Change = model.ChangeUpdate
		}
	}
	d.Headline = text(n, "title", "")
	managed(d, n)
	d.Language = first(n.Attr("lang"), text(n, "language", "dc"), ch.language)
	bodies(d, n)
	for _, a := range n.All("author", "creator") {
		name := first(a.Kid("name").Value(), a.Value())
		if i := strings.IndexByte(name, '('); i > 0 && strings.Contains(name[:i], "@") { // "a@b.example (Name)"
			name = strings.Trim(name[i:], "() ")
		}
		if name != "" && !strings.Contains(name, "@") {
			d.By = first(d.By, name)
		}
	}
	for _, c := range n.All("category", "subject") {
		name := first(c.Attr("label"), c.Value(), c.Attr("term"))
		lit := c.Attr("term")
		if lit == name {
			lit = ""
		}
		scheme := first(c.Attr("domain"), c.Attr("scheme"))
		s := model.Subject{Name: name, Literal: lit}
		if strings.HasPrefix(scheme, "http") {
			s.Creator = scheme
		}
		d.AddSubject(s)
	}
	for _, k := range n.All("keywords") {
		for w := range strings.SplitSeq(k.Value(), ",") {
			d.AddKeyword(w)
		}
	}
	d.CopyrightNotice = first(text(n, "rights", ""), ch.copyright)
	d.SetProvider(first(text(n, "publisher", "dc"), ch.title))
	if s := kid(n, "source", ""); s != nil {
		if name := first(s.Kid("title").Value(), s.Value()); name != "" {
			d.AddSource(model.InfoSource{Name: name, Role: "source", URI: s.Attr("url")})
		}
	}
	return finish(t, d)
}

// managed reads what AP adds to the entries of its Atom feeds: NewsManagement
// with the id and number of the version and its status, and ContentMetadata.
func managed(d *wire.Draft, n *xmltree.Node) {
	m := n.Find("NewsManagement")
	if m != nil {
		if id := m.Kid("ManagementId").Value(); id != "" {
			d.AddAltID("guid", d.ID)
			d.ID = id
		}
		if v := m.Kid("ManagementSequenceNumber").Value(); v != "" {
			d.Number, d.ByTime = v, false
		}
		switch s := strings.ToLower(m.Kid("PublishingStatus").Value()); s {
		case "", "usable":
		case "canceled", "cancelled":
			d.PubStatus = model.Canceled
		case "embargoed":
			d.EmbargoedUntil = d.Time("PublishingReleaseDateTime", m.Kid("PublishingReleaseDateTime").Value(), true)
			d.Held = d.EmbargoedUntil.IsZero()
		default:
			d.PubStatus = model.Withheld
		}
		d.AddNote("instructions", m.Kid("PublishingSpecialInstructions").Value())
		d.Signals = append(d.Signals, m.Kid("ManagementType").Value())
		for _, e := range m.All("Editorial") {
			d.Signals = append(d.Signals, first(e.Kid("Type").Value(), e.Value()))
		}
		d.FirstCreated = d.Time("FirstCreated", m.Kid("FirstCreated").Value(), true)
	}
	c := n.Find("ContentMetadata")
	if c == nil {
		return
	}
	d.Headline = first(c.Kid("HeadLine").Value(), d.Headline)
	d.Slugline = c.Kid("SlugLine").Value()
	d.By = c.Kid("ByLine").Value()
	d.Located = nitf.PlaceOf(c.Kid("DateLine").Value())
	d.CopyrightHolder = c.Kid("Copyright").Attr("Holder")
	if p := c.Kid("Priority"); p != nil {
		d.SetUrgency(first(p.Attr("Value"), p.Value()))
	}
	for _, k := range c.All("Keywords") {
		for w := range strings.SplitSeq(first(k.Attr("Value"), k.Value()), ",") {
			d.AddKeyword(w)
		}
	}
}

// bodies picks the text: the full content, else the summary.
func bodies(d *wire.Draft, n *xmltree.Node) {
	full := ""
	if x := n.Find("nitf"); x != nil {
		c := nitf.ReadBody(x)
		full = c.Text
		d.By, d.Located = first(d.By, c.By), first(d.Located, c.Located)
		d.Headline = first(c.Headline, d.Headline)
	}
	for _, k := range n.Kids {
		switch {
		case full != "" && k.Find("nitf") != nil:
		case k.Name == "encoded", k.Name == "content" && k.Space != "media" && k.Attr("url") == "":
			if s := rendered(k); len(s) > len(full) {
				full = s
			}
		}
	}
	summary := ""
	for _, name := range []string{"description", "summary", "abstract"} {
		if k := kid(n, name, ""); k != nil && summary == "" {
			summary = rendered(k)
		}
	}
	if full == "" {
		d.Body = summary
		d.RepresentationType = "partial"
		return
	}
	d.Body = full
	if summary != "" && summary != full {
		d.Descriptions = append(d.Descriptions, model.Text{Role: "summary", ContentType: "text/plain", Value: summary})
	}
}

// rendered is the plain text of a text construct (RFC 4287, section 3.1, and
// the escaped HTML of RSS).
func rendered(k *xmltree.Node) string {
	if k.HasElements() {
		return xmltree.Text(k, func(x *xmltree.Node) bool { return x.Name == "script" || x.Name == "style" })
	}
	raw := k.Raw()
	if k.Attr("type") == "text" && !wire.LooksHTML(raw) {
		return wire.CleanText(raw)
	}
	return wire.HTMLText(raw)
}

func finish(t *wire.Transmission, d *wire.Draft) wire.Result {
	if d.Located == "" {
		if dl, ok := wire.ReadDateline(d.Body); ok {
			d.Located = dl.Place
		}
	}
	return t.Finish(d)
}

// ParseJSON reads a transmission of JSON Feed 1.0 or 1.1.
func ParseJSON(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	if t.Size > jsonv.MaxValue {
		return yield(wire.Fault(JSONFeed, 0, wire.Undecodable, "JSON Feed: %d bytes: at most %d are read", t.Size, jsonv.MaxValue))
	}
	raw, err := t.Bytes()
	if err != nil {
		return err
	}
	b, warnings := wire.ToUTF8(raw, t.Charset, "")
	v, err := jsonv.Parse(b)
	if err != nil {
		return yield(wire.Fault(JSONFeed, 0, wire.Undecodable, "JSON: %w", err))
	}
	items := v.Get("items")
	if v.Kind != '{' || items.Kind != '[' {
		return yield(wire.Fault(JSONFeed, 0, wire.Invalid, "JSON Feed: items: an array is wanted, not %s", items.Kind.Says()))
	}
	if len(items.Elems) == 0 {
		return yield(wire.Fault(JSONFeed, 0, wire.Skipped, "feed without items"))
	}
	for i, e := range items.Elems {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(readJSON(t, v, e, i, warnings)); err != nil {
			return err
		}
	}
	return nil
}

func readJSON(t *wire.Transmission, feed, v jsonv.Value, item int, warnings []string) wire.Result {
	if v.Kind != '{' {
		return wire.Fault(JSONFeed, item, wire.Invalid, "JSON Feed: items[%d]: an object is wanted, not %s", item, v.Kind.Says())
	}
	d := t.NewDraft(JSONFeed, item)
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	d.ByTime = true
	page := v.Get("url").Text()
	d.ID = first(v.Get("id").Text(), page, v.Get("external_url").Text())
	if page != "" && page != d.ID {
		d.AddAltID("link", page)
	}
	published, modified := v.Get("date_published").Text(), v.Get("date_modified").Text()
	d.VersionCreated = d.Time("date", first(modified, published), true)
	if modified != "" && published != "" {
		d.FirstCreated = d.Time("date_published", published, true)
		if !d.FirstCreated.IsZero() && d.VersionCreated.After(d.FirstCreated) {
			d.Change = model.ChangeUpdate
		}
	}
	d.Headline = v.Get("title").Text()
	if h := v.Get("content_html").Text(); h != "" {
		d.Body = wire.HTMLText(h)
	} else {
		d.Body = wire.CleanText(v.Get("content_text").Text())
	}
	if s := wire.CleanText(v.Get("summary").Text()); s != "" {
		if d.Body == "" {
			d.Body, d.RepresentationType = s, "partial"
		} else {
			d.Descriptions = append(d.Descriptions, model.Text{Role: "summary", ContentType: "text/plain", Value: s})
		}
	}
	for _, a := range append(v.Get("authors").List(), v.Get("author").List()...) {
		d.By = first(d.By, a.Get("name").Text())
	}
	for _, k := range v.Get("tags").Texts() {
		d.AddKeyword(k)
	}
	d.Language = first(v.Get("language").Text(), feed.Get("language").Text())
	d.SetProvider(feed.Get("title").Text())
	if d.Provider() == "" {
		if u, err := url.Parse(feed.Get("home_page_url").Text()); err == nil {
			d.SetProvider(u.Host)
		}
	}
	return finish(t, d)
}
