package deployment

import "strings"

// reach bounds how far a frame is looked for from its body, in tokens.
const reach = 60

// group is a verb group: "would not have been sent", "are to be pulled".
type group struct {
	start, main int // first token, main verb
	modal       string
	neg         bool
	perfect     bool
	progressive bool
	passive     bool
	infinitive  bool // to V without a finite verb before it
	future      bool // will, is to, is set to
	begin       bool
	outer       []int // verbs that carry it: "plans to", "was ordered to"
	ok          bool
}

// frame is a body in its event.
type frame struct {
	u      int // index of the unit
	trig   int // token of the verb or nominal
	rule   string
	move   moves
	action string
	g      group
	object bool // the body is moved, it does not move by itself
	noun   bool // trig is a nominal
	gov    int  // verb that governs a nominal, -1
	tail   int  // token behind body and trigger, where places follow
	home   bool // a particle home or back
	weak   bool
	first  int // tokens of the body, or of the row of bodies it stands in
	last   int
}

var beForms = set("is are was were be been being am 're ’re 's ’s 'm")
var haveForms = set("has have had having 've ’ve")

// raising verbs and adjectives carry an infinitive whose subject is theirs.
var raising = map[string]string{
	"set": "plan", "due": "plan", "scheduled": "plan", "expected": "plan", "going": "plan", "ready": "offer", "prepared": "offer", "willing": "offer", "likely": "offer", "able": "offer", "unlikely": "refuse",
	"ordered": "plan", "asked": "offer", "told": "plan", "allowed": "plan", "permitted": "plan", "authorized": "plan", "authorised": "plan", "forced": "past", "needed": "offer", "required": "plan",
	"begin": "begin", "begins": "begin", "began": "begin", "begun": "begin", "beginning": "begin", "start": "begin", "starts": "begin", "started": "begin", "continue": "begin", "continues": "begin", "continued": "begin",
	"plan": "plan", "plans": "plan", "planned": "plan", "planning": "plan", "agreed": "plan", "agree": "plan", "agrees": "plan", "decided": "plan", "decides": "plan", "prepare": "plan", "preparing": "plan", "prepares": "plan",
	"refuse": "refuse", "refused": "refuse", "refuses": "refuse", "want": "offer", "wants": "offer", "hope": "offer", "hopes": "offer", "believed": "", "said": "", "reported": "", "thought": "", "known": "", "supposed": "plan", "have": "past", "had": "past", "has": "past", "intend": "plan", "intends": "plan", "seem": "", "appear": "", "appears": "", "seems": "", "about": "plan", "bound": "plan", "obliged": "plan", "committed": "plan", "mandated": "plan", "invited": "offer", "threatened": "offer", "threaten": "offer", "urged": "offer", "help": "past", "helped": "past", "failed": "refuse", "came": "past", "used": "past",
}

// verbGroup reads the verb group that begins at token j.
func (v *view) verbGroup(j, end int) group {
	g := group{start: j, main: -1}
	be, have := false, false
	lastBe := -1
	for steps := 0; j < end && steps < 16; steps++ {
		w := v.low[j]
		switch p := v.pos[j]; {
		case isQuote(w) && j+1 < end && (v.pos[j+1] == pVerb || v.pos[j+1] == pPast || v.pos[j+1] == pIng || v.pos[j+1] == pAdv):
			j++
		case p == pModal:
			g.modal = w
			if w == "will" || w == "'ll" || w == "’ll" || w == "shall" || w == "wo" {
				g.future = true
			}
			be, have = false, false
			j++
		case p == pNeg || w == "never":
			g.neg = true
			j++
		case p == pAdv || p == pPart && !beForms[w]:
			if w == "no" {
				g.neg = true
			}
			j++
		case v.time(j) != nil && v.pos[j] != pVerb:
			j = v.time(j).last
		case beForms[w] || p == pPoss && w != "'":
			be = true
			lastBe = j
			if w == "being" {
				g.progressive = true
			}
			j++
		case haveForms[w] && j+1 < end && (v.pos[j+1] == pPast || v.pos[j+1] == pAux || v.pos[j+1] == pAdv || v.pos[j+1] == pNeg || v.w(j+1) == "to"):
			have = true
			j++
		case w == "do" || w == "does" || w == "did":
			j++
		case p == pTo:
			if be {
				g.future = true // is to, are to
			} else if g.main < 0 && g.start == j {
				g.infinitive = true
			}
			be = false
			j++
		case p == pAdj || p == pNoun || p == pPrep || p == pIng || p == pPast || p == pVerb || p == pNum:
			kind, raise := raising[w]
			if w == "prepared" && !be {
				kind = "plan"
			}
			if raise && (be || p == pVerb || p == pPast || p == pIng) {
				k := j + 1
				for k < end && (v.pos[k] == pAdv || v.time(k) != nil) {
					k++
				}
				if v.w(k) == "to" && k+1 < end && (v.pos[k+1] == pVerb || v.pos[k+1] == pAux || v.pos[k+1] == pAdv || v.pos[k+1] == pNoun && v.x.verbs[v.w(k+1)].lemma != "") {
					g.outer = append(g.outer, j)
					switch kind {
					case "plan":
						g.future = true
					case "begin":
						g.begin = true
					case "refuse":
						g.neg = true
					case "offer":
						if g.modal == "" {
							g.modal = "could"
						}
					}
					be, have = false, false
					j = k + 1
					continue
				}
				if kind == "begin" && k < end && v.pos[k] == pIng {
					g.outer = append(g.outer, j)
					g.begin = true
					be, have = false, false
					j = k
					continue
				}
			}
			if p == pVerb || p == pIng || p == pPast {
				g.main = j
				g.passive = be && p == pPast
				g.progressive = g.progressive || be && p == pIng
				g.perfect = have
				g.ok = true
				return g
			}
			if p == pNoun && (g.infinitive || g.modal != "" || g.future) {
				if _, ok := v.x.verbs[w]; ok {
					g.main, g.ok = j, true
					return g
				}
			}
			if be {
				g.main, g.ok = lastBe, true
			}
			return g
		default:
			if be {
				g.main, g.ok = lastBe, true
			}
			return g
		}
	}
	if be {
		g.main, g.ok = lastBe, true
	}
	return g
}

