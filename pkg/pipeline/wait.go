package pipeline

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// sleep waits for d and tells whether it could: false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// backoff doubles from low with each attempt up to high, with a fifth of jitter.
func backoff(attempt int, low, high time.Duration) time.Duration {
	d := high
	if attempt < 30 && low<<attempt < high {
		d = low << attempt
	}
	return d - time.Duration(rand.Int64N(int64(d)/5+1))
}

// rarely lets a message pass when it is new, and again after a while.
type rarely struct {
	every time.Duration
	now   func() time.Time

	mu   sync.Mutex
	what string
	at   time.Time
}

func (r *rarely) may(what string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if what == r.what && now.Sub(r.at) < r.every {
		return false
	}
	r.what, r.at = what, now
	return true
}

// reset makes the next message pass, and tells whether one had passed before.
func (r *rarely) reset() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	had := r.what != ""
	r.what = ""
	return had
}
