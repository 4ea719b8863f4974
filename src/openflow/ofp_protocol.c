/* SPDX-License-Identifier: Apache-2.0 */
/* OpenFlow 1.0's and 1.1's structures have few fields, all that OXM has NXM has as well. */
#include "openflow/ofp_protocol.h"

#include <string.h>

#include "base/endian.h"

/* In the order in which names are chosen: what says most comes first. */
static const struct {
    unsigned int set;
    const char *name;
} names[] = {
    {OFP_P_ANY, "any"},
    {OFP_P_OF10_BOTH, "OpenFlow10"},
    {OFP_P_NXM_BOTH, "NXM"},
    {OFP_P_OXM, "OXM"},
    {OFP_P_OF10, "OpenFlow10-table_id"},
    {OFP_P_OF10_TABLE, "OpenFlow10+table_id"},
    {OFP_P_NXM, "NXM-table_id"},
    {OFP_P_NXM_TABLE, "NXM+table_id"},
    {OFP_P_OF11, "OpenFlow11"},
    {OFP_P_OF12, "OXM-OpenFlow12"},
    {OFP_P_OF13, "OXM-OpenFlow13"},
    {OFP_P_OF14, "OXM-OpenFlow14"},
    {OFP_P_OF15, "OXM-OpenFlow15"},
};

enum ofp_version
ofp_protocol_version(enum ofp_protocol p)
{
    enum ofp_version version = OFP_10;
    for (unsigned int bit = OFP_P_OF11; bit <= OFP_P_OF15 && p >= bit; bit <<= 1) {
        version++;
    }
    return version;
}

unsigned int
ofp_protocols_of(enum ofp_version version)
{
    return version == OFP_10 ? (unsigned int)OFP_P_ALL_10
                             : (unsigned int)OFP_P_OF11 << (version - OFP_11);
}

void
ofp_protocols_put(struct str *s, unsigned int set)
{
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if ((set & names[i].set) == names[i].set) {
            str_putf(s, "%s%s", any ? "," : "", names[i].name);
            set &= ~names[i].set;
            any = true;
        }
    }
    str_puts(s, any ? "" : "none");
}

unsigned int
ofp_protocols_find(const char *text, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strlen(names[i].name) == n && !memcmp(names[i].name, text, n)) {
            return names[i].set;
        }
    }
    return 0;
}

/* -- Matches -- */

/* Fields that the structures of OpenFlow 1.0 and 1.1 have, with more than one name each. */
static unsigned int
protocols_of_field(enum of_field_id id)
{
    switch (id) {
    case OF_IN_PORT:
    case OF_IN_PORT_OXM:
    case OF_ETH_SRC:
    case OF_ETH_DST:
    case OF_ETH_TYPE:
    case OF_DL_VLAN:
    case OF_DL_VLAN_PCP:
    case OF_VLAN_VID:
    case OF_VLAN_PCP:
    case OF_VLAN_TCI:
    case OF_IPV4_SRC:
    case OF_IPV4_DST:
    case OF_ARP_SPA:
    case OF_ARP_TPA:
    case OF_IP_PROTO:
    case OF_ARP_OP:
    case OF_TCP_SRC:
    case OF_TCP_DST:
    case OF_UDP_SRC:
    case OF_UDP_DST:
    case OF_SCTP_SRC:
    case OF_SCTP_DST:
    case OF_ICMP_TYPE:
    case OF_ICMP_CODE:
        return OFP_P_ANY;
    case OF_METADATA:
    case OF_MPLS_LABEL:
    case OF_MPLS_TC:
        return OFP_P_ANY & ~(unsigned int)OFP_P_OF10_BOTH;
    default:
        return OFP_P_NXM_OXM;
    }
}

/* Whether the ones of an address' mask are all in front. */
static bool
is_prefix(const struct of_match *m, enum of_field_id id)
{
    uint32_t wild = ~(uint32_t)of_field_get_u64(id, &m->mask);
    return !(wild & (wild + 1));
}

static unsigned int
protocols_of_mask(const struct of_match *m, enum of_field_id id)
{
    switch (id) {
    case OF_IPV4_SRC:
    case OF_IPV4_DST:
        return is_prefix(m, id) ? OFP_P_ANY : OFP_P_ANY & ~(unsigned int)OFP_P_OF10_BOTH;
    case OF_ETH_SRC:
    case OF_ETH_DST:
    case OF_METADATA:
        return OFP_P_ANY & ~(unsigned int)OFP_P_OF10_BOTH;
    default:
        return OFP_P_NXM_OXM;
    }
}

