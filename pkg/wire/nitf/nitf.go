// Package nitf reads IPTC NITF 3.0 to 3.6, with or without its namespace. A
// document goes in, an article comes out; several documents under one element
// give an item each.
//
// The chain is doc-id; a document whose management-doc-idref or correction
// names another one is a version of that one's chain and keeps its own id in
// altIds. Because such corrections are items of their own, versions order by
// date.issue. A release time after the issue is an embargo.
//
// Reading does not block and is safe for concurrent use.
package nitf

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// Format is the name of the format on articles.
const Format = "nitf"

// Parse reads a transmission of NITF.
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
	err = xmltree.Split(r, []string{"nitf", "NITF"}, false, func(_, raw string, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		item := n
		n++
		return yield(read(t, item, raw, err, warnings))
	})
	if err == nil && n == 0 {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "XML: no nitf element"))
	}
	return err
}

func read(t *wire.Transmission, item int, raw string, err error, warnings []string) wire.Result {
	if err != nil {
		return wire.Fault(Format, item, wire.Undecodable, "NITF: %w", err)
	}
	root, warns, err := xmltree.Parse(raw)
	if err != nil {
		return wire.Fault(Format, item, wire.Undecodable, "NITF: %w", err)
	}
	d := t.NewDraft(Format, item)
	for _, w := range append(slices.Clip(warnings), warns...) {
		d.Warn("%s", w)
	}
	if err := Fill(d, root); err != nil {
		return wire.Fault(Format, item, wire.Invalid, "NITF: %w", err)
	}
	return t.Finish(d)
}

var errNothing = errors.New("neither a head nor a body")

// Fill fills a draft from a whole NITF document.
func Fill(d *wire.Draft, root *xmltree.Node) error {
	head, body := root.Kid("head"), root.Kid("body")
	if head == nil && body == nil {
		return errNothing
	}
	d.ByTime = true
	d.Language = root.Attr("baselang")
	if l := root.Attr("lang"); l != "" {
		d.Language = l
	}
	if l := body.Attr("lang"); l != "" && d.Language == "" {
		d.Language = l
	}
	d.ID = root.Attr("uno")
	fillHead(d, head)
	c := ReadBody(root)
	d.Headline = c.Headline
	if d.Headline == "" {
		d.Headline = c.SubHeadline
	} else if c.SubHeadline != "" {
		d.Headlines = append(d.Headlines, model.Text{Role: "sub", ContentType: "text/plain", Value: c.SubHeadline})
	}
	if d.Headline == "" {
		d.Headline = d.Title
	}
	d.Body = c.Text
	if d.Body == "" && c.Caption != "" {
		d.Body = c.Caption
	}
	if c.By != "" {
		d.By = c.By
	}
	if c.Located != "" {
		d.Located = c.Located
	}
	if d.Located == "" {
		if dl, ok := wire.ReadDateline(d.Body); ok {
			d.Located = dl.Place
		}
	}
	if c.Abstract != "" {
		d.Descriptions = append(d.Descriptions, model.Text{Role: "abstract", ContentType: "text/plain", Value: c.Abstract})
	}
	for _, n := range c.Notes {
		d.AddNote("editorsnote", n)
	}
	d.SetProvider(c.Distributor)
	if d.CopyrightNotice == "" {
		d.CopyrightNotice = c.Copyright
	}
	if d.VersionCreated.IsZero() && c.StoryDate != "" {
		d.VersionCreated = d.Time("story.date", c.StoryDate, true)
	}
	return nil
}

func fillHead(d *wire.Draft, head *xmltree.Node) {
	if head == nil {
		return
	}
	d.Title = head.Kid("title").Value()
	for _, m := range head.All("meta") {
		meta(d, strings.ToLower(m.Attr("name")), wire.CleanLine(m.Attr("content")))
	}
	for _, o := range head.All("tobject") {
		if ty := o.Attr("tobject.type"); ty != "" && !strings.EqualFold(ty, "news") {
			d.AddGenre(model.Genre{Name: ty})
			d.Genre(ty)
		}
		for _, p := range o.All("tobject.property") {
			if ty := p.Attr("tobject.property.type"); ty != "" && !strings.EqualFold(ty, "current") {
				d.AddGenre(model.Genre{Name: ty})
				d.Genre(ty)
			}
		}
		for _, s := range o.All("tobject.subject") {
			subject(d, s)
		}
	}
	for _, i := range head.All("iim") {
		for _, ds := range i.All("ds") {
			iim(d, ds.Attr("num"), ds.Attr("value"))
		}
	}
	if dd := head.Kid("docdata"); dd != nil {
		docdata(d, dd)
	}
	for _, p := range head.All("pubdata") {
		if d.VersionCreated.IsZero() {
			d.VersionCreated = d.Time("date.publication", p.Attr("date.publication"), true)
		}
		if n := p.Attr("ex-ref"); n != "" {
			d.AddAltID("ex-ref", n)
		}
	}
	for _, h := range head.All("revision-history") {
		if c := h.Attr("comment"); c != "" {
			d.AddNote("revision", c)
		}
	}
}

