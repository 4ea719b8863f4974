/* SPDX-License-Identifier: Apache-2.0 */
/* OFPT_HELLO and what is made of it (OpenFlow 1.5.1 section 7.5.1). Any thread. */
#pragma once

#include "base/cursor.h"
#include "vconn/vconn.h"

enum { OFPT_HEADER_SIZE = 8 };

/* Appends a hello that offers ALLOWED, which is not empty: the newest in its header, and a bitmap
 * unless these are all up to the newest. */
void hello_put(struct wr *w, ofp_versions allowed, uint32_t xid);
/* What the hello MSG of N bytes offers. *ODD: it has more than this program understands, which
 * is passed over as the specification demands. */
ofp_versions hello_get(const uint8_t *msg, size_t n, bool *odd);
/* Appends the error that answers a hello of VERSION offering THEIRS, none of which is in OURS. */
void hello_put_refusal(struct wr *w, uint8_t version, ofp_versions ours, ofp_versions theirs);
