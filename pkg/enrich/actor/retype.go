package actor

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// bodySuffixes end the names of firms and bodies.
var bodySuffixes = set(`contracting drilling holding holdings group corp corporation inc ltd llc plc gmbh ag sa nv company co industries bank airlines airways motors energy petroleum construction
engineering insurance securities partners associates logistics shipping mining steel telecom television radio news press university college institute foundation association federation union party
committee commission council ministry agency authority brigade battalion regiment division corps command force forces army fleet squadron club front movement league alliance organization organisation
society centre center court hospital railways post times daily herald tribune gazette`)

// bodyNouns stand right before the name of a body.
var bodyNouns = set(`company firm corporation builder maker manufacturer contractor subcontractor daily weekly newspaper paper magazine tabloid broadcaster bank airline operator group producer retailer conglomerate
agency exporter importer carrier consultants consultancy shipyard network channel station website startup supplier developer insurer brewer utility party union charity ngo militia group movement
organisation organization outlet portal refiner miner steelmaker carmaker automaker planemaker chipmaker trader lender shipper consortium`)

// personNouns stand right before the name of a person.
var personNouns = set(`spokesman spokeswoman spokesperson minister president chairman chairwoman leader official analyst economist lawyer professor farmer hand resident teacher student director manager
commissioner secretary undersecretary ambassador envoy general colonel major captain lieutenant commander judge senator lawmaker coordinator driver worker nurse doctor villager shopkeeper businessman
activist reporter journalist editor officer chief head coach player striker midfielder mayor governor king queen prince prosecutor trader dealer owner mother father wife husband son daughter brother sister
mr mrs ms dr sir`)

// retype sets right, by the words around it, what the model took a name for;
// and finds names of papers that it passed over ("the morning paper 'Nedaye
// Now'").
func (s *story) retype(x *side) {
	for i := range x.mentions {
		m := x.mentions[i]
		if s.whole && m.dateline && m.class == body && m.first == 0 && s.a.places.Large(m.surface()) {
			m.class, m.typ = land, text.Location
			continue
		}
		if m.dateline || m.class == people || m.class == state || m.entryByName() != nil {
			continue
		}
		// Ships and storms are no actors.
		if (m.class == person || m.class == body) && m.last-m.first > 1 && (ships[x.low[m.first]] && x.allCaps(m.first) || storms[x.low[m.first]]) {
			x.drop(m)
			continue
		}
		// "Labor Minister Claudia Serrano": of a title, no body.
		if m.class == body && m.last-m.first == 1 && topics[x.low[m.first]] {
			if w := x.at(m.last); w == "minister" || w == "secretary" || w == "commissioner" {
				x.drop(m)
				continue
			}
		}
		prev := strings.TrimSuffix(x.at(m.first-1), ".")
		if s.whole && m.class == body && locatives[prev] && !x.caps && s.a.places.Large(m.surface()) && !x.allCaps(m.first) {
			m.class, m.typ = land, text.Location
			continue
		}
		if next := x.at(m.last); m.class == body && m.last-m.first <= 2 && (next == "governor" || next == "mayor" || next == "gov.") && s.a.places.Large(m.surface()) {
			m.class, m.typ = land, text.Location
			continue
		}
		if (prev == "," || quote(prev)) && m.first > 1 {
			if p := x.low[m.first-2]; bodyNouns[p] && !s.sentenceStart(m) {
				prev = p
			}
		}
		last := x.low[m.last-1]
		if m.class == person || m.class == body && m.entryByName() == nil {
			if m.last-m.first > 1 && placeSuffixes[last] || m.class == person && x.at(m.first-1) == "of" && townNoun(x.at(m.first-2)) {
				m.class, m.typ = land, text.Location
				continue
			}
		}
		amp := false
		for k := m.first + 1; k < m.last-1; k++ {
			amp = amp || x.low[k] == "&"
		}
		suffix := bodySuffixes[last] && m.last-m.first > 1
		switch {
		case m.class == person && (suffix || amp || bodyNouns[prev] && !(personNouns[prev] && x.nameShaped(m)) && len(persons(m.names)) == 0),
			m.class == land && (suffix || bodyNouns[prev] && !s.a.places.Known(m.surface()) || x.at(m.last) == "shares" && !s.a.places.Known(m.surface())):
			m.class, m.typ = body, text.Organisation
		case m.class == body && personNouns[singular(prev)] && prev == singular(prev) && !suffix && m.last-m.first >= 2 && m.last-m.first <= 3 && x.nameShaped(m):
			m.class, m.typ = person, text.Person
		}
	}
	x.compact()
	// One name, one kind: as the mention that words decided has it.
	bodies := map[string][]*mention{}
	for _, o := range x.mentions {
		if w := x.low[o.first]; o.class == body && o.entryByName() == nil && len(bodies[w]) < 8 {
			bodies[w] = append(bodies[w], o)
		}
	}
	for _, m := range x.mentions {
		if m.class != person && m.class != land || m.dateline {
			continue
		}
		if m.class == land && s.a.places.Known(m.surface()) && m.last-m.first == 1 {
			continue
		}
		name := m.surface()
		for _, o := range bodies[x.low[m.first]] {
			if o != m {
				long := o.surface()
				if long == name || strings.HasPrefix(long, name+" ") {
					m.class, m.typ = body, text.Organisation
					break
				}
			}
		}
	}
	if !s.whole {
		return
	}
	for i := range x.low {
		w := x.low[i]
		if i < x.dateline || !bodyNouns[w] || w == "group" || w == "party" || w == "movement" || x.own[i] != nil || x.upper(i) {
			continue
		}
		j := i + 1
		quoted := quote(x.at(j))
		if quoted {
			j++
		}
		end := j
		for end < len(x.low) && end < j+5 && x.upper(end) && x.own[end] == nil {
			end++
		}
		if end == j || !quoted && end-j < 2 || quoted && !quote(x.at(end)) {
			continue
		}
		x.add(&mention{x: x, first: j, last: end, typ: text.Organisation, conf: 0.7, class: body})
	}
	x.sort()
	x.korea(s)
	x.nested(s)
	s.nouns(x)
	x.sort()
}

