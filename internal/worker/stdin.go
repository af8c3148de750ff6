package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"

	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/wire"
)

// ErrBadLines says that some lines gave no output.
var ErrBadLines = errors.New("some lines could not be read")

// EnrichLines reads one article a line and writes one enriched article a
// line, in the same order, working on several at once. A line that is no
// article is told on errw with its number and gives no output; the error is
// then ErrBadLines once all lines are done.
func EnrichLines(ctx context.Context, engine *enrich.Engine, in io.Reader, out, errw io.Writer) error {
	type line struct {
		number int
		text   []byte
		result chan result
	}
	workers := runtime.GOMAXPROCS(0)
	work, order := make(chan line), make(chan line, 4*workers)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		defer close(order)
		r := bufio.NewReaderSize(in, 1<<20)
		for n := 1; ; n++ {
			text, err := r.ReadBytes('\n')
			if len(text) > 0 {
				l := line{n, text, make(chan result, 1)}
				for _, ch := range []chan line{order, work} {
					select {
					case ch <- l:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read line %d: %w", n, err)
			}
		}
	})
	for range workers {
		g.Go(func() error {
			for l := range work {
				l.result <- enrichLine(engine, l.text)
			}
			return nil
		})
	}
	bad := 0
	g.Go(func() error {
		w := bufio.NewWriterSize(out, 1<<20)
		for l := range order {
			var res result
			select {
			case res = <-l.result:
			case <-ctx.Done():
				return ctx.Err()
			}
			if res.warn != nil {
				fmt.Fprintf(errw, "line %d: %v\n", l.number, res.warn)
			}
			if res.err != nil {
				bad++
				fmt.Fprintf(errw, "line %d: %v\n", l.number, res.err)
			}
			if res.out == nil {
				continue
			}
			if _, err := w.Write(append(res.out, '\n')); err != nil {
				return fmt.Errorf("write: %w", err)
			}
			if len(order) == 0 { // somebody may be waiting at the other end
				if err := w.Flush(); err != nil {
					return fmt.Errorf("write: %w", err)
				}
			}
		}
		if err := w.Flush(); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%w: %d", ErrBadLines, bad)
	}
	return nil
}

// result is what became of a line: the output, nil for a blank or bad line;
// what makes it bad; what went wrong on the way without making it bad.
type result struct {
	out       []byte
	err, warn error
}

func enrichLine(engine *enrich.Engine, text []byte) result {
	blank := true
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			blank = false
			break
		}
	}
	if blank {
		return result{}
	}
	a, warn, err := articleOfLine(text)
	if err != nil {
		return result{err: err}
	}
	e, failed := engine.Enrich(a)
	out, err := model.Encode(e)
	if err != nil {
		return result{err: err}
	}
	return result{out: out, warn: errors.Join(warn, failed)}
}

// stdinFeed is the feed of articles that come without one.
const stdinFeed = "stdin"

// articleOfLine reads an article, or the plain form
// {"id":…,"text":…[,"date":…][,"headline":…]}. A date that is none is left out
// with a warning.
func articleOfLine(b []byte) (a *model.Article, warn, err error) {
	var plain struct {
		URI      *string `json:"uri"`
		ID       *string `json:"id"`
		Text     *string `json:"text"`
		Date     *string `json:"date"`
		Headline *string `json:"headline"`
	}
	if err := json.Unmarshal(b, &plain); err != nil || plain.URI != nil || plain.ID == nil {
		a, err = model.DecodeNinjs(b, stdinFeed)
		return a, nil, err
	}
	if plain.Text == nil {
		return nil, nil, model.Faults{{Path: "text", Problem: "is missing"}}
	}
	a = &model.Article{URI: *plain.ID, Type: "text", PubStatus: model.Usable, Wire: model.Wire{Feed: stdinFeed, Format: "text", Change: model.ChangeNew}}
	if a.URI == "" {
		return nil, nil, model.Faults{{Path: "id", Problem: "is empty"}}
	}
	if plain.Headline != nil && *plain.Headline != "" {
		a.Headlines = []model.Text{{Role: "main", ContentType: "text/plain", Value: *plain.Headline}}
	}
	a.Bodies = []model.Body{{Role: "main", ContentType: "text/plain", Value: *plain.Text}}
	if plain.Date != nil && *plain.Date != "" {
		if t, ok := plainDate(*plain.Date); ok {
			a.VersionCreated = t
			a.Wire.Revision = max(t.Unix(), 0)
		} else { // relative days stay open; the text is worth more than its date
			warn = model.Faults{{Path: "date", Problem: fmt.Sprintf("%.40q is no date (2025-10-16, Oct. 16, 2025) and no time: left out", *plain.Date)}}
		}
	}
	return a, warn, nil
}

// plainDate reads a date as people write it, or a time in the forms of the wires.
func plainDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.DateOnly, "January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	// "Sep. 19, 2011", "Sept. 19, 2011"
	bare := strings.Replace(strings.Replace(s, "Sept", "Sep", 1), ".", "", 1)
	if t, err := time.Parse("Jan 2, 2006", bare); err == nil {
		return t, true
	}
	t, kind := wire.ParseTime(s, nil)
	return t, kind != wire.NoTime && !t.IsZero()
}
