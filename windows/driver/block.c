/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks and their pool. Taking and giving back is one spin lock; the system's allocator is asked
 * when the pool has none and is below its bound, and for blocks longer than the pool's. */
#include "driver/block.h"

#include "base/err.h"
#include "base/mem.h"
#include "port/atomic.h"

enum { POOL_SIZE = BLOCK_HEADROOM + BLOCK_ROOM, POOL_MAX = 65536 };

static void
destroy(struct block *b)
{
    if (b->mdl) {
        NdisFreeMdl(b->mdl);
    }
    if (b->size == POOL_SIZE) {
        PORT_FETCH_SUB(&b->pool->n_made, 1);
    }
    mem_free(b, sizeof *b + b->size);
}

static struct block *
create(struct block_pool *pool, uint32_t size)
{
    struct block *b = mem_alloc(sizeof *b + size);
    if (!b) {
        return NULL;
    }
    memset(b, 0, sizeof *b);
    b->pool = pool;
    b->size = size;
    if (size == POOL_SIZE) {
        PORT_FETCH_ADD(&pool->n_made, 1);
    }
    b->mdl = NdisAllocateMdl(pool->handle, b->bytes, size);
    if (!b->mdl) {
        destroy(b);
        return NULL;
    }
    return b;
}

static struct block *
take(struct block_pool *pool)
{
    NdisAcquireSpinLock(&pool->lock);
    struct block *b = pool->free;
    if (b) {
        pool->free = b->next;
    }
    NdisReleaseSpinLock(&pool->lock);
    return b;
}

static void
give(struct block *b)
{
    struct block_pool *pool = b->pool;
    NdisAcquireSpinLock(&pool->lock);
    b->next = pool->free;
    pool->free = b;
    NdisReleaseSpinLock(&pool->lock);
}

_Use_decl_annotations_
int
block_pool_init(struct block_pool *pool, NDIS_HANDLE handle, uint32_t n)
{
    memset(pool, 0, sizeof *pool);
    pool->handle = handle;
    NdisAllocateSpinLock(&pool->lock);
    for (uint32_t i = 0; i < n; i++) {
        struct block *b = create(pool, POOL_SIZE);
        if (!b) {
            block_pool_fini(pool);
            return -E_NOMEM;
        }
        give(b);
    }
    return 0;
}

_Use_decl_annotations_
void
block_pool_fini(struct block_pool *pool)
{
    if (!pool->handle) {
        return;
    }
    for (struct block *b; (b = take(pool)) != NULL;) {
        destroy(b);
    }
    VERIFY(!pool->n_made);
    NdisFreeSpinLock(&pool->lock);
    pool->handle = NULL;
}

_Use_decl_annotations_
struct block *
block_new(struct block_pool *pool, size_t size)
{
    struct block *b = NULL;
    if (size <= POOL_SIZE) {
        b = take(pool);
        if (!b && PORT_READ_ONCE(&pool->n_made) < POOL_MAX) {
            b = create(pool, POOL_SIZE);
        }
    } else if (size <= UINT32_MAX / 2) {
        b = create(pool, (uint32_t)size);
    }
    if (b) {
        b->refs = 1;
    }
    return b;
}

_Use_decl_annotations_
void
block_unref(struct block *b)
{
    if (!b || --b->refs) {
        return;
    }
    if (b->size != POOL_SIZE) {
        destroy(b);
        return;
    }
    NdisAdjustMdlLength(b->mdl, b->size);
    b->mdl->Next = NULL;
    b->queued = false;
    b->parent = b->origin = NULL;
    b->tail = NULL;
    give(b);
}
