package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// State is what a partition of a running stage does.
type State string

// The states of a partition.
const (
	Idle   State = "idle"   // nothing to do
	Busy   State = "busy"   // records are handled
	Paused State = "paused" // waits for something that is down
	Stuck  State = "stuck"  // work, and no progress for a while
)

// stuckAfter is how long a partition may go without progress.
const stuckAfter = 30 * time.Second

// PartitionStatus is how a partition of a stage in this process fares.
type PartitionStatus struct {
	Topic     string
	Partition int
	State     State
	Why       string // for paused and stuck
	Next      int64  // the offset that is committed next; -1 while unknown
	End       int64  // of the log as last seen; -1 while unknown
	InFlight  int
	Oldest    time.Time // time of the oldest record in flight; zero without one
}

type groupStatus struct{ w atomic.Pointer[work] }

func (g *groupStatus) set(w *work) { g.w.Store(w) }

func (c *Client) addGroup(name string) *groupStatus {
	g := &groupStatus{}
	c.mu.Lock()
	c.groups[name] = append(c.groups[name], g)
	c.mu.Unlock()
	return g
}

func (c *Client) dropGroup(name string, g *groupStatus) {
	c.mu.Lock()
	c.groups[name] = slices.DeleteFunc(c.groups[name], func(x *groupStatus) bool { return x == g })
	if len(c.groups[name]) == 0 {
		delete(c.groups, name)
	}
	c.mu.Unlock()
}

