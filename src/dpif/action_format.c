/* SPDX-License-Identifier: Apache-2.0 */
/* Actions to text: one function per action in a table. Nested lists are written with a stack of
 * ends instead of recursion, as they are checked. Neighbouring set actions on fields of one group
 * are written as one, `set(eth(src=…,dst=…))`, which is how the kernel's attributes are. Texts as
 * observed of the packaged programs. No state. */
#include <string.h>

#include "dpif/action_text.h"

struct list_writer {
    struct str *s;
    const struct port_names *names;
    const struct userdata_text *userdata;
    const uint8_t *p;
    const uint8_t *ends[DP_NEST_MAX + 1];
    const char *closers[DP_NEST_MAX + 1];
    unsigned int depth;
};

static uint32_t
payload_u32(const struct dp_action *a)
{
    uint32_t x;
    memcpy(&x, dp_action_payload(a), sizeof x);
    return x;
}

static void
put_output(struct list_writer *w, const struct dp_action *a)
{
    port_text_put(w->s, payload_u32(a), w->names);
}

static void
put_userspace(struct list_writer *w, const struct dp_action *a)
{
    struct dp_act_userspace user;
    memcpy(&user, dp_action_payload(a), sizeof user);
    const uint8_t *data = (const uint8_t *)dp_action_payload(a) + sizeof user;
    str_putf(w->s, "userspace(pid=%u", user.pid);
    if (user.userdata_size) {
        str_putc(w->s, ',');
        if (!w->userdata || !w->userdata->put(w->userdata->aux, w->s, data, user.userdata_size)) {
            str_puts(w->s, "userdata(");
            for (uint32_t i = 0; i < user.userdata_size; i++) {
                str_putf(w->s, "%02x", data[i]);
            }
            str_putc(w->s, ')');
        }
    }
    str_putc(w->s, ')');
}

static struct dp_act_set
set_of(const struct dp_action *a)
{
    struct dp_act_set set;
    memcpy(&set, dp_action_payload(a), sizeof set);
    return set;
}

static bool
is_set(const struct dp_action *a)
{
    return a->type == DP_ACT_SET || a->type == DP_ACT_SET_MASKED;
}

static const struct dp_action *
following(const struct list_writer *w, const struct dp_action *a)
{
    const void *next = (const uint8_t *)a + ROUND_UP((size_t)a->len, 4);
    return next < (const void *)w->ends[w->depth] ? next : NULL;
}

/* Whether the set action B can stand in one parenthesis with A, which comes just before it. */
static bool
joins(const struct dp_action *a, const struct dp_action *b)
{
    const struct flow_field *f = &flow_fields[set_of(a).field];
    return b && is_set(b) && *f->label && set_of(b).field > set_of(a).field &&
           !strcmp(flow_fields[set_of(b).field].group, f->group);
}

static void
put_set(struct list_writer *w, const struct dp_action *a)
{
    str_putf(w->s, "set(%s(", flow_fields[set_of(a).field].group);
    for (;;) {
        struct dp_act_set set = set_of(a);
        const struct flow_field *f = &flow_fields[set.field];
        const uint8_t *value = (const uint8_t *)dp_action_payload(a) + sizeof set;
        if (*f->label && f->form != FORM_MPLS_LSE) {
            str_putf(w->s, "%s=", f->label);
        }
        field_text_put(w->s, (enum flow_field_id)set.field, value,
                       a->type == DP_ACT_SET ? NULL : value + set.size, w->names, false);
        const struct dp_action *next = following(w, a);
        if (!joins(a, next)) {
            break;
        }
        str_putc(w->s, ',');
        a = next;
    }
    w->p = (const uint8_t *)a;
    str_puts(w->s, "))");
}

static void
put_push_vlan(struct list_writer *w, const struct dp_action *a)
{
    struct dp_act_push_vlan v;
    memcpy(&v, dp_action_payload(a), sizeof v);
    str_puts(w->s, "push_vlan(");
    if (be16_host(v.tpid) != ETH_TYPE_VLAN) {
        str_putf(w->s, "tpid=0x%04x,", be16_host(v.tpid));
    }
    field_text_put(w->s, FIELD_VLAN_TCI, &v.tci, NULL, NULL, false);
    str_putc(w->s, ')');
}

