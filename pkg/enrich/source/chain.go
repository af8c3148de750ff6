package source

import "slices"

// This file holds what the language decides without learning: who relays
// whom, and which attribution carries which.

// window is how many attributions before and after one are looked at for its
// carriers: it bounds the work on texts of nothing but quotations.
const window = 60

// relay rewrites the cues by which one source passes another on:
//
//	X reported S, citing Y        citing: Y says S, carried by X's report
//	X quoted Y as saying S        saying: Y says S, carried by X's quoting
//	Y was quoted as saying S by X the same
//	Y said S in remarks carried by X   carried: X has S, and carries Y's saying
func (e *engine) relay(v *view, all []found, z *scratch) []found {
	all = slices.DeleteFunc(all, func(f found) bool {
		return v.n[f.cue].pos == posVerb && hides(v, f.cue, v.t.Sentences[v.t.Tokens[f.cue].Sentence].Last)
	})
	n := len(all)
	for k := range n {
		f := &all[k]
		c := f.cue
		if v.n[c].flags&flagRelay == 0 || !v.endsIn(c, "ing") || v.asSaying(c) >= 0 {
			continue
		}
		host := v.host(all[:n], k)
		obj := v.object(c)
		if host >= 0 && obj >= 0 && v.citable(obj) {
			e.between(v, &all[host], c, z)
			f.src = sourceCand{head: obj, span: v.phrase(obj, c)}
			f.who = span{}
			f.contents = all[host].contents
			f.via = host
			f.rule = "citing"
		}
	}
	all = quotedAs(v, all)
	all = carried(v, all)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return all[a].cue - all[b].cue })
	place := make([]int, len(all))
	sorted := make([]found, len(all))
	for at, i := range order {
		place[i] = at
		sorted[at] = all[i]
	}
	for i := range sorted {
		if sorted[i].via >= 0 {
			sorted[i].via = place[sorted[i].via]
		}
	}
	trimTails(v, sorted)
	trimJoined(v, sorted)
	return dropEmpty(sorted)
}

// trimJoined cuts a content where the same sayer goes on with another cue
// ("called it a success and added that …"), and where the clause of who
// carries it begins ("plans to send 250 tailors, an official said").
func trimJoined(v *view, all []found) {
	for k := range all {
		f := &all[k]
		for j := max(0, k-window); j < min(len(all), k+window); j++ {
			g := &all[j]
			if j == k || g.cue <= f.cue || v.t.Tokens[g.cue].Sentence != v.t.Tokens[f.cue].Sentence {
				continue
			}
			at := -1
			switch {
			case f.src.head >= 0 && g.src.head == f.src.head && f.src.head < f.cue:
				// Back over what belongs to the second verb, to the conjunction.
				for i := g.cue - 1; i > f.cue && i >= g.cue-4; i-- {
					if v.n[i].pos == posConj {
						at = i
						break
					}
					if v.n[i].pos != posAdv && v.n[i].pos != posModal && v.n[i].pos != posVerb && v.n[i].pos != posTo {
						break
					}
				}
			case g.src.head > f.cue && holds(g, f.cue) && !holds(g, g.cue):
				at = min(g.src.span.lo, g.cue)
			}
			if at < 0 {
				continue
			}
			for x := range f.contents {
				if s := &f.contents[x]; s.has(at) && s.lo < at && v.n[at].quote == v.n[f.cue].quote {
					*s = v.clip(span{s.lo, at})
				} else if s.lo >= at && s.lo <= g.cue && s.hi > g.cue && v.n[s.lo].quote == v.n[f.cue].quote {
					*s = span{}
				}
			}
			f.contents = slices.DeleteFunc(slices.Clone(f.contents), span.empty)
		}
	}
}

// goesOn gives the participle of "X confirmed Wednesday, saying S" the sayer
// of the verb before it, when nothing but the time stands between them.
func goesOn(v *view, before, f *found) {
	c := f.cue
	if v.n[c].flags&flagSay == 0 || !v.endsIn(c, "ing") || c < 2 || v.t.Surface(c-1) != "," || before.src.head < 0 {
		return
	}
	if v.n[before.cue].flags&flagSay == 0 || v.t.Tokens[before.cue].Sentence != v.t.Tokens[c].Sentence {
		return
	}
	end := before.cue + 1
	if before.src.head > before.cue && before.src.span.lo-end <= 2 {
		end = before.src.span.hi
	}
	if v.skipTime(end, c) == c-1 {
		f.src, f.who = before.src, before.who
	}
}

