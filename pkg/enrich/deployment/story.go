package deployment

import "strings"

// judge drops what is no deployment by the words of its own clause.
func (st *story) judge(d *draft) {
	v, u, f := st.v, &d.u, &d.f
	lemma := v.x.verbs[v.low[f.trig]].lemma
	drop := func(why string) {
		if d.drop == "" {
			d.drop = why
		}
	}
	if d.kind == "other" && !u.numeric && u.class != generic && !(u.class == neutral && u.num != nil) {
		drop("a group that is not said to be of troops or workers")
	}
	for k := u.first; k < u.last; k++ {
		if why := vetoWords[v.low[k]]; why != "" {
			drop(why)
		}
	}
	if p := v.x.people[v.w(u.head)]; f.rule != "compound" && u.num == nil && !p.plural && (u.class == civil || u.class == strong) && v.w(u.head) != "workforce" && v.w(u.head) != "militia" && v.w(u.head) != "labour" && v.w(u.head) != "labor" && v.w(u.head) != "guard" {
		drop("a single person")
	}
	if lemma == "work" && (u.class == generic || !d.place) || lemma == "set" && v.objectAhead(f.tail, len(v.low)) {
		drop("people at work, or another sense")
	}
	if f.rule == "exist" && d.kind == "workers" && u.nat == nil {
		drop("people who are somewhere")
	}
	if f.rule == "participle" && f.trig-u.last > 5 {
		drop("a participle too far from its body")
	}
	switch lemma {
	case "strengthen", "reinforce", "bolster", "boost", "augment", "beef":
		if !d.place && u.num == nil && f.action == "reinforce" && u.class == mass {
			drop("a force made stronger, not sent")
		}
	}
	if w := v.w(f.trig); f.noun && (w == "mobilization" || w == "mobilisation") && !d.place {
		drop("a mobilisation without a place")
	}
	switch v.w(u.last) {
	case "killed", "wounded", "injured", "captured", "kidnapped", "slain", "missing", "hurt":
		drop("casualties")
	}
	if (lemma == "bring" || lemma == "raise" || lemma == "take" || lemma == "put") && v.hasWord(u, "number", "total", "toll") {
		drop("a count that is brought to a total")
	}
	if h := v.w(u.head); f.action == "reinforce" && (h == "navy" || h == "army" || h == "military") && u.num == nil && f.rule == "object" {
		drop("a force made stronger, not sent")
	}
	if v.w(u.head) == "force" && u.first == u.head && u.num == nil && v.w(u.first-1) != "the" {
		drop("force as such")
	}
	if lemma == "arrive" && !d.place && u.num == nil && u.nat == nil {
		drop("a routine call-out")
	}
	if v.sport(d.s) {
		drop("sport")
	}
	if h := v.w(u.head); (h == "officers" || h == "officer") && d.kind == "police" {
		if !v.hasWord(u, "police", "policing", "law", "enforcement", "riot", "patrol") && !hasAny(st.lower(), "polic") {
			drop("officers of no told service")
		}
		if v.hasWord(u, "army", "military", "naval", "navy", "marine") {
			d.kind = "troops"
		}
	}
	for k := u.last; k+2 < len(v.low) && v.t.Tokens[k].Sentence == d.s && k < u.last+40; k++ {
		if n := v.w(k + 1); v.low[k] == "own" && v.low[k-1] == "their" && (v.low[k-2] == "on" && (n == "." || n == "," || n == "account" || n == "initiative" || n == "money") || n == "accord") {
			drop("people on their own account")
		}
	}
	if n := u.num; n != nil && n.HasMax && n.Max < 2 {
		drop("a single person")
	}
	if (lemma == "evacuate" || lemma == "airlift" || v.w(f.trig) == "evacuation") && (v.w(u.head) == "personnel" || v.w(u.head) == "staff" || v.w(u.head) == "employees" || u.class == generic) {
		drop("evacuated staff and residents are no deployment")
	}
	if v.w(u.head) == "fighters" {
		for k := u.first; k < u.head; k++ {
			if w := v.low[k]; w == "jet" || w == "stealth" || w == "strike" || w == "f" || strings.HasPrefix(w, "f-") || w == "mig" {
				drop("aircraft, no people")
			}
		}
	}
	if h := v.w(u.head); (h == "company" || h == "companies") && u.including == "" && !v.hasWord(u, "infantry", "rifle", "mechanised", "mechanized", "armoured", "armored", "tank", "marine", "engineer", "military", "guard", "parachute", "commando", "airborne", "artillery", "ranger", "support") {
		drop("a company not said to be of a force")
	}
	if h := v.w(u.head); (h == "mission" || h == "missions") && d.kind == "troops" {
		drop("a task, no body of people")
	}
	if (lemma == "return" || lemma == "bring" || lemma == "release" || lemma == "transfer") && hasAny(strings.ToLower(v.t.S[v.t.Sentences[d.s].Start:v.t.Sentences[d.s].End]), "prisoner swap", "prisoner exchange", "prisoners of war", "exchange of prisoners", "bodies of") {
		drop("prisoners")
	}
	if u.class == formation && u.num == nil && u.nat == nil && !u.proper && u.including == "" && u.last-u.first < 2 && (v.w(u.head) == "division" || v.w(u.head) == "squad" || v.w(u.head) == "corps") {
		drop("a company or division not said to be of a force")
	}
	if (lemma == "provide" || lemma == "supply") && v.withAhead(u.last) {
		drop("who is given something")
	}
	if (lemma == "base" || lemma == "station") && d.kind == "workers" && u.num == nil {
		drop("a place of work")
	}
	if (v.w(u.head) == "staff" || v.w(u.head) == "personnel" || v.w(u.head) == "employees" || v.w(u.head) == "members") && d.kind == "workers" {
		sn := v.t.Sentences[d.s]
		for k := sn.First; k < sn.Last; k++ {
			switch v.low[k] {
			case "diplomats", "diplomat", "embassy", "embassies", "consulate", "consulates", "diplomatic", "consular":
				drop("diplomats and embassies are no deployment")
			}
		}
	}
	if lemma == "leave" && !f.object && f.trig+2 < len(v.pos) && (v.pos[f.trig+1] == pAdj && v.state(f.trig+1) == nil && !nominalPos(v.pos[f.trig+2]) || v.pos[f.trig+1] == pAdv && v.pos[f.trig+2] == pAdj && v.state(f.trig+2) == nil) {
		drop("casualties") // "left seriously ill"
	}
	if lemma == "leave" || lemma == "return" {
		k := max(f.tail, u.last)
		for n := 0; n < 10 && v.w(k+n) != "," && v.w(k+n) != "."; n++ {
			switch v.w(k + n) {
			case "dead", "injured", "wounded", "homeless", "missing", "stranded", "trapped":
				drop("casualties")
			case "work", "negotiations", "talks":
				if v.w(k+n-1) == "to" {
					drop("return to work")
				}
			}
		}
	}
	if f.weak && !f.noun {
		if f.rule == "located" {
			if !u.part {
				drop("a body that is somewhere, without word of its being sent or kept there")
			}
		} else if u.num == nil && !d.place {
			drop("a verb of many senses, without a number or a place")
		}
	}
	switch lemma {
	case "follow":
		if v.objectAhead(f.trig+1, len(v.low)) && f.trig > u.first && v.w(f.trig+1) != "them" {
			drop("to follow a thing is no move")
		}
	case "move":
		if !f.object && !d.place {
			drop("a verb of motion without a place")
		}
	case "carry", "haul", "convey", "lift", "truck", "bus", "ferry", "transport":
		if k := d.destination.first; !d.destination.ok() || !d.place || !v.toBefore(k) {
			drop("carried along, not sent to a place")
		}
	case "advance":
		if d.kind == "troops" || d.kind == "fighters" || d.kind == "special_forces" {
			drop("battle")
		}
	case "march":
		if u.class == civil || u.class == generic || d.kind == "workers" || d.kind == "other" {
			drop("a demonstration")
		}
	case "enter", "re-enter", "reenter":
		if u.class == civil || u.class == generic {
			drop("people who enter on their own account")
		}
	case "bring":
		if u.class == civil && u.num == nil && !d.place {
			drop("what people bring with them")
		}
	case "go", "come", "join", "reach", "set", "drive", "step", "land", "cross", "travel", "head", "roll":
		if u.class == civil && u.num == nil || !d.place && lemma != "set" && !u.numeric && !u.more {
			drop("a verb of motion without a place")
		}
		if (lemma == "go" || lemma == "come" || lemma == "head" || lemma == "roll") && !v.directed(f.trig+1) {
			drop("a verb of motion in another sense")
		}
	case "work", "operate", "serve", "man", "guard", "occupy", "patrol":
		if !d.place && !d.destination.ok() && u.num == nil || u.class == civil && u.num == nil {
			drop("at work, without a place")
		}
		if f.move == mStay && u.num == nil && (u.nat == nil || lemma == "man" || lemma == "guard" || lemma == "patrol") {
			drop("at work, with neither a number nor a sender")
		}
	case "remain", "stay":
		if !d.place && u.num == nil {
			drop("staying, without a place or a number")
		}
	case "have", "keep", "maintain":
		if u.class == mass && !d.place {
			drop("having a force is no deployment")
		}
	case "leave":
		if f.object && u.num == nil {
			drop("left behind, without a number")
		}
	case "take", "put", "place", "provide", "hire", "recruit", "prepare", "ready", "offer", "promise", "pledge", "approve", "authorize", "authorise", "raise", "mobilize", "mobilise", "increase", "cut", "reduce", "double", "add", "employ", "launch", "supply", "import", "draft", "hold", "activate", "marshal", "post", "base", "house", "expand", "boost", "field", "lend", "assign", "task", "order":
		if !d.place && !v.bringsIn(d) && !(lemma == "order" || lemma == "field" || lemma == "assign") {
			if !(f.rule == "object" && (u.class == strong || u.num != nil) && (lemma == "offer" || lemma == "pledge" || lemma == "promise" || lemma == "contribute")) {
				drop("a verb of many senses, without a place")
			}
		}
		if u.class == civil && u.num == nil && lemma != "assign" {
			drop("a verb of many senses, without a number")
		}
	}
	if u.class == civil || u.class == generic {
		switch {
		case f.move == mLeave || f.move == mQuit:
			if u.num == nil && u.nat == nil && u.poss < 0 && d.sender == (span{}) {
				drop("civilians who leave by themselves")
			}
		case f.action == "present" && u.num == nil:
			drop("civilians who are somewhere, without a number")
		case f.rule == "compound" && u.class == civil:
			drop("a trade that qualifies a noun")
		}
	}
	if u.class == mass && f.rule == "compound" && !d.place && (f.gov < 0 || f.action == "present") && !(u.nat != nil) && u.num == nil {
		drop("a background noun, with neither a body nor a place")
	}
}

