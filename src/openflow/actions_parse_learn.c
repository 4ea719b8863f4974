/* SPDX-License-Identifier: Apache-2.0 */
/* learn from text: keys of the flow that it makes, and specifications of what that flow matches,
 * loads and outputs. */
#include <string.h>

#include "openflow/actions_parse.h"
#include "openflow/table_text.h"
#include "openflow/match_text.h"
#include "os/err_format.h"

enum { USUAL_PRIORITY = 0x8000, USUAL_TABLE = 1 };

/* Bytes of a value of N_BITS: whole 16-bit words. */
static size_t
value_size(size_t n_bits)
{
    return (n_bits + 15) / 16 * 2;
}

/* Appends SPEC with the last value_size() of the N bytes at VALUE. */
static void
put_spec(struct act_text *t, struct of_learn_spec *spec, const uint8_t *value, size_t n)
{
    static const uint8_t zero;
    size_t size = spec->src_kind == OF_LEARN_FROM_VALUE ? value_size(spec->n_bits) : 0;
    spec->value_size = (uint16_t)size;
    wr_bytes(t->list, spec, sizeof *spec);
    for (size_t i = size; i-- > 0;) {
        wr_bytes(t->list, i < n ? value + n - 1 - i : &zero, 1);
    }
    wr_zeros(t->list, ROUND_UP(size, 8) - size);
}

/* load:VALUE->DST or load:SRC->DST */
static int
parse_load_spec(struct act_text *t, const struct word *w)
{
    struct of_learn_spec spec = {.dst_kind = OF_LEARN_LOAD};
    const char *left = w->value ? w->value : "", *right = "";
    size_t n_left = w->n, n_right = 0;
    uint8_t value[OF_VALUE_MAX];
    bool too_large;
    if (!act_text_arrow(left, w->n, &n_left, &right, &n_right)) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing `->' in `%.*s'", (int)w->n_name, w->name,
                        (int)w->n, left);
    }
    int code = of_subfield_parse(right, n_right, &spec.dst, t->err);
    spec.n_bits = spec.dst.n_bits;
    if (code) {
        return code;
    }
    if (of_number_parse(left, n_left, value, sizeof value, &too_large)) {
        spec.src_kind = OF_LEARN_FROM_VALUE;
        size_t bits = 0;
        for (size_t i = 0; i < sizeof value * 8; i++) {
            bits = value[sizeof value - 1 - i / 8] >> i % 8 & 1 ? i + 1 : bits;
        }
        if (bits > spec.n_bits) {
            return err_fail(t->err, -E_INVAL, "%.*s: value does not fit into %u bits", (int)w->n,
                            w->value, spec.n_bits);
        }
        put_spec(t, &spec, value, sizeof value);
        return 0;
    }
    code = of_subfield_take_source(left, w->n, &spec.src, &right, &n_right, t->err);
    if (!code && spec.src.n_bits != spec.dst.n_bits) {
        code = err_fail(t->err, -E_INVAL,
                        "%.*s: source field is %u bits wide but destination is %u bits wide",
                        (int)w->n, w->value, spec.src.n_bits, spec.dst.n_bits);
    }
    if (!code) {
        put_spec(t, &spec, NULL, 0);
    }
    return code;
}

static int
parse_output_spec(struct act_text *t, const struct word *w)
{
    struct of_learn_spec spec = {.dst_kind = OF_LEARN_OUTPUT};
    int code = of_subfield_parse(w->value ? w->value : "", w->n, &spec.src, t->err);
    if (!code) {
        spec.n_bits = spec.src.n_bits;
        put_spec(t, &spec, NULL, 0);
    }
    return code;
}

