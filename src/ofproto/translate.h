/* SPDX-License-Identifier: Apache-2.0 */
/* Translation: from a packet's flow key, through the flow tables of the switch (or of several,
 * across patch ports), to datapath actions, with a mask of every bit that was looked at. Reads
 * switch state; with `stats` it also accounts and learns. Control thread. */
#pragma once

#include "base/cursor.h"
#include "ofproto/ofproto_internal.h"

enum {
    TRANSLATE_MAX_DEPTH = 64,       /* patch ports and tables one after the other */
    TRANSLATE_MAX_CROSSINGS = 4096, /* in all, where bridges or tables form a loop */
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
/* Translates what ACTIONS (a list of struct of_act) do to a packet KEY that a controller sends
 * through O as if it had come in at IN_PORT (OpenFlow's number, OFP_PORT_CONTROLLER). */
void translate_packet_out(struct ofproto *o, const struct flow_key *key, uint16_t in_port,
                          const void *actions, size_t size, const struct dpif_flow_stats *stats,
                          uint64_t now_ms, struct translation *out);

/* -- Between translate.c and what it goes through: xlate_actions.c, normal.c -- */

struct rule;

struct xlate {
    struct backer *backer;
    struct ofproto *ofproto; /* where the packet is now */
    struct ofport *in_port;  /* NULL: none of ours */
    uint16_t in_number;      /* as OpenFlow knows it */
    struct flow_key flow;    /* the packet as it should be */
    struct flow_key base;    /* the packet as the actions so far made it */
    struct of_key view;      /* registers and metadata; the packet's part after xlate_look() */
    struct of_key wc;        /* what of the view was looked at */
    uint8_t table;
    const struct rule *rule; /* whose actions run; NULL: a controller's */
    const struct dpif_flow_stats *stats;
    uint64_t now_ms;
    unsigned int depth, n_crossings;
    bool done; /* no more actions for this packet */
    struct translation *out;
};

/* Brings x->view up to date with x->flow. */
void xlate_look(struct xlate *);
/* Sends the packet through TABLE of the switch it is in. */
void xlate_table(struct xlate *, uint8_t table);
/* Runs a list of struct of_act. */
void xlate_actions(struct xlate *, const void *list, size_t size);
/* Appends the datapath actions that turn x->base into x->flow. */
void xlate_commit(struct xlate *);
/* Sends the packet, as flow says, to PORT: the datapath's, or onwards across a patch. */
void xlate_output(struct xlate *, struct ofport *port);
/* Forwards as a learning switch. */
void xlate_normal(struct xlate *);
/* Takes the outermost tag off KEY, or puts one in front. The key has room for two; what was third
 * inside stays in the packet, where nothing looks at it. */
void xlate_strip_tag(struct flow_key *key);
void xlate_add_tag(struct flow_key *key, uint16_t tpid, uint16_t tci);
