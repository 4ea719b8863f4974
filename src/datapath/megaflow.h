/* SPDX-License-Identifier: Apache-2.0 */
/* Megaflows: flows with masks, looked up by tuple space search. A table has one subtable per
 * distinct mask, and a subtable a hash table of the masked keys. One thread at a time writes;
 * any number read without locks inside the host's epoch. What a writer takes away is given to
 * dp_env.defer_free, so readers that still see it may. */
#pragma once

#include "base/hmap.h"
#include "base/list.h"
#include "base/uuid.h"
#include "datapath/flow_key.h"

struct dp_env;

/* Memory on its way out: the host calls run(self) once no reader can see it. By then it has
 * forgotten the structure, which run() may free, or give to defer_free once more. */
struct dp_deferred {
    void (*run)(struct dp_deferred *);
    void *host[4]; /* the host's, for example an epoch entry */
};

/* An action list as flows have it: immutable, replaced as a whole. */
struct dp_actions {
    struct dp_deferred deferred;
    uint32_t size;   /* bytes */
    uint32_t list[]; /* as actions.h encodes them */
};

/* Statistics of one thread; only it writes. */
struct dp_flow_counters {
    uint64_t packets, bytes;
    uint64_t used_ms; /* host's clock at the last packet, 0: never */
    uint32_t tcp_flags;
    uint32_t pad[9];
};
static_assert(sizeof(struct dp_flow_counters) == PORT_CACHE_LINE, "no false sharing");

struct dp_flow_stats {
    uint64_t packets, bytes, used_ms;
    uint16_t tcp_flags;
};

struct dp_flow {
    /* Control plane. */
    struct dp_deferred deferred;
    const struct dp_env *env;
    struct list all_node;   /* struct dp: all flows, oldest first */
    struct hnode ufid_node; /* struct dp: by ufid */
    struct uuid ufid;
    struct dp_subtable *subtable; /* NULL when not in a table */
    struct dp_flow_stats base;    /* what reset of the statistics subtracts */
    void *host;                   /* for the host, NULL at first */
    size_t alloc_size;
    uint32_t n_threads;
    /* Packet path. */
    uint32_t refs;                     /* table, caches, holders */
    uint32_t dead;                     /* 1 once out of the table */
    uint32_t hash;                     /* of the masked key */
    struct dp_actions *actions;        /* published whole */
    struct dp_flow_counters *counters; /* n_threads of them */
    flow_map map;                      /* words that the mask has */
    uint32_t n_words;                  /* of them */
    uint32_t pad;
    uint64_t words[]; /* the masked key's, then the mask's */
};

struct dp_table {
    const struct dp_env *env;
    struct subtable_vec *vec; /* published whole; most used first */
    struct hmap by_mask;
    uint64_t basis;   /* of all hashes */
    uint32_t version; /* changes with every insertion and removal */
    uint32_t n_flows, n_threads;
};

/* N_THREADS bounds the thread numbers that may look up. 0 or -E_NOMEM. */
int dp_table_init(struct dp_table *, const struct dp_env *, uint64_t basis, uint32_t n_threads);
/* The table must be empty, and nobody reading. */
void dp_table_fini(struct dp_table *);

/* A flow for KEY under MASK with ACTIONS, in no table; the caller has one reference. The flow
 * owns ACTIONS from then on; on failure the caller still does. 0 or -E_NOMEM. */
int dp_flow_new(struct dp_flow **, const struct dp_table *, const struct flow_key *key,
                const struct flow_key *mask, struct dp_actions *actions);
/* Takes a reference to a flow that the caller found inside the epoch, or already holds. */
void dp_flow_ref(struct dp_flow *);
/* Drops one; the last defers the freeing. FLOW may be NULL. */
void dp_flow_unref(struct dp_flow *);
/* The masked key, and the mask. */
void dp_flow_key(const struct dp_flow *, struct flow_key *key);
void dp_flow_mask(const struct dp_flow *, struct flow_key *mask);
/* Sums the threads' statistics. Any thread that holds FLOW. */
void dp_flow_stats(const struct dp_flow *, struct dp_flow_stats *);

/* Writer. Adds FLOW, which takes over the caller's reference; 0, -E_NOMEM, or -E_EXIST when the
 * same key and mask are there. */
int dp_table_insert(struct dp_table *, struct dp_flow *);
/* Writer. Takes FLOW out, marks it dead, and drops the table's reference after a grace period. */
void dp_table_remove(struct dp_table *, struct dp_flow *);
/* Writer. The flow with exactly this masked key and mask, or NULL. */
struct dp_flow *dp_table_find(const struct dp_table *, const struct flow_key *key,
                              const struct flow_key *mask);
/* Writer, now and then. Puts the subtables that hit most since the last time first. -E_NOMEM
 * changes nothing. */
int dp_table_sort(struct dp_table *);
uint32_t dp_table_n_masks(const struct dp_table *);

/* Reader THREAD (its number), inside the epoch. The flow for a packet with KEY, or NULL; adds
 * how many subtables were tried to *N_TRIED. */
struct dp_flow *dp_table_lookup(const struct dp_table *, uint32_t thread,
                                const struct flow_key *key, uint64_t *n_tried);
