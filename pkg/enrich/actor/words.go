package actor

import "strings"

var titles = set(`mr mrs ms miss dr prof professor sir lord lady gen general lt col colonel maj major capt captain sgt adm admiral cmdr brig brigadier sen senator rep gov governor
president premier chancellor minister king queen prince princess pope sheikh ayatollah mullah rev archbishop bishop cardinal ambassador judge secretary congressman congresswoman
chairman comrade marshal lieutenant sergeant corporal imam rabbi rep reps representative mayor commissioner elder commodore inspector emir sultan`)

func isTitle(w string) bool { return titles[w] }

// Prepositions of place.
var locatives = set(`in at near around outside inside from to into toward towards via through across throughout onto off beyond beneath above`)

// Prepositions behind which a capital is its government.
var agentives = set(`with by against between`)

// Verbs whose object is somebody who acts.
var addressVerbs = set(`told tell tells telling asked ask asks asking urged urge urges urging accused accuse accuses accusing warned warn warns warning pressed press assured assure informed blamed
blame blames thanked praised criticised criticized pressured persuaded condemned backs backed supports supported joined pushes pressing notified invited called allowed help helped sanction sanctioned`)

// Verbs of going, after which "for" and "to" tell a place.
var goingVerbs = set(`left leave leaves leaving depart departed departs departing bound headed head heading flew fly flies flying flown travelled traveled travel travels sailed sail go goes went going gone
returned return returns returning arrive arrived moved moving sent send sends dispatched deployed shipped transferred came come coming journey trip visit flight flights road way train plane`)

// Finite verbs and auxiliaries that follow a subject.
var finite = set(`said says say has had have will would is was were are does did do can could may might must should shall wants wanted agreed agrees denied denies announced announces asked asks
told tells accused accuses plans planned considers considered believes believed sent sends insists insisted called calls made makes took takes gave gives held holds kept keeps put puts
began begins went goes came comes became becomes saw sees knew knows left leaves met meets paid pays sought seeks won wins lost loses built builds brought brings fought fights
estimates estimated replied rejects rejected refused refuses vowed vows warned warns urges urged offered offers promised promises pledged pledges declared declares decided decides
hopes hoped fears feared expects expected opposes supports praises condemns welcomes urges demands wants blames criticises criticizes condemned allows lets bars blocks approves adopts adds aims argues arrests
asserts attacks bombs buys celebrates challenges charges cites closes commits complains concedes concludes confirms controls counts covers creates cuts defends delays delivers demands deploys describes
detains dismisses doubts drops eases ends enters evacuates extends faces fails favours favors fires follows formed gains grants grows handed heads hosts houses ignores imposes includes increases
insists intends invades invests invites issues jails joins jumps launches leads lifts links lists looks maintains marks mediates monitors moves names notes occupies operates orders owes owns
pardons passes plays postpones prefers prepares presses produces protests provides publishes pursues raises reaches reacts receives recognises recognizes reduces relies reopens repeats replaces requests
resists resumes returns reviews revokes rules runs scraps seizes sells serves shares shows slashes speaks spends spreads starts stays steps stops strikes suffers suggests summons suspects suspends
takes thinks trains treats tries turns unveils uses votes warns watches weighs welcomes wields withholds works writes wrote spoke struck shot found ran led sank drove flew rose fell stood sat broke chose swore toppled
threatens threatened hits slams blasts backs signs orders launches rules eyes mulls sees closes opens frees pulls pours lets bans expels summons
set sets cut cuts hit let lets put shut withdrew withdraws deploys dispatches recalls confirms confirmed claims claimed reports reported argues argued demands demanded needs needed remains remained continues continued signed`)

// sentenceVerbs are words that a noun phrase alone does not have.
var sentenceVerbs = set(`said says say has had have will would is was were are does did do can could may might must should shall told tells asked agreed denied announced`)

// Nouns that belong to a town rather than to its government.
var townNouns = set(`airport airports street streets suburb suburbs outskirts square population exchange mayor metro subway hospital hospitals university residents resident centre center district districts
skyline port harbour harbor station stadium museum cathedral mosque church theatre theater hotel hotels river zoo police prison jail slums neighbourhood neighborhoods neighborhood market weather
traffic bourse city downtown waterfront international`)

// finiteVerb reports whether a lower-case token behind a name is its verb.
func finiteVerb(w string) bool {
	return finite[w] || len(w) > 4 && strings.HasSuffix(w, "ed")
}
