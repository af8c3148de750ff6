package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
	metadataAPI "github.com/segmentio/kafka-go/protocol/metadata"
)

// Sizes of the producer's batches.
const (
	batchBytes   = 1 << 20 // what a request to a partition should weigh
	lingerBytes  = 64 << 10
	batchRecords = 10_000
)

// Produce writes records and returns when all replicas have all of them. Of
// each record Topic, Key, Value and Headers are taken; records of one key go
// to one partition by Murmur2, in the order given, also across calls and
// through retries. What fails for a passing reason is sent again until ctx
// ends; then some of the records may have been written. A record over
// MaxRecordBytes fails with the class TooLarge and keeps the others from
// nothing. Values must not be changed until Produce returns, nor after it
// returned early because ctx ended.
func (c *Client) Produce(ctx context.Context, recs []Record) error {
	if len(recs) == 0 {
		return nil
	}
	done := make(chan error, 1)
	c.producer.send(ctx, recs, MaxRecordBytes, func(err error) { done <- err })
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("produce: %w", ctx.Err())
	}
}

type topicPartition struct {
	topic     string
	partition int
}

// producer keeps one queue and one request in flight a partition, so that
// records of a key keep their order through every retry.
type producer struct {
	c      *Client
	linger time.Duration

	mu     sync.Mutex
	queues map[topicPartition]*produceQueue
	counts map[string]partitionCount // by full topic name
	closed bool
	wg     sync.WaitGroup
	spread atomic.Uint32 // where the next record without a key goes
}

type partitionCount struct {
	ids   []int // 0, 1, 2 ...
	until time.Time
}

func newProducer(c *Client) *producer {
	return &producer{c: c, linger: c.cfg.Linger, queues: map[topicPartition]*produceQueue{}, counts: map[string]partitionCount{}}
}

// promise is one call of send: its callback runs once, when all its records
// are written or have failed.
type promise struct {
	ctx  context.Context
	left atomic.Int32
	mu   sync.Mutex
	err  error
	done func(error)
}

func (p *promise) settle(n int, err error) {
	if err != nil {
		p.mu.Lock()
		if p.err == nil {
			p.err = err
		}
		p.mu.Unlock()
	}
	if p.left.Add(int32(-n)) == 0 {
		p.mu.Lock()
		err := p.err
		p.mu.Unlock()
		p.done(err)
	}
}

type outgoing struct {
	rec  *Record
	size int
	to   *promise
}

type produceQueue struct {
	tp   topicPartition
	wake chan struct{} // of capacity 1

	mu    sync.Mutex
	items []outgoing
	bytes int
	stop  bool
}

// send queues records; done runs once, perhaps before send returns. It waits
// only for the number of partitions of a topic it does not know yet.
func (p *producer) send(ctx context.Context, recs []Record, limit int, done func(error)) {
	to := &promise{ctx: ctx, done: done}
	to.left.Store(int32(len(recs)))
	for i := range recs {
		r := &recs[i]
		size := recordSize(r)
		if size > limit {
			to.settle(1, Permanent(TooLarge, fmt.Errorf("record of %d bytes for %s: the limit is %d", size, r.Topic, limit)))
			continue
		}
		q, err := p.queue(ctx, r)
		if err != nil {
			to.settle(1, err)
			continue
		}
		q.mu.Lock()
		if q.stop {
			q.mu.Unlock()
			to.settle(1, ErrClosed)
			continue
		}
		q.items = append(q.items, outgoing{r, size, to})
		q.bytes += size
		q.mu.Unlock()
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
}

// recordSize bounds the encoded size of a record from above.
func recordSize(r *Record) int {
	n := len(r.Key) + len(r.Value) + 32
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value) + 10
	}
	return n
}

