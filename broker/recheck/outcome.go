package recheck

import (
	"encoding/json"
	"time"

	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/data"
)

// outcome is how programs stood for a profile, by slug. A nil one is of a profile that was never decided.
type outcome map[string]standing

// standing is how one program stood.
type standing struct {
	Group catalog.Group `json:"group,omitempty"` // "" for one that is not listed any more
	Left  int64         `json:"left,omitempty"`  // when it stopped to look like a fit, while that matters; Unix milliseconds
}

// entered is a program that has come among those that look like a fit.
type entered struct {
	*catalog.Published
	Before catalog.Group // "" if it was not listed
}

func parseOutcome(text string) (o outcome, err error) { return o, json.Unmarshal([]byte(text), &o) }

// text is how an outcome is stored.
func (o outcome) text() string {
	text, err := json.Marshal(o)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	return string(text)
}

// next gives the outcome of a decision, and what is new in it against the one before.
func (o outcome) next(check *screening.Check, now time.Time) (outcome, []entered) {
	after := outcome{}
	var fresh []entered
	for _, program := range check.Programs {
		was := o[program.Slug]
		is := was.become(program.Group, now)
		after[program.Slug] = is
		if o != nil && is.Group == catalog.GroupLikely && was.Group != catalog.GroupLikely && !was.justLeft(now) {
			fresh = append(fresh, entered{program.Published, was.Group})
		}
	}
	for slug, was := range o {
		if _, listed := after[slug]; listed {
			continue
		}
		if is := was.become("", now); is.Left != 0 {
			after[slug] = is
		}
	}
	return after, fresh
}

// become is the standing after a decision.
func (s standing) become(group catalog.Group, now time.Time) standing {
	is := standing{Group: group}
	switch {
	case group == catalog.GroupLikely:
	case s.Group == catalog.GroupLikely:
		is.Left = data.Millis(now)
	case s.justLeft(now):
		is.Left = s.Left
	}
	return is
}

// justLeft tells whether the program looked like a fit so lately that its coming back is no news.
func (s standing) justLeft(now time.Time) bool {
	return s.Left != 0 && now.Sub(data.FromMillis(s.Left)) <= AwayTime
}
