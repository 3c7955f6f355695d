package fact

import (
	"math"
	"strconv"
)

// Interval is a range of numbers: what is known of a number that was answered in a band. -Inf and +Inf mean no bound on that side.
// Intervals over whole numbers are kept with closed ends. The zero Interval is the single point 0.
type Interval struct {
	Low, High         float64
	LowOpen, HighOpen bool // the end itself is left out: "over" and "below" of the facts as JSON
}

// Everything is the interval without bounds.
func Everything() Interval { return Interval{Low: math.Inf(-1), High: math.Inf(1)} }

// Exactly is the interval of one point.
func Exactly(number float64) Interval { return Interval{Low: number, High: number} }

// Range is the closed interval from low to high.
func Range(low, high float64) Interval { return Interval{Low: low, High: high} }

// AtMost is everything up to and including high.
func AtMost(high float64) Interval { return Interval{Low: math.Inf(-1), High: high} }

// AtLeast is everything from low on, low included.
func AtLeast(low float64) Interval { return Interval{Low: low, High: math.Inf(1)} }

// Over is everything above low, low left out.
func Over(low float64) Interval { return Interval{Low: low, High: math.Inf(1), LowOpen: true} }

// Below is everything under high, high left out.
func Below(high float64) Interval {
	return Interval{Low: math.Inf(-1), High: high, HighOpen: true}
}

// Point gives the one number the interval holds, if it holds exactly one.
func (i Interval) Point() (float64, bool) {
	return i.Low, i.Low == i.High && !i.LowOpen && !i.HighOpen && !math.IsInf(i.Low, 0)
}

// Empty reports that no number lies inside (or that a bound is not a number).
func (i Interval) Empty() bool {
	if math.IsNaN(i.Low) || math.IsNaN(i.High) || math.IsInf(i.Low, 1) || math.IsInf(i.High, -1) {
		return true
	}
	return i.Low > i.High || i.Low == i.High && (i.LowOpen || i.HighOpen)
}

// Contains reports whether number lies inside.
func (i Interval) Contains(number float64) bool {
	return (number > i.Low || number == i.Low && !i.LowOpen) && (number < i.High || number == i.High && !i.HighOpen)
}

// Covers reports whether every number of other lies inside i.
func (i Interval) Covers(other Interval) bool { return i.Intersect(other) == other }

// Intersect is what both intervals hold; it may be empty.
func (i Interval) Intersect(other Interval) Interval {
	if other.Low > i.Low || other.Low == i.Low && other.LowOpen {
		i.Low, i.LowOpen = other.Low, other.LowOpen
	}
	if other.High < i.High || other.High == i.High && other.HighOpen {
		i.High, i.HighOpen = other.High, other.HighOpen
	}
	return i
}

// whole narrows the interval to the whole numbers in it, with closed ends: over 500 becomes 501 or more.
func (i Interval) whole() Interval {
	if !math.IsInf(i.Low, 0) {
		low := math.Ceil(i.Low)
		if i.LowOpen && low == i.Low {
			low++
		}
		i.Low = low
	}
	if !math.IsInf(i.High, 0) {
		high := math.Floor(i.High)
		if i.HighOpen && high == i.High {
			high--
		}
		i.High = high
	}
	i.LowOpen, i.HighOpen = false, false
	return tidy(i)
}

// tidy gives equal intervals one form: no open flag on an infinite end, no negative zero.
func tidy(i Interval) Interval {
	if math.IsInf(i.Low, 0) {
		i.LowOpen = false
	}
	if math.IsInf(i.High, 0) {
		i.HighOpen = false
	}
	if i.Low == 0 {
		i.Low = 0
	}
	if i.High == 0 {
		i.High = 0
	}
	return i
}

// String writes the interval in the notation of mathematics, for messages to developers: "[501, 3300]", "(33, inf)".
func (i Interval) String() string {
	if number, ok := i.Point(); ok {
		return numberText(number)
	}
	left, right := "[", "]"
	if i.LowOpen || math.IsInf(i.Low, 0) {
		left = "("
	}
	if i.HighOpen || math.IsInf(i.High, 0) {
		right = ")"
	}
	return left + numberText(i.Low) + ", " + numberText(i.High) + right
}

func numberText(number float64) string {
	switch {
	case math.IsInf(number, 1):
		return "inf"
	case math.IsInf(number, -1):
		return "-inf"
	}
	return strconv.FormatFloat(number, 'f', -1, 64)
}
