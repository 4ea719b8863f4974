/* SPDX-License-Identifier: Apache-2.0 */
/* The hub: see hub.h.  One filter module, a table of connected adapters under a read-write lock,
 * and a count of the hub's own packets, for which a pause waits. */
#include "simswitch/hub.h"

#define TAG       ((ULONG)0x62754857) /* "WHub" */
#define MAX_NICS  64
#define UNUSED(x) ((void)(x))

enum hub_fault hub_fault;

struct nic {
    NDIS_SWITCH_PORT_ID port;
    NDIS_SWITCH_NIC_INDEX index;
    BOOLEAN is_external;
};

struct hub {
    NDIS_HANDLE handle;
    NDIS_HANDLE pool;
    NDIS_SWITCH_CONTEXT context;
    NDIS_SWITCH_OPTIONAL_HANDLERS is;
    PNDIS_RW_LOCK_EX lock; /* guards nics and running */
    struct nic nics[MAX_NICS];
    ULONG n_nics;
    BOOLEAN running;
    NDIS_SPIN_LOCK count_lock; /* guards what follows */
    LONG n_own;                /* packets of the hub's that are under way */
    BOOLEAN pausing;
    ULONG turn;
    NDIS_EVENT oid_done;
    NDIS_STATUS oid_status;
    PVOID leak;
};

static NDIS_HANDLE driver;

static struct hub *
hub_of(NDIS_HANDLE context)
{
    return context;
}

/* Adapters. */

static void
nic_connected(struct hub *hub, NDIS_SWITCH_PORT_ID port, NDIS_SWITCH_NIC_INDEX index,
              BOOLEAN is_external)
{
    LOCK_STATE_EX state;
    if (is_external && index == NDIS_SWITCH_DEFAULT_NIC_INDEX) {
        return; /* the physical adapter behind it is what frames go to */
    }
    NdisAcquireRWLockWrite(hub->lock, &state, 0);
    if (hub->n_nics < MAX_NICS) {
        hub->nics[hub->n_nics++] = (struct nic){port, index, is_external};
    }
    NdisReleaseRWLock(hub->lock, &state);
}

/* Once this is over no packet will be directed to the adapter any more. */
static void
nic_disconnected(struct hub *hub, NDIS_SWITCH_PORT_ID port, NDIS_SWITCH_NIC_INDEX index)
{
    LOCK_STATE_EX state;
    NdisAcquireRWLockWrite(hub->lock, &state, 0);
    for (ULONG i = 0; i < hub->n_nics; i++) {
        if (hub->nics[i].port == port && hub->nics[i].index == index) {
            hub->nics[i] = hub->nics[--hub->n_nics];
            break;
        }
    }
    NdisReleaseRWLock(hub->lock, &state);
}

/* Queries OID with room for SIZE bytes; memory with the answer, or NULL. */
static PVOID
query(struct hub *hub, NDIS_OID oid, ULONG size)
{
    PVOID answer = NdisAllocateMemoryWithTagPriority(hub->handle, size, TAG, NormalPoolPriority);
    NDIS_OID_REQUEST request;
    if (!answer) {
        return NULL;
    }
    RtlZeroMemory(&request, sizeof request);
    request.Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                             NDIS_SIZEOF_OID_REQUEST_REVISION_1};
    request.RequestType = NdisRequestQueryInformation;
    request.DATA.QUERY_INFORMATION.Oid = oid;
    request.DATA.QUERY_INFORMATION.InformationBuffer = answer;
    request.DATA.QUERY_INFORMATION.InformationBufferLength = size;
    NdisResetEvent(&hub->oid_done);
    NDIS_STATUS status = NdisFOidRequest(hub->handle, &request);
    if (status == NDIS_STATUS_PENDING) {
        NdisWaitEvent(&hub->oid_done, 0);
        status = hub->oid_status;
    }
    if (status != NDIS_STATUS_SUCCESS) {
        NdisFreeMemoryWithTagPriority(hub->handle, answer, TAG);
        return NULL;
    }
    return answer;
}

static void
learn_nics(struct hub *hub)
{
    NDIS_SWITCH_NIC_ARRAY *array = query(hub, OID_SWITCH_NIC_ARRAY, 64 * 1024);
    for (ULONG i = 0; array && i < array->NumElements; i++) {
        NDIS_SWITCH_NIC_PARAMETERS *nic = NDIS_SWITCH_NIC_AT_ARRAY_INDEX(array, i);
        if (nic->NicState == NdisSwitchNicStateConnected) {
            nic_connected(hub, nic->PortId, nic->NicIndex,
                          nic->NicType == NdisSwitchNicTypeExternal);
        }
    }
    if (array) {
        NdisFreeMemoryWithTagPriority(hub->handle, array, TAG);
    }
}

