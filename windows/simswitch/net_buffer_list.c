/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of net buffers and net buffer lists, and what comes out of them: fresh, cloned, or, for
 * the switch's own packets, made of frames and cut over several MDLs. */
#include "simswitch/sim_internal.h"

struct sim_pool {
    struct sim_object object;
    bool with_buffer; /* a net buffer comes with each list */
    ULONG data_size;
    USHORT context_size;
    LONG n_out;
};

static struct sim_pool *switch_pool;

/* Pools belong to a module or to a filter driver, as the handle says. */
static void *
owner_of_handle(NDIS_HANDLE handle, const char *where)
{
    struct sim_object *object = handle;
    if (!object || (object->kind != SIM_MODULE && object->kind != SIM_FILTER)) {
        sim_fail("%s: the handle is neither a filter module's nor a filter driver's", where);
    }
    return object;
}

static NDIS_HANDLE
pool_new(enum sim_kind kind, void *owner, bool with_buffer, ULONG data_size, USHORT context_size)
{
    struct sim_pool *pool = sim_object_new(kind, sizeof *pool, owner);
    if (pool) {
        pool->with_buffer = with_buffer;
        pool->data_size = data_size;
        pool->context_size = context_size;
    }
    return pool;
}

static void
pool_free(NDIS_HANDLE handle, enum sim_kind kind, const char *where)
{
    struct sim_pool *pool = sim_object_check(handle, kind, where);
    LONG n = __atomic_load_n(&pool->n_out, __ATOMIC_ACQUIRE);
    if (n) {
        sim_fail("%s: %d of the pool's are not freed", where, (int)n);
    }
    sim_object_free(pool);
}

NDIS_HANDLE
NdisAllocateNetBufferListPool(NDIS_HANDLE handle, PNET_BUFFER_LIST_POOL_PARAMETERS p)
{
    if (p->Header.Type != NDIS_OBJECT_TYPE_DEFAULT ||
        p->Header.Revision != NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1 ||
        p->Header.Size < NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1) {
        sim_fail("%s: the parameters' header is wrong", __func__);
    }
    if (p->ContextSize % MEMORY_ALLOCATION_ALIGNMENT || !p->PoolTag ||
        (p->DataSize && !p->fAllocateNetBuffer)) {
        sim_fail("%s: ContextSize, PoolTag or DataSize is wrong", __func__);
    }
    return pool_new(SIM_NBL_POOL, owner_of_handle(handle, __func__), p->fAllocateNetBuffer,
                    p->DataSize, p->ContextSize);
}

VOID
NdisFreeNetBufferListPool(NDIS_HANDLE handle)
{
    pool_free(handle, SIM_NBL_POOL, __func__);
}

NDIS_HANDLE
NdisAllocateNetBufferPool(NDIS_HANDLE handle, PNET_BUFFER_POOL_PARAMETERS p)
{
    if (p->Header.Type != NDIS_OBJECT_TYPE_DEFAULT ||
        p->Header.Revision != NET_BUFFER_POOL_PARAMETERS_REVISION_1 ||
        p->Header.Size < NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1 || !p->PoolTag) {
        sim_fail("%s: the parameters' header or PoolTag is wrong", __func__);
    }
    return pool_new(SIM_NB_POOL, owner_of_handle(handle, __func__), false, p->DataSize, 0);
}

VOID
NdisFreeNetBufferPool(NDIS_HANDLE handle)
{
    pool_free(handle, SIM_NB_POOL, __func__);
}

struct sim_nbl *
sim_nbl_check(PNET_BUFFER_LIST nbl, const char *where)
{
    if (!nbl) {
        sim_fail("%s: no net buffer list", where);
    }
    return sim_object_check(CONTAINING_RECORD(nbl, struct sim_nbl, nbl), SIM_NBL, where);
}

NDIS_HANDLE
NdisGetPoolFromNetBufferList(PNET_BUFFER_LIST nbl)
{
    return sim_nbl_check(nbl, __func__)->pool;
}

NDIS_HANDLE
NdisGetPoolFromNetBuffer(PNET_BUFFER nb)
{
    struct sim_nb *b =
        sim_object_check(CONTAINING_RECORD(nb, struct sim_nb, nb), SIM_NB, __func__);
    return b->nb.NdisPoolHandle;
}