// groupAround reads the verb group whose main verb is at token m, from its start.
func (v *view) groupAround(m, floor, end int) group {
	j := m
	for steps := 0; j-1 >= floor && steps < 10; steps++ {
		p := v.pos[j-1]
		if p == pAux || p == pModal || p == pNeg || p == pAdv || p == pTo || p == pPoss && v.pos[max(j-2, floor)] == pPron {
			j--
			continue
		}
		if v.low[j] == "to" && v.time(j-1) != nil {
			// "began on Friday to pull"
			k := v.time(j-1).first - 1
			if k >= floor && v.pos[k] == pPrep {
				k--
			}
			if _, ok := raising[v.w(k)]; ok && k >= floor && (v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng) {
				j = k
				continue
			}
		}
		if v.time(j-1) != nil && j-2 >= floor && v.pos[j-2] != pPrep {
			k := v.time(j - 1).first
			if k-1 >= floor && (v.pos[k-1] == pAux || v.pos[k-1] == pModal) {
				j = k
				continue
			}
		}
		// "has begun withdrawing", "plans to send": the verb that carries it.
		if _, ok := raising[v.low[j-1]]; ok && (v.pos[j-1] == pVerb || v.pos[j-1] == pPast || v.pos[j-1] == pIng || v.pos[j-1] == pAdj || v.pos[j-1] == pNoun) {
			if v.w(j) == "to" || v.pos[j] == pIng && raising[v.low[j-1]] == "begin" {
				if v.pos[j-1] == pNoun || v.pos[j-1] == pAdj {
					if v.pos[j-1] == pNoun && !beForms[v.w(j-2)] {
						break
					}
				}
				j--
				continue
			}
		}
		break
	}
	// The start must be a verb of the group, not an adverb of the sentence.
	for j < m && v.pos[j] == pAdv {
		j++
	}
	g := v.verbGroup(j, min(m+1, end))
	if g.main != m {
		// Something else stood between; keep the plain verb.
		g2 := group{start: m, main: m, ok: true}
		if m-1 >= floor && v.pos[m-1] == pTo {
			g2.infinitive = true
			g2.start = m - 1
		}
		g2.passive = v.pos[m] == pPast && m-1 >= floor && beForms[v.low[m-1]]
		return g2
	}
	return g
}

// particleAfter finds a particle of the verb behind it or behind its object.
func (v *view) particleAfter(verb, objEnd, end int) (string, int) {
	if j := verb + 1; j < end && particles[v.low[j]] && (v.pos[j] == pAdv || v.pos[j] == pPart || v.pos[j] == pPrep) {
		if w := v.low[j]; w != "in" && w != "into" && w != "on" && w != "over" && w != "through" && w != "around" || j+1 < end && v.pos[j+1] != pDet && objEnd > verb+1 && w == "in" {
			return w, j
		}
	}
	for j := objEnd; j < end && j < objEnd+3; j++ {
		w := v.low[j]
		if w == "out" || w == "home" || w == "back" || w == "in" && (v.pos[min(j+1, end-1)] == pMark || v.pos[min(j+1, end-1)] == pTo) || w == "down" || w == "away" || w == "up" {
			return w, j
		}
		if v.pos[j] != pAdv && v.time(j) == nil {
			break
		}
	}
	return "", -1
}

// classOf is the class of a trigger verb in its sentence.
func (v *view) classOf(verb, objEnd, end int) (moves, string, int) {
	t := v.x.verbs[v.low[verb]]
	p, at := v.particleAfter(verb, objEnd, end)
	if t.lemma == "take" && (v.w(verb+1) == "up" && (v.w(verb+2) == "positions" || v.w(verb+2) == "position") || v.w(verb+1) == "positions") {
		return mGo, "up", verb + 2
	}
	if m, ok := t.with[p]; ok && p != "" {
		return m, p, at
	}
	if t.with["from"] != 0 {
		for j := objEnd; j < end && j < objEnd+8; j++ {
			if v.low[j] == "from" {
				return t.with["from"], "from", j
			}
		}
	}
	return t.plain, p, at
}

// frames finds the events of the bodies of one sentence.
func (v *view) frames(s int, us []unit) []frame {
	sn := v.t.Sentences[s]
	var out []frame
	for i := range us {
		u := &us[i]
		if u.joined {
			continue
		}
		if fs := v.unitFrames(s, us, i); len(fs) > 0 {
			first, last := u.first, u.last
			for k := u.prev; k >= 0; k = us[k].prev {
				first = us[k].first
			}
			for k := u.next; k >= 0; k = us[k].next {
				last = us[k].last
			}
			for k := range fs {
				fs[k].first, fs[k].last = first, last
			}
			out = append(out, fs...)
			continue
		}
		// A body named together with another shares its event.
		if u.prev >= 0 {
			for _, f := range out {
				if f.u == u.prev {
					g := f
					g.u = i
					g.tail = max(g.tail, u.last)
					out = append(out, g)
					break
				}
			}
		}
	}
	// The first of a row takes the event that is told behind the last.
	for i := range us {
		if us[i].joined || us[i].next < 0 || hasFrame(out, i) {
			continue
		}
		for _, f := range out {
			if f.u == us[i].next && !f.object {
				g := f
				g.u = i
				out = append(out, g)
				break
			}
		}
	}
	_ = sn
	return out
}

func hasFrame(fs []frame, u int) bool {
	for _, f := range fs {
		if f.u == u {
			return true
		}
	}
	return false
}

