package check

import (
	"strings"
	"testing"
)

func TestCheckRecurringWindow(t *testing.T) {
	const list, opens, closes = "waiting_list = true\n", `opens = 2026-12-01T08:00:00-05:00`, `closes = 2027-01-31T17:00:00-05:00`
	every := func(period string) []string { return []string{list, list + "every = \"" + period + "\"\n"} }
	with := func(period string, edits ...string) []string { return append(every(period), edits...) }
	runRefused(t, []refused{
		{"a year", every("year"), nil},
		{"two months each quarter", every("quarter"), nil},
		{"two months each month", every("month"),
			[]string{`example.toml:45: window.every: the window that opens on 2026-12-01 would still be open on 2027-01-01, when the next one opens; ` +
				`let it close earlier, or leave this and closes out if it is always open`}},
		{"the whole month", with("month", opens, `opens = 2026-12-01T00:00:00-05:00`, closes, `closes = 2027-01-01T00:00:00-05:00`), nil},
		{"a minute more than the month", with("month", opens, `opens = 2026-12-01T00:00:00-05:00`, closes, `closes = 2027-01-01T00:01:00-05:00`),
			[]string{`example.toml:45: window.every: the window that opens on 2026-12-01 would still be open on 2027-01-01, when the next one opens; ` +
				`let it close earlier, or leave this and closes out if it is always open`}},
		{"days that February does not have", with("month", opens, `opens = 2026-12-30T08:00:00-05:00`, closes, `closes = 2026-12-31T07:00:00-05:00`),
			[]string{`example.toml:45: window.every: the window that opens on 2027-02-28 would close before it opens, since that month is too short for its days; choose days from 1 to 28`}},
		{"into the next only after a short month", with("month", opens, `opens = 2026-12-31T08:00:00-05:00`, closes, `closes = 2027-01-28T12:00:00-05:00`),
			[]string{`example.toml:45: window.every: the window that opens on 2027-01-31 would still be open on 2027-02-28, when the next one opens; ` +
				`let it close earlier, or leave this and closes out if it is always open`}},
		{"without an end", with("year", closes+"\n", ""),
			[]string{`example.toml:44: window.every: a window that opens every year needs opens and closes, those of the first time`}},
		{"closes first", with("year", closes, `closes = 2026-11-30T00:00:00Z`),
			[]string{`example.toml:41: window.closes: the window closes (2026-11-30T00:00:00Z) before it opens (2026-12-01T13:00:00Z)`}},
	})
}

func TestCheckPause(t *testing.T) {
	const reason = `reason = { en = "The engineers are at a flood.", es = "Las personas de ingeniería atienden una inundación." }`
	pause := func(lines ...string) []string {
		return []string{"waiting_list = true\n", "waiting_list = true\n[pause]\n" + strings.Join(lines, "\n") + "\n"}
	}
	const rolling = "opens = 2026-12-01T08:00:00-05:00\ncloses = 2027-01-31T17:00:00-05:00\n"
	runRefused(t, []refused{
		{"whole", pause("since = 2026-12-24T00:00:00-05:00", "until = 2027-01-04T00:00:00-05:00", reason), nil},
		{"without an expected end", pause("since = 2026-12-24T00:00:00-05:00", reason), nil},
		{"since when", pause(reason), []string{`example.toml:45: pause.since: missing; write since when nothing is taken, such as 2026-12-01T08:00:00-05:00, or leave [pause] out`}},
		{"why", pause("since = 2026-12-24T00:00:00-05:00"), []string{`example.toml:45: pause.reason: missing; say in one sentence why nothing is taken, in en and es`}},
		{"why in one language", pause("since = 2026-12-24T00:00:00-05:00", `reason = { en = "The engineers are at a flood." }`),
			[]string{`example.toml:47: pause.reason.es: the Spanish text is missing`}},
		{"why, not translated", pause("since = 2026-12-24T00:00:00-05:00", `reason = { en = "A flood.", es = "A flood." }`),
			[]string{`example.toml:47: pause.reason.es: the Spanish text is the English one; translate it`}},
		{"a promise", pause("since = 2026-12-24T00:00:00-05:00", `reason = { en = "We guarantee to be back.", es = "Volvemos." }`),
			[]string{`example.toml:47:21: pause.reason.en: "guarantee" promises what only the provider can decide; say what the provider does`}},
		{"ends first", pause("since = 2026-12-24T00:00:00-05:00", "until = 2026-12-24T05:00:00Z", reason),
			[]string{`example.toml:47: pause.until: the pause ends (2026-12-24T05:00:00Z) before it begins (2026-12-24T05:00:00Z)`}},
		{"no zone to show it in", append([]string{rolling + "time_zone = \"America/New_York\"\n", ""}, pause("since = 2026-12-24T00:00:00-05:00", reason)...),
			[]string{`example.toml:39: window.time_zone: missing; name the zone in which the times are shown, such as America/New_York`}},
		{"of what is always open", append([]string{rolling, ""}, pause("since = 2026-12-24T00:00:00-05:00", reason)...), nil},
	})
}

