/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of tables; before OpenFlow 1.3 they carry the tables' features as bits, which each
 * version numbers in its own way. */
#include "openflow/msg_table_features.h"

enum { MISS_MASK = 3 };

/* A field's bit, of several the first is the one that is written. */
struct field_bit {
    uint8_t bit;
    enum of_field_id field;
};

static const struct field_bit fields_10[] = {
    {0, OF_IN_PORT},   {1, OF_VLAN_VID},  {2, OF_ETH_SRC},   {3, OF_ETH_DST},   {4, OF_ETH_TYPE},
    {5, OF_IP_PROTO},  {6, OF_TCP_SRC},   {7, OF_TCP_DST},   {8, OF_IPV4_SRC},  {9, OF_IPV4_SRC},
    {10, OF_IPV4_SRC}, {11, OF_IPV4_SRC}, {12, OF_IPV4_SRC}, {13, OF_IPV4_SRC}, {14, OF_IPV4_DST},
    {15, OF_IPV4_DST}, {16, OF_IPV4_DST}, {17, OF_IPV4_DST}, {18, OF_IPV4_DST}, {19, OF_IPV4_DST},
    {20, OF_VLAN_PCP}, {21, OF_IP_TOS},
};
static const struct field_bit fields_11[] = {
    {0, OF_IN_PORT},  {1, OF_VLAN_VID}, {2, OF_VLAN_PCP},  {3, OF_ETH_TYPE},   {4, OF_IP_TOS},
    {5, OF_IP_PROTO}, {6, OF_TCP_SRC},  {7, OF_TCP_DST},   {8, OF_MPLS_LABEL}, {9, OF_MPLS_TC},
    {11, OF_ETH_SRC}, {12, OF_ETH_DST}, {13, OF_IPV4_SRC}, {14, OF_IPV4_DST},  {15, OF_METADATA},
};
static const struct field_bit fields_12[] = {
    {0, OF_IN_PORT_OXM},  {2, OF_METADATA},     {3, OF_ETH_DST},    {4, OF_ETH_SRC},
    {5, OF_ETH_TYPE},     {6, OF_VLAN_VID},     {7, OF_VLAN_PCP},   {8, OF_IP_DSCP},
    {9, OF_IP_ECN},       {10, OF_IP_PROTO},    {11, OF_IPV4_SRC},  {12, OF_IPV4_DST},
    {13, OF_TCP_SRC},     {14, OF_TCP_DST},     {15, OF_UDP_SRC},   {16, OF_UDP_DST},
    {17, OF_SCTP_SRC},    {18, OF_SCTP_DST},    {19, OF_ICMP_TYPE}, {20, OF_ICMP_CODE},
    {21, OF_ARP_OP},      {22, OF_ARP_SPA},     {23, OF_ARP_TPA},   {24, OF_ARP_SHA},
    {25, OF_ARP_THA},     {26, OF_IPV6_SRC},    {27, OF_IPV6_DST},  {28, OF_IPV6_LABEL},
    {29, OF_ICMPV6_TYPE}, {30, OF_ICMPV6_CODE}, {31, OF_ND_TARGET}, {32, OF_ND_SLL},
    {33, OF_ND_TLL},      {34, OF_MPLS_LABEL},  {35, OF_MPLS_TC},
};

static const struct {
    const struct field_bit *bits;
    size_t n;
} fields[] = {
    [OFP_10] = {fields_10, ARRAY_LEN(fields_10)},
    [OFP_11] = {fields_11, ARRAY_LEN(fields_11)},
    [OFP_12] = {fields_12, ARRAY_LEN(fields_12)},
};

static void
add_fields(struct of_field_set *set, uint8_t version, uint64_t wire)
{
    for (size_t i = 0; i < fields[version].n; i++) {
        if (wire >> fields[version].bits[i].bit & 1) {
            of_field_set_add(set, fields[version].bits[i].field);
        }
    }
}

static uint64_t
field_bits(const struct of_field_set *set, enum ofp_version version)
{
    uint64_t wire = 0;
    for (size_t i = 0; i < fields[version].n; i++) {
        bool has = of_field_set_has(set, fields[version].bits[i].field);
        wire |= has ? UINT64_C(1) << fields[version].bits[i].bit : 0;
    }
    return wire;
}

/* Instructions 1 to 5 of OpenFlow 1.1 and 1.2 as bits. */
static const uint32_t instruction_bits[] = {
    [1] = OFP_CAN_GOTO_TABLE,    [2] = OFP_CAN_WRITE_METADATA, [3] = OFP_CAN_WRITE_ACTIONS,
    [4] = OFP_CAN_APPLY_ACTIONS, [5] = OFP_CAN_CLEAR_ACTIONS,
};

static uint32_t
instructions_from_wire(uint32_t wire)
{
    uint32_t bits = 0;
    for (size_t i = 1; i < ARRAY_LEN(instruction_bits); i++) {
        bits |= wire >> i & 1 ? instruction_bits[i] : 0;
    }
    return bits;
}

static uint32_t
instructions_to_wire(uint32_t bits)
{
    uint32_t wire = 0;
    for (size_t i = 1; i < ARRAY_LEN(instruction_bits); i++) {
        wire |= bits & instruction_bits[i] ? UINT32_C(1) << i : 0;
    }
    return wire;
}

