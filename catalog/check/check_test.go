package check

import (
	"accessdesk/catalog"
	"testing"
	"time"
)

// problems are the messages of Check for the changed example.
func problems(t *testing.T, strict bool, edits ...string) []string {
	t.Helper()
	return messages(Offering(vocabulary(t), parsed(t, edits...), today, strict))
}

func messages(problems []Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	return all
}

func TestCheckAcceptsTheExample(t *testing.T) {
	sameLines(t, problems(t, true), nil)
}

// refused is one thing that Check refuses.
type refused struct {
	name  string
	edits []string
	want  []string
}

func runRefused(t *testing.T, tests []refused) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sameLines(t, problems(t, false, test.edits...), test.want)
		})
	}
}

func TestCheckHead(t *testing.T) {
	runRefused(t, []refused{
		{"slug missing", []string{`slug = "pump-review"`, ``}, []string{`example.toml:1: slug: missing; this has to be given`}},
		{"slug shape", []string{`slug = "pump-review"`, `slug = "Pump_Review"`},
			[]string{`example.toml:2: slug: "Pump_Review" is not well-formed; use lower-case letters and digits in words joined by hyphens, at most 60 characters`}},
		{"slug length", []string{`slug = "pump-review"`, `slug = "a23456789-a23456789-a23456789-a23456789-a23456789-a23456789-1"`},
			[]string{`example.toml:2: slug: "a23456789-a23456789-a23456789-a23456789-a23456789-a23456789-1" is not well-formed; use lower-case letters and digits in words joined by hyphens, at most 60 characters`}},
		{"choices missing", []string{`kind = "assessment"`, ``, `confidence = "seen"`, ``, `cost = "none_listed"`, ``},
			[]string{`example.toml:1: kind: missing; this has to be given`, `example.toml:1: confidence: missing; this has to be given`, `example.toml:1: cost: missing; this has to be given`}},
		{"status missing", []string{`status = "open"`, ``}, []string{`example.toml:1: status: missing; this has to be given`}},
		{"criteria_published missing", []string{`criteria_published = true`, ``},
			[]string{`example.toml:1: criteria_published: missing; write true if the provider publishes its criteria, else false`,
				`example.toml:111: tests[1].outcome: test "on the line": expected eligible, got unknown: every criterion is met, but criteria_published is false, and then nobody is called eligible`,
				`example.toml:119: tests[3].outcome: test "on the line by meters": expected eligible, got unknown: every criterion is met, but criteria_published is false, and then nobody is called eligible`,
				`example.toml:135: tests[7].outcome: test "short stay": expected eligible, got unknown: every criterion is met, but criteria_published is false, and then nobody is called eligible`}},
		{"provider", []string{`slug = "example-institute"`, `slug = "example institute"`, `name = "Example Institute"`, `name = " "`, `url = "https://example.org"`, `url = "example.org"`},
			[]string{`example.toml:18: provider.slug: "example institute" is not well-formed; use lower-case letters and digits in words joined by hyphens, at most 60 characters`,
				`example.toml:19: provider.name: missing; this has to be given`,
				`example.toml:21: provider.url: "example.org" is not a web address; write it in full, such as https://example.org/page`}},
		{"owner", []string{`owner = "catalog@example.org"`, `owner = "the catalog"`},
			[]string{`example.toml:11: owner: "the catalog" is not an e-mail address`}},
		{"helper", []string{`name = "Regional line", `, ``, `url = "https://example.org/line"`, `url = "javascript:alert(1)"`},
			[]string{`example.toml:15: helper.name: missing; this has to be given`,
				`example.toml:15: helper.url: "javascript:alert(1)" is not a web address; write it in full, such as https://example.org/page`}},
	})
}

