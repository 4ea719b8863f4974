/* SPDX-License-Identifier: Apache-2.0 */
/* Files and requests: makes IRPs as the I/O manager does, hands them to the driver, and checks
 * what it does with them: completed once, with no cancel routine left and no more bytes than there
 * is room for; pended exactly where it said STATUS_PENDING.
 *
 * The IRP itself is freed with its completion, so a driver that touches it later is caught by
 * AddressSanitizer.  A canceller holds it meanwhile, as the I/O manager's own list would. */
#include "native/kernel_internal.h"

#include <errno.h>
#include <time.h>

#define IRP_ALIVE     0x0006
#define CLOSE_WAIT_MS 20000

struct native_file {
    FILE_OBJECT object;
    ULONG process;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    LIST_ENTRY requests; /* not freed yet: they keep this structure */
    unsigned n_pending;
    bool closed;
};

/* The IRP lies in memory of its own. */
struct irp_memory {
    IRP irp;
    IO_STACK_LOCATION stack;
};

/* What the caller holds. */
struct native_request {
    struct native_file *file;
    LIST_ENTRY entry;
    PIRP irp;       /* NULL when nobody holds it any more */
    unsigned holds; /* of the IRP: until completed, and while being cancelled */
    bool completed, marked_pending;
    NTSTATUS status;
    size_t n_done;
    void *system_buffer, *user_out;
    ULONG out_size;
    bool buffered;
};

static KSPIN_LOCK cancel_lock;

static void
hold_drop(struct native_request *p)
{
    if (--p->holds == 0) {
        memset(p->irp, 0xdd, sizeof(struct irp_memory));
        native_free(p->irp);
        p->irp = NULL;
    }
}

static struct native_request *
request_new(struct native_file *file, UCHAR major)
{
    struct native_request *p = native_alloc(sizeof *p);
    struct irp_memory *r = native_alloc(sizeof *r);
    p->file = file;
    p->irp = &r->irp;
    p->holds = 1;
    r->irp.Type = IRP_ALIVE;
    r->irp.RequestorMode = UserMode;
    r->irp.Tail.Overlay.CurrentStackLocation = &r->stack;
    r->irp.Flags = file->process;
    r->irp.UserBuffer = p; /* the I/O manager's own, here: which request it is */
    r->stack.MajorFunction = major;
    r->stack.DeviceObject = file->object.DeviceObject;
    r->stack.FileObject = &file->object;
    pthread_mutex_lock(&file->lock);
    file->n_pending++;
    InsertTailList(&file->requests, &p->entry);
    pthread_mutex_unlock(&file->lock);
    return p;
}

VOID
IoCompleteRequest(PIRP irp, CCHAR increment)
{
    (void)increment;
    native_require_irql(DISPATCH_LEVEL, __func__);
    if (irp->Type != IRP_ALIVE) {
        native_fail("an IRP is completed that is none, or completed already");
    }
    struct native_request *p = irp->UserBuffer;
    struct native_file *file = p->file;
    if (__atomic_load_n(&irp->CancelRoutine, __ATOMIC_SEQ_CST)) {
        native_fail("an IRP is completed with its cancel routine still set");
    }
    if (irp->IoStatus.Status == STATUS_PENDING) {
        native_fail("an IRP is completed with STATUS_PENDING");
    }
    if (p->out_size < irp->IoStatus.Information) {
        native_fail("an IRP is completed with %zu bytes in a buffer of %u",
                    (size_t)irp->IoStatus.Information, p->out_size);
    }
    irp->Type = 0;
    pthread_mutex_lock(&file->lock);
    p->status = irp->IoStatus.Status;
    p->n_done = irp->IoStatus.Information;
    p->marked_pending = irp->Tail.Overlay.CurrentStackLocation->Control & SL_PENDING_RETURNED;
    /* Errors, unlike warnings, bring no data. */
    if (p->buffered && ((ULONG)p->status >> 30) != 3 && p->n_done) {
        memcpy(p->user_out, p->system_buffer, p->n_done);
    }
    native_free(p->system_buffer);
    if (irp->MdlAddress) {
        IoFreeMdl(irp->MdlAddress);
    }
    p->completed = true;
    hold_drop(p);
    file->n_pending--;
    pthread_cond_broadcast(&file->changed);
    pthread_mutex_unlock(&file->lock);
}