func (v *view) unitFrames(s int, us []unit, i int) []frame {
	sn := v.t.Sentences[s]
	u := &us[i]
	floor, end := max(sn.First, u.first-reach), min(sn.Last, u.last+reach)
	if sn.First < v.body {
		floor = max(floor, min(v.body, sn.Last))
	}
	if u.compound >= 0 {
		f := frame{u: i, trig: u.compound, rule: "compound", action: v.x.nominals[v.low[u.compound]], noun: true, gov: v.governor(u.first, floor), tail: u.compound + 1}
		return []frame{v.nominal(f, floor)}
	}
	var out []frame
	if f, ok := v.leftFrame(us, i, floor, end); ok {
		out = append(out, f)
	}
	owned := v.owned(us, i, floor)
	for _, f := range v.rightFrames(us, i, floor, end) {
		if owned && (f.rule == "subject" || f.rule == "passive") && !f.g.infinitive && !(f.g.ok && v.pos[f.g.start] == pIng) && !(f.g.ok && v.low[f.g.start] == "being") {
			continue
		}
		out = append(out, f)
	}
	if f, ok := v.locative(u, i, floor, end); ok {
		out = append(out, f)
	}
	return out
}

// owned tells whether the body is the object of a verb or hangs on a
// preposition, and so cannot be the subject of a finite verb behind it.
func (v *view) owned(us []unit, i, floor int) bool {
	first := us[i].first
	for k := us[i].prev; k >= 0; k = us[k].prev {
		first = us[k].first
	}
	j := first - 1
	for j >= floor && (v.pos[j] == pDet || v.pos[j] == pAdv && v.low[j] != "out" || v.low[j] == `"` || v.low[j] == "“" || v.pos[j] == pNum) {
		j--
	}
	if j < floor {
		return false
	}
	w := v.low[j]
	switch v.pos[j] {
	case pPrep:
		switch w {
		case "after", "before", "until", "since", "as", "than", "once", "till", "following", "with":
			return false
		}
		return true
	case pVerb, pIng, pPast:
		if v.x.speech[w] != 0 || v.x.verbs[w].lemma != "" {
			return false
		}
		// a verb of no known class before it: its object, unless a clause begins ("believe troops will")
		switch w {
		case "believe", "believes", "think", "thinks", "see", "sees", "saw", "know", "knows", "hear", "heard", "expects", "expect", "mean", "means", "ensure", "ensures", "let", "lets", "make", "makes":
			return false
		}
		return commonVerbs[w] || v.pos[j] == pIng
	}
	return false
}

// before skips determiners, possessors and the like and returns the token
// that governs a phrase beginning at first.
func (v *view) before(first, floor int) int {
	j := first - 1
	conj := 0
	for steps := 0; j >= floor && steps < 20; steps++ {
		w := v.low[j]
		switch p := v.pos[j]; {
		case v.time(j) != nil && v.number(j) == nil && p != pVerb && p != pPast:
			j = v.time(j).first - 1
		case (w == "calls" || w == "call" || w == "called" || w == "described" || w == "describes") && j-2 >= floor && v.low[j-2] == "what":
			j -= 3 // "what it calls a force"
		case (w == "and" || w == "or" || w == ",") && conj < 2 && j-1 >= floor && (v.pos[j-1] == pNoun || v.pos[j-1] == pProper):
			// "sends masks and medical experts": what stands before shares the verb
			k := v.nounLeft(j-1, floor)
			if k > j-1 || k-1 < floor {
				return j
			}
			b := k - 1
			for b > floor && (v.pos[b] == pDet || v.pos[b] == pNum) {
				b--
			}
			if w == "," && !(v.low[b] == "," || v.pos[b] == pVerb || v.pos[b] == pPast || v.pos[b] == pIng) {
				return j
			}
			if v.low[b] == "of" && b-1 >= floor && v.pos[b-1] == pNoun && v.x.nominals[v.low[b-1]] == "" {
				if b = v.nounLeft(b-1, floor) - 1; b < floor {
					return j
				}
				for b > floor && v.pos[b] == pDet {
					b--
				}
			}
			if !(v.low[b] == "," || v.low[b] == "of" || v.x.verbs[v.low[b]].plain&mObject != 0 && v.x.verbs[v.low[b]].lemma != "leave" && v.pos[b] != pNoun) {
				return j
			}
			conj++
			j = b
		case p == pDet || p == pAdv && w != "out" && w != "in" && w != "back" && w != "home" && w != "there":
			j--
		case w == `"` || w == "“" || w == "``" || w == "'" && p == pMark || w == "‘":
			j--
		case p == pPoss:
			k := v.left(j, floor, nil)
			j = k - 1
		default:
			return j
		}
	}
	return j
}

// governor is the verb that governs a noun phrase from the left, -1 for none.
func (v *view) governor(first, floor int) int {
	j := v.before(first, floor)
	for steps := 0; j >= floor && steps < 6; steps++ {
		if p := v.pos[j]; p == pVerb || p == pIng || p == pPast || p == pAux && !beForms[v.low[j]] {
			return j
		}
		// "plans for the withdrawal", "proposals on the deployment"
		if v.pos[j] == pPrep && j-1 >= floor && (v.low[j] == "of" || v.low[j] == "for" || v.low[j] == "on" || v.low[j] == "to" || v.low[j] == "about" || v.low[j] == "over" || v.low[j] == "against") {
			if v.pos[j-1] == pNoun {
				k := v.left(j-1, floor, nil)
				j = v.before(k, floor)
				continue
			}
			if v.pos[j-1] == pVerb || v.pos[j-1] == pIng || v.pos[j-1] == pPast {
				return j - 1
			}
		}
		if v.pos[j] == pPart && j-1 >= floor && (v.pos[j-1] == pVerb || v.pos[j-1] == pIng || v.pos[j-1] == pPast) {
			return j - 1
		}
		if (v.low[j] == "out" || v.low[j] == "back" || v.low[j] == "up") && j-1 >= floor {
			j--
			continue
		}
		return -1
	}
	return -1
}

