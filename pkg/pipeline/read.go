package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Start says from where Follow reads a topic.
type Start struct {
	// Time, when set, is the time of append to start from.
	Time time.Time
	// Last, when Time is not set, is how many of the last records of each
	// partition come first: 0 for new ones only, negative for all there are.
	Last int64
}

// Follow calls fn for the records of a topic as they come, with no group and
// no effect on any, until ctx ends (then it returns nil) or fn fails. Calls do
// not overlap; records of one partition come in order. A topic that is not
// there yet is waited for, new partitions are not.
func (c *Client) Follow(ctx context.Context, topic string, from Start, fn func(*Record) error) error {
	info, err := c.awaitTopic(ctx, topic)
	if err != nil {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end of ctx is how following ends
		}
		return err
	}
	var ranges []span
	for _, p := range info.Partitions {
		s := span{partition: p.Partition, from: p.End, to: -1}
		switch {
		case !from.Time.IsZero():
			at, err := c.offsetAt(ctx, topic, p.Partition, from.Time)
			if err != nil {
				return err
			}
			if at >= 0 {
				s.from = at
			}
		case from.Last < 0:
			s.from = p.First
		case from.Last > 0:
			s.from = max(p.First, p.End-from.Last)
		}
		ranges = append(ranges, s)
	}
	err = c.readSpans(ctx, topic, ranges, true, fn)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

func (c *Client) awaitTopic(ctx context.Context, topic string) (TopicInfo, error) {
	for attempt := 0; ; attempt++ {
		info, err := c.Topic(ctx, topic)
		if err == nil || ctx.Err() != nil {
			return info, err
		}
		var ke kafka.Error
		if errors.As(err, &ke) && !ke.Temporary() && ke != kafka.UnknownTopicOrPartition {
			return info, err
		}
		if attempt > 2 && c.told("topic "+topic, err) {
			c.log.Warn().Str("event", "topic-awaited").Str("topic", c.topic(topic)).Err(err).Msg("the topic cannot be read yet")
		}
		if !sleep(ctx, backoff(attempt, 50*time.Millisecond, 2*time.Second)) {
			return info, ctx.Err()
		}
	}
}

// Range calls fn for the records of a topic that were appended in [from, to);
// a zero from is the start of the log, a zero to its end when Range is called.
// It has no group. Calls do not overlap; records of one partition come in
// order, partitions one after the other.
func (c *Client) Range(ctx context.Context, topic string, from, to time.Time, fn func(*Record) error) error {
	spans, err := c.Spans(ctx, topic, from, to)
	if err != nil {
		return err
	}
	for _, s := range spans {
		if err := c.ReadSpan(ctx, s, fn); err != nil {
			return err
		}
	}
	return nil
}

// Span is a piece of a partition: offsets From up to, not including, To.
type Span struct {
	Topic     string
	Partition int
	From, To  int64
	// Gone tells that the log starts later than the time asked for because
	// older records are gone.
	Gone bool
}

// Len is the number of offsets in the span.
func (s Span) Len() int64 { return max(0, s.To-s.From) }

// Spans resolves the times of append [from, to) to the pieces of a topic's
// partitions, in their order; zero times are the ends of the log.
func (c *Client) Spans(ctx context.Context, topic string, from, to time.Time) ([]Span, error) {
	info, err := c.Topic(ctx, topic)
	if err != nil {
		return nil, err
	}
	var out []Span
	for _, p := range info.Partitions {
		s := Span{Topic: topic, Partition: p.Partition, From: p.First, To: p.End}
		if !from.IsZero() {
			at, err := c.offsetAt(ctx, topic, p.Partition, from)
			if err != nil {
				return nil, err
			}
			if at < 0 {
				at = p.End
			}
			s.From = at
			s.Gone = at == p.First && p.First > 0
		}
		if !to.IsZero() {
			at, err := c.offsetAt(ctx, topic, p.Partition, to)
			if err != nil {
				return nil, err
			}
			if at >= 0 {
				s.To = min(at, p.End)
			}
		}
		s.To = max(s.To, s.From)
		out = append(out, s)
	}
	return out, nil
}

