// Package kb is the knowledge base of actors: states, the people who hold or
// held offices, news agencies and outlets, ministries and services with names
// of their own, inter-governmental bodies, armed groups, parties and firms.
//
// Load reads the compiled base that is embedded in the program; LoadOverlay
// reads a user's additions and corrections, KB.With puts them on top, and
// Store keeps a KB fresh while the overlay's file changes. A KB never changes
// after it is made and is safe to share.
//
// Every entry has a stable id ("prk", "prk/kim-jong-un", "un/security-council"),
// a country as ISO 3166-1 alpha-3 (of a state that is gone its former code)
// and PLOVER/CAMEO sector roles, the primary one first. Offices and bodies are
// bounded in time, so that a story's date decides who is meant.
package kb

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/dateline-wire/dateline/pkg/enrich/gazetteer"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Version numbers the compiled base, as in the engine version "2026.11.0+kb.3".
const Version = 1

//go:embed kb.tsv.zst
var compiled []byte

//go:embed tables/states.tsv
var statesTable string

// Day is a calendar day as the number yyyymmdd; 0 is no day: an open end.
type Day int32

// DayOf returns the day of t in its own zone, 0 for the zero time.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return 0
	}
	return Day(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// ParseDay reads yyyy-mm-dd, yyyy-mm or yyyy; a day that is left out is the
// first. An empty string is no day.
func ParseDay(s string) (Day, error) {
	if s == "" {
		return 0, nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return DayOf(t), nil
		}
	}
	return 0, fmt.Errorf("%q is no date (want yyyy-mm-dd, yyyy-mm or yyyy)", s)
}

// String writes a day as yyyy-mm-dd, and no day as "".
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d/10000, d/100%100, d%100)
}

// Entry is one actor.
type Entry struct {
	ID      string
	Name    string
	Type    string // model.ActorPerson ...
	Country string
	Roles   []string
	Aliases []string
	// From and To are the first and the last day on which it exists, 0 when open.
	From, To Day
	Offices  []Office
	// Parent is the id of the body it is part of, empty for none.
	Parent string
	// Listed says that the entry comes from a long list of lesser names.
	Listed bool

	state *State
}

// Office is a post that somebody holds from the day From up to, not including,
// the day To.
type Office struct {
	// Kind is "hos", "hog", "fm", "dm" ...: see tables/leaders.tsv; empty when
	// only the role is known.
	Kind string
	// Of is the state (ISO code) or the body (id) whose office it is.
	Of       string
	From, To Day
	Roles    []string
}

// At reports whether the office is held on a day; on no day always.
func (o *Office) At(day Day) bool {
	return day == 0 || (o.From == 0 || day >= o.From) && (o.To == 0 || day < o.To)
}

// At reports whether the entry exists on a day; on no day always.
func (e *Entry) At(day Day) bool {
	return day == 0 || (e.From == 0 || day >= e.From) && (e.To == 0 || day <= e.To)
}

// State returns what is known of a state, nil for an entry that is none.
func (e *Entry) State() *State { return e.state }

// On returns where and in which roles the actor is placed on a day: by the
// offices it then holds, else by those it held last, else by the entry itself.
// The country of an office in an inter-governmental body is "".
func (e *Entry) On(day Day) (country string, roles []string) {
	country, roles = e.Country, e.Roles
	var best *Office
	for i := range e.Offices {
		o := &e.Offices[i]
		switch {
		case o.At(day) && (best == nil || !best.At(day) || day == 0 || o.Kind != "" && best.Kind == ""):
			best = o
		case best == nil && o.From != 0 && o.From <= day, best != nil && !best.At(day) && o.From <= day && o.From > best.From:
			best = o
		}
	}
	if best == nil {
		return country, roles
	}
	if len(best.Roles) > 0 {
		roles = best.Roles
	}
	if best.At(day) {
		if isCode(best.Of) {
			country = best.Of
		} else if slices.Contains(best.Roles, "IGO") {
			country = ""
		}
	}
	return country, roles
}

