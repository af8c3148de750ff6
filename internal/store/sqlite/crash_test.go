package sqlite

import (
	"bufio"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/internal/output/ndjson"
	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/storetest"
	"github.com/dateline-wire/dateline/pkg/model"
)

const crashDir = "DATELINE_TEST_CRASH_DIR"

// crashItems is the wire of the crash test: 200 chains, some updated, killed
// and released, each version as an article and enriched.
func crashItems() []store.Item {
	var items []store.Item
	for i := range 200 {
		uri := fmt.Sprintf("urn:crash:%03d", i)
		versions := []storetest.Version{{URI: uri, Revision: 1, Text: fmt.Sprintf("c%dv1", i)}}
		if i%2 == 0 {
			versions = append(versions, storetest.Version{URI: uri, Revision: 2, Text: fmt.Sprintf("c%dv2", i), Change: model.ChangeUpdate})
		}
		if i%5 == 0 {
			versions = append(versions, storetest.Version{URI: uri, Revision: 3, Change: model.ChangeKill, Status: model.Canceled})
		}
		if i%10 == 0 {
			versions = append(versions, storetest.Version{URI: uri, Revision: 4, Text: fmt.Sprintf("c%dv4", i), Change: model.ChangeRelease})
		}
		for _, v := range versions {
			items = append(items, storetest.Plain(v), storetest.Tagged(v, "1"))
		}
	}
	for i := range items {
		items[i].Topic, items[i].Offset = "wire.articles", int64(i)
	}
	return items
}

// TestCrashHelper is the process that is killed: it stores the items from the
// offset that the store has, a few at a time, writes the file beside it, and
// says after each batch how far it is.
func TestCrashHelper(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		t.Skip("it is run by the crash test")
	}
	d, err := Open(t.Context(), filepath.Join(dir, "dateline.db"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := ndjson.Open(t.Context(), filepath.Join(dir, "out.ndjson"), d)
	if err != nil {
		t.Fatal(err)
	}
	offsets, err := d.Offsets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	items, from := crashItems(), 0
	if len(offsets) > 0 {
		from = max(int(offsets[0].Offset)-20, 0) // the pipeline reads some again
	}
	for from < len(items) {
		to := min(from+7, len(items))
		if _, err := d.Apply(t.Context(), items[from:to], storetest.Noon()); err != nil {
			t.Fatal(err)
		}
		if err := out.Advance(t.Context()); err != nil {
			t.Fatal(err)
		}
		from = to
		fmt.Println("at", from)
	}
	if _, _, err := d.Due(t.Context(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	fmt.Println("at end")
}

// TestKilledInTheMiddle ends the process with SIGKILL again and again, between
// and within transactions: nothing may be lost or doubled, in the store or in
// the file.
func TestKilledInTheMiddle(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(4, 2))
	kills := 0
	for ended := false; !ended; {
		if kills > 1000 {
			t.Fatal("it does not come to an end")
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashHelper$")
		cmd.Env = append(os.Environ(), crashDir+"="+dir)
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		patience, said := 4+rng.IntN(12), []string{}
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			said = append(said, lines.Text())
			if lines.Text() == "at end" {
				ended = true
			} else if strings.HasPrefix(lines.Text(), "at ") {
				patience--
			}
			if patience == 0 && !ended {
				// It works on while the signal is on its way.
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				kills++
			}
		}
		if err := cmd.Wait(); err != nil && patience > 0 && !ended {
			t.Fatalf("the helper failed: %v\n%s", err, strings.Join(said, "\n"))
		}
	}
	if kills < 3 {
		t.Fatalf("it was killed %d times only", kills)
	}

	// An undisturbed store of the same items says how it must be.
	path := filepath.Join(t.TempDir(), "dateline.db")
	if _, err := open1(t, path).Apply(t.Context(), crashItems(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	calm, harmed := outside(t, path), outside(t, filepath.Join(dir, "dateline.db"))
	for _, q := range []string{
		`SELECT uri, revision, status, headline, body, engine_version FROM v_stories ORDER BY uri`,
		`SELECT uri, revision, id, unit FROM v_deployments ORDER BY uri, id`,
		`SELECT uri, revision, kind, line FROM changes ORDER BY seq`,
	} {
		if got, want := storetest.Rows(t, harmed, q), storetest.Rows(t, calm, q); !slices.Equal(got, want) {
			t.Errorf("%s after %d kills: %d rows, want %d, or they differ", q, kills, len(got), len(want))
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "out.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for line := range strings.Lines(string(b)) {
		a, err := model.DecodeArticle([]byte(line))
		if err != nil {
			t.Fatalf("a broken line: %v: %s", err, line)
		}
		key := a.URI + " " + strconv.FormatInt(a.Wire.Revision, 10)
		if seen[key]++; seen[key] > 1 {
			t.Errorf("%s has two lines", key)
		}
	}
	for _, r := range storetest.Rows(t, harmed, `SELECT uri, revision FROM v_stories`) {
		if key := strings.Replace(r, "|", " ", 1); seen[key] != 1 {
			t.Errorf("%s has %d lines", key, seen[key])
		}
	}
	if n := strings.Count(string(b), `"canceled"`); n != 40 {
		t.Errorf("%d lines tell of kills, want 40", n)
	}
	if contains(t, dir, "c5v1") && !strings.Contains(string(b), "c5v1") {
		t.Error("killed text is left in the store")
	}
}

// outside is another program's connection to a file.
func outside(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
