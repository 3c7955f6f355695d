package ui

import (
	"slices"
	"strings"

	"accessdesk/broker/account/key"
	"accessdesk/catalog/publishing"
	"accessdesk/ui/api"
	"accessdesk/ui/bank"
	"accessdesk/ui/check"
	"accessdesk/ui/desk"
	"accessdesk/ui/editor"
	"accessdesk/ui/editor/rules"
	"accessdesk/ui/elsewhere"
	"accessdesk/ui/feed"
	"accessdesk/ui/grant"
	"accessdesk/ui/hsds"
	"accessdesk/ui/organization"
	"accessdesk/ui/problem"
	"accessdesk/ui/public"
	"accessdesk/ui/reach"
	"accessdesk/ui/reminders"
	"accessdesk/ui/report"
	"accessdesk/ui/staff"
	"accessdesk/ui/standing"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// The verbs of the route table.
const (
	get  = fiber.MethodGet
	post = fiber.MethodPost
	put  = fiber.MethodPut
)

// Routes is the route table.
func Routes(s *web.Site) []web.Route {
	all := []web.Route{
		{Method: get, Path: "/healthz", Policy: web.Public, Handler: healthy, Cookieless: true},
		{Method: get, Path: "/readyz", Policy: web.Public, Handler: ready(s), Cookieless: true},
		{Method: get, Path: "/favicon.svg", Policy: web.Public, Handler: s.Icon, Cookieless: true},
		{Method: get, Path: "/static/*", Policy: web.Public, Handler: s.Static, Cookieless: true},

		{Method: get, Path: "/", Policy: web.Public, Cached: true, Handler: s.Read(public.Home)},
		{Method: get, Path: "/programs", Policy: web.Public, Cached: true, Handler: s.Read(public.Programs)},
		{Method: get, Path: "/programs/:slug", Policy: web.Public, Cached: true, Handler: s.Read(public.Program)},
		{Method: get, Path: "/programs/:slug/follow", Policy: web.Public, Handler: s.Read(reminders.FollowProgram)},
		{Method: post, Path: "/programs/:slug/follow", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(reminders.SaveFollow)},
		{Method: get, Path: "/programs/:slug/report", Policy: web.Public, Handler: s.Read(public.AskReport)},
		{Method: post, Path: "/programs/:slug/report", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(public.SaveReport)},
		{Method: get, Path: "/programs/:slug/report/sent", Policy: web.Public, Handler: s.Read(public.ReportSent)},
		{Method: get, Path: "/searches/new", Policy: web.Public, Handler: s.Read(reminders.NewSearch)},
		{Method: post, Path: "/searches/new", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(reminders.SaveSearch)},
		{Method: get, Path: "/follow", Policy: web.Public, Handler: s.Read(reminders.LookFollow)},
		{Method: post, Path: "/follow", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(reminders.ConfirmFollow)},
		{Method: get, Path: "/follow/sent", Policy: web.Public, Handler: s.Read(reminders.FollowSent)},
		{Method: get, Path: "/definitions", Policy: web.Public, Cached: true, Handler: s.Read(public.Definitions)},
		{Method: get, Path: "/order", Policy: web.Public, Cached: true, Handler: s.Read(public.Order)},
		{Method: get, Path: "/under-attack", Policy: web.Public, Cached: true, Handler: s.Read(public.UnderAttack)},

		{Method: get, Path: "/feed.atom", Policy: web.Public, Cached: true, Cookieless: true, Machine: true, Limit: web.MachineLimit, Handler: s.Read(feed.All)},
		{Method: get, Path: "/feed/:sector.atom", Policy: web.Public, Cached: true, Cookieless: true, Machine: true, Limit: web.MachineLimit, Handler: s.Read(feed.Sector)},
		{Method: get, Path: "/calendar/programs.ics", Policy: web.Public, Cached: true, Cookieless: true, Machine: true, Limit: web.MachineLimit, Handler: s.Read(feed.Windows)},
		{Method: get, Path: "/calendar/:token.ics", Policy: web.Public, Cookieless: true, Limit: web.CheckLimit, Handler: s.Read(feed.Agenda)},
		{Method: get, Path: "/sitemap.xml", Policy: web.Public, Cached: true, Cookieless: true, Machine: true, Limit: web.MachineLimit, Handler: s.Read(feed.SiteMap)},
		{Method: get, Path: "/robots.txt", Policy: web.Public, Cached: true, Cookieless: true, Machine: true, Limit: web.MachineLimit, Handler: s.Read(feed.Robots)},
		{Method: get, Path: "/.well-known/security.txt", Policy: web.Public, Cached: true, Cookieless: true, Machine: true, Limit: web.MachineLimit, Handler: s.Read(feed.Security)},

		{Method: get, Path: "/check", Policy: web.Public, Handler: s.Read(check.Sectors)},
		{Method: post, Path: "/check", Policy: web.Public, Limit: web.CheckLimit, Handler: s.Write(check.AnswerSectors)},
		{Method: get, Path: "/check/find", Policy: web.Public, Limit: web.CheckLimit, Handler: s.Read(check.Find)},
		{Method: post, Path: "/check/find", Policy: web.Public, Limit: web.CheckLimit, Handler: s.Write(check.PickFound)},
		{Method: get, Path: "/check/found", Policy: web.Public, Handler: s.Read(check.Found)},
		{Method: post, Path: "/check/found", Policy: web.Public, Limit: web.CheckLimit, Handler: s.Write(check.SettleFound)},
		{Method: get, Path: "/check/q/:fact", Policy: web.Public, Handler: s.Read(check.Question)},
		{Method: post, Path: "/check/q/:fact", Policy: web.Public, Limit: web.CheckLimit, Handler: s.Write(check.AnswerQuestion)},
		{Method: get, Path: "/check/answers", Policy: web.Public, Handler: s.Read(check.Answers)},
		{Method: get, Path: "/check/results", Policy: web.Public, Handler: s.Read(check.Results)},
		{Method: get, Path: "/check/results/print", Policy: web.Public, Handler: s.Read(check.PrintResults)},
		{Method: post, Path: "/check/forget", Policy: web.Public, Limit: web.CheckLimit, Handler: s.Write(check.Forget)},
		{Method: get, Path: "/check/email", Policy: web.Public, Handler: s.Read(check.Email)},
		{Method: post, Path: "/check/email", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(check.SendEmail)},
		{Method: get, Path: "/check/email/sent", Policy: web.Public, Handler: s.Read(check.EmailSent)},
		{Method: get, Path: "/check/resume", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Read(check.Resume)},
		{Method: post, Path: "/check/resume", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(check.OpenResume)},

		{Method: get, Path: "/signin", Policy: web.Public, Handler: s.Read(public.SignIn)},
		{Method: post, Path: "/signin", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(public.AskSignIn)},
		{Method: get, Path: "/signin/code", Policy: web.Public, Handler: s.Read(public.Code)},
		{Method: post, Path: "/signin/code", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(public.SpendCode)},
		{Method: get, Path: "/signin/link", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Read(public.Link)},
		{Method: post, Path: "/signin/link", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Write(public.SpendLink)},
		{Method: get, Path: "/unsubscribe", Policy: web.Public, Handler: s.Read(reminders.Unsubscribe)},
		// Mail programs post here on behalf of their reader (RFC 8058).
		{Method: post, Path: "/unsubscribe", Policy: web.Public, Handler: s.Write(reminders.StopMails), Cookieless: true},
		{Method: get, Path: "/reminders", Policy: web.SignedIn, Handler: s.Read(reminders.Reminders)},
		{Method: post, Path: "/reminders", Policy: web.SignedIn, Handler: s.Write(reminders.Save)},
		{Method: get, Path: "/reminders/calendar", Policy: web.SignedIn, Handler: s.Read(reminders.ToReminders)},
		{Method: post, Path: "/reminders/calendar", Policy: web.SignedIn, Handler: s.Write(reminders.SaveCalendar)},
		{Method: post, Path: "/signout", Policy: web.SignedIn, Handler: s.Write(public.SignOut)},
		// What the mailed link of an invitation opens; it accepts nothing.
		{Method: get, Path: "/invitation", Policy: web.Public, Limit: web.SignInLimit, Handler: s.Read(organization.Invitation)},
		{Method: get, Path: "/account", Policy: web.SignedIn, Handler: s.Read(organization.Account)},
		{Method: post, Path: "/account", Policy: web.SignedIn, Handler: s.Write(organization.SaveAccount)},
		{Method: post, Path: "/session/stay", Policy: web.SignedIn, Handler: s.Write(public.Stay)},
	}
	for _, name := range public.SupportPages {
		all = append(all, web.Route{Method: get, Path: "/" + strings.ReplaceAll(name, "_", "-"), Policy: web.Public, Cached: true, Handler: s.Read(public.Support(name))})
	}
	return slices.Concat(all, machineRoutes(s), keyRoutes(s), deskRoutes(s), staffRoutes(s))
}

// machineRoutes are the interfaces that any program may read.
func machineRoutes(s *web.Site) []web.Route {
	all := []web.Route{
		machine(get, problem.Path+":code", s.Read(web.ExplainProblem)),
		machine(get, api.Base+"/offerings", s.Read(api.Offerings)),
		machine(get, api.Base+"/offerings/:slug", s.Read(api.Offering)),
		machine(get, api.Base+"/facts", s.Read(api.Facts)),
		machine(get, api.Base+"/openapi.json", s.Read(api.OpenAPI)),
		// Read, since nothing that is posted is stored.
		{Method: post, Path: api.Base + "/screen", Policy: web.Public, Limit: web.CheckLimit, Cookieless: true, Machine: true, Handler: s.Read(api.Screen)},
	}
	return append(all, directoryRoutes(s)...)
}

// directoryRoutes are the API of HSDS, for directories. The POST twins of the lists are reads too.
func directoryRoutes(s *web.Site) []web.Route {
	d := hsds.New()
	return []web.Route{
		machine(get, hsds.Base, s.Read(d.About)),
		machine(get, strings.TrimSuffix(hsds.Base, "/"), s.Read(d.About)),
		machine(get, hsds.Base+"profile", s.Read(d.Profile)),
		machine(get, hsds.Base+"openapi.json", s.Read(d.OpenAPI)),
		machine(get, hsds.Base+"services", s.Read(d.Services)),
		machine(post, hsds.Base+"services", s.Read(d.Services)),
		machine(get, hsds.Base+"services/:id", s.Read(d.Service)),
		machine(get, hsds.Base+"organizations", s.Read(d.Organizations)),
		machine(post, hsds.Base+"organizations", s.Read(d.Organizations)),
		machine(get, hsds.Base+"organizations/:id", s.Read(d.Organization)),
		machine(get, hsds.Base+"taxonomies", s.Read(d.Taxonomies)),
		machine(post, hsds.Base+"taxonomies", s.Read(d.Taxonomies)),
		machine(get, hsds.Base+"taxonomies/:id", s.Read(d.Taxonomy)),
		machine(get, hsds.Base+"taxonomy_terms", s.Read(d.Terms)),
		machine(post, hsds.Base+"taxonomy_terms", s.Read(d.Terms)),
		machine(get, hsds.Base+"taxonomy_terms/:id", s.Read(d.Term)),
		machine(get, hsds.Base+"service_at_locations", s.Read(d.ServicesAtLocations)),
		machine(post, hsds.Base+"service_at_locations", s.Read(d.ServicesAtLocations)),
		machine(get, hsds.Base+"service_at_locations/:id", s.Read(d.ServiceAtLocation)),
	}
}

// keyRoutes are the interfaces that a key opens.
func keyRoutes(s *web.Site) []web.Route {
	const drafts, offering, versions = api.Base + "/drafts", api.Base + "/offerings/:slug", api.Base + "/offerings/:slug/versions"
	return []web.Route{
		keyed(get, versions, key.ReadCatalog, s.Read(api.Versions)),
		keyed(get, versions+"/:number", key.ReadCatalog, s.Read(api.Version)),
		keyed(post, offering+"/clone", key.WriteCatalog, s.Write(api.Clone)),
		keyed(post, offering+"/pause", key.WriteCatalog, s.Write(api.Pause)),
		keyed(post, offering+"/reopen", key.WriteCatalog, s.Write(api.Begin(publishing.Reopen))),
		keyed(post, offering+"/retire", key.WriteCatalog, s.Write(api.Begin(publishing.BeginRetirement))),
		keyed(get, drafts, key.ReadCatalog, s.Read(api.Drafts)),
		keyed(get, drafts+"/:slug", key.ReadCatalog, s.Read(api.Draft)),
		keyed(put, drafts+"/:slug", key.WriteCatalog, s.Write(api.PutDraft)),
		keyed(post, drafts+"/:slug/submit", key.WriteCatalog, s.Write(api.Act(publishing.ActSubmit))),
		keyed(post, drafts+"/:slug/approve", key.WriteCatalog, s.Write(api.Act(publishing.ActApprove))),
		keyed(post, drafts+"/:slug/send-back", key.WriteCatalog, s.Write(api.Act(publishing.ActSendBack))),
		keyed(post, drafts+"/:slug/discard", key.WriteCatalog, s.Write(api.Act(publishing.ActDiscard))),
	}
}

// keyed is a route that a key with a scope opens.
func keyed(method, path string, scope key.Scope, handler fiber.Handler) web.Route {
	return web.Route{Method: method, Path: path, Policy: web.Key(scope), Limit: web.MachineLimit, Cookieless: true, Machine: true, Handler: handler}
}

// machine is a route that any program may read. What it is asked for by GET is kept.
func machine(method, path string, handler fiber.Handler) web.Route {
	return web.Route{Method: method, Path: path, Policy: web.Public, Limit: web.MachineLimit, Cookieless: true, Machine: true, Cached: method == get, Handler: handler}
}

// deskRoutes are the pages of applicants.
func deskRoutes(s *web.Site) []web.Route {
	return []web.Route{
		{Method: get, Path: "/home", Policy: web.Applicant, Handler: s.Read(desk.Home)},
		{Method: get, Path: "/org/new", Policy: web.Applicant, Handler: s.Read(desk.NewOrganization)},
		{Method: post, Path: "/org/new", Policy: web.Applicant, Handler: s.Write(desk.CreateOrganization)},
		{Method: get, Path: "/org", Policy: web.Applicant, Handler: s.Read(organization.Profile)},
		{Method: get, Path: "/org/edit", Policy: web.Applicant, Handler: s.Read(organization.Edit)},
		{Method: get, Path: "/org/edit/:topic", Policy: web.Applicant, Handler: s.Read(organization.Topic)},
		{Method: post, Path: "/org/edit/:topic", Policy: web.Applicant, Handler: s.Write(organization.SaveTopic)},
		{Method: get, Path: "/org/programs", Policy: web.Applicant, Handler: s.Read(organization.Programs)},
		{Method: get, Path: "/org/name", Policy: web.Applicant, Handler: s.Read(organization.Name)},
		{Method: post, Path: "/org/name", Policy: web.Applicant, Handler: s.Write(organization.Rename)},
		{Method: get, Path: "/org/record", Policy: web.Applicant, Handler: s.Read(standing.Record)},
		{Method: post, Path: "/org/record", Policy: web.Applicant, Handler: s.Write(standing.SaveRecord)},
		{Method: get, Path: "/org/differences", Policy: web.Applicant, Handler: s.Read(standing.OfOrganization)},
		{Method: post, Path: "/org/differences", Policy: web.Applicant, Handler: s.Write(standing.SettleOrganization)},
		{Method: get, Path: "/org/choose", Policy: web.Applicant, Handler: s.Read(organization.Choose)},
		{Method: post, Path: "/org/choose", Policy: web.Applicant, Handler: s.Write(organization.Act)},
		{Method: get, Path: "/org/people", Policy: web.Applicant, Handler: s.Read(organization.People)},
		{Method: post, Path: "/org/people", Policy: web.Applicant, Handler: s.Write(organization.Invite)},
		{Method: get, Path: "/org/people/:id", Policy: web.Applicant, Handler: s.Read(organization.Member)},
		{Method: post, Path: "/org/people/:id", Policy: web.Applicant, Handler: s.Write(organization.SetRole)},
		{Method: get, Path: "/org/people/:id/remove", Policy: web.Applicant, Handler: s.Read(organization.AskRemove)},
		{Method: post, Path: "/org/people/:id/remove", Policy: web.Applicant, Handler: s.Write(organization.Remove)},
		{Method: get, Path: "/org/leave", Policy: web.Applicant, Handler: s.Read(organization.AskLeave)},
		{Method: post, Path: "/org/leave", Policy: web.Applicant, Handler: s.Write(organization.Leave)},
		{Method: get, Path: "/org/invitations/:id", Policy: web.Applicant, Handler: s.Read(organization.Sent)},
		{Method: post, Path: "/org/invitations/:id", Policy: web.Applicant, Handler: s.Write(organization.Settle)},
		{Method: get, Path: "/invitation/:id", Policy: web.Applicant, Handler: s.Read(organization.Invited)},
		{Method: post, Path: "/invitation/:id", Policy: web.Applicant, Handler: s.Write(organization.AnswerInvitation)},

		{Method: get, Path: "/applications", Policy: web.Applicant, Handler: s.Read(desk.Applications)},
		// Open to strangers: their choice is remembered while they sign in.
		{Method: post, Path: "/applications", Policy: web.Public, Limit: web.CheckLimit, Handler: s.Write(desk.Start)},
		{Method: get, Path: "/applications/new", Policy: web.Applicant, Handler: s.Read(desk.New)},
		{Method: get, Path: "/applications/:id", Policy: web.Applicant, Handler: s.Read(desk.Application)},
		{Method: get, Path: "/applications/:id/org", Policy: web.Applicant, Handler: s.Read(desk.Facts)},
		{Method: post, Path: "/applications/:id/org", Policy: web.Applicant, Handler: s.Write(desk.SaveFacts)},
		{Method: get, Path: "/applications/:id/differences", Policy: web.Applicant, Handler: s.Read(standing.OfApplication)},
		{Method: post, Path: "/applications/:id/differences", Policy: web.Applicant, Handler: s.Write(standing.SettleApplication)},
		{Method: get, Path: "/applications/:id/p/:slug", Policy: web.Applicant, Handler: s.Read(desk.Item)},
		{Method: post, Path: "/applications/:id/p/:slug", Policy: web.Applicant, Handler: s.Write(desk.SaveAnswers)},
		{Method: get, Path: "/applications/:id/p/:slug/answer", Policy: web.Applicant, Handler: s.Read(desk.ToItem)},
		{Method: post, Path: "/applications/:id/p/:slug/answer", Policy: web.Applicant, Handler: s.Write(desk.Answer)},
		{Method: get, Path: "/applications/:id/p/:slug/message", Policy: web.Applicant, Handler: s.Read(desk.ToItem)},
		{Method: post, Path: "/applications/:id/p/:slug/message", Policy: web.Applicant, Handler: s.Write(desk.Message)},
		{Method: get, Path: "/applications/:id/p/:slug/withdraw", Policy: web.Applicant, Handler: s.Read(desk.AskWithdraw)},
		{Method: post, Path: "/applications/:id/p/:slug/withdraw", Policy: web.Applicant, Handler: s.Write(desk.Withdraw)},
		{Method: get, Path: "/applications/:id/p/:slug/print", Policy: web.Applicant, Handler: s.Read(elsewhere.Print)},
		{Method: get, Path: "/applications/:id/p/:slug/packet.txt", Policy: web.Applicant, Handler: s.Read(elsewhere.Download)},
		{Method: get, Path: "/applications/:id/p/:slug/stage", Policy: web.Applicant, Handler: s.Read(elsewhere.AskStage)},
		{Method: post, Path: "/applications/:id/p/:slug/stage", Policy: web.Applicant, Handler: s.Write(elsewhere.ReportStage)},
		{Method: get, Path: "/applications/:id/p/:slug/undo", Policy: web.Applicant, Handler: s.Read(elsewhere.Back)},
		{Method: post, Path: "/applications/:id/p/:slug/undo", Policy: web.Applicant, Handler: s.Write(elsewhere.Undo)},
		{Method: get, Path: "/applications/:id/p/:slug/papers", Policy: web.Applicant, Handler: s.Read(elsewhere.Back)},
		{Method: post, Path: "/applications/:id/p/:slug/papers", Policy: web.Applicant, Handler: s.Write(elsewhere.SavePapers)},
		{Method: get, Path: "/applications/:id/p/:slug/way", Policy: web.Applicant, Handler: s.Read(elsewhere.Back)},
		{Method: post, Path: "/applications/:id/p/:slug/way", Policy: web.Applicant, Handler: s.Write(elsewhere.ChooseWay)},
		{Method: get, Path: "/applications/:id/print", Policy: web.Applicant, Handler: s.Read(desk.Print)},
		{Method: get, Path: "/applications/:id/check", Policy: web.Applicant, Handler: s.Read(desk.Check)},
		{Method: get, Path: "/applications/:id/submit", Policy: web.Applicant, Handler: s.Read(desk.ToCheck)},
		{Method: post, Path: "/applications/:id/submit", Policy: web.Applicant, Handler: s.Write(desk.Submit)},
		{Method: get, Path: "/applications/:id/sent", Policy: web.Applicant, Handler: s.Read(desk.Sent)},

		{Method: get, Path: "/access", Policy: web.Applicant, Handler: s.Read(grant.Accesses)},
		{Method: get, Path: "/access/:id", Policy: web.Applicant, Handler: s.Read(grant.Access)},
		{Method: get, Path: "/access/:id/end", Policy: web.Applicant, Handler: s.Read(grant.AskEnd)},
		{Method: post, Path: "/access/:id/end", Policy: web.Applicant, Handler: s.Write(grant.End)},
		{Method: get, Path: "/access/:id/renew", Policy: web.Applicant, Handler: s.Read(grant.AskRenewal)},
		{Method: post, Path: "/access/:id/renew", Policy: web.Applicant, Handler: s.Write(grant.Renew)},
		{Method: get, Path: "/access/:id/people", Policy: web.Applicant, Handler: s.Read(grant.People)},
		{Method: post, Path: "/access/:id/people", Policy: web.Applicant, Handler: s.Write(grant.NamePerson)},
		{Method: get, Path: "/access/:id/people/remove", Policy: web.Applicant, Handler: s.Read(grant.ToPeople)},
		{Method: post, Path: "/access/:id/people/remove", Policy: web.Applicant, Handler: s.Write(grant.RemovePerson)},
	}
}

// staffRoutes are the pages of those who run the desk.
func staffRoutes(s *web.Site) []web.Route {
	return []web.Route{
		{Method: get, Path: "/staff", Policy: web.Staff, Handler: s.Read(staff.Start)},
		{Method: get, Path: "/staff/review", Policy: web.Staff, Handler: s.Read(staff.Queue)},
		{Method: get, Path: "/staff/review/:id", Policy: web.Staff, Handler: s.Read(staff.Case)},
		{Method: post, Path: "/staff/review/:id/assign", Policy: web.Manager, Handler: s.Write(staff.Assign)},
		{Method: post, Path: "/staff/review/:id/note", Policy: web.Manager, Handler: s.Write(staff.Note)},
		{Method: post, Path: "/staff/review/:id/decision", Policy: web.Manager, Handler: s.Write(staff.Decide)},
		{Method: get, Path: "/staff/access", Policy: web.Staff, Handler: s.Read(grant.List)},
		{Method: get, Path: "/staff/access/:id", Policy: web.Staff, Handler: s.Read(grant.Decision)},
		{Method: get, Path: "/staff/access/:id/decision", Policy: web.Staff, Handler: s.Read(grant.ToDecision)},
		{Method: post, Path: "/staff/access/:id/decision", Policy: web.Manager, Handler: s.Write(grant.Decide)},

		{Method: get, Path: "/staff/impact", Policy: web.Staff, Handler: s.Read(reach.Programs)},
		{Method: get, Path: "/staff/impact/:slug.csv", Policy: web.Staff, Handler: s.Read(reach.Sheet)},
		{Method: get, Path: "/staff/impact/:slug", Policy: web.Staff, Handler: s.Read(reach.Program)},

		{Method: get, Path: "/staff/reports", Policy: web.Staff, Handler: s.Read(report.Reports)},
		{Method: get, Path: "/staff/reports/:report.csv", Policy: web.Staff, Handler: s.Read(report.Sheet)},
		{Method: get, Path: "/staff/catalog", Policy: web.Staff, Handler: s.Read(editor.Catalog)},
		{Method: get, Path: "/staff/questions", Policy: web.Staff, Handler: s.Read(bank.List)},
		{Method: get, Path: "/staff/questions/new", Policy: web.Manager, Handler: s.Read(bank.New)},
		{Method: post, Path: "/staff/questions/new", Policy: web.Manager, Handler: s.Write(bank.Create)},
		{Method: get, Path: "/staff/questions/:id", Policy: web.Staff, Handler: s.Read(bank.Show)},
		{Method: post, Path: "/staff/questions/:id", Policy: web.Manager, Handler: s.Write(bank.Save)},
		{Method: get, Path: "/staff/catalog/new", Policy: web.Manager, Handler: s.Read(editor.New)},
		{Method: post, Path: "/staff/catalog/new", Policy: web.Manager, Handler: s.Write(editor.Create)},
		{Method: get, Path: "/staff/catalog/:slug", Policy: web.Staff, Handler: s.Read(editor.Overview)},
		{Method: get, Path: "/staff/catalog/:slug/versions/:number", Policy: web.Staff, Handler: s.Read(editor.Version)},
		{Method: get, Path: "/staff/catalog/:slug/draft", Policy: web.Staff, Handler: s.Read(editor.ToOverview)},
		{Method: post, Path: "/staff/catalog/:slug/draft", Policy: web.Manager, Handler: s.Write(editor.Begin)},
		{Method: get, Path: "/staff/catalog/:slug/pause", Policy: web.Staff, Handler: s.Read(editor.ToOverview)},
		{Method: post, Path: "/staff/catalog/:slug/pause", Policy: web.Manager, Handler: s.Write(editor.Pause)},
		{Method: get, Path: "/staff/catalog/:slug/text", Policy: web.Staff, Handler: s.Read(editor.Edit("text"))},
		{Method: post, Path: "/staff/catalog/:slug/text", Policy: web.Manager, Handler: s.Write(editor.Save("text"))},
		{Method: get, Path: "/staff/catalog/:slug/rules", Policy: web.Staff, Handler: s.Read(rules.Rules)},
		{Method: post, Path: "/staff/catalog/:slug/rules", Policy: web.Manager, Handler: s.Write(rules.Save)},
		{Method: get, Path: "/staff/catalog/:slug/examples", Policy: web.Staff, Handler: s.Read(editor.Examples)},
		{Method: post, Path: "/staff/catalog/:slug/examples", Policy: web.Manager, Handler: s.Write(editor.SaveExamples)},
		{Method: get, Path: "/staff/catalog/:slug/questions", Policy: web.Staff, Handler: s.Read(editor.Edit("questions"))},
		{Method: post, Path: "/staff/catalog/:slug/questions", Policy: web.Manager, Handler: s.Write(editor.Save("questions"))},
		{Method: get, Path: "/staff/catalog/:slug/window", Policy: web.Staff, Handler: s.Read(editor.Edit("window"))},
		{Method: post, Path: "/staff/catalog/:slug/window", Policy: web.Manager, Handler: s.Write(editor.Save("window"))},
		{Method: get, Path: "/staff/catalog/:slug/sources", Policy: web.Staff, Handler: s.Read(editor.Edit("sources"))},
		{Method: post, Path: "/staff/catalog/:slug/sources", Policy: web.Manager, Handler: s.Write(editor.Save("sources"))},
		{Method: get, Path: "/staff/catalog/:slug/preview", Policy: web.Staff, Handler: s.Read(editor.Preview)},
		{Method: get, Path: "/staff/catalog/:slug/publish", Policy: web.Staff, Handler: s.Read(editor.Publish)},
		{Method: post, Path: "/staff/catalog/:slug/publish", Policy: web.Manager, Handler: s.Write(editor.Decide)},

		{Method: get, Path: "/staff/listings", Policy: web.Staff, Handler: s.Read(staff.Listings)},
		{Method: get, Path: "/staff/listings/reports/:id", Policy: web.Staff, Handler: s.Read(staff.Report)},
		{Method: post, Path: "/staff/listings/reports/:id", Policy: web.Manager, Handler: s.Write(staff.ActOnReport)},
		{Method: get, Path: "/staff/listings/providers/:slug", Policy: web.Staff, Handler: s.Read(staff.Provider)},
		{Method: post, Path: "/staff/listings/providers/:slug", Policy: web.Manager, Handler: s.Write(staff.Confirm)},
		{Method: get, Path: "/staff/listings/providers/:slug/notice", Policy: web.Staff, Handler: s.Read(staff.NewNotice)},
		{Method: post, Path: "/staff/listings/providers/:slug/notice", Policy: web.Manager, Handler: s.Write(staff.WriteNotice)},
		{Method: get, Path: "/staff/listings/notices/:id", Policy: web.Staff, Handler: s.Read(staff.Notice)},
		{Method: post, Path: "/staff/listings/notices/:id", Policy: web.Manager, Handler: s.Write(staff.ChangeNotice)},
	}
}

// healthy says that the process answers.
func healthy(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString("ok\n")
}

// readyToRead is the answer of /readyz when pages can be read, but nothing can be stored. Its status is 200 all the same: a
// proxy that took the desk away would take the reading with it. Whoever watches the desk compares with "ready".
const readyToRead = "ready to read, nothing can be stored\n"

// ready says whether requests can be served: the database answers and its schema fits. It writes nothing.
func ready(s *web.Site) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		if err := s.DB.Ready(c.UserContext()); err != nil {
			s.Log.Warn("not ready", "error", err)
			return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
		}
		if err := s.DB.Storing(); err != nil {
			s.Log.Warn("ready to read only", "error", err)
			return c.SendString(readyToRead)
		}
		return c.SendString("ready\n")
	}
}
