package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/go-json-experiment/json"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/dateline-wire/dateline/internal/broker"
	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/intake"
	"github.com/dateline-wire/dateline/internal/logging"
	"github.com/dateline-wire/dateline/internal/ops"
	"github.com/dateline-wire/dateline/internal/samples"
	"github.com/dateline-wire/dateline/internal/show"
	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

func upCommand(flags *cli.Flags) *cobra.Command {
	var withSamples bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the whole line in one process, with an embedded broker unless DATELINE_KAFKA names one",
		Long: `up starts a broker (or uses the one that DATELINE_KAFKA names), watches DIR/inbox,
enriches what arrives, keeps DIR/dateline.db and writes DIR/out/enriched.ndjson.
Into a new directory it sends a handful of sample stories first. Each story is a
line on standard output as it passes. Ctrl-C drains and stops.`,
		Example: `  dateline up --data ./dateline-data
  cp story.xml ./dateline-data/inbox/`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			return up(cmd.Context(), cfg, withSamples, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&withSamples, "samples", true, "send the sample stories into a new directory")
	return cmd
}

// up runs the line until ctx ends. What starts last stops first, except that
// the broker outlives everything.
func up(ctx context.Context, cfg *config.Config, withSamples bool, stdout, stderr io.Writer) (err error) {
	log := logging.New(stderr, cfg.Log.Level, cfg.Log.Format, "dateline")
	if logging.Terminal(stderr) && cfg.Log.Level == "info" {
		log = log.Level(zerolog.WarnLevel) // the stories are what a person wants to see
	}
	eng, err := enrich.New(enrich.Config{Knowledge: cfg.Enrich.Knowledge})
	if err != nil {
		return err
	}
	release, err := worker.Claim(cfg.Data, worker.LockIngest, worker.LockSink)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if len(cfg.Kafka.Brokers) == 0 {
		//nolint:contextcheck // the broker outlives ctx: it is closed last
		b, err := broker.Start(broker.Config{Dir: filepath.Join(cfg.Data, "broker"), Port: cfg.Broker.Port, Fsync: cfg.Broker.Fsync,
			MaxBytes: cfg.Broker.MaxBytes, Log: log})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.Close()) }()
		cfg.Kafka.Brokers = []string{b.Addr()}
		if cfg.Kafka.Partitions == 0 {
			cfg.Kafka.Partitions = worker.EmbeddedPartitions
		}
	}
	ready := &ops.Readiness{}
	groups := []string{pipeline.GroupParse, pipeline.GroupEnrich, pipeline.GroupSink}
	for _, g := range groups {
		ready.Not("group "+g, "not joined yet")
	}
	reg := ops.NewRegistry()
	srv, err := ops.Listen(ctx, cfg.HTTP.Listen, ready, reg)
	if err != nil {
		return err
	}
	client, err := worker.Connect(ctx, cfg, "up", log, reg)
	if err != nil {
		return ignoreCanceled(ctx, err)
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	if err := client.EnsureTopics(ctx, groups...); err != nil {
		return ignoreCanceled(ctx, err)
	}
	ledger, err := intake.OpenLedger(ctx, cfg.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	sent := 0
	if withSamples {
		fresh, err := ledger.Empty(ctx)
		if err != nil {
			return err
		}
		if fresh {
			if sent, err = samples.Write(filepath.Join(cfg.Inbox(), samples.Feed)); err != nil {
				return err
			}
		}
	}
	if cfg.Enrich.InFlight == 0 { // one processor stays for the plain articles: a flash is not held up by enrichment
		cfg.Enrich.InFlight = max(runtime.GOMAXPROCS(0)-1, 1)
	}
	env := &worker.Env{Config: cfg, Client: client, Log: log, Registry: reg, Ready: ready, Now: time.Now}
	snk, err := worker.OpenSink(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snk.Close()) }()

	brokers := strings.Join(cfg.Kafka.Brokers, ",")
	if err := writeRunFile(cfg.Data, &worker.RunFile{PID: os.Getpid(), Broker: brokers, HTTP: srv.Addr}); err != nil {
		return err
	}
	defer os.Remove(worker.RunPath(cfg.Data))

	out := printer(stdout, cfg.Log.Format)
	passing, err := follow(ctx, snk.Store(), out)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return srv.Serve(ctx) })
	g.Go(func() error { return worker.Ingest(ctx, env, ledger) })
	g.Go(func() error { return worker.Enrich(ctx, env, eng) })
	g.Go(func() error { return snk.Run(ctx) })
	g.Go(func() error { return passing.run(ctx) })
	g.Go(func() error {
		if err := ready.Wait(ctx); err != nil {
			return err
		}
		worker.PrintReady(stderr, "dateline", map[string]string{"broker": brokers, "http": srv.Addr, "data": cfg.Data})
		if out.Text() {
			return passing.welcome(ctx, client, cfg, srv.Addr, sent)
		}
		return nil
	})
	return ignoreCanceled(ctx, g.Wait())
}

