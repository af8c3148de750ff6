package actor

import (
	"slices"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/model"
)

// title is what the words beside a person's name tell of him.
type title struct {
	country string
	roles   []string
	words   []string // of the noun phrase before the name, lower case
	office  []string // kinds of office that the title names
	org     *mention // whose post it is
	former  bool
	placed  bool // the country is that of a place behind "in"
}

// titleOf reads the title before a name ("Deputy Defence Minister Pavel
// Orlov") and the apposition behind it (", a councilwoman from Nebaj").
func (s *story) titleOf(m *mention) title {
	var t title
	x := m.x
	first, last := x.sentence(m.first)
	// Before: nouns, adjectives, nationalities and the bodies of posts.
	j := m.first
	if j-1 > first && x.low[j-1] == "," && (x.low[first] != x.low[j-1]) {
		// "its leader, Aminata Djalo,"
		if nounRoles(x.low[j-2]) != nil || generalHeads[x.low[j-2]] {
			j--
		}
	}
	end := j
	ofs := 0
	if j > first && x.low[j-1] == "of" && j == m.first {
		// "the forces of Muammar Gaddafi" gives him no title.
		first = j
	}
	for j > first && end-j < 12 {
		w := x.low[j-1]
		if o := x.before(j); o != nil {
			if o.class == person || o.class == office {
				break
			}
			if o.class == land && !o.dateline && x.at(o.first-1) == "in" {
				break
			}
			t.note(s, o)
			j = o.first
			continue
		}
		if w == "of" && j-3 >= first && x.low[j-2] == "charge" && x.low[j-3] == "in" {
			end = j - 3
			j -= 3
			continue
		}
		if w == "of" && ofs < 1 {
			ofs++
			j--
			continue
		}
		if w == "former" || w == "ex" {
			t.former = true
		}
		if w == "," && j-2 > first && j < end && personNouns[x.low[j-2]] && isTitle(strings.TrimSuffix(x.low[j], ".")) {
			j-- // "Its spokesman, Brigadier General Mafi Mgobozi"
			continue
		}
		if w == "'s" || w == "’s" || w == "-" || w == "and" && j-2 >= first && nounRoles(x.low[j-2]) != nil || w == "for" && ofs == 0 && j-2 >= first && (nounRoles(x.low[j-2]) != nil || generalHeads[x.low[j-2]]) {
			j--
			continue
		}
		if finite[w] || locatives[w] || strings.ContainsAny(w, ",.;:\"“”()") && !isTitle(strings.TrimSuffix(w, ".")) || stop[w] || strings.HasSuffix(w, "ly") && len(w) > 4 {
			break
		}
		j--
	}
	t.words = titleWords(x.low[j:end])
	t.roles = rolesOf(t.words)
	t.office, _ = officeEnd(t.words)
	if t.roles == nil && t.org == nil && t.country != "" {
		// A country without a post counts right beside the name alone.
		if o := x.before(m.first); o == nil || o.class != people {
			t.country = ""
		}
	}
	// Behind: an apposition, or "of the Yugoslav army".
	k := m.last
	if k < last && (x.low[k] == "," || x.low[k] == "of") {
		stopAt := min(last, k+16)
		behind := k + 1
		n := behind
		for n < stopAt {
			w := x.low[n]
			if w == "," || w == "." || w == ";" || w == "who" || w == "which" || finite[w] && n > behind {
				break
			}
			n++
		}
		if x.low[k] == "of" || n < last && (x.low[n] == "," || x.low[n] == "." || x.low[n] == "who") {
			phrase := x.low[behind:n]
			noun := headNoun(phrase)
			if x.low[k] == "of" || noun > 0 && (nounRoles(phrase[noun-1]) != nil || generalHeads[phrase[noun-1]]) {
				if t.roles == nil && x.low[k] == "," {
					t.words = titleWords(phrase[:noun])
					t.roles = rolesOf(t.words)
					if t.office == nil {
						t.office, _ = officeEnd(t.words)
					}
				}
				for _, o := range x.between(behind, n) {
					if o.last <= n && o != m {
						if o.class == body && o.actor != nil && t.roles == nil {
							t.roles = o.actor.roles
						}
						t.note(s, o)
					}
				}
				if slices.Contains(phrase, "former") {
					t.former = true
				}
			}
		}
	}
	if t.placed && len(t.roles) > 0 && t.roles[0] == "MIL" {
		t.country = "" // a soldier is not of where he is posted
	}
	if t.org != nil && t.org.actor != nil {
		if t.roles == nil || len(t.words) > 0 && generalHeads[t.words[len(t.words)-1]] && rolesOf(t.words[len(t.words)-1:]) != nil && len(t.words) <= 2 {
			if r := t.org.actor.roles; len(r) > 0 && r[0] != "GOV" {
				t.roles = r
			} else if t.roles == nil {
				t.roles = r
			}
		}
		if t.country == "" {
			t.country = t.org.actor.country
		}
	}
	return t
}

