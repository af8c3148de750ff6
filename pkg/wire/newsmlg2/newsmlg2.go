// Package newsmlg2 reads IPTC NewsML-G2, any version 2.x: a newsItem or
// packageItem alone, or a newsMessage with any number of them. Items go in one
// by one, so that a message of any length takes the memory of one item and a
// broken item costs itself alone. Concept, knowledge, planning and catalogue
// items are skipped with their reason.
//
// The chain is the guid and the version attribute its revision. An item that
// names another one that it corrects, kills or replaces, by a link or an
// alternative id, is a version of that one's chain and goes by versionCreated.
// Notes that are marked nonpublic, and parts of the text that are, are left out.
//
// Reading does not block and is safe for concurrent use.
package newsmlg2

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/nitf"
	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// Format is the name of the format on articles.
const Format = "newsml-g2"

var items = []string{"newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem"}

// Parse reads a transmission of NewsML-G2.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	first, err := t.Head(400)
	if err != nil {
		return err
	}
	r, warnings, err := t.TextReader(wire.XMLEncoding(first))
	if err != nil {
		return err
	}
	n := 0
	var m message
	err = xmltree.Split(r, items, false, func(header, raw string, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n == 0 {
			m.read(header)
		}
		item := n
		n++
		return yield(read(t, &m, item, raw, err, warnings))
	})
	if err == nil && n == 0 {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "NewsML-G2: no item in the message"))
	}
	return err
}

// message is what the header of a newsMessage says of all its items.
type message struct {
	priority string
	test     bool
	catalog  catalog
}

func (m *message) read(header string) {
	m.catalog = catalog{}
	root, _, err := xmltree.ParseOpen(header)
	if err != nil || root == nil {
		return
	}
	h := root.Find("header")
	if h == nil {
		return
	}
	m.priority = h.Kid("priority").Value()
	m.catalog.read(h)
	for _, s := range h.All("signal") {
		if c, _ := wire.Signal(ref(s)); c == model.ChangeTest {
			m.test = true
		}
	}
}

// ref is how an element names its concept.
func ref(n *xmltree.Node) string {
	for _, a := range []string{"qcode", "uri", "literal", "code"} {
		if v := strings.TrimSpace(n.Attr(a)); v != "" {
			return v
		}
	}
	return ""
}

func read(t *wire.Transmission, m *message, item int, raw string, err error, warnings []string) wire.Result {
	if err != nil {
		return wire.Fault(Format, item, wire.Undecodable, "NewsML-G2: %w", err)
	}
	n, warns, err := xmltree.Parse(raw)
	if err != nil {
		return wire.Fault(Format, item, wire.Undecodable, "NewsML-G2: %w", err)
	}
	switch n.Name {
	case "newsItem", "packageItem":
	default:
		return wire.Fault(Format, item, wire.Skipped, "NewsML-G2: a %s is no news: %s", n.Name, n.Attr("guid"))
	}
	guid := strings.TrimSpace(n.Attr("guid"))
	meta, content := n.Kid("itemMeta"), n.Kid("contentMeta")
	if meta == nil && content == nil && n.Kid("contentSet") == nil {
		return wire.Fault(Format, item, wire.Invalid, "NewsML-G2: %s %q has neither itemMeta nor contentMeta nor content", n.Name, guid)
	}
	d := t.NewDraft(Format, item)
	for _, w := range append(slices.Clip(warnings), warns...) {
		d.Warn("%s", w)
	}
	g := reader{d: d, item: n, catalog: catalog{}}
	maps.Copy(g.catalog, m.catalog)
	g.catalog.read(n)
	d.ID = stable(guid, n.Attr("version"))
	if d.ID != guid {
		d.AddAltID("guid", guid)
	}
	if guid == "" {
		d.Warn("guid-missing")
	}
	d.Number = n.Attr("version")
	if d.Number == "" {
		d.Number = "1" // the standard's default
	}
	d.Language = n.Attr("lang")
	if m.test {
		d.Change = model.ChangeTest
	}
	g.rights(n.Kid("rightsInfo"))
	g.itemMeta(meta)
	for _, c := range n.All("contentMeta") {
		g.contentMeta(c)
	}
	g.asserts()
	if n.Name == "packageItem" {
		d.Type = "composite"
		g.groups()
	}
	g.content()
	g.settle(m)
	return t.Finish(d)
}

