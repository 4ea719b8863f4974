/* SPDX-License-Identifier: Apache-2.0 */
/* Matches to and from NXM and OXM. Rows of the fields table that share bits of the key differ in
 * what they demand, so of those the one is written whose demands the match meets. The VLAN tag is
 * one field in NXM and two in OXM, which have bits in common; the type of service and the port
 * have another size in each. */
#include "openflow/match_oxm.h"

#include "openflow/msg_port.h"
#include "openflow/port_text.h"
#include "os/log.h"

LOG_MODULE(nx_match);

enum {
    EXPERIMENTER_SIZE = 4,
    TAG_PRESENT = 0x1000,
    VID_BITS = 0x1fff,
    PCP_BITS = 0xe000,
    PCP_SHIFT = 13,
    DSCP_BITS = 0xfc
};

/* -- Headers -- */

void
of_oxm_put_header(struct wr *w, const struct of_oxm *oxm, bool has_mask, size_t len)
{
    const struct of_oxm_class_info *c = &of_oxm_classes[oxm->oxm_class];
    size_t payload = len * (has_mask ? 2 : 1) + (c->experimenter ? EXPERIMENTER_SIZE : 0);
    wr_be16(w, c->number);
    wr_u8(w, (uint8_t)(oxm->number << 1 | has_mask));
    wr_u8(w, (uint8_t)payload);
    if (c->experimenter) {
        wr_be32(w, c->experimenter);
    }
}

bool
of_oxm_get_header(struct rd *r, const struct of_oxm **oxm, bool *has_mask, size_t *len)
{
    uint16_t oxm_class = rd_be16(r);
    uint8_t number = rd_u8(r), payload = rd_u8(r);
    uint32_t experimenter = 0;
    if (oxm_class == UINT16_MAX) {
        experimenter = rd_be32(r);
        if (payload < EXPERIMENTER_SIZE) {
            return false;
        }
        payload = (uint8_t)(payload - EXPERIMENTER_SIZE);
    }
    bool is_odd = number & 1 && payload % 2;
    *has_mask = number & 1 && !is_odd;
    *oxm = is_odd ? NULL : of_oxm_find(oxm_class, number >> 1, experimenter);
    *len = *has_mask ? payload / 2u : payload;
    return !r->bad;
}

/* -- Writing -- */

struct writer {
    struct wr *w;
    const struct of_match *m;
    enum ofp_version version;
};

static void
put_bytes(struct writer *w, enum of_field_id id, const uint8_t *value, const uint8_t *mask,
          size_t len, bool is_exact)
{
    const struct of_oxm *oxm = of_oxm_for(id, w->version);
    if (oxm) {
        of_oxm_put_header(w->w, oxm, !is_exact, len);
        wr_bytes(w->w, value, len);
        if (!is_exact) {
            wr_bytes(w->w, mask, len);
        }
    }
}

static void
put_field(struct writer *w, enum of_field_id id)
{
    uint8_t value[OF_VALUE_MAX], mask[OF_VALUE_MAX];
    bool is_exact = of_match_is_exact(w->m, id);
    if (!is_exact && of_fields[id].mask == OF_MASK_NONE) {
        return; /* part of it, as of another field with the same place, cannot be said */
    }
    of_field_get(id, &w->m->key, value);
    of_field_get(id, &w->m->mask, mask);
    put_bytes(w, id, value, mask, of_fields[id].wire, is_exact && id != OF_TUN_FLAGS);
}

static void
put_tun_metadata(struct writer *w, enum of_field_id id)
{
    const struct of_tun_option *o = &w->m->tun[id - OF_TUN_METADATA0];
    const uint8_t *value = w->m->key.tun_metadata + o->ofs;
    const uint8_t *mask = w->m->mask.tun_metadata + o->ofs;
    put_bytes(w, id, value, mask, o->len, !o->is_masked);
}

