package entity

import (
	"math/bits"
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// shared is what all extractors read.
type shared struct {
	clusters *cluster.Table
	names    *names
	words    [512]joiner // small words by hash, open addressing
}

type joiner struct {
	hash uint64
	what uint8
}

// What a small word does inside names.
const (
	joins  = 1 << iota // of, the, and
	opens              // van, bin
	closes             // 's
	locates
	speaks
)

var smallWords = []struct {
	what  uint8
	words []string
}{
	{joins, []string{"of", "the", "and", "for", "in", "on", "de", "du", "des", "do", "da", "dos", "das", "del", "della", "di", "la", "le", "les", "el", "al", "y", "e", "et", "und", "der", "den", "die", "von", "van", "zu", "zur", "bin", "ibn", "ben", "bint", "abu", "to", "with", "against", "at", "a", "an", "'", "'s", "-", "&", "/", ".", "ul", "ur", "ud", "ud-din", "og", "för", "i", "na", "za", "pour", "para", "per", "as", "from", "by", "upon", "+", "!", ":"}},
	{opens, []string{"de", "du", "des", "da", "dos", "del", "della", "di", "la", "le", "el", "al", "der", "den", "von", "van", "zu", "bin", "ibn", "ben", "abu", "ter", "ten", "al-", "d'", "l'", "'t"}},
	{joins | closes, []string{"'s", "!", "party"}},
	{locates, []string{"in", "at", "from", "near", "to", "outside", "around"}},
	{speaks, []string{"said", "says", "told", "added", "saying", "asked", "warned", "argued", "insisted"}},
}

func newShared(c *cluster.Table, n *names) *shared {
	s := &shared{clusters: c, names: n}
	for _, g := range smallWords {
		for _, w := range g.words {
			h := crf.Hash(0, w)
			i := h % uint64(len(s.words))
			for s.words[i].what != 0 && s.words[i].hash != h {
				i = (i + 1) % uint64(len(s.words))
			}
			s.words[i].hash = h
			s.words[i].what |= g.what
		}
	}
	return s
}

// joins returns what a small word does, 0 for all other words.
func (s *shared) joins(h uint64) uint8 {
	for i := h % uint64(len(s.words)); s.words[i].what != 0; i = (i + 1) % uint64(len(s.words)) {
		if s.words[i].hash == h {
			return s.words[i].what
		}
	}
	return 0
}

// memory is what the document tells of a word.
type memory struct {
	hash uint64
	low  uint16 // times in lower case
	up   uint16 // times with a capital that the sentence does not explain
	seen uint16 // bits: company that the word was seen in
}

const (
	afterTitle = 1 << iota
	afterFirstName
	afterPlaceWord
	withOrgWord
	beforeSpeech
	lastOfRun
	firstOfRun
	alone
	afterThe
)

// extractor makes features of one text at a time. It is not safe to share.
type extractor struct {
	scan
	sh     *shared
	memory []memory // open addressing, a power of two long
	runs   []run    // of each unit
	// figures of each sentence: none, one, up to three, up to seven, more
	figures []uint8
}

// run is the stretch of capitalised units around one.
type run struct{ from, to int }

// What load does with the memory of the document.
const (
	fresh  = iota // begin it anew
	onward        // keep it, and read only
	none          // begin it anew and leave it empty
)

// load reads a text: units, candidates, lists, the memory of the document.
func (x *extractor) load(t *text.Text, memories int) {
	x.cut(t)
	if memories != onward {
		n := 64
		for n < 2*len(x.units) {
			n *= 2
		}
		if cap(x.memory) < n {
			x.memory = make([]memory, n)
		}
		x.memory = x.memory[:n]
		clear(x.memory)
	}
	if cap(x.runs) < len(x.units) {
		x.runs = make([]run, len(x.units)+len(x.units)/2)
	}
	x.runs = x.runs[:len(x.units)]
	x.figures = x.figures[:0]
	for i := range x.casing {
		from, to := x.sentence[i], x.sentence[i+1]
		x.nominate(from, to, x.sh)
		x.consult(from, to)
	}
	if memories != fresh {
		return
	}
	for i, c := range x.casing {
		if c == plain {
			x.remember(x.sentence[i], x.sentence[i+1])
		}
	}
}

// consult looks up lists and clusters for the units near candidates, and
// finds the runs of capitals.
func (x *extractor) consult(from, to int) {
	figures := 0
	for i := from; i < to; i++ {
		if x.units[i].form == digits {
			figures++
		}
		if x.units[i].candidate {
			for j := max(from, i-2); j < min(to, i+3); j++ {
				x.units[j].near = true
			}
		}
	}
	for i := from; i < to; i++ {
		u := &x.units[i]
		if !u.near {
			continue
		}
		u.leaf = cluster.None
		if u.form == mark {
			continue
		}
		if u.form != digits {
			u.leaf, _ = x.sh.clusters.LookupHash(u.hash)
		}
		h, best, what := uint64(0), 0, Kind(0)
		for j := i; j < to && j < i+maxPhrase; j++ {
			h = chain(h, x.units[j].hash)
			k := x.sh.names.get(h)
			if j == i {
				u.kinds |= k &^ prefix
			} else if k&^prefix != 0 {
				best, what = j, k&^prefix
			}
			if k&prefix == 0 {
				break
			}
		}
		for j := i; best > 0 && j <= best; j++ {
			v := &x.units[j]
			v.long |= what
			switch {
			case j == i && v.place == 0:
				v.place = 1
			case j == best && v.place == 0:
				v.place = 3
			case v.place == 0:
				v.place = 2
			}
		}
	}
	x.figures = append(x.figures, uint8(min(bits.Len(uint(figures)), 4)))
	for i := from; i < to; {
		if !x.units[i].candidate || !x.units[i].form.capital() {
			x.runs[i] = run{i, i + 1}
			i++
			continue
		}
		j := i
		for j < to && x.units[j].candidate && x.units[j].form.capital() {
			j++
		}
		for k := i; k < j; k++ {
			x.runs[k] = run{i, j}
		}
		i = j
	}
}

func (x *extractor) recall(h uint64, add bool) *memory {
	mask := uint64(len(x.memory) - 1)
	for i := (h * 0x9E3779B97F4A7C15) >> 20 & mask; ; i = (i + 1) & mask {
		m := &x.memory[i]
		if m.hash == h {
			return m
		}
		if m.hash == 0 {
			if !add {
				return nil
			}
			m.hash = h
			return m
		}
	}
}

// remember notes how the words of a sentence in plain casing are written.
func (x *extractor) remember(from, to int) {
	for i := from; i < to; i++ {
		u := &x.units[i]
		switch u.form {
		case lower:
			if u.end-u.start > 2 {
				if m := x.recall(u.hash, true); m.low < 0xFFFF {
					m.low++
				}
			}
		case initial, capitals, mixed:
			m := x.recall(u.hash, true)
			r := x.runs[i]
			if i > from && x.units[i-1].form != mark && m.up < 0xFFFF {
				m.up++
			}
			if r.from > from {
				p := &x.units[r.from-1]
				k := x.sh.joins(p.hash)
				if p.kinds&Title != 0 {
					m.seen |= afterTitle
				}
				if k&locates != 0 {
					m.seen |= afterPlaceWord
				}
				if p.hash == theHash {
					m.seen |= afterThe
				}
			}
			if i > r.from {
				p := &x.units[i-1]
				if p.kinds&Title != 0 {
					m.seen |= afterTitle
				} else if p.kinds&FirstName != 0 {
					m.seen |= afterFirstName
				}
			}
			if r.to < to && x.sh.joins(x.units[r.to].hash)&speaks != 0 {
				m.seen |= beforeSpeech
			}
			switch {
			case r.to-r.from == 1:
				m.seen |= alone
			case i == r.from:
				m.seen |= firstOfRun
			case i == r.to-1:
				m.seen |= lastOfRun
			}
			if x.units[r.to-1].kinds&OrgWord != 0 {
				m.seen |= withOrgWord
			}
		}
	}
}

var theHash = crf.Hash(0, "the")

// templates of features.
const (
	tWord = iota + 1
	tPair
	tAround
	tForm
	tForms3
	tForms5
	tWordForm
	tShape
	tPrefix
	tSuffix
	tSuffixForm
	tCluster
	tClusterPair
	tClusterForm
	tKind
	tKinds
	tLong
	tRunFirst
	tRunLast
	tRunLastCluster
	tRunSize
	tRunBefore
	tRunAfter
	tRunKinds
	tSentence
	tPart
	tMemory
	tSeen
	tShort
	tOpening
	tMet
	tRunNear
	tBag
)

func feat(template, offset int, v uint64) uint64 {
	return crf.Mix(uint64(template)<<8|uint64(offset+8), v)
}

// features appends those of unit i of the sentence s to fs.
func (x *extractor) features(s, i int, fs []uint64) []uint64 {
	from, to := x.sentence[s], x.sentence[s+1]
	us := x.units
	u := &us[i]
	c := x.casing[s]
	add := func(template, offset int, v uint64) { fs = append(fs, feat(template, offset, v)) }
	const edge = 0x1234567
	hash := func(k int) uint64 {
		if k < from || k >= to {
			return edge
		}
		return us[k].hash
	}
	fm := func(k int) uint64 {
		if k < from || k >= to {
			return 31
		}
		return uint64(us[k].form)
	}
	f0 := uint64(u.form) | uint64(c)<<5
	h0, hp, hn := u.hash, hash(i-1), hash(i+1)
	add(tForm, 0, f0)
	add(tWord, 0, h0)
	add(tWord, -1, hp)
	add(tWord, 1, hn)
	add(tWord, -2, hash(i-2))
	add(tWord, 2, hash(i+2))
	add(tPair, -1, crf.Mix(hp, h0))
	add(tPair, 1, crf.Mix(h0, hn))
	add(tAround, 0, crf.Mix(hp, hn))
	f3 := fm(i-1) | f0<<5 | fm(i+1)<<12
	add(tForms3, 0, f3)
	add(tForms5, 0, f3|fm(i-2)<<17|fm(i+2)<<22)
	add(tWordForm, 0, crf.Mix(h0, f0))

	// The word itself: shape, beginnings and ends in lower case.
	w := x.t.S[u.start:u.end]
	x.buf = appendLower(x.buf[:0], w)
	b := x.buf
	add(tShape, 0, shapeOf(w)|uint64(c)<<60)
	n := 0
	for k := range b {
		if k > 0 && utf8.RuneStart(b[k]) {
			if n++; n >= 2 && n <= 4 {
				add(tPrefix, n, crf.Hash(1, b[:k]))
			} else if n > 4 {
				break
			}
		}
	}
	n = 0
	for k := len(b) - 1; k > 0 && n < 4; k-- {
		if utf8.RuneStart(b[k]) {
			n++
			h := crf.Hash(2, b[k:])
			add(tSuffix, n, h)
			if n == 3 {
				add(tSuffixForm, 0, crf.Mix(h, f0))
			}
		}
	}
	if u.last-u.first > 1 {
		add(tPart, 0, x.tokenHash(u.first))
		add(tPart, 1, x.tokenHash(u.last-1))
	}

	// Clusters of the word and its neighbours.
	leaf := func(k int) uint16 {
		if k < from || k >= to || !us[k].near {
			return cluster.None
		}
		return us[k].leaf
	}
	level := x.sh.clusters.Level
	var mid [3]uint64 // level 1 of the word before, the word, the word after
	for o := -1; o <= 1; o++ {
		l := leaf(i + o)
		mid[o+1] = uint64(level(1, l))
		add(tCluster, o, uint64(l)<<2)
		add(tCluster, o, mid[o+1]<<2|1)
		add(tCluster, o, uint64(level(2, l))<<2|2)
		if o == 0 {
			add(tCluster, o, uint64(level(3, l))<<2|3)
		}
	}
	add(tCluster, -2, uint64(level(1, leaf(i-2))))
	add(tCluster, 2, uint64(level(1, leaf(i+2))))
	add(tClusterPair, -1, mid[0]<<16|mid[1])
	add(tClusterPair, 1, mid[1]<<16|mid[2])
	add(tClusterPair, 0, mid[0]<<16|mid[2])
	add(tClusterForm, -1, mid[0]<<8|f0)
	add(tClusterForm, 1, mid[2]<<8|f0)
	add(tClusterForm, 0, mid[1]<<8|f0)

	// Lists.
	for o := -1; o <= 1; o++ {
		k := i + o
		if k < from || k >= to {
			continue
		}
		v := &us[k]
		if o == 0 {
			add(tKinds, 0, uint64(v.kinds&listed)<<7|f0)
			add(tMet, 0, uint64(v.kinds&^listed)<<7|f0)
			for rest := v.kinds; rest != 0; rest &= rest - 1 {
				add(tKind, 0, uint64(rest&-rest))
			}
			for rest := v.long; rest != 0; rest &= rest - 1 {
				add(tLong, 0, uint64(rest&-rest)<<2|uint64(v.place))
			}
		} else {
			add(tKinds, o, uint64(v.kinds&listed))
			add(tMet, o, uint64(v.kinds&^listed))
			add(tLong, o, uint64(v.long)<<2|uint64(v.place))
		}
	}
	kp, kn := Kind(0), Kind(0)
	if i > from {
		kp = us[i-1].kinds & listed
	}
	if i+1 < to {
		kn = us[i+1].kinds & listed
	}
	add(tKinds, 3, uint64(kp)<<32|uint64(u.kinds&listed)<<2)
	add(tKinds, 4, uint64(kn)<<32|uint64(u.kinds&listed)<<2)

	// The run of capitals.
	r := x.runs[i]
	first, last := &us[r.from], &us[r.to-1]
	size := uint64(min(r.to-r.from, 6))
	where := uint64(1)
	switch i {
	case r.from:
		where = 0
	case r.to - 1:
		where = 2
	}
	add(tRunFirst, 0, first.hash)
	add(tRunLast, 0, last.hash)
	add(tRunLastCluster, 0, uint64(level(1, last.leaf))<<2|where)
	add(tRunSize, 0, size<<2|where)
	add(tRunSize, 1, (size<<2|where)<<8|f0)
	add(tRunBefore, 0, hash(r.from-1))
	add(tRunAfter, 0, hash(r.to))
	add(tRunBefore, 1, crf.Mix(hash(r.from-1), size<<2|where))
	add(tRunAfter, 1, crf.Mix(hash(r.to), size<<2|where))
	add(tRunBefore, 2, uint64(level(1, leaf(r.from-1)))<<8|size<<2|where)
	add(tRunAfter, 2, uint64(level(1, leaf(r.to)))<<8|size<<2|where)
	add(tRunKinds, 0, uint64(first.kinds&listed)<<32|uint64(last.kinds&listed)<<2|where)

	// The runs before and after, as in lists, with the words between.
	between := uint64(0)
	for k := r.from - 1; k >= max(from, r.from-3); k-- {
		if us[k].candidate && us[k].form.capital() {
			add(tRunNear, 0, crf.Mix(between, uint64(level(1, us[k].leaf))<<4|where))
			add(tRunNear, 1, crf.Mix(between, uint64(us[k].kinds)<<2|where))
			break
		}
		between = crf.Mix(between, us[k].hash)
	}
	between = 0
	for k := r.to; k < min(to, r.to+3); k++ {
		if us[k].candidate && us[k].form.capital() {
			add(tRunNear, 2, crf.Mix(between, uint64(level(1, us[k].leaf))<<4|where))
			add(tRunNear, 3, crf.Mix(between, uint64(us[k].kinds)<<2|where))
			break
		}
		between = crf.Mix(between, us[k].hash)
	}

	// The sentence.
	begins := uint64(0)
	if i == from {
		begins = 1
	} else if i == from+1 && us[from].form == mark {
		begins = 2
	}
	add(tSentence, 0, begins<<8|f0)
	add(tOpening, 0, hash(from))
	for _, k := range [...]int{i - 4, i - 3, i + 3, i + 4} {
		if k >= from && k < to && us[k].form == lower && us[k].end-us[k].start > 3 {
			add(tBag, 0, us[k].hash)
		}
	}
	add(tSentence, 1, uint64(x.figures[s])<<8|f0)
	if to-from <= 3 {
		add(tShort, to-from, uint64(i-from)<<8|f0)
	}

	// The document.
	if u.form != mark && u.form != digits {
		if m := x.recall(u.hash, false); m != nil {
			own := uint16(0)
			if c == plain && begins == 0 && i > from && us[i-1].form != mark {
				own = 1
			}
			low, up := min(m.low, 2), min(m.up-min(m.up, own), 2)
			if low > 0 || up > 0 {
				add(tMemory, 0, uint64(low)<<2|uint64(up))
				add(tMemory, 1, (uint64(low)<<2|uint64(up))<<8|begins<<16|f0)
			}
			for rest := m.seen; rest != 0; rest &= rest - 1 {
				add(tSeen, 0, uint64(rest&-rest))
			}
		}
	}
	return fs
}

// tokenHash is the hash of one token of a compound in lower case.
func (x *extractor) tokenHash(k int) uint64 {
	b := appendLower(x.buf[len(x.buf):], x.t.Surface(k))
	return crf.Hash(0, b)
}

// shapeOf folds letters to X and x, figures to 0, and runs to two at most.
func shapeOf(w string) uint64 {
	h := uint64(0)
	var last rune
	n := 0
	for _, r := range w {
		switch {
		case unicode.IsUpper(r):
			r = 'X'
		case unicode.IsLetter(r):
			r = 'x'
		case unicode.IsDigit(r):
			r = '0'
		}
		if r == last {
			if n++; n > 2 {
				continue
			}
		} else {
			last, n = r, 1
		}
		h = h*31 + uint64(r)
	}
	return h & (1<<60 - 1)
}
