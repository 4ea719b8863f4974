/* SPDX-License-Identifier: Apache-2.0 */
/* Actions on fields, from text: what sets them, moves them, and keeps them on a stack. */
#include <string.h>

#include "openflow/actions_parse.h"
#include "openflow/port_text.h"
#include "os/err_format.h"

/* VALUE[/MASK]->FIELD */
int
parse_set_field(struct act_text *t)
{
    const char *name;
    size_t n_value, n_name;
    struct of_value value, mask;
    if (!act_text_arrow(value_of(t), t->word.n, &n_value, &name, &n_name)) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing `->'", VALUE_ARGS(t));
    }
    if (!n_name) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing field name following `->'",
                        VALUE_ARGS(t));
    }
    enum of_field_id id = of_field_find(name, n_name);
    if (id == OF_FIELD_COUNT) {
        return err_fail(t->err, -E_INVAL, "%.*s is not a valid OXM field name", (int)n_name, name);
    }
    id = id == OF_IN_PORT ? OF_IN_PORT_OXM : id;
    const struct of_field *f = &of_fields[id];
    if (f->access != OF_ACCESS_RW) {
        return err_fail(t->err, -E_INVAL, "%.*s is read-only", (int)n_name, name);
    }
    size_t zeros = 0;
    int code =
        of_value_parse(id, t->word.value, n_value, t->names.ports, &value, &mask, NULL, t->err);
    struct of_act_set_field *set = code ? NULL : act_text_begin(t, OF_ACT_SET_FIELD);
    if (set) {
        while (of_field_is_tun_metadata(id) && zeros + 1u < f->wire && !value.b[zeros]) {
            zeros++;
        }
        set->field = (uint16_t)id;
        set->size = (uint16_t)(f->wire - zeros);
        for (size_t i = zeros; i < f->wire; i++) {
            wr_u8(t->list, value.b[i] & mask.b[i]);
        }
        wr_bytes(t->list, mask.b + zeros, f->wire - zeros);
    }
    return code ? code : act_text_end(t, set);
}

/* How many bits of VALUE of N bytes are needed. */
static unsigned int
bits_of(const uint8_t *value, size_t n)
{
    size_t zeros = 0;
    while (zeros < n && !value[zeros]) {
        zeros++;
    }
    unsigned int bits = (unsigned int)(n - zeros) * 8;
    for (unsigned int top = zeros < n ? value[zeros] : 0; top && top < 0x80; top <<= 1) {
        bits--;
    }
    return bits;
}

/* Sets the bits of DST to VALUE, as wide as the field, where a load has no room for it. */
static int
put_wide_load(struct act_text *t, const struct of_subfield *dst, const uint8_t *value)
{
    size_t n = of_fields[dst->field].wire;
    uint8_t to[OF_VALUE_MAX] = {0}, mask[OF_VALUE_MAX] = {0};
    for (size_t i = 0; i < dst->n_bits; i++) {
        size_t bit = dst->ofs + i, byte = n - 1 - bit / 8;
        mask[byte] |= (uint8_t)(1 << bit % 8);
        to[byte] |= (uint8_t)((value[n - 1 - i / 8] >> i % 8 & 1) << bit % 8);
    }
    struct of_act_set_field *set = act_text_begin(t, OF_ACT_SET_FIELD);
    if (set) {
        set->field = dst->field;
        set->size = (uint16_t)n;
        set->is_load = true;
        wr_bytes(t->list, to, n);
        wr_bytes(t->list, mask, n);
    }
    return act_text_end(t, set);
}

/* VALUE->DST */
int
parse_load(struct act_text *t)
{
    const char *name;
    size_t n_value, n_name;
    uint8_t value[OF_VALUE_MAX];
    bool too_large;
    struct of_subfield dst;
    if (!act_text_arrow(value_of(t), t->word.n, &n_value, &name, &n_name)) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing `->'", VALUE_ARGS(t));
    }
    if (!n_name) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing field name following `->'",
                        VALUE_ARGS(t));
    }
    int code = of_subfield_parse(name, n_name, &dst, t->err);
    if (code) {
        return code;
    }
    size_t size = of_fields[dst.field].wire;
    if (!of_number_parse(t->word.value, n_value, value, size, &too_large)) {
        return err_fail(t->err, -E_INVAL, "%.*s: cannot parse integer value", VALUE_ARGS(t));
    }
    if (bits_of(value, size) > dst.n_bits) {
        struct str s = STR_INIT;
        of_value_put(&s, (enum of_field_id)dst.field, value, NULL, size, NULL);
        code = err_fail(t->err, -E_INVAL, "%.*s: value %s does not fit into %u bits",
                        VALUE_ARGS(t), str_text(&s), dst.n_bits);
        str_fini(&s);
        return code;
    }
    if (dst.n_bits > 64) {
        return put_wide_load(t, &dst, value);
    }
    struct of_act_load *l = act_text_begin(t, OF_ACT_LOAD);
    if (l) {
        l->dst = dst;
        for (size_t i = 0; i < size; i++) {
            l->value = l->value << 8 | value[i];
        }
    }
    return act_text_end(t, l);
}

int
parse_move(struct act_text *t)
{
    const char *right;
    size_t n_right;
    struct of_subfield src, dst;
    int code = of_subfield_take_source(value_of(t), t->word.n, &src, &right, &n_right, t->err);
    code = code ? code : of_subfield_parse(right, n_right, &dst, t->err);
    if (!code && src.n_bits != dst.n_bits) {
        code = err_fail(t->err, -E_INVAL,
                        "%.*s: source field is %u bits wide but destination is %u bits wide",
                        VALUE_ARGS(t), src.n_bits, dst.n_bits);
    }
    struct of_act_move *m = code ? NULL : act_text_begin(t, OF_ACT_MOVE);
    if (m) {
        m->src = src;
        m->dst = dst;
    }
    return code ? code : act_text_end(t, m);
}

static int
parse_stack(struct act_text *t, enum of_act_type type)
{
    struct of_subfield sub;
    size_t n, n_all = t->word.n;
    int code = of_subfield_take(value_of(t), n_all, &n, &sub, t->err);
    if (!code && n < n_all) {
        code = err_fail(t->err, -E_INVAL, "%.*s: trailing garbage following push or pop",
                        (int)(n_all - n), value_of(t) + n);
    }
    struct of_act_subfield *a = code ? NULL : act_text_begin(t, type);
    if (a) {
        a->sub = sub;
    }
    return code ? code : act_text_end(t, a);
}

int
parse_push(struct act_text *t)
{
    return parse_stack(t, OF_ACT_STACK_PUSH);
}

int
parse_pop(struct act_text *t)
{
    return parse_stack(t, OF_ACT_STACK_POP);
}

int
parse_delete_field(struct act_text *t)
{
    enum of_field_id id = of_field_find(value_of(t), t->word.n);
    if (id == OF_FIELD_COUNT) {
        return err_fail(t->err, -E_INVAL, "unknown field `%.*s'", VALUE_ARGS(t));
    }
    struct of_act_subfield *a = act_text_begin(t, OF_ACT_DELETE_FIELD);
    if (a) {
        a->sub = (struct of_subfield){(uint16_t)id, 0, of_fields[id].bits, 0};
    }
    return act_text_end(t, a);
}
