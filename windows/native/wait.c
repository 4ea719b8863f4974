/* SPDX-License-Identifier: Apache-2.0 */
/* Objects a thread can wait for: events, mutexes, threads.
 *
 * An object may live on the stack of the thread that waits for it, so whoever signals it must not
 * touch it once it is signalled.  The lock and condition are therefore not in the object: one of a
 * few, chosen by its address. */
#include "native/kernel_internal.h"

#include <errno.h>
#include <time.h>

#define N_QUEUES 64

static struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
} queues[N_QUEUES];
static pthread_once_t queues_once = PTHREAD_ONCE_INIT;

static void
init_queues(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    for (unsigned i = 0; i < N_QUEUES; i++) {
        pthread_mutex_init(&queues[i].lock, NULL);
        pthread_cond_init(&queues[i].changed, &monotonic);
    }
    pthread_condattr_destroy(&monotonic);
}

static struct queue *
lock_queue(const volatile void *object)
{
    pthread_once(&queues_once, init_queues);
    struct queue *q = &queues[((uintptr_t)object >> 4) * 0x9e3779b97f4a7c15ull >> 58];
    pthread_mutex_lock(&q->lock);
    return q;
}

static LONG
set_state(DISPATCHER_HEADER *object, LONG state)
{
    struct queue *q = lock_queue(object);
    LONG old = object->signalled;
    object->signalled = state;
    if (state) {
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    return old;
}

VOID
KeInitializeEvent(PKEVENT event, EVENT_TYPE type, BOOLEAN state)
{
    struct queue *q = lock_queue(event);
    event->header.type =
        type == NotificationEvent ? NATIVE_EVENT_NOTIFICATION : NATIVE_EVENT_SYNCHRONIZATION;
    event->header.signalled = state;
    pthread_mutex_unlock(&q->lock);
}

static void
check_event(PKEVENT event)
{
    if (event->header.type != NATIVE_EVENT_NOTIFICATION &&
        event->header.type != NATIVE_EVENT_SYNCHRONIZATION) {
        native_fail("not an event, or one that was not initialised");
    }
}

LONG
KeSetEvent(PKEVENT event, LONG increment, BOOLEAN wait)
{
    (void)increment, (void)wait;
    native_require_irql(DISPATCH_LEVEL, __func__);
    check_event(event);
    return set_state(&event->header, 1);
}

LONG
KeResetEvent(PKEVENT event)
{
    check_event(event);
    return set_state(&event->header, 0);
}

VOID
KeClearEvent(PKEVENT event)
{
    KeResetEvent(event);
}

LONG
KeReadStateEvent(PKEVENT event)
{
    check_event(event);
    struct queue *q = lock_queue(event);
    LONG state = event->header.signalled;
    pthread_mutex_unlock(&q->lock);
    return state;
}

VOID
KeInitializeMutex(PKMUTEX mutex, ULONG level)
{
    (void)level;
    *mutex = (KMUTEX){.header = {NATIVE_MUTEX, 1}};
}

LONG
KeReleaseMutex(PKMUTEX mutex, BOOLEAN wait)
{
    (void)wait;
    if (mutex->owner != kernel_thread_self()) {
        native_fail("a mutex is released by a thread that does not hold it");
    }
    if (--mutex->depth) {
        return 0;
    }
    __atomic_store_n(&mutex->owner, 0, __ATOMIC_RELAXED); /* others look whether it is theirs */
    set_state(&mutex->header, 1);
    return 0;
}

/* Whether the wait of this thread for OBJECT is satisfied; then takes what it consumes. */
static bool
satisfied(DISPATCHER_HEADER *object)
{
    if (object->type == NATIVE_MUTEX) {
        PKMUTEX mutex = (PKMUTEX)(PVOID)object;
        if (!object->signalled &&
            __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) != kernel_thread_self()) {
            return false;
        }
        object->signalled = 0;
        __atomic_store_n(&mutex->owner, kernel_thread_self(), __ATOMIC_RELAXED);
        mutex->depth++;
        return true;
    }
    if (!object->signalled) {
        return false;
    }
    if (object->type == NATIVE_EVENT_SYNCHRONIZATION) {
        object->signalled = 0;
    }
    return true;
}

static struct timespec
deadline_of(LONGLONG ticks)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    ULONGLONG ns = (ULONGLONG)t.tv_nsec + (ULONGLONG)-ticks * KERNEL_NS_PER_TICK;
    t.tv_sec += (time_t)(ns / 1000000000);
    t.tv_nsec = (long)(ns % 1000000000);
    return t;
}

NTSTATUS
KeWaitForSingleObject(PVOID object, KWAIT_REASON reason, KPROCESSOR_MODE mode, BOOLEAN alertable,
                      PLARGE_INTEGER timeout)
{
    (void)reason, (void)mode, (void)alertable;
    DISPATCHER_HEADER *header = object;
    bool may_block = !timeout || timeout->QuadPart != 0;
    native_require_irql(may_block ? APC_LEVEL : DISPATCH_LEVEL, __func__);
    if (header->type < NATIVE_EVENT_NOTIFICATION || header->type > NATIVE_MUTEX) {
        native_fail("wait for something that is no object, or was not initialised");
    }
    if (timeout && timeout->QuadPart > 0) {
        native_fail("wait until a time of day: give a relative timeout");
    }
    struct timespec until = {0};
    if (timeout && may_block) {
        until = deadline_of(timeout->QuadPart);
    }
    struct queue *q = lock_queue(object);
    bool done;
    while (!(done = satisfied(header)) && may_block) {
        if (!timeout) {
            pthread_cond_wait(&q->changed, &q->lock);
        } else if (pthread_cond_timedwait(&q->changed, &q->lock, &until) == ETIMEDOUT) {
            done = satisfied(header);
            break;
        }
    }
    pthread_mutex_unlock(&q->lock);
    return done ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

NTSTATUS
KeDelayExecutionThread(KPROCESSOR_MODE mode, BOOLEAN alertable, PLARGE_INTEGER interval)
{
    (void)mode, (void)alertable;
    native_require_irql(APC_LEVEL, __func__);
    struct timespec until = deadline_of(interval->QuadPart);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
    return STATUS_SUCCESS;
}

VOID
ExInitializeFastMutex(PFAST_MUTEX mutex)
{
    KeInitializeMutex(&mutex->mutex, 0);
}

VOID
ExAcquireFastMutex(PFAST_MUTEX mutex)
{
    native_require_irql(APC_LEVEL, __func__);
    KeWaitForSingleObject(&mutex->mutex, Executive, KernelMode, FALSE, NULL);
    if (mutex->mutex.depth != 1) {
        native_fail("a fast mutex is taken twice by one thread");
    }
    KeRaiseIrql(APC_LEVEL, &mutex->old_irql);
}

VOID
ExReleaseFastMutex(PFAST_MUTEX mutex)
{
    KIRQL old = mutex->old_irql;
    KeReleaseMutex(&mutex->mutex, FALSE);
    KeLowerIrql(old);
}
