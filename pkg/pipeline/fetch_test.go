package pipeline

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/segmentio/kafka-go"
)

func TestUnreachable(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"nothing", nil, false},
		{"refused", fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), true},
		{"cut off", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		{"a topic that is gone", kafka.UnknownTopicOrPartition, false},
		{"anything else", errors.New("x"), false},
	} {
		if got := unreachable(tt.err); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
