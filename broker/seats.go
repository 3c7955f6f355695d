package broker

import (
	"accessdesk/catalog"
	"accessdesk/data"
)

// seatFree tells whether a program has a place left: unlimited, or fewer live grants and undecided cases than seats. Two
// submits at the same moment cannot both take the last one: write transactions are serializable.
func seatFree(tx *data.Tx, program *catalog.Published) (bool, error) {
	if program.Window.Seats == 0 {
		return true, nil
	}
	taken, err := seatsTaken(tx, program.Slug)
	return taken < program.Window.Seats, err
}

// seatsTaken counts the undecided cases and the live grants of a program.
func seatsTaken(tx *data.Tx, slug string) (taken int, err error) {
	err = tx.Row(`SELECT (SELECT count(*) FROM application_item WHERE slug = $1 AND state IN ('submitted', 'in_review', 'needs_info'))
		+ (SELECT count(*) FROM access_grant WHERE slug = $1 AND state IN ('pending', 'active', 'suspended'))`, slug).Scan(&taken)
	return taken, err
}

// waiting counts the cases on the waiting list of a program.
func waiting(tx *data.Tx, slug string) (count int, err error) {
	err = tx.Row("SELECT count(*) FROM application_item WHERE slug = $1 AND state = $2", slug, string(Waitlisted)).Scan(&count)
	return count, err
}

// Full tells whether somebody who sends now gets no seat: all are taken, or others wait for the next one.
func Full(tx *data.Tx, program *catalog.Published) (bool, error) {
	free, err := seatFree(tx, program)
	if err != nil || !free {
		return true, wrap(err, "seats of %s", program.Slug)
	}
	before, err := waiting(tx, program.Slug)
	return before > 0, wrap(err, "waiting list of %s", program.Slug)
}

// FullPrograms tells of which programs, by slug, somebody who sends now gets no seat.
func FullPrograms(tx *data.Tx, programs []*catalog.Published) (map[string]bool, error) {
	none := map[string]bool{}
	for _, p := range programs {
		full, err := p.InApp(), error(nil)
		if full {
			full, err = Full(tx, p)
		}
		if err != nil {
			return nil, err
		}
		if full {
			none[p.Slug] = true
		}
	}
	return none, nil
}

// hindered refuses what a program does not take now.
func hindered(field string, next catalog.NextStep) error {
	if next.Hindrance == catalog.HinderedFull {
		return data.Refuse(field, "program_full")
	}
	return data.Refuse(field, "program_closed")
}

// takeSeat finds out where sending leads: to the reviewers, or to the end of the waiting list. A seat that becomes free
// belongs to whoever waits already.
func (s *step) takeSeat(live *catalog.Published) error {
	full, err := Full(s.tx, live)
	if err != nil {
		return err
	}
	switch next := live.NextStep(s.tx.Now, full); next.Step {
	case catalog.StepStart:
		return nil
	case catalog.StepWaitingList:
		before, err := waiting(s.tx, live.Slug)
		s.to, s.place = Waitlisted, before+1
		s.detail["place"] = s.place
		return err
	default:
		return hindered("", next)
	}
}

// preparePlace refuses while no seat is free.
func (s *step) preparePlace() error {
	free, err := seatFree(s.tx, s.program)
	if err == nil && !free {
		err = data.Refuse("", "program_full")
	}
	return err
}

// Place tells where a case stands on the waiting list, counted from 1; 0 if it is not on it.
func Place(tx *data.Tx, item Item) (place int, err error) {
	if item.State != Waitlisted || item.IsPacket() {
		return 0, nil
	}
	err = tx.Row(`SELECT count(*) FROM application_item WHERE slug = $1 AND state = $2 AND (waitlisted_at < $3 OR waitlisted_at = $3 AND id <= $4)`,
		item.Slug, string(Waitlisted), data.Millis(item.Waitlisted), item.ID).Scan(&place)
	return place, wrap(err, "place of %s", item.ID)
}

// placeNext moves up whoever is first in line until no seat is free.
func placeNext(tx *data.Tx, d Desk) (placed int, err error) {
	for {
		round, err := placeFirst(tx, d)
		placed += round
		if err != nil || round == 0 {
			return placed, err
		}
	}
}

// placeFirst moves the first in line up wherever a program with a number of seats has one free and takes requests. A
// program that only keeps a list, without a number of seats, is placed by hand.
func placeFirst(tx *data.Tx, d Desk) (placed int, err error) {
	first, err := data.Rows(tx, scanItem, "SELECT "+itemColumns+` FROM application_item i WHERE i.state = $1 AND NOT EXISTS (
		SELECT 1 FROM application_item o WHERE o.slug = i.slug AND o.state = $1
		AND (o.waitlisted_at < i.waitlisted_at OR o.waitlisted_at = i.waitlisted_at AND o.id < i.id))
		ORDER BY i.slug, i.id`, string(Waitlisted))
	if err != nil {
		return 0, err
	}
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return 0, err
	}
	for _, item := range first {
		live, ok := snapshot.Find(item.Slug)
		if !ok || live.Window.Seats == 0 || live.Status != catalog.StatusOpen {
			continue
		}
		free, err := seatFree(tx, live)
		if err != nil {
			return placed, err
		}
		if !free {
			continue
		}
		if _, err := Act(tx, d, SystemActor(), item.ID, ActRequest{Act: ActPlace}); err != nil {
			return placed, err
		}
		placed++
	}
	return placed, nil
}
