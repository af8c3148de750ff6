package broker

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A client that is killed while it waits in a join must not keep a share of
// the partitions.
func TestAMemberThatDiesInItsJoinIsTakenOut(t *testing.T) {
	b, err := Start(Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	create := kmsg.NewPtrCreateTopicsRequest()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = "t", 4, 1
	create.Topics = append(create.Topics, topic)
	if _, err := create.RequestWith(t.Context(), b.admin); err != nil {
		t.Fatal(err)
	}
	owned := make(chan int, 100)
	now := 0
	alive, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.ConsumerGroup("g"), kgo.ConsumeTopics("t"), kgo.Balancers(kgo.RangeBalancer()),
		kgo.SessionTimeout(time.Second), kgo.HeartbeatInterval(100*time.Millisecond), kgo.RebalanceTimeout(30*time.Second),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { now += len(m["t"]); owned <- now }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { now -= len(m["t"]); owned <- now }))
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	poll, stop := context.WithCancel(t.Context())
	polled := make(chan struct{})
	go func() {
		defer close(polled)
		for poll.Err() == nil {
			alive.PollFetches(poll)
		}
	}()
	defer func() { stop(); <-polled }()
	wait := func(what string, ok func(n int) bool) {
		t.Helper()
		for deadline := time.After(time.Minute); ; {
			select {
			case n := <-owned:
				if ok(n) {
					return
				}
			case <-deadline:
				t.Fatalf("the live member never had %s", what)
			}
		}
	}
	all := func(n int) bool { return n == 4 }
	wait("all partitions", all)

	// It joins as an old client does, which enters the rebalance at once, and is gone before the answer.
	join := kmsg.NewPtrJoinGroupRequest()
	join.SetVersion(2)
	join.Group, join.ProtocolType = "g", "consumer"
	join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = 1000, 30000
	meta := kmsg.NewConsumerMemberMetadata()
	meta.Topics = []string{"t"}
	p := kmsg.NewJoinGroupRequestProtocol()
	p.Name, p.Metadata = "range", meta.AppendTo(nil)
	join.Protocols = append(join.Protocols, p)
	request := kmsg.NewRequestFormatter(kmsg.FormatterClientID("ghost")).AppendRequest(nil, join, 1)
	for range 5 { // whether the broker sees in time that it has gone is a matter of luck
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(request); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		wait("to share", func(n int) bool { return n == 2 })
		wait("all partitions again", all)
	}
}
