package crf

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

var bio = []string{"O", "B", "I"}

func forbidInside(from, to string) bool { return to == "I" && from == "O" }

// toy makes sequences in which a capital opens a name, a digit goes on with
// it, and an "x" is anybody's guess.
func toy(n int) []Sequence {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]Sequence, n)
	for i := range out {
		inside := false
		for range 1 + rng.IntN(8) {
			c, y := "a", uint8(0)
			switch {
			case rng.IntN(3) == 0:
				c, y, inside = "A", 1, true
			case inside && rng.IntN(2) == 0:
				c, y = "1", 2
			default:
				inside = false
				if rng.IntN(10) == 0 {
					c = "1" // outside: only the order of labels tells
				}
			}
			out[i].Features = append(out[i].Features, []uint64{Hash(0, c), Hash(1, "bias")})
			out[i].Labels = append(out[i].Labels, y)
		}
	}
	return out
}

func trainToy(t testing.TB) *Model {
	m, err := Train(bio, toy(300), Config{Forbid: forbidInside, ForbidStart: func(y string) bool { return y == "I" }})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func decode(l *Lattice, m *Model, s string) string {
	l.Reset(m, len(s))
	for i := range s {
		l.Add(i, Hash(0, s[i:i+1]))
		l.Add(i, Hash(1, "bias"))
	}
	var b strings.Builder
	for _, y := range l.Viterbi() {
		b.WriteString(m.Labels()[y])
	}
	return b.String()
}

func TestDecodes(t *testing.T) {
	m := trainToy(t)
	var l Lattice
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"one", "A", "B"},
		{"inside needs a beginning", "1", "O"},
		{"goes on", "aA1a", "OBIO"},
		{"beginning twice", "AA1", "BBI"},
		{"outside then digit", "a1", "OO"},
	} {
		if got := decode(&l, m, c.in); got != c.want {
			t.Errorf("%s: %q gives %s, want %s", c.name, c.in, got, c.want)
		}
	}
}

func TestAllowRestricts(t *testing.T) {
	m := trainToy(t)
	var l Lattice
	l.Reset(m, 1)
	l.Add(0, Hash(0, "A"))
	l.Allow(0, 1) // O alone
	if y := l.Viterbi()[0]; y != 0 {
		t.Errorf("got %d, want 0", y)
	}
	l.Reset(m, 1)
	l.Add(0, Hash(0, "A"))
	l.Allow(0, 1<<40) // no label of this model: ignored
	if y := l.Viterbi()[0]; y != 1 {
		t.Errorf("got %d, want 1", y)
	}
}

// TestProbabilities compares with the sum over all paths.
func TestProbabilities(t *testing.T) {
	m := trainToy(t)
	var l Lattice
	for _, s := range []string{"A", "A1", "a1A1", "1A11a"} {
		decode(&l, m, s)
		n, k := len(s), len(bio)
		total, marginal, paths := 0.0, make([]float64, n*k), math.Pow(float64(k), float64(n))
		best := append([]uint8(nil), l.path...)
		segment := 0.0 // the best path's labels at [1, n) or [0, n)
		from := min(1, n-1)
		for p := range int(paths) {
			ys, score := make([]int, n), 0.0
			for i := range ys {
				ys[i] = p % k
				p /= k
				score += float64(l.score[i*k+ys[i]])
				if i > 0 {
					score += float64(m.trans[ys[i-1]*k+ys[i]])
				}
			}
			score += float64(m.start[ys[0]]) + float64(m.end[ys[n-1]])
			v := math.Exp(score * m.scale)
			total += v
			same := true
			for i, y := range ys {
				marginal[i*k+y] += v
				same = same && (i < from || y == int(best[i]))
			}
			if same {
				segment += v
			}
		}
		for i := range n {
			for y := range k {
				if got, want := l.Marginal(i, y), marginal[i*k+y]/total; math.Abs(got-want) > 1e-9 {
					t.Errorf("%s: Marginal(%d, %d) = %v, want %v", s, i, y, got, want)
				}
			}
		}
		if got, want := l.Probability(from, n), segment/total; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: Probability = %v, want %v", s, got, want)
		}
	}
}

