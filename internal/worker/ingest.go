package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/intake"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/all"
)

// Ingest watches the folders, captures what arrives on wire.raw, and parses
// it from there, until ctx ends. The ledger is the caller's.
func Ingest(ctx context.Context, env *Env, ledger *intake.Ledger) error {
	p, err := newParser(env)
	if err != nil {
		return err
	}
	captured := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dateline_captured_total", Help: "Deliveries captured on wire.raw."}, []string{"feed"})
	last := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "dateline_feed_last_seconds", Help: "Unix time of the last delivery of a feed."}, []string{"feed"})
	for _, c := range []prometheus.Collector{captured, last} {
		if err := env.Registry.Register(c); err != nil {
			return fmt.Errorf("ingest: %w", err)
		}
	}
	var places []intake.Place
	for _, f := range env.Config.Feeds {
		places = append(places, intake.Place{Feed: f.Name, Dir: filepath.Clean(env.Config.FeedFolder(f)), After: f.After})
	}
	folders, err := intake.NewFolders(intake.FolderConfig{
		Inbox: filepath.Clean(env.Config.Inbox()), Configured: places, ValidFeed: config.ValidFeed,
		Stable: env.Config.Ingest.Stable, Rescan: env.Config.Ingest.Rescan, MaxBytes: env.Config.Ingest.MaxBytes,
		Ledger: ledger, Log: env.Log, Now: env.Now,
		Capture: func(ctx context.Context, d *intake.Delivery) error {
			if err := capture(ctx, env.Client, d); err != nil {
				return err
			}
			captured.WithLabelValues(d.Feed).Inc()
			last.WithLabelValues(d.Feed).Set(float64(d.Received.Unix()))
			env.Log.Info().Str("event", "captured").Str("feed", d.Feed).Str("name", d.Name).Int64("bytes", d.Size).Msg("captured")
			return nil
		},
	})
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return folders.Run(ctx) })
	g.Go(func() error {
		return env.Client.Run(ctx, pipeline.Stage{
			Group: pipeline.GroupParse, Topics: []string{pipeline.TopicRaw}, Assemble: true,
			Concurrency: 8, Handle: p.handle, Joined: env.joined(pipeline.GroupParse),
		})
	})
	return g.Wait()
}

// partsAtOnce bounds how much of a large delivery is in memory at one time.
const partsAtOnce = 8

// capture writes a delivery to wire.raw, in parts if it is large, and returns
// once it is safe there.
func capture(ctx context.Context, client *pipeline.Client, d *intake.Delivery) error {
	whole := pipeline.Record{
		Topic: pipeline.TopicRaw, Key: []byte(d.Feed + "/" + d.SHA256),
		Headers: []pipeline.Header{header("feed", d.Feed), header("name", d.Name),
			header("received", d.Received.UTC().Format(time.RFC3339Nano)), header("sha256", d.SHA256)},
	}
	parts := max((d.Size+pipeline.PartBytes-1)/pipeline.PartBytes, 1)
	var batch []pipeline.Record
	for i := range parts {
		rec := whole
		rec.Value = make([]byte, min(d.Size-i*pipeline.PartBytes, pipeline.PartBytes))
		if n, err := d.Data.ReadAt(rec.Value, i*pipeline.PartBytes); n < len(rec.Value) {
			return fmt.Errorf("read: %w", err)
		}
		if parts > 1 {
			rec.Headers = append(slices.Clone(whole.Headers), header(pipeline.HeaderPart, strconv.FormatInt(i+1, 10)),
				header(pipeline.HeaderParts, strconv.FormatInt(parts, 10)))
		}
		if batch = append(batch, rec); len(batch) == partsAtOnce || i == parts-1 {
			if err := client.Produce(ctx, batch); err != nil {
				return err
			}
			batch = nil
		}
	}
	return nil
}

// parser turns raw records into articles.
type parser struct {
	env     *Env
	items   *prometheus.CounterVec
	formats map[string]feedSettings
}

type feedSettings struct {
	format, charset string
	zone            *time.Location
}

