package text

import (
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
)

// New makes the document of a headline and a body, both valid UTF-8, and cuts
// them into paragraphs, sentences and tokens. A zero date is replaced by the
// day of the body's dateline where that has a year. Language is detected.
func New(uri, headline, body string, date time.Time) *Doc {
	return build(uri, headline, body, "", date)
}

func build(uri, headline, body, declared string, date time.Time) *Doc {
	d := &Doc{
		URI:      uri,
		Date:     date,
		Headline: &Text{Field: model.FieldHeadline, S: headline},
		Body:     &Text{Field: model.FieldBody, S: body},
	}
	d.Headline.split()
	d.Body.split()
	if d.Date.IsZero() {
		d.Date = d.Body.datelineDay(time.Time{})
	}
	d.Language = languageOf(declared, headline, body)
	return d
}

// FromArticle makes the document of an article. Date is versionCreated in its
// written zone, else the dateline's day (in the year that puts it nearest to
// the other times of the article), else zero. The declared language wins
// unless the script of the text plainly disagrees.
func FromArticle(a *model.Article) *Doc {
	d := build(a.URI, a.Headline(), a.BodyText(), a.Language, a.VersionCreated)
	if d.Date.IsZero() {
		for _, near := range []time.Time{a.ContentCreated, a.FirstCreated, a.Wire.ReceivedAt} {
			if !near.IsZero() {
				d.Date = d.Body.datelineDay(near)
				break
			}
		}
	}
	d.Provider = a.Provider()
	d.Located = a.Located
	return d
}
