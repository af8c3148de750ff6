// Package email reads RFC 822 mail (RFC 5322, MIME). A message goes in; its
// text is one article, and every attachment that is copy of a known format
// gives the articles of that format. Pictures and other attachments are
// skipped with their names.
//
// The chain is the message id; a kill or correction that answers a message is
// a version of that one's chain. Reading does not block and is safe for
// concurrent use.
package email

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/plain"
)

// Format is the name of the format on articles.
const Format = "email"

// Limits of a message.
const (
	MaxSize        = 64 << 20
	maxAttachments = 200
)

var header = regexp.MustCompile(`(?im)^(from|to|subject|date|message-id|mime-version|received|return-path|content-type|reply-to|delivered-to|sender|cc):`)

// Detect tells whether bytes begin with the header of a mail.
func Detect(b []byte) bool {
	b = b[:min(len(b), 16<<10)]
	line, _, _ := bytes.Cut(b, []byte("\n"))
	if i := bytes.IndexByte(line, ':'); !bytes.HasPrefix(line, []byte("From ")) && (i < 1 || bytes.ContainsAny(line[:i], " \t")) {
		return false
	}
	end := bytes.Index(b, []byte("\n\n"))
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 && (end < 0 || i < end) {
		end = i
	}
	if end < 0 {
		end = len(b)
	}
	seen := map[string]bool{}
	for _, m := range header.FindAllSubmatch(b[:end], 100) {
		seen[strings.ToLower(string(m[1]))] = true
	}
	return (seen["from"] || seen["return-path"] || seen["received"]) && len(seen) >= 2 && (seen["subject"] || seen["message-id"] || seen["mime-version"] || seen["to"])
}

// Parse reads a message; inner reads attachments.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield, inner func(context.Context, *wire.Transmission, wire.Yield) error) error {
	if t.Size > MaxSize {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "mail of %d bytes: at most %d are read", t.Size, MaxSize))
	}
	raw, err := t.Bytes()
	if err != nil {
		return err
	}
	if bytes.HasPrefix(raw, []byte("From ")) { // one message of an mbox
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			raw = raw[i+1:]
		}
	}
	env, err := enmime.NewParser(enmime.MaxStoredPartErrors(20)).ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "mail: %w", err))
	}
	n := 0
	if d := fill(t, env); d != nil {
		if err := yield(t.Finish(d)); err != nil {
			return err
		}
		n++
	}
	parts := append(append([]*enmime.Part(nil), env.Attachments...), env.OtherParts...)
	for i, p := range parts[:min(len(parts), maxAttachments)] {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !copyType(p) {
			if err := yield(wire.Fault(Format, n, wire.Skipped, "mail: attachment %d, %.100q of type %.60q, is no copy", i+1, p.FileName, p.ContentType)); err != nil {
				return err
			}
			n++
			continue
		}
		sub := wire.NewTransmission(t.Feed, p.FileName, t.Received, t.SHA256, p.Content)
		sub.Raw, sub.Location = t.Raw, t.Location
		base := n
		if err := inner(ctx, sub, func(r wire.Result) error {
			n++
			return yield(wire.Renumber(r, base+r.Item))
		}); err != nil {
			return err
		}
	}
	if n == 0 {
		return yield(wire.Fault(Format, 0, wire.Invalid, "mail without text and without attachments"))
	}
	return nil
}

// copyType tells attachments that may be copy.
func copyType(p *enmime.Part) bool {
	ct, name := strings.ToLower(p.ContentType), strings.ToLower(p.FileName)
	switch {
	case len(p.Content) == 0:
		return false
	case strings.HasPrefix(ct, "text/calendar"), strings.HasPrefix(ct, "text/x-vcard"), strings.HasPrefix(ct, "text/vcard"):
		return false
	case strings.HasPrefix(ct, "text/"), strings.Contains(ct, "xml"), strings.Contains(ct, "json"), ct == "message/rfc822":
		return true
	}
	for _, ext := range []string{".xml", ".json", ".txt", ".nitf", ".newsml", ".g2", ".iptc", ".iptc7901", ".anpa", ".eml"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// fill makes the draft of the message's own text, nil when there is none.
func fill(t *wire.Transmission, env *enmime.Envelope) *wire.Draft {
	text := env.Text
	if h := env.HTML; strings.TrimSpace(h) != "" && (strings.TrimSpace(text) == "" || env.Root == nil || !hasPlain(env.Root, 0)) {
		text = wire.HTMLText(h)
	}
	text = wire.CleanText(text)
	if i := strings.LastIndex(text, "\n--\n"); i >= 0 && len(text)-i < 2000 { // a signature
		text = text[:i]
	}
	subject := wire.CleanLine(env.GetHeader("Subject"))
	if text == "" && (subject == "" || len(env.Attachments)+len(env.OtherParts) > 0) {
		return nil
	}
	d := t.NewDraft(Format, 0)
	for i, e := range env.Errors {
		if i < 5 {
			d.Warn("mail: %s: %.120s", e.Name, e.Detail)
		}
	}
	d.Headline = subject
	plain.Read(d, text)
	if d.Headline == "" {
		d.Headline = subject
	}
	d.ByTime = true
	d.Day = ""
	if id := strings.Trim(env.GetHeader("Message-Id"), "<> \t"); id != "" && d.ID == "" {
		d.ID, d.Authority = id, "mail"
	}
	if s := env.GetHeader("Date"); s != "" {
		if v := d.Time("Date", s, true); !v.IsZero() && d.VersionCreated.IsZero() {
			d.VersionCreated = v
		}
	}
	if from, err := env.AddressList("From"); err == nil && len(from) > 0 {
		name := from[0].Name
		if name == "" {
			if i := strings.LastIndexByte(from[0].Address, '@'); i >= 0 {
				name = from[0].Address[i+1:]
			}
		}
		d.SetProvider(name)
	}
	for _, h := range [...]string{"X-Priority", "Importance", "Priority"} {
		if v := strings.ToLower(env.GetHeader(h)); strings.HasPrefix(v, "1") || v == "high" || v == "urgent" {
			d.Priority = wire.Higher(d.Priority, model.PriorityUrgent)
		}
	}
	m := wire.ReadMarks(subject)
	c := wire.Stricter(d.Change, m.Change)
	ref := strings.Trim(env.GetHeader("In-Reply-To"), "<> \t")
	if ref == "" {
		if f := strings.Fields(env.GetHeader("References")); len(f) > 0 {
			ref = strings.Trim(f[0], "<>")
		}
	}
	if ref != "" && !strings.ContainsAny(ref, " \t") && (c == model.ChangeKill || c == model.ChangeCorrection || c == model.ChangeRefile || c == model.ChangeUpdate || c == model.ChangeRelease) {
		d.Target = ref
	}
	for k := range strings.SplitSeq(env.GetHeader("Keywords"), ",") {
		d.AddKeyword(k)
	}
	return d
}

func hasPlain(p *enmime.Part, depth int) bool {
	if p == nil || depth > 50 {
		return false
	}
	if strings.HasPrefix(strings.ToLower(p.ContentType), "text/plain") && strings.TrimSpace(string(p.Content)) != "" && p.Disposition != "attachment" {
		return true
	}
	for c := p.FirstChild; c != nil; c = c.NextSibling {
		if hasPlain(c, depth+1) {
			return true
		}
	}
	return p.ContentType == "" && len(bytes.TrimSpace(p.Content)) > 0
}
