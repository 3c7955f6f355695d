// Package head has the headers of answers: those with which every answer begins, and names and values of others as they go over the wire,
// so that the way of a kept page need not spell them each time. One of them is the reference of the request.
package head

import (
	"encoding/base32"
	"encoding/binary"
	"math/rand/v2"

	"github.com/valyala/fasthttp"
)

// contentPolicy allows this site's own style sheet and pictures and nothing else: no script, no inline style, no
// frame. Pages must work so.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// safeguards are on every answer.
var safeguards = [][2]string{
	{"Content-Security-Policy", contentPolicy},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "same-origin"}, // never tells another site an address; our own origin check needs it
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
}

// Start is how every answer begins.
type Start struct{ all *fasthttp.ResponseHeader }

// New makes the headers with which every answer begins: of a site that is reached by https, or not.
func New(secure bool) Start {
	all := &fasthttp.ResponseHeader{}
	for _, h := range safeguards {
		all.Set(h[0], h[1])
	}
	if secure {
		all.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return Start{all}
}

// Begin sets the headers of an answer, and no others: those, and the reference of the request. They are copied in one piece; setting
// them one by one takes longer than finding a kept page.
func (s Start) Begin(answer *fasthttp.ResponseHeader, reference string) {
	s.all.CopyTo(answer)
	answer.SetCanonical(requestID, []byte(reference))
}

// NewReference is a number that people can read out on the phone: 8 letters and digits. It is no secret.
func NewReference() string {
	var number [8]byte
	binary.NativeEndian.PutUint64(number[:], rand.Uint64())
	return base32.StdEncoding.EncodeToString(number[:5])
}

// Names.
var (
	requestID       = []byte("X-Request-Id")
	ContentLanguage = []byte("Content-Language")
	Vary            = []byte("Vary")
	CacheControl    = []byte("Cache-Control")
	Etag            = []byte("Etag") // as fasthttp writes it
)

// Values.
var (
	Page       = []byte("text/html; charset=utf-8")
	ByLanguage = []byte("Accept-Language, Accept-Encoding")         // of Vary, where no cookie is read
	ByReader   = []byte("Accept-Language, Accept-Encoding, Cookie") // where one may be
	NoCache    = []byte("no-cache")                                 // kept, and asked for each time
	Gzip       = []byte("gzip")
)
