package pipeline

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Config says how to reach a Kafka cluster and how its topics are made.
// Brokers is required, the zero value of all else is usable.
type Config struct {
	// Brokers are addresses, host:port.
	Brokers []string
	// Prefix goes before the names of topics and groups.
	Prefix string
	// ClientID names this program to the broker. "" is "dateline".
	ClientID string

	// User, Password and Mechanism (plain, scram-sha-256, scram-sha-512) turn SASL on.
	User, Password, Mechanism string
	// CAFile is a PEM file of the authorities that vouch for the brokers; it turns TLS on.
	CAFile string

	// Partitions of the topics that are made here, wire.dead excepted. 0 is 24.
	Partitions int
	// Replication of the topics that are made here. 0 is the cluster's default.
	Replication int
	// RetryDelays are the waits before the attempts after the first, one
	// retry topic each. nil is 5 s, 1 min, 10 min; empty is none.
	RetryDelays []time.Duration

	// Linger is how long the producer waits for company before it sends a
	// small batch. 0 is 2 ms.
	Linger time.Duration
	// CommitEvery is the pause between two commits. 0 is one second.
	CommitEvery time.Duration
	// SessionTimeout is how long a group waits for a silent member. 0 is 10 s.
	SessionTimeout time.Duration
	// TempDir holds the parts of large records while they are put together;
	// "" is the system's. Nothing in it outlives the process.
	TempDir string
	// RequestTimeout bounds one request to a broker. 0 is 10 s.
	RequestTimeout time.Duration

	// Logger receives one line for each event worth waking for.
	Logger zerolog.Logger
	// Registerer takes the metrics; nil keeps them private.
	Registerer prometheus.Registerer
	// Now is the clock of due times and lag. nil is time.Now.
	Now func() time.Time
}

// String tells the configuration without its secret.
func (c Config) String() string {
	s := "kafka " + strings.Join(c.Brokers, ",")
	if c.Mechanism != "" || c.User != "" {
		s += " as " + c.User + " (" + c.Mechanism + ")"
	}
	if c.CAFile != "" {
		s += " over TLS"
	}
	return s
}

// GoString is String, so that %#v does not print the secret either.
func (c Config) GoString() string { return c.String() }

