/* SPDX-License-Identifier: Apache-2.0 */
/* The packet path: parse the whole batch, look each packet up, gather the packets of one flow,
 * execute each flow's actions once on all of its packets, then hand the misses to the host.
 * What these recirculate waits in a queue, which the outermost dp_receive() or dp_execute() on
 * the stack empties in a loop: nothing here recurses, and upcalls may come back in through
 * dp_execute(). Packets of one flow keep their order. Called on packet threads, inside the host's
 * epoch; what cannot be delivered is dropped and counted, so nothing here fails. */
#include "datapath/dp.h"

#include "datapath/dp_internal.h"
#include "port/atomic.h"

#define GROUP_SEARCH 8 /* latest groups in which a packet's flow is looked for */

static inline void
count(uint64_t *counter, uint64_t n)
{
    PORT_WRITE_ONCE(counter, *counter + n);
}

void
dp_drop(struct dp_thread *t, enum drop_reason reason, uint32_t n)
{
    count(&t->counters.drops[reason], n);
}

bool
dp_upcall(struct dp_thread *t, struct pkt *p, const struct dp_upcall *up)
{
    const struct dp_env *env = &t->dp->env;
    if (PORT_LIKELY(env->upcall(env->aux, t, p, up) >= 0)) {
        return true;
    }
    count(&t->counters.lost, 1);
    pkt_free(p);
    return false;
}

/* Parses and hashes all packets; those too short for Ethernet are dropped. */
static void
parse_batch(struct dp_thread *t, struct pkt_batch *b)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        struct pkt *p = b->p[i];
        if (i + 2 < b->n) {
            PORT_PREFETCH(b->p[i + 2]->data);
        }
        t->maps[n] = pkt_parse(p, &t->keys[n]);
        if (PORT_UNLIKELY(p->l3 == PKT_NO_LAYER)) {
            dp_drop(t, DROP_RX_INVALID_PACKET, 1);
            pkt_free(p);
            continue;
        }
        t->hashes[n] = flow_key_hash(&t->keys[n], t->maps[n], t->dp->basis);
        emc_prefetch(&t->emc, t->hashes[n]);
        b->p[n++] = p;
    }
    b->n = n;
}

/* Adds P to its flow's group, among the N there are; gives how many there are then. */
static uint32_t
add_to_group(struct dp_thread *t, uint32_t n, struct dp_flow *flow, struct pkt *p,
             const struct flow_key *key)
{
    struct dp_flow_group *g = NULL;
    for (uint32_t i = n; i && i + GROUP_SEARCH > n; i--) {
        if (t->groups[i - 1].flow == flow) {
            g = &t->groups[i - 1];
            break;
        }
    }
    if (!g) {
        g = &t->groups[n++];
        g->flow = flow;
        g->bytes = 0;
        g->tcp_flags = 0;
        g->batch.n = 0;
    }
    g->bytes += p->len;
    g->tcp_flags |= be16_host(key->tcp_flags);
    pkt_batch_add(&g->batch, p);
    return n;
}

static void
execute_group(struct dp_thread *t, struct dp_flow_group *g)
{
    struct dp_flow_counters *c = &g->flow->counters[t->id];
    count(&c->packets, g->batch.n);
    count(&c->bytes, g->bytes);
    PORT_WRITE_ONCE(&c->used_ms, t->now_ms);
    uint32_t tcp_flags = PORT_READ_ONCE(&c->tcp_flags);
    if (g->tcp_flags & ~tcp_flags) {
        PORT_WRITE_ONCE(&c->tcp_flags, tcp_flags | g->tcp_flags);
    }
    const struct dp_actions *actions = PORT_LOAD_ACQUIRE(&g->flow->actions);
    dp_run_actions(t, &g->batch, actions->list, actions->size);
}

/* A packet that found no flow. An upcall for an earlier one may have made it. */
static void
handle_miss(struct dp_thread *t, struct pkt *p, const struct flow_key *key, uint32_t *version)
{
    uint32_t now = PORT_LOAD_ACQUIRE(&t->dp->table.version);
    if (now != *version) {
        uint64_t tried = 0;
        struct dp_flow *flow = dp_table_lookup(&t->dp->table, t->id, key, &tried);
        if (flow) {
            count(&t->counters.hit, 1);
            count(&t->counters.mask_hit, tried);
            add_to_group(t, 0, flow, p, key);
            execute_group(t, &t->groups[0]);
            return;
        }
        *version = now;
    }
    count(&t->counters.missed, 1);
    struct dp_upcall up = {DP_UPCALL_MISS, key, NULL, NULL, p->len};
    if (!dp_upcall(t, p, &up)) {
        dp_drop(t, DROP_UPCALL_ERROR, 1);
    }
}

static void
receive_batch(struct dp_thread *t, struct pkt_batch *b)
{
    uint32_t n_groups = 0, n_missed = 0, n_cache = 0;
    uint32_t version = PORT_LOAD_ACQUIRE(&t->dp->table.version);
    uint64_t tried = 0;
    uint8_t missed[PKT_BATCH_MAX];
    parse_batch(t, b);
    for (uint32_t i = 0; i < b->n; i++) {
        const struct flow_key *key = &t->keys[i];
        struct dp_flow *flow = emc_lookup(&t->emc, key, t->maps[i], t->hashes[i]);
        if (PORT_LIKELY(flow)) {
            n_cache++;
        } else {
            flow = dp_table_lookup(&t->dp->table, t->id, key, &tried);
            if (!flow) {
                missed[n_missed++] = (uint8_t)i;
                continue;
            }
            emc_insert(&t->emc, key, t->maps[i], t->hashes[i], flow);
        }
        n_groups = add_to_group(t, n_groups, flow, b->p[i], key);
    }
    count(&t->counters.hit, b->n - n_missed);
    count(&t->counters.cache_hit, n_cache);
    count(&t->counters.mask_hit, tried);
    for (uint32_t i = 0; i < n_groups; i++) {
        execute_group(t, &t->groups[i]);
    }
    for (uint32_t i = 0; i < n_missed; i++) {
        handle_miss(t, b->p[missed[i]], &t->keys[missed[i]], &version);
    }
    b->n = 0;
}

/* Sends what waits for recirculation round again, unless a caller up the stack will. */
static void
drain_recirc(struct dp_thread *t)
{
    if (PORT_LIKELY(!t->n_recirc) || t->receiving || t->n_frames) {
        return;
    }
    t->receiving = true;
    while (t->n_recirc) {
        struct pkt_batch b = {.n = MIN(t->n_recirc, PKT_BATCH_MAX)};
        memcpy(b.p, t->recirc, b.n * sizeof *b.p);
        t->n_recirc -= b.n;
        memmove(t->recirc, t->recirc + b.n, t->n_recirc * sizeof *t->recirc);
        count(&t->counters.recirc, b.n);
        receive_batch(t, &b);
    }
    t->receiving = false;
}

void
dp_receive(struct dp_thread *t, struct pkt_batch *batch, uint64_t now_ms)
{
    t->now_ms = now_ms;
    t->receiving = true;
    receive_batch(t, batch);
    t->receiving = false;
    drain_recirc(t);
}

void
dp_execute(struct dp_thread *t, struct pkt_batch *batch, const void *actions, size_t size)
{
    dp_run_actions(t, batch, actions, size);
    drain_recirc(t);
}
