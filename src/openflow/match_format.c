/* SPDX-License-Identifier: Apache-2.0 */
/* Matches to text: a walk over the fields' rows, which stand in the order of the text. Where rows
 * share bits of the key, the one is written whose demands the match meets, or else the first.
 * Ethernet type and IP protocol become a word where there is one, and the VLAN tag is written in
 * the plainest way that says it all. */
#include <string.h>

#include "base/endian.h"
#include "openflow/match_text.h"

enum { TAG_PRESENT = 0x1000, VID_MASK = 0xfff, PCP_MASK = 0xe000, PCP_SHIFT = 13 };

struct writer {
    struct str *s;
    const struct of_match *m;
    const struct of_port_names *ports;
    size_t start;
    bool type_is_said, proto_is_said; /* by a word */
};

static void
separate(struct writer *w)
{
    if (w->s->n != w->start) {
        str_putc(w->s, ',');
    }
}

/* ICMP's types and codes lie where ports do, and OpenFlow 1.0 lets all 16 bits be matched. */
static bool
put_icmp(struct writer *w, enum of_field_id id, const char *name)
{
    bool is_type = id == OF_ICMP_TYPE || id == OF_ICMPV6_TYPE;
    bool is_code = id == OF_ICMP_CODE || id == OF_ICMPV6_CODE;
    enum of_field_id wide = is_type ? OF_TCP_SRC : OF_TCP_DST;
    if ((!is_type && !is_code) || !of_match_is_exact(w->m, wide)) {
        return false;
    }
    separate(w);
    str_putf(w->s, "%s=%u", name, (unsigned int)of_field_get_u64(wide, &w->m->key));
    return true;
}

static void
put_field_as(struct writer *w, enum of_field_id id, const char *name)
{
    if (put_icmp(w, id, name)) {
        return;
    }
    uint8_t value[OF_VALUE_MAX], mask[OF_VALUE_MAX];
    of_field_get(id, &w->m->key, value);
    of_field_get(id, &w->m->mask, mask);
    separate(w);
    str_puts(w->s, name);
    str_putc(w->s, '=');
    of_value_put(w->s, id, value, mask, of_fields[id].wire, w->ports);
}

/* Hexadecimal with as many digits as the field has room for, a mask only if it has not all bits.
 */
static void
put_padded(struct writer *w, enum of_field_id id, int digits)
{
    unsigned long long value = of_field_get_u64(id, &w->m->key);
    unsigned long long mask = of_field_get_u64(id, &w->m->mask);
    separate(w);
    str_putf(w->s, "%s=0x%0*llx", of_fields[id].shown, digits, value);
    if (!of_match_is_exact(w->m, id)) {
        str_putf(w->s, "/0x%0*llx", digits, mask);
    }
}

/* -- The kind of packet -- */

static const struct {
    const char *word;
    uint16_t eth_type;
    uint16_t proto; /* 256: none */
} kinds[] = {
    {"icmp", 0x0800, 1},    {"tcp", 0x0800, 6},     {"udp", 0x0800, 17},  {"sctp", 0x0800, 132},
    {"ip", 0x0800, 256},    {"icmp6", 0x86dd, 58},  {"tcp6", 0x86dd, 6},  {"udp6", 0x86dd, 17},
    {"sctp6", 0x86dd, 132}, {"ipv6", 0x86dd, 256},  {"arp", 0x0806, 256}, {"rarp", 0x8035, 256},
    {"mpls", 0x8847, 256},  {"mplsm", 0x8848, 256},
};

static void
put_packet_type(struct writer *w)
{
    if (of_match_has(w->m, OF_PACKET_TYPE) && of_field_get_u64(OF_PACKET_TYPE, &w->m->key)) {
        put_field_as(w, OF_PACKET_TYPE, "packet_type");
    } else if (of_match_has(w->m, OF_RECIRC_ID) && of_match_is_ethernet(w->m)) {
        /* As in a datapath's flows. */
        separate(w);
        str_puts(w->s, "eth");
    }
}

