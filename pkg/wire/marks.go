package wire

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Marks is what agencies write into headlines, sluglines and notes about what
// a version does.
type Marks struct {
	Change   model.Change
	Priority model.Priority
	// Service names service traffic: "advisory", "daybook", "tabular", "test".
	Service string
	// Part is set for takes and adds ("add-1", "take-2"): pieces of a story
	// that are chains of their own.
	Part string
	// Advance is the text of an ADV or hold-for-release mark, and Held that
	// there is one.
	Held    bool
	Advance string
	// Rest is the text without its marks.
	Rest string
}

type markRule struct {
	re       *regexp.Regexp
	change   model.Change
	priority model.Priority
	service  string
	part     string
	held     bool
}

// sep stands between a mark and the headline it belongs to; strict is the
// same for words that also begin compounds ("Flash-flood", "Kill-switch").
const (
	sep    = `\s*(?:[:)\]!|]+\s*[-–—]*|[-–—]+|\*+|\++|/{2,}|=+)\s*`
	strict = `\s*(?:[:)\]|]+(?:\s*[-–—]+)?|\s[-–—]+\s|[–—]|--+|\*+|\++|/{2,}|=+)\s*`
	end    = `|\s*$)`
	// cut stands before a mark at the end.
	cut = `(?:\s*[,;(/–—]\s*|\s+-+\s+|\s*--+\s*)`
	nth = `\d+(?:st|nd|rd|th)\s+`
)

