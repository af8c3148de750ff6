package source

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Gold is one annotated attribution; ranges are bytes [start, end) of the
// body in text order. A role that is missing is empty.
type Gold struct {
	Source, Cue, Content [][2]int
}

// Example is a document with its attributions. The mentions of the document
// are used as features.
type Example struct {
	Doc  *text.Doc
	Gold []Gold
	// Weight is how often the example counts, 0 for once.
	Weight int
}

// LearnConfig says how to train. Zero values are replaced by the defaults
// that the shipped model was made with.
type LearnConfig struct {
	CueEpochs, SourceEpochs, ContentEpochs int
	// Drop is the share of the features that a step leaves out at random.
	Drop float64
	// Rate is AdaGrad's step, Decay the pull of the weights towards zero.
	Rate, Decay float32
	// Threshold is the log-odds from which a cue is kept.
	Threshold float32
	Seed      uint64
	Log       func(format string, args ...any) // may be nil
}

// goldCue is a gold attribution on the tokens of a view.
type goldCue struct {
	head     int
	source   span
	contents []span
}

type learner struct {
	e     *engine
	cfg   LearnConfig
	views []*view
	gold  [][]goldCue
	times []int // the weights
}

// Learn trains a model on annotated documents. The same examples in the same
// order give the same model. It runs on one goroutine and parses the
// documents it is given.
func Learn(p Parser, w *cluster.Table, examples []Example, cfg LearnConfig) (*Model, error) {
	if len(examples) == 0 {
		return nil, fmt.Errorf("learn attributions: no examples")
	}
	setDefault := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	setDefault(&cfg.CueEpochs, 3)
	setDefault(&cfg.SourceEpochs, 3)
	setDefault(&cfg.ContentEpochs, 3)
	if cfg.Drop == 0 {
		cfg.Drop = 0.5
	}
	if cfg.Threshold == 0 {
		cfg.Threshold = -0.5
	}
	if cfg.Rate == 0 {
		cfg.Rate = 0.1
	}
	if cfg.Log == nil {
		cfg.Log = func(string, ...any) {}
	}
	l := &learner{e: newEngine(p, w, &Model{priors: newPriors(nil, nil)}), cfg: cfg}
	l.prepare(examples)
	l.e.model.tables[tableCheck] = l.learnChecks()
	all := make([]int, len(l.views))
	for i := range all {
		all[i] = i
	}
	l.learnParts(l.e.model, all)
	l.e.model.threshold = cfg.Threshold
	return l.e.model, nil
}

// learnParts trains the models of the parts on some of the examples.
func (l *learner) learnParts(m *Model, part []int) {
	m.tables[tableCue] = l.learnCues(part)
	m.tables[tableSource] = l.learnSources(part)
	m.tables[tableContent] = l.learnContents(part)
}

// folds is how many parts the examples are cut into so that the model of the
// whole learns from choices of parts that have not seen them.
const folds = 3

// learnChecks trains the model that judges an attribution as a whole.
func (l *learner) learnChecks() table {
	type item struct {
		f   []uint32
		yes bool
	}
	var items []item
	var z scratch
	log := l.cfg.Log
	for fold := range folds {
		var train, held []int
		for i := range l.views {
			if i%folds == fold {
				held = append(held, i)
			} else {
				train = append(train, i)
			}
		}
		l.cfg.Log = func(string, ...any) {}
		m := *l.e.model
		l.learnParts(&m, train)
		l.cfg.Log = log
		e := *l.e
		e.model = &m
		for _, d := range held {
			v := l.views[d]
			heads := map[int]bool{}
			for _, g := range l.gold[d] {
				heads[g.head] = true
			}
			for s := range v.t.Sentences {
				if !v.ready[s] || !v.worth(s) {
					continue
				}
				z.maybe = e.propose(v, s, l.cfg.Threshold-checkMargin, &z, z.maybe[:0])
				for i := range z.maybe {
					e.checkFeatures(v, z.maybe, i, &z.f)
					x := item{slices.Clone(z.f.f), heads[z.maybe[i].cue]}
					for range l.times[d] {
						items = append(items, x)
					}
				}
			}
		}
	}
	m := newLinear(l.cfg.Rate, l.cfg.Decay)
	below := uint32(l.cfg.Drop * 0x10000)
	var kept []uint32
	rng := rand.New(rand.NewPCG(l.cfg.Seed, 3))
	for epoch := range l.cfg.CueEpochs {
		rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		loss := 0.0
		for _, x := range items {
			y := 0.0
			if x.yes {
				y = 1
			}
			kept = drop(kept, x.f, rng.Uint32(), below)
			p := 1 / (1 + math.Exp(-m.score(kept)))
			loss -= math.Log(max(1e-9, y*p+(1-y)*(1-p)))
			m.step(kept, float32(p-y))
		}
		l.cfg.Log("checks: epoch %d, %d candidates, loss %.4f", epoch+1, len(items), loss/float64(len(items)))
	}
	return quantise(m.w, l.cfg.Drop)
}

