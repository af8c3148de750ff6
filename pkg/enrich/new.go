package enrich

import (
	"github.com/dateline-wire/dateline/pkg/enrich/actor"
	"github.com/dateline-wire/dateline/pkg/enrich/deployment"
	"github.com/dateline-wire/dateline/pkg/enrich/entity"
	"github.com/dateline-wire/dateline/pkg/enrich/kb"
	"github.com/dateline-wire/dateline/pkg/enrich/place"
	"github.com/dateline-wire/dateline/pkg/enrich/source"
	"github.com/dateline-wire/dateline/pkg/enrich/syntax"
)

// Config says what an engine stands on. The zero value is the engine as shipped.
type Config struct {
	// Knowledge is a YAML or CSV file that adds to the knowledge base or corrects it.
	Knowledge string
}

// New loads the models and the knowledge base and assembles the engine. A
// fault in the user's knowledge file is an error that names line and field.
func New(cfg Config) (*Engine, error) {
	parser, err := syntax.Load()
	if err != nil {
		return nil, err
	}
	names, err := entity.Load()
	if err != nil {
		return nil, err
	}
	knowledge, err := kb.OpenStore(cfg.Knowledge)
	if err != nil {
		return nil, err
	}
	places, err := place.Load(knowledge.KB())
	if err != nil {
		return nil, err
	}
	sources, err := source.New(parser)
	if err != nil {
		return nil, err
	}
	deployments, err := deployment.New(parser, places)
	if err != nil {
		return nil, err
	}
	layers := []Named{{"actor", actor.Over(knowledge, places, names)}, {"source", sources}, {"deployment", deployments}}
	e := Assemble(func() string { return "kb." + knowledge.KB().Version() }, layers, actor.FillNinjs)
	e.reload, e.vetoes = knowledge.Reload, deployments.Explain
	return e, nil
}
