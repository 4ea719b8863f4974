/* SPDX-License-Identifier: Apache-2.0 */
/* A host for the datapath core in tests: packets on the heap, each in a block of exactly its
 * size so that the sanitizer sees every step outside it; memory whose Nth allocation fails; and
 * an environment that records what comes out. One test program includes it once. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "datapath/dp.h"

static size_t host_live_blocks, host_live_packets;
static unsigned int host_fail_alloc; /* the Nth from now fails, 0: none */

static void *
host_alloc(void *aux UNUSED, size_t size)
{
    if (host_fail_alloc && !--host_fail_alloc) {
        return NULL;
    }
    host_live_blocks++;
    return malloc(size ? size : 1);
}

static void
host_free(void *aux UNUSED, void *p, size_t size UNUSED)
{
    host_live_blocks--;
    free(p);
}

struct mem_hooks mem_hooks = {.alloc = host_alloc, .free = host_free};

/* A packet: `block` holds headroom and the frame; when `hidden` is not NULL the frame is there
 * and only its first bytes have come to `block` yet. */
struct host_pkt {
    struct pkt pkt;
    uint8_t *block;
    uint8_t *hidden;
};

static const struct pkt_ops host_ops;

static struct pkt *
host_pkt_new(const void *frame, size_t n, size_t headroom)
{
    struct host_pkt *h = calloc(1, sizeof *h);
    h->block = malloc(headroom + n ? headroom + n : 1);
    if (n) {
        memcpy(h->block + headroom, frame, n);
    }
    h->pkt = (struct pkt){.data = h->block + headroom,
                          .len = (uint32_t)n,
                          .linear = (uint32_t)n,
                          .headroom = (uint16_t)headroom,
                          .l2_5 = PKT_NO_LAYER,
                          .l3 = PKT_NO_LAYER,
                          .l4 = PKT_NO_LAYER,
                          .ops = &host_ops,
                          .owner = h};
    host_live_packets++;
    return &h->pkt;
}

/* As host_pkt_new, but with LINEAR bytes at hand only. */
UNUSED static struct pkt *
host_pkt_new_split(const void *frame, size_t n, size_t linear)
{
    struct pkt *p = host_pkt_new(frame, linear, 0);
    struct host_pkt *h = p->owner;
    h->hidden = malloc(n ? n : 1);
    memcpy(h->hidden, frame, n);
    p->len = (uint32_t)n;
    return p;
}

static bool
host_need(struct pkt *p, uint32_t ofs, uint32_t n)
{
    struct host_pkt *h = p->owner;
    uint32_t end = ofs + n;
    if (!h->hidden || end > p->len) {
        return false;
    }
    if (end > p->linear) {
        uint8_t *block = malloc(end);
        memcpy(block, p->data, p->linear);
        memcpy(block + p->linear, h->hidden + p->linear, end - p->linear);
        free(h->block);
        h->block = p->data = block;
        p->headroom = 0;
        p->linear = end;
    }
    return true;
}

/* A block of its own with HEADROOM. */
static void
host_move(struct pkt *p, size_t headroom)
{
    struct host_pkt *h = p->owner;
    uint8_t *block = malloc(headroom + p->linear ? headroom + p->linear : 1);
    memcpy(block + headroom, p->data, p->linear);
    free(h->block);
    h->block = block;
    p->data = block + headroom;
    p->headroom = (uint16_t)headroom;
    p->tailroom = 0;
    p->flags &= (uint16_t)~PKT_SHARED;
}

static bool
host_edit(struct pkt *p, uint32_t ofs, uint32_t n)
{
    if (ofs + n > p->linear && !host_need(p, ofs, n)) {
        return false;
    }
    host_move(p, p->headroom);
    return true;
}

static bool
host_reserve(struct pkt *p, uint32_t n)
{
    if (p->linear < p->len && !host_need(p, 0, p->len)) {
        return false;
    }
    host_move(p, n);
    return true;
}

static struct pkt *
host_clone(struct pkt *p)
{
    if (p->linear < p->len && !host_need(p, 0, p->len)) {
        return NULL;
    }
    struct pkt *q = host_pkt_new(p->data, p->len, 0);
    struct pkt copy = *p;
    copy.data = q->data;
    copy.headroom = copy.tailroom = 0;
    copy.owner = q->owner;
    *q = copy;
    return q;
}

static void
host_free_packets(struct pkt **p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct host_pkt *h = p[i]->owner;
        free(h->hidden);
        free(h->block);
        free(h);
        host_live_packets--;
    }
}

static void
host_trim(struct pkt *p, uint32_t len)
{
    p->len = len;
    p->linear = MIN(p->linear, len);
}

static const struct pkt_ops host_ops = {.need = host_need,
                                        .edit = host_edit,
                                        .reserve = host_reserve,
                                        .trim = host_trim,
                                        .clone = host_clone,
                                        .free = host_free_packets};

UNUSED static size_t
host_unhex(const char *hex, uint8_t *out, size_t size)
{
    size_t n = strlen(hex) / 2;
    assert_true(n <= size);
    for (size_t i = 0; i < n; i++) {
        unsigned int b;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &b), 1);
        out[i] = (uint8_t)b;
    }
    return n;
}
