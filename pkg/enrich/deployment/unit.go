package deployment

import "strings"

// unit is a body of people named in a sentence.
type unit struct {
	first, last int // tokens
	head        int
	kind        string
	class       class
	num         *number
	nat         *stateMention // a state's name or adjective inside
	proper      bool          // names inside besides
	poss        int           // token of "its" or of the clitic 's before it, -1
	of          [2]int        // who fields it: "of the Red Cross"
	more        bool          // another, additional, more
	part        bool          // of them, the first, the remaining
	numeric     bool          // a number that stands for a body
	pronoun     bool
	next        int // index of the unit coordinated behind it, -1
	prev        int
	joined      bool // swallowed by another
	compound    int  // token of a nominal that it qualifies, -1 ("troop withdrawal")
	including   string
	lead        int // 1 + first token of the body that this figure is the new total of, 0 for none
	leadEnd     int
	tail        int // token behind what is told of its number, 0
}

// heads that a personnel noun qualifies: "army base", "police station". Any
// noun does so behind a singular or mass noun; behind a plural only these.
var behindPlural = set("training exercise exercises drills base bases barracks camp camps chief chiefs commander commanders family families union unions rights strength numbers levels casualties deaths wages pay accommodation visas")

// hardware that a force's name qualifies: "Self-Defense Forces aircraft".
var hardware = set("aircraft plane planes ship ships vessel vessels jet jets helicopter helicopters warship warships base bases spokesman spokeswoman spokesperson chief commander commanders official officials general tank tanks drone drones headquarters barracks positions position outpost outposts checkpoint checkpoints convoy convoys vehicle vehicles leader leaders")

// participles that qualify a body.
var qualifying = set(`armed trained retired uniformed allied combined joint mechanised mechanized motorised motorized mounted remaining
 peacekeeping demining firefighting construction supporting serving outgoing incoming visiting fighting mixed decorated returning specialised specialized
 experienced seasoned unarmed unmarked masked heavily lightly highly newly dedicated licensed registered skilled unskilled qualified undocumented additional
 mine-clearing engineering nursing policing training monitoring operating engineering assisting reinforced hired contracted backed led trained vetted`)

// collectives stand before "of" and the noun that says who.
var collectives = set(`number majority rest handful bulk part remainder wave series most all some half third thirds quarter batch batches
 group groups team teams contingent contingents unit units crew crews company companies battalion battalions brigade brigades squad squads
 detachment detachments party parties rotation rotations members echelon echelons corps force platoon platoons column columns couple pair dozens
 hundreds thousands scores tens dozen lot lots many few several none deployment`)

var unWords = set("un u.n. unmiss unifil monusco minusma amisom atmis binuh minustah kfor eufor undof unfil untac unprofor unamir untaet minusca unamid ecomog")

func (v *view) person(i int) (person, bool) {
	p, ok := v.x.people[v.w(i)]
	if ok && p.class == noClass {
		return p, false
	}
	return p, ok
}

// yearIsCount tells "send in 1500 soldiers" from "in 2003 soldiers": what
// stands before a count is no preposition of time.
func (v *view) yearIsCount(n *number) bool {
	switch v.w(n.first - 1) {
	case "in":
		return v.x.verbs[v.w(n.first-2)].lemma != ""
	case "since", "by", "of", "until", "from", "during", "late", "early", ",":
		return false
	}
	return !monthNames[v.w(n.first-1)]
}

var nameParticles = set("do da de del della di du dos das des el al la le van von der den bin ibn y e")

func nominalPos(p byte) bool { return p == pNoun || p == pProper || p == pAdj || p == pNum }

// adjacentHyphen tells a hyphen inside a compound at token i.
func (v *view) adjacentHyphen(i int) bool {
	if i <= 0 || i+1 >= len(v.low) {
		return false
	}
	w := v.low[i]
	t := v.t.Tokens
	return (w == "-" || w == "‑" || w == "–") && t[i-1].End == t[i].Start && t[i].End == t[i+1].Start
}

