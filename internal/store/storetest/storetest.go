// Package storetest is the suite that every store runs: the rules of chains
// under all orders of arrival, redelivery, replays, what kills leave behind,
// and the views as the contract has them.
package storetest

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dateline-wire/dateline/internal/store"
	"github.com/dateline-wire/dateline/internal/story"
	"github.com/dateline-wire/dateline/pkg/model"
)

// Backend is a store under test and a connection of another program to it.
type Backend struct {
	store.Store
	SQL *sql.DB
	// Reopen closes the store and opens it again, as after a restart.
	Reopen func() store.Store
}

// Noon is the time of the tests.
func Noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// Version describes a version for a test; Text stands in headline and body.
type Version struct {
	URI      string
	Revision int64
	Change   model.Change
	Status   string // pubStatus, usable when empty
	Until    time.Time
	Feed     string
	Text     string
	Created  time.Time
	SHA      string
}

// Article makes the article of a version.
func (v Version) Article() *model.Article {
	if v.URI == "" {
		v.URI = "urn:t:1"
	}
	if v.Feed == "" {
		v.Feed = "test"
	}
	if v.Status == "" {
		v.Status = model.Usable
	}
	if v.Created.IsZero() {
		v.Created = Noon().Add(time.Duration(v.Revision) * time.Minute)
	}
	if v.SHA == "" {
		h := fnv.New128a()
		fmt.Fprint(h, v)
		v.SHA = hex.EncodeToString(h.Sum(nil))
	}
	a := &model.Article{
		Standard: model.Standard{Name: "ninjs", Version: "3.1"}, URI: v.URI, Type: "text", PubStatus: v.Status, Language: "en",
		VersionCreated: v.Created.In(time.FixedZone("", 9*3600)), EmbargoedUntil: v.Until, Slugline: "SLUG " + v.Text,
		Headlines:   []model.Text{{Role: "main", ContentType: "text/plain", Value: "About " + v.Text}},
		Bodies:      []model.Body{{Role: "main", ContentType: "text/plain", Value: "SEOUL: Russian media reported " + v.Text + " going.\nMore."}},
		InfoSources: []model.InfoSource{{Name: "Test Agency", Role: "provider"}},
		Wire: model.Wire{
			Feed: v.Feed, Format: "text", ReceivedAt: Noon(), Revision: v.Revision, Change: v.Change, Priority: model.PriorityRoutine,
			Raw: model.RawRef{Topic: "wire.raw", SHA256: v.SHA},
		},
	}
	return a
}

// Enrichment makes tags for an article of Version.
func Enrichment(a *model.Article, engine string) *model.Enrichment {
	body := a.BodyText()
	span := func(words string) model.Span {
		i := strings.Index(body, words)
		start := len([]rune(body[:max(i, 0)]))
		return model.Span{Field: model.FieldBody, Start: start, End: start + len([]rune(words)), Exact: words}
	}
	unit := strings.TrimPrefix(a.Headline(), "About ")
	five, a2, ref := int64(5), "a2", "s1"
	e := &model.Enrichment{
		Engine: "dateline", Version: engine, Language: "en",
		Actors:  []model.Actor{{ID: "rus", Name: "Russia", Type: model.ActorState, Country: "RUS", Role: "GOV", Mentions: []model.Span{span("Russian"), span("Russian")}, Confidence: 0.9}, {ID: "x", Name: "X", Type: model.ActorGroup, Mentions: []model.Span{}}},
		Sources: []model.Source{{ID: "s1", Name: "Russian media", Kind: model.SourceMedia, Mentions: []model.Span{span("Russian media")}, Cited: 1}},
		Places:  []model.Place{},
		Attributions: []model.Attribution{
			{ID: "a1", Source: model.SourceRef{Ref: &ref, Spans: []model.Span{span("Russian media"), span("SEOUL")}}, Cue: model.SpanSet{Spans: []model.Span{span("reported")}},
				Content: model.SpanSet{Spans: []model.Span{span("going")}}, Type: model.Indirect, Via: &a2, Confidence: 0.8},
			{ID: "a2", Source: model.SourceRef{Spans: []model.Span{span("SEOUL")}}, Cue: model.SpanSet{Spans: []model.Span{}}, Content: model.SpanSet{Spans: []model.Span{span("More")}}, Type: model.Direct},
		},
		Deployments: []model.Deployment{
			{ID: "d1", Unit: span(unit), Count: &model.Count{Min: &five, Approx: true}, Kind: "workers", Action: "deploy", Status: "planned",
				Origin: &model.Arg{Span: span("SEOUL"), Place: &model.ArgPlace{Name: "Seoul"}}, Source: &model.DeploymentSource{Exact: "Russian media"},
				Mentions: []model.Span{}, Evidence: []model.Span{}, Rule: "r", Confidence: 0.75},
			{ID: "d2", Unit: span("More"), Kind: "troops", Action: "deploy", Status: "planned", Tentative: true},
		},
	}
	return e
}

