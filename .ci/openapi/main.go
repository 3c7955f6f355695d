// Command openapi reads an OpenAPI description from each file that is named, builds its model with libopenapi (so every reference has to
// lead somewhere), and holds it against the schema of its version of OpenAPI. It is a module of its own, so that the program does not
// carry what only this check needs. .ci/run runs it.
package main

import (
	"fmt"
	"os"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

func main() {
	status := 0
	for _, name := range os.Args[1:] {
		found, err := check(name)
		for _, one := range append(found, messageOf(err)...) {
			fmt.Fprintf(os.Stderr, "%s: %s\n", name, one)
			status = 1
		}
	}
	os.Exit(status)
}

func messageOf(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}

// check gives what is wrong with a description.
func check(name string) (found []string, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, err
	}
	if _, err := document.BuildV3Model(); err != nil {
		return nil, err
	}
	v, mistakes := validator.NewValidator(document)
	if len(mistakes) > 0 {
		return nil, mistakes[0]
	}
	_, problems := v.ValidateDocument()
	for _, p := range problems {
		found = append(found, p.Message+": "+p.Reason)
		for _, s := range p.SchemaValidationErrors {
			found = append(found, fmt.Sprintf("line %d: %s", s.Line, s.Reason))
		}
	}
	return found, nil
}
