/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_flow_removed.h"

#include "openflow/flow_format.h"
#include "openflow/ofp_printers.h"

const char *
ofp_flow_removed_reason_name(unsigned int reason)
{
    static const char *const names[] = {"idle",         "hard",         "delete",
                                        "group_delete", "meter_delete", "eviction"};
    return reason < ARRAY_LEN(names) ? names[reason] : NULL;
}

/* -- Reading -- */

static void
get_duration(struct rd *r, struct ofp_flow_counts *c)
{
    c->duration_s = rd_be32(r);
    c->duration_ns = rd_be32(r);
}

static void
get_counts(struct rd *r, struct ofp_flow_counts *c)
{
    c->n_packets = rd_be64(r);
    c->n_bytes = rd_be64(r);
}

static enum ofp_error
get_10(struct rd *r, struct ofp_flow_removed *f)
{
    enum ofp_error error = of_match_get_wire(r, OFP_10, true, &f->match);
    f->cookie = rd_be64(r);
    f->priority = rd_be16(r);
    f->reason = rd_u8(r);
    rd_skip(r, 1);
    get_duration(r, &f->counts);
    f->idle_timeout = rd_be16(r);
    rd_skip(r, 2);
    get_counts(r, &f->counts);
    return error;
}

static enum ofp_error
get_nxm(struct rd *r, struct ofp_flow_removed *f)
{
    f->cookie = rd_be64(r);
    f->priority = rd_be16(r);
    f->reason = rd_u8(r);
    uint8_t table = rd_u8(r); /* one more than it is; 0: not told */
    f->table = table ? (uint8_t)(table - 1) : OFP_TABLE_ALL;
    get_duration(r, &f->counts);
    f->idle_timeout = rd_be16(r);
    uint16_t match_len = rd_be16(r);
    get_counts(r, &f->counts);
    return of_match_get_nxm(r, match_len, true, &f->match, NULL);
}

static enum ofp_error
get_11(struct rd *r, uint8_t version, struct ofp_flow_removed *f)
{
    f->cookie = rd_be64(r);
    f->priority = rd_be16(r);
    f->reason = rd_u8(r);
    f->table = rd_u8(r);
    get_duration(r, &f->counts);
    f->idle_timeout = rd_be16(r);
    f->hard_timeout = rd_be16(r);
    get_counts(r, &f->counts);
    return of_match_get_wire(r, version, true, &f->match);
}

static enum ofp_error
get_15(struct rd *r, struct ofp_flow_removed *f)
{
    f->table = rd_u8(r);
    f->reason = rd_u8(r);
    f->priority = rd_be16(r);
    f->idle_timeout = rd_be16(r);
    f->hard_timeout = rd_be16(r);
    f->cookie = rd_be64(r);
    enum ofp_error error = of_match_get_wire(r, OFP_15, true, &f->match);
    return error ? error : ofp_oxs_get(r, &f->counts, NULL);
}

enum ofp_error
ofp_flow_removed_get(const struct ofp_msg *m, struct ofp_flow_removed *f)
{
    struct rd r = m->body;
    memset(f, 0, sizeof *f);
    f->table = OFP_TABLE_ALL;
    return m->id == NXT_FLOW_REMOVED ? get_nxm(&r, f)
           : m->version == OFP_10    ? get_10(&r, f)
           : m->version < OFP_15     ? get_11(&r, m->version, f)
                                     : get_15(&r, f);
}

/* -- Writing -- */

static uint8_t
reason_in(enum ofp_version version, uint8_t reason)
{
    enum ofp_version since = reason >= OFP_REMOVED_METER_DELETE   ? OFP_14
                             : reason == OFP_REMOVED_GROUP_DELETE ? OFP_11
                                                                  : OFP_10;
    return version >= since ? reason : OFP_REMOVED_DELETE;
}

