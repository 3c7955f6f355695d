package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
)

// TestRecordJourney: somebody finds their record, gets what it says, sees where it differs, explains, sends, and the reviewer reads
// all of it, also after the next edition has come.
func TestRecordJourney(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openSite(t, db)
		w.settle(t)
		w.organize(t)
		w.loadRegister(t, "epa-cws", "systems-2026-02.csv", waterSystems("3950"))
		v := w.visitor(t, owner)
		a := w.begin(t, owner, w.org, modelProgram)
		application := "/applications/" + a.ID
		v.Visit(application).Want(http.StatusOK).Silent("differs from a public record")

		// Nothing found, nothing chosen, a record that is none: each says what to do.
		v.Visit("/org").Follow("Find your public record").At("/org/record").Says("You have not chosen a record yet.")
		v.Visit("/org/record?q=Nobody").Says("Nothing was found for “Nobody”")
		found := v.Visit("/org/record?q=example+flats").Says("EXAMPLE FLATS WATER DISTRICT", "PWSID NM9990001")
		pick := found.Form("/org/record?q=*")
		pick.Send().Want(http.StatusUnprocessableEntity).Says("Choose one of the records")
		pick.Values.Set("record", "zip:87001")
		pick.Send().Want(http.StatusUnprocessableEntity).Says("No current register has this record")
		pick.Values.Set("record", waterRecord)
		pick.Send().Want(http.StatusOK).At("/org/record").Says("EXAMPLE FLATS WATER DISTRICT", "row 2", "One answer differs from a public record")

		// The task, the facts page and the organization say so; leaving it is allowed.
		difference := "You said: 4,200 people. The EPA community water system list of February 2026 (row 2) says: 3,950 people."
		v.Visit(application+"/org").Says("One answer differs from a public record", difference)
		v.Visit("/org").Says(difference, "community water systems (EPA)")
		ask := v.Visit(application).Says("1 answer to look at").Follow("One answer differs from a public record").At(application + "/differences").Says(difference)
		ask.Form(application+"/differences").Send().At(application).Says("Your choice is saved.", "1 answer to look at")
		form := v.Visit(application + "/differences").Form(application + "/differences")
		form.Set("explanation-population_served", "Two streets were added.").Send().Want(http.StatusUnprocessableEntity).Says("Choose “Keep my answer”", "Two streets were added.")
		form.Set("choice-population_served", "keep").Set("explanation-population_served", strings.Repeat("x", proof.ExplanationLimit+1)).Send().
			Want(http.StatusUnprocessableEntity).Says("Use 500 characters or fewer")
		form.Set("explanation-population_served", "Two streets were added.").Send().At(application).Says("Your choice is saved.").Silent("1 answer to look at")
		v.Visit("/org/differences").Says("Kept by", "Two streets were added.")

		// A form of an older edition is not taken.
		stale := v.Visit("/org/differences").Form("/org/differences")
		w.loadRegister(t, "epa-cws", "systems-2026-05.csv", waterSystems("3975"))
		stale.Set("choice-population_served", "take").Send().Want(http.StatusUnprocessableEntity).Says("changed while you were here", "3,975")
		v.Visit(application).Says("1 answer to look at") // the new edition is asked about anew
		now := v.Visit("/org/differences").Form("/org/differences").Set("choice-population_served", "keep").Set("explanation-population_served", "A third street, too.")
		now.Send().At("/org").Says("A third street, too.")

		w.save(t, owner, w.reload(t, owner, a), modelProgram, fullAnswers(modelProgram))
		w.Write(t, func(tx *data.Tx) error {
			_, err := broker.Submit(tx, w.desk, broker.PersonActor(w.people[owner]), reloaded(tx, t, w, a), broker.Declarations())
			return err
		})
		item := w.reload(t, owner, a).Items[0]
		w.loadRegister(t, "epa-cws", "systems-2026-08.csv", waterSystems("4200"))
		w.tie(t, owner, w.org, proof.NotListed)
		review := w.visitor(t, manager).Visit("/staff/review/" + item.ID).Want(http.StatusOK)
		review.Says("Public record", "EXAMPLE FLATS WATER DISTRICT", "They said: 4,200 people. The EPA community water system list of May 2026 (row 2) says: 3,975 people.",
			"A third street, too.", "SHA-256", "systems-2026-05.csv", "As it was when the case was sent.", "The public record differs.").Silent("Two streets")
	})
}

