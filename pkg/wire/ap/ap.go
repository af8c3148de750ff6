// Package ap reads items of the AP Media API as JSON: one item, a content
// response, or a search or feed response with many.
//
// The chain is the item's URI without its query (the query changes with every
// answer), else altids.itemid; the revision is version, which counts from 0.
// What an item does stands in editorialtypes. The API links to the story's
// text; where a response carries it (members body_...), it is the body.
//
// Reading does not block and is safe for concurrent use.
package ap

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/jsonv"
	"github.com/dateline-wire/dateline/pkg/wire/nitf"
	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// Format is the name of the format on articles.
const Format = "ap"

// Parse reads a transmission of AP items.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	n := 0
	return jsonv.Items(ctx, t, Format, func(r wire.Result) error {
		if m, ok := errors.AsType[*many](r.Err); ok {
			for _, v := range m.items {
				if err := ctx.Err(); err != nil {
					return err
				}
				res := Read(t, v, n, m.warnings)
				n++
				if err := yield(res); err != nil {
					return err
				}
			}
			return nil
		}
		r.Item = n
		n++
		return yield(r)
	}, func(_ *wire.Transmission, v jsonv.Value, item int, warnings []string) wire.Result {
		items := unwrap(v)
		if len(items) == 0 {
			return wire.Fault(Format, item, wire.Invalid, "AP: a response without an item")
		}
		return wire.Result{Err: &many{items, warnings}}
	})
}

// many is the error of a value that holds several items, inside of this
// package.
type many struct {
	items    []jsonv.Value
	warnings []string
}

func (*many) Error() string { return "several items" }

// unwrap finds the items of a response.
func unwrap(v jsonv.Value) []jsonv.Value {
	for range 4 {
		switch {
		case v.Get("data").Kind == '{':
			v = v.Get("data")
		case v.Get("items").Kind == '[':
			var out []jsonv.Value
			for _, e := range v.Get("items").Elems {
				if e.Get("item").Kind == '{' {
					e = e.Get("item")
				}
				out = append(out, e)
			}
			return out
		case v.Get("item").Kind == '{':
			return []jsonv.Value{v.Get("item")}
		default:
			if v.Kind == '{' && (v.Has("altids") || v.Has("uri") || v.Has("headline") || v.Has("itemid")) {
				return []jsonv.Value{v}
			}
			return nil
		}
	}
	return nil
}

// Read makes the result of one item.
func Read(t *wire.Transmission, v jsonv.Value, item int, warnings []string) wire.Result {
	if v.Kind != '{' {
		return wire.Fault(Format, item, wire.Invalid, "AP: an object is wanted, not %s", v.Kind.Says())
	}
	d := t.NewDraft(Format, item)
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	d.Authority = "ap"
	d.ID = wire.StableURI(v.Get("uri").Text())
	alt := v.Get("altids")
	if id := alt.Get("itemid").Text(); d.ID == "" {
		d.ID = id
	}
	if d.ID == "" {
		d.ID = v.Get("itemid").Text()
	}
	if d.ID == "" && v.Get("headline").Text() == "" && v.Get("title").Text() == "" {
		return wire.Fault(Format, item, wire.Invalid, "AP: an item without uri, altids.itemid and headline")
	}
	for _, m := range alt.Members {
		if m.Name == "etag" {
			continue
		}
		for _, s := range m.Value.Texts() {
			d.AddAltID(m.Name, s)
		}
	}
	d.Number = v.Get("version").Text()
	if n, err := strconv.ParseInt(d.Number, 10, 64); err == nil && n >= 1 {
		d.Change = model.ChangeUpdate
	}
	d.Type = kind(v.Get("type").Text())
	d.Profile = v.Get("profile").Text()
	d.SetUrgency(v.Get("urgency").Text())
	switch strings.ToLower(v.Get("editorialpriority").Text()) {
	case "f":
		d.Priority = model.PriorityFlash
	case "b":
		d.Priority = model.PriorityAlert
	case "u":
		d.Priority = model.PriorityUrgent
	}
	d.Language = v.Get("language").Text()
	d.VersionCreated = d.Time("versioncreated", v.Get("versioncreated").Text(), true)
	d.FirstCreated = d.Time("firstcreated", v.Get("firstcreated").Text(), true)
	d.ContentCreated = d.Time("contentcreated", v.Get("contentcreated").Text(), false)
	d.Expires = d.Time("expires", v.Get("expires").Text(), true)
	if e := v.Get("embargoed"); e.Kind == '"' {
		d.EmbargoedUntil = d.Time("embargoed", e.Str, true)
		d.Held = d.EmbargoedUntil.IsZero()
	}
	switch s := strings.ToLower(v.Get("pubstatus").Text()); s {
	case "", "usable":
		d.PubStatus = model.Usable
	case "embargoed":
		d.Held = d.EmbargoedUntil.IsZero()
	case "withheld":
		d.PubStatus = model.Withheld
	case "canceled", "cancelled":
		d.PubStatus = model.Canceled
	default:
		d.PubStatus = model.Withheld
		d.Warn("status-unknown: %.40q, held", s)
	}
	types(d, v)
	d.Headline = v.Get("headline").Text()
	d.Title = v.Get("title").Text()
	if d.Headline == "" {
		d.Headline = d.Title
	}
	for _, h := range [...]string{"headline_extended", "headline_seo"} {
		if s := v.Get(h).Text(); s != "" && s != d.Headline {
			d.Headlines = append(d.Headlines, model.Text{Role: strings.TrimPrefix(h, "headline_"), ContentType: "text/plain", Value: wire.CleanLine(s)})
		}
	}
	d.Slugline = v.Get("slugline").Text()
	d.AddNote("ednote", wire.HTMLText(v.Get("ednote").Text()))
	d.AddNote("editornotes", wire.HTMLText(v.Get("description_editornotes").Text()))
	for _, r := range [...]string{"summary", "caption"} {
		if s := v.Get("description_" + r).Text(); s != "" {
			d.Descriptions = append(d.Descriptions, model.Text{Role: r, ContentType: "text/plain", Value: wire.HTMLText(s)})
		}
	}
	var by []string
	for _, b := range v.Get("bylines").List() {
		s := b.Get("by").Text()
		if s == "" {
			s = b.Get("name").Text()
		}
		if s != "" {
			by = append(by, wire.CleanLine(wire.HTMLText(s)))
		}
	}
	if len(by) == 0 {
		by = append(by, v.At("photographer", "name").Text())
	}
	d.By = strings.Join(by, ", ")
	d.Located = v.Get("located").Text()
	if d.Located == "" {
		d.Located = v.At("datelinelocation", "city").Text()
	}
	d.CopyrightNotice = v.Get("copyrightnotice").Text()
	d.UsageTerms = strings.Join(v.Get("usageterms").Texts(), "\n")
	for _, k := range v.Get("keywords").Texts() {
		d.AddKeyword(k)
	}
	d.SetProvider(v.Get("provider").Text())
	for _, s := range v.Get("infosource").List() {
		d.AddSource(model.InfoSource{Name: s.Get("name").Text(), Role: s.Get("type").Text()})
	}
	if c := v.Get("description_creditline").Text(); c != "" {
		d.AddSource(model.InfoSource{Name: c, Role: "creditline"})
	}
	concepts(d, v)
	body(d, v)
	return t.Finish(d)
}

