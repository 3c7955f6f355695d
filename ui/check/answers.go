package check

import (
	"slices"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// AnswersPage shows what was answered, to check and change it.
type AnswersPage struct {
	Answers []answered // asked and counted
	Records []answered // what else public records say
	Differs []differs
	Idle    []answered // kept, but not used now
	Next    string     // next open question, or the results
	Done    bool       // nothing is left to ask
}

// Answers shows the answers of this browser's check.
func Answers(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !ok {
		return over(), nil
	}
	page := AnswersPage{Answers: v.answers(r), Idle: v.idleAnswers(r), Next: v.next()}
	counted := v.Counted()
	page.Records = v.rows(r, slices.DeleteFunc(v.Recorded(), func(id eligibility.FactID) bool { return slices.Contains(counted, id) }))
	if page.Differs, err = v.ownDifferences(r, tx); err != nil {
		return web.Reply{}, err
	}
	page.Done = page.Next == "/check/results"
	return web.Reply{Page: "public/answers", Data: page}, nil
}
