package worker

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"

	"github.com/dateline-wire/dateline/internal/config"
	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/store/postgres"
	"github.com/dateline-wire/dateline/internal/store/sqlite"
)

// Store is a store that can be read with SQL beside; ? stands for an argument,
// whatever the backend.
type Store interface {
	store.Store
	Select(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

var (
	_ Store = (*sqlite.DB)(nil)
	_ Store = (*postgres.DB)(nil)
)

// OpenStore opens the store that the configuration names, and makes it where
// there is none: PostgreSQL where sink.postgres is set, else DIR/dateline.db.
// Whoever opens it closes it. Errors never show the connection string's
// password.
func OpenStore(ctx context.Context, cfg *config.Config) (Store, error) {
	if dsn := cfg.Sink.Postgres.Reveal(); dsn != "" {
		db, err := postgres.Open(ctx, dsn)
		if err != nil {
			return nil, err
		}
		return db, nil
	}
	db, err := sqlite.Open(ctx, StorePath(cfg.Data))
	if err != nil {
		return nil, err
	}
	return db, nil
}

// FindStore is OpenStore for tools, which make no file: the error is an
// os.ErrNotExist where a data directory has no store yet.
func FindStore(ctx context.Context, cfg *config.Config) (Store, error) {
	if cfg.Sink.Postgres == "" {
		if _, err := os.Stat(StorePath(cfg.Data)); err != nil {
			return nil, fmt.Errorf("there is no store: %w", err)
		}
	}
	return OpenStore(ctx, cfg)
}

// The pauses between two tries to reach a server, each twice the last.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 15 * time.Second
)

// awaitStore is OpenStore for the sink, which waits for a server that is not
// there and tells so at each try. What waiting does not mend (a wrong password,
// a database that is missing, a newer schema) is an error at once.
func awaitStore(ctx context.Context, cfg *config.Config, log zerolog.Logger) (Store, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		db, err := OpenStore(ctx, cfg)
		if err == nil || !serverAway(err) {
			return db, err
		}
		log.Warn().Err(err).Str("event", "waiting").Dur("pause", pause).Msg("the store's server is not there")
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// serverAway tells whether a PostgreSQL server could not be reached, or says
// that it starts or stops (class 57 of appendix A).
func serverAway(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); !ok {
		return false
	}
	var said *pgconn.PgError
	return !errors.As(err, &said) || strings.HasPrefix(said.Code, "57")
}
