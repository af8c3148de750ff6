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

// parseFeatures appends the features of the next action.
func parseFeatures(f []uint32, ws []word, s *state) []uint32 {
	var s0i, s1i int32
	if k := len(s.stack); k > 0 {
		s0i = s.stack[k-1]
		if k > 1 {
			s1i = s.stack[k-2]
		}
	}
	b := s.next
	s0, n0 := &ws[s0i], &ws[b]
	n1, n2, n3 := &ws[0], &ws[0], &ws[0]
	if b+1 < len(ws) {
		n1 = &ws[b+1]
	}
	if b+2 < len(ws) {
		n2 = &ws[b+2]
	}
	if b+3 < len(ws) {
		n3 = &ws[b+3]
	}
	a, c := &s.nodes[s0i], &s.nodes[b]
	s0h := &ws[a.head]
	s0hh := &ws[s.nodes[a.head].head]
	s0l, s0r, s0l2, s0r2 := &ws[a.left], &ws[a.right], &ws[a.left2], &ws[a.right2]
	n0l, n0l2, n0i := &ws[c.left], &ws[c.left2], &ws[c.inner]
	s1 := &ws[s1i]
	// between the two
	d := spread(distance(b-int(s0i)) | 16)
	headed := uint64(0)
	if a.head != 0 {
		headed = 1
	}
	vl, vr := spread(uint64(min(a.lefts, 3))|32), spread(uint64(min(a.rights, 4))|64|headed<<8)
	nl := spread(uint64(min(c.lefts, 3)) | 128)
	st := s0.t + headed
	pair := st*k3 ^ n0.t

	f = append(f,
		hash1(1, s0.form), hash1(2, st), hash1(3, s0.ft),
		hash1(4, n0.form), hash1(5, n0.t), hash1(6, n0.ft),
		hash1(7, n1.form), hash1(8, n1.t), hash1(9, n1.ft),
		hash1(10, n2.form), hash1(11, n2.t), hash1(12, n2.ft),

		hash2(13, s0.ft, n0.ft),
		hash2(14, s0.ft, n0.form), hash2(15, s0.form, n0.ft),
		hash2(16, s0.ft, n0.t), hash2(17, st, n0.ft),
		hash1(19, pair), hash2(20, n0.t, n1.t),

		hash3(21, n0.t, n1.t, n2.t),
		hash2(22, pair, n1.t),
		hash3(23, pair, n1.t, n2.t),
		hash2(24, pair, s0h.t),
		hash2(25, pair, s0l.t),
		hash2(26, pair, s0r.t),
		hash2(27, pair, n0l.t),
		hash2(28, pair, n0i.t),
		hash2(29, pair, s1.t),
		hash3(30, pair, s1.t, n1.t),

		hash2(31, s0.ft, d), hash2(32, st, d), hash2(33, n0.ft, d), hash2(34, n0.t, d),
		hash2(35, pair, d), hash3(36, s0.form, n0.form, d),

		hash2(37, s0.ft, vr), hash2(38, st, vr), hash2(39, s0.ft, vl), hash2(40, st, vl),
		hash2(41, n0.ft, nl), hash2(42, n0.t, nl),
		hash3(43, pair, vr, vl), hash3(44, pair, vr, nl),

		hash1(45, s0h.ft), hash2(46, s0h.t, headed), hash1(47, s0l.ft), hash1(48, s0l.t),
		hash1(49, s0r.ft), hash1(50, s0r.t), hash1(51, n0l.ft), hash1(52, n0l.t),
		hash3(53, st, s0r.t, s0r2.t), hash3(54, st, s0l.t, s0l2.t), hash3(55, n0.t, n0l.t, n0l2.t),
		hash3(56, st, s0h.t, s0hh.t),

		hash2(57, s0.ft, n0l.form), hash3(58, st, n0.t, n0l.form), hash3(59, s0.form, n0.form, n0l.form),
		hash3(60, st, s0l.form, n0.t), hash3(61, st, s0r.form, n0.t),
		hash3(62, s0h.form, s0.form, n0.t), hash3(63, s0h.t, s0.t, n0.ft),
		hash3(64, s0h.ft, n0l.form, n0.t),
		hash3(65, st, n0.form, n1.t), hash3(66, s0.form, n0.t, n1.t), hash3(67, pair, n1.form, 1),
		hash3(68, n0.form, n1.t, n2.t), hash3(69, n1.t, n2.t, n3.t),
		hash3(70, s1.ft, st, n0.t), hash2(71, s1.form, n0.ft), hash2(72, s1.t, n0.t),
		hash3(73, s0h.form, n0.form, n0l.form),
		hash3(74, pair, n0l.t, s0r.t), hash3(75, pair, s0h.t, n1.t), hash3(76, pair, s0l.t, n0l.t),
		hash2(77, s0.form, n1.form), hash3(78, pair, s0r.t, n1.t),
	)
	if s0.cluster != 0 {
		f = append(f, hash2(80, s0.cluster, headed), hash2(81, s0.cluster, n0.t), hash3(82, s0.coarse, n0.t, n0l.form))
		if n0.cluster != 0 {
			f = append(f, hash2(83, s0.cluster, n0.cluster), hash3(84, s0.coarse, n0.coarse, pair), hash3(85, s0.cluster, n0.cluster, n0l.form))
		}
	}
	if n0.cluster != 0 {
		f = append(f, hash1(86, n0.cluster), hash2(87, n0.cluster, st), hash3(88, n0.cluster, st, n0l.form))
	}
	if n1.cluster != 0 {
		f = append(f, hash2(89, n1.coarse, pair))
	}
	if s0h.cluster != 0 {
		f = append(f, hash3(90, s0h.coarse, n0l.form, pair))
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
		s.features = parseFeatures(s.features[:0], s.words, st)
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
