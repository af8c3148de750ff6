package text

// Parts of speech of the Penn Treebank with the additions of the English Web
// Treebank (HYPH, ADD, NFP, AFX, GW). TagNone is a token nobody tagged.
const (
	TagNone Tag = iota
	TagCC
	TagCD
	TagDT
	TagEX
	TagFW
	TagIN
	TagJJ
	TagJJR
	TagJJS
	TagLS
	TagMD
	TagNN
	TagNNS
	TagNNP
	TagNNPS
	TagPDT
	TagPOS
	TagPRP
	TagPRPPoss // PRP$
	TagRB
	TagRBR
	TagRBS
	TagRP
	TagSYM
	TagTO
	TagUH
	TagVB
	TagVBD
	TagVBG
	TagVBN
	TagVBP
	TagVBZ
	TagWDT
	TagWP
	TagWPPoss // WP$
	TagWRB
	TagCurrency   // $
	TagOpenQuote  // ``
	TagCloseQuote // ''
	TagComma      // ,
	TagStop       // . ? !
	TagColon      // : ; -- ...
	TagLRB        // -LRB-
	TagRRB        // -RRB-
	TagHYPH       // the hyphen inside a compound
	TagADD        // address: URL, mail
	TagNFP        // superfluous punctuation
	TagAFX
	TagGW
	TagXX

	// NumTags is the number of tags, TagNone included.
	NumTags = int(TagXX) + 1
)

var tagNames = [...]string{
	TagNone: "", TagCC: "CC", TagCD: "CD", TagDT: "DT", TagEX: "EX", TagFW: "FW", TagIN: "IN",
	TagJJ: "JJ", TagJJR: "JJR", TagJJS: "JJS", TagLS: "LS", TagMD: "MD", TagNN: "NN", TagNNS: "NNS",
	TagNNP: "NNP", TagNNPS: "NNPS", TagPDT: "PDT", TagPOS: "POS", TagPRP: "PRP", TagPRPPoss: "PRP$",
	TagRB: "RB", TagRBR: "RBR", TagRBS: "RBS", TagRP: "RP", TagSYM: "SYM", TagTO: "TO", TagUH: "UH",
	TagVB: "VB", TagVBD: "VBD", TagVBG: "VBG", TagVBN: "VBN", TagVBP: "VBP", TagVBZ: "VBZ",
	TagWDT: "WDT", TagWP: "WP", TagWPPoss: "WP$", TagWRB: "WRB", TagCurrency: "$",
	TagOpenQuote: "``", TagCloseQuote: "''", TagComma: ",", TagStop: ".", TagColon: ":",
	TagLRB: "-LRB-", TagRRB: "-RRB-", TagHYPH: "HYPH", TagADD: "ADD", TagNFP: "NFP", TagAFX: "AFX",
	TagGW: "GW", TagXX: "XX",
}

// String returns the treebank's name of the tag, empty for TagNone.
func (t Tag) String() string {
	if int(t) < len(tagNames) {
		return tagNames[t]
	}
	return ""
}

// ParseTag returns the tag of a treebank name. An unknown name gives TagNone
// and false.
func ParseTag(name string) (Tag, bool) {
	for i, n := range tagNames {
		if n == name && i > 0 {
			return Tag(i), true
		}
	}
	return TagNone, false
}

// Noun reports whether t is a common or proper noun.
func (t Tag) Noun() bool { return t >= TagNN && t <= TagNNPS }

// Proper reports whether t is a proper noun.
func (t Tag) Proper() bool { return t == TagNNP || t == TagNNPS }

// Verb reports whether t is a form of a verb; modals are not.
func (t Tag) Verb() bool { return t >= TagVB && t <= TagVBZ }

// Adjective reports whether t is an adjective.
func (t Tag) Adjective() bool { return t >= TagJJ && t <= TagJJS }

// Adverb reports whether t is an adverb other than a question word.
func (t Tag) Adverb() bool { return t >= TagRB && t <= TagRBS }

// Punct reports whether t is a mark rather than a word.
func (t Tag) Punct() bool { return t >= TagOpenQuote && t <= TagHYPH || t == TagNFP }

