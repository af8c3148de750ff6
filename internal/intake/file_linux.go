package intake

import (
	"io/fs"
	"os"
	"syscall"
	"time"
)

// renamed tells whether a file's name is younger than its bytes: it was
// written elsewhere and moved in whole. A rename sets the change time and
// leaves the modification time; a write sets both alike.
func renamed(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Size() > 0 && time.Unix(st.Ctim.Unix()).After(info.ModTime())
}

func open(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}
