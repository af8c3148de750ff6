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

func TestConstructions(t *testing.T) {
	day := time.Date(2024, 3, 7, 0, 0, 0, 0, time.UTC) // a Thursday
	for _, c := range []struct{ name, body, want string }{
		{"cited by the one who reports", `The daily Novosti Dnya, citing a source in the ministry, reported that the port would close.`,
			"The daily Novosti Dnya | reported | the port would close"},
		{"according to", `According to the finance ministry, prices rose by a fifth.`, "the finance ministry | According to | prices rose by a fifth"},
		{"behind what is said", `The bridge is shut, the police said Tuesday.`, "the police | said | The bridge is shut"},
		{"inverted", `"We will stay," said Maria Keller, the mayor.`, `Maria Keller, the mayor | said | "We will stay,"`},
		{"quoted as saying", `"The border is shut," the agency quoted President Omar Saleh as saying.`, `President Omar Saleh | saying | "The border is shut,"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := annotate(t, "", c.body, day)
			if got := all(d); !strings.Contains(got, c.want) {
				t.Errorf("%q: want %s, got %s", c.body, c.want, got)
			}
		})
	}
}

func TestDayOfTheSaying(t *testing.T) {
	d := annotate(t, "", "The bridge is shut, the police said Tuesday.", time.Date(2024, 3, 7, 0, 0, 0, 0, time.UTC))
	for _, a := range d.Enrichment.Attributions {
		if words(a.Cue.Spans) == "said" {
			if a.Date == nil || a.Date.Start == nil || *a.Date.Start != "2024-03-05" {
				t.Errorf("date %+v, want 2024-03-05", a.Date)
			}
			return
		}
	}
	t.Errorf("no attribution: %s", all(d))
}

func TestPronounsAndDescriptions(t *testing.T) {
	d := annotate(t, "", "A ministry official in Accra said the dam would hold. The official said the water was falling. “We are safe,” he said.", time.Time{})
	refs := map[string]bool{}
	for _, a := range d.Enrichment.Attributions {
		if w := words(a.Cue.Spans); w == "said" && a.Source.Ref != nil {
			refs[*a.Source.Ref] = true
		}
	}
	if len(refs) != 1 {
		t.Errorf("want one source, got %v: %s", refs, all(d))
	}
}

func TestHostileTexts(t *testing.T) {
	for _, c := range []struct{ name, body string }{
		{"empty", ""},
		{"only quotation marks", strings.Repeat(`"`, 20000)},
		{"curly marks that never close", strings.Repeat("“ he said ", 4000)},
		{"one paragraph of many sayers", strings.Repeat("He said that she said it. ", 4000)},
		{"one sentence without an end", strings.Repeat("he said that ", 8000)},
		{"citing without end", strings.Repeat("X said, citing Y, ", 3000)},
		{"capitals", strings.Repeat("THE MINISTER SAID THE ARMY WOULD LEAVE, CITING A REPORT. ", 200)},
		{"Korean", strings.Repeat("그는 \"아니다\"라고 말했다. ", 2000)},
		{"brackets and dashes", strings.Repeat("(— ", 5000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			annotate(t, "", c.body, time.Time{})
		})
	}
}

func TestConcurrentUseIsDeterministic(t *testing.T) {
	body := "The minister said the army would leave. “It is over,” he told AFP on Monday. Rebels denied that, according to local media."
	want := all(annotate(t, "", body, time.Time{}))
	a, err := load()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() {
			d := text.New("test", "", body, time.Time{})
			if names, err := entity.Load(); err == nil {
				d.Mentions = names.Mentions(d.Body)
			}
			a.Annotate(d)
			got[i] = all(d)
		})
	}
	wg.Wait()
	for i := range got {
		if got[i] != want {
			t.Errorf("run %d: got %s, want %s", i, got[i], want)
		}
	}
}

func FuzzAnnotate(f *testing.F) {
	f.Add("", "“No,” he said, citing X.")
	f.Add("Minister: 'no'", "A, quoting B as saying “c, said D, who")
	f.Fuzz(func(t *testing.T, headline, body string) {
		if len(headline)+len(body) > 1<<12 {
			t.Skip("long")
		}
		annotate(t, strings.ToValidUTF8(headline, "?"), strings.ToValidUTF8(body, "?"), time.Time{})
	})
}

func BenchmarkAnnotate(b *testing.B) {
	body := strings.Repeat("The minister said the army would leave the town by May. “It is over,” he told AFP on Monday. Rain fell in the north and the roads were closed.\n\n", 20)
	syn, err := syntax.Load()
	if err != nil {
		b.Fatal(err)
	}
	a, err := source.New(syn)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		a.Annotate(text.New("bench", "", body, time.Time{}))
	}
}
