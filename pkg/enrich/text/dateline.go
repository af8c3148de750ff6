package text

import (
	"strings"
	"time"
)

// A dateline opens a story: the place, often the day and the agency, and a
// dash, "SEOUL, Feb. 11 (Yonhap) -- ", "WASHINGTON (AP) — ", "MOSCOW, June 18.
// /TASS/. ", "(ANSA) - ROME, JUN 18 - ". It is a sentence of its own, its dash
// included, so that the first sentence of the story begins with its first
// word. One is looked for at the start of the first paragraphs only.

const (
	maxDateline      = 110 // bytes
	maxDatelineWords = 24  // tokens
)

// datelineEnd returns the number of tokens of the dateline that opens the
// paragraph toks, 0 if there is none.
func datelineEnd(s string, toks []Token) int {
	if len(toks) < 3 {
		return 0
	}
	begin := toks[0].Start
	capitals, lower, agency, month := 0, 0, false, false
	bracket := false
	end := 0
	for i := 0; i < len(toks) && i < maxDatelineWords && toks[i].End-begin <= maxDateline; i++ {
		w := s[toks[i].Start:toks[i].End]
		spaced := i+1 == len(toks) || toks[i].End < toks[i+1].Start
		switch w {
		case "(", "/":
			bracket = !bracket || w == "("
			if w == "/" && !bracket {
				agency = true
				// "/TASS/." ends here.
				if i+1 < len(toks) && s[toks[i+1].Start:toks[i+1].End] == "." {
					return i + 2
				}
			}
			continue
		case ")":
			bracket = false
			agency = true
			// "Lucknow, Jan 24 (PTI) Uttar Pradesh ..."
			if month && lower == 0 && capitals > 0 && i+1 < len(toks) && startsUpper(s[toks[i+1].Start:]) {
				return i + 1
			}
			continue
		case ",", ".", "'s":
			continue
		case "-", "--", "—", "–", "―":
			before := i > 0 && (toks[i-1].End < toks[i].Start || s[toks[i-1].Start] == '.')
			if w == "-" && !(before && spaced) || bracket {
				continue
			}
			if i == 0 || lower > 0 {
				return end
			}
			if capitals > 0 && (agency || month || i <= 5) || agency {
				end = i + 1
				if capitals == 0 || i+1 >= len(toks) {
					continue // "(ANSA) - ROME, JUN 18 - "
				}
				return end
			}
			return end
		case ":":
			return end
		}
		if bracket {
			continue
		}
		if isMonth(w) {
			month = true
			continue
		}
		if byteClass(w[0]) == clsDigit {
			continue
		}
		if isWeekday(w) {
			continue
		}
		switch {
		case len(w) >= 2 && isAllCaps(w):
			capitals++
		case startsUpper(w):
			// A place in the agency's own style, "Seoul (AFP) -", or what
			// qualifies one: good only if the agency is named.
			if agency {
				return end
			}
			if i == 0 || capitals == 0 {
				if !agencyAhead(s, toks[i:]) {
					return end
				}
				capitals++
			}
		case datelineParticle(w):
		default:
			return end
		}
	}
	return end
}

// agencyAhead reports whether an agency follows within a few tokens: a
// bracketed name with a dash, a stop or a month about it, or a month and a
// name in capitals before a dash ("Tehran, April 6, IRNA -- ").
func agencyAhead(s string, toks []Token) bool {
	month := false
	for i := 0; i+1 < len(toks) && i < 14; i++ {
		w, next := s[toks[i].Start:toks[i].End], s[toks[i+1].Start:toks[i+1].End]
		month = month || isMonth(w)
		if w == ")" {
			return month || isDash(next) || next == "."
		}
		if month && len(w) > 1 && allUpper(w) && isDash(next) {
			return true
		}
	}
	return false
}

func isDash(w string) bool {
	switch w {
	case "-", "--", "—", "–", "―":
		return true
	}
	return false
}

func isAllCaps(w string) bool {
	letters := false
	for i := range len(w) {
		c := w[i]
		if c >= 'a' && c <= 'z' {
			return false
		}
		letters = letters || c >= 'A' && c <= 'Z'
	}
	return letters
}

func datelineParticle(w string) bool {
	switch w {
	case "and", "of", "the", "de", "in", "near", "on", "aboard", "at", "al", "el", "la", "du", "des":
		return true
	}
	return false
}

var monthNames = [...]string{
	"january", "february", "march", "april", "may", "june",
	"july", "august", "september", "october", "november", "december",
}

// monthOf returns the month a word names, in full or cut, 0 if none.
func monthOf(w string) time.Month {
	w = strings.TrimSuffix(w, ".")
	if len(w) < 3 || len(w) > 9 || !upperAt(w, 0) {
		return 0
	}
	w = strings.ToLower(w)
	for i, n := range monthNames {
		if strings.HasPrefix(n, w) || w == "sept" && i == 8 {
			return time.Month(i + 1)
		}
	}
	return 0
}

func isMonth(w string) bool { return monthOf(w) != 0 }

func isWeekday(w string) bool {
	w = strings.TrimSuffix(w, ".")
	if len(w) < 3 {
		return false
	}
	switch strings.ToLower(w) {
	case "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun":
		return true
	}
	return false
}

// Dateline returns the tokens [0, n) of the dateline that opens paragraph p,
// 0 if it has none.
func (t *Text) Dateline(p int) int {
	if p < 0 || p >= len(t.Paragraphs) || p >= 4 {
		return 0
	}
	s := t.Sentences[t.Paragraphs[p].First]
	last := t.Sentences[t.Paragraphs[p].Last-1].Last
	return datelineEnd(t.S, t.Tokens[s.First:min(last, s.First+maxDatelineWords+2)])
}

// datelineDay returns the day the body's dateline names, in UTC, zero if it
// names none. A dateline without a year takes the one that puts it nearest to
// near; without near (zero) it gives no day.
func (t *Text) datelineDay(near time.Time) time.Time {
	for p := range min(len(t.Paragraphs), 4) {
		n := t.Dateline(p)
		if n == 0 {
			continue
		}
		first := t.Sentences[t.Paragraphs[p].First].First
		var month time.Month
		day, year := 0, 0
		for i := first; i < first+n; i++ {
			w := t.Surface(i)
			if m := monthOf(w); m != 0 && month == 0 {
				month = m
				continue
			}
			v := number(w)
			switch {
			case v >= 1 && v <= 31 && day == 0:
				day = v
			case v >= 1900 && v <= 2199 && year == 0:
				year = v
			}
		}
		if month == 0 || day == 0 {
			continue
		}
		if year == 0 {
			if near.IsZero() {
				continue
			}
			best := time.Time{}
			for y := near.Year() - 1; y <= near.Year()+1; y++ {
				d := time.Date(y, month, day, 0, 0, 0, 0, time.UTC)
				if d.Month() == month && (best.IsZero() || d.Sub(near).Abs() < best.Sub(near).Abs()) {
					best = d
				}
			}
			return best
		}
		if d := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); d.Month() == month {
			return d
		}
	}
	return time.Time{}
}

// number reads up to four decimal digits, 0 for anything else.
func number(w string) int {
	if len(w) > 4 {
		return 0
	}
	n := 0
	for i := range len(w) {
		if byteClass(w[i]) != clsDigit {
			return 0
		}
		n = n*10 + int(w[i]-'0')
	}
	return n
}