// Relations of Universal Dependencies v2 with the subtypes of the English
// Web Treebank. RelNone is a token nobody parsed.
const (
	RelNone Rel = iota
	RelRoot
	RelACL
	RelACLRelcl
	RelAdvcl
	RelAdvclRelcl
	RelAdvmod
	RelAmod
	RelAppos
	RelAux
	RelAuxPass
	RelCase
	RelCC
	RelCCPreconj
	RelCcomp
	RelCompound
	RelCompoundPrt
	RelConj
	RelCop
	RelCsubj
	RelCsubjOuter
	RelCsubjPass
	RelDep
	RelDet
	RelDetPredet
	RelDiscourse
	RelDislocated
	RelExpl
	RelFixed
	RelFlat
	RelGoeswith
	RelIobj
	RelList
	RelMark
	RelNmod
	RelNmodDesc
	RelNmodPoss
	RelNmodUnmarked
	RelNsubj
	RelNsubjOuter
	RelNsubjPass
	RelNummod
	RelObj
	RelObl
	RelOblAgent
	RelOblUnmarked
	RelOrphan
	RelParataxis
	RelPunct
	RelReparandum
	RelVocative
	RelXcomp

	// NumRels is the number of relations, RelNone included.
	NumRels = int(RelXcomp) + 1
)

var relNames = [...]string{
	RelNone: "", RelRoot: "root", RelACL: "acl", RelACLRelcl: "acl:relcl", RelAdvcl: "advcl",
	RelAdvclRelcl: "advcl:relcl", RelAdvmod: "advmod", RelAmod: "amod", RelAppos: "appos",
	RelAux: "aux", RelAuxPass: "aux:pass", RelCase: "case", RelCC: "cc", RelCCPreconj: "cc:preconj",
	RelCcomp: "ccomp", RelCompound: "compound", RelCompoundPrt: "compound:prt", RelConj: "conj",
	RelCop: "cop", RelCsubj: "csubj", RelCsubjOuter: "csubj:outer", RelCsubjPass: "csubj:pass",
	RelDep: "dep", RelDet: "det", RelDetPredet: "det:predet", RelDiscourse: "discourse",
	RelDislocated: "dislocated", RelExpl: "expl", RelFixed: "fixed", RelFlat: "flat",
	RelGoeswith: "goeswith", RelIobj: "iobj", RelList: "list", RelMark: "mark", RelNmod: "nmod",
	RelNmodDesc: "nmod:desc", RelNmodPoss: "nmod:poss", RelNmodUnmarked: "nmod:unmarked",
	RelNsubj: "nsubj", RelNsubjOuter: "nsubj:outer", RelNsubjPass: "nsubj:pass",
	RelNummod: "nummod", RelObj: "obj", RelObl: "obl", RelOblAgent: "obl:agent",
	RelOblUnmarked: "obl:unmarked", RelOrphan: "orphan", RelParataxis: "parataxis",
	RelPunct: "punct", RelReparandum: "reparandum", RelVocative: "vocative", RelXcomp: "xcomp",
}

// String returns the relation's name with its subtype, empty for RelNone.
func (r Rel) String() string {
	if int(r) < len(relNames) {
		return relNames[r]
	}
	return ""
}

// ParseRel returns the relation of a name. A subtype this list does not have
// falls back to its relation; an unknown relation gives RelDep and false.
func ParseRel(name string) (Rel, bool) {
	base := name
	for i := range len(name) {
		if name[i] == ':' {
			base = name[:i]
			break
		}
	}
	found := RelDep
	ok := false
	for i, n := range relNames {
		if i == 0 {
			continue
		}
		if n == name {
			return Rel(i), true
		}
		if n == base {
			found, ok = Rel(i), true
		}
	}
	return found, ok
}

// Subject reports whether r is a subject, clausal or passive ones included.
func (r Rel) Subject() bool {
	switch r {
	case RelNsubj, RelNsubjOuter, RelNsubjPass, RelCsubj, RelCsubjOuter, RelCsubjPass:
		return true
	}
	return false
}