/* Packets. */

static void
count_own(struct hub *hub, LONG delta)
{
    NdisAcquireSpinLock(&hub->count_lock);
    hub->n_own += delta;
    BOOLEAN paused = hub->pausing && hub->n_own == 0;
    if (paused) {
        hub->pausing = FALSE;
    }
    NdisReleaseSpinLock(&hub->count_lock);
    if (paused) {
        NdisFPauseComplete(hub->handle);
    }
}

/* A packet of the hub's own with the data of NB, which is part of ORIGINAL. */
static PNET_BUFFER_LIST
copy_packet(struct hub *hub, PNET_BUFFER_LIST original, PNET_BUFFER nb)
{
    ULONG n = nb->DataLength, done;
    PUCHAR data = NdisAllocateMemoryWithTagPriority(hub->handle, n, TAG, NormalPoolPriority);
    PMDL mdl = data ? NdisAllocateMdl(hub->handle, data, n) : NULL;
    PNET_BUFFER_LIST copy =
        mdl ? NdisAllocateNetBufferAndNetBufferList(hub->pool, 0, 0, mdl, 0, n) : NULL;
    if (copy) {
        copy->SourceHandle = hub->handle;
        NdisCopyFromNetBufferToNetBuffer(copy->FirstNetBuffer, 0, n, nb, 0, &done);
        if (hub->is.AllocateNetBufferListForwardingContext(hub->context, copy) ==
            NDIS_STATUS_SUCCESS) {
            if (hub->is.CopyNetBufferListInfo(hub->context, copy, original, 0) ==
                NDIS_STATUS_SUCCESS) {
                if (hub_fault == HUB_SINGLE_SOURCE) {
                    hub->is.SetNetBufferListSource(hub->context, copy, 0, 0);
                }
                return copy;
            }
            hub->is.FreeNetBufferListForwardingContext(hub->context, copy);
        }
        NdisFreeNetBufferList(copy);
    }
    if (mdl) {
        NdisFreeMdl(mdl);
    }
    if (data) {
        NdisFreeMemoryWithTagPriority(hub->handle, data, TAG);
    }
    return NULL;
}

static void
free_copy(struct hub *hub, PNET_BUFFER_LIST copy)
{
    PMDL mdl = copy->FirstNetBuffer->MdlChain;
    PVOID data = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    if (hub_fault != HUB_FREE_WITH_CONTEXT) {
        hub->is.FreeNetBufferListForwardingContext(hub->context, copy);
    }
    NdisFreeNetBufferList(copy);
    if (hub_fault == HUB_WRITE_AFTER_FREE) {
        copy->Scratch = hub;
    }
    if (hub_fault != HUB_LEAK_MDL) {
        NdisFreeMdl(mdl);
    }
    NdisFreeMemoryWithTagPriority(hub->handle, data, TAG);
}

/* Directs NBL to all adapters but its source; FALSE where there is none, or no memory. */
static BOOLEAN
direct(struct hub *hub, PNET_BUFFER_LIST nbl)
{
    NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO *detail =
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl);
    NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY *array;
    ULONG n = 0;
    if (detail->NumAvailableDestinations < hub->n_nics &&
        hub->is.GrowNetBufferListDestinations(hub->context, nbl, hub->n_nics, &array) !=
            NDIS_STATUS_SUCCESS) {
        return FALSE;
    }
    hub->is.GetNetBufferListDestinations(hub->context, nbl, &array);
    for (ULONG i = 0; i < hub->n_nics; i++) {
        if (hub->nics[i].port != detail->SourcePortId) {
            *NDIS_SWITCH_PORT_DESTINATION_AT_ARRAY_INDEX(array, array->NumDestinations + n) =
                (NDIS_SWITCH_PORT_DESTINATION){.PortId = hub->nics[i].port,
                                               .NicIndex = hub->nics[i].index,
                                               .PreserveVLAN = 1,
                                               .PreservePriority = 1};
            n++;
        }
    }
    if (hub_fault == HUB_DIRECT_TO_NOBODY) {
        NDIS_SWITCH_PORT_DESTINATION nobody = {.PortId = 4711};
        hub->is.AddNetBufferListDestination(hub->context, nbl, &nobody);
    }
    if (n) {
        hub->is.UpdateNetBufferListDestinations(hub->context, nbl, n, array);
    }
    if (hub_fault == HUB_CHANGE_COMMITTED && n) {
        NDIS_SWITCH_PORT_DESTINATION_AT_ARRAY_INDEX(array, 0)->PreserveVLAN = 0;
    }
    return n > 0;
}

