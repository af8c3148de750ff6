package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
)

// trainSyntax makes pkg/enrich/syntax/model.bin from the English Web Treebank
// and the silver trees.
func trainSyntax(_ context.Context, shared string, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("syntax", flag.ContinueOnError)
	file := flags.String("o", "pkg/enrich/syntax/model.bin", "where the model goes")
	epochs := flags.Int("epochs", 0, "epochs of the parser, 0 for the default")
	tagMin := flags.Int("tagmin", 0, "occurrences a feature of the tagger needs, 0 for the default")
	parseMin := flags.Int("parsemin", 0, "the same for the parser")
	labelMin := flags.Int("labelmin", 0, "the same for the labeller")
	plain := flags.Bool("gold-only", false, "leave the silver trees out")
	if err := flags.Parse(args); err != nil {
		return err
	}
	train, err := readTrees(filepath.Join(shared, "corpora/ud-ewt/train.conllu"))
	if err != nil {
		return err
	}
	dev, err := readTrees(filepath.Join(shared, "corpora/ud-ewt/dev.conllu"))
	if err != nil {
		return err
	}
	var silver []syntax.Tree
	if !*plain {
		trees, stale, err := readSilver(shared)
		if err != nil {
			return err
		}
		silver = trees
		fmt.Fprintf(out, "silver: %d trees, %d stale\n", len(silver), stale)
	}
	b, err := syntax.Train(train, syntax.TrainConfig{ParseEpochs: *epochs, Dev: dev, Silver: silver, Log: func(s string) { fmt.Fprintln(out, s) },
		TagMin: *tagMin, ParseMin: *parseMin, LabelMin: *labelMin})
	if err != nil {
		return err
	}
	if err := os.WriteFile(*file, b, 0o644); err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	fmt.Fprintf(out, "%s: %d bytes\n", *file, len(b))
	return nil
}

func readTrees(name string) ([]syntax.Tree, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	trees, err := syntax.ReadTrees(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return trees, nil
}
