package nitf

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/xmltree"
)

// Content is what an NITF document says in its body.
type Content struct {
	Headline, SubHeadline, By, Dateline, Located, Distributor, Abstract string
	Text, Caption, Tagline, Copyright                                   string
	Notes                                                               []string
	StoryDate                                                           string
}

// ReadBody reads the body of an NITF document, or an element that holds one
// (NITF 3.6, sections body.head, body.content and body.end).
func ReadBody(n *xmltree.Node) Content {
	var c Content
	body := n
	if b := n.Find("body"); b != nil {
		body = b
	}
	head := body.Find("body.head")
	if h := head.Kid("hedline"); h != nil {
		for _, l := range h.All("hl1") {
			c.Headline = join(c.Headline, l.Value())
		}
		for _, l := range h.All("hl2") {
			c.SubHeadline = join(c.SubHeadline, l.Value())
		}
		if c.Headline == "" && len(h.All("hl2")) == 0 {
			c.Headline = h.Value()
		}
	}
	for _, b := range head.All("byline") {
		c.By = join(c.By, b.Value())
	}
	c.Distributor = head.Kid("distributor").Value()
	if d := head.Kid("dateline"); d != nil {
		c.Dateline = d.Value()
		if l := d.Kid("location"); l != nil {
			c.Located = trimPlace(l.Value())
		} else {
			c.Located = placeOf(c.Dateline)
		}
		if s := d.Kid("story.date"); s != nil {
			c.StoryDate = s.Attr("norm")
		}
	}
	if a := head.Kid("abstract"); a != nil {
		c.Abstract = xmltree.Text(a, nil)
	}
	for _, l := range head.All("note") {
		if t := xmltree.Text(l, nil); t != "" {
			c.Notes = append(c.Notes, t)
		}
	}
	for _, r := range head.All("rights") {
		c.Copyright = join(c.Copyright, r.Value())
	}
	var f wire.TextFlow
	var captions []string
	skip := func(k *xmltree.Node) bool {
		switch k.Name {
		case "media":
			if mc := k.Find("media-caption"); mc != nil {
				if t := xmltree.Text(mc, nil); t != "" {
					captions = append(captions, t)
				}
			}
			return true
		case "note":
			if strings.EqualFold(k.Attr("noteclass"), "editorsnote") {
				if t := xmltree.Text(k, nil); t != "" {
					c.Notes = append(c.Notes, t)
				}
				return true
			}
			return false
		case "media-metadata", "media-object", "nitf-table-metadata", "custom-table", "script", "style":
			return true
		}
		return false
	}
	content := body.All("body.content")
	if len(content) == 0 {
		if bc := body.Find("body.content"); bc != nil {
			content = []*xmltree.Node{bc}
		}
	}
	switch {
	case len(content) > 0:
		for _, b := range content {
			b.Flow(&f, skip)
			f.Break(2)
		}
	case head == nil:
		body.Flow(&f, skip)
	default: // paragraphs that stand in the body itself
		for _, k := range body.Kids {
			if k.Name != "body.head" && k.Name != "body.end" && k.Name != "" {
				f.Open(k.Name)
				k.Flow(&f, skip)
				f.Close(k.Name)
			}
		}
	}
	c.Text = f.String()
	c.Caption = strings.Join(captions, "\n\n")
	if e := body.Kid("body.end"); e != nil {
		c.Tagline = e.Kid("tagline").Value()
	}
	return c
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

func trimPlace(s string) string { return strings.TrimRight(s, " ,-–—:") }

// placeOf is the place of a dateline that is one text: "PARIS, June 3 (AFP) -".
func placeOf(s string) string {
	if d, ok := wire.ReadDateline(s + " -- x"); ok {
		return d.Place
	}
	if d, ok := wire.ReadDateline(s + " x"); ok {
		return d.Place
	}
	if i := strings.IndexAny(s, "("); i > 0 {
		s = s[:i]
	}
	if i := strings.Index(s, ", "); i > 0 && strings.ContainsAny(s[i:], "0123456789") {
		s = s[:i]
	}
	return trimPlace(strings.TrimSpace(s))
}

// PlaceOf is the place that a dateline names.
func PlaceOf(dateline string) string { return placeOf(wire.CleanLine(dateline)) }
