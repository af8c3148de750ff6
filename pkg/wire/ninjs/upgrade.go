package ninjs

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/jsonv"
)

// names1 are members of ninjs 1 whose name alone changed.
var names1 = map[string]string{
	"embargoed": "embargoedUntil", "byline": "by", "$standard": "standard",
}

// lists1 are the lists of concepts of ninjs 1.
var lists1 = map[string]string{
	"person": "people", "organisation": "organisations", "place": "places", "subject": "subjects", "event": "events", "object": "objects",
	"infosource": "infoSources", "genre": "genres", "trustindicator": "trustIndicators",
}

// upgrade rewrites an object of ninjs 1.0 to 1.6 in the terms of 3.1. Types
// that are wrong stay wrong, for the checker to see.
func upgrade(v jsonv.Value, c *checker) jsonv.Value {
	return upgradeAt(v, c, 0)
}

func upgradeAt(v jsonv.Value, c *checker, depth int) jsonv.Value {
	if v.Kind != '{' || depth > 8 {
		return v
	}
	out := jsonv.Value{Kind: '{'}
	put := func(name string, val jsonv.Value) {
		out.Members = append(out.Members, jsonv.Member{Name: name, Value: val})
	}
	var headlines, descriptions, bodies []jsonv.Value
	for _, m := range v.Members {
		name, val := m.Name, m.Value
		switch {
		case names1[name] != "":
			put(names1[name], val)
		case lists1[name] != "":
			put(lists1[name], concepts(name, val))
		case name == "headline":
			if val.Kind == '"' {
				headlines = append([]jsonv.Value{valued("main", "", val)}, headlines...)
			} else if val.Kind != 'n' {
				c.fault(name, "a string is wanted, not %s", val.Kind.Says())
			}
		case strings.HasPrefix(name, "headline_"):
			headlines = append(headlines, ext(c, name, "headline_", val)...)
		case strings.HasPrefix(name, "description_"):
			descriptions = append(descriptions, ext(c, name, "description_", val)...)
		case strings.HasPrefix(name, "body_"):
			bodies = append(bodies, ext(c, name, "body_", val)...)
		case name == "renditions" && val.Kind == '{':
			put(name, jsonv.Array(named(val, func(_ string, r jsonv.Value) jsonv.Value { return r })...))
		case name == "associations" && val.Kind == '{':
			put(name, jsonv.Array(named(val, func(path string, a jsonv.Value) jsonv.Value {
				if a.Kind == '{' && a.Get("uri").Kind == '"' && !wire.IsURI(a.Get("uri").Str) {
					c.warn("associations.%s: uri is no URI", path)
				}
				return upgradeAt(a, c, depth+1)
			})...))
		case name == "altids" && val.Kind == '{':
			var ids []jsonv.Value
			for _, id := range val.Members {
				for _, s := range id.Value.Texts() {
					ids = append(ids, jsonv.Object(jsonv.Member{Name: "role", Value: jsonv.String(id.Name)}, jsonv.Member{Name: "value", Value: jsonv.String(s)}))
				}
			}
			put("altIds", jsonv.Array(ids...))
		case name == "charcount", name == "wordcount", name == "mimetype":
		default:
			put(name, val)
		}
	}
	if headlines != nil {
		put("headlines", jsonv.Array(headlines...))
	}
	if descriptions != nil {
		put("descriptions", jsonv.Array(descriptions...))
	}
	if bodies != nil {
		put("bodies", jsonv.Array(bodies...))
	}
	return out
}

func valued(role, contentType string, v jsonv.Value) jsonv.Value {
	ms := []jsonv.Member{{Name: "role", Value: jsonv.String(role)}}
	if contentType != "" {
		ms = append(ms, jsonv.Member{Name: "contentType", Value: jsonv.String(contentType)})
	}
	return jsonv.Object(append(ms, jsonv.Member{Name: "value", Value: v})...)
}

