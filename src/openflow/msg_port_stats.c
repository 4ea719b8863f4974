/* SPDX-License-Identifier: Apache-2.0 */
/* The counters are numbers in a row, of which OpenFlow 1.4 moved the last four to a property. */
#include "openflow/msg_port_stats.h"

#include <string.h>

#include "openflow/ofp_prop.h"

enum { N_PLAIN = OFP_PORT_RX_FRAME_ERRORS, N_STANDARD = OFP_PORT_RX_1_TO_64 };
enum { PROP_ETHERNET = 0, INTEL = 0xaa01, INTEL_RFC2819 = 1, INTEL_CUSTOM = 2 };
enum { SIZE_14 = 80, VALUE_SIZE = 8, NAME_MAX_LEN = UINT8_MAX };

void
ofp_port_stats_init(struct ofp_port_stats *p)
{
    *p = (struct ofp_port_stats){.duration_sec = OFP_DURATION_UNKNOWN,
                                 .duration_nsec = OFP_DURATION_UNKNOWN};
    memset(p->counters, 0xff, sizeof p->counters);
}

/* -- Counters with names -- */

bool
ofp_custom_stat_next(struct rd *custom, char name[OFP_CUSTOM_NAME_SIZE], uint64_t *value)
{
    size_t n = rd_u8(custom), kept = MIN(n, OFP_CUSTOM_NAME_SIZE - 1);
    struct rd bytes = rd_sub(custom, n);
    *value = rd_be64(custom);
    if (!custom->bad) {
        rd_copy(&bytes, name, kept);
        name[kept] = '\0';
    }
    return !custom->bad;
}

void
ofp_custom_stat_put(struct wr *w, const char *name, uint64_t value)
{
    size_t n = strnlen(name, NAME_MAX_LEN);
    wr_u8(w, (uint8_t)n);
    wr_bytes(w, name, n);
    wr_be64(w, value);
}

static enum ofp_error
get_custom(struct rd *body, struct rd *custom)
{
    if (rd_left(custom)) { /* of two such properties the reference keeps neither */
        *custom = rd_make(NULL, 0);
        return OFP_OK;
    }
    rd_skip(body, 2);
    uint16_t n = rd_be16(body);
    const uint8_t *start = body->p;
    char name[OFP_CUSTOM_NAME_SIZE];
    uint64_t value;
    while (n && ofp_custom_stat_next(body, name, &value)) {
        n--;
    }
    if (body->bad) {
        return OFPBPC_BAD_LEN;
    }
    *custom = rd_make(start, (size_t)(body->p - start));
    return OFP_OK;
}

static void
put_custom(struct wr *w, struct rd custom)
{
    const uint8_t *start = custom.p;
    size_t n_bytes = rd_left(&custom);
    char name[OFP_CUSTOM_NAME_SIZE];
    uint64_t value;
    uint16_t n = 0;
    while (rd_left(&custom) && ofp_custom_stat_next(&custom, name, &value)) {
        n++;
    }
    if (n) {
        size_t prop = ofp_prop_begin_vendor(w, INTEL, INTEL_CUSTOM);
        wr_zeros(w, 2);
        wr_be16(w, n);
        wr_bytes(w, start, n_bytes);
        ofp_prop_end(w, prop);
    }
}

/* -- Counters -- */

static void
get_counters(struct rd *r, struct ofp_port_stats *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        p->counters[i] = rd_be64(r);
    }
}

static void
put_counters(struct wr *w, const struct ofp_port_stats *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        wr_be64(w, p->counters[i]);
    }
}

/* The counters from FROM to TO, all that a property has behind its first four bytes. */
static enum ofp_error
get_prop_counters(struct rd *body, struct ofp_port_stats *p, size_t from, size_t to)
{
    rd_skip(body, 4);
    if (body->bad || rd_left(body) != VALUE_SIZE * (to - from)) {
        return OFPBPC_BAD_LEN;
    }
    get_counters(body, p, from, to);
    return OFP_OK;
}

