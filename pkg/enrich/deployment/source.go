package deployment

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// saying is who is cited for a statement.
type saying struct {
	who         span
	first, last int // tokens of the words quoted
	attribution int // index into Enrichment.Attributions, -1
	verb        int // token of the cue, -1
	denied      bool
}

var denyCues = set("deny denies denied denying dismiss dismisses dismissed dismissing reject rejects rejected rejecting refute refutes refuted")

// cueSays tells whether a cue makes a source by the guidelines.
func (x *lexicon) cueSays(cue string) bool {
	if c := strings.ToLower(cue); strings.Contains(c, "citing") || strings.Contains(c, "quoting") || strings.HasPrefix(c, "cited") {
		return false // in "X said S, citing Y" it is X
	}
	for w := range strings.FieldsSeq(strings.ToLower(cue)) {
		w = strings.Trim(w, ",.'\"“”’")
		if x.speech[w]&sSay != 0 || w == "according" || w == "per" || w == "statement" || w == "remarks" || w == "informs" {
			return true
		}
	}
	return false
}

// sayer finds who is cited for what stands at tokens [first, last) by the
// words of the sentence itself.
func (v *view) sayer(s, first, last int) (saying, bool) {
	sn := v.t.Sentences[s]
	floor := sn.First
	if floor < v.body && v.body < sn.Last {
		floor = v.body
	}
	none := saying{attribution: -1, verb: -1}
	// Before it: the nearest cue whose words these are.
	for k := first - 1; k >= floor && k > first-reach; k-- {
		w := v.low[k]
		if v.x.speech[w]&sSay != 0 && (v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng) && !v.closedOff(k, first) {
			if w == "rule" || w == "rules" || w == "ruled" {
				if v.w(k+1) != "out" {
					continue
				}
			}
			if (w == "add" || w == "adds" || w == "added" || w == "adding" || w == "promised" || w == "pledged") && v.w(k+1) != "that" && v.low[k+1] != "," && !isQuote(v.w(k+1)) {
				continue
			}
			if w == "maintain" || w == "recall" || w == "maintained" || w == "described" {
				continue
			}
			g := v.groupAround(k, floor, k+1)
			if g.passive {
				// "is reported to", "it is announced that"
				continue
			}
			who, _ := v.control(g, floor, 4)
			if !who.ok() {
				continue
			}
			// "quoted Y as saying"
			if (w == "saying" || w == "telling") && v.w(k-1) == "as" {
				if ph, ok := v.phrase(k-2, floor); ok {
					who = ph
				}
			}
			return saying{who: who, first: k + 1, last: last, attribution: -1, verb: k, denied: denyCues[w]}, true
		}
		if (w == "to" && v.w(k-1) == "according") && v.low[k-1] == "according" {
			p := v.right(k+1, first)
			if p > k+1 {
				return saying{who: v.ofChain(span{k + 1, p}, first), first: k + 1, last: last, attribution: -1, verb: k - 1}, true
			}
		}
	}
	// Behind it: ", X said", "according to X".
	for k := last; k < sn.Last; k++ {
		w := v.low[k]
		if w == "according" && v.w(k+1) == "to" {
			p := v.right(k+2, sn.Last)
			if p > k+2 {
				return saying{who: v.ofChain(span{k + 2, p}, sn.Last), first: floor, last: k, attribution: -1, verb: k}, true
			}
		}
		if v.x.speech[w]&sSay == 0 || v.pos[k] != pVerb && v.pos[k] != pPast {
			continue
		}
		// The cue must close what is said: nothing of its own but the hearer, the day or a new clause behind it.
		n := k + 1
		for n < sn.Last && (v.time(n) != nil || v.pos[n] == pAdv || v.low[n] == "on" && v.time(n+1) != nil) {
			n++
		}
		closes := n >= sn.Last || v.pos[n] == pMark || v.low[n] == "in" || v.low[n] == "on" || v.low[n] == "to" || v.low[n] == "at" || v.low[n] == "as" || v.low[n] == "here" || v.low[n] == "after" || (w == "told" || w == "tells") && v.pos[n] != pSub || v.low[n] == "by" || v.low[n] == "during" || v.low[n] == "last"
		if !closes {
			// "said Jane Doe", "said a security official"
			if (w == "said" || w == "says" || w == "reported" || w == "announced" || w == "confirmed") && k-1 >= floor && (v.low[k-1] == "," || isQuote(v.low[k-1])) {
				p := v.right(k+1, sn.Last)
				if p > k+1 {
					return saying{who: v.ofChain(span{k + 1, p}, sn.Last), first: floor, last: k, attribution: -1, verb: k}, true
				}
			}
			continue
		}
		subj, ok := v.subject(k, floor)
		if !ok || subj.first < last {
			if ok && subj.first < last {
				continue
			}
			continue
		}
		// What stands before the sayer must end with a comma, a quotation mark or nothing.
		b := subj.first - 1
		for b > last && v.pos[b] == pDet {
			b--
		}
		// A list of sayers: "three residents and a local councillor said"
		if b >= floor && !(v.pos[b] == pMark || v.pos[b] == pConj) {
			continue
		}
		return saying{who: subj, first: floor, last: k, attribution: -1, verb: k}, true
	}
	// A speaker's label: "MS. PSAKI: ...".
	if who := v.label(s); who.ok() && who.last <= first {
		return saying{who: who, first: who.last, last: last, attribution: -1, verb: -1}, true
	}
	return none, false
}

