package deployment

var destPreps = set("to into in at on onto across along near around outside inside throughout over toward towards off between aboard")

// crossed are heads of what is crossed on the way.
var crossed = set("river border borders frontier pass strait sea line bridge desert mountains gulf canal demarcation")

// places finds where a body goes, stands and comes from.
func (st *story) places(d *draft, us []unit) {
	v, u, f := st.v, &d.u, &d.f
	sn := v.t.Sentences[d.s]
	floor := st.floor(d.s)
	end := sn.Last
	// Behind the last of a row of bodies, so that all share what follows.
	last := u.last
	for k := u.next; k >= 0; k = us[k].next {
		last = max(last, us[k].last)
	}
	from := max(last, f.tail)
	if f.trig < u.first && !f.noun {
		from = max(last, 0)
	}
	leaving := d.action == "withdraw"
	standing := d.action == "present"

	take := func(prep string, p span, attached bool) {
		if prep == "bound" {
			prep = "to"
		}
		switch {
		case prep == "from":
			if attached && f.trig > last && !f.object && leaving {
				return // who fields them
			}
			if leaving || f.move&(mLeave|mPull) != 0 {
				if !d.origin.ok() {
					d.origin = p
				}
				return
			}
			if attached && (v.stateOf(p) && d.u.nat == nil || v.orgLike(p) && !placeNouns[v.low[p.last-1]] || v.hasAnyState(p) && v.state(p.first) != nil && v.state(p.first).form == stAdjective && p.last > v.state(p.first).last && !placeNouns[v.low[p.last-1]] && v.pos[p.last-1] == pProper) && !standing {
				if !d.sender.ok() {
					d.sender = p
				}
				return
			}
			if !d.origin.ok() && !v.sameActor(p, d.sender) {
				d.origin = p
			}
		case leaving && d.f.home && prep == "in" && !d.destination.ok() && d.f.move == mLeave && beForms[v.w(d.f.trig)]:
			d.destination = p
		case leaving && (prep == "in" || prep == "at" || prep == "on" || prep == "near" || prep == "across" || prep == "along" || prep == "around" || prep == "inside"):
			if !d.origin.ok() && !d.destination.ok() {
				d.origin = p
			}
		default:
			if !d.destination.ok() {
				d.destination = p
			}
		}
		d.place = true
	}
	if f.rule == "composition" {
		for k := f.trig; k > floor; k-- {
			if v.low[k] == "to" || v.low[k] == "in" {
				if p, ok := v.placeSpan(k+1, f.trig); ok && v.named(p) {
					d.destination, d.place = p, true
					break
				}
			}
		}
	}
	if f.rule == "asked" {
		// who asks is who they are to go to
		if s, _ := v.control(f.g, floor, 5); s.ok() {
			if v.pos[s.first] == pPron || v.anaphor(s) {
				s = st.antecedent(s, d)
			}
			for k := s.first; k < s.last; k++ {
				if m := v.state(k); m != nil {
					d.destination = span{m.first, m.last}
				}
			}
		}
	}
	if v.bringsIn(d) && f.object && d.f.rule == "object" {
		if s, _ := v.control(f.g, floor, 5); s.ok() {
			if v.pos[s.first] == pPron {
				s = st.antecedent(s, d)
			}
			if s.ok() && v.stateOf(s) && u.nat != nil {
				d.destination, d.place = span{s.first, v.state(s.first).last}, true
			}
		}
	}
	if u.lead > 0 {
		// "an increase of the UN force in Mali from 500 to 900 soldiers"
		st.scan(d, u.leadEnd, u.first, func(prep string, p span) { take(prep, p, true) }, false)
	}
	// The object of entering, leaving, reaching.
	if f.move&(mEnter|mQuit) != 0 && !f.noun {
		if p, ok := v.placeSpan(f.tail, end); ok && v.x.verbs[v.low[f.trig]].lemma == "cross" && crossed[v.low[p.last-1]] {
			d.place = true // what is crossed is not where they go
			from = max(from, p.last)
		} else if ok {
			if f.move&mEnter != 0 {
				d.destination = p
			} else {
				d.origin = p
			}
			d.place = true
			from = max(from, p.last)
		}
	}
	if f.move&mLeave != 0 && !f.noun {
		// "left Zhengzhou for South Sudan", "leave the country"
		if p, ok := v.placeSpan(f.trig+1, end); ok && v.x.verbs[v.low[f.trig]].plain&mQuit != 0 {
			d.origin = p
			d.place = true
			from = max(from, p.last)
		}
	}
	// What hangs on the body itself: "troops in Iraq", "soldiers from Australia".
	if f.trig > last {
		st.scan(d, last, f.g.startOr(f.trig), func(prep string, p span) {
			if prep == "from" || leaving || standing {
				take(prep, p, true)
				return
			}
			if prep == "bound" {
				take("to", p, true)
			}
		}, false)
	}
	// Behind it: first its own clause, then what stands before the clause, then what it is to do there.
	behind := func(prep string, p span) { take(prep, p, f.trig < u.first || prep != "from" || f.rule == "compound") }
	st.scan(d, from, end, behind, false)
	// Before a participle's own: "in Latvia, our soldiers are stationed"
	if !d.destination.ok() && !d.origin.ok() || !d.destination.ok() && !leaving {
		start := floor
		for start < u.first && (v.pos[start] == pConj || v.pos[start] == pAdv || v.low[start] == "," || v.time(start) != nil && v.pos[start] != pPrep) {
			start++
		}
		if start+1 < end && (locationPreps[v.low[start]]) {
			if p, ok := v.placeSpan(start+1, end); ok && p.last < u.first && (v.w(p.last) == "," || p.last == u.first || v.pos[p.last] == pNum || v.pos[p.last] == pDet) {
				take(v.low[start], p, false)
			}
		}
	}
	st.here(d, from, end)
	if !d.destination.ok() && !leaving {
		st.scan(d, from, end, behind, true)
	}
	// "Romania, where Polish soldiers are deployed"
	if w := v.whereBefore(min(f.first, max(f.trig, 0)), floor); !d.destination.ok() && !leaving && w >= 0 {
		k := w - 1
		if v.w(k) == "," {
			k--
		}
		if p, ok := v.phrase(k, floor); ok && v.named(p) {
			n := v.nounLeft(k, floor)
			d.destination, d.place = span{n, k + 1}, true
		}
	}
}

