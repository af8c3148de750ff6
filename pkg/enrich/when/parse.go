package when

import (
	"strconv"
	"strings"
	"time"
)

type lexeme struct {
	start, end int
	lower      string
	upper      bool // begins with a capital
	num        bool
	mark       bool
}

// lex cuts s into runs of letters (with inner full stops left out), runs of
// digits and marks.
func lex(s string) []lexeme {
	out := make([]lexeme, 0, len(s)/5+2)
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c <= ' ':
			i++
		case c >= '0' && c <= '9':
			j := i
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				j++
			}
			out = append(out, lexeme{start: i, end: j, lower: s[i:j], num: true})
			i = j
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 && !strings.HasPrefix(s[i:], "’") && !strings.HasPrefix(s[i:], "–") && !strings.HasPrefix(s[i:], "—"):
			j := i
			for j < len(s) && (s[j]|0x20 >= 'a' && s[j]|0x20 <= 'z' || s[j] >= 0x80 && !strings.HasPrefix(s[j:], "’") && !strings.HasPrefix(s[j:], "–") && !strings.HasPrefix(s[j:], "—")) {
				j++
			}
			out = append(out, lexeme{start: i, end: j, lower: strings.ToLower(s[i:j]), upper: c >= 'A' && c <= 'Z'})
			i = j
		default:
			n := 1
			if c >= 0x80 {
				n = 3
			}
			out = append(out, lexeme{start: i, end: i + n, lower: s[i : i+n], mark: true})
			i += n
		}
	}
	return out
}

