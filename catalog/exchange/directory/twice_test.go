package directory

import (
	"strings"
	"testing"

	"accessdesk/catalog/exchange/bundle"
)

// What stands twice and says two things is refused, with both places: taking the last would lose the first in silence.
func TestWhatStandsTwiceIsTold(t *testing.T) {
	const organizations, services = "id,name\no1,Example Institute\n", "id,organization_id,name,status\ns1,o1,First,active\ns2,o1,Second,active\n"
	tables := func(services string, more ...string) func() error {
		return func() error {
			files := []bundle.File{{Name: "services.csv", Data: []byte(services)}}
			for i := 0; i < len(more); i += 2 {
				files = append(files, bundle.File{Name: more[i], Data: []byte(more[i+1])})
			}
			_, err := ReadTables("csv", files)
			return err
		}
	}
	text := func(text string) func() error {
		return func() error {
			_, err := Read(bundle.File{Name: "services.json", Data: []byte(text)})
			return err
		}
	}
	for name, one := range map[string]struct {
		read func() error
		says []string // nothing: it is read
	}{
		"tables without doubles": {tables(services, "organizations.csv", organizations), nil},
		"two services of one id": {tables(strings.Replace(services, "s2", "s1", 1), "organizations.csv", organizations),
			[]string{`csv: services!A3: "s1" is also the id of the service in services!A2; give each its own, or keep one`}},
		"two organizations of one id": {tables(services, "organizations.csv", organizations+"o1,Another\n"),
			[]string{`csv: organizations!A3: "o1" is also the id in organizations!A2; `}},
		"two contacts of one id": {tables(services, "contacts.csv", "id,service_id,name\nc1,s1,A\nc1,s2,B\n"), []string{`contacts!A3: "c1" is also the id in contacts!A2`}},
		"two terms of one id":    {tables(services, "taxonomy_terms.csv", "id,name\nt1,A\nt1,B\n"), []string{`taxonomy_terms!A3: "t1" is also the id in taxonomy_terms!A2`}},
		"two columns of one name": {tables("id,name,status,name\ns1,First,active,Second\n"),
			[]string{"services.csv: services!D1: the column name is in services!B1 already; keep one"}},
		"columns without a name": {tables("id,name,status,,\ns1,First,active,,\n"), nil},
		"tables in JSON": {text(`{"services.csv": [{"id": 1, "name": "First", "status": "active"}, {"id": 1, "name": "Second", "status": "active"}]}`),
			[]string{`services.json: /services.csv/1/id: "1" is also the id of the service in /services.csv/0;`}},
		"a list": {text(`[{"id": "s1", "name": "First", "status": "active"}, {"id": "s1", "name": "Second", "status": "active"}]`),
			[]string{`services.json: /1/id: "s1" is also the id of the service in /0;`}},
		"a list by location with one word that differs": {text(`[{"location": {"id": "a"}, "service": {"id": "s1", "name": "First", "status": "active"}},
			{"location": {"id": "b"}, "service": {"id": "s1", "name": "Second", "status": "active"}}]`), []string{`/1/service/id: "s1" is also the id of the service in /0/service`}},
		"keys": {text("{\"contents\": [{\"name\": \"x\", \"status\": \"active\",\n \"na\\u006de\": \"y\", \"phones\": [{\"a/b\": 1,\n\"a/b\": [{}]}]}],\n\"contents\": []}"),
			[]string{`services.json:2: /contents/0/name: the key "name" is in line 1 of this object already; keep one`,
				`services.json:3: /contents/0/phones/0/a~1b: the key "a/b" is in line 2 of this object already; keep one`,
				`services.json:4: /contents: the key "contents" is in line 1`}},
		"keys of different objects": {text(`[{"name": "x", "status": "active", "phones": [{"number": "1"}, {"number": "2"}]}, {"name": "name", "status": "active"}]`), nil},
	} {
		err := one.read()
		if len(one.says) == 0 {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: is read in silence", name)
			continue
		}
		for _, line := range one.says {
			if !strings.Contains(err.Error(), line) {
				t.Errorf("%s: %q is not in\n%v", name, line, err)
			}
		}
		if told := strings.Count(err.Error(), "\n") + 1; told != len(one.says) {
			t.Errorf("%s: %d mistakes are told instead of %d:\n%v", name, told, len(one.says), err)
		}
	}
}

// A list by location has a service once for each of its locations; it is one draft.
func TestServiceAtTwoLocationsIsOneDraft(t *testing.T) {
	drafts := read(t, `{"contents": [{"location": {"id": "a"}, "service": `+foreign+`}, {"location": {"id": "b"}, "service": `+foreign+`}]}`)
	if len(drafts) != 1 || drafts[0].Place != "/contents/0/service" {
		t.Errorf("%d drafts, the first at %s", len(drafts), drafts[0].Place)
	}
}

// Rows of other tables are found by an id that is a number, too.
func TestNumberedServiceKeepsItsRows(t *testing.T) {
	drafts := read(t, `{"services.csv": [{"id": 7, "name": "x", "status": "active"}], "phones.csv": [{"id": 1, "service_id": 7, "number": "+1-555-0100"}]}`)
	if routes := drafts[0].Offering.Apply; len(routes) != 1 || routes[0].To != "+1-555-0100" {
		t.Errorf("the telephone is lost: %+v", routes)
	}
}