static void
put_vlan(struct writer *w)
{
    uint16_t tci = get_be16(w->m->key.vlan_tci), mask = get_be16(w->m->mask.vlan_tci);
    if (w->version < OFP_12) {
        put_field(w, OF_VLAN_TCI);
        return;
    }
    if (mask & VID_BITS) {
        put_field(w, OF_VLAN_VID);
    }
    /* A priority has no mask, and is one of a tag: the receiver wants that first. */
    if (mask & PCP_BITS && tci & VID_BITS) {
        uint8_t pcp = (uint8_t)(tci >> PCP_SHIFT);
        put_bytes(w, OF_VLAN_PCP, &pcp, NULL, 1, true);
    }
}

static void
put_tos(struct writer *w)
{
    if (!(w->m->mask.nw_tos[0] & DSCP_BITS)) {
        return;
    }
    if (w->version >= OFP_12) {
        put_field(w, OF_IP_DSCP);
    } else {
        uint8_t dscp = (uint8_t)(w->m->key.nw_tos[0] & DSCP_BITS);
        put_bytes(w, OF_IP_TOS, &dscp, NULL, 1, true);
    }
}

static void
put_in_port(struct writer *w)
{
    put_field(w, w->version >= OFP_12 ? OF_IN_PORT_OXM : OF_IN_PORT);
}

/* Ethernet is said where no field says so that goes into the message. */
static void
put_packet_type(struct writer *w)
{
    static const uint8_t ethernet[4];
    const struct of_match *m = w->m;
    if (of_match_has(m, OF_PACKET_TYPE) && of_field_get_u64(OF_PACKET_TYPE, &m->key)) {
        put_field(w, OF_PACKET_TYPE);
    } else if (!of_match_has(m, OF_ETH_TYPE) && !of_match_has(m, OF_ETH_SRC) &&
               !of_match_has(m, OF_ETH_DST) && !of_match_has(m, OF_VLAN_TCI) &&
               of_match_is_ethernet(m)) {
        put_bytes(w, OF_PACKET_TYPE, ethernet, NULL, sizeof ethernet, true);
    }
}

/* Fields written in another way than bit by bit. */
static const struct {
    enum of_field_id id;
    void (*put)(struct writer *);
} own_ways[] = {
    {OF_VLAN_TCI, put_vlan},
    {OF_IP_TOS, put_tos},
    {OF_IN_PORT_OXM, put_in_port},
};

static void
put_one(struct writer *w, enum of_field_id id)
{
    size_t own = 0;
    while (own < ARRAY_LEN(own_ways) && own_ways[own].id != id) {
        own++;
    }
    if (own < ARRAY_LEN(own_ways)) {
        own_ways[own].put(w);
    } else if (of_field_is_tun_metadata(id)) {
        put_tun_metadata(w, id);
    } else {
        put_field(w, id);
    }
}

/* Registers go in pairs where the version knows these. */
static bool
is_other_register(enum of_field_id id, enum ofp_version version)
{
    return version >= OFP_15 ? id >= OF_REG0 && id <= OF_REG31 : id >= OF_XREG0 && id <= OF_XREG15;
}

/* Whether ID goes into a message: where the match speaks of its header. What the reader will
 * refuse is sent, so that it says so. */
static bool
is_meant(const struct of_match *m, enum of_field_id id)
{
    if (id == OF_CT_TP_SRC || id == OF_CT_TP_DST) {
        return of_match_has(m, OF_CT_NW_PROTO);
    }
    enum of_prereq p = id == OF_IPV6_LABEL ? OF_PREREQ_IP : (enum of_prereq)of_fields[id].prereq;
    return p >= OF_PREREQ_ND ? of_prereq_holds(p, m)
                             : p == OF_PREREQ_NSH || of_prereq_is_said(p, m);
}

/* The order of fields in a message, both ways. */
enum place {
#define FIELD(ID) PLACE_##ID,
#include "openflow/match_order.def"
#undef FIELD
    N_PLACES
};

static const uint8_t order[] = {
#define FIELD(ID) OF_##ID,
#include "openflow/match_order.def"
#undef FIELD
};

/* Plus one; 0: another field is written for it. */
static const uint8_t places[OF_FIELD_COUNT] = {
#define FIELD(ID) [OF_##ID] = PLACE_##ID + 1,
#include "openflow/match_order.def"
#undef FIELD
};
static_assert((int)N_PLACES <= OF_FIELD_COUNT && OF_FIELD_COUNT < UINT8_MAX, "all fit");

