package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	fetchBytes = 1 << 20
	fetchWait  = 250 * time.Millisecond // how long the broker waits for a record
)

var errUnreachable = errors.New("the brokers cannot be reached")

// unreachable tells whether an error is of the connection and not of what was asked.
func unreachable(err error) bool {
	if _, answered := errors.AsType[kafka.Error](err); answered { // it has a net.Error's methods too
		return false
	}
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// run fetches a partition and admits its records until the fetching ends.
func (p *partition) run() {
	w, c := p.w, p.w.r.c
	ctx := w.fetch
	next, ok := p.begin(ctx)
	if !ok {
		return
	}
	about := fmt.Sprintf("fetch %s/%d %s", p.topic, p.id, w.r.stage.Group)
	lost := "brokers of " + w.r.stage.Group
	rd := reader{c: c, topic: p.topic, partition: p.id}
	defer rd.close()
	for attempt := 0; ctx.Err() == nil; {
		recs, end, after, err := rd.read(ctx, next)
		if ctx.Err() != nil {
			return
		}
		p.mu.Lock()
		if err == nil {
			p.end, p.trouble = end, nil
		} else {
			p.trouble = err
		}
		p.mu.Unlock()
		if errors.Is(err, kafka.OffsetOutOfRange) {
			if at, ok := p.inRange(ctx, next); ok {
				next, attempt = at, 0
				continue
			}
		}
		if err != nil {
			c.metrics.fetchErrors.WithLabelValues(p.topic).Inc()
			switch {
			case attempt <= 1:
			case unreachable(err): // every partition sees it; one line for all
				if c.told(lost, errUnreachable) {
					w.r.log.Warn().Str("event", "brokers-lost").Strs("brokers", c.cfg.Brokers).Err(err).Msg("the brokers cannot be reached; trying again")
				}
			case c.told(about, err):
				w.r.log.Warn().Str("event", "fetch-failed").Str("topic", c.topic(p.topic)).Int("partition", p.id).Int64("offset", next).Err(err).
					Msg("the partition cannot be read; trying again")
			}
			if !sleep(ctx, backoff(attempt, 50*time.Millisecond, 2*time.Second)) {
				return
			}
			attempt++
			continue
		}
		if attempt > 0 && c.untold(lost) {
			w.r.log.Info().Str("event", "brokers-found").Strs("brokers", c.cfg.Brokers).Msg("the brokers are reached again")
		}
		if attempt > 0 && c.untold(about) {
			w.r.log.Info().Str("event", "fetch-resumed").Str("topic", c.topic(p.topic)).Int("partition", p.id).Msg("the partition is read again")
		}
		attempt = 0
		for i := range recs {
			it := p.item(&recs[i])
			if !p.due(ctx, it) || !p.admit(it) {
				return
			}
		}
		if len(recs) == 0 && after > next { // nothing but markers
			p.skipTo(after)
		}
		next = after
	}
}

// begin finds the offset to start from.
func (p *partition) begin(ctx context.Context) (int64, bool) {
	w := p.w
	for attempt := 0; ; attempt++ {
		at, err := p.resume(ctx)
		if err == nil {
			if at, ok := p.inRange(ctx, at); ok {
				return at, true
			}
			return 0, false
		}
		p.mu.Lock()
		p.trouble = err
		p.mu.Unlock()
		if w.r.c.told("resume "+w.r.stage.Group, err) {
			w.r.log.Warn().Str("event", "resume-failed").Str("topic", p.topic).Int("partition", p.id).Err(err).Msg("the offset to go on from is not known yet")
		}
		if !sleep(ctx, backoff(attempt, 100*time.Millisecond, 5*time.Second)) {
			return 0, false
		}
	}
}

func (p *partition) resume(ctx context.Context) (int64, error) {
	if f := p.w.r.stage.Resume; f != nil {
		at, ok, err := f(ctx, p.topic, p.id)
		if err != nil {
			return 0, fmt.Errorf("ask the store: %w", err)
		}
		if ok {
			return at, nil
		}
	}
	return p.start, nil
}

// inRange compares an offset with the log. One before its first record goes on
// at the first: what is between is gone, which is counted and logged. One past
// its end means that the log was made anew or cut off; reading starts over at
// the first record, so that nothing is missed.
func (p *partition) inRange(ctx context.Context, at int64) (int64, bool) {
	w, c := p.w, p.w.r.c
	for attempt := 0; ; attempt++ {
		b, err := c.bounds(ctx, c.topic(p.topic), []int{p.id})
		if err != nil {
			p.mu.Lock()
			p.trouble = err
			p.mu.Unlock()
			if attempt > 2 && c.told("bounds "+p.topic, err) {
				w.r.log.Warn().Str("event", "fetch-failed").Str("topic", c.topic(p.topic)).Int("partition", p.id).Err(err).Msg("the bounds of the partition are not known yet")
			}
			if !sleep(ctx, backoff(attempt, 50*time.Millisecond, 2*time.Second)) {
				return 0, false
			}
			continue
		}
		log := b[p.id]
		switch {
		case at == kafka.FirstOffset:
			at = log.First
		case at == kafka.LastOffset:
			at = log.End
		case at < log.First:
			c.metrics.skipped.WithLabelValues(w.r.stage.Group, p.topic).Add(float64(log.First - at))
			w.r.log.Error().Str("event", "records-gone").Str("topic", c.topic(p.topic)).Int("partition", p.id).Int64("offset", at).Int64("first", log.First).
				Int64("records", log.First-at).Msg("records went with their retention before the group read them")
			at = log.First
		case at > log.End:
			c.metrics.skipped.WithLabelValues(w.r.stage.Group, p.topic).Inc()
			w.r.log.Error().Str("event", "offset-past-end").Str("topic", c.topic(p.topic)).Int("partition", p.id).Int64("offset", at).Int64("end", log.End).
				Msg("the group is past the end of the log, which was made anew or cut off; it is read from its first record")
			at = log.First
		}
		p.mu.Lock()
		p.end = log.End
		p.trouble = nil
		if len(p.flight) == 0 {
			p.mark = at
			if p.start == at {
				p.committed = at
			}
		}
		p.mu.Unlock()
		return at, true
	}
}

// skipTo moves the watermark over offsets that hold no records.
func (p *partition) skipTo(next int64) {
	p.mu.Lock()
	if len(p.flight) == 0 && next > p.mark {
		p.mark = next
	}
	p.mu.Unlock()
}

// item makes a record ready for the handler: one from a retry tier gets its
// place of origin back.
func (p *partition) item(rec *Record) *item {
	it := &item{p: p, rec: *rec, next: rec.Offset + 1, size: int64(recordSize(rec))}
	it.rec.Read = Position{rec.Topic, rec.Partition, rec.Offset}
	if isRetryTier(p.topic, p.w.r.stage.Group) {
		it.restore()
	}
	return it
}

// due waits until a record of a retry tier may be tried again.
func (p *partition) due(ctx context.Context, it *item) bool {
	if it.rec.Read.Topic == it.rec.Topic {
		return true
	}
	return sleep(ctx, it.wait(p.w.r.c.cfg.Now()))
}

// reader fetches one partition over a connection to its leader.
type reader struct {
	c         *Client
	topic     string
	partition int
	conn      *kafka.Conn
	stop      func() bool
}

// read fetches what lies from offset on. It returns the records, the end of
// the log and the offset to go on from; no records when none came for a while.
// After an error the next call connects anew, to the leader of that time.
func (rd *reader) read(ctx context.Context, offset int64) (recs []Record, end, next int64, err error) {
	defer func() {
		if err != nil {
			rd.close()
		}
	}()
	if rd.conn == nil {
		conn, err := rd.c.dialLeader(ctx, rd.c.topic(rd.topic), rd.partition)
		if err != nil {
			return nil, 0, offset, err
		}
		rd.conn = conn
		rd.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	}
	// A broker that accepts and never answers is found out.
	if err := rd.conn.SetDeadline(time.Now().Add(fetchWait + rd.c.cfg.RequestTimeout)); err != nil {
		return nil, 0, offset, err
	}
	if _, err := rd.conn.Seek(offset, kafka.SeekAbsolute|kafka.SeekDontCheck); err != nil {
		return nil, 0, offset, err
	}
	batch := rd.conn.ReadBatchWith(kafka.ReadBatchConfig{MinBytes: 1, MaxBytes: fetchBytes, MaxWait: fetchWait})
	end = batch.HighWaterMark()
	for {
		m, err := batch.ReadMessage()
		if err != nil {
			break
		}
		if m.Offset < offset {
			continue
		}
		recs = append(recs, rd.record(&m))
	}
	err = batch.Close()
	next = max(batch.Offset(), offset)
	if len(recs) > 0 {
		next = max(next, recs[len(recs)-1].Offset+1)
		return recs, max(end, next), next, nil // an error comes again by itself
	}
	if errors.Is(err, io.EOF) || errors.Is(err, kafka.RequestTimedOut) {
		err = nil
	}
	if err != nil {
		return nil, 0, offset, fmt.Errorf("fetch %s/%d at offset %d: %w", rd.c.topic(rd.topic), rd.partition, offset, err)
	}
	return nil, end, next, nil
}

func (rd *reader) record(m *kafka.Message) Record {
	r := Record{Topic: rd.topic, Partition: rd.partition, Offset: m.Offset, Key: m.Key, Value: m.Value, Time: m.Time}
	if len(m.Headers) > 0 {
		r.Headers = make([]Header, len(m.Headers))
		for i, h := range m.Headers {
			r.Headers[i] = Header{h.Key, h.Value}
		}
	}
	return r
}

func (rd *reader) close() {
	if rd.conn != nil {
		rd.stop()
		_ = rd.conn.Close()
		rd.conn = nil
	}
}

// parseInt reads a whole number of a header; ok is false when it is none.
func parseInt(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil
}
