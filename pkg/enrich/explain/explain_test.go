package explain

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/pkg/enrich/deployment"
	"github.com/dateline-wire/dateline/pkg/model"
)

func TestWrite(t *testing.T) {
	n := int64(700)
	e := &model.Enriched{Enrichment: &model.Enrichment{Deployments: []model.Deployment{{
		ID: "d1", Unit: model.Span{Field: "body", Start: 13, End: 25, Exact: "700 soldiers"}, Count: &model.Count{Min: &n, Max: &n},
		Kind: "troops", Action: "deploy", Status: "completed", Rule: "object", Confidence: 0.94, Claim: "c1",
		Sender:   &model.Arg{Span: model.Span{Field: "body", Start: 0, End: 6, Exact: "Norway"}, Actor: "nor"},
		Evidence: []model.Span{{Field: "body", Start: 0, End: 37, Exact: "Norway sends 700 soldiers to Estonia."}},
	}}}}
	e.Headlines = []model.Text{{Value: "Norw\u00e9gian soldiers\x1b[31m"}}
	e.Bodies = []model.Body{{Value: "Norway sends 700 soldiers to Estonia."}}
	var b bytes.Buffer
	if err := Write(&b, e, []deployment.Veto{{Unit: model.Span{Field: "headline", Start: 0, End: 18, Exact: "Norw\u00e9gian soldiers"}, Reason: "casualties"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Norway sends 700 soldiers to Estonia.\n======-------^^^^^^^^^^^^------------\n",
		"xxxxxxxxxxxxxxxxxx\n",
		`d1 "700 soldiers": troops, deploy, completed; rule object, confidence 0.94`,
		"sender       Norway [nor]",
		"count        700 to 700",
		"casualties",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("a control character got through")
	}
}

func TestWriteNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, &model.Enriched{}, nil); err != nil || b.String() != "no enrichment\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("a\nb\r\n\u00e9", 1, 3)
	f.Fuzz(func(t *testing.T, s string, start, end int) {
		e := &model.Enriched{Enrichment: &model.Enrichment{Deployments: []model.Deployment{{Unit: model.Span{Field: "body", Start: start, End: end}}}}}
		e.Bodies = []model.Body{{Value: s}}
		if err := Write(&bytes.Buffer{}, e, nil); err != nil {
			t.Fatal(err)
		}
	})
}