func TestCheckDates(t *testing.T) {
	runRefused(t, []refused{
		{"checked in the future", []string{`checked_on = 2026-11-20`, `checked_on = 2026-11-24`},
			[]string{`example.toml:9: checked_on: 2026-11-24 is in the future; today is 2026-11-23`}},
		{"missing", []string{`checked_on = 2026-11-20`, ``, `review_by = 2027-05-20`, ``},
			[]string{`example.toml:1: checked_on: missing; this has to be given`, `example.toml:1: review_by: missing; this has to be given`}},
		{"review before check", []string{`review_by = 2027-05-20`, `review_by = 2026-11-20`},
			[]string{`example.toml:10: review_by: 2026-11-20 is not after checked_on (2026-11-20)`}},
		{"read in the future", []string{`read_on = 2026-11-20`, `read_on = 2026-11-24`},
			[]string{`example.toml:145: sources[1].read_on: 2026-11-24 is in the future; today is 2026-11-23`}},
	})
	sameLines(t, problems(t, false, `checked_on = 2026-11-20`, `checked_on = 2026-11-23`, `read_on = 2026-11-20`, `read_on = 2026-11-23`), nil)
	passed := []string{`checked_on = 2026-11-20`, `checked_on = 2026-01-20`, `review_by = 2027-05-20`, `review_by = 2026-11-22`}
	sameLines(t, problems(t, false, passed...), nil)
	sameLines(t, problems(t, true, passed...), []string{
		`example.toml:10: review_by: the review was due on 2026-11-22; compare the listing with its sources, then set checked_on and review_by anew`})
	dueToday := []string{`checked_on = 2026-11-20`, `checked_on = 2026-01-20`, `review_by = 2027-05-20`, `review_by = 2026-11-23`}
	sameLines(t, problems(t, true, dueToday...), nil)
}

// Today is the day of the person who checks, not the day in UTC.
func TestCheckUsesTheDayOfItsZone(t *testing.T) {
	west := time.Date(2026, 11, 19, 22, 0, 0, 0, time.FixedZone("", -8*3600))
	got := messages(Offering(vocabulary(t), parsed(t), west, false))
	sameLines(t, got, []string{
		`example.toml:9: checked_on: 2026-11-20 is in the future; today is 2026-11-19`,
		`example.toml:145: sources[1].read_on: 2026-11-20 is in the future; today is 2026-11-19`})
}

func TestCheckLanguages(t *testing.T) {
	runRefused(t, []refused{
		{"title", []string{"es = \"Revisión de la sala de bombas\"\n", ""},
			[]string{`example.toml:23: title.es: the Spanish text is missing`}},
		{"summary in neither", []string{`en = "An engineer walks through your pump room and leaves a list of what to mend first."`, ``,
			`es = "Una persona de ingeniería recorre su sala de bombas y deja una lista de lo primero que conviene arreglar."`, ``},
			[]string{`example.toml:27: summary: missing; give it in both languages, en and es`}},
		{"details in Spanish only", []string{"en = \"\"\"\nThe visit takes a day.\nYou get the list on the same day.\"\"\"\n", ""},
			[]string{`example.toml:31: details.en: the English text is missing`}},
		{"subject", []string{`subject = { en = "Request for a pump room review", es =`, `subject = { es =`},
			[]string{`example.toml:49: apply[1].subject.en: the English text is missing`}},
		{"document", []string{`, es = "Lista de instalaciones"`, ``},
			[]string{`example.toml:51: apply[1].documents[1].es: the Spanish text is missing`}},
		{"step", []string{`en = "Wait for a date.", es = "Espere una fecha."`, ``},
			[]string{`example.toml:54: apply[1].steps[2]: missing; give it in both languages, en and es`}},
		{"criterion", []string{"title = { en = \"Stays are short\", es = \"Las estancias son cortas\" }\n", "", `, es = "Este programa es para estancias cortas."`, ``},
			[]string{`example.toml:70: criteria[2].title: missing; give it in both languages, en and es`,
				`example.toml:76: criteria[2].failure.es: the Spanish text is missing`}},
		{"failure in neither", []string{"failure = { en = \"This program is for short stays.\", es = \"Este programa es para estancias cortas.\" }\n", ""},
			[]string{`example.toml:70: criteria[2].failure: missing; give it in both languages, en and es`}},
		{"remedy", []string{`, es = "Pida la guía."`, ``},
			[]string{`example.toml:68: criteria[1].remedy.es: the Spanish text is missing`}},
		{"question", []string{`label = { en = "Which ones?", es = "¿Cuáles?" }`, ``, `es = "Sí"`, `es = " "`},
			[]string{`example.toml:86: questions[1].options[1].label.es: the Spanish text is missing`,
				`example.toml:90: questions[2].label: missing; give it in both languages, en and es`}},
		{"not translated", []string{`es = "Este programa es para estancias cortas."`, `es = "This program is for short stays."`},
			[]string{`example.toml:77: criteria[2].failure.es: the Spanish text is the English one; translate it`}},
		{"a name may be the same", []string{`es = "Revisión de la sala de bombas"`, `es = "Pump room review"`}, nil},
	})
}

