/* SPDX-License-Identifier: Apache-2.0 */
/* The exact-match cache. A key of up to six words that are not zero, UDP over IPv4 for one, and
 * its flow pointer share a cache line. A key may be in two places, given by different
 * bits of its hash. An entry owns a reference to its flow, so the flow's `dead` mark can be read
 * at any time. One thread; allocation at initialisation only. */
#include "datapath/emc.h"

#include "base/err.h"
#include "port/atomic.h"

#define SHIFT        13 /* between the bits of the hash that give the two places */
#define EVICT_CHANCE 32 /* one in so many insertions drives out a live entry */

static_assert(FLOW_KEY_WORDS <= 32, "emc_entry.map");
/* Entries start on cache lines. */
static_assert(sizeof(struct emc_entry) % PORT_CACHE_LINE == 0, "whole lines");

int
emc_init(struct emc *e, uint32_t size, uint64_t seed)
{
    *e = (struct emc){.random = seed | 1};
    if (!size) {
        return 0;
    }
    uint32_t n = 2;
    while (n < size && n < 1u << 20) {
        n *= 2;
    }
    e->mask = n - 1;
    e->block_size = n * sizeof *e->entries + PORT_CACHE_LINE - 1;
    e->block = mem_zalloc(e->block_size);
    if (!e->block) {
        return -E_NOMEM;
    }
    uintptr_t at = ROUND_UP((uintptr_t)e->block, (uintptr_t)PORT_CACHE_LINE);
    e->entries = (struct emc_entry *)at;
    return 0;
}

static void
clear(struct emc_entry *entry)
{
    dp_flow_unref(entry->flow);
    entry->flow = NULL;
}

void
emc_flush(struct emc *e)
{
    for (uint32_t i = 0; e->entries && i <= e->mask; i++) {
        clear(&e->entries[i]);
    }
}

void
emc_fini(struct emc *e)
{
    emc_flush(e);
    mem_free(e->block, e->block_size);
    *e = (struct emc){.random = 1};
}

static struct emc_entry *
place(const struct emc *e, uint32_t hash, unsigned int which)
{
    return &e->entries[(which ? hash >> SHIFT : hash) & e->mask];
}

/* xorshift64. */
static uint64_t
next_random(struct emc *e)
{
    e->random ^= e->random << 13;
    e->random ^= e->random >> 7;
    e->random ^= e->random << 17;
    return e->random;
}

static bool
key_equal(const struct emc_entry *entry, const struct flow_key *key, flow_map map)
{
    uint64_t diff = entry->map ^ map;
    for (const uint64_t *w = entry->words; map; map &= map - 1) {
        diff |= *w++ ^ key->words[PORT_CTZ64(map)];
    }
    return !diff;
}

struct dp_flow *
emc_lookup(struct emc *e, const struct flow_key *key, flow_map map, uint32_t hash)
{
    if (!e->entries) {
        return NULL;
    }
    for (unsigned int which = 0; which < 2; which++) {
        struct emc_entry *entry = place(e, hash, which);
        if (entry->hash == hash && entry->flow && key_equal(entry, key, map)) {
            if (PORT_UNLIKELY(PORT_LOAD_ACQUIRE(&entry->flow->dead))) {
                clear(entry);
                continue;
            }
            return entry->flow;
        }
    }
    return NULL;
}

static void
fill(struct emc_entry *entry, const struct flow_key *key, flow_map map, uint32_t hash,
     struct dp_flow *flow)
{
    dp_flow_ref(flow);
    clear(entry);
    entry->flow = flow;
    entry->hash = hash;
    entry->map = (uint32_t)map;
    for (uint64_t *w = entry->words; map; map &= map - 1) {
        *w++ = key->words[PORT_CTZ64(map)];
    }
}

void
emc_insert(struct emc *e, const struct flow_key *key, flow_map map, uint32_t hash,
           struct dp_flow *flow)
{
    if (!e->entries || flow_map_count(map) > EMC_WORDS) {
        return;
    }
    for (unsigned int which = 0; which < 2; which++) {
        struct emc_entry *entry = place(e, hash, which);
        if (!entry->flow || PORT_READ_ONCE(&entry->flow->dead)) {
            fill(entry, key, map, hash, flow);
            return;
        }
    }
    uint64_t r = next_random(e);
    if (r % EVICT_CHANCE == 0) {
        fill(place(e, hash, (unsigned int)(r >> 32) & 1), key, map, hash, flow);
    }
}

void
emc_sweep(struct emc *e, uint32_t n)
{
    for (; e->entries && n; n--) {
        struct emc_entry *entry = &e->entries[e->sweep++ & e->mask];
        if (entry->flow && PORT_READ_ONCE(&entry->flow->dead)) {
            clear(entry);
        }
    }
}
