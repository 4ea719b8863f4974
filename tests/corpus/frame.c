/* SPDX-License-Identifier: Apache-2.0 */
/* The text is cut into layers; each is emitted by its function in the table, which may look at the
 * next one's name for its type field; then, from the innermost out, lengths and checksums are
 * filled in. RFC 791, 768, 792, 826, 1071, 3032, 4302, 4443, 4861, 8200, 9260, 9293; IEEE 802.1Q,
 * 802.2. */
#include "frame.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { LAYERS = 48 };

struct layer {
    const struct kind *kind;
    const char *args; /* after the parenthesis, or "" */
    size_t n_args;
    size_t ofs, end;
};

struct builder {
    struct frame *f;
    struct layer layers[LAYERS];
    size_t n, at; /* layers; the one at work */
    char *why;
};

struct kind {
    const char *name;
    uint16_t eth_type; /* what the layer in front says of it */
    int proto;         /* IP protocol, -1: none */
    void (*put)(struct builder *, const struct layer *);
    void (*finish)(struct builder *, const struct layer *);
};

/* -- Arguments -- */

static void
complain(struct builder *b, const char *what, const char *at, size_t n)
{
    if (!*b->why) {
        snprintf(b->why, 128, "%s: %.*s", what, (int)(n > 60 ? 60 : n), at);
    }
}

/* The value of KEY in L's arguments: *N characters, or NULL. */
static const char *
arg(const struct layer *l, const char *key, size_t *n)
{
    size_t key_len = strlen(key);
    for (const char *p = l->args, *end = p + l->n_args; p < end;) {
        size_t len = 0;
        while (p + len < end && p[len] != ',') {
            len++;
        }
        if (len > key_len && p[key_len] == '=' && !strncmp(p, key, key_len)) {
            *n = len - key_len - 1;
            return p + key_len + 1;
        }
        p += len + 1;
    }
    return NULL;
}

static bool
has(const struct layer *l, const char *key)
{
    size_t n;
    return arg(l, key, &n) != NULL;
}

static uint32_t
number(const struct layer *l, const char *key, uint32_t otherwise)
{
    size_t n;
    const char *p = arg(l, key, &n);
    return p ? (uint32_t)strtoul(p, NULL, 0) : otherwise;
}

/* Up to ROOM bytes in hexadecimal; how many. */
static size_t
hex(const struct layer *l, const char *key, uint8_t *out, size_t room)
{
    size_t n, i = 0;
    const char *p = arg(l, key, &n);
    for (; p && i < room && 2 * i + 1 < n; i++) {
        const char pair[3] = {p[2 * i], p[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return i;
}

static void
mac(struct builder *b, const struct layer *l, const char *key, const char *otherwise,
    uint8_t out[6])
{
    size_t n;
    const char *p = arg(l, key, &n);
    unsigned int x[6];
    if (sscanf(p ? p : otherwise, "%2x:%2x:%2x:%2x:%2x:%2x", &x[0], &x[1], &x[2], &x[3], &x[4],
               &x[5]) != 6) {
        complain(b, "no MAC", p, n);
        return;
    }
    for (size_t i = 0; i < 6; i++) {
        out[i] = (uint8_t)x[i];
    }
}

static void
address(struct builder *b, const struct layer *l, int family, const char *key,
        const char *otherwise, uint8_t *out)
{
    size_t n = strlen(otherwise);
    const char *p = arg(l, key, &n);
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)n, p ? p : otherwise);
    if (uv_inet_pton(family, text, out)) {
        complain(b, "no address", text, strlen(text));
    }
}

/* -- Bytes -- */

static uint8_t *
room(struct builder *b, size_t n)
{
    static uint8_t nowhere[FRAME_MAX];
    if (n > FRAME_MAX - b->f->n) {
        complain(b, "too long", "", 0);
        return nowhere;
    }
    uint8_t *p = b->f->bytes + b->f->n;
    memset(p, 0, n);
    b->f->n += n;
    return p;
}

static void
put16(uint8_t *p, uint32_t x)
{
    p[0] = (uint8_t)(x >> 8);
    p[1] = (uint8_t)x;
}

static void
put32(uint8_t *p, uint32_t x)
{
    put16(p, x >> 16);
    put16(p + 2, x);
}

static uint32_t
get16(const uint8_t *p)
{
    return (uint32_t)(p[0] << 8 | p[1]);
}

static const struct kind *
next_kind(const struct builder *b)
{
    return b->at + 1 < b->n ? b->layers[b->at + 1].kind : NULL;
}

static uint16_t
next_type(const struct builder *b, const struct layer *l, uint16_t otherwise)
{
    const struct kind *k = next_kind(b);
    return (uint16_t)number(l, "type", k && k->eth_type ? k->eth_type : otherwise);
}

static uint8_t
next_proto(const struct builder *b, const struct layer *l, const char *key)
{
    const struct kind *k = next_kind(b);
    return (uint8_t)number(l, key, k && k->proto >= 0 ? (uint32_t)k->proto : 59);
}

/* -- Layer 2 -- */

static void
put_eth(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 14);
    mac(b, l, "dst", "50:54:00:00:00:0a", p);
    mac(b, l, "src", "50:54:00:00:00:09", p + 6);
    /* A tag's own type comes with the tag: its layer names it. */
    const struct layer *next = b->at + 1 < b->n ? &b->layers[b->at + 1] : NULL;
    uint32_t type = next_type(b, l, 0x1234);
    if (next && next->kind->eth_type == 0x8100 && !has(l, "type")) {
        type = number(next, "tpid", 0x8100);
    }
    put16(p + 12, type);
}

