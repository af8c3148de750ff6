package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Warnings of Finish.
const (
	WarnChainGuessed  = "chain-guessed"
	WarnFuture        = "version-in-future"
	WarnEmbargoOpen   = "embargo-without-end"
	WarnBadVersion    = "version-unreadable"
	WarnDateUnread    = "date-unreadable"
	WarnTooManyThings = "too-many"
)

// Schema is the ninjs schema that articles name.
const Schema = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"

// Limits of one article. What is beyond them is cut with a warning.
const (
	maxListed   = 500
	maxLine     = 4000
	maxWarnings = 40
)

// Note is an editor's note. Its role is the format's own, without a scheme.
type Note struct {
	Role, Text string
}

// Draft is an article as a format read it, before the rules that all formats
// share. Formats fill in what the item states and nothing else.
type Draft struct {
	model.Article

	Format string
	Item   int
	// ID is the item's own id, Target the id of the story that it corrects,
	// kills or continues as another version; empty when not stated. Both
	// need not be URIs. Authority names who gave them ("afp"); the feed when empty.
	ID, Target, Authority string
	// AddTo is the id of the story that this take or add belongs to.
	AddTo string
	// Number is the format's version as written. It is not looked at when
	// ByTime is set: then versionCreated orders.
	Number string
	ByTime bool
	// Signals are the format's own codes of what the version does.
	Signals []string
	// Change and Priority are what the format decided; marks in the text may
	// add to them.
	Change   model.Change
	Priority model.Priority
	// Notes are public notes; a note that is not public never comes here.
	Notes []Note
	// Headline, Body are plain texts; what is already in Headlines or Bodies follows them.
	Headline, Body string
	// Key is the slug or headline of the story that copy without an id names
	// as its target, for a guessed chain.
	Key string
	// Day is the day of the copy where no time is stated, for a guessed chain.
	Day string
	// Held is an embargo without a readable end.
	Held bool
	// Service is service traffic that the format tells of.
	Service  string
	Warnings []string
	loc      *time.Location
	addSlug  string
}

// NewDraft begins an item of the transmission.
func (t *Transmission) NewDraft(format string, item int) *Draft {
	return &Draft{Format: format, Item: item, loc: t.Location}
}

// Warn notes a warning, once.
func (d *Draft) Warn(format string, args ...any) {
	w := fmt.Sprintf(format, args...)
	if len(w) > 300 {
		w = strings.ToValidUTF8(w[:300], "")
	}
	if len(d.Warnings) < maxWarnings && !slices.Contains(d.Warnings, w) {
		d.Warnings = append(d.Warnings, w)
	}
}

// Time reads a time of the item. Text that is no time gives a warning and the
// zero time, and so does a day without a time unless dayOK is set.
func (d *Draft) Time(field, s string, dayOK bool) time.Time {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}
	}
	v, kind := ParseTime(s, d.loc)
	switch {
	case kind == NoTime:
		d.Warn("%s: %s %.60q", WarnDateUnread, field, s)
	case kind == DateOnly && !dayOK:
		return time.Time{}
	case (kind == Unzoned || kind == DateOnly) && d.loc == nil:
		d.Warn("%s: %s", WarnZoneAssumed, field)
	}
	return v
}

// SetUrgency takes an urgency of 1 to 9; others give a warning, 0 nothing.
func (d *Draft) SetUrgency(s string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 9 {
		d.Warn("urgency-unreadable: %.20q", s)
		return
	}
	d.Urgency = n
}

// AddNote adds a public note, once.
func (d *Draft) AddNote(role, text string) {
	text = CleanText(text)
	if text == "" {
		return
	}
	for _, n := range d.Notes {
		if n.Text == text {
			return
		}
	}
	if len(d.Notes) < maxListed {
		d.Notes = append(d.Notes, Note{role, text})
	}
}

