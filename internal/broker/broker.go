// Package broker runs a Kafka broker inside the process, for trying Dateline
// out and for small desks. It is kfake, whose makers call it a broker for
// testing, behind a wrapper that guards what a desk would trip over: a lock on
// the directory, one port for life, retention that never empties a partition,
// a cap on the whole log, small segments, an end to members that died while
// they joined a group, and a refusal of a directory that cannot be written.
//
// What is acknowledged survives kill -9. It survives a power cut only with
// Config.Fsync, as with Apache Kafka's own defaults. Production is Apache Kafka.
package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Config says where and how a broker runs. Only Dir is required.
type Config struct {
	// Dir is the broker's own directory; it is made when it is not there.
	Dir string
	// Port is the port on the loopback address. 0 takes the port that Dir
	// remembers, else a free one.
	Port int
	// Log receives what is worth waking for; the zero value is silent.
	Log zerolog.Logger
	// Fsync writes every batch through to the disk before it is acknowledged.
	Fsync bool
	// Retention is the age after which records go, for topics that say none
	// themselves ("retention.ms"). 0 is 30 days.
	Retention time.Duration
	// MaxBytes caps the log of all topics together: a restart reads its index
	// into memory. The oldest segments go first. 0 is 4 GiB.
	MaxBytes int64
	// SegmentBytes is the size at which a segment of a partition is closed. 0 is 16 MiB.
	SegmentBytes int64
	// SweepEvery is the pause between two passes of the retention. 0 is one minute.
	SweepEvery time.Duration
	// Now is the clock of the retention. nil is time.Now.
	Now func() time.Time
}

