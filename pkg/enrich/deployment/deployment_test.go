package deployment

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

func line(r *model.Deployment) string {
	count := "-"
	if c := r.Count; c != nil {
		count = ""
		if c.Min != nil {
			count = fmt.Sprint(*c.Min)
		}
		count += ".."
		if c.Max != nil {
			count += fmt.Sprint(*c.Max)
		}
		if c.Approx {
			count += "~"
		}
	}
	return strings.Join([]string{r.Unit.Exact, count, r.Kind, r.Action, r.Status, exact(r.Sender), exact(r.Origin), exact(r.Destination), src(r.Source)}, "|")
}

func annotator(t testing.TB) *Annotator {
	t.Helper()
	m, err := syntax.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestRecords reads sentences of the project's own.
func TestRecords(t *testing.T) {
	a := annotator(t)
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"no people", "The bank sent two letters to Paris.", ""},
		{"a number of 400 digits", "Norway sends " + strings.Repeat("7", 400) + " soldiers to Chad.", "*"},
		{"hardware alone", "Norway sent four fighter jets and two frigates to the Baltic Sea.", ""},
		{"sport", "The coach deployed two strikers in the league match against the cup champions.", ""},
		{"casualties", "A bomb left 12 soldiers dead in Kabul.", ""},
		{"prisoners", "Iraq moved 200 captured militants to Basra.", ""},
		{"business", "The bidder withdrew its offer and the company deployed new software.", ""},
		{"a single person", "France sent an envoy and recalled its liaison officer from Rabat.", ""},
		{"embassy", "Italy evacuated 40 embassy staff from Khartoum.", ""},
		{"refugees", "Some 4,000 refugees crossed into Uganda.", ""},
		{"news in the present", "Norway sends 700 soldiers to Estonia.", "700 soldiers|700..700|troops|deploy|completed|Norway|-|Estonia|-"},
		{"progressive", "Norway is sending 700 soldiers to Estonia.", "700 soldiers|700..700|troops|deploy|ongoing|Norway|-|Estonia|-"},
		{"plan", "Norway will send up to 700 soldiers to Estonia.", "up to 700 soldiers|..700|troops|deploy|planned|Norway|-|Estonia|-"},
		{"decision", "Norway has decided to send about 700 soldiers to Estonia.", "about 700 soldiers|700..700~|troops|deploy|planned|Norway|-|Estonia|-"},
		{"offer", "Norway has offered to send 700 soldiers to Estonia.", "700 soldiers|700..700|troops|deploy|proposed|Norway|-|Estonia|-"},
		{"refusal", "Norway refused to send soldiers to Estonia.", "soldiers|-|troops|deploy|denied|Norway|-|Estonia|-"},
		{"rules out", "Norway rules out sending soldiers to Estonia.", "soldiers|-|troops|deploy|denied|Norway|-|Estonia|Norway"},
		{"no plans", "Norway has no plans to send soldiers to Estonia.", "soldiers|-|troops|deploy|denied|Norway|-|Estonia|-"},
		{"withdrawal", "Norway withdrew its last 40 soldiers from Mali on Friday.", "last 40 soldiers|40..40|troops|withdraw|completed|Norway|Mali|-|-"},
		{"nominal", "Norway announced the withdrawal of 40 soldiers from Mali.", "40 soldiers|40..40|troops|withdraw|planned|Norway|Mali|-|Norway"},
		{"pulled out of", "Norway pulled 40 soldiers out of Mali.", "40 soldiers|40..40|troops|withdraw|completed|Norway|Mali|-|-"},
		{"passive", "Forty Norwegian soldiers were sent to Mali.", "Forty Norwegian soldiers|40..40|troops|deploy|completed|Norwegian|-|Mali|-"},
		{"stationed", "About 900 Norwegian soldiers are stationed in Mali.", "About 900 Norwegian soldiers|900..900~|troops|present|ongoing|Norwegian|-|Mali|-"},
		{"relative", "Norwegian soldiers who were dispatched to Mali came under fire.", "Norwegian soldiers|-|troops|deploy|completed|Norwegian|-|Mali|-"},
		{"increment", "Norway sent another 300 soldiers to Mali.", "another 300 soldiers|300..300|troops|reinforce|completed|Norway|-|Mali|-"},
		{"two bodies", "Norway sent 300 soldiers and 20 doctors to Mali.", "300 soldiers|300..300|troops|deploy|completed|Norway|-|Mali|-\n20 doctors|20..20|medics|deploy|completed|Norway|-|Mali|-"},
		{"one body of two nouns", "Norway sent police and soldiers to Mali.", "police and soldiers|-|police|deploy|completed|Norway|-|Mali|-"},
		{"workers", "Tens of thousands of Nepalese workers were sent to Qatar.", "Tens of thousands of Nepalese workers|10000..~|workers|deploy|completed|Nepalese|-|Qatar|-"},
		{"engineers", "Norway deployed 60 sappers to Laos.", "60 sappers|60..60|engineers|deploy|completed|Norway|-|Laos|-"},
		{"to train", "Norway will send 50 soldiers to Ukraine to train recruits.", "50 soldiers|50..50|advisers|deploy|planned|Norway|-|Ukraine|-"},
		{"source behind", "Norway will send 50 soldiers to Mali, a defence ministry spokesman said.", "50 soldiers|50..50|troops|deploy|planned|Norway|-|Mali|defence ministry spokesman"},
		{"source before", "The army said it had sent 50 soldiers to Gao.", "50 soldiers|50..50|troops|deploy|completed|army|-|Gao|army"},
		{"accusation", "Chad accused Sudan of sending 50 soldiers to Birao.", "50 soldiers|50..50|troops|deploy|ongoing|Sudan|-|Birao|Chad"},
		{"request", "Chad urged Norway to send peacekeepers to Birao.", "peacekeepers|-|peacekeepers|deploy|proposed|Norway|-|Birao|-"},
		{"a battalion of", "Norway deployed a battalion of 600 men to Mali.", "battalion of 600 men|600..600|troops|deploy|completed|Norway|-|Mali|-"},
		{"formations are not counted", "Norway deployed two battalions to Mali.", "two battalions|-|troops|deploy|completed|Norway|-|Mali|-"},
		{"an order", "The general ordered the 4th Corps to move closer to the sea border.", "4th Corps|-|troops|deploy|planned|general|-|sea border|-"},
		{"an offer with its day", "Iraq offered on Sunday to pull its troops out of Kuwait.", "troops|-|troops|withdraw|proposed|Iraq|Kuwait|-|-"},
		{"a falling total", "Britain is to cut its garrison in Cyprus from 4,500 to 3,000 soldiers.", "from 4,500 to 3,000 soldiers|3000..3000|troops|withdraw|planned|Britain|Cyprus|-|-"},
		{"who has them where", "Zaire, where Rwanda has some 20,000 soldiers, protested.", "some 20,000 soldiers|20000..20000~|troops|present|ongoing|Rwanda|-|Zaire|-"},
		{"more to come", "Chinese engineers arrived in Lae; 60 more are expected in May.", "Chinese engineers|-|engineers|deploy|completed|Chinese|-|Lae|-\n60 more|60..60|engineers|reinforce|planned|Chinese|-|Lae|-"},
		{"whom they were supplied by", "The 90 guards supplied by a Dubai company remain in Palma.", "90 guards|90..90|guards|present|ongoing|Dubai company|-|Palma|-"},
		{"capitals", "NORWAY SENDS 700 SOLDIERS TO ESTONIA", "700 SOLDIERS|700..700|troops|deploy|completed|NORWAY|-|ESTONIA|-"},
		{"repeat", "Norway sent 700 soldiers to Estonia. The soldiers arrived in Estonia on Monday.", "700 soldiers|700..700|troops|deploy|completed|Norway|-|Estonia|-"},
		{"here", "TALLINN, May 3 (XYZ) -- Some 700 Norwegian soldiers arrived here on Monday.", "Some 700 Norwegian soldiers|700..700~|troops|deploy|completed|Norwegian|-|TALLINN|-"},
	} {
		d := text.New("x", "", c.in, time.Date(2025, 6, 18, 0, 0, 0, 0, time.UTC))
		a.Annotate(d)
		var got []string
		for i := range d.Enrichment.Deployments {
			if !d.Enrichment.Deployments[i].Tentative {
				got = append(got, line(&d.Enrichment.Deployments[i]))
			}
		}
		if g := strings.Join(got, "\n"); g != c.want && c.want != "*" {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, c.in, g, c.want)
		}
		check(t, d)
	}
}

