/* SPDX-License-Identifier: Apache-2.0 */
/* Actions to text: a table of how each is written, most of them a word and a value. */
#include <inttypes.h>
#include <string.h>
#include <uv.h>

#include "base/endian.h"
#include "openflow/actions_names.h"
#include "openflow/actions_text.h"
#include "openflow/port_text.h"
#include "openflow/table_text.h"
#include "text/network.h"

enum { NO_LIMIT = 0xffff, NS_ETHERTYPE = 1, NSH = 0x894f };

struct writer {
    struct str *s;
    struct flow_names names;
};

typedef void put_fn(struct writer *w, const char *name, const void *act);

static void put_list(struct writer *w, const void *list, size_t size);

/* -- Pieces -- */

static const char *
field_header_name(enum of_field_id field)
{
    const struct of_oxm *oxm = of_oxm_of(field, OFP_10);
    oxm = oxm ? oxm : of_oxm_of(field, OFP_15);
    return oxm ? oxm->name : of_fields[field].name;
}

void
of_subfield_put(struct str *s, const struct of_subfield *sub)
{
    str_puts(s, field_header_name((enum of_field_id)sub->field));
    if (!sub->ofs && sub->n_bits == of_subfield_bits((enum of_field_id)sub->field)) {
        str_puts(s, "[]");
    } else if (sub->n_bits == 1) {
        str_putf(s, "[%u]", sub->ofs);
    } else {
        str_putf(s, "[%u..%u]", sub->ofs, sub->ofs + sub->n_bits - 1);
    }
}

/* Starts an item in parentheses: a comma unless it is the first. */
static void
separate(struct str *s)
{
    if (s->n && s->s[s->n - 1] != '(') {
        str_putc(s, ',');
    }
}

static void
put_hex_bytes(struct str *s, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str_putf(s, i ? ".%02x" : "%02x", p[i]);
    }
}

static const char *
shown(const struct act_names *names, unsigned int value)
{
    const char *name = act_name_of(names, value);
    return name ? name : "<unknown>";
}

/* -- A word, and perhaps a value -- */

static void
put_word(struct writer *w, const char *name, const void *act UNUSED)
{
    str_puts(w->s, name);
}

static void
put_dec8(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:%u", name, ((const struct of_act_u8 *)act)->value);
}

static void
put_dec16(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:%u", name, ((const struct of_act_u16 *)act)->value);
}

static void
put_vlan_vid(struct writer *w, const char *name, const void *act)
{
    const struct of_act_vlan_vid *v = act;
    str_putf(w->s, "%s:%u", v->only_tagged ? "set_vlan_vid" : name, v->value);
}

static void
put_vlan_pcp(struct writer *w, const char *name, const void *act)
{
    const struct of_act_vlan_pcp *v = act;
    str_putf(w->s, "%s:%u", v->only_tagged ? "set_vlan_pcp" : name, v->value);
}

static void
put_dec32(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:%" PRIu32, name, ((const struct of_act_u32 *)act)->value);
}

static void
put_type(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:0x%04x", name, ((const struct of_act_u16 *)act)->value);
}

static void
put_paren8(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s(%u)", name, ((const struct of_act_u8 *)act)->value);
}

static void
put_paren32(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s(%" PRIu32 ")", name, ((const struct of_act_u32 *)act)->value);
}

static void
put_mac(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    str_put_mac(w->s, ((const struct of_act_mac *)act)->mac);
}

static void
put_ipv4(struct writer *w, const char *name, const void *act)
{
    uint8_t bytes[4];
    put_be32(bytes, ((const struct of_act_u32 *)act)->value);
    str_putf(w->s, "%s:", name);
    str_put_ip(w->s, AF_INET, bytes);
}

static void
put_subfield(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    of_subfield_put(w->s, &((const struct of_act_subfield *)act)->sub);
}

/* -- Output -- */

static void
put_output(struct writer *w, const char *name, const void *act)
{
    const struct of_act_output *o = act;
    if (o->port == OFP_PORT_CONTROLLER) {
        str_putf(w->s, "CONTROLLER:%u", o->max_len);
        return;
    }
    if (o->port < OFP_PORT_MAX) {
        str_putf(w->s, "%s:", name);
    }
    of_port_put(w->s, o->port, w->names.ports);
}

