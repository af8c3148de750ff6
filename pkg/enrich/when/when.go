// Package when finds expressions of time in a sentence and resolves them
// against the day of the story.
//
// What comes in is a text, one of its sentences and the story's time; what
// comes out are the expressions in text order with byte offsets into Text.S
// and the days they cover. The story's day is the day in the zone of the
// time given. A week is Monday to Sunday, seasons are the northern ones, a
// weekday or bare month is the nearest that fits the tense of its clause, the
// story's own day included. Without a story time (the zero time) only
// expressions that name their year are resolved, the others keep their words
// alone. Years outside 1800 to 2200 and days that no calendar has are left
// out. Pure and safe for concurrent use.
package when

import (
	"strings"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Bound says on which side the expression bounds the time.
type Bound uint8

// The bounds.
const (
	Within Bound = iota // in, on, at
	Until               // by, until, before, within so many days
	Since               // since
	After               // after, from
)

// Grain is the length of the period that is named.
type Grain uint8

// The grains, shortest first.
const (
	Day Grain = iota
	Week
	Month
	Season
	Year
)

// Expr is one expression of time.
type Expr struct {
	Start, End int // bytes into Text.S, the bounding preposition included
	Bound      Bound
	Grain      Grain
	// Dateline: it stands in the line of place and date that opens a story.
	Dateline bool
	// Vague: told off the calendar or of the time of writing ("now", "today").
	Today bool
	// From and To are the first and last day, zero when open or unknown.
	From, To time.Time
}

// Resolved tells whether the expression has a day at either end.
func (e Expr) Resolved() bool { return !e.From.IsZero() || !e.To.IsZero() }

// Range is the expression in the form of the contract; exact is its words.
func (e Expr) Range(exact string) model.DateRange {
	return model.DateRange{Exact: exact, Start: iso(e.From), End: iso(e.To)}
}

func iso(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Format("2006-01-02")
	return &s
}

// Find returns the expressions of time in one sentence of t, in text order,
// never overlapping.
func Find(t *text.Text, sentence int, story time.Time) []Expr {
	s := t.Sentences[sentence]
	if s.Start < 0 || s.End > len(t.S) || s.Start >= s.End {
		return nil
	}
	head := 0
	if t.Field == model.FieldBody && sentence == t.Paragraphs[s.Paragraph].First {
		head = DatelineEnd(t.S[s.Start:s.End])
	}
	return find(t.S[s.Start:s.End], s.Start, head, story)
}

func find(s string, base, dateline int, story time.Time) []Expr {
	p := &parser{l: lex(s), s: s}
	if !story.IsZero() {
		p.day = time.Date(story.Year(), story.Month(), story.Day(), 0, 0, 0, 0, time.UTC)
	}
	var out []Expr
	for i := 0; i < len(p.l); {
		e, next, ok := p.at(i)
		if !ok {
			i++
			continue
		}
		first := i
		e.Dateline = p.l[i].start < dateline
		if !e.Dateline {
			first = p.bound(&e, i)
		}
		if n := len(out); n > 0 && base+p.l[first].start < out[n-1].End {
			first = i
		}
		e.Start, e.End = base+p.l[first].start, base+p.l[next-1].end
		out = append(out, e)
		i = next
	}
	return out
}

// DatelineEnd returns the length in bytes of the line of place, date and
// agency that opens s ("SEOUL, Oct. 16 (Yonhap) -- "), 0 when there is none.
func DatelineEnd(s string) int {
	limit := min(len(s), 110)
	if limit == 0 {
		return 0
	}
	lowers, marked := 0, false
	if caps := strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }); caps > 1 {
		marked = true
	}
	for i := range limit {
		// Ends: a dash between spaces, an agency in brackets or slashes.
		for _, end := range []string{" -- ", " --- ", " — ", " – ", " - ", ".- ", " -", "/. "} {
			if len(s)-i >= len(end) && s[i:i+len(end)] == end && i > 2 {
				if end == " -" && !(i > 0 && s[i-1] == ')') {
					continue
				}
				if s[0] == '(' && i < 12 {
					break // "(ANSA) - ROME, MAY 29 - "
				}
				if lowers == 0 || lowers <= 3 && marked {
					return i + len(end)
				}
				return 0
			}
		}
		marked = marked || s[i] == ')' || s[i] == '/'
		if s[i] == ')' && i > 4 && lowers <= 3 && i+2 < len(s) && s[i+1] == ' ' && s[i+2] >= 'A' && s[i+2] <= 'Z' && s[i+2] != '-' {
			return i + 2
		}
		// Running text has small words; a dateline hardly any.
		if s[i] == ' ' && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' {
			lowers++
			if lowers > 3 {
				return 0
			}
		}
	}
	return 0
}
