package actor

import (
	"slices"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/gazetteer"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/model"
)

// link makes the clusters: the body first, since headlines shorten names, then
// the headline.
func (s *story) link() {
	acting := map[*kb.Entry]bool{}
	s.all(func(m *mention) {
		if m.class == state && !m.locative && !m.dateline {
			acting[s.stateEntry(m)] = true
		}
	})
	s.all(func(m *mention) {
		// A country that is only where is a place and no actor.
		if m.class == state && m.locative && m.hasPlace && s.whole && !acting[s.stateEntry(m)] {
			m.class, m.listable = land, true
			m.acts = false
		}
	})
	order := slices.Clone(s.texts)
	slices.Reverse(order)
	for _, x := range order {
		for i, m := range x.mentions {
			switch m.class {
			case state:
				s.linkState(m)
			case land:
				s.linkLand(m)
			case body:
				s.linkBody(x, i, m)
			case crowd:
				s.join(m, s.unknown("x/"+slugOf(m.surface()), m.surface(), model.ActorGroup, m))
			}
		}
		for _, m := range x.mentions {
			if m.class == person && m.last-m.first > 1 || m.class == person && s.knownAlone(m) {
				s.linkPerson(m)
			}
		}
		for _, m := range x.mentions {
			switch {
			case m.class == person && m.actor == nil:
				s.linkShort(m)
			case m.class == office:
				s.linkOffice(m)
			}
		}
	}
	s.countriesOfRest()
}

func (s *story) join(m *mention, c *cluster) {
	m.actor = c
	c.last = m
	c.mentions = append(c.mentions, m)
	if c.country == "" {
		c.country = m.country
	}
	for _, r := range m.roles {
		if !slices.Contains(c.roles, r) && c.entry == nil {
			c.roles = append(c.roles, r)
		}
	}
}

func (s *story) byID(id string) *cluster { return s.ids[id] }

// recentClusters bounds how many actors back a short name is looked for, so
// that a text of nothing but names takes no longer than another.
const recentClusters = 256

func (s *story) recent() []*cluster {
	return s.clusters[max(0, len(s.clusters)-recentClusters):]
}

// firstOnes are the first mentions of an actor, enough to know its names.
func (c *cluster) firstOnes() []*mention { return c.mentions[:min(len(c.mentions), 6)] }

func (s *story) enter(c *cluster) *cluster {
	s.clusters = append(s.clusters, c)
	s.ids[c.id] = c
	return c
}

func (s *story) known(e *kb.Entry) *cluster {
	if c := s.byID(e.ID); c != nil {
		return c
	}
	country, roles := e.On(s.day)
	c := &cluster{id: e.ID, name: e.Name, typ: e.Type, entry: e, country: country, roles: roles, conf: 0.97}
	return s.enter(c)
}

func (s *story) unknown(id, name, typ string, m *mention) *cluster {
	if c := s.byID(id); c != nil {
		return c
	}
	c := &cluster{id: id, name: name, typ: typ, country: m.country, roles: slices.Clone(m.roles), inst: m.inst, class: m.class, conf: 0.6, candidates: m.candidates}
	return s.enter(c)
}

func (s *story) linkState(m *mention) {
	e := s.stateEntry(m)
	if e == nil {
		return
	}
	if iso := s.alive(e); iso != e.Country && !m.namedState() {
		if was, ok := s.base.ByCode(iso); ok {
			e = was
		}
	}
	s.join(m, s.known(e))
	m.conf = 0.97
}

// namedState: the mention is a state's own name, not its capital or adjective.
func (m *mention) namedState() bool {
	for _, n := range m.names {
		if n.Entry.State() != nil && n.Kind <= kb.ByAlias {
			return true
		}
	}
	return false
}

// linkLand makes an actor of a region or a town that acts.
func (s *story) linkLand(m *mention) {
	if !m.acts || m.dateline {
		return
	}
	country, id, name := "", "x/"+slugOf(m.surface()), m.surface()
	if m.hasPlace {
		country = m.place.Country
		if m.placeConf > 0.5 {
			id = m.place.ID
		}
	}
	m.country = country
	if m.roles == nil {
		m.roles = []string{"GOV"}
	}
	s.join(m, s.unknown(id, name, model.ActorPlace, m))
}

