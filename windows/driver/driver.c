/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's beginning and end. NDIS may attach modules as soon as the driver is registered, and
 * before that has no handle for us to allocate memory with; so everything that modules need is
 * made when it asks for options, in between. Handles of the device come last and go first. */
#include "driver/driver.h"

#include "driver/device.h"
#include "driver/filter.h"
#include "driver/host.h"
#include "driver/memory.h"

enum { BLOCKS_AT_START = 256 };

struct driver the_driver;

/* Each second: has the core reorder its masks by use. */
static void
tick(void *driver_)
{
    struct driver *driver = driver_;
    driver_lock(driver);
    if (driver->has_datapath) {
        dp_optimize(&driver->dp);
    }
    driver_unlock(driver);
}

static void
driver_stop(struct driver *driver)
{
    host_stop(driver);
    vport_table_fini(&driver->vports);
    epoch_stop(&driver->epoch);
    block_pool_fini(&driver->blocks);
}

/* NDIS asks for options while the driver is being registered. */
static NDIS_STATUS NTAPI
driver_start(NDIS_HANDLE handle, NDIS_HANDLE driver_)
{
    struct driver *driver = driver_;
    driver->handle = handle;
    memory_start(handle);
    driver->n_cpus = MIN(NdisGroupMaxProcessorCount(ALL_PROCESSOR_GROUPS), (ULONG)CPUS_MAX);
    int error = epoch_start(&driver->epoch, driver->n_cpus, tick, driver);
    if (!error) {
        error = block_pool_init(&driver->blocks, handle, BLOCKS_AT_START);
    }
    if (!error) {
        error = vport_table_init(&driver->vports, &driver->epoch, driver->n_cpus);
    }
    if (!error) {
        error = host_start(driver);
    }
    if (error) {
        driver_stop(driver);
        return NDIS_STATUS_RESOURCES;
    }
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
register_filter(PDRIVER_OBJECT object, struct driver *driver)
{
    NDIS_FILTER_DRIVER_CHARACTERISTICS characteristics = {
        .Header = {NDIS_OBJECT_TYPE_FILTER_DRIVER_CHARACTERISTICS,
                   NDIS_FILTER_CHARACTERISTICS_REVISION_2,
                   NDIS_SIZEOF_FILTER_DRIVER_CHARACTERISTICS_REVISION_2},
        .MajorNdisVersion = 6,
        .MinorNdisVersion = 30,
        .MajorDriverVersion = 1,
        .FriendlyName = NDIS_STRING_CONST("Open vSwitch Extension"),
        .UniqueName = NDIS_STRING_CONST("{583CC151-73EC-4A6A-8B47-578297AD7623}"),
        .ServiceName = NDIS_STRING_CONST("OVSExt"),
        .SetOptionsHandler = driver_start,
        .AttachHandler = filter_attach,
        .DetachHandler = filter_detach,
        .RestartHandler = filter_restart,
        .PauseHandler = filter_pause,
        .SendNetBufferListsHandler = filter_send,
        .SendNetBufferListsCompleteHandler = filter_send_complete,
        .CancelSendNetBufferListsHandler = filter_cancel_send,
        .OidRequestHandler = filter_oid_request,
        .OidRequestCompleteHandler = filter_oid_request_complete,
        .CancelOidRequestHandler = filter_cancel_oid_request,
        .NetPnPEventHandler = filter_net_pnp_event,
    };
    NDIS_HANDLE handle;
    return NdisFRegisterFilterDriver(object, driver, &characteristics, &handle);
}

static VOID NTAPI
driver_unload(PDRIVER_OBJECT object UNUSED)
{
    device_stop(&the_driver);
    NdisFDeregisterFilterDriver(the_driver.handle);
    driver_stop(&the_driver);
}

DRIVER_INITIALIZE DriverEntry;

_Use_decl_annotations_
NTSTATUS NTAPI
DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path UNUSED)
{
    memset(&the_driver, 0, sizeof the_driver);
    ExInitializeFastMutex(&the_driver.control);
    list_init(&the_driver.filters);
    object->DriverUnload = driver_unload;
    NDIS_STATUS status = register_filter(object, &the_driver);
    if (status != NDIS_STATUS_SUCCESS) {
        return status;
    }
    status = device_start(&the_driver);
    if (status != NDIS_STATUS_SUCCESS) {
        NdisFDeregisterFilterDriver(the_driver.handle);
        driver_stop(&the_driver);
    }
    return status;
}