func meta(d *wire.Draft, name, content string) {
	if content == "" {
		return
	}
	switch strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(name) {
	case "slug", "slugline", "apslug", "apslugline", "newsslug":
		d.Slugline = content
	case "urgency", "priority", "edurg":
		if d.Urgency == 0 && len(content) == 1 && content[0] >= '1' && content[0] <= '9' {
			d.SetUrgency(content)
		} else if len(content) > 1 {
			_, p := wire.Signal(content)
			d.Priority = wire.Higher(d.Priority, p)
		}
	case "provider", "source", "agency", "creditline":
		d.SetProvider(content)
	case "ednote", "editorialnote", "editorsnote":
		d.AddNote("ednote", content)
	case "editorialtype", "editorialstatus", "signal", "storystatus", "doctype", "changetype":
		d.Signals = append(d.Signals, content)
	case "keywords", "keyword":
		for k := range strings.FieldsFuncSeq(content, func(r rune) bool { return r == ',' || r == ';' }) {
			d.AddKeyword(k)
		}
	case "language", "lang":
		if d.Language == "" {
			d.Language = content
		}
	case "genre":
		d.AddGenre(model.Genre{Name: content})
		d.Genre(content)
	case "byline", "author":
		if d.By == "" {
			d.By = content
		}
	case "version", "revision":
		if d.Number == "" {
			d.Number = content
		}
	case "firstcreated":
		d.FirstCreated = d.Time(name, content, true)
	case "embargo", "embargoed", "embargountil":
		d.EmbargoedUntil = d.Time(name, content, false)
	}
}

var refnum = regexp.MustCompile(`^\d{8}$`)

func subject(d *wire.Draft, s *xmltree.Node) {
	name := ""
	for _, a := range []string{"tobject.subject.detail", "tobject.subject.matter", "tobject.subject.type"} {
		if v := s.Attr(a); v != "" {
			name = v
			break
		}
	}
	num := s.Attr("tobject.subject.refnum")
	sub := model.Subject{Name: name, Literal: num}
	if ipr := s.Attr("tobject.subject.ipr"); refnum.MatchString(num) && (ipr == "" || strings.EqualFold(ipr, "iptc")) {
		sub.URI = "http://cv.iptc.org/newscodes/subjectcode/" + num
	}
	if num == "" {
		sub.Literal = s.Attr("tobject.subject.code")
	}
	d.AddSubject(sub)
}

// iim takes the datasets of IPTC IIM that carry a meaning of their own.
func iim(d *wire.Draft, num, value string) {
	switch num {
	case "2:10":
		if d.Urgency == 0 {
			d.SetUrgency(value)
		}
	case "2:25":
		d.AddKeyword(value)
	case "2:80":
		if d.By == "" {
			d.By = value
		}
	case "2:40":
		d.AddNote("instructions", value)
	case "2:115", "2:110":
		d.SetProvider(value)
	case "2:05", "2:5":
		if d.Slugline == "" {
			d.Slugline = value
		}
	}
}

