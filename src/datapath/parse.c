/* SPDX-License-Identifier: Apache-2.0 */
/* Packet to flow key, in one pass from the outermost header inwards. Each step asks the packet
 * for its header's bytes and stops the walk when they are not there; what a stopped layer leaves
 * unset is 0. Lengths are trusted only as far as the frame goes: the IP length ends the transport
 * header, so that padding is never taken for ports. Called on packet threads; cannot fail.
 *
 * RFC 791, 8200, 826, 903, 4861, 9293, 768, 9260; IEEE 802.1Q, 802.2. */
#include "datapath/parse.h"

#define ETH_LEN      14
#define VLAN_LEN     4
#define SNAP_LEN     8
#define MPLS_LEN     4
#define MPLS_BOS     0x100
#define IPV4_LEN     20
#define IPV6_LEN     40
#define IPV6_EXT_MAX 32 /* extension headers looked through */
#define ARP_LEN      28
#define TCP_LEN      20
#define UDP_LEN      8
#define SCTP_LEN     12
#define ICMP_LEN     8
#define ND_LEN       24
#define ND_OPT_SLL   1
#define ND_OPT_TLL   2

/* The walk: the packet, where the next header starts, and where the frame (or the IP packet in
 * it) ends. */
struct walk {
    struct pkt *p;
    struct flow_key *key;
    uint32_t at, end;
    flow_map map;
};

/* The next N bytes, or NULL. */
PORT_INLINE const uint8_t *
peek(struct walk *w, uint32_t n)
{
    if (PORT_UNLIKELY(n > w->end - w->at)) {
        return NULL;
    }
    return pkt_need(w->p, w->at, n);
}

/* A transport header of N bytes is there. */
PORT_INLINE const uint8_t *
take_l4(struct walk *w, uint32_t n)
{
    const uint8_t *h = peek(w, n);
    if (h) {
        w->p->l4 = (uint16_t)w->at;
        w->map |= FLOW_BIT_OF(tp_src);
    }
    return h;
}

PORT_INLINE void
take_ports(struct walk *w, const uint8_t *h)
{
    memcpy(&w->key->tp_src, h, 2);
    memcpy(&w->key->tp_dst, h + 2, 2);
}

static void
parse_tcp(struct walk *w)
{
    const uint8_t *h = peek(w, TCP_LEN);
    if (!h || (h[12] >> 4) * 4u < TCP_LEN || (h[12] >> 4) * 4u > w->end - w->at) {
        return;
    }
    w->p->l4 = (uint16_t)w->at;
    take_ports(w, h);
    w->key->tcp_flags = be16_from(get_be16(h + 12) & 0xfff);
}

static void
parse_udp(struct walk *w)
{
    const uint8_t *h = take_l4(w, UDP_LEN);
    if (h) {
        take_ports(w, h);
    }
}

static void
parse_sctp(struct walk *w)
{
    const uint8_t *h = take_l4(w, SCTP_LEN);
    if (h) {
        take_ports(w, h);
    }
}

/* ICMP; IGMP's first two bytes are shown likewise. */
static void
parse_icmp(struct walk *w)
{
    const uint8_t *h = take_l4(w, ICMP_LEN);
    if (h) {
        w->key->icmp_type = h[0];
        w->key->icmp_code = h[1];
    }
}

