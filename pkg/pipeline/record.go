// Package pipeline passes records between stages over Kafka topics: a
// Watermill publisher and subscriber on segmentio/kafka-go, and the stage
// runner that the workers are made of.
//
// Delivery is at least once: a record's offset is committed after its effects
// are there and its outputs are acknowledged by all replicas. Records of one
// key are handled in order, records of different keys side by side. What a
// stage cannot handle goes to the group's retry tiers and then to the dead
// letter topic with its origin; what is not the record's fault pauses its
// partition instead. Topics and groups are named without the client's prefix
// everywhere in this package.
package pipeline

import (
	"bytes"
	"io"
	"slices"
	"time"
)

// Record is one Kafka record. Key, Value and Headers are shared, not copied: a
// handler must not change them.
type Record struct {
	// Topic, Partition and Offset tell where the record lies. A stage sees
	// the place of origin also when a record comes to it by a retry tier.
	Topic     string
	Partition int
	Offset    int64
	Key       []byte
	// Value is nil for a record without a value (a tombstone), and for one
	// that was put together from parts: Open reads every kind.
	Value   []byte
	Headers []Header
	// Time is the time of append as the broker tells it; of a record from a
	// retry tier, the time of append to its topic of origin.
	Time time.Time
	// Read is where the record was read. It differs from Topic, Partition
	// and Offset for a record from a retry tier, and is what a ledger of
	// consumed offsets keeps.
	Read Position

	body *spool
}

// Position is a place in a log.
type Position struct {
	Topic     string
	Partition int
	Offset    int64
}

// Header is one record header. A key may stand more than once; the last wins.
type Header struct {
	Key   string
	Value []byte
}

// Header returns the value of the last header of that key, empty when there is none.
func (r *Record) Header(key string) string {
	v, _ := lastHeader(r.Headers, key)
	return string(v)
}

// Size is the length of the value in bytes, all parts together.
func (r *Record) Size() int64 {
	if r.body != nil {
		return r.body.size
	}
	return int64(len(r.Value))
}

// Open returns a reader over the value, from memory or from the file that its
// parts were put together in. It is good until the handler returns.
func (r *Record) Open() *io.SectionReader {
	if r.body != nil {
		return io.NewSectionReader(r.body.file, 0, r.body.size)
	}
	return io.NewSectionReader(bytes.NewReader(r.Value), 0, int64(len(r.Value)))
}

func lastHeader(hs []Header, key string) ([]byte, bool) {
	for _, h := range slices.Backward(hs) {
		if h.Key == key {
			return h.Value, true
		}
	}
	return nil, false
}
