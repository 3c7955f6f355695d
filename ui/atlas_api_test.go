package ui_test

import (
	"maps"
	"net/http"
)

func init() {
	const offering, drafts = "/api/v1/offerings/" + modelProgram, "/api/v1/drafts/" + modelProgram
	maps.Copy(atlas, map[string]place{
		"/api/v1/offerings":       {address: fixed("/api/v1/offerings"), plain: true, others: addresses("/api/v1/offerings?sector=health&limit=2", "/api/v1/offerings?status=ended")},
		"/api/v1/offerings/:slug": {address: fixed(offering), plain: true},
		"/api/v1/facts":           {address: fixed("/api/v1/facts"), plain: true},
		"/api/v1/openapi.json":    {address: fixed("/api/v1/openapi.json"), plain: true},
		"/api/v1/screen":          {address: fixed("/api/v1/screen"), plain: true, status: http.StatusUnsupportedMediaType},

		"/api/v1/offerings/:slug/versions":         {address: fixed(offering + "/versions"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/offerings/:slug/versions/:number": {address: fixed(offering + "/versions/1"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/offerings/:slug/clone":            {address: fixed(offering + "/clone"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/offerings/:slug/pause":            {address: fixed(offering + "/pause"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/offerings/:slug/reopen":           {address: fixed(offering + "/reopen"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/offerings/:slug/retire":           {address: fixed(offering + "/retire"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/drafts":                           {address: fixed("/api/v1/drafts"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/drafts/:slug":                     {address: fixed(drafts), plain: true, status: http.StatusUnauthorized},
		"/api/v1/drafts/:slug/submit":              {address: fixed(drafts + "/submit"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/drafts/:slug/approve":             {address: fixed(drafts + "/approve"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/drafts/:slug/send-back":           {address: fixed(drafts + "/send-back"), plain: true, status: http.StatusUnauthorized},
		"/api/v1/drafts/:slug/discard":             {address: fixed(drafts + "/discard"), plain: true, status: http.StatusUnauthorized},
	})
}
