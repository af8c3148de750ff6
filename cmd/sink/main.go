// Command sink keeps the store and the files made from it: it reads
// wire.articles and wire.enriched and decides what shows of each story.
package main

import (
	"os"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/worker"
)

func main() { os.Exit(cli.Main(worker.SinkCommand(), os.Args[1:], os.Stdout, os.Stderr)) }
