/* SPDX-License-Identifier: Apache-2.0 */
/* Packets for controllers. Translation has the datapath send a packet up with this note, from
 * which a packet-in is made when it arrives. Control thread. */
#pragma once

#include "base/types.h"

#define PACKET_IN_MAGIC 0x70696e31u

/* The userdata of a datapath's userspace action. */
struct packet_in_note {
    uint32_t magic;
    uint16_t max_len;       /* bytes of the packet */
    uint16_t controller_id; /* which controllers */
    uint64_t cookie;        /* the rule's; all ones: none's */
    uint64_t metadata;
    uint32_t switch_id;    /* ofproto.id */
    uint16_t in_port;      /* as OpenFlow knows it */
    uint8_t table, reason; /* enum of_reason */
};
