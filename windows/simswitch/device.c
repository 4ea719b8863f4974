/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that a filter driver registers: made with the driver's object, their requests handed to
 * the functions it registered with each. */
#include "simswitch/sim_internal.h"

#define N_MAJOR (IRP_MJ_MAXIMUM_FUNCTION + 1)

struct sim_device {
    struct sim_object object;
    PDEVICE_OBJECT device;
    WCHAR link_text[64];
    UNICODE_STRING link;
    PDRIVER_DISPATCH major[N_MAJOR];
    char sddl[256];
};

/* What lies before the driver's own extension. */
struct extension {
    struct sim_device *device;
    uint64_t unused;
};

static struct sim_device *the_device;

static NTSTATUS NTAPI
dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    struct extension *e = device->DeviceExtension;
    struct sim_device *d = e->device;
    UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
    PDRIVER_DISPATCH function = major < N_MAJOR ? d->major[major] : NULL;
    if (function) {
        return function(device, irp);
    }
    irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

static void
keep_sddl(struct sim_device *d, PCUNICODE_STRING sddl)
{
    size_t n = sddl ? sddl->Length / sizeof(WCHAR) : 0;
    for (size_t i = 0; i < n && i + 1 < sizeof d->sddl; i++) {
        d->sddl[i] = (char)sddl->Buffer[i];
    }
}

NDIS_STATUS
NdisRegisterDeviceEx(NDIS_HANDLE handle, PNDIS_DEVICE_OBJECT_ATTRIBUTES a, PDEVICE_OBJECT *device,
                     PNDIS_HANDLE device_handle)
{
    struct sim_filter *filter = sim_object_check(handle, SIM_FILTER, __func__);
    if (a->Header.Type != NDIS_OBJECT_TYPE_DEVICE_OBJECT_ATTRIBUTES ||
        a->Header.Revision != NDIS_DEVICE_OBJECT_ATTRIBUTES_REVISION_1 ||
        a->Header.Size < NDIS_SIZEOF_DEVICE_OBJECT_ATTRIBUTES_REVISION_1 || !a->DeviceName ||
        !a->SymbolicName || !a->MajorFunctions) {
        sim_fail("%s: the attributes are wrong", __func__);
    }
    struct sim_device *d = sim_object_new(SIM_DEVICE, sizeof *d, filter);
    if (!d) {
        return NDIS_STATUS_RESOURCES;
    }
    d->link = (UNICODE_STRING){.MaximumLength = sizeof d->link_text, .Buffer = d->link_text};
    RtlCopyUnicodeString(&d->link, a->SymbolicName);
    memcpy(d->major, a->MajorFunctions, sizeof d->major);
    keep_sddl(d, a->DefaultSDDLString);
    NTSTATUS status = IoCreateDevice(
        filter->driver, (ULONG)sizeof(struct extension) + a->ExtensionSize, a->DeviceName,
        FILE_DEVICE_NETWORK, FILE_DEVICE_SECURE_OPEN, FALSE, &d->device);
    if (NT_SUCCESS(status)) {
        status = IoCreateSymbolicLink(a->SymbolicName, a->DeviceName);
        if (!NT_SUCCESS(status)) {
            IoDeleteDevice(d->device);
        }
    }
    if (!NT_SUCCESS(status)) {
        sim_object_free(d);
        return (NDIS_STATUS)status;
    }
    ((struct extension *)d->device->DeviceExtension)->device = d;
    for (unsigned i = 0; i < N_MAJOR; i++) {
        filter->driver->MajorFunction[i] = dispatch;
    }
    d->device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    the_device = d;
    *device = d->device;
    *device_handle = d;
    return NDIS_STATUS_SUCCESS;
}

VOID
NdisDeregisterDeviceEx(NDIS_HANDLE handle)
{
    struct sim_device *d = sim_object_check(handle, SIM_DEVICE, __func__);
    IoDeleteSymbolicLink(&d->link);
    IoDeleteDevice(d->device);
    the_device = NULL;
    sim_object_free(d);
}

PVOID
NdisGetDeviceReservedExtension(PDEVICE_OBJECT device)
{
    return (struct extension *)device->DeviceExtension + 1;
}

const char *
sim_device_sddl(void)
{
    return the_device ? the_device->sddl : "";
}