// headRules are marks at the beginning of a headline or slug. Case counts
// where a word is also a common one.
var headRules = []markRule{
	{re: regexp.MustCompile(`^[(\[]?(?:MANDATORY KILL|BULLETIN KILL|KILL LIFTED|KILL RESCINDED|RELEASE OF KILLED STORY)\b(?:` + sep + `|\s+` + end), change: model.ChangeKill},
	{re: regexp.MustCompile(`^[(\[]?(?:KILL|Kill|KILLED|STORY KILLED|ITEM KILLED)(?:` + strict + end), change: model.ChangeKill},
	{re: regexp.MustCompile(`^KILL\s+(?:BC-|AM-|PM-)`), change: model.ChangeKill},
	{re: regexp.MustCompile(`(?i)^[(\[]?(?:(?:story|item|article|headline|report)\s+(?:withdrawn|removed|killed|retracted|deleted)|withdrawn|withdrawal|retraction|retracted|annulation|annul[ée]e?|annule|annullamento|annullat[ao]|annullare|cestinare|anular|anulen|anulaci[óo]n|anulad[ao]|anula[çc][ãa]o|zur[üu]ckgezogen|zur[üu]ckziehung|widerruf|tilbaketrukket|trukket tilbake|poisto|poistettu|peruutus|indraget|tillbakadragen|intrekking|ingetrokken|stryk|stryks)(?:` + strict + end), change: model.ChangeKill},
	{re: regexp.MustCompile(`^(?:WITHDRAWN|WITHDRAWAL|RETRACTION)` + sep), change: model.ChangeKill},
	{re: regexp.MustCompile(`^(?:STORY WITHDRAWN|STORY REMOVED|WITHDRAWN STORY)\b[\s:–—-]*`), change: model.ChangeKill},
	{re: regexp.MustCompile(`(?i)^[(\[]?(?:embargo lifted|kill lifted|reinstated|released from embargo)(?:` + sep + end), change: model.ChangeRelease},
	{re: regexp.MustCompile(`(?i)^[(\[]?(?:corrected|correction|corrects|corrective|corr|corrig[ée]e?|correctif|rectificatif|rectification|rectificaci[óo]n|correcci[óo]n|corregid[ao]|corre[çc][ãa]o|corrigid[ao]|retifica[çc][ãa]o|errata(?:\s+corrige)?|correzione|rettifica|korrektur|korrigiert|berichtigung|berichtigt|korr|korr-[a-zäöü]+|r[äa]ttelse|r[äa]ttad|rettelse|rettet|korrigert|korjaus|korjattu|correctie|rectificatie|gecorrigeerd)(?:\s+\d+)?` + strict), change: model.ChangeCorrection},
	{re: regexp.MustCompile(`^(?:CORRECTED|CORRECTION|CORRECTIVE|CORRIGÉ|BERICHTIGUNG|KORREKTUR|CORRECCIÓN|ERRATA CORRIGE)(?:\s+\d+)?` + sep), change: model.ChangeCorrection},
	{re: regexp.MustCompile(`(?i)^\(berichtigung:[^)]{0,600}\)\s*`), change: model.ChangeCorrection},
	{re: regexp.MustCompile(`^(?:REFILE|REFILED|REFILING|RPT|REPEAT|REPETITION|WDHLG|Wdh|RESENDING)\s*(?:\d+)?` + sep), change: model.ChangeRefile},
	{re: regexp.MustCompile(`(?i)^[(\[](?:refile|refiled|repeat|rpt|rpt\.|wiederholung|wdh|wdhlg|uusinta|repris)[)\]]\s*`), change: model.ChangeRefile},
	{re: regexp.MustCompile(`^(?:UPDATE|WRAPUP|WRAP UP|UPDATED)\s*\d*` + sep), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`(?i)^[(\[](?:(?:` + nth + `)?(?:lead|ld)(?:[- ]?writethru)?|update\s*\d*|updated|zusammenfassung[^)]{0,12}|neu[^)]{0,12}|actualizaci[óo]n|ampliaci[óo]n|ampl|actualis[ée]e?|atualizada|aggiornamento|\d+\.?\s*zf|zf|p[äa]ivitys)[)\]]\s*`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`(?i)^(?:` + nth + `(?:lead|ld)(?:[- ]?writethru)?|(?:lead|ld)[- ]writethru)\b[\s:,–—-]*`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`^LEAD(?:\s*[:)–—]|\s+-+\s|--+)\s*`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`^[(\[]?(?:EDITORS?'? ?NOTE|NOTE TO EDITORS|ADVISORY|Advisory|ADVISORY NOTICE|MEDIA ADVISORY|SERVICE ADVISORY|EDITORIAL ADVISORY|AVIS|AVISO|AVVISO|HINWEIS|ACHTUNG REDAKTIONEN|An die Redaktionen|Til redaksjonen|Till redaktionen|Redaktionelle Mitteilung)(?:` + sep + end), change: model.ChangeAdvisory, service: "advisory"},
	{re: regexp.MustCompile(`(?i)^[(\[]?(?:(?:[a-z]+ )?daybook|news digest|news budget|budget advisory|diary|agenda du jour|tagesvorschau|terminvorschau|agenda informativa|news summary|schedule advisory)(?:` + strict + end), change: model.ChangeAdvisory, service: "daybook"},
	{re: regexp.MustCompile(`^[(\[*+=\s]*(?:FLASH|BLITZ|NEWSFLASH|NEWS FLASH|Flash)(?:` + strict + end), priority: model.PriorityFlash},
	{re: regexp.MustCompile(`^[(\[*+=\s]*(?:ALERT|Alert|ALERTE|NEWSALERT|NEWS ALERT|NewsAlert|BULLETIN|BREAKING NEWS|BREAKING|SNAP|EIL|EILMELDUNG|Eil|ULTIM'ORA|ÚLTIMA HORA|ALERTA|HASTER|PIKA)(?:` + strict + end), priority: model.PriorityAlert},
	{re: regexp.MustCompile(`^[(\[*+=\s]*(?:URGENT|Urgent|URGENTE|DRINGEND|VORRANG)(?:` + strict + end), priority: model.PriorityUrgent},
	{re: regexp.MustCompile(`^\+{2,}\s*`), priority: model.PriorityAlert},
	{re: regexp.MustCompile(`^[(\[]?(?:ADV|Adv)\b\s*\.?\s*(?:\d{1,2}\b|for\b|FOR\b)?[^:–—)]{0,40}(?:[:–—)]\s*|\s*$)`), held: true},
	{re: regexp.MustCompile(`(?i)^[(\[]?(?:hold for release|hold-for-release|not for release|(?:for|advance for) release\b[^:]{0,20}\d|embargoed\s+(?:until|till|to|for)|embargo\s+(?:until|till|to|bis)|sperrfrist\s*(?::|\d|bis)|sous embargo jusqu|bajo embargo hasta|sotto embargo fino)[^:–—)]{0,60}(?:[:–—)]\s*|\s*$)`), held: true},
	{re: regexp.MustCompile(`^[(\[]?(?:EMBARGO|EMBARGOED|SPERRFRIST)\b\s*[:)]\s*`), held: true},
}

