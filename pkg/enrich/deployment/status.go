package deployment

// status settles proposed, planned, ongoing, completed or denied.
func (v *view) status(f *frame, path []int, say saying, end int) string {
	g := f.g
	neg := g.neg
	offer, plan, begin := false, false, g.begin
	refuse := 0
	finish := false
	pastNoun := false
	words := path
	if f.gov >= 0 {
		words = append(append([]int(nil), path...), f.gov)
	}
	for _, k := range words {
		w := v.low[k]
		sp := v.x.speech[w]
		switch {
		case w == "rule" || w == "rules" || w == "ruled" || w == "ruling":
			if v.w(k+1) == "out" {
				refuse++
			}
		case w == "turn" || w == "turned" || w == "turns":
			if v.w(k+1) == "down" {
				refuse++
			}
		case sp&sRefuse != 0 && w != "deny":
			if w == "halt" || w == "halts" || w == "halted" || w == "suspended" || w == "suspends" {
				refuse++
				break
			}
			if w == "oppose" || w == "opposes" || w == "opposed" {
				offer = true
				break
			}
			refuse++
		case sp&sOffer != 0:
			offer = true
		case sp&sPlan != 0:
			plan = true
		case sp&sFinish != 0:
			finish = true
		case sp&sBegin != 0:
			begin = true
		}
		switch w {
		case "plan", "plans", "planned", "planning", "decision", "decisions", "order", "orders", "agreement", "intention", "promise", "pledge", "mandate", "deal", "vote", "authority", "preparations", "commitment", "instructions":
			plan = true
		case "request", "requests", "offer", "offers", "proposal", "proposals", "bid", "call", "calls", "threat", "threats", "demand", "demands", "appeal", "appeals", "option", "possibility", "suggestion", "recommendation", "idea", "need", "ready", "willing", "willingness", "readiness", "invitation", "ultimatum", "possible":
			if w == "ready" && v.pos[k] == pVerb {
				plan = true
				break
			}
			offer = true
		case "refusal", "unwilling", "reluctant":
			refuse++
		case "considering", "considers", "weighing", "mulling":
			offer = true
		case "withdraw", "withdraws", "withdrew", "drop", "drops", "dropped", "shelved":
			refuse++ // a plan or a threat is taken back
		}
		gg := v.groupAround(k, max(k-8, 0), k+1)
		if gg.neg && (v.pos[k] == pVerb || v.pos[k] == pPast || v.pos[k] == pIng) && sp&sRefuse == 0 {
			neg = true
		}
		if v.w(k-1) == "no" {
			neg = true
		}
		_ = pastNoun
	}
	if k := f.trig; k > 0 && f.noun && (v.w(k-1) == "no" || v.w(k-1) == "any" && v.negBefore(k)) {
		neg = true
	}
	if f.g.main >= 0 && !f.noun && v.withoutBefore(f.g.start) {
		neg = true
	}
	if sn := v.t.Sentences[v.t.Tokens[f.trig].Sentence]; !neg && refuse == 0 && v.low[sn.Last-1] == "?" && !g.perfect && f.action != "present" && f.trig < len(v.pos) && (v.pos[f.trig] == pVerb || v.pos[f.trig] == pIng) {
		return "proposed" // a question
	}
	modal := g.modal
	if !neg && refuse == 0 {
		switch f.rule {
		case "relieved":
			return "planned"
		case "asked":
			return "proposed"
		}
	}
	switch {
	case neg || refuse > 0:
		return "denied"
	}
	if say.denied {
		return "denied"
	}
	switch modal {
	case "could", "may", "might", "can", "ca":
		return "proposed"
	case "would", "'d", "should", "must":
		if v.conditional(f, end) || modal != "would" && modal != "'d" {
			return "proposed"
		}
		if offer {
			return "proposed"
		}
		return "planned"
	}
	switch v.opener(f) {
	case "until", "till":
		return "proposed"
	case "after", "when", "once", "before":
		if !g.perfect && (g.main < 0 || v.pos[g.main] != pPast) && v.futureSentence(f) {
			return "planned"
		}
	}
	if v.conditional(f, end) && (g.future || offer || modal != "" || f.action != "present" && !g.perfect && f.g.main >= 0 && v.pos[f.g.main] != pPast) {
		return "proposed"
	}
	if offer {
		return "proposed"
	}
	if g.future && f.action == "present" && f.rule != "exist" {
		return "planned"
	}
	if v.x.verbs[v.w(f.trig)].lemma == "order" {
		return "planned"
	}
	if l := v.x.verbs[v.w(f.trig)].lemma; l == "offer" {
		return "proposed"
	} else if l == "pledge" || l == "promise" || l == "authorize" || l == "authorise" || l == "approve" {
		return "planned"
	}
	if f.noun {
		return v.nounStatus(f, plan, begin, finish)
	}
	if g.future || plan && !g.perfect && (g.infinitive || f.object && v.pos[f.trig] != pPast || f.rule == "object" && (v.pos[f.trig] == pIng || v.pos[f.trig] == pVerb)) {
		if len(path) == 0 && !g.future && !g.infinitive {
			return v.tense(f, begin)
		}
		return "planned"
	}
	if g.infinitive && !g.perfect {
		if len(path) == 0 {
			return "planned"
		}
		for _, k := range path {
			switch v.low[k] {
			case "helped", "managed", "forced", "used", "continue", "continues":
				return "completed"
			}
		}
		if begin {
			return "ongoing"
		}
		return "planned"
	}
	return v.tense(f, begin)
}

