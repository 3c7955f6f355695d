package desk

// ApplicationsPage lists the person's applications, the newest first.
type ApplicationsPage struct {
	Applications []listed
}

// listed is one application in the list.
type listed struct {
	ID, Reference, Organization, When string
	Items                             []row
}