// tailRules are marks at the end of a headline or slug.
var tailRules = []markRule{
	{re: regexp.MustCompile(`(?i)[\s,;(/–—-]+(?:` + nth + `)?(?:ld|lead)[- ]?(?:writethru|all)\s*\)?\s*$`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`(?i)[\s,;(/–—-]+` + nth + `(?:ld|lead|writethru)\s*\)?\s*$`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`(?i)` + cut + `(?:ld|lead|leadall|wrap|writethru)\s*\)?\s*$`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`(?i)` + cut + `update\s*\d*\s*\)?\s*$`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`(?i)` + cut + `(?:correction|corrective|corrected|corr|korr|korrektur|corrects|corrig[ée]|berichtigung|r[äa]ttelse|rettelse)\s*\)?\s*$`), change: model.ChangeCorrection},
	{re: regexp.MustCompile(`(?i)` + cut + `(?:mandatory |bulletin )?(?:kill|withdrawal|story withdrawn|withdrawn)\s*\)?\s*$`), change: model.ChangeKill},
	{re: regexp.MustCompile(`(?i)` + cut + `(?:refile|refiled|rpt|repeat)\s*\)?\s*$`), change: model.ChangeRefile},
	{re: regexp.MustCompile(`(?i)` + cut + `advisory\s*\)?\s*$`), change: model.ChangeAdvisory, service: "advisory"},
	{re: regexp.MustCompile(`(?i)[\s,;(/–—-]+(` + nth + `(?:add|take))\s*\)?\s*$`), part: "add"},
	{re: regexp.MustCompile(`(?i)` + cut + `((?:add|take)\s*-?\s*\d+|first add|add)\s*\)?\s*$`), part: "add"},
	{re: regexp.MustCompile(`[\s,;(/–—-]+(?:Adv|ADV)\s*\.?\s*(?:\d{1,2}(?:\s*[-&,]\s*\d{1,2})?)?\s*\)?\s*$`), held: true},
	{re: regexp.MustCompile(`(?i)` + cut + `(?:adv|advance)\s+for\s[^,]{0,40}$`), held: true},
	{re: regexp.MustCompile(`(?i)` + cut + `(?:hold for release|hfr|embargoed (?:until|till|to)|not for release)\b[^()]{0,60}\)?\s*$`), held: true},
	{re: regexp.MustCompile(cut + `(?:URGENT|Urgent)\s*\)?\s*$`), priority: model.PriorityUrgent},
	{re: regexp.MustCompile(cut + `(?:BULLETIN|Bulletin|ALERT|Alert|NewsAlert|NEWSALERT)\s*\)?\s*$`), priority: model.PriorityAlert},
	{re: regexp.MustCompile(cut + `(?:FLASH|Flash)\s*\)?\s*$`), priority: model.PriorityFlash},
	{re: regexp.MustCompile(`\s(?:Substitute|Nightlead)$`), change: model.ChangeUpdate},
	{re: regexp.MustCompile(`\s*\+{2,}$`), priority: model.PriorityAlert},
}

