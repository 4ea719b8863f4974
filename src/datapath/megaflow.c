/* SPDX-License-Identifier: Apache-2.0 */
/* Tuple space search. A subtable hashes the masked keys into an open-addressed array of slots;
 * readers probe it while the one writer fills, empties and replaces it. What makes that safe:
 * a slot's hash is written before its flow is published, a flow's key never changes, every hit
 * compares the key and looks at `dead`, emptied slots stay as tombstones so that probes go on,
 * and arrays are never moved in place but replaced whole and freed after a grace period.
 *
 * Failure: allocations, all made before anything is changed. */
#include "datapath/megaflow.h"

#include "base/err.h"
#include "datapath/dp.h"
#include "datapath/megaflow_internal.h"
#include "port/atomic.h"

struct slot {
    struct dp_flow *flow; /* NULL: never used; TOMBSTONE: emptied */
    uint32_t hash;
};

#define TOMBSTONE ((struct dp_flow *)1)
#define MIN_SLOTS 8u

struct slot_array {
    struct dp_deferred deferred;
    uint32_t mask; /* number of slots minus 1 */
    uint32_t used; /* slots that are not NULL; writer */
    struct slot slots[];
};

struct hit_counter {
    uint64_t n;
    uint64_t pad[7];
};

struct dp_subtable {
    struct slot_array *array; /* published whole */
    uint32_t n_words;
    uint8_t index[FLOW_KEY_WORDS]; /* which words of the key */
    uint64_t mask[FLOW_KEY_WORDS]; /* n_words of them */
    /* Writer. */
    struct dp_deferred deferred;
    struct hnode by_mask;
    flow_map map;
    uint32_t n_flows;
    uint32_t n_threads;
    uint64_t hits_before, hits_recent; /* for sorting */
    struct hit_counter hits[];         /* one per thread */
};

struct subtable_vec {
    struct dp_deferred deferred;
    uint32_t n;
    struct dp_subtable *s[];
};

static size_t
array_size(uint32_t n)
{
    return sizeof(struct slot_array) + n * sizeof(struct slot);
}

static size_t
vec_size(uint32_t n)
{
    return sizeof(struct subtable_vec) + n * sizeof(struct dp_subtable *);
}

static size_t
subtable_size(uint32_t n_threads)
{
    return sizeof(struct dp_subtable) + n_threads * sizeof(struct hit_counter);
}

static void
array_free(struct dp_deferred *d)
{
    struct slot_array *a = CONTAINER_OF(d, struct slot_array, deferred);
    mem_free(a, array_size(a->mask + 1));
}

static void
vec_free(struct dp_deferred *d)
{
    struct subtable_vec *v = CONTAINER_OF(d, struct subtable_vec, deferred);
    mem_free(v, vec_size(v->n));
}

static void
subtable_free(struct dp_deferred *d)
{
    struct dp_subtable *s = CONTAINER_OF(d, struct dp_subtable, deferred);
    array_free(&s->array->deferred);
    mem_free(s, subtable_size(s->n_threads));
}

static void
defer(const struct dp_table *t, struct dp_deferred *d, void (*run)(struct dp_deferred *))
{
    d->run = run;
    t->env->defer_free(t->env->aux, d);
}

static struct slot_array *
array_new(uint32_t n)
{
    struct slot_array *a = mem_zalloc(array_size(n));
    if (a) {
        a->mask = n - 1;
    }
    return a;
}

/* Writer. A has room. */
static void
array_put(struct slot_array *a, struct dp_flow *flow)
{
    for (uint32_t i = flow->hash & a->mask;; i = (i + 1) & a->mask) {
        struct slot *s = &a->slots[i];
        if (!s->flow || s->flow == TOMBSTONE) {
            a->used += !s->flow;
            PORT_WRITE_ONCE(&s->hash, flow->hash);
            PORT_STORE_RELEASE(&s->flow, flow);
            return;
        }
    }
}

/* Makes room in S for one more flow. */
static int
subtable_reserve(const struct dp_table *t, struct dp_subtable *s)
{
    struct slot_array *old = s->array;
    if ((old->used + 1) * 8u <= (old->mask + 1) * 5u) {
        return 0;
    }
    uint32_t n = MIN_SLOTS;
    while (n < (s->n_flows + 1) * 3u) {
        n *= 2;
    }
    struct slot_array *a = array_new(n);
    if (!a) {
        return -E_NOMEM;
    }
    for (uint32_t i = 0; i <= old->mask; i++) {
        if (old->slots[i].flow && old->slots[i].flow != TOMBSTONE) {
            array_put(a, old->slots[i].flow);
        }
    }
    PORT_STORE_RELEASE(&s->array, a);
    defer(t, &old->deferred, array_free);
    return 0;
}

