package actor

import (
	"slices"
	"strings"
)

// wordRoles gives the sectors (PLOVER/CAMEO) of the nouns by which people and
// bodies are told, in the singular. The list is the project's own.
var wordRoles = roleTable(`
GOV official minister president premier chancellor government ministry cabinet authority diplomat ambassador envoy governor mayor king queen prince princess monarch sultan emir administration
GOV embassy consulate consul delegation negotiator presidency councillor councilor councilwoman councilman commissioner undersecretary regime state leader secretary deputy councillors attache bureaucrat
GOV kremlin ombudsman statesman ruler dictator junta customs municipality council republic politician vice-president bureau emissary
LEG,GOV lawmaker legislator mp senator parliamentarian parliament congress congressman congresswoman legislature assembly senate backbencher bundestag duma knesset
MIL troop soldier army military general colonel major captain lieutenant navy force commander admiral brigade battalion regiment marine paratrooper peacekeeper airman sailor
MIL guard coalition warship warplane sapper serviceman servicemen servicewoman infantry battalion platoon corps garrison recruit conscript reservist commando sergeant officer airforce division troops forces
COP police policeman policemen policewoman gendarme gendarmerie constable sheriff detective interpol coastguard
JUD judge court prosecutor tribunal magistrate justice lawyer attorney judiciary jury
SPY intelligence spy agent
REB rebel insurgent guerrilla guerilla militant separatist jihadist terrorist extremist secessionist mutineer mujahideen insurgency jihadi islamist
UAF gunman gunmen militia militiaman militiamen mercenary paramilitary warlord fighter vigilante attacker assailant bomber paramilitaries
OPP opposition dissident protester demonstrator activist rioter exile
MED media press newspaper daily weekly journalist reporter television tv radio broadcaster correspondent editor columnist magazine newsroom blogger photographer tabloid
BUS company firm corporation business businessman businessmen businesswoman bank manufacturer builder contractor subcontractor trader investor executive maker producer airline operator factory
BUS exporter importer employer industry conglomerate manager entrepreneur dealer retailer shipyard banker industrialist supplier refinery startup consortium consultancy insurer economist carrier brewer utility bourse tycoon oligarch automaker chipmaker steelmaker planemaker shipper miner
LAB worker union labourer laborer employee striker unionist seamstress mason welder staff workforce carpenter docker seafarer
AGR farmer peasant herder fisherman fishermen rancher grower
EDU student teacher professor university school academic scholar college lecturer scientist researcher institute pupil academy
HLH doctor nurse physician hospital medic paramedic surgeon clinic
REL priest bishop cleric imam church monk mosque pope rabbi ayatollah archbishop mullah patriarch nun missionary cardinal
REF refugee migrant evacuee displaced returnee asylum-seeker deportee
CVL resident civilian villager local people person citizen national family relative woman women man men child children youth shopkeeper shopper consumer voter tourist passenger witness bystander analyst expert population
CVL settler community tribesman tribesmen inhabitant housewife pensioner driver crowd mourner survivor victim hostage parent widow mother father neighbour neighbor tribe elder expatriate commuter couple boy girl customer fan player athlete prisoner
NGO ngo charity humanitarian foundation campaigner watchdog volunteer
CRM criminal gang smuggler trafficker cartel bandit pirate kidnapper thief mafia robber hacker gangster looter fugitive murderer
PTY party
IGO
`)

// phraseRoles are told by two or three words together.
var phraseRoles = roleTable(`
LAB oil_worker trade_union labor_union labour_union union_leader union_official union_member trade_unionist trade_union_leader labour_leader labor_leader migrant_worker construction_worker factory_worker
MED news_agency state_media state_television state_tv state_radio press_agency news_outlet media_outlet television_station radio_station tv_station news_website news_channel
COP police_officer police_official police_chief security_official border_guard coast_guard riot_police police_force border_police police_commander security_service
MIL security_force armed_force air_force army_chief military_official military_officer army_officer military_commander general_staff military_spokesman army_spokesman defence_force defense_force naval_force chief_of_staff military_chief
MIL navy_official ground_force special_force military_leader defence_official defense_official army_commander national_guard
GOV,MIL defence_minister defense_minister defence_ministry defense_ministry defence_secretary defense_secretary minister_of_defence minister_of_defense ministry_of_defence ministry_of_defense ministry_of_national_defence ministry_of_national_defense national_defence_ministry national_defense_ministry defence_department defense_department department_of_defense
GOV national_security_adviser national_security_advisor security_adviser presidential_adviser cabinet_secretary prime_minister foreign_minister interior_minister head_of_state head_of_government state_department foreign_office central_government local_government city_council city_hall town_hall civil_servant secretary_of_state foreign_ministry interior_ministry security_council foreign_secretary head_of_the_government election_official vice_president central_bank election_commission electoral_commission
SPY,GOV intelligence_agency intelligence_service intelligence_chief intelligence_official spy_agency spy_chief secret_service secret_police security_agency intelligence_officer military_intelligence
OPP opposition_leader opposition_party opposition_group opposition_politician opposition_figure opposition_member opposition_candidate opposition_movement opposition_activist opposition_supporter human_rights_activist rights_activist pro_democracy_activist student_protester
OPP,LEG opposition_lawmaker opposition_mp opposition_legislator opposition_senator opposition_parliamentarian opposition_deputy
REB rebel_leader rebel_commander rebel_group rebel_force rebel_spokesman rebel_fighter rebel_army militant_group militant_leader guerrilla_leader terrorist_group insurgent_group separatist_leader separatist_group armed_group rebel_movement separatist_rebel extremist_group jihadist_group islamist_group separatist_fighter islamist_militant islamic_militant islamist_rebel liberation_front liberation_army guerrilla_group
UAF private_military_company private_military_contractor military_contractor private_army private_security_contractor armed_man armed_men militia_leader militia_group self_defence_group paramilitary_group security_contractor paramilitary_force
BUS chief_executive mining_company oil_company business_leader company_official company_spokesman state_firm security_company security_firm stock_exchange investment_bank chief_executive_officer business_group state_company company_executive oil_firm gas_company trade_group commercial_bank market_analyst shipping_company
PTY political_party party_leader party_official party_member ruling_party party_chairman party_spokesman
JUD supreme_court high_court court_official constitutional_court attorney_general chief_justice state_prosecutor public_prosecutor appeals_court military_court
REL religious_leader church_leader spiritual_leader church_official
NGO civil_society_group civil_society_organisation civil_society_organization aid_worker aid_agency aid_group rights_group human_rights_group relief_agency relief_worker humanitarian_worker humanitarian_organisation humanitarian_organization red_cross non_governmental_organisation non_governmental_organization aid_organisation aid_organization human_rights_organisation human_rights_organization charity_worker environmental_group advocacy_group think_tank monitoring_group
CRM drug_trafficker drug_dealer drug_lord drug_cartel criminal_group people_smuggler human_trafficker organised_crime organized_crime criminal_gang gang_leader gang_member
CVL tribal_leader community_leader local_resident tribal_elder village_elder ethnic_group indigenous_people
REF asylum_seeker displaced_people displaced_person internally_displaced refugee_camp
EDU student_leader student_group school_official university_official
HLH health_worker hospital_official medical_worker medical_official health_official medical_staff medical_team medical_brigade
AGR farm_worker
LEG,GOV ruling_party_lawmaker member_of_parliament members_of_parliament lower_house upper_house house_speaker parliament_speaker
IGO un_official un_peacekeeper u.n._peacekeeper un_spokesman international_organisation international_organization
`)

