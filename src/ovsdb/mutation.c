/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and applying mutations. Arithmetic makes a new datum of computed atoms; insert and
 * delete go through txn_change_set(), which changes large sets in place. Counts and ranges are
 * checked after every single mutation, as Open vSwitch does. */
#include "ovsdb/mutation.h"

#include <math.h>
#include <string.h>

static const char *const mutator_names[MUTATOR_N] = {
    "+=", "-=", "*=", "/=", "%=", "insert", "delete"};

/* ---- Parsing ---- */

static int
type_mismatch(const struct mutation *m, const json_t *v, struct fault *f)
{
    char *text = datum_type_to_text(&m->column->type);
    int code = fault_set_syntax(f, v, NULL,
                                "Type mismatch: \"%s\" operator may not be applied to column %s "
                                "of type %s.",
                                mutator_names[m->mutator], m->column->name, text);
    os_free(text);
    return code;
}

static int
parse_arithmetic(struct mutation *m, const json_t *v, struct fault *f)
{
    enum atom_type key = m->column->type.key.type;
    bool applies = key == ATOM_INTEGER || (key == ATOM_REAL && m->mutator != MUTATOR_MODULO);
    if (!applies || datum_type_is_map(&m->column->type)) {
        return type_mismatch(m, v, f);
    }
    struct datum_type type;
    datum_type_init(&type, key);
    return datum_from_json(&type, json_array_get(v, 2), NULL, &m->arg, f);
}

static int
parse_set_change(struct mutation *m, const json_t *v, struct symbol_table *symbols,
                 struct fault *f)
{
    if (datum_type_is_scalar(&m->column->type)) {
        return type_mismatch(m, v, f);
    }
    struct datum_type type = m->column->type; /* shared: only the counts change */
    const json_t *arg = json_array_get(v, 2);
    type.n_min = 0;
    if (m->mutator == MUTATOR_DELETE) {
        type.n_max = DATUM_UNLIMITED;
        if (datum_type_is_map(&type)) {
            /* Pairs, or else keys: then it is the keys that are complained about. */
            if (datum_from_json(&type, arg, symbols, &m->arg, NULL) == 0) {
                return 0;
            }
            base_type_init(&type.value, ATOM_VOID);
        }
    }
    return datum_from_json(&type, arg, symbols, &m->arg, f);
}

static int
parse_mutation(struct mutation *m, const struct table_schema *schema, const json_t *v,
               struct symbol_table *symbols, struct fault *f)
{
    const char *column = json_string_value(json_array_get(v, 0));
    const char *mutator = json_string_value(json_array_get(v, 1));
    if (json_array_size(v) != 3 || !column || !mutator) {
        return fault_set_syntax(f, v, NULL, "Parse error in mutation.");
    }
    *m = (struct mutation){.column = table_schema_find_column(schema, column)};
    if (!m->column) {
        return fault_set_syntax(f, v, "unknown column", "No column %s in table %s.", column,
                                schema->name);
    }
    if (!m->column->is_mutable) {
        return fault_set_syntax(f, v, FAULT_CONSTRAINT,
                                "Cannot mutate immutable column %s in table %s.", column,
                                schema->name);
    }
    int op = 0;
    while (op < MUTATOR_N && strcmp(mutator_names[op], mutator) != 0) {
        op++;
    }
    if (op == MUTATOR_N) {
        return fault_set(f, -E_SYNTAX, "unknown mutator", "No mutator named %s.", mutator);
    }
    m->mutator = (enum mutator)op;
    return m->mutator < MUTATOR_INSERT ? parse_arithmetic(m, v, f)
                                       : parse_set_change(m, v, symbols, f);
}

int
mutations_from_json(struct mutation_list *out, const struct table_schema *schema, const json_t *v,
                    struct symbol_table *symbols, struct fault *f)
{
    struct mutation_list list = {xalloc(json_array_size(v) * sizeof *list.mutations), 0};
    for (size_t i = 0; i < json_array_size(v); i++) {
        int code = parse_mutation(&list.mutations[i], schema, json_array_get(v, i), symbols, f);
        if (code) {
            mutations_fini(&list);
            return code;
        }
        list.n++;
    }
    *out = list;
    return 0;
}

