// Package config is Dateline's configuration: one YAML file, the same for all
// commands, with an environment variable for every key. Load reports every
// fault at once, each with its line and field.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"go.yaml.in/yaml/v4"
)

// Config is the whole configuration. The zero value is not usable; see Default.
type Config struct {
	// Data is the directory of all state: inbox, store, broker log, output.
	Data   string `yaml:"data" env:"DATA"`
	Kafka  Kafka  `yaml:"kafka" envPrefix:"KAFKA_"`
	Broker Broker `yaml:"broker" envPrefix:"BROKER_"`
	HTTP   HTTP   `yaml:"http" envPrefix:"HTTP_"`
	Log    Log    `yaml:"log" envPrefix:"LOG_"`
	Ingest Ingest `yaml:"ingest" envPrefix:"INGEST_"`
	Enrich Enrich `yaml:"enrich" envPrefix:"ENRICH_"`
	Sink   Sink   `yaml:"sink" envPrefix:"SINK_"`
	Feeds  []Feed `yaml:"feeds"`
}

// Kafka says how the brokers are reached. No brokers means: the embedded one.
type Kafka struct {
	Brokers  []string `yaml:"brokers" env:"BROKERS"`
	Prefix   string   `yaml:"prefix" env:"PREFIX"`
	User     string   `yaml:"user" env:"USER"`
	Password Secret   `yaml:"password" env:"PASSWORD"`
	// SASL is plain, scram-sha-256 or scram-sha-512; empty is plain when a user is set.
	SASL string `yaml:"sasl" env:"SASL"`
	// CA is a PEM file; naming one turns TLS on.
	CA string `yaml:"ca" env:"CA"`
	// Replication of topics that a worker creates; 0 is 3 or the number of brokers, whichever is less.
	Replication int `yaml:"replication" env:"REPLICATION"`
	// Partitions of topics that a worker creates; 0 is 24 (6 on the embedded broker).
	Partitions int `yaml:"partitions" env:"PARTITIONS"`
}

// Broker is the embedded broker.
type Broker struct {
	// Port on the loopback address; 0 takes a free one and keeps it in Data.
	Port int `yaml:"port" env:"PORT"`
	// Fsync makes every append durable against a power cut.
	Fsync bool `yaml:"fsync" env:"FSYNC"`
	// MaxBytes bounds the log on disk, oldest records first out; 0 is 2 GiB.
	MaxBytes int64 `yaml:"max_bytes" env:"MAX_BYTES"`
}

// HTTP serves health, readiness and metrics.
type HTTP struct {
	// Listen is a host:port; port 0 takes a free one.
	Listen string `yaml:"listen" env:"LISTEN"`
}

// Log says how much is told and how.
type Log struct {
	// Level is debug, info, warn or error.
	Level string `yaml:"level" env:"LEVEL"`
	// Format is auto (colour on a terminal, JSON otherwise), text or json.
	Format string `yaml:"format" env:"FORMAT"`
}

// Ingest is how files are taken in.
type Ingest struct {
	// Stable is how long a file must lie unchanged to be whole.
	Stable time.Duration `yaml:"stable" env:"STABLE"`
	// Rescan is how often folders are read even when nothing was heard of them.
	Rescan time.Duration `yaml:"rescan" env:"RESCAN"`
	// MaxBytes is the size of a file beyond which it is refused.
	MaxBytes int64 `yaml:"max_bytes" env:"MAX_BYTES"`
	Push     Push  `yaml:"push" envPrefix:"PUSH_"`
}

// Push takes deliveries by HTTP.
type Push struct {
	// Listen is a host:port; empty turns it off.
	Listen string `yaml:"listen" env:"LISTEN"`
	// Token is what every request must bear.
	Token Secret `yaml:"token" env:"TOKEN"`
	// MaxBytes is the size beyond which a delivery is refused.
	MaxBytes int64 `yaml:"max_bytes" env:"MAX_BYTES"`
}

// Enrich is the engine's workers.
type Enrich struct {
	// InFlight is how many articles are worked on at once; 0 is one a processor.
	InFlight int `yaml:"in_flight" env:"IN_FLIGHT"`
	// Knowledge is a YAML or CSV file that adds to the knowledge base or corrects it.
	Knowledge string `yaml:"knowledge" env:"KNOWLEDGE"`
}

