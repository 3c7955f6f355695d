package api

import (
	_ "embed"

	"accessdesk/data"
	"accessdesk/ui/web"
)

//go:embed openapi.json
var description []byte

// Description is the OpenAPI 3.1 description of the interfaces, but for /hsds, which has one of its own. It must not be changed.
func Description() []byte { return description }

// OpenAPI serves the description.
func OpenAPI(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Document: &web.Document{Type: mediaType, Body: description, Plain: true}}, nil
}