func ignoreCanceled(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func writeRunFile(dir string, r *worker.RunFile) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tmp := worker.RunPath(dir) + ".tmp"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the run file: %w", err)
	}
	return os.Rename(tmp, worker.RunPath(dir))
}

// printer writes for people on a terminal (or where the log is to be text),
// JSON lines otherwise.
func printer(w io.Writer, format string) *show.Printer {
	colour := logging.Terminal(w)
	width := 0
	if f, ok := w.(*os.File); ok {
		if cols, _, err := term.GetSize(f.Fd()); err == nil {
			width = cols
		}
	}
	return show.New(w, format == "text" || format == "auto" && colour, colour, width)
}

// passage prints each story as it passes.
type passage struct {
	store store.Store
	out   *show.Printer
	seq   int64
	turn  chan struct{} // held by who prints
}

// follow begins behind the last change there is.
func follow(ctx context.Context, s store.Store, out *show.Printer) (*passage, error) {
	seq, err := s.LastChange(ctx)
	if err != nil {
		return nil, err
	}
	p := &passage{store: s, out: out, seq: seq, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p, nil
}

func (p *passage) run(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		<-p.turn
		err := p.print(ctx)
		p.turn <- struct{}{}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
}

func (p *passage) print(ctx context.Context) error {
	for {
		changes, err := p.store.Changes(ctx, p.seq, 100)
		if err != nil || len(changes) == 0 {
			return err
		}
		for _, c := range changes {
			st, err := p.store.Story(ctx, c.URI)
			if err != nil {
				if errors.Is(err, store.ErrNotFound) {
					p.seq = c.Seq
					continue
				}
				return err
			}
			p.seq = c.Seq
			if c.Revision != st.Revision {
				continue // another version has taken its place, with a line of its own
			}
			if err := p.out.Story(c, st, record(st)); err != nil {
				return err
			}
		}
	}
}

// record decodes what shows of a story, nil when nothing does.
func record(st *store.Story) *model.Enriched {
	if st.Doc == nil {
		return nil
	}
	var e model.Enriched
	if json.Unmarshal(st.Doc, &e) != nil {
		return nil
	}
	return &e
}

// welcome waits until the samples have passed, shows what was found in them,
// and tells where to look next.
func (p *passage) welcome(ctx context.Context, client *pipeline.Client, cfg *config.Config, http string, sent int) error {
	if sent > 0 {
		if err := p.settled(ctx, client); err != nil {
			return ignoreCanceled(ctx, err)
		}
	}
	<-p.turn
	defer func() { p.turn <- struct{}{} }()
	if err := p.print(ctx); err != nil {
		return ignoreCanceled(ctx, err)
	}
	if sent > 0 {
		list, err := p.store.Stories(ctx, store.Query{Feed: samples.Feed, Status: story.Usable, Limit: 1000})
		if err != nil {
			return ignoreCanceled(ctx, err)
		}
		var found []*model.Enriched
		for _, l := range slices.Backward(list) { // oldest first
			st, err := p.store.Story(ctx, l.URI)
			if err != nil {
				return ignoreCanceled(ctx, err)
			}
			if e := record(st); e != nil && e.Enrichment != nil {
				found = append(found, e)
			}
		}
		if err := p.out.Heading(fmt.Sprintf("Deployments in the %d sample stories", sent)); err != nil {
			return err
		}
		if err := p.out.Deployments(found); err != nil {
			return err
		}
	}
	return p.out.Hints(cfg.Inbox(), filepath.Join(cfg.Data, "dateline.db"), http)
}

// settled returns once no group has anything left to do, or after 20 seconds.
func (p *passage) settled(ctx context.Context, client *pipeline.Client) error {
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for calm := 0; calm < 3; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline.C:
			return nil
		case <-tick.C:
		}
		left, err := backlog(ctx, client)
		if err != nil {
			return err
		}
		last, err := p.store.LastChange(ctx)
		if err != nil {
			return err
		}
		if left == 0 && last > 0 {
			calm++
		} else {
			calm = 0
		}
	}
	return nil
}