// vetoWords inside a body say that it is none.
var vetoWords = map[string]string{
	"suspected": "detainees", "captured": "prisoners", "detained": "detainees", "arrested": "detainees", "jailed": "prisoners", "imprisoned": "prisoners",
	"wounded": "casualties", "injured": "casualties", "dead": "casualties", "killed": "casualties", "slain": "casualties", "missing": "casualties", "fallen": "casualties",
	"kidnapped": "captives", "surrendered": "prisoners", "defecting": "deserters", "deserting": "deserters", "striking": "a strike",
	"embassy": "evacuated staff and residents are no deployment", "diplomatic": "evacuated staff and residents are no deployment", "consular": "evacuated staff and residents are no deployment",
	"consulate": "evacuated staff and residents are no deployment", "non-essential": "evacuated staff and residents are no deployment", "nonessential": "evacuated staff and residents are no deployment",
	"migrant": "migrants on their own account", "illegal": "migrants on their own account",
}

// toBefore tells a place that stands behind "to" or "into".
func (v *view) toBefore(k int) bool {
	for n := 1; n < 5; n++ {
		switch v.w(k - n) {
		case "to", "into":
			return true
		case "in", "from", "at", "on":
			return false
		}
	}
	return false
}

var sportWords = set(`champion champions championship championships finals final league cup coach match season striker tournament basketball football soccer baseball hockey olympic olympics
 playoffs goal goals nba nfl nhl mlb fifa uefa winger midfielder defender goalkeeper wicket innings semifinal semifinals quarterfinals playoff batsman footballer footballers footballing quarterback touchdown medal medals stadium`)

