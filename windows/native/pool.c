/* SPDX-License-Identifier: Apache-2.0 */
/* Pools: memory with tags.  A block has a header before it that says what it is; what is in use is
 * counted for each tag in a table without a lock, so that allocating orders no threads.  Under the
 * sanitizers each block is the C library's, with their guards around it. */
#include "native/kernel_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define N_TAGS     64
#define LIVE       0x4c6f6f50u
#define DEAD       0x64616544u
#define FRESH_BYTE 0xcd
#define FREED_BYTE 0xdd

struct block {
    uint32_t state;
    ULONG tag;
    size_t size;
    ULONG pool;
    uint32_t unused[3];
};
_Static_assert(sizeof(struct block) % 16 == 0, "blocks are aligned to 16 bytes");

static struct tag_use {
    ULONG tag;
    size_t blocks, bytes;
} uses[N_TAGS];
static unsigned long fail_countdown;

static struct tag_use *
use_of(ULONG tag)
{
    for (unsigned i = 0; i < N_TAGS; i++) {
        struct tag_use *use = &uses[(tag * 0x9e3779b1u + i) % N_TAGS];
        ULONG there = 0;
        if (__atomic_compare_exchange_n(&use->tag, &there, tag, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED) ||
            there == tag) {
            return use;
        }
    }
    native_fail("more than %d pool tags", N_TAGS);
}

static void
count(ULONG tag, size_t blocks, size_t bytes)
{
    struct tag_use *use = use_of(tag);
    __atomic_fetch_add(&use->blocks, blocks, __ATOMIC_RELAXED);
    __atomic_fetch_add(&use->bytes, bytes, __ATOMIC_RELAXED);
}

/* Whether this allocation is the one that was to fail. */
static bool
injected(void)
{
    unsigned long left = __atomic_load_n(&fail_countdown, __ATOMIC_RELAXED);
    while (left && !__atomic_compare_exchange_n(&fail_countdown, &left, left - 1, false,
                                                __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return left == 1;
}

PVOID
ExAllocatePoolWithTag(POOL_TYPE type, SIZE_T size, ULONG tag)
{
    native_require_irql(type == PagedPool ? APC_LEVEL : DISPATCH_LEVEL, __func__);
    if (!tag || !size) {
        native_fail("an allocation of %zu bytes with tag %#x", size, tag);
    }
    struct block *block = injected() || size > SIZE_MAX / 2 ? NULL : malloc(sizeof *block + size);
    if (!block) {
        return NULL;
    }
    *block = (struct block){.state = LIVE, .tag = tag, .size = size, .pool = type};
    memset(block + 1, FRESH_BYTE, size);
    count(tag, 1, size);
    return block + 1;
}

VOID
ExFreePoolWithTag(PVOID p, ULONG tag)
{
    if (!p) {
        native_fail("ExFreePoolWithTag(NULL)");
    }
    struct block *block = (struct block *)p - 1;
    if (block->state != LIVE) {
        native_fail("memory is freed that is %s", block->state == DEAD ? "free" : "no pool's");
    }
    if (tag && tag != block->tag) {
        native_fail("memory with tag %#x is freed with tag %#x", block->tag, tag);
    }
    native_require_irql(block->pool == PagedPool ? APC_LEVEL : DISPATCH_LEVEL, __func__);
    count(block->tag, (size_t)-1, -block->size);
    memset(p, FREED_BYTE, block->size);
    block->state = DEAD;
    free(block);
}

VOID
ExFreePool(PVOID p)
{
    ExFreePoolWithTag(p, 0);
}

void
native_pool_fail_at(unsigned long countdown)
{
    __atomic_store_n(&fail_countdown, countdown, __ATOMIC_RELAXED);
}

size_t
native_pool_used(ULONG tag, size_t *bytes)
{
    size_t blocks = 0;
    *bytes = 0;
    for (unsigned i = 0; i < N_TAGS; i++) {
        if (uses[i].tag && (!tag || uses[i].tag == tag)) {
            blocks += __atomic_load_n(&uses[i].blocks, __ATOMIC_RELAXED);
            *bytes += __atomic_load_n(&uses[i].bytes, __ATOMIC_RELAXED);
        }
    }
    return blocks;
}

size_t
kernel_pool_report_leaks(void)
{
    size_t n = 0;
    for (unsigned i = 0; i < N_TAGS; i++) {
        const char *tag = (const char *)&uses[i].tag;
        if (uses[i].blocks) {
            fprintf(stderr, "native kernel: %zu blocks of %zu bytes left with tag '%.4s'\n",
                    uses[i].blocks, uses[i].bytes, tag);
            n += uses[i].blocks;
        }
    }
    memset(uses, 0, sizeof uses);
    return n;
}

void *
native_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p) {
        native_fail("no memory");
    }
    return p;
}

void
native_free(void *p)
{
    free(p);
}
