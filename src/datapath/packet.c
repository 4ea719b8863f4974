/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of packets. Everything else about packets is inline in packet.h or the host's. Called
 * on the thread that owns the packets; nothing here can fail. */
#include "datapath/packet.h"

void
pkt_batch_free(struct pkt_batch *b)
{
    for (uint32_t i = 0, start = 0; i < b->n; i++) {
        if (i + 1 == b->n || b->p[i + 1]->ops != b->p[start]->ops) {
            b->p[start]->ops->free(&b->p[start], i + 1 - start);
            start = i + 1;
        }
    }
    b->n = 0;
}

uint32_t
pkt_batch_clone(struct pkt_batch *dst, const struct pkt_batch *src)
{
    uint32_t missing = 0;
    dst->n = 0;
    for (uint32_t i = 0; i < src->n; i++) {
        struct pkt *p = pkt_clone(src->p[i]);
        if (p) {
            dst->p[dst->n++] = p;
        } else {
            missing++;
        }
    }
    return missing;
}
