// Package sourcemodel trains the model of pkg/enrich/source on PolNeAR and
// measures it. The corpus is read where it lies and is no part of the
// repository.
package sourcemodel

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/internal/eval"
	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/source"
	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Run trains on the corpora below shared, writes the model and prints the
// scores on the development sets to w. With -out "" nothing is written.
func Run(ctx context.Context, shared string, args []string, w io.Writer) error {
	fs := flag.NewFlagSet("source", flag.ContinueOnError)
	fs.SetOutput(w)
	out := fs.String("out", "pkg/enrich/source/model.bin", "file to write the model to")
	load := fs.String("model", "", "measure this model, do not train")
	part := fs.Int("part", 1, "train on every n-th document")
	dump := fs.String("dump", "", "folder to write enriched development sets to")
	cueEpochs := fs.Int("cue-epochs", 0, "passes over the cues, 0 for the default")
	sourceEpochs := fs.Int("source-epochs", 0, "passes over the sources")
	contentEpochs := fs.Int("content-epochs", 0, "passes over the contents")
	wireWeight := fs.Int("wire", 4, "how often the constructions of the wires count")
	drop := fs.Float64("drop", 0, "share of features left out of a step")
	rate := fs.Float64("rate", 0, "step, 0 for the default")
	decay := fs.Float64("decay", 0, "pull towards zero")
	if err := fs.Parse(args); err != nil {
		return err
	}
	syn, err := syntax.Load()
	if err != nil {
		return fmt.Errorf("train sources: %w", err)
	}
	words, err := cluster.Load()
	if err != nil {
		return fmt.Errorf("train sources: %w", err)
	}
	polnear := filepath.Join(shared, "corpora", "polnear")
	names, err := entity.Load()
	if err != nil {
		return fmt.Errorf("train sources: %w", err)
	}
	document := func(s eval.Story) *text.Doc {
		d := document(s)
		d.Mentions = append(names.Mentions(d.Headline), names.Mentions(d.Body)...)
		return d
	}
	var m *source.Model
	if *load != "" {
		b, err := os.ReadFile(*load)
		if err != nil {
			return fmt.Errorf("train sources: %w", err)
		}
		if m, err = source.DecodeModel(b); err != nil {
			return fmt.Errorf("train sources: %w", err)
		}
	} else {
		stories, err := read(filepath.Join(polnear, "train.jsonl"))
		if err != nil {
			return err
		}
		var examples []source.Example
		for i, s := range stories {
			if i%*part == 0 {
				examples = append(examples, example(s, document(s)))
			}
		}
		wire, err := wireStories()
		if err != nil {
			return err
		}
		for _, s := range wire {
			x := example(s, document(s))
			x.Weight = *wireWeight
			examples = append(examples, x)
		}
		m, err = source.Learn(syn, words, examples, source.LearnConfig{
			CueEpochs: *cueEpochs, SourceEpochs: *sourceEpochs, ContentEpochs: *contentEpochs,
			Drop: *drop, Rate: float32(*rate), Decay: float32(*decay),
			Log: func(f string, a ...any) { fmt.Fprintf(w, f+"\n", a...) },
		})
		if err != nil {
			return err
		}
		if *out != "" {
			b, err := m.Encode()
			if err != nil {
				return err
			}
			if err := os.WriteFile(*out, b, 0o644); err != nil {
				return fmt.Errorf("train sources: %w", err)
			}
			fmt.Fprintf(w, "wrote %s, %d bytes\n", *out, len(b))
		}
	}
	for _, f := range []string{filepath.Join(polnear, "dev.jsonl"), filepath.Join(shared, "gold", "stories.dev.jsonl")} {
		stories, err := read(f)
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		lines := []float32{m.Threshold()}
		if *load == "" {
			lines = []float32{-0.8, -0.6, m.Threshold(), -0.4, -0.2}
		}
		for _, th := range lines {
			a := source.NewWith(syn, words, m.WithThreshold(th))
			var score eval.AttributionScore
			dumped := ""
			if *dump != "" && th == m.Threshold() {
				dumped = filepath.Join(*dump, filepath.Base(filepath.Dir(f))+".enriched.jsonl")
			}
			if err := measure(a, document, stories, &score, dumped); err != nil {
				return err
			}
			fmt.Fprintf(w, "%s threshold %.2f: %s\n", filepath.Base(f), th, score)
		}
	}
	return nil
}

//go:embed wire.txt
var wireText string

