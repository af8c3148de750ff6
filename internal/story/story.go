// Package story says what shows of a chain: all versions of one story go in,
// in any order and with any number of duplicates, with the time it is; what
// the reader may see comes out. The package is pure: it reads no clock, keeps
// nothing, and is safe to use from any goroutine. Every store and every output
// takes its answer from here.
//
// The rules, after "The state of a chain" of the contract:
//
//   - Versions of the class test decide nothing; a chain of tests has no state.
//   - The version that comes last in the order of [Compare] decides, and
//     restates everything: an embargo or a withholding of an earlier version
//     is lifted by a later one without, and hides earlier text otherwise.
//   - A kill is the one exception. It stays, whatever else comes, until there
//     is a release with a higher revision; after that the last version decides
//     as ever.
package story

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dateline-wire/dateline/pkg/model"
)

// Status is what a reader may see of a chain.
type Status string

// The states of a chain. None is a chain that only tests were sent of: it has
// no row anywhere.
const (
	None      Status = ""
	Usable    Status = "usable"
	Embargoed Status = "embargoed"
	Withheld  Status = "withheld"
	Killed    Status = "killed"
)

// Rank is how strict a status is: 0 for None, then from 1 for Usable over
// Embargoed and Withheld to 4 for Killed. It orders versions of one revision,
// in stores too, and never changes.
func (s Status) Rank() int { return max(slices.Index(ranked(), s), 0) }

// OfRank is the status of a rank, None when there is none of it.
func OfRank(rank int) Status {
	if all := ranked(); rank > 0 && rank < len(all) {
		return all[rank]
	}
	return None
}

func ranked() []Status { return []Status{None, Usable, Embargoed, Withheld, Killed} }

// Version is what deciding needs to know of one version.
type Version struct {
	Revision int64
	// Asks is the state the version asks for, whatever the time: an embargoed
	// version asks for Embargoed after its time too. None is a test.
	Asks Status
	// Release is whether the version lifts kills of lower revisions.
	Release bool
	// Until ends the embargo of a version that asks for Embargoed.
	Until time.Time

	// SHA256 of the raw bytes, in lower-case hexadecimal, the item's place in
	// them and the feed's name: what tells versions of one revision apart.
	SHA256 string
	Item   int
	Feed   string
}

// Of reads a version from its article. A kill is told by its change or by its
// publication status; an embargo by its time, with or without "withheld";
// "withheld" without a time has no stated end.
func Of(a *model.Article) Version {
	v := Version{
		Revision: a.Wire.Revision,
		Asks:     Usable,
		SHA256:   a.Wire.Raw.SHA256,
		Item:     a.Wire.Raw.Item,
		Feed:     a.Wire.Feed,
	}
	switch {
	case a.Wire.Change == model.ChangeTest:
		v.Asks = None
		return v
	case a.Wire.Change == model.ChangeKill || a.PubStatus == model.Canceled:
		v.Asks = Killed
		return v
	case !a.EmbargoedUntil.IsZero():
		v.Asks, v.Until = Embargoed, a.EmbargoedUntil
	case a.Wire.Change == model.ChangeWithhold || a.PubStatus == model.Withheld:
		v.Asks = Withheld
	}
	v.Release = a.Wire.Change == model.ChangeRelease
	return v
}

// Same tells whether two versions are one: the same item of the same bytes
// from the same feed, read as the same revision.
func Same(a, b Version) bool {
	return a.Revision == b.Revision && a.SHA256 == b.SHA256 && a.Item == b.Item && a.Feed == b.Feed
}

// Compare orders the versions of a chain, -1 when a comes before b: by
// revision; of equal revisions the stricter (killed, withheld, embargoed,
// usable) comes last, then the greater SHA-256, the greater item, the greater
// name of the feed. What a version asks for orders it, not what the time has
// made of it, so that the clock never changes which version decides.
func Compare(a, b Version) int {
	return cmp.Or(
		cmp.Compare(a.Revision, b.Revision),
		cmp.Compare(a.Asks.Rank(), b.Asks.Rank()),
		strings.Compare(a.SHA256, b.SHA256),
		cmp.Compare(a.Item, b.Item),
		strings.Compare(a.Feed, b.Feed),
	)
}

// State is what shows of a chain.
type State struct {
	Status Status
	// Decides is the index of the version that decides, -1 with None. Its text
	// is what shows when Status is Usable.
	Decides int
	// Next is when the state changes by itself, zero when it never does.
	Next time.Time
}

// Decide says what shows of a chain at a time. The answer depends on the set
// of versions alone: with another order or with versions doubled, Status and
// Next are the same and Decides points at the same version. An embargo has
// ended at its time, not after it.
func Decide(versions []Version, now time.Time) State {
	last, kill := -1, -1
	released := int64(0)
	anyRelease := false
	for i, v := range versions {
		if v.Asks == None {
			continue
		}
		if last < 0 || Compare(v, versions[last]) > 0 {
			last = i
		}
		if v.Asks == Killed && (kill < 0 || Compare(v, versions[kill]) > 0) {
			kill = i
		}
		if v.Release && (!anyRelease || v.Revision > released) {
			released, anyRelease = v.Revision, true
		}
	}
	switch {
	case last < 0:
		return State{Decides: -1}
	case kill >= 0 && (!anyRelease || released <= versions[kill].Revision):
		return State{Status: Killed, Decides: kill}
	}
	v := versions[last]
	switch {
	case v.Asks != Embargoed:
		return State{Status: v.Asks, Decides: last}
	case now.Before(v.Until):
		return State{Status: Embargoed, Decides: last, Next: v.Until}
	default:
		return State{Status: Usable, Decides: last}
	}
}

// Reduce returns the indexes of the at most three versions that decide as all
// of them do, now and beside any version still to come: the last, the last
// kill and the last release. For all sets a and b and every time,
// Decide(reduced a + b) equals Decide(a + b).
func Reduce(versions []Version) []int {
	last, kill, release := -1, -1, -1
	for i, v := range versions {
		if v.Asks == None {
			continue
		}
		for _, k := range []struct {
			at    *int
			takes bool
		}{{&last, true}, {&kill, v.Asks == Killed}, {&release, v.Release}} {
			if k.takes && (*k.at < 0 || Compare(v, versions[*k.at]) > 0) {
				*k.at = i
			}
		}
	}
	var out []int
	for _, i := range []int{last, kill, release} {
		if i >= 0 && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}
