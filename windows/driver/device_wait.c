/* SPDX-License-Identifier: Apache-2.0 */
/* Pended requests. A request is completed by whoever takes it off the list under the lock and
 * then clears its cancel routine; if that is gone already the system is cancelling the request,
 * and the cancel routine completes it. A request off the list points at itself, so the cancel
 * routine may take it off again. (IoCsq does the same, but is not everywhere.) */
#include "driver/device_wait.h"

#include "base/err.h"
#include "base/mem.h"
#include "datapath/messages/ioctl.h"

_Use_decl_annotations_
void
wait_queue_init(struct wait_queue *q)
{
    memset(q, 0, sizeof *q);
    NdisAllocateSpinLock(&q->lock);
    InitializeListHead(&q->irps);
    q->end = &q->first;
}

_Use_decl_annotations_
struct message *
message_new(size_t size)
{
    if (size > OVSEXT_WAIT_MIN) {
        return NULL;
    }
    struct message *m = mem_alloc(sizeof *m + size);
    if (m) {
        *m = (struct message){.room = (uint32_t)size};
    }
    return m;
}

_Use_decl_annotations_
void
message_free(struct message *m)
{
    if (m) {
        mem_free(m, sizeof *m + m->room);
    }
}

_Use_decl_annotations_
int
wait_queue_put(struct wait_queue *q, struct message *m)
{
    NdisAcquireSpinLock(&q->lock);
    bool fits = !q->closed && m->size <= OVSEXT_QUEUE_BYTES - q->n_bytes;
    if (fits) {
        m->next = NULL;
        *q->end = m;
        q->end = &m->next;
        q->n_bytes += m->size;
    } else {
        q->n_lost++;
    }
    NdisReleaseSpinLock(&q->lock);
    if (!fits) {
        message_free(m);
    }
    return fits ? 0 : -E_NOBUFS;
}

/* Takes the oldest request that is not being cancelled off the list. Under the lock. */
static PIRP
take_irp(struct wait_queue *q)
{
    while (!IsListEmpty(&q->irps)) {
        LIST_ENTRY *entry = RemoveHeadList(&q->irps);
        PIRP irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
        InitializeListHead(entry);
        q->n_irps--;
        if (IoSetCancelRoutine(irp, NULL)) {
            return irp;
        }
    }
    return NULL;
}

/* Takes the messages that fit in SIZE bytes off the queue. Under the lock. */
static struct message *
take_messages(struct wait_queue *q, uint32_t size)
{
    struct message *first = q->first, **end = &first;
    while (*end && (*end)->size <= size) {
        size -= (*end)->size;
        q->n_bytes -= (*end)->size;
        end = &(*end)->next;
    }
    q->first = *end;
    if (!q->first) {
        q->end = &q->first;
    }
    *end = NULL;
    return first;
}

static void
answer(PIRP irp, struct message *m)
{
    uint8_t *out = irp->Tail.Overlay.DriverContext[1];
    size_t n = 0;
    while (m) {
        struct message *next = m->next;
        memcpy(out + n, m->bytes, m->size);
        n += m->size;
        message_free(m);
        m = next;
    }
    irp_finish(irp, STATUS_SUCCESS, n);
}

_Use_decl_annotations_
void
wait_queue_deliver(struct wait_queue *q)
{
    for (;;) {
        PIRP irp = NULL;
        struct message *m = NULL;
        NdisAcquireSpinLock(&q->lock);
        if (q->first && (irp = take_irp(q)) != NULL) {
            ULONG size =
                IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
            m = take_messages(q, size); /* one at least: no message is longer than any buffer */
        }
        NdisReleaseSpinLock(&q->lock);
        if (!irp) {
            return;
        }
        answer(irp, m);
    }
}

/* The system cancels IRP. */
static VOID NTAPI
cancel_irp(PDEVICE_OBJECT device UNUSED, PIRP irp)
{
    struct wait_queue *q = irp->Tail.Overlay.DriverContext[0];
    LIST_ENTRY *entry = &irp->Tail.Overlay.ListEntry;
    IoReleaseCancelSpinLock(irp->CancelIrql);
    NdisAcquireSpinLock(&q->lock);
    if (entry->Flink != entry) {
        RemoveEntryList(entry);
        q->n_irps--;
    }
    NdisReleaseSpinLock(&q->lock);
    irp_finish(irp, STATUS_CANCELLED, 0);
}

/* Lists IRP, marked pending, under the lock; false if it was cancelled before. */
static bool
list_irp(struct wait_queue *q, PIRP irp)
{
    InsertTailList(&q->irps, &irp->Tail.Overlay.ListEntry);
    q->n_irps++;
    IoSetCancelRoutine(irp, cancel_irp);
    if (irp->Cancel && IoSetCancelRoutine(irp, NULL)) {
        RemoveEntryList(&irp->Tail.Overlay.ListEntry);
        q->n_irps--;
        return false;
    }
    return true;
}

_Use_decl_annotations_
NTSTATUS
wait_queue_pend(struct wait_queue *q, PIRP irp, void *out)
{
    NTSTATUS refused = STATUS_SUCCESS;
    bool listed = false;
    irp->Tail.Overlay.DriverContext[0] = q;
    irp->Tail.Overlay.DriverContext[1] = out;
    NdisAcquireSpinLock(&q->lock);
    if (q->closed) {
        refused = STATUS_CANCELLED;
    } else if (q->n_irps >= OVSEXT_WAITS) {
        refused = STATUS_QUOTA_EXCEEDED;
    } else {
        IoMarkIrpPending(irp);
        listed = list_irp(q, irp);
    }
    NdisReleaseSpinLock(&q->lock);
    if (refused) {
        return refused;
    }
    if (!listed) {
        irp_finish(irp, STATUS_CANCELLED, 0);
    }
    wait_queue_deliver(q);
    return STATUS_PENDING;
}

_Use_decl_annotations_
void
wait_queue_close(struct wait_queue *q)
{
    PIRP irp;
    do {
        NdisAcquireSpinLock(&q->lock);
        q->closed = true;
        struct message *m = take_messages(q, UINT32_MAX);
        irp = take_irp(q);
        NdisReleaseSpinLock(&q->lock);
        while (m) {
            struct message *next = m->next;
            message_free(m);
            m = next;
        }
        if (irp) {
            irp_finish(irp, STATUS_CANCELLED, 0);
        }
    } while (irp);
}
