// Package entitymodel trains the model of pkg/enrich/entity and compiles its
// lists of names. The same corpora, lists and flags give the same
// bytes.
package entitymodel

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Run trains, writes the model and prints how it does on the parts held out.
func Run(_ context.Context, shared string, args []string, w io.Writer) error {
	fs := flag.NewFlagSet("entity", flag.ContinueOnError)
	var (
		dir    = fs.String("corpora", filepath.Join(shared, "corpora"), "folder of the corpora")
		names  = fs.String("names", "pkg/enrich/entity/names.bin", "compiled lists of names")
		out    = fs.String("out", "pkg/enrich/entity/model.bin", "file to write; empty for none")
		epochs = fs.Int("epochs", 20, "passes over the corpora")
		l2     = fs.Float64("l2", 0.2, "strength of the penalty")
		rate   = fs.Float64("rate", 0.1, "AdaGrad's step")
		prune  = fs.Float64("prune", 0.1, "least weight kept")
		least  = fs.Int("min", 1, "times a feature must be seen")
		fold   = fs.Int("fold", -1, "fifth of re3d to hold out, -1 to train on all")
		use    = fs.String("use", "conll,politics,re3d", "corpora to train on")
		drop   = fs.Float64("dropout", 0.5, "share of features left out at each step")
		seed   = fs.Uint64("seed", 0, "of the order and the dropout")
		weight = fs.Float64("re3d-weight", 1, "weight of re3d")
		domain = fs.Uint("re3d-domain", 0, "domain of re3d")
		quick  = fs.Bool("quick", false, "leave out the altered copies")
		errs   = fs.String("errors", "", "print mistakes on this part (conll, politics, re3d)")
	)
	if err := fs.Parse(args); err != nil {
		return err
	}
	lists, err := os.ReadFile(*names)
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	c, err := readCorpora(*dir)
	if err != nil {
		return err
	}
	tr, err := entity.NewTrainer(lists)
	if err != nil {
		return err
	}
	var seqs []crf.Sequence
	lost, names1 := 0, 0
	take := func(docs []document, forget bool, weight float32, domain uint8) {
		for _, d := range docs {
			s, n := tr.Examples(text.New("", "", d.text, time.Time{}).Body, d.gold, forget)
			lost += n
			names1 += len(d.gold)
			for i := range s {
				s[i].Weight, s[i].Domain = weight, domain
			}
			seqs = append(seqs, s...)
		}
	}
	if strings.Contains(*use, "conll") {
		take(c.conll, false, 1, 0)
		if !*quick {
			take(stories(c.conll, 12), false, 0.5, 0)
			take(altered(c.conll, 5, 0, strings.ToUpper), true, 0.5, 0)
			take(altered(c.conll, 5, 1, headline), true, 0.5, 0)
		}
	}
	if strings.Contains(*use, "politics") {
		take(c.politics, false, 1, 0)
		if !*quick {
			take(altered(c.politics, 4, 0, strings.ToUpper), true, 0.5, 0)
			take(altered(c.politics, 4, 1, headline), true, 0.5, 0)
		}
	}
	if strings.Contains(*use, "re3d") {
		take(part(c.re3d, *fold, false), false, float32(*weight), uint8(*domain))
	}
	fmt.Fprintf(w, "%d sequences, %d names, %d lost\n", len(seqs), names1, lost)
	began := time.Now()
	m, err := entity.Train(seqs, crf.Config{Epochs: *epochs, L2: *l2, Rate: *rate, MinCount: *least, Dropout: *drop, Seed: *seed, Prune: *prune,
		Progress: func(e int, loss float64) {
			fmt.Fprintf(w, "epoch %d: loss %.4f, %s\n", e, loss, time.Since(began).Round(time.Second))
		}})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := m.Encode(&b); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d features, %d bytes\n", m.Features(), b.Len())
	if *out != "" {
		if err := os.WriteFile(*out, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write model: %w", err)
		}
	}
	e, err := entity.With(m, lists)
	if err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		docs []document
	}{
		{"conll", c.conllDev}, {"politics", c.politicsDev}, {"re3d", part(c.re3d, *fold, true)},
		{"conll stories", stories(c.conllDev, 12)}, {"conll capitals", altered(c.conllDev, 1, 0, strings.ToUpper)},
		{"conll headlines", altered(c.conllDev, 1, 0, headline)},
	} {
		if len(p.docs) == 0 {
			continue
		}
		fmt.Fprintf(w, "%-16s %s\n", p.name, score(w, e, p.docs, *errs == p.name))
	}
	return nil
}

