package ui_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/ui"
	"accessdesk/ui/web"
)

// place is where a route stands in the world: its address filled with real ids, and how it answers those whom its
// policy lets in.
type place struct {
	// address is the route with ids of the first organization or its sister.
	address func(*world) string
	// others are further addresses of the same page that show it in another state.
	others func(*world) []string
	// second are those of the others that look like another page; every run looks at them in a browser.
	second func(*world) []string
	// plain marks what is no page: health and static files.
	plain bool
	// status is the answer of a GET: 200 unless set.
	status int
	// to is where a GET that is a redirect (303) leads; "" for everything else.
	to func(*world) string
	// needs is the right in the organization without which a GET leads back, and a POST is refused.
	needs account.Right
	back  string
	// ofMember marks a page for people who act for an organization: others are led to make one.
	ofMember bool
	// known are the applicants who know the thing, if it is not those of the first organization.
	known []role
	// shows: a POST answers with a page, because it shows what is shown once.
	shows bool
	// signedIn is where somebody who is signed in is led instead of seeing the page.
	signedIn bool
}

// fixed is the address of a page without ids.
func fixed(address string) func(*world) string { return func(*world) string { return address } }

// addresses lists several addresses.
func addresses(all ...string) func(*world) []string { return func(*world) []string { return all } }

func (w *world) item(state broker.State) string {
	item := w.cases[state]
	return "/applications/" + item.ApplicationID + "/p/" + item.Slug
}

func (w *world) application() string { return "/applications/" + w.draft.ID }

func (w *world) caseOf(state broker.State) string { return "/staff/review/" + w.cases[state].ID }

