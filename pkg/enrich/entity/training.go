package entity

import (
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// Gold is a name marked in a training text: bytes [Start, End), and a type.
type Gold struct {
	Start, End int
	Type       text.MentionType
}

// Trainer turns marked texts into examples. It is not safe to share.
type Trainer struct{ x extractor }

// NewTrainer returns a trainer with the embedded clusters and these lists of
// names, in the form of EncodeNames.
func NewTrainer(lists []byte) (*Trainer, error) {
	sh, err := loadShared(lists)
	if err != nil {
		return nil, err
	}
	return &Trainer{x: extractor{sh: sh}}, nil
}

// Examples returns a sequence for each stretch of candidates, and how many
// of the marked names could not be taken because their ends are not those of
// candidates. With alone set the text is read as if each word stood in it
// once.
func (tr *Trainer) Examples(t *text.Text, gold []Gold, alone bool) (seqs []crf.Sequence, lost int) {
	x := &tr.x
	memories := fresh
	if alone {
		memories = none
	}
	x.load(t, memories)
	label := make([]uint8, len(x.units))
	for _, g := range gold {
		if !x.mark(g, label) {
			lost++
		}
	}
	x.segments(func(s, from, to int) {
		var q crf.Sequence
		for i := from; i < to; i++ {
			q.Features = append(q.Features, x.features(s, i, nil))
			q.Labels = append(q.Labels, label[i])
		}
		seqs = append(seqs, q)
	})
	return seqs, lost
}

// mark writes the labels of one name, when its ends are those of units which
// are candidates all.
func (x *extractor) mark(g Gold, label []uint8) bool {
	i := 0
	for i < len(x.units) && x.units[i].start < g.Start {
		i++
	}
	j := i
	for j < len(x.units) && x.units[j].end <= g.End {
		if !x.units[j].candidate || label[j] != 0 || j > i && x.sentenceOf(j) != x.sentenceOf(i) {
			return false
		}
		j++
	}
	if i == j || x.units[i].start != g.Start || x.units[j-1].end != g.End {
		return false
	}
	base := uint8(13)
	switch g.Type {
	case text.Person:
		base = 1
	case text.Organisation:
		base = 5
	case text.Location:
		base = 9
	}
	for k := i; k < j; k++ {
		switch {
		case j == i+1:
			label[k] = base + 3
		case k == i:
			label[k] = base
		case k == j-1:
			label[k] = base + 2
		default:
			label[k] = base + 1
		}
	}
	return true
}

func (x *extractor) sentenceOf(unit int) int { return x.t.Tokens[x.units[unit].first].Sentence }

// Train fits a model of this package's labels.
func Train(seqs []crf.Sequence, cfg crf.Config) (*crf.Model, error) {
	cfg.Forbid = func(from, to string) bool { return !follows(from, to) }
	cfg.ForbidStart = func(l string) bool { return l[0] == 'I' || l[0] == 'E' }
	cfg.ForbidEnd = func(l string) bool { return l[0] == 'B' || l[0] == 'I' }
	return crf.Train(labels, seqs, cfg)
}

func follows(from, to string) bool {
	if from[0] == 'B' || from[0] == 'I' {
		return (to[0] == 'I' || to[0] == 'E') && strings.HasSuffix(to, from[1:])
	}
	return to[0] != 'I' && to[0] != 'E'
}

// With returns a model of other weights and lists, to measure them.
func With(m *crf.Model, lists []byte) (*Model, error) {
	sh, err := loadShared(lists)
	if err != nil {
		return nil, err
	}
	return newModel(m, sh)
}
