package deployment

import (
	"strings"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/gazetteer"
	"github.com/dateline-wire/dateline/pkg/enrich/quantity"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/enrich/when"
)

// Coarse parts of speech: of the tagger where a sentence is tagged, else guessed.
const (
	pNoun    = 'N'
	pProper  = 'E'
	pAdj     = 'A'
	pVerb    = 'V' // finite or base
	pIng     = 'G'
	pPast    = 'D' // past or participle
	pDet     = 'd'
	pPrep    = 'I'
	pConj    = 'C'
	pSub     = 'S' // subordinator, complementiser
	pAdv     = 'R'
	pModal   = 'M'
	pAux     = 'X'
	pPron    = 'O'
	pNum     = 'Q'
	pTo      = 'T'
	pWh      = 'W'
	pMark    = '.'
	pPoss    = 'p' // the clitic 's
	pPart    = 'P' // out, back, home behind a verb
	pNeg     = 'n'
	pUnknown = 0
)

var closed = func() map[string]byte {
	m := map[string]byte{}
	for p, ws := range map[byte]string{
		pDet:  "the a an this that these those its their his her our your my every each no any all both either neither another such whose",
		pPrep: "of in on at by for with from into onto near across along outside inside around through throughout over under between among amid amidst within without against toward towards during until till since after before behind beyond beside besides off via per upon despite aboard about above below beneath including like unlike alongside than as except following pending",
		pConj: "and or but nor & plus",
		pSub:  "because while when where whereas although though if unless whether once lest",
		pAdv:  "not never also already now then there here still soon just only yet again currently later earlier immediately recently reportedly allegedly abroad overseas home back ashore together further ahead away meanwhile however instead officially initially formally today yesterday tomorrow tonight largely so too very even perhaps almost nearly about roughly temporarily permanently gradually secretly quickly finally eventually ever once twice closer nearer farther",
		pPron: "it he she they we i you them him us me itself themselves himself who's someone everyone anyone nobody none",
		pMod2: "will would shall should can could may might must 'll ’ll wo ca cannot ought 'd ’d",
		pAux:  "is are was were be been being am has have had having do does did 're ’re 've ’ve 'm ’m ’s ai",
		pWh:   "who which whom what how why",
		pNum:  "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen hundreds thousands dozens scores tens several few many half",
	} {
		for w := range strings.FieldsSeq(ws) {
			m[w] = p
		}
	}
	m["n't"], m["n’t"], m["not"] = pNeg, pNeg, pNeg
	m["to"] = pTo
	m["'s"], m["’s"], m["'"], m["’"] = pPoss, pPoss, pPoss, pPoss
	return m
}()

const pMod2 = pModal

// particles close up to a verb: "pull out", "bring home".
var particles = set("out in back home up down off away over on into forward abroad ahead through around")

// nounThird are forms in -s that news has as nouns.
var nounThird = set("bases posts camps houses quarters places positions details masses units ships fields guards patrols stations")

// commonVerbs are verbs that are neither of movement nor of speech and often
// stand beside a body of people: what stops a noun phrase.
var commonVerbs = set(`is are was were be been being has had have having do does did get gets got make makes made give gives gave given use uses used see sees saw seen
 say says said tell told face faces faced include includes included involve involved involves become becomes became begin begins began help helps helped
 try tries tried tried seem seems appear appears appeared need needs needed run runs ran turn turned turns win wins won build builds built create created
 cause causes caused receive receives received continue continues continued show shows showed lead leads led die dies died find finds found know knows knew
 believe believes believed let lets sign signs signed hold holds held stand stands stood lie lies lay fall falls fell rise rises rose
 control controls controlled remain remains remained stop stops stopped end ends ended finish finishes finished start starts started save saves saved
 search searches searched contain contains contained support supports supported assist assists assisted fear fears feared monitor secure secures secured
 prompt prompts prompted follows take takes took wear wears wore dig digs dug cover covers covered comprise comprises comprised consist consists consisted
 risk risks risked bury land lands`)

