package crf

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Sequence is one training example.
type Sequence struct {
	Features [][]uint64 // of each position
	Labels   []uint8
	// Allowed masks the labels each position may have, as Lattice.Allow does;
	// nil allows all.
	Allowed []uint64
	// Domain, when not 0, gives every feature a second weight for this domain
	// alone, which training throws away in the end: what is peculiar to one
	// corpus goes there, what is shared stays (Daumé 2007).
	Domain uint8
	// Weight multiplies the gradient; 0 is 1.
	Weight float32
}

// Config tunes training. The zero value is a good start.
type Config struct {
	Epochs   int     // passes over the data; 0 is 20
	Rate     float64 // AdaGrad's step; 0 is 0.2
	L1, L2   float64 // strength of the penalties; both 0: L2 0.1
	MinCount int     // a feature seen at fewer positions is dropped; 0 is 1
	Prune    float64 // a feature whose weights are all smaller is dropped; 0 is 0.02
	// Dropout is the share of features, 0 to below 1, that each step leaves out
	// at random, so that no feature is leant on alone.
	Dropout float64
	Seed    uint64
	// Forbid tells transitions that never happen; nil forbids none.
	Forbid func(from, to string) bool
	// ForbidStart and ForbidEnd tell labels no sequence starts or ends with.
	ForbidStart, ForbidEnd func(label string) bool
	// Progress is called after each epoch with the mean negative log
	// likelihood of a sequence; nil for none.
	Progress func(epoch int, loss float64)
}

type trainer struct {
	cfg     Config
	k       int
	w, g    []float32 // k a feature: weights, and AdaGrad's sums of squares
	sum     []float32 // of the weights over the last half of the epochs
	trans   []float64
	gTrans  []float64
	start   []float64
	gStart  []float64
	end     []float64
	gEnd    []float64
	allowed []bool // transitions, then starts, then ends

	rng  *rand.Rand
	kept []int32 // the features that Dropout left

	emit, alpha, beta, post, pair, exp []float64
	scale                              []float64
}

// Train fits a model: the penalised conditional likelihood of the sequences,
// by AdaGrad over one sequence at a time, averaged over the second half of the
// epochs.
func Train(labels []string, seqs []Sequence, cfg Config) (*Model, error) {
	k := len(labels)
	if k < 1 || k > MaxLabels {
		return nil, fmt.Errorf("crf: %d labels", k)
	}
	if len(seqs) == 0 {
		return nil, errors.New("crf: nothing to train on")
	}
	if cfg.Epochs == 0 {
		cfg.Epochs = 20
	}
	if cfg.Rate == 0 {
		cfg.Rate = 0.2
	}
	if cfg.L1 == 0 && cfg.L2 == 0 {
		cfg.L2 = 0.1
	}
	if cfg.Prune == 0 {
		cfg.Prune = 0.02
	}
	for i, s := range seqs {
		if len(s.Features) != len(s.Labels) || s.Allowed != nil && len(s.Allowed) != len(s.Labels) {
			return nil, fmt.Errorf("crf: sequence %d: lengths differ", i)
		}
		for _, y := range s.Labels {
			if int(y) >= k {
				return nil, fmt.Errorf("crf: sequence %d: label %d", i, y)
			}
		}
	}
	ids, feats, shared := index(seqs, cfg.MinCount)
	t := &trainer{cfg: cfg, k: k}
	total := len(feats)
	t.w, t.g, t.sum = make([]float32, total*k), make([]float32, total*k), make([]float32, shared*k)
	t.trans, t.gTrans = make([]float64, k*k), make([]float64, k*k)
	t.start, t.gStart = make([]float64, k), make([]float64, k)
	t.end, t.gEnd = make([]float64, k), make([]float64, k)
	t.allowed = make([]bool, k*k+2*k)
	for x := range k {
		for y := range k {
			t.allowed[x*k+y] = cfg.Forbid == nil || !cfg.Forbid(labels[x], labels[y])
		}
		t.allowed[k*k+x] = cfg.ForbidStart == nil || !cfg.ForbidStart(labels[x])
		t.allowed[k*k+k+x] = cfg.ForbidEnd == nil || !cfg.ForbidEnd(labels[x])
	}
	sumT, sumS, sumE := make([]float64, k*k), make([]float64, k), make([]float64, k)
	rng := rand.New(rand.NewPCG(cfg.Seed, 0x9E3779B97F4A7C15))
	t.rng = rng
	order := make([]int, len(seqs))
	for i := range order {
		order[i] = i
	}
	averaged := 0
	for epoch := range cfg.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		loss := 0.0
		for _, i := range order {
			loss += t.step(ids[i], seqs[i])
		}
		t.shrink()
		if epoch >= cfg.Epochs/2 {
			averaged++
			for i := range t.sum {
				t.sum[i] += t.w[i]
			}
			for i := range sumT {
				sumT[i] += t.trans[i]
			}
			for i := range sumS {
				sumS[i] += t.start[i]
				sumE[i] += t.end[i]
			}
		}
		if cfg.Progress != nil {
			cfg.Progress(epoch, loss/float64(len(seqs)))
		}
	}
	inv := 1 / float64(averaged)
	m := &Model{labels: slices.Clone(labels)}
	return m, t.export(m, feats[:shared], inv, sumT, sumS, sumE)
}

