package public_test

import (
	"encoding/json"
	"testing"

	"accessdesk/catalog"
)

// TestProgramsSpeakToMachines holds that every real program page has one block of data that reads as JSON and says what the page says.
func TestProgramsSpeakToMachines(t *testing.T) {
	d := openDesk(t)
	for _, lang := range []string{"en", "es"} {
		b := d.browser(t, lang)
		for _, offering := range offerings() {
			page := b.get("/programs/" + offering.Slug)
			blocks := page.Find(`script[type="application/ld+json"]`)
			if want := map[bool]int{true: 0, false: 1}[offering.Status == catalog.StatusEnded]; blocks.Length() != want {
				t.Errorf("%s in %s has %d blocks, want %d", offering.Slug, lang, blocks.Length(), want)
			}
			if blocks.Length() != 1 {
				continue
			}
			var said struct {
				Type        string `json:"@type"`
				Name        string `json:"name"`
				Description string `json:"description"`
				Offers      struct {
					Description string `json:"description"`
				} `json:"offers"`
			}
			if err := json.Unmarshal([]byte(blocks.Text()), &said); err != nil {
				t.Errorf("%s in %s: %v", offering.Slug, lang, err)
			}
			if want := map[bool]string{true: "GovernmentService", false: "Service"}[offering.Provider.Government]; said.Type != want {
				t.Errorf("%s is a %s, want %s", offering.Slug, said.Type, want)
			}
			if said.Name != page.text("h1") || said.Description != page.text(".lede") || said.Offers.Description == "" {
				t.Errorf("%s in %s says %+v", offering.Slug, lang, said)
			}
		}
	}
}