var addVerbs = set("increase increases increased increasing boost boosts boosted boosting strengthen strengthens strengthened strengthening expand expands expanded expanding reinforce reinforces reinforced bolster bolstered raise raised raises double doubled doubles beefed beefing beef")

// nominal settles the action of a frame told by a noun.
func (v *view) nominal(f frame, floor int) frame {
	if f.gov >= 0 {
		f.g = v.groupAround(f.gov, floor, f.gov+1)
		if f.action == "present" && addVerbs[v.low[f.gov]] {
			f.action = "reinforce"
		}
	}
	if f.action == "leaving" {
		f.action = "withdraw"
		f.weak = true // settled by where it leads
	}
	f.object = true
	return f
}

// leftFrame finds what governs the body from its left.
func (v *view) leftFrame(us []unit, i, floor, end int) (frame, bool) {
	u := &us[i]
	first := u.first
	if u.lead > 0 {
		first = u.lead - 1
	}
	for k := u.prev; k >= 0; k = us[k].prev {
		first = us[k].first
	}
	j := v.before(first, floor)
	if j < floor {
		return frame{}, false
	}
	last := u.last
	for k := u.next; k >= 0; k = us[k].next {
		last = us[k].last
	}
	w := v.low[j]
	// "which consists of 268 engineers and 63 medics"
	if k := j - 1; w == "of" && k > floor && (v.low[k] == "consists" || v.low[k] == "consisting" || v.low[k] == "composed" || v.low[k] == "comprised" || v.low[k] == "up" && v.low[k-1] == "made") && u.num != nil {
		return frame{u: i, trig: k, rule: "composition", action: "deploy", move: mSend, object: true, gov: -1, tail: last}, true
	}
	// "the deployment of", "an increase in"
	if w == "of" || w == "by" || w == "for" && v.x.nominals[v.w(j-1)] != "" || w == "in" && (v.x.nominals[v.w(j-1)] == "reinforce" || v.x.nominals[v.w(j-1)] == "withdraw") {
		k := j - 1
		if k >= floor && v.x.nominals[v.low[k]] != "" && (v.pos[k] != pVerb) {
			f := frame{u: i, trig: k, rule: "nominal", action: v.x.nominals[v.low[k]], noun: true, tail: last}
			f.gov = v.governor(v.left(k, floor, nil), floor)
			return v.nominal(f, floor), true
		}
		return frame{}, false
	}
	// "asked Moscow for 100 instructors"
	if w == "for" {
		for k := j - 1; k >= floor && k > j-9; k-- {
			switch v.low[k] {
			case "asked", "asks", "ask", "asking":
				if v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng {
					f := frame{u: i, trig: k, rule: "asked", action: "deploy", move: mSend, g: v.groupAround(k, floor, k+1), object: true, gov: -1, tail: last}
					return f, true
				}
			}
			if v.pos[k] == pSub || v.pos[k] == pWh || v.pos[k] == pMark {
				break
			}
		}
	}
	// "sends in", "brought home", "pull out"
	verb := j
	if particles[w] && j-1 >= floor && v.x.verbs[v.low[j-1]].lemma != "" && v.pos[j-1] != pNoun {
		verb = j - 1
	}
	t, ok := v.x.verbs[v.low[verb]]
	if !ok || v.pos[verb] != pVerb && v.pos[verb] != pIng && v.pos[verb] != pPast && v.pos[verb] != pAux {
		// "with 150 soldiers in Mali"
		if w == "with" && u.num != nil {
			if f, ok := v.locative(u, i, floor, end); ok {
				f.weak = true
				return f, true
			}
		}
		return frame{}, false
	}
	m, particle, at := v.classOf(verb, last, end)
	g := v.groupAround(verb, floor, end)
	if k := verb - 1; v.pos[verb] == pPast && t.form&fPart != 0 && verb == j && k >= floor && g.start == verb && (v.pos[k] == pAdj || v.pos[k] == pNum || v.low[k] == "of" || v.pos[k] == pDet) {
		return frame{}, false // "Russian mobilized soldiers": it qualifies them
	}
	f := frame{u: i, trig: verb, rule: "object", g: g, object: true, gov: -1, tail: last}
	if at >= 0 {
		f.tail = max(f.tail, at+1)
		if v.w(at+1) == "of" && particle == "out" {
			f.tail = max(last, min(f.tail, at))
		}
		f.home = particle == "home" || particle == "back"
	}
	if g.passive {
		return frame{}, false
	}
	obj := m & (mObject | mOrder)
	switch {
	case t.lemma == "leave":
		// leaving N there, leave N behind: what stays
		if u.num == nil && !u.numeric {
			return frame{}, false
		}
		f.move = mKeep
	case obj&mOrder != 0:
		// "ordered 500 troops to Mali", "ordered the 27th home"
		if f.home {
			f.move = mPull
		} else if v.toPlace(last, end) || v.w(last) == "into" || v.w(last) == "out" {
			f.move = mSend
			if v.w(last) == "out" {
				f.move = mPull
			}
		} else {
			return frame{}, false
		}
	case obj&mHave != 0:
		if pl := v.placeAhead(last, end) || v.whereBefore(verb, floor) >= 0; !pl || u.class == civil && u.num == nil {
			return frame{}, false
		}
		f.move, f.rule = mKeep, "have"
	case obj&mPull != 0 && (obj&mSend == 0):
		f.move = mPull
	case obj&mSend != 0:
		f.move = mSend
		if f.home && particle != "" || particle == "out" && v.w(at+1) == "of" {
			f.move = mPull
		}
	case obj != 0:
		f.move = obj
	case m&mRelieve != 0:
		f.move = mTurn
	case m&(mLeave|mQuit|mEnter|mStay|mGo) != 0:
		return frame{}, false
	default:
		return frame{}, false
	}
	f.action = actionOf(f.move)
	switch t.lemma {
	case "reinforce", "bolster", "strengthen", "augment":
		// "to reinforce the 168 rescuers at work": those are there already
		if u.num != nil && (g.infinitive || v.pos[verb] == pIng) {
			f.action, f.move, f.rule = "present", mKeep, "reinforced"
			f.g = group{start: verb, main: -1}
		}
	case "relieve":
		f.action, f.move, f.rule = "withdraw", mPull, "relieved"
	}
	return f, true
}

