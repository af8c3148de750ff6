package quantity

// bound is what the words before or behind a figure make of it.
type bound byte

const (
	exact   bound = iota
	approx        // about
	atMost        // up to, fewer than
	atLeast       // more than
)

// before holds the words that may stand before a figure, longest first; the
// last word stands next to the figure.
var before = []struct {
	words []string
	b     bound
}{
	{[]string{"somewhere", "in", "the", "region", "of"}, approx},
	{[]string{"in", "the", "neighbourhood", "of"}, approx},
	{[]string{"in", "the", "neighborhood", "of"}, approx},
	{[]string{"in", "the", "region", "of"}, approx},
	{[]string{"a", "maximum", "of"}, atMost},
	{[]string{"maximum", "of"}, atMost},
	{[]string{"a", "minimum", "of"}, atLeast},
	{[]string{"minimum", "of"}, atLeast},
	{[]string{"in", "excess", "of"}, atLeast},
	{[]string{"upwards", "of"}, atLeast},
	{[]string{"upward", "of"}, atLeast},
	{[]string{"north", "of"}, atLeast},
	{[]string{"the", "order", "of"}, approx},
	{[]string{"a", "total", "of"}, exact},
	{[]string{"total", "of"}, exact},
	{[]string{"well", "over"}, atLeast},
	{[]string{"just", "over"}, atLeast},
	{[]string{"slightly", "over"}, atLeast},
	{[]string{"just", "under"}, approx},
	{[]string{"well", "under"}, atMost},
	{[]string{"as", "many", "as"}, atMost},
	{[]string{"as", "few", "as"}, atLeast},
	{[]string{"up", "to"}, atMost},
	{[]string{"at", "most"}, atMost},
	{[]string{"at", "the", "most"}, atMost},
	{[]string{"at", "least"}, atLeast},
	{[]string{"not", "beyond"}, atMost},
	{[]string{"close", "to"}, approx},
	{[]string{"an", "estimated"}, approx},
	{[]string{"estimated"}, approx},
	{[]string{"a", "reported"}, exact},
	{[]string{"about"}, approx}, {[]string{"around"}, approx}, {[]string{"some"}, approx}, {[]string{"nearly"}, approx},
	{[]string{"almost"}, approx}, {[]string{"roughly"}, approx}, {[]string{"approximately"}, approx}, {[]string{"approx"}, approx},
	{[]string{"circa"}, approx}, {[]string{"nearer"}, approx}, {[]string{"perhaps"}, approx}, {[]string{"maybe"}, approx}, {[]string{"probably"}, approx},
	{[]string{"over"}, atLeast}, {[]string{"above"}, atLeast}, {[]string{"exceeding"}, atLeast}, {[]string{"exceed"}, atLeast},
	{[]string{"exceeds"}, atLeast}, {[]string{"surpass"}, atLeast}, {[]string{"surpassing"}, atLeast}, {[]string{"topping"}, atLeast},
	{[]string{"minimally"}, atLeast},
	{[]string{"under"}, atMost}, {[]string{"below"}, atMost}, {[]string{"maximally"}, atMost},
}

// comparatives make a bound with "than" ("more than", "no fewer than", "less
// than or equal to").
var comparatives = map[string]bound{
	"more": atLeast, "greater": atLeast, "larger": atLeast, "bigger": atLeast, "higher": atLeast,
	"less": atMost, "fewer": atMost, "smaller": atMost, "lower": atMost,
}

var increments = map[string]bool{"another": true, "additional": true, "further": true, "extra": true, "fresh": true, "more": true, "additionally": true}

