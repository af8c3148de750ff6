// Package jsonv reads JSON as strangers send it into a tree: doubled names
// (the first counts), several values one after another, one array of many.
// Text goes in, values come out in order; nesting is bounded. Values are plain
// data and safe to share once read.
package jsonv

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is the deepest nesting that is read.
const MaxDepth = 64

// MaxValue is the size in bytes of one item beyond which it is refused.
const MaxValue = 32 << 20

// Kind is the kind of a value: 0 none, 'n' null, 't' bool, '"' string, '0'
// number, '{' object, '[' array.
type Kind byte

// Value is one JSON value. Str is the text of a string or number, "true" or
// "false" of a bool.
type Value struct {
	Kind    Kind
	Str     string
	Elems   []Value
	Members []Member
}

// Member is a member of an object.
type Member struct {
	Name  string
	Value Value
}

var errDepth = fmt.Errorf("nested more than %d levels deep", MaxDepth)

// Parse reads one value.
func Parse(b []byte) (Value, error) {
	dec := jsontext.NewDecoder(strings.NewReader(string(b)), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return read(dec, 0)
}

// Each reads r value by value: the elements of one array at the top, or the
// values that stand one after another. Each element that is no object or
// breaks a bound is given with its error and the reading goes on; what is not
// JSON any more ends it with an error.
func Each(r io.Reader, item func(Value, error) error) error {
	dec := jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	list := dec.PeekKind() == '['
	if list {
		if _, err := dec.ReadToken(); err != nil {
			return err
		}
	}
	for n := 0; ; n++ {
		switch dec.PeekKind() {
		case ']':
			if list {
				return nil
			}
		case 0:
			_, err := dec.ReadToken()
			if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !list {
				return nil
			}
			return err
		}
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		var v Value
		if len(raw) > MaxValue {
			err = fmt.Errorf("one value of %d bytes: at most %d are read", len(raw), MaxValue)
		} else {
			v, err = Parse(raw)
		}
		if err := item(v, err); err != nil {
			return err
		}
	}
}

func read(dec *jsontext.Decoder, depth int) (Value, error) {
	if depth > MaxDepth {
		return Value{}, errDepth
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return Value{}, err
	}
	switch tok.Kind() {
	case 'n':
		return Value{Kind: 'n'}, nil
	case 't', 'f':
		return Value{Kind: 't', Str: strconv.FormatBool(tok.Bool())}, nil
	case '"', '0':
		return Value{Kind: Kind(tok.Kind()), Str: tok.String()}, nil
	case '[':
		v := Value{Kind: '['}
		for dec.PeekKind() != ']' {
			e, err := read(dec, depth+1)
			if err != nil {
				return Value{}, err
			}
			v.Elems = append(v.Elems, e)
		}
		_, err := dec.ReadToken()
		return v, err
	case '{':
		v := Value{Kind: '{'}
		for dec.PeekKind() != '}' {
			name, err := dec.ReadToken()
			if err != nil {
				return Value{}, err
			}
			m := Member{Name: name.String()}
			if m.Value, err = read(dec, depth+1); err != nil {
				return Value{}, err
			}
			v.Members = append(v.Members, m)
		}
		_, err := dec.ReadToken()
		return v, err
	}
	return Value{}, fmt.Errorf("unexpected %q", tok.String())
}

// Get returns the first member of that name, the zero Value when there is none.
func (v Value) Get(name string) Value {
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return Value{}
}

// At follows names inwards.
func (v Value) At(names ...string) Value {
	for _, n := range names {
		v = v.Get(n)
	}
	return v
}

// Has tells whether there is such a member that is not null.
func (v Value) Has(name string) bool { k := v.Get(name).Kind; return k != 0 && k != 'n' }

// Text is the text of a string, number or bool, empty for all else.
func (v Value) Text() string {
	switch v.Kind {
	case '"', '0', 't':
		return v.Str
	}
	return ""
}

// Texts are the texts of an array of them, or the one text.
func (v Value) Texts() []string {
	if v.Kind != '[' {
		if s := v.Text(); s != "" {
			return []string{s}
		}
		return nil
	}
	var out []string
	for _, e := range v.Elems {
		if s := e.Text(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// List is the elements of an array; a single object counts as one.
func (v Value) List() []Value {
	switch v.Kind {
	case '[':
		return v.Elems
	case '{':
		return []Value{v}
	}
	return nil
}

// String makes a string value.
func String(s string) Value { return Value{Kind: '"', Str: s} }

// Object makes an object of names and values in turn; null and absent ones are left out.
func Object(ms ...Member) Value {
	v := Value{Kind: '{'}
	for _, m := range ms {
		if m.Value.Kind != 0 && m.Value.Kind != 'n' {
			v.Members = append(v.Members, m)
		}
	}
	return v
}

// Array makes an array.
func Array(vs ...Value) Value { return Value{Kind: '[', Elems: vs} }

// Append writes the value as JSON.
func (v Value) Append(b []byte) []byte {
	switch v.Kind {
	case '"':
		q, err := jsontext.AppendQuote(b, v.Str)
		if err != nil && q == nil {
			return append(b, `""`...)
		}
		return q
	case '0', 't':
		return append(b, v.Str...)
	case '[':
		b = append(b, '[')
		for i, e := range v.Elems {
			if i > 0 {
				b = append(b, ',')
			}
			b = e.Append(b)
		}
		return append(b, ']')
	case '{':
		b = append(b, '{')
		for i, m := range v.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = String(m.Name).Append(b)
			b = append(b, ':')
			b = m.Value.Append(b)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

// Says names the kind in words.
func (k Kind) Says() string {
	switch k {
	case '"':
		return "string"
	case '0':
		return "number"
	case 't':
		return "boolean"
	case '{':
		return "object"
	case '[':
		return "array"
	case 'n':
		return "null"
	}
	return "nothing"
}
