/* SPDX-License-Identifier: Apache-2.0 */
/* Actions as netlink attributes. Numbers are the same in both forms, and so is the payload of most
 * actions; a table says which are simply copied. Set actions are on single fields here and on
 * structures there, value and mask behind each other: neighbours in one structure are written
 * together, and read apart again. Nested lists are walked with a stack. */
#include "datapath/messages/nl_flow.h"

#include "base/err.h"
#include "datapath/messages/nl_internal.h"

enum { USERSPACE_PID = 1, USERSPACE_USERDATA = 2, SAMPLE_PROBABILITY = 1, SAMPLE_ACTIONS = 2 };

/* Payloads that are the same: their size, 0 for none; SPECIAL for the others. */
enum { SPECIAL = 0xff };
static const uint8_t plain_sizes[DP_ACT_COUNT] = {
    [DP_ACT_OUTPUT] = 4,    [DP_ACT_USERSPACE] = SPECIAL,  [DP_ACT_SET] = SPECIAL,
    [DP_ACT_PUSH_VLAN] = 4, [DP_ACT_SAMPLE] = SPECIAL,     [DP_ACT_RECIRC] = 4,
    [DP_ACT_HASH] = 8,      [DP_ACT_SET_MASKED] = SPECIAL, [DP_ACT_TRUNC] = 4,
    [DP_ACT_PUSH_ETH] = 12, [DP_ACT_CLONE] = SPECIAL,      [DP_ACT_DROP] = 4,
};

/* -- Writing -- */

struct putter {
    struct wr *w;
    const uint8_t *p;
    const uint8_t *ends[DP_NEST_MAX + 1];
    size_t nests[DP_NEST_MAX + 1][2];
    unsigned int depth;
};

static void
put_userspace(struct putter *t, const struct dp_action *a)
{
    struct dp_act_userspace user;
    memcpy(&user, dp_action_payload(a), sizeof user);
    size_t nest = nl_begin(t->w, DP_ACT_USERSPACE);
    nl_put_u32(t->w, USERSPACE_PID, user.pid);
    if (user.userdata_size) {
        nl_put(t->w, USERSPACE_USERDATA, (const uint8_t *)dp_action_payload(a) + sizeof user,
               user.userdata_size);
    }
    nl_end(t->w, nest);
}

static struct dp_act_set
set_of(const struct dp_action *a)
{
    struct dp_act_set set;
    memcpy(&set, dp_action_payload(a), sizeof set);
    return set;
}

static enum flow_field_id
first_in_attr(enum flow_field_id id)
{
    while (id && flow_fields[id - 1].attr == flow_fields[id].attr) {
        id--;
    }
    return id;
}

/* The size of the structure that a set action writes: one MPLS entry, not the stack. */
static size_t
set_size(enum flow_field_id first)
{
    return flow_fields[first].attr == NL_KEY_MPLS ? flow_fields[first].size : nl_key_size(first);
}

/* The set action at A and those after it on later fields of the same structure. Gives the last. */
static const struct dp_action *
put_set(struct putter *t, const struct dp_action *a)
{
    uint8_t structs[2 * NL_KEY_LARGEST] = {0};
    enum flow_field_id first = first_in_attr((enum flow_field_id)set_of(a).field);
    size_t size = set_size(first);
    for (;;) {
        struct dp_act_set set = set_of(a);
        const uint8_t *value = (const uint8_t *)dp_action_payload(a) + sizeof set;
        struct flow_key key = {.pad_end = 0}, mask = {.pad_end = 0};
        enum flow_field_id id = (enum flow_field_id)set.field;
        flow_field_set(id, &key, value);
        if (a->type == DP_ACT_SET) {
            flow_field_set_exact(id, &mask);
        } else {
            flow_field_set(id, &mask, value + set.size);
        }
        nl_field_put(id, &key, false, structs);
        nl_field_put(id, &mask, true, structs + size);
        const uint8_t *next = (const uint8_t *)a + ROUND_UP((size_t)a->len, 4);
        const struct dp_action *b = (const void *)next;
        if (next == t->ends[t->depth] || (b->type != DP_ACT_SET && b->type != DP_ACT_SET_MASKED) ||
            set_of(b).field <= set.field ||
            first_in_attr((enum flow_field_id)set_of(b).field) != first) {
            break;
        }
        a = b;
    }
    size_t nest = nl_begin(t->w, DP_ACT_SET_MASKED);
    nl_put(t->w, flow_fields[first].attr, structs, 2 * size);
    nl_end(t->w, nest);
    return a;
}

