// Package explain shows an enriched article with its evidence, so that an
// editor can argue with it.
//
// What comes in is an enriched article and what the deployment layer passed
// over; what comes out is plain text: every line of headline and body, under it
// a line that marks what was tagged, and behind the text a list of the tags,
// each with its words, its rule and its confidence, and of the vetoes with
// their reasons. The output depends on the input alone. Nothing blocks but the
// writer; the only errors are the writer's.
package explain

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/deployment"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Marks under the text. Where two tags meet the later of this list shows.
const (
	markActor    = '.'  // an actor or a place
	markEvidence = '-'  // the evidence of a deployment
	markContent  = '~'  // what somebody is quoted for
	markSource   = '"'  // who is cited
	markCue      = '\'' // by which word
	markVeto     = 'x'  // a body that was passed over
	markUnit     = '^'  // a body of people
	markArgument = '='  // its sender, origin, destination
)

// Width is the length of a line, in characters, after which text is broken.
const width = 100

// Write shows e.
func Write(w io.Writer, e *model.Enriched, vetoes []deployment.Veto) error {
	b := bufio.NewWriter(w)
	if e.Enrichment == nil {
		fmt.Fprintln(b, "no enrichment")
		return b.Flush()
	}
	marks := collect(e.Enrichment, vetoes)
	show(b, e.Headline(), marks[model.FieldHeadline])
	fmt.Fprintln(b)
	show(b, e.BodyText(), marks[model.FieldBody])
	fmt.Fprintln(b)
	fmt.Fprintln(b, `marks: ^ body of people  = sender, origin, destination  - evidence  " who is cited  ' cue  ~ what is quoted  . actor or place  x passed over`)
	list(b, e.Enrichment, vetoes)
	return b.Flush()
}

type mark struct {
	start, end, rank int
	r                byte
}

// collect gathers the marks of both texts, weakest first.
func collect(e *model.Enrichment, vetoes []deployment.Veto) map[string][]mark {
	out := map[string][]mark{}
	rank := 0
	add := func(r byte, spans ...model.Span) {
		for _, s := range spans {
			if s.End > s.Start && s.Start >= 0 {
				out[s.Field] = append(out[s.Field], mark{s.Start, s.End, rank, r})
			}
		}
	}
	for i := range e.Actors {
		add(markActor, e.Actors[i].Mentions...)
	}
	for i := range e.Places {
		add(markActor, e.Places[i].Mentions...)
	}
	rank++
	for i := range e.Attributions {
		add(markContent, e.Attributions[i].Content.Spans...)
	}
	rank++
	for i := range e.Deployments {
		add(markEvidence, e.Deployments[i].Evidence...)
	}
	rank++
	for i := range e.Attributions {
		add(markSource, e.Attributions[i].Source.Spans...)
		add(markCue, e.Attributions[i].Cue.Spans...)
	}
	rank++
	for i := range vetoes {
		add(markVeto, vetoes[i].Unit)
	}
	rank++
	for i := range e.Deployments {
		d := &e.Deployments[i]
		for _, a := range []*model.Arg{d.Sender, d.Origin, d.Destination} {
			if a != nil {
				add(markArgument, a.Span)
			}
		}
	}
	rank++
	for i := range e.Deployments {
		add(markUnit, e.Deployments[i].Mentions...)
		add(markUnit, e.Deployments[i].Unit)
	}
	for f := range out {
		m := out[f]
		sort.SliceStable(m, func(i, j int) bool { return m[i].rank < m[j].rank })
	}
	return out
}

// show writes a text line by line with its marks beneath.
func show(b *bufio.Writer, text string, marks []mark) {
	n := utf8.RuneCountInString(text)
	under := make([]byte, n)
	for _, m := range marks {
		for k := m.start; k < min(m.end, n); k++ {
			under[k] = m.r
		}
	}
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		rs := []rune(line)
		for from := 0; from < len(rs) || from == 0; {
			to := min(len(rs), from+width)
			if to < len(rs) {
				for k := to; k > from+width/2; k-- {
					if rs[k] == ' ' {
						to = k + 1
						break
					}
				}
			}
			for _, r := range rs[from:to] {
				if r < ' ' || r == 0x7f {
					r = ' ' // a control character of a stranger's text does nothing here
				}
				_, _ = b.WriteRune(r)
			}
			_ = b.WriteByte('\n')
			row := make([]byte, 0, to-from)
			for k := at + from; k < at+to; k++ {
				if c := under[k]; c != 0 {
					row = append(row, c)
				} else {
					row = append(row, ' ')
				}
			}
			if s := strings.TrimRight(string(row), " "); s != "" {
				fmt.Fprintln(b, s)
			}
			if to == from {
				break
			}
			from = to
		}
		at += len(rs) + 1
	}
}

