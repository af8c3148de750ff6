package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/intake"
	"github.com/dateline-wire/dateline/pkg/pipeline"
	"github.com/dateline-wire/dateline/pkg/wire"
)

// firstFiles is how many files of a folder a check reads.
const firstFiles = 5

func checkCommand() *cobra.Command {
	var only string
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Try the feeds of a configuration file and show the first articles of each",
		Long: `check fetches each feed that has a url, or reads the first files in its folder,
parses them with the feed's settings and prints what comes out. Nothing is
captured and no broker is needed.`,
		Example: `  ingest check feed.yaml
  ingest check dateline.yaml --feed yonhap-en`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := config.Load(args[0], os.Environ())
			if err != nil {
				return err
			}
			p, err := NewParser(cfg)
			if err != nil {
				return err
			}
			failed, tried := false, 0
			for _, f := range cfg.Feeds {
				if only != "" && f.Name != only {
					continue
				}
				tried++
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", f.Name)
				if err := checkFeed(cmd.Context(), cmd.OutOrStdout(), cfg, p, f); err != nil {
					failed = true
					fmt.Fprintf(cmd.OutOrStdout(), "  failed: %v\n", err)
				}
			}
			if tried == 0 {
				return fmt.Errorf("%s: no such feed", args[0])
			}
			if failed {
				return cli.ErrTold
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&only, "feed", "", "only this feed")
	return cmd
}

// checkFeed prints the first articles of a feed.
func checkFeed(ctx context.Context, w io.Writer, cfg *config.Config, p *Parser, f config.Feed) error {
	docs := map[string][]byte{}
	var names []string
	if f.URL != "" {
		body, _, err := intake.Fetch(ctx, http.DefaultClient, f.URL, intake.Cursor{}, cfg.Ingest.MaxBytes)
		if err != nil {
			return fmt.Errorf("%s: %w", f.URL, err)
		}
		parts, err := intake.Items(intake.Source{Feed: f.Name, URL: f.URL, Charset: f.Charset}, body)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s: %d bytes, %d items\n", f.URL, len(body), len(parts))
		for i, part := range parts[:min(len(parts), firstFiles)] {
			name := fmt.Sprintf("item %d", i+1)
			names = append(names, name)
			docs[name] = part
		}
	} else {
		dir := cfg.FeedFolder(f)
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s: %d files\n", dir, len(entries))
		for _, e := range entries {
			if len(names) == firstFiles {
				break
			}
			if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return err
			}
			names = append(names, e.Name())
			docs[e.Name()] = b
		}
	}
	for _, name := range names {
		sum := sha256.Sum256(docs[name])
		rec := &pipeline.Record{Topic: pipeline.TopicRaw, Value: docs[name], Headers: []pipeline.Header{header("feed", f.Name), header("name", name),
			header("received", time.Now().UTC().Format(time.RFC3339Nano)), header("sha256", hex.EncodeToString(sum[:]))}}
		err := p.Parse(ctx, rec, rec.Open(), rec.Size(), func(_ *wire.Transmission, r Parsed) error {
			switch {
			case r.Article != nil:
				a := r.Article
				fmt.Fprintf(w, "  %s: %s, %s, revision %d, %s, %q\n", name, r.Format, a.Wire.Change, a.Wire.Revision, a.URI, clipLine(a.Headline(), 70))
				for _, warning := range a.Wire.Warnings {
					fmt.Fprintf(w, "    warning: %s\n", warning)
				}
			default:
				fmt.Fprintf(w, "  %s: %s, %s: %v\n", name, r.Format, r.Class, r.Err)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func clipLine(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
