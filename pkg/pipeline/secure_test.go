package pipeline

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// TestSecuredKafka reaches Apache Kafka over TLS and SASL, and says clearly
// why when it may not. It needs DATELINE_SHARED/kafka/kafka.sh, Java and Maven.
func TestSecuredKafka(t *testing.T) {
	shared := os.Getenv("DATELINE_SHARED")
	if shared == "" {
		t.Skip("DATELINE_SHARED is not set: no script that runs Apache Kafka")
	}
	if testing.Short() {
		t.Skip("starts Apache Kafka")
	}
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip("java is not installed")
	}
	script := filepath.Join(shared, "kafka", "kafka.sh")
	for _, mode := range []struct {
		sasl string
		tls  bool
	}{{"plain", true}, {"scram-sha-512", false}, {"scram-sha-256", true}} {
		t.Run(mode.sasl, func(t *testing.T) {
			if mode.sasl == "scram-sha-256" && os.Getenv("DATELINE_LONG") == "" {
				t.Skip("DATELINE_LONG is not set: two clusters are enough")
			}
			dir := t.TempDir()
			args := []string{"start", "--dir", dir, "--sasl", mode.sasl}
			if mode.tls {
				args = append(args, "--tls")
			}
			if out, err := exec.CommandContext(t.Context(), script, args...).CombinedOutput(); err != nil {
				t.Fatalf("Apache Kafka does not start: %v: %s", err, out)
			}
			t.Cleanup(func() { _ = exec.Command(script, "stop", "--dir", dir).Run() })
			env := map[string]string{}
			b, err := os.ReadFile(filepath.Join(dir, "env"))
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(b)) {
				k, v, _ := strings.Cut(strings.TrimSpace(line), "=")
				env[k] = v
			}
			cfg := Config{
				Brokers: strings.Split(env["DATELINE_KAFKA"], ","), User: env["DATELINE_KAFKA_USER"], Password: env["DATELINE_KAFKA_PASSWORD"],
				Mechanism: env["DATELINE_KAFKA_SASL"], CAFile: env["DATELINE_KAFKA_CA"], Partitions: 2, CommitEvery: 50 * time.Millisecond,
			}
			c := connect(t, cfg)
			got := make(chan string, 1)
			if err := c.EnsureTopic(t.Context(), "in"); err != nil {
				t.Fatal(err)
			}
			produce(t, c, Record{Topic: "in", Key: []byte("k"), Value: []byte("v")})
			runStage(t, c, Stage{Group: "g", Topics: []string{"in"}, Handle: func(_ context.Context, r *Record) ([]Record, error) {
				got <- string(r.Value)
				return nil, nil
			}})
			select {
			case v := <-got:
				if v != "v" {
					t.Errorf("got %q, want v", v)
				}
			case <-time.After(patience):
				t.Fatal("the record did not come")
			}

			// Refused: one clear line with the address, and no client.
			wrong := cfg
			wrong.Password = "guess"
			refused(t, wrong, cfg.Brokers[0], "guess")
			if mode.tls {
				wrong = cfg
				wrong.CAFile = otherAuthority(t)
				refused(t, wrong, "certificate", cfg.Password)
			}
		})
	}
}

// refused connects in vain and checks what the log says.
func refused(t *testing.T, cfg Config, want, secret string) {
	t.Helper()
	var log syncBuffer
	cfg.Logger = zerolog.New(&log)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := Connect(ctx, cfg)
		done <- err
	}()
	eventually(t, "the log says why", func() bool { return strings.Contains(log.String(), "broker-awaited") })
	cancel()
	if err := <-done; err == nil {
		t.Error("connect: got no error")
	}
	if s := log.String(); !strings.Contains(s, want) || strings.Contains(s, secret) {
		t.Errorf("log: want %q and no secret:\n%s", want, s)
	}
}

// otherAuthority makes a certificate that has signed nothing.
func otherAuthority(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ca.pem")
	cmd := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other", "-keyout", os.DevNull, "-out", name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("openssl: %v: %s", err, out)
	}
	return name
}
