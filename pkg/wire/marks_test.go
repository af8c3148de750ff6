package wire

import (
	"testing"

	"github.com/dateline-wire/dateline/pkg/model"
)

func TestReadMarks(t *testing.T) {
	for _, c := range []struct {
		in       string
		change   model.Change
		priority model.Priority
		service  string
		part     string
		held     bool
		rest     string
	}{
		{"Kill-switch law passes in Ohio", "", "", "", "", false, "Kill-switch law passes in Ohio"},
		{"Flash-flood kills three", "", "", "", "", false, "Flash-flood kills three"},
		{"Test: England 200-3 at lunch", "", "", "", "", false, "Test: England 200-3 at lunch"},
		{"Leeds take the lead", "", "", "", "", false, "Leeds take the lead"},
		{"Scientists see advance for cancer patients", "", "", "", "", false, "Scientists see advance for cancer patients"},
		{"Embargo on Russian oil bites", "", "", "", "", false, "Embargo on Russian oil bites"},
		{"Correction officers strike in Texas", "", "", "", "", false, "Correction officers strike in Texas"},
		{"Urgent care centres overwhelmed", "", "", "", "", false, "Urgent care centres overwhelmed"},
		{"Police issue Amber Alert", "", "", "", "", false, "Police issue Amber Alert"},
		{"Man charged with road-kill", "", "", "", "", false, "Man charged with road-kill"},
		{"Withdrawal of troops begins", "", "", "", "", false, "Withdrawal of troops begins"},
		{"Advance on Kursk slows", "", "", "", "", false, "Advance on Kursk slows"},
		{"(LEAD) N. Korea sends workers", model.ChangeUpdate, "", "", "", false, "N. Korea sends workers"},
		{"(2nd LD) N. Korea sends workers", model.ChangeUpdate, "", "", "", false, "N. Korea sends workers"},
		{"(URGENT) Quake hits", "", model.PriorityUrgent, "", "", false, "Quake hits"},
		{"UPDATE 2-Oil falls", model.ChangeUpdate, "", "", "", false, "Oil falls"},
		{"CORRECTED-UPDATE 1-Oil falls", model.ChangeCorrection, "", "", "", false, "Oil falls"},
		{"REFILE-Oil falls", model.ChangeRefile, "", "", "", false, "Oil falls"},
		{"RPT-Oil falls", model.ChangeRefile, "", "", "", false, "Oil falls"},
		{"BC-EU--Ukraine, 2nd Ld-Writethru", model.ChangeUpdate, "", "", "", false, "BC-EU--Ukraine"},
		{"Iran-Talks, 1st Add", "", "", "", "add-1", false, "Iran-Talks"},
		{"Iran-Talks, Take 2", "", "", "", "take-2", false, "Iran-Talks"},
		{"BC-Travel-Trip-Adv08", "", "", "", "", true, "BC-Travel-Trip"},
		{"KILL: Minister resigns", model.ChangeKill, "", "", "", false, "Minister resigns"},
		{"MANDATORY KILL", model.ChangeKill, "", "", "", false, ""},
		{"STORY WITHDRAWN", model.ChangeKill, "", "", "", false, ""},
		{"BC-Iran, KILL", model.ChangeKill, "", "", "", false, "BC-Iran"},
		{"Berichtigung: Minister geht", model.ChangeCorrection, "", "", "", false, "Minister geht"},
		{"CORRIGÉ: Le ministre part", model.ChangeCorrection, "", "", "", false, "Le ministre part"},
		{"EIL: Bahn streikt", "", model.PriorityAlert, "", "", false, "Bahn streikt"},
		{"++ Papa ricoverato ++", "", model.PriorityAlert, "", "", false, "Papa ricoverato"},
		{"FLASH: War is over", "", model.PriorityFlash, "", "", false, "War is over"},
		{"ADVISORY - Summit coverage", model.ChangeAdvisory, "", "advisory", "", false, "Summit coverage"},
		{"BC-AP Daybook", model.ChangeAdvisory, "", "daybook", "", false, "BC-AP Daybook"},
		{"TEST TEST TEST", model.ChangeTest, "", "test", "", false, "TEST TEST TEST"},
		{"Line test - please ignore", model.ChangeTest, "", "test", "", false, "Line test - please ignore"},
		{"HOLD FOR RELEASE 6 p.m. EDT June 8: Budget", "", "", "", "", true, "Budget"},
		{"KILL LIFTED: Minister resigns", model.ChangeRelease, "", "", "", false, "Minister resigns"},
	} {
		m := ReadMarks(c.in)
		got := Marks{Change: m.Change, Priority: m.Priority, Service: m.Service, Part: m.Part, Held: m.Held, Rest: m.Rest}
		want := Marks{Change: c.change, Priority: c.priority, Service: c.service, Part: c.part, Held: c.held, Rest: c.rest}
		if got != want {
			t.Errorf("%q:\n got %+v\nwant %+v", c.in, got, want)
		}
	}
}

func TestReadNote(t *testing.T) {
	for in, want := range map[string]model.Change{
		"Eds: CORRECTS spelling of Shoigu":                               model.ChangeCorrection,
		"ATTN: ADDS more info in paras 5-7":                              model.ChangeUpdate,
		"EDS: UPDATES with quotes":                                       model.ChangeUpdate,
		"This story has been withdrawn; please use the later version":    model.ChangeKill,
		"Editors: Kill the story slugged BC-Iran, moved at 1430 GMT":     model.ChangeKill,
		"CORRECTS name in para 2; the story sent earlier is withdrawn":   model.ChangeCorrection,
		"Updates with quotes. The offer was withdrawn on Monday.":        model.ChangeUpdate,
		"(Refiles to fix typo in headline)":                              model.ChangeRefile,
		"Zu diesem Text finden Sie Bilder":                               "",
		"Corrects name in para 3":                                        model.ChangeCorrection,
		"Line test, please ignore":                                       model.ChangeTest,
		"Kill rates in the third paragraph are from the police":          "",
		"Diese Meldung wird hiermit zurückgezogen":                       model.ChangeKill,
		"Photos moved on the wire. More follows at 1800.":                "",
		"Berichtigung: Im letzten Absatz muss es richtig heißen: (1997)": model.ChangeCorrection,
	} {
		if got := ReadNote(in).Change; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
