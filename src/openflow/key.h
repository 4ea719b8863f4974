/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenFlow can know of a packet: the values of all fields, each as its bytes in network
 * order. Fields that exclude each other share a member, as ARP's addresses and IPv4's do, and so
 * do registers of different widths. No member of up to four bytes straddles a 32-bit word. The
 * same structure holds masks. Plain data; any context. */
#pragma once

#include "base/types.h"

#define OF_N_REGS            32
#define OF_TUN_METADATA_SIZE 256 /* bytes, of all options together */

struct of_key {
    /* Datapath and pipeline */
    uint8_t pkt_mark[4], recirc_id[4], dp_hash[4], conj_id[4], skb_priority[4];
    uint8_t actset_output[4], packet_type[4];
    uint8_t in_port[4]; /* as OpenFlow 1.1 numbers it */
    uint8_t metadata[8];
    union {
        uint8_t reg[OF_N_REGS][4];
        uint8_t xreg[OF_N_REGS / 2][8];
        uint8_t xxreg[OF_N_REGS / 4][16];
    };
    /* Connection tracking */
    uint8_t ct_state[4], ct_mark[4], ct_label[16];
    uint8_t ct_nw_src[4], ct_nw_dst[4], ct_ipv6_src[16], ct_ipv6_dst[16];
    uint8_t ct_tp_src[2], ct_tp_dst[2], ct_zone[2], ct_nw_proto[1], pad_ct[1];
    /* Tunnel; where in the metadata an option lies, struct of_match says */
    uint8_t tun_id[8], tun_src[4], tun_dst[4], tun_ipv6_src[16], tun_ipv6_dst[16];
    uint8_t tun_tos[1], tun_ttl[1], tun_gbp_flags[1], tun_erspan_ver[1];
    uint8_t tun_gbp_id[2], tun_flags[2], tun_erspan_idx[4];
    uint8_t tun_erspan_dir[1], tun_erspan_hwid[1], tun_gtpu_flags[1], tun_gtpu_msgtype[1];
    uint8_t tun_metadata[OF_TUN_METADATA_SIZE];
    /* Ethernet, MPLS; the tag has bit 0x1000 when there is one */
    uint8_t eth_src[6], eth_type[2], eth_dst[6], vlan_tci[2], mpls_lse[4];
    /* IP and ARP */
    uint8_t nw_src[4], nw_dst[4], ipv6_src[16], ipv6_dst[16], ipv6_label[4];
    uint8_t nw_proto[1], nw_tos[1], nw_ttl[1], nw_frag[1];
    /* Transport; ICMP has its type and code here as well */
    uint8_t tp_src[2], tp_dst[2];
    uint8_t arp_sha[6], tcp_flags[2], arp_tha[6], nd_options_type[1], nsh_flags[1];
    uint8_t nd_target[16], nd_reserved[4];
    /* Network service header */
    uint8_t nsh_ttl[1], nsh_mdtype[1], nsh_np[1], pad_nsh[1], nsh_path[4], nsh_c[4][4];
};

static_assert(sizeof(struct of_key) % 4 == 0, "a key is whole words");
