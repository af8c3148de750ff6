package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go"

	"github.com/dateline-wire/dateline/internal/broker"
)

// TestRebalanceUnderLoad lets members join and leave while records flow, and
// checks that none is lost, that a key is never worked on by two, and that
// graceful changes double nothing.
func TestRebalanceUnderLoad(t *testing.T) {
	c := testClient(t)
	const keys, total = 60, 6000
	var busy [keys]atomic.Int32
	var mu sync.Mutex
	last := map[string]int{}
	seen := map[string]int{}
	handle := func(_ context.Context, r *Record) ([]Record, error) {
		var k, n int
		if _, err := fmt.Sscanf(string(r.Value), "%d %d", &k, &n); err != nil {
			return nil, err
		}
		if busy[k].Add(1) != 1 {
			t.Errorf("key %d is worked on by two at once", k)
		}
		time.Sleep(time.Millisecond)
		mu.Lock()
		seen[string(r.Value)]++
		if n < last[string(r.Key)] {
			t.Errorf("key %d: %d after %d", k, n, last[string(r.Key)])
		}
		last[string(r.Key)] = n
		mu.Unlock()
		busy[k].Add(-1)
		return nil, nil
	}
	stage := Stage{Group: "g", Topics: []string{"in"}, Handle: handle}
	stop := runStage(t, c, stage)
	fed := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		for i := 0; i < total; i += keys {
			var recs []Record
			for k := range keys {
				recs = append(recs, Record{Topic: "in", Key: fmt.Appendf(nil, "k%d", k), Value: fmt.Appendf(nil, "%d %d", k, i/keys)})
			}
			if err := c.Produce(ctx, recs); err != nil {
				fed <- err
				return
			}
		}
		fed <- nil
	}()
	second := runStage(t, c, stage)
	third := runStage(t, c, stage)
	stop()
	second()
	fourth := runStage(t, c, stage)
	if err := <-fed; err != nil {
		t.Fatal(err)
	}
	eventually(t, "all records are handled", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(seen) == total
	})
	third()
	fourth()
	for v, n := range seen {
		if n != 1 {
			t.Errorf("record %s was handled %d times through graceful changes", v, n)
		}
	}
}

