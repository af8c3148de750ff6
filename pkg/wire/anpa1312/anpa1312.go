// Package anpa1312 reads ANPA 1312 text messages, as American agencies send
// them: SYN SYN SOH, service and number, a line with priority, category, slug,
// date and word count, and the text between STX and ETX, whose header lines
// begin with "^" and end with "<".
//
// The format has no id that lasts: the chain is guessed from day and slug. The
// last line gives the day, time and zone. Reading does not block and is safe
// for concurrent use.
package anpa1312

import (
	"bytes"
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/plain"
)

// Format is the name of the format on articles.
const Format = "anpa1312"

// MaxSize is the size in bytes of the largest transmission that is read.
const MaxSize = 64 << 20

const (
	soh = 0x01
	stx = 0x02
	etx = 0x03
	eot = 0x04
	us  = 0x1f
)

var (
	first  = regexp.MustCompile(`^([A-Za-z])(\d{3,4})(?:[\x1f\x1c\x1d\x1e]([A-Za-z0-9 .-]*))?`)
	second = regexp.MustCompile(`(?i)^[\x11-\x1f ]*([fbundrawsx])[\x1f ]+([a-z])[\x1f ]*([\x11-\x14]*)[\x1f ]*(?:((?:am|pm|bc)-)?([^\x1f]*?))?[\x1f ]+(\d{1,2})-(\d{1,2})(?:-(\d{2}))?[\x1f ]+(\d{2,5})`)
	last   = regexp.MustCompile(`(?:([A-Za-z]+)-([A-Za-z]+)-)?(\d{2})-(\d{2})-(\d{2,4})\s+(\d{2}):?(\d{2})\s*([A-Z]{3,4})?`)
	edsRe  = regexp.MustCompile(`(?i)^(?:eds|editors|note|ed)\b\.?\s*[:.,]?\s*`)
	byRe   = regexp.MustCompile(`^(?:By|BY|by)\s+\S`)
	credit = regexp.MustCompile(`(?i)(?:writer|press|editor|correspondent|service|news)\s*$`)
)

// Detect tells whether bytes begin as an ANPA 1312 message does.
func Detect(b []byte) bool {
	b = bytes.TrimLeft(b, "\r\n \x00")
	n := 0
	for n < len(b) && b[n] == 0x16 {
		n++
	}
	if n == 0 || n >= len(b) || b[n] != soh {
		if len(b) == 0 || b[0] != soh {
			return false
		}
		rest := b[1:]
		m := first.Find(rest)
		return m != nil && len(m) < len(rest) && (rest[len(m)] == '\r' || rest[len(m)] == '\n' || bytes.IndexByte(m, us) > 0)
	}
	return true
}

// Parse reads a transmission of ANPA 1312 messages.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	if t.Size > MaxSize {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "ANPA 1312: %d bytes: at most %d are read", t.Size, MaxSize))
	}
	b, err := t.Bytes()
	if err != nil {
		return err
	}
	n := 0
	for {
		i := bytes.IndexByte(b, soh)
		if i < 0 {
			break
		}
		b = b[i+1:]
		msg := b
		if end := bytes.IndexByte(b, soh); end >= 0 {
			msg, b = b[:end], b[end:]
		} else {
			b = nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(read(t, n, msg)); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "ANPA 1312: no start of header"))
	}
	return nil
}

func read(t *wire.Transmission, item int, msg []byte) wire.Result {
	if i := bytes.IndexByte(msg, eot); i >= 0 {
		msg = msg[:i]
	}
	start := bytes.IndexByte(msg, stx)
	if start < 0 {
		return wire.Fault(Format, item, wire.Undecodable, "ANPA 1312: no start of text (STX)")
	}
	d := t.NewDraft(Format, item)
	end := bytes.IndexByte(msg, etx)
	var trailer []byte
	if end > start {
		trailer = msg[end+1:]
	} else {
		d.Warn("text-cut-off: no end of text (ETX)")
		end = len(msg)
	}
	pre := header(d, msg[:start])
	when(d, t, trailer)
	u, warnings := wire.ToUTF8(msg[start+1:end], t.Charset, "")
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	raw := string(u)
	if strings.ContainsAny(raw, "\x12") {
		pre = true
	}
	if !fill(d, raw, pre) {
		return wire.Fault(Format, item, wire.Invalid, "ANPA 1312: a message without text")
	}
	return t.Finish(d)
}

// header reads the lines before the text and tells whether the text is tabular.
func header(d *wire.Draft, b []byte) bool {
	u, _ := wire.ToUTF8(b, "", "")
	pre := false
	seen := false
	for i, l := range strings.FieldsFunc(string(u), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if m := first.FindStringSubmatch(l); m != nil && i == 0 {
			d.AddAltID("number", m[1]+m[2])
			l = strings.TrimLeft(l[len(m[0]):], "\x1f ")
			if l == "" {
				continue
			}
		}
		m := second.FindStringSubmatch(l)
		if m == nil || seen {
			continue
		}
		seen = true
		switch strings.ToLower(m[1]) {
		case "f":
			d.SetUrgency("1")
		case "b":
			d.SetUrgency("2")
		case "u":
			d.SetUrgency("3")
		case "n", "d", "s", "w", "x":
			d.SetUrgency("5")
		case "a":
			d.Service = "" // an advance: the slug says until when
			d.SetUrgency("5")
		default:
			d.SetUrgency("4")
		}
		d.AddSubject(model.Subject{Literal: strings.ToLower(m[2]), Rel: "category"})
		pre = strings.ContainsAny(m[3], "\x12")
		d.Slugline = slug(m[4] + m[5])
		if d.Day == "" {
			d.Day = pad(m[6]) + "-" + pad(m[7])
		}
	}
	return pre
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func slug(s string) string {
	s = wire.CleanLine(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s))
	return strings.Trim(s, " ,<^")
}

