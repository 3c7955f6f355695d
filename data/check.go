package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Problems reads the whole database and says what is broken in it, in English: damaged pages and indexes, rows that point to
// rows that are gone. None means that it is sound. On SQLite these are integrity_check and foreign_key_check; on PostgreSQL, which
// keeps its own pages, every row is read, every index must be valid and every reference is followed.
func (db *DB) Problems(ctx context.Context) ([]string, error) {
	var problems []string
	err := db.Read(ctx, func(tx *Tx) (err error) {
		if db.engine == SQLite {
			problems, err = problemsSQLite(tx)
		} else {
			problems, err = problemsPostgres(tx)
		}
		return err
	})
	if errors.Is(err, ErrUnavailable) && db.engine == SQLite {
		return append(problems, fmt.Sprintf("the file cannot be read to its end: %v", err)), nil
	}
	return problems, err
}

func problemsSQLite(tx *Tx) ([]string, error) {
	lines, err := Rows(tx, Value[string], "SELECT integrity_check FROM pragma_integrity_check")
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, line := range lines {
		if line != "ok" {
			problems = append(problems, line)
		}
	}
	dangling, err := Rows(tx, scanDangling, `SELECT "table", "parent", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2`)
	return append(problems, dangling...), err
}

// scanDangling reads table, referenced table and number of rows.
func scanDangling(row Scanner) (string, error) {
	var table, parent string
	var count int64
	err := row.Scan(&table, &parent, &count)
	return danglingText(table, parent, count), err
}

func danglingText(table, parent string, count int64) string {
	return fmt.Sprintf("table %s: %d rows point to rows of %s that are not there", table, count, parent)
}

// reference is a foreign key of a PostgreSQL table; the columns stand in the same order on both sides.
type reference struct{ table, columns, parent, parentColumns string }

func problemsPostgres(tx *Tx) ([]string, error) {
	problems, err := Rows(tx, Value[string], `SELECT 'index ' || c.relname || ' is not valid: REINDEX it' FROM pg_index i
		JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND NOT (i.indisvalid AND i.indisready) ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	tables, err := Tables(tx)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		var rows int64 // the sum over a text of every row reads the row, long values included
		err := tx.handle.QueryRowContext(tx.ctx, "SELECT coalesce(sum(length(t::text)), 0) FROM "+quoted(table)+" t").Scan(&rows)
		if err != nil {
			return nil, fmt.Errorf("read table %s: %w", table, translate(err))
		}
	}
	references, err := Rows(tx, func(row Scanner) (r reference, err error) {
		return r, row.Scan(&r.table, &r.columns, &r.parent, &r.parentColumns)
	}, `SELECT c.relname, (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY k(attnum, n)
			JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum),
		p.relname, (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY k(attnum, n)
			JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum)
		FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE f.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	for _, r := range references {
		count, err := r.dangling(tx)
		if err != nil {
			return nil, err
		}
		if count > 0 {
			problems = append(problems, danglingText(r.table, r.parent, count))
		}
	}
	return problems, nil
}

// dangling counts the rows whose reference leads nowhere. A reference with a NULL in it points nowhere on purpose.
func (r reference) dangling(tx *Tx) (count int64, err error) {
	var same, given []string
	parents := strings.Split(r.parentColumns, ",")
	for i, column := range strings.Split(r.columns, ",") {
		same = append(same, "p."+quoted(parents[i])+" = c."+quoted(column))
		given = append(given, "c."+quoted(column)+" IS NOT NULL")
	}
	query := "SELECT count(*) FROM " + quoted(r.table) + " c WHERE " + strings.Join(given, " AND ") +
		" AND NOT EXISTS (SELECT 1 FROM " + quoted(r.parent) + " p WHERE " + strings.Join(same, " AND ") + ")"
	return count, translate(tx.handle.QueryRowContext(tx.ctx, query).Scan(&count))
}

// quoted is a name out of the database's own catalog as it stands in a query.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Tables lists the tables of the program in the order of their names.
func Tables(tx *Tx) ([]string, error) {
	if tx.engine == Postgres {
		return Rows(tx, Value[string], `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`)
	}
	return Rows(tx, Value[string], `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name`)
}

// Counts tells how many rows each table holds. The list of migrations is left out: it says what the program is, not what
// people have put in.
func Counts(tx *Tx) (map[string]int64, error) {
	tables, err := Tables(tx)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, table := range tables {
		if table == migrationTable {
			continue
		}
		var count int64
		if err := tx.handle.QueryRowContext(tx.ctx, "SELECT count(*) FROM "+quoted(table)).Scan(&count); err != nil {
			return nil, fmt.Errorf("count %s: %w", table, translate(err))
		}
		counts[table] = count
	}
	return counts, nil
}

const migrationTable = "schema_migration"

// Schema is the number of the newest migration that ran; 0 for a database that was never migrated.
func Schema(tx *Tx) (int, error) {
	tables, err := Tables(tx)
	if err != nil {
		return 0, err
	}
	for _, table := range tables {
		if table == migrationTable {
			var number sql.NullInt64
			err := tx.Row("SELECT max(number) FROM schema_migration").Scan(&number)
			return int(number.Int64), err
		}
	}
	return 0, nil
}

// KnownSchema is the number of the newest migration that this program brings for an engine.
func KnownSchema(engine string) (int, error) {
	all, err := migrations(engine)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[len(all)-1].number, nil
}
