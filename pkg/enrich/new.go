package enrich

// Config says what an engine stands on. The zero value is the engine as shipped.
type Config struct {
	// Knowledge is a YAML or CSV file that adds to the knowledge base or corrects it.
	Knowledge string
}

// New loads the models and the knowledge base and assembles the engine.
func New(Config) (*Engine, error) {
	return Assemble(func() string { return "kb.0" }, nil), nil
}
