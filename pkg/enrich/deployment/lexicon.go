package deployment

import (
	"embed"
	"fmt"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/gazetteer"
)

//go:embed data/*.tsv
var data embed.FS

// class is how a personnel noun behaves.
type class uint8

const (
	noClass   class = iota
	strong          // people under orders by itself
	mass            // a body told in the singular, or a noun that often qualifies another
	civil           // a trade or occupation
	generic         // who they are the story tells
	formation       // a unit of a force
	neutral         // a group of the kind of its members
)

var classNames = map[string]class{
	"strong": strong, "mass": mass, "civil": civil, "generic": generic, "formation": formation, "neutral": neutral, "none": noClass,
}

// person is what the lexicon holds of a personnel noun.
type person struct {
	kind   string
	class  class
	plural bool
}

// verb classes of movement, as bits.
type moves uint32

const (
	mSend moves = 1 << iota
	mPull
	mAdd
	mTurn
	mKeep
	mHave
	mGo
	mEnter
	mLeave
	mQuit
	mStay
	mRelieve
	mOrder

	mObject  = mSend | mPull | mAdd | mTurn | mKeep | mHave
	mSubject = mGo | mEnter | mLeave | mQuit | mStay | mRelieve
)

var moveNames = map[string]moves{
	"send": mSend, "pull": mPull, "add": mAdd, "turn": mTurn, "keep": mKeep, "have": mHave, "go": mGo, "enter": mEnter,
	"leave": mLeave, "quit": mQuit, "stay": mStay, "relieve": mRelieve, "order": mOrder, "none": 0,
}

// form is the shape of a verb form, as bits: "sent" is past and participle.
type form uint8

const (
	fBase form = 1 << iota
	fThird
	fPast
	fPart
	fIng
)

// trigger is a form of a verb of movement.
type trigger struct {
	lemma string
	plain moves            // without a particle
	with  map[string]moves // with one
	form  form
}

// verb classes of saying and deciding, as bits.
type speech uint16

const (
	sSay speech = 1 << iota
	sPlan
	sOffer
	sRefuse
	sCtlObj
	sBegin
	sFinish
	sHarm
)

var speechNames = map[string]speech{
	"say": sSay, "plan": sPlan, "offer": sOffer, "refuse": sRefuse, "ctlobj": sCtlObj, "begin": sBegin, "finish": sFinish, "harm": sHarm,
}

// modifier is a word that gives a body its kind.
type modifier struct {
	heads map[string]bool // nil for any
	kind  string
}

// stateForm is how a phrase names a state.
type stateForm uint8

const (
	stName stateForm = iota
	stAdjective
	stNoun
	stCapital
	stMetonym
)

// state is one row of the table of states.
type state struct {
	iso, name string
	lat, lon  float64
	from, to  string
}

type lexicon struct {
	people     map[string]person
	modifiers  map[string][]modifier
	verbs      map[string]trigger
	nominals   map[string]string
	speech     map[string]speech
	states     []state
	confidence map[string]float64
	forms      *gazetteer.Gazetteer // values: index of state <<3 | stateForm
}

// irregular verbs among the triggers: lemma, past, participle.
var irregular = map[string][2]string{
	"send": {"sent", "sent"}, "fly": {"flew", "flown"}, "bring": {"brought", "brought"}, "lend": {"lent", "lent"}, "put": {"put", "put"},
	"take": {"took", "taken"}, "come": {"came", "come"}, "go": {"went", "gone"}, "set": {"set", "set"}, "spread": {"spread", "spread"},
	"drive": {"drove", "driven"}, "leave": {"left", "left"}, "withdraw": {"withdrew", "withdrawn"}, "quit": {"quit", "quit"},
	"cut": {"cut", "cut"}, "draw": {"drew", "drawn"}, "wind": {"wound", "wound"}, "keep": {"kept", "kept"}, "have": {"had", "had"},
	"hold": {"held", "held"}, "beef": {"beefed", "beefed"}, "stick": {"stuck", "stuck"},
}

// doubling verbs double their last letter before -ed and -ing.
var doubling = map[string]bool{"ship": true, "commit": true, "transfer": true, "airdrop": true, "step": true, "swap": true, "man": true, "quit": true, "cut": true, "put": true, "set": true, "drop": true, "bus": false, "scrap": true}

func inflect(lemma string, add func(string, form)) {
	add(lemma, fBase)
	stem := lemma
	switch {
	case strings.HasSuffix(lemma, "y") && !strings.HasSuffix(lemma, "ay") && !strings.HasSuffix(lemma, "oy") && !strings.HasSuffix(lemma, "ey"):
		add(lemma[:len(lemma)-1]+"ies", fThird)
	case lemma == "have":
		add("has", fThird)
	case strings.HasSuffix(lemma, "s") || strings.HasSuffix(lemma, "sh") || strings.HasSuffix(lemma, "ch") || lemma == "go":
		add(lemma+"es", fThird)
	default:
		add(lemma+"s", fThird)
	}
	switch {
	case strings.HasSuffix(lemma, "e") && lemma != "re-e":
		add(lemma[:len(lemma)-1]+"ing", fIng)
	case doubling[lemma]:
		add(lemma+lemma[len(lemma)-1:]+"ing", fIng)
		stem = lemma + lemma[len(lemma)-1:]
	default:
		add(lemma+"ing", fIng)
	}
	if p, ok := irregular[lemma]; ok {
		if p[0] == p[1] {
			add(p[0], fPast|fPart)
		} else {
			add(p[0], fPast)
			add(p[1], fPart)
		}
		return
	}
	switch {
	case strings.HasSuffix(lemma, "e"):
		add(lemma+"d", fPast|fPart)
	case strings.HasSuffix(lemma, "y") && !strings.HasSuffix(lemma, "ay") && !strings.HasSuffix(lemma, "oy"):
		add(lemma[:len(lemma)-1]+"ied", fPast|fPart)
	default:
		add(stem+"ed", fPast|fPart)
	}
}

