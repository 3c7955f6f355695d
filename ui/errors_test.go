package ui_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
)

// errorWords are what the error pages lead with, by code and language.
var errorWords = map[string]map[string]string{
	"not_found":   {"en": "We can't find that page", "es": "No encontramos esa página"},
	"method":      {"en": "That does not work here", "es": ""},
	"too_large":   {"en": "That was too much text at once", "es": ""},
	"too_many":    {"en": "Too many tries from your network", "es": ""},
	"internal":    {"en": "Something went wrong on our side", "es": ""},
	"unavailable": {"en": "We can't save right now", "es": ""},
	"refused":     {"en": "We could not do that", "es": ""},
	"conflict":    {"en": "Someone else was faster", "es": ""},
	"forbidden":   {"en": "This page is not part of your role", "es": ""},
	"cross_site":  {"en": "We could not confirm that this came from our page", "es": ""},
	"stale_form":  {"en": "This form is out of date", "es": ""},
	"session_over": {"en": "You were signed out", "es": ""},
}
