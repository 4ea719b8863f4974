/* SPDX-License-Identifier: Apache-2.0 */
/* Text to actions: one parser per word, in a table; a word that is in none is a port. Lists nest
 * (clone, sample) on a stack. What is read is checked as the datapath will check it, so a text
 * that sets what cannot be set is refused here. No state. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dpif/action_text.h"
#include "os/err_format.h"

#define DELIMITERS ", \t\r\n"

struct reader {
    const char *p;
    const struct port_names *names;
    struct wr *w;
    size_t begins[DP_NEST_MAX];
    const char *closers[DP_NEST_MAX];
    unsigned int depth;
    bool too_deep;
};

static bool
parse_u32(struct reader *r, uint32_t *x)
{
    uint64_t wide;
    if (!text_parse_u64(&r->p, UINT32_MAX, &wide)) {
        return false;
    }
    *x = (uint32_t)wide;
    return true;
}

/* NUMBER and the closing parenthesis. */
static bool
parse_u32_action(struct reader *r, enum dp_action_type type)
{
    uint32_t x;
    if (!parse_u32(r, &x) || !text_skip(&r->p, ")")) {
        return false;
    }
    dp_act_put_u32(r->w, type, x);
    return true;
}

static bool
parse_trunc(struct reader *r)
{
    return parse_u32_action(r, DP_ACT_TRUNC);
}

static bool
parse_recirc(struct reader *r)
{
    return parse_u32_action(r, DP_ACT_RECIRC);
}

static bool
parse_hash(struct reader *r)
{
    struct dp_act_hash hash = {0, 0};
    if (text_skip(&r->p, "sym_l4(")) {
        hash.algorithm = 1;
    } else if (!text_skip(&r->p, "l4(") && !text_skip(&r->p, "hash_l4(")) {
        return false;
    }
    if (!parse_u32(r, &hash.basis) || !text_skip(&r->p, "))")) {
        return false;
    }
    dp_act_put(r->w, DP_ACT_HASH, &hash, sizeof hash);
    return true;
}

static bool
parse_push_vlan(struct reader *r)
{
    uint64_t tpid = ETH_TYPE_VLAN;
    be16 tci, mask;
    if (text_skip(&r->p, "tpid=") &&
        (!text_parse_u64(&r->p, UINT16_MAX, &tpid) || !text_skip(&r->p, ","))) {
        return false;
    }
    if (!field_text_parse(&r->p, FIELD_VLAN_TCI, &tci, &mask, NULL) ||
        be16_host(mask) != UINT16_MAX || !(be16_host(tci) & FLOW_VLAN_PRESENT) ||
        !text_skip(&r->p, ")")) {
        return false;
    }
    dp_act_put_push_vlan(r->w, (uint16_t)tpid, be16_host(tci));
    return true;
}

static bool
parse_push_eth(struct reader *r)
{
    struct dp_act_push_eth eth;
    if (!text_skip(&r->p, "src=") ||
        !field_text_parse(&r->p, FIELD_ETH_SRC, eth.src, NULL, NULL) ||
        !text_skip(&r->p, ",dst=") ||
        !field_text_parse(&r->p, FIELD_ETH_DST, eth.dst, NULL, NULL) || !text_skip(&r->p, ")")) {
        return false;
    }
    dp_act_put(r->w, DP_ACT_PUSH_ETH, &eth, sizeof eth);
    return true;
}

static bool
parse_userspace(struct reader *r)
{
    uint8_t userdata[DP_USERDATA_MAX];
    uint32_t n = 0, pid;
    if (!text_skip(&r->p, "pid=") || !parse_u32(r, &pid)) {
        return false;
    }
    if (text_skip(&r->p, ",userdata(")) {
        size_t digits = strspn(r->p, "0123456789abcdefABCDEF");
        if (digits % 2 || digits / 2 > sizeof userdata) {
            return false;
        }
        for (; n < digits / 2; n++, r->p += 2) {
            const char pair[3] = {r->p[0], r->p[1], '\0'};
            userdata[n] = (uint8_t)strtoul(pair, NULL, 16);
        }
        if (!text_skip(&r->p, ")")) {
            return false;
        }
    }
    if (!text_skip(&r->p, ")")) {
        return false;
    }
    dp_act_put_userspace(r->w, pid, userdata, n);
    return true;
}

static enum flow_field_id
find_set_field(const char *group, size_t group_len, const char **p)
{
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        const struct flow_field *f = &flow_fields[id];
        if (strlen(f->group) != group_len || strncmp(f->group, group, group_len)) {
            continue;
        }
        const char *at = *p;
        if (!*f->label || (text_skip(&at, f->label) && text_skip(&at, "="))) {
            *p = at;
            return id;
        }
    }
    return FIELD_COUNT;
}