/* The original as it is, and nothing of the hub's: to be sent, or NULL where it is dropped. */
static PNET_BUFFER_LIST
forward_itself(struct hub *hub, PNET_BUFFER_LIST nbl)
{
    return direct(hub, nbl) ? nbl : NULL;
}

/* Copies of the original, a packet for each of its buffers; the original is dropped. */
static PNET_BUFFER_LIST
forward_copies(struct hub *hub, PNET_BUFFER_LIST nbl)
{
    PNET_BUFFER_LIST chain = NULL;
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        PNET_BUFFER_LIST copy = copy_packet(hub, nbl, nb);
        if (!copy) {
            continue;
        }
        if (!direct(hub, copy)) {
            hub->is.FreeNetBufferListForwardingContext(hub->context, copy);
            PMDL mdl = copy->FirstNetBuffer->MdlChain;
            PVOID data = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
            NdisFreeNetBufferList(copy);
            NdisFreeMdl(mdl);
            NdisFreeMemoryWithTagPriority(hub->handle, data, TAG);
            continue;
        }
        count_own(hub, 1);
        copy->Next = chain;
        chain = copy;
    }
    return chain;
}

static void
break_packet(struct hub *hub, PNET_BUFFER_LIST nbl)
{
    if (hub_fault == HUB_CHANGE_DATA) {
        PMDL mdl = nbl->FirstNetBuffer->CurrentMdl;
        ((PUCHAR)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority))[0] ^= 1;
    } else if (hub_fault == HUB_CHANGE_SOURCE) {
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl)->SourcePortId ^= 1;
    } else if (hub_fault == HUB_INJECT_ON_EGRESS) {
        NdisFIndicateReceiveNetBufferLists(hub->handle, copy_packet(hub, nbl, nbl->FirstNetBuffer),
                                           0, 1, 0);
    }
}

static VOID NTAPI
hub_send(NDIS_HANDLE context, PNET_BUFFER_LIST chain, NDIS_PORT_NUMBER port, ULONG flags)
{
    struct hub *hub = hub_of(context);
    PNET_BUFFER_LIST sent = NULL, dropped = NULL, next;
    LOCK_STATE_EX state;
    UCHAR level = flags & NDIS_SEND_FLAGS_DISPATCH_LEVEL ? NDIS_RWL_AT_DISPATCH_LEVEL : 0;
    UNUSED(port);
    NdisAcquireRWLockRead(hub->lock, &state, level);
    for (; chain; chain = next) {
        next = chain->Next;
        chain->Next = NULL;
        PNET_BUFFER_LIST out = NULL;
        break_packet(hub, chain);
        if (hub->running) {
            out = InterlockedIncrement((volatile LONG *)&hub->turn) % 2
                      ? forward_itself(hub, chain)
                      : forward_copies(hub, chain);
        } else {
            chain->Status = NDIS_STATUS_PAUSED;
        }
        if (out != chain) {
            chain->Next = dropped;
            dropped = chain;
        }
        while (out) {
            PNET_BUFFER_LIST following = out->Next;
            out->Next = sent;
            sent = out;
            out = following;
        }
    }
    NdisReleaseRWLock(hub->lock, &state);
    ULONG out_flags = hub_fault == HUB_DISPATCH_FLAG   ? NDIS_SEND_FLAGS_DISPATCH_LEVEL
                      : hub_fault == HUB_SINGLE_SOURCE ? NDIS_SEND_FLAGS_SWITCH_SINGLE_SOURCE
                                                       : 0;
    if (sent) {
        NdisFSendNetBufferLists(hub->handle, sent, 0, out_flags);
    }
    if (dropped) {
        NdisFSendNetBufferListsComplete(hub->handle, dropped, 0);
        if (hub_fault == HUB_COMPLETE_TWICE) {
            NdisFSendNetBufferListsComplete(hub->handle, dropped, 0);
        }
    }
    if (hub_fault == HUB_KEEP_IRQL) {
        KIRQL old;
        KeRaiseIrql(DISPATCH_LEVEL, &old);
    }
}

