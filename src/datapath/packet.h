/* SPDX-License-Identifier: Apache-2.0 */
/* The core's view of a packet. The bytes belong to the host (a heap buffer, a ring frame, a
 * chain of kernel buffers): it embeds or points to a struct pkt and supplies pkt_ops. The first
 * `linear` bytes at `data` can be read at once, and written unless PKT_SHARED; anything else
 * goes through the ops, which the inlines below call only when the fast path does not do.
 *
 * Pointers into the packet are good until the next need, edit, push, pull or trim. A packet has
 * one owner at a time and is used by one thread at a time. */
#pragma once

#include "base/types.h"

#define PKT_BATCH_MAX 32
#define PKT_NO_LAYER  UINT16_MAX /* value of a layer offset that does not exist */

/* pkt->flags */
#define PKT_SHARED 1 /* bytes are seen by someone else too: copy before writing */
#define PKT_CSUM_PARTIAL                                                                          \
    2                       /* the checksum at csum_start + csum_ofs holds the folded             \
                               pseudo-header sum; sum from csum_start and store the complement */
#define PKT_CSUM_GOOD    4  /* the transport checksum was found right */
#define PKT_RSS_VALID    8  /* rss_hash covers the transport 5-tuple */
#define PKT_IP_CSUM_GOOD 16 /* the IPv4 header's checksum was found right */

enum pkt_gso {
    PKT_GSO_NONE,
    PKT_GSO_TCPV4,
    PKT_GSO_TCPV6,
    PKT_GSO_UDP,    /* one UDP datagram, to become IP fragments */
    PKT_GSO_UDP_L4, /* many UDP datagrams of gso_size bytes each */
};
#define PKT_GSO_ECN 0x80 /* added to gso_type: the first TCP segment has CWR */

/* Metadata that is matched or set and not in the bytes. The host fills in_port, and zeroes or
 * fills the rest. */
struct pkt_md {
    uint32_t in_port;
    uint32_t recirc_id;
    uint32_t dp_hash;
    uint32_t priority;
    uint32_t mark;
    uint8_t recirc_depth;
};

struct pkt_ops;

struct pkt {
    uint8_t *data;     /* the frame's first byte */
    uint32_t len;      /* the frame's bytes */
    uint32_t linear;   /* of them, at `data`; never more than len */
    uint16_t headroom; /* bytes free before data */
    uint16_t tailroom; /* bytes free after data + linear; 0 when linear < len */
    uint16_t l2_5;     /* offsets from data, set by the parser: MPLS, */
    uint16_t l3;       /* network and */
    uint16_t l4;       /* transport header; PKT_NO_LAYER when not there (or not parsed) */
    uint16_t flags;    /* PKT_* */
    uint8_t l4_proto;  /* IP protocol of the header at l4, when there is one */
    uint8_t gso_type;  /* enum pkt_gso, with PKT_GSO_ECN */
    const struct pkt_ops *ops;
    void *owner; /* the host's */
    struct pkt_md md;
    uint32_t rss_hash;
    /* Offloads, in the sense of the virtio network header; offsets from data. */
    uint16_t csum_start, csum_ofs;
    uint16_t gso_size;
    uint16_t hdr_len; /* headers to copy to each segment, 0: unknown */
};

/* What a host implements. All are called on the thread that owns the packet; none may block. */
struct pkt_ops {
    /* Makes the bytes up to OFS + N, which is no more than len, contiguous at data (growing
     * linear). False if it cannot. NULL: the host's packets are always linear. */
    bool (*need)(struct pkt *, uint32_t ofs, uint32_t n);
    /* As need, and gives the packet bytes of its own, clearing PKT_SHARED. NULL: never shared. */
    bool (*edit)(struct pkt *, uint32_t ofs, uint32_t n);
    /* Gets at least N bytes of headroom, by moving or copying; clears PKT_SHARED if it copied.
     * Offsets do not change. False if it cannot. NULL: cannot. */
    bool (*reserve)(struct pkt *, uint32_t n);
    /* Cuts the frame to LEN bytes, fewer than now. NULL: the packets are always linear. */
    void (*trim)(struct pkt *, uint32_t len);
    /* A second packet of the same bytes, metadata and offsets (sharing the bytes is fine, with
     * PKT_SHARED on both); NULL when there is none to be had. */
    struct pkt *(*clone)(struct pkt *);
    /* Gives back N packets, all with this ops table. */
    void (*free)(struct pkt **, size_t n);
};

