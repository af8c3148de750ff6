package kbcompile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/model"
)

func foldMarks(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// heads adds the chiefs of state and government of states.jsonl whom the table
// of leaders lacks ("President Duma BOKO (since 1 November 2024)").
func (c *compiler) heads(path, states string) error {
	iso, err := gecCodes(states)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	person := regexp.MustCompile(`^(?:\(?[Aa]cting\)? |[Ii]nterim |[Tt]ransitional? |[Tt]ransition )?(President|Prime Minister|Chancellor|King|Queen|Emir|Amir|Sultan|Prince|Grand Duke|Premier|Supreme Leader|Taoiseach|State Council Chairman|Chairman of the Presidency|Head of State)(?: of [A-Z]\w+)?(?: \(.*?\))? (?:(?:General|Gen\.|Lt\. Gen\.|Col\.|Captain|Dr\.|Sheikh|Sir) )*([^,;(]+?) \(since (\d{1,2} \w+ \d{4}|\w+ \d{4}|\d{4})`)
	for lines.Scan() {
		var s struct {
			Code       string `json:"code"`
			State      string `json:"chief_of_state"`
			Government string `json:"head_of_government"`
		}
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		country := iso[s.Code]
		if country == "" {
			continue
		}
		same := s.State != "" && s.State == s.Government
		for _, x := range []struct{ text, kind string }{{s.State, "president"}, {s.Government, "hog"}} {
			m := person.FindStringSubmatch(x.text)
			if m == nil {
				continue
			}
			kind := x.kind
			switch m[1] {
			case "King", "Queen", "Emir", "Amir", "Sultan", "Prince", "Grand Duke":
				kind = "monarch"
			case "President":
				if same || x.kind == "hog" {
					kind = "hos"
				}
			}
			name := properCase(m[2])
			if strings.Count(name, " ") < 1 || strings.Count(name, " ") > 4 {
				continue
			}
			var since kb.Day
			for _, layout := range []string{"2 January 2006", "January 2006", "2006"} {
				if t, err := time.Parse(layout, m[3]); err == nil {
					since = kb.DayOf(t)
					break
				}
			}
			if since == 0 {
				continue
			}
			if e := c.named[fold(name)]; e != nil {
				continue
			}
			if holds(c.entries, country, kind, since) {
				continue
			}
			office := kb.Office{Kind: kind, Of: country, From: since, Roles: []string{"GOV"}}
			id := strings.ToLower(country) + "/" + Slug(name)
			if e := c.byID[id]; e != nil {
				e.Offices = append(e.Offices, office)
				continue
			}
			c.add(&kb.Entry{
				ID: id, Name: name, Aliases: shorter(name), Type: model.ActorPerson, Country: country,
				Roles: []string{"GOV"}, Offices: []kb.Office{office},
			})
		}
	}
	return lines.Err()
}

// holds reports whether somebody in the table holds the office of a state
// after the day since, under another spelling of the name.
func holds(entries []*kb.Entry, country, kind string, since kb.Day) bool {
	for _, e := range entries {
		for _, o := range e.Offices {
			same := o.Kind == kind || (kind == "president" || kind == "monarch") && (o.Kind == "hos" || o.Kind == "president") || kind == "hos" && o.Kind == "president"
			if o.Of == country && same && o.To == 0 && o.From+20000 > since {
				return true
			}
		}
	}
	return false
}

// properCase writes the family name of the CIA's spelling as other names are:
// "Duma BOKO" is "Duma Boko".
func properCase(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		if len(w) > 2 && strings.ToUpper(w) == w && !strings.Contains(w, ".") && w != "III" && w != "VII" {
			parts := strings.Split(w, "-")
			for j, p := range parts {
				r := []rune(p)
				for k := 1; k < len(r); k++ {
					r[k] = unicode.ToLower(r[k])
				}
				parts[j] = string(r)
			}
			words[i] = strings.Join(parts, "-")
		}
	}
	return strings.Join(words, " ")
}

// shorter gives the first and the last word of a name of three or more.
func shorter(name string) []string {
	words := strings.Fields(name)
	if len(words) < 3 || kb.EastAsian(words) {
		return nil
	}
	return []string{words[0] + " " + kb.Surname(name)}
}

func gecCodes(states string) (map[string]string, error) {
	table, err := rows(states, 14)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range table {
		if r[2] != "" {
			out[r[2]] = r[0]
		}
	}
	return out, nil
}