static VOID NTAPI
hub_send_complete(NDIS_HANDLE context, PNET_BUFFER_LIST chain, ULONG flags)
{
    struct hub *hub = hub_of(context);
    PNET_BUFFER_LIST theirs = NULL, next;
    UNUSED(flags);
    for (; chain; chain = next) {
        next = chain->Next;
        if (chain->SourceHandle != hub->handle || hub_fault == HUB_COMPLETE_OWN) {
            chain->Next = theirs;
            theirs = chain;
            continue;
        }
        if (hub_fault != HUB_LEAK_PACKET) {
            free_copy(hub, chain);
        }
        count_own(hub, -1);
    }
    if (theirs) {
        NdisFSendNetBufferListsComplete(hub->handle, theirs, 0);
    }
}

static VOID NTAPI
hub_receive(NDIS_HANDLE context, PNET_BUFFER_LIST chain, NDIS_PORT_NUMBER port, ULONG n,
            ULONG flags)
{
    struct hub *hub = hub_of(context);
    if (hub_fault == HUB_DIRECT_ON_EGRESS) {
        direct(hub, chain);
    }
    NdisFIndicateReceiveNetBufferLists(hub->handle, chain, port, n, flags);
}

static VOID NTAPI
hub_return(NDIS_HANDLE context, PNET_BUFFER_LIST chain, ULONG flags)
{
    NdisFReturnNetBufferLists(hub_of(context)->handle, chain, flags);
}

/* OIDs. */

/* What the hub does with a request before it sends it on. */
static void
before_oid(struct hub *hub, PNDIS_OID_REQUEST request)
{
    NDIS_SWITCH_NIC_PARAMETERS *nic = request->DATA.SET_INFORMATION.InformationBuffer;
    if (request->RequestType == NdisRequestSetInformation &&
        request->DATA.SET_INFORMATION.Oid == OID_SWITCH_NIC_DISCONNECT) {
        nic_disconnected(hub, nic->PortId, nic->NicIndex);
    }
}

static void
after_oid(struct hub *hub, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    NDIS_SWITCH_NIC_PARAMETERS *nic = request->DATA.SET_INFORMATION.InformationBuffer;
    if (status == NDIS_STATUS_SUCCESS && request->RequestType == NdisRequestSetInformation &&
        request->DATA.SET_INFORMATION.Oid == OID_SWITCH_NIC_CONNECT) {
        nic_connected(hub, nic->PortId, nic->NicIndex, nic->NicType == NdisSwitchNicTypeExternal);
        if (hub_fault == HUB_KEEP_REFERENCE) {
            hub->is.ReferenceSwitchNic(hub->context, nic->PortId, nic->NicIndex);
        }
    }
}

/* A clone says in its SourceReserved which request it is of. */
static PNDIS_OID_REQUEST *
original_of(PNDIS_OID_REQUEST clone)
{
    return (PNDIS_OID_REQUEST *)(PVOID)&clone->SourceReserved[0];
}

static NDIS_STATUS NTAPI
hub_oid(NDIS_HANDLE context, PNDIS_OID_REQUEST request)
{
    struct hub *hub = hub_of(context);
    PNDIS_OID_REQUEST clone;
    NDIS_OID oid = request->DATA.SET_INFORMATION.Oid;
    if (hub_fault == HUB_SWALLOW_OID) {
        return NDIS_STATUS_SUCCESS;
    }
    if (hub_fault == HUB_FAIL_CONNECT && oid == OID_SWITCH_NIC_CONNECT) {
        return NDIS_STATUS_FAILURE;
    }
    if (hub_fault == HUB_CHANGE_OID) {
        ((PUCHAR)request->DATA.SET_INFORMATION.InformationBuffer)[8] ^= 1;
    }
    /* What must be sent on cannot fail for want of memory: the clone is there, or is waited for.
     */
    NDIS_STATUS status = NdisAllocateCloneOidRequest(hub->handle, request, TAG, &clone);
    while (status != NDIS_STATUS_SUCCESS && oid != OID_SWITCH_PORT_CREATE &&
           oid != OID_SWITCH_NIC_CREATE) {
        status = NdisAllocateCloneOidRequest(hub->handle, request, TAG, &clone);
    }
    if (status != NDIS_STATUS_SUCCESS) {
        return status;
    }
    *original_of(clone) = request;
    before_oid(hub, request);
    status = NdisFOidRequest(hub->handle, clone);
    if (status == NDIS_STATUS_PENDING) {
        return status;
    }
    request->DATA = clone->DATA;
    after_oid(hub, request, status);
    NdisFreeCloneOidRequest(hub->handle, clone);
    if (hub_fault == HUB_COMPLETE_OID_TWICE) {
        NdisFOidRequestComplete(hub->handle, request, status);
    }
    return status;
}