// isHead tells whether the personnel noun at i ends its noun phrase.
func (v *view) isHead(i, end int) bool {
	p, ok := v.person(i)
	if !ok || v.pos[i] != pNoun && v.pos[i] != pProper && v.pos[i] != pAdj {
		return false
	}
	if i+1 >= end {
		return true
	}
	n := i + 1
	if v.adjacentHyphen(n) {
		return false
	}
	if v.adjacentHyphen(i-1) && !p.plural && v.low[i] == "force" {
		return false // "storm-force winds"
	}
	if v.low[n] == "(" && n+3 < end && v.low[n+2] == ")" && v.pos[n+3] == pNoun && v.x.people[v.low[n+3]].class == noClass && !p.plural {
		return false // "the Federal Police (BKA) headquarters"
	}
	if v.pos[n] == pPoss {
		return false
	}
	if q, ok := v.person(n); ok && (v.pos[n] == pNoun || v.pos[n] == pProper) {
		_ = q
		return false
	}
	if behindPlural[v.low[n]] && v.pos[n] == pNoun || v.capital(i) && hardware[v.low[n]] {
		return false
	}
	if p.class == strong && p.plural || p.class == generic && p.plural {
		return true
	}
	switch v.pos[n] {
	case pNoun:
		if p.plural && (p.class == civil || v.low[i] == "forces") {
			return v.x.nominals[v.low[n]] == ""
		}
		return false
	case pProper:
		// "Army Col. X", "Marine Air Control Group": a name goes on; a plural stops it.
		return p.plural && v.low[i] != "police" || v.state(n) != nil && v.capital(i) && p.class == mass
	case pAdj:
		// "police deployed", "army officers": an adjective behind a singular leads to another noun.
		return p.plural || v.state(n) == nil && !(n+1 < end && v.pos[n+1] == pNoun)
	}
	return true
}

// left finds where the noun phrase that ends with token head begins.
func (v *view) left(head, floor int, u *unit) int {
	j := head
	for steps := 0; j-1 >= floor && steps < 25; steps++ {
		k := j - 1
		if v.pos[k] == pPoss && k-1 >= floor && v.low[k-1] == "people" && v.capital(k-1) && v.capital(j) {
			j = k - 1 // "People's Liberation Army"
			continue
		}
		if v.pos[k] == pPoss {
			if u != nil {
				u.poss = k
			}
			break
		}
		if n := v.number(k); n != nil && n.Other && !n.Strong && n.first == k && v.low[k][0] > '9' && !v.adjacentHyphen(j) {
			// a figure inside a name: "M23 forces"
			if u != nil {
				u.proper = true
			}
			j = k
			continue
		}
		if n := v.number(k); n != nil {
			if n.Other && !n.Strong || n.Year && !v.yearIsCount(n) {
				break
			}
			if v.time(k) != nil && !n.Strong {
				break
			}
			if u != nil && u.num == nil {
				u.num = n
			}
			j = max(n.first, floor)
			if n.FromTo {
				return j
			}
			continue
		}
		if s := v.state(k); s != nil {
			if u != nil && u.nat == nil {
				u.nat = s
			}
			j = max(s.first, floor)
			continue
		}
		w := v.low[k]
		if v.adjacentHyphen(k) && k-1 >= floor {
			j = k - 1
			continue
		}
		if w == "and" && k-1 >= floor && len(v.x.modifiers[v.low[j]]) > 0 && len(v.x.modifiers[v.low[k-1]]) > 0 {
			j = k - 1 // "search and rescue team"
			continue
		}
		switch p := v.pos[k]; {
		case v.time(k) != nil:
			return j
		case p == pNoun || p == pAdj || p == pProper || p == pNum:
			if w == "president" || w == "minister" || w == "government" && p == pNoun && j < head {
				return j
			}
			if p == pProper && u != nil {
				u.proper = true
			}
			j = k
		case (p == pPast || p == pIng) && (qualifying[w] || len(v.x.modifiers[w]) > 0):
			j = k
		case (p == pIng || p == pPast || p == pPrep || p == pAdv) && k-1 >= floor && v.adjacentHyphen(k-1):
			j = k // "peace-keeping force"
		case p == pPast && k-1 >= floor && (v.pos[k-1] == pDet || v.pos[k-1] == pNum || v.adjacentHyphen(k-1)):
			j = k
		case w == "more" || w == "most" || w == "further" || w == "fewer" || w == "so":
			if (w == "more" || w == "further") && u != nil && v.w(k+1) != "than" {
				u.more = true
			}
			j = k
		case w == "another" || w == "all" || w == "both" || w == "no":
			if u != nil {
				u.more = u.more || w == "another"
			}
			j = k
		default:
			if (w == "its" || w == "their" || w == "his" || w == "our" || w == "her" || w == "my" || w == "your" || w == "whose") && u != nil {
				u.poss = k
			}
			return j
		}
	}
	return j
}