func kind(s string) string {
	switch s = strings.ToLower(s); s {
	case "text", "picture", "graphic", "audio", "video", "composite":
		return s
	case "photo":
		return "picture"
	case "complexdata":
		return "component"
	}
	return ""
}

// types reads editorialtypes and signals (API description, contentitem).
func types(d *wire.Draft, v jsonv.Value) {
	for _, e := range append(v.Get("editorialtypes").Texts(), v.Get("signals").Texts()...) {
		switch strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(e)) {
		case "holdforrelease", "hold":
			if d.EmbargoedUntil.IsZero() {
				d.Held = true
			}
		case "add", "take":
			if s := v.Get("slugline").Text(); s != "" {
				d.Part(s)
			}
		default:
			d.Signals = append(d.Signals, e)
		}
	}
	d.Genre(v.Get("profile").Text())
}

func concepts(d *wire.Draft, v jsonv.Value) {
	each := func(name string, f func(c jsonv.Value, name, code, uri string)) {
		for _, c := range v.Get(name).List() {
			code, scheme := c.Get("code").Text(), c.Get("scheme").Text()
			uri := ""
			if strings.HasPrefix(scheme, "http") && code != "" {
				uri = strings.TrimSuffix(scheme, "/") + "/" + code
			}
			f(c, c.Get("name").Text(), code, uri)
		}
	}
	each("subject", func(c jsonv.Value, name, code, uri string) {
		s := model.Subject{Name: name, Literal: code, URI: uri, Creator: c.Get("creator").Text()}
		if n, err := strconv.Atoi(c.Get("relevance").Text()); err == nil && n > 0 && n <= 100 {
			s.Relevance = n
		}
		d.AddSubject(s)
	})
	each("person", func(c jsonv.Value, name, code, uri string) {
		rel := "about"
		if r := c.Get("rels").Texts(); len(r) > 0 {
			rel = r[0]
		}
		d.AddConcept(&d.People, model.Concept{Name: name, Literal: code, URI: uri, Rel: rel})
	})
	each("organisation", func(_ jsonv.Value, name, code, uri string) {
		d.AddConcept(&d.Organisations, model.Concept{Name: name, Literal: code, URI: uri, Rel: "about"})
	})
	each("place", func(_ jsonv.Value, name, code, uri string) {
		d.AddConcept(&d.Places, model.Concept{Name: name, Literal: code, URI: uri, Rel: "about"})
	})
	each("event", func(_ jsonv.Value, name, code, uri string) {
		if name != "" && len(d.Events) < 200 {
			e := model.Event{Name: name, Literal: code}
			if wire.IsURI(uri) {
				e.URI = uri
			}
			d.Events = append(d.Events, e)
		}
	})
}

func body(d *wire.Draft, v jsonv.Value) {
	for _, name := range [...]string{"body_text", "body", "text"} {
		if s := v.Get(name).Text(); s != "" {
			if wire.LooksHTML(s) {
				d.Body = wire.HTMLText(s)
			} else {
				d.Body = wire.CleanText(s)
			}
			return
		}
	}
	for _, name := range [...]string{"body_xhtml", "body_html", "body.content"} {
		if s := v.Get(name).Text(); s != "" {
			d.Body = wire.HTMLText(s)
			return
		}
	}
	for _, name := range [...]string{"body_nitf", "nitf"} {
		if s := v.Get(name).Text(); s != "" {
			n, _, err := xmltree.Parse(s)
			if err != nil {
				d.Body = wire.HTMLText(s)
				return
			}
			c := nitf.ReadBody(n)
			d.Body = c.Text
			if d.By == "" {
				d.By = c.By
			}
			return
		}
	}
	if d.Type != "text" && d.Type != "" {
		d.Body = wire.HTMLText(v.Get("description_caption").Text())
	}
}
