/* SPDX-License-Identifier: Apache-2.0 */
/* Timers.  One thread waits for the first that is due and calls its routine at DISPATCH_LEVEL. */
#include "native/kernel_internal.h"

#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed; /* of the list, or of `running` */
static LIST_ENTRY timers;      /* those that are set, the first due first */
static bool running, ending;
static pthread_t thread;

ULONGLONG
kernel_ticks(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ULONGLONG)t.tv_sec * 10000000 + (ULONGLONG)t.tv_nsec / KERNEL_NS_PER_TICK;
}

ULONGLONG
KeQueryInterruptTime(VOID)
{
    return kernel_ticks();
}

LARGE_INTEGER
KeQueryPerformanceCounter(PLARGE_INTEGER frequency)
{
    if (frequency) {
        frequency->QuadPart = 10000000;
    }
    return (LARGE_INTEGER){.QuadPart = (LONGLONG)kernel_ticks()};
}

static void
insert(PKTIMER timer)
{
    PLIST_ENTRY at = timers.Flink;
    while (at != &timers && CONTAINING_RECORD(at, KTIMER, entry)->due <= timer->due) {
        at = at->Flink;
    }
    InsertTailList(at, &timer->entry);
    timer->set = TRUE;
    pthread_cond_broadcast(&changed);
}

/* Calls the routine of TIMER, which is due; the lock is held, and let go meanwhile. */
static void
fire(PKTIMER timer)
{
    RemoveEntryList(&timer->entry);
    timer->set = FALSE;
    if (timer->period_ms) {
        timer->due += (ULONGLONG)timer->period_ms * 10000;
        insert(timer);
    }
    PKDPC dpc = timer->dpc;
    if (!dpc) {
        return;
    }
    PKDEFERRED_ROUTINE routine = dpc->routine;
    PVOID context = dpc->context;
    running = true;
    pthread_mutex_unlock(&lock);
    KIRQL old = KeRaiseIrqlToDpcLevel();
    routine(dpc, context, NULL, NULL);
    KeLowerIrql(old);
    kernel_thread_check_idle("a DPC");
    pthread_mutex_lock(&lock);
    running = false;
    pthread_cond_broadcast(&changed);
}

static void *
run(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    while (!ending) {
        if (IsListEmpty(&timers)) {
            pthread_cond_wait(&changed, &lock);
            continue;
        }
        PKTIMER first = CONTAINING_RECORD(timers.Flink, KTIMER, entry);
        if (first->due <= kernel_ticks()) {
            fire(first);
            continue;
        }
        struct timespec until = {.tv_sec = (time_t)(first->due / 10000000),
                                 .tv_nsec = (long)(first->due % 10000000 * KERNEL_NS_PER_TICK)};
        pthread_cond_timedwait(&changed, &lock, &until);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

void
kernel_timers_start(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    InitializeListHead(&timers);
    ending = false;
    pthread_create(&thread, NULL, run, NULL);
}

void
kernel_timers_finish(void)
{
    pthread_mutex_lock(&lock);
    bool left = !IsListEmpty(&timers);
    ending = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    if (left) {
        native_fail("a timer is set when all drivers are gone");
    }
}

VOID
KeInitializeDpc(PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context)
{
    *dpc = (KDPC){routine, context};
}

VOID
KeInitializeTimer(PKTIMER timer)
{
    *timer = (KTIMER){.set = FALSE};
}

BOOLEAN
KeSetTimerEx(PKTIMER timer, LARGE_INTEGER due, LONG period_ms, PKDPC dpc)
{
    if (due.QuadPart > 0) {
        native_fail("a timer for a time of day: give a relative one");
    }
    pthread_mutex_lock(&lock);
    BOOLEAN was_set = timer->set;
    if (was_set) {
        RemoveEntryList(&timer->entry);
    }
    timer->due = kernel_ticks() + (ULONGLONG)-due.QuadPart;
    timer->period_ms = period_ms;
    timer->dpc = dpc;
    insert(timer);
    pthread_mutex_unlock(&lock);
    return was_set;
}

BOOLEAN
KeSetTimer(PKTIMER timer, LARGE_INTEGER due, PKDPC dpc)
{
    return KeSetTimerEx(timer, due, 0, dpc);
}

BOOLEAN
KeCancelTimer(PKTIMER timer)
{
    pthread_mutex_lock(&lock);
    BOOLEAN was_set = timer->set;
    if (was_set) {
        RemoveEntryList(&timer->entry);
        timer->set = FALSE;
    }
    pthread_mutex_unlock(&lock);
    return was_set;
}

VOID
KeFlushQueuedDpcs(VOID)
{
    native_require_irql(PASSIVE_LEVEL, __func__);
    pthread_mutex_lock(&lock);
    while (running) {
        pthread_cond_wait(&changed, &lock);
    }
    pthread_mutex_unlock(&lock);
}