// wireStories reads the constructions of the wires that ship with the trainer.
func wireStories() ([]eval.Story, error) {
	var out []eval.Story
	for n, line := range strings.Split(wireText, "\n") {
		switch {
		case strings.HasPrefix(line, "T: "):
			out = append(out, eval.Story{ID: fmt.Sprintf("wire-%d", len(out)+1), Date: "2020-01-01", Text: line[3:]})
		case strings.HasPrefix(line, "A: "):
			if len(out) == 0 {
				return nil, fmt.Errorf("wire.txt:%d: an attribution before any text", n+1)
			}
			s := &out[len(out)-1]
			a, err := marked(s.Text, line[3:])
			if err != nil {
				return nil, fmt.Errorf("wire.txt:%d: %w", n+1, err)
			}
			a.N = len(s.Attributions) + 1
			s.Attributions = append(s.Attributions, a)
		}
	}
	return out, nil
}

// marked finds the words of "source | cue | content … content" in a text.
func marked(text, line string) (eval.Attribution, error) {
	var a eval.Attribution
	parts := strings.Split(" "+line+" ", " | ")
	if len(parts) != 3 {
		return a, fmt.Errorf("want source | cue | content, got %q", line)
	}
	for i, to := range []*[][2]int{&a.Source, &a.Cue, &a.Content} {
		for piece := range strings.SplitSeq(parts[i], "…") {
			piece = strings.TrimSpace(piece)
			if piece == "" {
				continue
			}
			word, nth := piece, 1
			if w, n, ok := strings.Cut(piece, "@"); ok {
				word, nth = w, int(n[0]-'0')
			}
			at, from := -1, 0
			for range nth {
				k := wordAt(text[from:], word)
				if k < 0 {
					return a, fmt.Errorf("%q is not in the text", piece)
				}
				at = from + k
				from = at + len(word)
			}
			start := utf8.RuneCountInString(text[:at])
			*to = append(*to, [2]int{start, start + utf8.RuneCountInString(word)})
		}
	}
	return a, nil
}

// wordAt is where word stands in s as a word of its own, -1 for nowhere.
func wordAt(s, word string) int {
	for from := 0; ; {
		k := strings.Index(s[from:], word)
		if k < 0 {
			return -1
		}
		k += from
		before, _ := utf8.DecodeLastRuneInString(s[:k])
		after, _ := utf8.DecodeRuneInString(s[k+len(word):])
		first, _ := utf8.DecodeRuneInString(word)
		last, _ := utf8.DecodeLastRuneInString(word)
		if !(unicode.IsLetter(before) && unicode.IsLetter(first)) && !(unicode.IsLetter(after) && unicode.IsLetter(last)) {
			return k
		}
		from = k + 1
	}
}

func read(path string) ([]eval.Story, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("train sources: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	return eval.ReadStories(f)
}

func document(s eval.Story) *text.Doc {
	date, _ := time.Parse("2006-01-02", s.Date) // a story without a date has none
	return text.New(s.ID, s.Headline, s.Text, date)
}

func example(s eval.Story, d *text.Doc) source.Example {
	// Code points to bytes.
	at := make([]int, 0, len(s.Text)+1)
	for i := range s.Text {
		at = append(at, i)
	}
	at = append(at, len(s.Text))
	bytes := func(rs [][2]int) [][2]int {
		var out [][2]int
		for _, r := range rs {
			if r[0] >= 0 && r[0] < r[1] && r[1] < len(at) {
				out = append(out, [2]int{at[r[0]], at[r[1]]})
			}
		}
		return out
	}
	x := source.Example{Doc: d}
	for _, a := range s.Attributions {
		x.Gold = append(x.Gold, source.Gold{Source: bytes(a.Source), Cue: bytes(a.Cue), Content: bytes(a.Content)})
	}
	return x
}

func measure(a *source.Annotator, document func(eval.Story) *text.Doc, stories []eval.Story, score *eval.AttributionScore, dump string) error {
	var out *os.File
	if dump != "" {
		var err error
		if out, err = os.Create(dump); err != nil {
			return fmt.Errorf("measure sources: %w", err)
		}
		defer func() { _ = out.Close() }() // a measurement
	}
	for _, s := range stories {
		d := document(s)
		a.Annotate(d)
		score.Add(s, &d.Enrichment)
		if out == nil {
			continue
		}
		line, err := json.Marshal(map[string]any{"uri": s.ID, "enrichment": d.Enrichment})
		if err != nil {
			return fmt.Errorf("measure sources: %w", err)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("measure sources: %w", err)
		}
	}
	return nil
}
