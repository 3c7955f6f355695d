package progress

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"accessdesk/broker/questionnaire"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Sent is everything that a packet was made from when it was sent.
type Sent struct {
	Step         Step // that says so
	Organization string
	Facts        eligibility.Profile // with evidence, source and day
	Answers      questionnaire.Answers
	Answered     time.Time // when the answers were saved last, zero if never
}

// Freeze keeps the packet as it is at a step.
func Freeze(tx *data.Tx, v *eligibility.Vocabulary, s Sent) error {
	facts, err := v.FormatProfile(s.Facts)
	if err != nil {
		return fmt.Errorf("keep %s as it was sent: %w", s.Step.Item, err)
	}
	answers, err := json.Marshal(s.Answers)
	if err == nil {
		_, err = tx.Exec(`INSERT INTO packet_sent (step_id, organization, facts, answers, answered_at) VALUES ($1, $2, $3, $4, $5)`,
			s.Step.ID, s.Organization, string(facts), string(answers), millis(s.Answered))
	}
	if err != nil {
		return fmt.Errorf("keep %s as it was sent: %w", s.Step.Item, err)
	}
	return nil
}

// AsSent gives a packet as it was when it was sent last. ok is false for one that is not sent, or was sent before copies were
// kept. A fact that the vocabulary does not accept any more is left out.
func AsSent(tx *data.Tx, v *eligibility.Vocabulary, itemID string) (s Sent, ok bool, err error) {
	var facts, answers string
	var at int64
	var answered sql.NullInt64
	err = tx.Row(`SELECT s.id, s.item_id, s.act, s.from_state, s.to_state, s.happened_on, s.taken_at, p.id, p.email, p.name,
		f.organization, f.facts, f.answers, f.answered_at
		FROM packet_sent f JOIN packet_step s ON s.id = f.step_id JOIN person p ON p.id = s.taken_by
		WHERE s.item_id = $1 AND s.undone_at IS NULL ORDER BY s.taken_at DESC, s.id DESC LIMIT 1`, itemID).Scan(
		&s.Step.ID, &s.Step.Item, &s.Step.Act, &s.Step.From, &s.Step.To, &s.Step.On, &at, &s.Step.By.ID, &s.Step.By.Email, &s.Step.By.Name,
		&s.Organization, &facts, &answers, &answered)
	if errors.Is(err, data.ErrNotFound) {
		return Sent{}, false, nil
	}
	if err == nil {
		s.Step.At, s.Answered = data.FromMillis(at), data.FromMillis(answered.Int64)
		s.Facts, err = readFacts(v, facts)
	}
	if err == nil {
		err = json.Unmarshal([]byte(answers), &s.Answers)
	}
	if err != nil {
		return Sent{}, false, fmt.Errorf("%s as it was sent: %w", itemID, err)
	}
	return s, true, nil
}

// readFacts reads stored facts, leaving out what the vocabulary does not accept any more.
func readFacts(v *eligibility.Vocabulary, text string) (eligibility.Profile, error) {
	var stored map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	facts := eligibility.Profile{}
	for id, raw := range stored {
		one, err := json.Marshal(map[string]json.RawMessage{id: raw})
		if err != nil {
			return nil, err
		}
		read, err := v.ParseProfile(one)
		var unfit *eligibility.FactError
		if errors.As(err, &unfit) {
			continue
		}
		if err != nil {
			return nil, err
		}
		facts[eligibility.FactID(id)] = read[eligibility.FactID(id)]
	}
	return facts, nil
}