// ext reads headline_x, description_x, body_x: x is a role, a content type or both.
func ext(c *checker, name, prefix string, v jsonv.Value) []jsonv.Value {
	if v.Kind == 'n' {
		return nil
	}
	if v.Kind != '"' {
		c.fault(name, "a string is wanted, not %s", v.Kind.Says())
		return nil
	}
	x := strings.TrimPrefix(name, prefix)
	ct := ""
	for _, t := range [...][2]string{{"text", "text/plain"}, {"xhtml", "application/xhtml+xml"}, {"html", "text/html"}, {"html5", "text/html"}, {"xml", "application/xml"}, {"nitf", "application/nitf+xml"}} {
		switch {
		case x == t[0]:
			x, ct = "main", t[1]
		case strings.HasSuffix(x, "_"+t[0]):
			x, ct = strings.TrimSuffix(x, "_"+t[0]), t[1]
		}
	}
	return []jsonv.Value{valued(x, ct, v)}
}

// named makes a list with names of an object of objects.
func named(v jsonv.Value, each func(string, jsonv.Value) jsonv.Value) []jsonv.Value {
	var out []jsonv.Value
	for _, m := range v.Members {
		e := each(m.Name, m.Value)
		if e.Kind == '{' {
			ms := []jsonv.Member{{Name: "name", Value: jsonv.String(m.Name)}}
			for _, x := range e.Members {
				switch x.Name {
				case "name":
				case "mimetype":
					ms = append(ms, jsonv.Member{Name: "contentType", Value: x.Value})
				case "sizeinbytes":
					ms = append(ms, jsonv.Member{Name: "sizeInBytes", Value: x.Value})
				default:
					ms = append(ms, x)
				}
			}
			e.Members = ms
		}
		out = append(out, e)
	}
	return out
}

// concepts joins scheme and code: the scheme's URI and the code make the uri,
// the code is the literal.
func concepts(name string, v jsonv.Value) jsonv.Value {
	if v.Kind != '[' {
		return v
	}
	out := jsonv.Value{Kind: '['}
	for _, e := range v.Elems {
		if e.Kind == '"' && name != "person" {
			out.Elems = append(out.Elems, e)
			continue
		}
		if e.Kind != '{' {
			out.Elems = append(out.Elems, e)
			continue
		}
		n := jsonv.Value{Kind: '{'}
		scheme, code := e.Get("scheme"), e.Get("code")
		for _, m := range e.Members {
			switch m.Name {
			case "scheme":
				if m.Value.Kind != '"' && m.Value.Kind != 'n' {
					n.Members = append(n.Members, jsonv.Member{Name: "uri", Value: m.Value})
				}
			case "code":
				if name == "trustindicator" {
					continue
				}
				n.Members = append(n.Members, jsonv.Member{Name: "literal", Value: m.Value})
			case "qcode":
				if code.Kind == 0 {
					n.Members = append(n.Members, jsonv.Member{Name: "literal", Value: m.Value})
				}
			case "rel":
				if name == "infosource" {
					n.Members = append(n.Members, jsonv.Member{Name: "role", Value: m.Value})
				} else {
					n.Members = append(n.Members, m)
				}
			case "profile", "geometry_geojson":
				if m.Name == "geometry_geojson" && geoJSON(m.Value, 0) {
					n.Members = append(n.Members, jsonv.Member{Name: "geoJSON", Value: m.Value})
				}
			case "symbols":
				n.Members = append(n.Members, jsonv.Member{Name: "symbols", Value: symbols(m.Value)})
			default:
				if strings.HasPrefix(m.Name, "geometry_") {
					continue
				}
				n.Members = append(n.Members, m)
			}
		}
		if s, k := scheme.Text(), code.Text(); s != "" && scheme.Kind == '"' && code.Kind == '"' && !e.Has("uri") {
			u := s + k
			if !strings.HasSuffix(s, "/") && !strings.HasSuffix(s, "#") && !strings.HasSuffix(s, ":") {
				u = s + "/" + k
			}
			target := "uri"
			if name == "trustindicator" {
				target = "role"
			}
			n.Members = append(n.Members, jsonv.Member{Name: target, Value: jsonv.String(u)})
		}
		out.Elems = append(out.Elems, n)
	}
	return out
}

func symbols(v jsonv.Value) jsonv.Value {
	out := v
	out.Elems = nil
	for _, e := range v.Elems {
		n := e
		n.Members = nil
		for _, m := range e.Members {
			if m.Name == "ticker" {
				m.Name = "symbol"
			}
			n.Members = append(n.Members, m)
		}
		out.Elems = append(out.Elems, n)
	}
	return out
}