static void
put_output_reg(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    of_subfield_put(w->s, &((const struct of_act_output_reg *)act)->src);
}

static void
put_output_trunc(struct writer *w, const char *name, const void *act)
{
    const struct of_act_output_trunc *o = act;
    str_putf(w->s, "%s(port=", name);
    of_port_put(w->s, o->port, w->names.ports);
    str_putf(w->s, ",max_len=%" PRIu32 ")", o->max_len);
}

static void
put_reason(struct str *s, uint8_t reason)
{
    const char *name = act_name_of(&act_reasons, reason);
    separate(s);
    if (name) {
        str_putf(s, "reason=%s", name);
    } else {
        str_putf(s, "reason=%u", reason);
    }
}

static void
put_controller(struct writer *w, const char *name, const void *act)
{
    const struct of_act_controller *c = act;
    size_t n = c->act.len - sizeof *c;
    if (c->reason == OF_REASON_ACTION && !c->controller_id && !n && !c->pause && !c->meter_id) {
        str_putf(w->s, "CONTROLLER:%u", c->max_len);
        return;
    }
    str_putf(w->s, "%s(", name);
    if (c->reason != OF_REASON_ACTION) {
        put_reason(w->s, c->reason);
    }
    if (c->max_len != NO_LIMIT) {
        separate(w->s);
        str_putf(w->s, "max_len=%u", c->max_len);
    }
    if (c->controller_id) {
        separate(w->s);
        str_putf(w->s, "id=%u", c->controller_id);
    }
    if (n) {
        separate(w->s);
        str_puts(w->s, "userdata=");
        put_hex_bytes(w->s, c->userdata, n);
    }
    if (c->pause) {
        separate(w->s);
        str_puts(w->s, "pause");
    }
    if (c->meter_id) {
        separate(w->s);
        str_putf(w->s, "meter_id=%" PRIu32, c->meter_id);
    }
    str_putc(w->s, ')');
}

static void
put_enqueue(struct writer *w, const char *name, const void *act)
{
    const struct of_act_enqueue *e = act;
    str_putf(w->s, "%s:", name);
    of_port_put(w->s, e->port, w->names.ports);
    str_putf(w->s, ":%" PRIu32, e->queue);
}

static void
put_bundle(struct writer *w, const char *name, const void *act)
{
    const struct of_act_bundle *b = act;
    str_putf(w->s, b->dst.n_bits ? "%s_load(" : "%s(", name);
    str_putf(w->s, "%s,%u,%s,ofport,", shown(&act_hash_fields, b->fields), b->basis,
             shown(&act_bundle_algorithms, b->algorithm));
    if (b->dst.n_bits) {
        of_subfield_put(w->s, &b->dst);
        str_putc(w->s, ',');
    }
    str_puts(w->s, "members:");
    for (uint16_t i = 0; i < b->n_ports; i++) {
        if (i) {
            str_putc(w->s, ',');
        }
        of_port_put(w->s, b->ports[i], w->names.ports);
    }
    str_putc(w->s, ')');
}

/* -- Headers and fields -- */

/* What took the tag away in OpenFlow 1.0 has another name. */
static void
put_strip_vlan(struct writer *w, const char *name, const void *act)
{
    str_puts(w->s, ((const struct of_act_u8 *)act)->value ? name : "strip_vlan");
}