// RunEval measures the embedded model and how fast it reads.
func RunEval(_ context.Context, shared string, args []string, w io.Writer) error {
	fs := flag.NewFlagSet("entity-eval", flag.ContinueOnError)
	dir := fs.String("corpora", filepath.Join(shared, "corpora"), "folder of the corpora")
	if err := fs.Parse(args); err != nil {
		return err
	}
	c, err := readCorpora(*dir)
	if err != nil {
		return err
	}
	m, err := entity.Load()
	if err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		docs []document
	}{
		{"conll", c.conllDev}, {"politics", c.politicsDev}, {"re3d", c.re3d},
		{"conll stories", stories(c.conllDev, 12)}, {"conll capitals", altered(c.conllDev, 1, 0, strings.ToUpper)},
		{"conll headlines", altered(c.conllDev, 1, 0, headline)},
	} {
		fmt.Fprintf(w, "%-16s %s\n", p.name, score(w, m, p.docs, false))
	}
	return nil
}

// scores counts as shared/eval/score_actors.py does.
type scores struct{ hit, found, gold [5]int }

func (s scores) String() string {
	var line strings.Builder
	hit, found, gold := 0, 0, 0
	f1 := func(h, a, b int) float64 {
		if a+b == 0 {
			return 0
		}
		return 2 * float64(h) / float64(a+b)
	}
	for _, t := range []text.MentionType{text.Person, text.Organisation, text.Location} {
		hit, found, gold = hit+s.hit[t], found+s.found[t], gold+s.gold[t]
		fmt.Fprintf(&line, "%s %.4f  ", [...]string{text.Person: "per", text.Organisation: "org", text.Location: "loc"}[t], f1(s.hit[t], s.found[t], s.gold[t]))
	}
	return fmt.Sprintf("F1 %.4f  P %.4f R %.4f  %s", f1(hit, found, gold), float64(hit)/float64(max(found, 1)), float64(hit)/float64(max(gold, 1)), line.String())
}

func score(w io.Writer, m *entity.Model, docs []document, mistakes bool) scores {
	var s scores
	for _, d := range docs {
		gold := map[entity.Gold]bool{}
		free := map[[2]int]bool{}
		for _, g := range d.score {
			if g.Type == text.Nationality || g.Type == text.Other {
				free[[2]int{g.Start, g.End}] = true
			} else {
				gold[g] = true
				s.gold[g.Type]++
			}
		}
		var wrong []string
		for _, x := range m.Mentions(text.New("", "", d.text, time.Time{}).Body) {
			if x.Type == text.Nationality || x.Type == text.Other || free[[2]int{x.Start, x.End}] {
				continue
			}
			g := entity.Gold{Start: x.Start, End: x.End, Type: x.Type}
			s.found[g.Type]++
			if gold[g] {
				s.hit[g.Type]++
				delete(gold, g)
			} else if mistakes {
				wrong = append(wrong, fmt.Sprintf("+%d[%s] %.2f", g.Type, d.text[g.Start:g.End], x.Confidence))
			}
		}
		if mistakes && len(wrong)+len(gold) > 0 {
			for _, g := range d.score {
				if gold[g] {
					wrong = append(wrong, fmt.Sprintf("-%d[%s]", g.Type, d.text[g.Start:g.End]))
				}
			}
			fmt.Fprintln(w, strings.ReplaceAll(d.text, "\n", " "), "\n    ", strings.Join(wrong, " "))
		}
	}
	return s
}

var errNoCorpora = errors.New("no corpora: set DATELINE_SHARED or -corpora")
