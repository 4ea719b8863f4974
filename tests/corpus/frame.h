/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from text, for the corpus: headers in their order, each with what differs from its
 * default, `eth vlan(vid=5) ip4(ttl=1) udp(dst=53) data(10)`. Lengths, checksums and the types
 * that say what follows are worked out here, from the RFCs and from scratch, by none of the code
 * under test. README.md has the words. */
#pragma once

#include "base/types.h"

enum { FRAME_MAX = 70000 };

struct frame {
    size_t n;
    uint8_t bytes[FRAME_MAX];
};

/* Composes TEXT; false, with what was not understood in WHY. */
bool frame_compose(const char *text, struct frame *, char why[128]);
