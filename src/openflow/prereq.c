/* SPDX-License-Identifier: Apache-2.0 */
/* What fields demand of the rest of a match (ovs-fields(7), "Prerequisites"): a table, each row an
 * Ethernet type or two, an IP protocol and ICMP types that must be matched exactly. The type may
 * come from the packet type, too. */
#include "base/endian.h"
#include "openflow/match.h"

enum {
    ANY_TYPE = 0, /* in the tables: nothing is asked */
    NO_PROTO = 256,
    TAG_PRESENT = 0x1000,
    FRAG_LATER = 2,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_SCTP = 132,
    CT_UNTRACKED = 0x10 | 0x20, /* "inv" and "trk" alone tell of no original direction */
    NS_ETHERTYPE = 1,
};

struct demand {
    uint16_t eth_type, or_type; /* or_type: the alternative */
    uint16_t proto;             /* of IP; NO_PROTO: any */
    uint8_t icmp_type, or_icmp; /* 0: any; else with a code that may be 0 */
};

static const struct demand demands[] = {
    [OF_PREREQ_MPLS] = {0x8847, 0x8848, NO_PROTO, 0, 0},
    [OF_PREREQ_IPV4] = {0x0800, 0, NO_PROTO, 0, 0},
    [OF_PREREQ_IPV6] = {0x86dd, 0, NO_PROTO, 0, 0},
    [OF_PREREQ_IP] = {0x0800, 0x86dd, NO_PROTO, 0, 0},
    [OF_PREREQ_ARP] = {0x0806, 0x8035, NO_PROTO, 0, 0},
    [OF_PREREQ_NSH] = {0x894f, 0, NO_PROTO, 0, 0},
    [OF_PREREQ_CT] = {0x0800, 0x86dd, NO_PROTO, 0, 0},
    [OF_PREREQ_TCP] = {0x0800, 0x86dd, 6, 0, 0},
    [OF_PREREQ_UDP] = {0x0800, 0x86dd, 17, 0, 0},
    [OF_PREREQ_SCTP] = {0x0800, 0x86dd, 132, 0, 0},
    [OF_PREREQ_ICMPV4] = {0x0800, 0, 1, 0, 0},
    [OF_PREREQ_ICMPV6] = {0x86dd, 0, 58, 0, 0},
    [OF_PREREQ_ND] = {0x86dd, 0, 58, 135, 136},
    [OF_PREREQ_ND_SOLICIT] = {0x86dd, 0, 58, 135, 0},
    [OF_PREREQ_ND_ADVERT] = {0x86dd, 0, 58, 136, 0},
};

static uint16_t
get_u16(const uint8_t *p)
{
    return get_be16(p);
}

/* The Ethernet type that every matched packet has, or 0: they may differ. */
static uint16_t
type_of(const struct of_match *m)
{
    if (get_be32(m->mask.packet_type) == UINT32_MAX &&
        get_u16(m->key.packet_type) == NS_ETHERTYPE) {
        return get_u16(m->key.packet_type + 2);
    }
    return get_u16(m->mask.eth_type) == UINT16_MAX ? get_u16(m->key.eth_type) : 0;
}

static bool
is_ethernet(const struct of_match *m)
{
    return !get_be32(m->key.packet_type);
}

static bool
is_tagged(const struct of_match *m)
{
    return get_u16(m->mask.vlan_tci) & TAG_PRESENT && get_u16(m->key.vlan_tci) & TAG_PRESENT;
}

/* A tracked packet with an original direction to speak of. */
static bool
is_tracked(const struct of_match *m)
{
    return get_be32(m->mask.ct_state) & get_be32(m->key.ct_state) & ~(uint32_t)CT_UNTRACKED;
}

/* A fragment that has no ports: it is not the first. */
static bool
lacks_ports(const struct demand *d, const struct of_match *m)
{
    bool later = m->mask.nw_frag[0] & m->key.nw_frag[0] & FRAG_LATER;
    return later && (d->proto == PROTO_TCP || d->proto == PROTO_UDP || d->proto == PROTO_SCTP);
}

/* IS_SAID: it is enough that the match speaks of such packets, though they may lack the header. */
static bool
demand_is_met(const struct demand *d, const struct of_match *m, bool is_said)
{
    uint16_t type = type_of(m);
    if (!type || (type != d->eth_type && type != d->or_type)) {
        return false;
    }
    if (d->proto == NO_PROTO) {
        return true;
    }
    if (m->mask.nw_proto[0] != UINT8_MAX || m->key.nw_proto[0] != d->proto ||
        (!is_said && lacks_ports(d, m))) {
        return false;
    }
    if (!d->icmp_type) {
        return true;
    }
    uint16_t icmp_type = get_u16(m->key.tp_src);
    return of_match_is_exact(m, OF_ICMPV6_TYPE) && (is_said || !get_u16(m->key.tp_dst)) &&
           (icmp_type == d->icmp_type || icmp_type == d->or_icmp);
}

bool
of_prereq_holds(enum of_prereq prereq, const struct of_match *m)
{
    switch (prereq) {
    case OF_PREREQ_NONE:
        return true;
    case OF_PREREQ_ETH:
        return is_ethernet(m);
    case OF_PREREQ_VLAN_VID:
        return is_tagged(m);
    case OF_PREREQ_CT:
        return is_tracked(m) && demand_is_met(&demands[prereq], m, false);
    default:
        return demand_is_met(&demands[prereq], m, false);
    }
}

bool
of_prereq_is_said(enum of_prereq prereq, const struct of_match *m)
{
    return prereq < OF_PREREQ_MPLS || prereq == OF_PREREQ_CT ||
           demand_is_met(&demands[prereq], m, true);
}

bool
of_match_is_ethernet(const struct of_match *m)
{
    if (of_match_has(m, OF_PACKET_TYPE)) {
        return is_ethernet(m);
    }
    struct of_field_set fields = of_match_fields(m);
    OF_FIELD_SET_EACH (id, &fields) {
        enum of_prereq p = (enum of_prereq)of_fields[id].prereq;
        if (p != OF_PREREQ_NONE && p != OF_PREREQ_NSH && p != OF_PREREQ_CT) {
            return true;
        }
    }
    return false;
}