type formCount struct{ cues, all int }

func priorValue(c formCount) uint8 {
	if c.cues <= 0 {
		return 0
	}
	x := 255 * (float64(c.cues) - 0.5) / (float64(c.all) + 1)
	return uint8(max(1, min(255, math.Round(x))))
}

// prepare parses the examples, finds the heads of the gold cues and counts
// how often a form is one. Within an example the counts leave out the
// example's own, so that a form seen once is as new as it would be elsewhere.
func (l *learner) prepare(examples []Example) {
	counts := map[uint32]formCount{}
	own := make([]map[uint32]formCount, len(examples))
	lost := 0
	for d, x := range examples {
		v := l.e.view(x.Doc.Body, x.Doc.Mentions)
		for s := range x.Doc.Body.Sentences {
			l.e.parse(v, s)
		}
		own[d] = map[uint32]formCount{}
		for i := range v.n {
			c := own[d][v.n[i].low]
			c.all++
			own[d][v.n[i].low] = c
		}
		var gs []goldCue
		for _, g := range x.Gold {
			gc := goldCue{head: v.cueHead(g.Cue)}
			if gc.head < 0 {
				lost++
				continue
			}
			if len(g.Source) > 0 {
				gc.source = v.tokens(g.Source[0][0], g.Source[len(g.Source)-1][1])
			}
			for _, r := range g.Content {
				if s := v.tokens(r[0], r[1]); !s.empty() {
					gc.contents = append(gc.contents, s)
				}
			}
			gs = append(gs, gc)
			c := own[d][v.n[gc.head].low]
			c.cues++
			own[d][v.n[gc.head].low] = c
		}
		for k, c := range own[d] {
			t := counts[k]
			counts[k] = formCount{t.cues + c.cues, t.all + c.all}
		}
		l.times = append(l.times, max(1, x.Weight))
		l.views = append(l.views, v)
		l.gold = append(l.gold, gs)
	}
	// A form that is a cue less than once in 200 times is left out.
	rare := func(c formCount) bool { return c.cues == 0 || c.cues*200 < c.all }
	var keys []uint32
	for k, c := range counts {
		if !rare(c) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	vals := make([]uint8, len(keys))
	for i, k := range keys {
		vals[i] = priorValue(counts[k])
	}
	l.e.model.priors = newPriors(keys, vals)
	reached, all := 0, 0
	for d, v := range l.views {
		for i := range v.n {
			k := v.n[i].low
			c, o := counts[k], own[d][k]
			if o.cues > 0 {
				c = formCount{c.cues - o.cues, c.all - o.all}
			}
			v.n[i].prior = 0
			if !rare(c) {
				v.n[i].prior = priorValue(c)
			}
		}
		for _, g := range l.gold[d] {
			all++
			if v.candidate(g.head) || v.verbal(g.head) {
				reached++
			}
		}
	}
	l.cfg.Log("%d examples, %d cues (%d without a head), %d forms, candidates reach %.4f of the cues", len(examples), all, lost, len(keys), float64(reached)/float64(max(all, 1)))
}

// tokens is the tokens that the bytes [start, end) touch.
func (v *view) tokens(start, end int) span {
	toks := v.t.Tokens
	lo, _ := slices.BinarySearchFunc(toks, start, func(t text.Token, at int) int {
		if t.End <= at {
			return -1
		}
		return 1
	})
	hi := lo
	for hi < len(toks) && toks[hi].Start < end {
		hi++
	}
	return span{lo, hi}
}

// cueHead is the word of the cue on which its others depend: of the words
// whose governor is outside of the cue a verb of saying before a verb before
// the first.
func (v *view) cueHead(ranges [][2]int) int {
	best, rank := -1, -1
	for _, r := range ranges {
		s := v.tokens(r[0], r[1])
		for i := s.lo; i < s.hi; i++ {
			n := &v.n[i]
			if n.pos == posMark && s.hi-s.lo > 1 {
				continue
			}
			outer := n.head < 0 || !s.has(int(n.head))
			k := 0
			switch {
			case n.stem == stemAccord:
				k = 9
			case n.pos == posVerb && n.flags&(flagSay|flagThink) != 0 && outer:
				k = 8
			case n.pos == posVerb && outer && n.rel != relAux && n.rel != relCop && n.rel != relAuxPass:
				k = 7
			case n.flags&(flagSay|flagThink) != 0 && n.pos == posVerb:
				k = 6
			case outer && (n.pos == posNoun || n.pos == posAdj || n.pos == posAdv):
				k = 5
			case n.pos == posVerb:
				k = 4
			case n.pos == posNoun || n.pos == posAdj || n.pos == posName:
				k = 3
			case outer:
				k = 2
			}
			if k > rank {
				best, rank = i, k
			}
		}
	}
	return best
}

// linear is a linear model in training: AdaGrad over hashed features.
type linear struct {
	w, g  []float32
	rate  float32
	decay float32
}

func newLinear(rate, decay float32) *linear {
	return &linear{w: make([]float32, tableSize), g: make([]float32, tableSize), rate: rate, decay: decay}
}

// drop copies the features that a step with this salt keeps.
func drop(out, f []uint32, salt, below uint32) []uint32 {
	out = out[:0]
	for _, x := range f {
		if mix(x, salt)&0xFFFF >= below {
			out = append(out, x)
		}
	}
	return out
}

func (m *linear) score(f []uint32) float64 {
	var s float32
	for _, x := range f {
		s += m.w[x&tableMask]
	}
	return float64(s)
}

// step moves the weights of f by the gradient d of the loss in the score.
func (m *linear) step(f []uint32, d float32) {
	for _, x := range f {
		x &= tableMask
		g := d + m.decay*m.w[x]
		m.g[x] += g * g
		m.w[x] -= m.rate * g / (float32(math.Sqrt(float64(m.g[x]))) + 1e-4)
	}
}

func (l *learner) learnCues(part []int) table {
	type item struct {
		f   []uint32
		yes bool
	}
	var items []item
	var b features
	for _, d := range part {
		v := l.views[d]
		heads := map[int]bool{}
		for _, g := range l.gold[d] {
			heads[g.head] = true
		}
		for s := range v.t.Sentences {
			if !v.ready[s] {
				continue
			}
			for i := v.t.Sentences[s].First; i < v.t.Sentences[s].Last; i++ {
				if v.candidate(i) || v.verbal(i) {
					l.e.cueFeatures(v, i, &b)
					x := item{slices.Clone(b.f), heads[i]}
					for range l.times[d] {
						items = append(items, x)
					}
				}
			}
		}
	}
	m := newLinear(l.cfg.Rate, l.cfg.Decay)
	below := uint32(l.cfg.Drop * 0x10000)
	var kept []uint32
	rng := rand.New(rand.NewPCG(l.cfg.Seed, 1))
	for epoch := range l.cfg.CueEpochs {
		rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		loss := 0.0
		for _, x := range items {
			y := 0.0
			if x.yes {
				y = 1
			}
			kept = drop(kept, x.f, rng.Uint32(), below)
			p := 1 / (1 + math.Exp(-m.score(kept)))
			loss -= math.Log(max(1e-9, y*p+(1-y)*(1-p)))
			m.step(kept, float32(p-y))
		}
		l.cfg.Log("cues: epoch %d, %d candidates, loss %.4f", epoch+1, len(items), loss/float64(len(items)))
	}
	return quantise(m.w, l.cfg.Drop)
}

// choice is one ranking example: the features of every candidate and the
// share of the target that each has.
type choice struct {
	f      [][]uint32
	target []float64
}

func (l *learner) rank(name string, items []choice, epochs int) table {
	m := newLinear(l.cfg.Rate, l.cfg.Decay)
	below := uint32(l.cfg.Drop * 0x10000)
	var kept []uint32
	rng := rand.New(rand.NewPCG(l.cfg.Seed, 2))
	var scores []float64
	for epoch := range epochs {
		rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		loss, right := 0.0, 0
		for _, x := range items {
			scores = scores[:0]
			top := 0
			salt := rng.Uint32()
			for k, f := range x.f {
				kept = drop(kept, f, salt, below)
				scores = append(scores, m.score(kept))
				if scores[k] > scores[top] {
					top = k
				}
			}
			if x.target[top] > 0 {
				right++
			}
			soften(scores)
			for k, f := range x.f {
				if x.target[k] > 0 {
					loss -= x.target[k] * math.Log(max(1e-9, scores[k]))
				}
				if d := scores[k] - x.target[k]; math.Abs(d) > 1e-3 {
					kept = drop(kept, f, salt, below)
					m.step(kept, float32(d))
				}
			}
		}
		l.cfg.Log("%s: epoch %d, %d choices, loss %.4f, right %.4f", name, epoch+1, len(items), loss/float64(len(items)), float64(right)/float64(len(items)))
	}
	return quantise(m.w, l.cfg.Drop)
}

// soften turns scores into probabilities.
func soften(s []float64) {
	if len(s) == 0 {
		return
	}
	top := slices.Max(s)
	sum := 0.0
	for i := range s {
		s[i] = math.Exp(s[i] - top)
		sum += s[i]
	}
	for i := range s {
		s[i] /= sum
	}
}

// goldSource is the candidate that is the gold source, -1 for none of them.
func goldSource(g *goldCue, cands []sourceCand) int {
	if g.source.empty() {
		return len(cands) - 1
	}
	best, at := 0.25, -1
	for k, x := range cands {
		if x.head < 0 {
			continue
		}
		if o := overlap(x.span, g.source); o > best {
			best, at = o, k
		}
	}
	if at < 0 {
		for k, x := range cands {
			if x.head >= 0 && g.source.has(x.head) && (at < 0 || x.span.hi-x.span.lo < cands[at].span.hi-cands[at].span.lo) {
				at = k
			}
		}
	}
	return at
}

func overlap(a, b span) float64 {
	n := min(a.hi, b.hi) - max(a.lo, b.lo)
	if n <= 0 {
		return 0
	}
	return float64(n) / float64(a.hi-a.lo+b.hi-b.lo-n)
}

func (l *learner) learnSources(part []int) table {
	var items []choice
	var b features
	var cands []sourceCand
	missed := 0
	for _, d := range part {
		v := l.views[d]
		for i := range l.gold[d] {
			g := &l.gold[d][i]
			if !v.ready[v.t.Tokens[g.head].Sentence] {
				continue
			}
			cands = l.e.sourceCands(v, g.head, cands)
			at := goldSource(g, cands)
			if at < 0 {
				missed++
				continue
			}
			x := choice{target: make([]float64, len(cands))}
			x.target[at] = 1
			for k := range cands {
				l.e.sourceFeatures(v, g.head, cands, k, &b)
				x.f = append(x.f, slices.Clone(b.f))
			}
			for range l.times[d] {
				items = append(items, x)
			}
		}
	}
	l.cfg.Log("sources: %d not among the candidates", missed)
	return l.rank("sources", items, l.cfg.SourceEpochs)
}

// gain is the overlap of a candidate's tokens with the gold content.
func gain(x *contentCand, gold []span) float64 {
	sp, n := x.spans()
	common, mine, theirs := 0, 0, 0
	for _, s := range sp[:n] {
		mine += s.hi - s.lo
		for _, g := range gold {
			common += max(0, min(s.hi, g.hi)-max(s.lo, g.lo))
		}
	}
	for _, g := range gold {
		theirs += g.hi - g.lo
	}
	if mine+theirs == common {
		return 0
	}
	return float64(common) / float64(mine+theirs-common)
}

func (l *learner) learnContents(part []int) table {
	var items []choice
	var b features
	var cands []sourceCand
	var gen contentGen
	missed, oracle := 0, 0.0
	for _, d := range part {
		v := l.views[d]
		for i := range l.gold[d] {
			g := &l.gold[d][i]
			if len(g.contents) == 0 || !v.ready[v.t.Tokens[g.head].Sentence] {
				continue
			}
			cands = l.e.sourceCands(v, g.head, cands)
			src := sourceCand{head: -1}
			if at := goldSource(g, cands); at >= 0 {
				src = cands[at]
			}
			l.e.contentCands(v, g.head, sourceSpan(src), &gen)
			gen.postposed(v, g.head, src)
			gains := make([]float64, len(gen.out))
			best := 0.0
			for k := range gen.out {
				gains[k] = gain(&gen.out[k], g.contents)
				best = max(best, gains[k])
			}
			oracle += best
			if best < 0.3 {
				missed++
				continue
			}
			x := choice{target: make([]float64, len(gains))}
			sum := 0.0
			for k := range gains {
				if gains[k] >= best-0.02 {
					x.target[k] = 1
					sum++
				}
			}
			for k := range gen.out {
				x.target[k] /= sum
				l.e.contentFeatures(v, g.head, src, &gen.out[k], &b)
				x.f = append(x.f, slices.Clone(b.f))
			}
			for range l.times[d] {
				items = append(items, x)
			}
		}
	}
	l.cfg.Log("contents: %d not among the candidates, best overlap %.4f on average", missed, oracle/float64(len(items)+missed))
	return l.rank("contents", items, l.cfg.ContentEpochs)
}

func sourceSpan(c sourceCand) span {
	if c.head < 0 || c.back > 0 {
		return span{}
	}
	return c.span
}
