// Package pgtest starts a throw-away PostgreSQL for tests, where its server is
// installed, as Debian's package postgresql does. It listens on a socket in a
// directory of its own, so that any number may run at once.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNone says that no server is installed, or none that can be started.
var ErrNone = errors.New("no PostgreSQL server to test with")

// Server is a running cluster.
type Server struct {
	dir string
	cmd *exec.Cmd
	log *bytes.Buffer
}

// Start makes a cluster and waits until it answers. The error is an ErrNone
// where there is nothing to start. Stop ends it.
func Start(ctx context.Context) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "pg")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, log: &bytes.Buffer{}}
	if err := s.start(ctx, bin); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w\n%s", err, s.log), s.Stop())
	}
	return s, nil
}

// find looks for the newest server, in Debian's places and then on the path.
func find() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		version := func(path string) int {
			n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 for an odd name
			return n
		}
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("%w: initdb is not installed (Debian: apt-get install postgresql)", ErrNone)
	}
	return filepath.Dir(path), nil
}

func (s *Server) start(ctx context.Context, bin string) error {
	attr, err := s.owner()
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "dateline", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir, initdb.Stdout, initdb.Stderr = attr, s.dir, s.log, s.log
	if err := initdb.Run(); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	s.cmd = exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=50")
	s.cmd.SysProcAttr, s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = attr, s.dir, s.log, s.log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	deadline := time.Now().Add(time.Minute)
	for {
		conn, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond) // it says nowhere else that it is ready
	}
}

// owner is whom the server runs as: it refuses to be root, so that it then runs
// as the user that its package made.
func (s *Server) owner() (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: it cannot run as root, and there is no user postgres", ErrNone)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(s.dir, int(uid), int(gid))
}

// DSN is the address of a database of the cluster.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("host=%s user=dateline dbname=%s sslmode=disable", s.dir, database)
}

// Stop ends the server at once and removes what it wrote.
func (s *Server) Stop() error {
	var errs []error
	if s.cmd != nil {
		errs = append(errs, s.cmd.Process.Signal(syscall.SIGINT)) // fast shutdown
		_ = s.cmd.Wait()                                          // its exit code says how it was ended
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}
