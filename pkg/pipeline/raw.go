package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"slices"
	"time"
)

// Headers of a record in parts: the number of the part, from 1, and how many
// there are. All parts have the key and the other headers of the whole.
const (
	HeaderPart  = "part"
	HeaderParts = "parts"
)

// PartBytes is the length of a value above which a raw record travels in parts.
const PartBytes = 900_000

const (
	maxParts   = 2000 // 1.8 GB
	staleParts = 10 * time.Minute
)

// SplitRaw returns rec as it is when its value is at most PartBytes long, else
// its parts in order. The parts share the value's bytes. Produce keeps them in
// order when they are handed over in one call and have a key.
func SplitRaw(rec Record) []Record {
	if len(rec.Value) <= PartBytes {
		return []Record{rec}
	}
	n := (len(rec.Value) + PartBytes - 1) / PartBytes
	out := make([]Record, 0, n)
	for chunk := range slices.Chunk(rec.Value, PartBytes) {
		part := rec
		part.Value = chunk
		part.Headers = append(slices.Clone(rec.Headers), Header{HeaderPart, itoa(int64(len(out) + 1))}, Header{HeaderParts, itoa(int64(n))})
		out = append(out, part)
	}
	return out
}

func isPart(rec *Record) bool {
	_, ok := lastHeader(rec.Headers, HeaderParts)
	return ok
}

// spool is a value in a file without a name, or with one that goes with it.
type spool struct {
	file  *os.File
	size  int64
	parts []spoolPart
}

type spoolPart struct {
	rec  Record // without its value
	from int64
	size int64
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "dateline-parts-*")
	if err != nil {
		return nil, err
	}
	// Unlinked at once where that works, so that a crash leaves nothing.
	_ = os.Remove(f.Name())
	return &spool{file: f}, nil
}

func (s *spool) add(rec *Record) error {
	if _, err := s.file.WriteAt(rec.Value, s.size); err != nil {
		return err
	}
	part := spoolPart{rec: *rec, from: s.size, size: int64(len(rec.Value))}
	part.rec.Value = nil
	s.parts = append(s.parts, part)
	s.size += part.size
	return nil
}

// part reads a part back as it came.
func (s *spool) part(i int) (Record, error) {
	p := s.parts[i]
	rec := p.rec
	rec.Value = make([]byte, p.size)
	if _, err := s.file.ReadAt(rec.Value, p.from); err != nil {
		return rec, fmt.Errorf("read part %d: %w", i+1, err)
	}
	return rec, nil
}

func (s *spool) remove() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// assembly is the parts of one record that have come so far.
type assembly struct {
	body  *spool
	sum   hash.Hash
	items []*item
	parts int64 // there are to be
	next  int64 // number expected
	base  int64 // number of the first: 1, or 0 for those who count so
	moved time.Time
}

// assemble takes a part. It returns the whole when the part is the last, and
// false when there is nothing to handle yet. The parts count as in flight for
// the watermark until the whole is done, and weigh on disk instead of memory.
// Parts of a key come here one after the other.
func (p *partition) assemble(it *item) (*item, bool) {
	n, ok1 := headerInt(it.rec.Headers, HeaderPart)
	parts, ok2 := headerInt(it.rec.Headers, HeaderParts)
	if !ok1 || !ok2 || n < 0 || parts < 1 || n > parts || parts > maxParts {
		p.fail(it, Permanent(Undecodable, fmt.Errorf("part %q of %q is no part", it.rec.Header(HeaderPart), it.rec.Header(HeaderParts))))
		return nil, false
	}
	key := string(it.rec.Key)
	p.mu.Lock()
	a := p.spools[key]
	delete(p.spools, key) // so that nobody ends it meanwhile
	completed := slices.Contains(p.whole, key)
	p.mu.Unlock()

	switch {
	case a != nil && n == a.next && parts == a.parts:
	case n <= 1 && (a == nil || n == a.base):
		if a != nil { // sent again from the start
			a.body.remove()
			for _, old := range a.items {
				p.settle(old, nil)
			}
		}
		a = &assembly{sum: sha256.New(), parts: parts, next: n, base: n}
	case a != nil && n < a.next, a == nil && completed:
		if a != nil {
			p.keep(key, a)
		}
		p.settle(it, nil) // sent twice
		return nil, false
	default:
		why := fmt.Errorf("part %d of %d without those before it", n, parts)
		if a != nil {
			p.broken(a, why)
		}
		p.fail(it, Permanent(Undecodable, why))
		return nil, false
	}
	if !p.spoolPart(a, it) {
		if a.body != nil {
			a.body.remove()
		}
		return nil, false
	}
	a.sum.Write(it.rec.Value)
	a.items = append(a.items, it)
	a.next++
	a.moved = p.w.r.c.cfg.Now()
	it.rec.Value = nil
	if a.next-a.base < a.parts {
		p.giveBack(it)
		p.keep(key, a)
		return nil, false
	}
	return p.completed(key, a)
}

// completed makes the whole of an assembly.
func (p *partition) completed(key string, a *assembly) (*item, bool) {
	p.mu.Lock()
	p.whole = append(p.whole, key)
	if len(p.whole) > 64 {
		p.whole = p.whole[1:]
	}
	p.mu.Unlock()
	first := a.items[0]
	whole := &item{p: p, rec: first.rec, next: first.next, attempts: first.attempts, first: first.first, parts: a.items}
	whole.rec.body = a.body
	whole.rec.Headers = without(first.rec.Headers, HeaderPart) // both
	if want := first.rec.Header("sha256"); want != "" && want != hex.EncodeToString(a.sum.Sum(nil)) {
		p.fail(whole, Permanent(Undecodable, errors.New("the parts together have another sha256 than their header says")))
		return nil, false
	}
	return whole, true
}

// spoolPart writes a part to disk. A disk that does not take it pauses the
// partition.
func (p *partition) spoolPart(a *assembly, it *item) bool {
	for {
		if !p.gate.pass(p.w.handle) {
			p.abandon(it)
			return false
		}
		var err error
		if a.body == nil {
			a.body, err = newSpool(p.w.r.c.cfg.TempDir)
		}
		if err == nil {
			err = a.body.add(&it.rec)
		}
		if err == nil {
			p.gate.open()
			return true
		}
		p.gate.shut(fmt.Errorf("put parts together on disk: %w", err))
	}
}

// keep puts an assembly back until its next part comes.
func (p *partition) keep(key string, a *assembly) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		a.body.remove()
		return
	}
	if p.spools == nil {
		p.spools = map[string]*assembly{}
	}
	p.spools[key] = a
}

// broken makes dead letters of the parts of an assembly that will not be whole.
func (p *partition) broken(a *assembly, why error) {
	first := a.items[0]
	whole := &item{p: p, rec: first.rec, next: first.next, attempts: first.attempts, first: first.first, parts: a.items}
	whole.rec.body = a.body
	p.fail(whole, Permanent(Undecodable, why))
}

// stale ends the assemblies that no part has come to for long.
func (p *partition) stale(now time.Time) {
	p.mu.Lock()
	var ended []*assembly
	for key, a := range p.spools {
		if now.Sub(a.moved) > staleParts {
			ended = append(ended, a)
			delete(p.spools, key)
		}
	}
	p.mu.Unlock()
	for _, a := range ended {
		go p.broken(a, fmt.Errorf("only %d of %d parts came", len(a.items), a.parts))
	}
}
