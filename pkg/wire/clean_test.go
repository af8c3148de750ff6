package wire

import "testing"

func TestUnwrap(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "The first line of a paragraph that was broken\nto a width.\n\nThe next.", "The first line of a paragraph that was broken to a width.\n\nThe next."},
		{"dash in a sentence", "Fairly long line that ends without a full stop\n- and goes on after a dash that came first in its\nline.", "Fairly long line that ends without a full stop - and goes on after a dash that came first in its line."},
		{"list", "Three things were said on Monday at the harbour:\n- ferries that sail in the month of April and\n  later on\n- costs", "Three things were said on Monday at the harbour:\n- ferries that sail in the month of April and later on\n- costs"},
		{"table", "Agnes     3   2   1\nBoras     3   1   2", "Agnes     3   2   1\nBoras     3   1   2"},
		{"indents begin paragraphs", "  The first paragraph is long enough to be broken\nhere.\n  The second paragraph.", "The first paragraph is long enough to be broken here.\n\nThe second paragraph."},
		{"verse", "Short line\nshort line", "Short line\nshort line"},
	} {
		if got := Unwrap(c.in); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\r\nb\rc", "a\nb\nc"},
		{"  a \u00a0b\u00ad\u200bc\x00\x07\x7f\u0085 ", "a  bc"},
		{"\ufeffa\n\n\n\n\nb", "a\n\nb"},
		{"a\n   b", "a\n   b"},
		{"a\xffb", "a\uFFFDb"},
		{"", ""},
		{"\n \n", ""},
	} {
		got := CleanText(c.in)
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
		if again := CleanText(got); again != got {
			t.Errorf("%q: cleaned twice: %q", got, again)
		}
	}
}

func TestHTMLText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "<p>One  <b>two</b>.</p><p>Three&nbsp;&eacute;</p>", "One two.\n\nThree é"},
		{"lists", "<p>A:</p><ul><li>b</li><li>c<ol><li>d</li></ol></li></ul>e", "A:\n\n- b\n- c\n1. d\n\ne"},
		{"table", "<table><tr><td></td><th>x</th></tr><tr><td>1</td><td><p>2</p></td></tr></table>", "| x\n1 | 2"},
		{"breaks", "a<br/>b<br><br>c", "a\nb\n\nc"},
		{"scripts", "<script>var a='<p>x</p>'</script><style>p{}</style><p>y</p>", "y"},
		{"pre", "<pre>a   b\n  c</pre>", "a   b\n  c"},
		{"not closed", "<p>a<p>b<div>c", "a\n\nb\n\nc"},
		{"plain", "a & b", "a & b"},
	} {
		if got := HTMLText(c.in); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2026-03-02T10:00:00+01:00":     "2026-03-02T10:00:00+01:00",
		"2026-03-02T10:00:00.123Z":      "2026-03-02T10:00:00Z",
		"20260302T100000+0100":          "2026-03-02T10:00:00+01:00",
		"20260302T100000Z":              "2026-03-02T10:00:00Z",
		"20260302T100000":               "2026-03-02T10:00:00Z",
		"Mon, 02 Mar 2026 10:00:00 GMT": "2026-03-02T10:00:00Z",
		"Mon, 2 Mar 2026 10:00:00 EST":  "2026-03-02T10:00:00-05:00",
		"2026-03-02 10:00:00 KST":       "2026-03-02T10:00:00+09:00",
		"2026-03-02":                    "2026-03-02T00:00:00Z",
		"0000-00-00T00:00:00Z":          "",
		"0001-01-01T00:00:00Z":          "",
		"9999-01-01T00:00:00Z":          "",
		"2026-02-30T10:00:00Z":          "",
		"yesterday":                     "",
		"2026":                          "",
	} {
		got := ""
		if v, kind := ParseTime(in, nil); kind != NoTime {
			got = v.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestReadDateline(t *testing.T) {
	for in, want := range map[string]Dateline{
		"SEOUL, Feb. 11 (Yonhap) -- North Korea":           {Place: "SEOUL", Service: "Yonhap", Month: 2, Day: 11},
		"Berlin (dpa) - Die Bahn":                          {Place: "Berlin", Service: "dpa"},
		"CAPE CANAVERAL, Fla. (EP) — A pair":               {Place: "CAPE CANAVERAL, Fla.", Service: "EP"},
		"(ANSA) - ROMA, 03 GIU - Il governo":               {Place: "ROMA", Service: "ANSA", Month: 6, Day: 3},
		"Madrid, 3 jun (EFE).- El Gobierno":                {Place: "Madrid", Service: "EFE", Month: 6, Day: 3},
		"Paris, 3 juin 2025 (AFP) - Le président":          {Place: "Paris", Service: "AFP", Month: 6, Day: 3, Year: 2025},
		"LONDON, June 3 (Reuters) - Oil fell":              {Place: "LONDON", Service: "Reuters", Month: 6, Day: 3},
		"Lisboa, 03 jun 2025 (Lusa) – O governo":           {Place: "Lisboa", Service: "Lusa", Month: 6, Day: 3, Year: 2025},
		"BEIJING -- China said":                            {Place: "BEIJING"},
		"Kim held talks in Pyongyang (on Monday) - and so": {},
		"The minister said - on Monday - that":             {},
	} {
		got, _ := ReadDateline(in)
		got.Len = 0
		if got != want {
			t.Errorf("%q: got %+v, want %+v", in, got, want)
		}
	}
}

func TestHoldUntil(t *testing.T) {
	version, _ := ParseTime("2026-06-05T10:00:00-04:00", nil)
	for in, want := range map[string]string{
		"HOLD FOR RELEASE 6 p.m. EDT June 8":       "2026-06-08T18:00:00-04:00",
		"embargoed until 0001 GMT 9 June 2026":     "2026-06-09T00:01:00Z",
		"embargoed until 06:30 GMT on 9 June 2026": "2026-06-09T06:30:00Z",
		"Adv08":                     "2026-06-08T00:00:00-04:00",
		"Adv02":                     "2026-07-02T00:00:00-04:00",
		"Sperrfrist: 8. Juni 19.00": "2026-06-08T19:00:00-04:00",
		"hold for release":          "",
	} {
		got := ""
		if v, ok := HoldUntil(in, version, version, nil); ok {
			got = v.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestResidue(t *testing.T) {
	for in, want := range map[string]string{
		"AT&amp;T said <b>no</b>.": "AT&T said no.",
		"if a < b && c > d":        "if a < b && c > d",
		"R&D; and &unknown;":       "R&D; and &unknown;",
		"one<br/>two</p>":          "one\ntwo",
	} {
		if got := residue(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