// sport tells a sentence about sport by two of its words.
func (v *view) sport(s int) bool {
	sn := v.t.Sentences[s]
	n := 0
	for k := sn.First; k < sn.Last; k++ {
		if sportWords[v.low[k]] {
			n++
		}
		if strings.HasPrefix(v.low[k], "footballer") {
			n++
		}
	}
	return n >= 2
}

// directed tells whether a verb of motion at k-1 goes on with a direction.
func (v *view) directed(k int) bool {
	for n := range 4 {
		switch w := v.w(k + n); w {
		case "to", "into", "in", "on", "at", "from", "through", "across", "near", "home", "back", "ashore", "here", "there", "abroad", "overseas", "over", "out", "toward", "towards", "for", "up", "down", "north", "south", "east", "west", "inside", "before", "by", "after", ".", ",":
			return w != "to" || v.pos[min(k+n+1, len(v.pos)-1)] != pVerb && v.w(k+n+1) != "power"
		default:
			if v.time(k+n) == nil && v.pos[min(k+n, len(v.pos)-1)] != pAdv {
				return k+n >= len(v.low)
			}
			if w == "missing" || w == "ahead" || w == "closer" {
				return false
			}
		}
	}
	return true
}

func (v *view) withAhead(k int) bool {
	for n := range 8 {
		if w := v.w(k + n); w == "with" {
			return true
		} else if w == "," || w == "." {
			return false
		}
	}
	return false
}

