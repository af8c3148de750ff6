package kb

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/dateline-wire/dateline/pkg/model"
)

// MaxOverlay is the size in bytes of the largest overlay that is read.
const MaxOverlay = 16 << 20

// Fault is one thing wrong with an overlay.
type Fault struct {
	Line    int // from 1
	Field   string
	Problem string
}

// Faults is everything wrong with one overlay, by line.
type Faults struct {
	Path string
	List []Fault
}

// Error tells every fault, a line each.
func (f *Faults) Error() string {
	var b strings.Builder
	for i, x := range f.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d: ", f.Path, x.Line)
		if x.Field != "" {
			b.WriteString(x.Field)
			b.WriteString(": ")
		}
		b.WriteString(x.Problem)
	}
	return b.String()
}

// Overlay is a user's additions to the base and corrections of it.
type Overlay struct {
	// Version is its own whole number, from 1.
	Version int
	entries []overlayEntry
}

// Len is the number of entries.
func (o *Overlay) Len() int { return len(o.entries) }

// overlayEntry is an entry as written; given tells the fields that are.
type overlayEntry struct {
	Entry
	line   int
	lines  map[string]int
	remove bool
}

func (e *overlayEntry) given(field string) bool { _, ok := e.lines[field]; return ok }

func (e *overlayEntry) at(field string) int {
	if l, ok := e.lines[field]; ok {
		return l
	}
	return e.line
}

// The sector codes that an overlay may use: PLOVER's and CAMEO's.
var sectors = strings.Fields("GOV MIL COP JUD SPY LEG OPP PTY REB UAF CRM MED EDU BUS LAB AGR REL HLH REF CVL NGO IGO ELI")

// LoadOverlay reads and checks an overlay, YAML or, when its name ends in
// .csv, CSV. The error is a *Faults with everything wrong at once.
//
// YAML has "version" and "entries", a list of maps with id, name, type,
// country, roles, aliases, from, to, part-of, offices (a list of maps with
// office, of, from, to) and remove. CSV has a header with the same names but
// offices, lists parted by |, and a first line "# version: 7". An id that the
// base has corrects its entry: fields that are given replace its own, aliases
// are added to its own, remove takes it away.
func LoadOverlay(path string, base *KB) (*Overlay, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("knowledge base overlay: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxOverlay+1))
	if err != nil {
		return nil, fmt.Errorf("knowledge base overlay %s: %w", path, err)
	}
	return parseOverlay(path, b, base)
}

func parseOverlay(path string, b []byte, base *KB) (*Overlay, error) {
	r := &overlayReader{base: base}
	switch {
	case len(b) > MaxOverlay:
		r.fault(1, "", fmt.Sprintf("over %d bytes", MaxOverlay))
	case !utf8.Valid(b):
		line := 1 + bytes.Count(b[:invalidAt(b)], []byte("\n"))
		r.fault(line, "", "not UTF-8")
	case strings.EqualFold(filepath.Ext(path), ".csv"):
		r.csv(b)
	default:
		r.yaml(b)
	}
	r.check()
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
		return nil, &Faults{Path: path, List: r.faults}
	}
	return &r.out, nil
}

func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// maxFaults bounds how many faults are told.
const maxFaults = 100

type overlayReader struct {
	base   *KB
	out    Overlay
	faults []Fault
}

func (r *overlayReader) fault(line int, field, problem string) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{line, field, problem})
	}
}

var entryFields = strings.Fields("id name type country roles aliases from to part-of offices remove")

func (r *overlayReader) yaml(b []byte) {
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		line := 1
		text := err.Error()
		if _, ok := errors.AsType[*yaml.LoadErrors](err); !ok {
			if _, after, ok := strings.Cut(text, "line "); ok {
				digits := after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
				if n, err := strconv.Atoi(digits); err == nil {
					line = n
				}
			}
		}
		r.fault(line, "", "not YAML: "+text)
		return
	}
	if len(doc.Content) == 0 {
		r.fault(1, "version", "is missing: the file is empty")
		return
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		r.fault(root.Line, "", "want a map with version and entries")
		return
	}
	versioned := false
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch key.Value {
		case "version":
			versioned = true
			r.version(value.Line, value.Value)
		case "entries":
			if value.Kind != yaml.SequenceNode {
				r.fault(value.Line, "entries", "want a list")
				continue
			}
			for _, item := range value.Content {
				r.yamlEntry(item)
			}
		default:
			r.fault(key.Line, key.Value, "is no field of an overlay (version, entries)")
		}
	}
	if !versioned {
		r.fault(root.Line, "version", "is missing")
	}
}

