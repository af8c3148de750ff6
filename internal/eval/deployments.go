package eval

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Deployment is a gold deployment, as the guidelines DEPLOYMENTS.md mark it.
type Deployment struct {
	Unit        string       `json:"unit"`
	Start       int          `json:"start"`
	End         int          `json:"end"`
	Count       *model.Count `json:"count"`
	Kind        string       `json:"kind"`
	Action      string       `json:"action"`
	Status      string       `json:"status"`
	Sender      *string      `json:"sender"`
	Origin      *string      `json:"origin"`
	Destination *string      `json:"destination"`
	Source      *string      `json:"source"`

	Date             *model.DateRange `json:"date"`
	DestinationPlace *Place           `json:"destination_place"`
	OriginPlace      *Place           `json:"origin_place"`
}

// Place is where a gold slot lies. Km is the distance within which a
// prediction is right.
type Place struct {
	Country string   `json:"country"`
	Level   string   `json:"level"`
	Lat     *float64 `json:"lat"`
	Lon     *float64 `json:"lon"`
	Km      float64  `json:"km"`
}

// Aliases are the names that count as one state: for any slot, and (capitals)
// for senders and sources alone. The zero value knows none.
type Aliases struct{ any, acting map[string][]string }

// ReadAliases reads aliases.tsv and metonyms.tsv in dir: one state a line, its
// names separated by tabs.
func ReadAliases(dir string) (Aliases, error) {
	a := Aliases{map[string][]string{}, map[string][]string{}}
	for name, table := range map[string]map[string][]string{"aliases.tsv": a.any, "metonyms.tsv": a.acting} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return a, err
		}
		sc := bufio.NewScanner(f)
		for sc.Scan() {
			names := slices.DeleteFunc(strings.Split(sc.Text(), "\t"), func(s string) bool { return s == "" })
			for _, n := range names {
				k := strings.Join(plainWords(n), " ")
				if !slices.Contains(table[k], names[0]) {
					table[k] = append(table[k], names[0])
				}
			}
		}
		if err := cmp.Or(sc.Err(), f.Close()); err != nil {
			return a, err
		}
	}
	return a, nil
}

var (
	possessive = regexp.MustCompile(`[’']s\b`)
	noWord     = regexp.MustCompile(`[^\pL\pN_\s]`)
	weak       = strings.Fields("of in on at to for from and or by with its their his her")
)

func plainWords(s string) []string {
	s = strings.ReplaceAll(possessive.ReplaceAllString(strings.ToLower(s), ""), "defence", "defense")
	s = noWord.ReplaceAllString(strings.ReplaceAll(s, ".", ""), " ")
	return slices.DeleteFunc(strings.Fields(s), func(w string) bool { return w == "the" || w == "a" || w == "an" })
}

// key is a word that carries meaning, or the states that some words can mean.
type key struct {
	word   string
	states []string
}

func (a Aliases) keys(acting bool, text string) []key {
	w := plainWords(text)
	var out []key
	for i := 0; i < len(w); {
		j := min(len(w), i+6)
		for ; j > i; j-- {
			k := strings.Join(w[i:j], " ")
			states := slices.Clone(a.any[k])
			if acting {
				states = append(states, a.acting[k]...)
			}
			if len(states) > 0 {
				out = append(out, key{states: states})
				break
			}
		}
		if j == i {
			j = i + 1
			if !slices.Contains(weak, w[i]) {
				out = append(out, key{word: w[i]})
			}
		}
		i = j
	}
	return out
}

func (k key) hits(l key) bool {
	if k.states == nil || l.states == nil {
		return k.states == nil && l.states == nil && k.word == l.word
	}
	return slices.ContainsFunc(k.states, func(s string) bool { return slices.Contains(l.states, s) })
}

