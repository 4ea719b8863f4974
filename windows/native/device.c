/* SPDX-License-Identifier: Apache-2.0 */
/* Drivers, their devices, and the symbolic links that lead user space to them. */
#include "native/kernel_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define NAME_SIZE 128

struct device {
    DEVICE_OBJECT object;
    LIST_ENTRY entry;
    char name[NAME_SIZE];
    unsigned n_files;
    bool deleted; /* but still open */
};

struct link {
    LIST_ENTRY entry;
    char name[NAME_SIZE], device[NAME_SIZE];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY devices = {&devices, &devices}, links = {&links, &links};

/* The last part of a name: user space's "\\.\X" and the kernel's "\DosDevices\X" are one. */
static const char *
base_name(const char *name)
{
    const char *slash = strrchr(name, '\\');
    return slash ? slash + 1 : name;
}

static struct device *
find_device(const char *name)
{
    for (PLIST_ENTRY e = devices.Flink; e != &devices; e = e->Flink) {
        struct device *d = CONTAINING_RECORD(e, struct device, entry);
        if (!d->deleted && strcasecmp(d->name, name) == 0) {
            return d;
        }
    }
    return NULL;
}

static struct link *
find_link(const char *name)
{
    for (PLIST_ENTRY e = links.Flink; e != &links; e = e->Flink) {
        struct link *l = CONTAINING_RECORD(e, struct link, entry);
        if (strcasecmp(base_name(l->name), base_name(name)) == 0) {
            return l;
        }
    }
    return NULL;
}

NTSTATUS
IoCreateDevice(PDRIVER_OBJECT driver, ULONG extension_size, PUNICODE_STRING name, DEVICE_TYPE type,
               ULONG characteristics, BOOLEAN exclusive, PDEVICE_OBJECT *device)
{
    native_require_irql(APC_LEVEL, __func__);
    struct device *d = native_alloc(sizeof *d);
    if (name) {
        native_ascii(name, d->name, sizeof d->name);
    }
    d->object = (DEVICE_OBJECT){.DriverObject = driver,
                                .Flags = DO_DEVICE_INITIALIZING | (exclusive ? DO_EXCLUSIVE : 0),
                                .Characteristics = characteristics,
                                .DeviceExtension = native_alloc(extension_size),
                                .DeviceType = type};
    pthread_mutex_lock(&lock);
    bool taken = d->name[0] && find_device(d->name);
    if (!taken) {
        InsertTailList(&devices, &d->entry);
        d->object.NextDevice = driver->DeviceObject;
        driver->DeviceObject = &d->object;
    }
    pthread_mutex_unlock(&lock);
    if (taken) {
        native_free(d->object.DeviceExtension);
        native_free(d);
        return STATUS_OBJECT_NAME_COLLISION;
    }
    *device = &d->object;
    return STATUS_SUCCESS;
}

/* Frees D, which nobody has open, with the lock held. */
static void
destroy(struct device *d)
{
    RemoveEntryList(&d->entry);
    memset(d->object.DeviceExtension, 0xdd, 1);
    native_free(d->object.DeviceExtension);
    native_free(d);
}

VOID
IoDeleteDevice(PDEVICE_OBJECT device)
{
    native_require_irql(APC_LEVEL, __func__);
    struct device *d = CONTAINING_RECORD(device, struct device, object);
    pthread_mutex_lock(&lock);
    if (d->deleted) {
        native_fail("device %s is deleted twice", d->name);
    }
    PDEVICE_OBJECT *p = &device->DriverObject->DeviceObject;
    while (*p && *p != device) {
        p = &(*p)->NextDevice;
    }
    if (!*p) {
        native_fail("device %s is not its driver's", d->name);
    }
    *p = device->NextDevice;
    d->deleted = true;
    if (!d->n_files) {
        destroy(d);
    }
    pthread_mutex_unlock(&lock);
}

NTSTATUS
IoCreateSymbolicLink(PUNICODE_STRING link, PUNICODE_STRING name)
{
    native_require_irql(PASSIVE_LEVEL, __func__);
    struct link *l = native_alloc(sizeof *l);
    native_ascii(link, l->name, sizeof l->name);
    native_ascii(name, l->device, sizeof l->device);
    pthread_mutex_lock(&lock);
    bool taken = find_link(l->name) != NULL;
    if (!taken) {
        InsertTailList(&links, &l->entry);
    }
    pthread_mutex_unlock(&lock);
    if (taken) {
        native_free(l);
        return STATUS_OBJECT_NAME_COLLISION;
    }
    return STATUS_SUCCESS;
}

NTSTATUS
IoDeleteSymbolicLink(PUNICODE_STRING link)
{
    native_require_irql(PASSIVE_LEVEL, __func__);
    char name[NAME_SIZE];
    native_ascii(link, name, sizeof name);
    pthread_mutex_lock(&lock);
    struct link *l = find_link(name);
    if (l) {
        RemoveEntryList(&l->entry);
    }
    pthread_mutex_unlock(&lock);
    native_free(l);
    return l ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

PDEVICE_OBJECT
kernel_device_open(const char *link)
{
    pthread_mutex_lock(&lock);
    struct link *l = find_link(link);
    struct device *d = l ? find_device(l->device) : NULL;
    if (d && (d->object.Flags & DO_DEVICE_INITIALIZING)) {
        d = NULL;
    }
    if (d) {
        d->n_files++;
    }
    pthread_mutex_unlock(&lock);
    return d ? &d->object : NULL;
}

void
kernel_device_close(PDEVICE_OBJECT device)
{
    struct device *d = CONTAINING_RECORD(device, struct device, object);
    pthread_mutex_lock(&lock);
    if (--d->n_files == 0 && d->deleted) {
        destroy(d);
    }
    pthread_mutex_unlock(&lock);
}

size_t
kernel_devices_report_left(void)
{
    size_t n = 0;
    for (PLIST_ENTRY e = devices.Flink; e != &devices; e = e->Flink, n++) {
        fprintf(stderr, "native kernel: device %s is left\n",
                CONTAINING_RECORD(e, struct device, entry)->name);
    }
    for (PLIST_ENTRY e = links.Flink; e != &links; e = e->Flink, n++) {
        fprintf(stderr, "native kernel: link %s is left\n",
                CONTAINING_RECORD(e, struct link, entry)->name);
    }
    return n;
}

static NTSTATUS
refuse(PDEVICE_OBJECT device, PIRP irp)
{
    (void)device;
    irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

PDRIVER_OBJECT
native_driver_load(PDRIVER_INITIALIZE entry, const char *name, NTSTATUS *status)
{
    PDRIVER_OBJECT driver = native_alloc(sizeof *driver);
    WCHAR path[NAME_SIZE] = {0};
    char text[NAME_SIZE];
    snprintf(text, sizeof text, "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\%s",
             name);
    for (size_t i = 0; text[i]; i++) {
        path[i] = (WCHAR)text[i];
    }
    UNICODE_STRING registry_path;
    RtlInitUnicodeString(&registry_path, path);
    driver->DriverInit = entry;
    for (unsigned i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        driver->MajorFunction[i] = refuse;
    }
    *status = entry(driver, &registry_path);
    kernel_thread_check_idle("DriverEntry");
    if (!NT_SUCCESS(*status)) {
        if (driver->DeviceObject) {
            native_fail("DriverEntry of %s fails with %#x and leaves a device", name, *status);
        }
        native_free(driver);
        return NULL;
    }
    for (PDEVICE_OBJECT d = driver->DeviceObject; d; d = d->NextDevice) {
        d->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    }
    return driver;
}

void
native_driver_unload(PDRIVER_OBJECT driver)
{
    if (!driver->DriverUnload) {
        native_fail("a driver without DriverUnload is unloaded");
    }
    driver->DriverUnload(driver);
    kernel_thread_check_idle("DriverUnload");
    native_quiesce();
    if (driver->DeviceObject) {
        native_fail("a driver is unloaded and leaves a device");
    }
    native_free(driver);
}
