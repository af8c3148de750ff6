// Package sink takes records from wire.articles and wire.enriched into a store,
// by the batch, and keeps the outputs that follow the store's log of changes
// going. HandleBatch is what the pipeline calls; Run is the clock beside it:
// embargoes end, outputs advance.
//
// A batch has effect whole or not at all, and the same record twice has none
// the second time, so at least once in is once on show. A record that cannot
// be read or stored by its own fault is told as permanent; the store's own
// failures are told as unavailable, and nothing is lost by either.
package sink

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// Store is what the sink needs of one.
type Store interface {
	Apply(ctx context.Context, items []store.Item, now time.Time) (store.Result, error)
	Due(ctx context.Context, now time.Time) ([]store.Change, time.Time, error)
}

// Output follows the store's log. Advance writes what is due and returns at
// the end of the log; after an error it is called again and goes on. It is
// called by one goroutine.
type Output interface {
	Name() string
	Advance(ctx context.Context) error
}

// Config is what a sink is made of. Store is required.
type Config struct {
	Store   Store
	Outputs []Output
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	Log zerolog.Logger
	// Registerer takes the metrics; nil keeps them to the sink.
	Registerer prometheus.Registerer
	// OnChange, when set, is told every change that this sink makes, in order,
	// after it is stored and before HandleBatch returns. It must not block.
	OnChange func(store.Change)
}

// Sink is safe for several goroutines.
type Sink struct {
	cfg     Config
	metrics *metrics
	wake    []chan struct{} // one an output
	hid     chan struct{}   // something may be due sooner than was thought
	turn    sync.Mutex      // held from a call that changes the store until its changes are told
}

// New makes a sink. The error is that of a metric registered twice.
func New(cfg Config) (*Sink, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Sink{cfg: cfg, metrics: newMetrics(), hid: make(chan struct{}, 1)}
	for range cfg.Outputs {
		s.wake = append(s.wake, make(chan struct{}, 1))
	}
	if cfg.Registerer != nil {
		if err := s.metrics.register(cfg.Registerer); err != nil {
			return nil, fmt.Errorf("register the sink's metrics: %w", err)
		}
	}
	return s, nil
}

// HandleBatch stores records; see pipeline.Stage. Where one is at fault the
// error says so and the batch comes again in halves: what of it was stored by
// then is stored no second time.
func (s *Sink) HandleBatch(ctx context.Context, recs []pipeline.Record) error {
	items := make([]store.Item, len(recs))
	for i := range recs {
		if err := read(&recs[i], &items[i]); err != nil {
			return s.fault(recs, i, err)
		}
	}
	r, err := s.apply(ctx, items)
	var down *store.UnavailableError
	switch {
	case errors.As(err, &down):
		return pipeline.Unavailable(err)
	case err != nil:
		return fmt.Errorf("store %d records: %w", len(recs), err)
	}
	s.metrics.batchRecords.Observe(float64(len(recs)))
	if len(r.Faults) > 0 {
		f := r.Faults[0]
		return s.fault(recs, f.Index, pipeline.Permanent(pipeline.Invalid, f.Err))
	}
	for i := range items {
		s.metrics.count(&items[i])
	}
	return nil
}

// apply stores a batch and tells what it changed, before anyone else's turn.
func (s *Sink) apply(ctx context.Context, items []store.Item) (store.Result, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	start := time.Now()
	r, err := s.cfg.Store.Apply(ctx, items, s.cfg.Now())
	s.metrics.batchSeconds.Observe(time.Since(start).Seconds())
	s.told(r.Changes)
	return r, err
}

// fault names the record that keeps a batch from being done.
func (s *Sink) fault(recs []pipeline.Record, i int, err error) error {
	if len(recs) == 1 {
		s.metrics.faults.Inc()
	}
	return fmt.Errorf("record %s/%d/%d: %w", recs[i].Topic, recs[i].Partition, recs[i].Offset, err)
}

// The CloudEvents types that a sink reads.
const (
	typeArticle  = "dateline.article.v1"
	typeEnriched = "dateline.enriched.v1"
)

