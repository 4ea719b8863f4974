/* SPDX-License-Identifier: Apache-2.0 */
/* An entry is a port, a queue and three counters, since OpenFlow 1.4 with a length around them. */
#include "openflow/msg_queue_stats.h"

#include "openflow/flow_format.h"
#include "openflow/ofp_printers.h"

enum { SIZE_14 = 48 };

/* Port and queue; OpenFlow 1.0 has a gap between them. */
static enum ofp_error
get_names(struct rd *r, uint8_t version, uint32_t *port, uint32_t *queue)
{
    enum ofp_error error = ofp_port_get(r, version, port);
    rd_skip(r, version == OFP_10 ? 2 : 0);
    *queue = rd_be32(r);
    return error;
}

static void
put_names(struct wr *w, enum ofp_version version, uint32_t port, uint32_t queue)
{
    ofp_port_put(w, version, port);
    wr_zeros(w, version == OFP_10 ? 2 : 0);
    wr_be32(w, queue);
}

enum ofp_error
ofp_queue_stats_get(struct rd *r, uint8_t version, struct ofp_queue_stats *q)
{
    uint16_t len = version >= OFP_14 ? rd_be16(r) : 0;
    rd_skip(r, version >= OFP_14 ? 6 : 0);
    enum ofp_error error = get_names(r, version, &q->port, &q->queue);
    q->tx_bytes = rd_be64(r);
    q->tx_packets = rd_be64(r);
    q->tx_errors = rd_be64(r);
    q->duration_sec = version >= OFP_13 ? rd_be32(r) : OFP_DURATION_UNKNOWN;
    q->duration_nsec = version >= OFP_13 ? rd_be32(r) : OFP_DURATION_UNKNOWN;
    if (version >= OFP_14) {
        if (len < SIZE_14 || (size_t)len - SIZE_14 > rd_left(r)) {
            return OFPBRC_BAD_LEN;
        }
        rd_skip(r, (size_t)len - SIZE_14);
    }
    return r->bad ? OFPBRC_BAD_LEN : error;
}

void
ofp_queue_stats_put(struct wr *w, enum ofp_version version, const struct ofp_queue_stats *q)
{
    if (version >= OFP_14) {
        wr_be16(w, SIZE_14);
        wr_zeros(w, 6);
    }
    put_names(w, version, q->port, q->queue);
    wr_be64(w, q->tx_bytes);
    wr_be64(w, q->tx_packets);
    wr_be64(w, q->tx_errors);
    if (version >= OFP_13) {
        wr_be32(w, q->duration_sec);
        wr_be32(w, q->duration_nsec);
    }
}

enum ofp_error
ofp_queue_stats_request_get(const struct ofp_msg *m, uint32_t *port, uint32_t *queue)
{
    struct rd r = m->body;
    enum ofp_error error = get_names(&r, m->version, port, queue);
    if (m->version == OFP_10 && *port == OFP_PORT_ALL) {
        *port = OFP_PORT_NONE;
    }
    return error;
}

void
ofp_queue_stats_request_put(struct wr *w, enum ofp_version version, uint32_t xid, uint32_t port,
                            uint32_t queue)
{
    size_t begin = ofp_msg_begin(w, OFPST_QUEUE_REQUEST, version, xid);
    bool is_all = version == OFP_10 && port == OFP_PORT_NONE;
    put_names(w, version, is_all ? OFP_PORT_ALL : port, queue);
    ofp_msg_end(w, begin);
}

/* -- Text -- */

static void
put_queue(struct str *s, uint32_t queue)
{
    if (queue == OFP_QUEUE_ALL) {
        str_puts(s, "ALL");
    } else {
        str_putf(s, "%u", queue);
    }
}

static void
put_stats(struct str *s, const struct ofp_queue_stats *q, const struct of_port_names *names)
{
    str_puts(s, "  port ");
    of_port_put(s, q->port, names);
    str_puts(s, " queue ");
    put_queue(s, q->queue);
    str_puts(s, ": bytes=");
    ofp_put_count(s, q->tx_bytes);
    str_puts(s, ", pkts=");
    ofp_put_count(s, q->tx_packets);
    str_puts(s, ", errors=");
    ofp_put_count(s, q->tx_errors);
    str_puts(s, ", duration=");
    if (q->duration_sec == OFP_DURATION_UNKNOWN) {
        str_putc(s, '?');
    } else {
        ofp_duration_put(s, q->duration_sec, q->duration_nsec);
    }
    str_putc(s, '\n');
}

enum ofp_error
ofp_print_queue_stats(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct ofp_queue_stats q;
    unsigned int n = 0;
    while (rd_left(&r) && !ofp_queue_stats_get(&r, m->version, &q)) {
        n++;
    }
    str_putf(s, " %u queues\n", n);
    enum ofp_error error = OFP_OK;
    r = m->body;
    while (how->verbosity > 0 && !error && rd_left(&r)) {
        error = ofp_queue_stats_get(&r, m->version, &q);
        if (!error) {
            put_stats(s, &q, how->ports);
        }
    }
    return error;
}

enum ofp_error
ofp_print_queue_stats_request(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    uint32_t port, queue;
    enum ofp_error error = ofp_queue_stats_request_get(m, &port, &queue);
    if (!error) {
        str_puts(s, " port=");
        of_port_put(s, port, how->ports);
        str_puts(s, " queue=");
        put_queue(s, queue);
    }
    return error;
}
