/* SPDX-License-Identifier: Apache-2.0 */
/* A queue has properties of its own layout up to OpenFlow 1.3, those of everything since. */
#include "openflow/msg_queue_config.h"

#include "openflow/ofp_printers.h"
#include "openflow/ofp_prop.h"
#include "os/log.h"

LOG_MODULE(ofp_queue);

static struct log_rate property_rate = LOG_RATE(1, 5);

enum { MIN_RATE = 1, MAX_RATE = 2, OLD_PROP_SIZE = 16 };

/* Bytes of a queue without its properties. */
static size_t
head_size(uint8_t version)
{
    return version < OFP_12 ? 8 : 16;
}

/* -- Requests -- */

enum ofp_error
ofp_queue_config_request_get(const struct ofp_msg *m, uint32_t *port, uint32_t *queue)
{
    struct rd r = m->body;
    enum ofp_error error = ofp_port_get(&r, m->version, port);
    *queue = m->version >= OFP_14 ? rd_be32(&r) : OFP_QUEUE_ALL;
    bool is_any = m->version != OFP_10 && *port == OFP_PORT_NONE;
    if (!error && m->version < OFP_14 && *port >= OFP_PORT_MAX && !is_any) {
        return OFPQOFC_BAD_PORT;
    }
    return error;
}

void
ofp_queue_config_request_put(struct wr *w, enum ofp_version version, uint32_t xid, uint32_t port,
                             uint32_t queue)
{
    enum ofp_msg_id id =
        version < OFP_14 ? OFPT_QUEUE_GET_CONFIG_REQUEST : OFPST_QUEUE_DESC_REQUEST;
    size_t begin = ofp_msg_begin(w, id, version, xid);
    ofp_port_put(w, version, port);
    if (version >= OFP_14) {
        wr_be32(w, queue);
    } else {
        wr_zeros(w, version == OFP_10 ? 2 : 4);
    }
    ofp_msg_end(w, begin);
}

/* -- Replies -- */

enum ofp_error
ofp_queue_config_start(struct rd *r, uint8_t version, uint32_t *port)
{
    *port = OFP_PORT_NONE;
    if (version >= OFP_14) {
        return OFP_OK;
    }
    enum ofp_error error = ofp_port_get(r, version, port);
    rd_skip(r, version == OFP_10 ? 6 : 4);
    return error;
}

/* A rate, or what is no property that is known. */
static void
set_rate(struct ofp_queue_config *q, uint16_t type, struct rd *body)
{
    if (type == MIN_RATE) {
        q->min_rate = rd_be16(body);
    } else if (type == MAX_RATE) {
        q->max_rate = rd_be16(body);
    } else {
        log_limited(&property_rate, LOG_INFO, "unknown queue property %u", type);
    }
}

static enum ofp_error
get_old_props(struct rd *r, struct ofp_queue_config *q)
{
    while (rd_left(r)) {
        uint16_t type = rd_be16(r), len = rd_be16(r);
        if (r->bad || len < OLD_PROP_SIZE || (size_t)len - 4 > rd_left(r)) {
            return OFPBRC_BAD_LEN;
        }
        if ((type == MIN_RATE || type == MAX_RATE) && len != OLD_PROP_SIZE) {
            return OFPBRC_BAD_LEN;
        }
        struct rd body = rd_sub(r, (size_t)len - 4);
        rd_skip(&body, 4);
        set_rate(q, type, &body);
    }
    return OFP_OK;
}

static enum ofp_error
get_props(struct rd *r, struct ofp_queue_config *q)
{
    while (rd_left(r)) {
        struct ofp_prop prop;
        enum ofp_error error = ofp_prop_get(r, &prop);
        if (error) {
            return error;
        }
        bool is_rate = prop.type == MIN_RATE || prop.type == MAX_RATE;
        if (is_rate && rd_left(&prop.body) < sizeof(uint16_t)) {
            return OFPBPC_BAD_LEN;
        }
        if (is_rate) {
            set_rate(q, prop.type, &prop.body);
        }
    }
    return OFP_OK;
}

