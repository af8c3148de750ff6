package syntax

// The parser is arc-eager (Nivre 2003) with the root at the end of the buffer
// (Ballesteros and Nivre 2013): it reads the words once from left to right
// and takes at most two actions a word. It is trained with the dynamic oracle
// of Goldberg and Nivre (2013).

// The actions.
const (
	shift  = iota // push the next word
	reduce        // pop the stack's top, which has its head
	left          // the next word governs the stack's top, which is popped
	right         // the stack's top governs the next word, which is pushed
)

// state is a parse under way. Positions are those of the sentence: 1 to n,
// and n+1 for the root; 0 is none.
type state struct {
	n     int
	next  int
	stack []int32
	nodes []node
}

// node is what the parse knows of a word so far.
type node struct {
	head          int32
	left, left2   int32 // leftmost dependent, and the one attached before it
	right, right2 int32 // rightmost dependent, and the one attached before it
	inner         int32 // the left dependent nearest to the word
	lefts, rights uint8
}

func (s *state) reset(n int) {
	s.n = n
	s.next = 1
	s.stack = s.stack[:0]
	if cap(s.nodes) < n+2 {
		s.nodes = make([]node, n+2+n/2)
	}
	s.nodes = s.nodes[:n+2]
	clear(s.nodes)
}

// done reports whether only the root is left.
func (s *state) done() bool { return s.next == s.n+1 && len(s.stack) == 0 }

// legal returns a bit for each action that may be taken.
func (s *state) legal() uint8 {
	if len(s.stack) == 0 {
		return 1 << shift
	}
	top := s.stack[len(s.stack)-1]
	headed := s.nodes[top].head != 0
	if s.next == s.n+1 {
		if headed {
			return 1 << reduce
		}
		return 1 << left
	}
	if headed {
		return 1<<shift | 1<<right | 1<<reduce
	}
	return 1<<shift | 1<<right | 1<<left
}

func (s *state) take(action int) {
	switch action {
	case shift:
		s.stack = append(s.stack, int32(s.next))
		s.next++
	case reduce:
		s.stack = s.stack[:len(s.stack)-1]
	case left:
		top := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		s.nodes[top].head = int32(s.next)
		h := &s.nodes[s.next]
		h.left, h.left2 = top, h.left
		if h.inner == 0 {
			h.inner = top
		}
		h.lefts++
	case right:
		top := s.stack[len(s.stack)-1]
		s.nodes[s.next].head = top
		h := &s.nodes[top]
		h.right, h.right2 = int32(s.next), h.right
		h.rights++
		s.stack = append(s.stack, int32(s.next))
		s.next++
	}
}

// distance folds a number of words into few classes.
func distance(n int) uint64 {
	switch {
	case n <= 4:
		return uint64(n)
	case n <= 6:
		return 5
	case n <= 10:
		return 6
	case n <= 18:
		return 7
	}
	return 8
}

// view is what the features of an action look at.
type view struct {
	s0, n0, n1, n2, n3      *word
	s1, s0h, s0hh           *word
	s0l, s0r, s0l2, s0r2    *word
	n0l, n0l2, n0i          *word
	st, pair, d, vl, vr, nl uint64
	headed                  uint64
}

func (v *view) look(ws []word, s *state) {
	var s0i, s1i int32
	if k := len(s.stack); k > 0 {
		s0i = s.stack[k-1]
		if k > 1 {
			s1i = s.stack[k-2]
		}
	}
	b := s.next
	v.s0, v.n0 = &ws[s0i], &ws[b]
	v.n1, v.n2, v.n3 = &ws[0], &ws[0], &ws[0]
	if b+1 < len(ws) {
		v.n1 = &ws[b+1]
	}
	if b+2 < len(ws) {
		v.n2 = &ws[b+2]
	}
	if b+3 < len(ws) {
		v.n3 = &ws[b+3]
	}
	a, c := &s.nodes[s0i], &s.nodes[b]
	v.s1 = &ws[s1i]
	v.s0h, v.s0hh = &ws[a.head], &ws[s.nodes[a.head].head]
	v.s0l, v.s0r, v.s0l2, v.s0r2 = &ws[a.left], &ws[a.right], &ws[a.left2], &ws[a.right2]
	v.n0l, v.n0l2, v.n0i = &ws[c.left], &ws[c.left2], &ws[c.inner]
	v.headed = 0
	if a.head != 0 {
		v.headed = 1
	}
	v.d = spread(distance(b-int(s0i)) | 16)
	v.vl = spread(uint64(min(a.lefts, 3)) | 32)
	v.vr = spread(uint64(min(a.rights, 4)) | 64 | v.headed<<8)
	v.nl = spread(uint64(min(c.lefts, 3)) | 128)
	v.st = v.s0.t + v.headed
	v.pair = v.st*k3 ^ v.n0.t
}

