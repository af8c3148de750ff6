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

func TestHeaders(t *testing.T) {
	a := read(t, []byte("POLICE Murder Substitute\n\nMan held over harbour killing\nBy Ann Bee, PA\n\nA man is held, police said.\n")).Article
	if a.Slugline != "POLICE Murder Substitute" || a.Headline() != "Man held over harbour killing" || a.By != "By Ann Bee, PA" || a.Wire.Change != model.ChangeUpdate {
		t.Errorf("slug in words: %q %q %q %s", a.Slugline, a.Headline(), a.By, a.Wire.Change)
	}
	a = read(t, []byte("BC-Travel-Ferries-Adv22\nFor release Sunday, June 22\nFerries for the summer\n\nPORT AGNES (CW) -- Ferries sail.\n")).Article
	if got := a.EmbargoedUntil.Format("2006-01-02"); got != "2025-06-22" || a.Headline() != "Ferries for the summer" {
		t.Errorf("advance: %s %q", got, a.Headline())
	}
	a = read(t, []byte("BC-Iran-Talks, 1st Ld-Writethru,0300\nTalks resume\nEds: UPDATES with quotes.\nBy JOHN DOE\nCoast Wire Writer\nGENEVA (CW) -- Talks between the powers resumed here on Tuesday\nafter a week.\nCW-NY-06-03-25 1430EDT\n")).Article
	if a.BodyText() != "GENEVA (CW) -- Talks between the powers resumed here on Tuesday after a week." || a.By != "By JOHN DOE, Coast Wire Writer" || a.VersionCreated.Format("15:04Z07:00") != "14:30-04:00" {
		t.Errorf("ANPA as text: %q %q %s", a.BodyText(), a.By, a.VersionCreated)
	}
}
