/* SPDX-License-Identifier: Apache-2.0 */
/* Rewriting header fields in place. The fields table says where a field lies and which checksums
 * cover it; the few that are not whole bytes at a fixed place have a hook that finds the place
 * first. A checksum is updated by the difference that the write makes to the 16-bit words it
 * touches, so a wrong checksum stays wrong, as it must. SCTP's CRC-32c is computed anew, with
 * what was wrong in it carried over. Called on packet threads; fails only for want of memory. */
#include "datapath/set_field.h"

#include "datapath/set_field_internal.h"

#define IPV6_LEN     40
#define IPV6_EXT_MAX 32
#define IPV4_CSUM    10
#define ND_LEN       24

uint16_t
csum_fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

uint32_t
csum_add_bytes(uint32_t sum, const void *p_, size_t n)
{
    const uint8_t *p = p_;
    uint64_t wide = sum;
    for (; n >= 2; n -= 2, p += 2) {
        uint16_t w;
        memcpy(&w, p, sizeof w);
        wide += w;
    }
    if (n) {
        uint8_t last[2] = {*p, 0};
        uint16_t w;
        memcpy(&w, last, sizeof w);
        wide += w;
    }
    wide = (wide & 0xffffffff) + (wide >> 32);
    return csum_fold((uint32_t)((wide & 0xffff) + (wide >> 16)));
}

/* A sum, not complemented, changed by DELTA. */
static uint16_t
sum_update(uint16_t sum, uint32_t delta)
{
    return csum_fold((uint32_t)sum + delta);
}

static uint16_t
csum_update(uint16_t csum, uint32_t delta)
{
    return (uint16_t)~sum_update((uint16_t)~csum, delta);
}

uint16_t
csum_update16(uint16_t csum, uint16_t old_word, uint16_t new_word)
{
    return csum_update(csum, (uint32_t)(uint16_t)~old_word + new_word);
}

/* Where the checksum of a transport header lies, by IP protocol; 0: it has none. */
static uint32_t
l4_csum_offset(uint8_t proto)
{
    static const uint8_t offset[256] = {
        [IP_PROTO_TCP] = 16, [IP_PROTO_UDP] = 6, [IP_PROTO_ICMP] = 2, [IP_PROTO_ICMPV6] = 2};
    return offset[proto];
}

/* Changes the transport checksum by DELTA: on account of the pseudo-header or of bytes that it
 * covers itself. */
static int
update_l4_csum(struct pkt *p, uint32_t delta, bool pseudo)
{
    uint32_t ofs = l4_csum_offset(p->l4_proto);
    bool partial = (p->flags & PKT_CSUM_PARTIAL) && p->csum_start == p->l4;
    if (p->l4 == PKT_NO_LAYER || !ofs || (partial && !pseudo) ||
        (pseudo && p->l4_proto == IP_PROTO_ICMP)) {
        return 0;
    }
    uint8_t *at = pkt_edit(p, p->l4 + ofs, 2);
    if (!at) {
        return -E_NOMEM;
    }
    uint16_t csum;
    memcpy(&csum, at, sizeof csum);
    if (partial) {
        csum = sum_update(csum, delta);
    } else if (p->l4_proto == IP_PROTO_UDP) {
        if (!csum) {
            return 0;
        }
        csum = csum_update(csum, delta);
        csum = csum ? csum : 0xffff;
    } else {
        csum = csum_update(csum, delta);
    }
    memcpy(at, &csum, sizeof csum);
    return 0;
}

static int
update_ip_csum(struct pkt *p, uint32_t delta)
{
    uint8_t *at = pkt_edit(p, p->l3 + IPV4_CSUM, 2);
    if (!at) {
        return -E_NOMEM;
    }
    uint16_t csum;
    memcpy(&csum, at, sizeof csum);
    csum = csum_update(csum, delta);
    memcpy(at, &csum, sizeof csum);
    return 0;
}

/* Whether an IPv6 routing header has segments left, so that the pseudo-header has another
 * destination than the header. */
