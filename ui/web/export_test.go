package web

// What the tests look at from inside.
var (
	Clean         = clean
	CallerNetwork = callerNetwork
)

// MaxText is the most that Clean gives.
const MaxText = maxText
