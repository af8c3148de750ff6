package cluster

import (
	"fmt"
	"testing"
)

func TestLoad(t *testing.T) {
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if table.Words() < 100000 {
		t.Errorf("%d words", table.Words())
	}
	if id, ok := table.Lookup("qqzzxxyy"); ok || id != None {
		t.Errorf("an unknown word has cluster %d", id)
	}
	if got := table.Level(1, None); got != None {
		t.Errorf("Level of None is %d", got)
	}
}

func TestLikeWordsShareClusters(t *testing.T) {
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a, b  string
		level int
		same  bool
	}{
		{"seoul", "tokyo", 1, true},
		{"baghdad", "damascus", 1, true},
		{"mikhail", "sergei", 2, true},
		{"tuesday", "wednesday", 0, true},
		{"troops", "forces", 1, true},
		{"tuesday", "soldiers", 3, false},
		{"mikhail", "bank", 3, false},
	} {
		a, okA := table.Lookup(c.a)
		b, okB := table.Lookup(c.b)
		if !okA || !okB {
			t.Errorf("%s or %s has no cluster", c.a, c.b)
			continue
		}
		if same := table.Level(c.level, a) == table.Level(c.level, b); same != c.same {
			t.Errorf("%s (%d) and %s (%d) at level %d: same is %v, want %v", c.a, a, c.b, b, c.level, same, c.same)
		}
	}
}

func TestEncodeRoundTrip(t *testing.T) {
	var levels [Levels - 1][]uint16
	for l := range levels {
		levels[l] = []uint16{0, 0, 1}
	}
	words := []string{"kim", "lee", "seoul", "kim"}
	data, err := Encode(words, []uint16{0, 1, 2, 2}, levels)
	if err != nil {
		t.Fatal(err)
	}
	table, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range words[:3] {
		if id, ok := table.Lookup(w); !ok || int(id) != i {
			t.Errorf("%s: %d, %v; want %d: the first of equal words counts", w, id, ok, i)
		}
	}
	if got := table.Level(1, 2); got != 1 {
		t.Errorf("Level(1, 2) = %d, want 1", got)
	}
}

func FuzzDecode(f *testing.F) {
	var levels [Levels - 1][]uint16
	for l := range levels {
		levels[l] = []uint16{0, 0}
	}
	data, err := Encode([]string{"a", "b"}, []uint16{0, 1}, levels)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Decode(data)
		if err != nil {
			return
		}
		if id, ok := table.Lookup("a"); ok {
			table.Level(Levels-1, id)
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	table, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		table.Lookup("pyongyang")
	}
}

func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		if _, err := Decode(embedded); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleTable_Lookup() {
	table, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	a, _ := table.Lookup("battalion")
	b, _ := table.Lookup("infantry")
	fmt.Println(table.Level(1, a) == table.Level(1, b))
	// Output: true
}
