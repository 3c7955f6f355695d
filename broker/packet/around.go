package packet

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// steps are the exact steps: what is missing first, then those of the program, last what to note here.
func (w *writer) steps(gaps int) []string {
	var steps []string
	if gaps > 0 {
		steps = append(steps, w.in.N("packet.step_gaps", gaps))
	}
	if len(w.way.Steps) == 0 {
		steps = append(steps, w.usual())
	}
	for _, step := range w.way.Steps {
		steps = append(steps, line(step.In(w.in.Lang())))
	}
	if w.way.Mode == catalog.ModeDownload {
		return append(steps, w.in.T("packet.step_note_download"))
	}
	return append(steps, w.in.T("packet.step_note"))
}

// usual is the step of a way to apply whose listing names none.
func (w *writer) usual() string {
	address := pageAddress(w.way.To)
	switch mode := w.way.Mode; {
	case mode == catalog.ModePhone:
		return w.in.T("packet.step_phone", "Number", line(w.way.To))
	case mode == catalog.ModeEmail:
		return w.in.T("packet.step_email")
	case mode == catalog.ModeDownload && address != "":
		return w.in.T("packet.step_download", "Address", address)
	case mode == catalog.ModeWeb && address != "":
		return w.in.T("packet.step_web", "Address", address)
	case mode == catalog.ModeViaIntermediary:
		return w.in.T("packet.step_via_intermediary")
	}
	return w.in.T("packet.step_invitation")
}

// documents are the papers to gather.
func (w *writer) documents() []Document {
	var all []Document
	for _, text := range w.way.Documents {
		id := DocumentID(text)
		all = append(all, Document{ID: id, Text: line(text.In(w.in.Lang())), Ticked: slices.Contains(w.Ticked, id)})
	}
	return all
}

// DocumentID names a document by its English text: a tick stays when the list is sorted anew, and goes when something else
// is asked for.
func DocumentID(text catalog.Text) string {
	sum := sha256.Sum256([]byte(line(text.En)))
	return hex.EncodeToString(sum[:6])
}

// next says what the provider asks later: what the listing says, and proof for what a rule wants proven.
func (w *writer) next() []string {
	var all []string
	for _, text := range w.way.AsksNext {
		all = append(all, line(text.In(w.in.Lang())))
	}
	for _, c := range w.Program.Criteria {
		if c.MinEvidence > eligibility.Stated {
			all = append(all, w.in.T("packet.next_proof", "Rule", line(c.Title.In(w.in.Lang()))))
		}
	}
	return all
}

// contacts are whom to turn to: who receives the application, who helps, who gives the service.
func (w *writer) contacts() []Contact {
	o := w.Program.Offering
	var all []Contact
	provider := pageAddress(o.Provider.URL)
	receiver := Contact{Name: line(o.Provider.Name), For: w.in.T("packet.contact_apply"), Email: mailAddress(w.way.To), URL: pageAddress(w.way.To)}
	if receiver.Email == "" && receiver.URL == "" {
		receiver.Phone = phoneNumber(w.way.To)
	}
	switch {
	case w.way.Mode == catalog.ModeDownload, receiver.Email+receiver.URL+receiver.Phone == "": // nobody receives anything
	case w.way.Mode == catalog.ModeViaIntermediary:
		receiver.Name = w.in.T("packet.contact_office")
		all = append(all, receiver)
	default:
		if receiver.URL == "" {
			receiver.URL = provider
		}
		if receiver.URL == provider {
			provider = ""
		}
		all = append(all, receiver)
	}
	helper := Contact{Name: line(o.Helper.Name), For: w.in.T("packet.contact_helper"), Phone: phoneNumber(o.Helper.Phone), URL: pageAddress(o.Helper.URL)}
	if helper.Phone != "" || helper.URL != "" && helper.URL != receiver.URL {
		all = append(all, helper)
	}
	if provider != "" {
		all = append(all, Contact{Name: line(o.Provider.Name), For: w.in.T("packet.contact_provider"), URL: provider})
	}
	return all
}

// silence says whom to call when nobody answers: a number, if there is one, before an address.
func (w *writer) silence(contacts []Contact) Silence {
	if w.way.Mode == catalog.ModeDownload {
		return Silence{}
	}
	days := SilentAfter(w.way)
	s := Silence{Days: days, Text: w.in.N("packet.silence_nobody", days)}
	helper := slices.IndexFunc(contacts, func(c Contact) bool { return c.Phone != "" })
	written := slices.IndexFunc(contacts, func(c Contact) bool { return c.Email != "" })
	page := slices.IndexFunc(contacts, func(c Contact) bool { return c.URL != "" })
	switch {
	case helper >= 0:
		s.Text = w.in.N("packet.silence_call", days, "Name", contacts[helper].Name, "Number", contacts[helper].Phone)
	case written >= 0 && page >= 0:
		s.Text = w.in.N("packet.silence_write", days, "Address", contacts[written].Email, "Page", contacts[page].URL)
	case page >= 0:
		s.Text = w.in.N("packet.silence_page", days, "Page", contacts[page].URL)
	}
	return s
}