// Codes of CAMEO that are no ISO codes of today.
var cameoCountries = map[string]string{
	"ROM": "ROU", "TMP": "TLS", "ZAR": "COD", "KSV": "XKX", "WSB": "PSE", "GZS": "PSE", "DEN": "DNK", "PAL": "PSE", "SER": "SRB", "MTN": "MNE",
}

// Codes of CAMEO that stand where a country's would and are none.
var cameoNoCountry = map[string]string{
	"IGO": "IGO", "NGO": "NGO", "NGM": "NGO", "MNC": "BUS", "INT": "IGO", "IMG": "REB",
}

var cameoRoles = map[string]string{
	"GOV": "GOV", "MIL": "MIL", "REB": "REB", "OPP": "OPP", "PTY": "PTY", "COP": "COP", "JUD": "JUD", "SPY": "SPY", "MED": "MED", "EDU": "EDU",
	"BUS": "BUS", "CRM": "CRM", "CVL": "CVL", "LEG": "LEG", "LAB": "LAB", "UAF": "UAF", "SEP": "REB", "INS": "REB", "REF": "REF", "HLH": "HLH",
	"AGR": "AGR", "NGO": "NGO", "IGO": "IGO", "RAD": "REB",
}

var (
	codeLine = regexp.MustCompile(`\[([A-Z~]+)\s*([<>]?\s*\d*)\s*-?\s*(\d*)\]`)
	notNamed = regexp.MustCompile(`(?i)^(president|prime|minister|king|queen|general|mr|mrs|sir|the|senator|secretary|ambassador|foreign|former|chancellor|pope|dr|gen|col|maj|emir|sheikh|prince|princess|chief|premier|vice|deputy|lord|u\.?s\.?|un|russian|chinese|.*(ian|ish|ese)) `)
	bodyWord = regexp.MustCompile(`(?i)\b(ministry|party|army|government|front|police|court|council|parliament|force|forces|office|agency|university|bank|union|troops|rebels|group|movement|company|corp|embassy|province|state|city|republic|kingdom|house|assembly|congress|senate|department|officials?|military|navy|guards?|command|committee|commission|association|federation|organi[sz]ation|island|islands|river|district|region|palace|base|camp|league|alliance|radio|television|news|daily|intelligence|administration|authority|security|soldiers?|of|in|for)\b`)
)

// phoenix adds what the Phoenix dictionaries know and the tables do not.
func (c *compiler) phoenix(folder, states string) error {
	known := map[string]bool{}
	table, err := rows(states, 14)
	if err != nil {
		return err
	}
	skip := map[string]bool{}
	for _, r := range table {
		known[r[0]] = true
		for _, col := range []int{4, 5, 6, 7, 8, 9} {
			for _, n := range split(r[col], "|") {
				skip[fold(n)] = true
			}
		}
	}
	for _, file := range []string{"Phoenix.Countries.actors.txt", "Phoenix.International.actors.txt", "Phoenix.MilNonState.actors.txt"} {
		b, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return err
		}
		var names []string
		var codes [][]string
		flush := func() {
			if len(names) > 0 && len(codes) > 0 {
				c.phoenixEntry(file, names, codes, known, skip)
			}
			names, codes = nil, nil
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			body, _, _ := strings.Cut(line, "#")
			body, _, _ = strings.Cut(body, ";")
			body = strings.TrimSpace(body)
			if body == "" || strings.HasPrefix(body, "<!--") {
				continue
			}
			name := body
			if i := strings.IndexByte(body, '['); i >= 0 {
				name = strings.TrimSpace(body[:i])
			}
			found := codeLine.FindAllStringSubmatch(body, -1)
			if name != "" {
				if !strings.HasPrefix(name, "+") {
					flush()
				}
				names = append(names, phoenixName(strings.TrimPrefix(name, "+")))
			}
			codes = append(codes, found...)
		}
		flush()
	}
	return nil
}

