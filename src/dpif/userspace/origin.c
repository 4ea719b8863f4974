/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that flows were put with: the words that are not 0, behind a map of them. */
#include "dpif/userspace/origin.h"

#include "os/mem.h"

struct origin {
    flow_map map;
    bool packet_type; /* matched */
    uint64_t words[];
};

void
origin_drop(struct dp_flow *flow)
{
    os_free(flow->host);
    flow->host = NULL;
}

void
origin_set(struct dp_flow *flow, const struct flow_key *key, const struct flow_key *mask)
{
    flow_map map = flow_key_map(key);
    struct origin *o = xalloc(sizeof *o + flow_map_count(map) * sizeof *o->words);
    *o = (struct origin){.map = map, .packet_type = be32_host(mask->packet_type) != 0};
    uint64_t *word = o->words;
    for (; map; map &= map - 1) {
        *word++ = key->words[PORT_CTZ64(map)];
    }
    origin_drop(flow);
    flow->host = o;
}

void
origin_get(const struct dp_flow *flow, struct flow_key *key, struct flow_key *mask)
{
    const struct origin *o = flow->host;
    dp_flow_mask(flow, mask);
    if (!o) {
        dp_flow_key(flow, key);
        return;
    }
    const uint64_t *word = o->words;
    memset(key, 0, sizeof *key);
    for (flow_map map = o->map; map; map &= map - 1) {
        key->words[PORT_CTZ64(map)] = *word++;
    }
    mask->packet_type = be32_from(o->packet_type ? UINT32_MAX : 0);
}
