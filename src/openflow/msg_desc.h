/* SPDX-License-Identifier: Apache-2.0 */
/* What a switch says of itself: OFPST_DESC. OpenFlow 1.5.1 section 7.3.5.1. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"

enum { OFP_DESC_SIZE = 256, OFP_SERIAL_SIZE = 32 };

/* Each ends in a NUL. */
struct ofp_desc {
    char manufacturer[OFP_DESC_SIZE], hardware[OFP_DESC_SIZE], software[OFP_DESC_SIZE];
    char serial[OFP_SERIAL_SIZE];
    char datapath[OFP_DESC_SIZE];
};

/* Reads a reply, whose length ofp_msg_get() has checked. */
void ofp_desc_get(const struct ofp_msg *m, struct ofp_desc *);
void ofp_desc_put(struct wr *w, enum ofp_version version, uint32_t xid, const struct ofp_desc *);
