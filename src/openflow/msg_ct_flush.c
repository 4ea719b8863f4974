/* SPDX-License-Identifier: Apache-2.0 */
/* Properties, two of which hold properties themselves. */
#include "openflow/msg_ct_flush.h"

#include "openflow/ofp_printers.h"
#include "openflow/ofp_prop.h"

enum { ZONE_PAD = 6, FLUSH_PAD = 7, TUPLE_PAD = 4 };
enum { IPPROTO_IS_ICMP = 1, IPPROTO_IS_ICMPV6 = 58 };

enum flush_prop {
    PROP_ORIG = 0,
    PROP_REPLY = 1,
    PROP_ZONE = 2,
    PROP_MARK = 3, /* this and the next since Open vSwitch 3.4 */
    PROP_MARK_MASK = 4,
    PROP_LABELS = 5,
    PROP_LABELS_MASK = 6,
};

enum tuple_prop {
    TUPLE_SRC = 0,
    TUPLE_DST = 1,
    TUPLE_SRC_PORT = 2,
    TUPLE_DST_PORT = 3,
    TUPLE_ICMP_ID = 4,
    TUPLE_ICMP_TYPE = 5,
    TUPLE_ICMP_CODE = 6,
};

uint16_t
ofp_ct_flush_zone_get(const struct ofp_msg *m)
{
    struct rd r = m->body;
    rd_skip(&r, ZONE_PAD);
    return rd_be16(&r);
}

void
ofp_ct_flush_zone_put(struct wr *w, enum ofp_version version, uint32_t xid, uint16_t zone)
{
    size_t begin = ofp_msg_begin(w, NXT_CT_FLUSH_ZONE, version, xid);
    wr_zeros(w, ZONE_PAD);
    wr_be16(w, zone);
    ofp_msg_end(w, begin);
}

/* -- Reading -- */

static enum ofp_error
get_16_bytes(struct rd *r, uint8_t bytes[16])
{
    rd_copy(r, bytes, 16);
    return r->bad ? OFPBPC_BAD_LEN : OFP_OK;
}

/* Of which protocol the addresses so far are. */
enum family { FAMILY_UNKNOWN, FAMILY_4, FAMILY_6 };

static enum ofp_error
get_address(struct rd *r, uint8_t ip[16], enum family *family)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    enum ofp_error error = get_16_bytes(r, ip);
    enum family is = memcmp(ip, mapped, sizeof mapped) ? FAMILY_6 : FAMILY_4;
    if (!error && *family != FAMILY_UNKNOWN && *family != is) {
        return OFPBPC_BAD_VALUE;
    }
    *family = is;
    return error;
}

static enum ofp_error
get_u16(struct rd *r, uint16_t *x)
{
    *x = rd_be16(r);
    return r->bad ? OFPBPC_BAD_LEN : OFP_OK;
}

/* The byte of X at SHIFT. */
static enum ofp_error
get_u8(struct rd *r, uint16_t *x, unsigned int shift)
{
    *x = (uint16_t)((*x & ~(0xff << shift)) | rd_u8(r) << shift);
    return r->bad ? OFPBPC_BAD_LEN : OFP_OK;
}

static enum ofp_error
get_tuple_prop(struct ofp_prop *p, struct ofp_ct_tuple *t, enum family *family)
{
    switch (p->type) {
    case TUPLE_SRC:
        return get_address(&p->body, t->src, family);
    case TUPLE_DST:
        return get_address(&p->body, t->dst, family);
    case TUPLE_SRC_PORT:
    case TUPLE_ICMP_ID:
        return get_u16(&p->body, &t->src_port);
    case TUPLE_DST_PORT:
        return get_u16(&p->body, &t->dst_port);
    case TUPLE_ICMP_TYPE:
        return get_u8(&p->body, &t->dst_port, 0);
    case TUPLE_ICMP_CODE:
        return get_u8(&p->body, &t->dst_port, 8);
    default:
        return OFP_OK;
    }
}

static enum ofp_error
get_tuple(struct rd *r, struct ofp_ct_tuple *t, enum family *family)
{
    enum ofp_error error = OFP_OK;
    rd_skip(r, TUPLE_PAD);
    error = r->bad ? OFPBPC_BAD_LEN : OFP_OK;
    while (!error && rd_left(r)) {
        struct ofp_prop p;
        error = ofp_prop_get(r, &p);
        error = error ? error : get_tuple_prop(&p, t, family);
    }
    return error;
}

static enum ofp_error
get_mark(struct rd *r, uint32_t *x)
{
    *x = rd_be32(r);
    return r->bad ? OFPBPC_BAD_LEN : OFP_OK;
}

