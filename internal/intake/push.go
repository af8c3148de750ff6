package intake

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/rs/zerolog"
)

// PushConfig is what a Push needs. All fields are required.
type PushConfig struct {
	Listen    string // host:port
	Token     string // every request bears it
	MaxBytes  int64
	ValidFeed func(string) bool
	Ledger    *Ledger
	Capture   Capture
	Log       zerolog.Logger
	Now       func() time.Time
}

// Push takes deliveries by HTTP: POST /feeds/{feed} with the bytes as the
// body and the token as "Authorization: Bearer". It answers 202 once the bytes
// are safe, 200 when it has them already; 401 without the token, 404 for what
// cannot be a feed, 413 for what is too large, 400 for a body that is cut off,
// 503 when the bytes cannot be made safe now. The query's name is the
// delivery's, else the bytes' hash is.
type Push struct {
	cfg  PushConfig
	ln   net.Listener
	srv  *http.Server
	Addr string
}

// ListenPush binds the address.
func ListenPush(ctx context.Context, cfg PushConfig) (*Push, error) {
	if cfg.Token == "" {
		return nil, errors.New("push: no token is set; anybody could send")
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for pushes: %w", err)
	}
	p := &Push{cfg: cfg, ln: ln, Addr: ln.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /feeds/{feed}", p.take)
	p.srv = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 6 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	return p, nil
}

// Run answers until ctx ends, then lets what is under way finish for ten seconds.
func (p *Push) Run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- p.srv.Serve(p.ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("take pushes: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := p.srv.Shutdown(grace); err != nil {
		_ = p.srv.Close() // the grace is over; who was cut off sends again
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("take pushes: %w", err)
	}
	return nil
}

// inMemory is the size up to which a body is held in memory on its way.
const inMemory = 1 << 20

func (p *Push) take(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || subtle.ConstantTimeCompare([]byte(token), []byte(p.cfg.Token)) != 1 {
		w.Header().Set("WWW-Authenticate", "Bearer")
		p.refuse(w, r, http.StatusUnauthorized, errors.New("the token is missing or wrong"))
		return
	}
	feed := r.PathValue("feed")
	if !p.cfg.ValidFeed(feed) {
		p.refuse(w, r, http.StatusNotFound, fmt.Errorf("%.40q cannot be a feed's name", feed))
		return
	}
	if r.ContentLength > p.cfg.MaxBytes {
		p.refuse(w, r, http.StatusRequestEntityTooLarge, fmt.Errorf("%d bytes are more than %d", r.ContentLength, p.cfg.MaxBytes))
		return
	}
	d := &Delivery{Feed: feed, Received: p.cfg.Now().UTC()}
	release, err := spool(d, http.MaxBytesReader(w, r.Body, p.cfg.MaxBytes))
	defer release()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		p.refuse(w, r, http.StatusRequestEntityTooLarge, fmt.Errorf("more than %d bytes", large.Limit))
		return
	case err != nil:
		p.refuse(w, r, http.StatusBadRequest, fmt.Errorf("the body is cut off: %w", err))
		return
	}
	d.Name = r.URL.Query().Get("name")
	if d.Name == "" || len(d.Name) > 500 {
		d.Name = "push-" + d.SHA256[:16]
	}
	captured, err := p.cfg.Ledger.Begin(r.Context(), d)
	if err == nil && !captured {
		if err = p.cfg.Capture(r.Context(), d); err == nil {
			err = p.cfg.Ledger.Done(context.WithoutCancel(r.Context()), d)
		}
	}
	if err != nil {
		w.Header().Set("Retry-After", "5")
		p.refuse(w, r, http.StatusServiceUnavailable, err)
		return
	}
	code := http.StatusAccepted
	if captured {
		code = http.StatusOK
	}
	answer(w, code, map[string]any{"feed": feed, "name": d.Name, "sha256": d.SHA256, "bytes": d.Size, "known": captured})
}

func (p *Push) refuse(w http.ResponseWriter, r *http.Request, code int, err error) {
	p.cfg.Log.Warn().Str("event", "push-refused").Str("path", r.URL.Path).Str("from", r.RemoteAddr).Int("status", code).Err(err).Msg("push refused")
	answer(w, code, map[string]any{"error": err.Error()})
}

func answer(w http.ResponseWriter, code int, v map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.MarshalWrite(w, v, json.Deterministic(true)) // who went away sends again
}

// spool reads a body whole, to memory or to a file, and fills in the
// delivery's size, hash and data. release lets go of it, also after an error.
func spool(d *Delivery, body io.Reader) (release func(), err error) {
	release = func() {}
	sum := sha256.New()
	body = io.TeeReader(body, sum)
	head, err := io.ReadAll(io.LimitReader(body, inMemory+1))
	if err != nil {
		return release, err
	}
	d.Size, d.Data = int64(len(head)), strings.NewReader(string(head))
	if len(head) > inMemory {
		file, err := os.CreateTemp("", "dateline-push-")
		if err != nil {
			return release, err
		}
		release = func() {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
		if _, err := file.Write(head); err != nil {
			return release, err
		}
		n, err := io.Copy(file, body)
		if err != nil {
			return release, err
		}
		d.Size, d.Data = d.Size+n, file
	}
	d.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return release, nil
}
