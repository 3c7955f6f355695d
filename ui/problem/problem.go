// Package problem holds the error answers of the interfaces for programs: problem documents as RFC 9457 has them.
//
// A handler refuses by returning a *Fault, which names a code of the table below and lists every mistake it found, each at its
// query parameter or at its place in the body. Package ui/web writes the document: the texts stand in the message files as
// problem.CODE_title, problem.CODE_text and, for a mistake, problem.CODE, and are in the reader's language; codes and types are not.
//
// The type of a document is an address of this site, /problems/CODE, where it is explained. Codes are never renamed.
package problem

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// MediaType is the media type of a problem document.
const MediaType = "application/problem+json"

// Path is where the explanations of the types stand; a code follows it.
const Path = "/problems/"

// Document is a problem as it is sent.
type Document struct {
	Type      string `json:"type"`   // address of the explanation
	Title     string `json:"title"`  // the same for every problem of the type
	Status    int    `json:"status"` // that of the answer
	Detail    string `json:"detail"` // what to do about it
	Instance  string `json:"instance"`
	Errors    []Item `json:"errors,omitempty"`
	RequestID string `json:"request_id"` // stands in the log beside the cause
}

// Item is one mistake of a request as it is sent.
type Item struct {
	Parameter string `json:"parameter,omitempty"` // name of the query parameter, if the mistake is in one
	Pointer   string `json:"pointer,omitempty"`   // JSON pointer into the body, as a fragment ("#/facts/sector"), if it is there
	Code      string `json:"code"`                // for programs
	Detail    string `json:"detail"`              // for people
}

// Encode writes the document.
func (d Document) Encode() []byte {
	text, err := json.Marshal(d)
	if err != nil { // it holds strings and numbers only
		panic(err)
	}
	return text
}

// Kind is a type of problem: its code and the status of the answers that bear it.
type Kind struct {
	Code   string
	Status int
}

// kinds is the table of the types.
var kinds = []Kind{
	{"bad_request", http.StatusBadRequest}, {"parameters", http.StatusBadRequest}, {"body", http.StatusBadRequest},
	{"unauthorized", http.StatusUnauthorized}, {"forbidden", http.StatusForbidden}, {"not_found", http.StatusNotFound},
	{"method", http.StatusMethodNotAllowed}, {"not_acceptable", http.StatusNotAcceptable}, {"conflict", http.StatusConflict},
	{"precondition_failed", http.StatusPreconditionFailed}, {"too_large", http.StatusRequestEntityTooLarge},
	{"media_type", http.StatusUnsupportedMediaType}, {"refused", http.StatusUnprocessableEntity},
	{"not_ready", http.StatusUnprocessableEntity}, {"idempotency_key", http.StatusUnprocessableEntity},
	{"precondition_required", http.StatusPreconditionRequired}, {"too_many", http.StatusTooManyRequests},
	{"internal", http.StatusInternalServerError}, {"busy", http.StatusServiceUnavailable}, {"unavailable", http.StatusServiceUnavailable},
}

// Kinds lists the types in the order of their status.
func Kinds() []Kind { return append([]Kind(nil), kinds...) }

// Find finds a type by its code.
func Find(code string) (Kind, bool) {
	for _, k := range kinds {
		if k.Code == code {
			return k, true
		}
	}
	return Kind{}, false
}

// Mistake is one thing that is wrong with a request.
type Mistake struct {
	Parameter string         // name of the query parameter; or
	Pointer   string         // place in the body, like "#/facts/sector"
	Code      string         // its text is problem.CODE
	Args      map[string]any // what stands in the text
	Detail    string         // in place of that text, where a package below has words of its own; "" elsewhere
}

// Fault is a request that is refused. It is an error, so that a handler returns it.
type Fault struct {
	Kind
	Mistakes []Mistake
	// Header are headers of the answer, like WWW-Authenticate.
	Header map[string]string
}

// New makes a fault of a type of the table. An unknown code is a mistake of the program and becomes "internal".
func New(code string, mistakes ...Mistake) *Fault {
	kind, ok := Find(code)
	if !ok {
		kind = Kind{"internal", http.StatusInternalServerError}
	}
	return &Fault{Kind: kind, Mistakes: mistakes}
}

// Error names the code and the places, for the log.
func (f *Fault) Error() string {
	places := make([]string, len(f.Mistakes))
	for i, m := range f.Mistakes {
		places[i] = m.Parameter + m.Pointer + " " + m.Code
	}
	return fmt.Sprintf("problem %s (%d): %s", f.Code, f.Status, strings.Join(places, ", "))
}
