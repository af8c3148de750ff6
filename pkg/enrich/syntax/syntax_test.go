package syntax_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

var load = sync.OnceValues(syntax.Load)

func model(t testing.TB) *syntax.Model {
	t.Helper()
	m, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func parsed(t testing.TB, s string) *text.Text {
	t.Helper()
	b := text.New("x", "", s, time.Time{}).Body
	for i := range b.Sentences {
		model(t).Parse(b, i)
	}
	return b
}

func trees(t testing.TB, name string) []syntax.Tree {
	t.Helper()
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		t.Skip("DATELINE_SHARED does not name the folder with the corpora")
	}
	f, err := os.Open(filepath.Join(dir, "corpora", name))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	ts, err := syntax.ReadTrees(f)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

// TestScores prints the scores and holds what was reached (percent).
func TestScores(t *testing.T) {
	for _, c := range []struct {
		corpus             string
		tags, heads, label float64
	}{
		{"ud-ewt/dev.conllu", 94, 84, 79.5},
		{"gum/dev.conllu", 95, 80.5, 76},
	} {
		s := model(t).Evaluate(trees(t, c.corpus))
		t.Logf("%s: %s", c.corpus, s)
		share := func(n int) float64 { return 100 * float64(n) / float64(s.Words) }
		if share(s.Tags) < c.tags || share(s.Heads) < c.heads || share(s.Labelled) < c.label {
			t.Errorf("%s: %s, want at least %v, %v, %v", c.corpus, s, c.tags, c.heads, c.label)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"subject and object", "North Korea sent troops to Russia.", "North/NNP<compound Korea/NNP<nsubj sent/VBD<root troops/NNS<obj to/IN<case Russia/NNP<obl ./.<punct"},
		{"passive", "The men were sent by Moscow.", "The/DT<det men/NNS<nsubj:pass were/VBD<aux:pass sent/VBN<root by/IN<case Moscow/NNP<obl:agent ./.<punct"},
		{"said", "The army left, the ministry said.", "The/DT<det army/NN<nsubj left/VBD<ccomp ,/,<punct the/DT<det ministry/NN<nsubj said/VBD<root ./.<punct"},
		{"capitals", "THE MINISTRY SENT TROOPS.", "THE/DT<det MINISTRY/NN<nsubj SENT/VBD<root TROOPS/NNS<obj ./.<punct"},
	} {
		b := parsed(t, c.in)
		var w []string
		for i, k := range b.Tokens {
			w = append(w, b.Surface(i)+"/"+k.Tag.String()+"<"+k.Rel.String())
		}
		if got := strings.Join(w, " "); got != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

// check holds what is true of every parse.
func check(t *testing.T, b *text.Text) {
	t.Helper()
	for n, s := range b.Sentences {
		roots := 0
		for i := s.First; i < s.Last; i++ {
			k := b.Tokens[i]
			if k.Tag == text.TagNone || k.Rel == text.RelNone {
				t.Fatalf("%q: token %d: %+v", b.S, i, k)
			}
			if k.Head < 0 {
				roots++
				if k.Rel != text.RelRoot {
					t.Fatalf("%q: root %d: %+v", b.S, i, k)
				}
				continue
			}
			if k.Head < s.First || k.Head >= s.Last || k.Head == i || k.Rel == text.RelRoot {
				t.Fatalf("%q: token %d: %+v", b.S, i, k)
			}
			steps := 0
			for h := k.Head; h >= 0; h = b.Tokens[h].Head {
				if steps++; steps > s.Last-s.First {
					t.Fatalf("%q: token %d is in a circle", b.S, i)
				}
			}
		}
		if roots != 1 || !s.Tagged || !s.Parsed {
			t.Fatalf("%q: sentence %d: %d roots, %+v", b.S, n, roots, s)
		}
		root := b.Root(n)
		if a, z := b.Subtree(root); a != s.First || z != s.Last {
			t.Fatalf("%q: the root spans [%d, %d) of %+v", b.S, a, z, s)
		}
		var c text.Children
		c.Reset(b, n)
		sum := 1
		for i := s.First; i < s.Last; i++ {
			sum += len(c.Of(i))
		}
		if sum != s.Last-s.First {
			t.Fatalf("%q: %d of %d tokens are dependents", b.S, sum, s.Last-s.First)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"North Korea sent troops to Russia, the \"ministry\" said.", "''''", "-", "a", "A A A A A A A", "김정은이 말했다. 했다", "1 2 3 4", "(((((", "WHO? HE!", strings.Repeat("that he said ", 60),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		check(t, parsed(t, strings.ToValidUTF8(s, "?")))
	})
}

// TestAgain checks that parsing again or after tagging changes nothing, from
// several goroutines.
func TestAgain(t *testing.T) {
	const s = "North Korea has decided to send 1,200 railway troops to Russia's Khabarovsk region, Russian media reported Thursday. They left."
	want := parsed(t, s)
	m := model(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			b := text.New("x", "", s, time.Time{}).Body
			for i := range b.Sentences {
				m.Tag(b, i)
				m.Parse(b, i)
				m.Parse(b, i)
			}
			for i := range b.Tokens {
				if b.Tokens[i] != want.Tokens[i] {
					t.Errorf("token %d: got %+v, want %+v", i, b.Tokens[i], want.Tokens[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestReadTrees(t *testing.T) {
	row := func(s string) string { return strings.ReplaceAll(s, " ", "\t") + "\n" }
	for _, c := range []struct {
		name, in string
		words    int
		wrong    bool
	}{
		{"plain", "# text\n" + row("1 He he PRON PRP _ 2 nsubj _ _") + row("2 left leave VERB VBD _ 0 root _ _") + "\n", 2, false},
		{"no blank line at the end", row("1 Go go VERB VB _ 0 root _ _"), 1, false},
		{"ranges and empty nodes", row("1-2 don't _ _ _ _ _ _ _ _") + row("1 do do AUX VBP _ 0 root _ _") + row("1.1 x x _ _ _ _ _ _ _"), 1, false},
		{"unknown tag and subtype", row("1 x x X ZZZ _ 0 root:odd _ _"), 1, false},
		{"head out of range", row("1 x x X NN _ 7 dep _ _"), 0, true},
		{"own head", row("1 x x X NN _ 1 dep _ _"), 0, true},
		{"no head", row("1 x x X NN _ _ dep _ _"), 0, true},
		{"columns", "1\tx\n", 0, true},
		{"empty", "", 0, false},
	} {
		ts, err := syntax.ReadTrees(strings.NewReader(c.in))
		n := 0
		for _, t := range ts {
			n += len(t.Words)
		}
		if (err != nil) != c.wrong || n != c.words {
			t.Errorf("%s: got %d words, error %v; want %d, %v", c.name, n, err, c.words, c.wrong)
		}
	}
}

// TestTrain checks on a toy that training is deterministic and learns.
func TestTrain(t *testing.T) {
	var ts []syntax.Tree
	for range 12 {
		for _, v := range []string{"sent", "left", "met"} {
			ts = append(ts, syntax.Tree{
				Words: []string{"The", "men", v, "us", "."},
				Tags:  []text.Tag{text.TagDT, text.TagNNS, text.TagVBD, text.TagPRP, text.TagStop},
				Heads: []int{2, 3, 0, 3, 3},
				Rels:  []text.Rel{text.RelDet, text.RelNsubj, text.RelRoot, text.RelObj, text.RelPunct},
			})
		}
	}
	a, err := syntax.Train(ts, syntax.TrainConfig{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := syntax.Train(ts, syntax.TrainConfig{})
	if err != nil || !bytes.Equal(a, b) {
		t.Fatalf("a second training differs (%v)", err)
	}
	m, err := syntax.Decode(a)
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Evaluate(ts); s.Labelled != s.Words {
		t.Errorf("on its own training text: %s", s)
	}
	for _, n := range []int{0, 5, 16, 20, 100, len(a) / 2, len(a) - 1} {
		if _, err := syntax.Decode(a[:n]); err == nil {
			t.Errorf("a model cut at %d of %d bytes was read", n, len(a))
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := syntax.Load(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse tags, parses and labels the sentences of the dev set's words
// joined by spaces; text.New is not counted. BenchmarkTag only tags.
func BenchmarkParse(b *testing.B) { run(b, (*syntax.Model).Parse) }
func BenchmarkTag(b *testing.B)   { run(b, (*syntax.Model).Tag) }

func run(b *testing.B, f func(*syntax.Model, *text.Text, int)) {
	var s strings.Builder
	for _, t := range trees(b, "ud-ewt/dev.conllu") {
		s.WriteString(strings.Join(t.Words, " "))
		s.WriteString("\n\n")
	}
	d := text.New("x", "", s.String(), time.Time{}).Body
	m := model(b)
	b.SetBytes(int64(s.Len()))
	for b.Loop() {
		for i := range d.Sentences {
			d.Sentences[i].Tagged, d.Sentences[i].Parsed = false, false
			f(m, d, i)
		}
	}
}
