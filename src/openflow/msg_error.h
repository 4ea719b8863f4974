/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that peers tell each other. OpenFlow 1.5.1 section 7.5.4. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"

enum { OFP_ERROR_SIZE = 24 }; /* of an error message at most, without what it sends back */

/* Reads message M: which error it is, or OFP_OK for one that is unknown, and what the sender put
 * behind it: some of the message that it is about, or for OFPHFC_* text. */
enum ofp_error ofp_error_msg_get(const struct ofp_msg *m, struct rd *payload);
/* Appends ERROR about the N bytes of a message, which is sent back as far as it fits; OFPHFC_*
 * take text instead. An error that VERSION cannot say becomes NXBRC_UNENCODABLE_ERROR or, in
 * versions that lack this too, OFPBRC_BAD_TYPE. */
void ofp_error_msg_put(struct wr *w, enum ofp_error error, enum ofp_version version, uint32_t xid,
                       const void *bytes, size_t n);