// queue finds the queue of the partition that a record goes to.
func (p *producer) queue(ctx context.Context, r *Record) (*produceQueue, error) {
	topic := p.c.topic(r.Topic)
	ids, err := p.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	tp := topicPartition{topic: topic}
	if r.Key != nil {
		tp.partition = partitionOf(r.Key, ids)
	} else {
		tp.partition = int(p.spread.Add(1)/64) % len(ids) // some company for each
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	q := p.queues[tp]
	if q == nil {
		q = &produceQueue{tp: tp, wake: make(chan struct{}, 1)}
		p.queues[tp] = q
		p.wg.Go(func() { p.run(q) }) //nolint:contextcheck // the queue outlives the call that made it
	}
	return q, nil
}

// partitionOf is the partition that Kafka's own client picks for a key.
func partitionOf(key []byte, ids []int) int {
	return kafka.Murmur2Balancer{Consistent: true}.Balance(kafka.Message{Key: key}, ids...)
}

// partitions tells how many partitions a topic (full name) has, waiting for
// one that is not there. The answer is kept for five seconds.
func (p *producer) partitions(ctx context.Context, topic string) ([]int, error) {
	now := time.Now()
	p.mu.Lock()
	known, ok := p.counts[topic]
	p.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.ids, nil
	}
	told := false
	for attempt := 0; ; attempt++ {
		n, err := p.ask(ctx, topic)
		if err == nil {
			ids := make([]int, n)
			for i := range ids {
				ids[i] = i
			}
			p.mu.Lock()
			p.counts[topic] = partitionCount{ids, time.Now().Add(5 * time.Second)}
			p.mu.Unlock()
			return ids, nil
		}
		if ok && ctx.Err() == nil { // what was known serves while the broker does not
			return known.ids, nil
		}
		if !told && attempt >= 2 && ctx.Err() == nil {
			told = true
			p.c.log.Warn().Str("event", "topic-awaited").Str("topic", topic).Err(err).Msg("the topic cannot be written yet")
		}
		if !sleep(ctx, backoff(attempt, 50*time.Millisecond, 2*time.Second)) {
			return nil, fmt.Errorf("partitions of %s: %w", topic, errors.Join(err, ctx.Err()))
		}
		if p.c.ctx.Err() != nil {
			return nil, ErrClosed
		}
	}
}

func (p *producer) ask(ctx context.Context, topic string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, p.c.cfg.RequestTimeout)
	defer cancel()
	resp, err := p.c.transport.RoundTrip(ctx, p.c.kafka.Addr, &metadataAPI.Request{TopicNames: []string{topic}})
	if err != nil {
		return 0, err
	}
	for _, t := range resp.(*metadataAPI.Response).Topics {
		if t.Name != topic {
			continue
		}
		if t.ErrorCode != 0 {
			return 0, kafka.Error(t.ErrorCode)
		}
		if len(t.Partitions) > 0 {
			return len(t.Partitions), nil
		}
	}
	return 0, kafka.UnknownTopicOrPartition
}

// run sends what is queued for a partition until the producer closes.
func (p *producer) run(q *produceQueue) {
	for {
		batch, stop := p.take(q)
		if len(batch) > 0 {
			p.write(q.tp, batch)
		} else if stop {
			return
		}
	}
}

// take waits for records and takes a batch of them. A small batch waits a
// moment for company.
func (p *producer) take(q *produceQueue) (batch []outgoing, stop bool) {
	lingered := false
	for {
		q.mu.Lock()
		n, bytes, stop := len(q.items), q.bytes, q.stop
		if n > 0 && (lingered || stop || bytes >= lingerBytes) {
			batch := q.cut()
			q.mu.Unlock()
			return batch, stop
		}
		q.mu.Unlock()
		if n == 0 {
			if stop {
				return nil, true
			}
			<-q.wake
			continue
		}
		time.Sleep(p.linger)
		lingered = true
	}
}

// cut takes the first records that make one request. q.mu is held.
func (q *produceQueue) cut() []outgoing {
	n, bytes := 0, 0
	for n < len(q.items) && n < batchRecords && (n == 0 || bytes+q.items[n].size <= batchBytes) {
		bytes += q.items[n].size
		n++
	}
	batch := q.items[:n:n]
	if q.items = q.items[n:]; len(q.items) == 0 {
		q.items = nil
	}
	q.bytes -= bytes
	return batch
}

// write sends a batch until it is acknowledged, cannot be, or nobody waits for it.
func (p *producer) write(tp topicPartition, batch []outgoing) {
	start := time.Now()
	for attempt := 0; ; attempt++ {
		batch = waited(batch)
		if len(batch) == 0 {
			return
		}
		err := p.request(tp, batch)
		if err == nil {
			p.c.metrics.produceTime.Observe(time.Since(start).Seconds())
			p.c.metrics.produced.WithLabelValues(p.c.plainTopic(tp.topic)).Add(float64(len(batch)))
			if attempt > 0 && p.c.untold("produce "+tp.topic) {
				p.c.log.Info().Str("event", "produce-resumed").Str("topic", tp.topic).Int("partition", tp.partition).Msg("the broker takes records again")
			}
			settle(batch, nil)
			return
		}
		if tooLarge(err) && len(batch) > 1 {
			// What is refused together may be taken apart; the order stays.
			p.write(tp, batch[:len(batch)/2])
			p.write(tp, batch[len(batch)/2:])
			return
		}
		if err = p.verdict(tp, err); err != nil {
			settle(batch, err)
			return
		}
		p.c.metrics.produceRetry.WithLabelValues(p.c.plainTopic(tp.topic)).Inc()
		if p.c.ctx.Err() != nil {
			settle(batch, ErrClosed)
			return
		}
		if !sleep(p.c.ctx, backoff(attempt, 20*time.Millisecond, time.Second)) {
			settle(batch, ErrClosed)
			return
		}
	}
}

