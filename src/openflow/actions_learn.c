/* SPDX-License-Identifier: Apache-2.0 */
/* learn on the wire (ovs-actions(7)): fixed members, then specifications of what the new flow
 * matches, loads and outputs, each a header that says where its bits come from and go to. Padding
 * ends the list. */
#include <string.h>

#include "openflow/actions_internal.h"
#include "openflow/field_use.h"

enum {
    SPEC_N_BITS = 0x3ff,
    SPEC_VALUE = 0x2000, /* from a value, else from a field */
    SPEC_DST_SHIFT = 11,
    SPEC_DST_MASK = 3,
    SPEC_RESERVED = 0xc400,
    NX_LEARN2 = 45,
    LEARN_FLAGS = OF_LEARN_SEND_FLOW_REM | OF_LEARN_DELETE_LEARNED | OF_LEARN_WRITE_RESULT,
};

/* Bytes of a value of N_BITS on the wire: whole 16-bit words. */
static size_t
value_size(size_t n_bits)
{
    return (n_bits + 15) / 16 * 2;
}

const struct of_learn_spec *
of_learn_next(const struct of_act_learn *l, size_t *ofs)
{
    size_t size = l->act.len - sizeof *l;
    if (*ofs >= size) {
        return NULL;
    }
    const struct of_learn_spec *spec = (const void *)(l->specs + *ofs);
    *ofs += sizeof *spec + ROUND_UP((size_t)spec->value_size, 8);
    return spec;
}

/* -- Writing -- */

static void
put_place(struct act_put *p, const struct of_subfield *sub)
{
    act_put_field(p, (enum of_field_id)sub->field);
    wr_be16(p->w, sub->ofs);
}

static void
put_spec(struct act_put *p, const struct of_learn_spec *spec)
{
    bool is_value = spec->src_kind == OF_LEARN_FROM_VALUE;
    wr_be16(p->w, (uint16_t)(spec->n_bits | spec->dst_kind << SPEC_DST_SHIFT |
                             (is_value ? SPEC_VALUE : 0)));
    if (is_value) {
        wr_bytes(p->w, spec->value, spec->value_size);
    } else {
        put_place(p, &spec->src);
    }
    if (spec->dst_kind != OF_LEARN_OUTPUT) {
        put_place(p, &spec->dst);
    }
}

void
put_learn(struct act_put *p)
{
    const struct of_act_learn *l = (const void *)p->act;
    wr_be16(p->w, l->idle_timeout);
    wr_be16(p->w, l->hard_timeout);
    wr_be16(p->w, l->priority);
    wr_be64(p->w, l->cookie);
    wr_be16(p->w, l->flags);
    wr_u8(p->w, l->table);
    wr_u8(p->w, 0);
    wr_be16(p->w, l->fin_idle_timeout);
    wr_be16(p->w, l->fin_hard_timeout);
    if (l->has_limit) {
        wr_be32(p->w, l->limit);
        wr_be16(p->w, l->result_dst.ofs);
        wr_be16(p->w, 0);
        if (l->flags & OF_LEARN_WRITE_RESULT) {
            act_put_field(p, (enum of_field_id)l->result_dst.field);
        }
    }
    size_t ofs = 0;
    for (const struct of_learn_spec *spec; (spec = of_learn_next(l, &ofs));) {
        put_spec(p, spec);
    }
}

/* -- Reading -- */

static enum ofp_error
get_place(struct rd *r, uint16_t n_bits, struct of_subfield *sub)
{
    enum ofp_error error = act_get_field(r, &sub->field);
    sub->ofs = rd_be16(r);
    sub->n_bits = n_bits;
    return error ? error : of_subfield_is_valid(sub) ? OFP_OK : OFPBAC_BAD_SET_LEN;
}

static enum ofp_error
get_spec(struct act_get *g, uint16_t header)
{
    struct of_learn_spec spec = {
        .src_kind = header & SPEC_VALUE ? OF_LEARN_FROM_VALUE : OF_LEARN_FROM_FIELD,
        .dst_kind = header >> SPEC_DST_SHIFT & SPEC_DST_MASK,
        .n_bits = header & SPEC_N_BITS,
    };
    enum ofp_error error = OFP_OK;
    const uint8_t *value = NULL;
    if (header & SPEC_RESERVED || spec.dst_kind > OF_LEARN_OUTPUT || !spec.n_bits) {
        return OFPBAC_BAD_ARGUMENT;
    }
    if (spec.src_kind == OF_LEARN_FROM_VALUE) {
        spec.value_size = (uint16_t)value_size(spec.n_bits);
        value = rd_take(&g->r, spec.value_size);
    } else {
        error = get_place(&g->r, spec.n_bits, &spec.src);
    }
    if (!error && spec.dst_kind != OF_LEARN_OUTPUT) {
        error = get_place(&g->r, spec.n_bits, &spec.dst);
    }
    if (error || g->r.bad) {
        return error ? error : OFPBAC_BAD_LEN;
    }
    error = spec.dst_kind == OF_LEARN_LOAD
                ? of_field_check_writable((enum of_field_id)spec.dst.field)
                : OFP_OK;
    if (error) {
        return error;
    }
    wr_bytes(g->list, &spec, sizeof spec);
    wr_bytes(g->list, value, spec.value_size);
    wr_zeros(g->list, ROUND_UP((size_t)spec.value_size, 8) - spec.value_size);
    return OFP_OK;
}

static enum ofp_error
get_limit(struct act_get *g, struct of_act_learn *l)
{
    l->has_limit = true;
    l->limit = rd_be32(&g->r);
    l->result_dst.ofs = rd_be16(&g->r);
    rd_skip(&g->r, 2);
    if (!(l->flags & OF_LEARN_WRITE_RESULT)) {
        return OFP_OK;
    }
    enum ofp_error error = act_get_field(&g->r, &l->result_dst.field);
    l->result_dst.n_bits = 1;
    return error ? error : of_subfield_is_valid(&l->result_dst) ? OFP_OK : OFPBAC_BAD_SET_LEN;
}

enum ofp_error
get_learn(struct act_get *g)
{
    struct of_act_learn l = *(struct of_act_learn *)act_get_it(g);
    l.idle_timeout = rd_be16(&g->r);
    l.hard_timeout = rd_be16(&g->r);
    l.priority = rd_be16(&g->r);
    l.cookie = rd_be64(&g->r);
    l.flags = rd_be16(&g->r);
    l.table = rd_u8(&g->r);
    rd_skip(&g->r, 1);
    l.fin_idle_timeout = rd_be16(&g->r);
    l.fin_hard_timeout = rd_be16(&g->r);
    enum ofp_error error =
        l.flags & ~LEARN_FLAGS || l.table == OF_TABLE_NONE ? OFPBAC_BAD_ARGUMENT : OFP_OK;
    if (!error && g->number == NX_LEARN2) {
        error = get_limit(g, &l);
    }
    while (!error && rd_left(&g->r) >= 2) {
        uint16_t header = rd_be16(&g->r);
        if (!header) {
            break; /* padding; what follows it is looked at by the caller */
        }
        error = get_spec(g, header);
        l.n_specs++;
    }
    *(struct of_act_learn *)act_get_it(g) = l;
    return error;
}