var (
	killLifted = regexp.MustCompile(`(?i)kill (?:lifted|rescinded|withdrawn|eliminated)|release of killed story`)
	testLine   = regexp.MustCompile(`(?i)^\W*(?:(?:line|system|circuit|feed|transmission|delivery|leitungs|wire|broadcast)[ -]?test(?:s|ing)?\b|leitungstest|testmeldung|testlinje|testmelding|testiviesti|prova (?:di )?trasmissione|test (?:only|message|transmission|story|line|item|article|meldung|du fil|de transmission)\b|this is (?:only )?a test\b|ceci est un test\b|dies ist (?:nur )?ein test\b|esto es una prueba\b|the quick brown fox|test\W+test\b|test\W*(?:please|pls|bitte|do not|don't|disregard|ignore|nicht)\b)`)
	testAlone  = regexp.MustCompile(`^\W*(?:TEST|Test|test|TESTING)\W*\d*\W*$`)
	testIgnore = regexp.MustCompile(`(?i)\btest\b[^\n]{0,80}\b(?:ignore|disregard|nicht (?:verwenden|veröffentlichen|zur veröffentlichung)|do not (?:use|publish)|ne pas (?:tenir compte|publier))\b|\b(?:ignore|disregard)\b[^\n]{0,40}\btest\b`)
	tabSlug    = regexp.MustCompile(`(?i)^(?:BC-)?(?:[A-Z]{2,4}[-_]{1,2})?(?:box|box scores?|scores|glance|standings?|summar(?:y|ies)|linescores?|results|agate|transactions|leaders|pitching|odds|lottery|closing|stocks|stock listings?|currenc(?:y|ies)|exchange rates?|fx rates?|forex|markets? (?:table|prices|glance))\b|(?i)\b(?:box|summary|glance|standings|linescore|agate|lottery|most active|closing prices|exchange rates)\s*$`)
	dayWords   = regexp.MustCompile(`(?i)\b(?:daybook|news ?digest|news ?budget|budget advisory|(?:news|media|press|editorial|editors?['’]?s?|service|photo|schedule) advisory|news (?:schedule|planner|diary))\b`)
)

// ReadMarks reads and takes off the marks of a headline or slugline.
func ReadMarks(s string) Marks {
	m := Marks{Rest: strings.TrimSpace(s)}
	if loc := slugCount.FindStringIndex(m.Rest); loc != nil && m.Rest[loc[0]] == ',' && strings.IndexByte(m.Rest, ' ') < 0 || loc != nil && slugTail.MatchString(m.Rest) {
		m.Rest = m.Rest[:loc[0]]
	}
	if m.Rest == "" {
		return m
	}
	if len(m.Rest) > 600 {
		return m
	}
	low := strings.ToLower(m.Rest)
	if hasAny(low, "test", "prova", "prueba", "quick brown") && (testAlone.MatchString(m.Rest) || testLine.MatchString(m.Rest)) {
		m.Change, m.Service = model.ChangeTest, "test"
		return m
	}
	for range 6 {
		if !mayHead(m.Rest) || !m.take(headRules, true) {
			break
		}
	}
	for range 4 {
		if !mayTail(m.Rest) || !m.take(tailRules, false) {
			break
		}
	}
	if strings.Contains(low, "kill") && killLifted.MatchString(s) {
		m.Change = model.ChangeRelease
	}
	if m.Service == "" && hasAny(low, "daybook", "digest", "budget", "advisory", "news schedule", "news planner", "news diary") && dayWords.MatchString(m.Rest) {
		m.note(model.ChangeAdvisory, "", "daybook")
	}
	return m
}

// The first words of the head rules and the last words of the tail rules: a
// quick look that spares most headlines the rules.
var (
	headWords = words("mandatory bulletin kill killed story item release withdrawn withdrawal retraction retracted article headline report annulation annulé annulée annule annulee annullamento annullata annullato annullare cestinare anular anulen " +
		"anulación anulacion anulado anulada anulação anulacao anulaçao anulacão zurückgezogen zuruckgezogen zurückziehung zuruckziehung widerruf tilbaketrukket trukket poisto poistettu peruutus indraget tillbakadragen intrekking ingetrokken stryk stryks " +
		"embargo reinstated released corrected correction corrects corrective corr corrigé corrigée corrige corrigee correctif rectificatif rectification rectificación rectificacion corrección correccion corregido corregida correção correcao correçao correcão " +
		"corrigido corrigida retificação retificacao errata correzione rettifica korrektur korrigiert berichtigung berichtigt korr rättelse rattelse rättad rattad rettelse rettet korrigert korjaus korjattu correctie rectificatie gecorrigeerd " +
		"refile refiled refiling rpt repeat repetition wdhlg wdh resending wiederholung uusinta repris update wrapup wrap updated lead ld zusammenfassung neu actualización actualizacion ampliación ampliacion ampl actualisé actualisée actualise actualisee atualizada aggiornamento zf päivitys paivitys " +
		"editor editors note advisory media service editorial avis aviso avviso hinweis achtung an til till redaktionelle daybook news newsdigest newsbudget budget diary agenda tagesvorschau terminvorschau schedule " +
		"flash blitz newsflash alert alerte newsalert breaking snap eil eilmeldung ultim última ultima alerta haster pika urgent urgente dringend vorrang adv advance hold not for embargoed sperrfrist sous bajo sotto")
	tailWords = words("ld lead leadall all writethru wrap update correction corrective corrected corr korr korrektur corrects corrigé corrige berichtigung rättelse rattelse rettelse kill withdrawal withdrawn refile refiled rpt repeat advisory add take adv urgent bulletin alert newsalert flash substitute nightlead")
)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

func hasAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func mayHead(s string) bool {
	if strings.HasPrefix(s, "+") {
		return true
	}
	s = strings.TrimLeft(s, " \t([*+=")
	if s == "" {
		return true
	}
	if s[0] >= '0' && s[0] <= '9' {
		return true
	}
	i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if i < 0 {
		i = len(s)
	}
	if i > 24 {
		return false
	}
	w := strings.ToLower(s[:i])
	if headWords[w] {
		return true
	}
	return hasAny(strings.ToLower(s[:min(len(s), 40)]), "daybook") // "Sports daybook"
}

func mayTail(s string) bool {
	t := strings.TrimRight(s, " \t)")
	if strings.HasSuffix(t, "+") {
		return true
	}
	t = strings.TrimRight(t, "0123456789 -&,.")
	i := strings.LastIndexFunc(t, func(r rune) bool { return !unicode.IsLetter(r) })
	if w := t[i+1:]; len(w) <= 24 && tailWords[strings.ToLower(w)] {
		return true
	}
	return hasAny(strings.ToLower(s[max(0, len(s)-90):]), "adv", "hold for", "hfr", "embargoed", "not for release")
}

// take applies the first rule that matches and tells whether one did.
func (m *Marks) take(rules []markRule, head bool) bool {
	for i := range rules {
		r := &rules[i]
		loc := r.re.FindStringSubmatchIndex(m.Rest)
		if loc == nil || loc[1] == loc[0] {
			continue
		}
		hit := m.Rest[loc[0]:loc[1]]
		rest := strings.TrimSpace(m.Rest[:loc[0]] + m.Rest[loc[1]:])
		if !head {
			rest = strings.TrimRight(rest, " ,;(-–—/")
			if rest == "" {
				continue
			}
		}
		m.note(r.change, r.priority, r.service)
		if r.part != "" {
			m.Part = partName(m.Rest[loc[2]:loc[3]])
		}
		if r.held {
			m.Held = true
			m.Advance = strings.Trim(hit, " ,;()-–—:/")
		}
		m.Rest = rest
		return true
	}
	return false
}

// partName makes "add-1" of "1st Add" and "take-2" of "Take 2".
func partName(s string) string {
	s = strings.ToLower(s)
	n := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
	if strings.Contains(s, "first") || n == "" {
		n = "1"
	}
	kind := "add"
	if strings.Contains(s, "take") {
		kind = "take"
	}
	return kind + "-" + n
}

func (m *Marks) note(c model.Change, p model.Priority, service string) {
	m.Change = Stricter(m.Change, c)
	m.Priority = Higher(m.Priority, p)
	if m.Service == "" {
		m.Service = service
	}
}

// Join adds the marks of another text of the same version.
func (m *Marks) Join(o Marks) {
	m.note(o.Change, o.Priority, o.Service)
	if m.Part == "" {
		m.Part = o.Part
	}
	// "For release Sunday, June 8" says more than "Adv08".
	if o.Held && (!m.Held || namesDay(o.Advance) && !namesDay(m.Advance)) {
		m.Held, m.Advance = true, o.Advance
	}
}