// currency and measure words that turn a figure into no count of people.
var measures = map[string]bool{
	"percent": true, "per": false, "pct": true, "percentage": true, "km": true, "kilometers": true, "kilometres": true, "kilometer": true,
	"kilometre": true, "miles": true, "mile": true, "meters": true, "metres": true, "meter": true, "metre": true, "feet": true, "ft": true, "kg": true, "tons": true,
	"tonnes": true, "ton": true, "tonne": true, "dollars": true, "euros": true, "pounds": true, "yuan": true, "rubles": true, "roubles": true,
	"rupees": true, "rand": true, "yen": true, "won": true, "kroner": true, "hours": true, "hour": true, "minutes": true, "minute": true,
	"days": true, "day": true, "weeks": true, "week": true, "months": true, "month": true, "years": true, "year": true, "acres": true,
	"hectares": true, "degrees": true, "hectare": true, "barrels": true, "litres": true, "liters": true, "knots": true, "gmt": true, "am": true, "pm": true,
	"hp": true, "mph": true, "kph": true, "shekels": true, "francs": true, "marks": true, "times": true, "seconds": true, "decades": true, "nautical": true,
}

var currencySigns = map[string]bool{"$": true, "€": true, "£": true, "¥": true, "₹": true, "₩": true, "#": true}

// Find returns the amounts in s, in text order.
func Find(s string) []Quantity {
	p := &parser{s: s, l: lex(s)}
	var out []Quantity
	floor := 0 // lexemes before it belong to the quantity before
	for i := 0; i < len(p.l); {
		q, next, ok := p.at(i, floor)
		if !ok {
			if next <= i {
				next = i + 1
			}
			i = next
			continue
		}
		if n := len(out); n > 0 {
			if m, ok := p.merge(out[n-1], q); ok {
				out[n-1] = m
				i, floor = next, next
				continue
			}
		}
		out = append(out, q)
		i, floor = next, next
	}
	return out
}

// at tries a quantity whose figure begins at lexeme i.
func (p *parser) at(i, floor int) (Quantity, int, bool) {
	if p.l[i].kind == mark {
		return Quantity{}, i + 1, false
	}
	if p.l[i].kind == word && !p.opens(i) {
		return Quantity{}, i + 1, false
	}
	n, ok := p.read(i)
	if v, ord := ordinals[p.w(i)]; ord {
		n, ok = number{min: v, max: v, hasMin: true, hasMax: true, whole: true, ordinal: true, next: i + 1}, true
	}
	if !ok {
		return Quantity{}, i + 1, false
	}
	start := i
	q := Quantity{NumStart: p.l[i].start, Vague: n.vague, Approx: n.approx}
	var b bound
	b, start, q.Increment, q.Total = p.look(start, floor)
	from := p.w(start-1) == "from" && start-1 >= floor
	between := (p.w(start-1) == "between" || p.w(start-1) == "the" && p.w(start-2) == "between") && start-1 >= floor
	next := n.next
	ranged := false
	// A range.
	if n.hasMax && n.hasMin {
		if m, ok := p.second(next, between, from); ok {
			lo, hi := n, m
			// "10 to 12 thousand": the scale of the second serves both.
			if lo.min < 1000 && hi.max >= 1000 && i+1 == n.next && p.l[i].kind != word {
				if f, ok := scales[p.w(m.next-1)]; ok && f >= 100 && lo.min*f < hi.max {
					lo.min *= f
				}
			} else if lo.min < 20 && p.l[i].kind == word && i+1 == n.next {
				if f, ok := scales[p.w(m.next-1)]; ok && f >= 100 && f <= 1e9 && hi.max/f < 1000 && lo.min*f < hi.max {
					lo.min *= f
				}
			}
			if from && lo.min > hi.max && lo.whole && hi.whole {
				lo, hi = hi, lo
				lo.next, hi.next = m.next, m.next
				q.Falling = true
			}
			if lo.min <= hi.max && lo.whole && hi.whole {
				n.min, n.max, next, ranged = lo.min, hi.max, m.next, true
				n.ordinal = false
				n.approx = n.approx || m.approx
			} else if !lo.whole || !hi.whole {
				return Quantity{}, m.next, false
			}
		}
	}
	if n.ordinal && !(b == atLeast || b == atMost) || !n.whole {
		return Quantity{}, max(next, i+1), false
	}
	if !ranged {
		from = false
		if between {
			between = false
		}
	}
	if from {
		q.FromTo = true
		start--
	}
	if between {
		start--
		if p.w(start) == "the" {
			start--
		}
	}
	// Words behind.
	b2, next2 := p.behind(next)
	if b2 != exact && b2 != approx || b2 == approx {
		next = next2
		if b == exact || b == approx && b2 != approx {
			b = b2
		}
	}
	if p.m(next) == "-" && p.adjacent(next) && next+1 < len(p.l) && p.adjacent(next+1) || strongWord(p.w(next)) && p.w(next) != "man" {
		k := next
		if p.m(k) == "-" {
			k++
		}
		switch w := p.w(k); {
		case strongWord(w):
			q.Strong = true
			next = k + 1
		case w == "odd":
			b = approx
			next = k + 1
		case w != "" && !numeral(w) && p.m(next) == "-":
			// "60-day", "12-mile", "4x4": a compound adjective.
			q.Other = true
		}
	}
	if p.w(next) == "odd" {
		b = approx
		next++
	}
	q.Min, q.Max, q.HasMin, q.HasMax = n.min, n.max, n.hasMin, n.hasMax
	q.Approx = q.Approx || n.approx
	switch b {
	case approx:
		q.Approx = true
	case atMost:
		if ranged || !n.hasMax {
			q.HasMin = q.HasMin && ranged
		} else {
			q.HasMin = false
		}
		if !n.hasMax { // "up to several thousand"
			q.HasMax, q.Max = true, n.min
		}
		q.Approx = n.approx && n.vague
		q.Min = 0
		if ranged {
			q.Min, q.HasMin = n.min, true
		}
	case atLeast:
		q.HasMax = ranged
		if !ranged {
			q.Max = 0
		}
		q.Approx = n.approx && n.vague
	case exact:
	}
	if !q.HasMin {
		q.Min = 0
	}
	if !q.HasMax {
		q.Max = 0
	}
	if p.w(next) == "more" && comparatives[p.w(next)] != 0 && p.w(next+1) != "than" || increments[p.w(next)] && p.w(next) != "more" && p.w(next) != "fresh" {
		q.Increment = true
	}
	if p.w(next) == "in" && (p.w(next+1) == "all" || p.w(next+1) == "total") || p.w(next) == "altogether" {
		q.Total = true
	}
	q.Start, q.End = p.l[start].start, p.l[next-1].end
	q.Other = q.Other || p.measured(i, next)
	q.Year = p.l[i].kind == digits && next == i+1 && !p.l[i].grouped && b == exact && n.hasMax && n.min == n.max && n.min >= 1500 && n.min <= 2100 && p.l[i].end-p.l[i].start == 4
	return q, next, true
}