// stable takes the version off a guid that ends with it: Reuters' tags, and
// URNs as RFC 3085 builds them (urn:newsml:provider:date:id:revision).
func stable(guid, version string) string {
	i := strings.LastIndexByte(guid, ':')
	if i < 0 || version == "" {
		return guid
	}
	if tail := strings.TrimRight(guid[i+1:], "NUA"); tail != version {
		return guid
	}
	low := strings.ToLower(guid)
	if strings.HasPrefix(low, "tag:reuters.com,") || strings.HasPrefix(low, "urn:newsml:") && strings.Count(guid, ":") == 5 {
		return guid[:i]
	}
	return guid
}

type reader struct {
	d       *wire.Draft
	item    *xmltree.Node
	catalog catalog
	creator string
	caption string
}

func (g *reader) rights(r *xmltree.Node) {
	if r == nil {
		return
	}
	d := g.d
	if h := r.Kid("copyrightHolder"); h != nil {
		d.CopyrightHolder = nameOf(h)
	}
	var notices, terms []string
	for _, n := range r.All("copyrightNotice") {
		if s := lines(n.Raw()); s != "" {
			notices = append(notices, s)
		}
	}
	for _, n := range r.All("usageTerms") {
		if s := lines(n.Raw()); s != "" {
			terms = append(terms, s)
		}
	}
	d.CopyrightNotice = strings.Join(notices, "\n")
	d.UsageTerms = strings.Join(terms, "\n")
}

// lines joins lines that were broken and indented with the XML around them.
func lines(s string) string {
	var b strings.Builder
	for i, l := range strings.Split(wire.CleanText(s), "\n") {
		t := strings.TrimSpace(l)
		switch {
		case i == 0:
		case strings.HasPrefix(l, "  ") || strings.HasPrefix(l, "\t"):
			b.WriteByte(' ')
		default:
			b.WriteByte('\n')
		}
		b.WriteString(t)
	}
	return b.String()
}

// nameOf is the name of a concept: its name in the item's language, else its
// literal, else its code.
func nameOf(n *xmltree.Node) string {
	if n == nil {
		return ""
	}
	names := n.All("name")
	for _, k := range names {
		if v := k.Value(); v != "" {
			return v
		}
	}
	if v := n.Attr("literal"); v != "" {
		return v
	}
	if v := n.Attr("qcode"); v != "" {
		return codeOf(v)
	}
	if v := n.Attr("uri"); v != "" {
		return hostOf(v)
	}
	if len(names) == 0 && !n.HasElements() {
		return n.Value()
	}
	return ""
}

// hostOf is the host of a URL, or the URI as it stands.
func hostOf(u string) string {
	_, h, ok := strings.Cut(u, "://")
	if !ok {
		return u
	}
	h, _, _ = strings.Cut(h, "/")
	return strings.TrimPrefix(h, "www.")
}

var types = map[string]string{"text": "text", "picture": "picture", "pic": "picture", "photo": "picture", "image": "picture", "graphic": "graphic", "animated": "graphic", "video": "video",
	"audio": "audio", "composite": "composite", "component": "component", "planning": "planning", "event": "event"}

