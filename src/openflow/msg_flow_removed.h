/* SPDX-License-Identifier: Apache-2.0 */
/* What controllers are told when a flow ends. OpenFlow 1.0.2 section 5.4.3, 1.5.1 section 7.4.2.
 * Any thread. */
#pragma once

#include "openflow/match_wire.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/ofp_oxs.h"

enum ofp_flow_removed_reason {
    OFP_REMOVED_IDLE,
    OFP_REMOVED_HARD,
    OFP_REMOVED_DELETE,
    OFP_REMOVED_GROUP_DELETE, /* from OpenFlow 1.1 on */
    OFP_REMOVED_METER_DELETE, /* from OpenFlow 1.4 on */
    OFP_REMOVED_EVICTION,     /* from OpenFlow 1.4 on */
    OFP_REMOVED_N_REASONS,
};

struct ofp_flow_removed {
    struct of_match match;
    struct ofp_flow_counts counts;
    uint64_t cookie;
    uint16_t priority, idle_timeout, hard_timeout;
    uint8_t table;  /* OFP_TABLE_ALL: not told */
    uint8_t reason; /* enum ofp_flow_removed_reason */
};

enum ofp_error ofp_flow_removed_get(const struct ofp_msg *m, struct ofp_flow_removed *);
/* NXM: as Nicira's message. Reasons that VERSION lacks become "delete". */
void ofp_flow_removed_put(struct wr *w, enum ofp_version version, bool nxm,
                          const struct ofp_flow_removed *);
/* "idle"; NULL for a number that is none. */
const char *ofp_flow_removed_reason_name(unsigned int reason);