func TestCheckWords(t *testing.T) {
	runRefused(t, []refused{
		{"promise", []string{`The visit takes a day.`, `We guarantee a visit.`},
			[]string{`example.toml:33:4: details.en: "guarantee" promises what only the provider can decide; say what the provider does`}},
		{"promise in Spanish", []string{`Usted recibe la lista el mismo día.`, `Se garantiza la lista.`},
			[]string{`example.toml:37:4: details.es: "garantiza" promises what only the provider can decide; say what the provider does`}},
		{"right", []string{`You get the list on the same day.`, `You are entitled to a list.`, `La visita dura un día.`, `Usted tiene derecho a una visita.`},
			[]string{`example.toml:34:9: details.en: "entitled" speaks of a right; a result here gives none. Say what the program offers`,
				`example.toml:36:7: details.es: "tiene derecho" speaks of a right; a result here gives none. Say what the program offers`}},
		{"free", []string{`The visit takes a day.`, `A free visit.`, `La visita dura un día.`, `Una visita gratuita.`},
			[]string{`example.toml:33:3: details.en: "free" is true only on a day; write "No charge listed on" with the date`,
				`example.toml:36:12: details.es: "gratuita" is true only on a day; write "Sin costo publicado al" with the date`}},
		{"no charge", []string{`The visit takes a day.`, `There is no charge.`, `La visita dura un día.`, `Es sin costo.`},
			[]string{`example.toml:33:10: details.en: "no charge" is true only on a day; write "No charge listed on" with the date`,
				`example.toml:36:4: details.es: "sin costo" is true only on a day; write "Sin costo publicado al" with the date`}},
		{"no charge with its date", []string{`The visit takes a day.`, `No charge listed on November 20, 2026.`, `La visita dura un día.`, `Sin costo publicado al 20 de noviembre de 2026.`}, nil},
		{"toll-free is no price", []string{`The visit takes a day.`, `Call the toll-free line.`}, nil},
		{"designation", []string{`The visit takes a day.`, `You get a covered frontier model.`},
			[]string{`example.toml:33:11: details.en: "covered frontier model" reads as a designation by the government; name the model access without it`}},
		{"loud", []string{`The visit takes a day.`, `Act now!`, `La visita dura un día.`, `¡Apresúrese!`},
			[]string{`example.toml:33:8: details.en: "!" is not the calm voice of the desk; leave it out`,
				`example.toml:36:1: details.es: "¡" is not the calm voice of the desk; leave it out`}},
		{"spelling", []string{`The visit takes a day.`, `This programme is for organisations.`},
			[]string{`example.toml:33:6: details.en: "programme" is not US spelling`}},
		{"aplicar", []string{`La visita dura un día.`, `Aplique al programa.`},
			[]string{`example.toml:36:1: details.es: "Aplique al programa" is not how one applies in Spanish; use solicitar`}},
		{"in a question", []string{`A guess is fine.`, `A free guess is fine.`},
			[]string{`example.toml:84:18: questions[1].help.en: "free" is true only on a day; write "No charge listed on" with the date`}},
	})
}