// read decodes a record: by its ce_type, and without one by its topic.
func read(rec *pipeline.Record, it *store.Item) error {
	*it = store.Item{
		Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, Appended: rec.Time,
		Replay: rec.Header("replay"), Raw: rec.Value,
	}
	if len(rec.Value) == 0 {
		return pipeline.Permanent(pipeline.Undecodable, errors.New("the record has no value"))
	}
	kind := rec.Header("ce_type")
	if kind == "" {
		kind = typeArticle
		if strings.HasSuffix(rec.Topic, "wire.enriched") {
			kind = typeEnriched
		}
	}
	var err error
	switch kind {
	case typeArticle:
		it.Article, err = model.DecodeArticle(rec.Value)
	case typeEnriched:
		var e *model.Enriched
		if e, err = model.DecodeEnriched(rec.Value); err == nil {
			it.Article, it.Enrichment = &e.Article, e.Enrichment
		}
	default:
		err = fmt.Errorf("ce_type %q is neither %s nor %s", clip(kind), typeArticle, typeEnriched)
	}
	if err == nil {
		return nil
	}
	class := pipeline.Undecodable
	if _, ok := errors.AsType[model.Faults](err); ok {
		class = pipeline.Invalid
	}
	return pipeline.Permanent(class, err)
}

func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	return strings.ToValidUTF8(s[:60], "") + "…"
}

// told passes changes on and wakes who follows them.
func (s *Sink) told(changes []store.Change) {
	if len(changes) == 0 {
		return
	}
	for _, c := range changes {
		s.metrics.changes.WithLabelValues(string(c.Kind)).Inc()
		if s.cfg.OnChange != nil {
			s.cfg.OnChange(c)
		}
		if c.Kind == store.Hidden {
			poke(s.hid)
		}
	}
	for _, w := range s.wake {
		poke(w)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Times of Run.
const (
	tick     = time.Second            // clock and outputs look at least so often: other sinks may write to the store
	settle   = 50 * time.Millisecond  // after a batch that hid something, for more of its kind
	retryMin = 200 * time.Millisecond // after a failure, doubled each time
	retryMax = 10 * time.Second
	lastCall = 5 * time.Second // what outputs get at the end
)

// Run ends embargoes at their time and advances the outputs until ctx ends;
// then the outputs catch up once more, for five seconds at most. It returns
// nil when nothing was left undone, and else what the last call of an output
// failed with.
func (s *Sink) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	errs := make([]error, len(s.cfg.Outputs))
	wg.Go(func() { s.clock(ctx) })
	for i, out := range s.cfg.Outputs {
		wg.Go(func() { errs[i] = s.follow(ctx, out, s.wake[i]) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// clock calls Due when something is due, and every second.
func (s *Sink) clock(ctx context.Context) {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		next, err := s.due(ctx)
		wait := tick
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if pause == 0 {
				s.cfg.Log.Warn().Str("event", "store-failed").Err(err).Msg("embargoes that have ended wait for the store")
			}
			pause = grow(pause)
			wait = pause
		default:
			if pause > 0 {
				s.cfg.Log.Info().Str("event", "store-back").Msg("the store works again")
			}
			pause = 0
			if !next.IsZero() {
				wait = min(max(next.Sub(s.cfg.Now()), 0), tick)
			}
		}
		if rest(ctx, wait, s.hid) {
			rest(ctx, settle, nil)
		}
	}
}

func (s *Sink) due(ctx context.Context) (time.Time, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	changes, next, err := s.cfg.Store.Due(ctx, s.cfg.Now())
	s.told(changes)
	return next, err
}

// follow advances one output whenever the log has grown.
func (s *Sink) follow(ctx context.Context, out Output, wake <-chan struct{}) error {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		err := out.Advance(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			s.metrics.outputErrors.WithLabelValues(out.Name()).Inc()
			if pause == 0 {
				s.cfg.Log.Warn().Str("event", "output-failed").Str("output", out.Name()).Err(err).Msg("the output waits and tries again; nothing is lost")
			}
			pause = grow(pause)
			rest(ctx, pause, nil)
		default:
			if pause > 0 {
				s.cfg.Log.Info().Str("event", "output-back").Str("output", out.Name()).Msg("the output works again")
			}
			pause = 0
			rest(ctx, tick, wake)
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastCall)
	defer cancel()
	if err := out.Advance(last); err != nil {
		return fmt.Errorf("output %s: %w", out.Name(), err)
	}
	return nil
}

func grow(pause time.Duration) time.Duration { return min(max(2*pause, retryMin), retryMax) }

// rest waits for a time, for ctx to end or to be woken, and tells whether it
// was the last.
func rest(ctx context.Context, d time.Duration, wake <-chan struct{}) (woken bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return false
	case <-wake:
		return true
	}
}
