// Package crf is a small linear-chain conditional random field: positions
// with binary features in, the best sequence of labels and its probability
// out. Features are 64-bit hashes made by the caller; training turns them
// into one flat table of eight-bit weights which loads in milliseconds and is
// read without allocation.
//
// A Model is immutable and safe to share. A Lattice is scratch space of one
// goroutine. Training and decoding are deterministic: the same sequences and
// Config give the same bytes, the same model and features the same labels
// (ties go to the lower label).
package crf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/zstd"
)

// MaxLabels is the greatest number of labels of a model.
const MaxLabels = 64

// MaxFeatures is how many features of one position count; Lattice.Add ignores
// those after them.
const MaxFeatures = 250

const (
	magic    = "DLCRF1\n"
	lanes    = 4   // labels in one word of the table
	bias     = 128 // what is added to a weight so that a lane is never negative
	maxRows  = 1<<24 - 1
	maxScale = 1 << 20
)

// Model is a trained table of weights.
type Model struct {
	labels []string
	scale  float64 // natural units of one step of a weight
	trans  []int32 // from*len(labels)+to, in steps
	start  []int32
	end    []int32

	words int // uint64 words in a row
	shift uint
	slots []uint64  // 40 bits of key, 24 bits of row; 0 is empty
	rows  []uint64  // lanes of biased weights, in the order of the keys
	exps  []float64 // exp(-i*scale)
}

// Labels returns the names of the labels in order. It must not be changed.
func (m *Model) Labels() []string { return m.labels }

// Features returns how many features have weights.
func (m *Model) Features() int { return len(m.rows) / m.words }

// forbidden is the weight of a transition that never happens.
const forbidden = math.MinInt32 / 4

// Hash folds a template number and a string into a feature. It is FNV-1a with
// a final mix, never 0.
func Hash[T string | []byte](template uint32, s T) uint64 {
	h := uint64(14695981039346656037) ^ uint64(template)*0x9E3779B97F4A7C15
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return finish(h)
}

// Mix folds two features (or a template number and a feature) into one that
// depends on their order. It is never 0.
func Mix(a, b uint64) uint64 { return finish(a*0x9E3779B97F4A7C15 + b) }

func finish(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 29
	if h == 0 {
		return 1
	}
	return h
}

// key is what of a feature the table keeps: 40 bits, enough that an unknown
// feature is taken for a known one less than once in a million look-ups.
func key(f uint64) uint64 {
	k := f & (1<<40 - 1)
	if k == 0 {
		return 1
	}
	return k
}

func (m *Model) slot(k uint64) uint64 { return (k * 0x9E3779B97F4A7C15) >> m.shift }

// row returns the weights of a feature, nil when it has none.
func (m *Model) row(f uint64) []uint64 {
	k := key(f)
	mask := uint64(len(m.slots) - 1)
	for i := m.slot(k); ; i++ {
		switch s := m.slots[i&mask]; {
		case s == 0:
			return nil
		case s>>24 == k:
			at := int(s&(1<<24-1)) * m.words
			return m.rows[at : at+m.words]
		}
	}
}

// build fills the table from keys in ascending order and their weights.
func (m *Model) build(keys []uint64, weights []int8) {
	l := len(m.labels)
	m.words = (l + lanes - 1) / lanes
	bits := uint(1)
	for 1<<bits < len(keys)*3/2+2 {
		bits++
	}
	m.shift = 64 - bits
	m.slots = make([]uint64, 1<<bits)
	m.rows = make([]uint64, len(keys)*m.words)
	mask := uint64(len(m.slots) - 1)
	for r, k := range keys {
		i := m.slot(k)
		for m.slots[i&mask] != 0 {
			i++
		}
		m.slots[i&mask] = k<<24 | uint64(r)
		row := m.rows[r*m.words : (r+1)*m.words]
		for y, w := range weights[r*l : (r+1)*l] {
			row[y/lanes] |= uint64(int(w)+bias) << (16 * (y % lanes))
		}
	}
	m.exps = make([]float64, min(int(40/m.scale)+1, 1<<14))
	for i := range m.exps {
		m.exps[i] = math.Exp(-float64(i) * m.scale)
	}
}

// Encode writes the model. Its form is a magic line, then one zstd frame:
// labels, scale, transitions, the keys in ascending order as differences,
// and the weights label by label.
func (m *Model) Encode(w io.Writer) error {
	l := len(m.labels)
	var b []byte
	b = binary.AppendUvarint(b, uint64(l))
	for _, s := range m.labels {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.scale))
	for _, t := range [][]int32{m.trans, m.start, m.end} {
		for _, v := range t {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	keys := make([]uint64, m.Features())
	for _, s := range m.slots {
		if s != 0 {
			keys[s&(1<<24-1)] = s >> 24
		}
	}
	b = binary.AppendUvarint(b, uint64(len(keys)))
	last := uint64(0)
	for _, k := range keys {
		b = binary.AppendUvarint(b, k-last)
		last = k
	}
	for y := range l {
		for r := range keys {
			b = append(b, byte(int(m.rows[r*m.words+y/lanes]>>(16*(y%lanes))&0xFFFF)-bias))
		}
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("compress model: %w", err)
	}
	if _, err := io.WriteString(w, magic); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if _, err := w.Write(enc.EncodeAll(b, nil)); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

var errShort = errors.New("crf: model ends early")

// Decode reads what Encode wrote. It copies what it keeps of data.
func Decode(data []byte) (*Model, error) {
	if !bytes.HasPrefix(data, []byte(magic)) {
		return nil, errors.New("crf: not a model")
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, fmt.Errorf("crf: decompress model: %w", err)
	}
	defer dec.Close()
	b, err := dec.DecodeAll(data[len(magic):], nil)
	if err != nil {
		return nil, fmt.Errorf("crf: decompress model: %w", err)
	}
	r := reader{b: b}
	l := int(min(r.uvarint(), MaxLabels+1))
	if l < 1 || l > MaxLabels {
		return nil, fmt.Errorf("crf: %d labels", l)
	}
	m := &Model{labels: make([]string, l)}
	for i := range m.labels {
		m.labels[i] = string(r.bytes(r.uvarint()))
	}
	if s := r.bytes(8); len(s) == 8 {
		m.scale = math.Float64frombits(binary.LittleEndian.Uint64(s))
	}
	if !(m.scale > 0 && m.scale < maxScale) {
		return nil, errors.New("crf: scale out of range")
	}
	m.trans, m.start, m.end = r.varints(l*l), r.varints(l), r.varints(l)
	n := r.uvarint()
	if n > maxRows || n > uint64(len(r.b)) {
		return nil, errShort
	}
	keys := make([]uint64, n)
	last := uint64(0)
	for i := range keys {
		d := r.uvarint()
		last += d
		if d == 0 || last >= 1<<40 {
			return nil, errors.New("crf: keys out of order")
		}
		keys[i] = last
	}
	columns := r.bytes(n * uint64(l))
	if r.failed || len(r.b) != 0 {
		return nil, errShort
	}
	weights := make([]int8, len(columns))
	for y := range l {
		for i, w := range columns[uint64(y)*n : uint64(y+1)*n] {
			weights[i*l+y] = int8(w)
		}
	}
	m.build(keys, weights)
	return m, nil
}

type reader struct {
	b      []byte
	failed bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.failed, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.failed, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) varints(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		v, k := binary.Varint(r.b)
		if k <= 0 {
			r.failed, r.b = true, nil
			return out
		}
		r.b = r.b[k:]
		out[i] = int32(max(forbidden, min(v, -forbidden)))
	}
	return out
}
