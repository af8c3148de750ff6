package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/intake"
	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// status is what dateline status tells.
type status struct {
	Running bool             `json:"running"` // a dateline up on the directory
	Ready   bool             `json:"ready"`
	Reasons []string         `json:"reasons,omitempty"`
	Broker  string           `json:"broker,omitzero"`
	Behind  map[string]int64 `json:"behind,omitempty"` // records, by group
	Feeds   []feedStatus     `json:"feeds"`
	Changes int64            `json:"changes"` // of the store, ever
	run     *worker.RunFile  // nil when none runs
}

type feedStatus struct {
	intake.FeedActivity
	Silent bool `json:"silent,omitzero"`
}

func statusCommand(flags *cli.Flags) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "Tell what runs on a data directory, what each feed sent last, and what is behind",
		Example: `  dateline status --data ./dateline-data
  dateline status --json | jq '.feeds[] | select(.silent)'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			st, err := inspect(cmd.Context(), cfg, time.Now())
			if err != nil {
				return err
			}
			if worker.FindBroker(cfg) == nil && (st.run == nil || st.Ready || len(st.Reasons) > 0) {
				err := withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, _ *config.Config) error {
					st.Behind = map[string]int64{}
					for _, g := range groups() {
						lags, err := c.Lag(ctx, g, groupTopics(g)...)
						if err != nil {
							return err
						}
						for _, l := range lags {
							st.Behind[g] += l.Records
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), st)
			}
			return st.print(cmd.OutOrStdout(), cfg, time.Now())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// inspect reads a data directory, and asks the process that runs on it.
func inspect(ctx context.Context, cfg *config.Config, now time.Time) (*status, error) {
	st := &status{Feeds: []feedStatus{}}
	if r, err := worker.ReadRunFile(cfg.Data); err == nil {
		st.Broker, st.run = r.Broker, r
		st.Running, st.Ready, st.Reasons = ask(ctx, r.HTTP)
		if !st.Running {
			st.run = nil
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, "ingest.db")); err == nil {
		ledger, err := intake.OpenLedger(ctx, cfg.Data)
		if err != nil {
			return nil, err
		}
		defer ledger.Close()
		feeds, err := ledger.Feeds(ctx, now)
		if err != nil {
			return nil, err
		}
		for _, f := range feeds {
			silence := cfg.Feed(f.Feed).Silence
			st.Feeds = append(st.Feeds, feedStatus{f, silence > 0 && now.Sub(f.Last) > silence})
		}
	}
	db, err := worker.FindStore(ctx, cfg)
	if errors.Is(err, os.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	st.Changes, err = db.LastChange(ctx)
	return st, err
}

// ask asks a process whether it is ready.
func ask(ctx context.Context, addr string) (running, ready bool, reasons []string) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return false, false, nil
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, false, nil
	}
	defer res.Body.Close()
	var body struct {
		Reasons []string `json:"reasons"`
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err == nil {
		err = json.Unmarshal(b, &body)
	}
	return true, err == nil && res.StatusCode == http.StatusOK, body.Reasons
}

func (s *status) print(w io.Writer, cfg *config.Config, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	switch {
	case s.run == nil:
		fmt.Fprintf(t, "no dateline up runs on %s\n", cfg.Data)
	case s.Ready:
		fmt.Fprintf(t, "dateline up runs on %s (process %d), ready\n", cfg.Data, s.run.PID)
	default:
		fmt.Fprintf(t, "dateline up runs on %s (process %d), not ready\n", cfg.Data, s.run.PID)
	}
	for _, r := range s.Reasons {
		fmt.Fprintf(t, "  %s\n", r)
	}
	for _, g := range groups() {
		if n, ok := s.Behind[g]; ok {
			fmt.Fprintf(t, "group %s\t%d behind\n", g, n)
		}
	}
	fmt.Fprintf(t, "changes stored\t%d\n\n", s.Changes)
	fmt.Fprintln(t, "FEED\tLAST\tAGO\tLAST HOUR\tLAST DAY\tTOTAL\tREMARK")
	for _, f := range s.Feeds {
		remark := ""
		if f.Silent {
			remark = "SILENT for longer than " + cfg.Feed(f.Feed).Silence.String()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", f.Feed, f.Last.UTC().Format(time.RFC3339), now.Sub(f.Last).Round(time.Second), f.LastHour, f.LastDay, f.Total, remark)
	}
	return t.Flush()
}
