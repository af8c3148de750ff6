package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
)

// languageSample is how many bytes of a text its language is judged by.
const languageSample = 4000

// Language tells the language of s as a BCP 47 primary subtag ("en", "ko"),
// from its script and its function words; empty when it cannot tell, as for
// a text of few words. It looks at the first 4,000 bytes.
func Language(s string) string {
	s = sample(s)
	script, latin, others := scriptOf(s)
	if others > latin {
		return script
	}
	words, english, foreign := functionWords(s)
	switch {
	case english >= 3 && english > 2*foreign && english*8 >= words, english >= 1 && foreign == 0 && words <= 12, english >= 2 && foreign == 0 && english*16 >= words:
		return "en"
	case words < 8, words < 25 && foreign < 3, english > 0 && english >= foreign:
		return "" // lists of names and results have words of many languages and sense of none
	}
	info := whatlanggo.Detect(strings.ToLower(s))
	if info.Lang < 0 || info.Confidence < 0.5 && foreign == 0 {
		return ""
	}
	if code := info.Lang.Iso6391(); code != "" {
		if code == "en" && foreign > english {
			return ""
		}
		return code
	}
	return ""
}

// languageOf is the language of an article: the declared one, unless the text
// is in a script that language is not written in.
func languageOf(declared, headline, body string) string {
	s := body
	if len(s) < 40 {
		s = headline + "\n" + body
	}
	declared = strings.ReplaceAll(strings.TrimSpace(declared), "_", "-")
	if declared == "" {
		return Language(s)
	}
	primary, _, _ := strings.Cut(strings.ToLower(declared), "-")
	script, latin, others := scriptOf(sample(s))
	switch {
	case others > latin && latinScript(primary) && script != "":
		return script
	case others == 0 && latin >= 40 && !latinScript(primary) && primary != "und" && primary != "mul":
		if l := Language(s); l != "" {
			return l
		}
	}
	if primary == "und" || primary == "mul" || primary == "zxx" {
		return Language(s)
	}
	return declared
}

func sample(s string) string {
	if len(s) <= languageSample {
		return s
	}
	n := languageSample
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// latinScript reports whether a language code is of a language written in
// Latin letters; unknown codes are taken to be.
func latinScript(primary string) bool {
	switch primary {
	case "ko", "ja", "zh", "ru", "uk", "be", "bg", "mk", "ar", "fa", "ur", "ps", "he", "yi", "el", "hi", "bn", "ta", "te",
		"ml", "kn", "gu", "pa", "mr", "ne", "si", "th", "lo", "km", "my", "ka", "hy", "am", "ti", "mn", "kk", "ky", "tg", "dv", "bo", "ug", "sd":
		return false
	}
	return true
}

// scriptOf counts Latin letters and letters of other scripts, and names the
// language the most frequent other script is usually the script of.
func scriptOf(s string) (lang string, latin, others int) {
	const (
		hangul = iota
		kana
		han
		cyrillic
		arabic
		hebrew
		greek
		thai
		devanagari
		other
	)
	var n [other + 1]int
	for _, r := range s {
		switch {
		case r < 0x250:
			if r < utf8.RuneSelf && byteClass(byte(r)) == clsLetter || r > 0xbf {
				latin++
			}
			continue
		case r >= 0xac00 && r <= 0xd7a3 || r >= 0x1100 && r <= 0x11ff || r >= 0x3130 && r <= 0x318f:
			n[hangul]++
		case r >= 0x3040 && r <= 0x30ff:
			n[kana]++
		case r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf || r >= 0x20000 && r <= 0x2fa1f:
			n[han]++
		case r >= 0x400 && r <= 0x52f:
			n[cyrillic]++
		case r >= 0x600 && r <= 0x6ff || r >= 0x750 && r <= 0x77f || r >= 0xfb50 && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefe:
			n[arabic]++
		case r >= 0x590 && r <= 0x5ff:
			n[hebrew]++
		case r >= 0x370 && r <= 0x3ff:
			n[greek]++
		case r >= 0xe00 && r <= 0xe7f:
			n[thai]++
		case r >= 0x900 && r <= 0x97f:
			n[devanagari]++
		case unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r):
			n[other]++
		default:
			continue
		}
		others++
	}
	if others == 0 {
		return "", latin, 0
	}
	if n[kana] > 0 && (n[han]+n[kana])*2 > others {
		return "ja", latin, others
	}
	best := 0
	for i := range n {
		if n[i] > n[best] {
			best = i
		}
	}
	return [...]string{"ko", "ja", "zh", "ru", "ar", "he", "el", "th", "hi", "und"}[best], latin, others
}

// functionWords counts the words of s, those that only English has among the
// languages of the wires, and those that only the others have.
func functionWords(s string) (words, english, foreign int) {
	for i := 0; i < len(s); {
		k, n := classAt(s, i)
		if k != clsLetter {
			i += n
			continue
		}
		j := i
		for j < len(s) {
			k, n := classAt(s, j)
			if k != clsLetter {
				break
			}
			j += n
		}
		words++
		w := s[i:j]
		i = j
		if len(w) > maxListed {
			continue
		}
		var buf [maxListed]byte
		switch string(lowered(w, &buf)) {
		case "the", "of", "and", "that", "is", "was", "were", "with", "by", "from", "said", "which", "has", "have", "had",
			"their", "they", "its", "would", "will", "been", "his", "who", "not", "are", "this", "it", "says", "after", "over", "amid", "to", "on":
			english++
		case "der", "die", "und", "das", "den", "von", "mit", "ist", "nicht", "auf", "für", "dem", "sich", "ein", "eine", "wird", "werden",
			"le", "les", "des", "du", "une", "est", "dans", "pour", "que", "qui", "sur", "avec", "et", "ont", "aux",
			"el", "los", "las", "del", "una", "por", "con", "para", "su", "y", "más", "como", "lo",
			"il", "di", "che", "della", "nel", "sono", "gli", "alla", "ha", "dei", "per",
			"da", "do", "dos", "uma", "não", "em", "com", "ao", "na", "os",
			"het", "een", "van", "zijn", "voor", "niet", "naar", "wordt", "aan",
			"och", "att", "som", "på", "av", "är", "og", "ikke", "til", "det", "ett", "har",
			"nie", "się", "jest", "że", "od", "je", "se", "ve", "bir", "bu", "ile", "için",
			"yang", "dan", "dengan", "untuk", "dari", "ini", "itu", "pada":
			foreign++
		}
	}
	return words, english, foreign
}
