package logline

import (
	"io"
	"runtime"
	"sync"
)

// mostWaiting is how many bytes of lines may wait: then whoever adds one writes them all. A log that is slower than the requests slows
// them down, and takes no memory.
const mostWaiting = 64 << 10

// queue passes lines on in their order. Those that can wait are written by a goroutine of its own as soon as it gets its turn: at once
// while little happens, and many with one call while the machine is busy, where a call for each line takes more than the line itself.
// Nothing waits for a time to pass.
type queue struct {
	out  io.Writer
	wake chan struct{}

	turn  sync.Mutex // of whoever writes; before mutex
	spare []byte     // the room of the lines written last

	mutex   sync.Mutex
	waiting []byte
	closed  bool
}

func newQueue(out io.Writer) *queue {
	q := &queue{out: out, wake: make(chan struct{}, 1)}
	go func() {
		for range q.wake {
			runtime.Gosched() // after the requests that are ready now: their lines go along
			_ = q.writeAll(nil)
		}
	}()
	return q
}

// later adds a line that is written soon.
func (q *queue) later(line []byte) error {
	q.mutex.Lock()
	q.waiting = append(q.waiting, line...)
	first, now := len(q.waiting) == len(line), q.closed || len(q.waiting) > mostWaiting
	if first && !now {
		select {
		case q.wake <- struct{}{}:
		default: // it is awake, and has not looked yet
		}
	}
	q.mutex.Unlock()
	if now {
		return q.writeAll(nil)
	}
	return nil
}

// Write writes a line after those that wait.
func (q *queue) Write(line []byte) (int, error) {
	if err := q.writeAll(line); err != nil {
		return 0, err
	}
	return len(line), nil
}

func (q *queue) writeAll(last []byte) error {
	q.turn.Lock()
	defer q.turn.Unlock()
	q.mutex.Lock()
	lines := q.waiting
	q.waiting = q.spare[:0]
	q.mutex.Unlock()
	lines = append(lines, last...)
	q.spare = lines
	if len(lines) == 0 {
		return nil
	}
	_, err := q.out.Write(lines)
	return err
}

// close writes what waits. Lines that come later are written at once.
func (q *queue) close() error {
	q.mutex.Lock()
	if !q.closed {
		q.closed = true
		close(q.wake)
	}
	q.mutex.Unlock()
	return q.writeAll(nil)
}