// span is the end of the noun phrase that begins at i: the token behind its head.
func (v *view) right(i, end int) int {
	j := i
	for j < end && (v.pos[j] == pDet || v.w(j) == "all" || v.w(j) == "both") {
		j++
	}
	seen := false
	for steps := 0; j < end && steps < 25; steps++ {
		switch p := v.pos[j]; {
		case v.time(j) != nil && v.number(j) == nil, v.w(j) == "due" && v.w(j+1) == "to":
			return j
		case p == pAdv && !seen && j+1 < end && (v.pos[j+1] == pPast || v.pos[j+1] == pAdj) && strings.HasSuffix(v.low[j], "ly"):
			j++ // "this ethnically divided town"
		case nominalPos(p) || v.number(j) != nil:
			seen = true
			j++
		case v.adjacentHyphen(j):
			j++
		case p == pPoss && seen:
			j++
		case seen && nameParticles[v.low[j]] && j+1 < end && v.pos[j-1] == pProper && v.pos[j+1] == pProper && v.capital(j-1) && v.capital(j+1):
			j++ // "Correio do Sul"
		case seen && v.low[j] == "(" && j+3 < end && v.low[j+2] == ")" && v.pos[j-1] == pProper && v.pos[j+3] == pProper:
			j += 3 // "People's Liberation Army (PLA) Central Theater Command"
		case v.w(j) == "&" && seen:
			j++
		case (p == pIng || p == pPast) && (qualifying[v.low[j]] || len(v.x.modifiers[v.low[j]]) > 0) && j+1 < end && nominalPos(v.pos[j+1]):
			j++
		case (p == pPast || p == pIng || p == pPrep || p == pVerb) && j > i && v.adjacentHyphen(j-1):
			j++ // "water-bombing aircraft"
		case !seen && (p == pPast || p == pIng) && j > i && v.pos[j-1] == pDet && j+1 < end && nominalPos(v.pos[j+1]):
			j++
		case !seen && p == pPast && j+1 < end && nominalPos(v.pos[j+1]):
			j++
		default:
			return j
		}
	}
	return j
}

