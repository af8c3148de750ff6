package text

import "slices"

// Subtree returns the tokens [first, last) that token i and its descendants
// span, token i alone when its sentence is not parsed. In the rare tree that
// is not projective the range holds other words, too. It costs the length of
// the sentence; Subtrees gives all of a sentence for the same price.
func (t *Text) Subtree(i int) (first, last int) {
	s := t.Sentences[t.Tokens[i].Sentence]
	if !s.Parsed {
		return i, i + 1
	}
	r := t.Subtrees(t.Tokens[i].Sentence)[i-s.First]
	return r.First, r.Last
}

// Range is the tokens [First, Last).
type Range struct{ First, Last int }

// Subtrees returns the range of the subtree of each token of a sentence, the
// first token's at index 0.
func (t *Text) Subtrees(sentence int) []Range {
	s := t.Sentences[sentence]
	n := s.Last - s.First
	out := make([]Range, n)
	waiting := make([]int, n) // dependents not yet folded in
	for i := range out {
		out[i] = Range{s.First + i, s.First + i + 1}
		if h := t.Tokens[s.First+i].Head; h >= s.First && h < s.Last {
			waiting[h-s.First]++
		}
	}
	ready := make([]int, 0, n)
	for i := range waiting {
		if waiting[i] == 0 {
			ready = append(ready, i)
		}
	}
	for k := 0; k < len(ready); k++ {
		i := ready[k]
		h := t.Tokens[s.First+i].Head - s.First
		if h < 0 || h >= n {
			continue
		}
		out[h].First = min(out[h].First, out[i].First)
		out[h].Last = max(out[h].Last, out[i].Last)
		if waiting[h]--; waiting[h] == 0 {
			ready = append(ready, h)
		}
	}
	return out
}

// Root returns the token that heads a parsed sentence, -1 when it is not
// parsed.
func (t *Text) Root(sentence int) int {
	s := t.Sentences[sentence]
	for i := s.First; s.Parsed && i < s.Last; i++ {
		if t.Tokens[i].Head < 0 {
			return i
		}
	}
	return -1
}

// Child returns the first dependent of token i whose relation is one of rels,
// -1 when there is none. It looks at the whole sentence.
func (t *Text) Child(i int, rels ...Rel) int {
	s := t.Sentences[t.Tokens[i].Sentence]
	for k := s.First; k < s.Last; k++ {
		if t.Tokens[k].Head != i {
			continue
		}
		if slices.Contains(rels, t.Tokens[k].Rel) {
			return k
		}
	}
	return -1
}

// Children holds the dependents of the tokens of one sentence. The zero value
// is ready; it may be used for one sentence after the other.
type Children struct {
	first int
	start []int32 // by token, into list
	list  []int32
}

// Reset fills c for a sentence of t.
func (c *Children) Reset(t *Text, sentence int) {
	s := t.Sentences[sentence]
	n := s.Last - s.First
	c.first = s.First
	c.start = append(c.start[:0], make([]int32, n+2)...)
	c.list = append(c.list[:0], make([]int32, n)...)
	for i := s.First; i < s.Last; i++ {
		if h := t.Tokens[i].Head - s.First; h >= 0 && h < n {
			c.start[h+2]++
		}
	}
	for i := 2; i < n+2; i++ {
		c.start[i] += c.start[i-1]
	}
	for i := s.First; i < s.Last; i++ {
		if h := t.Tokens[i].Head - s.First; h >= 0 && h < n {
			c.list[c.start[h+1]] = int32(i)
			c.start[h+1]++
		}
	}
}

// Of returns the dependents of token i of the sentence, from left to right.
// The slice is good until the next Reset.
func (c *Children) Of(i int) []int32 {
	i -= c.first
	return c.list[c.start[i]:c.start[i+1]]
}
