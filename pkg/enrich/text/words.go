package text

import "strings"

// The word lists of this file are our own.

// maxListed is the length of the longest listed word.
const maxListed = 8

func lowered(w string, buf *[maxListed]byte) []byte {
	for i := range len(w) {
		c := w[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	return buf[:len(w)]
}

// isPrefix reports whether w, written before a hyphen, is a bound prefix that
// stays with its word, as in the English Web Treebank.
func isPrefix(w string) bool {
	if len(w) == 0 || len(w) > maxListed {
		return false
	}
	var buf [maxListed]byte
	switch string(lowered(w, &buf)) {
	case "anti", "co", "counter", "de", "e", "ex", "inter", "intra", "mega", "micro", "mid", "mini", "mis",
		"multi", "neo", "non", "over", "pan", "post", "pre", "pro", "quasi", "re", "semi", "sub",
		"super", "trans", "ultra", "un", "under":
		return true
	}
	return false
}

// abbreviation classes.
type abbr uint8

const (
	abbrNone  abbr = iota
	abbrTitle      // never ends a sentence: a name or a number follows
	abbrMonth      // a day follows; else it may end one
	abbrOther      // may end a sentence
)

// abbreviationOf classifies the word w, without its stop.
func abbreviationOf(w string) abbr {
	if len(w) == 0 || len(w) > maxListed {
		return abbrNone
	}
	var buf [maxListed]byte
	capital := upperAt(w, 0)
	switch string(lowered(w, &buf)) {
	case "mr", "mrs", "ms", "dr", "messrs", "mme", "mlle", "prof", "rev", "hon", "gov", "sen", "rep", "reps", "sens",
		"pres", "supt", "gen", "lt", "col", "maj", "sgt", "capt", "cpl", "pvt", "adm", "cmdr", "cdr", "brig", "msgr",
		"st", "mt", "ft", "fr", "vs", "viz", "cf", "approx", "atty", "dist", "insp", "det", "amb", "govs", "gens",
		"ald", "asst", "spc", "pfc", "cmdt", "vol", "nos", "ph":
		if capital {
			return abbrTitle
		}
		switch string(buf[:len(w)]) {
		case "vs", "viz", "cf", "approx", "nos", "mr", "mrs", "ms", "dr", "vol":
			return abbrTitle
		}
	case "jan", "feb", "mar", "apr", "aug", "sept", "sep", "oct", "nov", "dec":
		if capital {
			return abbrMonth
		}
	case "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun",
		"ala", "ariz", "ark", "calif", "colo", "conn", "del", "fla", "ga", "ill", "ind", "kan", "ky", "la", "md",
		"mich", "minn", "miss", "mont", "neb", "nev", "okla", "ont", "pa", "penn", "que", "tenn", "tex", "va", "vt",
		"wash", "wis", "wyo", "mass",
		"univ", "dept", "assn", "bros", "ave", "blvd", "rd", "hwy", "jr", "sr", "esq", "corp", "inc", "ltd", "plc", "cos":
		if capital {
			return abbrOther
		}
		switch string(buf[:len(w)]) {
		case "jr", "sr", "inc", "corp", "ltd":
			return abbrOther
		}
	case "co", "bhd", "ltda":
		if capital {
			return abbrOther
		}
	case "no": // only before a number has it kept its stop
		return abbrTitle
	case "etc", "al", "est", "tel", "ext", "incl", "ibid":
		if !capital {
			return abbrOther
		}
	}
	return abbrNone
}

// isAbbreviation reports whether w keeps the stop behind it, whatever follows.
func isAbbreviation(w string) bool { return abbreviationOf(w) != abbrNone && !equalFold(w, "no") }

// isStarter reports whether the word w, capitalised, tells that a sentence
// begins: a word that is capitalised for no other reason.
func isStarter(w string) bool {
	if len(w) > maxListed {
		switch strings.ToLower(w) {
		case "according", "meanwhile", "officials", "following", "moreover", "separately", "nevertheless", "therefore", "additionally":
			return true
		}
		return false
	}
	var buf [maxListed]byte
	switch string(lowered(w, &buf)) {
	case "the", "a", "an", "it", "he", "she", "they", "we", "you", "i", "its", "his", "her", "their", "our", "my", "your",
		"in", "on", "at", "by", "for", "from", "with", "to", "of", "into", "under", "over", "about", "among", "amid", "between", "during",
		"but", "and", "or", "so", "yet", "nor", "if", "when", "while", "as", "after", "before", "since", "because", "although", "though",
		"once", "until", "unless", "whether", "despite", "however", "also", "still", "then", "thus", "later", "earlier",
		"this", "that", "these", "those", "there", "here", "what", "who", "why", "how", "which", "where",
		"some", "many", "most", "all", "both", "each", "few", "several", "no", "not", "such", "another", "other", "others",
		"asked", "is", "are", "was", "were", "will", "would", "has", "have", "had", "does", "did", "do", "one", "two", "three",
		"only", "even", "now", "more", "last", "police", "instead":
		return true
	}
	return false
}
