package app

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/time/rate"

	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/show"
	"github.com/dateline-wire/dateline/pkg/pipeline"
)

// letters selects dead letters.
type letters struct {
	reason, class, feed, group, since, before string
	again                                     bool
}

func (l *letters) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.reason, "reason", "", "only letters whose reason has these words")
	f.StringVar(&l.class, "class", "", "only letters of this class: undecodable, invalid, failed, too-large")
	f.StringVar(&l.feed, "feed", "", "only letters of this feed")
	f.StringVar(&l.group, "group", "", "only letters of this group: parse, enrich, sink")
	f.StringVar(&l.since, "since", "", "only letters that failed last at or after a time (RFC 3339) or so long ago (24h)")
	f.StringVar(&l.before, "before", "", "only letters that failed last before a time or so long ago")
	f.BoolVar(&l.again, "again", false, "letters that were driven before, too")
}

func (l *letters) filter(now time.Time) (func(*pipeline.DeadLetter) bool, error) {
	var since, before time.Time
	var err error
	if l.since != "" {
		if since, err = moment(l.since, now); err != nil {
			return nil, fmt.Errorf("--since: %w", err)
		}
	}
	if l.before != "" {
		if before, err = moment(l.before, now); err != nil {
			return nil, fmt.Errorf("--before: %w", err)
		}
	}
	return func(d *pipeline.DeadLetter) bool {
		return (l.reason == "" || strings.Contains(strings.ToLower(d.Reason), strings.ToLower(l.reason))) &&
			(l.class == "" || string(d.Class) == l.class) && (l.feed == "" || feedOf(d) == l.feed) && (l.group == "" || d.Group == l.group) &&
			(since.IsZero() || !d.Last.Before(since)) && (before.IsZero() || d.Last.Before(before)) && (l.again || !d.Redriven)
	}, nil
}

// feedOf is the feed a letter came from, as far as its headers tell.
func feedOf(d *pipeline.DeadLetter) string {
	if f := d.Record.Header("feed"); f != "" {
		return f
	}
	return strings.TrimPrefix(d.Record.Header("ce_source"), "/feeds/")
}

func redriveCommand(flags *cli.Flags) *cobra.Command {
	cmd := &cobra.Command{
		Use: "redrive", Short: "List dead letters, look at them, and send them again to the group that failed",
		Example: `  dateline redrive list --class failed --since 24h
  dateline redrive show 0/17
  dateline redrive send --reason "disk full" --rate 50 --dry-run`,
	}
	cmd.AddCommand(redriveList(flags), redriveShow(flags), redriveSend(flags))
	return cmd
}

func redriveList(flags *cli.Flags) *cobra.Command {
	var sel letters
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List dead letters", Example: `  dateline redrive list --feed yonhap-en`, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			match, err := sel.filter(time.Now())
			if err != nil {
				return err
			}
			return withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, _ *config.Config) error {
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				if !asJSON {
					fmt.Fprintln(w, "LETTER\tLAST\tGROUP\tCLASS\tFEED\tATTEMPTS\tREASON")
				}
				n := 0
				err := c.DeadLetters(ctx, func(d *pipeline.DeadLetter) error {
					if !match(d) {
						return nil
					}
					n++
					id := fmt.Sprintf("%d/%d", d.Record.Partition, d.Record.Offset)
					if asJSON {
						return writeJSON(cmd.OutOrStdout(), struct {
							Letter   string    `json:"letter"`
							Group    string    `json:"group"`
							Class    string    `json:"class"`
							Feed     string    `json:"feed"`
							Reason   string    `json:"reason"`
							Origin   string    `json:"origin"`
							Attempts int       `json:"attempts"`
							First    time.Time `json:"first"`
							Last     time.Time `json:"last"`
							Redriven bool      `json:"redriven"`
						}{id, d.Group, string(d.Class), feedOf(d), d.Reason, origin(d), d.Attempts, d.First, d.Last, d.Redriven})
					}
					_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", id, d.Last.UTC().Format(time.RFC3339), d.Group, d.Class, feedOf(d), d.Attempts, show.Safe(d.Reason, 100))
					return err
				})
				if err != nil || asJSON {
					return err
				}
				if err := w.Flush(); err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d letters\n", n)
				return err
			})
		},
	}
	sel.bind(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a letter")
	return cmd
}

