package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Metadata of Watermill messages.
const (
	// MetadataKey holds the record's key. A message without it has none.
	MetadataKey = "key"
	// headerUUID is the header that carries a message's UUID, the one that
	// Watermill's own Kafka adapter uses.
	headerUUID = "_watermill_message_uuid"
)

var (
	_ message.Publisher            = (*Publisher)(nil)
	_ message.Subscriber           = (*Subscriber)(nil)
	_ message.SubscribeInitializer = (*Subscriber)(nil)
)

// Publisher writes Watermill messages: the payload is the value, metadata are
// headers, the metadata MetadataKey is the key. Safe for concurrent use.
type Publisher struct {
	c      *Client
	ctx    context.Context
	cancel context.CancelFunc
}

// Publisher returns a publisher on the client's producer. Closing it leaves
// the client open.
func (c *Client) Publisher() *Publisher {
	ctx, cancel := context.WithCancel(c.ctx)
	return &Publisher{c, ctx, cancel}
}

// Publish writes messages and returns when all replicas have them. It gives
// up when the first message's context ends or the publisher is closed; some
// of the messages may then have been written.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	if p.ctx.Err() != nil {
		return ErrClosed
	}
	if len(messages) == 0 {
		return nil
	}
	recs := make([]Record, len(messages))
	for i, m := range messages {
		recs[i] = recordOf(topic, m)
	}
	ctx := p.ctx
	if own := messages[0].Context(); own.Done() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(p.ctx)
		defer cancel()
		defer context.AfterFunc(own, cancel)()
	}
	err := p.c.Produce(ctx, recs)
	if err != nil && p.ctx.Err() != nil {
		return errors.Join(ErrClosed, err)
	}
	return err
}

// Close ends the publisher; calls under way return.
func (p *Publisher) Close() error {
	p.cancel()
	return nil
}

func recordOf(topic string, m *message.Message) Record {
	r := Record{Topic: topic, Value: m.Payload, Headers: make([]Header, 0, len(m.Metadata)+1)}
	for k, v := range m.Metadata {
		if k == MetadataKey {
			r.Key = []byte(v)
			continue
		}
		r.Headers = append(r.Headers, Header{k, []byte(v)})
	}
	if len(r.Headers) > 1 {
		slices.SortFunc(r.Headers, func(a, b Header) int { return strings.Compare(a.Key, b.Key) })
	}
	if m.UUID != "" {
		r.Headers = append(r.Headers, Header{headerUUID, []byte(m.UUID)})
	}
	return r
}

// SubscriberConfig says how a Subscriber reads. Group is required.
type SubscriberConfig struct {
	// Group is the consumer group of all subscriptions.
	Group string
	// Order says which messages wait for the acknowledgement of others.
	Order Order
	// MaxInFlight and MaxBytes bound what is handed out and not
	// acknowledged, by subscription; 0 is what Stage takes.
	MaxInFlight int
	MaxBytes    int64
}

// Subscriber reads topics as Watermill messages. An Ack counts towards the
// watermark that is committed; a Nack hands the message in again at once, in
// its place, and goes to no retry tier. Safe for concurrent use.
type Subscriber struct {
	c      *Client
	cfg    SubscriberConfig
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	subs   sync.WaitGroup
	errs   []error
}

// Subscriber returns a subscriber that is a member of a group. Closing it
// leaves the client open.
func (c *Client) Subscriber(cfg SubscriberConfig) (*Subscriber, error) {
	if cfg.Group == "" {
		return nil, errors.New("subscriber: no group is named")
	}
	ctx, cancel := context.WithCancel(c.ctx)
	return &Subscriber{c: c, cfg: cfg, ctx: ctx, cancel: cancel}, nil
}

// SubscribeInitialize creates the topic where it is missing.
func (s *Subscriber) SubscribeInitialize(topic string) error { return s.c.ensure(s.ctx, topic) }

// Subscribe joins the group for a topic and returns its messages. The channel
// is closed after ctx ends or the subscriber is closed. A message's context
// carries its record (see RecordOf) and ends with its acknowledgement.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	if err := s.c.ensure(ctx, topic); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel) //nolint:contextcheck // the subscriber's own end, beside the caller's
	out := make(chan *message.Message)
	stage := Stage{
		Group: s.cfg.Group, Topics: []string{topic}, Order: s.cfg.Order, MaxInFlight: s.cfg.MaxInFlight, MaxBytes: s.cfg.MaxBytes, noRetry: true,
		Handle: func(held context.Context, rec *Record) ([]Record, error) { return nil, deliver(ctx, held, rec, out) },
	}
	s.subs.Go(func() {
		defer close(out)
		defer cancel()
		defer stop()
		if err := s.c.Run(ctx, stage); err != nil {
			s.mu.Lock()
			s.errs = append(s.errs, err)
			s.mu.Unlock()
		}
	})
	return out, nil
}

// Close ends the subscriptions, commits, closes their channels and returns
// what made any of them end before.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.subs.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.errs...)
}

var errNack = errors.New("nack")

// deliver hands a message out and waits for its acknowledgement. sub is the
// subscription's context, held ends when the partition is given up.
func deliver(sub, held context.Context, rec *Record, out chan<- *message.Message) error {
	ctx, cancel := context.WithCancel(context.WithValue(sub, recordKey{}, rec))
	defer cancel()
	m := messageOf(rec)
	m.SetContext(ctx)
	select {
	case out <- m:
	case <-sub.Done():
		return sub.Err()
	case <-held.Done():
		return held.Err()
	}
	select {
	case <-m.Acked():
		return nil
	case <-m.Nacked():
		return errNack
	case <-sub.Done():
		// An acknowledgement that came with the end still counts.
		select {
		case <-m.Acked():
			return nil
		default:
			return sub.Err()
		}
	case <-held.Done():
		return held.Err()
	}
}

type recordKey struct{}

// RecordOf returns the record that a message received from a Subscriber was made of.
func RecordOf(m *message.Message) (*Record, bool) {
	rec, ok := m.Context().Value(recordKey{}).(*Record)
	return rec, ok
}

func messageOf(rec *Record) *message.Message {
	m := message.NewMessage("", message.Payload(rec.Value))
	for _, h := range rec.Headers {
		if h.Key == headerUUID {
			m.UUID = string(h.Value)
			continue
		}
		m.Metadata[h.Key] = string(h.Value)
	}
	if rec.Key != nil {
		m.Metadata[MetadataKey] = string(rec.Key)
	}
	return m
}
