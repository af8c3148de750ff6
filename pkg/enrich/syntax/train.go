package syntax

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// TrainConfig says how to train. The zero value of a field takes the default
// in brackets.
type TrainConfig struct {
	TagEpochs   int // [5]
	ParseEpochs int // [5]
	LabelEpochs int // [5]
	// Features that occur less often in training are left out [3, 8, 6].
	TagMin, ParseMin, LabelMin int

	Folds int // of the tagger whose tags the parser learns from [4]
	// Silver are trees that another parser made: the tagger and the parser
	// learn from them as well, the labeller does not.
	Silver []Tree
	// Dev is measured as training goes on; Log gets a line for each epoch.
	Dev []Tree
	Log func(string)
}

func (c *TrainConfig) defaults() {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&c.TagEpochs, 5)
	def(&c.ParseEpochs, 5)
	def(&c.LabelEpochs, 5)
	def(&c.Folds, 4)
	def(&c.TagMin, 3)
	def(&c.ParseMin, 8)
	def(&c.LabelMin, 6)
	if c.Log == nil {
		c.Log = func(string) {}
	}
}

// Train makes a model of gold trees and returns it in the form that Load
// reads. The same trees and configuration give the same bytes.
func Train(trees []Tree, c TrainConfig) ([]byte, error) {
	c.defaults()
	m := &Model{}
	if err := m.ready(); err != nil {
		return nil, err
	}
	all := slices.Concat(trees, c.Silver)
	cased := casings(all)
	entries := m.dictionary.learn(cased)
	tags := trainTags(m, cased, c.TagEpochs, c)
	b := m.dictionary.appendTo(nil, entries)
	tagEntries := tags.entries(1)
	must(m.tags.decode(appendEntries(nil, tagEntries)))
	c.Log(fmt.Sprintf("tagger: %d features, dev %s", len(tagEntries), m.tagScore(c.Dev)))

	predicted := jackknife(m, all, c)
	m.learnRelations(trees, predicted)
	b = m.relations.appendTo(b)

	actions := trainActions(m, all, len(trees), predicted, c)
	actionEntries := actions.entries(2)
	must(m.actions.decode(appendEntries(nil, actionEntries)))
	labels := trainLabels(m, trees, predicted, c.LabelEpochs, c)
	labelEntries := labels.entries(1)
	must(m.labels.decode(appendEntries(nil, labelEntries)))
	c.Log(fmt.Sprintf("parser: %d features, labeller: %d features, dev %s", len(actionEntries), len(labelEntries), m.Evaluate(c.Dev)))

	b = appendEntries(b, tagEntries)
	b = appendEntries(b, actionEntries)
	return pack(appendEntries(b, labelEntries))
}

// pack gives the parts of a model the form that Decode reads.
func pack(b []byte) ([]byte, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("pack the model: %w", err)
	}
	return w.EncodeAll(b, []byte(magic)), nil
}

// must is for decoding what was just encoded.
func must(_ []byte, err error) {
	if err != nil {
		panic(err)
	}
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 42)) }

// casings adds copies in capitals and in headline case of a tenth of the
// trees each, so that headlines and wires in capitals are read as well.
func casings(trees []Tree) []Tree {
	out := slices.Clip(trees)
	for i, t := range trees {
		var change func(string, int) string
		switch i % 10 {
		case 3:
			change = func(w string, _ int) string { return strings.ToUpper(w) }
		case 7:
			change = func(w string, i int) string {
				switch t.Tags[i] {
				case text.TagIN, text.TagTO, text.TagDT, text.TagCC:
					if len(w) < 5 && i > 0 {
						return w
					}
				}
				if w[0] >= 'a' && w[0] <= 'z' && w != "n't" {
					return string(w[0]-'a'+'A') + w[1:]
				}
				return w
			}
		default:
			continue
		}
		c := t
		c.Words = make([]string, len(t.Words))
		for k, w := range t.Words {
			c.Words[k] = change(w, k)
		}
		out = append(out, c)
	}
	return out
}

// A word needs this many occurrences to be in the dictionary, and a tag this
// share of them to be allowed.
const (
	dictMin   = 8
	dictShare = 0.002
)

