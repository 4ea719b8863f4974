/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath's control plane: making and ending datapaths and their threads, and the flows'
 * create, change, find, delete and dump. A flow is in three places: the table that packets are
 * looked up in, the list of all (oldest first, what dumps walk), and the map by ufid. One
 * control thread; every failure leaves things as they were. */
#include "datapath/dp.h"

#include "base/err.h"
#include "datapath/megaflow_internal.h"
#include "port/atomic.h"

const struct drop_info drop_infos[DROP_COUNT] = {
#define DROP(ID, NAME, TEXT) [DROP_##ID] = {NAME, TEXT},
#include "datapath/drop.def"
#undef DROP
};

int
dp_init(struct dp *dp, const struct dp_env *env, uint32_t n_threads)
{
    memset(dp, 0, sizeof *dp);
    dp->env = *env;
    dp->n_threads = n_threads;
    dp->basis = env->random(env->aux);
    int error = dp_table_init(&dp->table, &dp->env, env->random(env->aux), n_threads);
    if (error) {
        return error;
    }
    list_init(&dp->flows);
    list_init(&dp->cursors);
    hmap_init(&dp->by_ufid);
    return 0;
}

void
dp_fini(struct dp *dp)
{
    dp_flow_flush(dp);
    dp_table_fini(&dp->table);
    hmap_fini(&dp->by_ufid);
}

int
dp_thread_init(struct dp_thread *t, struct dp *dp, uint32_t id, uint32_t emc_size)
{
    ASSERT(id < dp->n_threads);
    memset(t, 0, sizeof *t);
    t->dp = dp;
    t->id = id;
    t->random = dp->env.random(dp->env.aux) | 1;
    return emc_init(&t->emc, emc_size, dp->env.random(dp->env.aux));
}

void
dp_thread_fini(struct dp_thread *t)
{
    emc_fini(&t->emc);
}

void
dp_thread_add_counters(const struct dp_thread *t, struct dp_counters *sum)
{
    const struct dp_counters *c = &t->counters;
    sum->hit += PORT_READ_ONCE(&c->hit);
    sum->missed += PORT_READ_ONCE(&c->missed);
    sum->lost += PORT_READ_ONCE(&c->lost);
    sum->mask_hit += PORT_READ_ONCE(&c->mask_hit);
    sum->cache_hit += PORT_READ_ONCE(&c->cache_hit);
    sum->recirc += PORT_READ_ONCE(&c->recirc);
    for (unsigned int i = 0; i < DROP_COUNT; i++) {
        sum->drops[i] += PORT_READ_ONCE(&c->drops[i]);
    }
}

void
dp_flow_make_ufid(const struct dp *dp, const struct flow_key *key, const struct flow_key *mask,
                  struct uuid *ufid)
{
    uint64_t h[2] = {dp->basis, dp->table.basis};
    for (unsigned int i = 0; i < FLOW_KEY_WORDS; i++) {
        uint64_t word = key->words[i] & mask->words[i];
        h[0] = hash_add64(hash_add64(h[0], word), mask->words[i]);
        h[1] = hash_add64(hash_add64(h[1], mask->words[i]), ~word);
    }
    *ufid = (struct uuid){
        {(uint32_t)(h[0] >> 32), (uint32_t)h[0], (uint32_t)(h[1] >> 32), (uint32_t)h[1]}};
}

struct dp_flow *
dp_flow_find_ufid(struct dp *dp, const struct uuid *ufid)
{
    HMAP_FOR_EACH_WITH_HASH (struct dp_flow, flow, ufid_node, uuid_hash(ufid), &dp->by_ufid) {
        if (uuid_equal(&flow->ufid, ufid)) {
            return flow;
        }
    }
    return NULL;
}

struct dp_flow *
dp_flow_find(struct dp *dp, const struct flow_key *key, const struct flow_key *mask)
{
    uint64_t tried = 0;
    return mask ? dp_table_find(&dp->table, key, mask)
                : dp_table_lookup(&dp->table, UINT32_MAX, key, &tried);
}

static struct dp_actions *
copy_actions(const void *list, size_t size)
{
    struct dp_actions *a = mem_alloc(sizeof *a + size);
    if (a) {
        memset(a, 0, sizeof *a);
        a->size = (uint32_t)size;
        if (size) {
            memcpy(a->list, list, size);
        }
    }
    return a;
}

