package deployment

import (
	"slices"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/enrich/when"
	"github.com/dateline-wire/dateline/pkg/model"
)

// draft is a record in the making.
type draft struct {
	s           int // sentence
	u           unit
	f           frame
	kind        string
	action      string
	status      string
	sender      span
	origin      span
	destination span
	inherited   bool // destination or origin from the story
	say         saying
	path        []int
	when        *timeExpr
	purpose     span
	drop        string  // why it was vetoed
	whole       int     // index of the draft it is a part of, -1
	same        int     // index of the draft it repeats, -1
	ref         *string // the source of the attribution
	chain       []int   // attributions around it
	more        []int   // drafts that name the same body again
	rival       int     // 1 + the draft whose number it contests, 0 for none
	place       bool    // a place was told in its own clause
}

// story is what is known of the text so far.
type story struct {
	a      *Annotator
	ctx    *place.Context
	small  string
	v      *view
	d      *text.Doc
	drafts []draft
}

var purposeVerbs = set(`help assist support fight combat contain battle protect secure guard train advise rebuild build repair restore provide monitor observe patrol enforce control
 quell maintain keep tackle search rescue treat back reinforce bolster relieve replace strengthen prevent stop defend defuse clear deliver conduct carry lift teach run open begin engage join take lay work put look fill stiffen oversee counter aid ensure reassure deter operate handle respond evacuate man staff facilitate coordinate investigate extinguish douse cope`)

// build makes the drafts of one sentence.
func (st *story) build(s int) {
	v := st.v
	sn := v.t.Sentences[s]
	us := v.units(s)
	if len(us) == 0 {
		return
	}
	taken := make([]bool, len(us))
	defer func() { st.corrections(s, us, taken) }()
	for _, f := range v.frames(s, us) {
		if taken[f.u] {
			continue
		}
		u := us[f.u]
		d := draft{s: s, u: u, f: f, kind: u.kind, action: f.action, whole: -1, same: -1, say: saying{attribution: -1, verb: -1}}
		st.agent(&d, us)
		st.places(&d, us)
		st.sourceOf(&d)
		st.actionOf(&d)
		st.heading(&d)
		if s := st.supplied(&d); s.ok() && (!d.sender.ok() || d.f.rule == "subject" || d.f.rule == "located" || d.f.rule == "passive") {
			d.sender = s
		}
		st.missionKind(&d)
		d.status = v.status(&f, d.path, d.say, sn.Last)
		if !d.sender.ok() {
			d.sender = st.bySpeaker(&d)
		}
		st.timeOf(&d)
		st.judge(&d)
		taken[f.u] = d.drop == ""
		st.drafts = append(st.drafts, d)
	}
}

// corrections makes a record of a rival figure: "the correct number is 80
// soldiers", "an officer put the figure at 280".
func (st *story) corrections(s int, us []unit, taken []bool) {
	v := st.v
	for i := range us {
		u := us[i]
		if taken[i] || u.num == nil || u.joined {
			continue
		}
		ok := false
		for k := u.first - 1; k >= st.floor(s) && k > u.first-7; k-- {
			switch v.low[k] {
			case "number", "figure", "total":
				ok = true
			}
			if v.low[k] == "," || v.pos[k] == pWh {
				break
			}
		}
		if !ok {
			continue
		}
		for j := len(st.drafts) - 1; j >= 0; j-- {
			e := &st.drafts[j]
			if e.drop != "" || e.s < s-2 || e.s == s || e.u.num == nil {
				continue
			}
			if !u.numeric && u.class != generic && e.kind != u.kind {
				continue
			}
			d := *e
			d.s, d.u, d.more, d.same, d.rival = s, u, nil, -1, j+1
			d.f.rule = "rival-figure"
			d.say = saying{attribution: -1, verb: -1}
			if say, ok := v.sayer(s, u.first, u.last); ok {
				d.say = say
			} else {
				for k := u.first - 1; k > st.floor(s) && k > u.first-7; k-- {
					if w := v.low[k]; w == "put" || w == "puts" {
						if who, ok := v.subject(k, st.floor(s)); ok {
							d.say = saying{who: who, verb: k, attribution: -1}
						}
					}
				}
			}
			d.u.kind = e.kind
			st.drafts = append(st.drafts, d)
			break
		}
	}
}

func (st *story) floor(s int) int {
	sn := st.v.t.Sentences[s]
	if sn.First < st.v.body && st.v.body < sn.Last {
		return st.v.body
	}
	return sn.First
}

