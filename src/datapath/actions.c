/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding and checking of action lists. Lists come from the control plane, in a Windows driver
 * from an ioctl, so the check trusts nothing; what passes it is executed without bounds checks.
 * Nested lists are contiguous, so the check walks them with a stack of ends, no recursion. Any
 * context. */
#include "datapath/actions.h"

#include "base/err.h"

const struct dp_action_info dp_action_infos[DP_ACT_COUNT] = {
#define ACTION(ID, VERB, NUMBER, NAME, MIN_SIZE, MAX_SIZE)                                        \
    [NUMBER] = {.name = (NAME), .min = (MIN_SIZE), .max = (MAX_SIZE)},
#include "datapath/actions.def"
#undef ACTION
};

static_assert(sizeof(struct dp_action) == 4 && sizeof(struct dp_act_userspace) == 12 &&
                  sizeof(struct dp_act_push_vlan) == 4 && sizeof(struct dp_act_set) == 4 &&
                  sizeof(struct dp_act_hash) == 8 && sizeof(struct dp_act_push_eth) == 12,
              "sizes in actions.def");

static size_t
padded(size_t len)
{
    return ROUND_UP(len, 4);
}

/* What sizes alone do not say. */
static bool
check_payload(uint16_t type, const uint8_t *payload, size_t n)
{
    struct dp_act_userspace user;
    struct dp_act_set set;
    switch (type) {
    case DP_ACT_USERSPACE:
        memcpy(&user, payload, sizeof user);
        return user.userdata_size == n - sizeof user;
    case DP_ACT_SET:
    case DP_ACT_SET_MASKED:
        memcpy(&set, payload, sizeof set);
        return set.field < FIELD_COUNT && flow_fields[set.field].layer != LAYER_NONE &&
               set.size == flow_fields[set.field].size &&
               n == sizeof set + (type == DP_ACT_SET ? 1u : 2u) * set.size;
    case DP_ACT_PUSH_VLAN:
        return get_be16(payload) == ETH_TYPE_VLAN || get_be16(payload) == ETH_TYPE_QINQ;
    default:
        return true;
    }
}

/* The header at P, of which LEFT bytes are there. */
static bool
check_header(const uint8_t *p, size_t left, struct dp_action *a)
{
    if (left < sizeof *a) {
        return false;
    }
    memcpy(a, p, sizeof *a);
    if (a->type >= DP_ACT_COUNT || !dp_action_infos[a->type].name || a->len < sizeof *a ||
        padded(a->len) > left) {
        return false;
    }
    const struct dp_action_info *info = &dp_action_infos[a->type];
    uint32_t n = dp_action_payload_size(a);
    return n >= info->min && (info->max == DP_NESTED ? n % 4 == 0 : n <= info->max);
}

int
dp_actions_check(const void *list, size_t size)
{
    const uint8_t *p = list, *ends[DP_NEST_MAX + 1];
    unsigned int depth = 0;
    if (size > DP_ACTIONS_MAX) {
        return -E_OVERFLOW;
    }
    ends[0] = size ? p + size : p; /* an empty list may be NULL */
    for (;;) {
        while (p == ends[depth]) {
            if (!depth--) {
                return 0;
            }
        }
        struct dp_action a;
        if (!check_header(p, (size_t)(ends[depth] - p), &a) ||
            !check_payload(a.type, p + sizeof a, dp_action_payload_size(&a))) {
            return -E_INVAL;
        }
        if (dp_action_infos[a.type].max == DP_NESTED) {
            if (depth == DP_NEST_MAX) {
                return -E_OVERFLOW;
            }
            ends[++depth] = p + a.len;
            p += sizeof a + dp_action_infos[a.type].min;
        } else {
            p += padded(a.len);
        }
    }
}

const struct dp_action *
dp_actions_next(const void *list, size_t size, size_t *ofs)
{
    if (*ofs >= size) {
        return NULL;
    }
    const void *at = (const uint8_t *)list + *ofs;
    const struct dp_action *a = at;
    *ofs += padded(a->len);
    return a;
}

void
dp_act_put(struct wr *w, enum dp_action_type type, const void *payload, size_t n)
{
    wr_u16(w, (uint16_t)type);
    wr_u16(w, (uint16_t)(sizeof(struct dp_action) + n));
    wr_bytes(w, payload, n);
    wr_zeros(w, padded(n) - n);
}

void
dp_act_put_u32(struct wr *w, enum dp_action_type type, uint32_t value)
{
    dp_act_put(w, type, &value, sizeof value);
}

void
dp_act_put_userspace(struct wr *w, uint32_t pid, const void *userdata, uint32_t n)
{
    struct dp_act_userspace user = {pid, 0, n};
    wr_u16(w, DP_ACT_USERSPACE);
    wr_u16(w, (uint16_t)(sizeof(struct dp_action) + sizeof user + n));
    wr_bytes(w, &user, sizeof user);
    wr_bytes(w, userdata, n);
    wr_zeros(w, padded(n) - n);
}

void
dp_act_put_push_vlan(struct wr *w, uint16_t tpid, uint16_t tci)
{
    struct dp_act_push_vlan push = {be16_from(tpid), be16_from(tci | FLOW_VLAN_PRESENT)};
    dp_act_put(w, DP_ACT_PUSH_VLAN, &push, sizeof push);
}

void
dp_act_put_set(struct wr *w, enum flow_field_id id, const void *value, const void *mask)
{
    uint8_t size = flow_fields[id].size;
    struct dp_act_set set = {(uint16_t)id, size};
    size_t n = sizeof set + (mask ? 2u : 1u) * size;
    wr_u16(w, mask ? DP_ACT_SET_MASKED : DP_ACT_SET);
    wr_u16(w, (uint16_t)(sizeof(struct dp_action) + n));
    wr_bytes(w, &set, sizeof set);
    wr_bytes(w, value, size);
    if (mask) {
        wr_bytes(w, mask, size);
    }
    wr_zeros(w, padded(n) - n);
}

size_t
dp_act_begin(struct wr *w, enum dp_action_type type, const void *fixed, size_t n)
{
    size_t begin = w->n;
    dp_act_put(w, type, fixed, n);
    return begin;
}

void
dp_act_end(struct wr *w, size_t begin)
{
    size_t len = w->n - begin;
    if (w->bad || len > UINT16_MAX) {
        w->bad = true;
        return;
    }
    uint16_t short_len = (uint16_t)len;
    memcpy(w->start + begin + offsetof(struct dp_action, len), &short_len, sizeof short_len);
}
