package entity

import (
	"slices"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// story is what the names of one document say of each other: a name that the
// model is sure of in one place decides the places where it is not.
type story struct {
	votes    map[uint64]*[5]float64 // by key: confidence by type
	families map[uint64]float64     // last units of persons' full names
}

func (s *story) reset() {
	if s.votes == nil {
		s.votes, s.families = map[uint64]*[5]float64{}, map[uint64]float64{}
	}
	clear(s.votes)
	clear(s.families)
}

func (s *story) vote(key uint64, k text.MentionType, v float64) {
	c := s.votes[key]
	if c == nil {
		c = new([5]float64)
		s.votes[key] = c
	}
	c[k] += v
}

// take counts the names of a text.
func (s *story) take(x *extractor, names []name) {
	for i, n := range names {
		s.vote(n.key, n.kind, n.sure)
		if n.kind == text.Person && n.last-n.first > 1 && n.sure > 0.5 {
			s.families[chain(0, x.units[n.last-1].hash)] += n.sure
		}
		// The short form in brackets is what the long form is.
		if i > 0 && n.last == n.first+1 && x.stands(n.first-1, "(") && x.stands(n.last, ")") {
			if p := names[i-1]; p.last == n.first-1 && p.last-p.first > 1 && p.kind == text.Organisation && x.units[n.first].form != initial {
				s.vote(n.key, p.kind, 2*p.sure)
			}
		}
	}
}

// stands reports whether unit i is this mark.
func (x *extractor) stands(i int, mark string) bool {
	return i >= 0 && i < len(x.units) && x.t.S[x.units[i].start:x.units[i].end] == mark
}

// How much the rest of the story must outweigh a name's own place, and how
// sure a place must be not to ask.
const (
	outweigh = 3
	certain  = 0.9
)

// settle gives uncertain names the type that the story gives them elsewhere,
// and adds names that the model saw elsewhere but not here.
func (s *story) settle(x *extractor, names []name) []name {
	for i := range names {
		n := &names[i]
		if n.sure >= certain {
			continue
		}
		c := s.votes[n.key]
		best := n.kind
		for k, v := range c {
			if v > c[best] {
				best = text.MentionType(k)
			}
		}
		if best != n.kind && c[best] >= outweigh*c[n.kind] {
			n.kind = best
			continue
		}
		if n.kind != text.Person && n.kind != text.Nationality && n.last == n.first+1 && s.families[n.key] > c[n.kind] {
			n.kind = text.Person
		}
	}
	return s.add(x, names)
}

// add inserts the names of one word which the story has elsewhere with one
// voice: where the word stands alone with a capital, and in headlines and
// sentences in capitals.
func (s *story) add(x *extractor, names []name) []name {
	known := false
	for _, c := range s.votes {
		if k, v := top(c); k != text.Other && k != text.Nationality && v >= enoughForHeadlines {
			known = true
			break
		}
	}
	if !known {
		return names
	}
	had := len(names)
	next := 0 // the first name behind unit i
	for i := range x.units {
		for next < had && names[next].last <= i {
			next++
		}
		u := &x.units[i]
		if !u.candidate || next < had && names[next].first <= i {
			continue
		}
		least := enough
		switch u.form {
		case initial, capitals, mixed, dotted:
			if r := x.runs[i]; r.to-r.from != 1 {
				continue
			}
		case shouted, titled: // where all are one run, and the model is least sure
			least = enoughForHeadlines
		default:
			continue
		}
		key := chain(0, u.hash)
		c := s.votes[key]
		if c == nil {
			continue
		}
		k, v := top(c)
		if k == text.Other || k == text.Nationality || v < least {
			continue
		}
		if m := x.recall(u.hash, false); m != nil && m.low > 0 {
			continue
		}
		names = append(names, name{i, i + 1, k, 0.5, key})
	}
	if len(names) > had {
		slices.SortFunc(names, func(a, b name) int { return a.first - b.first })
	}
	return names
}

// The weight of a name that is looked for elsewhere.
const (
	enough             = 1.5
	enoughForHeadlines = 0.8
)

// top returns the type of a name, and its weight less that of the others.
func top(c *[5]float64) (text.MentionType, float64) {
	best, sum := 0, 0.0
	for k, v := range c {
		sum += v
		if v > c[best] {
			best = k
		}
	}
	return text.MentionType(best), 2*c[best] - sum
}