func strongWord(w string) bool {
	switch w {
	case "strong", "man", "member", "person", "soldier", "troop", "men", "woman":
		return true
	}
	return false
}

// opens tells whether a word can begin a figure.
func (p *parser) opens(i int) bool {
	w := p.w(i)
	if numeral(w) {
		// A scale alone ("the thousand") needs its article or a figure; "score" alone is a verb.
		if f, ok := scales[w]; ok && f > 0 {
			return len(w) > 2 && w != "score" && w != "dozen" || w == "dozen"
		}
		if w == "one" {
			return true
		}
		return true
	}
	if _, ok := plurals[w]; ok {
		return true
	}
	if _, ok := ordinals[w]; ok && p.w(i-1) == "the" && (p.w(i-2) == "between" || p.w(i-2) == "than") {
		return true
	}
	switch w {
	case "several", "few", "many", "couple", "half":
		return true
	case "a", "an":
		switch p.w(i + 1) {
		case "few", "couple", "dozen", "hundred", "thousand", "million", "billion", "lakh", "crore", "half", "score":
			return true
		}
	}
	_, ok := scales[w]
	return ok && len(w) > 2 && w != "score"
}

// look reads the bound words before lexeme i, not before floor.
func (p *parser) look(i, floor int) (b bound, start int, increment, total bool) {
	start = i
	for range 4 {
		j := start - 1
		if j < floor {
			return
		}
		w := p.w(j)
		if w == "than" || w == "to" && p.w(j-1) == "equal" {
			if c, k := p.compared(j, floor); c != exact {
				b, start = c, k
				continue
			}
		}
		switch {
		case w == "another", w == "additional", w == "further", w == "extra":
			increment = true
			start = j
			if p.w(j-1) == "an" || p.w(j-1) == "a" {
				if j-1 >= floor {
					start = j - 1
				}
			}
			continue
		case w == "equal", w == "equals", w == "equaling":
			start = j
			continue
		case w == "to" && (p.w(j-1) == "equal" || p.w(j-1) == "equals" || p.w(j-1) == "equaling") && j-1 >= floor:
			start = j - 1
			if p.w(j-2) == "or" && j-2 >= floor {
				start = j - 2
			}
			continue
		case w == "the" && p.w(j-1) == "than" && j-1 >= floor && p.w(i) != "" && ordinals[p.w(i)] > 0:
			start = j
			continue
		}
		if m := p.m(j); m == ">" || m == "<" || m == "=" || m == "≥" || m == "≤" {
			k := j
			if m == "=" && j-1 >= floor && (p.m(j-1) == ">" || p.m(j-1) == "<") {
				k = j - 1
				m = p.m(k)
			}
			switch m {
			case ">", "≥":
				b = atLeast
			case "<", "≤":
				b = atMost
			}
			if m != "=" {
				return b, k, increment, total
			}
			return
		}
		found := false
		for _, t := range before {
			if p.ends(t.words, j, floor) {
				// "over" as "from X over Y"? A bare word is a bound only next to its figure.
				if t.words[0] == "the" && len(t.words) == 3 && t.words[1] == "order" && p.w(j-3) == "of" {
					break
				}
				if t.b != exact && b == exact {
					b = t.b
				}
				if t.words[len(t.words)-1] == "of" && (t.words[0] == "total" || len(t.words) > 1 && t.words[1] == "total") {
					total = true
				}
				start = j - len(t.words) + 1
				found = true
				break
			}
		}
		if !found {
			return
		}
	}
	return
}

