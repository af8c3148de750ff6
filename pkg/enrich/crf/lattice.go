package crf

import "math"

// Lattice is the scratch space for one sequence: Reset, then Add and Allow for
// its positions, then Viterbi, then Probability when it is wanted. After a few
// sequences it allocates no more.
type Lattice struct {
	m     *Model
	n     int
	sums  []uint64 // words a position
	count []uint8  // features added
	allow []uint64 // labels allowed
	score []int32  // emissions, unpacked
	best  []int32
	back  []uint8
	path  []uint8

	ready       bool // alpha, beta and expTrans belong to this sequence
	alpha, beta []float64
	emit        []float64
	expTrans    []float64
	expFor      *Model
	scaleA      []float64
}

// Reset starts a sequence of n positions for m, every label allowed.
func (l *Lattice) Reset(m *Model, n int) {
	l.m, l.n, l.ready = m, n, false
	l.sums = grow(l.sums, n*m.words)
	l.count = grow(l.count, n)
	l.allow = grow(l.allow, n)
	clear(l.sums)
	clear(l.count)
	for i := range l.allow {
		l.allow[i] = ^uint64(0)
	}
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}

// Add gives position i the feature f. A feature added twice counts twice.
func (l *Lattice) Add(i int, f uint64) {
	row := l.m.row(f)
	if row == nil || l.count[i] >= MaxFeatures {
		return
	}
	l.count[i]++
	w := l.m.words
	sums := l.sums[i*w : i*w+w]
	for j, x := range row[:len(sums)] {
		sums[j] += x
	}
}

// Allow restricts position i to the labels whose bits are set. A mask without
// a label of the model is ignored.
func (l *Lattice) Allow(i int, labels uint64) {
	if labels&(1<<len(l.m.labels)-1) != 0 {
		l.allow[i] = labels
	}
}

// emissions unpacks the sums; a label that is not allowed gets forbidden.
func (l *Lattice) emissions() {
	k, w := len(l.m.labels), l.m.words
	l.score = grow(l.score, l.n*k)
	for i := range l.n {
		sums, off := l.sums[i*w:i*w+w], int32(l.count[i])*bias
		e := l.score[i*k : i*k+k]
		for y := range e {
			e[y] = int32(sums[y/lanes]>>(16*(y%lanes))&0xFFFF) - off
			if l.allow[i]>>y&1 == 0 {
				e[y] = forbidden
			}
		}
	}
}

// Viterbi returns the best labels. The slice is valid until the next call.
func (l *Lattice) Viterbi() []uint8 {
	k := len(l.m.labels)
	l.path = grow(l.path, l.n)
	if l.n == 0 {
		return l.path
	}
	l.emissions()
	l.best = grow(l.best, 2*k)
	l.back = grow(l.back, l.n*k)
	prev, cur := l.best[:k], l.best[k:2*k]
	for y := range k {
		prev[y] = l.m.start[y] + l.score[y]
	}
	for i := 1; i < l.n; i++ {
		e, back := l.score[i*k:i*k+k], l.back[i*k:i*k+k]
		for y := range cur {
			cur[y] = math.MinInt32
		}
		for x, p := range prev {
			if p <= forbidden/2 {
				continue
			}
			for y, t := range l.m.trans[x*k : x*k+k] {
				if s := p + t; s > cur[y] {
					cur[y], back[y] = s, uint8(x)
				}
			}
		}
		for y := range cur {
			cur[y] = max(max(cur[y], forbidden)+e[y], forbidden)
		}
		prev, cur = cur, prev
	}
	last := 0
	for y := range k {
		if prev[y]+l.m.end[y] > prev[last]+l.m.end[last] {
			last = y
		}
	}
	for i := l.n - 1; i >= 0; i-- {
		l.path[i] = uint8(last)
		last = int(l.back[i*k+last])
	}
	return l.path
}

