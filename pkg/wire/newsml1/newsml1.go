// Package newsml1 reads IPTC NewsML 1.0 to 1.2: the items of a NewsML document
// one by one, with what the NewsEnvelope says. Contents are XHTML, NITF or
// plain text in DataContent; of contents that say the same in several formats
// or languages one is the body.
//
// The chain is provider, date and item id (section 5.4 of the specification:
// the public identifier without its revision); RevisionId is the revision.
// Reading does not block and is safe for concurrent use.
package newsml1

import (
	"context"
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/nitf"
	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// Format is the name of the format on articles.
const Format = "newsml1"

// Parse reads a transmission of NewsML 1.
func Parse(ctx context.Context, t *wire.Transmission, yield wire.Yield) error {
	head, err := t.Head(400)
	if err != nil {
		return err
	}
	r, warnings, err := t.TextReader(wire.XMLEncoding(head))
	if err != nil {
		return err
	}
	n := 0
	var e envelope
	err = xmltree.Split(r, []string{"NewsItem"}, true, func(header, raw string, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n == 0 {
			e.read(header)
		}
		item := n
		n++
		return yield(read(t, &e, item, raw, err, warnings))
	})
	if err == nil && n == 0 {
		return yield(wire.Fault(Format, 0, wire.Undecodable, "NewsML: no NewsItem"))
	}
	return err
}

// envelope is what the NewsEnvelope says of all items.
type envelope struct{ provider, service, priority, sent string }

func (e *envelope) read(header string) {
	root, _, err := xmltree.ParseOpen(header)
	if err != nil || root == nil {
		return
	}
	n := root.Find("NewsEnvelope")
	e.provider = formal(n.At("SentFrom", "Party"))
	e.service = formal(n.Kid("NewsService"))
	e.priority = formal(n.Kid("Priority"))
	e.sent = n.Kid("DateAndTime").Value()
}

// formal is what an element names by FormalName, else its text.
func formal(n *xmltree.Node) string {
	if v := strings.TrimSpace(n.Attr("FormalName")); v != "" {
		return v
	}
	return n.Value()
}

func first(vs ...string) string {
	for _, v := range vs {
		if v != "" {
			return v
		}
	}
	return ""
}

var revisionTail = regexp.MustCompile(`:\d+[A-Za-z]?$`)

func read(t *wire.Transmission, e *envelope, item int, raw string, err error, warnings []string) wire.Result {
	if err != nil {
		return wire.Fault(Format, item, wire.Undecodable, "NewsML: %w", err)
	}
	n, warns, err := xmltree.Parse(raw)
	if err != nil {
		return wire.Fault(Format, item, wire.Undecodable, "NewsML: %w", err)
	}
	d := t.NewDraft(Format, item)
	for _, w := range append(slices.Clip(warnings), warns...) {
		d.Warn("%s", w)
	}
	id := n.Kid("Identification")
	comp := n.Kid("NewsComponent")
	mgmt := n.Kid("NewsManagement")
	if id == nil && comp == nil {
		return wire.Fault(Format, item, wire.Invalid, "NewsML: a NewsItem with neither Identification nor NewsComponent")
	}
	if comp == nil && (n.Kid("TopicSet") != nil || n.Kid("Update") != nil) {
		return wire.Fault(Format, item, wire.Skipped, "NewsML: a NewsItem without copy (topics or a change to one): %.200s", id.At("NewsIdentifier", "PublicIdentifier").Value())
	}
	p := reader{d: d}
	p.identify(id)
	p.manage(mgmt)
	p.component(comp)
	d.Language = first(n.Attr("lang"), d.Language, comp.Attr("lang"))
	d.SetProvider(first(p.provider, p.envelopeProvider(e)))
	if d.Urgency == 0 && len(e.priority) == 1 && e.priority >= "1" && e.priority <= "3" {
		d.Priority = wire.Higher(d.Priority, wire.OfUrgency(int(e.priority[0]-'0')))
	}
	if d.VersionCreated.IsZero() {
		d.VersionCreated = d.Time("DateAndTime", e.sent, true)
	}
	return t.Finish(d)
}

type reader struct {
	d          *wire.Draft
	provider   string
	providerID string
	slugged    bool
}

func (p *reader) envelopeProvider(e *envelope) string { return first(e.provider, p.providerID) }

func (p *reader) identify(id *xmltree.Node) {
	d := p.d
	ni := id.Kid("NewsIdentifier")
	p.providerID = ni.Kid("ProviderId").Value()
	date, item := ni.Kid("DateId").Value(), ni.Kid("NewsItemId").Value()
	public := ni.Kid("PublicIdentifier").Value()
	switch {
	case p.providerID != "" && date != "" && item != "":
		d.ID = "urn:newsml:" + p.providerID + ":" + date + ":" + item
		if !wire.IsURI(d.ID) {
			d.Authority, d.ID = p.providerID, date+":"+item
		}
	case public != "":
		d.ID = revisionTail.ReplaceAllString(public, "")
	case item != "":
		d.ID, d.Authority = item, p.providerID
	}
	if public != "" && public != d.ID {
		d.AddAltID("publicIdentifier", public)
	}
	if r := ni.Kid("RevisionId"); r != nil {
		d.Number = strings.TrimRight(r.Value(), "NUAnua")
		if prev, err := strconv.Atoi(strings.TrimSpace(r.Attr("PreviousRevision"))); err == nil && prev > 0 {
			d.Change = wire.Stricter(d.Change, model.ChangeUpdate)
		}
	}
	if l := id.Kid("NameLabel").Value(); l != "" {
		d.Slugline = l
	}
}

func (p *reader) manage(m *xmltree.Node) {
	if m == nil {
		return
	}
	d := p.d
	d.FirstCreated = d.Time("FirstCreated", m.Kid("FirstCreated").Value(), true)
	d.VersionCreated = d.Time("ThisRevisionCreated", m.Kid("ThisRevisionCreated").Value(), true)
	if u := m.Kid("Urgency"); u != nil {
		f := formal(u)
		if len(f) == 1 {
			d.SetUrgency(f)
		} else {
			_, pr := wire.Signal(f)
			d.Priority = wire.Higher(d.Priority, pr)
		}
	}
	if ty := formal(m.Kid("NewsItemType")); ty != "" {
		d.Genre(ty)
	}
	until := ""
	if s := m.Kid("StatusWillChange"); s != nil {
		if f := strings.ToLower(formal(s.Kid("FutureStatus"))); f == "usable" || f == "" {
			until = s.Kid("DateAndTime").Value()
		} else {
			d.Expires = d.Time("StatusWillChange", s.Kid("DateAndTime").Value(), true)
		}
	}
	switch s := strings.ToLower(formal(m.Kid("Status"))); s {
	case "", "usable":
		d.PubStatus = model.Usable
	case "embargoed":
		d.EmbargoedUntil = d.Time("StatusWillChange", until, true)
		d.Held = d.EmbargoedUntil.IsZero()
	case "withheld":
		d.PubStatus = model.Withheld
		d.EmbargoedUntil = d.Time("StatusWillChange", until, true)
	case "canceled", "cancelled", "killed":
		d.PubStatus = model.Canceled
	default:
		if c, _ := wire.Signal(s); c == model.ChangeKill {
			d.PubStatus = model.Canceled
		} else {
			d.PubStatus = model.Withheld
			d.Warn("status-unknown: %.40q, held", s)
		}
	}
	for _, i := range m.All("Instruction") {
		f := formal(i)
		switch strings.ToLower(f) {
		case "rectify", "rectification":
			d.Change = wire.Stricter(d.Change, model.ChangeCorrection)
		default:
			d.Signals = append(d.Signals, f)
		}
	}
	for _, a := range m.All("AssociatedWith", "DerivedFrom") {
		id := revisionTail.ReplaceAllString(strings.TrimSpace(a.Attr("NewsItem")), "")
		if id == "" || id == d.ID {
			continue
		}
		c, _ := wire.Signal(formal(a))
		if c == "" {
			for _, k := range a.All("Comment") {
				if s, _ := wire.Signal(k.Value()); s != "" {
					c = s
				}
			}
		}
		switch {
		case c == model.ChangeKill, c == model.ChangeCorrection, c == model.ChangeUpdate, c == model.ChangeRefile:
			d.Target = id
			d.Change = wire.Stricter(d.Change, c)
			d.ByTime = true
		case strings.EqualFold(a.Attr("FormalName"), "add-to"), strings.EqualFold(a.Attr("FormalName"), "addition"):
			d.AddTo = id
		default:
			d.AddAltID(strings.ToLower(a.Name), id)
		}
	}
	for _, pr := range m.All("Property") {
		p.property(pr)
	}
}

func (p *reader) property(n *xmltree.Node) {
	name, value := strings.ToLower(n.Attr("FormalName")), first(n.Attr("Value"), n.Value())
	switch name {
	case "ednote", "editorialnote", "editorsnote", "instructions":
		p.d.AddNote(name, value)
	case "keyword", "keywords":
		for k := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
			p.d.AddKeyword(k)
		}
	case "slug", "slugline":
		p.d.Slugline = first(value, p.d.Slugline)
	case "signal", "editorialtype", "storytype":
		p.d.Signals = append(p.d.Signals, value)
	}
}

