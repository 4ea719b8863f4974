/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that controllers have a switch send. OpenFlow 1.0.2 section 5.3.6, 1.5.1 section 7.3.6.
 * Any thread. */
#pragma once

#include "openflow/msg_flow_mod.h"

struct ofp_packet_out {
    struct rd packet;
    uint32_t buffer;          /* OFP_BUFFER_NONE: the packet is in the message */
    struct of_match metadata; /* in_port; since OpenFlow 1.5 whatever is no packet's header */
    struct wr actions; /* a list (actions.h); its buffer is the caller's, aligned to eight */
};

/* Reads M, its actions into P->actions, which is emptied first. OFPBRC_BAD_PORT,
 * _PIPELINE_FIELDS_ONLY, _BAD_LEN, and those of matches and actions. */
enum ofp_error ofp_packet_out_get(const struct ofp_msg *m, struct ofp_packet_out *p);
void ofp_packet_out_put(struct wr *w, enum ofp_version version, uint32_t xid,
                        const struct ofp_packet_out *p);
/* The port that the packet is as if received from. */
uint32_t ofp_packet_out_in_port(const struct ofp_packet_out *p);
