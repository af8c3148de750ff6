package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/syndication"
)

// Source is a feed that is fetched: RSS, Atom, JSON Feed, a list of ninjs
// items, or one document of any format.
type Source struct {
	Feed, URL, Charset string
	Every              time.Duration
}

// PollConfig is what a Poller needs. All fields are required.
type PollConfig struct {
	Sources  []Source
	Client   *http.Client
	MaxBytes int64
	Ledger   *Ledger
	Capture  Capture
	Log      zerolog.Logger
	Now      func() time.Time
}

// Poller fetches feeds. Each item is a delivery of its own, known by its
// bytes: an item that comes late, or below others, is taken like any other,
// and one that is there at every fetch is taken once. The server's ETag and
// date are kept with the ledger and move only after all items are safe.
type Poller struct{ cfg PollConfig }

// NewPoller makes a poller.
func NewPoller(cfg PollConfig) *Poller { return &Poller{cfg} }

// Run fetches until ctx ends. A feed that fails is told once, tried again with
// growing pauses up to ten times its interval, and does not touch the others.
func (p *Poller) Run(ctx context.Context) error {
	done := make(chan struct{})
	for _, s := range p.cfg.Sources {
		go func() {
			p.follow(ctx, s)
			done <- struct{}{}
		}()
	}
	for range p.cfg.Sources {
		<-done
	}
	return nil
}

func (p *Poller) follow(ctx context.Context, s Source) {
	failures := 0
	for {
		wait := s.Every
		switch _, err := p.Once(ctx, s); {
		case ctx.Err() != nil:
			return
		case err != nil:
			if failures++; failures == 1 {
				p.cfg.Log.Error().Str("event", "feed-failed").Str("feed", s.Feed).Str("url", s.URL).Err(err).Msg("the feed cannot be fetched, tried again")
			}
			wait = min(s.Every*time.Duration(1<<min(failures, 4)), 10*s.Every)
		case failures > 0:
			p.cfg.Log.Info().Str("event", "feed-back").Str("feed", s.Feed).Int("failures", failures).Msg("the feed is back")
			failures = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// Once fetches a feed one time and returns how many new items were captured.
func (p *Poller) Once(ctx context.Context, s Source) (taken int, err error) {
	c, err := p.cfg.Ledger.cursor(ctx, s)
	if err != nil {
		return 0, err
	}
	body, next, err := Fetch(ctx, p.cfg.Client, s.URL, c, p.cfg.MaxBytes)
	if err != nil || body == nil {
		return 0, err
	}
	parts, err := Items(s, body)
	if err != nil {
		return 0, err
	}
	received := p.cfg.Now().UTC()
	for _, part := range parts {
		sum := sha256.Sum256(part)
		sha := hex.EncodeToString(sum[:])
		d := &Delivery{Feed: s.Feed, Name: s.URL + "#" + sha[:16], Received: received, Size: int64(len(part)), SHA256: sha, Data: bytes.NewReader(part)}
		captured, err := p.cfg.Ledger.Begin(ctx, d)
		if err != nil {
			return taken, err
		}
		if captured {
			continue
		}
		if err := p.cfg.Capture(ctx, d); err != nil {
			return taken, fmt.Errorf("capture: %w", err)
		}
		if err := p.cfg.Ledger.Done(context.WithoutCancel(ctx), d); err != nil {
			return taken, err
		}
		taken++
	}
	return taken, p.cfg.Ledger.setCursor(ctx, s, next)
}

// Items takes a fetched document apart into deliveries; one that is no feed of
// items is a delivery by itself.
func Items(s Source, body []byte) ([][]byte, error) {
	t := wire.NewTransmission(s.Feed, s.URL, time.Time{}, "", body)
	t.Charset = s.Charset
	parts, err := syndication.Split(t)
	if err != nil || len(parts) == 0 {
		return [][]byte{body}, nil //nolint:nilerr // whoever parses it tells what it is, or that it is nothing
	}
	return parts, nil
}

// Cursor is what a server said of the version it gave last.
type Cursor struct{ ETag, Modified string }

// Fetch gets a document unless it is the one that the cursor tells of; then
// body is nil. It reads at most limit bytes.
func Fetch(ctx context.Context, client *http.Client, url string, c Cursor, limit int64) (body []byte, next Cursor, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, c, err
	}
	req.Header.Set("User-Agent", "dateline")
	req.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/json, application/xml;q=0.9, */*;q=0.5")
	if c.ETag != "" {
		req.Header.Set("If-None-Match", c.ETag)
	}
	if c.Modified != "" {
		req.Header.Set("If-Modified-Since", c.Modified)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, c, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotModified:
		return nil, c, nil
	case res.StatusCode != http.StatusOK:
		return nil, c, fmt.Errorf("the server answers %s", res.Status)
	}
	body, err = io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, c, fmt.Errorf("read: %w", err)
	}
	if int64(len(body)) > limit {
		return nil, c, fmt.Errorf("more than %d bytes", limit)
	}
	if len(body) == 0 {
		return nil, c, errors.New("the answer is empty")
	}
	return body, Cursor{res.Header.Get("ETag"), res.Header.Get("Last-Modified")}, nil
}