func origin(d *pipeline.DeadLetter) string {
	return fmt.Sprintf("%s/%d@%d", d.Origin.Topic, d.Origin.Partition, d.Origin.Offset)
}

func redriveShow(flags *cli.Flags) *cobra.Command {
	return &cobra.Command{
		Use: "show PARTITION/OFFSET", Short: "Show one dead letter whole", Example: `  dateline redrive show 0/17`, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var partition int
			var offset int64
			if _, err := fmt.Sscanf(args[0], "%d/%d", &partition, &offset); err != nil {
				return fmt.Errorf("%q is no letter; want partition/offset as redrive list prints them", args[0])
			}
			return withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, _ *config.Config) error {
				found := false
				err := c.DeadLetters(ctx, func(d *pipeline.DeadLetter) error {
					if d.Record.Partition != partition || d.Record.Offset != offset {
						return nil
					}
					found = true
					w := cmd.OutOrStdout()
					fmt.Fprintf(w, "letter    %s\ngroup     %s\nclass     %s\nreason    %s\norigin    %s\nattempts  %d\nfirst     %s\nlast      %s\nredriven  %v\nkey       %s\n",
						args[0], d.Group, d.Class, show.Safe(d.Reason, 0), origin(d), d.Attempts, d.First.UTC().Format(time.RFC3339), d.Last.UTC().Format(time.RFC3339), d.Redriven, show.Safe(string(d.Record.Key), 0))
					for _, h := range d.Record.Headers {
						fmt.Fprintf(w, "header    %s: %s\n", show.Safe(h.Key, 0), show.Safe(string(h.Value), 200))
					}
					_, err := fmt.Fprintf(w, "value     %d bytes\n%s\n", len(d.Record.Value), show.Safe(string(d.Record.Value[:min(len(d.Record.Value), 4000)]), 0))
					return err
				})
				if err == nil && !found {
					return fmt.Errorf("there is no dead letter %s", args[0])
				}
				return err
			})
		},
	}
}

func redriveSend(flags *cli.Flags) *cobra.Command {
	var sel letters
	var perSecond float64
	var dry bool
	cmd := &cobra.Command{
		Use: "send", Short: "Send dead letters again, each at most once unless --again",
		Example: `  dateline redrive send --class failed --since 24h --dry-run
  dateline redrive send --group sink --rate 50`, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			match, err := sel.filter(time.Now())
			if err != nil {
				return err
			}
			if perSecond <= 0 {
				return fmt.Errorf("--rate %v: want more than 0 a second", perSecond)
			}
			return withClient(cmd, flags, func(ctx context.Context, c *pipeline.Client, _ *config.Config) error {
				limit := rate.NewLimiter(rate.Limit(perSecond), 1)
				n := 0
				err := c.DeadLetters(ctx, func(d *pipeline.DeadLetter) error {
					if !match(d) {
						return nil
					}
					if !dry {
						if err := limit.Wait(ctx); err != nil {
							return err
						}
						if err := c.Redrive(ctx, d); err != nil {
							return err
						}
					}
					n++
					if n%100 == 0 {
						fmt.Fprintf(cmd.ErrOrStderr(), "%d letters\n", n)
					}
					return nil
				})
				if err != nil {
					return fmt.Errorf("after %d letters: %w", n, err)
				}
				what := "sent"
				if dry {
					what = "would be sent"
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d letters %s\n", n, what)
				return err
			})
		},
	}
	sel.bind(cmd)
	cmd.Flags().Float64Var(&perSecond, "rate", 100, "letters a second")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "count only")
	return cmd
}
