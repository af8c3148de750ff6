package pipeline

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
)

// article is about 4 KB of JSON that compresses as wire copy does.
func article(i int) []byte {
	const text = "SEOUL, June %d (Wire) -- Unit %d of the %dth engineers is to be sent to the region, an official said on condition of anonymity; item %x follows. "
	b := fmt.Appendf(nil, `{"uri":"urn:wire:bench:%d","versionCreated":"2025-06-18T07:40:00+09:00","bodies":[{"value":"`, i)
	for n := uint64(i) * 2654435761; len(b) < 4000; n = n*6364136223846793005 + 1442695040888963407 {
		b = fmt.Appendf(b, text, n%30, n>>33%9000, n>>41%90, n>>7)
	}
	return append(b, `"}]}`...)
}

// fill writes n articles to a topic of six partitions.
func fill(b *testing.B, c *Client, topic string, n int) {
	b.Helper()
	if err := c.EnsureTopic(b.Context(), topic); err != nil {
		b.Fatal(err)
	}
	recs := make([]Record, 0, 2000)
	for i := range n {
		recs = append(recs, Record{Topic: topic, Key: fmt.Appendf(nil, "urn:wire:bench:%d", i%5000), Value: article(i), Headers: []Header{
			{"ce_specversion", []byte("1.0")}, {"ce_id", fmt.Appendf(nil, "urn:wire:bench:%d#1", i)}, {"ce_type", []byte("dateline.article.v1")},
			{"content-type", []byte("application/json")}, {"traceparent", []byte("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")},
		}})
		if len(recs) == cap(recs) || i == n-1 {
			if err := c.Produce(b.Context(), recs); err != nil {
				b.Fatal(err)
			}
			recs = recs[:0]
		}
	}
}

func benchClient(b *testing.B) *Client {
	return testClient(b, func(cfg *Config) { cfg.CommitEvery = time.Second; cfg.RetryDelays = []time.Duration{} })
}

