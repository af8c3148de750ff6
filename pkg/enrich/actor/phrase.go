package actor

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// maxPhraseTokens is the length of a text that may be a noun phrase alone.
const maxPhraseTokens = 16

// phrase handles a text that is one noun phrase and no sentence ("a Brazilian
// mining company", "Deputy Defence Minister Pavel Orlov"): it is one actor,
// with the country and the role that its words tell. It reports whether the
// text was one.
func (s *story) phrase() bool {
	if s.d.Headline.S != "" || len(s.d.Body.Sentences) != 1 || len(s.d.Body.Tokens) > maxPhraseTokens || len(s.d.Body.Tokens) == 0 {
		return false
	}
	var x *side
	for _, o := range s.texts {
		if o.t == s.d.Body {
			x = o
		}
	}
	if x.caps && len(x.low) > 2 {
		return false
	}
	first, last := 0, len(x.low)
	for i, w := range x.low {
		if i > 0 && sentenceVerbs[w] && !(x.upper(i) && w == "may") || w == "." || w == ";" || w == ":" || w == "\"" || w == "“" {
			return false
		}
	}
	s.find(x)
	s.countries = map[string]float64{}
	// A person in it is whom it means.
	for _, m := range x.mentions {
		if m.class == person {
			// With nothing but his title before it, it is he alone.
			s.alone = m.last == last && m.first > 0 && rolesOf(titleWords(x.low[:m.first])) != nil
			s.undo(x)
			return false
		}
	}
	if len(x.mentions) == 1 && x.mentions[0].class == state && x.mentions[0].last-x.mentions[0].first == last-first {
		s.alone = true
		s.undo(x)
		return false
	}
	for first < last && (x.low[first] == "the" || x.low[first] == "a" || x.low[first] == "an" || x.low[first] == "some" || x.low[first] == "several" || x.low[first] == "many") {
		first++
	}
	if first == last {
		s.undo(x)
		return false
	}
	// The head: before "of", "in", "from" and the like.
	end := first
	for end < last {
		w := x.low[end]
		if end > first && (w == "of" || w == "in" || w == "from" || w == "at" || w == "for" || w == "near" || w == "to" || w == "with" || w == "who" || w == "," || w == "on" || w == "by" || w == "loyal") && !x.joined(end) {
			break
		}
		end++
	}
	// A known name as a whole is linked as any name is.
	if leaf, ok := s.base.Gazetteer().Exact(x.wordsOf(first, last)); ok {
		for _, n := range s.base.Names(nil, leaf) {
			if !n.Entry.Listed && n.Kind < kb.ByAdjective {
				s.whole = true
				s.undo(x)
				return false
			}
		}
	}
	words := titleWords(x.low[first:end])
	roles := rolesOf(words)
	if roles == nil && len(words) > 0 && generalHeads[singular(words[len(words)-1])] && end+1 < last {
		// "a spokesman for the Ukrainian army"
		rest := x.low[end+1 : last]
		roles = rolesOf(titleWords(rest[:headNoun(rest)]))
	}
	if roles == nil && len(x.mentions) == 1 && x.mentions[0].class == people && x.mentions[0].last == last && strings.HasSuffix(x.low[last-1], "s") {
		roles = []string{"CVL"} // "Albanians"
	}
	if len(words) == 0 || roles == nil {
		s.undo(x)
		return false
	}
	country := ""
	var named *mention
	for _, m := range x.mentions {
		switch m.class {
		case state, people:
			if country == "" {
				country = s.peopleCountry(m)
			}
		case land:
			s.resolve(m)
			if country == "" && m.hasPlace && m.placeConf > 0.5 {
				country = m.place.Country
			}
		case office:
			if m.entry != nil {
				s.undo(x)
				return false
			}
			country = m.country
		case crowd:
			if country == "" {
				country = m.country
			}
		case body:
			if m.inst != nil && country == "" {
				country = m.country
			}
			if named == nil {
				named = m
			}
		}
	}
	if country == "" && named != nil {
		country = s.countryInside(named)
	}
	if named != nil && named.inst == nil && country == "" {
		if e := s.bodyEntry(named); e != nil {
			country, _ = e.On(s.day)
			if r := e.Roles; len(words) > 0 && generalHeads[singular(words[len(words)-1])] && len(r) > 0 && r[0] != "GOV" {
				roles = r
			}
			if named.first <= first && named.last >= end {
				s.undo(x)
				return false
			}
		}
	}
	for _, w := range words {
		if c, ok := regional[w]; ok && country == "" {
			country = c
		}
		if w == "ethnic" {
			country = ""
		}
	}
	kinds, n := officeEnd(words)
	if len(kinds) > 0 && country != "" {
		for _, k := range kinds {
			if e := s.base.Holder(country, k, s.day); e != nil && s.day != 0 && n == len(words)-x.adjectivesIn(first, end, n) {
				m := &mention{x: x, first: first, last: last, typ: text.Person, conf: 0.85, class: office, entry: e, roles: roles}
				x.mentions = []*mention{m}
				s.join(m, s.known(e))
				s.emit()
				return true
			}
		}
	}
	m := &mention{x: x, first: first, last: last, typ: text.Organisation, conf: 0.75, class: crowd, country: country, roles: roles, noun: true}
	typ := model.ActorGroup
	if isBodyNoun(words[len(words)-1]) {
		typ = model.ActorOrganisation
	} else if !strings.HasSuffix(words[len(words)-1], "s") {
		typ = model.ActorPerson
		m.typ = text.Person
	}
	x.mentions = []*mention{m}
	c := s.unknown("x/"+slugOf(m.surface()), m.surface(), typ, m)
	c.conf = 0.75
	s.join(m, c)
	s.emit()
	return true
}

