package worker

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// Event types of the CloudEvents headers.
const (
	typeArticle  = "dateline.article.v1"
	typeEnriched = "dateline.enriched.v1"
)

func header(key, value string) pipeline.Header {
	return pipeline.Header{Key: key, Value: []byte(value)}
}

// eventHeaders are the headers of an article or an enriched article: the
// CloudEvents 1.0 Kafka binding in binary mode, and the W3C trace context.
// engine is empty for an article.
func eventHeaders(a *model.Article, eventType, engine, trace string) []pipeline.Header {
	id := a.URI + "#" + strconv.FormatInt(a.Wire.Revision, 10)
	if engine != "" {
		id += "#" + engine
	}
	published := a.VersionCreated
	if published.IsZero() {
		published = a.Wire.ReceivedAt
	}
	return []pipeline.Header{
		header("ce_specversion", "1.0"),
		header("ce_id", id),
		header("ce_type", eventType),
		header("ce_source", "/feeds/"+a.Wire.Feed),
		header("ce_time", published.Format(time.RFC3339Nano)),
		header("content-type", "application/json"),
		header("traceparent", trace),
	}
}

// traceparent begins a trace for one raw record, always the same for the same
// record, or goes on with the trace that the record carries.
func traceparent(rec *pipeline.Record) string {
	if t := rec.Header("traceparent"); validTrace(t) {
		return t
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d/%d/%s", rec.Topic, rec.Partition, rec.Offset, rec.Key))
	return "00-" + hex.EncodeToString(sum[:16]) + "-" + hex.EncodeToString(sum[16:24]) + "-00"
}

// validTrace tells whether t is a version 00 traceparent (W3C Trace Context, 3.2).
func validTrace(t string) bool {
	if len(t) != 55 || t[:3] != "00-" || t[35] != '-' || t[52] != '-' {
		return false
	}
	for i, c := range []byte(t) {
		if i == 2 || i == 35 || i == 52 {
			continue
		}
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