static void
put_props(struct str *s, const uint8_t *p, size_t n)
{
    enum { NSH_CLASS = 4, MD_TYPE = 1, TLV = 2, HEAD = 4, TLV_HEAD = 4 };
    struct rd r = rd_make(p, n);
    str_putc(s, '(');
    while (rd_left(&r)) {
        uint16_t prop_class = rd_be16(&r);
        uint8_t type = rd_u8(&r), len = rd_u8(&r);
        struct rd body = rd_sub(&r, MIN((size_t)MAX(len, HEAD) - HEAD, rd_left(&r)));
        rd_skip(&r, MIN((size_t)(ROUND_UP(len, 8) - len), rd_left(&r)));
        separate(s);
        if (prop_class == NSH_CLASS && type == MD_TYPE) {
            str_putf(s, "md_type=%u", rd_u8(&body));
        } else if (prop_class == NSH_CLASS && type == TLV && rd_left(&body) >= TLV_HEAD) {
            uint16_t tlv_class = rd_be16(&body);
            uint8_t tlv_type = rd_u8(&body), tlv_len = rd_u8(&body);
            str_putf(s, "tlv(0x%04x,%u,0x", tlv_class, tlv_type);
            for (size_t i = 0; i < tlv_len && rd_left(&body); i++) {
                str_putf(s, "%02x", rd_u8(&body));
            }
            str_putc(s, ')');
        } else {
            str_putf(s, "class=%u,type=%u", prop_class, type);
        }
    }
    str_putc(s, ')');
}

static void
put_encap(struct writer *w, const char *name, const void *act)
{
    const struct of_act_encap *e = act;
    size_t n = e->act.len - sizeof *e;
    str_putf(w->s, "%s(", name);
    if (!e->packet_type) {
        str_puts(w->s, "ethernet");
    } else if (e->packet_type == (NS_ETHERTYPE << 16 | NSH)) {
        str_puts(w->s, "nsh");
    } else if (e->packet_type == (NS_ETHERTYPE << 16 | 0x8847)) {
        str_puts(w->s, "mpls");
    } else if (e->packet_type == (NS_ETHERTYPE << 16 | 0x8848)) {
        str_puts(w->s, "mpls_mc");
    } else {
        str_putf(w->s, "packet_type(ns=%u,type=%#x)", e->packet_type >> 16,
                 e->packet_type & 0xffff);
    }
    if (n) {
        put_props(w->s, e->props, n);
    }
    str_putc(w->s, ')');
}

static void
put_decap(struct writer *w, const char *name, const void *act)
{
    const struct of_act_decap *d = act;
    if (d->packet_type == OF_DECAP_NEXT) {
        str_putf(w->s, "%s()", name);
    } else {
        uint32_t type = d->packet_type & 0xffff;
        str_putf(w->s,
                 type ? "%s(packet_type(ns=%u,type=0x%x))" : "%s(packet_type(ns=%u,type=%x))",
                 name, d->packet_type >> 16, type);
    }
}

static void
put_set_field(struct writer *w, const char *name, const void *act)
{
    const struct of_act_set_field *set = act;
    enum of_field_id field = (enum of_field_id)set->field;
    str_putf(w->s, "%s:", name);
    of_value_put(w->s, field, set->value, set->value + set->size, set->size, w->names.ports);
    str_putf(w->s, "->%s", field == OF_IN_PORT_OXM ? "in_port" : of_fields[field].name);
}

static void
put_load(struct writer *w, const char *name, const void *act)
{
    const struct of_act_load *l = act;
    str_putf(w->s, "%s:%#" PRIx64 "->", name, l->value);
    of_subfield_put(w->s, &l->dst);
}

static void
put_move(struct writer *w, const char *name, const void *act)
{
    const struct of_act_move *m = act;
    str_putf(w->s, "%s:", name);
    of_subfield_put(w->s, &m->src);
    str_puts(w->s, "->");
    of_subfield_put(w->s, &m->dst);
}

static void
put_ids(struct writer *w, const char *name, const void *act)
{
    const struct of_act_ids *a = act;
    size_t n = (a->act.len - sizeof *a) / sizeof *a->ids;
    str_putf(w->s, "%s(", name);
    for (size_t i = 0; i < n; i++) {
        str_putf(w->s, i ? ",%u" : "%u", a->ids[i]);
    }
    str_putc(w->s, ')');
}

static void
put_tunnel(struct writer *w, const char *name, const void *act)
{
    const struct of_act_tunnel *t = act;
    bool is_wide = t->is_wide || t->id > UINT32_MAX;
    str_putf(w->s, is_wide ? "%s64:0x%" PRIx64 : "%s:0x%" PRIx64, name, t->id);
}

