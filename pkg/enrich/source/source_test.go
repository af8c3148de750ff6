package source_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/source"
	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

var load = sync.OnceValues(func() (*source.Annotator, error) {
	syn, err := syntax.Load()
	if err != nil {
		return nil, err
	}
	return source.New(syn)
})

func annotate(t testing.TB, headline, body string, date time.Time) *text.Doc {
	t.Helper()
	a, err := load()
	if err != nil {
		t.Fatal(err)
	}
	d := text.New("test", headline, body, date)
	names, err := entity.Load()
	if err != nil {
		t.Fatal(err)
	}
	d.Mentions = append(names.Mentions(d.Headline), names.Mentions(d.Body)...)
	a.Annotate(d)
	check(t, d)
	return d
}

// check holds what is true of every annotated document: spans that are exact,
// ids in order, links that exist and never close to a circle.
func check(t testing.TB, d *text.Doc) {
	t.Helper()
	span := func(s model.Span) {
		x := d.Body
		if s.Field == model.FieldHeadline {
			x = d.Headline
		}
		if lo, hi := x.Bytes(s); lo >= hi || x.S[lo:hi] != s.Exact {
			t.Fatalf("span %+v does not hold its words", s)
		}
	}
	sources := map[string]int{}
	for _, s := range d.Enrichment.Sources {
		if s.Name == "" || s.Kind == "" || s.Cited < 1 {
			t.Fatalf("incomplete source %+v", s)
		}
		sources[s.ID] = s.Cited
		for _, m := range s.Mentions {
			span(m)
		}
	}
	via := map[string]string{}
	for _, a := range d.Enrichment.Attributions {
		for _, s := range slices.Concat(a.Source.Spans, a.Cue.Spans, a.Content.Spans) {
			span(s)
		}
		if len(a.Cue.Spans) == 0 || len(a.Content.Spans) == 0 {
			t.Fatalf("attribution without cue or content: %+v", a)
		}
		if a.Source.Ref != nil {
			if _, ok := sources[*a.Source.Ref]; !ok {
				t.Fatalf("attribution %s refers to no source", a.ID)
			}
			sources[*a.Source.Ref]--
		}
		if a.Via != nil {
			via[a.ID] = *a.Via
		}
		if a.Confidence < 0 || a.Confidence > 1 {
			t.Fatalf("confidence %v", a.Confidence)
		}
	}
	for id, left := range sources {
		if left != 0 {
			t.Fatalf("source %s is cited %d times more than it is referred to", id, left)
		}
	}
	for id := range via {
		at := id
		for range len(via) + 1 {
			at = via[at]
		}
		if at != "" {
			t.Fatalf("the chain of %s has no end", id)
		}
	}
}

func words(s []model.Span) string {
	var w []string
	for _, x := range s {
		w = append(w, x.Exact)
	}
	return strings.Join(w, " … ")
}

// line is an attribution in one line, for tables and failures.
func line(d *text.Doc, a model.Attribution) string {
	name := "-"
	if a.Source.Ref != nil {
		for _, s := range d.Enrichment.Sources {
			if s.ID == *a.Source.Ref {
				name = s.Name + "/" + s.Kind
			}
		}
	}
	via := ""
	if a.Via != nil {
		for _, b := range d.Enrichment.Attributions {
			if b.ID == *a.Via {
				via = " via " + words(b.Source.Spans)
			}
		}
	}
	return words(a.Source.Spans) + " | " + words(a.Cue.Spans) + " | " + words(a.Content.Spans) + " = " + name + via
}

func all(d *text.Doc) string {
	var b strings.Builder
	for _, a := range d.Enrichment.Attributions {
		b.WriteString("\n  " + line(d, a) + " (" + a.Type + ")")
	}
	return b.String()
}

func TestSeedStory(t *testing.T) {
	shared := os.Getenv("DATELINE_SHARED")
	if shared == "" {
		t.Skip("DATELINE_SHARED does not name the shared data")
	}
	body, err := os.ReadFile(filepath.Join(shared, "wire-samples", "yonhap-nk-russia.txt"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(shared, "gold", "seed.expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Sources []struct {
			Name, Kind string
			As         []string
		}
		Chains [][]string
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	d := annotate(t, "", string(body), time.Date(2025, 6, 18, 0, 0, 0, 0, time.UTC))
	for _, s := range want.Sources {
		names := append([]string{s.Name}, s.As...)
		ok := slices.ContainsFunc(d.Enrichment.Sources, func(x model.Source) bool {
			return x.Kind == s.Kind && (slices.Contains(names, x.Name) || slices.ContainsFunc(x.Mentions, func(m model.Span) bool { return slices.Contains(names, strings.TrimPrefix(m.Exact, "the ")) }))
		})
		if !ok {
			t.Errorf("no source %s of kind %s", s.Name, s.Kind)
		}
	}
	for _, c := range want.Chains {
		ok := slices.ContainsFunc(d.Enrichment.Attributions, func(a model.Attribution) bool {
			if a.Via == nil || strings.TrimPrefix(words(a.Source.Spans), "the ") != c[1] {
				return false
			}
			return slices.ContainsFunc(d.Enrichment.Attributions, func(b model.Attribution) bool {
				return b.ID == *a.Via && strings.TrimPrefix(words(b.Source.Spans), "the ") == c[0]
			})
		})
		if !ok {
			t.Errorf("no chain %v", c)
		}
	}
	if t.Failed() {
		t.Log(all(d))
	}
}
