// Package eval measures what the engine finds against annotated stories: it
// reads gold sets of the guidelines' form, runs annotators over them and
// scores the result. Scores are deterministic.
package eval

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Story is one annotated text. Offsets are code points of Text.
type Story struct {
	ID           string        `json:"id"`
	Date         string        `json:"date"`
	Headline     string        `json:"headline"`
	Text         string        `json:"text"`
	Attributions []Attribution `json:"attributions"`
	Records      []Deployment  `json:"records"`
	Actors       []Actor       `json:"actors"`
}

// Attribution is a gold attribution. Via, Kind and Who are told only by some
// sets.
type Attribution struct {
	N       any      `json:"n"`
	Source  [][2]int `json:"source"`
	Cue     [][2]int `json:"cue"`
	Content [][2]int `json:"content"`
	Via     any      `json:"via"`
	Kind    string   `json:"kind"`
	Who     string   `json:"who"`
}

// ReadStories reads one story a line.
func ReadStories(r io.Reader) ([]Story, error) {
	var out []Story
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<20), 1<<26)
	for sc.Scan() {
		if len(sc.Bytes()) == 0 {
			continue
		}
		var s Story
		if err := json.Unmarshal(sc.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("read gold line %d: %w", len(out)+1, err)
		}
		out = append(out, s)
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read gold: %w", err)
	}
	return out, nil
}

// AttributionScore counts what was found of gold attributions. Found pairs
// join one predicted and one gold attribution each.
type AttributionScore struct {
	Gold, Predicted, Found  int
	EndToEnd                int
	WithSource, SourceRight int
	Links, MyLinks, LinksOK int
	WithKind, KindOK        int
	WhoGold, WhoMine, WhoOK int
	Direct, DirectEndToEnd  int
}

func f1(ok, a, b int) float64 {
	if a+b == 0 {
		return 0
	}
	return 2 * float64(ok) / float64(a+b)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// String is one line of the scores.
func (s AttributionScore) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "gold %d predicted %d found P %.3f R %.3f F1 %.4f, end to end %.4f, source %.4f", s.Gold, s.Predicted,
		ratio(s.Found, s.Predicted), ratio(s.Found, s.Gold), f1(s.Found, s.Gold, s.Predicted), f1(s.EndToEnd, s.Gold, s.Predicted), ratio(s.SourceRight, s.WithSource))
	if s.Direct > 0 {
		fmt.Fprintf(&b, ", direct recall %.3f", ratio(s.DirectEndToEnd, s.Direct))
	}
	if s.Links > 0 {
		fmt.Fprintf(&b, ", chains %.4f kinds %.4f who %.4f", f1(s.LinksOK, s.Links, s.MyLinks), ratio(s.KindOK, s.WithKind), f1(s.WhoOK, s.WhoGold, s.WhoMine))
	}
	return b.String()
}

type scoredRole map[int]bool

type scored struct{ source, cue, content scoredRole }

var smallWords = []string{"the", "a", "an", "of", "in", "on", "at", "for", "from", "to", "by", "and", "or", "with", "s"}

// markTokens are the offsets of words and marks, in code points.
func markTokens(text []rune) [][2]int {
	word := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.IsNumber(r) || r == '_'
	}
	var out [][2]int
	for i := 0; i < len(text); {
		switch {
		case unicode.IsSpace(text[i]):
			i++
		case word(text[i]):
			j := i
			for j < len(text) && word(text[j]) {
				j++
			}
			out = append(out, [2]int{i, j})
			i = j
		default:
			out = append(out, [2]int{i, i + 1})
			i++
		}
	}
	return out
}

func inside(spans [][2]int, tokens [][2]int) scoredRole {
	out := scoredRole{}
	for _, s := range spans {
		i, _ := slices.BinarySearchFunc(tokens, s[0], func(t [2]int, at int) int {
			if t[1] <= at {
				return -1
			}
			return 1
		})
		for ; i < len(tokens) && tokens[i][0] < s[1]; i++ {
			out[i] = true
		}
	}
	return out
}

func common(a, b scoredRole) int {
	n := 0
	for k := range a {
		if b[k] {
			n++
		}
	}
	return n
}

func bodySpans(ss []model.Span) [][2]int {
	var out [][2]int
	for _, s := range ss {
		if s.Field == model.FieldBody {
			out = append(out, [2]int{s.Start, s.End})
		}
	}
	return out
}

