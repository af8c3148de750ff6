// Package ninjs reads IPTC ninjs 1.0 to 3.1, one object, an array of them or
// objects one after another. Objects go in, articles of ninjs 3.1 come out.
//
// Reading is strict about types and required members: an object with a fault
// is refused with every fault and its path. Members that the standard does not
// have are dropped with a warning, a "wire" or "enrichment" object silently:
// whoever sends copy does not speak for this pipeline.
//
// The version of the item is its number; versionCreated orders where there is
// none. Reading does not block and is safe for concurrent use.
package ninjs

import (
	"context"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/jsonv"
)

// The names of the formats on articles.
const (
	Format1 = "ninjs1"
	Format2 = "ninjs2"
	Format3 = "ninjs3"
)

// Parse reads a transmission of ninjs objects.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	r, warnings, err := t.TextReader("")
	if err != nil {
		return err
	}
	n := 0
	format := Format3
	var stop error
	err = jsonv.Each(r, func(v jsonv.Value, err error) error {
		if ctx.Err() != nil {
			stop = ctx.Err()
			return stop
		}
		item := n
		n++
		if err != nil {
			stop = yield(wire.Fault(format, item, wire.Invalid, "%w", err))
			return stop
		}
		if f := Version(v); f != "" {
			format = f
		}
		stop = yield(Read(t, v, format, item, warnings))
		return stop
	})
	switch {
	case stop != nil:
		return stop
	case err != nil:
		return yield(wire.Fault(format, n, wire.Undecodable, "JSON: %w", err))
	case n == 0:
		return yield(wire.Fault(format, 0, wire.Undecodable, "JSON: no object"))
	}
	return nil
}

// Version tells the format of an object, empty when it is no ninjs.
func Version(v jsonv.Value) string {
	if v.Kind != '{' {
		return ""
	}
	std := v.Get("standard")
	if std.Kind == 0 {
		std = v.Get("$standard")
	}
	if name := std.Get("name").Text(); name == "" || strings.EqualFold(name, "ninjs") {
		switch ver := std.Get("version").Text(); {
		case strings.HasPrefix(ver, "1"):
			return Format1
		case strings.HasPrefix(ver, "2.2"), strings.HasPrefix(ver, "3"):
			// Version 2.2 was never given out; its examples are camel case.
		case strings.HasPrefix(ver, "2"):
			return Format2
		}
	}
	one, two, three := 0, 0, 0
	for i := range v.Members {
		n := v.Members[i].Name
		switch {
		case n == "headline", n == "byline", n == "person", n == "organisation", n == "place", n == "subject", n == "event", n == "object", n == "infosource", n == "genre",
			n == "trustindicator", n == "embargoed", n == "mimetype", n == "charcount", n == "$standard", strings.HasPrefix(n, "body_"), strings.HasPrefix(n, "description_"), strings.HasPrefix(n, "headline_"):
			one++
		case n == "versionCreated", n == "firstCreated", n == "pubStatus", n == "altIds", n == "contentCreated", n == "embargoedUntil", n == "infoSources", n == "copyrightNotice",
			n == "copyrightHolder", n == "usageTerms", n == "edNote", n == "representationType", n == "digitalSourceType", n == "rightsInfo", n == "trustIndicators", n == "eventDetails", n == "plannedCoverage":
			three++
		case n == "versioncreated", n == "firstcreated", n == "pubstatus", n == "copyrightnotice", n == "copyrightholder", n == "usageterms", n == "ednote", n == "representationtype", n == "contentcreated":
			two++ // of 1 and 2
		case n == "headlines", n == "bodies", n == "descriptions", n == "people", n == "organisations", n == "places", n == "subjects", n == "by", n == "genres", n == "infosources", n == "altids":
			if one == 0 {
				two += 2
			}
		}
	}
	switch {
	case one > 0 && three == 0:
		return Format1
	case three > 0:
		return Format3
	case v.Get("renditions").Kind == '{' || v.Get("associations").Kind == '{' || v.Get("altids").Kind == '{':
		return Format1
	case two > 1:
		return Format2
	case two == 1:
		return Format1
	case v.Get("uri").Kind == '"':
		return Format3
	}
	return ""
}

// Detect tells whether JSON that begins so is ninjs.
func Detect(v jsonv.Value) bool {
	if v.Kind != '{' || v.Get("uri").Kind != '"' {
		return false
	}
	return !slices.ContainsFunc([]string{"itemid", "urn", "feed_url", "home_page_url"}, v.Has)
}

