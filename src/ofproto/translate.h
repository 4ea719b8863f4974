/* SPDX-License-Identifier: Apache-2.0 */
/* Translation: from a packet's flow key, through the switch (or several, across patch ports), to
 * datapath actions, with a mask of every bit that was looked at. Reads switch state; with
 * `n_packets` set it also accounts and learns. Control thread. */
#pragma once

#include "base/cursor.h"
#include "ofproto/ofproto_internal.h"

enum {
    TRANSLATE_MAX_DEPTH = 64,       /* patch ports one after the other */
    TRANSLATE_MAX_CROSSINGS = 4096, /* patch ports in all, where bridges form a loop */
    TRANSLATE_ACTIONS_MAX = 65532
};

struct translation {
    struct flow_key mask;
    struct wr actions; /* over `buffer` */
    uint32_t buffer[TRANSLATE_ACTIONS_MAX / 4];
};

/* Translates KEY. STATS (may be NULL): packets and bytes to account for, whose source addresses
 * are learned, at NOW_MS. OUT is big: static or on the heap. */
void translate(struct backer *, const struct flow_key *key, const struct dpif_flow_stats *stats,
               uint64_t now_ms, struct translation *out);

/* -- Between translate.c and the actions that it knows (normal.c) -- */

struct xlate {
    struct backer *backer;
    struct ofproto *ofproto; /* where the packet is now */
    struct flow_key flow;    /* the packet as it should be */
    struct flow_key base;    /* the packet as the actions so far made it */
    const struct dpif_flow_stats *stats;
    uint64_t now_ms;
    unsigned int depth, n_crossings;
    struct translation *out;
};

/* Sends the packet, as flow says, to PORT: the datapath's, or onwards across a patch. */
void xlate_output(struct xlate *, struct ofport *port);
/* Forwards as a learning switch, the packet having come in at IN_PORT (NULL: none of ours). */
void xlate_normal(struct xlate *, struct ofport *in_port);
