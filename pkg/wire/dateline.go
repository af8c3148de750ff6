package wire

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Dateline is the opening of a story: where, when and by whom it was filed.
type Dateline struct {
	Place   string // "SEOUL"
	Service string // "Yonhap"
	Month   time.Month
	Day     int
	Year    int
	// Len is the length in bytes of the dateline with its dash.
	Len int
}

// months by the first letters that tell them in the agencies' languages.
var months = []struct {
	prefix string
	month  time.Month
}{
	{"januar", 1}, {"january", 1}, {"jan", 1}, {"jän", 1}, {"ene", 1}, {"gen", 1}, {"tammi", 1},
	{"feb", 2}, {"fév", 2}, {"fev", 2}, {"helmi", 2},
	{"mar", 3}, {"mär", 3}, {"maalis", 3}, {"mrz", 3}, {"maart", 3}, {"mrt", 3},
	{"apr", 4}, {"avr", 4}, {"abr", 4}, {"huhti", 4},
	{"may", 5}, {"mai", 5}, {"maj", 5}, {"mei", 5}, {"mag", 5}, {"touko", 5},
	{"juin", 6}, {"jun", 6}, {"giu", 6}, {"kesä", 6},
	{"juil", 7}, {"jul", 7}, {"lug", 7}, {"heinä", 7},
	{"aug", 8}, {"août", 8}, {"aou", 8}, {"ago", 8}, {"elo", 8},
	{"sep", 9}, {"set", 9}, {"syys", 9},
	{"oct", 10}, {"okt", 10}, {"out", 10}, {"ott", 10}, {"loka", 10},
	{"nov", 11}, {"marras", 11},
	{"dec", 12}, {"dez", 12}, {"dic", 12}, {"déc", 12}, {"des", 12}, {"joulu", 12},
}

// MonthNamed is the month that a name or its beginning tells in the agencies'
// languages, 0 when none.
func MonthNamed(s string) time.Month {
	s = strings.ToLower(s)
	for _, m := range months {
		if strings.HasPrefix(s, m.prefix) {
			return m.month
		}
	}
	return 0
}

const (
	placePart = `([\p{Lu}][\p{L}\p{M}'’.\-/() ]{1,50}?(?:,\s+[\p{Lu}][\p{L}\p{M}'’.\- ]{1,40}?)?)`
	dayPart   = `(?:(\p{L}{3,10})\.?\s+(\d{1,2})|(\d{1,2})\.?\s+(?:de\s+)?(\p{L}{3,10})\.?|(\d{1,2})[./](\d{1,2})\.?)(?:,?\s+(\d{4}))?`
	dashPart  = `\s*(?:[.,]?\s*-{1,3}|[–—=:]|\.-)(?:\s+|$)`
)

var (
	datelineFull = regexp.MustCompile(`^` + placePart + `(?:,?\s+` + dayPart + `)?\s*,?\s*\(([\p{Lu}\p{Ll}][\p{L}\p{N}/ .&+-]{0,30})\)` + dashPart)
	// datelineRev reads "(ANSA) - ROMA, 03 GIU -".
	datelineRev = regexp.MustCompile(`^\(([\p{Lu}][\p{L}/ -]{1,30})\)\s*[-–—]\s*` + placePart + `,?\s+` + dayPart + dashPart)
	// datelineBare reads "MOSCOW, June 18 --" and "SEOUL --".
	datelineBare = regexp.MustCompile(`^([\p{Lu}][\p{Lu}'’.\- ]{2,40}(?:,\s+[\p{Lu}][\p{L}'’.\- ]{1,40}?)?)(?:,\s+` + dayPart + `)?\s*(?:--|[–—])\s+`)
)

// ReadDateline reads the dateline at the beginning of a body, in the ways the
// agencies write it: "SEOUL, Feb. 11 (Yonhap) -- ", "Berlin (dpa) - ",
// "(ANSA) - ROMA, 03 GIU - ", "Madrid, 3 jun (EFE).- ".
func ReadDateline(body string) (Dateline, bool) {
	if len(body) > 240 {
		body = strings.ToValidUTF8(body[:240], "")
	}
	body, _, _ = strings.Cut(body, "\n")
	if !strings.ContainsAny(body, "(–—") && !strings.Contains(body, "--") {
		return Dateline{}, false
	}
	if m := datelineFull.FindStringSubmatch(body); m != nil && !strings.ContainsAny(m[1], "()") {
		d := Dateline{Place: trimPlace(m[1]), Service: strings.TrimSpace(m[9]), Len: len(m[0])}
		d.day(m[2:9])
		if placeLike(d.Place) && serviceLike(d.Service) {
			return d, true
		}
		return Dateline{}, false
	}
	if m := datelineRev.FindStringSubmatch(body); m != nil {
		d := Dateline{Service: strings.TrimSpace(m[1]), Place: trimPlace(m[2]), Len: len(m[0])}
		d.day(m[3:10])
		return d, d.Place != ""
	}
	if m := datelineBare.FindStringSubmatch(body); m != nil {
		d := Dateline{Place: trimPlace(m[1]), Len: len(m[0])}
		d.day(m[2:9])
		return d, d.Place != ""
	}
	return Dateline{}, false
}