// timed runs a stage over n records and reports its rate from the first fetch
// to the last record done.
func timed(b *testing.B, c *Client, s Stage, n int, done *atomic.Int64) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	stop := runStage(b, c, s)
	start := time.Now()
	for done.Load() < int64(n) {
		time.Sleep(time.Millisecond)
	}
	took := time.Since(start)
	stop()
	b.StopTimer()
	b.ReportMetric(float64(n)/took.Seconds(), "records/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkCopyBatch consumes, does nothing and produces, in batches.
func BenchmarkCopyBatch(b *testing.B) {
	c := benchClient(b)
	n := max(b.N, 50_000)
	fill(b, c, "in", n)
	if err := c.EnsureTopic(b.Context(), "out"); err != nil {
		b.Fatal(err)
	}
	var done atomic.Int64
	timed(b, c, Stage{Group: "bench", Topics: []string{"in"}, Concurrency: 6, MaxInFlight: 20_000, BatchSize: 1000, HandleBatch: func(ctx context.Context, recs []Record) error {
		out := make([]Record, len(recs))
		for i := range recs {
			out[i] = Record{Topic: "out", Key: recs[i].Key, Value: recs[i].Value, Headers: recs[i].Headers}
		}
		if err := c.Produce(ctx, out); err != nil {
			return err
		}
		done.Add(int64(len(recs)))
		return nil
	}}, n, &done)
}

// BenchmarkCopyKeyed consumes, does nothing and produces, record by record in
// the order of their keys.
func BenchmarkCopyKeyed(b *testing.B) {
	c := benchClient(b)
	n := max(b.N, 50_000)
	fill(b, c, "in", n)
	if err := c.EnsureTopic(b.Context(), "out"); err != nil {
		b.Fatal(err)
	}
	stop := countOut(b, c, n)
	var done atomic.Int64
	timed(b, c, Stage{Group: "bench", Topics: []string{"in"}, MaxInFlight: 8192, Handle: func(_ context.Context, r *Record) ([]Record, error) {
		done.Add(1)
		return []Record{{Topic: "out", Key: r.Key, Value: r.Value, Headers: r.Headers}}, nil
	}}, n, &done)
	stop()
}

// countOut checks after a benchmark that all records came out.
func countOut(b *testing.B, c *Client, n int) func() {
	return func() {
		info, err := c.Topic(context.Background(), "out")
		if err != nil {
			b.Fatal(err)
		}
		sum := int64(0)
		for _, p := range info.Partitions {
			sum += p.End
		}
		if sum < int64(n) {
			b.Errorf("out has %d records, want %d", sum, n)
		}
	}
}

// BenchmarkRouter is Watermill's Router between our subscriber and publisher,
// with order by key and at least once delivery.
func BenchmarkRouter(b *testing.B) {
	c := benchClient(b)
	n := max(b.N, 50_000)
	fill(b, c, "in", n)
	if err := c.EnsureTopic(b.Context(), "out"); err != nil {
		b.Fatal(err)
	}
	sub, err := c.Subscriber(SubscriberConfig{Group: "bench", MaxInFlight: 8192})
	if err != nil {
		b.Fatal(err)
	}
	pub := c.Publisher()
	router, err := message.NewRouter(message.RouterConfig{}, watermill.NopLogger{})
	if err != nil {
		b.Fatal(err)
	}
	var done atomic.Int64
	router.AddHandler("copy", "in", sub, "out", pub, func(m *message.Message) ([]*message.Message, error) {
		out := message.NewMessage(m.UUID, m.Payload)
		out.Metadata = m.Metadata
		done.Add(1)
		return []*message.Message{out}, nil
	})
	b.ReportAllocs()
	b.ResetTimer()
	start := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- router.Run(context.Background()) }()
	for done.Load() < int64(n) {
		time.Sleep(time.Millisecond)
	}
	took := time.Since(start)
	time.Sleep(50 * time.Millisecond) // the last ones are being published
	if err := router.Close(); err != nil {
		b.Error(err)
	}
	if err := <-ended; err != nil {
		b.Error(err)
	}
	b.StopTimer()
	countOut(b, c, n)()
	b.ReportMetric(float64(n)/took.Seconds(), "records/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkWait5ms is a stage that waits 5 ms for something at each record.
func BenchmarkWait5ms(b *testing.B) {
	c := benchClient(b)
	n := max(b.N, 50_000)
	fill(b, c, "in", n)
	if err := c.EnsureTopic(b.Context(), "out"); err != nil {
		b.Fatal(err)
	}
	var done atomic.Int64
	timed(b, c, Stage{Group: "bench", Topics: []string{"in"}, MaxInFlight: 8192, Handle: func(_ context.Context, r *Record) ([]Record, error) {
		time.Sleep(5 * time.Millisecond)
		done.Add(1)
		return []Record{{Topic: "out", Key: r.Key, Value: r.Value, Headers: r.Headers}}, nil
	}}, n, &done)
}

// BenchmarkPublishLatency publishes 500 articles a second, each in a call of
// its own, and reports the percentiles of the time to the acknowledgement.
func BenchmarkPublishLatency(b *testing.B) {
	c := benchClient(b)
	if err := c.EnsureTopic(b.Context(), "out"); err != nil {
		b.Fatal(err)
	}
	n := max(b.N, 5000)
	values := make([][]byte, 100)
	for i := range values {
		values[i] = article(i)
	}
	produceOne := func(i int) time.Duration {
		start := time.Now()
		if err := c.Produce(b.Context(), []Record{{Topic: "out", Key: fmt.Appendf(nil, "%d", i), Value: values[i%100]}}); err != nil {
			b.Error(err)
		}
		return time.Since(start)
	}
	for i := range 500 {
		produceOne(i)
	}
	took := make([]time.Duration, n)
	b.ResetTimer()
	var wg sync.WaitGroup
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for i := range n {
		<-tick.C
		wg.Go(func() { took[i] = produceOne(i) })
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[n/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[n*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkProduce writes records in calls of a thousand.
func BenchmarkProduce(b *testing.B) {
	c := benchClient(b)
	n := max(b.N, 50_000)
	b.ReportAllocs()
	start := time.Now()
	fill(b, c, "in", n)
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "records/s")
	b.ReportMetric(0, "ns/op")
}
