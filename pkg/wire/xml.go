package wire

import (
	"regexp"
	"strings"
)

var xmlDecl = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// XMLEncoding is the encoding that the XML declaration names, empty when there
// is none.
func XMLEncoding(head []byte) string {
	if len(head) > 400 {
		head = head[:400]
	}
	s := strings.TrimPrefix(strings.ReplaceAll(string(head), "\x00", ""), "\ufeff")
	if m := xmlDecl.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// Head reads up to n bytes from the beginning of the transmission.
func (t *Transmission) Head(n int) ([]byte, error) {
	b := make([]byte, min(t.Size, int64(n)))
	k, err := t.Source.ReadAt(b, 0)
	if k == len(b) {
		err = nil
	}
	return b[:k], err
}