// candidate is a text that may be the body.
type candidate struct {
	text  string
	score int
	chain []*xmltree.Node
	nitf  *nitf.Content
	head  string
	by    string
}

const maxCandidates = 200

// component reads the tree of NewsComponents.
func (p *reader) component(comp *xmltree.Node) {
	if comp == nil {
		return
	}
	d := p.d
	var found []candidate
	mediaType, caption := "", ""
	p.walk(comp, nil, &found, &mediaType, &caption)
	best := -1
	for i := range found {
		if best < 0 || found[i].score > found[best].score || found[i].score == found[best].score && len(found[i].text) > 2*len(found[best].text) && !p.otherLanguage(found[best], found[i]) {
			best = i
		}
	}
	chain := []*xmltree.Node{comp}
	var sub string
	if best >= 0 {
		b := found[best]
		chain = b.chain
		d.Body = b.text
		// Parts of one story that stand one after another.
		for _, o := range found[best+1:] {
			if o.score == b.score && len(o.chain) == len(b.chain) && len(b.chain) > 1 && o.chain[len(o.chain)-2] == b.chain[len(b.chain)-2] &&
				!alternatives(b.chain[len(b.chain)-2]) && roleOf(o.chain[len(o.chain)-1]) == roleOf(b.chain[len(b.chain)-1]) && roleOf(o.chain[len(o.chain)-1]) != "" && o.text != b.text {
				d.Body += "\n\n" + o.text
			}
		}
		if b.nitf != nil {
			d.By, d.Located = b.nitf.By, b.nitf.Located
			for _, n := range b.nitf.Notes {
				d.AddNote("editorsnote", n)
			}
		}
		defer func() {
			if b.nitf != nil {
				d.Headline = first(d.Headline, b.nitf.Headline)
			}
			d.Headline = first(d.Headline, b.head)
			d.By = first(d.By, b.by)
			if d.Located == "" {
				if dl, ok := wire.ReadDateline(d.Body); ok {
					d.Located = dl.Place
				}
			}
		}()
	}
	for _, c := range slices.Backward(chain) {
		p.lines(c, &sub)
	}
	for _, c := range chain {
		p.metadata(c)
	}
	if best < 0 {
		comp.Each(func(n *xmltree.Node) bool {
			if n.Name == "NewsComponent" {
				p.lines(n, &sub)
				p.metadata(n)
			}
			return n.Name != "ContentItem"
		})
		d.Body = caption
		switch {
		case strings.Contains(mediaType, "photo"), strings.Contains(mediaType, "image"), strings.Contains(mediaType, "picture"):
			d.Type = "picture"
		case strings.Contains(mediaType, "graphic"):
			d.Type = "graphic"
		case strings.Contains(mediaType, "video"):
			d.Type = "video"
		case strings.Contains(mediaType, "audio"):
			d.Type = "audio"
		}
	}
	if sub != "" && sub != d.Headline {
		d.Headlines = append(d.Headlines, model.Text{Role: "sub", ContentType: "text/plain", Value: sub})
	}
}

