// Package export writes what a store shows as CSV, as one JSON object a line,
// or as GeoJSON (RFC 7946). A query goes in, rows go out as they are read, in
// an order that the same store always gives. Chains that are hidden have a row
// among the stories, without text, and nothing among the deployments.
package export

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dateline-wire/dateline/internal/store"
)

// Source is a store that can be read with SQL; ? stands for an argument.
type Source interface {
	Select(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Query says what is written and how.
type Query struct {
	// Table is one of Tables, Format one of Formats.
	Table, Format string
	// Since leaves out what is older: by the version's time, and where it has
	// none by that of its receipt. Zero takes all.
	Since time.Time
	// Where are conditions that must all hold, "kind=troops", "count_min>=1000",
	// "unit~sappers": a column, then =, !=, <, <=, >, >= or ~ (holds the text,
	// whatever the case), then a value. An empty value is what is not stated.
	Where []string
}

// Tables are what can be written.
func Tables() []string { return []string{"deployments", "stories"} }

// Formats are how it can be written.
func Formats() []string { return []string{"csv", "ndjson", "geojson"} }

// column is a column with the expression it comes from.
type column struct {
	name, from string
	number     bool
}

type table struct {
	columns []column
	from    string
	order   string
}

func columns(prefix, names string) []column {
	var out []column
	for name := range strings.FieldsSeq(names) {
		number := strings.HasSuffix(name, "#")
		name = strings.TrimSuffix(name, "#")
		out = append(out, column{name, prefix + name, number})
	}
	return out
}

func tables(name string) (table, bool) {
	switch name {
	case "deployments":
		return table{
			columns: append(columns("d.", `uri revision# id unit unit_start# count_min# count_max# approx# kind action status sender origin
				destination source confidence# purpose beneficiary date date_start date_end sender_actor
				destination_place destination_country destination_lat# destination_lon# part_of claim rule`),
				columns("s.", `feed version_created headline`)...),
			from:  `v_deployments d JOIN v_stories s ON s.uri = d.uri`,
			order: `s.version_created, d.uri, d.unit_field, d.unit_start, d.id`,
		}, true
	case "stories":
		return table{
			columns: columns("s.", `uri revision# status priority feed headline body version_created engine_version received_at provider language embargoed_until`),
			from:    `v_stories s`,
			order:   `s.version_created, s.uri`,
		}, true
	}
	return table{}, false
}

// Check tells everything that is wrong with a query, nil when nothing is.
func (q Query) Check() error {
	var errs []error
	t, ok := tables(q.Table)
	if !ok {
		errs = append(errs, fmt.Errorf("%q cannot be exported: %s can", q.Table, strings.Join(Tables(), " and ")))
	}
	if !slices.Contains(Formats(), q.Format) {
		errs = append(errs, fmt.Errorf("%q is no format: %s are", q.Format, strings.Join(Formats(), ", ")))
	}
	for _, w := range q.Where {
		if _, _, err := t.condition(w); ok && err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

var conditionForm = regexp.MustCompile(`(?s)^\s*([a-z_]+)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*$`)

// condition turns a condition into SQL and its argument, which may be none.
func (t table) condition(w string) (string, []any, error) {
	m := conditionForm.FindStringSubmatch(w)
	if m == nil {
		return "", nil, fmt.Errorf("%q is no condition such as kind=troops", w)
	}
	name, op, value := m[1], m[2], m[3]
	i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
	if i < 0 {
		var names []string
		for _, c := range t.columns {
			names = append(names, c.name)
		}
		return "", nil, fmt.Errorf("condition %q: %s is no column; there are %s", w, name, strings.Join(names, ", "))
	}
	c := t.columns[i]
	switch {
	case value == "" && op == "=":
		return c.from + ` IS NULL`, nil, nil
	case value == "" && op == "!=":
		return c.from + ` IS NOT NULL`, nil, nil
	case op == "~" && c.number:
		return "", nil, fmt.Errorf("condition %q: %s is a number", w, name)
	case op == "~":
		like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(value))
		return `lower(` + c.from + `) LIKE ? ESCAPE '\'`, []any{"%" + like + "%"}, nil
	case c.number:
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return "", nil, fmt.Errorf("condition %q: %s is a number, %q is none", w, name, value)
		}
		return c.from + ` ` + op + ` ?`, []any{n}, nil
	case op == "!=":
		return `(` + c.from + ` <> ? OR ` + c.from + ` IS NULL)`, []any{value}, nil
	default:
		return c.from + ` ` + op + ` ?`, []any{value}, nil
	}
}

// Write writes the rows and returns how many there were. The query must pass
// Check. Nothing is written after the first error of w.
func Write(ctx context.Context, w io.Writer, src Source, q Query) (n int, err error) {
	if err := q.Check(); err != nil {
		return 0, err
	}
	t, _ := tables(q.Table)
	var names, from, where []string
	var args []any
	for _, c := range t.columns {
		names, from = append(names, c.name), append(from, c.from)
	}
	if !q.Since.IsZero() {
		where, args = append(where, `coalesce(s.version_created, s.received_at) >= ?`), append(args, store.Stamp(q.Since))
	}
	for _, cond := range q.Where {
		expr, arg, err := t.condition(cond)
		if err != nil {
			return 0, err
		}
		where, args = append(where, expr), append(args, arg...)
	}
	query := `SELECT ` + strings.Join(from, `, `) + ` FROM ` + t.from
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, ` AND `)
	}
	rows, err := src.Select(ctx, query+` ORDER BY `+t.order, args...)
	if err != nil {
		return 0, fmt.Errorf("export %s: %w", q.Table, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	buffered := bufio.NewWriter(w)
	out := writer(buffered, q.Format, names)
	if err := out.begin(); err != nil {
		return 0, err
	}
	cells, to := make([]any, len(names)), make([]any, len(names))
	for i := range cells {
		to[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return n, fmt.Errorf("export %s: %w", q.Table, err)
		}
		for i, c := range cells {
			if b, ok := c.([]byte); ok {
				cells[i] = string(b)
			}
		}
		if err := out.row(cells); err != nil {
			return n, err
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return n, fmt.Errorf("export %s: %w", q.Table, err)
	}
	if err := out.end(); err != nil {
		return n, err
	}
	return n, buffered.Flush()
}

// format writes rows in one format.
type format interface {
	begin() error
	row(cells []any) error
	end() error
}

func writer(w *bufio.Writer, name string, names []string) format {
	switch name {
	case "csv":
		return &csvFormat{w: csv.NewWriter(w), names: names}
	case "geojson":
		return &geoFormat{w: w, names: names}
	default:
		return &lineFormat{w: w, names: names}
	}
}

// csvFormat is RFC 4180 with a header; what is not stated is an empty cell.
type csvFormat struct {
	w     *csv.Writer
	names []string
}

func (f *csvFormat) begin() error { return f.w.Write(f.names) }

func (f *csvFormat) row(cells []any) error {
	record := make([]string, len(cells))
	for i, c := range cells {
		if c != nil {
			record[i] = fmt.Sprint(c)
		}
	}
	return f.w.Write(record)
}

func (f *csvFormat) end() error {
	f.w.Flush()
	return f.w.Error()
}

// lineFormat is one JSON object a line; what is not stated is null.
type lineFormat struct {
	w     *bufio.Writer
	names []string
}

func (f *lineFormat) begin() error { return nil }
func (f *lineFormat) end() error   { return nil }

func (f *lineFormat) row(cells []any) error {
	b, err := object(f.names, cells)
	if err != nil {
		return err
	}
	_, err = f.w.Write(append(b, '\n'))
	return err
}

func object(names []string, cells []any) (jsontext.Value, error) {
	b := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, '"'), name...)
		b = append(b, `":`...)
		v, err := json.Marshal(cells[i], jsontext.AllowInvalidUTF8(true))
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		b = append(b, v...)
	}
	return append(b, '}'), nil
}

