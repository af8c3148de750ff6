// Package wire reads what news agencies deliver. A Transmission goes in, the
// bytes of one file or message with what is known about its delivery; results
// come out, one for each item of it: an article, a reasoned skip, or a fault.
//
// The formats are packages of their own below this one; package all lists
// them, detects the format from the bytes and calls the right one.
package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

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

// TextReader reads the transmission as UTF-8 (see ToUTF8). What is valid UTF-8
// is streamed; everything else is held in memory, up to MaxConvert bytes.
// declared is what the document says of its charset.
func (t *Transmission) TextReader(declared string) (io.Reader, []string, error) {
	ok, err := t.validUTF8()
	if err != nil {
		return nil, nil, err
	}
	head, err := t.Head(8)
	if err != nil {
		return nil, nil, err
	}
	if wide, _ := utf16Shape(head); ok && t.Charset == "" && wide == nil && !stateful(declared) {
		if t.Size <= 1<<20 {
			b, err := t.Bytes()
			return bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), nil, err
		}
		r := bufio.NewReaderSize(t.Reader(), 64<<10)
		if b, _ := r.Peek(3); string(b) == "\xef\xbb\xbf" {
			if _, err := r.Discard(3); err != nil {
				return nil, nil, err
			}
		}
		return r, nil, nil
	}
	if t.Size > MaxConvert {
		return nil, nil, fmt.Errorf("read %s: %d bytes that are no UTF-8: at most %d are converted", t.Name, t.Size, MaxConvert)
	}
	b, err := t.Bytes()
	if err != nil {
		return nil, nil, err
	}
	u, warnings := ToUTF8(b, t.Charset, declared)
	return bytes.NewReader(u), warnings, nil
}

// MaxConvert is the size in bytes of the largest transmission in another
// charset than UTF-8.
const MaxConvert = 256 << 20

// validUTF8 reads once through, piece by piece.
func (t *Transmission) validUTF8() (bool, error) {
	buf := make([]byte, min(t.Size, 256<<10)+utf8.UTFMax)
	keep := 0
	r := t.Reader()
	for {
		n, err := r.Read(buf[keep:])
		b := buf[:keep+n]
		cut := len(b)
		for i := 1; i <= utf8.UTFMax-1 && i <= len(b); i++ {
			if utf8.RuneStart(b[len(b)-i]) {
				if !utf8.FullRune(b[len(b)-i:]) {
					cut = len(b) - i
				}
				break
			}
		}
		if !utf8.Valid(b[:cut]) {
			return false, nil
		}
		keep = copy(buf, b[cut:])
		if err == io.EOF {
			return keep == 0, nil
		}
		if err != nil {
			return false, fmt.Errorf("read %s: %w", t.Name, err)
		}
	}
}

// Renumber gives a result another item number, as the reader of a container
// does for what is inside of it.
func Renumber(r Result, item int) Result {
	r.Item = item
	if r.Article != nil {
		r.Article.Wire.Raw.Item = item
	}
	return r
}