// compared reads "more than", "no less than", "less than or equal to" that ends at lexeme j.
func (p *parser) compared(j, floor int) (bound, int) {
	neg := false
	k := j
	var b bound
	for steps := 0; k >= floor && steps < 8; steps++ {
		w := p.w(k)
		if c, ok := comparatives[w]; ok {
			b = c
			k--
			break
		}
		switch w {
		case "than", "or", "equal", "to":
			k--
			continue
		}
		return exact, 0
	}
	if b == exact {
		return exact, 0
	}
	for steps := 0; k >= floor && steps < 4; steps++ {
		w := p.w(k)
		switch w {
		case "no", "not":
			neg = true
			k--
			continue
		case "or", "to", "equal", "is", "far", "much", "slightly", "little":
			if (w == "or" || w == "to") && !(p.w(k-1) == "equal" || p.w(k-1) == "to") {
				break
			}
			if w == "is" {
				break
			}
			k--
			continue
		}
		break
	}
	if neg {
		if b == atLeast {
			b = atMost
		} else {
			b = atLeast
		}
	}
	return b, k + 1
}

func (p *parser) ends(words []string, j, floor int) bool {
	if j-len(words)+1 < floor {
		return false
	}
	for x := range words {
		if p.w(j-len(words)+1+x) != words[x] {
			return false
		}
	}
	return true
}

// second reads the upper end of a range that may follow at lexeme i.
func (p *parser) second(i int, between, from bool) (number, bool) {
	j := i
	switch {
	case p.w(j) == "to", p.w(j) == "through", p.w(j) == "till", p.w(j) == "or":
		or := p.w(j) == "or"
		j++
		if or {
			m, ok := p.plain(j)
			return m, ok && p.l[j].kind == p.l[i-1].kind
		}
		if p.w(j) == "about" || p.w(j) == "around" || p.w(j) == "nearly" || p.w(j) == "some" {
			m, ok := p.plain(j + 1)
			m.approx = true
			return m, ok
		}
		if p.m(j) == `"` || p.m(j) == "“" { // from 6,000 to "about 10,000"
			if k := j + 1; p.w(k) == "about" || p.w(k) == "around" || p.w(k) == "nearly" || p.w(k) == "some" {
				m, ok := p.plain(k + 1)
				m.approx = true
				return m, ok
			}
			j++
		}
	case between && p.w(j) == "and":
		j++
	case p.m(j) == "-", p.m(j) == "–", p.m(j) == "—", p.m(j) == "~", p.m(j) == "‑":
		j++
		if p.m(j) == "-" {
			return number{}, false
		}
	default:
		return number{}, false
	}
	if p.w(j) == "the" && between {
		j++
	}
	return p.plain(j)
}

