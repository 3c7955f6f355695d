package alert

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/interest"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/notify"
)

// matches are the programs that match a search, by slug, and whether each takes requests.
type matches map[string]bool

// openMark stands behind the slug of a program that takes requests.
const openMark = "+"

// text is how matches are stored.
func (m matches) text() string {
	var all []string
	for _, slug := range slices.Sorted(maps.Keys(m)) {
		if m[slug] {
			slug += openMark
		}
		all = append(all, slug)
	}
	return strings.Join(all, " ")
}

func parseMatches(text string) matches {
	m := matches{}
	for slug := range strings.FieldsSeq(text) {
		name, open := strings.CutSuffix(slug, openMark)
		m[name] = open
	}
	return m
}

// fresh are the slugs that matches have and before had not, and those that take requests and before did not.
func (m matches) fresh(before matches) []string {
	var all []string
	for _, slug := range slices.Sorted(maps.Keys(m)) {
		if open, known := before[slug]; !known || m[slug] && !open {
			all = append(all, slug)
		}
	}
	return all
}

// still are those of before that hold in matches, too: what is gone or closed meanwhile is new when it comes again.
func (m matches) still(before matches) matches {
	kept := matches{}
	for slug, open := range before {
		if now, there := m[slug]; there {
			kept[slug] = open && now
		}
	}
	return kept
}

// look answers searches at one moment, each once.
type look struct {
	desk     Desk
	now      time.Time
	snapshot *catalog.Snapshot
	places   catalog.Counts
	known    map[string]matches // by language and question
}

func newLook(tx *data.Tx, d Desk) (*look, error) {
	l := &look{desk: d, now: tx.Now, known: map[string]matches{}}
	var err error
	if l.snapshot, err = d.Catalog.Snapshot(tx); err != nil || d.Places == nil {
		return l, err
	}
	l.places, err = d.Places(tx, l.snapshot.Listed())
	return l, err
}

// at gives what matches a question now.
func (l *look) at(question, lang string) (matches, error) {
	key := lang + " " + question
	if known, ok := l.known[key]; ok {
		return known, nil
	}
	moment := search.Moment{Now: l.now, Places: l.places, AllWords: true}
	result, err := l.desk.Search.Find(l.snapshot, l.desk.Search.ParseText(question), lang, moment)
	if err != nil {
		return nil, err
	}
	m := matches{}
	for _, p := range result.Programs {
		m[p.Slug] = l.status(p) == search.StatusOpen
	}
	l.known[key] = m
	return m, nil
}

func (l *look) status(p *catalog.Published) string {
	return search.StatusOf(p, p.NextStep(l.now, l.places[p.Slug].Full()), l.now)
}

// pending is a confirmed search with what it finds now.
type pending struct {
	Saved
	before, now matches
	seen        string
	told        sql.NullInt64
}

func scanPending(s data.Scanner) (p pending, err error) {
	err = s.Scan(&p.ID, &p.Question, &p.Address, &p.Lang, &p.seen, &p.told)
	p.before = parseMatches(p.seen)
	return p, err
}

// Due tells the addresses that saved searches what matches newly, gives the number of mails, and removes what was never confirmed.
func Due(tx *data.Tx, d Desk) (told int, err error) {
	if _, err := tx.Exec("DELETE FROM saved_search WHERE confirmed_at IS NULL AND asked_at <= $1", data.Millis(tx.Now.Add(-interest.ConfirmTime))); err != nil {
		return 0, wrap(err, "remove searches that were not confirmed")
	}
	all, err := data.Rows(tx, scanPending, `SELECT id, question, address, lang, seen, told_at FROM saved_search WHERE confirmed_at IS NOT NULL
		ORDER BY address, confirmed_at, digest`)
	if err != nil || len(all) == 0 {
		return 0, wrap(err, "saved searches")
	}
	l, err := newLook(tx, d)
	if err != nil {
		return 0, wrap(err, "saved searches")
	}
	for len(all) > 0 {
		most := slices.IndexFunc(all, func(p pending) bool { return p.Address != all[0].Address })
		if most < 0 {
			most = len(all)
		}
		queued, err := l.tell(tx, all[:most])
		if err != nil {
			return told, wrap(err, "tell of programs that match")
		}
		if queued {
			told++
		}
		all = all[most:]
	}
	return told, nil
}

