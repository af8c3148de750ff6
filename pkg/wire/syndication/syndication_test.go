package syndication_test

import (
	"context"
	"flag"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/syndication"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

var _ = flag.Bool("update", false, "write the wanted results of the fixtures")

func parse(ctx context.Context, t *wire.Transmission, y wire.Yield) error {
	if b, err := t.Head(64); err == nil && strings.HasPrefix(strings.TrimSpace(string(b)), "{") {
		return syndication.ParseJSON(ctx, t, y)
	}
	return syndication.Parse(ctx, t, y)
}

func TestFixtures(t *testing.T) { wiretest.Fixtures(t, parse, "testdata") }

func FuzzParse(f *testing.F) { wiretest.Fuzz(f, parse) }

func BenchmarkParse(b *testing.B) { wiretest.Bench(b, parse, "testdata/feed.atom") }
