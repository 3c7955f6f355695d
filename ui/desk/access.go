package desk

import "accessdesk/catalog"

// AccessesPage lists what was granted to the person's organizations.
type AccessesPage struct{ Grants []row }

// AccessPage is one grant.
type AccessPage struct {
	Title, Provider, Organization, Reference string
	Pill                                     pill
	Approved                                 string
	From, To, Left                           string
	Why                                      string // why it was revoked
	Steps                                    []string
	Safeguards                               []string
	Renewal                                  string
	Helper                                   catalog.Helper
	Case                                     string
}