func TestCheckWindow(t *testing.T) {
	runRefused(t, []refused{
		{"closes first", []string{`closes = 2027-01-31T17:00:00-05:00`, `closes = 2026-12-01T13:00:00Z`},
			[]string{`example.toml:41: window.closes: the window closes (2026-12-01T13:00:00Z) before it opens (2026-12-01T13:00:00Z)`}},
		{"no zone", []string{`time_zone = "America/New_York"`, ``},
			[]string{`example.toml:39: window.time_zone: missing; name the zone in which the times are shown, such as America/New_York`}},
		{"unknown zone", []string{`time_zone = "America/New_York"`, `time_zone = "Eastern"`},
			[]string{`example.toml:42: window.time_zone: "Eastern" is not a time zone; use a name such as America/New_York`}},
		{"zone of the machine", []string{`time_zone = "America/New_York"`, `time_zone = "Local"`},
			[]string{`example.toml:42: window.time_zone: "Local" is not a time zone; use a name such as America/New_York`}},
		{"rolling", []string{"opens = 2026-12-01T08:00:00-05:00\n", "", "closes = 2027-01-31T17:00:00-05:00\n", "", "time_zone = \"America/New_York\"\n", ""}, nil},
	})
}

func TestCheckRoutes(t *testing.T) {
	const first = `mode = "email"
to = "reviews@example.org"`
	const noWay = `status is open, but nobody can see how to apply; add an [[apply]] route, or state what is true: by_invitation, waiting_list, announced, unverified`
	runRefused(t, []refused{
		{"no way", []string{`mode = "email"`, `mode = "none"`, `mode = "in_app"`, `mode = "invitation"`}, []string{`example.toml:46: apply: ` + noWay}},
		{"not open", []string{`status = "open"`, `status = "lapsed"`, `mode = "email"`, `mode = "none"`, `mode = "in_app"`, `mode = "invitation"`}, nil},
		{"nothing to apply for", []string{`kind = "assessment"`, `kind = "guidance"`, `mode = "email"`, `mode = "none"`, `mode = "in_app"`, `mode = "invitation"`}, nil},
		{"a list that nobody can join", []string{`status = "open"`, `status = "waiting_list"`, `waiting_list = true`, `waiting_list = false`},
			[]string{`example.toml:4: status: status is waiting_list, but applications that are reviewed here can join no list; set waiting_list = true in [window]`}},
		{"a list of the desk", []string{`status = "open"`, `status = "waiting_list"`}, nil},
		{"a list of the provider", []string{`status = "open"`, `status = "waiting_list"`, `waiting_list = true`, `waiting_list = false`, "[[apply]]\nmode = \"in_app\"\n", ""}, nil},
		{"no mode", []string{`mode = "in_app"`, ``}, []string{`example.toml:58: apply[2].mode: missing; this has to be given`}},
		{"e-mail to nobody", []string{first, `mode = "email"`}, []string{`example.toml:46: apply[1].to: missing; this has to be given`}},
		{"e-mail to a name", []string{`to = "reviews@example.org"`, `to = "Reviews <reviews@example.org>"`}, []string{`example.toml:48: apply[1].to: "Reviews <reviews@example.org>" is not an e-mail address`}},
		{"e-mail without subject", []string{"subject = { en = \"Request for a pump room review\", es = \"Solicitud de revisión de la sala de bombas\" }\n", ""},
			[]string{`example.toml:46: apply[1].subject: missing; the prepared e-mail needs a subject, in en and es`}},
		{"web", []string{first, "mode = \"web\"\nto = \"ftp://example.org\""},
			[]string{`example.toml:48: apply[1].to: "ftp://example.org" is not a web address; write it in full, such as https://example.org/page`}},
		{"download", []string{first, `mode = "download"`}, []string{`example.toml:46: apply[1].to: missing; this has to be given`}},
		{"phone", []string{first, "mode = \"phone\"\nto = \"the office\""}, []string{`example.toml:48: apply[1].to: "the office" is not a telephone number`}},
		{"in_app to somewhere", []string{`mode = "in_app"`, "mode = \"in_app\"\nto = \"desk@example.org\""},
			[]string{`example.toml:60: apply[2].to: applications by in_app go nowhere else; leave this out`}},
		{"fields", []string{`fields = ["legal_name", "pwsid", "controllers"]`, `fields = ["legal_nam", "legal_name", "xyzzy_plugh_thud", "legal_name"]`},
			[]string{`example.toml:50: apply[1].fields[1]: "legal_nam" is neither a fact nor a question of this offering; did you mean "legal_name"?`,
				`example.toml:50: apply[1].fields[3]: "xyzzy_plugh_thud" is neither a fact nor a question of this offering`,
				`example.toml:50: apply[1].fields: "legal_name" stands twice`}},
	})
}

