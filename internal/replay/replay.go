// Package replay takes history through the engine again: it reads a range of
// wire.articles (or of wire.raw, parsed again), enriches in this process and
// writes to wire.enriched with the header "replay". It touches no group's
// offsets but its own progress file, gives way to the live line, goes on after
// a crash where it was, and says which tags the newer engine added, lost and
// altered.
package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// Selection says what is taken through the engine again. Zero members select all.
type Selection struct {
	// From and To bound the time of arrival: From <= t < To.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// PublishedFrom and PublishedTo bound versionCreated in the same way.
	PublishedFrom time.Time `json:"publishedFrom,omitzero"`
	PublishedTo   time.Time `json:"publishedTo,omitzero"`
	Feed          string    `json:"feed,omitzero"`
	URI           string    `json:"uri,omitzero"`
	// Offsets narrows partitions: "3:100-200" is the offsets 100 to 199 of partition 3.
	Offsets []string `json:"offsets,omitzero"`
	// FromRaw parses again what is on wire.raw.
	FromRaw bool `json:"fromRaw,omitzero"`
}

// ID is the selection's name: the same for the same selection.
func (s Selection) ID() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // times and strings always encode
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:4])
}

// Topic is the topic that is read.
func (s Selection) Topic() string {
	if s.FromRaw {
		return pipeline.TopicRaw
	}
	return pipeline.TopicArticles
}

// Group names the replay among the consumers.
func (s Selection) Group() string { return "replay." + s.ID() }

// Config is what a replay needs; Store may be nil, then tags are not compared.
type Config struct {
	Client    *pipeline.Client
	Engine    *enrich.Engine
	Parser    *worker.Parser // for Selection.FromRaw
	Store     store.Store
	Selection Selection
	// Dir is where progress is kept.
	Dir string
	// Rate bounds the articles a second; 0 does not. It is read again every
	// second from the file <id>.rate in Dir, so that it can be changed.
	Rate     float64
	Log      zerolog.Logger
	Now      func() time.Time
	Progress func(Progress)
}

// Progress is how far a replay is.
type Progress struct {
	Read, Total int64 // records of the topic
	Written     int64
	Rate        float64       // records read a second since the start
	Left        time.Duration // at that rate
	Waiting     string        // why it waits, empty when it does not
}

// Summary is what a replay did, or would do.
type Summary struct {
	Replay    string   `json:"replay"`
	DryRun    bool     `json:"dryRun,omitzero"`
	Engine    string   `json:"engine"`
	Records   int64    `json:"records"`  // read from the topic
	Selected  int64    `json:"selected"` // that the selection means
	Written   int64    `json:"written"`
	Unchanged int64    `json:"unchanged,omitzero"` // articles that parse as before (from raw)
	Failed    int64    `json:"failed"`
	Gone      []string `json:"gone,omitempty"` // pieces of the range that are older than the log
	Compared  int64    `json:"compared"`       // with what the store had
	Tags      Tags     `json:"tags"`
	Seconds   float64  `json:"seconds"`
	// Estimate is the seconds that a dry run expects of the real one.
	Estimate float64 `json:"estimateSeconds,omitzero"`
}

// state is a replay's progress file.
type state struct {
	Selection Selection     `json:"selection"`
	Next      map[int]int64 `json:"next"` // offset a partition goes on at
	Summary   Summary       `json:"summary"`
	Done      bool          `json:"done,omitzero"`
}

const (
	chunk     = 256             // records between two writes of the progress file
	liveLag   = 1.0             // seconds of live lag beyond which a replay waits
	lookEvery = 1 * time.Second // at the live lag and the rate
)

type run struct {
	cfg     Config
	path    string
	state   state
	limit   *rate.Limiter
	begun   time.Time
	looked  time.Time
	total   int64
	read    int64
	known   map[string][32]byte // from raw: articles there are, by place
	partial *partials
}

