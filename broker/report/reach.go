package report

import (
	"cmp"
	"maps"
	"slices"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/eligibility/registry/impact"
)

// request counts the requests (one program of one application) that were begun in the period, alike in program and state.
type request struct {
	slug  string
	state broker.State
	sent  bool
	count int
}

// organization counts the organizations that began a request in the period, alike in sector and state.
type organization struct {
	sector, state string
	count         int
}

// loadRequests reads what was begun in the period. The sector is that of the organization's profile, the language that of whoever began.
func (c *counter) loadRequests(tx *data.Tx) (err error) {
	from, to, sector := data.Millis(c.filter.From), data.Millis(c.filter.To), quoted(c.filter.Sector)
	c.requests, err = data.Rows(tx, func(s data.Scanner) (r request, err error) {
		err = s.Scan(&r.slug, &r.state, &r.sent, &r.count)
		return r, err
	}, `SELECT i.slug, i.state, i.submitted_at IS NOT NULL OR EXISTS (SELECT 1 FROM packet_step s WHERE s.item_id = i.id AND s.act = 'send' AND s.undone_at IS NULL),
		count(*) FROM application_item i
		JOIN application a ON a.id = i.application_id
		JOIN person p ON p.id = a.created_by
		LEFT JOIN organization_fact f ON f.organization_id = a.organization_id AND f.fact = 'sector' AND f.superseded_at IS NULL
		WHERE i.created_at >= $1 AND i.created_at < $2 AND ($3 = '' OR f.value = $3) AND ($4 = '' OR p.lang = $4)
		GROUP BY 1, 2, 3`, from, to, sector, c.filter.Lang)
	if err != nil {
		return err
	}
	c.orgs, err = data.Rows(tx, func(s data.Scanner) (o organization, err error) {
		err = s.Scan(&o.sector, &o.state, &o.count)
		o.sector, o.state = unquoted(o.sector), unquoted(o.state)
		return o, err
	}, `SELECT COALESCE(f.value, ''), COALESCE(g.value, ''), count(*) FROM organization o
		LEFT JOIN organization_fact f ON f.organization_id = o.id AND f.fact = 'sector' AND f.superseded_at IS NULL
		LEFT JOIN organization_fact g ON g.organization_id = o.id AND g.fact = 'state_or_territory' AND g.superseded_at IS NULL
		WHERE ($3 = '' OR f.value = $3) AND EXISTS (SELECT 1 FROM application a JOIN application_item i ON i.application_id = a.id
			JOIN person p ON p.id = a.created_by
			WHERE a.organization_id = o.id AND i.created_at >= $1 AND i.created_at < $2 AND ($4 = '' OR p.lang = $4) AND ($5 = '' OR i.slug = $5))
		GROUP BY COALESCE(f.value, ''), COALESCE(g.value, '')`, from, to, sector, c.filter.Lang, c.filter.Program)
	return err
}

// quoted and unquoted turn a word of the vocabulary into the JSON of a stored fact and back. No such word holds what JSON escapes.
func quoted(word string) string {
	if word == "" {
		return ""
	}
	return `"` + word + `"`
}

func unquoted(value string) string {
	if len(value) < 2 {
		return ""
	}
	return value[1 : len(value)-1]
}

// asked counts requests for a program, "" for all: begun, sent to whoever decides, and decided with a yes or a no.
func (c *counter) asked(slug string) (begun, sent, decided int) {
	for _, r := range c.requests {
		if slug != "" && slug != r.slug {
			continue
		}
		begun += r.count
		switch r.state {
		case broker.Approved, broker.Declined, broker.SetUp, broker.ReadyToUse, broker.Refused:
			decided += r.count
			sent += r.count // a download is ready without having been sent
		default:
			if r.sent {
				sent += r.count
			}
		}
	}
	return begun, sent, decided
}

// places compares sectors and states with the registers. Only sectors that a register knows are compared, in states too.
func (c *counter) places(p *impact.Population) (sectors, states Places) {
	inSector, inState := map[string]int{}, map[string]int{}
	for at := range p.Len() {
		m := p.Member(at)
		inSector[m.Sector]++
		if m.State != "" && (c.filter.Sector == "" || c.filter.Sector == m.Sector) {
			inState[m.State]++
		}
	}
	checks, orgs := map[string]int{}, map[string]int{}
	stateChecks, stateOrgs := map[string]int{}, map[string]int{}
	for k, n := range c.counts {
		switch {
		case inSector[k.sector] == 0:
		case k.measure == measureCheck && k.part == partStarted:
			checks[k.sector] += n
		case k.measure == measurePlace:
			stateChecks[k.subject] += n
		}
	}
	for _, o := range c.orgs {
		if inSector[o.sector] > 0 {
			orgs[o.sector] += o.count
			if o.state != "" {
				stateOrgs[o.state] += o.count
			}
		}
	}
	for sector := range inSector {
		if c.filter.Sector != "" && sector != c.filter.Sector {
			delete(inSector, sector)
		}
	}
	return compared(inSector, checks, orgs), compared(inState, stateChecks, stateOrgs)
}

// compared makes the rows. Those whom the desk reaches least stand first: by how far their share of the checks stays behind.
func compared(known, checks, orgs map[string]int) Places {
	for _, more := range []map[string]int{checks, orgs} {
		for name := range more {
			known[name] += 0
		}
	}
	names := slices.Sorted(maps.Keys(known))
	counts := func(of map[string]int) []int {
		all := make([]int, 0, len(names))
		for _, name := range names {
			all = append(all, of[name])
		}
		return all
	}
	var places Places
	shownChecks, allChecks := family(counts(checks))
	shownOrgs, allOrgs := family(counts(orgs))
	places.All = Place{Checks: allChecks, Organizations: allOrgs}
	for i, name := range names {
		places.All.Known += known[name]
		places.Rows = append(places.Rows, Place{Name: name, Known: known[name], Checks: shownChecks[i], Organizations: shownOrgs[i]})
	}
	behind := func(p Place) int { return p.Known*max(allChecks.number, 1) - p.Checks.number*places.All.Known }
	slices.SortStableFunc(places.Rows, func(a, b Place) int { return cmp.Or(behind(b)-behind(a), cmp.Compare(a.Name, b.Name)) })
	return places
}

// KnownShare is the share of the organizations of the registers that a place has, in percent.
func (p Places) KnownShare(one Place) int {
	return (200*one.Known + p.All.Known) / max(2*p.All.Known, 1)
}
