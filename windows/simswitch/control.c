/* SPDX-License-Identifier: Apache-2.0 */
/* The control device of ndis.sys, \\.\NdisSim.  Each command runs on a thread of its own, since it
 * may wait for what other requests to the same process bring about. */
#include "simswitch/sim_internal.h"
#include "simswitch/host_wine.h"

NTSTATUS NTAPI IoCreateDriver(PUNICODE_STRING name, PDRIVER_INITIALIZE init);
VOID NTAPI IoDeleteDriver(PDRIVER_OBJECT driver);
DRIVER_INITIALIZE DriverEntry;

static PDRIVER_OBJECT control;
static PDEVICE_OBJECT device;
static LONG n_commands;

static NTSTATUS
complete(PIRP irp, NTSTATUS status, ULONG_PTR n)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = n;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static VOID NTAPI
run(PVOID argument)
{
    PIRP irp = argument;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    ULONG n_in = stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG n_out = stack->Parameters.DeviceIoControl.OutputBufferLength;
    char *buffer = irp->AssociatedIrp.SystemBuffer;
    char *line = host_alloc(n_in + 1), *reply = host_alloc(NDISSIM_MAX_REPLY);
    memcpy(line, buffer, n_in);
    reply[0] = sim_command(line, reply + 1, NDISSIM_MAX_REPLY - 1) ? '1' : '0';
    ULONG n = 1;
    while (n < n_out && reply[n]) {
        n++;
    }
    memcpy(buffer, reply, n);
    host_free(line);
    host_free(reply);
    complete(irp, STATUS_SUCCESS, n);
    InterlockedDecrement(&n_commands);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS NTAPI
dispatch(PDEVICE_OBJECT unused, PIRP irp)
{
    (void)unused;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    HANDLE thread;
    if (stack->MajorFunction != IRP_MJ_DEVICE_CONTROL) {
        return complete(irp, STATUS_SUCCESS, 0);
    }
    if (stack->Parameters.DeviceIoControl.IoControlCode != NDISSIM_COMMAND ||
        !stack->Parameters.DeviceIoControl.OutputBufferLength) {
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    IoMarkIrpPending(irp);
    InterlockedIncrement(&n_commands);
    if (!NT_SUCCESS(
            PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, run, irp))) {
        InterlockedDecrement(&n_commands);
        complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
        return STATUS_PENDING;
    }
    ZwClose(thread);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI
init(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    UNICODE_STRING name = RTL_CONSTANT_STRING(NDISSIM_DEVICE);
    UNICODE_STRING link = RTL_CONSTANT_STRING(NDISSIM_LINK);
    NTSTATUS status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    IoCreateSymbolicLink(&link, &name);
    driver->MajorFunction[IRP_MJ_CREATE] = dispatch;
    driver->MajorFunction[IRP_MJ_CLOSE] = dispatch;
    driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = dispatch;
    device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    control = driver;
    return STATUS_SUCCESS;
}

void
control_start(void)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Driver\\NdisSim");
    IoCreateDriver(&name, init);
}

void
control_stop(void)
{
    UNICODE_STRING link = RTL_CONSTANT_STRING(NDISSIM_LINK);
    if (!control) {
        return;
    }
    IoDeleteSymbolicLink(&link);
    while (__atomic_load_n(&n_commands, __ATOMIC_ACQUIRE)) {
        host_yield();
    }
    IoDeleteDevice(device);
    IoDeleteDriver(control);
    control = NULL;
}

/* An imported module's entry is never called; the linker wants one. */
NTSTATUS NTAPI
DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)driver, (void)path;
    return STATUS_SUCCESS;
}
