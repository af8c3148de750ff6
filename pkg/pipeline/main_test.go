package pipeline

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/broker"
)

// env is the cluster that the tests of a run use: Apache Kafka when
// DATELINE_KAFKA names one, else an embedded broker of their own.
type env struct {
	once   sync.Once
	cfg    Config
	broker *broker.Broker
	dir    string
	err    error
	names  atomic.Int64
}

var cluster env

func TestMain(m *testing.M) {
	if role := os.Getenv("DATELINE_TEST_ROLE"); role != "" {
		os.Exit(helperProcess(role))
	}
	code := m.Run()
	if cluster.broker != nil {
		if err := cluster.broker.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		_ = os.RemoveAll(cluster.dir)
	}
	os.Exit(code)
}

func (e *env) start() {
	if addr := os.Getenv("DATELINE_KAFKA"); addr != "" {
		e.cfg = Config{
			Brokers: strings.Split(addr, ","), User: os.Getenv("DATELINE_KAFKA_USER"), Password: os.Getenv("DATELINE_KAFKA_PASSWORD"),
			Mechanism: os.Getenv("DATELINE_KAFKA_SASL"), CAFile: os.Getenv("DATELINE_KAFKA_CA"), SessionTimeout: 6 * time.Second,
		}
		return
	}
	if e.dir, e.err = os.MkdirTemp("", "dateline-broker-*"); e.err != nil {
		return
	}
	e.broker, e.err = broker.Start(broker.Config{Dir: e.dir})
	if e.err == nil {
		e.cfg = Config{Brokers: []string{e.broker.Addr()}, SessionTimeout: 6 * time.Second}
	}
}

// testConfig is a configuration of the shared cluster with a prefix that no
// other test has, quick commits and short retry delays.
func testConfig(tb testing.TB) Config {
	tb.Helper()
	cluster.once.Do(cluster.start)
	if cluster.err != nil {
		tb.Fatalf("start the broker: %v", cluster.err)
	}
	cfg := cluster.cfg
	cfg.Prefix = fmt.Sprintf("t%d-%d.", os.Getpid(), cluster.names.Add(1))
	cfg.Partitions = 6
	cfg.CommitEvery = 50 * time.Millisecond
	cfg.RetryDelays = []time.Duration{20 * time.Millisecond, 40 * time.Millisecond}
	if testing.Verbose() && os.Getenv("DATELINE_TEST_LOG") != "" {
		cfg.Logger = zerolog.New(zerolog.NewTestWriter(tb)).Level(zerolog.DebugLevel)
	}
	return cfg
}

func testClient(tb testing.TB, change ...func(*Config)) *Client {
	tb.Helper()
	cfg := testConfig(tb)
	for _, f := range change {
		f(&cfg)
	}
	return connect(tb, cfg)
}

func connect(tb testing.TB, cfg Config) *Client {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := Connect(ctx, cfg)
	if err != nil {
		tb.Fatalf("connect: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return c
}

// patience is how long a test waits for what must come: long, for loaded machines.
const patience = 60 * time.Second

// eventually waits until ok says so.
func eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			tb.Fatalf("waited %s in vain: %s", patience, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// runStage runs a stage until the test ends or the returned stop is called,
// and returns when it has joined with all its partitions assigned.
func runStage(tb testing.TB, c *Client, s Stage) (stop func()) {
	tb.Helper()
	joined := make(chan struct{})
	var once sync.Once
	prev := s.Joined
	s.Joined = func(a Assignment) {
		if prev != nil {
			prev(a)
		}
		once.Do(func() { close(joined) })
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, s) }()
	var stopped sync.Once
	stop = func() {
		stopped.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					tb.Errorf("run %s: %v", s.Group, err)
				}
			case <-time.After(patience):
				tb.Errorf("run %s does not return", s.Group)
			}
		})
	}
	tb.Cleanup(stop)
	select {
	case <-joined:
	case <-time.After(patience):
		tb.Fatalf("stage %s did not join", s.Group)
	}
	return stop
}

func produce(tb testing.TB, c *Client, recs ...Record) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Produce(ctx, recs); err != nil {
		tb.Fatalf("produce: %v", err)
	}
}

// collect reads n records of a topic from its start.
func collect(tb testing.TB, c *Client, topic string, n int) []Record {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out []Record
	err := c.Follow(ctx, topic, Start{Last: -1}, func(r *Record) error {
		out = append(out, *r)
		if len(out) >= n {
			cancel()
		}
		return nil
	})
	if err != nil {
		tb.Fatalf("follow %s: %v", topic, err)
	}
	if len(out) < n {
		tb.Fatalf("topic %s: got %d records, want %d", topic, len(out), n)
	}
	return out
}

// counter reads a metric.
func counter(tb testing.TB, m prometheus.Metric) float64 {
	tb.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		tb.Fatal(err)
	}
	return out.GetCounter().GetValue() + out.GetGauge().GetValue()
}
