// Package pipeline passes records between stages over Kafka topics: a
// Watermill publisher and subscriber on segmentio/kafka-go, and the stage
// runner that the workers are made of.
package pipeline

import "time"

// Record is one Kafka record. Value and Key are shared, not copied: a handler
// must not change them.
type Record struct {
	Topic     string
	Partition int
	Offset    int64
	Key       []byte
	Value     []byte
	Headers   []Header
	// Time is the time of append as the broker tells it.
	Time time.Time
}

// Header is one record header. A key may stand more than once; the last wins.
type Header struct {
	Key   string
	Value []byte
}

// Header returns the value of the last header of that key, empty when there is none.
func (r *Record) Header(key string) string {
	for i := len(r.Headers) - 1; i >= 0; i-- {
		if r.Headers[i].Key == key {
			return string(r.Headers[i].Value)
		}
	}
	return ""
}