/* 802.3: a length in the place of the type. */
static void
finish_eth(struct builder *b, const struct layer *l)
{
    const struct kind *k = b->n > 1 ? b->layers[1].kind : NULL;
    if (k && !has(l, "type") && (!strcmp(k->name, "llc") || !strcmp(k->name, "snap"))) {
        put16(b->f->bytes + l->ofs + 12, (uint32_t)(l->end - l->ofs - 14));
    }
}

static void
put_vlan(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 4);
    const struct layer *next = b->at + 1 < b->n ? &b->layers[b->at + 1] : NULL;
    uint32_t type = next_type(b, l, 0x1234);
    if (next && next->kind->eth_type == 0x8100 && !has(l, "type")) {
        type = number(next, "tpid", 0x8100);
    }
    put16(p, number(l, "pcp", 0) << 13 | number(l, "dei", 0) << 12 | number(l, "vid", 1));
    put16(p + 2, type);
}

static void
put_llc(struct builder *b, const struct layer *l UNUSED)
{
    memcpy(room(b, 3), "\x42\x42\x03", 3);
}

static void
put_snap(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 8);
    memcpy(p, "\xaa\xaa\x03", 3);
    put16(p + 4, number(l, "oui", 0));
    put16(p + 6, next_type(b, l, 0x1234));
}

static void
put_mpls(struct builder *b, const struct layer *l)
{
    const struct kind *k = next_kind(b);
    bool last = !k || strcmp(k->name, "mpls");
    put32(room(b, 4), number(l, "label", 100) << 12 | number(l, "tc", 0) << 9 |
                          number(l, "bos", last) << 8 | number(l, "ttl", 64));
}

static void
put_arp(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 28);
    put16(p, number(l, "hrd", 1));
    put16(p + 2, number(l, "pro", 0x0800));
    p[4] = (uint8_t)number(l, "hln", 6);
    p[5] = (uint8_t)number(l, "pln", 4);
    put16(p + 6, number(l, "op", 1));
    mac(b, l, "sha", "50:54:00:00:00:09", p + 8);
    address(b, l, AF_INET, "sip", "10.0.0.1", p + 14);
    mac(b, l, "tha", "00:00:00:00:00:00", p + 18);
    address(b, l, AF_INET, "tip", "10.0.0.2", p + 24);
}

/* -- Layer 3 -- */