static bool
is_routed(struct pkt *p)
{
    const uint8_t *h = pkt_need(p, p->l3, IPV6_LEN);
    uint8_t proto = h ? h[6] : IP_PROTO_NONE;
    uint32_t at = p->l3 + IPV6_LEN;
    for (unsigned int n = 0; n < IPV6_EXT_MAX && at < p->l4; n++) {
        h = pkt_need(p, at, 8);
        if (!h) {
            return false;
        }
        if (proto == IP_PROTO_ROUTING) {
            return h[3] > 0;
        }
        at += proto == IP_PROTO_FRAGMENT ? 8u
              : proto == IP_PROTO_AH     ? (h[1] + 2u) * 4u
                                         : (h[1] + 1u) * 8u;
        proto = h[0];
    }
    return false;
}

/* SCTP's bytes end where the IP packet does. 0 when they are not all there. */
static uint32_t
sctp_size(struct pkt *p)
{
    const uint8_t *h = pkt_need(p, p->l3, 20);
    if (!h || p->l4 == PKT_NO_LAYER) {
        return 0;
    }
    bool v4 = get_be16(h - 2) == ETH_TYPE_IPV4;
    if (v4 && (get_be16(h + 6) & 0x3fff)) {
        return 0;
    }
    uint32_t end = p->l3 + (v4 ? get_be16(h + 2) : IPV6_LEN + (uint32_t)get_be16(h + 4));
    return end > p->l4 && end <= p->len ? end - p->l4 : 0;
}

/* One bit string to write: SIZE bytes at OFS from LAYER_AT, of which MASK says which bits. */
struct patch {
    uint32_t layer_at, ofs, size;
    uint8_t value[FLOW_FIELD_MAX_SIZE], mask[FLOW_FIELD_MAX_SIZE];
};

/* Writes PATCH and gives in *DELTA what it does to a sum of the layer's 16-bit words. */
static int
write_patch(struct pkt *p, const struct patch *patch, uint32_t *delta)
{
    /* Whole words, seen from the layer's start. */
    uint32_t start = patch->ofs & ~1u, end = (patch->ofs + patch->size + 1) & ~1u;
    uint8_t *at = pkt_edit(p, patch->layer_at + start, end - start);
    if (!at) {
        return pkt_need(p, patch->layer_at + start, end - start) ? -E_NOMEM : -E_NOENT;
    }
    *delta = (uint16_t)~csum_add_bytes(0, at, end - start);
    uint8_t *field = at + (patch->ofs - start);
    for (uint32_t i = 0; i < patch->size; i++) {
        field[i] = (uint8_t)((field[i] & ~patch->mask[i]) | (patch->value[i] & patch->mask[i]));
    }
    *delta += csum_add_bytes(0, at, end - start);
    return 0;
}

static int
write_sctp(struct pkt *p, const struct patch *patch)
{
    uint32_t delta, size = sctp_size(p);
    uint8_t *at = size && !(p->flags & PKT_CSUM_PARTIAL) ? pkt_edit(p, p->l4, size) : NULL;
    uint32_t wrong = 0;
    if (at) {
        wrong = get_be32(at + 8) ^ sctp_crc(at, size);
    }
    int error = write_patch(p, patch, &delta);
    if (at && !error) {
        put_be32(at + 8, sctp_crc(at, size) ^ wrong);
    }
    return error;
}

/* IPv6's traffic class and flow label share the header's first word. */
static void
patch_ipv6_word(struct patch *patch, enum flow_field_id id)
{
    bool label = id == FIELD_IPV6_LABEL;
    uint32_t value = label ? get_be32(patch->value) & 0xfffff : (uint32_t)patch->value[0] << 20;
    uint32_t mask = label ? get_be32(patch->mask) & 0xfffff : (uint32_t)patch->mask[0] << 20;
    put_be32(patch->value, value);
    put_be32(patch->mask, mask);
    patch->ofs = 0;
    patch->size = 4;
}

/* The outermost TCI, but for the bit that is no part of it. */
static bool
patch_vlan(struct patch *patch, struct pkt *p)
{
    const uint8_t *h = pkt_need(p, 12, 4);
    if (!h || (get_be16(h) != ETH_TYPE_VLAN && get_be16(h) != ETH_TYPE_QINQ)) {
        return false;
    }
    patch->ofs = 14;
    put_be16(patch->mask, (uint16_t)(get_be16(patch->mask) & ~FLOW_VLAN_PRESENT));
    return true;
}

