package model

import "github.com/go-json-experiment/json/jsontext"

// Enriched is an article with what the engine found in it.
type Enriched struct {
	Article    `json:",embed"`
	Enrichment *Enrichment `json:"enrichment,omitzero"`
}

// Enrichment is everything one engine version found in one article. Slices
// are never nil in a finished enrichment, so that JSON has [] and not null.
type Enrichment struct {
	Engine       string        `json:"engine"`
	Version      string        `json:"version"`
	Language     string        `json:"language,omitzero"`
	Actors       []Actor       `json:"actors"`
	Sources      []Source      `json:"sources"`
	Places       []Place       `json:"places"`
	Attributions []Attribution `json:"attributions"`
	Deployments  []Deployment  `json:"deployments"`
	// Notes says what the engine passed over and why ("language ko: not analysed").
	Notes []string `json:"notes,omitempty"`

	Unknown jsontext.Value `json:",embed"`
}

// Field names of a Span.
const (
	FieldHeadline = "headline"
	FieldBody     = "body"
)

// Span is a piece of headlines[0].value or bodies[0].value: a W3C Web
// Annotation text position selector and text quote selector in one. Start
// (inclusive) and End (exclusive) count Unicode code points; Exact is always
// that slice.
type Span struct {
	Field string `json:"field"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Exact string `json:"exact"`
}

// Kinds of actor.
const (
	ActorPerson       = "person"
	ActorOrganisation = "organisation"
	ActorState        = "state"
	ActorGroup        = "group"
	ActorPlace        = "place-as-actor"
)

// Actor is somebody who acts in the story. Country is ISO 3166-1 alpha-3 (of a
// state that is gone its former code), empty when the text does not tell it;
// Role is the primary PLOVER/CAMEO sector code.
type Actor struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Type       string   `json:"type"`
	Country    string   `json:"country,omitzero"`
	Role       string   `json:"role,omitzero"`
	Roles      []string `json:"roles,omitempty"`
	Mentions   []Span   `json:"mentions"`
	Candidates []string `json:"candidates,omitempty"`
	Confidence float64  `json:"confidence"`
}

// Kinds of source, as gold/STORIES.md of the guidelines has them.
const (
	SourcePerson       = "person"
	SourceOrganisation = "organisation"
	SourceMedia        = "media"
	SourceOfficial     = "official"
	SourceDocument     = "document"
	SourceAnonymous    = "anonymous"
	SourceGroup        = "group"
)

// Source is somebody who is cited; Actor is the id of the actor it is, empty
// when it is none. Cited counts the attributions that refer to it.
type Source struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Actor    string `json:"actor,omitzero"`
	Mentions []Span `json:"mentions"`
	Cited    int    `json:"cited"`
}

// Place is a place named in the story. Lat and Lon are degrees in WGS 84.
type Place struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Level      string   `json:"level"`
	Country    string   `json:"country,omitzero"`
	Lat        *float64 `json:"lat,omitzero"`
	Lon        *float64 `json:"lon,omitzero"`
	Mentions   []Span   `json:"mentions"`
	Confidence float64  `json:"confidence"`
}

// Attribution is one statement with its sayer: source, cue and content after
// PolNeAR (Newell, Margolin and Ruths 2018). Via is the id of the nearest
// attribution that carries this one, null when none does.
type Attribution struct {
	ID         string     `json:"id"`
	Source     SourceRef  `json:"source"`
	Cue        SpanSet    `json:"cue"`
	Content    SpanSet    `json:"content"`
	Type       string     `json:"type"`
	Via        *string    `json:"via"`
	Date       *DateRange `json:"date"`
	Rule       string     `json:"rule,omitzero"`
	Confidence float64    `json:"confidence"`
}

// Types of attribution.
const (
	Direct   = "direct"
	Indirect = "indirect"
	Mixed    = "mixed"
)

// SourceRef is the words of a source and the source they stand for.
type SourceRef struct {
	Ref   *string `json:"ref"`
	Spans []Span  `json:"spans"`
}

// SpanSet is a role that may lie in several pieces, in text order.
type SpanSet struct {
	Spans []Span `json:"spans"`
}

// DateRange is a time as written and the days it covers, both ends inclusive,
// as ISO 8601 calendar dates; an open or unknown end is null.
type DateRange struct {
	Exact string  `json:"exact"`
	Start *string `json:"start"`
	End   *string `json:"end"`
}

// Deployment is a body of people sent, to be sent, refused, withdrawn or kept
// somewhere. What is not stated is null.
type Deployment struct {
	ID          string            `json:"id"`
	Unit        Span              `json:"unit"`
	Count       *Count            `json:"count"`
	Kind        string            `json:"kind"`
	Formation   *Formation        `json:"formation"`
	Action      string            `json:"action"`
	Status      string            `json:"status"`
	Sender      *Arg              `json:"sender"`
	Origin      *Arg              `json:"origin"`
	Destination *Arg              `json:"destination"`
	Source      *DeploymentSource `json:"source"`
	Date        *DateRange        `json:"date"`
	Purpose     *Span             `json:"purpose"`
	Beneficiary *Arg              `json:"beneficiary"`
	Mentions    []Span            `json:"mentions"`
	Evidence    []Span            `json:"evidence"`
	PartOf      *string           `json:"partOf"`
	Claim       string            `json:"claim"`
	Codes       *Codes            `json:"codes"`
	Rule        string            `json:"rule"`
	Confidence  float64           `json:"confidence"`
	Tentative   bool              `json:"tentative"`
}

// Count is a number of persons as a closed interval; a null end is open.
type Count struct {
	Min    *int64 `json:"min"`
	Max    *int64 `json:"max"`
	Approx bool   `json:"approx"`
}

// Formation is a military formation named as such ("2nd battalion").
type Formation struct {
	Number *int   `json:"number"`
	Type   string `json:"type"`
}

// Arg is an argument of a deployment: its words and what they resolve to.
type Arg struct {
	Span
	Actor string    `json:"actor,omitzero"`
	Place *ArgPlace `json:"place,omitzero"`
}

// ArgPlace is where an argument lies.
type ArgPlace struct {
	Name    string   `json:"name"`
	Country string   `json:"country,omitzero"`
	Lat     *float64 `json:"lat,omitzero"`
	Lon     *float64 `json:"lon,omitzero"`
}

// DeploymentSource is who is cited for a deployment: the nearest sayer, its
// attribution, and the attributions around the statement from the outermost in.
type DeploymentSource struct {
	Exact       string   `json:"exact"`
	Attribution *string  `json:"attribution"`
	Chain       []string `json:"chain"`
}

// Codes are event-data codes beside the plain words (PLOVER 2023, CAMEO 1.1b3).
type Codes struct {
	PLOVER string `json:"plover,omitzero"`
	Mode   string `json:"mode,omitzero"`
	CAMEO  string `json:"cameo,omitzero"`
}