func (g group) startOr(k int) int {
	if g.ok && g.start > 0 && g.start <= k {
		return g.start
	}
	return k
}

func (v *view) stateOf(p span) bool {
	m := v.state(p.first)
	return m != nil && m.form != stCapital && m.form != stAdjective
}

func (v *view) sameActor(a, b span) bool {
	if !a.ok() || !b.ok() {
		return false
	}
	for k := a.first; k < a.last; k++ {
		x := v.state(k)
		if x == nil {
			continue
		}
		for j := b.first; j < b.last; j++ {
			if y := v.state(j); y != nil && x.states[0] == y.states[0] {
				return true
			}
		}
	}
	return a == b
}

var leavingVerb = set("return move fly go head travel withdraw")

// scan walks the prepositional phrases from token j on and gives the places
// to take, until the clause ends.
func (st *story) scan(d *draft, j, end int, take func(string, span), purpose bool) {
	v := st.v
	verbs := 0
	for steps := 0; j < end && steps < reach; steps++ {
		w := v.low[j]
		p := v.pos[j]
		if t := v.time(j); t != nil && t.first == j && v.number(j) == nil && t.last > j {
			j = t.last
			continue
		}
		switch {
		case w == ";" || w == ":" && steps > 0 || p == pWh || w == "--" || w == "—":
			if p == pWh && (w == "where" || w == "which" || w == "who") && purpose {
				return
			}
			return
		case p == pSub && (w != "that"):
			return
		case p == pSub:
			return
		case w == "after" || w == "before" || w == "amid" || w == "following" || w == "during" || w == "since" || w == "despite" || w == "until" || w == "against" || w == "as" && v.w(j+1) != "part" && v.w(j+1) != "reinforcements" && v.w(j+1) != "a" || w == "because":
			return
		case w == "as":
			// "as part of NATO's response", "as reinforcements": skip
			if v.w(j+1) == "part" {
				j += 3
				continue
			}
			j = max(v.right(j+1, end), j+1)
			continue
		case w == "," || p == pConj:
			// A new clause ends the search; a list or an insertion does not.
			k := j + 1
			for k < end && (v.pos[k] == pAdv || v.pos[k] == pConj || v.time(k) != nil && v.number(k) == nil) {
				k++
			}
			if k+1 < end && p == pConj && leavingVerb[v.x.verbs[v.low[k]].lemma] && (v.low[k+1] == "to" || v.low[k+1] == "back" || v.low[k+1] == "home") {
				j = k + 1 // "pulled out and returned to base"
				continue
			}
			if k+1 < end && p == pConj && (v.pos[k] == pVerb || v.pos[k] == pIng) && (v.low[k+1] == "them" || v.low[k+1] == "it") && v.x.verbs[v.low[k]].lemma != "" {
				j = k + 2 // "out of Okinawa and move them to Guam"
				continue
			}
			if k < end && (v.pos[k] == pIng || v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pAux || v.pos[k] == pModal || v.pos[k] == pSub) {
				return
			}
			if k < end && (destPreps[v.low[k]] || v.low[k] == "from") {
				j = k
				continue
			}
			// "and X said": a clause of its own
			if k < end && (nominalPos(v.pos[k]) || v.pos[k] == pDet || v.pos[k] == pPron) {
				e := v.right(k, end)
				if v.pos[k] == pPron {
					e = k + 1
				}
				b := v.behind(e, end)
				if e < end && b >= 0 && b < end && (v.pos[b] == pVerb || v.pos[b] == pAux || v.pos[b] == pModal || v.pos[b] == pPast) && b-e < 8 {
					return
				}
				j = max(e, k)
				continue
			}
			j = k
			continue
		case p == pModal || p == pAux && steps > 0 && verbs == 0 && !purpose:
			return
		case p == pTo && j+1 < end && (v.pos[j+1] == pVerb || v.pos[j+1] == pAux):
			if !purpose {
				return
			}
			verbs++
			j += 2
			continue
		case w == "out" && v.w(j+1) == "of":
			if pl, ok := v.placeSpan(j+2, end); ok {
				take("from", pl)
				j = pl.last
				continue
			}
			j += 2
			continue
		case w == "back" || w == "home" || p == pAdv || p == pPart:
			if w == "abroad" || w == "overseas" {
				take("to", span{j, j + 1})
			}
			if w == "south" || w == "north" {
				if pl, ok := v.placeSpan(j, end); ok {
					take("to", pl)
					j = pl.last
					continue
				}
			}
			j++
			continue
		case w == "north" || w == "south" || w == "east" || w == "west":
			if pl, ok := v.placeSpan(j, end); ok && v.w(j+1) == "of" {
				take("to", pl)
				j = pl.last
				continue
			}
			j++
			continue
		case v.number(j) != nil && (w == "at" || w == "over" || w == "around" || w == "between" || w == "from" || w == "near" || w == "in"):
			j = max(v.number(j).last, j+1) // "at least nine"
			continue
		case (w == "help" || w == "assist" || w == "support" || w == "aid" || w == "defend") && verbs > 0 && v.state(j+1) != nil && v.state(j+1).form != stAdjective:
			m := v.state(j + 1)
			take("in", span{m.first, m.last})
			j = m.last
			continue
		case w == "outside" && v.w(j+1) == "of":
			if pl, ok := v.placeSpan(j+2, end); ok {
				take("outside", pl)
				j = pl.last
				continue
			}
			j += 2
			continue
		case w == "between" || destPreps[w] || w == "from" || w == "for" || w == "within":
			if v.time(j) != nil && !(v.time(j).first > j) && v.pos[j+1-1] == pPrep && v.time(min(j+1, end-1)) != nil {
				j = max(v.time(j).last, j+1)
				continue
			}
			if w == "for" {
				m := d.f.move
				lemma := v.x.verbs[v.low[d.f.trig]].lemma
				ok := m&mLeave != 0 || lemma == "bind" || lemma == "ship" || lemma == "set" || lemma == "fly" || lemma == "head" || lemma == "leave" || lemma == "depart" || lemma == "sail" || lemma == "embark" || v.w(j-1) == "bound" || v.w(j-1) == "destined" || d.f.noun && d.f.weak
				if !ok {
					j++
					continue
				}
			}
			if w == "from" && (v.w(j+1) == "across" || v.w(j+1) == "around" || v.w(j+1) == "throughout") {
				j += 2
				continue
			}
			if pl, ok := v.placeSpan(j+1, end); ok {
				prep := w
				if w == "for" {
					prep = "to"
					if v.w(j-1) == "bound" || v.w(j-1) == "destined" {
						prep = "bound"
					}
				}
				if verbs > 0 && (w == "to" || w == "from") {
					j = pl.last
					continue
				}
				take(prep, pl)
				j = pl.last
				continue
			}
			// "in response to Mali's rulers": nothing of it is where they go
			if e := v.right(j+1, end); e > j+1 && noPlace[v.low[e-1]] && v.pos[e-1] == pNoun && (v.w(e) == "to" || v.w(e) == "of" || v.w(e) == "with") && v.low[e-1] != "part" && v.pos[min(e+1, end-1)] != pVerb && w == "in" {
				j = max(v.right(e+1, end), e+1)
				continue
			}
			j++
			continue
		}
		if t := v.time(j); t != nil && t.last > j {
			j = t.last
			continue
		}
		if (p == pVerb || p == pPast) && v.x.speech[w]&sSay != 0 {
			return
		}
		j++
	}
}

