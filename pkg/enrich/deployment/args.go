package deployment

import "strings"

// span is the tokens [first, last) of the text; the zero span is none.
type span struct{ first, last int }

func (s span) ok() bool { return s.last > s.first }

// placeNouns are common nouns that tell a place.
var placeNouns = set(`border borders frontier region regions area areas capital city cities town towns village villages province provinces territory country countries
 airport airports base bases barracks streets street ground north south east west northeast northwest southeast southwest mountains mountain island islands camp camps scene site sites front
 line lines coast district districts zone zones strait sea gulf ocean peninsula embassy hospital hospitals prison prisons mine mines state states enclave compound headquarters port ports
 field fields plant plants quarter half outskirts positions position checkpoint checkpoints bridge dam station stations valley river desert forest rainforest oblast governorate
 county municipality suburb suburbs neighborhood neighborhoods neighbourhood neighbourhoods continent theater theatre frontline frontlines facility facilities complex center centre
 stadium school schools building square garrison garrisons checkpoints highway highways road roads railway flank republics republic departments highlands lowlands soil waters clinic clinics ward wards gates project projects yard yards oilfield oilfields plantation plantations embassies ranch farm farms factory factories shelter shelters polling nation nations sector sectors islet atoll archipelago edge edges abroad overseas countryside location locations triangle corridor tripoint lands neighbor neighbour`)

var ofHeads = set("town city village port island state province region capital enclave district suburb peninsula outskirts streets territory city-state republic area areas county municipality governorate department departments cities towns country kingdom islands base airport south north east west")

// noPlace are capitalised or other heads that tell no place behind "in" or "to".
var noPlace = set(`force forces mission operation operations coalition contingent army navy police military response attempt bid effort order orders exercise exercises war wars conflict ceasefire
 government parliament minister president council union nations treaty agreement phases stages part parts number numbers total all addition line fact case talks turn case connection view light place
 battle fighting wake event support exchange return person charge control command time times months month year years week weeks day days date midnight noon summer spring winter autumn guard team teams
 struggle violence protests unrest crackdown riots riot crisis emergency disaster flooding floods fires fire wildfires wildfire earthquake quake storm threat threats request requests behalf invitation mandate
 people soldiers troops workers men civilians rebels militants refugees migrants detainees aid deal pact statement interview report reports letter televised speech news conference address remarks press office administration
 minimum maximum cost risk peace stability security war-torn safety secrecy uniform uniforms practice principle general particular recent coming past next last same process moment future beginning end middle face midst`)

var monthNames = set("january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday easter christmas ramadan")

var personTitles = set("president minister premier chancellor king queen prince general gen. colonel col. maj. lt. brig. capt. adm. mr mr. mrs. ms. ms mrs dr. dr secretary spokesman spokeswoman spokesperson senator sen. rep. gov. governor ambassador mayor commander chief leader pope sheikh prof. professor sgt. marshal chairman director head commissioner chairwoman coordinator envoy captain lawmaker representative analyst administrator")

var vagueCountry = set("country nation")
var vagueTown = set("city town village capital")
var vagueArea = set("area region site territory state province island scene zone district facility states")

// placeLike tells whether a phrase that tells a place begins at j.
func (v *view) placeLike(j, end int) bool {
	p, ok := v.placeSpan(j, end)
	return ok && p.ok()
}

