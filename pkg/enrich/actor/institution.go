package actor

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// institution is a body that every state has, told by a common noun.
type institution struct {
	key   string // "ministry-of-defence"
	name  string // "Ministry of Defence"
	head  string // the noun that may stand for it again: "ministry"
	roles []string
	of    *kb.Entry // the body it is part of, nil for a state's
}

// igo is the inter-governmental body that a mention names, nil for none.
func igo(m *mention) *kb.Entry {
	if m == nil || m.class != body {
		return nil
	}
	if e := m.entryByName(); e != nil && len(e.Roles) > 0 && e.Roles[0] == "IGO" {
		return e
	}
	return nil
}

// topics of ministries and departments, and the form their name takes.
var topics = set(`foreign external internal interior home defence defense oil energy finance economy economic health education labour labor justice trade commerce industry transport transportation
agriculture unification culture tourism information communications environment housing planning science technology sports youth women religious affairs welfare social security employment manpower
construction railways railway metal power water irrigation mines mining fisheries forestry food public works emergency emergencies situations veterans migration immigration human rights development
state national overseas rural urban local government petroleum minerals natural resources sport higher taxes customs treasury budget investment industrial nuclear electricity machine light chemical
coal land maritime marine ocean oceans space aviation civil police families family children gender equality tax revenue digital reconstruction reunification displaced refugees diaspora waqf endowments`)

var topicForms = map[string]string{
	"defense": "defence", "labor": "labour", "foreign": "foreign-affairs", "external-affairs": "external-affairs", "transportation": "transport", "interior": "interior", "home": "home-affairs",
	"home-affairs": "home-affairs", "national-defense": "national-defence", "national-defence": "national-defence", "of-foreign-affairs": "foreign-affairs",
}

// plain are institutions of one name; bare ones are meant even without a
// country beside them, in a story that tells its country.
var plain = map[string]struct {
	name  string
	roles []string
	bare  bool
}{
	"government":            {"Government", []string{"GOV"}, true},
	"presidency":            {"Presidency", []string{"GOV"}, true},
	"parliament":            {"Parliament", []string{"LEG", "GOV"}, true},
	"cabinet":               {"Cabinet", []string{"GOV"}, false},
	"embassy":               {"Embassy", []string{"GOV"}, true},
	"consulate":             {"Consulate", []string{"GOV"}, true},
	"army":                  {"Army", []string{"MIL"}, false},
	"navy":                  {"Navy", []string{"MIL"}, false},
	"military":              {"Military", []string{"MIL"}, false},
	"police":                {"Police", []string{"COP"}, false},
	"gendarmerie":           {"Gendarmerie", []string{"COP", "MIL"}, false},
	"air force":             {"Air Force", []string{"MIL"}, false},
	"armed forces":          {"Armed Forces", []string{"MIL"}, false},
	"security forces":       {"Security Forces", []string{"MIL", "COP"}, false},
	"defence forces":        {"Defence Forces", []string{"MIL"}, false},
	"defense forces":        {"Defence Forces", []string{"MIL"}, false},
	"coast guard":           {"Coast Guard", []string{"COP", "MIL"}, false},
	"border guard":          {"Border Guard", []string{"COP", "MIL"}, false},
	"national guard":        {"National Guard", []string{"MIL"}, false},
	"general staff":         {"General Staff", []string{"MIL"}, false},
	"foreign office":        {"Foreign Office", []string{"GOV"}, true},
	"central bank":          {"Central Bank", []string{"GOV", "BUS"}, false},
	"supreme court":         {"Supreme Court", []string{"JUD"}, false},
	"constitutional court":  {"Constitutional Court", []string{"JUD"}, false},
	"high court":            {"High Court", []string{"JUD"}, false},
	"national assembly":     {"National Assembly", []string{"LEG", "GOV"}, false},
	"senate":                {"Senate", []string{"LEG", "GOV"}, false},
	"security council":      {"Security Council", []string{"GOV"}, false},
	"state media":           {"State media", []string{"MED", "GOV"}, false},
	"state television":      {"State television", []string{"MED", "GOV"}, false},
	"state tv":              {"State television", []string{"MED", "GOV"}, false},
	"state radio":           {"State radio", []string{"MED", "GOV"}, false},
	"state news agency":     {"State news agency", []string{"MED", "GOV"}, false},
	"intelligence agency":   {"Intelligence agency", []string{"SPY", "GOV"}, false},
	"intelligence service":  {"Intelligence service", []string{"SPY", "GOV"}, false},
	"spy agency":            {"Intelligence agency", []string{"SPY", "GOV"}, false},
	"police force":          {"Police Force", []string{"COP"}, false},
	"labour office":         {"Labour Office", []string{"GOV"}, true},
	"labor office":          {"Labour Office", []string{"GOV"}, true},
	"press office":          {"Press Office", []string{"GOV"}, false},
	"foreign service":       {"Foreign Service", []string{"GOV"}, false},
	"red crescent society":  {"Red Crescent Society", []string{"NGO"}, true},
	"red cross society":     {"Red Cross Society", []string{"NGO"}, true},
	"joint chiefs of staff": {"Joint Chiefs of Staff", []string{"MIL"}, false},
	"people's army":         {"People's Army", []string{"MIL"}, false},
}