static void
put_duration(struct wr *w, const struct ofp_flow_counts *c)
{
    wr_be32(w, c->duration_s);
    wr_be32(w, c->duration_ns);
}

static void
put_counts(struct wr *w, const struct ofp_flow_counts *c)
{
    wr_be64(w, c->n_packets);
    wr_be64(w, c->n_bytes);
}

/* What is the same up to OpenFlow 1.4, and the place of the hard timeout in it. */
static size_t
put_head(struct wr *w, enum ofp_version version, uint8_t table, const struct ofp_flow_removed *f)
{
    wr_be64(w, f->cookie);
    wr_be16(w, f->priority);
    wr_u8(w, reason_in(version, f->reason));
    wr_u8(w, table);
    put_duration(w, &f->counts);
    wr_be16(w, f->idle_timeout);
    size_t hard_at = w->n;
    wr_be16(w, 0);
    put_counts(w, &f->counts);
    return hard_at;
}

static void
put_15(struct wr *w, const struct ofp_flow_removed *f)
{
    struct ofp_flow_counts counts = f->counts;
    counts.n_flows = counts.idle_s = OFP_COUNT32_UNKNOWN;
    wr_u8(w, f->table);
    wr_u8(w, f->reason);
    wr_be16(w, f->priority);
    wr_be16(w, f->idle_timeout);
    wr_be16(w, f->hard_timeout);
    wr_be64(w, f->cookie);
    of_match_put_wire(w, OFP_15, &f->match);
    ofp_oxs_put(w, &counts);
}

void
ofp_flow_removed_put(struct wr *w, enum ofp_version version, bool nxm,
                     const struct ofp_flow_removed *f)
{
    size_t begin = ofp_msg_begin(w, nxm ? NXT_FLOW_REMOVED : OFPT_FLOW_REMOVED, version, 0);
    if (nxm) {
        uint8_t table = f->table == OFP_TABLE_ALL ? 0 : (uint8_t)(f->table + 1);
        size_t match_len_at = put_head(w, version, table, f);
        size_t len = of_match_put_nxm(w, &f->match, NULL);
        if (!w->bad) {
            put_be16(w->start + match_len_at, (uint16_t)len);
        }
    } else if (version == OFP_10) {
        of_match_put_wire(w, version, &f->match);
        put_head(w, version, 0, f);
    } else if (version < OFP_15) {
        size_t hard_at = put_head(w, version, f->table, f);
        if (!w->bad) {
            put_be16(w->start + hard_at, f->hard_timeout);
        }
        of_match_put_oxm_wire(w, version, &f->match);
    } else {
        put_15(w, f);
    }
    ofp_msg_end(w, begin);
}

/* -- Text -- */

enum ofp_error
ofp_print_flow_removed(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_flow_removed f;
    enum ofp_error error = ofp_flow_removed_get(m, &f);
    if (error) {
        return error;
    }
    const char *reason = ofp_flow_removed_reason_name(f.reason);
    str_putc(s, ' ');
    ofp_match_with_priority_put(s, &f.match, f.priority, how->ports);
    if (reason) {
        str_putf(s, " reason=%s", reason);
    } else {
        str_putf(s, " reason=%u", f.reason);
    }
    if (f.table != OFP_TABLE_ALL) {
        str_puts(s, " table_id=");
        of_table_put(s, f.table, how->tables);
    }
    if (f.cookie) {
        str_putf(s, " cookie:0x%llx", (unsigned long long)f.cookie);
    }
    str_puts(s, " duration");
    ofp_duration_put(s, f.counts.duration_s, f.counts.duration_ns);
    str_putf(s, " idle%u", f.idle_timeout);
    if (f.hard_timeout) {
        str_putf(s, " hard%u", f.hard_timeout);
    }
    str_putf(s, " pkts%llu bytes%llu\n", (unsigned long long)f.counts.n_packets,
             (unsigned long long)f.counts.n_bytes);
    return OFP_OK;
}
