package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/enrich/explain"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/all"
)

func explainCommand(flags *cli.Flags) *cobra.Command {
	return &cobra.Command{
		Use:   "explain FILE...",
		Short: "Show a story with each tag's evidence marked, why it was made, and what was passed over",
		Long: `explain parses wire files of any format, runs the engine over what is in them and
prints each story with the evidence of every tag marked under the text, the rule
that made it, and the bodies of people that were passed over with the reason. No
broker is needed. "-" reads standard input.`,
		Example: `  dateline explain story.txt
  dateline explain story.xml | less`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			eng, err := enrich.New(enrich.Config{Knowledge: cfg.Enrich.Knowledge})
			if err != nil {
				return err
			}
			var errs []error
			for _, path := range args {
				errs = append(errs, explainFile(cmd.Context(), cmd.OutOrStdout(), cmd.InOrStdin(), eng, path))
			}
			return errors.Join(errs...)
		},
	}
}

func explainFile(ctx context.Context, w io.Writer, stdin io.Reader, eng *enrich.Engine, path string) error {
	var data []byte
	var err error
	t := wire.NewTransmission("explain", filepath.Base(path), time.Now().UTC(), "", nil)
	if path == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(path)
		if info, serr := os.Stat(path); serr == nil {
			t.Received = info.ModTime().UTC()
		}
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	t = wire.NewTransmission(t.Feed, t.Name, t.Received, hex.EncodeToString(sum[:]), data)
	return all.Parse(ctx, t, func(r wire.Result) error {
		if r.Article == nil {
			return fmt.Errorf("%s, item %d: %s: %w", path, r.Item, r.Class, r.Err)
		}
		return explainArticle(w, eng, r.Article)
	})
}

func explainArticle(w io.Writer, eng *enrich.Engine, a *model.Article) error {
	e, vetoes, failed := eng.Explain(a)
	return errors.Join(explain.Write(w, e, vetoes), failed)
}
