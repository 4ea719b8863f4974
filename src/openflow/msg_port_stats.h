/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of ports. OpenFlow 1.0.2 section 5.3.5, 1.5.1 section 7.3.5.6; the properties beside
 * the standard's as the packaged switch was seen to send them. Any thread. */
#pragma once

#include "openflow/msg_port.h"

enum ofp_port_counter {
#define COUNTER(ID, ...) OFP_PORT_##ID,
#include "openflow/port_counters.def"
#undef COUNTER
    OFP_PORT_N_COUNTERS
};

#define OFP_STAT_UNKNOWN     UINT64_MAX /* a counter that is not kept */
#define OFP_DURATION_UNKNOWN UINT32_MAX /* seconds */

struct ofp_port_stats {
    uint32_t port;
    uint32_t duration_sec, duration_nsec;   /* OpenFlow 1.3 and later */
    uint64_t counters[OFP_PORT_N_COUNTERS]; /* from RX_1_TO_64 on OpenFlow 1.4 and later */
    struct rd custom; /* counters with a name, for ofp_custom_stat_next(); 1.4 and later */
};

enum { OFP_CUSTOM_NAME_SIZE = 64 };

/* All counters and the duration unknown. */
void ofp_port_stats_init(struct ofp_port_stats *);
/* Takes the entry of a reply at R; `custom` borrows of it. OFPBRC_BAD_LEN, OFPBPC_*,
 * OFPBAC_BAD_OUT_PORT. */
enum ofp_error ofp_port_stats_get(struct rd *r, uint8_t version, struct ofp_port_stats *);
/* Appends an entry, for ofp_parts_put(). */
void ofp_port_stats_put(struct wr *w, enum ofp_version version, const struct ofp_port_stats *);

/* Takes the next counter with a name, which is cut to what NAME holds. False: there is none. */
bool ofp_custom_stat_next(struct rd *custom, char name[OFP_CUSTOM_NAME_SIZE], uint64_t *value);
/* Appends one to the bytes that `custom` reads. */
void ofp_custom_stat_put(struct wr *w, const char *name, uint64_t value);

/* The port whose statistics, or description, are asked for: OFP_PORT_NONE for all.
 * OFPBAC_BAD_OUT_PORT. */
enum ofp_error ofp_port_request_get(const struct ofp_msg *m, uint32_t *port);
/* ID: OFPST_PORT_REQUEST or OFPST_PORT_DESC_REQUEST, which has a port since OpenFlow 1.5. */
void ofp_port_request_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                          uint32_t port);