// link settles what stands elsewhere in the story: numbers without a noun,
// "there", what an earlier paragraph told.
func (st *story) link() {
	v := st.v
	for i := range st.drafts {
		d := &st.drafts[i]
		if d.drop != "" {
			continue
		}
		u := &d.u
		// A number alone, or "the first 400", takes its kind from a body before.
		var from *draft
		if u.numeric || u.class == generic || u.part || u.class == neutral && d.kind == "other" {
			for j := i - 1; j >= 0; j-- {
				e := &st.drafts[j]
				if e.drop != "" || e.same >= 0 || e.s < d.s-6 {
					continue
				}
				if u.numeric && e.s < d.s-2 && !u.more && !u.part {
					break
				}
				from = e
				break
			}
			if from == nil && u.numeric {
				// A body further on in the same sentence, or named without a record.
				d.drop = "a number with no body to stand for"
				continue
			}
			if from != nil {
				if u.part {
					for j := range st.drafts[:i] {
						if &st.drafts[j] == from {
							d.whole = j
						}
					}
				}
				if u.numeric || u.class == generic || d.kind == "other" || u.part && (d.kind == "troops" || d.kind == "workers") {
					if u.class != generic || v.w(u.head) != "men" || from.kind != "workers" {
						d.kind = from.kind
					}
				}
				if !d.sender.ok() && d.f.object && d.f.rule != "object" || !d.sender.ok() && !d.f.object || !d.sender.ok() {
					d.sender = from.sender
				}
				if u.numeric || u.part || u.more || u.class == neutral {
					st.inherit(d, from)
				}
				if u.numeric && u.more && d.action == "reinforce" && from.action == "deploy" && from.status != "completed" && from.status != "ongoing" {
					d.action = "deploy" // what is added is not there yet either
				}
				if d.f.rule == "composition" {
					d.status = "ongoing"
				}
				if u.numeric && d.f.move == mLeave && !d.place && !d.origin.ok() && from.action == "deploy" {
					// "sends 100,000 abroad; 60,000 left": the same move
					d.action, d.destination, d.origin = "deploy", from.destination, from.origin
				}
				if u.part && d.f.rule == "located" {
					d.action, d.status = from.action, from.status
				}
			}
			if u.class == generic && !u.numeric && from == nil && u.including == "" && !st.forceAround(d) && v.w(u.head) != "youths" && v.w(u.head) != "collaborators" {
				d.drop = "people of no told kind"
				continue
			}
			if d.kind == "other" || u.class == generic && u.num == nil && from == nil && u.including == "" {
				if d.drop == "" {
					d.drop = "people of no told kind"
				}
				continue
			}
		}
	}
	for i := range st.drafts {
		d := &st.drafts[i]
		if d.drop != "" {
			continue
		}
		if d.f.rule == "composition" {
			for j := i - 1; j >= 0; j-- {
				if e := &st.drafts[j]; e.drop == "" && e.f.rule != "composition" {
					d.action, d.sender = e.action, e.sender
					d.status = "ongoing"
					if !d.destination.ok() {
						d.destination = e.destination
					}
					break
				}
			}
		}
		if d.u.more && !d.sender.ok() && i > 0 {
			if e := &st.drafts[i-1]; e.drop == "" && e.same < 0 && e.s >= d.s-1 && e.sender.ok() {
				d.sender = e.sender
			}
		}
		// "the contingent", "the unit": of the people told of before
		if (d.u.class == formation || d.u.class == neutral) && d.u.last-d.u.first == 1 && d.u.including == "" && len(v.t.Paragraphs) > 1 {
			for j := i - 1; j >= 0; j-- {
				if e := &st.drafts[j]; e.drop == "" && e.same < 0 {
					d.kind = e.kind
					break
				}
			}
		}
		// "specialists", "members": what the others of this sender are
		switch v.w(d.u.head) {
		case "specialists", "specialist", "more", "experts", "personnel", "staff", "members", "collaborators", "colleagues":
			if d.kind == "workers" || v.w(d.u.head) == "members" && d.kind == "troops" {
				for j := i - 1; j >= 0; j-- {
					if e := &st.drafts[j]; e.drop == "" && v.sameActor(e.sender, d.sender) && len(v.t.Paragraphs) > 1 {
						d.kind = e.kind
						break
					}
				}
			}
		}
		st.anaphoricPlace(d, &d.destination, i)
		st.anaphoricPlace(d, &d.origin, i)
		st.theSame(d, i)
	}
	for i := range st.drafts {
		d := &st.drafts[i]
		if d.drop != "" {
			continue
		}
		st.fallbackPlace(d, i)
		if !d.sender.ok() && i > 0 && len(v.t.Paragraphs) > 1 {
			for j := i - 1; j >= 0 && j >= i-3; j-- {
				if e := &st.drafts[j]; e.drop == "" && e.kind == d.kind && e.sender.ok() && (e.destination == d.destination || st.country(e.destination) == st.country(d.destination)) && d.status != "denied" {
					d.sender = e.sender
					break
				}
			}
		}
	}
}

