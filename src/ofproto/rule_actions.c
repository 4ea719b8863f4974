/* SPDX-License-Identifier: Apache-2.0 */
#include "ofproto/rule_actions.h"

#include <string.h>

#include "base/hash.h"
#include "openflow/msg_flow_mod.h"
#include "os/mem.h"

void
rule_actions_pool_init(struct rule_actions_pool *pool)
{
    hmap_init(&pool->lists);
}

void
rule_actions_pool_fini(struct rule_actions_pool *pool)
{
    VERIFY(hmap_is_empty(&pool->lists));
    hmap_fini(&pool->lists);
}

const struct rule_actions *
rule_actions_get(struct rule_actions_pool *pool, const void *list, size_t size)
{
    uint32_t hash = hash_bytes(list, size, 0);
    HMAP_FOR_EACH_WITH_HASH (struct rule_actions, a, node, hash, &pool->lists) {
        if (a->size == size && !memcmp(a->list, list, size)) {
            a->n_refs++;
            return a;
        }
    }
    struct rule_actions *a = xalloc(sizeof *a + size);
    a->n_refs = 1;
    a->size = (uint32_t)size;
    memcpy(a->list, list, size);
    hmap_insert(&pool->lists, &a->node, hash);
    return a;
}

void
rule_actions_put(struct rule_actions_pool *pool, const struct rule_actions *a_)
{
    struct rule_actions *a = (struct rule_actions *)a_;
    if (a && !--a->n_refs) {
        hmap_remove(&pool->lists, &a->node);
        os_free(a);
    }
}

static bool
sends_to(const struct of_act *act, uint16_t port, uint32_t group)
{
    const void *p = act;
    switch (act->type) {
    case OF_ACT_OUTPUT:
        return ((const struct of_act_output *)p)->port == port;
    case OF_ACT_OUTPUT_TRUNC:
        return ((const struct of_act_output_trunc *)p)->port == port;
    case OF_ACT_ENQUEUE:
        return ((const struct of_act_enqueue *)p)->port == port;
    case OF_ACT_CONTROLLER:
        return port == OFP_PORT_CONTROLLER;
    case OF_ACT_GROUP:
        return ((const struct of_act_u32 *)p)->value == group;
    default:
        return false;
    }
}

bool
of_acts_send_to(const void *list, size_t size, uint16_t port, uint32_t group)
{
    if (port == OFP_PORT_NONE && group == OFP_GROUP_ANY) {
        return true;
    }
    const struct of_act *act;
    for (size_t ofs = 0; (act = of_acts_next(list, size, &ofs));) {
        bool nests = act->type == OF_ACT_CLONE || act->type == OF_ACT_WRITE_ACTIONS;
        const struct of_act_list *inner = (const void *)act;
        if (nests ? of_acts_send_to(inner->list, act->len - sizeof *inner, port, group)
                  : sends_to(act, port, group)) {
            return true;
        }
    }
    return false;
}