static void
put_nest(struct putter *t, const struct dp_action *a)
{
    t->depth++;
    t->ends[t->depth] = (const uint8_t *)a + a->len;
    t->nests[t->depth][0] = t->nests[t->depth][1] = nl_begin(t->w, a->type);
    t->p = (const uint8_t *)dp_action_payload(a) + dp_action_infos[a->type].min;
    if (a->type == DP_ACT_SAMPLE) {
        nl_put(t->w, SAMPLE_PROBABILITY, dp_action_payload(a), 4);
        t->nests[t->depth][1] = nl_begin(t->w, SAMPLE_ACTIONS);
    }
}

static void
put_action(struct putter *t, const struct dp_action *a)
{
    if (dp_action_infos[a->type].max == DP_NESTED) {
        put_nest(t, a);
        return;
    }
    if (a->type == DP_ACT_USERSPACE) {
        put_userspace(t, a);
    } else if (a->type == DP_ACT_SET || a->type == DP_ACT_SET_MASKED) {
        a = put_set(t, a);
    } else {
        nl_put(t->w, a->type, dp_action_payload(a), dp_action_payload_size(a));
    }
    t->p = (const uint8_t *)a + ROUND_UP((size_t)a->len, 4);
}

void
nl_actions_put(struct wr *w, const void *actions, size_t size)
{
    struct putter t = {.w = w, .p = actions};
    if (!size) {
        return;
    }
    t.ends[0] = t.p + size;
    for (;;) {
        while (t.p == t.ends[t.depth]) {
            if (!t.depth) {
                return;
            }
            nl_end(w, t.nests[t.depth][1]);
            if (t.nests[t.depth][1] != t.nests[t.depth][0]) {
                nl_end(w, t.nests[t.depth][0]);
            }
            t.depth--;
        }
        put_action(&t, (const void *)t.p);
    }
}

/* -- Reading -- */

struct getter {
    struct wr *w;
    struct rd lists[DP_NEST_MAX + 1];
    size_t begins[DP_NEST_MAX + 1];
    unsigned int depth;
};

static int
get_userspace(struct getter *g, const struct nl_attr *a)
{
    struct rd rd = rd_make(a->payload, a->size);
    struct nl_attr userdata = {.size = 0};
    uint32_t pid = 0;
    bool has_pid = false;
    for (struct nl_attr b; nl_next(&rd, &b);) {
        if (b.type == USERSPACE_PID && b.size == sizeof pid) {
            memcpy(&pid, b.payload, sizeof pid);
            has_pid = true;
        } else if (b.type == USERSPACE_USERDATA && b.size <= DP_USERDATA_MAX) {
            userdata = b;
        } else {
            return b.type <= USERSPACE_USERDATA ? -E_INVAL : -E_NOTSUP;
        }
    }
    if (rd.bad || !has_pid) {
        return -E_INVAL;
    }
    dp_act_put_userspace(g->w, pid, userdata.payload, userdata.size);
    return 0;
}