// otherLanguage tells whether two candidates are translations.
func (p *reader) otherLanguage(a, b candidate) bool {
	return languageOf(a.chain) != languageOf(b.chain)
}

func languageOf(chain []*xmltree.Node) string {
	for _, c := range slices.Backward(chain) {
		if l := first(c.Attr("lang"), formal(c.At("DescriptiveMetadata", "Language"))); l != "" {
			return l
		}
	}
	return ""
}

func alternatives(n *xmltree.Node) bool { return strings.EqualFold(n.Attr("EquivalentsList"), "yes") }

func roleOf(n *xmltree.Node) string { return strings.ToLower(formal(n.Kid("Role"))) }

// side are roles of components that are not the story.
var side = map[string]int{"headline": -50, "subheadline": -50, "stylesheet": -100, "logo": -80, "contact": -60, "caption": -20, "photo": -30, "picture": -30, "graphic": -30, "thumbnail": -80, "preview": -80,
	"quicklook": -80, "highdef": -80, "supporting": -20, "supplementary": -20, "sidebar": -20, "abstract": -40, "summary": -40, "teaser": -40, "link": -60, "related": -40, "advertisement": -100, "metadata": -100, "byline": -50,
	"dateline": -50, "slugline": -50, "main": 30, "body": 30, "maintext": 30, "main text": 30, "text": 20, "story": 30, "article": 30, "main content": 30}

