package cluster

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// Encode writes what Decode reads. leaf has the leaf of each word; levels
// the ancestor of each leaf for every level but the first.
func Encode(words []string, leaf []uint16, levels [Levels - 1][]uint16) ([]byte, error) {
	var b []byte
	b = binary.AppendUvarint(b, uint64(len(levels[0])))
	for _, l := range levels {
		for _, v := range l {
			b = binary.AppendUvarint(b, uint64(v))
		}
	}
	byKey := make(map[uint64]uint16, len(words))
	var keys []uint64
	for i, w := range words {
		k := key(Hash(w))
		if _, ok := byKey[k]; !ok {
			byKey[k] = leaf[i]
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	b = binary.AppendUvarint(b, uint64(len(keys)))
	last := uint64(0)
	for _, k := range keys {
		b = binary.AppendUvarint(b, k-last)
		last = k
	}
	for _, k := range keys {
		b = binary.LittleEndian.AppendUint16(b, byKey[k])
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	return enc.EncodeAll(b, nil), nil
}
