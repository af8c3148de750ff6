// Package iptc7901 reads IPTC 7901 text messages: header, catchline and text
// between the transmission controls SOH, STX, ETX and EOT, any number of them
// in one transmission. The order of the header is source and number, priority,
// category, word count (IPTC 7901, sections 3 and 4).
//
// The format has no id that lasts, since numbers belong to transmissions: the
// chain is guessed from the day and the slug, or the headline where the
// catchline is a list of keywords. Times are local to the agency: a feed's
// time zone makes them exact. What follows the words that it is not for
// publication is left out.
//
// Reading does not block and is safe for concurrent use.
package iptc7901

import (
	"bytes"
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/plain"
)

// Format is the name of the format on articles.
const Format = "iptc7901"

// MaxSize is the size in bytes of the largest transmission that is read.
const MaxSize = 64 << 20

const (
	soh = 0x01
	stx = 0x02
	etx = 0x03
	eot = 0x04
)

// Detect tells whether bytes begin as an IPTC 7901 message does.
func Detect(b []byte) bool {
	i := bytes.IndexByte(b[:min(len(b), 64)], soh)
	if i < 0 || len(bytes.Trim(b[:i], "\r\n \x00\x16\x7f")) > 0 || bytes.HasPrefix(bytes.TrimLeft(b, "\r\n "), []byte{0x16, 0x16, soh}) {
		return false
	}
	end := bytes.IndexAny(b[i:], "\r\n\x02")
	return end > 0 && head.Match(bytes.TrimSpace(b[i+1:i+end]))
}

var head = regexp.MustCompile(`^(?:ZCZC\s+)?([A-Za-z]{1,8}?)\s?(\d{1,5})?\s+([1-9])\s+([A-Za-z]{1,5})\s*(\d{1,6})?(?:\s+(.*))?$`)

// Parse reads a transmission of IPTC 7901 messages.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	if t.Size > MaxSize {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "IPTC 7901: %d bytes: at most %d are read", t.Size, MaxSize))
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
		end := bytes.IndexByte(b, soh)
		msg := b
		if end >= 0 {
			msg = b[:end]
			b = b[end:]
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
		return yield(wire.Fault(Format, 0, wire.Undecodable, "IPTC 7901: no start of header"))
	}
	return nil
}

var (
	stamp   = regexp.MustCompile(`(\d{2})(\d{2})(\d{2})\s*(?:(Z|GMT|UTC|[A-Z]{3,4}))?\s+(\p{L}{3,9})\.?\s+(\d{2,4})`)
	private = regexp.MustCompile(`(?i)nicht zur Veröffentlichung bestimmt|not for publication|pas destinée?s? à (?:la )?publication|no destinad[oa]s? a (?:su )?publicación|non destinat[oaie] alla pubblicazione`)
	closing = regexp.MustCompile(`^(?:dpa|apa|sda|afp|lni|lsw|lby|lnw|lhe|lrs|lno|lth)(?:[/-][a-z]+)?(?: [\p{Ll}\d/-]{1,12}){1,7}$`)
)

func read(t *wire.Transmission, item int, msg []byte) wire.Result {
	if i := bytes.IndexByte(msg, eot); i >= 0 {
		msg = msg[:i]
	}
	start, end := bytes.IndexByte(msg, stx), bytes.IndexByte(msg, etx)
	if start < 0 {
		return wire.Fault(Format, item, wire.Undecodable, "IPTC 7901: no start of text (STX)")
	}
	d := t.NewDraft(Format, item)
	trailer := []byte(nil)
	if end > start {
		trailer = msg[end+1:]
	} else {
		d.Warn("text-cut-off: no end of text (ETX)")
		end = len(msg)
	}
	whole, warnings := wire.ToUTF8(msg[:end], t.Charset, "")
	for _, w := range warnings {
		d.Warn("%s", w)
	}
	head, body, ok := bytes.Cut(whole, []byte{stx})
	if !ok {
		return wire.Fault(Format, item, wire.Undecodable, "IPTC 7901: no start of text (STX)")
	}
	header(d, wire.CleanText(string(head)))
	text := wire.CleanText(string(body))
	if m := stamp.FindSubmatch(trailer); m != nil {
		d.VersionCreated = when(d, t, m)
	}
	if text == "" {
		return wire.Fault(Format, item, wire.Invalid, "IPTC 7901: a message without text")
	}
	fill(d, text)
	if strings.Contains(d.Slugline, "/") && d.Key == "" && d.Headline != "" {
		d.Key = wire.ReadMarks(d.Headline).Rest
	}
	return t.Finish(d)
}

func header(d *wire.Draft, s string) {
	lines := strings.Split(s, "\n")
	if m := head.FindStringSubmatch(strings.TrimSpace(lines[0])); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil && n > 0 {
			d.AddAltID("number", m[1]+m[2])
		}
		d.SetUrgency(m[3])
		d.AddSubject(model.Subject{Literal: m[4], Rel: "category"})
		if f := strings.Fields(m[6]); len(f) > 0 && strings.Trim(f[0], "0123456789") != "" {
			d.SetProvider(plain.Service(strings.Trim(f[0], "/")))
		}
		lines = lines[1:]
	} else {
		d.Warn("header-unreadable: %.60q", lines[0])
		lines = lines[1:]
	}
	for _, l := range lines {
		if l = strings.TrimSpace(l); l == "" || d.Slugline != "" {
			continue
		}
		d.Slugline = strings.TrimRight(l, "/ ")
		if strings.Contains(d.Slugline, "/") {
			for k := range strings.SplitSeq(d.Slugline, "/") {
				d.AddKeyword(k)
			}
		}
	}
}

