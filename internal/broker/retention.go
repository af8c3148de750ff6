package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func (b *Broker) sweepLoop(ctx context.Context) {
	t := time.NewTicker(b.cfg.SweepEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := b.Sweep(ctx); err != nil && ctx.Err() == nil {
			b.cfg.Log.Warn().Err(err).Msg("embedded broker: retention")
		}
	}
}

// Sweep runs the retention once: records older than their topic keeps them go,
// then the oldest closed segments until the whole log is under the cap. The
// last record of a partition always stays, so that its offsets go on.
func (b *Broker) Sweep(ctx context.Context) error {
	topics, err := b.topics(ctx)
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	var errs []error
	for _, t := range topics {
		if err := b.sweepTopic(ctx, t); err != nil {
			errs = append(errs, fmt.Errorf("topic %s: %w", t.name, err))
		}
	}
	errs = append(errs, b.sweepBytes(ctx, topics))
	return errors.Join(errs...)
}

type topicInfo struct {
	name       string
	partitions []int32
}

func (b *Broker) topics(ctx context.Context) ([]topicInfo, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = nil // all
	resp, err := req.RequestWith(ctx, b.admin)
	if err != nil {
		return nil, err
	}
	var out []topicInfo
	for _, t := range resp.Topics {
		if t.Topic == nil || t.ErrorCode != 0 {
			continue
		}
		ti := topicInfo{name: *t.Topic}
		for _, p := range t.Partitions {
			ti.partitions = append(ti.partitions, p.Partition)
		}
		slices.Sort(ti.partitions)
		out = append(out, ti)
	}
	slices.SortFunc(out, func(x, y topicInfo) int { return cmp.Compare(x.name, y.name) })
	return out, nil
}

// keep is how long a topic keeps its records; negative is for ever.
func (b *Broker) keep(ctx context.Context, topic string) (time.Duration, error) {
	res := kmsg.NewDescribeConfigsRequestResource()
	res.ResourceType = kmsg.ConfigResourceTypeTopic
	res.ResourceName = topic
	res.ConfigNames = []string{"retention.ms"}
	req := kmsg.NewPtrDescribeConfigsRequest()
	req.Resources = append(req.Resources, res)
	resp, err := req.RequestWith(ctx, b.admin)
	if err != nil {
		return 0, err
	}
	for _, r := range resp.Resources {
		for _, c := range r.Configs {
			if c.Name != "retention.ms" || c.Value == nil || c.Source != kmsg.ConfigSourceDynamicTopicConfig {
				continue
			}
			ms, err := strconv.ParseInt(*c.Value, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("retention.ms %q: %w", *c.Value, err)
			}
			if ms < 0 || ms > int64(100*365*24*time.Hour/time.Millisecond) {
				return -1, nil
			}
			return time.Duration(ms) * time.Millisecond, nil
		}
	}
	return b.cfg.Retention, nil
}

func (b *Broker) sweepTopic(ctx context.Context, t topicInfo) error {
	keep, err := b.keep(ctx, t.name)
	if err != nil || keep < 0 {
		return err
	}
	cut := b.cfg.Now().Add(-keep).UnixMilli()
	at, err := b.offsets(ctx, t, cut)
	if err != nil {
		return err
	}
	first, err := b.offsets(ctx, t, -2)
	if err != nil {
		return err
	}
	last, err := b.offsets(ctx, t, -1)
	if err != nil {
		return err
	}
	to := map[int32]int64{}
	for _, p := range t.partitions {
		end, until := last[p], at[p]
		if until < 0 {
			until = end // every record is older
		}
		if until = min(until, end-1); until > first[p] {
			to[p] = until
		}
	}
	return b.deleteBefore(ctx, t.name, to)
}