// heading settles what it is to leave one place for another: home, or out.
func (st *story) heading(d *draft) {
	if d.action != "withdraw" || d.f.move&(mLeave|mQuit) == 0 || d.f.home || !d.destination.ok() {
		return
	}
	v := st.v
	if l := v.x.verbs[v.w(d.f.trig)].lemma; l != "leave" && l != "depart" || d.f.noun {
		return
	}
	own, from, to := st.country(d.sender), st.country(d.origin), st.country(d.destination)
	switch {
	case to != "" && to == own && from != own:
		return // home
	case from != "" && own != "" && from != own:
		return // from a place abroad
	case own == "" && d.kind != "workers" && d.kind != "peacekeepers" && d.kind != "medics" && d.kind != "rescuers":
		return
	}
	d.action = "deploy"
}

// agent finds who sends.
func (st *story) agent(d *draft, us []unit) {
	v, u, f := st.v, &d.u, &d.f
	floor := st.floor(d.s)
	end := v.t.Sentences[d.s].Last
	var who span
	switch {
	case f.rule == "asked":
		if e := v.right(f.trig+1, end); e > f.trig+1 {
			who = span{f.trig + 1, e}
		}
	case f.rule == "composition":
	case f.rule == "relative-object":
		g := f.g
		who, d.path = v.control(g, floor, 6)
	case f.noun && f.rule != "subject" && f.rule != "relative":
		if f.gov >= 0 {
			g := v.groupAround(f.gov, floor, f.gov+1)
			who, d.path = v.control(g, floor, 6)
			sp := v.x.speech[v.low[f.gov]]
			w := v.low[f.gov]
			if sp&(sPlan|sSay|sBegin|sFinish|sRefuse) == 0 && v.x.verbs[w].lemma == "" && !addVerbs[w] || judging[w] {
				who = span{}
			}
			if u.nat != nil && who.ok() && !v.hasState(who, u.nat.states[0]) {
				who = span{}
			}
		}
		// "Turkey's deployment of", "deployment by X", "its withdrawal of"
		k := v.left(f.trig, floor, nil)
		if f.rule == "compound" {
			k = u.first
		}
		if k-1 >= floor && v.pos[k-1] == pPoss {
			if own, ok := v.phrase(k-2, floor); ok {
				who = own
			}
		}
		for k := f.tail; k < min(f.tail+12, end); k++ {
			if v.low[k] == "by" {
				if e := v.right(k+1, end); e > k+1 && v.time(k+1) == nil {
					who = v.ofChain(span{k + 1, e}, end)
				}
				break
			}
			if v.pos[k] == pMark || v.pos[k] == pVerb {
				break
			}
		}
	case f.object && f.rule == "object", f.rule == "have":
		who, d.path = v.control(f.g, floor, 6)
	case f.object: // passive, participle
		who, d.path = v.passivePath(f, floor)
		for k := f.trig + 1; k < min(f.trig+16, end); k++ {
			if v.low[k] == "by" && v.time(k+1) == nil {
				if e := v.right(k+1, end); e > k+1 && v.pos[k+1] != pIng && !v.transport(k+1, e) {
					who = v.ofChain(span{k + 1, e}, min(e+4, end))
				}
				break
			}
			if v.low[k] == ";" || v.pos[k] == pSub || v.low[k] == `"` || v.low[k] == "due" || v.pos[k] == pModal || v.pos[k] == pAux || v.pos[k] == pIng {
				break
			}
		}
	default: // the body moves by itself
		who, d.path = v.passivePath(f, floor)
		if f.noun && f.gov >= 0 {
			d.path = append(d.path, f.gov)
		}
	}
	d.sender = st.fullName(st.settle(d, who, us))
}

// judging verbs say what somebody thinks of a move that is another's.
var judging = set(`oppose opposes opposed reject rejects rejected allow allows allowed permit permits permitted accept accepts accepted report reports reported request requests requested
 demand demands demanded urge urges urged criticise criticize criticised criticized condemn condemns condemned welcome welcomes welcomed support supports supported back backed fear fears want wants wanted
 confirm confirms confirmed deny denies denied reveal reveals revealed claim claims claimed see saw seek sought dismiss dismissed recommend recommended`)

func (v *view) hasAnyState(s span) bool {
	for k := s.first; k < s.last; k++ {
		if v.state(k) != nil {
			return true
		}
	}
	return false
}

func (v *view) hasState(s span, st int) bool {
	for k := s.first; k < s.last; k++ {
		if m := v.state(k); m != nil && m.states[0] == st {
			return true
		}
	}
	return false
}