var stop = set(`that which who when while but or as if because although after before since until than then so said the_ about not into also including like whom whose where how what why
according per among despite during without within`)

// headNoun is the end of the noun phrase that begins a list of words: before
// its first preposition.
func headNoun(words []string) int {
	for i, w := range words {
		if i > 0 && (w == "of" || w == "in" || w == "for" || w == "at" || w == "from" || w == "to" || w == "on" || w == "with" || w == "responsible" || w == "charge") {
			return i
		}
	}
	return len(words)
}

func titleWords(words []string) []string {
	var out []string
	for _, w := range words {
		w = strings.TrimSuffix(w, ".")
		switch w {
		case "the", "a", "an", "its", "their", "his", "her", "'s", "’s", "-", "mr", "mrs", "ms", "dr", "former", "ex", "then", "new", "newly":
			continue
		case "gen":
			w = "general"
		case "col":
			w = "colonel"
		case "maj":
			w = "major"
		case "capt":
			w = "captain"
		case "lt":
			w = "lieutenant"
		case "adm":
			w = "admiral"
		case "sen":
			w = "senator"
		case "gov":
			w = "governor"
		case "rep":
			w = "congressman"
		case "brig":
			w = "general"
		case "sgt":
			w = "sergeant"
		}
		if w == "general" && len(out) > 0 && civilGeneral[out[len(out)-1]] {
			continue
		}
		if before, ok := strings.CutSuffix(w, "-general"); ok && civilGeneral[before] {
			w = before
		}
		out = append(out, w)
	}
	// "Head of the commission": the head stands before "of".
	for i, w := range out {
		if w == "of" && i > 0 {
			joined := strings.Join(out, " ")
			if _, ok := phraseRoles[joined]; !ok && (nounRoles(out[i-1]) != nil || generalHeads[out[i-1]]) && nounRoles(out[len(out)-1]) == nil {
				return out[:i]
			}
		}
	}
	return out
}

// note takes what a mention within a title tells.
func (t *title) note(s *story, o *mention) {
	switch o.class {
	case people, state:
		// "head of the ICRC in Peru" is not Peru's.
		if t.org != nil && o.x.at(o.first-1) == "in" {
			return
		}
		if t.country == "" {
			t.country = s.countryOf(o)
		}
	case land:
		if t.org != nil && t.org.entryByName() != nil {
			return
		}
		if t.country == "" && o.hasPlace && o.placeConf > 0.5 {
			t.country = o.place.Country
			t.placed = o.x.at(o.first-1) == "in"
		}
	case body, crowd:
		if t.org == nil {
			t.org = o
		}
	}
}

// officeEnd is the office that a title names; a deputy's is none.
func officeEnd(words []string) ([]string, int) {
	kinds, n := titled(words)
	if n > 0 && len(words) > n {
		switch words[len(words)-n-1] {
		case "deputy", "vice", "former", "assistant", "acting", "opposition", "rebel", "party", "junior":
			return nil, 0
		}
	}
	return kinds, n
}

// civilGeneral are posts whose "general" is no rank.
var civilGeneral = set(`secretary director attorney consul governor inspector auditor prosecutor solicitor procurator`)