func (c *Config) defaults() {
	if c.ClientID == "" {
		c.ClientID = "dateline"
	}
	if c.Partitions == 0 {
		c.Partitions = 24
	}
	if c.Replication == 0 {
		c.Replication = -1
	}
	if c.RetryDelays == nil {
		c.RetryDelays = []time.Duration{5 * time.Second, time.Minute, 10 * time.Minute}
	}
	if c.Linger == 0 {
		c.Linger = 2 * time.Millisecond
	}
	if c.CommitEvery == 0 {
		c.CommitEvery = time.Second
	}
	if c.SessionTimeout == 0 {
		c.SessionTimeout = 10 * time.Second
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = 10 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// Client is a connection to a cluster: one producer, and the groups that Run
// joins. Its methods are safe to call from several goroutines.
type Client struct {
	cfg       Config
	log       zerolog.Logger
	mechanism sasl.Mechanism
	tls       *tls.Config
	dialer    *kafka.Dialer
	transport *kafka.Transport
	kafka     *kafka.Client
	producer  *producer
	metrics   *metrics

	ctx    context.Context // ends with Close
	cancel context.CancelFunc

	mu     sync.Mutex
	groups map[string][]*groupStatus
	tells  map[string]*rarely
}

// Connect waits until a broker answers and returns a client for its cluster.
// A broker that is not there, or that refuses the credentials, is told to the
// logger once, then when the reason changes and every half minute. Connect
// fails when ctx ends or the configuration cannot work.
func Connect(ctx context.Context, cfg Config) (*Client, error) {
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	if err := c.awaitBroker(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func newClient(cfg Config) (*Client, error) {
	cfg.defaults()
	if len(cfg.Brokers) == 0 {
		return nil, errors.New("kafka: no broker is named")
	}
	for _, b := range cfg.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			return nil, fmt.Errorf("kafka: broker %q: want host:port: %w", b, err)
		}
	}
	c := &Client{cfg: cfg, log: cfg.Logger, groups: map[string][]*groupStatus{}, tells: map[string]*rarely{}}
	var err error
	if c.mechanism, err = mechanism(cfg); err != nil {
		return nil, err
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("kafka: read the authorities: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("kafka: %s holds no certificate in PEM form", cfg.CAFile)
		}
		c.tls = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	if c.metrics, err = newMetrics(cfg.Registerer); err != nil {
		return nil, err
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.dialer = &kafka.Dialer{
		ClientID: cfg.ClientID, Timeout: 5 * time.Second, DualStack: true,
		TLS: c.tls, SASLMechanism: c.mechanism,
	}
	c.transport = &kafka.Transport{
		ClientID: cfg.ClientID, DialTimeout: 5 * time.Second, IdleTimeout: time.Minute,
		MetadataTTL: 500 * time.Millisecond, // finds a moved leader in half a second
		TLS:         c.tls, SASL: c.mechanism, Context: c.ctx,
	}
	c.kafka = &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: cfg.RequestTimeout, Transport: c.transport}
	c.producer = newProducer(c)
	return c, nil
}

func mechanism(cfg Config) (sasl.Mechanism, error) {
	var m sasl.Mechanism
	var err error
	switch strings.ToLower(cfg.Mechanism) {
	case "":
		if cfg.User != "" {
			return nil, errors.New("kafka: a user is given and no SASL mechanism (plain, scram-sha-256, scram-sha-512)")
		}
		return nil, nil
	case "plain":
		m = plain.Mechanism{Username: cfg.User, Password: cfg.Password}
	case "scram-sha-256":
		m, err = scram.Mechanism(scram.SHA256, cfg.User, cfg.Password)
	case "scram-sha-512":
		m, err = scram.Mechanism(scram.SHA512, cfg.User, cfg.Password)
	default:
		return nil, fmt.Errorf("kafka: SASL mechanism %q is none of plain, scram-sha-256, scram-sha-512", cfg.Mechanism)
	}
	if err != nil {
		return nil, fmt.Errorf("kafka: prepare %s for user %s: %w", cfg.Mechanism, cfg.User, err)
	}
	return m, nil
}

// awaitBroker dials one broker after the other until one tells its cluster.
func (c *Client) awaitBroker(ctx context.Context) error {
	told := rarely{every: 30 * time.Second, now: c.cfg.Now}
	waited := false
	for attempt := 0; ; attempt++ {
		var last error
		for _, addr := range c.cfg.Brokers {
			err := c.ping(ctx, addr)
			if err == nil {
				if waited {
					c.log.Info().Str("event", "broker-found").Str("broker", addr).Msg("the broker is there")
				}
				return nil
			}
			last = fmt.Errorf("broker %s: %w", addr, err)
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("kafka: wait for a broker: %w (%w)", last, err)
		}
		if told.may(last.Error()) {
			c.log.Warn().Str("event", "broker-awaited").Strs("brokers", c.cfg.Brokers).Err(last).Msg("waiting for the broker")
		}
		waited = true
		if !sleep(ctx, backoff(attempt, 200*time.Millisecond, 5*time.Second)) {
			return fmt.Errorf("kafka: wait for a broker: %w (%w)", last, ctx.Err())
		}
	}
}

func (c *Client) ping(ctx context.Context, addr string) error {
	conn, err := c.dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(c.cfg.RequestTimeout)); err != nil {
		return err
	}
	if _, err := conn.Brokers(); err != nil {
		return fmt.Errorf("ask for the cluster: %w", err)
	}
	return nil
}

// Close sends what is queued, for at most five seconds, and closes the
// connections. Run must have returned before.
func (c *Client) Close() error {
	err := c.producer.close(5 * time.Second)
	c.cancel()
	c.transport.CloseIdleConnections()
	return err
}

// topic puts the prefix before a name.
func (c *Client) topic(name string) string { return c.cfg.Prefix + name }

// plainTopic takes the prefix off.
func (c *Client) plainTopic(name string) string { return strings.TrimPrefix(name, c.cfg.Prefix) }

// dialLeader connects to the leader of a partition.
func (c *Client) dialLeader(ctx context.Context, topic string, partition int) (*kafka.Conn, error) {
	meta, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, fmt.Errorf("find the leader of %s/%d: %w", topic, partition, err)
	}
	for _, t := range meta.Topics {
		if t.Name != topic {
			continue
		}
		if t.Error != nil {
			return nil, fmt.Errorf("find the leader of %s/%d: %w", topic, partition, t.Error)
		}
		for _, p := range t.Partitions {
			if p.ID != partition {
				continue
			}
			if p.Leader.Host == "" {
				return nil, fmt.Errorf("find the leader of %s/%d: %w", topic, partition, kafka.LeaderNotAvailable)
			}
			p.Topic = topic
			conn, err := c.dialer.DialPartition(ctx, "tcp", net.JoinHostPort(p.Leader.Host, fmt.Sprint(p.Leader.Port)), p)
			if err != nil {
				return nil, fmt.Errorf("connect to the leader of %s/%d at %s:%d: %w", topic, partition, p.Leader.Host, p.Leader.Port, err)
			}
			return conn, nil
		}
	}
	return nil, fmt.Errorf("find the leader of %s/%d: %w", topic, partition, kafka.UnknownTopicOrPartition)
}

// told tells whether an error about a thing is to be logged now: when it is
// new, and every half minute while it stays.
func (c *Client) told(about string, err error) bool {
	c.mu.Lock()
	r := c.tells[about]
	if r == nil {
		r = &rarely{every: 30 * time.Second, now: time.Now}
		c.tells[about] = r
	}
	c.mu.Unlock()
	return r.may(err.Error())
}

// untold ends the trouble with a thing and tells whether it had been logged.
func (c *Client) untold(about string) bool {
	c.mu.Lock()
	r := c.tells[about]
	c.mu.Unlock()
	return r != nil && r.reset()
}