void
mutations_fini(struct mutation_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        datum_unref(list->mutations[i].arg);
    }
    os_free(list->mutations);
    *list = (struct mutation_list){NULL, 0};
}

/* ---- Applying ---- */

static bool
compute_integer(enum mutator op, int64_t a, int64_t b, int64_t *x)
{
    switch (op) {
    case MUTATOR_ADD:
        return !PORT_ADD_OVERFLOW(a, b, x);
    case MUTATOR_SUBTRACT:
        return !__builtin_sub_overflow(a, b, x);
    case MUTATOR_MULTIPLY:
        return !PORT_MUL_OVERFLOW(a, b, x);
    default:
        if (a == INT64_MIN && b == -1) {
            *x = 0;
            return op == MUTATOR_MODULO;
        }
        *x = op == MUTATOR_DIVIDE ? a / b : a % b;
        return true;
    }
}

static bool
compute_real(enum mutator op, double a, double b, double *x)
{
    *x = op == MUTATOR_ADD        ? a + b
         : op == MUTATOR_SUBTRACT ? a - b
         : op == MUTATOR_MULTIPLY ? a * b
                                  : a / b;
    return isfinite(*x);
}

static int
compute(const struct mutation *m, union atom *a, struct fault *f)
{
    const union atom *arg = datum_key(m->arg, 0);
    bool integer = m->column->type.key.type == ATOM_INTEGER;
    bool by_zero = integer ? arg->integer == 0 : arg->real == 0;
    if (by_zero && (m->mutator == MUTATOR_DIVIDE || m->mutator == MUTATOR_MODULO)) {
        return fault_set(f, -E_INVAL, "domain error", "Division by zero.");
    }
    bool fits = integer ? compute_integer(m->mutator, a->integer, arg->integer, &a->integer)
                        : compute_real(m->mutator, a->real, arg->real, &a->real);
    if (!fits) {
        return fault_set(f, -E_RANGE, "range error", "Result of \"%s\" operation is out of range.",
                         mutator_names[m->mutator]);
    }
    return atom_check(a, &m->column->type.key, f);
}

static int
apply_arithmetic(const struct mutation *m, struct txn *t, struct row *row, struct fault *f)
{
    const struct datum *old = row->cells[m->column->index];
    if (!old) {
        return 0;
    }
    struct datum *new = datum_new(m->column->type.key.type, ATOM_VOID, old->n);
    int code = 0;
    for (size_t i = 0; i < old->n && !code; i++) {
        new->atoms[i] = old->atoms[i];
        code = compute(m, &new->atoms[i], f);
    }
    if (!code && datum_sort(new)) {
        code = fault_set(f, -E_EXIST, FAULT_CONSTRAINT,
                         "Result of \"%s\" operation contains duplicates.",
                         mutator_names[m->mutator]);
    }
    if (code) {
        datum_unref(new);
    } else {
        txn_set(t, row, m->column, new);
    }
    return code;
}

static int
check_count(const struct column *c, size_t n, struct fault *f)
{
    if (n >= c->type.n_min && n <= c->type.n_max) {
        return 0;
    }
    char *text = datum_type_to_text(&c->type);
    int code = fault_set(f, -E_RANGE, FAULT_CONSTRAINT, "Attempted to store %zu elements in %s.",
                         n, text);
    os_free(text);
    return code;
}

static int
apply_set_change(const struct mutation *m, struct txn *t, struct row *row, struct fault *f)
{
    const struct column *c = m->column;
    bool insert = m->mutator == MUTATOR_INSERT;
    if (datum_type_is_map(&c->type)) {
        const struct datum *old = row->cells[c->index];
        txn_set(t, row, c, insert ? datum_union(old, m->arg) : datum_subtract(old, m->arg));
    } else {
        txn_change_set(t, row, c, insert ? m->arg : NULL, insert ? NULL : m->arg);
    }
    return check_count(c, datum_n(row->cells[c->index]), f);
}

int
mutations_apply(const struct mutation_list *list, struct txn *t, struct row *row, struct fault *f)
{
    int code = 0;
    for (size_t i = 0; i < list->n && !code; i++) {
        const struct mutation *m = &list->mutations[i];
        code = m->mutator < MUTATOR_INSERT ? apply_arithmetic(m, t, row, f)
                                           : apply_set_change(m, t, row, f);
    }
    return code;
}