/* set(GROUP(LABEL=VALUE[/MASK],…)): an action per label, in the order of the fields table. */
static bool
parse_set(struct reader *r)
{
    struct flow_key value, mask;
    bool given[FIELD_COUNT] = {false};
    const char *group = r->p;
    size_t n = strcspn(r->p, "(),");
    if (group[n] != '(') {
        return false;
    }
    r->p += n + 1;
    do {
        uint8_t v[FLOW_FIELD_MAX_SIZE], m[FLOW_FIELD_MAX_SIZE];
        enum flow_field_id id = find_set_field(group, n, &r->p);
        if (id == FIELD_COUNT || given[id] || !field_text_parse(&r->p, id, v, m, r->names)) {
            return false;
        }
        given[id] = true;
        flow_field_set(id, &value, v);
        flow_field_set(id, &mask, m);
    } while (text_skip(&r->p, ","));
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        if (given[id]) {
            uint8_t v[FLOW_FIELD_MAX_SIZE], m[FLOW_FIELD_MAX_SIZE];
            flow_field_get(id, &value, v);
            flow_field_get(id, &mask, m);
            dp_act_put_set(r->w, id, v, flow_field_is_exact(id, &mask) ? NULL : m);
        }
    }
    return text_skip(&r->p, "))");
}

static bool
begin_list(struct reader *r, enum dp_action_type type, const void *fixed, size_t n,
           const char *closer)
{
    if (r->depth == DP_NEST_MAX) {
        r->too_deep = true;
        return false;
    }
    r->closers[r->depth] = closer;
    r->begins[r->depth++] = dp_act_begin(r->w, type, fixed, n);
    return true;
}

static bool
parse_clone(struct reader *r)
{
    return begin_list(r, DP_ACT_CLONE, NULL, 0, ")");
}

/* sample(sample=9.7%,actions(…)). */
static bool
parse_sample(struct reader *r)
{
    if (!text_skip(&r->p, "sample=") || !isdigit((unsigned char)*r->p)) {
        return false;
    }
    char *end;
    double percent = strtod(r->p, &end);
    r->p = end;
    if (percent > 100 || !text_skip(&r->p, "%,actions(")) {
        return false;
    }
    struct dp_act_sample sample = {(uint32_t)(percent / 100 * UINT32_MAX + 0.5)};
    return begin_list(r, DP_ACT_SAMPLE, &sample, sizeof sample, "))");
}

static bool
parse_pop_vlan(struct reader *r)
{
    dp_act_put(r->w, DP_ACT_POP_VLAN, NULL, 0);
    return true;
}

static bool
parse_pop_eth(struct reader *r)
{
    dp_act_put(r->w, DP_ACT_POP_ETH, NULL, 0);
    return true;
}

/* A word ends where the text does, or before one of the delimiters or a parenthesis. */
static const struct {
    const char *word;
    bool (*parse)(struct reader *);
    bool is_bare; /* no parenthesis */
} verbs[] = {
    {"pop_vlan", parse_pop_vlan, true},
    {"pop_eth", parse_pop_eth, true},
    {"push_vlan(", parse_push_vlan, false},
    {"push_eth(", parse_push_eth, false},
    {"set(", parse_set, false},
    {"userspace(", parse_userspace, false},
    {"trunc(", parse_trunc, false},
    {"recirc(", parse_recirc, false},
    {"hash(", parse_hash, false},
    {"clone(", parse_clone, false},
    {"sample(", parse_sample, false},
};

static bool
parse_port(struct reader *r)
{
    size_t n = strcspn(r->p, DELIMITERS ")");
    const char *end = r->p + n, *p = r->p;
    uint64_t number;
    uint32_t port_no;
    if (text_parse_u64(&p, UINT32_MAX, &number) && p == end) {
        port_no = (uint32_t)number;
    } else if (!n || !r->names || !r->names->number ||
               !r->names->number(r->names->aux, r->p, n, &port_no)) {
        return false;
    }
    r->p = end;
    dp_act_put_output(r->w, port_no);
    return true;
}

static bool
parse_action(struct reader *r)
{
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        const char *p = r->p;
        if (text_skip(&p, verbs[i].word) && (!verbs[i].is_bare || strchr(DELIMITERS ")", *p))) {
            r->p = p;
            return verbs[i].parse(r);
        }
    }
    return parse_port(r);
}

int
action_text_parse(const char *text, const struct port_names *names, struct wr *w, struct err *e)
{
    struct reader r = {.p = text, .names = names, .w = w};
    size_t start = w->n;
    if (!strcmp(text, "drop")) {
        return 0;
    }
    for (;;) {
        r.p += strspn(r.p, DELIMITERS);
        if (r.depth && text_skip(&r.p, r.closers[r.depth - 1])) {
            dp_act_end(w, r.begins[--r.depth]);
            continue;
        }
        const char *at = r.p;
        if (!*r.p && !r.depth) {
            break;
        }
        if (r.depth && text_skip(&r.p, "drop") && *r.p == ')') {
            continue;
        }
        if (!*r.p || !parse_action(&r)) {
            return err_fail(e, r.too_deep ? -E_OVERFLOW : -E_INVAL, "syntax error at %s", at);
        }
    }
    if (w->bad) {
        return err_fail(e, -E_OVERFLOW, "too many actions");
    }
    int code = dp_actions_check(w->start + start, w->n - start);
    return code ? err_fail(e, code, "%s", "actions that the datapath does not have") : 0;
}
