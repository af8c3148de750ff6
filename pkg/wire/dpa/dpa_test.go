package dpa_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/dpa"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, dpa.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, dpa.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, dpa.Parse, "testdata/story.json") }