// tags appends the features of tags and the tree alone.
func (v *view) tags(f []uint32) []uint32 {
	st, pair := v.st, v.pair
	return append(f,
		hash1(2, st), hash1(5, v.n0.t), hash1(8, v.n1.t), hash1(11, v.n2.t),
		hash1(19, pair), hash2(20, v.n0.t, v.n1.t),
		hash3(21, v.n0.t, v.n1.t, v.n2.t),
		hash2(22, pair, v.n1.t), hash3(23, pair, v.n1.t, v.n2.t),
		hash2(24, pair, v.s0h.t), hash2(25, pair, v.s0l.t), hash2(26, pair, v.s0r.t),
		hash2(27, pair, v.n0l.t), hash2(28, pair, v.n0i.t), hash2(29, pair, v.s1.t),
		hash3(30, pair, v.s1.t, v.n1.t),
		hash2(32, st, v.d), hash2(34, v.n0.t, v.d), hash2(35, pair, v.d),
		hash2(38, st, v.vr), hash2(40, st, v.vl), hash2(42, v.n0.t, v.nl),
		hash3(43, pair, v.vr, v.vl), hash3(44, pair, v.vr, v.nl),
		hash2(46, v.s0h.t, v.headed), hash1(48, v.s0l.t), hash1(50, v.s0r.t), hash1(52, v.n0l.t),
		hash3(53, st, v.s0r.t, v.s0r2.t), hash3(54, st, v.s0l.t, v.s0l2.t), hash3(55, v.n0.t, v.n0l.t, v.n0l2.t),
		hash3(56, st, v.s0h.t, v.s0hh.t),
		hash3(69, v.n1.t, v.n2.t, v.n3.t), hash2(72, v.s1.t, v.n0.t),
		hash3(74, pair, v.n0l.t, v.s0r.t), hash3(75, pair, v.s0h.t, v.n1.t), hash3(76, pair, v.s0l.t, v.n0l.t),
		hash3(78, pair, v.s0r.t, v.n1.t),
	)
}

// words appends the features with words and their clusters.
func (v *view) words(f []uint32) []uint32 {
	s0, n0, n1, n2, n0l, st, pair := v.s0, v.n0, v.n1, v.n2, v.n0l, v.st, v.pair
	f = append(f,
		hash1(1, s0.form), hash1(3, s0.ft), hash1(4, n0.form), hash1(6, n0.ft),
		hash1(7, n1.form), hash1(9, n1.ft), hash1(10, n2.form),
		hash2(14, s0.form, n0.form), hash2(16, s0.ft, n0.t), hash2(17, st, n0.ft),
		hash2(31, s0.ft, v.d), hash2(33, n0.ft, v.d),
		hash2(37, s0.ft, v.vr), hash2(39, s0.ft, v.vl), hash2(41, n0.ft, v.nl),
		hash1(45, v.s0h.ft), hash1(47, v.s0l.ft), hash1(49, v.s0r.ft), hash1(51, n0l.ft),
		hash2(57, s0.ft, n0l.form), hash3(58, st, n0.t, n0l.form),
		hash3(60, st, v.s0l.form, n0.t), hash3(61, st, v.s0r.form, n0.t),
		hash3(62, v.s0h.form, s0.form, n0.t), hash3(63, v.s0h.t, s0.t, n0.ft),
		hash3(64, v.s0h.ft, n0l.form, n0.t),
		hash3(65, st, n0.form, n1.t), hash3(66, s0.form, n0.t, n1.t), hash3(67, pair, n1.form, 1),
		hash3(68, n0.form, n1.t, n2.t),
		hash3(70, v.s1.ft, st, n0.t), hash2(71, v.s1.form, n0.ft),
	)
	if s0.cluster != 0 {
		f = append(f, hash2(80, s0.cluster, v.headed), hash2(81, s0.cluster, n0.t), hash3(82, s0.coarse, n0.t, n0l.form))
		if n0.cluster != 0 {
			f = append(f, hash3(84, s0.coarse, n0.coarse, pair), hash3(85, s0.cluster, n0.cluster, n0l.form))
		}
	}
	if n0.cluster != 0 {
		f = append(f, hash1(86, n0.cluster), hash2(87, n0.cluster, st), hash3(88, n0.cluster, st, n0l.form))
	}
	if n1.cluster != 0 {
		f = append(f, hash2(89, n1.coarse, pair))
	}
	if v.s0h.cluster != 0 {
		f = append(f, hash3(90, v.s0h.coarse, n0l.form, pair))
	}
	return f
}

// parse sets the heads of s.state from the tags of s.words.
func (m *Model) parse(s *sentence) {
	st := &s.state
	st.reset(s.n)
	for !st.done() {
		legal := st.legal()
		if legal&(legal-1) == 0 {
			st.take(only(legal))
			continue
		}
		s.view.look(s.words, st)
		s.features = s.view.words(s.view.tags(s.features[:0]))
		st.take(bestAction(m.actions.score(s.features), legal))
	}
	st.single()
}

func only(legal uint8) int {
	for a := range 4 {
		if legal == 1<<a {
			return a
		}
	}
	return shift
}

// bestAction is the legal action of the highest score, the first of equals.
func bestAction(scores [4]int32, legal uint8) int {
	b := -1
	for a := range 4 {
		if legal&(1<<a) != 0 && (b < 0 || scores[a] > scores[b]) {
			b = a
		}
	}
	return b
}

// single leaves one word under the root: the first; the others hang on it.
func (s *state) single() {
	root := int32(s.n + 1)
	first := int32(0)
	for i := 1; i <= s.n; i++ {
		if s.nodes[i].head == root {
			if first == 0 {
				first = int32(i)
			} else {
				s.nodes[i].head = first
			}
		}
	}
}
