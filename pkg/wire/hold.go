package wire

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	holdClock = regexp.MustCompile(`(?i)\b(\d{1,2})(?:[:.](\d{2}))?\s*(a\.?m\.?|p\.?m\.?|uhr|hrs?|h)?\s*\(?\s*([A-Z]{2,5})?\b`)
	holdFour  = regexp.MustCompile(`(?i)\b(\d{2})(\d{2})\s*\(?(GMT|UTC|[A-Z]{2,3}T|CET|CEST|MEZ|MESZ|hrs?)\b`)
	holdISO   = regexp.MustCompile(`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?`)
	holdDayEn = regexp.MustCompile(`(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?\b`)
	holdDayEu = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th|\.)?\s+(jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)[a-zä]*\.?(?:,?\s+(\d{4}))?\b`)
	holdAdv   = regexp.MustCompile(`(?i)\badv\s*\.?\s*(\d{1,2})\b`)
)

var monthOf = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "mär": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
	"sep": 9, "sept": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12}

// HoldUntil reads the end of an embargo from the words of an ADV or
// hold-for-release mark. A day is needed; a clock time without a zone is in the
// zone of the version, else in loc; a day without a time begins at its
// midnight there. Without a year it is the nearest such day from the version
// (else the receipt) on. What says less has no readable end.
func HoldUntil(s string, version, received time.Time, loc *time.Location) (time.Time, bool) {
	if iso := holdISO.FindString(s); iso != "" {
		if v, kind := ParseTime(iso, loc); kind == Zoned || kind == Unzoned {
			return v, true
		}
	}
	ref := version
	if ref.IsZero() {
		ref = received
	}
	if ref.IsZero() {
		return time.Time{}, false
	}
	zone := ref.Location()
	if loc != nil && version.IsZero() {
		zone = loc
	}
	ref = ref.In(zone)
	var year, day int
	var month time.Month
	var rest string // s without the day
	en, eu := holdDayEn.FindStringIndex(s), holdDayEu.FindStringIndex(s)
	if m := holdDayEn.FindStringSubmatch(s); m != nil && (eu == nil || en[0] < eu[0]) {
		month, day = monthOf[strings.ToLower(m[1])], atoi(m[2])
		year = atoi(m[3])
		rest = strings.Replace(s, m[0], " ", 1)
	} else if m := holdDayEu.FindStringSubmatch(s); m != nil {
		month, day = monthOf[strings.ToLower(m[2])], atoi(m[1])
		year = atoi(m[3])
		rest = strings.Replace(s, m[0], " ", 1)
	} else if m := holdAdv.FindStringSubmatch(s); m != nil {
		day = atoi(m[1])
		month, year = ref.Month(), ref.Year()
		if day < ref.Day() {
			month++
		}
		rest = strings.Replace(s, m[0], " ", 1)
	} else {
		return time.Time{}, false
	}
	if day < 1 || day > 31 {
		return time.Time{}, false
	}
	hour, minute := 0, 0
	if m := holdFour.FindStringSubmatch(rest); m != nil {
		hour, minute = atoi(m[1]), atoi(m[2])
		if h, ok := zoneHours[strings.ToUpper(m[3])]; ok {
			zone = fixed(int(h * 3600))
		}
		if hour > 24 || minute > 59 {
			return time.Time{}, false
		}
	} else if m := holdClock.FindStringSubmatch(rest); m != nil && (m[2] != "" || m[3] != "") {
		hour, minute = atoi(m[1]), atoi(m[2])
		switch half := strings.ToLower(strings.ReplaceAll(m[3], ".", "")); {
		case half == "pm" && hour < 12:
			hour += 12
		case half == "am" && hour == 12:
			hour = 0
		}
		if h, ok := zoneHours[strings.ToUpper(m[4])]; ok {
			zone = fixed(int(h * 3600))
		}
		if hour > 24 || minute > 59 {
			return time.Time{}, false
		}
	}
	if year == 0 {
		year = ref.Year()
		if time.Date(year, month, day, 23, 59, 59, 0, zone).Before(ref.AddDate(0, -6, 0)) {
			year++
		}
	}
	v := time.Date(year, month, day, hour, minute, 0, 0, zone)
	if v.Day() != day && hour != 24 || !plausible(v) {
		return time.Time{}, false
	}
	return normal(v), true
}

// namesDay tells words that name a month or a whole date.
func namesDay(s string) bool {
	return holdISO.MatchString(s) || holdDayEn.MatchString(s) || holdDayEu.MatchString(s)
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