// between mends the host of "X, citing Y, said S" where the parse has missed
// that X is who said it.
func (e *engine) between(v *view, host *found, c int, z *scratch) {
	o := host.cue
	if o < c || c < 2 || v.t.Surface(c-1) != "," || v.t.Surface(o-1) != "," {
		return
	}
	h := v.before(c - 1)
	if h < 0 || host.src.head >= 0 && host.src.back == 0 && host.src.span.has(h) {
		return
	}
	src := sourceCand{head: h, span: v.phrase(h, c)}
	if f, ok := e.withSource(v, o, src, z); ok {
		host.src, host.who, host.contents = f.src, span{}, f.contents
	}
}

// asSaying finds the participle of "quoted … as saying" behind the verb at c,
// -1 for none.
func (v *view) asSaying(c int) int {
	sent := v.t.Sentences[v.t.Tokens[c].Sentence]
	for i := c + 1; i+1 < min(sent.Last, c+24); i++ {
		if v.n[i].low == hashAs && v.n[i+1].flags&flagSay != 0 && v.endsIn(i+1, "ing") {
			return i + 1
		}
	}
	return -1
}

// quotedAs makes two attributions of "X quoted Y as saying S": X has the
// quotation, and Y's saying is carried by it. Where nobody is told who
// quotes, "Y was quoted as saying S" is Y's alone.
func quotedAs(v *view, all []found) []found {
	at := map[int]int{}
	for i := range all {
		at[all[i].cue] = i
	}
	for s := range v.t.Sentences {
		if !v.ready[s] {
			continue
		}
		sent := v.t.Sentences[s]
		for c := sent.First; c < sent.Last; c++ {
			if v.n[c].flags&flagRelay == 0 || v.n[c].pos != posVerb {
				continue
			}
			k := v.asSaying(c)
			if k < 0 {
				continue
			}
			// Who quotes and who is quoted.
			subj, _ := v.subject(c)
			agent, obj := v.agent(c), v.object(c)
			if obj > k {
				obj = -1
			}
			passive := v.child(c, relAuxPass) >= 0 || v.child(c, relSubjPass) >= 0 || agent >= 0 && obj < 0
			if subj >= 0 && v.quotedAway(subj, c) || subj == obj {
				subj = v.before(c)
			}
			quoter, sayer := subj, obj
			if passive {
				quoter, sayer = agent, subj
			}
			if sayer < 0 {
				continue
			}
			contents := v.saidAs(c, k, quoter, sayer)
			if len(contents) == 0 {
				continue
			}
			set := func(cue, src int) int {
				i, ok := at[cue]
				if !ok {
					i = len(all)
					at[cue] = i
					all = append(all, found{v: v, cue: cue, via: -1, ref: -1, score: 0.8, sure: 1, cueSpan: v.cueSpan(cue)})
				}
				f := &all[i]
				f.src = sourceCand{head: src, span: v.phrase(src, cue)}
				f.who, f.contents, f.rule = span{}, contents, "quoted as saying"
				return i
			}
			if quoter < 0 {
				i := set(c, sayer)
				all[i].cueSpan = []span{{c, c + 1}, {k - 1, k + 1}}
				if j, ok := at[k]; ok {
					all[j].contents = nil // the same saying again
				}
				continue
			}
			i := set(c, quoter)
			j := set(k, sayer)
			all[j].via = i
		}
	}
	return dropEmpty(all)
}

// before is the nearest noun or pronoun before the verb at c that stands
// outside of quotations, -1 for none.
func (v *view) before(c int) int {
	first := v.t.Sentences[v.t.Tokens[c].Sentence].First
	for i := c - 1; i >= max(first, c-12); i-- {
		if n := &v.n[i]; n.quote != v.n[c].quote || v.loose(i) {
			return -1
		} else if n.pos == posNoun || n.pos == posName || n.pos == posPron {
			return i
		}
	}
	return -1
}

