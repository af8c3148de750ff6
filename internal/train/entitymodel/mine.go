package entitymodel

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// RunMine reads unlabelled news with a model and writes what it
// says of each name often and with one voice, as lines `list<TAB>name` for
// RunNames: the next model takes them as evidence like any other list.
func RunMine(_ context.Context, shared string, args []string, w io.Writer) error {
	fs := flag.NewFlagSet("entity-mine", flag.ContinueOnError)
	var (
		dir    = fs.String("corpora", filepath.Join(shared, "corpora"), "folder of the corpora")
		model  = fs.String("model", "pkg/enrich/entity/model.bin", "model to read with")
		names  = fs.String("names", "pkg/enrich/entity/names.bin", "its compiled lists of names")
		out    = fs.String("out", "", "file to write")
		weight = fs.Float64("weight", 1.5, "least sum of confidences")
		share  = fs.Float64("share", 0.8, "least share of one type")
	)
	if err := fs.Parse(args); err != nil {
		return err
	}
	m, err := read(*model, *names)
	if err != nil {
		return err
	}
	t := tally{}
	for _, f := range []string{"current-events/items.jsonl.gz", "polnear/train.jsonl"} {
		if err := t.read(m, filepath.Join(*dir, f)); err != nil {
			return fmt.Errorf("mine %s: %w", f, err)
		}
	}
	f, err := os.Create(*out)
	if err != nil {
		return fmt.Errorf("mine: %w", err)
	}
	defer f.Close()
	b := bufio.NewWriter(f)
	n := 0
	for _, key := range t.keys() {
		c := t[key]
		whole, part := c[0]+c[1]+c[2]+c[3], c[4]+c[5]
		for k, v := range c {
			sum, least := whole, *weight
			if k >= 4 {
				sum, least = part, 2**weight
			}
			if v >= least && v >= *share*sum {
				fmt.Fprintf(b, "%s\t%s\n", minedLists[k].name, key)
				n++
			}
		}
	}
	fmt.Fprintf(w, "%d names of %d\n", n, len(t))
	return b.Flush()
}

func read(model, names string) (*entity.Model, error) {
	data, err := os.ReadFile(model)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	weights, err := crf.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", model, err)
	}
	lists, err := os.ReadFile(names)
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	return entity.With(weights, lists)
}

// minedLists are the lists that mining fills, by the index of a count.
var minedLists = []struct {
	name string
	kind entity.Kind
}{
	{"person", entity.SeenPerson}, {"organisation", entity.SeenOrganisation}, {"place", entity.SeenPlace}, {"other", entity.SeenOther},
	{"first", entity.SeenFirst}, {"last", entity.SeenLast},
}

// tally sums confidences of each name by the list it would go to.
type tally map[string]*[6]float64

func (t tally) keys() []string {
	keys := make([]string, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (t tally) add(name string, list int, v float64) {
	c := t[name]
	if c == nil {
		c = new([6]float64)
		t[name] = c
	}
	c[list] += v
}

func (t tally) read(m *entity.Model, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		r = z
	}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var item struct{ Text string }
		if err := json.Unmarshal(sc.Bytes(), &item); err != nil {
			return err
		}
		d := text.New("", "", item.Text, time.Time{})
		for _, x := range m.Mentions(d.Body) {
			words := strings.Fields(strings.ToLower(d.Body.S[x.Start:x.End]))
			if len(words) > 5 {
				continue
			}
			list := 3
			switch x.Type {
			case text.Person:
				list = 0
				if len(words) > 1 && len(words) < 5 {
					t.add(words[0], 4, x.Confidence)
					t.add(words[len(words)-1], 5, x.Confidence)
				}
			case text.Organisation:
				list = 1
			case text.Location:
				list = 2
			}
			t.add(strings.Join(words, " "), list, x.Confidence)
		}
	}
	return sc.Err()
}
