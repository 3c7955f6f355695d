package desk

import (
	"strings"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// colleagues names the people who may do what the role of the reader does not allow. It is "" if the reader may do it, so that
// a page offers a step only to those who can take it, and tells the others whom to ask.
func colleagues(r *web.Request, tx *data.Tx, organizationID string, right account.Right) (string, error) {
	member, err := account.MayActFor(tx, r.Person.ID, organizationID)
	if err != nil || member.May(right) {
		return "", err
	}
	holders, err := account.Holders(tx, organizationID, right)
	var names []string
	for _, person := range holders {
		names = append(names, account.Called(person))
	}
	return strings.Join(names, ", "), err
}