// saidAs is what was said in "X quoted Y as saying": what follows, else what
// stands before the one who quotes.
func (v *view) saidAs(c, k, quoter, sayer int) []span {
	sent := v.t.Sentences[v.t.Tokens[c].Sentence]
	after := v.clip(span{v.skipTime(k+1, sent.Last), sent.Last})
	if after.hi-after.lo >= 3 && v.n[k+1].low != hashBy {
		return []span{after}
	}
	lo := c
	for _, i := range []int{quoter, sayer} {
		if i >= 0 && i < c {
			lo = min(lo, v.phrase(i, c).lo)
		}
	}
	before := v.clip(span{sent.First, lo})
	if before.empty() && sent.First > 0 && v.n[sent.First-1].quote >= 0 {
		q := v.quotes[v.n[sent.First-1].quote]
		before = span{q.first, q.last}
	}
	if before.empty() {
		return nil
	}
	if q := v.n[before.lo].quote; q >= 0 && v.quotes[q].last > before.hi-1 {
		before.lo = min(before.lo, v.quotes[q].first)
	}
	return []span{before}
}

// agent is the noun of "by …" that depends on the verb at c, -1 for none.
func (v *view) agent(c int) int {
	for k := v.n[c].kid; k >= 0; k = v.n[k].sib {
		if int(k) > c && v.caseOf(int(k)) == hashBy {
			return int(k)
		}
	}
	return -1
}

// carried adds the outlet of "said in remarks carried by the agency": it has
// what was said, and carries the one who said it.
func carried(v *view, all []found) []found {
	n := len(all)
	for k := range n {
		host := all[k]
		if v.n[host.cue].flags&flagSay == 0 || host.via >= 0 {
			continue
		}
		sent := v.t.Sentences[v.t.Tokens[host.cue].Sentence]
		for c := host.cue + 1; c < min(sent.Last, host.cue+16); c++ {
			switch v.n[c].stem {
			case stemCarry, stemPublish, stemReport, stemBroadcast, stemReleas, stemRelay, stemQuot, stemCit, stemAir, stemPrint:
			default:
				continue
			}
			by := v.agent(c)
			if by < 0 && c+1 < sent.Last && v.n[c+1].low == hashBy {
				by = v.object(c + 1)
			}
			if by < 0 || holds(&host, c) || v.asSaying(c) >= 0 || !v.outlet(v.phrase(by, c)) {
				continue
			}
			at := len(all)
			for j := range n {
				if all[j].cue == c {
					at = j
				}
			}
			f := found{v: v, cue: c, via: -1, ref: -1, score: 0.8, sure: 1, cueSpan: []span{{c, c + 1}}, rule: "carried",
				src: sourceCand{head: by, span: v.phrase(by, c)}, contents: host.contents}
			if at < len(all) {
				all[at] = f
			} else {
				all = append(all, f)
			}
			all[k].via = at
			break
		}
	}
	return all
}

// outlet tells whether a word of the phrase is one of media.
func (v *view) outlet(s span) bool {
	for i := s.lo; i < s.hi; i++ {
		if v.n[i].flags&flagMedia != 0 {
			return true
		}
	}
	return false
}

// dropEmpty leaves out attributions without a content and mends the links.
func dropEmpty(all []found) []found {
	place := make([]int, len(all))
	out := all[:0]
	for i := range all {
		place[i] = -1
		if len(all[i].contents) > 0 {
			place[i] = len(out)
			out = append(out, all[i])
		}
	}
	for i := range out {
		if out[i].via >= 0 {
			out[i].via = place[out[i].via]
		}
	}
	return out
}

// trimTails cuts from the end of a content the participle that goes on about
// the sayer and not about what is said: "rejected the charge, saying …",
// "reported that S, citing Y".
func trimTails(v *view, all []found) {
	for k := range all {
		c := all[k].cue
		if !v.endsIn(c, "ing") || c == 0 || v.t.Surface(c-1) != "," {
			continue
		}
		for j := max(0, k-window); j < k; j++ {
			g := &all[j]
			if v.t.Tokens[g.cue].Sentence != v.t.Tokens[c].Sentence || g.cue >= c {
				continue
			}
			if all[k].via != j && !(g.src.head >= 0 && g.src.head == all[k].src.head) {
				continue
			}
			for x := range g.contents {
				if s := &g.contents[x]; s.has(c-1) && s.lo < c-1 && v.n[c].quote == v.n[s.lo].quote {
					s.hi = c - 1
				}
			}
			if all[k].via == j {
				all[k].contents = g.contents
			}
		}
	}
}

func (v *view) endsIn(i int, suffix string) bool {
	s := v.t.Surface(i)
	return len(s) > len(suffix) && s[len(s)-len(suffix):] == suffix
}

