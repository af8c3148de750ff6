package intake

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func TestPollTakesEachItemOnce(t *testing.T) {
	ledger, err := OpenLedger(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	b := &bench{ledger: ledger, got: make(chan taken, 20)}
	var answer atomic.Pointer[func(http.ResponseWriter, *http.Request)]
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*answer.Load())(w, r) }))
	defer srv.Close()
	serve := func(f func(http.ResponseWriter, *http.Request)) { answer.Store(&f) }
	rss := func(etag string, items ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			if etag != "" && r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", etag)
			fmt.Fprintf(w, `<rss version="2.0"><channel><title>T</title><lastBuildDate>%s</lastBuildDate>`, etag)
			for _, i := range items {
				fmt.Fprintf(w, "<item><guid>%s</guid><title>%s</title></item>", i, i)
			}
			fmt.Fprint(w, "</channel></rss>")
		}
	}
	p := NewPoller(PollConfig{Client: srv.Client(), MaxBytes: 10_000, Ledger: ledger, Capture: b.capture, Log: zerolog.Nop(), Now: time.Now})
	s := Source{Feed: "f", URL: srv.URL}
	steps := []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request)
		taken  int
		fault  string
	}{
		{"two items", rss("1", "a", "b"), 2, ""},
		{"not modified", rss("1", "a", "b", "x"), 0, ""},
		{"one more, at the end", rss("2", "a", "b", "late"), 1, ""},
		{"the server fails", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 0, "500"},
		{"too large", rss("3", strings.Repeat("x", 20_000)), 0, "more than 10000 bytes"},
		{"empty", func(http.ResponseWriter, *http.Request) {}, 0, "empty"},
		{"garbage is a delivery for the parser to judge", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x00garbage") }, 1, ""},
		{"back", rss("4", "a", "new"), 1, ""},
	}
	for _, st := range steps {
		serve(st.answer)
		n, err := p.Once(t.Context(), s)
		if n != st.taken || (st.fault == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), st.fault) {
			t.Errorf("%s: took %d, err %v; want %d, %q", st.name, n, err, st.taken, st.fault)
		}
	}
	if len(b.got) != 5 {
		t.Errorf("%d deliveries, want 5", len(b.got))
	}
}
