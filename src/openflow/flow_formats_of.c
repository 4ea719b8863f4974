/* SPDX-License-Identifier: Apache-2.0 */
/* OpenFlow 1.0's and 1.1's structures have few fields, all that OXM has NXM has as well. */
#include "openflow/flow_formats.h"

#include "base/endian.h"

/* -- Matches -- */

/* Fields that the structures of OpenFlow 1.0 and 1.1 have, with more than one name each. */
static flow_formats
formats_of_field(enum of_field_id id)
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
        return FORMAT_ANY;
    case OF_METADATA:
    case OF_MPLS_LABEL:
    case OF_MPLS_TC:
        return FORMAT_NXM_11_UP;
    default:
        return FORMAT_NXM_OXM;
    }
}

/* Whether the ones of an address' mask are all in front. */
static bool
is_prefix(const struct of_match *m, enum of_field_id id)
{
    uint32_t wild = ~(uint32_t)of_field_get_u64(id, &m->mask);
    return !(wild & (wild + 1));
}

static flow_formats
formats_of_mask(const struct of_match *m, enum of_field_id id)
{
    switch (id) {
    case OF_IPV4_SRC:
    case OF_IPV4_DST:
        return is_prefix(m, id) ? FORMAT_ANY : FORMAT_NXM_11_UP;
    case OF_ETH_SRC:
    case OF_ETH_DST:
    case OF_METADATA:
        return FORMAT_NXM_11_UP;
    default:
        return FORMAT_NXM_OXM;
    }
}

/* What of the tag can be told: nothing, none, any, an id, a priority, or both. */
static flow_formats
formats_of_tag(const struct of_match *m)
{
    enum { PRESENT = 0x1000, VID = 0xfff, PCP = 0xe000 };
    uint16_t mask = get_be16(m->mask.vlan_tci), tci = get_be16(m->key.vlan_tci);
    bool has_vid = (mask & VID) == VID, has_pcp = (mask & PCP) == PCP;
    if (!mask) {
        return FORMAT_ANY;
    }
    if (!(mask & PRESENT) || (mask & VID && !has_vid) || (mask & PCP && !has_pcp)) {
        return FORMAT_NXM_OXM;
    }
    if (!(tci & PRESENT)) {
        return has_vid ? FORMAT_ANY : FORMAT_NXM_OXM;
    }
    return has_vid || has_pcp ? FORMAT_ANY : FORMAT_NXM_11_UP;
}

/* Members of the key that several fields share count once, as the first field that a match can
 * have been made with. */
static bool
shares_with_earlier(enum of_field_id id)
{
    const struct of_field *f = &of_fields[id];
    OF_FIELD_SET_EACH (i, of_fields_with_place_of(id)) {
        if (i >= id || of_field_is_tun_metadata(id)) { /* these are each apart from the others */
            break;
        }
        if (of_fields[i].shift == f->shift && of_fields[i].bits >= f->bits) {
            return true;
        }
    }
    return false;
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

static flow_formats
formats_of_tos(const struct of_match *m)
{
    enum { DSCP = 0xfc, ECN = 3 };
    uint8_t mask = m->mask.nw_tos[0];
    flow_formats set = mask & ECN ? FORMAT_NXM_11_UP : FORMAT_ANY;
    return mask & DSCP && (mask & DSCP) != DSCP ? set & FORMAT_NXM_OXM : set;
}

/* OpenFlow 1.0 and 1.1 know of IPv6 no more than that it is. */
static flow_formats
formats_of_ipv6(const struct of_match *m)
{
    bool is_ipv6 = of_prereq_holds(OF_PREREQ_IPV6, m);
    bool has_more = of_match_has(m, OF_IP_PROTO) || m->mask.nw_tos[0] ||
                    of_match_has(m, OF_TCP_SRC) || of_match_has(m, OF_TCP_DST);
    return is_ipv6 && has_more ? FORMAT_NXM_OXM : FORMAT_ANY;
}

flow_formats
flow_formats_of_match(const struct of_match *m)
{
    flow_formats set = formats_of_tag(m) & formats_of_tos(m) & formats_of_ipv6(m);
    struct of_field_set fields = of_match_fields(m);
    OF_FIELD_SET_EACH (id, &fields) {
        if (is_apart(m, id) || shares_with_earlier(id)) {
            continue;
        }
        set &= formats_of_field(id);
        if (!of_field_is_tun_metadata(id) && !of_match_is_exact(m, id)) {
            set &= formats_of_mask(m, id);
        }
    }
    return set;
}

flow_formats
flow_formats_of_word(enum of_field_id id, bool is_masked)
{
    switch (id) {
    case OF_SCTP_SRC:
    case OF_SCTP_DST:
        return is_masked ? FORMAT_NXM_OXM : FORMAT_NXM_11_UP;
    case OF_TCP_SRC:
    case OF_TCP_DST:
    case OF_UDP_SRC:
    case OF_UDP_DST:
    case OF_VLAN_TCI:
    case OF_VLAN_VID:
        return is_masked ? FORMAT_NXM_OXM : FORMAT_ANY;
    case OF_ICMPV6_TYPE:
    case OF_ICMPV6_CODE:
    case OF_PACKET_TYPE:
        return FORMAT_NXM_OXM;
    default:
        return FORMAT_ANY;
    }
}

/* -- Actions -- */

static flow_formats
formats_of_list(const struct of_act_list *l)
{
    return flow_formats_of_actions(l->list, l->act.len - sizeof *l);
}

static flow_formats
formats_of_set(enum of_field_id id)
{
    return id == OF_IP_TOS || id == OF_IP_DSCP ? FORMAT_ANY
           : id == OF_IP_ECN                   ? FORMAT_NXM_11_UP
                                               : formats_of_field(id);
}

static flow_formats
formats_of_act(const struct of_act *a)
{
    const void *p = a;
    const struct of_act_ct *ct = p;
    const struct of_act_set_field *set = p;
    switch (a->type) {
    case OF_ACT_PUSH_VLAN:
        return FORMAT_11_UP;
    case OF_ACT_METER:
    case OF_ACT_ENCAP:
        return FORMAT_13_UP;
    case OF_ACT_STAT_TRIGGER:
        return FORMAT_OXM15;
    case OF_ACT_WRITE_METADATA:
        return FORMAT_NXM_11_UP;
    case OF_ACT_SET_FIELD:
        return set->is_load ? FORMAT_ANY : formats_of_set((enum of_field_id)set->field);
    case OF_ACT_CLONE:
    case OF_ACT_WRITE_ACTIONS:
        return formats_of_list(p);
    case OF_ACT_CT:
        return flow_formats_of_actions(ct->list, ct->act.len - sizeof *ct);
    default:
        return FORMAT_ANY;
    }
}

flow_formats
flow_formats_of_actions(const void *list, size_t size)
{
    flow_formats set = FORMAT_ANY;
    const struct of_act *a;
    for (size_t ofs = 0; (a = of_acts_next(list, size, &ofs));) {
        set &= formats_of_act(a);
    }
    return set;
}