static bool
mac_is_zero(const uint8_t mac[6])
{
    return !(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

/* The link-layer address options at AT. An option that is too long ends them; an address given
 * twice makes the whole message worthless. */
static bool
parse_nd_options(struct walk *w, uint32_t at)
{
    while (w->end - at >= 8) {
        const uint8_t *o = pkt_need(w->p, at, 8);
        if (!o || !o[1] || o[1] * 8u > w->end - at) {
            break;
        }
        uint8_t *mac = o[0] == ND_OPT_SLL ? w->key->arp_sha : w->key->arp_tha;
        if ((o[0] == ND_OPT_SLL || o[0] == ND_OPT_TLL) && o[1] == 1) {
            if (!mac_is_zero(mac)) {
                return false;
            }
            memcpy(mac, o + 2, 6);
        }
        at += o[1] * 8u;
    }
    return true;
}

static void
parse_icmpv6(struct walk *w)
{
    struct flow_key *key = w->key;
    parse_icmp(w);
    if (w->p->l4 == PKT_NO_LAYER || key->icmp_code ||
        (key->icmp_type != ND_NEIGHBOR_SOLICIT && key->icmp_type != ND_NEIGHBOR_ADVERT)) {
        return;
    }
    const uint8_t *h = peek(w, ND_LEN);
    if (!h) {
        return;
    }
    w->map |= FLOW_BIT_OF(nd_target) | FLOW_BIT_OF(nd_target) << 1 | FLOW_BIT_OF(arp_sha) |
              FLOW_BIT_OF(arp_op);
    memcpy(key->nd_target, h + 8, 16);
    if (!parse_nd_options(w, w->at + ND_LEN)) {
        memset(key->nd_target, 0, sizeof key->nd_target);
        memset(key->arp_sha, 0, sizeof key->arp_sha);
        memset(key->arp_tha, 0, sizeof key->arp_tha);
    }
}

PORT_INLINE void
parse_l4(struct walk *w, uint8_t proto, bool v6)
{
    w->p->l4_proto = proto;
    if (proto == IP_PROTO_TCP) {
        parse_tcp(w);
    } else if (proto == IP_PROTO_UDP) {
        parse_udp(w);
    } else if (proto == (v6 ? IP_PROTO_ICMPV6 : IP_PROTO_ICMP)) {
        if (v6) {
            parse_icmpv6(w);
        } else {
            parse_icmp(w);
        }
    } else if (proto == IP_PROTO_SCTP) {
        parse_sctp(w);
    } else if (proto == IP_PROTO_IGMP && !v6) {
        parse_icmp(w);
    }
}

static void
parse_ipv4(struct walk *w)
{
    struct flow_key *key = w->key;
    const uint8_t *h = peek(w, IPV4_LEN);
    if (PORT_UNLIKELY(!h)) {
        return;
    }
    uint32_t header_len = (h[0] & 0xfu) * 4u;
    uint32_t total = get_be16(h + 2);
    if (PORT_UNLIKELY(header_len < IPV4_LEN || total < header_len || total > w->end - w->at)) {
        return;
    }
    memcpy(&key->ipv4_src, h + 12, 8);
    key->nw_tos = h[1];
    key->nw_ttl = h[8];
    key->nw_proto = h[9];
    w->map |= FLOW_BIT_OF(ipv4_src) | FLOW_BIT_OF(nw_tos);
    uint16_t frag = get_be16(h + 6) & 0x3fff;
    if (PORT_UNLIKELY(frag)) {
        key->nw_frag = FLOW_FRAG_ANY;
        if (frag & 0x1fff) {
            key->nw_frag |= FLOW_FRAG_LATER;
            return;
        }
    }
    uint8_t proto = h[9];
    w->end = w->at + total;
    w->at += header_len;
    parse_l4(w, proto, false);
}

/* Walks the extension headers from the one of type *PROTO, to the transport header's type and
 * start, or to the fragment header of a later fragment. False when they are malformed. */
static bool
skip_extensions(struct walk *w, uint8_t *proto, uint8_t *frag)
{
    for (unsigned int n = 0; n < IPV6_EXT_MAX; n++) {
        bool is_ah = *proto == IP_PROTO_AH, is_frag = *proto == IP_PROTO_FRAGMENT;
        if (!is_ah && !is_frag && *proto != IP_PROTO_HOPOPTS && *proto != IP_PROTO_ROUTING &&
            *proto != IP_PROTO_DSTOPTS) {
            return true;
        }
        const uint8_t *h = peek(w, 8);
        if (!h) {
            return false;
        }
        uint32_t len = is_frag ? 8u : is_ah ? (h[1] + 2u) * 4u : (h[1] + 1u) * 8u;
        if (len > w->end - w->at) {
            return false;
        }
        if (is_frag && (get_be16(h + 2) & 0xfff9)) {
            *frag = FLOW_FRAG_ANY;
            if (get_be16(h + 2) & 0xfff8) {
                *frag |= FLOW_FRAG_LATER;
                return true;
            }
        }
        *proto = h[0];
        w->at += len;
    }
    return false;
}

static void
parse_ipv6(struct walk *w)
{
    struct flow_key *key = w->key;
    const uint8_t *h = peek(w, IPV6_LEN);
    if (!h || get_be16(h + 4) > w->end - w->at - IPV6_LEN) {
        return;
    }
    memcpy(key->ipv6_src, h + 8, 32);
    w->map |= FLOW_BIT_OF(ipv6_src) | FLOW_BIT_OF(ipv6_src) << 1 | FLOW_BIT_OF(ipv6_dst) |
              FLOW_BIT_OF(ipv6_dst) << 1;
    uint32_t first = get_be32(h);
    uint8_t proto = h[6], hop_limit = h[7], frag = 0;
    w->at += IPV6_LEN;
    w->end = w->at + get_be16(h + 4);
    if (!skip_extensions(w, &proto, &frag)) {
        return; /* the addresses alone */
    }
    w->map |= FLOW_BIT_OF(nw_tos) | FLOW_BIT_OF(ipv6_label);
    key->ipv6_label = be32_from(first & 0xfffff);
    key->nw_tos = (uint8_t)(first >> 20);
    key->nw_ttl = hop_limit;
    key->nw_proto = proto;
    key->nw_frag = frag;
    if (!(frag & FLOW_FRAG_LATER)) {
        parse_l4(w, proto, true);
    }
}

static void
parse_arp(struct walk *w)
{
    struct flow_key *key = w->key;
    const uint8_t *h = peek(w, ARP_LEN);
    if (!h || get_be16(h) != 1 || get_be16(h + 2) != ETH_TYPE_IPV4 || h[4] != 6 || h[5] != 4) {
        return;
    }
    memcpy(&key->ipv4_src, h + 14, 4);
    memcpy(&key->ipv4_dst, h + 24, 4);
    memcpy(key->arp_sha, h + 8, 6);
    memcpy(key->arp_tha, h + 18, 6);
    key->arp_op = be16_from(h[6] ? 0 : h[7]);
    w->map |= FLOW_BIT_OF(ipv4_src) | FLOW_BIT_OF(arp_sha) | FLOW_BIT_OF(arp_op);
}

/* The first three labels; what is below them is not looked at. */
static void
parse_mpls(struct walk *w)
{
    be32 *const lse[] = {&w->key->mpls_lse0, &w->key->mpls_lse1, &w->key->mpls_lse2};
    w->p->l2_5 = (uint16_t)w->at;
    w->map |= FLOW_BIT_OF(mpls_lse0) | FLOW_BIT_OF(mpls_lse1);
    for (size_t i = 0; i < ARRAY_LEN(lse); i++) {
        const uint8_t *h = peek(w, MPLS_LEN);
        if (!h) {
            return;
        }
        memcpy(lse[i], h, MPLS_LEN);
        w->at += MPLS_LEN;
        if (get_be32(h) & MPLS_BOS) {
            return;
        }
    }
}

/* The Ethernet type in front of AT said `type`, at most 0x5ff: 802.2 with a SNAP header has
 * another, all else counts as ETH_TYPE_NOT_ETH. */
static uint16_t
parse_llc(struct walk *w)
{
    static const uint8_t snap[6] = {0xaa, 0xaa, 0x03, 0, 0, 0};
    const uint8_t *h = peek(w, SNAP_LEN);
    if (h && !memcmp(h, snap, sizeof snap) && get_be16(h + 6) >= ETH_TYPE_MIN) {
        w->at += SNAP_LEN;
        return get_be16(h + 6);
    }
    return ETH_TYPE_NOT_ETH;
}

PORT_INLINE bool
is_vlan(uint16_t type)
{
    return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ;
}

/* Up to two VLAN headers; TYPE is the type before the first, and the result that after the
 * last. */
static uint16_t
parse_vlans(struct walk *w, uint16_t type)
{
    struct flow_key *key = w->key;
    be16 *const out[2][2] = {{&key->vlan_tpid0, &key->vlan_tci0},
                             {&key->vlan_tpid1, &key->vlan_tci1}};
    for (size_t i = 0; i < 2 && is_vlan(type); i++) {
        const uint8_t *h = peek(w, VLAN_LEN);
        if (!h) {
            break;
        }
        *out[i][0] = be16_from(type);
        *out[i][1] = be16_from(get_be16(h) | FLOW_VLAN_PRESENT);
        w->map |= FLOW_BIT_OF(vlan_tci0);
        type = get_be16(h + 2);
        w->at += VLAN_LEN;
    }
    return type;
}

static void
take_metadata(struct walk *w)
{
    const struct pkt_md *md = &w->p->md;
    struct flow_key *key = w->key;
    key->recirc_id = md->recirc_id;
    key->in_port = md->in_port;
    w->map = FLOW_BIT_OF(in_port);
    if (PORT_UNLIKELY(md->dp_hash | md->priority | md->mark)) {
        key->dp_hash = md->dp_hash;
        key->skb_priority = md->priority;
        key->skb_mark = md->mark;
        w->map |= FLOW_BIT_OF(dp_hash) | FLOW_BIT_OF(skb_mark);
    }
}

/* In pieces that compilers turn into a few wide stores; one memset of the whole becomes a string
 * instruction, which takes longer than the rest of the parser. */
PORT_INLINE void
clear_key(struct flow_key *key)
{
    uint8_t *at = (uint8_t *)key;
    static_assert(sizeof *key > 3 * 64 && sizeof *key <= 4 * 64, "four pieces");
    memset(at, 0, 64);
    memset(at + 64, 0, 64);
    memset(at + 128, 0, 64);
    memset(at + 192, 0, sizeof *key - 192);
}

flow_map
pkt_parse(struct pkt *p, struct flow_key *key)
{
    struct walk w = {p, key, 0, p->len, 0};
    clear_key(key);
    p->l2_5 = p->l3 = p->l4 = PKT_NO_LAYER;
    take_metadata(&w);
    const uint8_t *h = peek(&w, ETH_LEN);
    if (PORT_UNLIKELY(!h)) {
        return w.map;
    }
    memcpy(key->eth_dst, h, 12);
    w.at = ETH_LEN;
    uint16_t type = get_be16(h + 12);
    if (PORT_UNLIKELY(is_vlan(type))) {
        type = parse_vlans(&w, type);
    }
    if (PORT_UNLIKELY(type < ETH_TYPE_MIN)) {
        type = parse_llc(&w);
    }
    key->eth_type = be16_from(type);
    w.map |= FLOW_BIT_OF(eth_dst) | FLOW_BIT_OF(eth_type);
    p->l3 = (uint16_t)w.at;
    if (PORT_LIKELY(type == ETH_TYPE_IPV4)) {
        parse_ipv4(&w);
    } else if (type == ETH_TYPE_IPV6) {
        parse_ipv6(&w);
    } else if (type == ETH_TYPE_ARP || type == ETH_TYPE_RARP) {
        parse_arp(&w);
    } else if (type == ETH_TYPE_MPLS || type == ETH_TYPE_MPLS_MC) {
        parse_mpls(&w);
    }
    return w.map;
}