// AddSubject adds a subject, once for the same name, literal and uri.
func (d *Draft) AddSubject(s model.Subject) {
	s.Name, s.Literal = CleanLine(s.Name), CleanLine(s.Literal)
	if s.URI != "" && !IsURI(s.URI) {
		if s.Literal == "" {
			s.Literal = s.URI
		}
		s.URI = ""
	}
	if s.Name == "" && s.Literal == "" && s.URI == "" {
		return
	}
	for _, o := range d.Subjects {
		if o.Name == s.Name && o.Literal == s.Literal && o.URI == s.URI && o.Rel == s.Rel {
			return
		}
	}
	if len(d.Subjects) >= maxListed {
		d.Warn("%s: subjects", WarnTooManyThings)
		return
	}
	d.Subjects = append(d.Subjects, s)
}

// AddKeyword adds a keyword: a subject with the rel "keyword".
func (d *Draft) AddKeyword(k string) {
	if k = CleanLine(k); k != "" {
		d.AddSubject(model.Subject{Name: k, Rel: "keyword"})
	}
}

// AddConcept adds a concept to a list, once.
func (d *Draft) AddConcept(list *[]model.Concept, c model.Concept) {
	c.Name, c.Literal = CleanLine(c.Name), CleanLine(c.Literal)
	if c.URI != "" && !IsURI(c.URI) {
		if c.Literal == "" {
			c.Literal = c.URI
		}
		c.URI = ""
	}
	if c.Name == "" && c.Literal == "" && c.URI == "" {
		return
	}
	for _, o := range *list {
		if o.Name == c.Name && o.Literal == c.Literal && o.URI == c.URI && o.Rel == c.Rel {
			return
		}
	}
	if len(*list) >= maxListed {
		d.Warn("%s: concepts", WarnTooManyThings)
		return
	}
	*list = append(*list, c)
}

// AddGenre adds a genre, once.
func (d *Draft) AddGenre(g model.Genre) {
	g.Name, g.Literal = CleanLine(g.Name), CleanLine(g.Literal)
	if g.Name == "" && g.Literal == "" && g.URI == "" || slices.Contains(d.Genres, g) || len(d.Genres) >= maxListed {
		return
	}
	d.Genres = append(d.Genres, g)
}

// AddSource adds an info source, once for a name and role.
func (d *Draft) AddSource(s model.InfoSource) {
	s.Name, s.Literal = CleanLine(s.Name), CleanLine(s.Literal)
	if s.URI != "" && !IsURI(s.URI) {
		if s.Literal == "" {
			s.Literal = s.URI
		}
		s.URI = ""
	}
	if s.Name == "" && s.Literal == "" && s.URI == "" {
		return
	}
	for _, o := range d.InfoSources {
		if o.Name == s.Name && o.Role == s.Role {
			return
		}
	}
	if len(d.InfoSources) < maxListed {
		d.InfoSources = append(d.InfoSources, s)
	}
}

// SetProvider names who provides the item, unless that is known.
func (d *Draft) SetProvider(name string) {
	if name = CleanLine(name); name != "" && d.Provider() == "" {
		d.AddSource(model.InfoSource{Name: name, Role: "provider"})
	}
}

// AddAltID adds another id, once.
func (d *Draft) AddAltID(role, value string) {
	a := model.AltID{Role: CleanLine(role), Value: CleanLine(value)}
	if a.Value == "" || slices.Contains(d.AltIDs, a) || len(d.AltIDs) >= maxListed {
		return
	}
	d.AltIDs = append(d.AltIDs, a)
}

var uriShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^\x60\x00-\x1f\x7f]+$`)

// IsURI tells whether s is a URI (RFC 3986) with a scheme.
func IsURI(s string) bool {
	if len(s) > 2000 || !uriShape.MatchString(s) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	_, err := url.Parse(s)
	return err == nil
}

// ChainURI is the URI of a chain from an id: itself when it is a URI, else
// urn:wire:<authority>:<id>.
func ChainURI(authority, id string) string {
	id = strings.TrimSpace(id)
	if IsURI(id) {
		return id
	}
	return "urn:wire:" + nameOf(authority) + ":" + escapeID(id)
}

// nameOf makes the authority part: lower case letters, digits and hyphens.
func nameOf(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteString(strconv.FormatInt(int64(r), 16))
		default:
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
		if b.Len() > 60 {
			break
		}
	}
	if n := strings.Trim(b.String(), "-"); n != "" {
		return n
	}
	return "feed"
}

const hexDigits = "0123456789ABCDEF"

func escapeID(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 600 {
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:16])
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~:@/!$&'()*+,;=", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// GuessURI is the chain of copy without an id: a function of feed, day and the
// slug or headline without its marks, whatever its case and punctuation.
func GuessURI(feed, day, key string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(key) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	sum := sha256.Sum256([]byte(feed + "\x00" + day + "\x00" + b.String()))
	return "urn:wire:" + nameOf(feed) + ":guess:" + hex.EncodeToString(sum[:12])
}

// Genre takes what a genre or profile says of the version.
func (d *Draft) Genre(name string) {
	c, p, service := Genre(name)
	d.Change, d.Priority = Stricter(d.Change, c), Higher(d.Priority, p)
	if d.Service == "" {
		d.Service = service
	}
}

// Part says that the item is a take or add of the story with this slug: its
// chain is its own (its id, or slug and part), the story's is named beside it.
func (d *Draft) Part(slug string) {
	m := ReadMarks(slug)
	if d.AddTo == "" && m.Rest != "" && m.Part != "" {
		d.addSlug = m.Rest
	}
}

// StableURI takes off what changes from one answer of a service to the next:
// the query of AP content links, whose tokens belong to the request.
func StableURI(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '?'); i > 0 && strings.Contains(s[:i], "api.ap.org/media/v/content/") {
		return s[:i]
	}
	return s
}

// Fault makes a result of an item that is no article.
func Fault(format string, item int, class Class, reason string, args ...any) Result {
	return Result{Item: item, Format: format, Class: class, Err: fmt.Errorf(reason, args...)}
}

var errEmpty = errors.New("no id, no headline and no text")

// Finish applies the rules that all formats share and makes the result: chain
// and revision, change and priority, embargo, clean texts, warnings. The
// result depends on the feed, the bytes and the time of receipt alone.
func (t *Transmission) Finish(d *Draft) Result {
	a := &d.Article
	d.texts()
	marks := d.marks()
	if d.Headline == "" && len(d.Bodies) == 0 && d.ID == "" && d.Target == "" && (marks.Change == "" || d.Slugline == "" && d.EdNote == "") {
		return Result{Item: d.Item, Format: d.Format, Class: Invalid, Err: errEmpty}
	}
	a.Standard = model.Standard{Name: "ninjs", Version: "3.1", Schema: Schema}
	d.status(marks, t)
	d.chain(marks, t)
	number, numbered := d.revision(t)
	change := Stricter(d.Change, marks.Change)
	switch {
	case change == model.ChangeTest, change == model.ChangeRelease:
	case a.PubStatus == model.Canceled:
		change = model.ChangeKill
	case change == model.ChangeKill:
		a.PubStatus = model.Canceled
	case a.PubStatus == model.Withheld && a.EmbargoedUntil.IsZero() && !d.Held:
		change = model.ChangeWithhold
	case change == model.ChangeWithhold:
		a.PubStatus = model.Withheld
	}
	if change == "" {
		change = model.ChangeNew
		if numbered && number > 1 || d.Target != "" && strings.TrimSpace(d.Target) != strings.TrimSpace(d.ID) {
			change = model.ChangeUpdate
		}
	}
	if change == model.ChangeRelease && (a.PubStatus == model.Canceled || a.PubStatus == "") {
		a.PubStatus = model.Usable
	}
	if a.PubStatus == "" {
		a.PubStatus = model.Usable
	}
	p := Higher(Higher(d.Priority, marks.Priority), OfUrgency(a.Urgency))
	if p == "" {
		p = model.PriorityRoutine
	}
	service := d.Service
	if service == "" {
		service = marks.Service
	}
	if service == "" && columns(d.Body) {
		service = "tabular"
	}
	if change == model.ChangeTest {
		service = "test"
	}
	raw := t.Raw
	raw.Item, raw.SHA256 = d.Item, t.SHA256
	a.Wire = model.Wire{Feed: t.Feed, Format: d.Format, ReceivedAt: t.Received.UTC(), Revision: number, Change: change, Priority: p,
		Raw: raw, Service: service, Warnings: d.Warnings}
	for _, n := range d.Notes {
		if n.Role != "" {
			a.Wire.Notes = append(a.Wire.Notes, model.Note{Role: n.Role, Text: n.Text})
		}
	}
	if !t.Received.IsZero() && !a.VersionCreated.IsZero() && a.VersionCreated.After(t.Received.Add(24*time.Hour)) {
		d.Warn("%s: %s", WarnFuture, a.VersionCreated.Format(time.RFC3339))
		a.Wire.Warnings = d.Warnings
	}
	out := d.Article
	return Result{Item: d.Item, Format: d.Format, Article: &out}
}

// texts cleans the texts and puts headline and body in front.
func (d *Draft) texts() {
	a := &d.Article
	d.Headline = CleanLine(residue(d.Headline))
	d.Body = CleanText(residue(d.Body))
	for _, p := range []*string{&a.Title, &a.By, &a.Slugline, &a.Located, &a.Language, &a.Profile, &a.CopyrightHolder, &a.Version} {
		*p = CleanLine(*p)
		if len(*p) > maxLine {
			*p = strings.ToValidUTF8((*p)[:maxLine], "")
		}
	}
	for _, p := range []*string{&a.CopyrightNotice, &a.UsageTerms} {
		*p = CleanText(*p)
	}
	if len(a.Headlines) > 0 && d.Headline == "" && plainType(a.Headlines[0].ContentType) && mainRole(a.Headlines[0].Role) {
		d.Headline = CleanLine(a.Headlines[0].Value)
		a.Headlines = a.Headlines[1:]
	}
	if d.Headline == "" && d.Body != "" && Higher(d.Priority, OfUrgency(a.Urgency)) != model.PriorityRoutine {
		first, _, _ := strings.Cut(d.Body, "\n")
		if utf8.RuneCountInString(first) <= 300 {
			d.Headline = CleanLine(first)
		}
	}
	for range 2 { // notes, the byline once more, notes
		d.bodyNotes()
		first, rest, more := strings.Cut(d.Body, "\n\n")
		if !more || d.By == "" || CleanLine(first) != d.By {
			break
		}
		d.Body = rest
	}
	d.Body = trimEnd(d.Body)
	if first, rest, more := strings.Cut(d.Body, "\n\n"); more && d.Headline != "" && CleanLine(first) == d.Headline {
		d.Body = rest // the headline once more
	}
	d.Body = CleanText(d.Body)
	if d.Headline != "" {
		a.Headlines = slices.Insert(a.Headlines, 0, model.Text{Role: "main", ContentType: "text/plain", Value: d.Headline})
	}
	if d.Body != "" {
		a.Bodies = slices.Insert(a.Bodies, 0, model.Body{Role: "main", ContentType: "text/plain",
			CharCount: utf8.RuneCountInString(d.Body), WordCount: len(strings.Fields(d.Body)), Value: d.Body})
	}
	for i := range a.Descriptions {
		if x := &a.Descriptions[i]; plainType(x.ContentType) {
			x.Value = CleanText(x.Value)
		}
	}
	if a.EdNote == "" && len(d.Notes) > 0 {
		parts := make([]string, len(d.Notes))
		for i, n := range d.Notes {
			parts[i] = n.Text
		}
		a.EdNote = strings.Join(parts, "\n")
	}
	if a.Type == "" {
		a.Type = "text"
	}
}

var (
	leftEntity = regexp.MustCompile(`&(?:amp|quot|apos|nbsp|lt|gt|[lr][sd]quo|[mn]dash|hellip|#\d{1,6}|#x[0-9A-Fa-f]{1,6});`)
	leftTag    = regexp.MustCompile(`</?(?:b|i|u|em|strong|span|a|font|sup|sub|br|p)(?:\s[^<>]{0,300})?/?>`)
)

