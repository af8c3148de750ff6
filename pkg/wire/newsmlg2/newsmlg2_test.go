package newsmlg2_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/newsmlg2"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, newsmlg2.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, newsmlg2.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, newsmlg2.Parse, "testdata/story.xml") }
