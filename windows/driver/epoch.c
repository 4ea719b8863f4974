/* SPDX-License-Identifier: Apache-2.0 */
/* Epochs by two counters of readers per CPU (the header says how), and the thread that frees.
 *
 * A reader's whole cost is two atomic additions to a cache line that its CPU has to itself. The
 * one who waits announces it in `waiting` and only then looks at a count; a reader first leaves
 * the count and only then looks at `waiting`: so either sees the other, and no wake-up is lost. */
#include "driver/epoch.h"

#include "base/err.h"
#include "base/mem.h"
#include "driver/clock.h"
#include "port/atomic.h"

#define TICK_MS 1000

_Use_decl_annotations_
uint32_t
epoch_enter(struct epoch *e, uint32_t cpu)
{
    uint32_t phase = PORT_READ_ONCE(&e->phase) & 1;
    PORT_FETCH_ADD(&e->cpus[cpu].n_readers[phase], 1);
    return phase;
}

_Use_decl_annotations_
void
epoch_leave(struct epoch *e, uint32_t cpu, uint32_t phase)
{
    PORT_FETCH_SUB(&e->cpus[cpu].n_readers[phase], 1);
    PORT_FENCE();
    if (PORT_UNLIKELY(PORT_READ_ONCE(&e->waiting))) {
        KeSetEvent(&e->left, IO_NO_INCREMENT, FALSE);
    }
}

/* Turns the phase and waits for the readers of the old one. */
static void
turn(struct epoch *e)
{
    uint32_t old = PORT_FETCH_ADD(&e->phase, 1) & 1;
    for (uint32_t i = 0; i < e->n_cpus; i++) {
        while (PORT_LOAD_ACQUIRE(&e->cpus[i].n_readers[old])) {
            KeWaitForSingleObject(&e->left, Executive, KernelMode, FALSE, NULL);
        }
    }
}

_Use_decl_annotations_
void
epoch_synchronize(struct epoch *e)
{
    ExAcquireFastMutex(&e->lock);
    PORT_EXCHANGE(&e->waiting, 1);
    turn(e);
    turn(e);
    PORT_WRITE_ONCE(&e->waiting, 0);
    ExReleaseFastMutex(&e->lock);
}

_Use_decl_annotations_
void
epoch_defer(struct epoch *e, struct dp_deferred *d)
{
    NdisAcquireSpinLock(&e->queue_lock);
    d->host[0] = e->queue;
    e->queue = d;
    NdisReleaseSpinLock(&e->queue_lock);
    KeSetEvent(&e->wake, IO_NO_INCREMENT, FALSE);
}

/* Frees what is queued now; false if there was nothing. */
static bool
run_queue(struct epoch *e)
{
    NdisAcquireSpinLock(&e->queue_lock);
    struct dp_deferred *d = e->queue;
    e->queue = NULL;
    NdisReleaseSpinLock(&e->queue_lock);
    if (!d) {
        return false;
    }
    epoch_synchronize(e);
    while (d) {
        struct dp_deferred *next = d->host[0];
        d->run(d);
        d = next;
    }
    return true;
}

static VOID NTAPI
epoch_thread(PVOID epoch_)
{
    struct epoch *e = epoch_;
    uint64_t ticked_ms = clock_ms();
    while (!PORT_LOAD_ACQUIRE(&e->stop)) {
        LARGE_INTEGER tick = {.QuadPart = -10000ll * TICK_MS};
        KeWaitForSingleObject(&e->wake, Executive, KernelMode, FALSE, &tick);
        while (run_queue(e)) {
        }
        if (clock_ms() - ticked_ms >= TICK_MS) {
            ticked_ms = clock_ms();
            e->tick(e->tick_aux);
        }
    }
    while (run_queue(e)) {
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static int
start_thread(struct epoch *e)
{
    HANDLE handle;
    NTSTATUS status =
        PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, epoch_thread, e);
    if (!NT_SUCCESS(status)) {
        return -E_NOMEM;
    }
    /* The handle is good for as long as we hold it, so this cannot fail. No type is asked for:
     * MinGW declares PsThreadType with an indirection less than the WDK. */
    status =
        ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode, &e->thread, NULL);
    VERIFY(NT_SUCCESS(status));
    ZwClose(handle);
    return 0;
}

_Use_decl_annotations_
int
epoch_start(struct epoch *e, uint32_t n_cpus, void (*tick)(void *aux), void *aux)
{
    memset(e, 0, sizeof *e);
    e->cpus = mem_zalloc(n_cpus * sizeof *e->cpus);
    if (!e->cpus) {
        return -E_NOMEM;
    }
    e->n_cpus = n_cpus;
    e->tick = tick;
    e->tick_aux = aux;
    ExInitializeFastMutex(&e->lock);
    KeInitializeEvent(&e->left, SynchronizationEvent, FALSE);
    KeInitializeEvent(&e->wake, SynchronizationEvent, FALSE);
    NdisAllocateSpinLock(&e->queue_lock);
    int error = start_thread(e);
    if (error) {
        epoch_stop(e);
    }
    return error;
}

_Use_decl_annotations_
void
epoch_stop(struct epoch *e)
{
    if (!e->cpus) {
        return;
    }
    if (e->thread) {
        PORT_STORE_RELEASE(&e->stop, true);
        KeSetEvent(&e->wake, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(e->thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(e->thread);
    }
    NdisFreeSpinLock(&e->queue_lock);
    mem_free(e->cpus, e->n_cpus * sizeof *e->cpus);
    memset(e, 0, sizeof *e);
}
