package newsml1_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/newsml1"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, newsml1.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, newsml1.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, newsml1.Parse, "testdata/story.xml") }
