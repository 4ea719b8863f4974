/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a filter module: attach, restart, pause, detach, as NDIS calls for them, one at a
 * time for each module and at PASSIVE_LEVEL. A pause waits for the CPUs that are sending, then
 * for the lists of ours that are out; the last of these completes it. */
#include "driver/driver.h"
#include "driver/filter.h"
#include "driver/switch_nic.h"
#include "driver/switch_port.h"

#include "base/mem.h"

/* Moves from FROM to TO, which must be a move that there is. */
static void
move(struct filter *f, enum filter_state from, enum filter_state to)
{
    static const bool allowed[FILTER_STATES][FILTER_STATES] = {
        [FILTER_PAUSED] = {[FILTER_RUNNING] = true},
        [FILTER_RUNNING] = {[FILTER_PAUSING] = true},
        [FILTER_PAUSING] = {[FILTER_PAUSED] = true},
    };
    VERIFY(allowed[from][to]);
    VERIFY(PORT_EXCHANGE(&f->state, (uint32_t)to) == (uint32_t)from);
}

/* Takes N from the lists that are out; true for the last. */
static bool
take_own(struct filter *f, uint32_t n)
{
    uint32_t before = PORT_FETCH_SUB(&f->n_own, n);
    VERIFY(before >= n);
    return before == n;
}

_Use_decl_annotations_
void
filter_own_back(struct filter *f, uint32_t n)
{
    if (take_own(f, n)) {
        NDIS_HANDLE handle = f->handle;
        move(f, FILTER_PAUSING, FILTER_PAUSED);
        NdisFPauseComplete(handle);
    }
}

/* Gives the switch's functions, if NDIS has attached us to a switch. */
static NDIS_STATUS
get_switch(struct filter *f)
{
    f->calls.Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_SWITCH_OPTIONAL_HANDLERS,
                                           NDIS_SWITCH_OPTIONAL_HANDLERS_REVISION_1,
                                           NDIS_SIZEOF_SWITCH_OPTIONAL_HANDLERS_REVISION_1};
    return NdisFGetOptionalSwitchHandlers(f->handle, &f->context, &f->calls);
}

static NDIS_STATUS
make_pool(struct filter *f)
{
    NET_BUFFER_LIST_POOL_PARAMETERS parameters = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .ProtocolId = NDIS_PROTOCOL_ID_DEFAULT,
        .fAllocateNetBuffer = TRUE,
        .ContextSize = FILTER_LIST_CONTEXT,
        .PoolTag = POOL_TAG,
    };
    f->lists = NdisAllocateNetBufferListPool(f->handle, &parameters);
    return f->lists ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

static void
copy_guid(struct filter *f, const NDIS_STRING *guid)
{
    USHORT n = guid ? MIN(guid->Length, (USHORT)sizeof f->guid_text) : 0;
    f->guid.Buffer = f->guid_text;
    f->guid.Length = f->guid.MaximumLength = n;
    if (n) {
        memcpy(f->guid_text, guid->Buffer, n);
    }
}

static void
free_filter(struct filter *f)
{
    if (f->lists) {
        NdisFreeNetBufferListPool(f->lists);
    }
    mem_free(f, sizeof *f);
}

_Use_decl_annotations_
NDIS_STATUS NTAPI
filter_attach(NDIS_HANDLE handle, NDIS_HANDLE driver, PNDIS_FILTER_ATTACH_PARAMETERS parameters)
{
    struct filter *f = mem_zalloc(sizeof *f);
    if (!f) {
        return NDIS_STATUS_RESOURCES;
    }
    f->driver = driver;
    f->handle = handle;
    f->state = FILTER_PAUSED;
    list_init(&f->ports);
    list_init(&f->nics);
    copy_guid(f, parameters->FilterModuleGuidName);
    NDIS_FILTER_ATTRIBUTES attributes = {.Header = {NDIS_OBJECT_TYPE_FILTER_ATTRIBUTES,
                                                    NDIS_FILTER_ATTRIBUTES_REVISION_1,
                                                    NDIS_SIZEOF_FILTER_ATTRIBUTES_REVISION_1}};
    NDIS_STATUS status = get_switch(f);
    if (status == NDIS_STATUS_SUCCESS) {
        status = make_pool(f);
    }
    if (status == NDIS_STATUS_SUCCESS) {
        status = NdisFSetAttributes(handle, f, &attributes);
    }
    if (status != NDIS_STATUS_SUCCESS) {
        free_filter(f);
        return status;
    }
    driver_lock(f->driver);
    list_push_back(&f->driver->filters, &f->node);
    driver_unlock(f->driver);
    return NDIS_STATUS_SUCCESS;
}

/* Gives the module the datapath, if no other has it. */
static void
claim_datapath(struct filter *f)
{
    driver_lock(f->driver);
    if (!f->driver->owner) {
        PORT_STORE_RELEASE(&f->driver->owner, f);
        nics_bind(f);
    }
    driver_unlock(f->driver);
}

static void
leave_datapath(struct filter *f)
{
    driver_lock(f->driver);
    if (f->driver->owner == f) {
        nics_unbind(f);
        PORT_STORE_RELEASE(&f->driver->owner, NULL);
    }
    list_remove(&f->node);
    driver_unlock(f->driver);
    epoch_synchronize(&f->driver->epoch);
}

_Use_decl_annotations_
NDIS_STATUS NTAPI
filter_restart(NDIS_HANDLE filter, PNDIS_FILTER_RESTART_PARAMETERS parameters UNUSED)
{
    struct filter *f = filter;
    claim_datapath(f);
    filter_read_switch(f);
    PORT_STORE_RELEASE(&f->n_own, 1);
    move(f, FILTER_PAUSED, FILTER_RUNNING);
    return NDIS_STATUS_SUCCESS;
}

_Use_decl_annotations_
NDIS_STATUS NTAPI
filter_pause(NDIS_HANDLE filter, PNDIS_FILTER_PAUSE_PARAMETERS parameters UNUSED)
{
    struct filter *f = filter;
    move(f, FILTER_RUNNING, FILTER_PAUSING);
    epoch_synchronize(&f->driver->epoch);
    if (!take_own(f, 1)) {
        return NDIS_STATUS_PENDING;
    }
    move(f, FILTER_PAUSING, FILTER_PAUSED);
    return NDIS_STATUS_SUCCESS;
}

_Use_decl_annotations_
VOID NTAPI
filter_detach(NDIS_HANDLE filter)
{
    struct filter *f = filter;
    VERIFY(PORT_LOAD_ACQUIRE(&f->state) == FILTER_PAUSED);
    leave_datapath(f);
    nics_clear(f);
    switch_ports_clear(f);
    free_filter(f);
}

_Use_decl_annotations_
NDIS_STATUS NTAPI
filter_net_pnp_event(NDIS_HANDLE filter, PNET_PNP_EVENT_NOTIFICATION event)
{
    struct filter *f = filter;
    if (event->NetPnPEvent.NetEvent == NetEventSwitchActivate) {
        filter_read_switch(f);
    }
    return NdisFNetPnPEvent(f->handle, event);
}
