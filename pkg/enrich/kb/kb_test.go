package kb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
)

var loaded = sync.OnceValues(Load)

func base(t testing.TB) *KB {
	t.Helper()
	k, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestEntries(t *testing.T) {
	k := base(t)
	seen := map[string]bool{}
	for e := range k.All {
		if seen[e.ID] {
			t.Errorf("id %s twice", e.ID)
		}
		seen[e.ID] = true
		if e.Name == "" || e.ID == "" || len(e.Roles) == 0 || e.Type == "" {
			t.Errorf("incomplete entry %+v", e)
		}
		if e.Country != "" {
			if _, ok := k.ByCode(e.Country); !ok {
				t.Errorf("%s: no country %s", e.ID, e.Country)
			}
		}
		if e.From != 0 && e.To != 0 && e.To < e.From {
			t.Errorf("%s ends before it begins", e.ID)
		}
		if e.Parent != "" {
			if _, ok := k.ByID(e.Parent); !ok {
				t.Errorf("%s is part of %s, which is not there", e.ID, e.Parent)
			}
		}
		for _, r := range e.Roles {
			if len(r) != 3 {
				t.Errorf("%s: role %q", e.ID, r)
			}
		}
	}
	if k.Len() < 15000 {
		t.Errorf("%d entries", k.Len())
	}
}

func TestHolder(t *testing.T) {
	k := base(t)
	tests := []struct {
		of, kind string
		day      Day
		want     string
	}{
		{"RUS", "hos", 20100601, "rus/dmitry-medvedev"},
		{"RUS", "hos", 20120601, "rus/vladimir-putin"},
		{"RUS", "hos", 20260601, "rus/vladimir-putin"},
		{"USA", "hos", 20120601, "usa/barack-obama"},
		{"USA", "hos", 20260601, "usa/donald-trump"},
		{"USA", "hos", 20230601, "usa/joe-biden"},
		{"USA", "hos", 20210120, "usa/joe-biden"},
		{"KOR", "hos", 20250501, ""},
		{"KOR", "hos", 20250701, "kor/lee-jae-myung"},
		{"un", "head", 19980101, "un/kofi-annan"},
		{"nato", "head", 20250101, "nld/mark-rutte"},
		{"NLD", "hog", 20150101, "nld/mark-rutte"},
		{"RUS", "hos", 0, "rus/vladimir-putin"},
		{"ZZZ", "hos", 20200101, ""},
	}
	for _, tt := range tests {
		got := ""
		if e := k.Holder(tt.of, tt.kind, tt.day); e != nil {
			got = e.ID
		}
		if got != tt.want {
			t.Errorf("Holder(%s, %s, %d) = %q, want %q", tt.of, tt.kind, tt.day, got, tt.want)
		}
	}
	stoltenberg, _ := k.ByID("nor/jens-stoltenberg")
	if c, r := stoltenberg.On(20120101); c != "NOR" || r[0] != "GOV" {
		t.Errorf("Stoltenberg in 2012: %s %v", c, r)
	}
	if c, r := stoltenberg.On(20200101); c != "" || r[0] != "IGO" {
		t.Errorf("Stoltenberg in 2020: %s %v", c, r)
	}
}

func TestStateAt(t *testing.T) {
	for _, tt := range []struct {
		iso  string
		day  Day
		want string
	}{
		{"RUS", 19850101, "SUN"}, {"RUS", 19911226, "RUS"}, {"XKX", 20000223, "YUG"}, {"XKX", 20050101, "SCG"}, {"XKX", 20070101, "SRB"}, {"XKX", 20200101, "XKX"},
		{"CZE", 19921231, "CSK"}, {"SSD", 20100101, "SDN"}, {"FRA", 19000101, "FRA"}, {"RUS", 0, "RUS"},
	} {
		if got := StateAt(tt.iso, tt.day); got != tt.want {
			t.Errorf("StateAt(%s, %d) = %s, want %s", tt.iso, tt.day, got, tt.want)
		}
	}
}

func TestSurname(t *testing.T) {
	for name, want := range map[string]string{
		"Kim Jong-un": "Kim", "Xi Jinping": "Xi", "Sergei Shoigu": "Shoigu", "Mohammed bin Salman": "bin Salman", "Marine Le Pen": "Le Pen", "Bashar al-Assad": "al-Assad",
		"Ferdinand Marcos Jr.": "Marcos", "Suharto": "", "": "", "Lee Jae-myung": "Lee", "Bruce Lee": "Lee", "Ursula von der Leyen": "von der Leyen", "Pope Francis": "",
	} {
		if got := Surname(name); got != want {
			t.Errorf("Surname(%q) = %q, want %q", name, got, want)
		}
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const good = `version: 7
entries:
  - id: rus/pavel-orlov
    name: Pavel Orlov
    type: person
    country: RUS
    roles: [GOV, MIL]
    aliases: [P.S. Orlov]
    offices:
      - {office: dm, of: RUS, from: 2026-06-01}
  - id: prk/kcna
    aliases: [Joson Thongsin]
  - id: gbr/daily-mail
    remove: true
  - id: rus/orlov-group
    name: Orlov Group
    type: group
    country: RUS
    roles: UAF
    from: 2024
    to: 2025-06
    part-of: rus/wagner
`

func TestOverlay(t *testing.T) {
	k := base(t)
	o, err := LoadOverlay(write(t, "kb.yaml", good), k)
	if err != nil {
		t.Fatal(err)
	}
	n := k.With(o)
	if got, want := n.Version(), k.Version()+".7"; got != want {
		t.Errorf("version %s, want %s", got, want)
	}
	if e := n.Find("Joson Thongsin"); len(e) != 1 || e[0].Entry.ID != "prk/kcna" || e[0].Entry.Name != "Korean Central News Agency" {
		t.Errorf("an alias added to KCNA: %+v", e)
	}
	if e := n.Holder("RUS", "dm", 20260701); e != nil {
		t.Errorf("two hold one office, so none does: %s", e.ID)
	}
	if _, ok := n.ByID("gbr/daily-mail"); ok {
		t.Error("a removed entry is still there")
	}
	if e, ok := n.ByID("rus/orlov-group"); !ok || e.From != 20240101 || e.To != 20250601 || e.Type != model.ActorGroup {
		t.Errorf("added group: %+v", e)
	}
	if _, ok := k.ByID("rus/pavel-orlov"); ok {
		t.Error("the base has changed")
	}
}

func TestOverlayFaults(t *testing.T) {
	k := base(t)
	tests := []struct{ name, file, text, want string }{
		{"empty", "a.yaml", "", ":1: version: is missing"},
		{"no YAML", "a.yaml", "version: 1\nentries: [\n", "not YAML"},
		{"a list", "a.yaml", "- 1\n", ":1: want a map"},
		{"wrong version", "a.yaml", "version: seven\n", `:1: version: "seven" is no whole number`},
		{"unknown field", "a.yaml", "version: 1\nentries:\n  - id: x1\n    nmae: X\n    type: person\n", ":4: nmae: is no field"},
		{"unknown field: the name is missed too", "a.yaml", "version: 1\nentries:\n  - id: x1\n    nmae: X\n    type: person\n", ":3: name: is missing"},
		{"no id", "a.yaml", "version: 1\nentries:\n  - name: X\n", ":3: id: is missing"},
		{"bad id", "a.yaml", "version: 1\nentries:\n  - id: RUS/X\n    name: X\n    type: person\n", ":3: id: \"RUS/X\" is no id"},
		{"id twice", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: person}\n  - {id: a/b, name: Y, type: person}\n", ":4: id: a/b is on line 3 already"},
		{"bad country", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: person, country: RU}\n", `country: "RU" is no ISO`},
		{"bad role", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: person, roles: [GVO]}\n", `roles: "GVO" is none of`},
		{"bad type", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: man}\n", `type: "man" is none of`},
		{"bad date", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: person, from: 2020-13-01}\n", `from: "2020-13-01" is no date`},
		{"dates out of order", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: person, from: 2020-02-01, to: 2019}\n", "to: it ends on 2019-01-01, before it begins on 2020-02-01"},
		{"office dates out of order", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: person, offices: [{office: dm, of: RUS, from: 2020, to: 2019}]}\n", "offices.to: 2019-01-01 is before from"},
		{"office of nobody", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: person, offices: [{office: dm, of: RU}]}\n", `offices.of: "RU" is neither`},
		{"part of nothing", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: group, part-of: a/c}\n", "part-of: there is no a/c"},
		{"part of itself", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: group, part-of: a/b}\n", "part-of: goes round in a circle: a/b in a/b"},
		{"cycle", "a.yaml", "version: 1\nentries:\n  - {id: a/b, name: X, type: group, part-of: a/c}\n  - {id: a/c, name: Y, type: group, part-of: a/b}\n", "part-of: goes round in a circle: a/b in a/c in a/b"},
		{"cycle through the base", "a.yaml", "version: 1\nentries:\n  - {id: un, part-of: un/security-council}\n", "circle: un in un/security-council in un"},
		{"a state taken away", "a.yaml", "version: 1\nentries:\n  - {id: rus, remove: true}\n", "id: a state can get aliases"},
		{"an alias of YAML", "a.yaml", "version: 1\nentries:\n  - &a {id: a/b, name: X, type: person}\n  - *a\n", ":4: entries: want a map"},
		{"not UTF-8", "a.yaml", "version: 1\nentries:\n  - {id: \xff}\n", ":3: not UTF-8"},
		{"CSV without version", "a.csv", "id,name,type\na/b,X,person\n", ":1: version: is missing"},
		{"CSV with a wrong column", "a.csv", "# version: 2\nid,nmae,type\na/b,X,person\n", ":2: nmae: is no column"},
		{"CSV with a short line", "a.csv", "# version: 2\nid,name,type\na/b,X\n", ":3: 2 columns, want 3"},
		{"CSV with a stray quote", "a.csv", "# version: 2\nid,name,type\na/b,\"X,person\n", "not CSV"},
		{"CSV date", "a.csv", "# version: 2\nid,name,type,from\na/b,X,person,soon\n", `:3: from: "soon" is no date`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := LoadOverlay(write(t, tt.file, tt.text), k)
			var f *Faults
			if !errors.As(err, &f) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%q\n got %v\nwant %s", tt.text, err, tt.want)
			}
		})
	}
	if _, err := LoadOverlay(filepath.Join(t.TempDir(), "none.yaml"), k); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestOverlayTellsAllFaults(t *testing.T) {
	_, err := LoadOverlay(write(t, "a.csv", "# version: 0\nid,name,type,country,from,to\na/b,X,person,RUS,2020,2019\n,Y,man,ZZ,x,\n"), base(t))
	var f *Faults
	if !errors.As(err, &f) || len(f.List) < 6 {
		t.Fatalf("want all faults at once, got %v", err)
	}
}

func TestOverlayCSV(t *testing.T) {
	k := base(t)
	o, err := LoadOverlay(write(t, "kb.csv", "# version: 3\nid,name,type,country,roles,aliases\nbra/acme,Acme Mineracao,organisation,BRA,BUS,Acme|Acme SA\n"), k)
	if err != nil {
		t.Fatal(err)
	}
	if n := k.With(o).Find("Acme SA"); len(n) != 1 || n[0].Entry.Country != "BRA" {
		t.Errorf("Find(Acme SA) = %+v", n)
	}
}

func TestStoreKeepsTheOldOne(t *testing.T) {
	path := write(t, "kb.yaml", good)
	s, err := OpenStore(path)
	if err != nil {
		t.Fatal(err)
	}
	first := s.KB()
	if first.Version() != base(t).Version()+".7" {
		t.Fatalf("version %s", first.Version())
	}
	if changed, err := s.Reload(); changed || err != nil {
		t.Errorf("nothing changed: %v, %v", changed, err)
	}
	rewrite := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	rewrite("version: 8\nentries: 5\n", time.Unix(1e9, 0))
	if changed, err := s.Reload(); changed || err == nil {
		t.Errorf("a broken overlay: %v, %v", changed, err)
	}
	if s.KB() != first {
		t.Error("a broken overlay is in force")
	}
	if changed, err := s.Reload(); changed || err != nil {
		t.Errorf("the same broken file again: %v, %v", changed, err)
	}
	rewrite("version: 9\nentries: []\n", time.Unix(1e9+5, 0))
	if changed, err := s.Reload(); !changed || err != nil {
		t.Errorf("a mended overlay: %v, %v", changed, err)
	}
	if got := s.KB().Version(); got != base(t).Version()+".9" {
		t.Errorf("version %s", got)
	}
}

func FuzzOverlay(f *testing.F) {
	f.Add([]byte(good), false)
	f.Add([]byte("# version: 3\nid,name,type\na/b,X,person\n"), true)
	f.Add([]byte("a: &a [*a]\n"), false)
	k, err := loaded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte, csv bool) {
		name := "a.yaml"
		if csv {
			name = "a.csv"
		}
		o, err := parseOverlay(name, b, k)
		if (o == nil) == (err == nil) {
			t.Fatalf("overlay %v, error %v", o, err)
		}
		var faults *Faults
		if err != nil && (!errors.As(err, &faults) || len(faults.List) == 0) {
			t.Fatalf("error without faults: %v", err)
		}
		if o != nil && o.Version < 1 {
			t.Fatalf("version %d", o.Version)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}
