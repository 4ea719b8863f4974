/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files about megaflows in this folder. "Compact" is the form without the words
 * that the mask leaves out. */
#pragma once

#include "datapath/megaflow.h"

/* Writes the words of MAP from KEY & MASK, and from MASK, one after the other. */
static inline void
flow_compact(const struct flow_key *key, const struct flow_key *mask, flow_map map,
             uint64_t *key_words, uint64_t *mask_words)
{
    for (; map; map &= map - 1) {
        unsigned int i = PORT_CTZ64(map);
        *key_words++ = key->words[i] & mask->words[i];
        *mask_words++ = mask->words[i];
    }
}

static inline uint32_t
flow_compact_hash(const uint64_t *words, uint32_t n, uint64_t basis)
{
    uint64_t h = basis;
    uint32_t i = 0;
    for (; i + 1 < n; i += 2) {
        h +=
            hash_mix64(words[i] ^ flow_hash_keys[i] ^ basis, words[i + 1] ^ flow_hash_keys[i + 1]);
    }
    if (i < n) {
        h += hash_mix64(words[i] ^ flow_hash_keys[i] ^ basis, flow_hash_keys[FLOW_KEY_WORDS]);
    }
    return hash_finish(h * 0x9e3779b97f4a7c15u);
}

static inline bool
words_equal(const uint64_t *a, const uint64_t *b, uint32_t n)
{
    uint64_t diff = 0;
    for (uint32_t i = 0; i < n; i++) {
        diff |= a[i] ^ b[i];
    }
    return !diff;
}

void dp_actions_free(struct dp_actions *); /* may be NULL */
/* Drops a reference after a grace period. */
void flow_retire(struct dp_flow *);
