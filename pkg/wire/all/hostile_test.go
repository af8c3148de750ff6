package all_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/all"
	"github.com/dateline-wire/dateline/pkg/wire/wiretest"
)

func zipped(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, members[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const g2item = `<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:x:1" version="%s"><itemMeta><versionCreated>%s</versionCreated></itemMeta><contentMeta><headline>Ferries</headline></contentMeta><contentSet><inlineData contenttype="text/plain">%s</inlineData></contentSet></newsItem>`

// TestHostile holds the list of bad input: each ends as a fault with a reason
// or as an article with a warning, never otherwise.
func TestHostile(t *testing.T) {
	deepXML := "<newsItem guid='urn:x:d'><contentSet><inlineXML>" + strings.Repeat("<a>", 100_000) + strings.Repeat("</a>", 100_000) + "</inlineXML></contentSet></newsItem>"
	deepJSON := `{"uri":"urn:x:d","x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`
	noise := make([]byte, 1<<20)
	x := uint32(1)
	for i := range noise {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	for _, c := range []struct {
		name   string
		in     []byte
		class  wire.Class // of the first result; empty for an article
		reason string     // part of the reason or of a warning
	}{
		{"empty", nil, wire.Undecodable, "empty"},
		{"white space", []byte(" \r\n\t"), wire.Undecodable, "empty"},
		{"NULs", make([]byte, 4096), wire.Undecodable, "NUL"},
		{"noise", noise, wire.Undecodable, ""},
		{"picture", append([]byte("\xff\xd8\xff\xe0"), noise[:4096]...), wire.Undecodable, "JPEG"},
		{"PDF", []byte("%PDF-1.4\nx"), wire.Undecodable, "PDF"},
		{"line of 10 MB", bytes.Repeat([]byte("x"), 10<<20), wire.Undecodable, "at most"},
		{"50 MB of text", bytes.Repeat([]byte("noise and more noise\n"), 50<<20/21), wire.Undecodable, "at most"},
		{"deep XML", []byte(deepXML), wire.Undecodable, "deep"},
		{"deep JSON", []byte(deepJSON), "", "deep"},
		{"deep HTML", []byte("<html><body>" + strings.Repeat("<div>", 100_000) + "Ferries sail</body></html>"), "", ""},
		{"XML of no format", []byte("<?xml version='1.0'?><bookshelf/>"), wire.Undecodable, "bookshelf"},
		{"XML cut off", []byte(`<newsItem guid="urn:x:1"><itemMeta>`), wire.Undecodable, "cut off"},
		{"JSON of no format", []byte(`{"colour":"red"}`), wire.Undecodable, "no known format"},
		{"JSON cut off", []byte(`{"uri":"urn:x:1","headlines":[{"value":"Fer`), wire.Undecodable, "JSON"},
		{"JSON number", []byte(`[{"uri":1}]`), "", ""},
		{"zip bomb", zipped(t, "a.txt", strings.Repeat("\x00", maxMemberTest)), wire.Invalid, "more than"},
		{"gzip bomb", gzipped(t, strings.Repeat("a", maxMemberTest)), wire.Invalid, "more than"},
		{"zip path", zipped(t, "../../etc/passwd", "Ferries sail\n\nText of it."), wire.Invalid, "leaves the archive"},
		{"zip absolute path", zipped(t, "/etc/passwd", "Ferries sail"), wire.Invalid, "leaves the archive"},
		{"zip in zip", zipped(t, "a.zip", string(zipped(t, "b.txt", "x"))), wire.Undecodable, "archive"},
		{"zip broken", []byte("PK\x03\x04 and no more"), wire.Undecodable, "zip"},
		{"gzip broken", []byte("\x1f\x8b\x08 no"), wire.Undecodable, "gzip"},
		{"year 0", fmt.Appendf(nil, g2item, "1", "0000-00-00T00:00:00Z", "Text."), "", "date-unreadable"},
		{"date in words", fmt.Appendf(nil, g2item, "1", "the day before yesterday", "Text."), "", "date-unreadable"},
		{"negative version", fmt.Appendf(nil, g2item, "-7", "2026-11-24T10:00:00Z", "Text."), "", "version-unreadable"},
		{"huge version", fmt.Appendf(nil, g2item, "99999999999999999999", "2026-11-24T10:00:00Z", "Text."), "", "version-unreadable"},
		{"far future", fmt.Appendf(nil, g2item, "1", "2036-11-24T10:00:00Z", "Text."), "", "version-in-future"},
		{"truncated multi-byte", []byte("Fähren üben\n\nAgneshafen (dpa) - Zwei Fähren üben. Ein Käpt\xc3"), "", "text-damaged"},
		{"cyclic link", []byte(strings.Replace(fmt.Sprintf(g2item, "2", "2026-11-24T10:00:00Z", "Text."), "<itemMeta>", `<itemMeta><link rel="irel:previousVersion" residref="urn:x:1"/>`, 1)), "", ""},
		{"feed without items", []byte(`<rss version="2.0"><channel><title>x</title></channel></rss>`), wire.Skipped, "without items"},
		{"7901 without text", []byte("\x01abc0001 3 i 10\r\nX\r\n\x04"), wire.Undecodable, "STX"},
		{"comment without end", []byte("<!-- <newsItem/>"), wire.Undecodable, ""},
		{"quotes without end", []byte(`<newsItem guid="urn:x:1>` + strings.Repeat("a ", 300_000)), wire.Undecodable, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rs := parse(t, c.name, c.in)
			if len(rs) == 0 {
				t.Fatal("no result")
			}
			for _, r := range rs {
				wiretest.Check(t, r)
			}
			if c.name == "deep JSON" || c.name == "JSON number" {
				// Refused as a whole or as an item: both have their reason.
				if rs[0].Article != nil {
					t.Errorf("article: %+v", rs[0].Article)
				}
				return
			}
			r := rs[0]
			if r.Class != c.class {
				t.Fatalf("class %q (%v), want %q", r.Class, r.Err, c.class)
			}
			said := ""
			if r.Err != nil {
				said = r.Err.Error()
			} else {
				said = strings.Join(r.Article.Wire.Warnings, "; ")
			}
			if !strings.Contains(said, c.reason) {
				t.Errorf("said %q, want %q in it", said, c.reason)
			}
			if len(said) > 2000 {
				t.Errorf("a reason of %d bytes", len(said))
			}
		})
	}
}

const maxMemberTest = 64<<20 + 10

func TestContainers(t *testing.T) {
	story := "Ferries sail\n\nPORT AGNES, March 2 (CW) -- Two ferries sail.\n"
	rs := parse(t, "x.zip", zipped(t, "dir/", "", "dir/a.txt", story, ".DS_Store", "junk", "b.xml", fmt.Sprintf(g2item, "2", "2026-03-02T10:00:00Z", "Text."), "c.bin", "\x00\x00\x00\x00"))
	if len(rs) != 3 || rs[0].Article == nil || rs[1].Article == nil || rs[2].Class != wire.Undecodable {
		t.Fatalf("%+v", rs)
	}
	for i, r := range rs {
		if r.Item != i || r.Article != nil && r.Article.Wire.Raw.Item != i {
			t.Errorf("item %d is numbered %d", i, r.Item)
		}
	}
	if rs := parse(t, "x.gz", gzipped(t, story)); len(rs) != 1 || rs[0].Article.Headline() != "Ferries sail" {
		t.Errorf("%+v", rs)
	}
}

// TestStopsOnError holds that an error of yield ends the reading.
func TestStopsOnError(t *testing.T) {
	in := []byte(fmt.Sprintf(g2item, "1", "2026-03-02T10:00:00Z", "a") + fmt.Sprintf(g2item, "2", "2026-03-02T10:00:00Z", "b"))
	in = append([]byte("<newsMessage>"), append(in, "</newsMessage>"...)...)
	n := 0
	err := all.Parse(context.Background(), wire.NewTransmission("f", "n", received, "00", in), func(wire.Result) error {
		n++
		return io.ErrShortWrite
	})
	if n != 1 || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("%d results, error %v", n, err)
	}
}

// repeated is a message of many items that is made while it is read.
type repeated struct {
	head, item, tail string
	n                int64
}

func (r repeated) size() int64 {
	return int64(len(r.head)) + r.n*int64(len(r.item)) + int64(len(r.tail))
}

func (r repeated) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		o := off + int64(n)
		var s string
		switch h, body := int64(len(r.head)), r.n*int64(len(r.item)); {
		case o < h:
			s = r.head[o:]
		case o < h+body:
			s = r.item[(o-h)%int64(len(r.item)):]
		case o < r.size():
			s = r.tail[o-h-body:]
		default:
			return n, io.EOF
		}
		n += copy(p[n:], s)
	}
	return n, nil
}

