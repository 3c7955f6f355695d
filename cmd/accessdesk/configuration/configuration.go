// Package configuration reads config.toml and the environment over it, and says in words what is wrong with them: the key,
// what is wrong, and how to mend it. Every error of Load is a mistake of whoever wrote the configuration.
package configuration

// Configuration is config.toml. Every key has a default, so that an empty file, or none, is a working desk on this
// machine. Unknown keys are refused. config.example.toml documents each key; a test holds the two together.
type Configuration struct {
	Server   Server   `toml:"server"`
	Database Database `toml:"database"`
	Brand    Brand    `toml:"brand"`
	Mail     Mail     `toml:"mail"`
	Security Security `toml:"security"`
	Limits   Limits   `toml:"limits"`
	Catalog  Catalog  `toml:"catalog"`
	Registry Registry `toml:"registry"`
	Keys     Keys     `toml:"keys"`

	Retention Retention `toml:"retention"`
}

// Server is [server]: where the desk listens and under which address people know it.
type Server struct {
	Listen         string   `toml:"listen" validate:"required,hostname_port"`
	PublicURL      string   `toml:"public_url" validate:"omitempty,url"`
	TrustedProxies []string `toml:"trusted_proxies" validate:"dive,ip|cidr"`
	ProxyHeader    string   `toml:"proxy_header"`
}

// Database is [database]: a SQLite file or a PostgreSQL address, and the folder of the signed notes.
type Database struct {
	DSN         string `toml:"dsn" validate:"required" secret:"true"`
	Checkpoints string `toml:"checkpoints" validate:"required"`
}

// Brand is [brand]: what the desk is called, who runs it, and whom to call in an attack.
type Brand struct {
	Name       string    `toml:"name" validate:"required,max=60"`
	TaglineEn  string    `toml:"tagline_en" validate:"required,max=80"`
	TaglineEs  string    `toml:"tagline_es" validate:"required,max=80"`
	Operator   string    `toml:"operator" validate:"max=120"`
	Government bool      `toml:"government"`
	TimeZone   string    `toml:"time_zone" validate:"required,timezone"`
	Contacts   []Contact `toml:"contacts" validate:"dive"`
}

// Contact is one of [[brand.contacts]]: whom to call in an attack.
type Contact struct {
	Name  string `toml:"name" validate:"required"`
	En    string `toml:"en" validate:"required"`
	Es    string `toml:"es" validate:"required"`
	Phone string `toml:"phone"`
	URL   string `toml:"url" validate:"omitempty,url"`
}

// Mail is [mail]: how mail leaves the desk.
type Mail struct {
	Delivery string `toml:"delivery" validate:"oneof=spool smtp"`
	Spool    string `toml:"spool" validate:"required"`
	From     string `toml:"from" validate:"required,email"`
	ReplyTo  string `toml:"reply_to" validate:"omitempty,email"`
	Host     string `toml:"host" validate:"required_if=Delivery smtp"`
	Port     int    `toml:"port" validate:"min=1,max=65535"`
	Username string `toml:"username"`
	Password string `toml:"password" secret:"true"`
	TLS      string `toml:"tls" validate:"oneof=starttls implicit none"`
}

// Security is [security]: who hears of weaknesses of the desk, and the page that says how reports are handled.
type Security struct {
	Contacts []string `toml:"contacts"`
	Policy   string   `toml:"policy"`
}

// Limits is [limits]: bytes of a form (KB), tries of one address, requests of one address to the interfaces, seconds of a request.
type Limits struct {
	BodyKB         int `toml:"body_kb" validate:"min=64,max=4096"`
	SignIn         int `toml:"sign_in" validate:"min=1"`
	Check          int `toml:"check" validate:"min=1"`
	Machine        int `toml:"machine" validate:"min=1"`
	TimeoutSeconds int `toml:"timeout_seconds" validate:"min=1,max=60"`
}

// Catalog is [catalog]: how the listings are kept true.
type Catalog struct {
	RecheckDays int      `toml:"recheck_days" validate:"min=1,max=366"`
	LinkCheck   bool     `toml:"link_check"`
	LinkHosts   []string `toml:"link_hosts"`
}

// Registry is [registry]: the public registers, the folder of the index that finds organizations in them, and where publishers have
// their files: addresses by register.
type Registry struct {
	Index          string              `toml:"index" validate:"required"`
	Sync           bool                `toml:"sync"`
	Hosts          []string            `toml:"hosts"`
	TimeoutSeconds int                 `toml:"timeout_seconds" validate:"min=1,max=3600"`
	FileMB         int                 `toml:"file_mb" validate:"min=1,max=2000"`
	TotalMB        int                 `toml:"total_mb" validate:"min=1,max=4000"`
	URLs           map[string][]string `toml:"urls"`
}

// Retention is how long is kept what has no end of its own.
type Retention struct {
	ReportMonths int `toml:"report_months" validate:"min=1,max=120"`
}

// Keys is [keys]: the folder of the keys of the installation.
type Keys struct {
	Folder string `toml:"folder" validate:"required"`
}

// Defaults is the Configuration of an empty file.
func Defaults() Configuration {
	return Configuration{
		Server:   Server{Listen: "127.0.0.1:8080"},
		Database: Database{DSN: "var/accessdesk.db", Checkpoints: "var/checkpoints"},
		Brand: Brand{Name: "Cyber Access Desk", TaglineEn: "Security help for small operators",
			TaglineEs: "Ayuda de seguridad para operadores pequeños",
			TimeZone:  "America/New_York",
			Contacts: []Contact{
				{Name: "CISA", En: "Report an attack and ask for help, day or night.", Es: "Reporte un ataque y pida ayuda, de día o de noche.",
					Phone: "1-844-729-2472", URL: "https://www.cisa.gov/report"},
				{Name: "FBI", En: "Report the crime to the Internet Crime Complaint Center, or call your local FBI office.",
					Es: "Denuncie el delito ante el Centro de Denuncias de Delitos en Internet o llame a la oficina local del FBI.", URL: "https://www.ic3.gov"},
			}},
		Mail:     Mail{Delivery: "spool", Spool: "var/mail", From: "desk@localhost.localdomain", Port: 587, TLS: "starttls"},
		Limits:   Limits{BodyKB: 256, SignIn: 20, Check: 120, Machine: 300, TimeoutSeconds: 10},
		Catalog:  Catalog{RecheckDays: 30},
		Registry: Registry{Index: "var/index", TimeoutSeconds: 300, FileMB: 200, TotalMB: 500},
		Keys:     Keys{Folder: "var/keys"},

		Retention: Retention{ReportMonths: 25},
	}
}
