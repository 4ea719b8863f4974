/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets on the wire: OpenFlow 1.1 has their weight and what they watch in front of the actions;
 * 1.5, and Nicira's form for 1.0, a number, and the rest as properties behind them. */
#include "openflow/actions_check.h"
#include "openflow/actions_wire.h"
#include "openflow/flow_format.h"
#include "openflow/msg_group_internal.h"
#include "openflow/msg_port.h"
#include "openflow/ofp_prop.h"
#include "os/log.h"

LOG_MODULE(ofp_group);

static struct log_rate bucket_rate = LOG_RATE(1, 5);

enum { HEAD_11 = 16, HEAD_15 = 8 };
enum { PROP_WEIGHT = 0, PROP_WATCH_PORT = 1, PROP_WATCH_GROUP = 2 };

/* -- Reading -- */

static enum ofp_error
bad_bucket(const char *what, size_t n)
{
    log_limited(&bucket_rate, LOG_WARN, what, n);
    return OFPGMFC_BAD_BUCKET;
}

static enum ofp_error
get_prop(struct ofp_prop *p, uint8_t version, struct ofp_bucket *b, bool *bad_watch)
{
    struct rd *body = &p->body;
    if (p->type == PROP_WEIGHT) {
        b->weight = rd_be16(body);
    } else if (p->type == PROP_WATCH_PORT) {
        *bad_watch = ofp_port_get(body, version == OFP_10 ? OFP_11 : version, &b->watch_port);
    } else if (p->type == PROP_WATCH_GROUP) {
        b->watch_group = rd_be32(body);
    } else {
        return p->type == OFP_PROP_EXPERIMENTER ? OFPBPC_BAD_EXP_TYPE : OFPBPC_BAD_TYPE;
    }
    return body->bad ? OFPBPC_BAD_LEN : OFP_OK;
}

static enum ofp_error
get_props(struct rd *r, uint8_t version, struct ofp_bucket *b)
{
    enum ofp_error error = OFP_OK;
    bool bad_watch = false;
    while (!error && rd_left(r)) {
        struct ofp_prop p;
        error = ofp_prop_get(r, &p);
        error = error ? error : get_prop(&p, version, b, &bad_watch);
    }
    return error ? error : bad_watch ? OFPGMFC_BAD_WATCH : OFP_OK;
}

/* Reads the actions in the next N bytes of R, then PROPS, and adds the bucket. */
static enum ofp_error
add_bucket(struct rd *r, size_t n, uint8_t version, struct ofp_bucket *bucket, struct rd *props,
           struct ofp_group *g)
{
    if (n % 8) {
        log_limited(&bucket_rate, LOG_WARN,
                    "OpenFlow message actions length %zu is not a multiple of 8", n);
        return OFPBRC_BAD_LEN;
    }
    struct wr list = ofp_actions_buffer();
    const uint8_t *bytes = rd_take(r, n);
    enum ofp_error error = of_acts_get(bytes, n, (enum ofp_version)version, &list);
    error = error ? error : of_acts_check_ports(list.start, list.n);
    error = error ? error : get_props(props, version, bucket);
    if (!error && bucket->id > OFP_BUCKET_MAX) {
        error = bad_bucket("bucket id (%zu) is out of range", bucket->id);
    }
    if (!error) {
        ofp_group_add_bucket(g, bucket, list.start, list.n);
    }
    ofp_actions_buffer_free(&list);
    return error;
}

static enum ofp_error
get_11(struct rd *r, uint8_t version, uint32_t id, struct ofp_group *g)
{
    size_t n = rd_left(r);
    struct ofp_bucket b = {.id = id};
    uint16_t len = rd_be16(r);
    b.weight = rd_be16(r);
    enum ofp_error error = ofp_port_get(r, version, &b.watch_port);
    b.watch_group = rd_be32(r);
    rd_skip(r, 4);
    if (r->bad) {
        return bad_bucket("buckets end with %zu leftover bytes", n);
    }
    if (len < HEAD_11) {
        return bad_bucket("OpenFlow message bucket length %zu is not valid", len);
    }
    if (len > n) {
        return bad_bucket("OpenFlow message bucket length %zu exceeds remaining buckets data size",
                          len);
    }
    struct rd none = rd_make(NULL, 0);
    enum ofp_error bad = add_bucket(r, (size_t)len - HEAD_11, version, &b, &none, g);
    return bad ? bad : error ? OFPGMFC_BAD_WATCH : OFP_OK;
}

