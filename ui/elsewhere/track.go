package elsewhere

import (
	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Stage is one step on the way of a packet, with its day, its note and who noted it.
type Stage = stage

// Track lists where a packet has been and what lies ahead, for pages that show more than the packet. What was taken back is
// left out.
func Track(r *web.Request, tx *data.Tx, a broker.Application, item broker.Item) ([]Stage, error) {
	f, err := load(r, tx, a, item)
	if err != nil {
		return nil, err
	}
	var kept []Stage
	for _, one := range f.track(r) {
		if !one.Undone {
			kept = append(kept, one)
		}
	}
	return kept, nil
}
