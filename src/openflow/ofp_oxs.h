/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of flows as OpenFlow 1.5 has them: a list of those that are known, each with class,
 * number and length (OpenFlow 1.5.1 section 7.2.4). Any thread; input may be anything. */
#pragma once

#include "base/cursor.h"
#include "openflow/ofp_error.h"

/* What is not told has all bits. */
struct ofp_flow_counts {
    uint32_t duration_s, duration_ns, idle_s; /* idle_s: since the last packet */
    uint32_t n_flows;
    uint64_t n_packets, n_bytes;
};
#define OFP_COUNT_UNKNOWN   UINT64_MAX
#define OFP_COUNT32_UNKNOWN UINT32_MAX

/* Takes the list at R and its padding; what is unknown in it is passed over, and told in
 * *HAS_UNKNOWN unless that is null. OFPBMC_BAD_LEN. */
enum ofp_error ofp_oxs_get(struct rd *r, struct ofp_flow_counts *, bool *has_unknown);
/* Appends those that are known. */
void ofp_oxs_put(struct wr *w, const struct ofp_flow_counts *);
