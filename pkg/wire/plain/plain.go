// Package plain reads plain text as agencies write it: headline, slug, marks
// such as "(LEAD)", "(ATTN: ...)", "CORRECTED" and "KILL", a dateline, the
// body, "(END)". Text goes in, one article comes out; bytes that are no text
// (binary, empty, noise) give a fault with its reason.
//
// The rules for the headline: a line "Headline: ..." is it; else the first
// line that is no mark, note, slug, byline or date is it when it is of at most
// 200 characters, does not end as a sentence does, is no dateline, and an
// empty line, a byline, a dateline or a note follows. Else there is none: a
// file of paragraphs alone has no headline. Copy of one short line is headline
// and body both.
//
// Reading does not block and keeps nothing; it is safe for concurrent use.
package plain

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
)

// Format is the name of the format on articles.
const Format = "text"

// MaxSize is the size in bytes beyond which text is no story.
const MaxSize = 4 << 20

// Parse reads a transmission of plain text.
func Parse(_ context.Context, t *wire.Transmission, yield wire.Yield) error {
	if t.Size > MaxSize {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "text of %d bytes: a story has at most %d", t.Size, MaxSize))
	}
	raw, err := t.Bytes()
	if err != nil {
		return err
	}
	if reason := NotText(raw); reason != "" {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "%s", reason))
	}
	b, warnings := wire.ToUTF8(raw, t.Charset, "")
	d := t.NewDraft(Format, 0)
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	text := wire.CleanText(string(b))
	if text == "" {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "no text: nothing but white space and control characters"))
	}
	Read(d, text)
	return yield(t.Finish(d))
}

var magics = []struct{ magic, name string }{
	{"%PDF-", "a PDF file"}, {"\x89PNG", "a PNG picture"}, {"\xff\xd8\xff", "a JPEG picture"}, {"GIF8", "a GIF picture"}, {"PK\x03\x04", "a zip file"},
	{"\x1f\x8b", "a gzip file"}, {"\x7fELF", "a program"}, {"MZ\x90", "a program"}, {"ID3", "an audio file"}, {"OggS", "a media file"}, {"RIFF", "a media file"},
	{"\xd0\xcf\x11\xe0", "an OLE document"}, {"{\\rtf", "an RTF document"}, {"SQLite format 3", "a database"}, {"Rar!", "a RAR file"}, {"7z\xbc\xaf", "a 7z file"},
	{"BZh", "a bzip2 file"}, {"\xfd7zXZ", "an xz file"}, {"II*\x00", "a TIFF picture"}, {"MM\x00*", "a TIFF picture"}, {"\x28\xb5\x2f\xfd", "a zstd file"},
}

// NotText says why bytes are no text, empty when they may be.
func NotText(b []byte) string {
	if len(b) == 0 {
		return "empty file"
	}
	for _, m := range magics {
		if bytes.HasPrefix(b, []byte(m.magic)) {
			return "not text: " + m.name
		}
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return "empty: nothing but white space"
	}
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return ""
	}
	sample := b
	if len(sample) > 64<<10 {
		sample = sample[:64<<10]
	}
	nul, control, letters, high := 0, 0, 0, 0
	word, longest := 0, 0
	for _, c := range sample {
		switch {
		case c == 0:
			nul++
		case c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f', c == 0x7f:
			control++
		case c >= 0x80:
			high++
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		}
		if c <= ' ' {
			word = 0
		} else if c < 0x80 {
			word++
			longest = max(longest, word)
		}
	}
	n := len(sample)
	halves := n >= 4 && (sample[0] == 0) != (sample[1] == 0) && (sample[2] == 0) != (sample[3] == 0)
	switch {
	case nul*4 > n && !halves, nul > 0 && nul*4 <= n && nul*100 > n:
		return fmt.Sprintf("binary: %d NUL bytes among the first %d", nul, n)
	case !halves && control*20 > n:
		return fmt.Sprintf("binary: %d control bytes among the first %d", control, n)
	case letters+high == 0 && !halves:
		return "no text: not one letter"
	case !halves && high*4 > n && !utf8.Valid(trimRune(sample)) && !plausibleLegacy(sample):
		return "binary: neither UTF-8 nor the text of an older charset"
	case longest > 20000 && longest*2 > n:
		return "noise: one run of characters without a space"
	}
	return ""
}