// residue takes away markup that was escaped twice on its way: entities and
// inline tags that are left as text.
func residue(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = leftEntity.ReplaceAllStringFunc(s, html.UnescapeString)
	}
	if strings.IndexByte(s, '<') >= 0 && strings.Contains(s, "</") {
		s = leftTag.ReplaceAllStringFunc(s, func(t string) string {
			if strings.HasPrefix(t, "<br") || strings.HasPrefix(t, "<p") {
				return "\n"
			}
			return ""
		})
	}
	return s
}

var (
	bodyNote = regexp.MustCompile(`(?i)^\(?(?:attn|eds|editors|attention editors|editor's note|editors' note|note to editors)\b\s*[.:;,–—-]`)
	afpNote  = regexp.MustCompile(`^(?:ATTENTION|ATENCIÓN|ACHTUNG)\s*[-–—:]\s.*(?:///?|//)$`)
	endMarks = regexp.MustCompile(`^(?:\((?:END|End|ENDE|Ende|FIN|Fin|FINE|MORE|More|MEHR|Mehr)\)|-30-|-0-|#{2,}|=|NNNN|[a-z]{2,5}(?:[-/][a-z]{2,5}){1,5})$`)
)

// bodyNotes takes what agencies say to editors in front of the text, in
// paragraphs of their own, out of the body: "(ATTN: ADDS quotes)", "(Corrects
// name in para 2)", "ATTENTION - ADDS details ///".
func (d *Draft) bodyNotes() {
	for range 4 {
		first, rest, more := strings.Cut(d.Body, "\n\n")
		if !more || len(first) > 800 || strings.Contains(first, "\n\n") {
			return
		}
		p := strings.TrimSpace(first)
		enclosed := strings.HasPrefix(p, "(") && strings.HasSuffix(p, ")") && strings.IndexByte(p, ')') == len(p)-1
		switch {
		case (enclosed || !strings.HasPrefix(p, "(")) && bodyNote.MatchString(p):
		case afpNote.MatchString(p):
		case enclosed && ReadNote(p).Change != "":
		default:
			return
		}
		if enclosed {
			p = p[1 : len(p)-1]
		}
		d.AddNote("body", strings.TrimRight(p, "/ "))
		d.Body = strings.TrimLeft(rest, "\n")
	}
}

