package status

import (
	"testing"

	"accessdesk/catalog"
)

// Who prepares an application reads the same last day as the public page says, and "today" only on that day.
func TestDeadlines(t *testing.T) {
	window := func(closes string) catalog.Window {
		return catalog.Window{Opens: at(t, "2026-12-01T08:00:00-05:00"), Closes: at(t, closes), TimeZone: "America/New_York"}
	}
	midnight, evening := window("2027-02-01T00:00:00-05:00"), window("2027-02-01T17:00:00-05:00")
	for _, test := range []struct {
		name, now, en, es, near string
		window                  catalog.Window
	}{
		{"days before", "2027-01-20T12:00:00-05:00", "Closes on January 31, 2027 (11 days left)", "Cierra el 31 de enero de 2027 (dentro de 11 días)", "", midnight},
		{"two days before", "2027-01-29T12:00:00-05:00", "Closes on January 31, 2027 (2 days left)", "Cierra el 31 de enero de 2027 (dentro de 2 días)",
			"It closes soon. Send your application by the end of January 31, 2027.", midnight},
		{"the last day", "2027-01-31T10:00:00-05:00", "Closes at the end of today, January 31, 2027", "Cierra al terminar el día de hoy, 31 de enero de 2027",
			"It closes soon. Send your application by the end of January 31, 2027.", midnight},
		{"the evening before", "2027-01-31T20:00:00-05:00", "Closes on February 1, 2027 (1 day left)", "Cierra el 1 de febrero de 2027 (dentro de 1 día)",
			"It closes soon. Send your application before February 1, 2027, 5:00 p.m. EST.", evening},
		{"on the day", "2027-02-01T00:00:00-05:00", "Closes today, February 1, 2027, 5:00 p.m. EST", "Cierra hoy, 1 de febrero de 2027, 5:00 p. m. EST",
			"It closes soon. Send your application before February 1, 2027, 5:00 p.m. EST.", evening},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &catalog.Offering{Status: catalog.StatusOpen, Window: test.window, Apply: []catalog.ApplyRoute{{Mode: catalog.ModeInApp}}}
			en, es := locales(t).In("en"), locales(t).In("es")
			if got := Deadline(en, o, at(t, test.now)); got != test.en {
				t.Errorf("%q, want %q", got, test.en)
			}
			if got := Deadline(es, o, at(t, test.now)); got != test.es {
				t.Errorf("%q, want %q", got, test.es)
			}
			if got := DeadlineNear(en, o, at(t, test.now)); got != test.near {
				t.Errorf("near: %q, want %q", got, test.near)
			}
		})
	}
}