// plausibleLegacy tells 8-bit text from noise: text has spaces, and few of
// the bytes that are controls in the 8-bit charsets.
func plausibleLegacy(b []byte) bool {
	c1, space := 0, 0
	for _, c := range b {
		switch {
		case c >= 0x80 && c < 0xa0:
			c1++
		case c == ' ', c == '\n':
			space++
		}
	}
	return space*40 > len(b) && c1*10 < len(b)
}

// trimRune takes a cut-off sequence from the end.
func trimRune(b []byte) []byte {
	for i := 1; i <= 3 && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

var (
	field    = regexp.MustCompile(`(?i)^(slug(?:line)?|headline|title|by|byline|author|date|published|updated|time|version|embargo(?:ed)?|edit(?:ors|or's note)|note|id|guid|urn|uri|source|provider|credit|keywords?|category|priority|urgency|language|dateline|place|subject|copyright|body|text)\s*:\s*(.*)$`)
	byShape  = regexp.MustCompile(`^(?:By|BY|by|Von|VON|Par|PAR|Por|POR|di|Di|Door|Av|Af)\s+[\p{Lu}][\p{L}'’.\-]+(?:[ ,&]+(?:and|und|et|y|e|en|og|och|in|de|van|von|for|[\p{Lu}][\p{L}'’.\-]*)){0,12}[.,]?$`)
	endMark  = regexp.MustCompile(`(?i)^\W*(?:\((?:end|ende|fin|fine|ends|mehr|more|slut|loppu)\)|end|ends|ende|fin|-?30-?|-?0-?|#{2,}|=|/{3,}|nnnn|more|mehr folgt|ends\s*///?)\W*$`)
	mailLine = regexp.MustCompile(`^<?[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}>?$`)
	noteOpen = regexp.MustCompile(`(?i)^[(\[*]*\s*(?:attn|eds|editors|attention editors|editor's note|editors' note|note to editors|eds note|achtung redaktionen|hinweis)\b\s*[.:;,–—-]`)
	wordSlug = regexp.MustCompile(`^\p{Lu}{3,}(?: [\p{L}\p{N}-]+){0,3}$`)
	// creditLine is the line under a byline, stampLine the last line of ANPA copy.
	creditLine = regexp.MustCompile(`^(?:[\p{Lu}][\p{L}'’.&-]*\s+){1,5}(?:Writers?|Press|Correspondents?|Editors?|Service|Reporters?)$`)
	stampLine  = regexp.MustCompile(`^[A-Z]{2,4}-[A-Z]{2,4}-(\d{2})-(\d{2})-(\d{2})\s+(\d{2})(\d{2})\s?([A-Z]{3,4})<?$`)
	endSaid    = regexp.MustCompile(`\(([\p{Lu}][\p{L}/ -]{1,24})\)\s*$`)
)

// services are the names by which agencies sign; the value is their name.
var services = map[string]string{
	"yonhap": "Yonhap", "yna": "Yonhap", "reuters": "Reuters", "ap": "AP", "afp": "AFP", "dpa": "dpa", "upi": "UPI", "tass": "TASS", "itar-tass": "TASS", "xinhua": "Xinhua",
	"kyodo": "Kyodo", "jiji": "Jiji", "efe": "EFE", "ansa": "ANSA", "apa": "APA", "belga": "Belga", "pa": "PA", "pa media": "PA", "sda": "SDA", "keystone-sda": "Keystone-SDA", "ats": "ATS",
	"tt": "TT", "ntb": "NTB", "stt": "STT", "lusa": "Lusa", "anp": "ANP", "ritzau": "Ritzau", "interfax": "Interfax", "ria novosti": "RIA Novosti", "ukrinform": "Ukrinform",
	"pti": "PTI", "ani": "ANI", "aap": "AAP", "cp": "The Canadian Press", "bloomberg": "Bloomberg", "kcna": "KCNA", "irna": "IRNA", "anadolu": "Anadolu", "aa": "Anadolu", "pap": "PAP", "ctk": "CTK", "čtk": "CTK",
}

// Read fills a draft from text that is clean (wire.CleanText).
func Read(d *wire.Draft, text string) {
	lines := strings.Split(text, "\n")
	h := header{d: d, lines: lines}
	h.read()
	body := strings.Join(lines[h.at:], "\n")
	body = tail(d, body)
	if wrapped(body) {
		body = wire.Unwrap(body)
	}
	d.Body = wire.CleanText(body)
	if d.Headline == "" && d.Body != "" && !strings.Contains(d.Body, "\n") && utf8.RuneCountInString(d.Body) <= 120 && !sentence(d.Body) {
		d.Headline = d.Body
	}
	if d.Body == "" && d.Headline != "" && h.marks.Change == "" && len(d.Notes) == 0 {
		d.Body = d.Headline
	}
	dl, ok := wire.ReadDateline(d.Body)
	if ok {
		if d.Located == "" {
			d.Located = dl.Place
		}
		d.SetProvider(Service(dl.Service))
		d.Day = dl.MonthDay()
	} else if m := endSaid.FindStringSubmatch(d.Body); m != nil && services[strings.ToLower(m[1])] != "" {
		d.SetProvider(Service(m[1]))
	}
	if d.Day == "" && !d.VersionCreated.IsZero() {
		d.Day = d.VersionCreated.Format("01-02")
	}
	d.Change = wire.Stricter(d.Change, h.marks.Change)
	d.Priority = wire.Higher(d.Priority, h.marks.Priority)
	marks := wire.ReadMarks(d.Headline)
	marks.Join(wire.ReadMarks(d.Slugline))
	if first, _, _ := strings.Cut(d.Body, "\n"); d.Headline == "" && len(first) < 600 {
		m := wire.ReadMarks(first)
		d.Change, d.Priority = wire.Stricter(d.Change, m.Change), wire.Higher(d.Priority, m.Priority)
		if m.Change == model.ChangeCorrection {
			target(d) // a notice that tells of a mistake in a story
		}
	}
	kill := d.Change == model.ChangeKill || marks.Change == model.ChangeKill || killText(d.Body)
	for _, n := range d.Notes {
		kill = kill || wire.ReadNote(n.Text).Change == model.ChangeKill
	}
	if kill {
		d.Change = wire.Stricter(d.Change, model.ChangeKill)
		target(d)
	}
}

var killBody = regexp.MustCompile(`^(?:MANDATORY |BULLETIN )?KILL\b[:\s]|^(?:STORY|ITEM) (?:WITHDRAWN|KILLED)\b|(?i)^[(\[]?(?:attn[:.]? |attention[:,]? )?(?:eds|editors|subscribers)\b[^.\n]{0,120}\b(?:kill|withdraw|withdrawn|disregard)\b`)

func killText(body string) bool { return len(body) < 3000 && killBody.MatchString(body) }

// target settles which story a kill names.
func target(d *wire.Draft) {
	if d.Target != "" {
		return
	}
	var b strings.Builder
	b.WriteString(d.Body)
	for _, n := range d.Notes {
		b.WriteString("\n" + n.Text)
	}
	text := b.String()
	id, slug, headline := wire.KillTarget(text)
	if day := wire.TargetDay(text); day != "" && d.Day == "" {
		d.Day = day
	}
	switch rest := wire.ReadMarks(d.Headline).Rest; {
	case id != "":
		d.Target = id
	case slug != "":
		d.Key = slug
	case d.Slugline != "" && wire.ReadMarks(d.Slugline).Rest != "":
	case headline != "":
		d.Key = wire.ReadMarks(headline).Rest
	case rest != "":
		d.Key = rest
	}
}

// Service is the name of an agency as it signs itself, from the way that a
// dateline or header writes it; what is not known stays as it is.
func Service(s string) string {
	if n := services[strings.ToLower(strings.TrimSpace(s))]; n != "" {
		return n
	}
	return s
}

// header walks the lines before the body.
type header struct {
	d     *wire.Draft
	lines []string
	at    int
	marks wire.Marks
	open  bool // a headline may still come
}

func (h *header) read() {
	h.open = true
	for steps := 0; h.at < len(h.lines) && steps < 40; steps++ {
		line := strings.TrimSpace(h.lines[h.at])
		if line == "" {
			h.at++
			continue
		}
		if !h.line(line) {
			return
		}
	}
}

// line takes one line of the header and tells whether it was one.
func (h *header) line(line string) bool {
	d := h.d
	if noteOpen.MatchString(line) || strings.HasPrefix(line, "(ATTN") || enclosedNote(line) {
		h.note()
		return true
	}
	if d.By != "" && len(line) < 60 && creditLine.MatchString(line) {
		d.By += ", " + line
		h.at++
		return true
	}
	if m := field.FindStringSubmatch(line); m != nil && len(line) < 1000 {
		return h.field(strings.ToLower(m[1]), strings.TrimSpace(m[2]))
	}
	if m := wire.ReadMarks(line); m.Rest == "" && len(line) < 80 && (m.Change != "" || m.Priority != "" || m.Held) {
		h.marks.Join(m)
		if m.Held {
			d.AddNote("embargo", line)
		}
		h.at++
		return true
	}
	if _, ok := wire.ReadDateline(line); ok {
		return false
	}
	if d.Slugline == "" && h.open && d.Headline == "" && len(line) < 90 && wire.IsSlug(line) && h.more() {
		d.Slugline = line
		h.at++
		return true
	}
	if byShape.MatchString(line) && len(line) < 160 {
		d.By = line
		h.at++
		return true
	}
	if len(line) < 64 && d.VersionCreated.IsZero() {
		if _, kind := wire.ParseTime(line, nil); kind == wire.Zoned || kind == wire.Unzoned {
			d.VersionCreated = d.Time("date line", line, false)
			h.at++
			return true
		}
	}
	if h.open && d.Headline == "" {
		return h.headline(line)
	}
	return false
}

// enclosedNote tells a line in parentheses that says what the version does.
func enclosedNote(line string) bool {
	if !strings.HasPrefix(line, "(") || strings.IndexByte(line, ')') != len(line)-1 || len(line) > 600 {
		return false
	}
	return len(strings.Fields(line)) > 1 && wire.ReadMarks(line).Rest != "" && wire.ReadNote(line).Change != ""
}

// headline takes the line as the headline when the rules say so.
func (h *header) headline(line string) bool {
	h.open = false
	if utf8.RuneCountInString(line) > 200 || sentence(line) || endMark.MatchString(line) {
		return false
	}
	if !unicode.IsLetter(firstLetter(line)) {
		return false
	}
	next, gap := h.next(h.at + 1)
	if next < 0 {
		return false
	}
	follow := strings.TrimSpace(h.lines[next])
	if h.d.Slugline == "" && wordSlug.MatchString(line) && !sentence(follow) && utf8.RuneCountInString(follow) <= 120 && !byShape.MatchString(follow) {
		// PA's slug in words, then the headline, then a byline or dateline.
		if after, _ := h.next(next + 1); after >= 0 {
			a := strings.TrimSpace(h.lines[after])
			if _, ok := wire.ReadDateline(a); ok || byShape.MatchString(a) {
				h.d.Slugline = line
				h.at++
				h.open = true
				return true
			}
		}
	}
	_, dateline := wire.ReadDateline(follow)
	if !gap && !dateline && !byShape.MatchString(follow) && !noteOpen.MatchString(follow) && !strings.HasPrefix(follow, "(ATTN") {
		// A headline on two lines, or paragraphs without empty lines between.
		after, gap2 := h.next(next + 1)
		if after < 0 || sentence(follow) || utf8.RuneCountInString(follow) > 100 {
			if utf8.RuneCountInString(follow) < 2*utf8.RuneCountInString(line) {
				return false
			}
			h.d.Headline = line
			h.at++
			return true
		}
		if !gap2 {
			return false
		}
		h.d.Headline = line + " " + follow
		h.at = next + 1
		return true
	}
	h.d.Headline = line
	h.at++
	return true
}

func firstLetter(s string) rune {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return 'a'
		}
	}
	return 0
}

