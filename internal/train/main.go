// Command train makes the models that ship with the program from the corpora
// in the folder that DATELINE_SHARED names:
//
//	go run ./internal/train NAME [FLAGS]
//
// Training is deterministic: the same corpora and flags give the same bytes.
// Each model has a file of this package and a line in models.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/dateline-wire/dateline/internal/train/clustermodel"
	"github.com/dateline-wire/dateline/internal/train/entitymodel"
	"github.com/dateline-wire/dateline/internal/train/kbcompile"
	"github.com/dateline-wire/dateline/internal/train/sourcemodel"
)

// model is what can be trained: run reads corpora below shared, takes its own
// flags, writes the model where its package embeds it, and reports to out.
type model struct {
	name, about string
	run         func(ctx context.Context, shared string, args []string, out io.Writer) error
}

func models() []model {
	return []model{
		{"syntax", "tags and dependency parses (pkg/enrich/syntax)", trainSyntax},
		{"syntax-words", "sentences for silver.py, to standard output", silverWords},
		{"syntax-silver", "pack what silver.py made (internal/train/silver.zst)", silverPack},
		{"cluster", "word clusters from word vectors (pkg/enrich/cluster)", clustermodel.Run},
		{"entity-names", "lists of names (pkg/enrich/entity)", entitymodel.RunNames},
		{"entity", "names of persons, organisations and places (pkg/enrich/entity)", entitymodel.Run},
		{"entity-mine", "lists of names from unlabelled news", entitymodel.RunMine},
		{"entity-eval", "measures of the names that the program finds", entitymodel.RunEval},
		{"source", "who says what (pkg/enrich/source)", sourcemodel.Run},
		{"kb", "actors and places (pkg/enrich/kb, pkg/enrich/place)", kbcompile.Run},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv("DATELINE_SHARED"), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, shared string, stdout, stderr io.Writer) int {
	if len(args) > 0 && shared == "" {
		fmt.Fprintln(stderr, "train: DATELINE_SHARED does not name the folder with the corpora")
		return 2
	}
	for _, m := range models() {
		if len(args) > 0 && m.name == args[0] {
			if err := m.run(ctx, shared, args[1:], stdout); err != nil {
				fmt.Fprintf(stderr, "train %s: %v\n", m.name, err)
				return 1
			}
			return 0
		}
	}
	fmt.Fprintln(stderr, "usage: DATELINE_SHARED=DIR go run ./internal/train NAME [FLAGS]")
	for _, m := range models() {
		fmt.Fprintf(stderr, "  %-12s %s\n", m.name, m.about)
	}
	return 2
}
