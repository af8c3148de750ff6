package app

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/output/export"
	"github.com/dateline-wire/dateline/internal/worker"
)

func exportCommand(flags *cli.Flags) *cobra.Command {
	var since string
	q := export.Query{Format: "csv"}
	cmd := &cobra.Command{
		Use:   "export " + strings.Join(export.Tables(), "|"),
		Short: "Write what the store shows as CSV, NDJSON or GeoJSON",
		Long: `export writes the deployments or the stories that show now to standard output.
--where takes conditions such as status=planned, count_min>=1000, sender~Korea.`,
		Example: `  dateline export deployments --data ./dateline-data --since 24h --format geojson
  dateline export deployments --where status=planned --where 'count_min>=1000' --format ndjson`,
		ValidArgs: export.Tables(),
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Table = args[0]
			if since != "" {
				t, err := moment(since, time.Now())
				if err != nil {
					return fmt.Errorf("--since: %w", err)
				}
				q.Since = t
			}
			if err := q.Check(); err != nil {
				return err
			}
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			db, err := worker.FindStore(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer db.Close()
			n, err := export.Write(cmd.Context(), cmd.OutOrStdout(), db, q)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%d %s\n", n, q.Table)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&since, "since", "", "published at or after a time (RFC 3339) or so long ago (24h)")
	f.StringArrayVar(&q.Where, "where", nil, "a condition on a column; several must all hold")
	f.StringVar(&q.Format, "format", "csv", strings.Join(export.Formats(), ", "))
	return cmd
}
