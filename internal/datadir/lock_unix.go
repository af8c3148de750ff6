//go:build unix

package datadir

import (
	"errors"
	"os"
	"syscall"
)

// lock tells whether another open file holds the lock, or takes it.
func lock(f *os.File) (held bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
