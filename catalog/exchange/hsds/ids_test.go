package hsds

// idGolden are ids as another program made them: uuid.uuid5 of Python, with the namespace of the package.
var idGolden = map[string]string{
	"service cisa-vuln-scanning":          "e3ff9696-355b-5898-948b-602213837023",
	"organization cisa":                   "0d867281-8acf-53b3-affc-6cbc50c92f0a",
	"taxonomy sector":                     "94740182-150e-5001-ba18-f9e38e84eba3",
	"taxonomy_term sector:drinking_water": "b9393cdb-6954-53aa-bf82-e85c8a371324",
	"attribute ms-isac:kind:tool":         "07008597-fb0e-5d4d-a148-a01d82577af6",
	"url cisa:https://www.cisa.gov/a:b":   "2daadc2e-6765-5509-ab8b-993fddcd46c9",
}
