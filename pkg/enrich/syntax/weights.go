package syntax

import (
	"math"
	"math/bits"
	"sort"
)

// weights is a linear model in training by AdaGrad (Duchi et al. 2011) on the
// hinge loss: for each feature a few classes with their weight and the sum of
// the weights it had over time.
type weights struct {
	keys  []uint32 // open addressing; ids beside it
	slots []int32  // 0 for an empty slot, else id+1
	feats []feature
	now   int64

	least    uint8   // occurrences a feature needs
	seen     []uint8 // occurrences by the upper bits of the feature, up to 255
	features []uint32
}

// The step of a weight's first move, and the lead that the right class is to
// have.
const (
	rate   = 0.02
	margin = 1
)

type feature struct {
	key   uint32
	cells []cell
}

type cell struct {
	class  uint8
	weight float32
	moves  float32 // how often it moved: the sum of squared gradients
	since  int64
	sum    float64
}

// newWeights makes weights of the features that count sees at least so often.
func newWeights(least int) *weights {
	return &weights{keys: make([]uint32, 1<<16), slots: make([]int32, 1<<16), least: uint8(min(least, 255)), seen: make([]uint8, 1<<26)}
}

func (w *weights) count(fs []uint32) {
	for _, f := range fs {
		if n := &w.seen[f>>6]; *n < 255 {
			*n++
		}
	}
}

func (w *weights) size() int { return len(w.feats) }

// find returns the features that are frequent enough.
func (w *weights) find(fs []uint32) []uint32 {
	out := w.features[:0]
	for _, f := range fs {
		if w.seen[f>>6] >= w.least {
			out = append(out, f)
		}
	}
	w.features = out
	return out
}

func (w *weights) id(f uint32) int32 {
	mask := uint32(len(w.keys) - 1)
	for i := (f * 0x9e3779b1) & mask; ; i = (i + 1) & mask {
		if w.slots[i] == 0 {
			return -1
		}
		if w.keys[i] == f {
			return w.slots[i] - 1
		}
	}
}

func (w *weights) insert(f uint32) int32 {
	if 2*len(w.feats) >= len(w.keys) {
		keys, slots := make([]uint32, 2*len(w.keys)), make([]int32, 2*len(w.keys))
		mask := uint32(len(keys) - 1)
		for k := range w.feats {
			i := (w.feats[k].key * 0x9e3779b1) & mask
			for slots[i] != 0 {
				i = (i + 1) & mask
			}
			keys[i], slots[i] = w.feats[k].key, int32(k+1)
		}
		w.keys, w.slots = keys, slots
	}
	w.feats = append(w.feats, feature{key: f})
	mask := uint32(len(w.keys) - 1)
	i := (f * 0x9e3779b1) & mask
	for w.slots[i] != 0 {
		i = (i + 1) & mask
	}
	w.keys[i], w.slots[i] = f, int32(len(w.feats))
	return int32(len(w.feats) - 1)
}

// score sets the scores of the features.
func (w *weights) score(fs []uint32, scores *[64]float32) {
	*scores = [64]float32{}
	for _, f := range fs {
		if k := w.id(f); k >= 0 {
			for _, c := range w.feats[k].cells {
				scores[c.class] += c.weight
			}
		}
	}
}

// update moves the features towards the class up and away from down.
func (w *weights) update(fs []uint32, up, down uint8) {
	for _, f := range fs {
		k := w.id(f)
		if k < 0 {
			k = w.insert(f)
		}
		w.move(k, up, 1)
		w.move(k, down, -1)
	}
}

func (w *weights) move(k int32, class uint8, by float32) {
	cells := w.feats[k].cells
	for i := range cells {
		if c := &cells[i]; c.class == class {
			c.sum += float64(c.weight) * float64(w.now-c.since)
			c.since = w.now
			c.moves++
			c.weight += by * rate / float32(math.Sqrt(float64(c.moves)))
			return
		}
	}
	w.feats[k].cells = append(cells, cell{class: class, weight: by * rate, moves: 1, since: w.now})
}

// entries returns the averaged weights as small whole numbers, such that one
// weight in 2,000 is cut to 127. Those smaller than least are left out.
func (w *weights) entries(least float64) []entry {
	var all []float64
	mean := func(c *cell) float64 {
		return (c.sum + float64(c.weight)*float64(w.now-c.since)) / float64(max(w.now, 1))
	}
	for k := range w.feats {
		for i := range w.feats[k].cells {
			all = append(all, math.Abs(mean(&w.feats[k].cells[i])))
		}
	}
	if len(all) == 0 {
		return nil
	}
	sort.Float64s(all)
	top := all[len(all)-1-len(all)/2000]
	factor := 127 / max(top, 1e-9)
	var es []entry
	for k := range w.feats {
		f := &w.feats[k]
		e := entry{key: f.key}
		for i := range f.cells {
			q := math.Round(mean(&f.cells[i]) * factor)
			if q = max(-127, min(127, q)); math.Abs(q) >= least {
				e.pairs = append(e.pairs, pair{f.cells[i].class, int8(q)})
			}
		}
		if len(e.pairs) > 0 {
			sort.Slice(e.pairs, func(i, j int) bool { return e.pairs[i].class < e.pairs[j].class })
			es = append(es, e)
		}
	}
	sort.Slice(es, func(i, j int) bool { return es[i].key < es[j].key })
	return es
}

// rivals returns the class of the highest score among good and the best among
// the others of allowed, and whether the first leads by less than margin. It
// also tells which class leads. Either set may be empty: then there is nothing
// to learn.
func rivals(scores *[64]float32, good, allowed uint64) (up, down, got uint8, learn bool) {
	top := func(set uint64) (class uint8, ok bool) {
		for ; set != 0; set &= set - 1 {
			if c := uint8(bits.TrailingZeros64(set)); !ok || scores[c] > scores[class] {
				class, ok = c, true
			}
		}
		return class, ok
	}
	got, _ = top(allowed)
	up, ok := top(allowed & good)
	down, rival := top(allowed &^ good)
	return up, down, got, ok && rival && scores[up]-scores[down] < margin
}
