package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/datadir"
	"github.com/dateline-wire/dateline/internal/intake"
	"github.com/dateline-wire/dateline/pkg/enrich"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/all"
)

// Locks that keep a second process of a kind off a data directory.
const (
	LockIngest = datadir.Ingest
	LockSink   = datadir.Sink
)

// IngestCommand is the command of the ingest worker.
func IngestCommand() *cobra.Command {
	var flags cli.Flags
	var stdout bool
	cmd := &cobra.Command{
		Use:   "ingest [--stdout FILE...]",
		Short: "Take wire copy in: watched folders to wire.raw, wire.raw to wire.articles",
		Long: `ingest watches DIR/inbox (files of the feed "inbox") and DIR/inbox/<feed>, writes
every file's bytes to the topic wire.raw, and parses them from there into
articles on wire.articles. What cannot be read ends on wire.dead with its reason.`,
		Example: `  DATELINE_KAFKA=localhost:9092 ingest --data /var/lib/dateline
  ingest --stdout story.xml more/*.json     # parse files to standard output, no broker
  ingest check feed.yaml                    # try feeds and show their first articles`,
		Args: func(_ *cobra.Command, args []string) error {
			if !stdout && len(args) > 0 {
				return fmt.Errorf("files (%s, ...) go with --stdout; without it ingest watches the inbox", args[0])
			}
			if stdout && len(args) == 0 {
				return errors.New("--stdout wants the files to parse")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if stdout {
				return parseFiles(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			p := &Process{Name: "ingest", Groups: []string{pipeline.GroupParse}, Locks: []string{LockIngest},
				Run: func(ctx context.Context, env *Env) (err error) {
					ledger, err := intake.OpenLedger(ctx, env.Config.Data)
					if err != nil {
						return err
					}
					defer func() { err = errors.Join(err, ledger.Close()) }()
					return Ingest(ctx, env, ledger)
				}}
			return p.Start(cmd.Context(), cfg, cmd.ErrOrStderr())
		},
	}
	flags.Bind(cmd)
	cmd.AddCommand(checkCommand())
	cmd.Flags().BoolVar(&stdout, "stdout", false, "parse the files named, write one article a line, and end")
	return cmd
}

// fileFault is a line of `ingest --stdout` on standard error.
type fileFault struct {
	File   string     `json:"file"`
	Format string     `json:"format"`
	Item   int        `json:"item"`
	Class  wire.Class `json:"class"`
	Error  string     `json:"error"`
}

// parseFiles writes the articles of files to out and what is no article to
// errw, a JSON line each. A file's time of receipt is its modification time, so
// that the same file gives the same bytes. The error is cli.ErrTold when a file
// could not be opened, which errw has heard.
func parseFiles(ctx context.Context, files []string, out, errw io.Writer) error {
	failed := false
	for _, path := range files {
		err := parseFile(ctx, path, out, errw)
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			failed = true
			err = tellFault(errw, fileFault{File: path, Class: wire.Undecodable, Error: err.Error()})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if failed {
		return cli.ErrTold
	}
	return nil
}

func tellFault(w io.Writer, f fileFault) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

func parseFile(ctx context.Context, path string, out, errw io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return err
	}
	sha := hex.EncodeToString(sum.Sum(nil))
	t := &wire.Transmission{Feed: "stdout", Name: filepath.Base(path), Received: info.ModTime().UTC(), SHA256: sha,
		Raw: model.RawRef{Topic: pipeline.TopicRaw, SHA256: sha}, Source: file, Size: size}
	return all.Parse(ctx, t, func(r wire.Result) error {
		if r.Article == nil {
			return tellFault(errw, fileFault{path, r.Format, r.Item, r.Class, fmt.Sprint(r.Err)})
		}
		b, err := model.Encode(r.Article)
		if err != nil {
			return tellFault(errw, fileFault{path, r.Format, r.Item, wire.Invalid, err.Error()})
		}
		_, err = out.Write(append(b, '\n'))
		return err
	})
}

// EnrichCommand is the command of the enrich worker.
func EnrichCommand() *cobra.Command {
	var flags cli.Flags
	var stdin bool
	cmd := &cobra.Command{
		Use:   "enrich [--stdin]",
		Short: "Tag articles with sources, actors, places, attributions and deployments",
		Long: `enrich reads articles from wire.articles and writes them with their tags to
wire.enriched. Start as many as you like: they share the partitions.

With --stdin it needs no broker: one article a line in, one enriched article a
line out, in the same order. A line {"id":"x","text":"..."} (with or without
"date" and "headline") is an article too.`,
		Example: `  DATELINE_KAFKA=localhost:9092 enrich --data /var/lib/dateline
  echo '{"id":"1","text":"Ghana will send 850 peacekeepers to Niger, the defence ministry said."}' | enrich --stdin`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.Load()
			if err != nil {
				return err
			}
			eng, err := enrich.New(enrich.Config{Knowledge: cfg.Enrich.Knowledge})
			if err != nil {
				return err
			}
			if stdin {
				return EnrichLines(cmd.Context(), eng, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			p := &Process{Name: "enrich", Groups: []string{pipeline.GroupEnrich},
				Run: func(ctx context.Context, env *Env) error { return Enrich(ctx, env, eng) }}
			return p.Start(cmd.Context(), cfg, cmd.ErrOrStderr())
		},
	}
	flags.Bind(cmd)
	cmd.Flags().BoolVar(&stdin, "stdin", false, "read articles from standard input, write to standard output, and end")
	return cmd
}
