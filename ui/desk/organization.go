package desk

import "accessdesk/ui/web"

// OrganizationPage asks for the name of the organization.
type OrganizationPage struct {
	web.Problems
	Name field
	Next string // where to go on
}
