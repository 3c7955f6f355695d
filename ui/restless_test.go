package ui_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestManyAtOnce lets several people use the check at the same time over real connections. Nobody sees an error, and
// everybody finds their own answers.
func TestManyAtOnce(t *testing.T) {
	people := 8
	if longTests() {
		people = 50
	}
	w := listening(t, openSite)
	t.Run("people", func(t *testing.T) {
		for n := range people {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				w.checkAs(t, n)
			})
		}
	})
	if strings.Contains(w.log.String(), `"status":5`) {
		t.Errorf("somebody got an error:\n%s", w.log)
	}
}

// states are states to tell people apart by.
var states = []string{"NM", "VT", "OH", "TX", "ME", "UT", "IA", "NV", "GA", "WY"}

// checkAs answers the check as person n, whose organization is like nobody else's.
func (w *world) checkAs(t *testing.T, n int) {
	c := newConnection(t, w.base)
	owners := []string{"government_local", "cooperative", "nonprofit", "investor_owned"}
	answers := map[string]string{"population_served": fmt.Sprint(1000 + n), "state_or_territory": states[n%len(states)], "ownership_type": owners[n%len(owners)]}
	page := c.post("/check", url.Values{"answer": {"drinking_water"}})
	asked := 0
	for range 60 {
		path := page.path
		fact, asking := strings.CutPrefix(path, "/check/q/")
		if !asking {
			break
		}
		asked++
		form := url.Values{"skip": {"1"}}
		if value, ok := answers[fact]; ok {
			form = url.Values{"answer": {value}}
			if fact == "population_served" {
				form = url.Values{"exact": {value}}
			}
		}
		page = c.post(path, form)
		c.holds(page, n) // the panel beside the question lists the answers so far
	}
	if page.path != "/check/results" || asked < len(answers) {
		t.Fatalf("person %d is on %s after %d questions", n, page.path, asked)
	}
	found := c.get("/check/answers")
	c.holds(found, n)
	for fact, value := range answers {
		shown := value
		if fact == "population_served" {
			shown = value[:1] + "," + value[1:]
		} else {
			shown = c.get("/check/q/" + fact).chosen(t)
		}
		if fact == "population_served" && !strings.Contains(found.text, shown) || fact != "population_served" && shown != value {
			t.Errorf("person %d answered %s with %s, the page has %q", n, fact, value, shown)
		}
	}
}

// holds fails the test if a page shows somebody else's number of people.
func (c *connection) holds(page fetched, n int) {
	c.t.Helper()
	for other := range 50 {
		if number := fmt.Sprintf("1,%03d", other); other != n && strings.Contains(page.text, number) {
			c.t.Errorf("person %d reads %s of person %d on %s", n, number, other, page.path)
		}
	}
}

// connection is a browser over the network: it keeps cookies and follows redirects.
type connection struct {
	t    *testing.T
	base string
	http *http.Client
}

func newConnection(t *testing.T, base string) *connection {
	t.Helper()
	return &connection{t: t, base: base, http: &http.Client{Jar: need(cookiejar.New(nil))(t)}}
}

// fetched is a page that came over the network.
type fetched struct {
	*goquery.Document
	path, text string
}

// chosen is the answer that a question's page has chosen.
func (f fetched) chosen(t *testing.T) string {
	t.Helper()
	if value, ok := f.Find("#answer option[selected]").Attr("value"); ok {
		return value
	}
	return f.Find("input[name=answer][checked]").AttrOr("value", "")
}

func (c *connection) get(path string) fetched {
	c.t.Helper()
	return c.fetch(need(http.NewRequest(http.MethodGet, c.base+path, nil))(c.t))
}

func (c *connection) post(path string, form url.Values) fetched {
	c.t.Helper()
	request := need(http.NewRequest(http.MethodPost, c.base+path, strings.NewReader(form.Encode())))(c.t)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", c.base)
	return c.fetch(request)
}

func (c *connection) fetch(request *http.Request) fetched {
	c.t.Helper()
	response := need(c.http.Do(request))(c.t)
	defer response.Body.Close()
	body := string(need(io.ReadAll(response.Body))(c.t))
	if response.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s: status %d", request.Method, request.URL.Path, response.StatusCode)
	}
	document := need(goquery.NewDocumentFromReader(strings.NewReader(body)))(c.t)
	return fetched{Document: document, path: response.Request.URL.Path, text: strings.Join(strings.Fields(document.Find("main").Text()), " ")}
}
