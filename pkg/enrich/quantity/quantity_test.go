package quantity

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func (q Quantity) String() string {
	lo, hi := "", ""
	if q.HasMin {
		lo = strconv.FormatInt(q.Min, 10)
	}
	if q.HasMax {
		hi = strconv.FormatInt(q.Max, 10)
	}
	s := lo + ".." + hi
	if q.Approx {
		s += "~"
	}
	return s
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"soldiers went home", ""},
		{strings.Repeat("9", 400) + " soldiers", ""},
		{"999999999999999999999 men", ""},
		{"5,000 workers", "5000..5000"},
		{"about 1,500 men", "1500..1500~"},
		{"nearly 1,500 men", "1500..1500~"},
		{"up to 3,000", "..3000"},
		{"as many as 3,000", "..3000"},
		{"at least 2,000", "2000.."},
		{"over 3,000 more US soldiers", "3000.."},
		{"More than 100 firefighters", "100.."},
		{"no more than 120", "..120"},
		{"no fewer than 120", "120.."},
		{"fewer than 120", "..120"},
		{"at most 120 of its members", "..120"},
		{"10,000-12,000 soldiers", "10000..12000"},
		{"10,000 to 12,000 soldiers", "10000..12000"},
		{"between 10,000 and 12,000", "10000..12000"},
		{"10 to 12 thousand", "10000..12000"},
		{"two to three hundred men", "200..300"},
		{"from 6,000 to \"about 10,000\"", "6000..10000~"},
		{"dozens of men", "20..~"},
		{"scores of men", "40..~"},
		{"hundreds", "100..~"},
		{"tens of thousands of workers", "10000..~"},
		{"hundreds of thousands", "100000..~"},
		{"several hundred of its fighters", "200..~"},
		{"a few thousand", "2000..~"},
		{"some thousands of U.S. troops", "1000..~"},
		{"a couple of military advisors", "2..2~"},
		{"a dozen men", "12..12"},
		{"two dozen men", "24..24"},
		{"a thousand U.S. soldiers", "1000..1000"},
		{"A thousand U.S. soldiers", "1000..1000"},
		{"ten thousand ENDF troops", "10000..10000"},
		{"Thirty-nine health workers", "39..39"},
		{"two thousand five hundred and six", "2506..2506"},
		{"one hundred and twenty thousand", "120000..120000"},
		{"an estimated 700", "700..700~"},
		{"nearer 700", "700..700~"},
		{"200-odd men", "200..200~"},
		{"500 or so", "500..500~"},
		{"500 or more", "500.."},
		{"500+ troops", "500.."},
		{"a 700-strong battalion", "700..700"},
		{"a 1,100-man group", "1100..1100"},
		{"another 1,400 troops", "1400..1400"},
		{"an additional 232 workers", "232..232"},
		{"1.2 million people", "1200000..1200000"},
		{"half a million men", "500000..500000"},
		{"half million strong", "500000..500000"},
		{"1,00,000 men", "100000..100000"},
		{"12,34,567 men", "1234567..1234567"},
		{"1.200 soldiers", "1200..1200"},
		{"10 000 soldiers", "10000..10000"},
		{"10\u00a0000 soldiers", "10000..10000"},
		{"2 lakh men", "200000..200000"},
		{"two and a half thousand", "2500..2500"},
		{"two thirds of its force", ""},
		{"a third of its force", ""},
		{"half of its force", ""},
		{"the 27th Infantry", ""},
		{"the second battalion", ""},
		{"6,000 in all", "6000..6000"},
		{"from 4,500 to 3,000 soldiers", "3000..4500"},
		{"12,000-10,000", "12000..12000 10000..10000"},
		{"350 police, over 600 firefighters", "350..350 600.."},
		{"5 or 6 men", "5..6"},
		{"Three Italians and a Pole", "3..3"},
		{"eight South Korean, and two Israeli", "8..8 2..2"},
		{"one-third", ""},
		{"one of them", "1..1"},
	} {
		var got []string
		for _, q := range Find(c.in) {
			got = append(got, q.String())
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("Find(%q) = %s, want %s", c.in, g, c.want)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		in   string
		flag func(Quantity) bool
	}{
		{"another 500 men", func(q Quantity) bool { return q.Increment }},
		{"500 more men", func(q Quantity) bool { return q.Increment }},
		{"a further 500", func(q Quantity) bool { return q.Increment }},
		{"6,000 in all", func(q Quantity) bool { return q.Total }},
		{"a total of 40 Commandos", func(q Quantity) bool { return q.Total && q.Start == 0 }},
		{"from 6,000 to 10,000", func(q Quantity) bool { return q.FromTo }},
		{"$500", func(q Quantity) bool { return q.Other }},
		{"12 percent", func(q Quantity) bool { return q.Other }},
		{"12%", func(q Quantity) bool { return q.Other }},
		{"F-16", func(q Quantity) bool { return q.Other }},
		{"60-day", func(q Quantity) bool { return q.Other }},
		{"18 months", func(q Quantity) bool { return q.Other }},
		{"in 2011 they", func(q Quantity) bool { return q.Year }},
		{"78-strong team", func(q Quantity) bool { return q.Strong && q.End == 9 }},
	} {
		qs := Find(c.in)
		if len(qs) == 0 || !c.flag(qs[0]) {
			t.Errorf("Find(%q) = %+v: flag not set", c.in, qs)
		}
	}
}

// TestQuantities measures against the range cases of the shared corpora.
func TestQuantities(t *testing.T) {
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		t.Skip("DATELINE_SHARED is not set")
	}
	f, err := os.Open(filepath.Join(dir, "corpora", "quantities", "quantities.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, right := 0, 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var c struct {
			Text    string
			Results []struct {
				Start, End  int
				Type, Value string
			}
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		for _, r := range c.Results {
			if r.Type != "numberrange" {
				continue
			}
			lo, hi, _ := strings.Cut(strings.Trim(r.Value, "[]()"), ",")
			if strings.ContainsAny(lo+hi, ".-") {
				continue
			}
			all++
			ok := false
			for _, q := range Find(c.Text) {
				want := lo + ".." + hi
				if q.Start <= r.End && r.Start < q.End && strings.TrimSuffix(q.String(), "~") == want {
					ok = true
				}
			}
			if ok {
				right++
			} else {
				t.Log(c.Text, r.Value, Find(c.Text))
			}
		}
	}
	t.Logf("%d of %d ranges right", right, all)
	if right*100 < all*95 {
		t.Errorf("%d of %d ranges right, want 95%%", right, all)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"from 6,000 to 10,000", "1,00,000", "two and a half", "≥ 30", "9999999999999999999", "1.2.3.4", "a few\xff dozen"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, q := range Find(s) {
			if q.Start < end || q.End <= q.Start || q.End > len(s) || q.NumStart < q.Start || !q.HasMin && !q.HasMax ||
				q.Min < 0 || q.Max < 0 || q.HasMin && q.HasMax && q.Min > q.Max {
				t.Fatalf("%q: %+v", s, q)
			}
			end = q.End
		}
	})
}

func ExampleFind() {
	q := Find("up to 3,000 soldiers")[0]
	fmt.Println(q.HasMin, q.Max)
	// Output: false 3000
}