// ReadSpan calls fn for the records of a span, in order. What is gone from the
// log in the meantime is passed over.
func (c *Client) ReadSpan(ctx context.Context, s Span, fn func(*Record) error) error {
	return c.readSpans(ctx, s.Topic, []span{{partition: s.Partition, from: s.From, to: s.To}}, false, fn)
}

type span struct {
	partition int
	from, to  int64 // to is -1 for no end
}

// readSpans reads pieces of partitions side by side and calls fn one at a time.
func (c *Client) readSpans(ctx context.Context, topic string, spans []span, follow bool, fn func(*Record) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, s := range spans {
		wg.Go(func() {
			err := c.readSpan(ctx, topic, s, follow, func(r *Record) error {
				mu.Lock()
				defer mu.Unlock()
				if err := ctx.Err(); err != nil {
					return err
				}
				return fn(r)
			})
			if err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (c *Client) readSpan(ctx context.Context, topic string, s span, follow bool, fn func(*Record) error) error {
	rd := reader{c: c, topic: topic, partition: s.partition}
	defer rd.close()
	about := fmt.Sprintf("read %s/%d", topic, s.partition)
	at := s.from
	for attempt := 0; s.to < 0 || at < s.to; {
		recs, _, next, err := rd.read(ctx, at)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if errors.Is(err, kafka.OffsetOutOfRange) {
			b, berr := c.bounds(ctx, c.topic(topic), []int{s.partition})
			if berr == nil {
				switch first, end := b[s.partition].First, b[s.partition].End; {
				case at < first:
					at = first
					continue
				case at > end && !follow:
					return nil // cut off
				case at > end:
					at = first
					continue
				}
			}
		}
		if err != nil {
			if attempt > 1 && c.told(about, err) {
				c.log.Warn().Str("event", "fetch-failed").Str("topic", c.topic(topic)).Int("partition", s.partition).Int64("offset", at).Err(err).
					Msg("the partition cannot be read; trying again")
			}
			if !sleep(ctx, backoff(attempt, 50*time.Millisecond, 2*time.Second)) {
				return context.Cause(ctx)
			}
			attempt++
			continue
		}
		attempt = 0
		c.untold(about)
		for i := range recs {
			if s.to >= 0 && recs[i].Offset >= s.to {
				return nil
			}
			recs[i].Read = Position{recs[i].Topic, recs[i].Partition, recs[i].Offset}
			if err := fn(&recs[i]); err != nil {
				return err
			}
		}
		at = next
	}
	return nil
}

// offsetAt is the offset of the first record appended at or after a time, -1
// when there is none.
func (c *Client) offsetAt(ctx context.Context, topic string, partition int, at time.Time) (int64, error) {
	full := c.topic(topic)
	resp, err := c.kafka.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{full: {kafka.TimeOffsetOf(partition, at)}}})
	if err != nil {
		return 0, fmt.Errorf("offset of %s/%d at %s: %w", full, partition, at.Format(time.RFC3339), err)
	}
	for _, p := range resp.Topics[full] {
		if p.Partition != partition {
			continue
		}
		if p.Error != nil {
			return 0, fmt.Errorf("offset of %s/%d at %s: %w", full, partition, at.Format(time.RFC3339), p.Error)
		}
		for off := range p.Offsets {
			return off, nil // the one asked for
		}
	}
	return -1, nil
}

// DeadLetter is a record of wire.dead with what its headers tell.
type DeadLetter struct {
	Record          // as it lies in wire.dead
	Group    string // that failed
	Class    Class
	Reason   string
	Origin   Position // where the record first stood
	Attempts int
	First    time.Time
	Last     time.Time
	Redriven bool // a marker says so
}

// DeadLetters reads the dead letters there are now, oldest first, and tells
// for each whether it was driven again. Their values are held one at a time.
func (c *Client) DeadLetters(ctx context.Context, fn func(*DeadLetter) error) error {
	driven := map[Position]bool{}
	spans, err := c.Spans(ctx, TopicDead, time.Time{}, time.Time{})
	if err != nil {
		return fmt.Errorf("dead letters: %w", err)
	}
	for _, s := range spans {
		if err := c.ReadSpan(ctx, s, func(r *Record) error {
			if at, ok := redrivenMark(r); ok {
				driven[at] = true
			}
			return nil
		}); err != nil {
			return fmt.Errorf("dead letters: %w", err)
		}
	}
	for _, s := range spans {
		if err := c.ReadSpan(ctx, s, func(r *Record) error {
			if _, ok := redrivenMark(r); ok {
				return nil
			}
			l := letterOf(r)
			l.Redriven = driven[Position{TopicDead, r.Partition, r.Offset}]
			return fn(l)
		}); err != nil {
			return fmt.Errorf("dead letters: %w", err)
		}
	}
	return nil
}

// redrivenMark reads the marker that says which letter was driven again.
func redrivenMark(r *Record) (Position, bool) {
	v, ok := lastHeader(r.Headers, HeaderDeadRedriven)
	if !ok || len(r.Value) > 0 {
		return Position{}, false
	}
	p, o, ok := strings.Cut(string(v), "/")
	partition, err1 := strconv.Atoi(p)
	offset, err2 := strconv.ParseInt(o, 10, 64)
	return Position{TopicDead, partition, offset}, ok && err1 == nil && err2 == nil
}

func letterOf(r *Record) *DeadLetter {
	l := &DeadLetter{Record: *r, Group: r.Header(HeaderDeadGroup), Class: Class(r.Header(HeaderDeadClass)), Reason: r.Header(HeaderDeadReason)}
	l.Origin.Topic = r.Header(HeaderDeadTopic)
	if n, ok := headerInt(r.Headers, HeaderDeadPartition); ok {
		l.Origin.Partition = int(n)
	}
	if n, ok := headerInt(r.Headers, HeaderDeadOffset); ok {
		l.Origin.Offset = n
	}
	if n, ok := headerInt(r.Headers, HeaderDeadAttempts); ok {
		l.Attempts = int(n)
	}
	l.First, _ = time.Parse(time.RFC3339Nano, r.Header(HeaderDeadFirst))
	l.Last, _ = time.Parse(time.RFC3339Nano, r.Header(HeaderDeadLast))
	return l
}

// Redrive sends a dead letter to the group that failed on it, by its tier
// wire.retry.<group>.0, and leaves the marker that says so in wire.dead. The
// marker is written after the record: a crash between the two can drive it a
// second time, never not at all.
func (c *Client) Redrive(ctx context.Context, l *DeadLetter) error {
	if l.Group == "" {
		return fmt.Errorf("dead letter %d/%d names no group", l.Partition, l.Offset)
	}
	topic := RetryTopic(l.Group, 0)
	if err := c.ensure(ctx, topic, TopicDead); err != nil {
		return err
	}
	origin := Record{Topic: l.Origin.Topic, Partition: l.Origin.Partition, Offset: l.Origin.Offset}
	hs := without(without(l.Headers, "dead-"), "retry-")
	if origin.Topic != "" {
		hs = append(hs, retryHeaders(&origin, 0, time.Time{}, c.cfg.Now(), "")...)
	}
	if err := c.Produce(ctx, []Record{{Topic: topic, Key: l.Key, Value: l.Value, Headers: slices.Clip(hs)}}); err != nil {
		return fmt.Errorf("redrive dead letter %d/%d: %w", l.Partition, l.Offset, err)
	}
	mark := Record{Topic: TopicDead, Key: l.Key, Headers: []Header{{HeaderDeadRedriven, fmt.Appendf(nil, "%d/%d", l.Partition, l.Offset)}}}
	if err := c.Produce(ctx, []Record{mark}); err != nil {
		return fmt.Errorf("mark dead letter %d/%d as redriven: %w", l.Partition, l.Offset, err)
	}
	return nil
}