// Run replays until all is on the topic, or ctx ends (then it returns ctx's
// error, and the same selection goes on from there later).
func Run(ctx context.Context, cfg Config) (Summary, error) {
	r := &run{cfg: cfg, begun: cfg.Now()}
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil {
		return Summary{}, fmt.Errorf("replay: %w", err)
	}
	id := cfg.Selection.ID()
	r.path = filepath.Join(cfg.Dir, id+".json")
	r.state = state{Selection: cfg.Selection, Next: map[int]int64{}, Summary: Summary{Replay: id, Engine: cfg.Engine.Version()}}
	if err := r.resume(); err != nil {
		return Summary{}, err
	}
	limit := rate.Inf
	if cfg.Rate > 0 {
		limit = rate.Limit(cfg.Rate)
	}
	r.limit = rate.NewLimiter(limit, chunk)
	spans, err := r.spans(ctx)
	if err != nil {
		return Summary{}, err
	}
	if cfg.Selection.FromRaw {
		if r.known, err = index(ctx, cfg.Client); err != nil {
			return Summary{}, err
		}
		if r.partial, err = newPartials(); err != nil {
			return Summary{}, err
		}
		defer r.partial.close()
	}
	for _, s := range spans {
		if err := r.span(ctx, s); err != nil {
			return r.state.Summary, err
		}
	}
	r.state.Done = true
	r.state.Summary.Seconds += cfg.Now().Sub(r.begun).Seconds()
	return r.state.Summary, r.save()
}