static struct sim_nb *
nb_new(struct sim_pool *pool, void *owner, PMDL chain, ULONG offset, SIZE_T size)
{
    struct sim_nb *b = sim_object_new(SIM_NB, sizeof *b, owner);
    if (!b) {
        return NULL;
    }
    b->nb.NdisPoolHandle = pool;
    b->nb.MdlChain = chain;
    b->nb.DataOffset = offset;
    b->nb.stDataLength = size;
    while (chain && offset >= chain->ByteCount && chain->Next) {
        offset -= chain->ByteCount;
        chain = chain->Next;
    }
    b->nb.CurrentMdl = chain;
    b->nb.CurrentMdlOffset = offset;
    return b;
}

PNET_BUFFER
NdisAllocateNetBuffer(NDIS_HANDLE handle, PMDL chain, ULONG offset, SIZE_T size)
{
    struct sim_pool *pool = sim_object_check(handle, SIM_NB_POOL, __func__);
    struct sim_nb *b = nb_new(pool, pool->object.owner, chain, offset, size);
    if (!b) {
        return NULL;
    }
    __atomic_add_fetch(&pool->n_out, 1, __ATOMIC_RELAXED);
    return &b->nb;
}

PNET_BUFFER
NdisAllocateNetBufferMdlAndData(NDIS_HANDLE handle)
{
    struct sim_pool *pool = sim_object_check(handle, SIM_NB_POOL, __func__);
    sim_fail("%s: not simulated; give NdisAllocateNetBuffer an MDL (pool of %u bytes)", __func__,
             (unsigned)pool->data_size);
    return NULL;
}

VOID
NdisFreeNetBuffer(PNET_BUFFER nb)
{
    struct sim_nb *b =
        sim_object_check(CONTAINING_RECORD(nb, struct sim_nb, nb), SIM_NB, __func__);
    if (b->parent) {
        sim_fail("%s: the net buffer is part of a net buffer list", __func__);
    }
    struct sim_pool *pool = nb->NdisPoolHandle;
    sim_object_free(b);
    __atomic_sub_fetch(&pool->n_out, 1, __ATOMIC_RELEASE);
}

struct sim_context {
    struct sim_object object;
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) NET_BUFFER_LIST_CONTEXT context;
};

/* Context space of USED bytes and BACKFILL before them, for the head of P's list of contexts. */
static bool
context_push(struct sim_nbl *p, USHORT used, USHORT backfill)
{
    struct sim_context *c =
        sim_object_new(SIM_CONTEXT, sizeof *c + used + backfill, p->object.owner);
    if (!c) {
        return false;
    }
    c->context.Next = p->nbl.Context;
    c->context.Size = (USHORT)(used + backfill);
    c->context.Offset = backfill;
    p->nbl.Context = &c->context;
    return true;
}

static void
context_pop(struct sim_nbl *p)
{
    struct sim_context *c = CONTAINING_RECORD(p->nbl.Context, struct sim_context, context);
    sim_object_check(c, SIM_CONTEXT, "a net buffer list's context");
    p->nbl.Context = c->context.Next;
    sim_object_free(c);
}

