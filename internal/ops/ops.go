// Package ops serves what operators ask of a process: /healthz (it runs),
// /readyz (it can do its work, and if not, why), /metrics (Prometheus).
package ops

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Readiness gathers what still keeps a process from its work. The zero value
// is ready. It is safe for use by several goroutines.
type Readiness struct {
	mu      sync.Mutex
	reasons map[string]string
	changed chan struct{} // closed and renewed when a reason goes
}

// Not says that part cannot do its work, and why.
func (r *Readiness) Not(part, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reasons == nil {
		r.reasons = map[string]string{}
	}
	r.reasons[part] = why
}

// Ready takes back what was said of part.
func (r *Readiness) Ready(part string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.reasons, part)
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// Wait returns when nothing is in the way any more, or with ctx's error.
func (r *Readiness) Wait(ctx context.Context) error {
	for {
		r.mu.Lock()
		if len(r.reasons) == 0 {
			r.mu.Unlock()
			return nil
		}
		if r.changed == nil {
			r.changed = make(chan struct{})
		}
		changed := r.changed
		r.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Reasons lists what is in the way as "part: why", sorted; none means ready.
func (r *Readiness) Reasons() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]string, 0, len(r.reasons))
	for part, why := range r.reasons {
		out = append(out, part+": "+why)
	}
	slices.Sort(out)
	return out
}

// NewRegistry makes a registry that has the process's and the runtime's own metrics.
func NewRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Server answers on one address until its context ends.
type Server struct {
	Addr string
	srv  *http.Server
	ln   net.Listener
}

// Listen binds addr, a host:port whose port may be 0.
func Listen(ctx context.Context, addr string, ready *Readiness, reg *prometheus.Registry) (*Server, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for health and metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, "ok", nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if reasons := ready.Reasons(); len(reasons) > 0 {
			reply(w, http.StatusServiceUnavailable, "not ready", reasons)
			return
		}
		reply(w, http.StatusOK, "ready", nil)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	return &Server{
		Addr: ln.Addr().String(), ln: ln,
		srv: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10},
	}, nil
}

func reply(w http.ResponseWriter, code int, status string, reasons []string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.MarshalWrite(w, struct {
		Status  string   `json:"status"`
		Reasons []string `json:"reasons,omitempty"`
	}{status, reasons}) // a client that went away hears nothing
}

// Serve answers until ctx ends, then lets what is under way finish for a second.
func (s *Server) Serve(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.srv.Serve(s.ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve health and metrics: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := s.srv.Shutdown(grace); err != nil {
		_ = s.srv.Close() // the grace is over
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve health and metrics: %w", err)
	}
	return nil
}
