package entitymodel

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// document is a marked text: gold to learn, score to measure by.
type document struct {
	text        string
	gold, score []entity.Gold
}

type corpora struct {
	conll, conllDev, politics, politicsDev, re3d []document
}

func readCorpora(dir string) (c corpora, err error) {
	if _, err := os.Stat(dir); err != nil {
		return c, fmt.Errorf("%w: %w", errNoCorpora, err)
	}
	for _, f := range []struct {
		to   *[]document
		path string
	}{
		{&c.conll, "conll2003/train.txt"}, {&c.conllDev, "conll2003/dev.txt"},
		{&c.politics, "crossner-politics/train.txt"}, {&c.politicsDev, "crossner-politics/dev.txt"},
	} {
		if *f.to, err = readColumns(filepath.Join(dir, f.path)); err != nil {
			return c, err
		}
	}
	c.re3d, err = readRe3d(filepath.Join(dir, "re3d/dev.jsonl"))
	return c, err
}

var types = map[string]text.MentionType{
	"person": text.Person, "politician": text.Person,
	"organisation": text.Organisation, "politicalparty": text.Organisation,
	"location": text.Location, "country": text.Location,
}

// readColumns reads words with BIO labels; the words of a sentence are joined
// by one space.
func readColumns(path string) ([]document, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("corpus: %w", err)
	}
	defer f.Close()
	var out []document
	var b strings.Builder
	var gold []entity.Gold
	open := ""
	flush := func() {
		if b.Len() > 0 {
			out = append(out, document{b.String(), gold, gold})
		}
		b.Reset()
		gold, open = nil, ""
	}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		p := strings.Fields(sc.Text())
		if len(p) == 0 {
			flush()
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		start := b.Len()
		b.WriteString(p[0])
		label := p[len(p)-1]
		switch {
		case label == "O":
			open = ""
		case label[0] == 'B' || label[2:] != open:
			open = label[2:]
			gold = append(gold, entity.Gold{Start: start, End: b.Len(), Type: types[open]})
		default:
			gold[len(gold)-1].End = b.Len()
		}
	}
	flush()
	return out, sc.Err()
}

var pronouns = strings.Fields("i me my he him his she her hers it its we us our ours they them their theirs you your yours who whom whose which that this these those himself herself itself themselves")

// readRe3d reads the documents; what is learnt is the names in the spans.
func readRe3d(path string) ([]document, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("corpus: %w", err)
	}
	defer f.Close()
	var out []document
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var r struct {
			Text     string
			Entities []struct {
				Start, End int
				Type       string
			}
		}
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("corpus: %w", err)
		}
		at := make([]int, 0, len(r.Text)+1) // byte of each code point
		for i := range r.Text {
			at = append(at, i)
		}
		at = append(at, len(r.Text))
		d := document{text: r.Text}
		kinds := map[[2]int]map[text.MentionType]bool{}
		var all []entity.Gold
		for _, e := range r.Entities {
			t, ok := types[strings.ToLower(e.Type)]
			if !ok && e.Type != "Nationality" || e.End >= len(at) || e.Start >= e.End {
				continue
			}
			if e.Type == "Nationality" {
				t = text.Nationality
			}
			g := entity.Gold{Start: at[e.Start], End: at[e.End], Type: t}
			if !slices.Contains(all, g) {
				all = append(all, g)
			}
			k := [2]int{g.Start, g.End}
			if kinds[k] == nil {
				kinds[k] = map[text.MentionType]bool{}
			}
			kinds[k][t] = true
		}
		for _, g := range all {
			s := r.Text[g.Start:g.End]
			k := kinds[[2]int{g.Start, g.End}]
			if len(k) > 1 || slices.Contains(pronouns, strings.ToLower(s)) || strings.IndexFunc(s, unicode.IsUpper) < 0 {
				g.Type = text.Nationality // free
			}
			d.score = append(d.score, g)
		}
		d.gold = names(d.score, r.Text)
		out = append(out, d)
	}
	return out, sc.Err()
}

// names makes of the spans of re3d, which hold titles, articles and phrases
// around names, the names alone: of spans that overlap the shortest, each from
// its first word with a capital that is no article to its last.
func names(all []entity.Gold, s string) []entity.Gold {
	gs := slices.Clone(all)
	slices.SortStableFunc(gs, func(a, b entity.Gold) int { return (a.End - a.Start) - (b.End - b.Start) })
	var out []entity.Gold
	for _, g := range gs {
		for _, w := range []string{"The ", "the ", "A ", "a ", "An ", "an "} {
			if strings.HasPrefix(s[g.Start:g.End], w) {
				g.Start += len(w)
			}
		}
		if g.Type == text.Person {
			g.Start += titles(s[g.Start:g.End])
			if g.Start >= g.End {
				continue
			}
		}
		r := rune(s[g.Start])
		if unicode.IsLower(r) && !strings.HasPrefix(s[g.Start:], "al-") && !strings.HasPrefix(s[g.Start:], "al ") {
			continue
		}
		if !slices.ContainsFunc(out, func(o entity.Gold) bool { return g.Start < o.End && o.Start < g.End }) {
			out = append(out, g)
		}
	}
	return out
}

// titles returns where, in the words of a person, the last word of a title ends.
func titles(s string) int {
	words := titleWords()
	cut, at := 0, 0
	for at < len(s) {
		end := at + strings.IndexAny(s[at:]+" ", " \n")
		if words[strings.Trim(strings.ToLower(s[at:end]), ",")] {
			cut = min(end+1, len(s))
		}
		at = end + 1
	}
	return cut
}

// titleWords are the single words of the list of titles and of what they are
// joined with.
var titleWords = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{"the": true, "of": true, "for": true, "to": true, "and": true, "foreign": true, "special": true, "office": true, "he": true, "acting": true}
	_, rest, _ := strings.Cut(lists, "[title]\n")
	rest, _, _ = strings.Cut(rest, "\n[")
	for _, w := range strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		m[w] = true
	}
	return m
})

// stories joins n sentences each to a document, so that words have company.
func stories(docs []document, n int) []document {
	var out []document
	for c := range slices.Chunk(docs, n) {
		var d document
		for _, s := range c {
			if d.text != "" {
				d.text += "\n\n"
			}
			off := len(d.text)
			d.text += s.text
			for _, g := range s.gold {
				d.gold = append(d.gold, entity.Gold{Start: g.Start + off, End: g.End + off, Type: g.Type})
			}
		}
		d.score = d.gold
		out = append(out, d)
	}
	return out
}

// altered takes every nth document from the first given on, its words
// rewritten; a rewriting that changes the number of bytes leaves the word.
func altered(docs []document, n, first int, rewrite func(string) string) []document {
	var out []document
	for i := first; i < len(docs); i += n {
		d := docs[i]
		words := strings.Split(d.text, " ")
		for j, w := range words {
			if v := rewrite(w); len(v) == len(w) {
				words[j] = v
			}
		}
		d.text = strings.Join(words, " ")
		out = append(out, d)
	}
	return out
}

// headline capitalises a word as headlines do.
func headline(w string) string {
	switch w {
	case "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "as", "and", "or", "but", "'s":
		return w
	}
	if w == "" || !unicode.IsLower(rune(w[0])) {
		return w
	}
	return strings.ToUpper(w[:1]) + w[1:]
}

// part returns the fifth of the documents that is held out, or the rest; a
// negative fold holds nothing out.
func part(docs []document, fold int, held bool) []document {
	var out []document
	for i, d := range docs {
		if (fold >= 0 && (i%5 == fold || fold > 4)) == held {
			out = append(out, d)
		}
	}
	return out
}
