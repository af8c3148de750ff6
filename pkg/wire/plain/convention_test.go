package plain_test

import (
	"testing"

	"github.com/dateline-wire/dateline/pkg/model"
)

// TestNotices holds kills and corrections that name their story in words.
func TestNotices(t *testing.T) {
	story := func(head, slug string) string {
		s := head + "\n\nSEOUL, June 18 (Yonhap) -- Ferries sail.\n"
		if slug != "" {
			s = slug + "\n" + s
		}
		return read(t, []byte(s)).Article.URI
	}
	for _, c := range []struct {
		name, in, want string
		change         model.Change
	}{
		{"kill by headline and day", "Editors: please kill the story headlined \"Ferries sail at dawn,\" moved Wednesday, June 18. It is wrong.", story("Ferries sail at dawn", ""), "kill"},
		{"kill by slug", "MANDATORY KILL\n\nSEOUL, June 18 (Yonhap) -- Kill the story slugged Harbour-Ferries, sent at 0300 GMT.", story("Ferries sail at dawn", "Harbour-Ferries"), "kill"},
		{"correction by headline", "CORRECTION: In the story \"Ferries sail at dawn\" moved June 18, the port was misspelled.", story("Ferries sail at dawn", ""), "correction"},
		{"refile", "REFILE-Ferries sail at dawn\n\n(Refiles to fix typo in headline)\n\nBy Ann Harbour\n\nSEOUL, June 18 (Yonhap) - Ferries sail.", story("Ferries sail at dawn", ""), "refile"},
	} {
		a := read(t, []byte(c.in)).Article
		if a.URI != c.want || a.Wire.Change != c.change {
			t.Errorf("%s: %s %s, want %s %s", c.name, a.URI, a.Wire.Change, c.want, c.change)
		}
	}
}
