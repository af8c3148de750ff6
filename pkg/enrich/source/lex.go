package source

import "strings"

// flag is a set of word classes.
type flag uint32

const (
	flagPerson   flag = 1 << iota // a human being in some role
	flagOfficial                  // a holder of office
	flagMedia                     // an outlet, an agency, a journalist
	flagDocument                  // something that is read
	flagOrg                       // a body
	flagGroup                     // people without office, in number
	flagAnon                      // a veil instead of a name
	flagSay                       // a verb of saying
	flagThink                     // a verb of thinking or wanting
	flagSayNoun                   // a noun of saying
	flagTitle                     // a title before a name
	flagSpoke                     // speaks for another
	flagOffice                    // the body an office belongs to
	flagVeil                      // an adjective that veils
	flagAbout                     // a measure or time word, never a source
	flagRelay                     // cites another: "citing", "quoting"
	flagBusiness                  // of a firm, not of a state
	flagState                     // a state, a capital or a people's name
)

// lexicon maps stems to word classes. It is an open-addressing table, safe
// for concurrent reading.
type lexicon struct {
	keys  []uint32
	flags []flag
	mask  uint32
}

func newLexicon() *lexicon {
	size := 1 << 13
	l := &lexicon{keys: make([]uint32, size), flags: make([]flag, size), mask: uint32(size - 1)}
	for _, g := range wordGroups() {
		for w := range strings.FieldsSeq(g.words) {
			l.add(stemHash(w), g.flag)
		}
	}
	return l
}

func (l *lexicon) add(k uint32, f flag) {
	if k == 0 {
		k = 1
	}
	i := k & l.mask
	for l.keys[i] != 0 && l.keys[i] != k {
		i = (i + 1) & l.mask
	}
	l.keys[i] = k
	l.flags[i] |= f
}

func (l *lexicon) of(stem uint32) flag {
	if stem == 0 {
		stem = 1
	}
	for i := stem & l.mask; l.keys[i] != 0; i = (i + 1) & l.mask {
		if l.keys[i] == stem {
			return l.flags[i]
		}
	}
	return 0
}

type wordGroup struct {
	flag  flag
	words string
}