/* Gives P to the driver and checks what it says it did. */
static void
dispatch(struct native_request *p, UCHAR major)
{
    PDEVICE_OBJECT device = p->file->object.DeviceObject;
    pthread_mutex_lock(&p->file->lock);
    p->holds++; /* to look at it afterwards */
    pthread_mutex_unlock(&p->file->lock);
    NTSTATUS status = device->DriverObject->MajorFunction[major](device, p->irp);
    kernel_thread_check_idle("a dispatch routine");
    pthread_mutex_lock(&p->file->lock);
    bool marked = p->completed
                      ? p->marked_pending
                      : p->irp->Tail.Overlay.CurrentStackLocation->Control & SL_PENDING_RETURNED;
    if ((status == STATUS_PENDING) != marked) {
        native_fail("a dispatch routine gives %#x for an IRP that is%s marked pending", status,
                    marked ? "" : " not");
    }
    if (status != STATUS_PENDING && !p->completed) {
        native_fail("a dispatch routine gives %#x and has not completed its IRP", status);
    }
    if (status != STATUS_PENDING && status != p->status) {
        native_fail("a dispatch routine gives %#x for an IRP completed with %#x", status,
                    p->status);
    }
    hold_drop(p);
    pthread_mutex_unlock(&p->file->lock);
}

static struct timespec
deadline_ms(unsigned ms)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

bool
native_request_wait(struct native_request *p, unsigned timeout_ms, NTSTATUS *status,
                    size_t *n_done)
{
    struct timespec until = deadline_ms(timeout_ms);
    pthread_mutex_lock(&p->file->lock);
    while (!p->completed &&
           pthread_cond_timedwait(&p->file->changed, &p->file->lock, &until) != ETIMEDOUT) {
    }
    bool done = p->completed;
    if (done) {
        *status = p->status;
        *n_done = p->n_done;
    }
    pthread_mutex_unlock(&p->file->lock);
    return done;
}

void
native_request_free(struct native_request *p)
{
    struct native_file *file = p->file;
    pthread_mutex_lock(&file->lock);
    while (!p->completed) {
        pthread_cond_wait(&file->changed, &file->lock);
    }
    RemoveEntryList(&p->entry);
    bool last = file->closed && IsListEmpty(&file->requests);
    pthread_mutex_unlock(&file->lock);
    native_free(p);
    if (last) {
        native_free(file);
    }
}

/* One of the requests that have no data; its status. */
static NTSTATUS
simple(struct native_file *file, UCHAR major)
{
    struct native_request *p = request_new(file, major);
    dispatch(p, major);
    NTSTATUS status = STATUS_PENDING;
    size_t n_done;
    if (!native_request_wait(p, CLOSE_WAIT_MS, &status, &n_done)) {
        native_fail("request %#x of a file is never completed", major);
    }
    native_request_free(p);
    return status;
}

NTSTATUS
native_open(const char *link, struct native_file **file)
{
    PDEVICE_OBJECT device = kernel_device_open(link);
    if (!device) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    struct native_file *f = native_alloc(sizeof *f);
    f->object.DeviceObject = device;
    f->process = (ULONG)(uintptr_t)PsGetCurrentProcessId();
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    InitializeListHead(&f->requests);
    NTSTATUS status = simple(f, IRP_MJ_CREATE);
    if (!NT_SUCCESS(status)) {
        kernel_device_close(device);
        native_free(f);
        return status;
    }
    *file = f;
    return status;
}

