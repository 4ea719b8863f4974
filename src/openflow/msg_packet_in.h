/* SPDX-License-Identifier: Apache-2.0 */
/* Packets on their way to controllers, in all forms: OpenFlow's own, Nicira's two, and Nicira's
 * resume, with which a controller hands back a packet that waits. OpenFlow 1.0.2 section 5.4.1,
 * 1.5.1 section 7.4.1, ovs-actions(7) "controller". Any thread. */
#pragma once

#include "openflow/match_wire.h"
#include "openflow/msg_flow_mod.h"

/* Which message packets are sent in; numbered as NXT_SET_PACKET_IN_FORMAT has them. */
enum ofp_packet_in_format {
    OFP_PACKET_IN_STANDARD,
    OFP_PACKET_IN_NXT,
    OFP_PACKET_IN_NXT2,
    OFP_PACKET_IN_N_FORMATS
};

enum ofp_packet_in_reason {
    OFP_REASON_NO_MATCH,
    OFP_REASON_ACTION,
    OFP_REASON_INVALID_TTL,
    OFP_REASON_ACTION_SET, /* this and the next two from OpenFlow 1.4 on */
    OFP_REASON_GROUP,
    OFP_REASON_PACKET_OUT,
    OFP_N_REASONS,
};

struct ofp_packet_in {
    struct rd packet; /* as much of it as is sent */
    uint32_t total_len;
    uint32_t buffer;       /* OFP_BUFFER_NONE */
    uint64_t cookie;       /* of the flow; OFP_COOKIE_NONE: none or unknown */
    uint8_t table, reason; /* enum ofp_packet_in_reason */
    bool has_userdata, has_continuation;
    struct rd userdata;       /* of the action */
    struct rd continuation;   /* properties that only the switch that made them knows */
    struct of_match metadata; /* in_port and whatever else is known of the packet */
};

/* Reads a packet-in of any form, or NXT_RESUME. What it gives are pieces of M's bytes. OFPBMC_*,
 * OFPBPC_*, OFPBAC_BAD_OUT_PORT, OFPBRC_BAD_LEN: no packet, or more of it than there is. */
enum ofp_error ofp_packet_in_get(const struct ofp_msg *m, struct ofp_packet_in *);
/* Appends it in FORMAT; what that cannot say is left out. Reasons that VERSION lacks become
 * "action". */
void ofp_packet_in_put(struct wr *w, enum ofp_version version, enum ofp_packet_in_format format,
                       const struct ofp_packet_in *);
/* Appends an NXT_RESUME for a packet that was received with a continuation. */
void ofp_resume_put(struct wr *w, enum ofp_version version, uint32_t xid,
                    const struct ofp_packet_in *);
/* "no_match", "action"; NULL for a number that is none. */
const char *ofp_packet_in_reason_name(unsigned int reason);
