package broker

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/broker/questionnaire"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Answers are the answers to a program's own questions; package questionnaire judges them.
type Answers = questionnaire.Answers

// Gap is an answer that is missing or wrong.
type Gap = questionnaire.Gap

// Change is a difference between two versions of a program.
type Change = questionnaire.Change

// Conflict is a save on top of somebody else's: both versions, who saved the other one and when. It is a data.ErrConflict.
type Conflict struct {
	By            account.Person
	At            time.Time
	Revision      int64 // to save on top of theirs on purpose
	Yours, Theirs Answers
}

// Error is for logs.
func (c *Conflict) Error() string { return "form was changed by somebody else at " + c.At.String() }

// Is makes a Conflict a data.ErrConflict.
func (c *Conflict) Is(kind error) bool { return kind == data.ErrConflict }

// AnswersOf reads what was answered for an item.
func AnswersOf(tx *data.Tx, itemID string) (Answers, error) {
	type stored struct{ question, answer string }
	rows, err := data.Rows(tx, func(s data.Scanner) (r stored, err error) { return r, s.Scan(&r.question, &r.answer) },
		"SELECT question, answer FROM item_answer WHERE item_id = $1", itemID)
	if err != nil {
		return nil, wrap(err, "answers of %s", itemID)
	}
	answers := Answers{}
	for _, r := range rows {
		var values []string
		if err := json.Unmarshal([]byte(r.answer), &values); err != nil {
			return nil, fmt.Errorf("answer %s of %s: %w", r.question, itemID, err)
		}
		answers[r.question] = values
	}
	return answers, nil
}

// SaveAnswers stores a draft's answers as they are, complete or not. A question that answers does not name keeps its
// answer: its condition may hide it from the form only for now. Only what cannot be stored is refused: an answer that is
// too long, at its question. A form whose revision is not the item's gives a *Conflict and stores nothing.
func SaveAnswers(tx *data.Tx, d Desk, actor Actor, a Application, slug string, revision int64, answers Answers) (Item, error) {
	item, program, err := draftItem(tx, d, actor, a, slug)
	if err != nil {
		return item, err
	}
	if revision != item.Revision {
		return item, conflictOf(tx, item, answers)
	}
	for _, q := range program.Questions {
		if err := questionnaire.Storable(q, answers[q.ID]); err != nil {
			return item, err
		}
	}
	if err := saveChanged(tx, actor, item, program, answers); err != nil {
		return item, wrap(err, "save answers of %s", item.ID)
	}
	changed, err := tx.Exec(`UPDATE application_item SET revision = revision + 1, saved_at = $2, saved_by = $3
		WHERE id = $1 AND state = $4 AND revision = $5`, item.ID, data.Millis(tx.Now), actor.Person.ID, string(item.State), revision)
	if err != nil {
		return item, wrap(err, "save answers of %s", item.ID)
	}
	if changed == 0 {
		return item, conflictOf(tx, item, answers)
	}
	item.Revision, item.Saved, item.SavedBy = revision+1, tx.Now, actor.Person.ID
	return item, touch(tx, a.ID, actor)
}

// saveChanged stores the answers that are others than before, and says in the record which: names, never contents.
func saveChanged(tx *data.Tx, actor Actor, item Item, program *catalog.Published, answers Answers) error {
	before, err := AnswersOf(tx, item.ID)
	if err != nil {
		return err
	}
	var changed []string
	for _, q := range program.Questions {
		values, given := answers[q.ID]
		values = kept(values)
		if !given || slices.Equal(values, before[q.ID]) {
			continue
		}
		if err := saveAnswer(tx, actor, item.ID, q.ID, values); err != nil {
			return err
		}
		changed = append(changed, q.ID)
	}
	if len(changed) == 0 {
		return nil
	}
	return record.Append(tx, record.Entry{Chain: record.CaseChain(item.ID), Actor: actor.name, Act: "answers_saved",
		Detail: map[string]any{"questions": changed}})
}

// kept is an answer as it is stored: one empty text is none.
func kept(values []string) []string {
	if len(values) == 1 && values[0] == "" {
		return nil
	}
	return values
}

// draftItem finds the item of a draft that the actor may write.
func draftItem(tx *data.Tx, d Desk, actor Actor, a Application, slug string) (Item, *catalog.Published, error) {
	if err := mayWrite(tx, actor, a.Organization.ID); err != nil {
		return Item{}, nil, err
	}
	item, ok := a.Item(slug)
	if !ok {
		return item, nil, data.ErrNotFound
	}
	if !item.Editable() {
		return item, nil, data.Refuse("", "already_sent")
	}
	program, err := d.program(tx, item)
	return item, program, err
}

func mayWrite(tx *data.Tx, actor Actor, organizationID string) error {
	_, err := account.Need(tx, actor.Person.ID, organizationID, account.Write)
	return err
}

func conflictOf(tx *data.Tx, item Item, yours Answers) error {
	theirs, err := AnswersOf(tx, item.ID)
	if err != nil {
		return err
	}
	c := &Conflict{At: item.Saved, Revision: item.Revision, Yours: yours, Theirs: theirs}
	if item.SavedBy != "" {
		if c.By, err = account.FindPerson(tx, item.SavedBy); err != nil {
			return err
		}
	}
	return c
}

func saveAnswer(tx *data.Tx, actor Actor, itemID, question string, values []string) error {
	if len(values) == 0 {
		_, err := tx.Exec("DELETE FROM item_answer WHERE item_id = $1 AND question = $2", itemID, question)
		return err
	}
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO item_answer (item_id, question, answer, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (item_id, question) DO UPDATE SET answer = excluded.answer, saved_at = excluded.saved_at, saved_by = excluded.saved_by`,
		itemID, question, string(text), data.Millis(tx.Now), actor.Person.ID)
	return err
}

// touch marks an application as saved by a person.
func touch(tx *data.Tx, applicationID string, actor Actor) error {
	_, err := tx.Exec("UPDATE application SET saved_at = $2, saved_by = $3 WHERE id = $1", applicationID, data.Millis(tx.Now), actor.Person.ID)
	return wrap(err, "touch application")
}

// SaveFacts stores what an organization says about itself, from the facts page of a draft that showed these facts. Another
// questionnaire.FactsRevision than that of the page is a data.ErrConflict.
func SaveFacts(tx *data.Tx, d Desk, actor Actor, a Application, shown []eligibility.FactID, revision string, facts eligibility.Profile) error {
	if err := mayWrite(tx, actor, a.Organization.ID); err != nil {
		return err
	}
	stored, err := account.Facts(tx, d.Vocabulary, a.Organization.ID)
	if err != nil {
		return wrap(err, "save facts")
	}
	now, err := questionnaire.FactsRevision(d.Vocabulary, a.Revision, stored, shown)
	if err == nil && now != revision {
		err = data.ErrConflict
	}
	if err != nil {
		return err
	}
	changed, err := tx.Exec("UPDATE application SET revision = revision + 1, saved_at = $3, saved_by = $4 WHERE id = $1 AND revision = $2",
		a.ID, a.Revision, data.Millis(tx.Now), actor.Person.ID)
	if err != nil {
		return wrap(err, "save facts")
	}
	if changed == 0 {
		return data.ErrConflict
	}
	stated := eligibility.Profile{}
	for id, value := range facts {
		stated[id] = value.From(eligibility.Stated, "application")
	}
	return proof.SaveFacts(tx, d.Vocabulary, a.Organization.ID, actor.name, stated)
}
