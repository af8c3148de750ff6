package jsonv

import (
	"context"

	"github.com/dateline-wire/dateline/pkg/wire"
)

// Items reads a transmission value by value and yields what read makes of
// each. One that breaks a bound costs itself alone; what is not JSON ends the
// reading with a fault.
func Items(ctx context.Context, t *wire.Transmission, format string, yield wire.Yield, read func(t *wire.Transmission, v Value, item int, warnings []string) wire.Result) error {
	r, warnings, err := t.TextReader("")
	if err != nil {
		return err
	}
	n := 0
	var stop error
	err = Each(r, func(v Value, err error) error {
		if stop = ctx.Err(); stop != nil {
			return stop
		}
		item := n
		n++
		if err != nil {
			stop = yield(wire.Fault(format, item, wire.Invalid, "JSON: %w", err))
			return stop
		}
		stop = yield(read(t, v, item, warnings))
		return stop
	})
	switch {
	case stop != nil:
		return stop
	case err != nil:
		return yield(wire.Fault(format, n, wire.Undecodable, "JSON: %w", err))
	case n == 0:
		return yield(wire.Fault(format, 0, wire.Undecodable, "JSON: no object"))
	}
	return nil
}