static VOID NTAPI
hub_oid_complete(NDIS_HANDLE context, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct hub *hub = hub_of(context);
    PNDIS_OID_REQUEST original = *original_of(request);
    if (!original) {
        hub->oid_status = status;
        NdisSetEvent(&hub->oid_done);
        return;
    }
    original->DATA = request->DATA;
    after_oid(hub, original, status);
    NdisFreeCloneOidRequest(hub->handle, request);
    NdisFOidRequestComplete(hub->handle, original, status);
}

static NDIS_STATUS NTAPI
hub_event(NDIS_HANDLE context, PNET_PNP_EVENT_NOTIFICATION event)
{
    struct hub *hub = hub_of(context);
    if (event->NetPnPEvent.NetEvent == NetEventSwitchActivate) {
        learn_nics(hub);
    }
    return NdisFNetPnPEvent(hub->handle, event);
}

static VOID NTAPI
hub_status(NDIS_HANDLE context, PNDIS_STATUS_INDICATION status)
{
    NdisFIndicateStatus(hub_of(context)->handle, status);
}

/* Life. */

static void
hub_free(struct hub *hub)
{
    if (hub->pool && hub_fault != HUB_LEAK_POOL) {
        NdisFreeNetBufferListPool(hub->pool);
    }
    if (hub->lock) {
        NdisFreeRWLock(hub->lock);
    }
    NdisFreeSpinLock(&hub->count_lock);
    if (hub_fault != HUB_LEAK_MEMORY) {
        NdisFreeMemoryWithTagPriority(driver, hub, TAG);
    }
}

static NDIS_STATUS
hub_init(struct hub *hub)
{
    NET_BUFFER_LIST_POOL_PARAMETERS pool = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE,
        .PoolTag = TAG,
    };
    NDIS_FILTER_ATTRIBUTES attributes = {
        .Header = {NDIS_OBJECT_TYPE_FILTER_ATTRIBUTES, NDIS_FILTER_ATTRIBUTES_REVISION_1,
                   NDIS_SIZEOF_FILTER_ATTRIBUTES_REVISION_1},
    };
    hub->is.Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_SWITCH_OPTIONAL_HANDLERS,
                                          NDIS_SWITCH_OPTIONAL_HANDLERS_REVISION_1,
                                          NDIS_SIZEOF_SWITCH_OPTIONAL_HANDLERS_REVISION_1};
    NdisAllocateSpinLock(&hub->count_lock);
    NdisInitializeEvent(&hub->oid_done);
    hub->lock = NdisAllocateRWLock(hub->handle);
    hub->pool = hub->lock ? NdisAllocateNetBufferListPool(hub->handle, &pool) : NULL;
    if (!hub->pool) {
        return NDIS_STATUS_RESOURCES;
    }
    NDIS_STATUS status = NdisFGetOptionalSwitchHandlers(hub->handle, &hub->context, &hub->is);
    if (hub_fault == HUB_QUERY_WHILE_ATTACHING) {
        learn_nics(hub);
    }
    if (status != NDIS_STATUS_SUCCESS || hub_fault == HUB_NO_ATTRIBUTES) {
        return status;
    }
    return NdisFSetAttributes(hub->handle, hub, &attributes);
}

static NDIS_STATUS NTAPI
hub_attach(NDIS_HANDLE handle, NDIS_HANDLE context, PNDIS_FILTER_ATTACH_PARAMETERS parameters)
{
    UNUSED(context);
    UNUSED(parameters);
    struct hub *hub =
        NdisAllocateMemoryWithTagPriority(driver, sizeof *hub, TAG, NormalPoolPriority);
    if (!hub) {
        return NDIS_STATUS_RESOURCES;
    }
    RtlZeroMemory(hub, sizeof *hub);
    hub->handle = handle;
    NDIS_STATUS status = hub_init(hub);
    if (status != NDIS_STATUS_SUCCESS) {
        hub_free(hub);
    }
    return status;
}