static void
put_delete_field(struct writer *w, const char *name, const void *act)
{
    const struct of_act_subfield *a = act;
    str_putf(w->s, "%s:%s", name, of_fields[a->sub.field].name);
}

static void
put_check(struct writer *w, const char *name, const void *act)
{
    const struct of_act_check *c = act;
    str_putf(w->s, "%s(%u)->", name, c->length);
    of_subfield_put(w->s, &c->dst);
}

/* -- Metadata -- */

static void
put_fin_timeout(struct writer *w, const char *name, const void *act)
{
    const struct of_act_fin_timeout *f = act;
    str_putf(w->s, "%s(", name);
    if (f->idle) {
        str_putf(w->s, "idle_timeout=%u", f->idle);
    }
    if (f->hard) {
        separate(w->s);
        str_putf(w->s, "hard_timeout=%u", f->hard);
    }
    str_putc(w->s, ')');
}

static void
put_conjunction(struct writer *w, const char *name, const void *act)
{
    const struct of_act_conjunction *c = act;
    str_putf(w->s, "%s(%" PRIu32 ",%u/%u)", name, c->id, c->clause + 1u, c->n_clauses);
}

static void
put_note(struct writer *w, const char *name, const void *act)
{
    const struct of_act_bytes *b = act;
    str_putf(w->s, "%s:", name);
    put_hex_bytes(w->s, b->bytes, b->act.len - sizeof *b);
}

static void
put_metadata(struct writer *w, const char *name, const void *act)
{
    const struct of_act_metadata *m = act;
    str_putf(w->s, "%s:0x%" PRIx64, name, m->value);
    if (m->mask != UINT64_MAX) {
        str_putf(w->s, m->mask ? "/0x%" PRIx64 : "/%" PRIx64, m->mask);
    }
}

/* -- Connections -- */

static void
put_range(struct str *s, const struct of_act_nat *nat)
{
    bool is_v6 = nat->present & OF_NAT_IPV6_MIN;
    bool has_port = nat->present & OF_NAT_PROTO_MIN,
         has_ip = is_v6 || nat->present & OF_NAT_IPV4_MIN;
    int family = is_v6 ? AF_INET6 : AF_INET;
    if (is_v6 && has_port) {
        str_putc(s, '[');
    }
    if (has_ip) {
        str_put_ip(s, family, is_v6 ? nat->ipv6_min : nat->ipv4_min);
    }
    if (nat->present & (OF_NAT_IPV4_MAX | OF_NAT_IPV6_MAX)) {
        str_puts(s, is_v6 && has_port ? "]-[" : "-");
        str_put_ip(s, family, is_v6 ? nat->ipv6_max : nat->ipv4_max);
    }
    if (is_v6 && has_port) {
        str_putc(s, ']');
    }
    if (has_port) {
        str_putf(s, ":%u", nat->proto_min);
        if (nat->present & OF_NAT_PROTO_MAX) {
            str_putf(s, "-%u", nat->proto_max);
        }
    }
}

static void
put_nat(struct writer *w, const char *name, const void *act)
{
    static const struct {
        uint16_t flag;
        const char *word;
    } words[] = {
        {OF_NAT_PERSISTENT, "persistent"}, {OF_NAT_HASH, "hash"}, {OF_NAT_RANDOM, "random"}};
    const struct of_act_nat *nat = act;
    str_puts(w->s, name);
    if (!nat->flags) {
        return;
    }
    str_puts(w->s, nat->flags & OF_NAT_SRC ? "(src" : "(dst");
    if (nat->present) {
        str_putc(w->s, '=');
        put_range(w->s, nat);
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (nat->flags & words[i].flag) {
            str_putf(w->s, ",%s", words[i].word);
        }
    }
    str_putc(w->s, ')');
}

