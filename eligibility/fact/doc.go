// Package fact says what can be known of an operator: the vocabulary of facts, the values they take, how values are read from
// JSON, written back, and shown to people. It decides nothing; package eligibility does, and hands these types on under its own
// names.
//
// A [Profile] maps fact ids to values; an absent fact is unknown. A [Value] is a bool, a number, a text, a set or a list with its
// [Evidence] and source. A number may be known only as an [Interval] (an answer given in bands). A set answered "none of
// these" is empty and known.
//
// A [Vocabulary] is made from two files: the facts with their questions, and the sentences that the program says by itself
// ([Vocabulary.Say]). [Load] refuses anything that is not complete in English and Spanish.
//
// Everything here is safe for concurrent use.
package fact