// plain reads a figure that is one point.
func (p *parser) plain(j int) (number, bool) {
	if j < len(p.l) && p.l[j].kind == word {
		if v, ok := ordinals[p.w(j)]; ok {
			return number{min: v, max: v, hasMin: true, hasMax: true, whole: true, ordinal: true, next: j + 1}, true
		}
	}
	m, ok := p.read(j)
	return m, ok && m.hasMax && !m.vague || ok && !m.whole
}

// behind reads "or more", "or so", "plus" behind a figure.
func (p *parser) behind(i int) (bound, int) {
	if p.m(i) == "+" && p.adjacent(i) {
		return atLeast, i + 1
	}
	w := p.w(i)
	switch w {
	case "plus":
		if _, ok := p.read(i + 1); !ok {
			return atLeast, i + 1
		}
	case "or", "and":
		c, ok := comparatives[p.w(i+1)]
		if p.w(i+1) == "above" || p.w(i+1) == "over" || p.w(i+1) == "upwards" {
			c, ok = atLeast, true
		}
		if p.w(i+1) == "under" || p.w(i+1) == "below" {
			c, ok = atMost, true
		}
		if ok {
			j := i + 2
			for p.w(j) == "than" || p.w(j) == "or" && p.w(j+1) == "equal" || p.w(j) == "equal" || p.w(j) == "to" && p.w(j-1) == "equal" {
				j++
			}
			if _, num := p.read(j); num && j < len(p.l) || p.w(j) == "the" {
				return exact, i
			}
			return c, j
		}
		if w == "or" && p.w(i+1) == "so" || w == "or" && p.w(i+1) == "thereabouts" {
			return approx, i + 2
		}
		if w == "or" && p.w(i+1) == "equal" {
			j := i + 2
			if p.w(j) == "to" || p.w(j) == "than" {
				j++
			}
			if _, num := p.read(j); num && j < len(p.l) {
				return exact, i
			}
			return exact, j
		}
	}
	return exact, i
}

// merge joins two bounds told apart into one interval: "more than 20 and less
// than 35". Bounds that contradict each other stay two.
func (p *parser) merge(a, b Quantity) (Quantity, bool) {
	if a.HasMin == a.HasMax || b.HasMin == b.HasMax || a.HasMin == b.HasMin || a.Vague || b.Vague {
		return a, false
	}
	switch gap := p.s[a.End:b.Start]; gap {
	case " and ", ", ", " but ", ", and ", ", but ":
	default:
		return a, false
	}
	lo, hi := a, b
	if b.HasMin {
		lo, hi = b, a
	}
	if lo.Min >= hi.Max {
		return a, false
	}
	a.Min, a.Max, a.HasMin, a.HasMax = lo.Min, hi.Max, true, true
	a.End = b.End
	return a, true
}

// measured tells money, shares, clock times and measures.
func (p *parser) measured(i, next int) bool {
	if i > 0 && currencySigns[p.m(i-1)] && p.adjacent(i) {
		return true
	}
	if i > 0 && p.l[i-1].kind == word && p.adjacent(i) { // "C130", "M23"
		return true
	}
	if i > 1 && (p.m(i-1) == "-" || p.m(i-1) == ":" || p.m(i-1) == "/") && p.adjacent(i) && p.adjacent(i-1) && p.l[i-2].kind != mark && p.l[i].kind == digits {
		return true // "F-16", "10:30", "24/7"
	}
	if m := p.m(next); (m == "%" || m == "°") || (m == ":" || m == "/") && p.adjacent(next) && next+1 < len(p.l) && p.l[next+1].kind == digits && p.adjacent(next+1) {
		return true
	}
	w := p.w(next)
	if measures[w] {
		return true
	}
	return w == "per" && p.w(next+1) == "cent" || p.m(next) == "-" && measures[p.w(next+1)]
}
