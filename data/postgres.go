package data

import (
	"database/sql"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
)

// openPostgres opens two pools on the same server, so that a flood of page views cannot take the connections
// that an act needs.
func openPostgres(dsn string) (*DB, error) {
	write, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	read, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	for _, pool := range []*sql.DB{write, read} {
		pool.SetMaxOpenConns(poolPostgres)
		pool.SetMaxIdleConns(poolPostgres)
	}
	return &DB{engine: Postgres, write: write, read: read}, nil
}
