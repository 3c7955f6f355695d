package api

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"accessdesk/broker/screening"
	"accessdesk/broker/screening/report"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/ui/api/body"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"
)

// screenMost is the most bytes of a request to screen: many times a full set of facts.
const screenMost = 64 << 10

// Screen decides every listed offering, or one, for facts and what the registers say of an operator. It says what the command screen says,
// and stores nothing: its transaction cannot write.
func Screen(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	members, err := object(r, screenMost, "facts", "operator", "offering")
	if err != nil {
		return web.Reply{}, err
	}
	facts, err := factsOf(r.Desk().Vocabulary, members)
	if err != nil {
		return web.Reply{}, err
	}
	if err := joinOperator(r, tx, members, facts); err != nil {
		return web.Reply{}, err
	}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	programs, err := chosen(snapshot, members)
	if err != nil {
		return web.Reply{}, err
	}
	decided, err := report.Of(screening.New(r.Desk().Vocabulary, programs, facts, nil, tx.Now), snapshot.Hash, r.Lang)
	if err != nil {
		return web.Reply{}, err
	}
	text, err := decided.JSON()
	return web.Reply{Document: &web.Document{Type: mediaType, Body: text}}, err
}

// factsOf reads the facts, and names every one that is wrong.
func factsOf(v *eligibility.Vocabulary, members map[string]any) (eligibility.Profile, error) {
	profile := eligibility.Profile{}
	given, ok := members["facts"].(map[string]any)
	if !ok && members["facts"] != nil {
		return nil, wrongBody(&body.Problem{Pointer: body.Pointer("facts"), Code: "kind", Want: "an object"})
	}
	var mistakes []problem.Mistake
	for _, name := range slices.Sorted(maps.Keys(given)) {
		raw, err := json.Marshal(given[name])
		if err != nil {
			return nil, err
		}
		value, err := v.ParseValue(eligibility.FactID(name), raw)
		var wrong *eligibility.FactError
		switch {
		case errors.As(err, &wrong):
			mistakes = append(mistakes, wrongFact(name, wrong))
		case err != nil:
			return nil, err
		case value.Known():
			profile[eligibility.FactID(name)] = value
		}
	}
	if len(mistakes) > 0 {
		return nil, problem.New("body", mistakes...)
	}
	return profile, nil
}

func wrongFact(name string, wrong *eligibility.FactError) problem.Mistake {
	m := problem.Mistake{Pointer: body.Pointer("facts", name), Code: "fact", Args: map[string]any{"Expected": wrong.Expected}}
	if wrong.Nearest != "" {
		m.Code, m.Args = "unknown_fact", map[string]any{"Fact": name, "Nearest": string(wrong.Nearest)}
	}
	return m
}

// joinOperator adds what the registers say of the operator; what was stated counts.
func joinOperator(r *web.Request, tx *data.Tx, members map[string]any, facts eligibility.Profile) error {
	id, err := body.Text(members, "operator")
	if err != nil || id == "" {
		return wrongBody(err)
	}
	operator, err := registry.Find(tx, id)
	if errors.Is(err, data.ErrNotFound) {
		return problem.New("body", problem.Mistake{Pointer: body.Pointer("operator"), Code: "unknown_operator"})
	}
	if err != nil {
		return err
	}
	record, err := operator.Profile(r.Desk().Vocabulary)
	if err == nil {
		screening.Join(r.Desk().Vocabulary, facts, record)
	}
	return err
}

// chosen are the offerings to decide: one, whatever its status, or every listed one.
func chosen(snapshot *catalog.Snapshot, members map[string]any) ([]*catalog.Published, error) {
	slug, err := body.Text(members, "offering")
	if err != nil {
		return nil, wrongBody(err)
	}
	if slug == "" {
		return snapshot.Listed(), nil
	}
	one, ok := snapshot.Find(slug)
	if !ok {
		return nil, problem.New("body", problem.Mistake{Pointer: body.Pointer("offering"), Code: "unknown_offering"})
	}
	return []*catalog.Published{one}, nil
}
