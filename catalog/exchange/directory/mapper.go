package directory

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/catalog/tree"
)

// mapper makes an offering of a service.
type mapper struct {
	*reader
	service
	offering *catalog.Offering
	terms    terms
	needs    []Need
}

func (m *mapper) need(key, code string, args ...any) {
	n := Need{Key: key, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if n.Args == nil {
			n.Args = map[string]any{}
		}
		n.Args[args[i].(string)] = args[i+1]
	}
	m.needs = append(m.needs, n)
}

// all maps the service key by key.
func (m *mapper) all() {
	o := m.offering
	m.terms = m.readTerms()
	m.names()
	m.provider()
	m.status()
	m.kind()
	m.sectors()
	m.cost()
	m.routes()
	m.helper()
	m.eligibility()
	m.sources()
	m.leftOut()
	o.CriteriaPublished = false
	o.Confidence = catalog.Confidence(cmp.Or(m.terms.one(taxonomyConfidence), string(catalog.ConfidenceUncertain)))
	for _, safeguard := range m.terms[taxonomySafeguard] {
		o.Terms.Safeguards = append(o.Terms.Safeguards, catalog.Safeguard(safeguard))
	}
	m.need("checked_on", "checked", "Date", cmp.Or(m.text(m.object, "assured_date"), "–"))
	m.need("tests", "tests")
	for path, text := range catalog.Texts(o) {
		if text.En != "" && text.Es == "" {
			m.need(position.Join(path, "es"), "spanish")
		}
	}
}

// Lengths in letters: a title and a summary are read at one glance; what is longer goes into the details.
const (
	titleMost   = 200
	summaryMost = 240
)

func (m *mapper) names() {
	o := m.offering
	name := m.text(m.object, "name")
	if name == "" {
		m.wrong(m.place("name"), "the service has no name; nothing can be listed without one")
		return
	}
	o.Title.En = oneLine(name)
	if len([]rune(o.Title.En)) > titleMost {
		m.wrong(m.place("name"), "the name has more than %d letters", titleMost)
	}
	o.Slug = m.slug(name)
	m.need("slug", "slug", "Name", o.Slug)
	if other := m.text(m.object, "alternate_name"); other != "" && other != name {
		o.KnownAs = []string{oneLine(other)}
	}
	m.described(m.text(m.object, "description"))
}