// when reads "AP-NY-06-18-25 1230GMT".
func when(d *wire.Draft, t *wire.Transmission, b []byte) {
	m := last.FindSubmatch(b)
	if m == nil {
		return
	}
	num := func(i int) int { n, _ := strconv.Atoi(string(m[i])); return n }
	year := num(5)
	if year < 100 {
		if year += 2000; year > 2069 {
			year -= 100
		}
	}
	month, day, hour, minute := num(3), num(4), num(6), num(7)
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 {
		d.Warn("%s: %.40q", wire.WarnDateUnread, m[0])
		return
	}
	s := time.Date(year, time.Month(month), day, hour, minute, 0, 0, time.UTC).Format("2006-01-02 15:04:05")
	if z := string(m[8]); z != "" {
		s += " " + z
	}
	d.VersionCreated = d.Time("date", s, false)
	if len(m[1]) > 0 {
		d.SetProvider(plain.Service(string(m[1])))
	}
}

// fill reads the text: header lines, then paragraphs.
func fill(d *wire.Draft, raw string, pre bool) bool {
	raw = strings.ReplaceAll(raw, "\r\n", "\n")
	raw = strings.ReplaceAll(raw, "\r", "\n")
	var heads, body []string
	inBody := false
	for l := range strings.SplitSeq(raw, "\n") {
		t := strings.TrimRight(l, " ")
		if !inBody && strings.HasPrefix(strings.TrimLeft(t, " "), "^") {
			heads = append(heads, strings.TrimSpace(t))
			continue
		}
		if !inBody && strings.TrimSpace(t) == "" {
			continue
		}
		inBody = true
		if strings.HasPrefix(strings.TrimSpace(t), "^") && !pre {
			t = "\t" + strings.Trim(strings.TrimSpace(t), "^<=")
		}
		body = append(body, t)
	}
	titles(d, heads)
	if len(heads) == 0 {
		text := wire.CleanText(raw)
		if text == "" {
			return false
		}
		slugline := d.Slugline
		plain.Read(d, dress(text))
		if slugline != "" {
			d.Slugline = slugline
		}
		return true
	}
	if pre {
		if d.Service == "" {
			d.Service = "tabular"
		}
		d.Body = wire.CleanText(dress(strings.ReplaceAll(strings.Join(body, "\n"), "<", "")))
	} else {
		d.Body = paragraphs(body)
	}
	if dl, ok := wire.ReadDateline(d.Body); ok {
		d.Located = dl.Place
		d.SetProvider(plain.Service(dl.Service))
	}
	return d.Body != "" || d.Headline != "" || d.Slugline != ""
}

// titles reads the header lines: keywords, headline, notes, byline.
func titles(d *wire.Draft, heads []string) {
	for i, h := range heads {
		last := strings.HasSuffix(h, "=")
		h = dress(strings.Trim(h, "^<=- "))
		switch {
		case h == "":
		case edsRe.MatchString(h) && edsRe.FindString(h) != "" && strings.ContainsAny(edsRe.FindString(h), ":.,"):
			d.AddNote("eds", h)
		case byRe.MatchString(h):
			d.By = wire.CleanLine(h)
		case i == 0 && d.Headline == "" && (wire.IsSlug(h) || d.Slugline == "" && len(heads) > 1):
			if d.Slugline == "" {
				d.Slugline = slug(h)
			}
		case i == 0 && d.Slugline != "" && wire.SameKey(h, d.Slugline):
		case d.By != "" && (last || credit.MatchString(h)):
			if credit.MatchString(h) {
				d.By += ", " + h
			}
		case d.Headline == "" && !credit.MatchString(h):
			d.Headline = h
		case d.Headline == "":
			d.SetProvider(h)
		default:
			d.AddNote("header", h)
		}
	}
	if d.Headline == "" && d.Slugline == "" && len(heads) > 0 {
		d.Headline = dress(strings.Trim(heads[0], "^<= "))
	}
}

// paragraphs joins lines: a tab or indent begins a paragraph.
func paragraphs(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		t := strings.TrimSpace(strings.TrimRight(l, "< "))
		if t == "" {
			continue
		}
		switch {
		case b.Len() == 0:
		case strings.HasPrefix(l, "\t") || strings.HasPrefix(l, "   "):
			b.WriteString("\n\n")
		default:
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return wire.CleanText(dress(b.String()))
}

// dress turns the typewriter's signs into characters.
func dress(s string) string {
	s = strings.NewReplacer("``", `"`, "''", `"`, " _ ", " — ", "\t", " ").Replace(s)
	return strings.TrimSpace(s)
}
