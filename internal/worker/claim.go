package worker

import (
	"errors"
	"slices"

	"github.com/dateline-wire/dateline/internal/datadir"
)

// Claim makes a data directory and takes the locks of some roles in it. The
// returned function lets go of them.
func Claim(dir string, roles ...string) (release func() error, err error) {
	if err := datadir.Make(dir); err != nil {
		return nil, err
	}
	var locks []*datadir.Lock
	release = func() error {
		var errs []error
		for _, lock := range slices.Backward(locks) {
			errs = append(errs, lock.Release())
		}
		return errors.Join(errs...)
	}
	for _, role := range roles {
		l, err := datadir.Take(dir, role)
		if err != nil {
			return nil, errors.Join(err, release())
		}
		locks = append(locks, l)
	}
	return release, nil
}
