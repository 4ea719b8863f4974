/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics (multipart) messages are 64 kB at most: what is longer goes in several, all with the
 * same transaction id and all but the last with a flag. OpenFlow 1.5.1 section 7.3.5. */
#pragma once

#include "openflow/ofp_msg.h"
#include "text/str.h"

/* -- Writing: a reply is begun, entries are put, the reply is ended -- */

struct ofp_parts {
    struct str *out; /* gets the messages, one after the other */
    enum ofp_msg_id id;
    enum ofp_version version;
    uint32_t xid;
    size_t begin; /* of the part under way in OUT */
};

/* OUT is borrowed until ofp_parts_end(). ID exists in VERSION. */
void ofp_parts_begin(struct ofp_parts *, struct str *out, enum ofp_msg_id id,
                     enum ofp_version version, uint32_t xid);
/* Appends an entry of N bytes, none of which may lie in OUT. -E_OVERFLOW: no message can hold it,
 * and nothing was put. */
int ofp_parts_put(struct ofp_parts *, const void *entry, size_t n);
void ofp_parts_end(struct ofp_parts *);

/* -- Reading: the bodies of parts become one -- */

enum { OFP_WHOLE_MAX = 1 << 20 }; /* bytes that a peer may have us keep */

/* The parts of one message as they come; one at a time is kept. Messages of one part may come in
 * between. */
struct ofp_whole {
    struct str body;
    enum ofp_msg_id id;
    uint8_t version;
    uint32_t xid;
    bool is_under_way;
};

void ofp_whole_init(struct ofp_whole *);
void ofp_whole_fini(struct ofp_whole *);
/* Takes M. *IS_WHOLE: it was the only or the last part, and M->body and M->flags are now those of
 * all of them, good until the next call. OFPBRC_MULTIPART_BUFFER_OVERFLOW: the parts are too much,
 * and what was kept is dropped; or M is the first part of another message, which is refused until
 * the last part of this one has come. */
enum ofp_error ofp_whole_add(struct ofp_whole *, struct ofp_msg *m, bool *is_whole);
