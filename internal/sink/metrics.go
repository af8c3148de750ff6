package sink

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dateline-wire/dateline/internal/store"
)

type metrics struct {
	records      *prometheus.CounterVec
	changes      *prometheus.CounterVec
	faults       prometheus.Counter
	outputErrors *prometheus.CounterVec
	batchRecords prometheus.Histogram
	batchSeconds prometheus.Histogram
}

func newMetrics() *metrics {
	return &metrics{
		records: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dateline_sink_records_total", Help: "Records stored, those read again included.",
		}, []string{"kind", "origin"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dateline_sink_changes_total", Help: "Changes of what shows.",
		}, []string{"kind"}),
		faults: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dateline_sink_faults_total", Help: "Records that cannot be read or stored by their own fault.",
		}),
		outputErrors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dateline_output_errors_total", Help: "Failed attempts of an output to advance.",
		}, []string{"output"}),
		batchRecords: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dateline_sink_batch_records", Help: "Records a batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 6),
		}),
		batchSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dateline_sink_batch_seconds", Help: "Time to store a batch.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
	}
}

func (m *metrics) register(r prometheus.Registerer) error {
	for _, c := range []prometheus.Collector{m.records, m.changes, m.faults, m.outputErrors, m.batchRecords, m.batchSeconds} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}

func (m *metrics) count(it *store.Item) {
	kind, origin := "article", "live"
	if it.Enrichment != nil {
		kind = "enriched"
	}
	if it.Replay != "" {
		origin = "replay"
	}
	m.records.WithLabelValues(kind, origin).Inc()
}
