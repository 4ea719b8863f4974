/* SPDX-License-Identifier: Apache-2.0 */
/* Hello, and echo, of which only the payload matters. OpenFlow 1.3.5 section 7.5. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"

/* The versions that the sender of hello M speaks: bit N is version N. False: the message has what
 * it should not have, and *VERSIONS is all versions up to the header's. */
bool ofp_hello_get(const struct ofp_msg *m, uint32_t *versions);
/* Appends a hello that says VERSIONS, in the highest of them. */
void ofp_hello_put(struct wr *w, uint32_t versions, uint32_t xid);
