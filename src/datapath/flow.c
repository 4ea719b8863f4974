/* SPDX-License-Identifier: Apache-2.0 */
/* One megaflow: made by the control thread as a single block (structure, compact key and mask,
 * a cache line of counters per thread), counted by references, and freed after a grace period.
 * References are held by the table, by each thread's exact-match cache, and by whoever else
 * wants to read a flow that may be removed meanwhile. */
#include "datapath/dp.h"

#include "base/err.h"
#include "datapath/megaflow_internal.h"
#include "port/atomic.h"

static struct dp_flow_counters *
counters_in(struct dp_flow *flow, size_t fixed)
{
    uintptr_t at = (uintptr_t)flow + fixed;
    return (struct dp_flow_counters *)ROUND_UP(at, (uintptr_t)PORT_CACHE_LINE);
}

int
dp_flow_new(struct dp_flow **flowp, const struct dp_table *t, const struct flow_key *key,
            const struct flow_key *mask, struct dp_actions *actions)
{
    flow_map map = flow_key_map(mask);
    uint32_t n = flow_map_count(map);
    size_t fixed = sizeof(struct dp_flow) + 2 * n * sizeof(uint64_t);
    size_t size = fixed + PORT_CACHE_LINE - 1 + t->n_threads * sizeof(struct dp_flow_counters);
    struct dp_flow *flow = mem_zalloc(size);
    if (!flow) {
        return -E_NOMEM;
    }
    flow->env = t->env;
    flow->alloc_size = size;
    flow->n_threads = t->n_threads;
    flow->refs = 1;
    flow->actions = actions;
    flow->counters = counters_in(flow, fixed);
    flow->map = map;
    flow->n_words = n;
    flow_compact(key, mask, map, flow->words, flow->words + n);
    flow->hash = flow_compact_hash(flow->words, n, t->basis);
    list_init(&flow->all_node);
    *flowp = flow;
    return 0;
}

void
dp_actions_free(struct dp_actions *actions)
{
    if (actions) {
        mem_free(actions, sizeof *actions + actions->size);
    }
}

static void
flow_destroy(struct dp_deferred *d)
{
    struct dp_flow *flow = CONTAINER_OF(d, struct dp_flow, deferred);
    dp_actions_free(flow->actions);
    mem_free(flow, flow->alloc_size);
}

void
dp_flow_ref(struct dp_flow *flow)
{
    PORT_FETCH_ADD(&flow->refs, 1);
}

void
dp_flow_unref(struct dp_flow *flow)
{
    if (flow) {
        uint32_t before = PORT_FETCH_SUB(&flow->refs, 1);
        VERIFY(before);
        if (before == 1) {
            flow->deferred.run = flow_destroy;
            flow->env->defer_free(flow->env->aux, &flow->deferred);
        }
    }
}

static void
unref_deferred(struct dp_deferred *d)
{
    dp_flow_unref(CONTAINER_OF(d, struct dp_flow, deferred));
}

void
flow_retire(struct dp_flow *flow)
{
    flow->deferred.run = unref_deferred;
    flow->env->defer_free(flow->env->aux, &flow->deferred);
}

static void
expand(const struct dp_flow *flow, const uint64_t *words, struct flow_key *out)
{
    memset(out, 0, sizeof *out);
    for (flow_map map = flow->map; map; map &= map - 1) {
        out->words[PORT_CTZ64(map)] = *words++;
    }
}

void
dp_flow_key(const struct dp_flow *flow, struct flow_key *key)
{
    expand(flow, flow->words, key);
}

void
dp_flow_mask(const struct dp_flow *flow, struct flow_key *mask)
{
    expand(flow, flow->words + flow->n_words, mask);
}

static void
sum_counters(const struct dp_flow *flow, struct dp_flow_stats *sum)
{
    memset(sum, 0, sizeof *sum);
    for (uint32_t i = 0; i < flow->n_threads; i++) {
        const struct dp_flow_counters *c = &flow->counters[i];
        uint64_t used = PORT_READ_ONCE(&c->used_ms);
        sum->packets += PORT_READ_ONCE(&c->packets);
        sum->bytes += PORT_READ_ONCE(&c->bytes);
        sum->used_ms = MAX(sum->used_ms, used);
        sum->tcp_flags = (uint16_t)(sum->tcp_flags | PORT_READ_ONCE(&c->tcp_flags));
    }
}

void
dp_flow_stats(const struct dp_flow *flow, struct dp_flow_stats *stats)
{
    sum_counters(flow, stats);
    if (stats->packets == flow->base.packets) {
        stats->used_ms = 0;
    }
    stats->packets -= flow->base.packets;
    stats->bytes -= flow->base.bytes;
}

void
dp_flow_zero_stats(struct dp_flow *flow)
{
    for (uint32_t i = 0; i < flow->n_threads; i++) {
        PORT_WRITE_ONCE(&flow->counters[i].tcp_flags, 0);
    }
    sum_counters(flow, &flow->base);
}

const struct dp_actions *
dp_flow_actions(const struct dp_flow *flow)
{
    return PORT_LOAD_ACQUIRE(&flow->actions);
}
