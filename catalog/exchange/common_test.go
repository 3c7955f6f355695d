package exchange

import (
	"accessdesk/catalog/catalogtest"
	"accessdesk/eligibility"
)

func vocabulary() *eligibility.Vocabulary { return catalogtest.Vocabulary() }
