package ui_test

import (
	"net"
	"testing"
	"time"

	"accessdesk/data/datatest"
	"accessdesk/ui"
)

// TestShutdownWithSilentConnection: a connection that a browser opened in advance does not hold up the shutdown, and is no
// error; nor is one that was used and rests.
func TestShutdownWithSilentConnection(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	server := need(ui.NewServer(w.site))(t)
	listener := need(net.Listen("tcp", "127.0.0.1:0"))(t)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	quiet := need(net.Dial("tcp", listener.Addr().String()))(t)
	defer quiet.Close()
	used := need(net.Dial("tcp", listener.Addr().String()))(t)
	defer used.Close()
	need(used.Write([]byte("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")))(t)
	answer := make([]byte, 15)
	need(used.Read(answer))(t)
	if string(answer) != "HTTP/1.1 200 OK" {
		t.Errorf("before the shutdown: %q", answer)
	}
	down := make(chan error, 1)
	go func() { down <- server.Shutdown(10 * time.Second) }()
	if n, err := quiet.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the silent connection got %d bytes, %v", n, err)
	}
	if err := <-down; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