// described parts a description into its first sentence and the whole.
func (m *mapper) described(text string) {
	if text == "" {
		m.need("summary.en", "missing")
		return
	}
	summary := oneLine(text)
	if at := strings.IndexAny(summary, ".\u3002"); at > 0 && at < len(summary)-1 {
		for at < len(summary)-1 && summary[at+1] != ' ' { // a point within a word, as in example.org
			next := strings.IndexByte(summary[at+1:], '.')
			if next < 0 {
				at = len(summary) - 1
				break
			}
			at += 1 + next
		}
		summary = summary[:at+1]
	}
	if letters := []rune(summary); len(letters) > summaryMost {
		summary = strings.TrimSpace(string(letters[:summaryMost])) + "…"
		m.need("summary.en", "shortened")
	}
	m.offering.Summary.En = summary
	if summary != text {
		m.offering.Details.En = text
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// slug makes a short name of a name; one that is taken in this file gets a number.
func (m *mapper) slug(name string) string {
	base := slugOf(name)
	if base == "" {
		base = "service"
	}
	slug := base
	for n := 2; m.slugs[slug]; n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	m.slugs[slug] = true
	return slug
}

// slugOf is a name in lower-case letters and digits, words joined by hyphens, short enough to get a number.
func slugOf(name string) string {
	var words []string
	length := 0
	for word := range strings.FieldsFuncSeq(norm.NFD.String(strings.ToLower(name)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != '\'' && r != '’'
	}) {
		word = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, word)
		const room = 8 // for a number
		if length += len(word) + 1; length > catalog.SlugLength-room {
			break
		}
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, "-")
}

func (m *mapper) provider() {
	p := &m.offering.Provider
	who := m.one(m.object, "organization")
	if who == nil {
		who = m.organization
	}
	if who == nil || m.text(who, "name") == "" {
		m.need("provider.name", "provider")
		return
	}
	p.Name = oneLine(m.text(who, "name"))
	p.Slug = slugOf(p.Name)
	p.URL = m.text(who, "website")
	legal := strings.ToLower(m.text(who, "legal_status"))
	p.Government = strings.Contains(legal, "government") || strings.Contains(legal, "gobierno")
	m.need("provider.government", "government", "Answer", yesNo(p.Government), "Words", cmp.Or(legal, "–"))
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// statuses are those of HSDS.
var statuses = map[string]catalog.Status{
	"active": catalog.StatusOpen, "temporarily closed": catalog.StatusLapsed, "inactive": catalog.StatusUnverified, "defunct": catalog.StatusEnded,
}

func (m *mapper) status() {
	word := strings.ToLower(m.text(m.object, "status"))
	status, known := statuses[word]
	switch ours := m.terms.one(taxonomyStatus); {
	case ours != "":
		m.offering.Status = catalog.Status(ours)
	case word == "":
		m.offering.Status = catalog.StatusUnverified
		m.need("status", "status_missing")
	case !known:
		m.wrong(m.place("status"), "%q is not one of active, inactive, defunct, temporarily closed", word)
	default:
		m.offering.Status = status
		m.need("status", "status", "Word", word, "Status", string(status))
	}
}

// kindWords guess what a service gives by words of its name and description; the first kind that has one is taken.
var kindWords = []struct {
	kind  catalog.Kind
	words []string
}{
	{catalog.KindIncidentResponse, []string{"incident response", "under attack", "forensic"}},
	{catalog.KindScanning, []string{"vulnerability scan", "scanning", "penetration test"}},
	{catalog.KindAssessment, []string{"assessment", "security review", "audit"}},
	{catalog.KindMonitoring, []string{"monitoring", "managed detection", "intrusion detection"}},
	{catalog.KindProtectiveDNS, []string{"protective dns", "dns filter"}},
	{catalog.KindTraining, []string{"training", "course", "exercise", "workshop", "webinar"}},
	{catalog.KindInformationSharing, []string{"information sharing", "threat intelligence", "isac"}},
	{catalog.KindFunding, []string{"grant", "funding", "loan"}},
	{catalog.KindModelAccess, []string{"model access"}},
	{catalog.KindAITool, []string{"artificial intelligence", "ai tool"}},
	{catalog.KindWorkforce, []string{"volunteer", "workforce", "clinic"}},
	{catalog.KindTool, []string{"software", "toolkit"}},
	{catalog.KindGuidance, []string{"guidance", "guide", "checklist", "advice"}},
}

func (m *mapper) kind() {
	if ours := m.terms.one(taxonomyKind); ours != "" {
		m.offering.Kind = catalog.Kind(ours)
		return
	}
	text := " " + strings.ToLower(m.offering.Title.En+" "+m.offering.Summary.En+" "+m.offering.Details.En) + " "
	for _, guess := range kindWords {
		for _, word := range guess.words {
			if strings.Contains(text, word) {
				m.offering.Kind = guess.kind
				m.need("kind", "kind_guessed", "Kind", string(guess.kind), "Word", word)
				return
			}
		}
	}
	m.need("kind", "kind_missing")
}

func (m *mapper) sectors() {
	m.offering.Sectors = m.terms[taxonomySector]
	if len(m.offering.Sectors) == 0 {
		m.need("sectors", "sectors")
	}
	m.need("sectors_citation", "citation")
}

func (m *mapper) cost() {
	o := m.offering
	if ours := m.terms.one(taxonomyCost); ours != "" {
		o.Cost = catalog.Cost(ours)
		return
	}
	words := cmp.Or(m.text(m.object, "fees_description"), m.text(m.object, "fees"))
	paid := false
	for _, option := range m.list(m.object, "cost_options") {
		amount := m.text(option, "amount")
		paid = paid || strings.Trim(amount, "0.") != ""
		words = cmp.Or(words, strings.TrimSpace(m.text(option, "option")+" "+amount+" "+m.text(option, "currency")))
	}
	lower := strings.ToLower(words)
	switch {
	case paid:
		o.Cost = catalog.CostFee
	case words == "":
		o.Cost = catalog.CostAskProvider
		m.need("cost", "cost_missing")
		return
	case strings.Contains(lower, "no charge"), strings.Contains(lower, "no cost"), strings.Contains(lower, "free of charge"), lower == "free":
		o.Cost = catalog.CostNoneListed
	default:
		o.Cost = catalog.CostAskProvider
	}
	m.need("cost", "cost", "Words", words)
}

// sorted gives the needs in the order of the keys of the offering file.
func (m *mapper) sorted() []Need {
	var order []string
	for key := range tree.KeyTypes(reflect.TypeFor[catalog.Offering]()) {
		order = append(order, key)
	}
	slices.SortStableFunc(m.needs, func(a, b Need) int {
		return cmp.Compare(slices.Index(order, keyOf(a)), slices.Index(order, keyOf(b)))
	})
	return m.needs
}

// count is a whole number of an object, 0 if there is none.
func (m *mapper) count(o *object, key string) int {
	switch v := o.fields[key].(type) {
	case nil:
		return 0
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil && n >= 0 {
			return n
		}
	case string:
		if n, err := strconv.Atoi(v); err == nil && n >= 0 || v == "" {
			return n
		}
	}
	m.wrong(o.place(key), "expected a whole number, found %s", found(o.fields[key]))
	return 0
}
