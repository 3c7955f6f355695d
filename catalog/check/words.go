package check

import (
	"fmt"

	"accessdesk/catalog"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/eligibility/builder"
)

// In says what is wrong in the words of the pages on which programs are edited, where Text speaks of the keys of a file. Texts are
// lacking.WORD.
func (p Problem) In(l *locale.Localizer) string {
	switch {
	case p.said != (catalog.Text{}):
		return p.said.In(l.Lang())
	case p.mistake != nil:
		return builder.Mistake(p.mistake, l.Lang())
	}
	args := map[string]any{}
	for i, arg := range p.args {
		args[string(rune('A'+i))] = inWords(l, arg)
	}
	return l.Fill("lacking."+p.word, args)
}

// inWords writes a value of a problem as people read it: what was typed stays as it was typed.
func inWords(l *locale.Localizer, value any) any {
	switch v := value.(type) {
	case catalog.Date:
		return l.Date(v.Time())
	case catalog.TestOutcome:
		return l.T("edit.outcome_" + string(v))
	case eligibility.Outcome:
		if v == "" {
			return l.T("edit.outcome_unknown")
		}
		return l.T("edit.outcome_" + string(v))
	case int, string:
		return v
	}
	return fmt.Sprint(value)
}

// problemWords names each kind of problem by the words that the reader of a file gets; a test finds words without a code.
var problemWords = map[string]string{
	"%q is also the slug of %s; give each offering its own":                      "slug_twice",
	"missing; write true if the provider publishes its criteria, else false":     "published_missing",
	"%q is not an e-mail address":                                                "email",
	"%q stands twice":                                                            "twice",
	"%q is this offering itself; name what does its work now, or leave this out": "replaced_itself",
	missingText: "missing",
	slugShape:   "slug_shape",
	"%q is not a web address; write it in full, such as https://example.org/page":                            "address",
	"%s is in the future; today is %s":                                                                       "future",
	"%s is not after checked_on (%s)":                                                                        "review_order",
	"the review was due on %s; compare the listing with its sources, then set checked_on and review_by anew": "review_past",
	"%q cannot be honored; the desk has approvals of %q only":                                                "approval_unknown",
	"renewable is false, so nobody can ask; leave this out, or set renewable = true":                         "renewal_off",
	"%d days are more than the access lasts (duration_days = %d)":                                            "renewal_long",
	"missing; an application that is reviewed here needs approvals = [%q]":                                   "approval_missing",
	"missing; a grant that is given here has an end, so write for how many days it lasts":                    "duration_missing",
	"missing; add at least one [[sources]] with url, supports and read_on":                                   "sources_missing",
	"neither a sector gate nor a criterion: nothing decides. Name the sectors, or add one cited criterion; what the provider says is open to anyone has the criterion open-to-anyone with expr = \"true\"": "nothing_decides",
	"missing; list the sectors, or write sectors = [%q]":                                     "sectors_missing",
	"missing; say where the provider names these sectors":                                    "sectors_uncited",
	"%q is the name of the sector gate; choose another":                                      "id_gate",
	"%q begins like the ids of stated requirements; choose another":                          "id_stated",
	"%q is not well-formed; use lower-case letters and digits in words joined by hyphens":    "id_shape",
	"a criterion before this one has the id %q too":                                          "id_rule_twice",
	"missing; say where the provider states this criterion":                                  "rule_uncited",
	"missing; say what the statement rests on, such as \"trade press 2024, not read again\"": "requirement_uncited",
	"is true, but a requirement keeps every answer open; write criteria_published = false, or make it a criterion, if it stands in the provider's own text and a fact can decide it": "requirement_open",
	"missing; add [[tests]] with name, facts and outcome, so that a slip in the criteria shows":                                                                                      "tests_missing",
	"a test before this one is called %q too": "test_twice",
	"test %q: expected %s, got %s: %s":        "test_red",
	"criterion %q compares %s with %s, and tests have to stand on both sides of it; add one with %s":                                                     "threshold",
	"status is open, but nobody can see how to apply; add an [[apply]] route, or state what is true: by_invitation, waiting_list, announced, unverified": "apply_missing",
	"status is waiting_list, but applications that are reviewed here can join no list; set waiting_list = true in [window]":                              "no_list",
	"missing; the prepared e-mail needs a subject, in en and es":                                                                                         "subject_missing",
	"%q is not a telephone number":                                           "phone",
	"applications by in_app go nowhere else; leave this out":                 "in_app_to",
	"%q is neither a fact nor a question of this offering; did you mean %q?": "field_near",
	"%q is neither a fact nor a question of this offering":                   "field_unknown",
	"nobody can answer this, since applications that are reviewed here take no files yet; leave the question out and name the document under [[apply]] instead: documents = [{ en = \"...\", es = \"...\" }]": "no_files",
	"%q is not well-formed; use lower-case letters and digits in words joined by underscores":                                                                                                                 "question_shape",
	"a question before this one has the id %q too":                                                                     "question_twice",
	"%q is a fact, which the desk asks once for all offerings; name it in the fields of a route instead":               "question_fact",
	"a question of type %s needs at least two options = [{ value = \"...\", label = { en = \"...\", es = \"...\" } }]": "options_few",
	"only questions of type choice and several have options":                                                           "options_none",
	"questions of type %s take no such limit; leave this out":                                                          "limit_unfit",
	"%q is not the id of a question of the bank; leave this out":                                                       "bank_shape",
	"%d is less than min (%d)":                                                      "limit_order",
	"%s is before earliest (%s)":                                                    "limit_days",
	"%d answers are asked for, and there are %d options":                            "limit_options",
	"%d characters are more than an answer can have (%d)":                           "limit_length",
	"%d networks are more than an answer can have (%d)":                             "limit_networks",
	missingTextInBoth:                                                               "missing_both",
	"the English text is missing":                                                   "english",
	"the Spanish text is missing":                                                   "spanish",
	"the Spanish text is the English one; translate it":                             "untranslated",
	"the window closes (%s) before it opens (%s)":                                   "window_order",
	"missing; name the zone in which the times are shown, such as America/New_York": "zone_missing",
	"%q is not a time zone; use a name such as America/New_York":                    "zone",
	"a window that opens every %s needs opens and closes, those of the first time":  "every_bounds",
	"the window that opens on %s would close before it opens, since that month is too short for its days; choose days from 1 to 28":                           "every_short",
	"the window that opens on %s would still be open on %s, when the next one opens; let it close earlier, or leave this and closes out if it is always open": "every_overlap",
	"missing; write since when nothing is taken, such as 2026-12-01T08:00:00-05:00, or leave [pause] out":                                                     "pause_since",
	"the pause ends (%s) before it begins (%s)":                                           "pause_order",
	"missing; say in one sentence why nothing is taken, in en and es":                     "pause_reason",
	"there is one tier only, so nobody has a choice; add another, or leave [[tiers]] out": "tier_one",
	"a tier before this one has the id %q too":                                            "tier_twice",
	"%d seats are more than the whole offering has (seats = %d in [window])":              "tier_seats",
	"%d days are fewer than renewal_days = %d in [terms]":                                 "tier_days",
	"%d of the %d seats can never be given, since the tiers have %d together":             "seats_lost",
}
