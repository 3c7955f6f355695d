package registry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"accessdesk/data"
)

// liveOperators is what makes a row one of a live register of operators, not of a table of places.
const liveOperators = `JOIN registry_vintage v ON v.id = r.vintage_id AND v.state = 'live' AND v.register NOT IN ('ruca-zip', 'rucc', 'kev') `

const hitColumns = `SELECT r.id, r.name, r.town, r.state, v.register, r.facts, r.vintage_id FROM registry_record r ` + liveOperators

// LiveVintages gives the ids of the live vintages of registers of operators, in order: two databases states with the same ids have
// the same operators.
func LiveVintages(tx *data.Tx) ([]string, error) {
	return data.Rows(tx, data.Value[string], `SELECT id FROM registry_vintage WHERE state = 'live' AND register NOT IN ('ruca-zip', 'rucc', 'kev') ORDER BY id`)
}

// page is how many rows Operators reads at once.
const page = 500

// Operators gives each operator of the live vintages once, with what the registers say that Find would show. The order is that of
// the database.
func Operators(tx *data.Tx, each func(Hit) error) error {
	var rows []hitRow
	for last := (hitRow{}); ; {
		next, err := data.Rows(tx, scanHit, hitColumns+`WHERE (r.id, r.vintage_id) > ($1, $2) ORDER BY r.id, r.vintage_id LIMIT $3`, last.ID, last.vintageID, page)
		if err != nil {
			return fmt.Errorf("list operators: %w", err)
		}
		for _, r := range next {
			if len(rows) > 0 && rows[0].ID != r.ID {
				if err := each(merged(rows)); err != nil {
					return err
				}
				rows = rows[:0]
			}
			rows = append(rows, r)
		}
		if len(next) < page {
			break
		}
		last = next[len(next)-1]
	}
	if len(rows) == 0 {
		return nil
	}
	return each(merged(rows))
}

// hitsMost is how many ids Hits takes.
const hitsMost = 100

// Hits gives operators by id, in the order of the ids. An id that no live vintage has is left out.
func Hits(tx *data.Tx, ids []string) ([]Hit, error) {
	if len(ids) == 0 {
		return []Hit{}, nil
	}
	if len(ids) > hitsMost {
		return nil, fmt.Errorf("%d operators at once; the most is %d", len(ids), hitsMost)
	}
	asked := make([]any, len(ids))
	for i, id := range ids {
		asked[i] = id
	}
	rows, err := data.Rows(tx, scanHit, hitColumns+`WHERE r.id IN (`+data.Placeholders(1, len(ids))+`)`, asked...)
	if err != nil {
		return nil, fmt.Errorf("operators by id: %w", err)
	}
	byID := map[string][]hitRow{}
	for _, r := range rows {
		byID[r.ID] = append(byID[r.ID], r)
	}
	hits := make([]Hit, 0, len(ids))
	for _, id := range ids {
		if rows := byID[id]; len(rows) > 0 {
			hits = append(hits, merged(rows))
			delete(byID, id)
		}
	}
	return hits, nil
}

// hitRow is what one register says.
type hitRow struct {
	Hit
	vintageID string
}

func scanHit(s data.Scanner) (hitRow, error) {
	var r hitRow
	var facts string
	if err := s.Scan(&r.ID, &r.Name, &r.Town, &r.State, &r.Register, &facts, &r.vintageID); err != nil {
		return r, err
	}
	var said struct {
		Sector string `json:"sector"`
	}
	err := json.Unmarshal([]byte(facts), &said)
	r.Sector = said.Sector
	return r, err
}

// merged joins what the registers say of one operator: of each value the first one that is not empty, in the order of precedence.
func merged(rows []hitRow) Hit {
	slices.SortFunc(rows, func(a, b hitRow) int { return rank(a.Register) - rank(b.Register) })
	hit := rows[0].Hit
	for _, r := range rows[1:] {
		hit.Name, hit.Town, hit.State, hit.Sector = cmp.Or(hit.Name, r.Name), cmp.Or(hit.Town, r.Town), cmp.Or(hit.State, r.State), cmp.Or(hit.Sector, r.Sector)
	}
	return hit
}