// units finds the bodies of people of a sentence.
func (v *view) units(s int) []unit {
	sn := v.t.Sentences[s]
	floor := sn.First
	if floor < v.body && v.body <= sn.Last {
		floor = v.body
	}
	var out []unit
	used := floor
	for i := floor; i < sn.Last; i++ {
		p, ok := v.person(i)
		if !ok || i < used {
			continue
		}
		if !v.isHead(i, sn.Last) {
			// "troop withdrawal", "military presence"
			if n := i + 1; n < sn.Last && v.x.nominals[v.low[n]] != "" && v.pos[n] != pVerb && (p.class == mass || p.class == strong || p.class == civil) {
				u := unit{head: i, class: p.class, poss: -1, next: -1, prev: -1, compound: n}
				u.first, u.last = v.left(i, used, &u), i+1
				u.kind = v.kindOf(&u, p)
				out = append(out, u)
				used = i + 1
			}
			continue
		}
		u := unit{head: i, class: p.class, poss: -1, next: -1, prev: -1, compound: -1}
		u.first, u.last = v.left(i, used, &u), i+1
		v.partitive(&u, used)
		v.extend(&u, sn.Last)
		u.kind = v.kindOf(&u, p)
		v.counted(&u, sn.Last)
		for k := u.first; k < u.last; k++ {
			switch v.low[k] {
			case "additional", "further", "extra", "another", "more", "reinforcements", "reinforcement":
				u.more = u.more || v.w(k+1) != "than"
			case "remaining", "first", "last", "other", "rest", "them":
				u.part = true
			}
		}
		if u.num != nil && u.num.Increment {
			u.more = true
		}
		if k := u.first - 1; k > floor && (v.low[k] == "a" || v.low[k] == "an") && v.low[k-1] == "them" || k >= floor && v.low[k] == "them" && v.w(k-1) == "among" {
			u.part = true // "among them a 700-strong battalion"
		}
		out = append(out, u)
		used = max(u.last, u.tail)
	}
	// Numbers that stand for a body.
	covered := func(i int) bool {
		for k := range out {
			if i >= out[k].first && i < out[k].last || out[k].num != nil && i >= out[k].num.first && i < out[k].num.last {
				return true
			}
		}
		return false
	}
	var nums []unit
	for i := floor; i < sn.Last; i++ {
		n := v.number(i)
		if n == nil || n.first != i || n.first < floor {
			continue
		}
		if n.Other || n.Year || n.Strong || v.time(i) != nil || covered(i) || !n.HasMin && !n.HasMax || n.HasMax && n.Max < 2 && !n.HasMin || n.HasMin && n.Min < 2 && n.HasMax && n.Max < 2 {
			i = n.last - 1
			continue
		}
		j := n.last
		if v.w(j) == "more" || v.w(j) == "others" || v.w(j) == "additional" || v.w(j) == "further" || v.w(j) == "extra" {
			j++
		}
		u := unit{first: n.first, last: j, head: n.last - 1, class: generic, num: n, numeric: true, poss: -1, next: -1, prev: -1, compound: -1}
		u.more = n.Increment || j > n.last
		if w := v.w(n.first - 1); w == "including" || w == "them" && v.w(n.first-2) == "among" {
			u.part = true
		}
		if v.w(n.first-1) == "further" || v.w(n.first-1) == "another" || v.w(n.first-1) == "additional" {
			u.more = true
		}
		if v.w(j) == "of" && (v.w(j+1) == "them" || v.w(j+1) == "these" || v.w(j+1) == "those" || v.w(j+1) == "whom") {
			j += 2
			u.last = j
			u.part = true
		}
		if v.w(n.first-1) == "first" || v.w(n.first-1) == "last" || v.w(n.first-1) == "remaining" {
			u.part = true
			u.first--
		}
		ok := j >= sn.Last
		if !ok {
			switch v.pos[j] {
			case pMark, pVerb, pAux, pModal, pConj, pWh, pTo, pAdv, pSub, pPast:
				ok = !v.adjacentHyphen(j) && v.low[j] != "%" && v.low[j] != "/" && v.low[j] != ":"
			case pPrep:
				ok = v.low[j] != "per" && v.low[j] != "of"
			}
		}
		// Behind a preposition of time or place a bare figure is no body: "by 2011", "from 6 to 10".
		if ok && !u.part {
			out2 := v.w(n.first - 1)
			if out2 == "no." || out2 == "number" && false || out2 == "aged" || out2 == "age" || out2 == "article" || out2 == "resolution" || out2 == "chapter" {
				ok = false
			}
		}
		if ok {
			nums = append(nums, u)
		}
		i = n.last - 1
	}
	for k := 0; k < len(nums); k++ {
		if !nums[k].num.FromTo {
			continue
		}
		for x := len(out) - 1; x >= 0; x-- {
			if out[x].last <= nums[k].first && out[x].num == nil {
				out[x].num = nums[k].num
				nums = append(nums[:k], nums[k+1:]...)
				k--
				break
			}
		}
	}
	for i := range v.states {
		s := &v.states[i]
		if s.form != stNoun || s.first < floor || s.last > sn.Last || v.pos[s.first] == pAdj && false {
			continue
		}
		n := v.number(s.first - 1)
		if n == nil || n.last != s.first || n.Other || covered(s.first) || covered(n.first) || s.last < sn.Last && nominalPos(v.pos[s.last]) {
			continue
		}
		nums = append(nums, unit{first: n.first, last: s.last, head: s.last - 1, class: generic, kind: "other", num: n, nat: s, poss: -1, next: -1, prev: -1, compound: -1})
	}
	if len(nums) > 0 {
		out = append(out, nums...)
		sortUnits(out)
	}
	for i := 1; i < len(out); i++ {
		// "its garrison in Cyprus from 4,500 to 3,000 soldiers": one body, its new total
		if n := out[i].num; n != nil && n.FromTo && n.last <= out[i].head && out[i-1].num == nil && out[i-1].compound < 0 && out[i].first-out[i-1].last < 12 {
			out[i].lead, out[i].leadEnd = out[i-1].first+1, out[i-1].last
			if out[i].nat == nil {
				out[i].nat = out[i-1].nat
			}
			out[i].poss = out[i-1].poss
			if out[i-1].kind == "peacekeepers" {
				out[i].kind = "peacekeepers"
			}
			out[i-1].joined = true
		}
	}
	v.coordinate(out, sn.Last)
	return out
}