// verdict returns the error that ends a batch, nil when it is to be sent again.
func (p *producer) verdict(tp topicPartition, err error) error {
	wrap := fmt.Errorf("produce to %s/%d: %w", tp.topic, tp.partition, err)
	if tooLarge(err) {
		return Permanent(TooLarge, wrap)
	}
	if ke, ok := errors.AsType[kafka.Error](err); ok {
		switch ke {
		case kafka.InvalidTopic, kafka.InvalidRequiredAcks, kafka.InvalidMessage, kafka.InvalidMessageSize, kafka.InvalidRecord, kafka.InvalidTimestamp,
			kafka.UnsupportedForMessageFormat, kafka.UnsupportedCompressionType, kafka.PolicyViolation:
			return wrap
		}
	}
	if p.c.told("produce "+tp.topic, err) {
		p.c.log.Warn().Str("event", "produce-retry").Str("topic", tp.topic).Int("partition", tp.partition).Strs("brokers", p.c.cfg.Brokers).Err(err).
			Msg("the broker does not take records; trying again")
	}
	return nil
}

func tooLarge(err error) bool { return errors.Is(err, kafka.MessageSizeTooLarge) }

// waited drops the records whose callers have given up.
func waited(batch []outgoing) []outgoing {
	gone := false
	var last *promise
	for _, o := range batch {
		if o.to != last {
			last = o.to
			gone = gone || last.ctx.Err() != nil
		}
	}
	if !gone {
		return batch
	}
	kept := make([]outgoing, 0, len(batch))
	for _, o := range batch {
		if err := o.to.ctx.Err(); err != nil {
			o.to.settle(1, fmt.Errorf("produce: %w", err))
			continue
		}
		kept = append(kept, o)
	}
	return kept
}

func settle(batch []outgoing, err error) {
	for i := 0; i < len(batch); {
		to, n := batch[i].to, 0
		for ; i < len(batch) && batch[i].to == to; i++ {
			n++
		}
		to.settle(n, err)
	}
}

// request sends one batch once.
func (p *producer) request(tp topicPartition, batch []outgoing) error {
	ctx, cancel := context.WithTimeout(p.c.ctx, p.c.cfg.RequestTimeout)
	defer cancel()
	now := time.Now()
	recs := make([]kafka.Record, len(batch))
	for i, o := range batch {
		recs[i] = kafka.Record{Time: now, Key: bytesOf(o.rec.Key), Value: bytesOf(o.rec.Value)}
		if len(o.rec.Headers) > 0 {
			recs[i].Headers = make([]kafka.Header, len(o.rec.Headers))
			for j, h := range o.rec.Headers {
				recs[i].Headers[j] = kafka.Header{Key: h.Key, Value: h.Value}
			}
		}
	}
	resp, err := p.c.kafka.Produce(ctx, &kafka.ProduceRequest{
		Topic: tp.topic, Partition: tp.partition, RequiredAcks: kafka.RequireAll, Compression: kafka.Lz4,
		Records: kafka.NewRecordReader(recs...),
	})
	if err != nil {
		return err
	}
	return resp.Error
}

func bytesOf(b []byte) kafka.Bytes {
	if b == nil {
		return nil
	}
	return kafka.NewBytes(b)
}

// close stops taking records and waits until the queued ones are settled, at
// most for grace; what is left then fails.
func (p *producer) close(grace time.Duration) error {
	p.mu.Lock()
	p.closed = true
	for _, q := range p.queues {
		q.mu.Lock()
		q.stop = true
		q.mu.Unlock()
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
	p.mu.Unlock()
	finished := make(chan struct{})
	go func() { p.wg.Wait(); close(finished) }()
	select {
	case <-finished:
		return nil
	case <-time.After(grace):
	}
	p.c.cancel()
	<-finished
	return fmt.Errorf("kafka: close: some records could not be sent in %s", grace)
}
