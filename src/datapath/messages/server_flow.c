/* SPDX-License-Identifier: Apache-2.0 */
/* Family ovs_flow: flows by their name (UFID), or by key and mask. Without a mask NEW means the
 * whole key, the others the flow that a packet with the key meets. A mask is completed with what
 * its fields depend on, so that a flow shown, and put again, is the same one. */
#include "datapath/messages/server_internal.h"

#include "base/mem.h"
#include "datapath/messages/client.h"
#include "datapath/messages/nl_flow.h"

static void
put_stats(struct wr *w, const struct dp_flow *flow)
{
    struct dp_flow_stats stats;
    dp_flow_stats(flow, &stats);
    const uint64_t counts[2] = {stats.packets, stats.bytes};
    if (stats.packets) {
        nl_put(w, MSG_FLOW_ATTR_STATS, counts, sizeof counts);
    }
    if (stats.used_ms) {
        nl_put(w, MSG_FLOW_ATTR_USED, &stats.used_ms, sizeof stats.used_ms);
    }
    uint8_t tcp_flags = (uint8_t)stats.tcp_flags;
    if (tcp_flags) {
        nl_put(w, MSG_FLOW_ATTR_TCP_FLAGS, &tcp_flags, sizeof tcp_flags);
    }
}

/* Uses s->key and s->mask. */
static void
put_flow(struct dp_server *s, struct wr *w, const struct msg *m, const struct dp_flow *flow,
         uint32_t omit)
{
    dp_flow_key(flow, &s->key);
    dp_flow_mask(flow, &s->mask);
    size_t at = msg_begin(w, m);
    msg_put_ufid(w, &flow->ufid);
    if (!(omit & MSG_UFID_OMIT_KEY)) {
        size_t nest = nl_begin(w, MSG_FLOW_ATTR_KEY);
        nl_flow_put_key(w, &s->key, &s->mask);
        nl_end(w, nest);
    }
    if (!(omit & MSG_UFID_OMIT_MASK)) {
        size_t nest = nl_begin(w, MSG_FLOW_ATTR_MASK);
        nl_flow_put_mask(w, &s->key, &s->mask);
        nl_end(w, nest);
    }
    put_stats(w, flow);
    if (!(omit & MSG_UFID_OMIT_ACTIONS)) {
        const struct dp_actions *actions = dp_flow_actions(flow);
        size_t nest = nl_begin(w, MSG_FLOW_ATTR_ACTIONS);
        nl_actions_put(w, actions->list, actions->size);
        nl_end(w, nest);
    }
    msg_end(w, at);
}

static void
answer(struct dp_server *s, const struct dp_flow *flow, struct wr *reply)
{
    struct msg m = server_answer(s, MSG_FLOW, MSG_FLOW_CMD_NEW);
    put_flow(s, reply, &m, flow, msg_u32(&s->attrs, MSG_FLOW_ATTR_UFID_FLAGS, 0));
}

/* Adds to MASK what the fields of KEY that it looks at depend on. */
static void
complete_mask(struct flow_key *mask, const struct flow_key *key)
{
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        enum flow_prereq prereq = (enum flow_prereq)flow_fields[id].prereq;
        if (!flow_field_is_zero(id, mask) && flow_prereq_holds(prereq, key)) {
            flow_prereq_add_mask(prereq, mask);
        }
    }
}

/* Reads the request's key and mask into s->key and s->mask; *HAS_MASK says whether there is one.
 */
static int
get_match(struct dp_server *s, bool *has_mask)
{
    const struct nl_attr *key = &s->attrs.a[MSG_FLOW_ATTR_KEY];
    const struct nl_attr *mask = &s->attrs.a[MSG_FLOW_ATTR_MASK];
    *has_mask = msg_has(&s->attrs, MSG_FLOW_ATTR_MASK);
    if (!key->payload) {
        return -E_INVAL;
    }
    int code = nl_flow_get_key(key->payload, key->size, &s->key);
    if (!code && *has_mask) {
        code = nl_flow_get_mask(mask->payload, mask->size, &s->key, &s->mask);
        complete_mask(&s->mask, &s->key);
    }
    return code;
}

