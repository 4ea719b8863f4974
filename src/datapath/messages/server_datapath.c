/* SPDX-License-Identifier: Apache-2.0 */
/* Family ovs_datapath: the one datapath is made with its local port, shown, changed and removed
 * with everything in it. Packet threads see it come last and go first. */
#include "datapath/messages/server_internal.h"
#include "port/atomic.h"

enum { FEATURES = MSG_DP_F_UNALIGNED };

static void
put_dp(struct dp_server *s, struct wr *w, const struct msg *m)
{
    struct dp_counters c = {.hit = 0};
    s->host.add_counters(s->host.aux, &c);
    const uint64_t stats[4] = {c.hit, c.missed, c.lost, dp_n_flows(s->dp)};
    uint64_t now_ms = s->host.now_ms(s->host.aux);
    size_t at = msg_begin(w, m);
    server_put_name(w, MSG_DP_ATTR_NAME, s->name);
    nl_put(w, MSG_DP_ATTR_STATS, stats, sizeof stats);
    /* struct ovs_dp_megaflow_stats: the number of masks and padding are 32 bits each. */
    size_t nest = nl_begin(w, MSG_DP_ATTR_MEGAFLOW_STATS);
    wr_u64(w, c.mask_hit);
    wr_u32(w, dp_n_masks(s->dp));
    wr_u32(w, 0);
    wr_u64(w, c.cache_hit);
    wr_u64(w, 0);
    nl_end(w, nest);
    nl_put_u32(w, MSG_DP_ATTR_USER_FEATURES, s->user_features);
    nl_put(w, MSG_DP_ATTR_CLOCK, &now_ms, sizeof now_ms);
    msg_end(w, at);
}

/* Whether the request, by name or by index, is about the datapath that is there. */
static int
check_target(const struct dp_server *s)
{
    if (!msg_has(&s->attrs, MSG_DP_ATTR_NAME)) {
        return s->exists && s->request.dp_ifindex == DP_SERVER_IFINDEX ? 0 : -E_NODEV;
    }
    const char *name = server_name(s, MSG_DP_ATTR_NAME);
    return !name ? -E_INVAL : s->exists && server_names_equal(name, s->name) ? 0 : -E_NODEV;
}

static int
check_features(const struct dp_server *s)
{
    uint32_t features = msg_u32(&s->attrs, MSG_DP_ATTR_USER_FEATURES, 0);
    return features & ~(uint32_t)FEATURES ? -E_NOTSUP : 0;
}

static void
tell(struct dp_server *s, uint8_t cmd)
{
    struct msg m = server_note(MSG_DP, cmd);
    struct wr w = server_note_start(s);
    put_dp(s, &w, &m);
    server_note_send(s, DP_GROUP_DATAPATH, &w);
}

static void
answer(struct dp_server *s, struct wr *reply)
{
    struct msg m = server_answer(s, MSG_DP, MSG_DP_CMD_NEW);
    put_dp(s, reply, &m);
}

int
server_dp_new(struct dp_server *s, struct wr *reply)
{
    const char *name = server_name(s, MSG_DP_ATTR_NAME);
    if (!name || !msg_has(&s->attrs, MSG_DP_ATTR_UPCALL_PID)) {
        return -E_INVAL;
    }
    int code = check_features(s);
    if (code) {
        return code;
    }
    if (s->exists) {
        return server_names_equal(name, s->name) ? -E_EXIST : -E_BUSY;
    }
    uint32_t no = 0;
    s->vport = (struct dp_vport){
        .type = MSG_VPORT_INTERNAL,
        .upcall_pid = msg_u32(&s->attrs, MSG_DP_ATTR_UPCALL_PID, 0),
    };
    memcpy(s->vport.name, name, s->attrs.a[MSG_DP_ATTR_NAME].size);
    code = s->host.port_add(s->host.aux, &s->vport, &no);
    if (code) {
        return code;
    }
    memcpy(s->name, s->vport.name, sizeof s->name);
    s->user_features = msg_u32(&s->attrs, MSG_DP_ATTR_USER_FEATURES, 0);
    PORT_STORE_RELEASE(&s->exists, true);
    tell(s, MSG_DP_CMD_NEW);
    if (server_wants_echo(s)) {
        answer(s, reply);
    }
    return 0;
}

void
server_remove_all(struct dp_server *s)
{
    PORT_STORE_RELEASE(&s->exists, false);
    dp_flow_flush(s->dp);
    while (s->host.port_next(s->host.aux, 0, &s->vport)) {
        if (s->host.port_del(s->host.aux, s->vport.no)) {
            break;
        }
    }
}

int
server_dp_del(struct dp_server *s, struct wr *reply)
{
    int code = check_target(s);
    if (code) {
        return code;
    }
    if (server_wants_echo(s)) {
        answer(s, reply);
        if (reply->bad) {
            return -E_OVERFLOW;
        }
    }
    tell(s, MSG_DP_CMD_DEL);
    server_remove_all(s);
    return 0;
}

int
server_dp_get(struct dp_server *s, struct wr *reply)
{
    int code = check_target(s);
    if (!code) {
        answer(s, reply);
        code = reply->bad ? -E_OVERFLOW : 0;
    }
    return code;
}

int
server_dp_set(struct dp_server *s, struct wr *reply)
{
    int code = check_target(s);
    if (!code) {
        code = check_features(s);
    }
    if (code) {
        return code;
    }
    s->user_features = msg_u32(&s->attrs, MSG_DP_ATTR_USER_FEATURES, s->user_features);
    tell(s, MSG_DP_CMD_SET);
    if (server_wants_echo(s)) {
        answer(s, reply);
    }
    return 0;
}

int
server_dp_dump(struct dp_dump *d, struct wr *w)
{
    struct dp_server *s = d->server;
    if (!s->exists || d->at) {
        return 0;
    }
    struct msg m = server_part(d, MSG_DP, MSG_DP_CMD_NEW);
    put_dp(s, w, &m);
    d->at = !w->bad;
    return 1;
}
