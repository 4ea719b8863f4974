/* SPDX-License-Identifier: Apache-2.0 */
/* Four layouts of a flow in a reply: OpenFlow 1.0's, Nicira's, that of 1.1 to 1.4, and 1.5's, in
 * which the counts are a list. */
#include "openflow/msg_flow_stats.h"

#include "base/err.h"
#include "openflow/actions_check.h"
#include "openflow/instructions.h"
#include "os/log.h"

LOG_MODULE(ofp_flow);

static struct log_rate length_rate = LOG_RATE(1, 5);

enum { AGE_MAX = UINT16_MAX - 1, ENTRY_SIZE = UINT16_MAX };
/* A flow without match, where it comes later, and actions. */
enum {
    FLOW_STATS_10_SIZE = 88,
    NX_FLOW_STATS_SIZE = 48,
    FLOW_STATS_11_SIZE = 48,
    FLOW_STATS_15_SIZE = 24,
};

/* -- Requests -- */

static enum ofp_error
get_request_10(struct rd *r, struct ofp_flow_stats_request *q)
{
    enum ofp_error error = of_match_get_wire(r, OFP_10, true, &q->match);
    q->table = rd_u8(r);
    rd_skip(r, 1);
    q->out_port = rd_be16(r);
    return error;
}

static enum ofp_error
get_request_nxm(struct rd *r, struct ofp_flow_stats_request *q)
{
    struct of_match_cookie cookie;
    q->out_port = rd_be16(r);
    uint16_t match_len = rd_be16(r);
    q->table = rd_u8(r);
    rd_skip(r, 3);
    enum ofp_error error = of_match_get_nxm(r, match_len, true, &q->match, &cookie);
    if (!error) {
        q->cookie = cookie.value;
        q->cookie_mask = cookie.mask;
    }
    return !error && rd_left(r) ? OFPBRC_BAD_LEN : error;
}

static enum ofp_error
get_request_11(struct rd *r, uint8_t version, struct ofp_flow_stats_request *q)
{
    q->table = rd_u8(r);
    rd_skip(r, 3);
    enum ofp_error error = ofp_port_get(r, version, &q->out_port);
    q->out_group = rd_be32(r);
    rd_skip(r, 4);
    q->cookie = rd_be64(r);
    q->cookie_mask = rd_be64(r);
    return error ? error : of_match_get_wire(r, version, true, &q->match);
}

enum ofp_error
ofp_flow_stats_request_get(const struct ofp_msg *m, struct ofp_flow_stats_request *q)
{
    struct rd r = m->body;
    *q = (struct ofp_flow_stats_request){.out_group = OFP_GROUP_ANY};
    bool is_nxm = m->id == NXST_FLOW_REQUEST || m->id == NXST_AGGREGATE_REQUEST;
    return is_nxm                 ? get_request_nxm(&r, q)
           : m->version == OFP_10 ? get_request_10(&r, q)
                                  : get_request_11(&r, m->version, q);
}

static void
put_request_nxm(struct wr *w, const struct ofp_flow_stats_request *q)
{
    struct of_match_cookie cookie = {q->cookie, q->cookie_mask};
    ofp_port_put(w, OFP_10, q->out_port);
    size_t match_len_at = w->n;
    wr_be16(w, 0);
    wr_u8(w, q->table);
    wr_zeros(w, 3);
    size_t len = of_match_put_nxm(w, &q->match, &cookie);
    if (!w->bad) {
        put_be16(w->start + match_len_at, (uint16_t)len);
    }
}

void
ofp_flow_stats_request_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version,
                           uint32_t xid, const struct ofp_flow_stats_request *q)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    if (id == NXST_FLOW_REQUEST || id == NXST_AGGREGATE_REQUEST) {
        put_request_nxm(w, q);
    } else if (version == OFP_10) {
        of_match_put_wire(w, version, &q->match);
        wr_u8(w, q->table);
        wr_zeros(w, 1);
        ofp_port_put(w, version, q->out_port);
    } else {
        wr_u8(w, q->table);
        wr_zeros(w, 3);
        ofp_port_put(w, version, q->out_port);
        wr_be32(w, q->out_group);
        wr_zeros(w, 4);
        wr_be64(w, q->cookie);
        wr_be64(w, q->cookie_mask);
        of_match_put_wire(w, version, &q->match);
    }
    ofp_msg_end(w, begin);
}

/* -- A flow of a reply: reading -- */

static void
get_counts(struct rd *r, struct ofp_flow_counts *c)
{
    c->n_packets = rd_be64(r);
    c->n_bytes = rd_be64(r);
}

static enum ofp_error
get_10(struct rd *r, struct ofp_flow_stats *f)
{
    f->table = rd_u8(r);
    rd_skip(r, 1);
    enum ofp_error error = of_match_get_wire(r, OFP_10, true, &f->match);
    f->counts.duration_s = rd_be32(r);
    f->counts.duration_ns = rd_be32(r);
    f->priority = rd_be16(r);
    f->idle_timeout = rd_be16(r);
    f->hard_timeout = rd_be16(r);
    rd_skip(r, 6);
    f->cookie = rd_be64(r);
    get_counts(r, &f->counts);
    return error;
}