// fullName takes the name of a state that stands in the text for its adjective.
func (st *story) fullName(s span) span {
	v := st.v
	m := v.state(s.first)
	if !s.ok() || m == nil || m.form != stAdjective || s.first != m.first || s.last != m.last {
		return s
	}
	for i := range v.states {
		n := &v.states[i]
		if n.form == stName && n.first >= v.body && n.states[0] == m.states[0] && len(m.states) == 1 && !v.adjacentHyphen(n.last) && !v.adjacentHyphen(n.first-1) && v.pos[min(n.last, len(v.pos)-1)] != pNoun {
			return span{n.first, n.last}
		}
	}
	return s
}

// transport: "by rail", "by bus", "by air": no agent.
func (v *view) transport(a, b int) bool {
	switch v.low[b-1] {
	case "rail", "bus", "air", "sea", "train", "plane", "ship", "road", "land", "boat", "helicopter", "truck", "flights", "convoy", "weekend":
		return true
	}
	return v.time(a) != nil
}

// passivePath gives the words that carry a passive or subject frame: "urges
// that troops be sent", "was ordered to leave".
func (v *view) passivePath(f *frame, floor int) (span, []int) {
	path := append([]int(nil), f.g.outer...)
	if f.rule == "relative" || f.rule == "participle" {
		return span{}, path
	}
	j := v.before(f.first, floor)
	if j < floor {
		return span{}, path
	}
	w := v.low[j]
	raised := v.w(f.last) == "to" || v.pos[min(f.last, len(v.pos)-1)] == pTo || f.g.infinitive
	up := func(k int) (span, []int) {
		g := v.groupAround(k, floor, k+1)
		s, p := v.control(g, floor, 5)
		p = append(p, k)
		return s, append(p, path...)
	}
	verbAt := func(k int) bool {
		return k >= floor && (v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng)
	}
	switch {
	case verbAt(j):
		sp := v.x.speech[w]
		order := v.x.verbs[w].lemma == "order"
		if sp&(sPlan|sOffer|sRefuse|sCtlObj) == 0 && !order {
			return span{}, path
		}
		s, p := up(j)
		if sp&sOffer != 0 && !order && sp&sPlan == 0 || sp&sRefuse != 0 {
			s = span{} // who asks is not who sends
		}
		if !raised && sp&sSay != 0 {
			s = span{}
		}
		return s, p
	case (v.pos[j] == pSub || w == "that") && j-1 >= floor:
		k := j - 1
		if verbAt(k) {
			sp := v.x.speech[v.low[k]]
			if sp&(sOffer|sPlan|sRefuse) != 0 && sp&sSay == 0 {
				_, p := up(k)
				return span{}, p
			}
			return span{}, path
		}
		if controlNouns[v.low[k]] {
			return span{}, append([]int{k}, path...)
		}
	case (w == "for" || w == "on" || w == "to") && j-1 >= floor && (raised || v.pos[min(f.g.start, len(v.pos)-1)] == pIng || f.g.progressive):
		k := j - 1
		if verbAt(k) {
			_, p := up(k)
			if v.low[k] == "lead" || v.low[k] == "leads" || v.low[k] == "led" {
				if g := v.groupAround(k, floor, k+1); g.modal != "" {
					f.g.modal = "could"
				}
			}
			return span{}, p
		}
		if controlNouns[v.low[k]] || v.pos[k] == pNoun {
			n := v.nounLeft(k, floor)
			p := append([]int{k}, path...)
			if b := v.before(n, floor); verbAt(b) {
				p = append([]int{b}, p...)
			}
			return span{}, p
		}
	}
	return span{}, path
}

