package catalog

// ParseStored is parseStored, for the tests that stand outside because what they draw from imports this package.
var ParseStored = parseStored

// Bare is the offering without the file that it was read from.
func (o *Offering) Bare() *Offering {
	bare := *o
	bare.file, bare.places = "", nil
	return &bare
}