/* Replaces the vector of subtables: without GONE, with ADDED at the end (either may be NULL). */
static int
vec_replace(struct dp_table *t, const struct dp_subtable *gone, struct dp_subtable *added)
{
    struct subtable_vec *old = t->vec;
    uint32_t n = old->n + (added != NULL) - (gone != NULL);
    struct subtable_vec *v = mem_alloc(vec_size(n));
    if (!v) {
        return -E_NOMEM;
    }
    v->n = 0;
    for (uint32_t i = 0; i < old->n; i++) {
        if (old->s[i] != gone) {
            v->s[v->n++] = old->s[i];
        }
    }
    if (added) {
        v->s[v->n++] = added;
    }
    PORT_STORE_RELEASE(&t->vec, v);
    defer(t, &old->deferred, vec_free);
    return 0;
}

/* The subtable whose mask is the N words at MASK_WORDS, which belong to the words MAP. */
static struct dp_subtable *
subtable_find(const struct dp_table *t, flow_map map, const uint64_t *mask_words, uint32_t n,
              uint32_t hash)
{
    HMAP_FOR_EACH_WITH_HASH (struct dp_subtable, s, by_mask, hash, &t->by_mask) {
        if (s->map == map && words_equal(s->mask, mask_words, n)) {
            return s;
        }
    }
    return NULL;
}

static uint32_t
mask_hash(flow_map map, const uint64_t *mask_words, uint32_t n)
{
    return flow_compact_hash(mask_words, n, map);
}

/* A new, empty subtable for FLOW's mask, in the table. */
static struct dp_subtable *
subtable_add(struct dp_table *t, const struct dp_flow *flow)
{
    struct dp_subtable *s = mem_zalloc(subtable_size(t->n_threads));
    struct slot_array *a = array_new(MIN_SLOTS);
    if (!s || !a) {
        goto fail;
    }
    s->array = a;
    s->map = flow->map;
    s->n_threads = t->n_threads;
    for (flow_map map = flow->map; map; map &= map - 1) {
        s->mask[s->n_words] = flow->words[flow->n_words + s->n_words];
        s->index[s->n_words++] = (uint8_t)PORT_CTZ64(map);
    }
    if (vec_replace(t, NULL, s)) {
        goto fail;
    }
    hmap_insert(&t->by_mask, &s->by_mask, mask_hash(s->map, s->mask, s->n_words));
    return s;

fail:
    mem_free(a, array_size(MIN_SLOTS));
    mem_free(s, subtable_size(t->n_threads));
    return NULL;
}

/* Takes S out if it is empty; it stays, empty, when memory is out. */
static void
subtable_collect(struct dp_table *t, struct dp_subtable *s)
{
    if (!s->n_flows && !vec_replace(t, s, NULL)) {
        hmap_remove(&t->by_mask, &s->by_mask);
        defer(t, &s->deferred, subtable_free);
    }
}

int
dp_table_init(struct dp_table *t, const struct dp_env *env, uint64_t basis, uint32_t n_threads)
{
    struct subtable_vec *v = mem_zalloc(vec_size(0));
    if (!v) {
        return -E_NOMEM;
    }
    *t = (struct dp_table){.env = env, .vec = v, .basis = basis, .n_threads = n_threads};
    hmap_init(&t->by_mask);
    return 0;
}

void
dp_table_fini(struct dp_table *t)
{
    for (uint32_t i = 0; i < t->vec->n; i++) {
        ASSERT(!t->vec->s[i]->n_flows);
        subtable_free(&t->vec->s[i]->deferred);
    }
    hmap_fini(&t->by_mask);
    vec_free(&t->vec->deferred);
}

/* The live flow in S with the masked WORDS, or NULL. */
PORT_INLINE struct dp_flow *
subtable_probe(const struct dp_subtable *s, const uint64_t *words, uint32_t hash)
{
    const struct slot_array *a = PORT_LOAD_ACQUIRE(&s->array);
    for (uint32_t i = hash & a->mask;; i = (i + 1) & a->mask) {
        struct dp_flow *flow = PORT_LOAD_ACQUIRE(&a->slots[i].flow);
        if (!flow) {
            return NULL;
        }
        if (flow != TOMBSTONE && PORT_READ_ONCE(&a->slots[i].hash) == hash &&
            words_equal(flow->words, words, s->n_words) && !PORT_READ_ONCE(&flow->dead)) {
            return flow;
        }
    }
}