// Add scores one story. A predicted and a gold attribution are a pair by the
// overlap of their contents, plus a half for a shared cue word, from 0.3 on.
func (s *AttributionScore) Add(gold Story, got *model.Enrichment) {
	text := []rune(gold.Text)
	tokens := markTokens(text)
	solid := func(i int) bool {
		w := string(text[tokens[i][0]:tokens[i][1]])
		r := text[tokens[i][0]]
		return (unicode.IsLetter(r) || unicode.IsNumber(r)) && !slices.Contains(smallWords, strings.ToLower(w))
	}
	kinds := map[string]string{}
	for _, x := range got.Sources {
		kinds[x.ID] = x.Kind
	}
	var g, p []scored
	for _, a := range gold.Attributions {
		g = append(g, scored{inside(a.Source, tokens), inside(a.Cue, tokens), inside(a.Content, tokens)})
	}
	var pred []model.Attribution
	for _, a := range got.Attributions {
		x := scored{inside(bodySpans(a.Source.Spans), tokens), inside(bodySpans(a.Cue.Spans), tokens), inside(bodySpans(a.Content.Spans), tokens)}
		if len(x.source)+len(x.cue)+len(x.content) > 0 {
			p, pred = append(p, x), append(pred, a)
		}
	}
	iou := func(i, j int) float64 {
		n := common(p[i].content, g[j].content)
		if u := len(p[i].content) + len(g[j].content) - n; u > 0 {
			return float64(n) / float64(u)
		}
		return 0
	}
	right := func(i, j int) bool {
		ps, gs := p[i].source, g[j].source
		if len(ps) == 0 || len(gs) == 0 {
			return len(ps) == 0 && len(gs) == 0
		}
		if len(ps) > 2*len(gs)+8 || 2*common(ps, p[i].content) > len(ps) {
			return false
		}
		any := false
		for k := range gs {
			if solid(k) {
				any = true
				if ps[k] {
					return true
				}
			}
		}
		return !any && common(ps, gs) > 0
	}
	type pair struct {
		score float64
		i, j  int
	}
	var pairs []pair
	for i := range p {
		for j := range g {
			w := iou(i, j)
			if common(p[i].cue, g[j].cue) > 0 && len(p[i].cue) <= len(g[j].cue)+4 {
				w += 0.5
			}
			if w >= 0.3 {
				pairs = append(pairs, pair{w, i, j})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	usedP, usedG := map[int]bool{}, map[int]bool{}
	toGold := map[string]string{}
	type whose struct{ gold, mine string }
	var who []whose
	for _, x := range pairs {
		if usedP[x.i] || usedG[x.j] {
			continue
		}
		usedP[x.i], usedG[x.j] = true, true
		ga, pa := gold.Attributions[x.j], pred[x.i]
		toGold[pa.ID] = fmt.Sprint(ga.N)
		s.Found++
		ref := ""
		if pa.Source.Ref != nil {
			ref = *pa.Source.Ref
		}
		if ga.Kind != "" {
			s.WithKind++
			if ga.Kind == kinds[ref] {
				s.KindOK++
			}
		}
		if ga.Who != "" {
			for _, w := range who {
				same, mine := w.gold == ga.Who, w.mine != "" && w.mine == ref
				if same {
					s.WhoGold++
				}
				if mine {
					s.WhoMine++
				}
				if same && mine {
					s.WhoOK++
				}
			}
			who = append(who, whose{ga.Who, ref})
		}
		ok := right(x.i, x.j)
		if len(g[x.j].source) > 0 {
			s.WithSource++
			if ok {
				s.SourceRight++
			}
		}
		if ok && (iou(x.i, x.j) >= 0.3 || len(g[x.j].content) == 0) {
			s.EndToEnd++
		}
	}
	for j, a := range gold.Attributions {
		if len(a.Content) > 0 && a.Content[0][0] < len(text) && strings.ContainsRune("\"“”'‘", text[a.Content[0][0]]) {
			s.Direct++
			if usedG[j] {
				s.DirectEndToEnd++
			}
		}
	}
	s.Gold += len(g)
	s.Predicted += len(p)
	links := map[[2]string]bool{}
	for _, a := range gold.Attributions {
		if a.Via != nil {
			links[[2]string{fmt.Sprint(a.N), fmt.Sprint(a.Via)}] = true
		}
	}
	s.Links += len(links)
	for _, a := range pred {
		if a.Via != nil {
			s.MyLinks++
			if x, y := toGold[a.ID], toGold[*a.Via]; x != "" && y != "" && links[[2]string{x, y}] {
				s.LinksOK++
			}
		}
	}
}
