package locale

import "time"

// Register says in words which public register a value was read from and of which day that edition is: "Medicare hospitals (CMS),
// edition of February 1, 2026". asOf is a day, YYYY-MM-DD; anything else names no edition. A register without a name here is
// said to have none: its id says nothing to a reader.
func (l *Localizer) Register(id, asOf string) string {
	name := l.T("register.unnamed")
	if key := "register.name_" + id; l.Has(key) {
		name = l.T(key)
	}
	day, err := time.Parse(time.DateOnly, asOf)
	if err != nil {
		return name
	}
	return l.T("register.edition", "Register", name, "Date", l.Date(day))
}
