// Package samples holds a handful of wire stories, written for Dateline, that
// a first run shows: several agencies' manners, an update, a correction, a
// kill and an embargo among them. The events and most of the people in them
// are invented.
package samples

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Feed is the feed the samples are of.
const Feed = "sample"

//go:embed stories
var stories embed.FS

// Write puts the samples into dir, each renamed in whole, and returns how many there are.
func Write(dir string) (int, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, fmt.Errorf("make the folder of the samples: %w", err)
	}
	entries, err := stories.ReadDir("stories")
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		b, err := fs.ReadFile(stories, "stories/"+e.Name())
		if err != nil {
			return 0, err
		}
		tmp := filepath.Join(dir, "."+e.Name())
		if err := os.WriteFile(tmp, b, 0o644); err != nil {
			return 0, fmt.Errorf("write a sample: %w", err)
		}
		if err := os.Rename(tmp, filepath.Join(dir, e.Name())); err != nil {
			return 0, fmt.Errorf("write a sample: %w", err)
		}
	}
	return len(entries), nil
}