func (r *overlayReader) version(line int, s string) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 {
		r.fault(line, "version", fmt.Sprintf("%q is no whole number from 1", clip(s)))
		return
	}
	r.out.Version = n
}

func (r *overlayReader) yamlEntry(item *yaml.Node) {
	if item.Kind != yaml.MappingNode {
		r.fault(item.Line, "entries", "want a map of fields")
		return
	}
	e := overlayEntry{line: item.Line, lines: map[string]int{}}
	for i := 0; i+1 < len(item.Content); i += 2 {
		key, value := item.Content[i], item.Content[i+1]
		field := key.Value
		if !slices.Contains(entryFields, field) {
			r.fault(key.Line, field, "is no field of an entry ("+strings.Join(entryFields, ", ")+")")
			continue
		}
		if e.given(field) {
			r.fault(key.Line, field, "is given twice")
			continue
		}
		e.lines[field] = key.Line
		switch field {
		case "roles", "aliases":
			list, ok := r.yamlList(field, value)
			if ok {
				r.set(&e, field, "", list)
			}
		case "offices":
			if value.Kind != yaml.SequenceNode {
				r.fault(value.Line, field, "want a list of maps")
				continue
			}
			for _, o := range value.Content {
				r.yamlOffice(&e, o)
			}
		default:
			if value.Kind != yaml.ScalarNode {
				r.fault(value.Line, field, "want text")
				continue
			}
			r.set(&e, field, scalar(value), nil)
		}
	}
	r.out.entries = append(r.out.entries, e)
}

// scalar is a value's text; null is none.
func scalar(n *yaml.Node) string {
	if n.Tag == "!!null" {
		return ""
	}
	return strings.TrimSpace(n.Value)
}

func (r *overlayReader) yamlList(field string, n *yaml.Node) ([]string, bool) {
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return []string{scalar(n)}, true
	}
	if n.Kind != yaml.SequenceNode {
		r.fault(n.Line, field, "want a list of texts")
		return nil, false
	}
	var out []string
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode {
			r.fault(c.Line, field, "want a list of texts")
			return nil, false
		}
		out = append(out, scalar(c))
	}
	return out, true
}

func (r *overlayReader) yamlOffice(e *overlayEntry, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		r.fault(n.Line, "offices", "want a map with office, of, from, to")
		return
	}
	var o Office
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			r.fault(value.Line, "offices."+key.Value, "want text")
			continue
		}
		text := scalar(value)
		switch key.Value {
		case "office":
			o.Kind = text
		case "of":
			o.Of = text
		case "from":
			o.From = r.day(value.Line, "offices.from", text)
		case "to":
			o.To = r.day(value.Line, "offices.to", text)
		default:
			r.fault(key.Line, "offices."+key.Value, "is no field of an office (office, of, from, to)")
		}
	}
	if o.Kind == "" {
		r.fault(n.Line, "offices.office", "is missing")
	}
	if o.From != 0 && o.To != 0 && o.To < o.From {
		r.fault(n.Line, "offices.to", fmt.Sprintf("%s is before from, %s", o.To, o.From))
	}
	if strings.ContainsAny(o.Kind, ":;\t") {
		r.fault(n.Line, "offices.office", "has a mark that no office has")
	}
	e.Offices = append(e.Offices, o)
}

