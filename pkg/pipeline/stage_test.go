package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestRecordsPassThrough(t *testing.T) {
	c := testClient(t)
	const keys, each = 40, 25
	var mu sync.Mutex
	seen := map[string][]string{}
	stop := runStage(t, c, Stage{Group: "copy", Topics: []string{"in"}, Handle: func(_ context.Context, r *Record) ([]Record, error) {
		mu.Lock()
		seen[string(r.Key)] = append(seen[string(r.Key)], string(r.Value))
		mu.Unlock()
		return []Record{{Topic: "out", Key: r.Key, Value: r.Value, Headers: []Header{{"h", []byte("1")}}}}, nil
	}})
	if err := c.EnsureTopic(t.Context(), "out"); err != nil {
		t.Fatal(err)
	}
	for i := range each {
		var recs []Record
		for k := range keys {
			recs = append(recs, Record{Topic: "in", Key: fmt.Appendf(nil, "k%d", k), Value: fmt.Appendf(nil, "%d", i)})
		}
		produce(t, c, recs...)
	}
	out := collect(t, c, "out", keys*each)
	stop()
	for k := range keys {
		var want []string
		for i := range each {
			want = append(want, fmt.Sprint(i))
		}
		if got := seen[fmt.Sprintf("k%d", k)]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("handled key k%d: got %v, want %v", k, got, want)
		}
	}
	next := map[string]int{}
	for _, r := range out {
		if string(r.Value) != fmt.Sprint(next[string(r.Key)]) {
			t.Fatalf("out, key %s: got %s, want %d", r.Key, r.Value, next[string(r.Key)])
		}
		next[string(r.Key)]++
		if r.Header("h") != "1" || r.Time.IsZero() {
			t.Fatalf("record %+v: want its header and a time", r)
		}
	}
	// All is committed: a second run sees nothing, the lag is 0.
	lags, err := c.Lag(t.Context(), "copy", "in")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lags {
		if l.Records != 0 || l.Seconds != 0 {
			t.Errorf("lag after a drained stop: %+v", l)
		}
	}
}