// Read makes the result of one object.
func Read(t *wire.Transmission, v jsonv.Value, format string, item int, warnings []string) wire.Result {
	d := t.NewDraft(format, item)
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	c := &checker{warn: d.Warn, loc: t.Location}
	if v.Kind != '{' {
		return wire.Fault(format, item, wire.Invalid, "an object is wanted, not %s", v.Kind.Says())
	}
	if format == Format1 {
		v = upgrade(v, c)
	}
	members := v.Members[:0:0]
	for _, m := range v.Members {
		if m.Name != "wire" && m.Name != "enrichment" {
			members = append(members, m)
		}
	}
	v.Members = members
	w, _ := c.object("", v, root)
	if len(c.faults) > 0 {
		return wire.Fault(format, item, wire.Invalid, "ninjs: %s", strings.Join(c.faults, "; "))
	}
	if len(c.unknown) > 0 {
		d.Warn("dropped unknown members: %s", strings.Join(c.unknown, ", "))
	}
	if err := json.Unmarshal(w.Append(nil), &d.Article, json.MatchCaseInsensitiveNames(false), jsontext.AllowInvalidUTF8(true)); err != nil {
		return wire.Fault(format, item, wire.Invalid, "ninjs: %w", err)
	}
	d.ID = wire.StableURI(d.URI)
	if strings.TrimSpace(d.ID) == "" {
		return wire.Fault(format, item, wire.Invalid, "ninjs: uri: is empty")
	}
	d.Number = d.Version
	texts(d)
	if d.EdNote != "" {
		d.EdNote = wire.CleanText(d.EdNote)
	}
	for _, a := range d.AltIDs {
		role := strings.ToLower(a.Role)
		switch role {
		case "add-to", "addto":
			d.AddTo = a.Value
		case "corrects", "kills", "replaces", "target", "correctionof", "killof":
			d.Target = a.Value
		}
	}
	if d.PubStatus == "" && d.EmbargoedUntil.IsZero() {
		d.PubStatus = model.Usable
	}
	return t.Finish(d)
}

// texts puts a plain headline and body in front.
func texts(d *wire.Draft) {
	d.Headlines, d.Headline = pickText(d.Headlines)
	if d.Headline == "" && d.Title != "" {
		d.Headline = d.Title
	}
	bodies := d.Bodies
	best, rank := -1, 0
	for i, b := range bodies {
		r := 0
		plain, html := isPlain(b.ContentType, b.Role), isHTML(b.ContentType, b.Role)
		if !plain && !html && b.ContentType == "" {
			html = wire.LooksHTML(b.Value)
			plain = !html
		}
		switch {
		case strings.TrimSpace(b.Value) == "":
		case plain && (b.Role == "" || b.Role == "main"):
			r = 5
		case html && paragraphs(b.Value) && (b.Role == "" || b.Role == "main" || b.Role == "html" || b.Role == "xhtml" || b.Role == "html5"):
			r = 3
		case plain:
			r = 4
		case html:
			r = 2
		case strings.Contains(b.ContentType, "xml"):
			r = 1
		}
		if r > rank {
			best, rank = i, r
		}
	}
	if best >= 0 {
		b := bodies[best]
		if rank >= 4 && !(b.ContentType == "" && wire.LooksHTML(b.Value)) {
			d.Body = wire.CleanText(b.Value)
			if !strings.Contains(d.Body, "\n") {
				for _, o := range bodies {
					if isHTML(o.ContentType, o.Role) && paragraphs(o.Value) {
						if h := wire.HTMLText(o.Value); strings.Join(strings.Fields(h), " ") == strings.Join(strings.Fields(d.Body), " ") {
							d.Body = h // the same words with their paragraphs
							break
						}
					}
				}
			}
			d.Bodies = append(append([]model.Body(nil), bodies[:best]...), bodies[best+1:]...)
		} else {
			d.Body = wire.HTMLText(b.Value)
		}
	}
	if d.Body == "" {
		for _, role := range []string{"caption", "text", "description", "main", "summary", ""} {
			for _, t := range d.Descriptions {
				if d.Body == "" && strings.EqualFold(t.Role, role) && caption(d.Type) {
					d.Body = wire.HTMLText(t.Value)
				}
			}
		}
	}
}

// caption tells types whose caption is their text.
func caption(t string) bool {
	return t == "picture" || t == "graphic" || t == "video" || t == "audio"
}

func paragraphs(s string) bool { return strings.Contains(s, "<p") || strings.Contains(s, "<br") }

func isPlain(ct, role string) bool {
	if ct == "" {
		return role == "text" || role == "plain"
	}
	return strings.HasPrefix(strings.ToLower(ct), "text/plain")
}

func isHTML(ct, role string) bool {
	ct = strings.ToLower(ct)
	if ct == "" {
		return role == "html" || role == "xhtml" || role == "html5"
	}
	return strings.Contains(ct, "html")
}

// pickText takes the main headline out of the list.
func pickText(list []model.Text) ([]model.Text, string) {
	best, rank := -1, -1
	for i, t := range list {
		if strings.TrimSpace(t.Value) == "" {
			continue
		}
		r := 0
		if t.Role == "main" || t.Role == "headline" {
			r += 2
		} else if t.Role == "" || t.Role == "text" {
			r++
		}
		if t.ContentType == "" || strings.HasPrefix(strings.ToLower(t.ContentType), "text/plain") {
			r++
		}
		if r > rank {
			best, rank = i, r
		}
	}
	if best < 0 {
		return nil, ""
	}
	v := list[best].Value
	if strings.Contains(strings.ToLower(list[best].ContentType), "html") || wire.LooksHTML(v) {
		v = wire.HTMLText(v)
	}
	out := append(append([]model.Text(nil), list[:best]...), list[best+1:]...)
	if len(out) == 0 {
		out = nil
	}
	return out, v
}
