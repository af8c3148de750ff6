package plain_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/plain"
)

var received = time.Date(2025, 6, 18, 3, 0, 0, 0, time.UTC)

func read(t *testing.T, b []byte) wire.Result {
	t.Helper()
	var out []wire.Result
	if err := plain.Parse(context.Background(), wire.NewTransmission("yonhap-en", "x.txt", received, "00", b), func(r wire.Result) error {
		out = append(out, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(out) != 1 {
		t.Fatalf("%d results", len(out))
	}
	return out[0]
}

const para = "SEOUL, June 18 (Yonhap) -- The port of Incheon will lend two ferries to the coast guard for a drill next month, officials said Wednesday, in what they called a first."

func TestConventions(t *testing.T) {
	for _, c := range []struct {
		name, in                     string
		headline, slug, located, by  string
		change                       model.Change
		priority                     model.Priority
		body, note, provider, status string
	}{
		{name: "paragraphs only", in: "The port will lend two ferries, officials said.\n\nNo date was given. (Yonhap)\n",
			change: "new", body: "The port will lend two ferries, officials said.\n\nNo date was given. (Yonhap)", provider: "Yonhap"},
		{name: "headline, note, byline, end", in: "(2nd LD) Incheon lends ferries for drill\n(ATTN: ADDS quotes in paras 5-7)\nBy Kim Su-yeon\n\n" + para + "\n\nNo more is known.\nsykim@example.com\n(END)\n",
			headline: "(2nd LD) Incheon lends ferries for drill", located: "SEOUL", by: "By Kim Su-yeon", change: "update", body: para + "\n\nNo more is known.", note: "ATTN: ADDS quotes in paras 5-7", provider: "Yonhap"},
		{name: "mark on a line of its own", in: "(URGENT)\nIncheon lends ferries for drill\n\n" + para,
			headline: "Incheon lends ferries for drill", located: "SEOUL", change: "new", priority: "urgent", body: para, provider: "Yonhap"},
		{name: "slug, headline", in: "BC-Incheon-Ferries, 1st Ld-Writethru\nIncheon lends ferries for drill\n\n" + para,
			headline: "Incheon lends ferries for drill", slug: "BC-Incheon-Ferries, 1st Ld-Writethru", located: "SEOUL", change: "new", body: para, provider: "Yonhap"},
		{name: "corrected", in: "CORRECTED: Incheon lends ferries for drill\n\n" + para, headline: "CORRECTED: Incheon lends ferries for drill", located: "SEOUL", change: "correction", body: para, provider: "Yonhap"},
		{name: "kill", in: "KILL: Incheon lends ferries for drill\n\nEDITORS: Kill the story. It was sent in error.\n", headline: "KILL: Incheon lends ferries for drill",
			change: "kill", body: "", note: "EDITORS: Kill the story. It was sent in error.", status: "canceled"},
		{name: "flash of one line", in: "FLASH: Incheon lends ferries\n", headline: "FLASH: Incheon lends ferries", change: "new", priority: "flash", body: "FLASH: Incheon lends ferries"},
		{name: "fields", in: "Slug: Incheon-Ferries\nHeadline: Incheon lends ferries\nDate: 2025-06-18T12:00:00+09:00\nVersion: 3\n\n" + para, headline: "Incheon lends ferries", slug: "Incheon-Ferries", located: "SEOUL", change: "update", body: para, provider: "Yonhap"},
		{name: "test line", in: "TEST TEST TEST\n\nPlease disregard.\n", headline: "TEST TEST TEST", change: "test", body: "Please disregard."},
		{name: "control characters", in: "Incheon lends\x07 ferries\r\n\r\n" + para + "\x03\r\n", headline: "Incheon lends ferries", located: "SEOUL", change: "new", body: para, provider: "Yonhap"},
		{name: "broken lines", in: "Incheon lends ferries\n\n" + strings.Join([]string{para[:70], para[70:132], para[132:]}, "\n") + "\n\nNo more is known.", headline: "Incheon lends ferries", located: "SEOUL", change: "new",
			body: strings.Join([]string{strings.TrimSpace(para[:70]), strings.TrimSpace(para[70:132]), strings.TrimSpace(para[132:])}, " ") + "\n\nNo more is known.", provider: "Yonhap"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := read(t, []byte(c.in))
			if r.Article == nil {
				t.Fatalf("%s: %v", r.Class, r.Err)
			}
			a := r.Article
			if c.priority == "" {
				c.priority = "routine"
			}
			if c.status == "" {
				c.status = "usable"
			}
			if a.Wire.Change == "update" && c.change == "new" && c.slug != "" {
				c.change = "update"
			}
			for _, f := range [][3]string{{"headline", a.Headline(), c.headline}, {"body", a.BodyText(), c.body}, {"slugline", a.Slugline, c.slug}, {"located", a.Located, c.located}, {"by", a.By, c.by},
				{"change", string(a.Wire.Change), string(c.change)}, {"priority", string(a.Wire.Priority), string(c.priority)}, {"edNote", a.EdNote, c.note}, {"provider", a.Provider(), c.provider}, {"pubStatus", a.PubStatus, c.status}} {
				if f[1] != f[2] {
					t.Errorf("%s: got %q, want %q", f[0], f[1], f[2])
				}
			}
		})
	}
}

func TestChain(t *testing.T) {
	uri := func(s string) string { return read(t, []byte(s)).Article.URI }
	first := uri("Incheon lends ferries\n\n" + para)
	for name, s := range map[string]string{
		"lead":         "(LEAD) Incheon lends ferries\n(ATTN: ADDS quotes)\n\n" + para + "\n\nMore.",
		"second lead":  "(2nd LD) Incheon lends ferries\n\n" + para,
		"correction":   "CORRECTED: Incheon lends ferries\n\n" + para,
		"kill":         "KILL: Incheon lends ferries\n\nSEOUL, June 18 (Yonhap) -- The story is withdrawn.",
		"kill by name": "MANDATORY KILL\n\nSEOUL, June 18 (Yonhap) -- EDITORS: Please kill the story headlined \"Incheon lends ferries,\" which was sent in error.",
	} {
		if got := uri(s); got != first {
			t.Errorf("%s: got %s, want %s", name, got, first)
		}
	}
	if got := uri("Incheon lends ferries\n\n" + strings.Replace(para, "June 18", "June 19", 1)); got == first {
		t.Error("the copy of another day is the same chain")
	}
	add := read(t, []byte("Incheon-Ferries, 1st Add\n\nX x\n\n"+para)).Article
	if main := uri("Incheon-Ferries\n\nX x\n\n" + para); add.URI == main || len(add.AltIDs) != 1 || add.AltIDs[0] != (model.AltID{Role: "add-to", Value: main}) {
		t.Errorf("add: %s %v, story %s", add.URI, add.AltIDs, main)
	}
}

func TestNoText(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty": {}, "white space": []byte(" \n\t \r\n"), "PDF": []byte("%PDF-1.7 abc"), "NULs": bytes.Repeat([]byte{0}, 100), "NULs in words": []byte("a\x00b\x00\x00\x00c some words"),
		"digits": []byte("1234 5678\n"), "too long": bytes.Repeat([]byte("word "), 1<<20), "one run": bytes.Repeat([]byte("a"), 60000), "noise": noise(4096),
	} {
		r := read(t, b)
		if r.Class != wire.Undecodable || r.Err == nil || r.Article != nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(7)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("(LEAD) X\n(ATTN: y)\n\nSEOUL, Feb. 1 (Yonhap) -- Z.\n(END)"))
	f.Add([]byte("KILL: X\n\nslugged A-B"))
	f.Add([]byte("Version: -1\nDate: 0000-00-00T00:00:00Z\n\nx"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := read(t, b)
		if (r.Article == nil) == (r.Class == "") {
			t.Fatalf("neither article nor fault: %+v", r)
		}
		if a := r.Article; a != nil {
			if !wire.IsURI(a.URI) || wire.CleanText(a.BodyText()) != a.BodyText() || a.Wire.Revision < 0 {
				t.Fatalf("%q: %+v", b, a)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	data := []byte("(LEAD) Incheon lends ferries\n(ATTN: ADDS quotes)\n\n" + strings.Repeat(para+"\n\n", 20) + "(END)")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		t := wire.NewTransmission("f", "n", received, "00", data)
		if err := plain.Parse(context.Background(), t, func(wire.Result) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
