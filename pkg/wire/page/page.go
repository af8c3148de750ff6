// Package page reads a story that comes as one HTML page or fragment: its
// headline from h1, og:title or title, what its meta elements say, and its text.
// A page goes in, one article comes out. Reading does not block and is safe
// for concurrent use.
package page

import (
	"context"
	"strings"

	"golang.org/x/net/html"

	"github.com/dateline-wire/dateline/pkg/wire"
)

// Format is the name of the format on articles.
const Format = "html"

// MaxSize is the size in bytes of the largest page that is read.
const MaxSize = 16 << 20

// Parse reads a transmission of HTML.
func Parse(_ context.Context, t *wire.Transmission, yield wire.Yield) error {
	if t.Size > MaxSize {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "HTML of %d bytes: at most %d are read", t.Size, MaxSize))
	}
	b, err := t.Bytes()
	if err != nil {
		return err
	}
	d := t.NewDraft(Format, 0)
	u, warnings := wire.ToUTF8(b, t.Charset, charsetOf(b))
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	Read(d, string(u))
	if d.Headline == "" && d.Body == "" {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "HTML without text"))
	}
	return yield(t.Finish(d))
}

// charsetOf is what a meta element in the first kilobyte says.
func charsetOf(b []byte) string {
	s := strings.ToLower(string(b[:min(len(b), 1024)]))
	i := strings.Index(s, "charset=")
	if i < 0 {
		return wire.XMLEncoding(b)
	}
	s = strings.TrimLeft(s[i+8:], `"' `)
	if j := strings.IndexAny(s, `"'; />`); j >= 0 {
		s = s[:j]
	}
	return s
}

// Read fills a draft from a page.
func Read(d *wire.Draft, s string) {
	z := html.NewTokenizer(strings.NewReader(s))
	var title, h1, og, in string
	for range 200_000 {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		switch tt {
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			at := func(name string) string {
				for _, a := range tok.Attr {
					if a.Key == name {
						return strings.TrimSpace(a.Val)
					}
				}
				return ""
			}
			switch tok.Data {
			case "html":
				d.Language = at("lang")
			case "title", "h1":
				in = tok.Data
			case "link":
				if at("rel") == "canonical" {
					d.ID = at("href")
				}
			case "meta":
				content := at("content")
				switch strings.ToLower(at("property") + at("name") + at("itemprop")) {
				case "og:title":
					og = content
				case "og:url":
					if d.ID == "" {
						d.ID = content
					}
				case "og:site_name":
					d.SetProvider(content)
				case "author", "article:author":
					if d.By == "" && !strings.HasPrefix(content, "http") {
						d.By = content
					}
				case "article:published_time", "datepublished", "dc.date", "date":
					d.FirstCreated = d.Time("published", content, true)
				case "article:modified_time", "datemodified", "last-modified":
					d.VersionCreated = d.Time("modified", content, true)
				case "keywords", "news_keywords":
					for k := range strings.SplitSeq(content, ",") {
						d.AddKeyword(k)
					}
				}
			}
		case html.TextToken:
			switch in {
			case "title":
				title += string(z.Text())
			case "h1":
				if len(h1) < 2000 {
					h1 += string(z.Text())
				}
			}
		case html.EndTagToken:
			if n, _ := z.TagName(); string(n) == in {
				in = ""
			}
		}
	}
	if d.VersionCreated.IsZero() {
		d.VersionCreated = d.FirstCreated
	}
	d.Headline = wire.CleanLine(html.UnescapeString(h1))
	if d.Headline == "" {
		d.Headline = wire.CleanLine(og)
	}
	if d.Headline == "" {
		d.Headline = wire.CleanLine(html.UnescapeString(title))
	}
	d.Body = wire.HTMLText(s)
	if first, rest, more := strings.Cut(d.Body, "\n\n"); more && wire.CleanLine(first) == d.Headline {
		d.Body = rest
	}
	if dl, ok := wire.ReadDateline(d.Body); ok {
		d.Located = dl.Place
	}
}
