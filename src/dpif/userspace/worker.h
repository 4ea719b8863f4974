/* SPDX-License-Identifier: Apache-2.0 */
/* A datapath thread: waits on the descriptors of its ports and polls those that are ready, inside
 * the epoch. One implementation per platform (worker_linux.c, worker_windows.c). The functions
 * here are the control thread's. */
#pragma once

#include "base/err.h"
#include "netdev/packet_buf.h"

struct worker;

/* POLL(aux, port_no, pool) runs on the new thread, inside the epoch, for every port that is
 * ready; it takes a bounded amount from it. */
struct worker_calls {
    void (*poll)(void *aux, uint32_t port_no, struct pkt_pool *pool);
};

/* -E_NOTSUP where this host has no pollable devices. */
int worker_start(const struct worker_calls *, void *aux, struct worker **);
/* Ends and joins the thread. NULL is fine. */
void worker_stop(struct worker *);
/* From now on FD is waited for. */
int worker_add(struct worker *, int fd, uint32_t port_no);
/* Not any more; a poll under way may still run: see epoch_barrier(). */
void worker_remove(struct worker *, int fd);
