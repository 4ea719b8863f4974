/* SPDX-License-Identifier: Apache-2.0 */
/* The flow key: what the switch knows about a packet, and the table of its fields (fields.def).
 * A key is an array of 64-bit words, so compare, mask and hash go eight bytes at a time, and a
 * bitmap says which words are not zero, so they touch only the words that matter (six for UDP
 * over IPv4). A mask is a key too: its one bits are those that count. Multi-byte members are in
 * network order, metadata in host order, as in the kernel's datapath attributes.
 *
 * Everything here is pure and may be called in any context. */
#pragma once

#include "base/endian.h"
#include "base/hash.h"

/* nw_frag: bit 0 for any fragment, bit 1 for one that is not the first. */
#define FLOW_FRAG_ANY   1
#define FLOW_FRAG_LATER 2
#define FLOW_FRAG_MASK  3

/* tun_flags. */
enum { FLOW_TUN_OAM = 1, FLOW_TUN_DF = 2, FLOW_TUN_CSUM = 4, FLOW_TUN_KEY = 8 };

#define FLOW_VLAN_PRESENT 0x1000 /* set in vlan_tci of the key when there is a header */

#define ETH_TYPE_NOT_ETH 0x05ff /* eth_type of an 802.2 frame without a SNAP Ethernet type */
#define ETH_TYPE_MIN     0x0600
#define ETH_TYPE_IPV4    0x0800
#define ETH_TYPE_ARP     0x0806
#define ETH_TYPE_RARP    0x8035
#define ETH_TYPE_VLAN    0x8100
#define ETH_TYPE_QINQ    0x88a8
#define ETH_TYPE_IPV6    0x86dd
#define ETH_TYPE_MPLS    0x8847
#define ETH_TYPE_MPLS_MC 0x8848

#define IP_PROTO_HOPOPTS  0
#define IP_PROTO_ICMP     1
#define IP_PROTO_IGMP     2
#define IP_PROTO_TCP      6
#define IP_PROTO_UDP      17
#define IP_PROTO_ROUTING  43
#define IP_PROTO_FRAGMENT 44
#define IP_PROTO_AH       51
#define IP_PROTO_ICMPV6   58
#define IP_PROTO_NONE     59
#define IP_PROTO_DSTOPTS  60
#define IP_PROTO_SCTP     132
#define IP_PROTO_MH       135

#define ND_NEIGHBOR_SOLICIT 135
#define ND_NEIGHBOR_ADVERT  136

#define FLOW_KEY_WORDS 28

struct flow_key {
    union {
        struct {
            /* 0: metadata, host order */
            uint32_t recirc_id, in_port;
            uint32_t dp_hash, skb_priority;
            uint32_t skb_mark, ct_mark;
            uint32_t ct_state;
            uint16_t ct_zone, pad_ct;
            uint8_t ct_label[16];
            /* 6: tunnel */
            be64 tun_id;
            be32 tun_src, tun_dst;
            uint8_t tun_ipv6_src[16], tun_ipv6_dst[16];
            uint8_t tun_tos, tun_ttl;
            uint16_t tun_flags;
            be16 tun_tp_src, tun_tp_dst;
            /* 13: Ethernet, and what most masks want besides */
            uint8_t eth_dst[6], eth_src[6];
            be16 eth_type; /* innermost; 0 when the packet is too short */
            uint8_t nw_proto, nw_frag;
            /* 15: outermost VLAN first; tci has FLOW_VLAN_PRESENT, all 0 without a header */
            be16 vlan_tpid0, vlan_tci0, vlan_tpid1, vlan_tci1;
            /* 16: IPv4, and ARP's protocol addresses */
            be32 ipv4_src, ipv4_dst;
            uint8_t ipv6_src[16], ipv6_dst[16];
            /* 21: transport; ICMP has its type and code as low-order bytes of the ports */
            union {
                struct {
                    be16 tp_src, tp_dst;
                };
                struct {
                    uint8_t pad_type, icmp_type, pad_code, icmp_code;
                };
            };
            be16 tcp_flags; /* low 12 bits */
            uint8_t nw_tos, nw_ttl;
            /* 22 */
            be32 ipv6_label; /* low 20 bits */
            be32 mpls_lse0;
            uint8_t nd_target[16];
            /* 25: ARP, or the link-layer addresses of ND (sll in arp_sha, tll in arp_tha) */
            uint8_t arp_sha[6], arp_tha[6];
            be16 arp_op;
            uint16_t pad_arp;
            /* 27 */
            be32 mpls_lse1, mpls_lse2;
        };
        uint64_t words[FLOW_KEY_WORDS];
    };
    be32 packet_type; /* 0: Ethernet. Not matched: the same for all packets of this datapath */
    uint32_t pad_end;
};

