package sink

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/storetest"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a store that notes what it is given.
type fake struct {
	mu     sync.Mutex
	items  []store.Item
	result store.Result
	err    error
	due    []time.Time
	next   time.Time
}

func (f *fake) Apply(_ context.Context, items []store.Item, _ time.Time) (store.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return store.Result{}, f.err
	}
	f.items = append(f.items, items...)
	return f.result, nil
}

func (f *fake) Due(_ context.Context, now time.Time) ([]store.Change, time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.due = append(f.due, now)
	if !f.next.IsZero() && !now.Before(f.next) {
		f.next = time.Time{}
		return []store.Change{{Kind: store.Released}}, f.next, f.err
	}
	return nil, f.next, f.err
}

// output counts its calls.
type output struct {
	mu    sync.Mutex
	calls int
	err   error
}

func (o *output) Name() string { return "test" }

func (o *output) Advance(context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls++
	return o.err
}

func newSink(t *testing.T, cfg Config) *Sink {
	t.Helper()
	cfg.Log = zerolog.Nop()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func record(it store.Item, topic string, headers ...string) pipeline.Record {
	r := pipeline.Record{Topic: topic, Partition: 3, Offset: 7, Value: it.Raw, Time: storetest.Noon()}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Headers = append(r.Headers, pipeline.Header{Key: headers[i], Value: []byte(headers[i+1])})
	}
	return r
}

func TestReading(t *testing.T) {
	plain := storetest.Plain(storetest.Version{Revision: 1, Text: "one"})
	tagged := storetest.Tagged(storetest.Version{Revision: 1, Text: "one"}, "1")
	tests := []struct {
		name      string
		rec       pipeline.Record
		enriched  bool
		replay    string
		class     pipeline.Class
		wantError string
	}{
		{name: "an article", rec: record(plain, "wire.articles", "ce_type", "dateline.article.v1")},
		{name: "an article by its topic", rec: record(plain, "wire.articles")},
		{name: "enriched", rec: record(tagged, "wire.enriched", "ce_type", "dateline.enriched.v1"), enriched: true},
		{name: "enriched by its topic", rec: record(tagged, "wire.enriched"), enriched: true},
		{name: "enriched from a retry tier", rec: record(tagged, "wire.retry.sink.10s", "ce_type", "dateline.enriched.v1"), enriched: true},
		{name: "replayed", rec: record(tagged, "wire.enriched", "replay", "r7"), enriched: true, replay: "r7"},
		{name: "an article with tags is an article", rec: record(tagged, "wire.articles", "ce_type", "dateline.article.v1")},
		{name: "a later type", rec: record(plain, "wire.articles", "ce_type", "dateline.article.v2"), class: pipeline.Undecodable, wantError: "dateline.article.v2"},
		{name: "no value", rec: pipeline.Record{Topic: "wire.articles"}, class: pipeline.Undecodable, wantError: "no value"},
		{name: "no JSON", rec: record(store.Item{Raw: []byte("{")}, "wire.articles"), class: pipeline.Undecodable, wantError: "not JSON"},
		{name: "no uri", rec: record(store.Item{Raw: []byte(`{"wire":{"feed":"f"}}`)}, "wire.articles"), class: pipeline.Invalid, wantError: "uri: is missing"},
		{name: "no enrichment", rec: record(plain, "wire.enriched"), class: pipeline.Invalid, wantError: "enrichment: is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{}
			err := newSink(t, Config{Store: f}).HandleBatch(t.Context(), []pipeline.Record{tt.rec})
			if tt.wantError != "" {
				class, ok := pipeline.ClassOf(err)
				if !ok || class != tt.class || !strings.Contains(err.Error(), tt.wantError) || !strings.Contains(err.Error(), tt.rec.Topic) {
					t.Errorf("got %v (%s), want %s: %s", err, class, tt.class, tt.wantError)
				}
				return
			}
			if err != nil || len(f.items) != 1 {
				t.Fatalf("%v, %d items", err, len(f.items))
			}
			it := f.items[0]
			if (it.Enrichment != nil) != tt.enriched || it.Replay != tt.replay || it.Article.URI != "urn:t:1" ||
				it.Partition != 3 || it.Offset != 7 || !it.Appended.Equal(storetest.Noon()) {
				t.Errorf("got %+v", it)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	rec := record(storetest.Plain(storetest.Version{Revision: 1}), "wire.articles")
	down := &fake{err: &store.UnavailableError{Err: errors.New("disk full")}}
	if err := newSink(t, Config{Store: down}).HandleBatch(t.Context(), []pipeline.Record{rec}); !pipeline.IsUnavailable(err) || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a store that is down: %v", err)
	}
	other := &fake{err: errors.New("odd")}
	err := newSink(t, Config{Store: other}).HandleBatch(t.Context(), []pipeline.Record{rec})
	if _, permanent := pipeline.ClassOf(err); err == nil || permanent || pipeline.IsUnavailable(err) {
		t.Errorf("an unknown failure: %v", err)
	}
	var told []store.Kind
	picky := &fake{result: store.Result{
		Changes: []store.Change{{Kind: store.Shown}, {Kind: store.Hidden}},
		Faults:  []store.Fault{{Index: 1, Err: errors.New("too odd")}},
	}}
	s := newSink(t, Config{Store: picky, OnChange: func(c store.Change) { told = append(told, c.Kind) }})
	err = s.HandleBatch(t.Context(), []pipeline.Record{rec, {Topic: "wire.articles", Offset: 99, Value: rec.Value}})
	if class, _ := pipeline.ClassOf(err); class != pipeline.Invalid || !strings.Contains(err.Error(), "/99") {
		t.Errorf("a record at fault: %v", err)
	}
	if !slices.Equal(told, []store.Kind{store.Shown, store.Hidden}) {
		t.Errorf("told %v", told)
	}
	reg := prometheus.NewRegistry()
	if _, err := New(Config{Store: down, Registerer: reg}); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Store: down, Registerer: reg}); err == nil {
		t.Error("the metrics were registered twice")
	}
}

func TestTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		f := &fake{next: start.Add(2500 * time.Millisecond)}
		var released time.Duration
		out := &output{}
		s := newSink(t, Config{Store: f, Outputs: []Output{out}, OnChange: func(store.Change) { released = time.Since(start) }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		time.Sleep(10 * time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if released != 2500*time.Millisecond {
			t.Errorf("released after %s", released)
		}
		if len(f.due) > 13 {
			t.Errorf("the clock was looked at %d times in 10 s", len(f.due))
		}
		if out.calls < 10 || out.calls > 14 {
			t.Errorf("the output advanced %d times", out.calls)
		}
	})
}

func TestOutputsAreWokenAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{result: store.Result{Changes: []store.Change{{Kind: store.Shown}}}}
		good, bad := &output{}, &output{err: errors.New("full")}
		s := newSink(t, Config{Store: f, Outputs: []Output{good, bad}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		synctest.Wait()
		before := good.calls
		if err := s.HandleBatch(ctx, []pipeline.Record{record(storetest.Plain(storetest.Version{Revision: 1}), "wire.articles")}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if good.calls != before+1 {
			t.Errorf("advanced %d times at once after a batch", good.calls-before)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if bad.calls < 5 || bad.calls > 15 {
			t.Errorf("a failing output was tried %d times in a minute", bad.calls)
		}
		cancel()
		if err := <-done; err == nil || !strings.Contains(err.Error(), "output test: full") {
			t.Errorf("an output that failed to the end: %v", err)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(storetest.Plain(storetest.Version{Revision: 1}).Raw), "")
	f.Add([]byte(storetest.Tagged(storetest.Version{Revision: 1}, "1").Raw), "dateline.enriched.v1")
	f.Fuzz(func(t *testing.T, value []byte, kind string) {
		rec := pipeline.Record{Topic: "wire.articles", Value: value, Headers: []pipeline.Header{{Key: "ce_type", Value: []byte(kind)}}}
		var it store.Item
		if err := read(&rec, &it); err != nil {
			if _, ok := pipeline.ClassOf(err); !ok {
				t.Fatalf("not permanent: %v", err)
			}
			return
		}
		if it.Article == nil || it.Article.URI == "" || (it.Enrichment != nil) != (kind == typeEnriched) {
			t.Fatalf("read %+v", it)
		}
		if _, err := model.Encode(it.Article); err != nil {
			t.Fatal(err)
		}
	})
}