static int
flow_create(struct dp *dp, const struct dp_flow_put *put, struct dp_actions *actions,
            struct dp_flow **flowp)
{
    struct dp_flow *flow;
    int error = dp_flow_new(&flow, &dp->table, put->key, put->mask, actions);
    if (error) {
        return error;
    }
    error = dp_table_insert(&dp->table, flow);
    if (error) {
        flow->actions = NULL; /* the caller's still */
        dp_flow_unref(flow);
        return error;
    }
    if (put->ufid && !uuid_is_zero(put->ufid)) {
        flow->ufid = *put->ufid;
    } else {
        dp_flow_make_ufid(dp, put->key, put->mask, &flow->ufid);
    }
    list_push_back(&dp->flows, &flow->all_node);
    hmap_insert(&dp->by_ufid, &flow->ufid_node, uuid_hash(&flow->ufid));
    *flowp = flow;
    return 0;
}

static void
actions_free_deferred(struct dp_deferred *d)
{
    dp_actions_free(CONTAINER_OF(d, struct dp_actions, deferred));
}

static void
flow_modify(struct dp *dp, struct dp_flow *flow, struct dp_actions *actions, uint32_t flags)
{
    struct dp_actions *old = flow->actions;
    PORT_STORE_RELEASE(&flow->actions, actions);
    old->deferred.run = actions_free_deferred;
    dp->env.defer_free(dp->env.aux, &old->deferred);
    if (flags & DP_PUT_ZERO_STATS) {
        dp_flow_zero_stats(flow);
    }
}

/* The flow that PUT is about, or NULL. */
static int
find_target(struct dp *dp, const struct dp_flow_put *put, struct dp_flow **flowp)
{
    struct dp_flow *flow = dp_table_find(&dp->table, put->key, put->mask);
    if (put->ufid && !uuid_is_zero(put->ufid)) {
        struct dp_flow *other = dp_flow_find_ufid(dp, put->ufid);
        if (other && other != flow) {
            return -E_INVAL;
        }
    }
    *flowp = flow;
    if (flow) {
        return put->flags & DP_PUT_MODIFY ? 0 : -E_EXIST;
    }
    return put->flags & DP_PUT_CREATE ? 0 : -E_NOENT;
}

int
dp_flow_put(struct dp *dp, const struct dp_flow_put *put, struct dp_flow **flowp)
{
    struct dp_flow *flow = NULL;
    int error = dp_actions_check(put->actions, put->actions_size);
    if (!error) {
        error = find_target(dp, put, &flow);
    }
    if (error) {
        return error;
    }
    struct dp_actions *actions = copy_actions(put->actions, put->actions_size);
    if (!actions) {
        return -E_NOMEM;
    }
    if (flow) {
        flow_modify(dp, flow, actions, put->flags);
    } else {
        error = flow_create(dp, put, actions, &flow);
        if (error) {
            dp_actions_free(actions);
            return error;
        }
    }
    if (flowp) {
        *flowp = flow;
    }
    return 0;
}

void
dp_flow_del(struct dp *dp, struct dp_flow *flow)
{
    LIST_FOR_EACH (struct dp_cursor, c, node, &dp->cursors) {
        if (c->next == &flow->all_node) {
            c->next = flow->all_node.next;
        }
    }
    list_remove(&flow->all_node);
    hmap_remove(&dp->by_ufid, &flow->ufid_node);
    dp_table_remove(&dp->table, flow);
}

void
dp_flow_flush(struct dp *dp)
{
    while (!list_is_empty(&dp->flows)) {
        dp_flow_del(dp, CONTAINER_OF(dp->flows.next, struct dp_flow, all_node));
    }
}

uint32_t
dp_n_flows(const struct dp *dp)
{
    return dp->table.n_flows;
}

uint32_t
dp_n_masks(const struct dp *dp)
{
    return dp_table_n_masks(&dp->table);
}

void
dp_optimize(struct dp *dp)
{
    /* Without memory the order stays as it is, which is correct, only slower. */
    (void)dp_table_sort(&dp->table);
}

void
dp_cursor_start(struct dp *dp, struct dp_cursor *c)
{
    list_push_back(&dp->cursors, &c->node);
    c->next = dp->flows.next;
}

struct dp_flow *
dp_cursor_next(struct dp *dp, struct dp_cursor *c)
{
    if (c->next == &dp->flows) {
        return NULL;
    }
    struct dp_flow *flow = CONTAINER_OF(c->next, struct dp_flow, all_node);
    c->next = c->next->next;
    return flow;
}

void
dp_cursor_stop(struct dp_cursor *c)
{
    list_remove(&c->node);
}
