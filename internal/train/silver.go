package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Silver trees are parses of news text by another parser (silver.py). The
// repository keeps the analysis alone, in silver.zst: the words come from the
// corpora each time and are matched by their hash.

const (
	silverFile  = "internal/train/silver.zst"
	silverEvery = 8 // items of current-events, of which one is taken
)

// silverSentences is the news text to parse: sentences of 4 to 90 tokens.
func silverSentences(shared string) ([][]string, error) {
	var out [][]string
	n := 0
	take := func(line []byte) error {
		var x struct{ Text string }
		if err := json.Unmarshal(line, &x); err != nil {
			return err
		}
		t := text.New("", "", x.Text, time.Time{}).Body
		for _, s := range t.Sentences {
			if s.Last-s.First < 4 || s.Last-s.First > 90 {
				continue
			}
			words := make([]string, 0, s.Last-s.First)
			for i := s.First; i < s.Last; i++ {
				words = append(words, t.Surface(i))
			}
			out = append(out, words)
		}
		return nil
	}
	for _, c := range []struct {
		name  string
		every int
	}{{"corpora/current-events/items.jsonl.gz", silverEvery}, {"corpora/polnear/train.jsonl", 1}} {
		n = 0
		err := lines(filepath.Join(shared, c.name), func(line []byte) error {
			if n++; n%c.every != 0 {
				return nil
			}
			return take(line)
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return out, nil
}

// lines calls f for each line of a file, unpacked if its name ends in .gz.
func lines(name string, f func([]byte) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	var r io.Reader = file
	if filepath.Ext(name) == ".gz" {
		z, err := gzip.NewReader(file)
		if err != nil {
			return err
		}
		r = z
	}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		if err := f(sc.Bytes()); err != nil {
			return err
		}
	}
	return sc.Err()
}

// silverWords prints the sentences for silver.py, a JSON list a line.
func silverWords(_ context.Context, shared string, _ []string, out io.Writer) error {
	ss, err := silverSentences(shared)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, s := range ss {
		if err := enc.Encode(s); err != nil {
			return fmt.Errorf("print the sentences: %w", err)
		}
	}
	return nil
}

// silverPack makes silver.zst of the CoNLL-U files that its arguments name.
func silverPack(_ context.Context, shared string, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("syntax-silver", flag.ContinueOnError)
	each := flags.Int("each", 6000, "trees of each file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ss, err := silverSentences(shared)
	if err != nil {
		return err
	}
	var b []byte
	at, kept := 0, 0
	for _, name := range flags.Args() {
		trees, err := readTrees(name)
		if err != nil {
			return err
		}
		for _, t := range trees[:min(*each, len(trees))] {
			last := at
			for at < len(ss) && !slices.Equal(ss[at], t.Words) {
				at++
			}
			if at == len(ss) {
				return fmt.Errorf("%s: a tree is of no sentence: %q", name, t.Words)
			}
			b = binary.AppendUvarint(b, uint64(at-last))
			b = binary.AppendUvarint(b, uint64(len(t.Words)))
			b = binary.LittleEndian.AppendUint32(b, wordsHash(t.Words))
			for i := range t.Words {
				b = append(b, byte(t.Tags[i]), byte(t.Heads[i]))
			}
			kept++
		}
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	packed := w.EncodeAll(b, nil)
	if err := os.WriteFile(silverFile, packed, 0o644); err != nil {
		return fmt.Errorf("write the trees: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s: %d trees, %d bytes\n", silverFile, kept, len(packed))
	return err
}

func wordsHash(words []string) uint32 {
	h := fnv.New32a()
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	return h.Sum32()
}

// readSilver returns the trees of silver.zst whose words are still what they
// were, and how many are not: the tokeniser may have moved on.
func readSilver(shared string) (trees []syntax.Tree, stale int, err error) {
	ss, err := silverSentences(shared)
	if err != nil {
		return nil, 0, err
	}
	packed, err := os.ReadFile(silverFile)
	if err != nil {
		return nil, 0, err
	}
	r, err := zstd.NewReader(nil)
	if err != nil {
		return nil, 0, fmt.Errorf("unpack: %w", err)
	}
	defer r.Close()
	b, err := r.DecodeAll(packed, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("unpack %s: %w", silverFile, err)
	}
	bad := errors.New(silverFile + " is damaged")
	at := 0
	for len(b) > 0 {
		d, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, 0, bad
		}
		n, l := binary.Uvarint(b[k:])
		if l <= 0 || n > 255 || len(b) < k+l+4+2*int(n) {
			return nil, 0, bad
		}
		b = b[k+l:]
		hash := binary.LittleEndian.Uint32(b)
		b = b[4:]
		at += int(d)
		if at >= len(ss) || len(ss[at]) != int(n) || wordsHash(ss[at]) != hash {
			stale++
		} else {
			t := syntax.Tree{Words: ss[at]}
			for i := range int(n) {
				t.Tags = append(t.Tags, text.Tag(b[2*i]))
				t.Heads = append(t.Heads, int(b[2*i+1]))
				t.Rels = append(t.Rels, text.RelDep)
			}
			trees = append(trees, t)
		}
		b = b[2*n:]
	}
	return trees, stale, nil
}
