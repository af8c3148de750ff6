// Command ingest takes wire copy in: it watches folders, captures what
// arrives on wire.raw, and parses it into articles on wire.articles. With
// --stdout it parses the files named and needs no broker.
package main

import (
	"os"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/worker"
)

func main() { os.Exit(cli.Main(worker.IngestCommand(), os.Args[1:], os.Stdout, os.Stderr)) }