/* VALUE for all of field ID, by its form. */
static int
put_field_value(struct act_text *t, const struct word *w, enum of_field_id id, struct err *e)
{
    struct of_value value, mask;
    int code = of_value_parse(id, w->value, w->n, t->names.ports, &value, &mask, NULL, e);
    for (size_t i = 0; !code && i < of_fields[id].wire; i++) {
        if (mask.b[i] != UINT8_MAX) {
            return err_fail(e, -E_INVAL, "%.*s: wildcards not allowed here", (int)w->n, w->value);
        }
    }
    if (code) {
        return code;
    }
    id = id == OF_IN_PORT_OXM ? OF_IN_PORT : id;
    struct of_learn_spec spec = {.src_kind = OF_LEARN_FROM_VALUE,
                                 .dst_kind = OF_LEARN_MATCH,
                                 .n_bits = of_subfield_bits(id),
                                 .dst = {(uint16_t)id, 0, of_subfield_bits(id), 0}};
    put_spec(t, &spec, value.b, of_fields[id].wire);
    return 0;
}

/* VALUE for part of a field, a number. */
static int
put_number(struct act_text *t, const struct word *w, struct of_learn_spec *spec, struct err *e)
{
    uint8_t value[OF_VALUE_MAX];
    uint64_t x;
    bool too_large;
    if (!of_number_parse(w->value, w->n, value, sizeof value, &too_large)) {
        return err_fail(e, -E_INVAL, "%.*s: cannot parse integer value", VALUE_ARGS(t));
    }
    if (spec->n_bits < 64 && text_to_u64(w->value, w->n, &x) && x >> spec->n_bits) {
        return err_fail(e, -E_INVAL, "%.*s: value 0x%llx does not fit into %u bits", VALUE_ARGS(t),
                        (unsigned long long)x, spec->n_bits);
    }
    spec->src_kind = OF_LEARN_FROM_VALUE;
    put_spec(t, spec, value, sizeof value);
    return 0;
}

/* DST=VALUE, which is no SRC, for the reason WHY_NOT. */
static int
parse_value(struct act_text *t, const struct word *w, struct of_learn_spec *spec,
            const struct err *why_not)
{
    struct err e;
    enum of_field_id id = (enum of_field_id)spec->dst.field;
    bool is_whole = spec->n_bits == of_subfield_bits(id) && !of_field_is_tun_metadata(id);
    int code = is_whole ? put_field_value(t, w, id, &e) : put_number(t, w, spec, &e);
    return code ? err_fail(t->err, -E_INVAL,
                           "%.*s: %.*s value %.*s cannot be parsed as a subfield (%s) or an "
                           "immediate value (%s)",
                           VALUE_ARGS(t), (int)w->n_name, w->name, (int)w->n, w->value,
                           why_not->text, e.text)
                : 0;
}

/* DST, DST=SRC or DST=VALUE */
static int
parse_match_spec(struct act_text *t, const struct word *w)
{
    struct of_learn_spec spec = {.dst_kind = OF_LEARN_MATCH};
    struct err why_not;
    if (of_subfield_parse(w->name, w->n_name, &spec.dst, NULL)) {
        return err_fail(t->err, -E_INVAL, "%.*s: unknown keyword %.*s", VALUE_ARGS(t),
                        (int)w->n_name, w->name);
    }
    spec.n_bits = spec.dst.n_bits;
    if (!w->value) {
        spec.src = spec.dst;
    } else if (of_subfield_parse(w->value, w->n, &spec.src, &why_not)) {
        return parse_value(t, w, &spec, &why_not);
    } else if (spec.src.n_bits != spec.dst.n_bits) {
        return err_fail(t->err, -E_INVAL, "%.*s: bit widths of %.*s (%u) and %.*s (%u) differ",
                        VALUE_ARGS(t), (int)w->n_name, w->name, spec.src.n_bits, (int)w->n,
                        w->value, spec.dst.n_bits);
    }
    put_spec(t, &spec, NULL, 0);
    return 0;
}

/* -- Keys -- */

