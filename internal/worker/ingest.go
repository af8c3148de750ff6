package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	p, err := NewParser(env.Config)
	if err != nil {
		return err
	}
	handle, err := parseStage(env, p)
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
	var polled []intake.Source
	for _, f := range env.Config.Feeds {
		if f.URL != "" {
			every := f.Every
			if every == 0 {
				every = time.Minute
			}
			polled = append(polled, intake.Source{Feed: f.Name, URL: f.URL, Charset: f.Charset, Every: every})
			continue
		}
		places = append(places, intake.Place{Feed: f.Name, Dir: filepath.Clean(env.Config.FeedFolder(f)), After: f.After})
	}
	take := func(ctx context.Context, d *intake.Delivery) error {
		if err := capture(ctx, env.Client, d); err != nil {
			return err
		}
		captured.WithLabelValues(d.Feed).Inc()
		last.WithLabelValues(d.Feed).Set(float64(d.Received.Unix()))
		env.Log.Info().Str("event", "captured").Str("feed", d.Feed).Str("name", d.Name).Int64("bytes", d.Size).Msg("captured")
		return nil
	}
	folders, err := intake.NewFolders(intake.FolderConfig{
		Inbox: filepath.Clean(env.Config.Inbox()), Configured: places, ValidFeed: config.ValidFeed,
		Stable: env.Config.Ingest.Stable, Rescan: env.Config.Ingest.Rescan, MaxBytes: env.Config.Ingest.MaxBytes,
		Ledger: ledger, Log: env.Log, Now: env.Now, Capture: take,
	})
	if err != nil {
		return err
	}
	var push *intake.Push
	if c := env.Config.Ingest.Push; c.Listen != "" {
		push, err = intake.ListenPush(ctx, intake.PushConfig{Listen: c.Listen, Token: c.Token.Reveal(), MaxBytes: c.MaxBytes, ValidFeed: config.ValidFeed,
			Ledger: ledger, Capture: take, Log: env.Log, Now: env.Now})
		if err != nil {
			return err
		}
		env.Log.Info().Str("event", "push").Str("listen", push.Addr).Msg("pushes are taken")
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return folders.Run(ctx) })
	if len(polled) > 0 {
		poller := intake.NewPoller(intake.PollConfig{Sources: polled, Client: &http.Client{}, MaxBytes: env.Config.Ingest.MaxBytes,
			Ledger: ledger, Capture: take, Log: env.Log, Now: env.Now})
		g.Go(func() error { return poller.Run(ctx) })
	}
	if push != nil {
		g.Go(func() error { return push.Run(ctx) })
	}
	g.Go(func() error {
		return env.Client.Run(ctx, pipeline.Stage{
			Group: pipeline.GroupParse, Topics: []string{pipeline.TopicRaw}, Assemble: true,
			Concurrency: 8, Handle: handle, Joined: env.joined(pipeline.GroupParse),
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

// Parser turns raw records into articles, with what the configuration fixes
// for each feed. It is safe for concurrent use.
type Parser struct{ feeds map[string]feedSettings }

type feedSettings struct {
	format, charset string
	zone            *time.Location
}

// NewParser makes a parser of the feeds' settings.
func NewParser(cfg *config.Config) (*Parser, error) {
	p := &Parser{feeds: map[string]feedSettings{}}
	for _, f := range cfg.Feeds {
		s := feedSettings{format: f.Format, charset: f.Charset}
		if f.Zone != "" {
			zone, err := time.LoadLocation(f.Zone)
			if err != nil {
				return nil, fmt.Errorf("feed %s: %w", f.Name, err)
			}
			s.zone = zone
		}
		p.feeds[f.Name] = s
	}
	return p, nil
}

// Parsed is what became of one item of a raw record.
type Parsed struct {
	wire.Result
	Record pipeline.Record // of wire.articles, when there is an article
}

// Parse reads a raw record whose bytes are in src and calls yield for every
// item. An error of class Invalid says that the record itself cannot be
// placed; other errors are those of reading and of yield.
func (p *Parser) Parse(ctx context.Context, rec *pipeline.Record, src io.ReaderAt, size int64, yield func(*wire.Transmission, Parsed) error) error {
	t, err := p.transmission(rec, src, size)
	if err != nil {
		return pipeline.Permanent(pipeline.Invalid, err)
	}
	trace := traceparent(rec)
	return all.Parse(ctx, t, func(r wire.Result) error {
		out := Parsed{Result: r}
		if r.Article != nil {
			value, err := model.Encode(r.Article)
			if err != nil {
				out.Article, out.Class, out.Err = nil, wire.Invalid, err
			} else {
				out.Record = pipeline.Record{Topic: pipeline.TopicArticles, Key: []byte(r.Article.URI), Value: value,
					Headers: eventHeaders(r.Article, typeArticle, "", trace)}
			}
		}
		return yield(t, out)
	})
}

// transmission reads what the headers tell of a raw record; a record that
// another program wrote may lack them, then its key and its place serve.
func (p *Parser) transmission(rec *pipeline.Record, src io.ReaderAt, size int64) (*wire.Transmission, error) {
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
		if _, err := io.Copy(sum, io.NewSectionReader(src, 0, size)); err != nil {
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
	s := p.feeds[feed]
	return &wire.Transmission{
		Feed: feed, Name: rec.Header("name"), Received: received.UTC(), SHA256: sha,
		Raw:    model.RawRef{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, SHA256: sha},
		Source: src, Size: size, Format: s.format, Charset: s.charset, Location: s.zone,
	}, nil
}

// flushAt bounds the articles of one transmission that are held in memory.
const flushAt = 4 << 20

// parseStage makes the handler of the group parse. Articles of a transmission
// with very many items are written on the way, so that memory stays bounded;
// repeating that after a crash does no harm, since the same bytes give the
// same articles.
func parseStage(env *Env, p *Parser) (func(context.Context, *pipeline.Record) ([]pipeline.Record, error), error) {
	items := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dateline_items_total", Help: "Items of deliveries by what became of them."},
		[]string{"feed", "format", "outcome"})
	if err := env.Registry.Register(items); err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	return func(ctx context.Context, rec *pipeline.Record) ([]pipeline.Record, error) {
		var out []pipeline.Record
		var faults []error
		held := 0
		name := ""
		class := pipeline.Undecodable
		err := p.Parse(ctx, rec, rec.Open(), rec.Size(), func(t *wire.Transmission, r Parsed) error {
			name = t.Feed + "/" + t.Name
			outcome := string(r.Class)
			switch {
			case r.Article != nil:
				outcome = "article"
				out = append(out, r.Record)
				held += len(r.Record.Value)
			case r.Class == wire.Skipped:
				env.Log.Info().Str("event", "skipped").Str("feed", t.Feed).Str("name", t.Name).Int("item", r.Item).AnErr("reason", r.Err).Msg("passed over")
			default:
				if r.Class == wire.Invalid {
					class = pipeline.Invalid
				}
				faults = append(faults, fmt.Errorf("item %d (%s): %w", r.Item, r.Format, r.Err))
			}
			items.WithLabelValues(t.Feed, r.Format, outcome).Inc()
			if held < flushAt {
				return nil
			}
			flush := out
			out, held = nil, 0
			return env.Client.Produce(ctx, flush)
		})
		if err != nil || len(faults) == 0 {
			return out, err
		}
		if len(out) > 0 { // the good items of the message go on
			if err := env.Client.Produce(ctx, out); err != nil {
				return nil, err
			}
		}
		return nil, pipeline.Permanent(class, fmt.Errorf("%s: %w", name, errors.Join(faults...)))
	}, nil
}