// TestLongMessage reads a message of many items without holding it.
func TestLongMessage(t *testing.T) {
	src := repeated{head: "<newsMessage><itemSet>", item: fmt.Sprintf(g2item, "1", "2026-03-02T10:00:00Z", strings.Repeat("All work and no play. ", 200)), tail: "</itemSet></newsMessage>", n: 1500}
	tr := &wire.Transmission{Feed: "f", Name: "n", Received: received, SHA256: "00", Source: src, Size: src.size()}
	n := 0
	if err := all.Parse(context.Background(), tr, func(r wire.Result) error {
		if r.Article == nil || r.Item != n {
			t.Fatalf("%d: %+v", n, r)
		}
		n++
		return nil
	}); err != nil || n != 1500 {
		t.Fatalf("%d items, %v", n, err)
	}
}

// TestKillsAreFound holds the ways in which agencies withdraw a story.
func TestKillsAreFound(t *testing.T) {
	for name, in := range map[string]string{
		"G2 status":       strings.Replace(fmt.Sprintf(g2item, "3", "2026-03-02T10:00:00Z", "x"), "</itemMeta>", `<pubStatus qcode="stat:canceled"/></itemMeta>`, 1),
		"G2 signal":       strings.Replace(fmt.Sprintf(g2item, "3", "2026-03-02T10:00:00Z", "x"), "</itemMeta>", `<signal qcode="sttinstruct:remove"/></itemMeta>`, 1),
		"G2 headline":     strings.Replace(fmt.Sprintf(g2item, "3", "2026-03-02T10:00:00Z", "x"), "Ferries", "STORY WITHDRAWN-Ferries", 1),
		"G2 note":         strings.Replace(fmt.Sprintf(g2item, "3", "2026-03-02T10:00:00Z", "x"), "</itemMeta>", `<edNote>MANDATORY KILL</edNote></itemMeta>`, 1),
		"ninjs 3":         `{"uri":"urn:x:1","version":"3","pubStatus":"canceled","headlines":[{"value":"Ferries"}]}`,
		"ninjs 1":         `{"uri":"urn:x:1","version":"3","pubstatus":"canceled","headline":"Ferries"}`,
		"NITF":            `<nitf><head><docdata management-status="canceled" management-doc-idref="urn:x:1"><doc-id id-string="urn:x:2"/></docdata></head><body/></nitf>`,
		"NITF, reference": `<nitf><head><docdata management-doc-idref="urn:x:1" management-idref-status="canceled"><doc-id id-string="urn:x:2"/></docdata></head><body/></nitf>`,
		"AP":              `{"uri":"urn:x:1","altids":{"itemid":"x"},"version":3,"editorialtypes":["Kill"],"headline":"Ferries"}`,
	} {
		rs := parse(t, name, []byte(in))
		if len(rs) != 1 || rs[0].Article == nil {
			t.Errorf("%s: %+v", name, rs)
			continue
		}
		a := rs[0].Article
		if a.URI != "urn:x:1" || a.Wire.Change != model.ChangeKill || a.PubStatus != model.Canceled {
			t.Errorf("%s: %s %s %s", name, a.URI, a.Wire.Change, a.PubStatus)
		}
	}
}