func sortUnits(u []unit) {
	for i := 1; i < len(u); i++ {
		for j := i; j > 0 && u[j].first < u[j-1].first; j-- {
			u[j], u[j-1] = u[j-1], u[j]
		}
	}
}

// partitive draws in what stands before "of": "hundreds of its fighters".
func (v *view) partitive(u *unit, floor int) {
	for range 2 {
		k := u.first - 1
		for k > floor && (v.pos[k] == pDet) && v.w(k) != "whose" {
			k--
		}
		if k <= floor || v.w(k) != "of" {
			return
		}
		h := k - 1
		if v.low[h] == `"` || v.low[h] == "”" || v.low[h] == "''" {
			h--
		}
		if h < floor {
			return
		}
		if n := v.number(h); n != nil && !n.Year && !n.Other {
			if u.num == nil {
				u.num = n
			}
			u.first = max(n.first, floor)
			// "the first 60 of its"
			continue
		}
		if v.number(h) == nil && !collectives[v.low[h]] || v.x.nominals[v.low[h]] != "" {
			return
		}
		if _, person := v.person(h); person {
			return // told as the head itself, see extend
		}
		var w unit
		w.poss = -1
		u.first = v.left(h, floor, &w)
		if u.num == nil {
			u.num = w.num
		}
		if u.nat == nil {
			u.nat = w.nat
		}
		if u.poss < 0 {
			u.poss = w.poss
		}
	}
}

// extend draws in what stands behind "of": "team of doctors", "battalion of
// about 600", "members of the National Defence Force".
func (v *view) extend(u *unit, end int) {
	for range 3 {
		j := u.last
		if j < end && v.w(j) == "of" {
			k := j + 1
			for k < end && v.pos[k] == pDet {
				k++
			}
			if n := v.number(k); n != nil && !n.Year && !n.Other {
				if n.last < end && (nominalPos(v.pos[n.last]) || v.w(n.last) == "of") {
					// a phrase with a noun
				} else {
					u.num = n
					u.last = n.last
					continue
				}
			}
			e := v.right(k, end)
			h := -1
			for x := e - 1; x >= k; x-- {
				if _, ok := v.person(x); ok {
					h = x
					break
				}
			}
			if h >= 0 && h == e-1 && (u.class == formation || u.class == neutral || u.class == generic || u.class == mass) {
				q, _ := v.person(h)
				var w unit
				w.poss = -1
				v.left(h, k, &w)
				if w.num != nil {
					u.num = w.num
				}
				if u.nat == nil {
					u.nat = w.nat
				}
				if u.class == neutral || u.class == generic || u.class == formation && (q.class != mass && q.class != formation) {
					inner := unit{first: k, last: h + 1, head: h, class: q.class}
					u.including = v.kindOf(&inner, q)
				}
				u.proper = u.proper || w.proper
				if w.proper && u.of == [2]int{} {
					u.of = [2]int{k, e}
				}
				u.last = h + 1
				if u.class == generic || u.class == neutral {
					u.of = [2]int{k, e}
				}
				continue
			}
			if s := v.state(e - 1); s != nil && s.form == stNoun && (u.class == neutral || u.class == generic || u.class == formation) && e > k {
				// "a first group of 96 Cubans"
				if n := v.number(k); n != nil {
					u.num = n
				}
				u.nat = s
				u.last = e
				return
			}
			if e > k && (v.pos[e-1] == pProper || v.state(e-1) != nil || v.pos[k] == pProper) && u.of == [2]int{} {
				u.of = [2]int{k, e}
				if u.class == generic || u.class == neutral {
					u.last = e
					if h >= 0 {
						q, _ := v.person(h)
						inner := unit{first: k, last: h + 1, head: h, class: q.class}
						u.including = v.kindOf(&inner, q)
					}
				}
			}
		}
		return
	}
}