// linkBody links an organisation.
func (s *story) linkBody(x *side, i int, m *mention) {
	if e := s.bodyEntry(m); e != nil {
		s.join(m, s.known(e))
		m.conf = 0.95
		return
	}
	if m.inst != nil {
		s.linkInstitution(x, m)
		return
	}
	s.affiliate(x, m)
	// A shorter form of a name before: "Huabei" of "Huabei Drilling".
	name := m.surface()
	if c := s.fold(m, name); c != nil {
		s.join(m, c)
		return
	}
	typ := model.ActorOrganisation
	if len(m.roles) > 0 && (m.roles[0] == "REB" || m.roles[0] == "UAF") {
		typ = model.ActorGroup
	}
	// "Korean Central News Agency (KCNA)": the brackets name the name before.
	if x.at(m.first-1) == "(" {
		if o := x.before(m.first - 1); o != nil && o.actor != nil && o.class == body && acronymOf(name, o.surface()) {
			s.join(m, o.actor)
			return
		}
	}
	s.join(m, s.unknown("x/"+slugOf(name), name, typ, m))
	// The name holds a place: "Chongjin Medical College".
	if m.country == "" {
		m.country = s.countryInside(m)
		m.actor.country = m.country
	}
	if m.actor.roles == nil {
		m.actor.roles = rolesOf(x.low[m.first:m.last])
	}
}

// countryInside reads a country out of a name that begins with a place or a
// nationality.
func (s *story) countryInside(m *mention) string {
	words := m.x.wordsOf(m.first, m.last)
	for i := 0; i < len(words) && i < 12; i++ {
		if n, leaf := s.base.Gazetteer().Longest(words, i); n > 0 && n < len(words) {
			for _, nm := range s.base.Names(nil, leaf) {
				if nm.Entry.State() != nil && (!nm.Caps || m.x.allCaps(words[i].Token)) && nm.Kind != kb.ByMetonym {
					return s.alive(nm.Entry)
				}
				if n > 1 && i == 0 && !nm.Entry.Listed && nm.Kind <= kb.ByAlias && nm.Entry.Country != "" && (nm.Entry.Roles[0] == "GOV" || nm.Entry.Roles[0] == "MIL") {
					return nm.Entry.Country
				}
			}
		}
		if n, _ := s.a.places.Gazetteer().Longest(words, i); n > 0 && n < len(words) && i == 0 && len(s.countries) > 0 && localBodies[m.x.low[m.last-1]] {
			p, c, ok := s.a.places.Resolve(m.x.t.S[words[i].Start:words[i+n-1].End], s.context(m))
			if ok && c > 0.6 && s.countries[p.Country] > 0 {
				return p.Country
			}
		}
	}
	return ""
}

// localBodies end the names of bodies that bear the name of their town.
var localBodies = set(`college university hospital police council court airport school station club institute museum prison authority company port committee commission brewery shipyard refinery bank polytechnic`)

