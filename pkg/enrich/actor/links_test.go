package actor

import (
	"os"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

type wanted struct {
	date, text string
	mentions   [][2]string
}

func readLinks(t *testing.T) []wanted {
	t.Helper()
	b, err := os.ReadFile("testdata/links.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []wanted
	for line := range strings.SplitSeq(string(b), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '@':
			date, body, _ := strings.Cut(strings.TrimPrefix(line, "@ "), " ")
			out = append(out, wanted{date: date, text: body})
		default:
			surface, want, ok := strings.Cut(line, "\t")
			if !ok {
				t.Fatalf("bad line %q", line)
			}
			w := &out[len(out)-1]
			w.mentions = append(w.mentions, [2]string{surface, want})
		}
	}
	return out
}

// verdict compares what a mention was linked to with what is wanted.
func verdict(d *text.Doc, surface, want string) (got string, right, wrongID bool) {
	a := actorOf(d, surface)
	got = "no"
	if a != nil {
		got = a.ID + " " + a.Country + " " + a.Role
	}
	f := strings.Fields(want)
	switch f[0] {
	case "no":
		return got, a == nil, false
	case "place":
		name := strings.Join(f[1:len(f)-2], " ")
		for _, p := range d.Enrichment.Places {
			for _, m := range p.Mentions {
				if m.Exact == surface {
					got += " place " + p.Name + " " + p.Level + " " + p.Country
					return got, a == nil && p.Name == name && p.Level == f[len(f)-2] && p.Country == f[len(f)-1], a != nil
				}
			}
		}
		return got, false, a != nil
	case "none":
		if a == nil {
			return got, false, false
		}
		dash := func(s string) string {
			if s == "" {
				return "-"
			}
			return s
		}
		linked := !strings.HasPrefix(a.ID, "x/")
		return got, !linked && dash(a.Country) == f[1] && (f[2] == "-" || dash(a.Role) == f[2]), linked
	}
	return got, a != nil && a.ID == want, a != nil && a.ID != want && !strings.HasPrefix(a.ID, "x/")
}

func TestLinks(t *testing.T) {
	n, right, wrong := 0, 0, 0
	for _, w := range readLinks(t) {
		d := annotated(t, "", w.text, w.date)
		for _, m := range w.mentions {
			got, ok, bad := verdict(d, m[0], m[1])
			n++
			if ok {
				right++
			} else {
				t.Logf("%s %.60s\n  %s: got %s, want %s", w.date, w.text, m[0], got, m[1])
			}
			if bad {
				wrong++
			}
		}
	}
	t.Logf("%d mentions, %d right (%.3f), %d wrong ids (%.3f)", n, right, float64(right)/float64(n), wrong, float64(wrong)/float64(n))
	if n < 200 || float64(right) < 0.95*float64(n) || float64(wrong) > 0.02*float64(n) {
		t.Errorf("%d mentions, %d right, %d wrong ids: want at least 200, 95 %%, at most 2 %%", n, right, wrong)
	}
}

func TestPhrases(t *testing.T) {
	b, err := os.ReadFile("testdata/phrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		d := annotated(t, "", f[0], "")
		if len(d.Enrichment.Actors) == 0 {
			t.Errorf("%q: no actor", f[0])
			continue
		}
		a := d.Enrichment.Actors[0]
		country := a.Country
		if country == "" {
			country = "-"
		}
		if country != f[1] || a.Role != f[2] || len(d.Enrichment.Actors) != 1 {
			t.Errorf("%q: got %s %s (%s, %d actors), want %s %s", f[0], country, a.Role, a.ID, len(d.Enrichment.Actors), f[1], f[2])
		}
	}
}
