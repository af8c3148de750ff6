// Package cli is what the four commands share: the flags for the
// configuration, signals, and how an error ends a command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/config"
)

// Flags are the ones every command has.
type Flags struct {
	Data, Config string
}

// Bind adds the flags to a command and all below it.
func (f *Flags) Bind(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&f.Data, "data", "", "data directory (default dateline-data, or data: of the configuration)")
	cmd.PersistentFlags().StringVar(&f.Config, "config", "", "configuration file, YAML (default $DATELINE_CONFIG)")
}

// Load reads the configuration that the flags and the environment name.
func (f *Flags) Load() (*config.Config, error) {
	path := f.Config
	if path == "" {
		path = os.Getenv("DATELINE_CONFIG")
	}
	cfg, err := config.Load(path, os.Environ())
	if err != nil {
		return nil, err
	}
	if f.Data != "" {
		cfg.Data = f.Data
	}
	return cfg, nil
}

// ErrTold is an error that has been told already; it only sets the exit status.
var ErrTold = errors.New("told already")

// Main runs a command with the process's arguments and signals and returns
// its exit status: 0, 1 for a failure, 2 for a command line that makes no
// sense. SIGINT and SIGTERM end the context; a second one ends the process.
func Main(cmd *cobra.Command, args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.Version = Version()
	usage := false
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		usage = true
		return fmt.Errorf("%w\n%s --help tells its flags", err, c.CommandPath())
	})
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrTold):
		return 1
	}
	fmt.Fprintf(stderr, "%s: %v\n", cmd.Name(), err)
	if usage {
		return 2
	}
	return 1
}

// Version is the module's version and the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return v + " (" + s.Value[:12] + ")"
		}
	}
	return v
}