func rows(name string) ([][]string, error) {
	b, err := data.ReadFile("data/" + name + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("deployment lexicon: %w", err)
	}
	var out [][]string
	for line := range strings.SplitSeq(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		out = append(out, strings.Split(line, "\t"))
	}
	return out, nil
}

// loadLexicon reads the tables beside this file.
func loadLexicon() (*lexicon, error) {
	x := &lexicon{
		people: map[string]person{}, modifiers: map[string][]modifier{}, verbs: map[string]trigger{}, nominals: map[string]string{},
		speech: map[string]speech{}, forms: gazetteer.New(4000),
	}
	tables := map[string][][]string{}
	for _, n := range []string{"personnel", "modifiers", "triggers", "nominals", "verbs", "states", "confidence"} {
		r, err := rows(n)
		if err != nil {
			return nil, err
		}
		tables[n] = r
	}
	for _, r := range tables["personnel"] {
		if len(r) < 3 {
			return nil, fmt.Errorf("deployment lexicon: personnel: %q", r)
		}
		c, ok := classNames[r[2]]
		if !ok {
			return nil, fmt.Errorf("deployment lexicon: personnel: class %q", r[2])
		}
		for w := range strings.SplitSeq(r[0], "|") {
			plural := strings.HasSuffix(w, "s") && w != "corps" || strings.HasSuffix(w, "men") || w == "people" || w == "personnel" || w == "staff" || w == "police" || w == "peshmerga"
			x.people[w] = person{kind: r[1], class: c, plural: plural}
		}
	}
	for _, r := range tables["modifiers"] {
		if len(r) < 3 {
			return nil, fmt.Errorf("deployment lexicon: modifiers: %q", r)
		}
		m := modifier{kind: r[2]}
		if r[1] != "*" {
			m.heads = map[string]bool{}
			for h := range strings.SplitSeq(r[1], "|") {
				m.heads[h] = true
			}
		}
		x.modifiers[r[0]] = append(x.modifiers[r[0]], m)
	}
	for _, r := range tables["triggers"] {
		if len(r) < 2 {
			return nil, fmt.Errorf("deployment lexicon: triggers: %q", r)
		}
		t := trigger{lemma: r[0]}
		for c := range strings.SplitSeq(r[1], ",") {
			name, parts, found := strings.Cut(c, ":")
			m, ok := moveNames[name]
			if !ok {
				return nil, fmt.Errorf("deployment lexicon: triggers: class %q", name)
			}
			if !found {
				t.plain |= m
				continue
			}
			if t.with == nil {
				t.with = map[string]moves{}
			}
			for p := range strings.SplitSeq(parts, "|") {
				t.with[p] |= m
			}
		}
		inflect(r[0], func(w string, f form) {
			u := t
			u.form = f
			if old, ok := x.verbs[w]; ok && old.lemma == t.lemma {
				u.form |= old.form
			}
			x.verbs[w] = u
		})
	}
	for _, r := range tables["nominals"] {
		for w := range strings.SplitSeq(r[0], "|") {
			x.nominals[w] = r[1]
		}
	}
	for _, r := range tables["verbs"] {
		s, ok := speechNames[r[0]]
		if !ok || len(r) < 2 {
			return nil, fmt.Errorf("deployment lexicon: verbs: class %q", r[0])
		}
		for w := range strings.FieldsSeq(r[1]) {
			x.speech[w] |= s
		}
	}
	x.confidence = map[string]float64{}
	for _, r := range tables["confidence"] {
		c := 0.0
		if len(r) < 2 {
			return nil, fmt.Errorf("deployment lexicon: confidence: %q", r)
		}
		if _, err := fmt.Sscan(r[1], &c); err != nil {
			return nil, fmt.Errorf("deployment lexicon: confidence: %s: %w", r[0], err)
		}
		x.confidence[r[0]] = c
	}
	for i, r := range tables["states"] {
		if i == 0 {
			continue // the header
		}
		if len(r) < 14 {
			return nil, fmt.Errorf("deployment lexicon: states: %q", r)
		}
		st := state{iso: r[0], name: r[4], from: r[10], to: r[11]}
		if r[12] == "" {
			r[12], r[13] = "0", "0"
		}
		if _, err := fmt.Sscan(r[12], &st.lat); err != nil {
			return nil, fmt.Errorf("deployment lexicon: states: %s: %w", r[0], err)
		}
		if _, err := fmt.Sscan(r[13], &st.lon); err != nil {
			return nil, fmt.Errorf("deployment lexicon: states: %s: %w", r[0], err)
		}
		n := uint32(len(x.states))
		x.states = append(x.states, st)
		add := func(list string, f stateForm) {
			for w := range strings.SplitSeq(list, "|") {
				if w != "" {
					x.forms.Add(w, n<<3|uint32(f))
				}
			}
		}
		add(r[4], stName)
		add(r[8], stName)
		add(r[5], stAdjective)
		add(r[6], stNoun)
		add(r[7], stCapital)
		add(r[9], stMetonym)
	}
	return x, nil
}

func set(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}
