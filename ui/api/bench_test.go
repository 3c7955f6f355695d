package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// bench sends the same request again and again; fresh makes each one another question, so that nothing kept answers it.
func bench(b *testing.B, method, path, body string, fresh bool) {
	d := open(b)
	d.ask(method, path, body).want(200) // rules are compiled once
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		address := "/api/v1" + path
		if fresh {
			address += "&limit=50&cursor=" + cursors[i%len(cursors)]
		}
		request := httptest.NewRequest(method, address, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		response, err := d.app.Test(request, -1)
		if err != nil || response.StatusCode != 200 {
			b.Fatalf("%v %v", response, err)
		}
		if fresh && i%len(cursors) == len(cursors)-1 {
			d.SetNow(d.Now().Add(16 * 60 * 1e9)) // what was kept is over
		}
	}
}

// cursors begin before everything, each in its own way, so that each page is the whole list.
var cursors = func() (all []string) {
	for i := range 26 {
		all = append(all, base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("after:0%c", 'a'+i))))
	}
	return all
}()

func BenchmarkOfferingsKept(b *testing.B)  { bench(b, "GET", "/offerings?open=true", "", false) }
func BenchmarkOfferingsFresh(b *testing.B) { bench(b, "GET", "/offerings?lang=en", "", true) }
func BenchmarkOffering(b *testing.B)       { bench(b, "GET", "/offerings/"+scanning, "", false) }
func BenchmarkScreen(b *testing.B) {
	bench(b, "POST", "/screen", `{"facts":{"sector":"drinking_water","state_or_territory":"NM","population_served":5000}}`, false)
}