/* What a ct's list does besides translating addresses. */
static void
put_exec(struct writer *w, const struct of_act_ct *ct)
{
    size_t size = ct->act.len - sizeof *ct, ofs = 0;
    bool any = false;
    for (const struct of_act *a; (a = of_acts_next(ct->list, size, &ofs));) {
        if (a->type == OF_ACT_NAT) {
            separate(w->s);
            put_nat(w, "nat", a);
        }
    }
    ofs = 0;
    for (const struct of_act *a; (a = of_acts_next(ct->list, size, &ofs));) {
        if (a->type != OF_ACT_NAT) {
            separate(w->s);
            str_puts(w->s, any ? "" : "exec(");
            any = true;
            put_list(w, a, ROUND_UP((size_t)a->len, 8));
        }
    }
    if (any) {
        str_putc(w->s, ')');
    }
}

static void
put_ct(struct writer *w, const char *name, const void *act)
{
    const struct of_act_ct *ct = act;
    str_putf(w->s, "%s(", name);
    if (ct->flags & OF_CT_COMMIT) {
        str_puts(w->s, "commit");
    }
    if (ct->flags & OF_CT_FORCE) {
        separate(w->s);
        str_puts(w->s, "force");
    }
    if (ct->recirc_table != OF_TABLE_NONE) {
        separate(w->s);
        str_puts(w->s, "table=");
        of_table_put(w->s, ct->recirc_table, w->names.tables);
    }
    if (ct->zone_src.n_bits) {
        separate(w->s);
        str_puts(w->s, "zone=");
        of_subfield_put(w->s, &ct->zone_src);
    } else if (ct->zone_imm) {
        separate(w->s);
        str_putf(w->s, "zone=%u", ct->zone_imm);
    }
    if (ct->alg) {
        separate(w->s);
        str_putf(w->s, ct->alg == 21 ? "alg=ftp" : ct->alg == 69 ? "alg=tftp" : "alg=%u", ct->alg);
    }
    put_exec(w, ct);
    str_putc(w->s, ')');
}

/* -- Programs -- */

static void
put_goto_table(struct writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    of_table_put(w->s, ((const struct of_act_u8 *)act)->value, w->names.tables);
}

static void
put_resubmit(struct writer *w, const char *name, const void *act)
{
    const struct of_act_resubmit *r = act;
    if (r->port != OFP_PORT_IN_PORT && r->table == OF_TABLE_NONE) {
        str_putf(w->s, "%s:", name);
        of_port_put(w->s, r->port, w->names.ports);
        return;
    }
    str_putf(w->s, "%s(", name);
    if (r->port != OFP_PORT_IN_PORT) {
        of_port_put(w->s, r->port, w->names.ports);
    }
    str_putc(w->s, ',');
    if (r->table != OF_TABLE_NONE) {
        of_table_put(w->s, r->table, w->names.tables);
    }
    str_puts(w->s, r->with_ct ? ",ct)" : ")");
}

static void
put_nested(struct writer *w, const char *name, const void *act)
{
    const struct of_act_list *l = act;
    str_putf(w->s, "%s(", name);
    put_list(w, l->list, l->act.len - sizeof *l);
    str_putc(w->s, ')');
}

static bool
is_same_place(const struct of_subfield *a, const struct of_subfield *b)
{
    return a->field == b->field && a->ofs == b->ofs;
}

/* A specification's value, whose bytes are whole words; as many as N of them. */
static void
put_spec_hex(struct str *s, const struct of_learn_spec *spec)
{
    of_number_put_hex(s, spec->value, spec->value_size);
}

static void
put_spec_match(struct writer *w, const struct of_learn_spec *spec)
{
    const struct of_field *f = &of_fields[spec->dst.field];
    bool is_whole = !spec->dst.ofs &&
                    spec->n_bits == of_subfield_bits((enum of_field_id)spec->dst.field) &&
                    f->wire <= spec->value_size;
    if (spec->src_kind == OF_LEARN_FROM_FIELD) {
        of_subfield_put(w->s, &spec->dst);
        if (!is_same_place(&spec->src, &spec->dst)) {
            str_putc(w->s, '=');
            of_subfield_put(w->s, &spec->src);
        }
    } else if (is_whole) {
        str_putf(w->s, "%s=", f->name);
        of_value_put(w->s, (enum of_field_id)spec->dst.field,
                     spec->value + spec->value_size - f->wire, NULL, f->wire, w->names.ports);
    } else {
        of_subfield_put(w->s, &spec->dst);
        str_putc(w->s, '=');
        put_spec_hex(w->s, spec);
    }
}

