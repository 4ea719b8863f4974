/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink attributes (RFC 3549 section 2.2 gives the idea, <linux/netlink.h> the layout): a length
 * that counts the header, a type, the payload, padding to four bytes; all in host order. Over the
 * cursors of base/cursor.h, so that neither side can leave its buffer. Any context. */
#pragma once

#include "base/cursor.h"

enum {
    NL_ATTR_HEADER = 4,
    NL_ATTR_TYPE_MASK = 0x3fff /* without the flags "nested" and "network order" */
};

struct nl_attr {
    uint16_t type, size; /* of the payload */
    const uint8_t *payload;
};

static inline void
nl_put(struct wr *w, uint16_t type, const void *payload, size_t n)
{
    wr_u16(w, (uint16_t)(NL_ATTR_HEADER + n));
    wr_u16(w, type);
    wr_bytes(w, payload, n);
    wr_zeros(w, ROUND_UP(n, 4) - n);
}

static inline void
nl_put_u32(struct wr *w, uint16_t type, uint32_t x)
{
    nl_put(w, type, &x, sizeof x);
}

/* Starts a nested attribute; gives what nl_end() wants. */
static inline size_t
nl_begin(struct wr *w, uint16_t type)
{
    size_t at = w->n;
    nl_put(w, type, NULL, 0);
    return at;
}

/* Ends it. One that is too long for its length makes W bad. */
static inline void
nl_end(struct wr *w, size_t at)
{
    size_t n = w->n - at;
    uint16_t len = (uint16_t)n;
    if (n > UINT16_MAX) {
        w->bad = true;
    }
    if (!w->bad) {
        memcpy(w->start + at, &len, sizeof len);
    }
}

/* The next attribute of R. False at the end, or, R being bad then, if it is malformed. */
static inline bool
nl_next(struct rd *r, struct nl_attr *a)
{
    if (r->bad || !rd_left(r)) {
        return false;
    }
    uint16_t len = rd_u16(r);
    a->type = rd_u16(r) & NL_ATTR_TYPE_MASK;
    if (len < NL_ATTR_HEADER) {
        r->bad = true;
        return false;
    }
    a->size = (uint16_t)(len - NL_ATTR_HEADER);
    a->payload = rd_take(r, a->size);
    rd_skip(r, MIN(ROUND_UP((size_t)len, 4) - len, rd_left(r)));
    return !r->bad;
}