static enum ofp_error
get_prop(struct ofp_prop *prop, struct ofp_port_stats *p)
{
    if (prop->type == PROP_ETHERNET) {
        return get_prop_counters(&prop->body, p, N_PLAIN, N_STANDARD);
    }
    if (prop->vendor == INTEL && prop->vendor_type == INTEL_RFC2819) {
        return get_prop_counters(&prop->body, p, N_STANDARD, OFP_PORT_N_COUNTERS);
    }
    if (prop->vendor == INTEL && prop->vendor_type == INTEL_CUSTOM) {
        return get_custom(&prop->body, &p->custom);
    }
    return OFP_OK;
}

static enum ofp_error
get_14(struct rd *r, struct ofp_port_stats *p)
{
    uint16_t len = rd_be16(r);
    rd_skip(r, 2);
    enum ofp_error error = ofp_port_get(r, OFP_14, &p->port);
    p->duration_sec = rd_be32(r);
    p->duration_nsec = rd_be32(r);
    get_counters(r, p, 0, N_PLAIN);
    if (r->bad || len < SIZE_14 || (size_t)len - SIZE_14 > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    struct rd props = rd_sub(r, (size_t)len - SIZE_14);
    while (!error && rd_left(&props)) {
        struct ofp_prop prop;
        error = ofp_prop_get(&props, &prop);
        error = error ? error : get_prop(&prop, p);
    }
    return error;
}

enum ofp_error
ofp_port_stats_get(struct rd *r, uint8_t version, struct ofp_port_stats *p)
{
    ofp_port_stats_init(p);
    if (version >= OFP_14) {
        return get_14(r, p);
    }
    enum ofp_error error = ofp_port_get(r, version, &p->port);
    rd_skip(r, version == OFP_10 ? 6 : 4);
    get_counters(r, p, 0, N_STANDARD);
    if (version >= OFP_13) {
        p->duration_sec = rd_be32(r);
        p->duration_nsec = rd_be32(r);
    }
    return error ? error : r->bad ? OFPBRC_BAD_LEN : OFP_OK;
}

static bool
any_known(const struct ofp_port_stats *p, size_t from, size_t to)
{
    size_t i = from;
    while (i < to && p->counters[i] == OFP_STAT_UNKNOWN) {
        i++;
    }
    return i < to;
}

static void
put_14(struct wr *w, enum ofp_version version, const struct ofp_port_stats *p)
{
    size_t begin = w->n;
    wr_zeros(w, 4);
    ofp_port_put(w, version, p->port);
    wr_be32(w, p->duration_sec);
    wr_be32(w, p->duration_nsec);
    put_counters(w, p, 0, N_PLAIN);
    size_t prop = ofp_prop_begin(w, PROP_ETHERNET);
    wr_zeros(w, 4);
    put_counters(w, p, N_PLAIN, N_STANDARD);
    ofp_prop_end(w, prop);
    if (any_known(p, N_STANDARD, OFP_PORT_N_COUNTERS)) {
        prop = ofp_prop_begin_vendor(w, INTEL, INTEL_RFC2819);
        wr_zeros(w, 4);
        put_counters(w, p, N_STANDARD, OFP_PORT_N_COUNTERS);
        ofp_prop_end(w, prop);
    }
    put_custom(w, p->custom);
    if (!w->bad) {
        put_be16(w->start + begin, (uint16_t)(w->n - begin));
    }
}

void
ofp_port_stats_put(struct wr *w, enum ofp_version version, const struct ofp_port_stats *p)
{
    if (version >= OFP_14) {
        put_14(w, version, p);
        return;
    }
    ofp_port_put(w, version, p->port);
    wr_zeros(w, version == OFP_10 ? 6 : 4);
    put_counters(w, p, 0, N_STANDARD);
    if (version >= OFP_13) {
        wr_be32(w, p->duration_sec);
        wr_be32(w, p->duration_nsec);
    }
}

/* -- Requests -- */

enum ofp_error
ofp_port_request_get(const struct ofp_msg *m, uint32_t *port)
{
    struct rd r = m->body;
    if (!rd_left(&r)) {
        *port = OFP_PORT_NONE;
        return OFP_OK;
    }
    return ofp_port_get(&r, m->version, port);
}

void
ofp_port_request_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                     uint32_t port)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    if (id == OFPST_PORT_REQUEST || version >= OFP_15) {
        ofp_port_put(w, version, port);
        wr_zeros(w, version == OFP_10 ? 6 : 4);
    }
    ofp_msg_end(w, begin);
}