// wordMark tells a token without letters or digits.
func wordMark(w string) bool {
	for i := range len(w) {
		if c := w[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return false
		} else if c >= 0x80 {
			// dashes, quotes, ellipsis, bullets: U+2010 to U+2BFF
			return c == 0xe2 && i+1 < len(w) && w[i+1] >= 0x80 && w[i+1] <= 0xaf
		}
	}
	return true
}

// stateMention is a state named at tokens [first, last).
type stateMention struct {
	first, last int
	states      []int // candidates, index into lexicon.states
	form        stateForm
}

type number struct {
	quantity.Quantity
	first, last int // tokens
}

type timeExpr struct {
	when.Expr
	first, last int // tokens
}

// view is one text seen for deployments. Only sentences that were opened have
// parts of speech, numbers and times.
type view struct {
	t       *text.Text
	x       *lexicon
	story   time.Time
	low     []string
	pos     []byte
	opened  []bool
	states  []stateMention
	stateAt []int32 // index into states plus 1, at every token of it
	numbers []number
	numAt   []int32
	times   []timeExpr
	timeAt  []int32
	here    int // token where the dateline's place begins, -1
	hereEnd int
	body    int // first token behind the dateline
	caps    []bool
	tagger  Tagger
}

func newView(t *text.Text, x *lexicon, story time.Time, tagger Tagger) *view {
	n := len(t.Tokens)
	v := &view{t: t, x: x, story: story, tagger: tagger, low: make([]string, n), pos: make([]byte, n), stateAt: make([]int32, n), numAt: make([]int32, n),
		timeAt: make([]int32, n), opened: make([]bool, len(t.Sentences)), caps: make([]bool, len(t.Sentences)), here: -1}
	for i := range t.Tokens {
		v.low[i] = strings.ToLower(t.Surface(i))
	}
	words := gazetteer.Words(t, nil)
	var vals []uint32
	for _, m := range x.forms.Scan(nil, words) {
		if !m.Whole {
			continue
		}
		s := t.S[m.Start:m.End]
		if s[0] >= 'a' && s[0] <= 'z' || len(s) <= 3 && strings.ToUpper(s) != s {
			continue
		}
		vals = x.forms.Values(vals[:0], m.Leaf)
		sm := stateMention{first: m.First, last: m.Last, form: stateForm(vals[0] & 7)}
		for _, u := range vals {
			sm.states = append(sm.states, int(u>>3))
		}
		v.states = append(v.states, sm)
		for i := m.First; i < m.Last; i++ {
			v.stateAt[i] = int32(len(v.states))
		}
	}
	if len(t.Paragraphs) > 0 {
		if n := t.Dateline(0); n > 0 {
			first := t.Sentences[t.Paragraphs[0].First].First
			v.body = first + n
			v.dateline(first, first+n)
		}
	}
	return v
}

// dateline finds the place of the line of place and date.
func (v *view) dateline(first, last int) {
	i := first
	if v.low[i] == "(" { // "(ANSA) - ROME, MAY 29 - "
		for i < last && v.low[i] != ")" {
			i++
		}
		for i < last && wordMark(v.low[i]) {
			i++
		}
	}
	j := i
	for j < last && !wordMark(v.low[j]) || j < last && v.low[j] == "-" && j > i && v.t.Tokens[j].Start == v.t.Tokens[j-1].End {
		j++
	}
	if j > i && v.t.Surface(i) != "CORRECTION" {
		v.here, v.hereEnd = i, j
	}
}

