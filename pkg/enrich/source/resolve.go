package source

import (
	"slices"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// entity is somebody or something that the story speaks of and may cite.
type entity struct {
	names    []uint32 // its capitalised words, in order
	alias    []uint32 // acronyms told in brackets
	name     string   // the longest name met
	noun     string   // its description, when it has no name
	nouns    []uint32 // stems of the nouns that describe it
	flags    flag     // word classes of those nouns
	gender   gender
	plural   bool
	body     bool // an organisation, an outlet, a state: not a human being
	human    bool
	veiled   bool // asks not to be named, or is called unnamed
	office   bool // some office of a state or the like stands in its description
	national bool // a state or a people stands there
	titled   bool // a title with a capital stands before the name
	news     bool // words of the press stand there
	firm     bool // a firm, a club, a union stands there
	actor    int  // index of an actor, -1 for none
	said     int  // attributions met so far
	cited    int  // attributions in all
	spans    []model.Span
	id       string
	kind     string
	last     int // token of the last mention, over both texts
	lastSub  float64
	sent     int // sentence of the last mention, over both texts
}

type gender uint8

const (
	anyGender gender = iota
	male
	female
)

// resolver folds the sources of one story.
type resolver struct {
	e    *engine
	d    *text.Doc
	list []*entity
	base int // sentences of the texts before
}

// maxEntities bounds the look-back over a story.
const maxEntities = 400

// described is what the words of a phrase tell.
type described struct {
	ent      entity
	definite bool // the, this, the same, a possessive
	indef    bool // a, an, some, a number
	pronoun  uint32
	head     int
}

// describe reads the phrase of tokens s headed by h.
func (r *resolver) describe(v *view, s span, h int) described {
	h = r.properHead(v, s, h)
	d := described{head: h}
	d.ent.actor = -1
	x := &d.ent
	n := &v.n[h]
	if s.hi-s.lo == 1 || n.pos == posPron && h == s.lo {
		switch c := v.npClass(h); c {
		case npFirst, npSecond, npHe, npIt, npThey, npWho:
			d.pronoun = c
			x.plural = c == npThey
			switch lowerShort(v.t.Surface(h)) {
			case "he", "him", "his":
				x.gender = male
			case "she", "her":
				x.gender = female
			case "we", "us", "our":
				x.plural = true
			}
			return d
		}
	}
	switch lowerShort(v.t.Surface(s.lo)) {
	case "the", "this", "that", "these", "those", "both":
		d.definite = true
	case "a", "an", "some", "several", "many", "another", "one", "two", "three", "four", "five", "few", "most", "more":
		d.indef = true
	}
	if v.n[s.lo].pos == posPoss {
		d.definite = true
	}
	x.plural = v.pluralAt(h)
	end := v.mainEnd(s)
	name := span{}
	named := r.nameMention(v, span{s.lo, end}, h)
	switch {
	case named != nil:
		name = span{named.First, named.Last}
		if name.hi+1 < end && v.t.Surface(name.hi) == "&" && v.capital(name.hi+1) {
			name.hi += 2
		}
		x.actor = named.Actor
		switch named.Type {
		case text.Person:
			x.human = true
		case text.Organisation, text.Location:
			x.body = true
			if named.Type == text.Location {
				x.flags |= flagState
			}
		}
	case v.n[h].pos == posName || len(r.d.Mentions) == 0:
		name = v.nameIn(span{s.lo, end}, h)
	}
	if !name.empty() {
		for i := name.lo; i < name.hi; i++ {
			if v.n[i].shape == shapeTitle || v.n[i].shape == shapeUpper || v.n[i].shape == shapeOther {
				x.names = append(x.names, v.n[i].low)
			}
		}
		x.name = v.t.Slice(name.lo, name.hi)
	}
	// An acronym in brackets.
	for i := s.lo; i+2 < min(s.hi+3, len(v.n)); i++ {
		if v.t.Surface(i) == "(" && v.t.Surface(i+2) == ")" && v.n[i+1].shape == shapeUpper {
			x.alias = append(x.alias, v.n[i+1].low)
		}
	}
	// The nouns of the description, up to a relative clause.
	for i := s.lo; i < end; i++ {
		m := &v.n[i]
		inName := name.has(i)
		if m.flags&(flagPerson|flagOfficial|flagMedia|flagDocument|flagOrg|flagGroup|flagAnon|flagSpoke|flagTitle) != 0 && !inName && v.describes(i, h, name) {
			x.nouns = append(x.nouns, r.nounKey(v, i))
			x.flags |= m.flags
			x.gender = cmpGender(x.gender, genderOf(v.t.Surface(i)))
		}
		if inName {
			x.flags |= m.flags & (flagMedia | flagOrg)
		}
		if m.flags&flagTitle != 0 && m.shape != shapeLower && i+1 == name.lo {
			x.titled = true
		}
		if m.flags&flagOffice != 0 {
			x.office = true
		}
		switch lowerShort(v.t.Surface(i)) {
		case "news", "press", "wire", "media":
			x.news = true
		}
		if m.flags&flagBusiness != 0 {
			x.firm = true
		}
	}
	r.around(v, s, end, name, x)
	if x.name == "" {
		lo := s.lo
		if d.definite || d.indef {
			if w := lowerShort(v.t.Surface(lo)); w == "the" || w == "a" || w == "an" {
				lo++
			}
		}
		if lo < end {
			x.noun = v.t.Slice(lo, v.trim(span{lo, end}).hi)
		}
	}
	x.veiled = r.veiled(v, s, h)
	for i := s.lo; i < end; i++ {
		if k := v.n[i].mention; (k == int8(text.Nationality)+1 || k == int8(text.Location)+1) && !name.has(i) {
			x.national = true
		}
	}
	if named != nil && name.has(h) && v.n[h].flags&(flagPerson|flagSpoke) != 0 && x.body && named.Type == text.Organisation {
		x.body = false // "Defence Ministry spokesman" taken for one name
	}
	if v.n[h].pos != posName && !name.has(h) && named != nil {
		switch f := v.n[h].flags; {
		case f&(flagPerson|flagSpoke|flagAnon) != 0:
			x.human, x.body = true, false
		case f&(flagOrg|flagMedia|flagDocument) != 0:
			x.human, x.body = false, true
		}
	}
	for i := name.lo; i < name.hi; i++ {
		if v.t.Surface(i) == "&" {
			x.human, x.body = false, true
		}
	}
	if !x.body && !x.human {
		switch {
		case n.flags&(flagPerson|flagSpoke|flagAnon|flagGroup) != 0 && n.pos != posName, x.flags&(flagPerson|flagSpoke|flagTitle|flagAnon) != 0 && n.flags&(flagOrg|flagDocument|flagMedia) == 0:
			x.human = true
		case n.flags&(flagOrg|flagMedia|flagDocument) != 0:
			x.body = true
		case !name.empty() && (v.acronym(name) || s.lo < name.lo && lowerShort(v.t.Surface(name.lo-1)) == "the"):
			x.body = true
		}
	}
	return d
}

// properHead mends a head that a parse has put behind a preposition or into a
// relative clause: it is the last noun before those, unless the head is that
// of a person's name ("Secretary of State John Kerry").
func (r *resolver) properHead(v *view, s span, h int) int {
	if s.hi-s.lo < 2 || !s.has(h) {
		return h
	}
	if v.n[h].mention == int8(text.Person)+1 {
		return h
	}
	end := v.mainEnd(s)
	last := -1
	for i := s.lo; i < end; i++ {
		n := &v.n[i]
		if i > s.lo && last >= 0 && (n.pos == posPrep || n.pos == posTo || v.t.Surface(i) == ",") {
			end = i
			break
		}
		if n.pos == posNoun || n.pos == posName {
			last = i
		}
	}
	if h >= end && last >= 0 {
		return last
	}
	return h
}

// around reads the nouns next to a name: right before it, at the head of
// what stands before it, and in an apposition between commas behind it.
func (r *resolver) around(v *view, s span, end int, name span, x *entity) {
	if name.empty() {
		return
	}
	const what = flagPerson | flagOfficial | flagMedia | flagOrg | flagSpoke | flagTitle | flagGroup
	take := func(i int) {
		k := r.nounKey(v, i)
		if !slices.Contains(x.nouns, k) {
			x.nouns = append(x.nouns, k)
		}
		x.flags |= v.n[i].flags
		x.gender = cmpGender(x.gender, genderOf(v.t.Surface(i)))
		switch {
		case v.n[i].flags&(flagPerson|flagSpoke|flagTitle) != 0:
			x.human, x.body = true, false
		case v.n[i].flags&(flagOrg|flagMedia) != 0 && !x.human:
			x.body = true
		}
		if v.n[i].flags&flagTitle != 0 && v.n[i].shape != shapeLower {
			x.titled = true
		}
	}
	if i := name.lo - 1; i >= s.lo && v.n[i].flags&what != 0 {
		take(i)
	}
	last := -1
	for i := s.lo; i < name.lo; i++ {
		if v.n[i].pos == posPrep || v.n[i].pos == posVerb || v.loose(i) || v.possessive(i) {
			break
		}
		if v.n[i].flags&what != 0 {
			last = i
		}
	}
	if last >= 0 && last < name.lo-1 && x.human {
		take(last)
	}
	at := name.hi
	if at < end && v.t.Surface(at) == "," {
		last = -1
		for i := at + 1; i < end; i++ {
			n := &v.n[i]
			if n.pos == posPrep || n.pos == posTo || n.pos == posVerb || v.loose(i) && v.t.Surface(i) != "-" {
				break
			}
			if n.pos == posNoun || n.pos == posName || n.flags&what != 0 {
				last = i
			}
		}
		if last >= 0 && v.n[last].flags&what != 0 {
			take(last)
		}
	}
}

// mainEnd is where the phrase s stops to tell who and begins to tell more: a
// relative clause.
func (v *view) mainEnd(s span) int {
	for i := s.lo + 1; i < s.hi; i++ {
		if v.n[i].pos == posWh {
			return i
		}
	}
	return s.hi
}

// nameMention is the mention that names the phrase s headed by h: one that
// holds the head, or one in apposition to it or next to it; a name behind a
// preposition or a possessive names somebody else.
func (r *resolver) nameMention(v *view, s span, h int) *text.Mention {
	at, _ := slices.BinarySearchFunc(v.ments, s.lo, func(m text.Mention, lo int) int {
		if m.Last <= lo {
			return -1
		}
		return 1
	})
	var best *text.Mention
	rank := 0
	for i := at; i < len(v.ments); i++ {
		m := &v.ments[i]
		if m.First >= s.hi {
			break
		}
		if m.Type == text.Nationality || m.First < 0 || m.Last > len(v.n) {
			continue
		}
		k := 0
		own := m.Last >= len(v.n) || !v.possessive(m.Last)
		before := uint32(0)
		if m.First > s.lo {
			before = uint32(m.First - 1)
		}
		afterPrep := before > 0 && (v.n[before].pos == posPrep || v.n[before].pos == posTo || v.n[before].rel == relCase || v.t.Surface(int(before)) == "the" && before > 0 && int(before) > s.lo && v.n[before-1].pos == posPrep)
		common := v.n[h].pos == posNoun && v.n[h].flags&(flagDocument|flagAnon|flagSpoke|flagPerson) != 0
		switch {
		case !own:
		case m.First <= h && h < m.Last:
			k = 5
		case afterPrep:
		case m.Type == text.Person && (v.n[h].flags&(flagPerson|flagSpoke|flagTitle) != 0 || v.n[h].pos == posName):
			k = 4
		case m.First > h && (m.First == h+1 || v.t.Surface(m.First-1) == "," || v.t.Surface(m.First-1) == "'" || v.n[m.First].shape == shapeOpen):
			k = 3
			if common && m.Type != text.Person && v.n[h].flags&flagDocument == 0 {
				k = 0
			}
		case m.Last == h && v.n[h].flags&(flagPerson|flagSpoke|flagDocument|flagAnon|flagOrg|flagMedia|flagGroup) == 0 && m.Type != text.Location:
			k = 1
		}
		if k > rank {
			best, rank = m, k
		}
	}
	return best
}

// possessive tells whether token i is a possessive ending.
func (v *view) possessive(i int) bool {
	s := v.t.Surface(i)
	return s == "'s" || s == "’s" || (s == "'" || s == "’") && text.Tag(v.n[i].tag) == text.TagPOS
}

func (v *view) acronym(s span) bool {
	return s.hi-s.lo == 1 && v.n[s.lo].shape == shapeUpper
}

func cmpGender(a, b gender) gender {
	if a != anyGender {
		return a
	}
	return b
}

func genderOf(w string) gender {
	if len(w) > 16 {
		return anyGender
	}
	switch strings.ToLower(w) {
	case "mr", "mr.", "sir", "spokesman", "chairman", "king", "prince", "father", "son", "husband", "brother", "man", "businessman", "congressman",
		"councilman", "lord", "uncle", "boy", "widower", "grandfather":
		return male
	case "mrs", "mrs.", "ms", "ms.", "miss", "madam", "spokeswoman", "chairwoman", "queen", "princess", "mother", "daughter", "wife", "sister",
		"woman", "businesswoman", "congresswoman", "councilwoman", "lady", "dame", "actress", "aunt", "girl", "widow", "grandmother":
		return female
	}
	return anyGender
}

// nounKey is the stem of a describing noun; the words for a speaker are one.
func (r *resolver) nounKey(v *view, i int) uint32 {
	if v.n[i].flags&flagSpoke != 0 && v.n[i].flags&flagPerson != 0 {
		return stemSpoke
	}
	return v.n[i].stem
}

// pluralAt tells whether the noun i names several.
func (v *view) pluralAt(i int) bool {
	t := text.Tag(v.n[i].tag)
	return t == text.TagNNS || t == text.TagNNPS || v.n[i].stem == stemPerson && lowerShort(v.t.Surface(i)) == "people" ||
		v.child(i, relConj) >= 0 && v.n[i].pos == posName
}

// describes tells whether noun i says what the phrase headed by h is: it is
// the head, an apposition to it, part of its compound before the name, or
// the name's own title; nouns after a preposition belong to something else.
func (v *view) describes(i, h int, name span) bool {
	if i == h {
		return true
	}
	at := i
	for range 6 {
		if at == h {
			return true
		}
		n := &v.n[at]
		switch n.rel {
		case relAppos, relFlat, relConj:
		case relCompound, relAmod:
			// "force spokeswoman Ingrid": the noun next to the name counts, the
			// ones before it only tell which.
			if i+1 < len(v.n) && !name.empty() && i+1 != name.lo && !(v.n[i].flags&flagTitle != 0) {
				return false
			}
		default:
			return i+1 == name.lo
		}
		if n.head < 0 {
			return false
		}
		at = int(n.head)
	}
	return false
}

// nameIn finds the name in the phrase s headed by h: the capitalised words
// around the head when it is a name, else an apposition or what follows the
// head. Titles before a name are left out.
func (v *view) nameIn(s span, h int) span {
	first := -1
	if v.capital(h) && v.n[h].pos != posPron {
		first = h
	} else {
		for i := s.lo; i < s.hi; i++ {
			if !v.capital(i) || i == s.lo && v.n[i].pos != posName {
				continue
			}
			n := &v.n[i]
			if n.pos == posWh {
				break
			}
			if n.rel == relAppos || n.rel == relFlat && int(n.head) == h || i == h+1 && n.pos == posName || i > h && n.head >= 0 && int(n.head) == h && n.rel == relCompound {
				first = i
				break
			}
			if i > h+1 && i > s.lo && v.t.Surface(i-1) == "," && n.pos == posName && v.n[i].rel != relNmod && v.n[i].rel != relObl {
				first = i
				break
			}
		}
	}
	if first < 0 {
		return span{}
	}
	lo, hi := first, first+1
	for lo > s.lo {
		switch {
		case v.capital(lo - 1):
			lo--
		case lo-2 >= s.lo && v.joins(lo-1) && v.capital(lo-2):
			lo -= 2
		default:
			goto right
		}
	}
right:
	for hi < s.hi {
		switch {
		case v.capital(hi) || v.n[hi].shape == shapeDigit && hi+1 < s.hi:
			hi++
		case v.t.Surface(hi) == "-" && hi+1 < s.hi && v.n[hi+1].shape != shapeMark:
			hi += 2
		case hi+1 < s.hi && v.joins(hi) && v.capital(hi+1):
			hi += 2
		default:
			goto titles
		}
	}
titles:
	if v.n[lo].flags&flagAbout != 0 && hi-lo == 1 {
		return span{}
	}
	for i := hi - 2; i >= lo; i-- {
		if v.n[i].flags&(flagPerson|flagTitle|flagSpoke) != 0 && v.n[i+1].shape != shapeMark && !v.joins(i+1) {
			lo = i + 1
			break
		}
	}
	for hi > lo && (v.t.Surface(hi-1) == "'s" || v.t.Surface(hi-1) == "’s") {
		hi--
	}
	return span{lo, hi}
}

func (v *view) capital(i int) bool {
	sh := v.n[i].shape
	return sh == shapeTitle && v.n[i].pos != posDet && v.n[i].pos != posPrep && v.n[i].pos != posPoss || sh == shapeUpper
}

// joins tells whether a word can stand inside a name.
func (v *view) joins(i int) bool {
	switch v.t.Surface(i) {
	case "-", "&", "of", "de", "do", "da", "dos", "das", "del", "della", "di", "du", "la", "le", "el", "al", "bin", "bint", "ibn", "ben", "van", "von", "der", "den", "ter", "y", "e", "for", "the", "ul", "ur", "abu", "ould":
		return true
	}
	return false
}

// veiled tells whether the phrase, or the clause around it, keeps its name.
func (r *resolver) veiled(v *view, s span, h int) bool {
	if v.n[h].flags&flagAnon != 0 {
		return true
	}
	lo, hi := s.lo, s.hi
	for i := lo; i < hi; i++ {
		switch v.n[i].low {
		case hashUnnamed, hashUnidentified, hashAnonymous, hashAnonymity, hashUndisclosed:
			return true
		}
		if v.n[i].low == hashFamiliar && v.n[h].flags&(flagPerson|flagGroup) != 0 || v.n[i].low == hashBriefed && v.n[h].pos == posNoun {
			return true
		}
		if i > lo+1 && v.n[i].pos != posMark && hides(v, i, hi) {
			return true
		}
	}
	return false
}

// hides tells whether the words from i on ask for no name: "asked not to be
// named", "was not authorised to speak", "declined to be identified".
func hides(v *view, i, end int) bool {
	end = min(end, i+12)
	switch v.n[i].stem {
	case stemAsk, stemDeclin, stemRequest, stemWant, stemRefus, stemInsist:
		for k := i + 1; k < end; k++ {
			if s := v.n[k].stem; s == stemNam || s == stemIdentif || s == stemAnonym {
				return true
			}
		}
	case stemAuthoris, stemAuthoriz, stemPermit, stemAllow:
		neg := i > 1 && (v.n[i-1].low == hashNot || v.n[i-2].low == hashNot || v.n[i-1].low == hashNt)
		if neg {
			for k := i + 1; k < end; k++ {
				if s := v.n[k].stem; s == stemSpeak || s == stemTalk || s == stemComment || s == stemDiscuss || s == stemBrief {
					return true
				}
			}
		}
	case stemCondition:
		for k := i + 1; k < end; k++ {
			if s := v.n[k].stem; s == stemAnonym || s == stemNam || s == stemIdentif || v.n[k].low == hashAnonymity {
				return true
			}
		}
	}
	return false
}

// sentenceVeil looks for the same words behind the cue, outside of source and
// content: "…, an official said on condition of anonymity".
func (r *resolver) sentenceVeil(f *found) bool {
	v := f.v
	sent := v.t.Sentences[v.t.Tokens[f.cue].Sentence]
	for i := sent.First; i < sent.Last; i++ {
		if holds(f, i) && abs(i-f.cue) > 4 {
			continue
		}
		if v.n[i].low == hashAnonymity || i > sent.First+1 && hides(v, i, sent.Last) {
			return true
		}
	}
	return false
}

// salience of the entity for a pronoun in sentence s.
func (x *entity) salience(s int) float64 { return x.lastSub - 0.6*float64(max(0, s-x.sent)) }

// pick returns the most salient entity of those that fit.
func (r *resolver) pick(sent int, fit func(*entity) bool) *entity {
	var best *entity
	for i := len(r.list) - 1; i >= max(0, len(r.list)-maxEntities); i-- {
		x := r.list[i]
		if sent-x.sent > 8 || !fit(x) {
			continue
		}
		if best == nil || x.salience(sent) > best.salience(sent) {
			best = x
		}
	}
	return best
}

// resolve finds or makes the entity that a phrase stands for.
func (r *resolver) resolve(v *view, s span, h int, speaker *entity) *entity {
	d := r.describe(v, s, h)
	sent := r.base + v.t.Tokens[h].Sentence
	x := &d.ent
	switch d.pronoun {
	case npFirst:
		return speaker
	case npSecond:
		return nil
	case npHe:
		y := r.pick(sent, func(y *entity) bool {
			return y.human && !y.plural && (y.gender == anyGender || y.gender == x.gender)
		})
		if y != nil {
			y.gender = x.gender
		}
		return y
	case npIt:
		return r.pick(sent, func(y *entity) bool { return !y.human && !y.plural || y.body && !y.human })
	case npThey:
		if y := r.pick(sent, func(y *entity) bool { return y.plural }); y != nil {
			return y
		}
		return r.pick(sent, func(y *entity) bool { return true })
	case npWho:
		if a := v.antecedent(h); a >= 0 {
			return r.resolve(v, v.phrase(a, h), a, speaker)
		}
		return nil
	}
	if x.actor >= 0 {
		for _, y := range r.recent() {
			if y.actor == x.actor {
				return r.merge(y, x)
			}
		}
	}
	if len(x.names) > 0 {
		for _, y := range r.recent() {
			if sameName(y, x) {
				return r.merge(y, x)
			}
		}
		if d.definite && x.body {
			// "the Foreign Ministry" after "Russia's Foreign Ministry".
			for _, y := range r.recent() {
				if len(y.names) > 0 && slices.Equal(y.names, x.names) {
					return r.merge(y, x)
				}
			}
		}
		return r.add(x)
	}
	if d.definite && len(x.nouns) > 0 || d.definite && v.n[h].pos == posNoun {
		if y := r.definite(v, &d, sent); y != nil {
			return r.merge(y, &entity{actor: -1, veiled: x.veiled, gender: x.gender})
		}
	}
	if x.plural && !d.indef {
		// "officials said", twice: the same ones.
		for _, y := range r.recent() {
			if y.plural && len(y.names) == 0 && y.noun != "" && strings.EqualFold(y.noun, x.noun) {
				return y
			}
		}
	}
	return r.add(x)
}

// definite finds what "the official", "the weekly" or "the same diplomat"
// takes up: something described by the same noun, else by one of its class.
func (r *resolver) definite(v *view, d *described, sent int) *entity {
	h := d.head
	key := r.nounKey(v, h)
	plural := d.ent.plural
	var best *entity
	for _, y := range r.recent() {
		if y.plural == plural && slices.Contains(y.nouns, key) && gendersFit(y.gender, d.ent.gender) {
			if v.possessed(h) && y.noun != "" && !strings.EqualFold(y.noun, d.ent.noun) {
				continue
			}
			if best == nil || y.said > 0 && best.said == 0 {
				best = y
			}
			if best.said > 0 {
				break
			}
		}
	}
	if best != nil || v.possessed(h) {
		return best
	}
	fl := v.n[h].flags
	if v.narrowed(h) {
		return nil
	}
	fit := func(ok func(y *entity) bool) *entity {
		return r.pick(sent+4, func(y *entity) bool { return y.plural == plural && ok(y) && gendersFit(y.gender, d.ent.gender) })
	}
	switch {
	case fl&flagOfficial != 0 || fl&flagSpoke != 0:
		return fit(func(y *entity) bool {
			return y.said > 0 && y.human && (y.flags&(flagOfficial|flagSpoke) != 0 || y.kind == model.SourceOfficial)
		})
	case fl&flagMedia != 0 && fl&flagOrg != 0: // agency
		return fit(func(y *entity) bool { return y.body && y.flags&(flagMedia|flagOrg) != 0 && y.said > 0 })
	case fl&flagMedia != 0:
		return fit(func(y *entity) bool { return y.body && y.flags&flagMedia != 0 })
	case fl&flagDocument != 0:
		return fit(func(y *entity) bool { return y.flags&flagDocument != 0 && y.said > 0 && len(y.names) == 0 })
	case fl&flagBusiness != 0 && fl&flagOrg != 0:
		return fit(func(y *entity) bool {
			return y.body && !y.office && y.flags&(flagMedia|flagDocument) == 0 && len(y.names) > 0
		})
	case fl&flagOrg != 0:
		return fit(func(y *entity) bool { return y.body && slices.Contains(y.names, v.n[h].low) })
	case fl&flagPerson != 0:
		return fit(func(y *entity) bool { return y.said > 0 && y.human && y.flags&fl&^(flagPerson|flagGroup) != 0 })
	}
	return nil
}

func gendersFit(a, b gender) bool { return a == anyGender || b == anyGender || a == b }

// possessed tells whether the noun has a possessor of its own, so that it is
// another thing than one met before: "its president", "the mission's office".
func (v *view) possessed(h int) bool { return v.child(h, relPoss) >= 0 }

// narrowed tells whether words of the phrase say which of its kind is meant,
// so that it does not simply take up the last one.
func (v *view) narrowed(h int) bool {
	for k := v.n[h].kid; k >= 0; k = v.n[k].sib {
		switch v.n[k].rel {
		case relNmod, relCompound, relACL, relRelcl:
			return true
		}
	}
	return false
}

// antecedent is what a relative pronoun stands for: the noun whose clause it
// is in.
func (v *view) antecedent(i int) int {
	pronoun := i
	for steps := 0; steps < 6 && i >= 0; steps++ {
		n := &v.n[i]
		if n.rel == relRelcl || n.rel == relACL {
			if int(n.head) < pronoun {
				return int(n.head)
			}
			break
		}
		i = int(n.head)
	}
	// The parse does not tell: the noun before it, for "who" one for people.
	person := v.t.Surface(pronoun) == "who" || v.t.Surface(pronoun) == "whom"
	first := v.t.Sentences[v.t.Tokens[pronoun].Sentence].First
	for k := pronoun - 1; k >= max(first, pronoun-12); k-- {
		n := &v.n[k]
		if n.pos == posVerb || n.pos == posWh {
			break
		}
		if n.pos == posName && n.flags&flagAbout == 0 && (!person || n.mention == int8(text.Person)+1 || n.mention == 0) || n.pos == posNoun && (!person || n.flags&(flagPerson|flagGroup) != 0) {
			return k
		}
	}
	return -1
}

// recent is the entities, the last made or met first.
func (r *resolver) recent() []*entity {
	out := slices.Clone(r.list[max(0, len(r.list)-maxEntities):])
	slices.SortStableFunc(out, func(a, b *entity) int { return b.last - a.last })
	return out
}

func (r *resolver) add(x *entity) *entity {
	y := *x
	r.list = append(r.list, &y)
	return &y
}

// merge adds what x tells to y.
func (r *resolver) merge(y, x *entity) *entity {
	if len(x.names) > len(y.names) {
		y.names = x.names
	}
	if len(x.name) > len(y.name) && len(x.names) >= len(y.names) {
		y.name = x.name
	}
	y.alias = append(y.alias, x.alias...)
	for _, n := range x.nouns {
		if !slices.Contains(y.nouns, n) {
			y.nouns = append(y.nouns, n)
		}
	}
	y.flags |= x.flags
	y.gender = cmpGender(y.gender, x.gender)
	y.veiled = y.veiled || x.veiled
	y.office = y.office || x.office
	y.firm = y.firm || x.firm
	y.national = y.national || x.national
	y.titled = y.titled || x.titled
	if x.human && !y.body {
		y.human = true
	}
	if x.body && !y.human {
		y.body = true
	}
	if y.actor < 0 {
		y.actor = x.actor
	}
	return y
}

// sameName tells whether two names are of one: equal, the one within the
// other for people, an acronym and what it is short for.
func sameName(y, x *entity) bool {
	if len(y.names) == 0 {
		return false
	}
	if y.actor >= 0 && x.actor >= 0 && y.actor != x.actor || !gendersFit(y.gender, x.gender) {
		return false
	}
	if slices.Equal(y.names, x.names) {
		return true
	}
	if len(x.names) == 1 && slices.Contains(y.alias, x.names[0]) || len(y.names) == 1 && slices.Contains(x.alias, y.names[0]) {
		return true
	}
	if shortFor(x.name, y.name) || shortFor(y.name, x.name) {
		return true
	}
	short, long := x, y
	if len(short.names) > len(long.names) {
		short, long = long, short
	}
	if short.human && long.body || short.body && long.human {
		return false
	}
	if long.body || short.body {
		// "Gulf Meridian" and "Gulf Meridian Holding", but not "Russia" and
		// "Russia Foreign Ministry".
		return slices.Equal(short.names, long.names[:len(short.names)]) && (len(short.names) > 1 || long.flags&flagOrg == 0 && short.flags&flagState == 0) ||
			long.flags&flagMedia != 0 && slices.Equal(short.names, long.names[len(long.names)-len(short.names):])
	}
	for _, w := range short.names {
		if !slices.Contains(long.names, w) {
			return false
		}
	}
	return short.names[len(short.names)-1] == long.names[len(long.names)-1] || short.names[0] == long.names[0]
}

// shortFor tells whether s is the initials of the capitalised words of long.
func shortFor(s, long string) bool {
	if len(s) < 2 || len(s) > 8 || strings.ToUpper(s) != s || len(long) <= len(s) {
		return false
	}
	k := 0
	for w := range strings.FieldsSeq(long) {
		if w[0] < 'A' || w[0] > 'Z' {
			continue
		}
		if k >= len(s) || s[k] != w[0] {
			return false
		}
		k++
	}
	return k == len(s)
}
