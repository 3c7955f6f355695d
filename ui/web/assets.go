package web

import "github.com/gofiber/fiber/v2"

// Static serves the static files. It reads no cookie.
func (s *Site) Static(c *fiber.Ctx) error {
	file, ok := s.assets.Find(c.Path())
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderETag, file.ETag)
	c.Set(fiber.HeaderContentType, file.Kind)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == file.ETag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if takesGzip(c) {
		if packed := file.Gzip(); packed != nil {
			c.Set(fiber.HeaderContentEncoding, "gzip")
			return c.Send(packed)
		}
	}
	return c.Send(file.Plain)
}

// Icon serves /favicon.ico's successor at its fixed address.
func (s *Site) Icon(c *fiber.Ctx) error {
	address, err := s.assets.Address("favicon.svg")
	if err != nil {
		return fiber.ErrNotFound
	}
	file, _ := s.assets.Find(address)
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	c.Set(fiber.HeaderContentType, file.Kind)
	return c.Send(file.Plain)
}