static void
put_ip4(struct builder *b, const struct layer *l)
{
    uint8_t options[40];
    size_t n = hex(l, "opt", options, sizeof options) & ~(size_t)3;
    uint8_t *p = room(b, 20 + n);
    p[0] = (uint8_t)(number(l, "ver", 4) << 4 | number(l, "ihl", (uint32_t)(20 + n) / 4));
    p[1] = (uint8_t)number(l, "tos", 0);
    put16(p + 4, number(l, "id", 0));
    put16(p + 6, number(l, "df", 0) << 14 | number(l, "mf", 0) << 13 | number(l, "frag", 0));
    p[8] = (uint8_t)number(l, "ttl", 64);
    p[9] = next_proto(b, l, "proto");
    address(b, l, AF_INET, "src", "10.0.0.1", p + 12);
    address(b, l, AF_INET, "dst", "10.0.0.2", p + 16);
    memcpy(p + 20, options, n);
}

/* One's complement sum of 16-bit words, RFC 1071. */
static uint32_t
add(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* Writes the complement of SUM at P, or what "csum" says instead: a number, or "bad". */
static void
put_sum(const struct layer *l, uint8_t *p, uint32_t sum)
{
    size_t n;
    const char *text = arg(l, "csum", &n);
    sum = ~sum & 0xffff;
    if (text && *text == 'b') {
        sum += 0x1111;
        put16(p, (sum & 0xffff) + (sum >> 16));
    } else {
        put16(p, text ? (uint32_t)strtoul(text, NULL, 0) : sum);
    }
}

static void
finish_ip4(struct builder *b, const struct layer *l)
{
    uint8_t *p = b->f->bytes + l->ofs;
    put16(p + 2, number(l, "len", (uint32_t)(l->end - l->ofs)));
    put_sum(l, p + 10, add(0, p, (size_t)(p[0] & 15) * 4));
}

static void
put_ip6(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 40);
    put32(p, number(l, "ver", 6) << 28 | number(l, "tc", 0) << 20 | number(l, "label", 0));
    p[6] = next_proto(b, l, "next");
    p[7] = (uint8_t)number(l, "hlim", 64);
    address(b, l, AF_INET6, "src", "fd00::1", p + 8);
    address(b, l, AF_INET6, "dst", "fd00::2", p + 24);
}

static void
finish_ip6(struct builder *b, const struct layer *l)
{
    put16(b->f->bytes + l->ofs + 4, number(l, "len", (uint32_t)(l->end - l->ofs - 40)));
}

/* Hop-by-hop and destination options: all padding. */
static void
put_options(struct builder *b, const struct layer *l)
{
    uint32_t units = number(l, "units", 0);
    uint8_t *p = room(b, 8 + 8 * (size_t)units);
    p[0] = next_proto(b, l, "next");
    p[1] = (uint8_t)number(l, "len", units);
    p[2] = 1; /* PadN */
    p[3] = (uint8_t)(4 + 8 * units);
}

/* Type 0 routing header with one address. */
static void
put_routing(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 24);
    p[0] = next_proto(b, l, "next");
    p[1] = 2;
    p[2] = (uint8_t)number(l, "type", 0);
    p[3] = (uint8_t)number(l, "left", 0);
    address(b, l, AF_INET6, "addr", "fd00::9", p + 8);
}

static void
put_fragment(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 8);
    p[0] = next_proto(b, l, "next");
    put16(p + 2, number(l, "ofs", 0) << 3 | number(l, "mf", 0));
    put32(p + 4, number(l, "id", 0x1234));
}

static void
put_ah(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 24);
    p[0] = next_proto(b, l, "next");
    p[1] = 4;
    put32(p + 4, number(l, "spi", 1));
}

/* -- Layer 4 -- */

/* The pseudo-header's sum for layer L with protocol PROTO: of the IP header in front of it; its
 * destination is the last one of a routing header that has segments left. */
static uint32_t
pseudo_sum(const struct builder *b, const struct layer *l, uint32_t proto)
{
    uint32_t n = (uint32_t)(l->end - l->ofs);
    const uint8_t *final = NULL;
    for (const struct layer *ip = l; ip-- > b->layers;) {
        const uint8_t *p = b->f->bytes + ip->ofs;
        if (!strcmp(ip->kind->name, "rh") && p[3]) {
            final = p + 8;
        } else if (!strcmp(ip->kind->name, "ip4")) {
            return add(proto + n, p + 12, 8);
        } else if (!strcmp(ip->kind->name, "ip6")) {
            uint32_t sum = add(proto, p + 8, 16);
            sum = add(sum, final ? final : p + 24, 16);
            sum += (n >> 16) + (n & 0xffff);
            return (sum & 0xffff) + (sum >> 16);
        }
    }
    return 0;
}

