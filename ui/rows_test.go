package ui_test

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"accessdesk/data"
)

// rows is what stands in every table: by table, how many rows and a sum over their texts.
type rows map[string]tableSum

type tableSum struct {
	count int
	sum   uint64
}

// tables lists the columns of every table of a database.
func (w *world) tables(t testing.TB) map[string][]string {
	t.Helper()
	query := "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
	if w.DB.Engine() == data.Postgres {
		query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
	}
	found := map[string][]string{}
	w.Read(t, func(tx *data.Tx) error {
		_, err := data.Rows(tx, func(s data.Scanner) (struct{}, error) {
			var table, column string
			err := s.Scan(&table, &column)
			found[table] = append(found[table], column)
			return struct{}{}, err
		}, query)
		return err
	})
	if len(found) < 10 {
		t.Fatalf("only %d tables found", len(found))
	}
	return found
}

// rows reads every table. Two calls give the same as long as no row was added, taken away or changed.
func (w *world) rows(t testing.TB) rows {
	t.Helper()
	if w.columns == nil {
		w.columns = w.tables(t)
	}
	all := rows{}
	w.Read(t, func(tx *data.Tx) error {
		for table, columns := range w.columns {
			var parts []string
			for _, column := range columns {
				parts = append(parts, fmt.Sprintf(`coalesce(CAST("%s" AS TEXT), '-')`, column))
			}
			slices.Sort(parts)
			texts, err := data.Rows(tx, func(s data.Scanner) (text string, err error) { return text, s.Scan(&text) },
				fmt.Sprintf(`SELECT %s FROM "%s"`, strings.Join(parts, ` || '|' || `), table))
			if err != nil {
				return err
			}
			sum := tableSum{count: len(texts)}
			for _, text := range texts {
				h := fnv.New64a()
				h.Write([]byte(text))
				sum.sum += h.Sum64() // the order of the rows does not matter
			}
			all[table] = sum
		}
		return nil
	})
	return all
}

// differ names the tables that are not the same, leaving some out.
func (r rows) differ(after rows, except ...string) []string {
	var names []string
	for table, sum := range after {
		if r[table] != sum && !slices.Contains(except, table) {
			names = append(names, fmt.Sprintf("%s (%d rows, before %d)", table, sum.count, r[table].count))
		}
	}
	slices.Sort(names)
	return names
}

// unchanged fails the test if a table is not as it was.
func (w *world) unchanged(t testing.TB, before rows, what string, except ...string) {
	t.Helper()
	if changed := before.differ(w.rows(t), except...); len(changed) > 0 {
		t.Errorf("%s changed %s", what, strings.Join(changed, ", "))
	}
}