/* The flow that a DEL, GET or SET is about. */
static int
find_target(struct dp_server *s, struct dp_flow **flow)
{
    struct uuid ufid;
    if (msg_get_ufid(&s->attrs, &ufid)) {
        *flow = dp_flow_find_ufid(s->dp, &ufid);
    } else {
        bool has_mask;
        int code = get_match(s, &has_mask);
        if (code) {
            return code;
        }
        *flow = dp_flow_find(s->dp, &s->key, has_mask ? &s->mask : NULL);
    }
    return *flow ? 0 : -E_NOENT;
}

/* Puts s->key, s->mask with the actions of the request. */
static int
put_actions(struct dp_server *s, const struct uuid *ufid, uint32_t flags, struct dp_flow **flow)
{
    void *list;
    size_t size, capacity;
    int code = server_get_actions(&s->attrs.a[MSG_FLOW_ATTR_ACTIONS], &list, &size, &capacity);
    if (!code) {
        struct dp_flow_put put = {&s->key, &s->mask, ufid, list, size, flags};
        code = dp_flow_put(s->dp, &put, flow);
        mem_free(list, capacity);
    }
    return code;
}

int
server_flow_new(struct dp_server *s, struct wr *reply)
{
    struct uuid ufid;
    struct dp_flow *flow;
    bool has_mask;
    bool has_ufid = msg_get_ufid(&s->attrs, &ufid);
    if (!msg_has(&s->attrs, MSG_FLOW_ATTR_ACTIONS)) {
        return -E_INVAL;
    }
    int code = get_match(s, &has_mask);
    if (code) {
        return code;
    }
    if (!has_mask) {
        flow_mask_exact(&s->mask, &s->key);
    }
    uint32_t flags = DP_PUT_CREATE | (s->request.flags & MSG_F_CREATE ? 0 : DP_PUT_MODIFY);
    code = put_actions(s, has_ufid ? &ufid : NULL, flags, &flow);
    if (!code && server_wants_echo(s)) {
        answer(s, flow, reply);
    }
    return code;
}

int
server_flow_set(struct dp_server *s, struct wr *reply)
{
    struct dp_flow *flow;
    bool clear = msg_has(&s->attrs, MSG_FLOW_ATTR_CLEAR);
    int code = find_target(s, &flow);
    if (code) {
        return code;
    }
    if (msg_has(&s->attrs, MSG_FLOW_ATTR_ACTIONS)) {
        dp_flow_key(flow, &s->key);
        dp_flow_mask(flow, &s->mask);
        code = put_actions(s, NULL, DP_PUT_MODIFY | (clear ? DP_PUT_ZERO_STATS : 0), &flow);
    } else if (clear) {
        dp_flow_zero_stats(flow);
    }
    if (!code && server_wants_echo(s)) {
        answer(s, flow, reply);
    }
    return code;
}

int
server_flow_get(struct dp_server *s, struct wr *reply)
{
    struct dp_flow *flow;
    int code = find_target(s, &flow);
    if (!code) {
        answer(s, flow, reply);
        code = reply->bad ? -E_OVERFLOW : 0;
    }
    return code;
}

int
server_flow_del(struct dp_server *s, struct wr *reply)
{
    struct dp_flow *flow;
    if (!msg_has(&s->attrs, MSG_FLOW_ATTR_KEY) && !msg_has(&s->attrs, MSG_FLOW_ATTR_UFID)) {
        dp_flow_flush(s->dp);
        return 0;
    }
    int code = find_target(s, &flow);
    if (code) {
        return code;
    }
    if (server_wants_echo(s)) {
        answer(s, flow, reply); /* its last statistics */
        if (reply->bad) {
            return -E_OVERFLOW;
        }
    }
    dp_flow_del(s->dp, flow);
    return 0;
}

int
server_flow_dump(struct dp_dump *d, struct wr *w)
{
    struct dp_server *s = d->server;
    struct list *here = d->cursor.next;
    struct dp_flow *flow = s->exists ? dp_cursor_next(s->dp, &d->cursor) : NULL;
    if (!flow) {
        return 0;
    }
    struct msg m = server_part(d, MSG_FLOW, MSG_FLOW_CMD_NEW);
    put_flow(s, w, &m, flow, d->ufid_flags);
    if (w->bad) {
        d->cursor.next = here;
    }
    return 1;
}
