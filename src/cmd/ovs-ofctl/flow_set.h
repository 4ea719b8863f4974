/* SPDX-License-Identifier: Apache-2.0 */
/* Flow tables side by side: which flows are in both, and whether they do the same there. A flow is
 * its table, priority and match; kept are bytes, not structures, as there may be a million. */
#pragma once

#include "base/hmap.h"
#include "openflow/msg_flow_stats.h"

/* What a flow does in one of the two tables. */
struct flow_version {
    uint64_t cookie;
    uint16_t idle_timeout, hard_timeout, importance, flags;
    size_t n; /* bytes of actions */
    uint8_t actions[] __attribute__((aligned(8)));
};

struct flow_entry {
    struct hnode node;
    size_t place; /* in which they came */
    struct flow_version *versions[2];
    uint16_t priority;
    uint8_t table;
    size_t n; /* bytes of the match, as OXM */
    uint8_t match[];
};

struct flow_set {
    struct hmap map;
};

void flow_set_init(struct flow_set *);
void flow_set_fini(struct flow_set *);
/* Adds a flow to table SIDE, 0 or 1, replacing one like it. */
void flow_set_add_mod(struct flow_set *, unsigned int side, const struct ofp_flow_mod *);
void flow_set_add_stats(struct flow_set *, unsigned int side, const struct ofp_flow_stats *);
/* All entries, by table, then from the highest priority to the lowest; the array is the caller's.
 */
struct flow_entry **flow_set_sort(struct flow_set *, size_t *n);

bool flow_version_equal(const struct flow_version *, const struct flow_version *);
void flow_entry_get_match(const struct flow_entry *, struct of_match *);
/* Appends what the entry is in table SIDE: "table=1 tcp cookie=0x5 actions=drop". */
void flow_entry_put(struct str *, const struct flow_entry *, unsigned int side,
                    const struct ofp_print *how);
/* Makes FM what adds the flow of SIDE, or removes it. Its actions are borrowed. */
void flow_entry_make_add(const struct flow_entry *, unsigned int side, struct ofp_flow_mod *fm);
void flow_entry_make_delete(const struct flow_entry *, struct ofp_flow_mod *fm);
