/* SPDX-License-Identifier: Apache-2.0 */
/* Actions on headers, fields and what goes with a packet, to text. */
#include <inttypes.h>
#include <string.h>

#include "base/endian.h"
#include "openflow/actions_format.h"

enum { NS_ETHERTYPE = 1, NSH = 0x894f };

/* What took the tag away in OpenFlow 1.0 has another name. */
void
act_show_strip_vlan(struct act_writer *w, const char *name, const void *act)
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
        act_show_comma(s);
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

void
act_show_encap(struct act_writer *w, const char *name, const void *act)
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

void
act_show_decap(struct act_writer *w, const char *name, const void *act)
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

void
act_show_set_field(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_set_field *set = act;
    enum of_field_id field = (enum of_field_id)set->field;
    str_putf(w->s, "%s:", name);
    of_value_put(w->s, field, set->value, set->value + set->size, set->size, w->names.ports);
    str_putf(w->s, "->%s", field == OF_IN_PORT_OXM ? "in_port" : of_fields[field].name);
}

void
act_show_load(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_load *l = act;
    str_putf(w->s, "%s:%#" PRIx64 "->", name, l->value);
    of_subfield_put(w->s, &l->dst);
}

void
act_show_move(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_move *m = act;
    str_putf(w->s, "%s:", name);
    of_subfield_put(w->s, &m->src);
    str_puts(w->s, "->");
    of_subfield_put(w->s, &m->dst);
}

void
act_show_ids(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_ids *a = act;
    size_t n = (a->act.len - sizeof *a) / sizeof *a->ids;
    str_putf(w->s, "%s(", name);
    for (size_t i = 0; i < n; i++) {
        str_putf(w->s, i ? ",%u" : "%u", a->ids[i]);
    }
    str_putc(w->s, ')');
}

void
act_show_tunnel(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_tunnel *t = act;
    bool is_wide = t->is_wide || t->id > UINT32_MAX;
    str_putf(w->s, is_wide ? "%s64:0x%" PRIx64 : "%s:0x%" PRIx64, name, t->id);
}

void
act_show_delete_field(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_subfield *a = act;
    str_putf(w->s, "%s:%s", name, of_fields[a->sub.field].name);
}

void
act_show_check(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_check *c = act;
    str_putf(w->s, "%s(%u)->", name, c->length);
    of_subfield_put(w->s, &c->dst);
}

/* -- Metadata -- */

void
act_show_fin_timeout(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_fin_timeout *f = act;
    str_putf(w->s, "%s(", name);
    if (f->idle) {
        str_putf(w->s, "idle_timeout=%u", f->idle);
    }
    if (f->hard) {
        act_show_comma(w->s);
        str_putf(w->s, "hard_timeout=%u", f->hard);
    }
    str_putc(w->s, ')');
}

void
act_show_conjunction(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_conjunction *c = act;
    str_putf(w->s, "%s(%" PRIu32 ",%u/%u)", name, c->id, c->clause + 1u, c->n_clauses);
}

void
act_show_note(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_bytes *b = act;
    str_putf(w->s, "%s:", name);
    act_show_bytes(w->s, b->bytes, b->act.len - sizeof *b);
}

void
act_show_metadata(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_metadata *m = act;
    str_putf(w->s, "%s:0x%" PRIx64, name, m->value);
    if (m->mask != UINT64_MAX) {
        str_putf(w->s, m->mask ? "/0x%" PRIx64 : "/%" PRIx64, m->mask);
    }
}
