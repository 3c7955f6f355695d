package main

import (
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
)

// TestScreenSaysNotices holds that screen says what a database knows beside its listings: the notice on a provider.
func TestScreenSaysNotices(t *testing.T) {
	draftedDesk(t)
	db, b := openDesk(t)
	err := db.Write(t.Context(), func(tx *data.Tx) error {
		_, err := upkeep.Write(tx, upkeep.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Mail: b.desk.Mail}, "example-institute", "console",
			upkeep.Draft{Text: catalog.Text{En: "It answers after New Year.", Es: "Responde después de Año Nuevo."}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "! Notice about Example Institute", "es": "! Aviso sobre Example Institute"} {
		p, out, said := session(t, `{"sector": "drinking_water"}`)
		if status := p.run(t.Context(), []string{"screen", "--db", "desk.db", "--facts", "-", "--lang", lang}); status != 0 {
			t.Fatalf("exit status %d: %s", status, said)
		}
		if text := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(text, want) || !strings.Contains(text, map[string]string{"en": "It answers after New Year.", "es": "Responde después de Año Nuevo."}[lang]) {
			t.Errorf("%s: no notice in\n%s", lang, out)
		}
	}
}