func TestCheckQuestions(t *testing.T) {
	runRefused(t, []refused{
		{"no id, no type", []string{`id = "controllers"`, ``, `type = "text"`, ``, `, "controllers"]`, `]`},
			[]string{`example.toml:90: questions[2].id: missing; this has to be given`, `example.toml:90: questions[2].type: missing; this has to be given`}},
		{"shape", []string{`id = "controllers"`, `id = "The-Controllers"`, `, "controllers"]`, `]`},
			[]string{`example.toml:91: questions[2].id: "The-Controllers" is not well-formed; use lower-case letters and digits in words joined by underscores`}},
		{"twice", []string{`id = "controllers"`, `id = "has_controllers"`, `, "controllers"]`, `]`},
			[]string{`example.toml:91: questions[2].id: a question before this one has the id "has_controllers" too`}},
		{"a fact", []string{`id = "controllers"`, `id = "has_ot"`, `, "controllers"]`, `]`},
			[]string{`example.toml:91: questions[2].id: "has_ot" is a fact, which the desk asks once for all offerings; name it in the fields of a route instead`}},
		{"too few options", []string{"  { value = \"no\", label = { en = \"No\", es = \"No\" } },\n", ""},
			[]string{`example.toml:85: questions[1].options: a question of type choice needs at least two options = [{ value = "...", label = { en = "...", es = "..." } }]`}},
		{"options of a text", []string{`type = "text"`, "type = \"text\"\noptions = [{ value = \"a\", label = { en = \"A\", es = \"A\" } }]"},
			[]string{`example.toml:93: questions[2].options: only questions of type choice and several have options`}},
		{"option twice", []string{`value = "no"`, `value = "yes"`},
			[]string{`example.toml:87: questions[1].options[2].value: "yes" stands twice`}},
		{"a file for in_app", []string{`type = "text"`, `type = "file"`},
			[]string{`example.toml:92: questions[2].type: nobody can answer this, since applications that are reviewed here take no files yet; leave the question out ` +
				`and name the document under [[apply]] instead: documents = [{ en = "...", es = "..." }]`}},
		{"a file for a packet", []string{`type = "text"`, `type = "file"`, "[[apply]]\nmode = \"in_app\"\n", ""}, nil},
		{"when does not compile", []string{`has_ot && answers`, `has_otter && answers`},
			[]string{`example.toml:94: questions[2].when: does not compile: unknown fact "has_otter", nearest known: "has_ot"`}},
		{"when reads a later answer", []string{`answers.has_controllers == "yes"`, `answers.controllers == "yes"`},
			[]string{`example.toml:94: questions[2].when: answers.controllers is not the answer to a question before this one`}},
	})
}

// exampleTerms is the whole table of example.toml.
const exampleTerms = `[terms]
duration_days = 180
renewable = true
approvals = ["program_manager"]
safeguards = ["confidentiality", "nondisclosure"]
named_users = 6
renewal_days = 45
access_steps = [
  { en = "Call the review team.", es = "Llame al equipo de revisión." },
  { en = "Agree on a day.", es = "Acuerde un día." },
]
`

