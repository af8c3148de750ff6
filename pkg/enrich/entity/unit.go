package entity

import (
	"unicode"
	"unicode/utf8"

	"github.com/dateline-wire/dateline/pkg/enrich/crf"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
)

// unit is what the model labels: a token, or the tokens of a compound written
// without a space ("Jong-un", "al-Abadi", "AT&T").
type unit struct {
	first, last int // tokens [first, last)
	start, end  int // bytes
	hash        uint64
	form        form
	candidate   bool
	near        bool // within two units of a candidate: the fields below are filled
	leaf        uint16
	kinds       Kind  // lists it stands in by itself
	long        Kind  // lists that hold a longer name around it
	place       uint8 // where in the longest such name: 1 first, 2 inside, 3 last
}

// form is how a unit is written.
type form uint8

const (
	lower    form = iota // troops
	initial              // Troops
	capitals             // TROOPS
	single               // A
	stopped              // J.
	dotted               // U.S.
	mixed                // McDonald, al-Abadi
	digits               // 1,000
	numbered             // 2nd, F-16
	mark                 // , - "
	uncased              // letters of a script without case
	shouted              // any word with capitals in a sentence of capitals
	titled               // Troops in a headline where every word is so
)

// casing is how a sentence is written.
type casing uint8

const (
	plain   casing = iota
	heading        // nearly every word begins with a capital
	shout          // nearly every word is in capitals
)

// scan holds what is known of a text while it is read.
type scan struct {
	t     *text.Text
	units []unit
	buf   []byte // lower-case bytes of one unit

	sentence []int // first unit of each sentence, and the end
	casing   []casing
}

// cut divides the text into units and judges the casing of its sentences.
func (s *scan) cut(t *text.Text) {
	s.t = t
	s.units, s.sentence, s.casing = s.units[:0], s.sentence[:0], s.casing[:0]
	for i := range t.Sentences {
		from := len(s.units)
		s.sentence = append(s.sentence, from)
		sent := &t.Sentences[i]
		for k := sent.First; k < sent.Last; {
			j := k + 1
			for j+1 < sent.Last && glues(t, j) && wordy(t, j-1) && wordy(t, j+1) {
				j += 2
			}
			u := unit{first: k, last: j, start: t.Tokens[k].Start, end: t.Tokens[j-1].End}
			w := t.S[u.start:u.end]
			u.form = formOf(w)
			s.buf = appendLower(s.buf[:0], w)
			if u.form == digits || u.form == numbered {
				for x, c := range s.buf {
					if c >= '0' && c <= '9' {
						s.buf[x] = '0'
					}
				}
			}
			u.hash = crf.Hash(0, s.buf)
			s.units = append(s.units, u)
			k = j
		}
		c := s.judge(s.units[from:])
		s.casing = append(s.casing, c)
		if c == plain {
			continue
		}
		for k := from; k < len(s.units); k++ {
			u := &s.units[k]
			switch {
			case c == shout && (u.form == initial || u.form == capitals || u.form == mixed || u.form == single):
				u.form = shouted
			case c == heading && u.form == initial:
				u.form = titled
			}
		}
	}
	s.sentence = append(s.sentence, len(s.units))
}

// glues reports whether token j joins its neighbours without a space.
func glues(t *text.Text, j int) bool {
	a, b, c := &t.Tokens[j-1], &t.Tokens[j], &t.Tokens[j+1]
	if a.End != b.Start || b.End != c.Start || b.End-b.Start != 1 {
		return false
	}
	m := t.S[b.Start]
	return m == '-' || m == '&'
}

