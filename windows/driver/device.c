/* SPDX-License-Identifier: Apache-2.0 */
/* The device: opening and closing handles, and the way of an ioctl to the code that answers it.
 * Only administrators and the system may open it, as its security descriptor says. A handle's
 * client hangs on its file object. A system that does not tell of cleanups has the same done when
 * the handle is closed. Dispatch functions run in the caller's thread, at PASSIVE_LEVEL. */
#include "driver/device.h"

#include "datapath/messages/ioctl.h"
#include "driver/driver.h"
#include "port/atomic.h"

static struct client *
client_of(PIRP irp)
{
    return IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext;
}

static NTSTATUS NTAPI
dispatch_create(PDEVICE_OBJECT device, PIRP irp)
{
    struct driver **driver = NdisGetDeviceReservedExtension(device);
    struct client *client = client_new(*driver);
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = client;
    return irp_finish(irp, client ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES, 0);
}

static NTSTATUS NTAPI
dispatch_cleanup(PDEVICE_OBJECT device UNUSED, PIRP irp)
{
    client_close(client_of(irp));
    return irp_finish(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI
dispatch_close(PDEVICE_OBJECT device UNUSED, PIRP irp)
{
    struct client *client = client_of(irp);
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = NULL;
    client_close(client);
    client_free(client);
    return irp_finish(irp, STATUS_SUCCESS, 0);
}

/* The output buffer of a direct ioctl; NULL with *N = 0 if there is none, NULL with *N otherwise
 * if it cannot be mapped. */
static void *
direct_output(PIRP irp, size_t *n)
{
    *n = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
    if (!irp->MdlAddress) {
        *n = 0;
        return NULL;
    }
    return MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
}

static NTSTATUS
pend_wait(struct client *client, PIRP irp)
{
    size_t n;
    void *out = direct_output(irp, &n);
    if (!PORT_READ_ONCE(&client->greeted)) {
        return STATUS_REVISION_MISMATCH;
    }
    if (IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.InputBufferLength) {
        return STATUS_INVALID_PARAMETER;
    }
    if (n < OVSEXT_WAIT_MIN) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    return out ? wait_queue_pend(&client->queue, irp, out) : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS
run_request(struct client *client, PIRP irp, uint32_t code, size_t *n_written)
{
    const IO_STACK_LOCATION *at = IoGetCurrentIrpStackLocation(irp);
    struct device_call call = {
        .in = irp->AssociatedIrp.SystemBuffer,
        .in_size = at->Parameters.DeviceIoControl.InputBufferLength,
        .out = irp->AssociatedIrp.SystemBuffer,
        .out_size = at->Parameters.DeviceIoControl.OutputBufferLength,
    };
    if ((code & 3) == OVSEXT_OUT_DIRECT) {
        call.out = direct_output(irp, &call.out_size);
        if (!call.out && call.out_size) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    NTSTATUS status = device_request(client, code, &call);
    *n_written = NT_SUCCESS(status) ? call.n_written : 0;
    return status;
}

static NTSTATUS NTAPI
dispatch_ioctl(PDEVICE_OBJECT device UNUSED, PIRP irp)
{
    uint32_t code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    struct client *client = client_of(irp);
    size_t n_written = 0;
    NTSTATUS status;
    if (code == OVSEXT_WAIT) {
        status = pend_wait(client, irp);
        if (status == STATUS_PENDING) {
            return status;
        }
    } else {
        status = run_request(client, irp, code, &n_written);
    }
    return irp_finish(irp, status, n_written);
}

_Use_decl_annotations_
NDIS_STATUS
device_start(struct driver *driver)
{
    static PDRIVER_DISPATCH majors[IRP_MJ_MAXIMUM_FUNCTION + 1];
    NDIS_STRING name = NDIS_STRING_CONST("\\Device\\OVSExt");
    NDIS_STRING link = NDIS_STRING_CONST("\\DosDevices\\OVSExt");
    /* All access for the system and for administrators, none for anyone else. */
    NDIS_STRING security = NDIS_STRING_CONST("D:P(A;;GA;;;SY)(A;;GA;;;BA)");
    majors[IRP_MJ_CREATE] = dispatch_create;
    majors[IRP_MJ_CLEANUP] = dispatch_cleanup;
    majors[IRP_MJ_CLOSE] = dispatch_close;
    majors[IRP_MJ_DEVICE_CONTROL] = dispatch_ioctl;
    NDIS_DEVICE_OBJECT_ATTRIBUTES attributes = {
        .Header = {NDIS_OBJECT_TYPE_DEVICE_OBJECT_ATTRIBUTES,
                   NDIS_DEVICE_OBJECT_ATTRIBUTES_REVISION_1,
                   NDIS_SIZEOF_DEVICE_OBJECT_ATTRIBUTES_REVISION_1},
        .DeviceName = &name,
        .SymbolicName = &link,
        .MajorFunctions = majors,
        .ExtensionSize = sizeof driver,
        .DefaultSDDLString = &security,
    };
    PDEVICE_OBJECT device;
    NDIS_STATUS status =
        NdisRegisterDeviceEx(driver->handle, &attributes, &device, &driver->device);
    if (status == NDIS_STATUS_SUCCESS) {
        struct driver **extension = NdisGetDeviceReservedExtension(device);
        *extension = driver;
    }
    return status;
}

_Use_decl_annotations_
void
device_stop(struct driver *driver)
{
    if (driver->device) {
        NdisDeregisterDeviceEx(driver->device);
        driver->device = NULL;
    }
}