// counted finds a number told behind: "numbering 240", "which is composed of
// 41 members", "a total of more than 120".
func (v *view) counted(u *unit, end int) {
	if (u.class == formation || u.class == neutral) && u.num != nil && !u.num.Strong && u.num.last <= u.head {
		u.num = nil // formations are not counted
	}
	if u.num != nil {
		return
	}
	// "put at about 50 the number of Russian mercenaries"
	for k := u.first; k < u.head; k++ {
		if v.low[k] == "number" && v.w(k+1) == "of" {
			b := k - 1
			for b > 0 && v.pos[b] == pDet {
				b--
			}
			if n := v.number(b); n != nil && !n.Year && !n.Other {
				u.num = n
				return
			}
		}
	}
	j := u.last
	for steps := 0; j < end && steps < 5; steps++ {
		switch w := v.low[j]; w {
		case ",", "which", "is", "are", "was", "were", "that", "(", "all", "with", "being":
			j++
			continue
		case "numbering", "totaling", "totalling", "comprising", "includes", "comprises", "numbered", "some":
			if n := v.number(j + 1); n != nil && !n.Other && !n.Year {
				u.num = n
			} else if n := v.number(j); n != nil && w == "some" && !n.Year && !n.Other && steps > 0 && v.w(n.last) == "in" {
				u.num = n
			}
			return
		case "consisting", "composed", "consists", "made", "comprised":
			k := j + 1
			if v.w(k) == "up" {
				k++
			}
			if v.w(k) == "of" {
				if n := v.number(k + 1); n != nil && !n.Other && !n.Year {
					u.num = n
					if e := v.right(n.last, end); e > n.last {
						if q, ok := v.person(e - 1); ok && u.kind == "other" && q.class != generic {
							inner := unit{first: n.last, last: e, head: e - 1, class: q.class}
							u.kind = v.kindOf(&inner, q)
						}
						u.tail = e
					}
				}
			}
			return
		}
		if n := v.number(j); n != nil && steps > 0 && v.low[j-1] == "(" && v.w(n.last) == ")" && !n.Year && !n.Other {
			u.num = n
		}
		if n := v.number(j); n != nil && steps == 1 && v.low[j-1] == "," && !n.Year && !n.Other && (u.class == formation || u.class == neutral) {
			// "the first contingent of shock brigade members, more than 3,600 youths"
			u.num = n
			e := v.right(n.last, end)
			if e > n.last {
				if _, ok := v.person(e - 1); ok {
					u.last = e
				}
			}
		}
		return
	}
}

// kindOf is the kind of a body by its head, its modifiers and its members.
func (v *view) kindOf(u *unit, p person) string {
	head := v.w(u.head)
	kind := p.kind
	if u.including != "" && u.including != "other" {
		kind = u.including
		if u.class == neutral || u.class == generic || u.class == formation {
			return v.mission(u, kind)
		}
	}
	civilian := false
	for k := u.first; k < u.last; k++ {
		if k == u.head {
			continue
		}
		w := v.low[k]
		civilian = civilian || w == "federal" || w == "civilian" || w == "embassy"
		for _, m := range v.x.modifiers[w] {
			if m.heads != nil && !m.heads[head] || m.kind == "*" {
				continue
			}
			if u.class == strong && p.kind != "troops" && m.heads == nil {
				continue // "army medics" stay what they are
			}
			if u.class == civil && m.heads == nil && (p.kind == "medics" || p.kind == "engineers" || p.kind == "advisers") && m.kind != "medics" && m.kind != "peacekeepers" {
				continue
			}
			kind = m.kind
		}
		if q, ok := v.x.people[w]; ok && k < u.head && q.class != noClass && (u.class == neutral || u.class == formation || u.class == generic) && q.kind != "other" && q.class != generic && q.class != neutral && (kind == "other" || u.class != generic) {
			if len(v.x.modifiers[w]) == 0 && (q.class == strong || q.class == civil || q.class == mass) {
				kind = q.kind
			}
		}
	}
	if head == "personnel" && civilian && kind == "troops" {
		kind = "workers"
	}
	if u.class == neutral && kind == "other" {
		for k := u.first; k < u.last; k++ {
			switch v.low[k] {
			case "strike", "carrier", "expeditionary", "amphibious", "airborne", "army", "military", "infantry", "armoured", "armored", "combat", "battle", "tank", "artillery", "naval", "marine", "task", "guard", "defence", "defense":
				kind = "troops"
			}
		}
	}
	return v.mission(u, kind)
}

