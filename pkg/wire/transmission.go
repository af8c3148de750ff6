// Package wire reads what news agencies deliver. A Transmission goes in, the
// bytes of one file or message with what is known about its delivery; results
// come out, one for each item of it: an article, a reasoned skip, or a fault.
//
// The formats are packages of their own below this one; package all lists
// them, detects the format from the bytes and calls the right one.
package wire

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Transmission is one delivery as it was captured.
type Transmission struct {
	Feed     string
	Name     string // file, URL or message id
	Received time.Time
	SHA256   string
	// Raw is where the bytes lie; Item is set by the reader of the format.
	Raw    model.RawRef
	Source io.ReaderAt
	Size   int64

	// What a feed's configuration fixes; zero values mean: find out.
	Format   string
	Charset  string
	Location *time.Location
}

// NewTransmission wraps bytes that are in memory.
func NewTransmission(feed, name string, received time.Time, sha256 string, data []byte) *Transmission {
	return &Transmission{Feed: feed, Name: name, Received: received, SHA256: sha256,
		Source: bytes.NewReader(data), Size: int64(len(data))}
}

// Bytes reads the whole transmission into memory.
func (t *Transmission) Bytes() ([]byte, error) {
	b := make([]byte, t.Size)
	n, err := t.Source.ReadAt(b, 0)
	if err != nil && !(err == io.EOF && int64(n) == t.Size) {
		return nil, fmt.Errorf("read %s: %w", t.Name, err)
	}
	return b[:n], nil
}

// Reader reads the transmission from its beginning.
func (t *Transmission) Reader() io.Reader { return io.NewSectionReader(t.Source, 0, t.Size) }

// Class says why an item is no article.
type Class string

// The classes of a result that is no article, as dead letters name them.
const (
	Undecodable Class = "undecodable" // the bytes are no such thing
	Invalid     Class = "invalid"     // read, but what it says cannot be
	Skipped     Class = "skipped"     // passed over on purpose
)

// Result is what became of one item of a transmission: an Article, or a Class
// with its reason in Err.
type Result struct {
	Item    int
	Format  string
	Article *model.Article
	Class   Class
	Err     error
}

// Yield takes one result; an error from it ends the reading and is returned.
type Yield func(Result) error
