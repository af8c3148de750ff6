package enrich

import (
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

type layer func(d *text.Doc)

func (f layer) Annotate(d *text.Doc) { f(d) }

func article(language, body string) *model.Article {
	return &model.Article{URI: "urn:x:1", Language: language, Bodies: []model.Body{{ContentType: "text/plain", Value: body}}}
}

func TestALayerThatPanicsCostsItsTagsAlone(t *testing.T) {
	e := Assemble(func() string { return "kb.7" }, []Named{
		{"bad", layer(func(*text.Doc) { panic("broken") })},
		{"good", layer(func(d *text.Doc) {
			d.Enrichment.Actors = append(d.Enrichment.Actors, model.Actor{ID: "x", Mentions: []model.Span{d.Body.Span(0, 5)}})
		})},
	})
	out, err := e.Enrich(article("en", "Ghana sends 850 peacekeepers to Niger, the ministry said."))
	if err == nil || !strings.Contains(err.Error(), "layer bad: broken") {
		t.Errorf("error %v", err)
	}
	if len(out.Enrichment.Actors) != 1 || len(out.Enrichment.Notes) != 1 || !strings.Contains(out.Enrichment.Notes[0], "bad") {
		t.Errorf("got %+v", out.Enrichment)
	}
	if want := Release + "+kb.7"; out.Enrichment.Version != want {
		t.Errorf("version %q, want %q", out.Enrichment.Version, want)
	}
}

func TestOtherLanguagesAreLeftAlone(t *testing.T) {
	ran := false
	e := Assemble(func() string { return "kb.0" }, []Named{{"l", layer(func(*text.Doc) { ran = true })}})
	out, err := e.Enrich(article("de", "Ghana entsendet 850 Friedenssoldaten in den Niger, teilte das Ministerium mit."))
	if err != nil || ran {
		t.Errorf("ran %v, err %v", ran, err)
	}
	if out.Enrichment.Language != "de" || len(out.Enrichment.Notes) != 1 {
		t.Errorf("got %+v", out.Enrichment)
	}
	b, err := model.Encode(out)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(b); !strings.Contains(s, `"actors":[]`) || strings.Contains(s, "null") {
		t.Errorf("absent tags are empty lists: %s", s)
	}
}
