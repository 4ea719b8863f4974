/* SPDX-License-Identifier: Apache-2.0 */
/* IRQL, virtual processors, spin locks.
 *
 * A thread at DISPATCH_LEVEL owns a virtual processor, a mutex each, so two threads at
 * DISPATCH_LEVEL never have the same processor number.  Which one a thread gets changes from time
 * to time, as a kernel's scheduler would have it.  There is deliberately no lock that all threads
 * share here: ThreadSanitizer would take it for ordering that a kernel does not give. */
#include "native/kernel_internal.h"

#include <sched.h>

#define MAX_PROCESSORS 64

static pthread_mutex_t processors[MAX_PROCESSORS];
static unsigned n_processors;

static _Thread_local KIRQL irql;
static _Thread_local unsigned processor;
static _Thread_local unsigned turn;
static _Thread_local unsigned n_spin_locks;

void
kernel_processors_start(unsigned n)
{
    n_processors = n ? n : 4;
    if (n_processors > MAX_PROCESSORS) {
        n_processors = MAX_PROCESSORS;
    }
    for (unsigned i = 0; i < n_processors; i++) {
        pthread_mutex_init(&processors[i], NULL);
    }
}

uintptr_t
kernel_thread_self(void)
{
    return (uintptr_t)&irql;
}

KIRQL
KeGetCurrentIrql(VOID)
{
    return irql;
}

void
native_require_irql(KIRQL highest, const char *where)
{
    if (irql > highest) {
        native_fail("%s at IRQL %u, allowed up to %u", where, irql, highest);
    }
}

void
kernel_thread_check_idle(const char *what)
{
    if (irql != PASSIVE_LEVEL || n_spin_locks != 0) {
        native_fail("%s ends at IRQL %u with %u spin locks held", what, irql, n_spin_locks);
    }
}

static void
take_processor(void)
{
    if (!n_processors) {
        native_fail("a thread raises its IRQL before native_start");
    }
    unsigned first = (unsigned)(kernel_thread_self() >> 6) + turn++ / 8;
    for (unsigned i = 0; i < n_processors; i++) {
        processor = (first + i) % n_processors;
        if (pthread_mutex_trylock(&processors[processor]) == 0) {
            return;
        }
    }
    processor = first % n_processors;
    pthread_mutex_lock(&processors[processor]);
}

KIRQL
KeRaiseIrqlToDpcLevel(VOID)
{
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    return old;
}

VOID
KeRaiseIrql(KIRQL new_irql, PKIRQL old_irql)
{
    if (new_irql < irql || new_irql > DISPATCH_LEVEL) {
        native_fail("KeRaiseIrql from %u to %u", irql, new_irql);
    }
    *old_irql = irql;
    if (new_irql == DISPATCH_LEVEL && irql < DISPATCH_LEVEL) {
        take_processor();
    }
    irql = new_irql;
}

VOID
KeLowerIrql(KIRQL new_irql)
{
    if (new_irql > irql) {
        native_fail("KeLowerIrql from %u to %u", irql, new_irql);
    }
    if (new_irql < DISPATCH_LEVEL && n_spin_locks) {
        native_fail("KeLowerIrql to %u with %u spin locks held", new_irql, n_spin_locks);
    }
    bool leaves = irql == DISPATCH_LEVEL && new_irql < DISPATCH_LEVEL;
    irql = new_irql;
    if (leaves) {
        pthread_mutex_unlock(&processors[processor]);
    }
}

ULONG
KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER number)
{
    ULONG n = irql == DISPATCH_LEVEL ? processor : turn % (n_processors ? n_processors : 1);
    if (number) {
        *number = (PROCESSOR_NUMBER){.Number = (UCHAR)n};
    }
    return n;
}

ULONG
KeGetCurrentProcessorNumber(VOID)
{
    return KeGetCurrentProcessorNumberEx(NULL);
}

ULONG
KeQueryActiveProcessorCountEx(USHORT group)
{
    (void)group;
    return n_processors;
}

ULONG
KeQueryMaximumProcessorCountEx(USHORT group)
{
    (void)group;
    return n_processors;
}

VOID
KeInitializeSpinLock(PKSPIN_LOCK lock)
{
    __atomic_store_n(lock, 0, __ATOMIC_RELAXED);
}

VOID
KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK lock)
{
    if (irql != DISPATCH_LEVEL) {
        native_fail("KeAcquireSpinLockAtDpcLevel at IRQL %u", irql);
    }
    for (;;) {
        ULONG_PTR owner = 0;
        if (__atomic_compare_exchange_n(lock, &owner, kernel_thread_self(), false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            n_spin_locks++;
            return;
        }
        if (owner == kernel_thread_self()) {
            native_fail("a spin lock is taken twice by one thread");
        }
        sched_yield();
    }
}

VOID
KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK lock)
{
    if (irql != DISPATCH_LEVEL) {
        native_fail("a spin lock is released at IRQL %u", irql);
    }
    if (__atomic_load_n(lock, __ATOMIC_RELAXED) != kernel_thread_self()) {
        native_fail("a spin lock is released by a thread that does not hold it");
    }
    n_spin_locks--;
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

VOID
native_acquire_spin_lock(PKSPIN_LOCK lock, PKIRQL old_irql)
{
    KIRQL old = KeRaiseIrqlToDpcLevel();
    KeAcquireSpinLockAtDpcLevel(lock);
    *old_irql = old; /* may lie beside the lock, and belong to it */
}

VOID
KeReleaseSpinLock(PKSPIN_LOCK lock, KIRQL new_irql)
{
    KeReleaseSpinLockFromDpcLevel(lock);
    KeLowerIrql(new_irql);
}
