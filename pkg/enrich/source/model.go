package source

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The linear models of the package, by index into Model.tables.
const (
	tableCue = iota
	tableSource
	tableContent
	tableCheck
	tableCount
)

const (
	tableBits = 20
	tableSize = 1 << tableBits
	tableMask = tableSize - 1
)

// table is the weights of one linear model over hashed features: the weight
// of a feature is w[feature]*scale.
type table struct {
	scale float32
	w     []int8
}

func (t *table) score(f []uint32) float32 {
	sum := int32(0)
	for _, x := range f {
		sum += int32(t.w[x&tableMask])
	}
	return float32(sum) * t.scale
}

// Model is everything learned from annotated text. It is not changed after
// loading and safe for concurrent use.
type Model struct {
	tables [tableCount]table
	// priors tells of a word form how often it is the head of a cue.
	priors priors
	// threshold is the log-odds from which a cue is kept.
	threshold float32
}

// priors is an open-addressing table from hashLower of a form to a share of
// 1/255; never zero for a form that it holds.
type priors struct {
	keys []uint32
	vals []uint8
}

func newPriors(keys []uint32, vals []uint8) priors {
	size := 16
	for size < 2*len(keys) {
		size *= 2
	}
	p := priors{make([]uint32, size), make([]uint8, size)}
	for i, k := range keys {
		if k == 0 {
			k = 1
		}
		at := k & uint32(size-1)
		for p.keys[at] != 0 && p.keys[at] != k {
			at = (at + 1) & uint32(size-1)
		}
		p.keys[at], p.vals[at] = k, vals[i]
	}
	return p
}

func (p *priors) of(k uint32) uint8 {
	if k == 0 {
		k = 1
	}
	mask := uint32(len(p.keys) - 1)
	for at := k & mask; p.keys[at] != 0; at = (at + 1) & mask {
		if p.keys[at] == k {
			return p.vals[at]
		}
	}
	return 0
}

const modelMagic = "dlsrc001"

// ErrModel is wrapped by every error about the bytes of a model.
var ErrModel = errors.New("not a source model")

// Encode writes the model as it ships: deterministic, compressed.
func (m *Model) Encode() ([]byte, error) {
	var raw bytes.Buffer
	put := func(v any) { _ = binary.Write(&raw, binary.LittleEndian, v) } // a Buffer does not fail
	put(m.threshold)
	var keys []uint32
	var vals []uint8
	for i, k := range m.priors.keys {
		if k != 0 {
			keys, vals = append(keys, k), append(vals, m.priors.vals[i])
		}
	}
	put(uint32(len(keys)))
	put(keys)
	put(vals)
	for i := range m.tables {
		put(m.tables[i].scale)
		put(m.tables[i].w)
	}
	var out bytes.Buffer
	out.WriteString(modelMagic)
	z, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("encode source model: %w", err)
	}
	if _, err := z.Write(raw.Bytes()); err != nil {
		return nil, fmt.Errorf("encode source model: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("encode source model: %w", err)
	}
	return out.Bytes(), nil
}

// DecodeModel reads what Encode wrote.
func DecodeModel(b []byte) (*Model, error) {
	if len(b) < len(modelMagic) || string(b[:len(modelMagic)]) != modelMagic {
		return nil, fmt.Errorf("%w: wrong magic", ErrModel)
	}
	z, err := zlib.NewReader(bytes.NewReader(b[len(modelMagic):]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	const most = tableCount*(tableSize+4) + 1<<22
	raw, err := io.ReadAll(io.LimitReader(z, most))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	short := fmt.Errorf("%w: too short", ErrModel)
	u32 := func() (uint32, bool) {
		if len(raw) < 4 {
			return 0, false
		}
		x := binary.LittleEndian.Uint32(raw)
		raw = raw[4:]
		return x, true
	}
	m := &Model{}
	th, ok := u32()
	n, ok2 := u32()
	if !ok || !ok2 || uint64(n)*5 > uint64(len(raw)) {
		return nil, short
	}
	m.threshold = math.Float32frombits(th)
	keys := make([]uint32, n)
	for i := range keys {
		keys[i], _ = u32()
	}
	m.priors = newPriors(keys, raw[:n])
	raw = raw[n:]
	for i := range m.tables {
		s, ok := u32()
		if !ok || len(raw) < tableSize {
			return nil, short
		}
		m.tables[i].scale = math.Float32frombits(s)
		w := make([]int8, tableSize)
		for k, c := range raw[:tableSize] {
			w[k] = int8(c)
		}
		m.tables[i].w = w
		raw = raw[tableSize:]
	}
	return m, nil
}

// quantise makes a table of float weights that were trained while a share of
// the features was left out of every step.
func quantise(w []float32, drop float64) table {
	var most float32
	for _, x := range w {
		most = max(most, x, -x)
	}
	if most == 0 {
		return table{scale: 1, w: make([]int8, len(w))}
	}
	t := table{scale: most / 127, w: make([]int8, len(w))}
	for i, x := range w {
		t.w[i] = int8(math.Round(float64(x / t.scale)))
	}
	t.scale *= float32(1 - drop)
	return t
}

// Threshold is the log-odds from which a cue is kept.
func (m *Model) Threshold() float32 { return m.threshold }

// WithThreshold is the model with another threshold; it shares the weights.
func (m *Model) WithThreshold(t float32) *Model {
	c := *m
	c.threshold = t
	return &c
}