// index numbers the features: those of all domains first, shared of them,
// then those of one domain. ids has the numbers of each position's features.
func index(seqs []Sequence, minCount int) (ids [][][]int32, feats []uint64, shared int) {
	count := map[uint64]int32{}
	for _, s := range seqs {
		for _, fs := range s.Features {
			for _, f := range fs {
				count[f]++
			}
		}
	}
	num := make(map[uint64]int32, len(count))
	for _, s := range seqs {
		for _, fs := range s.Features {
			for _, f := range fs {
				if _, ok := num[f]; !ok && int(count[f]) >= minCount {
					num[f] = int32(len(feats))
					feats = append(feats, f)
				}
			}
		}
	}
	shared = len(feats)
	ids = make([][][]int32, len(seqs))
	for i, s := range seqs {
		ids[i] = make([][]int32, len(s.Features))
		for j, fs := range s.Features {
			out := make([]int32, 0, len(fs))
			for _, f := range fs {
				if n, ok := num[f]; ok {
					out = append(out, n)
					if s.Domain != 0 {
						d := Mix(uint64(s.Domain)<<32, f)
						n, ok := num[d]
						if !ok {
							n = int32(len(feats))
							num[d] = n
							feats = append(feats, d)
						}
						out = append(out, n)
					}
				}
			}
			ids[i][j] = out
		}
	}
	return ids, feats, shared
}

// small is the gradient that is not worth a step.
const small = 1e-3

// step moves the weights along the gradient of one sequence and returns its
// loss before.
func (t *trainer) step(ids [][]int32, s Sequence) float64 {
	n, k := len(ids), t.k
	if n == 0 {
		return 0
	}
	t.emit, t.alpha, t.beta, t.post = grow(t.emit, n*k), grow(t.alpha, n*k), grow(t.beta, n*k), grow(t.post, n*k)
	ids = t.drop(ids)
	t.pair, t.exp, t.scale = grow(t.pair, k*k), grow(t.exp, k*k), grow(t.scale, n)
	gold, logZ := 0.0, 0.0
	for i, fs := range ids {
		e := t.emit[i*k : i*k+k]
		clear(e)
		for _, f := range fs {
			for y, w := range t.w[int(f)*k : int(f)*k+k] {
				e[y] += float64(w)
			}
		}
		if t.cfg.Dropout > 0 {
			for y := range e {
				e[y] /= 1 - t.cfg.Dropout
			}
		}
		gold += e[s.Labels[i]]
		top := math.Inf(-1)
		for y, v := range e {
			if s.may(i, y) {
				top = max(top, v)
			}
		}
		for y, v := range e {
			if s.may(i, y) {
				e[y] = math.Exp(v - top)
			} else {
				e[y] = 0
			}
		}
		logZ += top
	}
	for i, v := range t.trans {
		t.exp[i] = 0
		if t.allowed[i] {
			t.exp[i] = math.Exp(v)
		}
	}
	for i := range n {
		a, e := t.alpha[i*k:i*k+k], t.emit[i*k:i*k+k]
		clear(a)
		if i == 0 {
			for y := range a {
				if t.allowed[k*k+y] {
					a[y] = math.Exp(t.start[y])
				}
			}
		} else {
			gold += t.trans[int(s.Labels[i-1])*k+int(s.Labels[i])]
			for x, p := range t.alpha[(i-1)*k : i*k] {
				if p == 0 {
					continue
				}
				for y, w := range t.exp[x*k : x*k+k] {
					a[y] += p * w
				}
			}
		}
		for y := range a {
			a[y] *= e[y]
		}
		t.scale[i] = normalise(a)
		logZ += math.Log(t.scale[i])
	}
	last := t.beta[(n-1)*k : n*k]
	z := 0.0
	for y := range last {
		last[y] = 0
		if t.allowed[k*k+k+y] {
			last[y] = math.Exp(t.end[y])
		}
		z += last[y] * t.alpha[(n-1)*k+y]
	}
	if z <= 0 {
		return 0 // the constraints leave no path
	}
	for y := range last {
		last[y] /= z
	}
	logZ += math.Log(z)
	gold += t.start[s.Labels[0]] + t.end[s.Labels[n-1]]
	clear(t.pair)
	for i := n - 2; i >= 0; i-- {
		a, b := t.alpha[i*k:i*k+k], t.beta[i*k:i*k+k]
		next, e := t.beta[(i+1)*k:(i+2)*k], t.emit[(i+1)*k:(i+2)*k]
		inv := 1 / t.scale[i+1]
		for x := range b {
			sum := 0.0
			pair := t.pair[x*k : x*k+k]
			for y, w := range t.exp[x*k : x*k+k] {
				v := w * e[y] * next[y]
				sum += v
				pair[y] += a[x] * v * inv
			}
			b[x] = sum * inv
		}
	}
	weight := float64(s.Weight)
	if weight == 0 {
		weight = 1
	}
	rate := t.cfg.Rate
	for i, fs := range ids {
		p := t.post[i*k : i*k+k]
		big := false
		for y := range p {
			v := -t.alpha[i*k+y] * t.beta[i*k+y]
			if y == int(s.Labels[i]) {
				v++
			}
			p[y] = v * weight
			big = big || math.Abs(p[y]) > small
		}
		if !big {
			continue
		}
		for _, f := range fs {
			w, g := t.w[int(f)*k:int(f)*k+k], t.g[int(f)*k:int(f)*k+k]
			for y, v := range p {
				if v > small || v < -small {
					d := float32(v)
					g[y] += d * d
					w[y] += float32(rate) * d / float32(math.Sqrt(float64(g[y]))+1e-6)
				}
			}
		}
	}
	ada := func(w, g *float64, d float64) {
		if d > small || d < -small {
			*g += d * d
			*w += rate * d / (math.Sqrt(*g) + 1e-6)
		}
	}
	for i := 1; i < n; i++ {
		t.pair[int(s.Labels[i-1])*k+int(s.Labels[i])]--
	}
	for i, v := range t.pair {
		if t.allowed[i] {
			ada(&t.trans[i], &t.gTrans[i], -v*weight)
		}
	}
	for y := range k {
		ada(&t.start[y], &t.gStart[y], t.post[y])
		ada(&t.end[y], &t.gEnd[y], t.post[(n-1)*k+y])
	}
	return logZ - gold
}