func newParser(env *Env) (*parser, error) {
	p := &parser{env: env, formats: map[string]feedSettings{},
		items: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dateline_items_total", Help: "Items of deliveries by what became of them."}, []string{"feed", "format", "outcome"})}
	if err := env.Registry.Register(p.items); err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	for _, f := range env.Config.Feeds {
		s := feedSettings{format: f.Format, charset: f.Charset}
		if f.Zone != "" {
			zone, err := time.LoadLocation(f.Zone)
			if err != nil {
				return nil, fmt.Errorf("feed %s: %w", f.Name, err)
			}
			s.zone = zone
		}
		p.formats[f.Name] = s
	}
	return p, nil
}

// flushAt bounds the articles of one transmission that are held in memory.
const flushAt = 4 << 20

// handle parses one raw record. Articles of a transmission with very many
// items are written on the way, so that memory stays bounded; repeating that
// after a crash does no harm, since the same bytes give the same articles.
func (p *parser) handle(ctx context.Context, rec *pipeline.Record) ([]pipeline.Record, error) {
	t, err := p.transmission(rec)
	if err != nil {
		return nil, pipeline.Permanent(pipeline.Invalid, err)
	}
	trace := traceparent(rec)
	var out []pipeline.Record
	held := 0
	var faults []error
	class := pipeline.Undecodable
	err = all.Parse(ctx, t, func(r wire.Result) error {
		switch {
		case r.Article != nil:
			p.items.WithLabelValues(t.Feed, r.Format, "article").Inc()
			value, err := model.Encode(r.Article)
			if err != nil {
				faults = append(faults, fmt.Errorf("item %d: %w", r.Item, err))
				return nil
			}
			held += len(value)
			out = append(out, pipeline.Record{Topic: pipeline.TopicArticles, Key: []byte(r.Article.URI), Value: value,
				Headers: eventHeaders(r.Article, typeArticle, "", trace)})
			if held >= flushAt {
				if err := p.env.Client.Produce(ctx, out); err != nil {
					return err
				}
				out, held = nil, 0
			}
		case r.Class == wire.Skipped:
			p.items.WithLabelValues(t.Feed, r.Format, "skipped").Inc()
			p.env.Log.Info().Str("event", "skipped").Str("feed", t.Feed).Str("name", t.Name).Int("item", r.Item).AnErr("reason", r.Err).Msg("passed over")
		default:
			p.items.WithLabelValues(t.Feed, r.Format, string(r.Class)).Inc()
			if r.Class == wire.Invalid {
				class = pipeline.Invalid
			}
			faults = append(faults, fmt.Errorf("item %d (%s): %w", r.Item, r.Format, r.Err))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(faults) == 0 {
		return out, nil
	}
	reason := fmt.Errorf("%s/%s: %w", t.Feed, t.Name, errors.Join(faults...))
	if len(out) > 0 { // the good items of the message go on
		if err := p.env.Client.Produce(ctx, out); err != nil {
			return nil, err
		}
	}
	return nil, pipeline.Permanent(class, reason)
}

// transmission reads what the headers tell of a raw record; a record that
// another program wrote may lack them, then its key and its place serve.
func (p *parser) transmission(rec *pipeline.Record) (*wire.Transmission, error) {
	feed, sha := rec.Header("feed"), rec.Header("sha256")
	keyFeed, keySHA, _ := strings.Cut(string(rec.Key), "/")
	if feed == "" {
		feed = keyFeed
	}
	if sha == "" {
		sha = keySHA
	}
	if !config.ValidFeed(feed) {
		return nil, fmt.Errorf("header feed: %.40q cannot be a feed's name", feed)
	}
	if sha == "" {
		sum := sha256.New()
		if _, err := io.Copy(sum, rec.Open()); err != nil {
			return nil, fmt.Errorf("read the record: %w", err)
		}
		sha = hex.EncodeToString(sum.Sum(nil))
	}
	received := rec.Time
	if h := rec.Header("received"); h != "" {
		t, err := time.Parse(time.RFC3339Nano, h)
		if err != nil {
			return nil, fmt.Errorf("header received: %.40q is no RFC 3339 time", h)
		}
		received = t
	}
	s := p.formats[feed]
	return &wire.Transmission{
		Feed: feed, Name: rec.Header("name"), Received: received.UTC(), SHA256: sha,
		Raw:    model.RawRef{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, SHA256: sha},
		Source: rec.Open(), Size: rec.Size(), Format: s.format, Charset: s.charset, Location: s.zone,
	}, nil
}
