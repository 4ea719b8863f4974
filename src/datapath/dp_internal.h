/* SPDX-License-Identifier: Apache-2.0 */
/* Between dp.c, receive.c and execute.c. */
#pragma once

#include "datapath/dp.h"

/* Hands P to the host; if it does not take it, counts it lost, frees it, and says false. */
bool dp_upcall(struct dp_thread *, struct pkt *p, const struct dp_upcall *);
/* As dp_execute(), but leaves what is to go round again in t->recirc. */
void dp_run_actions(struct dp_thread *, struct pkt_batch *batch, const void *actions, size_t size);

/* xorshift64. */
static inline uint64_t
dp_thread_random(struct dp_thread *t)
{
    t->random ^= t->random << 13;
    t->random ^= t->random >> 7;
    t->random ^= t->random << 17;
    return t->random;
}
