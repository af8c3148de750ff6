package ninjs

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/jsonv"
)

// kind is what the ninjs 3.1 schema says of a member.
type kind int

const (
	text kind = iota
	uri
	moment // date-time
	truncated
	whole
	number
	object
	list
	geo
)

type spec struct {
	kind     kind
	fields   map[string]*spec
	elem     *spec
	enum     []string
	min, max int64
	required []string
	// rule says what is wrong with an object of good members, empty for nothing.
	rule func(jsonv.Value) string
	// alias are values of older versions and what they are now.
	alias map[string]string
}

var (
	sText  = &spec{kind: text}
	sURI   = &spec{kind: uri}
	sTime  = &spec{kind: moment}
	sTrunc = &spec{kind: truncated}
	sWhole = &spec{kind: whole}
	sNum   = &spec{kind: number}
	sStat  = &spec{kind: text, enum: []string{"usable", "withheld", "canceled"}}
	sType  = &spec{kind: text, enum: []string{"text", "audio", "video", "picture", "graphic", "composite", "component", "planning", "event"}}
	sUrg   = &spec{kind: whole, min: 1, max: 9}
)

func obj(fields map[string]*spec, required ...string) *spec {
	return &spec{kind: object, fields: fields, required: required}
}

func arr(elem *spec) *spec { return &spec{kind: list, elem: elem} }

// schema builds the table of ninjs 3.1 (schema of the standard, $defs/ninjsType).
func schema() *spec {
	contact := arr(obj(map[string]*spec{"type": sText, "role": sText, "lang": sText, "name": sText, "value": sText,
		"address": obj(map[string]*spec{"lines": arr(sText), "locality": sText, "area": sText, "postalCode": sText, "country": sText})}))
	valued := arr(obj(map[string]*spec{"role": sText, "contentType": sText, "value": sText}, "value"))
	organisation := obj(map[string]*spec{"name": sText, "rel": sText, "uri": sURI, "literal": sText, "contactInfo": contact,
		"symbols": arr(obj(map[string]*spec{"exchange": sText, "symbolType": sURI, "symbol": sText}))})
	dates := obj(map[string]*spec{"startDate": sTime, "endDate": sTime, "expectedStartDate": sTrunc, "expectedEndDate": sTrunc, "expectedDuration": sText,
		"recurrence": obj(map[string]*spec{"recurrenceRules": arr(obj(map[string]*spec{
			"frequency": {kind: text, enum: []string{"secondly", "minutely", "hourly", "daily", "weekly", "monthly", "yearly"}},
			"interval":  sWhole, "until": sTime, "count": sWhole}))})})
	dates.rule = func(v jsonv.Value) string {
		if v.Has("startDate") != v.Has("expectedStartDate") || v.Has("endDate") != v.Has("expectedEndDate") {
			return ""
		}
		return "one of startDate and expectedStartDate is wanted, or one of endDate and expectedEndDate"
	}
	rights := obj(map[string]*spec{"langId": sURI, "linkedRights": sURI, "encodedRights": sText})
	rights.rule = func(v jsonv.Value) string {
		if v.Has("linkedRights") == v.Has("encodedRights") {
			return "one of linkedRights and encodedRights is wanted"
		}
		return ""
	}
	rendition := arr(obj(map[string]*spec{"name": sText, "href": sURI, "contentType": sText, "title": sText, "width": sWhole, "height": sWhole, "sizeInBytes": sWhole,
		"duration": sNum, "format": sText, "aspectRatio": sText, "videoCodec": sText, "frameRate": sNum, "transportProtocol": sText, "bitrate": sText,
		"scanType": {kind: text, enum: []string{"progressive", "interlaced"}}, "poi": obj(map[string]*spec{"x": sWhole, "y": sWhole})}, "name"))
	person := obj(map[string]*spec{"name": sText, "rel": sText, "uri": sURI, "literal": sText, "contactInfo": contact})
	root := obj(map[string]*spec{
		"uri": sText, "type": sType, "representationType": {kind: text, enum: []string{"full", "partial"}, alias: map[string]string{"complete": "full", "incomplete": "partial"}}, "profile": sText, "version": sText,
		"firstCreated": sTime, "versionCreated": sTime, "contentCreated": sTime, "embargoedUntil": sTime, "expires": sTime, "pubStatus": sStat, "urgency": sUrg,
		"copyrightHolder": sText, "copyrightNotice": sText, "usageTerms": sText, "edNote": sText, "language": sText, "title": sText, "by": sText, "slugline": sText, "located": sText,
		"headlines": valued, "descriptions": valued,
		"bodies": arr(obj(map[string]*spec{"role": sText, "contentType": sText, "charCount": sWhole, "wordCount": sWhole, "value": sText}, "value")),
		"people": arr(person), "organisations": arr(organisation), "objects": arr(obj(map[string]*spec{"name": sText, "rel": sText, "uri": sURI, "literal": sText})),
		"places": arr(obj(map[string]*spec{"name": sText, "rel": sText, "uri": sURI, "literal": sText, "contactInfo": contact, "geoJSON": {kind: geo}})),
		"subjects": arr(obj(map[string]*spec{"name": sText, "rel": sText, "uri": sURI, "literal": sText, "creator": sText,
			"relevance": {kind: whole, min: 0, max: 100}, "confidence": {kind: whole, min: 0, max: 100}})),
		"events":            arr(obj(map[string]*spec{"id": sText, "name": sText, "rel": sText, "uri": sURI, "literal": sText})),
		"infoSources":       arr(obj(map[string]*spec{"name": sText, "role": sText, "uri": sURI, "literal": sText, "contactInfo": contact})),
		"genres":            arr(obj(map[string]*spec{"name": sText, "uri": sText, "literal": sText})),
		"altIds":            arr(obj(map[string]*spec{"role": sText, "value": sText})),
		"trustIndicators":   arr(obj(map[string]*spec{"role": sURI, "title": sText, "href": sURI})),
		"standard":          obj(map[string]*spec{"name": sText, "version": sText, "schema": sURI}),
		"rightsInfo":        rights,
		"digitalSourceType": obj(map[string]*spec{"name": sText, "uri": sURI, "literal": sText}),
		"renditions":        rendition,
		"eventDetails":      obj(map[string]*spec{"eventStatus": sURI, "plannedCoverageStatus": sURI, "dates": dates, "organiser": organisation}),
		"plannedCoverage": arr(obj(map[string]*spec{"uri": sURI, "title": sText, "pubStatus": sStat, "type": sType,
			"commissioned": obj(map[string]*spec{"by": sText, "on": sTime, "references": arr(obj(map[string]*spec{"name": sText, "value": sText}))}), "dates": dates,
			"audiences": arr(obj(map[string]*spec{"audience": sText, "significance": sWhole})), "exclAudience": arr(sText), "edNote": sText, "urgency": sUrg, "language": sText,
			"itemCount": obj(map[string]*spec{"rangeFrom": sWhole, "rangeTo": sWhole}), "wordCount": sWhole, "renditions": rendition})),
	}, "uri")
	member := map[string]*spec{"name": sText, "rel": sText}
	maps.Copy(member, root.fields)
	member["uri"] = sURI
	assoc := obj(member, "name", "uri")
	member["associations"] = arr(assoc)
	root.fields["associations"] = arr(assoc)
	return root
}

