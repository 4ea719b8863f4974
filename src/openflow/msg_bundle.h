/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: messages that take effect together. OpenFlow 1.5.1 section 7.3.9, for 1.3 as an
 * extension of the ONF's. Any thread; input may be anything. */
#pragma once

#include "openflow/ofp_msg.h"

enum ofp_bundle_type {
    OFP_BUNDLE_OPEN_REQUEST,
    OFP_BUNDLE_OPEN_REPLY,
    OFP_BUNDLE_CLOSE_REQUEST,
    OFP_BUNDLE_CLOSE_REPLY,
    OFP_BUNDLE_COMMIT_REQUEST,
    OFP_BUNDLE_COMMIT_REPLY,
    OFP_BUNDLE_DISCARD_REQUEST,
    OFP_BUNDLE_DISCARD_REPLY,
};

enum ofp_bundle_flag { OFP_BUNDLE_ATOMIC = 1 << 0, OFP_BUNDLE_ORDERED = 1 << 1 };

struct ofp_bundle_control {
    uint32_t bundle;
    uint16_t type, flags; /* enum ofp_bundle_type, ofp_bundle_flag; unknown ones too */
};

void ofp_bundle_control_get(const struct ofp_msg *m, struct ofp_bundle_control *);
void ofp_bundle_control_put(struct wr *w, enum ofp_version version, uint32_t xid,
                            const struct ofp_bundle_control *);

/* A message on its way into a bundle. */
struct ofp_bundle_add {
    uint32_t bundle;
    uint16_t flags;       /* enum ofp_bundle_flag */
    enum ofp_msg_id id;   /* of the message inside */
    const uint8_t *bytes; /* the message inside, of LEN bytes */
    size_t len;
};

/* `bytes` borrows of M. OFPBFC_MSG_BAD_LEN, _BAD_VERSION, _MSG_BAD_XID, _MSG_UNSUP, and what
 * ofp_msg_get() gives. */
enum ofp_error ofp_bundle_add_get(const struct ofp_msg *m, struct ofp_bundle_add *);
/* Appends one; the message inside must have the same XID. */
void ofp_bundle_add_put(struct wr *w, enum ofp_version version, uint32_t xid,
                        const struct ofp_bundle_add *);
