package notify

import (
	"embed"
	"maps"
	"slices"
	"time"

	"accessdesk/data/locale"
)

// The templates. NAME.tmpl is the order of the parts of one mail, blocks.txt and blocks.html are what a part looks like in plain
// text and in HTML: both forms come from one source and cannot drift apart. The sentences are in data/locale, area mail.
//
//go:embed templates/*.tmpl templates/blocks.txt templates/blocks.html
var templateFiles embed.FS

// kind says what an argument may be and how it is treated.
type kind int

const (
	lineArg    kind = iota // string, one line; control characters are refused
	textArg                // string, may have several lines; shown as a quotation
	listArg                // []string of lines
	instantArg             // time.Time, written as date, time and zone of the site
	numberArg              // int or int64, not negative
	addressArg             // string: a page of this site, "/applications/1" or the whole URL; a PrivateLink is sealed
	privateArg             // PrivateLink or string: URL with a secret, always sealed
	codeArg                // string: a secret to be typed, always sealed
)

// param is one argument of a template, with a sample value; spanish is the sample in Spanish where it has words.
type param struct {
	name     string
	kind     kind
	optional bool
	sample   any
	spanish  any
}

// spec is what a template takes, what it is about, and which closing line says why the mail came: "" for mails that somebody has
// just asked for and that nothing follows. An optional mail has the line of its kind, and its stop link, without naming them.
type spec struct {
	params []param
	about  Kind
	stop   string
}

// closing is the text that says why the mail came.
func (s spec) closing() string {
	if s.about.Optional() {
		return "stop_" + string(s.about)
	}
	return s.stop
}

// Sample values: a fictional operator, an invented program, fixed times.
var (
	sampleNow   = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	sampleStart = time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC)
	sampleEnd   = time.Date(2027, 12, 1, 14, 0, 0, 0, time.UTC)

	organization = param{name: "Organization", kind: lineArg, sample: "Cedar Flats Water District"}
	reference    = param{name: "Reference", kind: lineArg, sample: "CAD-7K2M"}
	program      = param{name: "Program", kind: lineArg, sample: "Example model access", spanish: "Acceso al modelo de ejemplo"}
	by           = param{name: "By", kind: lineArg, optional: true, sample: "Example Institute"}
	sampleDay    = param{name: "Day", kind: instantArg, sample: time.Date(2026, 12, 23, 14, 0, 0, 0, time.UTC)}
	sampleDays   = param{name: "Days", kind: numberArg, sample: 30}
	programPage  = param{name: "Link", kind: addressArg, sample: "/programs/example"}
	sampleStatus = param{name: "Status", kind: lineArg, sample: "Open until March 1, 2027", spanish: "Abierto hasta el 1 de marzo de 2027"}
	sampleParts  = param{name: "Parts", kind: listArg, sample: []string{"who can get it", "how to apply"}, spanish: []string{"quién puede recibirlo", "cómo solicitarlo"}}
	fitting      = param{name: "Program", kind: lineArg, sample: "2 programs", spanish: "2 programas"}
	fittingNames = param{name: "Programs", kind: listArg, sample: []string{"Example model access", "External vulnerability scanning (takes requests until March 1, 2027)"},
		spanish: []string{"Acceso al modelo de ejemplo", "Escaneo externo de vulnerabilidades (recibe solicitudes hasta el 1 de marzo de 2027)"}}
	savedSearch = param{name: "Search", kind: lineArg, sample: "“scanning”; Drinking water system", spanish: "«escaneo»; Sistema de agua potable"}

	page = param{name: "Link", kind: addressArg, sample: "/applications/01"}

	draftPage    = param{name: "Link", kind: addressArg, sample: "/staff/catalog/example/publish"}
	versionsPage = param{name: "Link", kind: addressArg, sample: "/staff/catalog/example"}
	reviewer     = param{name: "Reviewer", kind: lineArg, sample: "Luis Example"}
	draftWords   = param{name: "Message", kind: textArg, optional: true, sample: "The provider raised the limit to 15,000 people. See its notice of November.",
		spanish: "El proveedor subió el límite a 15,000 personas. Vea su aviso de noviembre."}

	// Mails about members are for a person, so they do not greet the organization.
	organizationName = param{name: "OrganizationName", kind: lineArg, sample: "Cedar Flats Water District"}
	organizationPage = param{name: "Link", kind: addressArg, sample: "/org"}
	peoplePage       = param{name: "Link", kind: addressArg, sample: "/org/people"}
	memberRole       = param{name: "Role", kind: lineArg, sample: "editor"}
	member           = param{name: "Member", kind: lineArg, sample: "Luis Example (luis@example.org)"}
	changedBy        = param{name: "ChangedBy", kind: lineArg, sample: "Ana Example (ana@example.org)"}
)