// whereBefore is the token "where" that opens the clause of a verb, -1 for none.
func (v *view) whereBefore(verb, floor int) int {
	for k := verb - 1; k >= floor && k > verb-6; k-- {
		if v.low[k] == "where" {
			return k
		}
		if v.pos[k] == pMark || v.pos[k] == pVerb {
			return -1
		}
	}
	return -1
}

// toPlace tells whether "to" with a place follows within a few tokens, no
// infinitive before it.
func (v *view) toPlace(j, end int) bool {
	for k := j; k < end && k < j+9; k++ {
		if v.low[k] == "to" {
			return k+1 < end && v.pos[k+1] != pVerb && v.pos[k+1] != pAux && v.placeLike(k+1, end)
		}
		if p := v.pos[k]; p == pVerb || p == pPast || p == pSub || p == pWh || v.low[k] == "," {
			return false
		}
	}
	return false
}

func actionOf(m moves) string {
	switch {
	case m&mPull != 0, m&(mLeave|mQuit) != 0:
		return "withdraw"
	case m&mAdd != 0:
		return "reinforce"
	case m&(mTurn|mRelieve) != 0:
		return "rotate"
	case m&(mKeep|mStay|mHave) != 0:
		return "present"
	}
	return "deploy"
}

// placeAhead tells whether a place or "there", "deployed" follows a body.
func (v *view) placeAhead(j, end int) bool {
	for steps := 0; j < end && steps < 14; steps++ {
		w := v.low[j]
		switch {
		case w == "there" || w == "here" || w == "abroad" || w == "overseas":
			return true
		case locationPreps[w]:
			if v.placeLike(j+1, end) {
				return true
			}
			e := v.right(j+1, end)
			if e == j+1 {
				return false
			}
			j = e
			continue
		case v.x.verbs[w].plain&(mKeep|mSend) != 0 && v.pos[j] == pPast:
			return true
		case v.pos[j] == pAdv || v.time(j) != nil || v.pos[j] == pPast && (w == "guarding" || w == "serving") || v.pos[j] == pIng && v.x.verbs[w].plain&mStay != 0:
		case w == "," || w == "of":
			return false
		case v.pos[j] == pNoun || v.pos[j] == pDet || v.pos[j] == pAdj || v.pos[j] == pNum || v.pos[j] == pProper:
		default:
			return false
		}
		j++
	}
	return false
}

var locationPreps = set("in at on near along across around outside inside throughout within aboard over off")

// behind skips what may stand between a body and its verb and returns the
// token where a verb group, a relative pronoun or an infinitive begins.
func (v *view) behind(j, end int) int {
	for steps := 0; j < end && steps < 14; steps++ {
		w := v.low[j]
		switch p := v.pos[j]; {
		case w == ",":
			if j+1 < end && v.pos[j+1] == pPast && j > 0 && (v.pos[j-1] == pNoun || v.pos[j-1] == pProper) && v.x.verbs[v.low[j+1]].plain&mSubject != 0 && v.x.verbs[v.low[j+1]].plain&mObject == 0 {
				return j + 1
			}
			if j+1 < end && (v.pos[j+1] == pModal || v.pos[j+1] == pAux && v.low[j+1] != "having" && v.low[j+1] != "being") {
				return j + 1
			}
			if j+1 < end && (v.pos[j+1] == pWh || v.pos[j+1] == pPast && v.x.verbs[v.low[j+1]].plain&(mKeep|mSend) != 0 || v.pos[j+1] == pAdv && j+2 < end && v.x.verbs[v.low[j+2]].lemma != "") {
				return j + 1
			}
			k := j + 1
			for k < end && k < j+22 && v.low[k] != "," {
				k++
			}
			if k >= end || v.low[k] != "," {
				return -1
			}
			j = k + 1
		case isQuote(w):
			j++
		case w == "(":
			k := j + 1
			for k < end && k < j+14 && v.low[k] != ")" {
				k++
			}
			j = k + 1
		case w == "--" || w == "—" || w == "–":
			k := j + 1
			for k < end && k < j+14 && v.low[k] != w {
				k++
			}
			if k >= end || v.low[k] != w {
				return -1
			}
			j = k + 1
		case (w == "bound" || w == "destined" || w == "headed") && v.w(j+1) == "for":
			j = max(v.right(j+2, end), j+2)
		case p == pAdv || v.time(j) != nil && p != pVerb || w == "themselves" || w == "alone":
			if v.time(j) != nil {
				j = v.time(j).last
			} else {
				j++
			}
		case p == pPrep && w != "after" && w != "before" && w != "until" && w != "since" && w != "as" && w != "by" && w != "than" || w == "to" && j+1 < end && v.pos[j+1] != pVerb && v.pos[j+1] != pAux && v.pos[j+1] != pAdv:
			e := v.right(j+1, end)
			if pl, ok := v.placeSpan(j+1, end); ok {
				e = max(e, pl.last)
			}
			if e == j+1 {
				if v.pos[min(j+1, end-1)] == pPrep || v.pos[min(j+1, end-1)] == pPron {
					j++
					continue
				}
				return -1
			}
			j = e
		case p == pConj && j+1 < end && (v.pos[j+1] == pVerb || v.pos[j+1] == pAux || v.pos[j+1] == pModal || v.pos[j+1] == pPast):
			return -1
		case p == pConj:
			e := v.right(j+1, end)
			if e == j+1 {
				return -1
			}
			j = e
		case p == pPoss && (w == "'" || w == "’"):
			return -1
		default:
			return j
		}
	}
	return -1
}