// placeLike tells a place from a beginning of a sentence: few words, each with
// a capital or one of the particles of names.
func placeLike(s string) bool {
	ws := strings.Fields(s)
	if len(ws) == 0 || len(ws) > 6 {
		return false
	}
	for _, w := range ws {
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "('’-/"))
		if unicode.IsUpper(r) || !unicode.IsLetter(r) {
			continue
		}
		switch strings.ToLower(w) {
		case "de", "del", "la", "las", "los", "el", "le", "les", "du", "des", "sur", "am", "an", "der", "die", "im", "in", "bei", "ob", "upon", "of", "the", "on", "da", "do", "dos", "di", "al", "den", "van", "aan", "near", "vor", "und", "and", "et", "y", "e":
		default:
			return false
		}
	}
	return true
}

// serviceLike tells the sign of an agency from words in parentheses.
func serviceLike(s string) bool {
	ws := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '/' })
	if len(ws) == 0 || len(ws) > 4 {
		return false
	}
	for _, w := range ws {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) && (len(w) > 5 || len(ws) > 1 && strings.Contains(s, " ")) {
			return false
		}
	}
	return true
}

func trimPlace(s string) string {
	return strings.TrimRightFunc(strings.TrimSpace(s), func(r rune) bool { return r == ',' || r == '/' || unicode.IsSpace(r) })
}

// day takes the groups of dayPart.
func (d *Dateline) day(g []string) {
	switch {
	case g[0] != "":
		d.Month, d.Day = MonthNamed(g[0]), atoi(g[1])
	case g[3] != "":
		d.Day, d.Month = atoi(g[2]), MonthNamed(g[3])
	case g[4] != "":
		d.Day, d.Month = atoi(g[4]), time.Month(atoi(g[5]))
	}
	d.Year = atoi(g[6])
	if d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > 31 {
		d.Month, d.Day, d.Year = 0, 0, 0
	}
}

// MonthDay is the day as "02-11", empty when the dateline tells none.
func (d Dateline) MonthDay() string {
	if d.Day == 0 {
		return ""
	}
	return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
}

var (
	targetSlug = regexp.MustCompile(`(?i)\bslug(?:ged|line)?\s*:?\s+["“'‘]?([\p{L}\p{N}][\p{L}\p{N}./_&'’-]*(?:[ ][\p{L}\p{N}][\p{L}\p{N}./_&'’-]*){0,4})`)
	slugStops  = regexp.MustCompile(`(?i)\s(?:moved|sent|issued|filed|which|that|from|at|on|by|has|have|is|was|were|under|of|in|and|with|because|due|for|as|transmitted|published|story)\b.*$`)
	targetDay  = regexp.MustCompile(`(?i)\b(?:moved|sent|issued|filed|transmitted|published|released|dated|of)\s+(?:on\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?` + dayPart)
	targetHead = regexp.MustCompile(`(?i)\b(?:headlined|titled|entitled|headline|headed|story|article|item|report|dispatch|under the headline|with the headline)\s*[,:]?\s*(?:is\s+|reading\s+)?["“«„]([^"”»“\n]{5,240})["”»“]`)
	targetID   = regexp.MustCompile(`\b(urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[^\s"”»)\],;]+|tag:[^\s"”»)\],;]+|[A-Z]{3}\d{14,20})`)
)

// TargetDay is the day, as "06-18", on which the story that a kill or
// correction names was sent, empty when it does not say.
func TargetDay(text string) string {
	if len(text) > 4000 {
		text = strings.ToValidUTF8(text[:4000], "")
	}
	m := targetDay.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	var d Dateline
	d.day(m[1:8])
	return d.MonthDay()
}

// KillTarget reads from the text of a kill which story it names: by id, by
// slug, or by headline; what is not named is empty.
func KillTarget(text string) (id, slug, headline string) {
	if len(text) > 4000 {
		text = strings.ToValidUTF8(text[:4000], "")
	}
	if m := targetID.FindStringSubmatch(text); m != nil {
		id = strings.TrimRight(m[1], ".:")
	}
	if m := targetSlug.FindStringSubmatch(text); m != nil {
		slug = strings.TrimRight(slugStops.ReplaceAllString(m[1], ""), ".,'’ ")
	}
	if m := targetHead.FindStringSubmatch(text); m != nil {
		headline = strings.TrimRight(strings.TrimSpace(m[1]), ",.")
	}
	return id, slug, headline
}
