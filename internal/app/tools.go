package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/logging"
	"github.com/dateline-wire/dateline/internal/ops"
	"github.com/dateline-wire/dateline/internal/show"
	"github.com/dateline-wire/dateline/internal/worker"
	"github.com/dateline-wire/dateline/pkg/model"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// groups are the consumer groups of the line.
func groups() []string {
	return []string{pipeline.GroupParse, pipeline.GroupEnrich, pipeline.GroupSink}
}

// groupTopics are the topics that a group reads, its retry tiers aside.
func groupTopics(group string) []string {
	switch group {
	case pipeline.GroupParse:
		return []string{pipeline.TopicRaw}
	case pipeline.GroupEnrich:
		return []string{pipeline.TopicArticles}
	default:
		return []string{pipeline.TopicArticles, pipeline.TopicEnriched}
	}
}

// withClient connects as a tool: to the brokers configured, else to the
// broker of the dateline up that runs on the data directory.
func withClient(cmd *cobra.Command, flags *cli.Flags, do func(ctx context.Context, c *pipeline.Client, cfg *config.Config) error) error {
	cfg, err := flags.Load()
	if err != nil {
		return err
	}
	if err := worker.FindBroker(cfg); err != nil {
		return err
	}
	level := cfg.Log.Level
	if level == "info" {
		level = "warn"
	}
	log := logging.New(cmd.ErrOrStderr(), level, cfg.Log.Format, cmd.Name())
	c, err := worker.Connect(cmd.Context(), cfg, cmd.Name(), log, ops.NewRegistry())
	if err != nil {
		return ignoreCanceled(cmd.Context(), err)
	}
	defer c.Close()
	return ignoreCanceled(cmd.Context(), do(cmd.Context(), c, cfg))
}

// backlog is how many records the groups of the line have not committed yet.
func backlog(ctx context.Context, c *pipeline.Client) (int64, error) {
	var n int64
	for _, g := range groups() {
		lags, err := c.Lag(ctx, g, groupTopics(g)...)
		if err != nil {
			return 0, err
		}
		for _, l := range lags {
			n += l.Records
		}
	}
	return n, nil
}

