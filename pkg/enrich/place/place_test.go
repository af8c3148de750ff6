package place

import (
	"testing"

	"github.com/dateline-wire/dateline/pkg/enrich/kb"
)

func load(t testing.TB) *Resolver {
	t.Helper()
	base, err := kb.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Load(base)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestResolve(t *testing.T) {
	r := load(t)
	rus := Context{Countries: map[string]float64{"RUS": 3, "PRK": 2}}
	tests := []struct {
		words   string
		ctx     Context
		name    string
		level   string
		country string
	}{
		{"Khabarovsk region", rus, "Khabarovsk Krai", Region, "RUS"},
		{"Russia's Khabarovsk region", Context{}, "Khabarovsk Krai", Region, "RUS"},
		{"the Kursk region", Context{}, "Kursk Oblast", Region, "RUS"},
		{"the city of Kursk", Context{}, "Kursk", City, "RUS"},
		{"Kursk", rus, "Kursk Oblast", Region, "RUS"},
		{"Vladivostok", rus, "Vladivostok", City, "RUS"},
		{"Wonsan", rus, "Wŏnsan", City, "PRK"},
		{"Mansoa", Context{}, "Mansôa", City, "GNB"},
		{"a barracks in Mansoa", Context{}, "Mansôa", City, "GNB"},
		{"Georgia", Context{Level: Region}, "Georgia", Region, "USA"},
		{"Atlanta, Georgia", Context{}, "Atlanta", City, "USA"},
		{"Basra, Iraq", Context{}, "Basrah", City, "IRQ"},
		{"northern Iraq", Context{}, "Iraq", Country, "IRQ"},
		{"Yugoslavia", Context{Day: 20000223}, "Yugoslavia", Country, "YUG"},
		{"Pristina", Context{Day: 20000223}, "Pristina", City, "YUG"},
		{"Pristina", Context{Day: 20200223}, "Pristina", City, "XKX"},
		{"Kiev", Context{Day: 19850101}, "Kyiv", City, "SUN"},
		{"Kosovo", Context{Day: 20000223}, "Kosovo", Country, "YUG"},
		{"Camp Bondsteel", Context{}, "Camp Bondsteel", Site, "XKX"},
		{"the Taiwan Strait", Context{}, "Taiwan Strait", Water, ""},
		{"North Hamgyong Province", Context{}, "North Hamgyong Province", Region, "PRK"},
		{"London", Context{Countries: map[string]float64{"CAN": 1}}, "London", City, "CAN"},
		{"London", Context{}, "London", City, "GBR"},
		{"the Far East", Context{}, "Far East", Region, "RUS"},
		{"Crimea", Context{}, "Crimea", Region, "UKR"},
	}
	for _, tt := range tests {
		p, c, ok := r.Resolve(tt.words, tt.ctx)
		if !ok || p.Level != tt.level || p.Country != tt.country || p.Name != tt.name {
			t.Errorf("Resolve(%q, %+v)\n got %s %s %s %v %v\nwant %s %s %s", tt.words, tt.ctx, p.Name, p.Level, p.Country, c, ok, tt.name, tt.level, tt.country)
		}
	}
	for _, s := range []string{"", "the", "home", "Xyzzyville", ",", ", ,", "'s", "\xff"} {
		if p, _, ok := r.Resolve(s, Context{}); ok {
			t.Errorf("Resolve(%q) = %s", s, p.Name)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	base, err := kb.Load()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Load(base); err != nil {
			b.Fatal(err)
		}
	}
}
