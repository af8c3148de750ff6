// Package worker has the three workers: ingest captures deliveries on
// wire.raw and parses them, enrich runs the engine over articles, sink keeps
// the store and its outputs. Each runs until its context ends, then drains.
// They link neither the embedded broker nor anything of dateline up.
package worker

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/ops"
	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// Env is what a worker stands on. All fields are required.
type Env struct {
	Config   *config.Config
	Client   *pipeline.Client
	Log      zerolog.Logger
	Registry prometheus.Registerer
	Ready    *ops.Readiness
	Now      func() time.Time
}

// joined makes a stage's Joined: the process is not ready for that group
// until its first join.
func (e *Env) joined(group string) func(pipeline.Assignment) {
	part := "group " + group
	e.Ready.Not(part, "not joined yet")
	return func(a pipeline.Assignment) {
		e.Ready.Ready(part)
		n := 0
		for _, p := range a.Partitions {
			n += len(p)
		}
		e.Log.Info().Str("event", "joined").Str("group", group).Int("generation", a.Generation).Int("partitions", n).Msg("joined")
	}
}

// Enrich runs the engine over wire.articles until ctx ends.
func Enrich(ctx context.Context, env *Env, engine *enrich.Engine) error {
	took := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dateline_enrich_seconds", Help: "Time the engine spent on one article.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)})
	failed := prometheus.NewCounter(prometheus.CounterOpts{Name: "dateline_enrich_layer_failures_total", Help: "Articles on which a layer of the engine failed."})
	for _, c := range []prometheus.Collector{took, failed} {
		if err := env.Registry.Register(c); err != nil {
			return fmt.Errorf("enrich: %w", err)
		}
	}
	inFlight := env.Config.Enrich.InFlight
	if inFlight == 0 {
		inFlight = runtime.GOMAXPROCS(0)
	}
	stop := make(chan struct{})
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		followKnowledge(env, engine, stop)
	}()
	defer func() { close(stop); <-followed }()
	return env.Client.Run(ctx, pipeline.Stage{
		Group: pipeline.GroupEnrich, Topics: []string{pipeline.TopicArticles}, Concurrency: inFlight, Joined: env.joined(pipeline.GroupEnrich),
		Handle: func(_ context.Context, rec *pipeline.Record) ([]pipeline.Record, error) {
			begin := env.Now()
			out, warn, err := EnrichRecord(engine, rec)
			if err != nil {
				return nil, err
			}
			if warn != nil {
				failed.Inc()
				env.Log.Error().Err(warn).Str("uri", string(rec.Key)).Msg("a layer of the engine failed")
			}
			spent := env.Now().Sub(begin)
			took.Observe(spent.Seconds())
			out.Headers = append(out.Headers, header("enrich-ms", strconv.FormatFloat(float64(spent.Microseconds())/1000, 'f', 3, 64)))
			return []pipeline.Record{*out}, nil
		},
	})
}

// followKnowledge looks for a changed knowledge file every five seconds.
func followKnowledge(env *Env, engine *enrich.Engine, stop <-chan struct{}) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		switch changed, err := engine.Reload(); {
		case err != nil:
			env.Log.Error().Str("event", "knowledge-refused").Err(err).Msg("the knowledge file is not taken; the old one stays in use")
		case changed:
			env.Log.Info().Str("event", "knowledge-changed").Str("engine", engine.Version()).Msg("the knowledge file is taken")
		}
	}
}

// EnrichRecord makes the record of wire.enriched of one of wire.articles.
// warn tells which layers failed on it; err is of class Undecodable.
func EnrichRecord(engine *enrich.Engine, rec *pipeline.Record) (out *pipeline.Record, warn, err error) {
	a, err := model.DecodeArticle(rec.Value)
	if err != nil {
		return nil, nil, pipeline.Permanent(pipeline.Undecodable, fmt.Errorf("article: %w", err))
	}
	e, warn := engine.Enrich(a)
	value, err := model.Encode(e)
	if err != nil {
		return nil, nil, pipeline.Permanent(pipeline.Invalid, err)
	}
	return &pipeline.Record{
		Topic: pipeline.TopicEnriched, Key: []byte(a.URI), Value: value,
		Headers: eventHeaders(a, typeEnriched, e.Enrichment.Version, traceparent(rec)),
	}, warn, nil
}
