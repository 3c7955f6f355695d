package shelf

import (
	"strconv"
	"time"
)

// longest is how long a page can be true at most. Whole quarters of an hour, since a day begins on one in every time zone, so that a page
// may say what day it is.
const longest = 15 * time.Minute

// othersKeep is the longest time that others may keep a shared document without asking, in seconds; shorter if it turns before.
const othersKeep = 60

// Turning is what changes by itself at some instants.
type Turning interface {
	NextTurn(time.Time) (time.Time, bool)
}

// TrueUntil tells how long a page holds that is made now.
func TrueUntil(now time.Time, all ...Turning) time.Time {
	until := now.Truncate(longest).Add(longest)
	for _, one := range all {
		if turn, ok := one.NextTurn(now); ok && turn.Before(until) {
			until = turn
		}
	}
	return until
}

// TurnOf names the time from the last turn to the next one.
func TurnOf(now time.Time, all ...Turning) string {
	var next time.Time
	for _, one := range all {
		if turn, ok := one.NextTurn(now); ok && (next.IsZero() || turn.Before(next)) {
			next = turn
		}
	}
	return next.Format(time.RFC3339Nano)
}

// Age is the Cache-Control of a shared document: a minute, but never longer than it is true.
func Age(now, until time.Time) string {
	return "public, max-age=" + strconv.Itoa(max(0, min(othersKeep, int(until.Sub(now)/time.Second))))
}