static void
put_ports(const struct layer *l, uint8_t *p)
{
    put16(p, number(l, "src", 1000));
    put16(p + 2, number(l, "dst", 2000));
}

static void
put_tcp(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 20);
    put_ports(l, p);
    put32(p + 4, 1);
    put16(p + 12, number(l, "off", 5) << 12 | number(l, "flags", 0x10));
    put16(p + 14, 8192);
}

static void
finish_tcp(struct builder *b, const struct layer *l)
{
    uint8_t *p = b->f->bytes + l->ofs;
    put_sum(l, p + 16, add(pseudo_sum(b, l, 6), p, l->end - l->ofs));
}

static void
put_udp(struct builder *b, const struct layer *l)
{
    put_ports(l, room(b, 8));
}

static void
finish_udp(struct builder *b, const struct layer *l)
{
    uint8_t *p = b->f->bytes + l->ofs;
    put16(p + 4, number(l, "len", (uint32_t)(l->end - l->ofs)));
    uint32_t sum = add(pseudo_sum(b, l, 17), p, l->end - l->ofs);
    put_sum(l, p + 6, sum);
    if (!get16(p + 6) && !has(l, "csum")) {
        put16(p + 6, 0xffff); /* 0 says that there is none */
    }
}

static void
put_sctp(struct builder *b, const struct layer *l)
{
    put_ports(l, room(b, 12));
}

/* CRC-32c bit by bit, RFC 9260 appendix A. */
static void
finish_sctp(struct builder *b, const struct layer *l)
{
    uint8_t *p = b->f->bytes + l->ofs;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < l->end - l->ofs; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
        }
    }
    crc = ~crc ^ (has(l, "csum") ? 0x01020304 : 0);
    for (int i = 0; i < 4; i++) {
        p[8 + i] = (uint8_t)(crc >> 8 * i);
    }
}

static void
put_icmp(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 8);
    bool is_v6 = l->kind->proto == 58;
    p[0] = (uint8_t)number(l, "type", is_v6 ? 128 : 8);
    p[1] = (uint8_t)number(l, "code", 0);
    put32(p + 4, number(l, "rest", 0x00010001));
}

static void
finish_icmp(struct builder *b, const struct layer *l)
{
    uint8_t *p = b->f->bytes + l->ofs;
    uint32_t sum = l->kind->proto == 58 ? pseudo_sum(b, l, 58) : 0;
    put_sum(l, p + 2, add(sum, p, l->end - l->ofs));
}

static void
put_nd_option(struct builder *b, const struct layer *l, const char *key, uint8_t type)
{
    if (has(l, key)) {
        uint8_t *p = room(b, 8);
        p[0] = type;
        p[1] = 1;
        mac(b, l, key, "", p + 2);
    }
}

/* Neighbour solicitation and advertisement. */
static void
put_nd(struct builder *b, const struct layer *l)
{
    uint8_t *p = room(b, 24);
    p[0] = (uint8_t)(!strcmp(l->kind->name, "ns") ? 135 : 136);
    p[1] = (uint8_t)number(l, "code", 0);
    address(b, l, AF_INET6, "target", "fd00::2", p + 8);
    put_nd_option(b, l, "sll", 1);
    put_nd_option(b, l, "tll", 2);
}

/* -- The rest -- */

/* N counted bytes, or those given. */
static void
put_data(struct builder *b, const struct layer *l)
{
    uint8_t bytes[2048];
    size_t n = hex(l, "hex", bytes, sizeof bytes);
    if (n || !l->n_args) {
        memcpy(room(b, n), bytes, n);
        return;
    }
    n = strtoul(l->args, NULL, 0);
    uint8_t *p = room(b, n);
    for (size_t i = 0; i < n && n <= FRAME_MAX; i++) {
        p[i] = (uint8_t)i;
    }
}

static void
put_nothing(struct builder *b UNUSED, const struct layer *l UNUSED)
{
}

