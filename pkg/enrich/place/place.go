// Package place resolves the names of places: countries, first-level regions,
// towns and the sites that matter to troops (bases, straits, islands, seas).
//
// A name and what the story tells about it go in, one place with its
// coordinates and a confidence comes out, or none. What is decided by: the
// words around the name ("the Kursk region", "the city of Kursk", "Mansoa,
// Guinea-Bissau"), the countries of the story, and how large the place is.
//
// Towns and regions are GeoNames' (CC BY 4.0), compiled by `go run
// ./internal/train kb`; sites and English names of regions are tables beside
// this file. Ids are "geonames:<n>" where GeoNames has the place and
// "place:<slug>" where the project's own table alone does. Coordinates are
// degrees in WGS 84; those of a country are the mean of its towns.
package place

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/gazetteer"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

//go:embed places.tsv.zst
var compiled []byte

//go:embed tables/sites.tsv
var sitesTable string

// Levels of a place.
const (
	Country = "country"
	Region  = "region"
	City    = "city"
	Site    = "site"
	Water   = "water"
)

// Place is a place on the earth.
type Place struct {
	ID    string
	Name  string
	Level string
	// Country is the ISO 3166-1 alpha-3 code, "" for a sea.
	Country string
	// Region keys the first-level region ("RU.41"), "" when it is not known.
	Region     string
	Lat, Lon   float64
	HasPoint   bool
	Population int

	chosen bool // from the project's own table: what wires mean first
}

// Context is what the story tells about a name.
type Context struct {
	// Countries are the countries of the story by ISO code, with weights that
	// need no scale.
	Countries map[string]float64
	// Level is the level that the words around the name tell, "" when they do not.
	Level string
	// Within is the country or the key of the region in which the words put
	// the place ("GNB" for "Mansoa, Guinea-Bissau"), "" when they do not.
	Within string
	// Regions are keys of regions named as such elsewhere in the story.
	Regions []string
	// Day is the story's day; it decides the state of land that changed hands.
	Day kb.Day
}

// Resolver knows the places. It never changes and is safe to share.
type Resolver struct {
	places []Place
	names  *gazetteer.Gazetteer
	base   *kb.KB
}

// Load reads the embedded places; the countries are those of the base.
func Load(base *kb.KB) (*Resolver, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("load places: %w", err)
	}
	defer d.Close()
	b, err := d.DecodeAll(compiled, nil)
	if err != nil {
		return nil, fmt.Errorf("load places: %w", err)
	}
	text := string(b)
	r := &Resolver{
		places: make([]Place, 0, strings.Count(text, "\n")+1500),
		names:  gazetteer.New(4 * strings.Count(text, "\n")),
		base:   base,
	}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if err := r.decode(line); err != nil {
			return nil, fmt.Errorf("load places: line %d: %w", n, err)
		}
	}
	if err := r.sites(); err != nil {
		return nil, fmt.Errorf("load places: %w", err)
	}
	for e := range base.All {
		if s := e.State(); s != nil {
			p := Place{ID: "place:" + e.ID, Name: s.Name, Level: Country, Country: s.ISO, Lat: s.Lat, Lon: s.Lon, HasPoint: s.HasPoint, Population: 1 << 30}
			if s.GeoNames != 0 {
				p.ID = "geonames:" + strconv.Itoa(s.GeoNames)
			}
			r.add(p, s.Name, strings.Join(s.Aliases, "|"))
		}
	}
	return r, nil
}

func (r *Resolver) add(p Place, name, aliases string) {
	v := uint32(len(r.places))
	r.places = append(r.places, p)
	r.names.Add(name, v)
	for aliases != "" {
		var a string
		a, aliases, _ = strings.Cut(aliases, "|")
		r.names.Add(a, v)
	}
}

func (r *Resolver) decode(line string) error {
	var c [9]string
	rest, more := line, true
	for i := range c {
		if !more {
			return fmt.Errorf("%d columns, want %d", i, len(c))
		}
		c[i], rest, more = strings.Cut(rest, "\t")
	}
	lat, errLat := strconv.ParseFloat(c[5], 64)
	lon, errLon := strconv.ParseFloat(c[6], 64)
	population, errPop := strconv.Atoi(c[7])
	if errLat != nil || errLon != nil || errPop != nil {
		return fmt.Errorf("bad number in %q", line)
	}
	p := Place{ID: "geonames:" + c[1], Name: c[2], Level: City, Country: c[3], Region: c[4], Lat: lat, Lon: lon, HasPoint: true, Population: population}
	if c[0] == "r" {
		p.Level = Region
	}
	r.add(p, c[2], c[8])
	return nil
}