static void
get_table_and_times(struct rd *r, struct ofp_flow_stats *f)
{
    f->table = rd_u8(r);
    rd_skip(r, 1);
    f->counts.duration_s = rd_be32(r);
    f->counts.duration_ns = rd_be32(r);
    f->priority = rd_be16(r);
    f->idle_timeout = rd_be16(r);
    f->hard_timeout = rd_be16(r);
}

static enum ofp_error
get_nxm(struct rd *r, uint16_t len, struct ofp_flow_stats *f)
{
    get_table_and_times(r, f);
    uint16_t match_len = rd_be16(r), idle_age = rd_be16(r), hard_age = rd_be16(r);
    f->idle_age = idle_age ? idle_age - 1 : -1;
    f->hard_age = hard_age ? hard_age - 1 : -1;
    f->cookie = rd_be64(r);
    get_counts(r, &f->counts);
    if (r->bad || ROUND_UP((size_t)match_len, 8) > rd_left(r)) {
        log_limited(&length_rate, LOG_WARN,
                    "NXST_FLOW reply with match_len=%u claims invalid length %u", match_len, len);
        return OFPBRC_BAD_LEN;
    }
    return of_match_get_nxm(r, match_len, true, &f->match, NULL);
}

static enum ofp_error
take_flags(struct ofp_flow_stats *f, uint8_t version, uint16_t flags)
{
    f->flags = version >= OFP_13 ? flags : 0; /* before, they are padding */
    return f->flags & ~OFP_FF_ALL ? OFPFMFC_BAD_FLAGS : OFP_OK;
}

static enum ofp_error
get_11(struct rd *r, uint8_t version, struct ofp_flow_stats *f)
{
    get_table_and_times(r, f);
    uint16_t flags = rd_be16(r), importance = rd_be16(r);
    f->importance = version >= OFP_14 ? importance : 0;
    rd_skip(r, 2);
    f->cookie = rd_be64(r);
    get_counts(r, &f->counts);
    enum ofp_error error = of_match_get_wire(r, version, true, &f->match);
    return error ? error : take_flags(f, version, flags);
}

static enum ofp_error
get_15(struct rd *r, struct ofp_flow_stats *f)
{
    rd_skip(r, 2);
    f->table = rd_u8(r);
    rd_skip(r, 1); /* why it is told */
    f->priority = rd_be16(r);
    f->idle_timeout = rd_be16(r);
    f->hard_timeout = rd_be16(r);
    uint16_t flags = rd_be16(r);
    f->importance = rd_be16(r);
    f->cookie = rd_be64(r);
    enum ofp_error error = of_match_get_wire(r, OFP_15, true, &f->match);
    error = error ? error : ofp_oxs_get(r, &f->counts, NULL);
    f->idle_age = f->counts.idle_s == OFP_COUNT32_UNKNOWN ? -1 : (int32_t)f->counts.idle_s;
    return error ? error : take_flags(f, OFP_15, flags);
}

static enum ofp_error
get_actions(const struct ofp_msg *m, struct rd *r, struct ofp_flow_stats *f)
{
    enum ofp_error error =
        r->bad ? OFPBRC_BAD_LEN
               : of_instructions_get(r->p, rd_left(r), (enum ofp_version)m->version, &f->actions);
    return error ? error : of_acts_check_ports(f->actions.start, f->actions.n);
}

enum ofp_error
ofp_flow_stats_get(const struct ofp_msg *m, struct rd *r, struct ofp_flow_stats *f)
{
    bool is_nxm = m->id == NXST_FLOW_REPLY;
    size_t fixed = is_nxm                 ? NX_FLOW_STATS_SIZE
                   : m->version == OFP_10 ? FLOW_STATS_10_SIZE
                   : m->version < OFP_15  ? FLOW_STATS_11_SIZE
                                          : FLOW_STATS_15_SIZE;
    struct wr actions = f->actions;
    *f = (struct ofp_flow_stats){.idle_age = -1, .hard_age = -1};
    f->actions = wr_make(actions.start, actions.size);
    if (rd_left(r) < fixed) {
        log_limited(&length_rate, LOG_WARN, "%s has %zu leftover bytes at end",
                    ofp_msg_name(m->id), rd_left(r));
        return OFPBRC_BAD_LEN;
    }
    uint16_t len = rd_be16(r);
    if (len < fixed || (size_t)len - 2 > rd_left(r)) {
        log_limited(&length_rate, LOG_WARN, "%s claims invalid length %u", ofp_msg_name(m->id),
                    len);
        return OFPBRC_BAD_LEN;
    }
    struct rd one = rd_sub(r, (size_t)len - 2);
    enum ofp_error error = is_nxm                 ? get_nxm(&one, len, f)
                           : m->version == OFP_10 ? get_10(&one, f)
                           : m->version < OFP_15  ? get_11(&one, m->version, f)
                                                  : get_15(&one, f);
    return error ? error : get_actions(m, &one, f);
}

