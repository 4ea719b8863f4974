/* SPDX-License-Identifier: Apache-2.0 */
/* Flow key to packet. Headers are written outermost first into a buffer for the largest set of
 * them, the payload is counted, and then lengths and checksums are filled in where they belong.
 * What a packet holds beyond its key (payload, identifiers, the kinds of messages that get data)
 * is as the packaged netdev-dummy/receive makes it, so that counters and captures compare. */
#include "dpif/flow_compose.h"

#include <ctype.h>
#include <string.h>

#include "base/cursor.h"
#include "base/err.h"
#include "base/hex.h"
#include "datapath/set_field.h"

enum {
    HEADERS_MAX = 256,
    PAYLOAD_SIZE = 64,
    ETH_LEN = 14,
    ARP_LEN = 28,
    IPV4_LEN = 20,
    IPV6_LEN = 40,
    UDP_LEN = 8,
    MORE_FRAGMENTS = 0x2000,
    LATER_OFFSET = 100, /* in units of 8 bytes */
    TCP_SYN_FIN_RST = 0x7
};

struct composer {
    const struct flow_key *key;
    struct wr w;
    bool has_data;       /* a payload is usual */
    size_t l3, l4, csum; /* offsets; csum 0: the transport has none to fill */
};

static void
put_ports(struct composer *c)
{
    wr_be16(&c->w, be16_host(c->key->tp_src));
    wr_be16(&c->w, be16_host(c->key->tp_dst));
}

static void
put_tcp(struct composer *c)
{
    uint16_t flags = be16_host(c->key->tcp_flags);
    put_ports(c);
    wr_zeros(&c->w, 8);
    wr_be16(&c->w, (uint16_t)(5 << 12 | (flags & 0xfff)));
    wr_zeros(&c->w, 6);
    c->csum = c->l4 + 16;
    c->has_data = !(flags & TCP_SYN_FIN_RST);
}

static void
put_udp(struct composer *c)
{
    put_ports(c);
    wr_zeros(&c->w, 4);
    c->csum = c->l4 + 6;
    c->has_data = true;
}

static void
put_sctp(struct composer *c)
{
    put_ports(c);
    wr_zeros(&c->w, 8);
}

/* Type, code, checksum and four bytes; echo has data. */
static void
put_icmp(struct composer *c)
{
    enum { ECHO_REPLY = 0, ECHO = 8 };
    wr_u8(&c->w, c->key->icmp_type);
    wr_u8(&c->w, c->key->icmp_code);
    wr_zeros(&c->w, 6);
    c->csum = c->l4 + 2;
    c->has_data = c->key->nw_proto == IP_PROTO_ICMP && !c->key->icmp_code &&
                  (c->key->icmp_type == ECHO || c->key->icmp_type == ECHO_REPLY);
}

static void
put_nd_option(struct composer *c, uint8_t type, const uint8_t mac[6])
{
    static const uint8_t none[6];
    if (memcmp(mac, none, sizeof none)) {
        wr_u8(&c->w, type);
        wr_u8(&c->w, 1);
        wr_bytes(&c->w, mac, 6);
    }
}

static void
put_icmpv6(struct composer *c)
{
    enum { ECHO = 128, ECHO_REPLY = 129, SOURCE = 1, TARGET = 2 };
    put_icmp(c);
    c->has_data =
        !c->key->icmp_code && (c->key->icmp_type == ECHO || c->key->icmp_type == ECHO_REPLY);
    if (flow_prereq_holds(PREREQ_ND, c->key)) {
        wr_bytes(&c->w, c->key->nd_target, sizeof c->key->nd_target);
        put_nd_option(c, SOURCE, c->key->arp_sha);
        put_nd_option(c, TARGET, c->key->arp_tha);
    }
}

static const struct {
    uint8_t proto;
    bool v4, v6;
    void (*put)(struct composer *);
} transports[] = {
    {IP_PROTO_TCP, true, true, put_tcp},    {IP_PROTO_UDP, true, true, put_udp},
    {IP_PROTO_SCTP, true, true, put_sctp},  {IP_PROTO_ICMP, true, false, put_icmp},
    {IP_PROTO_IGMP, true, false, put_icmp}, {IP_PROTO_ICMPV6, false, true, put_icmpv6},
};

static void
put_transport(struct composer *c, bool v6)
{
    c->l4 = c->w.n;
    for (size_t i = 0; i < ARRAY_LEN(transports); i++) {
        if (transports[i].proto == c->key->nw_proto &&
            (v6 ? transports[i].v6 : transports[i].v4)) {
            transports[i].put(c);
        }
    }
}

