package eval_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/internal/eval"
	"github.com/dateline-wire/dateline/pkg/enrich"
)

var update = flag.Bool("update", false, "write the golden scores anew; wants DATELINE_SHARED")

// golden holds a line for every set and layer. A change of the engine shows
// its scores here, in review; a loss wants its sentence in the commit.
const golden = "testdata/scores.txt"

func TestScoresAreThoseCommitted(t *testing.T) {
	engine, err := enrich.New(enrich.Config{})
	if err != nil {
		t.Fatal(err)
	}
	shared := os.Getenv("DATELINE_SHARED")
	var got bytes.Buffer
	if err := eval.Run(&got, engine, shared); err != nil {
		t.Fatal(err)
	}
	if *update {
		if shared == "" {
			t.Fatal("DATELINE_SHARED is not set: the golden would lose its large sets")
		}
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	for line := range strings.Lines(got.String()) {
		have[line[:30]] = line
	}
	for line := range strings.Lines(string(want)) {
		if shared == "" && !strings.HasPrefix(line, "own ") {
			continue // the large sets are not at hand
		}
		if have[line[:30]] != line {
			t.Errorf("got  %swant %s(go test ./internal/eval -update writes the scores anew)", have[line[:30]], line)
		}
		delete(have, line[:30])
	}
	for _, line := range have {
		t.Errorf("not in %s: %s", golden, line)
	}
}
