// Package eligibility decides, from facts about an operator and the criteria of an offering, who may have what. It says why, and
// which answer would settle what is still open. It is pure: no clock, no SQL, and of this program only its own two parts, package
// fact (what can be known) and package rule (the language of criteria). The same facts and rules always give the same decision.
//
// # Facts
//
// A [Vocabulary] ([Standard]: the embedded facts.toml and reasons.toml) names every [Fact]: its type, unit, question, when it may be asked and
// how it follows from other facts. A [Profile] maps fact ids to values; an absent fact is unknown, and "I'm not sure" is the same
// as absent. A number may be known only as an [Interval] (an answer given in bands). Each [Value] carries its [Evidence], its
// source and the day on which it was said; FormatProfile keeps them, FormatFacts (the facts as JSON) leaves them out. A set
// answered "none of these" is empty and known. Once `sector` is known, absent `additional_sectors` means none.
//
// Derived facts follow from others by the first true `when` of their list; an unknown `when` on the way leaves them unknown. A
// value given directly wins over the derived one; when the two disagree it is a [Contradiction], and a criterion that demands
// evidence from a register treats the fact as unknown.
//
// # Rules
//
// A [Criterion] is one CEL expression over fact ids with the function runs("electric"); the criteria of an offering are ANDed
// and its sector list comes first as the criterion [GateID]. Evaluation is Kleene logic over known, unknown and interval values: a
// comparison with an interval is decided only when the whole interval agrees, and ==, != and in need one point. CEL parses and
// type-checks every rule; common shapes run as Go closures, the rest of an expression is left to the CEL engine with partial
// evaluation. An engine error is unknown and reported in [CriterionResult].Err, never a "no".
//
// # Decisions
//
// One unmet criterion makes an offering [Ineligible], whatever else is unknown. An offering whose provider publishes no
// criteria is never [Eligible]. A [Requirement] that nothing can decide is shown and stays unknown. Evidence weaker than a
// criterion asks for never changes an outcome: it is reported beside it.
// [NextQuestion] follows one fixed order and asks only what an open criterion of an undecided offering still depends on.
// [Explain] uses the texts of the offering and of the embedded reasons.toml, nothing else.
//
// Everything here is safe for concurrent use; a Vocabulary is made once and shared.
package eligibility
