package deployment

import (
	"math"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Places resolves the words of a place. place.Resolver is one.
type Places interface {
	Resolve(words string, ctx place.Context) (place.Place, float64, bool)
}

// neighbours is how far apart two places named together may lie, in
// kilometres, to be told as one point between them.
const neighbours = 250.0

// context weighs the countries of the story.
func (st *story) context() place.Context {
	if st.ctx != nil {
		return *st.ctx
	}
	v := st.v
	c := place.Context{Countries: map[string]float64{}}
	if !st.d.Date.IsZero() {
		c.Day = kb.DayOf(st.d.Date)
	}
	for i := range v.states {
		for _, s := range v.states[i].states[:1] {
			c.Countries[v.x.states[s].iso]++
		}
	}
	st.ctx = &c
	return c
}

// country is the state in which a phrase lies or whose it is, "" when unknown.
func (st *story) country(p span) string {
	v := st.v
	if !p.ok() {
		return ""
	}
	for k := p.first; k < p.last; k++ {
		if m := v.state(k); m != nil {
			return kb.StateAt(v.x.states[m.states[0]].iso, st.context().Day)
		}
	}
	if l := st.locate(p); l != nil {
		return l.Country
	}
	return ""
}

// locate resolves the place of an argument, nil when no map has it.
func (st *story) locate(p span) *model.ArgPlace {
	v := st.v
	if !p.ok() || st.a.places == nil {
		return nil
	}
	switch v.low[p.last-1] {
	case "abroad", "overseas", "bases", "home", "here", "there", "front":
		if !v.named(p) {
			return nil
		}
	}
	// Countries, told by name or by adjective.
	if m := v.state(p.first); m != nil && m.last >= p.last && m.form != stCapital && m.form != stMetonym {
		s := v.x.states[m.states[0]]
		out := &model.ArgPlace{Name: s.name, Country: kb.StateAt(s.iso, st.context().Day)}
		if s.lat != 0 || s.lon != 0 {
			lat, lon := s.lat, s.lon
			out.Lat, out.Lon = &lat, &lon
		}
		return out
	}
	// Several names: the point between neighbours, else their country.
	var parts []span
	from := p.first
	for k := p.first; k < p.last; k++ {
		if v.low[k] == "," || v.low[k] == "and" || v.low[k] == "or" {
			if k > from {
				parts = append(parts, span{from, k})
			}
			from = k + 1
		}
	}
	if len(parts) > 0 && from < p.last {
		parts = append(parts, span{from, p.last})
		return st.between(parts)
	}
	ctx := st.context()
	if w := st.insideOf(p); w.ok() {
		if in, ok := st.resolve(w, ctx); ok {
			ctx.Within = in.Country
		}
	}
	r, ok := st.resolve(p, ctx)
	if !ok {
		// What no map has lies where the text puts it.
		if w := st.insideOf(p); w.ok() {
			r, ok = st.resolve(w, st.context())
		}
	}
	if !ok {
		return nil
	}
	return argPlace(r)
}

func argPlace(r place.Place) *model.ArgPlace {
	out := &model.ArgPlace{Name: r.Name, Country: r.Country}
	if r.HasPoint {
		lat, lon := r.Lat, r.Lon
		out.Lat, out.Lon = &lat, &lon
	}
	return out
}

// insideOf is the place in which the words behind put a place: "Mansoa in
// Guinea-Bissau", "the Rumaila gas project near Basra".
func (st *story) insideOf(p span) span {
	v := st.v
	end := v.t.Sentences[v.t.Tokens[p.first].Sentence].Last
	if p.last >= end {
		return span{}
	}
	switch v.low[p.last] {
	case "in", "near", "of", ",":
		if v.low[p.last] == "," && !(p.last+1 < end && v.pos[p.last+1] == pProper) {
			return span{}
		}
		if !v.opened[v.t.Tokens[p.first].Sentence] {
			return span{}
		}
		if q, ok := v.placeSpan(p.last+1, end); ok && v.named(q) {
			return q
		}
	}
	return span{}
}

func (st *story) resolve(p span, ctx place.Context) (place.Place, bool) {
	v := st.v
	r, conf, ok := st.a.places.Resolve(v.str(p), ctx)
	if !ok {
		return r, false
	}
	// A country found inside a phrase that names something smaller is no answer.
	if r.Level == place.Country && conf < 0.3 {
		return r, false
	}
	return r, true
}

func (st *story) between(parts []span) *model.ArgPlace {
	var ps []place.Place
	for _, q := range parts {
		if r, ok := st.resolve(q, st.context()); ok {
			ps = append(ps, r)
		}
	}
	if len(ps) == 0 {
		return nil
	}
	out := argPlace(ps[0])
	if len(ps) == 1 {
		return out
	}
	lat, lon, n := 0.0, 0.0, 0.0
	near := true
	for _, r := range ps {
		if r.Country != ps[0].Country {
			return nil
		}
		near = near && r.HasPoint && ps[0].HasPoint && distance(r.Lat, r.Lon, ps[0].Lat, ps[0].Lon) <= neighbours
		lat, lon, n = lat+r.Lat, lon+r.Lon, n+1
		if r.Name != ps[0].Name {
			out.Name += ", " + r.Name
		}
	}
	if !near {
		return &model.ArgPlace{Name: out.Name, Country: out.Country}
	}
	lat, lon = lat/n, lon/n
	out.Lat, out.Lon = &lat, &lon
	return out
}

// distance on the sphere, in kilometres.
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	const r = math.Pi / 180
	a, b, c, d := lat1*r, lon1*r, lat2*r, lon2*r
	h := math.Pow(math.Sin((c-a)/2), 2) + math.Cos(a)*math.Cos(c)*math.Pow(math.Sin((d-b)/2), 2)
	return 2 * 6371 * math.Asin(math.Min(1, math.Sqrt(h)))
}

// mainState is the state told most often, not the sender's; 0 span for none.
func (st *story) mainState(d *draft, before int) span {
	v := st.v
	count := map[int]int{}
	where := map[int]span{}
	for i := range v.states {
		m := &v.states[i]
		s := m.states[0]
		if len(m.states) > 1 && m.form == stAdjective {
			continue
		}
		p := span{m.first, m.last}
		if v.sameActor(p, d.sender) || m.first < v.body && m.form != stCapital {
			continue
		}
		count[s]++
		old, ok := where[s]
		better := !ok || m.form == stName && v.states[v.stateAt[old.first]-1].form != stName
		if better && (m.form == stName || m.form == stAdjective || !ok) {
			where[s] = p
		}
	}
	best, n := span{}, 0
	for i := range v.states {
		s := v.states[i].states[0]
		if count[s] > n {
			best, n = where[s], count[s]
		}
	}
	_ = before
	return best
}