// own starts a broker that a test can stop, start and restart.
func own(t *testing.T, dir string) *broker.Broker {
	t.Helper()
	b, err := broker.Start(broker.Config{Dir: dir})
	if err != nil {
		t.Fatalf("start the broker: %v", err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func TestBrokerRestarts(t *testing.T) {
	dir := t.TempDir()
	b := own(t, dir)
	c := connect(t, Config{Brokers: []string{b.Addr()}, Partitions: 3, CommitEvery: 20 * time.Millisecond})
	var mu sync.Mutex
	seen := map[string]bool{}
	runStage(t, c, Stage{Group: "g", Topics: []string{"in"}, Handle: func(_ context.Context, r *Record) ([]Record, error) {
		mu.Lock()
		seen[string(r.Value)] = true
		mu.Unlock()
		return []Record{{Topic: "in2", Key: r.Key, Value: r.Value}}, nil
	}})
	if err := c.EnsureTopic(t.Context(), "in2"); err != nil {
		t.Fatal(err)
	}
	n := 0
	write := func() {
		var recs []Record
		for range 50 {
			recs = append(recs, Record{Topic: "in", Key: fmt.Appendf(nil, "%d", n%7), Value: fmt.Appendf(nil, "%d", n)})
			n++
		}
		produce(t, c, recs...)
	}
	for range 2 {
		write()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		under := make(chan struct{})
		go func() { defer close(under); write() }() // waits for the broker
		b = own(t, dir)
		<-under
	}
	eventually(t, "all records are handled", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(seen) == n
	})
	collect(t, c, "in2", n)
}

func TestOffsetsOutsideTheLog(t *testing.T) {
	dir := t.TempDir()
	clock := time.Now()
	b, err := broker.Start(broker.Config{Dir: dir, SweepEvery: time.Hour, Now: func() time.Time { return clock.Add(1000 * 24 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	c := connect(t, Config{Brokers: []string{b.Addr()}, Partitions: 1, CommitEvery: 20 * time.Millisecond})
	var handled atomic.Int64
	stage := Stage{Group: "g", Topics: []string{"in"}, Handle: func(context.Context, *Record) ([]Record, error) {
		handled.Add(1)
		return nil, nil
	}}
	stop := runStage(t, c, stage)
	produce(t, c, Record{Topic: "in", Key: []byte("k"), Value: []byte("1")})
	eventually(t, "the first record is handled", func() bool { return handled.Load() == 1 })
	stop()

	// Nine more records come, and all but the last go with their retention.
	for i := range 9 {
		produce(t, c, Record{Topic: "in", Key: []byte("k"), Value: fmt.Appendf(nil, "%d", i+2)})
	}
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop = runStage(t, c, stage)
	eventually(t, "the record that is left is handled", func() bool { return handled.Load() == 2 })
	stop()
	if got := counter(t, c.metrics.skipped.WithLabelValues("g", "in")); got != 8 {
		t.Errorf("skipped records: got %v, want 8", got)
	}

	// The topic is made anew under the group: its offset is past the end.
	if _, err := c.kafka.DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{"in"}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the topic is gone", func() bool { _, err := c.Topic(t.Context(), "in"); return err != nil })
	if err := c.EnsureTopic(t.Context(), "in"); err != nil {
		t.Fatal(err)
	}
	produce(t, c, Record{Topic: "in", Key: []byte("k"), Value: []byte("new")})
	stop = runStage(t, c, stage)
	eventually(t, "the new topic is read from its start", func() bool { return handled.Load() == 3 })
	stop()
}

func TestTopicDeletedUnderTheWorker(t *testing.T) {
	c := testClient(t)
	var handled atomic.Int64
	runStage(t, c, Stage{Group: "g", Topics: []string{"in"}, Handle: func(context.Context, *Record) ([]Record, error) {
		handled.Add(1)
		return nil, nil
	}})
	rec := Record{Topic: "in", Key: []byte("k")}
	produce(t, c, rec, rec, rec)
	eventually(t, "the first records are handled", func() bool { return handled.Load() == 3 })
	if _, err := c.kafka.DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{c.topic("in")}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the partitions say why they are stuck", func() bool {
		for _, s := range c.Status("g") {
			if s.Topic == "in" && s.State == Stuck && s.Why != "" {
				return true
			}
		}
		return false
	})
	if err := c.EnsureTopic(t.Context(), "in"); err != nil {
		t.Fatal(err)
	}
	produce(t, c, rec)
	eventually(t, "the worker finds the new topic", func() bool { return handled.Load() >= 4 })
}

// syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestConnectWaitsAndSaysSo(t *testing.T) {
	dir := t.TempDir()
	b := own(t, dir) // keeps a port
	addr := b.Addr()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	var log syncBuffer
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		c, err := Connect(ctx, Config{Brokers: []string{addr}, Logger: zerolog.New(&log)})
		if err == nil {
			err = c.Close()
		}
		done <- err
	}()
	eventually(t, "the log names the broker", func() bool {
		return strings.Contains(log.String(), "broker-awaited") && strings.Contains(log.String(), addr)
	})
	own(t, dir)
	if err := <-done; err != nil {
		t.Fatalf("connect: %v", err)
	}
	if n := strings.Count(log.String(), "broker-awaited"); n != 1 {
		t.Errorf("the wait was told %d times:\n%s", n, log.String())
	}
}

func TestBrokerThatNeverAnswers(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	var log syncBuffer
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Connect(ctx, Config{Brokers: []string{ln.Addr().String()}, RequestTimeout: 50 * time.Millisecond, Logger: zerolog.New(&log)})
		done <- err
	}()
	eventually(t, "the log names the broker", func() bool { return strings.Contains(log.String(), ln.Addr().String()) })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), ln.Addr().String()) {
		t.Errorf("connect: got %v, want its end and the address", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	pem := t.TempDir() + "/ca.pem"
	if err := os.WriteFile(pem, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"no broker", Config{}, "no broker"},
		{"no port", Config{Brokers: []string{"host"}}, "host:port"},
		{"a user without a mechanism", Config{Brokers: []string{"h:1"}, User: "u"}, "no SASL mechanism"},
		{"an unknown mechanism", Config{Brokers: []string{"h:1"}, User: "u", Mechanism: "md5"}, "md5"},
		{"no such file", Config{Brokers: []string{"h:1"}, CAFile: "/no/such.pem"}, "/no/such.pem"},
		{"no certificate", Config{Brokers: []string{"h:1"}, CAFile: pem}, pem},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Connect(t.Context(), tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Connect(%v): got %v, want %q", tt.cfg, err, tt.want)
			}
		})
	}
	secret := Config{Brokers: []string{"h:1"}, User: "u", Password: "hush", Mechanism: "plain"}
	for _, s := range []string{fmt.Sprint(secret), fmt.Sprintf("%+v", secret), fmt.Sprintf("%#v", secret)} {
		if strings.Contains(s, "hush") {
			t.Errorf("the password is printed: %s", s)
		}
	}
}
