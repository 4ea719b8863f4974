/* SPDX-License-Identifier: Apache-2.0 */
/* The queues of a port and their rates: QUEUE_GET_CONFIG up to OpenFlow 1.3, the statistics
 * QUEUE_DESC since 1.4. OpenFlow 1.0.2 section 5.3.6, 1.5.1 section 7.3.5.9. Any thread. */
#pragma once

#include "openflow/msg_queue_stats.h"

enum { OFP_RATE_NONE = 0xffff, OFP_RATE_MAX = 1000 };

struct ofp_queue_config {
    uint32_t port, queue;
    uint16_t min_rate, max_rate; /* of 1000; above: disabled; OFP_RATE_NONE: not configured */
};

/* OFP_PORT_NONE, OFP_QUEUE_ALL: all. OFPQOFC_BAD_PORT, OFPBAC_BAD_OUT_PORT. */
enum ofp_error ofp_queue_config_request_get(const struct ofp_msg *m, uint32_t *port,
                                            uint32_t *queue);
/* Appends the request of VERSION; before OpenFlow 1.4 it is for all queues. */
void ofp_queue_config_request_put(struct wr *w, enum ofp_version version, uint32_t xid,
                                  uint32_t port, uint32_t queue);

/* Reads what comes before the queues of the reply M, whose body R is: up to OpenFlow 1.3 *PORT,
 * which is theirs. */
enum ofp_error ofp_queue_config_start(struct rd *r, uint8_t version, uint32_t *port);
/* Takes the queue at R; its port is PORT up to OpenFlow 1.3. OFPBRC_BAD_LEN, OFPBPC_*. */
enum ofp_error ofp_queue_config_get(struct rd *r, uint8_t version, uint32_t port,
                                    struct ofp_queue_config *);
/* Starts the reply of OpenFlow 1.0 to 1.3 with the queues of PORT, for ofp_msg_end(). Since 1.4
 * the queues are entries for ofp_parts_put(). */
size_t ofp_queue_config_begin(struct wr *w, enum ofp_version version, uint32_t xid, uint32_t port);
void ofp_queue_config_put(struct wr *w, enum ofp_version version, const struct ofp_queue_config *);
