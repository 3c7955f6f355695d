// Package question is the question bank: questions that several offerings ask, kept once, with their answers to choose from and what an
// answer has to be.
//
// An offering stays complete in itself: Copy gives a question as an offering has it, with the id of the bank in its key bank, and from then
// on it is the offering's. A change in the bank changes no offering; UsedBy tells where a question stands and whether the words there are
// still those of the bank. What is asked only of some, and whether an answer is needed, is the offering's to say.
//
// A question is never deleted. Retire takes it off the list of those that can be added; Reuse puts it back. Every change is a row that is
// kept, and an entry of the record chain "desk".
package question

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
)

// reserved is the id that no question of the bank has: it is the address of the form for a new one.
const reserved = "new"

// Question is a question of the bank as it stands now.
type Question struct {
	catalog.Question // without required, when and bank, which are an offering's
	Revision         int
	Retired          time.Time // zero: in use
	RetiredBy        string
}

// InUse tells whether offerings can take the question.
func (q Question) InUse() bool { return q.Retired.IsZero() }

// Act is what was done to a question.
type Act string

// The acts.
const (
	Added   Act = "added"
	Changed Act = "changed"
	Retired Act = "retired"
	Reused  Act = "reused"
)

// Acts lists all acts.
func Acts() []Act { return []Act{Added, Changed, Retired, Reused} }

// Change is one row of the history of a question.
type Change struct {
	Revision int
	Act      Act
	Question catalog.Question // as it was from then on
	At       time.Time
	By       string
}

// Stale is the error of a change that was made from a text that is not the present one. It is a data.ErrConflict.
type Stale struct{ Present Question }

// Error is for logs.
func (s *Stale) Error() string {
	return fmt.Sprintf("question %s of the bank is at revision %d by now", s.Present.ID, s.Present.Revision)
}

// Unwrap makes it a conflict.
func (s *Stale) Unwrap() error { return data.ErrConflict }

const columns = `SELECT q.id, q.revision, q.retired_at, q.retired_by, c.body FROM bank_question q
	JOIN bank_question_change c ON c.question_id = q.id AND c.revision = q.revision`

func scan(row data.Scanner) (q Question, err error) {
	var id, body string
	var retired sql.NullInt64
	if err := row.Scan(&id, &q.Revision, &retired, &q.RetiredBy, &body); err != nil {
		return q, err
	}
	if retired.Valid {
		q.Retired = data.FromMillis(retired.Int64)
	}
	q.Question, err = read(id, body)
	return q, err
}

// Find gives a question by its id. data.ErrNotFound if the bank has none.
func Find(tx *data.Tx, id string) (Question, error) {
	q, err := scan(tx.Row(columns+" WHERE q.id = $1", id))
	return q, wrap(err, "question %s of the bank", id)
}

// All lists the questions by id.
func All(tx *data.Tx) ([]Question, error) {
	all, err := data.Rows(tx, scan, columns+" ORDER BY q.id")
	return all, wrap(err, "question bank")
}

// History lists what was done to a question, the newest first.
func History(tx *data.Tx, id string) ([]Change, error) {
	all, err := data.Rows(tx, func(row data.Scanner) (c Change, err error) {
		var body string
		var at int64
		if err := row.Scan(&c.Revision, &c.Act, &body, &at, &c.By); err != nil {
			return c, err
		}
		c.At = data.FromMillis(at)
		c.Question, err = read(id, body)
		return c, err
	}, "SELECT revision, act, body, at, by_person FROM bank_question_change WHERE question_id = $1 ORDER BY revision DESC", id)
	return all, wrap(err, "history of question %s", id)
}

// body writes a question as it is stored, in the canonical spelling of offering files.
func body(q catalog.Question) string {
	return string(catalog.Canonical(&catalog.Offering{Questions: []catalog.Question{q}}))
}

func read(id, body string) (catalog.Question, error) {
	o, err := catalog.Parse("", []byte(body))
	if err == nil && len(o.Questions) != 1 {
		err = errors.New("it holds no question")
	}
	if err != nil {
		return catalog.Question{}, fmt.Errorf("text of question %s: %w", id, err)
	}
	return o.Questions[0], nil
}

// bare is a question without what an offering adds to it.
func bare(q catalog.Question) catalog.Question {
	q.Required, q.When, q.Bank = false, "", ""
	return q
}

// Add puts a new question into the bank. Errors: *Unfit tells what is wrong with it; the refusal bank_taken at the field "id" that the
// bank has, or had, a question with this id.
func Add(tx *data.Tx, d publishing.Desk, actor string, q catalog.Question) (Question, error) {
	if err := manager(tx, d, actor); err != nil {
		return Question{}, err
	}
	return add(tx, d, actor, q)
}

