package standing

import (
	"errors"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// checkCookie holds the token of this browser's check; package check sets it.
const checkCookie = "check"

// OfCheck gives this browser's check, an empty one if there was none or it is over.
func OfCheck(r *web.Request, tx *data.Tx) (broker.Screening, error) {
	token := r.Cookie(checkCookie)
	if token == "" {
		return broker.Screening{}, nil
	}
	screening, err := broker.LoadScreening(tx, r.Desk().Vocabulary, token)
	if errors.Is(err, data.ErrNotFound) {
		return broker.Screening{}, nil
	}
	return screening, err
}

// TieCheck ties an organization to the record that was picked in its check, if one was. A record that the newest edition does not
// have any more is passed over: nobody is kept from starting by that.
func TieCheck(r *web.Request, tx *data.Tx, o account.Organization, check broker.Screening) error {
	if check.Operator == "" {
		return nil
	}
	err := proof.TieTo(tx, r.Desk().Vocabulary, o.ID, r.Person.ID, check.Operator)
	if _, refused := r.Refused(err); refused {
		return nil
	}
	return err
}
