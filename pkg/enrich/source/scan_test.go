package source

import (
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

func quotesOf(body string) []string {
	d := text.New("q", "", body, time.Time{})
	v := newEngine(nil, nil, nil).view(d.Body, nil)
	var out []string
	for _, q := range v.quotes {
		s := d.Body.Slice(q.first, q.last)
		if q.next >= 0 {
			s += " >"
		}
		if !q.closed {
			s += " open"
		}
		out = append(out, s)
	}
	return out
}

func TestQuotations(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"none", `He said no.`, ``},
		{"straight", `"No," he said. "Not now."`, `"No,"|"Not now."`},
		{"curly", `“No,” he said. “Not now.”`, `“No,”|“Not now.”`},
		{"doubled single marks", `''No,'' he said.`, `''No,''`},
		{"goes on in the next paragraph", "“One day it ends.\n\n“Then we rest,” he said.", `“One day it ends. > open|“Then we rest,”`},
		{"left open by mistake", "\"One day it ends.\n\nHe left.", `"One day it ends. open`},
		{"curly within curly", `“She told me ‘go’ and I went,” he said.`, `“She told me ‘go’ and I went,”`},
		{"single", `Clinton: ‘No idea’ on leaks`, `‘No idea’`},
		{"straight single", `Minister: 'no idea' on leaks`, `'no idea'`},
		{"possessive plural is none", `The workers' pay and the unions' plans.`, ``},
		{"clitic is none", `It's theirs, he's sure, and so's she.`, ``},
		{"only marks", strings.Repeat(`"`, 7), `""|""|""`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(quotesOf(c.body), "|"); got != c.want {
				t.Errorf("%q: got %q, want %q", c.body, got, c.want)
			}
		})
	}
}

func TestStems(t *testing.T) {
	for _, group := range []string{
		"say says said saying Said", "deny denies denied denying", "propose proposes proposed proposing",
		"tell told telling tells", "plan plans planned planning", "announce announced announcing", "spokesman Spokesman",
		"report reports reported reporting", "agency agencies", "call calls called calling", "cite cites cited citing",
		"press presses pressed pressing", "agree agrees", "write wrote written writing writes",
	} {
		words := strings.Fields(group)
		for _, w := range words[1:] {
			if stemHash(w) != stemHash(words[0]) {
				t.Errorf("%s and %s have different stems", w, words[0])
			}
		}
	}
}

func TestFoldedNames(t *testing.T) {
	name := func(s string, human, body bool) *entity {
		x := &entity{name: s, actor: -1, human: human, body: body}
		for w := range strings.FieldsSeq(s) {
			if w[0] >= 'A' && w[0] <= 'Z' {
				x.names = append(x.names, hashLower(w))
			}
		}
		return x
	}
	for _, c := range []struct {
		a, b  *entity
		label string
		want  bool
	}{
		{name("Kim", true, false), name("Kim Jong-un", true, false), "surname first", true},
		{name("Shoigu", true, false), name("Sergei Shoigu", true, false), "surname last", true},
		{name("Michel", true, false), name("James Michel Berri", true, false), "middle name", false},
		{name("KCNA", false, true), name("Korean Central News Agency", false, true), "initials", true},
		{name("Gulf Meridian", false, true), name("Gulf Meridian Holding", false, true), "short firm", true},
		{name("Ministry", false, true), name("Oil Ministry", false, true), "other body", false},
	} {
		if got := sameName(c.a, c.b); got != c.want {
			t.Errorf("%s: %s and %s: got %v", c.label, c.a.name, c.b.name, got)
		}
	}
}
