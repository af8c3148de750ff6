package nitf_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/nitf"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, nitf.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, nitf.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, nitf.Parse, "testdata/story.xml") }
