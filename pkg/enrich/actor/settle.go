package actor

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
)

// places works out the countries of the story and resolves the names of
// places in their light.
func (s *story) places() {
	s.countries = map[string]float64{}
	s.all(func(m *mention) {
		switch m.class {
		case state:
			for _, n := range m.names {
				if n.Entry.State() != nil && (n.Kind <= kb.ByAlias || n.Kind == kb.ByMetonym) {
					s.countries[n.Entry.Country] += 1
					break
				}
			}
		case people:
			for _, n := range m.names {
				if n.Entry.State() != nil {
					s.countries[n.Entry.Country] += 0.7
					break
				}
			}
		case body:
			if e := m.entryByName(); e != nil && e.Country != "" && len(e.Roles) > 0 && e.Roles[0] != "MED" {
				s.countries[e.Country] += 0.3
			}
		}
	})
	if e := s.provider(); e != nil {
		s.countries[e.Country] += 0.2
	}
	// Regions named as such count for their bare names too.
	s.all(func(m *mention) {
		if m.class != land {
			return
		}
		if m.level() == place.Region {
			if p, _, ok := s.a.places.Resolve(m.surface(), s.context(m)); ok && p.Level == place.Region {
				s.regions = append(s.regions, p.Region)
			}
		}
	})
	for _, x := range s.texts {
		for i, m := range x.mentions {
			if m.class != land && m.class != state {
				continue
			}
			s.resolve(m)
			if m.hasPlace && m.class == land {
				s.countries[m.place.Country] += 0.5
			}
			if s.home == "" && m.dateline && m.hasPlace && i < 3 {
				s.home = m.place.Country
				s.countries[s.home] += 1.5
			}
		}
	}
	if s.home == "" && s.d.Located != "" {
		if p, c, ok := s.a.places.Resolve(s.d.Located, place.Context{Countries: s.countries, Day: s.day}); ok && c > 0.6 {
			s.home = p.Country
		}
	}
	// Once more, now that all countries are known.
	s.all(func(m *mention) {
		if m.class == land {
			s.resolve(m)
		}
	})
}

// provider is the agency that sent the story.
func (s *story) provider() *kb.Entry {
	if s.d.Provider == "" {
		return nil
	}
	for _, n := range s.base.Find(s.d.Provider) {
		if n.Kind <= kb.ByAlias && n.Entry.Country != "" && n.Entry.State() == nil {
			return n.Entry
		}
	}
	return nil
}

// level is what the nouns beside the name tell.
func (m *mention) level() string {
	x := m.x
	if l := levelNoun(x.at(m.last)); l != "" {
		return l
	}
	if m.first >= 2 && x.low[m.first-1] == "of" {
		if l := levelNoun(x.low[m.first-2]); l != "" {
			return l
		}
		if m.first >= 3 && x.low[m.first-2] == "and" {
			return ""
		}
	}
	if m.first >= 1 {
		switch x.low[m.first-1] {
		case "town", "city", "village", "port", "capital":
			return place.City
		case "province", "region", "state":
			return place.Region
		}
	}
	// "the provinces of Anbar and Nineveh", "Kangwon and North Hwanghae provinces".
	for k := m.last; k < m.last+6 && k < len(x.low); k++ {
		w := x.low[k]
		if w == "provinces" || w == "regions" || w == "districts" || w == "oblasts" || w == "states" {
			return place.Region
		}
		if w != "and" && w != "," && !x.upper(k) {
			break
		}
	}
	for k := m.first - 1; k >= 0 && k > m.first-7; k-- {
		w := x.low[k]
		if (w == "provinces" || w == "departments" || w == "regions" || w == "districts") && x.at(k+1) == "of" {
			return place.Region
		}
		if w == "cities" || w == "towns" || w == "villages" {
			return place.City
		}
		if w != "and" && w != "," && w != "of" && !x.upper(k) {
			break
		}
	}
	return ""
}

func levelNoun(w string) string {
	switch w {
	case "region", "province", "oblast", "governorate", "district", "prefecture", "territory", "krai", "county", "peninsula":
		return place.Region
	case "city", "town", "village", "municipality", "suburb":
		return place.City
	case "airport", "airfield", "base", "island", "islands", "airbase", "valley", "crossing", "refinery":
		return place.Site
	case "sea", "river", "strait", "lake", "gulf":
		return place.Water
	}
	return ""
}

func (s *story) context(m *mention) place.Context {
	ctx := place.Context{Countries: s.countries, Level: m.level(), Regions: s.regions, Day: s.day}
	x := m.x
	// "Russia's Khabarovsk region", "Mansoa, Guinea-Bissau", "Basra in Iraq",
	// "the Iraqi city of Basra", "capital of central China's Henan Province".
	if o := x.before(m.first - 1); o != nil && x.low[m.first-1] == "'s" && o.class == state {
		ctx.Within = s.countryNow(o)
	}
	if ctx.Within == "" && m.last+1 < len(x.low) {
		if o := x.starting(m.last + 1); o != nil && (x.low[m.last] == "," || x.low[m.last] == "in" && !m.dateline) && (o.class == state || o.class == land) {
			if o.class == state && o.names != nil && o.names[0].Kind <= kb.ByAlias {
				if x.low[m.last] == "in" || !m.dateline && !listLike(x, m, o) || m.dateline && x.at(o.last) != "," {
					ctx.Within = s.countryNow(o)
				}
			} else if o.class == land && x.low[m.last] == "," && !listLike(x, m, o) {
				if p, _, ok := s.a.places.Resolve(o.surface(), place.Context{Countries: s.countries, Level: place.Region}); ok && p.Level == place.Region {
					ctx.Within = p.Country
				}
			}
		}
	}
	if ctx.Within == "" && m.first > 0 {
		if o := x.before(m.first); o != nil && o.class == people {
			ctx.Within = s.adjCountry(o)
		} else if m.first > 2 && x.low[m.first-1] == "of" {
			if o := x.before(m.first - 2); o != nil && o.class == people {
				ctx.Within = s.adjCountry(o)
			}
		}
	}
	return ctx
}