// placeSuffixes end the names of places.
var placeSuffixes = set(`reef island islands river sea strait lake bay shoal mountain mountains peninsula desert valley province oblast governorate crossing airfield airport harbour harbor canal atoll plateau gulf`)

var (
	ships  = set("uss hms ins hmas hmcs hmnzs brp rfs jds usns rfa")
	storms = set("cyclone hurricane typhoon storm")
)

func townNoun(w string) bool {
	switch w {
	case "town", "city", "village", "port", "province", "district", "island", "suburb":
		return true
	}
	return false
}

func quote(w string) bool {
	switch w {
	case "'", "\"", "‘", "’", "“", "”", "`", "``", "''":
		return true
	}
	return false
}

// nameShaped: all words begin with a capital and none is in capitals alone.
func (x *side) nameShaped(m *mention) bool {
	for k := m.first; k < m.last; k++ {
		if !x.upper(k) && x.low[k] != "-" || x.allCaps(k) && len(x.low[k]) > 2 {
			return false
		}
	}
	return true
}

// korea reads "the North" and "the South" as the states in a story of Korea.
func (x *side) korea(s *story) {
	seen := false
	for _, m := range x.mentions {
		for _, n := range m.names {
			seen = seen || (n.Entry.ID == "prk" || n.Entry.ID == "kor") && n.Entry.State() != nil
		}
	}
	if !seen || x.caps {
		return
	}
	for i := 1; i < len(x.low); i++ {
		w := x.low[i]
		if w != "north" && w != "south" || !x.upper(i) || x.low[i-1] != "the" || x.upper(i+1) && x.t.Tokens[i].End < x.t.Tokens[min(i+1, len(x.low)-1)].Start {
			continue
		}
		if x.own[i] != nil {
			o := x.covering(i)
			if o == nil || o.last-o.first > 1 {
				continue
			}
			x.drop(o)
		}
		iso := "PRK"
		if w == "south" {
			iso = "KOR"
		}
		if e, ok := s.base.ByCode(iso); ok {
			x.mentions = append(x.mentions, &mention{x: x, first: i, last: i + 1, typ: text.Location, conf: 0.9, class: state, names: []kb.Name{{Entry: e, Kind: kb.ByMetonym}}})
		}
	}
	x.compact()
	x.sort()
}

// nested joins a name that goes on behind an acronym in brackets: "People's
// Liberation Army (PLA) Central Theater Command".
func (x *side) nested(*story) {
	for _, m := range x.mentions {
		if m.class != body || m.last == m.first || x.at(m.last) != "(" || x.at(m.last+2) != ")" || !x.upper(m.last+1) {
			continue
		}
		end := m.last + 3
		for end < len(x.low) && end < m.last+9 && x.upper(end) {
			end++
		}
		if end > m.last+3 && bodySuffixes[x.low[end-1]] {
			for k := m.last; k < end; k++ {
				if o := x.starting(k); o != nil && o != m && o.last <= end {
					x.drop(o)
				}
			}
			m.last, m.names = end, nil
		}
	}
	x.compact()
}

// anaphors are nouns that stand for a body named with them before: "the
// commission" for the POWs Commission.
var anaphors = set(`commission committee council court party front movement league union force brigade mission command college university institute foundation trust fund federation association society
authority board bureau office agency bank club corps parliament assembly senate department hospital alliance`)

func (s *story) nouns(x *side) {
	named := map[string]int{} // the first token of the first body with a head noun
	for _, o := range x.mentions {
		if o.class != body || o.noun {
			continue
		}
		heads := []string{headOf(o.surface())}
		if e := o.entryByName(); e != nil {
			heads = append(heads, headOf(e.Name))
		}
		for _, h := range heads {
			if at, ok := named[h]; !ok || o.first < at {
				named[h] = o.first
			}
		}
	}
	for i, w := range x.low {
		if !anaphors[w] || x.own[i] != nil || x.upper(i) || i < x.dateline {
			continue
		}
		// "the commission said", "force spokeswoman Ingrid Halvorsen"; not "the
		// joint commission", not "the council flats".
		definite := x.at(i-1) == "the" && (x.bodyEnds(i+1) || personNouns[x.at(i+1)])
		compound := personNouns[x.at(i+1)] && (i == 0 || !x.upper(i-1)) && x.starting(i+2) != nil && (x.at(i-1) == "," || x.at(i-1) == "the" || finite[x.at(i-1)])
		if !definite && !compound {
			continue
		}
		at, ok := named[w]
		if ok && at < i || w == "force" {
			x.add(&mention{x: x, first: i, last: i + 1, typ: text.Organisation, conf: 0.7, class: body, inst: &institution{head: w}, noun: true})
		}
	}
}
