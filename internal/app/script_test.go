package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"

	"github.com/dateline-wire/dateline/internal/app"
	"github.com/dateline-wire/dateline/internal/broker"
	"github.com/dateline-wire/dateline/internal/cli"
	"github.com/dateline-wire/dateline/internal/worker"
)

// patience is how long a script waits for a condition: much longer than it
// takes, because the machine may be busy.
const patience = 90 * time.Second

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dateline": func() { os.Exit(cli.Main(app.Command(), os.Args[1:], os.Stdout, os.Stderr)) },
		"ingest":   func() { os.Exit(cli.Main(worker.IngestCommand(), os.Args[1:], os.Stdout, os.Stderr)) },
		"enrich":   func() { os.Exit(cli.Main(worker.EnrichCommand(), os.Args[1:], os.Stdout, os.Stderr)) },
		"sink":     func() { os.Exit(cli.Main(worker.SinkCommand(), os.Args[1:], os.Stdout, os.Stderr)) },
		"broker":   func() { os.Exit(runBroker(os.Args[1])) },
	})
}

// runBroker is a broker for the workers' scripts when no Kafka is named.
func runBroker(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	b, err := broker.Start(broker.Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := os.WriteFile(filepath.Join(dir, "addr"), []byte(b.Addr()), 0o600); err != nil {
		return 1
	}
	<-ctx.Done()
	if b.Close() != nil {
		return 1
	}
	return 0
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("KAFKA", os.Getenv("DATELINE_KAFKA"))
			env.Setenv("PREFIX", "t"+fmt.Sprint(time.Now().UnixNano())+".")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("SHARED", os.Getenv("DATELINE_SHARED"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "kafka":
				return os.Getenv("DATELINE_KAFKA") != "", nil
			case "shared":
				return os.Getenv("DATELINE_SHARED") != "", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"waitfor":   waitFor,
			"waitsql":   waitSQL,
			"drop":      drop,
			"setfile":   setFile,
			"linecount": lineCount,
		},
	})
}

// waitFor FILE REGEXP waits until the file has the pattern.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: waitfor FILE REGEXP")
	}
	re := regexp.MustCompile(args[1])
	path := ts.MkAbs(args[0])
	var b []byte
	until(func() bool {
		b, _ = os.ReadFile(path)
		return re.Match(b)
	}, func() { ts.Fatalf("%s has no %s after %s:\n%s", args[0], args[1], patience, b) })
}

// waitSQL DB QUERY WANT waits until the query gives WANT: rows separated by
// "; ", columns by "|".
func waitSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: waitsql DB QUERY WANT")
	}
	var got string
	until(func() bool {
		var err error
		if got, err = query(ts.MkAbs(args[0]), args[1]); err != nil {
			got = err.Error()
		}
		return got == args[2]
	}, func() { ts.Fatalf("%s\n got %s\nwant %s", args[1], got, args[2]) })
}

func query(path, q string) (string, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return "", err
	}
	defer db.Close()
	rows, err := db.Query(q)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var out []string
	for rows.Next() {
		vals := make([]sql.NullString, len(cols))
		ptrs := make([]any, len(cols))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return "", err
		}
		row := make([]string, len(cols))
		for i := range vals {
			row[i] = vals[i].String
		}
		out = append(out, strings.Join(row, "|"))
	}
	return strings.Join(out, "; "), rows.Err()
}

// drop FILE TARGET renames a copy of the file to its target, whole.
func drop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: drop FILE TARGET")
	}
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	target := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(target), 0o755))
	tmp := filepath.Join(filepath.Dir(target), ".drop")
	ts.Check(os.WriteFile(tmp, b, 0o600))
	ts.Check(os.Rename(tmp, target))
}

// setFile VAR FILE waits for a file and sets a variable to what is in it.
func setFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: setfile VAR FILE")
	}
	var b []byte
	until(func() bool {
		b, _ = os.ReadFile(ts.MkAbs(args[1]))
		return len(bytes.TrimSpace(b)) > 0
	}, func() { ts.Fatalf("%s stays empty", args[1]) })
	ts.Setenv(args[0], string(bytes.TrimSpace(b)))
}

// lineCount FILE REGEXP N waits until exactly N lines have the pattern.
func lineCount(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: linecount FILE REGEXP N")
	}
	re := regexp.MustCompile(args[1])
	n := 0
	until(func() bool {
		b, _ := os.ReadFile(ts.MkAbs(args[0]))
		n = 0
		for line := range strings.Lines(string(b)) {
			if re.MatchString(line) {
				n++
			}
		}
		return fmt.Sprint(n) == args[2]
	}, func() { ts.Fatalf("%s has %d lines with %s, want %s", args[0], n, args[1], args[2]) })
}

func until(ok func() bool, fail func()) {
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			fail()
			return
		}
		time.Sleep(20 * time.Millisecond) // a poll of another process's files
	}
}
