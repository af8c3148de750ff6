package actor

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/dateline-wire/dateline/pkg/enrich/place"
)

type goldPlace struct {
	Country string   `json:"country"`
	Level   string   `json:"level"`
	Lat     *float64 `json:"lat"`
	Lon     *float64 `json:"lon"`
	Km      float64  `json:"km"`
}

type goldStory struct {
	ID       string `json:"id"`
	Date     string `json:"date"`
	Headline string `json:"headline"`
	Text     string `json:"text"`
	Records  []struct {
		Destination *string    `json:"destination"`
		Origin      *string    `json:"origin"`
		To          *goldPlace `json:"destination_place"`
		From        *goldPlace `json:"origin_place"`
	} `json:"records"`
}

func goldStories(t *testing.T) []goldStory {
	t.Helper()
	shared := os.Getenv("DATELINE_SHARED")
	if shared == "" {
		t.Skip("DATELINE_SHARED does not name the folder with the annotated stories")
	}
	f, err := os.Open(filepath.Join(shared, "gold", "stories.dev.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	var out []goldStory
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var g goldStory
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

// The places of annotated deployments are found by the words of their slots.
func TestWhere(t *testing.T) {
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	n, right := 0, 0
	for _, g := range goldStories(t) {
		d := annotated(t, g.Headline, g.Text, g.Date)
		ctx := place.ContextOf(d)
		for _, r := range g.Records {
			for _, slot := range []struct {
				words *string
				want  *goldPlace
			}{{r.Destination, r.To}, {r.Origin, r.From}} {
				if slot.words == nil || slot.want == nil {
					continue
				}
				n++
				p, c, ok := a.places.ResolveIn(d, *slot.words, ctx)
				good := ok && p.Country == slot.want.Country
				if good && slot.want.Level != place.Country {
					good = slot.want.Lat != nil && distance(p.Lat, p.Lon, *slot.want.Lat, *slot.want.Lon) <= slot.want.Km
				}
				if good {
					right++
				} else {
					t.Logf("%s: %q: got %s %s %s %.2f,%.2f (%.2f), want %s %s", g.ID, *slot.words, p.Name, p.Level, p.Country, p.Lat, p.Lon, c, slot.want.Country, slot.want.Level)
				}
			}
		}
	}
	t.Logf("%d of %d places right", right, n)
	if float64(right) < 0.9*float64(n) {
		t.Errorf("%d of %d places right, want 90 %%", right, n)
	}
}

// distance is the great-circle distance in kilometres.
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	rad := math.Pi / 180
	h := math.Pow(math.Sin((lat2-lat1)*rad/2), 2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Pow(math.Sin((lon2-lon1)*rad/2), 2)
	return 2 * 6371 * math.Asin(math.Min(1, math.Sqrt(h)))
}