func (c *Config) defaults() {
	if c.Retention == 0 {
		c.Retention = 30 * 24 * time.Hour
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 4 << 30
	}
	if c.SegmentBytes == 0 {
		c.SegmentBytes = 16 << 20
	}
	if c.SweepEvery == 0 {
		c.SweepEvery = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// Broker is a running broker. Close ends it; it is safe to call twice.
type Broker struct {
	cfg     Config
	cluster *kfake.Cluster
	addr    string
	lock    *os.File
	ghosts  *ghosts

	admin     *kgo.Client
	cancel    context.CancelFunc
	done      sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

// ErrLocked is wrapped by Start when another process has the directory.
var ErrLocked = errors.New("the directory is in use")

// Start locks the directory, loads what is in it and serves. Its errors name
// the directory and, when another process has it, that process.
func Start(cfg Config) (_ *Broker, err error) {
	cfg.defaults()
	if cfg.Dir == "" {
		return nil, errors.New("broker: no directory is given")
	}
	data := filepath.Join(cfg.Dir, "log")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, fmt.Errorf("broker: make directory: %w", err)
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = lock.Close()
		}
	}()
	if err := writable(data); err != nil {
		return nil, fmt.Errorf("broker: directory %s cannot be written: %w", cfg.Dir, err)
	}

	logger := &kfakeLog{log: cfg.Log}
	start := func(port int) (*kfake.Cluster, string, error) {
		var addr string
		opts := []kfake.Opt{
			kfake.NumBrokers(1),
			kfake.Ports(port),
			kfake.ClusterID("dateline-embedded"),
			kfake.DataDir(data),
			kfake.WithLogger(logger),
			kfake.GroupMinSessionTimeout(time.Second),
			kfake.BrokerConfigs(map[string]string{
				"log.segment.bytes": strconv.FormatInt(cfg.SegmentBytes, 10),
				// Its own retention can empty a partition, whose offsets then
				// start at 0 again: it never runs, sweep does the work.
				"log.cleaner.backoff.ms":    strconv.FormatInt((10 * 365 * 24 * time.Hour).Milliseconds(), 10),
				"offsets.retention.minutes": strconv.FormatInt(int64((365 * 24 * time.Hour).Minutes()), 10),
			}),
			kfake.ListenFn(func(network, _ string) (net.Listener, error) {
				ln, err := net.Listen(network, net.JoinHostPort("127.0.0.1", strconv.Itoa(port))) //nolint:noctx // kfake gives no context
				if err == nil {
					addr = ln.Addr().String()
				}
				return ln, err
			}),
		}
		if cfg.Fsync {
			opts = append(opts, kfake.SyncWrites())
		}
		c, err := kfake.NewCluster(opts...)
		return c, addr, err
	}

	portFile := filepath.Join(cfg.Dir, "port")
	port := cfg.Port
	if port == 0 {
		port = keptPort(portFile)
	}
	cluster, addr, err := start(port)
	if err != nil && cfg.Port == 0 && port != 0 && errors.Is(err, syscall.EADDRINUSE) {
		cfg.Log.Warn().Int("port", port).Str("dir", cfg.Dir).Msg("the broker's port is taken by another program; taking a new one")
		cluster, addr, err = start(0)
	}
	if err != nil {
		return nil, fmt.Errorf("broker: start in %s: %w", cfg.Dir, err)
	}
	_, p, err := net.SplitHostPort(addr)
	if err == nil {
		err = os.WriteFile(portFile, []byte(p+"\n"), 0o644)
	}
	if err != nil {
		cluster.Close()
		return nil, fmt.Errorf("broker: keep the port: %w", err)
	}

	admin, err := kgo.NewClient(kgo.SeedBrokers(addr))
	if err != nil {
		cluster.Close()
		return nil, fmt.Errorf("broker: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &Broker{cfg: cfg, cluster: cluster, addr: addr, lock: lock, admin: admin, cancel: cancel, ghosts: watchGhosts(cluster, cfg.Now)}
	b.done.Go(func() { b.sweepLoop(ctx) })
	b.done.Go(func() { b.ghostLoop(ctx) })
	return b, nil
}

// Addr is the broker's address, host:port on the loopback.
func (b *Broker) Addr() string { return b.addr }

// Close writes the state out and gives the directory up.
func (b *Broker) Close() error {
	b.closeOnce.Do(func() {
		b.cancel()
		b.done.Wait()
		b.admin.Close()
		b.cluster.Close()
		b.closeErr = b.lock.Close() // gives the lock up
	})
	return b.closeErr
}

// lockDir takes the lock that a process holds on its directory until it ends,
// however it ends.
func lockDir(dir string) (*os.File, error) {
	name := filepath.Join(dir, "lock")
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("broker: open lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		pid := make([]byte, 32)
		n, _ := f.ReadAt(pid, 0)
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			who := strings.TrimSpace(string(pid[:n]))
			if who == "" {
				who = "unknown"
			}
			return nil, fmt.Errorf("broker: %s: %w by process %s", dir, ErrLocked, who)
		}
		return nil, fmt.Errorf("broker: lock %s: %w", name, err)
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("broker: write lock: %w", err)
		}
	}
	return f, nil
}

// writable tells by trying whether a file can be written in dir.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	_, werr := f.Write(make([]byte, 4096))
	serr := f.Sync()
	cerr := f.Close()
	rerr := os.Remove(f.Name())
	return errors.Join(werr, serr, cerr, rerr)
}

func keptPort(name string) int {
	b, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	p, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || p < 1 || p > 65535 {
		return 0
	}
	return p
}

// kfakeLog passes on what kfake warns of, at most one line of a kind a minute:
// a full disk fails every batch.
type kfakeLog struct {
	log  zerolog.Logger
	mu   sync.Mutex
	last map[string]time.Time
}

func (l *kfakeLog) Logf(level kfake.LogLevel, format string, args ...any) {
	if level != kfake.LogLevelError && level != kfake.LogLevelWarn {
		return
	}
	now := time.Now()
	l.mu.Lock()
	told := now.Sub(l.last[format]) < time.Minute
	if !told {
		if l.last == nil {
			l.last = map[string]time.Time{}
		}
		l.last[format] = now
	}
	l.mu.Unlock()
	if told {
		return
	}
	ev := l.log.Warn()
	if level == kfake.LogLevelError {
		ev = l.log.Error()
	}
	ev.Msg("embedded broker: " + strings.TrimSpace(fmt.Sprintf(format, args...)))
}
