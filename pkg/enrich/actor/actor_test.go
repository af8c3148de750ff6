package actor

import (
	"sync"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

var shared = sync.OnceValues(func() (*Annotator, error) {
	base, err := kb.Load()
	if err != nil {
		return nil, err
	}
	places, err := place.Load(base)
	if err != nil {
		return nil, err
	}
	names, err := entity.Load()
	if err != nil {
		return nil, err
	}
	return New(base, places, names)
})

func annotated(t testing.TB, headline, body, date string) *text.Doc {
	t.Helper()
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	var day time.Time
	if date != "" {
		if day, err = time.Parse(time.DateOnly, date); err != nil {
			t.Fatal(err)
		}
	}
	d := text.New("urn:x:1", headline, body, day)
	a.Annotate(d)
	return d
}

func actorOf(d *text.Doc, surface string) *model.Actor {
	for i := range d.Enrichment.Actors {
		a := &d.Enrichment.Actors[i]
		for _, m := range a.Mentions {
			if m.Exact == surface {
				return a
			}
		}
	}
	return nil
}

func TestSpansAndIndexes(t *testing.T) {
	d := annotated(t, "Kim lädt Shoigu — Élysée", "SEOUL, June 18 (Yonhap) -- North Korean leader Kim Jong-un — né “Kim” — met Russia's Security Council Secretary Sergei Shoigu in Pyongyang.\n\nKim thanked Shoigu, the KCNA said.", "2025-06-18")
	for _, m := range d.Mentions {
		if m.Text.S[m.Start:m.End] == "" || m.Actor >= len(d.Enrichment.Actors) || m.Place >= len(d.Enrichment.Places) {
			t.Errorf("mention %+v", m)
		}
	}
	for _, a := range d.Enrichment.Actors {
		for _, m := range a.Mentions {
			x := d.Body
			if m.Field == model.FieldHeadline {
				x = d.Headline
			}
			if got := string([]rune(x.S)[m.Start:m.End]); got != m.Exact {
				t.Errorf("span %+v has %q", m, got)
			}
		}
	}
	if a := actorOf(d, "Kim Jong-un"); a == nil || a.ID != "prk/kim-jong-un" || len(a.Mentions) < 2 {
		t.Errorf("Kim Jong-un: %+v", a)
	}
}