// open makes a sentence ready.
func (v *view) open(s int) {
	if s < 0 || s >= len(v.opened) || v.opened[s] {
		return
	}
	v.opened[s] = true
	sn := v.t.Sentences[s]
	upper, letters := 0, 0
	for i := sn.First; i < sn.Last; i++ {
		w := v.t.Surface(i)
		if len(w) > 2 && !wordMark(w) && !strings.Contains(w, ".") {
			letters++
			if strings.ToUpper(w) == w {
				upper++
			} else if w[0] >= 'A' && w[0] <= 'Z' && v.t.Field == "headline" {
				upper++
			}
		}
	}
	v.caps[s] = letters > 3 && upper*5 > letters*4
	base := sn.Start
	for _, q := range quantity.Find(v.t.S[sn.Start:sn.End]) {
		f, l := v.tokens(sn, base+q.Start, base+q.End)
		if f >= l {
			continue
		}
		v.numbers = append(v.numbers, number{Quantity: q, first: f, last: l})
		for i := f; i < l; i++ {
			v.numAt[i] = int32(len(v.numbers))
		}
	}
	for _, e := range when.Find(v.t, s, v.story) {
		f, l := v.tokens(sn, e.Start, e.End)
		if f >= l {
			continue
		}
		v.times = append(v.times, timeExpr{Expr: e, first: f, last: l})
		for i := f; i < l; i++ {
			v.timeAt[i] = int32(len(v.times))
		}
	}
	if v.tagger != nil {
		v.tagger.Tag(v.t, s)
		sn = v.t.Sentences[s]
	}
	tagged := sn.Tagged
	for i := sn.First; i < sn.Last; i++ {
		v.pos[i] = v.guess(i, sn)
		if tagged && v.t.Tokens[i].Tag != 0 {
			switch {
			case !v.known(i, sn):
				v.pos[i] = v.fromTag(i)
			case v.pos[i] == pNoun && v.t.Tokens[i].Tag.Verb() && (v.x.verbs[v.low[i]].form&fBase != 0 || v.x.speech[v.low[i]] != 0) && v.x.people[v.low[i]].class == noClass && (i == sn.First || v.pos[i-1] != pDet && v.pos[i-1] != pAdj && v.pos[i-1] != pPrep):
				v.pos[i] = v.fromTag(i)
			}
		}
	}
}

// tokens finds the tokens of a sentence that a byte range touches.
func (v *view) tokens(sn text.Sentence, start, end int) (first, last int) {
	lo, hi := sn.First, sn.Last
	for lo < hi {
		m := (lo + hi) / 2
		if v.t.Tokens[m].End <= start {
			lo = m + 1
		} else {
			hi = m
		}
	}
	last = lo
	for last < sn.Last && v.t.Tokens[last].Start < end {
		last++
	}
	return lo, last
}

func (v *view) number(i int) *number {
	if i < 0 || i >= len(v.numAt) || v.numAt[i] == 0 {
		return nil
	}
	return &v.numbers[v.numAt[i]-1]
}

func (v *view) state(i int) *stateMention {
	if i < 0 || i >= len(v.stateAt) || v.stateAt[i] == 0 {
		return nil
	}
	return &v.states[v.stateAt[i]-1]
}

func (v *view) time(i int) *timeExpr {
	if i < 0 || i >= len(v.timeAt) || v.timeAt[i] == 0 {
		return nil
	}
	return &v.times[v.timeAt[i]-1]
}

func (v *view) w(i int) string {
	if i < 0 || i >= len(v.low) {
		return ""
	}
	return v.low[i]
}

func (v *view) capital(i int) bool {
	c := v.t.S[v.t.Tokens[i].Start]
	return c >= 'A' && c <= 'Z' || c >= 0xc3 && c <= 0xc5 && v.t.Surface(i) != v.low[i]
}

var tagPos = map[string]byte{
	"NN": pNoun, "NNS": pNoun, "NNP": pProper, "NNPS": pProper, "JJ": pAdj, "JJR": pAdj, "JJS": pAdj, "VB": pVerb, "VBP": pVerb, "VBZ": pVerb,
	"VBG": pIng, "VBD": pPast, "VBN": pPast, "DT": pDet, "PDT": pDet, "PRP$": pDet, "IN": pPrep, "CC": pConj, "RB": pAdv, "RBR": pAdv, "RBS": pAdv,
	"MD": pModal, "PRP": pPron, "CD": pNum, "TO": pTo, "WP": pWh, "WDT": pWh, "WRB": pSub, "WP$": pWh, "POS": pPoss, "RP": pPart, "EX": pPron,
}