// forward fills alpha, beta (each position scaled to sum 1) and the products
// that Probability and Marginal need. It follows Viterbi.
func (l *Lattice) forward() {
	if l.ready {
		return
	}
	l.ready = true
	k, m := len(l.m.labels), l.m
	if l.expFor != m {
		l.expFor = m
		l.expTrans = grow(l.expTrans, k*k)
		for i, t := range m.trans {
			l.expTrans[i] = m.exp(t)
		}
	}
	l.alpha, l.beta, l.emit = grow(l.alpha, l.n*k), grow(l.beta, l.n*k), grow(l.emit, l.n*k)
	l.scaleA = grow(l.scaleA, l.n)
	for i := range l.n {
		e, out := l.score[i*k:i*k+k], l.emit[i*k:i*k+k]
		top := e[0]
		for _, v := range e {
			top = max(top, v)
		}
		for y, v := range e {
			out[y] = 0
			if d := int(top - v); d < len(m.exps) {
				out[y] = m.exps[d]
			}
		}
	}
	for i := range l.n {
		a, e := l.alpha[i*k:i*k+k], l.emit[i*k:i*k+k]
		clear(a)
		if i == 0 {
			for y := range a {
				a[y] = m.exp(m.start[y]) * e[y]
			}
		} else {
			for x, p := range l.alpha[(i-1)*k : i*k] {
				if p == 0 {
					continue
				}
				for y, t := range l.expTrans[x*k : x*k+k] {
					a[y] += p * t
				}
			}
			for y := range a {
				a[y] *= e[y]
			}
		}
		l.scaleA[i] = normalise(a)
	}
	b := l.beta[(l.n-1)*k : l.n*k]
	for y := range b {
		b[y] = m.exp(m.end[y])
	}
	for i := l.n - 2; i >= 0; i-- {
		b, next, e := l.beta[i*k:i*k+k], l.beta[(i+1)*k:(i+2)*k], l.emit[(i+1)*k:(i+2)*k]
		for x := range b {
			sum := 0.0
			for y, t := range l.expTrans[x*k : x*k+k] {
				sum += t * e[y] * next[y]
			}
			b[x] = sum / l.scaleA[i+1]
		}
	}
}

func (m *Model) exp(v int32) float64 {
	if v <= forbidden/2 {
		return 0
	}
	return math.Exp(float64(v) * m.scale)
}

func normalise(a []float64) float64 {
	sum := 0.0
	for _, v := range a {
		sum += v
	}
	if sum <= 0 || math.IsInf(sum, 1) {
		sum = 1
	}
	for y := range a {
		a[y] /= sum
	}
	return sum
}

// Probability returns the probability, 0 to 1, that positions [i, j) have the
// labels of the best path. It follows Viterbi.
func (l *Lattice) Probability(i, j int) float64 {
	if i >= j {
		return 1
	}
	l.forward()
	k := len(l.m.labels)
	p := l.alpha[i*k+int(l.path[i])]
	for t := i + 1; t < j; t++ {
		x, y := int(l.path[t-1]), int(l.path[t])
		p *= l.expTrans[x*k+y] * l.emit[t*k+y] / l.scaleA[t]
	}
	p *= l.beta[(j-1)*k+int(l.path[j-1])]
	// What alpha and beta leave out is the sum over the last labels.
	z := 0.0
	for y, a := range l.alpha[(l.n-1)*k : l.n*k] {
		z += a * l.beta[(l.n-1)*k+y]
	}
	if z <= 0 {
		return 0
	}
	return min(max(p/z, 0), 1)
}

// Marginal returns the probability, 0 to 1, that position i has label y. It
// follows Viterbi.
func (l *Lattice) Marginal(i, y int) float64 {
	l.forward()
	k := len(l.m.labels)
	z := 0.0
	for x, a := range l.alpha[i*k : i*k+k] {
		z += a * l.beta[i*k+x]
	}
	if z <= 0 {
		return 0
	}
	return min(max(l.alpha[i*k+y]*l.beta[i*k+y]/z, 0), 1)
}
