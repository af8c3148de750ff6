package deployment

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// TestDebug prints what is seen in the gold items whose ids are in DATELINE_DEBUG.
func TestDebug(t *testing.T) {
	ids := os.Getenv("DATELINE_DEBUG")
	if ids == "" {
		t.Skip("DATELINE_DEBUG is not set")
	}
	m, err := syntax.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, _ := New(m, resolver(t))
	for _, name := range []string{"deployments.dev", "written.dev", "stories.dev"} {
		f, err := os.Open(filepath.Join(os.Getenv("DATELINE_SHARED"), "gold", name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(f)
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			var item struct{ ID, Text, Date, Headline string }
			_ = json.Unmarshal(sc.Bytes(), &item)
			if !strings.Contains(" "+ids+" ", " "+item.ID+" ") {
				continue
			}
			date, _ := time.Parse("2006-01-02", item.Date)
			d := text.New(item.ID, item.Headline, item.Text, date)
			st := &story{a: a, d: d, v: newView(d.Body, a.x, d.Date, a.tagger)}
			v := st.v
			for s := range d.Body.Sentences {
				if !a.hit(v, s) {
					continue
				}
				v.open(s)
				sn := d.Body.Sentences[s]
				for i := sn.First; i < sn.Last; i++ {
					fmt.Printf("%s/%c ", d.Body.Surface(i), max(v.pos[i], '?'))
				}
				fmt.Println()
				for _, u := range v.units(s) {
					fmt.Printf("   UNIT %q kind=%s class=%d joined=%v prev=%d next=%d num=%v\n", v.str(span{u.first, u.last}), u.kind, u.class, u.joined, u.prev, u.next, u.num != nil)
				}
				st.build(s)
			}
			st.link()
			st.fold()
			for _, d := range st.drafts {
				fmt.Printf("   DRAFT %q rule=%s trig=%s move=%d action=%s status=%s S=%q O=%q D=%q say=%q drop=%q same=%d path=%v\n", v.str(span{d.u.first, d.u.last}), d.f.rule, v.w(d.f.trig), d.f.move, d.action, d.status, v.str(d.sender), v.str(d.origin), v.str(d.destination), v.str(d.say.who), d.drop, d.same, d.path)
			}
		}
	}
}
