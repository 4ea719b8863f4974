/* SPDX-License-Identifier: Apache-2.0 */
/* What a switch's controllers are and how their connections fare, asked for or told when it
 * changes. OpenFlow 1.5.1 sections 7.3.5.19 and 7.4.7. Any thread; input may be anything. */
#pragma once

#include "openflow/msg_role.h"

enum ofp_controller_reason {
    OFP_CONTROLLER_REQUEST,
    OFP_CONTROLLER_CHANNEL,
    OFP_CONTROLLER_ROLE,
    OFP_CONTROLLER_ADDED,
    OFP_CONTROLLER_REMOVED,
    OFP_CONTROLLER_SHORT_ID,
    OFP_CONTROLLER_EXPERIMENTER,
};

struct ofp_controller_status {
    uint16_t short_id; /* the controller's number, 0: none */
    enum ofp_role role;
    uint8_t reason; /* enum ofp_controller_reason, unknown ones too */
    bool is_down;   /* the channel */
    struct rd uri;  /* "tls:192.0.2.1:6653"; empty: not said. Borrows of the message */
};

/* Takes the controller at R, in OFPT_CONTROLLER_STATUS or the reply of the statistics.
 * OFPBRC_BAD_LEN, OFPRRFC_BAD_ROLE, OFPBPC_*. */
enum ofp_error ofp_controller_status_get(struct rd *r, struct ofp_controller_status *);
/* Appends it: the body of the one, an entry of the other. */
void ofp_controller_status_put(struct wr *w, const struct ofp_controller_status *);
