package worker

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/model"
)

func plainEngine(t *testing.T) *enrich.Engine {
	t.Helper()
	return enrich.Assemble(func() string { return "kb.0" }, nil)
}

func TestEnrichLines(t *testing.T) {
	in := strings.Join([]string{
		`{"id":"a b","text":"  kept as it is \n\n","date":"2025-10-16","headline":"H","x":[1]}`,
		`{"id":"n","text":"t","date":null,"headline":null}`,
		``,
		`{"id":7,"text":"t"}`,
		`{"id":"d","text":"t","date":"yesterday"}`,
		`{"id":"e"}`,
		`not json`,
		`{"uri":"urn:x","bodies":[{"contentType":"text/plain","value":"b"}],"wire":{"feed":"f","format":"text","revision":3}}`,
		`{"uri":"urn:bare"}`,
		"{\"id\":\"bad\",\"text\":\"\xff\"}",
		`{"id":"last","text":"no line end"}`,
	}, "\n")
	var out, errs bytes.Buffer
	err := EnrichLines(t.Context(), plainEngine(t), strings.NewReader(in), &out, &errs)
	if !errors.Is(err, ErrBadLines) {
		t.Fatalf("err %v", err)
	}
	var uris []string
	for line := range strings.Lines(out.String()) {
		e, err := model.DecodeEnriched([]byte(line))
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		uris = append(uris, e.URI)
		if e.URI == "a b" && (e.BodyText() != "  kept as it is \n\n" || e.Headline() != "H" || e.VersionCreated.IsZero()) {
			t.Errorf("the plain form was not taken as it is: %s", line)
		}
	}
	if got, want := strings.Join(uris, " "), "a b n d urn:x urn:bare last"; got != want {
		t.Errorf("order: got %q, want %q", got, want)
	}
	for _, want := range []string{"line 4: ", `line 5: date: "yesterday"`, "line 6: text: is missing", "line 7: not JSON", "line 10: "} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("no %q in\n%s", want, errs.String())
		}
	}
}

func TestEnrichLinesKeepsTheOrderOfMany(t *testing.T) {
	var in strings.Builder
	const n = 500
	for i := range n {
		fmt.Fprintf(&in, "{\"id\":\"%d\",\"text\":%q}\n", i, strings.Repeat("word ", i%7*100))
	}
	var out, errs bytes.Buffer
	if err := EnrichLines(t.Context(), plainEngine(t), strings.NewReader(in.String()), &out, &errs); err != nil {
		t.Fatal(err, errs.String())
	}
	i := 0
	for line := range strings.Lines(out.String()) {
		if want := fmt.Sprintf(`{"uri":"%d",`, i); !strings.HasPrefix(line, want) {
			t.Fatalf("line %d begins %.20s", i, line)
		}
		i++
	}
	if i != n {
		t.Errorf("%d lines, want %d", i, n)
	}
}