// twoTiers are whole.
const twoTiers = `
[[tiers]]
id = "guided"
title = { en = "Guided", es = "Guiado" }
summary = { en = "An engineer comes to you.", es = "Una persona de ingeniería va a su sitio." }
seats = 20
duration_days = 90
[[tiers]]
id = "self-guided"
title = { en = "Self-guided", es = "Autoguiado" }
summary = { en = "You follow a list.", es = "Usted sigue una lista." }
seats = 40
`

func TestCheckTiers(t *testing.T) {
	tiers := func(edits ...string) []string {
		text := twoTiers
		for i := 0; i < len(edits); i += 2 {
			if !strings.Contains(text, edits[i]) {
				t.Fatalf("the tiers do not hold %q", edits[i])
			}
			text = strings.Replace(text, edits[i], edits[i+1], 1)
		}
		return []string{"waiting_list = true\n", "waiting_list = true\n" + text}
	}
	_, second, _ := strings.Cut(twoTiers, "duration_days = 90\n")
	runRefused(t, []refused{
		{"two", tiers(), nil},
		{"a question of the same name", append(tiers(), `"controllers"]`, `"tier"]`, `id = "controllers"`, `id = "tier"`),
			[]string{`example.toml:103: questions[2].id: a question before this one has the id "tier" too`}},
		{"one not limited", tiers("seats = 40", "seats = 0"), nil},
		{"more together than there are", tiers("seats = 40", "seats = 60"), nil},
		{"only one", tiers(second, ""), []string{
			`example.toml:43: window.seats: 40 of the 60 seats can never be given, since the tiers have 20 together`,
			`example.toml:46: tiers: there is one tier only, so nobody has a choice; add another, or leave [[tiers]] out`}},
		{"no id", tiers("id = \"guided\"\n", ""), []string{`example.toml:46: tiers[1].id: missing; this has to be given`}},
		{"id shape", tiers(`id = "guided"`, `id = "Guided tier"`),
			[]string{`example.toml:47: tiers[1].id: "Guided tier" is not well-formed; use lower-case letters and digits in words joined by hyphens, at most 60 characters`}},
		{"id twice", tiers(`id = "self-guided"`, `id = "guided"`), []string{`example.toml:53: tiers[2].id: a tier before this one has the id "guided" too`}},
		{"no texts", tiers(`title = { en = "Guided", es = "Guiado" }`, "", `, es = "Usted sigue una lista."`, ""), []string{
			`example.toml:46: tiers[1].title: missing; give it in both languages, en and es`,
			`example.toml:55: tiers[2].summary.es: the Spanish text is missing`}},
		{"more than the whole", tiers("seats = 20", "seats = 61"),
			[]string{`example.toml:50: tiers[1].seats: 61 seats are more than the whole offering has (seats = 60 in [window])`}},
		{"seats that nobody can get", tiers("seats = 40", "seats = 30"),
			[]string{`example.toml:43: window.seats: 10 of the 60 seats can never be given, since the tiers have 50 together`}},
		{"shorter than the renewal", tiers("duration_days = 90", "duration_days = 44"),
			[]string{`example.toml:51: tiers[1].duration_days: 44 days are fewer than renewal_days = 45 in [terms]`}},
	})
}
