/* SPDX-License-Identifier: Apache-2.0 */
/* The structure of OpenFlow 1.1: bits for fields that are not looked at, but masks of their own,
 * turned around, for addresses and metadata. Fields of protocols that the match is not about are
 * not looked at either. */
#include "openflow/match_wire_internal.h"
#include "openflow/msg_port.h"
#include "openflow/port_text.h"

enum {
    FW_IN_PORT = 1 << 0,
    FW_VLAN = 1 << 1,
    FW_PCP = 1 << 2,
    FW_TYPE = 1 << 3,
    FW_TOS = 1 << 4,
    FW_PROTO = 1 << 5,
    FW_TP_SRC = 1 << 6,
    FW_TP_DST = 1 << 7,
    FW_MPLS_LABEL = 1 << 8,
    FW_MPLS_TC = 1 << 9,
};
enum { STANDARD = 0, STANDARD_SIZE = 88 };
enum { VLAN_NONE = 0xffff, VLAN_ANY = 0xfffe, DSCP_BITS = 0xfc };
enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_SCTP = 132 };

struct standard {
    struct rd in_port;
    uint32_t wildcards;
    const uint8_t *src, *src_mask, *dst, *dst_mask;
    uint16_t vlan, type;
    uint8_t pcp, tos, proto;
    const uint8_t *nw_src, *nw_src_mask, *nw_dst, *nw_dst_mask;
    uint16_t tp_src, tp_dst;
    uint32_t label;
    uint8_t tc;
    const uint8_t *metadata, *metadata_mask;
};

static bool
get_standard(struct rd *r, struct standard *s)
{
    s->in_port = rd_sub(r, 4);
    s->wildcards = rd_be32(r);
    s->src = rd_take(r, 6);
    s->src_mask = rd_take(r, 6);
    s->dst = rd_take(r, 6);
    s->dst_mask = rd_take(r, 6);
    s->vlan = rd_be16(r);
    s->pcp = rd_u8(r);
    rd_skip(r, 1);
    s->type = rd_be16(r);
    s->tos = rd_u8(r);
    s->proto = rd_u8(r);
    s->nw_src = rd_take(r, 4);
    s->nw_src_mask = rd_take(r, 4);
    s->nw_dst = rd_take(r, 4);
    s->nw_dst_mask = rd_take(r, 4);
    s->tp_src = rd_be16(r);
    s->tp_dst = rd_be16(r);
    s->label = rd_be32(r);
    s->tc = rd_u8(r);
    rd_skip(r, 3);
    s->metadata = rd_take(r, 8);
    s->metadata_mask = rd_take(r, 8);
    return !r->bad;
}

/* A field whose mask has ones where it is not looked at. */
static void
set_inverted(struct of_match *m, enum of_field_id id, const uint8_t *value,
             const uint8_t *inverted)
{
    uint8_t mask[OF_VALUE_MAX];
    for (size_t i = 0; i < of_fields[id].wire; i++) {
        mask[i] = (uint8_t)~inverted[i];
    }
    of_match_set(m, id, value, mask);
}

static enum ofp_error
set_vlan(struct of_match *m, const struct standard *s)
{
    bool has_pcp = !(s->wildcards & FW_PCP);
    if (s->wildcards & FW_VLAN) {
        return OFP_OK;
    }
    if (s->vlan == VLAN_NONE) {
        match_set_tci(m, 0, UINT16_MAX);
        return OFP_OK;
    }
    bool is_any = s->vlan == VLAN_ANY;
    if ((!is_any && s->vlan > TCI_VID) || (has_pcp && s->pcp > 7)) {
        return OFPBMC_BAD_VALUE;
    }
    uint16_t mask = (uint16_t)(TCI_PRESENT | (is_any ? 0 : TCI_VID) | (has_pcp ? TCI_PCP : 0));
    match_set_tci(m, (uint16_t)(TCI_PRESENT | (s->vlan & TCI_VID) | s->pcp << TCI_PCP_SHIFT),
                  mask);
    return OFP_OK;
}

static enum ofp_error
set_transport(struct of_match *m, const struct standard *s)
{
    bool has_src = !(s->wildcards & FW_TP_SRC), has_dst = !(s->wildcards & FW_TP_DST);
    bool is_icmp = s->proto == PROTO_ICMP;
    if (!is_icmp && s->proto != PROTO_TCP && s->proto != PROTO_UDP && s->proto != PROTO_SCTP) {
        return OFP_OK;
    }
    if (is_icmp && ((has_src && s->tp_src > UINT8_MAX) || (has_dst && s->tp_dst > UINT8_MAX))) {
        return OFPBMC_BAD_FIELD;
    }
    if (has_src) {
        of_match_set_u64(m, OF_TCP_SRC, s->tp_src);
    }
    if (has_dst) {
        of_match_set_u64(m, OF_TCP_DST, s->tp_dst);
    }
    return OFP_OK;
}

static enum ofp_error
set_network(struct of_match *m, const struct standard *s)
{
    bool is_ip = s->type == 0x0800, is_arp = s->type == 0x0806 || s->type == 0x8035;
    if (!is_ip && !is_arp) {
        return OFP_OK;
    }
    if (is_ip && !(s->wildcards & FW_TOS)) {
        if (s->tos & ~DSCP_BITS) {
            return OFPBMC_BAD_VALUE;
        }
        of_match_set_u64(m, OF_IP_DSCP, s->tos >> 2);
    }
    set_inverted(m, OF_IPV4_SRC, s->nw_src, s->nw_src_mask);
    set_inverted(m, OF_IPV4_DST, s->nw_dst, s->nw_dst_mask);
    if (s->wildcards & FW_PROTO) {
        return OFP_OK;
    }
    of_match_set_u64(m, OF_IP_PROTO, s->proto);
    return is_ip ? set_transport(m, s) : OFP_OK;
}