// persons are the entries that a full name fits.
func persons(names []kb.Name) []*kb.Entry {
	var out []*kb.Entry
	for _, n := range names {
		if n.Kind <= kb.ByAlias && n.Entry.Type == model.ActorPerson && !slices.Contains(out, n.Entry) {
			out = append(out, n.Entry)
		}
	}
	return out
}

// knownAlone: a name of one word that is a whole name ("Lula", "Suharto").
func (s *story) knownAlone(m *mention) bool {
	for _, e := range persons(m.names) {
		if !e.Listed {
			return true
		}
	}
	return false
}

// linkPerson links a full name.
func (s *story) linkPerson(m *mention) {
	t := s.titleOf(m)
	name := m.surface()
	m.titled = len(t.words) > 0
	// The same name before, or a shorter or longer form of it.
	for _, c := range s.recent() {
		if c.typ == model.ActorPerson && (strings.EqualFold(c.name, name) || c.entry == nil && sameFullName(c.name, name)) {
			s.join(m, c)
			s.credit(c, m, t)
			return
		}
	}
	var best *kb.Entry
	bestScore, tied := 0.0, false
	for _, e := range persons(m.names) {
		score := s.fits(e, t)
		if score <= 0 {
			continue
		}
		switch {
		case best == nil || score > bestScore+0.3:
			best, bestScore, tied = e, score, false
		case score > bestScore-0.3:
			tied = true
			m.candidates = append(m.candidates, e.ID)
			if score > bestScore {
				m.candidates = append(m.candidates, best.ID)
				best, bestScore = e, score
			}
		}
	}
	if tied {
		if !slices.Contains(m.candidates, best.ID) {
			m.candidates = append(m.candidates, best.ID)
		}
		slices.Sort(m.candidates)
		best = nil
	}
	if best == nil && !tied {
		best, bestScore = s.holderBySurname(t, name), 2
	}
	if best != nil {
		c := s.known(best)
		c.conf = min(0.97, 0.55+0.12*bestScore)
		m.conf = c.conf
		s.join(m, c)
		if t.country != "" && c.country == "" && best.Country == "" {
			c.country = t.country
		}
		return
	}
	c := s.unknown("x/"+slugOf(name), name, model.ActorPerson, m)
	s.join(m, c)
	s.credit(c, m, t)
}

// holderBySurname is who holds the office of a title, when he bears the family
// name under another spelling of the rest: "Ukrainian Foreign Minister Dmitry Kuleba".
func (s *story) holderBySurname(t title, name string) *kb.Entry {
	if t.country == "" || t.former || s.day == 0 {
		return nil
	}
	surname := kb.Surname(name)
	for _, kind := range t.office {
		if e := s.base.Holder(t.country, kind, s.day); e != nil && surname != "" {
			for _, n := range append([]string{e.Name}, e.Aliases...) {
				if strings.EqualFold(kb.Surname(n), surname) && strings.EqualFold(n[:1], name[:1]) {
					return e
				}
			}
		}
	}
	return nil
}

// sameFullName: one is the other with a middle name or initial left out.
func sameFullName(a, b string) bool {
	x, y := strings.Fields(strings.ToLower(a)), strings.Fields(strings.ToLower(b))
	if len(x) < 2 || len(y) < 2 || len(x) == len(y) {
		return false
	}
	return x[0] == y[0] && x[len(x)-1] == y[len(y)-1]
}