// rightFrame finds the verb whose subject the body is.
func (v *view) rightFrames(us []unit, i, floor, end int) []frame {
	var out []frame
	u := &us[i]
	last := max(u.last, u.tail)
	for k := u.next; k >= 0; k = us[k].next {
		last = max(last, us[k].last)
	}
	for range 3 {
		f, next, ok := v.rightFrame(us, i, last, end)
		if ok {
			out = append(out, f)
			if f.rule == "subject" || f.rule == "passive" {
				if f2, ok := v.coordinated(u, i, f.g, f.rule, last, end); ok {
					out = append(out, f2)
				}
				return out
			}
		}
		if next <= last {
			return out
		}
		last = next
	}
	return out
}

// rightFrame reads one clause behind the body, from token last on; next is
// where to read on when the body may be the subject of more.
func (v *view) rightFrame(us []unit, i, last, end int) (f frame, next int, ok bool) {
	u := &us[i]
	j := v.behind(last, end)
	if j < 0 || j >= end {
		return frame{}, 0, false
	}
	rel := false
	if v.pos[j] == pWh || v.low[j] == "that" && v.pos[j] != pDet {
		rel = true
		j++
		for j < end && v.pos[j] == pAdv {
			j++
		}
		// "the troops that Russia sent": the body is the object.
		if j < end && (nominalPos(v.pos[j]) || v.pos[j] == pDet || v.pos[j] == pPron) {
			e := v.right(j, end)
			if v.pos[j] == pPron {
				e = j + 1
			}
			g := v.verbGroup(e, end)
			if g.ok && g.main >= 0 {
				if m := v.x.verbs[v.low[g.main]].plain & (mSend | mPull | mKeep | mAdd | mHave); m != 0 {
					f := frame{u: i, trig: g.main, rule: "relative-object", move: m, g: g, object: true, gov: -1, tail: g.main + 1, action: actionOf(m & (mSend | mPull | mKeep | mAdd))}
					if m == mHave {
						return frame{}, 0, false
					}
					return f, 0, true
				}
			}
			return frame{}, 0, false
		}
	}
	g := v.verbGroup(j, end)
	if !g.ok || g.main < 0 {
		return frame{}, 0, false
	}
	rule := "subject"
	if rel {
		rule = "relative"
	}
	f, ok = v.subjectOf(u, i, g, rule, last, end)
	reduced := g.start == g.main && (v.pos[g.main] == pPast || v.pos[g.main] == pIng)
	switch {
	case rel || reduced:
		// Behind the relative clause the main one goes on.
		if rel && v.low[max(j-2, 0)] == "," {
			for k := g.main; k < end && k < g.main+25; k++ {
				if v.low[k] == "," {
					return f, k + 1, ok
				}
			}
			return f, 0, ok
		}
		k := v.behind(g.main+1, end)
		if k > g.main {
			if v.w(k) == "by" {
				k = max(v.right(k+1, end), k+1)
			}
			if v.w(k) != "" && nominalPos(v.pos[k]) || k < end && v.pos[k] == pDet {
				k = v.right(k, end)
			}
			return f, k, ok
		}
	case !ok && g.main >= 0:
		f, ok = v.coordinated(u, i, g, rule, last, end)
	}
	return f, 0, ok
}

// coordinated reads the second verb of a body: "wound up its mission and left
// for home".
func (v *view) coordinated(u *unit, i int, g group, rule string, last, end int) (frame, bool) {
	for k := g.main + 1; k+1 < end && k < g.main+14; k++ {
		if v.pos[k] == pConj {
			n := k + 1
			for n < end && v.pos[n] == pAdv {
				n++
			}
			if n < end && v.pos[n] == pVerb && g.modal == "" && !g.future && !g.infinitive && (v.pos[g.main] == pPast || v.pos[g.main] == pVerb && v.x.verbs[v.low[n]].form&(fThird|fPast) == 0 && strings.HasSuffix(v.low[g.main], "s")) && v.x.verbs[v.low[n]].form&(fThird|fPast) == 0 {
				return frame{}, false // another's infinitive
			}
			if n < end && (v.pos[n] == pPast || v.pos[n] == pVerb || v.pos[n] == pAux || v.pos[n] == pModal) {
				g2 := v.verbGroup(n, end)
				if g2.ok && g2.main >= 0 && v.x.verbs[v.low[g2.main]].lemma != "" {
					if g2.start == g2.main {
						g2.future, g2.modal, g2.neg, g2.perfect = g.future, g.modal, g.neg, g.perfect || v.pos[g2.main] == pPast
					}
					if f, ok := v.subjectOf(u, i, g2, rule, last, end); ok {
						if f.rule == "participle" {
							f.rule = rule
						}
						return f, true
					}
				}
			}
			return frame{}, false
		}
		if v.pos[k] == pSub || v.low[k] == ";" || v.pos[k] == pWh {
			break
		}
	}
	return frame{}, false
}