func topicsCommand(flags *cli.Flags) *cobra.Command {
	var create, asJSON bool
	cmd := &cobra.Command{
		Use: "topics", Short: "Show the topics, create the missing ones, check what is there",
		Example: `  dateline topics --data ./dateline-data
  DATELINE_KAFKA=localhost:9092 dateline topics --create`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, cfg *config.Config) error {
				if create {
					if err := c.EnsureTopics(ctx, groups()...); err != nil {
						return err
					}
				}
				infos, err := c.Topics(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(cmd.OutOrStdout(), infos)
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "TOPIC\tPARTITIONS\tRECORDS\tREPLICAS\tREMARK")
				for _, t := range infos {
					var records int64
					replicas := 0
					remark := ""
					for _, p := range t.Partitions {
						records += p.End - p.First
						replicas = max(replicas, p.Replicas)
						if p.Leader == "" {
							remark = fmt.Sprintf("partition %d has no leader", p.Partition)
						} else if p.InSync < p.Replicas {
							remark = fmt.Sprintf("partition %d: %d of %d replicas in sync", p.Partition, p.InSync, p.Replicas)
						}
					}
					fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", cfg.Kafka.Prefix+t.Name, len(t.Partitions), records, replicas, remark)
				}
				for _, want := range []string{pipeline.TopicRaw, pipeline.TopicArticles, pipeline.TopicEnriched, pipeline.TopicDead} {
					if !slices.ContainsFunc(infos, func(t pipeline.TopicInfo) bool { return t.Name == want }) {
						fmt.Fprintf(w, "%s\t-\t-\t-\tmissing; --create makes it\n", cfg.Kafka.Prefix+want)
					}
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&create, "create", false, "create the topics that are missing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func writeJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

func lagCommand(flags *cli.Flags) *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use: "lag", Short: "Tell how far each group is behind, in records and in seconds",
		Example: `  dateline lag --data ./dateline-data
  DATELINE_KAFKA=localhost:9092 dateline lag --all --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, _ *config.Config) error {
				type row struct {
					Group string `json:"group"`
					pipeline.Lag
				}
				var rows []row
				for _, g := range groups() {
					lags, err := c.Lag(ctx, g, groupTopics(g)...)
					if err != nil {
						return err
					}
					for _, l := range lags {
						rows = append(rows, row{g, l})
					}
				}
				if asJSON {
					return writeJSON(cmd.OutOrStdout(), rows)
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "GROUP\tTOPIC\tPARTITION\tRECORDS BEHIND\tSECONDS BEHIND\tCOMMITTED\tEND")
				for _, g := range groups() {
					var records int64
					var seconds float64
					for _, r := range rows {
						if r.Group != g {
							continue
						}
						records += r.Records
						seconds = max(seconds, r.Seconds)
						if all || r.Records > 0 {
							fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.1f\t%d\t%d\n", g, r.Topic, r.Partition, r.Records, r.Seconds, r.Committed, r.End)
						}
					}
					fmt.Fprintf(w, "%s\t(all)\t\t%d\t%.1f\t\t\n", g, records, seconds)
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, every partition")
	cmd.Flags().BoolVar(&all, "all", false, "show the partitions that are not behind too")
	return cmd
}

func tailCommand(flags *cli.Flags) *cobra.Command {
	var last int64
	var since string
	var once, raw bool
	cmd := &cobra.Command{
		Use: "tail [TOPIC]", Short: "Follow a topic readably (default wire.enriched)",
		Example: `  dateline tail --data ./dateline-data
  dateline tail wire.dead --last 20
  dateline tail wire.articles --since 1h --json | jq .uri`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			topic := pipeline.TopicEnriched
			if len(args) == 1 {
				topic = args[0]
			}
			from := pipeline.Start{Last: last}
			if since != "" {
				t, err := moment(since, time.Now())
				if err != nil {
					return fmt.Errorf("--since: %w", err)
				}
				from = pipeline.Start{Time: t}
			}
			return withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, _ *config.Config) error {
				out := cmd.OutOrStdout()
				line := func(r *pipeline.Record) error { return tailLine(out, r, raw) }
				if once {
					return c.Range(ctx, topic, from.Time, time.Time{}, line)
				}
				return c.Follow(ctx, topic, from, line)
			})
		},
	}
	cmd.Flags().Int64Var(&last, "last", 10, "begin with so many records of each partition; -1 for all")
	cmd.Flags().StringVar(&since, "since", "", "begin at a time (RFC 3339) or so long ago (1h)")
	cmd.Flags().BoolVar(&once, "once", false, "end at the end of the topic instead of following it")
	cmd.Flags().BoolVar(&raw, "json", false, "print the values as they are, one a line")
	return cmd
}

// moment reads a time, or a span back from now ("24h").
func moment(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return time.Time{}, fmt.Errorf("%q is no RFC 3339 time and no span such as 24h", s)
	}
	return now.Add(-d), nil
}

// tailLine prints a record on one line: what it is as far as its headers and
// its value tell.
func tailLine(w io.Writer, r *pipeline.Record, raw bool) error {
	if raw {
		_, err := w.Write(append(slices.Clone(r.Value), '\n'))
		return err
	}
	what := ""
	switch {
	case r.Header("dead-reason") != "":
		what = fmt.Sprintf("%s, group %s: %s", r.Header("dead-class"), r.Header("dead-group"), show.Safe(r.Header("dead-reason"), 160))
	case r.Header("dead-redriven") != "":
		what = "driven again: " + r.Header("dead-redriven")
	case r.Topic == pipeline.TopicRaw:
		what = fmt.Sprintf("%s  %d bytes", show.Safe(r.Header("name"), 80), r.Size())
		if p := r.Header("parts"); p != "" {
			what += fmt.Sprintf(", part %s of %s", r.Header("part"), p)
		}
	default:
		what = articleLine(r.Value)
	}
	_, err := fmt.Fprintf(w, "%s %s/%d@%d  %s  %s\n", r.Time.UTC().Format(time.RFC3339), r.Topic, r.Partition, r.Offset, show.Safe(string(r.Key), 60), what)
	return err
}

func articleLine(value []byte) string {
	var e model.Enriched
	if err := json.Unmarshal(value, &e); err != nil {
		return "not readable: " + show.Safe(err.Error(), 100)
	}
	var parts []string
	if e.Wire.Change != "" {
		parts = append(parts, string(e.Wire.Change))
	}
	parts = append(parts, fmt.Sprintf("rev %d", e.Wire.Revision))
	if h := show.Safe(e.Headline(), 90); h != "" {
		parts = append(parts, h)
	}
	if e.Enrichment != nil {
		for i := range e.Enrichment.Deployments {
			d := &e.Enrichment.Deployments[i]
			if d.Tentative {
				continue
			}
			s := "[" + show.Safe(d.Unit.Exact, 50) + ", " + d.Status
			if d.Destination != nil {
				s += ", to " + show.Safe(d.Destination.Exact, 40)
			}
			if by := show.SaidBy(e.Enrichment, d); by != "" {
				s += ", says " + by
			}
			parts = append(parts, s+"]")
		}
	}
	return strings.Join(parts, "  ")
}