// bodyEntry is the entry of an organisation that a name fits, on the day and
// in the country that the words tell; nil when none or several do.
func (s *story) bodyEntry(m *mention) *kb.Entry {
	var best *kb.Entry
	bestScore, tied := 0.0, false
	country := ""
	if o := m.x.before(m.first); o != nil && o.class == people {
		country = s.adjCountry(o)
	} else if m.x.at(m.first-1) == "'s" {
		if o := m.x.before(m.first - 1); o != nil && o.class == state {
			country = s.countryNow(o)
		}
	}
	if country == "" && m.country != "" {
		country = m.country
	}
	if w := m.x.at(m.last); country == "" && m.inst != nil && (w == "in" || w == "of") {
		if o := m.x.starting(m.last + 1); o != nil && o.class == state {
			country = s.countryNow(o)
		}
	}
	for _, n := range m.names {
		if n.Kind > kb.ByAlias || n.Entry.Type == model.ActorPerson || n.Entry.State() != nil {
			continue
		}
		e := n.Entry
		score := 1.0
		if country != "" && e.Country != "" && e.Country != country {
			continue
		}
		if e.Country != "" && e.Country == country {
			score += 4
		}
		if !e.At(s.day) {
			if e.From != 0 && s.day < e.From {
				continue
			}
			score -= 0.5
		}
		if n.Kind == kb.ByName {
			score += 0.5
		}
		if e.Listed {
			score -= 0.6
		}
		if e.Country != "" {
			if e.Country == s.home {
				score++
			}
			score += min(1, s.countries[e.Country]*0.3)
		}
		// "its Foreign Ministry", "Congress": a body of one state, in another's story.
		if e.Parent != "" && e.Country != "" && country == "" && s.countries[e.Country] == 0 && s.home != "" && s.home != e.Country && !n.Caps && genericName(e.Name, m.surface()) {
			continue
		}
		switch {
		case score > bestScore+0.01:
			best, bestScore, tied = e, score, false
		case score > bestScore-0.25 && best != e:
			tied = true
			m.candidates = append(m.candidates, e.ID)
		}
	}
	if tied && best != nil {
		m.candidates = append(m.candidates, best.ID)
		slices.Sort(m.candidates)
		return nil
	}
	m.candidates = nil
	return best
}

// genericName: the surface alone says nothing of whose body it is.
func genericName(name, surface string) bool {
	return name != surface && plainHeads[strings.ToLower(surface[strings.LastIndexByte(surface, ' ')+1:])] || strings.HasSuffix(surface, "Ministry") || strings.HasSuffix(surface, "Department") || surface == "Congress" || surface == "Senate"
}

func (s *story) linkInstitution(x *side, m *mention) {
	in := m.inst
	if in.key == "" {
		// For the one of this noun that was named before.
		for _, c := range slices.Backward(s.recent()) {
			if c.typ != model.ActorOrganisation && c.typ != model.ActorGroup || len(c.mentions) == 0 || c.class == crowd {
				continue
			}
			if c.inst != nil && c.inst.head == in.head && c.inst.key != "" || headOf(c.name) == in.head || headOf(c.mentions[0].surface()) == in.head && !c.mentions[0].noun {
				s.join(m, c)
				return
			}
		}
		return
	}
	if in.of != nil {
		m.roles = in.roles
		s.join(m, s.unknown(in.of.ID+"/"+in.key, in.name, model.ActorOrganisation, m))
		return
	}
	country := m.country
	if country == "" {
		country = s.owner(x, m)
	}
	if country == "" && !x.nounOnly(m) {
		country = s.speaker(x, m)
	}
	if country == "" && len(in.key) > 0 {
		// One named before by the same noun, else the story's own country.
		for _, c := range slices.Backward(s.recent()) {
			if c.inst != nil && c.inst.key == in.key {
				s.join(m, c)
				return
			}
		}
		country = s.home
		if country == "" {
			country = s.mainCountry()
		}
		m.conf = 0.6
	}
	if country == "" && m.noun {
		return
	}
	m.country = country
	m.roles = in.roles
	id, name := "x/"+in.key, in.name
	if country != "" {
		id = strings.ToLower(country) + "/" + in.key
		if e, ok := s.base.ByCode(country); ok {
			name += " of " + e.Name
			if e.State().Adjectives != nil {
				// The state's own entry for it, under whatever name.
				for _, n := range s.base.Find(e.State().Adjectives[0] + " " + x.t.Slice(m.first, m.last)) {
					if n.Kind <= kb.ByAlias && n.Entry.Country == country {
						s.join(m, s.known(n.Entry))
						m.conf = 0.9
						return
					}
				}
			}
		}
	}
	c := s.unknown(id, name, model.ActorOrganisation, m)
	c.conf = max(c.conf, 0.85)
	s.join(m, c)
}

// nounOnly: a bare noun of state ("government", "presidency") is the story's own.
func (x *side) nounOnly(m *mention) bool {
	return m.noun && !strings.Contains(m.inst.key, "-of-")
}

