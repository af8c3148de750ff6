package actor

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/gazetteer"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// side is one of the two texts with what is worked out of its tokens once.
type side struct {
	t     *text.Text
	low   []string // tokens in lower case
	words []gazetteer.Word
	// own is the mention that has a token, nil for none.
	own []*mention
	// firstWord is the first word of each token, len(tokens)+1 long.
	firstWord []int32
	dateline  int // tokens of the dateline
	caps      bool
	mentions  []*mention
}

func newSide(t *text.Text) *side {
	x := &side{t: t, low: make([]string, len(t.Tokens)), own: make([]*mention, len(t.Tokens))}
	upper, lower := 0, 0
	for i := range t.Tokens {
		w := t.Surface(i)
		x.low[i] = strings.ToLower(w)
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLetter(r) && len(w) > 2 {
			if strings.ToUpper(w) == w {
				upper++
			} else {
				lower++
			}
		}
	}
	x.caps = upper > 2*lower
	x.words = gazetteer.Words(t, nil)
	x.firstWord = make([]int32, len(t.Tokens)+1)
	w := 0
	for i := range t.Tokens {
		for w < len(x.words) && x.words[w].Token < i {
			w++
		}
		x.firstWord[i] = int32(w)
	}
	x.firstWord[len(t.Tokens)] = int32(len(x.words))
	for p := range min(len(t.Paragraphs), 4) {
		if n := t.Dateline(p); n > 0 {
			x.dateline = t.Sentences[t.Paragraphs[p].First].First + n
			break
		}
	}
	return x
}

// wordsOf are the words of the tokens [first, last).
func (x *side) wordsOf(first, last int) []gazetteer.Word {
	return x.words[x.firstWord[first]:x.firstWord[last]]
}

func (x *side) upper(i int) bool {
	if i < 0 || i >= len(x.t.Tokens) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(x.t.S[x.t.Tokens[i].Start:])
	return unicode.IsUpper(r)
}

func (x *side) allCaps(i int) bool {
	w := x.t.Surface(i)
	return strings.ToUpper(w) == w && strings.ToLower(w) != w
}

// at is the token in lower case, "" beyond the text.
func (x *side) at(i int) string {
	if i < 0 || i >= len(x.low) {
		return ""
	}
	return x.low[i]
}

func (x *side) sentence(i int) (first, last int) {
	s := x.t.Sentences[x.t.Tokens[i].Sentence]
	return s.First, s.Last
}

// class is what a mention is found to be.
type class uint8

const (
	person class = iota
	body         // an organisation or an armed group
	state        // a state by its name, capital or metonym
	land         // a place below a state
	people       // a nationality: no actor
	office       // a post that stands for its holder
	crowd        // people told by a noun: rebels, South Korean officials
)

// mention is a name, or a noun that stands for one, on its way to an actor.
type mention struct {
	x           *side
	first, last int // tokens
	typ         text.MentionType
	conf        float64
	class       class
	names       []kb.Name
	inst        *institution // a ministry, an embassy ...
	entry       *kb.Entry    // what it is linked to
	candidates  []string
	country     string
	roles       []string
	titled      bool // a title or an office stands beside it
	acts        bool // in the place of one who acts
	locative    bool // behind a preposition of place
	hasPlace    bool
	place       place.Place
	placeConf   float64
	listable    bool // a place to be listed under places
	actor       *cluster
	dateline    bool
	noun        bool // told by a common noun
	officeKind  string
}

func (m *mention) surface() string { return m.x.t.Slice(m.first, m.last) }

func (m *mention) start() int { return m.x.t.Tokens[m.first].Start }
func (m *mention) end() int   { return m.x.t.Tokens[m.last-1].End }

// cluster is one actor of the story.
type cluster struct {
	id         string
	name       string
	typ        string
	entry      *kb.Entry
	country    string
	roles      []string
	mentions   []*mention
	candidates []string
	inst       *institution
	class      class
	conf       float64
	last       *mention // the one joined last
}

// story is a document at work.
type story struct {
	a     *Annotator
	base  *kb.KB
	d     *text.Doc
	day   kb.Day
	texts []*side
	whole bool // a story rather than a sentence alone
	// alone says that the text is a noun phrase that means its person, or its
	// state, and nobody else.
	alone bool
	// home is the country of the dateline.
	home      string
	countries map[string]float64
	regions   []string
	clusters  []*cluster
	ids       map[string]*cluster
	// surnames are the last words of the full names of persons in it.
	surnames map[string]bool
}

