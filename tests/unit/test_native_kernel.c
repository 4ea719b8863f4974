/* SPDX-License-Identifier: Apache-2.0 */
/* The stand-in for the Windows kernel: a driver of a few functions, a device of it, and for each
 * wrong call that the kernel promises to notice a process of its own, this program started again,
 * that makes it. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "native/native.h"

#define TAG  ((ULONG)0x74736574) /* "test" */
#define LINK "\\\\.\\Test"

/* What the device's controls do. */
enum {
    ECHO,      /* the input, backwards */
    OVERFLOWS, /* the same, with a warning */
    FAILS,     /* the same, with an error */
    HOLD,      /* pended until cancelled, or until RELEASE */
    RELEASE,
    WRONG, /* from here on: what a test says is wrong */
};

#define CONTROL(function, method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (function), method, 0)

static int wrong; /* which of the wrong things */
static PIRP held;
static KSPIN_LOCK held_lock;
static int n_created, n_cleaned, n_closed;

static NTSTATUS
complete(PIRP irp, NTSTATUS status, ULONG_PTR n)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = n;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static PIRP
take_held(void)
{
    KIRQL irql;
    KeAcquireSpinLock(&held_lock, &irql);
    PIRP irp = held;
    if (irp && IoSetCancelRoutine(irp, NULL)) {
        held = NULL;
    } else {
        irp = NULL; /* the cancel routine has it */
    }
    KeReleaseSpinLock(&held_lock, irql);
    return irp;
}

static VOID NTAPI
cancel(PDEVICE_OBJECT device, PIRP irp)
{
    (void)device;
    KIRQL irql;
    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&held_lock, &irql);
    held = NULL;
    KeReleaseSpinLock(&held_lock, irql);
    complete(irp, STATUS_CANCELLED, 0);
}

static NTSTATUS
hold(PIRP irp)
{
    KIRQL irql;
    IoMarkIrpPending(irp);
    KeAcquireSpinLock(&held_lock, &irql);
    held = irp;
    IoSetCancelRoutine(irp, cancel);
    KeReleaseSpinLock(&held_lock, irql);
    return STATUS_PENDING;
}

