package question

import (
	"slices"
	"strconv"
	"strings"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Copy gives a question as an offering takes it: with the id of the bank, and with an id that no question of the offering has yet.
// Refusal bank_retired at the field "bank" if it is retired.
func (q Question) Copy(o *catalog.Offering) (catalog.Question, error) {
	if !q.InUse() {
		return catalog.Question{}, data.Refuse("bank", "bank_retired")
	}
	taken := map[string]bool{catalog.TierQuestion: true}
	for _, own := range o.Questions {
		taken[own.ID] = true
	}
	copied := q.Question
	copied.Options = slices.Clone(q.Options)
	copied.Bank = q.ID
	for n := 2; taken[copied.ID]; n++ {
		copied.ID = q.ID + "_" + strconv.Itoa(n)
	}
	return copied, nil
}

// Over puts the words, answers and limits of the bank in the place of those that an offering has. What the offering adds stays.
func (q Question) Over(own catalog.Question) catalog.Question {
	taken := q.Question
	taken.Options = slices.Clone(q.Options)
	taken.ID, taken.Required, taken.When, taken.Bank = own.ID, own.Required, own.When, q.ID
	return taken
}

// Same tells whether a question of an offering says what the bank says.
func (q Question) Same(own catalog.Question) bool { return said(q.Question) == said(own) }

// said is all that a question says, without its name and what an offering adds.
func said(q catalog.Question) string {
	q = bare(q)
	q.ID = ""
	return body(q)
}

// Use is an offering that asks a question of the bank.
type Use struct {
	Offering *catalog.Offering
	ID       string // of the question there
	Version  int    // 0: an open draft
	Linked   bool   // it was taken from the bank; else the words are the same by themselves
	Same     bool   // it says what the bank says
}

// UsedBy lists by question which published versions and open drafts ask it: those that took it from the bank, and those that have the
// same words without.
func UsedBy(tx *data.Tx, live *catalog.Snapshot) (map[string][]Use, error) {
	all, err := All(tx)
	if err != nil {
		return nil, err
	}
	byID, bySaid := map[string]Question{}, map[string][]Question{}
	for _, q := range all {
		byID[q.ID] = q
		bySaid[said(q.Question)] = append(bySaid[said(q.Question)], q)
	}
	uses := map[string][]Use{}
	look := func(o *catalog.Offering, version int) {
		for _, own := range o.Questions {
			if q, ok := byID[own.Bank]; ok {
				uses[q.ID] = append(uses[q.ID], Use{o, own.ID, version, true, q.Same(own)})
				continue
			}
			for _, q := range bySaid[said(own)] {
				uses[q.ID] = append(uses[q.ID], Use{o, own.ID, version, false, true})
			}
		}
	}
	for _, p := range live.Offerings {
		look(p.Offering, p.Version)
	}
	drafts, err := publishing.Drafts(tx)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if d.Kind == publishing.KindRetirement {
			continue // it has the text of the version that is live
		}
		o, err := d.Offering()
		if err != nil {
			return nil, err
		}
		look(o, 0)
	}
	return uses, nil
}

// Fill puts the questions that two or more published offerings ask word for word into a bank that never held any. It gives how many. The
// offerings stay as they are: UsedBy finds them by their words.
func Fill(tx *data.Tx, v *eligibility.Vocabulary, live *catalog.Snapshot) (count int, err error) {
	var filled bool
	if err := tx.Row("SELECT count(*) > 0 FROM bank_question").Scan(&filled); err != nil || filled {
		return 0, wrap(err, "fill the question bank")
	}
	asked, order := map[string]int{}, []catalog.Question(nil)
	for _, p := range live.Offerings {
		own := map[string]bool{}
		for _, q := range p.Questions {
			if own[said(q)] {
				continue
			}
			own[said(q)] = true
			if asked[said(q)]++; asked[said(q)] == 2 {
				order = append(order, bare(q))
			}
		}
	}
	slices.SortStableFunc(order, func(a, b catalog.Question) int { return strings.Compare(a.ID, b.ID) })
	taken := map[string]bool{}
	for _, q := range order {
		if taken[q.ID] || q.ID == reserved || Check(v, q) != nil {
			continue
		}
		taken[q.ID] = true
		if _, err := add(tx, publishing.Desk{Vocabulary: v}, record.Seed, q); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}
