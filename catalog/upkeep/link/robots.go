package link

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/temoto/robotstxt"
)

// robotsBytes is how much of a robots.txt is read (RFC 9309 asks for at least 500 KiB).
const robotsBytes = 500 << 10

// robots is what a site says about programs, or why it could not be asked.
type robots struct {
	group   *robotstxt.Group
	problem Problem
}

// mayAsk tells whether the robots.txt of a site lets us ask for an address. A site that cannot be reached for it is not asked for
// anything else; one that answers 5xx to it keeps everybody away for now (RFC 9309, 2.3.1.4).
func (c *Checker) mayAsk(ctx context.Context, at *url.URL) (bool, Problem, error) {
	known, ok := c.rules[at.Host]
	if !ok {
		var err error
		if known, err = c.readRobots(ctx, at.Host); err != nil {
			return false, None, err
		}
		c.rules[at.Host] = known
	}
	if known.problem != None {
		return false, known.problem, nil
	}
	path := at.EscapedPath()
	if path == "" {
		path = "/"
	}
	if at.RawQuery != "" {
		path += "?" + at.RawQuery
	}
	return known.group.Test(path), None, nil
}

// readRobots reads the robots.txt of a site, which may stand on another site of the list.
func (c *Checker) readRobots(ctx context.Context, host string) (*robots, error) {
	address := "https://" + host + "/robots.txt"
	for range mostRedirects + 1 {
		at, ok := c.hosts.Parse(address)
		if !ok {
			return &robots{group: allowAll()}, nil // unavailable: no rules (RFC 9309, 2.3.1.2)
		}
		status, text, to, err := c.fetchRobots(ctx, at)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return &robots{problem: problemOf(err)}, nil
		case to != "":
			address = to
			continue
		case status >= 500:
			return &robots{problem: Broken}, nil
		}
		group := rulesOf(status, text)
		if group.CrawlDelay > 0 {
			c.delays[host] = group.CrawlDelay
		}
		return &robots{group: group}, nil
	}
	return &robots{group: allowAll()}, nil
}

// rulesOf reads the rules for our name. What is no robots.txt has none.
func rulesOf(status int, text []byte) *robotstxt.Group {
	parsed, err := robotstxt.FromStatusAndBytes(status, text)
	if err != nil {
		return allowAll()
	}
	return parsed.FindGroup(agentName)
}

func allowAll() *robotstxt.Group {
	none, err := robotstxt.FromString("")
	if err != nil { // an empty file is one
		panic(err)
	}
	return none.FindGroup(agentName)
}

// fetchRobots reads one file: its status, its text, or where it stands.
func (c *Checker) fetchRobots(ctx context.Context, at *url.URL) (status int, text []byte, to string, err error) {
	if err := c.rest(ctx, at.Host); err != nil {
		return 0, nil, "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return 0, nil, "", err
	}
	request.Header.Set("User-Agent", c.agent)
	response, err := c.web.Do(request)
	if err != nil {
		return 0, nil, "", err
	}
	defer response.Body.Close()
	if location := response.Header.Get("Location"); response.StatusCode >= 300 && response.StatusCode < 400 && location != "" {
		next, err := at.Parse(location)
		if err != nil {
			return response.StatusCode, nil, "", err
		}
		return response.StatusCode, nil, next.String(), nil
	}
	if text, err = io.ReadAll(io.LimitReader(response.Body, robotsBytes)); err != nil {
		return 0, nil, "", err
	}
	return response.StatusCode, text, "", nil
}
