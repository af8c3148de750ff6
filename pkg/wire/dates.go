package wire

import (
	"fmt"
	"strings"
	"time"
)

// Years outside of this range are mistakes, not times of news.
const (
	minYear = 1850
	maxYear = 2199
)

// WarnZoneAssumed marks a time that was written without a zone.
const WarnZoneAssumed = "zone-assumed"

// TimeKind says how much of a time was written.
type TimeKind int

// How much ParseTime found.
const (
	NoTime   TimeKind = iota // not a time, or one that cannot be
	DateOnly                 // a day; the time is its midnight
	Unzoned                  // day and time, no zone
	Zoned                    // an instant
)

var zonedLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -0700 MST",
	"20060102T150405Z0700", "20060102T150405Z07:00", "20060102T150405Z07", "20060102T1504Z0700", "20060102T1504Z07:00", "20060102150405Z0700",
	"Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700",
	"Mon, 2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04:05 -0700", "Mon, 2 January 2006 15:04:05 -0700", "Mon Jan 2 15:04:05 -0700 2006",
	"Monday, 2 January 2006 15:04:05 -0700", "Monday, 2-Jan-06 15:04:05 -0700",
}

var unzonedLayouts = []string{
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"20060102T150405", "20060102T1504", "20060102150405", "200601021504",
	"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "02.01.2006 15:04:05", "02.01.2006 15:04",
	"Mon Jan 2 15:04:05 2006", "January 2, 2006 15:04",
}

var dayLayouts = []string{"2006-01-02", "20060102", "2 Jan 2006", "02.01.2006", "2 January 2006", "January 2, 2006", "Mon, 2 Jan 2006", "2006/01/02"}

// Zone names that feeds use. Names that mean two zones are left out.
var zoneHours = map[string]float64{
	"UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"BST": 1, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "KST": 9, "JST": 9,
	"HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "CST": -6, "AST": -4, "AKST": -9, "AKDT": -8, "HST": -10,
}

// ParseTime reads a time in the forms that wire formats use: ISO 8601 basic
// and extended, RFC 822 and 1123, with offsets or zone names. A time without a
// zone is taken in loc, UTC when loc is nil; the written zone is kept. A year
// outside of 1850 to 2199 is no time.
func ParseTime(s string, loc *time.Location) (time.Time, TimeKind) {
	s = strings.TrimSpace(s)
	if len(s) < 8 || len(s) > 64 {
		return time.Time{}, NoTime
	}
	if loc == nil {
		loc = time.UTC
	}
	s = zoneToOffset(dropFraction(s))
	for _, l := range zonedLayouts {
		if t, err := time.Parse(l, s); err == nil {
			_, off := t.Zone()
			t = t.In(fixed(off))
			if plausible(t) {
				return t, Zoned
			}
			return time.Time{}, NoTime
		}
	}
	for _, l := range unzonedLayouts {
		if t, err := time.ParseInLocation(l, s, loc); err == nil && plausible(t) {
			return normal(t), Unzoned
		}
	}
	for _, l := range dayLayouts {
		if t, err := time.ParseInLocation(l, s, loc); err == nil && plausible(t) {
			return normal(t), DateOnly
		}
	}
	return time.Time{}, NoTime
}

// normal fixes the offset, so that the value does not depend on the zone
// tables of the machine any more.
func normal(t time.Time) time.Time {
	_, off := t.Zone()
	return t.In(fixed(off))
}

func fixed(off int) *time.Location {
	if off == 0 {
		return time.UTC
	}
	return time.FixedZone("", off)
}

func plausible(t time.Time) bool { return t.Year() >= minYear && t.Year() <= maxYear }

// dropFraction cuts fractions of a second: no format orders by them.
func dropFraction(s string) string {
	i := strings.LastIndexAny(s, ".,")
	if i < 10 || i+1 >= len(s) || s[i-1] < '0' || s[i-1] > '9' || i < 3 || s[i+1] < '0' || s[i+1] > '9' {
		return s
	}
	if !strings.Contains(s[:i], ":") && !strings.Contains(s[:i], "T") {
		return s
	}
	j := i + 1
	for j < len(s) && s[j] >= '0' && s[j] <= '9' {
		j++
	}
	return s[:i] + s[j:]
}

func zoneToOffset(s string) string {
	s = strings.TrimSuffix(s, " (UTC)")
	if i := strings.Index(s, " ("); i > 10 {
		s = s[:i]
	}
	i := strings.LastIndexAny(s, " 0123456789")
	if i < 8 || i+1 >= len(s) {
		return s
	}
	name := strings.ToUpper(s[i+1:])
	h, ok := zoneHours[name]
	if !ok || name == "Z" && s[i] != ' ' {
		return s
	}
	m := int(h * 60)
	sign := '+'
	if m < 0 {
		sign, m = '-', -m
	}
	head := strings.TrimRight(s[:i+1], " ")
	off := fmt.Sprintf("%c%02d%02d", sign, m/60, m%60)
	if strings.Contains(head, " ") {
		return head + " " + off
	}
	return head + off
}