static void
put_kind(struct writer *w)
{
    uint16_t type = get_be16(w->m->key.eth_type);
    bool has_proto = w->m->mask.nw_proto[0] == UINT8_MAX;
    if (!of_match_has(w->m, OF_ETH_TYPE)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        bool is_proto = kinds[i].proto == w->m->key.nw_proto[0] && has_proto;
        if (kinds[i].eth_type == type && (is_proto || kinds[i].proto == 256)) {
            separate(w);
            str_puts(w->s, kinds[i].word);
            w->type_is_said = true;
            w->proto_is_said = is_proto;
            return;
        }
    }
}

/* The destination, behind which stands a type that no word said. */
static void
put_eth_dst(struct writer *w)
{
    if (of_match_has(w->m, OF_ETH_DST)) {
        put_field_as(w, OF_ETH_DST, of_fields[OF_ETH_DST].shown);
    }
    if (of_match_has(w->m, OF_ETH_TYPE) && !w->type_is_said) {
        put_padded(w, OF_ETH_TYPE, 4);
    }
}

/* -- VLAN -- */

static void
put_vlan(struct writer *w)
{
    uint16_t tci = get_be16(w->m->key.vlan_tci), mask = get_be16(w->m->mask.vlan_tci);
    bool has_vid = (mask & (VID_MASK | TAG_PRESENT)) == (VID_MASK | TAG_PRESENT);
    bool has_pcp = (mask & (PCP_MASK | TAG_PRESENT)) == (PCP_MASK | TAG_PRESENT);
    bool plain_vid = has_vid || !(mask & VID_MASK), plain_pcp = has_pcp || !(mask & PCP_MASK);
    if (!mask) {
        return;
    }
    if (!(tci & TAG_PRESENT) || !plain_vid || !plain_pcp || !(has_vid || has_pcp)) {
        put_padded(w, OF_VLAN_TCI, 4);
        return;
    }
    if (has_vid) {
        separate(w);
        str_putf(w->s, "dl_vlan=%u", tci & VID_MASK);
    }
    if (has_pcp) {
        separate(w);
        str_putf(w->s, "dl_vlan_pcp=%u", tci >> PCP_SHIFT);
    }
}

/* -- Tunnel metadata -- */

static void
put_tun_metadata(struct writer *w, enum of_field_id id)
{
    const struct of_tun_option *o = &w->m->tun[id - OF_TUN_METADATA0];
    separate(w);
    str_puts(w->s, of_fields[id].shown);
    if (o->len) {
        str_putc(w->s, '=');
        of_value_put(w->s, id, w->m->key.tun_metadata + o->ofs, w->m->mask.tun_metadata + o->ofs,
                     o->len, NULL);
    }
}

/* -- Everything else -- */

static void
put_nw_tos(struct writer *w)
{
    if (w->m->mask.nw_tos[0] & 0xfc) {
        separate(w);
        str_putf(w->s, "nw_tos=%u", w->m->key.nw_tos[0] & 0xfc);
    }
}

/* What of a field's demands decides its name in text: neighbour discovery is ICMPv6. */
static enum of_prereq
name_prereq(enum of_field_id id)
{
    enum of_prereq p = of_fields[id].prereq;
    return p == OF_PREREQ_ND || p == OF_PREREQ_ND_SOLICIT || p == OF_PREREQ_ND_ADVERT
               ? OF_PREREQ_ICMPV6
               : p;
}

/* Of rows with one place, those that exclude each other by what they demand. */
static bool
is_alternative(enum of_field_id a, enum of_field_id b)
{
    const struct of_field *x = &of_fields[a], *y = &of_fields[b];
    return a == b || (x->shift == y->shift && y->shown && x->prereq != y->prereq);
}

/* Whether ID is written though the match does not speak of its header. */
static bool
is_written_anyway(const struct of_match *m, enum of_field_id id)
{
    switch (id) {
    case OF_IPV4_SRC:
    case OF_IPV4_DST:
        return !of_prereq_is_said(OF_PREREQ_IPV6, m) && !of_prereq_is_said(OF_PREREQ_NSH, m);
    case OF_TCP_SRC:
    case OF_TCP_DST:
        return true;
    default:
        return of_fields[id].prereq == OF_PREREQ_IP || of_fields[id].prereq == OF_PREREQ_MPLS;
    }
}

/* The row to write the bits of ID with: itself, or another of the same place; OF_FIELD_COUNT:
 * none. */