func (r *Resolver) sites() error {
	header := true
	for n, line := range strings.Split(sitesTable, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if header {
			header = false
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 7 {
			return fmt.Errorf("sites.tsv line %d: %d columns, want 7", n+1, len(c))
		}
		lat, errLat := strconv.ParseFloat(c[4], 64)
		lon, errLon := strconv.ParseFloat(c[5], 64)
		if errLat != nil || errLon != nil {
			return fmt.Errorf("sites.tsv line %d: bad coordinates", n+1)
		}
		id := "place:" + slug(c[0])
		if c[6] != "" {
			id = "geonames:" + c[6]
		}
		r.add(Place{ID: id, Name: c[0], Level: c[2], Country: c[3], Lat: lat, Lon: lon, HasPoint: true, Population: 50000, chosen: true}, c[0], c[1])
	}
	return nil
}

func slug(s string) string {
	var b strings.Builder
	hyphen := false
	for _, r := range strings.ToLower(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if hyphen && b.Len() > 0 {
				b.WriteByte('-')
			}
			hyphen = false
			b.WriteRune(r)
		} else {
			hyphen = true
		}
	}
	return b.String()
}

// Gazetteer has every name of a place, for scanning; Candidates tells the
// places of a leaf.
func (r *Resolver) Gazetteer() *gazetteer.Gazetteer { return r.names }

// Known reports whether some place has exactly this name.
func (r *Resolver) Known(name string) bool {
	_, ok := r.names.Lookup(name)
	return ok
}

// Large reports whether a place of this name is a region, a country, one of
// the project's own or a town of 20,000.
func (r *Resolver) Large(name string) bool {
	leaf, ok := r.names.Lookup(name)
	if !ok {
		return false
	}
	var buf [32]uint32
	for _, v := range r.names.Values(buf[:0], leaf) {
		if p := &r.places[v]; p.Level != City || p.chosen || p.Population >= 20000 {
			return true
		}
	}
	return false
}

// Own reports whether the name is one of the project's own table: a base, a
// strait, a front-line town.
func (r *Resolver) Own(name string) bool {
	leaf, ok := r.names.Lookup(name)
	if !ok {
		return false
	}
	var buf [32]uint32
	for _, v := range r.names.Values(buf[:0], leaf) {
		if r.places[v].chosen {
			return true
		}
	}
	return false
}

// Resolve finds the place that words name. The words may be a bare name or a
// phrase with a name in it ("the Russian city of Kursk", "an airfield near
// Mansoa", "northern Iraq", "Basra, Iraq"). Confidence runs from 0 to 1; ok is
// false when nothing is known by that name.
func (r *Resolver) Resolve(words string, ctx Context) (p Place, confidence float64, ok bool) {
	p, confidence, ok = r.resolve(words, ctx)
	if ok {
		p.Country = kb.StateAt(p.Country, ctx.Day)
	}
	return p, confidence, ok
}

// ResolveIn resolves words of a document. A site that the gazetteer lacks lies
// where the document puts it: in the place that its words name behind or
// before it ("Orangchon Power Station in North Hamgyong Province").
func (r *Resolver) ResolveIn(d *text.Doc, words string, ctx Context) (p Place, confidence float64, ok bool) {
	if p, confidence, ok = r.Resolve(words, ctx); ok || len(words) < 4 {
		return p, confidence, ok
	}
	for _, t := range []*text.Text{d.Body, d.Headline} {
		s := t.S
		for range 8 {
			i := strings.Index(s, words)
			if i < 0 {
				break
			}
			s = s[i+len(words):]
			for _, in := range []string{" in the ", " in ", " near ", " at ", ", ", " of "} {
				tail, found := strings.CutPrefix(s, in)
				if !found {
					continue
				}
				if len(tail) > 60 {
					tail = strings.ToValidUTF8(tail[:60], "")
				}
				if j := strings.IndexAny(tail, ".,;:()\n"); j >= 0 {
					tail = tail[:j]
				}
				if tail == "" || !upperAt(tail, 0) {
					continue
				}
				if p, confidence, ok = r.Resolve(tail, ctx); ok {
					return p, confidence * 0.8, true
				}
			}
		}
	}
	return Place{}, 0, false
}

// maxPhrase bounds the bytes of a phrase that Resolve reads.
const maxPhrase = 400