// Sink is where enriched records end up.
type Sink struct {
	// Postgres is a connection string; empty keeps the store in Data.
	Postgres Secret `yaml:"postgres" env:"POSTGRES"`
	// NDJSON turns DIR/out/enriched.ndjson on.
	NDJSON bool `yaml:"ndjson" env:"NDJSON"`
}

// Feed is what is known of one feed beside what its bytes tell.
type Feed struct {
	Name string `yaml:"name"`
	// Folder is watched for files; empty is DIR/inbox/<name>.
	Folder string `yaml:"folder"`
	// URL is fetched instead: RSS, Atom, JSON Feed, or ninjs.
	URL string `yaml:"url"`
	// Every is the pause between two fetches; 0 is a minute, 5s the least.
	Every time.Duration `yaml:"every"`
	// Format, Charset and Zone fix what is otherwise detected; Zone is an IANA name.
	Format  string `yaml:"format"`
	Charset string `yaml:"charset"`
	Zone    string `yaml:"zone"`
	// After is keep (the default), move (to .done/ in the folder) or delete.
	After string `yaml:"after"`
	// Silence is how long the feed may send nothing before that is an alarm; 0 is for ever.
	Silence time.Duration `yaml:"silence"`
}

// Secret is text that never shows: not in logs, not in errors, not in dumps.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(redacted)"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the secret as it is.
func (s *Secret) UnmarshalText(b []byte) error { *s = Secret(b); return nil }

// Reveal gives the secret to whoever must present it.
func (s Secret) Reveal() string { return string(s) }

// Default is what holds where nothing is said.
func Default() Config {
	return Config{
		Data:   "dateline-data",
		HTTP:   HTTP{Listen: "127.0.0.1:0"},
		Log:    Log{Level: "info", Format: "auto"},
		Broker: Broker{MaxBytes: 2 << 30},
		Ingest: Ingest{Stable: 300 * time.Millisecond, Rescan: 2 * time.Second, MaxBytes: 512 << 20, Push: Push{MaxBytes: 32 << 20}},
		Sink:   Sink{NDJSON: true},
	}
}

// Fault is one thing wrong: where it was said, which field, what.
type Fault struct {
	Where   string // "dateline.yaml:12", "DATELINE_HTTP_LISTEN", empty for a default
	Field   string // "feeds[1].zone"
	Problem string
}

func (f Fault) String() string {
	parts := []string{f.Where, f.Field, f.Problem}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
}

// Faults is everything wrong with a configuration.
type Faults []Fault

// Error has one fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads the file at path, if one is named, lays the environment over it
// and checks the result. environ is in the form of os.Environ. The error is a
// Faults when the file could be read.
func Load(path string, environ []string) (*Config, error) {
	c := Default()
	var faults Faults
	src := source{file: path, lines: map[string]int{}, vars: map[string]bool{}}
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the configuration: %w", err)
		}
		faults = append(faults, src.decode(b, &c)...)
	}
	faults = append(faults, src.overlay(environ, &c)...)
	faults = append(faults, c.check(&src)...)
	if len(faults) > 0 {
		return nil, faults
	}
	return &c, nil
}

// source remembers where each field was said.
type source struct {
	file  string
	lines map[string]int
	vars  map[string]bool // names of variables that were set
}

func (s *source) where(field string) string {
	if name := Prefix + strings.ToUpper(strings.ReplaceAll(field, ".", "_")); s.vars[name] {
		return name
	}
	for f := field; f != ""; f = f[:max(strings.LastIndexAny(f, ".["), 0)] {
		if n, ok := s.lines[f]; ok {
			return fmt.Sprintf("%s:%d", s.file, n)
		}
	}
	return ""
}

var (
	lineInError = regexp.MustCompile(`(?s)\bL(\d+)\.C\d+: (.*)$`)
	unknownKey  = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	wrongType   = regexp.MustCompile("^cannot construct !!\\w+ `(.*)` into (?:\\w+\\.)?(\\w+)$")
)

