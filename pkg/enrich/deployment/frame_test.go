package deployment

import (
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// A body behind a list whose first member begins the sentence once ran out of it.
func TestListAtTheStartOfASentence(t *testing.T) {
	a, err := New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"Results of the election, troops of the party and soldiers trailed in Ukraine.",
		"Party of Regions and the troops, soldiers sent to Kyiv.",
		"Of guards and troops.",
	} {
		a.Annotate(text.New("urn:x", "", s, time.Time{}))
	}
}