/* The input backwards, where it goes. */
static NTSTATUS
echo(PIRP irp, PIO_STACK_LOCATION stack, NTSTATUS status)
{
    ULONG n = stack->Parameters.DeviceIoControl.InputBufferLength;
    UCHAR copy[64], *in = irp->AssociatedIrp.SystemBuffer, *out = in;
    if (n > sizeof copy || n > stack->Parameters.DeviceIoControl.OutputBufferLength) {
        return complete(irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    if ((stack->Parameters.DeviceIoControl.IoControlCode & 3) != METHOD_BUFFERED) {
        assert_int_equal(MmGetMdlByteCount(irp->MdlAddress),
                         stack->Parameters.DeviceIoControl.OutputBufferLength);
        out = MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
    }
    for (ULONG i = 0; i < n; i++) {
        copy[i] = in[n - 1 - i];
    }
    memcpy(out, copy, n);
    return complete(irp, status, n);
}

static VOID NTAPI
nothing(PDEVICE_OBJECT device, PVOID context)
{
    (void)device, (void)context;
}

static VOID NTAPI
nothing_deferred(PKDPC dpc, PVOID context, PVOID a, PVOID b)
{
    (void)dpc, (void)context, (void)a, (void)b;
}

/* Wrong calls, each in a function, with the message that must come. */

static NTSTATUS
pending_as_status(PIRP irp)
{
    return complete(irp, STATUS_PENDING, 0);
}

static NTSTATUS
too_much_information(PIRP irp)
{
    return complete(irp, STATUS_SUCCESS, 1000);
}

static NTSTATUS
with_cancel_routine(PIRP irp)
{
    IoSetCancelRoutine(irp, cancel);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
pending_unmarked(PIRP irp)
{
    (void)irp;
    return STATUS_PENDING;
}

static NTSTATUS
marked_not_pending(PIRP irp)
{
    IoMarkIrpPending(irp);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
not_completed(PIRP irp)
{
    (void)irp;
    return STATUS_SUCCESS;
}

static NTSTATUS
another_status(PIRP irp)
{
    complete(irp, STATUS_SUCCESS, 0);
    return STATUS_UNSUCCESSFUL;
}

static NTSTATUS
other_tag(PIRP irp)
{
    ExFreePoolWithTag(ExAllocatePoolWithTag(NonPagedPool, 10, TAG), TAG + 1);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
no_tag(PIRP irp)
{
    ExAllocatePoolWithTag(NonPagedPool, 10, 0);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
paged_at_dispatch(PIRP irp)
{
    KeRaiseIrqlToDpcLevel();
    ExAllocatePoolWithTag(PagedPool, 10, TAG);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
leaked_memory(PIRP irp)
{
    ExAllocatePoolWithTag(NonPagedPool, 10, TAG);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
wait_at_dispatch(PIRP irp)
{
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, TRUE);
    KeRaiseIrqlToDpcLevel();
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
irql_kept(PIRP irp)
{
    KeRaiseIrqlToDpcLevel();
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
lock_twice(PIRP irp)
{
    KIRQL irql;
    KeAcquireSpinLock(&held_lock, &irql);
    KeAcquireSpinLock(&held_lock, &irql);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
lock_not_held(PIRP irp)
{
    KeReleaseSpinLock(&held_lock, KeRaiseIrqlToDpcLevel());
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
lowered_with_lock(PIRP irp)
{
    KIRQL irql;
    KeAcquireSpinLock(&held_lock, &irql);
    KeLowerIrql(PASSIVE_LEVEL);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
fast_mutex_twice(PIRP irp)
{
    FAST_MUTEX mutex;
    ExInitializeFastMutex(&mutex);
    ExAcquireFastMutex(&mutex);
    ExAcquireFastMutex(&mutex);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
work_item_left(PIRP irp)
{
    PIO_WORKITEM item = IoAllocateWorkItem(IoGetCurrentIrpStackLocation(irp)->DeviceObject);
    IoQueueWorkItem(item, nothing, DelayedWorkQueue, NULL);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS
timer_left(PIRP irp)
{
    static KTIMER timer;
    static KDPC dpc;
    KeInitializeTimer(&timer);
    KeInitializeDpc(&dpc, nothing_deferred, NULL);
    KeSetTimer(&timer, (LARGE_INTEGER){.QuadPart = -10000000000}, &dpc);
    return complete(irp, STATUS_SUCCESS, 0);
}

static const struct {
    NTSTATUS (*call)(PIRP irp);
    const char *message;
} wrongs[] = {
    {pending_as_status, "an IRP is completed with STATUS_PENDING"},
    {too_much_information, "an IRP is completed with 1000 bytes in a buffer of 8"},
    {with_cancel_routine, "an IRP is completed with its cancel routine still set"},
    {pending_unmarked, "gives 0x103 for an IRP that is not marked pending"},
    {marked_not_pending, "gives 0 for an IRP that is marked pending"},
    {not_completed, "gives 0 and has not completed its IRP"},
    {another_status, "gives 0xc0000001 for an IRP completed with 0"},
    {other_tag, "is freed with tag 0x74736575"},
    {no_tag, "an allocation of 10 bytes with tag 0"},
    {paged_at_dispatch, "ExAllocatePoolWithTag at IRQL 2, allowed up to 1"},
    {leaked_memory, "1 blocks of 10 bytes left with tag 'test'"},
    {wait_at_dispatch, "KeWaitForSingleObject at IRQL 2, allowed up to 1"},
    {irql_kept, "a dispatch routine ends at IRQL 2"},
    {lock_twice, "a spin lock is taken twice by one thread"},
    {lock_not_held, "a spin lock is released by a thread that does not hold it"},
    {lowered_with_lock, "KeLowerIrql to 0 with 1 spin locks held"},
    {fast_mutex_twice, "a fast mutex is taken twice by one thread"},
    {work_item_left, "1 work items are left"},
    {timer_left, "a timer is set when all drivers are gone"},
};

/* The driver. */

static NTSTATUS NTAPI
control(PDEVICE_OBJECT device, PIRP irp)
{
    (void)device;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    switch ((stack->Parameters.DeviceIoControl.IoControlCode >> 2 & 0xfff) - 0x800) {
    case ECHO:
        return echo(irp, stack, STATUS_SUCCESS);
    case OVERFLOWS:
        return echo(irp, stack, STATUS_BUFFER_OVERFLOW);
    case FAILS:
        return echo(irp, stack, STATUS_UNSUCCESSFUL);
    case HOLD:
        return hold(irp);
    case RELEASE: {
        PIRP other = take_held();
        if (other) {
            complete(other, STATUS_SUCCESS, 0);
        }
        return complete(irp, STATUS_SUCCESS, 0);
    }
    case WRONG:
        return wrongs[wrong].call(irp);
    default:
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static NTSTATUS NTAPI
create(PDEVICE_OBJECT device, PIRP irp)
{
    (void)device;
    n_created++;
    assert_int_equal(IoGetRequestorProcessId(irp), 77);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI
cleanup(PDEVICE_OBJECT device, PIRP irp)
{
    (void)device;
    n_cleaned++;
    assert_int_equal(n_closed, n_cleaned - 1);
    PIRP other = take_held();
    if (other) {
        complete(other, STATUS_CANCELLED, 0);
    }
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI
close_file(PDEVICE_OBJECT device, PIRP irp)
{
    (void)device;
    n_closed++;
    return complete(irp, STATUS_SUCCESS, 0);
}

static WCHAR device_text[] = L"\\Device\\Test", link_text[] = L"\\DosDevices\\Test";

static VOID NTAPI
unload(PDRIVER_OBJECT driver)
{
    UNICODE_STRING link;
    RtlInitUnicodeString(&link, link_text);
    IoDeleteSymbolicLink(&link);
    IoDeleteDevice(driver->DeviceObject);
}

static NTSTATUS NTAPI
entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    char text[128];
    assert_string_equal(native_ascii(path, text, sizeof text),
                        "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\Test");
    UNICODE_STRING name, link;
    PDEVICE_OBJECT device;
    RtlInitUnicodeString(&name, device_text);
    RtlInitUnicodeString(&link, link_text);
    driver->DriverUnload = unload;
    driver->MajorFunction[IRP_MJ_CREATE] = create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = close_file;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    NTSTATUS status = IoCreateDevice(driver, 16, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    return NT_SUCCESS(status) ? IoCreateSymbolicLink(&link, &name) : status;
}

static PDRIVER_OBJECT driver;
static struct native_file *file;

static int
set_up(void **state)
{
    (void)state;
    NTSTATUS status;
    n_created = n_cleaned = n_closed = 0;
    native_set_process(77);
    native_start(3);
    driver = native_driver_load(entry, "Test", &status);
    assert_int_equal(status, STATUS_SUCCESS);
    assert_int_equal(native_open(LINK, &file), STATUS_SUCCESS);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    native_close(file);
    assert_int_equal(n_created, 1);
    assert_int_equal(n_closed, 1);
    native_driver_unload(driver);
    native_finish();
    return 0;
}

/* Requests. */

static void
test_requests(void **state)
{
    (void)state;
    char out[8];
    size_t n;
    static const ULONG methods[] = {METHOD_BUFFERED, METHOD_OUT_DIRECT, METHOD_IN_DIRECT};
    for (size_t i = 0; i < 3; i++) {
        memset(out, 'x', sizeof out);
        assert_int_equal(native_control(file, CONTROL(ECHO, methods[i]), "abc", 3, out, 8, &n), 0);
        assert_int_equal(n, 3);
        assert_memory_equal(out, "cbaxx", 5);
    }
    assert_int_equal(native_control(file, CONTROL(ECHO, METHOD_BUFFERED), "abc", 3, out, 2, &n),
                     STATUS_BUFFER_TOO_SMALL);
    /* A warning brings its data, an error none. */
    assert_int_equal(native_control(file, CONTROL(OVERFLOWS, 0), "12", 2, out, 8, &n),
                     STATUS_BUFFER_OVERFLOW);
    assert_memory_equal(out, "21", 2);
    assert_int_equal(native_control(file, CONTROL(FAILS, 0), "34", 2, out, 8, &n),
                     STATUS_UNSUCCESSFUL);
    assert_memory_equal(out, "21", 2);
    struct native_file *none;
    assert_int_equal(native_open("\\\\.\\None", &none), STATUS_OBJECT_NAME_NOT_FOUND);
}

static struct native_request *
send_hold(void)
{
    return native_request_send(file, CONTROL(HOLD, METHOD_BUFFERED), NULL, 0, NULL, 0);
}

static void
test_pended_requests(void **state)
{
    (void)state;
    NTSTATUS status;
    size_t n;
    struct native_request *request = send_hold();
    assert_false(native_request_wait(request, 10, &status, &n));
    assert_int_equal(native_control(file, CONTROL(RELEASE, 0), NULL, 0, NULL, 0, &n), 0);
    assert_true(native_request_wait(request, 10000, &status, &n));
    assert_int_equal(status, STATUS_SUCCESS);
    native_request_cancel(request); /* too late, and harmless */
    native_request_free(request);

    request = send_hold();
    native_request_cancel(request);
    assert_true(native_request_wait(request, 10000, &status, &n));
    assert_int_equal(status, STATUS_CANCELLED);
    native_request_free(request);

    request = send_hold();
    native_close(file);
    assert_true(native_request_wait(request, 0, &status, &n));
    assert_int_equal(status, STATUS_CANCELLED);
    native_request_free(request);
    n_created = n_cleaned = n_closed = 0;
    assert_int_equal(native_open(LINK, &file), STATUS_SUCCESS);
}

static void *
cancel_it(void *request)
{
    native_request_cancel(request);
    return NULL;
}

static void
test_cancel_meets_completion(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        NTSTATUS status;
        size_t n;
        pthread_t thread;
        struct native_request *request = send_hold();
        pthread_create(&thread, NULL, cancel_it, request);
        native_control(file, CONTROL(RELEASE, 0), NULL, 0, NULL, 0, &n);
        pthread_join(thread, NULL);
        assert_true(native_request_wait(request, 10000, &status, &n));
        assert_true(status == STATUS_SUCCESS || status == STATUS_CANCELLED);
        native_request_free(request);
    }
}

/* Processors: what belongs to the current one is nobody else's at DISPATCH_LEVEL. */

static unsigned long counters[3];

static void *
count_on_processors(void *unused)
{
    for (int i = 0; i < 20000; i++) {
        KIRQL irql = KeRaiseIrqlToDpcLevel();
        counters[KeGetCurrentProcessorNumberEx(NULL)]++;
        KeLowerIrql(irql);
    }
    return unused;
}

static void
test_processors_are_exclusive(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, count_on_processors, NULL);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS), 3);
    assert_int_equal(counters[0] + counters[1] + counters[2], 80000);
    assert_true(counters[0] && counters[1] && counters[2]);
}

/* Threads, work items, timers. */

static KEVENT happened;
static int n_happened;

static VOID NTAPI
thread_start(PVOID context)
{
    assert_ptr_equal(context, &happened);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KeSetEvent(context, 0, FALSE);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
work(PDEVICE_OBJECT device, PVOID context)
{
    (void)device;
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    IoFreeWorkItem(context);
    KeSetEvent(&happened, 0, FALSE);
}

static VOID NTAPI
tick(PKDPC dpc, PVOID context, PVOID a, PVOID b)
{
    (void)dpc, (void)context, (void)a, (void)b;
    if (KeGetCurrentIrql() == DISPATCH_LEVEL && ++n_happened == 3) {
        KeSetEvent(&happened, 0, FALSE);
    }
}

static void
wait_for_it(void)
{
    LARGE_INTEGER patience = {.QuadPart = -100000000};
    assert_int_equal(KeWaitForSingleObject(&happened, Executive, KernelMode, FALSE, &patience),
                     STATUS_SUCCESS);
    KeClearEvent(&happened);
}

static void
test_things_that_happen_elsewhere(void **state)
{
    (void)state;
    HANDLE handle;
    PVOID thread;
    LARGE_INTEGER short_time = {.QuadPart = -1000};
    KeInitializeEvent(&happened, NotificationEvent, FALSE);
    assert_int_equal(KeWaitForSingleObject(&happened, Executive, KernelMode, FALSE, &short_time),
                     STATUS_TIMEOUT);
    PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, thread_start, &happened);
    ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode, &thread, NULL);
    ZwClose(handle);
    KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(thread);
    wait_for_it();

    PIO_WORKITEM item = IoAllocateWorkItem(driver->DeviceObject);
    IoQueueWorkItem(item, work, DelayedWorkQueue, item);
    wait_for_it();

    KTIMER timer;
    KDPC dpc;
    KeInitializeTimer(&timer);
    KeInitializeDpc(&dpc, tick, NULL);
    assert_false(KeSetTimerEx(&timer, short_time, 1, &dpc));
    wait_for_it();
    assert_true(KeCancelTimer(&timer));
    assert_false(KeCancelTimer(&timer));
    KeFlushQueuedDpcs();
}

static void
test_memory_runs_out_where_told(void **state)
{
    (void)state;
    size_t bytes;
    native_pool_fail_at(2);
    PVOID first = ExAllocatePoolWithTag(NonPagedPool, 100, TAG);
    assert_null(ExAllocatePoolWithTag(NonPagedPool, 100, TAG));
    PVOID third = ExAllocatePoolWithTag(NonPagedPoolNx, 10, TAG);
    assert_int_equal(native_pool_used(TAG, &bytes), 2);
    assert_int_equal(bytes, 110);
    ExFreePoolWithTag(first, TAG);
    ExFreePool(third);
    assert_int_equal(native_pool_used(TAG, &bytes), 0);
}

/* The wrong calls. */

static int
do_wrong(int which)
{
    char out[8];
    size_t n;
    wrong = which;
    set_up(NULL);
    native_control(file, CONTROL(WRONG, METHOD_BUFFERED), "in", 2, out, sizeof out, &n);
    return tear_down(NULL);
}

static void
test_wrong_calls_are_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        char command[256], text[8192];
        snprintf(command, sizeof command, "/proc/%d/exe wrong %zu 2>&1", (int)getpid(), i);
        FILE *pipe = popen(command, "r");
        size_t n = fread(text, 1, sizeof text - 1, pipe);
        text[n] = '\0';
        int status = pclose(pipe);
        if (status == 0 || !strstr(text, "native kernel: ") || !strstr(text, wrongs[i].message)) {
            fail_msg("%s: status %#x: %s", wrongs[i].message, (unsigned)status, text);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_requests),
        TEST(test_pended_requests),
        TEST(test_cancel_meets_completion),
        TEST(test_processors_are_exclusive),
        TEST(test_things_that_happen_elsewhere),
        TEST(test_memory_runs_out_where_told),
        cmocka_unit_test(test_wrong_calls_are_noticed),
    };
    if (argc == 3 && strcmp(argv[1], "wrong") == 0) {
        return do_wrong(atoi(argv[2]));
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