func (d *dictionary) learn(trees []Tree) []dictEntry {
	type counts [text.NumTags]int
	words := map[uint32]*counts{}
	var open [3]counts
	add := func(key uint32, t text.Tag) {
		c := words[key]
		if c == nil {
			c = &counts{}
			words[key] = c
		}
		c[t]++
	}
	var w word
	for _, t := range trees {
		for i, s := range t.Words {
			w.describe(s, nil)
			add(exactKey(&w), t.Tags[i])
			add(formKey(&w), t.Tags[i])
		}
	}
	total := func(c *counts) (n int) {
		for _, k := range c {
			n += k
		}
		return n
	}
	for _, t := range trees {
		for i, s := range t.Words {
			w.describe(s, nil)
			if total(words[exactKey(&w)]) < dictMin {
				open[kindOf(&w)][t.Tags[i]]++
			}
		}
	}
	for k := range open {
		for t, n := range open[k] {
			if n*2000 > total(&open[k]) {
				d.open[k] |= 1 << t
			}
		}
		if d.open[k] == 0 {
			d.open[k] = 1 << text.TagNN
		}
	}
	var es []dictEntry
	for key, c := range words {
		n := total(c)
		if n < dictMin {
			continue
		}
		e := dictEntry{key: key}
		for t, k := range c {
			if k > 0 && float64(k) >= dictShare*float64(n) {
				e.mask |= 1 << t
			}
		}
		es = append(es, e)
	}
	sort.Slice(es, func(i, j int) bool { return es[i].key < es[j].key })
	must(d.decode(d.appendTo(nil, es)))
	return es
}

// fillTree makes s of the words of a tree.
func (m *Model) fillTree(s *sentence, t *Tree) {
	m.fill(s, len(t.Words), func(i int) string { return t.Words[i] })
}

func trainTags(m *Model, trees []Tree, epochs int, c TrainConfig) *weights {
	w := newWeights(c.TagMin)
	var scores [64]float32
	s := m.take()
	r := random(1)
	order := r.Perm(len(trees))
	for epoch := -1; epoch < epochs; epoch++ {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			t := &trees[k]
			m.fillTree(s, t)
			for i := 1; i <= s.n; i++ {
				x := &s.words[i]
				gold := t.Tags[i-1]
				if x.allowed&(x.allowed-1) == 0 {
					m.tagOne(s, i)
					continue
				}
				s.features = tagFeatures(s.features[:0], s.words, i, s.mode)
				if epoch < 0 {
					w.count(s.features)
					x.setTag(gold)
					continue
				}
				ids := w.find(s.features)
				w.score(ids, &scores)
				w.now++
				up, down, got, learn := rivals(&scores, 1<<gold, x.allowed)
				if learn {
					w.update(ids, up, down)
				}
				x.setTag(text.Tag(got))
			}
		}
	}
	return w
}

// tagOne sets the only tag position i may bear.
func (m *Model) tagOne(s *sentence, i int) {
	w := &s.words[i]
	var none [64]int32
	w.setTag(text.Tag(best(&none, w.allowed)))
}

// tagScore is the tagger's score alone.
func (m *Model) tagScore(trees []Tree) Score {
	var sc Score
	s := m.take()
	for k := range trees {
		m.fillTree(s, &trees[k])
		m.tag(s)
		for i, t := range trees[k].Tags {
			sc.Words++
			if s.words[i+1].tag == t {
				sc.Tags++
			}
		}
	}
	return sc
}

// jackknife tags the trees, each by a tagger that has not seen it.
func jackknife(full *Model, trees []Tree, c TrainConfig) [][]text.Tag {
	out := make([][]text.Tag, len(trees))
	for f := range c.Folds {
		var rest []Tree
		for i := range trees {
			if i/20%c.Folds != f {
				rest = append(rest, trees[i])
			}
		}
		m := &Model{clusters: full.clusters}
		m.scratch.New = full.scratch.New
		m.dictionary.learn(rest)
		w := trainTags(m, rest, max(c.TagEpochs*2/3, 1), c)
		must(m.tags.decode(appendEntries(nil, w.entries(1))))
		s := m.take()
		for i := range trees {
			if i/20%c.Folds != f {
				continue
			}
			m.fillTree(s, &trees[i])
			m.tag(s)
			out[i] = make([]text.Tag, s.n)
			for k := range out[i] {
				out[i][k] = s.words[k+1].tag
			}
		}
	}
	return out
}