// here reads "here", "there", "the country" and the like.
func (st *story) here(d *draft, from, end int) {
	v := st.v
	lo := max(min(from, d.u.last), 0)
	if !d.destination.ok() && !d.origin.ok() {
		for k := lo; k < min(from+12, end); k++ {
			if v.low[k] == "there" && v.w(k+1) != "is" && v.w(k+1) != "are" {
				if p := st.placeBefore(min(k, d.u.first), d, false, false); p.ok() {
					if d.action == "withdraw" {
						d.origin = p
					} else {
						d.destination = p
					}
					d.place = true
				}
				break
			}
			if v.pos[k] == pSub || v.low[k] == ";" {
				break
			}
		}
	}
	if st.v.here >= 0 {
		for k := max(from-2, 0); k < min(from+12, end); k++ {
			if v.low[k] == "here" && !(k > 0 && v.x.speech[v.low[k-1]]&sSay != 0) {
				p := span{v.here, v.hereEnd}
				if d.action == "withdraw" || d.f.move&(mLeave|mQuit) != 0 {
					if !d.origin.ok() {
						d.origin = p
					}
				} else if !d.destination.ok() {
					d.destination = p
				}
				d.place = true
				break
			}
			if v.pos[k] == pSub || v.low[k] == ";" {
				break
			}
		}
	}
}