// forceAround tells a sentence that speaks of a force.
func (st *story) forceAround(d *draft) bool {
	v := st.v
	if d.kind == "rescuers" || d.kind == "police" || d.kind == "medics" || d.kind == "peacekeepers" {
		return true
	}
	sn := v.t.Sentences[d.s]
	for k := sn.First; k < sn.Last; k++ {
		switch v.low[k] {
		case "troops", "army", "soldiers", "battalion", "garrison", "garrisons", "strength", "force", "forces", "military", "navy", "marines", "brigade", "regiment", "artillery", "infantry", "mercenaries", "defence", "defense":
			return true
		}
	}
	return false
}

// inherit fills the slots of a part or an increment from the whole.
func (st *story) inherit(d, from *draft) {
	if d.action == "withdraw" {
		if !d.origin.ok() {
			if from.action == "withdraw" {
				d.origin = from.origin
			} else {
				d.origin = from.destination
			}
		}
		return
	}
	if !d.destination.ok() {
		if from.action == "withdraw" {
			if d.action == "present" {
				d.destination = from.origin
			}
		} else {
			d.destination = from.destination
		}
	}
}

// theSame gives "the army" the sender of "the Sudanese Army" told before.
func (st *story) theSame(d *draft, i int) {
	v, u := st.v, &d.u
	if d.sender.ok() || u.nat != nil {
		return
	}
	head := v.w(u.head)
	for j := i - 1; j >= 0; j-- {
		e := &st.drafts[j]
		if e.sender.ok() && v.w(e.u.head) == head && e.drop == "" {
			d.sender = e.sender
			return
		}
	}
	if head != "army" && head != "military" && head != "police" && head != "navy" && head != "troops" && head != "soldiers" {
		return
	}
	// "Sudanese Army" anywhere before it
	for k := u.first - 1; k > 0; k-- {
		if v.low[k] == head {
			if m := v.state(k - 1); m != nil {
				d.sender = span{m.first, m.last}
				return
			}
		}
	}
}

