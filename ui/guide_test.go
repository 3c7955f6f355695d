package ui_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/demonstration"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/ui/browsertest"
)

// scene is one picture of docs/tour.md: a page of the demonstration.
type scene struct {
	name, lang string
	width      int
	role       string // the demonstration's name of a role; "" is a stranger with a check
	address    func(g *guide) string
	act        func(g *guide) // what is done on the page before the picture, if anything
}

// pictureHeight is where the picture of a long page is cut, CSS pixels.
var pictureHeight = map[int]int{browsertest.Phone: 760, browsertest.Desktop: 820}

// The people of the demonstration whom the pictures follow.
const (
	guideOwner   = "office@cedar-flats.example.org"
	guideManager = "programs@example-institute.example.org"
	// guideHospital holds access that ends soon.
	guideHospital = "it@mesa-blanca.example.org"
)

// scenes are the pictures in the order of docs/tour.md.
func scenes() []scene {
	to := func(address string) func(*guide) string { return func(*guide) string { return address } }
	return []scene{
		{name: "start", lang: "en", width: browsertest.Desktop, address: to("/")},
		{name: "question", lang: "en", width: browsertest.Phone, address: to("/check/q/has_ot")},
		{name: "results", lang: "en", width: browsertest.Desktop, address: to("/check/results")},
		{name: "results-phone", lang: "es", width: browsertest.Phone, address: to("/check/results")},
		{name: "program", lang: "es", width: browsertest.Phone, address: to("/programs/cisa-vuln-scanning")},
		{name: "home", lang: "en", width: browsertest.Desktop, role: guideOwner, address: to("/home")},
		{name: "tasks", lang: "en", width: browsertest.Phone, role: guideOwner, address: (*guide).tasks},
		{name: "packet", lang: "en", width: browsertest.Desktop, role: guideOwner, address: (*guide).packet},
		{name: "organization", lang: "en", width: browsertest.Phone, role: guideOwner, address: to("/org")},
		{name: "reminders", lang: "es", width: browsertest.Phone, role: guideOwner, address: to("/reminders")},
		{name: "queue", lang: "en", width: browsertest.Desktop, role: guideManager, address: to("/staff/review")},
		{name: "case", lang: "en", width: browsertest.Desktop, role: guideManager, address: (*guide).reviewed},
		{name: "preview", lang: "en", width: browsertest.Desktop, role: guideManager, address: (*guide).reviewed, act: (*guide).preview},
		{name: "access", lang: "en", width: browsertest.Desktop, role: guideHospital, address: (*guide).access},
	}
}

// TestTourPictures holds that docs/tour.md shows each picture that can be made, and no other. With GUIDE_DIR it makes
// them anew into that folder (docs/pictures), from the demonstration, at the time of the tests.
func TestTourPictures(t *testing.T) {
	text := need(os.ReadFile("../docs/tour.md"))(t)
	var shown []string
	for _, found := range regexp.MustCompile(`\]\(pictures/([a-z-]+)\.png\)`).FindAllSubmatch(text, -1) {
		shown = append(shown, string(found[1]))
	}
	var made []string
	total := int64(0)
	for _, s := range scenes() {
		made = append(made, s.name)
		if os.Getenv("GUIDE_DIR") == "" {
			total += need(os.Stat("../docs/pictures/" + s.name + ".png"))(t).Size()
		}
	}
	if slices.Sort(shown); !slices.Equal(shown, slices.Sorted(slices.Values(made))) {
		t.Errorf("docs/tour.md shows %v, the pictures are %v", shown, made)
	}
	if total > 2<<20 {
		t.Errorf("the pictures have %d bytes, 2 MB are allowed", total)
	}
	if folder := os.Getenv("GUIDE_DIR"); folder != "" {
		newGuide(t).draw(folder)
	}
}

// guide is the demonstration and a browser that looks at it.
type guide struct {
	*viewing
	browser *browsertest.Browser
}

func newGuide(t *testing.T) *guide {
	t.Helper()
	w := listening(t, func(t testing.TB, db *datatest.Database, change ...func(*worldConfig)) *world {
		w := openSite(t, db, change...)
		w.Write(t, func(tx *data.Tx) error { return demonstration.Furnish(tx, w.desk) })
		return w
	}, whole)
	w.Write(t, func(tx *data.Tx) error {
		s, err := broker.SaveScreening(tx, w.desk.Vocabulary, broker.Screening{Lang: "en", Facts: eligibility.Profile{
			"sector": eligibility.String("drinking_water"), "state_or_territory": eligibility.String("NM"),
			"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200)},
			Asked: map[eligibility.FactID]bool{"sector": true, "state_or_territory": true, "ownership_type": true, "population_served": true}})
		w.check = s.Token
		return err
	})
	return &guide{viewing: &viewing{t: t, world: w}, browser: browsertest.Open(t)}
}

// draw makes every picture.
func (g *guide) draw(folder string) {
	sessions := map[string]string{"": "gone; Max-Age=0"}
	for _, s := range scenes() {
		g.Tab, g.width, g.lang = g.browser.For(g.t).Scripted(s.width), s.width, s.lang
		if sessions[s.role] == "" {
			sessions[s.role] = g.world.signIn(g.t, s.role)
		}
		g.Visit(g.world.base + "/healthz")
		var cookies string
		g.Evaluate(fmt.Sprintf(`document.cookie = "session=%s; path=/", document.cookie = "check=%s; path=/", document.cookie = "lang=%s; path=/"`,
			sessions[s.role], g.world.check, s.lang), &cookies)
		g.Visit(g.world.base + s.address(g))
		if s.act != nil {
			s.act(g)
		}
		path := filepath.Join(folder, s.name+".png")
		g.Screenshot(path)
		cut(g.t, path, pictureHeight[s.width])
	}
}

// cut keeps the upper part of a picture.
func cut(t testing.TB, path string, height int) {
	t.Helper()
	whole := need(png.Decode(bytes.NewReader(need(os.ReadFile(path))(t))))(t)
	part := whole.Bounds()
	part.Max.Y = min(part.Max.Y, part.Min.Y+height)
	upper := image.NewNRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(upper, upper.Bounds(), whole, part.Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, upper); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// find gives an address in which the id of the one row that a query finds stands.
func (g *guide) find(address, query string, args ...any) string {
	g.t.Helper()
	var id string
	g.world.Read(g.t, func(tx *data.Tx) error { return tx.Row(query, args...).Scan(&id) })
	return strings.Replace(address, ":id", id, 1)
}

func (g *guide) tasks() string {
	return g.find("/applications/:id", "SELECT application_id FROM application_item WHERE kind = 'in_app' AND state = $1", broker.Draft)
}

func (g *guide) packet() string {
	const slug = "cisa-vuln-scanning"
	return g.find("/applications/:id/p/"+slug, "SELECT application_id FROM application_item WHERE slug = $1", slug)
}

func (g *guide) reviewed() string {
	return g.find("/staff/review/:id", "SELECT id FROM application_item WHERE state = $1 ORDER BY id LIMIT 1", broker.InReview)
}

func (g *guide) access() string {
	return g.find("/access/:id", `SELECT g.id FROM access_grant g JOIN membership m ON m.organization_id = g.organization_id JOIN person p ON p.id = m.person_id
		WHERE g.state = $1 AND p.email = $2`, access.Active, guideHospital)
}

// preview asks for the mails of an approval.
func (g *guide) preview() {
	tick(g.Tab, "act", broker.ActApprove)
	send(g.Tab, strings.TrimPrefix(g.Address(), g.world.base)+"/decision")
}