var plainHeads = func() map[string]bool {
	m := map[string]bool{}
	for k := range plain {
		m[k[strings.LastIndexByte(k, ' ')+1:]] = true
	}
	m["staff"] = true
	return m
}()

// institutionAt reads the institution whose head noun is token i: the tokens
// it spans and what it is; ok is false when token i is no such head.
func (x *side) institutionAt(i int) (first, last int, in *institution, ok bool) {
	w := x.low[i]
	switch w {
	case "ministry", "ministries", "department":
		if w == "ministries" {
			return 0, 0, nil, false
		}
		first, last = i, i+1
		for first > 0 && (topics[x.low[first-1]] || (x.low[first-1] == "and" || x.low[first-1] == "&") && first > 1 && topics[x.low[first-2]]) && first > i-7 {
			first--
		}
		var topic []string
		if first < i {
			topic = x.low[first:i]
		} else if x.at(i+1) == "of" || x.at(i+1) == "for" {
			j := i + 2
			if x.at(j) == "the" {
				j++
			}
			start := j
			for j < len(x.low) && j < start+9 && (x.own[j] == nil || x.own[i] != nil) && (topics[x.low[j]] || x.upper(j) || (x.low[j] == "and" || x.low[j] == "&") && j > start && (topics[x.at(j+1)] || x.upper(j+1))) {
				j++
			}
			if j > start {
				topic, last = x.low[start:j], j
			}
		}
		if topic == nil {
			return i, i + 1, &institution{head: w}, true
		}
		key := strings.ReplaceAll(strings.Join(topic, "-"), "-&-", "-and-")
		if f, ok := topicForms[key]; ok {
			key = f
		}
		key = strings.ReplaceAll(key, "defense", "defence")
		if key == "labor" || strings.HasPrefix(key, "labor-") {
			key = "labour" + key[len("labor"):]
		}
		noun := "Ministry"
		if w == "department" {
			noun = "Department"
		}
		roles := []string{"GOV"}
		if strings.Contains(key, "defence") {
			roles = []string{"GOV", "MIL"}
		}
		return first, last, &institution{key: strings.ToLower(noun) + "-of-" + key, name: noun + " of " + titleCase(key), head: w, roles: roles}, true
	}
	if !plainHeads[w] {
		return 0, 0, nil, false
	}
	for n := 3; n >= 0; n-- {
		if i-n < 0 {
			continue
		}
		key := strings.Join(x.low[i-n:i+1], " ")
		p, found := plain[key]
		if !found {
			continue
		}
		if key == "police" || key == "military" || key == "army" {
			// "military exercises", "police officers" are no bodies.
			if !x.bodyEnds(i + 1) {
				return 0, 0, nil, false
			}
		}
		return i - n, i + 1, &institution{key: strings.ReplaceAll(strings.ReplaceAll(key, " ", "-"), "defense", "defence"), name: p.name, head: w, roles: p.roles}, true
	}
	return 0, 0, nil, false
}

