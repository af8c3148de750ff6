package story

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dateline-wire/dateline/pkg/model"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func at(revision int64, asks Status) Version {
	return Version{Revision: revision, Asks: asks, SHA256: "aa", Feed: "f"}
}

func release(revision int64) Version {
	v := at(revision, Usable)
	v.Release = true
	return v
}

func embargo(revision int64, until time.Time) Version {
	v := at(revision, Embargoed)
	v.Until = until
	return v
}

func TestDecide(t *testing.T) {
	later, earlier := noon.Add(time.Hour), noon.Add(-time.Hour)
	withheldRelease := release(6)
	withheldRelease.Asks = Withheld
	embargoedRelease := embargo(6, later)
	embargoedRelease.Release = true
	tests := []struct {
		name     string
		versions []Version
		want     State
	}{
		{"nothing", nil, State{Decides: -1}},
		{"only tests", []Version{at(1, None), at(2, None)}, State{Decides: -1}},
		{"a test above does not decide", []Version{at(1, Usable), at(9, None)}, State{Status: Usable, Decides: 0}},
		{"revision 0", []Version{at(0, Usable)}, State{Status: Usable, Decides: 0}},
		{"the highest revision, not the last come", []Version{at(2, Usable), at(3, Usable), at(1, Usable)}, State{Status: Usable, Decides: 1}},
		{"a kill", []Version{at(1, Usable), at(2, Killed)}, State{Status: Killed, Decides: 1}},
		{"a kill before what it kills", []Version{at(2, Killed), at(1, Usable)}, State{Status: Killed, Decides: 0}},
		{"a kill alone", []Version{at(2, Killed)}, State{Status: Killed, Decides: 0}},
		{"a kill stays under an update", []Version{at(2, Killed), at(7, Usable)}, State{Status: Killed, Decides: 0}},
		{"a kill stays under a withholding", []Version{at(2, Killed), at(7, Withheld)}, State{Status: Killed, Decides: 0}},
		{"of two kills the higher decides", []Version{at(5, Killed), at(2, Killed)}, State{Status: Killed, Decides: 0}},
		{"a release lifts it", []Version{at(2, Killed), release(3)}, State{Status: Usable, Decides: 1}},
		{"a release of the same revision does not", []Version{at(2, Killed), release(2)}, State{Status: Killed, Decides: 0}},
		{"a release below does not", []Version{at(5, Killed), release(3)}, State{Status: Killed, Decides: 0}},
		{"a kill between release and update", []Version{release(3), at(5, Killed), at(7, Usable)}, State{Status: Killed, Decides: 1}},
		{"after a release the last decides", []Version{at(3, Killed), at(7, Usable), release(5)}, State{Status: Usable, Decides: 1}},
		{"a kill after a release", []Version{at(3, Killed), release(5), at(6, Killed)}, State{Status: Killed, Decides: 2}},
		{"a release that is withheld", []Version{at(3, Killed), withheldRelease}, State{Status: Withheld, Decides: 1}},
		{"a release under embargo", []Version{at(3, Killed), embargoedRelease}, State{Status: Embargoed, Decides: 1, Next: later}},
		{"withheld", []Version{at(1, Usable), at(2, Withheld)}, State{Status: Withheld, Decides: 1}},
		{"a later version lifts a withholding", []Version{at(2, Withheld), at(3, Usable)}, State{Status: Usable, Decides: 1}},
		{"embargoed", []Version{embargo(1, later)}, State{Status: Embargoed, Decides: 0, Next: later}},
		{"an embargo ends at its time", []Version{embargo(1, noon)}, State{Status: Usable, Decides: 0}},
		{"an embargo that is over", []Version{embargo(1, earlier)}, State{Status: Usable, Decides: 0}},
		{"a later embargo hides the earlier text", []Version{at(1, Usable), embargo(2, later)}, State{Status: Embargoed, Decides: 1, Next: later}},
		{"a later version lifts an embargo", []Version{embargo(1, later), at(2, Usable)}, State{Status: Usable, Decides: 1}},
		{"ties: killed first", []Version{at(1, Withheld), at(1, Killed)}, State{Status: Killed, Decides: 1}},
		{"ties: withheld before embargoed", []Version{embargo(1, later), at(1, Withheld)}, State{Status: Withheld, Decides: 1}},
		{"ties: embargoed before usable", []Version{at(1, Usable), embargo(1, later)}, State{Status: Embargoed, Decides: 1, Next: later}},
		{"ties: an embargo that is over still decides", []Version{{Revision: 1, Asks: Usable, SHA256: "ff"}, embargo(1, earlier)}, State{Status: Usable, Decides: 1}},
		{"ties: the greater hash", []Version{{Revision: 1, Asks: Usable, SHA256: "ab"}, {Revision: 1, Asks: Usable, SHA256: "aa"}}, State{Status: Usable, Decides: 0}},
		{"ties: the greater item", []Version{{Revision: 1, Asks: Usable, Item: 9}, {Revision: 1, Asks: Usable, Item: 10}}, State{Status: Usable, Decides: 1}},
		{"ties: the greater feed", []Version{{Revision: 1, Asks: Usable, Feed: "b"}, {Revision: 1, Asks: Usable, Feed: "a"}}, State{Status: Usable, Decides: 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Decide(tt.versions, noon); got != tt.want {
				t.Errorf("Decide(%+v)\n got %+v\nwant %+v", tt.versions, got, tt.want)
			}
		})
	}
}