static void
put_plain(struct list_writer *w, const struct dp_action *a)
{
    str_puts(w->s, dp_action_infos[a->type].name);
}

static void
put_recirc(struct list_writer *w, const struct dp_action *a)
{
    str_putf(w->s, "recirc(%#x)", payload_u32(a));
}

static void
put_trunc(struct list_writer *w, const struct dp_action *a)
{
    str_putf(w->s, "trunc(%u)", payload_u32(a));
}

static void
put_hash(struct list_writer *w, const struct dp_action *a)
{
    struct dp_act_hash hash;
    memcpy(&hash, dp_action_payload(a), sizeof hash);
    str_putf(w->s, hash.algorithm ? "hash(sym_l4(%u))" : "hash(l4(%u))", hash.basis);
}

static void
put_push_eth(struct list_writer *w, const struct dp_action *a)
{
    struct dp_act_push_eth eth;
    memcpy(&eth, dp_action_payload(a), sizeof eth);
    str_puts(w->s, "push_eth(src=");
    field_text_put(w->s, FIELD_ETH_SRC, eth.src, NULL, NULL, false);
    str_puts(w->s, ",dst=");
    field_text_put(w->s, FIELD_ETH_DST, eth.dst, NULL, NULL, false);
    str_putc(w->s, ')');
}

static void
open_list(struct list_writer *w, const struct dp_action *a, const char *closer)
{
    w->depth++;
    w->ends[w->depth] = (const uint8_t *)a + a->len;
    w->closers[w->depth] = closer;
    w->p = (const uint8_t *)dp_action_payload(a) + dp_action_infos[a->type].min;
    if (w->p == w->ends[w->depth]) {
        str_puts(w->s, "drop");
    }
}

/* The probability in tenths of a percent. */
static void
put_sample(struct list_writer *w, const struct dp_action *a)
{
    uint64_t tenths = ((uint64_t)payload_u32(a) * 1000 + UINT32_MAX / 2) / UINT32_MAX;
    str_putf(w->s, "sample(sample=%u.%u%%,actions(", (unsigned int)(tenths / 10),
             (unsigned int)(tenths % 10));
    open_list(w, a, "))");
}

static void
put_clone(struct list_writer *w, const struct dp_action *a)
{
    str_puts(w->s, "clone(");
    open_list(w, a, ")");
}

/* Those that nest move the cursor to their list, SET to the last action that it took in; the
 * others leave it. */
static void (*const putters[DP_ACT_COUNT])(struct list_writer *, const struct dp_action *) = {
    [DP_ACT_OUTPUT] = put_output,     [DP_ACT_USERSPACE] = put_userspace,
    [DP_ACT_SET] = put_set,           [DP_ACT_PUSH_VLAN] = put_push_vlan,
    [DP_ACT_POP_VLAN] = put_plain,    [DP_ACT_SAMPLE] = put_sample,
    [DP_ACT_RECIRC] = put_recirc,     [DP_ACT_HASH] = put_hash,
    [DP_ACT_SET_MASKED] = put_set,    [DP_ACT_TRUNC] = put_trunc,
    [DP_ACT_PUSH_ETH] = put_push_eth, [DP_ACT_POP_ETH] = put_plain,
    [DP_ACT_CLONE] = put_clone,       [DP_ACT_DROP] = put_plain,
};

void
action_text_put(struct str *s, const void *actions, size_t size, const struct port_names *names,
                const struct userdata_text *userdata)
{
    struct list_writer w = {.s = s, .names = names, .userdata = userdata, .p = actions};
    w.ends[0] = w.p + size;
    if (!size) {
        str_puts(s, "drop");
        return;
    }
    size_t list_start = s->n;
    for (;;) {
        while (w.p == w.ends[w.depth]) {
            if (!w.depth) {
                return;
            }
            str_puts(s, w.closers[w.depth--]);
        }
        if (s->n != list_start && s->s[s->n - 1] != '(') {
            str_putc(s, ',');
        }
        const struct dp_action *a = (const void *)w.p;
        unsigned int depth = w.depth;
        putters[a->type](&w, a);
        if (w.depth == depth) {
            a = (const void *)w.p;
            w.p += ROUND_UP((size_t)a->len, 4);
        }
    }
}