func isCode(s string) bool {
	return len(s) == 3 && strings.ToUpper(s) == s
}

// State is a country or territory.
type State struct {
	ISO, ISO2  string
	GEC        string // FIPS 10-4
	GeoNames   int
	Name       string
	Adjectives []string
	Nouns      []string
	Capitals   []string
	Aliases    []string
	Metonyms   []string
	From, To   Day
	Lat, Lon   float64
	HasPoint   bool
}

// NameKind is what a name found in the gazetteer is to its entry.
type NameKind uint8

// The kinds of name.
const (
	ByName      NameKind = iota
	ByAlias              // another name or an acronym
	BySurname            // the last name of somebody who holds an office of note
	ByAdjective          // "North Korean"
	ByNoun               // "North Koreans"
	ByCapital            // the seat of a state's government
	ByMetonym            // "the Kremlin"
)

// Name is one meaning of a name: an entry and how the name names it.
type Name struct {
	Entry *Entry
	Kind  NameKind
	// Caps says that the name is meant only when written in capitals.
	Caps bool
}

// KB is a compiled knowledge base.
type KB struct {
	entries []*Entry
	byID    map[string]*Entry
	names   *gazetteer.Gazetteer
	meaning []Name
	offices map[officeKey][]*Entry
	codes   map[string]*Entry // ISO alpha-3
	overlay int
}

type officeKey struct{ of, kind string }

// Load reads the embedded base.
func Load() (*KB, error) {
	entries, err := decode()
	if err != nil {
		return nil, fmt.Errorf("load the embedded knowledge base: %w", err)
	}
	return build(entries, 0), nil
}

// Version is the base's version and the overlay's, as they stand after "kb."
// in the engine version: "3" or "3.7".
func (k *KB) Version() string {
	if k.overlay == 0 {
		return strconv.Itoa(Version)
	}
	return strconv.Itoa(Version) + "." + strconv.Itoa(k.overlay)
}

// Len is the number of entries.
func (k *KB) Len() int { return len(k.entries) }

// ByID finds an entry by its id.
func (k *KB) ByID(id string) (*Entry, bool) {
	e, ok := k.byID[id]
	return e, ok
}

// ByCode finds a state by its ISO 3166-1 alpha-3 (or former) code.
func (k *KB) ByCode(iso string) (*Entry, bool) {
	e, ok := k.codes[iso]
	return e, ok
}

// All calls yield for every entry in order until it returns false.
func (k *KB) All(yield func(*Entry) bool) {
	for _, e := range k.entries {
		if !yield(e) {
			return
		}
	}
}

// Gazetteer has every name; Names tells what a leaf means.
func (k *KB) Gazetteer() *gazetteer.Gazetteer { return k.names }

// Names appends the meanings of a leaf of the gazetteer to dst.
func (k *KB) Names(dst []Name, leaf uint32) []Name {
	var buf [16]uint32
	for _, v := range k.names.Values(buf[:0], leaf) {
		dst = append(dst, k.meaning[v])
	}
	return dst
}

// Find returns the meanings of exactly this name.
func (k *KB) Find(name string) []Name {
	leaf, ok := k.names.Lookup(name)
	if !ok {
		return nil
	}
	return k.Names(nil, leaf)
}

// Holder returns who holds an office of a state (by its code) or a body (by
// its id) on a day, nil when the base does not know or knows several. On no
// day it is the one who holds it still.
func (k *KB) Holder(of, kind string, day Day) *Entry {
	var found *Entry
	for _, e := range k.offices[officeKey{of, kind}] {
		for i := range e.Offices {
			o := &e.Offices[i]
			if o.Of != of || o.Kind != kind {
				continue
			}
			held := o.At(day)
			if day == 0 {
				held = o.To == 0
			}
			if held {
				if found != nil && found != e {
					return nil
				}
				found = e
			}
		}
	}
	return found
}

