package desk

// SentPage confirms what was sent.
type SentPage struct {
	Reference, When string
	Programs        []program
	Left            []program // not sent, with the reason
}
