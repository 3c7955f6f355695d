package rule

import (
	"regexp"
	"strings"
)

// Code says which mistake an expression has, for who words it in another language. Args of an Error fill it in, by name and value.
type Code string

// The codes with what their Args name. CodeOther has the message of the engine.
const (
	CodeEmpty     Code = "empty"
	CodeRuns      Code = "runs"      // runs() without one sector in quotes
	CodeSector    Code = "sector"    // name, nearest
	CodeFact      Code = "fact"      // name, nearest
	CodeFunction  Code = "function"  // name
	CodeResult    Code = "result"    // type
	CodeMessage   Code = "message"   // a message is made
	CodeUnordered Code = "unordered" // fact
	CodeValue     Code = "value"     // name, fact, nearest
	CodeSyntax    Code = "syntax"    // piece
	CodeEnd       Code = "end"       // it ends too early
	CodeTypes     Code = "types"     // sign, left, right: types that do not go together
	CodeCall      Code = "call"      // sign, left: what a function cannot take
	CodeMixed     Code = "mixed"     // left (found), right (expected)
	CodeList      Code = "list"      // left: no list
	CodeLong      Code = "long"
	CodeDeep      Code = "deep"
	CodePattern   Code = "pattern"
	CodeOther     Code = "other" // message
)

// engineMessages tells the messages of CEL apart. The groups of a pattern are the values of the names.
var engineMessages = []struct {
	pattern *regexp.Regexp
	code    Code
	names   []string
}{
	{regexp.MustCompile(`^` + regexp.QuoteMeta(runsMessage) + `$`), CodeRuns, nil},
	{regexp.MustCompile(`^unknown sector "(.*)", nearest known: "(.*)"$`), CodeSector, []string{"name", "nearest"}},
	{regexp.MustCompile(`^found no matching overload for '_?(.+?)_?' applied to '\((.+), (.+)\)'$`), CodeTypes, []string{"sign", "left", "right"}},
	{regexp.MustCompile(`^found no matching overload for '_?(.+?)_?' applied to '(.*)'$`), CodeCall, []string{"sign", "left"}},
	{regexp.MustCompile(`^undeclared reference to '([^']+)'`), CodeFunction, []string{"name"}},
	{regexp.MustCompile(`^expected type '([^']+)' but found '([^']+)'`), CodeMixed, []string{"right", "left"}},
	{regexp.MustCompile(`^expression of type '([^']+)' cannot be range`), CodeList, []string{"left"}},
	{regexp.MustCompile(`^type '([^']+)' does not support field selection`), CodeCall, []string{"left"}},
	{regexp.MustCompile(`^Syntax error: .*'<EOF>'`), CodeEnd, nil},
	{regexp.MustCompile(`^Syntax error: (?:missing .+ at|extraneous input|mismatched input|no viable alternative at input|token recognition error at:) ?'(.*?)'(?: expecting .*)?$`), CodeSyntax, []string{"piece"}},
	{regexp.MustCompile(`(?s)^Syntax error: (.*)$`), CodeSyntax, []string{"piece"}},
	{regexp.MustCompile(`size exceeds limit|node count|too many`), CodeLong, nil},
	{regexp.MustCompile(`recursion|nesting|nested`), CodeDeep, nil},
	{regexp.MustCompile(`invalid matches argument|regex`), CodePattern, nil},
}

// engineError words a message of CEL as one of our codes.
func engineError(line, column int, message string) *Error {
	e := &Error{Line: line, Column: column, Message: message, Code: CodeOther, Args: []string{"message", message}}
	for _, known := range engineMessages {
		found := known.pattern.FindStringSubmatch(message)
		if found == nil {
			continue
		}
		e.Code, e.Args = known.code, nil
		for i, name := range known.names {
			e.Args = append(e.Args, name, strings.TrimSpace(found[i+1]))
		}
		return e
	}
	return e
}
