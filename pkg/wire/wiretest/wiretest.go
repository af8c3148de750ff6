// Package wiretest holds what the tests of all formats share: fixtures in
// pairs, and what must hold of every result.
package wiretest

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
)

// Parse is the reader of a format.
type Parse func(context.Context, *wire.Transmission, wire.Yield) error

// Received is the time of receipt of all fixtures.
var Received = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Read reads bytes as the feed "feed".
func Read(t testing.TB, parse Parse, name string, b []byte) []wire.Result {
	t.Helper()
	var out []wire.Result
	err := parse(context.Background(), wire.NewTransmission("feed", name, Received, strings.Repeat("0", 64), b), func(r wire.Result) error {
		out = append(out, r)
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

type fault struct {
	Item   int    `json:"item"`
	Format string `json:"format"`
	Class  string `json:"class"`
	Error  string `json:"error"`
}

// Fixtures reads every file of dir that is no .json.want and compares its
// results with the file beside it that has ".want.json" added. With -update
// it writes them.
func Fixtures(t *testing.T, parse Parse, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasSuffix(e.Name(), ".want.json") {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			in, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for _, r := range Read(t, parse, e.Name(), in) {
				Check(t, r)
				var v any = r.Article
				if r.Article == nil {
					v = fault{r.Item, r.Format, string(r.Class), r.Err.Error()}
				}
				if err := json.MarshalWrite(&got, v, jsontext.WithIndent("  ")); err != nil {
					t.Fatal(err)
				}
				got.WriteByte('\n')
			}
			path := filepath.Join(dir, e.Name()+".want.json")
			if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s\n got %s\nwant %s", e.Name(), got.Bytes(), want)
			}
		})
	}
}

// Check asserts what holds of every result.
func Check(t testing.TB, r wire.Result) {
	t.Helper()
	a := r.Article
	if a == nil {
		if r.Class == "" || r.Err == nil {
			t.Errorf("neither an article nor a class with its reason: %+v", r)
		}
		return
	}
	if r.Class != "" || r.Err != nil {
		t.Errorf("an article and a fault: %+v", r)
	}
	if !wire.IsURI(a.URI) {
		t.Errorf("no URI: %q", a.URI)
	}
	if a.Wire.Revision < 0 {
		t.Errorf("revision %d", a.Wire.Revision)
	}
	for _, s := range []string{a.Headline(), a.BodyText()} {
		if !utf8.ValidString(s) || wire.CleanText(s) != s {
			t.Errorf("text is not clean: %q", s)
		}
	}
	switch a.PubStatus {
	case model.Usable, model.Withheld, model.Canceled:
	default:
		t.Errorf("pubStatus %q", a.PubStatus)
	}
	if (a.PubStatus == model.Canceled) != (a.Wire.Change == model.ChangeKill) && a.Wire.Change != model.ChangeTest {
		t.Errorf("pubStatus %q with change %q", a.PubStatus, a.Wire.Change)
	}
	if a.Urgency < 0 || a.Urgency > 9 {
		t.Errorf("urgency %d", a.Urgency)
	}
	if _, err := json.Marshal(a); err != nil {
		t.Errorf("marshal: %v", err)
	}
}

// Fuzz runs a reader over strangers' bytes and asserts Check.
func Fuzz(f *testing.F, parse Parse, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	if entries, err := os.ReadDir("testdata"); err == nil {
		for _, e := range entries {
			if e.IsDir() || strings.HasSuffix(e.Name(), ".want.json") {
				continue
			}
			if b, err := os.ReadFile(filepath.Join("testdata", e.Name())); err == nil {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		one := Read(t, parse, "x", b)
		for _, r := range one {
			Check(t, r)
		}
		if len(one) == 0 {
			t.Error("no result")
		}
		if two := Read(t, parse, "x", b); len(two) != len(one) {
			t.Errorf("%d results, then %d", len(one), len(two))
		}
	})
}

// Bench measures a reader on one file.
func Bench(b *testing.B, parse Parse, path string) {
	b.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	n := 0
	for b.Loop() {
		t := wire.NewTransmission("feed", path, Received, "00", data)
		if err := parse(context.Background(), t, func(r wire.Result) error {
			n++
			return r.Err
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "articles/s")
}
