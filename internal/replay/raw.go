package replay

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/pipeline"
	"github.com/dateline-wire/dateline/pkg/wire"
)

// place names an item of a raw record.
func place(topic string, partition int, offset int64, item int) string {
	return fmt.Sprintf("%s/%d/%d/%d", topic, partition, offset, item)
}

// index reads wire.articles whole and remembers for every raw item the hash of
// the article that was made of it last.
func index(ctx context.Context, c *pipeline.Client) (map[string][32]byte, error) {
	known := map[string][32]byte{}
	err := c.Range(ctx, pipeline.TopicArticles, time.Time{}, time.Time{}, func(rec *pipeline.Record) error {
		var a struct {
			Wire struct {
				Raw struct {
					Topic     string `json:"topic"`
					Partition int    `json:"partition"`
					Offset    int64  `json:"offset"`
					Item      int    `json:"item"`
				} `json:"raw"`
			} `json:"wire"`
		}
		if json.Unmarshal(rec.Value, &a) == nil {
			known[place(a.Wire.Raw.Topic, a.Wire.Raw.Partition, a.Wire.Raw.Offset, a.Wire.Raw.Item)] = sha256.Sum256(rec.Value)
		}
		return nil
	})
	return known, err
}

// partials are raw records in parts that are not whole yet, on disk.
type partials struct {
	dir  string
	open map[string]*partialFile
}

type partialFile struct {
	file *os.File
	size int64
	next int64
	head pipeline.Record // the first part, without its value
}

func newPartials() (*partials, error) {
	dir, err := os.MkdirTemp("", "dateline-replay-")
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return &partials{dir, map[string]*partialFile{}}, nil
}

func (p *partials) close() {
	for _, f := range p.open {
		_ = f.file.Close()
	}
	_ = os.RemoveAll(p.dir) // a temporary folder that stays costs space, no more
}

// number reads a header that is a whole number.
func number(rec *pipeline.Record, header string) (int64, bool) {
	n, err := strconv.ParseInt(rec.Header(header), 10, 64)
	return n, err == nil
}

// add takes a part and returns the whole once it is there. Parts that do not
// fit together are dropped: the record is a dead letter since it first came.
func (p *partials) add(rec *pipeline.Record) (*partialFile, error) {
	key := strconv.Itoa(rec.Partition) + "/" + string(rec.Key)
	part, isPart := number(rec, pipeline.HeaderPart)
	parts, isOf := number(rec, pipeline.HeaderParts)
	f := p.open[key]
	if !isPart || !isOf || part != 1 && (f == nil || part != f.next) {
		return nil, nil
	}
	if part == 1 {
		if f != nil {
			_ = f.file.Close()
		}
		file, err := os.CreateTemp(p.dir, "")
		if err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		f = &partialFile{file: file, next: 1, head: *rec}
		f.head.Value = nil
		p.open[key] = f
	}
	n, err := f.file.Write(rec.Value)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	f.size += int64(n)
	f.next++
	if part < parts {
		return nil, nil
	}
	delete(p.open, key)
	return f, nil
}

// parse makes the articles of a raw record that differ from those there are.
func (r *run) parse(ctx context.Context, rec *pipeline.Record) (out []pipeline.Record, unchanged, failed int64, err error) {
	var src io.ReaderAt = rec.Open()
	size := rec.Size()
	if rec.Header(pipeline.HeaderParts) != "" {
		whole, err := r.partial.add(rec)
		if err != nil || whole == nil {
			return nil, 0, 0, err
		}
		defer whole.file.Close()
		rec, src, size = &whole.head, whole.file, whole.size
	}
	err = r.cfg.Parser.Parse(ctx, rec, src, size, func(_ *wire.Transmission, p worker.Parsed) error {
		switch {
		case p.Article != nil:
			if known, ok := r.known[place(rec.Topic, rec.Partition, rec.Offset, p.Item)]; ok && known == sha256.Sum256(p.Record.Value) {
				unchanged++
				return nil
			}
			out = append(out, p.Record)
		case p.Class != wire.Skipped:
			failed++
		}
		return nil
	})
	if _, permanent := pipeline.ClassOf(err); permanent {
		failed++
		err = nil
	}
	return out, unchanged, failed, err
}
