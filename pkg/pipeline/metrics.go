package pipeline

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the counters of a client. Labels name groups and topics without
// the prefix; partitions are labels only of lag and state.
type metrics struct {
	produced     *prometheus.CounterVec // topic
	produceTime  prometheus.Histogram
	produceRetry *prometheus.CounterVec // topic
	handled      *prometheus.CounterVec // group, result
	handleTime   *prometheus.HistogramVec
	rebalances   *prometheus.CounterVec // group
	commits      *prometheus.CounterVec // group, result
	skipped      *prometheus.CounterVec // group, topic
	fetchErrors  *prometheus.CounterVec // topic
	lag          *prometheus.GaugeVec   // group, topic, partition
	lagSeconds   *prometheus.GaugeVec
	inFlight     *prometheus.GaugeVec // group
	paused       *prometheus.GaugeVec // group
	stuck        *prometheus.GaugeVec // group
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	const ns, sub = "dateline", "pipeline"
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: ns, Subsystem: sub, Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: ns, Subsystem: sub, Name: name, Help: help}, labels)
	}
	times := prometheus.ExponentialBuckets(0.0005, 2, 16) // 0.5 ms to 16 s
	m := &metrics{}
	var errs []error
	m.produced = register(reg, &errs, counter("produced_records_total", "Records acknowledged by all replicas.", "topic"))
	m.produceRetry = register(reg, &errs, counter("produce_retries_total", "Batches that had to be sent again.", "topic"))
	m.produceTime = register(reg, &errs, prometheus.Histogram(prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: ns, Subsystem: sub, Name: "produce_seconds", Help: "From handing a batch over to its acknowledgement.", Buckets: times,
	})))
	m.handled = register(reg, &errs, counter("handled_records_total", "Records by what became of them: done, retry, dead.", "group", "result"))
	m.handleTime = register(reg, &errs, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: ns, Subsystem: sub, Name: "handle_seconds", Help: "Time of one call of a stage's handler.", Buckets: times,
	}, []string{"group"}))
	m.rebalances = register(reg, &errs, counter("generations_total", "Generations of the group that were joined.", "group"))
	m.commits = register(reg, &errs, counter("commits_total", "Commits of offsets by result: ok, failed.", "group", "result"))
	m.skipped = register(reg, &errs, counter("skipped_records_total", "Records that were gone, or offsets that were out of the log, at the start of a partition.", "group", "topic"))
	m.fetchErrors = register(reg, &errs, counter("fetch_errors_total", "Fetches that failed and were tried again.", "topic"))
	m.lag = register(reg, &errs, gauge("lag_records", "Records of a partition that are not done.", "group", "topic", "partition"))
	m.lagSeconds = register(reg, &errs, gauge("lag_seconds", "Age of the oldest record of a partition that is not done.", "group", "topic", "partition"))
	m.inFlight = register(reg, &errs, gauge("in_flight_records", "Records handed out and not done.", "group"))
	m.paused = register(reg, &errs, gauge("paused_partitions", "Partitions that wait for a dependency.", "group"))
	m.stuck = register(reg, &errs, gauge("stuck_partitions", "Partitions with work and no progress.", "group"))
	return m, errors.Join(errs...)
}

// register gives c to reg, or what an earlier client gave it under that name.
func register[C prometheus.Collector](reg prometheus.Registerer, errs *[]error, c C) C {
	err := reg.Register(c)
	if are, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		if old, ok := are.ExistingCollector.(C); ok {
			return old
		}
	}
	if err != nil {
		*errs = append(*errs, fmt.Errorf("register metrics: %w", err))
	}
	return c
}
