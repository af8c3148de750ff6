package iptc7901_test

import (
	"flag"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire/iptc7901"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, iptc7901.Parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, iptc7901.Parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, iptc7901.Parse, "testdata/story.7901") }
