/* SPDX-License-Identifier: Apache-2.0 */
/* The data of a net buffer: MDLs, contiguous views, copies, and moving the start of the data. */
#include "simswitch/sim_internal.h"

struct sim_mdl {
    struct sim_object object;
    void *memory; /* that NDIS allocated with it, in a retreat */
    DECLSPEC_ALIGN(16) MDL mdl;
};

PMDL
NdisAllocateMdl(NDIS_HANDLE handle, PVOID address, UINT size)
{
    struct sim_object *owner = handle;
    if (!owner || (handle != &sim && owner->kind != SIM_MODULE && owner->kind != SIM_FILTER)) {
        sim_fail("%s: the handle is neither a filter module's nor a filter driver's", __func__);
    }
    if (!address || !size) {
        sim_fail("%s: %u bytes", __func__, size);
    }
    struct sim_mdl *m = sim_object_new(SIM_MDL, sizeof *m, owner);
    if (!m) {
        return NULL;
    }
    uintptr_t page = (uintptr_t)address & ~(uintptr_t)0xfff;
    m->mdl.Size = sizeof m->mdl;
    m->mdl.MdlFlags = MDL_SOURCE_IS_NONPAGED_POOL;
    m->mdl.MappedSystemVa = address;
    m->mdl.StartVa = (PVOID)page;
    m->mdl.ByteOffset = (ULONG)((uintptr_t)address - page);
    m->mdl.ByteCount = size;
    return &m->mdl;
}

static struct sim_mdl *
mdl_check(PMDL mdl, const char *where)
{
    return sim_object_check(CONTAINING_RECORD(mdl, struct sim_mdl, mdl), SIM_MDL, where);
}

VOID
NdisFreeMdl(PMDL mdl)
{
    struct sim_mdl *m = mdl_check(mdl, __func__);
    if (m->memory) {
        sim_fail("%s: the MDL came with NdisRetreatNetBufferDataStart", __func__);
    }
    sim_object_free(m);
}

static PNET_BUFFER
nb_check(PNET_BUFFER nb, const char *where)
{
    sim_object_check(CONTAINING_RECORD(nb, struct sim_nb, nb), SIM_NB, where);
    return nb;
}

/* Walks N bytes of NB from OFFSET into its data, copying them TO (where not NULL) or FROM; gives
 * how many there were. */
static ULONG
walk(PNET_BUFFER nb, ULONG offset, ULONG n, uint8_t *to, const uint8_t *from)
{
    ULONG skip = nb->CurrentMdlOffset + offset, done = 0;
    n = offset > nb->DataLength ? 0 : n < nb->DataLength - offset ? n : nb->DataLength - offset;
    for (PMDL mdl = nb->CurrentMdl; mdl && done < n; mdl = mdl->Next) {
        if (skip >= mdl->ByteCount) {
            skip -= mdl->ByteCount;
            continue;
        }
        uint8_t *data = (uint8_t *)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) + skip;
        ULONG part = mdl->ByteCount - skip < n - done ? mdl->ByteCount - skip : n - done;
        if (to) {
            memcpy(to + done, data, part);
        } else {
            memcpy(data, from + done, part);
        }
        done += part;
        skip = 0;
    }
    return done;
}

PVOID
NdisGetDataBuffer(PNET_BUFFER nb, ULONG n, PVOID storage, UINT align_multiple, UINT align_offset)
{
    nb_check(nb, __func__);
    if (!n || !align_multiple || (align_multiple & (align_multiple - 1))) {
        sim_fail("%s: %u bytes aligned to %u", __func__, n, align_multiple);
    }
    if (nb->DataLength < n || !nb->CurrentMdl) {
        return NULL;
    }
    PMDL mdl = nb->CurrentMdl;
    ULONG skip = nb->CurrentMdlOffset;
    while (mdl->Next && skip >= mdl->ByteCount) {
        skip -= mdl->ByteCount;
        mdl = mdl->Next;
    }
    uint8_t *data = (uint8_t *)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) + skip;
    if (mdl->ByteCount >= skip + n && ((uintptr_t)data - align_offset) % align_multiple == 0) {
        return data;
    }
    return storage && walk(nb, 0, n, storage, NULL) == n ? storage : NULL;
}

NDIS_STATUS
NdisCopyFromNetBufferToNetBuffer(PNET_BUFFER to, ULONG to_offset, ULONG n, PNET_BUFFER from,
                                 ULONG from_offset, PULONG n_copied)
{
    nb_check(to, __func__);
    nb_check(from, __func__);
    uint8_t *copy = host_alloc(n ? n : 1);
    ULONG there = walk(from, from_offset, n, copy, NULL);
    *n_copied = walk(to, to_offset, there, NULL, copy);
    host_free(copy);
    return NDIS_STATUS_SUCCESS;
}

/* Finds the current MDL again after DataOffset or the chain has changed. */
static void
set_current(PNET_BUFFER nb)
{
    ULONG offset = nb->DataOffset;
    PMDL mdl = nb->MdlChain;
    while (mdl && mdl->Next && offset >= mdl->ByteCount) {
        offset -= mdl->ByteCount;
        mdl = mdl->Next;
    }
    nb->CurrentMdl = mdl;
    nb->CurrentMdlOffset = offset;
}

