package broker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	if dir := os.Getenv("BROKER_TEST_DIR"); dir != "" { // a process to be killed
		b, err := Start(Config{Dir: dir})
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(b.Addr())
		select {}
	}
	os.Exit(m.Run())
}

func start(t *testing.T, cfg Config) *Broker {
	t.Helper()
	b, err := Start(cfg)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func client(t *testing.T, addr string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(addr), kgo.ProducerBatchCompression(kgo.NoCompression()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func makeTopic(t *testing.T, cl *kgo.Client, name string, partitions int32, retention time.Duration) {
	t.Helper()
	rt := kmsg.NewCreateTopicsRequestTopic()
	rt.Topic, rt.NumPartitions, rt.ReplicationFactor = name, partitions, 1
	if retention > 0 {
		c := kmsg.NewCreateTopicsRequestTopicConfig()
		ms := strconv.FormatInt(retention.Milliseconds(), 10)
		c.Name, c.Value = "retention.ms", &ms
		rt.Configs = append(rt.Configs, c)
	}
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics = append(req.Topics, rt)
	resp, err := req.RequestWith(t.Context(), cl)
	if err == nil {
		err = kerr.ErrorForCode(resp.Topics[0].ErrorCode)
	}
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		t.Fatalf("create topic: %v", err)
	}
}

func write(t *testing.T, cl *kgo.Client, topic string, at time.Time, size int, values ...string) {
	t.Helper()
	for _, v := range values {
		r := &kgo.Record{Topic: topic, Value: append([]byte(v), make([]byte, size)...), Timestamp: at}
		if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatalf("produce: %v", err)
		}
	}
}

// values reads what partition 0 of a topic holds, up to the offset before end.
func values(t *testing.T, addr, topic string, end int64) (out []string, first int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cl := client(t, addr, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	first = -1
	for {
		fs := cl.PollFetches(ctx)
		if err := fs.Err0(); err != nil {
			t.Fatalf("read %s: %v", topic, err)
		}
		last := int64(-1)
		fs.EachRecord(func(r *kgo.Record) {
			if first < 0 {
				first = r.Offset
			}
			last = r.Offset
			out = append(out, strings.TrimRight(string(r.Value), "\x00"))
		})
		if last == end-1 {
			return out, first
		}
	}
}

func TestKeepsPortAndRecords(t *testing.T) {
	dir := t.TempDir()
	b := start(t, Config{Dir: dir})
	addr := b.Addr()
	cl := client(t, addr)
	makeTopic(t, cl, "a", 1, 0)
	write(t, cl, "a", time.Now(), 0, "one", "two")
	cl.Close()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = start(t, Config{Dir: dir})
	if b.Addr() != addr {
		t.Errorf("address after a restart: got %s, want %s", b.Addr(), addr)
	}
	if got, _ := values(t, addr, "a", 2); fmt.Sprint(got) != "[one two]" {
		t.Errorf("records after a restart: got %v, want [one two]", got)
	}
}

func TestTakenPortIsReplaced(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "port"), []byte(port), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, Config{Dir: dir})
	if strings.HasSuffix(b.Addr(), ":"+port) {
		t.Errorf("took the port %s that another program has", port)
	}
	n, _ := strconv.Atoi(port)
	if b, err := Start(Config{Dir: t.TempDir(), Port: n}); err == nil {
		_ = b.Close()
		t.Error("a port that was asked for and is taken: got no error")
	}
}

func TestRefusals(t *testing.T) {
	held := t.TempDir()
	start(t, Config{Dir: held})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, dir string
		want      []string
	}{
		{"no directory", "", []string{"no directory"}},
		{"a second process", held, []string{held, "in use", "process " + strconv.Itoa(os.Getpid())}},
		{"a file in the way", filepath.Join(file, "x"), []string{file}},
		{"a directory that cannot be made", "/proc/broker", []string{"/proc/broker"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Start(Config{Dir: tt.dir})
			if err == nil {
				_ = b.Close()
				t.Fatal("got no error")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
}

func TestRetentionLeavesARecord(t *testing.T) {
	b := start(t, Config{Dir: t.TempDir(), SweepEvery: time.Hour})
	cl := client(t, b.Addr())
	now := time.Now()
	for _, topic := range []string{"old", "mixed", "young", "ever"} {
		keep := time.Hour
		if topic == "ever" {
			keep = 200 * 365 * 24 * time.Hour
		}
		makeTopic(t, cl, topic, 1, keep)
	}
	old := now.Add(-2 * time.Hour)
	write(t, cl, "old", old, 0, "1", "2", "3")
	write(t, cl, "mixed", old, 0, "1", "2")
	write(t, cl, "mixed", now, 0, "3")
	write(t, cl, "mixed", old, 0, "4") // an old timestamp behind a young one takes nothing with it
	write(t, cl, "young", now, 0, "1", "2")
	write(t, cl, "ever", old, 0, "1", "2")
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for topic, want := range map[string]struct {
		end    int64
		values string
	}{"old": {3, "[3]"}, "mixed": {4, "[3 4]"}, "young": {2, "[1 2]"}, "ever": {2, "[1 2]"}} {
		if got, _ := values(t, b.Addr(), topic, want.end); fmt.Sprint(got) != want.values {
			t.Errorf("%s: got %v, want %s", topic, got, want.values)
		}
	}
	write(t, cl, "old", now, 0, "4")
	if got, first := values(t, b.Addr(), "old", 4); fmt.Sprint(got) != "[3 4]" || first != 2 {
		t.Errorf("old after another record: got %v from offset %d, want [3 4] from 2", got, first)
	}
}

func TestCapDropsTheOldestSegments(t *testing.T) {
	b := start(t, Config{Dir: t.TempDir(), SweepEvery: time.Hour, SegmentBytes: 8 << 10, MaxBytes: 60 << 10})
	cl := client(t, b.Addr())
	makeTopic(t, cl, "a", 1, 0)
	makeTopic(t, cl, "b", 1, 0)
	var n int64
	for n = range int64(40) {
		write(t, cl, "a", time.Now(), 4<<10, strconv.FormatInt(n, 10))
	}
	write(t, cl, "b", time.Now(), 0, "small")
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, first := values(t, b.Addr(), "a", 40)
	if len(got) > 16 || len(got) < 8 || first != int64(40-len(got)) {
		t.Errorf("a: got %d records from offset %d, want the last dozen or so", len(got), first)
	}
	if got, _ := values(t, b.Addr(), "b", 1); fmt.Sprint(got) != "[small]" {
		t.Errorf("b: got %v, want [small]", got)
	}
}

func TestSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	var all []string
	for round := range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "BROKER_TEST_DIR="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(out).ReadString('\n')
		addr := strings.TrimSpace(line)
		if strings.HasPrefix(addr, "error") || addr == "" {
			t.Fatalf("round %d: %s", round, addr)
		}
		if round == 0 {
			if _, err := Start(Config{Dir: dir}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), strconv.Itoa(cmd.Process.Pid)) {
				t.Errorf("start beside another process: got %v, want its process %d", err, cmd.Process.Pid)
			}
		}
		cl := client(t, addr)
		makeTopic(t, cl, "a", 1, 0)
		for i := range 20 {
			v := fmt.Sprintf("%d.%d", round, i)
			write(t, cl, "a", time.Now(), 100, v)
			all = append(all, v)
		}
		cl.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	b := start(t, Config{Dir: dir})
	if got, _ := values(t, b.Addr(), "a", int64(len(all))); fmt.Sprint(got) != fmt.Sprint(all) {
		t.Errorf("after three kills: got %v, want %v", got, all)
	}
}
