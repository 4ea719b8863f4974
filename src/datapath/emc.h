/* SPDX-License-Identifier: Apache-2.0 */
/* The exact-match cache in front of the megaflows, one per thread: whole key to flow, each key
 * in one of two places. An entry holds a reference, so its flow stays readable; one whose flow
 * is dead is emptied when met. Only the owning thread calls these. */
#pragma once

#include "datapath/megaflow.h"

#define EMC_WORDS 22 /* keys with more words that are not 0 are not cached */

struct emc_entry {
    struct dp_flow *flow; /* NULL: free */
    uint32_t hash;
    uint32_t map; /* a flow_map: so that six words fit the first cache line */
    uint64_t words[EMC_WORDS];
};

struct emc {
    struct emc_entry *entries;
    uint32_t mask; /* number of entries minus 1 */
    uint32_t sweep;
    uint64_t random;
    void *block; /* what entries are in */
    size_t block_size;
};

/* SIZE is rounded up to a power of two; 0: no cache. 0 or -E_NOMEM. */
int emc_init(struct emc *, uint32_t size, uint64_t seed);
/* Drops all references. */
void emc_fini(struct emc *);
void emc_flush(struct emc *);
/* Remembers FLOW for KEY: always in a free place, else with chance 1 in 32, so that more flows
 * than places do not drive each other out. */
void emc_insert(struct emc *, const struct flow_key *key, flow_map map, uint32_t hash,
                struct dp_flow *flow);
/* Empties the entries with dead flows among the next N; for idle moments. */
void emc_sweep(struct emc *, uint32_t n);
static inline void
emc_prefetch(const struct emc *e, uint32_t hash)
{
    if (e->entries) {
        PORT_PREFETCH(&e->entries[hash & e->mask]);
    }
}

/* The live flow for KEY with HASH, or NULL. */
struct dp_flow *emc_lookup(struct emc *, const struct flow_key *key, flow_map map, uint32_t hash);
