package replay

import (
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
)

func TestCompare(t *testing.T) {
	span := func(start int) model.Span { return model.Span{Field: "body", Start: start, End: start + 1, Exact: "x"} }
	five := int64(5)
	before := &model.Enrichment{
		Actors:      []model.Actor{{ID: "a", Name: "A", Type: "person", Confidence: 0.5}, {ID: "b", Name: "B", Type: "person"}},
		Deployments: []model.Deployment{{ID: "d1", Unit: span(1), Status: "planned"}, {ID: "d2", Unit: span(9), Status: "planned"}},
	}
	after := &model.Enrichment{
		Actors:      []model.Actor{{ID: "a", Name: "A", Type: "person", Confidence: 0.9}, {ID: "c", Name: "C", Type: "person"}},
		Deployments: []model.Deployment{{ID: "d7", Unit: span(1), Status: "planned"}, {ID: "d8", Unit: span(9), Status: "planned", Count: &model.Count{Min: &five}}},
	}
	got := Compare(before, after)
	want := Tags{Actors: Delta{Added: 1, Lost: 1, Same: 1}, Deployments: Delta{Altered: 1, Same: 1}}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestSelection(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2025, 11, 20, h, 0, 0, 0, time.UTC) }
	article := []byte(`{"uri":"urn:x","versionCreated":"2025-11-20T10:00:00+01:00","wire":{"feed":"desk"}}`)
	tests := []struct {
		name string
		sel  Selection
		want bool
	}{
		{"all", Selection{}, true},
		{"its feed", Selection{Feed: "desk"}, true},
		{"another feed", Selection{Feed: "other"}, false},
		{"its story", Selection{URI: "urn:x"}, true},
		{"published at the lower end", Selection{PublishedFrom: at(9)}, true},
		{"published at the upper end", Selection{PublishedTo: at(9)}, false},
	}
	for _, tt := range tests {
		if got, err := Meant(tt.sel, article); err != nil || got != tt.want {
			t.Errorf("%s: got %v, %v", tt.name, got, err)
		}
	}
	if (Selection{Feed: "a"}).ID() == (Selection{Feed: "b"}).ID() {
		t.Error("two selections have one id")
	}
	for _, bad := range []string{"", "3", "3:1", "x:1-2", "3:5-4", "3:-1-4"} {
		if _, _, _, err := parseOffsets(bad); err == nil {
			t.Errorf("%q was taken for offsets", bad)
		}
	}
	if p, from, to, err := parseOffsets("3:100-200"); err != nil || p != 3 || from != 100 || to != 200 {
		t.Errorf("3:100-200 gave %d %d %d %v", p, from, to, err)
	}
}
