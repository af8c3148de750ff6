package intake

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func TestPush(t *testing.T) {
	ledger, err := OpenLedger(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	b := &bench{ledger: ledger, got: make(chan taken, 10)}
	ctx, cancel := context.WithCancel(t.Context())
	p, err := ListenPush(ctx, PushConfig{Listen: "127.0.0.1:0", Token: "secret", MaxBytes: 3 << 20, ValidFeed: regexp.MustCompile(`^[a-z]+$`).MatchString,
		Ledger: ledger, Capture: b.capture, Log: zerolog.Nop(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	send := func(path, token, body string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.Addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode
	}
	large := strings.Repeat("x", 2<<20)
	tests := []struct {
		name, path, token, body string
		want                    int
		takes                   bool
	}{
		{"taken", "/feeds/desk?name=a.xml", "secret", "hello", 202, true},
		{"known", "/feeds/desk?name=a.xml", "secret", "hello", 200, false},
		{"by way of a file", "/feeds/desk", "secret", large, 202, true},
		{"no token", "/feeds/desk", "", "x", 401, false},
		{"wrong token", "/feeds/desk", "secre", "x", 401, false},
		{"no feed's name", "/feeds/UPPER", "secret", "x", 404, false},
		{"too large", "/feeds/desk", "secret", large + large, 413, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := send(tt.path, tt.token, tt.body); got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
			if len(b.got) > 0 != tt.takes {
				t.Fatalf("taken %v, want %v", len(b.got) > 0, tt.takes)
			}
			if tt.takes {
				if got := <-b.got; got.feed != "desk" || got.text != tt.body {
					t.Errorf("took %.80v", got)
				}
			}
		})
	}
	t.Run("a capture that fails is the sender's to repeat", func(t *testing.T) {
		b.mu.Lock()
		b.fail = errors.New("broker is away")
		b.mu.Unlock()
		if got := send("/feeds/desk", "secret", "again"); got != 503 {
			t.Errorf("status %d", got)
		}
		if got := send("/feeds/desk", "secret", "again"); got != 202 {
			t.Errorf("status %d the second time", got)
		}
		<-b.got
	})
	t.Run("cut off in the middle", func(t *testing.T) {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", p.Addr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, "POST /feeds/desk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nContent-Length: 100\r\n\r\nhalf"); err != nil {
			t.Fatal(err)
		}
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
			t.Errorf("answer %q, %v", answer, err)
		}
		if len(b.got) > 0 {
			t.Errorf("took %v", <-b.got)
		}
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPushWantsAToken(t *testing.T) {
	if _, err := ListenPush(t.Context(), PushConfig{Listen: "127.0.0.1:0"}); err == nil {
		t.Error("a push without a token was opened")
	}
}
