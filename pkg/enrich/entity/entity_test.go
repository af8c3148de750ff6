package entity

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

func loaded(t testing.TB) *Model {
	t.Helper()
	m, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var short = map[text.MentionType]string{text.Person: "per", text.Organisation: "org", text.Location: "loc", text.Nationality: "nat", text.Other: "other"}

func show(ms []text.Mention) string {
	var out []string
	for _, m := range ms {
		out = append(out, short[m.Type]+":"+m.Text.S[m.Start:m.End])
	}
	return strings.Join(out, " | ")
}

func TestMentions(t *testing.T) {
	m := loaded(t)
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"no capitals", "the troops went home on their own.", ""},
		{"title is not part of the name", "Russian Defence Minister Sergei Shoigu arrived in Pyongyang on Tuesday.",
			"nat:Russian | per:Sergei Shoigu | loc:Pyongyang"},
		{"hyphened given name", "Kim Jong-un told the Korean Central News Agency that he would visit Moscow.",
			"per:Kim Jong-un | org:Korean Central News Agency | loc:Moscow"},
		{"possessive", "Ukraine's President Volodymyr Zelensky met NATO's chief in Brussels.",
			"loc:Ukraine | per:Volodymyr Zelensky | org:NATO | loc:Brussels"},
		{"army of a state", "The U.S. Army said it would send 500 soldiers to Poland.",
			"org:U.S. Army | loc:Poland"},
		{"ministry", "A spokesman for the Ministry of Defence in London declined to comment.",
			"org:Ministry of Defence | loc:London"},
		{"Arabic article", "Prime Minister Haider al-Abadi spoke to reporters in Baghdad.",
			"per:Haider al-Abadi | loc:Baghdad"},
	} {
		if got := show(m.Mentions(text.New("", "", c.in, time.Time{}).Body)); got != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

// check tells what is wrong with the mentions of a text, whatever it says.
func check(t *testing.T, x *text.Text, ms []text.Mention) {
	t.Helper()
	last := 0
	for _, m := range ms {
		switch {
		case m.Text != x, m.Actor != -1, m.Place != -1:
			t.Fatalf("%q: fields %+v", x.S, m)
		case m.First < last || m.Last <= m.First || m.Last > len(x.Tokens):
			t.Fatalf("%q: tokens [%d, %d) after %d", x.S, m.First, m.Last, last)
		case m.Start != x.Tokens[m.First].Start || m.End != x.Tokens[m.Last-1].End:
			t.Fatalf("%q: bytes [%d, %d)", x.S, m.Start, m.End)
		case !(m.Confidence > 0 && m.Confidence <= 1):
			t.Fatalf("%q: confidence %v", x.S, m.Confidence)
		case x.Tokens[m.First].Sentence != x.Tokens[m.Last-1].Sentence:
			t.Fatalf("%q: %q runs over a sentence", x.S, x.S[m.Start:m.End])
		}
		last = m.Last
	}
}

func FuzzMentions(f *testing.F) {
	for _, s := range []string{"", "A", "Kim Jong-un's U.S.-led AT&T - - &", "ПРЕЗИДЕНТ Путин in МОСКВА", "of The of The 's", "İstanbul ǅ ﬀ", strings.Repeat("A of ", 300)} {
		f.Add(s)
	}
	m := loaded(f)
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		d := text.New("", s, s, time.Time{})
		a, b := m.Mentions(d.Body), m.Mentions(d.Body)
		check(t, d.Body, a)
		if show(a) != show(b) {
			t.Fatalf("%q: two results", s)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	m := loaded(t)
	in := "Kim Jong-un met Sergei Shoigu in Pyongyang, Yonhap News Agency reported."
	want := show(m.Mentions(text.New("", "", in, time.Time{}).Body))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				if got := show(m.Mentions(text.New("", "", in, time.Time{}).Body)); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestHostileTexts(t *testing.T) {
	m := loaded(t)
	for name, s := range map[string]string{
		"one sentence in capitals": strings.Repeat("KIM OF THE ", 20000),
		"compound without end":     strings.Repeat("Kim-", 20000),
		"marks":                    strings.Repeat("( ' - & ) ", 20000),
		"figures beside capitals":  strings.Repeat("A 1 ", 20000),
	} {
		d := text.New("", "", s, time.Time{})
		ms := m.Mentions(d.Body)
		check(t, d.Body, ms)
		if len(ms) > len(d.Body.Tokens) {
			t.Errorf("%s: %d mentions", name, len(ms))
		}
	}
}

func TestTheStorySettlesWhatOnePlaceCannot(t *testing.T) {
	m := loaded(t)
	d := text.New("", "SHOIGU SEES KIM IN PYONGYANG AS RUSSIA WAITS", sample, time.Time{})
	head, body := m.Document(d)
	check(t, d.Headline, head)
	check(t, d.Body, body)
	if got, want := show(head), "per:SHOIGU | per:KIM | loc:PYONGYANG | loc:RUSSIA"; got != want {
		t.Errorf("headline: got %s, want %s", got, want)
	}
	if got, want := show(body), show(m.Mentions(d.Body)); got != want {
		t.Errorf("body: got %s, want %s", got, want)
	}
	if head, body := m.Document(text.New("", "", "", time.Time{})); len(head)+len(body) > 0 {
		t.Errorf("empty document: %v %v", head, body)
	}
}

func TestHeadlines(t *testing.T) {
	m := loaded(t)
	for _, c := range []struct{ name, in, want string }{
		{"title case", "Putin Sends More Troops to Kursk Region as Ukraine Advances", "per:Putin | loc:Kursk | loc:Ukraine"},
		{"capitals", "NORTH KOREA TO SEND 5,000 WORKERS TO RUSSIA", "loc:NORTH KOREA | loc:RUSSIA"},
		{"sentence case", "Pakistan sends army engineers to Iraq", "loc:Pakistan | loc:Iraq"},
	} {
		if got := show(m.Mentions(text.New("", c.in, "", time.Time{}).Headline)); got != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

func TestNamesRoundTrip(t *testing.T) {
	data, err := EncodeNames([]Entry{{"North Korea", Country}, {"north", GeoWord}, {"Korea", Region}, {"", City}})
	if err != nil {
		t.Fatal(err)
	}
	n, err := decodeNames(data)
	if err != nil {
		t.Fatal(err)
	}
	h := chain(0, crf.Hash(0, "north"))
	if got, want := n.get(h), GeoWord|prefix; got != want {
		t.Errorf("north: %b, want %b", got, want)
	}
	if got, want := n.get(chain(h, crf.Hash(0, "korea"))), Country; got != want {
		t.Errorf("north korea: %b, want %b", got, want)
	}
	if got := n.get(crf.Hash(0, "kim")); got != 0 {
		t.Errorf("kim: %b, want none", got)
	}
	for i := range data {
		if _, err := decodeNames(data[:i]); err == nil {
			t.Fatalf("%d of %d bytes decode", i, len(data))
		}
	}
}

func TestModelOfOtherLabelsIsRefused(t *testing.T) {
	m, err := crf.Train([]string{"O", "X"}, []crf.Sequence{{Features: [][]uint64{{1}, {2}}, Labels: []uint8{0, 1}}}, crf.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Encode(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := With(m, namesData); err == nil {
		t.Error("no error")
	}
}

const sample = `Russian Security Council Secretary Sergei Shoigu arrived in Pyongyang on Tuesday for talks with North Korean leader Kim Jong-un, Russian media reported. The two sides discussed sending military construction workers to Russia's western Kursk region, which borders Ukraine.

Moscow will receive 5,000 builders and 1,000 sappers, TASS quoted Shoigu as saying. South Korea's Unification Ministry declined to comment, and the White House has said that it is watching the matter with concern.
`

func BenchmarkMentions(b *testing.B) {
	m := loaded(b)
	d := text.New("", "", strings.Repeat(sample, 5), time.Time{})
	b.SetBytes(int64(len(d.Body.S)))
	b.ReportAllocs()
	for b.Loop() {
		m.Mentions(d.Body)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := crf.Decode(modelData); err != nil {
			b.Fatal(err)
		}
		if _, err := decodeNames(namesData); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleModel_Mentions() {
	m, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	d := text.New("", "", "Sergei Shoigu flew from Moscow to Pyongyang.", time.Time{})
	for _, x := range m.Mentions(d.Body) {
		fmt.Println(d.Body.S[x.Start:x.End], x.Type == text.Person)
	}
	// Output:
	// Sergei Shoigu true
	// Moscow false
	// Pyongyang false
}
