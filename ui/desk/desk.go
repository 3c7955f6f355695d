// Package desk holds the pages of applicants: what needs them now, their applications from the first page to the
// decision, and the access that they were given. One file per act.
//
// Every page looks at the signed-in person's own organizations only; the domain functions answer data.ErrNotFound for
// everything else, which is the 404 page.
//
// Forms are saved always: what is missing is said softly, beside the field, and only stands in the way when the
// application is sent. What cannot be read (letters where a number belongs) is said at the field, and everything
// typed stays. A form that somebody else changed in the meantime is answered with both versions side by side.
package desk

// pill is a status: a word with an icon and a color. Tone is one of ok, ask, no, new, late.
type pill struct{ Tone, Text string }

// row is a line of a list: a title that may lead somewhere, a status, and a date or sentence.
type row struct {
	Pill        pill
	Title, Text string
	Link        string
}
