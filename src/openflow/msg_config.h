/* SPDX-License-Identifier: Apache-2.0 */
/* The switch's configuration: how it treats fragments, and how much of a packet goes to the
 * controller. OpenFlow 1.5.1 section 7.3.2. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"

enum ofp_frags { OFP_FRAGS_NORMAL, OFP_FRAGS_DROP, OFP_FRAGS_REASM, OFP_FRAGS_NX_MATCH };

struct ofp_switch_config {
    enum ofp_frags frags;
    bool invalid_ttl_to_controller; /* up to OpenFlow 1.2 */
    uint16_t miss_send_len;
};

/* Reads a GET_CONFIG_REPLY, in which flags that are unknown are passed over, or a SET_CONFIG:
 * OFPSCFC_BAD_FLAGS. */
enum ofp_error ofp_switch_config_get(const struct ofp_msg *m, struct ofp_switch_config *);
/* Appends ID: OFPT_SET_CONFIG or OFPT_GET_CONFIG_REPLY. */
void ofp_switch_config_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version,
                           uint32_t xid, const struct ofp_switch_config *);
