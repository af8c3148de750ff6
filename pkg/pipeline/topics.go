package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// The topics of the contract, without the prefix.
const (
	TopicRaw      = "wire.raw"
	TopicArticles = "wire.articles"
	TopicEnriched = "wire.enriched"
	TopicDead     = "wire.dead"
)

// The consumer groups of the contract, without the prefix.
const (
	GroupParse  = "parse"
	GroupEnrich = "enrich"
	GroupSink   = "sink"
)

// MaxMessageBytes is max.message.bytes of every topic: what a batch may weigh.
const MaxMessageBytes = 8 << 20

// MaxRecordBytes is what key, value and headers of a record may weigh, so that
// a dead letter of it, with the headers that tell why, still fits its topic.
const MaxRecordBytes = MaxMessageBytes - 64<<10

const day = 24 * time.Hour

// RetryTopic names the retry tier of a group: wire.retry.<group>.<delay>.
func RetryTopic(group string, delay time.Duration) string {
	return "wire.retry." + group + "." + delayName(delay)
}

// delayName writes whole hours, minutes or seconds as such: 10m, 90s, 250ms.
func delayName(d time.Duration) string {
	switch {
	case d <= 0:
		return "0"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	case d%time.Second == 0:
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	return strconv.FormatInt(int64(d/time.Millisecond), 10) + "ms"
}

// retryTopics lists the tiers that a group reads, the redrive's first.
func (c *Client) retryTopics(group string) []string {
	out := []string{RetryTopic(group, 0)}
	for _, d := range c.cfg.RetryDelays {
		if t := RetryTopic(group, d); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

type topicSpec struct {
	name       string
	partitions int
	keep       time.Duration
}

func (c *Client) spec(name string) topicSpec {
	s := topicSpec{name, c.cfg.Partitions, 30 * day}
	switch {
	case name == TopicDead:
		s.partitions, s.keep = 1, 90*day
	case name == TopicEnriched, strings.HasPrefix(name, "wire.retry."):
		s.keep = 7 * day
	}
	return s
}

// EnsureTopics creates the contract's topics and the retry tiers of the given
// groups where they are missing; topics that are there are left as they are.
// Several processes may do so at once. It returns when the cluster knows them.
func (c *Client) EnsureTopics(ctx context.Context, groups ...string) error {
	names := []string{TopicRaw, TopicArticles, TopicEnriched, TopicDead}
	for _, g := range groups {
		names = append(names, c.retryTopics(g)...)
	}
	return c.ensure(ctx, names...)
}

// EnsureTopic creates one topic with the client's number of partitions and
// 30 days of retention where it is missing.
func (c *Client) EnsureTopic(ctx context.Context, name string) error { return c.ensure(ctx, name) }

func (c *Client) ensure(ctx context.Context, names ...string) error {
	told := rarely{every: 30 * time.Second, now: c.cfg.Now}
	for attempt := 0; ; attempt++ {
		missing, _, err := c.missing(ctx, names)
		if err == nil && len(missing) == 0 {
			return nil
		}
		if err == nil && attempt%5 == 0 { // a new topic takes a moment to be known
			err = c.create(ctx, missing)
		}
		if err != nil {
			if _, ok := errors.AsType[*createError](err); ok {
				return err
			}
			if ctx.Err() == nil && told.may(err.Error()) {
				c.log.Warn().Str("event", "topics-awaited").Err(err).Msg("the topics cannot be made yet")
			}
		}
		if !sleep(ctx, backoff(min(attempt, 4), 20*time.Millisecond, time.Second)) {
			return fmt.Errorf("create topics: %w", errors.Join(err, ctx.Err()))
		}
	}
}

// missing tells which topics the cluster does not know with a leader for each
// partition, and how many partitions the others have.
func (c *Client) missing(ctx context.Context, names []string) (missing []string, counts map[string]int, err error) {
	// Not over the transport, which answers from what it knew half a second ago.
	parts, err := c.partitions(ctx)
	if err != nil {
		return nil, nil, err
	}
	counts = map[string]int{}
	led := map[string]bool{}
	for _, p := range parts {
		name := c.plainTopic(p.Topic)
		if p.Topic != c.topic(name) {
			continue
		}
		if _, ok := led[name]; !ok {
			led[name] = true
		}
		led[name] = led[name] && p.Leader.Host != ""
		counts[name]++
	}
	for _, n := range names {
		if !led[n] {
			missing = append(missing, n)
		}
	}
	wanted := map[string]int{}
	for _, n := range names {
		if led[n] {
			wanted[n] = counts[n]
		}
	}
	return missing, wanted, nil
}

// partitions asks one broker after the other for all partitions there are.
func (c *Client) partitions(ctx context.Context) ([]kafka.Partition, error) {
	var errs []error
	for _, addr := range c.cfg.Brokers {
		parts, err := c.partitionsFrom(ctx, addr)
		if err == nil {
			return parts, nil
		}
		errs = append(errs, fmt.Errorf("broker %s: %w", addr, err))
	}
	return nil, errors.Join(errs...)
}

func (c *Client) partitionsFrom(ctx context.Context, addr string) ([]kafka.Partition, error) {
	conn, err := c.dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(c.cfg.RequestTimeout)); err != nil {
		return nil, err
	}
	return conn.ReadPartitions()
}

type createError struct{ err error }

func (e *createError) Error() string { return e.err.Error() }
func (e *createError) Unwrap() error { return e.err }

func (c *Client) create(ctx context.Context, names []string) error {
	req := &kafka.CreateTopicsRequest{}
	for _, n := range names {
		s := c.spec(n)
		req.Topics = append(req.Topics, kafka.TopicConfig{
			Topic: c.topic(n), NumPartitions: s.partitions, ReplicationFactor: c.cfg.Replication,
			ConfigEntries: []kafka.ConfigEntry{
				{ConfigName: "retention.ms", ConfigValue: strconv.FormatInt(s.keep.Milliseconds(), 10)},
				{ConfigName: "max.message.bytes", ConfigValue: strconv.Itoa(MaxMessageBytes)},
				{ConfigName: "message.timestamp.type", ConfigValue: "LogAppendTime"},
				{ConfigName: "cleanup.policy", ConfigValue: "delete"},
			},
		})
	}
	resp, err := c.kafka.CreateTopics(ctx, req)
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range names {
		err := resp.Errors[c.topic(n)]
		switch {
		case err == nil, errors.Is(err, kafka.TopicAlreadyExists):
		case errors.Is(err, kafka.InvalidReplicationFactor), errors.Is(err, kafka.InvalidPartitionNumber), errors.Is(err, kafka.InvalidConfiguration),
			errors.Is(err, kafka.PolicyViolation), errors.Is(err, kafka.InvalidTopic), errors.Is(err, kafka.TopicAuthorizationFailed),
			errors.Is(err, kafka.ClusterAuthorizationFailed):
			errs = append(errs, &createError{fmt.Errorf("create topic %s (%d partitions, replication %d): %w", c.topic(n), c.spec(n).partitions, c.cfg.Replication, err)})
		default:
			errs = append(errs, fmt.Errorf("create topic %s: %w", c.topic(n), err))
		}
	}
	return errors.Join(errs...)
}

// TopicInfo describes a topic of the cluster.
type TopicInfo struct {
	Name       string // without the prefix
	Partitions []PartitionInfo
}

// PartitionInfo is where a partition starts and ends: First is the offset of
// its first record, End the offset that the next record will have.
type PartitionInfo struct {
	Partition  int
	First, End int64
	Leader     string // host:port, empty when there is none
	Replicas   int
	InSync     int
}

// Topics lists the topics under the prefix, by name, with where their partitions stand.
func (c *Client) Topics(ctx context.Context) ([]TopicInfo, error) {
	meta, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	var out []TopicInfo
	for _, t := range meta.Topics {
		if t.Internal || t.Error != nil || !strings.HasPrefix(t.Name, c.cfg.Prefix) {
			continue
		}
		info, err := c.describe(ctx, t)
		if err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b TopicInfo) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// Topic describes one topic.
func (c *Client) Topic(ctx context.Context, name string) (TopicInfo, error) {
	full := c.topic(name)
	meta, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{full}})
	if err != nil {
		return TopicInfo{}, fmt.Errorf("describe topic %s: %w", full, err)
	}
	for _, t := range meta.Topics {
		if t.Name != full {
			continue
		}
		if t.Error != nil {
			return TopicInfo{}, fmt.Errorf("describe topic %s: %w", full, t.Error)
		}
		return c.describe(ctx, t)
	}
	return TopicInfo{}, fmt.Errorf("describe topic %s: %w", full, kafka.UnknownTopicOrPartition)
}

func (c *Client) describe(ctx context.Context, t kafka.Topic) (TopicInfo, error) {
	info := TopicInfo{Name: c.plainTopic(t.Name)}
	var ids []int
	for _, p := range t.Partitions {
		ids = append(ids, p.ID)
	}
	bounds, err := c.bounds(ctx, t.Name, ids)
	if err != nil {
		return info, err
	}
	for _, p := range t.Partitions {
		pi := PartitionInfo{Partition: p.ID, First: bounds[p.ID].First, End: bounds[p.ID].End, Replicas: len(p.Replicas), InSync: len(p.Isr)}
		if p.Leader.Host != "" {
			pi.Leader = fmt.Sprintf("%s:%d", p.Leader.Host, p.Leader.Port)
		}
		info.Partitions = append(info.Partitions, pi)
	}
	slices.SortFunc(info.Partitions, func(a, b PartitionInfo) int { return a.Partition - b.Partition })
	return info, nil
}

type bound struct{ First, End int64 }

// bounds asks for the first and end offsets of partitions of a topic (full name).
func (c *Client) bounds(ctx context.Context, topic string, partitions []int) (map[int]bound, error) {
	var reqs []kafka.OffsetRequest
	for _, p := range partitions {
		reqs = append(reqs, kafka.FirstOffsetOf(p), kafka.LastOffsetOf(p))
	}
	resp, err := c.kafka.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: reqs}})
	if err != nil {
		return nil, fmt.Errorf("offsets of %s: %w", topic, err)
	}
	out := map[int]bound{}
	for _, p := range resp.Topics[topic] {
		if p.Error != nil {
			return nil, fmt.Errorf("offsets of %s/%d: %w", topic, p.Partition, p.Error)
		}
		out[p.Partition] = bound{p.FirstOffset, p.LastOffset}
	}
	for _, p := range partitions {
		if _, ok := out[p]; !ok {
			return nil, fmt.Errorf("offsets of %s/%d: %w", topic, p, kafka.UnknownTopicOrPartition)
		}
	}
	return out, nil
}