// atlas has a place for every path of the route table. A path that is missing here fails TestAtlas.
var atlas = map[string]place{
	"/healthz":     {address: fixed("/healthz"), plain: true},
	"/readyz":      {address: fixed("/readyz"), plain: true},
	"/favicon.svg": {address: fixed("/favicon.svg"), plain: true},
	"/static/*":    {address: styleSheet, plain: true},

	"/problems/:code": {address: fixed("/problems/parameters"), plain: true},

	"/feed.atom":                {address: fixed("/feed.atom?lang=en"), plain: true},
	"/feed/:sector.atom":        {address: fixed("/feed/health.atom?lang=en"), others: everyFeed, plain: true},
	"/calendar/programs.ics":    {address: fixed("/calendar/programs.ics?lang=en"), plain: true},
	"/calendar/:token.ics":      {address: func(w *world) string { return w.calendar }, plain: true},
	"/sitemap.xml":              {address: fixed("/sitemap.xml?lang=en"), plain: true},
	"/robots.txt":               {address: fixed("/robots.txt"), plain: true},
	"/.well-known/security.txt": {address: fixed("/.well-known/security.txt"), plain: true},

	"/hsds/":                         {address: fixed("/hsds/"), plain: true},
	"/hsds":                          {address: fixed("/hsds"), plain: true},
	"/hsds/profile":                  {address: fixed("/hsds/profile"), plain: true},
	"/hsds/openapi.json":             {address: fixed("/hsds/openapi.json"), plain: true},
	"/hsds/services":                 {address: fixed("/hsds/services"), others: addresses("/hsds/services?search=scan&full=true", "/hsds/services?format=ndjson&minimal=true"), plain: true},
	"/hsds/services/:id":             {address: fixed("/hsds/services/" + hsds.ServiceID(modelProgram)), plain: true},
	"/hsds/organizations":            {address: fixed("/hsds/organizations"), others: addresses("/hsds/organizations?full_service=true"), plain: true},
	"/hsds/organizations/:id":        {address: fixed("/hsds/organizations/" + hsds.OrganizationID("cisa")), plain: true},
	"/hsds/taxonomies":               {address: fixed("/hsds/taxonomies"), plain: true},
	"/hsds/taxonomies/:id":           {address: fixed("/hsds/taxonomies/" + hsds.TaxonomyID("kind")), plain: true},
	"/hsds/taxonomy_terms":           {address: fixed("/hsds/taxonomy_terms"), others: addresses("/hsds/taxonomy_terms?top_only=true"), plain: true},
	"/hsds/taxonomy_terms/:id":       {address: fixed("/hsds/taxonomy_terms/" + hsds.TermID("kind", "scanning")), plain: true},
	"/hsds/service_at_locations":     {address: fixed("/hsds/service_at_locations"), plain: true},
	"/hsds/service_at_locations/:id": {address: fixed("/hsds/service_at_locations/" + hsds.ServiceID(modelProgram)), plain: true, status: http.StatusNotFound},

	"/": {address: fixed("/")},
	"/programs": {address: fixed("/programs"), others: addresses("/programs?sector=health", "/programs?sector=drinking_water&kind=model_access",
		"/programs?q=scaning&kind=scanning&kind=training&status=open", "/programs?kind=domain&cost=match&q=water", "/programs?sector=nonsense"),
		second: addresses("/programs?kind=domain&cost=match&q=water", "/programs?fits=1")},
	"/programs/:slug":             {address: fixed("/programs/" + modelProgram), others: everyProgram},
	"/programs/:slug/follow":      {address: fixed("/programs/" + modelProgram + "/follow")},
	"/programs/:slug/report":      {address: fixed("/programs/" + emailProgram + "/report")},
	"/programs/:slug/report/sent": {address: fixed("/programs/" + emailProgram + "/report/sent")},
	"/searches/new":               {address: fixed("/searches/new?kind=scanning&q=scan"), others: addresses("/searches/new?kind=model_access")},
	"/follow":                     {address: func(w *world) string { return w.follow }},
	"/follow/sent":                {address: fixed("/follow/sent")},
	"/definitions":                {address: fixed("/definitions")},
	"/order":                      {address: fixed("/order")},
	"/under-attack":               {address: fixed("/under-attack")},
	"/help":                       {address: fixed("/help")},
	"/privacy":                    {address: fixed("/privacy")},
	"/accessibility":              {address: fixed("/accessibility")},
	"/how-we-decide":              {address: fixed("/how-we-decide")},
	"/contact":                    {address: fixed("/contact")},

	"/check": {address: fixed("/check"), others: addresses("/check?from=answers")},
	"/check/find": {address: fixed("/check/find"), others: addresses("/check/find?q=sampleton", "/check/find?q=nowhere"),
		second: addresses("/check/find?q=sampleton", "/check/find?q=nowhere")},
	"/check/found":         {address: fixed("/check/found")},
	"/check/q/:fact":       {address: fixed("/check/q/population_served"), others: everyQuestion},
	"/check/answers":       {address: fixed("/check/answers")},
	"/check/results":       {address: fixed("/check/results")},
	"/check/results/print": {address: fixed("/check/results/print")},
	"/check/forget":        {address: fixed("/check/forget")},
	"/check/email":         {address: fixed("/check/email")},
	"/check/email/sent":    {address: fixed("/check/email/sent")},
	"/check/resume":        {address: func(w *world) string { return w.resume }},

	"/signin":             {address: fixed("/signin"), others: addresses("/signin?next=/home"), signedIn: true},
	"/signin/code":        {address: fixed("/signin/code"), signedIn: true},
	"/signin/link":        {address: func(w *world) string { return w.signin }},
	"/unsubscribe":        {address: func(w *world) string { return w.stop }, others: addresses("/unsubscribe", "/unsubscribe?token=unknown")},
	"/reminders":          {address: fixed("/reminders")},
	"/reminders/calendar": {address: fixed("/reminders/calendar"), to: fixed("/reminders"), shows: true},

	"/signout":      {address: fixed("/signout")},
	"/session/stay": {address: fixed("/session/stay")},

	"/home":     {address: fixed("/home")},
	"/org/new":  {address: fixed("/org/new")},
	"/org":      {address: fixed("/org"), ofMember: true},
	"/org/edit": {address: fixed("/org/edit"), ofMember: true, needs: account.EditProfile, back: "/org"},
	"/org/edit/:topic": {address: fixed("/org/edit/basics"), others: everyTopic, second: addresses("/org/edit/dates"), ofMember: true,
		needs: account.EditProfile, back: "/org", known: []role{owner, editor, reader, outsider}},
	"/org/name":     {address: fixed("/org/name"), ofMember: true, needs: account.Manage, back: "/org"},
	"/org/programs": {address: fixed("/org/programs"), ofMember: true, others: func(w *world) []string { return []string{"/org/programs?organization=" + w.org.ID} }},
	"/org/record": {address: fixed("/org/record"), ofMember: true, others: addresses("/org/record?q=example", "/org/record?q=nothing-of-this-name"),
		second: addresses("/org/record?q=example")},
	"/org/differences": {address: fixed("/org/differences"), ofMember: true},
	"/org/choose":      {address: fixed("/org/choose"), ofMember: true},
	"/org/people":      {address: fixed("/org/people"), ofMember: true},
	"/org/people/:id": {address: func(w *world) string { return "/org/people/" + w.people[editor].ID }, ofMember: true, needs: account.Manage, back: "/org/people",
		others: func(w *world) []string { return []string{"/org/people/" + w.people[owner].ID} }},
	"/org/people/:id/remove": {address: func(w *world) string { return "/org/people/" + w.people[editor].ID + "/remove" }, ofMember: true, needs: account.Manage, back: "/org/people"},
	"/org/leave":             {address: fixed("/org/leave"), ofMember: true},
	"/org/invitations/:id": {address: func(w *world) string { return "/org/invitations/" + w.invited.ID }, ofMember: true, needs: account.Manage, back: "/org/people",
		others: func(w *world) []string { return []string{"/org/invitations/" + w.lapsed.ID} }},
	"/invitation":     {address: func(w *world) string { return w.invitation }},
	"/invitation/:id": {address: func(w *world) string { return "/invitation/" + w.invited.ID }, known: []role{newcomer}},
	"/account":        {address: fixed("/account")},

	"/applications":         {address: fixed("/applications")},
	"/applications/new":     {address: fixed("/applications/new")},
	"/applications/:id":     {address: (*world).application, others: applicationsInEachState},
	"/applications/:id/org": {address: under((*world).application, "/org")},
	"/applications/:id/p/:slug": {address: func(w *world) string { return w.item(broker.Draft) }, others: itemsInEachState,
		second: func(w *world) []string {
			return append([]string{w.item(broker.NeedsInfo), w.item(broker.Declined)}, packetsThatDiffer(w)...)
		}},
	"/applications/:id/p/:slug/answer": {address: func(w *world) string { return w.item(broker.NeedsInfo) + "/answer" },
		to: func(w *world) string { return w.item(broker.NeedsInfo) }},
	"/applications/:id/p/:slug/message": {address: func(w *world) string { return w.item(broker.InReview) + "/message" },
		to: func(w *world) string { return w.item(broker.InReview) }},
	"/applications/:id/differences": {address: under((*world).application, "/differences")},
	"/applications/:id/print": {address: under((*world).application, "/print"), others: func(w *world) []string {
		var all []string
		for _, state := range broker.States() {
			all = append(all, "/applications/"+w.cases[state].ApplicationID+"/print")
		}
		return all
	}},
	"/applications/:id/p/:slug/withdraw": {address: func(w *world) string { return w.item(broker.Submitted) + "/withdraw" },
		others: func(w *world) []string { return []string{w.item(broker.Draft) + "/withdraw"} }},
	"/applications/:id/p/:slug/print":      {address: func(w *world) string { return w.packet(emailProgram) + "/print" }, others: packetsInEachState("/print")},
	"/applications/:id/p/:slug/packet.txt": {address: func(w *world) string { return w.packet(emailProgram) + "/packet.txt" }, others: packetsInEachState("/packet.txt"), plain: true},
	"/applications/:id/p/:slug/stage":      {address: func(w *world) string { return w.packet(emailProgram) + "/stage?act=send" }, others: everyReport},
	"/applications/:id/p/:slug/undo":       backToPacket("/undo"),
	"/applications/:id/p/:slug/papers":     backToPacket("/papers"),
	"/applications/:id/p/:slug/way":        backToPacket("/way"),
	"/applications/:id/check":              {address: under((*world).application, "/check")},
	"/applications/:id/submit":             {address: under((*world).application, "/submit"), to: under((*world).application, "/check")},
	"/applications/:id/sent":               {address: func(w *world) string { return "/applications/" + w.cases[broker.Submitted].ApplicationID + "/sent" }},

	"/access": {address: fixed("/access")},
	"/access/:id": {address: activeGrant, others: grantsInEachState("/access/"),
		second: func(w *world) []string {
			return []string{"/access/" + w.grants[access.Suspended].ID, "/access/" + w.asked.ID}
		}},
	"/access/:id/end": {address: under(activeGrant, "/end"), others: func(w *world) []string {
		return []string{"/access/" + w.grants[access.Pending].ID + "/end", "/access/" + w.grants[access.Suspended].ID + "/end"}
	}},
	"/access/:id/renew":         {address: func(w *world) string { return "/access/" + w.ending.ID + "/renew" }},
	"/access/:id/people":        {address: under(activeGrant, "/people"), others: func(w *world) []string { return []string{"/access/" + w.grants[access.Ended].ID + "/people"} }},
	"/access/:id/people/remove": {address: under(activeGrant, "/people/remove"), to: under(activeGrant, "/people")},

	"/staff": {address: fixed("/staff"), to: fixed("/staff/review")},
	"/staff/review": {address: fixed("/staff/review"), others: addresses("/staff/review?status=new", "/staff/review?status=decided&sort=organization",
		"/staff/review?program="+scanProgram+"&status=needs_info", "/staff/review?sort=nonsense&status=nonsense&program=nonsense")},
	"/staff/review/:id": {address: func(w *world) string { return w.caseOf(broker.InReview) }, others: casesInEachState,
		second: func(w *world) []string { return []string{"/staff/review/" + w.theirs[broker.NeedsInfo].ID} }},
	"/staff/review/:id/assign":   {address: func(w *world) string { return w.caseOf(broker.Submitted) + "/assign" }},
	"/staff/review/:id/note":     {address: func(w *world) string { return w.caseOf(broker.InReview) + "/note" }},
	"/staff/review/:id/decision": {address: func(w *world) string { return w.caseOf(broker.InReview) + "/decision" }},
	"/staff/access": {address: fixed("/staff/access"), others: addresses("/staff/access?state=suspended", "/staff/access?ending=1&renewal=1&program="+modelProgram,
		"/staff/access?state=nonsense&program=nonsense&page=nonsense", "/staff/access?page=7"), second: addresses("/staff/access?state=revoked&ending=1")},
	"/staff/access/:id":  {address: staffGrant, others: grantsInEachState("/staff/access/"), second: func(w *world) []string { return []string{"/staff/access/" + w.asked.ID} }},
	"/staff/catalog":     {address: fixed("/staff/catalog"), others: addresses("/staff/catalog?q=demo&kind=scanning", "/staff/catalog?q=nothing+like+it")},
	"/staff/catalog/new": {address: fixed("/staff/catalog/new"), others: addresses("/staff/catalog/new?from=" + modelProgram)},
	"/staff/questions":   {address: fixed("/staff/questions"), others: addresses("/staff/questions?state=retired", "/staff/questions?q=nothing+like+it&type=money", "/staff/questions?q=work")},
	"/staff/questions/new": {address: fixed("/staff/questions/new"), others: addresses("/staff/questions/new?type=several", "/staff/questions/new?type=date", "/staff/questions/new?type=text"),
		second: addresses("/staff/questions/new?type=several")},
	"/staff/questions/:id":                  {address: fixed("/staff/questions/" + usedQuestion), others: addresses("/staff/questions/" + retiredQuestion), second: addresses("/staff/questions/" + retiredQuestion)},
	"/staff/catalog/:slug":                  {address: fixed("/staff/catalog/" + draftedProgram), others: curated("")},
	"/staff/catalog/:slug/versions/:number": {address: fixed("/staff/catalog/" + draftedProgram + "/versions/1")},
	"/staff/catalog/:slug/draft":            {address: fixed("/staff/catalog/" + draftedProgram + "/draft"), to: fixed("/staff/catalog/" + draftedProgram)},
	"/staff/catalog/:slug/pause":            {address: fixed("/staff/catalog/" + draftedProgram + "/pause"), to: fixed("/staff/catalog/" + draftedProgram)},
	"/staff/catalog/:slug/text":             {address: fixed("/staff/catalog/" + draftedProgram + "/text"), others: curated("/text")},
	"/staff/catalog/:slug/rules":            {address: fixed("/staff/catalog/" + draftedProgram + "/rules"), others: curated("/rules"), second: addresses("/staff/catalog/" + begunProgram + "/rules")},
	"/staff/catalog/:slug/examples":         {address: fixed("/staff/catalog/" + draftedProgram + "/examples"), others: curated("/examples")},
	"/staff/catalog/:slug/questions":        {address: fixed("/staff/catalog/" + draftedProgram + "/questions"), others: curated("/questions")},
	"/staff/catalog/:slug/window":           {address: fixed("/staff/catalog/" + draftedProgram + "/window"), others: curated("/window")},
	"/staff/catalog/:slug/sources":          {address: fixed("/staff/catalog/" + draftedProgram + "/sources"), others: curated("/sources")},
	"/staff/catalog/:slug/preview":          {address: fixed("/staff/catalog/" + draftedProgram + "/preview"), others: curated("/preview")},
	"/staff/catalog/:slug/publish": {address: fixed("/staff/catalog/" + draftedProgram + "/publish"),
		others: addresses("/staff/catalog/"+reviewProgram+"/publish", "/staff/catalog/"+begunProgram+"/publish"), second: addresses("/staff/catalog/" + reviewProgram + "/publish")},
	"/staff/impact": {address: fixed("/staff/impact")},
	"/staff/impact/:slug": {address: fixed("/staff/impact/ms-isac"), others: addresses("/staff/impact/ms-isac?criterion=public-body", "/staff/impact/ms-isac"+reachTrial),
		second: addresses("/staff/impact/ms-isac" + reachTrial)},
	"/staff/impact/:slug.csv": {address: fixed("/staff/impact/ms-isac.csv"), others: addresses("/staff/impact/ms-isac.csv" + reachTrial), plain: true},
	"/staff/reports": {address: fixed("/staff/reports"), others: addresses("/staff/reports?period=month&sector=electric&language=es", "/staff/reports?program="+modelProgram+"&period=all",
		"/staff/reports?period=nonsense&program=nonsense&sector=nonsense&language=nonsense", "/staff/reports?period=last"), second: addresses("/staff/reports?period=last")},
	"/staff/reports/:report.csv": {address: fixed("/staff/reports/rules.csv"), others: addresses("/staff/reports/states.csv?period=month"), plain: true},
	"/staff/listings":            {address: fixed("/staff/listings")},
	"/staff/listings/reports/:id": {address: func(w *world) string { return "/staff/listings/reports/" + w.upkeep.reported },
		others: func(w *world) []string {
			return []string{"/staff/listings/reports/" + w.upkeep.answered, "/staff/listings/reports/" + w.upkeep.own, "/staff/listings/reports/" + w.upkeep.settled}
		},
		second: func(w *world) []string { return []string{"/staff/listings/reports/" + w.upkeep.answered} }},
	"/staff/listings/providers/:slug":        {address: fixed("/staff/listings/providers/cisa"), others: addresses("/staff/listings/providers/example-institute")},
	"/staff/listings/providers/:slug/notice": {address: fixed("/staff/listings/providers/cisa/notice")},
	"/staff/listings/notices/:id": {address: func(w *world) string { return "/staff/listings/notices/" + w.upkeep.notice.ID },
		others: func(w *world) []string {
			return []string{"/staff/listings/notices/" + w.upkeep.over.ID, "/staff/listings/notices/" + w.upkeep.ahead.ID}
		},
		second: func(w *world) []string { return []string{"/staff/listings/notices/" + w.upkeep.over.ID} }},
	"/staff/access/:id/decision": {address: under(staffGrant, "/decision"), to: staffGrant},
}