// bodyEnds reports whether a noun before token i is the end of its phrase.
func (x *side) bodyEnds(i int) bool {
	w := x.at(i)
	if w == "" || finite[w] || locatives[w] {
		return true
	}
	switch w {
	case ".", ",", ";", ":", ")", "'s", "and", "or", "of", "that", "which", "who", "to", "for", "on", "with", "\"", "”", "as", "spokesman", "spokeswoman", "spokesperson", "official", "officials", "chief":
		return true
	}
	return strings.HasSuffix(w, "ed") && len(w) > 4
}

var smallWords = set("of and the for in on")

func titleCase(key string) string {
	words := strings.Split(key, "-")
	for i, w := range words {
		if w == "" || i > 0 && smallWords[w] {
			continue
		}
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// institutions finds bodies of states told by nouns and marks those that the
// model found already.
func (s *story) institutions(x *side) {
	for i := range x.low {
		if !plainHeads[x.low[i]] && x.low[i] != "ministry" && x.low[i] != "department" {
			continue
		}
		if x.at(i+1) == "-" || i < x.dateline {
			continue
		}
		first, last, in, ok := x.institutionAt(i)
		if !ok {
			continue
		}
		// "Chief Cabinet Secretary" is a title.
		if w := x.at(last); x.upper(last) && x.own[last] == nil && (personNouns[w] || w == "adviser" || w == "advisor") {
			continue
		}
		if x.own[i] != nil {
			m := x.covering(i)
			if m == nil || m.inst != nil || m.class != body && m.class != land {
				continue
			}
			// The model's name must be the institution, give or take a nationality.
			if m.first <= first && m.last >= last && in.key != "" && m.last-last <= 0 {
				rest := first - m.first
				if rest == 0 || rest <= 2 && s.nationality(x, m.first, first) != "" {
					m.inst, m.class = in, body
					if rest > 0 {
						m.country = s.nationality(x, m.first, first)
					}
				}
			} else if m.first >= first && m.last <= last && in.key != "" {
				m.first, m.last, m.inst, m.class = first, last, in, body
				x.claim(m)
			}
			continue
		}
		if !s.whole {
			continue
		}
		capital := x.upper(i) && !x.caps
		if in.key == "" && x.at(i+1) != "of" { // "the ministry": for the one named before
			if first > 0 && x.low[first-1] == "the" || x.at(i-1) == "a" && s.whole {
				x.add(&mention{x: x, first: first, last: last, typ: text.Organisation, conf: 0.7, class: body, inst: in, noun: !capital})
			}
			continue
		}
		if !x.free(first, last) {
			continue
		}
		p := plain[strings.ReplaceAll(in.key, "-", " ")]
		prev := x.before(first)
		m := &mention{x: x, first: first, last: last, typ: text.Organisation, conf: 0.8, class: body, inst: in, noun: !capital}
		owned := false
		if prev != nil && prev.class == people && !prev.noun {
			owned = true
			m.country = s.peopleCountry(prev)
			m.first = prev.first
			x.drop(prev)
		} else if prev != nil && prev.class == state && capital && prev.last == first && strings.IndexByte(in.key, '-') < 0 {
			// "Kosovo Police"
			owned = true
			m.country = s.stateCountry(prev)
			m.first = prev.first
			x.drop(prev)
		} else if e := igo(prev); e != nil {
			// "the U.N. police force": a body of no state.
			owned = true
			m.first, m.inst = prev.first, &institution{key: in.key, name: e.Name + " " + in.name, head: in.head, roles: append([]string{"IGO"}, in.roles...), of: e}
			x.drop(prev)
		} else if x.at(first-1) == "'s" || x.at(first-1) == "its" || x.at(first-1) == "their" || x.at(last) == "in" || x.at(last) == "of" {
			owned = true
			if in.key == "embassy" && x.at(first-1) == "'s" {
				if o := x.before(first - 1); o != nil && o.class == state {
					m.first = o.first
					m.country = s.stateCountry(o)
					x.drop(o)
				}
			}
		}
		if !owned && !p.bare && !capital && !strings.Contains(in.key, "-of-") {
			continue
		}
		if in.key == "government" && (x.at(first-1) == "a" || x.at(first-1) == "local" || x.at(first-1) == "regional" || x.at(first-1) == "provincial" || x.at(first-1) == "state" || x.at(first-1) == "no") {
			continue
		}
		if strings.HasPrefix(in.key, "department") && x.at(first-1) == "of" {
			continue
		}
		// "Foreign Office in Berlin", "embassy in Baghdad": where is of the name.
		if x.at(m.last) == "in" && (m.inst.of != nil || in.key == "embassy" || in.key == "consulate" || strings.Contains(in.key, "-of-") || in.key == "foreign-office") {
			if o := x.starting(m.last + 1); o != nil && (o.class == state || o.class == land) {
				if in.key != "embassy" && in.key != "consulate" && m.inst.of == nil {
					m.country = s.stateCountry(o)
				}
				m.last = o.last
				x.drop(o)
			}
		}
		x.add(m)
	}
	for _, m := range x.mentions {
		if m.inst != nil && (m.inst.key == "embassy" || m.inst.key == "foreign-office") && m.last < len(x.low) && x.low[m.last] == "in" {
			if o := x.starting(m.last + 1); o != nil && (o.class == state || o.class == land) {
				if m.inst.key != "embassy" && m.country == "" {
					m.country = s.stateCountry(o)
				}
				m.last = o.last
				x.drop(o)
			}
		}
	}
	x.compact()
}

func (x *side) compact() {
	kept := x.mentions[:0]
	for _, m := range x.mentions {
		if m.last > m.first {
			kept = append(kept, m)
		}
	}
	x.mentions = kept
	clear(x.own)
	for _, m := range kept {
		x.claim(m)
	}
}

// entryByName is the organisation of note that bears exactly this name.
func (m *mention) entryByName() *kb.Entry {
	for _, n := range m.names {
		if n.Kind <= kb.ByAlias && !n.Entry.Listed && n.Entry.State() == nil && n.Entry.Type != "person" {
			return n.Entry
		}
	}
	return nil
}

// nationality is the country of the adjective in tokens [first, last), "" for none.
func (s *story) nationality(x *side, first, last int) string {
	if first >= last {
		return ""
	}
	leaf, ok := s.base.Gazetteer().Exact(x.wordsOf(first, last))
	if !ok {
		return ""
	}
	for _, n := range s.base.Names(nil, leaf) {
		if n.Entry.State() != nil && n.Kind != kb.ByCapital && n.Kind != kb.ByMetonym {
			return s.alive(n.Entry)
		}
	}
	return ""
}

// alive is the code of a state on the story's day: of the Soviet Union for
// Russian in 1985.
func (s *story) alive(e *kb.Entry) string { return kb.StateAt(e.Country, s.day) }

func (s *story) peopleCountry(m *mention) string {
	for _, n := range m.names {
		if n.Entry.State() != nil && (n.Kind == kb.ByAdjective || n.Kind == kb.ByNoun) && (s.day == 0 || n.Entry.At(s.day)) {
			return s.alive(n.Entry)
		}
	}
	return s.stateCountry(m)
}

func (s *story) stateCountry(m *mention) string {
	if e := s.stateEntry(m); e != nil {
		return s.alive(e)
	}
	return m.country
}

// stateEntry is the state that a mention names; of several the one that
// exists on the story's day and is named rather than its seat.
func (s *story) stateEntry(m *mention) *kb.Entry {
	var best *kb.Entry
	bestScore := -1
	for _, n := range m.names {
		if n.Entry.State() == nil {
			continue
		}
		score := 0
		if n.Entry.At(s.day) && (s.day != 0 || n.Entry.To == 0) {
			score += 8
		}
		if n.Kind <= kb.ByAlias {
			score += 4
		}
		if n.Entry.Country == s.home {
			score += 2
		}
		if s.countries[n.Entry.Country] > 0 {
			score++
		}
		if score > bestScore {
			best, bestScore = n.Entry, score
		}
	}
	return best
}
