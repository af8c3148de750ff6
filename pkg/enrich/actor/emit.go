package actor

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// emit writes mentions, actors and places into the document.
func (s *story) emit() {
	actors := map[*cluster]int{}
	places := map[string]int{}
	s.d.Mentions = s.d.Mentions[:0]
	e := &s.d.Enrichment
	e.Actors, e.Places = e.Actors[:0], e.Places[:0]
	s.all(func(m *mention) {
		if m.noun && m.actor == nil {
			return
		}
		out := text.Mention{
			Text: m.x.t, First: m.first, Last: m.last, Start: m.start(), End: m.end(), Type: m.typ, Actor: -1, Place: -1, Confidence: round(m.conf),
		}
		span := m.x.t.Span(m.start(), m.end())
		if c := m.actor; c != nil {
			i, ok := actors[c]
			if !ok {
				i = len(e.Actors)
				actors[c] = i
				a := model.Actor{ID: c.id, Name: c.name, Type: c.typ, Country: c.country, Confidence: round(c.conf), Candidates: c.candidates}
				if len(c.roles) > 0 {
					a.Role = c.roles[0]
				}
				if len(c.roles) > 1 {
					a.Roles = c.roles
				}
				e.Actors = append(e.Actors, a)
			}
			e.Actors[i].Mentions = append(e.Actors[i].Mentions, span)
			out.Actor = i
		}
		if m.listable && (m.class == land || m.class == state) {
			p := m.place
			conf := m.placeConf
			if !m.hasPlace {
				p = place.Place{ID: "x/" + slugOf(m.surface()), Name: m.surface(), Level: guessLevel(m)}
				conf = 0.3
			}
			i, ok := places[p.ID]
			if !ok {
				i = len(e.Places)
				places[p.ID] = i
				mp := model.Place{ID: p.ID, Name: p.Name, Level: p.Level, Country: p.Country, Confidence: round(conf)}
				if p.HasPoint {
					lat, lon := p.Lat, p.Lon
					mp.Lat, mp.Lon = &lat, &lon
				}
				e.Places = append(e.Places, mp)
			}
			e.Places[i].Mentions = append(e.Places[i].Mentions, span)
			e.Places[i].Confidence = max(e.Places[i].Confidence, round(conf))
			out.Place = i
		}
		s.d.Mentions = append(s.d.Mentions, out)
	})
	if e.Actors == nil {
		e.Actors = []model.Actor{}
	}
	if e.Places == nil {
		e.Places = []model.Place{}
	}
}

func guessLevel(m *mention) string {
	if l := m.level(); l != "" {
		return l
	}
	switch l := levelNoun(m.x.low[m.last-1]); l {
	case place.Water, place.Region:
		return l
	}
	if place.Wide(m.surface()) {
		return place.Region
	}
	return place.Site
}

func round(f float64) float64 { return math.Round(f*1000) / 1000 }

// uriPrefix begins the uri of an actor or a place in the ninjs parts of a record.
const uriPrefix = "urn:dateline:"

// FillNinjs adds the actors and places of the enrichment to the article's
// people, organisations and places in the way of IPTC ninjs 3.1: name, rel and
// uri, and a GeoJSON point for a place. What the feed gave stays first; a name
// that it gave already is not added again.
func FillNinjs(e *model.Enriched) {
	if e.Enrichment == nil {
		return
	}
	for _, a := range e.Enrichment.Actors {
		c := model.Concept{Name: a.Name, Rel: "mentions", URI: uriPrefix + "actor:" + uriEscape(a.ID)}
		switch a.Type {
		case model.ActorPerson:
			e.People = addConcept(e.People, c)
		case model.ActorOrganisation, model.ActorGroup:
			e.Organisations = addConcept(e.Organisations, c)
		case model.ActorState, model.ActorPlace:
			if a.Type == model.ActorState {
				e.Places = addConcept(e.Places, c)
			}
		}
	}
	for _, p := range e.Enrichment.Places {
		c := model.Concept{Name: p.Name, Rel: "mentions", URI: uriPrefix + "place:" + uriEscape(p.ID)}
		if p.Lat != nil && p.Lon != nil {
			c.GeoJSON = jsontext.Value(`{"type":"Point","coordinates":[` + degrees(*p.Lon) + `,` + degrees(*p.Lat) + `]}`)
		}
		found := false
		for i := range e.Places {
			if e.Places[i].Name == p.Name && strings.HasPrefix(e.Places[i].URI, uriPrefix) && c.GeoJSON != nil && e.Places[i].GeoJSON == nil {
				e.Places[i].GeoJSON = c.GeoJSON
				found = true
				break
			}
		}
		if !found {
			e.Places = addConcept(e.Places, c)
		}
	}
}

func addConcept(list []model.Concept, c model.Concept) []model.Concept {
	for _, o := range list {
		if o.Name == c.Name || o.URI == c.URI {
			return list
		}
	}
	return append(slices.Clip(list), c)
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// uriEscape writes an id with the characters of a URN alone (RFC 8141, 2).
func uriEscape(id string) string {
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~:/@!$&'()*+,;=", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
		}
	}
	return b.String()
}