// A relation needs this share of the arcs between two tags to be allowed.
const relationShare = 0.004

func (m *Model) learnRelations(trees []Tree, tags [][]text.Tag) {
	type key struct {
		side int
		h, d text.Tag
	}
	counts := map[key]*[text.NumRels]int{}
	for k := range trees {
		t := &trees[k]
		for i, h := range t.Heads {
			if h == 0 {
				continue
			}
			x := key{0, tags[k][h-1], tags[k][i]}
			if h > i+1 {
				x.side = 1
			}
			if counts[x] == nil {
				counts[x] = &[text.NumRels]int{}
			}
			counts[x][t.Rels[i]]++
		}
	}
	for x, c := range counts {
		n := 0
		for _, k := range c {
			n += k
		}
		for r, k := range c {
			if k > 0 && float64(k) >= relationShare*float64(n) {
				m.relations[x.side][x.h][x.d] |= 1 << r
			}
		}
	}
}

// projective returns the heads of a tree by position, the root n+1, with the
// arcs that cross others lifted to their governor's governor.
func projective(t *Tree) []int {
	n := len(t.Heads)
	h := make([]int, n+2)
	for i, g := range t.Heads {
		h[i+1] = g
		if g == 0 {
			h[i+1] = n + 1
		}
	}
	for range n * n {
		bad, size := 0, n+2
		for i := 1; i <= n; i++ {
			a, b := min(i, h[i]), max(i, h[i])
			if b-a >= size {
				continue
			}
			for k := a + 1; k < b; k++ {
				if !under(h, k, h[i], n) {
					bad, size = i, b-a
					break
				}
			}
		}
		if bad == 0 {
			break
		}
		h[bad] = h[h[bad]]
		if h[bad] == 0 {
			h[bad] = n + 1
		}
	}
	return h
}

// under reports whether g is above k, the root n+1 being above all.
func under(h []int, k, g, n int) bool {
	if g == n+1 {
		return true
	}
	for range n + 1 {
		if k == g {
			return true
		}
		if k == n+1 || k == 0 {
			return false
		}
		k = h[k]
	}
	return false
}

// gold is the oracle's view of a tree.
type gold struct {
	head     []int
	children [][]int32
}

func newGold(t *Tree) gold {
	g := gold{head: projective(t)}
	g.children = make([][]int32, len(g.head))
	for i := 1; i < len(g.head)-1; i++ {
		g.children[g.head[i]] = append(g.children[g.head[i]], int32(i))
	}
	return g
}

// costs counts for each action the gold arcs that can no longer be made once
// it is taken (Goldberg and Nivre 2013, section 4).
func (g *gold) costs(s *state, inStack []bool) (c [4]int) {
	b := s.next
	lost := 0
	for _, k := range g.children[b] {
		if inStack[k] && s.nodes[k].head == 0 {
			lost++
		}
	}
	c[shift], c[right] = lost, lost
	if b <= s.n {
		if h := g.head[b]; inStack[h] {
			c[shift]++
		}
	}
	if len(s.stack) == 0 {
		return c
	}
	top := int(s.stack[len(s.stack)-1])
	if b <= s.n {
		if h := g.head[b]; h != top && (inStack[h] || h > b) {
			c[right]++
		}
	}
	for _, k := range g.children[top] {
		if int(k) >= b {
			c[left]++
			c[reduce]++
		}
	}
	if g.head[top] > b {
		c[left]++
	}
	return c
}

// thin leaves out each feature with the probability p, so that none is relied
// on alone.
func thin(fs []uint32, r *rand.Rand, p float64) []uint32 {
	out := fs[:0]
	for _, f := range fs {
		if r.Float64() >= p {
			out = append(out, f)
		}
	}
	return out
}

// dropped is the share of the parser's features left out at each action.
const dropped = 0.2

