// Package model holds the records that travel on Dateline's topics: the
// article, an IPTC ninjs 3.1 object with a "wire" extension, and the enriched
// article, which adds "enrichment".
//
// The package knows nothing of where records come from or go to. Decoding is
// strict about types and required members and lenient about unknown ones,
// which it keeps and writes out again. Values are plain data: safe to copy,
// not safe to change from two goroutines at once.
package model

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Article is one version of a story as IPTC ninjs 3.1 has it, with the
// Dateline extension in Wire. Members that Dateline does not interpret are
// carried as they came.
type Article struct {
	Standard           Standard       `json:"standard,omitzero"`
	URI                string         `json:"uri"`
	Type               string         `json:"type,omitzero"`
	RepresentationType string         `json:"representationType,omitzero"`
	Profile            string         `json:"profile,omitzero"`
	Version            string         `json:"version,omitzero"`
	FirstCreated       time.Time      `json:"firstCreated,omitzero"`
	VersionCreated     time.Time      `json:"versionCreated,omitzero"`
	ContentCreated     time.Time      `json:"contentCreated,omitzero"`
	EmbargoedUntil     time.Time      `json:"embargoedUntil,omitzero"`
	Expires            time.Time      `json:"expires,omitzero"`
	PubStatus          string         `json:"pubStatus,omitzero"`
	Urgency            int            `json:"urgency,omitzero"`
	CopyrightHolder    string         `json:"copyrightHolder,omitzero"`
	CopyrightNotice    string         `json:"copyrightNotice,omitzero"`
	UsageTerms         string         `json:"usageTerms,omitzero"`
	EdNote             string         `json:"edNote,omitzero"`
	Language           string         `json:"language,omitzero"`
	Title              string         `json:"title,omitzero"`
	By                 string         `json:"by,omitzero"`
	Slugline           string         `json:"slugline,omitzero"`
	Located            string         `json:"located,omitzero"`
	Headlines          []Text         `json:"headlines,omitempty"`
	Descriptions       []Text         `json:"descriptions,omitempty"`
	Bodies             []Body         `json:"bodies,omitempty"`
	People             []Concept      `json:"people,omitempty"`
	Organisations      []Concept      `json:"organisations,omitempty"`
	Places             []Concept      `json:"places,omitempty"`
	Subjects           []Subject      `json:"subjects,omitempty"`
	Events             []Event        `json:"events,omitempty"`
	Objects            []Concept      `json:"objects,omitempty"`
	InfoSources        []InfoSource   `json:"infoSources,omitempty"`
	Genres             []Genre        `json:"genres,omitempty"`
	AltIDs             []AltID        `json:"altIds,omitempty"`
	TrustIndicators    []Indicator    `json:"trustIndicators,omitempty"`
	RightsInfo         jsontext.Value `json:"rightsInfo,omitempty"`
	DigitalSourceType  jsontext.Value `json:"digitalSourceType,omitempty"`
	Renditions         jsontext.Value `json:"renditions,omitempty"`
	Associations       jsontext.Value `json:"associations,omitempty"`
	EventDetails       jsontext.Value `json:"eventDetails,omitempty"`
	PlannedCoverage    jsontext.Value `json:"plannedCoverage,omitempty"`
	Wire               Wire           `json:"wire,omitzero"`
	Unknown            jsontext.Value `json:",embed"`
}

// Standard names the IPTC standard a record follows.
type Standard struct {
	Name    string `json:"name,omitzero"`
	Version string `json:"version,omitzero"`
	Schema  string `json:"schema,omitzero"`
}

// Text is a headline or a description.
type Text struct {
	Role        string `json:"role,omitzero"`
	ContentType string `json:"contentType,omitzero"`
	Value       string `json:"value"`
}

// Body is one rendering of the text. Bodies[0] of an article is text/plain.
type Body struct {
	Role        string `json:"role,omitzero"`
	ContentType string `json:"contentType,omitzero"`
	CharCount   int    `json:"charCount,omitzero"`
	WordCount   int    `json:"wordCount,omitzero"`
	Value       string `json:"value"`
}

// Concept is a person, an organisation, a place or an object in the ninjs way.
type Concept struct {
	Name        string         `json:"name,omitzero"`
	Rel         string         `json:"rel,omitzero"`
	URI         string         `json:"uri,omitzero"`
	Literal     string         `json:"literal,omitzero"`
	Symbols     jsontext.Value `json:"symbols,omitempty"`
	ContactInfo jsontext.Value `json:"contactInfo,omitempty"`
	GeoJSON     jsontext.Value `json:"geoJSON,omitempty"`
}

