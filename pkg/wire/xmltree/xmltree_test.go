package xmltree_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, value, warning, err string }{
		{"comments, CDATA, instructions", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a><!-- <b> --><![CDATA[<b>]]>&amp;&#x41;</a>`, "<b>&A", "", ""},
		{"prefixes", `<n:a xmlns:n="u"><n:b>x</n:b></n:a>`, "x", "", ""},
		{"entities of HTML", `<a>&eacute;&mdash;&#146;</a>`, "é—’", "", ""},
		{"entities of a document type stay", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, "&x;", "entity-unresolved", ""},
		{"bare ampersand and less-than", `<a>R & D < 3</a>`, "R & D < 3", "", ""},
		{"not closed inside", `<a><b>x<c>y</a>`, "xy", "not closed", ""},
		{"void element", `<a>x<br>y</a>`, "x y", "", ""},
		{"stray end tag", `<a>x</b>y</a>`, "xy", "without a start", ""},
		{"cut off", `<a><b>x`, "", "", "cut off"},
		{"cut off in a tag", `<a><b c="`, "", "", "cut off"},
		{"nothing", `text`, "", "", "no element"},
		{"too deep", strings.Repeat("<a>", 300), "", "", "deep"},
	} {
		n, warns, err := xmltree.Parse(c.in)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.err)
			continue
		}
		if c.err == "" && n.Value() != c.value {
			t.Errorf("%s: got %q, want %q", c.name, n.Value(), c.value)
		}
		if c.warning != "" && !strings.Contains(strings.Join(warns, ";"), c.warning) {
			t.Errorf("%s: warnings %q, want %q", c.name, warns, c.warning)
		}
	}
}

func TestSplit(t *testing.T) {
	in := `<m><h a="x>y"/><!-- <i> --><i n="1">` + strings.Repeat("text ", 40_000) + `</i><p:i n="2"><![CDATA[</i>]]></p:i><i n="3"/><i n="4"><i n="5">x</i></m><i n="6">`
	for name, wrap := range map[string]func(string) (string, error){
		"whole":        func(s string) (string, error) { return split(strings.NewReader(s)) },
		"half by half": func(s string) (string, error) { return split(iotest.HalfReader(strings.NewReader(s))) },
	} {
		got, err := wrap(in)
		if want := `1 2 3 4:cut 5 6:cut`; got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	if _, err := split(iotest.ErrReader(errors.New("disk"))); err == nil {
		t.Error("an error of the reader is lost")
	}
}

func split(r interface{ Read([]byte) (int, error) }) (string, error) {
	var out []string
	err := xmltree.Split(r, []string{"i"}, false, func(header, raw string, err error) error {
		if !strings.HasPrefix(header, "<m>") {
			return fmt.Errorf("header %q", header)
		}
		at := strings.Index(raw, `n="`)
		s := raw[at+3 : at+4]
		if err != nil {
			s += ":cut"
		}
		out = append(out, s)
		return nil
	})
	return strings.Join(out, " "), err
}