// placeSpan reads the place that is named at j, behind a preposition.
func (v *view) placeSpan(j, end int) (span, bool) {
	for range 4 {
		if j >= end {
			return span{}, false
		}
		w := v.low[j]
		if w == "abroad" || w == "overseas" {
			return span{j, j + 1}, true
		}
		if w == "both" || w == "much" {
			j++
			continue
		}
		break
	}
	start := j
	for start < end && v.pos[start] == pDet {
		start++
	}
	if start >= end || v.time(start) != nil && v.number(start) == nil || v.low[start] == "least" || v.low[start] == "most" {
		return span{}, false
	}
	// "south of the Litani River"
	if w := v.low[start]; (w == "north" || w == "south" || w == "east" || w == "west" || w == "northeast" || w == "northwest" || w == "southeast" || w == "southwest") && v.w(start+1) == "of" {
		if in, ok := v.placeSpan(start+2, end); ok {
			return span{start, in.last}, true
		}
	}
	e := v.right(start, end)
	if e == start {
		return span{}, false
	}
	if v.time(e-1) != nil && v.number(e-1) == nil {
		return span{}, false
	}
	head := v.low[e-1]
	if v.pos[e-1] == pPoss && e < end && nominalPos(v.pos[e]) {
		e = v.right(e, end)
		head = v.low[e-1]
	}
	if noPlace[head] && v.state(e-1) == nil || monthNames[head] {
		return span{}, false
	}
	if q, ok := v.person(e - 1); ok && q.class != civil && head != "garrison" && head != "garrisons" && !(v.w(e) == "of") && head != "camp" {
		return span{}, false
	}
	for k := start; k < e; k++ {
		if personTitles[v.low[k]] && !(placeNouns[head]) {
			return span{}, false
		}
	}
	named := false
	place := placeNouns[head]
	for k := start; k < e; k++ {
		if v.pos[k] == pProper || v.state(k) != nil {
			named = true
		}
	}
	if v.low[start] == "operation" || v.low[start] == "article" || v.low[start] == "chapter" || v.low[start] == "resolution" {
		return span{}, false
	}
	// "the Somali town of Hudur", "the streets of France", "the Strait of Hormuz"
	if e < end && v.low[e] == "of" {
		if in, ok := v.placeSpan(e+1, end); ok {
			if ofHeads[head] && v.pos[e-1] != pProper && v.named(in) && head != "south" && head != "north" && head != "east" && head != "west" && head != "areas" && head != "outskirts" {
				return in, true
			}
			if place || named {
				return span{v.trim(start, e), in.last}, true
			}
		}
	}
	// "border with Mexico", "the border between X and Y"
	if e < end && (head == "border" || head == "borders" || head == "frontier") && (v.low[e] == "with" || v.low[e] == "between") {
		if in, ok := v.placeSpan(e+1, end); ok {
			return span{v.trim(start, e), in.last}, true
		}
	}
	if head == "states" || head == "countries" || head == "nations" || head == "cities" || head == "provinces" {
		if e < end && v.low[e] == ":" {
			k := v.list(e+1, end)
			if k > e+1 {
				return span{e + 1, k}, true
			}
		}
	}
	if place && !named && e < end {
		// "a barracks in Mansoa", "regions in northern Syria", "the capital, Ouagadougou"
		if locationPreps[v.low[e]] {
			if in, ok := v.placeSpan(e+1, end); ok && v.named(in) {
				return in, true
			}
		}
		if v.low[e] == "," && e+1 < end && v.pos[e+1] == pProper && (vagueTown[head] || head == "region" || head == "province") {
			k := v.right(e+1, end)
			return span{e + 1, k}, true
		}
	}
	if !named && !place {
		// "hospitals around the country"
		return span{}, false
	}
	if named && !place {
		// A nationality with a common noun that is no place: "Syrian rebels".
		if v.pos[e-1] == pNoun && v.state(e-1) == nil {
			last := -1
			for k := start; k < e; k++ {
				if v.pos[k] == pProper {
					last = k
				}
			}
			if last < 0 || !(v.pos[e-1] == pNoun && e-1-last <= 2) {
				return span{}, false
			}
		}
		if s := v.state(e - 1); s != nil && s.form == stAdjective && s.last == e {
			return span{}, false
		}
	}
	if v.low[start] == "of" {
		return span{}, false
	}
	// A list of names: "Donges, La Rochelle and Le Mans".
	first := v.trim(start, e)
	last := e
	if named {
		last = v.listFrom(first, e, end)
	}
	return span{first, last}, true
}

// list reads "Michigan, New York, New Jersey and Ohio" from j.
func (v *view) list(j, end int) int {
	e := v.right(j, end)
	if e == j {
		return j
	}
	return v.listFrom(j, e, end)
}

