// Package paper keeps which papers an applicant has gathered for a packet. What has to be gathered is said by the program and
// read by package packet, which also names each paper; a tick belongs to that name, so that it goes when another paper is
// asked for and comes back with the old one.
package paper

import (
	"fmt"
	"maps"
	"slices"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// Of lists the papers that are gathered for a case.
func Of(tx *data.Tx, itemID string) ([]string, error) {
	papers, err := data.Rows(tx, func(s data.Scanner) (id string, err error) { return id, s.Scan(&id) },
		"SELECT paper FROM item_paper WHERE item_id = $1 ORDER BY paper", itemID)
	if err != nil {
		return nil, fmt.Errorf("papers of %s: %w", itemID, err)
	}
	return papers, nil
}

// Save keeps for each paper that gathered names whether it is gathered; the others stay as they are. The person needs the
// right to write for the organization whose case it is.
func Save(tx *data.Tx, personID, organizationID, itemID string, gathered map[string]bool) error {
	if _, err := account.Need(tx, personID, organizationID, account.Write); err != nil {
		return err
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(gathered)) {
		rows, err := save(tx, personID, itemID, name, gathered[name])
		if err != nil {
			return fmt.Errorf("save papers of %s: %w", itemID, err)
		}
		if rows > 0 {
			changed = append(changed, name)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return record.Append(tx, record.Entry{Chain: record.CaseChain(itemID), Actor: personID, Act: "papers_gathered",
		Detail: map[string]any{"papers": changed}})
}

func save(tx *data.Tx, personID, itemID, name string, gathered bool) (int64, error) {
	if !gathered {
		return tx.Exec("DELETE FROM item_paper WHERE item_id = $1 AND paper = $2", itemID, name)
	}
	return tx.Exec("INSERT INTO item_paper (item_id, paper, gathered_at, gathered_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		itemID, name, data.Millis(tx.Now), personID)
}
