package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// lanes is how many keys of a partition are worked on side by side at most.
const lanes = 64

// work is what a member does in one generation.
type work struct {
	r      *runner
	fetch  context.Context // ends when no more is to be fetched
	handle context.Context // ends when the partitions are given up
	seed   maphash.Seed

	parts    []*partition
	batchers []*batcher
	slots    *tickets // calls of the handler
	count    *tickets // records in flight
	bytes    *tickets // their weight
	fetchers sync.WaitGroup
	hands    sync.WaitGroup // lanes and batchers
	inFlight atomic.Int64
	idle     chan struct{} // of capacity 1: inFlight came to 0
}

func newWork(fetch, handle context.Context, r *runner) *work {
	w := &work{
		r: r, fetch: fetch, handle: handle, seed: maphash.MakeSeed(), idle: make(chan struct{}, 1),
		slots: newTickets(int64(r.stage.Concurrency)), count: newTickets(int64(r.stage.MaxInFlight)), bytes: newTickets(r.stage.MaxBytes),
	}
	if r.stage.HandleBatch != nil {
		for range r.stage.Concurrency {
			w.batchers = append(w.batchers, newBatcher(w))
		}
	}
	return w
}

// add takes a partition on, to be read from offset: absolute, or kafka-go's
// first or last. share is the number of partitions of this member.
func (w *work) add(topic string, id int, offset int64, share int) {
	quota := int64(w.r.stage.MaxInFlight)
	if share > 1 { // a partition that waits for something leaves room for the others
		quota = max(1, quota/2)
	}
	p := &partition{w: w, topic: topic, id: id, start: offset, mark: -1, committed: -1, end: -1, quota: newTickets(quota)}
	p.gate = newGate(w, fmt.Sprintf("%s/%d", topic, id))
	if n := len(w.batchers); n > 0 {
		p.batcher = w.batchers[len(w.parts)%n]
	}
	p.progress = time.Now()
	w.parts = append(w.parts, p)
}

func (w *work) start() {
	for _, b := range w.batchers {
		w.hands.Go(b.run)
	}
	for _, p := range w.parts {
		w.fetchers.Go(p.run)
	}
}

// drain waits until nothing is in flight, at most for d, and calls commit at every tick.
func (w *work) drain(d time.Duration, tick <-chan time.Time, commit func()) {
	w.fetchers.Wait()
	late := time.NewTimer(d)
	defer late.Stop()
	for w.inFlight.Load() > 0 {
		select {
		case <-w.idle:
		case <-tick:
			commit()
		case <-late.C:
			w.r.log.Warn().Str("event", "drain-late").Int64("records", w.inFlight.Load()).Dur("after", d).
				Msg("records were still in flight when the partitions had to go; they are read again")
			return
		}
	}
}

// close ends what runs. Handlers that do not heed their context are left
// behind after a while; what they return is dropped.
func (w *work) close() {
	w.fetchers.Wait()
	for _, b := range w.batchers {
		b.poke()
	}
	done := make(chan struct{})
	go func() { w.hands.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
		w.r.log.Error().Str("event", "handler-deaf").Msg("a handler does not heed its context; it is left behind")
	}
	for _, p := range w.parts {
		p.close()
	}
}

// watermarks returns the offsets that can be committed and are not, and what
// to call when they are.
func (w *work) watermarks() (map[string]map[int]int64, func()) {
	var out map[string]map[int]int64
	type moved struct {
		p    *partition
		mark int64
	}
	var all []moved
	for _, p := range w.parts {
		p.mu.Lock()
		mark := p.mark
		if mark >= 0 && mark != p.committed {
			if out == nil {
				out = map[string]map[int]int64{}
			}
			if out[p.topic] == nil {
				out[p.topic] = map[int]int64{}
			}
			out[p.topic][p.id] = mark
			all = append(all, moved{p, mark})
		}
		p.mu.Unlock()
	}
	return out, func() {
		for _, m := range all {
			m.p.mu.Lock()
			m.p.committed = m.mark
			m.p.mu.Unlock()
		}
	}
}

// item is one record in flight.
type item struct {
	p        *partition
	rec      Record
	next     int64     // the offset after it in the log that it was read from
	size     int64     // its weight in the budget; 0 once given back
	attempts int       // that failed before
	first    time.Time // of those failures
	dueAt    time.Time // when a record of a retry tier may be tried
	done     bool
	parts    []*item // the records that it was put together from
}

