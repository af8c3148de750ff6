// Package app is the command dateline: the whole line in one process, and the
// tools around it. It is the composition root that knows the embedded broker.
package app

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/config"
)

// Command is the command dateline with all below it.
func Command() *cobra.Command {
	flags := &cli.Flags{}
	cmd := &cobra.Command{
		Use:   "dateline",
		Short: "A streaming pipeline for wire-service feeds",
		Long: `dateline runs the whole line in one process (dateline up) and has the tools
around it. The three workers are commands of their own: ingest, enrich, sink.`,
		Example: `  dateline up --data ./dateline-data
  dateline tail wire.enriched --data ./dateline-data`,
	}
	flags.Bind(cmd)
	cmd.AddCommand(upCommand(flags), tailCommand(flags), lagCommand(flags), statusCommand(flags), topicsCommand(flags), replayCommand(flags), exportCommand(flags), explainCommand(flags), evalCommand(flags), redriveCommand(flags), configCommand(flags))
	return cmd
}

func configCommand(flags *cli.Flags) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check and show the configuration",
		Example: `  dateline config check dateline.yaml
  dateline config show --config dateline.yaml`}
	check := &cobra.Command{
		Use: "check [FILE]", Short: "Tell every mistake of a configuration file, with its line and field",
		Example: `  dateline config check dateline.yaml`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := flags.Config
			if len(args) == 1 {
				path = args[0]
			}
			_, err := config.Load(path, os.Environ())
			if faults, ok := errors.AsType[config.Faults](err); ok {
				for _, f := range faults {
					fmt.Fprintln(cmd.ErrOrStderr(), f)
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "%d mistakes\n", len(faults))
				return cli.ErrTold
			}
			if err != nil {
				return err
			}
			if path == "" {
				path = "the environment"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: no mistakes\n", path)
			return err
		},
	}
	show := &cobra.Command{
		Use: "show", Short: "Print the configuration in force, every key with its value; secrets are redacted",
		Example: `  DATELINE_KAFKA=localhost:9092 dateline config show`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			b, err := yaml.Dump(cfg)
			if err != nil {
				return fmt.Errorf("print the configuration: %w", err)
			}
			_, err = cmd.OutOrStdout().Write(b)
			return err
		},
	}
	cmd.AddCommand(check, show)
	return cmd
}
