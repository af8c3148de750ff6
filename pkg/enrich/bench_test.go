package enrich

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
)

// items reads up to limit texts of a JSON-lines file, gzipped or not.
func items(tb testing.TB, path string, limit int) (out []*model.Article, bytes int64) {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if filepath.Ext(path) == ".gz" {
		if r, err = gzip.NewReader(f); err != nil {
			tb.Fatal(err)
		}
	}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() && len(out) < limit {
		var x struct{ Text, Date string }
		if err := json.Unmarshal(sc.Bytes(), &x); err != nil {
			tb.Fatal(err)
		}
		a := article("en", x.Text)
		if t, err := time.Parse(time.DateOnly, x.Date); err == nil {
			a.VersionCreated = t
		}
		out = append(out, a)
		bytes += int64(len(x.Text))
	}
	if err := sc.Err(); err != nil {
		tb.Fatal(err)
	}
	return out, bytes
}

// BenchmarkEnrich runs the whole engine over news articles and over short
// items, one article after the other: MB/s is that of one core. The cost of
// each layer stands beside it.
func BenchmarkEnrich(b *testing.B) {
	shared := os.Getenv("DATELINE_SHARED")
	if shared == "" {
		b.Skip("the corpora are not at hand: DATELINE_SHARED is not set")
	}
	engine, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		limit      int
	}{{"news", "corpora/polnear/dev.jsonl", 1000}, {"items", "corpora/current-events/items.jsonl.gz", 5000}} {
		articles, bytes := items(b, filepath.Join(shared, c.path), c.limit)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(bytes)
			b.ReportAllocs()
			for b.Loop() {
				for _, a := range articles {
					if _, err := engine.Enrich(a); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(articles)*b.N)/b.Elapsed().Seconds(), "articles/s")
		})
	}
}