// partition is one partition of one generation.
type partition struct {
	w       *work
	topic   string
	id      int
	start   int64
	quota   *tickets
	gate    *gate
	batcher *batcher

	mu        sync.Mutex
	flight    []*item // in the order of the log, from the first that is not done
	mark      int64   // the offset to go on from; -1 while unknown
	committed int64
	closed    bool
	lane      [lanes]lane
	spools    map[string]*assembly // by key
	whole     []string             // keys last put together

	// For the watchdog and the lag.
	end      int64 // of the log, as last fetched; -1 while unknown
	progress time.Time
	trouble  error // why it cannot be fetched
}

type lane struct {
	queue []*item
	busy  bool
}

// admit waits for room, then hands a record on. It returns false when the
// partition is being given up.
func (p *partition) admit(it *item) bool {
	w := p.w
	if !p.quota.take(w.fetch, 1) {
		return false
	}
	if !w.count.take(w.fetch, 1) {
		p.quota.give(1)
		return false
	}
	if !w.bytes.take(w.fetch, it.size) {
		w.count.give(1)
		p.quota.give(1)
		return false
	}
	w.inFlight.Add(1)
	p.mu.Lock()
	if len(p.flight) == 0 {
		p.progress = time.Now()
	}
	p.flight = append(p.flight, it)
	p.mu.Unlock()

	if p.batcher != nil {
		p.batcher.put(it)
		return true
	}
	n := 0
	switch w.r.stage.Order {
	case ByKey:
		if it.rec.Key == nil && !isPart(&it.rec) {
			w.hands.Go(func() { p.process(it) })
			return true
		}
		n = int(maphash.Bytes(w.seed, it.rec.Key) % lanes)
	case None:
		if !isPart(&it.rec) {
			w.hands.Go(func() { p.process(it) })
			return true
		}
		n = int(maphash.Bytes(w.seed, it.rec.Key) % lanes)
	case Strict:
	}
	l := &p.lane[n]
	p.mu.Lock()
	l.queue = append(l.queue, it)
	run := !l.busy
	l.busy = true
	p.mu.Unlock()
	if run {
		w.hands.Go(func() { p.work(l) })
	}
	return true
}

// work handles what is queued on a lane, in order, until nothing is.
func (p *partition) work(l *lane) {
	for {
		p.mu.Lock()
		if len(l.queue) == 0 || p.closed {
			l.queue, l.busy = nil, false
			p.mu.Unlock()
			return
		}
		it := l.queue[0]
		l.queue[0] = nil
		l.queue = l.queue[1:]
		p.mu.Unlock()
		p.process(it)
	}
}

// process handles one record until it is done, handed on as failed, or given up.
func (p *partition) process(it *item) {
	w := p.w
	stage := &w.r.stage
	if stage.Assemble && isPart(&it.rec) {
		var ok bool
		if it, ok = p.assemble(it); !ok {
			return
		}
	}
	for {
		if !p.gate.pass(w.handle) || !w.slots.take(w.handle, 1) {
			p.abandon(it)
			return
		}
		outs, err := w.r.call(w.handle, &it.rec)
		w.slots.give(1)
		if w.handle.Err() != nil {
			p.abandon(it) // its effects may be there, its offset is not
			return
		}
		if err != nil && IsUnavailable(err) {
			p.gate.shut(err)
			continue
		}
		p.gate.open()
		switch {
		case err != nil && stage.noRetry:
			if !sleep(w.fetch, 10*time.Millisecond) {
				p.abandon(it)
				return
			}
			continue
		case err != nil:
			p.fail(it, err)
		case len(outs) == 0:
			p.finish(it, "done")
		default:
			w.r.c.producer.send(w.handle, outs, MaxRecordBytes, func(err error) {
				if err == nil {
					p.finish(it, "done")
				} else if w.handle.Err() != nil || errors.Is(err, ErrClosed) {
					p.abandon(it)
				} else {
					go p.fail(it, fmt.Errorf("write the outputs: %w", err)) // not in the producer's way
				}
			})
		}
		return
	}
}

// call runs the handler and turns a panic into an error.
func (r *runner) call(ctx context.Context, rec *Record) (outs []Record, err error) {
	start := time.Now()
	defer func() {
		r.c.metrics.handleTime.WithLabelValues(r.stage.Group).Observe(time.Since(start).Seconds())
		if v := recover(); v != nil {
			outs, err = nil, r.panicked(v, rec)
		}
	}()
	return r.stage.Handle(ctx, rec)
}