func activeGrant(w *world) string { return "/access/" + w.grants[access.Active].ID }

func staffGrant(w *world) string { return "/staff/access/" + w.grants[access.Active].ID }

// under is an address below another.
func under(base func(*world) string, rest string) func(*world) string {
	return func(w *world) string { return base(w) + rest }
}

// styleSheet reads the address of the style sheet from the start page, as a browser does.
func styleSheet(w *world) string {
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Host = "127.0.0.1:8080"
	response, err := w.app.Test(request, -1)
	if err != nil {
		return ""
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(body), `<link rel="stylesheet" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	return address
}

func everyFeed(w *world) (all []string) {
	fact, _ := w.desk.Vocabulary.Fact("sector")
	for _, sector := range fact.Values {
		all = append(all, "/feed/"+sector.Value+".atom?lang=es")
	}
	return all
}

func everyProgram(w *world) (all []string) {
	for _, o := range w.offerings {
		all = append(all, "/programs/"+o.Slug)
	}
	return all
}

// everyQuestion lists the pages of the check's questions. Those that stand on the first page lead there.
func everyQuestion(w *world) (all []string) {
	for _, fact := range w.desk.Vocabulary.Facts() {
		if fact.Ask == eligibility.AskCheck && fact.ID != eligibility.SectorFact && fact.ID != eligibility.AdditionalSectorsFact {
			all = append(all, "/check/q/"+string(fact.ID))
		}
	}
	return append(all, "/check/q/static_public_ips?from=results", "/check/q/has_ot?from=answers")
}

// everyTopic lists the parts of the profile that a water system has.
func everyTopic(*world) (all []string) {
	for _, topic := range []string{"size", "contacts", "numbers", "systems", "terms", "water", "dates"} {
		all = append(all, "/org/edit/"+topic)
	}
	return all
}

func applicationsInEachState(w *world) (all []string) {
	for _, state := range broker.States() {
		all = append(all, "/applications/"+w.cases[state].ApplicationID)
	}
	return all
}

func itemsInEachState(w *world) (all []string) {
	for _, state := range broker.States() {
		all = append(all, w.item(state))
	}
	all = append(all, w.application()+"/p/"+scanProgram+"?told=1", w.item(broker.Draft)+"?told=1")
	return append(all, packetsInEachState("")(w)...)
}

func casesInEachState(w *world) (all []string) {
	all = append(all, "/staff/review/"+w.theirs[broker.NeedsInfo].ID)
	for _, state := range broker.States() {
		if state != broker.Draft && !w.cases[state].Submitted.IsZero() {
			all = append(all, w.caseOf(state))
		}
	}
	return all
}

func grantsInEachState(base string) func(*world) []string {
	return func(w *world) []string {
		all := []string{base + w.ending.ID, base + w.asked.ID, base + w.refused.ID, base + w.givenUp.ID}
		for _, state := range access.States() {
			all = append(all, base+w.grants[state].ID)
		}
		return all
	}
}

// foreign fills a path with ids that do not exist.
func foreign(path string) string {
	return strings.NewReplacer(":id", data.NewID(), ":slug", "no-such-program", ":fact", "no_such_fact", ":topic", "no-such-topic", ":sector", "no_such_sector", ":token", "no-such-token").Replace(path)
}

// hasID tells whether a path leads to a thing of its own.
func hasID(path string) bool { return strings.Contains(path, ":") }

// pages lists the GET routes that answer with a page.
func pages(routes []web.Route) []web.Route {
	return slices.DeleteFunc(slices.Clone(routes), func(r web.Route) bool { return r.Method != http.MethodGet || atlas[r.Path].plain })
}

// someRole is a role that a policy lets in, the plainest one first.
func someRole(p web.Policy, w *world) role {
	if p.Public() {
		return stranger
	}
	for _, as := range []role{owner, manager} {
		if p.Allows(w.people[as]) {
			return as
		}
	}
	return administrator
}

// TestAtlas holds that every route has a place, that no place is left over, and that each route has a policy.
func TestAtlas(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	known := map[string]bool{}
	for _, route := range ui.Routes(w.site) {
		known[route.Path] = true
		if _, ok := atlas[route.Path]; !ok {
			t.Errorf("the route %s %s has no place in the atlas: no test opens it", route.Method, route.Path)
		}
		if route.Policy.Name == "" {
			t.Errorf("the route %s %s has no policy", route.Method, route.Path)
		}
	}
	for path := range atlas {
		if !known[path] {
			t.Errorf("the atlas has %s, which is no route", path)
		}
	}
	if !strings.HasPrefix(styleSheet(w), "/static/") {
		t.Errorf("the address of the style sheet is %q", styleSheet(w))
	}
}