// mission makes soldiers of a peace mission peacekeepers.
func (v *view) mission(u *unit, kind string) string {
	if kind != "troops" {
		return kind
	}
	for k := u.first; k < u.last; k++ {
		if unWords[v.low[k]] || v.low[k] == "united" && v.w(k+1) == "nations" || v.low[k] == "african" && v.w(k+1) == "union" {
			return "peacekeepers"
		}
	}
	return kind
}

// coordinate joins bodies named together.
func (v *view) coordinate(us []unit, end int) {
	for i := 0; i+1 < len(us); i++ {
		a := &us[i]
		b := &us[i+1]
		if a.compound >= 0 || b.compound >= 0 && !a.numeric {
			if a.compound >= 0 {
				continue
			}
		}
		j := a.last
		sep := 0
		for j < b.first && j < end && j-a.last < 6 {
			w := v.low[j]
			switch {
			case w == "and" || w == "or" || w == "," || w == "as" || w == "well" || w == "plus" || w == "&" || w == "along" || w == "with" || w == "together" || w == "including" || w == ";":
				sep++
			case v.pos[j] == pDet && sep > 0 && w != "all":
			default:
				sep = -100
			}
			j++
		}
		if sep <= 0 || j < b.first {
			continue
		}
		including := false
		for k := a.last; k < b.first; k++ {
			including = including || v.low[k] == "including"
		}
		if including {
			if a.kind == "other" || (v.w(a.head) == "personnel" || v.w(a.head) == "staff" || v.w(a.head) == "team" || v.w(a.head) == "teams") && b.num == nil {
				a.kind = b.kind
			}
			if b.num == nil {
				b.joined = true
				a.next = -1
				// what is listed behind belongs to the list
				for k := i + 2; k < len(us) && us[k].first-us[k-1].last <= 2 && us[k].num == nil; k++ {
					us[k].joined = true
				}
				continue
			}
		}
		_ = a
		and := false
		for k := a.last; k < b.first; k++ {
			and = and || v.low[k] == "and" || v.low[k] == "or" || v.low[k] == "&" || v.low[k] == "plus"
		}
		if !and && (i+2 >= len(us) || us[i+2].first-b.last > 3) {
			continue // a comma alone begins another clause
		}
		separate := b.num != nil || b.nat != nil && (a.nat != nil || a.proper) && !sameNat(a, b) ||
			b.proper && b.nat == nil && a.nat != nil && a.kind != b.kind && b.kind != "police" || b.poss >= 0 && v.pos[b.poss] == pPoss
		if b.num != nil && b.num.first > b.head && a.num == nil {
			separate = false // "technicians and welders numbering 240"
			a.num = b.num
		}
		if b.num != nil && b.numeric && a.num == nil {
			separate = true
		}
		if !separate {
			k := i
			for us[k].joined && k > 0 {
				k--
			}
			us[k].last = b.last
			b.joined = true
			if us[k].kind == "other" {
				us[k].kind = b.kind
			}
			continue
		}
		k := i
		for us[k].joined && k > 0 {
			k--
		}
		us[k].next = i + 1
		b.prev = k
	}
}

func sameNat(a, b *unit) bool {
	return a.nat != nil && b.nat != nil && a.nat.states[0] == b.nat.states[0] || a.nat == nil && b.nat == nil && !(a.proper && b.proper)
}
