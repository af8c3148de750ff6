package pipeline

import (
	"errors"
	"fmt"
)

// Class says why a record is a dead letter.
type Class string

// The classes of the contract.
const (
	Undecodable Class = "undecodable" // the bytes are not what they should be
	Invalid     Class = "invalid"     // decoded, but breaks a rule
	Failed      Class = "failed"      // the attempts are used up
	TooLarge    Class = "too-large"   // over the limit of the topics
)

// ErrClosed is returned once the client is closed.
var ErrClosed = errors.New("the client is closed")

type permanentError struct {
	class Class
	err   error
}

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Permanent marks err as one that no attempt will mend: the record becomes a
// dead letter of that class at once. A nil err stays nil.
func Permanent(class Class, err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{class, err}
}

type unavailableError struct{ err error }

func (e *unavailableError) Error() string { return "unavailable: " + e.err.Error() }
func (e *unavailableError) Unwrap() error { return e.err }

// Unavailable marks err as the fault of something the handler needs (a store,
// a disk, a service), not of the record: the partition pauses, says why, tries
// again with growing pauses, and no record goes to a retry tier. A nil err
// stays nil.
func Unavailable(err error) error {
	if err == nil {
		return nil
	}
	return &unavailableError{err}
}

// ClassOf returns the class that Permanent gave, and whether it gave one.
func ClassOf(err error) (Class, bool) {
	if p, ok := errors.AsType[*permanentError](err); ok {
		return p.class, true
	}
	return "", false
}

// IsUnavailable tells whether Unavailable marked err.
func IsUnavailable(err error) bool {
	var u *unavailableError
	return errors.As(err, &u)
}

type panicError struct {
	value any
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
