// Package enrich is the engine: an article goes in, the article with its
// sources, actors, places, attributions and deployments comes out, each with
// the characters that show it. It needs no broker, no database and no
// network, blocks on nothing and keeps nothing between two articles. The same
// article and the same engine version give the same enrichment.
package enrich

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dateline-wire/dateline/pkg/enrich/deployment"
	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Name is the engine's name in an enrichment.
const Name = "dateline"

// Release is the version of the engine's rules and models; the version of an
// enrichment adds that of the knowledge base. It is raised with every change
// that can alter an enrichment.
const Release = "2026.11.0"

// Layer is one step of the engine. It adds what it finds to the document and
// may rely on what the layers before it found. It is safe for concurrent use
// on different documents.
type Layer interface {
	Annotate(d *text.Doc)
}

// Named is a layer and the name it is told by.
type Named struct {
	Name string
	Layer
}

// Engine runs layers over articles. It is safe for concurrent use.
type Engine struct {
	version func() string
	layers  []Named
	finish  []func(*model.Enriched)
	reload  func() (bool, error)
	vetoes  func(*text.Doc) []deployment.Veto // finds the deployments of d again
}

// Assemble makes an engine of layers that run in the order given. version
// names the knowledge base in force ("kb.3", "kb.3.7"); finish are called on
// every enriched article at the end.
func Assemble(version func() string, layers []Named, finish ...func(*model.Enriched)) *Engine {
	return &Engine{version: version, layers: layers, finish: finish}
}

// Version is the engine version that an enrichment made now would carry.
func (e *Engine) Version() string { return Release + "+" + e.version() }

// Reload takes a changed knowledge file over and reports whether there was
// one. After an error the knowledge in force stays. Articles under way are
// finished with what they began with.
func (e *Engine) Reload() (changed bool, err error) {
	if e.reload == nil {
		return false, nil
	}
	return e.reload()
}

// Enrich tags an article. The enriched article is always whole; the error
// tells which layers failed on it, and its notes do so too.
func (e *Engine) Enrich(a *model.Article) (*model.Enriched, error) {
	out, _, err := e.enrich(a)
	return out, err
}

// Explain does what Enrich does and tells the bodies of people that were
// passed over, and why.
func (e *Engine) Explain(a *model.Article) (*model.Enriched, []deployment.Veto, error) {
	out, d, err := e.enrich(a)
	if e.vetoes == nil || !english(d.Language) {
		return out, nil, err
	}
	return out, e.vetoes(d), err
}

func (e *Engine) enrich(a *model.Article) (*model.Enriched, *text.Doc, error) {
	out := &model.Enriched{Article: *a}
	d := text.FromArticle(a)
	d.Enrichment.Engine, d.Enrichment.Version = Name, e.Version()
	var errs []error
	if english(d.Language) {
		for _, l := range e.layers {
			if err := run(l, d); err != nil {
				errs = append(errs, err)
				d.Enrichment.Notes = append(d.Enrichment.Notes, "layer "+l.Name+" failed and is missing")
			}
		}
	} else {
		d.Enrichment.Language = d.Language
		d.Enrichment.Notes = append(d.Enrichment.Notes, "language "+d.Language+": not analysed")
	}
	out.Enrichment = &d.Enrichment
	for _, f := range e.finish {
		f(out)
	}
	return out, d, errors.Join(errs...)
}

// english tells whether the layers can read a language: a BCP 47 tag of
// English, or none.
func english(tag string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return primary == "" || primary == "en"
}

// run keeps a layer's panic to the layer: a story that breaks one rule still
// reaches the desk with what the others found.
func run(l Named, d *text.Doc) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("layer %s: %v", l.Name, r)
		}
	}()
	l.Annotate(d)
	return nil
}