func TestFailuresFindTheirWay(t *testing.T) {
	c := testClient(t)
	var flaky atomic.Int64
	runStage(t, c, Stage{Group: "g", Topics: []string{"in"}, Handle: func(_ context.Context, r *Record) ([]Record, error) {
		if r.Topic != "in" || r.Header("feed") != "f" || strings.Contains(fmt.Sprint(r.Headers), "retry-") {
			return nil, Permanent(Invalid, fmt.Errorf("handler saw %s %v", r.Topic, r.Headers))
		}
		switch string(r.Key) {
		case "poison":
			return nil, Permanent(Undecodable, errors.New("not \xff JSON"))
		case "hopeless":
			return nil, errors.New("no luck")
		case "panic":
			panic("oh")
		case "flaky":
			if flaky.Add(1) < 3 {
				return nil, errors.New("not yet")
			}
		case "huge":
			return []Record{{Topic: "out", Key: r.Key, Value: make([]byte, MaxRecordBytes)}}, nil
		}
		return []Record{{Topic: "out", Key: r.Key}}, nil
	}})
	if err := c.EnsureTopic(t.Context(), "out"); err != nil {
		t.Fatal(err)
	}
	var recs []Record
	for _, k := range []string{"poison", "hopeless", "panic", "flaky", "huge", "fine"} {
		recs = append(recs, Record{Topic: "in", Key: []byte(k), Value: []byte("v-" + k), Headers: []Header{{"feed", []byte("f")}}})
	}
	produce(t, c, recs...)
	got := map[string]bool{}
	for _, r := range collect(t, c, "out", 2) {
		got[string(r.Key)] = true
	}
	if !got["flaky"] || !got["fine"] {
		t.Errorf("out: got %v, want flaky and fine", got)
	}
	collect(t, c, TopicDead, 4)
	want := map[string]string{
		"poison": "undecodable 1 not \uFFFD JSON", "hopeless": "failed 3 no luck",
		"panic": "failed 3 panic: oh", "huge": "too-large 1 write the outputs: record of",
	}
	err := c.DeadLetters(t.Context(), func(l *DeadLetter) error {
		k := string(l.Key)
		if text := fmt.Sprintf("%s %d %s", l.Class, l.Attempts, l.Reason); !strings.HasPrefix(text, want[k]) {
			t.Errorf("letter of %s: got %q, want %q", k, text, want[k])
		}
		if string(l.Value) != "v-"+k || l.Header("feed") != "f" || l.Group != "g" || l.Origin.Topic != "in" || l.First.IsZero() || l.Last.Before(l.First) || l.Redriven {
			t.Errorf("letter of %s: got %+v", k, l)
		}
		delete(want, k)
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("letters missing: %v (%v)", want, err)
	}
}

func TestUnavailablePausesAndResumes(t *testing.T) {
	c := testClient(t)
	var down atomic.Bool
	down.Store(true)
	var tries, done atomic.Int64
	runStage(t, c, Stage{Group: "g", Topics: []string{"in"}, Handle: func(context.Context, *Record) ([]Record, error) {
		if down.Load() {
			tries.Add(1)
			return nil, Unavailable(errors.New("the store is away"))
		}
		done.Add(1)
		return nil, nil
	}})
	var recs []Record
	for i := range 50 {
		recs = append(recs, Record{Topic: "in", Key: fmt.Appendf(nil, "%d", i)})
	}
	produce(t, c, recs...)
	eventually(t, "partitions say that they are paused and why", func() bool {
		n := 0
		for _, s := range c.Status("g") {
			if s.Topic == "in" && s.State == Paused && strings.Contains(s.Why, "the store is away") {
				n++
			}
		}
		return n == 6 && tries.Load() >= 12
	})
	down.Store(false)
	eventually(t, "all records are done", func() bool { return done.Load() == 50 })
	for _, topic := range append(c.retryTopics("g"), TopicDead) {
		info, err := c.Topic(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range info.Partitions {
			if p.End != 0 {
				t.Errorf("%s/%d: got %d records, want none", topic, p.Partition, p.End)
			}
		}
	}
}

func TestBatchesAreTakenApartAroundPoison(t *testing.T) {
	c := testClient(t)
	var mu sync.Mutex
	done := map[string]int{}
	runStage(t, c, Stage{Group: "sink", Topics: []string{"in"}, HandleBatch: func(_ context.Context, recs []Record) error {
		for i := range recs {
			if string(recs[i].Value) == "poison" {
				return Permanent(Invalid, errors.New("poison"))
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for i := range recs {
			done[string(recs[i].Key)]++
		}
		return nil
	}})
	var recs []Record
	for i := range 200 {
		v := "fine"
		if i == 77 || i == 78 || i == 150 {
			v = "poison"
		}
		recs = append(recs, Record{Topic: "in", Key: fmt.Appendf(nil, "%d", i), Value: []byte(v)})
	}
	produce(t, c, recs...)
	collect(t, c, TopicDead, 3)
	eventually(t, "the good ones are done", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(done) == 197
	})
	mu.Lock()
	defer mu.Unlock()
	for k, n := range done {
		if n != 1 {
			t.Errorf("record %s was done %d times", k, n)
		}
	}
}

func TestPartsComeTogether(t *testing.T) {
	c := testClient(t)
	big := make([]byte, 3*PartBytes+17)
	for i := range big {
		big[i] = byte(i * 7)
	}
	got := make(chan string, 10)
	var first atomic.Bool
	runStage(t, c, Stage{Group: "parse", Topics: []string{TopicRaw}, Assemble: true, Handle: func(_ context.Context, r *Record) ([]Record, error) {
		if string(r.Key) == "big" && first.CompareAndSwap(false, true) {
			return nil, errors.New("once through the retry tier")
		}
		b := make([]byte, r.Size())
		if _, err := r.Open().ReadAt(b, 0); err != nil {
			return nil, err
		}
		got <- fmt.Sprintf("%s %d %v %s %d", r.Key, len(b), string(b) == string(big), r.Header("feed"), r.Offset)
		return nil, nil
	}})
	rec := Record{Topic: TopicRaw, Key: []byte("big"), Value: big, Headers: []Header{{"feed", []byte("f")}}}
	parts := SplitRaw(rec)
	if len(parts) != 4 {
		t.Fatalf("got %d parts, want 4", len(parts))
	}
	// A first attempt broke off, then one part was sent twice.
	produce(t, c, parts[:2]...)
	produce(t, c, parts[0], parts[1], parts[1], parts[2], parts[3], parts[3])
	select {
	case g := <-got:
		if want := fmt.Sprintf("big %d true f 2", len(big)); g != want {
			t.Errorf("got %q, want %q", g, want)
		}
	case <-time.After(patience):
		t.Fatal("the parts did not come together")
	}
	eventually(t, "the watermark passes the parts", func() bool {
		lags, err := c.Lag(t.Context(), "parse", TopicRaw)
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for _, l := range lags {
			n += l.Records
		}
		return n == 0
	})
}