// all calls f for every mention in text order.
func (s *story) all(f func(m *mention)) {
	for _, x := range s.texts {
		for _, m := range x.mentions {
			f(m)
		}
	}
}

func (x *side) add(m *mention) {
	x.mentions = append(x.mentions, m)
	x.claim(m)
}

// claim makes the tokens of a mention its own; it is called again when the
// mention has grown.
func (x *side) claim(m *mention) {
	for i := m.first; i < m.last; i++ {
		x.own[i] = m
	}
}

// drop takes a mention away that became part of another; compact sweeps it up.
func (x *side) drop(m *mention) {
	for i := m.first; i < m.last; i++ {
		if x.own[i] == m {
			x.own[i] = nil
		}
	}
	m.last = m.first
}

// between are the mentions that begin within the tokens [first, last), once
// the mentions are sorted.
func (x *side) between(first, last int) []*mention {
	at := func(t int) int {
		i, _ := slices.BinarySearchFunc(x.mentions, t, func(m *mention, t int) int { return m.first - t })
		for i > 0 && x.mentions[i-1].first >= t {
			i--
		}
		return i
	}
	if last <= first {
		return nil
	}
	return x.mentions[at(first):at(last)]
}

func (x *side) free(first, last int) bool {
	for i := first; i < last; i++ {
		if x.own[i] != nil {
			return false
		}
	}
	return true
}

func (x *side) sort() {
	slices.SortStableFunc(x.mentions, func(a, b *mention) int { return a.first - b.first })
}

// before returns the mention that ends at token i, nil for none.
func (x *side) before(i int) *mention {
	if i < 1 || i > len(x.own) {
		return nil
	}
	if m := x.own[i-1]; m != nil && m.last == i {
		return m
	}
	return nil
}

// starting returns the mention that begins at token i, nil for none.
func (x *side) starting(i int) *mention {
	if i < 0 || i >= len(x.own) {
		return nil
	}
	if m := x.own[i]; m != nil && m.first == i {
		return m
	}
	return nil
}

// covering returns the mention that has token i, nil for none.
func (x *side) covering(i int) *mention { return x.own[i] }

// find fills x.mentions with names from the model and the knowledge base, and
// with institutions told by nouns.
func (s *story) find(x *side) {
	found := s.a.model.Mentions(x.t)
	var spans []text.Mention
	if s.surnames == nil {
		s.surnames = map[string]bool{}
	}
	for _, m := range found {
		if m.Type == text.Person && m.Last-m.First > 1 {
			s.surnames[x.low[m.Last-1]] = true
		}
	}
	for _, m := range found {
		if m.Type == text.Person {
			for m.First < m.Last-1 && isTitle(strings.TrimSuffix(x.low[m.First], ".")) {
				m.First++
			}
		}
		if i := m.First - 1; i >= 0 && m.Type != text.Nationality && (x.low[i] == "al" || x.low[i] == "el") && x.upper(i) && !x.caps && (len(spans) == 0 || spans[len(spans)-1].Last <= i) {
			m.First = i
		}
		for m.First < m.Last-1 && x.low[m.First] == "the" && m.Type != text.Other {
			m.First++
		}
		if m.Last-m.First > 1 && (x.low[m.Last-1] == "'s" || x.low[m.Last-1] == "’s") {
			m.Last--
		}
		spans = append(spans, m)
	}
	matches := s.base.Gazetteer().Scan(nil, x.words)
	next := 0
	var names []kb.Name
	var extra []text.Mention
	for _, k := range matches {
		if k.First >= k.Last {
			continue
		}
		for next < len(spans) && spans[next].Last <= k.First {
			next++
		}
		over := next
		for over < len(spans) && spans[over].First < k.Last {
			over++
		}
		names = s.base.Names(names[:0], k.Leaf)
		if over == next {
			if typ, ok := s.standsAlone(x, k, names); ok {
				extra = append(extra, text.Mention{First: k.First, Last: k.Last, Type: typ, Confidence: 0.8})
			}
			continue
		}
		// A known name longer than what the model found.
		covers := spans[next].First >= k.First && spans[over-1].Last <= k.Last
		if covers && k.Last-k.First > spans[next].Last-spans[next].First && k.Whole && k.Last-k.First >= 2 && x.upper(k.First) && (s.whole || x.upper(k.Last-1)) {
			for _, n := range names {
				if !n.Entry.Listed && (n.Kind <= kb.ByAlias || n.Kind == kb.ByCapital || n.Kind == kb.ByMetonym) {
					var t text.MentionType
					switch n.Entry.Type {
					case "person":
						t = text.Person
					case "state":
						t = text.Location
					default:
						t = text.Organisation
					}
					if x.low[k.First] == "the" {
						k.First++
					}
					spans[next] = text.Mention{First: k.First, Last: k.Last, Type: t, Confidence: 0.9}
					spans = append(spans[:next+1], spans[over:]...)
					break
				}
			}
		}
	}
	spans = append(spans, extra...)
	slices.SortStableFunc(spans, func(a, b text.Mention) int { return a.First - b.First })
	end := 0
	for _, m := range spans {
		if m.First < end {
			continue
		}
		end = m.Last
		s.take(x, m)
	}
	x.sort()
	s.again(x)
	s.retype(x)
	s.institutions(x)
	x.sort()
	s.offices(x)
	s.crowds(x)
	x.sort()
}

