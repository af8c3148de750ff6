package story

import (
	"cmp"
	"strings"
)

// CompareEngines orders engine versions number by number: first those of the
// engine, then those of the knowledge base after "+kb." ("2026.11.0+kb.3"),
// a user's overlay ("+kb.3.7") being one number more. A number that is missing
// counts as 0, and what is no number only separates. Versions that compare
// equal may be written differently. The empty version is below every other.
func CompareEngines(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(a), len(b))
	}
	aEngine, aBase, _ := strings.Cut(a, "+kb.")
	bEngine, bBase, _ := strings.Cut(b, "+kb.")
	return cmp.Or(compareNumbers(aEngine, bEngine), compareNumbers(aBase, bBase))
}

func compareNumbers(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = nextNumber(a)
		y, b = nextNumber(b)
		// Without leading zeros the longer number is the greater, and numbers
		// of one length compare as text: no number is too large.
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
	}
	return 0
}

// nextNumber cuts the first run of digits from s, without leading zeros; it is
// empty for 0 and when there is none.
func nextNumber(s string) (number, rest string) {
	start := strings.IndexAny(s, "0123456789")
	if start < 0 {
		return "", ""
	}
	s = s[start:]
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	return strings.TrimLeft(s[:end], "0"), s[end:]
}