// host is the attribution of the same sentence that the participle of
// attribution k hangs on: its governor, else the nearest cue with the same
// subject or next to it.
func (v *view) host(all []found, k int) int {
	c := all[k].cue
	s := v.t.Tokens[c].Sentence
	best, dist := -1, 0
	for j := max(0, k-window); j < min(len(all), k+window); j++ {
		o := all[j].cue
		if j == k || all[j].v != v || v.t.Tokens[o].Sentence != s || v.n[o].flags&flagRelay != 0 {
			continue
		}
		if v.n[o].flags&(flagSay|flagThink|flagSayNoun) == 0 && v.n[o].stem != stemAccord {
			continue
		}
		d := abs(o - c)
		if int(v.n[c].head) == o {
			d = 0
		}
		if v.n[o].flags&flagThink != 0 && v.n[o].flags&flagSay == 0 {
			d += 50 // who cites is who tells, not who decides
		}
		inContent := false
		for _, x := range all[j].contents {
			if x.has(c) && v.n[x.lo].quote >= 0 {
				inContent = true
			}
		}
		if inContent {
			continue
		}
		// A cue inside of what another one says is no host for what follows.
		for i := max(0, k-window); i < min(len(all), k+window); i++ {
			if i != j && i != k && all[i].v == v && v.t.Tokens[all[i].cue].Sentence == s && holds(&all[i], o) && !holds(&all[i], c) {
				d += 50
			}
		}
		if best < 0 || d < dist {
			best, dist = j, d
		}
	}
	return best
}

func holds(f *found, token int) bool {
	for _, x := range f.contents {
		if x.has(token) {
			return true
		}
	}
	return false
}

// object is the first object of the verb at c, or the noun that follows it.
func (v *view) object(c int) int {
	if k := v.child(c, relObj); k > c {
		return k
	}
	if k := v.child(c, relIobj); k > c {
		return k
	}
	for k := v.n[c].kid; k >= 0; k = v.n[k].sib {
		if int(k) > c && (v.n[k].pos == posNoun || v.n[k].pos == posName) {
			return int(k)
		}
	}
	sent := v.t.Sentences[v.t.Tokens[c].Sentence]
	last := -1
	for i := c + 1; i < min(sent.Last, c+8); i++ {
		switch v.n[i].pos {
		case posNoun, posName, posPron:
			last = i
		case posDet, posAdj, posNum, posPoss, posOther, posMark:
			if last >= 0 {
				return last
			}
		default:
			return last
		}
	}
	return last
}

// citable tells whether a phrase can be cited by somebody: people, bodies,
// outlets, documents, what somebody said, and names.
func (v *view) citable(i int) bool {
	n := &v.n[i]
	if n.flags&(flagPerson|flagOfficial|flagMedia|flagDocument|flagOrg|flagGroup|flagAnon|flagSpoke|flagSayNoun) != 0 {
		return true
	}
	return n.pos == posName && n.flags&flagAbout == 0
}

// carriers sets via: the attribution with the smallest content in which the
// cue of another stands. What relay set stays.
func carriers(all []found) {
	for k := range all {
		f := &all[k]
		if f.via >= 0 {
			continue
		}
		best, size := -1, 0
		for j := max(0, k-window); j < min(len(all), k+window); j++ {
			g := &all[j]
			if j == k || g.v != f.v || !holds(g, f.cue) || holds(f, g.cue) {
				continue
			}
			if g.rule == "citing" {
				continue
			}
			n := 0
			for _, x := range g.contents {
				n += x.hi - x.lo
			}
			if best < 0 || n < size {
				best, size = j, n
			}
		}
		f.via = best
	}
	// What stands in the content of a report that cites another is carried by
	// the one cited; an outcome is no sayer.
	for k := range all {
		if all[k].via < 0 || all[k].rule == "citing" {
			continue
		}
		for j := max(0, k-window); j < min(len(all), k+window); j++ {
			if all[j].rule == "citing" && all[j].via == all[k].via && j != k && holds(&all[j], all[k].cue) && all[j].v.n[all[j].src.head].stem != stemOutcome {
				all[k].via = j
				break
			}
		}
	}
	// No circles: a chain is cut where it would close.
	for k := range all {
		steps := 0
		for j := all[k].via; j >= 0; j = all[j].via {
			if steps++; j == k || steps > len(all) {
				all[k].via = -1
				break
			}
		}
	}
}
