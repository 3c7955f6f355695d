// Package link asks whether an address still opens, politely: it looks at few sites, slowly, and never at a private network.
//
// # Manners
//
// A site is asked only if it stands on the list (internet.Hosts), and only over https on the usual port. Its robots.txt is read first and
// obeyed for our name, its Crawl-delay too. One request is under way at a time, with a pause between two to the same site. A
// request is a HEAD; where the site does not answer that, a GET of which few bytes are read. It names the desk and its address.
//
// # What is never reached
//
// The address that is dialed is looked at right before dialing (package internet). No proxy of the environment is used. Redirects are followed by hand, each to a site on the list.
//
// The package knows no database and no clock.
package link

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"accessdesk/data/internet"
)

// Limits of one request.
const (
	requestTime   = 10 * time.Second // from dialing to the last byte that is read
	bodyBytes     = 16 << 10         // read of a GET: enough to see that something comes
	headerBytes   = 64 << 10
	mostRedirects = 5
	longestPause  = 2 * time.Minute // whatever Crawl-delay a site asks for
)

// Problem is why an address could not be opened. Its texts are upkeep.link_VALUE.
type Problem string

// The problems.
const (
	None       Problem = ""
	Gone       Problem = "gone"       // 404 or 410
	NoSuchName Problem = "no_name"    // the name of the site does not exist
	Refused    Problem = "refused"    // 401, 403, 429 and other 4xx: perhaps only programs are refused
	Broken     Problem = "broken"     // 5xx
	Slow       Problem = "slow"       // no answer in time
	NoAnswer   Problem = "no_answer"  // no connection, broken TLS, no HTTP
	Private    Problem = "private"    // the name leads into a private network
	Robots     Problem = "robots"     // the site asks programs to keep away from it
	Elsewhere  Problem = "elsewhere"  // leads to a site that is not on the list
	Loop       Problem = "loop"       // redirects without end
	NotListed  Problem = "not_listed" // the site is not on the list, or the address is none that may be asked
)

// Answer is what asking an address gave.
type Answer struct {
	URL     string
	Problem Problem // None: it opened
	Status  int     // of the last answer; 0 if there was none
	MovedTo string  // where the site says it stands now for good; "" if it did not move
}

// Checker asks addresses. It is used by one goroutine.
type Checker struct {
	hosts internet.Hosts
	agent string
	pause time.Duration
	wait  func(context.Context, time.Duration) error
	web   *http.Client

	asked  map[string]bool          // hosts that were asked in this run
	rules  map[string]*robots       // by host
	delays map[string]time.Duration // by host, where its robots.txt asks for a longer pause
}

// Config is what a checker must know.
type Config struct {
	Hosts internet.Hosts
	// Site is the public address of the desk; the name of the checker carries it, so that those who run a site can ask.
	Site string
	// Pause is the time between two requests to one site.
	Pause time.Duration

	// For tests: how to dial, which certificates to trust, how to wait. A dialer replaces the look at addresses.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	TLS  *tls.Config
	Wait func(context.Context, time.Duration) error
	Time time.Duration // of one request; 0 is the usual one
}

// New makes a checker for one run.
func New(c Config) *Checker {
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: requestTime, Control: internet.OnlyPublic}).DialContext
	}
	wait := c.Wait
	if wait == nil {
		wait = sleep
	}
	limit := c.Time
	if limit == 0 {
		limit = requestTime
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: c.TLS, TLSHandshakeTimeout: limit, ResponseHeaderTimeout: limit,
		MaxResponseHeaderBytes: headerBytes, DisableKeepAlives: true, Proxy: nil, DisableCompression: true, ForceAttemptHTTP2: true}
	return &Checker{hosts: c.Hosts, agent: agentName + "/1.0 (+" + c.Site + ")", pause: c.Pause, wait: wait,
		web:   &http.Client{Transport: transport, Timeout: limit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		asked: map[string]bool{}, rules: map[string]*robots{}, delays: map[string]time.Duration{}}
}

// agentName is how robots.txt files call the checker.
const agentName = "AccessDeskLinkCheck"

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Ask asks an address. The error is that of ctx: then nothing is known.
func (c *Checker) Ask(ctx context.Context, address string) (Answer, error) {
	answer := Answer{URL: address}
	permanent := true
	for range mostRedirects + 1 {
		at, ok := c.hosts.Parse(address)
		if !ok {
			answer.Problem = NotListed
			if address != answer.URL {
				answer.Problem = Elsewhere
			}
			return answer, nil
		}
		next, forGood, err := c.step(ctx, at, &answer)
		if err != nil || next == "" {
			return answer, err
		}
		if permanent = permanent && forGood; permanent {
			answer.MovedTo = next
		}
		address = next
	}
	answer.Problem = Loop
	return answer, nil
}

// step asks one address and gives where it leads, "" if nowhere else.
func (c *Checker) step(ctx context.Context, at *url.URL, answer *Answer) (next string, forGood bool, err error) {
	allowed, problem, err := c.mayAsk(ctx, at)
	if err != nil {
		return "", false, err
	}
	if problem == None && !allowed {
		problem = Robots
	}
	if problem != None {
		answer.Problem = problem
		return "", false, nil
	}
	response, err := c.request(ctx, http.MethodHead, at)
	if ctx.Err() != nil {
		return "", false, ctx.Err()
	}
	if err != nil || response.StatusCode >= 400 && response.StatusCode != http.StatusTooManyRequests {
		response, err = c.request(ctx, http.MethodGet, at) // many sites answer only that
	}
	switch {
	case ctx.Err() != nil:
		return "", false, ctx.Err()
	case err != nil:
		answer.Problem = problemOf(err)
		return "", false, nil
	}
	answer.Status, answer.Problem = response.StatusCode, problemOfStatus(response.StatusCode)
	if response.StatusCode < 300 || response.StatusCode >= 400 {
		return "", false, nil
	}
	to, err := at.Parse(response.Header.Get("Location"))
	if err != nil || response.Header.Get("Location") == "" {
		answer.Problem = NoAnswer
		return "", false, nil
	}
	to.Fragment = at.Fragment
	forGood = response.StatusCode == http.StatusMovedPermanently || response.StatusCode == http.StatusPermanentRedirect
	return to.String(), forGood, nil
}

// request sends one request after the pause that the site is due, and reads little of the answer.
func (c *Checker) request(ctx context.Context, verb string, at *url.URL) (*http.Response, error) {
	if err := c.rest(ctx, at.Host); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, verb, at.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", c.agent)
	request.Header.Set("Accept", "*/*")
	response, err := c.web.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if verb == http.MethodGet {
		if _, err := io.CopyN(io.Discard, response.Body, bodyBytes); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	return response, nil
}

// rest waits before every request to a site but the first.
func (c *Checker) rest(ctx context.Context, host string) error {
	if !c.asked[host] {
		c.asked[host] = true
		return nil
	}
	return c.wait(ctx, min(max(c.pause, c.delays[host]), longestPause))
}

func problemOfStatus(status int) Problem {
	switch {
	case status == http.StatusNotFound || status == http.StatusGone:
		return Gone
	case status >= 500:
		return Broken
	case status >= 400:
		return Refused
	}
	return None
}

func problemOf(err error) Problem {
	var name *net.DNSError
	var network net.Error
	switch {
	case errors.Is(err, internet.ErrPrivate):
		return Private
	case errors.As(err, &name) && name.IsNotFound:
		return NoSuchName
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return Slow
	}
	return NoAnswer
}
