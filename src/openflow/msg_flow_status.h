/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics of single flows without what the flows do, OpenFlow 1.5's OFPST_FLOW_STATS: as
 * the reply to a request, whose body is that of OFPST_FLOW's (msg_flow_stats.h), or sent by itself
 * when a flow's stat_trigger says so. OpenFlow 1.5.1 section 7.3.5.3. Any thread. */
#pragma once

#include "openflow/match_wire.h"
#include "openflow/ofp_oxs.h"
#include "openflow/ofp_parts.h"

enum ofp_flow_status_reason { OFP_FLOW_STATUS_REQUEST, OFP_FLOW_STATUS_TRIGGER };

struct ofp_flow_status {
    struct of_match match;
    struct ofp_flow_counts counts; /* n_flows is not among them */
    uint16_t priority;
    uint8_t table;
    uint8_t reason; /* enum ofp_flow_status_reason */
};

/* Takes the next flow at R. OFPBRC_BAD_LEN, OFPBMC_BAD_LEN of the statistics, and those of
 * matches. */
enum ofp_error ofp_flow_status_get(struct rd *r, struct ofp_flow_status *);
/* Puts a flow into the reply REPLY. -E_OVERFLOW: it fits into no message. */
int ofp_flow_status_put(struct ofp_parts *reply, const struct ofp_flow_status *);