// listFrom goes on with a list of names whose first ends at e.
func (v *view) listFrom(first, e, end int) int {
	last := e
	k := e
	sure := false
	for steps := 0; k < end && steps < 12; steps++ {
		sep := k
		and := false
		if v.w(k) == "," {
			k++
		}
		if v.w(k) == "and" || v.w(k) == "or" || v.w(k) == "&" {
			and = true
			k++
		}
		if k == sep || k >= end {
			break
		}
		for k < end && v.pos[k] == pDet && and {
			k++
		}
		if k >= end || v.pos[k] != pProper && (v.state(k) == nil || v.state(k).form == stAdjective) && !(v.w(k) == "[") {
			break
		}
		n := v.right(k, end)
		if n == k {
			break
		}
		// "X and Y said": only names; a clause that goes on with a verb is another subject.
		if and && n < end && (v.pos[n] == pVerb || v.pos[n] == pPast || v.pos[n] == pAux || v.pos[n] == pModal || v.pos[n] == pPoss) {
			break
		}
		if v.pos[n-1] == pNoun && !placeNouns[v.low[n-1]] {
			break
		}
		k = n
		if and {
			return n
		}
		_ = sure
	}
	if k > last && k > e && v.w(e) == "," {
		// a list without "and" is an apposition: "Uvira, South Kivu"
		return last
	}
	return last
}

// named tells whether a span holds a name.
func (v *view) named(s span) bool {
	for k := s.first; k < s.last; k++ {
		if v.pos[k] == pProper || v.state(k) != nil {
			return true
		}
	}
	return false
}

// trim takes the shortest wording of a place: without the state that owns it
// and without "neighbouring".
func (v *view) trim(first, last int) int {
	for k := last - 1; k > first; k-- {
		if v.pos[k] == pPoss && k+1 < last {
			if v.named(span{k + 1, last}) {
				return v.trim(k+1, last)
			}
			break
		}
	}
	for first+1 < last {
		w := v.low[first]
		if v.pos[first] == pDet || w == "neighboring" || w == "neighbouring" || w == "nearby" || w == "central" && v.state(first) == nil && v.state(first+1) != nil && v.states[v.stateAt[first+1]-1].last < last || w == "war-torn" || w == "key" || w == "troubled" || w == "restive" {
			first++
			continue
		}
		break
	}
	return first
}

// subject finds the subject of the verb group that starts at token g.
func (v *view) subject(g, floor int) (span, bool) {
	j := g - 1
	commas := 0
	var insert span
	for steps := 0; j >= floor && steps < 40; steps++ {
		w := v.low[j]
		switch p := v.pos[j]; {
		case (w == "later" || w == "earlier" || w == "ago") && j-2 >= floor && (v.w(j-1) == "week" || v.w(j-1) == "day" || v.w(j-1) == "month" || v.w(j-1) == "year" || v.w(j-1) == "weeks" || v.w(j-1) == "days" || v.w(j-1) == "months" || v.w(j-1) == "years"):
			j -= 3 // "a week later"
		case p == pAdv && v.time(j) == nil, p == pNeg, w == "both", w == "themselves", w == "itself":
			j--
		case v.time(j) != nil && p != pVerb && !(p == pPast):
			k := v.time(j).first - 1
			if k >= floor && v.pos[k] == pPrep {
				k--
			}
			j = k
		case w == ",":
			// an insertion between commas, or "After doing X, Y"
			k := j - 1
			for k >= floor && k > j-24 && v.low[k] != "," {
				k--
			}
			if k >= floor && v.low[k] == "," {
				// The words between the commas may be an apposition with its name.
				insert = span{k + 1, j}
				j = k - 1
				continue
			}
			if commas > 0 {
				return span{}, false
			}
			if s := v.mainSubject(j, floor); s.ok() && s.first < j {
				return s, true
			}
			return span{}, false
		case w == ")":
			k := j - 1
			for k >= floor && v.low[k] != "(" {
				k--
			}
			j = k - 1
		case w == "--" || w == "—" || w == "–":
			k := j - 1
			for k >= floor && v.low[k] != w {
				k--
			}
			if k < floor {
				return span{}, false
			}
			j = k - 1
		case w == `"` || w == "”" || w == "''" || w == "’":
			j--
		case p == pWh || p == pSub && w == "that":
			if p == pSub {
				return span{}, false
			}
			// relative: its antecedent
			a := j - 1
			if a >= floor && v.low[a] == "," {
				a--
			}
			return v.phrase(a, floor)
		case p == pPron:
			return span{j, j + 1}, true
		case p == pConj:
			// "deploys troops and reports": the subject of the verb before
			k := j - 1
			for k >= floor && k > j-30 && !(v.pos[k] == pVerb || v.pos[k] == pAux && !v.infinitive(k) || v.pos[k] == pPast && v.finitePast(k)) {
				if v.pos[k] == pSub || v.low[k] == ";" {
					return span{}, false
				}
				k--
			}
			if k < floor || k <= j-30 {
				return span{}, false
			}
			gr := v.groupAround(k, floor, k+1)
			if gr.infinitive {
				s, _ := v.control(gr, floor, 3)
				return s, s.ok()
			}
			return v.subject(gr.start, floor)
		case nominalPos(p) || v.number(j) != nil:
			s, ok := v.phrase(j, floor)
			for range 2 {
				// "a report seen by Kyodo says": the report
				k := s.first - 1
				for k >= floor && v.pos[k] == pDet {
					k--
				}
				if ok && k-2 >= floor && v.pos[k] == pPrep && v.pos[k-1] == pPast && nominalPos(v.pos[k-2]) && v.low[k-1] != "said" {
					if r, is := v.phrase(k-2, floor); is {
						s = r
						continue
					}
				}
				break
			}
			if ok && insert.ok() && s.first-1 >= floor && v.pos[s.first-1] == pPrep {
				// "Trump, during a speech in Richland County, Ohio, announces"
				k := s.first - 1
				for k >= floor && k > s.first-24 && v.low[k] != "," {
					k--
				}
				if k > floor && v.low[k] == "," {
					if r, is := v.phrase(k-1, floor); is {
						return r, true
					}
				}
			}
			if ok && insert.ok() && s.last < insert.first && v.nameOnly(insert) {
				s.last = insert.last
			}
			return s, ok
		default:
			return span{}, false
		}
	}
	return span{}, false
}

