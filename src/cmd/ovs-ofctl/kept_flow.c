/* SPDX-License-Identifier: Apache-2.0 */
/* The structure's words that are not 0, with a bit for each of all words, then the actions. */
#include "cmd/ovs-ofctl/kept_flow.h"

#include <string.h>

#include "os/mem.h"

enum {
    WORD = sizeof(uint64_t),
    N_WORDS = (sizeof(struct ofp_flow_mod) + WORD - 1) / WORD,
    MAP_BITS = 64,
};

struct kept_flow {
    uint64_t map[(N_WORDS + MAP_BITS - 1) / MAP_BITS];
    size_t n_words;
    uint64_t data[]; /* words, then actions */
};

struct kept_flow *
kept_flow_make(const struct ofp_flow_mod *fm)
{
    uint64_t words[N_WORDS] = {0};
    memcpy(words, fm, sizeof *fm);
    size_t n = 0;
    for (size_t i = 0; i < N_WORDS; i++) {
        n += words[i] != 0;
    }
    struct kept_flow *kept = xalloc(sizeof *kept + n * WORD + fm->actions.n);
    *kept = (struct kept_flow){.n_words = n};
    n = 0;
    for (size_t i = 0; i < N_WORDS; i++) {
        if (words[i]) {
            kept->map[i / MAP_BITS] |= UINT64_C(1) << i % MAP_BITS;
            kept->data[n++] = words[i];
        }
    }
    memcpy(kept->data + n, fm->actions.start, fm->actions.n);
    return kept;
}

void
kept_flow_get(const struct kept_flow *kept, struct ofp_flow_mod *fm)
{
    uint64_t words[N_WORDS] = {0};
    const uint64_t *next = kept->data;
    for (size_t i = 0; i < N_WORDS; i++) {
        if (kept->map[i / MAP_BITS] >> i % MAP_BITS & 1) {
            words[i] = *next++;
        }
    }
    memcpy(fm, words, sizeof *fm);
    fm->actions.start = (uint8_t *)(uintptr_t)next; /* read only */
}
