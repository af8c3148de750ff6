package datadir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const helper = "DATELINE_TEST_LOCK_DIR"

// TestHelper is the other process of the tests below.
func TestHelper(t *testing.T) {
	dir := os.Getenv(helper)
	if dir == "" {
		t.Skip("it is run by the other tests")
	}
	if _, err := Take(dir, Sink); err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent ends it
}

func TestOneProcessARole(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelper$")
	cmd.Env = append(os.Environ(), helper+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4)
	if _, err := io.ReadFull(stdout, line); err != nil || string(line) != "held" {
		t.Fatalf("the other process said %q, %v", line, err)
	}
	_, err = Take(dir, Sink)
	if !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", cmd.Process.Pid)) || !strings.Contains(err.Error(), dir) {
		t.Errorf("beside a process that has the role: %v", err)
	}
	other, err := Take(dir, Ingest)
	if err != nil {
		t.Errorf("another role: %v", err)
	}
	if err := other.Release(); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	l, err := Take(dir, Sink)
	if err != nil {
		t.Fatalf("after the other process was killed: %v", err)
	}
	if _, err := Take(dir, Sink); !errors.Is(err, ErrHeld) {
		t.Errorf("twice in one process: %v", err)
	}
	if err := errors.Join(l.Release(), l.Release()); err != nil {
		t.Error(err)
	}
	l, err = Take(dir, Sink)
	if err != nil {
		t.Fatalf("after it was given up: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

func TestMake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := Make(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Make(file); err == nil {
		t.Error("a file was taken for a directory")
	}
	if _, err := Take(filepath.Join(dir, "none"), Sink); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("in no directory: %v", err)
	}
}
