package store

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Packer compresses records for their column. Copy that waits for its time is
// therefore not readable in the file either. It is safe for several goroutines.
type Packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// maxDoc bounds what a stored record unpacks to.
const maxDoc = 64 << 20

// NewPacker makes a packer.
func NewPacker() (*Packer, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(256<<10), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make a compressor: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxDoc), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make a decompressor: %w", err)
	}
	return &Packer{enc: enc, dec: dec}, nil
}

// Pack compresses a record; nil stays nil.
func (p *Packer) Pack(doc []byte) []byte {
	if doc == nil {
		return nil
	}
	return p.enc.EncodeAll(doc, make([]byte, 0, len(doc)/2+64))
}

// Unpack gives a record back; nil stays nil.
func (p *Packer) Unpack(packed []byte) ([]byte, error) {
	if packed == nil {
		return nil, nil
	}
	doc, err := p.dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack a stored record: %w", err)
	}
	return doc, nil
}

// Close frees what the packer holds.
func (p *Packer) Close() {
	_ = p.enc.Close()
	p.dec.Close()
}

// readDoc decodes a stored record. A record that is gone reads as one without
// text: it can only be missing where a later parser no longer reads a kill
// that it followed, and a replay brings it back.
func readDoc(doc []byte) (*model.Enriched, error) {
	var e model.Enriched
	if doc == nil {
		return &e, nil
	}
	if err := json.Unmarshal(doc, &e); err != nil {
		return nil, err
	}
	return &e, nil
}

// notice is a record without text: who sent which version of what, and that it
// does not show.
func notice(a *model.Article, asks story.Status) []byte {
	n := model.Article{
		Standard: a.Standard, URI: a.URI, Type: a.Type, RepresentationType: a.RepresentationType, Version: a.Version,
		FirstCreated: a.FirstCreated, VersionCreated: a.VersionCreated, EmbargoedUntil: a.EmbargoedUntil,
		PubStatus: model.Withheld, Urgency: a.Urgency, Language: a.Language,
		Wire: model.Wire{
			Feed: a.Wire.Feed, Format: a.Wire.Format, ReceivedAt: a.Wire.ReceivedAt, Revision: a.Wire.Revision,
			Change: a.Wire.Change, Priority: a.Wire.Priority, Raw: a.Wire.Raw,
		},
	}
	if asks == story.Killed {
		n.PubStatus = model.Canceled
	}
	if p := a.Provider(); p != "" {
		n.InfoSources = []model.InfoSource{{Name: p, Role: "provider"}}
	}
	b, err := model.Encode(n)
	if err != nil {
		return nil
	}
	return b
}

// LineFor makes the line of a change from what the store holds now: the status
// of the chain, what the version asked for, its feed and its record or nil. A
// record stands in a line as it came, but for the pubStatus of one whose
// embargo has ended: with its text out it is usable.
func LineFor(c Change, now story.Status, asks story.Status, feed string, doc []byte) ([]byte, error) {
	switch {
	case c.Line == Record && now == story.Usable && doc != nil:
		if asks == story.Embargoed {
			e, err := readDoc(doc)
			if err != nil {
				return nil, fmt.Errorf("read the stored record of %s: %w", c.URI, err)
			}
			e.PubStatus = model.Usable
			return model.Encode(e)
		}
		if !bytes.ContainsAny(doc, "\r\n") {
			return doc, nil
		}
		line := jsontext.Value(doc)
		if err := line.Compact(); err != nil {
			return nil, fmt.Errorf("write %s on one line: %w", c.URI, err)
		}
		return line, nil
	case c.Line == Notice:
		a := &model.Article{URI: c.URI, Wire: model.Wire{Feed: feed, Revision: c.Revision}}
		if doc != nil {
			e, err := readDoc(doc)
			if err != nil {
				return nil, fmt.Errorf("read the stored record of %s: %w", c.URI, err)
			}
			a = &e.Article
		}
		return notice(a, asks), nil
	}
	return nil, nil
}
