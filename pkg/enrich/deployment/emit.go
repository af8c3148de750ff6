package deployment

import (
	"fmt"
	"sort"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// threshold is the confidence below which a record is tentative.
const threshold = 0.5

// emit turns the drafts into records.
func (st *story) emit() []Veto {
	v := st.v
	var vetoes []Veto
	id := make([]string, len(st.drafts))
	claims := st.claims()
	for i := range st.drafts {
		d := &st.drafts[i]
		if d.drop != "" {
			vetoes = append(vetoes, Veto{Unit: v.spanOf(span{d.u.first, d.u.last}), Reason: d.drop})
			continue
		}
		if d.same >= 0 {
			continue
		}
		id[i] = fmt.Sprintf("d%d", len(st.d.Enrichment.Deployments)+1)
		r := model.Deployment{
			ID: id[i], Unit: v.spanOf(span{d.u.first, d.u.last}), Count: v.count(d), Kind: d.kind, Formation: v.formationOf(&d.u),
			Action: d.action, Status: d.status, Sender: st.actorArg(d.sender), Origin: st.placeArg(d.origin), Destination: st.placeArg(d.destination),
			Source: st.sourceArg(d), Mentions: st.mentions(i), Evidence: st.evidence(i), Claim: claims[i],
			Codes: codesOf(d), Rule: d.f.rule, Confidence: st.confidence(d),
		}
		r.Tentative = r.Confidence < threshold
		if d.when != nil {
			dr := d.when.Range(v.t.S[d.when.Start:d.when.End])
			r.Date = &dr
		}
		if d.purpose.ok() {
			p := v.spanOf(d.purpose)
			r.Purpose = &p
			r.Beneficiary = st.beneficiary(d.purpose)
		}
		if w := d.whole; w >= 0 && w < i {
			for st.drafts[w].same >= 0 && st.drafts[w].same < i {
				w = st.drafts[w].same
			}
			if id[w] != "" && w != i {
				r.PartOf = &id[w]
			}
		}
		st.d.Enrichment.Deployments = append(st.d.Enrichment.Deployments, r)
	}
	return vetoes
}

// same draft i and all that repeat it, in text order.
func (st *story) told(i int) []int {
	out := []int{i}
	for j := range st.drafts {
		if j != i && st.drafts[j].drop == "" && st.drafts[j].same == i {
			out = append(out, j)
		}
	}
	sort.Ints(out)
	return out
}

func (st *story) mentions(i int) []model.Span {
	var out []model.Span
	for _, j := range st.told(i) {
		u := &st.drafts[j].u
		out = append(out, st.v.spanOf(span{u.first, u.last}))
	}
	return out
}

// evidence is, for each telling, what is quoted of its sayer, else the sentence.
func (st *story) evidence(i int) []model.Span {
	v := st.v
	var out []model.Span
	for _, j := range st.told(i) {
		d := &st.drafts[j]
		sn := v.t.Sentences[d.s]
		ev := v.t.Span(sn.Start, sn.End)
		if a := d.say.attribution; a >= 0 {
			start := v.t.Tokens[d.u.first].Start
			for _, c := range st.d.Enrichment.Attributions[a].Content.Spans {
				if c.Field != v.t.Field {
					continue
				}
				if s, e := v.t.Bytes(c); s <= start && start < e && s >= sn.Start && e <= sn.End {
					ev = c
				}
			}
		}
		if len(out) == 0 || out[len(out)-1] != ev {
			out = append(out, ev)
		}
	}
	return out
}

// claims numbers what is told: records that tell one move with other numbers
// or by other sources share a claim.
func (st *story) claims() []string {
	v := st.v
	out := make([]string, len(st.drafts))
	n := 0
	for i := range st.drafts {
		d := &st.drafts[i]
		if d.drop != "" || d.same >= 0 {
			continue
		}
		for j := 0; j < i && out[i] == ""; j++ {
			e := &st.drafts[j]
			if e.drop != "" || e.same >= 0 || out[j] == "" || e.kind != d.kind || d.u.part || d.u.more {
				continue
			}
			rival := d.rival-1 == j
			other := d.say.who.ok() && e.say.who.ok() && v.str(d.say.who) != v.str(e.say.who) && d.s != e.s &&
				(v.sameActor(d.sender, e.sender) || d.sender == e.sender) && d.action == e.action && d.destination.ok() && v.str(d.destination) == v.str(e.destination)
			if rival || other {
				out[i] = out[j]
			}
		}
		if out[i] == "" {
			n++
			out[i] = fmt.Sprintf("c%d", n)
		}
	}
	return out
}

func (st *story) placeArg(s span) *model.Arg {
	a := st.actorArg(s)
	if a != nil {
		a.Actor = ""
		a.Place = st.locate(s)
	}
	return a
}

// actorArg is an argument with the actor that its words stand for.
func (st *story) actorArg(s span) *model.Arg {
	v := st.v
	a := v.arg(s)
	if a == nil {
		return nil
	}
	start, end := v.t.Tokens[s.first].Start, v.t.Tokens[s.last-1].End
	best := 0
	for i := range st.d.Mentions {
		m := &st.d.Mentions[i]
		if m.Text != v.t || m.Actor < 0 || m.Actor >= len(st.d.Enrichment.Actors) || m.Start < start || m.End > end {
			continue
		}
		if m.End-m.Start > best {
			best = m.End - m.Start
			a.Actor = st.d.Enrichment.Actors[m.Actor].ID
		}
	}
	if a.Actor == "" {
		if m := v.state(s.first); m != nil && m.last >= s.last && (m.form == stAdjective || len(m.states) == 1) {
			a.Actor = strings.ToLower(v.x.states[m.states[0]].iso)
		}
	}
	return a
}

// leads gives the state for its leader: the words with which the text names the
// state that a person among the actors acts for, the zero span for none.
func (st *story) leads(who span) span {
	v := st.v
	if !who.ok() {
		return span{}
	}
	start, end := v.t.Tokens[who.first].Start, v.t.Tokens[who.last-1].End
	country := ""
	for i := range st.d.Mentions {
		m := &st.d.Mentions[i]
		if m.Text != v.t || m.Type != text.Person || m.Actor < 0 || m.Actor >= len(st.d.Enrichment.Actors) || m.Start < start || m.End > end {
			continue
		}
		if a := &st.d.Enrichment.Actors[m.Actor]; a.Type == model.ActorPerson && a.Role == "GOV" {
			country = a.Country
		}
	}
	if country == "" {
		return span{}
	}
	var adjective span
	for i := range v.states {
		m := &v.states[i]
		if m.first < v.body || v.x.states[m.states[0]].iso != country {
			continue
		}
		switch m.form {
		case stName:
			return span{m.first, m.last}
		case stAdjective:
			if !adjective.ok() {
				adjective = span{m.first, m.last}
			}
		}
	}
	return adjective
}

func (st *story) sourceArg(d *draft) *model.DeploymentSource {
	s := st.sayText(d)
	if !s.ok() {
		return nil
	}
	out := &model.DeploymentSource{Exact: st.v.str(s), Chain: []string{}}
	as := st.d.Enrichment.Attributions
	if a := d.say.attribution; a >= 0 {
		id := as[a].ID
		out.Attribution = &id
	}
	// From the outermost in: the longer content first.
	chain := append([]int(nil), d.chain...)
	size := func(i int) int {
		n := 0
		for _, c := range as[i].Content.Spans {
			n += c.End - c.Start
		}
		return n
	}
	sort.SliceStable(chain, func(i, j int) bool { return size(chain[i]) > size(chain[j]) })
	for _, i := range chain {
		cited := false
		for _, c := range as[i].Cue.Spans {
			l := strings.ToLower(c.Exact)
			cited = cited || l == "citing" || l == "quoting"
		}
		if !cited {
			out.Chain = append(out.Chain, as[i].ID)
		}
	}
	return out
}

var formationTypes = set("battalion brigade regiment division company platoon squad corps squadron battlegroup legion fleet army group wing cavalry infantry contingent")

// formationOf is the numbered or typed formation a body is.
func (v *view) formationOf(u *unit) *model.Formation {
	kind := ""
	var num *int
	for k := u.first; k < u.last; k++ {
		w := v.low[k]
		single := strings.TrimSuffix(w, "s")
		if w == "corps" {
			single = w
		}
		if formationTypes[single] && (v.x.people[w].class == formation || num != nil || single == "wing") {
			if kind == "" || v.x.people[w].class == formation {
				kind = single
			}
		}
		if n := ordinal(w); n > 0 && num == nil {
			num = &n
		}
	}
	if kind == "" {
		return nil
	}
	return &model.Formation{Number: num, Type: kind}
}

// ordinal reads "27th", 0 when w is none; numbers end at 9999.
func ordinal(w string) int {
	n, i := 0, 0
	for i < len(w) && w[i] >= '0' && w[i] <= '9' {
		if i > 3 {
			return 0
		}
		n = n*10 + int(w[i]-'0')
		i++
	}
	if i == 0 || len(w)-i != 2 {
		return 0
	}
	switch w[i:] {
	case "st", "nd", "rd", "th":
		return n
	}
	return 0
}

// beneficiary is whom the purpose names as helped, trained or protected.
func (st *story) beneficiary(p span) *model.Arg {
	v := st.v
	for k := p.first + 1; k < p.last; k++ {
		switch v.low[k] {
		case "side":
			if n := v.nounLeft(k, p.first); n < k && v.w(n-1) == "the" && v.w(n-2) == "on" {
				return st.actorArg(span{n, k + 1})
			}
		case "help", "assist", "support", "aid", "train", "protect", "defend", "advise", "reinforce", "back":
			j := k + 1
			if v.w(j) == "up" {
				j++
			}
			e := v.right(j, p.last)
			for j < e && v.pos[j] == pDet {
				j++
			}
			if e > j && v.named(span{j, e}) {
				return st.actorArg(span{j, e})
			}
		}
	}
	return nil
}

// codesOf are the event-data codes: PLOVER's type and mode, CAMEO's code. Kinds
// that neither scheme knows have none.
func codesOf(d *draft) *model.Codes {
	type row struct{ plover, mode, cameo, refused string }
	table := map[string]row{
		"troops": {"MOBILIZE", "troops", "154", "1222"}, "special_forces": {"MOBILIZE", "troops", "154", "1222"},
		"mercenaries": {"MOBILIZE", "militia", "154", "1222"}, "fighters": {"MOBILIZE", "militia", "154", "1222"},
		"police": {"MOBILIZE", "police", "153", "1224"}, "guards": {"MOBILIZE", "police", "153", "1224"},
		"peacekeepers": {"AID", "peacekeeping", "074", "1224"}, "observers": {"AID", "peacekeeping", "074", "1224"},
		"advisers": {"AID", "military", "072", "1222"}, "engineers": {"AID", "military", "072", "1222"},
		"medics": {"AID", "humanitarian", "073", "1223"}, "rescuers": {"AID", "humanitarian", "073", "1223"},
		"workers": {"COOPERATE", "economic", "061", "1211"},
	}
	r, ok := table[d.kind]
	if !ok {
		return nil
	}
	switch {
	case d.status == "denied":
		return &model.Codes{PLOVER: "REJECT", CAMEO: r.refused}
	case d.action == "withdraw":
		if r.plover == "COOPERATE" || r.mode == "humanitarian" {
			return &model.Codes{PLOVER: "SANCTION", Mode: "withdraw", CAMEO: "160"}
		}
		return &model.Codes{PLOVER: "YIELD", Mode: "deescalate", CAMEO: "087"}
	}
	return &model.Codes{PLOVER: r.plover, Mode: r.mode, CAMEO: r.cameo}
}

// confidence is the share of records like this one that were right: by rule,
// less for what had to be taken from elsewhere in the story. The table is
// measured on the development items (doc/deployments.md).
func (st *story) confidence(d *draft) float64 {
	c := st.a.x.confidence[d.f.rule]
	if c == 0 {
		c = 0.7
	}
	switch {
	case d.u.num != nil && !d.u.numeric:
		c += 0.4 * (1 - c) // a number makes a body
	case d.u.class == mass || d.u.class == neutral:
		c -= 0.08
	case d.u.class == civil:
		c -= 0.06
	}
	if d.inherited {
		c -= 0.06
	}
	if !d.sender.ok() {
		c -= 0.05
	}
	if d.f.weak {
		c -= 0.15
	}
	return float64(int(max(0.05, min(0.99, c))*100+0.5)) / 100
}