static bool
patch_nd_option(struct patch *patch, struct pkt *p, uint8_t type)
{
    uint32_t at = p->l4 + ND_LEN;
    const uint8_t *h = pkt_need(p, p->l4, ND_LEN);
    if (!h || (h[0] != ND_NEIGHBOR_SOLICIT && h[0] != ND_NEIGHBOR_ADVERT) || h[1]) {
        return false;
    }
    while ((h = pkt_need(p, at, 8)) && h[1]) {
        if (h[0] == type && h[1] == 1) {
            patch->ofs = at + 2 - p->l4;
            return true;
        }
        at += h[1] * 8u;
    }
    return false;
}

static bool
patch_hook(struct patch *patch, struct pkt *p, enum flow_field_id id)
{
    if (id == FIELD_VLAN_TCI) {
        return patch_vlan(patch, p);
    }
    if (id == FIELD_ND_SLL || id == FIELD_ND_TLL) {
        return patch_nd_option(patch, p, id == FIELD_ND_SLL ? 1 : 2);
    }
    patch_ipv6_word(patch, id);
    return true;
}

/* Whether P has the header that F is in; if so, *AT is where. */
static bool
find_layer(struct pkt *p, const struct flow_field *f, uint32_t *at)
{
    if (f->layer == LAYER_L2) {
        *at = 0;
        return true;
    }
    uint32_t ofs = f->layer == LAYER_L4 ? p->l4 : f->layer == LAYER_L2_5 ? p->l2_5 : p->l3;
    const uint8_t *type = p->l3 != PKT_NO_LAYER && p->l3 >= 14 ? pkt_need(p, p->l3 - 2u, 2) : NULL;
    *at = ofs;
    return type && ofs != PKT_NO_LAYER &&
           flow_prereq_fits((enum flow_prereq)f->prereq, get_be16(type),
                            f->layer == LAYER_L4 ? p->l4_proto : 0);
}

static int
update_csums(struct pkt *p, unsigned int csum, uint32_t delta)
{
    int error = 0;
    if (csum & CSUM_IP) {
        error = update_ip_csum(p, delta);
    }
    if (!error && (csum & CSUM_PSEUDO) && !((csum & CSUM_ROUTED) && is_routed(p))) {
        error = update_l4_csum(p, delta, true);
    }
    if (!error && (csum & CSUM_L4)) {
        error = update_l4_csum(p, delta, false);
    }
    return error;
}

static int
set_metadata(struct pkt *p, const struct flow_field *f, const uint8_t *value, const uint8_t *mask)
{
    uint8_t *at = (uint8_t *)&p->md + f->pkt_ofs;
    for (uint32_t i = 0; i < f->size; i++) {
        uint8_t m = mask ? mask[i] : 0xff;
        at[i] = (uint8_t)((at[i] & ~m) | (value[i] & m));
    }
    return 0;
}

int
pkt_set_field(struct pkt *p, enum flow_field_id id, const void *value, const void *mask)
{
    const struct flow_field *f = &flow_fields[id];
    struct patch patch = {.ofs = f->pkt_ofs, .size = f->size};
    if (f->layer == LAYER_NONE) {
        return -E_INVAL;
    }
    if (f->layer == LAYER_META) {
        return set_metadata(p, f, value, mask);
    }
    if (!find_layer(p, f, &patch.layer_at)) {
        return 0;
    }
    memcpy(patch.value, value, f->size);
    if (mask) {
        memcpy(patch.mask, mask, f->size);
    } else {
        memset(patch.mask, 0xff, f->size);
    }
    if (f->pkt_ofs == FLOW_FIELD_HOOK && !patch_hook(&patch, p, id)) {
        return 0;
    }
    uint32_t delta = 0;
    int error = f->csum & CSUM_SCTP ? write_sctp(p, &patch) : write_patch(p, &patch, &delta);
    if (!error && f->csum) {
        error = update_csums(p, f->csum, delta);
    }
    return error == -E_NOENT ? 0 : error;
}