var root = schema()

// field finds a member by its name, or by its lower case form, which ninjs 2 writes.
func (s *spec) field(name string) (string, *spec) {
	if f := s.fields[name]; f != nil {
		return name, f
	}
	low := strings.ToLower(name)
	if low != name {
		return "", nil
	}
	for n, f := range s.fields {
		if len(n) == len(low) && strings.EqualFold(n, low) {
			return n, f
		}
	}
	return "", nil
}

// checker walks a value along the schema. Faults are errors of type, each with
// its path; what only is unknown or unreadable gives a warning and goes.
type checker struct {
	loc     *time.Location
	warn    func(format string, args ...any)
	faults  []string
	unknown []string
}

const maxFaults = 20

func (c *checker) fault(path, format string, args ...any) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, path+": "+fmt.Sprintf(format, args...))
	}
}

// value returns what of v the schema has, with ok false when nothing is left.
func (c *checker) value(path string, v jsonv.Value, s *spec) (jsonv.Value, bool) {
	if v.Kind == 'n' || v.Kind == 0 {
		return v, false
	}
	switch s.kind {
	case text:
		if v.Kind != '"' {
			c.fault(path, "a string is wanted, not %s", v.Kind.Says())
			return v, false
		}
		if n := s.alias[v.Str]; n != "" {
			v.Str = n
		}
		if s.enum != nil && !slices.Contains(s.enum, v.Str) {
			c.fault(path, "%.40q is none of %s", v.Str, strings.Join(s.enum, ", "))
			return v, false
		}
	case uri:
		if v.Kind != '"' {
			c.fault(path, "a URI is wanted, not %s", v.Kind.Says())
			return v, false
		}
		if !wire.IsURI(v.Str) {
			if v.Str != "" {
				c.warn("dropped %s: no URI", path)
			}
			return v, false
		}
	case moment, truncated:
		if v.Kind != '"' {
			c.fault(path, "a time is wanted, not %s", v.Kind.Says())
			return v, false
		}
		t, k := wire.ParseTime(v.Str, c.loc)
		if s.kind == truncated {
			if len(v.Str) < 4 || len(v.Str) > 35 || strings.Trim(v.Str, "0123456789-:TZ+.") != "" {
				c.fault(path, "%.40q is no date", v.Str)
				return v, false
			}
			return v, true
		}
		if k == wire.NoTime {
			c.warn("%s: %s %.60q", wire.WarnDateUnread, path, v.Str)
			return v, false
		}
		if k != wire.Zoned && c.loc == nil {
			c.warn("%s: %s", wire.WarnZoneAssumed, path)
		}
		v.Str = t.Format("2006-01-02T15:04:05Z07:00")
	case whole, number:
		if v.Kind != '0' {
			c.fault(path, "a number is wanted, not %s", v.Kind.Says())
			return v, false
		}
		f, err := strconv.ParseFloat(v.Str, 64)
		if err != nil {
			c.fault(path, "%.40q is no number", v.Str)
			return v, false
		}
		if s.kind == whole {
			if f != float64(int64(f)) || f > 1<<53 || f < -(1<<53) {
				c.fault(path, "a whole number is wanted, not %.40s", v.Str)
				return v, false
			}
			if s.max > 0 && (int64(f) < s.min || int64(f) > s.max) {
				c.fault(path, "%d is not between %d and %d", int64(f), s.min, s.max)
				return v, false
			}
			v.Str = strconv.FormatInt(int64(f), 10)
		}
	case object:
		return c.object(path, v, s)
	case list:
		if v.Kind != '[' {
			c.fault(path, "an array is wanted, not %s", v.Kind.Says())
			return v, false
		}
		out := make([]jsonv.Value, 0, len(v.Elems))
		for i, e := range v.Elems {
			if i >= 2000 {
				c.warn("%s: %s", wire.WarnTooManyThings, path)
				break
			}
			if e, ok := c.value(fmt.Sprintf("%s[%d]", path, i), e, s.elem); ok {
				out = append(out, e)
			}
		}
		v.Elems = out
		return v, len(out) > 0
	case geo:
		if !geoJSON(v, 0) {
			c.fault(path, "no GeoJSON object")
			return v, false
		}
	}
	return v, true
}