// drop returns the features that this step uses.
func (t *trainer) drop(ids [][]int32) [][]int32 {
	if t.cfg.Dropout <= 0 {
		return ids
	}
	t.kept = t.kept[:0]
	out := make([][]int32, len(ids))
	for i, fs := range ids {
		from := len(t.kept)
		for _, f := range fs {
			if t.rng.Float64() >= t.cfg.Dropout {
				t.kept = append(t.kept, f)
			}
		}
		out[i] = t.kept[from:len(t.kept):len(t.kept)]
	}
	return out
}

func (s *Sequence) may(i, y int) bool { return s.Allowed == nil || s.Allowed[i]>>y&1 != 0 }

// shrink is the proximal step of the penalties, once an epoch.
func (t *trainer) shrink() {
	l1, l2, rate := float32(t.cfg.L1), float32(t.cfg.L2), float32(t.cfg.Rate)
	for i, w := range t.w {
		if w == 0 {
			continue
		}
		h := rate / (float32(math.Sqrt(float64(t.g[i]))) + 1e-6)
		w /= 1 + h*l2
		switch {
		case w > h*l1:
			w -= h * l1
		case w < -h*l1:
			w += h * l1
		default:
			w = 0
		}
		t.w[i] = w
	}
}

// export quantises the averaged weights into m.
func (t *trainer) export(m *Model, feats []uint64, inv float64, trans, start, end []float64) error {
	k := t.k
	var sizes []float32
	for _, w := range t.sum {
		if w != 0 {
			sizes = append(sizes, max(w, -w))
		}
	}
	if len(sizes) == 0 {
		return errors.New("crf: all weights are zero")
	}
	// The few greatest weights saturate, so that the many are told apart.
	slices.Sort(sizes)
	m.scale = float64(sizes[len(sizes)-1-len(sizes)/20000]) * inv / 127
	type kept struct {
		key uint64
		at  int
	}
	var rows []kept
	for i, f := range feats {
		for _, w := range t.sum[i*k : i*k+k] {
			if math.Abs(float64(w))*inv >= max(t.cfg.Prune, m.scale/2) {
				rows = append(rows, kept{key(f), i})
				break
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b kept) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	rows = slices.CompactFunc(rows, func(a, b kept) bool { return a.key == b.key })
	keys, weights := make([]uint64, len(rows)), make([]int8, len(rows)*k)
	for r, row := range rows {
		keys[r] = row.key
		for y, w := range t.sum[row.at*k : row.at*k+k] {
			weights[r*k+y] = int8(max(-127, min(127, math.Round(float64(w)*inv/m.scale))))
		}
	}
	steps := func(ws []float64, allowed []bool) []int32 {
		out := make([]int32, len(ws))
		for i, w := range ws {
			out[i] = forbidden
			if allowed[i] {
				out[i] = int32(math.Round(w * inv / m.scale))
			}
		}
		return out
	}
	m.trans = steps(trans, t.allowed)
	m.start = steps(start, t.allowed[k*k:])
	m.end = steps(end, t.allowed[k*k+k:])
	m.build(keys, weights)
	return nil
}
