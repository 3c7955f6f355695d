package upkeep

import (
	"strings"

	"accessdesk/catalog"
)

// placeholder stands as the owner in the files that the program brings: nobody reads mail there.
const placeholder = "catalog@example.org"

// Keeper is the address of whoever keeps a listing true; "" if its file names nobody.
func Keeper(p *catalog.Published) string {
	if owner := strings.TrimSpace(p.Owner); !strings.EqualFold(owner, placeholder) {
		return owner
	}
	return ""
}

// Overdue tells whether the day by which a listing had to be reviewed has passed, and nobody has compared it with its sources since.
func (s *State) Overdue(p *catalog.Published, today catalog.Date) bool {
	return p.ReviewBy != "" && p.ReviewBy < today && s.CheckedOn(p) <= p.ReviewBy
}

// Overdue lists the listings that are overdue, in the order of the catalog.
func Overdue(snapshot *catalog.Snapshot, state *State, today catalog.Date) (all []*catalog.Published) {
	for _, p := range snapshot.Listed() {
		if state.Overdue(p, today) {
			all = append(all, p)
		}
	}
	return all
}
