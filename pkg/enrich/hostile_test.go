package enrich

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/pkg/model"
)

// words is copy with every kind of thing that the layers look for.
var words = strings.Fields(`SEOUL, Nov. 12 (Yonhap) -- North Korea has decided to send 3,000 railway workers and some 500 bridge engineers to Russia's Primorye region by the end of June , Russian media
reported Wednesday, citing a source in the regional government. "Our soldiers will protect markets and roads," Defence Minister Kwabena Asare told parliament in Accra, ruling out a
withdrawal of the 2nd battalion , of whom two thirds are to be rotated home in order not to leave between 200 and 300 Kenyan police officers in Haiti . U.S. troops ( 28,500 ) stationed there
said that they would not , according to the KCNA , which quoted him as saying : " we " what it calls a force out of the Party of Regions , rules out sending them . The official , a diplomat briefed
on the talks , who asked not to be named , added so`)

// TestAnyOrderOfWords holds the layers to their law: whatever the text, none
// fails, and every span quotes what it points at.
func TestAnyOrderOfWords(t *testing.T) {
	engine, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1500 {
		n := 3 + r.IntN(60)
		text := make([]string, n)
		for j := range text {
			text[j] = words[r.IntN(len(words))]
		}
		check(t, engine, strings.Join(text, " "))
		if i%10 == 0 { // pieces of sense
			a, b := r.IntN(len(words)), r.IntN(len(words))
			check(t, engine, strings.Join(words[min(a, b):max(a, b)], " "))
		}
	}
	for _, s := range []string{"", " ", "\"", strings.Repeat("\"", 5000), strings.Repeat("a ", 20000), strings.Repeat("troops ", 5000), strings.Repeat("9", 400) + " soldiers were sent to Kursk.",
		"Ünïcödé 5.000 Söldner \u2028 wurden — “sent” to Łódź.", strings.ToUpper(strings.Join(words, " "))} {
		check(t, engine, s)
	}
}

// FuzzEnrich takes any text.
func FuzzEnrich(f *testing.F) {
	engine, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(strings.Join(words, " "))
	f.Fuzz(func(t *testing.T, s string) { check(t, engine, strings.ToValidUTF8(s, "?")) })
}

func check(t *testing.T, engine *Engine, s string) {
	t.Helper()
	e, err := engine.Enrich(article("en", s))
	if err != nil {
		t.Fatalf("%v in\n%q", err, s)
	}
	runes := []rune(s)
	quote := func(what string, sp model.Span) {
		if sp.Field == model.FieldBody && (sp.Start < 0 || sp.End > len(runes) || sp.Start > sp.End || string(runes[sp.Start:sp.End]) != sp.Exact) {
			t.Fatalf("%s: span %+v does not quote\n%q", what, sp, s)
		}
	}
	x := e.Enrichment
	for _, a := range x.Actors {
		for _, m := range a.Mentions {
			quote(a.ID, m)
		}
	}
	for _, p := range x.Places {
		for _, m := range p.Mentions {
			quote(p.ID, m)
		}
	}
	for _, a := range x.Attributions {
		for _, set := range [][]model.Span{a.Source.Spans, a.Cue.Spans, a.Content.Spans} {
			for _, m := range set {
				quote(a.ID, m)
			}
		}
	}
	for _, d := range x.Deployments {
		quote(d.ID, d.Unit)
		for _, a := range []*model.Arg{d.Sender, d.Origin, d.Destination, d.Beneficiary} {
			if a != nil {
				quote(d.ID, a.Span)
			}
		}
		for _, m := range append(append([]model.Span{}, d.Mentions...), d.Evidence...) {
			quote(d.ID, m)
		}
	}
}