// nameOnly tells a phrase of names and titles.
func (v *view) nameOnly(s span) bool {
	for k := s.first; k < s.last; k++ {
		if v.pos[k] != pProper && !v.adjacentHyphen(k) && !personTitles[v.low[k]] {
			return false
		}
	}
	return s.last-s.first <= 6
}

func (v *view) infinitive(k int) bool { return k > 0 && v.pos[k-1] == pTo }

// finitePast tells a past tense from a participle by what stands before it.
func (v *view) finitePast(k int) bool {
	return k > 0 && (nominalPos(v.pos[k-1]) || v.pos[k-1] == pPron || v.pos[k-1] == pAdv || v.pos[k-1] == pWh || v.low[k-1] == "," || v.low[k-1] == ")")
}

// phrase reads the noun phrase that ends at token j, with what hangs on it:
// "the Prime Minister of Canada Stephen Harper".
func (v *view) phrase(j, floor int) (span, bool) {
	if j < floor {
		return span{}, false
	}
	last := j + 1
	first := v.nounLeft(j, floor)
	if first > j {
		return span{}, false
	}
	for range 4 {
		k := first - 1
		for k >= floor && (v.pos[k] == pDet || v.low[k] == "both") {
			k--
		}
		if k < floor {
			break
		}
		w := v.low[k]
		switch {
		case v.pos[k] == pPoss:
			n := v.nounLeft(k-1, floor)
			if n > k-1 {
				return span{first, last}, true
			}
			first = n
			continue
		case w == "of" || (w == "from" || w == "in" || w == "at" || w == "for" || w == "near" || w == "with" || w == "on" || w == "based") && k-1 >= floor && nominalPos(v.pos[k-1]) && v.time(k-1) == nil:
			if k-1 < floor || !nominalPos(v.pos[k-1]) {
				return span{first, last}, true
			}
			if w == "based" {
				return span{first, last}, true
			}
			n := v.nounLeft(k-1, floor)
			if n > k-1 {
				return span{first, last}, true
			}
			// "troops in Iraq withdrew": a verb before the noun would make it an object.
			if w != "of" && n-1 >= floor {
				if b := v.pos[v.before2(n, floor)]; b == pVerb || b == pIng || b == pPast || b == pPrep && v.low[v.before2(n, floor)] != "of" {
					return span{first, last}, true
				}
			}
			first = n
			continue
		case (w == "and" || w == "&") && k-1 >= floor && nominalPos(v.pos[k-1]):
			n := v.nounLeft(k-1, floor)
			// "X said A and B": only when nothing governs the first.
			b := v.before2(n, floor)
			if b < floor || v.pos[b] == pMark || v.pos[b] == pSub || v.pos[b] == pDet || v.low[b] == "that" {
				first = n
				continue
			}
			return span{first, last}, true
		}
		break
	}
	return span{first, last}, true
}

