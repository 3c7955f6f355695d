// Package curate gives the pages and interfaces of program managers their door to package catalog/publishing.
package curate

import (
	"accessdesk/broker/curation"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/eligibility/registry/impact"
	"accessdesk/ui/web"
)

// Desk is the desk of those who curate the catalog, with the organizations of the registers as they are kept for staff pages.
func Desk(r *web.Request) publishing.Desk {
	return curation.Desk(r.Desk(), func(tx *data.Tx) (*impact.Population, error) {
		return r.Site.Nation.Population(tx, r.Site.DB, r.Desk().Vocabulary)
	})
}
