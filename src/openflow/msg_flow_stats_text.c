/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/match_text.h"
#include "openflow/msg_flow_stats.h"
#include "openflow/ofp_printers.h"

/* NAME comes with its "=". */
static void
put_count(struct str *s, const char *name, uint64_t x)
{
    str_puts(s, name);
    if (x == OFP_COUNT_UNKNOWN) {
        str_putc(s, '?');
    } else {
        str_put_u64(s, x);
    }
    str_puts(s, ", ");
}

static void
put_number(struct str *s, const char *name, unsigned int x)
{
    if (x) {
        put_count(s, name, x);
    }
}

static void
put_age(struct str *s, const char *name, int32_t age)
{
    if (age >= 0) {
        put_count(s, name, (uint64_t)age);
    }
}

void
ofp_flow_stats_format(struct str *s, const struct ofp_flow_stats *f, bool show_counts,
                      const struct ofp_print *how)
{
    str_putc(s, ' ');
    if (show_counts || f->cookie) {
        str_puts(s, "cookie=0x");
        str_put_hex64(s, f->cookie);
        str_puts(s, ", ");
    }
    if (show_counts) {
        str_puts(s, "duration=");
        ofp_duration_put(s, f->counts.duration_s, f->counts.duration_ns);
        str_puts(s, ", ");
    }
    if (show_counts || f->table) {
        str_puts(s, "table=");
        of_table_put(s, f->table, how->tables);
        str_puts(s, ", ");
    }
    if (show_counts) {
        put_count(s, "n_packets=", f->counts.n_packets);
        put_count(s, "n_bytes=", f->counts.n_bytes);
    }
    put_number(s, "idle_timeout=", f->idle_timeout);
    put_number(s, "hard_timeout=", f->hard_timeout);
    ofp_flow_flags_put(s, f->flags);
    put_number(s, "importance=", f->importance);
    if (show_counts) {
        put_age(s, "idle_age=", f->idle_age);
        if (f->hard_age < 0 || (uint32_t)f->hard_age != f->counts.duration_s) {
            put_age(s, "hard_age=", f->hard_age);
        }
    }
    size_t before = s->n;
    ofp_match_with_priority_put(s, &f->match, f->priority, how->ports);
    str_put_repeat(s, ' ', s->n > before);
    str_puts(s, "actions=");
    struct flow_names names = ofp_print_names(how);
    of_acts_text_put(s, f->actions.start, f->actions.n, &names);
}

enum ofp_error
ofp_print_flow_reply(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct ofp_flow_stats f = {.actions = ofp_actions_buffer()};
    enum ofp_error error = OFP_OK;
    for (bool first = true; !error && rd_left(&r); first = false) {
        error = ofp_flow_stats_get(m, &r, &f);
        if (!error) {
            str_put_repeat(s, '\n', first);
            ofp_flow_stats_format(s, &f, true, how);
            str_putc(s, '\n');
        }
    }
    ofp_actions_buffer_free(&f.actions);
    return error;
}

enum ofp_error
ofp_print_flow_request(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_flow_stats_request q;
    enum ofp_error error = ofp_flow_stats_request_get(m, &q);
    if (error) {
        return error;
    }
    if (q.table != OFP_TABLE_ALL) {
        str_puts(s, " table=");
        of_table_put(s, q.table, how->tables);
    }
    if (q.out_port != OFP_PORT_NONE) {
        str_puts(s, " out_port=");
        of_port_put(s, q.out_port, how->ports);
    }
    str_putc(s, ' ');
    of_match_put(s, &q.match, how->ports);
    return OFP_OK;
}

enum ofp_error
ofp_print_aggregate_reply(struct str *s, const struct ofp_msg *m,
                          const struct ofp_print *how UNUSED)
{
    struct ofp_flow_counts c;
    enum ofp_error error = ofp_aggregate_get(m, &c);
    if (!error) {
        str_putf(s, " packet_count=%llu byte_count=%llu flow_count=%u",
                 (unsigned long long)c.n_packets, (unsigned long long)c.n_bytes, c.n_flows);
    }
    return error;
}