func (r *overlayReader) csv(b []byte) {
	c := csv.NewReader(bytes.NewReader(b))
	c.FieldsPerRecord = -1
	c.Comment = '#'
	first, _, _ := bytes.Cut(b, []byte("\n"))
	text := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(string(first), "\ufeff"), "#"))
	if v, ok := strings.CutPrefix(text, "version:"); ok {
		r.version(1, strings.Trim(v, " \t,\r"))
	} else {
		r.fault(1, "version", `is missing (want a first line "# version: 1")`)
	}
	var header []string
	for {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			line := 1
			if pe, ok := errors.AsType[*csv.ParseError](err); ok {
				line = pe.Line
			}
			r.fault(line, "", "not CSV: "+err.Error())
			return
		}
		line, _ := c.FieldPos(0)
		if header == nil {
			for _, h := range record {
				h = strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))
				if !slices.Contains(entryFields, h) || h == "offices" {
					r.fault(line, h, "is no column of an overlay (id, name, type, country, roles, aliases, from, to, part-of, remove)")
				}
				if slices.Contains(header, h) {
					r.fault(line, h, "is a column twice")
				}
				header = append(header, h)
			}
			if !slices.Contains(header, "id") {
				r.fault(line, "id", "is no column")
			}
			continue
		}
		if len(record) != len(header) {
			r.fault(line, "", fmt.Sprintf("%d columns, want %d", len(record), len(header)))
			continue
		}
		e := overlayEntry{line: line, lines: map[string]int{}}
		for i, v := range record {
			v = strings.TrimSpace(v)
			if v == "" {
				continue
			}
			at, _ := c.FieldPos(i)
			e.lines[header[i]] = at
			if header[i] == "roles" || header[i] == "aliases" {
				r.set(&e, header[i], "", strings.Split(v, "|"))
				continue
			}
			r.set(&e, header[i], v, nil)
		}
		r.out.entries = append(r.out.entries, e)
	}
	if header == nil {
		r.fault(1, "", "has no header")
	}
}

func (r *overlayReader) day(line int, field, s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		r.fault(line, field, err.Error())
	}
	return d
}

func (r *overlayReader) set(e *overlayEntry, field, text string, list []string) {
	line := e.at(field)
	if strings.ContainsAny(text, "\t\n|") {
		r.fault(line, field, "has a tab, a line end or a bar")
		return
	}
	for i, v := range list {
		list[i] = strings.TrimSpace(v)
		if list[i] == "" || strings.ContainsAny(v, "\t\n|") {
			r.fault(line, field, fmt.Sprintf("item %d is empty or has a tab, a line end or a bar", i+1))
			return
		}
	}
	switch field {
	case "id":
		e.ID = text
	case "name":
		e.Name = text
	case "type":
		e.Type = text
		switch text {
		case model.ActorPerson, model.ActorOrganisation, model.ActorGroup:
		case model.ActorState:
			if _, ok := r.base.byID[e.ID]; !ok {
				r.fault(line, field, "a state cannot be added")
			}
		default:
			r.fault(line, field, fmt.Sprintf("%q is none of person, organisation, group", clip(text)))
		}
	case "country":
		e.Country = text
		if _, ok := r.base.codes[text]; text != "" && !ok {
			r.fault(line, field, fmt.Sprintf("%q is no ISO 3166-1 alpha-3 code", clip(text)))
		}
	case "roles":
		e.Roles = list
		for _, v := range list {
			if !slices.Contains(sectors, v) {
				r.fault(line, field, fmt.Sprintf("%q is none of %s", clip(v), strings.Join(sectors, ", ")))
			}
		}
	case "aliases":
		e.Aliases = list
	case "from":
		e.From = r.day(line, field, text)
	case "to":
		e.To = r.day(line, field, text)
	case "part-of":
		e.Parent = text
	case "remove":
		switch text {
		case "true", "yes", "1":
			e.remove = true
		case "false", "no", "0", "":
		default:
			r.fault(line, field, fmt.Sprintf("%q is neither true nor false", clip(text)))
		}
	}
}

func clip(s string) string {
	if len(s) <= 40 {
		return s
	}
	return strings.ToValidUTF8(s[:40], "") + "…"
}