// sameText tells whether the words of one are all among the other's, with at
// most six more.
func (a Aliases) sameText(acting, source bool, x, y string) bool {
	s, l := a.keys(acting, x), a.keys(acting, y)
	if len(s) == 0 || len(l) == 0 {
		return slices.Equal(plainWords(x), plainWords(y))
	}
	if len(s) > len(l) {
		s, l = l, s
	}
	if len(l)-len(s) > 6 {
		return false
	}
	for _, k := range s {
		if !slices.ContainsFunc(l, k.hits) {
			return false
		}
	}
	// "Russia" is not "Russian media".
	return !source || len(l) == len(s) || slices.ContainsFunc(s, func(k key) bool { return k.states == nil })
}

// DeploymentScore counts what was found of gold deployments.
type DeploymentScore struct {
	Aliases Aliases

	Hit, False, Missed           int
	Facts, GoldFacts, Predicted  int
	Args, GoldArgs, PredArgs     int
	Negatives, Alarms            int
	WhenRight, WhenGold, When    int
	WhereRight, WhereGold, Where int
}

// String is one line of the scores.
func (s DeploymentScore) String() string {
	out := fmt.Sprintf("detection P %.3f R %.3f F1 %.4f, facts P %.3f R %.3f F1 %.4f, arguments F1 %.4f, false alarms %d of %d",
		ratio(s.Hit, s.Hit+s.False), ratio(s.Hit, s.Hit+s.Missed), f1(s.Hit, s.Hit+s.False, s.Hit+s.Missed),
		ratio(s.Facts, s.Predicted), ratio(s.Facts, s.GoldFacts), f1(s.Facts, s.Predicted, s.GoldFacts), f1(s.Args, s.PredArgs, s.GoldArgs), s.Alarms, s.Negatives)
	if s.WhenGold > 0 {
		out += fmt.Sprintf(", when F1 %.4f, where F1 %.4f", f1(s.WhenRight, s.When, s.WhenGold), f1(s.WhereRight, s.Where, s.WhereGold))
	}
	return out
}

// slot is one filled slot of both sides.
type slot struct {
	argument   bool
	gold, pred bool // filled
	right      bool
}

