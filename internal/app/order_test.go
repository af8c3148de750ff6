package app

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	_ "modernc.org/sqlite"

	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/ops"
	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// running is a whole line in this process: on the embedded broker, or on the
// Kafka that DATELINE_KAFKA names, under a prefix of its own.
type running struct {
	cfg    *config.Config
	client *pipeline.Client
	out    *syncBuffer
	stop   func()
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func start(t *testing.T, dir string) *running {
	t.Helper()
	var environ []string
	if k := os.Getenv("DATELINE_KAFKA"); k != "" {
		environ = []string{"DATELINE_KAFKA=" + k, fmt.Sprintf("DATELINE_KAFKA_PREFIX=o%d.", time.Now().UnixNano()), "DATELINE_KAFKA_PARTITIONS=6"}
	}
	cfg, err := config.Load("", environ)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data, cfg.Log.Level = dir, "warn"
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &running{cfg: cfg, out: &syncBuffer{}}
	done := make(chan error, 1)
	go func() { done <- up(ctx, cfg, false, io.Discard, r.out) }()
	deadline := time.Now().Add(2 * time.Minute)
	for !strings.Contains(r.out.String(), `"event":"ready"`) {
		select {
		case err := <-done:
			t.Fatalf("the line ended: %v\n%s", err, r.out)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("the line is not ready\n%s", r.out)
		}
	}
	if r.client, err = worker.Connect(ctx, cfg, "test", zerolog.Nop(), ops.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	r.stop = sync.OnceFunc(func() {
		if err := r.client.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the line ended: %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// rows runs a query against the store.
func (r *running) rows(t *testing.T, q string, args ...any) []string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+worker.StorePath(r.cfg.Data)+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), q, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			q := append(append(append([]int{}, p[:at]...), n-1), p[at:]...)
			out = append(out, q)
		}
	}
	return out
}

func TestEveryOrderOfArrivalEndsAlike(t *testing.T) {
	version := func(revision int, more string) string {
		return fmt.Sprintf(`"versionCreated":"2025-11-20T0%d:00:00Z","headlines":[{"contentType":"text/plain","value":"Headline %d"}],`+
			`"bodies":[{"contentType":"text/plain","value":"Norland will send %d00 soldiers to Sudland, the ministry said."}],%s`, revision, revision, revision, more)
	}
	wire := func(revision int, change string) string {
		return fmt.Sprintf(`"wire":{"feed":"t","format":"ninjs3","revision":%d,"change":"%s","raw":{"topic":"wire.raw","partition":0,"offset":%d,"item":0,"sha256":"%064d"}}`, revision, change, revision, revision)
	}
	kill := func(revision int) string { return `"pubStatus":"canceled",` + wire(revision, "kill") }
	usable := func(revision int, change string) string {
		return version(revision, `"pubStatus":"usable",`) + wire(revision, change)
	}
	embargoed := func(revision int, until string) string {
		return version(revision, `"pubStatus":"usable","embargoedUntil":"`+until+`",`) + wire(revision, "update")
	}
	chains := []struct {
		name     string
		versions []string
		want     string // revision|status|headline
	}{
		{"corrected", []string{usable(1, "new"), usable(2, "update"), usable(3, "correction"), usable(4, "update")}, "4|usable|Headline 4"},
		{"killed in the middle", []string{usable(1, "new"), kill(2), usable(3, "update"), usable(4, "correction")}, "2|killed|"},
		{"released", []string{usable(1, "new"), kill(2), usable(3, "release"), usable(4, "update")}, "4|usable|Headline 4"},
		{"killed last", []string{usable(1, "new"), usable(2, "release"), embargoed(3, "2020-01-01T00:00:00Z"), kill(4)}, "4|killed|"},
		{"embargo ahead", []string{usable(1, "new"), usable(2, "update"), embargoed(3, "2099-01-01T00:00:00Z")}, "3|embargoed|"},
		{"embargo over", []string{embargoed(1, "2099-01-01T00:00:00Z"), embargoed(2, "2020-01-01T00:00:00Z")}, "2|usable|Headline 2"},
		{"embargo that ends while it runs", []string{usable(1, "new"), embargoed(2, time.Now().Add(3*time.Second).UTC().Format(time.RFC3339))}, "2|usable|Headline 2"},
		{"a test decides nothing", []string{usable(1, "new"), usable(2, "test")}, "1|usable|Headline 1"},
	}
	r := start(t, t.TempDir())
	var recs []pipeline.Record
	want := map[string]string{}
	for _, c := range chains {
		for i, p := range permutations(len(c.versions)) {
			uri := fmt.Sprintf("urn:t:%s:%d", strings.ReplaceAll(c.name, " ", "-"), i)
			want[uri] = c.want
			for _, v := range p {
				recs = append(recs, pipeline.Record{Topic: pipeline.TopicArticles, Key: []byte(uri), Value: []byte(`{"uri":"` + uri + `",` + c.versions[v] + `}`)})
			}
		}
	}
	// Broken articles among them, under the key of a good story.
	broken := []pipeline.Record{{Topic: pipeline.TopicArticles, Key: []byte("urn:t:corrected:0"), Value: []byte(`{"uri":`)},
		{Topic: pipeline.TopicArticles, Key: []byte("urn:t:corrected:0"), Value: []byte(`{"uri":7,"wire":[]}`)}, {Topic: pipeline.TopicEnriched, Value: []byte{0xff}}}
	recs = append(append(append([]pipeline.Record{}, recs[:2]...), broken...), recs[2:]...)
	if err := r.client.Produce(t.Context(), recs); err != nil {
		t.Fatal(err)
	}
	if err := r.client.Produce(t.Context(), recs[:len(recs)/3]); err != nil { // some come twice
		t.Fatal(err)
	}
	deadline := time.Now().Add(2 * time.Minute)
	for {
		wrong := ""
		got := map[string]string{}
		for _, row := range r.rows(t, `SELECT uri || '|' || revision || '|' || status || '|' || coalesce(headline, '') FROM v_stories WHERE status <> 'usable' OR engine_version IS NOT NULL`) {
			uri, state, _ := strings.Cut(row, "|")
			got[uri] = state
		}
		for uri, state := range want {
			if got[uri] != state {
				wrong = fmt.Sprintf("%s: got %q, want %q", uri, got[uri], state)
			}
		}
		if wrong == "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s\n%s", wrong, r.out)
		}
		time.Sleep(50 * time.Millisecond) // a poll of the store
	}
	for uri, state := range want {
		if strings.Contains(state, "usable") {
			continue
		}
		if n := r.rows(t, `SELECT count(*) FROM v_deployments WHERE uri = ?`, uri); n[0] != "0" {
			t.Errorf("%s is %s and has %s deployments", uri, state, n[0])
		}
	}
	letters := map[string]int{}
	for deadline := time.Now().Add(time.Minute); len(letters) < 3 && time.Now().Before(deadline); {
		clear(letters)
		err := r.client.DeadLetters(t.Context(), func(d *pipeline.DeadLetter) error {
			letters[d.Group+" "+d.Origin.Topic]++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"enrich " + pipeline.TopicArticles, "sink " + pipeline.TopicArticles, "sink " + pipeline.TopicEnriched} {
		if letters[want] == 0 {
			t.Errorf("no dead letter of %s: %v", want, letters)
		}
	}
}