/* What of the tag can be told: nothing, none, any, an id, a priority, or both. */
static unsigned int
protocols_of_tag(const struct of_match *m)
{
    enum { PRESENT = 0x1000, VID = 0xfff, PCP = 0xe000 };
    uint16_t mask = get_be16(m->mask.vlan_tci), tci = get_be16(m->key.vlan_tci);
    bool has_vid = (mask & VID) == VID, has_pcp = (mask & PCP) == PCP;
    if (!mask) {
        return OFP_P_ANY;
    }
    if (!(mask & PRESENT) || (mask & VID && !has_vid) || (mask & PCP && !has_pcp)) {
        return OFP_P_NXM_OXM;
    }
    if (!(tci & PRESENT)) {
        return has_vid ? OFP_P_ANY : OFP_P_NXM_OXM;
    }
    return has_vid || has_pcp ? OFP_P_ANY : OFP_P_ANY & ~(unsigned int)OFP_P_OF10_BOTH;
}

/* Members of the key that several fields share count once, as the first field that a match can
 * have been made with. */
static bool
shares_with_earlier(enum of_field_id id)
{
    const struct of_field *f = &of_fields[id];
    enum of_field_id i = 0;
    while (i < id && !(of_fields[i].key_ofs == f->key_ofs && of_fields[i].shift == f->shift &&
                       of_fields[i].bits >= f->bits)) {
        i++;
    }
    return i < id;
}

/* Those whose parts differ in what can be told of them. */
static bool
is_apart(const struct of_match *m, enum of_field_id id)
{
    uint16_t ofs = of_fields[id].key_ofs;
    bool is_usual = id == OF_PACKET_TYPE && !of_field_get_u64(id, &m->key);
    return ofs == of_fields[OF_VLAN_TCI].key_ofs || ofs == of_fields[OF_IP_TOS].key_ofs ||
           is_usual;
}

static unsigned int
protocols_of_tos(const struct of_match *m)
{
    enum { DSCP = 0xfc, ECN = 3 };
    uint8_t mask = m->mask.nw_tos[0];
    unsigned int set = mask & ECN ? OFP_P_ANY & ~(unsigned int)OFP_P_OF10_BOTH : OFP_P_ANY;
    return mask & DSCP && (mask & DSCP) != DSCP ? set & OFP_P_NXM_OXM : set;
}

/* OpenFlow 1.0 and 1.1 know of IPv6 no more than that it is. */
static unsigned int
protocols_of_ipv6(const struct of_match *m)
{
    bool is_ipv6 = of_prereq_holds(OF_PREREQ_IPV6, m);
    bool has_more = of_match_has(m, OF_IP_PROTO) || m->mask.nw_tos[0] ||
                    of_match_has(m, OF_TCP_SRC) || of_match_has(m, OF_TCP_DST);
    return is_ipv6 && has_more ? OFP_P_NXM_OXM : OFP_P_ANY;
}

unsigned int
of_match_protocols(const struct of_match *m)
{
    unsigned int set = protocols_of_tag(m) & protocols_of_tos(m) & protocols_of_ipv6(m);
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        if (is_apart(m, id) || !of_match_has(m, id) || shares_with_earlier(id)) {
            continue;
        }
        set &= protocols_of_field(id);
        if (!of_field_is_tun_metadata(id) && !of_match_is_exact(m, id)) {
            set &= protocols_of_mask(m, id);
        }
    }
    return set;
}

/* -- Actions -- */

static unsigned int
protocols_of_list(const struct of_act_list *l)
{
    return of_acts_protocols(l->list, l->act.len - sizeof *l);
}

static unsigned int
protocols_of_set(enum of_field_id id)
{
    return id == OF_IP_TOS || id == OF_IP_DSCP ? (unsigned int)OFP_P_ANY
           : id == OF_IP_ECN                   ? OFP_P_ANY & ~(unsigned int)OFP_P_OF10_BOTH
                                               : protocols_of_field(id);
}

static unsigned int
protocols_of_act(const struct of_act *a)
{
    const void *p = a;
    const struct of_act_ct *ct = p;
    switch (a->type) {
    case OF_ACT_PUSH_VLAN:
        return OFP_P_11_UP;
    case OF_ACT_METER:
    case OF_ACT_ENCAP:
        return OFP_P_13_UP;
    case OF_ACT_WRITE_METADATA:
        return OFP_P_ANY & ~(unsigned int)OFP_P_OF10_BOTH;
    case OF_ACT_SET_FIELD:
        return protocols_of_set((enum of_field_id)((const struct of_act_set_field *)p)->field);
    case OF_ACT_CLONE:
    case OF_ACT_WRITE_ACTIONS:
        return protocols_of_list(p);
    case OF_ACT_CT:
        return of_acts_protocols(ct->list, ct->act.len - sizeof *ct);
    default:
        return OFP_P_ANY;
    }
}

unsigned int
of_acts_protocols(const void *list, size_t size)
{
    unsigned int set = OFP_P_ANY;
    const struct of_act *a;
    for (size_t ofs = 0; (a = of_acts_next(list, size, &ofs));) {
        set &= protocols_of_act(a);
    }
    return set;
}
