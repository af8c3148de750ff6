package actor

import (
	"slices"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// officeKinds are the offices of a state that a title names, by the title's
// last words; the first that fits counts.
var officeKinds = officeTable(`prime minister = hog
premier = hog
foreign minister = fm
minister of foreign affairs = fm
foreign secretary = fm
secretary of state = fm
defence minister = dm
defense minister = dm
defence secretary = dm
defense secretary = dm
secretary of defense = dm
minister of defence = dm
minister of defense = dm
interior minister = im
finance minister = fin
supreme leader = supreme-leader hos
president = hos president
leader = hos hog supreme-leader
chancellor = hog
king = monarch
queen = monarch
monarch = monarch
crown prince = crown-prince
army chief = cgs
strongman = hos
vice president = vice-president
ruler = hos monarch
emir = hos monarch
head of state = hos president
head of government = hog
dictator = hos
secretary-general = head
secretary general = head
chief = head
`)

type officeTitle struct{ words, kinds []string }

// officeTable keeps titles by their last word.
func officeTable(table string) map[string][]officeTitle {
	m := map[string][]officeTitle{}
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		title, kinds, _ := strings.Cut(line, " = ")
		words := strings.Fields(title)
		last := words[len(words)-1]
		m[last] = append(m[last], officeTitle{words, strings.Fields(kinds)})
	}
	return m
}

// titled finds the office that the last words of a list name.
func titled(words []string) (kinds []string, n int) {
	if len(words) == 0 {
		return nil, 0
	}
	for _, o := range officeKinds[words[len(words)-1]] {
		if n := len(o.words); len(words) >= n && slices.Equal(words[len(words)-n:], o.words) {
			return o.kinds, n
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
		if m.class == people && x.at(m.last) == "state" && !x.upper(m.last) && x.own[m.last] == nil && x.bodyEnds(m.last+1) {
			m.class, m.typ, m.last = state, text.Location, m.last+1
			x.claim(m)
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
			kinds, size := titled(x.low[at:last])
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
		if x.own[i] != nil || x.upper(i) || len(w) < 4 {
			continue
		}
		r := nounRoles(w)
		if r == nil && !generalHeads[singular(w)] || !strings.HasSuffix(w, "s") && w != "media" && w != "troops" && w != "police" {
			continue
		}
		if x.at(i+1) == "-" || nounRoles(x.at(i+1)) != nil && x.own[i+1] == nil {
			continue
		}
		first := i
		for first > 0 && first > i-3 && x.own[first-1] == nil && modifier(x.low[first-1]) {
			first--
		}
		prev := x.before(first)
		country := ""
		switch {
		case prev != nil && prev.class == people && !prev.noun:
			country = s.peopleCountry(prev)
		case prev != nil: // "FDLR rebels" are of the body named
			continue
		case prev == nil && first > 0 && islamist[x.low[first-1]] && x.own[first-1] == nil:
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
		x.add(&mention{x: x, first: from, last: i + 1, typ: text.Organisation, conf: 0.7, class: crowd, country: country, roles: roles, noun: true})
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
