package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/datadir"
	"github.com/dateline-wire/dateline/internal/logging"
	"github.com/dateline-wire/dateline/internal/replay"
	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// lockReplay keeps a second replay off a data directory.
const lockReplay = "replay"

func replayCommand(flags *cli.Flags) *cobra.Command {
	var from, to, pubFrom, pubTo string
	var sel replay.Selection
	var perSecond, setRate float64
	var dry bool
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Take history through the engine again",
		Long: `replay reads a range of wire.articles, enriches it in this process with the
engine of this version, and writes to wire.enriched; the sink replaces the tags
of the versions it holds. The live groups' offsets are not touched, and it waits
while the live line is more than a second behind. Started again after a crash
with the same selection it goes on where it was. The last line of standard
output is a summary as JSON.

A span such as 24h is counted back from now, so write times when you mean to go
on with an interrupted replay.`,
		Example: `  dateline replay --data ./dateline-data --from 24h --dry-run
  dateline replay --data ./dateline-data --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z --feed yonhap-en
  dateline replay --data ./dateline-data --from 24h --from-raw
  dateline replay --data ./dateline-data --set-rate 50     # of the replay that runs there`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := time.Now()
			for _, t := range []struct {
				flag, value string
				to          *time.Time
			}{{"--from", from, &sel.From}, {"--to", to, &sel.To}, {"--published-from", pubFrom, &sel.PublishedFrom}, {"--published-to", pubTo, &sel.PublishedTo}} {
				if t.value == "" {
					continue
				}
				at, err := moment(t.value, now)
				if err != nil {
					return fmt.Errorf("%s: %w", t.flag, err)
				}
				*t.to = at.UTC().Truncate(time.Millisecond)
			}
			if !sel.From.IsZero() && !sel.To.IsZero() && !sel.From.Before(sel.To) {
				return fmt.Errorf("--from %s is not before --to %s", sel.From.Format(time.RFC3339), sel.To.Format(time.RFC3339))
			}
			return withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, cfg *config.Config) error {
				dir := filepath.Join(cfg.Data, "replay")
				if setRate > 0 {
					return changeRate(cmd.OutOrStdout(), dir, setRate)
				}
				return runReplay(ctx, cmd, c, cfg, replay.Config{Selection: sel, Dir: dir, Rate: perSecond}, dry)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "arrived at or after this time (RFC 3339) or so long ago (24h)")
	f.StringVar(&to, "to", "", "arrived before this time or so long ago")
	f.StringVar(&pubFrom, "published-from", "", "published (versionCreated) at or after")
	f.StringVar(&pubTo, "published-to", "", "published before")
	f.StringVar(&sel.Feed, "feed", "", "only this feed")
	f.StringVar(&sel.URI, "uri", "", "only this story, all its versions")
	f.StringSliceVar(&sel.Offsets, "offsets", nil, "only these offsets: partition:from-to, repeatable")
	f.BoolVar(&sel.FromRaw, "from-raw", false, "parse wire.raw again, and publish the articles whose bytes differ")
	f.Float64Var(&perSecond, "rate", 0, "articles a second at most; 0 does not bound it")
	f.Float64Var(&setRate, "set-rate", 0, "change the rate of the replay that runs on this data directory, and end")
	f.BoolVar(&dry, "dry-run", false, "count and estimate, write nothing")
	return cmd
}

// changeRate tells every unfinished replay of a directory its new rate.
func changeRate(w io.Writer, dir string, perSecond float64) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no replay is known in %s", dir)
	}
	for _, f := range files {
		path := f[:len(f)-len(".json")] + ".rate"
		if err := os.WriteFile(path, []byte(strconv.FormatFloat(perSecond, 'f', -1, 64)+"\n"), 0o644); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(w, "%g articles a second within a second\n", perSecond)
	return err
}

func runReplay(ctx context.Context, cmd *cobra.Command, c *pipeline.Client, cfg *config.Config, rc replay.Config, dry bool) (err error) {
	stderr := cmd.ErrOrStderr()
	rc.Client, rc.Now = c, time.Now
	rc.Log = logging.New(stderr, cfg.Log.Level, cfg.Log.Format, "replay")
	if rc.Engine, err = enrich.New(enrich.Config{Knowledge: cfg.Enrich.Knowledge}); err != nil {
		return err
	}
	if rc.Parser, err = worker.NewParser(cfg); err != nil {
		return err
	}
	var sum replay.Summary
	if dry {
		sum, err = replay.DryRun(ctx, rc)
	} else {
		if err := datadir.Make(cfg.Data); err != nil {
			return err
		}
		lock, err := datadir.Take(cfg.Data, lockReplay)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, lock.Release()) }()
		switch db, openErr := worker.FindStore(ctx, cfg); {
		case openErr == nil:
			defer func() { err = errors.Join(err, db.Close()) }()
			rc.Store = db
		case !errors.Is(openErr, os.ErrNotExist):
			rc.Log.Warn().Err(openErr).Msg("tags are not compared")
		}
		rc.Progress = progressLine(stderr, rc.Log, time.Now)
		sum, err = replay.Run(ctx, rc)
		if ctx.Err() != nil {
			return fmt.Errorf("stopped after %d records; the same command goes on from there", sum.Records)
		}
		if err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := replayTable(stderr, sum); err != nil {
		return err
	}
	return writeJSON(cmd.OutOrStdout(), sum)
}

// progressLine tells how far a replay is, every two seconds: over one line on
// a terminal, in the log elsewhere.
func progressLine(w io.Writer, log zerolog.Logger, now func() time.Time) func(replay.Progress) {
	var told time.Time
	terminal := logging.Terminal(w)
	return func(p replay.Progress) {
		if now().Sub(told) < 2*time.Second && p.Read < p.Total {
			return
		}
		told = now()
		if !terminal {
			e := log.Info().Str("event", "progress").Int64("read", p.Read).Int64("of", p.Total).Int64("written", p.Written).Float64("per_second", p.Rate).Dur("left", p.Left)
			if p.Waiting != "" {
				e = e.Str("waiting", p.Waiting)
			}
			e.Msg("replay")
			return
		}
		line := fmt.Sprintf("%d of %d records, %d written, %.0f/s, %s left", p.Read, p.Total, p.Written, p.Rate, p.Left.Round(time.Second))
		if p.Waiting != "" {
			line += ", waiting: " + p.Waiting
		}
		fmt.Fprintf(w, "\r\x1b[K%s", line)
		if p.Read >= p.Total {
			fmt.Fprintln(w)
		}
	}
}

func replayTable(w io.Writer, s replay.Summary) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "records %d, meant %d, written %d, failed %d, compared %d\n", s.Records, s.Selected, s.Written, s.Failed, s.Compared)
	if s.DryRun {
		fmt.Fprintf(t, "a real run would take about %s\n", time.Duration(s.Estimate*float64(time.Second)).Round(time.Second))
	}
	if s.Compared > 0 {
		fmt.Fprintln(t, "tags\tadded\tlost\taltered\tsame\t")
		for _, row := range []struct {
			name string
			d    replay.Delta
		}{{"deployments", s.Tags.Deployments}, {"attributions", s.Tags.Attributions}, {"sources", s.Tags.Sources}, {"actors", s.Tags.Actors}, {"places", s.Tags.Places}} {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t\n", row.name, row.d.Added, row.d.Lost, row.d.Altered, row.d.Same)
		}
	}
	for _, g := range s.Gone {
		fmt.Fprintf(t, "gone: %s\n", g)
	}
	return t.Flush()
}
