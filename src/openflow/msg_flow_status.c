/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_flow_status.h"

#include "base/err.h"
#include "openflow/flow_format.h"
#include "openflow/ofp_printers.h"

enum { HEAD = 8, ENTRY_SIZE = UINT16_MAX };

enum ofp_error
ofp_flow_status_get(struct rd *r, struct ofp_flow_status *f)
{
    *f = (struct ofp_flow_status){.table = 0};
    uint16_t len = rd_be16(r);
    if (r->bad || len < HEAD || (size_t)len - 2 > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    struct rd one = rd_sub(r, (size_t)len - 2);
    rd_skip(&one, 2);
    f->table = rd_u8(&one);
    f->reason = rd_u8(&one);
    f->priority = rd_be16(&one);
    enum ofp_error error = of_match_get_wire(&one, OFP_15, true, &f->match);
    error = error ? error : ofp_oxs_get(&one, &f->counts, NULL);
    return error || !rd_left(&one) ? error : OFPBRC_BAD_LEN;
}

int
ofp_flow_status_put(struct ofp_parts *reply, const struct ofp_flow_status *f)
{
    uint8_t *entry = xalloc(ENTRY_SIZE);
    struct wr w = wr_make(entry, ENTRY_SIZE);
    struct ofp_flow_counts counts = f->counts;
    counts.n_flows = OFP_COUNT32_UNKNOWN;
    wr_zeros(&w, 4);
    wr_u8(&w, f->table);
    wr_u8(&w, f->reason);
    wr_be16(&w, f->priority);
    of_match_put_wire(&w, OFP_15, &f->match);
    ofp_oxs_put(&w, &counts);
    if (!w.bad) {
        put_be16(entry, (uint16_t)w.n);
    }
    int code = w.bad ? -E_OVERFLOW : ofp_parts_put(reply, entry, w.n);
    os_free(entry);
    return code;
}

/* -- Text: as dump-flows has these, without what is not known -- */

static void
put_count(struct str *s, const char *name, uint64_t x)
{
    if (x != OFP_COUNT_UNKNOWN) {
        str_puts(s, name);
        str_put_u64(s, x);
        str_puts(s, ", ");
    }
}

static void
put_reason(struct str *s, uint8_t reason)
{
    static const char *const reasons[] = {[OFP_FLOW_STATUS_TRIGGER] = "stat_trigger"};
    if (reason >= ARRAY_LEN(reasons)) {
        str_putf(s, "reason=%u, ", reason);
    } else if (reasons[reason]) {
        str_putf(s, "reason=%s, ", reasons[reason]);
    }
}

static void
put_flow(struct str *s, const struct ofp_flow_status *f, const struct ofp_print *how)
{
    const struct ofp_flow_counts *c = &f->counts;
    str_puts(s, "\n ");
    if (c->duration_s != OFP_COUNT32_UNKNOWN) {
        str_puts(s, "duration=");
        ofp_duration_put(s, c->duration_s, c->duration_ns);
        str_puts(s, ", ");
    }
    str_puts(s, "table=");
    of_table_put(s, f->table, how->tables);
    str_puts(s, ", ");
    put_count(s, "n_packets=", c->n_packets);
    put_count(s, "n_bytes=", c->n_bytes);
    put_count(s, "idle_age=", c->idle_s == OFP_COUNT32_UNKNOWN ? OFP_COUNT_UNKNOWN : c->idle_s);
    put_reason(s, f->reason);
    ofp_match_with_priority_put(s, &f->match, f->priority, how->ports);
    str_chomp(s, ", ");
}

enum ofp_error
ofp_print_flow_status(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_flow_status f;
        error = ofp_flow_status_get(&r, &f);
        if (!error) {
            put_flow(s, &f, how);
        }
    }
    return error;
}