func (s *source) decode(b []byte, c *Config) Faults {
	var node yaml.Node
	if err := yaml.Load(b, &node); err == nil {
		s.index("", &node)
	}
	err := yaml.Load(b, c, yaml.WithKnownFields())
	if err == nil {
		return nil
	}
	var f Faults
	for _, line := range errorLines(err) {
		x := Fault{Where: s.file, Problem: line}
		if m := lineInError.FindStringSubmatch(line); m != nil {
			x.Where, x.Problem = s.file+":"+m[1], m[2]
			if u := unknownKey.FindStringSubmatch(x.Problem); u != nil {
				x.Problem = "there is no such key"
			} else if w := wrongType.FindStringSubmatch(x.Problem); w != nil {
				x.Problem = fmt.Sprintf("%q is no %s", w[1], strings.ToLower(w[2]))
			}
			for field, n := range s.lines {
				if fmt.Sprint(n) == m[1] && len(field) > len(x.Field) {
					x.Field = field
				}
			}
		}
		f = append(f, x)
	}
	return f
}

// errorLines takes the parts of a decoder's error apart.
func errorLines(err error) []string {
	if te, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		var out []string
		for _, e := range te.Errors {
			out = append(out, strings.TrimSpace(e.Error()))
		}
		return out
	}
	return []string{strings.TrimSpace(err.Error())}
}

func (s *source) index(path string, n *yaml.Node) {
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			s.index(path, c)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			p := n.Content[i].Value
			if path != "" {
				p = path + "." + p
			}
			s.lines[p] = n.Content[i].Line
			s.index(p, n.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			p := fmt.Sprintf("%s[%d]", path, i)
			s.lines[p] = c.Line
			s.index(p, c)
		}
	default: // a scalar or an alias has no fields
	}
}

// Prefix of every environment variable.
const Prefix = "DATELINE_"

func (s *source) overlay(environ []string, c *Config) Faults {
	var f Faults
	vars := map[string]string{}
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(name, Prefix) {
			vars[name] = value
		}
	}
	if v, ok := vars["DATELINE_KAFKA"]; ok {
		if _, long := vars["DATELINE_KAFKA_BROKERS"]; !long {
			vars["DATELINE_KAFKA_BROKERS"] = v
		}
	}
	params, err := env.GetFieldParamsWithOptions(c, env.Options{Prefix: Prefix})
	if err != nil {
		return append(f, Fault{Problem: err.Error()})
	}
	for _, p := range params {
		if file, ok := vars[p.Key+"_FILE"]; ok {
			b, err := os.ReadFile(file)
			if err != nil {
				f = append(f, Fault{Where: p.Key + "_FILE", Problem: err.Error()})
				continue
			}
			vars[p.Key] = strings.TrimRight(string(b), "\r\n")
		}
		if _, ok := vars[p.Key]; ok {
			s.vars[p.Key] = true
		}
	}
	if err := env.ParseWithOptions(c, env.Options{Prefix: Prefix, Environment: vars}); err != nil {
		if agg, ok := errors.AsType[env.AggregateError](err); ok {
			for _, e := range agg.Errors {
				f = append(f, Fault{Where: "environment", Problem: e.Error()})
			}
		} else {
			f = append(f, Fault{Where: "environment", Problem: err.Error()})
		}
	}
	c.Kafka.Brokers = slices.DeleteFunc(c.Kafka.Brokers, func(b string) bool { return strings.TrimSpace(b) == "" })
	return f
}

var feedName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