// subjectOf makes the frame of a body that is the subject of a verb group.
func (v *view) subjectOf(u *unit, i int, g group, rule string, last, end int) (frame, bool) {
	f := frame{u: i, trig: g.main, rule: rule, g: g, gov: -1, tail: g.main + 1}
	w := v.low[g.main]
	// "are on their way", "are at work", "is on the spot", "are in Mali", "would be back"
	if beForms[w] {
		j := g.main + 1
		for j < end && (v.pos[j] == pAdv && v.low[j] != "back" && v.low[j] != "home" && v.low[j] != "there" || v.pos[j] == pNeg || v.time(j) != nil) {
			j++
		}
		switch x := v.w(j); {
		case x == "on" && (v.w(j+1) == "their" || v.w(j+1) == "its" || v.w(j+1) == "the") && v.w(j+2) == "way":
			f.move, f.tail = mGo, j+3
			f.g.progressive = true
			if v.w(j+3) == "home" || v.w(j+3) == "out" || v.w(j+3) == "back" {
				f.move = mLeave
			}
		case x == "bound" || x == "en" || x == "headed":
			f.move, f.tail = mGo, j+1
			f.g.progressive = true
		case x == "back" || x == "home":
			f.move, f.tail, f.home = mLeave, j+1, true
		case x == "due" && (v.w(j+1) == "home" || v.w(j+1) == "back"):
			f.move, f.tail = mLeave, j+2
			f.g.future = true
		case x == "due" && (v.w(j+1) == "in" || v.w(j+1) == "at"):
			f.move, f.tail = mGo, j+1
			f.g.future = true
		case x == "to" && v.pos[j+1] == pVerb:
			g2 := v.verbGroup(j+1, end)
			if !g2.ok {
				return f, false
			}
			g2.future, g2.start, g2.neg = true, g.start, g.neg
			return v.subjectOf(u, i, g2, rule, last, end)
		case x == "at" || x == "in" || x == "there" || x == "on" || x == "here" || x == "near" || x == "inside" || x == "under":
			if u.class == generic && !u.numeric || !v.placeLike(j+1, end) && x != "there" && x != "here" && !(x == "at" && v.w(j+1) == "work") && !(x == "on" && (v.w(j+1) == "duty" || v.w(j+1) == "patrol" || v.w(j+2) == "ground" || v.w(j+2) == "spot" || v.w(j+2) == "site" || v.w(j+2) == "scene")) {
				return f, false
			}
			f.move, f.tail = mStay, j
		case x == "still" || x == "already":
			return f, false
		default:
			return f, false
		}
		f.action = actionOf(f.move)
		return f, true
	}
	if w == "expected" && g.passive && (u.numeric || u.more) {
		f.move, f.action, f.g.future = mGo, "deploy", true
		return f, true // "60 more are expected in May"
	}
	t, ok := v.x.verbs[w]
	if !ok {
		// "complete their withdrawal from", "begin a pullout"
		if sp := v.x.speech[w]; !g.passive && (sp&(sFinish|sBegin) != 0 || sp&(sPlan|sSay|sRefuse|sOffer) != 0 && (v.w(g.main+1) == "their" || v.w(g.main+1) == "its" || v.w(g.main+1) == "a")) {
			k := v.right(g.main+1, end)
			if k > g.main+1 {
				a := v.x.nominals[v.low[k-1]]
				if a != "" {
					f.noun, f.trig, f.action, f.tail = true, k-1, a, k
					f.gov = g.main
					if a == "leaving" {
						f.action = "withdraw"
					}
					f.g.begin = sp&sBegin != 0 && v.low[g.main] != "continue"
					return f, true
				}
			}
		}
		return f, false
	}
	m, particle, at := v.classOf(g.main, g.main+1, end)
	if at >= 0 {
		f.tail = max(f.tail, at+1)
		if v.w(at+1) == "of" && particle == "out" {
			f.tail = at
		}
		f.home = particle == "home" || particle == "back" && v.w(at+1) != "into" && v.w(at+1) != "in"
	}
	participle := v.pos[g.main] == pPast && g.start == g.main && !g.perfect && t.lemma != "leave"
	if t.form == fThird && v.pos[g.main] == pVerb && g.start == g.main && rule == "subject" && u.num != nil && !u.num.Strong {
		return f, false // "500 soldiers leaves": another's verb
	}
	if !g.passive && !participle || participle && v.objectAhead(f.tail, end) {
		if m&mObject != 0 && m&(mEnter|mQuit) == 0 && t.lemma != "leave" && t.lemma != "take" && (v.objectAhead(g.main+1, end) || (particle == "in" || particle == "out") && at == g.main+1 && v.objectAhead(at+1, end) && !v.placeLike(at+1, end)) || (t.lemma == "return" || t.lemma == "retreat") && v.objectAhead(g.main+1, end) {
			return f, false // the body does it to another: it is the sender
		}
		if t.lemma == "leave" && v.objectAhead(g.main+1, end) && !v.placeLike(g.main+1, end) {
			return f, false
		}
	}
	if g.passive || participle && t.form&fPart != 0 && m&mObject != 0 {
		o := m & (mSend | mPull | mAdd | mTurn | mKeep | mOrder)
		if participle && v.w(g.main+1) == "by" && (t.lemma == "supply" || t.lemma == "provide" || t.lemma == "hire" || t.lemma == "employ" || t.lemma == "recruit") {
			return f, false // who fields them
		}
		if t.lemma == "leave" || o == 0 && t.plain&mSend == 0 {
			return f, false
		}
		f.object = true
		switch {
		case o&mOrder != 0:
			if f.home {
				o = mPull
			} else if v.w(f.tail) == "to" && v.pos[min(f.tail+1, end-1)] != pVerb || v.w(f.tail) == "out" {
				o = mSend
				if v.w(f.tail) == "out" {
					o = mPull
				}
			} else {
				return f, false
			}
		case o&mPull != 0 && o&mSend == 0:
			o = mPull
		case o&mSend != 0:
			o = mSend
			if f.home || particle == "out" && v.w(at+1) == "of" {
				o = mPull
			}
		}
		f.move = o
		if participle && !g.passive {
			f.rule = "participle"
			if rest := m & mSubject; rest != 0 && (t.lemma == "withdraw" || t.lemma == "evacuate") {
				f.rule = rule
				f.object = false
			}
			if rest := m & mGo; rest != 0 && t.lemma != "deploy" && t.lemma != "redeploy" {
				f.object, f.rule, f.move = false, rule, mGo
			}
		} else if rule == "subject" {
			f.rule = "passive"
		}
		if t.lemma == "take" || t.lemma == "place" || t.lemma == "put" || t.lemma == "hire" || t.lemma == "recruit" || t.lemma == "prepare" || t.lemma == "provide" {
			f.weak = true
		}
		f.action = actionOf(f.move)
		if t.lemma == "deploy" && (g.passive || participle) && v.standing(g, u, f.tail, end) {
			f.action, f.move = "present", mKeep
		}
		return f, true
	}
	sub := m & mSubject
	if sub == 0 {
		return f, false
	}
	switch {
	case (t.lemma == "remain" || t.lemma == "stay") && v.objectAhead(g.main+1, end):
		return f, false // "remain the strongest force"
	case sub&mStay != 0:
		f.move = mStay
	case sub&mRelieve != 0:
		f.move = mRelieve
	case sub&mEnter != 0 && v.objectPlace(g.main+1, end):
		f.move = mEnter
	case sub&mEnter != 0 && sub&mGo == 0:
		// "to enter and deploy along the border"
		if k := g.main + 1; v.w(k) == "and" && k+1 < end && v.x.verbs[v.w(k+1)].plain&mGo != 0 {
			g2 := g
			g2.main = k + 1
			return v.subjectOf(u, i, g2, rule, last, end)
		}
		return f, false
	case sub&mQuit != 0 && v.objectPlace(f.tail, end):
		f.move = mQuit
	case sub&mLeave != 0:
		f.move = mLeave
	case sub&mGo != 0:
		f.move = mGo
		if f.home || particle == "home" || particle == "back" {
			f.move = mLeave
		}
		if t.lemma == "move" && particle == "out" || t.lemma == "step" {
			f.move = mLeave
		}
	default:
		return f, false
	}
	f.action = actionOf(f.move)
	return f, true
}

