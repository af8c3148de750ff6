package model

import (
	"strings"
	"testing"
)

const minimal = `{"uri":"urn:x:1","wire":{"feed":"f","format":"text","revision":3}}`

func TestDecodeArticleTellsEveryFaultWithItsPath(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"not JSON", `{"uri":`, "not JSON"},
		{"a list", `[]`, "want an object, got a list"},
		{"doubled name", `{"uri":"a","uri":"b"}`, "duplicate"},
		{"no uri, no feed", `{}`, "uri: is missing; wire.feed: is missing"},
		{"several wrong types", `{"uri":7,"urgency":"2","headlines":[{"value":1}],"wire":{"revision":"4","raw":{"offset":"x"}}}`,
			"headlines[0].value: want text, got the number 1; urgency: want a whole number, got text; uri: want text, got the number 7; " +
				"wire.raw.offset: want a whole number, got text; wire.revision: want a whole number, got text"},
		{"wrong time", `{"uri":"a","versionCreated":"yesterday","wire":{"feed":"f"}}`, `versionCreated: want an RFC 3339 date and time, got "yesterday"`},
		{"wrong words", `{"uri":"a","pubStatus":"killed","wire":{"feed":"f","change":"zap","revision":-1}}`,
			`pubStatus: "killed" is none of usable, withheld, canceled; wire.revision: -1 is negative; wire.change: "zap" is none of`},
		{"invalid UTF-8", "{\"uri\":\"\xff\"}", "not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := DecodeArticle([]byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("DecodeArticle(%s)\n got %v\nwant %s", tt.in, err, tt.want)
			}
		})
	}
}

func TestUnknownMembersTravel(t *testing.T) {
	in := `{"uri":"urn:x:1","versionCreated":"2025-06-18T07:40:00+09:00","wire":{"feed":"f","format":"text","revision":3,"later":[1,2]},"newer":{"a":null}}`
	a, err := DecodeArticle([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	out, err := Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != in {
		t.Errorf("decoded and encoded\n got %s\nwant %s", out, in)
	}
}

func TestEnrichedRoundTrip(t *testing.T) {
	in := strings.TrimSuffix(minimal, "}") + `,"enrichment":{"engine":"dateline","version":"1.0+kb.1","actors":[],"sources":[],"places":[],"attributions":[],` +
		`"deployments":[],"extra":true}}`
	e, err := DecodeEnriched([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	out, err := Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != in {
		t.Errorf("decoded and encoded\n got %s\nwant %s", out, in)
	}
	if _, err := DecodeEnriched([]byte(minimal)); err == nil || !strings.Contains(err.Error(), "enrichment: is missing") {
		t.Errorf("an enriched article without enrichment: got %v", err)
	}
}

func FuzzDecodeArticle(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(`{"uri":1,"bodies":[{"value":null}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := DecodeArticle(b)
		if err != nil {
			return
		}
		once, err := Encode(a)
		if err != nil {
			t.Fatalf("a decoded article does not encode: %v", err)
		}
		again, err := DecodeArticle(once)
		if err != nil {
			t.Fatalf("an encoded article does not decode: %v", err)
		}
		twice, err := Encode(again)
		if err != nil {
			t.Fatal(err)
		}
		if string(once) != string(twice) {
			t.Fatalf("encoding is not stable:\n%s\n%s", once, twice)
		}
	})
}
