package directory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
)

// routes makes ways to apply of what HSDS has: the page, the mailbox and the telephone of the service, and in words how one applies.
func (m *mapper) routes() {
	o := m.offering
	add := func(mode catalog.Mode, to string) {
		if to != "" && !slices.ContainsFunc(o.Apply, func(way catalog.ApplyRoute) bool { return way.To == to }) {
			o.Apply = append(o.Apply, catalog.ApplyRoute{Mode: mode, To: to})
		}
	}
	if url := m.text(m.object, "url"); strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
		add(catalog.ModeWeb, url)
	} else if url != "" {
		m.need("apply", "address", "Address", url)
	}
	add(catalog.ModeEmail, m.text(m.object, "email"))
	for _, phone := range m.list(m.object, "phones") {
		add(catalog.ModePhone, strings.Trim(m.text(phone, "number"), `" `))
	}
	m.ownModes()
	if len(o.Apply) == 0 {
		o.Apply = []catalog.ApplyRoute{{Mode: catalog.ModeNone}}
		m.need("apply", "route")
	}
	first := &o.Apply[0]
	if process := m.text(m.object, "application_process"); process != "" {
		for line := range strings.SplitSeq(process, "\n") {
			if line = oneLine(line); line != "" {
				first.Steps = append(first.Steps, catalog.Text{En: line})
			}
		}
	}
	for _, document := range m.list(m.object, "required_documents") {
		if text := oneLine(m.text(document, "document")); text != "" {
			first.Documents = append(first.Documents, catalog.Text{En: text})
		}
	}
	m.need("apply[1].fields", "fields")
}

// ownModes takes the ways to apply that our own terms name.
func (m *mapper) ownModes() {
	o := m.offering
	modes := m.terms[taxonomyWay]
	if len(modes) == 0 {
		return
	}
	o.Apply = slices.DeleteFunc(o.Apply, func(way catalog.ApplyRoute) bool { return !slices.Contains(modes, string(way.Mode)) })
	for _, mode := range modes {
		if !slices.ContainsFunc(o.Apply, func(way catalog.ApplyRoute) bool { return string(way.Mode) == mode }) {
			o.Apply = append(o.Apply, catalog.ApplyRoute{Mode: catalog.Mode(mode)})
		}
	}
	slices.SortStableFunc(o.Apply, func(a, b catalog.ApplyRoute) int {
		return slices.Index(modes, string(a.Mode)) - slices.Index(modes, string(b.Mode))
	})
}

// helper is the first person to contact.
func (m *mapper) helper() {
	for _, contact := range m.list(m.object, "contacts") {
		name := oneLine(m.text(contact, "name"))
		if name == "" {
			continue
		}
		m.offering.Helper.Name = name
		for _, phone := range m.list(contact, "phones") {
			if number := strings.Trim(m.text(phone, "number"), `" `); number != "" {
				m.offering.Helper.Phone = number
				break
			}
		}
		m.need("helper.name", "helper")
		return
	}
}

// eligibility keeps the prose as a requirement, which the check does not decide on.
func (m *mapper) eligibility() {
	add := func(text string) {
		text = strings.TrimSuffix(oneLine(text), ".")
		if text != "" && !strings.HasSuffix(text, ":") { // what ends so is a heading
			m.offering.Requirements = append(m.offering.Requirements, catalog.Requirement{Title: catalog.Text{En: text}})
			m.need(element("requirements", len(m.offering.Requirements)-1, "citation"), "citation")
		}
	}
	for line := range strings.SplitSeq(m.text(m.object, "eligibility_description"), "\n") {
		add(strings.TrimLeft(line, "-•* "))
	}
	from, to := m.count(m.object, "minimum_age"), m.count(m.object, "maximum_age")
	switch {
	case from > 0 && to > 0:
		add(fmt.Sprintf("People from %d to %d years", from, to))
	case from > 0:
		add(fmt.Sprintf("People of %d years and older", from))
	case to > 0:
		add(fmt.Sprintf("People up to %d years", to))
	}
	m.need("criteria", "criteria")
}

// sources are the pages of the service. Nobody of this desk has read them.
func (m *mapper) sources() {
	add := func(url, supports string) {
		known := slices.ContainsFunc(m.offering.Sources, func(s catalog.Source) bool { return s.URL == url })
		if strings.HasPrefix(url, "https://") && !known {
			m.offering.Sources = append(m.offering.Sources, catalog.Source{URL: url, Supports: supports})
		}
	}
	add(m.text(m.object, "url"), "the page of the service")
	for _, more := range m.list(m.object, "additional_urls") {
		label := oneLine(m.text(more, "label"))
		if label == "" {
			label = "a page of the service"
		}
		add(m.text(more, "url"), label)
	}
	m.need("sources", "sources", "Number", strconv.Itoa(len(m.offering.Sources)))
}

// leftOut says what the service has and an offering has no key for.
func (m *mapper) leftOut() {
	if alert := m.text(m.object, "alert"); alert != "" {
		m.need("details.en", "alert", "Words", oneLine(alert))
	}
	if schedules := m.list(m.object, "schedules"); len(schedules) > 0 {
		m.need("window", "schedules", "Number", strconv.Itoa(len(schedules)))
	}
	for _, capacity := range m.list(m.object, "capacities") {
		m.need("window.seats", "capacity", "Available", strconv.Itoa(m.count(capacity, "available")), "Maximum", strconv.Itoa(m.count(capacity, "maximum")))
	}
	for _, area := range m.list(m.object, "service_areas") {
		if name := oneLine(m.text(area, "name")); name != "" {
			m.need("criteria", "area", "Words", name)
		}
	}
	if places := m.list(m.object, "service_at_locations"); len(places) > 0 {
		m.need("details.en", "locations", "Number", strconv.Itoa(len(places)))
	}
}
