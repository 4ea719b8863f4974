/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on their way to a client: a bounded queue, and the WAIT requests that are pended until
 * it has something. One per handle. Packet CPUs put, the device's dispatch pends, anyone may
 * deliver; the lock is held for moments only, and no request is completed under it. */
#pragma once

#include "driver/kernel.h"

/* Completes IRP with STATUS and N bytes written; gives STATUS. */
_IRQL_requires_max_(DISPATCH_LEVEL)
static inline NTSTATUS
irp_finish(_Inout_ PIRP irp, _In_ NTSTATUS status, _In_ size_t n)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = n;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* A whole message, or several, with SIZE bytes. */
struct message {
    struct message *next;
    uint32_t room; /* bytes allocated */
    uint32_t size;
    uint8_t bytes[];
};

struct wait_queue {
    NDIS_SPIN_LOCK lock; /* everything here; taken after cpu.lock, last but for NDIS's */
    LIST_ENTRY irps;     /* oldest first, by Tail.Overlay.ListEntry */
    uint32_t n_irps;
    struct message *first, **end;
    uint32_t n_bytes; /* of queued messages */
    uint64_t n_lost;
    bool closed;
};

void wait_queue_init(_Out_ struct wait_queue *q);

/* A message with room for SIZE bytes, or NULL. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Ret_maybenull_ struct message *message_new(_In_ size_t size);
/* M may be NULL. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void message_free(_Inout_opt_ struct message *m);

/* Queues M, which it owns afterwards in any case. -E_NOBUFS: the queue is full or closed, and M
 * counts as lost. Nobody is woken: see wait_queue_deliver(). */
_IRQL_requires_max_(DISPATCH_LEVEL)
int wait_queue_put(_Inout_ struct wait_queue *q, _Inout_ struct message *m);
/* Completes pended requests while there are messages for them. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void wait_queue_deliver(_Inout_ struct wait_queue *q);
/* Pends IRP, whose output buffer is mapped at OUT, and delivers. STATUS_PENDING; or another
 * status, with which the caller completes IRP. */
_IRQL_requires_max_(DISPATCH_LEVEL)
NTSTATUS
wait_queue_pend(_Inout_ struct wait_queue *q, _Inout_ PIRP irp, _In_ void *out);
/* Cancels what is pended, forgets what is queued, and takes no more. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void wait_queue_close(_Inout_ struct wait_queue *q);
