// Command scale measures what more enrich workers bring, and how long a story
// takes through the line, and prints the figures that doc/ keeps. It uses the
// Kafka that DATELINE_KAFKA names, else the embedded broker in this process.
//
//	go run ./internal/scale workers   two enrich workers with GOMAXPROCS=1 against one, on the real engine
//	go run ./internal/scale waits     one to four workers of a stage that waits 20 ms a record, 8 in flight, 24 partitions
//	go run ./internal/scale latency   from a file renamed in to its row, at 500 articles a second
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/broker"
	"github.com/dateline-wire/dateline/internal/ops"
	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/sqlite"
	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("want one of workers, waits, latency")
	}
	dir, err := os.MkdirTemp("", "dateline-scale-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	brokers, kind := []string{os.Getenv("DATELINE_KAFKA")}, "Apache Kafka"
	if brokers[0] == "" {
		b, err := broker.Start(broker.Config{Dir: filepath.Join(dir, "broker")}) //nolint:contextcheck // it lives until it is closed
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.Close()) }()
		brokers, kind = []string{b.Addr()}, "embedded broker"
	}
	switch args[0] {
	case "workers":
		return workers(ctx, dir, brokers, kind)
	case "waits":
		return waits(ctx, brokers, kind)
	case "latency":
		return latency(ctx, dir, brokers, kind)
	}
	return fmt.Errorf("%q is none of workers, waits, latency", args[0])
}

func connect(ctx context.Context, brokers []string, prefix string) (*pipeline.Client, error) {
	return pipeline.Connect(ctx, pipeline.Config{Brokers: brokers, Prefix: prefix, Partitions: 24, Logger: zerolog.Nop(), Registerer: ops.NewRegistry()})
}

// body is about 4 KB of wire copy with something to tag in every paragraph.
func body(i int) string {
	var b []byte
	for p := range 10 {
		b = fmt.Appendf(b, "The defence ministry of Ghana said on Thursday that it would send %d peacekeepers and %d engineers to the border between Burkina Faso and Niger in January. "+
			`\"Our soldiers will protect markets and roads, and nothing else,\" Defence Minister Kwabena Asare told parliament in Accra. `+
			"Opposition lawmakers said the government had not consulted them, according to the daily Accra Mail.\\n\\n", 100+i%900, 10+p)
	}
	return string(b)
}

func articles(n int) []pipeline.Record {
	recs := make([]pipeline.Record, n)
	for i := range recs {
		uri := "urn:scale:" + strconv.Itoa(i)
		recs[i] = pipeline.Record{Topic: pipeline.TopicArticles, Key: []byte(uri), Value: fmt.Appendf(nil,
			`{"uri":%q,"type":"text","version":"1","versionCreated":"2025-11-20T08:00:00Z","pubStatus":"usable","language":"en","headlines":[{"contentType":"text/plain","value":"Story %d"}],`+
				`"bodies":[{"contentType":"text/plain","value":"%s"}],"wire":{"feed":"scale","format":"ninjs3","revision":1,"change":"new"}}`, uri, i, body(i))}
	}
	return recs
}

// workers times one and two enrich processes over the same articles, in turn.
func workers(ctx context.Context, dir string, brokers []string, kind string) error {
	const n, rounds = 3000, 5
	bin := filepath.Join(dir, "enrich")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", bin, "./cmd/enrich").CombinedOutput(); err != nil {
		return fmt.Errorf("build enrich: %w\n%s", err, out)
	}
	once := func(round, count int) (float64, error) {
		prefix := fmt.Sprintf("s%d-%d-%d.", os.Getpid(), round, count)
		c, err := connect(ctx, brokers, prefix)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		if err := c.EnsureTopics(ctx, pipeline.GroupEnrich); err != nil {
			return 0, err
		}
		if err := c.Produce(ctx, articles(n)); err != nil {
			return 0, err
		}
		wctx, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer stop()
		for range count {
			cmd := exec.CommandContext(wctx, bin, "--data", filepath.Join(dir, "data"))
			cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
			cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "DATELINE_KAFKA="+brokers[0], "DATELINE_KAFKA_PREFIX="+prefix, "DATELINE_KAFKA_PARTITIONS=24", "DATELINE_LOG_LEVEL=error")
			if err := cmd.Start(); err != nil {
				return 0, err
			}
			wg.Go(func() { _ = cmd.Wait() }) // ended by the interrupt
		}
		// The clock runs from the 10th part of the records to the last, so
		// that neither start nor join is in it.
		var from, to time.Time
		err = c.Follow(ctx, pipeline.TopicEnriched, pipeline.Start{Last: -1}, counter(n/10, n, &from, &to))
		if !errors.Is(err, errDone) {
			return 0, err
		}
		return float64(n-n/10) / to.Sub(from).Seconds(), nil
	}
	fmt.Printf("enrich workers with GOMAXPROCS=1, %d articles of 4 KB, 24 partitions, %s\n", n, kind)
	var ratios []float64
	for r := range rounds {
		one, err := once(r, 1)
		if err != nil {
			return err
		}
		two, err := once(r, 2)
		if err != nil {
			return err
		}
		ratios = append(ratios, two/one)
		fmt.Printf("round %d: one %.0f/s, two %.0f/s, ratio %.2f\n", r+1, one, two, two/one)
	}
	slices.Sort(ratios)
	fmt.Printf("median ratio %.2f\n", ratios[len(ratios)/2])
	return nil
}

var errDone = errors.New("all seen")