static enum of_field_id
row_for(const struct of_match *m, enum of_field_id id)
{
    enum of_field_id first = OF_FIELD_COUNT;
    OF_FIELD_SET_EACH (i, of_fields_with_place_of(id)) {
        if (is_alternative(id, i)) {
            first = first == OF_FIELD_COUNT ? i : first;
            if (of_prereq_is_said(name_prereq(i), m)) {
                return i;
            }
        }
    }
    return is_written_anyway(m, first) ? first : OF_FIELD_COUNT;
}

static void
put_nw_proto(struct writer *w)
{
    if (!w->proto_is_said && of_match_has(w->m, OF_IP_PROTO) &&
        row_for(w->m, OF_IP_PROTO) == OF_IP_PROTO) {
        put_field_as(w, OF_IP_PROTO, "nw_proto");
    }
}

static void
put_ipv6_label(struct writer *w)
{
    if (of_match_has(w->m, OF_IPV6_LABEL) && of_prereq_is_said(OF_PREREQ_IPV6, w->m)) {
        put_padded(w, OF_IPV6_LABEL, 5);
    }
}

static void
put_nsh_flags(struct writer *w)
{
    if (!of_prereq_is_said(OF_PREREQ_NSH, w->m)) {
        return;
    }
    if (of_match_is_exact(w->m, OF_NSH_FLAGS)) {
        put_field_as(w, OF_NSH_FLAGS, of_fields[OF_NSH_FLAGS].shown);
    } else if (of_match_has(w->m, OF_NSH_FLAGS)) {
        put_padded(w, OF_NSH_FLAGS, 2);
    }
}

static void
put_nsh_spi(struct writer *w)
{
    if (of_match_has(w->m, OF_NSH_SPI) && of_prereq_is_said(OF_PREREQ_NSH, w->m)) {
        put_padded(w, OF_NSH_SPI, 0);
    }
}

/* Ports of a connection mean nothing without its protocol. */
static void
put_ct_tp(struct writer *w, enum of_field_id id)
{
    if (of_match_has(w->m, id) && of_match_has(w->m, OF_CT_NW_PROTO)) {
        put_field_as(w, id, of_fields[id].shown);
    }
}

static void
put_ct_tp_src(struct writer *w)
{
    put_ct_tp(w, OF_CT_TP_SRC);
}

static void
put_ct_tp_dst(struct writer *w)
{
    put_ct_tp(w, OF_CT_TP_DST);
}

static void
put_with_other(struct writer *w UNUSED)
{
}

typedef void put_fn(struct writer *);

static put_fn *const own_ways[OF_FIELD_COUNT] = {
    [OF_CT_TP_SRC] = put_ct_tp_src,
    [OF_CT_TP_DST] = put_ct_tp_dst,
    [OF_PACKET_TYPE] = put_packet_type,
    [OF_ETH_TYPE] = put_kind,
    [OF_DL_VLAN] = put_vlan,
    [OF_IP_TOS] = put_nw_tos,
    [OF_IP_PROTO] = put_nw_proto,
    [OF_DL_VLAN_PCP] = put_with_other,
    [OF_VLAN_TCI] = put_with_other,
    [OF_IPV6_LABEL] = put_ipv6_label,
    [OF_NSH_FLAGS] = put_nsh_flags,
    [OF_NSH_SPI] = put_nsh_spi,
    [OF_ETH_DST] = put_eth_dst,
};

/* Ways that may write something though the match does not have their field: of the tag it may have
 * another part, and the packet's type and the Ethernet type are said beside others. */
static const enum of_field_id always[] = {OF_PACKET_TYPE, OF_DL_VLAN, OF_ETH_DST};

void
of_match_put(struct str *s, const struct of_match *m, const struct of_port_names *ports)
{
    struct writer w = {.s = s, .m = m, .ports = ports, .start = s->n};
    struct of_field_set fields = of_match_fields(m);
    for (size_t i = 0; i < ARRAY_LEN(always); i++) {
        of_field_set_add(&fields, always[i]);
    }
    OF_FIELD_SET_EACH (id, &fields) {
        if (!of_fields[id].shown) {
            continue;
        }
        if (own_ways[id]) {
            own_ways[id](&w);
        } else if (of_field_is_tun_metadata(id)) {
            put_tun_metadata(&w, id);
        } else if (row_for(m, id) == id) {
            put_field_as(&w, id, of_fields[id].shown);
        }
    }
}