static enum ofp_miss
miss_from_wire(uint32_t config)
{
    config &= MISS_MASK;
    return config == 1 ? OFP_MISS_CONTINUE : config == 2 ? OFP_MISS_DROP : OFP_MISS_CONTROLLER;
}

static uint32_t
miss_to_wire(enum ofp_miss miss)
{
    return miss == OFP_MISS_CONTINUE ? 1 : miss == OFP_MISS_DROP ? 2 : 0;
}

/* -- Reading -- */

static void
get_11(struct rd *r, struct ofp_table_features *f)
{
    add_fields(&f->wildcard, OFP_11, rd_be32(r));
    f->match = f->wildcard;
    add_fields(&f->match, OFP_11, rd_be32(r));
    f->hit.instructions = instructions_from_wire(rd_be32(r));
    f->hit.write.actions = of_action_bits_from_wire(rd_be32(r), OFP_11);
    f->hit.apply.actions = f->hit.write.actions; /* all that the reference looks at */
    rd_skip(r, 4);
    f->miss = miss_from_wire(rd_be32(r));
    f->max_entries = rd_be32(r);
}

static void
get_12(struct rd *r, struct ofp_table_features *f)
{
    add_fields(&f->match, OFP_12, rd_be64(r));
    uint64_t wildcards = rd_be64(r);
    add_fields(&f->wildcard, OFP_12, wildcards);
    add_fields(&f->match, OFP_12, wildcards);
    f->hit.write.actions = of_action_bits_from_wire(rd_be32(r), OFP_12);
    f->hit.apply.actions = of_action_bits_from_wire(rd_be32(r), OFP_12);
    add_fields(&f->hit.write.set_fields, OFP_12, rd_be64(r));
    add_fields(&f->hit.apply.set_fields, OFP_12, rd_be64(r));
    f->metadata_match = rd_be64(r);
    f->metadata_write = rd_be64(r);
    f->hit.instructions = instructions_from_wire(rd_be32(r));
    f->miss = miss_from_wire(rd_be32(r));
    f->max_entries = rd_be32(r);
}

enum ofp_error
ofp_table_stats_get(struct rd *r, uint8_t version, struct ofp_table_stats *t,
                    struct ofp_table_features *f)
{
    ofp_table_features_init(f);
    f->table = t->table = rd_u8(r);
    rd_skip(r, version == OFP_11 || version == OFP_12 ? 7 : 3);
    if (version <= OFP_12) {
        rd_copy(r, f->name, sizeof f->name);
        f->name[sizeof f->name - 1] = '\0';
    }
    if (version == OFP_10) {
        add_fields(&f->wildcard, OFP_10, rd_be32(r));
        f->match = f->wildcard;
        f->max_entries = rd_be32(r);
    } else if (version == OFP_11) {
        get_11(r, f);
    } else if (version == OFP_12) {
        get_12(r, f);
    }
    f->miss_does = f->hit;
    t->n_active = rd_be32(r);
    t->n_lookups = rd_be64(r);
    t->n_matches = rd_be64(r);
    return r->bad ? OFPBRC_BAD_LEN : OFP_OK;
}

/* -- Writing -- */

static void
put_11(struct wr *w, const struct ofp_table_features *f)
{
    wr_be32(w, (uint32_t)field_bits(&f->wildcard, OFP_11));
    wr_be32(w, (uint32_t)field_bits(&f->match, OFP_11));
    wr_be32(w, instructions_to_wire(f->hit.instructions));
    wr_be32(w, of_action_bits_to_wire(f->hit.write.actions, OFP_11));
    wr_be32(w, of_action_bits_to_wire(f->hit.apply.actions, OFP_11));
    wr_be32(w, miss_to_wire(f->miss));
    wr_be32(w, f->max_entries);
}

static void
put_12(struct wr *w, const struct ofp_table_features *f)
{
    wr_be64(w, field_bits(&f->match, OFP_12));
    wr_be64(w, field_bits(&f->wildcard, OFP_12));
    wr_be32(w, of_action_bits_to_wire(f->hit.write.actions, OFP_12));
    wr_be32(w, of_action_bits_to_wire(f->hit.apply.actions, OFP_12));
    wr_be64(w, field_bits(&f->hit.write.set_fields, OFP_12));
    wr_be64(w, field_bits(&f->hit.apply.set_fields, OFP_12));
    wr_be64(w, f->metadata_match);
    wr_be64(w, f->metadata_write);
    wr_be32(w, instructions_to_wire(f->hit.instructions));
    wr_be32(w, miss_to_wire(f->miss));
    wr_be32(w, f->max_entries);
}

void
ofp_table_stats_put(struct wr *w, enum ofp_version version, const struct ofp_table_stats *t,
                    const struct ofp_table_features *f)
{
    wr_u8(w, t->table);
    wr_zeros(w, version == OFP_11 || version == OFP_12 ? 7 : 3);
    if (version <= OFP_12) {
        wr_bytes(w, f->name, sizeof f->name);
    }
    if (version == OFP_10) {
        wr_be32(w, (uint32_t)field_bits(&f->wildcard, OFP_10));
        wr_be32(w, f->max_entries);
    } else if (version == OFP_11) {
        put_11(w, f);
    } else if (version == OFP_12) {
        put_12(w, f);
    }
    wr_be32(w, t->n_active);
    wr_be64(w, t->n_lookups);
    wr_be64(w, t->n_matches);
}