// Wide reports whether a name is that of a land of many countries ("West
// Africa", "the Middle East"): no place that Resolve finds.
func Wide(name string) bool {
	switch strings.ToLower(trimArticle(name)) {
	case "africa", "europe", "asia", "america", "americas", "oceania", "antarctica", "west africa", "east africa", "north africa", "southern africa", "central africa region",
		"sub-saharan africa", "horn of africa", "middle east", "near east", "eastern europe", "western europe", "central europe", "northern europe", "southern europe",
		"latin america", "south america", "north america", "central america", "southeast asia", "south-east asia", "south asia", "central asia", "east asia", "northeast asia",
		"asia-pacific", "asia pacific", "indo-pacific", "balkans", "western balkans", "caucasus", "south caucasus", "scandinavia", "baltics", "baltic states", "maghreb",
		"levant", "gulf states", "west", "east", "north", "south", "mideast", "eurasia", "great lakes region", "western hemisphere", "eastern africa", "western africa":
		return true
	}
	return false
}

func (r *Resolver) resolve(words string, ctx Context) (Place, float64, bool) {
	if len(words) > maxPhrase {
		cut := maxPhrase
		for cut > 0 && !utf8.RuneStart(words[cut]) {
			cut--
		}
		words = words[:cut]
	}
	words = strings.TrimSpace(words)
	if Wide(words) {
		return Place{}, 0, false
	}
	// "Basra, Iraq": what follows a comma says where.
	if head, tail, found := strings.Cut(words, ","); found {
		if in, _, ok := r.resolve(tail, Context{Countries: ctx.Countries, Day: ctx.Day}); ok && ctx.Within == "" {
			ctx.Within = within(in)
		}
		if p, c, ok := r.resolve(head, ctx); ok {
			return p, c, true
		}
		return r.resolve(tail, ctx)
	}
	if p, c, ok := r.exact(words, &ctx); ok {
		return p, c, true
	}
	return r.inside(words, ctx)
}

func within(p Place) string {
	if p.Level == Region && p.Region != "" {
		return p.Region
	}
	return p.Country
}

// exact resolves a bare name, with or without the words that tell its level.
func (r *Resolver) exact(name string, ctx *Context) (Place, float64, bool) {
	name = trimArticle(name)
	if name == "" {
		return Place{}, 0, false
	}
	if p, c, ok := r.choose(name, ctx); ok {
		return p, c, true
	}
	base, level := stripLevel(name)
	if base == name {
		return Place{}, 0, false
	}
	if level != "" {
		ctx.Level = level
	}
	return r.choose(base, ctx)
}

// inside looks for a name within a phrase: country words and possessives say
// where, the first name of anything smaller is what is meant, else the country.
func (r *Resolver) inside(phrase string, ctx Context) (Place, float64, bool) {
	var buf [64]gazetteer.Word
	words := appendPhrase(buf[:0], phrase)
	type hit struct {
		start, end int
		country    string
	}
	var hits []hit
	country := ""
	for i := 0; i < len(words); {
		if words[i].Barrier || !upperAt(phrase, words[i].Start) {
			i++
			continue
		}
		n, _ := r.names.Longest(words, i)
		m, leaf := r.base.Gazetteer().Longest(words, i)
		iso := ""
		if m > 0 && m >= n {
			for _, nm := range r.base.Names(nil, leaf) {
				if nm.Entry.State() != nil && (nm.Kind <= kb.ByAlias || nm.Kind == kb.ByAdjective) {
					iso = nm.Entry.Country
					break
				}
			}
		}
		switch {
		case iso != "":
			if country == "" {
				country = iso
			}
			if n == m {
				hits = append(hits, hit{words[i].Start, words[i+n-1].End, iso})
			}
			i += m
		case n == 1 && (compassWord(phrase[words[i].Start:words[i].End]) || levelWord(phrase[words[i].Start:words[i].End]) != ""),
			n > 0 && partOfName(phrase, words, i, i+n):
			i++
		case n > 0:
			hits = append(hits, hit{words[i].Start, words[i+n-1].End, ""})
			i += n
		default:
			i++
		}
	}
	if ctx.Within == "" {
		ctx.Within = country
	}
	for _, h := range hits {
		if h.country != "" {
			continue
		}
		c := ctx
		if c.Level == "" {
			c.Level = levelAround(phrase, h.start, h.end)
		}
		if p, conf, ok := r.choose(phrase[h.start:h.end], &c); ok {
			return p, conf * 0.95, true
		}
	}
	for _, h := range hits {
		if h.country != "" {
			c := ctx
			c.Within = ""
			c.Level = Country
			if p, conf, ok := r.choose(phrase[h.start:h.end], &c); ok {
				return p, conf * 0.9, true
			}
		}
	}
	return Place{}, 0, false
}