// when reads DDHHMM month year.
func when(d *wire.Draft, t *wire.Transmission, m [][]byte) time.Time {
	num := func(b []byte) int { n, _ := strconv.Atoi(string(b)); return n }
	month := wire.MonthNamed(string(m[5]))
	year := num(m[6])
	if year < 100 {
		year += 2000
		if year > 2069 {
			year -= 100
		}
	}
	day, hour, minute := num(m[1]), num(m[2]), num(m[3])
	if month == 0 || day < 1 || day > 31 || hour > 24 || minute > 59 {
		d.Warn("%s: %.40q", wire.WarnDateUnread, m[0])
		return time.Time{}
	}
	zone := string(m[4])
	s := time.Date(year, month, day, hour, minute, 0, 0, time.UTC).Format("2006-01-02T15:04:05")
	if zone != "" {
		s = strings.Replace(s, "T", " ", 1) + " " + zone
	}
	return d.Time("date", s, false)
}

// fill reads the text.
func fill(d *wire.Draft, text string) {
	if loc := private.FindStringIndex(text); loc != nil {
		cut := strings.LastIndexByte(text[:loc[0]], '\n') + 1
		text = strings.TrimRight(text[:cut], " \n*")
	}
	text = notepad(d, text)
	lines := strings.Split(text, "\n")
	end := -1
	for i, l := range lines[:min(len(lines), 24)] {
		if t := strings.TrimSpace(l); strings.HasSuffix(t, " =") || t == "=" {
			end = i
			break
		}
	}
	if end < 0 {
		plain.Read(d, text)
		return
	}
	titles(d, lines[:end+1])
	body := strings.TrimSpace(strings.Join(lines[end+1:], "\n"))
	if i := strings.LastIndexByte(body, '\n'); i >= 0 && closing.MatchString(strings.TrimSpace(body[i+1:])) {
		body = body[:i]
	}
	d.Body = wire.Unwrap(body)
	first, rest, more := strings.Cut(d.Body, "\n\n")
	dl, ok := wire.ReadDateline(first)
	if !ok && more {
		if dl, ok = wire.ReadDateline(rest); ok && utf8.RuneCountInString(first) < 600 {
			d.Descriptions = append(d.Descriptions, model.Text{Role: "teaser", ContentType: "text/plain", Value: first})
			d.Body = rest
		}
	}
	if ok {
		d.Located = dl.Place
		d.SetProvider(plain.Service(dl.Service))
	}
}

var by = regexp.MustCompile(`^(?:Von|By|Par|Por|Di|Da|Av|Af|Door)\s+\p{Lu}`)

// titles reads what stands before the "=": the headline on one or more lines,
// notes and marks in parentheses, the byline.
func titles(d *wire.Draft, lines []string) {
	joined := strings.Join(lines, "\n")
	joined = strings.TrimRight(joined, " =\n")
	var heads []string
	for joined != "" {
		joined = strings.TrimLeft(joined, " \n")
		if strings.HasPrefix(joined, "(") {
			end, depth := -1, 0
			for i := 0; i < len(joined) && end < 0; i++ {
				switch joined[i] {
				case '(':
					depth++
				case ')':
					if depth--; depth == 0 {
						end = i
					}
				}
			}
			if next := joined[end+1:]; end > 0 && (next == "" || strings.HasPrefix(strings.TrimLeft(next, " "), "\n")) {
				note := wire.CleanLine(joined[1:end])
				role := "note"
				m := wire.ReadMarks(note + ": x")
				switch {
				case m.Change == model.ChangeCorrection && len(note) < 24:
					d.Change = wire.Stricter(d.Change, m.Change)
					d.AddGenre(model.Genre{Name: note})
				case m.Change != "" && len(note) < 24:
					d.Change = wire.Stricter(d.Change, m.Change)
				default:
					if r := wire.ReadMarks(note); r.Change == model.ChangeCorrection {
						role = "correction"
					}
					d.AddNote(role, note)
				}
				joined = next
				continue
			}
		}
		line, rest, _ := strings.Cut(joined, "\n")
		joined = rest
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case by.MatchString(line) && len(heads) > 0:
			d.By = line
		default:
			heads = append(heads, line)
		}
	}
	d.Headline = strings.Join(heads, " ")
}

// notepad takes the agency's notes off the end of the text.
func notepad(d *wire.Draft, text string) string {
	i := -1
	for _, mark := range []string{"\n# Notizblock", "\nNotizblock\n", "\ndpa-Notizblock", "\n## Redaktionelle Hinweise"} {
		if k := strings.Index(text, mark); k >= 0 && (i < 0 || k < i) {
			i = k
		}
	}
	if i < 0 {
		return text
	}
	section, note := "", ""
	flush := func() {
		if note != "" && (section == "Redaktionelle Hinweise" || section == "Berichtigung" || section == "Aktualisierung") {
			d.AddNote(section, note)
			if section == "Berichtigung" {
				d.Change = wire.Stricter(d.Change, model.ChangeCorrection)
			}
		}
		note = ""
	}
	for l := range strings.SplitSeq(text[i+1:], "\n") {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
			flush()
		case strings.HasPrefix(l, "##"):
			flush()
			section = strings.TrimSpace(strings.Trim(l, "# "))
		case strings.HasPrefix(l, "- "):
			flush()
			note = l[2:]
		case note != "":
			note += " " + l
		}
	}
	flush()
	return strings.TrimRight(text[:i], " \n")
}