// check asserts what holds of every record.
func check(t *testing.T, d *text.Doc) {
	t.Helper()
	seen := map[string]bool{}
	span := func(s model.Span) {
		b, e := d.Body.Bytes(s)
		if s.Field != model.FieldBody || b > e || e > len(d.Body.S) || d.Body.S[b:e] != s.Exact {
			t.Errorf("span %+v does not hold in %q", s, d.Body.S)
		}
	}
	for _, r := range d.Enrichment.Deployments {
		if seen[r.ID] || r.Rule == "" || r.Claim == "" || r.Kind == "" || r.Confidence <= 0 || r.Confidence >= 1 || len(r.Mentions) == 0 || len(r.Evidence) == 0 {
			t.Errorf("record %+v", r)
		}
		seen[r.ID] = true
		span(r.Unit)
		for _, s := range append(append([]model.Span{}, r.Mentions...), r.Evidence...) {
			span(s)
		}
		for _, a := range []*model.Arg{r.Sender, r.Origin, r.Destination, r.Beneficiary} {
			if a != nil {
				span(a.Span)
			}
		}
		if r.PartOf != nil && !seen[*r.PartOf] {
			t.Errorf("%s is part of %s, which does not stand before it", r.ID, *r.PartOf)
		}
		if c := r.Count; c != nil && (c.Min == nil && c.Max == nil || c.Min != nil && c.Max != nil && *c.Min > *c.Max) {
			t.Errorf("count %+v", c)
		}
	}
}

