package worker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/output/ndjson"
	"github.com/dateline-wire/dateline/internal/sink"
	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// Sink is the sink worker with its store and outputs open.
type Sink struct {
	env   *Env
	store store.Store
	sink  *sink.Sink
	close []func() error // last opened first closed
}

// StorePath is where the SQLite store of a data directory lies.
func StorePath(dir string) string { return filepath.Join(dir, "dateline.db") }

// NDJSONPath is where the records of a data directory are written.
func NDJSONPath(dir string) string { return filepath.Join(dir, "out", "enriched.ndjson") }

// OpenSink opens the store and the outputs that the configuration names.
func OpenSink(ctx context.Context, env *Env) (s *Sink, err error) {
	s = &Sink{env: env}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	db, err := awaitStore(ctx, env.Config, env.Log)
	if err != nil {
		return nil, err
	}
	s.store = db
	s.close = append(s.close, db.Close)
	var outputs []sink.Output
	if env.Config.Sink.NDJSON {
		path := NDJSONPath(env.Config.Data)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		out, err := ndjson.Open(ctx, path, db)
		if err != nil {
			return nil, err
		}
		s.close = append(s.close, out.Close)
		outputs = append(outputs, out)
	}
	s.sink, err = sink.New(sink.Config{Store: db, Outputs: outputs, Now: env.Now, Log: env.Log, Registerer: env.Registry})
	return s, err
}

// Store is the store that the sink keeps.
func (s *Sink) Store() store.Store { return s.store }

// Run works until ctx ends, then drains and lets the outputs catch up.
func (s *Sink) Run(ctx context.Context) error {
	clock, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.sink.Run(clock) }()
	stage := make(chan error, 1)
	go func() {
		stage <- s.env.Client.Run(ctx, pipeline.Stage{
			Group: pipeline.GroupSink, Topics: []string{pipeline.TopicArticles, pipeline.TopicEnriched},
			HandleBatch: s.sink.HandleBatch, Joined: s.env.joined(pipeline.GroupSink),
		})
	}()
	select {
	case err := <-stage:
		stop()
		return errors.Join(err, <-ended)
	case err := <-ended: // the clock does not end by itself unless something is badly wrong
		return err
	}
}

// Close closes the outputs and the store.
func (s *Sink) Close() error {
	var errs []error
	for _, v := range slices.Backward(s.close) {
		errs = append(errs, v())
	}
	return errors.Join(errs...)
}

// SinkCommand is the command of the sink worker.
func SinkCommand() *cobra.Command {
	var flags cli.Flags
	cmd := &cobra.Command{
		Use:   "sink",
		Short: "Keep the store right, and the files made from it",
		Long: `sink reads wire.articles and wire.enriched, decides what shows of each story
(corrections replace, kills hide, embargoes end by themselves), keeps
DIR/dateline.db, or the PostgreSQL that sink.postgres names, and appends to
DIR/out/enriched.ndjson. One sink a directory; with PostgreSQL several sinks,
each with a directory of its own, keep one store.`,
		Example: `  DATELINE_KAFKA=localhost:9092 sink --data /var/lib/dateline
  sqlite3 /var/lib/dateline/dateline.db "SELECT * FROM v_deployments"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			p := &Process{Name: "sink", Groups: []string{pipeline.GroupSink}, Locks: []string{LockSink},
				Run: func(ctx context.Context, env *Env) (err error) {
					s, err := OpenSink(ctx, env)
					if err != nil {
						return err
					}
					defer func() { err = errors.Join(err, s.Close()) }()
					return s.Run(ctx)
				}}
			return p.Start(cmd.Context(), cfg, cmd.ErrOrStderr())
		},
	}
	flags.Bind(cmd)
	return cmd
}
