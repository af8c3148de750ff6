package pipeline

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is a helper that is started again after each kill.
type process struct {
	role string
	env  []string
	cmd  *exec.Cmd
}

func (p *process) start(t *testing.T) string {
	t.Helper()
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(append(os.Environ(), "DATELINE_TEST_ROLE="+p.role), p.env...)
	p.cmd.Stderr = os.Stderr
	if p.role != "broker" {
		if err := p.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return ""
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the broker does not come up: %v", err)
	}
	return strings.TrimSpace(line)
}

func (p *process) end(sig os.Signal) {
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(sig)
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// TestKilledAnywhere kills producer, worker, sink and, where it is ours, the
// broker, at random points while numbered stories flow. In the end every story
// is in the store, those of a key in order. DATELINE_CRASH_KILLS sets how many.
func TestKilledAnywhere(t *testing.T) {
	kills := 10
	if testing.Short() {
		kills = 3
	}
	if s := os.Getenv("DATELINE_CRASH_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		kills = n
	}
	dir := t.TempDir()
	env := []string{"DATELINE_TEST_DIR=" + dir}
	victims := []*process{{role: "producer"}, {role: "worker"}, {role: "sink"}}
	if addr := os.Getenv("DATELINE_KAFKA"); addr != "" {
		if os.Getenv("DATELINE_KAFKA_SASL") != "" {
			t.Skip("the helper processes know no credentials")
		}
		env = append(env, "DATELINE_TEST_BROKERS="+addr, "DATELINE_TEST_SESSION=6s", fmt.Sprintf("DATELINE_TEST_PREFIX=crash%d.", time.Now().UnixNano()))
	} else {
		b := &process{role: "broker", env: env}
		env = append(env, "DATELINE_TEST_BROKERS="+b.start(t), "DATELINE_TEST_SESSION=2s")
		defer b.end(syscall.SIGKILL)
		victims = append(victims, b)
	}
	for _, v := range victims {
		if v.role != "broker" {
			v.env = env
			v.start(t)
			defer v.end(syscall.SIGKILL)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	for range kills {
		time.Sleep(time.Duration(rnd.IntN(700)) * time.Millisecond)
		v := victims[rnd.IntN(len(victims))]
		v.end(syscall.SIGKILL)
		v.start(t)
	}
	if err := os.WriteFile(filepath.Join(dir, "enough"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	produced := 0
	eventually(t, "the producer ends", func() bool {
		if victims[0].cmd == nil {
			return true
		}
		done := make(chan error, 1)
		go func() { done <- victims[0].cmd.Wait() }()
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("producer: %v", err)
			}
			victims[0].cmd = nil
			return true
		case <-time.After(patience):
			return false
		}
	})
	b, err := os.ReadFile(filepath.Join(dir, "produced"))
	if err != nil {
		t.Fatalf("nothing was produced: %v", err)
	}
	if produced, err = strconv.Atoi(string(b)); err != nil || produced == 0 {
		t.Fatalf("produced %q", b)
	}
	store := filepath.Join(dir, "store")
	last, count := map[string]int{}, 0
	check := func() bool {
		lines, _, err := readStore(store)
		if err != nil {
			t.Fatal(err)
		}
		clear(last)
		count = 0
		at := map[string]int64{}
		for _, l := range lines {
			for _, s := range l.Stories {
				key, num, _ := strings.Cut(s, ":")
				n, err := strconv.Atoi(num)
				if err != nil {
					t.Fatalf("story %q", s)
				}
				have, seen := last[key]
				if !seen {
					have = n%crashKeys - crashKeys
				}
				if n > have {
					if n != have+crashKeys {
						t.Fatalf("key %s: story %d comes after %d", key, n, have)
					}
					last[key] = n
					count++
				}
			}
			for k, v := range l.Offsets {
				if v <= at[k] {
					t.Fatalf("offsets of %s go from %d to %d: a record had its effect twice", k, at[k], v)
				}
				at[k] = v
			}
		}
		return count >= produced
	}
	eventually(t, "all stories are in the store", check)
	if count < produced {
		t.Errorf("store: got %d stories, want %d", count, produced)
	}
	t.Logf("%d stories, %d kills", produced, kills)
	for _, v := range victims[1:] {
		v.end(syscall.SIGTERM)
	}
}