func TestOf(t *testing.T) {
	tests := []struct {
		name        string
		change      model.Change
		pubStatus   string
		until       time.Time
		want        Status
		wantRelease bool
	}{
		{"plain", "", "", time.Time{}, Usable, false},
		{"new", model.ChangeNew, model.Usable, time.Time{}, Usable, false},
		{"a kill by its change", model.ChangeKill, model.Usable, time.Time{}, Killed, false},
		{"a kill by its status", model.ChangeUpdate, model.Canceled, time.Time{}, Killed, false},
		{"a kill with an embargo", model.ChangeKill, model.Canceled, noon, Killed, false},
		{"a release that is canceled", model.ChangeRelease, model.Canceled, time.Time{}, Killed, false},
		{"a test of a kill", model.ChangeTest, model.Canceled, time.Time{}, None, false},
		{"withheld", model.ChangeUpdate, model.Withheld, time.Time{}, Withheld, false},
		{"a withholding by its change", model.ChangeWithhold, "", time.Time{}, Withheld, false},
		{"withheld until", model.ChangeNew, model.Withheld, noon, Embargoed, false},
		{"usable with a time", model.ChangeNew, model.Usable, noon, Embargoed, false},
		{"a release", model.ChangeRelease, model.Usable, time.Time{}, Usable, true},
		{"a release under embargo", model.ChangeRelease, model.Withheld, noon, Embargoed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &model.Article{PubStatus: tt.pubStatus, EmbargoedUntil: tt.until}
			a.Wire = model.Wire{Feed: "f", Revision: 4, Change: tt.change, Raw: model.RawRef{SHA256: "ab", Item: 2}}
			want := Version{Revision: 4, Asks: tt.want, Release: tt.wantRelease, SHA256: "ab", Item: 2, Feed: "f"}
			if tt.want == Embargoed {
				want.Until = noon
			}
			if got := Of(a); got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

func versions(t *rapid.T, label string, least int) []Version {
	one := rapid.Custom(func(t *rapid.T) Version {
		v := Version{
			Revision: rapid.Int64Range(0, 5).Draw(t, "revision"),
			Asks:     rapid.SampledFrom([]Status{None, Usable, Usable, Usable, Embargoed, Withheld, Killed}).Draw(t, "asks"),
			SHA256:   rapid.SampledFrom([]string{"aa", "ab"}).Draw(t, "sha"),
			Item:     rapid.IntRange(0, 1).Draw(t, "item"),
			Feed:     rapid.SampledFrom([]string{"f", "g"}).Draw(t, "feed"),
		}
		if v.Asks == Embargoed {
			v.Until = noon.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "until")) * time.Minute)
		}
		v.Release = v.Asks != Killed && v.Asks != None && rapid.Bool().Draw(t, "release")
		return v
	})
	return rapid.SliceOfN(one, least, 6).Draw(t, label)
}

// same compares states of two lists by the version that decides. Versions
// equal in all that orders them are one version for a reader.
func same(a State, av []Version, b State, bv []Version) bool {
	if a.Status != b.Status || a.Next != b.Next && a.Decides < 0 || (a.Decides < 0) != (b.Decides < 0) {
		return false
	}
	return a.Decides < 0 || Compare(av[a.Decides], bv[b.Decides]) == 0
}