// standing tells "are deployed" of a lasting presence from the news of a move.
func (v *view) standing(g group, u *unit, tail, end int) bool {
	for k := max(u.first-4, 0); k < u.first; k++ {
		if v.low[k] == "there" {
			return true
		}
	}
	if g.main < 0 || g.perfect || g.future || g.modal != "" {
		return false
	}
	for k := g.start; k < min(g.main+7, end); k++ {
		switch v.low[k] {
		case "currently", "already", "now", "still", "presently", "permanently":
			return true
		case "part":
			if v.w(k-1) == "as" {
				return true
			}
		case "were", "was", "been":
			return false
		}
	}
	return false
}

// objectAhead tells whether a noun phrase stands where an object would.
func (v *view) objectAhead(j, end int) bool {
	if j >= end || v.time(j) != nil {
		return false
	}
	if v.pos[j] == pAdj && j+1 < end && (v.pos[j+1] == pTo || v.pos[j+1] == pPrep) {
		return false // "move closer to"
	}
	if v.low[j] == "as" && (v.w(j+1) == "many" || v.w(j+1) == "much") {
		return true
	}
	if p := v.pos[j]; p == pDet || nominalPos(p) || v.number(j) != nil && v.number(j).first == j {
		w := v.low[j]
		return w != "abroad" && w != "overseas" && w != "home" && w != "north" && w != "south" && w != "east" && w != "west"
	}
	return false
}

// objectPlace tells whether a place stands where the object would.
func (v *view) objectPlace(j, end int) bool {
	p, ok := v.placeSpan(j, end)
	if !ok {
		return false
	}
	switch v.low[p.last-1] {
	case "building", "compound", "house", "home", "school", "mosque", "church", "hospital", "office", "apartment", "prison", "camp":
		return false // a search or a raid
	}
	return true
}

// locative is a body told as being somewhere, without a verb of its own: "there
// are 500 troops in", "troops in Iraqi bases".
func (v *view) locative(u *unit, i, floor, end int) (frame, bool) {
	f := frame{u: i, trig: u.head, rule: "located", move: mStay, action: "present", gov: -1, tail: u.last, weak: true}
	k := u.first - 1
	for k >= floor && (v.pos[k] == pAdv && v.low[k] != "there" || v.pos[k] == pNeg || v.pos[k] == pDet) {
		k--
	}
	if k >= floor && (beForms[v.low[k]] || v.low[k] == "'s") {
		for k >= floor && (v.pos[k] == pAux || v.pos[k] == pModal || v.pos[k] == pPoss || v.pos[k] == pAdv && v.low[k] != "there" || v.pos[k] == pNeg) {
			k--
		}
		if v.w(k) == "there" {
			f.rule, f.weak = "exist", false
			f.g = v.verbGroup(k+1, u.first)
			f.trig = k
			return f, true
		}
	}
	// "of them 5,500 in Paris", "5,500 of them in Paris", "troops in Iraq"
	j := u.last
	if u.num != nil && (v.w(j) == "on" && (v.w(j+1) == "duty" || v.w(j+1) == "patrol") || v.w(j) == "at" && v.w(j+1) == "work" || v.w(j) == "already" && v.w(j+1) == "there") {
		f.weak = false
		return f, true
	}
	if !(j < end && locationPreps[v.low[j]]) && !(u.part && (v.w(j) == "in" || v.w(j) == "to" || v.w(j) == "for")) {
		return f, false
	}
	if !v.placeLike(j+1, end) {
		return f, false
	}
	if u.class == generic && !u.part || u.class == civil && u.num == nil || u.class == neutral && u.num == nil {
		return f, false
	}
	return f, true
}

func hasAny(s string, subs ...string) bool {
	for _, x := range subs {
		if strings.Contains(s, x) {
			return true
		}
	}
	return false
}