/* One bit per word of a key. */
typedef uint64_t flow_map;

/* How many words: without the processor's instruction, which freestanding code may not have. */
static inline uint32_t
flow_map_count(flow_map map)
{
    map -= map >> 1 & 0x5555555555555555u;
    map = (map & 0x3333333333333333u) + (map >> 2 & 0x3333333333333333u);
    return (uint32_t)(((map + (map >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56);
}

#define FLOW_WORD_OF(MEMBER) (offsetof(struct flow_key, MEMBER) / 8)
#define FLOW_BIT_OF(MEMBER)  ((flow_map)1 << FLOW_WORD_OF(MEMBER))

static_assert(offsetof(struct flow_key, packet_type) == 8 * FLOW_KEY_WORDS, "whole words");

enum flow_field_id {
#define FIELD(ID, ...) FIELD_##ID,
#include "datapath/fields.def"
#undef FIELD
    FIELD_COUNT
};

/* How a value is written in the datapath's text form. */
enum flow_form {
    FORM_DEC,
    FORM_HEX,
    FORM_ETH,
    FORM_IPV4,
    FORM_IPV6,
    FORM_PORT,        /* a datapath port: number, or name when names are wanted */
    FORM_FRAG,        /* no, first, later; the key has FLOW_FRAG_*, the attribute 0, 1, 2 */
    FORM_TCP_FLAGS,   /* fin|syn|... */
    FORM_TUN_FLAGS,   /* df|csum|key|oam */
    FORM_CT_STATE,    /* new|est|... */
    FORM_VLAN_TCI,    /* vid=,pcp=[,cfi=0] */
    FORM_MPLS_LSE,    /* label=,tc=,ttl=,bos= */
    FORM_PACKET_TYPE, /* ns=,id= */
};

enum flow_mask_rule {
    MASK_NONE, /* exact or wildcarded */
    MASK_ANY,  /* any bits */
};

enum flow_prereq {
    PREREQ_NONE,
    PREREQ_ETH,
    PREREQ_TUNNEL, /* tun_dst or tun_ipv6_dst is not 0 */
    PREREQ_VLAN,   /* a first VLAN header */
    PREREQ_MPLS,
    PREREQ_IPV4,
    PREREQ_IPV6,
    PREREQ_ARP, /* or RARP */
    PREREQ_TCP, /* the transport ones: over either IP, and not a later fragment */
    PREREQ_UDP,
    PREREQ_SCTP,
    PREREQ_ICMP,
    PREREQ_ICMPV6,
    PREREQ_ND, /* neighbour solicitation or advertisement, code 0 */
    PREREQ_COUNT
};

enum flow_layer {
    LAYER_NONE, /* cannot be set */
    LAYER_META,
    LAYER_L2,
    LAYER_L2_5,
    LAYER_L3,
    LAYER_L4,
};

/* Which checksums cover a field (csum column). */
#define CSUM_IP     1  /* the IPv4 header's */
#define CSUM_PSEUDO 2  /* the transport's, through the pseudo-header */
#define CSUM_L4     4  /* the transport's, as part of its header */
#define CSUM_SCTP   8  /* SCTP's CRC-32c */
#define CSUM_ROUTED 16 /* not in the pseudo-header while a routing header has segments left */

#define FLOW_FIELD_HOOK     0xff /* pkt_ofs of a field that set_field.c writes in its own way */
#define FLOW_FIELD_MAX_SIZE 16

struct flow_field {
    const char *name, *group, *label;
    uint16_t key_ofs; /* bytes in struct flow_key */
    uint8_t size;     /* bytes there */
    uint8_t bits;     /* significant bits, at most 8 * size */
    uint8_t form;     /* enum flow_form */
    uint8_t mask;     /* enum flow_mask_rule */
    uint8_t prereq;   /* enum flow_prereq */
    uint8_t attr;     /* OVS_KEY_ATTR_* or 0 */
    uint8_t attr_ofs;
    uint8_t layer; /* enum flow_layer */
    uint8_t pkt_ofs;
    uint8_t csum;
};

extern const struct flow_field flow_fields[FIELD_COUNT];

/* Copies a field's flow_fields[id].size bytes out of or into KEY. */
void flow_field_get(enum flow_field_id, const struct flow_key *key, void *value);
void flow_field_set(enum flow_field_id, struct flow_key *key, const void *value);
/* Sets the significant bits of a field in MASK: the field is matched exactly. */
void flow_field_set_exact(enum flow_field_id, struct flow_key *mask);
/* What of the field MASK has: no bit, all significant bits. */
bool flow_field_is_zero(enum flow_field_id, const struct flow_key *mask);
bool flow_field_is_exact(enum flow_field_id, const struct flow_key *mask);
/* The row whose name is the N characters at NAME, or FIELD_COUNT. */
enum flow_field_id flow_field_find(const char *name, size_t n);

/* Whether a packet with KEY has what PREREQ asks. */
bool flow_prereq_holds(enum flow_prereq, const struct flow_key *key);
/* The part of it that a packet's Ethernet type and IP protocol decide. */
bool flow_prereq_fits(enum flow_prereq, uint16_t eth_type, uint8_t proto);
/* Adds to MASK the fields that flow_prereq_holds() looks at. */
void flow_prereq_add_mask(enum flow_prereq, struct flow_key *mask);

/* The bitmap of KEY's words that are not 0. */
flow_map flow_key_map(const struct flow_key *key);
/* DST = KEY & MASK. DST may be KEY. */
void flow_key_mask(struct flow_key *dst, const struct flow_key *key, const struct flow_key *mask);
/* Whether A and B are the same in the bits of MASK. */
bool flow_key_equal_masked(const struct flow_key *a, const struct flow_key *b,
                           const struct flow_key *mask);
bool flow_key_equal(const struct flow_key *a, const struct flow_key *b);
/* MASK |= MORE. */
void flow_key_or(struct flow_key *mask, const struct flow_key *more);
/* A mask of all bits of every field that exists in a packet with KEY. */
void flow_mask_exact(struct flow_key *mask, const struct flow_key *key);

/* Per-word multipliers, so that equal words at different places hash differently. */
extern const uint64_t flow_hash_keys[FLOW_KEY_WORDS + 1];

/* Hash of the words of KEY in MAP. Pairs of words are multiplied independently of each other, so
 * the processor overlaps them. BASIS keeps outsiders from choosing collisions. */
static inline uint32_t
flow_key_hash(const struct flow_key *key, flow_map map, uint64_t basis)
{
    uint64_t h = basis;
    while (map) {
        unsigned int i = PORT_CTZ64(map);
        map &= map - 1;
        unsigned int j = FLOW_KEY_WORDS;
        uint64_t second = 0;
        if (map) {
            j = PORT_CTZ64(map);
            map &= map - 1;
            second = key->words[j];
        }
        h += hash_mix64(key->words[i] ^ flow_hash_keys[i] ^ basis, second ^ flow_hash_keys[j]);
    }
    return hash_finish(h * 0x9e3779b97f4a7c15u);
}