// distinct keeps one version an identity: one item of one text has one reading.
func distinct(vs []Version) []Version {
	var out []Version
	for _, v := range vs {
		if !slices.ContainsFunc(out, func(o Version) bool { return Same(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}

func TestStateIsAFunctionOfTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := distinct(versions(t, "versions", 1))
		now := noon.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "now")) * time.Minute)
		want := Decide(vs, now)
		doubled := append(slices.Clone(vs), vs[rapid.IntRange(0, len(vs)-1).Draw(t, "doubled")])
		rng := rand.New(rand.NewPCG(uint64(rapid.Uint32().Draw(t, "seed")), 1))
		for range 10 {
			rng.Shuffle(len(doubled), func(i, j int) { doubled[i], doubled[j] = doubled[j], doubled[i] })
			if got := Decide(doubled, now); !same(got, doubled, want, vs) || got.Next != want.Next {
				t.Fatalf("of %+v: %+v\nof %+v: %+v", doubled, got, vs, want)
			}
		}
	})
}

func TestReducedDecidesAsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := versions(t, "a", 0), versions(t, "b", 0)
		now := noon.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "now")) * time.Minute)
		var few []Version
		for _, i := range Reduce(a) {
			few = append(few, a[i])
		}
		if len(few) > 3 {
			t.Fatalf("%d versions are left", len(few))
		}
		few = append(few, b...)
		all := append(slices.Clone(a), b...)
		got, want := Decide(few, now), Decide(all, now)
		if !same(got, few, want, all) {
			t.Fatalf("reduced %+v: %+v\nall %+v: %+v", few, got, all, want)
		}
	})
}

func TestLawsOfTheState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := distinct(versions(t, "versions", 1))
		now := noon.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "now")) * time.Minute)
		got := Decide(vs, now)
		if (got.Status == None) != (got.Decides < 0) {
			t.Fatalf("%+v", got)
		}
		killed := false
		for _, k := range vs {
			lifted := slices.ContainsFunc(vs, func(r Version) bool { return r.Release && r.Revision > k.Revision })
			killed = killed || k.Asks == Killed && !lifted
		}
		if killed != (got.Status == Killed) {
			t.Fatalf("killed %v, state %+v of %+v", killed, got, vs)
		}
		if (got.Status == Embargoed) != !got.Next.IsZero() {
			t.Fatalf("%+v", got)
		}
		if got.Status == Embargoed {
			if before := Decide(vs, got.Next.Add(-1)); before != got {
				t.Fatalf("a moment before its end %+v became %+v", got, before)
			}
			if after := Decide(vs, got.Next); after.Status != Usable || after.Decides != got.Decides {
				t.Fatalf("at its end %+v became %+v", got, after)
			}
		}
	})
}

func TestCompareEngines(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"2026.11.0+kb.3", "2026.11.0+kb.3", 0},
		{"2026.11.0+kb.3", "2026.11.0+kb.10", -1},
		{"2026.9.0+kb.3", "2026.11.0+kb.3", -1},
		{"2026.11.1+kb.3", "2026.11.0+kb.4", 1},
		{"2026.11.0+kb.3", "2026.11.0+kb.3.7", -1},
		{"2026.11.0+kb.3.7", "2026.11.0+kb.3.10", -1},
		{"2026.11.0+kb.4", "2026.11.0+kb.3.7", 1},
		{"2026.11.0", "2026.11.0+kb.1", -1},
		{"2026.11", "2026.11.0", 0},
		{"1.2+kb.0", "1.2", 0},
		{"1.02", "1.2", 0},
		{"99999999999999999999999", "100000000000000000000000", -1},
		{"", "dev", -1},
		{"", "", 0},
		{"dev", "test", 0},
		{"1..2", "1.2", 0},
	}
	for _, tt := range tests {
		if got := CompareEngines(tt.a, tt.b); got != tt.want {
			t.Errorf("CompareEngines(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := CompareEngines(tt.b, tt.a); got != -tt.want {
			t.Errorf("CompareEngines(%q, %q) = %d, want %d", tt.b, tt.a, got, -tt.want)
		}
	}
}

func FuzzCompareEngines(f *testing.F) {
	f.Add("1+kb.2", "1", "x")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if CompareEngines(a, a) != 0 || CompareEngines(a, b) != -CompareEngines(b, a) {
			t.Fatalf("%q %q: not an order", a, b)
		}
		if CompareEngines(a, b) <= 0 && CompareEngines(b, c) <= 0 && CompareEngines(a, c) > 0 {
			t.Fatalf("%q %q %q: not transitive", a, b, c)
		}
	})
}