func phoenixName(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(strings.Trim(s, "_ \t"), "_", " "))
	words := strings.Fields(s)
	for i, w := range words {
		parts := strings.Split(strings.ToLower(w), "-")
		for j, p := range parts {
			if p == "" {
				continue
			}
			if (j > 0 || len(parts) > 1 && (p == "al" || p == "el")) && len(parts) > 1 && len(p) < 6 && j > 0 && len(words) > 1 && i > 0 && p != "al" {
				parts[j] = p
				if parts[0] == "al" || parts[0] == "el" {
					parts[j] = upperFirst(p)
				}
				continue
			}
			if p == "al" || p == "el" || p == "bin" || p == "van" || p == "von" || p == "de" || p == "of" || p == "and" || p == "the" || p == "for" || p == "in" {
				if i > 0 || len(parts) > 1 {
					continue
				}
			}
			parts[j] = upperFirst(p)
		}
		words[i] = strings.Join(parts, "-")
	}
	return strings.Join(words, " ")
}

func upperFirst(s string) string {
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func (c *compiler) phoenixEntry(file string, names []string, codes [][]string, known, skip map[string]bool) {
	name := names[0]
	words := strings.Fields(name)
	if len(words) < 2 || len(words) > 6 || skip[fold(name)] {
		return
	}
	persons := strings.Contains(file, "Countries")
	if persons && (bodyWord.MatchString(name) || notNamed.MatchString(name) || len(words) > 4) {
		return
	}
	if c.named[fold(name)] != nil {
		return
	}
	e := &kb.Entry{Name: name, Listed: true, Type: model.ActorPerson}
	switch {
	case strings.Contains(file, "MilNonState"):
		e.Type = model.ActorGroup
	case !persons:
		if !bodyWord.MatchString(name) {
			return // persons and firms of the world, too mixed to use
		}
		e.Type = model.ActorOrganisation
	}
	for _, m := range codes {
		code := strings.TrimPrefix(m[1], "~")
		if len(code) < 3 || len(code)%3 != 0 {
			continue
		}
		country, roles := code[:3], []string(nil)
		if iso, ok := cameoCountries[country]; ok {
			country = iso
		}
		if role, ok := cameoNoCountry[country]; ok {
			country, roles = "", append(roles, role)
		}
		if country != "" && !known[country] {
			continue
		}
		for i := 3; i < len(code); i += 3 {
			r, ok := cameoRoles[code[i:i+3]]
			if ok && !slices.Contains(roles, r) {
				roles = append(roles, r)
			}
		}
		if len(roles) == 0 || len(roles) > 4 {
			continue
		}
		if e.Country == "" {
			e.Country = country
		}
		if len(e.Roles) == 0 {
			e.Roles = roles
		}
		first, second := strings.TrimSpace(m[2]), m[3]
		var from, to kb.Day
		switch {
		case strings.HasPrefix(first, ">"):
			from = phoenixDay(first[1:])
		case strings.HasPrefix(first, "<"):
			to = phoenixDay(first[1:])
		case first != "":
			from, to = phoenixDay(first), phoenixDay(second)
		default:
			continue
		}
		if persons && (from != 0 || to != 0) && (to == 0 || from <= to) && len(e.Offices) < 6 {
			e.Offices = append(e.Offices, kb.Office{Of: country, From: from, To: to, Roles: roles})
		}
	}
	if len(e.Roles) == 0 || e.Type != model.ActorOrganisation && e.Country == "" && persons {
		return
	}
	prefix := "intl"
	if e.Country != "" {
		prefix = strings.ToLower(e.Country)
	}
	e.ID = prefix + "/" + Slug(name)
	if c.byID[e.ID] != nil || e.ID == prefix+"/" {
		return
	}
	for _, a := range names[1:] {
		n := len(strings.Fields(a))
		if n < 2 || n > 6 || skip[fold(a)] || c.named[fold(a)] != nil || slices.Contains(e.Aliases, a) || strings.ContainsAny(a, "|\t()") {
			continue
		}
		if persons && (notNamed.MatchString(a) || bodyWord.MatchString(a)) {
			continue
		}
		if len(e.Aliases) < 6 {
			e.Aliases = append(e.Aliases, a)
		}
	}
	if strings.ContainsAny(name, "|\t()") {
		return
	}
	c.add(e)
}

// phoenixDay reads yymmdd (1931 to 2030) or yyyymmdd; 0 when it is none.
func phoenixDay(s string) kb.Day {
	s = strings.TrimSpace(s)
	if len(s) == 6 {
		if s[0] >= '3' {
			s = "19" + s
		} else {
			s = "20" + s
		}
	}
	if len(s) != 8 {
		return 0
	}
	if strings.HasSuffix(s, "00") {
		s = s[:6] + "01"
	}
	t, err := time.Parse("20060102", s)
	if err != nil {
		return 0
	}
	return kb.DayOf(t)
}
