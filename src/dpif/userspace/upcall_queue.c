/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of upcalls: a Concurrency Kit ring (ck_ring(3), single producer, single consumer) of
 * pointers to heap records. */
#include "dpif/userspace/upcall_queue.h"

#include <ck_ring.h>

#include "base/err.h"
#include "netdev/packet_buf.h"
#include "os/mem.h"

struct upcall_queue {
    ck_ring_t ring;
    ck_ring_buffer_t buffer[UPCALL_QUEUE_LEN];
};

struct upcall_queue *
upcall_queue_new(void)
{
    struct upcall_queue *q = xzalloc(sizeof *q);
    ck_ring_init(&q->ring, UPCALL_QUEUE_LEN);
    return q;
}

void
upcall_queue_free(struct upcall_queue *q)
{
    if (!q) {
        return;
    }
    for (struct queued_upcall *u; (u = upcall_queue_get(q));) {
        pkt_free(u->pkt);
        queued_upcall_free(u);
    }
    os_free(q);
}

static size_t
record_size(uint32_t userdata_size)
{
    return sizeof(struct queued_upcall) + userdata_size;
}

int
upcall_queue_put(struct upcall_queue *q, const struct pkt *pkt, const struct dp_upcall *up)
{
    if (ck_ring_size(&q->ring) >= UPCALL_QUEUE_LEN - 1) {
        return -E_NOBUFS; /* before anything is copied: overload must stay cheap */
    }
    uint32_t userdata_size = up->act ? up->act->userdata_size : 0;
    struct queued_upcall *u = mem_alloc(record_size(userdata_size));
    struct pkt *copy = pkt_buf_copy(pkt);
    if (!u || !copy) {
        mem_free(u, record_size(userdata_size));
        if (copy) {
            pkt_free(copy);
        }
        return -E_NOMEM;
    }
    *u = (struct queued_upcall){
        .pkt = copy,
        .reason = up->reason,
        .pid = up->act ? up->act->pid : 0,
        .userdata_size = userdata_size,
    };
    if (userdata_size) {
        memcpy(u->userdata, up->userdata, userdata_size);
    }
    if (!ck_ring_enqueue_spsc(&q->ring, q->buffer, u)) {
        pkt_free(copy);
        queued_upcall_free(u);
        return -E_NOBUFS;
    }
    return 0;
}

struct queued_upcall *
upcall_queue_get(struct upcall_queue *q)
{
    void *u;
    return ck_ring_dequeue_spsc(&q->ring, q->buffer, &u) ? u : NULL;
}

void
queued_upcall_free(struct queued_upcall *u)
{
    mem_free(u, record_size(u->userdata_size));
}
