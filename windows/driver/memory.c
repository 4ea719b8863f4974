/* SPDX-License-Identifier: Apache-2.0 */
/* mem_hooks over NdisAllocateMemoryWithTagPriority(): non-paged memory, aligned to 16 bytes, at
 * DISPATCH_LEVEL and below. Everything that the driver and the core allocate comes from here, but
 * NDIS's own objects. */
#include "driver/memory.h"

#include "base/mem.h"

static void *
memory_alloc(void *handle, size_t size)
{
    if (size > UINT32_MAX) {
        return NULL;
    }
    return NdisAllocateMemoryWithTagPriority(handle, (UINT)MAX(size, 1u), POOL_TAG,
                                             NormalPoolPriority);
}

static void
memory_free(void *handle UNUSED, void *p, size_t size UNUSED)
{
    NdisFreeMemory(p, 0, 0);
}

struct mem_hooks mem_hooks = {.alloc = memory_alloc, .free = memory_free};

_Use_decl_annotations_
void
memory_start(NDIS_HANDLE handle)
{
    mem_hooks.aux = handle;
}
