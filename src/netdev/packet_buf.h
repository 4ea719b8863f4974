/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of the hosted switch: one linear, private block each. Two kinds share the layout:
 * heap packets of the size asked for, which may go to any thread, and packets of a pool, which
 * hold the largest frame, cost no allocation and stay with the pool's thread. Both have
 * PKT_BUF_HEADROOM bytes in front, enough for tags and an outer tunnel header. */
#pragma once

#include "datapath/packet.h"

enum {
    PKT_BUF_HEADROOM = 128,
    PKT_BUF_LARGEST = 65536 + 64 /* a GSO frame of 64 KiB and its link headers */
};

/* A heap packet with a zeroed view and LEN bytes of undefined content; NULL without memory. */
struct pkt *pkt_buf_new(uint32_t len);
/* The same with a copy of the N bytes at P. */
struct pkt *pkt_buf_from(const void *p, uint32_t n);
/* A heap packet with the bytes, metadata and offloads of PKT, for another thread. */
struct pkt *pkt_buf_copy(const struct pkt *pkt);

struct pkt_pool;
/* A pool of up to N packets, allocated as they are first needed. One thread. */
struct pkt_pool *pkt_pool_new(size_t n);
/* Every packet must be back. NULL is fine. */
void pkt_pool_free(struct pkt_pool *);
/* A packet with room for PKT_BUF_LARGEST bytes (len 0), or NULL when all N are out. */
struct pkt *pkt_pool_get(struct pkt_pool *);
/* Sets the length of a packet fresh from the pool, after LEN bytes were put at data. */
void pkt_buf_set_len(struct pkt *, uint32_t len);