func (v *view) before2(first, floor int) int {
	k := first - 1
	for k > floor && (v.pos[k] == pDet || v.low[k] == "both" || v.low[k] == `"`) {
		k--
	}
	return max(k, floor)
}

// nounLeft is where the run of nominal tokens that ends at j begins.
func (v *view) nounLeft(j, floor int) int {
	if j < floor || !(nominalPos(v.pos[j]) || v.number(j) != nil || v.pos[j] == pPron) || v.time(j) != nil && v.pos[j] != pProper {
		return j + 1
	}
	k := j
	for k-1 >= floor {
		p := v.pos[k-1]
		if v.time(k-1) != nil && v.number(k-1) == nil {
			break
		}
		if nominalPos(p) || v.number(k-1) != nil {
			k--
			continue
		}
		if v.adjacentHyphen(k - 1) {
			k--
			continue
		}
		if (p == pPast || p == pIng) && (qualifying[v.low[k-1]] || k-2 >= floor && (v.pos[k-2] == pDet || v.adjacentHyphen(k-2))) {
			k--
			continue
		}
		break
	}
	return k
}

// controlNouns carry an infinitive: "plans to send", "a request to deploy".
var controlNouns = set(`plan plans decision decisions request requests offer offers proposal proposals bid call calls order orders threat threats promise promises agreement move moves effort efforts
 pledge pledges commitment intention intentions authority mandate vote readiness willingness deal demand demands appeal appeals intent need idea option possibility preparations recommendation refusal steps right deadline invitation scheme instructions desire permission approval announcement ultimatum suggestion ability`)

// askNouns are words of others: who moves is who is asked.
var askNouns = set("request requests call calls demand demands appeal appeals invitation recommendation suggestion ultimatum proposal proposals order orders")

