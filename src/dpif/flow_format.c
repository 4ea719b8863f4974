/* SPDX-License-Identifier: Apache-2.0 */
/* Flow to text. Rows of the fields table that share a group are written as one parenthesis; a
 * group is shown when the packet has it and the mask looks at it (or all are wanted). Only the
 * nest of VLAN headers, whose Ethernet types stand before their tags, is not a walk over rows.
 * The texts are those observed of the packaged dpctl/dump-flows. No state. */
#include <string.h>

#include "dpif/action_text.h"
#include "dpif/flow_text.h"

struct writer {
    struct str *s;
    const struct flow_key *key, *mask;
    const struct port_names *names;
    bool verbose, all; /* all: there is no mask */
    size_t start;
    unsigned int n_open; /* encap( */
};

static void
separate(struct writer *w)
{
    size_t n = w->s->n;
    if (n != w->start && w->s->s[n - 1] != '(') {
        str_putc(w->s, ',');
    }
}

/* Rows that are shown only if they say something, even when all are wanted. */
static bool
is_shy(const struct writer *w, enum flow_field_id id)
{
    uint8_t form = flow_fields[id].form;
    bool is_lower_label = form == FORM_MPLS_LSE && *flow_fields[id].label;
    return form == FORM_FRAG || flow_fields[id].prereq == PREREQ_TUNNEL ||
           ((form == FORM_TCP_FLAGS || is_lower_label) && flow_field_is_zero(id, w->key));
}

static bool
is_shown(const struct writer *w, enum flow_field_id id)
{
    const struct flow_field *f = &flow_fields[id];
    if (!flow_prereq_holds((enum flow_prereq)f->prereq, w->key)) {
        return false;
    }
    if (w->all) {
        return f->form == FORM_PORT || (f->form != FORM_PACKET_TYPE &&
                                        !((f->prereq == PREREQ_NONE || is_shy(w, id)) &&
                                          f->form != FORM_FRAG && flow_field_is_zero(id, w->key)));
    }
    return !flow_field_is_zero(id, w->mask) || (w->verbose && !is_shy(w, id));
}

static void
put_value(struct writer *w, enum flow_field_id id)
{
    uint8_t value[FLOW_FIELD_MAX_SIZE], mask[FLOW_FIELD_MAX_SIZE];
    flow_field_get(id, w->key, value);
    if (!w->all) {
        flow_field_get(id, w->mask, mask);
    }
    field_text_put(w->s, id, value, w->all ? NULL : mask, w->names, w->verbose);
}

static void
put_label(struct writer *w, enum flow_field_id id)
{
    const struct flow_field *f = &flow_fields[id];
    separate(w);
    bool is_nested = f->form == FORM_TUN_FLAGS;
    if (*f->label && f->form != FORM_MPLS_LSE) {
        str_puts(w->s, f->label);
        str_putc(w->s, is_nested ? '(' : '=');
    }
    put_value(w, id);
    if (is_nested) {
        str_putc(w->s, ')');
    }
}

/* The rows from FIRST up to END are one group. */
static void
put_group(struct writer *w, enum flow_field_id first, enum flow_field_id end)
{
    const struct flow_field *f = &flow_fields[first];
    bool any = false;
    for (enum flow_field_id id = first; id < end; id++) {
        any = any || is_shown(w, id);
    }
    /* Without a packet type, eth() says that it is an Ethernet frame. */
    bool is_mark = f->prereq == PREREQ_ETH && f->form == FORM_ETH && !w->all &&
                   flow_field_is_zero(FIELD_PACKET_TYPE, w->mask);
    if (!any && !is_mark) {
        return;
    }
    separate(w);
    str_putf(w->s, "%s(", f->group);
    for (enum flow_field_id id = first; id < end; id++) {
        if (is_shown(w, id)) {
            put_label(w, id);
        }
    }
    str_putc(w->s, ')');
}

