package actor

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// officeKinds are the offices of a state that a title names, by the title's
// last words.
var officeKinds = []struct {
	words string
	kinds []string
}{
	{"prime minister", []string{"hog"}}, {"premier", []string{"hog"}}, {"foreign minister", []string{"fm"}}, {"minister of foreign affairs", []string{"fm"}}, {"foreign secretary", []string{"fm"}},
	{"secretary of state", []string{"fm"}}, {"defence minister", []string{"dm"}}, {"defense minister", []string{"dm"}}, {"defence secretary", []string{"dm"}}, {"defense secretary", []string{"dm"}},
	{"secretary of defense", []string{"dm"}}, {"minister of defence", []string{"dm"}}, {"minister of defense", []string{"dm"}}, {"interior minister", []string{"im"}}, {"finance minister", []string{"fin"}}, {"supreme leader", []string{"supreme-leader", "hos"}},
	{"president", []string{"hos", "president"}}, {"leader", []string{"hos", "hog", "supreme-leader"}}, {"chancellor", []string{"hog"}}, {"king", []string{"monarch"}}, {"queen", []string{"monarch"}},
	{"monarch", []string{"monarch"}}, {"crown prince", []string{"crown-prince"}}, {"army chief", []string{"cgs"}}, {"strongman", []string{"hos"}}, {"vice president", []string{"vice-president"}}, {"ruler", []string{"hos", "monarch"}}, {"emir", []string{"hos", "monarch"}},
	{"head of state", []string{"hos", "president"}}, {"head of government", []string{"hog"}}, {"dictator", []string{"hos"}}, {"secretary-general", []string{"head"}}, {"secretary general", []string{"head"}}, {"chief", []string{"head"}},
}

// officeAt reads the office in the tokens that end before last; n is their number.
func (x *side) officeAt(first, last int) (kinds []string, n int) {
	for _, o := range officeKinds {
		words := strings.Fields(o.words)
		if last-first < len(words) {
			continue
		}
		if strings.Join(x.low[last-len(words):last], " ") == o.words {
			return o.kinds, len(words)
		}
	}
	return nil, 0
}

// offices finds posts that stand for their holder: "the North Korean leader",
// "Russia's president", with nobody named behind them.
func (s *story) offices(x *side) {
	if !s.whole {
		return
	}
	for _, m := range x.mentions {
		if m.class == people && x.at(m.last) == "state" && !x.upper(m.last) && x.taken[m.last] < 0 && x.bodyEnds(m.last+1) {
			m.class, m.typ, m.last = state, text.Location, m.last+1
			x.taken[m.last-1] = 1
			for i := range m.names {
				m.names[i].Kind = kb.ByAlias
			}
		}
	}
	for _, m := range x.mentions {
		if m.class != people && m.class != state && m.class != body || m.inst != nil || m.last == m.first {
			continue
		}
		at := m.last
		possessive := x.at(at) == "'s" || x.at(at) == "’s"
		if possessive {
			at++
		}
		if m.class == body && m.entryByName() == nil || m.class == state && !possessive && !m.adjectival() {
			continue
		}
		for n := 3; n >= 1; n-- {
			last := at + n
			if last > len(x.low) || !x.free(at, last) {
				continue
			}
			kinds, size := x.officeAt(at, last)
			if size != n {
				continue
			}
			// A name behind makes it a title.
			if x.starting(last) != nil || x.at(last) == "-" || x.at(last) == "," && x.starting(last+1) != nil && x.starting(last+1).class == person {
				break
			}
			if x.at(at-1) == "former" || x.at(m.first-1) == "former" || x.at(m.first-1) == "a" || x.at(m.first-1) == "an" {
				break
			}
			if !x.bodyEnds(last) && !x.upperless(last) {
				break
			}
			of, country := "", ""
			if m.class == body {
				of = m.entryByName().ID
			} else {
				country = s.peopleCountry(m)
				of = country
			}
			o := &mention{x: x, first: m.first, last: last, typ: text.Person, conf: 0.8, class: office, country: country, titled: true, roles: []string{"GOV"}}
			for _, k := range kinds {
				if e := s.base.Holder(of, k, s.day); e != nil {
					o.entry, o.officeKind = e, k
					break
				}
			}
			o.officeKind = kinds[0]
			if o.entry == nil && m.class == body {
				break
			}
			if possessive {
				o.first = at
			} else {
				x.drop(m)
			}
			x.mentions = append(x.mentions, o)
			break
		}
	}
	x.compact()
	x.sort()
}

// adjectival: the name serves as an adjective too ("U.S.").
func (m *mention) adjectival() bool {
	for _, n := range m.names {
		if n.Kind == kb.ByAdjective {
			return true
		}
	}
	return false
}

func (x *side) upperless(i int) bool { return !x.upper(i) }

// armed are the groups told by a noun that are actors of a story even when
// nothing names them.
var armed = set(`rebels militants insurgents guerrillas separatists jihadists mutineers`)

// crowds finds groups told by a common noun: with a nationality or a capital
// before it ("South Korean officials", "Islamist militants"), and rebels.
func (s *story) crowds(x *side) {
	if !s.whole {
		return
	}
	for i := 0; i < len(x.low); i++ {
		w := x.low[i]
		if x.taken[i] >= 0 || x.upper(i) || len(w) < 4 {
			continue
		}
		r := nounRoles(w)
		if r == nil && !generalHeads[singular(w)] || !strings.HasSuffix(w, "s") && w != "media" && w != "troops" && w != "police" {
			continue
		}
		if x.at(i+1) == "-" || nounRoles(x.at(i+1)) != nil && x.taken[i+1] < 0 {
			continue
		}
		first := i
		for first > 0 && first > i-3 && x.taken[first-1] < 0 && modifier(x.low[first-1]) {
			first--
		}
		prev := x.before(first)
		country := ""
		switch {
		case prev != nil && prev.class == people && !prev.noun:
			country = s.peopleCountry(prev)
		case prev == nil && first > 0 && islamist[x.low[first-1]] && x.taken[first-1] < 0:
			first--
		case armed[w] && first == i:
		default:
			continue
		}
		if !armed[w] && r != nil && (r[0] == "CVL" || r[0] == "MIL" || r[0] == "LAB" || r[0] == "REF") {
			continue
		}
		from := first
		if country != "" {
			from = prev.first
		}
		roles := rolesOf(x.low[first : i+1])
		if roles == nil {
			continue
		}
		if country != "" {
			x.drop(prev)
		}
		x.mentions = append(x.mentions, &mention{x: x, first: from, last: i + 1, typ: text.Organisation, conf: 0.7, class: crowd, country: country, roles: roles, noun: true})
		for k := from; k <= i; k++ {
			x.taken[k] = 1
		}
	}
	x.compact()
	x.sort()
}

var islamist = set("islamist islamic maoist marxist shiite sunni kurdish tuareg chechen muslim communist")

func modifier(w string) bool {
	return nounRoles(w) != nil || topics[w] || roleModifiers[w] != "" || adjectives[w]
}

var adjectives = set(`senior local armed state foreign mining oil military trade ruling former security military-backed private public religious tribal human rights aid news student union intelligence business political pro-democracy
transport construction shipping banking gas provincial regional federal central high-ranking top unidentified`)

// kindOf names an office for an unknown holder.
func kindOf(kind string) string {
	switch kind {
	case "hos":
		return "president"
	case "hog":
		return "prime-minister"
	case "fm":
		return "foreign-minister"
	case "dm":
		return "defence-minister"
	case "im":
		return "interior-minister"
	case "fin":
		return "finance-minister"
	}
	return kind
}