static enum ofp_error
get_15(struct rd *r, uint8_t version, struct ofp_group *g)
{
    size_t n = rd_left(r);
    struct ofp_bucket b = {.watch_port = OFP_PORT_NONE, .watch_group = OFP_GROUP_ANY};
    uint16_t len = rd_be16(r), actions_len = rd_be16(r);
    b.id = rd_be32(r);
    b.weight = g->type == OFP_GROUP_SELECT;
    if (r->bad) {
        return bad_bucket("buckets end with %zu leftover bytes", n);
    }
    if (len < HEAD_15) {
        return bad_bucket("OpenFlow message bucket length %zu is not valid", len);
    }
    if (len > n) {
        return bad_bucket("OpenFlow message bucket length %zu exceeds remaining buckets data size",
                          len);
    }
    if (actions_len > len - HEAD_15) {
        return bad_bucket("OpenFlow message bucket actions length %zu exceeds remaining bucket "
                          "data size",
                          actions_len);
    }
    struct rd rest = rd_sub(r, (size_t)len - HEAD_15), actions = rd_sub(&rest, actions_len);
    return add_bucket(&actions, actions_len, version, &b, &rest, g);
}

static bool
has_duplicate(const struct ofp_group *g)
{
    size_t ofs = 0;
    for (const struct ofp_bucket *b; (b = ofp_bucket_next(g, &ofs));) {
        size_t later = ofs;
        for (const struct ofp_bucket *c; (c = ofp_bucket_next(g, &later));) {
            if (b->id == c->id) {
                return true;
            }
        }
    }
    return false;
}

enum ofp_error
ofp_buckets_get(struct rd *r, size_t len, uint8_t version, struct ofp_group *g)
{
    bool is_15 = ofp_group_is_15(version);
    struct rd buckets = rd_sub(r, len);
    enum ofp_error error = r->bad ? OFPGMFC_BAD_BUCKET : OFP_OK;
    for (uint32_t id = 0; !error && rd_left(&buckets); id++) {
        error = is_15 ? get_15(&buckets, version, g) : get_11(&buckets, version, id, g);
    }
    if (!error && is_15 && has_duplicate(g)) {
        log_limited(&bucket_rate, LOG_WARN, "Duplicate bucket id");
        error = OFPGMFC_BAD_BUCKET;
    }
    return error;
}

/* -- Writing -- */

static void
put_11(struct wr *w, enum ofp_version version, const struct ofp_bucket *b, bool *lost)
{
    wr_be16(w, b->weight);
    ofp_port_put(w, version, b->watch_port);
    wr_be32(w, b->watch_group);
    wr_zeros(w, 4);
    of_acts_put(w, b->list, b->size, version, lost);
}

static void
put_15(struct wr *w, enum ofp_version version, const struct ofp_bucket *b, bool is_select,
       bool *lost)
{
    size_t len_at = w->n;
    wr_be16(w, 0);
    wr_be32(w, b->id);
    size_t actions = w->n;
    of_acts_put(w, b->list, b->size, version, lost);
    if (!w->bad) {
        put_be16(w->start + len_at, (uint16_t)(w->n - actions));
    }
    if (b->weight || is_select) {
        size_t prop = ofp_prop_begin(w, PROP_WEIGHT);
        wr_be16(w, b->weight);
        wr_zeros(w, 2);
        ofp_prop_end(w, prop);
    }
    if (b->watch_port != OFP_PORT_NONE) {
        size_t prop = ofp_prop_begin(w, PROP_WATCH_PORT);
        wr_be32(w, of_port_to_11(b->watch_port));
        ofp_prop_end(w, prop);
    }
    if (b->watch_group != OFP_GROUP_ANY) {
        size_t prop = ofp_prop_begin(w, PROP_WATCH_GROUP);
        wr_be32(w, b->watch_group);
        ofp_prop_end(w, prop);
    }
}

void
ofp_buckets_put(struct wr *w, enum ofp_version version, const struct ofp_group *g, bool *lost)
{
    size_t ofs = 0;
    bool any_lost = false;
    for (const struct ofp_bucket *b; (b = ofp_bucket_next(g, &ofs));) {
        size_t begin = w->n;
        bool is_lost = false;
        wr_be16(w, 0);
        if (ofp_group_is_15((uint8_t)version)) {
            put_15(w, version, b, g->type == OFP_GROUP_SELECT, &is_lost);
        } else {
            put_11(w, version, b, &is_lost);
        }
        any_lost = any_lost || is_lost;
        w->bad = w->bad || w->n - begin > UINT16_MAX;
        if (!w->bad) {
            put_be16(w->start + begin, (uint16_t)(w->n - begin));
        }
    }
    if (lost) {
        *lost = any_lost;
    }
}

void
ofp_buckets_put_counted(struct wr *w, size_t len_at, enum ofp_version version,
                        const struct ofp_group *g, bool *lost)
{
    size_t begin = w->n;
    ofp_buckets_put(w, version, g, lost);
    w->bad = w->bad || w->n - begin > UINT16_MAX;
    if (!w->bad) {
        put_be16(w->start + len_at, (uint16_t)(w->n - begin));
    }
}