static enum ofp_error
get_prop(struct ofp_prop *p, struct ofp_ct_match *c, enum family *family)
{
    switch (p->type) {
    case PROP_ORIG:
        return get_tuple(&p->body, &c->orig, family);
    case PROP_REPLY:
        return get_tuple(&p->body, &c->reply, family);
    case PROP_ZONE:
        c->has_zone = true;
        return get_u16(&p->body, &c->zone);
    case PROP_MARK:
        c->has_mark = true;
        return get_mark(&p->body, &c->mark);
    case PROP_MARK_MASK:
        return get_mark(&p->body, &c->mark_mask);
    case PROP_LABELS:
        c->has_labels = true;
        return get_16_bytes(&p->body, c->labels);
    case PROP_LABELS_MASK:
        return get_16_bytes(&p->body, c->labels_mask);
    default:
        return OFP_OK;
    }
}

enum ofp_error
ofp_ct_flush_get(const struct ofp_msg *m, struct ofp_ct_match *c)
{
    struct rd r = m->body;
    *c = (struct ofp_ct_match){.ip_proto = rd_u8(&r), .mark_mask = UINT32_MAX};
    memset(c->labels_mask, 0xff, sizeof c->labels_mask);
    for (size_t i = 0; i < FLUSH_PAD; i++) {
        if (rd_u8(&r)) {
            return NXBRC_MUST_BE_ZERO;
        }
    }
    enum ofp_error error = OFP_OK;
    enum family family = FAMILY_UNKNOWN;
    while (!error && rd_left(&r)) {
        struct ofp_prop p;
        error = ofp_prop_get(&r, &p);
        error = error ? error : get_prop(&p, c, &family);
    }
    return error;
}

/* -- Writing -- */

static bool
is_zero(const uint8_t ip[16])
{
    static const uint8_t zeros[16];
    return !memcmp(ip, zeros, sizeof zeros);
}

static void
put_address(struct wr *w, uint16_t type, const uint8_t ip[16])
{
    size_t prop = ofp_prop_begin(w, type);
    wr_bytes(w, ip, 16);
    ofp_prop_end(w, prop);
}

static void
put_u16(struct wr *w, uint16_t type, uint16_t x)
{
    size_t prop = ofp_prop_begin(w, type);
    wr_be16(w, x);
    wr_zeros(w, 2);
    ofp_prop_end(w, prop);
}

static void
put_u8(struct wr *w, uint16_t type, uint8_t x)
{
    size_t prop = ofp_prop_begin(w, type);
    wr_u8(w, x);
    ofp_prop_end(w, prop);
}

static void
put_tuple(struct wr *w, uint16_t type, uint8_t ip_proto, const struct ofp_ct_tuple *t)
{
    bool is_icmp = ip_proto == IPPROTO_IS_ICMP || ip_proto == IPPROTO_IS_ICMPV6;
    if (is_zero(t->src) && is_zero(t->dst) && !t->src_port && !t->dst_port && !is_icmp) {
        return;
    }
    size_t prop = ofp_prop_begin(w, type);
    wr_zeros(w, TUPLE_PAD);
    if (!is_zero(t->src)) {
        put_address(w, TUPLE_SRC, t->src);
    }
    if (!is_zero(t->dst)) {
        put_address(w, TUPLE_DST, t->dst);
    }
    if (is_icmp) {
        put_u16(w, TUPLE_ICMP_ID, t->src_port);
        put_u8(w, TUPLE_ICMP_TYPE, (uint8_t)t->dst_port);
        put_u8(w, TUPLE_ICMP_CODE, (uint8_t)(t->dst_port >> 8));
    } else {
        if (t->src_port) {
            put_u16(w, TUPLE_SRC_PORT, t->src_port);
        }
        if (t->dst_port) {
            put_u16(w, TUPLE_DST_PORT, t->dst_port);
        }
    }
    ofp_prop_end(w, prop);
}

static void
put_mark(struct wr *w, uint16_t type, uint32_t x)
{
    size_t prop = ofp_prop_begin(w, type);
    wr_be32(w, x);
    ofp_prop_end(w, prop);
}

void
ofp_ct_flush_put(struct wr *w, enum ofp_version version, uint32_t xid,
                 const struct ofp_ct_match *c)
{
    size_t begin = ofp_msg_begin(w, NXT_CT_FLUSH, version, xid);
    wr_u8(w, c->ip_proto);
    wr_zeros(w, FLUSH_PAD);
    put_tuple(w, PROP_ORIG, c->ip_proto, &c->orig);
    put_tuple(w, PROP_REPLY, c->ip_proto, &c->reply);
    if (c->has_zone) {
        put_u16(w, PROP_ZONE, c->zone);
    }
    if (c->has_mark) {
        put_mark(w, PROP_MARK, c->mark);
        put_mark(w, PROP_MARK_MASK, c->mark_mask);
    }
    if (c->has_labels) {
        put_address(w, PROP_LABELS, c->labels);
        put_address(w, PROP_LABELS_MASK, c->labels_mask);
    }
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_ct_flush_zone(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    str_putf(s, " zone_id=%u", ofp_ct_flush_zone_get(m));
    return OFP_OK;
}

enum ofp_error
ofp_print_ct_flush(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct ofp_ct_match c;
    enum ofp_error error = ofp_ct_flush_get(m, &c);
    if (!error) {
        str_putc(s, ' ');
        ofp_ct_match_format(s, &c);
    }
    return error;
}
