package deployment

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/actor"
	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/source"
	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// TestWriteGold writes what is found in the shared gold items to the folder
// DATELINE_OUT, for the scorer.
func TestWriteGold(t *testing.T) {
	dir, out := os.Getenv("DATELINE_SHARED"), os.Getenv("DATELINE_OUT")
	if dir == "" || out == "" {
		t.Skip("DATELINE_SHARED and DATELINE_OUT are not set")
	}
	m, err := syntax.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(m, resolver(t))
	if os.Getenv("NOTAG") != "" {
		a, err = New(nil, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	before := layers(t, m)
	for _, name := range []string{"deployments.dev", "written.dev", "stories.dev"} {
		f, err := os.Open(filepath.Join(dir, "gold", name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		w, err := os.Create(filepath.Join(out, name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(f)
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			var item struct{ ID, Text, Date, Headline string }
			if err := json.Unmarshal(sc.Bytes(), &item); err != nil {
				t.Fatal(err)
			}
			date, _ := time.Parse("2006-01-02", item.Date)
			d := text.New(item.ID, item.Headline, item.Text, date)
			before(d)
			a.Annotate(d)
			if err := json.NewEncoder(w).Encode(map[string]any{"uri": item.ID, "enrichment": map[string]any{"deployments": d.Enrichment.Deployments}}); err != nil {
				t.Fatal(err)
			}
		}
		_ = f.Close()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

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

// layers are the layers of the program that run before this one; none when
// DATELINE_BARE is set.
func layers(t *testing.T, m *syntax.Model) func(*text.Doc) {
	t.Helper()
	if os.Getenv("DATELINE_BARE") != "" {
		return func(*text.Doc) {}
	}
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
