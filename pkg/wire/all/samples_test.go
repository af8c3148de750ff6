package all_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/all"
)

func samples(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		t.Skip("DATELINE_SHARED is not set: no sample files")
	}
	return filepath.Join(dir, "wire-samples")
}

// ninjsSchema compiles IPTC's ninjs 3.1 schema with a stand-in for GeoJSON.
func ninjsSchema(t *testing.T, dir string) *jsonschema.Schema {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "ninjs", "ninjs-schema_3.1.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("https://geojson.org/schema/GeoJSON.json", map[string]any{"type": "object", "required": []any{"type"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource("http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var received = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func parse(t *testing.T, name string, b []byte) []wire.Result {
	t.Helper()
	sum := sha256.Sum256(b)
	var out []wire.Result
	err := all.Parse(context.Background(), wire.NewTransmission("inbox", name, received, hex.EncodeToString(sum[:]), b), func(r wire.Result) error {
		out = append(out, r)
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// checkArticle asserts what holds of every article.
func checkArticle(t *testing.T, s *jsonschema.Schema, name string, a *model.Article) {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	delete(v.(map[string]any), "wire")
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %v\n%s", name, err, b)
	}
	if len(a.Headlines) > 0 && a.Headlines[0].ContentType != "text/plain" || len(a.Bodies) > 0 && a.Bodies[0].ContentType != "text/plain" {
		t.Errorf("%s: headline or body is not text/plain", name)
	}
}

func TestSamples(t *testing.T) {
	dir := samples(t)
	schema := ninjsSchema(t, dir)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		results := parse(t, name, b)
		if len(results) == 0 {
			t.Errorf("%s: no result", name)
		}
		for _, r := range results {
			if r.Article == nil && (r.Class == "" || r.Err == nil) {
				t.Errorf("%s: neither an article nor a reason: %+v", name, r)
			}
			if r.Article != nil {
				checkArticle(t, schema, name, r.Article)
			}
			if strings.Contains(name, "should_pass") && r.Article == nil {
				t.Errorf("%s: %s: %v", name, r.Class, r.Err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
