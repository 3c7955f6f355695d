package register

// Progress counts on a terminal; count is nil elsewhere. end wipes the line of the count.
func (o Output) Progress(what string) (count func(int), end func()) {
	return o.progress(what), o.endProgress
}