struct pkt_batch {
    uint32_t n;
    struct pkt *p[PKT_BATCH_MAX];
};

static inline void
pkt_batch_init(struct pkt_batch *b)
{
    b->n = 0;
}

/* Adds P; the caller has seen that there is room. */
static inline void
pkt_batch_add(struct pkt_batch *b, struct pkt *p)
{
    ASSERT(b->n < PKT_BATCH_MAX);
    b->p[b->n++] = p;
}

/* N readable bytes at OFS, or NULL when the packet is shorter (or memory is out). */
static inline const uint8_t *
pkt_need(struct pkt *p, uint32_t ofs, uint32_t n)
{
    uint64_t end = (uint64_t)ofs + n;
    if (PORT_LIKELY(end <= p->linear)) {
        return p->data + ofs;
    }
    if (end > p->len || !p->ops->need || !p->ops->need(p, ofs, n)) {
        return NULL;
    }
    return p->data + ofs;
}

/* N bytes at OFS to read and write, or NULL. */
static inline uint8_t *
pkt_edit(struct pkt *p, uint32_t ofs, uint32_t n)
{
    uint64_t end = (uint64_t)ofs + n;
    if (PORT_LIKELY(end <= p->linear && !(p->flags & PKT_SHARED))) {
        return p->data + ofs;
    }
    if (end > p->len || !p->ops->edit || !p->ops->edit(p, ofs, n)) {
        return NULL;
    }
    return p->data + ofs;
}

/* Moves the layer and offload offsets that exist by BY bytes. */
static inline void
pkt_shift_offsets(struct pkt *p, int by)
{
    if (p->l2_5 != PKT_NO_LAYER) {
        p->l2_5 = (uint16_t)(p->l2_5 + by);
    }
    if (p->l3 != PKT_NO_LAYER) {
        p->l3 = (uint16_t)(p->l3 + by);
    }
    if (p->l4 != PKT_NO_LAYER) {
        p->l4 = (uint16_t)(p->l4 + by);
    }
    if (p->flags & PKT_CSUM_PARTIAL) {
        p->csum_start = (uint16_t)(p->csum_start + by);
    }
    if (p->hdr_len) {
        p->hdr_len = (uint16_t)(p->hdr_len + by);
    }
}

/* Adds N bytes (of no particular content) in front and moves all offsets; NULL and unchanged if
 * it cannot. The new bytes are writable, and so are the KEEP that follow them. */
static inline uint8_t *
pkt_push(struct pkt *p, uint32_t n, uint32_t keep)
{
    if (p->headroom < n && (!p->ops->reserve || !p->ops->reserve(p, n))) {
        return NULL;
    }
    if (!pkt_edit(p, 0, keep) ||
        (p->headroom < n && (!p->ops->reserve || !p->ops->reserve(p, n)))) {
        return NULL;
    }
    p->data -= n;
    p->len += n;
    p->linear += n;
    p->headroom = (uint16_t)(p->headroom - n);
    pkt_shift_offsets(p, (int)n);
    return p->data;
}

/* Removes N of the linear bytes in front and moves all offsets. */
static inline void
pkt_pull(struct pkt *p, uint32_t n)
{
    ASSERT(n <= p->linear);
    p->data += n;
    p->len -= n;
    p->linear -= n;
    p->headroom = (uint16_t)(p->headroom + n);
    pkt_shift_offsets(p, -(int)n);
}

/* Cuts the frame to at most LEN bytes. */
static inline void
pkt_trim(struct pkt *p, uint32_t len)
{
    if (len >= p->len) {
        return;
    }
    if (p->ops->trim) {
        p->ops->trim(p, len);
        return;
    }
    uint32_t cut = MIN(p->len - len, (uint32_t)(UINT16_MAX - p->tailroom));
    p->tailroom = (uint16_t)(p->tailroom + cut);
    p->len = p->linear = len;
}

static inline struct pkt *
pkt_clone(struct pkt *p)
{
    return p->ops->clone(p);
}

static inline void
pkt_free(struct pkt *p)
{
    p->ops->free(&p, 1);
}

/* Gives back all packets, which may be of different kinds, and empties B. */
void pkt_batch_free(struct pkt_batch *b);
/* Adds clones of SRC's packets to the empty DST, as many as there can be; gives how many are
 * missing. */
uint32_t pkt_batch_clone(struct pkt_batch *dst, const struct pkt_batch *src);
