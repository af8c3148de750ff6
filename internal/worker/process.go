package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/logging"
	"github.com/dateline-wire/dateline/internal/ops"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// RunFile is what dateline up writes to DIR/run.json while it runs.
type RunFile struct {
	PID    int    `json:"pid"`
	Broker string `json:"broker"`
	HTTP   string `json:"http,omitzero"`
	Desk   string `json:"desk,omitzero"`
}

// RunPath is where the run file of a data directory lies.
func RunPath(dir string) string { return filepath.Join(dir, "run.json") }

// ReadRunFile reads the run file of a data directory.
func ReadRunFile(dir string) (*RunFile, error) {
	b, err := os.ReadFile(RunPath(dir))
	if err != nil {
		return nil, err
	}
	var r RunFile
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", RunPath(dir), err)
	}
	return &r, nil
}

// ErrNoBroker says that nobody told where the broker is.
var ErrNoBroker = errors.New("no broker: set DATELINE_KAFKA=host:port or kafka.brokers, or start `dateline up` on the same data directory")

// FindBroker fills in the brokers from the run file of the data directory
// where the configuration names none.
func FindBroker(cfg *config.Config) error {
	if len(cfg.Kafka.Brokers) > 0 {
		return nil
	}
	r, err := ReadRunFile(cfg.Data)
	if errors.Is(err, os.ErrNotExist) {
		return ErrNoBroker
	}
	if err != nil {
		return err
	}
	cfg.Kafka.Brokers = []string{r.Broker}
	if cfg.Kafka.Partitions == 0 {
		cfg.Kafka.Partitions = EmbeddedPartitions
	}
	return nil
}

// EmbeddedPartitions is how many partitions topics have on the embedded broker.
const EmbeddedPartitions = 6

// Connect makes the client of a configuration; it waits for a broker that is not there.
func Connect(ctx context.Context, cfg *config.Config, id string, log zerolog.Logger, reg prometheus.Registerer) (*pipeline.Client, error) {
	return pipeline.Connect(ctx, pipeline.Config{
		Brokers: cfg.Kafka.Brokers, Prefix: cfg.Kafka.Prefix, ClientID: "dateline-" + id,
		User: cfg.Kafka.User, Password: cfg.Kafka.Password.Reveal(), Mechanism: cfg.Kafka.SASL, CAFile: cfg.Kafka.CA,
		Partitions: cfg.Kafka.Partitions, Replication: cfg.Kafka.Replication, Logger: log, Registerer: reg,
	})
}

// Process is one of the three workers as a process of its own.
type Process struct {
	Name   string
	Groups []string // the consumer groups it is ready with
	// Locks keep a second process of the same kind off the data directory.
	Locks []string
	Run   func(ctx context.Context, env *Env) error
}

// Start runs a process until ctx ends, printing the ready line to stderr once
// it has joined its groups.
func (p *Process) Start(ctx context.Context, cfg *config.Config, stderr io.Writer) (err error) {
	log := logging.New(stderr, cfg.Log.Level, cfg.Log.Format, p.Name)
	if err := FindBroker(cfg); err != nil {
		return err
	}
	release, err := Claim(cfg.Data, p.Locks...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	ready := &ops.Readiness{}
	for _, g := range p.Groups {
		ready.Not("group "+g, "not joined yet")
	}
	ready.Not("broker", "not reached yet: "+strings.Join(cfg.Kafka.Brokers, ", "))
	reg := ops.NewRegistry()
	srv, err := ops.Listen(ctx, cfg.HTTP.Listen, ready, reg)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return srv.Serve(ctx) })
	g.Go(func() error {
		client, err := Connect(ctx, cfg, p.Name, log, reg)
		if err != nil {
			return quiet(ctx, err)
		}
		defer client.Close()
		if err := client.EnsureTopics(ctx, p.Groups...); err != nil {
			return quiet(ctx, err)
		}
		ready.Ready("broker")
		return quiet(ctx, p.Run(ctx, &Env{Config: cfg, Client: client, Log: log, Registry: reg, Ready: ready, Now: time.Now}))
	})
	g.Go(func() error {
		if ready.Wait(ctx) == nil {
			PrintReady(stderr, p.Name, map[string]string{"broker": strings.Join(cfg.Kafka.Brokers, ","), "http": srv.Addr})
		}
		return nil
	})
	return g.Wait()
}

// quiet drops an error that is only the end of ctx.
func quiet(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// PrintReady writes the one line that others wait for, JSON whatever the log's format is.
func PrintReady(w io.Writer, process string, addresses map[string]string) {
	log := zerolog.New(zerolog.SyncWriter(w))
	e := log.Log().Str("event", "ready").Str("process", process).Int("pid", os.Getpid())
	for _, name := range []string{"broker", "http", "desk", "data"} {
		if v := addresses[name]; v != "" {
			e = e.Str(name, v)
		}
	}
	e.Send()
}