/* An MDL with memory of SIZE bytes; from HANDLER where there is one. */
static PMDL
retreat_mdl(struct sim_nb *b, ULONG *size, NET_BUFFER_ALLOCATE_MDL_HANDLER handler)
{
    if (handler) {
        PMDL mdl = handler(size);
        b->n_handler_mdls += mdl != NULL;
        return mdl;
    }
    void *memory = host_alloc(*size);
    PMDL mdl = NdisAllocateMdl(b->object.owner, memory, *size);
    if (!mdl) {
        host_free(memory);
        return NULL;
    }
    mdl_check(mdl, "a retreat")->memory = memory;
    return mdl;
}

NDIS_STATUS
NdisRetreatNetBufferDataStart(PNET_BUFFER nb, ULONG delta, ULONG backfill,
                              NET_BUFFER_ALLOCATE_MDL_HANDLER handler)
{
    struct sim_nb *b = CONTAINING_RECORD(nb_check(nb, __func__), struct sim_nb, nb);
    if (nb->DataOffset < delta) {
        ULONG size = delta - nb->DataOffset + backfill;
        PMDL mdl = retreat_mdl(b, &size, handler);
        if (!mdl) {
            return NDIS_STATUS_RESOURCES;
        }
        mdl->Next = nb->MdlChain;
        nb->MdlChain = mdl;
        nb->DataOffset += size;
    }
    nb->DataOffset -= delta;
    nb->DataLength += delta;
    set_current(nb);
    return NDIS_STATUS_SUCCESS;
}

/* Takes the first MDL off, which is unused, if a retreat put it there. */
static bool
drop_first_mdl(struct sim_nb *b, NET_BUFFER_FREE_MDL_HANDLER handler)
{
    PMDL first = b->nb.MdlChain;
    ULONG size = first->ByteCount;
    if (b->n_handler_mdls) {
        b->nb.MdlChain = first->Next;
        b->n_handler_mdls--;
        if (!handler) {
            sim_fail("NdisAdvanceNetBufferDataStart: no handler to free what a handler allocated");
        }
        handler(first);
    } else {
        struct sim_mdl *m = CONTAINING_RECORD(first, struct sim_mdl, mdl);
        if (m->object.kind != SIM_MDL || !m->memory) {
            return false;
        }
        b->nb.MdlChain = first->Next;
        host_free(m->memory);
        sim_object_free(m);
    }
    b->nb.DataOffset -= size;
    return true;
}

VOID
NdisAdvanceNetBufferDataStart(PNET_BUFFER nb, ULONG delta, BOOLEAN free_mdl,
                              NET_BUFFER_FREE_MDL_HANDLER handler)
{
    struct sim_nb *b = CONTAINING_RECORD(nb_check(nb, __func__), struct sim_nb, nb);
    if (delta > nb->DataLength) {
        sim_fail("%s: by %u bytes of %u", __func__, delta, nb->DataLength);
    }
    nb->DataOffset += delta;
    nb->DataLength -= delta;
    while (free_mdl && nb->MdlChain && nb->DataOffset >= nb->MdlChain->ByteCount &&
           drop_first_mdl(b, handler)) {
    }
    set_current(nb);
}

VOID
NdisAdvanceNetBufferListDataStart(PNET_BUFFER_LIST nbl, ULONG delta, BOOLEAN free_mdl,
                                  NET_BUFFER_FREE_MDL_HANDLER handler)
{
    sim_nbl_check(nbl, __func__);
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        NdisAdvanceNetBufferDataStart(nb, delta, free_mdl, handler);
    }
}

NDIS_STATUS
NdisRetreatNetBufferListDataStart(PNET_BUFFER_LIST nbl, ULONG delta, ULONG backfill,
                                  NET_BUFFER_ALLOCATE_MDL_HANDLER allocate,
                                  NET_BUFFER_FREE_MDL_HANDLER release)
{
    sim_nbl_check(nbl, __func__);
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        NDIS_STATUS status = NdisRetreatNetBufferDataStart(nb, delta, backfill, allocate);
        if (status != NDIS_STATUS_SUCCESS) {
            for (PNET_BUFFER undo = nbl->FirstNetBuffer; undo != nb; undo = undo->Next) {
                NdisAdvanceNetBufferDataStart(undo, delta, TRUE, release);
            }
            return status;
        }
    }
    return NDIS_STATUS_SUCCESS;
}

/* Which out-of-band data go from one list to another; the switch's own never do. */
static void
copy_info(PNET_BUFFER_LIST to, PNET_BUFFER_LIST from)
{
    static const uint8_t copied[] = {
        TcpIpChecksumNetBufferListInfo,
        TcpLargeSendNetBufferListInfo,
        Ieee8021QNetBufferListInfo,
        NetBufferListFrameType,
        NetBufferListHashValue,
        NetBufferListHashInfo,
        VirtualSubnetInfo,
        TcpRecvSegCoalesceInfo,
        RscTcpTimestampDelta,
    };
    for (size_t i = 0; i < sizeof copied; i++) {
        to->NetBufferListInfo[copied[i]] = from->NetBufferListInfo[copied[i]];
    }
}

VOID
NdisCopySendNetBufferListInfo(PNET_BUFFER_LIST to, PNET_BUFFER_LIST from)
{
    sim_nbl_check(to, __func__);
    sim_nbl_check(from, __func__);
    copy_info(to, from);
}

VOID
NdisCopyReceiveNetBufferListInfo(PNET_BUFFER_LIST to, PNET_BUFFER_LIST from)
{
    NdisCopySendNetBufferListInfo(to, from);
}