// fits scores an entry against a title, the story's countries and its day; 0
// or less when it cannot be meant.
func (s *story) fits(e *kb.Entry, t title) float64 {
	score := 2.0
	if e.Listed {
		score = 0.8
	}
	country, _ := e.On(s.day)
	same := func(c string) bool {
		return c == e.Country || c == country || kb.StateAt(e.Country, s.day) == c
	}
	if t.country != "" {
		if same(t.country) {
			score += 2
		} else if country != "" {
			score -= 3
		}
	} else {
		w := s.countries[e.Country]
		if country != "" && country != e.Country {
			w = max(w, s.countries[country])
		}
		if w > 0 {
			score += 1
		} else if e.Listed && e.Country != "" {
			score -= 1.5
		} else if e.Country != "" && len(s.countries) > 1 {
			score -= 0.3
		}
	}
	// The title against the offices on the day.
	if len(t.office) > 0 && !e.Listed && s.day != 0 {
		held, had := false, false
		for _, o := range e.Offices {
			if slices.Contains(t.office, o.Kind) || t.office[0] == "hos" && (o.Kind == "hog" || o.Kind == "president") {
				had = true
				held = held || o.At(s.day) || t.former
			}
		}
		switch {
		case held:
			score += 1.5
		case had && !t.former:
			score -= 0.5
		case len(e.Offices) > 0 && t.country != "" && !same(t.country):
			score -= 1
		}
	}
	if t.roles != nil && e.Listed {
		_, roles := e.On(s.day)
		shared := false
		for _, r := range t.roles {
			shared = shared || slices.Contains(roles, r)
		}
		switch {
		case shared:
			score += 0.7
		case t.roles[0] != "GOV":
			score -= 2
		}
	}
	if e.Listed && t.roles == nil && t.country == "" {
		score -= 0.5
	}
	// Nobody acts decades after his last office without the title "former".
	if s.day != 0 && e.Listed && len(e.Offices) > 0 {
		last := kb.Day(0)
		for _, o := range e.Offices {
			if o.To == 0 {
				last = 99999999
			}
			last = max(last, o.To)
		}
		if last < s.day-200000 {
			score -= 1
		}
	}
	return score
}

// credit gives an unknown person the country and the roles of his title.
func (s *story) credit(c *cluster, m *mention, t title) {
	if c.entry != nil {
		return
	}
	if c.roles == nil {
		c.roles = slices.Clone(t.roles)
	}
	if c.country == "" {
		c.country = t.country
	}
	if c.country == "" && len(t.words) > 0 && (t.org == nil || t.org.actor == nil || t.org.actor.entry == nil) {
		c.country = s.titleCountry(m, t)
	}
	if c.country != "" || c.roles != nil {
		c.conf = max(c.conf, 0.7)
	}
}

// titleCountry is the country of a post whose words name none: that of the
// body or the state that the sentences before speak of, else the story's own
// for who holds an office of state.
func (s *story) titleCountry(m *mention, t title) string {
	x := m.x
	official := len(t.roles) > 0 && (t.roles[0] == "GOV" || t.roles[0] == "MIL" || t.roles[0] == "LEG" || t.roles[0] == "JUD" || t.roles[0] == "COP" || t.roles[0] == "OPP" || t.roles[0] == "PTY")
	ofBody := false
	for _, w := range t.words {
		switch singular(w) {
		case "spokesman", "spokeswoman", "spokesperson", "head", "leader", "director", "chairman", "chief", "coordinator", "president", "secretary", "executive", "member", "representative":
			ofBody = true
		}
	}
	last := t.words[len(t.words)-1]
	for _, w := range t.words {
		if w == "military" || w == "army" || w == "police" || w == "government" || w == "navy" || w == "presidential" {
			ofBody = false
		}
	}
	if last == "minister" || last == "premier" || slices.Contains(t.words, "minister") {
		ofBody = false
	}
	if ofBody {
		// The organisation spoken of last, agencies left out.
		sent := x.t.Tokens[m.first].Sentence
		near := x.between(x.t.Sentences[max(0, sent-4)].First, m.first)
		for _, o := range slices.Backward(near) {

			if o.class != body || o.actor == nil || o.dateline {
				continue
			}
			if len(o.actor.roles) > 0 && o.actor.roles[0] == "MED" {
				continue
			}
			if o.actor.country != "" || o.actor.roles != nil && o.actor.roles[0] == "IGO" {
				n := len(t.words)
				if m.actor != nil && (m.actor.roles == nil || n >= 2 && anaphors[t.words[n-2]] && len(m.actor.mentions) <= 1) {
					m.actor.roles = slices.Clone(o.actor.roles)
				}
				return o.actor.country
			}
		}
	}
	if !official {
		return ""
	}
	first, _ := x.sentence(m.first)
	if o := x.starting(first + 1); o != nil && x.low[first] == "in" && x.at(o.last) == "," && (o.class == land || o.class == state) {
		// "In Tokyo, Chief Cabinet Secretary Hirokazu Matsuno said"
		if o.hasPlace {
			return o.place.Country
		}
	}
	for _, o := range x.between(first, m.first) {
		if (o.class == state || o.class == people && o.first == first || o.class == body && o.inst != nil) && !o.locative {
			if c := s.countryOf(o); c != "" {
				return c
			}
		}
	}
	if slices.ContainsFunc(t.words, isMilitaryRank) {
		return ""
	}
	if c := s.paper(x, m); c != "" {
		return c
	}
	return s.home
}