func (v *view) tense(f *frame, begin bool) string {
	g := f.g
	switch {
	case f.action == "present":
		if f.rule == "relative" && g.perfect {
			return "ongoing"
		}
		if g.main >= 0 && (v.pos[g.main] == pPast && !g.passive && !g.perfect && f.rule == "subject") {
			return "completed"
		}
		for k := max(g.start, 0); k < g.main; k++ {
			if v.low[k] == "was" || v.low[k] == "were" {
				return "completed"
			}
		}
		return "ongoing"
	case begin, g.progressive:
		return "ongoing"
	case g.main >= 0 && v.pos[g.main] == pIng && f.rule == "object":
		return "ongoing"
	}
	return "completed"
}

// nounStatus is the status of a move told by a noun.
func (v *view) nounStatus(f *frame, plan, begin, finish bool) string {
	if f.gov >= 0 {
		w := v.low[f.gov]
		switch {
		case finish:
			return "completed"
		case begin:
			return "ongoing"
		case plan:
			return "planned"
		case w == "condemn" || w == "condemned" || w == "welcomed" || w == "welcomes" || w == "condemns" || w == "criticised" || w == "criticized" || w == "prompts" || w == "prompted" || w == "saw" || w == "required":
			return "completed"
		}
		sp := v.x.speech[w]
		if sp&sOffer != 0 {
			return "proposed"
		}
		if f.g.future || f.g.infinitive {
			return "planned"
		}
	}
	if f.action == "present" {
		return "ongoing"
	}
	// "the planned deployment", "the proposed withdrawal", "the possible withdrawal"
	for k := f.trig - 1; k > f.trig-4 && k >= 0; k-- {
		switch v.low[k] {
		case "planned", "future", "upcoming", "forthcoming", "imminent", "scheduled":
			return "planned"
		case "possible", "proposed", "potential", "eventual", "likely", "immediate", "complete", "full":
			if v.low[k] == "immediate" || v.low[k] == "complete" || v.low[k] == "full" {
				continue
			}
			return "proposed"
		}
	}
	// What its own verb says: "the withdrawal will begin".
	if k := f.tail; k < len(v.low) {
		j := v.behind(k, min(v.t.Sentences[v.t.Tokens[f.trig].Sentence].Last, k+25))
		if j >= 0 && j < len(v.low) {
			g := v.verbGroup(j, min(len(v.low), j+10))
			if g.ok && g.future {
				return "planned"
			}
			if g.ok && (g.modal == "could" || g.modal == "would" || g.modal == "may" || g.modal == "might") {
				return "proposed"
			}
		}
	}
	if f.action == "reinforce" && f.gov >= 0 && v.pos[f.gov] == pIng {
		return "ongoing"
	}
	return "completed"
}

// opener is the subordinator that opens the clause of the body.
func (v *view) opener(f *frame) string {
	for k := f.first - 1; k >= 0 && k > f.first-8; k-- {
		switch w := v.low[k]; w {
		case "until", "till", "after", "when", "once", "before", "if", "unless":
			return w
		}
		if p := v.pos[k]; !(p == pDet || nominalPos(p) || p == pPoss || p == pAdv) && k != f.trig && !v.within(k, f) {
			return ""
		}
	}
	return ""
}

func (v *view) within(k int, f *frame) bool { return f.g.ok && k >= f.g.start && k <= f.g.main }

// futureSentence tells whether the main clause of the body's sentence lies ahead.
func (v *view) futureSentence(f *frame) bool {
	sn := v.t.Sentences[v.t.Tokens[f.trig].Sentence]
	for k := sn.First; k < sn.Last; k++ {
		switch v.low[k] {
		case "will", "'ll", "shall":
			return true
		case "plans", "continuing":
			return true
		}
	}
	return false
}

func (v *view) negBefore(k int) bool {
	for j := k - 1; j >= 0 && j > k-8; j-- {
		if v.pos[j] == pNeg || v.low[j] == "without" || v.low[j] == "rules" || v.low[j] == "ruled" {
			return true
		}
	}
	return false
}

func (v *view) withoutBefore(k int) bool { return v.w(k-1) == "without" || v.w(k-1) == "against" }

// conditional tells a move that hangs on a condition in its sentence.
func (v *view) conditional(f *frame, end int) bool {
	sn := v.t.Sentences[v.t.Tokens[f.trig].Sentence]
	for k := sn.First; k < sn.Last; k++ {
		switch v.low[k] {
		case "if", "unless", "whether":
			if k < f.trig+30 && k > f.trig-14 {
				return true
			}
		case "provided":
			if v.w(k+1) == "that" {
				return true
			}
		case "once":
			if k > f.trig && v.w(k+1) != "again" && v.w(k+1) != "more" {
				return true
			}
		case "until":
			// "suspends talks until troops have withdrawn"
			if k < f.trig && f.trig-k < 8 {
				return true
			}
		case "only":
			if v.w(k+1) == "if" {
				return true
			}
		}
	}
	return false
}