// Status tells how the partitions that this client's stages of a group have
// now fare, by topic and partition.
func (c *Client) Status(group string) []PartitionStatus {
	c.mu.Lock()
	gs := slices.Clone(c.groups[group])
	c.mu.Unlock()
	var out []PartitionStatus
	now := time.Now()
	for _, g := range gs {
		if w := g.w.Load(); w != nil {
			for _, p := range w.parts {
				out = append(out, p.status(now))
			}
		}
	}
	slices.SortFunc(out, func(a, b PartitionStatus) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return out
}

func (p *partition) status(now time.Time) PartitionStatus {
	gate := p.gate
	if p.batcher != nil {
		gate = p.batcher.gate
	}
	down, why := gate.state()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := PartitionStatus{Topic: p.topic, Partition: p.id, Next: p.mark, End: p.end, InFlight: len(p.flight), State: Idle}
	if len(p.flight) > 0 {
		s.Oldest = p.flight[0].rec.Time
		s.State = Busy
	} else if p.end > p.mark && !isRetryTier(p.topic, p.w.r.stage.Group) {
		s.State = Busy
	}
	quiet := now.Sub(p.progress)
	switch {
	case down && s.State == Busy:
		s.State, s.Why = Paused, why
	case unreachable(p.trouble):
		s.State, s.Why = Paused, p.trouble.Error()
	case p.trouble != nil:
		s.State, s.Why = Stuck, p.trouble.Error()
	case s.State == Busy && len(p.flight) > 0 && quiet > stuckAfter:
		s.State = Stuck
		it := p.flight[0]
		s.Why = fmt.Sprintf("the record at offset %d has been in the handler for %s", it.rec.Offset, quiet.Round(time.Second))
		if isPart(&it.rec) {
			s.Why = fmt.Sprintf("the record at offset %d waits for its other parts", it.rec.Offset)
		}
	case s.State == Busy && len(p.flight) == 0 && quiet > stuckAfter:
		s.State, s.Why = Stuck, "nothing could be fetched, or other partitions hold the budget"
	}
	return s
}

// observe brings the gauges of a stage up to date and ends what is stale.
func (r *runner) observe(w *work) {
	group := r.stage.Group
	now := time.Now()
	paused, stuck := 0, 0
	for _, p := range w.parts {
		s := p.status(now)
		switch s.State {
		case Paused:
			paused++
		case Stuck:
			stuck++
			if r.c.told("stuck "+group+" "+p.topic+" "+strconv.Itoa(p.id), errors.New(string(s.State))) {
				r.log.Warn().Str("event", "stuck").Str("topic", s.Topic).Int("partition", s.Partition).Int64("offset", s.Next).Str("why", s.Why).Msg("a partition makes no progress")
			}
		}
		label := strconv.Itoa(p.id)
		if s.Next >= 0 && s.End >= 0 {
			r.c.metrics.lag.WithLabelValues(group, p.topic, label).Set(float64(max(0, s.End-s.Next)))
		}
		age := 0.0
		if !s.Oldest.IsZero() {
			age = max(0, now.Sub(s.Oldest).Seconds())
		}
		r.c.metrics.lagSeconds.WithLabelValues(group, p.topic, label).Set(age)
		p.stale(r.c.cfg.Now())
	}
	r.c.metrics.paused.WithLabelValues(group).Set(float64(paused))
	r.c.metrics.stuck.WithLabelValues(group).Set(float64(stuck))
	r.c.metrics.inFlight.WithLabelValues(group).Set(float64(w.inFlight.Load()))
}

// Lag is how far a group is behind on a partition.
type Lag struct {
	Topic     string
	Partition int
	Committed int64 // -1 when the group has not committed anything
	First     int64 // offset of the first record of the log
	End       int64 // offset that the next record will have
	Records   int64
	Seconds   float64 // age of the first record that is not committed; 0 without one
}

// Lag asks the cluster how far a group is behind on the partitions of topics.
// Without topics it takes those that the group has committed offsets of.
func (c *Client) Lag(ctx context.Context, group string, topics ...string) ([]Lag, error) {
	if len(topics) == 0 {
		var err error
		if topics, err = c.groupTopics(ctx, group); err != nil {
			return nil, err
		}
	}
	want := map[string][]int{}
	infos := map[string]TopicInfo{}
	for _, t := range topics {
		info, err := c.Topic(ctx, t)
		if err != nil {
			return nil, err
		}
		infos[t] = info
		for _, p := range info.Partitions {
			want[c.topic(t)] = append(want[c.topic(t)], p.Partition)
		}
	}
	if len(want) == 0 {
		return nil, nil
	}
	committed, err := c.committed(ctx, group, want)
	if err != nil {
		return nil, err
	}
	var out []Lag
	for _, t := range topics {
		for _, p := range infos[t].Partitions {
			l := Lag{Topic: t, Partition: p.Partition, Committed: -1, First: p.First, End: p.End}
			if at, ok := committed[topicPartition{t, p.Partition}]; ok && at >= 0 {
				l.Committed = at
			}
			from := max(l.Committed, p.First)
			l.Records = max(0, p.End-from)
			if l.Records > 0 {
				at, err := c.timeAt(ctx, t, p.Partition, from)
				if err != nil {
					return nil, err
				}
				if !at.IsZero() {
					l.Seconds = max(0, c.cfg.Now().Sub(at).Seconds())
				}
			}
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b Lag) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return out, nil
}

func (c *Client) groupTopics(ctx context.Context, group string) ([]string, error) {
	all, err := c.Topics(ctx)
	if err != nil {
		return nil, err
	}
	want := map[string][]int{}
	for _, t := range all {
		for _, p := range t.Partitions {
			want[c.topic(t.Name)] = append(want[c.topic(t.Name)], p.Partition)
		}
	}
	if len(want) == 0 {
		return nil, nil
	}
	committed, err := c.committed(ctx, group, want)
	if err != nil {
		return nil, err
	}
	var out []string
	for tp, at := range committed {
		if at >= 0 && !slices.Contains(out, tp.topic) {
			out = append(out, tp.topic)
		}
	}
	slices.Sort(out)
	return out, nil
}

// committed asks for the offsets of a group; topics have their full names in
// want and their plain ones in the answer.
func (c *Client) committed(ctx context.Context, group string, want map[string][]int) (map[topicPartition]int64, error) {
	id := c.cfg.Prefix + group
	var resp *kafka.OffsetFetchResponse
	for attempt := 0; ; attempt++ {
		var err error
		resp, err = c.kafka.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: id, Topics: want})
		if err == nil {
			err = resp.Error
		}
		if err == nil {
			break
		}
		passing := errors.Is(err, kafka.GroupCoordinatorNotAvailable) || errors.Is(err, kafka.GroupLoadInProgress) || errors.Is(err, kafka.NotCoordinatorForGroup)
		if !passing || attempt > 20 || !sleep(ctx, backoff(attempt, 50*time.Millisecond, time.Second)) {
			return nil, fmt.Errorf("offsets of group %s: %w", id, err)
		}
	}
	out := map[topicPartition]int64{}
	for t, ps := range resp.Topics {
		for _, p := range ps {
			if p.Error != nil {
				return nil, fmt.Errorf("offsets of group %s on %s/%d: %w", id, t, p.Partition, p.Error)
			}
			out[topicPartition{c.plainTopic(t), p.Partition}] = p.CommittedOffset
		}
	}
	return out, nil
}

// timeAt is the time of the first record at or after an offset, zero when there is none.
func (c *Client) timeAt(ctx context.Context, topic string, partition int, offset int64) (time.Time, error) {
	rd := reader{c: c, topic: topic, partition: partition}
	defer rd.close()
	for range 3 {
		recs, _, next, err := rd.read(ctx, offset)
		if err != nil {
			return time.Time{}, err
		}
		if len(recs) > 0 {
			return recs[0].Time, nil
		}
		if next == offset {
			break
		}
		offset = next
	}
	return time.Time{}, nil
}