// Add scores one item. timed says that its records are marked with dates and places.
func (s *DeploymentScore) Add(text, headline string, gold []Deployment, timed bool, got *model.Enrichment) {
	var pred []model.Deployment
	for _, d := range got.Deployments {
		if !d.Tentative && d.Unit.Field == model.FieldBody {
			pred = append(pred, d)
		}
	}
	if len(gold) == 0 {
		s.Negatives++
		if len(pred) > 0 {
			s.Alarms++
		}
	}
	type pair struct {
		overlap float64
		i, j    int
	}
	var pairs []pair
	for i, g := range gold {
		for j, p := range pred {
			o := min(g.End, p.Unit.End) - max(g.Start, p.Unit.Start)
			lg, lp := g.End-g.Start, p.Unit.End-p.Unit.Start
			if o > 0 && 2*o >= min(lg, lp) && lp <= 2*lg+60 {
				pairs = append(pairs, pair{float64(o) / float64(lg+lp-o), i, j})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.overlap, a.overlap), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	usedG, usedP := map[int]bool{}, map[int]bool{}
	for _, x := range pairs {
		if usedG[x.i] || usedP[x.j] {
			continue
		}
		usedG[x.i], usedP[x.j] = true, true
		for _, sl := range s.slots(text, headline, &gold[x.i], &pred[x.j]) {
			if sl.right && sl.gold {
				s.Facts++
				if sl.argument {
					s.Args++
				}
			}
		}
		if timed {
			s.timed(&gold[x.i], &pred[x.j])
		}
	}
	s.Hit += len(usedG)
	s.Missed += len(gold) - len(usedG)
	s.False += len(pred) - len(usedP)
	for i := range gold {
		for _, sl := range s.slots(text, headline, &gold[i], &model.Deployment{}) {
			s.GoldFacts += count(sl.gold)
			s.GoldArgs += count(sl.gold && sl.argument)
		}
	}
	for i := range pred {
		for _, sl := range s.slots(text, headline, &Deployment{}, &pred[i]) {
			s.Predicted += count(sl.pred)
			s.PredArgs += count(sl.pred && sl.argument)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *DeploymentScore) slots(text, headline string, g *Deployment, p *model.Deployment) []slot {
	words := func(acting, source bool, g *string, p *string) slot {
		sl := slot{argument: true, gold: g != nil, pred: p != nil}
		switch {
		case g == nil || p == nil:
			sl.right = g == nil && p == nil
		case !strings.Contains(text, *p) && !strings.Contains(headline, *p):
		default:
			sl.right = s.Aliases.sameText(acting, source, *g, *p)
		}
		return sl
	}
	arg := func(a *model.Arg) *string {
		if a == nil {
			return nil
		}
		return &a.Exact
	}
	var source *string
	if p.Source != nil {
		source = &p.Source.Exact
	}
	actual := func(st string) string {
		if st == "ongoing" || st == "completed" {
			return "actual"
		}
		return st
	}
	counts := slot{argument: true, gold: g.Count != nil, pred: p.Count != nil}
	if g.Count == nil || p.Count == nil {
		counts.right = g.Count == nil && p.Count == nil
	} else {
		counts.right = same(g.Count.Min, p.Count.Min) && same(g.Count.Max, p.Count.Max)
	}
	plain := func(g, p string) slot { return slot{gold: g != "", pred: p != "", right: g == p} }
	return []slot{counts, plain(g.Kind, p.Kind), plain(g.Action, p.Action), {gold: g.Status != "", pred: p.Status != "", right: actual(g.Status) == actual(p.Status)},
		words(true, false, g.Sender, arg(p.Sender)), words(false, false, g.Origin, arg(p.Origin)),
		words(false, false, g.Destination, arg(p.Destination)), words(true, true, g.Source, source)}
}

func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return *a == *b
}

func (s *DeploymentScore) timed(g *Deployment, p *model.Deployment) {
	dated := func(d *model.DateRange) bool { return d != nil && (d.Start != nil || d.End != nil) }
	s.WhenGold += count(dated(g.Date))
	s.When += count(dated(p.Date))
	s.WhenRight += count(dated(g.Date) && dated(p.Date) && same(g.Date.Start, p.Date.Start) && same(g.Date.End, p.Date.End))
	for _, x := range []struct {
		words *string
		gold  *Place
		pred  *model.Arg
	}{{g.Destination, g.DestinationPlace, p.Destination}, {g.Origin, g.OriginPlace, p.Origin}} {
		if x.gold == nil && x.words != nil {
			continue // no place on the map
		}
		var place *model.ArgPlace
		if x.pred != nil && x.pred.Place != nil && (x.pred.Place.Country != "" || x.pred.Place.Lat != nil) {
			place = x.pred.Place
		}
		s.WhereGold += count(x.gold != nil)
		s.Where += count(place != nil)
		s.WhereRight += count(x.gold != nil && place != nil && x.gold.holds(place))
	}
}

// holds tells whether a prediction lies within the gold place's distance, by
// great circles on a sphere of 6,371 km.
func (g *Place) holds(p *model.ArgPlace) bool {
	if p.Country != g.Country {
		return false
	}
	if g.Level == "country" || g.Lat == nil || g.Lon == nil {
		return true
	}
	if p.Lat == nil || p.Lon == nil {
		return false
	}
	rad := func(x float64) float64 { return x * math.Pi / 180 }
	a, b, c, d := rad(*g.Lat), rad(*g.Lon), rad(*p.Lat), rad(*p.Lon)
	h := math.Pow(math.Sin((c-a)/2), 2) + math.Cos(a)*math.Cos(c)*math.Pow(math.Sin((d-b)/2), 2)
	return 2*6371*math.Asin(math.Min(1, math.Sqrt(h))) <= g.Km
}
