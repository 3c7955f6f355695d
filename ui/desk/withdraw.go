package desk

import "accessdesk/ui/web"

// WithdrawPage asks for confirmation.
type WithdrawPage struct {
	web.Problems
	Application, Reference, Slug, Title, Provider, Back string
	Draft                                               bool
	Revision                                            int
	Choice                                              field
}