func (c *Config) check(s *source) Faults {
	var f Faults
	bad := func(field, format string, args ...any) {
		f = append(f, Fault{s.where(field), field, fmt.Sprintf(format, args...)})
	}
	oneOf := func(field, v string, words ...string) {
		if !slices.Contains(words, v) {
			bad(field, "%q is none of %s", v, strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", "))
		}
	}
	if c.Data == "" {
		bad("data", "is empty; name a directory")
	}
	for i, b := range c.Kafka.Brokers {
		if _, _, err := net.SplitHostPort(strings.TrimSpace(b)); err != nil {
			bad("kafka.brokers", "entry %d: %q is no host:port", i+1, b)
		}
	}
	if c.Kafka.Prefix != "" && !feedName.MatchString(c.Kafka.Prefix) {
		bad("kafka.prefix", "%q: letters, digits, dot, dash and underscore only", c.Kafka.Prefix)
	}
	oneOf("kafka.sasl", c.Kafka.SASL, "", "plain", "scram-sha-256", "scram-sha-512")
	if c.Kafka.SASL != "" && c.Kafka.User == "" {
		bad("kafka.sasl", "is set, but kafka.user is not")
	}
	oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf("log.format", c.Log.Format, "auto", "text", "json")
	if _, _, err := net.SplitHostPort(c.HTTP.Listen); err != nil {
		bad("http.listen", "%q is no host:port", c.HTTP.Listen)
	}
	atLeast := func(field string, v, least int64) {
		if v < least {
			bad(field, "%d is below %d", v, least)
		}
	}
	atLeast("kafka.replication", int64(c.Kafka.Replication), 0)
	atLeast("kafka.partitions", int64(c.Kafka.Partitions), 0)
	atLeast("enrich.in_flight", int64(c.Enrich.InFlight), 0)
	atLeast("broker.max_bytes", c.Broker.MaxBytes, 16<<20)
	atLeast("ingest.max_bytes", c.Ingest.MaxBytes, 1)
	if c.Broker.Port < 0 || c.Broker.Port > 65535 {
		bad("broker.port", "%d is no port", c.Broker.Port)
	}
	if c.Ingest.Stable < 0 {
		bad("ingest.stable", "is negative")
	}
	if c.Ingest.Rescan < 100*time.Millisecond {
		bad("ingest.rescan", "%s is below 100ms", c.Ingest.Rescan)
	}
	if c.Ingest.Push.Listen != "" {
		if _, _, err := net.SplitHostPort(c.Ingest.Push.Listen); err != nil {
			bad("ingest.push.listen", "%q is no host:port", c.Ingest.Push.Listen)
		}
		if c.Ingest.Push.Token == "" {
			bad("ingest.push.token", "is empty, and anybody could send; set DATELINE_INGEST_PUSH_TOKEN_FILE")
		}
	}
	atLeast("ingest.push.max_bytes", c.Ingest.Push.MaxBytes, 1)
	seen := map[string]int{}
	for i, feed := range c.Feeds {
		at := fmt.Sprintf("feeds[%d]", i)
		if !feedName.MatchString(feed.Name) {
			bad(at+".name", "%q: a feed's name is letters, digits, dot, dash and underscore, 100 at most", feed.Name)
		}
		if j, ok := seen[feed.Name]; ok {
			bad(at+".name", "%q is the name of feeds[%d] already", feed.Name, j)
		}
		seen[feed.Name] = i
		if feed.Zone != "" {
			if _, err := time.LoadLocation(feed.Zone); err != nil {
				bad(at+".zone", "%q is no time zone of the IANA list", feed.Zone)
			}
		}
		if feed.URL != "" {
			if u, err := url.Parse(feed.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				bad(at+".url", "%q is no http or https address", feed.URL)
			}
			if feed.Folder != "" {
				bad(at+".folder", "a feed is fetched from its url or read from its folder, not both")
			}
		}
		if feed.Every != 0 && feed.Every < 5*time.Second {
			bad(at+".every", "%s is below 5s", feed.Every)
		}
		if feed.Silence < 0 {
			bad(at+".silence", "is negative")
		}
		oneOf(at+".after", feed.After, "", "keep", "move", "delete")
	}
	return f
}

// ValidFeed tells whether a name can be a feed's.
func ValidFeed(name string) bool { return feedName.MatchString(name) }

// FeedFolder is where a feed's files are looked for.
func (c *Config) FeedFolder(f Feed) string {
	if f.Folder != "" {
		return f.Folder
	}
	return filepath.Join(c.Inbox(), f.Name)
}

// Feed returns what is configured for the feed of that name.
func (c *Config) Feed(name string) Feed {
	for _, f := range c.Feeds {
		if f.Name == name {
			return f
		}
	}
	return Feed{Name: name}
}

// Inbox is the watched folder.
func (c *Config) Inbox() string { return filepath.Join(c.Data, "inbox") }