// listLike: "Anbar, Iraq and Syria" lists; "Basra, Iraq" and "Basra, Iraq," tell where.
func listLike(x *side, m, o *mention) bool {
	after := x.at(o.last)
	return after == "and" || after == "," && x.at(m.first-1) == "," || x.at(m.first-1) == "," && m.first > 1 && x.before(m.first-1) != nil
}

// countryNow is the present code of a state's land, for places.
func (s *story) countryNow(o *mention) string {
	for _, n := range o.names {
		if n.Entry.State() != nil {
			return n.Entry.Country
		}
	}
	return ""
}

func (s *story) adjCountry(o *mention) string { return s.countryNow(o) }

func (s *story) resolve(m *mention) {
	p, c, ok := s.a.places.Resolve(m.surface(), s.context(m))
	m.hasPlace, m.place, m.placeConf = ok, p, c
}

// settle decides for the names of states, capitals and regions whether they
// act or are places.
func (s *story) settle() {
	for _, x := range s.texts {
		for _, m := range x.mentions {
			if m.class != state && m.class != land {
				continue
			}
			m.acts, m.locative = s.stance(m)
		}
		// "Pyongyang and Moscow": of two joined names the one goes with the other.
		for i, m := range x.mentions {
			if i == 0 || m.class != state && m.class != land {
				continue
			}
			p := x.mentions[i-1]
			if p.last == m.first-1 && x.low[p.last] == "and" && (p.class == state || p.class == land) {
				if p.locative && !m.acts {
					m.locative = true
				}
				if m.acts && !p.locative {
					p.acts = true
				}
				if p.acts && !m.locative {
					m.acts = true
				}
			}
		}
	}
	s.all(func(m *mention) {
		switch m.class {
		case state:
			capital := true
			for _, n := range m.names {
				if n.Entry.State() != nil && (n.Kind <= kb.ByAlias || n.Kind == kb.ByMetonym) {
					capital = false
				}
			}
			if capital && (!m.acts || m.dateline) {
				m.class = land
				m.listable = true
				if m.hasPlace && m.place.Level == place.Country && m.surface() != m.place.Name {
					m.hasPlace = false
				}
				return
			}
			if !capital && m.locative && m.hasPlace && m.place.Level == place.Country {
				m.listable = true
			}
			if !capital && m.hasPlace && m.place.Level != place.Country && m.level() == m.place.Level && m.level() != "" {
				m.class, m.listable = land, true
			}
		case land:
			m.listable = true
		}
	})
}

// stance reads the words around a place's name: does it act, is it where.
func (s *story) stance(m *mention) (acts, locative bool) {
	x := m.x
	prev, next := x.at(m.first-1), x.at(m.last)
	i := m.first - 1
	if s.sentenceStart(m) {
		prev, i = "", -1
	}
	for i >= 0 && (x.low[i] == "the" || compass[x.low[i]]) {
		i--
		prev = x.at(i)
	}
	switch {
	case m.dateline:
		return false, true
	case locatives[prev]:
		// "to Russia's Khabarovsk region" is of Russia, not there.
		return false, next != "'s" && next != "’s"
	case prev == "for":
		for k := i - 1; k >= 0 && k > i-4; k-- {
			if goingVerbs[x.low[k]] {
				return false, true
			}
		}
		return false, false
	case prev == "of":
		return false, x.at(i-1) == "city" || x.at(i-1) == "capital" || x.at(i-1) == "town" || x.at(i-1) == "province" || x.at(i-1) == "region" || x.at(i-1) == "port"
	}
	if m.level() != "" {
		return false, true
	}
	switch {
	case agentives[prev], addressVerbs[prev]:
		return true, false
	case next == "'s" || next == "’s":
		w := x.at(m.last + 1)
		return !townNouns[w] && !townNouns[x.at(m.last+2)], false
	case finiteVerb(next), next == "," && prev == "" && finiteVerb(x.at(m.last+1)):
		return true, false
	case next == "," && prev == "" && s.sentenceStart(m) && !x.upper(m.last+1):
		return true, false
	case next == "," && x.upper(m.last+1) && !x.upper(m.last+2):
		return false, false
	case (next == "also" || next == "still" || next == "now" || next == "then" || next == "never" || next == "later" || next == "has" || next == "only" || next == "too" || next == "meanwhile") && finiteVerb(x.at(m.last+1)):
		return true, false
	case x.t == s.d.Headline && m.first == 0 && next != "" && !strings.HasSuffix(next, "ing") && next != ",":
		return true, false
	case next == "-" && x.upper(m.last+1):
		return true, false
	}
	return false, false
}

func (s *story) sentenceStart(m *mention) bool {
	first, _ := m.x.sentence(m.first)
	return m.first == first
}

var compass = set(`northern southern eastern western central north south east west northeastern northwestern southeastern southwestern neighbouring neighboring nearby downtown greater`)
