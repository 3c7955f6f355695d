package broker

import (
	"accessdesk/broker/questionnaire"
	"accessdesk/catalog"
	"accessdesk/data"
)

// DraftChanges tells what is different since a draft was started, because the program has a newer version. Nothing for an item
// that was sent: it stays on its version.
func DraftChanges(tx *data.Tx, d Desk, item Item) ([]Change, error) {
	if !item.Unsent() {
		return nil, nil
	}
	live, err := d.program(tx, item)
	if err != nil {
		return nil, wrap(err, "changes of %s", item.ID)
	}
	if live.VersionID == item.VersionID {
		return nil, nil
	}
	before, err := catalog.Version(tx, d.Vocabulary, item.VersionID)
	if err != nil {
		return nil, wrap(err, "changes of %s", item.ID)
	}
	return questionnaire.Changes(before.Offering, live.Offering), nil
}
