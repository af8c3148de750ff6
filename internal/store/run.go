package store

import (
	"context"
	"fmt"
	"time"
)

// Session is a transaction that can be begun, ended and, between, taken back
// to a mark. Rollback may be called after Commit, and does nothing then.
type Session interface {
	Tx
	Begin(ctx context.Context) error
	Commit(ctx context.Context) error
	Rollback()
	// Mark sets the mark, Back undoes all since, Done forgets it.
	Mark(ctx context.Context) error
	Back(ctx context.Context) error
	Done(ctx context.Context) error
	// OwnFault tells whether an error is the fault of what was written: it
	// would come again however often it were tried.
	OwnFault(err error) bool
}

// Run stores a batch in one transaction: all at once first, and where that
// fails by some item's own fault, item by item, leaving out the faulty.
func Run(ctx context.Context, s Session, items []Item, now time.Time) (Result, error) {
	var r Result
	good := make([]*Item, 0, len(items))
	at := make([]int, 0, len(items))
	for i := range items {
		if err := check(&items[i]); err != nil {
			r.Faults = append(r.Faults, Fault{Index: i, Err: err})
			continue
		}
		good, at = append(good, &items[i]), append(at, i)
	}
	if len(good) == 0 {
		return r, nil
	}
	changes, err := together(ctx, s, good, now)
	if err == nil {
		r.Changes = changes
		return r, nil
	}
	if !s.OwnFault(err) {
		return Result{}, err
	}
	changes, faults, err := apart(ctx, s, good, now)
	if err != nil {
		return Result{}, err
	}
	for _, f := range faults {
		r.Faults = append(r.Faults, Fault{Index: at[f.Index], Err: f.Err})
	}
	r.Changes = changes
	return r, nil
}

func together(ctx context.Context, s Session, items []*Item, now time.Time) ([]Change, error) {
	if err := s.Begin(ctx); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer s.Rollback()
	changes, err := Apply(ctx, s, items, now)
	if err != nil {
		return nil, err
	}
	if err := s.Commit(ctx); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return changes, nil
}

func apart(ctx context.Context, s Session, items []*Item, now time.Time) (changes []Change, faults []Fault, err error) {
	if err := s.Begin(ctx); err != nil {
		return nil, nil, fmt.Errorf("begin: %w", err)
	}
	defer s.Rollback()
	for i := range items {
		if err := s.Mark(ctx); err != nil {
			return nil, nil, err
		}
		more, err := Apply(ctx, s, items[i:i+1], now)
		switch {
		case err == nil:
			changes = append(changes, more...)
		case s.OwnFault(err):
			if back := s.Back(ctx); back != nil {
				return nil, nil, back
			}
			faults = append(faults, Fault{Index: i, Err: err})
		default:
			return nil, nil, err
		}
		if err := s.Done(ctx); err != nil {
			return nil, nil, err
		}
	}
	if err := s.Commit(ctx); err != nil {
		return nil, nil, fmt.Errorf("commit: %w", err)
	}
	return changes, faults, nil
}

// dueAtOnce is how many chains one transaction of RunDue takes.
const dueAtOnce = 200

// RunDue lets the clock change all chains that are due. due returns up to a
// number of their URIs, within the transaction.
func RunDue(ctx context.Context, s Session, due func(context.Context, time.Time, int) ([]string, error), now time.Time) ([]Change, error) {
	var all []Change
	for {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		changes, more, err := expireSome(ctx, s, due, now)
		if err != nil {
			return all, err
		}
		all = append(all, changes...)
		if !more {
			return all, nil
		}
	}
}

func expireSome(ctx context.Context, s Session, due func(context.Context, time.Time, int) ([]string, error), now time.Time) ([]Change, bool, error) {
	if err := s.Begin(ctx); err != nil {
		return nil, false, fmt.Errorf("begin: %w", err)
	}
	defer s.Rollback()
	uris, err := due(ctx, now, dueAtOnce)
	if err != nil {
		return nil, false, fmt.Errorf("look for chains that are due: %w", err)
	}
	if len(uris) == 0 {
		return nil, false, nil
	}
	changes, err := Expire(ctx, s, uris, now)
	if err != nil {
		return nil, false, err
	}
	if err := s.Commit(ctx); err != nil {
		return nil, false, fmt.Errorf("commit: %w", err)
	}
	// A chain that was due and did not change would come back for ever.
	return changes, len(uris) == dueAtOnce && len(changes) > 0, nil
}