// TestStory reads a story of the project's own, with parts, a rival figure and
// a refusal.
func TestStory(t *testing.T) {
	a := annotator(t)
	d := text.New("x", "Norway to send engineers to Laos", `OSLO, June 18 (XYZ) -- Norway will send 120 engineers to Laos to clear mines, the defence ministry said Wednesday.

The first 40 engineers will fly to Vientiane before the end of July, it said.

A Laotian official put the figure at 90.

Sweden refused to send soldiers to Laos.`, time.Date(2025, 6, 18, 9, 0, 0, 0, time.UTC))
	a.Annotate(d)
	check(t, d)
	var got []string
	for i := range d.Enrichment.Deployments {
		r := &d.Enrichment.Deployments[i]
		s := r.ID + " " + line(r) + " " + r.Claim
		if r.PartOf != nil {
			s += " of " + *r.PartOf
		}
		if r.Date != nil && r.Date.End != nil {
			s += " by " + *r.Date.End
		}
		got = append(got, s)
	}
	want := []string{
		"d1 120 engineers|120..120|engineers|deploy|planned|Norway|-|Laos|defence ministry c1",
		"d2 first 40 engineers|40..40|engineers|deploy|planned|Norway|-|Vientiane|defence ministry c2 of d1 by 2025-07-31",
		"d3 90|90..90|engineers|deploy|planned|Norway|-|Vientiane|Laotian official c2 by 2025-07-31",
		"d4 soldiers|-|troops|deploy|denied|Sweden|-|Laos|- c3",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestExplain tells why a body was passed over.
func TestExplain(t *testing.T) {
	d := text.New("x", "", "A bomb left 12 soldiers dead in Kabul.", time.Time{})
	vs := annotator(t).Explain(d)
	if len(vs) == 0 || vs[0].Reason != "casualties" || vs[0].Unit.Exact != "12 soldiers" {
		t.Errorf("vetoes %+v", vs)
	}
}

// TestMany reads a sentence of ten thousand bodies.
func TestMany(t *testing.T) {
	a := annotator(t)
	d := text.New("x", "", "Norway sent "+strings.Repeat("5 soldiers and ", 10000)+"6 doctors to Mali.", time.Time{})
	a.Annotate(d)
}

func FuzzAnnotate(f *testing.F) {
	m, err := syntax.Load()
	if err != nil {
		f.Fatal(err)
	}
	a, err := New(m, nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"Norway sends 700 soldiers to Estonia.", "soldiers, , (of the who that were to be", "Q: 5 of them in X, the troops' withdrawal from from", "OSLO (X) -- troops -- were \"sent\" of 9 of 9 battalion of 8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := text.New("x", "", strings.ToValidUTF8(s, "?"), time.Date(2025, 6, 18, 0, 0, 0, 0, time.UTC))
		a.Annotate(d)
		check(t, d)
	})
}

// BenchmarkWild prints the layer's MB/s over the unlabelled items of the shared
// corpora, tagging included.
func BenchmarkWild(b *testing.B) {
	items := wild(b)[:5000]
	a := annotator(b)
	n := 0
	var docs []string
	for _, it := range items {
		n += len(it.Text)
		docs = append(docs, it.Text)
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		b.StopTimer() // the text layer has its own benchmark
		ds := make([]*text.Doc, len(docs))
		for i, s := range docs {
			ds[i] = text.New("x", "", s, time.Time{})
		}
		b.StartTimer()
		for _, d := range ds {
			a.Annotate(d)
		}
	}
}
