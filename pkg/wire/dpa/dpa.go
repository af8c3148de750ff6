// Package dpa reads dpa digitalwires JSON ("digitalwires@0.9"): one entry, an
// array of them or entries one after another.
//
// The chain is urn, the revision version. Notes that are not publishable and
// the nonpublic part of the notepad are left out. Text in HTML becomes plain,
// with the dateline in front of it as the agency prints it.
//
// Reading does not block and is safe for concurrent use.
package dpa

import (
	"context"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/jsonv"
	"github.com/dateline-wire/dateline/pkg/wire/nitf"
)

// Format is the name of the format on articles.
const Format = "dpa"

// Parse reads a transmission of digitalwires entries.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	return jsonv.Items(ctx, t, Format, yield, Read)
}

// Read makes the result of one entry.
func Read(t *wire.Transmission, v jsonv.Value, item int, warnings []string) wire.Result {
	if v.Kind != '{' {
		return wire.Fault(Format, item, wire.Invalid, "dpa: an object is wanted, not %s", v.Kind.Says())
	}
	urn := strings.TrimSpace(v.Get("urn").Text())
	if urn == "" && v.Get("headline").Text() == "" && v.Get("article_html").Text() == "" {
		return wire.Fault(Format, item, wire.Invalid, "dpa: an entry without urn, headline and article_html")
	}
	d := t.NewDraft(Format, item)
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	d.ID, d.Authority = urn, "dpa"
	d.Number = v.Get("version").Text()
	d.VersionCreated = d.Time("version_created", v.Get("version_created").Text(), true)
	if d.VersionCreated.IsZero() {
		d.VersionCreated = d.Time("updated", v.Get("updated").Text(), true)
	}
	d.FirstCreated = d.Time("first_created", v.Get("first_created").Text(), true)
	d.ContentCreated = d.Time("content_created", v.Get("content_created").Text(), false)
	if e := v.Get("embargoed"); e.Kind == '"' {
		d.EmbargoedUntil = d.Time("embargoed", e.Str, true)
		d.Held = d.EmbargoedUntil.IsZero()
	}
	switch s := strings.ToLower(code(v.Get("pubstatus").Text())); s {
	case "", "usable":
		d.PubStatus = model.Usable
	case "withheld":
		d.PubStatus = model.Withheld
	case "canceled", "cancelled":
		d.PubStatus = model.Canceled
	default:
		d.PubStatus = model.Withheld
		d.Warn("status-unknown: %.40q, held", s)
	}
	d.Signals = v.Get("signal").Texts()
	d.Language = v.Get("language").Text()
	d.SetUrgency(v.Get("urgency").Text())
	d.Headline = v.Get("headline").Text()
	for _, h := range [...]string{"kicker", "subhead"} {
		if s := v.Get(h).Text(); s != "" {
			d.Headlines = append(d.Headlines, model.Text{Role: h, ContentType: "text/plain", Value: wire.CleanLine(s)})
		}
	}
	if s := v.Get("teaser").Text(); s != "" {
		d.Descriptions = append(d.Descriptions, model.Text{Role: "teaser", ContentType: "text/plain", Value: wire.HTMLText(s)})
	}
	d.By = v.Get("byline").Text()
	dateline := v.Get("dateline").Text()
	d.Located = nitf.PlaceOf(dateline)
	d.CopyrightNotice, d.UsageTerms = v.Get("copyrightnotice").Text(), v.Get("usageterms").Text()
	if html := v.Get("article_html").Text(); html != "" {
		d.Body = wire.HTMLText(html)
		if p := wire.CleanLine(dateline); p != "" && d.Body != "" && !strings.HasPrefix(d.Body, p) {
			d.Body = p + " " + d.Body
		}
	}
	caption := ""
	for _, x := range v.Get("descriptions").List() {
		text, role := wire.HTMLText(x.Get("description").Text()), code(x.Get("role").Text())
		if text == "" {
			continue
		}
		if role == "caption" && caption == "" {
			caption = text
		}
		d.Descriptions = append(d.Descriptions, model.Text{Role: role, ContentType: "text/plain", Value: text})
	}
	d.Type = "text"
	if d.Body == "" {
		for _, a := range v.Get("associations").List() {
			if a.Get("urn").Text() != urn {
				continue
			}
			switch a.Get("type").Text() {
			case "image":
				d.Type = "picture"
			case "graphic", "video", "audio":
				d.Type = a.Get("type").Text()
			}
		}
		d.Body = caption
	}
	if box := v.Get("infobox_html").Text(); box != "" {
		if text := wire.HTMLText(box); text != "" {
			d.Bodies = append(d.Bodies, model.Body{Role: "infobox", ContentType: "text/plain", Value: text})
		}
	}
	for _, n := range v.Get("ednotes").List() {
		if p := n.Get("is_publishable"); p.Kind == 't' && p.Str == "false" || p.Kind == 0 && nonpublic(n.Get("role").Text()) {
			continue
		}
		if role := code(n.Get("role").Text()); role != "closingline" {
			d.AddNote(role, wire.HTMLText(strings.ReplaceAll(n.Get("ednote").Text(), "\n", "<br>")))
		}
	}
	categories(d, v.Get("categories").List())
	d.SetProvider("dpa")
	if s := v.Get("creditline").Text(); s != "" {
		d.AddSource(model.InfoSource{Name: s, Role: "creditline"})
	}
	d.AddAltID("entry_id", v.Get("entry_id").Text())
	return t.Finish(d)
}

// nonpublic are roles of notes that are for editors alone.
func nonpublic(role string) bool {
	r := code(role)
	return r == "contacts" || r == "dpacontacts" || strings.Contains(r, "nonpublic") || strings.Contains(r, "internal")
}

func code(s string) string {
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		return s[i+1:]
	}
	return s
}

// uri resolves the IPTC schemes that dpa uses.
func uri(q string) string {
	if c, ok := strings.CutPrefix(q, "medtop:"); ok && c != "" {
		return "http://cv.iptc.org/newscodes/mediatopic/" + c
	}
	return ""
}

func categories(d *wire.Draft, list []jsonv.Value) {
	for _, c := range list {
		name, q := c.Get("name").Text(), c.Get("qcode").Text()
		switch code(c.Get("type").Text()) {
		case "dpasubject", "desk", "rubric":
			d.AddSubject(model.Subject{Name: name, Literal: q, URI: uri(q)})
		case "keyword":
			d.AddKeyword(name)
		case "geosubject":
			d.AddConcept(&d.Places, model.Concept{Name: name, Literal: q, Rel: "about"})
		case "poi":
			d.AddConcept(&d.Places, model.Concept{Name: name, Literal: q, Rel: "poi"})
		case "locationcreated":
			d.AddConcept(&d.Places, model.Concept{Name: name, Literal: q, Rel: "locationCreated"})
		case "person":
			d.AddConcept(&d.People, model.Concept{Name: name, Literal: q, Rel: "about"})
		case "organisation", "company":
			d.AddConcept(&d.Organisations, model.Concept{Name: name, Literal: q, Rel: "about"})
		case "genre":
			d.AddGenre(model.Genre{Name: name, Literal: q})
			d.Genre(name)
		case "provider":
			d.AddSource(model.InfoSource{Name: name, Literal: q, Role: "provider"})
		case "infosource":
			d.AddSource(model.InfoSource{Name: name, Literal: q, Role: code(c.Get("role").Text())})
		case "signal":
			d.Signals = append(d.Signals, q)
		}
	}
}