func (p *reader) walk(n *xmltree.Node, chain []*xmltree.Node, out *[]candidate, mediaType, caption *string) {
	chain = append(slices.Clip(chain), n)
	if len(chain) > 40 {
		return
	}
	score := 0
	role := roleOf(n)
	for _, c := range chain {
		if s, ok := side[roleOf(c)]; ok {
			score += s
		}
	}
	for _, k := range n.Kids {
		switch k.Name {
		case "NewsComponent":
			p.walk(k, chain, out, mediaType, caption)
		case "NewsItem":
			// An item inside of an item: its copy belongs to the story.
			if c := k.Kid("NewsComponent"); c != nil {
				p.walk(c, chain, out, mediaType, caption)
			}
		case "ContentItem":
			mt := strings.ToLower(formal(k.Kid("MediaType")))
			mime := strings.ToLower(formal(k.Kid("MimeType")))
			if mt == "" && mime != "" {
				mt = mime
			}
			if *mediaType == "" && !strings.HasPrefix(mt, "text") {
				*mediaType = mt
			}
			dc := k.Kid("DataContent")
			if dc == nil || strings.Contains(mime, "css") || strings.Contains(mime, "javascript") || len(*out) >= maxCandidates {
				continue
			}
			if mime != "" && !strings.HasPrefix(mime, "text/") && !strings.Contains(mime, "xml") && !strings.Contains(mime, "html") && !strings.Contains(mime, "nitf") {
				continue
			}
			c := p.data(k, dc, mime)
			if c.text == "" {
				continue
			}
			if role == "caption" || strings.Contains(role, "caption") {
				*caption = first(*caption, c.text)
				score -= 20
			}
			c.chain, c.score = chain, score
			if c.nitf != nil {
				c.score += 2
			}
			if score > -15 {
				*out = append(*out, c)
			} else if (role == "photo" || role == "picture" || role == "supporting") && *caption == "" {
				*caption = c.text
			}
		}
	}
}