static const struct kind kinds[] = {
    {"eth", 0, -1, put_eth, finish_eth},
    {"vlan", 0x8100, -1, put_vlan, NULL},
    {"llc", 0, -1, put_llc, NULL},
    {"snap", 0, -1, put_snap, NULL},
    {"mpls", 0x8847, -1, put_mpls, NULL},
    {"arp", 0x0806, -1, put_arp, NULL},
    {"ip4", 0x0800, 4, put_ip4, finish_ip4},
    {"ip6", 0x86dd, 41, put_ip6, finish_ip6},
    {"hop", 0, 0, put_options, NULL},
    {"dstopt", 0, 60, put_options, NULL},
    {"rh", 0, 43, put_routing, NULL},
    {"fh", 0, 44, put_fragment, NULL},
    {"ah", 0, 51, put_ah, NULL},
    {"tcp", 0, 6, put_tcp, finish_tcp},
    {"udp", 0, 17, put_udp, finish_udp},
    {"sctp", 0, 132, put_sctp, finish_sctp},
    {"icmp", 0, 1, put_icmp, finish_icmp},
    {"igmp", 0, 2, put_icmp, finish_icmp},
    {"icmp6", 0, 58, put_icmp, finish_icmp},
    {"ns", 0, 58, put_nd, finish_icmp},
    {"na", 0, 58, put_nd, finish_icmp},
    {"data", 0, -1, put_data, NULL},
    {"cut", 0, -1, put_nothing, NULL}, /* to N bytes, and */
    {"pad", 0, -1, put_nothing, NULL}, /* with zeros: when all else is done */
};

static bool
read_layer(struct builder *b, const char **text)
{
    const char *p = *text;
    size_t n = 0;
    while (islower((unsigned char)p[n]) || isdigit((unsigned char)p[n])) {
        n++;
    }
    const struct kind *k = kinds;
    while (k < kinds + ARRAY_LEN(kinds) && (strlen(k->name) != n || strncmp(k->name, p, n))) {
        k++;
    }
    if (k == kinds + ARRAY_LEN(kinds) || b->n == LAYERS) {
        complain(b, "no such layer", p, strlen(p));
        return false;
    }
    struct layer *l = &b->layers[b->n++];
    *l = (struct layer){.kind = k, .args = ""};
    if (p[n] == '(') {
        l->args = p + n + 1;
        l->n_args = strcspn(l->args, ")");
        n += l->n_args + 2;
    }
    *text = p + n + strspn(p + n, " ");
    return true;
}

static bool
wants_data(const struct layer *l)
{
    return strcmp(l->kind->name, "data") && strcmp(l->kind->name, "arp") &&
           strcmp(l->kind->name, "ns") && strcmp(l->kind->name, "na");
}

/* Cuts and pads, which are the last words. */
static void
resize(struct builder *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct layer *l = &b->layers[i];
        size_t n = strtoul(l->args, NULL, 0);
        if (!strcmp(l->kind->name, "cut") && n < b->f->n) {
            b->f->n = n;
        } else if (!strcmp(l->kind->name, "pad") && n > b->f->n) {
            room(b, n - b->f->n);
        }
    }
}

bool
frame_compose(const char *text, struct frame *f, char why[128])
{
    struct builder b = {.f = f, .why = why};
    *why = '\0';
    f->n = 0;
    while (*text) {
        if (!read_layer(&b, &text)) {
            return false;
        }
    }
    size_t n = b.n;
    while (n && b.layers[n - 1].kind->put == put_nothing) {
        n--;
    }
    for (b.at = 0; b.at < n; b.at++) {
        b.layers[b.at].ofs = f->n;
        b.layers[b.at].kind->put(&b, &b.layers[b.at]);
    }
    if (n && wants_data(&b.layers[n - 1])) {
        const struct layer data = {.args = "26", .n_args = 2}; /* bytes of data by default */
        put_data(&b, &data);
    }
    for (size_t i = n; i-- > 0;) {
        b.layers[i].end = f->n;
        if (b.layers[i].kind->finish) {
            b.layers[i].kind->finish(&b, &b.layers[i]);
        }
    }
    resize(&b);
    return !*why;
}
