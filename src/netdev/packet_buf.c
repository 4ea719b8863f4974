/* SPDX-License-Identifier: Apache-2.0 */
/* Packet buffers of the hosted switch. A clone of either kind is a heap packet with a copy of
 * the bytes; heap blocks are freed to the allocator, pool blocks to their pool's free list. */
#include "netdev/packet_buf.h"

#include "base/list.h"
#include "os/mem.h"

struct pkt_buf {
    struct pkt pkt;
    struct pkt_pool *pool; /* NULL: heap */
    struct pkt_buf *next_free;
    uint32_t size; /* of bytes[] */
    uint8_t bytes[] PORT_ALIGNED(16);
};

struct pkt_pool {
    struct pkt_buf *free;
    size_t n_made, n_max, n_out;
};

static struct pkt *buf_clone(struct pkt *);
static bool buf_reserve(struct pkt *, uint32_t n);
static void buf_free(struct pkt **, size_t n);

static const struct pkt_ops buf_ops = {
    .reserve = buf_reserve,
    .clone = buf_clone,
    .free = buf_free,
};

static struct pkt_buf *
buf_of(struct pkt *p)
{
    return CONTAINER_OF(p, struct pkt_buf, pkt);
}

/* The view of a block whose frame starts after the headroom and is LEN long. */
static void
reset_view(struct pkt_buf *b, uint32_t len)
{
    b->pkt = (struct pkt){
        .data = b->bytes + PKT_BUF_HEADROOM,
        .headroom = PKT_BUF_HEADROOM,
        .l2_5 = PKT_NO_LAYER,
        .l3 = PKT_NO_LAYER,
        .l4 = PKT_NO_LAYER,
        .ops = &buf_ops,
        .owner = b,
    };
    pkt_buf_set_len(&b->pkt, len);
}

void
pkt_buf_set_len(struct pkt *p, uint32_t len)
{
    const struct pkt_buf *b = buf_of(p);
    uint32_t used = (uint32_t)(p->data - b->bytes) + len;
    VERIFY(used <= b->size);
    p->len = p->linear = len;
    p->tailroom = (uint16_t)MIN(b->size - used, (uint32_t)UINT16_MAX);
}

static struct pkt_buf *
new_block(uint32_t size, struct pkt_pool *pool)
{
    struct pkt_buf *b = mem_alloc(sizeof *b + size);
    if (b) {
        b->pool = pool;
        b->size = size;
    }
    return b;
}

struct pkt *
pkt_buf_new(uint32_t len)
{
    if (len > PKT_BUF_LARGEST) {
        return NULL;
    }
    struct pkt_buf *b = new_block(PKT_BUF_HEADROOM + len, NULL);
    if (!b) {
        return NULL;
    }
    reset_view(b, len);
    return &b->pkt;
}

struct pkt *
pkt_buf_from(const void *p, uint32_t n)
{
    struct pkt *pkt = pkt_buf_new(n);
    if (pkt && n) {
        memcpy(pkt->data, p, n);
    }
    return pkt;
}

struct pkt *
pkt_buf_copy(const struct pkt *src)
{
    struct pkt *copy = pkt_buf_from(src->data, src->linear);
    if (!copy) {
        return NULL;
    }
    struct pkt view = *src;
    view.data = copy->data;
    view.headroom = copy->headroom;
    view.tailroom = copy->tailroom;
    view.ops = copy->ops;
    view.owner = copy->owner;
    view.flags &= (uint16_t)~PKT_SHARED;
    *copy = view;
    return copy;
}

static struct pkt *
buf_clone(struct pkt *p)
{
    return pkt_buf_copy(p);
}

/* Moves the frame back in its block when there is room behind it. */
static bool
buf_reserve(struct pkt *p, uint32_t n)
{
    struct pkt_buf *b = buf_of(p);
    uint32_t used = (uint32_t)(p->data - b->bytes) + p->len;
    uint32_t want = (n - p->headroom + 15u) & ~15u;
    if (b->size - used < want) {
        return false;
    }
    memmove(p->data + want, p->data, p->len);
    p->data += want;
    p->headroom = (uint16_t)(p->headroom + want);
    pkt_buf_set_len(p, p->len);
    return true;
}

static void
buf_free(struct pkt **packets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pkt_buf *b = buf_of(packets[i]);
        if (b->pool) {
            b->next_free = b->pool->free;
            b->pool->free = b;
            b->pool->n_out--;
        } else {
            mem_free(b, sizeof *b + b->size);
        }
    }
}

struct pkt_pool *
pkt_pool_new(size_t n)
{
    struct pkt_pool *pool = xzalloc(sizeof *pool);
    pool->n_max = n;
    return pool;
}

void
pkt_pool_free(struct pkt_pool *pool)
{
    if (!pool) {
        return;
    }
    VERIFY(pool->n_out == 0);
    for (struct pkt_buf *b = pool->free, *next; b; b = next) {
        next = b->next_free;
        mem_free(b, sizeof *b + b->size);
    }
    os_free(pool);
}

struct pkt *
pkt_pool_get(struct pkt_pool *pool)
{
    struct pkt_buf *b = pool->free;
    if (b) {
        pool->free = b->next_free;
    } else {
        if (pool->n_made == pool->n_max ||
            !(b = new_block(PKT_BUF_HEADROOM + PKT_BUF_LARGEST, pool))) {
            return NULL;
        }
        pool->n_made++;
    }
    pool->n_out++;
    reset_view(b, 0);
    return &b->pkt;
}