static VOID NTAPI
hub_detach(NDIS_HANDLE context)
{
    hub_free(hub_of(context));
}

static void
set_running(struct hub *hub, BOOLEAN running)
{
    LOCK_STATE_EX state;
    NdisAcquireRWLockWrite(hub->lock, &state, 0);
    hub->running = running;
    NdisReleaseRWLock(hub->lock, &state);
}

/* Sends a packet of the hub's own from nowhere. */
static void
originate(struct hub *hub)
{
    PUCHAR data = NdisAllocateMemoryWithTagPriority(hub->handle, 60, TAG, NormalPoolPriority);
    PMDL mdl = NdisAllocateMdl(hub->handle, data, 60);
    PNET_BUFFER_LIST nbl = NdisAllocateNetBufferAndNetBufferList(hub->pool, 0, 0, mdl, 0, 60);
    nbl->SourceHandle = hub->handle;
    hub->is.AllocateNetBufferListForwardingContext(hub->context, nbl);
    count_own(hub, 1);
    NdisFSendNetBufferLists(hub->handle, nbl, 0, 0);
}

static NDIS_STATUS NTAPI
hub_restart(NDIS_HANDLE context, PNDIS_FILTER_RESTART_PARAMETERS parameters)
{
    struct hub *hub = hub_of(context);
    UNUSED(parameters);
    NDIS_SWITCH_PARAMETERS *is = query(hub, OID_SWITCH_PARAMETERS, sizeof *is);
    if (!is) {
        return NDIS_STATUS_RESOURCES;
    }
    hub->n_nics = 0;
    if (is->IsActive || hub_fault == HUB_QUERY_INACTIVE) {
        learn_nics(hub);
    }
    NdisFreeMemoryWithTagPriority(hub->handle, is, TAG);
    if (hub_fault == HUB_SEND_PAUSED) {
        originate(hub);
    }
    set_running(hub, TRUE);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI
hub_pause(NDIS_HANDLE context, PNDIS_FILTER_PAUSE_PARAMETERS parameters)
{
    struct hub *hub = hub_of(context);
    UNUSED(parameters);
    set_running(hub, FALSE);
    NdisAcquireSpinLock(&hub->count_lock);
    BOOLEAN wait = hub->n_own != 0 && hub_fault != HUB_PAUSE_EARLY;
    hub->pausing = wait;
    NdisReleaseSpinLock(&hub->count_lock);
    return wait ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
}

static VOID NTAPI
hub_unload(PDRIVER_OBJECT object)
{
    UNUSED(object);
    NdisFDeregisterFilterDriver(driver);
}

NTSTATUS NTAPI
hub_driver_entry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
    UNUSED(registry_path);
    NDIS_FILTER_DRIVER_CHARACTERISTICS is = {
        .Header = {NDIS_OBJECT_TYPE_FILTER_DRIVER_CHARACTERISTICS,
                   NDIS_FILTER_CHARACTERISTICS_REVISION_2,
                   NDIS_SIZEOF_FILTER_DRIVER_CHARACTERISTICS_REVISION_2},
        .MajorNdisVersion = 6,
        .MinorNdisVersion = 30,
        .FriendlyName = NDIS_STRING_CONST("Weft Test Hub"),
        .UniqueName = NDIS_STRING_CONST("{7B8C0D3A-5F1E-4A43-9C50-2D9B1C6E1A77}"),
        .ServiceName = NDIS_STRING_CONST("WeftHub"),
        .AttachHandler = hub_attach,
        .DetachHandler = hub_detach,
        .RestartHandler = hub_restart,
        .PauseHandler = hub_pause,
        .SendNetBufferListsHandler = hub_send,
        .SendNetBufferListsCompleteHandler = hub_send_complete,
        .ReceiveNetBufferListsHandler = hub_receive,
        .ReturnNetBufferListsHandler = hub_return,
        .OidRequestHandler = hub_oid,
        .OidRequestCompleteHandler = hub_oid_complete,
        .NetPnPEventHandler = hub_event,
        .StatusHandler = hub_status,
    };
    object->DriverUnload = hub_unload;
    return NdisFRegisterFilterDriver(object, object, &is, &driver);
}

#ifdef _WIN32
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path);

NTSTATUS NTAPI
DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
    return hub_driver_entry(object, registry_path);
}
#endif
