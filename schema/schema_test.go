package schema_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/schema"
)

const ninjs31 = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"

// compiler knows both schemas here, IPTC's from the shared folder, and takes
// anything for GeoJSON, whose schema IPTC's names and nobody here has.
func compiler(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	shared := os.Getenv("DATELINE_SHARED")
	if shared == "" {
		t.Skip("IPTC's ninjs schema is not at hand: DATELINE_SHARED is not set")
	}
	iptc, err := os.ReadFile(filepath.Join(shared, "wire-samples/ninjs/ninjs-schema_3.1.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for url, b := range map[string][]byte{
		ninjs31: iptc, "https://geojson.org/schema/GeoJSON.json": []byte(`true`),
		"https://dateline-wire.github.io/schema/article.schema.json":  schema.Article,
		"https://dateline-wire.github.io/schema/enriched.schema.json": schema.Enriched,
	} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		if err := c.AddResource(url, doc); err != nil {
			t.Fatalf("%s: %v", url, err)
		}
	}
	return c
}

const article = `{"standard":{"name":"ninjs","version":"3.1","schema":"http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"},"uri":"urn:wire:x:1","type":"text",
"versionCreated":"2025-06-18T07:40:00+09:00","pubStatus":"usable","urgency":2,"headlines":[{"role":"main","contentType":"text/plain","value":"h"}],
"bodies":[{"role":"main","contentType":"text/plain","value":"b"}],"infoSources":[{"name":"Yonhap","role":"provider"}],"altIds":[{"role":"guid","value":"1"}],
"wire":{"feed":"f","format":"ninjs3","revision":2,"change":"update","priority":"urgent","receivedAt":"2025-06-18T00:00:00Z",
"raw":{"topic":"wire.raw","partition":0,"offset":812,"item":0,"sha256":"ab"}}`

func TestRecordsFollowTheSchemas(t *testing.T) {
	c := compiler(t)
	lat := 51.7
	ref, number := "s1", 2
	span := model.Span{Field: "body", Start: 0, End: 1, Exact: "b"}
	a, err := model.DecodeArticle([]byte(article + "}"))
	if err != nil {
		t.Fatal(err)
	}
	full := &model.Enriched{Article: *a, Enrichment: &model.Enrichment{
		Engine: "dateline", Version: "2026.11.0+kb.1",
		Actors:       []model.Actor{{ID: "prk", Name: "North Korea", Type: model.ActorState, Country: "PRK", Role: "GOV", Mentions: []model.Span{span}, Confidence: 1}},
		Sources:      []model.Source{{ID: "s1", Name: "x", Kind: model.SourceMedia, Mentions: []model.Span{span}, Cited: 1}},
		Places:       []model.Place{{ID: "geonames:1", Name: "Kursk", Level: "region", Country: "RUS", Lat: &lat, Lon: &lat, Mentions: []model.Span{span}}},
		Attributions: []model.Attribution{{ID: "a1", Source: model.SourceRef{Ref: &ref, Spans: []model.Span{span}}, Type: model.Direct}},
		Deployments: []model.Deployment{{ID: "d1", Unit: span, Kind: "troops", Action: "deploy", Status: "planned", Count: &model.Count{},
			Formation: &model.Formation{Number: &number, Type: "battalion"}, Destination: &model.Arg{Span: span, Place: &model.ArgPlace{Name: "Kursk", Lat: &lat, Lon: &lat}},
			Source: &model.DeploymentSource{Exact: "x"}, Date: &model.DateRange{Exact: "x"}, Codes: &model.Codes{PLOVER: "MOBILIZE"}}},
	}}
	enriched, err := model.Encode(full)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, url, in, fault string }{
		{"article", "https://dateline-wire.github.io/schema/article.schema.json", article + "}", ""},
		{"enriched", "https://dateline-wire.github.io/schema/enriched.schema.json", string(enriched), ""},
		{"article without the extension, by IPTC's schema", ninjs31, article[:strings.Index(article, ",\n\"wire\"")] + "}", ""},
		{"unknown member", "https://dateline-wire.github.io/schema/article.schema.json", article + `,"colour":1}`, "colour"},
		{"no feed", "https://dateline-wire.github.io/schema/article.schema.json", strings.Replace(article, `"feed":"f",`, "", 1) + "}", "feed"},
		{"wrong change", "https://dateline-wire.github.io/schema/article.schema.json", strings.Replace(article, `"update"`, `"zap"`, 1) + "}", "change"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := c.Compile(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			err = s.Validate(doc)
			if tt.fault == "" && err != nil || tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) {
				t.Errorf("got %v, want fault %q in\n%s", err, tt.fault, tt.in)
			}
		})
	}
}
