/* SPDX-License-Identifier: Apache-2.0 */
/* What a flow monitor tells. Nicira's and the ONF's events count from ADDED and have wider
 * members than OpenFlow 1.4's; Nicira's have NXM fields and a list of actions, the others a match
 * and instructions. */
#include "openflow/actions_check.h"
#include "openflow/instructions.h"
#include "openflow/msg_flow_monitor.h"
#include "os/log.h"

LOG_MODULE(ofp_monitor);

static struct log_rate update_rate = LOG_RATE(1, 5);

enum { HEAD_SIZE = 4, FULL_SIZE = 24, SHORT_SIZE = 8 };

static bool
is_standard(uint8_t version)
{
    return version >= OFP_14;
}

static enum ofp_error
get_match(struct rd *r, enum ofp_msg_id id, uint8_t version, uint16_t match_len,
          struct of_match *match)
{
    return id == NXST_FLOW_MONITOR_REPLY ? of_match_get_nxm(r, match_len, true, match, NULL)
                                         : of_match_get_wire(r, version, true, match);
}

static enum ofp_error
get_actions(struct rd *r, enum ofp_msg_id id, uint8_t version, struct wr *actions)
{
    size_t n = rd_left(r);
    enum ofp_version v = (enum ofp_version)version;
    enum ofp_error error = id == NXST_FLOW_MONITOR_REPLY
                               ? of_acts_get(r->p, n, v, actions)
                               : of_instructions_get(r->p, n, v, actions);
    return error ? error : of_acts_check_ports(actions->start, actions->n);
}

static enum ofp_error
get_full(struct rd *r, enum ofp_msg_id id, uint8_t version, struct ofp_flow_update *u)
{
    uint16_t match_len = 0;
    if (is_standard(version)) {
        u->table = rd_u8(r);
        u->reason = rd_u8(r);
        u->idle_timeout = rd_be16(r);
        u->hard_timeout = rd_be16(r);
        u->priority = rd_be16(r);
        rd_skip(r, 4);
    } else {
        u->reason = rd_be16(r);
        u->priority = rd_be16(r);
        u->idle_timeout = rd_be16(r);
        u->hard_timeout = rd_be16(r);
        match_len = rd_be16(r);
        u->table = rd_u8(r);
        rd_skip(r, 1);
    }
    u->cookie = rd_be64(r);
    if (ROUND_UP((size_t)match_len, 8) > rd_left(r)) {
        log_limited(&update_rate, LOG_WARN, "%s has bad match length", ofp_msg_name(id));
        return OFPBRC_BAD_LEN;
    }
    enum ofp_error error = get_match(r, id, version, match_len, &u->match);
    return error ? error : get_actions(r, id, version, &u->actions);
}

static enum ofp_error
leftover(enum ofp_msg_id id, size_t n)
{
    log_limited(&update_rate, LOG_WARN, "%s has %zu leftover bytes at end", ofp_msg_name(id), n);
    return OFPBRC_BAD_LEN;
}

enum ofp_error
ofp_flow_update_get(struct rd *r, enum ofp_msg_id id, uint8_t version, struct ofp_flow_update *u)
{
    size_t n = rd_left(r);
    struct wr actions = wr_make(u->actions.start, u->actions.size);
    uint16_t len = rd_be16(r), event = rd_be16(r);
    *u = (struct ofp_flow_update){.actions = actions};
    if (r->bad || len > n || len % 8) {
        return leftover(id, n);
    }
    uint16_t wanted = is_standard(version) ? event : (uint16_t)(event + 1);
    bool is_short = wanted >= OFP_UPDATE_ABBREV;
    if (wanted > (is_standard(version) ? OFP_UPDATE_RESUMED : OFP_UPDATE_ABBREV)) {
        log_limited(&update_rate, LOG_WARN, "NXST_FLOW_MONITOR reply has bad event %u", event);
        return NXBRC_FM_BAD_EVENT;
    }
    u->event = (uint8_t)wanted;
    if (is_short ? len != SHORT_SIZE : len < FULL_SIZE) {
        return leftover(id, n);
    }
    struct rd body = rd_sub(r, (size_t)len - HEAD_SIZE);
    if (is_short) {
        u->xid = wanted == OFP_UPDATE_ABBREV ? rd_be32(&body) : 0;
        return OFP_OK;
    }
    return get_full(&body, id, version, u);
}

static void
put_full(struct wr *w, enum ofp_version version, const struct ofp_flow_update *u)
{
    size_t match_len_at = 0;
    if (is_standard((uint8_t)version)) {
        wr_u8(w, u->table);
        wr_u8(w, (uint8_t)u->reason);
        wr_be16(w, u->idle_timeout);
        wr_be16(w, u->hard_timeout);
        wr_be16(w, u->priority);
        wr_zeros(w, 4);
    } else {
        wr_be16(w, u->reason);
        wr_be16(w, u->priority);
        wr_be16(w, u->idle_timeout);
        wr_be16(w, u->hard_timeout);
        match_len_at = w->n;
        wr_zeros(w, 2);
        wr_u8(w, u->table);
        wr_zeros(w, 1);
    }
    wr_be64(w, u->cookie);
    if (version <= OFP_12) {
        size_t len = of_match_put_nxm(w, &u->match, NULL);
        if (!w->bad) {
            put_be16(w->start + match_len_at, (uint16_t)len);
        }
        of_acts_put(w, u->actions.start, u->actions.n, version, NULL);
        return;
    }
    size_t match = w->n;
    of_match_put_wire(w, version, &u->match);
    if (!w->bad && match_len_at) {
        put_be16(w->start + match_len_at, get_be16(w->start + match + 2));
    }
    of_instructions_put(w, u->actions.start, u->actions.n, version, NULL);
}

void
ofp_flow_update_put(struct wr *w, enum ofp_version version, const struct ofp_flow_update *u)
{
    size_t begin = w->n;
    uint8_t event = u->event;
    if (!is_standard((uint8_t)version)) {
        w->bad = w->bad || event > OFP_UPDATE_ABBREV;
        event = event == OFP_UPDATE_INITIAL ? 0 : (uint8_t)(event - 1);
    }
    wr_be16(w, 0);
    wr_be16(w, event);
    if (u->event >= OFP_UPDATE_ABBREV) {
        wr_be32(w, u->xid);
    } else {
        put_full(w, version, u);
    }
    w->bad = w->bad || w->n - begin > UINT16_MAX;
    if (!w->bad) {
        put_be16(w->start + begin, (uint16_t)(w->n - begin));
    }
}
