/* SPDX-License-Identifier: Apache-2.0 */
/* The action lists of rules. Equal lists are kept once, since of a million flows most do one of a
 * few things. Control thread. */
#pragma once

#include "base/hmap.h"
#include "openflow/actions.h"

struct rule_actions {
    struct hnode node; /* in the pool */
    unsigned int n_refs;
    uint32_t size;
    uint64_t list[]; /* struct of_act, SIZE bytes */
};

struct rule_actions_pool {
    struct hmap lists;
};

void rule_actions_pool_init(struct rule_actions_pool *);
/* All lists must be given back. */
void rule_actions_pool_fini(struct rule_actions_pool *);
/* The list equal to SIZE bytes at LIST; the caller has a reference. */
const struct rule_actions *rule_actions_get(struct rule_actions_pool *, const void *list,
                                            size_t size);
void rule_actions_put(struct rule_actions_pool *, const struct rule_actions *);
/* Whether LIST outputs to PORT (OpenFlow 1.0's number) or sends to GROUP, nested lists included;
 * OFP_PORT_NONE and OFP_GROUP_ANY ask nothing. */
bool of_acts_send_to(const void *list, size_t size, uint16_t port, uint32_t group);
