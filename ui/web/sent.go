package web

// Body gives the bytes that a program sent, as they came: a packed body is not unpacked.
func (r *Request) Body() []byte { return r.c.BodyRaw() }

// Header gives a header of the request.
func (r *Request) Header(name string) string { return clean(r.c.Get(name)) }