// next finds the next line with text and tells whether an empty one is between.
func (h *header) next(from int) (int, bool) {
	gap := false
	for i := from; i < len(h.lines); i++ {
		if strings.TrimSpace(h.lines[i]) != "" {
			return i, gap
		}
		gap = true
	}
	return -1, gap
}

func (h *header) more() bool {
	n, _ := h.next(h.at + 1)
	return n >= 0
}

// note takes an "(ATTN: ...)" over its lines.
func (h *header) note() {
	var parts []string
	open := 0
	for n := 0; h.at < len(h.lines) && n < 12; n++ {
		line := strings.TrimSpace(h.lines[h.at])
		if line == "" {
			break
		}
		parts = append(parts, line)
		h.at++
		open += strings.Count(line, "(") - strings.Count(line, ")")
		if open <= 0 {
			break
		}
	}
	s := strings.Join(parts, " ")
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s = s[1 : len(s)-1]
	}
	h.d.AddNote("attention", s)
}

func (h *header) field(name, value string) bool {
	d := h.d
	if value == "" && name != "body" && name != "text" {
		h.at++
		return true
	}
	switch name {
	case "slug", "slugline":
		d.Slugline = value
	case "headline", "title":
		d.Headline = value
	case "by", "byline", "author":
		d.By = value
	case "date", "published", "updated", "time":
		v, kind := wire.ParseTime(value, nil)
		if kind == wire.NoTime || v.IsZero() {
			return false
		}
		d.VersionCreated = d.Time(name, value, true)
	case "version":
		d.Number = value
	case "embargo", "embargoed":
		if _, kind := wire.ParseTime(value, nil); kind == wire.Zoned || kind == wire.Unzoned {
			d.EmbargoedUntil = d.Time("embargo", value, false)
		} else {
			d.AddNote("embargo", "EMBARGO: "+value)
		}
	case "editors", "editor's note", "note":
		d.AddNote("note", name+": "+value)
	case "id", "guid", "urn", "uri":
		if name == "urn" && !strings.HasPrefix(value, "urn:") {
			value = "urn:" + value
		}
		d.ID = value
	case "source", "provider", "credit":
		d.SetProvider(Service(value))
	case "keyword", "keywords", "category", "subject":
		for k := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
			d.AddKeyword(k)
		}
	case "urgency", "priority":
		if len(value) == 1 {
			d.SetUrgency(value)
		} else {
			_, p := wire.Signal(value)
			d.Priority = wire.Higher(d.Priority, p)
		}
	case "language":
		d.Language = value
	case "dateline", "place":
		d.Located = value
	case "copyright":
		d.CopyrightNotice = value
	case "body", "text":
		h.lines[h.at] = value
		return false
	}
	h.at++
	return true
}

