/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that are programs, and what is around them, to text. */
#include <inttypes.h>
#include <string.h>

#include "openflow/actions_format.h"
#include "openflow/port_text.h"
#include "openflow/table_text.h"

void
act_show_goto_table(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    of_table_put(w->s, ((const struct of_act_u8 *)act)->value, w->names.tables);
}

void
act_show_resubmit(struct act_writer *w, const char *name, const void *act)
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

void
act_show_nested(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_list *l = act;
    str_putf(w->s, "%s(", name);
    act_show_list(w, l->list, l->act.len - sizeof *l);
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
put_spec_match(struct act_writer *w, const struct of_learn_spec *spec)
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
put_spec(struct act_writer *w, const struct of_learn_spec *spec)
{
    act_show_comma(w->s);
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
        act_show_comma(s);
        str_putf(s, "%s=%" PRIu64, key, x);
    }
}

static void
put_word_if(struct str *s, const char *word, bool wanted)
{
    if (wanted) {
        act_show_comma(s);
        str_puts(s, word);
    }
}

void
act_show_learn(struct act_writer *w, const char *name, const void *act)
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

void
act_show_multipath(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_multipath *m = act;
    str_putf(w->s, "%s(%s,%u,%s,%u,%" PRIu32 ",", name, act_show_name(&act_hash_fields, m->fields),
             m->basis, act_show_name(&act_multipath_algorithms, m->algorithm), m->max_link + 1u,
             m->arg);
    of_subfield_put(w->s, &m->dst);
    str_putc(w->s, ')');
}

void
act_show_sample(struct act_writer *w, const char *name, const void *act)
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
