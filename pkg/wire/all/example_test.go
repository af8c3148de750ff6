package all_test

import (
	"context"
	"fmt"
	"time"

	"github.com/dateline-wire/dateline/pkg/wire"
	"github.com/dateline-wire/dateline/pkg/wire/all"
)

func ExampleParse() {
	copied := []byte("(LEAD) Two ferries to join drill\n(ATTN: ADDS costs)\n\nPORT AGNES, March 2 (CW) -- Two ferries will join a drill.\n(END)\n")
	t := wire.NewTransmission("cw-en", "drill.txt", time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), "", copied)
	err := all.Parse(context.Background(), t, func(r wire.Result) error {
		if r.Article == nil {
			fmt.Println(r.Class, r.Err)
			return nil
		}
		a := r.Article
		fmt.Println(a.Headline())
		fmt.Println(a.Wire.Change, a.Located, a.Provider(), a.EdNote)
		fmt.Println(a.BodyText())
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// (LEAD) Two ferries to join drill
	// update PORT AGNES CW ATTN: ADDS costs
	// PORT AGNES, March 2 (CW) -- Two ferries will join a drill.
}
