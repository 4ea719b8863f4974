/* SPDX-License-Identifier: Apache-2.0 */
/* The form is that of Open vSwitch: all fields that the frame has, from the outer headers to the
 * inner, then the transport checksum as it stands in the frame. */
#include "cmd/packet_text.h"

#include "datapath/parse.h"
#include "openflow/flags_text.h"
#include "text/network.h"

enum { MPLS_BOTTOM = 0x100 };

/* The word that stands for an Ethernet type or an IP protocol, and where the checksum of the
 * latter is. */
static const struct {
    uint16_t eth_type;
    const char *word;
} types[] = {{ETH_TYPE_ARP, "arp"},   {ETH_TYPE_RARP, "rarp"}, {ETH_TYPE_IPV4, "ip"},
             {ETH_TYPE_IPV6, "ipv6"}, {ETH_TYPE_MPLS, "mpls"}, {ETH_TYPE_MPLS_MC, "mplsm"}};

static const struct protocol {
    uint8_t number;
    bool over_ipv4, over_ipv6;
    const char *word4, *word6, *checksum;
    uint8_t checksum_ofs, checksum_size;
} protocols[] = {
    {IP_PROTO_TCP, true, true, "tcp", "tcp6", "tcp_csum", 16, 2},
    {IP_PROTO_UDP, true, true, "udp", "udp6", "udp_csum", 6, 2},
    {IP_PROTO_SCTP, true, true, "sctp", "sctp6", "sctp_csum", 8, 4},
    {IP_PROTO_ICMP, true, false, "icmp", NULL, "icmp_csum", 2, 2},
    {IP_PROTO_ICMPV6, false, true, NULL, "icmp6", "icmp6_csum", 2, 2},
};

void
packet_parse(const void *frame, size_t n, struct pkt *p, struct flow_key *key)
{
    static const struct pkt_ops ops = {.need = NULL};
    *p = (struct pkt){.data = (uint8_t *)frame,
                      .len = (uint32_t)n,
                      .linear = (uint32_t)n,
                      .flags = PKT_SHARED,
                      .ops = &ops};
    pkt_parse(p, key);
}

void
packet_key(const void *frame, size_t n, struct flow_key *key)
{
    struct pkt p;
    packet_parse(frame, n, &p, key);
}

static const struct protocol *
protocol_of(const struct flow_key *k)
{
    uint16_t type = be16_host(k->eth_type);
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        const struct protocol *p = &protocols[i];
        bool fits =
            (type == ETH_TYPE_IPV4 && p->over_ipv4) || (type == ETH_TYPE_IPV6 && p->over_ipv6);
        if (fits && p->number == k->nw_proto) {
            return p;
        }
    }
    return NULL;
}

/* "tcp,", or nothing; false if the Ethernet type must be shown as a number. */
static bool
put_type(struct str *s, const struct flow_key *k, const struct protocol *protocol)
{
    uint16_t type = be16_host(k->eth_type);
    const char *word = NULL;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        word = types[i].eth_type == type ? types[i].word : word;
    }
    if (protocol) {
        word = type == ETH_TYPE_IPV4 ? protocol->word4 : protocol->word6;
    }
    if (word) {
        str_putf(s, "%s,", word);
    }
    return word != NULL;
}

static void
put_vlans(struct str *s, const struct flow_key *k)
{
    const be16 tcis[] = {k->vlan_tci0, k->vlan_tci1};
    for (unsigned int i = 0; i < ARRAY_LEN(tcis); i++) {
        char number[2] = {i ? (char)('0' + i) : '\0', '\0'};
        uint16_t tci = be16_host(tcis[i]);
        if (!tci) {
            str_putf(s, "vlan_tci%s=0x0000,", number);
            return;
        }
        str_putf(s, "dl_vlan%s=%u,dl_vlan_pcp%s=%u,", number, tci & 0xfff, number, tci >> 13);
    }
}

static void
put_address(struct str *s, const char *name, enum ip_version version, const void *address)
{
    str_putf(s, ",%s=", name);
    str_put_ip(s, version, address);
}

static void
put_mac(struct str *s, const char *name, const uint8_t *mac)
{
    str_puts(s, name);
    str_put_mac(s, mac);
}

static void
put_arp(struct str *s, const struct flow_key *k)
{
    put_address(s, "arp_spa", IP_V4, (const uint8_t *)&k->ipv4_src);
    put_address(s, "arp_tpa", IP_V4, (const uint8_t *)&k->ipv4_dst);
    str_putf(s, ",arp_op=%u", be16_host(k->arp_op));
    put_mac(s, ",arp_sha=", k->arp_sha);
    put_mac(s, ",arp_tha=", k->arp_tha);
}

static void
put_mpls(struct str *s, const struct flow_key *k)
{
    uint32_t lse = be32_host(k->mpls_lse0);
    str_putf(s, ",mpls_label=%u,mpls_tc=%u,mpls_ttl=%u,mpls_bos=%u", lse >> 12, lse >> 9 & 7,
             lse & 0xff, lse >> 8 & 1);
    /* Those behind it, up to the bottom of the stack. */
    const be32 deeper[] = {k->mpls_lse1, k->mpls_lse2};
    for (unsigned int i = 0; i < ARRAY_LEN(deeper) && !(lse & MPLS_BOTTOM); i++) {
        lse = be32_host(deeper[i]);
        str_putf(s, ",mpls_lse%u=%u", i + 1, lse);
    }
}

