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
// [Explain] uses the texts of the offering and of the embedded reasons.toml, nothing else.
//
// # Questions
//
// [Inquiry] chooses the next question of the check, and [NextQuestion] does for offerings that all matter alike. It asks only what an
// open criterion of an undecided offering still depends on, and only what some answer to it decides. The head of the order is fixed
// (what kind, where, whose, how large). After it comes what decides most for its effort: each answer counts by the share of
// organizations that give it ([Shares], counted over the public registers of a sector; without them all answers are alike), each
// offering by its weight. The same rules and the same registers always ask the same.
//
// The check has to be short for nearly everybody, and nothing is lost by ending it: what it leaves is answered beside the results, one
// offering at a time, and is never taken for a no. So a question must decide one offering on average while the check is short, and
// two afterwards. Short is up to [ShortCheck] questions. Who was picked from a register has answered the head of the order by that,
// which is four questions, and is asked the [ShortRecorded] that remain of the same seven; should its record not know its state, owner
// or size, those are asked first, whatever the count. What a register says is not counted as asked.
//
// Everything here is safe for concurrent use; a Vocabulary is made once and shared.
package eligibility