static void
put_ipv4(struct composer *c)
{
    const struct flow_key *key = c->key;
    uint16_t frag = key->nw_frag & FLOW_FRAG_ANY ? MORE_FRAGMENTS : 0;
    bool is_later = key->nw_frag & FLOW_FRAG_LATER;
    wr_u8(&c->w, 0x45);
    wr_u8(&c->w, key->nw_tos);
    wr_zeros(&c->w, 4);
    wr_be16(&c->w, (uint16_t)(frag | (is_later ? LATER_OFFSET : 0)));
    wr_u8(&c->w, key->nw_ttl);
    wr_u8(&c->w, key->nw_proto);
    wr_zeros(&c->w, 2);
    wr_be32(&c->w, be32_host(key->ipv4_src));
    wr_be32(&c->w, be32_host(key->ipv4_dst));
    if (!is_later) {
        put_transport(c, false);
    }
}

static void
put_ipv6(struct composer *c)
{
    const struct flow_key *key = c->key;
    wr_be32(&c->w, 6u << 28 | (uint32_t)key->nw_tos << 20 | be32_host(key->ipv6_label));
    wr_zeros(&c->w, 2);
    wr_u8(&c->w, key->nw_proto);
    wr_u8(&c->w, key->nw_ttl);
    wr_bytes(&c->w, key->ipv6_src, 16);
    wr_bytes(&c->w, key->ipv6_dst, 16);
    if (!(key->nw_frag & FLOW_FRAG_LATER)) {
        put_transport(c, true);
    }
}

/* Addresses stand in requests and replies only. */
static void
put_arp(struct composer *c)
{
    const struct flow_key *key = c->key;
    uint16_t op = be16_host(key->arp_op);
    wr_be16(&c->w, 1);
    wr_be16(&c->w, ETH_TYPE_IPV4);
    wr_u8(&c->w, 6);
    wr_u8(&c->w, 4);
    wr_be16(&c->w, op);
    if (op != 1 && op != 2) {
        wr_zeros(&c->w, ARP_LEN - 8);
        return;
    }
    wr_bytes(&c->w, key->arp_sha, 6);
    wr_be32(&c->w, be32_host(key->ipv4_src));
    wr_bytes(&c->w, key->arp_tha, 6);
    wr_be32(&c->w, be32_host(key->ipv4_dst));
}

/* As many entries as the key can hold, or up to the bottom of the stack. */
static void
put_mpls(struct composer *c)
{
    const be32 lses[] = {c->key->mpls_lse0, c->key->mpls_lse1, c->key->mpls_lse2};
    for (size_t i = 0; i < ARRAY_LEN(lses); i++) {
        wr_be32(&c->w, be32_host(lses[i]));
        if (be32_host(lses[i]) & 0x100) {
            return;
        }
    }
}

static const struct {
    uint16_t eth_type;
    void (*put)(struct composer *);
} networks[] = {
    {ETH_TYPE_IPV4, put_ipv4}, {ETH_TYPE_IPV6, put_ipv6}, {ETH_TYPE_ARP, put_arp},
    {ETH_TYPE_RARP, put_arp},  {ETH_TYPE_MPLS, put_mpls}, {ETH_TYPE_MPLS_MC, put_mpls},
};

static void
put_headers(struct composer *c)
{
    const struct flow_key *key = c->key;
    const be16 vlans[2][2] = {{key->vlan_tpid0, key->vlan_tci0},
                              {key->vlan_tpid1, key->vlan_tci1}};
    wr_bytes(&c->w, key->eth_dst, 6);
    wr_bytes(&c->w, key->eth_src, 6);
    for (size_t i = 0; i < ARRAY_LEN(vlans); i++) {
        uint16_t tci = be16_host(vlans[i][1]);
        if (tci & FLOW_VLAN_PRESENT) {
            wr_be16(&c->w, be16_host(vlans[i][0]));
            wr_be16(&c->w, (uint16_t)(tci & ~FLOW_VLAN_PRESENT));
        }
    }
    uint16_t type = be16_host(key->eth_type);
    wr_be16(&c->w, type);
    c->l3 = c->w.n;
    for (size_t i = 0; i < ARRAY_LEN(networks); i++) {
        if (networks[i].eth_type == type) {
            networks[i].put(c);
        }
    }
}

/* -- Lengths and checksums of the finished frame, N bytes at P -- */

static void
put_csum(uint8_t *at, uint32_t sum)
{
    uint16_t csum = (uint16_t)~csum_fold(sum);
    memcpy(at, &csum, sizeof csum);
}