// keepHead leaves the person of a phrase alone: whose post it is stands in his
// country and his roles.
func (s *story) keepHead() {
	var head *cluster
	for _, c := range s.clusters {
		if c.typ == model.ActorPerson {
			head = c
		}
	}
	if head == nil {
		return
	}
	s.all(func(m *mention) {
		if m.actor != head {
			m.actor = nil
		}
	})
}

// regional are adjectives of regions and peoples of one state.
var regional = map[string]string{
	"catalan": "ESP", "basque": "ESP", "scottish": "GBR", "welsh": "GBR", "corsican": "FRA", "breton": "FRA", "bavarian": "DEU", "sicilian": "ITA", "chechen": "RUS", "siberian": "RUS",
	"dagestani": "RUS", "tibetan": "CHN", "uighur": "CHN", "uyghur": "CHN", "crimean": "UKR", "texan": "USA", "californian": "USA", "acehnese": "IDN", "darfuri": "SDN", "tigrayan": "ETH",
}

// undo forgets what find did, so that the text is read as any other.
func (s *story) undo(x *side) {
	x.mentions = nil
	clear(x.own)
	s.clusters = nil
	clear(s.ids)
}

// joined: the preposition is of a name or a fixed phrase ("Ministry of
// Defence", "chief of staff").
func (x *side) joined(i int) bool {
	if x.low[i] != "of" {
		return false
	}
	w := x.at(i + 1)
	switch w {
	case "state", "staff", "government", "defence", "defense", "parliament", "foreign":
		return true
	}
	return false
}

// adjectivesIn counts the words of a phrase before its last n that are a
// nationality or a state's name.
func (x *side) adjectivesIn(first, end, n int) int {
	count := 0
	for _, m := range x.mentions {
		if (m.class == people || m.class == state) && m.first >= first && m.last <= end-n {
			count += m.last - m.first
		}
	}
	return count
}

func isBodyNoun(w string) bool {
	switch w {
	case "company", "firm", "ministry", "government", "party", "agency", "union", "group", "army", "police", "newspaper", "media", "press", "court", "parliament", "bank", "military", "navy", "embassy", "council", "university",
		"corporation", "organisation", "organization", "militia", "commission", "committee", "department", "presidency", "cabinet", "television", "church", "daily", "weekly", "force", "movement", "association":
		return true
	}
	return false
}
