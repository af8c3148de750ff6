package store

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
)

// DeploymentRow is a deployment as the views have it: exact words, nil for
// what is not stated. Tentative ones have no row.
type DeploymentRow struct {
	ID                                   string
	Unit, UnitField                      string
	UnitStart                            int
	CountMin, CountMax                   *int64
	Approx                               bool
	Kind, Action, Status                 string
	Sender, Origin, Destination, Source  *string
	Confidence                           float64
	Purpose, Beneficiary                 *string
	Date, DateStart, DateEnd             *string // as written, and its ISO 8601 days
	DestinationPlace, DestinationCountry *string
	DestinationLat, DestinationLon       *float64
	SenderActor, PartOf, Claim, Rule     *string
}

// AttributionRow is an attribution as the views have it.
type AttributionRow struct {
	ID                 string
	Source, SourceKind *string
	SourceName         *string
	Cue, Content       string
	Type               string
	Via                *string
	Confidence         float64
}

// ActorRow is an actor as the views have it; Mentions is a count.
type ActorRow struct {
	Actor, Name, Type string
	Country, Role     *string
	Mentions          int
	Confidence        float64
}

// tags turns an enrichment into rows, in its order.
func (f *Face) tags(e *model.Enrichment) {
	f.Deployments, f.Attributions, f.Actors = nil, nil, nil
	if e == nil {
		return
	}
	for i := range e.Deployments {
		if d := &e.Deployments[i]; !d.Tentative {
			f.Deployments = append(f.Deployments, deploymentRow(d))
		}
	}
	sources := make(map[string]*model.Source, len(e.Sources))
	for i := range e.Sources {
		sources[e.Sources[i].ID] = &e.Sources[i]
	}
	words := make(map[string]*string, len(e.Attributions))
	for i := range e.Attributions {
		a := &e.Attributions[i]
		words[a.ID] = stated(join(a.Source.Spans))
	}
	for i := range e.Attributions {
		a := &e.Attributions[i]
		row := AttributionRow{
			ID: column(a.ID), Source: words[a.ID], Cue: join(a.Cue.Spans), Content: join(a.Content.Spans),
			Type: column(a.Type), Confidence: a.Confidence,
		}
		if a.Source.Ref != nil {
			if s := sources[*a.Source.Ref]; s != nil {
				row.SourceKind, row.SourceName = stated(s.Kind), stated(s.Name)
			}
		}
		if a.Via != nil {
			row.Via = words[*a.Via]
		}
		f.Attributions = append(f.Attributions, row)
	}
	for i := range e.Actors {
		a := &e.Actors[i]
		f.Actors = append(f.Actors, ActorRow{
			Actor: column(a.ID), Name: column(a.Name), Type: column(a.Type), Country: stated(a.Country), Role: stated(a.Role),
			Mentions: len(a.Mentions), Confidence: a.Confidence,
		})
	}
}

func deploymentRow(d *model.Deployment) DeploymentRow {
	r := DeploymentRow{
		ID: column(d.ID), Unit: column(d.Unit.Exact), UnitField: column(d.Unit.Field), UnitStart: d.Unit.Start,
		Kind: column(d.Kind), Action: column(d.Action), Status: column(d.Status),
		Sender: words(d.Sender), Origin: words(d.Origin), Destination: words(d.Destination),
		Beneficiary: words(d.Beneficiary), Claim: stated(d.Claim), Rule: stated(d.Rule), Confidence: d.Confidence,
	}
	if d.Count != nil {
		r.CountMin, r.CountMax, r.Approx = d.Count.Min, d.Count.Max, d.Count.Approx
	}
	if d.Source != nil {
		r.Source = stated(d.Source.Exact)
	}
	if d.Purpose != nil {
		r.Purpose = stated(d.Purpose.Exact)
	}
	if d.PartOf != nil {
		r.PartOf = stated(*d.PartOf)
	}
	if d.Date != nil {
		r.Date = stated(d.Date.Exact)
		if d.Date.Start != nil {
			r.DateStart = stated(*d.Date.Start)
		}
		if d.Date.End != nil {
			r.DateEnd = stated(*d.Date.End)
		}
	}
	if d.Sender != nil {
		r.SenderActor = stated(d.Sender.Actor)
	}
	if d.Destination != nil && d.Destination.Place != nil {
		p := d.Destination.Place
		r.DestinationPlace, r.DestinationCountry = stated(p.Name), stated(p.Country)
		r.DestinationLat, r.DestinationLon = p.Lat, p.Lon
	}
	return r
}

func words(a *model.Arg) *string {
	if a == nil {
		return nil
	}
	return stated(a.Exact)
}

// stated is nil for what is empty.
func stated(s string) *string {
	if s == "" {
		return nil
	}
	s = column(s)
	return &s
}

// join writes the pieces of a role as the views show them.
func join(spans []model.Span) string {
	pieces := make([]string, len(spans))
	for i := range spans {
		pieces[i] = column(spans[i].Exact)
	}
	return strings.Join(pieces, " … ")
}