// again finds surnames of the story's persons that the model passed over:
// "Rice gave no details.".
func (s *story) again(x *side) {
	if x.caps {
		return
	}
	for i, w := range x.low {
		if x.own[i] != nil || i < x.dateline || !s.surnames[w] || !x.upper(i) || len(w) < 3 || x.upper(i+1) || x.upper(i-1) && x.at(i-1) != "," && !s.opens(x, i) {
			continue
		}
		next := x.at(i + 1)
		if s.opens(x, i) && !finiteVerb(next) && next != "'s" && next != "’s" {
			continue
		}
		x.add(&mention{x: x, first: i, last: i + 1, typ: text.Person, conf: 0.75, class: person, names: s.namesAt(x, i, i+1)})
	}
	x.sort()
}

func (s *story) opens(x *side, i int) bool {
	first, _ := x.sentence(i)
	return i == first
}

func (s *story) namesAt(x *side, first, last int) []kb.Name {
	leaf, ok := s.base.Gazetteer().Exact(x.wordsOf(first, last))
	if !ok {
		return nil
	}
	return s.base.Names(nil, leaf)
}

// standsAlone decides whether a known name that the model passed over is a
// mention, and of what type.
func (s *story) standsAlone(x *side, k gazetteer.Match, names []kb.Name) (text.MentionType, bool) {
	surface := x.t.S[k.Start:k.End]
	if !x.upper(k.First) {
		// Names that are written small: "dpa".
		for _, n := range names {
			if k.Whole && n.Kind == kb.ByAlias && !n.Entry.Listed && slices.Contains(n.Entry.Aliases, surface) && strings.ToLower(surface) == surface {
				return text.Organisation, true
			}
		}
		return 0, false
	}
	if x.event(k.Last) {
		return 0, false
	}
	caps := strings.ToUpper(surface) == surface
	for _, n := range names {
		if n.Caps && (!caps || x.caps) {
			continue
		}
		switch {
		case n.Kind == kb.ByAdjective || n.Kind == kb.ByNoun:
			return text.Nationality, true
		case n.Entry.State() != nil && (n.Kind <= kb.ByAlias || n.Kind == kb.ByMetonym), n.Entry.State() != nil && s.whole && !x.caps:
			return text.Location, true
		case s.whole && n.Entry.Type == "group" && !n.Entry.Listed && n.Kind <= kb.ByAlias && k.Whole && len(surface) >= 5 && !x.caps:
			return text.Organisation, true
		case n.Entry.Listed || n.Kind > kb.ByAlias:
		case !k.Whole:
		case k.Last-k.First >= 2 && x.upper(k.Last-1) && n.Entry.Type == "person":
			return text.Person, true
		case k.Last-k.First >= 2 && x.upper(k.Last-1), n.Caps && k.Last-k.First == 1 && len(surface) >= 3:
			return text.Organisation, true
		}
	}
	return 0, false
}

// event reports whether the words from token i go on to the name of an event,
// of which the name before is a part ("United States presidential election").
func (x *side) event(i int) bool {
	for k := i; k < i+4 && k < len(x.low); k++ {
		switch singular(x.low[k]) {
		case "election", "referendum", "championship", "cup", "open", "games", "prix", "summit", "tournament", "league", "championships":
			return true
		}
		if locatives[x.low[k]] || finite[x.low[k]] || !isWordToken(x.low[k]) {
			return false
		}
	}
	return false
}

