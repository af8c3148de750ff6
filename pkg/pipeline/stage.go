package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/semaphore"
)

// Order says which records of a partition wait for each other.
type Order int

const (
	// ByKey handles records of one key in the order of the log, records of
	// different keys side by side, those without a key in any order.
	ByKey Order = iota
	// None handles all records side by side.
	None
	// Strict handles the records of a partition one after the other.
	Strict
)

// Stage is what a worker does with the records of some topics, as a member of
// a consumer group. Exactly one of Handle and HandleBatch is set.
type Stage struct {
	// Group is the consumer group. Its members share the partitions.
	Group string
	// Topics are what it reads; the group's retry tiers are read with them.
	Topics []string
	Order  Order

	// Handle works on one record and returns the records to write; their
	// offset counts as done when those are acknowledged. It is called from
	// many goroutines. Its ctx ends when the partition must be given up.
	// The error decides: nil is done; Permanent makes a dead letter;
	// Unavailable pauses the partition and hands the record in again; any
	// other, and a panic, sends the record to the next retry tier, and
	// after the last to the dead letters as Failed.
	Handle func(ctx context.Context, rec *Record) ([]Record, error)

	// HandleBatch works on records of several partitions, those of one
	// partition in order. It must take effect whole or not at all: after an
	// error that is not Unavailable the batch is handed in again by halves,
	// until the record at fault stands alone and goes the way that Handle
	// tells. Calls do not overlap unless Concurrency says so.
	HandleBatch func(ctx context.Context, recs []Record) error
	// BatchSize bounds a batch. 0 is 500 records.
	BatchSize int
	// BatchBytes bounds a batch by the weight of its records. 0 is 8 MiB.
	BatchBytes int64

	// Concurrency bounds the calls of the handler at one time: 0 is
	// MaxInFlight for Handle, 1 for HandleBatch.
	Concurrency int
	// MaxInFlight bounds the records that are fetched and not done. 0 is 1024.
	MaxInFlight int
	// MaxBytes bounds their weight in memory. 0 is 64 MiB. One record
	// heavier than that is taken alone.
	MaxBytes int64

	// Assemble puts records in parts (headers part, parts) together on disk
	// before the handler sees them.
	Assemble bool

	// Resume, when set, tells from where a partition goes on, for a stage
	// that keeps its offsets in its own store: the next offset to read, or
	// false to take the one committed to Kafka.
	Resume func(ctx context.Context, topic string, partition int) (next int64, ok bool, err error)

	// Joined, when set, is told after each join which partitions this
	// member has; it must not block.
	Joined func(Assignment)

	noRetry bool // failures are handed in again at once: Watermill's subscriber
	latest  bool // a new group starts at the end
}

// Assignment is the partitions of one member in one generation of its group,
// retry tiers included. It may be empty.
type Assignment struct {
	Generation int
	Partitions map[string][]int
}

func (s *Stage) defaults() error {
	switch {
	case s.Group == "":
		return errors.New("stage: no group is named")
	case len(s.Topics) == 0:
		return fmt.Errorf("stage %s: no topic is named", s.Group)
	case (s.Handle == nil) == (s.HandleBatch == nil):
		return fmt.Errorf("stage %s: want one of Handle and HandleBatch", s.Group)
	}
	if s.MaxInFlight <= 0 {
		s.MaxInFlight = 1024
	}
	if s.MaxBytes <= 0 {
		s.MaxBytes = 64 << 20
	}
	if s.BatchSize <= 0 {
		s.BatchSize = 500
	}
	if s.BatchBytes <= 0 {
		s.BatchBytes = 8 << 20
	}
	if s.Concurrency <= 0 {
		s.Concurrency = s.MaxInFlight
		if s.HandleBatch != nil {
			s.Concurrency = 1
		}
	}
	return nil
}

