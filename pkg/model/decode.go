package model

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Fault is one thing wrong with a record: where, as a JSON path from the
// record's root ("wire.revision", "headlines[0].value"), and what.
type Fault struct {
	Path    string
	Problem string
}

// Faults is everything wrong with one record, in the order of the record.
type Faults []Fault

// Error lists the faults, separated by semicolons.
func (f Faults) Error() string {
	var b strings.Builder
	for i, x := range f {
		if i > 0 {
			b.WriteString("; ")
		}
		if x.Path != "" {
			b.WriteString(x.Path)
			b.WriteString(": ")
		}
		b.WriteString(x.Problem)
	}
	return b.String()
}

// DecodeArticle reads an article as it stands on a topic. Unknown members are
// kept in Unknown. The error is a Faults with every fault at once when the
// bytes are a JSON object, and says at which byte the JSON breaks otherwise.
func DecodeArticle(b []byte) (*Article, error) {
	var a Article
	if err := decode(b, &a); err != nil {
		return nil, err
	}
	if f := a.Check(); len(f) > 0 {
		return nil, f
	}
	return &a, nil
}

// DecodeNinjs reads an article that may lack the wire extension, as somebody
// hands it in by hand; feed is the feed it then counts as.
func DecodeNinjs(b []byte, feed string) (*Article, error) {
	var a Article
	if err := decode(b, &a); err != nil {
		return nil, err
	}
	if a.Wire.Feed == "" {
		a.Wire.Feed = feed
	}
	if f := a.Check(); len(f) > 0 {
		return nil, f
	}
	return &a, nil
}

// DecodeEnriched reads an enriched article; see DecodeArticle.
func DecodeEnriched(b []byte) (*Enriched, error) {
	var e Enriched
	if err := decode(b, &e); err != nil {
		return nil, err
	}
	f := e.Article.Check()
	f = append(f, e.checkEnrichment()...)
	if len(f) > 0 {
		return nil, f
	}
	return &e, nil
}

// Encode writes a record as one line of JSON, without a line end. The same
// record gives the same bytes.
func Encode(record any) ([]byte, error) {
	b, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", record, err)
	}
	return b, nil
}

func decode(b []byte, to any) error {
	err := json.Unmarshal(b, to)
	if err == nil {
		return nil
	}
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return fmt.Errorf("not JSON: %w", err)
	}
	var f Faults
	collect(&f, "", b, reflect.TypeOf(to).Elem())
	if len(f) == 0 {
		return Faults{{Path: strings.TrimPrefix(string(semantic.JSONPointer), "/"), Problem: semantic.Error()}}
	}
	return f
}

var (
	valueType = reflect.TypeFor[jsontext.Value]()
	timeType  = reflect.TypeFor[time.Time]()
)

// collect walks a value beside the type it should have and notes every place
// where the two disagree. It runs only on records that did not decode.
func collect(f *Faults, path string, v jsontext.Value, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		if v.Kind() == 'n' {
			return
		}
		t = t.Elem()
	}
	switch {
	case t == valueType:
	case t == timeType:
		var s string
		if json.Unmarshal(v, &s) != nil {
			*f = append(*f, Fault{path, "want a date and time in quotes, got " + kindName(v)})
		} else if _, err := time.Parse(time.RFC3339, s); err != nil {
			*f = append(*f, Fault{path, fmt.Sprintf("want an RFC 3339 date and time, got %q", clip(s))})
		}
	case t.Kind() == reflect.Struct:
		if v.Kind() != '{' {
			*f = append(*f, Fault{path, "want an object, got " + kindName(v)})
			return
		}
		var members map[string]jsontext.Value
		if err := json.Unmarshal(v, &members); err != nil {
			*f = append(*f, Fault{path, err.Error()})
			return
		}
		fields := map[string]reflect.Type{}
		structFields(t, fields)
		names := make([]string, 0, len(members))
		for name := range members {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if ft, ok := fields[name]; ok {
				collect(f, join(path, name), members[name], ft)
			}
		}
	case t.Kind() == reflect.Slice:
		if v.Kind() != '[' {
			*f = append(*f, Fault{path, "want a list, got " + kindName(v)})
			return
		}
		var items []jsontext.Value
		if err := json.Unmarshal(v, &items); err != nil {
			*f = append(*f, Fault{path, err.Error()})
			return
		}
		for i, item := range items {
			collect(f, fmt.Sprintf("%s[%d]", path, i), item, t.Elem())
		}
	default:
		if json.Unmarshal(v, reflect.New(t).Interface()) != nil {
			*f = append(*f, Fault{path, "want " + typeName(t) + ", got " + kindName(v)})
		}
	}
}

func structFields(t reflect.Type, into map[string]reflect.Type) {
	for sf := range t.Fields() {
		name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
		switch {
		case sf.Type.Kind() == reflect.Struct && (options == "embed" || sf.Anonymous && name == ""):
			structFields(sf.Type, into)
		case name != "":
			into[name] = sf.Type
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	default:
		return t.String()
	}
}

func kindName(v jsontext.Value) string {
	switch v.Kind() {
	case 'n':
		return "null"
	case 'f', 't':
		return "true or false"
	case '"':
		return "text"
	case '0':
		return "the number " + clip(string(v))
	case '{':
		return "an object"
	case '[':
		return "a list"
	default:
		return "no JSON"
	}
}

func clip(s string) string {
	if len(s) <= 40 {
		return s
	}
	return strings.ToValidUTF8(s[:40], "") + "…"
}

// Check tells what a decoded article lacks or has wrong, besides its types:
// required members and the closed lists of words.
func (a *Article) Check() Faults {
	var f Faults
	required := func(path, v string) {
		if v == "" {
			f = append(f, Fault{path, "is missing"})
		}
	}
	oneOf := func(path, v string, words ...string) {
		if v != "" && !slices.Contains(words, v) {
			f = append(f, Fault{path, fmt.Sprintf("%q is none of %s", clip(v), strings.Join(words, ", "))})
		}
	}
	required("uri", a.URI)
	oneOf("pubStatus", a.PubStatus, Usable, Withheld, Canceled)
	oneOf("representationType", a.RepresentationType, "full", "partial")
	if len(a.Headlines) > 0 {
		oneOf("headlines[0].contentType", a.Headlines[0].ContentType, "text/plain")
	}
	if len(a.Bodies) > 0 {
		oneOf("bodies[0].contentType", a.Bodies[0].ContentType, "text/plain")
	}
	required("wire.feed", a.Wire.Feed)
	if a.Wire.Revision < 0 {
		f = append(f, Fault{"wire.revision", fmt.Sprintf("%d is negative", a.Wire.Revision)})
	}
	oneOf("wire.change", string(a.Wire.Change), string(ChangeNew), string(ChangeUpdate), string(ChangeCorrection), string(ChangeRefile),
		string(ChangeAdvisory), string(ChangeKill), string(ChangeWithhold), string(ChangeRelease), string(ChangeTest))
	oneOf("wire.priority", string(a.Wire.Priority), string(PriorityFlash), string(PriorityAlert), string(PriorityUrgent), string(PriorityRoutine))
	return f
}

// checkEnrichment tells what the enrichment itself lacks.
func (e *Enriched) checkEnrichment() Faults {
	if e.Enrichment == nil {
		return Faults{{"enrichment", "is missing"}}
	}
	if e.Enrichment.Version == "" {
		return Faults{{"enrichment.version", "is missing"}}
	}
	return nil
}