func instant(name string, optional bool, sample time.Time) param {
	return param{name: name, kind: instantArg, optional: optional, sample: sample}
}

// specs lists the templates and their arguments. Arguments marked "optional" may be left out.
var specs = map[string]spec{
	// sign_in, to whoever asked. Link: opens the sign-in page; Code: short code for the asking browser (optional);
	// Minutes: how long both work (optional, 15).
	"sign_in": {params: []param{
		{name: "Link", kind: privateArg, sample: PrivateLink("/signin/link?token=sample")},
		{name: "Code", kind: codeArg, optional: true, sample: "K7M-2QX"},
		{name: "Minutes", kind: numberArg, optional: true, sample: 15},
	}, about: KindNeeded},
	// resume, to whoever asked. Link: opens the saved check; Expires: until when; Tell (optional, any word): the reader is told of programs
	// that begin to fit.
	"resume": {params: []param{
		{name: "Link", kind: privateArg, sample: PrivateLink("/check/resume?token=sample")},
		instant("Expires", false, sampleNow.AddDate(0, 0, 30)),
		{name: "Tell", kind: lineArg, optional: true, sample: "yes"},
	}, about: KindNeeded},
	// check_fits, to who asked for it with the link to a check. Programs, Program: as fits_now; Link: opens the check; Expires: until when.
	"check_fits": {params: []param{fitting, fittingNames, {name: "Link", kind: privateArg, sample: PrivateLink("/check/resume?token=sample")},
		instant("Expires", false, sampleNow.AddDate(0, 0, 30))}, about: KindCheckFits},
	// invitation, to whoever is invited to act for an organization. InvitedBy: name and address; Role: owner, signer, editor or
	// reader; Expires: until when it can be accepted.
	"invitation": {params: []param{organizationName,
		{name: "InvitedBy", kind: lineArg, sample: "Ana Example (ana@example.org)"}, memberRole,
		{name: "Link", kind: privateArg, sample: PrivateLink("/invitation?token=sample")},
		instant("Expires", false, sampleNow.AddDate(0, 0, 14))}, about: KindNeeded},
	// member_added, to whoever accepted an invitation.
	"member_added": {params: []param{organizationName, memberRole, organizationPage}, about: KindNeeded, stop: "stop_member"},
	// member_joined, to whoever invited. Member: name and address of who joined.
	"member_joined": {params: []param{organizationName, member, memberRole, peoplePage}, about: KindNeeded, stop: "stop_member"},
	// member_role_changed, to the member. ChangedBy: name and address.
	"member_role_changed": {params: []param{organizationName, changedBy, memberRole, organizationPage}, about: KindNeeded, stop: "stop_member"},
	// member_removed, to whoever was removed. ChangedBy: name and address.
	"member_removed": {params: []param{organizationName, changedBy, {name: "Link", kind: addressArg, sample: "/home"}}, about: KindNeeded},
	// member_left, to those who manage the organization. Member: name and address of who left.
	"member_left": {params: []param{organizationName, member, peoplePage}, about: KindNeeded, stop: "stop_member"},
	// owner_appointed, to everybody who acts for an organization without an owner, when those who run the site name one. Member: name
	// and address of the new owner.
	"owner_appointed": {params: []param{organizationName, member, peoplePage, by}, about: KindNeeded, stop: "stop_member"},
	// draft_saved, once after the first save. Program and Closes (both optional): the first window that closes.
	"draft_saved": {params: []param{organization, reference, page, optional(program), instant("Closes", true, sampleStart)}, about: KindDraft},
	// draft_unfinished, 3 days after the last save. SavedAt: when that was; Program and Closes as above.
	"draft_unfinished": {params: []param{organization, reference, page, instant("SavedAt", false, sampleNow), optional(program), instant("Closes", true, sampleStart)}, about: KindDraft},
	// draft_closing, 7 and 2 days before the program of an unsent application closes. Closes: when; Days: how many remain.
	"draft_closing": {params: []param{organization, reference, program, page, instant("Closes", false, sampleStart), {name: "Days", kind: numberArg, sample: 7}},
		about: KindDraft},
	// submitted, one for the whole application. Programs: their names; DecideBy (optional): the aim.
	"submitted": {params: []param{organization, reference, page, instant("SubmittedAt", false, sampleNow),
		{name: "Programs", kind: listArg, sample: []string{"Example model access", "External vulnerability scanning"},
			spanish: []string{"Acceso al modelo de ejemplo", "Escaneo externo de vulnerabilidades"}},
		instant("DecideBy", true, sampleStart)}, about: KindNeeded, stop: "stop_case"},
	// question_asked. Question (optional): the reviewer's words; AnswerBy (optional): until when.
	"question_asked": {params: []param{organization, reference, program, page,
		{name: "Question", kind: textArg, optional: true,
			sample:  "Who is the second contact for your control room?\nA role is enough, no name.",
			spanish: "¿Quién es el segundo contacto de su sala de control?\nBasta con el puesto, sin nombre."},
		instant("AnswerBy", true, sampleStart)}, about: KindNeeded, stop: "stop_case"},
	// question_waiting, 5 days after a question; question_closing, 2 days before the case is closed. AskedAt: when it was asked;
	// AnswerBy: when the case is closed without an answer.
	"question_waiting": {params: []param{organization, reference, program, page, instant("AskedAt", false, sampleNow), instant("AnswerBy", false, sampleStart)},
		about: KindNeeded, stop: "stop_case"},
	"question_closing": {params: []param{organization, reference, program, page, instant("AskedAt", false, sampleNow), instant("AnswerBy", false, sampleStart)},
		about: KindNeeded, stop: "stop_case"},
	// due_soon, to those who may decide a case that is due within 3 days. Due: when; Late (optional): days since then, if it has passed.
	"due_soon": {params: []param{organization, reference, program, page, instant("Due", false, sampleStart),
		{name: "Late", kind: numberArg, optional: true, sample: 2}}, about: KindDueSoon},
	// digest, to each program manager, once a day. Day: which; Counts: what waits, in words; Cases (optional): the most pressing ones.
	"digest": {params: []param{instant("Day", false, sampleNow), {name: "Link", kind: addressArg, sample: "/staff/review"},
		{name: "Counts", kind: listArg, sample: []string{"3 cases have no reviewer", "1 case is late", "2 emails could not be sent"},
			spanish: []string{"3 casos sin quien los revise", "1 caso atrasado", "2 correos no se pudieron enviar"}},
		{name: "Cases", kind: listArg, optional: true,
			sample:  []string{"CAD-7K2M, Cedar Flats Water District, Example model access: due December 1, 2026, 9:00 a.m. EST"},
			spanish: []string{"CAD-7K2M, Cedar Flats Water District, Acceso al modelo de ejemplo: vence el 1 de diciembre de 2026, 9:00 a. m. EST"}}},
		about: KindDigest},
	// date_NAME, so many days before a day of the organization. Day: which; Days: how many remain, 0 on the day itself.
	"date_sam":       {params: []param{organization, sampleDay, sampleDays, organizationPage}, about: KindSAM},
	"date_awia_risk": {params: []param{organization, sampleDay, sampleDays, organizationPage}, about: KindAWIA},
	"date_awia_plan": {params: []param{organization, sampleDay, sampleDays, organizationPage}, about: KindAWIA},
	// date_membership. Membership: the group.
	"date_membership": {params: []param{organization, sampleDay, sampleDays, organizationPage,
		{name: "Membership", kind: lineArg, sample: "Example sharing center", spanish: "Centro de intercambio de ejemplo"}}, about: KindMembership},
	// state_call, once a year when the states' calls for a program often begin.
	"state_call": {params: []param{organization, program, programPage}, about: KindStateCall},
	// fits_now, to those of an organization who asked for it. Programs: what begins to fit, by name; Program: the name of the only one, or
	// their number in words.
	"fits_now": {params: []param{organization, fitting, fittingNames, {name: "Link", kind: addressArg, sample: "/org/programs?organization=01"}}, about: KindFits},
	// saved_confirm, to an address that somebody typed to follow a program. Link: confirms it; Expires: until when.
	"saved_confirm": {params: []param{program, {name: "Link", kind: privateArg, sample: PrivateLink("/follow?token=sample")},
		instant("Expires", false, sampleNow.AddDate(0, 0, 7))}, about: KindNeeded},
	// saved_NAME, to those who follow a program. Status: whether it takes requests now; Parts: what of its listing is different.
	"saved_opened": {params: []param{program, programPage, sampleStatus, optional(sampleParts)}, about: KindSaved},
	"saved_full": {params: []param{program, programPage, {name: "Status", kind: lineArg, sample: "Full, 12 waiting", spanish: "Sin lugares, 12 en espera"},
		optional(sampleParts)}, about: KindSaved},
	"saved_closed": {params: []param{program, programPage, {name: "Status", kind: lineArg, sample: "Paused: the law or the money behind it ran out",
		spanish: "En pausa: venció la ley o se acabaron los fondos"}, optional(sampleParts)}, about: KindSaved},
	"saved_changed": {params: []param{program, programPage, sampleParts}, about: KindSaved},
	"saved_gone":    {params: []param{program, {name: "Link", kind: addressArg, sample: "/programs"}}, about: KindSaved},
	// search_confirm, to an address that somebody typed to save a search. Search: in words; Link: confirms it; Expires: until when.
	"search_confirm": {params: []param{savedSearch, {name: "Link", kind: privateArg, sample: PrivateLink("/follow?token=sample")},
		instant("Expires", false, sampleNow.AddDate(0, 0, 7))}, about: KindNeeded},
	// search_found, to an address that saved searches, once a day at most. Programs: what matches newly; Program: the name of the only one, or
	// their number in words; Searches: those that found them, in words.
	"search_found": {params: []param{fitting,
		{name: "Programs", kind: listArg, sample: []string{"Example model access (Open now)", "External vulnerability scanning (Opens later)"},
			spanish: []string{"Acceso al modelo de ejemplo (Abierto ahora)", "Escaneo externo de vulnerabilidades (Abre más adelante)"}},
		{name: "Searches", kind: listArg, sample: []string{"“scanning”; Drinking water system", "Funding, Training"},
			spanish: []string{"«escaneo»; Sistema de agua potable", "Fondos, Capacitación"}},
		{name: "Link", kind: addressArg, sample: "/programs?q=scanning"}}, about: KindSearch},
	// report_answered, to the address that was given with a report of an error in a listing. ReportedAt: when that was; Message: the
	// words of staff.
	"report_answered": {params: []param{program, programPage, instant("ReportedAt", false, sampleNow.AddDate(0, 0, -3)),
		{name: "Message", kind: textArg,
			sample:  "You were right: the address had changed. The listing has the new one.",
			spanish: "Usted tenía razón: la dirección cambió. La ficha ya tiene la nueva."}}, about: KindNeeded},
	// listing_review, to those who may approve a draft. Writer: who asks; Message (optional): their words.
	"listing_review": {params: []param{program, draftPage, {name: "Writer", kind: lineArg, sample: "Ana Example"}, draftWords}, about: KindListing},
	// listing_overdue, to who keeps listings whose review day has passed. Program: its name, or how many; Listings: a line for each.
	"listing_overdue": {params: []param{
		{name: "Program", kind: lineArg, sample: "2 listings", spanish: "2 fichas"},
		{name: "Listings", kind: listArg, sample: []string{"Example model access (Example Institute): last compared on June 1, 2026; review due by November 20, 2026",
			"External vulnerability scanning (Example Institute): last compared on May 4, 2026; review due by November 1, 2026"},
			spanish: []string{"Acceso al modelo de ejemplo (Example Institute): última comparación el 1 de junio de 2026; revisión a más tardar el 20 de noviembre de 2026",
				"Escaneo externo de vulnerabilidades (Example Institute): última comparación el 4 de mayo de 2026; revisión a más tardar el 1 de noviembre de 2026"}},
		{name: "Link", kind: addressArg, sample: "/staff/listings"}}, about: KindListing},
	// listing_returned, to who wrote a draft. Reviewer: who sent it back; Message: why.
	"listing_returned": {params: []param{program, draftPage, reviewer, draftWords}, about: KindListing},
	// listing_scheduled, to who wrote a draft that was approved. At: when it goes live.
	"listing_scheduled": {params: []param{program, draftPage, reviewer, instant("At", false, sampleStart)}, about: KindListing},
	// listing_published and listing_taken_off, to who wrote the draft.
	"listing_published": {params: []param{program, versionsPage, optional(reviewer)}, about: KindListing},
	"listing_taken_off": {params: []param{program, versionsPage, optional(reviewer)}, about: KindListing},
	// listing_stopped, to everybody who had a part in a scheduled draft that did not go live. Why: a sentence.
	"listing_stopped": {params: []param{program, draftPage, {name: "Why", kind: lineArg, sample: "Another version went live after they were approved.",
		spanish: "Otra versión se publicó después de la aprobación."}}, about: KindListing},
	// listing_paused, to the other program managers. Manager: who paused it; Message: the public reason.
	"listing_paused": {params: []param{program, versionsPage, {name: "Manager", kind: lineArg, sample: "Ana Example"},
		{name: "Message", kind: textArg, sample: "The provider asked us to stop until Monday.", spanish: "El proveedor nos pidió parar hasta el lunes."}}, about: KindListing},
	// answer_received, to the reviewer. AnsweredAt: when.
	"answer_received": {params: []param{organization, reference, program, page, instant("AnsweredAt", false, sampleNow)}, about: KindNeeded, stop: "stop_staff"},
	// approved. By (optional, else the operator of the site): who approved; Starts, Ends: of the access; Terms (optional): one line each.
	"approved": {params: []param{organization, reference, program, page, by, instant("Starts", false, sampleStart), instant("Ends", false, sampleEnd),
		{name: "Terms", kind: listArg, optional: true,
			sample:  []string{"Only the people you named use it", "Report misuse within 24 hours"},
			spanish: []string{"Solo lo usan las personas que usted nombró", "Avisar de un mal uso en 24 horas"}}}, about: KindNeeded, stop: "stop_case"},
	// declined. Reason: the applicant's sentence of the reason; Change (optional): what would change it.
	"declined": {params: []param{organization, reference, program, page,
		{name: "Reason", kind: textArg,
			sample:  "The program needs a person in charge of computer security. Your application names none.",
			spanish: "El programa pide una persona responsable de la seguridad informática. Su solicitud no nombra a ninguna."},
		{name: "Change", kind: textArg, optional: true,
			sample:  "You name a person in charge. One shared with another district is enough.",
			spanish: "Nombrar a una persona responsable. Puede ser compartida con otro distrito."}}, about: KindNeeded, stop: "stop_case"},
	// withdrawn. WithdrawnAt: when.
	"withdrawn": {params: []param{organization, reference, program, page, instant("WithdrawnAt", false, sampleNow)}, about: KindNeeded, stop: "stop_case"},
	// waitlisted, instead of submitted where no seat was left. Position: on the list, from 1.
	"waitlisted": {params: []param{organization, reference, program, page, {name: "Position", kind: numberArg, sample: 3}}, about: KindNeeded, stop: "stop_case"},
	// placed: the application left the waiting list. DecideBy (optional): the aim.
	"placed": {params: []param{organization, reference, program, page, instant("DecideBy", true, sampleStart)}, about: KindNeeded, stop: "stop_case"},
	// case_closed: a question was not answered in time. ClosedAt: when it was closed.
	"case_closed": {params: []param{organization, reference, program, page, instant("ClosedAt", false, sampleNow)}, about: KindNeeded, stop: "stop_case"},
	// message_received, to the applicants. Message: the reviewer's words.
	"message_received": {params: []param{organization, reference, program, page,
		{name: "Message", kind: textArg,
			sample:  "The start date moved to December 8. You do not need to do anything.",
			spanish: "La fecha de inicio pasó al 8 de diciembre. No tiene que hacer nada."}}, about: KindNeeded, stop: "stop_case"},
	// message_to_staff, to the reviewer. WrittenAt: when.
	"message_to_staff": {params: []param{organization, reference, program, page, instant("WrittenAt", false, sampleNow)}, about: KindNeeded, stop: "stop_staff"},
	// grant_started. Starts, Ends: of the access.
	"grant_started": {params: []param{organization, reference, program, page, instant("Starts", false, sampleStart), instant("Ends", false, sampleEnd)}, about: KindNeeded, stop: "stop_case"},
	// grant_ends_soon, 30 and 7 days before. Days: how many remain; Ends: the end; RenewBy (optional): until when a renewal may be
	// asked for, by the reader; OthersRenewBy (optional): the same, for a reader who may not ask; AskedAt (optional, comes before
	// both): when it was asked for.
	"grant_ends_soon": {params: []param{organization, reference, program, page, instant("Ends", false, sampleEnd),
		instant("RenewBy", true, sampleEnd), instant("OthersRenewBy", true, sampleEnd), instant("AskedAt", true, sampleEnd.AddDate(0, 0, -40)),
		{name: "Days", kind: numberArg, sample: 30}}, about: KindNeeded, stop: "stop_case"},
	// grant_ended. EndedAt: when; AskedAt (optional): when a renewal was asked for that nobody decided.
	"grant_ended": {params: []param{organization, reference, program, page, instant("EndedAt", false, sampleEnd), instant("AskedAt", true, sampleEnd.AddDate(0, 0, -40))}, about: KindNeeded, stop: "stop_case"},
	// grant_revoked. RevokedAt: when; Reason: in words for the holder.
	"grant_revoked": {params: []param{organization, reference, program, page, instant("RevokedAt", false, sampleEnd),
		{name: "Reason", kind: textArg,
			sample:  "The access was used by people whom your application does not name.",
			spanish: "Usaron el acceso personas que su solicitud no nombra."}}, about: KindNeeded, stop: "stop_case"},
	// grant_given_up, to the holder who ended the access early. EndedAt: when.
	"grant_given_up": {params: []param{organization, reference, program, page, instant("EndedAt", false, sampleNow)}, about: KindNeeded, stop: "stop_case"},
	// grant_suspended. SuspendedAt: when; Ends: the end, which stays; Reason: in words for the holder.
	"grant_suspended": {params: []param{organization, reference, program, page, instant("SuspendedAt", false, sampleNow), instant("Ends", false, sampleEnd),
		{name: "Reason", kind: textArg,
			sample:  "The provider saw sign-ins from a place that you did not name.\nTell us who that was.",
			spanish: "El proveedor vio entradas desde un lugar que usted no nombró.\nDíganos quién fue."}}, about: KindNeeded, stop: "stop_case"},
	// grant_resumed. ResumedAt: when; Ends: the end, which stays.
	"grant_resumed": {params: []param{organization, reference, program, page, instant("ResumedAt", false, sampleNow), instant("Ends", false, sampleEnd)}, about: KindNeeded, stop: "stop_case"},
	// grant_renewed. Ends: the new end; Terms (optional): those that hold from now on, one line each.
	"grant_renewed": {params: []param{organization, reference, program, page, instant("Ends", false, sampleEnd),
		{name: "Terms", kind: listArg, optional: true,
			sample:  []string{"Only the people you named use it", "Report misuse within 24 hours"},
			spanish: []string{"Solo lo usan las personas que usted nombró", "Avisar de un mal uso en 24 horas"}}}, about: KindNeeded, stop: "stop_case"},
	// grant_renewal_refused. Ends: the end, which stays; Reason: in words for the holder.
	"grant_renewal_refused": {params: []param{organization, reference, program, page, instant("Ends", false, sampleEnd),
		{name: "Reason", kind: textArg,
			sample:  "The program has no places left for next year.",
			spanish: "El programa no tiene lugares para el próximo año."}}, about: KindNeeded, stop: "stop_case"},
	// grant_renewal_asked, to the program managers. AskedAt: when; Ends: the end without an answer.
	"grant_renewal_asked": {params: []param{organization, reference, program, page, instant("AskedAt", false, sampleNow), instant("Ends", false, sampleStart)}, about: KindNeeded, stop: "stop_staff"},
	// packet_no_reply, once for each time that a packet was sent. Sent: the day; Call (optional): whom to call.
	"packet_no_reply": {params: []param{organization, reference, program, page,
		{name: "Sent", kind: lineArg, sample: "November 9, 2026", spanish: "9 de noviembre de 2026"},
		{name: "Call", kind: lineArg, optional: true, sample: "No reply after 14 days? Call Example help line at +1-555-0100.",
			spanish: "¿No hay respuesta después de 14 días? Llame a Example help line: +1-555-0100."}}, about: KindNoReply},
	// packet_renewal, before a service ends that was set up elsewhere. Ends: the day; Days: how many remain.
	"packet_renewal": {params: []param{organization, reference, program, page,
		{name: "Ends", kind: lineArg, sample: "December 23, 2026", spanish: "23 de diciembre de 2026"},
		{name: "Days", kind: numberArg, sample: 30}}, about: KindRenewal},
}

func optional(p param) param {
	p.optional = true
	return p
}

// Templates lists the names of the mails, sorted.
func Templates() []string { return slices.Sorted(maps.Keys(specs)) }

// Sample gives a full set of arguments for a template in a language, all fictional: for documentation and tests.
func Sample(template, lang string) map[string]any { return samples(template, lang, true) }

func samples(template, lang string, all bool) map[string]any {
	args := map[string]any{}
	for _, p := range specs[template].params {
		switch {
		case p.optional && !all:
		case lang == locale.Spanish && p.spanish != nil:
			args[p.name] = p.spanish
		default:
			args[p.name] = p.sample
		}
	}
	return args
}