func docdata(d *wire.Draft, dd *xmltree.Node) {
	if id := dd.Kid("doc-id"); id != nil {
		if s := strings.TrimSpace(id.Attr("id-string")); s != "" {
			d.ID = s
			d.Authority = id.Attr("regsrc")
		}
		if d.Provider() == "" {
			d.SetProvider(id.Attr("regsrc"))
		}
	}
	if r := strings.TrimSpace(dd.Attr("management-doc-idref")); r != "" {
		d.Target = r
	}
	if u := dd.Kid("urgency"); u != nil {
		d.SetUrgency(u.Attr("ed-urg"))
	}
	if v := dd.Kid("date.issue"); v != nil {
		s := v.Attr("norm")
		if s == "" {
			s = v.Value()
		}
		d.VersionCreated = d.Time("date.issue", s, true)
	}
	if v := dd.Kid("date.expire"); v != nil {
		d.Expires = d.Time("date.expire", v.Attr("norm"), true)
	}
	status := strings.ToLower(strings.TrimSpace(dd.Attr("management-status")))
	if v := dd.Kid("date.release"); v != nil {
		until := d.Time("date.release", v.Attr("norm"), true)
		if !until.IsZero() && (until.After(d.VersionCreated) || status == "embargoed") {
			d.EmbargoedUntil = until
		}
	}
	switch status {
	case "", "usable":
	case "embargoed":
		d.Held = d.EmbargoedUntil.IsZero()
	case "withheld":
		d.PubStatus = model.Withheld
	case "canceled", "cancelled", "killed":
		d.PubStatus = model.Canceled
	default:
		d.Warn("status-unknown: %.40q", status)
		d.Signals = append(d.Signals, status)
	}
	switch s := strings.ToLower(dd.Attr("management-idref-status")); s {
	case "canceled", "cancelled":
		// The document that is referred to is void: this one kills it.
		if d.Target != "" && status != "usable" {
			d.PubStatus = model.Canceled
		}
	}
	for _, c := range dd.All("correction") {
		info, id := wire.CleanLine(c.Attr("info")), strings.TrimSpace(c.Attr("id-string"))
		if info == "" && id == "" {
			continue
		}
		d.Change = wire.Stricter(d.Change, model.ChangeCorrection)
		d.AddNote("correction", info)
		if id != "" && d.Target == "" {
			d.Target = id
		}
	}
	for _, m := range dd.All("ed-msg") {
		kind := strings.ToLower(m.Attr("msg-type"))
		if strings.Contains(kind, "nonpublic") || strings.Contains(kind, "internal") || strings.Contains(kind, "private") {
			continue
		}
		info := m.Attr("info")
		if info == "" {
			info = m.Value()
		}
		d.AddNote(kind, info)
		d.Signals = append(d.Signals, kind)
	}
	if k := dd.Kid("du-key"); k != nil {
		if v := k.Attr("version"); v != "" {
			d.Number = v
			if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil && n > 1 {
				d.Change = wire.Stricter(d.Change, model.ChangeUpdate)
			}
		}
		if key := k.Attr("key"); key != "" {
			d.AddAltID("du-key", key)
			if d.ID == "" && d.Target == "" {
				d.Key = key
			}
			if d.Slugline == "" {
				d.Slugline = key
			}
		}
	}
	for _, f := range dd.All("fixture") {
		if id := f.Attr("fix-id"); id != "" {
			d.AddGenre(model.Genre{Name: id})
			d.Genre(id)
		}
	}
	if c := dd.Kid("doc.copyright"); c != nil {
		holder, year := c.Attr("holder"), c.Attr("year")
		d.CopyrightHolder = holder
		if holder != "" && year != "" {
			d.CopyrightNotice = "Copyright " + year + " " + holder
		}
	}
	for _, r := range dd.All("doc.rights") {
		if d.CopyrightHolder == "" {
			d.CopyrightHolder = r.Attr("owner")
		}
		var terms []string
		for _, a := range []string{"limitations", "type", "geography"} {
			if v := r.Attr(a); v != "" && v != "none" {
				terms = append(terms, v)
			}
		}
		if d.UsageTerms == "" {
			d.UsageTerms = strings.Join(terms, "; ")
		}
	}
	for _, l := range dd.All("key-list") {
		for _, k := range l.All("keyword") {
			d.AddKeyword(k.Attr("key"))
		}
	}
	for _, s := range dd.All("doc-scope") {
		d.AddSubject(model.Subject{Name: s.Attr("scope"), Rel: "scope"})
	}
	for _, s := range dd.All("series") {
		if part := s.Attr("series.part"); part != "" && part != "0" {
			d.AddAltID("series", s.Attr("series.name")+" "+part)
		}
	}
	if l := dd.Kid("evloc"); l != nil {
		var parts []string
		for _, a := range []string{"city", "county-dist", "state-prov"} {
			if v := l.Attr(a); v != "" {
				parts = append(parts, v)
			}
		}
		d.AddConcept(&d.Places, model.Concept{Name: strings.Join(parts, ", "), Rel: "located", Literal: l.Attr("iso-cc")})
	}
	if ic := dd.Kid("identified-content"); ic != nil {
		for _, k := range ic.Kids {
			c := model.Concept{Name: k.Value(), Literal: k.Attr("idsrc")}
			if v := k.Attr("value"); v != "" {
				if c.Name == "" {
					c.Name = v
				} else {
					c.Literal = v
				}
			}
			switch k.Name {
			case "person":
				d.AddConcept(&d.People, c)
			case "org":
				d.AddConcept(&d.Organisations, c)
			case "location":
				if lc := k.Attr("location-code"); lc != "" {
					c.Literal = lc
				}
				d.AddConcept(&d.Places, c)
			case "object.title":
				d.AddConcept(&d.Objects, c)
			case "classifier":
				d.AddSubject(model.Subject{Name: c.Name, Literal: c.Literal, Rel: k.Attr("type")})
			case "event":
				if c.Name != "" && len(d.Events) < 100 {
					d.Events = append(d.Events, model.Event{Name: c.Name, Literal: c.Literal})
				}
			}
		}
	}
}
