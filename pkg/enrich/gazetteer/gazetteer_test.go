package gazetteer

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// words cuts a line at blanks into tokens, commas and brackets apart, as a
// stand-in for the tokeniser.
func words(s string) []Word {
	var out []Word
	token, at := 0, 0
	for _, f := range strings.FieldsFunc(strings.NewReplacer(",", " , ", "(", " ( ", ")", " ) ").Replace(s), func(r rune) bool { return r == ' ' }) {
		i := strings.Index(s[at:], f) + at
		out = AppendWords(out, f, token, i)
		at = i + len(f)
		token++
	}
	return out
}

func TestScan(t *testing.T) {
	g := New(0)
	for i, p := range []string{
		"Kim Jong-un", "Kim", "United Nations", "United Nations Security Council", "UN", "U.S. Army", "Côte d'Ivoire", "People's Liberation Army",
		"NATO", "Hadley & Crane", "Łódź", "al-Qaeda in the Islamic Maghreb", "D.C.",
	} {
		if !g.Add(p, uint32(i)) {
			t.Fatalf("Add(%q) refused", p)
		}
	}
	tests := []struct{ name, in, want string }{
		{"nothing", "the cat sat", ""},
		{"empty", "", ""},
		{"longest", "the United Nations Security Council met", "3:United Nations Security Council"},
		{"shorter when the longer breaks off", "United Nations Security Force", "2:United Nations"},
		{"hyphen or none", "Kim Jong Un and KIM JONG-UN", "0:Kim Jong Un 0:KIM JONG-UN"},
		{"barrier", "Kim, Jong-un", "1:Kim 4:un/"},
		{"initials", "the U.S. Army in D.C. said", "5:U.S. Army 12:D.C"},
		{"without stops", "the US army", "5:US army"},
		{"diacritics", "Cote d’Ivoire, Lodz, ŁÓDŹ", "6:Cote d’Ivoire 10:Lodz 10:ŁÓDŹ"},
		{"ampersand", "Hadley and Crane", "9:Hadley and Crane"},
		{"part of a token", "NATO-led troops", "8:NATO/"},
		{"article inside", "Al Qaeda in the Islamic Maghreb (AQIM)", "11:Al Qaeda in the Islamic Maghreb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, m := range g.Scan(nil, words(tt.in)) {
				whole := ""
				if !m.Whole {
					whole = "/"
				}
				got = append(got, fmt.Sprintf("%d:%s%s", g.Values(nil, m.Leaf)[0], tt.in[m.Start:m.End], whole))
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("Scan(%q)\n got %s\nwant %s", tt.in, s, tt.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	g := New(0)
	for _, v := range []uint32{7, 3, 7, 9} {
		g.Add("Georgia", v)
	}
	leaf, ok := g.Lookup("GEORGIA")
	if got := g.Values(nil, leaf); !ok || fmt.Sprint(got) != "[7 3 9]" {
		t.Errorf("Values of a phrase added four times with three values: got %v", got)
	}
	for _, s := range []string{"", "Georgian", "Georgia Georgia", "Geor,gia"} {
		if _, ok := g.Lookup(s); ok {
			t.Errorf("Lookup(%q) found a phrase that is not there", s)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	var g Gazetteer
	for _, p := range []string{"", " ", "-", "a, b", "(KCNA)", strings.Repeat("a ", MaxWords+1)} {
		if g.Add(p, 1) {
			t.Errorf("Add(%q) accepted", p)
		}
	}
	if got := g.Scan(nil, words("a b")); got != nil {
		t.Errorf("an empty gazetteer found %v", got)
	}
}

// Every phrase that was added is found, alone and in the middle of other words.
func TestFindsWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		phrases := rapid.SliceOfN(rapid.StringMatching(`[a-c]{1,3}( [a-c]{1,3}){0,4}`), 1, 40).Draw(t, "phrases")
		g := New(0)
		for i, p := range phrases {
			g.Add(p, uint32(i))
		}
		for i, p := range phrases {
			leaf, ok := g.Lookup(p)
			if !ok {
				t.Fatalf("Lookup(%q) after Add of %q: not found", p, phrases)
			}
			found := false
			for _, v := range g.Values(nil, leaf) {
				found = found || v == uint32(i)
			}
			if !found {
				t.Fatalf("Lookup(%q) lacks value %d", p, i)
			}
			w := words("zz " + p + " zz")
			if n, _ := g.Longest(w, 1); n < strings.Count(p, " ")+1 {
				t.Fatalf("Longest at %q found %d words", p, n)
			}
		}
	})
}

func FuzzAppendWords(f *testing.F) {
	for _, s := range []string{"U.S.", "J.D.Vance", "d’Ivoire", "\xff.a", "a.́b", "３.5", "ﬁ", "&", "…"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, w := range AppendWords(nil, s, 0, 0) {
			if w.Start < last || w.End <= w.Start || w.End > len(s) {
				t.Fatalf("words of %q: bytes [%d,%d) after %d", s, w.Start, w.End, last)
			}
			last = w.End
		}
		var g Gazetteer
		if g.Add(s, 1) {
			if _, ok := g.Lookup(s); !ok {
				t.Fatalf("Lookup(%q) does not find what Add took", s)
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	g := New(100000)
	for i := range 50000 {
		g.Add(fmt.Sprintf("name%d of%d place", i, i%97), uint32(i))
	}
	w := words(strings.Repeat("the name77 of77 place said on Monday that name42 of1 nothing would happen ", 100))
	b.SetBytes(7400)
	for b.Loop() {
		g.Scan(nil, w)
	}
}
