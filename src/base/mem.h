/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of allocation hooks. The host defines `mem_hooks` (os/mem.c for programs and
 * tests, windows/driver for the kernel), so every allocation of the tree can be counted and the
 * Nth one made to fail. */
#pragma once

#include "base/types.h"

struct mem_hooks {
    /* SIZE bytes aligned for any object, not cleared; NULL when there are none. */
    void *(*alloc)(void *aux, size_t size);
    /* Gives back P (may be NULL), of SIZE bytes as allocated. */
    void (*free)(void *aux, void *p, size_t size);
    void *aux;
};

extern struct mem_hooks mem_hooks;

static inline void *
mem_alloc(size_t size)
{
    return mem_hooks.alloc(mem_hooks.aux, size);
}

static inline void *
mem_zalloc(size_t size)
{
    void *p = mem_alloc(size);
    if (p) {
        memset(p, 0, size);
    }
    return p;
}

static inline void
mem_free(void *p, size_t size)
{
    if (p) {
        mem_hooks.free(mem_hooks.aux, p, size);
    }
}