// label is the speaker's label of a transcript, or the agency of a flash, that
// opens the paragraph of a sentence; "Q" names nobody.
func (v *view) label(s int) span {
	p := v.t.Paragraphs[v.t.Sentences[s].Paragraph]
	first := v.t.Sentences[p.First].First
	if v.body > first && v.body < v.t.Sentences[p.First].Last {
		first = v.body
	}
	for k := first; k < len(v.low) && k < first+6; k++ {
		w := v.t.Surface(k)
		if w == ":" {
			for first < k && (v.low[first] == "the" || wordMark(v.low[first])) {
				first++
			}
			switch {
			case k == first:
				return span{}
			case k == first+1:
				switch v.low[first] {
				case "q", "a", "correction", "update", "urgent", "alert", "advisory", "lead", "refile", "note", "editors", "flash", "question", "answer":
					return span{}
				}
			}
			return span{first, k}
		}
		if strings.ToUpper(w) != w {
			return span{}
		}
	}
	return span{}
}

// ofChain lengthens a phrase by what hangs on it with "of", "from", "in".
func (v *view) ofChain(s span, end int) span {
	for steps := 0; steps < 3 && s.last < end; steps++ {
		w := v.low[s.last]
		if w != "of" && w != "from" && w != "in" && w != "at" && w != "for" && w != "with" && w != "on" {
			if w == "briefed" {
				return s
			}
			break
		}
		p := v.right(s.last+1, end)
		if p == s.last+1 || v.time(s.last+1) != nil && v.number(s.last+1) == nil {
			break
		}
		s.last = p
	}
	return s
}

// closedOff tells whether the words between a cue and a body end its clause:
// the cue stands in a relative clause or between commas.
func (v *view) closedOff(cue, first int) bool {
	for k := cue; k > 0 && k > cue-12 && v.t.Tokens[k].Sentence == v.t.Tokens[cue].Sentence; k-- {
		if v.pos[k] == pWh {
			for j := cue; j < first; j++ {
				if v.low[j] == "," {
					return true
				}
			}
			break
		}
		if v.low[k] == "," || v.pos[k] == pSub {
			break
		}
	}
	for j := cue + 1; j < first; j++ {
		if v.low[j] == ";" {
			return true
		}
		// "X, the minister said, Y": what stands after the insertion belongs to it too.
		if v.low[j] == "," && (v.w(j+1) == "after" || v.w(j+1) == "as" || v.w(j+1) == "while" || v.w(j+1) == "although" || v.w(j+1) == "but" && j-cue < 3) && v.pos[j+1] != pMark {
			if v.w(j+1) == "as" || v.w(j+1) == "after" {
				return false
			}
			return true
		}
	}
	return false
}

// attributed finds the attribution of the source layer that carries a
// statement: the one with the shortest content around it whose cue says.
func attributed(d *text.Doc, t *text.Text, x *lexicon, start, end int) (best int, chain []int) {
	best = -1
	size := 1 << 30
	for i := range d.Enrichment.Attributions {
		a := &d.Enrichment.Attributions[i]
		inside := false
		n := 0
		for _, c := range a.Content.Spans {
			if c.Field != t.Field {
				continue
			}
			s, e := t.Bytes(c)
			n += e - s
			if s <= start && e >= end {
				inside = true
			}
		}
		if !inside {
			continue
		}
		chain = append(chain, i)
		if len(a.Source.Spans) == 0 {
			continue
		}
		var cue strings.Builder
		for _, c := range a.Cue.Spans {
			cue.WriteString(c.Exact + " ")
		}
		if !x.cueSays(cue.String()) {
			continue
		}
		if n < size {
			best, size = i, n
		}
	}
	return best, chain
}