// known tells a word that the lexicons know better than a tagger trained on
// other text: news in the present tense ("Belgium deploys") is rare there.
func (v *view) known(i int, sn text.Sentence) bool {
	w := v.low[i]
	if wordMark(w) || v.stateAt[i] != 0 || w[0] >= '0' && w[0] <= '9' {
		return true
	}
	if _, ok := closed[w]; ok {
		return true
	}
	if _, ok := v.x.people[w]; ok {
		return true
	}
	if _, ok := v.x.verbs[w]; ok {
		return true
	}
	if _, ok := v.x.speech[w]; ok || commonVerbs[w] {
		return true
	}
	return v.pos[i] == pProper && i > sn.First
}

// fromTag is the coarse part of speech of a tagged token.
func (v *view) fromTag(i int) byte {
	w := v.low[i]
	if wordMark(w) {
		return pMark
	}
	tag := v.t.Tokens[i].Tag.String()
	switch w {
	case "not", "n't", "n’t", "never":
		return pNeg
	case "is", "are", "was", "were", "be", "been", "being", "am", "has", "have", "had", "having", "do", "does", "did", "'re", "’re", "'ve", "’ve", "'m", "’m":
		if tag[0] == 'V' {
			return pAux
		}
	case "'s", "’s":
		if tag == "POS" {
			return pPoss
		}
		return pAux
	case "and", "or", "but":
		return pConj
	case "there":
		return pAdv
	case "because", "while", "when", "where", "although", "though", "if", "unless", "whether":
		return pSub
	case "that":
		if tag == "DT" {
			return pDet
		}
		if tag == "WDT" {
			return pWh
		}
		return pSub
	case "to":
		return pTo
	case "who", "which", "whom":
		return pWh
	}
	if c, ok := closed[w]; ok && (c == pPrep || c == pDet || c == pModal || c == pPron) && tag != "NNP" {
		return c
	}
	if p, ok := tagPos[tag]; ok {
		// The lexicon knows its verbs and nouns better in a few shapes.
		if p == pNoun || p == pAdj {
			if t, ok := v.x.verbs[w]; ok && p == pNoun && t.form == fPast|fPart && strings.HasSuffix(w, "ed") {
				return pPast
			}
		}
		return p
	}
	return v.guess(i, v.t.Sentences[v.t.Tokens[i].Sentence])
}

