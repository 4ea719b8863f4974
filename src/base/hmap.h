/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive hash table with chains. Only the bucket array is allocated, through mem_hooks; when
 * it cannot grow the chains get longer, so insertion never fails. Order is unspecified. Not
 * thread-safe: one owner, or readers only. */
#pragma once

#include "base/mem.h"

struct hnode {
    struct hnode *next;
    uint32_t hash;
};

struct hmap {
    struct hnode **buckets; /* &one while small */
    struct hnode *one;
    size_t mask; /* number of buckets minus 1 */
    size_t n;    /* members */
};

/* An empty map; must not be moved in memory while small (use hmap_swap). */
void hmap_init(struct hmap *);
/* Frees the buckets. Members are the caller's business. Fine on an initialised map only. */
void hmap_fini(struct hmap *);
void hmap_swap(struct hmap *, struct hmap *);
/* Forgets all members, keeps the buckets. */
void hmap_clear(struct hmap *);
/* Makes room for N members; -E_NOMEM leaves the map as it was. */
int hmap_reserve(struct hmap *, size_t n);
void hmap_grow(struct hmap *); /* for hmap_insert */

static inline size_t
hmap_count(const struct hmap *h)
{
    return h->n;
}

static inline bool
hmap_is_empty(const struct hmap *h)
{
    return h->n == 0;
}

/* Adds NODE under HASH; duplicates are allowed. NODE belongs to the caller. */
static inline void
hmap_insert(struct hmap *h, struct hnode *node, uint32_t hash)
{
    if (h->n > h->mask) {
        hmap_grow(h);
    }
    struct hnode **bucket = &h->buckets[hash & h->mask];
    node->hash = hash;
    node->next = *bucket;
    *bucket = node;
    h->n++;
}

/* Takes NODE, which must be a member, out. */
static inline void
hmap_remove(struct hmap *h, struct hnode *node)
{
    struct hnode **p = &h->buckets[node->hash & h->mask];
    while (*p != node) {
        p = &(*p)->next;
    }
    *p = node->next;
    h->n--;
}

static inline struct hnode *
hmap_next_same(struct hnode *node, uint32_t hash)
{
    while (node && node->hash != hash) {
        node = node->next;
    }
    return node;
}

static inline struct hnode *
hmap_first_with_hash(const struct hmap *h, uint32_t hash)
{
    return hmap_next_same(h->buckets[hash & h->mask], hash);
}

static inline struct hnode *
hmap_first_from(const struct hmap *h, size_t bucket)
{
    for (; bucket <= h->mask; bucket++) {
        if (h->buckets[bucket]) {
            return h->buckets[bucket];
        }
    }
    return NULL;
}

static inline struct hnode *
hmap_first(const struct hmap *h)
{
    return hmap_first_from(h, 0);
}

static inline struct hnode *
hmap_next(const struct hmap *h, const struct hnode *node)
{
    return node->next ? node->next : hmap_first_from(h, (node->hash & h->mask) + 1);
}

/* Walking a map that changes between the steps, a bucket a step. A place is from 0 to
 * HMAP_SCAN_END. Members that are there all the time are met exactly once, others at most once;
 * hmap_scan_passed() says which hashes lie behind. The map may grow, but not be cleared. */
#define HMAP_SCAN_END (UINT64_C(1) << 32)

/* The first member of the bucket at PLACE; NODE->next leads through it. */
struct hnode *hmap_scan(const struct hmap *, uint64_t place);
/* The place of the next bucket. */
uint64_t hmap_scan_next(const struct hmap *, uint64_t place);
bool hmap_scan_passed(uint32_t hash, uint64_t place);

#define HMAP_OBJECT(NODE, TYPE, MEMBER) ((NODE) ? CONTAINER_OF(NODE, TYPE, MEMBER) : NULL)

/* Members with exactly HASH; the body compares keys. No insertion or removal inside. */
#define HMAP_FOR_EACH_WITH_HASH(TYPE, VAR, MEMBER, HASH, MAP)                                     \
    for (TYPE *VAR = HMAP_OBJECT(hmap_first_with_hash(MAP, HASH), TYPE, MEMBER); VAR;             \
         VAR = HMAP_OBJECT(hmap_next_same(VAR->MEMBER.next, HASH), TYPE, MEMBER))
/* All members. No insertion inside; the _SAFE form allows removal (and freeing) of VAR. */
#define HMAP_FOR_EACH(TYPE, VAR, MEMBER, MAP)                                                     \
    for (TYPE *VAR = HMAP_OBJECT(hmap_first(MAP), TYPE, MEMBER); VAR;                             \
         VAR = HMAP_OBJECT(hmap_next(MAP, &VAR->MEMBER), TYPE, MEMBER))
#define HMAP_FOR_EACH_SAFE(TYPE, VAR, MEMBER, MAP)                                                \
    for (struct hnode *VAR##_node_ = hmap_first(MAP), *VAR##_next_ = NULL;                        \
         VAR##_node_ && (VAR##_next_ = hmap_next(MAP, VAR##_node_), 1);                           \
         VAR##_node_ = VAR##_next_)                                                               \
        for (TYPE *VAR = CONTAINER_OF(VAR##_node_, TYPE, MEMBER), *VAR##_once_ = VAR;             \
             VAR##_once_; VAR##_once_ = NULL)
