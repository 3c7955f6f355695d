package broker

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/questionnaire"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// SubmitResult is what became of one item.
type SubmitResult struct {
	Item    Item
	Refusal *data.Refusal // nil: it was sent
}

// Submit sends every draft item of an application: each on its own, so that one that cannot be sent does not hold up the
// others. One mail lists what was sent. Declarations that are not ticked refuse the whole, each at its box. data.ErrConflict:
// nothing is left to send.
func Submit(tx *data.Tx, d Desk, actor Actor, a Application, declared []string) ([]SubmitResult, error) {
	if _, err := account.Need(tx, actor.Person.ID, a.Organization.ID, account.Send); err != nil {
		return nil, err
	}
	if err := checkDeclared(declared); err != nil {
		return nil, err
	}
	var results []SubmitResult
	var sent []*step
	for _, item := range a.Items {
		if item.IsPacket() || item.State != Draft {
			continue
		}
		s, err := newStep(tx, d, actor, item.ID, ActRequest{Act: ActSubmit, Declared: declared})
		if err != nil {
			return nil, wrap(err, "submit %s", a.ID)
		}
		s.quiet = true
		err = s.take()
		var refusal *data.Refusal
		if err != nil && !errors.As(err, &refusal) {
			return nil, wrap(err, "submit %s", a.ID)
		}
		results = append(results, SubmitResult{s.item, refusal})
		if err == nil {
			sent = append(sent, s)
		}
	}
	if len(results) == 0 {
		return nil, data.ErrConflict
	}
	return results, wrap(tellSent(tx, d, a, sent), "submit %s", a.ID)
}

func checkDeclared(declared []string) error {
	var missing []error
	for _, declaration := range Declarations() {
		if !slices.Contains(declared, declaration) {
			missing = append(missing, data.Refuse("declare_"+declaration, "tick_box"))
		}
	}
	return errors.Join(missing...)
}

// tellSent queues the one mail for all items that went to the reviewers together, and one for each that waits for a place.
func tellSent(tx *data.Tx, d Desk, a Application, all []*step) error {
	var sent []*step
	for _, s := range all {
		if s.item.State != Waitlisted {
			sent = append(sent, s)
			continue
		}
		s.quiet = false
		if err := s.tell(ActSubmit); err != nil {
			return err
		}
	}
	if len(sent) == 0 {
		return nil
	}
	first := sent[0]
	return d.tell(tx, a.Organization.ID, "submitted", first.mailKey(ActSubmit), record.CaseChain(first.item.ID), func(lang string) map[string]any {
		args := first.mailArgs(ActSubmit, lang, access.Grant{})
		var programs []string
		for _, s := range sent {
			programs = append(programs, s.program.TitleOf(s.item.Tier, lang))
			if s.item.Due.Before(first.item.Due) {
				args["DecideBy"] = s.item.Due
			}
		}
		args["Programs"] = programs
		return args
	})
}

// send checks that the item can be sent, and keeps what the registers said of its organization then.
func (s *step) send() error {
	if err := s.prepareSubmit(); err != nil {
		return err
	}
	seal, err := s.proof.Freeze(s.tx, s.desk.Vocabulary, s.item.ID)
	maps.Copy(s.detail, seal)
	return err
}

// prepareSubmit decides again on the version that is live now: open, a seat or a place on the waiting list left, not ruled
// out, every question answered.
func (s *step) prepareSubmit() error {
	if err := checkDeclared(s.request.Declared); err != nil {
		return err
	}
	snapshot, err := s.desk.Catalog.Snapshot(s.tx)
	if err != nil {
		return err
	}
	live, ok := snapshot.Find(s.item.Slug)
	if !ok || !live.InApp() {
		return data.Refuse("", "program_closed")
	}
	if err := s.moveTo(live); err != nil {
		return err
	}
	answers, err := AnswersOf(s.tx, s.item.ID)
	if err != nil {
		return err
	}
	s.item.Tier = live.Chosen(answers)
	if err := s.takeSeat(live); err != nil {
		return err
	}
	facts, decision, err := s.decideNow(live)
	if err != nil {
		return err
	}
	if decision.Outcome == eligibility.Ineligible {
		return data.Refuse("", "not_eligible")
	}
	if gaps := questionnaire.Gaps(live, facts, answers); len(gaps) > 0 {
		return data.Refuse("", "incomplete", "Count", len(gaps))
	}
	return s.freeze(facts, decision)
}

// moveTo brings a draft that was started on an older version to the live one and notes what is different.
func (s *step) moveTo(live *catalog.Published) error {
	if live.VersionID == s.item.VersionID {
		return nil
	}
	changes, err := DraftChanges(s.tx, s.desk, s.item)
	if err != nil {
		return err
	}
	names := []string{}
	for _, change := range changes {
		names = append(names, strings.TrimSuffix(change.Kind+":"+change.ID, ":"))
	}
	s.detail["version_before"], s.detail["changes"] = s.item.VersionID, names
	s.item.VersionID, s.item.VersionChanged, s.program = live.VersionID, true, live
	return nil
}

// freeze keeps the facts and the rule check as they were at the submit: the reviewer judges what was sent.
func (s *step) freeze(facts eligibility.Profile, decision eligibility.Decision) error {
	text, err := s.desk.Vocabulary.FormatProfile(facts)
	if err != nil {
		return err
	}
	s.item.Facts, s.item.RulesAll, s.item.RulesMet = string(text), len(decision.Criteria), 0
	for _, criterion := range decision.Criteria {
		if criterion.Result == eligibility.Met {
			s.item.RulesMet++
		}
	}
	if s.item.Tier != "" {
		s.detail["tier"] = s.item.Tier
	}
	s.detail["version"], s.detail["declarations"], s.detail["outcome"] = s.item.VersionID, declarationsVersion, string(decision.Outcome)
	return nil
}

// Ready tells, item by item, what stands between a draft and its submit, without changing anything: nil for an item that can be sent.
func Ready(tx *data.Tx, d Desk, a Application) (map[string]*data.Refusal, error) {
	ready := map[string]*data.Refusal{}
	for _, item := range a.Items {
		if item.IsPacket() || item.State != Draft {
			continue
		}
		s := &step{tx: tx, desk: d, item: item, app: a, request: ActRequest{Declared: Declarations()}, detail: map[string]any{}}
		err := s.prepareSubmit()
		var refusal *data.Refusal
		if err != nil && !errors.As(err, &refusal) {
			return nil, wrap(err, "ready %s", a.ID)
		}
		ready[item.Slug] = refusal
	}
	return ready, nil
}