static int
parse_table(struct act_text *t, const struct word *w, struct of_act_learn *l)
{
    uint8_t table;
    if (!of_table_parse(w->value, w->n, t->names.tables, &table)) {
        return err_fail(t->err, -E_INVAL, "unknown table \"%.*s\"", (int)w->n, w->value);
    }
    if (table == OF_TABLE_NONE) {
        return err_fail(t->err, -E_INVAL, "%.*s: table id 255 not valid for `learn' action",
                        VALUE_ARGS(t));
    }
    l->table = table;
    return 0;
}

static int
parse_result_dst(struct act_text *t, const struct word *w, struct of_act_learn *l)
{
    int code = of_subfield_parse(w->value, w->n, &l->result_dst, t->err);
    if (!code && of_fields[l->result_dst.field].access != OF_ACCESS_RW) {
        return err_fail(t->err, -E_INVAL, "%.*s is read-only", (int)w->n, w->value);
    }
    return code || l->result_dst.n_bits == 1
               ? code
               : err_fail(t->err, -E_INVAL, "result_dst in 'learn' action must be a single bit");
}

/* A key with a number that never was an error; false if W is none. */
static bool
take_number(const struct word *w, struct of_act_learn *l)
{
    const struct {
        const char *key;
        uint16_t *member;
    } numbers[] = {
        {"idle_timeout", &l->idle_timeout},
        {"hard_timeout", &l->hard_timeout},
        {"fin_idle_timeout", &l->fin_idle_timeout},
        {"fin_hard_timeout", &l->fin_hard_timeout},
        {"priority", &l->priority},
    };
    uint64_t x = 0;
    if (w->value) {
        (void)text_to_u64(w->value, w->n, &x);
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (word_is(w, numbers[i].key)) {
            *numbers[i].member = (uint16_t)x;
            return true;
        }
    }
    if (word_is(w, "cookie")) {
        l->cookie = x;
        return true;
    }
    if (word_is(w, "limit")) {
        l->limit = (uint32_t)x;
        l->has_limit = l->limit != 0 || l->has_limit;
        return true;
    }
    return false;
}

/* One key or specification; the latter are written behind the action. */
static int
parse_item(struct act_text *t, const struct word *w, struct of_act_learn *l, bool specs)
{
    int code = 0;
    if (word_is(w, "table") && w->value) {
        code = specs ? 0 : parse_table(t, w, l);
    } else if (word_is(w, "send_flow_rem")) {
        l->flags |= OF_LEARN_SEND_FLOW_REM;
    } else if (word_is(w, "delete_learned")) {
        l->flags |= OF_LEARN_DELETE_LEARNED;
    } else if (word_is(w, "result_dst") && w->value) {
        code = specs ? 0 : parse_result_dst(t, w, l);
        l->flags |= OF_LEARN_WRITE_RESULT;
        l->has_limit = true;
    } else if (!take_number(w, l) && specs) {
        l->n_specs++;
        code = word_is(w, "load")     ? parse_load_spec(t, w)
               : word_is(w, "output") ? parse_output_spec(t, w)
                                      : parse_match_spec(t, w);
    }
    return code;
}

/* The keys first, since specifications follow the structure. */
int
parse_learn(struct act_text *t)
{
    struct of_act_learn l = {.priority = USUAL_PRIORITY, .table = USUAL_TABLE};
    struct of_act_learn *to = NULL;
    int code = 0;
    for (int pass = 0; pass < 2 && !code; pass++) {
        const char *p = value_of(t), *end = p + t->word.n;
        struct of_act_learn ignored = l;
        for (struct word w; !code && word_next(&p, end, &w);) {
            code = parse_item(t, &w, pass ? &ignored : &l, pass == 1);
        }
        if (!code && !pass) {
            to = act_text_begin(t, OF_ACT_LEARN);
        } else if (!code && to) {
            l.n_specs = ignored.n_specs;
            l.act = to->act;
            *to = l;
        }
        if (!to) {
            break;
        }
    }
    return code ? code : act_text_end(t, to);
}