func (r *runner) panicked(v any, rec *Record) error {
	stack := debug.Stack()
	r.log.Error().Str("event", "handler-panic").Str("topic", rec.Topic).Int("partition", rec.Partition).Int64("offset", rec.Offset).
		Str("panic", fmt.Sprint(v)).Str("stack", string(stack[:min(len(stack), 4096)])).Msg("the handler panicked")
	return &panicError{v}
}

// finish marks a record, and what it was put together from, as done.
func (p *partition) finish(it *item, result string) {
	p.w.r.c.metrics.handled.WithLabelValues(p.w.r.stage.Group, result).Inc()
	if it.rec.body != nil {
		it.rec.body.remove()
	}
	p.settle(it, it.parts)
}

// settle moves the watermark over what is done and gives the budget back.
func (p *partition) settle(it *item, more []*item) {
	p.mu.Lock()
	it.done = true
	for _, m := range more {
		m.done = true
	}
	n := 0
	for n < len(p.flight) && p.flight[n].done {
		p.mark = p.flight[n].next
		p.flight[n] = nil
		n++
	}
	p.flight = p.flight[n:]
	if len(p.flight) == 0 {
		p.flight = nil
	}
	p.progress = time.Now()
	p.mu.Unlock()
	p.giveBack(it)
	for _, m := range more {
		p.giveBack(m)
	}
}

// abandon gives a record up: its offset stays, so that it is read again.
func (p *partition) abandon(it *item) {
	if it.rec.body != nil {
		it.rec.body.remove()
	}
	p.giveBack(it)
	for _, m := range it.parts {
		p.giveBack(m)
	}
}

// giveBack returns what an item holds of the budget, once.
func (p *partition) giveBack(it *item) {
	size := it.size
	if size == 0 {
		return
	}
	it.size = 0
	w := p.w
	w.bytes.give(size)
	w.count.give(1)
	p.quota.give(1)
	if w.inFlight.Add(-1) == 0 {
		select {
		case w.idle <- struct{}{}:
		default:
		}
	}
}

// close drops what is left of the partition's state.
func (p *partition) close() {
	p.mu.Lock()
	p.closed = true
	spools := p.spools
	p.spools = nil
	p.mu.Unlock()
	for _, a := range spools {
		a.body.remove()
	}
}

// gate holds a partition while something it needs is down. One record is let
// through to try when the pause is over; the others wait for what it finds.
type gate struct {
	w     *work
	what  string
	mu    sync.Mutex
	down  bool
	trial bool
	tries int
	until time.Time
	why   string
	since time.Time
	moved chan struct{} // closed at each change while down
}

func newGate(w *work, what string) *gate { return &gate{w: w, what: what} }

// pass waits until the gate is open or this caller is the one to try.
func (g *gate) pass(ctx context.Context) bool {
	for {
		g.mu.Lock()
		if !g.down {
			g.mu.Unlock()
			return ctx.Err() == nil
		}
		wait := time.Until(g.until)
		if !g.trial && wait <= 0 {
			g.trial = true
			g.mu.Unlock()
			return ctx.Err() == nil
		}
		moved := g.moved
		trial := g.trial
		g.mu.Unlock()
		if trial {
			wait = time.Hour
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return false
		case <-moved:
		case <-t.C:
		}
		t.Stop()
		if g.w.fetch.Err() != nil && !trial {
			// Being given up: there is no time to wait for a dependency.
			return false
		}
	}
}

func (g *gate) shut(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if !g.down {
		g.down, g.tries, g.since, g.moved = true, 0, now, make(chan struct{})
		g.w.r.log.Warn().Str("event", "paused").Str("partition", g.what).Err(err).Msg("something the stage needs is not there; the partition waits")
	} else if !g.trial && now.Before(g.until) {
		g.why = err.Error() // one of those that were under way
		return
	}
	g.trial = false
	g.why = err.Error()
	g.until = now.Add(backoff(g.tries, 100*time.Millisecond, 15*time.Second))
	g.tries++
	close(g.moved)
	g.moved = make(chan struct{})
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.down {
		return
	}
	g.down, g.trial = false, false
	close(g.moved)
	g.w.r.log.Info().Str("event", "resumed").Str("partition", g.what).Dur("after", time.Since(g.since)).Msg("the partition goes on")
}

func (g *gate) state() (down bool, why string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.down, g.why
}
