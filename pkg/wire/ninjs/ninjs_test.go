package ninjs_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/ninjs"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, ninjs.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, ninjs.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, ninjs.Parse, "testdata/story.json") }
