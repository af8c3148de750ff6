package pipeline

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Headers of a record in a retry tier: where it comes from and how it fared.
const (
	headerRetryTopic     = "retry-topic"
	headerRetryPartition = "retry-partition"
	headerRetryOffset    = "retry-offset"
	headerRetryTime      = "retry-time"     // of append to its topic of origin, Unix milliseconds
	headerRetryAttempts  = "retry-attempts" // that failed
	headerRetryFirst     = "retry-first"    // time of the first failure, Unix milliseconds
	headerRetryDue       = "retry-due"      // time of the next attempt, Unix milliseconds
	headerRetryReason    = "retry-reason"
)

// Headers of a dead letter, as the contract names them.
const (
	HeaderDeadGroup     = "dead-group"
	HeaderDeadClass     = "dead-class"
	HeaderDeadReason    = "dead-reason"
	HeaderDeadTopic     = "dead-topic"
	HeaderDeadPartition = "dead-partition"
	HeaderDeadOffset    = "dead-offset"
	HeaderDeadAttempts  = "dead-attempts"
	HeaderDeadFirst     = "dead-first"
	HeaderDeadLast      = "dead-last"
	HeaderDeadRedriven  = "dead-redriven"
)

const (
	maxReason = 1024           // bytes of a reason in a header
	maxWait   = 24 * time.Hour // whatever a header says
)

// restore gives a record from a retry tier the place, time and headers it had
// in its topic of origin. Without them it stands where it lies.
func (it *item) restore() {
	hs := it.rec.Headers
	topic, ok := lastHeader(hs, headerRetryTopic)
	if ok && len(topic) > 0 {
		partition, ok1 := headerInt(hs, headerRetryPartition)
		offset, ok2 := headerInt(hs, headerRetryOffset)
		if ok1 && ok2 && partition >= 0 && partition < 1<<31 && offset >= 0 {
			it.rec.Topic, it.rec.Partition, it.rec.Offset = string(topic), int(partition), offset
		}
	}
	if ms, ok := headerInt(hs, headerRetryTime); ok {
		it.rec.Time = time.UnixMilli(ms)
	}
	if n, ok := headerInt(hs, headerRetryAttempts); ok && n > 0 && n < 1000 {
		it.attempts = int(n)
	}
	if ms, ok := headerInt(hs, headerRetryFirst); ok {
		it.first = time.UnixMilli(ms)
	}
	if ms, ok := headerInt(hs, headerRetryDue); ok {
		it.dueAt = time.UnixMilli(ms)
	}
	it.rec.Headers = without(hs, "retry-")
}

func (it *item) wait(now time.Time) time.Duration {
	if it.dueAt.IsZero() {
		return 0
	}
	return min(it.dueAt.Sub(now), maxWait)
}

// fail sends a record to where its failure leads: a retry tier or the dead
// letters. The record is done when it is there.
func (p *partition) fail(it *item, err error) {
	c, group := p.w.r.c, p.w.r.stage.Group
	now := c.cfg.Now()
	class, permanent := ClassOf(err)
	failed := it.attempts + 1
	if it.first.IsZero() {
		it.first = now
	}
	l := letter{topic: TopicDead, result: "dead", class: class, reason: reason(err), failed: failed, last: now}
	if permanent || failed > len(c.cfg.RetryDelays) {
		if !permanent {
			l.class = Failed
		}
		p.w.r.log.Warn().Str("event", "dead-letter").Str("class", string(l.class)).Str("topic", it.rec.Topic).Int("partition", it.rec.Partition).
			Int64("offset", it.rec.Offset).Int("attempts", failed).Str("reason", l.reason).Msg("a record cannot be handled")
	} else {
		l.delay = c.cfg.RetryDelays[it.attempts]
		l.topic, l.result = RetryTopic(group, l.delay), "retry"
		p.w.r.log.Info().Str("event", "retry").Str("topic", it.rec.Topic).Int("partition", it.rec.Partition).Int64("offset", it.rec.Offset).
			Int("attempts", failed).Dur("delay", l.delay).Str("reason", l.reason).Msg("a record failed and is tried again")
	}
	p.post(it, l)
}

// letter says where a failed record goes and why.
type letter struct {
	topic  string
	result string
	class  Class
	reason string
	failed int // attempts
	delay  time.Duration
	last   time.Time
}

