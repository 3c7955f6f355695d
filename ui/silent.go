package ui

import (
	"errors"
	"io"
	"net"
	"sync"
)

// silent keeps track of the connections over which nothing was received yet. Browsers open some in advance. fasthttp (seen
// in 1.74.0) takes such a connection for a running request until the read timeout, so that one open browser window would
// hold up every shutdown; they are closed here instead.
type silent struct {
	mu      sync.Mutex
	open    map[*quietConn]bool
	closing bool
}

// listen gives a listener whose connections are known here until their first byte.
func (s *silent) listen(l net.Listener) net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = map[*quietConn]bool{}
	return quietListener{l, s}
}

// closeAll ends every silent connection, and those that are still accepted.
func (s *silent) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for c := range s.open {
		c.Conn.Close()
	}
	clear(s.open)
}

func (s *silent) forget(c *quietConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

type quietListener struct {
	net.Listener
	known *silent
}

// Accept waits for the next connection.
func (l quietListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &quietConn{Conn: conn, known: l.known}
	l.known.mu.Lock()
	defer l.known.mu.Unlock()
	if l.known.closing {
		conn.Close() // reading it ends at once
		return c, nil
	}
	l.known.open[c] = true
	return c, nil
}

type quietConn struct {
	net.Conn
	known *silent
	heard sync.Once
}

// Read notes the first byte. A connection that was closed here looks like one that its other side closed: that is no error.
func (c *quietConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if n > 0 {
		c.heard.Do(func() { c.known.forget(c) })
	}
	if n == 0 && errors.Is(err, net.ErrClosed) {
		err = io.EOF
	}
	return n, err
}

// Close ends the connection.
func (c *quietConn) Close() error {
	c.known.forget(c)
	return c.Conn.Close()
}
