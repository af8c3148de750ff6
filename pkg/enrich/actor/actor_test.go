package actor

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

var shared = sync.OnceValues(func() (*Annotator, error) {
	base, err := kb.Load()
	if err != nil {
		return nil, err
	}
	places, err := place.Load(base)
	if err != nil {
		return nil, err
	}
	names, err := entity.Load()
	if err != nil {
		return nil, err
	}
	return New(base, places, names)
})

func annotated(t testing.TB, headline, body, date string) *text.Doc {
	t.Helper()
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	var day time.Time
	if date != "" {
		if day, err = time.Parse(time.DateOnly, date); err != nil {
			t.Fatal(err)
		}
	}
	d := text.New("urn:x:1", headline, body, day)
	a.Annotate(d)
	return d
}

func actorOf(d *text.Doc, surface string) *model.Actor {
	for i := range d.Enrichment.Actors {
		a := &d.Enrichment.Actors[i]
		for _, m := range a.Mentions {
			if m.Exact == surface {
				return a
			}
		}
	}
	return nil
}

func TestSpansAndIndexes(t *testing.T) {
	d := annotated(t, "Kim lädt Shoigu — Élysée", "SEOUL, June 18 (Yonhap) -- North Korean leader Kim Jong-un — né “Kim” — met Russia's Security Council Secretary Sergei Shoigu in Pyongyang.\n\nKim thanked Shoigu, the KCNA said.", "2025-06-18")
	for _, m := range d.Mentions {
		if m.Text.S[m.Start:m.End] == "" || m.Actor >= len(d.Enrichment.Actors) || m.Place >= len(d.Enrichment.Places) {
			t.Errorf("mention %+v", m)
		}
	}
	for _, a := range d.Enrichment.Actors {
		for _, m := range a.Mentions {
			x := d.Body
			if m.Field == model.FieldHeadline {
				x = d.Headline
			}
			if got := string([]rune(x.S)[m.Start:m.End]); got != m.Exact {
				t.Errorf("span %+v has %q", m, got)
			}
		}
	}
	if a := actorOf(d, "Kim Jong-un"); a == nil || a.ID != "prk/kim-jong-un" || len(a.Mentions) < 2 {
		t.Errorf("Kim Jong-un: %+v", a)
	}
}

// Texts that are nothing but names, quotes or brackets take no longer a byte
// than others and break nothing.
func TestHostileTexts(t *testing.T) {
	for name, piece := range map[string]string{
		"names":      "Kim Jong-un Vladimir Putin Ahmed Hassan ",
		"surnames":   "Putin said. Orlov said. ",
		"titles":     "the deputy minister of the ministry of the ministry of ",
		"possession": "Russia's China's Iran's ",
		"commas":     ", , , Moscow , , Kyiv , ",
		"brackets":   "((((KCNA)))) [[[NATO",
		"hyphens":    "Moscow-Kyiv-Paris-",
		"accents":    "Łódź É́́́́́ ",
		"new names":  "Abc Defgh of Xyz said. ",
	} {
		t.Run(name, func(t *testing.T) {
			d := annotated(t, piece, strings.Repeat(piece, 20000/len(piece)), "2024-01-01")
			check(t, d)
		})
	}
	for _, s := range []string{"", " ", "\n", "'s", "the", ",", "President", "the ministry", "North", "the North said", "of of of", "Kim"} {
		check(t, annotated(t, s, s, ""))
		check(t, annotated(t, "", s, ""))
	}
}

func check(t *testing.T, d *text.Doc) {
	t.Helper()
	for _, m := range d.Mentions {
		if m.Start >= m.End || m.End > len(m.Text.S) || m.Actor >= len(d.Enrichment.Actors) || m.Place >= len(d.Enrichment.Places) {
			t.Fatalf("mention %+v", m)
		}
	}
	seen := map[string]bool{}
	for _, a := range d.Enrichment.Actors {
		if a.ID == "" || a.Name == "" || len(a.Mentions) == 0 || seen[a.ID] || a.Confidence <= 0 || a.Confidence > 1 {
			t.Fatalf("actor %+v", a)
		}
		seen[a.ID] = true
	}
	for _, p := range d.Enrichment.Places {
		if p.ID == "" || p.Name == "" || p.Level == "" || len(p.Mentions) == 0 {
			t.Fatalf("place %+v", p)
		}
	}
}

func FuzzAnnotate(f *testing.F) {
	for _, s := range []string{
		"SEOUL, Oct. 16 (Yonhap) -- North Korea's Kim Jong-un, the leader, met Russia's defence minister. The ministry said so.",
		"the U.N. police force in Kosovo's (UNMIK) commander", "President of the United States", "a Brazilian mining company", "'s 's \"“",
	} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, head, body string) {
		head, body = strings.ToValidUTF8(head, "?"), strings.ToValidUTF8(body, "?")
		a, b := annotated(t, head, body, "2024-05-01"), annotated(t, head, body, "2024-05-01")
		check(t, a)
		x, err := json.Marshal(a.Enrichment)
		if err != nil {
			t.Fatal(err)
		}
		if y, _ := json.Marshal(b.Enrichment); string(x) != string(y) {
			t.Fatalf("two runs differ:\n%s\n%s", x, y)
		}
	})
}

func TestFillNinjs(t *testing.T) {
	d := annotated(t, "", "PYONGYANG, June 18 (KCNA) -- Kim Jong-un received Sergei Shoigu of Russia on Tuesday. Shoigu flew to Wonsan. Kim thanked Moscow.", "2025-06-18")
	e := &model.Enriched{Enrichment: &d.Enrichment}
	e.People = []model.Concept{{Name: "Sergei Shoigu", URI: "feed:1"}}
	FillNinjs(e)
	FillNinjs(e)
	b, err := model.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"name":"Kim Jong-un","rel":"mentions","uri":"urn:dateline:actor:prk/kim-jong-un"}`,
		`{"name":"Sergei Shoigu","uri":"feed:1"}`,
		`"geoJSON":{"type":"Point","coordinates":[`,
		`"organisations":[{"name":"Korean Central News Agency"`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
	if strings.Count(string(b), "urn:dateline:actor:prk/kim-jong-un") != 1 {
		t.Errorf("an actor twice in %s", b)
	}
}

// remembered is a model that gives what another found before.
type remembered map[string][]text.Mention

func (r remembered) Mentions(t *text.Text) []text.Mention { return slices.Clone(r[t.S]) }

// BenchmarkAnnotate is the whole, BenchmarkLink all but the model.
func BenchmarkAnnotate(b *testing.B) { benchmark(b, false) }

func BenchmarkLink(b *testing.B) { benchmark(b, true) }

func benchmark(b *testing.B, link bool) {
	a, err := shared()
	if err != nil {
		b.Fatal(err)
	}
	raw, err := os.ReadFile("testdata/links.txt")
	if err != nil {
		b.Fatal(err)
	}
	var texts []string
	size := 0
	for line := range strings.SplitSeq(string(raw), "\n") {
		if body, ok := strings.CutPrefix(line, "@ "); ok {
			texts = append(texts, body[11:])
			size += len(body) - 11
		}
	}
	if link {
		known := remembered{}
		for _, s := range texts {
			known[s] = a.model.Mentions(text.New("", "", s, time.Time{}).Body)
		}
		a = Over(a.base, a.places, known)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		b.StopTimer()
		docs := make([]*text.Doc, len(texts))
		for i, s := range texts {
			docs[i] = text.New("", "", s, time.Time{})
		}
		b.StartTimer()
		for _, d := range docs {
			a.Annotate(d)
		}
	}
}
