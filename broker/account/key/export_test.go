package key

// Sealed adds the check to a key.
func Sealed(before string) string { return before + check(before) }