// settle turns a phrase into the wording of the sender.
func (st *story) settle(d *draft, who span, us []unit) span {
	v, u := st.v, &d.u
	nat := span{}
	if u.nat != nil {
		nat = span{u.nat.first, u.nat.last}
		// "U.S. Army Green Berets", "Japan Self-Defense Forces"
	}
	if who.ok() && vehicles[v.low[who.last-1]] {
		who = span{}
	}
	if who.ok() && v.pos[who.first] == pPron && who.last == who.first+1 || who.ok() && v.anaphor(who) {
		r := st.antecedent(who, d)
		switch {
		case r.ok() && (v.hasAnyState(r) || v.orgLike(r) || v.pos[who.first] == pPron):
			who = r
		case v.pos[who.first] == pPron:
			who = span{}
		}
	}
	host := v.bringsIn(d)
	switch v.x.verbs[v.w(d.f.trig)].lemma {
	case "take", "host", "receive", "allow", "house", "accept":
		host = true
	}
	if u.poss >= 0 && v.pos[u.poss] == pPoss && vagueCountry[v.w(u.poss-1)] && who.ok() && !v.hasAnyState(who) {
		// "the country's troops"
		for j := u.first - 1; j >= 0; j-- {
			if m := v.state(j); m != nil && m.last < u.poss {
				return span{m.first, m.last}
			}
		}
	}
	if u.poss >= 0 && v.pos[u.poss] == pPoss && !d.f.noun {
		// "Ukraine's 1,600 troops"
		if m := v.state(u.poss - 1); m != nil && m.form != stAdjective && !v.sameActor(span{m.first, m.last}, who) {
			return span{m.first, m.last}
		}
	}
	if s := st.leads(who); s.ok() && !nat.ok() {
		return s
	}
	if who.ok() {
		t := v.actorText(who, true)
		if nat.ok() {
			if host {
				return nat
			}
			same := false
			person := false
			foreign := false
			for k := who.first; k < who.last; k++ {
				if m := v.state(k); m != nil {
					if m.states[0] == u.nat.states[0] {
						same = true
					} else {
						foreign = true
					}
				}
				person = person || personTitles[v.low[k]]
			}
			if !same && !foreign && v.personLike(who) {
				return nat
			}
			if person && !foreign {
				return nat
			}
			if same && person {
				return nat
			}
			_ = foreign
		}
		return t
	}
	if nat.ok() && u.nat.form != stCapital {
		return v.withProper(nat, u)
	}
	if o := u.of; o[1] > o[0] {
		s := span{o[0], o[1]}
		if v.named(s) {
			return v.actorText(s, true)
		}
	}
	end := v.t.Sentences[d.s].Last
	// "soldiers from Australia"
	if v.w(u.last) == "from" && (d.action != "withdraw" || d.f.trig > u.last && !d.f.object) {
		if e := v.right(u.last+1, end); e > u.last+1 {
			s := span{u.last + 1, v.listFrom(u.last+1, e, end)}
			if m := v.state(u.last + 1); m != nil && m.form != stCapital && m.form != stAdjective || m != nil && m.form == stAdjective && s.last > m.last && !placeNouns[v.low[s.last-1]] || v.orgLike(s) || d.action == "withdraw" && v.named(s) && d.f.home {
				return v.actorText(s, true)
			}
		}
	}
	if u.poss >= 0 {
		if v.pos[u.poss] == pPoss {
			if p, ok := v.phrase(u.poss-1, st.floor(d.s)); ok {
				return v.actorText(p, true)
			}
		}
		if r := st.antecedent(span{u.poss, u.poss + 1}, d); r.ok() {
			return v.actorText(r, true)
		}
	}
	// A name in the body itself: "CRPF personnel", "M23 forces".
	first, last := -1, -1
	for k := u.first; k < u.head; k++ {
		if (v.pos[k] == pProper || v.capital(k) && v.low[k][0] > '9' && k > st.floor(d.s)) && (v.number(k) == nil || v.number(k).Other) || v.number(k) != nil && v.number(k).Other && v.capital(k) || first >= 0 && v.adjacentHyphen(k) {
			if first < 0 {
				first = k
			}
			last = k + 1
		} else if first >= 0 {
			break
		}
	}
	if first >= 0 && !v.caps[d.s] && !v.generic(span{first, last}) {
		return span{first, last}
	}
	for k := u.first; k < u.head; k++ {
		if w := v.low[k]; w == "federal" || w == "government" || w == "rebel" {
			return span{k, k + 1}
		}
	}
	_ = us
	return span{}
}

// supplied finds who is told to field a body: "guards supplied by a Dubai company".
func (st *story) supplied(d *draft) span {
	v := st.v
	end := v.t.Sentences[d.s].Last
	for k := d.u.last; k+2 < end && k < d.u.last+4; k++ {
		switch v.low[k] {
		case "supplied", "provided", "employed", "hired", "recruited", "contracted", "fielded", "seconded", "sent", "contributed", "run":
			if v.low[k+1] == "by" {
				e := v.right(k+2, end)
				for e > k+2 && v.pos[e-1] == pVerb {
					e--
				}
				if e > k+2 {
					return v.actorText(span{k + 2, e}, true)
				}
			}
		}
	}
	return span{}
}

