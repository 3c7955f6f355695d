package hsds

import "time"

// The objects of HSDS 3.1 with the fields that the desk fills, in the order of the specification. What is empty is left out. Fields that
// the specification calls deprecated (wait_time, fees, licenses, tax_id, tax_status) have no place here.

// Instant is a moment as HSDS writes it: UTC, with milliseconds. The zero Instant is left out.
type Instant struct{ time.Time }

const instantLayout = `"2006-01-02T15:04:05.000Z"`

// MarshalJSON writes the moment.
func (i Instant) MarshalJSON() ([]byte, error) { return []byte(i.UTC().Format(instantLayout)), nil }

// Service is an offering.
type Service struct {
	ID                     string             `json:"id"`
	OrganizationID         string             `json:"organization_id,omitempty"`
	Name                   string             `json:"name"`
	AlternateName          string             `json:"alternate_name,omitempty"`
	Description            string             `json:"description,omitempty"`
	URL                    string             `json:"url,omitempty"`
	AdditionalURLs         []URL              `json:"additional_urls,omitempty"`
	Email                  string             `json:"email,omitempty"`
	Status                 Status             `json:"status"`
	ApplicationProcess     string             `json:"application_process,omitempty"`
	FeesDescription        string             `json:"fees_description,omitempty"`
	EligibilityDescription string             `json:"eligibility_description,omitempty"`
	AssuredDate            string             `json:"assured_date,omitempty"`
	Alert                  string             `json:"alert,omitempty"`
	LastModified           Instant            `json:"last_modified,omitzero"`
	Phones                 []Phone            `json:"phones,omitempty"`
	Schedules              []Schedule         `json:"schedules,omitempty"`
	Languages              []Language         `json:"languages,omitempty"`
	Organization           *Organization      `json:"organization,omitempty"`
	CostOptions            []CostOption       `json:"cost_options,omitempty"`
	RequiredDocuments      []RequiredDocument `json:"required_documents,omitempty"`
	Contacts               []Contact          `json:"contacts,omitempty"`
	Capacities             []Capacity         `json:"capacities,omitempty"`
	Attributes             []Attribute        `json:"attributes,omitempty"`
	Metadata               []Metadata         `json:"metadata,omitempty"`
	Desk                   *Extension         `json:"accessdesk,omitempty"`
}

// Status is whether a service can be had, in the four words of HSDS.
type Status string

// The statuses of HSDS.
const (
	Active            Status = "active"
	Inactive          Status = "inactive"
	Defunct           Status = "defunct"
	TemporarilyClosed Status = "temporarily closed"
)

// Minimal is a service of which a reader wants to know only whether it changed.
type Minimal struct {
	ID           string  `json:"id"`
	ModifiedDate Instant `json:"modified_date"`
}

// Organization is the provider of offerings.
type Organization struct {
	ID                 string      `json:"id"`
	Name               string      `json:"name"`
	Description        string      `json:"description"`
	Website            string      `json:"website,omitempty"`
	AdditionalWebsites []URL       `json:"additional_websites,omitempty"`
	LegalStatus        string      `json:"legal_status,omitempty"`
	Attributes         []Attribute `json:"attributes,omitempty"`
	Services           []Service   `json:"services,omitempty"`
}

// URL is an address with what stands there.
type URL struct {
	ID             string `json:"id"`
	Label          string `json:"label,omitempty"`
	URL            string `json:"url"`
	OrganizationID string `json:"organization_id,omitempty"`
	ServiceID      string `json:"service_id,omitempty"`
}

// Phone is a number to call.
type Phone struct {
	ID          string `json:"id"`
	ServiceID   string `json:"service_id,omitempty"`
	ContactID   string `json:"contact_id,omitempty"`
	Number      string `json:"number"`
	Type        string `json:"type,omitempty"`
	Description string `json:"description,omitempty"`
}

// Contact is whom to ask before applying.
type Contact struct {
	ID        string  `json:"id"`
	ServiceID string  `json:"service_id,omitempty"`
	Name      string  `json:"name,omitempty"`
	Phones    []Phone `json:"phones,omitempty"`
}

// Schedule is when requests are taken: the window that is open, or the next one.
type Schedule struct {
	ID          string   `json:"id"`
	ServiceID   string   `json:"service_id,omitempty"`
	ValidFrom   string   `json:"valid_from,omitempty"`
	ValidTo     string   `json:"valid_to,omitempty"`
	DTStart     string   `json:"dtstart,omitempty"`
	Timezone    *float64 `json:"timezone,omitempty"` // hours from UTC on the first day
	Freq        string   `json:"freq,omitempty"`
	Interval    int      `json:"interval,omitempty"`
	Description string   `json:"description,omitempty"`
	OpensAt     string   `json:"opens_at,omitempty"`
	ClosesAt    string   `json:"closes_at,omitempty"`
}

// Language is a language in which one can apply.
type Language struct {
	ID        string `json:"id"`
	ServiceID string `json:"service_id,omitempty"`
	Name      string `json:"name,omitempty"`
	Code      string `json:"code,omitempty"`
	Note      string `json:"note,omitempty"`
}

// CostOption says what the operator pays. The desk knows no amounts.
type CostOption struct {
	ID        string `json:"id"`
	ServiceID string `json:"service_id,omitempty"`
	ValidFrom string `json:"valid_from,omitempty"`
	Option    string `json:"option,omitempty"`
}

// RequiredDocument is what to gather before applying.
type RequiredDocument struct {
	ID        string `json:"id"`
	ServiceID string `json:"service_id,omitempty"`
	Document  string `json:"document,omitempty"`
}

// Capacity is how many places there are.
type Capacity struct {
	ID          string  `json:"id"`
	ServiceID   string  `json:"service_id,omitempty"`
	Unit        Unit    `json:"unit"`
	Available   int     `json:"available"`
	Maximum     int     `json:"maximum,omitempty"`
	Description string  `json:"description,omitempty"`
	Updated     Instant `json:"updated"`
}

// Unit is what a capacity counts.
type Unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Attribute hangs a term on a service or an organization.
type Attribute struct {
	ID             string `json:"id"`
	LinkID         string `json:"link_id,omitempty"`
	TaxonomyTermID string `json:"taxonomy_term_id,omitempty"`
	LinkType       string `json:"link_type,omitempty"`
	LinkEntity     string `json:"link_entity,omitempty"`
	Value          string `json:"value,omitempty"`
	Term           *Term  `json:"taxonomy_term,omitempty"`
	Label          string `json:"label,omitempty"`
}

// Metadata is a change of what is said about a service.
type Metadata struct {
	ID               string `json:"id"`
	ResourceID       string `json:"resource_id,omitempty"`
	ResourceType     string `json:"resource_type,omitempty"`
	LastActionDate   string `json:"last_action_date"`
	LastActionType   string `json:"last_action_type"`
	FieldName        string `json:"field_name"`
	PreviousValue    string `json:"previous_value"`
	ReplacementValue string `json:"replacement_value"`
	UpdatedBy        string `json:"updated_by"`
}

// Taxonomy is a list of terms.
type Taxonomy struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	URI         string `json:"uri,omitempty"`
	Version     string `json:"version,omitempty"`
}

// Term is an entry of a taxonomy.
type Term struct {
	ID          string    `json:"id"`
	Code        string    `json:"code,omitempty"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	ParentID    string    `json:"parent_id,omitempty"`
	Taxonomy    string    `json:"taxonomy,omitempty"`
	Detail      *Taxonomy `json:"taxonomy_detail,omitempty"`
	Language    string    `json:"language,omitempty"`
	TaxonomyID  string    `json:"taxonomy_id,omitempty"`
}