static uint32_t
pseudo_sum(const struct composer *c, const uint8_t *p, size_t n, bool v6)
{
    uint8_t tail[4];
    uint32_t sum = csum_add_bytes(0, p + c->l3 + (v6 ? 8 : 12), v6 ? 32 : 8);
    put_be32(tail, (uint32_t)(n - c->l4) + c->key->nw_proto);
    return csum_add_bytes(sum, tail, sizeof tail);
}

static void
finish_transport(const struct composer *c, uint8_t *p, size_t n, bool v6)
{
    uint8_t proto = c->key->nw_proto;
    if (proto == IP_PROTO_UDP) {
        put_be16(p + c->l4 + 4, (uint16_t)(n - c->l4));
    }
    bool has_pseudo = proto != IP_PROTO_ICMP && proto != IP_PROTO_IGMP;
    uint32_t sum = has_pseudo ? pseudo_sum(c, p, n, v6) : 0;
    sum = csum_add_bytes(sum, p + c->l4, n - c->l4);
    put_csum(p + c->csum, sum);
    if (proto == IP_PROTO_UDP && !get_be16(p + c->csum)) {
        put_be16(p + c->csum, UINT16_MAX);
    }
}

static void
finish(const struct composer *c, uint8_t *p, size_t n)
{
    uint16_t type = be16_host(c->key->eth_type);
    if (type == ETH_TYPE_NOT_ETH) {
        put_be16(p + c->l3 - 2, (uint16_t)n);
    } else if (type == ETH_TYPE_IPV4) {
        put_be16(p + c->l3 + 2, (uint16_t)(n - c->l3));
        put_csum(p + c->l3 + 10, csum_add_bytes(0, p + c->l3, IPV4_LEN));
    } else if (type == ETH_TYPE_IPV6) {
        put_be16(p + c->l3 + 4, (uint16_t)(n - c->l3 - IPV6_LEN));
    }
    if (c->csum) {
        finish_transport(c, p, n, type == ETH_TYPE_IPV6);
    }
}

/* A packet of the headers that C has and PAYLOAD behind them. */
static int
make_packet(const struct composer *c, const void *payload, size_t n_payload, struct pkt **pktp)
{
    size_t n = c->w.n + n_payload;
    if (n > PKT_BUF_LARGEST) {
        return -E_MSGSIZE;
    }
    struct pkt *pkt = pkt_buf_new((uint32_t)n);
    if (!pkt) {
        return -E_NOMEM;
    }
    memcpy(pkt->data, c->w.start, c->w.n);
    if (payload) {
        memcpy(pkt->data + c->w.n, payload, n_payload);
    } else {
        memset(pkt->data + c->w.n, 0, n_payload);
    }
    finish(c, pkt->data, n);
    *pktp = pkt;
    return 0;
}

int
flow_compose_payload(const struct flow_key *key, const void *payload, size_t n, struct pkt **pktp)
{
    uint8_t headers[HEADERS_MAX];
    struct composer c = {.key = key, .w = wr_make(headers, sizeof headers)};
    put_headers(&c);
    return c.w.bad ? -E_INVAL : make_packet(&c, payload, c.has_data ? n : 0, pktp);
}

int
flow_compose(const struct flow_key *key, size_t size, struct pkt **pktp)
{
    uint8_t headers[HEADERS_MAX], counted[PAYLOAD_SIZE];
    if (!size) {
        for (size_t i = 0; i < sizeof counted; i++) {
            counted[i] = (uint8_t)i;
        }
        return flow_compose_payload(key, counted, sizeof counted, pktp);
    }
    struct composer c = {.key = key, .w = wr_make(headers, sizeof headers)};
    put_headers(&c);
    return c.w.bad || size <= c.w.n ? -E_INVAL : make_packet(&c, NULL, size - c.w.n, pktp);
}

struct pkt *
packet_from_hex(const char *text)
{
    size_t n = 0;
    for (const char *p = text; *p; p++) {
        if (!isspace((unsigned char)*p)) {
            if (hex_digit(*p) < 0) {
                return NULL;
            }
            n++;
        }
    }
    if (n % 2 || n / 2 < ETH_LEN || n / 2 > PKT_BUF_LARGEST) {
        return NULL;
    }
    struct pkt *pkt = pkt_buf_new((uint32_t)(n / 2));
    if (!pkt) {
        return NULL;
    }
    size_t i = 0;
    for (const char *p = text; *p; p++) {
        if (!isspace((unsigned char)*p)) {
            uint8_t digit = (uint8_t)hex_digit(*p);
            pkt->data[i / 2] = (uint8_t)(i % 2 ? pkt->data[i / 2] | digit : digit << 4);
            i++;
        }
    }
    return pkt;
}
