/* SPDX-License-Identifier: Apache-2.0 */
/* What one controller asked, told to another: changes of groups and meters. OpenFlow 1.5.1 section
 * 7.4.6. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"

/* Gives in *INNER the request that M forwards: of kind OFPT_GROUP_MOD or OFPT_METER_MOD.
 * OFPBFC_MSG_BAD_LEN, OFPBRC_BAD_VERSION, OFPBFC_MSG_UNSUP, and those of ofp_msg_get(). */
enum ofp_error ofp_requestforward_get(const struct ofp_msg *m, struct ofp_msg *inner);
/* Appends the N bytes of a request as forwarded; VERSION is 1.3 or later. */
void ofp_requestforward_put(struct wr *w, enum ofp_version version, const void *request, size_t n);