// offsets lists the offset of each partition at a timestamp in milliseconds,
// -1 for the end and -2 for the start; a partition without such a record has -1.
func (b *Broker) offsets(ctx context.Context, t topicInfo, at int64) (map[int32]int64, error) {
	rt := kmsg.NewListOffsetsRequestTopic()
	rt.Topic = t.name
	for _, p := range t.partitions {
		rp := kmsg.NewListOffsetsRequestTopicPartition()
		rp.Partition, rp.Timestamp = p, at
		rt.Partitions = append(rt.Partitions, rp)
	}
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	req.Topics = append(req.Topics, rt)
	resp, err := req.RequestWith(ctx, b.admin)
	if err != nil {
		return nil, err
	}
	out := map[int32]int64{}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return nil, fmt.Errorf("offsets of partition %d: %w", p.Partition, err)
			}
			out[p.Partition] = p.Offset
		}
	}
	return out, nil
}

func (b *Broker) deleteBefore(ctx context.Context, topic string, to map[int32]int64) error {
	if len(to) == 0 {
		return nil
	}
	rt := kmsg.NewDeleteRecordsRequestTopic()
	rt.Topic = topic
	for p, off := range to {
		rp := kmsg.NewDeleteRecordsRequestTopicPartition()
		rp.Partition, rp.Offset = p, off
		rt.Partitions = append(rt.Partitions, rp)
	}
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 10_000
	req.Topics = append(req.Topics, rt)
	resp, err := req.RequestWith(ctx, b.admin)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				errs = append(errs, fmt.Errorf("delete records of partition %d before %d: %w", p.Partition, to[p.Partition], err))
			}
		}
	}
	return errors.Join(errs...)
}

type segment struct {
	topic     string
	partition int32
	base      int64
	next      int64 // base of the segment after it
	size      int64
	modified  time.Time
}

// sweepBytes drops the oldest closed segments while the log is over the cap.
// The segment a partition writes to stays, so it has a record left.
func (b *Broker) sweepBytes(ctx context.Context, topics []topicInfo) error {
	var total int64
	var closed []segment
	for _, t := range topics {
		for _, p := range t.partitions {
			segs, err := b.segments(t.name, p)
			if err != nil {
				return err
			}
			for i, s := range segs {
				total += s.size
				if i+1 < len(segs) {
					s.next = segs[i+1].base
					closed = append(closed, s)
				}
			}
		}
	}
	if total <= b.cfg.MaxBytes {
		return nil
	}
	slices.SortStableFunc(closed, func(x, y segment) int { return x.modified.Compare(y.modified) })
	// A segment is dropped with all that precede it in its partition, which
	// are older; so the highest cut of a partition is enough.
	cuts := map[string]map[int32]int64{}
	var dropped int64
	for _, s := range closed {
		if total-dropped <= b.cfg.MaxBytes {
			break
		}
		if cuts[s.topic] == nil {
			cuts[s.topic] = map[int32]int64{}
		}
		cuts[s.topic][s.partition] = max(cuts[s.topic][s.partition], s.next)
		dropped += s.size
	}
	b.cfg.Log.Warn().Int64("bytes", total).Int64("cap", b.cfg.MaxBytes).Int64("dropped", dropped).
		Msg("embedded broker: the log is over its cap; the oldest records go before their time")
	var errs []error
	for _, t := range topics {
		if err := b.deleteBefore(ctx, t.name, cuts[t.name]); err != nil {
			errs = append(errs, fmt.Errorf("topic %s: %w", t.name, err))
		}
	}
	return errors.Join(errs...)
}

// segments lists the segment files of a partition by their base offset.
func (b *Broker) segments(topic string, partition int32) ([]segment, error) {
	dir := partitionDir(filepath.Join(b.cfg.Dir, "log"), topic, partition)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was ever written to it
	}
	if err != nil {
		return nil, err
	}
	var out []segment
	for _, e := range entries {
		name := e.Name()
		if filepath.Ext(name) != ".dat" {
			continue
		}
		base, err := strconv.ParseInt(name[:len(name)-len(".dat")], 10, 64)
		if err != nil {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, segment{topic: topic, partition: partition, base: base, size: info.Size(), modified: info.ModTime()})
	}
	slices.SortFunc(out, func(x, y segment) int { return cmp.Compare(x.base, y.base) })
	return out, nil
}

// partitionDir is where kfake keeps the segments of a partition.
func partitionDir(data, topic string, partition int32) string {
	return filepath.Join(data, "partitions", url.PathEscape(topic)+"-"+strconv.Itoa(int(partition)))
}