/* -- A flow of a reply: writing -- */

/* Up to OpenFlow 1.4 what is unknown is as large as can be, but for the duration. */
static void
put_duration(struct wr *w, const struct ofp_flow_counts *c)
{
    wr_be32(w, c->duration_s);
    wr_be32(w, c->duration_ns);
}

static void
put_timeouts(struct wr *w, const struct ofp_flow_stats *f)
{
    wr_be16(w, f->priority);
    wr_be16(w, f->idle_timeout);
    wr_be16(w, f->hard_timeout);
}

static void
put_cookie_and_counts(struct wr *w, const struct ofp_flow_stats *f)
{
    wr_be64(w, f->cookie);
    wr_be64(w, f->counts.n_packets);
    wr_be64(w, f->counts.n_bytes);
}

static uint16_t
age_on_wire(int32_t age)
{
    return age < 0 ? 0 : (uint16_t)(MIN(age, AGE_MAX) + 1);
}

static void
put_nxm(struct wr *w, const struct ofp_flow_stats *f)
{
    wr_u8(w, f->table);
    wr_zeros(w, 1);
    put_duration(w, &f->counts);
    put_timeouts(w, f);
    size_t match_len_at = w->n;
    wr_be16(w, 0);
    wr_be16(w, age_on_wire(f->idle_age));
    wr_be16(w, age_on_wire(f->hard_age));
    put_cookie_and_counts(w, f);
    size_t len = of_match_put_nxm(w, &f->match, NULL);
    if (!w->bad) {
        put_be16(w->start + match_len_at, (uint16_t)len);
    }
}

static void
put_10_to_14(struct wr *w, enum ofp_version version, const struct ofp_flow_stats *f)
{
    wr_u8(w, f->table);
    wr_zeros(w, 1);
    if (version == OFP_10) {
        of_match_put_wire(w, version, &f->match);
    }
    put_duration(w, &f->counts);
    put_timeouts(w, f);
    wr_be16(w, version >= OFP_13 ? f->flags : 0);
    wr_be16(w, version >= OFP_14 ? f->importance : 0);
    wr_zeros(w, 2);
    put_cookie_and_counts(w, f);
    if (version != OFP_10) {
        of_match_put_oxm_wire(w, version, &f->match);
    }
}

static void
put_15(struct wr *w, const struct ofp_flow_stats *f)
{
    struct ofp_flow_counts counts = f->counts;
    counts.n_flows = OFP_COUNT32_UNKNOWN;
    counts.idle_s = f->idle_age < 0 ? OFP_COUNT32_UNKNOWN : (uint32_t)f->idle_age;
    wr_zeros(w, 2);
    wr_u8(w, f->table);
    wr_zeros(w, 1);
    put_timeouts(w, f);
    wr_be16(w, f->flags);
    wr_be16(w, f->importance);
    wr_be64(w, f->cookie);
    of_match_put_wire(w, OFP_15, &f->match);
    ofp_oxs_put(w, &counts);
}

int
ofp_flow_stats_put(struct ofp_parts *reply, const struct ofp_flow_stats *f)
{
    uint8_t *entry = xalloc(ENTRY_SIZE);
    struct wr w = wr_make(entry, ENTRY_SIZE);
    wr_zeros(&w, 2);
    if (reply->id == NXST_FLOW_REPLY) {
        put_nxm(&w, f);
    } else if (reply->version < OFP_15) {
        put_10_to_14(&w, reply->version, f);
    } else {
        put_15(&w, f);
    }
    of_instructions_put(&w, f->actions.start, f->actions.n, reply->version, NULL);
    if (!w.bad) {
        put_be16(entry, (uint16_t)w.n);
    }
    int code = w.bad ? -E_OVERFLOW : ofp_parts_put(reply, entry, w.n);
    os_free(entry);
    return code;
}

/* -- Aggregates -- */

enum ofp_error
ofp_aggregate_get(const struct ofp_msg *m, struct ofp_flow_counts *c)
{
    struct rd r = m->body;
    if (m->version >= OFP_15) {
        return ofp_oxs_get(&r, c, NULL);
    }
    memset(c, UINT8_MAX, sizeof *c);
    get_counts(&r, c);
    c->n_flows = rd_be32(&r);
    return OFP_OK;
}

void
ofp_aggregate_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                  const struct ofp_flow_counts *c)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    if (version >= OFP_15) {
        ofp_oxs_put(w, c);
    } else {
        wr_be64(w, c->n_packets);
        wr_be64(w, c->n_bytes);
        wr_be32(w, c->n_flows);
        wr_zeros(w, 4);
    }
    ofp_msg_end(w, begin);
}