func TestEncodeRoundTripAndDeterminism(t *testing.T) {
	var a, b, c bytes.Buffer
	m := trainToy(t)
	if err := m.Encode(&a); err != nil {
		t.Fatal(err)
	}
	if err := trainToy(t).Encode(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("training twice gives different bytes")
	}
	back, err := Decode(a.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Encode(&c); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), c.Bytes()) {
		t.Error("decoding and encoding changes the bytes")
	}
	var l Lattice
	if got := decode(&l, back, "aA1"); got != "OBI" {
		t.Errorf("decoded model gives %s", got)
	}
}

func TestTrainRefuses(t *testing.T) {
	one := []Sequence{{Features: [][]uint64{{1}}, Labels: []uint8{0}}}
	for _, c := range []struct {
		name   string
		labels []string
		seqs   []Sequence
	}{
		{"no labels", nil, one},
		{"too many labels", make([]string, MaxLabels+1), one},
		{"no sequences", bio, nil},
		{"lengths differ", bio, []Sequence{{Features: [][]uint64{{1}}}}},
		{"masks differ", bio, []Sequence{{Features: [][]uint64{{1}}, Labels: []uint8{0}, Allowed: []uint64{1, 1}}}},
		{"unknown label", bio, []Sequence{{Features: [][]uint64{{1}}, Labels: []uint8{3}}}},
	} {
		if _, err := Train(c.labels, c.seqs, Config{}); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
}

func TestTooManyFeaturesOfOnePosition(t *testing.T) {
	m := trainToy(t)
	var l Lattice
	l.Reset(m, 1)
	for range 10 * MaxFeatures {
		l.Add(0, Hash(0, "A"))
	}
	if y := l.Viterbi()[0]; y != 1 {
		t.Errorf("got label %d, want 1: the sums ran over", y)
	}
}

func TestDomainsShareWhatIsShared(t *testing.T) {
	var seqs []Sequence
	for i := range 200 {
		d := uint8(1 + i%2)
		// Feature 7 means label 1 everywhere, feature 8 only in domain 2.
		seqs = append(seqs, Sequence{Features: [][]uint64{{7}}, Labels: []uint8{1}, Domain: d},
			Sequence{Features: [][]uint64{{8}}, Labels: []uint8{d - 1}, Domain: d})
	}
	m, err := Train([]string{"O", "N"}, seqs, Config{})
	if err != nil {
		t.Fatal(err)
	}
	var l Lattice
	l.Reset(m, 2)
	l.Add(0, 7)
	l.Add(1, 8)
	l.Viterbi()
	if p := l.Marginal(0, 1); p < 0.9 {
		t.Errorf("shared feature: %v", p)
	}
	if p, q := l.Marginal(1, 1), l.Marginal(0, 1); p >= q {
		t.Errorf("peculiar feature is as sure as the shared one: %v, %v", p, q)
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	m := trainToy(f)
	if err := m.Encode(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(magic))
	f.Add(b.Bytes()[:b.Len()/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		var l Lattice
		l.Reset(m, 3)
		l.Add(0, 1)
		for _, y := range l.Viterbi() {
			if int(y) >= len(m.Labels()) {
				t.Fatalf("label %d of %d", y, len(m.Labels()))
			}
		}
	})
}

func BenchmarkLattice(b *testing.B) {
	m := trainToy(b)
	var l Lattice
	b.ReportAllocs()
	for b.Loop() {
		l.Reset(m, 20)
		for i := range 20 {
			for f := range 40 {
				l.Add(i, Hash(0, "A")+uint64(f))
			}
		}
		l.Viterbi()
	}
}

func ExampleTrain() {
	seqs := []Sequence{
		{Features: [][]uint64{{Hash(0, "Kim")}, {Hash(0, "said")}}, Labels: []uint8{1, 0}},
		{Features: [][]uint64{{Hash(0, "he")}, {Hash(0, "said")}}, Labels: []uint8{0, 0}},
	}
	m, err := Train([]string{"O", "NAME"}, seqs, Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var l Lattice
	l.Reset(m, 2)
	l.Add(0, Hash(0, "Kim"))
	l.Add(1, Hash(0, "said"))
	for _, y := range l.Viterbi() {
		fmt.Println(m.Labels()[y])
	}
	// Output:
	// NAME
	// O
}