NDIS_STATUS
NdisAllocateNetBufferListContext(PNET_BUFFER_LIST nbl, USHORT size, USHORT backfill, ULONG tag)
{
    struct sim_nbl *p = sim_nbl_check(nbl, __func__);
    if (size % sizeof(PVOID) || backfill % sizeof(PVOID) || !tag) {
        sim_fail("%s: sizes are multiples of a pointer's, and a tag is not 0", __func__);
    }
    if (nbl->Context && nbl->Context->Offset >= size) {
        nbl->Context->Offset = (USHORT)(nbl->Context->Offset - size);
        return NDIS_STATUS_SUCCESS;
    }
    return context_push(p, size, backfill) ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

VOID
NdisFreeNetBufferListContext(PNET_BUFFER_LIST nbl, USHORT size)
{
    struct sim_nbl *p = sim_nbl_check(nbl, __func__);
    if (!nbl->Context || nbl->Context->Offset + size > nbl->Context->Size) {
        sim_fail("%s: more context is freed than there is", __func__);
    }
    nbl->Context->Offset = (USHORT)(nbl->Context->Offset + size);
    if (nbl->Context->Offset == nbl->Context->Size) {
        context_pop(p);
    }
}

static struct sim_nbl *
nbl_new(struct sim_pool *pool, USHORT context_size, USHORT backfill)
{
    struct sim_nbl *p = sim_object_new(SIM_NBL, sizeof *p, pool->object.owner);
    if (!p) {
        return NULL;
    }
    p->pool = pool;
    p->state = PKT_IDLE;
    p->nbl.NdisPoolHandle = pool;
    context_size = (USHORT)(context_size + pool->context_size);
    if ((context_size || backfill) && !context_push(p, context_size, backfill)) {
        sim_object_free(p);
        return NULL;
    }
    __atomic_add_fetch(&pool->n_out, 1, __ATOMIC_RELAXED);
    return p;
}

static void
nbl_free(struct sim_nbl *p)
{
    struct sim_pool *pool = p->pool;
    while (p->nbl.Context) {
        context_pop(p);
    }
    if (p->embedded) {
        sim_object_free(p->embedded);
    }
    sim_object_free(p);
    __atomic_sub_fetch(&pool->n_out, 1, __ATOMIC_RELEASE);
}

static struct sim_nbl *
nbl_with_buffer(struct sim_pool *pool, USHORT context_size, USHORT backfill, PMDL chain,
                ULONG offset, SIZE_T size)
{
    struct sim_nbl *p = nbl_new(pool, context_size, backfill);
    if (!p || !pool->with_buffer) {
        return p;
    }
    p->embedded = nb_new(pool, pool->object.owner, chain, offset, size);
    if (!p->embedded) {
        nbl_free(p);
        return NULL;
    }
    p->embedded->parent = p;
    p->nbl.FirstNetBuffer = &p->embedded->nb;
    return p;
}

PNET_BUFFER_LIST
NdisAllocateNetBufferList(NDIS_HANDLE handle, USHORT context_size, USHORT backfill)
{
    struct sim_pool *pool = sim_object_check(handle, SIM_NBL_POOL, __func__);
    if (pool->data_size) {
        sim_fail("%s: pools with data are not simulated", __func__);
    }
    struct sim_nbl *p = nbl_with_buffer(pool, context_size, backfill, NULL, 0, 0);
    return p ? &p->nbl : NULL;
}

PNET_BUFFER_LIST
NdisAllocateNetBufferAndNetBufferList(NDIS_HANDLE handle, USHORT context_size, USHORT backfill,
                                      PMDL chain, ULONG offset, SIZE_T size)
{
    struct sim_pool *pool = sim_object_check(handle, SIM_NBL_POOL, __func__);
    if (!pool->with_buffer) {
        sim_fail("%s: the pool was made without fAllocateNetBuffer", __func__);
    }
    if (context_size % MEMORY_ALLOCATION_ALIGNMENT || backfill % MEMORY_ALLOCATION_ALIGNMENT) {
        sim_fail("%s: context sizes are multiples of MEMORY_ALLOCATION_ALIGNMENT", __func__);
    }
    struct sim_nbl *p = nbl_with_buffer(pool, context_size, backfill, chain, offset, size);
    return p ? &p->nbl : NULL;
}

/* What must hold of every list that its owner frees. */
static struct sim_nbl *
check_freeable(PNET_BUFFER_LIST nbl, const char *where)
{
    struct sim_nbl *p = sim_nbl_check(nbl, where);
    if (__atomic_load_n(&p->state, __ATOMIC_RELAXED) != PKT_IDLE) {
        sim_fail("%s: the list is still on the data path", where);
    }
    if (p->object.owner == &sim && p->lender) {
        sim_fail("%s: the list is not the driver's", where);
    }
    if (p->forwarding) {
        sim_fail("%s: FreeNetBufferListForwardingContext comes first", where);
    }
    if (__atomic_load_n(&p->clones, __ATOMIC_RELAXED)) {
        sim_fail("%s: clones of the list still use its data", where);
    }
    return p;
}

VOID
NdisFreeNetBufferList(PNET_BUFFER_LIST nbl)
{
    struct sim_nbl *p = check_freeable(nbl, __func__);
    if (p->is_clone) {
        sim_fail("%s: a clone is freed by NdisFreeCloneNetBufferList", __func__);
    }
    PNET_BUFFER only = p->embedded ? &p->embedded->nb : NULL;
    if (nbl->FirstNetBuffer != only || (only && only->Next)) {
        sim_fail("%s: net buffers that did not come with the list are still in it", __func__);
    }
    nbl_free(p);
}

/* MDLs of their own for the data of NB from its current place on; NULL where memory lacks. */
static PMDL
describe_data(PNET_BUFFER nb, NDIS_HANDLE owner)
{
    PMDL first = NULL, *tail = &first;
    ULONG skip = nb->CurrentMdlOffset, left = nb->DataLength;
    for (PMDL from = nb->CurrentMdl; from && left; from = from->Next, skip = 0) {
        ULONG n = from->ByteCount - skip < left ? from->ByteCount - skip : left;
        if (!n) {
            continue;
        }
        PCHAR data = MmGetSystemAddressForMdlSafe(from, NormalPagePriority);
        *tail = NdisAllocateMdl(owner, data + skip, n);
        if (!*tail) {
            break;
        }
        left -= n;
        tail = &(*tail)->Next;
    }
    if (left) {
        while (first) {
            PMDL next = first->Next;
            NdisFreeMdl(first);
            first = next;
        }
    }
    return first;
}

static void
free_clone(struct sim_nbl *p)
{
    PNET_BUFFER nb = p->nbl.FirstNetBuffer;
    while (nb) {
        PNET_BUFFER next = nb->Next;
        if (!(p->clone_flags & NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS)) {
            while (nb->MdlChain) {
                PMDL mdl = nb->MdlChain;
                nb->MdlChain = mdl->Next;
                NdisFreeMdl(mdl);
            }
        }
        sim_object_free(CONTAINING_RECORD(nb, struct sim_nb, nb));
        nb = next;
    }
    struct sim_nbl *parent = CONTAINING_RECORD(p->nbl.ParentNetBufferList, struct sim_nbl, nbl);
    __atomic_sub_fetch(&parent->clones, 1, __ATOMIC_RELEASE);
    nbl_free(p);
}

PNET_BUFFER_LIST
NdisAllocateCloneNetBufferList(PNET_BUFFER_LIST original, NDIS_HANDLE nbl_handle,
                               NDIS_HANDLE nb_handle, ULONG flags)
{
    struct sim_nbl *parent = sim_nbl_check(original, __func__);
    struct sim_pool *pool = sim_object_check(nbl_handle, SIM_NBL_POOL, __func__);
    struct sim_pool *nb_pool =
        nb_handle ? sim_object_check(nb_handle, SIM_NB_POOL, __func__) : pool;
    struct sim_nbl *p = nbl_new(pool, 0, 0);
    if (!p) {
        return NULL;
    }
    p->is_clone = true;
    p->clone_flags = flags;
    p->nbl.ParentNetBufferList = original;
    __atomic_add_fetch(&parent->clones, 1, __ATOMIC_RELAXED);
    PNET_BUFFER *tail = &p->nbl.FirstNetBuffer;
    for (PNET_BUFFER nb = original->FirstNetBuffer; nb; nb = nb->Next) {
        bool same = flags & NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS;
        PMDL chain = same ? nb->CurrentMdl : describe_data(nb, pool->object.owner);
        struct sim_nb *b = !chain && nb->DataLength
                               ? NULL
                               : nb_new(nb_pool, pool->object.owner, chain,
                                        same ? nb->CurrentMdlOffset : 0, nb->DataLength);
        if (!b) {
            while (!same && chain) {
                PMDL next = chain->Next;
                NdisFreeMdl(chain);
                chain = next;
            }
            free_clone(p);
            return NULL;
        }
        b->parent = p;
        *tail = &b->nb;
        tail = &b->nb.Next;
    }
    return &p->nbl;
}

VOID
NdisFreeCloneNetBufferList(PNET_BUFFER_LIST nbl, ULONG flags)
{
    struct sim_nbl *p = check_freeable(nbl, __func__);
    if (!p->is_clone) {
        sim_fail("%s: the list is no clone", __func__);
    }
    if (flags != p->clone_flags) {
        sim_fail("%s: not the flags it was allocated with", __func__);
    }
    free_clone(p);
}

/* The switch's own packets. */

void
sim_nbl_pools_start(void)
{
    switch_pool = pool_new(SIM_NBL_POOL, &sim, true, 0, 0);
}

void
sim_nbl_pools_finish(void)
{
    pool_free(switch_pool, SIM_NBL_POOL, "the end");
}

/* Memory with an MDL for N bytes of DATA, and SPARE bytes before them, which the MDL describes. */
static PMDL
mdl_with_data(const uint8_t *data, size_t n, size_t spare)
{
    uint8_t *copy = host_alloc(n + spare);
    memset(copy, 0xee, spare);
    memcpy(copy + spare, data, n);
    return NdisAllocateMdl((NDIS_HANDLE)&sim, copy, (UINT)(n + spare));
}

static void
free_switch_mdls(PMDL mdl)
{
    while (mdl) {
        PMDL next = mdl->Next;
        void *memory = MmGetMdlVirtualAddress(mdl);
        NdisFreeMdl(mdl);
        host_free(memory);
        mdl = next;
    }
}

/* The MDLs of FRAME, in one or more pieces, with *SPARE bytes of unused space before it. */
static PMDL
mdls_of_frame(const struct sim_frame *frame, ULONG *spare)
{
    const uint8_t *data = frame->data;
    PMDL first = NULL, *tail = &first;
    size_t done = 0;
    *spare = sim_option(OPT_FRAGMENT) ? sim_random(4) * 16 : 0;
    do {
        size_t left = frame->size - done, n = left;
        if (sim_option(OPT_FRAGMENT) && left > 1 && sim_random(4)) {
            n = 1 + sim_random((uint32_t)(sim_flip() && left > 40 ? 40 : left));
        }
        n = n < left ? n : left;
        *tail = mdl_with_data(data + done, n, done ? 0 : *spare);
        tail = &(*tail)->Next;
        done += n;
    } while (done < frame->size);
    return first;
}

PNET_BUFFER_LIST
sim_nbl_make(const struct sim_frame *frames, size_t n)
{
    struct sim_nbl *p = NULL;
    PNET_BUFFER *tail = NULL;
    for (size_t i = 0; i < n; i++) {
        ULONG spare;
        PMDL mdls = mdls_of_frame(&frames[i], &spare);
        if (i == 0) {
            p = nbl_with_buffer(switch_pool, 0, 0, mdls, spare, frames[i].size);
            tail = &p->nbl.FirstNetBuffer->Next;
            continue;
        }
        struct sim_nb *b = nb_new(switch_pool, &sim, mdls, spare, frames[i].size);
        b->parent = p;
        *tail = &b->nb;
        tail = &b->nb.Next;
    }
    p->nbl.SourceHandle = (NDIS_HANDLE)&sim;
    return &p->nbl;
}

void
sim_nbl_unmake(PNET_BUFFER_LIST nbl)
{
    struct sim_nbl *p = CONTAINING_RECORD(nbl, struct sim_nbl, nbl);
    PNET_BUFFER nb = nbl->FirstNetBuffer;
    while (nb) {
        PNET_BUFFER next = nb->Next;
        free_switch_mdls(nb->MdlChain);
        if (nb != &p->embedded->nb) {
            sim_object_free(CONTAINING_RECORD(nb, struct sim_nb, nb));
        }
        nb = next;
    }
    nbl_free(p);
}

/* FNV-1a over everything that an extension must leave as it is: where the data lie and what they
 * are. */
uint64_t
sim_nbl_hash(PNET_BUFFER_LIST nbl)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        hash = (hash ^ nb->DataLength ^ (uint64_t)nb->DataOffset << 32) * 0x100000001b3ull;
        for (PMDL mdl = nb->MdlChain; mdl; mdl = mdl->Next) {
            const uint8_t *data = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
            for (ULONG i = 0; i < mdl->ByteCount; i++) {
                hash = (hash ^ data[i]) * 0x100000001b3ull;
            }
        }
    }
    return hash;
}
