/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of OpenFlow: which one it is, and what goes around its body (msgs.def). A message in
 * memory is borrowed bytes; families (msg_*.h) turn the body into structures and back.
 * OpenFlow 1.5.1 section 7.1. Constant tables; any thread; input may be anything. */
#pragma once

#include "base/cursor.h"
#include "openflow/ofp_error.h"

enum ofp_msg_id {
#define OFM(ID, ...) ID,
#include "openflow/msgs.def"
#undef OFM
    OFP_MSG_COUNT
};

enum {
    OFP_HEADER_SIZE = 8,
    OFP_MSG_MAX = UINT16_MAX,
    OFP_FLAG_MORE = 1, /* statistics: more parts follow */
};

/* The header that every message begins with. */
struct ofp_header {
    uint8_t version, type;
    uint16_t len; /* of the message, header and all */
    uint32_t xid;
};

struct ofp_msg {
    enum ofp_msg_id id;
    uint8_t version; /* only HELLO, ERROR and ECHO_* come in versions that ofp_version lacks */
    uint16_t flags;  /* of statistics */
    uint32_t xid;
    struct rd body;       /* what follows all that names the message */
    const uint8_t *bytes; /* the whole message, of LEN bytes */
    size_t len;
};

/* Reads the first eight bytes; false if there are fewer. */
bool ofp_header_get(const void *bytes, size_t n, struct ofp_header *);

/* Reads the N bytes of one message: its header's length is N. Logs and gives OFPBRC_BAD_VERSION,
 * _BAD_TYPE, _BAD_STAT, _BAD_VENDOR, _BAD_SUBTYPE or _BAD_LEN. */
enum ofp_error ofp_msg_get(struct ofp_msg *, const void *bytes, size_t n);
/* The same for the beginning of a message, whose length then is not looked at. */
enum ofp_error ofp_msg_get_partial(struct ofp_msg *, const void *bytes, size_t n);

/* "OFPST_FLOW request". */
const char *ofp_msg_name(enum ofp_msg_id);
/* What the message means, whatever its form: OFPT_FLOW_MOD for NXT_FLOW_MOD as well. */
enum ofp_msg_id ofp_msg_kind(enum ofp_msg_id);
bool ofp_msg_is_in(enum ofp_msg_id, enum ofp_version);
bool ofp_msg_is_statistics(enum ofp_msg_id);
/* The message that means KIND in VERSION; of several the first, which is the standard's. False:
 * there is none. */
bool ofp_msg_find(enum ofp_msg_id kind, enum ofp_version version, enum ofp_msg_id *id);

/* Starts a message at the end of W, with all that comes before its body; what it gives is for
 * ofp_msg_end(), which fills in the length. W turns bad when it, or 64 kB, is full, and for a
 * message that VERSION lacks. */
size_t ofp_msg_begin(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid);
void ofp_msg_end(struct wr *w, size_t begin);