func (st *story) anaphoricPlace(d *draft, p *span, i int) {
	v := st.v
	if !p.ok() {
		return
	}
	if v.named(*p) {
		return
	}
	head := v.low[p.last-1]
	if p.last-p.first > 2 && v.w(p.first-1) != "this" || head == "border" || head == "borders" || head == "abroad" || head == "overseas" {
		return
	}
	for k := p.first; k < p.last-1 && v.w(p.first-1) != "this"; k++ {
		if v.pos[k] == pNum || v.pos[k] == pAdj && v.low[k] != "same" && v.low[k] != "whole" {
			return
		}
	}
	country := vagueCountry[head]
	town := vagueTown[head]
	area := vagueArea[head]
	if !country && !town && !area {
		return
	}
	if w := v.w(p.first - 1); w == "this" && v.here >= 0 && !country {
		*p = span{v.here, v.hereEnd}
		return
	}
	{
		for j := i - 1; j >= 0; j-- {
			e := &st.drafts[j]
			if e.drop != "" {
				continue
			}
			es := e.destination
			if e.action == "withdraw" && e.origin.ok() {
				es = e.origin
			}
			if !es.ok() || es == d.origin && p != &d.origin || !v.named(es) || v.sameActor(es, d.sender) {
				continue
			}
			if country && !v.stateOf(es) || town && v.stateOf(es) {
				continue
			}
			if e.s < d.s-1 && len(v.t.Paragraphs) < 2 {
				break
			}
			*p = es
			return
		}
	}
	if country && len(v.t.Sentences) > 3 {
		if r := st.mainState(d, p.first); r.ok() {
			*p = r
			return
		}
	}
	if r := st.placeBefore(p.first, d, country, town); r.ok() {
		*p = r
	}
}

// placeBefore is the nearest place told before token k.
func (st *story) placeBefore(k int, d *draft, country, town bool) span {
	v := st.v
	if country {
		names := false
		for i := range v.states {
			m := &v.states[i]
			names = names || m.last <= k && m.form == stName && !v.sameActor(span{m.first, m.last}, d.sender)
		}
		for j := k - 1; j >= 0; j-- {
			m := v.state(j)
			if m == nil || m.last > k || m.form == stCapital || names && m.form != stName {
				continue
			}
			s := span{m.first, m.last}
			if v.sameActor(s, d.sender) {
				// the sender's own country only when no other is told
				continue
			}
			return s
		}
		return span{}
	}
	for j := k - 1; j >= 0 && j >= v.body; j-- {
		s := v.t.Tokens[j].Sentence
		if !v.opened[s] {
			v.open(s)
		}
		if locationPreps[v.low[j]] || v.low[j] == "to" || v.low[j] == "into" || v.low[j] == "from" || v.low[j] == "of" && v.pos[j] == pPrep && ofHeads[v.w(j-1)] {
			p, ok := v.placeSpan(j+1, v.t.Sentences[s].Last)
			if ok && v.named(p) && p.last <= k {
				if town && v.stateOf(p) {
					continue
				}
				if v.sameActor(p, d.sender) && v.stateOf(p) {
					continue
				}
				return p
			}
		}
	}
	if v.here >= 0 {
		return span{v.here, v.hereEnd}
	}
	// A name that tells a place by its noun: "the disputed Doumeira Islands".
	for j := k - 1; j >= v.body && j > k-3*reach; j-- {
		if placeNouns[v.low[j]] && (v.pos[j] == pProper || v.pos[j] == pNoun) && j > 0 && v.pos[j-1] == pProper {
			n := v.nounLeft(j, v.body)
			if n <= j && v.named(span{n, j + 1}) {
				return span{v.trim(n, j+1), j + 1}
			}
		}
	}
	for j := k - 1; j >= v.body; j-- {
		if m := v.state(j); m != nil && m.last <= k && m.form != stCapital && m.form != stAdjective {
			return span{m.first, m.last}
		}
	}
	return span{}
}

