/* SPDX-License-Identifier: Apache-2.0 */
/* What flows there are, and how many in all: requests and replies, standard and Nicira's. OpenFlow
 * 1.0.2 section 5.3.5, 1.5.1 section 7.3.5. Any thread. */
#pragma once

#include "openflow/actions.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/ofp_oxs.h"
#include "openflow/ofp_parts.h"
#include "openflow/ofp_print.h"

struct ofp_flow_stats_request {
    struct of_match match;
    uint64_t cookie, cookie_mask; /* mask 0: any */
    uint32_t out_port, out_group; /* OFP_PORT_NONE, OFP_GROUP_ANY: any */
    uint8_t table;                /* OFP_TABLE_ALL: all */
};

/* Of M, a FLOW, FLOW_STATS or AGGREGATE request. */
enum ofp_error ofp_flow_stats_request_get(const struct ofp_msg *m,
                                          struct ofp_flow_stats_request *);
/* ID: OFPST_FLOW_REQUEST, OFPST_FLOW_STATS_REQUEST, OFPST_AGGREGATE_REQUEST, or Nicira's. */
void ofp_flow_stats_request_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version,
                                uint32_t xid, const struct ofp_flow_stats_request *);

/* One flow of a reply. */
struct ofp_flow_stats {
    struct of_match match;
    struct ofp_flow_counts counts;
    uint64_t cookie;
    uint16_t priority, idle_timeout, hard_timeout;
    uint16_t flags, importance; /* enum ofp_flow_flag */
    uint8_t table;
    int32_t idle_age, hard_age; /* seconds; -1: not told */
    struct wr actions;          /* its buffer is the caller's, aligned to eight */
};

/* Takes the next flow at R, the rest of M's body. FS->actions is emptied first. OFPBRC_BAD_LEN,
 * which is logged, and those of matches and actions. */
enum ofp_error ofp_flow_stats_get(const struct ofp_msg *m, struct rd *r, struct ofp_flow_stats *);
/* Puts a flow into the reply REPLY. -E_OVERFLOW: it fits into no message. */
int ofp_flow_stats_put(struct ofp_parts *reply, const struct ofp_flow_stats *);
/* Appends a flow in one line, without its end, as `ovs-ofctl dump-flows` shows it. SHOW_COUNTS:
 * with what changes by itself. */
void ofp_flow_stats_format(struct str *, const struct ofp_flow_stats *, bool show_counts,
                           const struct ofp_print *how);

/* The reply to an aggregate request. OFPBMC_BAD_LEN. */
enum ofp_error ofp_aggregate_get(const struct ofp_msg *m, struct ofp_flow_counts *);
void ofp_aggregate_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                       const struct ofp_flow_counts *);
