package deployment

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// TestSeed reads the story that started the project.
func TestSeed(t *testing.T) {
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		t.Skip("DATELINE_SHARED is not set")
	}
	b, err := os.ReadFile(filepath.Join(dir, "wire-samples", "yonhap-nk-russia.txt"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := syntax.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(m, resolver(t))
	if err != nil {
		t.Fatal(err)
	}
	d := text.New("seed", "", string(b), time.Date(2025, 6, 18, 0, 0, 0, 0, time.UTC))
	layers(t, m)(d)
	a.Annotate(d)
	want := []string{
		"5,000 military construction workers|workers|deploy|planned|North Korea|Kursk|Russian media",
		"1,000 sappers|engineers|deploy|planned|North Korea|Kursk|Russian media",
		"North Korean soldiers|troops|deploy|completed|North Korea|Kursk|KCNA",
	}
	var got []string
	for _, r := range d.Enrichment.Deployments {
		if r.Tentative {
			continue
		}
		got = append(got, r.Unit.Exact+"|"+r.Kind+"|"+r.Action+"|"+r.Status+"|"+exact(r.Sender)+"|"+exact(r.Destination)+"|"+src(r.Source))
		t.Logf("%+v", r)
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %s, want %s", got[i], want[i])
		}
	}
}
