package report

// Least is the smallest count that is shown, and what shown counts are rounded to.
const Least = 5

// Figure is a count as it may be shown. The zero Figure is "fewer than 5".
type Figure struct{ number int }

// figure rounds a count, or hides it.
func figure(count int) Figure {
	if count < Least {
		return Figure{}
	}
	return Figure{(count + Least/2) / Least * Least}
}

// Few tells that the count is under 5 and not shown; it may be none at all.
func (f Figure) Few() bool { return f.number == 0 }

// Number is the count, rounded to the nearest 5; 0 if it is not shown.
func (f Figure) Number() int { return f.number }

// Share is the figure as a share of another one, in percent; false where one of them is not shown.
func (f Figure) Share(of Figure) (percent int, shown bool) {
	if f.Few() || of.Few() {
		return 0, false
	}
	return min(100, (100*f.number+of.number/2)/of.number), true
}

// family gives parts that stand side by side, and their sum. The sum is made of what is shown: the parts that are shown, and the hidden ones
// together where they are 5 or more. Where each of several hidden parts is 4, which only the largest sum that they can have would tell, they
// count for one less. So each hidden part can be at least two numbers for whoever sees all of it and knows how it is made.
func family(counts []int) (parts []Figure, sum Figure) {
	hidden, most := 0, 0
	for _, count := range counts {
		part := figure(count)
		parts = append(parts, part)
		sum.number += part.number
		if part.Few() {
			hidden, most = hidden+count, most+Least-1
		}
	}
	sum.number += figure(min(hidden, most-1)).number
	return parts, sum
}