struct dp_flow *
dp_table_find(const struct dp_table *t, const struct flow_key *key, const struct flow_key *mask)
{
    uint64_t words[FLOW_KEY_WORDS], mask_words[FLOW_KEY_WORDS];
    flow_map map = flow_key_map(mask);
    uint32_t n = flow_map_count(map);
    flow_compact(key, mask, map, words, mask_words);
    struct dp_subtable *s = subtable_find(t, map, mask_words, n, mask_hash(map, mask_words, n));
    return s ? subtable_probe(s, words, flow_compact_hash(words, n, t->basis)) : NULL;
}

int
dp_table_insert(struct dp_table *t, struct dp_flow *flow)
{
    const uint64_t *mask_words = flow->words + flow->n_words;
    struct dp_subtable *s = subtable_find(t, flow->map, mask_words, flow->n_words,
                                          mask_hash(flow->map, mask_words, flow->n_words));
    if (s && subtable_probe(s, flow->words, flow->hash)) {
        return -E_EXIST;
    }
    if (!s) {
        s = subtable_add(t, flow);
    }
    if (!s || subtable_reserve(t, s)) {
        return -E_NOMEM;
    }
    flow->subtable = s;
    s->n_flows++;
    t->n_flows++;
    array_put(s->array, flow);
    PORT_STORE_RELEASE(&t->version, t->version + 1);
    return 0;
}

void
dp_table_remove(struct dp_table *t, struct dp_flow *flow)
{
    struct dp_subtable *s = flow->subtable;
    uint32_t i = flow->hash & s->array->mask;
    while (s->array->slots[i].flow != flow) {
        VERIFY(s->array->slots[i].flow);
        i = (i + 1) & s->array->mask;
    }
    PORT_STORE_RELEASE(&flow->dead, 1);
    PORT_STORE_RELEASE(&s->array->slots[i].flow, TOMBSTONE);
    flow->subtable = NULL;
    s->n_flows--;
    t->n_flows--;
    PORT_STORE_RELEASE(&t->version, t->version + 1);
    subtable_collect(t, s);
    flow_retire(flow);
}

/* How often S hit since the last time. */
static void
measure(struct dp_subtable *s)
{
    uint64_t hits = 0;
    for (uint32_t i = 0; i < s->n_threads; i++) {
        hits += PORT_READ_ONCE(&s->hits[i].n);
    }
    s->hits_recent = hits - s->hits_before;
    s->hits_before = hits;
}

int
dp_table_sort(struct dp_table *t)
{
    struct subtable_vec *old = t->vec, *v = mem_alloc(vec_size(old->n));
    if (!v) {
        return -E_NOMEM;
    }
    v->n = old->n;
    for (uint32_t i = 0; i < old->n; i++) {
        struct dp_subtable *s = old->s[i];
        uint32_t at = i;
        measure(s);
        /* Insertion: the order seldom changes much. */
        for (; at && v->s[at - 1]->hits_recent < s->hits_recent; at--) {
            v->s[at] = v->s[at - 1];
        }
        v->s[at] = s;
    }
    PORT_STORE_RELEASE(&t->vec, v);
    defer(t, &old->deferred, vec_free);
    return 0;
}

uint32_t
dp_table_n_masks(const struct dp_table *t)
{
    return PORT_LOAD_ACQUIRE(&t->vec)->n;
}

struct dp_flow *
dp_table_lookup(const struct dp_table *t, uint32_t thread, const struct flow_key *key,
                uint64_t *n_tried)
{
    const struct subtable_vec *v = PORT_LOAD_ACQUIRE(&t->vec);
    uint64_t words[FLOW_KEY_WORDS];
    for (uint32_t i = 0; i < v->n; i++) {
        struct dp_subtable *s = v->s[i];
        for (uint32_t j = 0; j < s->n_words; j++) {
            words[j] = key->words[s->index[j]] & s->mask[j];
        }
        struct dp_flow *flow =
            subtable_probe(s, words, flow_compact_hash(words, s->n_words, t->basis));
        if (flow) {
            if (PORT_LIKELY(thread < s->n_threads)) {
                PORT_WRITE_ONCE(&s->hits[thread].n, s->hits[thread].n + 1);
            }
            *n_tried += i + 1;
            return flow;
        }
    }
    *n_tried += v->n;
    return NULL;
}