static void
put_spec(struct writer *w, const struct of_learn_spec *spec)
{
    separate(w->s);
    if (spec->dst_kind == OF_LEARN_MATCH) {
        put_spec_match(w, spec);
        return;
    }
    str_puts(w->s, spec->dst_kind == OF_LEARN_LOAD ? "load:" : "output:");
    if (spec->src_kind == OF_LEARN_FROM_VALUE) {
        put_spec_hex(w->s, spec);
    } else {
        of_subfield_put(w->s, &spec->src);
    }
    if (spec->dst_kind == OF_LEARN_LOAD) {
        str_puts(w->s, "->");
        of_subfield_put(w->s, &spec->dst);
    }
}

static void
put_number_if(struct str *s, const char *key, uint64_t x, uint64_t usual)
{
    if (x != usual) {
        separate(s);
        str_putf(s, "%s=%" PRIu64, key, x);
    }
}

static void
put_word_if(struct str *s, const char *word, bool wanted)
{
    if (wanted) {
        separate(s);
        str_puts(s, word);
    }
}

static void
put_learn(struct writer *w, const char *name, const void *act)
{
    enum { USUAL_PRIORITY = 0x8000 };
    const struct of_act_learn *l = act;
    str_putf(w->s, "%s(table=", name);
    of_table_put(w->s, l->table, w->names.tables);
    put_number_if(w->s, "idle_timeout", l->idle_timeout, 0);
    put_number_if(w->s, "hard_timeout", l->hard_timeout, 0);
    put_number_if(w->s, "fin_idle_timeout", l->fin_idle_timeout, 0);
    put_number_if(w->s, "fin_hard_timeout", l->fin_hard_timeout, 0);
    put_number_if(w->s, "priority", l->priority, USUAL_PRIORITY);
    put_word_if(w->s, "send_flow_rem", l->flags & OF_LEARN_SEND_FLOW_REM);
    put_word_if(w->s, "delete_learned", l->flags & OF_LEARN_DELETE_LEARNED);
    if (l->cookie) {
        str_putf(w->s, ",cookie=0x%" PRIx64, l->cookie);
    }
    put_number_if(w->s, "limit", l->limit, 0);
    if (l->flags & OF_LEARN_WRITE_RESULT) {
        str_puts(w->s, ",result_dst=");
        of_subfield_put(w->s, &l->result_dst);
    }
    size_t ofs = 0;
    for (const struct of_learn_spec *spec; (spec = of_learn_next(l, &ofs));) {
        put_spec(w, spec);
    }
    str_putc(w->s, ')');
}

static void
put_multipath(struct writer *w, const char *name, const void *act)
{
    const struct of_act_multipath *m = act;
    str_putf(w->s, "%s(%s,%u,%s,%u,%" PRIu32 ",", name, shown(&act_hash_fields, m->fields),
             m->basis, shown(&act_multipath_algorithms, m->algorithm), m->max_link + 1u, m->arg);
    of_subfield_put(w->s, &m->dst);
    str_putc(w->s, ')');
}

static void
put_sample(struct writer *w, const char *name, const void *act)
{
    const struct of_act_sample *a = act;
    str_putf(w->s,
             "%s(probability=%u,collector_set_id=%" PRIu32 ",obs_domain_id=%" PRIu32
             ",obs_point_id=%" PRIu32,
             name, a->probability, a->collector_set_id, a->obs_domain_id, a->obs_point_id);
    if (a->sampling_port != OFP_PORT_NONE) {
        str_puts(w->s, ",sampling_port=");
        of_port_put(w->s, a->sampling_port, w->names.ports);
    }
    put_word_if(w->s, "ingress", a->direction == 1);
    put_word_if(w->s, "egress", a->direction == 2);
    str_putc(w->s, ')');
}

/* -- All of them -- */

