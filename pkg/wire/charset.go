package wire

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Warnings that texts of any format may carry.
const (
	WarnCharsetGuessed  = "charset-guessed"
	WarnCharsetMistaken = "charset-mistaken"
	WarnBadBytes        = "text-damaged"
)

// ToUTF8 turns b into UTF-8 and drops a byte order mark. The order of belief
// is: a byte order mark, fixed (what the feed's configuration says), validity
// as UTF-8, declared (what the document says), a guess. UTF-8 with a few
// damaged sequences stays UTF-8, each damaged one becoming U+FFFD. The
// warnings say what was guessed. Valid UTF-8 is returned without a copy.
func ToUTF8(b []byte, fixed, declared string) ([]byte, []string) {
	if enc, n := bom(b); enc != nil {
		out, err := enc.NewDecoder().Bytes(b[n:])
		if err != nil {
			return replaceInvalid(b[n:]), []string{WarnBadBytes}
		}
		return out, nil
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if fixed != "" {
		if enc := lookup(fixed); enc != nil {
			if out, err := enc.NewDecoder().Bytes(b); err == nil {
				return out, nil
			}
		}
	}
	if enc, name := utf16Shape(b); enc != nil {
		if out, err := enc.NewDecoder().Bytes(b); err == nil {
			return out, []string{WarnCharsetGuessed + ": " + name}
		}
	}
	if stateful(declared) {
		if out, err := lookup(declared).NewDecoder().Bytes(b); err == nil {
			return out, nil
		}
	}
	if utf8.Valid(b) {
		return b, nil
	}
	good, bad := utf8Shape(b)
	if good > 0 && bad*4 <= good || bad == 1 && truncatedTail(b) {
		return replaceInvalid(b), []string{fmt.Sprintf("%s: %d places are no UTF-8", WarnBadBytes, bad)}
	}
	if enc := lookup(declared); enc != nil && !isUTF8(declared) {
		if out, err := enc.NewDecoder().Bytes(b); err == nil {
			return out, nil
		}
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return replaceInvalid(b), []string{WarnBadBytes}
	}
	w := WarnCharsetGuessed + ": windows-1252"
	if declared != "" {
		w = fmt.Sprintf("%s: declared %.40q, read as windows-1252", WarnCharsetMistaken, declared)
	}
	return out, []string{w}
}

func bom(b []byte) (encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	}
	return nil, 0
}

// utf16Shape tells UTF-16 without a mark by the zero half of "<" or "{".
func utf16Shape(b []byte) (encoding.Encoding, string) {
	if len(b) < 4 {
		return nil, ""
	}
	switch {
	case b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le"
	case b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be"
	}
	return nil, ""
}

// stateful tells charsets whose text is valid UTF-8 to look at.
func stateful(name string) bool {
	n := strings.ToLower(strings.TrimSpace(name))
	return (strings.HasPrefix(n, "iso-2022") || strings.HasPrefix(n, "csiso2022")) && lookup(n) != nil
}

func isUTF8(name string) bool {
	n := strings.ToLower(strings.TrimSpace(name))
	return n == "utf-8" || n == "utf8" || n == "us-ascii" || n == "ascii"
}

func lookup(name string) encoding.Encoding {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 64 {
		return nil
	}
	switch strings.ToLower(name) {
	case "cp437", "ibm437":
		return charmap.CodePage437
	case "cp850", "ibm850":
		return charmap.CodePage850
	case "cp852", "ibm852":
		return charmap.CodePage852
	case "cp858", "ibm858":
		return charmap.CodePage858
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1", "iso_8859-1":
		return charmap.Windows1252
	}
	enc, _ := charset.Lookup(name)
	if enc == encoding.Replacement {
		return nil
	}
	return enc
}

// utf8Shape counts whole multi-byte sequences and places where one breaks.
func utf8Shape(b []byte) (good, bad int) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good, bad
}

// truncatedTail tells whether b ends inside of a multi-byte sequence.
func truncatedTail(b []byte) bool {
	for i := len(b) - 1; i >= 0 && i >= len(b)-3; i-- {
		if utf8.RuneStart(b[i]) {
			return b[i] >= 0xc2 && !utf8.FullRune(b[i:])
		}
	}
	return false
}

func replaceInvalid(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("\uFFFD")) }
