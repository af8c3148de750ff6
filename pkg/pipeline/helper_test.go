package pipeline

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/broker"
)

// helperProcess is what the test binary does when a test starts it again with
// a role in DATELINE_TEST_ROLE. It ends with SIGTERM, or is killed.
func helperProcess(role string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	dir := os.Getenv("DATELINE_TEST_DIR")
	var err error
	switch role {
	case "broker":
		err = helperBroker(ctx, dir)
	case "producer":
		err = helperClient(ctx, func(c *Client) error { return helperProducer(ctx, c, dir) })
	case "worker":
		err = helperClient(ctx, func(c *Client) error {
			return c.Run(ctx, Stage{Group: "worker", Topics: []string{"in"}, Handle: func(_ context.Context, r *Record) ([]Record, error) {
				return []Record{{Topic: "mid", Key: r.Key, Value: r.Value}}, nil
			}})
		})
	case "sink":
		err = helperClient(ctx, func(c *Client) error { return helperSink(ctx, c, dir) })
	default:
		err = fmt.Errorf("no such role")
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", role, err)
		return 1
	}
	return 0
}

func helperBroker(ctx context.Context, dir string) error {
	b, err := broker.Start(broker.Config{Dir: filepath.Join(dir, "broker")})
	if err != nil {
		return err
	}
	fmt.Println(b.Addr())
	<-ctx.Done()
	return b.Close()
}

func helperClient(ctx context.Context, run func(*Client) error) error {
	session, _ := time.ParseDuration(os.Getenv("DATELINE_TEST_SESSION"))
	cfg := Config{
		Brokers: strings.Split(os.Getenv("DATELINE_TEST_BROKERS"), ","), Prefix: os.Getenv("DATELINE_TEST_PREFIX"), Partitions: 3,
		SessionTimeout: session, CommitEvery: 50 * time.Millisecond, RequestTimeout: 5 * time.Second,
	}
	if os.Getenv("DATELINE_TEST_LOG") != "" {
		cfg.Logger = zerolog.New(os.Stderr)
	}
	c, err := Connect(ctx, cfg)
	if err != nil {
		return err
	}
	return errors.Join(run(c), c.Close())
}

// helperProducer writes numbered stories, a new one as soon as those before it
// are acknowledged, and keeps its progress in a file.
func helperProducer(ctx context.Context, c *Client, dir string) error {
	if err := c.EnsureTopic(ctx, "in"); err != nil {
		return err
	}
	if err := c.EnsureTopic(ctx, "mid"); err != nil {
		return err
	}
	name := filepath.Join(dir, "produced")
	next := 0
	if b, err := os.ReadFile(name); err == nil {
		next, _ = strconv.Atoi(string(b))
	}
	for ctx.Err() == nil {
		if _, err := os.Stat(filepath.Join(dir, "enough")); err == nil {
			return nil
		}
		var recs []Record
		for range 20 {
			recs = append(recs, Record{Topic: "in", Key: fmt.Appendf(nil, "story-%d", next%crashKeys), Value: fmt.Appendf(nil, "%d", next)})
			next++
		}
		if err := c.Produce(ctx, recs); err != nil {
			return err
		}
		if err := os.WriteFile(name+".new", []byte(strconv.Itoa(next)), 0o600); err != nil {
			return err
		}
		if err := os.Rename(name+".new", name); err != nil {
			return err
		}
		sleep(ctx, 2*time.Millisecond)
	}
	return nil
}

const crashKeys = 50

// storeLine is one transaction of the crash test's store: what it holds and
// the offsets that are consumed with it.
type storeLine struct {
	Stories []string         `json:"stories"` // key:number
	Offsets map[string]int64 `json:"offsets"` // topic/partition: next
}

// readStore reads whole transactions and tells how long they are together.
func readStore(name string) (lines []storeLine, whole int64, err error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, len(b)+1)
	for sc.Scan() {
		var l storeLine
		if int(whole)+len(sc.Bytes()) >= len(b) || json.Unmarshal(sc.Bytes(), &l) != nil {
			break // torn
		}
		lines = append(lines, l)
		whole += int64(len(sc.Bytes())) + 1
	}
	return lines, whole, sc.Err()
}

// helperSink appends each batch with its offsets in one write, and goes on
// from the offsets in its store.
func helperSink(ctx context.Context, c *Client, dir string) error {
	name := filepath.Join(dir, "store")
	lines, whole, err := readStore(name)
	if err != nil {
		return err
	}
	next := map[string]int64{}
	for _, l := range lines {
		maps.Copy(next, l.Offsets)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Truncate(whole); err != nil {
		return err
	}
	return c.Run(ctx, Stage{
		Group: "sink", Topics: []string{"mid"},
		Resume: func(_ context.Context, topic string, partition int) (int64, bool, error) {
			at, ok := next[fmt.Sprintf("%s/%d", topic, partition)]
			return at, ok, nil
		},
		HandleBatch: func(_ context.Context, recs []Record) error {
			l := storeLine{Offsets: map[string]int64{}}
			for i := range recs {
				l.Stories = append(l.Stories, fmt.Sprintf("%s:%s", recs[i].Key, recs[i].Value))
				at := fmt.Sprintf("%s/%d", recs[i].Read.Topic, recs[i].Read.Partition)
				l.Offsets[at] = recs[i].Read.Offset + 1
			}
			b, err := json.Marshal(l)
			if err != nil {
				return err
			}
			n, err := f.WriteAt(append(b, '\n'), whole)
			if err != nil {
				return Unavailable(err)
			}
			whole += int64(n)
			maps.Copy(next, l.Offsets)
			return nil
		},
	})
}