func wordy(t *text.Text, j int) bool {
	r, _ := utf8.DecodeRuneInString(t.S[t.Tokens[j].Start:])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func formOf(w string) form {
	var up, low, dig, dots, other, letters, n int
	first := true
	firstUp := false
	for _, r := range w {
		n++
		switch {
		case r >= 'a' && r <= 'z':
			low++
			letters++
		case r >= 'A' && r <= 'Z':
			up++
			letters++
			firstUp = firstUp || first
		case r >= '0' && r <= '9':
			dig++
		case r == '.':
			dots++
		case r < utf8.RuneSelf:
		case unicode.IsUpper(r):
			up++
			letters++
			firstUp = firstUp || first
		case unicode.IsLower(r):
			low++
			letters++
		case unicode.IsLetter(r):
			other++
		case unicode.IsDigit(r):
			dig++
		}
		first = false
	}
	switch {
	case letters+other+dig == 0:
		return mark
	case dig > 0 && letters+other == 0:
		return digits
	case dig > 0 && up == 0:
		return numbered
	case dig > 0:
		return mixed
	case other > 0 && letters == 0:
		return uncased
	case up == 0:
		return lower
	case dots > 0 && letters == 1:
		return stopped
	case dots > 0 && low == 0:
		return dotted
	case up == 1 && n == 1:
		return single
	case low == 0:
		return capitals
	case firstUp && up == 1:
		return initial
	}
	return mixed
}

// judge tells the casing of a sentence.
func (s *scan) judge(us []unit) casing {
	var caps, inits, lows, long int
	for i := range us {
		u := &us[i]
		n := u.end - u.start
		switch u.form {
		case capitals:
			caps++
		case initial, mixed:
			if n > 3 {
				inits++
			}
		case lower:
			if n > 3 {
				lows++
			}
			if n > 1 && !smallWord(s.t.S[u.start:u.end]) {
				long++
			}
		}
	}
	switch {
	case caps > 0 && lows == 0 && (inits == 0 || caps >= 3*inits):
		return shout
	case caps >= 4 && caps >= 3*(inits+lows):
		return shout
	case inits >= 4 && inits >= 6*long:
		return heading
	}
	return plain
}

func smallWord(w string) bool {
	switch w {
	case "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "as", "and", "or", "but", "nor", "is", "over", "into", "after", "amid", "than", "vs", "not", "its", "that", "be":
		return true
	}
	return false
}

func appendLower(dst []byte, w string) []byte {
	for i := 0; i < len(w); i++ {
		c := w[i]
		if c >= utf8.RuneSelf {
			for _, r := range w[i:] {
				if r == '’' {
					r = '\''
				}
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			}
			return dst
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// capital reports whether the form can be part of a name by itself.
func (f form) capital() bool {
	switch f {
	case initial, capitals, single, stopped, dotted, mixed, shouted, titled, uncased:
		return true
	}
	return false
}

// nominate marks the units [from, to), one sentence, that may be part of a
// name: those with a capital, figures beside them, and the words and marks
// that join or open names when capitals stand around them.
func (s *scan) nominate(from, to int, sh *shared) {
	const reach = 3
	last := from - reach - 1 // the last capital before i
	for i := from; i < to; i++ {
		if s.units[i].form.capital() {
			s.units[i].candidate = true
			last = i
			continue
		}
		u := &s.units[i]
		if u.form == lower || u.form == mark {
			what := sh.joins(u.hash)
			if what == 0 {
				continue
			}
			next := i + 1
			for next < to && next <= i+reach && !s.units[next].form.capital() {
				next++
			}
			if next == to || next > i+reach {
				// A possessive may close a name ("McDonald's").
				u.candidate = what&closes != 0 && last == i-1
				continue
			}
			u.candidate = what&opens != 0 && next <= i+2 || last >= i-reach && last >= from
			continue
		}
		u.candidate = last == i-1 && last >= from || i+1 < to && s.units[i+1].form.capital()
	}
	// A joining word must touch candidates up to a capital on both sides.
	for i := from; i < to; i++ {
		if u := &s.units[i]; u.candidate && (u.form == lower || u.form == mark) {
			j := i
			for j < to && s.units[j].candidate && !s.units[j].form.capital() {
				j++
			}
			left := i > from && s.units[i-1].candidate
			right := j < to && s.units[j].form.capital()
			for k := i; k < j; k++ {
				what := sh.joins(s.units[k].hash)
				ok := left && right || right && what&opens != 0 || left && k == i && what&closes != 0
				if s.units[k].form == digits || s.units[k].form == numbered {
					ok = left || right
				}
				s.units[k].candidate = ok
			}
			i = j
		}
	}
}
