package check

import (
	"errors"
	"slices"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/ui/web"
)

// FoundPage is what public records say of the organization that was picked, before the questions that they leave open.
type FoundPage struct {
	Name, Place, Number string
	Gone                bool // no register holds the organization any more; what was filled in stays
	Rows                []answered
	Confirm             []confirm // numbers near a line of a program, which may have changed since
	Differs             []differs
	Next                string
	More                int // about how many questions are left
}

// confirm asks whether a number of a register still holds.
type confirm struct{ Fact, Label, Question, Source, Change string }

// differs is an answer that a register gives otherwise.
type differs struct {
	Fact, Label, Text string
	Kept              bool // the person has seen both and keeps the answer
}

// Found shows what the registers say, where it comes from, and what to look at.
func Found(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !ok {
		return over(), nil
	}
	if v.operator == "" {
		return web.Reply{Redirect: "/check/find"}, nil
	}
	record, known, err := v.record(tx)
	if err != nil {
		return web.Reply{}, err
	}
	page := FoundPage{Name: record.Name, Place: place(record.Town, record.State), Number: numberText(r, v.operator), Gone: !known,
		Rows: v.rows(r, v.Recorded()), Differs: v.differences(r, record), Next: v.next(), More: v.Left()}
	for _, id := range v.ToConfirm() {
		row := v.row(r, id)
		page.Confirm = append(page.Confirm, confirm{Fact: row.Fact, Label: row.Label, Source: row.Source, Change: row.Change + "?from=found",
			Question: r.L.T("find.confirm_question", "Value", row.Value)})
	}
	return web.Reply{Page: "public/found", Data: page}, nil
}

// SettleFound keeps what the person says to a number of the register or to an answer that differs from it: it still holds, my answer
// stays, or the register's takes its place. Anything else changes nothing.
func SettleFound(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !ok {
		return over(), nil
	}
	reply := web.Reply{Redirect: "/check/found"}
	fact, known := v.fact(r.Form("fact"))
	if !known || v.operator == "" {
		return reply, nil
	}
	if back, ok := returns[r.Form("from")]; ok {
		reply.Redirect = back
	}
	switch r.Form("act") {
	case "confirm":
		v.Confirm(fact.ID)
	case "keep":
		v.kept = append(v.kept, fact.ID)
	case "use":
		record, _, err := v.record(tx)
		if err != nil {
			return web.Reply{}, err
		}
		for _, difference := range record.Differences(v.Vocabulary, v.Facts) {
			if difference.Fact == fact.ID {
				idle := v.Idle()
				v.UseRecord(fact.ID, difference.Register)
				reply = v.sayIdle(r, reply, idle)
			}
		}
	default:
		return reply, nil
	}
	if reply.Flash == "" {
		reply.Flash = "check.saved"
	}
	return reply, v.save(r, tx)
}

// record finds what the live registers say of the organization that was picked; false if none was, or it is in none of them now.
func (v *visit) record(tx *data.Tx) (registry.Operator, bool, error) {
	if v.operator == "" {
		return registry.Operator{}, false, nil
	}
	record, err := registry.Find(tx, v.operator)
	if errors.Is(err, data.ErrNotFound) {
		return registry.Operator{}, false, nil
	}
	return record, err == nil, err
}

// reconsider forgets that the person kept an answer, because it is given anew.
func (v *visit) reconsider(id eligibility.FactID) {
	v.kept = slices.DeleteFunc(v.kept, func(kept eligibility.FactID) bool { return kept == id })
}

// differences lists the answers that the registers give otherwise, in words.
func (v *visit) differences(r *web.Request, record registry.Operator) []differs {
	var all []differs
	for _, d := range record.Differences(v.Vocabulary, v.Facts) {
		fact, _ := v.Vocabulary.Fact(d.Fact)
		if !v.MayAsk(d.Fact) {
			continue
		}
		all = append(all, differs{Fact: string(d.Fact), Label: fact.Label.In(r.Lang), Kept: slices.Contains(v.kept, d.Fact), Text: r.L.T("find.differs",
			"Stated", v.Vocabulary.Display(d.Fact, d.Stated, r.Lang), "Register", r.L.Register(d.Register.Source, d.Register.AsOf),
			"Listed", v.Vocabulary.Display(d.Fact, d.Register, r.Lang))})
	}
	return all
}

// ownDifferences is differences for the pages that show answers: none where no organization was picked.
func (v *visit) ownDifferences(r *web.Request, tx *data.Tx) ([]differs, error) {
	record, known, err := v.record(tx)
	if err != nil || !known {
		return nil, err
	}
	return v.differences(r, record), nil
}