// geoFormat is a feature collection. A row that has a place with coordinates
// is a point; the geometry of every other is null, which RFC 7946, section
// 3.2, provides for.
type geoFormat struct {
	w     *bufio.Writer
	names []string
	more  bool
}

func (f *geoFormat) begin() error {
	_, err := f.w.WriteString(`{"type":"FeatureCollection","features":[`)
	return err
}

func (f *geoFormat) row(cells []any) error {
	geometry := "null"
	lat, lon := f.cell("destination_lat", cells), f.cell("destination_lon", cells)
	if lat, ok := lat.(float64); ok {
		if lon, ok := lon.(float64); ok {
			b, err := json.Marshal([]float64{lon, lat})
			if err != nil {
				return fmt.Errorf("write a place: %w", err)
			}
			geometry = `{"type":"Point","coordinates":` + string(b) + `}`
		}
	}
	b, err := object(f.names, cells)
	if err != nil {
		return err
	}
	comma := "\n"
	if f.more {
		comma = ",\n"
	}
	f.more = true
	_, err = f.w.WriteString(comma + `{"type":"Feature","geometry":` + geometry + `,"properties":` + string(b) + `}`)
	return err
}

func (f *geoFormat) cell(name string, cells []any) any {
	if i := slices.Index(f.names, name); i >= 0 {
		return cells[i]
	}
	return nil
}

func (f *geoFormat) end() error {
	_, err := f.w.WriteString("\n]}\n")
	return err
}