// bySpeaker takes the side that speaks of its own troops and workers for the
// sender when nothing else names one.
func (st *story) bySpeaker(d *draft) span {
	v := st.v
	w := d.say.who
	if !w.ok() || d.action == "present" && !d.f.object || d.kind == "fighters" || d.kind == "mercenaries" || d.status == "denied" {
		return span{}
	}
	for k := w.first; k < w.last; k++ {
		switch v.low[k] {
		case "media", "newspaper", "agency", "reporters", "residents", "diplomat", "diplomats", "report", "news", "elders", "activists", "sources", "source", "press":
			return span{}
		}
	}
	for i := len(st.drafts) - 1; i >= 0; i-- {
		if e := &st.drafts[i]; e.s == d.s && e.drop == "" && e.kind == d.kind && e.sender.ok() && e.u.first < d.u.first {
			return e.sender // of the body told beside it
		}
	}
	t := v.actorText(w, true)
	for k := w.first; k < w.last; k++ {
		if m := v.state(k); m != nil {
			if p := (span{m.first, m.last}); !v.sameActor(p, d.destination) {
				return p
			}
			return span{}
		}
	}
	if v.orgLike(t) && (v.low[t.last-1] == "command" || v.low[t.last-1] == "ministry" || v.low[t.last-1] == "army" || v.low[t.last-1] == "government" || v.low[t.last-1] == "department" || v.low[t.last-1] == "military") {
		return t
	}
	return span{}
}

// common parts of the names of forces, which name no one.
var forceWords = set("national special operations state security presidential republican coast royal air ground armed defence defense self army navy marine rapid support people's people 's liberation federal territorial civil military police border guard revolutionary home medical emergency rescue task joint combined")

func (v *view) generic(s span) bool {
	for k := s.first; k < s.last; k++ {
		if !forceWords[v.low[k]] && !wordMark(v.low[k]) {
			return false
		}
	}
	return true
}

// bringsIn tells "bring in", "take in": who does it is the host.
func (v *view) bringsIn(d *draft) bool {
	switch v.x.verbs[v.w(d.f.trig)].lemma {
	case "bring", "import", "fly":
		return v.w(d.f.trig+1) == "in" && d.kind != "workers"
	case "take", "let":
		return v.w(d.f.trig+1) == "in"
	}
	return false
}

var vehicles = set("train trains plane planes flight flights ship ships bus buses aircraft helicopter helicopters convoy convoys truck trucks vessel vessels boat boats airliner jet jets")

// withProper lengthens an adjective by the name that it begins: "U.S. Army".
func (v *view) withProper(s span, u *unit) span {
	if s.first > u.first && v.pos[s.first-1] == pProper && s.first-1 >= u.first {
		k := s.first - 1
		return span{k, s.last}
	}
	return s
}

var orgWords = set(`ministry department agency command army navy force forces police guard council union nations league party cross crescent commission organization organisation organisations committee
 office corps service bureau authority government association company firm group bank fund institute university hospital brigade division regiment mission parliament congress administration board federation society institution college embassy charity alliance bloc community team teams country countries`)

func (v *view) orgLike(s span) bool {
	if s.first >= s.last {
		return false
	}
	for k := s.first; k < s.last; k++ {
		if orgWords[v.low[k]] {
			return true
		}
	}
	w := v.t.Slice(s.first, s.last)
	return len(w) >= 2 && len(w) <= 8 && strings.ToUpper(w) == w
}

// personLike tells a phrase that is a bare name of a person.
func (v *view) personLike(s span) bool {
	if v.orgLike(s) {
		return false
	}
	for k := s.first; k < s.last; k++ {
		if v.state(k) != nil {
			return false
		}
		if v.pos[k] != pProper && v.pos[k] != pDet {
			return v.pos[k] == pNoun && personTitles[v.low[k]]
		}
	}
	return true
}

var anaphors = set("country nation government ministry army military company firm kingdom republic state leader president trust weekly daily agency alliance bloc organisation organization group embassy administration emirate movement party")

// anaphor tells a definite phrase that stands for something named before.
func (v *view) anaphor(s span) bool {
	first := s.first
	for first < s.last && v.pos[first] == pDet {
		first++
	}
	if s.last-first != 1 || !anaphors[v.low[first]] {
		return false
	}
	return true
}