// StateAt returns the state that the land of a present-day country belonged to
// on a day: the Soviet Union for Russia in 1985. Without a day, and for a
// country that knows no former state, it is the country itself.
func StateAt(iso string, day Day) string {
	if day == 0 {
		return iso
	}
	for _, f := range formerly {
		if f.iso == iso && day < f.until && day >= f.from {
			return f.was
		}
	}
	return iso
}

// formerly lists the lands of states that are gone, and states that were not
// yet: until is the first day of the new state.
var formerly = []struct {
	iso         string
	from, until Day
	was         string
}{
	{"RUS", 19221230, 19911226, "SUN"}, {"UKR", 19221230, 19911226, "SUN"}, {"BLR", 19221230, 19911226, "SUN"},
	{"MDA", 19400802, 19911226, "SUN"}, {"GEO", 19221230, 19911226, "SUN"}, {"ARM", 19221230, 19911226, "SUN"},
	{"AZE", 19221230, 19911226, "SUN"}, {"KAZ", 19221230, 19911226, "SUN"}, {"UZB", 19241027, 19911226, "SUN"},
	{"TKM", 19241027, 19911226, "SUN"}, {"KGZ", 19241027, 19911226, "SUN"}, {"TJK", 19241027, 19911226, "SUN"},
	{"EST", 19400806, 19910906, "SUN"}, {"LVA", 19400805, 19910906, "SUN"}, {"LTU", 19400803, 19910906, "SUN"},
	{"SRB", 19181201, 20030204, "YUG"}, {"MNE", 19181201, 20030204, "YUG"}, {"XKX", 19181201, 20030204, "YUG"},
	{"SRB", 20030204, 20060605, "SCG"}, {"MNE", 20030204, 20060603, "SCG"}, {"XKX", 20030204, 20060605, "SCG"}, {"XKX", 20060605, 20080217, "SRB"},
	{"HRV", 19181201, 19911008, "YUG"}, {"SVN", 19181201, 19911008, "YUG"}, {"MKD", 19181201, 19910908, "YUG"}, {"BIH", 19181201, 19920303, "YUG"},
	{"CZE", 19181028, 19930101, "CSK"}, {"SVK", 19181028, 19930101, "CSK"},
	{"SSD", 19560101, 20110709, "SDN"}, {"TLS", 19760717, 20020520, "IDN"}, {"ERI", 19621114, 19930524, "ETH"}, {"NAM", 19150709, 19900321, "ZAF"},
	{"BGD", 19470814, 19710326, "PAK"},
}

func build(entries []*Entry, overlay int) *KB {
	words := 0
	for _, e := range entries {
		words += 3 * (1 + len(e.Aliases))
	}
	k := &KB{
		entries: entries, byID: make(map[string]*Entry, len(entries)), names: gazetteer.New(words),
		offices: map[officeKey][]*Entry{}, codes: map[string]*Entry{}, overlay: overlay,
		meaning: make([]Name, 0, words),
	}
	add := func(e *Entry, name string, kind NameKind) {
		if name == "" {
			return
		}
		v := uint32(len(k.meaning))
		if k.names.Add(name, v) {
			k.meaning = append(k.meaning, Name{Entry: e, Kind: kind, Caps: acronym(name)})
		}
	}
	for _, e := range entries {
		k.byID[e.ID] = e
		add(e, e.Name, ByName)
		for _, a := range e.Aliases {
			add(e, a, ByAlias)
		}
		if s := e.state; s != nil {
			k.codes[s.ISO] = e
			for _, list := range []struct {
				names []string
				kind  NameKind
			}{{s.Adjectives, ByAdjective}, {s.Nouns, ByNoun}, {s.Capitals, ByCapital}, {s.Metonyms, ByMetonym}} {
				for _, n := range list.names {
					add(e, n, list.kind)
				}
			}
		}
		if e.Type == model.ActorPerson && !e.Listed {
			for _, n := range append([]string{e.Name}, e.Aliases...) {
				if s := Surname(n); s != "" {
					add(e, s, BySurname)
				}
			}
		}
		for i := range e.Offices {
			if o := &e.Offices[i]; o.Kind != "" {
				key := officeKey{o.Of, o.Kind}
				if l := k.offices[key]; len(l) == 0 || l[len(l)-1] != e {
					k.offices[key] = append(l, e)
				}
			}
		}
	}
	return k
}