var months = map[string]time.Month{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
	"october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8,
	"sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}

var weekdays = map[string]time.Weekday{
	"monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 0,
	"mon": 1, "tue": 2, "tues": 2, "wed": 3, "thu": 4, "thur": 4, "thurs": 4, "fri": 5,
}

var seasons = map[string]time.Month{"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

var numbers = map[string]int{
	"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "couple": 2, "fourteen": 14,
}

var parts = map[string]bool{
	"morning": true, "afternoon": true, "evening": true, "night": true, "noon": true, "midday": true, "midnight": true, "dawn": true, "dusk": true, "sunset": true, "sunrise": true,
}

type parser struct {
	s   string
	l   []lexeme
	day time.Time // the story's day, zero when unknown
}

func (p *parser) w(i int) string {
	if i < 0 || i >= len(p.l) {
		return ""
	}
	return p.l[i].lower
}

func (p *parser) upper(i int) bool { return i >= 0 && i < len(p.l) && p.l[i].upper }

// number reads a small whole number in digits or words.
func (p *parser) number(i int) (int, bool) {
	if i < 0 || i >= len(p.l) {
		return 0, false
	}
	if p.l[i].num {
		n, err := strconv.Atoi(p.l[i].lower)
		return n, err == nil && len(p.l[i].lower) <= 4
	}
	n, ok := numbers[p.l[i].lower]
	return n, ok
}

func (p *parser) year(i int) (int, bool) {
	if i < 0 || i >= len(p.l) || !p.l[i].num || len(p.l[i].lower) != 4 {
		return 0, false
	}
	y, err := strconv.Atoi(p.l[i].lower)
	return y, err == nil && y >= 1800 && y <= 2200
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func lastDay(y int, m time.Month) time.Time { return date(y, m+1, 0) }

func (p *parser) monday() time.Time {
	return p.day.AddDate(0, 0, -(int(p.day.Weekday())+6)%7)
}

func span(from, to time.Time, g Grain) Expr { return Expr{From: from, To: to, Grain: g} }

func one(d time.Time) Expr { return Expr{From: d, To: d} }

// day shifted from the story's, zero when that is unknown.
func (p *parser) shift(days int) time.Time {
	if p.day.IsZero() {
		return time.Time{}
	}
	return p.day.AddDate(0, 0, days)
}

// at reads an expression that begins at lexeme i.
func (p *parser) at(i int) (Expr, int, bool) {
	w := p.w(i)
	if p.l[i].mark {
		return Expr{}, i, false
	}
	if p.l[i].num {
		return p.numeric(i)
	}
	switch w {
	case "today", "tonight":
		e := one(p.shift(0))
		e.Today = w == "today"
		return e, i + 1, true
	case "yesterday":
		return one(p.shift(-1)), p.part(i + 1), true
	case "tomorrow":
		return one(p.shift(1)), p.part(i + 1), true
	case "overnight":
		return span(p.shift(-1), p.shift(0), Day), i + 1, true
	case "easter", "christmas":
		if !p.upper(i) {
			return Expr{}, i, false
		}
		next := i + 1
		if x := p.w(next); x == "eve" || x == "day" || x == "sunday" {
			next++
		}
		return p.feast(i, next)
	case "new":
		if p.w(i+1) == "year" && p.upper(i) && p.upper(i+1) {
			j := i + 2
			for p.w(j) == "'" || p.w(j) == "’" || p.w(j) == "s" {
				j++
			}
			switch p.w(j) {
			case "eve":
				return p.nearest(i, j+1, func(y int) Expr { return one(date(y, 12, 31)) }), j + 1, true
			case "day":
				return p.nearest(i, j+1, func(y int) Expr { return one(date(y, 1, 1)) }), j + 1, true
			}
			return p.nearest(i, i+2, func(y int) Expr { return one(date(y, 1, 1)) }), i + 2, true
		}
		return Expr{}, i, false
	}
	if _, ok := weekdays[w]; ok && p.upper(i) && (len(w) > 5 || p.w(i+1) == ".") {
		next := i + 1
		if p.w(next) == "." && len(w) <= 5 {
			next++
		}
		return p.weekday(i, i, next, 0)
	}
	if m, ok := months[w]; ok && p.upper(i) {
		return p.month(i, i, m, 0, 0)
	}
	if _, ok := seasons[w]; ok && !p.upper(i) {
		return p.season(i, i, 0)
	}
	switch w {
	case "early", "mid", "late", "middle", "beginning", "start", "end":
		return p.portion(i)
	case "year":
		// "year-end"
		if p.w(i+1) == "-" && p.w(i+2) == "end" && !p.day.IsZero() {
			return one(date(p.day.Year(), 12, 31)), i + 3, true
		}
	case "last", "past", "previous", "next", "coming", "following", "this", "current", "that", "the":
		return p.relative(i)
	case "earlier", "later":
		if p.w(i+1) == "this" || p.w(i+1) == "last" || p.w(i+1) == "in" {
			if p.w(i+1) == "in" {
				return Expr{}, i, false
			}
			e, next, ok := p.relative(i + 1)
			if ok && p.w(i+1) == "this" && !p.day.IsZero() {
				if w == "earlier" && !e.From.After(p.day) {
					return e, next, ok
				}
				if w == "later" {
					return e, next, ok
				}
			}
			return e, next, ok
		}
	case "weekend":
		if p.w(i-1) == "the" || p.w(i-1) == "a" {
			return p.weekend(i, i+1, 0)
		}
	}
	if _, ok := p.number(i); ok {
		return p.numeric(i)
	}
	return Expr{}, i, false
}

// part skips a part of the day behind a day.
func (p *parser) part(i int) int {
	if parts[p.w(i)] {
		return i + 1
	}
	if x := p.w(i); (x == "early" || x == "late") && parts[p.w(i+1)] {
		return i + 2
	}
	return i
}

// numeric reads what begins with a number: "29 September", "2016-09-29",
// "two weeks ago", "60 days", "2018".
func (p *parser) numeric(i int) (Expr, int, bool) {
	if y, ok := p.year(i); ok {
		if p.w(i+1) == "-" && p.w(i+3) == "-" && i+4 < len(p.l) && p.l[i+2].num && p.l[i+4].num {
			m, _ := p.number(i + 2)
			d, _ := p.number(i + 4)
			if m >= 1 && m <= 12 && d >= 1 && d <= lastDay(y, time.Month(m)).Day() {
				return one(date(y, time.Month(m), d)), i + 5, true
			}
		}
		// A bare year needs a preposition or to stand for itself.
		switch p.w(i - 1) {
		case "in", "since", "until", "till", "by", "before", "of", "during", "after", "late", "early", "through", "from", "mid":
			if !p.upper(i+1) || p.w(i+1) == "" {
				return span(date(y, 1, 1), date(y, 12, 31), Year), i + 1, true
			}
		}
		return Expr{}, i, false
	}
	n, ok := p.number(i)
	if !ok || n < 0 {
		return Expr{}, i, false
	}
	j := i + 1
	if p.l[i].num && (p.w(j) == "st" || p.w(j) == "nd" || p.w(j) == "rd" || p.w(j) == "th") && p.l[j].start == p.l[i].end {
		j++
		if p.w(j) == "of" {
			j++
		}
	}
	if m, ok := months[p.w(j)]; ok && p.upper(j) && p.l[i].num {
		if p.w(j+1) == "." {
			return p.dayMonth(i, n, m, j+2)
		}
		return p.dayMonth(i, n, m, j+1)
	}
	if p.w(i) == "couple" || p.w(i) == "a" && p.w(j) == "couple" {
		n = 2
		if p.w(i) == "a" {
			j++
		}
		if p.w(j) == "of" {
			j++
		}
	} else if p.w(i) == "a" || p.w(i) == "an" {
		n = 1
	}
	hyphen := false
	if p.w(j) == "-" {
		j++
		hyphen = true
	}
	unit := strings.TrimSuffix(p.w(j), "s")
	if (unit != "day" && unit != "week" && unit != "month" && unit != "year" && unit != "fortnight" && unit != "hour") || n > 2000 {
		return Expr{}, i, false
	}
	if hyphen {
		return Expr{}, i, false
	}
	switch p.w(j + 1) {
	case "ago", "earlier":
		return p.offset(unit, -n), j + 2, true
	case "before":
		if p.w(j+2) == "" || p.w(j+2) == "." || p.w(j+2) == "," {
			return p.offset(unit, -n), j + 2, true
		}
	case "later", "after":
		return Expr{}, i, false
	case "from":
		if p.w(j+2) == "now" || p.w(j+2) == "today" {
			return p.offset(unit, n), j + 3, true
		}
	}
	return p.term(i, n, unit, j+1)
}

// offset is the day, week, month or year so far from the story's.
func (p *parser) offset(unit string, n int) Expr {
	if p.day.IsZero() {
		return Expr{}
	}
	switch unit {
	case "hour":
		return one(p.shift(n / 24))
	case "day":
		return one(p.shift(n))
	case "week", "fortnight":
		if unit == "fortnight" {
			n *= 2
		}
		m := p.monday().AddDate(0, 0, 7*n)
		return span(m, m.AddDate(0, 0, 6), Week)
	case "month":
		f := date(p.day.Year(), p.day.Month()+time.Month(n), 1)
		return span(f, lastDay(f.Year(), f.Month()), Month)
	}
	y := p.day.Year() + n
	if y < 1800 || y > 2200 {
		return Expr{}
	}
	return span(date(y, 1, 1), date(y, 12, 31), Year)
}

// term is "within 60 days", "in the next two weeks".
func (p *parser) term(i, n int, unit string, next int) (Expr, int, bool) {
	j := i - 1
	ahead := false
	for p.w(j) == "the" || p.w(j) == "next" || p.w(j) == "coming" || p.w(j) == "about" || p.w(j) == "some" || p.w(j) == "following" {
		ahead = ahead || p.w(j) == "next" || p.w(j) == "coming"
		j--
	}
	switch p.w(j) {
	case "within", "inside":
	case "in":
		if !ahead && !p.future(i, next) {
			return Expr{}, i, false
		}
	case "over", "during", "for":
		if !ahead {
			return Expr{}, i, false
		}
	default:
		return Expr{}, i, false
	}
	e := Expr{Bound: Until}
	if !p.day.IsZero() {
		switch unit {
		case "day":
			e.To = p.day.AddDate(0, 0, n)
		case "week":
			e.To = p.day.AddDate(0, 0, 7*n)
		case "fortnight":
			e.To = p.day.AddDate(0, 0, 14*n)
		case "month":
			e.To = p.day.AddDate(0, n, 0)
		case "year":
			if n > 100 {
				return Expr{}, i, false
			}
			e.To = p.day.AddDate(n, 0, 0)
		case "hour":
			e.To = p.day.AddDate(0, 0, (n+23)/24)
		}
	}
	return e, next, true
}

// weekday resolves a weekday named at lexeme k; rel is -1 for "last", 1 for "next".
func (p *parser) weekday(i, k, next, rel int) (Expr, int, bool) {
	d := weekdays[p.w(k)]
	next = p.part(next)
	if p.day.IsZero() {
		return Expr{}, next, true
	}
	// "Friday, Sept. 9", "Monday, November 30, 2015": the date decides.
	if j := next; p.w(j) == "," || p.w(j) == "the" {
		if m, ok := months[p.w(j+1)]; ok && p.upper(j+1) {
			return p.month(i, j+1, m, 0, 0)
		}
		if e, n, ok := p.numeric(j + 1); j+1 < len(p.l) && p.l[j+1].num && ok && e.Grain == Day {
			return e, n, ok
		}
	}
	back := (int(p.day.Weekday()) - int(d) + 7) % 7
	fwd := (7 - back) % 7
	switch {
	case rel < 0:
		if back == 0 {
			back = 7
		}
		return one(p.shift(-back)), next, true
	case rel > 0:
		if fwd == 0 {
			fwd = 7
		}
		return one(p.shift(fwd)), next, true
	}
	if p.future(i, next) {
		return one(p.shift(fwd)), next, true
	}
	return one(p.shift(-back)), next, true
}

// month reads "September", "Sept. 29", "September 29, 2016", "March 2018".
// rel is -1 for last, 1 for next; portion 1 early, 2 mid, 3 late, 4 end, 5 beginning.
func (p *parser) month(i, k int, m time.Month, rel, portion int) (Expr, int, bool) {
	next := k + 1
	if p.w(next) == "." && (len(p.w(k)) < 4 && m != time.May || p.w(k) == "sept") {
		next++
	}
	if rel == 0 && portion == 0 && next < len(p.l) && p.l[next].num && len(p.l[next].lower) <= 2 {
		d, _ := p.number(next)
		next++
		if x := p.w(next); (x == "st" || x == "nd" || x == "rd" || x == "th") && p.l[next].start == p.l[next-1].end {
			next++
		}
		return p.dayMonth(i, d, m, next)
	}
	w := p.w(k)
	y, ok := p.year(next)
	if !ok && p.w(next) == "," {
		if y, ok = p.year(next + 1); ok {
			next++
		}
	}
	if !ok && p.w(next) == "of" {
		if y, ok = p.year(next + 1); ok {
			next++
		}
	}
	if ok {
		next++
		if rel != 0 {
			return Expr{}, i, false
		}
		return p.portionOf(y, m, portion), next, true
	}
	if len(w) <= 4 && w != "june" && w != "july" && w != "may" && portion == 0 {
		return Expr{}, i, false // an abbreviation without a day
	}
	if rel == 0 && portion == 0 && (w == "may" || w == "march" || w == "august") {
		switch p.w(k - 1) {
		case "in", "by", "since", "until", "till", "before", "of", "from", "during", "after", "through", "to", "and", "late", "early", "between":
		default:
			return Expr{}, i, false
		}
	}
	if p.upper(next) && (p.upper(k-1) || w == "may" || w == "march") && portion == 0 && rel == 0 && p.w(k-1) != "in" {
		return Expr{}, i, false // a name: "the June Movement"
	}
	if p.day.IsZero() {
		return Expr{}, next, true
	}
	this := date(p.day.Year(), p.day.Month(), 1)
	year := p.day.Year()
	switch {
	case rel < 0:
		if m >= p.day.Month() {
			year--
		}
	case rel > 0:
		if m <= p.day.Month() {
			year++
		}
	case p.future(i, next):
		if date(year, m, 1).Before(this) {
			year++
		}
	default:
		if date(year, m, 1).After(this) {
			year--
		}
	}
	return p.portionOf(year, m, portion), next, true
}

func (p *parser) portionOf(y int, m time.Month, portion int) Expr {
	last := lastDay(y, m)
	switch portion {
	case 1, 5:
		return span(date(y, m, 1), date(y, m, 10), Month)
	case 2:
		return span(date(y, m, 11), date(y, m, 20), Month)
	case 3:
		return span(date(y, m, 21), last, Month)
	case 4:
		return one(last)
	}
	return span(date(y, m, 1), last, Month)
}

// dayMonth is a day of a month, its year perhaps at next.
func (p *parser) dayMonth(i, d int, m time.Month, next int) (Expr, int, bool) {
	y, ok := p.year(next)
	if !ok && p.w(next) == "," {
		if y, ok = p.year(next + 1); ok {
			next++
		}
	}
	if ok {
		next++
	}
	if x := p.w(next); x == "movement" || x == "brigade" || x == "brigades" || x == "alliance" || x == "coalition" || x == "revolution" || x == "incident" || x == "uprising" {
		return Expr{}, i, false // "the March 23 Movement"
	}
	if !ok {
		if p.day.IsZero() {
			if d < 1 || d > 31 {
				return Expr{}, i, false
			}
			return Expr{}, next, true
		}
		y = p.day.Year()
		at := date(y, m, d)
		switch {
		case p.future(i, next):
			if at.Before(p.day) {
				y++
			}
		case at.After(p.day):
			y--
		}
	}
	if d < 1 || d > lastDay(y, m).Day() {
		if d == 29 && m == 2 && !ok {
			return Expr{}, next, true
		}
		return Expr{}, i, false
	}
	return one(date(y, m, d)), next, true
}

// season reads a season at lexeme k.
func (p *parser) season(i, k, rel int) (Expr, int, bool) {
	m := seasons[p.w(k)]
	next := k + 1
	y, ok := p.year(next)
	if !ok && p.w(next) == "of" {
		if y, ok = p.year(next + 1); ok {
			next++
		}
	}
	if ok {
		next++
	} else {
		// A season alone needs a word of time before it: "spring" and "fall" have other senses.
		switch p.w(k - 1) {
		case "in", "since", "by", "until", "till", "before", "this", "last", "next", "of", "through", "during", "over", "early", "late", "after":
		case "the":
			switch p.w(k - 2) {
			case "in", "since", "by", "until", "till", "before", "of", "through", "during", "over", "after":
			default:
				return Expr{}, i, false
			}
		default:
			return Expr{}, i, false
		}
		if p.w(k) == "fall" && p.w(next) == "of" {
			return Expr{}, i, false
		}
		if p.day.IsZero() {
			return Expr{Grain: Season}, next, true
		}
		y = p.day.Year()
		end := date(y, m+3, 0)
		switch {
		case rel < 0:
			if !end.Before(p.day) {
				y--
			}
		case rel > 0, p.future(i, next):
			if end.Before(p.day) {
				y++
			}
		default:
			if date(y, m, 1).After(p.day) {
				y--
			}
		}
	}
	return span(date(y, m, 1), date(y, m+3, 0), Season), next, true
}

// portion reads "early October", "mid-December", "the end of March",
// "late 2024", "the end of the year", "mid-month".
func (p *parser) portion(i int) (Expr, int, bool) {
	kind := map[string]int{"early": 1, "beginning": 5, "start": 5, "mid": 2, "middle": 2, "late": 3, "end": 4}[p.w(i)]
	j := i + 1
	switch p.w(i) {
	case "beginning", "start", "end", "middle":
		if p.w(j) != "of" {
			return Expr{}, i, false
		}
		j++
	default:
		if p.w(j) == "-" {
			j++
		}
	}
	if p.w(j) == "in" {
		j++
	}
	if p.w(j) == "the" {
		j++
	}
	rel := 0
	switch p.w(j) {
	case "this", "current":
		j++
	case "last":
		rel = -1
		j++
	case "next":
		rel = 1
		j++
	case "coming", "present":
		j++
	}
	if m, ok := months[p.w(j)]; ok && p.upper(j) {
		e, next, ok := p.month(i, j, m, rel, kind)
		return e, next, ok
	}
	if y, ok := p.year(j); ok {
		return p.yearPortion(y, kind), j + 1, true
	}
	if p.day.IsZero() {
		switch p.w(j) {
		case "week", "month", "year":
			return Expr{}, j + 1, true
		}
		return Expr{}, i, false
	}
	switch p.w(j) {
	case "month":
		f := date(p.day.Year(), p.day.Month()+time.Month(rel), 1)
		return p.portionOf(f.Year(), f.Month(), kind), j + 1, true
	case "year":
		return p.yearPortion(p.day.Year()+rel, kind), j + 1, true
	case "week":
		m := p.monday().AddDate(0, 0, 7*rel)
		switch kind {
		case 4:
			return one(m.AddDate(0, 0, 6)), j + 1, true
		case 1, 5:
			return span(m, m.AddDate(0, 0, 1), Week), j + 1, true
		case 3:
			return span(m.AddDate(0, 0, 4), m.AddDate(0, 0, 6), Week), j + 1, true
		}
		return span(m, m.AddDate(0, 0, 6), Week), j + 1, true
	}
	if _, ok := weekdays[p.w(j)]; ok && p.upper(j) && len(p.w(j)) > 5 && kind != 4 {
		return p.weekday(i, j, j+1, rel)
	}
	if _, ok := seasons[p.w(j)]; ok {
		e, next, ok := p.season(i, j, rel)
		return e, next, ok
	}
	if p.w(i) == "late" && p.w(j) == "yesterday" {
		return one(p.shift(-1)), j + 1, true
	}
	return Expr{}, i, false
}

func (p *parser) yearPortion(y, kind int) Expr {
	switch kind {
	case 1, 5:
		return span(date(y, 1, 1), date(y, 4, 30), Year)
	case 2:
		return span(date(y, 5, 1), date(y, 8, 31), Year)
	case 3:
		return span(date(y, 9, 1), date(y, 12, 31), Year)
	case 4:
		return one(date(y, 12, 31))
	}
	return span(date(y, 1, 1), date(y, 12, 31), Year)
}

// weekend is Saturday and Sunday; rel -1 the last, 1 the next.
func (p *parser) weekend(i, next, rel int) (Expr, int, bool) {
	if p.day.IsZero() {
		return Expr{}, next, true
	}
	sat := p.monday().AddDate(0, 0, 5)
	switch {
	case rel != 0:
		if rel < 0 || rel > 0 && !sat.After(p.day) {
			sat = sat.AddDate(0, 0, 7*rel)
		}
	case !p.future(i, next) && sat.After(p.day):
		sat = sat.AddDate(0, 0, -7)
	}
	return span(sat, sat.AddDate(0, 0, 1), Day), next, true
}

// relative reads "last week", "next month", "this year", "the previous day",
// "the weekend", "last Friday", "last November".
func (p *parser) relative(i int) (Expr, int, bool) {
	j := i
	if p.w(j) == "the" {
		j++
	}
	rel := 0
	this := false
	switch p.w(j) {
	case "last", "past", "previous", "preceding":
		rel = -1
	case "next", "coming", "following":
		rel = 1
	case "this", "current", "same":
		this = true
	case "day":
		if p.w(j+1) == "before" && (j > i) {
			switch p.w(j + 2) {
			case "", ".", ",", "that":
				return one(p.shift(-1)), j + 2, true
			case "yesterday":
				return one(p.shift(-2)), j + 3, true
			}
		}
		if p.w(j+1) == "after" && p.w(j+2) == "tomorrow" {
			return one(p.shift(2)), j + 3, true
		}
		return Expr{}, i, false
	case "weekend":
		return p.weekend(i, j+1, 0)
	default:
		return Expr{}, i, false
	}
	past := p.w(j) == "past"
	j++
	if x := p.w(j); rel == 0 && x == "past" || x == "coming" {
		rel = map[string]int{"past": -1, "coming": 1}[x]
		past = x == "past"
		j++
	}
	w := p.w(j)
	switch w {
	case "day":
		if rel == 0 || past {
			return Expr{}, i, false
		}
		return one(p.shift(rel)), j + 1, true
	case "week", "month", "year":
		if past {
			return Expr{}, i, false
		}
		// "last year's failed coup": the year of something else.
		if (p.w(j+1) == "'" || p.w(j+1) == "’") && p.w(j+2) == "s" {
			return Expr{}, i, false
		}
		if p.day.IsZero() {
			return Expr{}, j + 1, true
		}
		e := p.offset(w, rel)
		return e, j + 1, true
	case "weekend":
		return p.weekend(i, j+1, rel)
	case "morning", "afternoon", "evening", "night":
		d := 0
		if rel < 0 {
			d = -1
		}
		if rel > 0 {
			d = 1
		}
		return one(p.shift(d)), j + 1, true
	}
	if _, ok := weekdays[w]; ok && p.upper(j) && len(w) > 5 && !past {
		if this {
			rel = 0
		}
		return p.weekday(i, j, j+1, rel)
	}
	if m, ok := months[w]; ok && p.upper(j) && !past {
		if len(w) > 4 || w == "june" || w == "july" || w == "may" {
			if this && !p.day.IsZero() {
				return p.portionOf(p.day.Year(), m, 0), j + 1, true
			}
			return p.month(i, j, m, rel, 0)
		}
	}
	if _, ok := seasons[w]; ok && !past {
		if this && !p.day.IsZero() {
			y := p.day.Year()
			m := seasons[w]
			return span(date(y, m, 1), date(y, m+3, 0), Season), j + 1, true
		}
		return p.season(i, j, rel)
	}
	// "in the next two weeks": the term.
	if rel > 0 {
		if n, ok := p.number(j); ok && p.w(j) != "a" {
			unit := strings.TrimSuffix(p.w(j+1), "s")
			switch unit {
			case "day", "week", "month", "year", "hour":
				return p.term(j, n, unit, j+2)
			}
		}
	}
	return Expr{}, i, false
}

// feast is Easter Sunday or Christmas Day, the nearest that fits the tense.
func (p *parser) feast(i, next int) (Expr, int, bool) {
	f := func(y int) Expr { return one(easter(y)) }
	if p.w(i) == "christmas" {
		d := 25
		if p.w(i+1) == "eve" {
			d = 24
		}
		f = func(y int) Expr { return one(date(y, 12, d)) }
	}
	if y, ok := p.year(next); ok {
		return f(y), next + 1, true
	}
	return p.nearest(i, next, f), next, true
}

// nearest picks the year in which a yearly day fits the tense.
func (p *parser) nearest(i, next int, f func(int) Expr) Expr {
	if p.day.IsZero() {
		return Expr{}
	}
	e := f(p.day.Year())
	switch p.w(i - 1) {
	case "last":
		if !e.From.Before(p.day) {
			e = f(p.day.Year() - 1)
		}
		return e
	case "next":
		if !e.From.After(p.day) {
			e = f(p.day.Year() + 1)
		}
		return e
	}
	if p.future(i, next) {
		if e.From.Before(p.day) {
			e = f(p.day.Year() + 1)
		}
		return e
	}
	if e.From.After(p.day) {
		e = f(p.day.Year() - 1)
	}
	return e
}

// easter is the Gregorian Easter Sunday (Meeus, Jones and Butcher).
func easter(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date(y, time.Month(n/31), n%31+1)
}

// bound applies the preposition before lexeme i to e and returns where the
// expression then begins.
func (p *parser) bound(e *Expr, i int) int {
	j := i - 1
	for p.w(j) == "the" || p.w(j) == "about" || p.w(j) == "around" || p.w(j) == "early" || p.w(j) == "late" {
		j--
	}
	if parts[p.w(j)] { // "before dawn Tuesday": its day
		if p.w(j-1) == "before" || p.w(j-1) == "at" || p.w(j-1) == "around" || p.w(j-1) == "after" {
			return j - 1
		}
		return i
	}
	if e.Bound == Until { // a term
		if w := p.w(j); w == "within" || w == "in" || w == "over" || w == "during" || w == "inside" {
			return j
		}
		for p.w(j) == "next" || p.w(j) == "coming" || p.w(j) == "the" {
			j--
		}
		return max(min(j, i), 0)
	}
	switch p.w(j) {
	case "by":
		e.Bound = Until
		if e.Grain == Month && e.To.Sub(e.From) == 9*24*time.Hour && e.From.Day() == 11 {
			e.To = date(e.From.Year(), e.From.Month(), 15)
		}
		e.From = time.Time{}
		return j
	case "until", "till", "til", "through", "beyond":
		if p.w(j) == "beyond" && p.w(j-1) != "not" {
			return i
		}
		e.Bound = Until
		e.From = time.Time{}
		if p.w(j-1) == "up" || p.w(j-1) == "not" || p.w(j-1) == "least" {
			if p.w(j-1) == "least" && p.w(j-2) == "at" {
				return j - 2
			}
			return j - 1
		}
		return j
	case "than":
		if p.w(j-1) == "later" && (p.w(j-2) == "no" || p.w(j-2) == "not") {
			e.Bound = Until
			e.From = time.Time{}
			return j - 2
		}
	case "before":
		e.Bound = Until
		switch {
		case e.From.IsZero():
		case p.w(i) == "end" || p.w(i) == "the" && p.w(i+1) == "end":
			// before the end of a period: its last day
		default:
			e.To = e.From.AddDate(0, 0, -1)
		}
		e.From = time.Time{}
		return j
	case "since":
		e.Bound = Since
		e.To = time.Time{}
		return j
	case "after":
		e.Bound = After
		return j
	case "from":
		e.Bound = After
		return j
	}
	return i
}

// future tells the tense of the clause around the lexemes [i, next): true
// when what it tells lies ahead.
func (p *parser) future(i, next int) bool {
	open := false
	switch w := p.w(i - 1); w {
	case "until", "till", "til":
		for j := i - 2; j >= 0; j-- {
			switch p.w(j) {
			case "was", "were", "had", "lasted", "remained", "stayed", "ran":
				return false
			}
		}
		return true
	case "by", "before":
		open = true
	}
	// The words before, nearest first: the first verb decides.
	for j, n := i-1, 0; j >= 0 && n < 40; j, n = j-1, n+1 {
		switch verbTense(p, j) {
		case 1:
			return true
		case -1:
			return false
		}
	}
	for j, n := next, 0; j < len(p.l) && n < 25; j, n = j+1, n+1 {
		switch verbTense(p, j) {
		case 1:
			return true
		case -1:
			return false
		}
	}
	return open
}

// verbTense is 1 for a word of the future at lexeme j, -1 for one of the past, 0 else.
func verbTense(p *parser, j int) int {
	w := p.w(j)
	switch w {
	case "will", "ll", "shall", "would", "could", "may", "might", "should", "must", "can", "due", "scheduled", "plans", "plan", "planned", "planning", "intends", "expected", "set", "upcoming", "expects", "hopes", "going", "asked", "urged", "demanded":
		if w == "may" && p.upper(j) || w == "planned" && p.w(j+1) != "to" && p.w(j+1) != "for" {
			return 0
		}
		if (w == "asked" || w == "urged" || w == "demanded") || w == "set" && p.w(j+1) != "to" && p.w(j+1) != "for" {
			return 0
		}
		if w == "would" && p.w(j+1) == "have" {
			return -1
		}
		return 1
	case "to":
		// An infinitive: what is to be done.
		if x := p.w(j + 1); x != "" && baseVerbs[x] {
			if p.w(j-1) == "ordered" || p.w(j-1) == "began" || p.w(j-1) == "begun" {
				return 0
			}
			return 1
		}
		return 0
	case "is", "are", "was", "were", "be", "has", "had", "have", "been":
		if w == "is" || w == "are" {
			if p.w(j+1) == "to" {
				return 1
			}
			return 0
		}
		if w == "be" || w == "have" || w == "been" {
			return 0
		}
		return -1
	case "said", "told", "announced", "reported", "confirmed", "added":
		return 0 // the day of saying is found by its own words
	}
	if p.w(j-1) == "be" {
		return 0 // "would be sent": the modal decides
	}
	switch w {
	case "went", "came", "left", "took", "sent", "flew", "began", "brought", "gave", "made", "got", "held", "pulled", "drew", "withdrew", "rode", "met", "saw", "kept", "fled", "put", "rose", "fell", "stood", "broke", "struck", "rejected":
		return -1
	}
	if len(w) > 4 && strings.HasSuffix(w, "ed") && !p.upper(j) {
		return -1
	}
	return 0
}

// baseVerbs are infinitives of moving, sending and keeping, and the auxiliaries.
var baseVerbs = map[string]bool{
	"be": true, "send": true, "deploy": true, "withdraw": true, "leave": true, "go": true, "return": true, "arrive": true, "move": true,
	"pull": true, "dispatch": true, "follow": true, "begin": true, "start": true, "come": true, "fly": true, "remove": true, "bring": true,
	"station": true, "replace": true, "reinforce": true, "rotate": true, "join": true, "take": true, "remain": true, "stay": true, "keep": true,
	"end": true, "complete": true, "finish": true, "cut": true, "reduce": true, "increase": true, "raise": true, "open": true, "travel": true,
	"depart": true, "meet": true, "visit": true, "hold": true, "set": true, "contribute": true, "provide": true, "add": true, "commit": true,
	"transfer": true, "relocate": true, "pull out": true, "ship": true, "redeploy": true, "lead": true, "cross": true, "land": true, "build": true,
	"vote": true, "decide": true, "close": true, "present": true, "extend": true, "resume": true, "sign": true, "quit": true, "receive": true,
}
