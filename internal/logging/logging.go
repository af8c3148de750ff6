// Package logging makes the process's logger: for people on a terminal, one
// JSON object a line everywhere else.
package logging

import (
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
)

// Terminal tells whether w is a terminal that wants colour: a terminal, and
// NO_COLOR not set (no-color.org).
func Terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// New makes a logger on w. level is a name of zerolog's, format is auto, text or json.
func New(w io.Writer, level, format, process string) zerolog.Logger {
	lv, err := zerolog.ParseLevel(level)
	if err != nil || lv == zerolog.NoLevel {
		lv = zerolog.InfoLevel
	}
	if format == "text" || format == "auto" && Terminal(w) {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly, NoColor: !Terminal(w)}
	}
	return zerolog.New(zerolog.SyncWriter(w)).Level(lv).With().Timestamp().Str("process", process).Logger()
}