void
of_match_put_oxm(struct wr *wr, const struct of_match *m, enum ofp_version version)
{
    struct writer w = {wr, m, version};
    struct of_field_set fields = of_match_fields(m), at = {{0}}; /* by place */
    OF_FIELD_SET_EACH (id, &fields) {
        if (places[id] && is_meant(m, id) && !is_other_register(id, version)) {
            of_field_set_add(&at, places[id] - 1u);
        }
    }
    put_packet_type(&w);
    OF_FIELD_SET_EACH (place, &at) {
        put_one(&w, (enum of_field_id)order[place]);
    }
}

/* -- Reading -- */

/* Masks are NULL where a field has none: all bits matter. */

bool
of_oxm_has_stray_bits(const uint8_t *value, const uint8_t *mask, size_t len)
{
    uint8_t stray = 0;
    for (size_t i = 0; mask && i < len; i++) {
        stray = (uint8_t)(stray | (value[i] & ~mask[i]));
    }
    return stray;
}

static bool
is_all_ones(const uint8_t *mask, size_t len)
{
    size_t i = 0;
    while (mask && i < len && mask[i] == UINT8_MAX) {
        i++;
    }
    return !mask || i == len;
}

/* An OpenFlow 1.0 port becomes the key's 32 bits. */
static enum ofp_error
read_in_port(struct of_match *m, const uint8_t *value, const uint8_t *mask UNUSED)
{
    of_match_set_u64(m, OF_IN_PORT_OXM, of_port_to_11(get_be16(value)));
    return OFP_OK;
}

static enum ofp_error
read_in_port_oxm(struct of_match *m, const uint8_t *value, const uint8_t *mask UNUSED)
{
    uint32_t port;
    struct rd r = rd_make(value, 4);
    if (ofp_port_get(&r, OFP_12, &port)) {
        return OFPBMC_BAD_VALUE;
    }
    of_match_set_u64(m, OF_IN_PORT_OXM, of_port_to_11(port));
    return OFP_OK;
}

static enum ofp_error
read_tos(struct of_match *m, const uint8_t *value, const uint8_t *mask UNUSED)
{
    if (value[0] & ~DSCP_BITS) {
        return OFPBMC_BAD_VALUE;
    }
    of_match_set_u64(m, OF_IP_DSCP, value[0] >> 2);
    return OFP_OK;
}

/* A priority is one of a tag that is there. */
static enum ofp_error
read_vlan_pcp(struct of_match *m, const uint8_t *value, const uint8_t *mask UNUSED)
{
    of_match_set_u64(m, OF_VLAN_PCP, value[0]);
    return OFP_OK;
}

static const struct {
    enum of_field_id id;
    enum ofp_error (*read)(struct of_match *, const uint8_t *value, const uint8_t *mask);
} own_readers[] = {
    {OF_IN_PORT, read_in_port},
    {OF_IN_PORT_OXM, read_in_port_oxm},
    {OF_IP_TOS, read_tos},
    {OF_VLAN_PCP, read_vlan_pcp},
};

static enum ofp_error
read_value(struct of_match *m, enum of_field_id id, const uint8_t *value, const uint8_t *mask)
{
    for (size_t i = 0; i < ARRAY_LEN(own_readers); i++) {
        if (own_readers[i].id == id) {
            return own_readers[i].read(m, value, mask);
        }
    }
    of_match_set(m, id, value, mask);
    return OFP_OK;
}

/* Checks a field's value and mask, and puts them into M. */
static enum ofp_error
take_field(struct of_match *m, enum of_field_id id, const uint8_t *value, const uint8_t *mask,
           size_t len, bool strict)
{
    const struct of_field *f = &of_fields[id];
    bool is_metadata = of_field_is_tun_metadata(id);
    enum of_field_id place = id == OF_IN_PORT ? OF_IN_PORT_OXM : id;
    if (f->mask == OF_MASK_NONE && !is_all_ones(mask, len)) {
        return OFPBMC_BAD_MASK;
    }
    if (of_match_has(m, place)) {
        return OFPBMC_DUP_FIELD;
    }
    if (strict && !of_prereq_holds(f->prereq, m)) {
        return OFPBMC_BAD_PREREQ;
    }
    if (is_metadata) {
        int code =
            of_match_set_tun_metadata(m, (unsigned int)(id - OF_TUN_METADATA0), value, mask, len);
        return code ? OFPBMC_BAD_LEN : OFP_OK;
    }
    return of_field_fits(id, value) ? read_value(m, id, value, mask) : OFPBMC_BAD_VALUE;
}

