package broker

import (
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
)

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
	places, err := seat.Of(s.tx, live)
	if err != nil {
		return err
	}
	switch next := live.NextStep(s.tx.Now, places.FullFor(s.item.Tier)); next.Step {
	case catalog.StepStart:
		return nil
	case catalog.StepWaitingList:
		s.to, s.place = Waitlisted, places.Waiting+1
		if len(live.Tiers) > 0 {
			s.place = places.Tiers[s.item.Tier].Waiting + 1
		}
		s.detail["place"] = s.place
		return nil
	default:
		if next.Hindrance == catalog.HinderedFull && !places.Full() {
			return data.Refuse("", "tier_full")
		}
		return hindered("", next)
	}
}

// chooseTier lets the reviewer approve for another tier than was asked for, with a reason that the applicant reads.
func (s *step) chooseTier() error {
	asked, given := s.item.Tier, s.request.Tier
	if given == "" || given == asked {
		return nil
	}
	live, err := s.desk.live(s.tx, s.program)
	if err != nil {
		return err
	}
	places, err := seat.Of(s.tx, live)
	if err != nil {
		return err
	}
	switch _, known := s.program.Tier(given); {
	case !known:
		return data.Refuse("tier", "unknown_choice")
	case !places.Tiers[given].Free():
		return data.Refuse("tier", "tier_full")
	}
	if err := s.checkMessage(true); err != nil {
		return err
	}
	s.item.Tier, s.detail["tier_asked"], s.detail["tier"] = given, asked, given
	return s.keepMessage(ActReply)
}

// seat moves the place of the item after its state: an approved one is held by the grant from here on.
func (s *step) seat(from State) error {
	item := s.item
	switch {
	case item.IsPacket() || item.State == from:
		return nil
	case item.State == Waitlisted:
		return seat.Wait(s.tx, item.ID, item.Slug, item.Tier)
	case item.Over() && item.State != Approved:
		return seat.Free(s.tx, item.ID)
	}
	return seat.Take(s.tx, item.ID, item.Slug, item.Tier)
}

// preparePlace refuses while no seat is free. The seats are those of the live version: a case keeps the rules that it was sent on, not
// the number of places.
func (s *step) preparePlace() error {
	live, err := s.desk.live(s.tx, s.program)
	if err != nil {
		return err
	}
	places, err := seat.Of(s.tx, live)
	if err == nil && !places.FreeFor(s.item.Tier) {
		err = data.Refuse("", "program_full")
	}
	return err
}

// Place tells where a case stands on the waiting list, counted from 1; 0 if it is not on it.
func Place(tx *data.Tx, item Item) (place int, err error) {
	if item.State != Waitlisted || item.IsPacket() {
		return 0, nil
	}
	return seat.Place(tx, item.ID)
}

// placeNext moves up whoever comes next until no seat is free.
func placeNext(tx *data.Tx, d Desk) (placed int, err error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return 0, err
	}
	for {
		next, err := seat.Next(tx, snapshot.Find)
		if err != nil || len(next) == 0 {
			return placed, err
		}
		for _, c := range next {
			if _, err := Act(tx, d, SystemActor(), c.ItemID, ActRequest{Act: ActPlace}); err != nil {
				return placed, err
			}
			placed++
		}
	}
}
