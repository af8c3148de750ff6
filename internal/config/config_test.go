package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "dateline.yaml")
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryFaultHasItsLineAndField(t *testing.T) {
	p := write(t, `data: /var/lib/dateline
kafka:
  brokers: [localhost]
  sasl: gssapi
htpp:
  listen: x
http:
  listen: nowhere
ingest:
  stable: soon
feeds:
  - name: yonhap-en
    zone: Asia/Soul
  - name: yonhap-en
    after: burn
    colour: red
`)
	_, err := Load(p, nil)
	if err == nil {
		t.Fatal("a configuration full of mistakes was taken")
	}
	for _, want := range []string{
		":3: kafka.brokers: entry 1", ":4: kafka.sasl: \"gssapi\" is none of plain", ":5: htpp", ":8: http.listen: \"nowhere\"",
		":10: ingest.stable", ":13: feeds[0].zone", ":14: feeds[1].name", ":15: feeds[1].after", ":16: feeds[1].colour",
	} {
		if !strings.Contains(err.Error(), filepath.Base(p)+want) {
			t.Errorf("no fault %q in\n%v", want, err)
		}
	}
}

func TestEnvironmentOverridesTheFile(t *testing.T) {
	secret := write(t, "hunter2\n")
	p := write(t, "kafka:\n  brokers: [a:1]\n  prefix: desk\nenrich:\n  in_flight: 3\n")
	c, err := Load(p, []string{"DATELINE_KAFKA=b:2,c:3", "DATELINE_KAFKA_USER=u", "DATELINE_KAFKA_PASSWORD_FILE=" + secret,
		"DATELINE_INGEST_STABLE=50ms", "DATELINE_KAFKA_SASL=scram-sha-256", "DATELINE_SHARED=/elsewhere"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.Kafka.Brokers, " "); got != "b:2 c:3" {
		t.Errorf("brokers %q", got)
	}
	if c.Kafka.Prefix != "desk" || c.Enrich.InFlight != 3 || c.Ingest.Stable != 50*time.Millisecond {
		t.Errorf("got %+v", c)
	}
	if c.Kafka.Password.Reveal() != "hunter2" {
		t.Errorf("the password was not read from its file")
	}
	if s := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(s, "hunter2") {
		t.Errorf("the password shows in %s", s)
	}
}

func TestFaultOfAVariableNamesIt(t *testing.T) {
	_, err := Load("", []string{"DATELINE_HTTP_LISTEN=nope", "DATELINE_BROKER_PORT=x"})
	if err == nil || !strings.Contains(err.Error(), "DATELINE_HTTP_LISTEN: http.listen") || !strings.Contains(err.Error(), "Port") {
		t.Errorf("got %v", err)
	}
}

func TestDefaultIsValid(t *testing.T) {
	if _, err := Load("", nil); err != nil {
		t.Error(err)
	}
}

func TestTheShippedFileIsTheDefault(t *testing.T) {
	c, err := Load("../../deployments/dateline.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	d := Default()
	if got, want := fmt.Sprintf("%+v", *c), fmt.Sprintf("%+v", d); got != want {
		t.Errorf("the shipped file differs from the defaults\n got %s\nwant %s", got, want)
	}
}