var (
	noteLead     = regexp.MustCompile(`(?i)^[\s(\[*-]*(?:attn|eds?|editors?|attention(?: editors)?|note|n\.?b\.?|achtung|hinweis|red|redaktion(?:en)?|note to editors|editor's note|editors' note)\b[\s.:*–—-]*`)
	noteKill     = regexp.MustCompile(`(?:^|[.;:]\s*|\b(?:MANDATORY|BULLETIN)\s+)(?:KILL|KILLED|KILLS)\b(?:[:\s]|$)|\bMANDATORY KILL\b|\bSTORY (?:WITHDRAWN|REMOVED|KILLED)\b|(?i:\b(?:this|the|our|above|following)\s+(?:[\w“"'-]+\s+){0,5}?(?:story|item|article|report|dispatch|copy|piece|photo|picture|alert|headline)\b[^.;\n]{0,80}?\b(?:has been|is|was|is being|are|have been)\s+(?:hereby\s+)?(?:withdrawn|killed|retracted)\b)|(?i:\bkill (?:the )?(?:story|item|article|picture|photo)\b)|(?i:\b(?:wird|ist|wurde) (?:hiermit |hiermit von uns |von dpa )?zurückgezogen\b)|(?i:\bcette dépêche est annulée\b)|(?i:\bprière d'annuler\b)|(?i:\bpor favor,? anul(?:en|ar)\b)|(?i:\bsi prega di (?:annullare|cestinare)\b)`)
	noteCorr     = regexp.MustCompile(`^(?:CORRECT(?:S|ED|ING|ION)?|Correct(?:s|ed|ing|ion)|CORR|Corrige|CORRIGE|Corrigé|Berichtig(?:t|ung)|BERICHTIGUNG|KORREKTUR|Korrektur|Korrigiert|Rättar|Rättelse|Retter|Rettelse|Corrige|Korjattu|Korjaus|Corregido|Corrección)\b|\b(?:CORRECTS|CORRECTION|CORRECTING|CORRECTED)\b|(?i:\bcorrected version\b)|(?i:\bto correct\b)|(?i:\bcorrects? (?:spelling|name|date|day|number|figure|headline|para|typo|age|title|attribution|quote|slug)\b)`)
	noteCorrects = regexp.MustCompile(`^(?i:corrects?|corrected|correcting|corrective)\b`)
	noteRef      = regexp.MustCompile(`^(?:REFIL(?:E|ES|ED|ING)|Refil(?:es|ed|ing)|REPEATS?|Repeat(?:s|ing)|Resend(?:s|ing)|RESEND(?:S|ING))\b|\bREFILES?\b`)
	noteUpd      = regexp.MustCompile(`^(?:UPDAT(?:E|ES|ED|ING)|Updat(?:es|ed|ing)|ADDS?|Adds?|Adding|ADDING|RECASTS?|Recasts?|LEADS?|Leads|CHANGES?|Changes|TRIMS?|Trims|INCORPORATES?|Incorporates|REWRITES?|RESTORES?|MORE|TOPS|SUBS|Subs|MINOR EDITS|Minor edits|EDITS|AMENDS|Neu|Aktualisiert|Aktualisierung|Oppdaterer|Uppdaterar|Päivitetty|Noe utvidet|Ny versjon|Ajoute|AJOUTE|Actualise|ACTUALISE|Amplía|Actualiza)(?:\W|$)`)
	noteTest     = testIgnore
	noteHold     = regexp.MustCompile(`(?i)\b(?:hold for release|not for release (?:until|before)|embargoed (?:until|till|to|for)|sperrfrist|under embargo until|sous embargo jusqu|embargo(?:ed)?\s*:|for release\b[^.\n;]{0,40}\d|not for (?:publication|use|broadcast|release)[^.]{0,30}\b(?:before|until)\b)([^.\n;]{0,80})`)
	noteAdvis    = regexp.MustCompile(`^(?:ADVISORY|Advisory)\b`)
)

