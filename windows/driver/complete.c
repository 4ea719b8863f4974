/* SPDX-License-Identifier: Apache-2.0 */
/* Sending and completing. Each list that arrived is completed exactly once: by the switch's
 * completion of it if it was sent, or else when nothing holds it any more. ChildRefCount, which
 * belongs to whoever has the list, counts the holders: the arrival, and each list of ours that
 * uses its bytes. A list of ours is told by its source, which is our module. */
#include "driver/complete.h"

#include "driver/driver.h"
#include "driver/filter.h"
#include "port/atomic.h"

_Use_decl_annotations_
void
parent_ref(PNET_BUFFER_LIST nbl)
{
    PORT_FETCH_ADD(&nbl->ChildRefCount, 1);
}

_Use_decl_annotations_
void
parent_unref(PNET_BUFFER_LIST nbl, struct nbl_chain *done)
{
    LONG before = PORT_FETCH_SUB(&nbl->ChildRefCount, 1);
    VERIFY(before > 0);
    if (before == 1) {
        nbl_chain_add(done, nbl);
    }
}

_Use_decl_annotations_
void
own_block_free(struct block *b, struct nbl_chain *done)
{
    if (b->tail) {
        NdisFreeMdl(b->tail);
        b->tail = NULL;
    }
    if (b->parent) {
        parent_unref(b->parent, done);
        b->parent = NULL;
    }
    b->refs = 1; /* all views have been freed before it was sent */
    block_unref(b);
}

_Use_decl_annotations_
void
own_list_free(struct filter *f, PNET_BUFFER_LIST nbl, struct nbl_chain *done)
{
    struct filter_list_context *context = (void *)NET_BUFFER_LIST_CONTEXT_DATA_START(nbl);
    struct block *b = context->block;
    PNET_BUFFER_LIST parent = nbl->ParentNetBufferList;
    nbl->ParentNetBufferList = NULL;
    f->calls.FreeNetBufferListForwardingContext(f->context, nbl);
    NdisFreeNetBufferList(nbl);
    if (b) {
        own_block_free(b, done);
    } else if (parent) {
        parent_unref(parent, done);
    }
}

/* Says that the segmentation that NBL's sender left to be done is done, as who completes must. */
static void
complete_segmentation(PNET_BUFFER_LIST nbl)
{
    NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO lso = {
        .Value = NET_BUFFER_LIST_INFO(nbl, TcpLargeSendNetBufferListInfo)};
    if (lso.Value && lso.Transmit.Type == NDIS_TCP_LARGE_SEND_OFFLOAD_V2_TYPE) {
        lso.LsoV2TransmitComplete.Reserved = 0;
        NET_BUFFER_LIST_INFO(nbl, TcpLargeSendNetBufferListInfo) = lso.Value;
    }
}

/* Completes CHAIN, all of which the switch gave us. */
static void
complete_chain(struct filter *f, struct nbl_chain *chain, NDIS_STATUS status, ULONG flags)
{
    if (!chain->first) {
        return;
    }
    for (PNET_BUFFER_LIST nbl = chain->first; nbl; nbl = NET_BUFFER_LIST_NEXT_NBL(nbl)) {
        NET_BUFFER_LIST_STATUS(nbl) = status;
        complete_segmentation(nbl);
    }
    NdisFSendNetBufferListsComplete(f->handle, chain->first, flags);
}

/* Tells the switch of what is dropped, port by port. */
static void
report_dropped(struct filter *f, PNET_BUFFER_LIST nbl)
{
    NDIS_STRING name = NDIS_STRING_CONST("Open vSwitch Extension");
    NDIS_STRING reason = NDIS_STRING_CONST("Dropped by the datapath's flows");
    while (nbl) {
        uint32_t port = NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl)->SourcePortId, n = 1;
        PNET_BUFFER_LIST first = nbl, last = nbl;
        while ((nbl = NET_BUFFER_LIST_NEXT_NBL(last)) != NULL &&
               NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl)->SourcePortId == port) {
            last = nbl;
            n++;
        }
        NET_BUFFER_LIST_NEXT_NBL(last) = NULL;
        f->calls.ReportFilteredNetBufferLists(f->context, &f->guid, &name, port,
                                              NDIS_SWITCH_REPORT_FILTERED_NBL_FLAGS_IS_INCOMING, n,
                                              first, &reason);
        NET_BUFFER_LIST_NEXT_NBL(last) = nbl;
    }
}

_Use_decl_annotations_
void
complete_work(struct filter *f, struct cpu_work *w, ULONG send_flags)
{
    ULONG single = send_flags & NDIS_SEND_FLAGS_SWITCH_SINGLE_SOURCE;
    ULONG send = single | (send_flags & NDIS_SEND_FLAGS_DISPATCH_LEVEL);
    ULONG complete =
        (single ? NDIS_SEND_COMPLETE_FLAGS_SWITCH_SINGLE_SOURCE : 0) |
        (send_flags & NDIS_SEND_FLAGS_DISPATCH_LEVEL ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL
                                                     : 0);
    PORT_FETCH_ADD(&f->n_own, w->n_own);
    if (w->untouched.first) {
        NdisFSendNetBufferLists(f->handle, w->untouched.first, 0, send);
    }
    if (w->send.first) {
        NdisFSendNetBufferLists(
            f->handle, w->send.first, 0,
            send | (w->one_destination ? NDIS_SEND_FLAGS_SWITCH_DESTINATION_GROUP : 0));
    }
    report_dropped(f, w->dropped.first);
    complete_chain(f, &w->dropped, NDIS_STATUS_FAILURE, complete);
    complete_chain(f, &w->done, NDIS_STATUS_SUCCESS, complete);
}

_Use_decl_annotations_
VOID NTAPI
filter_send_complete(NDIS_HANDLE filter, PNET_BUFFER_LIST nbls, ULONG flags)
{
    struct filter *f = filter;
    struct nbl_chain theirs, parents;
    uint32_t n_own = 0;
    nbl_chain_init(&theirs);
    nbl_chain_init(&parents);
    for (PNET_BUFFER_LIST next; nbls; nbls = next) {
        next = NET_BUFFER_LIST_NEXT_NBL(nbls);
        if (nbls->SourceHandle == f->handle) {
            own_list_free(f, nbls, &parents);
            n_own++;
        } else {
            nbl_chain_add(&theirs, nbls);
        }
    }
    if (theirs.first) {
        NdisFSendNetBufferListsComplete(f->handle, theirs.first, flags);
    }
    complete_chain(f, &parents, NDIS_STATUS_SUCCESS,
                   flags & NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
    if (n_own) {
        filter_own_back(f, n_own);
    }
}

_Use_decl_annotations_
VOID NTAPI
filter_cancel_send(NDIS_HANDLE filter, PVOID cancel_id)
{
    struct filter *f = filter;
    NdisFCancelSendNetBufferLists(f->handle, cancel_id);
}
