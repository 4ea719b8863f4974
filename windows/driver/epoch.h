/* SPDX-License-Identifier: Apache-2.0 */
/* Epochs: what the packet path may still see is freed only when it cannot any more. A reader is a
 * CPU between epoch_enter() and epoch_leave(); readers nest, and never wait. Memory given to
 * epoch_defer() is freed by a thread of the epoch's own once every reader that was inside has
 * left; epoch_synchronize() waits for the same in place.
 *
 * Each CPU counts its readers twice, by the parity of a phase: a wait turns the phase and waits
 * for the old count of each CPU to fall to zero, and does so twice, since a reader may have read
 * the phase before it was turned and counted itself after. */
#pragma once

#include "driver/kernel.h"

#include "datapath/megaflow.h"

struct epoch_cpu {
    uint32_t n_readers[2]; /* by parity of the phase */
    uint8_t pad[PORT_CACHE_LINE - 2 * sizeof(uint32_t)];
};

struct epoch {
    uint32_t phase;
    uint32_t waiting; /* someone waits for readers to leave */
    uint32_t n_cpus;
    struct epoch_cpu *cpus;
    FAST_MUTEX lock; /* held by the one who waits; taken after driver.control */
    KEVENT left;     /* a reader left while someone waits */
    NDIS_SPIN_LOCK queue_lock;
    struct dp_deferred *queue; /* latest first, by host[0]; queue_lock */
    KEVENT wake;               /* for the thread */
    bool stop;
    void *thread;
    void (*tick)(void *aux); /* called each second, at PASSIVE_LEVEL */
    void *tick_aux;
};

/* For readers on CPUs 0 to N_CPUS - 1. 0 or -E_NOMEM; EPOCH must not move. */
_IRQL_requires_(PASSIVE_LEVEL)
_Must_inspect_result_ int epoch_start(_Out_ struct epoch *epoch, _In_ uint32_t n_cpus,
                                      _In_ void (*tick)(void *aux), _In_ void *aux);
/* Frees all that was deferred, and ends the thread. No readers may come. Fine on a zeroed one. */
_IRQL_requires_(PASSIVE_LEVEL)
void epoch_stop(_Inout_ struct epoch *epoch);

/* Enters on CPU; what it gives goes to the matching epoch_leave(). */
_IRQL_requires_max_(DISPATCH_LEVEL)
uint32_t epoch_enter(_Inout_ struct epoch *epoch, _In_ uint32_t cpu);
_IRQL_requires_max_(DISPATCH_LEVEL)
void epoch_leave(_Inout_ struct epoch *epoch, _In_ uint32_t cpu, _In_ uint32_t phase);

/* Has d->run(d) called later, on the epoch's thread. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void epoch_defer(_Inout_ struct epoch *epoch, _Inout_ struct dp_deferred *d);
/* Waits until every reader that is inside now has left. Not inside oneself. */
_IRQL_requires_max_(APC_LEVEL)
void epoch_synchronize(_Inout_ struct epoch *epoch);