// antecedent finds what a pronoun or "the country" stands for: the subject of
// the clause before it, else the first actor of the sentences before.
func (st *story) antecedent(s span, d *draft) span {
	v := st.v
	sentence := v.t.Tokens[s.first].Sentence
	floor := st.floor(sentence)
	w := v.low[s.last-1]
	plural := w == "they" || w == "their" || w == "them"
	if w == "we" || w == "our" || w == "i" || w == "my" || w == "you" || w == "your" || w == "us" {
		return st.speakerSide(sentence)
	}
	_ = plural
	person := w == "he" || w == "she" || w == "his" || w == "her"
	okActor := func(p span) bool {
		if person && !v.titled(p) && !v.hasAnyState(p) {
			return false
		}
		if !p.ok() || p.first >= s.first {
			return false
		}
		if v.pos[p.first] == pPron && p.last-p.first == 1 || v.anaphor(p) {
			return false
		}
		if _, person := v.person(p.last - 1); person && v.state(p.last-1) == nil && v.pos[p.last-1] != pProper {
			return false
		}
		for k := p.first; k < p.last; k++ {
			if v.state(k) != nil || v.pos[k] == pProper || orgWords[v.low[k]] {
				return true
			}
		}
		return false
	}
	// Subjects of verbs before it, nearest first.
	for sx := sentence; sx >= 0 && sx >= sentence-4; sx-- {
		v.open(sx)
		sn := v.t.Sentences[sx]
		fl := st.floor(sx)
		to := sn.Last
		if sx == sentence {
			to = s.first
		}
		var best span
		for k := to - 1; k >= fl && k > to-reach; k-- {
			if p := v.pos[k]; p == pVerb && !v.infinitive(k) || p == pPast && v.finitePast(k) || p == pModal || p == pAux && !v.infinitive(k) {
				g := k
				for g-1 >= fl && (v.pos[g-1] == pAux || v.pos[g-1] == pModal || v.pos[g-1] == pNeg) {
					g--
				}
				subj, ok := v.subject(g, fl)
				if ok && okActor(subj) && subj.last <= to {
					best = subj
					if sx == sentence {
						return best
					}
				}
			}
		}
		if best.ok() {
			return best
		}
		if person {
			continue
		}
		// No verb found its subject: the first state named.
		for k := fl; k < to; k++ {
			if m := v.state(k); m != nil && m.form != stCapital {
				return span{m.first, m.last}
			}
		}
		_ = floor
	}
	if person {
		return span{}
	}
	// The headline's or story's first state.
	for i := range v.states {
		if v.states[i].first >= v.body && v.states[i].last <= s.first {
			return span{v.states[i].first, v.states[i].last}
		}
	}
	return span{}
}

// speakerSide is the side of "we": the state whose officer speaks, not known here.
func (st *story) speakerSide(int) span { return span{} }

// actionOf settles the action by purpose and increments.
func (st *story) actionOf(d *draft) {
	v, u := st.v, &d.u
	end := v.t.Sentences[d.s].Last
	if d.f.weak && d.f.noun && v.nominalsWas(d.f.trig, "leaving") {
		// departure: of whom is it left, or where is it sent
		if d.origin.ok() && !d.destination.ok() || d.f.home {
			d.action = "withdraw"
		} else {
			d.action = "deploy"
		}
	}
	if d.action == "deploy" && u.more {
		d.action = "reinforce"
	}
	// Purpose: "to train", "to reinforce", "to relieve".
	from := max(u.last, d.f.tail)
	if d.f.trig < u.first {
		from = u.last
	}
	for k := from; k+1 < end && k < from+26; k++ {
		if v.pos[k] == pTo && purposeVerbs[v.low[k+1]] && (v.pos[k+1] == pVerb || v.pos[k+1] == pNoun || v.w(k+2) == "up") {
			stop := k + 2
			for stop < end && v.low[stop] != "," && v.low[stop] != ";" && v.pos[stop] != pSub && v.pos[stop] != pWh && !(v.low[stop] == "after" || v.low[stop] == "amid" || v.low[stop] == "following") && v.low[stop] != "." {
				stop++
			}
			d.purpose = span{k, stop}
			break
		}
		if v.pos[k] == pSub || v.low[k] == ";" || v.pos[k] == pWh {
			break
		}
		if v.low[k] == "as" && v.w(k+1) == "reinforcements" && d.action == "deploy" {
			d.action = "reinforce"
		}
	}
	if !d.purpose.ok() {
		return
	}
	w := v.low[d.purpose.first+1]
	if x := v.w(d.purpose.first + 2); (w == "help" || w == "assist") && (x == "train" || x == "to" && v.w(d.purpose.first+3) == "train") {
		w = "train"
	}
	switch w {
	case "train", "advise":
		if d.kind == "troops" || d.kind == "other" {
			d.kind = "advisers"
		}
	case "reinforce", "bolster", "back", "strengthen", "stiffen":
		if d.action == "deploy" && (w != "back" || v.w(d.purpose.first+2) == "up") {
			d.action = "reinforce"
		}
	case "support", "assist":
		// "to support the 5,000 guards on duty there"
		if d.action == "deploy" {
			for k := d.purpose.first; k < d.purpose.last; k++ {
				if p, ok := v.person(k); ok && p.class != generic && v.number(max(k-1, 0)) != nil {
					d.action = "reinforce"
				}
				if v.number(k) != nil && d.purpose.last-k > 1 {
					d.action = "reinforce"
				}
			}
		}
	case "relieve", "replace":
		if d.kind != "workers" && d.kind != "medics" && d.action == "deploy" || d.action == "reinforce" {
			d.action = "rotate"
		}
	case "provide":
		if d.kind == "troops" && v.w(u.head) == "personnel" && !v.hasWord(u, "military", "army", "navy") {
			for k := d.purpose.first; k < d.purpose.last; k++ {
				if v.low[k] == "medical" {
					d.kind = "medics"
				}
				if v.low[k] == "security" {
					d.kind = "police"
				}
			}
		}
	}
}