/* The VLAN headers that the key has: "eth_type(0x8100),vlan(vid=5,pcp=0),encap(". */
static void
put_vlans(struct writer *w)
{
    static const enum flow_field_id rows[2][2] = {{FIELD_VLAN_TPID, FIELD_VLAN_TCI},
                                                  {FIELD_VLAN1_TPID, FIELD_VLAN1_TCI}};
    const be16 tcis[2] = {w->key->vlan_tci0, w->key->vlan_tci1};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!(be16_host(tcis[i]) & FLOW_VLAN_PRESENT) ||
            (!is_shown(w, rows[i][0]) && !is_shown(w, rows[i][1]))) {
            return;
        }
        uint8_t tpid[FLOW_FIELD_MAX_SIZE];
        flow_field_get(rows[i][0], w->key, tpid);
        if (flow_field_is_zero(rows[i][0], w->key)) {
            field_from_u64(rows[i][0], ETH_TYPE_VLAN, tpid);
        }
        separate(w);
        str_puts(w->s, "eth_type(");
        field_text_put(w->s, rows[i][0], tpid, NULL, w->names, w->verbose);
        str_puts(w->s, "),vlan(");
        put_value(w, rows[i][1]);
        str_puts(w->s, "),encap(");
        w->n_open++;
    }
}

static void
put_eth_type(struct writer *w)
{
    if (be16_host(w->key->eth_type) == ETH_TYPE_NOT_ETH) {
        if (!w->all && flow_field_is_exact(FIELD_ETH_TYPE, w->mask)) {
            separate(w);
            str_puts(w->s, "eth_type(0/0xffff)");
        }
    } else if (w->all || !flow_field_is_zero(FIELD_ETH_TYPE, w->mask)) {
        put_group(w, FIELD_ETH_TYPE, FIELD_ETH_TYPE + 1);
    }
}

void
flow_text_put(struct str *s, const struct flow_key *key, const struct flow_key *mask,
              const struct port_names *names, unsigned int flags)
{
    struct writer w = {.s = s,
                       .key = key,
                       .mask = mask,
                       .names = names,
                       .verbose = flags & FLOW_TEXT_VERBOSE,
                       .all = !mask,
                       .start = s->n};
    for (enum flow_field_id id = 0; id < FIELD_COUNT;) {
        enum flow_field_id end = id + 1;
        while (end < FIELD_COUNT && !strcmp(flow_fields[end].group, flow_fields[id].group)) {
            end++;
        }
        if (id == FIELD_VLAN_TPID) {
            put_vlans(&w);
            put_eth_type(&w);
            end = FIELD_ETH_TYPE + 1;
        } else {
            put_group(&w, id, end);
        }
        id = end;
    }
    str_put_repeat(s, ')', w.n_open);
}

void
flow_text_put_stats(struct str *s, const struct dpif_flow_stats *stats, uint64_t now_ms)
{
    static const char letters[] = "FSRP.UECN";
    str_putf(s, "packets:%llu, bytes:%llu, used:", (unsigned long long)stats->packets,
             (unsigned long long)stats->bytes);
    if (!stats->used_ms) {
        str_puts(s, "never");
    } else {
        uint64_t ms = now_ms > stats->used_ms ? now_ms - stats->used_ms : 0;
        str_putf(s, "%llu.%03llus", (unsigned long long)(ms / 1000),
                 (unsigned long long)(ms % 1000));
    }
    if (!stats->tcp_flags) {
        return;
    }
    str_puts(s, ", flags:");
    for (unsigned int i = 0; i < sizeof letters - 1; i++) {
        if (stats->tcp_flags & 1u << i) {
            str_putc(s, letters[i]);
        }
    }
    if (stats->tcp_flags >> 9) {
        str_putf(s, "[%x]", stats->tcp_flags & ~0x1ffu);
    }
}

void
flow_text_put_ufid(struct str *s, const struct uuid *ufid)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(ufid, text);
    str_putf(s, "ufid:%s", text);
}

void
flow_text_put_flow(struct str *s, const struct dpif_flow *f, const struct port_names *names,
                   uint64_t now_ms, unsigned int flags)
{
    bool verbose = flags & FLOW_TEXT_VERBOSE;
    if (verbose) {
        flow_text_put_ufid(s, &f->ufid);
        str_puts(s, ", ");
    }
    flow_text_put(s, f->key, f->mask, names, flags);
    str_puts(s, ", ");
    flow_text_put_stats(s, &f->stats, now_ms);
    str_puts(s, verbose ? ", dp:ovs, actions:" : ", actions:");
    action_text_put(s, f->actions, f->actions_size, names, NULL);
}
