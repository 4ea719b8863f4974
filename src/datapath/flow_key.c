/* SPDX-License-Identifier: Apache-2.0 */
/* The table of fields and the generic functions over it. Get, set and prerequisites walk the
 * table; mask, compare and hash ignore it and go by words. No state, any context. */
#include "datapath/flow_key.h"

#include "datapath/packet.h"

#define KEY_SIZE(MEMBER) (uint8_t)sizeof(((struct flow_key *)0)->MEMBER)
#define HOOK             FLOW_FIELD_HOOK

const struct flow_field flow_fields[FIELD_COUNT] = {
#define FIELD(ID, NAME, GROUP, LABEL, FORM, MEMBER, BITS, MASK, PREREQ, ATTR, ATTR_OFS, LAYER,    \
              PKT_OFS, CSUM)                                                                      \
    [FIELD_##ID] = {.name = (NAME),                                                               \
                    .group = (GROUP),                                                             \
                    .label = (LABEL),                                                             \
                    .key_ofs = offsetof(struct flow_key, MEMBER),                                 \
                    .size = KEY_SIZE(MEMBER),                                                     \
                    .bits = (BITS),                                                               \
                    .form = FORM_##FORM,                                                          \
                    .mask = MASK_##MASK,                                                          \
                    .prereq = PREREQ_##PREREQ,                                                    \
                    .attr = (ATTR),                                                               \
                    .attr_ofs = (ATTR_OFS),                                                       \
                    .layer = LAYER_##LAYER,                                                       \
                    .pkt_ofs = (PKT_OFS),                                                         \
                    .csum = (CSUM)},
#include "datapath/fields.def"
#undef FIELD
};

#define FIELD(ID, NAME, GROUP, LABEL, FORM, MEMBER, BITS, ...)                                    \
    static_assert((BITS) <= 8 * KEY_SIZE(MEMBER) && KEY_SIZE(MEMBER) <= FLOW_FIELD_MAX_SIZE,      \
                  "bits of " NAME);
#include "datapath/fields.def"
#undef FIELD

/* Odd, otherwise arbitrary: digits of the golden ratio's multiples. */
#define K(N) (0x9e3779b97f4a7c15u * (2u * (N) + 1u) ^ 0xd1b54a32d192ed03u)
const uint64_t flow_hash_keys[FLOW_KEY_WORDS + 1] = {
    K(0),  K(1),  K(2),  K(3),  K(4),  K(5),  K(6),  K(7),  K(8),  K(9),
    K(10), K(11), K(12), K(13), K(14), K(15), K(16), K(17), K(18), K(19),
    K(20), K(21), K(22), K(23), K(24), K(25), K(26), K(27), K(28),
};

void
flow_field_get(enum flow_field_id id, const struct flow_key *key, void *value)
{
    const struct flow_field *f = &flow_fields[id];
    memcpy(value, (const uint8_t *)key + f->key_ofs, f->size);
}

void
flow_field_set(enum flow_field_id id, struct flow_key *key, const void *value)
{
    const struct flow_field *f = &flow_fields[id];
    memcpy((uint8_t *)key + f->key_ofs, value, f->size);
}

/* The significant bits of F, as they lie in the key. */
static void
significant(const struct flow_field *f, uint8_t value[FLOW_FIELD_MAX_SIZE])
{
    memset(value, 0xff, f->size);
    /* Fields with spare bits are big-endian or single bytes: the spare ones come first. */
    unsigned int spare = 8u * f->size - f->bits;
    for (size_t i = 0; spare; i++) {
        unsigned int n = MIN(spare, 8);
        value[i] = (uint8_t)(0xff >> n);
        spare -= n;
    }
}

void
flow_field_set_exact(enum flow_field_id id, struct flow_key *mask)
{
    uint8_t bits[FLOW_FIELD_MAX_SIZE];
    significant(&flow_fields[id], bits);
    uint8_t *p = (uint8_t *)mask + flow_fields[id].key_ofs;
    for (size_t i = 0; i < flow_fields[id].size; i++) {
        p[i] |= bits[i];
    }
}

bool
flow_field_is_zero(enum flow_field_id id, const struct flow_key *mask)
{
    const uint8_t *p = (const uint8_t *)mask + flow_fields[id].key_ofs;
    for (size_t i = 0; i < flow_fields[id].size; i++) {
        if (p[i]) {
            return false;
        }
    }
    return true;
}

bool
flow_field_is_exact(enum flow_field_id id, const struct flow_key *mask)
{
    uint8_t bits[FLOW_FIELD_MAX_SIZE];
    significant(&flow_fields[id], bits);
    const uint8_t *p = (const uint8_t *)mask + flow_fields[id].key_ofs;
    for (size_t i = 0; i < flow_fields[id].size; i++) {
        if ((p[i] & bits[i]) != bits[i]) {
            return false;
        }
    }
    return true;
}

static bool
name_is(const char *name, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (name[i] != s[i] || !s[i]) {
            return false;
        }
    }
    return !name[n];
}

enum flow_field_id
flow_field_find(const char *name, size_t n)
{
    for (unsigned int i = 0; i < FIELD_COUNT; i++) {
        if (name_is(flow_fields[i].name, name, n)) {
            return (enum flow_field_id)i;
        }
    }
    return FIELD_COUNT;
}

/* What a prerequisite asks of the key; a row of zeros asks nothing. */
struct prereq {
    uint16_t eth_type, eth_type2; /* either; 0: any */
    uint8_t proto;                /* 0: any */
    uint8_t icmp_lo, icmp_hi;     /* range of ICMP types with code 0, 0: any */
};

