package ops

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestServer(t *testing.T) {
	var ready Readiness
	ready.Not("group enrich", "not joined yet")
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Listen(ctx, "127.0.0.1:0", &ready, NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	get := func(path string) (int, string) {
		t.Helper()
		res, err := http.Get("http://" + s.Addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	if code, body := get("/readyz"); code != 503 || !strings.Contains(body, "group enrich: not joined yet") {
		t.Errorf("before: %d %s", code, body)
	}
	ready.Ready("group enrich")
	if code, _ := get("/readyz"); code != 200 {
		t.Errorf("after: %d", code)
	}
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("healthz: %d", code)
	}
	if _, body := get("/metrics"); !strings.Contains(body, "go_goroutines") {
		t.Errorf("metrics: %.200s", body)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
