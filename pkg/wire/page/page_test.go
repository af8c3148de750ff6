package page_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/page"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, page.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, page.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, page.Parse, "testdata/story.html") }
