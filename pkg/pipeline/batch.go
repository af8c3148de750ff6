package pipeline

import (
	"context"
	"sync"
	"time"
)

// batcher gathers the records of its partitions and hands them to the batch
// handler, as many as there are, one batch after the other.
type batcher struct {
	w    *work
	gate *gate
	wake chan struct{}

	mu    sync.Mutex
	items []*item
}

func newBatcher(w *work) *batcher {
	return &batcher{w: w, gate: newGate(w, "all"), wake: make(chan struct{}, 1)}
}

func (b *batcher) put(it *item) {
	b.mu.Lock()
	b.items = append(b.items, it)
	b.mu.Unlock()
	b.poke()
}

func (b *batcher) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *batcher) run() {
	for {
		b.mu.Lock()
		n, bytes := 0, int64(0)
		for n < len(b.items) && n < b.w.r.stage.BatchSize && (n == 0 || bytes+b.items[n].size <= b.w.r.stage.BatchBytes) {
			bytes += b.items[n].size
			n++
		}
		batch := b.items[:n:n]
		if b.items = b.items[n:]; len(b.items) == 0 {
			b.items = nil
		}
		b.mu.Unlock()
		if len(batch) > 0 && !b.handle(batch) {
			b.abandon(batch)
			return
		}
		if len(batch) == 0 {
			select {
			case <-b.wake:
			case <-b.w.handle.Done():
				return
			}
		}
		if b.w.handle.Err() != nil {
			return
		}
	}
}

// abandon gives a batch and all that waits behind it up.
func (b *batcher) abandon(batch []*item) {
	b.mu.Lock()
	batch = append(batch, b.items...)
	b.items = nil
	b.mu.Unlock()
	for _, it := range batch {
		if !it.done {
			it.p.abandon(it)
		}
	}
}

// handle hands a batch in until it is settled; false when it was given up.
func (b *batcher) handle(batch []*item) bool {
	ctx := b.w.handle
	recs := make([]Record, len(batch))
	for i, it := range batch {
		recs[i] = it.rec
	}
	for {
		if !b.gate.pass(ctx) {
			return false
		}
		err := b.w.r.callBatch(ctx, recs)
		if ctx.Err() != nil {
			return false
		}
		if err != nil && IsUnavailable(err) {
			b.gate.shut(err)
			continue
		}
		b.gate.open()
		switch {
		case err == nil:
			for _, it := range batch {
				it.p.finish(it, "done")
			}
			return true
		case len(batch) == 1:
			batch[0].p.fail(batch[0], err)
			return true
		}
		return b.handle(batch[:len(batch)/2]) && b.handle(batch[len(batch)/2:])
	}
}

func (r *runner) callBatch(ctx context.Context, recs []Record) (err error) {
	start := time.Now()
	defer func() {
		r.c.metrics.handleTime.WithLabelValues(r.stage.Group).Observe(time.Since(start).Seconds())
		if v := recover(); v != nil {
			err = r.panicked(v, &recs[0])
		}
	}()
	return r.stage.HandleBatch(ctx, recs)
}