// control finds who does the verb of group g, and the words that carry it
// from the outermost in: "the government agreed to send" gives the government
// and [agreed].
func (v *view) control(g group, floor, depth int) (span, []int) {
	var path []int
	if depth <= 0 || !g.ok {
		return span{}, nil
	}
	start := g.start
	if v.pos[g.main] == pIng && start == g.main || g.infinitive {
		j := start - 1
		if j > floor && v.time(j) != nil && v.number(j) == nil && v.pos[j] != pVerb {
			// "offered on Sunday to pull"
			if k := v.time(j).first - 1; k >= floor {
				if v.pos[k] == pPrep {
					k--
				}
				if k >= floor && (v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng) {
					j = k
				}
			}
		}
		for j >= floor && (v.pos[j] == pAdv || v.pos[j] == pNeg || v.low[j] == "in" && v.pos[j] == pPrep && v.pos[start] == pTo || v.low[j] == "order" && v.w(j-1) == "in" || v.low[j] == "so" || v.low[j] == "as") {
			j--
		}
		if j < floor {
			return span{}, nil
		}
		w := v.low[j]
		up := func(k int) (span, []int) {
			if k < floor {
				return span{}, path
			}
			g2 := v.groupAround(k, floor, k+1)
			s, p := v.control(g2, floor, depth-1)
			return s, append(append(p, k), path...)
		}
		switch p := v.pos[j]; {
		case p == pPrep || p == pTo || w == "to":
			k := j - 1
			for k >= floor && (v.pos[k] == pDet) {
				k--
			}
			if k < floor {
				// "By sending", "After withdrawing": the subject of the main clause
				return v.mainSubject(start, floor), nil
			}
			switch {
			case w == "from" && nominalPos(v.pos[k]):
				// "blocks the government from deploying"
				s, ok := v.phrase(k, floor)
				if !ok {
					return span{}, nil
				}
				b := v.before(s.first, floor)
				if b >= floor && (v.pos[b] == pVerb || v.pos[b] == pPast || v.pos[b] == pIng) {
					return s, append(path, b)
				}
				return s, path
			case (w == "of" || w == "for") && nominalPos(v.pos[k]) && v.accused(k, floor).ok():
				return v.accused(k, floor), path
			case w == "of" && nominalPos(v.pos[k]) && v.proposer(k, floor).ok():
				// "reject a proposal by X of sending"
				s := v.proposer(k, floor)
				b := v.before(s.first, floor)
				path = append(path, b-1)
				if g := v.before(v.nounLeft(b-1, floor), floor); g >= floor && (v.pos[g] == pVerb || v.pos[g] == pPast || v.pos[g] == pIng) {
					path = append([]int{g}, path...)
				}
				return s, path
			case nominalPos(v.pos[k]):
				n := v.nounLeft(k, floor)
				noun := k
				if controlNouns[v.low[noun]] || w == "of" || w == "for" || w == "against" || w == "on" {
					path = append(path, noun)
					if n-1 >= floor && v.pos[n-1] == pPoss {
						s, ok := v.phrase(n-2, floor)
						if ok && !askNouns[v.low[noun]] {
							if b := v.before(s.first, floor); b >= floor && (v.pos[b] == pVerb || v.pos[b] == pPast || v.pos[b] == pIng) {
								path = append([]int{b}, path...)
							}
							return s, path
						}
					}
					if b := v.before(n, floor); b < floor && w != "of" {
						return span{}, path
					} else if b >= floor && (v.pos[b] == pVerb || v.pos[b] == pPast || v.pos[b] == pIng || v.pos[b] == pAux) {
						if v.pos[b] == pAux && !haveForms[v.low[b]] {
							return span{}, path
						}
						return up(b)
					} else if b >= floor && v.pos[b] == pPrep {
						return v.mainSubject(b, floor), path
					}
				}
				return v.mainSubject(start, floor), path
			case v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng || v.pos[k] == pAdj:
				return up(k)
			case w == "out" || v.low[k] == "out":
				return up(k - 1)
			case v.pos[k] == pMark || v.pos[k] == pConj:
				return v.mainSubject(start, floor), nil
			}
			return span{}, nil
		case v.low[j] == "out" || v.pos[j] == pPart:
			return up(j - 1) // "rules out sending"
		case p == pVerb || p == pPast || p == pIng || p == pAdj && j-1 >= floor && (beForms[v.low[j-1]] || v.pos[j-1] == pAdv):
			if p == pAdj {
				path = append(path, j)
				k := j - 1
				for k >= floor && (v.pos[k] == pAdv || v.pos[k] == pAux || v.pos[k] == pNeg || v.pos[k] == pModal) {
					k--
				}
				s, _ := v.subject(k+1, floor)
				return s, path
			}
			return up(j)
		case p == pAux:
			if beForms[w] { // "is to send" is no infinitive of another
				s, _ := v.subject(j, floor)
				return s, path
			}
			s, _ := v.subject(j, floor)
			return s, path
		case nominalPos(p) || p == pPron:
			// "asked X to send", "plans to send", "X to send" (a headline)
			var s span
			if p == pPron {
				s = span{j, j + 1}
			} else {
				n := v.nounLeft(j, floor)
				if controlNouns[v.low[j]] && n > floor {
					path = append(path, j)
					b := v.before(n, floor)
					if n-1 >= floor && v.pos[n-1] == pPoss {
						own, ok := v.phrase(n-2, floor)
						if ok {
							if bb := v.before(own.first, floor); bb >= floor && (v.pos[bb] == pVerb || v.pos[bb] == pPast || v.pos[bb] == pIng) {
								if askNouns[v.low[j]] {
									return up(bb)
								}
								return own, append([]int{bb}, path...)
							}
							return own, path
						}
					}
					if n-1 >= floor && (v.low[n-1] == "its" || v.low[n-1] == "his" || v.low[n-1] == "their") && b >= floor {
						if v.pos[b] == pVerb || v.pos[b] == pPast || v.pos[b] == pIng {
							return up(b)
						}
					}
					if b >= floor && judging[v.low[b]] && !askNouns[v.low[j]] || b >= floor && (v.low[b] == "denounce" || v.low[b] == "denounces" || v.low[b] == "denounced") {
						return span{}, append([]int{b}, path...)
					}
					if b >= floor && (v.pos[b] == pVerb || v.pos[b] == pPast || v.pos[b] == pIng || haveForms[v.low[b]]) {
						return up(b)
					}
					if b >= floor && (v.low[b] == "out" || v.low[b] == "down" || v.low[b] == "up" || v.low[b] == "from" || v.low[b] == "with" || v.low[b] == "on" || v.low[b] == "to") && b-1 >= floor && (v.pos[b-1] == pVerb || v.pos[b-1] == pPast || v.pos[b-1] == pIng) {
						return up(b - 1)
					}
					if b >= floor && beForms[v.low[b]] {
						return span{}, path
					}
					return v.mainSubject(start, floor), path
				}
				var ok bool
				s, ok = v.phrase(j, floor)
				if !ok {
					return span{}, path
				}
				if v.pos[g.main] == pIng && start == g.main {
					// "accusations of Ukraine's military sending troops"
					s.first = n
					if n-1 >= floor && v.pos[n-1] == pPoss {
						s.first = min(n, v.nounLeft(n-2, floor))
					}
				}
			}
			b := v.before(s.first, floor)
			if b >= floor && v.low[b] == "by" && b-1 >= floor && controlNouns[v.low[b-1]] {
				// "rejects a demand by X to remove its peacekeepers"
				n := v.nounLeft(b-1, floor)
				path = append(path, b-1)
				if g := v.before(n, floor); g >= floor && (v.pos[g] == pVerb || v.pos[g] == pPast || v.pos[g] == pIng) {
					if askNouns[v.low[b-1]] {
						return up(g)
					}
					return s, append([]int{g}, path...)
				}
				return s, path
			}
			if b >= floor && (v.low[b] == "on" || v.low[b] == "for" || v.low[b] == "to" || v.low[b] == "upon") && b-1 >= floor {
				k := b - 1
				if v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng || askNouns[v.low[k]] || v.pos[k] == pNoun {
					return s, append([]int{k}, path...)
				}
			}
			if b >= floor && (v.pos[b] == pVerb || v.pos[b] == pPast || v.pos[b] == pIng) {
				if v.x.speech[v.low[b]]&sCtlObj != 0 || v.x.verbs[v.low[b]].lemma == "order" {
					return s, append([]int{b}, path...)
				}
				return up(b)
			}
			return s, path
		case w == ",":
			return v.mainSubject(start, floor), nil
		case w == "``" || w == `"` || w == "“" || w == "‘":
			return v.mainSubject(start, floor), nil
		}
		return span{}, path
	}
	s, _ := v.subject(start, floor)
	path = append([]int(nil), g.outer...)
	if s.ok() {
		// "requests that Russia withdraw its troops"
		b := s.first - 1
		for b >= floor && v.pos[b] == pDet && v.low[b] != "that" {
			b--
		}
		if b-1 >= floor && v.low[b] == "that" {
			if sp := v.x.speech[v.low[b-1]]; sp&(sOffer|sRefuse) != 0 && sp&sSay == 0 && v.pos[b-1] != pNoun {
				path = append([]int{b - 1}, path...)
			}
		}
	}
	return s, path
}

