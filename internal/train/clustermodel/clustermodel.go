// Package clustermodel makes the word clusters of pkg/enrich/cluster from
// word vectors: spherical k-means to the leaves, then Ward's agglomeration of
// the leaves to a tree that is cut at the coarser levels. The same vectors
// give the same bytes.
package clustermodel

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"unicode"

	"github.com/dateline-wire/dateline/pkg/enrich/cluster"
)

// Run reads vectors and words and writes the table.
func Run(_ context.Context, _ string, args []string, w io.Writer) error {
	fs := flag.NewFlagSet("cluster", flag.ContinueOnError)
	var (
		vectors = fs.String("vectors", "", "NumPy file of float32 vectors, commonest word first")
		words   = fs.String("words", "", "text file with the word of each vector, one a line")
		out     = fs.String("out", "pkg/enrich/cluster/clusters.bin", "file to write")
		count   = fs.Int("count", 130000, "words to cluster")
		fit     = fs.Int("fit", 50000, "commonest words that shape the clusters")
		leaves  = fs.Int("leaves", 2048, "finest clusters")
		rounds  = fs.Int("rounds", 12, "rounds of k-means")
	)
	if err := fs.Parse(args); err != nil {
		return err
	}
	names, vs, err := read(*words, *vectors, *count)
	if err != nil {
		return err
	}
	if len(vs) < *leaves {
		return fmt.Errorf("%d vectors for %d clusters", len(vs), *leaves)
	}
	centre(vs, min(*fit, len(vs)))
	centres, weight := kmeans(vs[:min(*fit, len(vs))], *leaves, *rounds, w)
	assigned := make([]int, len(vs))
	for i, v := range vs {
		assigned[i], _ = nearest(v, centres)
	}
	position, levels := tree(centres, weight, [cluster.Levels - 1]int{*leaves / 4, *leaves / 16, *leaves / 64})
	leaf := make([]uint16, len(vs))
	for i, a := range assigned {
		leaf[i] = uint16(position[a])
	}
	data, err := cluster.Encode(names, leaf, levels)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, data, 0o644); err != nil {
		return fmt.Errorf("write clusters: %w", err)
	}
	fmt.Fprintf(w, "%d words, %d bytes\n", len(names), len(data))
	return nil
}

const dims = 50

type vector [dims]float32

// read returns up to count words with a letter, and their vectors.
func read(wordFile, vectorFile string, count int) ([]string, []vector, error) {
	wf, err := os.Open(wordFile)
	if err != nil {
		return nil, nil, fmt.Errorf("words: %w", err)
	}
	defer wf.Close()
	vf, err := os.Open(vectorFile)
	if err != nil {
		return nil, nil, fmt.Errorf("vectors: %w", err)
	}
	defer vf.Close()
	r := bufio.NewReaderSize(vf, 1<<20)
	rows, err := npyHeader(r)
	if err != nil {
		return nil, nil, fmt.Errorf("vectors: %w", err)
	}
	all := make([]vector, rows) // the file has dimension after dimension
	buf := make([]byte, rows*4)
	for d := range dims {
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, nil, fmt.Errorf("vectors: dimension %d: %w", d, err)
		}
		for i := range all {
			all[i][d] = math.Float32frombits(binary.LittleEndian.Uint32(buf[4*i:]))
		}
	}
	var names []string
	var vs []vector
	sc := bufio.NewScanner(wf)
	for i := 0; sc.Scan() && i < rows && len(names) < count; i++ {
		if strings.IndexFunc(sc.Text(), unicode.IsLetter) >= 0 {
			names, vs = append(names, sc.Text()), append(vs, all[i])
		}
	}
	if err := sc.Err(); err != nil {
		return nil, nil, fmt.Errorf("words: %w", err)
	}
	return names, vs, nil
}

// npyHeader reads the header of NumPy's format, version 1, and returns the
// number of vectors.
func npyHeader(r io.Reader) (int, error) {
	head := make([]byte, 10)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(head, []byte("\x93NUMPY\x01")) {
		return 0, errors.New("not a NumPy file of version 1")
	}
	text := make([]byte, binary.LittleEndian.Uint16(head[8:]))
	if _, err := io.ReadFull(r, text); err != nil {
		return 0, err
	}
	var rows, cols int
	_, after, _ := strings.Cut(string(text), "'shape': ")
	if _, err := fmt.Sscanf(after, "(%d, %d)", &rows, &cols); err != nil || cols != dims || rows < 1 || rows > 1<<23 {
		return 0, fmt.Errorf("header %q is not of %d dimensions", text, dims)
	}
	for _, want := range []string{"'<f4'", "'fortran_order': True"} {
		if !bytes.Contains(text, []byte(want)) {
			return 0, fmt.Errorf("header %q lacks %s", text, want)
		}
	}
	return rows, nil
}