// list tells every tag and why it was made.
func list(b *bufio.Writer, e *model.Enrichment, vetoes []deployment.Veto) {
	if len(e.Deployments) > 0 {
		fmt.Fprintln(b, "\ndeployments")
	}
	for i := range e.Deployments {
		d := &e.Deployments[i]
		tentative := ""
		if d.Tentative {
			tentative = " (tentative)"
		}
		fmt.Fprintf(b, "%s %q%s: %s, %s, %s; rule %s, confidence %.2f\n", d.ID, clean(d.Unit.Exact), tentative, d.Kind, d.Action, d.Status, d.Rule, d.Confidence)
		slot := func(name, words string) {
			if words != "" {
				fmt.Fprintf(b, "    %-12s %s\n", name, clean(words))
			}
		}
		slot("count", count(d.Count))
		slot("sender", arg(d.Sender))
		slot("origin", arg(d.Origin))
		slot("destination", arg(d.Destination))
		if d.Date != nil {
			slot("date", d.Date.Exact+" "+day(d.Date.Start)+" to "+day(d.Date.End))
		}
		if s := d.Source; s != nil {
			words := s.Exact
			if len(s.Chain) > 0 {
				words += " (" + strings.Join(s.Chain, " > ") + ")"
			}
			slot("source", words)
		}
		if d.Purpose != nil {
			slot("purpose", d.Purpose.Exact)
		}
		if d.PartOf != nil {
			slot("part of", *d.PartOf)
		}
		slot("claim", d.Claim)
		if c := d.Codes; c != nil {
			slot("codes", strings.TrimSpace(c.PLOVER+" "+c.Mode+" "+c.CAMEO))
		}
		for _, s := range d.Evidence {
			slot("evidence", s.Exact)
		}
	}
	if len(vetoes) > 0 {
		fmt.Fprintln(b, "\npassed over")
	}
	for _, v := range vetoes {
		fmt.Fprintf(b, "%q at %s %d: %s\n", clean(v.Unit.Exact), v.Unit.Field, v.Unit.Start, v.Reason)
	}
	if len(e.Attributions) > 0 {
		fmt.Fprintln(b, "\nattributions")
	}
	for i := range e.Attributions {
		a := &e.Attributions[i]
		via := ""
		if a.Via != nil {
			via = " via " + *a.Via
		}
		fmt.Fprintf(b, "%s %q %q%s: %s; rule %s, confidence %.2f\n    %s\n", a.ID, words(a.Source.Spans), words(a.Cue.Spans), via, a.Type, a.Rule, a.Confidence, clean(words(a.Content.Spans)))
	}
	if len(e.Actors) > 0 {
		fmt.Fprintln(b, "\nactors")
	}
	for i := range e.Actors {
		a := &e.Actors[i]
		fmt.Fprintf(b, "%s %q: %s, %d mentions, confidence %.2f\n", a.ID, clean(a.Name), a.Type, len(a.Mentions), a.Confidence)
	}
}

func words(spans []model.Span) string {
	var out []string
	for _, s := range spans {
		out = append(out, s.Exact)
	}
	return strings.Join(out, " … ")
}

// clean keeps a value on its line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

func day(s *string) string {
	if s == nil {
		return "open"
	}
	return *s
}

func arg(a *model.Arg) string {
	if a == nil {
		return ""
	}
	s := a.Exact
	if a.Actor != "" {
		s += " [" + a.Actor + "]"
	}
	if p := a.Place; p != nil {
		s += " [" + strings.TrimSpace(p.Name+" "+p.Country)
		if p.Lat != nil && p.Lon != nil {
			s += fmt.Sprintf(" %.2f %.2f", *p.Lat, *p.Lon)
		}
		s += "]"
	}
	return s
}

func count(c *model.Count) string {
	if c == nil {
		return ""
	}
	lo, hi := "open", "open"
	if c.Min != nil {
		lo = fmt.Sprint(*c.Min)
	}
	if c.Max != nil {
		hi = fmt.Sprint(*c.Max)
	}
	s := lo + " to " + hi
	if c.Approx {
		s += ", about"
	}
	return s
}
