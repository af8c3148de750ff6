package pipeline

import (
	"os"
	"strings"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
)

// TestPubSub is Watermill's own suite. Its messages have no keys; where it
// asks for order, the partitions are read strictly one message after another.
// DATELINE_LONG runs it with its full numbers of messages and subscribers.
func TestPubSub(t *testing.T) {
	for _, tt := range []struct {
		name       string
		order      Order
		partitions int
		ordered    bool
	}{
		{"unordered", ByKey, 6, false},
		{"ordered", Strict, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := testClient(t, func(cfg *Config) { cfg.Partitions = tt.partitions })
			group := func(t *testing.T, name string) (message.Publisher, message.Subscriber) {
				s, err := c.Subscriber(SubscriberConfig{Group: name, Order: tt.order})
				if err != nil {
					t.Fatal(err)
				}
				return c.Publisher(), s
			}
			tests.TestPubSub(t, tests.Features{
				ConsumerGroups: true, Persistent: true,
				GuaranteedOrder: tt.ordered, GuaranteedOrderWithSingleSubscriber: true, ForceShort: os.Getenv("DATELINE_LONG") == "",
			}, func(t *testing.T) (message.Publisher, message.Subscriber) {
				return group(t, strings.ReplaceAll(t.Name(), "/", "."))
			}, group)
		})
	}
}