// centre takes the mean of the first n vectors from all, which is what they
// have in common whatever they mean, and brings them to length 1.
func centre(vs []vector, n int) {
	var mean vector
	for _, v := range vs[:n] {
		for i, x := range v {
			mean[i] += x / float32(n)
		}
	}
	for i := range vs {
		for d := range vs[i] {
			vs[i][d] -= mean[d]
		}
		if l := float32(math.Sqrt(float64(dot(&vs[i], &vs[i])))); l > 0 {
			scale(&vs[i], 1/l)
		}
	}
}

func scale(v *vector, by float32) {
	for i := range v {
		v[i] *= by
	}
}

func dot(a, b *vector) float32 {
	var p, q, r, s float32
	for i := 0; i < dims-2; i += 4 {
		p += a[i] * b[i]
		q += a[i+1] * b[i+1]
		r += a[i+2] * b[i+2]
		s += a[i+3] * b[i+3]
	}
	return p + q + r + s + a[dims-2]*b[dims-2] + a[dims-1]*b[dims-1]
}

func nearest(v vector, centres []vector) (int, float32) {
	best, at := float32(-2), 0
	for i := range centres {
		if d := dot(&v, &centres[i]); d > best {
			best, at = d, i
		}
	}
	return at, best
}

// kmeans returns k centres of length 1 and how many vectors each has.
func kmeans(vs []vector, k, rounds int, log io.Writer) ([]vector, []float64) {
	rng := rand.New(rand.NewPCG(50, 2048))
	centres := make([]vector, k)
	for i, j := range rng.Perm(len(vs))[:k] {
		centres[i] = vs[j]
	}
	weight := make([]float64, k)
	for round := range rounds {
		sums := make([]vector, k)
		clear(weight)
		total := 0.0
		for i := range vs {
			c, d := nearest(vs[i], centres)
			total += float64(d)
			weight[c]++
			for j, x := range vs[i] {
				sums[c][j] += x
			}
		}
		for c := range centres {
			if weight[c] == 0 {
				centres[c] = vs[rng.IntN(len(vs))]
				continue
			}
			n := float32(math.Sqrt(float64(dot(&sums[c], &sums[c]))))
			if n > 0 {
				scale(&sums[c], 1/n)
				centres[c] = sums[c]
			}
		}
		fmt.Fprintf(log, "round %d: mean cosine %.4f\n", round, total/float64(len(vs)))
	}
	return centres, weight
}

// tree merges the centres by Ward's criterion down to one, and returns each
// leaf's position in the order of the tree and, for each cut, the cluster of
// the leaf at each position.
func tree(centres []vector, weight []float64, cuts [cluster.Levels - 1]int) ([]int, [cluster.Levels - 1][]uint16) {
	n := len(centres)
	type node struct {
		centre vector
		weight float64
		leaves []int
	}
	nodes := make([]*node, n)
	for i := range nodes {
		nodes[i] = &node{centres[i], max(weight[i], 1), []int{i}}
	}
	cost := func(a, b *node) float64 {
		d := 0.0
		for i := range a.centre {
			x := float64(a.centre[i] - b.centre[i])
			d += x * x
		}
		return d * a.weight * b.weight / (a.weight + b.weight)
	}
	near, dist := make([]int, n), make([]float64, n)
	find := func(i int) {
		near[i], dist[i] = -1, math.Inf(1)
		for j, b := range nodes {
			if b != nil && j != i {
				if d := cost(nodes[i], b); d < dist[i] {
					near[i], dist[i] = j, d
				}
			}
		}
	}
	for i := range nodes {
		find(i)
	}
	var groups [cluster.Levels - 1][][]int
	for left := n; left > 1; {
		a := -1
		for i := range nodes {
			if nodes[i] != nil && (a < 0 || dist[i] < dist[a]) {
				a = i
			}
		}
		b := near[a]
		x, y := nodes[a], nodes[b]
		w := x.weight + y.weight
		merged := &node{weight: w, leaves: append(append([]int{}, x.leaves...), y.leaves...)}
		for i := range merged.centre {
			merged.centre[i] = float32((float64(x.centre[i])*x.weight + float64(y.centre[i])*y.weight) / w)
		}
		nodes[a], nodes[b] = merged, nil
		left--
		find(a)
		for i := range nodes {
			if nodes[i] != nil && i != a {
				if near[i] == a || near[i] == b {
					find(i)
				} else if d := cost(nodes[i], merged); d < dist[i] {
					near[i], dist[i] = a, d
				}
			}
		}
		for c, k := range cuts {
			if left == k {
				for _, m := range nodes {
					if m != nil {
						groups[c] = append(groups[c], m.leaves)
					}
				}
			}
		}
	}
	position := make([]int, n)
	for _, m := range nodes {
		if m != nil {
			for i, leaf := range m.leaves {
				position[leaf] = i
			}
		}
	}
	var levels [cluster.Levels - 1][]uint16
	for c := range levels {
		levels[c] = make([]uint16, n)
		for g, leaves := range groups[c] {
			for _, leaf := range leaves {
				levels[c][position[leaf]] = uint16(g)
			}
		}
	}
	return position, levels
}
