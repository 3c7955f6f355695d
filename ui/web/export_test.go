package web

// What the tests look at from inside.
var (
	Clean         = clean
	CallerNetwork = callerNetwork
)

// MaxText is the most that Clean gives; SharedLimit is the room for the pages of strangers.
const (
	MaxText     = maxText
	SharedLimit = sharedLimit
)