// trainActions learns from the first golden trees twice an epoch, and from the
// rest, which are silver, once.
func trainActions(m *Model, trees []Tree, golden int, tags [][]text.Tag, c TrainConfig) *weights {
	w := newWeights(c.ParseMin)
	var scores [64]float32
	s := m.take()
	r := random(2)
	golds := make([]gold, len(trees))
	for i := range trees {
		golds[i] = newGold(&trees[i])
	}
	var inStack []bool
	order := r.Perm(len(trees))
	if golden < len(trees) {
		for i := range golden {
			order = append(order, i)
		}
	}
	for epoch := -1; epoch < c.ParseEpochs; epoch++ {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		wrong, all := 0, 0
		for _, k := range order {
			t, g := &trees[k], &golds[k]
			m.fillTree(s, t)
			for i, x := range tags[k] {
				s.words[i+1].setTag(x)
			}
			st := &s.state
			st.reset(s.n)
			if len(inStack) < s.n+2 {
				inStack = make([]bool, 2*s.n+2)
			}
			clear(inStack)
			for !st.done() {
				legal := st.legal()
				action := only(legal)
				if legal&(legal-1) != 0 {
					s.view.look(s.words, st)
					s.features = s.view.words(s.view.tags(s.features[:0]))
					if epoch < 0 {
						w.count(s.features)
					}
					ids := w.find(s.features)
					if epoch >= 0 {
						ids = thin(ids, r, dropped)
					}
					w.score(ids, &scores)
					costs := g.costs(st, inStack)
					least := math.MaxInt
					for a := range 4 {
						if legal&(1<<a) != 0 {
							least = min(least, costs[a])
						}
					}
					want := uint64(0)
					for a := range 4 {
						if legal&(1<<a) != 0 && costs[a] == least {
							want |= 1 << a
						}
					}
					w.now++
					all++
					up, down, got, learn := rivals(&scores, want, uint64(legal))
					if learn && epoch >= 0 {
						w.update(ids, up, down)
					}
					action = int(got)
					if want&(1<<got) == 0 {
						wrong++
						if epoch <= 0 || r.Float64() >= 0.9 {
							action = int(up)
						}
					}
				}
				switch action {
				case shift, right:
					inStack[st.next] = true
				case left, reduce:
					inStack[st.stack[len(st.stack)-1]] = false
				}
				st.take(action)
			}
		}
		c.Log(fmt.Sprintf("parser epoch %d: %.2f%% of %d actions wrong, %d features", epoch+1, 100*float64(wrong)/float64(all), all, w.size()))
	}
	return w
}

// trainLabels learns on the gold trees with predicted tags.
func trainLabels(m *Model, trees []Tree, tags [][]text.Tag, epochs int, c TrainConfig) *weights {
	w := newWeights(c.LabelMin)
	var scores [64]float32
	s := m.take()
	r := random(3)
	order := r.Perm(len(trees))
	for epoch := -1; epoch < epochs; epoch++ {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			t := &trees[k]
			m.fillTree(s, t)
			s.state.reset(s.n)
			for i, x := range tags[k] {
				s.words[i+1].setTag(x)
				h := t.Heads[i]
				if h == 0 {
					h = s.n + 1
				}
				s.state.nodes[i+1].head = int32(h)
			}
			s.tree.grow(s.words, &s.state)
			for i := 1; i <= s.n; i++ {
				b := &s.tree.nodes[i]
				if int(b.head) == s.n+1 {
					b.rel = text.RelRoot
					continue
				}
				allowed := m.relations.allowed(s.words, &s.tree, i)
				var none [64]int32
				got := uint8(best(&none, allowed))
				if allowed&(allowed-1) != 0 {
					s.arc.look(s.words, &s.tree, i)
					s.features = s.arc.more(s.arc.simple(s.features[:0]))
					if epoch < 0 {
						w.count(s.features)
						s.tree.give(i, t.Rels[i-1])
						continue
					}
					ids := w.find(s.features)
					w.score(ids, &scores)
					w.now++
					up, down, top, learn := rivals(&scores, 1<<t.Rels[i-1], allowed)
					if learn {
						w.update(ids, up, down)
					}
					got = top
				}
				s.tree.give(i, text.Rel(got))
			}
		}
	}
	return w
}
