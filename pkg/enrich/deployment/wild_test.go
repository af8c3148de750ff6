package deployment

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// wild reads the unlabelled items of the shared corpora.
func wild(t testing.TB) []struct{ Text, Date string } {
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		t.Skip("DATELINE_SHARED is not set")
	}
	f, err := os.Open(filepath.Join(dir, "corpora", "current-events", "items.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []struct{ Text, Date string }
	sc := bufio.NewScanner(z)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var it struct{ Text, Date string }
		if err := json.Unmarshal(sc.Bytes(), &it); err != nil {
			t.Fatal(err)
		}
		out = append(out, it)
	}
	return out
}

// TestWild prints records found in random unlabelled items for reading; the
// seed is DATELINE_WILD.
func TestWild(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("DATELINE_WILD"), 10, 64)
	if err != nil {
		t.Skip("DATELINE_WILD is not set")
	}
	items := wild(t)
	m, err := syntax.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(m, resolver(t))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	n, all := 0, 0
	for _, it := range items[:5000] {
		date, _ := time.Parse("2006-01-02", it.Date)
		d := text.New("x", "", it.Text, date)
		a.Annotate(d)
		all += len(d.Enrichment.Deployments)
		if len(d.Enrichment.Deployments) == 0 || n >= 60 {
			continue
		}
		fmt.Println("##", it.Text)
		for _, r := range d.Enrichment.Deployments {
			n++
			fmt.Printf("   > %d [%s] %s %s %s S=%s O=%s D=%s SRC=%s rule=%s when=%v\n", n, r.Unit.Exact, r.Kind, r.Action, r.Status, exact(r.Sender), exact(r.Origin), exact(r.Destination), src(r.Source), r.Rule, r.Date != nil)
		}
	}
	fmt.Println("records in 5000 items:", all)
}