static put_fn *const writers[OF_ACT_COUNT] = {
    [OF_ACT_OUTPUT] = put_output,
    [OF_ACT_OUTPUT_REG] = put_output_reg,
    [OF_ACT_OUTPUT_TRUNC] = put_output_trunc,
    [OF_ACT_CONTROLLER] = put_controller,
    [OF_ACT_ENQUEUE] = put_enqueue,
    [OF_ACT_BUNDLE] = put_bundle,
    [OF_ACT_GROUP] = put_dec32,
    [OF_ACT_STRIP_VLAN] = put_strip_vlan,
    [OF_ACT_PUSH_VLAN] = put_type,
    [OF_ACT_PUSH_MPLS] = put_type,
    [OF_ACT_POP_MPLS] = put_type,
    [OF_ACT_PUSH_PBB] = put_type,
    [OF_ACT_ENCAP] = put_encap,
    [OF_ACT_DECAP] = put_decap,
    [OF_ACT_SET_FIELD] = put_set_field,
    [OF_ACT_LOAD] = put_load,
    [OF_ACT_MOVE] = put_move,
    [OF_ACT_SET_VLAN_VID] = put_vlan_vid,
    [OF_ACT_SET_VLAN_PCP] = put_vlan_pcp,
    [OF_ACT_SET_ETH_SRC] = put_mac,
    [OF_ACT_SET_ETH_DST] = put_mac,
    [OF_ACT_SET_IPV4_SRC] = put_ipv4,
    [OF_ACT_SET_IPV4_DST] = put_ipv4,
    [OF_ACT_SET_IP_DSCP] = put_dec8,
    [OF_ACT_SET_IP_ECN] = put_dec8,
    [OF_ACT_SET_IP_TTL] = put_dec8,
    [OF_ACT_SET_L4_SRC] = put_dec16,
    [OF_ACT_SET_L4_DST] = put_dec16,
    [OF_ACT_DEC_TTL_IDS] = put_ids,
    [OF_ACT_SET_MPLS_LABEL] = put_paren32,
    [OF_ACT_SET_MPLS_TC] = put_paren8,
    [OF_ACT_SET_MPLS_TTL] = put_paren8,
    [OF_ACT_SET_TUNNEL] = put_tunnel,
    [OF_ACT_DELETE_FIELD] = put_delete_field,
    [OF_ACT_CHECK_PKT_LARGER] = put_check,
    [OF_ACT_SET_QUEUE] = put_dec32,
    [OF_ACT_STACK_PUSH] = put_subfield,
    [OF_ACT_STACK_POP] = put_subfield,
    [OF_ACT_FIN_TIMEOUT] = put_fin_timeout,
    [OF_ACT_CONJUNCTION] = put_conjunction,
    [OF_ACT_NOTE] = put_note,
    [OF_ACT_CT] = put_ct,
    [OF_ACT_NAT] = put_nat,
    [OF_ACT_RESUBMIT] = put_resubmit,
    [OF_ACT_CLONE] = put_nested,
    [OF_ACT_LEARN] = put_learn,
    [OF_ACT_MULTIPATH] = put_multipath,
    [OF_ACT_SAMPLE] = put_sample,
    [OF_ACT_METER] = put_dec32,
    [OF_ACT_WRITE_ACTIONS] = put_nested,
    [OF_ACT_WRITE_METADATA] = put_metadata,
    [OF_ACT_GOTO_TABLE] = put_goto_table,
};

static void
put_list(struct writer *w, const void *list, size_t size)
{
    size_t ofs = 0;
    if (!size) {
        str_puts(w->s, "drop");
    }
    for (const struct of_act *a; (a = of_acts_next(list, size, &ofs));) {
        put_fn *put = writers[a->type] ? writers[a->type] : put_word;
        if (a != list) {
            str_putc(w->s, ',');
        }
        put(w, of_act_infos[a->type].name, a);
    }
}

void
of_acts_text_put(struct str *s, const void *list, size_t size, const struct flow_names *names)
{
    struct writer w = {s, flow_names_or_none(names)};
    put_list(&w, list, size);
}