// trimEnd takes the marks of the end of a transmission off the text.
func trimEnd(s string) string {
	for range 3 {
		s = strings.TrimRight(s, " \n\t")
		i := strings.LastIndexByte(s, '\n')
		if i < 0 || !endMarks.MatchString(strings.TrimSpace(s[i+1:])) {
			break
		}
		s = s[:i]
	}
	for _, m := range [...]string{"(END)", "(ENDE)", "(Ende)"} {
		if t, ok := strings.CutSuffix(s, m); ok && t != "" {
			s = strings.TrimRight(t, " \n\t")
		}
	}
	return s
}

func plainType(t string) bool { return t == "" || strings.HasPrefix(strings.ToLower(t), "text/plain") }
func mainRole(r string) bool  { return r == "" || r == "main" }

// marks reads the marks of all texts that may carry them.
func (d *Draft) marks() Marks {
	m := ReadMarks(d.Headline)
	s := ReadMarks(d.Slugline)
	m.Join(s)
	for _, n := range d.Notes {
		m.Join(ReadNote(n.Text))
	}
	if len(d.Notes) == 0 && d.EdNote != "" {
		m.Join(ReadNote(d.EdNote))
	}
	for _, sig := range d.Signals {
		c, p := Signal(sig)
		m.note(c, p, "")
	}
	if m.Service == "" && d.Slugline != "" && tabSlug.MatchString(s.Rest) {
		m.Service = "tabular"
	}
	if len(d.Body) < 800 {
		first, _, _ := strings.Cut(d.Body, "\n")
		if hasAny(strings.ToLower(d.Body), "test", "prova", "prueba", "quick brown") && (testLine.MatchString(first) || testIgnore.MatchString(d.Body)) {
			m.note(model.ChangeTest, "", "test")
		}
		if strings.HasPrefix(first, "MANDATORY KILL") || strings.HasPrefix(first, "STORY WITHDRAWN") || strings.HasPrefix(first, "BULLETIN KILL") {
			m.note(model.ChangeKill, "", "")
		}
	}
	return m
}