func (g *reader) itemMeta(n *xmltree.Node) {
	if n == nil {
		return
	}
	d := g.d
	for _, k := range n.Kids {
		switch k.Name {
		case "itemClass":
			d.Type = types[strings.ToLower(codeOf(ref(k)))]
		case "provider":
			d.AddSource(model.InfoSource{Name: nameOf(k), Role: "provider", Literal: k.Attr("qcode"), URI: first(k.Attr("uri"), g.catalog.uri(k.Attr("qcode")))})
		case "versionCreated":
			d.VersionCreated = d.Time(k.Name, k.Value(), true)
		case "firstCreated":
			d.FirstCreated = d.Time(k.Name, k.Value(), true)
		case "embargoed":
			v := k.Value()
			d.EmbargoedUntil = d.Time(k.Name, v, true)
			// Empty: an embargo without an end (specification, itemMeta/embargoed).
			d.Held = d.EmbargoedUntil.IsZero()
		case "pubStatus":
			g.status(ref(k))
		case "expires":
			d.Expires = d.Time(k.Name, k.Value(), true)
		case "profile":
			d.Profile = first(nameOf(k), k.Attr("literal"))
		case "title":
			if d.Title == "" {
				d.Title = k.Value()
			}
		case "edNote":
			g.note(k)
		case "signal":
			d.Signals = append(d.Signals, ref(k))
			if sev := k.Attr("severity"); sev != "" {
				d.Signals = append(d.Signals, sev)
			}
		case "link":
			g.link(k)
		case "altId":
			g.altID(k)
		case "role":
			d.Signals = append(d.Signals, ref(k))
		}
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (g *reader) status(code string) {
	d := g.d
	switch s := strings.ToLower(codeOf(code)); s {
	case "usable", "":
		d.PubStatus = model.Usable
	case "withheld":
		d.PubStatus = model.Withheld
	case "canceled", "cancelled":
		d.PubStatus = model.Canceled
	case "embargoed":
		d.Held = d.EmbargoedUntil.IsZero()
	default:
		if c, _ := wire.Signal(s); c == model.ChangeKill {
			d.PubStatus = model.Canceled
			return
		}
		d.PubStatus = model.Withheld
		d.Warn("status-unknown: %.40q, held", code)
	}
}

// nonpublic tells elements that must not be shown to readers.
func nonpublic(n *xmltree.Node) bool {
	for _, a := range []string{"pubconstraint", "constraint"} {
		if s := strings.ToLower(n.Attr(a)); s != "" && !strings.HasSuffix(s, ":public") && s != "public" {
			return true
		}
	}
	r := strings.ToLower(n.Attr("role"))
	return strings.Contains(r, "nonpublic") || strings.Contains(r, "internal")
}

func (g *reader) note(n *xmltree.Node) {
	if nonpublic(n) {
		return
	}
	role := codeOf(n.Attr("role"))
	text := xmltree.Text(n, hidden)
	if strings.EqualFold(role, "notepad") || strings.EqualFold(role, "closingline") {
		return // the same notes once more; initials
	}
	g.d.AddNote(role, text)
}

// hidden tells parts of XHTML that are not for publication.
func hidden(n *xmltree.Node) bool {
	switch n.Name {
	case "script", "style", "head", "title", "nav", "form", "iframe", "object", "svg", "template", "noscript":
		return true
	}
	for c := range strings.FieldsSeq(strings.ToLower(n.Attr("class"))) {
		if strings.Contains(c, "nonpublic") || strings.Contains(c, "non-public") || c == "internal" || c == "closingline" {
			return true
		}
	}
	return n.HasAttr("pubconstraint") && nonpublic(n)
}

// targets are the relations to a story that the item is another version of;
// parts those to a story that it continues.
var targets = map[string]bool{"corrects": true, "correctionof": true, "iscorrectionof": true, "correctionto": true, "kills": true, "killof": true, "cancels": true, "cancelof": true, "cancellationof": true,
	"replaces": true, "replacementof": true, "supersedes": true, "previousversion": true, "isversionof": true, "versionof": true, "updateof": true, "updates": true, "withdraws": true, "withdrawalof": true,
	"retracts": true, "retractionof": true, "revisionof": true, "deletes": true, "removes": true, "refileof": true, "repeats": true}

var parts = map[string]bool{"addto": true, "additionto": true, "isaddto": true, "continues": true, "continuationof": true, "takeof": true, "ispartof": false, "supplements": true, "supplementto": true}

func relName(s string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(codeOf(s)))
}

func (g *reader) link(n *xmltree.Node) {
	rel := relName(n.Attr("rel"))
	id := strings.TrimSpace(n.Attr("residref"))
	if id == "" && wire.IsURI(strings.TrimSpace(n.Attr("href"))) && !strings.HasPrefix(n.Attr("href"), "http") {
		id = strings.TrimSpace(n.Attr("href"))
	}
	switch {
	case id == "" || id == g.d.ID:
	case targets[rel]:
		if g.d.Target == "" {
			g.d.Target = id
		}
		g.relChange(rel)
	case parts[rel]:
		if g.d.AddTo == "" {
			g.d.AddTo = id
		}
	default:
		if rel != "" && rel != "seealso" {
			g.d.AddAltID(rel, id)
		}
	}
}

func (g *reader) relChange(rel string) {
	switch {
	case strings.HasPrefix(rel, "correct"), strings.HasPrefix(rel, "iscorrect"):
		g.d.Change = wire.Stricter(g.d.Change, model.ChangeCorrection)
	case strings.HasPrefix(rel, "kill"), strings.HasPrefix(rel, "cancel"), strings.HasPrefix(rel, "withdraw"), strings.HasPrefix(rel, "retract"), strings.HasPrefix(rel, "delet"), strings.HasPrefix(rel, "remov"):
		g.d.Change = wire.Stricter(g.d.Change, model.ChangeKill)
	case strings.HasPrefix(rel, "refile"), strings.HasPrefix(rel, "repeat"):
		g.d.Change = wire.Stricter(g.d.Change, model.ChangeRefile)
	default:
		g.d.Change = wire.Stricter(g.d.Change, model.ChangeUpdate)
	}
}

func (g *reader) altID(n *xmltree.Node) {
	id := first(strings.TrimSpace(n.Attr("id")), n.Value())
	role := codeOf(first(n.Attr("type"), n.Attr("role")))
	if id == "" || id == g.d.ID {
		return
	}
	if rel := relName(role); targets[rel] {
		if g.d.Target == "" {
			g.d.Target = id
		}
		g.relChange(rel)
		return
	} else if parts[rel] {
		g.d.AddTo = id
		return
	}
	g.d.AddAltID(role, id)
}

func (g *reader) contentMeta(n *xmltree.Node) {
	d := g.d
	var heads []*xmltree.Node
	for _, k := range n.Kids {
		switch k.Name {
		case "urgency":
			d.SetUrgency(k.Value())
		case "contentCreated":
			d.ContentCreated = d.Time(k.Name, k.Value(), false)
		case "located":
			if name := locatedName(k); name != "" && d.Located == "" {
				d.Located = name
			}
		case "digitalSourceType":
			if u := first(k.Attr("uri"), g.catalog.uri(k.Attr("qcode"))); wire.IsURI(u) {
				d.DigitalSourceType = append(append([]byte(`{"uri":`), strconv.Quote(u)...), '}')
			}
		case "creator":
			g.party(k)
		case "contributor":
			if name := properName(k); named(name, k) {
				d.AddSource(model.InfoSource{Name: name, Role: first(codeOf(k.Attr("role")), "contributor"), Literal: k.Attr("qcode"), URI: k.Attr("uri")})
			}
		case "infoSource":
			if name := nameOf(k); name != "" {
				d.AddSource(model.InfoSource{Name: name, Role: first(codeOf(k.Attr("role")), "infosource"), Literal: k.Attr("qcode"), URI: first(k.Attr("uri"), g.catalog.uri(k.Attr("qcode")))})
			}
		case "altId":
			g.altID(k)
		case "genre":
			q := ref(k)
			d.AddGenre(model.Genre{Name: first(k.Kid("name").Value(), codeOf(q)), Literal: q, URI: first(k.Attr("uri"), g.catalog.uri(k.Attr("qcode")))})
			g.genreSignal(k, q)
		case "language":
			if t := k.Attr("tag"); t != "" && (d.Language == "" || len(n.All("language")) == 1) {
				d.Language = t
			}
		case "keyword":
			if v := k.Value(); v != "" {
				d.AddKeyword(v)
			}
		case "subject":
			g.subject(k)
		case "slugline":
			sep := k.Attr("separator")
			v := k.Value()
			if sep != "" && sep != "-" && len(sep) == 1 {
				v = strings.Trim(v, sep)
			}
			if d.Slugline == "" {
				d.Slugline = v
			}
		case "headline":
			heads = append(heads, k)
		case "dateline":
			if d.Located == "" || k.Value() != "" {
				if p := nitf.PlaceOf(k.Value()); p != "" {
					d.Located = p
				}
			}
		case "by":
			if v := k.Value(); v != "" && d.By == "" {
				d.By = v
			}
		case "creditline":
			d.AddSource(model.InfoSource{Name: k.Value(), Role: "creditline"})
		case "description":
			if v := xmltree.Text(k, hidden); v != "" && !nonpublic(k) {
				role := codeOf(k.Attr("role"))
				if strings.EqualFold(role, "caption") || g.caption == "" {
					g.caption = v
				}
				d.Descriptions = append(d.Descriptions, model.Text{Role: role, ContentType: "text/plain", Value: v})
			}
		case "edNote":
			g.note(k)
		case "signal":
			d.Signals = append(d.Signals, ref(k))
		}
	}
	g.headlines(heads)
}

func (g *reader) genreSignal(k *xmltree.Node, q string) {
	g.d.Genre(q)
	g.d.Genre(k.Kid("name").Value())
}

// locatedName joins a place with what it lies in.
func locatedName(n *xmltree.Node) string {
	name := properName(n)
	if name == "" {
		return nameOf(n)
	}
	return name
}

// properName is a name that the item spells out.
func properName(n *xmltree.Node) string {
	for _, k := range n.All("name") {
		if v := k.Value(); v != "" {
			return v
		}
	}
	return n.Attr("literal")
}

var writers = map[string]bool{"author": true, "writer": true, "reporter": true, "journalist": true, "photographer": true, "correspondent": true, "camera": true, "cameraman": true}

func (g *reader) party(k *xmltree.Node) {
	name := properName(k)
	if name == "" {
		return
	}
	role := codeOf(k.Attr("role"))
	if writers[strings.ToLower(role)] || strings.EqualFold(codeOf(k.Attr("type")), "person") {
		g.creator = first(g.creator, name)
	}
	if !named(name, k) {
		return
	}
	g.d.AddSource(model.InfoSource{Name: name, Role: first(role, "creator"), Literal: k.Attr("qcode"), URI: k.Attr("uri")})
}

// named tells a name from the sign of an editor's login.
func named(name string, k *xmltree.Node) bool {
	return name != "" && (strings.ContainsRune(name, ' ') || k.HasAttr("role"))
}

// headlines picks the main one: by role, then rank, then order.
func (g *reader) headlines(heads []*xmltree.Node) {
	best, score := -1, 0
	lang := g.item.Attr("lang")
	for i, h := range heads {
		if h.Value() == "" {
			continue
		}
		s := 1000 - i
		role := strings.ToLower(codeOf(h.Attr("role")))
		switch {
		case role == "main", role == "hl1", role == "headline", role == "title":
			s += 4000
		case role == "":
			s += 3000
		}
		if r, err := strconv.Atoi(h.Attr("rank")); err == nil && r >= 0 && r < 500 {
			s -= r * 2
		}
		if l := h.Attr("lang"); l != "" && lang != "" && !strings.HasPrefix(lang, l) && !strings.HasPrefix(l, lang) {
			s -= 2000
		}
		if s > score {
			best, score = i, s
		}
	}
	for i, h := range heads {
		if i == best {
			if g.d.Headline == "" {
				g.d.Headline = h.Value()
			}
		} else if v := h.Value(); v != "" {
			g.d.Headlines = append(g.d.Headlines, model.Text{Role: first(codeOf(h.Attr("role")), "other"), ContentType: "text/plain", Value: v})
		}
	}
}

func (g *reader) subject(k *xmltree.Node) {
	d := g.d
	q := first(k.Attr("qcode"), k.Attr("literal"))
	u := first(k.Attr("uri"), g.catalog.uri(k.Attr("qcode")))
	name := k.Kid("name").Value()
	lang := g.item.Attr("lang")
	for _, n := range k.All("name") {
		if l := n.Attr("lang"); l != "" && lang != "" && strings.HasPrefix(lang, l[:min(2, len(l))]) && n.Value() != "" {
			name = n.Value()
			break
		}
	}
	c := model.Concept{Name: name, Literal: q, URI: u, Rel: "about"}
	if r := codeOf(k.Attr("rel")); r != "" {
		c.Rel = r
	}
	switch strings.ToLower(codeOf(k.Attr("type"))) {
	case "person":
		d.AddConcept(&d.People, c)
	case "organisation", "organization":
		d.AddConcept(&d.Organisations, c)
	case "geoarea", "poi", "place":
		d.AddConcept(&d.Places, c)
	case "object":
		d.AddConcept(&d.Objects, c)
	case "event":
		if (name != "" || q != "" || u != "") && len(d.Events) < 200 {
			e := model.Event{Name: name, Literal: q, URI: u}
			if !wire.IsURI(u) {
				e.URI = ""
			}
			d.Events = append(d.Events, e)
		}
	default:
		s := model.Subject{Name: name, Literal: q, URI: u}
		s.Creator = k.Attr("creator")
		if n, err := strconv.Atoi(k.Attr("relevance")); err == nil && n >= 0 && n <= 100 {
			s.Relevance = n
		}
		if n, err := strconv.Atoi(k.Attr("confidence")); err == nil && n >= 0 && n <= 100 {
			s.Confidence = n
		}
		d.AddSubject(s)
	}
}

// asserts gives names to concepts that have none where they are used.
func (g *reader) asserts() {
	names := map[string]string{}
	for _, a := range g.item.All("assert") {
		id := first(a.Attr("qcode"), a.Attr("literal"))
		if name := a.Kid("name").Value(); id != "" && name != "" {
			names[id] = name
		}
	}
	if len(names) == 0 {
		return
	}
	for _, list := range [][]model.Concept{g.d.People, g.d.Organisations, g.d.Places, g.d.Objects} {
		for i := range list {
			if list[i].Name == "" {
				list[i].Name = names[list[i].Literal]
			}
		}
	}
	for i := range g.d.Subjects {
		if g.d.Subjects[i].Name == "" {
			g.d.Subjects[i].Name = names[g.d.Subjects[i].Literal]
		}
	}
}

// groups lists what a package holds.
func (g *reader) groups() {
	n := 0
	g.item.Each(func(k *xmltree.Node) bool {
		if k.Name == "itemRef" && n < 200 {
			n++
			g.d.AddAltID("item", first(k.Attr("residref"), k.Attr("href")))
		}
		return true
	})
}

// content reads the contentSet: of several renderings the one with most text.
func (g *reader) content() {
	d := g.d
	best := ""
	for _, set := range g.item.All("contentSet") {
		for _, k := range set.Kids {
			var body string
			switch k.Name {
			case "inlineXML":
				body = g.inlineXML(k)
			case "inlineData":
				body = g.inlineData(k)
			}
			if len(body) > len(best) {
				best = body
			}
		}
	}
	d.Body = best
}

func (g *reader) inlineXML(k *xmltree.Node) string {
	d := g.d
	ct := strings.ToLower(k.Attr("contenttype"))
	if n := k.Find("nitf"); n != nil || strings.Contains(ct, "nitf") || k.Find("body.content") != nil {
		if n == nil {
			n = k
		}
		c := nitf.ReadBody(n)
		d.Headline = first(d.Headline, c.Headline)
		d.By = first(d.By, c.By)
		d.Located = first(d.Located, c.Located)
		for _, note := range c.Notes {
			d.AddNote("editorsnote", note)
		}
		if c.Abstract != "" && len(d.Descriptions) == 0 {
			d.Descriptions = append(d.Descriptions, model.Text{Role: "abstract", ContentType: "text/plain", Value: c.Abstract})
		}
		return first(c.Text, c.Caption)
	}
	if n := k.Find("html"); n != nil || strings.Contains(ct, "html") {
		if n == nil {
			n = k
		}
		return g.xhtml(n)
	}
	// XML of another kind: its paragraphs, if it has some.
	var f wire.TextFlow
	found := false
	k.Each(func(n *xmltree.Node) bool {
		if n.Name == "p" {
			found = true
			f.Open("p")
			n.Flow(&f, hidden)
			f.Close("p")
			return false
		}
		return !hidden(n)
	})
	if found {
		return f.String()
	}
	return ""
}

// xhtml reads an XHTML document: the main section where one is marked, without
// headers and captions, and without what the metadata say already.
func (g *reader) xhtml(n *xmltree.Node) string {
	d := g.d
	body := n.Find("body")
	if body == nil {
		body = n
	}
	main := body
	body.Each(func(k *xmltree.Node) bool {
		if main == body && (k.Name == "section" || k.Name == "div" || k.Name == "main") && hasClass(k, "main") {
			main = k
		}
		return main == body
	})
	marked := main != body
	if h := body.Find("h1"); h != nil && d.Headline == "" {
		d.Headline = h.Value()
	}
	body.Each(func(k *xmltree.Node) bool {
		if hasClass(k, "byline") && d.By == "" && k.Name != "figure" {
			d.By = k.Value()
		}
		return k.Name != "figure"
	})
	skip := func(k *xmltree.Node) bool {
		if hidden(k) {
			return true
		}
		switch k.Name {
		case "header", "figure", "aside", "footer":
			return true
		case "h1":
			return sameText(k.Value(), d.Headline)
		case "p", "div":
			if hasClass(k, "byline") {
				return true
			}
			if hasClass(k, "teaser") || hasClass(k, "abstract") {
				v := k.Value()
				for _, desc := range d.Descriptions {
					if sameText(desc.Value, v) {
						return true
					}
				}
			}
		}
		return false
	}
	text := xmltree.Text(main, skip)
	if text == "" && !marked {
		text = xmltree.Text(body, hidden)
	}
	return text
}

func sameText(a, b string) bool { return a != "" && wire.CleanLine(a) == wire.CleanLine(b) }

func hasClass(n *xmltree.Node, class string) bool {
	return slices.Contains(strings.Fields(n.Attr("class")), class)
}

func (g *reader) inlineData(k *xmltree.Node) string {
	ct := strings.ToLower(k.Attr("contenttype"))
	raw := k.Raw()
	if enc := strings.ToLower(codeOf(k.Attr("encoding"))); enc == "base64" {
		if ct != "" && !strings.HasPrefix(ct, "text/") && !strings.Contains(ct, "html") {
			return ""
		}
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(raw), ""))
		if err != nil {
			g.d.Warn("inlineData: base64: %v", err)
			return ""
		}
		u, warns := wire.ToUTF8(b, "", "")
		for _, w := range warns {
			g.d.Warn("%s", w)
		}
		raw = string(u)
	}
	switch {
	case strings.Contains(ct, "html") || ct == "" && wire.LooksHTML(raw):
		return wire.HTMLText(raw)
	case ct == "" || strings.HasPrefix(ct, "text/"):
		if k.HasElements() {
			return xmltree.Text(k, hidden)
		}
		return wire.CleanText(raw)
	}
	return ""
}

// settle does what needs all parts.
func (g *reader) settle(m *message) {
	d := g.d
	d.By = first(d.By, g.creator)
	if d.Body == "" && d.Type != "text" && d.Type != "composite" && d.Type != "" {
		d.Body = g.caption
	}
	if d.Headline == "" && d.Title != "" && d.Type != "text" {
		d.Headline = d.Title
	}
	if d.Located == "" {
		if dl, ok := wire.ReadDateline(d.Body); ok {
			d.Located = dl.Place
		}
	}
	if d.Urgency == 0 && len(m.priority) == 1 && m.priority[0] >= '1' && m.priority[0] <= '3' {
		d.Priority = wire.Higher(d.Priority, wire.OfUrgency(int(m.priority[0]-'0')))
	}
	if d.Target != "" && d.Target != d.ID {
		d.ByTime = true
	}
}