// Run joins the stage's group and works until ctx ends; then it stops
// fetching, gives what is in flight up to five seconds, commits, leaves the
// group and returns nil. It creates the topics it needs. Brokers that go away
// and come back, and rebalances, are lived through. Errors are those of a
// stage that cannot work at all.
func (c *Client) Run(ctx context.Context, stage Stage) error {
	if err := stage.defaults(); err != nil {
		return err
	}
	topics := slices.Clone(stage.Topics)
	if !stage.noRetry {
		topics = append(topics, c.retryTopics(stage.Group)...)
	}
	need := topics
	if !stage.noRetry {
		need = append(slices.Clone(topics), TopicDead)
	}
	if err := c.ensure(ctx, need...); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("stage %s: %w", stage.Group, err)
	}
	full := make([]string, len(topics))
	for i, t := range topics {
		full[i] = c.topic(t)
	}
	start := kafka.FirstOffset
	if stage.latest {
		start = kafka.LastOffset
	}
	group := c.cfg.Prefix + stage.Group
	lines := &lines{}
	dialer := *c.dialer
	dialer.DialFunc = lines.dial
	cg, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: group, Brokers: c.cfg.Brokers, Dialer: &dialer, Topics: full, StartOffset: start,
		HeartbeatInterval: 500 * time.Millisecond, // a join waits for everyone's heartbeat
		SessionTimeout:    c.cfg.SessionTimeout, RebalanceTimeout: 30 * time.Second,
		JoinGroupBackoff: 500 * time.Millisecond, Timeout: c.joinTimeout(),
	})
	if err != nil {
		return fmt.Errorf("stage %s: %w", stage.Group, err)
	}
	closed := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		lines.hangUp(2 * time.Second) // a join under way would wait for all other members
		closed <- cg.Close()
	})
	defer func() {
		if stop() {
			_ = cg.Close()
			return
		}
		c.log.Debug().Str("group", group).Err(<-closed).Msg("the group is left")
	}()

	st := c.addGroup(stage.Group)
	defer c.dropGroup(stage.Group, st)
	r := &runner{c: c, stage: stage, topics: need, status: st, log: c.log.With().Str("group", group).Logger()}
	for attempt := 0; ; attempt++ {
		gen, err := cg.Next(ctx)
		switch {
		case err == nil:
			attempt = 0
			if c.untold("join " + group) {
				r.log.Info().Str("event", "group-joined").Msg("the group is joined again")
			}
			finished := make(chan struct{})
			gen.Start(func(gctx context.Context) {
				defer close(finished)
				lines.use(true)
				r.generation(ctx, gctx, gen)
				lines.use(false)
				if ctx.Err() != nil {
					// The group must see that it is closed before it
					// sees that this generation is, or it joins again.
					select {
					case <-gctx.Done():
					case <-time.After(c.cfg.SessionTimeout):
					}
				}
			})
			<-finished
		case ctx.Err() != nil, errors.Is(err, kafka.ErrGroupClosed):
			return nil
		default:
			// A young broker answers that its coordinator loads; a
			// broker that is away refuses. Both pass.
			if attempt > 3 && c.told("join "+group, err) {
				r.log.Warn().Str("event", "group-awaited").Strs("brokers", c.cfg.Brokers).Err(err).Msg("the group cannot be joined yet")
			}
			if !sleep(ctx, backoff(attempt, 50*time.Millisecond, 2*time.Second)) {
				return nil
			}
		}
	}
}

// joinTimeout bounds a request to the coordinator. kafka-go adds the rebalance
// timeout to it for joins.
func (c *Client) joinTimeout() time.Duration { return min(c.cfg.RequestTimeout, 10*time.Second) }

// drainTime is what records in flight get when partitions are given up: less
// than half of the rebalance timeout and of the session, in which no heartbeat
// is sent.
func (c *Client) drainTime() time.Duration { return min(5*time.Second, c.cfg.SessionTimeout*2/5) }

type runner struct {
	c      *Client
	stage  Stage
	topics []string // that it needs
	status *groupStatus
	log    zerolog.Logger
}

// generation works on the partitions of one generation until it ends or ctx
// does, drains and commits. Nothing of it outlives it but handlers that do
// not heed their context; what those do then has no effect here.
func (r *runner) generation(ctx context.Context, gctx context.Context, gen *kafka.Generation) {
	fetchCtx, stopFetch := context.WithCancel(gctx)
	defer stopFetch()
	defer context.AfterFunc(ctx, stopFetch)()
	handleCtx, stopHandle := context.WithCancel(context.Background())
	defer stopHandle()

	w := newWork(fetchCtx, handleCtx, r)
	assigned := Assignment{Generation: int(gen.ID), Partitions: map[string][]int{}}
	total := 0
	for _, ps := range gen.Assignments {
		total += len(ps)
	}
	for topic, ps := range gen.Assignments {
		name := r.c.plainTopic(topic)
		for _, p := range ps {
			w.add(name, p.ID, p.Offset, total)
			assigned.Partitions[name] = append(assigned.Partitions[name], p.ID)
		}
		slices.Sort(assigned.Partitions[name])
	}
	r.c.metrics.rebalances.WithLabelValues(r.stage.Group).Inc()
	r.status.set(w)
	w.start()
	r.log.Debug().Str("event", "assigned").Int32("generation", gen.ID).Int("partitions", total).Msg("partitions are assigned")
	if r.stage.Joined != nil {
		r.stage.Joined(assigned)
	}

	tick := time.NewTicker(r.c.cfg.CommitEvery)
	defer tick.Stop()
	fenced := false
	changed := make(chan error, 1)
	go func() { changed <- r.watch(fetchCtx, gen) }()
	var why error
	for fetchCtx.Err() == nil && !fenced && why == nil {
		select {
		case <-fetchCtx.Done():
		case why = <-changed:
		case <-tick.C:
			fenced = !r.commit(gen, w)
			r.observe(w)
		}
	}
	stopFetch()
	if why != nil && ctx.Err() == nil {
		r.log.Warn().Str("event", "topics-changed").Err(why).Msg("the group's partitions are given out anew")
	}
	if !fenced {
		w.drain(r.c.drainTime(), tick.C, func() { fenced = fenced || !r.commit(gen, w) })
	}
	stopHandle()
	w.close()
	if !fenced {
		r.commit(gen, w)
	}
}

