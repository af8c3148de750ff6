package xmltree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Limits of Split.
const (
	MaxItem   = 32 << 20 // bytes of one item
	maxHeader = 1 << 20
	maxTag    = 256 << 10
	chunk     = 64 << 10
)

// Errors of items.
var (
	ErrTruncated = errors.New("the item is cut off: its end tag is missing")
	ErrTooLarge  = fmt.Errorf("the item is of more than %d bytes", MaxItem)
)

// Split finds the elements with one of the local names in a stream of XML in
// UTF-8, whatever their prefixes, and gives each as text, with the text that
// stood before the first. What is broken inside of one element does not touch
// the next. With nested set, an element may hold others of its name; else a
// second start tag tells that the first was cut off, and so does the end of
// the stream. Memory is that of one item.
//
// An error of item ends the reading and is returned.
func Split(r io.Reader, names []string, nested bool, item func(header, raw string, err error) error) error {
	s := splitter{r: r}
	var header string
	inHeader := true
	start, depth := -1, 0
	name := ""
	over := false
	for {
		lt, ok, err := s.find("<", s.pos)
		if err != nil {
			return err
		}
		if !ok && s.eof {
			if depth > 0 {
				return item(header, string(s.buf[start:]), ErrTruncated)
			}
			return nil
		}
		s.pos = lt
		if !ok {
			s.pos = len(s.buf)
		}
		if depth == 0 {
			if inHeader && s.pos > maxHeader {
				inHeader = false
			}
			if !inHeader {
				s.drop(s.pos)
			}
		} else if s.pos-start > MaxItem {
			over = true
			start = s.drop(s.pos)
		}
		if !ok {
			continue
		}
		tag, err := s.tag()
		if err != nil {
			return err
		}
		if tag.local == "" {
			continue
		}
		switch {
		case depth == 0 && !tag.end && slices.Contains(names, tag.local):
			if inHeader {
				header, inHeader = string(s.buf[:tag.from]), false
			}
			start, name, over = s.drop(tag.from), tag.local, false
			depth = 1
			if tag.empty {
				depth = 0
				if err := item(header, string(s.buf[start:s.pos]), nil); err != nil {
					return err
				}
			}
		case depth > 0 && tag.local == name && !tag.end && !tag.empty:
			if nested {
				depth++
				continue
			}
			if err := item(header, string(s.buf[start:tag.from]), ErrTruncated); err != nil {
				return err
			}
			start, over = s.drop(tag.from), false
		case depth > 0 && tag.local == name && tag.end:
			if depth--; depth > 0 {
				continue
			}
			if over {
				err = item(header, "", ErrTooLarge)
			} else {
				err = item(header, string(s.buf[start:s.pos]), nil)
			}
			if err != nil {
				return err
			}
		}
	}
}

type splitter struct {
	r   io.Reader
	buf []byte
	pos int
	eof bool
}

type tag struct {
	local      string
	from       int
	end, empty bool
}

// fill reads more and tells whether there was more.
func (s *splitter) fill() (bool, error) {
	if s.eof {
		return false, nil
	}
	n := min(chunk, max(4096, len(s.buf)))
	s.buf = slices.Grow(s.buf, n)
	n, err := io.ReadAtLeast(s.r, s.buf[len(s.buf):len(s.buf)+n], 1)
	s.buf = s.buf[:len(s.buf)+n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		s.eof = true
		return n > 0, nil
	}
	return n > 0, err
}

// drop forgets the bytes before n, once they are worth it, and returns where n
// is then.
func (s *splitter) drop(n int) int {
	if n < chunk {
		return n
	}
	s.buf = s.buf[:copy(s.buf, s.buf[n:])]
	s.pos -= n
	return 0
}

// find finds pat from an offset on, reading on as needed, not further than
// MaxItem.
func (s *splitter) find(pat string, from int) (int, bool, error) {
	if i := bytes.Index(s.buf[min(from, len(s.buf)):], []byte(pat)); i >= 0 {
		return from + i, true, nil
	}
	for {
		if len(s.buf)-from > MaxItem {
			return 0, false, nil
		}
		next := max(from, len(s.buf)-len(pat)+1)
		more, err := s.fill()
		if err != nil || !more {
			return 0, false, err
		}
		if i := bytes.Index(s.buf[next:], []byte(pat)); i >= 0 {
			return next + i, true, nil
		}
	}
}

// tag reads what begins with the "<" at pos and moves pos behind it. Comments,
// CDATA, instructions and declarations have no local name.
func (s *splitter) tag() (tag, error) {
	for len(s.buf)-s.pos < 9 && !s.eof {
		if _, err := s.fill(); err != nil {
			return tag{}, err
		}
	}
	b := s.buf[s.pos:]
	for _, c := range [...][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
		if bytes.HasPrefix(b, []byte(c[0])) {
			i, ok, err := s.find(c[1], s.pos+len(c[0]))
			if err != nil {
				return tag{}, err
			}
			if !ok {
				s.pos = len(s.buf)
				return tag{}, nil
			}
			s.pos = i + len(c[1])
			return tag{}, nil
		}
	}
	from := s.pos
	brackets := 0
	var quote byte
	decl := bytes.HasPrefix(b, []byte("<!"))
	for i := s.pos + 1; ; i++ {
		if i >= len(s.buf) {
			more, err := s.fill()
			if err != nil {
				return tag{}, err
			}
			if !more {
				s.pos = len(s.buf)
				return tag{}, nil
			}
		}
		if i-from > maxTag && !decl {
			s.pos = from + 1
			return tag{}, nil
		}
		c := s.buf[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			if !decl || brackets == 0 {
				quote = c
			}
		case decl && c == '[':
			brackets++
		case decl && c == ']':
			brackets--
		case c == '<' && !decl:
			// A "<" that began no tag.
			s.pos = i
			return tag{}, nil
		case c == '>' && brackets <= 0:
			s.pos = i + 1
			if decl {
				return tag{}, nil
			}
			return readTag(s.buf[from:i], from), nil
		}
	}
}

func readTag(b []byte, from int) tag {
	t := tag{from: from}
	b = b[1:]
	if len(b) > 0 && b[0] == '/' {
		t.end = true
		b = b[1:]
	}
	if len(b) > 0 && b[len(b)-1] == '/' {
		t.empty = true
		b = b[:len(b)-1]
	}
	if i := bytes.IndexAny(b, " \t\r\n"); i >= 0 {
		b = b[:i]
	}
	if i := bytes.LastIndexByte(b, ':'); i >= 0 {
		b = b[i+1:]
	}
	t.local = string(b)
	return t
}