// fallbackPlace looks for the place of a move whose own clause tells none: in
// the rest of the sentence, in what was told before of such a move, in the
// sentence before the body, in the story.
func (st *story) fallbackPlace(d *draft, i int) {
	v := st.v
	slot := &d.destination
	if d.action == "withdraw" {
		slot = &d.origin
		if d.destination.ok() && d.f.rule != "object" && len(v.t.Sentences) < 4 && false {
			return
		}
	}
	if slot.ok() {
		return
	}
	sn := v.t.Sentences[d.s]
	floor := st.floor(d.s)
	ok := func(p span) bool {
		return p.ok() && v.named(p) && !v.sameActor(p, d.sender) && p != d.destination && p != d.origin && !st.saidAt(d, p)
	}
	take := func(p span) {
		*slot = p
		d.inherited = true
	}
	find := func(from, to int) bool {
		for k := from; k < to; k++ {
			if locationPreps[v.low[k]] && v.number(k) == nil {
				if p, is := v.placeSpan(k+1, sn.Last); is && ok(p) {
					take(p)
					return true
				}
			}
		}
		return false
	}
	if find(max(d.u.last, d.f.tail), sn.Last) {
		return
	}
	for n := range 2 * i {
		// the bodies beside it first, then the first of the story
		j := i - 1 - n
		if n >= i {
			j = n - i
		}
		e := &st.drafts[j]
		if e.drop != "" || e.same >= 0 {
			continue
		}
		if n < i && (e.s < d.s-1 || e.s != d.s && !v.sameActor(e.sender, d.sender)) && len(v.t.Paragraphs) > 2 {
			continue
		}
		es := e.destination
		if e.action == "withdraw" {
			es = e.origin
		}
		if d.action == "withdraw" && e.action != "withdraw" && e.status != "ongoing" && e.status != "completed" && e.action != "present" && !v.sameActor(e.sender, d.sender) && len(v.t.Sentences) < 4 {
			continue
		}
		if es.ok() && (e.s >= d.s-1 || len(v.t.Paragraphs) > 1) && es != d.destination && es != d.origin && (!v.sameActor(es, d.sender) || e.s == d.s) {
			take(es)
			return
		}
	}
	if find(floor, d.u.first) {
		return
	}
	if d.f.rule == "compound" && v.state(d.u.first) == nil {
		return
	}
	// Sentences before.
	if p := st.placeBefore(floor, d, false, false); p.ok() && d.s > 0 && ok(p) && d.f.rule != "compound" {
		take(p)
		return
	}
	// A state named in the sentence that is not the sender's.
	for k := floor; k < sn.Last; k++ {
		if m := v.state(k); m != nil && m.form != stAdjective {
			if p := (span{m.first, m.last}); ok(p) && k > d.u.last {
				take(p)
				return
			}
		}
	}
	if len(v.t.Sentences) > 3 {
		if p := st.mainState(d, d.u.first); ok(p) && v.stateOf(p) {
			take(p)
		}
	}
}

// saidAt tells whether a place stands in the words that name who is cited or
// where it was said.
func (st *story) saidAt(d *draft, p span) bool {
	if d.say.verb < 0 || st.v.t.Tokens[p.first].Sentence != d.s {
		return false
	}
	w := d.say.who
	if w.ok() && p.first >= w.first-1 && p.first <= w.last {
		return true
	}
	lo, hi := d.say.verb, d.say.verb
	if w.ok() {
		lo, hi = min(lo, w.first), max(hi, w.last)
	}
	return p.first >= lo && p.first <= hi+6 && p.first > d.u.last && d.say.verb > d.u.last
}

// refer folds what is told of a body again with a definite phrase.
func (st *story) refer() {
	for i := range st.drafts {
		d := &st.drafts[i]
		if d.drop != "" {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			e := &st.drafts[j]
			if e.drop == "" && e.same < 0 && st.again(e, d, j, i) {
				d.same = j
				break
			}
		}
	}
}

// fold joins drafts that tell the same body in the same move.
func (st *story) fold() {
	v := st.v
	for i := range st.drafts {
		d := &st.drafts[i]
		if d.drop != "" || d.same >= 0 {
			continue
		}
		for j := range i {
			e := &st.drafts[j]
			if e.drop != "" || e.same >= 0 {
				continue
			}
			if st.repeats(e, d) {
				// Keep the fuller mention.
				if v.fullness(d) > v.fullness(e) {
					e.same = i
					d.merge(e)
				} else {
					d.same = j
					e.merge(d)
				}
				break
			}
		}
	}
}

