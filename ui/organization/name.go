package organization

import (
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// NamePage asks for the name of the organization.
type NamePage struct {
	web.Problems
	Organization string // id
	Seen         string // the name that the page was made with
	Name         form.Field
}

// legalName is the fact that follows the name of the organization as long as both are the same.
const legalName eligibility.FactID = "legal_name"

// Name asks for another name.
func Name(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org", func(r *web.Request, _ *data.Tx, member account.Membership) (web.Reply, error) {
		return web.Reply{Page: "organization/name", Data: newNamePage(r, member, member.Organization.Name)}, nil
	})
}

func newNamePage(r *web.Request, member account.Membership, typed string) NamePage {
	return NamePage{Organization: member.Organization.ID, Seen: member.Organization.Name, Name: form.Field{ID: "name", Key: "name", Kind: form.Text,
		Type: "text", Fill: "organization", Value: typed, Label: r.L.T("account.name_label"), Hint: r.L.T("account.name_hint")}}
}

// Rename gives the organization another name. If somebody else did so meanwhile, both names are shown and the person
// chooses.
func Rename(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org", func(r *web.Request, tx *data.Tx, member account.Membership) (web.Reply, error) {
		page := newNamePage(r, member, r.Form("name"))
		if stale := r.Form("revision") != page.Seen; stale || form.Resolving(r) {
			both, err := bothNames(r, tx, page)
			switch {
			case err != nil:
				return web.Reply{}, err
			case stale && len(both.Differences) > 0, !stale && both.Undecided(r):
				return both.Reply(), nil
			case form.TookTheirs(r, page.Name.ID):
				return web.Reply{Redirect: "/org", Flash: "account.saved"}, nil
			}
		}
		err := account.Rename(tx, member.Organization.ID, r.Person.ID, page.Seen, page.Name.Value)
		if problems, refused := r.Refused(err); refused {
			page.Problems, page.Name.Problem = problems, problems.At("name")
			return unprocessable("organization/name", page), nil
		}
		if err == nil {
			err = followName(r, tx, member.Organization)
		}
		return web.Reply{Redirect: "/org", Flash: "account.renamed"}, err
	})
}

// bothNames shows the name that was saved meanwhile beside the one that was typed.
func bothNames(r *web.Request, tx *data.Tx, page NamePage) (form.Conflict, error) {
	both := form.Conflict{Address: r.Path(), Revision: page.Seen}
	if page.Name.Value != page.Seen {
		both.Differ(r, page.Name, page.Seen, page.Name.Value)
	}
	both.Carry(r, []form.Field{page.Name})
	both.Mine = append(both.Mine, form.Hidden{Name: "organization", Value: page.Organization})
	former, err := account.FormerNames(tx, page.Organization)
	if err != nil || len(former) == 0 {
		return both, err
	}
	both.When = r.L.DateTime(former[0].Until, r.Site.Zone)
	return both, both.SavedBy(r, tx, former[0].By)
}

// followName makes the new name the legal name too, if the old one was.
func followName(r *web.Request, tx *data.Tx, before account.Organization) error {
	v := r.Desk().Vocabulary
	facts, err := account.Facts(tx, v, before.ID)
	if err != nil {
		return err
	}
	if legal, _ := facts[legalName].Text(); legal != before.Name {
		return nil
	}
	now, err := account.FindOrganization(tx, before.ID)
	if err != nil {
		return err
	}
	return account.SaveFacts(tx, v, before.ID, r.Person.ID,
		eligibility.Profile{legalName: eligibility.String(now.Name).From(eligibility.Stated, "profile")})
}