// Plain is the item of an article, live, without a place on a topic.
func Plain(v Version) store.Item {
	a := v.Article()
	return store.Item{Article: a, Raw: encode(a), Appended: Noon()}
}

// Tagged is the item of an enriched article.
func Tagged(v Version, engine string) store.Item {
	e := &model.Enriched{Article: *v.Article()}
	e.Enrichment = Enrichment(&e.Article, engine)
	return store.Item{Article: &e.Article, Enrichment: e.Enrichment, Raw: encode(e), Appended: Noon()}
}

// Replayed is an item as a replay sends it.
func Replayed(it store.Item, id string) store.Item {
	it.Replay = id
	return it
}

func encode(v any) []byte {
	b, err := model.Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

// Rows reads a query as text, a row a line, columns separated by "|", NULL as
// "-".
func Rows(t testing.TB, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		to := make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		line := make([]string, len(columns))
		for i, c := range cells {
			line[i] = "-"
			if c.Valid {
				line[i] = c.String
			}
		}
		out = append(out, strings.Join(line, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Apply stores items one batch each and fails the test on any fault.
func Apply(t testing.TB, s store.Store, now time.Time, items ...store.Item) {
	t.Helper()
	for i := range items {
		r, err := s.Apply(t.Context(), items[i:i+1], now)
		if err != nil {
			t.Fatalf("apply item %d: %v", i, err)
		}
		if len(r.Faults) > 0 {
			t.Fatalf("item %d cannot be stored: %v", i, r.Faults[0].Err)
		}
	}
}

// Log writes the changes of a store, one "kind revision line replay" each.
func Log(t testing.TB, s store.Store) []string {
	t.Helper()
	changes, err := s.Changes(t.Context(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	last := int64(0)
	for _, c := range changes {
		if c.Seq <= last {
			t.Fatalf("sequence %d after %d", c.Seq, last)
		}
		last = c.Seq
		out = append(out, strings.TrimSpace(strings.Join(strings.Fields(fmt.Sprintf("%s %d %s %s", c.Kind, c.Revision, c.Line, c.Replay)), " ")))
	}
	return out
}

func want(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

const statuses = `SELECT uri, revision, status, headline, engine_version FROM v_stories ORDER BY uri`

// Run runs the suite; open makes an empty store.
func Run(t *testing.T, open func(t *testing.T) Backend) {
	for _, tt := range []struct {
		name string
		run  func(*testing.T, Backend)
	}{
		{"views", views},
		{"steps", nil},
		{"replace", replacing},
		{"redelivery", redelivery},
		{"rereading", rereading},
		{"embargo", embargoes},
		{"faults", faults},
		{"queries", queries},
		{"reopen", reopening},
		{"orders", orders},
		{"odd text", oddText},
	} {
		if tt.run == nil {
			for _, s := range steps() {
				t.Run(tt.name+"/"+s.name, func(t *testing.T) { s.run(t, open(t)) })
			}
			continue
		}
		t.Run(tt.name, func(t *testing.T) { tt.run(t, open(t)) })
	}
}

func views(t *testing.T, b Backend) {
	Apply(t, b, Noon(), Plain(Version{Revision: 2, Text: "five men"}))
	want(t, "v_stories of the plain article", Rows(t, b.SQL, `SELECT uri, revision, status, priority, feed, headline, body, version_created, engine_version FROM v_stories`),
		[]string{"urn:t:1|2|usable|routine|test|About five men|SEOUL: Russian media reported five men going.\nMore.|2026-11-24T12:02:00Z|-"})
	Apply(t, b, Noon(), Tagged(Version{Revision: 2, Text: "five men"}, "1.0+kb.1"))
	want(t, "v_stories", Rows(t, b.SQL, `SELECT uri, engine_version FROM v_stories`), []string{"urn:t:1|1.0+kb.1"})
	want(t, "v_deployments", Rows(t, b.SQL, `SELECT uri, revision, id, unit, unit_start, count_min, count_max, approx, kind, action, status, sender, origin, destination, source, confidence FROM v_deployments`),
		[]string{"urn:t:1|2|d1|five men|30|5|-|1|workers|deploy|planned|-|SEOUL|-|Russian media|0.75"})
	want(t, "v_attributions", Rows(t, b.SQL, `SELECT uri, revision, source, source_kind, cue, content, type, via FROM v_attributions ORDER BY id`),
		[]string{"urn:t:1|2|Russian media … SEOUL|media|reported|going|indirect|SEOUL", "urn:t:1|2|SEOUL|-||More|direct|-"})
	want(t, "v_actors", Rows(t, b.SQL, `SELECT uri, revision, actor, name, type, country, mentions FROM v_actors ORDER BY actor`),
		[]string{"urn:t:1|2|rus|Russia|state|RUS|2", "urn:t:1|2|x|X|group|-|0"})
	Apply(t, b, Noon(), Plain(Version{Revision: 3, Change: model.ChangeKill, Status: model.Canceled, Text: "KILL"}))
	want(t, "v_stories of a kill", Rows(t, b.SQL, `SELECT revision, status, headline, body FROM v_stories`), []string{"3|killed|-|-"})
	for _, v := range []string{"v_deployments", "v_attributions", "v_actors"} {
		want(t, v+" of a kill", Rows(t, b.SQL, `SELECT uri FROM `+v), nil)
	}
}

type step struct {
	name string
	run  func(*testing.T, Backend)
}

// steps are short stories with the log they must leave.
func steps() []step {
	one, two, three := Version{Revision: 1, Text: "one"}, Version{Revision: 2, Text: "two"}, Version{Revision: 3, Text: "three"}
	kill := Version{Revision: 2, Change: model.ChangeKill, Status: model.Canceled, Text: "killed"}
	withhold := Version{Revision: 2, Change: model.ChangeWithhold, Status: model.Withheld, Text: "withheld"}
	release := Version{Revision: 3, Change: model.ChangeRelease, Text: "released"}
	test := Version{Revision: 9, Change: model.ChangeTest, Text: "test"}
	const e = "1.0+kb.1"
	table := []struct {
		name   string
		items  []store.Item
		log    []string
		states []string
	}{
		{"article, then enriched", []store.Item{Plain(one), Tagged(one, e)},
			[]string{"shown 1", "enriched 1 record"}, []string{"urn:t:1|1|usable|About one|" + e}},
		{"enriched, then article", []store.Item{Tagged(one, e), Plain(one)},
			[]string{"shown 1", "enriched 1 record"}, []string{"urn:t:1|1|usable|About one|" + e}},
		{"both updated at once", []store.Item{Plain(one), Plain(two), Tagged(one, e), Tagged(two, e)},
			[]string{"shown 1", "updated 2", "enriched 1 record", "enriched 2 record"}, []string{"urn:t:1|2|usable|About two|" + e}},
		{"late tags of an old version add no line after the new one's", []store.Item{Plain(one), Tagged(two, e), Tagged(one, e)},
			[]string{"shown 1", "updated 2", "enriched 2 record"}, []string{"urn:t:1|2|usable|About two|" + e}},
		{"an old version that comes late never shows", []store.Item{Tagged(two, e), Plain(one), Tagged(one, e)},
			[]string{"shown 2", "enriched 2 record"}, []string{"urn:t:1|2|usable|About two|" + e}},
		{"a kill", []store.Item{Tagged(one, e), Plain(kill), Tagged(kill, e), Plain(three), Tagged(three, e)},
			[]string{"shown 1", "enriched 1 record", "hidden 2 notice"}, []string{"urn:t:1|2|killed|-|" + e}},
		{"a kill first", []store.Item{Plain(kill), Tagged(one, e), Plain(one)},
			[]string{"hidden 2 notice"}, []string{"urn:t:1|2|killed|-|-"}},
		{"a kill between article and tags", []store.Item{Plain(one), Plain(kill), Tagged(one, e)},
			[]string{"shown 1", "hidden 2 notice"}, []string{"urn:t:1|2|killed|-|-"}},
		{"a release", []store.Item{Tagged(one, e), Plain(kill), Plain(release), Tagged(release, e), Tagged(one, e)},
			[]string{"shown 1", "enriched 1 record", "hidden 2 notice", "released 3", "enriched 3 record"}, []string{"urn:t:1|3|usable|About released|" + e}},
		{"a release before the kill", []store.Item{Tagged(release, e), Plain(kill), Tagged(one, e)},
			[]string{"shown 3", "enriched 3 record"}, []string{"urn:t:1|3|usable|About released|" + e}},
		{"an update waits for a release below it", []store.Item{Plain(kill), Tagged(Version{Revision: 7, Text: "seven"}, e), Plain(release)},
			[]string{"hidden 2 notice", "released 7 record"}, []string{"urn:t:1|7|usable|About seven|" + e}},
		{"a withholding of what was out", []store.Item{Tagged(one, e), Plain(withhold), Tagged(withhold, e), Tagged(three, e)},
			[]string{"shown 1", "enriched 1 record", "hidden 2 notice", "released 3", "enriched 3 record"}, []string{"urn:t:1|3|usable|About three|" + e}},
		{"a withholding of what was not", []store.Item{Plain(withhold), Tagged(withhold, e)},
			[]string{"hidden 2"}, []string{"urn:t:1|2|withheld|-|" + e}},
		{"withheld, then killed", []store.Item{Plain(withhold), Plain(Version{Revision: 3, Change: model.ChangeKill, Status: model.Canceled})},
			[]string{"hidden 2", "hidden 3 notice"}, []string{"urn:t:1|3|killed|-|-"}},
		{"killed twice", []store.Item{Plain(kill), Plain(Version{Revision: 3, Change: model.ChangeKill, Status: model.Canceled})},
			[]string{"hidden 2 notice", "hidden 3"}, []string{"urn:t:1|3|killed|-|-"}},
		{"only tests", []store.Item{Plain(test), Tagged(test, e)}, nil, nil},
		{"a test beside a story", []store.Item{Plain(test), Plain(one), Tagged(test, e)},
			[]string{"shown 1"}, []string{"urn:t:1|1|usable|About one|-"}},
		{"a replay of all", []store.Item{Plain(one), Tagged(one, e), Replayed(Tagged(one, "1.1+kb.1"), "r1"), Replayed(Tagged(one, "1.1+kb.1"), "r2")},
			[]string{"shown 1", "enriched 1 record", "enriched 1 r1"}, []string{"urn:t:1|1|usable|About one|1.1+kb.1"}},
		{"a replay before the live tags", []store.Item{Plain(one), Replayed(Tagged(one, e), "r1"), Tagged(one, e)},
			[]string{"shown 1", "enriched 1 r1", "enriched 1 record"}, []string{"urn:t:1|1|usable|About one|" + e}},
		{"a replay before the live kill", []store.Item{Tagged(one, e), Replayed(Tagged(kill, e), "r1"), Plain(kill), Tagged(kill, e)},
			[]string{"shown 1", "enriched 1 record", "hidden 2 r1", "hidden 2 notice"}, []string{"urn:t:1|2|killed|-|" + e}},
		{"a replay into an empty store", []store.Item{Replayed(Tagged(one, e), "r1"), Replayed(Tagged(kill, e), "r1")},
			[]string{"shown 1 r1", "enriched 1 r1", "hidden 2 r1"}, []string{"urn:t:1|2|killed|-|" + e}},
		{"a replay undoes no kill", []store.Item{Tagged(one, e), Plain(kill), Replayed(Tagged(one, "9.0+kb.9"), "r1")},
			[]string{"shown 1", "enriched 1 record", "hidden 2 notice"}, []string{"urn:t:1|2|killed|-|-"}},
	}
	var out []step
	for _, tt := range table {
		out = append(out, step{tt.name, func(t *testing.T, b Backend) {
			Apply(t, b, Noon(), tt.items...)
			want(t, "changes", Log(t, b), tt.log)
			want(t, "states", Rows(t, b.SQL, statuses), tt.states)
		}}, step{tt.name + ", in one batch", func(t *testing.T, b Backend) {
			r, err := b.Apply(t.Context(), tt.items, Noon())
			if err != nil || len(r.Faults) > 0 {
				t.Fatal(err, r.Faults)
			}
			want(t, "changes", Log(t, b), tt.log)
			want(t, "states", Rows(t, b.SQL, statuses), tt.states)
		}})
	}
	return out
}

func replacing(t *testing.T, b Backend) {
	one := Version{Revision: 1, Text: "one"}
	engines := func(what, engine string) {
		t.Helper()
		want(t, what, Rows(t, b.SQL, `SELECT engine_version FROM v_stories`), []string{engine})
	}
	Apply(t, b, Noon(), Tagged(one, "2026.11.0+kb.3"))
	Apply(t, b, Noon(), Tagged(one, "2026.9.9+kb.9"))
	engines("a lower engine", "2026.11.0+kb.3")
	Apply(t, b, Noon(), Tagged(one, "2026.11.0+kb.10"))
	engines("a higher knowledge base", "2026.11.0+kb.10")
	Apply(t, b, Noon(), Tagged(one, "2026.11.0+kb.10.1"))
	engines("with an overlay", "2026.11.0+kb.10.1")
	other := Tagged(one, "2026.11.0+kb.10.1")
	other.Enrichment.Deployments[0].Status = "ongoing"
	other.Raw = encode(&model.Enriched{Article: *other.Article, Enrichment: other.Enrichment})
	Apply(t, b, Noon(), other)
	want(t, "an equal engine replaces", Rows(t, b.SQL, `SELECT status FROM v_deployments`), []string{"ongoing"})
	want(t, "changes", Log(t, b), []string{"shown 1", "enriched 1 record", "enriched 1", "enriched 1", "enriched 1"})
	Apply(t, b, Noon(), Plain(one))
	engines("a plain article takes no tags away", "2026.11.0+kb.10.1")
}

func redelivery(t *testing.T, b Backend) {
	items := []store.Item{
		Plain(Version{Revision: 1, Text: "one"}), Tagged(Version{Revision: 1, Text: "one"}, "1"),
		Plain(Version{Revision: 2, Text: "two"}), Tagged(Version{Revision: 2, Text: "two"}, "1"),
		Plain(Version{Revision: 3, Change: model.ChangeKill, Status: model.Canceled}),
		Plain(Version{Revision: 4, Change: model.ChangeRelease, Text: "four"}), Tagged(Version{Revision: 4, Change: model.ChangeRelease, Text: "four"}, "1"),
		Plain(Version{URI: "urn:t:2", Revision: 1, Text: "other", Until: Noon().Add(time.Hour)}),
	}
	for i := range items {
		items[i].Topic, items[i].Partition, items[i].Offset = "wire.articles", i%2, int64(i)
		if items[i].Enrichment != nil {
			items[i].Topic = "wire.enriched"
		}
	}
	r, err := b.Apply(t.Context(), items, Noon())
	if err != nil || len(r.Faults) > 0 {
		t.Fatal(err, r.Faults)
	}
	log, states := Log(t, b), Rows(t, b.SQL, statuses)
	for range 3 {
		r, err := b.Apply(t.Context(), items, Noon())
		if err != nil || len(r.Faults) > 0 || len(r.Changes) > 0 {
			t.Fatal(err, r)
		}
	}
	for i := range items { // and each alone, last first
		Apply(t, b, Noon(), items[len(items)-1-i])
	}
	want(t, "changes", Log(t, b), log)
	want(t, "states", Rows(t, b.SQL, statuses), states)
	offsets, err := b.Offsets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []store.Offset{{Topic: "wire.articles", Partition: 0, Offset: 4}, {Topic: "wire.articles", Partition: 1, Offset: 7}, {Topic: "wire.enriched", Partition: 0, Offset: 6}, {Topic: "wire.enriched", Partition: 1, Offset: 3}}; !slices.Equal(offsets, want) {
		t.Errorf("offsets\n got %v\nwant %v", offsets, want)
	}
}

// rereading: a mended parser reads the same bytes in another way.
func rereading(t *testing.T, b Backend) {
	first := Version{Revision: 1, Text: "wrong", SHA: "ab"}
	second := Version{Revision: 1, Text: "right", SHA: "ab"}
	old, mended := Tagged(first, "1"), Tagged(second, "1")
	mended.Appended = Noon().Add(time.Minute)
	states := func(what string, rows ...string) {
		t.Helper()
		want(t, what, Rows(t, b.SQL, statuses), rows)
	}
	Apply(t, b, Noon(), old, mended)
	states("the later reading counts", "urn:t:1|1|usable|About right|1")
	Apply(t, b, Noon(), old)
	states("also when the older comes after it", "urn:t:1|1|usable|About right|1")
	if !slices.Contains(Log(t, b), "updated 1") {
		t.Errorf("no update among %v", Log(t, b))
	}
	kill := Plain(Version{Revision: 1, Text: "right", SHA: "ab", Change: model.ChangeKill, Status: model.Canceled})
	kill.Appended = Noon().Add(2 * time.Minute)
	Apply(t, b, Noon(), Plain(Version{Revision: 0, Text: "before"}), kill)
	states("read as a kill", "urn:t:1|1|killed|-|-")
	test := Plain(Version{Revision: 1, Text: "right", SHA: "ab", Change: model.ChangeTest})
	test.Appended = Noon().Add(3 * time.Minute)
	Apply(t, b, Noon(), test)
	if got := Rows(t, b.SQL, `SELECT status, revision FROM v_stories`); !slices.Equal(got, []string{"usable|0"}) {
		t.Errorf("read as a test: %v", got)
	}
}

func embargoes(t *testing.T, b Backend) {
	end := Noon().Add(time.Hour + time.Microsecond)
	Apply(t, b, Noon(),
		Tagged(Version{URI: "urn:t:1", Revision: 1, Text: "waits", Status: model.Withheld, Until: end}, "1"),
		Plain(Version{URI: "urn:t:2", Revision: 1, Text: "waits too", Until: end.Add(time.Hour)}),
		Tagged(Version{URI: "urn:t:3", Revision: 1, Text: "out"}, "1"),
		Tagged(Version{URI: "urn:t:3", Revision: 2, Text: "back", Until: end}, "1"),
		Plain(Version{URI: "urn:t:4", Revision: 1, Text: "never", Status: model.Withheld}),
	)
	due := func(now time.Time, wantKinds []string, wantNext time.Time) {
		t.Helper()
		changes, next, err := b.Due(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, c := range changes {
			kinds = append(kinds, fmt.Sprintf("%s %s %s", c.URI, c.Kind, c.Line))
		}
		slices.Sort(kinds)
		want(t, "due at "+store.Stamp(now), kinds, wantKinds)
		if !next.Equal(wantNext) {
			t.Errorf("next is %s, want %s", next, wantNext)
		}
	}
	milli := func(t time.Time) time.Time { return t.Truncate(time.Millisecond).Add(time.Millisecond) }
	want(t, "log", Log(t, b), []string{"hidden 1", "hidden 1", "shown 1", "enriched 1 record", "hidden 2 notice", "hidden 1"})
	due(Noon().Add(time.Hour), nil, milli(end))
	want(t, "before", Rows(t, b.SQL, statuses), []string{"urn:t:1|1|embargoed|-|1", "urn:t:2|1|embargoed|-|-", "urn:t:3|2|embargoed|-|1", "urn:t:4|1|withheld|-|-"})
	due(milli(end), []string{"urn:t:1 released record", "urn:t:3 released record"}, milli(end.Add(time.Hour)))
	due(milli(end), nil, milli(end.Add(time.Hour)))
	want(t, "after", Rows(t, b.SQL, statuses), []string{"urn:t:1|1|usable|About waits|1", "urn:t:2|1|embargoed|-|-", "urn:t:3|2|usable|About back|1", "urn:t:4|1|withheld|-|-"})
	want(t, "tags", Rows(t, b.SQL, `SELECT uri, unit FROM v_deployments ORDER BY uri`), []string{"urn:t:1|waits", "urn:t:3|back"})
	// A record that comes after the end, before the clock was looked at.
	Apply(t, b, end.Add(2*time.Hour), Tagged(Version{URI: "urn:t:2", Revision: 1, Text: "waits too", Until: end.Add(time.Hour)}, "1"))
	due(end.Add(2*time.Hour), nil, time.Time{})
	want(t, "at last", Rows(t, b.SQL, `SELECT uri, status FROM v_stories ORDER BY uri`), []string{"urn:t:1|usable", "urn:t:2|usable", "urn:t:3|usable", "urn:t:4|withheld"})
}

func faults(t *testing.T, b Backend) {
	good := Plain(Version{URI: "urn:t:good", Revision: 1, Text: "good"})
	nul := Plain(Version{URI: "urn:\x00", Revision: 1})
	long := Plain(Version{URI: "urn:" + strings.Repeat("x", 5000), Revision: 1})
	empty := store.Item{}
	last := Plain(Version{URI: "urn:t:last", Revision: 1, Text: "last"})
	r, err := b.Apply(t.Context(), []store.Item{nul, good, long, empty, last}, Noon())
	if err != nil {
		t.Fatal(err)
	}
	var at []int
	for _, f := range r.Faults {
		at = append(at, f.Index)
	}
	if !slices.Equal(at, []int{0, 2, 3}) {
		t.Errorf("faults at %v: %v", at, r.Faults)
	}
	want(t, "the others", Rows(t, b.SQL, `SELECT uri FROM v_stories ORDER BY uri`), []string{"urn:t:good", "urn:t:last"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Apply(ctx, []store.Item{Plain(Version{Revision: 1})}, Noon()); err == nil {
		t.Error("a batch was stored with a context that had ended")
	}
}

func queries(t *testing.T, b Backend) {
	for i := range 20 {
		Apply(t, b, Noon(), Plain(Version{URI: fmt.Sprintf("urn:t:%02d", i), Revision: int64(i), Text: fmt.Sprintf("story%d café", i), Feed: []string{"a", "b"}[i%2]}))
	}
	Apply(t, b, Noon(), Plain(Version{URI: "urn:t:19", Revision: 30, Change: model.ChangeKill, Status: model.Canceled}))
	for _, tt := range []struct {
		name string
		q    store.Query
		want []string
	}{
		{"a word", store.Query{Words: "story7"}, []string{"urn:t:07"}},
		{"an accent", store.Query{Words: "CAFE story11"}, []string{"urn:t:11"}},
		{"operators are words", store.Query{Words: `story7 OR "story8`}, nil},
		{"a killed text", store.Query{Words: "story19"}, nil},
		{"status", store.Query{Status: story.Killed}, []string{"urn:t:19"}},
		{"feed, newest first", store.Query{Feed: "a", Limit: 2}, []string{"urn:t:18", "urn:t:16"}},
		{"time", store.Query{Since: Noon().Add(3 * time.Minute), Before: Noon().Add(5 * time.Minute)}, []string{"urn:t:04", "urn:t:03"}},
		{"pages", store.Query{Limit: 2, Offset: 19}, []string{"urn:t:00"}},
	} {
		got, err := b.Stories(t.Context(), tt.q)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		var uris []string
		for _, s := range got {
			uris = append(uris, s.URI)
		}
		want(t, tt.name, uris, tt.want)
	}
	if _, err := b.Story(t.Context(), "urn:none"); err == nil || !strings.Contains(err.Error(), store.ErrNotFound.Error()) {
		t.Errorf("a story that is not there: %v", err)
	}
	s, err := b.Story(t.Context(), "urn:t:07")
	if err != nil {
		t.Fatal(err)
	}
	v := Version{URI: "urn:t:07", Revision: 7, Text: "story7 café", Feed: "b"}
	if !reflect.DeepEqual(s.Doc, Plain(v).Raw) || s.Headline != "About story7 café" || len(s.Versions) != 1 || !s.Versions[0].Text {
		t.Errorf("got %+v", s)
	}
	k, err := b.Story(t.Context(), "urn:t:19")
	if err != nil {
		t.Fatal(err)
	}
	if k.Doc != nil || k.Headline != "" || len(k.Versions) != 2 || k.Versions[0].Text || k.Versions[1].Text || k.Status != story.Killed {
		t.Errorf("a killed story: %+v", k)
	}
}

func reopening(t *testing.T, b Backend) {
	Apply(t, b, Noon(), Tagged(Version{Revision: 1, Text: "one"}, "1"))
	states, log := Rows(t, b.SQL, statuses), Log(t, b)
	s := b.Reopen()
	Apply(t, s, Noon(), Tagged(Version{Revision: 1, Text: "one"}, "1"))
	want(t, "states", Rows(t, b.SQL, statuses), states)
	want(t, "log", Log(t, s), log)
	Apply(t, s, Noon(), Plain(Version{Revision: 2, Text: "two"}))
	want(t, "states", Rows(t, b.SQL, statuses), []string{"urn:t:1|2|usable|About two|-"})
}

// oddText: what strangers write into text must neither fail nor poison.
func oddText(t *testing.T, b Backend) {
	for i, text := range []string{"nul\x00nul", "quote ' \" ;--", "\u2028\u0085", "emoji 🙂 عربي 한국", strings.Repeat("long ", 100_000), "", "%_\\"} {
		v := Version{URI: fmt.Sprintf("urn:odd:%d", i), Revision: int64(i), Text: text}
		Apply(t, b, Noon(), Tagged(v, "1"))
		got := Rows(t, b.SQL, fmt.Sprintf(`SELECT headline FROM v_stories WHERE uri = '%s'`, v.URI))
		want(t, "headline", got, []string{"About " + strings.ReplaceAll(text, "\x00", "\uFFFD")})
		Apply(t, b, Noon(), Plain(Version{URI: v.URI, Revision: 100, Text: text}))
	}
	for name, raw := range map[string]int64{"least": 0, "most": 1<<63 - 1} {
		Apply(t, b, Noon(), Plain(Version{URI: "urn:rev:" + name, Revision: raw, Text: name}))
		want(t, name, Rows(t, b.SQL, `SELECT revision FROM v_stories WHERE uri = 'urn:rev:`+name+`'`), []string{fmt.Sprint(raw)})
	}
}
