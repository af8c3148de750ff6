// Command dateline is the whole line in one process (dateline up), and the
// tools around it.
package main

import (
	"os"

	"github.com/dateline-wire/dateline/internal/app"
	"github.com/dateline-wire/dateline/internal/cli"
)

func main() { os.Exit(cli.Main(app.Command(), os.Args[1:], os.Stdout, os.Stderr)) }