func (c *checker) object(path string, v jsonv.Value, s *spec) (jsonv.Value, bool) {
	if v.Kind != '{' {
		c.fault(path, "an object is wanted, not %s", v.Kind.Says())
		return v, false
	}
	out := jsonv.Value{Kind: '{', Members: make([]jsonv.Member, 0, len(v.Members))}
	dot := path
	if dot != "" {
		dot += "."
	}
	for i := range v.Members {
		m := &v.Members[i]
		name, f := s.field(m.Name)
		if f == nil {
			if len(c.unknown) < 50 {
				c.unknown = append(c.unknown, dot+m.Name)
			}
			continue
		}
		if out.Has(name) {
			continue
		}
		val, ok := c.value(dot+name, m.Value, f)
		if ok {
			out.Members = append(out.Members, jsonv.Member{Name: name, Value: val})
		} else if f.kind == uri && m.Value.Kind == '"' && m.Value.Str != "" && s.fields["literal"] != nil && !v.Has("literal") {
			out.Members = append(out.Members, jsonv.Member{Name: "literal", Value: m.Value})
		}
	}
	for _, r := range s.required {
		if !out.Has(r) {
			if !v.Has(r) && !v.Has(strings.ToLower(r)) || r == "uri" && path == "" {
				c.fault(dot+r, "is missing")
			} else {
				c.warn("dropped %s without a good %s", path, r)
			}
			return out, false
		}
	}
	if s.rule != nil && len(out.Members) > 0 {
		if why := s.rule(out); why != "" {
			c.fault(path, "%s", why)
		}
	}
	return out, len(out.Members) > 0
}

// geoJSON tells whether v has the shape of RFC 7946.
func geoJSON(v jsonv.Value, depth int) bool {
	if v.Kind != '{' || depth > 8 {
		return false
	}
	switch v.Get("type").Text() {
	case "Feature":
		g := v.Get("geometry")
		return (g.Kind == 'n' || geoJSON(g, depth+1)) && v.Get("properties").Kind != 0
	case "FeatureCollection":
		fs := v.Get("features")
		for _, f := range fs.Elems {
			if f.Get("type").Text() != "Feature" || !geoJSON(f, depth+1) {
				return false
			}
		}
		return fs.Kind == '['
	case "GeometryCollection":
		gs := v.Get("geometries")
		for _, g := range gs.Elems {
			if !geoJSON(g, depth+1) {
				return false
			}
		}
		return gs.Kind == '['
	case "Point":
		return positions(v.Get("coordinates"), 0)
	case "MultiPoint", "LineString":
		return positions(v.Get("coordinates"), 1)
	case "MultiLineString", "Polygon":
		return positions(v.Get("coordinates"), 2)
	case "MultiPolygon":
		return positions(v.Get("coordinates"), 3)
	}
	return false
}

func positions(v jsonv.Value, depth int) bool {
	if v.Kind != '[' {
		return false
	}
	if depth > 0 {
		for _, e := range v.Elems {
			if !positions(e, depth-1) {
				return false
			}
		}
		return true
	}
	if len(v.Elems) < 2 {
		return false
	}
	for _, e := range v.Elems {
		if e.Kind != '0' {
			return false
		}
	}
	return true
}
