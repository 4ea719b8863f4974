/* SPDX-License-Identifier: Apache-2.0 */
/* The core's encoding of action lists: one after the other, each a struct dp_action and a
 * payload, padded to four bytes; numbers are the kernel's OVS_ACTION_ATTR_*. Values are in
 * host order except be16 and field values, which are as in the flow key. A list must pass
 * dp_actions_check() before it is executed; then nothing in it can reach outside it. */
#pragma once

#include "base/cursor.h"
#include "datapath/flow_key.h"

#define DP_USERDATA_MAX 256
#define DP_NESTED       0xffff
#define DP_NEST_MAX     8     /* lists within lists */
#define DP_ACTIONS_MAX  65532 /* bytes in one list */

enum dp_action_type {
#define ACTION(ID, VERB, NUMBER, ...) DP_ACT_##ID = NUMBER,
#include "datapath/actions.def"
#undef ACTION
    DP_ACT_COUNT = 32
};

struct dp_action {
    uint16_t type; /* enum dp_action_type */
    uint16_t len;  /* header and payload, without the padding */
};

/* Payloads. OUTPUT, RECIRC, TRUNC and DROP (a row of drop.def) have a single uint32_t. */
struct dp_act_userspace {
    uint32_t pid;
    uint32_t flags;
    uint32_t userdata_size; /* bytes that follow */
};

struct dp_act_push_vlan {
    be16 tpid;
    be16 tci; /* with FLOW_VLAN_PRESENT */
};

/* SET: the value, flow_fields[field].size bytes, follows. SET_MASKED: value, then mask. */
struct dp_act_set {
    uint16_t field; /* enum flow_field_id */
    uint16_t size;  /* of one value */
};

struct dp_act_sample {
    uint32_t probability; /* of 2^32 - 1; nested actions follow */
};

struct dp_act_hash {
    uint32_t algorithm; /* 0: over L4 */
    uint32_t basis;
};

struct dp_act_push_eth {
    uint8_t src[6], dst[6];
};

struct dp_action_info {
    const char *name; /* NULL: no such action */
    uint16_t min, max;
};

/* Indexed by type. */
extern const struct dp_action_info dp_action_infos[DP_ACT_COUNT];

/* Whether LIST, SIZE bytes, is well formed: known types, right sizes, writable fields, nesting no
 * deeper than DP_NEST_MAX. 0, -E_INVAL, or -E_OVERFLOW (too deep or too long). */
int dp_actions_check(const void *list, size_t size);

/* Walks one level of a checked list: the action at *OFS (payload through dp_action_payload()),
 * advancing *OFS; NULL at the end. */
const struct dp_action *dp_actions_next(const void *list, size_t size, size_t *ofs);

static inline const void *
dp_action_payload(const struct dp_action *a)
{
    return a + 1;
}

static inline uint32_t
dp_action_payload_size(const struct dp_action *a)
{
    return (uint32_t)a->len - (uint32_t)sizeof *a;
}

/* Writers: each appends one action to W (base/cursor.h), which turns bad when it is full. W's
 * buffer must be aligned to 4 bytes. */
void dp_act_put(struct wr *w, enum dp_action_type, const void *payload, size_t n);
void dp_act_put_u32(struct wr *w, enum dp_action_type, uint32_t value);
void dp_act_put_userspace(struct wr *w, uint32_t pid, const void *userdata, uint32_t n);
void dp_act_put_push_vlan(struct wr *w, uint16_t tpid, uint16_t tci);
/* MASK NULL: all bits. VALUE and MASK have flow_fields[field].size bytes. */
void dp_act_put_set(struct wr *w, enum flow_field_id, const void *value, const void *mask);
/* Starts CLONE or SAMPLE; what is written until the matching end is nested. */
size_t dp_act_begin(struct wr *w, enum dp_action_type, const void *fixed, size_t n);
void dp_act_end(struct wr *w, size_t begin);

static inline void
dp_act_put_output(struct wr *w, uint32_t port)
{
    dp_act_put_u32(w, DP_ACT_OUTPUT, port);
}