func reloaded(tx *data.Tx, t testing.TB, w *world, a broker.Application) broker.Application {
	fresh, err := broker.FindApplication(tx, broker.PersonActor(w.people[owner]), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

// waterSystems is an edition in which the first organization's record has so many people.
func waterSystems(people string) string {
	return "PWSID\tPWS_Name\tPrimacy_Agency\tPopulation_Served_Count\tService_Connections_Count\n" +
		"NM9990001\tEXAMPLE FLATS WATER DISTRICT\tNew Mexico\t" + people + "\t1610\n" +
		"NM9990002\tEXAMPLE RIDGE WATER\tNew Mexico\t120\t48\n"
}

// TestCheckTiesTheRecord: an application that starts from a check in which a record was picked ties the organization to it. What the
// person said otherwise stays theirs.
func TestCheckTiesTheRecord(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	w.settle(t)
	w.organize(t)
	w.loadRegister(t, "epa-cws", "systems-2026-02.csv", waterSystems("3950"))
	w.Write(t, func(tx *data.Tx) error {
		facts := eligibility.Profile{"population_served": eligibility.Int(4200), "state_or_territory": eligibility.String("NM"), "authorised_targets_statement": eligibility.Bool(true),
			"service_connections": eligibility.Int(1610).From(eligibility.Register, "epa-cws"), "sector": eligibility.String("drinking_water").From(eligibility.Register, "epa-cws")}
		s, err := broker.SaveScreening(tx, w.desk.Vocabulary, broker.Screening{Lang: "en", Facts: facts, Operator: waterRecord})
		w.check = s.Token
		return err
	})
	v := w.visitor(t, owner)
	token := w.formToken(t, v, owner)
	v.Send(http.MethodPost, "/applications", map[string][]string{"form_token": {token}, "program": {modelProgram}, "confirmed": {"yes"}}, nil)
	s := w.standing(t, w.org)
	if s.Tie.Record != waterRecord || s.Record.Name != "EXAMPLE FLATS WATER DISTRICT" || s.Tie.By != w.people[owner].ID {
		t.Fatalf("tied to %+v", s.Tie)
	}
	for id, want := range map[eligibility.FactID]string{"service_connections": "register epa-cws 2026-02-28", "sector": "register epa-cws 2026-02-28",
		"population_served": "stated check " + w.Now().Format(time.DateOnly)} {
		value := s.Facts[id]
		if got := value.Evidence.String() + " " + value.Source + " " + value.AsOf; got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	if len(s.Open()) != 1 || s.Open()[0].Fact != "population_served" {
		t.Errorf("differences: %+v", s.Differences)
	}
}

// TestReadersMayNotSettle: who may only read sees the record and the differences without a form, and is refused when they post. For
// other organizations there is nothing to see.
func TestReadersMayNotSettle(t *testing.T) {
	w := openWorld(t)
	v := w.visitor(t, reader)
	token := w.formToken(t, v, reader)
	v.Visit("/org/record").Want(http.StatusOK).Says("EXAMPLE FLATS WATER DISTRICT").Silent("This is not our record")
	v.Visit("/org/differences").Want(http.StatusOK).Says("Your role lets you read this").Silent("Leave it for now")
	for _, address := range []string{"/org/record", "/org/differences", w.application() + "/differences"} {
		if got := v.Send(http.MethodPost, address, map[string][]string{"form_token": {token}, "none": {"yes"}}, nil); got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("POST %s as reader: %d", address, got.StatusCode)
		}
	}
	stranger := w.visitor(t, outsider)
	stranger.Visit("/org/record").Want(http.StatusOK).Says("Example Ridge Electric Cooperative").Silent("EXAMPLE FLATS")
	token = w.formToken(t, stranger, outsider)
	for _, address := range []string{"/org/record", "/org/differences"} {
		if got := stranger.Send(http.MethodPost, address, map[string][]string{"form_token": {token}, "none": {"yes"}, "organization": {w.org.ID}}, nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s for another organization: %d", address, got.StatusCode)
		}
	}
	if s := w.standing(t, w.org); s.Tie.Record != waterRecord {
		t.Errorf("tied to %q", s.Tie.Record)
	}
}
