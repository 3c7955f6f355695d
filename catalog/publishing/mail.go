package publishing

import (
	"fmt"
	"slices"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
)

// Address is the page of a draft.
func (d Draft) Address() string { return "/staff/catalog/" + d.Slug + "/publish" }

// title is what mails call the offering.
func (d Draft) title() catalog.Text {
	o, err := d.Offering()
	if err != nil || o.Title.En == "" {
		return catalog.Text{En: d.Slug, Es: d.Slug}
	}
	if o.Title.Es == "" {
		o.Title.Es = o.Title.En
	}
	return o.Title
}

func in(t catalog.Text, lang string) string {
	if lang == "es" {
		return t.Es
	}
	return t.En
}

// tell queues a mail about a draft to managers. occasion is what makes the mail one that is sent once.
func (d Desk) tell(tx *data.Tx, draft Draft, to []Manager, template, occasion string, args map[string]any) error {
	title := draft.title()
	for _, m := range to {
		whole := map[string]any{"Program": in(title, m.Lang), "Link": draft.Address()}
		for name, value := range args {
			whole[name] = value
		}
		key := fmt.Sprintf("%s:%s:%d:%s:%s", template, draft.ID, draft.Revision, occasion, m.ID)
		if _, err := d.Mail.Enqueue(tx, notify.Message{To: m.Email, Lang: m.Lang, Template: template, Args: whole, Key: key}); err != nil {
			return wrap(err, "mail %s about draft %s", template, draft.ID)
		}
	}
	return nil
}

// others are the managers whose ids are not among these; whose are those whose are.
func (d Desk) others(tx *data.Tx, ids ...string) ([]Manager, error) {
	all, err := d.Managers(tx)
	return slices.DeleteFunc(slices.Clone(all), func(m Manager) bool { return slices.Contains(ids, m.ID) }), wrap(err, "program managers")
}

func (d Desk) these(tx *data.Tx, ids ...string) ([]Manager, error) {
	all, err := d.Managers(tx)
	return slices.DeleteFunc(slices.Clone(all), func(m Manager) bool { return !slices.Contains(ids, m.ID) }), wrap(err, "program managers")
}

func at(tx *data.Tx) string { return fmt.Sprint(data.Millis(tx.Now)) }

// askForReview tells those who may approve.
func (d Desk) askForReview(tx *data.Tx, draft Draft, writer Manager, words string) error {
	reviewers, err := d.others(tx, writer.ID, draft.WrittenBy)
	if err != nil {
		return err
	}
	args := map[string]any{"Writer": writer.Called()}
	if words != "" {
		args["Message"] = words
	}
	return d.tell(tx, draft, reviewers, "listing_review", at(tx), args)
}

// tellWriters tells who wrote and who sent the draft what another person did.
func (d Desk) tellWriters(tx *data.Tx, draft Draft, actor Manager, template, words string) error {
	writers, err := d.these(tx, draft.WrittenBy, draft.SentBy)
	if err != nil {
		return err
	}
	writers = slices.DeleteFunc(writers, func(m Manager) bool { return m.ID == actor.ID })
	args := map[string]any{"Reviewer": actor.Called()}
	if words != "" {
		args["Message"] = words
	}
	if template == "listing_scheduled" {
		args["At"] = draft.PublishAt
	}
	return d.tell(tx, draft, writers, template, at(tx), args)
}

// tellPublished tells who wrote and who sent the draft that it is live, and who approved it if that was earlier.
func (d Desk) tellPublished(tx *data.Tx, draft Draft, approver string) error {
	ids := []string{draft.WrittenBy, draft.SentBy}
	if draft.State == catalog.StateScheduled {
		ids = append(ids, approver)
	}
	people, err := d.these(tx, ids...)
	if err != nil {
		return err
	}
	template := "listing_published"
	if draft.Kind == KindRetirement {
		template = "listing_taken_off"
	}
	return d.tell(tx, draft, people, template, at(tx), map[string]any{"Link": "/staff/catalog/" + draft.Slug})
}

// tellStopped tells everybody who had a part in a scheduled draft that it did not go live.
func (d Desk) tellStopped(tx *data.Tx, draft Draft, obstacle string) error {
	people, err := d.these(tx, draft.WrittenBy, draft.SentBy, draft.ApproveBy)
	for _, m := range people {
		if err == nil {
			err = d.tell(tx, draft, []Manager{m}, "listing_stopped", at(tx), map[string]any{"Why": d.Locales.In(m.Lang).T("mail.listing_stopped_why_" + obstacle)})
		}
	}
	return err
}
