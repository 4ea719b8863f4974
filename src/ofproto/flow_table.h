/* SPDX-License-Identifier: Apache-2.0 */
/* The flow tables of a switch: rules, what a flow_mod does to them, their counters and timeouts
 * (OpenFlow 1.5.1 sections 5.2, 6.4 and 6.5). Knows nothing of messages, nor of packets but what
 * is looked up. Control thread. */
#pragma once

#include "ofproto/classifier.h"
#include "ofproto/rule_actions.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/msg_flow_removed.h"

enum { FLOW_TABLE_COUNT = 254 }; /* 254 is kept for ourselves, 255 is OFP_TABLE_ALL */

#define RULE_PRIORITY_MAX 0xffff

struct rule {
    struct cls_rule cls;
    struct list mortal; /* in flow_tables.mortals; alone without timeouts */
    const struct rule_actions *actions;
    uint64_t cookie;
    uint64_t created_ms, modified_ms, used_ms;
    uint64_t n_packets, n_bytes;
    uint16_t idle_timeout, hard_timeout; /* seconds; 0: none */
    uint16_t importance, flags;          /* enum ofp_flow_flag */
    uint8_t table;
    uint32_t value[]; /* cls.value */
};

struct flow_tables {
    struct cls table[FLOW_TABLE_COUNT];
    struct list mortals;
    struct rule_actions_pool pool;
    uint64_t n_lookups[FLOW_TABLE_COUNT], n_matched[FLOW_TABLE_COUNT];
    /* Called before RULE is freed; may be NULL. */
    void (*removed)(void *aux, const struct rule *, enum ofp_flow_removed_reason);
    void *aux;
};

struct flow_tables *flow_tables_new(void);
void flow_tables_free(struct flow_tables *);
size_t flow_tables_count(const struct flow_tables *);

/* A flow to add, or what to change others to. */
struct rule_spec {
    const struct of_match *match;
    uint64_t cookie;
    int32_t priority; /* above RULE_PRIORITY_MAX: hidden, nobody's to choose */
    uint16_t idle_timeout, hard_timeout, importance, flags;
    uint8_t table;
    const void *actions; /* struct of_act */
    size_t actions_size;
};

/* Which rules. */
struct rule_choice {
    const struct of_match *match;
    uint8_t table; /* or OFP_TABLE_ALL */
    bool strict;   /* this match and PRIORITY, else all that are more specific */
    uint16_t priority;
    uint64_t cookie, cookie_mask;
    uint16_t out_port;  /* OFP_PORT_NONE: whatever */
    uint32_t out_group; /* OFP_GROUP_ANY: whatever */
};

/* Adds a flow, replacing one of the same match and priority. OFPFMFC_OVERLAP. */
enum ofp_error flow_tables_add(struct flow_tables *, const struct rule_spec *, uint64_t now_ms);
/* Gives the chosen rules the actions of SPEC and, with SET_COOKIE, its cookie. How many. */
size_t flow_tables_modify(struct flow_tables *, const struct rule_choice *,
                          const struct rule_spec *spec, bool set_cookie, uint64_t now_ms);
/* Removes the chosen rules. How many. */
size_t flow_tables_delete(struct flow_tables *, const struct rule_choice *);
/* Removes all rules, hidden ones too, and says nothing. */
void flow_tables_flush(struct flow_tables *);
/* Removes what has timed out. How many. */
size_t flow_tables_expire(struct flow_tables *, uint64_t now_ms);
/* Calls EACH for every chosen rule, table by table. EACH may change nothing. */
void flow_tables_for_each(struct flow_tables *, const struct rule_choice *,
                          void (*each)(void *aux, const struct rule *), void *aux);

/* The rule of TABLE for a packet, or NULL; see cls_lookup(). */
struct rule *flow_tables_lookup(const struct flow_tables *, uint8_t table,
                                const struct of_key *key, struct of_key *wc);
/* N_PACKETS of N_BYTES met RULE at NOW_MS. */
void rule_count(struct rule *, uint64_t n_packets, uint64_t n_bytes, uint64_t now_ms);
