package deployment

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/dateline-wire/dateline/pkg/enrich/actor"
	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/source"
	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// resolver is the gazetteer of the program.
func resolver(t *testing.T) *place.Resolver {
	t.Helper()
	base, err := kb.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := place.Load(base)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// layers are the layers of the program that run before this one.
func layers(t *testing.T, m *syntax.Model) func(*text.Doc) {
	t.Helper()
	base, err := kb.Load()
	if err != nil {
		t.Fatal(err)
	}
	names, err := entity.Load()
	if err != nil {
		t.Fatal(err)
	}
	ac, err := actor.New(base, resolver(t), names)
	if err != nil {
		t.Fatal(err)
	}
	so, err := source.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return func(d *text.Doc) {
		ac.Annotate(d)
		so.Annotate(d)
	}
}

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

func exact(a *model.Arg) string {
	if a == nil {
		return "-"
	}
	return a.Exact
}

func src(s *model.DeploymentSource) string {
	if s == nil {
		return "-"
	}
	return s.Exact
}
