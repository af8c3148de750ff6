package email_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/all"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, all.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, all.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, all.Parse, "testdata/plain.eml") }