void
native_close(struct native_file *file)
{
    simple(file, IRP_MJ_CLEANUP);
    struct timespec until = deadline_ms(CLOSE_WAIT_MS);
    pthread_mutex_lock(&file->lock);
    while (file->n_pending) {
        if (pthread_cond_timedwait(&file->changed, &file->lock, &until) == ETIMEDOUT) {
            native_fail("%u requests are not completed when their file is cleaned up",
                        file->n_pending);
        }
    }
    pthread_mutex_unlock(&file->lock);
    simple(file, IRP_MJ_CLOSE);
    kernel_device_close(file->object.DeviceObject);
    pthread_mutex_lock(&file->lock);
    file->closed = true;
    bool last = IsListEmpty(&file->requests);
    pthread_mutex_unlock(&file->lock);
    if (last) {
        native_free(file);
    }
}

static void *
copy_of(const void *data, size_t size, size_t room)
{
    if (!room) {
        return NULL;
    }
    void *copy = native_alloc(room);
    if (size) {
        memcpy(copy, data, size);
    }
    return copy;
}

struct native_request *
native_request_send(struct native_file *file, ULONG code, const void *in, ULONG in_size, void *out,
                    ULONG out_size)
{
    struct native_request *p = request_new(file, IRP_MJ_DEVICE_CONTROL);
    PIRP irp = p->irp;
    ULONG method = code & 3;
    p->user_out = out;
    p->out_size = out_size;
    p->buffered = method == METHOD_BUFFERED;
    if (method == METHOD_NEITHER) {
        native_fail("METHOD_NEITHER is not here");
    }
    ULONG room = p->buffered && out_size > in_size ? out_size : in_size;
    irp->AssociatedIrp.SystemBuffer = p->system_buffer = copy_of(in, in_size, room);
    if (!p->buffered && out_size) {
        irp->MdlAddress = IoAllocateMdl(out, out_size, FALSE, FALSE, irp);
    }
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    stack->Parameters.DeviceIoControl.IoControlCode = code;
    stack->Parameters.DeviceIoControl.InputBufferLength = in_size;
    stack->Parameters.DeviceIoControl.OutputBufferLength = out_size;
    dispatch(p, IRP_MJ_DEVICE_CONTROL);
    return p;
}

NTSTATUS
native_control(struct native_file *file, ULONG code, const void *in, ULONG in_size, void *out,
               ULONG out_size, size_t *n_done)
{
    struct native_request *request = native_request_send(file, code, in, in_size, out, out_size);
    NTSTATUS status;
    while (!native_request_wait(request, 1000, &status, n_done)) {
    }
    native_request_free(request);
    return status;
}

VOID
IoAcquireCancelSpinLock(PKIRQL irql)
{
    KeAcquireSpinLock(&cancel_lock, irql);
}

VOID
IoReleaseCancelSpinLock(KIRQL irql)
{
    KeReleaseSpinLock(&cancel_lock, irql);
}

BOOLEAN
IoCancelIrp(PIRP irp)
{
    KIRQL old;
    IoAcquireCancelSpinLock(&old);
    irp->Cancel = TRUE;
    PDRIVER_CANCEL routine = IoSetCancelRoutine(irp, NULL);
    if (!routine) {
        IoReleaseCancelSpinLock(old);
        return FALSE;
    }
    irp->CancelIrql = old;
    routine(IoGetCurrentIrpStackLocation(irp)->DeviceObject, irp);
    if (KeGetCurrentIrql() != old) {
        native_fail("a cancel routine does not release the cancel spin lock to CancelIrql");
    }
    return TRUE;
}

void
native_request_cancel(struct native_request *p)
{
    pthread_mutex_lock(&p->file->lock);
    bool alive = !p->completed;
    p->holds += alive;
    pthread_mutex_unlock(&p->file->lock);
    if (alive) {
        IoCancelIrp(p->irp);
        pthread_mutex_lock(&p->file->lock);
        hold_drop(p);
        pthread_mutex_unlock(&p->file->lock);
    }
}

ULONG
IoGetRequestorProcessId(PIRP irp)
{
    return irp->Flags;
}