// speaker is the country of whoever speaks of an institution in its sentence:
// the state that acts, or the paper that reports.
func (s *story) speaker(x *side, m *mention) string {
	first, _ := x.sentence(m.first)
	country := ""
	for _, o := range x.between(first, m.first) {
		switch {
		case o.class == state && o.acts && country == "":
			country = s.countryOf(o)
		case o.class == body && o.actor != nil && o.actor.entry == nil && o.actor.country != "" && finiteVerb(x.at(o.last)):
			country = o.actor.country
		}
	}
	return country
}

func headOf(name string) string {
	low := strings.ToLower(name)
	if i := strings.Index(low, " of "); i > 0 {
		low = low[:i]
	}
	return low[strings.LastIndexByte(low, ' ')+1:]
}

// owner is the country whose body an institution is, by the words beside it.
func (s *story) owner(x *side, m *mention) string {
	if o := x.before(m.first); o != nil && (o.class == people || o.class == state) {
		return s.peopleCountry(o)
	}
	prev := x.at(m.first - 1)
	if prev == "'s" || prev == "’s" || prev == "'" {
		if o := x.before(m.first - 1); o != nil {
			return s.countryOf(o)
		}
	}
	if w := x.at(m.last); (w == "said" || w == "says" || w == "announced" || w == "reported") && x.at(m.last+1) == "in" {
		// "the Ministry of Defence said in New Delhi"
		if o := x.starting(m.last + 2); o != nil && (o.class == state || o.class == land) {
			for _, n := range o.names {
				if n.Kind == kb.ByCapital {
					return s.alive(n.Entry)
				}
			}
		}
	}
	if w := x.at(m.last); w == "of" || w == "in" {
		j := m.last + 1
		if x.at(j) == "the" {
			j++
		}
		if o := x.starting(j); o != nil {
			if c := s.countryOf(o); c != "" && m.inst.key != "embassy" {
				return c
			}
		}
	}
	if prev == "its" || prev == "their" || m.inst.key == "embassy" || (prev == "'s" || prev == "’s") && x.before(m.first-1) == nil {
		// The last state or region that acted before, in this sentence or the one before.
		first, _ := x.sentence(m.first)
		best := ""
		for _, o := range x.between(first, m.first) {
			if o.acts && (o.class == state || o.class == land) {
				if c := s.countryOf(o); c != "" {
					return c
				}
			}
		}
		for _, o := range x.between(first-80, m.first) {
			if (o.class == state || o.class == land || o.class == body) && (o.acts || o.class != land) {
				if c := s.countryOf(o); c != "" && (m.inst.key != "embassy" || o.class != state || !o.locative) {
					best = c
				}
			}
		}
		return best
	}
	return ""
}

func (s *story) countryOf(o *mention) string {
	switch o.class {
	case state:
		return s.stateCountry(o)
	case people:
		return s.peopleCountry(o)
	case land:
		if o.hasPlace {
			return o.place.Country
		}
	}
	if o.actor != nil {
		return o.actor.country
	}
	return o.country
}

// mainCountry is the country that the story names most, "" when two do alike.
func (s *story) mainCountry() string {
	best, bestWeight, second := "", 0.0, 0.0
	for c, w := range s.countries {
		switch {
		case w > bestWeight || w == bestWeight && c < best:
			best, bestWeight, second = c, w, bestWeight
		case w > second:
			second = w
		}
	}
	if bestWeight < second*1.5 || bestWeight < 1 {
		return ""
	}
	return kb.StateAt(best, s.day)
}