// Subject is what a story is about. Relevance and Confidence run from 0 to 100.
type Subject struct {
	Name       string `json:"name,omitzero"`
	Rel        string `json:"rel,omitzero"`
	URI        string `json:"uri,omitzero"`
	Literal    string `json:"literal,omitzero"`
	Creator    string `json:"creator,omitzero"`
	Relevance  int    `json:"relevance,omitzero"`
	Confidence int    `json:"confidence,omitzero"`
}

// Event is an event that a story tells of.
type Event struct {
	ID      string `json:"id,omitzero"`
	Name    string `json:"name,omitzero"`
	Rel     string `json:"rel,omitzero"`
	URI     string `json:"uri,omitzero"`
	Literal string `json:"literal,omitzero"`
}

// InfoSource is a provider of or a contributor to the content.
type InfoSource struct {
	Name        string         `json:"name,omitzero"`
	Role        string         `json:"role,omitzero"`
	URI         string         `json:"uri,omitzero"`
	Literal     string         `json:"literal,omitzero"`
	ContactInfo jsontext.Value `json:"contactInfo,omitempty"`
}

// Genre is the nature of a piece.
type Genre struct {
	Name    string `json:"name,omitzero"`
	URI     string `json:"uri,omitzero"`
	Literal string `json:"literal,omitzero"`
}

// AltID is another identifier of the item.
type AltID struct {
	Role  string `json:"role,omitzero"`
	Value string `json:"value,omitzero"`
}

// Indicator is a ninjs trust indicator.
type Indicator struct {
	Role  string `json:"role,omitzero"`
	Title string `json:"title,omitzero"`
	Href  string `json:"href,omitzero"`
}

// Wire is Dateline's extension: how the version came in and how it orders.
type Wire struct {
	Feed   string `json:"feed"`
	Format string `json:"format"`
	// ReceivedAt is the "received" header of the raw record, in UTC.
	ReceivedAt time.Time `json:"receivedAt,omitzero"`
	// Revision orders the versions of a chain; see CONTRACT in doc/.
	Revision int64    `json:"revision"`
	Change   Change   `json:"change,omitzero"`
	Priority Priority `json:"priority,omitzero"`
	Raw      RawRef   `json:"raw,omitzero"`
	// Service tells service traffic from news: advisory, daybook, tabular or test.
	Service string `json:"service,omitzero"`
	// Notes are the public editor's notes that have a role; EdNote joins them all.
	Notes    []Note   `json:"notes,omitempty"`
	Warnings []string `json:"warnings,omitempty"`

	Unknown jsontext.Value `json:",embed"`
}

// Note is an editor's note with the role that its format gives it.
type Note struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// RawRef points at the raw record an article was parsed from.
type RawRef struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Offset    int64  `json:"offset"`
	// Item counts the items of one message from 0.
	Item   int    `json:"item"`
	SHA256 string `json:"sha256"`
}

// Change is what a version does to its chain.
type Change string

// The classes of change.
const (
	ChangeNew        Change = "new"
	ChangeUpdate     Change = "update"
	ChangeCorrection Change = "correction"
	ChangeRefile     Change = "refile"
	ChangeAdvisory   Change = "advisory"
	ChangeKill       Change = "kill"
	ChangeWithhold   Change = "withhold"
	ChangeRelease    Change = "release"
	ChangeTest       Change = "test"
)

// Priority is how fast a version is to reach a desk.
type Priority string

// The priorities, most pressing first.
const (
	PriorityFlash   Priority = "flash"
	PriorityAlert   Priority = "alert"
	PriorityUrgent  Priority = "urgent"
	PriorityRoutine Priority = "routine"
)

// Publication states of ninjs (pubStatus).
const (
	Usable   = "usable"
	Withheld = "withheld"
	Canceled = "canceled"
)

// Headline returns the plain headline, empty when there is none.
func (a *Article) Headline() string {
	if len(a.Headlines) == 0 {
		return ""
	}
	return a.Headlines[0].Value
}

// BodyText returns the plain body, empty when there is none.
func (a *Article) BodyText() string {
	if len(a.Bodies) == 0 {
		return ""
	}
	return a.Bodies[0].Value
}

// Provider returns the name of the info source with the role "provider",
// empty when none is given.
func (a *Article) Provider() string {
	for _, s := range a.InfoSources {
		if s.Role == "provider" {
			return s.Name
		}
	}
	return ""
}
