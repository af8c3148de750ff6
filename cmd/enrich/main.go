// Command enrich tags articles with their sources, actors, places,
// attributions and deployments: from wire.articles to wire.enriched, or from
// standard input to standard output with --stdin.
package main

import (
	"os"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/worker"
)

func main() { os.Exit(cli.Main(worker.EnrichCommand(), os.Args[1:], os.Stdout, os.Stderr)) }