// tell queues the mail for one address, if there is something to tell and it had none for long enough, and remembers what was told. Who
// switched these mails off is told nothing and remembered too.
func (l *look) tell(tx *data.Tx, searches []pending) (queued bool, err error) {
	var last int64
	var news []pending // those with something fresh
	for i := range searches {
		s := &searches[i]
		if s.now, err = l.at(s.Question, s.Lang); err != nil {
			return false, err
		}
		if last = max(last, s.told.Int64); len(s.now.fresh(s.before)) > 0 {
			news = append(news, *s)
		}
	}
	paused := last > 0 && tx.Now.Sub(data.FromMillis(last)) < Pause
	if len(news) > 0 && !paused {
		if queued, err = l.mail(tx, news); err != nil {
			return false, err
		}
	}
	for _, s := range searches {
		kept := s.now
		if paused {
			kept = s.now.still(s.before)
		}
		if err := remember(tx, s, kept, queued); err != nil {
			return queued, err
		}
	}
	return queued, nil
}

// remember stores what an address knows of a search. That it was told is stored with each of its searches, so that the pause outlives
// the search that the mail was about.
func remember(tx *data.Tx, s pending, kept matches, told bool) error {
	text := kept.text()
	if text == s.seen && !told {
		return nil
	}
	when := s.told
	if told {
		when = sql.NullInt64{Int64: data.Millis(tx.Now), Valid: true}
	}
	_, err := tx.Exec("UPDATE saved_search SET seen = $1, told_at = $2 WHERE id = $3", text, when, s.ID)
	return err
}

// namesMost is how many programs, and how many searches, a mail names.
const namesMost = 10

// mail queues one mail about all that is fresh for an address, in the language of the search that was saved last.
func (l *look) mail(tx *data.Tx, news []pending) (bool, error) {
	newest := news[len(news)-1]
	words := l.desk.Locales.In(newest.Lang)
	var slugs, names, questions []string
	for _, s := range news {
		questions = append(questions, l.desk.Words(s.Question, newest.Lang))
		slugs = append(slugs, s.now.fresh(s.before)...)
	}
	slices.Sort(slugs)
	slugs = slices.Compact(slugs)
	for _, slug := range slugs {
		program, _ := l.snapshot.Find(slug)
		names = append(names, words.T("search.program", "Program", program.Title.In(newest.Lang),
			"Status", search.ValueText(words, l.desk.Vocabulary, search.FacetStatus, l.status(program))))
	}
	args := map[string]any{"Program": words.N("search.programs", len(names)), "Programs": shortened(words, names), "Searches": shortened(words, questions), "Link": "/programs"}
	if len(news) == 1 {
		args["Link"] = "/programs?" + newest.Question
	}
	if len(slugs) == 1 {
		program, _ := l.snapshot.Find(slugs[0])
		args["Program"], args["Link"] = program.Title.In(newest.Lang), "/programs/"+slugs[0]
	}
	return l.desk.Mail.Enqueue(tx, notify.Message{To: newest.Address, Lang: newest.Lang, Template: "search_found", Args: args,
		Key: "search_found:" + newest.ID + ":" + tx.Now.Format(time.RFC3339Nano)})
}

// shortened are the first of some lines, and how many there are beside them.
func shortened(words *locale.Localizer, lines []string) []string {
	if len(lines) <= namesMost {
		return lines
	}
	return append(slices.Clone(lines[:namesMost]), words.N("search.more", len(lines)-namesMost))
}