// data reads a DataContent.
func (p *reader) data(item, dc *xmltree.Node, mime string) candidate {
	var c candidate
	if strings.EqualFold(formal(item.Kid("Encoding")), "base64") || strings.EqualFold(item.At("Encoding").Attr("Notation"), "base64") {
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(dc.Raw()), ""))
		if err != nil {
			p.d.Warn("DataContent: base64: %v", err)
			return c
		}
		u, _ := wire.ToUTF8(b, "", "")
		c.text = wire.HTMLText(string(u))
		return c
	}
	if n := dc.Find("nitf"); n != nil || dc.Find("body.content") != nil {
		if n == nil {
			n = dc
		}
		x := nitf.ReadBody(n)
		c.nitf, c.text = &x, x.Text
		return c
	}
	if !dc.HasElements() {
		raw := dc.Raw()
		switch {
		case strings.Contains(strings.ToLower(raw), "<nitf"):
			if n, _, err := xmltree.Parse(strings.TrimSpace(raw)); err == nil {
				x := nitf.ReadBody(n)
				c.nitf, c.text = &x, x.Text
				return c
			}
			fallthrough
		case wire.LooksHTML(raw):
			c.text = wire.HTMLText(raw)
		default:
			c.text = wire.Unwrap(wire.CleanText(raw))
		}
		return c
	}
	body := dc
	if b := dc.Find("body"); b != nil {
		body = b
	}
	if h := body.Find("h1"); h != nil {
		c.head = h.Value()
	}
	c.text = xmltree.Text(body, func(k *xmltree.Node) bool {
		switch k.Name {
		case "head", "title", "style", "script", "media", "h1", "hl1", "hedline":
			return true
		}
		class := k.Attr("class")
		if class == "byline" {
			c.by = k.Value()
			return true
		}
		return strings.Contains(class, "nonpublic")
	})
	return c
}

// lines takes the NewsLines of a component; what an inner one said stays.
func (p *reader) lines(n *xmltree.Node, sub *string) {
	d := p.d
	l := n.Kid("NewsLines")
	if l == nil {
		return
	}
	var slugs []string
	defer func() { // AFP writes a slug on several lines
		if s := strings.Join(slugs, "-"); s != "" && !p.slugged {
			d.Slugline, p.slugged = s, true
		}
	}()
	for _, k := range l.Kids {
		v := k.Value()
		if v == "" && k.Name != "NewsLine" {
			continue
		}
		switch k.Name {
		case "HeadLine":
			d.Headline = first(d.Headline, v)
		case "SubHeadLine":
			*sub = first(*sub, v)
		case "ByLine":
			d.By = first(d.By, v)
		case "DateLine":
			d.Located = first(d.Located, nitf.PlaceOf(v))
		case "CreditLine":
			d.AddSource(model.InfoSource{Name: v, Role: "creditline"})
		case "CopyrightLine":
			d.CopyrightNotice = first(d.CopyrightNotice, v)
		case "RightsLine":
			d.UsageTerms = first(d.UsageTerms, v)
		case "SlugLine":
			slugs = append(slugs, v)
		case "KeywordLine":
			for w := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ',' || r == ';' || r == '/' }) {
				d.AddKeyword(w)
			}
		case "NewsLine":
			kind := strings.ToLower(formal(k.Kid("NewsLineType")))
			text := xmltree.Text(k.Kid("NewsLineText"), nil)
			if strings.Contains(kind, "note") || strings.Contains(kind, "instruction") || strings.Contains(kind, "advisory") || strings.Contains(kind, "correction") {
				if !strings.Contains(kind, "nonpublic") && !strings.Contains(kind, "internal") {
					d.AddNote(kind, text)
				}
			}
		}
	}
}