func (v *view) hasWord(u *unit, ws ...string) bool {
	for k := u.first; k < u.last; k++ {
		if slices.Contains(ws, v.low[k]) {
			return true
		}
	}
	return false
}

func (v *view) nominalsWas(k int, class string) bool { return v.x.nominals[v.w(k)] == class }

// missionKind settles the kind by what the sentence says of the mission and
// of who fields the body.
func (st *story) missionKind(d *draft) {
	v := st.v
	sn := v.t.Sentences[d.s]
	switch d.kind {
	case "troops":
		for k := sn.First; k+1 < sn.Last; k++ {
			w := v.low[k]
			if w == "peace" && v.adjacentHyphen(k+1) && v.w(k+2) == "keeping" {
				w = "peacekeeping"
				k += 2
			}
			if w == "peacekeeping" && k > d.u.first {
				switch v.w(k + 1) {
				case "force", "mission", "operation", "operations", "forces", "duty", "duties", "contingent", "missions":
					d.kind = "peacekeepers"
				}
			}
		}
		// former soldiers hired by a firm
		if v.hasWord(&d.u, "retired", "former", "ex") || v.w(d.u.first-1) == "former" {
			for k := d.u.last; k < min(d.u.last+4, sn.Last); k++ {
				if v.low[k] == "recruited" || v.low[k] == "hired" {
					d.kind = "mercenaries"
				}
			}
		}
	case "fighters":
		s := strings.ToLower(v.t.S[sn.Start:sn.End])
		if hasAny(s, "private military", "mercenar", "wagner") || d.u.nat != nil && (v.w(d.u.head) == "paramilitaries" || v.w(d.u.head) == "fighters") && hasAny(st.lower(), "mercenar") {
			d.kind = "mercenaries"
		}
	}
}

// lower is headline and body in lower case, up to a bound.
func (st *story) lower() string {
	if st.small == "" {
		b := st.v.t.S
		if len(b) > 20000 {
			b = b[:20000]
		}
		st.small = strings.ToLower(st.d.Headline.S + "\n" + b)
	}
	return st.small
}

// sourceOf finds who is cited.
func (st *story) sourceOf(d *draft) {
	v, u := st.v, &d.u
	first, last := min(u.first, d.f.trig), max(u.last, d.f.trig+1)
	s, ok := v.sayer(d.s, first, last)
	if ok {
		d.say = s
	}
	st.attribute(d, first, last)
}

// attribute takes the source from the layer of attributions where it found one
// around the statement.
func (st *story) attribute(d *draft, first, last int) {
	v := st.v
	t := v.t
	best, chain := attributed(st.d, t, v.x, t.Tokens[first].Start, t.Tokens[last-1].End)
	d.chain = chain
	if best < 0 {
		return
	}
	a := &st.d.Enrichment.Attributions[best]
	sp := a.Source.Spans[0]
	if sp.Field != t.Field {
		return
	}
	sb, se := t.Bytes(sp)
	f, l := v.range2(sb, se)
	if f >= l {
		return
	}
	own := d.say
	for l > f+1 && (v.time(l-1) != nil || v.pos[l-1] == pPrep || v.pos[l-1] == pMark && v.low[l-1] != ")") {
		l-- // "the rebels on Friday"
	}
	for f >= 2 && v.adjacentHyphen(f-1) {
		f -= 2
	}
	if len(a.Cue.Spans) == 1 {
		if cf, cl := v.cueTokens(a.Cue.Spans[0]); cl == cf+1 && v.opened[t.Tokens[cf].Sentence] && v.pos[cf] == pPast {
			if g := v.groupAround(cf, st.floor(t.Tokens[cf].Sentence), cf+1); g.passive && f < cf {
				return // "are reported to": nobody is named
			}
		}
	}
	d.ref = a.Source.Ref
	d.say = saying{who: span{f, l}, first: first, last: last, attribution: best, verb: -1, denied: own.denied}
	if len(a.Cue.Spans) > 0 && a.Cue.Spans[0].Field == t.Field {
		cb, ce := t.Bytes(a.Cue.Spans[0])
		if cf, cl := v.range2(cb, ce); cf < cl {
			d.say.verb = cf
			d.say.denied = false
			for k := cf; k < cl; k++ {
				d.say.denied = d.say.denied || denyCues[v.low[k]]
			}
		}
	}
}

