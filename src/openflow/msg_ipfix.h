/* SPDX-License-Identifier: Apache-2.0 */
/* What a bridge's IPFIX exporters have done: Nicira's statistics, as the packaged ovs-ofctl was
 * seen to show them. Any thread; input may be anything. */
#pragma once

#include "openflow/ofp_msg.h"

struct ofp_ipfix_stats {
    uint64_t flows, current_flows, packets, ipv4, ipv6;
    uint64_t errors, ipv4_errors, ipv6_errors, tx_packets, tx_errors;
    uint32_t collector_set; /* of flow statistics */
};

/* Takes an entry at R: the body of NXST_IPFIX_BRIDGE_REPLY, or one of NXST_IPFIX_FLOW_REPLY's. */
void ofp_ipfix_stats_get(struct rd *r, struct ofp_ipfix_stats *);
/* Appends an entry, for ofp_parts_put(). */
void ofp_ipfix_stats_put(struct wr *w, const struct ofp_ipfix_stats *);