// paper is the country of the paper that the sentence goes on to quote: "the
// daily quoted Anatoly Veretennikov, a deputy regional minister".
func (s *story) paper(x *side, m *mention) string {
	first, last := x.sentence(m.first)
	for i := first; i < last; i++ {
		if w := x.low[i]; (w == "daily" || w == "weekly" || w == "newspaper" || w == "paper" || w == "magazine" || w == "broadcaster") && x.at(i-1) == "the" && x.own[i] == nil {
			near := x.between(i-400, i)
			for _, n := range slices.Backward(near) {
				if o := n; o.class == body && o.actor != nil && o.actor.country != "" && len(o.actor.roles) > 0 && o.actor.roles[0] == "MED" && o.actor.entry == nil {
					return o.actor.country
				}
			}
		}
	}
	return ""
}

func isMilitaryRank(w string) bool {
	switch w {
	case "general", "colonel", "major", "captain", "lieutenant", "admiral", "sergeant", "brigadier", "commander":
		return true
	}
	return false
}

// linkShort links a surname: to the person of the story who bears it, else to
// one who holds an office of note on the day.
func (s *story) linkShort(m *mention) {
	name := m.surface()
	low := strings.ToLower(name)
	t := s.titleOf(m)
	var found *cluster
	bestDistance := 1 << 30
	bestRank := -1
	for _, c := range s.recent() {
		if c.typ != model.ActorPerson {
			continue
		}
		if !bears(c, low) {
			continue
		}
		rank := 0
		if t.country != "" && c.country == t.country {
			rank = 2
		}
		distance := 1 << 29
		for _, o := range []*mention{c.mentions[0], c.last} {
			if o.x == m.x && o.first < m.first {
				distance = min(distance, m.first-o.first)
			}
		}
		if rank > bestRank || rank == bestRank && distance < bestDistance {
			found, bestDistance, bestRank = c, distance, rank
		}
	}
	if found != nil {
		s.join(m, found)
		s.credit(found, m, t)
		m.conf = 0.9
		return
	}
	var fit []*kb.Entry
	for _, n := range m.names {
		if n.Kind != kb.BySurname || slices.Contains(fit, n.Entry) {
			continue
		}
		e := n.Entry
		if t.country != "" && t.country != e.Country {
			continue
		}
		ok := false
		for _, o := range e.Offices {
			top := o.Kind == "hos" || o.Kind == "hog" || o.Kind == "fm" || o.Kind == "dm" || o.Kind == "monarch" || o.Kind == "head" || o.Kind == "president" || o.Kind == "supreme-leader"
			if !top || !o.At(s.day) || s.day == 0 && o.To != 0 && len(t.office) == 0 {
				continue
			}
			if len(t.office) > 0 && !slices.Contains(t.office, o.Kind) && t.office[0] != "hos" {
				continue
			}
			ok = ok || len(t.office) > 0 || s.countries[e.Country] > 0 || o.Kind == "hos" || o.Kind == "hog"
		}
		if ok {
			fit = append(fit, e)
		}
	}
	if len(fit) > 1 {
		// By the countries of the story.
		best := fit[:0:0]
		for _, e := range fit {
			if s.countries[e.Country] > 0 {
				best = append(best, e)
			}
		}
		if len(best) > 0 {
			fit = best
		}
	}
	if len(fit) == 1 && s.whole || len(fit) == 1 && len(t.office) > 0 {
		c := s.known(fit[0])
		c.conf = 0.8
		m.conf = 0.8
		s.join(m, c)
		return
	}
	for _, e := range fit {
		m.candidates = append(m.candidates, e.ID)
	}
	slices.Sort(m.candidates)
	c := s.unknown("x/"+slugOf(name), name, model.ActorPerson, m)
	s.join(m, c)
	s.credit(c, m, t)
}