// check finds what only the whole shows: ids twice, unknown bodies, cycles.
func (r *overlayReader) check() {
	seen := map[string]int{}
	parent := map[string]string{}
	known := func(id string) bool {
		if _, ok := seen[id]; ok {
			return true
		}
		_, ok := r.base.byID[id]
		return ok
	}
	for i := range r.out.entries {
		e := &r.out.entries[i]
		if e.ID == "" {
			r.fault(e.line, "id", "is missing")
			continue
		}
		if !validID(e.ID) {
			r.fault(e.at("id"), "id", fmt.Sprintf("%q is no id (small letters, digits and - in parts joined by /)", clip(e.ID)))
			continue
		}
		if strings.HasPrefix(e.ID, "x/") {
			r.fault(e.at("id"), "id", "ids that begin with x/ are those of unknown actors")
		}
		if at, ok := seen[e.ID]; ok {
			r.fault(e.at("id"), "id", fmt.Sprintf("%s is on line %d already", e.ID, at))
			continue
		}
		seen[e.ID] = e.at("id")
		old, ok := r.base.byID[e.ID]
		if !ok {
			for _, f := range []struct{ name, value string }{{"name", e.Name}, {"type", e.Type}} {
				if f.value == "" {
					r.fault(e.line, f.name, "is missing: the base has no "+e.ID+" to correct")
				}
			}
			if e.remove {
				r.fault(e.at("remove"), "remove", "the base has no "+e.ID)
			}
			old = &Entry{}
		} else if old.state != nil && (e.remove || e.given("type") && e.Type != model.ActorState || e.given("country")) {
			r.fault(e.line, "id", "a state can get aliases and another name, no more")
		}
		from, to := e.From, e.To
		if !e.given("from") {
			from = old.From
		}
		if !e.given("to") {
			to = old.To
		}
		if from != 0 && to != 0 && to < from {
			field := "to"
			if !e.given("to") {
				field = "from"
			}
			r.fault(e.at(field), field, fmt.Sprintf("it ends on %s, before it begins on %s", to, from))
		}
		if e.given("part-of") {
			parent[e.ID] = e.Parent
		}
	}
	for i := range r.out.entries {
		e := &r.out.entries[i]
		if e.Parent != "" && !known(e.Parent) {
			r.fault(e.at("part-of"), "part-of", fmt.Sprintf("there is no %s", clip(e.Parent)))
		}
		for _, o := range e.Offices {
			if _, ok := r.base.codes[o.Of]; !ok && !known(o.Of) {
				r.fault(e.at("offices"), "offices.of", fmt.Sprintf("%q is neither a country's code nor an id", clip(o.Of)))
			}
		}
	}
	up := func(id string) string {
		if p, ok := parent[id]; ok {
			return p
		}
		if e, ok := r.base.byID[id]; ok {
			return e.Parent
		}
		return ""
	}
	for i := range r.out.entries {
		e := &r.out.entries[i]
		if e.Parent == "" || seen[e.ID] != e.at("id") {
			continue
		}
		path := []string{e.ID}
		for id := up(e.ID); id != "" && len(path) <= 64; id = up(id) {
			path = append(path, id)
			if id == e.ID {
				break
			}
		}
		if path[len(path)-1] == e.ID && len(path) > 1 || len(path) > 64 {
			if len(path) > 6 {
				path = append(path[:5], "…")
			}
			r.fault(e.at("part-of"), "part-of", "goes round in a circle: "+strings.Join(path, " in "))
		}
	}
}

func validID(id string) bool {
	if id == "" || len(id) > 120 || id[0] == '/' || id[len(id)-1] == '/' || strings.Contains(id, "//") {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '/' || c == '.') {
			return false
		}
	}
	return true
}

// With returns the base with an overlay on top; the base stays as it is.
func (k *KB) With(o *Overlay) *KB {
	index := make(map[string]int, len(k.entries))
	entries := slices.Clone(k.entries)
	for i, e := range entries {
		index[e.ID] = i
	}
	removed := map[string]bool{}
	for i := range o.entries {
		x := &o.entries[i]
		at, ok := index[x.ID]
		if !ok {
			e := x.Entry
			index[x.ID] = len(entries)
			entries = append(entries, &e)
			continue
		}
		if x.remove {
			removed[x.ID] = true
			continue
		}
		e := *entries[at]
		for _, f := range []struct {
			name string
			set  func()
		}{
			{"name", func() {
				e.Aliases = append(slices.Clone(e.Aliases), e.Name)
				e.Name = x.Name
			}},
			{"type", func() { e.Type = x.Type }},
			{"country", func() { e.Country = x.Country }},
			{"roles", func() { e.Roles = x.Roles }},
			{"aliases", func() { e.Aliases = append(slices.Clone(e.Aliases), x.Aliases...) }},
			{"from", func() { e.From = x.From }},
			{"to", func() { e.To = x.To }},
			{"part-of", func() { e.Parent = x.Parent }},
			{"offices", func() { e.Offices = x.Offices }},
		} {
			if x.given(f.name) {
				f.set()
			}
		}
		e.Listed = false
		entries[at] = &e
	}
	if len(removed) > 0 {
		entries = slices.DeleteFunc(entries, func(e *Entry) bool { return removed[e.ID] })
	}
	return build(entries, o.Version)
}
