package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/pkg/enrich/text"
	"github.com/dateline-wire/dateline/pkg/model"
)

func surfaces(t *text.Text) string {
	var w []string
	for i := range t.Tokens {
		w = append(w, t.Surface(i))
	}
	return strings.Join(w, " ")
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"clitics", "Kim's men don't say they're lost; he'd've gone, I'm sure.", "Kim 's men do n't say they 're lost ; he 'd 've gone , I 'm sure ."},
		{"curly clitics", "Russia’s army won’t say.", "Russia ’s army wo n’t say ."},
		{"cannot", "He cannot go. CANNOT", "He can not go . CAN NOT"},
		{"plural possessive", "the ministers' talks", "the ministers ' talks"},
		{"hyphens", "Kim-Shoigu talks, a 28,500-strong force, Kim Jong-un", "Kim - Shoigu talks , a 28,500 - strong force , Kim Jong - un"},
		{"bound prefixes", "anti-tank non-NATO mid-July re-elected ex-president", "anti-tank non-NATO mid-July re-elected ex-president"},
		{"weapons", "an F-16 and Su-35s", "an F - 16 and Su - 35s"},
		{"number range", "10,000-12,000 troops, 10–12 days", "10,000 - 12,000 troops , 10 – 12 days"},
		{"numbers", "5,000 men at 3:30 p.m. on 9/11, 3.5 percent, 40%, the 20th, 1990s", "5,000 men at 3:30 p.m. on 9/11 , 3.5 percent , 40 % , the 20th , 1990s"},
		{"money", "US$5.2 million, $3bn and €40", "US$ 5.2 million , $ 3bn and € 40"},
		{"dates", "2025-06-18 and 18.06.2025 and '90s", "2025-06-18 and 18.06.2025 and '90s"},
		{"abbreviations", "U.S.-led, U.N. Gen. Smith of J. P. Corp. in Feb. left.", "U.S. - led , U.N. Gen. Smith of J. P. Corp. in Feb. left ."},
		{"number sign", "No. 5 and no.", "No. 5 and no ."},
		{"ellipsis", "well... no ... yes…", "well ... no ... yes …"},
		{"dashes", "Kim -- who left—said – no", "Kim -- who left — said – no"},
		{"quotes", "\"Go,\" he said, ``now'' and “then”.", "\" Go , \" he said , `` now '' and “ then ” ."},
		{"inner apostrophe", "O'Brien of Sana'a, Qur’an, d'Ivoire", "O'Brien of Sana'a , Qur’an , d'Ivoire"},
		{"ampersand", "AT&T and R&D, A & B", "AT&T and R&D , A & B"},
		{"slash", "his/her and/or", "his / her and / or"},
		{"addresses", "See https://example.com/a?b=c, www.kcna.kp. or a.b@c.org.", "See https://example.com/a?b=c , www.kcna.kp . or a.b@c.org ."},
		{"domain", "Amazon.com rose.The end", "Amazon.com rose . The end"},
		{"tags", "#Kursk @mod_russia said # 5", "#Kursk @mod_russia said # 5"},
		{"brackets", "(Yonhap) [sic] {x}", "( Yonhap ) [ sic ] { x }"},
		{"odd spaces", "a\u00a0b\u200bc\ufeffd\u2029e\x00f", "a b c d e f"},
		{"korean", "김정은이 말했다.", "김정은이 말했다 ."},
		{"interrobang", "What?! No!!", "What ?! No !!"},
		{"only marks", "\"\"\"'''", "\" \" \" '' '"},
		{"empty", " \n\t ", ""},
	} {
		d := text.New("x", "", c.in, time.Time{})
		if got := surfaces(d.Body); got != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"plain", "He left. She stayed.", []string{"He left.", "She stayed."}},
		{"titles", "Gen. Smith met Mr. Kim. They talked.", []string{"Gen. Smith met Mr. Kim.", "They talked."}},
		{"country", "He lives in the U.S. The U.S. Army left.", []string{"He lives in the U.S.", "The U.S. Army left."}},
		{"month", "They met on Feb. 11. On Jan. 3 they left.", []string{"They met on Feb. 11.", "On Jan. 3 they left."}},
		{"hour", "at 3 p.m. Friday and 5 p.m. He left", []string{"at 3 p.m. Friday and 5 p.m.", "He left"}},
		{"quote", "\"We go.\" He left. \"Why?\" Kim asked. \"Go!\" they said.", []string{"\"We go.\"", "He left.", "\"Why?\" Kim asked.", "\"Go!\" they said."}},
		{"quote opens", "He left. \"We go,\" he said. “No.”", []string{"He left.", "\"We go,\" he said.", "“No.”"}},
		{"lower after quote", "\"Who knows?\" said Kim.", []string{"\"Who knows?\" said Kim."}},
		{"ellipsis", "The talk ... discussed it. He went... They came.", []string{"The talk ... discussed it.", "He went...", "They came."}},
		{"bracket", "It fell. (It rose later.) All left.", []string{"It fell.", "(It rose later.)", "All left."}},
		{"decimal", "It rose 3.5 percent. 40 fell.", []string{"It rose 3.5 percent.", "40 fell."}},
		{"initial", "George W. Bush left. J. K. Rowling came.", []string{"George W. Bush left.", "J. K. Rowling came."}},
		{"numbered", "1. Kim left.\n2. She came.", []string{"1. Kim left.", "2. She came."}},
		{"capitals", "KIM LEFT THE U.S. THE ARMY STAYED. GEN. LEE CAME", []string{"KIM LEFT THE U.S.", "THE ARMY STAYED.", "GEN. LEE CAME"}},
		{"yonhap", "SEOUL, Feb. 11 (Yonhap) -- North Korea sent men. They left.", []string{"SEOUL, Feb. 11 (Yonhap) --", "North Korea sent men.", "They left."}},
		{"ap", "WASHINGTON (AP) — The U.S. left.", []string{"WASHINGTON (AP) —", "The U.S. left."}},
		{"afp", "Seoul, June 18, 2025 (AFP) - North Korea left.", []string{"Seoul, June 18, 2025 (AFP) -", "North Korea left."}},
		{"reuters", "MOSCOW/KYIV, June 18 (Reuters) - Russia left.", []string{"MOSCOW/KYIV, June 18 (Reuters) -", "Russia left."}},
		{"tass", "MOSCOW, June 18. /TASS/. Russia left.", []string{"MOSCOW, June 18. /TASS/.", "Russia left."}},
		{"ansa", "(ANSA) - ROME, JUN 18 - Italy left.", []string{"(ANSA) - ROME, JUN 18 -", "Italy left."}},
		{"dpa", "Berlin (dpa) - Germany left.", []string{"Berlin (dpa) -", "Germany left."}},
		{"no agency", "PYONGYANG -- Kim left.", []string{"PYONGYANG --", "Kim left."}},
		{"of a city", "EL FASHER, Sudan (AP) — Fighters left.", []string{"EL FASHER, Sudan (AP) —", "Fighters left."}},
		{"irna", "Tehran, April 6, IRNA -- Iran left.", []string{"Tehran, April 6, IRNA --", "Iran left."}},
		{"pti", "Lucknow, Jan 24 (PTI) Uttar Pradesh left.", []string{"Lucknow, Jan 24 (PTI)", "Uttar Pradesh left."}},
		{"efe", "Guatemala City, Feb 18 (EFE).- Guatemala left.", []string{"Guatemala City, Feb 18 (EFE).-", "Guatemala left."}},
		{"bracket in a sentence", "Ministers (of May 2020) Smith and Lee left.", []string{"Ministers (of May 2020) Smith and Lee left."}},
		{"number sign", "He went to dam No. 3 today.", []string{"He went to dam No. 3 today."}},
		{"no dateline", "Kim -- who left -- came back.", []string{"Kim -- who left -- came back."}},
		{"acronym is no dateline", "NATO troops left - again.", []string{"NATO troops left - again."}},
		{"wrapped", "North Korea has sent men to the front, the\nministry said. They came\nby rail.\n\nKim left.", []string{"North Korea has sent men to the front, the\nministry said.", "They came\nby rail.", "Kim left."}},
		{"lines are paragraphs", strings.Repeat("word ", 30) + "\nNew one", []string{strings.TrimSpace(strings.Repeat("word ", 30)), "New one"}},
		{"indented", "Kim left\n   Lee came", []string{"Kim left", "Lee came"}},
		{"torn sentence", "the chairman of the board\n\nsaid Friday.\n\nHe left", []string{"the chairman of the board\n\nsaid Friday.", "He left"}},
		{"bullets", "They sent:\n- Men\n- Guns", []string{"They sent:", "- Men", "- Guns"}},
		{"ideographic", "他走了。 她来了。", []string{"他走了。", "她来了。"}},
	} {
		b := text.New("x", "", c.in, time.Time{}).Body
		var got []string
		for _, s := range b.Sentences {
			got = append(got, b.S[s.Start:s.End])
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q\n got %q\nwant %q", c.name, c.in, got, c.want)
		}
	}
}