func TestCheckTerms(t *testing.T) {
	runRefused(t, []refused{
		{"renewal of what cannot be renewed", []string{`renewable = true`, `renewable = false`},
			[]string{`example.toml:102: terms.renewal_days: renewable is false, so nobody can ask; leave this out, or set renewable = true`}},
		{"renewal before the access begins", []string{`renewal_days = 45`, `renewal_days = 181`},
			[]string{`example.toml:102: terms.renewal_days: 181 days are more than the access lasts (duration_days = 180)`}},
		{"renewal at any time", []string{`renewal_days = 45`, `renewal_days = 180`}, nil},
		{"a step in one language", []string{`{ en = "Agree on a day.", es = "Acuerde un día." }`, `{ en = "Agree on a day." }`},
			[]string{`example.toml:105: terms.access_steps[2].es: the Spanish text is missing`}},
		{"a step that was not translated", []string{`es = "Acuerde un día."`, `es = "Agree on a day."`},
			[]string{`example.toml:105: terms.access_steps[2].es: the Spanish text is the English one; translate it`}},
		{"an empty step", []string{`{ en = "Agree on a day.", es = "Acuerde un día." }`, `{ }`},
			[]string{`example.toml:105: terms.access_steps[2]: missing; give it in both languages, en and es`}},
		{"approvals of others", []string{`approvals = ["program_manager"]`, `approvals = ["program_manager", "provider_reviewer"]`},
			[]string{`example.toml:99: terms.approvals[2]: "provider_reviewer" cannot be honored; the desk has approvals of "program_manager" only`}},
		{"twice", []string{`approvals = ["program_manager"]`, `approvals = ["program_manager", "program_manager"]`, `"nondisclosure"]`, `"confidentiality"]`},
			[]string{`example.toml:99: terms.approvals: "program_manager" stands twice`, `example.toml:100: terms.safeguards: "confidentiality" stands twice`}},
		{"none for in_app", []string{exampleTerms, ""},
			[]string{`example.toml:1: terms.approvals: missing; an application that is reviewed here needs approvals = ["program_manager"]`,
				`example.toml:1: terms.duration_days: missing; a grant that is given here has an end, so write for how many days it lasts`}},
		{"none for a packet", []string{"[[apply]]\nmode = \"in_app\"\n", "", exampleTerms, ""}, nil},
	})
}

func TestCheckSources(t *testing.T) {
	runRefused(t, []refused{
		{"none", []string{"[[sources]]\nurl = \"https://example.org/notices/7\"\nsupports = \"eligibility and how to apply\"\nprimary = true\nread_on = 2026-11-20\n", ""},
			[]string{`example.toml:1: sources: missing; add at least one [[sources]] with url, supports and read_on`}},
		{"empty", []string{"url = \"https://example.org/notices/7\"\nsupports = \"eligibility and how to apply\"\nprimary = true\nread_on = 2026-11-20\n", ""},
			[]string{`example.toml:141: sources[1].url: missing; this has to be given`, `example.toml:141: sources[1].supports: missing; this has to be given`,
				`example.toml:141: sources[1].read_on: missing; this has to be given`}},
		{"no address", []string{`url = "https://example.org/notices/7"`, `url = "example.org notice 7"`},
			[]string{`example.toml:142: sources[1].url: "example.org notice 7" is not a web address; write it in full, such as https://example.org/page`}},
	})
}

func TestCheckAllFindsSlugsUsedTwice(t *testing.T) {
	first, other := parsed(t), parsed(t, `slug = "pump-review"`, `slug = "valve-review"`)
	second := parsedAs(t, "copy.toml")
	got := messages(Catalog(vocabulary(t), []*catalog.Offering{first, other, second}, today, false))
	sameLines(t, got, []string{`copy.toml:2: slug: "pump-review" is also the slug of example.toml; give each offering its own`})
}

// What was read from the database has no lines; the keys still say where to look.
func TestCheckWithoutAFile(t *testing.T) {
	o := withoutFile(parsed(t, `cost = "none_listed"`, ``, `meters <= 10000`, `metres <= 10000`))

	sameLines(t, messages(Offering(vocabulary(t), o, today, false)), []string{
		`cost: missing; this has to be given`,
		`criteria[1].expr: does not compile: unknown fact "metres", nearest known: "meters"`})
}
