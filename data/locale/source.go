package locale

import "time"

// Register says in words which public register a value was read from and of which month that edition is: "Medicare hospitals (CMS),
// edition of February 2026". Publishers name a month, a quarter or a year, of which asOf is the last day (YYYY-MM-DD), so that a
// day would say more than anybody knows; anything else than a day names no edition. A register without a name here is
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
	return l.T("register.edition", "Register", name, "Date", l.Month(day))
}