func (p *reader) metadata(n *xmltree.Node) {
	d := p.d
	if a := n.Kid("AdministrativeMetadata"); a != nil {
		p.provider = first(p.provider, formal(a.At("Provider", "Party")))
		for _, s := range a.All("Source") {
			if name := formal(s.Kid("Party")); name != "" {
				d.AddSource(model.InfoSource{Name: name, Role: "source"})
			}
		}
		for _, c := range a.All("Creator") {
			if name := formal(c.Kid("Party")); strings.Contains(name, " ") {
				d.AddSource(model.InfoSource{Name: name, Role: "creator"})
			}
		}
		for _, pr := range a.All("Property") {
			p.property(pr)
		}
	}
	if r := n.At("RightsMetadata", "Copyright"); r != nil {
		d.CopyrightHolder = first(d.CopyrightHolder, r.Kid("CopyrightHolder").Value())
	}
	if u := n.At("RightsMetadata", "UsageRights"); u != nil && d.UsageTerms == "" {
		d.UsageTerms = first(u.Kid("Limitations").Value(), u.Kid("UsageType").Value())
	}
	m := n.Kid("DescriptiveMetadata")
	for _, k := range append(m.All("Language", "Genre", "SubjectCode", "Location", "Property", "TopicOccurrence", "DateLineDate"), n.All("Metadata")...) {
		switch k.Name {
		case "Language":
			d.Language = first(formal(k), d.Language)
		case "Genre":
			g := formal(k)
			d.AddGenre(model.Genre{Name: g})
			d.Genre(g)
		case "SubjectCode":
			p.subject(k)
		case "Location":
			var city, area, country string
			for _, pr := range k.All("Property") {
				v := first(pr.Attr("Value"), pr.Value())
				switch strings.ToLower(pr.Attr("FormalName")) {
				case "city", "cityname":
					city = v
				case "countryarea", "province", "state", "stateprovince":
					area = v
				case "country", "countryname":
					country = v
				}
			}
			name := first(city, area, country)
			d.AddConcept(&d.Places, model.Concept{Name: name, Rel: "about", Literal: country})
		case "Property":
			p.property(k)
		case "TopicOccurrence":
			if v := formal(k); v != "" {
				d.AddSubject(model.Subject{Name: v, Literal: strings.TrimPrefix(k.Attr("Topic"), "#")})
			}
		case "Metadata":
			for _, pr := range k.All("Property") {
				if strings.Contains(strings.ToLower(pr.Attr("FormalName")), "keyword") {
					d.AddKeyword(first(pr.Attr("Value"), pr.Value()))
				} else {
					p.property(pr)
				}
			}
		}
	}
}

var code8 = regexp.MustCompile(`^\d{8}$`)

// subject takes the finest level of a SubjectCode, each of its codes.
func (p *reader) subject(n *xmltree.Node) {
	level := []*xmltree.Node{}
	for _, name := range []string{"SubjectDetail", "SubjectMatter", "Subject"} {
		if level = n.All(name); len(level) > 0 {
			break
		}
	}
	if len(level) == 0 && n.HasAttr("FormalName") {
		level = []*xmltree.Node{n}
	}
	for _, k := range level {
		c := formal(k)
		s := model.Subject{Literal: c}
		for _, pr := range k.All("Property") {
			if strings.EqualFold(pr.Attr("FormalName"), "Name") || strings.EqualFold(pr.Attr("FormalName"), "SubjectName") {
				s.Name = first(pr.Attr("Value"), pr.Value())
			}
		}
		if code8.MatchString(c) {
			s.URI = "http://cv.iptc.org/newscodes/subjectcode/" + c
		} else if !strings.ContainsAny(c, "0123456789:") {
			s.Name = first(s.Name, c)
		}
		p.d.AddSubject(s)
	}
}