func (v *view) cueTokens(s model.Span) (first, last int) {
	if s.Field != v.t.Field {
		return 0, 0
	}
	return v.range2(v.t.Bytes(s))
}

// range2 finds the tokens of the text that a byte range touches.
func (v *view) range2(start, end int) (first, last int) {
	lo, hi := 0, len(v.t.Tokens)
	for lo < hi {
		m := (lo + hi) / 2
		if v.t.Tokens[m].End <= start {
			lo = m + 1
		} else {
			hi = m
		}
	}
	last = lo
	for last < len(v.t.Tokens) && v.t.Tokens[last].Start < end {
		last++
	}
	return lo, last
}

// timeOf finds when the move takes place.
func (st *story) timeOf(d *draft) {
	v := st.v
	sn := v.t.Sentences[d.s]
	floor := st.floor(d.s)
	anchor := d.f.trig
	best, cost := -1, 1<<30
	for i := range v.times {
		t := &v.times[i]
		if t.first < floor || t.last > sn.Last || t.Dateline || t.Today && d.action == "present" {
			continue
		}
		if !t.Resolved() {
			continue
		}
		beside := false
		for _, k := range d.path {
			// the day of the offer or the order
			beside = beside || k != anchor && t.first > k && t.first-k <= 2 && t.Bound == when.Within
		}
		if beside {
			continue
		}
		// The day of saying stands beside the cue.
		if d.say.verb >= 0 && d.say.verb != d.f.trig && d.say.verb != d.f.gov {
			lo, hi := min(t.last, d.say.verb), max(t.first, d.say.verb)
			near := hi - lo
			comma := false
			for k := lo; k < hi; k++ {
				comma = comma || v.low[k] == ","
			}
			if near <= 2 && !comma && !(abs(t.first-anchor) < near) {
				continue
			}
			if t.first < d.say.verb && d.say.who.ok() && t.first >= d.say.who.first-1 && t.last <= d.say.verb {
				continue
			}
		}
		c := 0
		switch {
		case t.first > anchor:
			c = t.first - anchor
		default:
			c = 2 * (anchor - t.last + 2)
		}
		// another clause in between costs
		if t.first < anchor && t.first > floor+2 {
			// behind a verb of another clause: that one's time
			for k := floor; k < t.first; k++ {
				if (v.pos[k] == pPast && v.finitePast(k) || v.pos[k] == pVerb && !v.infinitive(k)) && v.low[k] != v.w(anchor) && !(d.f.g.ok && k >= d.f.g.start) && k != d.say.verb && v.x.speech[v.low[k]]&sSay == 0 {
					comma := false
					for x := t.last; x < anchor; x++ {
						comma = comma || v.low[x] == ","
					}
					if comma {
						c += 30
					}
				}
			}
		}
		if t.first < anchor && t.first > floor+3 {
			// behind another verb of the sentence: that one's time
			for k := t.last; k < anchor; k++ {
				if k < d.u.first && (v.pos[k] == pPast && v.finitePast(k) || v.pos[k] == pWh || v.pos[k] == pModal) && !(d.f.g.ok && k >= d.f.g.start) {
					c += 30
				}
			}
		}
		switch v.x.verbs[v.w(anchor)].lemma {
		case "pledge", "promise", "offer", "authorize", "authorise", "approve":
			if t.Bound == when.Within {
				continue // the day of the promise
			}
		}
		if d.f.rule == "asked" {
			continue
		}
		lo, hi := min(t.first, anchor), max(t.last, anchor)
		for k := lo; k < hi; k++ {
			if k == anchor || k >= d.u.first && k < d.u.last {
				continue
			}
			if v.pos[k] == pVerb || v.pos[k] == pPast && v.finitePast(k) || v.pos[k] == pWh || v.pos[k] == pSub || v.pos[k] == pModal {
				c += 8
			}
			if v.low[k] == ";" {
				c += 20
			}
		}
		if c < cost {
			best, cost = i, c
		}
	}
	if best >= 0 && cost < 30 {
		t := v.times[best]
		d.when = &t
	}
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}
