/* SPDX-License-Identifier: Apache-2.0 */
/* The structure of OpenFlow 1.0: a bit for each field says that it is not looked at, and six bits
 * each how much of the two addresses. */
#include "openflow/match_wire.h"
#include "openflow/match_wire_internal.h"
#include "openflow/port_text.h"

enum { NO_VLAN = 0xffff, DSCP_BITS = 0xfc };

void
of_match_10_get(struct rd *r, struct of_match_10 *t)
{
    t->wildcards = rd_be32(r) & FW10_ALL;
    t->in_port = rd_be16(r);
    rd_copy(r, t->eth_src, sizeof t->eth_src);
    rd_copy(r, t->eth_dst, sizeof t->eth_dst);
    t->vlan = rd_be16(r);
    t->pcp = rd_u8(r);
    rd_skip(r, 1);
    t->eth_type = rd_be16(r);
    t->tos = rd_u8(r);
    t->proto = rd_u8(r);
    rd_skip(r, 2);
    t->nw_src = rd_be32(r);
    t->nw_dst = rd_be32(r);
    t->tp_src = rd_be16(r);
    t->tp_dst = rd_be16(r);
}

static void
set_vlan(struct of_match *m, const struct of_match_10 *t)
{
    bool has_vid = !(t->wildcards & FW10_VLAN), has_pcp = !(t->wildcards & FW10_PCP);
    uint16_t mask = (uint16_t)((has_vid || has_pcp ? TCI_PRESENT : 0) | (has_vid ? TCI_VID : 0) |
                               (has_pcp ? TCI_PCP : 0));
    if (has_vid && t->vlan == NO_VLAN) {
        match_set_tci(m, 0, UINT16_MAX);
    } else {
        match_set_tci(m, (uint16_t)(TCI_PRESENT | (t->vlan & TCI_VID) | t->pcp << TCI_PCP_SHIFT),
                      mask);
    }
}

static void
set_address(struct of_match *m, enum of_field_id id, uint32_t address, uint32_t wild)
{
    uint8_t value[4], mask[4];
    put_be32(value, address);
    put_be32(mask, wild >= 32 ? 0 : UINT32_MAX << wild);
    of_match_set(m, id, value, mask);
}

void
of_match_from_10(const struct of_match_10 *t, struct of_match *m)
{
    const struct {
        uint32_t bit;
        enum of_field_id id;
        uint64_t value;
    } fields[] = {
        {FW10_IN_PORT, OF_IN_PORT_OXM, of_port_to_11(t->in_port)},
        {FW10_TYPE, OF_ETH_TYPE, t->eth_type},
        {FW10_TOS, OF_IP_DSCP, t->tos >> 2},
        {FW10_PROTO, OF_IP_PROTO, t->proto},
        {FW10_TP_SRC, OF_TCP_SRC, t->tp_src},
        {FW10_TP_DST, OF_TCP_DST, t->tp_dst},
    };
    of_match_init(m);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (!(t->wildcards & fields[i].bit)) {
            of_match_set_u64(m, fields[i].id, fields[i].value);
        }
    }
    if (!(t->wildcards & FW10_SRC)) {
        of_match_set(m, OF_ETH_SRC, t->eth_src, NULL);
    }
    if (!(t->wildcards & FW10_DST)) {
        of_match_set(m, OF_ETH_DST, t->eth_dst, NULL);
    }
    set_vlan(m, t);
    set_address(m, OF_IPV4_SRC, t->nw_src, t->wildcards >> FW10_NW_SRC_SHIFT & FW10_NW_BITS);
    set_address(m, OF_IPV4_DST, t->nw_dst, t->wildcards >> FW10_NW_DST_SHIFT & FW10_NW_BITS);
}

enum ofp_error
match_get_10(struct rd *r, struct of_match *m)
{
    struct of_match_10 t;
    of_match_10_get(r, &t);
    of_match_from_10(&t, m);
    return r->bad ? OFPBMC_BAD_LEN : OFP_OK;
}

/* -- Writing -- */

/* How many low bits of the address are not looked at. */
static uint32_t
address_wildcards(const struct of_match *m, enum of_field_id id)
{
    uint64_t mask = of_field_get_u64(id, &m->mask);
    uint32_t n = 0;
    while (n < 32 && !(mask >> n & 1)) {
        n++;
    }
    return n;
}

static uint32_t
wildcards_of(const struct of_match *m)
{
    static const struct {
        uint32_t bit;
        enum of_field_id id;
    } fields[] = {
        {FW10_IN_PORT, OF_IN_PORT_OXM}, {FW10_SRC, OF_ETH_SRC},    {FW10_DST, OF_ETH_DST},
        {FW10_TYPE, OF_ETH_TYPE},       {FW10_PROTO, OF_IP_PROTO}, {FW10_TP_SRC, OF_TCP_SRC},
        {FW10_TP_DST, OF_TCP_DST},
    };
    uint16_t tci_mask = get_be16(m->mask.vlan_tci), tci = get_be16(m->key.vlan_tci);
    bool untagged = tci_mask & TCI_PRESENT && !(tci & TCI_PRESENT);
    uint32_t w = address_wildcards(m, OF_IPV4_SRC) << FW10_NW_SRC_SHIFT |
                 address_wildcards(m, OF_IPV4_DST) << FW10_NW_DST_SHIFT;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        w |= of_match_is_exact(m, fields[i].id) ? 0 : fields[i].bit;
    }
    w |= (m->mask.nw_tos[0] & DSCP_BITS) == DSCP_BITS ? 0 : FW10_TOS;
    /* Part of an id or a priority cannot be told; all of it is nearer than nothing. */
    w |= untagged || tci_mask & TCI_VID ? 0 : FW10_VLAN;
    w |= untagged || tci_mask & TCI_PCP ? 0 : FW10_PCP;
    return w;
}

void
match_put_10(struct wr *w, const struct of_match *m)
{
    uint32_t wild = wildcards_of(m), port;
    uint16_t tci = get_be16(m->key.vlan_tci);
    bool untagged = get_be16(m->mask.vlan_tci) & TCI_PRESENT && !(tci & TCI_PRESENT);
    wr_be32(w, wild);
    wr_be16(w, of_port_from_11(get_be32(m->key.in_port), &port) ? (uint16_t)port : 0);
    wr_bytes(w, m->key.eth_src, 6);
    wr_bytes(w, m->key.eth_dst, 6);
    wr_be16(w, untagged ? NO_VLAN : wild & FW10_VLAN ? 0 : tci & TCI_VID);
    wr_u8(w, untagged || wild & FW10_PCP ? 0 : (uint8_t)(tci >> TCI_PCP_SHIFT));
    wr_zeros(w, 1);
    wr_bytes(w, m->key.eth_type, 2);
    wr_u8(w, m->key.nw_tos[0] & DSCP_BITS);
    wr_bytes(w, m->key.nw_proto, 1);
    wr_zeros(w, 2);
    wr_bytes(w, m->key.nw_src, 4);
    wr_bytes(w, m->key.nw_dst, 4);
    wr_bytes(w, m->key.tp_src, 2);
    wr_bytes(w, m->key.tp_dst, 2);
}