/* SET and SET_MASKED: an action for each field of which the mask has bits. */
static int
get_set(struct getter *g, const struct nl_attr *set, bool has_mask)
{
    struct rd rd = rd_make(set->payload, set->size);
    struct nl_attr a;
    if (!nl_next(&rd, &a) || rd_left(&rd)) {
        return -E_INVAL;
    }
    enum flow_field_id first = 0;
    while (first < FIELD_COUNT && (flow_fields[first].attr != a.type || !a.type)) {
        first++;
    }
    if (first == FIELD_COUNT || a.type == NL_KEY_TUNNEL || a.type == NL_KEY_ETHERTYPE) {
        return -E_NOTSUP;
    }
    size_t size = set_size(first);
    if (a.size != (has_mask ? 2 : 1) * size) {
        return -E_INVAL;
    }
    enum flow_field_id end = a.type == NL_KEY_MPLS ? first + 1 : nl_key_end(first);
    for (enum flow_field_id id = first; id < end; id++) {
        struct flow_key key = {.pad_end = 0}, mask = {.pad_end = 0};
        uint8_t value[FLOW_FIELD_MAX_SIZE], bits[FLOW_FIELD_MAX_SIZE];
        if (!nl_field_get(id, &key, false, a.payload) ||
            (has_mask && !nl_field_get(id, &mask, true, a.payload + size))) {
            return -E_INVAL;
        }
        if (!has_mask && flow_fields[id].layer != LAYER_NONE) {
            flow_field_set_exact(id, &mask);
        }
        if (!flow_field_is_zero(id, &mask)) {
            flow_field_get(id, &key, value);
            flow_field_get(id, &mask, bits);
            dp_act_put_set(g->w, id, value, flow_field_is_exact(id, &mask) ? NULL : bits);
        }
    }
    return 0;
}

static int
get_nest(struct getter *g, const struct nl_attr *a)
{
    struct rd list = rd_make(a->payload, a->size);
    struct dp_act_sample sample = {0};
    if (g->depth == DP_NEST_MAX) {
        return -E_OVERFLOW;
    }
    if (a->type == DP_ACT_SAMPLE) {
        struct rd rd = list;
        unsigned int n_found = 0;
        for (struct nl_attr b; nl_next(&rd, &b); n_found++) {
            if (b.type == SAMPLE_PROBABILITY && b.size == sizeof sample) {
                memcpy(&sample, b.payload, sizeof sample);
            } else if (b.type == SAMPLE_ACTIONS) {
                list = rd_make(b.payload, b.size);
            } else {
                return -E_INVAL;
            }
        }
        if (rd.bad || n_found != 2) {
            return -E_INVAL;
        }
    }
    g->begins[++g->depth] = dp_act_begin(g->w, (enum dp_action_type)a->type, &sample,
                                         a->type == DP_ACT_SAMPLE ? sizeof sample : 0);
    g->lists[g->depth] = list;
    return 0;
}

static int
get_action(struct getter *g, const struct nl_attr *a)
{
    if (a->type >= DP_ACT_COUNT || !dp_action_infos[a->type].name) {
        return -E_NOTSUP;
    }
    if (dp_action_infos[a->type].max == DP_NESTED) {
        return get_nest(g, a);
    } else if (a->type == DP_ACT_USERSPACE) {
        return get_userspace(g, a);
    } else if (a->type == DP_ACT_SET || a->type == DP_ACT_SET_MASKED) {
        return get_set(g, a, a->type == DP_ACT_SET_MASKED);
    } else if (a->size != plain_sizes[a->type]) {
        return -E_INVAL;
    }
    dp_act_put(g->w, (enum dp_action_type)a->type, a->payload, a->size);
    return 0;
}

int
nl_actions_get(const void *attrs, size_t n, struct wr *w)
{
    struct getter g = {.w = w};
    size_t start = w->n;
    g.lists[0] = rd_make(attrs, n);
    for (;;) {
        struct nl_attr a;
        if (nl_next(&g.lists[g.depth], &a)) {
            int code = get_action(&g, &a);
            if (code) {
                return code;
            }
        } else if (g.lists[g.depth].bad) {
            return -E_INVAL;
        } else if (!g.depth) {
            break;
        } else {
            dp_act_end(w, g.begins[g.depth--]);
        }
        if (w->bad) {
            return -E_OVERFLOW;
        }
    }
    return w->bad ? -E_OVERFLOW : dp_actions_check(w->start + start, w->n - start);
}
