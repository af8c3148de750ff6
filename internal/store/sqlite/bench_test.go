package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/storetest"
	"github.com/dateline-wire/dateline/pkg/model"
)

// BenchmarkApply stores new stories of 3 KB in batches of 500, as articles
// and again enriched; the figures are records a second.
func BenchmarkApply(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	words := make([]string, 20_000)
	for i := range words {
		w := make([]byte, 3+rng.IntN(8))
		for k := range w {
			w[k] = byte('a' + rng.IntN(26))
		}
		words[i] = string(w)
	}
	copyOf := func() string {
		var s strings.Builder
		for s.Len() < 3000 {
			// Word frequencies fall as in running text.
			f := rng.Float64()
			s.WriteString(words[int(f*f*f*f*float64(len(words)))])
			s.WriteByte(' ')
		}
		return s.String()
	}
	for _, kind := range []string{"article", "enriched", "both"} {
		b.Run(kind, func(b *testing.B) {
			d, err := Open(context.Background(), filepath.Join(b.TempDir(), "db"))
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			const size = 500
			n := 0
			for b.Loop() {
				b.StopTimer()
				var plain, tagged []store.Item
				for range size {
					v := storetest.Version{URI: fmt.Sprintf("urn:bench:%d", n), Revision: 1, Text: copyOf()}
					plain, tagged = append(plain, storetest.Plain(v)), append(tagged, realistic(storetest.Tagged(v, "1")))
					n++
				}
				b.StartTimer()
				for _, batch := range [][]store.Item{plain, tagged} {
					if kind == "article" && batch[0].Enrichment != nil || kind == "enriched" && batch[0].Enrichment == nil {
						continue
					}
					if _, err := d.Apply(context.Background(), batch, storetest.Noon()); err != nil {
						b.Fatal(err)
					}
				}
			}
			records := float64(n)
			if kind == "both" {
				records *= 2
			}
			b.ReportMetric(records/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// realistic gives an item as many tags as a story of that size has.
func realistic(it store.Item) store.Item {
	e := it.Enrichment
	for i := range 5 {
		e.Attributions = append(e.Attributions, e.Attributions[i%2])
		e.Actors = append(e.Actors, e.Actors[i%2])
	}
	raw, err := model.Encode(&model.Enriched{Article: *it.Article, Enrichment: e})
	if err != nil {
		panic(err)
	}
	it.Raw = raw
	return it
}