func counter(first, last int, from, to *time.Time) func(*pipeline.Record) error {
	seen := 0
	return func(*pipeline.Record) error {
		seen++
		switch seen {
		case first:
			*from = time.Now()
		case last:
			*to = time.Now()
			return errDone
		}
		return nil
	}
}

// waits times one to four members of a group whose handler waits 20 ms.
func waits(ctx context.Context, brokers []string, kind string) error {
	const wait, inFlight = 20 * time.Millisecond, 8
	fmt.Printf("a stage that waits %s a record, %d in flight a worker, 24 partitions, %s\n", wait, inFlight, kind)
	rate := func(count int) (float64, error) {
		prefix := fmt.Sprintf("w%d-%d.", os.Getpid(), count)
		n := 1500 * count
		c, err := connect(ctx, brokers, prefix)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		if err := c.EnsureTopics(ctx, pipeline.GroupEnrich); err != nil {
			return 0, err
		}
		sctx, stop := context.WithCancel(ctx)
		defer stop()
		var done atomic.Int64
		var wg sync.WaitGroup
		joined := make(chan struct{}, 100)
		for range count {
			m, err := connect(ctx, brokers, prefix)
			if err != nil {
				return 0, err
			}
			wg.Go(func() {
				defer m.Close()
				_ = m.Run(sctx, pipeline.Stage{Group: pipeline.GroupEnrich, Topics: []string{pipeline.TopicArticles}, Concurrency: inFlight,
					Joined: func(a pipeline.Assignment) {
						if len(a.Partitions[pipeline.TopicArticles]) == 24/count {
							joined <- struct{}{}
						}
					},
					Handle: func(ctx context.Context, _ *pipeline.Record) ([]pipeline.Record, error) {
						select {
						case <-time.After(wait):
						case <-ctx.Done():
							return nil, ctx.Err()
						}
						done.Add(1)
						return nil, nil
					}})
			})
		}
		for range count {
			<-joined
		}
		small := articles(n)
		if err := c.Produce(ctx, small); err != nil {
			return 0, err
		}
		from, at := time.Now(), done.Load()
		for done.Load() < int64(n)*9/10 {
			time.Sleep(time.Millisecond)
		}
		r := float64(done.Load()-at) / time.Since(from).Seconds()
		stop()
		wg.Wait()
		return r, nil
	}
	base := 0.0
	for _, count := range []int{1, 2, 4} {
		r, err := rate(count)
		if err != nil {
			return err
		}
		if count == 1 {
			base = r
		}
		fmt.Printf("%d workers: %.0f/s, %.2f times one (bound: %.0f/s)\n", count, r, r/base, float64(count*inFlight)/wait.Seconds())
	}
	return nil
}

// latency drops files at a steady rate and watches the store for their rows.
func latency(ctx context.Context, dir string, brokers []string, kind string) error {
	const perSecond, seconds = 500, 10
	bin := filepath.Join(dir, "dateline")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", bin, "./cmd/dateline").CombinedOutput(); err != nil {
		return fmt.Errorf("build dateline: %w\n%s", err, out)
	}
	data := filepath.Join(dir, "data")
	cmd := exec.CommandContext(ctx, bin, "up", "--samples=false", "--data", data)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = append(os.Environ(), "DATELINE_KAFKA="+brokers[0], fmt.Sprintf("DATELINE_KAFKA_PREFIX=l%d.", os.Getpid()), "DATELINE_LOG_LEVEL=error")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	for {
		if _, err := os.Stat(worker.RunPath(data)); err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(2 * time.Second)
	db, err := sqlite.Open(ctx, worker.StorePath(data))
	if err != nil {
		return err
	}
	defer db.Close()
	n := perSecond * seconds
	sent := make([]time.Time, n)
	took := make([]time.Duration, 0, n)
	inbox := filepath.Join(data, "inbox", "scale")
	if err := os.MkdirAll(inbox, 0o755); err != nil {
		return err
	}
	time.Sleep(time.Second)
	recs := articles(n)
	var mu sync.Mutex
	go func() {
		tick := time.NewTicker(time.Second / perSecond)
		defer tick.Stop()
		for i := range n {
			<-tick.C
			tmp := filepath.Join(inbox, ".t"+strconv.Itoa(i))
			if os.WriteFile(tmp, recs[i].Value, 0o644) != nil {
				return
			}
			mu.Lock()
			sent[i] = time.Now()
			mu.Unlock()
			_ = os.Rename(tmp, filepath.Join(inbox, strconv.Itoa(i)+".json"))
		}
	}()
	var seq int64
	deadline := time.Now().Add(2 * time.Minute)
	for len(took) < n && time.Now().Before(deadline) && ctx.Err() == nil {
		changes, err := db.Changes(ctx, seq, 1000)
		if err != nil {
			return err
		}
		now := time.Now()
		for _, c := range changes {
			seq = c.Seq
			if c.Kind != store.Shown {
				continue
			}
			var i int
			if _, err := fmt.Sscanf(c.URI, "urn:scale:%d", &i); err == nil {
				mu.Lock()
				took = append(took, now.Sub(sent[i]))
				mu.Unlock()
			}
		}
		time.Sleep(time.Millisecond)
	}
	if len(took) < n {
		return fmt.Errorf("%d of %d stories came through", len(took), n)
	}
	slices.Sort(took)
	q := func(p float64) time.Duration { return took[int(p*float64(n-1))].Round(100 * time.Microsecond) }
	fmt.Printf("renamed in to row visible, %d articles/s of 4 KB for %d s, %s: p50 %s, p90 %s, p99 %s, max %s\n", perSecond, seconds, kind, q(0.5), q(0.9), q(0.99), q(1))
	return nil
}
