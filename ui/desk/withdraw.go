package desk

import (
	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// WithdrawPage asks for confirmation.
type WithdrawPage struct {
	web.Problems
	Application, Reference, Slug, Title, Provider, Back string
	Draft, Packet                                       bool
	Revision                                            int64
	Choice                                              form.Field
}

// withdrawAddress is the page on which a member withdraws an item, "" if they cannot.
func withdrawAddress(item broker.Item, member account.Membership) string {
	if !item.Allows(broker.ActWithdraw) || !member.May(item.RightFor(broker.ActWithdraw)) {
		return ""
	}
	return itemAddress(item) + "/withdraw"
}

// AskWithdraw asks whether to withdraw one program.
func AskWithdraw(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, item, err := newWithdrawPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if item.Over() {
		return web.Reply{Redirect: itemAddress(item)}, nil
	}
	return web.Reply{Page: "desk/withdraw", Data: page}, nil
}

// Withdraw withdraws one program, or nothing if the person thought better of it.
func Withdraw(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, item, err := newWithdrawPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	switch r.Form("choice") {
	case form.No:
		return web.Reply{Redirect: page.Back, Flash: "desk.kept"}, nil
	case form.Yes:
		if item.State == broker.Withdrawn { // a double click
			return web.Reply{Redirect: "/applications/" + page.Application, Flash: "desk.withdrawn"}, nil
		}
		_, err := broker.Act(tx, r.Desk(), r.Actor(), item.ID, broker.ActRequest{Act: broker.ActWithdraw, Revision: revisionOf(r)})
		return web.Reply{Redirect: "/applications/" + page.Application, Flash: "desk.withdrawn"}, err
	}
	page.Choice.Problem = r.L.T("desk.problem_withdraw")
	page.Problems = web.Problems{{Field: page.Choice.ID, Text: page.Choice.Problem}}
	return web.Reply{Status: 422, Page: "desk/withdraw", Data: page}, nil
}

func newWithdrawPage(r *web.Request, tx *data.Tx) (WithdrawPage, broker.Item, error) {
	a, err := broker.FindApplication(tx, r.Actor(), r.Param("id"))
	if err != nil {
		return WithdrawPage{}, broker.Item{}, err
	}
	item, ok := a.Item(r.Param("slug"))
	if !ok {
		return WithdrawPage{}, item, data.ErrNotFound
	}
	program, err := broker.Program(tx, r.Desk(), item)
	if err != nil {
		return WithdrawPage{}, item, err
	}
	page := WithdrawPage{Application: a.ID, Reference: a.Reference, Slug: item.Slug, Title: program.Title.In(r.Lang), Provider: program.Provider.Name,
		Back: "/applications/" + a.ID, Draft: item.Unsent(), Packet: item.IsPacket(), Revision: item.Revision}
	if !page.Draft {
		page.Back = itemAddress(item)
	}
	page.Choice = form.Field{ID: "choice", Kind: form.Radios, Label: r.L.T("desk.withdraw_question")}
	page.Choice.Offer(form.Yes, r.L.T("desk.withdraw_yes"), false)
	page.Choice.Offer(form.No, r.L.T("desk.withdraw_no"), false)
	return page, item, nil
}