// watch returns why the partitions must be given out anew: a topic is gone,
// which is made again first, or has other partitions than those that this
// generation knows. kafka-go's own watch does not stand a topic that is gone.
func (r *runner) watch(ctx context.Context, gen *kafka.Generation) error {
	known := map[string]int{}
	for sleep(ctx, watchEvery) {
		missing, counts, err := r.c.missing(ctx, r.topics)
		if err != nil {
			continue // the heartbeat tells whether the cluster is away
		}
		if len(missing) > 0 {
			makeCtx, cancel := context.WithTimeout(ctx, r.c.drainTime())
			err := r.c.ensure(makeCtx, missing...)
			cancel()
			return errors.Join(fmt.Errorf("topics that were gone: %s", strings.Join(missing, ", ")), err)
		}
		for topic, n := range counts {
			if before, ok := known[topic]; ok && before != n {
				return fmt.Errorf("topic %s has %d partitions, and had %d", topic, n, before)
			}
			known[topic] = n
		}
	}
	return ctx.Err()
}

// watchEvery is the pause between two looks at the group's topics.
const watchEvery = 3 * time.Second

// commit writes the watermarks that have moved. It returns false when this
// generation may not commit any more.
func (r *runner) commit(gen *kafka.Generation, w *work) bool {
	offsets, settled := w.watermarks()
	if len(offsets) == 0 {
		return true
	}
	full := make(map[string]map[int]int64, len(offsets))
	for t, ps := range offsets {
		full[r.c.topic(t)] = ps
	}
	err := gen.CommitOffsets(full)
	if err == nil {
		settled()
		r.c.metrics.commits.WithLabelValues(r.stage.Group, "ok").Inc()
		return true
	}
	r.c.metrics.commits.WithLabelValues(r.stage.Group, "failed").Inc()
	switch {
	case errors.Is(err, kafka.IllegalGeneration), errors.Is(err, kafka.UnknownMemberId), errors.Is(err, kafka.RebalanceInProgress):
		r.log.Info().Str("event", "fenced").Int32("generation", gen.ID).Err(err).Msg("the group has moved on; what was not committed is read again")
		return false
	}
	if r.c.told("commit "+r.stage.Group, err) {
		r.log.Warn().Str("event", "commit-failed").Err(err).Msg("offsets could not be committed; trying again")
	}
	return true
}

// lines are the connections of a group to its coordinator. kafka-go cannot be
// told to give up a join, which waits for every member: hanging up does it.
type lines struct {
	mu     sync.Mutex
	inUse  bool // by a generation, which must commit
	member bool // of the group, by an earlier generation
	conns  map[net.Conn]struct{}
}

type line struct {
	net.Conn
	of *lines
}

func (l *lines) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conns == nil {
		l.conns = map[net.Conn]struct{}{}
	}
	l.conns[conn] = struct{}{}
	return &line{conn, l}, nil
}

func (l *line) Close() error {
	l.of.mu.Lock()
	delete(l.of.conns, l.Conn)
	l.of.mu.Unlock()
	return l.Conn.Close()
}

func (l *lines) use(on bool) {
	l.mu.Lock()
	l.inUse, l.member = on, true
	l.mu.Unlock()
}

// hangUp cuts the connections unless a generation works. One who has not been
// a member yet could not leave the group then and would be waited for as long
// as a session lasts: a first join gets a moment to end by itself.
func (l *lines) hangUp(moment time.Duration) {
	end := time.Now().Add(moment)
	for {
		l.mu.Lock()
		if l.inUse || l.member || len(l.conns) == 0 || time.Now().After(end) {
			break
		}
		l.mu.Unlock()
		time.Sleep(5 * time.Millisecond)
	}
	defer l.mu.Unlock()
	if l.inUse {
		return
	}
	for conn := range l.conns {
		_ = conn.Close()
	}
}

// isRetryTier tells whether a topic is a retry tier of the group.
func isRetryTier(topic, group string) bool {
	return strings.HasPrefix(topic, "wire.retry."+group+".")
}

// tickets is a budget whose waiters are served in turn; more than the whole
// counts as the whole.
type tickets struct {
	size int64
	sem  *semaphore.Weighted
}

func newTickets(n int64) *tickets { return &tickets{n, semaphore.NewWeighted(n)} }

func (t *tickets) take(ctx context.Context, n int64) bool {
	return t.sem.Acquire(ctx, min(n, t.size)) == nil
}

func (t *tickets) give(n int64) { t.sem.Release(min(n, t.size)) }