// proposer is X in "a proposal by X of sending".
func (v *view) proposer(k, floor int) span {
	s, ok := v.phrase(k, floor)
	if !ok {
		return span{}
	}
	b := v.before(s.first, floor)
	if b-1 >= floor && v.low[b] == "by" && controlNouns[v.low[b-1]] {
		return s
	}
	return span{}
}

// accused is who is accused in "accuses Russia of sending".
func (v *view) accused(k, floor int) span {
	s, ok := v.phrase(k, floor)
	if !ok {
		return span{}
	}
	b := v.before(s.first, floor)
	if b < floor {
		return span{}
	}
	switch v.low[b] {
	case "accuse", "accuses", "accused", "accusing", "suspect", "suspects", "suspected", "blame", "blames", "blamed", "criticize", "criticizes", "criticized", "criticised", "criticises", "thank", "thanks", "thanked", "praised", "praises":
		return s
	}
	return span{}
}

// mainSubject is the subject of the nearest finite verb before token j, else
// of the first one behind it.
func (v *view) mainSubject(j, floor int) span {
	for k := j - 1; k >= floor && k > j-reach; k-- {
		if p := v.pos[k]; p == pVerb && !v.infinitive(k) || p == pModal || p == pAux && v.low[k] != "be" && v.low[k] != "been" && v.low[k] != "being" && !v.infinitive(k) || p == pPast && v.finitePast(k) {
			g := v.groupAround(k, floor, k+1)
			if p == pAux || p == pModal {
				g.start = k
				for g.start-1 >= floor && (v.pos[g.start-1] == pAux || v.pos[g.start-1] == pModal) {
					g.start--
				}
			}
			if s, ok := v.subject(g.start, floor); ok {
				return s
			}
		}
	}
	end := v.t.Sentences[v.t.Tokens[j].Sentence].Last
	// "Following the deployment, X ...": behind the comma
	for k := j; k < end && k < j+reach; k++ {
		if v.low[k] == "," && k+1 < end {
			e := v.right(k+1, end)
			if e > k+1 && e < end && (v.pos[e] == pVerb || v.pos[e] == pPast || v.pos[e] == pAux || v.pos[e] == pModal) {
				return span{k + 1, e}
			}
		}
	}
	return span{}
}