// tail takes end marks and the reporter's address from the end of the body.
func tail(d *wire.Draft, body string) string {
	if i := strings.LastIndex(body, "(END)"); i >= 0 && len(body)-i < 400 {
		body = body[:i]
	}
	for range 6 {
		body = strings.TrimRightFunc(body, unicode.IsSpace)
		i := strings.LastIndexByte(body, '\n')
		last := strings.TrimSpace(body[i+1:])
		if m := stampLine.FindStringSubmatch(last); m != nil && i >= 0 {
			if d.VersionCreated.IsZero() {
				d.VersionCreated = d.Time("date", "20"+m[3]+"-"+m[1]+"-"+m[2]+" "+m[4]+":"+m[5]+":00 "+m[6], false)
			}
			body = body[:i]
			continue
		}
		if i < 0 || !endMark.MatchString(last) && !mailLine.MatchString(last) {
			break
		}
		body = body[:i]
	}
	return body
}

// sentence tells whether a line ends as running text does.
func sentence(s string) bool {
	s = strings.TrimRight(s, "\"'”’»)")
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "。") && !strings.HasSuffix(s, ";") && !strings.HasSuffix(s, ",") {
		return false
	}
	if strings.HasSuffix(s, ".") {
		w := s[strings.LastIndexByte(s, ' ')+1:]
		if strings.Count(w, ".") > 1 && len(w) <= 8 { // "U.S.", "a.m."
			return false
		}
	}
	return true
}

// wrapped tells whether text was broken to a width of up to 100 columns.
func wrapped(s string) bool {
	long, full, inner := 0, 0, 0
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		n := utf8.RuneCountInString(l)
		if n > 100 {
			long++
		}
		if i+1 < len(lines) && strings.TrimSpace(l) != "" && strings.TrimSpace(lines[i+1]) != "" {
			inner++
			if n >= 40 {
				full++
			}
		}
	}
	return long == 0 && inner > 0 && full*2 >= inner
}
