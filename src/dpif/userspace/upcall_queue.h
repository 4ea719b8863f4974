/* SPDX-License-Identifier: Apache-2.0 */
/* Packets on their way from one datapath thread to the control thread. Bounded, lock-free: one
 * producer, one consumer; when it is full the packet is lost, and counted so. */
#pragma once

#include "datapath/dp.h"
#include "os/loop.h"

enum { UPCALL_QUEUE_LEN = 4096 };

struct upcall_queue;

struct queued_upcall {
    struct pkt *pkt; /* a heap packet, the consumer's */
    enum dp_upcall_reason reason;
    uint32_t pid;
    uint32_t userdata_size;
    uint8_t userdata[];
};

struct upcall_queue *upcall_queue_new(void);
void upcall_queue_free(struct upcall_queue *); /* with what is in it; NULL is fine */
/* Producer. Copies what UP and PKT say; PKT stays the caller's. -E_NOBUFS: full; -E_NOMEM. */
int upcall_queue_put(struct upcall_queue *, const struct pkt *pkt, const struct dp_upcall *up);
/* Consumer. The oldest, for queued_upcall_free(), or NULL. */
struct queued_upcall *upcall_queue_get(struct upcall_queue *);
/* Frees all but the packet. */
void queued_upcall_free(struct queued_upcall *);