// generalHeads are nouns of any sector: who they are is told by the words
// before them ("union leader", "company official").
var generalHeads = set(`leader official chief head spokesman spokeswoman spokesperson member commander executive source worker supporter representative delegation delegate chairman
chairwoman director secretary team group unit department manager employee figure boss veteran aide adviser advisor coordinator founder camp movement organisation organization
association body staff staffer envoy candidate deputy officer activist agency council committee commission bureau office service force federation forces fighter fighters personnel`)

// roleModifiers put their sector first whatever noun they stand before.
var roleModifiers = map[string]string{
	"opposition": "OPP", "rebel": "REB", "insurgent": "REB", "guerrilla": "REB", "separatist": "REB", "militant": "REB", "terrorist": "REB", "dissident": "OPP",
	"anti-government": "OPP", "antigovernment": "OPP", "pro-democracy": "OPP",
}

func roleTable(table string) map[string][]string {
	m := map[string][]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		f := strings.Fields(line)
		roles := strings.Split(f[0], ",")
		for _, w := range f[1:] {
			m[strings.ReplaceAll(w, "_", " ")] = roles
		}
	}
	return m
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// singular takes the plural's ending off a lower-case noun.
func singular(w string) string {
	switch {
	case len(w) < 4 || strings.HasSuffix(w, "ss") || w == "media" || w == "police" || w == "congress":
		return w
	case strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "sses"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "s"):
		return w[:len(w)-1]
	}
	return w
}

func nounRoles(w string) []string {
	if r, ok := wordRoles[w]; ok {
		return r
	}
	return wordRoles[singular(w)]
}

// rolesOf tells the sectors of the noun phrase of these lower-case words, the
// primary one first; nil when its words tell none.
func rolesOf(words []string) []string {
	// A phrase of its own, as near the head as can be.
	n := len(words)
	for size := min(4, n); size >= 2; size-- {
		key := strings.Join(words[n-size:n-1], " ") + " "
		if r, ok := phraseRoles[key+words[n-1]]; ok {
			return withModifiers(r, words[:n-size])
		}
		if r, ok := phraseRoles[key+singular(words[n-1])]; ok {
			return withModifiers(r, words[:n-size])
		}
	}
	if n == 0 {
		return nil
	}
	head := words[n-1]
	own := nounRoles(head)
	if generalHeads[head] || generalHeads[singular(head)] {
		for i := n - 2; i >= 0; i-- {
			for size := min(3, i+1); size >= 2; size-- {
				if r, ok := phraseRoles[strings.Join(words[i+1-size:i+1], " ")]; ok {
					return withModifiers(r, words[:i+1-size])
				}
			}
			if notModifier[words[i]] {
				continue
			}
			if r := nounRoles(words[i]); r != nil {
				return withModifiers(r, words[:i])
			}
			if words[i] == "mining" || words[i] == "oil" || words[i] == "banking" {
				if own == nil {
					return []string{"BUS"}
				}
			}
		}
	}
	return withModifiers(own, words[:n-1])
}

// notModifier are words that tell a sector as a head and none before one.
var notModifier = set(`local state general major national people group man men force deputy vice first second former senior chief`)

func withModifiers(roles, before []string) []string {
	for _, w := range before {
		if m, ok := roleModifiers[w]; ok {
			out := []string{m}
			for _, r := range roles {
				if !slices.Contains(out, r) && !(m == "OPP" && r == "GOV") && !(m == "REB" && r == "GOV") {
					out = append(out, r)
				}
			}
			return out
		}
	}
	for _, w := range before {
		if (w == "government" || w == "state" || w == "federal") && len(roles) > 0 && !slices.Contains(roles, "GOV") {
			return append(slices.Clone(roles), "GOV")
		}
	}
	return roles
}
