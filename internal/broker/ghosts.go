package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ghosts takes dead members out of groups. kfake starts a member's session
// timer when the answer to its join is written; a client that is killed while
// it waits for that answer gets no timer, stays in the group once its leader
// has synced, and keeps its share of the partitions for ever. What is heard of
// members is noted here instead, and who is silent for longer than a session
// leaves.
type ghosts struct {
	now func() time.Time

	mu      sync.Mutex
	session map[string]time.Duration // by group, the longest that a member asked for
	heard   map[member]time.Time
}

type member struct{ group, id string }

const (
	ghostsEvery = time.Second
	ghostsGrace = time.Second // beyond a session
)

// watchGhosts notes the requests by which members show that they live.
func watchGhosts(c *kfake.Cluster, now func() time.Time) *ghosts {
	g := &ghosts{now: now, session: map[string]time.Duration{}, heard: map[member]time.Time{}}
	see := func(key kmsg.Key) {
		c.ControlKey(int16(key), func(r kmsg.Request) (kmsg.Response, error, bool) {
			g.see(r)
			return nil, nil, false // the cluster answers
		})
	}
	see(kmsg.JoinGroup)
	see(kmsg.SyncGroup)
	see(kmsg.Heartbeat)
	return g
}

func (g *ghosts) see(r kmsg.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch r := r.(type) {
	case *kmsg.JoinGroupRequest:
		g.session[r.Group] = max(g.session[r.Group], time.Duration(r.SessionTimeoutMillis)*time.Millisecond)
		g.heard[member{r.Group, r.MemberID}] = g.now()
	case *kmsg.SyncGroupRequest:
		g.heard[member{r.Group, r.MemberID}] = g.now()
	case *kmsg.HeartbeatRequest:
		g.heard[member{r.Group, r.MemberID}] = g.now()
	}
}

func (b *Broker) ghostLoop(ctx context.Context) {
	t := time.NewTicker(ghostsEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := b.sweepGhosts(ctx); err != nil && ctx.Err() == nil {
			b.cfg.Log.Warn().Err(err).Msg("embedded broker: dead members of groups")
		}
	}
}

// sweepGhosts makes the silent members of groups at rest leave. A group that
// rebalances is left to kfake, which bounds that itself.
func (b *Broker) sweepGhosts(ctx context.Context) error {
	req := kmsg.NewPtrDescribeGroupsRequest()
	b.ghosts.mu.Lock()
	for group := range b.ghosts.session {
		req.Groups = append(req.Groups, group)
	}
	b.ghosts.mu.Unlock()
	if len(req.Groups) == 0 {
		return nil
	}
	resp, err := req.RequestWith(ctx, b.admin)
	if err != nil {
		return fmt.Errorf("describe groups: %w", err)
	}
	var errs []error
	for _, group := range resp.Groups {
		if group.ErrorCode != 0 || group.State != "Stable" {
			continue
		}
		for _, id := range b.ghosts.silent(group.Group, group.Members) {
			errs = append(errs, b.leave(ctx, group.Group, id))
		}
	}
	return errors.Join(errs...)
}

// silent tells which members of a group are to leave, and forgets those that
// have left.
func (g *ghosts) silent(group string, members []kmsg.DescribeGroupsResponseGroupMember) (ids []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	there := map[string]bool{}
	for _, m := range members {
		there[m.MemberID] = true
		k := member{group, m.MemberID}
		switch at, ok := g.heard[k]; {
		case !ok:
			g.heard[k] = now
		case now.Sub(at) > g.session[group]+ghostsGrace:
			ids = append(ids, m.MemberID)
		}
	}
	for k := range g.heard {
		if k.group == group && !there[k.id] {
			delete(g.heard, k)
		}
	}
	return ids
}

func (b *Broker) leave(ctx context.Context, group, id string) error {
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group = group
	req.MemberID = id
	m := kmsg.NewLeaveGroupRequestMember()
	m.MemberID = id
	req.Members = append(req.Members, m)
	resp, err := req.RequestWith(ctx, b.admin)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("take %s out of group %s: %w", id, group, err)
	}
	b.cfg.Log.Info().Str("event", "member-gone").Str("group", group).Str("member", id).Msg("a member that died while it joined was taken out of its group")
	return nil
}
