package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// ExplanationLimit is the length of an explanation, in characters.
const ExplanationLimit = 500

// Choice is what somebody says to a difference.
type Choice struct {
	Fact eligibility.FactID
	Seen string // Difference.Seen of the page that they saw
	// Take: what the record says is right. Else the answer stays, with an explanation or without.
	Take        bool
	Explanation string
}

// Seen names the two values of a difference, so that a form speaks of those that its reader saw.
func (d Difference) Seen(v *eligibility.Vocabulary) (string, error) {
	stated, registered, err := d.texts(v)
	sum := sha256.Sum256([]byte(stated + "\n" + registered))
	return hex.EncodeToString(sum[:8]), err
}

// Answer keeps or takes values where an organization and its record differ. data.ErrConflict: a difference is another one than the
// choice was made for, or gone. Refusals at the field "explanation-FACT": too_long, invalid_text.
func Answer(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, choices []Choice) error {
	s, err := Of(tx, v, organizationID)
	if err != nil {
		return err
	}
	var refused []error
	for i, c := range choices {
		choices[i].Explanation = strings.TrimSpace(c.Explanation)
		refused = append(refused, storable(choices[i]))
	}
	if err := errors.Join(refused...); err != nil {
		return err
	}
	for _, c := range choices {
		at := slices.IndexFunc(s.Differences, func(d Difference) bool { return d.Fact == c.Fact })
		if at < 0 {
			return data.ErrConflict
		}
		d := s.Differences[at]
		seen, err := d.Seen(v)
		switch {
		case err != nil:
		case seen != c.Seen:
			return data.ErrConflict
		case c.Take:
			err = take(tx, v, organizationID, actor, s, d)
		default:
			err = keep(tx, v, organizationID, actor, s, d, c.Explanation)
		}
		if err != nil {
			return fmt.Errorf("answer about %s of organization %s: %w", c.Fact, organizationID, err)
		}
	}
	return nil
}

func storable(c Choice) error {
	field := "explanation-" + string(c.Fact)
	if used := utf8.RuneCountInString(c.Explanation); used > ExplanationLimit {
		return data.Refuse(field, "too_long", "Max", ExplanationLimit, "Used", used)
	}
	if !utf8.ValidString(c.Explanation) || strings.ContainsFunc(c.Explanation, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return data.Refuse(field, "invalid_text")
	}
	return nil
}

// take puts what the record says in the place of what was said.
func take(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, s Standing, d Difference) error {
	if err := account.SaveFacts(tx, v, organizationID, actor, eligibility.Profile{d.Fact: d.Register}); err != nil {
		return err
	}
	return record.Append(tx, record.Entry{Chain: record.OrganizationChain(organizationID), Actor: actor, Act: actTaken,
		Detail: map[string]any{"fact": d.Fact, "record": s.Tie.Record, "register": d.Source.Register, "vintage": d.Source.Vintage}})
}

// keep lets an answer stand. What an older edition said, and is kept, is somebody's word from now on.
func keep(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, s Standing, d Difference, explanation string) error {
	if registered(d.Stated) {
		own := d.Stated.From(eligibility.Stated, "profile").On("")
		if err := account.RestateFacts(tx, v, organizationID, actor, eligibility.Profile{d.Fact: own}); err != nil {
			return err
		}
	}
	stated, registered, err := d.texts(v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO organization_kept_answer (id, organization_id, operator_id, fact, stated, registered, explanation, kept_at, kept_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		data.NewID(), organizationID, s.Tie.Record, string(d.Fact), stated, registered, explanation, data.Millis(tx.Now), actor)
	if err != nil {
		return err
	}
	return record.Append(tx, record.Entry{Chain: record.OrganizationChain(organizationID), Actor: actor, Act: actKept,
		Detail: map[string]any{"fact": d.Fact, "record": s.Tie.Record, "register": d.Source.Register, "vintage": d.Source.Vintage, "explained": explanation != ""}})
}

// keptAnswer is what was answered about two values last, nil if nobody has.
func keptAnswer(tx *data.Tx, organizationID string, fact eligibility.FactID, stated, registered string) (*Kept, error) {
	var k Kept
	var at int64
	err := tx.Row(`SELECT explanation, kept_at, kept_by FROM organization_kept_answer
		WHERE organization_id = $1 AND fact = $2 AND stated = $3 AND registered = $4 ORDER BY kept_at DESC, id DESC LIMIT 1`,
		organizationID, string(fact), stated, registered).Scan(&k.Explanation, &at, &k.By)
	if errors.Is(err, data.ErrNotFound) {
		return nil, nil
	}
	k.At = data.FromMillis(at)
	return &k, err
}