func TestFromArticle(t *testing.T) {
	seoul := time.FixedZone("", 9*3600)
	body := "SEOUL, Feb. 11 (Yonhap) -- The army said it had left."
	for _, c := range []struct {
		name string
		in   model.Article
		date string
		lang string
	}{
		{"version time in its zone", model.Article{VersionCreated: time.Date(2025, 2, 11, 1, 0, 0, 0, seoul), Bodies: []model.Body{{Value: body}}}, "2025-02-11T01:00:00+09:00", "en"},
		{"dateline with the year of receipt", model.Article{Wire: model.Wire{ReceivedAt: time.Date(2025, 2, 12, 0, 0, 0, 0, time.UTC)}, Bodies: []model.Body{{Value: body}}}, "2025-02-11T00:00:00Z", "en"},
		{"turn of the year", model.Article{FirstCreated: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Bodies: []model.Body{{Value: "SEOUL, Dec. 31 (Yonhap) -- The army left."}}}, "2025-12-31T00:00:00Z", "en"},
		{"dateline with its year", model.Article{Bodies: []model.Body{{Value: "Seoul, June 18, 2025 (AFP) - The army left."}}}, "2025-06-18T00:00:00Z", "en"},
		{"nothing", model.Article{Bodies: []model.Body{{Value: "The army left."}}}, "0001-01-01T00:00:00Z", "en"},
		{"declared wins", model.Article{Language: "en-GB", Bodies: []model.Body{{Value: "Die Armee ist nicht mit den Männern in das Dorf gegangen."}}}, "0001-01-01T00:00:00Z", "en-GB"},
		{"script disagrees", model.Article{Language: "en", Bodies: []model.Body{{Value: strings.Repeat("북한은 러시아에 병력을 보냈다. ", 5)}}}, "0001-01-01T00:00:00Z", "ko"},
		{"declared Korean, written English", model.Article{Language: "ko", Bodies: []model.Body{{Value: strings.Repeat(body, 3)}}}, "0001-01-01T00:00:00Z", "en"},
	} {
		d := text.FromArticle(&c.in)
		if got := d.Date.Format(time.RFC3339); got != c.date || d.Language != c.lang {
			t.Errorf("%s: got %s %q, want %s %q", c.name, got, d.Language, c.date, c.lang)
		}
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"North Korea has sent 1,200 troops to Russia, the ministry said on Monday.", "en"},
		{"NORTH KOREA HAS SENT TROOPS TO RUSSIA, THE MINISTRY SAID.", "en"},
		{"Nordkorea hat nach Angaben des Ministeriums 1200 Soldaten in die Region Kursk geschickt, die dort mit den Truppen kämpfen.", "de"},
		{"La Corée du Nord a envoyé des soldats dans la région de Koursk, selon le ministère de la Défense, qui ne donne pas de détails.", "fr"},
		{"Corea del Norte ha enviado a los soldados a la región de Kursk, según el ministerio, que no dio más detalles sobre el envío.", "es"},
		{"북한은 러시아에 병력을 보냈다고 국방부가 밝혔다.", "ko"},
		{"北朝鮮はロシアに兵士を派遣した。", "ja"},
		{"朝鲜向俄罗斯派遣了士兵。", "zh"},
		{"Северная Корея направила солдат в Россию.", "ru"},
		{"أرسلت كوريا الشمالية جنودا إلى روسيا", "ar"},
		{"", ""},
		{"1234 5678", ""},
	} {
		if got := text.Language(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func checkText(t *testing.T, x *text.Text) {
	t.Helper()
	end := 0
	for i, k := range x.Tokens {
		if k.Start < end || k.End <= k.Start || k.End > len(x.S) || k.Head != -1 {
			t.Fatalf("token %d of %q: %+v", i, x.S, k)
		}
		if w := x.Surface(i); strings.ContainsAny(w, " \t\n") {
			t.Fatalf("token %d of %q holds a space: %q", i, x.S, w)
		}
		if s := x.Sentences[k.Sentence]; i < s.First || i >= s.Last {
			t.Fatalf("token %d of %q: not in its sentence %+v", i, x.S, s)
		}
		end = k.End
	}
	next := 0
	for i, s := range x.Sentences {
		if s.First != next || s.Last <= s.First || s.Last-s.First > 401 {
			t.Fatalf("sentence %d of %q: %+v", i, x.S, s)
		}
		if p := x.Paragraphs[s.Paragraph]; i < p.First || i >= p.Last {
			t.Fatalf("sentence %d of %q: not in its paragraph", i, x.S)
		}
		next = s.Last
	}
	if next != len(x.Tokens) {
		t.Fatalf("%q: %d tokens in sentences, %d in all", x.S, next, len(x.Tokens))
	}
}

func FuzzNew(f *testing.F) {
	for _, s := range []string{
		"SEOUL, Feb. 11 (Yonhap) -- North Korea's \"men\" don't.\n\n- U.S. left... 5,000-strong", "1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "a'b'c's", "''''``", "http://", "@.@.", "\u2029\u2028\r\n\v",
		"MOSCOW. /TASS/.", "(", "(ANSA) - ", "김정은이 말했다.", "n't can’t", "A.B.C.D", "US$$5",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		d := text.New("x", s, s, time.Time{})
		checkText(t, d.Headline)
		checkText(t, d.Body)
		words := func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }
		if got, want := strings.Join(strings.FieldsFunc(surfaces(d.Body), words), ""), strings.Join(strings.FieldsFunc(s, words), ""); got != want {
			t.Fatalf("%q: letters lost: %q", s, got)
		}
		if !sameSpans(d.Body) {
			t.Fatalf("%q: spans do not turn back", s)
		}
	})
}

func sameSpans(x *text.Text) bool {
	for i, k := range x.Tokens {
		sp := x.Span(k.Start, k.End)
		if a, b := x.Bytes(sp); a != k.Start || b != k.End || sp.Exact != x.Surface(i) {
			return false
		}
	}
	return true
}

// TestHostile checks that odd megabytes come out whole and in bounded pieces.
func TestHostile(t *testing.T) {
	for _, unit := range []string{
		"a", "word ", "\"", "-", "1-", "1,", "a.", "A. ", "'", "a'", "(", "- ", "김", "김정은 ", "@", "://", "www.", "\n", "x\n", "a@b.", "?", "/", "U.S. ", "!\" ",
	} {
		s := strings.Repeat(unit, 200_000/len(unit))
		d := text.New("x", "", s, time.Time{})
		checkText(t, d.Body)
	}
}

func BenchmarkNew(b *testing.B) {
	s := strings.Repeat("SEOUL, Feb. 11 (Yonhap) -- North Korea's leader Kim Jong-un has sent 5,000-strong units to Russia, the U.S. said.\n\nThey \"won't\" say when, he added.\n\n", 200)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		text.New("x", "", s, time.Time{})
	}
}
