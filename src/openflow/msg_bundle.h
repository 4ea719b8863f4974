/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: messages that take effect together, since OpenFlow 1.5 at a given time if the switch
 * can. OpenFlow 1.5.1 sections 7.3.9 and 7.3.5.20, for 1.3 as an extension of the ONF's. Any
 * thread; input may be anything. */
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

enum ofp_bundle_flag {
    OFP_BUNDLE_ATOMIC = 1 << 0,
    OFP_BUNDLE_ORDERED = 1 << 1,
    OFP_BUNDLE_TIME = 1 << 2 /* the commit says when */
};

/* Since 1970, international atomic time without leap seconds. */
struct ofp_time {
    uint64_t seconds;
    uint32_t nanoseconds;
};

struct ofp_bundle_control {
    uint32_t bundle;
    uint16_t type, flags; /* enum ofp_bundle_type, ofp_bundle_flag; unknown ones too */
    bool has_time;        /* OpenFlow 1.5 alone */
    struct ofp_time when;
};

/* OFPBPC_*; properties of other kinds are passed over. */
enum ofp_error ofp_bundle_control_get(const struct ofp_msg *m, struct ofp_bundle_control *);
void ofp_bundle_control_put(struct wr *w, enum ofp_version version, uint32_t xid,
                            const struct ofp_bundle_control *);

/* -- What a switch can schedule: OpenFlow 1.5 -- */

enum ofp_bundle_feature_flag {
    OFP_BUNDLE_FEATURES_TIMESTAMP = 1 << 0, /* asks for the switch's time */
    OFP_BUNDLE_FEATURES_SET = 1 << 1,       /* sets how far ahead and behind is fine */
};

struct ofp_bundle_features {
    uint32_t flags; /* of a request: enum ofp_bundle_feature_flag; of a reply: ofp_bundle_flag */
    bool has_time;
    struct ofp_time accuracy, max_future, max_past, now;
};

enum ofp_error ofp_bundle_features_get(const struct ofp_msg *m, struct ofp_bundle_features *);
/* ID: OFPST_BUNDLE_FEATURES_REQUEST or _REPLY. */
void ofp_bundle_features_put(struct wr *w, enum ofp_msg_id id, uint32_t xid,
                             const struct ofp_bundle_features *);

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
