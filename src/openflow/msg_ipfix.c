/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_ipfix.h"

#include "openflow/ofp_printers.h"

/* Counters in the order of the wire. */
static const size_t counters[] = {
#define COUNTER(MEMBER) offsetof(struct ofp_ipfix_stats, MEMBER)
    COUNTER(flows),      COUNTER(current_flows), COUNTER(packets),     COUNTER(ipv4),
    COUNTER(ipv6),       COUNTER(errors),        COUNTER(ipv4_errors), COUNTER(ipv6_errors),
    COUNTER(tx_packets), COUNTER(tx_errors),
#undef COUNTER
};

void
ofp_ipfix_stats_get(struct rd *r, struct ofp_ipfix_stats *t)
{
    for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
        *(uint64_t *)((char *)t + counters[i]) = rd_be64(r);
    }
    t->collector_set = rd_be32(r);
    rd_skip(r, 4);
}

void
ofp_ipfix_stats_put(struct wr *w, const struct ofp_ipfix_stats *t)
{
    for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
        wr_be64(w, *(const uint64_t *)((const char *)t + counters[i]));
    }
    wr_be32(w, t->collector_set);
    wr_zeros(w, 4);
}

static void
put_count(struct str *s, const char *name, uint64_t count)
{
    str_puts(s, name);
    ofp_put_count(s, count);
}

/* INDENT: spaces before the second line. */
static void
put_stats(struct str *s, const struct ofp_ipfix_stats *t, size_t indent)
{
    put_count(s, "flows=", t->flows);
    put_count(s, ", current flows=", t->current_flows);
    put_count(s, ", sampled pkts=", t->packets);
    put_count(s, ", ipv4 ok=", t->ipv4);
    put_count(s, ", ipv6 ok=", t->ipv6);
    put_count(s, ", tx pkts=", t->tx_packets);
    str_putc(s, '\n');
    str_put_repeat(s, ' ', indent);
    put_count(s, "pkts errs=", t->errors);
    put_count(s, ", ipv4 errs=", t->ipv4_errors);
    put_count(s, ", ipv6 errs=", t->ipv6_errors);
    put_count(s, ", tx errs=", t->tx_errors);
    str_putc(s, '\n');
}

enum { BRIDGE_INDENT = 16, FLOW_INDENT = 10, FLOW_SIZE = 88 };

enum ofp_error
ofp_print_ipfix_bridge(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct rd r = m->body;
    struct ofp_ipfix_stats t;
    ofp_ipfix_stats_get(&r, &t);
    str_puts(s, "\n  bridge ipfix: ");
    put_stats(s, &t, BRIDGE_INDENT);
    return OFP_OK;
}

enum ofp_error
ofp_print_ipfix_flow(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    str_putf(s, " %zu ids\n", rd_left(&r) / FLOW_SIZE);
    while (how->verbosity > 0 && rd_left(&r)) {
        struct ofp_ipfix_stats t;
        ofp_ipfix_stats_get(&r, &t);
        str_putf(s, "  id %3u: ", t.collector_set);
        put_stats(s, &t, FLOW_INDENT);
    }
    return OFP_OK;
}
