package eligibility

import (
	"accessdesk/eligibility/fact"
	"accessdesk/eligibility/rule"
	"accessdesk/eligibility/share"
)

// What can be known of an operator is said by package fact. These are its types, values and constructors under the names of
// this package, so that users of decisions need one package only.
type (
	// Text is one text in English and Spanish.
	Text = fact.Text
	// FactID names a fact.
	FactID = fact.ID
	// FactType says what values a fact takes.
	FactType = fact.Type
	// Fact is one thing that can be known of an operator.
	Fact = fact.Fact
	// EnumValue is one value of an enum or set fact.
	EnumValue = fact.EnumValue
	// Variant is the wording of a question for one sector.
	Variant = fact.Variant
	// Derivation is one step of a derived fact.
	Derivation = fact.Derivation
	// Ask says where a fact is asked.
	Ask = fact.Ask
	// Effort says how hard a question is.
	Effort = fact.Effort
	// Value is what is known of one fact; the zero Value is unknown.
	Value = fact.Value
	// Interval is what is known of a number that was answered in a band.
	Interval = fact.Interval
	// Evidence says how well a value is backed.
	Evidence = fact.Evidence
	// Profile is what is known of an operator; an absent fact is unknown.
	Profile = fact.Profile
	// FactError says which fact of the facts as JSON cannot be used and why.
	FactError = fact.Error
	// Contradiction is a given value that disagrees with what follows from other facts.
	Contradiction = rule.Contradiction
	// Shares says how often each answer to a question is given, by sector.
	Shares = share.Shares
	// Share is how the answers to one question are spread in a sector.
	Share = share.Share
	// ShareCounter counts answers of organizations.
	ShareCounter = share.Counter
	// StoredShare is one share as it is kept.
	StoredShare = share.Stored
)

// NewShareCounter makes a counter that has counted nobody.
func NewShareCounter(v *Vocabulary) *ShareCounter { return share.NewCounter(v.Vocabulary) }

// ReadShares reads what Shares.Stored gave. Facts that are not in the vocabulary any more are left out.
func (v *Vocabulary) ReadShares(stored []StoredShare) (*Shares, error) {
	return share.Read(v.Vocabulary, stored)
}

// The facts that the package itself knows by name, and the mark of derived values.
const (
	SectorFact            = fact.Sector
	AdditionalSectorsFact = fact.AdditionalSectors
	SourceDerived         = fact.SourceDerived
)

// The grades of evidence, weakest first.
const (
	Stated   = fact.Stated
	Document = fact.Document
	Register = fact.Register
	Verified = fact.Verified
)

// The types of facts.
const (
	TypeBool    = fact.TypeBool
	TypeInt     = fact.TypeInt
	TypeDecimal = fact.TypeDecimal
	TypeMoney   = fact.TypeMoney
	TypeEnum    = fact.TypeEnum
	TypeSet     = fact.TypeSet
	TypeText    = fact.TypeText
	TypeID      = fact.TypeID
	TypeDate    = fact.TypeDate
	TypeGeo     = fact.TypeGeo
	TypeList    = fact.TypeList
)

// Where a fact is asked, and how hard the question is.
const (
	AskCheck       = fact.AskCheck
	AskApplication = fact.AskApplication
	AskNever       = fact.AskNever
	EffortEasy     = fact.EffortEasy
	EffortLookup   = fact.EffortLookup
	EffortAsk      = fact.EffortAsk
)

// Bool is a yes or a no.
func Bool(flag bool) Value { return fact.Bool(flag) }

// Int is a whole number.
func Int(number int64) Value { return fact.Int(number) }

// Decimal is a number. NaN and the infinities are unknown.
func Decimal(number float64) Value { return fact.Decimal(number) }

// Between is a number of which only an interval is known.
func Between(span Interval) Value { return fact.Between(span) }

// String is a text, an enum value, a date (YYYY-MM-DD), an id or a place.
func String(text string) Value { return fact.String(text) }

// Set is a set of values; no items: "none of these".
func Set(items ...string) Value { return fact.Set(items...) }

// List is a list of texts in the given order.
func List(items ...string) Value { return fact.List(items...) }

// Exactly is the interval of one point.
func Exactly(number float64) Interval { return fact.Exactly(number) }

// Range is the closed interval from low to high.
func Range(low, high float64) Interval { return fact.Range(low, high) }

// AtMost is everything up to and including high.
func AtMost(high float64) Interval { return fact.AtMost(high) }

// AtLeast is everything from low on, low included.
func AtLeast(low float64) Interval { return fact.AtLeast(low) }

// Over is everything above low, low left out.
func Over(low float64) Interval { return fact.Over(low) }

// Below is everything under high, high left out.
func Below(high float64) Interval { return fact.Below(high) }

// Everything is the interval without bounds.
func Everything() Interval { return fact.Everything() }

// ParseEvidence reads the name of a grade of evidence; "" is Stated.
func ParseEvidence(name string) (Evidence, bool) { return fact.ParseEvidence(name) }

// Near gives the known word that word was probably meant to be; none when every known one needs too many edits for a slip.
func Near(word string, known []string) (string, bool) { return fact.Near(word, known) }
