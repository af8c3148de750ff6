package syntax

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Tree is a sentence with its gold analysis. Heads count from 1; 0 is the
// root.
type Tree struct {
	Words []string
	Tags  []text.Tag
	Heads []int
	Rels  []text.Rel
}

// ReadTrees reads CoNLL-U. Multiword ranges and empty nodes are skipped,
// unknown tags become XX, unknown subtypes their relation.
func ReadTrees(r io.Reader) ([]Tree, error) {
	var out []Tree
	var t Tree
	flush := func() error {
		if len(t.Words) == 0 {
			return nil
		}
		for i, h := range t.Heads {
			if h < 0 || h > len(t.Heads) || h == i+1 {
				return fmt.Errorf("tree %d: word %d has head %d", len(out)+1, i+1, h)
			}
		}
		out = append(out, t)
		t = Tree{}
		return nil
	}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for line := 1; sc.Scan(); line++ {
		l := sc.Text()
		if l == "" {
			if err := flush(); err != nil {
				return nil, err
			}
			continue
		}
		if l[0] == '#' {
			continue
		}
		f := strings.Split(l, "\t")
		if len(f) != 10 {
			return nil, fmt.Errorf("line %d: %d columns, want 10", line, len(f))
		}
		if strings.ContainsAny(f[0], "-.") {
			continue
		}
		head, err := strconv.Atoi(f[6])
		if err != nil {
			return nil, fmt.Errorf("line %d: head: %w", line, err)
		}
		tag, ok := text.ParseTag(f[4])
		if !ok {
			tag = text.TagXX
		}
		rel, _ := text.ParseRel(f[7])
		t.Words = append(t.Words, f[1])
		t.Tags = append(t.Tags, tag)
		t.Heads = append(t.Heads, head)
		t.Rels = append(t.Rels, rel)
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read trees: %w", err)
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return out, nil
}

// Score is how a model did on gold trees: counts of words.
type Score struct {
	Words, Tags, Heads, Labelled int
}

// String gives the three shares right, in percent.
func (s Score) String() string {
	p := func(n int) float64 { return 100 * float64(n) / float64(max(s.Words, 1)) }
	return fmt.Sprintf("words %d tags %.2f UAS %.2f LAS %.2f", s.Words, p(s.Tags), p(s.Heads), p(s.Labelled))
}

// Evaluate analyses the words of the trees, their tokens given, and counts
// what is right. All words count, marks included; relations count with their
// subtypes.
func (m *Model) Evaluate(trees []Tree) Score {
	var sc Score
	s := m.take()
	for _, t := range trees {
		n := len(t.Words)
		m.fill(s, n, func(i int) string { return t.Words[i] })
		m.tag(s)
		m.parse(s)
		m.label(s)
		for i := range n {
			sc.Words++
			b := s.tree.nodes[i+1]
			head := int(b.head)
			if head == n+1 {
				head = 0
			}
			if s.words[i+1].tag == t.Tags[i] {
				sc.Tags++
			}
			if head == t.Heads[i] {
				sc.Heads++
				if b.rel == t.Rels[i] {
					sc.Labelled++
				}
			}
		}
	}
	m.scratch.Put(s)
	return sc
}
