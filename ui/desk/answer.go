package desk

import (
	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Answer sends the reply to the reviewer's question.
func Answer(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newStatusPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	a, err := broker.FindApplication(tx, r.Actor(), page.Application)
	if err != nil {
		return web.Reply{}, err
	}
	item, _ := a.Item(page.Slug)
	_, err = broker.Act(tx, r.Desk(), r.Actor(), item.ID, broker.ActRequest{Act: broker.ActAnswer, Revision: revisionOf(r), Message: r.Form("message")})
	refusal := refusalOf(err)
	if refusal != nil && refusal.Field == "message" {
		page.Reply = replyField(r, r.Form("message"))
		page.Reply.Problem = r.RefusalText(refusal)
		if refusal.Code == "required" {
			page.Reply.Problem = r.L.T("desk.problem_reply")
		}
		page.Problems = web.Problems{{Field: "message", Text: page.Reply.Problem}}
		return web.Reply{Status: 422, Page: "desk/status", Data: page}, nil
	}
	return web.Reply{Redirect: itemAddress(item), Flash: "desk.status_answered"}, err
}

// Message sends a message that answers no question.
func Message(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newStatusPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	a, err := broker.FindApplication(tx, r.Actor(), page.Application)
	if err != nil {
		return web.Reply{}, err
	}
	item, _ := a.Item(page.Slug)
	_, err = broker.Act(tx, r.Desk(), r.Actor(), item.ID, broker.ActRequest{Act: broker.ActMessage, Message: r.Form("text")})
	refusal := refusalOf(err)
	if refusal != nil && refusal.Field == "message" {
		page.Write = messageField(r, r.Form("text"))
		page.Write.Problem = r.RefusalText(refusal)
		if refusal.Code == "required" {
			page.Write.Problem = r.L.T("desk.problem_message")
		}
		page.Problems = web.Problems{{Field: "text", Text: page.Write.Problem}}
		return web.Reply{Status: 422, Page: "desk/status", Data: page}, nil
	}
	return web.Reply{Redirect: itemAddress(item), Flash: "desk.status_written"}, err
}

// ToItem leads from the address of a form to the page that it stands on: a person who switches the language on the
// answer to a form comes by here.
func ToItem(r *web.Request, tx *data.Tx) (web.Reply, error) {
	a, err := broker.FindApplication(tx, r.Actor(), r.Param("id"))
	if err != nil {
		return web.Reply{}, err
	}
	item, ok := a.Item(r.Param("slug"))
	if !ok {
		return web.Reply{}, data.ErrNotFound
	}
	return web.Reply{Redirect: itemAddress(item)}, nil
}
