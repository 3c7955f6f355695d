package staff

import (
	"accessdesk/broker"
	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/standing"
	"accessdesk/ui/web"
)

// recordShown is the record of the public registers that the organization named, as it was when the case was sent.
type recordShown struct {
	ID, Name, Place string
	Rows            []standing.Row
	Text            string // in the place of a record: that none lists it, or that none has it any more
}

// addProof shows what the registers said of the organization when the case was sent: beside each rule, and as a whole.
func (p *CasePage) addProof(r *web.Request, tx *data.Tx, c broker.Case) error {
	differ := map[eligibility.FactID]standing.Said{}
	for _, d := range c.Proof.Differences {
		said, err := standing.WordsForReviewer(r, tx, d)
		if err != nil {
			return err
		}
		differ[d.Fact] = said
		p.Differ = append(p.Differ, said)
	}
	p.Rules = ruleRows(r, c, differ)
	switch {
	case !c.Proof.Named:
	case c.Proof.Record.ID != "":
		o := c.Proof.Record
		p.Record = &recordShown{ID: o.ID, Name: o.Name, Place: standing.Place(o.Town, o.State), Rows: standing.Rows(r, o)}
	case c.Proof.Tie.Record == proof.NotListed:
		p.Record = &recordShown{Text: r.L.T("standing.case_not_listed")}
	default:
		p.Record = &recordShown{Text: r.L.T("standing.case_gone", "Record", c.Proof.Tie.Record)}
	}
	return nil
}

// proven adds to a fact the row of the register that says so, and what the register says instead.
func proven(r *web.Request, c broker.Case, differ map[eligibility.FactID]standing.Said, row factRow, id eligibility.FactID, value eligibility.Value) factRow {
	if source, ok := c.Proof.Row(value); ok {
		shown := standing.NewRow(r, source)
		row.Row = &shown
	}
	if said, ok := differ[id]; ok {
		row.Differs = &said
	}
	return row
}

// demandText says that a rule asks for more than somebody's word, and whether the facts behind it have it.
func demandText(r *web.Request, c broker.Case, least eligibility.Evidence, reason eligibility.Reason) string {
	if least == eligibility.Stated {
		return ""
	}
	stands := "met"
	switch {
	case disputed(c, reason.Facts) && least >= eligibility.Register:
		stands = "disputed"
	case reason.NeedsEvidence:
		stands = "weak"
	case reason.Result != eligibility.Met:
		stands = "open"
	}
	return r.L.T("standing.demand_"+stands, "Evidence", r.L.T("standing.evidence_"+least.String()))
}

func disputed(c broker.Case, facts []eligibility.FactID) bool {
	for _, id := range facts {
		if c.Proof.Disputes(id) {
			return true
		}
	}
	return false
}
