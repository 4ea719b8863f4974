/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of queues. OpenFlow 1.0.2 section 5.3.5, 1.5.1 section 7.3.5.8. Any thread. */
#pragma once

#include "openflow/msg_port_stats.h"

#define OFP_QUEUE_ALL UINT32_MAX

struct ofp_queue_stats {
    uint32_t port, queue;
    uint64_t tx_bytes, tx_packets, tx_errors; /* or OFP_STAT_UNKNOWN */
    uint32_t duration_sec, duration_nsec;     /* OpenFlow 1.3 and later */
};

/* Takes the entry of a reply at R. OFPBRC_BAD_LEN, OFPBAC_BAD_OUT_PORT. */
enum ofp_error ofp_queue_stats_get(struct rd *r, uint8_t version, struct ofp_queue_stats *);
/* Appends an entry, for ofp_parts_put(). */
void ofp_queue_stats_put(struct wr *w, enum ofp_version version, const struct ofp_queue_stats *);

/* Whose statistics are asked for: OFP_PORT_NONE, OFP_QUEUE_ALL for all. OFPBAC_BAD_OUT_PORT. */
enum ofp_error ofp_queue_stats_request_get(const struct ofp_msg *m, uint32_t *port,
                                           uint32_t *queue);
void ofp_queue_stats_request_put(struct wr *w, enum ofp_version version, uint32_t xid,
                                 uint32_t port, uint32_t queue);