// bears reports whether a person goes by a short name: by the first or the
// last part of the name.
func bears(c *cluster, low string) bool {
	check := func(full string) bool {
		f := strings.ToLower(full)
		if f == low {
			return true
		}
		if strings.HasSuffix(f, " "+low) || strings.HasSuffix(f, "-"+low) && len(low) > 3 {
			return true
		}
		if sn := kb.Surname(full); strings.EqualFold(sn, low) {
			return true
		}
		// A Korean or Chinese name, or one of one's own kind: "Kim" of "Kim Jong-un", "Saddam" of "Saddam Hussein".
		return strings.HasPrefix(f, low+" ") && (kb.EastAsian(strings.Fields(full)) || c.entry != nil && !strings.Contains(low, " "))
	}
	if check(c.name) {
		return true
	}
	for _, m := range c.firstOnes() {
		if m.class == person && check(m.surface()) {
			return true
		}
	}
	if c.entry != nil {
		if slices.ContainsFunc(c.entry.Aliases, check) {
			return true
		}
	}
	return false
}

// linkOffice finds who is meant by "the North Korean leader".
func (s *story) linkOffice(m *mention) {
	if m.entry != nil {
		s.join(m, s.known(m.entry))
		m.conf = 0.85
		return
	}
	// A person of the story with that post, by his title.
	for _, c := range s.recent() {
		if c.typ != model.ActorPerson || c.country != m.country || m.country == "" {
			continue
		}
		for _, o := range c.firstOnes() {
			if o.class != person {
				continue
			}
			t := s.titleOf(o)
			if len(t.office) > 0 && t.office[0] == m.officeKind {
				s.join(m, c)
				m.conf = 0.8
				return
			}
		}
	}
	if m.country == "" {
		return
	}
	name := m.x.t.Slice(m.first, m.last)
	id := "x/" + strings.ToLower(m.country) + "-" + kindOf(m.officeKind)
	s.join(m, s.unknown(id, name, model.ActorPerson, m))
}

// countriesOfRest gives organisations without a country the story's own where
// their words are of the kind that speaks of home: "the Health Ministry", "the
// newspaper La Voz", and persons the country of the place they are of.
func (s *story) countriesOfRest() {
	for _, c := range s.clusters {
		if c.entry != nil || c.country != "" {
			continue
		}
		for _, m := range c.firstOnes() {
			x := m.x
			switch c.typ {
			case model.ActorOrganisation, model.ActorGroup:
				if m.class != body {
					continue
				}
				prev := x.at(m.first - 1)
				quoted := prev == "'" || prev == "\"" || prev == "‘" || prev == "“"
				if quoted {
					prev = x.at(m.first - 2)
				}
				last := headOf(m.surface())
				domestic := s.whole && (homeNouns[prev] || homeNouns[last] && (prev == "the" || prev == "of")) && x.at(m.first-3) != "language"
				if domestic && s.home != "" && !international(x.low[m.first:m.last]) {
					c.country = s.home
				}
			case model.ActorPerson:
				if m.class != person {
					continue
				}
				// "In Mirzapur, farm hand Ramesh Bind said".
				first, _ := x.sentence(m.first)
				if o := x.starting(first + 1); o != nil && x.low[first] == "in" && o.class == land && o.hasPlace && o.last < m.first && x.at(o.last) == "," && m.first-o.last < 8 {
					c.country = o.place.Country
				}
			}
			if c.country != "" {
				break
			}
		}
	}
}

var homeNouns = set(`newspaper daily weekly paper magazine party opposition movement commission committee ministry society college council union federation association university institute police court
parliament department agency bureau board authority assembly`)

func international(words []string) bool {
	for _, w := range words {
		switch w {
		case "international", "united", "european", "african", "world", "global", "nations", "arab", "american", "u.n.", "un", "nato", "eu":
			return true
		}
	}
	return false
}