static void
put_transport(struct str *s, const struct flow_key *k)
{
    bool is_icmp6 = be16_host(k->eth_type) == ETH_TYPE_IPV6 && k->nw_proto == IP_PROTO_ICMPV6;
    bool is_icmp = be16_host(k->eth_type) == ETH_TYPE_IPV4 && k->nw_proto == IP_PROTO_ICMP;
    if (k->nw_frag & FLOW_FRAG_LATER) {
        return;
    }
    str_putf(s, is_icmp || is_icmp6 ? ",icmp_type=%u,icmp_code=%u" : ",tp_src=%u,tp_dst=%u",
             be16_host(k->tp_src), be16_host(k->tp_dst));
    if (k->nw_proto == IP_PROTO_TCP) {
        str_puts(s, ",tcp_flags=");
        if (be16_host(k->tcp_flags)) {
            of_flags_put(s, OF_TCP_FLAGS, be16_host(k->tcp_flags), 0xfff);
        } else {
            str_putc(s, '0');
        }
    }
    bool is_nd = is_icmp6 && (be16_host(k->tp_src) == ND_NEIGHBOR_SOLICIT ||
                              be16_host(k->tp_src) == ND_NEIGHBOR_ADVERT);
    if (is_nd) {
        put_address(s, "nd_target", IP_V6, k->nd_target);
        put_mac(s, ",nd_sll=", k->arp_sha);
        put_mac(s, ",nd_tll=", k->arp_tha);
    }
}

static void
put_ip(struct str *s, const struct flow_key *k, const struct protocol *protocol)
{
    static const char *const frags[] = {"no", "first", "later", "later"};
    if (be16_host(k->eth_type) == ETH_TYPE_IPV4) {
        put_address(s, "nw_src", IP_V4, &k->ipv4_src);
        put_address(s, "nw_dst", IP_V4, &k->ipv4_dst);
    } else {
        put_address(s, "ipv6_src", IP_V6, k->ipv6_src);
        put_address(s, "ipv6_dst", IP_V6, k->ipv6_dst);
        str_putf(s, ",ipv6_label=0x%05x", be32_host(k->ipv6_label));
    }
    if (!protocol) {
        str_putf(s, ",nw_proto=%u", k->nw_proto);
    }
    str_putf(s, ",nw_tos=%u,nw_ecn=%u,nw_ttl=%u,nw_frag=%s", k->nw_tos & ~3u, k->nw_tos & 3,
             k->nw_ttl, frags[k->nw_frag & FLOW_FRAG_MASK]);
    if (protocol) {
        put_transport(s, k);
    }
}

static void
put_checksum(struct str *s, const struct pkt *p, const struct protocol *protocol)
{
    if (!protocol || p->l4 == PKT_NO_LAYER) {
        return;
    }
    uint32_t ofs = p->l4 + (uint32_t)protocol->checksum_ofs;
    if (ofs + protocol->checksum_size <= p->len) {
        const uint8_t *at = p->data + ofs;
        str_putf(s, " %s:%x", protocol->checksum,
                 protocol->checksum_size == 2 ? get_be16(at) : get_be32(at));
    }
}

/* PORT: where the packet came from, with a comma behind it, or nothing. */
static void
put_flow(struct str *s, const struct flow_key *k, const char *port)
{
    const struct protocol *protocol = protocol_of(k);
    bool has_word = put_type(s, k, protocol);
    str_puts(s, port);
    put_vlans(s, k);
    put_mac(s, "dl_src=", k->eth_src);
    put_mac(s, ",dl_dst=", k->eth_dst);
    switch (be16_host(k->eth_type)) {
    case ETH_TYPE_ARP:
    case ETH_TYPE_RARP:
        put_arp(s, k);
        break;
    case ETH_TYPE_MPLS:
    case ETH_TYPE_MPLS_MC:
        put_mpls(s, k);
        break;
    case ETH_TYPE_IPV4:
    case ETH_TYPE_IPV6:
        put_ip(s, k, protocol);
        break;
    default:
        if (!has_word) {
            str_putf(s, ",dl_type=0x%04x", be16_host(k->eth_type));
        }
        break;
    }
}

void
packet_flow_put(struct str *s, const struct flow_key *k)
{
    put_flow(s, k, "in_port=ANY,");
}

void
packet_text_put(void *aux UNUSED, struct str *s, uint32_t packet_type, const void *bytes, size_t n)
{
    struct pkt p;
    struct flow_key k;
    if (packet_type) {
        str_putf(s, "packet_type=(%u,0x%x)", packet_type >> 16, packet_type & 0xffff);
        return;
    }
    packet_parse(bytes, n, &p, &k);
    put_flow(s, &k, "");
    put_checksum(s, &p, protocol_of(&k));
}
