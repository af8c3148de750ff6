package syndication

import (
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
)

func TestSplitGivesTheArticlesOfTheWhole(t *testing.T) {
	feeds := map[string]string{
		"rss": `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News &amp; more</title><link>https://x.example/</link><language>en</language>` +
			`<lastBuildDate>Mon, 24 Nov 2025 10:00:00 GMT</lastBuildDate><item><title>One</title><guid>g1</guid><pubDate>Mon, 24 Nov 2025 09:00:00 GMT</pubDate><description>First.</description></item>` +
			`<item><title>Two</title><guid>g2</guid><dc:creator>A</dc:creator><description>Second.</description></item></channel></rss>`,
		"atom": `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>T</title><updated>2025-11-24T10:00:00Z</updated><link href="https://x.example/"/>` +
			`<entry><id>urn:x:1</id><title>One</title><updated>2025-11-24T09:00:00Z</updated><content type="html">&lt;p&gt;First.&lt;/p&gt;</content></entry></feed>`,
		"json": `{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","title":"One","content_text":"First."},{"id":"2","content_text":"Second."}],"x":1}`,
	}
	for name, text := range feeds {
		t.Run(name, func(t *testing.T) {
			whole := articles(t, text)
			parts, err := Split(transmission(text))
			if err != nil {
				t.Fatal(err)
			}
			if len(parts) != len(whole) {
				t.Fatalf("%d parts of %d items", len(parts), len(whole))
			}
			for i, p := range parts {
				one := articles(t, string(p))
				if len(one) != 1 || one[0].URI != whole[i].URI || one[0].Headline() != whole[i].Headline() || one[0].BodyText() != whole[i].BodyText() ||
					!one[0].VersionCreated.Equal(whole[i].VersionCreated) || one[0].Language != whole[i].Language || one[0].Provider() != whole[i].Provider() {
					t.Errorf("part %d is %s", i, p)
				}
			}
			later := strings.Replace(text, "Mon, 24 Nov 2025 10:00:00 GMT", "Mon, 24 Nov 2025 11:00:00 GMT", 1)
			again, err := Split(transmission(later))
			if err != nil || string(again[0]) != string(parts[0]) {
				t.Errorf("a later fetch gives other bytes: %v\n%s\n%s", err, parts[0], again[0])
			}
		})
	}
	for _, bad := range []string{"", "hello", "<html><body>no</body></html>", `{"a":1}`, "{"} {
		if parts, err := Split(transmission(bad)); err == nil {
			t.Errorf("%q was split into %d", bad, len(parts))
		}
	}
}

func transmission(s string) *wire.Transmission {
	return wire.NewTransmission("f", "n", time.Date(2025, 11, 24, 12, 0, 0, 0, time.UTC), "aa", []byte(s))
}

func articles(t *testing.T, s string) []*model.Article {
	t.Helper()
	parse := Parse
	if strings.HasPrefix(s, "{") {
		parse = ParseJSON
	}
	var out []*model.Article
	err := parse(t.Context(), transmission(s), func(r wire.Result) error {
		if r.Article == nil {
			t.Fatalf("no article: %v", r.Err)
		}
		out = append(out, r.Article)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
