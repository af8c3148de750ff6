package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/sqlite"
	"github.com/dateline-wire/dateline/internal/store/sqlread"
	"github.com/dateline-wire/dateline/internal/store/storetest"
	"github.com/dateline-wire/dateline/pkg/model"
)

func source(t *testing.T) *sqlread.Reader {
	path := filepath.Join(t.TempDir(), "db")
	d, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	placed := storetest.Tagged(storetest.Version{URI: "urn:t:2", Revision: 2, Text: "sappers, \"all\"\nof them"}, "1")
	lat, lon := 51.7, 36.25
	placed.Enrichment.Deployments[0].Destination = &model.Arg{Span: model.Span{Exact: "Kursk"}, Place: &model.ArgPlace{Name: "Kursk Oblast", Country: "RUS", Lat: &lat, Lon: &lon}}
	raw, err := model.Encode(&model.Enriched{Article: *placed.Article, Enrichment: placed.Enrichment})
	if err != nil {
		t.Fatal(err)
	}
	placed.Raw = raw
	storetest.Apply(t, d, storetest.Noon(), placed,
		storetest.Tagged(storetest.Version{URI: "urn:t:1", Revision: 1, Text: "builders 100%"}, "1"),
		storetest.Tagged(storetest.Version{URI: "urn:t:3", Revision: 3, Text: "secret"}, "1"),
		storetest.Plain(storetest.Version{URI: "urn:t:3", Revision: 4, Change: model.ChangeKill, Status: model.Canceled}))
	r, err := sqlite.OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(r.Close(), d.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

func write(t *testing.T, src Source, q Query) string {
	t.Helper()
	var b bytes.Buffer
	n, err := Write(t.Context(), &b, src, q)
	if err != nil {
		t.Fatal(err)
	}
	if q.Format == "ndjson" && n != strings.Count(b.String(), "\n") {
		t.Errorf("%d rows are told, %q", n, b.String())
	}
	if strings.Contains(b.String(), "secret") {
		t.Errorf("killed text: %s", b.String())
	}
	return b.String()
}

func TestWhere(t *testing.T) {
	src := source(t)
	tests := []struct {
		name  string
		table string
		since time.Time
		where []string
		want  []string
	}{
		{"all deployments", "deployments", time.Time{}, nil, []string{"urn:t:1", "urn:t:2"}},
		{"all stories, the killed one too", "stories", time.Time{}, nil, []string{"urn:t:1", "urn:t:2", "urn:t:3"}},
		{"since", "deployments", storetest.Noon().Add(2 * time.Minute), nil, []string{"urn:t:2"}},
		{"a word", "deployments", time.Time{}, []string{"kind=workers"}, []string{"urn:t:1", "urn:t:2"}},
		{"holds, whatever the case", "deployments", time.Time{}, []string{"unit ~ SAPPERS"}, []string{"urn:t:2"}},
		{"holds what is special", "deployments", time.Time{}, []string{"unit~100%"}, []string{"urn:t:1"}},
		{"holds nothing special", "deployments", time.Time{}, []string{"unit~1_0"}, nil},
		{"a number", "deployments", time.Time{}, []string{"count_min>=5", "count_min<6"}, []string{"urn:t:1", "urn:t:2"}},
		{"not stated", "deployments", time.Time{}, []string{"destination="}, []string{"urn:t:1"}},
		{"stated", "deployments", time.Time{}, []string{"destination!="}, []string{"urn:t:2"}},
		{"another or none", "deployments", time.Time{}, []string{"destination_country!=UKR"}, []string{"urn:t:1", "urn:t:2"}},
		{"a quote is a quote", "stories", time.Time{}, []string{"feed=' OR 1=1 --"}, nil},
		{"status", "stories", time.Time{}, []string{"status=killed"}, []string{"urn:t:3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for line := range strings.Lines(write(t, src, Query{Table: tt.table, Format: "ndjson", Since: tt.since, Where: tt.where})) {
				var row map[string]any
				if err := json.Unmarshal([]byte(line), &row); err != nil {
					t.Fatalf("%v: %s", err, line)
				}
				got = append(got, row["uri"].(string))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFormats(t *testing.T) {
	src := source(t)
	rows, err := csv.NewReader(strings.NewReader(write(t, src, Query{Table: "deployments", Format: "csv"}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[0][0] != "uri" || rows[2][3] != "sappers, \"all\"\nof them" || rows[2][5] != "5" || rows[2][6] != "" {
		t.Errorf("CSV: %q", rows)
	}
	var geo struct {
		Type     string
		Features []struct {
			Type     string
			Geometry *struct {
				Type        string
				Coordinates []float64
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal([]byte(write(t, src, Query{Table: "deployments", Format: "geojson"})), &geo); err != nil {
		t.Fatal(err)
	}
	f := geo.Features
	if geo.Type != "FeatureCollection" || len(f) != 2 || f[0].Geometry != nil || f[1].Geometry == nil || f[1].Type != "Feature" ||
		!slices.Equal(f[1].Geometry.Coordinates, []float64{36.25, 51.7}) || f[1].Properties["destination"] != "Kursk" || f[0].Properties["destination"] != nil {
		t.Errorf("GeoJSON: %+v", geo)
	}
	if err := json.Unmarshal([]byte(write(t, src, Query{Table: "stories", Format: "geojson", Where: []string{"feed=none"}})), &geo); err != nil || len(geo.Features) != 0 {
		t.Errorf("an empty collection: %v, %+v", err, geo)
	}
	for _, table := range Tables() {
		for _, format := range Formats() {
			q := Query{Table: table, Format: format}
			if once, again := write(t, src, q), write(t, src, q); once != again {
				t.Errorf("%s as %s: two exports of one store differ", table, format)
			}
		}
	}
}

func TestMistakes(t *testing.T) {
	err := Query{Table: "deployments", Format: "xml", Where: []string{"kind", "colour=red", "count_min>=many", "count_min~5"}}.Check()
	for _, want := range []string{`"xml" is no format`, `"kind" is no condition`, "colour is no column; there are uri, revision", `"many" is none`, "count_min is a number"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not among the mistakes: %v", want, err)
		}
	}
	if err := (Query{Table: "towns", Format: "csv"}).Check(); err == nil || !strings.Contains(err.Error(), "deployments and stories can") {
		t.Errorf("an unknown table: %v", err)
	}
	if _, err := sqlite.OpenReader(t.Context(), filepath.Join(t.TempDir(), "none.db")); err == nil {
		t.Error("a store that is not there was opened")
	}
	if _, ok := errors.AsType[*store.UnavailableError](err); ok {
		t.Error("a mistake is told as the store's failure")
	}
}