// again tells whether b speaks of the body of a with a definite phrase ("the
// whole brigade would be back"), and gives a what b adds.
func (st *story) again(a, b *draft, ai, bi int) bool {
	v, u := st.v, &b.u
	w := v.w(u.first - 1)
	whole := v.w(u.first) == "whole" || v.w(u.first) == "entire"
	if v.w(u.last) == "from" || a.action != b.action && a.action != "present" && !(a.action == "withdraw" && b.action == "deploy") {
		return false
	}
	if w != "the" && w != "these" && w != "those" || u.num != nil || u.nat != nil || u.proper || u.more || u.compound >= 0 || u.poss >= 0 || u.of[1] > 0 || b.s < a.s || b.s > a.s+3 || ai >= bi {
		return false
	}
	// Only the body told last before it.
	for k := ai + 1; k < bi; k++ {
		if e := &st.drafts[k]; e.drop == "" && e.same < 0 && e.s != a.s {
			return false
		}
	}
	if a.u.num == nil && !whole {
		return false
	}
	civil := func(k string) bool { return k == "workers" || k == "engineers" || k == "medics" || k == "advisers" }
	if a.kind != b.kind && !(civil(a.kind) && civil(b.kind)) && u.class != formation && u.class != neutral {
		return false
	}
	if b.status == "denied" && a.status != "denied" {
		return false
	}
	if a.action == "present" && b.action == "withdraw" {
		a.action, a.status, a.say, a.when = "withdraw", b.status, b.say, b.when
		if a.destination.ok() && !b.origin.ok() && !a.inherited {
			a.origin = a.destination
		} else {
			a.origin = b.origin
		}
		a.destination = b.destination
		a.more = append(a.more, bi)
		return true
	}
	if b.destination.ok() && b.place && !a.destination.ok() && a.action == "withdraw" {
		a.destination = b.destination
	}
	a.merge(b)
	a.more = append(a.more, bi)
	return true
}

func (v *view) fullness(d *draft) int {
	n := 0
	if d.u.num != nil {
		n += 4
	}
	for _, s := range []span{d.sender, d.origin, d.destination} {
		if s.ok() {
			n += 2
		}
	}
	if d.inherited {
		n -= 2
	}
	if d.u.pronoun {
		n -= 4
	}
	return n
}

func (d *draft) merge(e *draft) {
	if !d.sender.ok() {
		d.sender = e.sender
	}
	if !d.origin.ok() {
		d.origin = e.origin
	}
	if !d.destination.ok() {
		d.destination = e.destination
	}
	if d.when == nil {
		d.when = e.when
	}
	if !d.purpose.ok() {
		d.purpose = e.purpose
	}
}

// repeats tells whether b tells the body and the move of a again, with no slot
// of its own.
func (st *story) repeats(a, b *draft) bool {
	v := st.v
	if a.s == b.s && a.f.trig == b.f.trig {
		return false // named side by side
	}
	if a.action != b.action && !(a.action == "reinforce" && b.action == "deploy" || a.action == "deploy" && b.action == "reinforce") {
		return false
	}
	if a.kind != b.kind && b.u.num == nil && a.kind != "troops" && b.kind != "troops" {
		return false
	}
	if a.kind != b.kind && (a.u.num != nil || b.u.num != nil) {
		return false
	}
	if (a.status == "denied") != (b.status == "denied") {
		return false
	}
	an, bn := a.u.num, b.u.num
	switch {
	case an != nil && bn != nil:
		if an.Min != bn.Min || an.Max != bn.Max {
			return false
		}
	case bn != nil && an == nil:
		return a.s == b.s && false || a.s != b.s && v.sameActor(a.sender, b.sender) && a.destination.ok() && a.destination == b.destination
	}
	if a.sender.ok() && b.sender.ok() && !v.sameActor(a.sender, b.sender) && v.str(a.sender) != v.str(b.sender) {
		return false
	}
	if b.u.nat != nil && a.u.nat != nil && b.u.nat.states[0] != a.u.nat.states[0] {
		return false
	}
	sameSlot := func(x, y span) bool {
		return !x.ok() || !y.ok() || v.str(x) == v.str(y) || v.sameActor(x, y) || b.inherited
	}
	if !sameSlot(a.destination, b.destination) || !sameSlot(a.origin, b.origin) {
		return false
	}
	if an == nil && bn == nil && a.s == b.s && b.u.first-a.u.last < 40 && v.low[a.u.head] == v.low[b.u.head] && a.f.trig != b.f.trig && a.place && b.place {
		return sameSlot(a.destination, b.destination)
	}
	return true
}