func TestDetect(t *testing.T) {
	for in, want := range map[string]string{
		"\ufeff<?xml version='1.0'?>\n<!-- x --><!DOCTYPE nitf [<!ENTITY a 'b>'>]><nitf>": "nitf",
		"<g:newsMessage xmlns:g='x'>":                             "newsml-g2",
		"<NewsML Version='1.2'>":                                  "newsml1",
		"<soap:Envelope><soap:Body><newsItem guid='a'>":           "newsml-g2",
		"<rdf:RDF xmlns:rdf='x'>":                                 "rss",
		"<feed xmlns='http://www.w3.org/2005/Atom'>":              "rss",
		"<!DOCTYPE html><html>":                                   "html",
		"<bookshelf/>":                                            "xml:bookshelf",
		`{"version":"https://jsonfeed.org/version/1","items":[]}`: "jsonfeed",
		`{"format":"digitalwires@0.9.1"}`:                         "dpa",
		`{"data":{"items":[{"item":{}}]}}`:                        "ap",
		`[{"uri":"urn:x:1"}]`:                                     "ninjs",
		`{"colour":"red"}`:                                        "json",
		"\x01abc0001 3 i 10\r\nX\r\n\x02x\x03":                    "iptc7901",
		"\x16\x16\x01a0123\x1fx\r\nr i bc-x 03-02 0100\r\n":       "anpa1312",
		"From: a@b.example\nSubject: x\n\ny":                      "email",
		"Slug: x\nHeadline: y\nDate: z\n\nText":                   "text",
		"PK\x03\x04":                                              "zip",
		"[Port Agnes] Ferries sail":                               "text",
		"":                                                        "text",
	} {
		if got := all.Detect([]byte(in)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	wiretest.Fuzz(f, all.Parse, fmt.Sprintf(g2item, "1", "2026-03-02T10:00:00Z", "x"), `{"uri":"urn:x:1","version":"3","pubstatus":"canceled","headline":"Ferries"}`, "KILL: x\n\ny", string(zipped(f, "a.txt", "Ferries sail")))
}
