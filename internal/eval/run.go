package eval

import (
	"bytes"
	_ "embed" // the set of our own
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/model"
)

// own is a small set written for Dateline, marked by the guidelines that the
// large sets follow; it is there wherever the program is built.
//
//go:embed own.jsonl
var own []byte

// set is a gold set and what it is marked for.
type set struct {
	name                              string
	path                              string // under the shared folder; empty for the set of our own
	deployments, attributions, actors bool
	timed                             bool
}

// sets lists the gold sets in the order they are told.
var sets = []set{
	{name: "own", deployments: true},
	{name: "deployments.dev", path: "gold/deployments.dev.jsonl", deployments: true},
	{name: "written.dev", path: "gold/written.dev.jsonl", deployments: true},
	{name: "stories.dev", path: "gold/stories.dev.jsonl", deployments: true, attributions: true, actors: true, timed: true},
	{name: "polnear.dev", path: "corpora/polnear/dev.jsonl", attributions: true},
}

// Run scores the engine on every set that is there and writes a line a set and
// layer; shared is the folder of the large sets, empty for none. The text
// written is the same for the same engine.
func Run(w io.Writer, engine *enrich.Engine, shared string) error {
	for _, s := range sets {
		b := own
		var aliases Aliases
		if s.path != "" {
			if shared == "" {
				continue
			}
			var err error
			if b, err = os.ReadFile(filepath.Join(shared, s.path)); err != nil {
				return err
			}
			if aliases, err = ReadAliases(filepath.Join(shared, "gold")); err != nil {
				return err
			}
		}
		stories, err := ReadStories(bytes.NewReader(b))
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		deployments := DeploymentScore{Aliases: aliases}
		var attributions AttributionScore
		var actors ActorScore
		for _, st := range stories {
			e, err := engine.Enrich(article(st))
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.name, st.ID, err)
			}
			if s.deployments {
				deployments.Add(st.Text, st.Headline, st.Records, s.timed, e.Enrichment)
			}
			if s.attributions {
				attributions.Add(st, e.Enrichment)
			}
			if s.actors {
				actors.Add(st.Text, st.Actors, e.Enrichment)
			}
		}
		if s.deployments {
			fmt.Fprintf(w, "%-16s deployments   %s\n", s.name, deployments)
		}
		if s.attributions {
			fmt.Fprintf(w, "%-16s attributions  %s\n", s.name, attributions)
		}
		if s.actors {
			fmt.Fprintf(w, "%-16s actors        %s\n", s.name, actors)
		}
	}
	return nil
}

func article(s Story) *model.Article {
	a := &model.Article{URI: s.ID, Type: "text", Bodies: []model.Body{{ContentType: "text/plain", Value: s.Text}}}
	if s.Headline != "" {
		a.Headlines = []model.Text{{ContentType: "text/plain", Value: s.Headline}}
	}
	for _, layout := range []string{time.DateOnly, "Jan. 2, 2006", "January 2, 2006"} {
		if t, err := time.Parse(layout, s.Date); err == nil {
			a.VersionCreated = t
		}
	}
	return a
}