// ReadNote reads the marks of an editor's note.
func ReadNote(s string) Marks {
	m := Marks{Rest: s}
	if len(s) > 4000 {
		s = s[:4000]
	}
	low := strings.ToLower(s)
	t := s
	if loc := noteLead.FindStringIndex(t); loc != nil {
		t = t[loc[1]:]
	}
	t = strings.TrimLeft(t, " ([*-–—")
	switch {
	case strings.Contains(low, "kill") && killLifted.MatchString(s):
		m.Change = model.ChangeRelease
	case strings.Contains(low, "test") && noteTest.MatchString(s):
		m.Change, m.Service = model.ChangeTest, "test"
	case strings.Contains(low, "correct") && noteCorrects.MatchString(t):
		m.Change = model.ChangeCorrection // and the version before it is withdrawn
	case hasAny(low, "kill", "withdraw", "retract", "remove", "zurückgezogen", "annul", "anul", "cestinare") && noteKill.MatchString(t):
		m.Change = model.ChangeKill
	case hasAny(low, "corr", "berichtig", "korr", "rätt", "rett", "korj") && noteCorr.MatchString(t):
		m.Change = model.ChangeCorrection
	case hasAny(low, "refil", "repeat", "resend") && noteRef.MatchString(t):
		m.Change = model.ChangeRefile
	case noteAdvis.MatchString(t):
		m.Change, m.Service = model.ChangeAdvisory, "advisory"
	case noteUpd.MatchString(t):
		m.Change = model.ChangeUpdate
	}
	if !hasAny(low, "release", "embargo", "sperrfrist", "not for") {
		return m
	}
	if loc := noteHold.FindStringSubmatchIndex(s); loc != nil {
		m.Held, m.Advance = true, strings.TrimSpace(s[loc[0]:loc[1]])
	}
	return m
}

// Genre reads what the name of a genre, profile or item type says of the
// version: service traffic, corrections, priorities.
func Genre(name string) (model.Change, model.Priority, string) {
	n := strings.ToLower(strings.TrimSpace(name))
	if i := strings.LastIndexAny(n, ":/#"); i >= 0 {
		n = n[i+1:]
	}
	n = strings.NewReplacer("-", " ", "_", " ").Replace(n)
	switch n {
	case "advisory", "advisories", "editorial advisory", "media advisory", "hinweis", "redaktioneller hinweis", "achtung", "aviso", "avis", "avviso", "note to editors", "service message":
		return model.ChangeAdvisory, "", "advisory"
	case "daybook", "diary", "agenda", "calendar", "planner", "budget", "news budget", "digest", "news digest", "vorschau", "tagesvorschau", "terminvorschau", "wochenvorschau", "termine", "terminkalender",
		"prévisions", "previsions", "previsiones", "previsioni", "menu", "news summary", "schedule", "future events", "event listing", "coverage plan":
		return model.ChangeAdvisory, "", "daybook"
	case "table", "tables", "tabular", "tabelle", "tabellen", "ergebnisse", "results", "results listings and statistics", "resultslistingsandstatistics", "statistics", "statistik", "standings", "agate", "sports agate", "box score",
		"sports box", "stocks", "stock listing", "market data", "kurse", "börsenkurse", "lottery", "lotto", "tableau", "résultats", "resultados", "risultati":
		return "", "", "tabular"
	}
	if strings.HasPrefix(n, "korr ") || n == "korr" || n == "berichtigung" {
		return model.ChangeCorrection, "", ""
	}
	c, p := Signal(n)
	if c == model.ChangeRelease { // a press release
		c = ""
	}
	return c, p, ""
}