func isWordToken(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// take makes a mention of a span and its class.
func (s *story) take(x *side, sp text.Mention) {
	m := &mention{x: x, first: sp.First, last: sp.Last, typ: sp.Type, conf: sp.Confidence, dateline: sp.First < x.dateline}
	if leaf, ok := s.base.Gazetteer().Exact(x.wordsOf(sp.First, sp.Last)); ok {
		surface := m.surface()
		caps := strings.ToUpper(surface) == surface
		for _, n := range s.base.Names(nil, leaf) {
			if n.Caps && !caps && strings.ToLower(surface[:1]) == surface[:1] {
				continue
			}
			m.names = append(m.names, n)
		}
	}
	isState, isPeople := false, false
	for _, n := range m.names {
		if n.Entry.State() != nil {
			switch n.Kind {
			case kb.ByAdjective, kb.ByNoun:
				isPeople = true
			default:
				isState = true
			}
		}
	}
	switch sp.Type {
	case text.Person:
		m.class = person
		if isState && !s.personLike(m) {
			m.class = state
		} else if m.dateline && m.last-m.first == 1 && s.onlyBody(m) != nil {
			m.class, m.typ = body, text.Organisation
		}
	case text.Organisation:
		m.class = body
		if !isState && len(m.names) == 0 && s.a.places.Own(m.surface()) && (s.whole || m.conf < 0.7) {
			m.class, m.typ = land, text.Location
		}
		if isState && !s.bodyLike(m) {
			m.class = state
		}
	case text.Location:
		m.class = land
		if isState {
			m.class = state
		} else if e := s.onlyBody(m); e != nil && (m.last-m.first > 1 || !s.a.places.Large(m.surface())) {
			m.class = body
		}
		if m.class == state && m.last-m.first == 1 && s.surnames[x.low[m.first]] && !s.adjectiveIn(x, m) {
			m.class, m.typ = person, text.Person
		}
	case text.Nationality:
		m.class = people
		if !isPeople && isState {
			m.class = state
		}
	default:
		if sp.Type == text.Other {
			if isPeople {
				m.class, m.typ = people, text.Nationality
				break
			}
			if e := s.onlyBody(m); e != nil && (m.last-m.first > 1 || s.whole && e.Type == "group" && len(m.surface()) >= 5) {
				m.class, m.typ = body, text.Organisation
				break
			}
			// "Moscow-based", "NATO-led": the name inside is one.
			if i := hyphenAt(x, sp.First, sp.Last); i > sp.First {
				if leaf, ok := s.base.Gazetteer().Exact(x.wordsOf(sp.First, i)); ok {
					m.last = i
					m.names = s.base.Names(nil, leaf)
					for _, n := range m.names {
						switch {
						case n.Kind == kb.ByAdjective || n.Kind == kb.ByNoun:
							m.class, m.typ = people, text.Nationality
						case n.Entry.State() != nil:
							m.class, m.typ = state, text.Location
						default:
							continue
						}
						x.add(m)
						return
					}
				}
			}
			return
		}
	}
	if (m.class == land || m.class == body && m.entryByName() == nil) && m.last-m.first > 1 {
		for _, e := range persons(m.names) {
			if !e.Listed {
				m.class, m.typ = person, text.Person
			}
		}
	}
	if m.class == person && m.last-m.first > 1 {
		s.surnames[x.low[m.last-1]] = true
	}
	x.add(m)
}

// adjectiveIn: the text has the adjective of the state that a name names.
func (s *story) adjectiveIn(x *side, m *mention) bool {
	for _, n := range m.names {
		st := n.Entry.State()
		if st == nil {
			continue
		}
		for _, a := range st.Adjectives {
			if strings.Contains(x.t.S, a) {
				return true
			}
		}
	}
	return false
}

func hyphenAt(x *side, first, last int) int {
	for i := first; i < last; i++ {
		if x.low[i] == "-" {
			return i
		}
	}
	return -1
}

// personLike: "Jordan" or "Georgia" as the model has a person of that name.
func (s *story) personLike(m *mention) bool {
	if !s.whole && m.conf > 0.5 {
		return true
	}
	if m.last-m.first == 1 && s.surnames[m.x.low[m.first]] {
		return true
	}
	return m.conf > 0.8 && (m.last-m.first > 1 || m.first > 0 && isTitle(strings.TrimSuffix(m.x.low[m.first-1], ".")))
}

// bodyLike: a team or a firm that bears a country's name.
func (s *story) bodyLike(m *mention) bool {
	return !s.whole && m.conf > 0.6
}

func (s *story) onlyBody(m *mention) *kb.Entry {
	for _, n := range m.names {
		if n.Kind <= kb.ByAlias && n.Entry.Type != "person" && n.Entry.State() == nil && !n.Entry.Listed {
			return n.Entry
		}
	}
	return nil
}