static void
set_mpls(struct of_match *m, const struct standard *s)
{
    if (s->type != 0x8847 && s->type != 0x8848) {
        return;
    }
    if (!(s->wildcards & FW_MPLS_LABEL)) {
        of_match_set_u64(m, OF_MPLS_LABEL, s->label);
    }
    if (!(s->wildcards & FW_MPLS_TC)) {
        of_match_set_u64(m, OF_MPLS_TC, s->tc);
    }
}

enum ofp_error
match_get_11(struct rd *r, struct of_match *m)
{
    struct standard s;
    uint32_t port;
    of_match_init(m);
    if (!get_standard(r, &s)) {
        return OFPBMC_BAD_LEN;
    }
    if (!(s.wildcards & FW_IN_PORT)) {
        if (ofp_port_get(&s.in_port, OFP_11, &port)) {
            return OFPBMC_BAD_VALUE;
        }
        of_match_set_u64(m, OF_IN_PORT_OXM, of_port_to_11(port));
    }
    set_inverted(m, OF_ETH_SRC, s.src, s.src_mask);
    set_inverted(m, OF_ETH_DST, s.dst, s.dst_mask);
    enum ofp_error error = set_vlan(m, &s);
    if (!error && !(s.wildcards & FW_TYPE)) {
        of_match_set_u64(m, OF_ETH_TYPE, s.type);
        error = set_network(m, &s);
        set_mpls(m, &s);
    }
    set_inverted(m, OF_METADATA, s.metadata, s.metadata_mask);
    return error;
}

/* -- Writing -- */

static void
put_inverted(struct wr *w, enum of_field_id id, const struct of_match *m)
{
    uint8_t value[OF_VALUE_MAX], mask[OF_VALUE_MAX];
    size_t n = of_fields[id].wire;
    of_field_get(id, &m->key, value);
    of_field_get(id, &m->mask, mask);
    for (size_t i = 0; i < n; i++) {
        mask[i] = (uint8_t)~mask[i];
    }
    wr_bytes(w, value, n);
    wr_bytes(w, mask, n);
}

/* The VLAN id as it is told, and what of the tag that leaves open. */
static uint16_t
vlan_of(const struct of_match *m, uint32_t *wildcards)
{
    uint16_t tci = get_be16(m->key.vlan_tci), mask = get_be16(m->mask.vlan_tci);
    if (!mask) {
        *wildcards |= FW_VLAN | FW_PCP;
        return 0;
    }
    /* Part of an id or a priority cannot be told; all of it is nearer than nothing. */
    bool untagged = mask & TCI_PRESENT && !(tci & TCI_PRESENT);
    *wildcards |= !untagged && mask & TCI_PCP ? 0 : FW_PCP;
    return untagged ? VLAN_NONE : mask & TCI_VID ? tci & TCI_VID : VLAN_ANY;
}

void
match_put_11(struct wr *w, const struct of_match *m)
{
    static const struct {
        uint32_t bit;
        enum of_field_id id;
    } fields[] = {
        {FW_IN_PORT, OF_IN_PORT_OXM}, {FW_TYPE, OF_ETH_TYPE},         {FW_TOS, OF_IP_DSCP},
        {FW_PROTO, OF_IP_PROTO},      {FW_TP_SRC, OF_TCP_SRC},        {FW_TP_DST, OF_TCP_DST},
        {FW_MPLS_TC, OF_MPLS_TC},     {FW_MPLS_LABEL, OF_MPLS_LABEL},
    };
    uint32_t wild = 0;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        wild |= of_match_is_exact(m, fields[i].id) ? 0 : fields[i].bit;
    }
    uint16_t vlan = vlan_of(m, &wild);
    wr_be16(w, STANDARD);
    wr_be16(w, STANDARD_SIZE);
    wr_bytes(w, m->key.in_port, 4);
    wr_be32(w, wild);
    put_inverted(w, OF_ETH_SRC, m);
    put_inverted(w, OF_ETH_DST, m);
    wr_be16(w, vlan);
    wr_u8(w, wild & FW_PCP ? 0 : (uint8_t)(get_be16(m->key.vlan_tci) >> TCI_PCP_SHIFT));
    wr_zeros(w, 1);
    wr_bytes(w, m->key.eth_type, 2);
    wr_u8(w, m->key.nw_tos[0] & DSCP_BITS);
    wr_bytes(w, m->key.nw_proto, 1);
    put_inverted(w, OF_IPV4_SRC, m);
    put_inverted(w, OF_IPV4_DST, m);
    wr_bytes(w, m->key.tp_src, 2);
    wr_bytes(w, m->key.tp_dst, 2);
    wr_be32(w, (uint32_t)of_field_get_u64(OF_MPLS_LABEL, &m->key));
    wr_u8(w, (uint8_t)of_field_get_u64(OF_MPLS_TC, &m->key));
    wr_zeros(w, 3);
    put_inverted(w, OF_METADATA, m);
}