// Signal reads a format's own code of what a version does, with or without a
// scheme ("sig:correction", "sttinstruct:remove", "Kill"). The empty change
// means that the code says nothing of it.
func Signal(code string) (model.Change, model.Priority) {
	c := strings.ToLower(strings.TrimSpace(code))
	scheme := ""
	if i := strings.LastIndexAny(c, ":/#"); i >= 0 {
		scheme, c = c[:i], c[i+1:]
	}
	if strings.HasSuffix(scheme, "edstat") {
		switch c {
		case "c":
			return model.ChangeCorrection, ""
		case "k", "w":
			return model.ChangeKill, ""
		case "r":
			return model.ChangeRefile, ""
		}
	}
	switch strings.NewReplacer(" ", "", "-", "", "_", "").Replace(c) {
	case "kill", "killed", "mandatorykill", "cancel", "canceled", "cancelled", "delete", "deleted", "remove", "removed", "withdraw", "withdrawn", "withdrawal", "retract", "retraction", "retracted", "recall", "recalled", "takedown", "spiked", "annul", "annulation", "disregard", "elimination", "eliminate":
		return model.ChangeKill, ""
	case "correction", "correct", "corrected", "corrective", "corr", "erratum", "replacecorrection", "clarification", "clarify", "rectify":
		return model.ChangeCorrection, ""
	case "update", "updated", "lead", "writethru", "leadwritethru", "rewrite", "revision":
		return model.ChangeUpdate, ""
	case "refile", "refiled", "repeat", "rpt", "resend":
		return model.ChangeRefile, ""
	case "advisory", "advis", "advisories", "note", "servicemessage":
		return model.ChangeAdvisory, ""
	case "withhold", "withheld", "hold":
		return model.ChangeWithhold, ""
	case "release", "released", "reinstate", "reinstated", "embargolifted", "killlifted":
		return model.ChangeRelease, ""
	case "test", "testmessage", "linetest":
		return model.ChangeTest, ""
	case "flash":
		return "", model.PriorityFlash
	case "alert", "snap", "bulletin", "newsalert", "breaking", "breakingnews":
		return "", model.PriorityAlert
	case "urgent":
		return "", model.PriorityUrgent
	}
	return "", ""
}

func changeRank(c model.Change) int {
	switch c {
	case model.ChangeTest:
		return 9
	case model.ChangeRelease:
		return 8
	case model.ChangeKill:
		return 7
	case model.ChangeWithhold:
		return 6
	case model.ChangeCorrection:
		return 5
	case model.ChangeRefile:
		return 4
	case model.ChangeAdvisory:
		return 3
	case model.ChangeUpdate:
		return 2
	case model.ChangeNew:
		return 1
	}
	return 0
}

// Stricter is the change that outweighs the other when texts and signals of
// one version say both.
func Stricter(a, b model.Change) model.Change {
	if changeRank(b) > changeRank(a) {
		return b
	}
	return a
}

func priorityRank(p model.Priority) int {
	switch p {
	case model.PriorityFlash:
		return 4
	case model.PriorityAlert:
		return 3
	case model.PriorityUrgent:
		return 2
	case model.PriorityRoutine:
		return 1
	}
	return 0
}

// Higher is the more pressing priority.
func Higher(a, b model.Priority) model.Priority {
	if priorityRank(b) > priorityRank(a) {
		return b
	}
	return a
}

// OfUrgency maps IPTC urgency (1 the most pressing, 9 user defined) to the
// priorities: 1 flash, 2 alert, 3 urgent, everything else routine.
func OfUrgency(u int) model.Priority {
	switch u {
	case 1:
		return model.PriorityFlash
	case 2:
		return model.PriorityAlert
	case 3:
		return model.PriorityUrgent
	}
	return model.PriorityRoutine
}

var slugShape = regexp.MustCompile(`^[\p{L}\p{N}]+(?:[-_/]{1,2}[\p{L}\p{N}.&'’]+){1,8}$`)

// IsSlug tells whether a line is a slug, marks put aside: words joined by
// hyphens, underscores or slashes, without spaces.
func IsSlug(s string) bool {
	return len(s) < 120 && slugShape.MatchString(ReadMarks(slugCount.ReplaceAllString(s, "")).Rest)
}

var slugTail = regexp.MustCompile(`(?i)(?:ld|lead|writethru|add|take|kill|urgent|bulletin)\s*,\s*\d{2,4}\s*$`)

// slugCount is the word count behind a slug of ANPA copy.
var slugCount = regexp.MustCompile(`[\s,]+\d{2,4}\s*$`)

// SameKey tells whether two slugs or headlines are the same for a chain.
func SameKey(a, b string) bool {
	fold := func(s string) string {
		s = cycle.ReplaceAllString(ReadMarks(strings.Trim(s, " ,;")).Rest, "")
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	x := fold(a)
	return x != "" && x == fold(b)
}
