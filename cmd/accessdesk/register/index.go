package register

import (
	"context"
	"fmt"

	"accessdesk/data"
	"accessdesk/eligibility/registry/index"
)

// MakeIndex makes the index fit what is loaded now. A loading that came so far is done: when the index cannot be made, that is said,
// and serve tries again.
func MakeIndex(ctx context.Context, db *data.DB, x *index.Index, o Output) {
	built, err := x.Refresh(ctx, db, o.progress("organizations indexed"))
	o.endProgress()
	switch {
	case err != nil:
		fmt.Fprintf(o.Err, "Organizations are found by identifier and beginning of the name only, until serve has made the index: %v\n", err)
	case built:
		fmt.Fprintln(o.Err, "The index for finding organizations is made anew.")
	}
}
