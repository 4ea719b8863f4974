/* SPDX-License-Identifier: Apache-2.0 */
/* NDIS's general services: memory, locks, events, timers, work items, processors. */
#include "simswitch/sim_internal.h"

/* Memory.  A header says how large a block is, and with what tag. */
struct memory {
    uint32_t magic;
    ULONG tag;
    size_t size;
};

#define MEMORY_MAGIC 0x4d656d53u

PVOID
NdisAllocateMemoryWithTagPriority(NDIS_HANDLE handle, UINT size, ULONG tag,
                                  EX_POOL_PRIORITY priority)
{
    (void)priority;
    if (!handle || !size || !tag) {
        sim_fail("%s: handle %p, %u bytes, tag %x", __func__, handle, size, (unsigned)tag);
    }
    struct memory *m = NULL;
    if (!sim_failure_now(FAIL_ALLOC)) {
        m = ExAllocatePoolWithTag(NonPagedPool, sizeof *m + size, tag);
    }
    if (!m) {
        return NULL;
    }
    *m = (struct memory){MEMORY_MAGIC, tag, size};
    memset(m + 1, 0xcd, size);
    __atomic_add_fetch(&sim.n_memory, 1, __ATOMIC_RELAXED);
    return m + 1;
}

static void
memory_free(PVOID p, ULONG tag, const char *where)
{
    struct memory *m = (struct memory *)p - 1;
    if (!p || m->magic != MEMORY_MAGIC || (tag && tag != m->tag)) {
        sim_fail("%s: not such memory, or with another tag", where);
        return;
    }
    ULONG its_tag = m->tag;
    memset(m, 0xdd, sizeof *m + m->size);
    __atomic_sub_fetch(&sim.n_memory, 1, __ATOMIC_RELEASE);
    ExFreePoolWithTag(m, its_tag);
}

VOID
NdisFreeMemoryWithTagPriority(NDIS_HANDLE handle, PVOID p, ULONG tag)
{
    if (!handle || !tag) {
        sim_fail("%s: no handle or no tag", __func__);
    }
    memory_free(p, tag, __func__);
}

VOID
NdisFreeMemory(PVOID p, UINT size, UINT flags)
{
    (void)size;
    if (flags) {
        sim_fail("%s: flags", __func__);
    }
    memory_free(p, 0, __func__);
}

/* Spin locks. */

VOID
NdisAllocateSpinLock(PNDIS_SPIN_LOCK lock)
{
    KeInitializeSpinLock(&lock->SpinLock);
}

VOID
NdisFreeSpinLock(PNDIS_SPIN_LOCK lock)
{
    if (lock->SpinLock) {
        sim_fail("%s: the lock is held, or was never allocated", __func__);
    }
}

VOID
NdisAcquireSpinLock(PNDIS_SPIN_LOCK lock)
{
    KIRQL old;
    KeAcquireSpinLock(&lock->SpinLock, &old);
    lock->OldIrql = old;
}

VOID
NdisReleaseSpinLock(PNDIS_SPIN_LOCK lock)
{
    KeReleaseSpinLock(&lock->SpinLock, lock->OldIrql);
}

VOID
NdisDprAcquireSpinLock(PNDIS_SPIN_LOCK lock)
{
    KeAcquireSpinLockAtDpcLevel(&lock->SpinLock);
}

VOID
NdisDprReleaseSpinLock(PNDIS_SPIN_LOCK lock)
{
    KeReleaseSpinLockFromDpcLevel(&lock->SpinLock);
}

/* Read-write locks: a count of readers, or -1 for a writer. */
struct _NDIS_RW_LOCK_EX {
    struct sim_object object;
    volatile LONG holders;
    volatile LONG writers_waiting;
};

/* How often a reader lets waiting writers go first; for ever would hang one that reads twice. */
#define READER_PATIENCE 1000

PNDIS_RW_LOCK_EX
NdisAllocateRWLock(NDIS_HANDLE handle)
{
    return sim_object_new(SIM_RW_LOCK, sizeof(NDIS_RW_LOCK_EX), handle);
}

VOID
NdisFreeRWLock(PNDIS_RW_LOCK_EX lock)
{
    sim_object_check(lock, SIM_RW_LOCK, __func__);
    if (lock->holders) {
        sim_fail("%s: the lock is held", __func__);
    }
    sim_object_free(lock);
}

