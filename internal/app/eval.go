package app

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/eval"
	"github.com/dateline-wire/dateline/pkg/enrich"
)

func evalCommand(flags *cli.Flags) *cobra.Command {
	shared := os.Getenv("DATELINE_SHARED")
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Score the engine on the annotated sets that are there",
		Long: `eval runs the engine over a small set of our own, and over the large ones in the
folder that --shared or DATELINE_SHARED names, and prints precision, recall and
F1 of deployments, attributions and actors.`,
		Example: `  dateline eval
  dateline eval --shared ../shared`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			engine, err := enrich.New(enrich.Config{Knowledge: cfg.Enrich.Knowledge})
			if err != nil {
				return err
			}
			if shared == "" {
				fmt.Fprintln(cmd.ErrOrStderr(), "the large sets are left out: DATELINE_SHARED is not set")
			}
			return eval.Run(cmd.OutOrStdout(), engine, shared)
		},
	}
	cmd.Flags().StringVar(&shared, "shared", shared, "folder of the large sets")
	return cmd
}
