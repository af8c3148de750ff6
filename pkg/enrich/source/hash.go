package source

// mix folds b into a. It is the only hash of the package: features, stems and
// lexicon keys are 32-bit numbers made with it.
func mix(a, b uint32) uint32 {
	h := a ^ b*0x9E3779B1
	h ^= h >> 15
	h *= 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	return h ^ h>>16
}

const fnvBasis = 2166136261

// hashLower hashes s with ASCII letters in lower case and curly apostrophes
// as straight ones.
func hashLower(s string) uint32 {
	h := uint32(fnvBasis)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		} else if c == 0xE2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2] == 0x99 {
			c, i = '\'', i+2
		}
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

const maxStem = 32

// stemHash hashes the stem of an English word: endings of number, person and
// tense go, common irregular verbs become their base. Words of more than
// maxStem bytes are their own stem.
func stemHash(s string) uint32 {
	if len(s) > maxStem || len(s) < 3 {
		return hashLower(s)
	}
	var buf [maxStem + 1]byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	n := len(s)
	if base := irregular(buf[:n]); base != "" {
		n = copy(buf[:], base)
	} else {
		n = regular(buf[:], n)
	}
	if n > 3 && buf[n-1] == 'e' {
		n--
	}
	h := uint32(fnvBasis)
	for _, c := range buf[:n] {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// regular cuts the ending of the n bytes of b and returns the new length.
func regular(b []byte, n int) int {
	ends := func(x string) bool { return n > len(x)+1 && string(b[n-len(x):n]) == x }
	switch {
	case ends("ies"), ends("ied"):
		if n > 4 {
			b[n-3] = 'y'
			return n - 2
		}
		return n - 1
	case ends("sses"), ends("shes"), ends("ches"), ends("xes"):
		return n - 2
	case ends("ss"), ends("us"), ends("is"), ends("eed"):
		return n
	case ends("s"):
		return n - 1
	case ends("ed") && n > 4:
		return undouble(b, n-2)
	case ends("ing") && n > 5:
		return undouble(b, n-3)
	}
	return n
}

func undouble(b []byte, n int) int {
	if n > 3 && b[n-1] == b[n-2] && b[n-1] != 'l' && b[n-1] != 's' || n > 4 && b[n-1] == 'l' && b[n-2] == 'l' {
		return n - 1
	}
	return n
}

func irregular(s []byte) string {
	switch string(s) {
	case "said", "says", "saying":
		return "say"
	case "told", "tells":
		return "tell"
	case "wrote", "written", "writing":
		return "write"
	case "thought", "thinks":
		return "think"
	case "felt":
		return "feel"
	case "knew", "known":
		return "know"
	case "saw", "seen":
		return "see"
	case "spoke", "spoken", "speaking":
		return "speak"
	case "swore", "sworn":
		return "swear"
	case "sought":
		return "seek"
	case "understood":
		return "understand"
	case "held":
		return "hold"
	case "heard":
		return "hear"
	case "meant":
		return "mean"
	case "made", "making":
		return "make"
	case "gave", "given", "giving":
		return "give"
	case "went", "gone":
		return "go"
	case "found":
		return "find"
	case "put", "putting":
		return "put"
	case "showed", "shown":
		return "show"
	case "forbade", "forbidden":
		return "forbid"
	case "drew", "drawn":
		return "draw"
	case "chose", "chosen":
		return "choose"
	case "foresaw", "foreseen":
		return "foresee"
	case "forecast":
		return "forecast"
	case "took", "taken", "taking":
		return "take"
	case "laid":
		return "lay"
	case "called", "calls", "calling":
		return "call"
	case "denied", "denies", "denying":
		return "deny"
	case "replied", "replies", "replying":
		return "reply"
	case "men":
		return "man"
	case "women":
		return "woman"
	case "people", "persons":
		return "person"
	case "media":
		return "media"
	case "news":
		return "news"
	}
	return ""
}

var (
	stemAccord = stemHash("according")
	hashThat   = hashLower("that")
)

var (
	stemSpoke     = stemHash("spokesperson")
	stemPerson    = stemHash("person")
	stemAsk       = stemHash("ask")
	stemDeclin    = stemHash("decline")
	stemRequest   = stemHash("request")
	stemWant      = stemHash("want")
	stemRefus     = stemHash("refuse")
	stemInsist    = stemHash("insist")
	stemNam       = stemHash("named")
	stemIdentif   = stemHash("identified")
	stemAnonym    = stemHash("anonymity")
	stemAuthoris  = stemHash("authorised")
	stemAuthoriz  = stemHash("authorized")
	stemPermit    = stemHash("permitted")
	stemAllow     = stemHash("allowed")
	stemSpeak     = stemHash("speak")
	stemTalk      = stemHash("talk")
	stemComment   = stemHash("comment")
	stemDiscuss   = stemHash("discuss")
	stemBrief     = stemHash("brief")
	stemCondition = stemHash("condition")

	hashNot          = hashLower("not")
	hashNt           = hashLower("n't")
	hashUnnamed      = hashLower("unnamed")
	hashUnidentified = hashLower("unidentified")
	hashUndisclosed  = hashLower("undisclosed")
	hashAnonymous    = hashLower("anonymous")
	hashAnonymity    = hashLower("anonymity")
	hashFamiliar     = hashLower("familiar")
	hashBriefed      = hashLower("briefed")
)

var (
	stemHead        = stemHash("head")
	stemChief       = stemHash("chief")
	stemLeader      = stemHash("leader")
	stemDirector    = stemHash("director")
	stemChair       = stemHash("chairman")
	stemChairwoman  = stemHash("chairwoman")
	stemCommander   = stemHash("commander")
	stemOfficer     = stemHash("officer")
	stemCoordinator = stemHash("coordinator")
	stemSecretary   = stemHash("secretary")
	stemPresident   = stemHash("president")
	stemAide        = stemHash("aide")
	stemAdviser     = stemHash("adviser")
	stemAdvisor     = stemHash("advisor")
	stemMember      = stemHash("member")
)

var (
	hashMonday    = hashLower("monday")
	hashTuesday   = hashLower("tuesday")
	hashWednesday = hashLower("wednesday")
	hashThursday  = hashLower("thursday")
	hashFriday    = hashLower("friday")
	hashSaturday  = hashLower("saturday")
	hashSunday    = hashLower("sunday")
	hashYesterday = hashLower("yesterday")
	hashToday     = hashLower("today")
	hashMorning   = hashLower("morning")
	hashAfternoon = hashLower("afternoon")
	hashEvening   = hashLower("evening")
	hashNight     = hashLower("night")
	hashWeek      = hashLower("week")
	hashMonth     = hashLower("month")
	hashPrevious  = hashLower("previous")
	hashSame      = hashLower("same")
	hashNext      = hashLower("next")
	hashFollowing = hashLower("following")
)

var (
	hashTo        = hashLower("to")
	stemOutcome   = stemHash("outcome")
	stemAgency    = stemHash("agency")
	hashAs        = hashLower("as")
	hashBy        = hashLower("by")
	stemCarry     = stemHash("carried")
	stemPublish   = stemHash("published")
	stemReport    = stemHash("reported")
	stemBroadcast = stemHash("broadcast")
	stemReleas    = stemHash("released")
	stemRelay     = stemHash("relayed")
	stemQuot      = stemHash("quoted")
	stemCit       = stemHash("cited")
	stemAir       = stemHash("aired")
	stemPrint     = stemHash("printed")
)