// resume takes over the progress of an earlier run of the same selection and
// the same engine that did not end.
func (r *run) resume() error {
	b, err := os.ReadFile(r.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	var old state
	if err := json.Unmarshal(b, &old); err != nil {
		return fmt.Errorf("replay: %s: %w", r.path, err)
	}
	if !old.Done && old.Summary.Engine == r.state.Summary.Engine && old.Next != nil {
		r.state = old
		r.cfg.Log.Info().Str("event", "replay-resumed").Str("replay", old.Summary.Replay).Int64("records", old.Summary.Records).Msg("goes on where it was")
	}
	return nil
}

func (r *run) save() error {
	b, err := json.Marshal(r.state, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	tmp := r.path + ".tmp"
	if err := os.WriteFile(tmp, b, 0o644); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	return os.Rename(tmp, r.path)
}

// spans are the pieces to read, less what an earlier run has read.
func (r *run) spans(ctx context.Context) ([]pipeline.Span, error) {
	spans, err := Spans(ctx, r.cfg.Client, r.cfg.Selection)
	if err != nil {
		return nil, err
	}
	r.state.Summary.Gone = nil
	for i := range spans {
		s := &spans[i]
		if s.Gone {
			r.state.Summary.Gone = append(r.state.Summary.Gone, fmt.Sprintf("%s/%d: nothing is kept before offset %d", s.Topic, s.Partition, s.From))
		}
		r.total += s.Len()
		if next, ok := r.state.Next[s.Partition]; ok && next > s.From {
			r.read += min(next, s.To) - s.From
			s.From = min(next, s.To)
		}
	}
	for _, g := range r.state.Summary.Gone {
		r.cfg.Log.Warn().Str("event", "range-gone").Msg("the range begins before the log: " + g)
	}
	return spans, nil
}

// Spans resolves a selection to pieces of its topic.
func Spans(ctx context.Context, c *pipeline.Client, sel Selection) ([]pipeline.Span, error) {
	spans, err := c.Spans(ctx, sel.Topic(), sel.From, sel.To)
	if err != nil {
		return nil, err
	}
	if len(sel.Offsets) == 0 {
		return spans, nil
	}
	var out []pipeline.Span
	for _, o := range sel.Offsets {
		p, from, to, err := parseOffsets(o)
		if err != nil {
			return nil, err
		}
		for _, s := range spans {
			if s.Partition == p {
				s.From, s.To = max(s.From, from), min(s.To, to)
				out = append(out, s)
			}
		}
	}
	return out, nil
}

func parseOffsets(s string) (partition int, from, to int64, err error) {
	p, rest, ok1 := strings.Cut(s, ":")
	a, b, ok2 := strings.Cut(rest, "-")
	partition, err1 := strconv.Atoi(p)
	from, err2 := strconv.ParseInt(a, 10, 64)
	to, err3 := strconv.ParseInt(b, 10, 64)
	if !ok1 || !ok2 || errors.Join(err1, err2, err3) != nil || from < 0 || to < from {
		return 0, 0, 0, fmt.Errorf("offsets %q: want partition:from-to, such as 3:100-200", s)
	}
	return partition, from, to, nil
}

// span reads one piece, a chunk at a time.
func (r *run) span(ctx context.Context, s pipeline.Span) error {
	var batch []pipeline.Record
	flush := func(next int64) error {
		if err := r.chunk(ctx, batch); err != nil {
			return err
		}
		batch = batch[:0]
		r.state.Next[s.Partition] = next
		return r.save()
	}
	err := r.cfg.Client.ReadSpan(ctx, s, func(rec *pipeline.Record) error {
		batch = append(batch, *rec)
		if len(batch) < chunk {
			return nil
		}
		return flush(rec.Offset + 1)
	})
	if err != nil {
		return err
	}
	return flush(s.To)
}

// chunk takes some records through: select, wait for its turn, enrich side by
// side, write in order.
func (r *run) chunk(ctx context.Context, recs []pipeline.Record) error {
	if err := r.turn(ctx); err != nil {
		return err
	}
	sum := &r.state.Summary
	var articles []pipeline.Record
	for i := range recs {
		sum.Records++
		r.read++
		if !r.cfg.Selection.FromRaw {
			articles = append(articles, recs[i])
			continue
		}
		found, unchanged, failed, err := r.parse(ctx, &recs[i])
		if err != nil {
			return err
		}
		sum.Unchanged += unchanged
		sum.Failed += failed
		articles = append(articles, found...)
	}
	outs := make([]*pipeline.Record, len(articles))
	faults := make([]bool, len(articles))
	tags := make([]Tags, len(articles))
	compared := make([]bool, len(articles))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range articles {
		if ok, err := r.meant(articles[i].Value); !ok {
			if err != nil {
				sum.Failed++
			}
			continue
		}
		sum.Selected++
		if r.cfg.Selection.FromRaw {
			// The live enrich workers take an article that parses anew.
			articles[i].Headers = append(articles[i].Headers, pipeline.Header{Key: "replay", Value: []byte(sum.Replay)})
			outs[i] = &articles[i]
			continue
		}
		g.Go(func() error {
			if err := r.limit.Wait(gctx); err != nil {
				return err
			}
			out, _, err := worker.EnrichRecord(r.cfg.Engine, &articles[i])
			if err != nil {
				faults[i] = true
				return nil //nolint:nilerr // counted; its letter was written when it first came
			}
			tags[i], compared[i] = r.compare(gctx, out.Value)
			out.Headers = append(out.Headers, pipeline.Header{Key: "replay", Value: []byte(sum.Replay)})
			outs[i] = out
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var write []pipeline.Record
	for i, out := range outs {
		if faults[i] {
			sum.Failed++
		}
		if out == nil {
			continue
		}
		write = append(write, *out)
		if compared[i] {
			sum.Compared++
			sum.Tags.add(tags[i])
		}
	}
	if err := r.cfg.Client.Produce(ctx, write); err != nil {
		return err
	}
	sum.Written += int64(len(write))
	r.progress("")
	return nil
}

// meant tells whether the selection means an article; the error says that it
// cannot be read.
func (r *run) meant(value []byte) (bool, error) { return Meant(r.cfg.Selection, value) }

// Meant tells whether a selection means an article of wire.articles.
func Meant(s Selection, value []byte) (bool, error) {
	if s.Feed == "" && s.URI == "" && s.PublishedFrom.IsZero() && s.PublishedTo.IsZero() {
		return true, nil
	}
	var a struct {
		URI            string    `json:"uri"`
		VersionCreated time.Time `json:"versionCreated"`
		Wire           struct {
			Feed string `json:"feed"`
		} `json:"wire"`
	}
	if err := json.Unmarshal(value, &a); err != nil {
		return false, err
	}
	return (s.Feed == "" || a.Wire.Feed == s.Feed) && (s.URI == "" || a.URI == s.URI) &&
		(s.PublishedFrom.IsZero() || !a.VersionCreated.Before(s.PublishedFrom)) && (s.PublishedTo.IsZero() || a.VersionCreated.Before(s.PublishedTo)), nil
}

// turn gives way to the live line and takes a new rate over, at most once a second.
func (r *run) turn(ctx context.Context) error {
	for {
		if r.cfg.Now().Sub(r.looked) < lookEvery {
			return nil
		}
		r.looked = r.cfg.Now()
		if b, err := os.ReadFile(strings.TrimSuffix(r.path, ".json") + ".rate"); err == nil {
			if v, err := strconv.ParseFloat(strings.TrimSpace(string(b)), 64); err == nil && v > 0 {
				r.limit.SetLimit(rate.Limit(v))
			}
		}
		why, err := r.behind(ctx)
		if err != nil || why == "" {
			return err
		}
		r.progress(why)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}

// behind tells which live group is more than a second behind on articles. On
// wire.enriched the sink is no measure: the replay's own records are among
// what it has to read there, and a live story shows before they are done.
func (r *run) behind(ctx context.Context) (string, error) {
	for _, group := range []string{pipeline.GroupEnrich, pipeline.GroupSink} {
		lags, err := r.cfg.Client.Lag(ctx, group, pipeline.TopicArticles)
		if err != nil {
			return "", err
		}
		for _, l := range lags {
			if l.Committed >= 0 && l.Seconds > liveLag {
				return fmt.Sprintf("group %s is %.1f s behind on %s/%d", group, l.Seconds, l.Topic, l.Partition), nil
			}
		}
	}
	return "", nil
}

func (r *run) progress(waiting string) {
	if r.cfg.Progress == nil {
		return
	}
	p := Progress{Read: r.read, Total: r.total, Written: r.state.Summary.Written, Waiting: waiting}
	if spent := r.cfg.Now().Sub(r.begun).Seconds(); spent > 0 {
		p.Rate = float64(r.read) / spent
	}
	if p.Rate > 0 {
		p.Left = time.Duration(float64(r.total-r.read) / p.Rate * float64(time.Second))
	}
	r.cfg.Progress(p)
}

// DryRun counts what a replay would take, and times the engine on some of it.
func DryRun(ctx context.Context, cfg Config) (Summary, error) {
	sum := Summary{Replay: cfg.Selection.ID(), DryRun: true, Engine: cfg.Engine.Version()}
	spans, err := Spans(ctx, cfg.Client, cfg.Selection)
	if err != nil {
		return sum, err
	}
	const timed = 200
	var spent time.Duration
	n := 0
	begun := cfg.Now()
	for _, s := range spans {
		if s.Gone {
			sum.Gone = append(sum.Gone, fmt.Sprintf("%s/%d: nothing is kept before offset %d", s.Topic, s.Partition, s.From))
		}
		err := cfg.Client.ReadSpan(ctx, s, func(rec *pipeline.Record) error {
			sum.Records++
			if cfg.Selection.FromRaw {
				sum.Selected++
				return nil
			}
			ok, err := Meant(cfg.Selection, rec.Value)
			if err != nil {
				sum.Failed++
			}
			if !ok {
				return nil
			}
			sum.Selected++
			if n < timed {
				a, err := model.DecodeArticle(rec.Value)
				if err != nil {
					sum.Failed++
					return nil //nolint:nilerr // counted
				}
				t := cfg.Now()
				_, _ = cfg.Engine.Enrich(a) // a layer that fails takes its time too
				spent += cfg.Now().Sub(t)
				n++
			}
			return nil
		})
		if err != nil {
			return sum, err
		}
	}
	if n > 0 {
		sum.Estimate = spent.Seconds() / float64(n) * float64(sum.Selected) / float64(runtime.GOMAXPROCS(0))
		if cfg.Rate > 0 {
			sum.Estimate = max(sum.Estimate, float64(sum.Selected)/cfg.Rate)
		}
	}
	sum.Seconds = cfg.Now().Sub(begun).Seconds()
	return sum, nil
}