// partOfName reports whether capitalised words beside words[i:j] make them a
// part of another name: "Chu" of "Chu Lai".
func partOfName(phrase string, words []gazetteer.Word, i, j int) bool {
	beside := func(k, next int) bool {
		w := &words[k]
		if w.Barrier || !upperAt(phrase, w.Start) {
			return false
		}
		s := phrase[w.Start:w.End]
		gap := phrase[w.End:max(w.End, next)]
		if k >= j {
			gap = phrase[next:w.Start]
		}
		return strings.TrimSpace(gap) == "" && levelWord(s) == "" && !compassWord(s)
	}
	if j < len(words) && beside(j, words[j-1].End) {
		return true
	}
	return i > 0 && beside(i-1, words[i].Start)
}

func compassWord(w string) bool {
	switch strings.ToLower(w) {
	case "north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "upper", "lower", "greater":
		return true
	}
	return false
}

// appendPhrase cuts a phrase at blanks, as far as names need it.
func appendPhrase(dst []gazetteer.Word, phrase string) []gazetteer.Word {
	token := 0
	for i := 0; i < len(phrase); {
		j := strings.IndexAny(phrase[i:], " \t\n\u00a0")
		if j < 0 {
			j = len(phrase) - i
		}
		if j > 0 {
			piece := phrase[i : i+j]
			body := piece
			if cut, ok := strings.CutSuffix(piece, "'s"); ok {
				body = cut
			} else if cut, ok := strings.CutSuffix(piece, "’s"); ok {
				body = cut
			}
			dst = gazetteer.AppendWords(dst, body, token, i)
			token++
			i += j
			continue
		}
		_, n := utf8.DecodeRuneInString(phrase[i:])
		i += n
	}
	return dst
}

func upperAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsUpper(r)
}

func trimArticle(s string) string {
	for _, a := range []string{"the ", "The ", "THE "} {
		s = strings.TrimPrefix(s, a)
	}
	return strings.Trim(s, " .;:'\"“”‘’()")
}

// levelWords are nouns that tell the level of the name beside them.
func levelWord(w string) string {
	switch strings.ToLower(w) {
	case "region", "province", "oblast", "governorate", "district", "state", "department", "prefecture", "territory", "krai", "county", "peninsula", "republic",
		"provinces", "regions", "departments", "voivodeship", "canton", "highlands":
		return Region
	case "city", "town", "village", "municipality", "settlement", "capital", "port", "suburb", "townships", "hamlet":
		return City
	case "base", "airport", "airfield", "island", "islands", "camp", "barracks", "crossing", "airbase", "garrison", "valley", "mountain", "mountains", "desert", "corridor", "field":
		return Site
	case "sea", "strait", "river", "lake", "gulf", "ocean", "bay", "canal", "channel":
		return Water
	}
	return ""
}

// stripLevel takes the level's noun off a name ("Kursk region", "city of
// Kursk", "Lake Chad" stays when it is a name itself).
func stripLevel(name string) (base, level string) {
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		if l := levelWord(name[i+1:]); l != "" {
			return name[:i], l
		}
	}
	if i := strings.IndexByte(name, ' '); i > 0 {
		first, rest := name[:i], name[i+1:]
		if l := levelWord(first); l != "" {
			return strings.TrimPrefix(rest, "of "), l
		}
		switch strings.ToLower(first) {
		case "northern", "southern", "eastern", "western", "central", "north-eastern", "north-western", "south-eastern", "south-western", "northeastern", "northwestern",
			"southeastern", "southwestern", "northeast", "northwest", "southeast", "southwest", "north", "south", "east", "west", "upper", "lower", "greater", "downtown", "inner":
			return rest, ""
		}
	}
	return name, ""
}

// levelAround reads the nouns beside phrase[start:end].
func levelAround(phrase string, start, end int) string {
	after := strings.Fields(phrase[end:])
	if len(after) > 0 {
		if l := levelWord(strings.Trim(after[0], ".,;")); l != "" {
			return l
		}
	}
	before := strings.Fields(phrase[:start])
	if n := len(before); n > 1 && strings.EqualFold(before[n-1], "of") {
		return levelWord(before[n-2])
	} else if n > 0 {
		return levelWord(before[n-1])
	}
	return ""
}