// columns tells a body that is mostly tables.
func columns(s string) bool {
	lines, rows := 0, 0
	for l := range strings.SplitSeq(s, "\n") {
		if l == "" {
			continue
		}
		if lines++; lines > 400 {
			break
		}
		if strings.Contains(l, " | ") || strings.HasPrefix(l, "| ") || strings.Count(strings.TrimSpace(l), "  ") >= 2 || strings.Count(l, "\t") >= 2 {
			rows++
		}
	}
	return rows >= 4 && rows*10 >= lines*6
}

// status settles holds that are told in words.
func (d *Draft) status(m Marks, t *Transmission) {
	a := &d.Article
	if m.Held && m.Change != model.ChangeRelease && a.EmbargoedUntil.IsZero() && a.PubStatus != model.Canceled && !d.Held {
		if until, ok := HoldUntil(m.Advance, a.VersionCreated, t.Received, d.loc); ok {
			a.EmbargoedUntil = until
		} else {
			d.Held = true
		}
	}
	if d.Held {
		if a.PubStatus == "" || a.PubStatus == model.Usable {
			a.PubStatus = model.Withheld
		}
		d.Warn(WarnEmbargoOpen)
	}
}

// cycle is the mark of the day's half before a slug (ANPA: BC, AM, PM).
var cycle = regexp.MustCompile(`^(?:BC|AM|PM|bc|am|pm)-+(?:[A-Z]{2,3}--)?`)

// chain settles the uri.
func (d *Draft) chain(m Marks, t *Transmission) {
	a := &d.Article
	authority := d.Authority
	if authority == "" {
		authority = t.Feed
	}
	own := strings.TrimSpace(d.ID)
	target := strings.TrimSpace(d.Target)
	day := d.Day
	if day == "" && !a.VersionCreated.IsZero() {
		day = a.VersionCreated.Format(time.DateOnly)
	}
	switch {
	case target != "" && target != own:
		a.URI = ChainURI(authority, target)
		if own != "" {
			d.AddAltID("guid", own)
		}
	case own != "":
		a.URI = ChainURI(authority, own)
		if a.URI != own {
			d.AddAltID("guid", own)
		}
	default:
		key := d.Key
		if key == "" {
			key = ReadMarks(d.Slugline).Rest
		}
		if key == "" {
			key = ReadMarks(d.Headline).Rest
		}
		if key == "" {
			key, _, _ = strings.Cut(d.Body, "\n")
		}
		key = cycle.ReplaceAllString(key, "")
		d.Warn(WarnChainGuessed)
		a.URI = GuessURI(t.Feed, day, key)
		if m.Part != "" {
			d.AddAltID("add-to", a.URI)
			a.URI = GuessURI(t.Feed, day, key+"\x00"+m.Part)
		}
	}
	if own != "" && d.AddTo == "" && (m.Part != "" || d.addSlug != "") {
		key := d.addSlug
		if key == "" {
			key = ReadMarks(d.Slugline).Rest
		}
		if key != "" {
			d.AddAltID("add-to", GuessURI(t.Feed, day, cycle.ReplaceAllString(key, "")))
		}
	}
	if d.AddTo != "" && ChainURI(authority, d.AddTo) != a.URI {
		d.AddAltID("add-to", ChainURI(authority, d.AddTo))
	}
}

// revision settles wire.revision and tells whether it is the format's number.
func (d *Draft) revision(t *Transmission) (int64, bool) {
	a := &d.Article
	if !d.ByTime && strings.TrimSpace(d.Number) != "" {
		s := strings.TrimSpace(d.Number)
		n, err := strconv.ParseInt(s, 10, 64)
		if err == nil && n >= 0 && n < math.MaxInt64 {
			if a.Version == "" {
				a.Version = strconv.FormatInt(n, 10)
			}
			return n, true
		}
		d.Warn("%s: %.40q", WarnBadVersion, s)
		if err == nil || errors.Is(err, strconv.ErrRange) {
			a.Version = ""
		}
	}
	if a.Version == "" && d.ByTime {
		a.Version = CleanLine(d.Number)
	}
	v := a.VersionCreated
	if v.IsZero() || !t.Received.IsZero() && v.After(t.Received.Add(24*time.Hour)) {
		v = t.Received
	}
	if v.IsZero() {
		return 0, false
	}
	return max(v.Unix(), 0), false
}
