package anpa1312_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/anpa1312"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, anpa1312.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, anpa1312.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, anpa1312.Parse, "testdata/story.anpa") }