// choose takes the best of the places with exactly this name.
func (r *Resolver) choose(name string, ctx *Context) (Place, float64, bool) {
	leaf, ok := r.names.Lookup(name)
	if !ok {
		return Place{}, 0, false
	}
	var buf [32]uint32
	list := r.names.Values(buf[:0], leaf)
	if len(list) > 400 {
		list = list[:400]
	}
	total := 0.0
	for _, w := range ctx.Countries {
		total += w
	}
	best, second := -1, math.Inf(-1)
	bestScore := math.Inf(-1)
	for _, v := range list {
		p := &r.places[v]
		s := score(p, ctx, total, name)
		if s > bestScore {
			if best >= 0 && !r.samePlace(&r.places[best], p) {
				second = bestScore
			}
			best, bestScore = int(v), s
		} else if s > second && !r.samePlace(&r.places[best], p) {
			second = s
		}
	}
	if best < 0 {
		return Place{}, 0, false
	}
	p := r.places[best]
	confidence := 0.95
	if !math.IsInf(second, -1) {
		confidence = 0.5 + 0.45*(1-math.Exp(-(bestScore-second)))
	}
	if p.Level == City && !p.chosen && total > 0 && ctx.Countries[p.Country] == 0 && ctx.Countries[kb.StateAt(p.Country, ctx.Day)] == 0 && ctx.Within == "" {
		// A small town of a country that the story does not name.
		switch {
		case p.Population < 15000:
			confidence *= 0.5
		case p.Population < 200000:
			confidence *= 0.75
		}
	}
	return p, math.Round(confidence*1000) / 1000, true
}

// samePlace says that to mistake one for the other does no harm.
func (r *Resolver) samePlace(a, b *Place) bool {
	return a.Country == b.Country && math.Abs(a.Lat-b.Lat) < 0.7 && math.Abs(a.Lon-b.Lon) < 1 && a.Level == b.Level
}

func score(p *Place, ctx *Context, total float64, name string) float64 {
	s := math.Log10(float64(p.Population) + 100)
	switch p.Level {
	case Country:
		s = 9
	case Region:
		s = 0.6*s + 1.2
	case Site, Water:
		s += 1
	}
	if p.chosen {
		s += 2.5
	}
	switch {
	case strings.EqualFold(p.Name, name):
		s += 0.5
	case p.Level == Region && len(p.Name) > len(name) && p.Name[len(name)] == ' ' && strings.EqualFold(p.Name[:len(name)], name):
		s += 0.9
	case p.Level == City && !p.chosen:
		s -= 0.4
	}
	if p.Level == City {
		s += 0.4
	}
	if total > 0 && p.Country != "" {
		w := ctx.Countries[p.Country]
		if was := kb.StateAt(p.Country, ctx.Day); was != p.Country {
			w += ctx.Countries[was]
		}
		s += 5 * math.Sqrt(min(1, w/total))
	}
	switch {
	case ctx.Within == "":
	case ctx.Within == p.Country || ctx.Within == p.Region:
		s += 8
	case p.Level == Country:
		s -= 4
	}
	switch {
	case ctx.Level == "":
	case ctx.Level == p.Level, ctx.Level == Site && p.Level == Water, ctx.Level == Water && p.Level == Site:
		s += 6
	case ctx.Level == Region && p.Level == Country, ctx.Level == City && p.Level == Country:
		s -= 6
	case ctx.Level == City && p.Level == Region && p.chosen:
		s -= 3
	}
	if p.Level == Region && slices.Contains(ctx.Regions, p.Region) {
		s += 4
	}
	return s
}

// ContextOf is the context that a document gives once actors and places are
// found in it: the countries of its actors and places by their mentions, the
// regions named, and its day.
func ContextOf(d *text.Doc) Context {
	ctx := Context{Countries: map[string]float64{}, Day: kb.DayOf(d.Date)}
	for i := range d.Enrichment.Actors {
		if a := &d.Enrichment.Actors[i]; a.Country != "" {
			weight := 0.3
			if a.Type == model.ActorState || a.Type == model.ActorPlace {
				weight = 1
			}
			ctx.Countries[a.Country] += weight * float64(len(a.Mentions))
		}
	}
	for i := range d.Enrichment.Places {
		if p := &d.Enrichment.Places[i]; p.Country != "" {
			ctx.Countries[p.Country] += 0.5 * float64(len(p.Mentions))
		}
	}
	return ctx
}