// guess is the coarse part of speech of a token by its form and its left neighbour.
func (v *view) guess(i int, sn text.Sentence) byte {
	w := v.low[i]
	if wordMark(w) {
		if c := closed[w]; c == pPoss && i > sn.First && v.t.Tokens[i-1].End == v.t.Tokens[i].Start && (strings.HasSuffix(v.low[i-1], "s") || len(w) > 1) {
			return pPoss
		}
		return pMark
	}
	prev := byte(pMark)
	pw := ""
	if i > sn.First {
		prev = v.pos[i-1]
		pw = v.low[i-1]
	}
	if w[0] >= '0' && w[0] <= '9' {
		return pNum
	}
	capital := v.capital(i) && i > sn.First && !v.caps[v.t.Tokens[i].Sentence]
	if v.stateAt[i] != 0 {
		switch v.states[v.stateAt[i]-1].form {
		case stAdjective:
			return pAdj
		default:
			return pProper
		}
	}
	if p, ok := closed[w]; ok {
		if capital && (w == "without" || w == "beyond") && v.capital(i-1) && i+1 < sn.Last && v.capital(i+1) {
			return pProper // "Doctors Without Borders"
		}
		if capital && p != pNum && !(prev == pMark) && w != "i" && pw != "" && v.capital(i-1) && i+1 < sn.Last && v.capital(i+1) && (p == pAdv || p == pModal || p == pPron) {
			return pProper
		}
		switch {
		case p == pPoss && (prev == pPron || pw == "that" || pw == "there" || pw == "who"):
			return pAux
		case w == "that":
			if i+1 < sn.Last {
				n := v.w(i + 1)
				if prev == pMark && i > sn.First || prev == pNoun || prev == pProper {
					if _, isAux := closed[n]; isAux && (closed[n] == pAux || closed[n] == pModal) {
						return pWh
					}
					if t, ok := v.x.verbs[n]; ok && t.form&(fThird|fPast) != 0 && t.form&fBase == 0 {
						return pWh
					}
				}
			}
			if prev == pVerb || prev == pPast || prev == pIng || prev == pNoun || prev == pProper || prev == pMark || prev == pAdj {
				return pSub
			}
			return pDet
		case (w == "out" || w == "back" || w == "home" || w == "off" || w == "in" || w == "up") && false:
			return pPart
		}
		return p
	}
	if capital {
		return pProper
	}
	if _, ok := v.x.people[w]; ok {
		t, isVerb := v.x.verbs[w]
		if !isVerb || !(prev == pTo || prev == pModal) || t.form&fBase == 0 {
			return pNoun
		}
	}
	nouny := prev == pDet || prev == pAdj || prev == pPoss || prev == pNum
	t, isTrig := v.x.verbs[w]
	sp, isSpeech := v.x.speech[w]
	if isTrig || isSpeech && sp != 0 || commonVerbs[w] {
		f := t.form
		if !isTrig {
			switch {
			case strings.HasSuffix(w, "ing"):
				f = fIng
			case strings.HasSuffix(w, "ed"):
				f = fPast | fPart
			case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss"):
				f = fThird
			default:
				f = fBase
			}
			switch w {
			case "said", "told", "sought", "led", "shot", "made", "got", "met", "lost", "struck", "fought", "built", "held":
				f = fPast | fPart
			}
		}
		switch {
		case w == "leave" && (pw == "on" || pw == "paid" || pw == "unpaid" || pw == "sick" || pw == "maternity" || pw == "administrative"):
			return pNoun
		case f == fThird && nounThird[w] && prev != pPron && prev != pWh:
			return pNoun
		case f&fIng != 0 && (w == "crossing" || w == "landing" || w == "posting") && (prev == pNoun || nouny):
			return pNoun
		case f&fIng != 0:
			return pIng
		case f&(fPast|fPart) != 0 && f&fBase == 0:
			return pPast
		case f&(fPast|fPart) != 0: // set, put, cut, quit, come
			if nouny {
				return pNoun
			}
			return pVerb
		case f&fThird != 0:
			if nouny || prev == pPrep || prev == pVerb || prev == pTo || v.x.nominals[w] != "" && (prev == pNoun || prev == pAdj) {
				return pNoun
			}
			return pVerb
		default:
			if (prev == pNoun || prev == pProper) && v.x.people[pw].plural {
				return pVerb
			}
			if prev == pVerb {
				return pNoun
			}
			if prev == pTo || prev == pModal || prev == pNeg || prev == pPron || pw == "and" && i > sn.First+1 && (v.pos[i-2] == pVerb) {
				return pVerb
			}
			if nouny || prev == pPrep || v.x.nominals[w] != "" {
				return pNoun
			}
			if prev == pNoun && (strings.HasSuffix(pw, "s") || v.x.people[pw].plural) || prev == pWh || prev == pAdv || prev == pSub {
				return pVerb
			}
			if prev == pProper || prev == pNoun || prev == pMark {
				if w == "go" || w == "send" || w == "deploy" || w == "withdraw" || w == "leave" || w == "enter" || w == "arrive" || w == "have" {
					return pVerb
				}
				return pNoun
			}
			return pVerb
		}
	}
	switch {
	case strings.HasSuffix(w, "ly") && len(w) > 4 && w != "family" && w != "assembly" && w != "supply":
		return pAdv
	case strings.HasSuffix(w, "ing") && len(w) > 5 && !nouny:
		return pIng
	case strings.HasSuffix(w, "ed") && len(w) > 4:
		if nouny && i+1 < sn.Last {
			return pAdj
		}
		return pPast
	}
	for _, s := range []string{"al", "ive", "ous", "ful", "ary", "ish", "ern", "less", "able", "ible"} {
		if strings.HasSuffix(w, s) && len(w) > len(s)+2 {
			return pAdj
		}
	}
	if i == sn.First && v.capital(i) && i+1 < sn.Last && v.capital(i+1) {
		return pProper
	}
	return pNoun
}
