package eval

import (
	"fmt"
	"strings"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Actor is a gold actor of a story with the code points of its mentions.
type Actor struct {
	Country  string   `json:"country"`
	Mentions [][2]int `json:"mentions"`
}

// ActorScore counts what was found of gold actors.
type ActorScore struct {
	Gold, Found          int
	WithCountry, Country int
	GoldPairs, Pairs, OK int
	Mine, Noise          int
}

// String is one line of the scores.
func (s ActorScore) String() string {
	return fmt.Sprintf("mentions recall %.4f, grouping F1 %.4f, country %.4f, noise %.4f", ratio(s.Found, s.Gold), f1(s.OK, s.GoldPairs, s.Pairs),
		ratio(s.Country, s.WithCountry), ratio(s.Noise, s.Mine))
}

// Add scores one story whose main actors are marked. A mention is found when a
// predicted one covers at least half of their union.
func (s *ActorScore) Add(text string, gold []Actor, got *model.Enrichment) {
	type mention struct {
		start, end  int
		id, country string
	}
	var mine []mention
	for _, a := range got.Actors {
		for _, m := range a.Mentions {
			if m.Field == model.FieldBody {
				mine = append(mine, mention{m.Start, m.End, a.ID, a.Country})
			}
		}
	}
	runes := []rune(text)
	for _, m := range mine {
		s.Mine++
		marked := false
		for _, a := range gold {
			for _, g := range a.Mentions {
				marked = marked || m.start < g[1] && m.end > g[0]
			}
		}
		if w := string(runes[m.start:m.end]); !marked && strings.ToLower(w) == w {
			s.Noise++
		}
	}
	type hit struct {
		gold int
		id   string
	}
	var found []hit
	for n, a := range gold {
		s.GoldPairs += len(a.Mentions) * (len(a.Mentions) - 1) / 2
		for _, g := range a.Mentions {
			s.Gold++
			best, at := 0.0, -1
			for i, m := range mine {
				if o := float64(max(0, min(g[1], m.end)-max(g[0], m.start))) / float64(max(g[1], m.end)-min(g[0], m.start)); o > best {
					best, at = o, i
				}
			}
			if best < 0.5 {
				continue
			}
			s.Found++
			for _, f := range found {
				s.Pairs += count(f.id == mine[at].id)
				s.OK += count(f.id == mine[at].id && f.gold == n)
			}
			found = append(found, hit{n, mine[at].id})
			if a.Country != "" {
				s.WithCountry++
				s.Country += count(mine[at].country == a.Country)
			}
		}
	}
}
