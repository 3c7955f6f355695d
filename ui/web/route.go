package web

import (
	"fmt"
	"slices"
	"strings"

	"accessdesk/broker/account"
	"accessdesk/broker/account/key"

	"github.com/gofiber/fiber/v2"
)

// Policy says who may use a route. What a person may do with one case or grant is decided by the domain packages;
// a policy only opens the door of the room.
type Policy struct {
	Name   string
	public bool
	scope  key.Scope // of the key that opens the route; "" for those that people use
	allow  func(account.Person) bool
}

// The policies.
var (
	// Public: anyone, signed in or not.
	Public = Policy{Name: "public", public: true, allow: func(account.Person) bool { return true }}
	// SignedIn: any person with a session.
	SignedIn = Policy{Name: "signed in", allow: func(p account.Person) bool { return true }}
	// Applicant: people who act for organizations. Staff keep apart from applying.
	Applicant = Policy{Name: "applicant", allow: func(p account.Person) bool { return p.StaffRole == "" }}
	// Staff: program managers, administrators and auditors, to read.
	Staff = Policy{Name: "staff", allow: func(p account.Person) bool { return p.StaffRole != "" }}
	// Manager: program managers, to decide.
	Manager = Policy{Name: "program manager", allow: func(p account.Person) bool { return p.StaffRole == account.ProgramManager }}
)

// Key opens a route to programs that bring a key with that scope, and to nobody else: no session opens it.
func Key(scope key.Scope) Policy {
	return Policy{Name: "key with " + string(scope), scope: scope, allow: func(account.Person) bool { return false }}
}

// Scope is that of the key which opens the route, "" for a route that people use.
func (p Policy) Scope() key.Scope { return p.scope }

// Public tells whether the policy lets strangers in.
func (p Policy) Public() bool { return p.public }

// Allows tells whether a signed-in person may use the route.
func (p Policy) Allows(person account.Person) bool { return p.allow(person) }

// Limit names a rate limit.
type Limit string

// The rate limits.
const (
	NoLimit     Limit = ""
	SignInLimit Limit = "signin"
	CheckLimit  Limit = "check"
	// MachineLimit is for the interfaces that anybody's program may read.
	MachineLimit Limit = "machine"
)

// Route is one line of the route table.
type Route struct {
	Method  string
	Path    string
	Policy  Policy
	Limit   Limit
	Handler fiber.Handler
	// Cached pages are the same for every stranger: public, to read, and the handler looks at no cookie (see shared.go).
	Cached bool
	// Cookieless routes read no cookie and set none (health, static files, what mail programs post to): they need no origin
	// check, and to them everybody is a stranger. Such a route has a Public policy, or one of keys.
	Cookieless bool
	// Machine routes answer programs: errors are problem documents, and pages of any site may read the answers. Such a route is
	// Cookieless.
	Machine bool
}

// local is where something is kept with a request.
type local int

const (
	routeKey     local = iota // for the adapter
	referenceKey              // for the access log and the error pages
)

// Register adds the routes to app. A route without a policy, or one that stands twice, fails the start. limiters
// has a handler for every Limit that a route names.
func Register(app *fiber.App, routes []Route, limiters map[Limit]fiber.Handler) error {
	seen := map[string]bool{}
	for _, route := range routes {
		id := route.Method + " " + route.Path
		if route.Policy.allow == nil {
			return fmt.Errorf("route %s has no policy", id)
		}
		if route.Handler == nil || !strings.HasPrefix(route.Path, "/") || seen[id] {
			return fmt.Errorf("route %s has no handler, no path, or stands twice", id)
		}
		if route.Cookieless && !route.Policy.public && route.Policy.scope == "" {
			return fmt.Errorf("route %s reads no cookie, so its policy must be public", id)
		}
		if route.Policy.scope != "" && !route.Machine {
			return fmt.Errorf("route %s is opened by keys, so it must be one for programs", id)
		}
		if route.Machine && !route.Cookieless {
			return fmt.Errorf("route %s answers programs of any site, so it must read no cookie", id)
		}
		if route.Cached && (route.Method != fiber.MethodGet || !route.Policy.public || route.Cookieless != route.Machine) {
			return fmt.Errorf("route %s is marked Cached, but is not a page that anyone may read", id)
		}
		seen[id] = true
		known := any(route) // boxed once, not for each request
		chain := []fiber.Handler{func(c *fiber.Ctx) error {
			c.Locals(routeKey, known)
			return c.Next()
		}}
		if route.Limit != NoLimit {
			limiter, ok := limiters[route.Limit]
			if !ok {
				return fmt.Errorf("route %s names an unknown limit %q", id, route.Limit)
			}
			chain = append(chain, limiter)
		}
		chain = append(chain, route.Handler)
		if asked := "OPTIONS " + route.Path; route.Machine && route.Policy.public && !seen[asked] {
			seen[asked] = true
			app.Options(route.Path, append(slices.Clone(chain[:len(chain)-1]), preflight)...)
		}
		if route.Method == fiber.MethodGet {
			app.Get(route.Path, chain...) // HEAD too
		} else {
			app.Add(route.Method, route.Path, chain...)
		}
	}
	return nil
}

// routeOf gives the route that Register put there; ok is false for an address that no route serves.
func routeOf(c *fiber.Ctx) (Route, bool) {
	route, ok := c.Locals(routeKey).(Route)
	return route, ok
}

// unsafeMethod tells whether a verb may change state.
func unsafeMethod(method string) bool {
	return !slices.Contains([]string{fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions}, method)
}