// wordGroups are the closed classes of English that the rules of kinds,
// chains and the candidates of the models go by; written for this package.
func wordGroups() []wordGroup {
	return []wordGroup{
		{flagSay, `say tell add announce report state declare claim argue insist note warn write explain acknowledge admit confirm deny
			reply respond answer ask urge demand call describe assert allege reveal disclose suggest predict promise pledge vow
			tweet post blog testify concede complain remark comment reiterate stress emphasize emphasise emphasise underline underscore
			quip joke recall recount observe point contend maintain propose recommend order threaten offer caution
			advise inform notify assure brief indicate hint signal imply estimate forecast project calculate conclude rule
			criticize criticise condemn denounce praise hail welcome reject dismiss rebuff rebuke slam blast accuse blame charge
			apologize apologise thank congratulate invite request appeal plead swear affirm proclaim publish print broadcast carry cite quote mention
			tout lament bemoan lambast deplore decry protest object oppose endorse refuse decline repeat retort counter
			question query wonder read show find publish shout yell chant scream whisper mutter murmur voice relay
			specify clarify elaborate summarize summarise outline detail term dub label brand characterize characterise portray
			conjecture speculate attest certify testify rebut refute retract swear renew stipulate decree instruct`},
		{flagThink, `think believe know feel expect hope fear want plan intend decide consider doubt see regard view suspect assume
			realize realise understand figure reckon agree disagree support favor favour prefer wish seek mean aim like worry
			concern convince anticipate foresee envision imagine mull weigh eye contemplate learn determine accept choose
			appear seem deem judge interpret conclude guess presume opine aspire ponder recognize recognise`},
		{flagSayNoun, `statement report claim announcement allegation accusation suggestion comment remark warning call demand request
			appeal plea promise pledge vow offer proposal plan decision denial assertion argument assessment estimate forecast
			prediction belief view opinion fear hope concern doubt criticism praise charge complaint question answer reply
			response declaration order threat refusal rejection admission confession recommendation rumor rumour news word advice
			account description testimony observation conclusion finding intention intent desire commitment insistence assurance
			speculation suspicion idea notion thought expectation claim message tweet headline speech`},
		{flagRelay, `cite quote`},
		{flagPerson, `man woman person boy girl child mother father brother sister son daughter wife husband parent friend neighbor neighbour
			lawyer attorney analyst expert economist researcher scientist professor scholar academic teacher student doctor physician nurse
			farmer driver worker employee owner founder executive manager director president chairman chairwoman chair chief head boss
			coach player captain actor author novelist historian writer artist singer trader broker banker investor consultant
			adviser advisor aide strategist candidate activist campaigner organizer organiser volunteer leader member resident
			villager shopkeeper taxi mason carpenter sailor fisherman survivor victim witness suspect defendant
			soldier officer commander general colonel major lieutenant captain sergeant admiral brigadier marshal pilot fighter rebel militant
			priest bishop imam pastor cleric monk rabbi pope cardinal archbishop engineer dealer official coordinator hand pilot
			minister secretary ambassador envoy diplomat consul senator congressman congresswoman lawmaker legislator deputy governor mayor
			councilman councilwoman councillor councilor sheriff policeman judge prosecutor magistrate commissioner inspector
			spokesman spokeswoman spokesperson correspondent reporter journalist editor anchor columnist commentator critic supporter
			opponent voter user reader caller guest host king queen prince princess emperor sultan emir premier chancellor
			politician representative operative staffer pollster insider source whistleblower vendor pensioner refugee migrant`},
		{flagOfficial, `official minister ambassador envoy consul senator congressman congresswoman lawmaker legislator deputy governor
			mayor councilman councilwoman councillor councilor sheriff judge prosecutor magistrate commissioner premier
			chancellor king queen prince emperor sultan emir undersecretary
			general colonel lieutenant brigadier admiral marshal sergeant parliamentarian
			attorney-general speaker attaché chargé charge-d'affaires prefect
			republican democrat authority mp whip taoiseach vizier governor-general high-commissioner ombudsman`},
		{flagSpoke, `spokesman spokeswoman spokesperson spokesmen spokeswomen spokespeople spokespersons`},
		{flagMedia, `media newspaper daily weekly paper newsweekly agency broadcaster outlet magazine tabloid radio television tv channel
			network website portal press journalist reporter correspondent columnist editor anchor newscaster editorial journal
			news wire gazette blog podcast newsroom broadsheet monthly newspapers newscast
			afp reuters ap tass interfax xinhua kcna yonhap dpa efe ansa irna pti bbc cnn nbc abc cbs npr msnbc fox bloomberg
			ria upi itar-tass kyodo anadolu novosti sputnik telegraph guardian times post herald tribune gazette chronicle politico
			breitbart buzzfeed al-jazeera jazeera sana mehr fars tasnim isna bernama antara ani ians belga apa lusa mena wam petra
			pravda izvestia kommersant vedomosti rodong chosun donga hankyoreh asahi yomiuri mainichi nikkei
			spiegel zeitung bild monde figaro pais mundo repubblica corriere globo folha haaretz observer
			facebook twitter telegram youtube instagram weibo`},
		{flagDocument, `statement report document memo memorandum letter survey poll study paper figure statistic data record filing
			communique communiqué declaration transcript lawsuit complaint affidavit indictment email e-mail article book note
			bulletin release message tweet post text bill law act constitution treaty agreement contract order ruling verdict
			resolution file dossier census analysis review audit budget plan programme program manifesto notice advisory brief
			briefing diary memoir autobiography editorial ad advertisement video transcript recording testimony page leaflet cable
			footage log minutes summary outcome prospectus schedule table map chart newsletter caption headline story commentary
			research evidence finding draft estimate forecast invoice manifest ledger registry register certificate`},
		{flagOrg, `government ministry department agency office company firm group party union association organization organisation committee
			council commission parliament congress senate court police army navy force military bank embassy consulate university
			institute institution foundation bureau board administration campaign club team league federation coalition alliance
			authority centre center church hospital school college corporation maker builder manufacturer operator airline carrier
			ministry cabinet presidency kremlin pentagon house mission secretariat command headquarters state nation country city
			region province district municipality service regime opposition movement fund trust charity society chamber
			bloc consultancy consultants think-tank tank lobby watchdog regulator supplier contractor subcontractor chain retailer producer
			brotherhood junta militia guard republic kingdom regiment brigade battalion division fleet`},
		{flagGroup, `resident villager shopkeeper family worker employee farmer student protester demonstrator activist supporter voter
			people person critic expert analyst union relative colleague neighbour neighbor parent american republican democrat
			economist scientist researcher lawyer doctor nurse miner fisherman trader investor survivor witness
			observer refugee migrant fan member mother local passenger crew driver teacher pensioner
			conservative liberal progressive evangelical muslim christian jew force youth builder seaman sailor
			others many some most few several all both majority delegate campaigner opponent`},
		{flagAnon, `source insider sources anonymous unnamed unidentified`},
		{flagVeil, `western senior asian european arab african diplomatic regional intelligence security military informed familiar unnamed
			anonymous unidentified close local`},
		{flagTitle, `mr mrs ms dr miss sir lord lady dame sen rep gov gen col maj lt capt sgt adm cmdr prof rev fr msgr hon president minister
			premier chancellor king queen prince secretary senator governor general colonel major captain brigadier admiral marshal
			professor doctor pope sheikh sheik ayatollah imam commander judge justice lieutenant sergeant chairman chief
			mr. mrs. ms. dr. sen. rep. gov. gen. col. maj. lt. capt. sgt. adm. cmdr. prof. rev. fr. hon.`},
		{flagAbout, `percent per cent million billion thousand hundred year month week day hour minute second time monday tuesday wednesday
			thursday friday saturday sunday january february march april may june july august september october november december
			yesterday today tomorrow morning afternoon evening night condition anonymity interview way lot bit`},
		{flagOffice, `ministry government state federal presidential parliamentary municipal provincial army navy police military
			pentagon kremlin white national foreign defense defence interior embassy un nato eu united parliament congress senate
			brigade detachment contingent battalion regiment division fleet squadron corps
			party republic regional council city district security public commission committee administration department
			european african arab border customs court prosecutor alliance force mission union u.n. e.u. county village`},
		{flagBusiness, `company firm corporation bank airline maker builder manufacturer retailer consultancy contractor operator chain
			inc corp ltd llc plc gmbh holding holdings privately business consulting club hospital union college association
			university charity cross crescent shop restaurant front federation hotel plant factory yard`},
	}
}
