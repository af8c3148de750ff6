// Package show prints stories and tags for people on a terminal, and as JSON
// lines for programs. Text from the wire is made safe for a terminal first.
package show

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Printer writes to one stream. It is not safe for use by several goroutines.
type Printer struct {
	w      io.Writer
	text   bool // for people
	colour bool
	width  int
}

// New makes a printer; text is for people, with colour only where that is
// true; otherwise every line is a JSON object. Width is the terminal's in
// columns, 0 for 100.
func New(w io.Writer, text, colour bool, width int) *Printer {
	if width <= 0 {
		width = 100
	}
	return &Printer{w, text, colour, width}
}

// Text tells whether the printer writes for people.
func (p *Printer) Text() bool { return p.text }

func (p *Printer) style(s lipgloss.Style, text string) string {
	if !p.colour {
		return text
	}
	return s.Render(text)
}

var (
	faint = lipgloss.NewStyle().Faint(true)
	bold  = lipgloss.NewStyle().Bold(true)
	good  = lipgloss.NewStyle().Foreground(lipgloss.Color("2"))
	news  = lipgloss.NewStyle().Foreground(lipgloss.Color("6"))
	alarm = lipgloss.NewStyle().Foreground(lipgloss.Color("1")).Bold(true)
)

// Safe takes control characters out of text from the wire and clips it to
// width columns (counted as code points); width 0 does not clip.
func Safe(s string, width int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if width > 0 {
		if r := []rune(s); len(r) > width {
			return string(r[:width-1]) + "…"
		}
	}
	return s
}

// Story prints one change of a chain. e is the record that shows, nil when
// none does or when it is not read.
func (p *Printer) Story(c store.Change, st *store.Story, e *model.Enriched) error {
	if !p.text {
		return p.storyJSON(c, st, e)
	}
	mark := news
	kind := string(c.Kind)
	switch c.Kind {
	case store.Hidden:
		mark, kind = alarm, string(st.Status)
	case store.Enriched, store.Released:
		mark = good
	case store.Shown, store.Updated:
	}
	title := Safe(st.Headline, 0)
	if title == "" && e != nil {
		title = Safe(e.BodyText(), 90)
	}
	if st.Status != story.Usable {
		title = Safe(st.URI, 0)
	}
	tags := ""
	if e != nil && e.Enrichment != nil && c.Kind == store.Enriched {
		var parts []string
		add := func(n int, one, many string) {
			if n == 1 {
				parts = append(parts, "1 "+one)
			} else if n > 1 {
				parts = append(parts, strconv.Itoa(n)+" "+many)
			}
		}
		add(Firm(e.Enrichment.Deployments), "deployment", "deployments")
		add(len(e.Enrichment.Attributions), "attribution", "attributions")
		add(len(e.Enrichment.Actors), "actor", "actors")
		if len(parts) > 0 {
			tags = "  " + strings.Join(parts, ", ")
		}
	}
	_, err := fmt.Fprintf(p.w, "%s %s %s%s\n", p.style(mark, fmt.Sprintf("%-9s", kind)), p.style(faint, fmt.Sprintf("%-12s", Safe(st.Feed, 12))),
		Safe(title, max(p.width-26-len(tags), 20)), p.style(faint, tags))
	return err
}

// Firm counts the deployments that are not tentative.
func Firm(ds []model.Deployment) int {
	n := 0
	for i := range ds {
		if !ds[i].Tentative {
			n++
		}
	}
	return n
}

func (p *Printer) storyJSON(c store.Change, st *store.Story, e *model.Enriched) error {
	log := zerolog.New(p.w)
	l := log.Log().Str("event", "story").Str("kind", string(c.Kind)).Str("uri", c.URI).Int64("revision", c.Revision).
		Str("status", string(st.Status)).Str("feed", st.Feed)
	if st.Headline != "" {
		l = l.Str("headline", st.Headline)
	}
	if c.Replay != "" {
		l = l.Str("replay", c.Replay)
	}
	if e != nil && e.Enrichment != nil {
		l = l.Int("deployments", Firm(e.Enrichment.Deployments)).Int("attributions", len(e.Enrichment.Attributions)).Int("actors", len(e.Enrichment.Actors))
	}
	l.Send()
	return nil
}

// Deployments prints a table of the deployments of some stories: who, how
// they move, between where, and who says so.
func (p *Printer) Deployments(stories []*model.Enriched) error {
	t := table.New().Headers("who", "status", "sender", "from", "to", "who says so").Width(p.width).Wrap(true).
		Border(lipgloss.NormalBorder()).BorderRow(false).BorderColumn(false).BorderLeft(false).BorderRight(false).
		StyleFunc(func(row, _ int) lipgloss.Style {
			s := lipgloss.NewStyle().PaddingRight(2)
			if row == table.HeaderRow && p.colour {
				s = s.Inherit(bold)
			}
			return s
		})
	n := 0
	for _, e := range stories {
		for i := range e.Enrichment.Deployments {
			d := &e.Enrichment.Deployments[i]
			if d.Tentative {
				continue
			}
			n++
			t.Row(Safe(d.Unit.Exact, 60), strings.TrimSpace(d.Status+" "+move(d.Action)), arg(d.Sender), arg(d.Origin), arg(d.Destination), SaidBy(e.Enrichment, d))
		}
	}
	if n == 0 {
		_, err := fmt.Fprintln(p.w, "No deployments.")
		return err
	}
	_, err := fmt.Fprintln(p.w, t.String())
	return err
}

func move(action string) string {
	if action == "deploy" {
		return ""
	}
	return action
}

func arg(a *model.Arg) string {
	if a == nil {
		return ""
	}
	return Safe(a.Exact, 40)
}

// SaidBy tells who is cited for a deployment, the nearest sayer first and who
// reports him behind it.
func SaidBy(e *model.Enrichment, d *model.Deployment) string {
	if d.Source == nil {
		return ""
	}
	out := Safe(d.Source.Exact, 40)
	if d.Source.Attribution == nil {
		return out
	}
	for i := range e.Attributions {
		a := &e.Attributions[i]
		if a.ID != *d.Source.Attribution || a.Via == nil {
			continue
		}
		for j := range e.Attributions {
			if via := &e.Attributions[j]; via.ID == *a.Via && len(via.Source.Spans) > 0 {
				out += ", via " + Safe(via.Source.Spans[0].Exact, 40)
			}
		}
	}
	return out
}

// Heading prints a line that stands out, with an empty line before it.
func (p *Printer) Heading(text string) error {
	_, err := fmt.Fprintf(p.w, "\n%s\n", p.style(bold, text))
	return err
}

// Hints tells a newcomer where to look next.
func (p *Printer) Hints(inbox, db, http string) error {
	_, err := fmt.Fprintf(p.w, `
Drop a story in:     cp story.txt %s/
Ask the store:       sqlite3 %s "SELECT unit, status, sender, destination, source FROM v_deployments"
Why a tag was made:  dateline explain story.txt
Health and metrics:  http://%s/readyz  http://%s/metrics
Ctrl-C stops; the next start goes on from here.

`, inbox, db, http, http)
	return err
}
