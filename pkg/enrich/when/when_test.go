package when

import (
	"testing"
	"time"
)

func TestFind(t *testing.T) {
	const d = "2025-10-16" // a Thursday
	for _, c := range []struct{ story, in, want string }{
		{d, "", ""},
		{d, "They may march on Rome.", ""},
		{d, "on June 31 it ended", ""},
		{d, "the March 23 Movement left", ""},
		{d, "They arrived Thursday.", "Thursday 2025-10-16/2025-10-16"},
		{d, "They arrived on Wednesday.", "Wednesday 2025-10-15/2025-10-15"},
		{d, "They will leave on Monday.", "Monday 2025-10-20/2025-10-20"},
		{d, "They landed on Sunday night.", "Sunday night 2025-10-12/2025-10-12"},
		{d, "They reached it overnight.", "overnight 2025-10-15/2025-10-16"},
		{d, "reported the previous day that", "the previous day 2025-10-15/2025-10-15"},
		{d, "will cross by rail before the end of November.", "before the end of November /2025-11-30"},
		{d, "are to follow in spring after the thaw", "spring 2026-03-01/2026-05-31"},
		{d, "has kept engineers since summer", "since summer 2025-06-01/"},
		{d, "flew back last month", "last month 2025-09-01/2025-09-30"},
		{d, "left last week", "last week 2025-10-06/2025-10-12"},
		{d, "will arrive next week", "next week 2025-10-20/2025-10-26"},
		{d, "will go by the weekend", "by the weekend /2025-10-19"},
		{d, "would stay until December", "until December /2025-12-31"},
		{d, "at least until December", "at least until December /2025-12-31"},
		{d, "is to replace them in April", "April 2026-04-01/2026-04-30"},
		{d, "was sent in April", "April 2025-04-01/2025-04-30"},
		{d, "In November 2018 Cuba withdrew", "November 2018 2018-11-01/2018-11-30"},
		{d, "will set out on Sept. 29, the statement said", "Sept. 29 2026-09-29/2026-09-29"},
		{d, "are scheduled to fly back in early October", "early October 2025-10-01/2025-10-10"},
		{d, "by mid-month", "by mid-month /2025-10-15"},
		{d, "would be back by mid-December", "by mid-December /2025-12-15"},
		{d, "by the end of the year", "by the end of the year /2025-12-31"},
		{d, "would be back before Easter", "before Easter /2026-04-04"},
		{d, "pulled out before dawn Tuesday and", "before dawn Tuesday 2025-10-14/2025-10-14"},
		{d, "would be sent within 60 days", "within 60 days /2025-12-15"},
		{d, "Over the next 60 days, they will deploy", "Over the next 60 days /2025-12-15"},
		{d, "two days ago", "two days ago 2025-10-14/2025-10-14"},
		{d, "left in 2011", "2011 2011-01-01/2011-12-31"},
		{d, "by October 20", "by October 20 /2025-10-20"},
		{d, "until 24 October", "until 24 October /2025-10-24"},
		{d, "on 29 September 2016", "29 September 2016 2016-09-29/2016-09-29"},
		{d, "in the spring of 2015", "spring of 2015 2015-03-01/2015-05-31"},
		{d, "will leave by early July", "by early July /2026-07-10"},
		{d, "on 2024-02-30", ""},
		{"", "They left on Monday", "Monday /"},
		{"", "in November 2018", "November 2018 2018-11-01/2018-11-30"},
		{d, "after last year's failed coup", ""},
		{d, "at the end of 2014", "end of 2014 2014-12-31/2014-12-31"},
		{d, "99999999999999999999 days ago", ""},
	} {
		var story time.Time
		if c.story != "" {
			story, _ = time.Parse("2006-01-02", c.story)
		}
		got := ""
		for _, e := range find(c.in, 0, 0, story) {
			if got != "" {
				got += "; "
			}
			r := e.Range("")
			got += c.in[e.Start:e.End] + " "
			if r.Start != nil {
				got += *r.Start
			}
			got += "/"
			if r.End != nil {
				got += *r.End
			}
		}
		if got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.story, c.in, got, c.want)
		}
	}
}

func TestDatelineEnd(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"SEOUL, Oct. 16 (Yonhap) -- North Korea", "SEOUL, Oct. 16 (Yonhap) -- "},
		{"BLAGOVESHCHENSK, March 14. /TASS/. About 320", "BLAGOVESHCHENSK, March 14. /TASS/. "},
		{"Srinagar, Aug 5 (PTI) About 1,000", "Srinagar, Aug 5 (PTI) "},
		{"Seville (EFE).- With both", "Seville (EFE).- "},
		{"PORT-AU-PRINCE, Haiti (AP) — About", "PORT-AU-PRINCE, Haiti (AP) — "},
		{"Tehran, IRNA - Foreign Ministry", "Tehran, IRNA - "},
		{"The army said on Monday - in a statement - that", ""},
		{"Britain sends 700 troops to Estonia.", ""},
	} {
		if got := c.in[:DatelineEnd(c.in)]; got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("by the end of the 30th of Feb. 2020-13-99, next next week", int64(1e9))
	f.Fuzz(func(t *testing.T, s string, sec int64) {
		end := 0
		for _, e := range find(s, 0, DatelineEnd(s), time.Unix(sec%4e9, 0)) {
			if e.Start < end || e.End <= e.Start || e.End > len(s) {
				t.Fatalf("%q: %+v", s, e)
			}
			end = e.End
		}
	})
}
