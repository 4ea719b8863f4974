/* SPDX-License-Identifier: Apache-2.0 */
/* What a switch says of itself when a controller asks. OpenFlow 1.0.2 section 5.3.1, 1.5.1 section
 * 7.3.1. Any thread. */
#pragma once

#include "openflow/msg_port.h"

enum ofp_capability {
    OFP_CAP_FLOW_STATS = 1 << 0,
    OFP_CAP_TABLE_STATS = 1 << 1,
    OFP_CAP_PORT_STATS = 1 << 2,
    OFP_CAP_GROUP_STATS = 1 << 3, /* from OpenFlow 1.1 on */
    OFP_CAP_IP_REASM = 1 << 5,
    OFP_CAP_QUEUE_STATS = 1 << 6,
    OFP_CAP_ARP_MATCH_IP = 1 << 7,     /* OpenFlow 1.0 and 1.1 */
    OFP_CAP_PORT_BLOCKED = 1 << 8,     /* from OpenFlow 1.2 on */
    OFP_CAP_BUNDLES = 1 << 9,          /* from OpenFlow 1.4 on */
    OFP_CAP_FLOW_MONITORING = 1 << 10, /* from OpenFlow 1.4 on */
    OFP_CAP_STP = 1 << 11,             /* OpenFlow 1.0, where it has the bit of GROUP_STATS */
};

struct ofp_features {
    uint64_t datapath_id;
    uint32_t n_buffers;
    uint8_t n_tables;
    uint8_t auxiliary_id;  /* from OpenFlow 1.3 on */
    uint32_t capabilities; /* enum ofp_capability */
    uint32_t actions;      /* OpenFlow 1.0: bit N is the action of type N */
    struct rd ports;       /* up to OpenFlow 1.2: for ofp_port_desc_get(), as many as fit */
};

void ofp_features_get(const struct ofp_msg *m, struct ofp_features *);
/* Starts a reply, which ofp_msg_end() ends; up to OpenFlow 1.2 ofp_port_desc_put() may append
 * ports to it. */
size_t ofp_features_begin(struct wr *w, enum ofp_version version, uint32_t xid,
                          const struct ofp_features *);
