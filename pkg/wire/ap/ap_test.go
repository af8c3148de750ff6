package ap_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/ap"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, ap.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, ap.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, ap.Parse, "testdata/story.json") }