// actorText takes the shortest wording that names who a phrase is: the state
// of a leader, a name without its titles, the phrase without its article.
func (v *view) actorText(s span, sender bool) span {
	if !s.ok() {
		return s
	}
	for s.first < s.last && (v.pos[s.first] == pDet || v.low[s.first] == "both") {
		s.first++
	}
	title := -1
	for k := s.first; k < s.last; k++ {
		if personTitles[v.low[k]] {
			title = k
		}
	}
	var st *stateMention
	for k := s.first; k < s.last; k++ {
		if m := v.state(k); m != nil {
			st = m
			break
		}
	}
	if sender {
		if title >= 0 && st != nil && st.first >= s.first && st.last <= s.last {
			return span{st.first, st.last}
		}
		if title >= 0 {
			if n := v.trailingName(s); n.ok() {
				return n
			}
		}
		return v.core(s)
	}
	if title >= 0 {
		if n := v.trailingName(s); n.ok() {
			return n
		}
	}
	return v.core(s)
}

// deptWords name what a minister is for.
var deptWords = set("defence defense state foreign affairs interior finance justice war health labour labor security home treasury energy agriculture education commerce trade cabinet")

// trailingName is the run of names that ends a phrase with a title.
func (v *view) trailingName(s span) span {
	k := s.last
	for k > s.first && !deptWords[v.low[k-1]] && v.pos[k-1] == pProper && !personTitles[v.low[k-1]] && v.state(k-1) == nil || k > s.first+1 && v.adjacentHyphen(k-1) {
		k--
	}
	if k < s.last && k > s.first {
		return span{k, s.last}
	}
	return span{}
}

// core cuts what hangs behind a long phrase.
func (v *view) core(s span) span {
	if s.last-s.first > 14 {
		for k := s.first + 1; k < s.last; k++ {
			if v.pos[k] == pPrep && v.low[k] != "of" && v.low[k] != "for" {
				return span{s.first, k}
			}
		}
	}
	for s.last > s.first && (v.pos[s.last-1] == pMark || v.pos[s.last-1] == pPoss || v.pos[s.last-1] == pConj) {
		s.last--
	}
	return s
}

func (v *view) str(s span) string {
	if !s.ok() {
		return ""
	}
	return v.t.Slice(s.first, s.last)
}

func isQuote(w string) bool {
	return w == `"` || w == "“" || w == "”" || w == "''" || w == "``" || strings.Trim(w, `"`) == "" && w != ""
}