// acronym reports whether a name is one word of capitals, which small letters
// would make another word.
func acronym(name string) bool {
	letters := 0
	for _, r := range name {
		if r >= 'a' && r <= 'z' || r == ' ' {
			return false
		}
		if r >= 'A' && r <= 'Z' {
			letters++
		}
	}
	return letters >= 2
}

// decode reads the embedded tables.
func decode() ([]*Entry, error) {
	entries, err := decodeStates(statesTable)
	if err != nil {
		return nil, err
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	b, err := d.DecodeAll(compiled, nil)
	if err != nil {
		return nil, err
	}
	text := string(b)
	entries = slices.Grow(entries, strings.Count(text, "\n"))
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		e, err := decodeEntry(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Columns of a line of the compiled base.
const entryColumns = 11

// EncodeEntry writes an entry as a line of the compiled base, without a line end.
func EncodeEntry(e *Entry) string {
	offices := make([]string, len(e.Offices))
	for i, o := range e.Offices {
		offices[i] = strings.Join([]string{o.Kind, o.Of, number(o.From), number(o.To), strings.Join(o.Roles, ",")}, ":")
	}
	listed := ""
	if e.Listed {
		listed = "1"
	}
	return strings.Join([]string{
		e.ID, e.Name, e.Type, e.Country, strings.Join(e.Roles, ","), number(e.From), number(e.To),
		strings.Join(e.Aliases, "|"), strings.Join(offices, ";"), e.Parent, listed,
	}, "\t")
}

func number(d Day) string {
	if d == 0 {
		return ""
	}
	return strconv.Itoa(int(d))
}

func decodeEntry(line string) (*Entry, error) {
	var c [entryColumns]string
	rest, more := line, true
	for i := range c {
		if !more {
			return nil, fmt.Errorf("%d columns, want %d", i, entryColumns)
		}
		c[i], rest, more = strings.Cut(rest, "\t")
	}
	e := &Entry{
		ID: c[0], Name: c[1], Type: c[2], Country: c[3], Roles: list(c[4], ","), From: day(c[5]), To: day(c[6]),
		Aliases: list(c[7], "|"), Parent: c[9], Listed: c[10] == "1",
	}
	for _, o := range list(c[8], ";") {
		f := strings.Split(o, ":")
		if len(f) != 5 {
			return nil, fmt.Errorf("office %q", o)
		}
		e.Offices = append(e.Offices, Office{Kind: f[0], Of: f[1], From: day(f[2]), To: day(f[3]), Roles: list(f[4], ",")})
	}
	return e, nil
}

func day(s string) Day {
	n, _ := strconv.Atoi(s)
	return Day(n)
}

func list(s, sep string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, sep)
}

func decodeStates(table string) ([]*Entry, error) {
	var out []*Entry
	for n, line := range strings.Split(table, "\n") {
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "iso3\t") {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 14 {
			return nil, fmt.Errorf("states.tsv line %d: %d columns, want 14", n+1, len(c))
		}
		from, err := ParseDay(c[10])
		if err != nil {
			return nil, fmt.Errorf("states.tsv line %d: from: %w", n+1, err)
		}
		to, err := ParseDay(c[11])
		if err != nil {
			return nil, fmt.Errorf("states.tsv line %d: to: %w", n+1, err)
		}
		s := &State{
			ISO: c[0], ISO2: c[1], GEC: c[2], Name: c[4], Adjectives: list(c[5], "|"), Nouns: list(c[6], "|"),
			Capitals: list(c[7], "|"), Aliases: list(c[8], "|"), Metonyms: list(c[9], "|"), From: from, To: to,
		}
		s.GeoNames, _ = strconv.Atoi(c[3])
		lat, errLat := strconv.ParseFloat(c[12], 64)
		lon, errLon := strconv.ParseFloat(c[13], 64)
		if errLat == nil && errLon == nil {
			s.Lat, s.Lon, s.HasPoint = lat, lon, true
		}
		out = append(out, &Entry{
			ID: strings.ToLower(s.ISO), Name: s.Name, Type: model.ActorState, Country: s.ISO, Roles: []string{"GOV"},
			Aliases: s.Aliases, From: from, To: to, state: s,
		})
	}
	return out, nil
}

// Surname returns the part of a full name by which wires go on to call the
// person: the first word of an East Asian name ("Kim" of "Kim Jong-un"), the
// last with its particles of others ("bin Salman", "Le Pen", "al-Assad"); ""
// for a name of one word.
func Surname(name string) string {
	words := strings.Fields(name)
	if len(words) > 1 {
		switch strings.TrimSuffix(words[len(words)-1], ".") {
		case "Jr", "Sr", "II", "III", "IV", "VI", "XIV", "XVI":
			words = words[:len(words)-1]
		}
	}
	if len(words) < 2 {
		return ""
	}
	if EastAsian(words) {
		return words[0]
	}
	if words[0] == "King" || words[0] == "Queen" || words[0] == "Pope" {
		return ""
	}
	i := len(words) - 1
	for i > 1 && particle(words[i-1]) {
		i--
	}
	return strings.Join(words[i:], " ")
}

func particle(w string) bool {
	switch w {
	case "de", "De", "der", "den", "von", "van", "Van", "der-", "le", "Le", "La", "la", "bin", "ben", "Ben", "al", "el", "da", "dos", "di", "Di", "du", "Du", "ter", "ten", "arap", "bint", "ibn", "San", "Deve":
		return true
	}
	return false
}

// EastAsian reports whether the words are a Korean or Chinese name
// with the family name in front.
func EastAsian(words []string) bool {
	if len(words) < 2 || len(words) > 3 {
		return false
	}
	_, ok := familyNames[words[0]]
	if !ok {
		return false
	}
	if len(words) == 3 {
		return true
	}
	given := words[1]
	if strings.Contains(given, "-") {
		return true
	}
	// Two words are taken for such a name when the second is of a Pinyin or
	// Korean make that no European given-family pair has behind these words.
	_, western := westernFirst[words[0]]
	return !western && len(given) <= 9
}

var familyNames = set(`Kim Lee Park Choi Choe Jung Jeong Chung Kang Cho Jo Yoon Yun Jang Chang Lim Im Rim Han Oh O Seo Suh Shin Sin Kwon Hwang Ahn An Song Ryu Yoo Yu Hong Jeon Chon Jon Ko Go Moon Mun Son Sohn Bae Pae Baek Paek Heo Hur Ho Nam No Noh Roh Ro Ha Joo Ju Koo Ku Min Jin Na Ra Ji Chi Um Won Chae Cheon Bang Pang Kong Hyon Hyun Ham Byun Pyon Yeom Yom Yang Pak Ri Rhee Yi Thae Tae Kwak Wi
Xi Hu Jiang Deng Mao Li Wen Zhu Wang Qin Qian Dong Wei Zhao Lin Liu Zhang Chen Yang Huang Zhou Wu Xu Sun Ma Guo He Gao Luo Zheng Liang Xie Tang Feng Yu Cao Peng Zeng Xiao Tian Pan Yuan Cai Jia Fu Hua Geng Shen Lu Su Fan Fang Shi Yao Tan Liao Zou Xiong Jin Lai Bai Meng Qiao Hao Gong Cui Kang Mo Qiu Yan Ding Du Ye Cheng Tsai Chiang Hsieh Chiu Hsu Lien Ju`)

var westernFirst = set(`Lee Park Jung Kim Ho An Min Son Han Le Ma Chi To No Go Na Ra Jo Tan Im Fan Mo Ye Du Shi Song Ju`)

func set(s string) map[string]struct{} {
	m := map[string]struct{}{}
	for w := range strings.FieldsSeq(s) {
		m[w] = struct{}{}
	}
	return m
}
