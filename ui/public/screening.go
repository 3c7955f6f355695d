package public

import (
	"errors"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/web"
)

const checkCookie = "check"

func newScreening(r *web.Request) broker.Screening { return broker.Screening{Lang: r.Lang} }

func loadVisit(r *web.Request, tx *data.Tx) (*visit, bool, error) {
	token := r.Cookie(checkCookie)
	if token == "" {
		return nil, false, nil
	}
	screening, err := broker.LoadScreening(tx, r.Desk().Vocabulary, token)
	if errors.Is(err, data.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	v, err := newVisit(r, tx, screening)
	return v, err == nil, err
}

func (v *visit) save(r *web.Request, tx *data.Tx) error {
	s, err := broker.SaveScreening(tx, v.vocabulary, v.screening)
	if err != nil {
		return err
	}
	r.SetCookie(checkCookie, s.Token, 0)
	return nil
}