static void
rw_raise(PNDIS_RW_LOCK_EX lock, PLOCK_STATE_EX state, UCHAR flags, const char *where)
{
    sim_object_check(lock, SIM_RW_LOCK, where);
    bool there = flags & NDIS_RWL_AT_DISPATCH_LEVEL;
    if (HOST_HAS_IRQL && there && host_irql() < DISPATCH_LEVEL) {
        sim_fail("%s: says DISPATCH_LEVEL and is not at it", where);
    }
    state->Flags = flags;
    state->OldIrql = there ? DISPATCH_LEVEL : host_raise();
}

VOID
NdisAcquireRWLockRead(PNDIS_RW_LOCK_EX lock, PLOCK_STATE_EX state, UCHAR flags)
{
    rw_raise(lock, state, flags, __func__);
    state->LockState = 1;
    for (int i = 0;
         i < READER_PATIENCE && __atomic_load_n(&lock->writers_waiting, __ATOMIC_RELAXED); i++) {
        host_yield();
    }
    for (;;) {
        LONG n = __atomic_load_n(&lock->holders, __ATOMIC_RELAXED);
        if (n >= 0 && __atomic_compare_exchange_n(&lock->holders, &n, n + 1, false,
                                                  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            return;
        }
        host_yield();
    }
}

VOID
NdisAcquireRWLockWrite(PNDIS_RW_LOCK_EX lock, PLOCK_STATE_EX state, UCHAR flags)
{
    rw_raise(lock, state, flags, __func__);
    state->LockState = 2;
    InterlockedIncrement(&lock->writers_waiting);
    for (;;) {
        LONG n = 0;
        if (__atomic_compare_exchange_n(&lock->holders, &n, -1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
            InterlockedDecrement(&lock->writers_waiting);
            return;
        }
        host_yield();
    }
}

VOID
NdisReleaseRWLock(PNDIS_RW_LOCK_EX lock, PLOCK_STATE_EX state)
{
    sim_object_check(lock, SIM_RW_LOCK, __func__);
    if (state->LockState == 1) {
        __atomic_sub_fetch(&lock->holders, 1, __ATOMIC_RELEASE);
    } else if (state->LockState == 2) {
        __atomic_store_n(&lock->holders, 0, __ATOMIC_RELEASE);
    } else {
        sim_fail("%s: not held", __func__);
    }
    state->LockState = 0;
    if (!(state->Flags & NDIS_RWL_AT_DISPATCH_LEVEL)) {
        host_lower(state->OldIrql);
    }
}

/* Events. */

VOID
NdisInitializeEvent(PNDIS_EVENT event)
{
    KeInitializeEvent(&event->Event, NotificationEvent, FALSE);
}

VOID
NdisSetEvent(PNDIS_EVENT event)
{
    KeSetEvent(&event->Event, 0, FALSE);
}

VOID
NdisResetEvent(PNDIS_EVENT event)
{
    KeResetEvent(&event->Event);
}

BOOLEAN
NdisWaitEvent(PNDIS_EVENT event, UINT ms)
{
    LARGE_INTEGER timeout = {.QuadPart = -10000ll * ms};
    return KeWaitForSingleObject(&event->Event, Executive, KernelMode, FALSE,
                                 ms ? &timeout : NULL) == STATUS_SUCCESS;
}

VOID
NdisMSleep(ULONG microseconds)
{
    LARGE_INTEGER interval = {.QuadPart = -10ll * microseconds};
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

/* Timers. */
struct sim_timer {
    struct sim_object object;
    KTIMER timer;
    KDPC dpc;
    NDIS_TIMER_FUNCTION *function;
    PVOID context, context_now;
    LONG running;
};

static VOID NTAPI
fire(PKDPC dpc, PVOID context, PVOID a, PVOID b)
{
    (void)dpc, (void)a, (void)b;
    struct sim_timer *t = sim_object_check(context, SIM_TIMER, "a timer that fires");
    __atomic_add_fetch(&t->running, 1, __ATOMIC_ACQ_REL);
    NDIS_TIMER_FUNCTION *function = t->function;
    function(NULL, __atomic_load_n(&t->context_now, __ATOMIC_ACQUIRE), NULL, NULL);
    if (t->object.kind == SIM_TIMER) {
        __atomic_sub_fetch(&t->running, 1, __ATOMIC_ACQ_REL);
    }
}

NDIS_STATUS
NdisAllocateTimerObject(NDIS_HANDLE handle, PNDIS_TIMER_CHARACTERISTICS c, PNDIS_HANDLE timer)
{
    if (c->Header.Type != NDIS_OBJECT_TYPE_TIMER_CHARACTERISTICS ||
        c->Header.Revision != NDIS_TIMER_CHARACTERISTICS_REVISION_1 ||
        c->Header.Size < NDIS_SIZEOF_TIMER_CHARACTERISTICS_REVISION_1 || !c->TimerFunction ||
        !c->AllocationTag) {
        sim_fail("%s: the characteristics are wrong", __func__);
    }
    struct sim_timer *t = sim_object_new(SIM_TIMER, sizeof *t, handle);
    if (!t) {
        return NDIS_STATUS_RESOURCES;
    }
    t->function = c->TimerFunction;
    t->context = c->FunctionContext;
    KeInitializeTimer(&t->timer);
    KeInitializeDpc(&t->dpc, fire, t);
    *timer = t;
    return NDIS_STATUS_SUCCESS;
}

BOOLEAN
NdisSetTimerObject(NDIS_HANDLE timer, LARGE_INTEGER due, LONG period_ms, PVOID context)
{
    struct sim_timer *t = sim_object_check(timer, SIM_TIMER, __func__);
    __atomic_store_n(&t->context_now, context ? context : t->context, __ATOMIC_RELEASE);
    return KeSetTimerEx(&t->timer, due, period_ms, &t->dpc);
}

BOOLEAN
NdisCancelTimerObject(NDIS_HANDLE timer)
{
    struct sim_timer *t = sim_object_check(timer, SIM_TIMER, __func__);
    return KeCancelTimer(&t->timer);
}

VOID
NdisFreeTimerObject(NDIS_HANDLE timer)
{
    struct sim_timer *t = sim_object_check(timer, SIM_TIMER, __func__);
    if (KeCancelTimer(&t->timer)) {
        sim_fail("%s: the timer is set", __func__);
    }
    while (__atomic_load_n(&t->running, __ATOMIC_ACQUIRE)) {
        host_yield();
    }
    sim_object_free(t);
}

/* Work items. */
struct sim_work {
    struct sim_object object;
    PIO_WORKITEM item;
    NDIS_IO_WORKITEM_ROUTINE routine;
    PVOID context;
    LONG queued;
};

static VOID NTAPI
work(PDEVICE_OBJECT device, PVOID context)
{
    (void)device;
    struct sim_work *w = sim_object_check(context, SIM_WORK_ITEM, "a work item that runs");
    NDIS_IO_WORKITEM_ROUTINE routine = w->routine;
    PVOID argument = w->context;
    __atomic_store_n(&w->queued, 0, __ATOMIC_RELEASE);
    routine(argument, w);
}

NDIS_HANDLE
NdisAllocateIoWorkItem(NDIS_HANDLE handle)
{
    struct sim_work *w = sim_object_new(SIM_WORK_ITEM, sizeof *w, handle);
    if (w) {
        w->item = IoAllocateWorkItem(sim.filter ? sim.filter->driver->DeviceObject : NULL);
    }
    return w;
}

VOID
NdisQueueIoWorkItem(NDIS_HANDLE handle, NDIS_IO_WORKITEM_ROUTINE routine, PVOID context)
{
    struct sim_work *w = sim_object_check(handle, SIM_WORK_ITEM, __func__);
    if (__atomic_exchange_n(&w->queued, 1, __ATOMIC_ACQ_REL)) {
        sim_fail("%s: the work item is queued already", __func__);
    }
    w->routine = routine;
    w->context = context;
    IoQueueWorkItem(w->item, work, DelayedWorkQueue, w);
}

VOID
NdisFreeIoWorkItem(NDIS_HANDLE handle)
{
    struct sim_work *w = sim_object_check(handle, SIM_WORK_ITEM, __func__);
    if (__atomic_load_n(&w->queued, __ATOMIC_ACQUIRE)) {
        sim_fail("%s: the work item is queued", __func__);
    }
    IoFreeWorkItem(w->item);
    sim_object_free(w);
}

/* Time and processors. */

VOID
NdisGetSystemUpTimeEx(PLARGE_INTEGER ms)
{
    ms->QuadPart = (LONGLONG)(host_ticks() / 10000);
}

ULONG
NdisCurrentProcessorIndex(VOID)
{
    return KeGetCurrentProcessorNumberEx(NULL);
}

ULONG
NdisGroupMaxProcessorCount(USHORT group)
{
    return KeQueryMaximumProcessorCountEx(group);
}