// of makes the letter of one record, untouched but for the headers.
func (l *letter) of(rec *Record, it *item, group string) Record {
	hs := without(without(rec.Headers, "retry-"), "dead-")
	if l.topic == TopicDead {
		hs = append(hs,
			Header{HeaderDeadGroup, []byte(group)},
			Header{HeaderDeadClass, []byte(l.class)},
			Header{HeaderDeadReason, []byte(l.reason)},
			Header{HeaderDeadTopic, []byte(rec.Topic)},
			Header{HeaderDeadPartition, itoa(int64(rec.Partition))},
			Header{HeaderDeadOffset, itoa(rec.Offset)},
			Header{HeaderDeadAttempts, itoa(int64(l.failed))},
			Header{HeaderDeadFirst, []byte(it.first.UTC().Format(time.RFC3339Nano))},
			Header{HeaderDeadLast, []byte(l.last.UTC().Format(time.RFC3339Nano))},
		)
	} else {
		hs = append(hs, retryHeaders(rec, l.failed, it.first, l.last.Add(l.delay), l.reason)...)
	}
	return Record{Topic: l.topic, Key: rec.Key, Value: rec.Value, Headers: hs}
}

// post writes the letter of a record, or one a part, after which the record is done.
func (p *partition) post(it *item, l letter) {
	w, group := p.w, p.w.r.stage.Group
	if it.rec.body == nil {
		recs := []Record{l.of(&it.rec, it, group)}
		w.r.c.producer.send(w.handle, recs, letterBytes, func(err error) { p.posted(it, l, err) })
		return
	}
	for i := range it.parts {
		rec, err := it.rec.body.part(i)
		if err != nil {
			w.r.log.Error().Str("event", "spool-unreadable").Err(err).Msg("the parts of a record cannot be read back; it is read again after the next join")
			p.abandon(it)
			return
		}
		done := make(chan error, 1)
		w.r.c.producer.send(w.handle, []Record{l.of(&rec, it, group)}, letterBytes, func(err error) { done <- err })
		if err := <-done; err != nil {
			p.posted(it, l, err)
			return
		}
	}
	p.posted(it, l, nil)
}

// letterBytes is what a letter may weigh.
const letterBytes = MaxMessageBytes - 4096

func (p *partition) posted(it *item, l letter, err error) {
	w := p.w
	class, _ := ClassOf(err)
	switch {
	case err == nil:
		p.finish(it, l.result)
	case w.handle.Err() != nil || errors.Is(err, ErrClosed):
		p.abandon(it)
	case class == TooLarge && it.rec.Value != nil && it.rec.body == nil:
		// Made by someone else and too large to carry its reason: the
		// place of origin must do.
		w.r.log.Error().Str("event", "letter-too-large").Str("topic", it.rec.Topic).Int("partition", it.rec.Partition).Int64("offset", it.rec.Offset).
			Err(err).Msg("a failed record is too large for its letter, which goes without the value")
		it.rec.Value, it.rec.Headers = nil, short(it.rec.Headers)
		it.rec.Key = it.rec.Key[:min(len(it.rec.Key), maxReason)]
		l.topic, l.result, l.class = TopicDead, "dead", TooLarge
		go p.post(it, l)
	default:
		w.r.log.Error().Str("event", "letter-refused").Str("topic", it.rec.Topic).Int("partition", it.rec.Partition).Int64("offset", it.rec.Offset).
			Err(err).Msg("the letter of a failed record is refused; the partition waits")
		p.gate.shut(err)
		go func() {
			if !p.gate.pass(w.handle) {
				p.abandon(it)
				return
			}
			p.gate.open()
			p.post(it, l)
		}()
	}
}

// short keeps the headers that are small.
func short(hs []Header) []Header {
	var out []Header
	for _, h := range hs {
		if len(out) < 100 && len(h.Key) <= 256 && len(h.Value) <= maxReason {
			out = append(out, h)
		}
	}
	return out
}

func retryHeaders(rec *Record, attempts int, first, due time.Time, why string) []Header {
	hs := []Header{
		{headerRetryTopic, []byte(rec.Topic)},
		{headerRetryPartition, itoa(int64(rec.Partition))},
		{headerRetryOffset, itoa(rec.Offset)},
		{headerRetryAttempts, itoa(int64(attempts))},
		{headerRetryDue, itoa(due.UnixMilli())},
	}
	if !rec.Time.IsZero() {
		hs = append(hs, Header{headerRetryTime, itoa(rec.Time.UnixMilli())})
	}
	if !first.IsZero() {
		hs = append(hs, Header{headerRetryFirst, itoa(first.UnixMilli())})
	}
	if why != "" {
		hs = append(hs, Header{headerRetryReason, []byte(why)})
	}
	return hs
}

func itoa(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

func headerInt(hs []Header, key string) (int64, bool) {
	v, ok := lastHeader(hs, key)
	if !ok {
		return 0, false
	}
	return parseInt(v)
}

// without returns a copy of the headers less those whose key has the prefix.
func without(hs []Header, prefix string) []Header {
	out := make([]Header, 0, len(hs)+10)
	for _, h := range hs {
		if !strings.HasPrefix(h.Key, prefix) {
			out = append(out, h)
		}
	}
	return out
}

// reason is an error as valid text of bounded length.
func reason(err error) string {
	s := strings.ToValidUTF8(fmt.Sprint(err), "\uFFFD")
	if len(s) > maxReason {
		s = s[:maxReason]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return s
}