enum ofp_error
ofp_queue_config_get(struct rd *r, uint8_t version, uint32_t port, struct ofp_queue_config *q)
{
    enum ofp_error error = OFP_OK;
    *q = (struct ofp_queue_config){port, 0, OFP_RATE_NONE, OFP_RATE_NONE};
    if (version >= OFP_14) {
        error = ofp_port_get(r, version, &q->port);
        q->queue = rd_be32(r);
    } else {
        q->queue = rd_be32(r);
        rd_skip(r, version >= OFP_12 ? 4 : 0);
    }
    uint16_t len = rd_be16(r);
    rd_skip(r, version >= OFP_12 ? 6 : 2);
    size_t head = head_size(version);
    if (r->bad || len < head || (size_t)len - head > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    struct rd props = rd_sub(r, (size_t)len - head);
    return error ? error : version >= OFP_14 ? get_props(&props, q) : get_old_props(&props, q);
}

size_t
ofp_queue_config_begin(struct wr *w, enum ofp_version version, uint32_t xid, uint32_t port)
{
    size_t begin = ofp_msg_begin(w, OFPT_QUEUE_GET_CONFIG_REPLY, version, xid);
    ofp_port_put(w, version, port);
    wr_zeros(w, version == OFP_10 ? 6 : 4);
    return begin;
}

static void
put_rate(struct wr *w, enum ofp_version version, uint16_t type, uint16_t rate)
{
    if (rate == OFP_RATE_NONE) {
        return;
    }
    if (version >= OFP_14) {
        size_t prop = ofp_prop_begin(w, type);
        wr_be16(w, rate);
        wr_zeros(w, 2);
        ofp_prop_end(w, prop);
    } else {
        wr_be16(w, type);
        wr_be16(w, OLD_PROP_SIZE);
        wr_zeros(w, 4);
        wr_be16(w, rate);
        wr_zeros(w, 6);
    }
}

void
ofp_queue_config_put(struct wr *w, enum ofp_version version, const struct ofp_queue_config *q)
{
    size_t begin = w->n;
    if (version >= OFP_14) {
        ofp_port_put(w, version, q->port);
    }
    wr_be32(w, q->queue);
    if (version == OFP_12 || version == OFP_13) {
        ofp_port_put(w, version, q->port);
    }
    size_t len = w->n;
    wr_zeros(w, version >= OFP_12 ? 8 : 4);
    put_rate(w, version, MIN_RATE, q->min_rate);
    put_rate(w, version, MAX_RATE, q->max_rate);
    if (!w->bad) {
        put_be16(w->start + len, (uint16_t)(w->n - begin));
    }
}

/* -- Text -- */

enum ofp_error
ofp_print_queue_config_request(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    uint32_t port, queue;
    enum ofp_error error = ofp_queue_config_request_get(m, &port, &queue);
    if (error) {
        return error;
    }
    str_puts(s, " port=");
    of_port_put(s, port, how->ports);
    if (queue != OFP_QUEUE_ALL) {
        str_putf(s, " queue=%u", queue);
    }
    return OFP_OK;
}

static void
put_rate_text(struct str *s, const char *name, uint16_t rate)
{
    if (rate != OFP_RATE_NONE) {
        str_putf(s, " %s:", name);
        if (rate <= OFP_RATE_MAX) {
            str_putf(s, "%u.%u%%", rate / 10, rate % 10);
        } else {
            str_puts(s, "(disabled)");
        }
    }
}

/* Puts QUEUES[N] where it belongs among those before it, which are in order. */
static void
sort_in(struct ofp_queue_config *queues, size_t n)
{
    struct ofp_queue_config last = queues[n];
    size_t at = n;
    for (; at && (queues[at - 1].port > last.port ||
                  (queues[at - 1].port == last.port && queues[at - 1].queue > last.queue));
         at--) {
        queues[at] = queues[at - 1];
    }
    queues[at] = last;
}

static void
put_queues(struct str *s, const struct ofp_queue_config *queues, size_t n,
           const struct of_port_names *names)
{
    str_putc(s, ' ');
    for (size_t i = 0; i < n; i++) {
        if (!i || queues[i].port != queues[i - 1].port) {
            str_puts(s, "port=");
            of_port_put(s, queues[i].port, names);
            str_putc(s, '\n');
        }
        str_putf(s, "queue %u:", queues[i].queue);
        put_rate_text(s, "min_rate", queues[i].min_rate);
        put_rate_text(s, "max_rate", queues[i].max_rate);
        str_putc(s, '\n');
    }
}

enum ofp_error
ofp_print_queue_config(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_queue_config *queues = NULL;
    size_t n = 0, capacity = 0;
    struct rd r = m->body;
    uint32_t port;
    enum ofp_error error = ofp_queue_config_start(&r, m->version, &port);
    while (!error && rd_left(&r)) {
        if (n == capacity) {
            queues = xgrow(queues, &capacity, sizeof *queues);
        }
        error = ofp_queue_config_get(&r, m->version, port, &queues[n]);
        if (!error) {
            sort_in(queues, n++);
        }
    }
    put_queues(s, queues, n, how->ports);
    os_free(queues);
    return error;
}