func add(tx *data.Tx, d publishing.Desk, actor string, q catalog.Question) (Question, error) {
	q = bare(q)
	if err := Check(d.Vocabulary, q); err != nil {
		return Question{}, err
	}
	_, err := Find(tx, q.ID)
	switch {
	case err == nil, q.ID == reserved:
		return Question{}, data.Refuse("id", "bank_taken")
	case !errors.Is(err, data.ErrNotFound):
		return Question{}, err
	}
	if _, err := tx.Exec("INSERT INTO bank_question (id, revision, retired_at, retired_by) VALUES ($1, 1, NULL, '')", q.ID); err != nil {
		return Question{}, wrap(err, "add question %s", q.ID)
	}
	added := Question{Question: q, Revision: 1}
	return added, added.keep(tx, Added, actor)
}

// Save changes the words, answers or limits of a question that is at a revision. Its id and its kind of answer never change. Saving what
// stands there changes nothing. *Stale: somebody changed it meanwhile; *Unfit tells what is wrong with it.
func Save(tx *data.Tx, d publishing.Desk, actor string, revision int, q catalog.Question) (Question, error) {
	now, err := present(tx, d, actor, q.ID, revision)
	if err != nil {
		return now, err
	}
	q = bare(q)
	q.Type = now.Type
	if err := Check(d.Vocabulary, q); err != nil {
		return now, err
	}
	if body(q) == body(now.Question) {
		return now, nil
	}
	moved, err := tx.Exec("UPDATE bank_question SET revision = $1 WHERE id = $2 AND revision = $3", revision+1, q.ID, revision)
	if err == nil && moved != 1 {
		err = data.ErrConflict
	}
	if err != nil {
		return now, wrap(err, "save question %s", q.ID)
	}
	now.Question, now.Revision = q, revision+1
	return now, now.keep(tx, Changed, actor)
}

// Retire takes a question off the list of those that can be added. Offerings that ask it go on. Refusal bank_state: it is retired already.
func Retire(tx *data.Tx, d publishing.Desk, actor, id string, revision int) (Question, error) {
	return turn(tx, d, actor, id, revision, Retired)
}

// Reuse puts a retired question back. Refusal bank_state: it is in use already.
func Reuse(tx *data.Tx, d publishing.Desk, actor, id string, revision int) (Question, error) {
	return turn(tx, d, actor, id, revision, Reused)
}

func turn(tx *data.Tx, d publishing.Desk, actor, id string, revision int, act Act) (Question, error) {
	now, err := present(tx, d, actor, id, revision)
	if err != nil {
		return now, err
	}
	if now.InUse() != (act == Retired) {
		return now, data.Refuse("", "bank_state")
	}
	var at any
	now.Retired, now.RetiredBy = time.Time{}, ""
	if act == Retired {
		at, now.Retired, now.RetiredBy = data.Millis(tx.Now), tx.Now, actor
	}
	moved, err := tx.Exec("UPDATE bank_question SET revision = $1, retired_at = $2, retired_by = $3 WHERE id = $4 AND revision = $5",
		revision+1, at, now.RetiredBy, id, revision)
	if err == nil && moved != 1 {
		err = data.ErrConflict
	}
	if err != nil {
		return now, wrap(err, "%s question %s", act, id)
	}
	now.Revision++
	return now, now.keep(tx, act, actor)
}

// present finds a question that is at a revision, for a program manager.
func present(tx *data.Tx, d publishing.Desk, actor, id string, revision int) (Question, error) {
	if err := manager(tx, d, actor); err != nil {
		return Question{}, err
	}
	now, err := Find(tx, id)
	if err == nil && now.Revision != revision {
		err = &Stale{Present: now}
	}
	return now, err
}

// keep adds the question as it is now to its history, and the act to the record.
func (q Question) keep(tx *data.Tx, act Act, actor string) error {
	text := body(q.Question)
	_, err := tx.Exec("INSERT INTO bank_question_change (question_id, revision, act, body, at, by_person) VALUES ($1, $2, $3, $4, $5, $6)",
		q.ID, q.Revision, string(act), text, data.Millis(tx.Now), actor)
	if err != nil {
		return wrap(err, "keep question %s", q.ID)
	}
	return record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: "question_" + string(act),
		Detail: map[string]any{"question": q.ID, "revision": q.Revision, "hash": data.HashToken(text)}})
}

// manager refuses everybody who is no program manager: manager_only.
func manager(tx *data.Tx, d publishing.Desk, id string) error {
	all, err := d.Managers(tx)
	if err != nil {
		return wrap(err, "program managers")
	}
	for _, m := range all {
		if m.ID == id {
			return nil
		}
	}
	return data.Refuse("", "manager_only")
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}
