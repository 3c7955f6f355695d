package demonstration

import (
	"time"

	"accessdesk/broker/report"
	"accessdesk/broker/screening"
	"accessdesk/eligibility"
)

// counted is a kind of made-up visitor of the check: what they answer, after how many questions they leave (0: they finish), and how many of
// them come in a month, in English and in Spanish.
type counted struct {
	operator
	state    string
	leaves   int
	english  int64
	spanish  int64
	unsureOf []eligibility.FactID
}

// visitors are the made-up visitors whose checks the reports of the demonstration count. Hospitals and towns come often, electric cooperatives
// seldom, and a question about sizes loses more of those who read Spanish, so that each report has something to show.
func visitors() []counted {
	size, owner := []eligibility.FactID{"population_served"}, []eligibility.FactID{"ownership_type"}
	return []counted{
		{operator: water, state: "NM", english: 14, spanish: 4}, {operator: water, state: "TX", english: 9, spanish: 3, unsureOf: size},
		{operator: water, state: "NM", leaves: 2, english: 3, spanish: 3}, {operator: water, state: "AZ", leaves: 3, english: 4, spanish: 4},
		{operator: town, state: "KS", english: 12, spanish: 1}, {operator: town, state: "KS", leaves: 3, english: 5},
		{operator: hospital, state: "MT", english: 16, spanish: 2}, {operator: hospital, state: "MT", leaves: 4, english: 6, spanish: 1},
		{operator: hospital, state: "TX", english: 8, spanish: 2, unsureOf: owner}, {operator: county, state: "OH", english: 10, unsureOf: size},
		{operator: county, state: "PA", leaves: 2, english: 4}, {operator: cooperative, state: "NM", english: 1, spanish: 1},
		{operator: sewer, state: "WV", english: 4}, {operator: sewer, state: "WV", leaves: 1, english: 2},
	}
}

// countedMonths is for how many months before the making the demonstration has counts.
const countedMonths = 11

// checks stores the counts of the made-up visitors: more from month to month, and of the month of the making as many as its days so far bring.
func (s *story) checks() error {
	months := map[string]report.Counts{}
	for _, v := range visitors() {
		c, err := s.taken(v)
		if err != nil {
			return err
		}
		english, spanish := report.Tally(c, "en"), report.Tally(c, "es")
		for ago := range countedMonths + 1 {
			month, part := s.month(ago)
			if months[month] == nil {
				months[month] = report.Counts{}
			}
			grown := func(of int64) int64 { return of * int64(24-ago) * int64(part) / (24 * 31) }
			months[month].Add(english, grown(v.english))
			months[month].Add(spanish, grown(v.spanish))
		}
	}
	for month, counts := range months {
		if err := report.Store(s.tx, month, counts); err != nil {
			return err
		}
	}
	s.tx.Now = time.Date(s.made.Year(), s.made.Month()-countedMonths, 1, 12, 0, 0, 0, time.UTC)
	defer func() { s.tx.Now = s.made }()
	return report.Begin(s.tx, s.desk)
}

// month names a month before that of the making, and says how many of its days are over.
func (s *story) month(ago int) (month string, days int) {
	first := time.Date(s.made.Year(), s.made.Month()-time.Month(ago), 1, 12, 0, 0, 0, time.UTC)
	if ago == 0 {
		return report.MonthOf(s.desk, s.made), s.made.Day()
	}
	return report.MonthOf(s.desk, first), 31
}

// taken is the check of a visitor as it stands when they are done with it.
func (s *story) taken(v counted) (*screening.Check, error) {
	snapshot, err := s.desk.Catalog.Snapshot(s.tx)
	if err != nil {
		return nil, err
	}
	said := v.facts.Clone()
	said["state_or_territory"] = eligibility.String(v.state)
	for _, id := range v.unsureOf {
		delete(said, id)
	}
	for _, fact := range s.desk.Vocabulary.Facts() { // what the organizations of the demonstration do not say of themselves
		if _, known := said[fact.ID]; !known && fact.Type == eligibility.TypeBool {
			said[fact.ID] = eligibility.Bool(v.english%4 == 0)
		}
	}
	c := screening.New(s.desk.Vocabulary, snapshot.Listed(), nil, nil, s.made)
	if c.Shares, err = s.desk.Shares.Shares(s.tx); err != nil {
		return nil, err
	}
	for n := 0; v.leaves == 0 || n < v.leaves; n++ {
		next, more := c.Next()
		if !more {
			break
		}
		sector, _ := said[eligibility.SectorFact].Text()
		if next.Fact == eligibility.SectorFact {
			c.AnswerSectors([]string{sector})
		} else {
			c.Answer(next.Fact, said[next.Fact])
		}
	}
	return c, nil
}