/* -- The cookie, which is in the form of a field -- */

enum { COOKIE_NUMBER = 30, COOKIE_SIZE = 8 };

void
of_match_put_cookie(struct wr *w, const struct of_match_cookie *c)
{
    bool has_mask = c->mask != UINT64_MAX;
    wr_be16(w, of_oxm_classes[OXM_NXM_NX].number);
    wr_u8(w, (uint8_t)(COOKIE_NUMBER << 1 | has_mask));
    wr_u8(w, (uint8_t)(COOKIE_SIZE << has_mask));
    wr_be64(w, c->value);
    if (has_mask) {
        wr_be64(w, c->mask);
    }
}

bool
of_match_cookie_is_next(const struct rd *from)
{
    struct rd r = *from;
    bool is_number = rd_be16(&r) == of_oxm_classes[OXM_NXM_NX].number;
    uint8_t number = rd_u8(&r), len = rd_u8(&r);
    return is_number && number >> 1 == COOKIE_NUMBER && len == COOKIE_SIZE << (number & 1);
}

static enum ofp_error
take_cookie(struct of_match_cookie *c, const uint8_t *value, const uint8_t *mask)
{
    if (c->mask) {
        return OFPBMC_DUP_FIELD;
    }
    c->value = get_be64(value);
    c->mask = mask ? get_be64(mask) : UINT64_MAX;
    return OFP_OK;
}

/* The length is part of what names a field: with another one it is unknown. */
static bool
has_its_length(enum of_field_id id, size_t len)
{
    return of_field_is_tun_metadata(id) ? len <= OF_VALUE_MAX : len == of_fields[id].wire;
}

/* Reads the field at R. */
static enum ofp_error
read_field(struct rd *r, bool strict, struct of_match *m, struct of_match_cookie *cookie)
{
    bool cookie_is_next = cookie && of_match_cookie_is_next(r);
    const struct of_oxm *oxm;
    bool has_mask;
    size_t len;
    struct rd header = *r;
    if (!of_oxm_get_header(r, &oxm, &has_mask, &len)) {
        return OFPBMC_BAD_LEN;
    }
    const uint8_t *value = rd_take(r, len), *mask = has_mask ? rd_take(r, len) : NULL;
    if (r->bad) {
        return OFPBMC_BAD_LEN;
    }
    if (of_oxm_has_stray_bits(value, mask, len)) {
        static struct log_rate rate = LOG_RATE(1, 5);
        uint32_t head = rd_be32(&header);
        log_limited(&rate, LOG_WARN,
                    "Rejecting NXM/OXM entry %u:%u:%u:%u:%u with 1-bits in value for bits "
                    "wildcarded by the mask.",
                    head >> 16 == UINT16_MAX ? rd_be32(&header) : 0, head >> 16, head >> 9 & 0x7f,
                    head >> 8 & 1, head & 0xff);
        return OFPBMC_BAD_WILDCARDS;
    }
    if (cookie_is_next) {
        return take_cookie(cookie, value, mask);
    }
    if (!oxm || !has_its_length(oxm->field, len)) {
        return strict ? OFPBMC_BAD_FIELD : OFP_OK;
    }
    return take_field(m, oxm->field, value, mask, len, strict);
}

enum ofp_error
of_match_get_fields(const void *fields, size_t n, bool strict, struct of_match *m,
                    struct of_match_cookie *cookie)
{
    struct rd r = rd_make(fields, n);
    enum ofp_error error = OFP_OK;
    of_match_init(m);
    if (cookie) {
        *cookie = (struct of_match_cookie){0, 0};
    }
    while (!error && rd_left(&r)) {
        error = read_field(&r, strict, m, cookie);
    }
    return error;
}

enum ofp_error
of_match_get_oxm(const void *fields, size_t n, bool strict, struct of_match *m)
{
    return of_match_get_fields(fields, n, strict, m, NULL);
}