static const struct prereq prereqs[PREREQ_COUNT] = {
    [PREREQ_MPLS] = {ETH_TYPE_MPLS, ETH_TYPE_MPLS_MC, 0, 0, 0},
    [PREREQ_IPV4] = {ETH_TYPE_IPV4, ETH_TYPE_IPV4, 0, 0, 0},
    [PREREQ_IPV6] = {ETH_TYPE_IPV6, ETH_TYPE_IPV6, 0, 0, 0},
    [PREREQ_ARP] = {ETH_TYPE_ARP, ETH_TYPE_RARP, 0, 0, 0},
    [PREREQ_TCP] = {ETH_TYPE_IPV4, ETH_TYPE_IPV6, IP_PROTO_TCP, 0, 0},
    [PREREQ_UDP] = {ETH_TYPE_IPV4, ETH_TYPE_IPV6, IP_PROTO_UDP, 0, 0},
    [PREREQ_SCTP] = {ETH_TYPE_IPV4, ETH_TYPE_IPV6, IP_PROTO_SCTP, 0, 0},
    [PREREQ_ICMP] = {ETH_TYPE_IPV4, ETH_TYPE_IPV4, IP_PROTO_ICMP, 0, 0},
    [PREREQ_ICMPV6] = {ETH_TYPE_IPV6, ETH_TYPE_IPV6, IP_PROTO_ICMPV6, 0, 0},
    [PREREQ_ND] = {ETH_TYPE_IPV6, ETH_TYPE_IPV6, IP_PROTO_ICMPV6, ND_NEIGHBOR_SOLICIT,
                   ND_NEIGHBOR_ADVERT},
};

static bool
has_tunnel(const struct flow_key *key)
{
    uint64_t v6[2];
    memcpy(v6, key->tun_ipv6_dst, sizeof v6);
    return !be32_equal(key->tun_dst, be32_from(0)) || (v6[0] | v6[1]) != 0;
}

bool
flow_prereq_fits(enum flow_prereq which, uint16_t eth_type, uint8_t proto)
{
    const struct prereq *p = &prereqs[which];
    return (!p->eth_type || eth_type == p->eth_type || eth_type == p->eth_type2) &&
           (!p->proto || proto == p->proto);
}

bool
flow_prereq_holds(enum flow_prereq which, const struct flow_key *key)
{
    const struct prereq *p = &prereqs[which];
    if (which == PREREQ_TUNNEL) {
        return has_tunnel(key);
    }
    if (which == PREREQ_VLAN) {
        return (be16_host(key->vlan_tci0) & FLOW_VLAN_PRESENT) != 0;
    }
    if (!flow_prereq_fits(which, be16_host(key->eth_type), key->nw_proto) ||
        (p->proto && (key->nw_frag & FLOW_FRAG_LATER))) {
        return false;
    }
    return !p->icmp_lo ||
           (key->icmp_type >= p->icmp_lo && key->icmp_type <= p->icmp_hi && key->icmp_code == 0);
}

void
flow_prereq_add_mask(enum flow_prereq which, struct flow_key *mask)
{
    const struct prereq *p = &prereqs[which];
    if (which == PREREQ_TUNNEL) {
        flow_field_set_exact(FIELD_TUN_DST, mask);
        flow_field_set_exact(FIELD_TUN_IPV6_DST, mask);
    }
    if (which == PREREQ_VLAN) {
        mask->vlan_tci0 = be16_from(be16_host(mask->vlan_tci0) | FLOW_VLAN_PRESENT);
    }
    if (p->eth_type) {
        flow_field_set_exact(FIELD_ETH_TYPE, mask);
    }
    if (p->proto) {
        mask->nw_proto = 0xff;
        mask->nw_frag |= FLOW_FRAG_LATER;
    }
    if (p->icmp_lo) {
        mask->icmp_type = mask->icmp_code = 0xff;
    }
}

flow_map
flow_key_map(const struct flow_key *key)
{
    flow_map map = 0;
    for (unsigned int i = 0; i < FLOW_KEY_WORDS; i++) {
        map |= (flow_map)(key->words[i] != 0) << i;
    }
    return map;
}

void
flow_key_mask(struct flow_key *dst, const struct flow_key *key, const struct flow_key *mask)
{
    for (unsigned int i = 0; i < FLOW_KEY_WORDS; i++) {
        dst->words[i] = key->words[i] & mask->words[i];
    }
    dst->packet_type = key->packet_type;
    dst->pad_end = 0;
}

bool
flow_key_equal_masked(const struct flow_key *a, const struct flow_key *b,
                      const struct flow_key *mask)
{
    uint64_t diff = 0;
    for (unsigned int i = 0; i < FLOW_KEY_WORDS; i++) {
        diff |= (a->words[i] ^ b->words[i]) & mask->words[i];
    }
    return !diff;
}

bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
    return !memcmp(a->words, b->words, sizeof a->words);
}

void
flow_key_or(struct flow_key *mask, const struct flow_key *more)
{
    for (unsigned int i = 0; i < FLOW_KEY_WORDS; i++) {
        mask->words[i] |= more->words[i];
    }
}

void
flow_mask_exact(struct flow_key *mask, const struct flow_key *key)
{
    memset(mask, 0, sizeof *mask);
    for (unsigned int i = 0; i < FIELD_COUNT; i++) {
        enum flow_field_id id = (enum flow_field_id)i;
        if (flow_prereq_holds((enum flow_prereq)flow_fields[i].prereq, key)) {
            flow_field_set_exact(id, mask);
        }
    }
}