// affiliate reads the country and the sector of an organisation off the words
// before and behind its name: "the Portuguese weekly Correio do Sul",
// "Kuwait's Gulf Meridian Holding", "a Moscow-based garment maker, Severnaya Nit".
func (s *story) affiliate(x *side, m *mention) {
	first, _ := x.sentence(m.first)
	j := m.first
	if j > first && (x.low[j-1] == "," || x.low[j-1] == "'" || x.low[j-1] == "‘" || x.low[j-1] == "\"" || x.low[j-1] == "“") {
		j--
	}
	end := j
	for j > first && j > end-8 {
		w := x.low[j-1]
		if o := x.before(j); o != nil {
			if c := s.countryOf(o); c != "" && (o.class == people || o.class == land || o.class == state && !o.locative) {
				if m.country == "" {
					m.country = c
				}
				break
			}
			break
		}
		if c := s.ownPlace(x, j); c != "" && m.country == "" {
			m.country = c
			break
		}
		if w == "'s" || w == "’s" || w == "-" || w == "based" || w == "language" {
			if w == "language" {
				break
			}
			j--
			continue
		}
		if finite[w] || locatives[w] || w == "," || w == "." || w == "and" || w == "by" || w == "with" || w == "of" || w == "that" {
			break
		}
		j--
	}
	if end > j {
		if m.roles == nil {
			m.roles = rolesOf(trimDeterminers(x.low[max(j, first):end]))
		}
	}
}

// ownPlace is the country of a region that the words before token j name
// though no mention does: "Far Eastern".
func (s *story) ownPlace(x *side, j int) string {
	if j < 2 || !x.upper(j-1) || !x.upper(j-2) || x.caps {
		return ""
	}
	name := x.t.Slice(j-2, j)
	if !s.a.places.Own(name) {
		return ""
	}
	p, _, ok := s.a.places.Resolve(name, place.Context{Countries: s.countries, Day: s.day})
	if !ok {
		return ""
	}
	return p.Country
}

func trimDeterminers(words []string) []string {
	for len(words) > 0 && (words[0] == "the" || words[0] == "a" || words[0] == "an" || words[0] == "its" || words[0] == "-" || words[0] == "based" || words[0] == "'s") {
		words = words[1:]
	}
	return words
}

// acronymOf reports whether the capitals of a short name are the initials of a
// long one, small words and a word's inner letters allowed.
func acronymOf(short, long string) bool {
	var letters []byte
	for i := range len(short) {
		if c := short[i]; c >= 'A' && c <= 'Z' {
			letters = append(letters, c)
		}
	}
	if len(letters) < 2 {
		return false
	}
	n := 0
	for _, w := range strings.FieldsFunc(long, func(r rune) bool { return r == ' ' || r == '-' }) {
		if n < len(letters) && strings.ToUpper(w[:1])[0] == letters[n] {
			n++
		}
	}
	return n == len(letters) || n >= 2 && n >= len(letters)-1
}

// fold finds the organisation of the story that a name shortens or spells out.
func (s *story) fold(m *mention, name string) *cluster {
	words := strings.Fields(name)
	for _, c := range slices.Backward(s.recent()) {
		if c.typ == model.ActorPerson || c.typ == model.ActorState || c.typ == model.ActorPlace {
			continue
		}
		for _, o := range c.firstOnes() {
			long := o.surface()
			if strings.EqualFold(long, name) {
				return c
			}
			if o.noun {
				continue
			}
			if strings.HasPrefix(long, name+" ") && len(words) >= 1 && m.first != o.first && c.inst == nil {
				return c
			}
			if len(words) == 1 && len(name) <= 8 && strings.ToUpper(name) == name && len(long) > len(name)+3 && strictAcronym(name, long) {
				return c
			}
		}
		if c.entry != nil {
			for _, a := range c.entry.Aliases {
				if strings.EqualFold(a, name) {
					return c
				}
			}
		}
	}
	return nil
}

func strictAcronym(short, long string) bool {
	var initials strings.Builder
	for _, w := range strings.FieldsFunc(long, func(r rune) bool { return r == ' ' || r == '-' }) {
		if c := w[0]; c >= 'A' && c <= 'Z' {
			initials.WriteByte(c)
		}
	}
	return len(short) >= 2 && initials.String() == strings.ReplaceAll(short, ".", "")
}

func slugOf(name string) string {
	var b strings.Builder
	var words [32]gazetteer.Word
	for _, w := range gazetteer.AppendWords(words[:0], name, 0, 0) {
		if w.Barrier {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(name[w.Start:w.End]))
		if b.Len() > 80 {
			break
		}
	}
	return strings.ReplaceAll(b.String(), ".", "")
}
